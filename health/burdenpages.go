package health

import (
	"cmp"
	"context"
	"slices"
	"time"

	"watchbill/schedule"
)

// pages adds up what pages did to the team.
func (r *Rollup) pages(ctx context.Context, b *Burden, tallies map[schedule.ID]*Tally, now time.Time, zone *time.Location) error {
	past, err := r.compared(ctx, b, schedule.DateOf(now.In(zone)))
	if err != nil {
		return err
	}
	weeks, err := r.Store.TeamWeeks(ctx, b.Team, r.Config.Version, b.Period.From, b.Period.Until())
	if err != nil {
		return err
	}
	for i := range weeks {
		w := &weeks[i]
		b.Sum.Add(w)
		f := WeekFigures{
			Week: w.Week, Interruptions: Total(w.Sum.Interruptions), Wakeups: w.Sum.Wakeups(), Incidents: w.First.Incidents, OnCallWeeks: w.Sum.OnCallWeeks(),
			Quiet: w.Quiet > 0 && w.Sum.Level1 > 0, Running: w.Week.AddDays(7).At(schedule.Midnight, zone).After(now),
		}
		if f.Interruptions > b.Limit {
			b.Over++
		}
		b.Weeks = append(b.Weeks, f)
	}
	exposure := b.Sum.Sum.OnCallWeeks()
	b.Interrupt = Garwood(Total(b.Sum.Sum.Interruptions), exposure, 0.95)
	b.Wake = Garwood(b.Sum.Sum.Wakeups(), exposure, 0.95)
	b.Broken = Garwood(b.Sum.Nights, 7*exposure, 0.95)
	b.Calls = compare(past.Interruptions, past.OnCallWeeks(), Total(b.Sum.Sum.Interruptions), exposure)
	b.Trend = compare(past.Wakeups, past.OnCallWeeks(), b.Sum.Sum.Wakeups(), exposure)
	for i := range b.Sum.Origins {
		if o := b.Sum.Origins[i]; o.Alert == "" {
			b.Services = append(b.Services, o)
		} else {
			b.Alerts = append(b.Alerts, o)
		}
	}
	b.Clock = r.Config.clock()
	b.answer()
	b.luck(tallies)
	b.doubt(&past)
	b.Events, err = r.Schedules.Events(ctx, b.Team, b.Period.From, b.Period.Until())
	return err
}

// answer puts the answers in order of severity.
func (b *Burden) answer() {
	sample := func(all []int) (s Sample) {
		for _, x := range all {
			s = append(s, float64(x))
		}
		slices.Sort(s)
		return s
	}
	for severity, a := range b.Sum.Answers {
		b.Answers = append(b.Answers, Answered{severity, Response{
			Incidents: a.Incidents, Unacked: a.Unacked, Ack: sample(a.Ack), Resolve: sample(a.Resolve), CheckIns: a.CheckIns, CheckInDue: a.CheckInDue,
		}})
	}
	slices.SortFunc(b.Answers, func(x, y Answered) int {
		return cmp.Or(cmp.Compare(y.Incidents, x.Incidents), cmp.Compare(x.Severity, y.Severity))
	})
}

// luck says whether pages fell on people as chance would have it.
func (b *Burden) luck(tallies map[schedule.ID]*Tally) {
	var counts []int
	var held []float64
	for _, id := range sortedIDs(tallies) {
		counts, held = append(counts, Total(tallies[id].Episodes)), append(held, hours(tallies[id].Level1))
	}
	if l, ok := PageLuck(counts, held); ok {
		l.Expected = nil // of persons
		b.Luck = &l
	}
}

// OnCallWeeks returns the hours of the first level in weeks.
func (s *TeamSum) OnCallWeeks() float64 { return hours(s.Level1) / hoursPerWeek }
