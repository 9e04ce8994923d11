package schedule

import "time"

// A Slot is a stretch to cover.
type Slot struct {
	ID       SlotID
	Rotation RotationID
	// Turn counts the rotation's turns from zero. A turn without an hour on duty
	// is none, so that a weekend off costs nobody a turn.
	Turn     int
	Position int    // from zero, where several are on duty at once
	Window   string // the window's name, where there are windows
	// Start and End bound the slot; it may pause in between.
	Start, End time.Time
	// NominalStart and NominalEnd are the same on the rotation's wall clock,
	// read as Unix time: a week is always 604,800 seconds.
	NominalStart, NominalEnd int64
	// Parts are the stretches on duty, in order, without gaps of zero length.
	Parts []Span
	// Holiday is the name of the holiday that the slot is for, if any.
	Holiday string
}

// A Span is a stretch of time [Start, End).
type Span struct {
	Start, End time.Time
}
