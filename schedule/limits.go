package schedule

import (
	"fmt"
	"slices"
	"time"
)

// Limits are hard rules on what one person may hold. Those of a team bind each
// of its members; those of a person bind that person as well, so that the
// stricter holds. The zero value limits nothing.
type Limits struct {
	// Rest is the least time between the end of one shift and the start of the
	// next, as it passes (not on the wall clock). Zero allows shifts back to
	// back; no value allows two shifts at once.
	Rest time.Duration
	// OnCall bounds the time on call in any stretch of some length, all
	// rotations together. All of them hold.
	OnCall []TimeLimit
	// Weekends bounds the number of weekends with any duty.
	Weekends []CountLimit
	// Holidays bounds the number of public holidays with any duty.
	Holidays []CountLimit
	// Rests are rests that hold for a time only, besides Rest.
	Rests []RestLimit
}

// A During is the time in which a limit holds: the days [From, Until) on which the
// stretches begin that it bounds. So what began under the old limit keeps it, and the
// new one looks back on nothing. A zero date is unbounded.
type During struct{ From, Until Date }

// Bounded says whether there is a time at which the limit does not hold.
func (d During) Bounded() bool { return d != During{} }

// Nominal returns the bounds on the wall clock, zero where it is unbounded.
func (d During) Nominal() (from, until int64) {
	if !d.From.IsZero() {
		from = d.From.At(Midnight, time.UTC).Unix()
	}
	if !d.Until.IsZero() {
		until = d.Until.At(Midnight, time.UTC).Unix()
	}
	return from, until
}

// has says whether a stretch that begins then is bound.
func (d During) has(nominal int64) bool {
	from, until := d.Nominal()
	return (d.From.IsZero() || nominal >= from) && (d.Until.IsZero() || nominal < until)
}

// ends are the first and the last instant at which a bound stretch begins.
func (d During) ends() []int64 {
	from, until := d.Nominal()
	var at []int64
	if !d.From.IsZero() {
		at = append(at, from)
	}
	if !d.Until.IsZero() {
		at = append(at, until-1)
	}
	return at
}

// A RestLimit is the least rest before each shift that begins while it holds.
type RestLimit struct {
	Rest time.Duration
	During
}

// DuringDays returns the limits as they are when they hold on certain days only.
func (l Limits) DuringDays(d During) Limits {
	var out Limits
	if l.Rest > 0 {
		out.Rests = append(out.Rests, RestLimit{l.Rest, d})
	}
	for _, t := range l.OnCall {
		t.During = d
		out.OnCall = append(out.OnCall, t)
	}
	counts := func(in []CountLimit) (out []CountLimit) {
		for _, c := range in {
			c.During = d
			out = append(out, c)
		}
		return out
	}
	out.Weekends, out.Holidays = counts(l.Weekends), counts(l.Holidays)
	return out
}

// None says whether nothing is limited.
func (l Limits) None() bool {
	return l.Rest == 0 && len(l.OnCall)+len(l.Weekends)+len(l.Holidays)+len(l.Rests) == 0
}

// A TimeLimit allows at most Max on call in any stretch of length Within.
// Both are wall-clock time, in which a day has 24 hours also when the clock
// changes: one week in four is Max 7*24h and Within 28*24h.
type TimeLimit struct {
	Max    time.Duration
	Within time.Duration
	During
}

// A CountLimit allows at most Max days of a kind (weekends, holidays) in any
// stretch of length Within, in wall-clock time.
type CountLimit struct {
	Max    int
	Within time.Duration
	During
}

// Validate returns what is wrong as one or more *InvalidError, joined.
func (l Limits) Validate() error {
	var p problems
	if l.Rest < 0 || slices.ContainsFunc(l.Rests, func(r RestLimit) bool { return r.Rest < 0 }) {
		p.add("rest", "rest cannot be negative")
	}
	for i, t := range l.OnCall {
		field := fmt.Sprintf("oncall[%d]", i)
		switch {
		case t.Within <= 0:
			p.add(field, "the stretch of time it counts in must be longer than nothing")
		case t.Max < 0:
			p.add(field, "the time allowed cannot be negative")
		case t.Max > t.Within:
			p.add(field, "at most %v in any %v limits nothing: the first must be the shorter", t.Max, t.Within)
		case t.Max%time.Second != 0 || t.Within%time.Second != 0:
			p.add(field, "both lengths must be whole seconds")
		}
	}
	checkCounts(&p, "weekends", l.Weekends)
	checkCounts(&p, "holidays", l.Holidays)
	return p.err()
}

func checkCounts(p *problems, kind string, limits []CountLimit) {
	for i, c := range limits {
		field := fmt.Sprintf("%s[%d]", kind, i)
		switch {
		case c.Within <= 0:
			p.add(field, "the stretch of time it counts in must be longer than nothing")
		case c.Max < 0:
			p.add(field, "the number allowed cannot be negative")
		case c.Within%time.Second != 0:
			p.add(field, "the length must be whole seconds")
		}
	}
}
