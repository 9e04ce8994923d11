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
