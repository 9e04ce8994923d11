package roster

import (
	"cmp"
	"fmt"
	"slices"
)

// A tally is a counting argument: so many slots, of which one person can take
// only so many, need at least so many people.
type tally struct {
	what  string // the layer, or empty for shifts of several
	skill []string
	slots int
	each  int // of them one person can take at most
	need  int
	have  int // members who can do them when they are there
	from  int64
	rule  string // of the stretch
	long  int64  // length of the stretch; zero when all are at once
}

// missing returns how many people the count is short of.
func (t tally) missing() int { return t.need - t.have }

// counted words the counting argument that shows the largest lack of people, or
// comes nearest to it, to follow how many it takes. It is empty when there is
// nothing to count.
func (r *remedist) counted(extra int) string {
	var best tally
	for _, t := range r.tallies() {
		if t.need > 0 && best.need == 0 || t.missing() > best.missing() || t.missing() == best.missing() && t.need > best.need {
			best = t
		}
	}
	if best.need == 0 {
		return ""
	}
	what := noun(int64(best.slots), "shift")
	if best.what != "" {
		what = best.what + " " + what
	}
	if len(best.skill) > 0 {
		what += " that need " + listWords(best.skill)
	}
	text := fmt.Sprintf("in the %s from %s there are %d %s and %s lets one person take %s",
		anyWords(best.long), r.cal.date(best.from), best.slots, what, best.rule, spell(int64(best.each)))
	if best.long == 0 {
		rest := ""
		if gap := r.f.b.p.Rules.MinGap; gap > 0 {
			rest = fmt.Sprintf(" (%s)", restWords(gap))
		}
		text = fmt.Sprintf("on %s there are %d %s that no one can hold together%s",
			r.cal.date(best.from)+" at "+clock(best.from), best.slots, what, rest)
	}
	if best.missing() < extra {
		return fmt.Sprintf("; by counting alone %d would do (%s), but absences and the other rules ask for more", best.need, text)
	}
	return fmt.Sprintf("; %s: at least %s, and there %s %d", text, crowdWords(best.need), crowdVerb(best.have), best.have)
}

// tallies counts every set of slots that the same people can hold: each part,
// each layer, each layer with the same skills.
func (r *remedist) tallies() []tally {
	p := r.t.whole
	sets := map[string][]int{}
	var order []string
	put := func(key string, s int) {
		if sets[key] == nil {
			order = append(order, key)
		}
		sets[key] = append(sets[key], s)
	}
	for k, part := range parts(p) {
		for _, s := range part {
			put(fmt.Sprint(k), s)
			put(fmt.Sprintf("%q", p.Slots[s].Layer), s)
			put(fmt.Sprintf("%q %q", p.Slots[s].Layer, p.Slots[s].Skills), s)
		}
	}
	var out []tally
	for _, key := range order {
		head := tally{have: able(p, sets[key]), what: p.Slots[sets[key][0]].Layer, skill: p.Slots[sets[key][0]].Skills}
		for _, s := range sets[key] {
			if p.Slots[s].Layer != head.what {
				head.what = ""
			}
			if !slices.Equal(p.Slots[s].Skills, head.skill) {
				head.skill = nil
			}
		}
		for k := range p.Rules.Windows {
			out = append(out, mostInWindow(p, sets[key], head, p.Rules.Windows[k]))
		}
		out = append(out, mostAtOnce(p, sets[key], head))
	}
	return out
}

// able counts the members who serve the layer and have the skills of one of the
// slots.
func able(p *Problem, slots []int) int {
	n := 0
	for i := range p.Members {
		m := &p.Members[i]
		if slices.ContainsFunc(slots, func(s int) bool {
			slot := &p.Slots[s]
			return slices.Contains(m.Layers, slot.Layer) &&
				!slices.ContainsFunc(slot.Skills, func(k string) bool { return !slices.Contains(m.Skills, k) })
		}) {
			n++
		}
	}
	return n
}

// mostInWindow finds the stretch of a window rule that needs most people.
func mostInWindow(p *Problem, slots []int, t tally, w Window) tally {
	best := t
	for i, s := range slots {
		from := p.Slots[s].NStart
		var lengths []int64
		for _, u := range slots[i:] {
			if p.Slots[u].NStart >= from+w.Length {
				break
			}
			if p.Slots[u].NEnd <= from+w.Length {
				lengths = append(lengths, p.Slots[u].NEnd-p.Slots[u].NStart)
			}
		}
		slices.Sort(lengths)
		each, left := 0, w.Max
		for _, d := range lengths {
			if left -= d; left < 0 {
				break
			}
			each++
		}
		if each == 0 {
			continue
		}
		if need := (len(lengths) + each - 1) / each; need > best.need {
			best.slots, best.each, best.need, best.from = len(lengths), each, need, from
			best.rule, best.long = windowWords(w), w.Length
		}
	}
	return best
}

// mostAtOnce finds the moment when most slots exclude each other, rest included.
func mostAtOnce(p *Problem, slots []int, t tally) tally {
	best := t
	byStart := slices.SortedFunc(slices.Values(slots), func(x, y int) int { return cmp.Compare(p.Slots[x].Start, p.Slots[y].Start) })
	ends := make([]int64, len(slots))
	for i, s := range slots {
		ends[i] = p.Slots[s].End + p.Rules.MinGap
	}
	slices.Sort(ends)
	over := 0 // slots that are over, with the rest after them
	for i, s := range byStart {
		for ends[over] <= p.Slots[s].Start {
			over++
		}
		if n := i + 1 - over; n > best.need && n > 1 {
			best.slots, best.each, best.need, best.from = n, 1, n, p.Slots[s].NStart
		}
	}
	return best
}
