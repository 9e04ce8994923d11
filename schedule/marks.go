package schedule

import "time"

// Weekends returns the weekends that the slot has duty on, on the rotation's wall
// clock, each named by the nominal start of its Saturday.
//
// Here and in Holidays a stretch that began on an earlier day and ends by noon
// is not duty on the day it ends: who hands over on the morning of Easter Monday
// did not have Easter Monday, and no holiday counts for two people because they
// met at its hand-over.
func (s *Slot) Weekends() []int64 {
	return s.marks(func(day Date) int64 {
		switch day.Weekday() {
		case time.Saturday:
			return day.Nominal(Midnight)
		case time.Sunday:
			return day.AddDays(-1).Nominal(Midnight)
		}
		return none
	})
}

// Holidays returns the days of the calendar that the slot has duty on, as
// Weekends understands it, each named by its nominal start.
func (s *Slot) Holidays(c Calendar) []int64 {
	return s.marks(func(day Date) int64 {
		if _, ok := c.On(day); ok {
			return day.Nominal(Midnight)
		}
		return none
	})
}

// none is no mark.
const none = -forever

// marks collects, without repeats, what mark says of each day on duty.
func (s *Slot) marks(mark func(Date) int64) []int64 {
	var out []int64
	for _, p := range s.Parts {
		first, last := DateOf(p.Start), DateOf(p.End.Add(-time.Second))
		if last.After(first) && last == DateOf(p.End) && ClockOf(p.End) <= Noon {
			last = last.AddDays(-1)
		}
		for day := first; !day.After(last); day = day.AddDays(1) {
			if m := mark(day); m != none && (len(out) == 0 || out[len(out)-1] != m) {
				out = append(out, m)
			}
		}
	}
	return out
}
