package health

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"watchbill/schedule"
)

// finish puts the lines in order and says what there is to know.
func (s *Statement) finish(policies []PayPolicy) {
	slices.SortStableFunc(s.Lines, func(a, b PaidLine) int {
		return cmp.Or(cmp.Compare(a.Person, b.Person), compareTruth(!a.Correction, !b.Correction), a.From.Compare(b.From), strings.Compare(string(a.Rotation), string(b.Rotation)), cmp.Compare(a.Kind, b.Kind))
	})
	sum := sha256.New()
	for i := range s.Lines {
		l := &s.Lines[i]
		fmt.Fprintln(sum, l.Person, l.Kind, l.From.Unix(), l.To.Unix(), l.Rotation, l.Rule, l.Rate, l.Count, l.Amount, l.Correction, l.Month, l.Currency, l.Policy)
	}
	if s.Unpaid > 0 {
		fmt.Fprintln(sum, s.Unpaid)
		s.Flags = append(s.Flags, unpaidWords(s.Unpaid))
	}
	s.Seen = hex.EncodeToString(sum.Sum(nil)[:12])
	for i := range policies {
		if _, _, holds := s.within(policies, i); holds {
			s.Flags = append(s.Flags, policies[i].Rules.Flags()...)
		}
	}
	slices.Sort(s.Flags)
	s.Flags = slices.Compact(s.Flags)
}

// corrections returns what mends a month that was published.
func (p *Payroll) corrections(ctx context.Context, policies []PayPolicy, old *Statement, paid []PaidLine) ([]PaidLine, error) {
	lines, _, err := p.lines(ctx, policies, old)
	if err != nil {
		return nil, err
	}
	var was, now []PayLine
	details := map[string]PaidLine{}
	for _, l := range paid {
		if l.Month == old.Month {
			was = append(was, l.PayLine)
			details[l.Version] = l
		}
	}
	for _, l := range lines {
		now = append(now, l.PayLine)
		details[l.Version] = l
	}
	var out []PaidLine
	for _, l := range Corrections(was, now) {
		d := details[l.Version]
		out = append(out, PaidLine{PayLine: l, Month: old.Month, Currency: d.Currency, Policy: d.Policy, Unit: d.Unit})
	}
	return out, nil
}

// lines prices a month by the policies that hold in it, one after the other, and says how
// many pages paid nothing because nobody acknowledged them.
func (p *Payroll) lines(ctx context.Context, policies []PayPolicy, s *Statement) (out []PaidLine, unpaid int, err error) {
	shifts, err := p.Schedules.Shifts(ctx, s.Team, s.From, s.To)
	if err != nil {
		return nil, 0, err
	}
	pages := map[schedule.ID]bool{}
	gone := s.From.Before(s.kept)
	for i := range policies {
		policy := &policies[i]
		from, to, holds := s.within(policies, i)
		if !holds {
			continue
		}
		some := policy.Rules.standbys(shifts, from, to)
		switch {
		case policy.Rules.PerCallOut == 0 && policy.Rules.WorkHour == 0:
		case gone:
			s.Flags = append(s.Flags, "What pages pay is not in it: all of them are kept only since "+FirstDay(s.kept, policy.Rules.Zone)+".")
		default:
			worked, err := p.worked(ctx, s.Team, policy, pages, from, to)
			if err != nil {
				return nil, 0, err
			}
			some = append(some, worked...)
		}
		for _, l := range some {
			out = append(out, PaidLine{PayLine: l, Month: s.Month, Currency: policy.Rules.Currency, Policy: policy.ID, Unit: policy.Rules.Unit})
		}
	}
	return out, len(pages), nil
}

// within returns when in the month a policy holds. It goes by days: where a month begins
// and ends is settled, whatever the clock of rules to come.
func (s *Statement) within(policies []PayPolicy, i int) (from, to time.Time, holds bool) {
	from, to = s.From, s.To
	if policies[i].From.After(s.Month) {
		from = policies[i].begins()
	}
	if i+1 < len(policies) {
		if !policies[i+1].From.After(s.Month) {
			return from, from, false
		}
		if policies[i+1].From.Before(nextMonth(s.Month)) {
			to = policies[i+1].begins()
		}
	}
	return from, to, policies[i].From.Before(nextMonth(s.Month)) && from.Before(to)
}

// standbys prices being on call in [from, to), of everybody.
func (r *PayRules) standbys(shifts []Shift, from, to time.Time) (out []PayLine) {
	people := map[schedule.ID]bool{}
	for _, s := range shifts {
		if s.Person != 0 {
			people[s.Person] = true
		}
	}
	for _, id := range sortedIDs(people) {
		out = append(out, r.Lines(id, shifts, from, to)...)
	}
	return out
}

// worked prices work on incidents and being called, and adds pages that paid nothing.
func (p *Payroll) worked(ctx context.Context, team schedule.ID, policy *PayPolicy, unpaid map[schedule.ID]bool, from, to time.Time) ([]PayLine, error) {
	facts, err := p.Store.Facts(ctx, team, from.Add(-lookBack), to.Add(lookBack))
	if err != nil {
		return nil, err
	}
	who := map[schedule.ID]bool{}
	for i := range facts.Incidents {
		for _, e := range facts.Incidents[i].Engagements {
			who[e.Person] = true
		}
	}
	for i := range facts.Notices {
		if n := &facts.Notices[i]; n.Interrupts() {
			who[n.Person] = true
		}
	}
	ids := sortedIDs(who)
	if len(ids) == 0 {
		return nil, nil
	}
	people, err := p.people(ctx, team, ids)
	if err != nil {
		return nil, err
	}
	var out []PayLine
	for _, id := range ids {
		person := people[id]
		if person == nil {
			continue // nothing is known of them any more
		}
		record := NewRecord(id, facts.Notices, nil, facts.Incidents, &p.Config, p.Now())
		rules := policy.Rules
		rules.Holidays = person.Holidays
		var within []Work
		for _, w := range record.work {
			if w.End.After(from) && w.Start.Before(to) {
				within = append(within, w)
			}
		}
		lines, err := rules.WorkLines(id, rules.CallOuts(person, record, from, to), within, &p.Config, from, to)
		if err != nil {
			return nil, err
		}
		out = append(out, lines...)
		for _, page := range rules.Unanswered(person, record, facts.Incidents, from, to) {
			unpaid[page] = true
		}
	}
	return out, nil
}

// people returns people with the clocks that they have had.
func (p *Payroll) people(ctx context.Context, team schedule.ID, ids []schedule.ID) (map[schedule.ID]*Person, error) {
	clocks, err := p.Store.ClockChanges(ctx, ids)
	if err != nil {
		return nil, err
	}
	var missing []schedule.ID
	for _, id := range ids {
		if !slices.ContainsFunc(clocks, func(c ClockChange) bool { return c.Person == id }) {
			missing = append(missing, id)
		}
	}
	fresh, err := p.Schedules.Clocks(ctx, missing)
	if err != nil {
		return nil, err
	}
	for _, c := range fresh {
		c.From = time.Unix(0, 0).UTC()
		clocks = append(clocks, c)
	}
	return p.Schedules.Persons(ctx, team, clocks)
}
