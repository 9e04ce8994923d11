package health

import (
	"context"
	"fmt"
	"slices"
	"time"

	"watchbill/schedule"
)

// An OwedPolicy says by which rules work outside working hours earns time off in a team,
// for whole weeks from a Monday on, until another does. A team without one owes none.
// Policies are only ever added, so that it can be told by which of them time was earned.
type OwedPolicy struct {
	ID    schedule.ID
	Team  schedule.ID
	From  schedule.Date // a Monday
	Off   bool          // nothing is earned any more
	Rules OwedRules
	By    schedule.ID
	At    time.Time
}

// longestOwed is how far back time may be owed from when a team begins to owe it.
const longestOwed = 53 * 7

// OwedInTurn returns the policies that hold one after the other: of those that begin on one
// Monday the one added last.
func OwedInTurn(policies []OwedPolicy) []OwedPolicy {
	var out []OwedPolicy
	for _, p := range policies { // by day and number
		if n := len(out); n > 0 && out[n-1].From == p.From {
			out[n-1] = p
			continue
		}
		out = append(out, p)
	}
	return out
}

// OwedOn returns the policy of the week of a Monday. It is nil where nothing is owed.
func OwedOn(policies []OwedPolicy, monday schedule.Date) *OwedPolicy {
	var found *OwedPolicy
	for _, p := range OwedInTurn(policies) {
		if !p.From.After(monday) {
			found = &p
		}
	}
	return found
}

// rulesNow returns the rules of today, those to come when there are only such, and the
// usual ones where nobody has made any.
func rulesNow(policies []OwedPolicy, today schedule.Date) OwedRules {
	if p := OwedOn(policies, MondayOf(today)); p != nil {
		return p.Rules
	}
	if turns := OwedInTurn(policies); len(turns) > 0 {
		return turns[0].Rules
	}
	return DefaultOwedRules()
}

// SetOwed adds a policy. Where none holds yet it may begin in the past: then what was earned
// since is put down. Any other begins this week at the soonest, because the weeks before
// are settled.
func (s *Service) SetOwed(ctx context.Context, p OwedPolicy, zone *time.Location) error {
	now := s.Now()
	if err := p.check(schedule.DateOf(now.In(zone))); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx Store) error {
		if err := tx.LockOwedPolicies(ctx, p.Team); err != nil {
			return err
		}
		policies, err := tx.OwedPolicies(ctx, p.Team)
		if err != nil {
			return err
		}
		same := OwedOn(policies, p.From)
		if same != nil && (same.Off != p.Off || same.Rules != p.Rules) {
			same = nil
		}
		if same != nil && same.From == p.From {
			return nil // two clicks
		}
		week := MondayOf(schedule.DateOf(now.In(zone)))
		if OwedOn(policies, week) != nil && p.From.Before(week) {
			return &schedule.InvalidError{Field: "from", Reason: fmt.Sprintf("the weeks before %v are settled by the rules of then; begin on %v or a later Monday", week, week)}
		}
		if same != nil {
			return &schedule.InvalidError{Field: "from", Reason: "this is how it is already from then on"}
		}
		p.ID, p.At = 0, now
		if err := tx.AddOwedPolicy(ctx, &p); err != nil {
			return err
		}
		if begins := p.From.At(schedule.Midnight, zone); begins.Before(now) {
			if err := tx.AddMarks(ctx, []Mark{{Team: p.Team, From: begins, To: now}}); err != nil {
				return err
			}
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: now, By: p.By, Action: "owed.rules", Team: p.Team, Detail: p.words()})
	})
}

// check says what is wrong with a policy.
func (p *OwedPolicy) check(today schedule.Date) error {
	if p.From.IsZero() || p.From.Weekday() != time.Monday {
		return &schedule.InvalidError{Field: "from", Reason: "time owed is counted in whole weeks; choose a Monday"}
	}
	if p.From.Before(today.AddDays(-longestOwed)) || p.From.After(today.AddDays(longestOwed)) {
		return &schedule.InvalidError{Field: "from", Reason: "choose a Monday within a year of today"}
	}
	return p.Rules.Validate()
}

