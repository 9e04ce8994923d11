package ical

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A series is the events of one UID.
type series struct {
	masters   []*event // usually one
	overrides []*event // other versions of single occurrences
}

func (s *series) recurs() bool {
	return slices.ContainsFunc(s.masters, func(e *event) bool { return len(e.rules) > 0 })
}

// group gathers events by UID, and drops those of which there is a later
// version.
func (r *reader) group(events []*event) []*series {
	var all []*series
	known := map[string]*series{}
	for _, e := range events {
		s := known[e.uid]
		if s == nil {
			s = &series{}
			known[e.uid] = s
			all = append(all, s)
		}
		if e.replaces == nil {
			s.masters = append(s.masters, e)
		} else {
			s.overrides = append(s.overrides, e)
		}
	}
	for _, s := range all {
		r.latest(s)
	}
	return all
}

// latest keeps the events of the highest SEQUENCE: of the series, and of each
// occurrence. Events that share UID and SEQUENCE are different events whose
// author was careless.
func (r *reader) latest(s *series) {
	highest := 0
	for _, e := range s.masters {
		highest = max(highest, e.sequence)
	}
	s.masters = slices.DeleteFunc(s.masters, func(e *event) bool {
		old := e.sequence < highest && len(s.masters) > 1
		if old {
			r.warn(e.line, "the calendar has a later version of this event (UID %q, SEQUENCE %d)", shorten(e.uid), highest)
		}
		return old
	})
	slices.SortStableFunc(s.overrides, func(a, b *event) int {
		return cmp.Or(cmp.Compare(a.replaces.instant(), b.replaces.instant()), cmp.Compare(a.sequence, b.sequence))
	})
	var kept []*event
	for i, e := range s.overrides {
		if i+1 < len(s.overrides) && s.overrides[i+1].replaces.instant() == e.replaces.instant() {
			continue // the last in the file wins among equals
		}
		kept = append(kept, e)
	}
	s.overrides = kept
}

// A slot is one time at which a series occurs.
type slot struct {
	at     wall
	t      int64
	length length
	name   string // of the occurrence, see Occurrence.Instance
}

// instance names an occurrence by when it was to start.
func instance(at wall, t int64, day bool) string {
	if day {
		return time.Unix(int64(at), 0).UTC().Format("20060102")
	}
	return time.Unix(t, 0).UTC().Format("20060102T150405Z")
}

// dates are the times and days that EXDATE and RECURRENCE-ID name.
type dates struct{ times, days map[int64]bool }

func (d *dates) add(m moment, whole bool) {
	if d.days == nil {
		d.times, d.days = map[int64]bool{}, map[int64]bool{}
	}
	if whole || m.day {
		d.days[m.at.day()] = true
	} else {
		d.times[m.instant()] = true
	}
}

// has reports whether a slot is named. A day stands for whatever begins on it.
func (d *dates) has(s slot, whole bool) bool {
	return d.days[s.at.day()] || !whole && d.times[s.t]
}

// expand adds the occurrences of a series.
func (r *reader) expand(s *series) {
	var replacedDays, replacedTimes dates
	var later []*event // versions from some occurrence on, by which one
	slack := int64(2 * secondsPerDay)
	for _, o := range s.overrides {
		if !o.onwards {
			replacedDays.add(*o.replaces, true)
			replacedTimes.add(*o.replaces, false)
			continue
		}
		later = append(later, o)
		moved := int64(o.start.at - o.replaces.at)
		slack = max(slack, moved+o.length.most(), o.length.most()-moved)
	}
	for _, m := range s.masters {
		replaced := &replacedTimes
		if m.start.day {
			replaced = &replacedDays
		}
		for _, at := range r.slots(m, slack) {
			if !replaced.has(at, m.start.day) {
				r.occur(m, later, at)
			}
		}
	}
	for _, o := range s.overrides {
		if o.onwards && len(s.masters) > 0 {
			continue
		}
		if len(s.masters) > 0 {
			o.inherit(s.masters[0])
		}
		r.add(o, slot{o.start.at, o.start.instant(), o.length, instance(o.replaces.at, o.replaces.instant(), o.replaces.day)})
	}
}

// inherit takes what a version of an occurrence leaves unsaid from its series.
func (e *event) inherit(m *event) {
	if !e.titled {
		e.summary = m.summary
	}
	_, end := e.get("DTEND")
	_, duration := e.get("DURATION")
	if !end && !duration && e.start.day == m.start.day {
		e.length = m.length
	}
}

