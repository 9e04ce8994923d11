package schedule

// Weekends returns the weekends that the slot has any hour in, on the rotation's
// wall clock, each named by the nominal start of its Saturday.
func (s *Slot) Weekends() []int64 {
	return s.marks(func(day Date) int64 {
		switch day.Weekday() {
		case 6:
			return day.Nominal(Midnight)
		case 0:
			return day.AddDays(-1).Nominal(Midnight)
		}
		return none
	})
}

// Holidays returns the days of the calendar that the slot has any hour on, each
// named by its nominal start.
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
		last := DateOf(p.End.Add(-1))
		for day := DateOf(p.Start); !day.After(last); day = day.AddDays(1) {
			if m := mark(day); m != none && (len(out) == 0 || out[len(out)-1] != m) {
				out = append(out, m)
			}
		}
	}
	return out
}