// words are a policy for the log.
func (p *OwedPolicy) words() string {
	if p.Off {
		return fmt.Sprintf("none from %v on", p.From)
	}
	return fmt.Sprintf("from %v on", p.From)
}

// LotOf names what is earned in the week of a Monday, as ISO 8601 numbers weeks.
func LotOf(monday schedule.Date) string {
	year, week := monday.At(schedule.Noon, time.UTC).ISOWeek()
	return fmt.Sprintf("%04d-W%02d", year, week)
}

// earn puts down what people have earned in a week that is over, and mends what was put
// down before.
func (m *measuring) earn(ctx context.Context, monday schedule.Date) error {
	from, to := monday.At(schedule.Midnight, m.zone), monday.AddDays(7).At(schedule.Midnight, m.zone)
	if m.owed == nil {
		policies, err := m.tx.OwedPolicies(ctx, m.state.Team)
		if err != nil {
			return err
		}
		m.owed = &policies
	}
	policy := OwedOn(*m.owed, monday)
	if policy == nil || policy.Off || to.After(m.now) {
		return nil
	}
	earned, err := m.earned(ctx, policy, from, to)
	if err != nil {
		return err
	}
	lot := LotOf(monday)
	entries, err := m.tx.OwedOfLot(ctx, m.state.Team, lot)
	if err != nil {
		return err
	}
	was := map[schedule.ID][]OwedEntry{}
	for i := range entries {
		e := &entries[i]
		was[e.Person] = append(was[e.Person], *e)
		earned[e.Person] += 0 // whoever earned something once may have to give it back
	}
	var add []OwedEntry
	for _, id := range sortedIDs(earned) {
		if e, ok := Earn(was[id], id, lot, earned[id], m.now); ok {
			e.Team, e.Policy = m.state.Team, policy.ID
			add = append(add, e)
		}
	}
	return m.tx.AddOwed(ctx, add)
}

// earned returns what everybody who worked in [from, to) has earned.
func (m *measuring) earned(ctx context.Context, policy *OwedPolicy, from, to time.Time) (map[schedule.ID]time.Duration, error) {
	// A day before and after, because a call-out may go on over midnight.
	facts, err := m.tx.Facts(ctx, m.state.Team, from.Add(-lookBack), to.Add(lookBack))
	if err != nil {
		return nil, err
	}
	worked := map[schedule.ID]time.Duration{}
	if policy.Rules.Paged {
		for _, n := range facts.Notices {
			if n.Interrupts() {
				worked[n.Person] = 0
			}
		}
	}
	for i := range facts.Incidents {
		for _, e := range facts.Incidents[i].Engagements {
			worked[e.Person] = 0
		}
	}
	ids := sortedIDs(worked)
	if len(ids) == 0 {
		return worked, nil
	}
	if err := m.persons(ctx, ids); err != nil {
		return nil, err
	}
	for _, id := range ids {
		r := NewRecord(id, facts.Notices, nil, facts.Incidents, &m.Config, m.now)
		work := r.work
		if policy.Rules.Paged {
			for i := range r.rings { // of no length: whoever goes on to work is on the same call-out
				work = append(work, Work{Incident: r.rings[i].Incident, Start: r.rings[i].At, End: r.rings[i].At})
			}
		}
		worked[id] = policy.Rules.Owed(policy.Rules.CallOuts(m.people[id], work, from, to))
	}
	return worked, nil
}

// settling is how long after a week something may still change what was earned in it.
const settling = 2 * 24 * time.Hour

// earnAround puts down what was earned in a week that was measured, and in the week
// before where work may have gone on over its end.
func (m *measuring) earnAround(ctx context.Context, w *weekWork) error {
	for _, touched := range w.touched {
		if slices.ContainsFunc(touched, func(s span) bool { return s.from < w.from().Add(settling).Unix() }) {
			if before := w.monday.AddDays(-7); !before.Before(m.state.Begins()) {
				if err := m.earn(ctx, before); err != nil {
					return err
				}
			}
			break
		}
	}
	return m.earn(ctx, w.monday)
}
