package ui

import (
	"fmt"
	"strings"
	"time"

	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// localTime reads a date and time as forms send it.
func localTime(text string) (schedule.Date, schedule.Clock, bool) {
	day, at, _ := strings.Cut(text, "T")
	date, dateErr := schedule.ParseDate(day)
	clock, clockErr := schedule.ParseClock(at)
	return date, clock, dateErr == nil && clockErr == nil
}

// localText writes an instant as the form reads it.
func localText(t time.Time) string {
	return schedule.DateOf(t).String() + "T" + schedule.ClockOf(t).String()
}

// whichName is what the choice of a field is called that comes twice, before the number
// of its row: once_from_which.2 of once_from.2.
func whichName(name string) string {
	name, row, numbered := strings.Cut(name, ".")
	if numbered {
		return name + "_which." + row
	}
	return name + "_which"
}

// instant reads a time of a form on a clock; empty is the default. When clocks change,
// a time that is skipped is the end of the gap, and of one that comes twice the reader
// has chosen which it is, or is asked.
func instant(text, which, field, zone string, other time.Time) (time.Time, error) {
	if text == "" {
		return other, nil
	}
	loc, err := schedule.Zone(zone)
	if err != nil {
		return other, err
	}
	date, clock, ok := localTime(text)
	if !ok {
		return other, &schedule.InvalidError{Field: field, Reason: fmt.Sprintf("%q is no date and time, like 2026-12-24T09:00", text)}
	}
	first := date.At(clock, loc).UTC()
	second, again := date.Again(clock, loc)
	switch {
	case !again || which == sent(first):
		return first, nil
	case which == sent(second):
		return second.UTC(), nil
	}
	return first, &schedule.InvalidError{Field: field, Reason: fmt.Sprintf("%v comes twice on that day, because the clock goes back: choose the first or the second", clock)}
}

// instantOf is instant of a field of a form that was sent.
func instantOf(c echo.Context, field, zone string, other time.Time) (time.Time, error) {
	return instant(c.FormValue(field), c.FormValue(whichName(field)), field, zone, other)
}

// sent writes an instant as a choice sends it.
func sent(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// typed shows a time again as it was typed, with the choice if it comes twice on the
// zone's clock.
func typed(text, which, zone string) Field {
	f := Field{Value: text}
	f.Twice = twice(text, zone)
	if f.Twice != nil && (which == f.Twice.Options[0].Value || which == f.Twice.Options[1].Value) {
		f.Twice.Chosen = which
	}
	return f
}

// typedOf is typed of a field of a form that was sent.
func typedOf(c echo.Context, field, zone string) Field {
	return typed(c.FormValue(field), c.FormValue(whichName(field)), zone)
}

// shownAt shows an instant on a clock, and which of two it is.
func shownAt(t time.Time, zone *time.Location) Field {
	return typed(localText(t.In(zone)), sent(t), zone.String())
}

// orFirst proposes the first of two where it does no harm if nobody minds: nobody is
// on call for less long.
func (f Field) orFirst() Field {
	if f.Twice != nil && f.Twice.Chosen == "" {
		f.Twice.Chosen = f.Twice.Options[0].Value
	}
	return f
}

// twice returns the two instants that a time may mean, or nil if it means one.
func twice(text, zone string) *Twice {
	loc, err := schedule.Zone(zone)
	date, clock, ok := localTime(text)
	if err != nil || !ok {
		return nil
	}
	first := date.At(clock, loc)
	second, again := date.Again(clock, loc)
	if !again {
		return nil
	}
	// Where the clock goes back into what its zone calls summer, as in Ireland or for
	// Ramadan, only the distance from UTC tells them apart.
	summer, winter := "", ""
	if first.IsDST() && !second.IsDST() {
		summer, winter = "summer time, ", "winter time, "
	}
	return &Twice{Options: [2]Option{
		{Value: sent(first), Label: fmt.Sprintf("The first %v (%s%s)", clock, summer, distance(first))},
		{Value: sent(second), Label: fmt.Sprintf("The second %v (%s%s)", clock, winter, distance(second))},
	}}
}

// distance is how far a clock is from UTC at an instant: UTC, UTC+2 or UTC−9:30.
func distance(t time.Time) string {
	_, seconds := t.Zone()
	sign := "+"
	if seconds < 0 {
		sign, seconds = "−", -seconds
	}
	switch hours, minutes := seconds/3600, seconds/60%60; {
	case seconds == 0:
		return "UTC"
	case minutes == 0:
		return fmt.Sprintf("UTC%s%d", sign, hours)
	default:
		return fmt.Sprintf("UTC%s%d:%02d", sign, hours, minutes)
	}
}

// skipped says what times of a form have become that the clock goes forward over, to
// stand after what was done; mostly it is empty.
func skipped(zone string, texts ...string) string {
	loc, err := schedule.Zone(zone)
	if err != nil {
		return ""
	}
	say := ""
	for _, text := range texts {
		date, clock, ok := localTime(text)
		if !ok {
			continue
		}
		at := date.At(clock, loc)
		if shown := schedule.ClockOf(at); schedule.DateOf(at).Nominal(shown) != date.Nominal(clock) {
			say += fmt.Sprintf(" The clock goes forward over %v on that day: %v was taken.", clock, shown)
		}
	}
	return say
}
