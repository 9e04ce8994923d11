package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/danielgtaylor/huma/v2"
)

// payRoutes lists what there is about on-call pay.
func (s *Server) payRoutes(a huma.API) {
	get(s, a, "/pay", "list-own-pay", "What you have been paid for being on call, as it was published", s.listOwnPay)
	get(s, a, "/teams/{team}/pay", "list-pay", "The months of a team's on-call pay, for those who manage it", s.listPay)
	get(s, a, "/teams/{team}/pay/rules", "list-pay-rules", "By which rules a team pays for being on call", s.listPayRules)
	add(s, a, "/teams/{team}/pay/rules", "set-pay-rules", "Make other rules of pay hold from a day on", s.setPayRules)
	get(s, a, "/teams/{team}/pay/{month}", "get-pay", "A month as it was published, or as it would be now", s.getPay)
	get(s, a, "/teams/{team}/pay/{month}/lines.csv", "get-pay-table", "Its lines as a table for payroll", s.getPayTable)
	act(s, a, "/teams/{team}/pay/{month}/publish", "publish-pay", "Freeze a month", s.publishPay)
}

// A PayLine is a line of pay.
type PayLine struct {
	Person     *PersonRef          `json:"person"`
	Month      string              `json:"month" doc:"That it is about: an earlier one of a correction"`
	Kind       string              `json:"kind" enum:"standby,call_out,work"`
	From       Instant             `json:"from" doc:"The shift, as far as it is paid, or the period"`
	To         Instant             `json:"to"`
	Rotation   schedule.RotationID `json:"rotation,omitempty"`
	Rule       string              `json:"rule,omitempty" doc:"Absent: the base rate"`
	Unit       string              `json:"unit" enum:"hour,day,week" doc:"What the rate of standing by is for"`
	Rate       int64               `json:"rate" doc:"In minor units"`
	Count      int64               `json:"count" doc:"Seconds; call-outs by number"`
	Amount     int64               `json:"amount" doc:"In minor units; below zero only in corrections"`
	Currency   string              `json:"currency"`
	Correction bool                `json:"correction,omitempty" doc:"It mends a month that was published before"`
	Version    string              `json:"rules_version"`
}

func payLineOf(l *health.PaidLine, people map[schedule.ID]string) PayLine {
	return PayLine{
		refTo(l.Person, people), l.Month.String()[:7], string(l.Kind), instantOf(l.From), instantOf(l.To), l.Rotation, l.Rule, string(l.Unit), l.Rate, l.Count, l.Amount, l.Currency, l.Correction, l.Version,
	}
}

// A PayTotal is a sum in one currency.
type PayTotal struct {
	Currency string `json:"currency"`
	Amount   int64  `json:"amount" doc:"In minor units"`
}

func payTotals(lines []health.PaidLine) []PayTotal {
	out := []PayTotal{}
	for _, sum := range health.PaySums(lines) {
		out = append(out, PayTotal{sum.Currency, sum.Minor})
	}
	return out
}

// A PayMonth is a month of a team.
type PayMonth struct {
	Month       string  `json:"month"`
	State       string  `json:"state" enum:"running,open,published" doc:"open: it is over and can be published, after the months before"`
	Number      int     `json:"number,omitempty" doc:"Of the team's statements"`
	PublishedAt Instant `json:"published_at,omitzero"`
}

func payMonthOf(m *health.PayMonth) PayMonth {
	out := PayMonth{Month: m.Month.String()[:7], State: "running"}
	switch {
	case m.Statement != nil:
		out.State, out.Number, out.PublishedAt = "published", m.Statement.Number, instantOf(m.Statement.At)
	case m.Over:
		out.State = "open"
	}
	return out
}

type payIn struct{ TeamPath }

type payMonthsOut struct {
	Body struct {
		Items []PayMonth `json:"items" doc:"The latest first"`
	}
}

// listPay lists the months of a team.
func (s *Server) listPay(ctx context.Context, in *payIn) (*payMonthsOut, error) {
	team, _, err := s.team(ctx, auth.SeePay, in.Team)
	if err != nil {
		return nil, err
	}
	months, err := s.Pay.Months(ctx, team.ID)
	out := &payMonthsOut{}
	out.Body.Items = []PayMonth{}
	for i := range months {
		out.Body.Items = append(out.Body.Items, payMonthOf(&months[i]))
	}
	return out, err
}

