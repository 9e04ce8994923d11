package main

import (
	"strings"
	"testing"
	"time"

	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// A line for two busy weeks is asked for while it is there. Where it is over, or has
// nobody, whoever has the line that is always there is on call; so it is with a stretch
// that somebody is put into for a while.
func TestPeakFallsBack(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	ctx := t.Context()
	in, err := importTeam(strings.Replace(crew, "  - {name: primary, handover: Mon 09:00}\n",
		"  - {name: primary, handover: Mon 09:00}\n  - {name: busy, handover: Mon 09:00, first: 2026-12-14, last: 2026-12-27}\n", 1))
	d.ok(err)
	_, err = d.schedule.AddTeam(ctx, 0, in)
	d.ok(err)
	monday := schedule.Date{Year: 2026, Month: 12, Day: 7}
	d.ok(publishDays(ctx, d.schedule, monday, monday.AddDays(42), nil))
	shifts, err := d.schedule.Shifts(ctx, 1, d.now, d.now.AddDate(0, 2, 0), time.Time{})
	d.ok(err)
	find := func(rotation schedule.RotationID, at time.Time) schedule.Shift {
		for _, s := range shifts {
			if s.Rotation == rotation && !at.Before(s.Start) && at.Before(s.End) {
				return s
			}
		}
		return schedule.Shift{}
	}
	noon := func(days int) time.Time { return monday.AddDays(days).At(schedule.Noon, time.UTC) }
	was := func(at time.Time) schedule.ID {
		t.Helper()
		who, known, err := d.wasOnCall(ctx, 1, "", at)
		d.ok(err)
		if !known {
			t.Errorf("at %v nobody is known", at)
		}
		return who
	}
	for _, days := range []int{1, 22, 36} { // before, and after
		if find("busy", noon(days)).ID != 0 || was(noon(days)) != find("primary", noon(days)).Person {
			t.Errorf("on day %d the busy line is there", days)
		}
	}
	busy, first := find("busy", noon(9)), find("primary", noon(9))
	if busy.Person == 0 || busy.Person == first.Person || was(noon(9)) != busy.Person {
		t.Fatalf("in a busy week %+v and %+v", busy, first)
	}
	// Nobody has Wednesday of the busy line: that is seen, and the other line is there.
	from := noon(9).Add(-time.Hour)
	put, err := d.schedule.Put(ctx, 1, 1, schedule.Stretch{Slot: busy.Slot, Start: from, End: from.Add(24 * time.Hour)}, 0, "fair")
	d.ok(err)
	d.now = noon(9)
	duties, err := d.schedule.OnCall(ctx, 1, d.now)
	d.ok(err)
	if len(duties) != 2 || len(duties[0].Now) != 1 || duties[0].Now[0].Person != 0 || duties[1].Now[0].Person != first.Person || was(d.now) != first.Person {
		t.Errorf("without anybody on the busy line: %+v, and %d is called", duties, was(d.now))
	}
	if who := was(noon(10)); who != busy.Person {
		t.Errorf("after it %d is called", who)
	}
	// What was put there for a while is taken away: the plan holds again.
	d.ok(d.schedule.Undo(ctx, 1, put.ID))
	if who := was(d.now.Add(time.Minute)); who != busy.Person {
		t.Errorf("when the plan holds again %d is called", who)
	}
}
