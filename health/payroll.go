package health

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"watchbill/schedule"
)

// A PayStore keeps rules of pay and what was published by them. What is in it is only
// ever added to.
type PayStore interface {
	// PayPolicies returns a team's policies, by day and by when they were added.
	PayPolicies(ctx context.Context, team schedule.ID) ([]PayPolicy, error)
	AddPayPolicy(ctx context.Context, p *PayPolicy) error
	// LockPay keeps others from publishing and from changing rules of a team until the
	// transaction ends.
	LockPay(ctx context.Context, team schedule.ID) error
	// Statements returns what a team has published, by month, without lines.
	Statements(ctx context.Context, team schedule.ID) ([]Statement, error)
	// AddStatement adds a statement with its lines; a month has one.
	AddStatement(ctx context.Context, s *Statement) error
	// PaidLines returns the lines of a team's statements that are about months from one
	// on, in order; of one person or of all.
	PaidLines(ctx context.Context, team, person schedule.ID, from schedule.Date) ([]PaidLine, error)
	// PaidTeams returns the teams that have published something of somebody.
	PaidTeams(ctx context.Context, person schedule.ID) ([]schedule.ID, error)
}

// A Statement is what a team pays for a month. Once published it stays.
type Statement struct {
	ID       schedule.ID
	Team     schedule.ID
	Number   int           // of the team's statements, from 1
	Month    schedule.Date // its first day
	From, To time.Time     // on the rules' clock
	By       schedule.ID
	At       time.Time // zero: it is not published
	Lines    []PaidLine
	// Seen names what is in it: to publish what was looked at and nothing else.
	Seen string
	// Flags are what whoever reads it should know of the rules.
	Flags []string
	// Unpaid is how many pages paid nothing because nobody acknowledged them.
	Unpaid int

	kept     time.Time   // all pages since then are kept; zero: all
	policy   schedule.ID // the newest policy when it was computed
	previous int         // how many statements there were
}

// Published reports whether the statement is frozen.
func (s *Statement) Published() bool { return !s.At.IsZero() }

// A PaidLine is a line of a statement.
type PaidLine struct {
	PayLine
	Statement schedule.ID // none: not published
	Month     schedule.Date
	Currency  string
	Policy    schedule.ID
	Unit      PayUnit
}

// A Payroll computes and publishes what being on call is paid.
type Payroll struct {
	Store     Store
	Schedules Schedules
	Config    Config
	Now       func() time.Time
}

// SetPay adds rules of pay and sets their number and version. They begin after what was
// published, and another zone or currency with a month. What they say of a rotation has
// to be about one that there is.
func (p *Payroll) SetPay(ctx context.Context, policy *PayPolicy) error {
	if err := policy.Rules.Validate(); err != nil {
		return err
	}
	now := p.Now()
	today := schedule.DateOf(now.In(policy.Rules.Zone))
	if policy.From.Before(today.AddDays(-366)) || policy.From.After(today.AddDays(366)) {
		return &schedule.InvalidError{Field: "from", Reason: "choose a day within a year of today"}
	}
	if err := p.CheckRotations(ctx, policy.Team, policy.From, &policy.Rules); err != nil {
		return err
	}
	return p.Store.InTx(ctx, func(tx Store) error {
		if err := tx.LockPay(ctx, policy.Team); err != nil {
			return err
		}
		policies, err := tx.PayPolicies(ctx, policy.Team)
		if err != nil {
			return err
		}
		statements, err := tx.Statements(ctx, policy.Team)
		if err != nil {
			return err
		}
		if n := len(statements); n > 0 && policy.From.Before(nextMonth(statements[n-1].Month)) {
			last := statements[n-1].Month
			return &schedule.InvalidError{Field: "from", Reason: fmt.Sprintf("%s is published and stays; begin on %v or later", MonthName(last), nextMonth(last))}
		}
		if err := policy.beside(policies); err != nil {
			return err
		}
		// Two clicks are one version.
		if same := PayOn(PayInTurn(policies), policy.From); same != nil && same.From == policy.From && same.Rules.same(&policy.Rules) {
			*policy = *same
			return nil
		}
		policy.ID, policy.At = 0, now
		policy.Rules.Version = fmt.Sprint(len(policies) + 1)
		if err := tx.AddPayPolicy(ctx, policy); err != nil {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: now, By: policy.By, Action: "pay.rules", Team: policy.Team, Detail: fmt.Sprintf("version %s, from %v on", policy.Rules.Version, policy.From)})
	})
}