// A PayStatement is what a team pays for a month.
type PayStatement struct {
	Team      schedule.ID `json:"team"`
	Month     string      `json:"month"`
	Published bool        `json:"published" doc:"It stays; otherwise it is what it comes to now"`
	Number    int         `json:"number"`
	From      Instant     `json:"from"`
	To        Instant     `json:"to" doc:"Not included"`
	Totals    []PayTotal  `json:"totals"`
	Lines     []PayLine   `json:"lines" doc:"By person"`
	Flags     []string    `json:"flags" doc:"What whoever reads it should know of the rules"`
	Unpaid    int         `json:"unpaid_pages" doc:"How many pages outside working hours paid nothing because nobody acknowledged them"`
	Seen      string      `json:"seen" doc:"To send when it is published: nothing else is"`
}

// PayPath names a month of a team.
type PayPath struct {
	TeamPath
	Month string `path:"month" doc:"Like 2026-11" pattern:"^[0-9]{4}-[0-9]{2}$"`
}

type payStatementIn struct{ PayPath }

type payStatementOut struct{ Body PayStatement }

// statement returns a month for those who may see it, and notes whom they looked at.
func (s *Server) statement(ctx context.Context, in *PayPath) (*health.Statement, map[schedule.ID]string, error) {
	team, w, err := s.team(ctx, auth.SeePay, in.Team)
	if err != nil {
		return nil, nil, err
	}
	month, err := health.ParseMonth(in.Month)
	if err != nil {
		return nil, nil, err
	}
	st, err := s.Pay.Statement(ctx, team.ID, month)
	if err != nil {
		return nil, nil, err
	}
	ids := map[schedule.ID]bool{}
	for i := range st.Lines {
		ids[st.Lines[i].Person] = true
	}
	people, err := names(ctx, s.Schedule.Store, ids)
	if err != nil {
		return nil, nil, err
	}
	return st, people, s.Pay.Looked(ctx, me(w), st)
}

func statementOf(st *health.Statement, people map[schedule.ID]string) PayStatement {
	out := PayStatement{
		Team: st.Team, Month: st.Month.String()[:7], Published: st.Published(), Number: st.Number, From: instantOf(st.From), To: instantOf(st.To),
		Totals: payTotals(st.Lines), Lines: []PayLine{}, Flags: append([]string{}, st.Flags...), Unpaid: st.Unpaid, Seen: st.Seen,
	}
	for i := range st.Lines {
		out.Lines = append(out.Lines, payLineOf(&st.Lines[i], people))
	}
	return out
}

// getPay returns a month.
func (s *Server) getPay(ctx context.Context, in *payStatementIn) (*payStatementOut, error) {
	st, people, err := s.statement(ctx, &in.PayPath)
	if err != nil {
		return nil, err
	}
	return &payStatementOut{statementOf(st, people)}, nil
}

// getPayTable returns the lines of a month in rows.
func (s *Server) getPayTable(ctx context.Context, in *payStatementIn) (*sheetOut, error) {
	st, people, err := s.statement(ctx, &in.PayPath)
	if err != nil {
		return nil, err
	}
	rows := [][]string{{
		"person id", "person", "month", "kind", "correction", "from", "to", "rotation", "rule", "count", "count unit", "rate", "rate unit", "amount", "currency", "amount (minor units)", "rules version", "published",
	}}
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	yes := func(b bool) string { return map[bool]string{true: "yes", false: "no"}[b] }
	for i := range st.Lines {
		l := &st.Lines[i]
		count, unit := "seconds", string(l.Unit)
		switch l.Kind {
		case health.PayCallOut:
			count, unit = "call-outs", "call-out"
		case health.PayWork:
			unit = "hour"
		}
		rows = append(rows, []string{
			number(int64(l.Person)), health.SafeCell(people[l.Person]), l.Month.String()[:7], string(l.Kind), yes(l.Correction), l.From.UTC().Format(time.RFC3339), l.To.UTC().Format(time.RFC3339),
			health.SafeCell(string(l.Rotation)), health.SafeCell(l.Rule), number(l.Count), count, health.Decimal(l.Rate, l.Currency), unit, health.Decimal(l.Amount, l.Currency), l.Currency,
			number(l.Amount), l.Version, yes(st.Published()),
		})
	}
	return sheet("on-call-pay-"+st.Month.String()[:7], rows)
}

type publishPayIn struct {
	PayPath
	Body struct {
		Seen string `json:"seen" doc:"As it stood in the month"`
	}
}

