package main

import (
	"context"
	"errors"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// demoOwed has the team owe time for call-outs since a Monday: most of it is approved,
// some of the first declined, one takes a morning, and what came last waits.
func (s *server) demoOwed(ctx context.Context, team schedule.TeamRecord, boss schedule.ID, from schedule.Date) error {
	zone, err := time.LoadLocation(team.Zone)
	if err != nil {
		return err
	}
	policy := health.OwedPolicy{Team: team.ID, From: from, By: boss, Rules: health.DefaultOwedRules()}
	policy.Rules.Paged = true // Alertmanager tells of no acknowledgement
	if err := errors.Join(s.health.SetOwed(ctx, policy, zone), s.measureBurden(ctx)); err != nil {
		return err
	}
	all, err := s.health.OwedIn(ctx, 0, team.ID, zone)
	if err != nil {
		return err
	}
	booked := false
	for i := range all {
		o := &all[i]
		latest := int64(0) // waits
		if n := len(o.Lots); n > 1 {
			latest = o.Lots[n-1].Pending
		}
		order := health.OwedOrder{OwedName: o.OwedName, By: boss, Zone: zone}
		if o.Person == boss {
			continue // nobody decides about their own
		}
		if o.Pending > latest+60 && i%3 == 1 {
			order.Minutes, order.Reason = 60, "That Sunday was a planned migration: it is paid as overtime."
			if err := s.health.DecideOwed(ctx, order, false); err != nil {
				return err
			}
			o.Pending, order.Reason = o.Pending-60, ""
		}
		if order.Minutes = o.Pending - latest; order.Minutes <= 0 {
			continue
		}
		if err := s.health.DecideOwed(ctx, order, true); err != nil {
			return err
		}
		if booked || order.Minutes < 2*60 {
			continue
		}
		booked, order.By, order.Minutes, order.Reason = true, o.Person, 90, "Slept in after the night of the twelfth"
		if _, err := s.health.TakeOwed(ctx, health.TakeOrder{OwedOrder: order}); err != nil {
			return err
		}
	}
	return nil
}