// beside says what is wrong with a policy among those there are: within a month neither
// it nor the one that follows it brings another currency or clock.
func (p *PayPolicy) beside(policies []PayPolicy) error {
	var before, after *PayPolicy
	order := PayInTurn(policies)
	for i := range order {
		switch {
		case order[i].From.Before(p.From):
			before = &order[i]
		case order[i].From.After(p.From) && after == nil:
			after = &order[i]
		}
	}
	differs := func(x *PayPolicy) bool {
		return x.Rules.Currency != p.Rules.Currency || x.Rules.Zone.String() != p.Rules.Zone.String()
	}
	switch {
	case before != nil && p.From.Day > 1 && differs(before):
		return &schedule.InvalidError{Field: "from", Reason: fmt.Sprintf("a month is paid in one currency and on one clock; begin on %v", nextMonth(firstOf(p.From)))}
	case after != nil && after.From.Day > 1 && differs(after):
		return &schedule.InvalidError{Field: "from", Reason: fmt.Sprintf("a month is paid in one currency and on one clock, and other rules follow on %v; begin on %v", after.From, nextMonth(firstOf(after.From)))}
	}
	return nil
}

// firstOf returns the first day of a day's month, nextMonth that of the next.
func firstOf(d schedule.Date) schedule.Date {
	return schedule.Date{Year: d.Year, Month: d.Month, Day: 1}
}
func nextMonth(d schedule.Date) schedule.Date {
	return schedule.DateOf(time.Date(d.Year, d.Month+1, 1, 12, 0, 0, 0, time.UTC))
}

// MonthName is a month in words, like November 2026.
func MonthName(month schedule.Date) string { return fmt.Sprintf("%v %d", month.Month, month.Year) }

// ParseMonth reads a month like 2026-11, and returns its first day.
func ParseMonth(text string) (schedule.Date, error) {
	at, err := time.Parse("2006-01", text)
	if err != nil {
		return schedule.Date{}, &schedule.InvalidError{Field: "month", Reason: fmt.Sprintf("%q is no month; write it like 2026-11", text)}
	}
	return schedule.DateOf(at), nil
}

// A PayMonth is a month of a team: published, or to be.
type PayMonth struct {
	Month     schedule.Date
	From, To  time.Time
	Statement *Statement // nil: not published
	Next      bool       // the one to publish next
	Over      bool
}

// Months lists the months of a team from its first rules on, the latest first.
func (p *Payroll) Months(ctx context.Context, team schedule.ID) ([]PayMonth, error) {
	policies, statements, err := p.known(ctx, team)
	if err != nil || len(policies) == 0 {
		return nil, err
	}
	now := p.Now()
	var out []PayMonth
	for month := firstOf(policies[0].From); ; month = nextMonth(month) {
		from, to := monthSpan(policies, statements, month)
		if from.After(now) {
			break
		}
		m := PayMonth{Month: month, From: from, To: to, Over: !to.After(now)}
		if i := slices.IndexFunc(statements, func(s Statement) bool { return s.Month == month }); i >= 0 {
			m.Statement = &statements[i]
		} else {
			m.Next = len(out) == 0 || out[len(out)-1].Statement != nil
		}
		out = append(out, m)
	}
	slices.Reverse(out)
	return out, nil
}

// known returns the policies in order, and what was published.
func (p *Payroll) known(ctx context.Context, team schedule.ID) ([]PayPolicy, []Statement, error) {
	policies, err := p.Store.PayPolicies(ctx, team)
	if err != nil {
		return nil, nil, err
	}
	statements, err := p.Store.Statements(ctx, team)
	return PayInTurn(policies), statements, err
}

// monthSpan returns when a month begins and ends: where the one before ended, when that was
// published, else at midnight on the rules' clock, or when there were rules at first.
func monthSpan(policies []PayPolicy, statements []Statement, month schedule.Date) (from, to time.Time) {
	begins := func(day schedule.Date) time.Time {
		if policy := PayOn(policies, day); policy != nil {
			return day.At(schedule.Midnight, policy.Rules.Zone)
		}
		return policies[0].begins()
	}
	from, to = begins(month), begins(nextMonth(month))
	for i := range statements {
		switch {
		case statements[i].Month == month:
			return statements[i].From, statements[i].To
		case nextMonth(statements[i].Month) == month:
			from = statements[i].To
		}
	}
	return from.UTC(), to.UTC()
}

// Statement returns a month as it was published, or as it would be now: with corrections
// of months before whose shifts or pages have changed since. Before there are rules it is
// schedule.ErrNotFound.
func (p *Payroll) Statement(ctx context.Context, team schedule.ID, month schedule.Date) (*Statement, error) {
	policies, statements, err := p.known(ctx, team)
	if err != nil {
		return nil, err
	}
	if len(policies) == 0 || month.Day != 1 || month.Before(firstOf(policies[0].From)) {
		return nil, fmt.Errorf("pay of %v: %w", month, schedule.ErrNotFound)
	}
	oldest := firstOf(month.AddDays(-correctedDays))
	paid, err := p.Store.PaidLines(ctx, team, 0, oldest)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(statements, func(s Statement) bool { return s.Month == month }); i >= 0 {
		s := &statements[i]
		s.Lines = slices.DeleteFunc(paid, func(l PaidLine) bool { return l.Statement != s.ID })
		s.finish(policies)
		return s, nil
	}
	s := &Statement{Team: team, Month: month, Number: len(statements) + 1, previous: len(statements), policy: newestPolicy(policies)}
	s.From, s.To = monthSpan(policies, statements, month)
	if s.kept, err = keptSince(ctx, p.Store, team); err != nil {
		return nil, err
	}
	if s.Lines, s.Unpaid, err = p.lines(ctx, policies, s); err != nil {
		return nil, err
	}
	if n := len(statements); n > 0 && nextMonth(statements[n-1].Month) != month {
		statements = nil // what is to be corrected is in the month that is published next
	}
	for i := range statements {
		old := &statements[i]
		if old.Month.Before(oldest) || old.From.Before(s.kept) { // whose pages are gone
			continue
		}
		mended, err := p.corrections(ctx, policies, old, paid)
		if err != nil {
			return nil, err
		}
		s.Lines = append(s.Lines, mended...)
	}
	s.finish(policies)
	return s, nil
}

