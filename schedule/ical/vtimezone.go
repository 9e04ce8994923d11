package ical

import (
	"cmp"
	"slices"
	"strings"
)

// define makes a zone of a VTIMEZONE, nil when nothing in it can be used. The
// changes are worked out from long before the window to a year after it.
func (r *reader) define(def *component) *zone {
	const year = 366 * secondsPerDay
	lo, hi := r.from-12*year, r.to+year
	z := &zone{}
	var earliest *int64
	for i := range def.parts {
		part := &def.parts[i]
		from, ok := part.offset("TZOFFSETFROM")
		to, ok2 := part.offset("TZOFFSETTO")
		if !ok || !ok2 {
			r.warn(part.line, "this part of a time zone does not say its distance from UTC; it was left out")
			continue
		}
		starts, ok := r.observed(part, &zone{first: from}, wall(lo), wall(hi))
		if !ok {
			r.warn(part.line, "this part of a time zone does not say when it begins; it was left out")
			continue
		}
		for _, w := range starts {
			at := int64(w) - from
			if earliest == nil || at < *earliest {
				earliest, z.first = &at, from
			}
			z.changes = append(z.changes, change{at, to})
		}
	}
	if earliest == nil {
		return nil
	}
	slices.SortStableFunc(z.changes, func(a, b change) int { return cmp.Compare(a.at, b.at) })
	return z
}

func (c *component) offset(name string) (int64, bool) {
	p, _ := c.get(name)
	v := strings.TrimSpace(p.value)
	if v != "" && v[0] != '+' && v[0] != '-' {
		v = "+" + v
	}
	return distance(v)
}

// observed returns when a part of a time zone begins, on clocks that still show
// the time before.
func (r *reader) observed(part *component, before *zone, lo, hi wall) ([]wall, bool) {
	p, ok := part.get("DTSTART")
	if !ok {
		return nil, false
	}
	start, err := parseMoment(p.value, false, before)
	if err != nil {
		return nil, false
	}
	start.day, start.zone = false, before
	out := []wall{start.at}
	for _, p := range part.props {
		switch p.name {
		case "RRULE":
			rule, err := parseRule(p.value, start)
			if err != nil || rule == nil {
				continue
			}
			left := min(r.budget, eventBudget)
			spent := left
			rule.each(start, lo, hi, &left, func(w wall, _ int64) { out = append(out, w) })
			r.budget -= spent - left
		case "RDATE":
			for v := range strings.SplitSeq(p.value, ",") {
				if m, err := parseMoment(v, false, before); err == nil {
					out = append(out, m.at)
				}
			}
		}
	}
	return out, true
}
