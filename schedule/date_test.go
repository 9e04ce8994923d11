package schedule_test

import (
	"testing"
	"time"

	"watchbill/schedule"

	"pgregory.net/rapid"
)

// transitions returns the instants at which a zone's clock changes in the years.
func transitions(z *time.Location, from, until int) []time.Time {
	var out []time.Time
	for t := time.Date(from, 1, 1, 0, 0, 0, 0, time.UTC); ; {
		end := time.Unix(schedule.SteadyUntil(t.Unix(), z), 0)
		if !end.Before(time.Date(until, 1, 1, 0, 0, 0, 0, time.UTC)) {
			return out
		}
		if wall(end, z)-wall(end.Add(-time.Second), z) != 1 {
			out = append(out, end)
		}
		t = end
	}
}

// wall returns what the clock in z shows at t, in nominal seconds.
func wall(t time.Time, z *time.Location) int64 {
	local := t.In(z)
	return schedule.DateOf(local).Nominal(schedule.ClockOf(local))
}

// The last days of leap years that no zone lists one by one: there package time names an
// end of summer or winter time that has passed already. With a small zone database those
// are all years since 2007.
func TestLastDayOfALeapYear(t *testing.T) {
	for _, name := range append(zoneNames, "America/New_York", "America/Santiago") {
		z := zone(t, name)
		for _, year := range []int{2024, 2028, 2040, 2044} {
			day := schedule.DateOf(time.Date(year, time.December, 30, 0, 0, 0, 0, time.UTC))
			for i := range 4 {
				at := day.AddDays(i).At(schedule.ClockAt(9, 30), z)
				if want := time.Date(year, 12, 30+i, 9, 30, 0, 0, z); !at.Equal(want) {
					t.Errorf("%s: 09:30 on %v is %v, want %v", name, day.AddDays(i), at, want)
				}
				if end := schedule.SteadyUntil(at.Unix(), z); end <= at.Unix() {
					t.Errorf("%s: the clock is steady from %v until %v", name, at, time.Unix(end, 0))
				}
			}
		}
	}
}

// Around every clock change, At is the first instant at which the wall shows the
// time or a later one: looked for minute by minute, without any knowledge of
// gaps and repeats.
func TestAtIsTheFirstInstant(t *testing.T) {
	spans := map[string][2]int{"Pacific/Apia": {2010, 2031}, "America/Sao_Paulo": {2016, 2031}}
	for _, name := range append(zoneNames, "America/St_Johns", "Africa/Cairo", "America/Santiago") {
		z := zone(t, name)
		span := [2]int{2024, 2031}
		if s, ok := spans[name]; ok {
			span = s
		}
		for _, change := range transitions(z, span[0], span[1]) {
			const step = 15 * time.Minute
			// The instants in order, from before anything asked for can be shown.
			scan := change.Add(-60 * time.Hour)
			middle := schedule.DateOf(change.In(z))
			for day := middle.AddDays(-1); !day.After(middle.AddDays(1)); day = day.AddDays(1) {
				for c := schedule.Midnight; c <= schedule.ClockAt(24, 0); c += schedule.Clock(step / time.Second) {
					want := scan
					for wall(want, z) < day.Nominal(c) {
						want = want.Add(step)
					}
					if got := day.At(c, z); !got.Equal(want) {
						t.Fatalf("%s: %v %v is %v, want %v", name, day, c, got, want.In(z))
					}
					scan = want.Add(-step)
				}
			}
		}
	}
}

// Again is the second instant that shows the same time, if there is one: looked for
// without any knowledge of clock changes.
func TestAgainIsTheSecondInstant(t *testing.T) {
	repeated := 0
	for _, name := range append(zoneNames, "America/St_Johns", "America/Havana", "Africa/Casablanca", "Europe/Dublin") {
		z := zone(t, name)
		for _, change := range transitions(z, 2024, 2031) {
			shown := map[int64][]time.Time{}
			for at := change.Add(-30 * time.Hour); at.Before(change.Add(30 * time.Hour)); at = at.Add(15 * time.Minute) {
				shown[wall(at, z)] = append(shown[wall(at, z)], at)
			}
			for _, want := range shown {
				local := want[0].In(z)
				got, again := schedule.DateOf(local).Again(schedule.ClockOf(local), z)
				if again != (len(want) == 2) || again && !got.Equal(want[1]) {
					t.Fatalf("%s: %v comes again at %v, %v; want %v", name, local, got, again, want)
				}
				repeated += len(want) - 1
			}
		}
	}
	if repeated == 0 {
		t.Error("no time came twice")
	}
	for _, c := range []struct{ zone, date, clock string }{
		{"Europe/Berlin", "2026-03-29", "02:30"}, {"Pacific/Apia", "2011-12-30", "09:00"}, {"UTC", "2026-10-25", "02:30"}, {"Europe/London", "1800-01-01", "12:00"},
	} {
		date, err := schedule.ParseDate(c.date)
		if err != nil {
			t.Fatal(err)
		}
		clock, err := schedule.ParseClock(c.clock)
		if err != nil {
			t.Fatal(err)
		}
		if at, again := date.Again(clock, zone(t, c.zone)); again {
			t.Errorf("%s %s in %s comes again at %v", c.date, c.clock, c.zone, at)
		}
	}
}