// correctedDays is how far back what was published is still looked through for what has
// changed, as long as all pages of a month are kept.
const correctedDays = 396

// Publish freezes a month as whoever publishes has seen it. A month is published once,
// when it is over, and after the month before.
func (p *Payroll) Publish(ctx context.Context, by, team schedule.ID, month schedule.Date, seen string) (*Statement, error) {
	s, err := p.Statement(ctx, team, month)
	if err != nil {
		return nil, err
	}
	now := p.Now()
	changed := fmt.Errorf("%s has changed since you looked: look again: %w", MonthName(month), schedule.ErrConflict)
	switch {
	case s.Published():
		return nil, fmt.Errorf("%s is published already: %w", MonthName(month), schedule.ErrConflict)
	case s.To.After(now):
		return nil, &schedule.InvalidError{Field: "month", Reason: fmt.Sprintf("%s is not over yet", MonthName(month))}
	case seen != s.Seen:
		return nil, changed
	}
	err = p.Store.InTx(ctx, func(tx Store) error {
		if err := tx.LockPay(ctx, team); err != nil {
			return err
		}
		policies, err := tx.PayPolicies(ctx, team)
		if err != nil {
			return err
		}
		statements, err := tx.Statements(ctx, team)
		if err != nil {
			return err
		}
		first := firstOf(PayInTurn(policies)[0].From)
		if n := len(statements); n > 0 {
			first = nextMonth(statements[n-1].Month)
		}
		switch {
		case slices.ContainsFunc(statements, func(x Statement) bool { return x.Month == month }):
			return fmt.Errorf("%s is published already: %w", MonthName(month), schedule.ErrConflict)
		case first.Before(month):
			return &schedule.InvalidError{Field: "month", Reason: fmt.Sprintf("publish %s first", MonthName(first))}
		case len(statements) != s.previous, newestPolicy(policies) != s.policy:
			return changed
		}
		s.By, s.At = by, now
		if err := tx.AddStatement(ctx, s); err != nil {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: now, By: by, Action: "pay.publish", Team: team, Detail: fmt.Sprintf("%s, statement %d", MonthName(month), s.Number)})
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Looked notes that somebody has looked at what others are paid.
func (p *Payroll) Looked(ctx context.Context, by schedule.ID, s *Statement) error {
	var seen []schedule.ID
	for i := range s.Lines {
		if id := s.Lines[i].Person; id != by && !slices.Contains(seen, id) {
			seen = append(seen, id)
		}
	}
	return p.Store.NoteLooked(ctx, "pay.see", by, s.Team, seen, p.Now())
}

// newestPolicy is the policy that was added last: it may begin before others.
func newestPolicy(policies []PayPolicy) (newest schedule.ID) {
	for i := range policies {
		newest = max(newest, policies[i].ID)
	}
	return newest
}

// A PaySum is an amount in a currency.
type PaySum struct {
	Currency string
	Minor    int64
}

// String writes the amount for people.
func (s PaySum) String() string { return Money(s.Minor, s.Currency) }

// PaySums adds up lines by currency, in the order of its code.
func PaySums(lines []PaidLine) []PaySum {
	sums := map[string]int64{}
	for i := range lines {
		sums[lines[i].Currency] += lines[i].Amount
	}
	out := make([]PaySum, 0, len(sums))
	for currency, sum := range sums {
		out = append(out, PaySum{currency, sum})
	}
	slices.SortFunc(out, func(a, b PaySum) int { return strings.Compare(a.Currency, b.Currency) })
	return out
}

// same says whether rules pay the same, whatever their versions are.
func (r *PayRules) same(other *PayRules) bool {
	a, b := *r, *other
	a.Version, b.Version = "", ""
	one, err1 := json.Marshal(a)
	two, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && bytes.Equal(one, two)
}

// PolicyText is the rules of a policy as they can be read in again.
func (p *PayPolicy) PolicyText() (string, error) {
	text, err := json.MarshalIndent(p.Rules, "", "  ")
	return string(text), err
}
