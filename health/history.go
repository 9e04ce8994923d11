package health

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"watchbill/schedule"
)

// A Record is what is known of one person, in the order in which measuring needs it.
// It does not change once made.
type Record struct {
	rings  []Notification // distinct, by time; those that interrupt
	volume []time.Time    // of those that do not
	onCall []span         // merged
	level1 []span
	level2 []span // two and more
	work   []Work // by start
}

// NewRecord puts in order what is known of a person. What belongs to somebody else is
// left out, so the notifications, shifts and incidents of a whole team will do. Work on
// an incident that is still open counts until asOf.
func NewRecord(person schedule.ID, notifications []Notification, shifts []Shift, incidents []Incident, c *Config, asOf time.Time) *Record {
	distinct := Distinct(notifications)
	r := &Record{rings: distinct[:0]} // none is written before it was read
	for _, n := range distinct {
		switch {
		case n.Person != person:
		case n.Interrupts():
			r.rings = append(r.rings, n)
		default:
			r.volume = append(r.volume, n.At)
		}
	}
	for _, s := range shifts {
		if s.Person != person {
			continue
		}
		held := span{s.Start.Unix(), s.End.Unix()}
		r.onCall = append(r.onCall, held)
		if s.Level <= 1 {
			r.level1 = append(r.level1, held)
		} else {
			r.level2 = append(r.level2, held)
		}
	}
	r.onCall, r.level1, r.level2 = merge(r.onCall), merge(r.level1), merge(r.level2)
	r.addWork(incidents, person, c.engagedCap(), asOf)
	slices.SortFunc(r.work, func(a, b Work) int {
		return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End), cmp.Compare(a.Incident, b.Incident))
	})
	return r
}

// Work is an engagement as it counts: begun no earlier than the trigger, ended with the
// incident at the latest, and believed for as long as the configuration says.
type Work struct {
	Incident   schedule.ID
	Start, End time.Time
	Flags      []Flag
}

// addWork adds what the person did about incidents.
func (r *Record) addWork(incidents []Incident, person schedule.ID, limit time.Duration, asOf time.Time) {
	n := 0
	for i := range incidents {
		for _, e := range incidents[i].Engagements {
			if e.Person == person {
				n++
			}
		}
	}
	r.work = make([]Work, 0, n)
	for i := range incidents {
		for _, e := range incidents[i].Engagements {
			if e.Person == person {
				r.work = append(r.work, incidents[i].work(e, limit, asOf))
			}
		}
	}
}

// work returns an engagement in the incident as it counts.
func (i *Incident) work(e Engagement, limit time.Duration, asOf time.Time) Work {
	w := Work{Incident: i.ID, Start: e.Start, End: e.End}
	if e.Start.Before(i.TriggeredAt) {
		w.Start = i.TriggeredAt
		w.Flags = append(w.Flags, FlagAckBeforeTrigger)
	}
	if w.End.IsZero() || !i.ResolvedAt.IsZero() && i.ResolvedAt.Before(w.End) {
		w.End = i.ResolvedAt
	}
	if w.End.IsZero() {
		w.End = asOf
		w.Flags = append(w.Flags, FlagOpenIncident)
	}
	if longest := w.Start.Add(limit); longest.Before(w.End) {
		w.End = longest
		w.Flags = append(w.Flags, FlagEngagedCapped)
	}
	if w.End.Before(w.Start) {
		w.End = w.Start
	}
	return w
}

// Work returns the person's engagements, in order of their start.
func (r *Record) Work() []Work { return r.work }

// onDuty reports whether the person is on call at an instant.
func (r *Record) onDuty(t time.Time) bool {
	_, ok := spanAt(r.onCall, t.Unix())
	return ok
}

// ringsIn returns the interrupting notifications in [from, to).
func (r *Record) ringsIn(from, to time.Time) []Notification {
	i := sort.Search(len(r.rings), func(i int) bool { return !r.rings[i].At.Before(from) })
	j := i + sort.Search(len(r.rings)-i, func(j int) bool { return !r.rings[i+j].At.Before(to) })
	return r.rings[i:j]
}

// volumeIn counts the notifications in [from, to) that do not interrupt.
func (r *Record) volumeIn(from, to time.Time) int {
	before := func(t time.Time) int {
		return sort.Search(len(r.volume), func(i int) bool { return !r.volume[i].Before(t) })
	}
	return before(to) - before(from)
}

// workIn returns the work that may reach into [from, to).
func (r *Record) workIn(from, to time.Time, limit time.Duration) []Work {
	reach := from.Add(-limit)
	i := sort.Search(len(r.work), func(i int) bool { return !r.work[i].Start.Before(reach) })
	j := i + sort.Search(len(r.work)-i, func(j int) bool { return !r.work[i+j].Start.Before(to) })
	return r.work[i:j]
}

// A span is a half-open stretch of whole seconds. Every integral is taken over these,
// so that the parts of a day add up to it exactly.
type span struct{ from, to int64 }

// merge sorts spans and joins those that touch.
func merge(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	out := spans[:0]
	for _, s := range spans {
		n := len(out) - 1
		switch {
		case s.to <= s.from:
		case n < 0 || s.from > out[n].to:
			out = append(out, s)
		case s.to > out[n].to:
			out[n].to = s.to
		}
	}
	return out
}

// within returns what lies in [from, to) of merged spans.
func within(spans []span, from, to int64) []span {
	var out []span
	i := sort.Search(len(spans), func(i int) bool { return spans[i].to > from })
	for ; i < len(spans) && spans[i].from < to; i++ {
		out = append(out, span{max(from, spans[i].from), min(to, spans[i].to)})
	}
	return out
}

// lengthIn returns how many seconds of merged spans lie in [from, to).
func lengthIn(spans []span, from, to int64) int64 {
	total := int64(0)
	for _, s := range within(spans, from, to) {
		total += s.to - s.from
	}
	return total
}

// spanAt returns which of merged spans holds an instant.
func spanAt(spans []span, t int64) (span, bool) {
	i := sort.Search(len(spans), func(i int) bool { return spans[i].to > t })
	if i < len(spans) && spans[i].from <= t {
		return spans[i], true
	}
	return span{}, false
}