// occur adds one occurrence of a series, as the last version from before or at
// it would have it.
func (r *reader) occur(m *event, later []*event, at slot) {
	i, _ := slices.BinarySearchFunc(later, at.t, func(o *event, t int64) int {
		return cmp.Or(cmp.Compare(o.replaces.instant(), t), -1) // behind what is equal
	})
	if i == 0 || later[i-1].start.day != m.start.day {
		r.add(m, at)
		return
	}
	as := later[i-1]
	as.inherit(m)
	w := at.at + as.start.at - as.replaces.zone.sameWall(*as.replaces, as.start.zone)
	r.add(as, slot{w, as.start.zone.instant(w), as.length, at.name})
}

// sameWall returns what another zone's clocks show at a moment of this one.
func (z *zone) sameWall(m moment, other *zone) wall {
	if m.day || z == other {
		return m.at
	}
	return other.wall(m.instant())
}

// slots returns when a series occurs, in the window and some slack about it,
// without what its exceptions take away.
func (r *reader) slots(m *event, slack int64) []slot {
	slack += m.length.most()
	lo, hi := wall(r.from-slack), wall(r.to+slack)
	var out []slot
	if len(m.rules) == 0 {
		out = append(out, slot{at: m.start.at, t: m.start.instant(), length: m.length})
	}
	gone := r.exceptions(m)
	left := min(r.budget, eventBudget)
	spent := left
	for i, rule := range append(slices.Clone(m.rules), m.exceptions...) {
		whole := rule.each(m.start, lo, hi, &left, func(w wall, t int64) {
			if m.start.day {
				t = m.start.zone.instant(w)
			}
			if i < len(m.rules) {
				out = append(out, slot{at: w, t: t, length: m.length})
			} else {
				gone.add(moment{at: w, day: m.start.day, zone: m.start.zone}, m.start.day)
			}
		})
		if !whole {
			r.budget -= spent
			r.warn(m.line, "the event recurs too often to be followed; it was left out")
			return nil
		}
	}
	r.budget -= spent - left
	r.unnamed(m, out)
	out = append(out, r.extra(m)...)
	slices.SortStableFunc(out, func(a, b slot) int { return cmp.Compare(a.t, b.t) })
	out = slices.CompactFunc(out, func(a, b slot) bool { return a.t == b.t })
	out = slices.DeleteFunc(out, func(s slot) bool { return gone.has(s, m.start.day) })
	if _, dates := m.get("RDATE"); len(m.rules) > 0 || dates {
		for i := range out {
			out[i].name = instance(out[i].at, out[i].t, m.start.day)
		}
	}
	return out
}

// unnamed warns of a series whose rule does not name its own start, in the
// window: some calendars show that start, and some do not.
func (r *reader) unnamed(m *event, out []slot) {
	if at := m.start.instant(); len(m.rules) > 0 && r.from <= at && at < r.to &&
		!slices.ContainsFunc(out, func(s slot) bool { return s.at == m.start.at }) {
		r.warn(m.line, "the event starts on a day that its own rule does not name; that day was left out")
	}
}

// exceptions reads EXDATE.
func (r *reader) exceptions(m *event) *dates {
	gone := &dates{}
	r.listed(m, "EXDATE", func(p property, v string) error {
		at, err := r.moment(p, v, m.start.zone)
		if err == nil {
			gone.add(at, m.start.day)
		}
		return err
	})
	return gone
}

// extra reads RDATE: days, times, or periods with an end of their own.
func (r *reader) extra(m *event) []slot {
	var out []slot
	r.listed(m, "RDATE", func(p property, v string) error {
		begin, end, period := strings.Cut(v, "/")
		at, err := r.moment(p, begin, m.start.zone)
		if err != nil {
			return err
		}
		s := slot{length: m.length}
		switch {
		case m.start.day:
			at.at, at.zone = wall(at.at.day()*secondsPerDay), r.local
		case at.day:
			at.at, at.zone = at.at+wall(m.start.at.clock()), m.start.zone
		}
		// The slot is on the wall of the series.
		s.t = at.instant()
		s.at = at.zone.sameWall(moment{at: at.at, zone: at.zone}, m.start.zone)
		if period && !m.start.day {
			if strings.HasPrefix(strings.ToUpper(strings.TrimSpace(end)), "P") {
				s.length, err = parseDuration(end)
			} else {
				p.value = end
				s.length, err = r.until(at, p)
			}
			if err != nil {
				return err
			}
		}
		out = append(out, s)
		return nil
	})
	return out
}

// listed calls f with each value of the properties of a name, and warns of those
// that make no sense.
func (r *reader) listed(m *event, name string, f func(property, string) error) {
	for _, p := range m.props {
		if p.name != name {
			continue
		}
		for v := range strings.SplitSeq(p.value, ",") {
			if strings.TrimSpace(v) == "" {
				continue
			}
			if err := f(p, v); err != nil {
				r.warn(p.line, "%s", fmt.Sprintf("%s: %v; it was left out", name, err))
			}
		}
	}
}
