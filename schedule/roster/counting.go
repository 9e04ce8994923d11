package roster

import "slices"

// A group is a set of slots of which one member can hold only so many, whoever
// they are: slots that clash pairwise, or slots inside one stretch of a window
// rule. When its open slots cannot be dealt out within these limits, the puzzle
// has no solution; this is Hall's condition, tested by a matching.
type group struct {
	slots  []int32
	window *Window // nil when the slots clash pairwise
	start  int64   // of the window's stretch
}

// fillGroups finds the groups of the common rules. Members with limits of their
// own can hold less, never more.
func (z *puzzle) fillGroups() {
	c := &z.classes[0]
	for i := range z.slots {
		clique := []int32{int32(i)}
		for j := i + 1; j < len(z.slots); j++ {
			if !slices.ContainsFunc(clique, func(k int32) bool { return !c.clash[j].has(int(k)) }) {
				clique = append(clique, int32(j))
			}
		}
		z.addGroup(group{slots: clique})
	}
	if c.deep {
		for k := range c.rules[0].Windows {
			z.addWindow(&c.rules[0].Windows[k])
		}
	}
	z.within = make([][]int32, len(z.slots))
	z.dirty = make([]bool, len(z.groups))
	for g := range z.groups {
		z.dirty[g] = true
		for _, s := range z.groups[g].slots {
			z.within[s] = append(z.within[s], int32(g))
		}
	}
}

// addWindow adds the slots inside each stretch of the rule that begins with a
// slot.
func (z *puzzle) addWindow(w *Window) {
	for i := range z.slots {
		g := group{window: w, start: z.slots[i].nstart}
		for j := range z.slots {
			if z.slots[j].nstart >= g.start && z.slots[j].nend <= g.start+w.Length {
				g.slots = append(g.slots, int32(j))
			}
		}
		z.addGroup(g)
	}
}

// addGroup keeps a group unless it says nothing or less than one there is.
func (z *puzzle) addGroup(g group) {
	if len(g.slots) < 2 {
		return
	}
	for _, h := range z.groups {
		if h.window == g.window && !slices.ContainsFunc(g.slots, func(s int32) bool { return !slices.Contains(h.slots, s) }) {
			return
		}
	}
	z.groups = append(z.groups, g)
}

// groupsHold tests the groups whose slots have lost a candidate.
func (z *puzzle) groupsHold() bool {
	for g, d := range z.dirty {
		if d && !z.groupHolds(&z.groups[g]) {
			return false
		}
	}
	clear(z.dirty)
	return true
}

func (z *puzzle) groupHolds(g *group) bool {
	var open []int32
	least := len(z.who) + 1
	for _, s := range g.slots {
		if z.owner[s] == none {
			open = append(open, s)
			least = min(least, z.size[s])
		}
	}
	if least >= len(open) {
		return true // even one each would do
	}
	z.match = matching{z: z, g: g, open: open, seen: make([]bool, len(z.who)), load: make([][]int32, len(z.who))}
	for i := range open {
		clear(z.match.seen)
		if !z.match.place(int32(i)) {
			return false
		}
	}
	return true
}

// A matching deals the open slots of a group out to members by augmenting
// paths.
type matching struct {
	z    *puzzle
	g    *group
	open []int32
	seen []bool
	load [][]int32 // per member: what they hold in the matching, as indices of open
	room []int     // per member: how much they can hold, once asked for
}

// place finds a member for open slot i, moving others aside.
func (mt *matching) place(i int32) bool {
	found := false
	mt.z.can[mt.open[i]].each(func(m int) {
		if found || mt.seen[m] {
			return
		}
		mt.seen[m] = true
		mt.z.steps++
		if len(mt.load[m]) < mt.capacity(m) {
			mt.load[m] = append(mt.load[m], i)
			found = true
			return
		}
		for k, other := range mt.load[m] {
			if mt.place(other) {
				mt.load[m][k] = i
				found = true
				return
			}
		}
	})
	return found
}

// capacity returns how many open slots of the group a member could hold at
// most.
func (mt *matching) capacity(m int) int {
	if mt.g.window == nil {
		return 1
	}
	if mt.room == nil {
		mt.room = slices.Repeat([]int{-1}, len(mt.z.who))
	}
	if mt.room[m] < 0 {
		mt.room[m] = mt.count(m)
	}
	return mt.room[m]
}

// count packs the shortest open slots into what the window rule leaves the
// member.
func (mt *matching) count(m int) int {
	z, w := mt.z, mt.g.window
	left := w.Max
	use := func(x shift) { left -= max(0, min(x.nend, mt.g.start+w.Length)-max(x.nstart, mt.g.start)) }
	for _, x := range z.who[m].past {
		use(x)
	}
	for _, s := range z.who[m].held {
		use(z.slots[s])
	}
	var lengths []int64
	for _, s := range mt.open {
		if z.can[s].has(m) {
			lengths = append(lengths, z.slots[s].nend-z.slots[s].nstart)
		}
	}
	slices.Sort(lengths)
	n := 0
	for _, d := range lengths {
		if left -= d; left < 0 {
			break
		}
		n++
	}
	return n
}
