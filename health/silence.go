package health

import (
	"slices"
	"time"
)

// What a usual gap is made of.
const (
	gapsNeeded = 10
	gapLeast   = time.Hour
)

// UsualGap is how long an integration usually says nothing: nine of ten gaps between
// deliveries, given by when they came, are no longer, and it is an hour at least. The
// deliveries of one alert come in quick succession, so a mean would say little. ok is
// false where too few came to say.
func UsualGap(came []time.Time) (gap time.Duration, ok bool) {
	if len(came) <= gapsNeeded {
		return 0, false
	}
	came = slices.SortedFunc(slices.Values(came), time.Time.Compare)
	gaps := make([]time.Duration, 0, len(came)-1)
	for i := range came[1:] {
		gaps = append(gaps, came[i+1].Sub(came[i]))
	}
	slices.Sort(gaps)
	return max(gaps[(len(gaps)*9+9)/10-1], gapLeast), true
}

// Silent says whether an integration has said nothing for three times as long as it
// usually does. One that is off is not expected to say anything.
func (i *Integration) Silent(came []time.Time, now time.Time) bool {
	came = slices.DeleteFunc(slices.Clone(came), func(t time.Time) bool { return t.After(now.Add(mostAhead)) })
	gap, ok := UsualGap(came)
	if !ok || !i.OffAt.IsZero() {
		return false
	}
	return now.Sub(slices.MaxFunc(came, time.Time.Compare)) > 3*gap
}
