package schedule

import "time"

// A Window is a daily stretch of hours on duty in a zone of its own.
type Window struct {
	Hours
	Name string
	Zone *time.Location // nil means the rotation's
}

// zone returns the zone of the window's hours, which is the rotation's unless the
// window has its own.
func (w Window) zone(r *Rotation) *time.Location {
	if w.Zone != nil {
		return w.Zone
	}
	return r.Zone
}

// Overlaps reports whether two windows of one zone are open at once.
func (w Window) Overlaps(v Window) bool {
	for day := range 7 {
		for before := range 3 {
			// w opens on the day, v on the same, the one before or the one after.
			other := (day + before + 6) % 7
			if !w.on(time.Weekday(day)) || !v.on(time.Weekday(other)) {
				continue
			}
			shift := int64(before-1) * secondsPerDay
			if int64(w.From) < shift+v.until() && shift+int64(v.From) < w.until() {
				return true
			}
		}
	}
	return false
}

// on says whether the window opens on a day of the week.
func (w Window) on(day time.Weekday) bool { return w.Days == NoDay || w.Days.Has(day) }

// until returns when the window closes, in seconds from the midnight of the day
// on which it opens.
func (w Window) until() int64 {
	if w.Until <= w.From {
		return int64(w.Until) + secondsPerDay
	}
	return int64(w.Until)
}
