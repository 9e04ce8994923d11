package main

import (
	"testing"
	"time"

	"watchbill/schedule"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestDisjoint(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	day := func(s string) schedule.Date {
		d, err := schedule.ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	days := func(from, to, label string) schedule.Absence {
		return schedule.Absence{First: day(from), Last: day(to), Label: label}
	}
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, berlin)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	hours := func(from, to, label string) schedule.Absence {
		return schedule.Absence{Start: at(from), End: at(to), Label: label}
	}
	got := disjoint([]schedule.Absence{
		hours("2026-12-23 12:00", "2026-12-27 08:00", "trip"), days("2026-12-24", "2026-12-26", "x"), days("2026-12-25", "2026-12-25", "Christmas"),
		hours("2026-12-27 07:00", "2026-12-27 09:00", "dentist"), days("2026-12-27", "2026-12-27", ""), hours("2026-12-23 10:00", "2026-12-23 13:00", ""),
	}, berlin)
	want := []schedule.Absence{
		days("2026-12-24", "2026-12-26", "x, Christmas"), days("2026-12-27", "2026-12-27", ""), hours("2026-12-23 10:00", "2026-12-24 00:00", "trip"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// The hour that the clocks are put back.
	got = disjoint([]schedule.Absence{{Start: time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC), End: time.Date(2026, 10, 25, 1, 10, 0, 0, time.UTC)}}, berlin)
	if len(got) != 1 || nominal(got[0].End.In(berlin)) <= nominal(got[0].Start.In(berlin)) {
		t.Errorf("%v", got)
	}
}

// Whatever overlaps whatever: nothing does afterwards, and every hour is away that
// was before, and no other.
func TestDisjointProperty(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	first := schedule.Date{Year: 2026, Month: 6, Day: 1}
	rapid.Check(t, func(t *rapid.T) {
		var all []schedule.Absence
		for range rapid.IntRange(0, 8).Draw(t, "n") {
			from, length := rapid.IntRange(0, 10).Draw(t, "from"), rapid.IntRange(0, 3).Draw(t, "length")
			a := schedule.Absence{First: first.AddDays(from), Last: first.AddDays(from + length)}
			if rapid.Bool().Draw(t, "by the hour") {
				begin := first.AddDays(from).At(schedule.Midnight, berlin).Add(time.Duration(rapid.IntRange(0, 47).Draw(t, "begin")) * time.Hour)
				a = schedule.Absence{Start: begin, End: begin.Add(time.Duration(rapid.IntRange(1, 60).Draw(t, "hours")) * time.Hour)}
			}
			all = append(all, a)
		}
		away := func(list []schedule.Absence, h time.Time) (n int) {
			for _, a := range list {
				if start, end := a.Span(berlin, schedule.Midnight); !h.Before(start) && h.Before(end) {
					n++
				}
			}
			return n
		}
		got := disjoint(all, berlin)
		for h := first.At(schedule.Midnight, berlin); h.Before(first.AddDays(20).At(schedule.Midnight, berlin)); h = h.Add(time.Hour) {
			if was, is := away(all, h), away(got, h); is > 1 || (was > 0) != (is > 0) {
				t.Fatalf("%v: away in %d of %v and %d of %v", h, was, all, is, got)
			}
		}
	})
}
