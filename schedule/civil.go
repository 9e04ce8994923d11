package schedule

import "time"

// civil turns wall-clock moments of one zone, in nominal seconds, into
// instants. It remembers the stretch between two clock changes it was last
// asked about, because rules ask for one moment after the other and finding
// that stretch costs far more than adding its offset.
type civil struct {
	loc *time.Location
	// For nominal seconds in [from, to) the instant is the nominal second less
	// offset, and no earlier instant shows the same time or a later one.
	from, to, offset int64
}

// settled is longer than any zone's distance from UTC and any clock change
// together (the largest were Manila's and Apia's whole days), so what lies
// this far behind a change cannot be repeated or skipped by it.
const settled = 3 * secondsPerDay

// instant returns the first instant, in Unix seconds, at which the zone's wall
// clock shows n or later. For a moment that happens twice that is the first,
// and for one that is skipped the end of the gap. Being a minimum over sets that
// shrink as n grows, it never decreases, so turns cannot overlap.
func (z *civil) instant(n int64) int64 {
	if z.from <= n && n < z.to {
		return n - z.offset
	}
	for t := n - settled; ; {
		start, end, offset := stretch(t, z.loc)
		if n-offset < end {
			z.from, z.to, z.offset = start+offset+settled, end+offset, offset
			return max(n-offset, start)
		}
		t = end
	}
}

// nominal returns what the zone's wall clock shows at the instant t, in nominal
// seconds.
func (z *civil) nominal(t int64) int64 {
	if start := z.from - z.offset; start <= t && t < z.to-z.offset {
		return t + z.offset
	}
	_, _, offset := stretch(t, z.loc)
	return t + offset
}

// stretch returns the bounds of the time around t in which the zone keeps its
// distance from UTC, and that distance.
func stretch(t int64, loc *time.Location) (start, end, offset int64) {
	at := time.Unix(t, 0).In(loc)
	_, seconds := at.Zone()
	from, to := at.ZoneBounds()
	start, end = -forever, forever
	if !from.IsZero() {
		start = from.Unix()
	}
	if !to.IsZero() {
		end = to.Unix()
		if end <= t {
			// Beyond the changes that a zone lists (which is every year since 2007,
			// where the database is a small one), package time takes a year for 365
			// days: on the last day of a leap year it gives an end that has passed,
			// and whoever goes on from there goes nowhere. No zone changes its clock
			// in that day.
			end += secondsPerDay
		}
	}
	return start, end, int64(seconds)
}

// SteadyUntil returns an instant, in Unix seconds and later than t, until which the zone's
// clock does not change. It changes then, or later. Ask this and not
// [time.Time.ZoneBounds], which is wrong on the last day of a leap year.
func SteadyUntil(t int64, zone *time.Location) int64 {
	_, end, _ := stretch(t, zone)
	return end
}

// forever is later than any date of a schedule, and small enough to add to.
const forever = int64(1) << 60
