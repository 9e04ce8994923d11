package roster

import (
	"context"
	"slices"
)

// relaxed returns the problem of covering the slots with only the reasons in
// force, as a problem of its own, so that a roster can be searched for; it is
// false for a set without the rule of rest, which a problem cannot express.
// Pins that are in force bring their slots with them.
func (b *casebook) relaxed(slots []int, force bitset) (*Problem, bool) {
	on := func(r reason) bool {
		id, ok := b.ids[r]
		return ok && force.has(id)
	}
	if !on(reason{kind: reasonGap}) {
		return nil, false
	}
	q := &Problem{Format: Format, Order: []string{TermUncovered}, Rules: Rules{MinGap: b.p.Rules.MinGap}}
	common := b.commonClass(force).rules[0]
	q.Rules.Windows, q.Rules.Counts = common.Windows, common.Counts
	wanted := slices.Clone(slots)
	for s, m := range b.pins {
		if on(reason{kind: reasonPin, index: s}) {
			q.Pinned = append(q.Pinned, Pin{b.p.Slots[s].ID, b.p.Members[m].ID})
			if !slices.Contains(wanted, s) {
				wanted = append(wanted, s)
			}
		}
	}
	slices.Sort(wanted)
	const anyLayer = "\x00any"
	for _, i := range wanted {
		s := b.p.Slots[i]
		if !on(reason{kind: reasonLayer, name: s.Layer}) {
			s.Layer = anyLayer
		}
		s.Skills = slices.DeleteFunc(slices.Clone(s.Skills), func(k string) bool { return !on(reason{kind: reasonSkill, name: k}) })
		q.Slots = append(q.Slots, s)
	}
	for i, m := range b.p.Members {
		m.Layers = append(slices.Clip(m.Layers), anyLayer)
		if !on(reason{kind: reasonPresence, who: i}) {
			m.From, m.Until = nil, nil
		}
		if !on(reason{kind: reasonLimit, who: i}) {
			m.Limits = nil
		}
		m.Unavailable = nil
		for k, u := range b.p.Members[i].Unavailable {
			if on(reason{kind: reasonAbsence, who: i, index: k}) {
				m.Unavailable = append(m.Unavailable, u)
			}
		}
		q.Members = append(q.Members, m)
	}
	if on(reason{kind: reasonHistory}) {
		q.History = b.p.History
	}
	return q, true
}

// coveredByWalk looks for a cover of the slots by a short search. Finding none
// proves nothing.
func (b *casebook) coveredByWalk(slots []int, force bitset) bool {
	q, ok := b.relaxed(slots, force)
	if !ok {
		return false
	}
	t := &trial{ctx: context.Background(), seed: 1, work: 16 * walkMoves, share: 16, effort: 1}
	n, _ := t.uncovered(q, nil, nil)
	return n == 0
}

// walkMoves is how long coveredByWalk searches at most.
const walkMoves = 30_000
