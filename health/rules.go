package health

import "time"

// Rules say how an integration's events are read. [DefaultRules] are those of
// an integration that nobody has changed.
type Rules struct {
	// ReopenWithin is how soon after its end the same alert is the same page again.
	ReopenWithin time.Duration
	// LateAfter is how long after it happened something is told late; after
	// TooOld, a hook no longer makes it count.
	LateAfter, TooOld time.Duration
	// LongestResponse is how long one stretch of somebody's work is believed.
	LongestResponse time.Duration
	// InterruptionWindow is how long further notices of the same page to the
	// same person are part of the first.
	InterruptionWindow time.Duration
	// LowCounts makes pages of low urgency count.
	LowCounts bool
	// RenotifyInterrupts makes the repeats of an open page interrupt again.
	RenotifyInterrupts bool
	// Severities overrides the urgency of the vendor's words, in lower case.
	Severities map[string]Urgency
}

// FutureAfter is how far ahead of its receipt a time is still believed.
const FutureAfter = 5 * time.Minute

// DefaultRules returns the rules of an integration that nobody has changed.
func DefaultRules() Rules {
	return Rules{
		ReopenWithin:       10 * time.Minute,
		LateAfter:          15 * time.Minute,
		TooOld:             400 * 24 * time.Hour,
		LongestResponse:    8 * time.Hour,
		InterruptionWindow: time.Minute,
	}
}