// publishPay freezes a month.
func (s *Server) publishPay(ctx context.Context, in *publishPayIn) (*payStatementOut, error) {
	team, w, err := s.team(ctx, auth.SetPay, in.Team)
	if err != nil {
		return nil, err
	}
	month, err := health.ParseMonth(in.Month)
	if err != nil {
		return nil, err
	}
	if _, err := s.Pay.Publish(ctx, me(w), team.ID, month, in.Body.Seen); err != nil {
		return nil, err
	}
	return s.getPay(ctx, &payStatementIn{in.PayPath})
}

// PayRules are by which rules a team pays.
type PayRules struct {
	From  Day            `json:"from"`
	Rules map[string]any `json:"rules" doc:"As docs/pay.md has them; rates are minor units"`
}

type payRulesOut struct {
	Body struct {
		Items []PayRules `json:"items" doc:"By when they begin to hold; of two for one day the later holds"`
	}
}

// listPayRules lists rules of pay; everybody in the team may know them.
func (s *Server) listPayRules(ctx context.Context, in *payIn) (*payRulesOut, error) {
	team, _, err := s.team(ctx, auth.SeeBurden, in.Team)
	if err != nil {
		return nil, err
	}
	policies, err := s.Health.Store.PayPolicies(ctx, team.ID)
	if err != nil {
		return nil, err
	}
	out := &payRulesOut{}
	out.Body.Items = []PayRules{}
	for i := range policies {
		rules, err := payRulesOf(&policies[i])
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, rules)
	}
	return out, nil
}

func payRulesOf(p *health.PayPolicy) (PayRules, error) {
	out := PayRules{From: Day{p.From}}
	text, err := p.PolicyText()
	if err == nil {
		err = json.Unmarshal([]byte(text), &out.Rules)
	}
	return out, err
}

type setPayRulesIn struct {
	TeamPath
	Body PayRules
}

type setPayRulesOut struct{ Body PayRules }

// setPayRules makes rules hold from a day on.
func (s *Server) setPayRules(ctx context.Context, in *setPayRulesIn) (*setPayRulesOut, error) {
	team, w, err := s.team(ctx, auth.SetPay, in.Team)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(in.Body.Rules)
	if err != nil {
		return nil, err
	}
	p := health.PayPolicy{Team: team.ID, From: in.Body.From.date, By: me(w)}
	if p.Rules, err = health.ReadPayRules(text); err != nil {
		return nil, within("rules", err)
	}
	if err := s.Pay.CheckRotations(ctx, team.ID, p.From, &p.Rules); err != nil {
		return nil, within("rules", err)
	}
	if err := s.Pay.SetPay(ctx, &p); err != nil {
		return nil, err
	}
	out, err := payRulesOf(&p)
	return &setPayRulesOut{out}, err
}

// within names the field of a body that what is wrong lies in.
func within(field string, err error) error {
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		var out []error
		for _, one := range all.Unwrap() {
			out = append(out, within(field, one))
		}
		return errors.Join(out...)
	}
	if wrong, ok := err.(*schedule.InvalidError); ok { //nolint:errorlint // they are joined, and not wrapped
		name := field
		if wrong.Field != "" {
			name += "." + wrong.Field
		}
		return invalid(name, wrong.Reason)
	}
	return err
}

type ownPayOut struct {
	Body struct {
		Items []OwnPay `json:"items"`
	}
}

// OwnPay is what whoever asks was paid in a team.
type OwnPay struct {
	Team   schedule.ID `json:"team"`
	Totals []PayTotal  `json:"totals"`
	Lines  []PayLine   `json:"lines" doc:"As they were published, in order"`
}

// listOwnPay lists what whoever asks was paid, of the last fourteen months.
func (s *Server) listOwnPay(ctx context.Context, _ *struct{}) (*ownPayOut, error) {
	w, err := own(ctx, auth.SeePay)
	if err != nil {
		return nil, err
	}
	ids, err := s.Health.Store.PaidTeams(ctx, me(w))
	if err != nil {
		return nil, err
	}
	slices.Sort(ids)
	out := &ownPayOut{}
	out.Body.Items = []OwnPay{}
	people := map[schedule.ID]string{me(w): w.Name}
	for _, id := range ids {
		lines, err := s.Health.Store.PaidLines(ctx, id, me(w), schedule.DateOf(s.Schedule.Now()).AddDays(-14*31))
		if err != nil {
			return nil, fmt.Errorf("pay of team %d: %w", id, err)
		}
		one := OwnPay{Team: id, Totals: payTotals(lines), Lines: []PayLine{}}
		for i := range lines {
			one.Lines = append(one.Lines, payLineOf(&lines[i], people))
		}
		out.Body.Items = append(out.Body.Items, one)
	}
	return out, nil
}
