package roster

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Magnitudes beyond these would overflow the solver's integers; real problems
// stay far below them.
const (
	maxSeconds = 1 << 40 // about 34,000 years
	maxPoints  = 1 << 24
	maxShare   = 1 << 24
	maxSlots   = 50_000
	maxMembers = 10_000
)

// An InvalidError says what is wrong with one field of a problem, and what
// would be right.
type InvalidError struct {
	Field  string // path in the JSON, as members[3].unavailable[0]
	Reason string
}

func (e *InvalidError) Error() string { return e.Field + ": " + e.Reason }

// Validate reports everything that is wrong with the problem, joined, each an
// [*InvalidError]: unknown or repeated names, intervals that end before they
// start, numbers out of range, and pins that no rule-keeping roster can have.
func (p *Problem) Validate() error {
	v := validator{p: p, slots: map[string]int{}, members: map[string]int{}}
	v.head()
	v.rules("rules", p.Rules)
	for i := range p.Members {
		v.member(fmt.Sprintf("members[%d]", i), i)
	}
	for i := range p.Slots {
		v.slot(fmt.Sprintf("slots[%d]", i), i)
	}
	v.references()
	if len(v.errs) == 0 {
		v.pins()
	}
	return errors.Join(v.errs...)
}

type validator struct {
	p       *Problem
	slots   map[string]int
	members map[string]int
	errs    []error
}

func (v *validator) bad(field, format string, args ...any) {
	v.errs = append(v.errs, &InvalidError{Field: field, Reason: fmt.Sprintf(format, args...)})
}

func (v *validator) head() {
	p := v.p
	if p.Format != Format {
		v.bad("format", "%q is not a format this reads; it should be %q", p.Format, Format)
	}
	known := []string{TermUncovered, TermChanges, TermMaxDev, TermExtra, TermSumDev, TermPref, TermSpacing}
	if len(p.Order) == 0 {
		v.bad("order", "names no term; list at least one of %v", known)
	}
	for i, t := range p.Order {
		field := fmt.Sprintf("order[%d]", i)
		switch {
		case !slices.Contains(known, t):
			v.bad(field, "unknown term %q; the terms are %v", t, known)
		case slices.Contains(p.Order[:i], t):
			v.bad(field, "term %q is listed twice", t)
		case t == TermChanges && p.Baseline == nil:
			v.bad(field, "term %q needs a baseline", t)
		}
	}
	v.span("horizon", p.Horizon.Start, p.Horizon.End)
	if len(p.Slots) > maxSlots {
		v.bad("slots", "%d slots; at most %d can be planned at once", len(p.Slots), maxSlots)
	}
	if len(p.Members) > maxMembers {
		v.bad("members", "%d members; at most %d can be planned at once", len(p.Members), maxMembers)
	}
}

// span checks that [a, b) is a stretch of positive length within range.
func (v *validator) span(field string, a, b int64) {
	if b <= a {
		v.bad(field, "ends at %d, not after its start %d", b, a)
	}
	v.within(field, a, -maxSeconds, maxSeconds)
	v.within(field, b, -maxSeconds, maxSeconds)
}

func (v *validator) within(field string, x, lo, hi int64) {
	if x < lo || x > hi {
		v.bad(field, "%d is out of range; it should lie between %d and %d", x, lo, hi)
	}
}

func (v *validator) rules(field string, r Rules) {
	v.within(field+".min_gap", r.MinGap, 0, maxSeconds)
	v.within(field+".soft_gap", r.SoftGap, 0, maxSeconds)
	for k, x := range r.Rests {
		f := fmt.Sprintf("%s.rests[%d]", field, k)
		v.within(f+".min_gap", x.MinGap, 0, maxSeconds)
		v.during(f, x.During)
	}
	for k, w := range r.Windows {
		f := fmt.Sprintf("%s.windows[%d]", field, k)
		v.during(f, w.During)
		v.within(f+".window", w.Length, 1, maxSeconds)
		v.within(f+".max", w.Max, 0, maxSeconds)
	}
	for k, c := range r.Counts {
		f := fmt.Sprintf("%s.counts[%d]", field, k)
		v.during(f, c.During)
		v.within(f+".window", c.Length, 1, maxSeconds)
		v.within(f+".max", c.Max, 0, maxSeconds)
		if c.Mark == "" {
			v.bad(f+".mark", "is empty; it should name a kind of mark")
		}
	}
}

