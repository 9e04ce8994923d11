package health_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// A turn is handed over in its last day, or in its second half.
func TestHandFrom(t *testing.T) {
	start := time.Date(2026, 10, 19, 7, 0, 0, 0, time.UTC)
	for lasts, want := range map[time.Duration]time.Duration{169 * time.Hour: 145 * time.Hour, 48 * time.Hour: 24 * time.Hour, 12 * time.Hour: 6 * time.Hour, time.Minute: 30 * time.Second} {
		turn := health.Turn{Start: start, End: start.Add(lasts)}
		if got := turn.HandFrom().Sub(start); got != want {
			t.Errorf("one of %v: from %v on, want %v", lasts, got, want)
		}
	}
}

// Turns are cut wherever somebody comes or goes, and where a shift ends, though the same
// person has the next.
func TestTurns(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := func(day, hour int) time.Time { return time.Date(2026, 10, day, hour, 0, 0, 0, berlin) }
	shift := func(slot string, person schedule.ID, start, end time.Time) schedule.Shift {
		return schedule.Shift{Slot: schedule.SlotID(slot), Rotation: "primary", Person: person, Start: start.UTC(), End: end.UTC()}
	}
	for _, c := range []struct {
		name   string
		shifts []schedule.Shift
		want   string
	}{
		{"one after the other", []schedule.Shift{shift("a", 1, at(5, 9), at(12, 9)), shift("b", 2, at(12, 9), at(19, 9))}, "[1] 5 09:00–12 09:00, [2] 12 09:00–19 09:00"},
		{"the same person again", []schedule.Shift{shift("a", 1, at(5, 9), at(12, 9)), shift("b", 1, at(12, 9), at(19, 9))}, "[1] 5 09:00–12 09:00, [1] 12 09:00–19 09:00"},
		{"covered half-way", []schedule.Shift{shift("a", 1, at(5, 9), at(8, 9)), shift("a", 3, at(8, 9), at(10, 9)), shift("a", 1, at(10, 9), at(12, 9))}, "[1] 5 09:00–8 09:00, [3] 8 09:00–10 09:00, [1] 10 09:00–12 09:00"},
		{"parts of one shift that touch", []schedule.Shift{shift("a", 1, at(8, 9), at(12, 9)), shift("a", 1, at(5, 9), at(8, 9))}, "[1] 5 09:00–12 09:00"},
		{"a gap, and nobody", []schedule.Shift{shift("a", 1, at(5, 9), at(8, 9)), shift("a", 0, at(8, 9), at(10, 9)), shift("b", 2, at(12, 9), at(19, 9))}, "[1] 5 09:00–8 09:00, [2] 12 09:00–19 09:00"},
		{"two at once, of whom one is covered", []schedule.Shift{shift("a", 2, at(5, 9), at(12, 9)), shift("b", 1, at(5, 9), at(8, 9)), shift("b", 3, at(8, 9), at(12, 9))}, "[1 2] 5 09:00–8 09:00, [2 3] 8 09:00–12 09:00"},
		{"the night in which the clock goes back", []schedule.Shift{shift("a", 1, at(24, 20), at(25, 2)), shift("b", 2, at(25, 2), at(25, 8))}, "[1] 24 20:00–25 02:00, [2] 25 02:00–25 08:00"},
	} {
		var got []string
		for _, turn := range health.TurnsOf(c.shifts) {
			got = append(got, fmt.Sprintf("%v %s–%s", turn.People, turn.Start.In(berlin).Format("2 15:04"), turn.End.In(berlin).Format("2 15:04")))
		}
		if text := strings.Join(got, ", "); text != c.want {
			t.Errorf("%s: %s, want %s", c.name, text, c.want)
		}
	}
}
