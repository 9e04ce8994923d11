package main

import (
	"context"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// demoPay has the team pay for being on call since the month after a day. All months that
// are over but the last are published.
func (s *server) demoPay(ctx context.Context, team schedule.TeamRecord, boss schedule.ID, since schedule.Date) error {
	zone, err := time.LoadLocation(team.Zone)
	if err != nil {
		return err
	}
	from := schedule.DateOf(time.Date(since.Year, since.Month+1, 1, 12, 0, 0, 0, time.UTC))
	rules := health.PayRules{
		Version: "1", Currency: "EUR", Zone: zone, Unit: health.PerHour, Base: 300,
		Weekly: []health.WeeklyRate{
			{Name: "Secondary", Rate: 150, Rotations: []schedule.RotationID{"secondary"}},
			{Name: "Weekend", Hours: schedule.Hours{Days: schedule.Weekend, Until: schedule.ClockAt(24, 0)}, Rate: 750},
			{Name: "Night", Hours: schedule.Hours{From: schedule.ClockAt(22, 0), Until: schedule.ClockAt(6, 0)}, Rate: 500},
		},
	}
	if err := s.payroll.SetPay(ctx, &health.PayPolicy{Team: team.ID, From: from, Rules: rules, By: boss}); err != nil {
		return err
	}
	months, err := s.payroll.Months(ctx, team.ID)
	if err != nil {
		return err
	}
	for i := len(months) - 1; i > 0 && months[i-1].Over; i-- {
		st, err := s.payroll.Statement(ctx, team.ID, months[i].Month)
		if err != nil {
			return err
		}
		if _, err := s.payroll.Publish(ctx, boss, team.ID, st.Month, st.Seen); err != nil {
			return err
		}
	}
	return nil
}
