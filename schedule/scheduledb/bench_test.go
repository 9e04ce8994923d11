package scheduledb_test

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
	"watchbill/schedule/scheduledb"
)

// A follow-the-sun team of three sites has 1,096 shifts in a year. DESIGN.md asks
// for who is on call now in 0.2 ms, 30 days in 1 ms and 12 months in 5 ms.
func BenchmarkShifts(b *testing.B) {
	ctx := context.Background()
	db := migrationstest.Migrated(b, migrationstest.SQLite(b))
	s := &schedule.Service{Store: scheduledb.New(db.Write, db.Read), Now: func() time.Time { return start }}
	team, err := s.AddTeam(ctx, 0, schedule.TeamImport{
		Name: "Sun", Zone: "UTC", HorizonWeeks: 8, Rules: "x", From: schedule.DateOf(start),
		People: []schedule.Planning{{Profile: schedule.Profile{Name: "Ana", Zone: "UTC"}}},
	})
	if err != nil {
		b.Fatal(err)
	}
	var shifts []schedule.Published
	for i := range 1096 {
		from := start.Add(time.Duration(i) * 8 * time.Hour)
		shifts = append(shifts, schedule.Published{
			Slot: schedule.SlotID(fmt.Sprint("sun ", i)), Rotation: "sun", Person: 1, Start: from, End: from.Add(8 * time.Hour), Points: 8, Since: start, Plan: 1,
		})
	}
	if err := s.Store.AddPlan(ctx, &schedule.Plan{Team: team.ID, Number: 1, PublishedAt: start, Document: "{}"}); err != nil {
		b.Fatal(err)
	}
	if err := s.Store.Publish(ctx, team.ID, shifts); err != nil {
		b.Fatal(err)
	}
	now := start.AddDate(0, 6, 0)
	s.Now = func() time.Time { return now }
	for _, c := range []struct {
		name string
		run  func() (int, error)
	}{
		{"now", func() (int, error) {
			duties, err := s.OnCall(ctx, team.ID, now)
			return len(duties), err
		}},
		{"30-days", func() (int, error) {
			shifts, err := s.Shifts(ctx, team.ID, now, now.AddDate(0, 0, 30), time.Time{})
			return len(shifts), err
		}},
		{"12-months", func() (int, error) {
			shifts, err := s.Shifts(ctx, team.ID, start, start.AddDate(1, 0, 0), time.Time{})
			return len(shifts), err
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			began := processorTime(b)
			for b.Loop() {
				if n, err := c.run(); err != nil || n == 0 {
					b.Fatal(n, err)
				}
			}
			b.ReportMetric(float64((processorTime(b)-began).Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
}

// processorTime is what this process has used of the processors so far, whatever
// else runs on the machine.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
