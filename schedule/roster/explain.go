package roster

import (
	"cmp"
	"context"
	"slices"
)

// A Conflict is a set of slots that cannot all be covered while its reasons
// hold, whatever else were changed. Taking any one slot or reason away makes the
// rest possible, so each is part of the cause.
//
// The reasons are keys: absence:<member>:<k> (unavailable[k]), presence:<member>,
// history (all past shifts), pin:<slot> (its member holds the slot, be it among
// Slots or not), window:<k>, count:<k>, min_gap (without it shifts may even
// overlap), limit:<member> (all limits of that member's own, rest included),
// layer:<name> and skill:<name> (without it anybody may serve the layer, and no
// slot needs the skill).
type Conflict struct {
	Slots   []string `json:"slots"`   // by time
	Reasons []string `json:"reasons"` // common rules first, then people
	Text    string   `json:"text"`    // the same in a sentence
}

// explain says why slots of an assignment are uncovered, and what would help.
// It spends about the given units of work, and a small fixed amount for each
// uncovered slot when there is no more or the context has ended; there are no
// remedies then. The team size is nil when nothing is uncovered, or when there
// was no time to find it.
func explain(ctx context.Context, p *Problem, a Assignment, seed uint64, work int64) ([]Conflict, []Remedy, *TeamSize) {
	f := newFinder(ctx, p, a, work/2)
	if len(f.open) == 0 {
		return nil, nil, nil
	}
	f.findAll()
	conflicts := make([]Conflict, 0, len(f.found))
	for _, c := range f.found {
		conflicts = append(conflicts, f.b.describe(c))
	}
	remedies, team := f.remedies(seed, work/2)
	return conflicts, remedies, team
}

// describe turns a clash into what is shown.
func (b *casebook) describe(c clash) Conflict {
	out := Conflict{Reasons: b.names(c.force), Text: b.sentence(c)}
	for _, s := range c.slots {
		out.Slots = append(out.Slots, b.p.Slots[s].ID)
	}
	return out
}

// byTime orders slots of a problem by nominal start.
func byTime(p *Problem) func(x, y int) int {
	return func(x, y int) int {
		a, b := &p.Slots[x], &p.Slots[y]
		return cmp.Or(cmp.Compare(a.NStart, b.NStart), cmp.Compare(a.NEnd, b.NEnd), cmp.Compare(a.ID, b.ID))
	}
}

// parts returns the slots of each set of layers that share members, by time.
// Slots of different parts never compete for anybody.
func parts(p *Problem) [][]int {
	layer := map[string]int{}
	for i := range p.Slots {
		if _, ok := layer[p.Slots[i].Layer]; !ok {
			layer[p.Slots[i].Layer] = len(layer)
		}
	}
	set := newDisjoint(len(layer))
	for i := range p.Members {
		first := -1
		for _, l := range p.Members[i].Layers {
			at, ok := layer[l]
			if ok && first >= 0 {
				set.join(first, at)
			}
			if ok {
				first = at
			}
		}
	}
	index := map[int]int{}
	var out [][]int
	for i := range p.Slots {
		root := set.find(layer[p.Slots[i].Layer])
		if _, ok := index[root]; !ok {
			index[root] = len(out)
			out = append(out, nil)
		}
		out[index[root]] = append(out[index[root]], i)
	}
	for _, part := range out {
		slices.SortFunc(part, byTime(p))
	}
	return out
}
