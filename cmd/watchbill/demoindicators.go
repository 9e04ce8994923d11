package main

import (
	"context"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// demoMonths are what the team of the demonstration says of its last twelve months: the
// share of toil, and how many days old the median open ticket was.
var demoMonths = [12]struct{ toil, tickets float64 }{
	{.2, 5}, {.2, 4.5}, {.3, 6}, {.2, 5}, {.2, 5.5}, {.3, 7}, {.2, 6.5}, {.3, 8}, {.3, 9}, {.4, 12}, {.5, 16}, {.5, 19},
}

// demoIndicators has a manager enter what no pager tells, each month soon after its end.
func (s *server) demoIndicators(ctx context.Context, team *schedule.TeamRecord, boss schedule.ID) error {
	zone, err := schedule.Zone(team.Zone)
	if err != nil {
		return err
	}
	clock := s.now
	defer func() { s.now = clock }()
	now := clock()
	today := schedule.DateOf(now.In(zone))
	this := schedule.Date{Year: today.Year, Month: today.Month, Day: 1}
	for n, m := range demoMonths {
		period := health.IndicatorPeriod{From: this.AddMonths(n - len(demoMonths))}
		at := period.Until().AddDays(1).At(schedule.ClockAt(10, 30), zone)
		if at.After(now) {
			at = now // it is the first of a month
		}
		s.now = func() time.Time { return at }
		who := health.Whence{By: boss, Source: health.IndicatorByHand, Today: schedule.DateOf(at.In(zone))}
		for _, e := range []health.IndicatorEntry{{Name: health.ToilShare, Value: &m.toil}, {Name: health.TicketAge, Value: &m.tickets}} {
			e.Period = period
			if _, err := s.health.PutIndicator(ctx, who, team.ID, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// demoFound is what the manager of the demonstration answered to what she was asked, by
// cause and the oldest question first; those after them have no answer yet.
var demoFound = map[health.Cause][]string{
	health.CauseDecline: {
		"Two of us were on call for three weeks of five, because of holidays. The rotation has eight people again.",
		"We talked about it in the review. The ten minutes did not help: the backup still wakes us three nights a week.",
	},
	health.CauseShift: {"Most wake-ups are of the backup and need nobody; we delay its alert by ten minutes."},
}

// demoWarnings asks what half a year of weeks gave reason to ask, each as on its Monday.
func (s *server) demoWarnings(ctx context.Context, team *schedule.TeamRecord, boss schedule.ID) error {
	zone, err := schedule.Zone(team.Zone)
	if err != nil {
		return err
	}
	clock := s.now
	defer func() { s.now = clock }()
	this := health.MondayOf(schedule.DateOf(clock().In(zone)))
	answered := map[health.Cause]int{}
	known := map[schedule.ID]bool{}
	for n := 26; n >= 0; n-- {
		at := this.AddDays(-7*n).At(schedule.ClockAt(0, 2), zone)
		s.now = func() time.Time { return at }
		if _, err := s.rollup.Warn(ctx, []schedule.TeamRecord{*team}); err != nil {
			return err
		}
		asked, err := s.health.Store.Warnings(ctx, team.ID, this.AddDays(-365))
		if err != nil {
			return err
		}
		s.now = func() time.Time { return at.Add(34 * time.Hour) }
		for i := range asked {
			w := &asked[i]
			found := demoFound[w.Cause]
			if known[w.ID] || n == 0 || answered[w.Cause] >= len(found) {
				continue
			}
			if _, err := s.health.AnswerWarning(ctx, boss, team.ID, w.ID, 0, found[answered[w.Cause]]); err != nil {
				return err
			}
			known[w.ID] = true
			answered[w.Cause]++
		}
	}
	return nil
}
