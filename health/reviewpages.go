package health

import (
	"context"
	"slices"
	"time"

	"watchbill/schedule"
)

// alertKey names an alert of a service.
type alertKey [2]string

// pages groups what fired in the week, by alert and by night.
func (r *Reviewer) pages(ctx context.Context, v *Review, zone *time.Location) error {
	facts, err := r.Store.Facts(ctx, v.Team, v.From, v.To)
	if err != nil {
		return err
	}
	sleep := r.Burdens.Config.Sleep
	alerts, order := groupAlerts(&facts, v.From, v.To, func(t time.Time) bool { _, is := nightOf(t, sleep, zone); return is })
	for i := range facts.Incidents {
		in := &facts.Incidents[i]
		if !in.TriggeredAt.Before(v.From) {
			v.Pages++
		}
		forgotten := in.TriggeredAt.Before(v.To.Add(-LongestOpen))
		if !forgotten && (in.ResolvedAt.IsZero() || !in.ResolvedAt.Before(v.To)) {
			v.Open = append(v.Open, ReviewPage{in.ID, in.Service, facts.Titles[in.ID], in.TriggeredAt.UTC()})
			if a := alerts[alertKey{in.Service, facts.Titles[in.ID]}]; a != nil {
				a.Open++
			}
		}
	}
	v.Open = v.Open[:min(len(v.Open), mostReviewPages)]
	v.Nights = nights(&facts, v.From, v.To, sleep, zone)
	before, err := r.Store.AlertWeeks(ctx, v.Team, v.From.Add(-reviewWeeks*7*24*time.Hour), v.From)
	if err != nil {
		return err
	}
	for _, b := range before {
		if a := alerts[alertKey{b.Service, b.Alert}]; a != nil {
			a.Before += b.Pages
			a.Weeks++
			if b.Week >= reviewWeeks-4 {
				a.Lately++
			}
		}
	}
	for _, key := range order {
		v.Alerts = append(v.Alerts, *alerts[key])
	}
	slices.SortFunc(v.Alerts, func(a, b ReviewAlert) int { return byPages(&a, &b) })
	v.More = max(0, len(v.Alerts)-mostReviewAlerts)
	v.Alerts = v.Alerts[:len(v.Alerts)-v.More]
	return nil
}

// groupAlerts counts the pages that fired in [from, to) by alert, in the order in which
// they fired first.
func groupAlerts(facts *Facts, from, to time.Time, night func(time.Time) bool) (map[alertKey]*ReviewAlert, []alertKey) {
	verdicts := map[schedule.ID]Verdict{}
	for _, n := range facts.Notices {
		verdicts[n.Incident] = max(verdicts[n.Incident], n.Verdict)
	}
	alerts := map[alertKey]*ReviewAlert{}
	var order []alertKey
	for i := range facts.Incidents {
		in := &facts.Incidents[i]
		if in.TriggeredAt.Before(from) || !in.TriggeredAt.Before(to) {
			continue
		}
		key := alertKey{in.Service, facts.Titles[in.ID]}
		a := alerts[key]
		if a == nil {
			a = &ReviewAlert{Service: key[0], Alert: key[1]}
			alerts[key], order = a, append(order, key)
		}
		a.Pages++
		if night(in.TriggeredAt) {
			a.Night++
		}
		switch verdicts[in.ID] {
		case NoAction:
			a.NoAction++
			a.Tagged++
		case Actionable:
			a.Tagged++
		}
	}
	return alerts, order
}

// nightOf returns the evening of the night that an instant is in, on a clock; false by
// day. Hours of sleep that go over midnight belong to the evening before.
func nightOf(t time.Time, sleep DailyHours, zone *time.Location) (schedule.Date, bool) {
	local := t.In(zone)
	day, clock := schedule.DateOf(local), schedule.ClockOf(local)
	switch {
	case sleep.Start > sleep.End && clock >= sleep.Start:
		return day, true
	case sleep.Start > sleep.End && clock < sleep.End:
		return day.AddDays(-1), true
	case sleep.Start < sleep.End && sleep.Start <= clock && clock < sleep.End:
		return day.AddDays(-1), true
	}
	return day, false
}

// mostNightAlerts is how many alerts of a night are named.
const mostNightAlerts = 3

// nights groups the pages of [from, to) that fired at night.
func nights(facts *Facts, from, to time.Time, sleep DailyHours, zone *time.Location) []ReviewNight {
	var out []ReviewNight
	for i := range facts.Incidents {
		in := &facts.Incidents[i]
		night, is := nightOf(in.TriggeredAt, sleep, zone)
		if !is || in.TriggeredAt.Before(from) || !in.TriggeredAt.Before(to) {
			continue
		}
		if len(out) == 0 || out[len(out)-1].Night != night {
			out = append(out, ReviewNight{Night: night, First: in.TriggeredAt.UTC()})
		}
		n := &out[len(out)-1]
		n.Pages++
		n.Last = in.TriggeredAt.UTC()
		name := facts.Titles[in.ID]
		if name == "" {
			name = in.Service
		}
		if name != "" && len(n.Alerts) < mostNightAlerts && !slices.Contains(n.Alerts, name) {
			n.Alerts = append(n.Alerts, name)
		}
	}
	return out
}
