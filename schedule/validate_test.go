package schedule_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/schedule"

	"github.com/google/go-cmp/cmp"
)

// fields lists the fields that an error from Validate names, each once.
func fields(t *testing.T, err error) []string {
	t.Helper()
	var out []string
	if err == nil {
		return nil
	}
	all, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("not joined: %v", err)
	}
	for _, e := range all.Unwrap() {
		invalid, ok := errors.AsType[*schedule.InvalidError](e)
		if !ok || invalid.Reason == "" || !strings.Contains(e.Error(), invalid.Reason) {
			t.Fatalf("%T %v", e, e)
		}
		out = append(out, invalid.Field)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func goodRotation(t *testing.T) schedule.Rotation {
	return schedule.Rotation{
		ID: "primary", Zone: zone(t, "Europe/Berlin"), HandOver: schedule.Weekly(time.Monday, schedule.ClockAt(9, 0)),
		First: date(t, "2026-12-21"), Weight: schedule.One,
	}
}

func TestRotationValidate(t *testing.T) {
	for _, c := range []struct {
		want   string
		change func(*schedule.Rotation)
	}{
		{"", func(*schedule.Rotation) {}},
		{"name", func(r *schedule.Rotation) { r.ID = "" }},
		{"zone", func(r *schedule.Rotation) { r.Zone = nil }},
		{"first", func(r *schedule.Rotation) { r.First = schedule.Date{Year: 2026, Month: 2, Day: 30} }},
		{"last", func(r *schedule.Rotation) { r.Last = r.First.AddDays(-1) }},
		{"people", func(r *schedule.Rotation) { r.People = -1 }},
		{"weight", func(r *schedule.Rotation) { r.Weight = -1 }},
		{"handover", func(r *schedule.Rotation) { r.HandOver = schedule.HandOver{} }},
		{"handover", func(r *schedule.Rotation) { r.HandOver.Days = []int{7} }},
		{"handover", func(r *schedule.Rotation) { r.HandOver = schedule.EveryDays(0, schedule.Midnight) }},
		{"handover", func(r *schedule.Rotation) { r.HandOver = schedule.HandOver{Every: 7 * time.Hour} }},
		{"handover", func(r *schedule.Rotation) { r.HandOver = schedule.Weekly(8, schedule.Midnight) }},
		{"handover", func(r *schedule.Rotation) { r.HandOver = schedule.Weekly(time.Monday, schedule.ClockAt(24, 0)) }},
		{"cover[0]", func(r *schedule.Rotation) {
			r.Cover = []schedule.Window{{Hours: schedule.Hours{From: -1, Until: schedule.Noon}}}
		}},
		{"cover[1]", func(r *schedule.Rotation) {
			w := schedule.Window{Name: "emea", Hours: schedule.Hours{From: schedule.ClockAt(9, 0), Until: schedule.ClockAt(17, 0)}}
			v := w
			v.Zone = time.UTC
			r.Cover = []schedule.Window{w, v}
		}},
		{"cover[1]", func(r *schedule.Rotation) {
			night := schedule.Hours{Days: schedule.WeekdaysOf(time.Sunday), From: schedule.ClockAt(20, 0), Until: schedule.ClockAt(8, 0)}
			early := schedule.Hours{Days: schedule.WeekdaysOf(time.Monday), From: schedule.ClockAt(6, 0), Until: schedule.ClockAt(12, 0)}
			r.Cover = []schedule.Window{{Name: "x", Hours: night}, {Name: "x", Hours: early}}
		}},
	} {
		r := goodRotation(t)
		c.change(&r)
		err := r.Validate()
		if got := strings.Join(fields(t, err), " "); got != c.want {
			t.Errorf("%+v: wrong is %q, want %q (%v)", r, got, c.want, err)
		}
		if _, slotsErr := r.Slots(time.Time{}, time.Time{}); (slotsErr == nil) != (err == nil) {
			t.Errorf("Slots says %v, Validate %v", slotsErr, err)
		}
	}
}

// Everything that is wrong is said at once, each with its place.
func TestTeamValidate(t *testing.T) {
	team := schedule.Team{
		ID:     "payments",
		People: []schedule.Person{personIn(t, "Europe/Berlin"), personIn(t, "Europe/Berlin"), {}},
		Members: []schedule.Member{
			{Person: "ana", Share: schedule.FullTime, Rotations: []schedule.RotationID{"primary"}},
			{Person: "nobody", Share: -1, Rotations: []schedule.RotationID{"tertiary"}, From: date(t, "2026-12-21"), Until: date(t, "2026-12-20")},
			{Person: "ana", Absences: []schedule.Absence{{First: date(t, "2026-12-21"), Last: date(t, "2026-12-20")}},
				Wishes: []schedule.Wish{{Absence: schedule.Absence{First: date(t, "2026-12-21"), Last: date(t, "2026-12-21")}, Cost: -1}},
				Limits: schedule.Limits{Rest: -1}},
		},
		Rotations: []schedule.Rotation{goodRotation(t), goodRotation(t)},
		Limits:    schedule.Limits{OnCall: []schedule.TimeLimit{{Max: 8 * time.Hour, Within: time.Hour}}, Weekends: []schedule.CountLimit{{Max: 1}}},
		Rates:     schedule.Rates{schedule.Evening: -1},
	}
	want := []string{
		"limits.oncall[0]", "limits.weekends[0]",
		"members[1].person", "members[1].rotations", "members[1].share", "members[1].until",
		"members[2].absences[0]", "members[2].limits.rest", "members[2].wishes[0].cost",
		"people[1].name", "people[2].name", "people[2].zone", "rates[1]", "rotations[1].name",
	}
	if diff := cmp.Diff(want, fields(t, team.Validate())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := team.Person("zoe"); !errors.Is(err, schedule.ErrNotFound) {
		t.Errorf("nobody is found: %v", err)
	}
	if r, err := team.Rotation("primary"); err != nil || r.ID != "primary" {
		t.Errorf("primary is not found: %v", err)
	}
}

func TestNumbers(t *testing.T) {
	for in, want := range map[string]schedule.Weight{"1": 1000, "0.5": 500, "1.25": 1250, "0": 0, "1000": 1_000_000, "0.001": 1} {
		if got, err := schedule.ParseWeight(in); err != nil || got != want || got.String() != in {
			t.Errorf("weight %q is %d %v, printed %q", in, got, err, got)
		}
	}
	for in, want := range map[string]schedule.Share{"1": 1000, "80%": 800, "0.8": 800, "12.5%": 125, "100%": 1000} {
		if got, err := schedule.ParseShare(in); err != nil || got != want {
			t.Errorf("share %q is %d %v, want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", "-1", "1.", ".5", "1.2345", "1001", "1e3", "half", "12.55%", "1,5"} {
		if got, err := schedule.ParseWeight(strings.TrimSuffix(in, "%")); in != "12.55%" && err == nil {
			t.Errorf("weight %q is read as %v", in, got)
		}
		if got, err := schedule.ParseShare(in); err == nil {
			t.Errorf("share %q is read as %v", in, got)
		}
	}
}

func TestCalendar(t *testing.T) {
	c := schedule.NewCalendar(
		schedule.Holiday{Date: date(t, "2026-12-26"), Name: "Boxing Day"}, schedule.Holiday{Date: date(t, "2026-12-25"), Name: "Christmas"},
		schedule.Holiday{Date: date(t, "2026-12-25"), Name: "Christmas"}, schedule.Holiday{Name: "never"},
	).With(schedule.NewCalendar(schedule.Holiday{Date: date(t, "2026-12-26"), Name: "St Stephen"}))
	want := []schedule.Holiday{{Date: date(t, "2026-12-25"), Name: "Christmas"}, {Date: date(t, "2026-12-26"), Name: "Boxing Day / St Stephen"}}
	if diff := cmp.Diff(want, c.All()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := c.Between(date(t, "2026-12-01"), date(t, "2026-12-26")); len(got) != 1 {
		t.Errorf("before the 26th: %v", got)
	}
	if _, ok := c.On(date(t, "2026-12-24")); ok || !c.Equal(c.With(schedule.Calendar{})) {
		t.Error("24 December is a holiday, or nothing changes a calendar")
	}
}