func TestAt(t *testing.T) {
	for _, c := range []struct{ zone, date, clock, want string }{
		{"Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T03:00:00+02:00"},       // skipped: the end of the gap
		{"Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T02:30:00+02:00"},       // twice: the first
		{"Australia/Lord_Howe", "2026-10-04", "02:10", "2026-10-04T02:30:00+11:00"}, // half an hour
		{"Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-05T01:45:00+11:00"}, // half an hour back
		{"America/Sao_Paulo", "2018-11-04", "00:00", "2018-11-04T01:00:00-02:00"},   // no midnight
		{"America/Sao_Paulo", "2018-02-17", "23:30", "2018-02-17T23:30:00-02:00"},   // twice, over midnight
		{"Pacific/Apia", "2011-12-30", "09:00", "2011-12-31T00:00:00+14:00"},        // no such day
		{"Pacific/Apia", "2011-12-29", "24:00", "2011-12-31T00:00:00+14:00"},        //
		{"Asia/Kathmandu", "2026-03-29", "02:30", "2026-03-29T02:30:00+05:45"},      // off the hour
		{"Africa/Casablanca", "2026-02-15", "02:30", "2026-02-15T02:30:00+01:00"},   // back for Ramadan
		{"America/New_York", "2090-07-01", "09:00", "2090-07-01T09:00:00-04:00"},    // beyond the table
		{"Europe/London", "1900-01-01", "12:00", "1900-01-01T12:00:00Z"},            //
		{"America/New_York", "2026-11-01", "24:00", "2026-11-02T00:00:00-05:00"},    //
		{"America/New_York", "2026-03-08", "02:00", "2026-03-08T03:00:00-04:00"},    // the gap's first moment
		{"America/New_York", "2026-11-01", "01:00", "2026-11-01T01:00:00-04:00"},    //
		{"America/New_York", "2026-11-01", "02:00", "2026-11-01T02:00:00-05:00"},    // after the repeat
	} {
		date, err := schedule.ParseDate(c.date)
		if err != nil {
			t.Fatal(err)
		}
		clock, err := schedule.ParseClock(c.clock)
		if err != nil {
			t.Fatal(err)
		}
		if got := date.At(clock, zone(t, c.zone)).Format(time.RFC3339); got != c.want {
			t.Errorf("%s %s in %s is %s, want %s", c.date, c.clock, c.zone, got, c.want)
		}
	}
}

// A month after the 31st is the last of a month, not a day of the next.
func TestAddMonthsFromThe31st(t *testing.T) {
	first := schedule.Date{Year: 2024, Month: time.January, Day: 31}
	for n, want := range map[int]string{
		-2: "2023-11-30", 0: "2024-01-31", 1: "2024-02-29", 2: "2024-03-31", 3: "2024-04-30", 12: "2025-01-31", 13: "2025-02-28",
	} {
		if got := first.AddMonths(n).String(); got != want {
			t.Errorf("%d months after %v: %s, want %s", n, first, got, want)
		}
	}
}

// Dates count days as the calendar does, over centuries.
func TestDatesCountDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.IntRange(-200_000, 200_000).Draw(t, "days")
		d := schedule.Date{Year: 1970, Month: time.January, Day: 1}.AddDays(days)
		at := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, days)
		if d != schedule.DateOf(at) || d.Weekday() != at.Weekday() || !d.Valid() {
			t.Fatalf("day %d is %v %v, want %v", days, d.Weekday(), d, at)
		}
		if got := d.DaysSince(schedule.Date{Year: 1970, Month: time.January, Day: 1}); got != days {
			t.Fatalf("%v is %d days since 1970, want %d", d, got, days)
		}
		parsed, err := schedule.ParseDate(d.String())
		if err != nil || parsed != d {
			t.Fatalf("%v read again is %v, %v", d, parsed, err)
		}
	})
}

func TestWhatIsNoDateOrTime(t *testing.T) {
	for _, s := range []string{"", "2026-02-29", "2026-13-01", "21.12.2026", "2026-1-1", "2026-12-21 "} {
		if d, err := schedule.ParseDate(s); err == nil {
			t.Errorf("%q is read as the date %v", s, d)
		}
	}
	for _, s := range []string{"", "9", "24:01", "12:60", "-1:00", "9 pm"} {
		if c, err := schedule.ParseClock(s); err == nil {
			t.Errorf("%q is read as the time %v", s, c)
		}
	}
	if (schedule.Date{Year: 2026, Month: time.February, Day: 29}).Valid() {
		t.Error("29 February 2026 is valid")
	}
}
