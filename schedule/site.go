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
	whole       bool // never cut: it belongs to the turn in which it opens
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
		o := opening{days: w.Days, from: int64(w.From), until: w.until(), zone: civil{loc: w.zone(r)}, whole: w.Name != ""}
		if w.Days == NoDay {
			o.days = EveryDay
		}
		sites[i].windows = append(sites[i].windows, o)
	}
	return sites
}

// next returns the first opening of the turn [a, b) from a day on, and the day
// after it; false when there is none.
func (o *opening) next(day, a, b int64) (start, end, after int64, ok bool) {
	for ; ; day++ {
		start = o.zone.instant(day*secondsPerDay + o.from)
		if start >= b {
			return 0, 0, 0, false
		}
		if !o.days.Has(weekdayOfDays(day)) {
			continue
		}
		end = o.zone.instant(day*secondsPerDay + o.until)
		if o.whole && start < a {
			continue
		}
		if !o.whole {
			start, end = max(a, start), min(b, end)
		}
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

// opensWithin says whether the turn [a, b) has any hour at the site.
func (s *site) opensWithin(a, b int64) bool {
	for i := range s.windows {
		o := &s.windows[i]
		if _, _, _, ok := o.next(o.firstDay(a), a, b); ok {
			return true
		}
	}
	return false
}

// open returns when the site is open in the turn [a, b), in order; stretches that
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
