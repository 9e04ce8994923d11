package main

import (
	"context"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// demoDiary has somebody write into their diary after each of their past shifts but the
// latest, which is still to be asked about.
func (s *server) demoDiary(ctx context.Context, person schedule.ID) error {
	now := s.now
	defer func() { s.now = now }()
	today := s.now()
	shifts, err := s.schedule.PersonShifts(ctx, person, today.AddDate(0, 0, -7*demoPast), today)
	if err != nil {
		return err
	}
	said := []struct {
		disruptive   int
		change, note string
	}{
		{2, "nothing", ""}, {3, "runbook", "Nobody knew where the export runs."}, {4, "alerts", "The same disk three nights in a row."}, {5, "alerts", ""}, {4, "rest", "Took the Monday off."},
	}
	n := 0
	for i := range shifts {
		t := &shifts[i]
		if t.End.After(today.AddDate(0, 0, -health.DiaryAsks)) || n == len(said) {
			continue
		}
		at := t.End.Add(2 * time.Hour)
		s.now = func() time.Time { return at }
		what := health.DiarySaying{Disruptive: &said[n].disruptive, Change: &said[n].change, Note: &said[n].note}
		if _, err := s.diary.Write(ctx, person, health.DiaryShift{Team: t.Team, Rotation: t.Rotation, From: t.Start}, what); err != nil {
			return err
		}
		n++
	}
	return nil
}
