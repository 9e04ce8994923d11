package schedule

import (
	"fmt"
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
}

// A TimeLimit allows at most Max on call in any stretch of length Within.
// Both are wall-clock time, in which a day has 24 hours also when the clock
// changes: one week in four is Max 7*24h and Within 28*24h.
type TimeLimit struct {
	Max    time.Duration
	Within time.Duration
}

// A CountLimit allows at most Max days of a kind (weekends, holidays) in any
// stretch of length Within, in wall-clock time.
type CountLimit struct {
	Max    int
	Within time.Duration
}

// Validate returns what is wrong as one or more *InvalidError, joined.
func (l Limits) Validate() error {
	var p problems
	if l.Rest < 0 {
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
