package roster

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// taught tries to make each member able to do what a conflict says too few can:
// the layer and all skills of those slots. Members who are alike are tried once.
func (r *remedist) taught() {
	done := map[string]bool{}
	for _, why := range slices.Concat(r.blamed(reasonSkill), r.blamed(reasonLayer)) {
		for _, c := range r.f.found {
			if !c.force.has(r.f.b.ids[why]) {
				continue
			}
			for _, s := range c.slots {
				slot := &r.f.b.p.Slots[s]
				key := fmt.Sprintf("%q %q", slot.Layer, slot.Skills)
				if !done[key] && (slot.Layer == why.name || slices.Contains(slot.Skills, why.name)) {
					done[key] = true
					r.teach(c, slot)
				}
			}
		}
	}
}

// teach tries those who are there for a slot of the conflict.
func (r *remedist) teach(c clash, slot *Slot) {
	seen := map[string]bool{}
	near := r.f.partsOf([]string{slot.Layer})
	order := slices.SortedStableFunc(slices.Values(r.everybody()), func(x, y int) int {
		return cmp.Compare(r.distance(x, near), r.distance(y, near))
	})
	for _, i := range order {
		m := &r.f.b.p.Members[i]
		if len(seen) > 0 && r.distance(i, near) > 0 {
			break // somebody from elsewhere only when there is nobody nearer
		}
		away := !slices.ContainsFunc(c.slots, func(s int) bool {
			return !slices.ContainsFunc(r.f.b.bars(s)[i], func(id int32) bool {
				return r.f.b.list[id].kind == reasonAbsence || r.f.b.list[id].kind == reasonPresence
			})
		})
		alike := fmt.Sprint(m.Layers, m.Skills, m.Unavailable, m.From, m.Until, m.Limits)
		if m.Limits != nil {
			alike = m.ID
		}
		one := measure{effort: 19}
		edit := func(*Member) {}
		learn := func(why reason, text string, add func(x *Member)) {
			before := edit
			edit = func(x *Member) { before(x); add(x) }
			one.key = strings.TrimSpace(one.key + " " + why.key(r.f.b.p) + ":" + m.ID)
			one.cures = append(one.cures, why)
			one.text += text
			one.effort++
		}
		if !slices.Contains(m.Layers, slot.Layer) {
			learn(reason{kind: reasonLayer, name: slot.Layer}, " also taking "+slot.Layer, func(x *Member) { x.Layers = append(slices.Clip(x.Layers), slot.Layer) })
		}
		for _, k := range slot.Skills {
			if !slices.Contains(m.Skills, k) {
				learn(reason{kind: reasonSkill, name: k}, " with the skill "+k, func(x *Member) { x.Skills = append(slices.Clip(x.Skills), k) })
			}
		}
		if away || one.key == "" || seen[alike] || len(seen) >= mostTried {
			continue
		}
		seen[alike] = true
		one.who = []int{i}
		one.joins = r.f.partsOf(append(slices.Clip(m.Layers), slot.Layer))
		one.text = m.ID + one.text
		one.apply = func(q *Problem) bool { return editMember(q, m.ID, edit) }
		r.try(one)
	}
}

func (r *remedist) everybody() []int {
	out := make([]int, len(r.f.b.p.Members))
	for i := range out {
		out[i] = i
	}
	return out
}

// distance is zero for members who serve one of the parts, else one.
func (r *remedist) distance(m int, parts []int) int {
	for _, k := range r.f.partsOf(r.f.b.p.Members[m].Layers) {
		if slices.Contains(parts, k) {
			return 0
		}
	}
	return 1
}

// partsOf returns the parts that have slots of the layers.
func (f *finder) partsOf(layers []string) []int {
	var out []int
	for k, part := range f.parts {
		if slices.ContainsFunc(part, func(s int) bool { return slices.Contains(layers, f.b.p.Slots[s].Layer) }) {
			out = append(out, k)
		}
	}
	return out
}
