package ui

import (
	"testing"
	"time"
)

func TestPercent(t *testing.T) {
	for share, want := range map[float64]string{0: "0%", 1: "100%", .125: "12.5%", 1.0 / 3: "33.333%", .1: "10%", -.25: "-25%", 1e-9: "0%"} {
		if got := percent(share); got != want {
			t.Errorf("percent(%v) = %s, want %s", share, got, want)
		}
	}
}

func TestClip(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	a := axis{day(1), day(11)}
	for _, c := range []struct {
		from, to int
		x, w     float64
		ok       bool
	}{
		{1, 11, 0, 1, true}, {2, 4, .1, .2, true}, {-4, 2, 0, .1, true}, {10, 20, .9, .1, true}, {-9, 30, 0, 1, true},
		{11, 12, 0, 0, false}, {-3, 1, 0, 0, false}, {5, 5, 0, 0, false},
	} {
		x, w, ok := a.clip(day(c.from), day(c.to))
		if ok != c.ok || diff(x, c.x) || diff(w, c.w) {
			t.Errorf("clip(%d, %d) = %v, %v, %v, want %v, %v, %v", c.from, c.to, x, w, ok, c.x, c.w, c.ok)
		}
	}
	if got := (axis{day(1), day(1)}).at(day(2)); got != 0 {
		t.Errorf("on an axis without length a time is at %v", got)
	}
}

func diff(a, b float64) bool { return a-b > 1e-9 || b-a > 1e-9 }

// Weeks begin at local midnight also where a week has 167 or 169 hours.
func TestGridThroughClockChanges(t *testing.T) {
	for _, c := range []struct {
		zone  string
		month time.Month
		day   int
	}{
		{"Europe/Berlin", 3, 23}, {"Europe/Berlin", 10, 19}, {"Australia/Lord_Howe", 3, 30}, {"Asia/Kathmandu", 6, 1}, {"America/Santiago", 8, 31}, // has a day without midnight
	} {
		loc, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		from := time.Date(2026, c.month, c.day, 0, 0, 0, 0, loc)
		a := axis{from, from.AddDate(0, 0, 56)}
		g := newGrid(a, from.AddDate(0, 0, 8))
		if len(g.Weeks) != 8 || len(g.Weekends) != 8 {
			t.Fatalf("%s: %d weeks, %d weekends, want 8 and 8", c.zone, len(g.Weeks), len(g.Weekends))
		}
		for i, w := range g.Weeks {
			monday := from.AddDate(0, 0, 7*i)
			if sunday := a.day(7*i + 6); sunday.Weekday() != time.Sunday || sunday.Sub(a.day(7*i+5)).Abs() > 25*time.Hour {
				t.Errorf("%s: Sunday begins at %v", c.zone, sunday)
			}
			if monday.Hour() != 0 || w.X != percent(a.at(monday)) || w.Label != monday.Format("2 Jan") || w.On != (i == 1) {
				t.Errorf("%s: week %d is %+v, want it at %v", c.zone, i, w, monday)
			}
		}
		if g.NowX == "" || newGrid(a, a.to).NowX != "" {
			t.Errorf("%s: now at %q; at the end, which is not included, %q", c.zone, g.NowX, newGrid(a, a.to).NowX)
		}
	}
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		share float64
		want  string
	}{{.2, "Primary"}, {.05, "P"}, {.01, ""}} {
		if got := fit(c.share*500, "Primary", "P"); got != c.want {
			t.Errorf("fit(%v) = %q, want %q", c.share, got, c.want)
		}
	}
}

func TestTimelinePlacesShifts(t *testing.T) {
	from := time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)
	s := Schedule{
		Frame: Frame{Zone: "UTC", Now: from.Add(30 * time.Hour)}, TeamZone: "Europe/Berlin", MyZone: "UTC", From: from, To: from.AddDate(0, 0, 14),
		Rotations: []RotationLine{{ID: 1, Name: "Primary", Kind: "primary"}, {ID: 2, Name: "Shadow", Kind: "shadow"}},
		People:    []PersonLine{{ID: 1, Name: "Priya Raman", Me: true}, {ID: 2, Name: "Ångström Öst"}},
		Shifts: []ChartShift{
			{ID: 7, Rotation: 1, Person: 1, Start: from, End: from.AddDate(0, 0, 7), Swapped: true, Note: "Swapped with Öst"},
			{ID: 8, Rotation: 1, Start: from.AddDate(0, 0, 7), End: from.AddDate(0, 0, 14)},
			{ID: 9, Rotation: 2, Person: 2, Start: from.AddDate(0, 0, -7), End: from.AddDate(0, 0, 7)},
		},
		Away: []ChartAway{{Person: 2, Start: from.AddDate(0, 0, 7), End: from.AddDate(0, 0, 14)}},
	}
	tl := s.timeline()
	if len(tl.Cover) != 2 || len(tl.Cover[0].Blocks) != 2 || len(tl.People) != 2 || len(tl.People[1].Blocks) != 2 {
		t.Fatalf("rows: %+v", tl)
	}
	mine := tl.People[0].Blocks[0]
	if mine.X != "0%" || mine.W != "50%" || mine.Mid != "25%" || mine.Class != "primary mine" || mine.Href != "/shifts/7" || !mine.Swapped || mine.Long != "Primary" {
		t.Errorf("my shift: %+v", mine)
	}
	if want := "Primary, Priya Raman (you), Mon 16 – Sun 22 Nov, Swapped with Öst"; mine.Say != want {
		t.Errorf("said as %q, want %q", mine.Say, want)
	}
	open := tl.Cover[0].Blocks[1]
	if open.Class != "primary open" || open.Long != "Unfilled" || open.X != "50%" {
		t.Errorf("open shift: %+v", open)
	}
	if b := tl.Cover[1].Blocks[0]; b.X != "0%" || b.W != "50%" || b.Class != "backup" {
		t.Errorf("a shift that began earlier: %+v", b)
	}
	if !tl.People[0].On || !tl.People[1].On || tl.People[1].Initials != "ÅÖ" {
		t.Errorf("who is on: %+v", tl.People)
	}
	weeks := s.agenda()
	if len(weeks) != 2 || len(weeks[0].Items) != 2 || len(weeks[1].Items) != 1 || !weeks[0].Now || weeks[1].Away != "Ångström" {
		t.Errorf("agenda: %+v", weeks)
	}
}

