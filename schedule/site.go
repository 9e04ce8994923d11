package schedule

import (
	"slices"
	"time"
)

// A site is the windows of one name: what one person covers in a turn. A
// rotation without windows is one site without a name.
type site struct {
	name    string
	windows []opening
	lastDay int64 // on which the slot before started, for names
}

// An opening is a window with its defaults filled in.
type opening struct {
	days        Weekdays
	from, until int64 // nominal seconds from midnight; until can be the next day
	zone        civil
}

// sitesOf groups the windows by name, in the order of the rule.
func sitesOf(r *Rotation) []site {
	if len(r.Cover) == 0 {
		return []site{{lastDay: noDay}}
	}
	var sites []site
	for _, w := range r.Cover {
		i := slices.IndexFunc(sites, func(s site) bool { return s.name == w.Name })
		if i < 0 {
			i = len(sites)
			sites = append(sites, site{name: w.Name, lastDay: noDay})
		}
		o := opening{days: w.Days, from: int64(w.From), until: int64(w.Until), zone: civil{loc: w.Zone}}
		if w.Zone == nil {
			o.zone.loc = r.Zone
		}
		if w.Days == NoDay {
			o.days = EveryDay
		}
		if w.Until <= w.From {
			o.until += secondsPerDay
		}
		sites[i].windows = append(sites[i].windows, o)
	}
	return sites
}

// next returns the first opening within [a, b) from a day on, clipped, and the
// day after it; false when there is none.
func (o *opening) next(day, a, b int64) (start, end, after int64, ok bool) {
	for ; ; day++ {
		start = o.zone.instant(day*secondsPerDay + o.from)
		if start >= b {
			return 0, 0, 0, false
		}
		if !o.days.Has(weekdayOfDays(day)) {
			continue
		}
		start, end = max(a, start), min(b, o.zone.instant(day*secondsPerDay+o.until))
		if start < end {
			return start, end, day + 1, true
		}
	}
}

// firstDay is the day from which on openings can reach a: one that begins on the
// day before can end after midnight.
func (o *opening) firstDay(a int64) int64 {
	return floorDiv(o.zone.nominal(a), secondsPerDay) - 1
}

// opensWithin says whether any window is open within [a, b).
func (s *site) opensWithin(a, b int64) bool {
	for i := range s.windows {
		o := &s.windows[i]
		if _, _, _, ok := o.next(o.firstDay(a), a, b); ok {
			return true
		}
	}
	return false
}

// open returns when the site is open within [a, b), in order; stretches that
// touch or overlap are one.
func (s *site) open(a, b int64, zone *time.Location) []Span {
	var parts []Span
	for i := range s.windows {
		o := &s.windows[i]
		for day := o.firstDay(a); ; {
			start, end, after, ok := o.next(day, a, b)
			if !ok {
				break
			}
			parts = append(parts, Span{unix(start, zone), unix(end, zone)})
			day = after
		}
	}
	return merged(parts)
}

// merged sorts spans and joins those that touch.
func merged(parts []Span) []Span {
	slices.SortFunc(parts, func(p, q Span) int { return p.Start.Compare(q.Start) })
	out := parts[:0]
	for _, p := range parts {
		n := len(out) - 1
		switch {
		case n < 0 || p.Start.After(out[n].End):
			out = append(out, p)
		case p.End.After(out[n].End):
			out[n].End = p.End
		}
	}
	return out
}