// during checks when a rule holds. Those that come and go are of one member.
func (v *validator) during(field string, t During) {
	if t.bounded() && strings.HasPrefix(field, "rules.") {
		v.bad(field, "the common rules hold all the time; one with \"from\" or \"until\" is a member's own")
	}
	v.within(field+".from", t.From, -maxSeconds, maxSeconds)
	v.within(field+".until", t.Until, -maxSeconds, maxSeconds)
	if t.From != 0 && t.Until != 0 && t.Until <= t.From {
		v.bad(field+".until", "%d is not after \"from\", %d", t.Until, t.From)
	}
}

func (v *validator) name(field, id string, seen map[string]int, i int) {
	if id == "" {
		v.bad(field+".id", "is empty; every one needs a name of its own")
		return
	}
	if j, dup := seen[id]; dup {
		v.bad(field+".id", "%q is also the name of number %d; names must differ", id, j)
		return
	}
	seen[id] = i
}

func (v *validator) member(field string, i int) {
	m := &v.p.Members[i]
	v.name(field, m.ID, v.members, i)
	if m.From != nil && m.Until != nil {
		v.span(field+".until", *m.From, *m.Until)
	}
	for pool, c := range m.Capacity {
		v.within(fmt.Sprintf("%s.capacity[%q]", field, pool), c, 0, maxShare)
	}
	v.within(field+".prior", m.Prior, -maxPoints, maxPoints)
	for k, u := range m.Unavailable {
		v.span(fmt.Sprintf("%s.unavailable[%d]", field, k), u[0], u[1])
	}
	for k, a := range m.Avoid {
		f := fmt.Sprintf("%s.avoid[%d]", field, k)
		v.span(f, a[0], a[1])
		v.within(f, a[2], 0, maxPoints)
	}
	for _, kind := range sortedKeys(m.Parts) {
		v.within(field+".parts."+kind, m.Parts[kind], 0, maxPoints)
	}
	if m.Limits != nil {
		v.rules(field+".limits", *m.Limits)
	}
}

func (v *validator) slot(field string, i int) {
	s := &v.p.Slots[i]
	v.name(field, s.ID, v.slots, i)
	v.span(field, s.Start, s.End)
	v.span(field+".nend", s.NStart, s.NEnd)
	v.within(field+".weight", s.Weight, 0, maxPoints)
	for id, w := range s.Weights {
		f := fmt.Sprintf("%s.weights[%q]", field, id)
		v.known(f, "member", id, v.members)
		v.within(f, w, 0, maxPoints)
	}
}

func (v *validator) known(field, what, id string, in map[string]int) {
	if _, ok := in[id]; !ok {
		v.bad(field, "there is no %s %q", what, id)
	}
}

func (v *validator) references() {
	pinned := map[string]string{}
	for k, pin := range v.p.Pinned {
		f := fmt.Sprintf("pinned[%d]", k)
		v.known(f+".slot", "slot", pin.Slot, v.slots)
		v.known(f+".member", "member", pin.Member, v.members)
		if other, dup := pinned[pin.Slot]; dup && other != pin.Member {
			v.bad(f, "slot %q is pinned to %q as well; one slot has one member", pin.Slot, other)
		}
		pinned[pin.Slot] = pin.Member
	}
	for k, h := range v.p.History {
		f := fmt.Sprintf("history[%d]", k)
		v.known(f+".member", "member", h.Member, v.members)
		v.span(f, h.Start, h.End)
		v.span(f+".nend", h.NStart, h.NEnd)
	}
	for _, id := range sortedKeys(v.p.Baseline) {
		f := fmt.Sprintf("baseline[%q]", id)
		v.known(f, "slot", id, v.slots)
		if m := v.p.Baseline[id]; m != nil {
			v.known(f, "member", *m, v.members)
		}
	}
}

// pins refuses pins that break a hard rule, alone, together or with history.
func (v *validator) pins() {
	a := Assignment{}
	for _, pin := range v.p.Pinned {
		a[pin.Slot] = &pin.Member
	}
	if len(a) == 0 {
		return
	}
	e, err := Evaluate(v.p, a)
	if err != nil {
		v.bad("pinned", "%v", err)
		return
	}
	for _, x := range e.Violations {
		v.bad("pinned", "contradicts the rules: %s", x)
	}
}
