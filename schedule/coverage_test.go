package schedule_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"watchbill/schedule"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// drawRotation draws a rotation with windows, holidays and positions in any
// combination. Windows open and close away from the hours that clocks skip, so
// that a test can say from the wall alone whether they are open.
func drawRotation(t *rapid.T) schedule.Rotation {
	z, err := time.LoadLocation(rapid.SampledFrom(zoneNames).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	all := rules()
	first := schedule.Date{Year: 2024, Month: time.January, Day: rapid.IntRange(1, 14).Draw(t, "first")}
	if z.String() == "Pacific/Apia" && rapid.Bool().Draw(t, "over the day that was skipped") {
		first.Year = 2011
	}
	r := schedule.Rotation{
		ID: "p", Zone: z, Weight: schedule.One, First: first,
		HandOver: all[rapid.SampledFrom(slices.Sorted(maps.Keys(all))).Draw(t, "rule")],
		People:   rapid.IntRange(0, 2).Draw(t, "people"),
	}
	for range rapid.IntRange(0, 3).Draw(t, "windows") {
		w := schedule.Window{
			Name: rapid.SampledFrom([]string{"", "night", "amer"}).Draw(t, "name"),
			Hours: schedule.Hours{
				Days:  schedule.Weekdays(rapid.IntRange(1, 127).Draw(t, "days")),
				From:  schedule.ClockAt(rapid.IntRange(5, 21).Draw(t, "from"), 30),
				Until: schedule.ClockAt(rapid.IntRange(5, 21).Draw(t, "until"), 0),
			},
		}
		if rapid.Bool().Draw(t, "own zone") {
			w.Zone, _ = time.LoadLocation(rapid.SampledFrom([]string{"America/New_York", "Asia/Kathmandu", "UTC"}).Draw(t, "window zone"))
		}
		if r.Cover = append(r.Cover, w); r.Validate() != nil {
			r.Cover = r.Cover[:len(r.Cover)-1] // two of a name that overlap
		}
	}
	r.HolidaySlots = rapid.Bool().Draw(t, "holiday slots")
	for year := 2011; year <= 2030; year++ {
		for _, day := range [][2]int{{1, 1}, {3, 29}, {3, 31}, {4, 1}, {10, 27}, {12, 25}, {12, 26}, {12, 30}} {
			on := schedule.Date{Year: year, Month: time.Month(day[0]), Day: day[1]}
			r.Holidays = r.Holidays.With(schedule.NewCalendar(schedule.Holiday{Date: on, Name: "a holiday"}))
		}
	}
	return r
}

// open says from what the walls show whether a window of a name is open at t.
func open(r *schedule.Rotation, name string, t time.Time) bool {
	if len(r.Cover) == 0 {
		return name == ""
	}
	for _, w := range r.Cover {
		if w.Name != name {
			continue
		}
		local := t.In(r.Zone)
		if w.Zone != nil {
			local = t.In(w.Zone)
		}
		c, today, yesterday := schedule.ClockOf(local), local.Weekday(), (local.Weekday()+6)%7
		switch {
		case w.From < w.Until && w.Days.Has(today) && w.From <= c && c < w.Until,
			w.From >= w.Until && w.Days.Has(today) && c >= w.From,
			w.From >= w.Until && w.Days.Has(yesterday) && c < w.Until:
			return true
		}
	}
	return false
}

// Somebody is on duty exactly when a window is open, once for each position;
// slots have names of their own; turns are counted without leaving one out.
func TestSlotsCoverTheWindows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRotation(t)
		begin := r.First.AddDays(7).At(schedule.Midnight, r.Zone) // after the first hand-over of every rule
		month := time.Duration(rapid.IntRange(0, 83).Draw(t, "month")) * 30 * 24 * time.Hour
		if r.First.Year == 2011 {
			month = time.Duration(rapid.IntRange(340, 356).Draw(t, "day")) * 24 * time.Hour
		}
		from := begin.Add(month).Truncate(15 * time.Minute)
		to := from.Add(20 * 24 * time.Hour)
		slots, err := r.Slots(from, to)
		if err != nil {
			t.Fatal(err)
		}
		checkNames(t, slots, from)
		people := max(1, r.People)
		for at := from; at.Before(to); at = at.Add(15 * time.Minute) {
			got := map[string]int{}
			for _, s := range slots {
				for _, p := range s.Parts {
					if !at.Before(p.Start) && at.Before(p.End) {
						got[s.Window]++
					}
				}
			}
			for _, name := range []string{"", "night", "amer"} {
				want := 0
				if open(&r, name, at) {
					want = people
				}
				if got[name] != want {
					t.Fatalf("at %v %d on duty for %q, want %d", at.In(r.Zone), got[name], name, want)
				}
			}
		}
	})
}