func TestTimesInWords(t *testing.T) {
	at := func(y int, m time.Month, d, h int) time.Time { return time.Date(y, m, d, h, 0, 0, 0, time.UTC) }
	now := at(2026, 11, 20, 10)
	for _, c := range []struct{ got, want string }{
		{span(at(2026, 12, 7, 9), at(2026, 12, 14, 9), now), "Mon 7 Dec 09:00 → Mon 14 Dec 09:00"},
		{span(at(2026, 12, 7, 9), at(2026, 12, 7, 17), now), "Mon 7 Dec 09:00 → 17:00"},
		{span(at(2026, 12, 24, 0), at(2026, 12, 27, 0), now), "Thu 24 – Sat 26 Dec"},
		{span(at(2025, 1, 6, 9), at(2025, 1, 13, 9), now), "Mon 6 Jan 2025 09:00 → Mon 13 Jan 2025 09:00"},
		{days(at(2026, 12, 31, 0), at(2027, 1, 2, 0), now), "Thu 31 Dec – Fri 1 Jan"},
		{window(at(2026, 11, 16, 0), at(2027, 1, 11, 0)), "16 Nov 2026 – 10 Jan 2027"},
		{window(at(2026, 11, 16, 0), at(2026, 11, 23, 0)), "16 – 22 Nov 2026"},
		{week(at(2026, 12, 28, 0), at(2027, 1, 4, 0)), "28 Dec – 3 Jan"},
		{left(70*time.Hour + 20*time.Minute), "2 days 22 hours"},
		{left(24 * time.Hour), "1 day"}, {left(61 * time.Minute), "1 hour 1 minute"}, {left(-time.Hour), "0 minutes"}, {left(16*24*time.Hour + time.Hour), "16 days"},
		{ago(now.Add(-50*time.Minute), now), "50 minutes ago"}, {ago(now.Add(time.Minute), now), "just now"},
		{city("America/Argentina/Buenos_Aires"), "Buenos Aires"}, {city(""), "UTC"},
		{num(5.5), "5.5"}, {num(7), "7"}, {num(-1.5), "−1.5"}, {dash(0), "–"}, {signed(.2), "even"}, {signed(2), "+2"}, {signed(-1.5), "−1.5"},
		{initials("Priya de la Raman"), "PR"}, {initials(""), "?"}, {initials("Élan"), "É"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func FuzzTimeline(f *testing.F) {
	f.Add(int64(0), int64(86400), int64(604800), "Europe/Berlin")
	f.Fuzz(func(t *testing.T, from, start, length int64, zone string) {
		const year = 365 * 86400
		s := Schedule{Frame: Frame{Zone: zone}, From: time.Unix(from%year, 0), To: time.Unix(from%year+8*7*86400, 0), Rotations: []RotationLine{{ID: 1}}}
		s.Shifts = []ChartShift{{ID: 1, Rotation: 1, Start: time.Unix(start%year, 0), End: time.Unix(start%year+length%year, 0)}}
		for _, b := range s.timeline().Cover[0].Blocks {
			if b.X[0] == '-' || b.W[0] == '-' {
				t.Errorf("block outside the chart: %+v", b)
			}
		}
		s.agenda()
	})
}

func TestSpark(t *testing.T) {
	for _, c := range []struct {
		counts []int
		want   string
	}{
		{nil, ""},
		{[]int{3}, ""},
		{[]int{0, 0}, "1.0,25.0 75.0,25.0"},
		{[]int{4, 0, 2}, "1.0,1.0 38.0,25.0 75.0,13.0"},
	} {
		if got := spark(c.counts); got != c.want {
			t.Errorf("spark(%v) = %q, want %q", c.counts, got, c.want)
		}
	}
}
