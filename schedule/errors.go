package schedule

import "errors"

// ErrNotFound says that the person, team, rotation or slot that was asked for
// does not exist.
var ErrNotFound = errors.New("not found")

// ErrConflict says that what was asked for contradicts something that has
// been decided already.
var ErrConflict = errors.New("conflict")

// An InvalidError says which field of a value is wrong and why. Validate
// methods return one, or several joined with errors.Join.
type InvalidError struct {
	// Field is the path to the field from the value that was validated, in
	// lower case: "handover.lengths[1]", "members[3].until".
	Field string
	// Reason is written for the person who made the mistake: what is wrong
	// and, where it helps, what would be right.
	Reason string
}

// Error returns the field and the reason.
func (e *InvalidError) Error() string {
	if e.Field == "" {
		return e.Reason
	}
	return e.Field + ": " + e.Reason
}
