package scheduledb_test

import (
	"testing"
	"time"

	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
	"watchbill/schedule/scheduledb"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Who is next is found however far ahead it is published, for each rotation.
func TestOnCallFarAhead(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		ctx := t.Context()
		s := &schedule.Service{Store: scheduledb.New(db.Write, db.Read), Now: func() time.Time { return start }}
		team, err := s.AddTeam(ctx, 0, schedule.TeamImport{
			Name: "Sun", Zone: "UTC", HorizonWeeks: 8, Rules: "x", From: schedule.DateOf(start),
			People: []schedule.Planning{{Profile: schedule.Profile{Name: "Ana", Zone: "UTC"}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Store.AddPlan(ctx, &schedule.Plan{Team: team.ID, Number: 1, PublishedAt: start, Document: "{}"}); err != nil {
			t.Fatal(err)
		}
		var shifts []schedule.Published
		for rotation, days := range map[schedule.RotationID]int{"daily": 0, "quarter": 90, "year": 350} {
			from := start.AddDate(0, 0, days)
			for i := range 2 {
				shifts = append(shifts, schedule.Published{
					Slot: schedule.SlotID(string(rotation) + " " + from.Format(time.DateOnly)), Rotation: rotation, Person: 1,
					Start: from, End: from.AddDate(0, 0, 1), Since: start, Plan: 1,
				})
				from = from.AddDate(0, 0, 1+i)
			}
		}
		if err := s.Store.Publish(ctx, team.ID, shifts); err != nil {
			t.Fatal(err)
		}
		// Nobody has the second half of the first day of the quarter.
		half := start.AddDate(0, 0, 90).Add(12 * time.Hour)
		if err := s.Store.AddOverride(ctx, &schedule.Override{
			Team: team.ID, Slot: schedule.SlotID("quarter " + start.AddDate(0, 0, 90).Format(time.DateOnly)), Rotation: "quarter",
			Start: half, End: half.Add(12 * time.Hour), Kind: schedule.Overridden, CreatedAt: start,
		}); err != nil {
			t.Fatal(err)
		}
		duties, err := s.OnCall(ctx, team.ID, start.Add(time.Hour))
		if err != nil || len(duties) != 3 {
			t.Fatal(duties, err)
		}
		for i, want := range []struct {
			rotation schedule.RotationID
			now      int
			next     time.Time
			until    time.Time
		}{
			{"daily", 1, start.AddDate(0, 0, 1), start.AddDate(0, 0, 2)},
			{"quarter", 0, start.AddDate(0, 0, 90), half},
			{"year", 0, start.AddDate(0, 0, 350), start.AddDate(0, 0, 351)},
		} {
			d := duties[i]
			if d.Rotation != want.rotation || len(d.Now) != want.now || d.Next == nil || !d.Next.Start.Equal(want.next) || !d.Next.End.Equal(want.until) {
				t.Errorf("%s: %+v, next %+v, want %+v", want.rotation, d.Now, d.Next, want)
			}
		}
		// It is what all shifts to come say, also of one among several teams.
		other := schedule.TeamRecord{Name: "Moon", Zone: "UTC", HorizonWeeks: 8, CreatedAt: start}
		if err := s.Store.AddTeam(ctx, &other); err != nil {
			t.Fatal(err)
		}
		for hours := 1; hours < 400*24; hours += 155 {
			at := start.Add(time.Duration(hours) * time.Hour)
			all, err := s.Shifts(ctx, team.ID, at, at.AddDate(2, 0, 0), time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.OnCallIn(ctx, []schedule.ID{other.ID, team.ID}, at)
			want := schedule.OnCall(all, at)
			if diff := cmp.Diff(want, got[team.ID], cmp.AllowUnexported(schedule.Shift{}), cmpopts.EquateEmpty()); diff != "" || err != nil || len(got[other.ID]) > 0 {
				t.Errorf("at %s: %v %v %s", at, err, got[other.ID], diff)
			}
		}
	})
}