// checkNames checks what a list of slots, asked for from an instant on, promises
// of itself.
func checkNames(t *rapid.T, slots []schedule.Slot, from time.Time) {
	names := map[schedule.SlotID]bool{}
	turn := map[int]bool{}
	low, high := 1<<40, 0
	for _, s := range slots {
		if names[s.ID] {
			t.Fatalf("two slots are called %s", s.ID)
		}
		names[s.ID] = true
		// A named window may still be open when a later turn, with a window that
		// is over before the answer begins, is not in it.
		if !s.Start.Before(from) {
			turn[s.Turn] = true
			low, high = min(low, s.Turn), max(high, s.Turn)
		}
		if !s.Start.Before(s.End) || s.NominalStart >= s.NominalEnd {
			t.Fatalf("%s: %v to %v, nominal %d to %d", s.ID, s.Start, s.End, s.NominalStart, s.NominalEnd)
		}
		last := s.Start
		for i, p := range s.Parts {
			if !p.Start.Before(p.End) || i > 0 && !last.Before(p.Start) || i == 0 && !last.Equal(p.Start) {
				t.Fatalf("%s: part %d is %v to %v", s.ID, i, p.Start, p.End)
			}
			last = p.End
		}
		if !last.Equal(s.End) {
			t.Fatalf("%s ends %v, its parts %v", s.ID, s.End, last)
		}
	}
	if len(turn) > 0 && len(turn) != high-low+1 {
		t.Fatalf("%d turns from %d to %d", len(turn), low, high)
	}
}

// A window with a name is never cut, also over the hand-over.
func TestNamedWindowsAreWhole(t *testing.T) {
	r := schedule.Rotation{
		ID: "sun", Zone: time.UTC, HandOver: schedule.EveryDays(1, schedule.Midnight), Weight: schedule.One,
		First: schedule.Date{Year: 2027, Month: time.January, Day: 4},
		Cover: []schedule.Window{{Name: "denver", Zone: zone(t, "America/Denver"), Hours: schedule.Hours{From: schedule.ClockAt(12, 0), Until: schedule.ClockAt(20, 0)}}},
	}
	at := time.Date(2027, time.January, 7, 1, 0, 0, 0, time.UTC) // after midnight UTC, before the site closes
	slots, err := r.Slots(at, at.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if len(slots) != 1 || slots[0].ID != "sun denver 2027-01-06" || slots[0].Turn != 2 || slots[0].End.Sub(slots[0].Start) != 8*time.Hour {
		t.Errorf("at %v: %+v", at, slots)
	}
	r.Cover = append(r.Cover, schedule.Window{Name: "denver", Zone: r.Cover[0].Zone, Hours: schedule.Hours{From: schedule.ClockAt(18, 0), Until: schedule.ClockAt(22, 0)}})
	if err := r.Validate(); err == nil {
		t.Error("two windows of one name overlap and are accepted")
	}
}

// Every slot is whole and the same in each window that it is part of, whatever
// the rule has in it.
func TestAnyRotationInAnyWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRotation(t)
		base := time.Date(r.First.Year+rapid.IntRange(0, 6).Draw(t, "year"), 1, 1, 0, 0, 0, 0, r.Zone)
		whole, err := r.Slots(base, base.AddDate(1, 0, 0))
		if err != nil {
			t.Fatal(err)
		}
		from := base.Add(time.Duration(rapid.IntRange(0, 340*24).Draw(t, "from")) * time.Hour)
		to := from.Add(time.Duration(rapid.IntRange(1, 20*24).Draw(t, "hours")) * time.Hour)
		part, err := r.Slots(from, to)
		if err != nil {
			t.Fatal(err)
		}
		var want []schedule.Slot
		for _, s := range whole {
			if s.Start.Before(to) && s.End.After(from) {
				want = append(want, s)
			}
		}
		if diff := diffSlots(want, part); diff != "" {
			t.Fatalf("%v to %v (-in the year +in the window):\n%s", from, to, diff)
		}
	})
}

func diffSlots(want, got []schedule.Slot) string { return cmp.Diff(want, got, cmpopts.EquateEmpty()) }
