package roster

import "slices"

// A markCount counts, for one member and one kind of mark, the different marks held;
// those beyond the member's part are extra.
type markCount struct {
	part  int64
	of    [][]int32 // per slot: which of the kind's marks it carries
	times []int32   // per mark: how many of the slots held carry it
	held  int64     // marks that at least one slot held carries
}

// exclusive prepares the counting of those marks of a member that count once for
// every slot: no two slots with the mark can be held together.
func (md *model) exclusive(m int) []markCount {
	mm := &md.members[m]
	all := md.markCounts(mm.src)
	for i := range all {
		t := &all[i]
		for s := range t.of {
			t.of[s] = slices.DeleteFunc(slices.Clone(t.of[s]), func(at int32) bool {
				for o := range t.of {
					if o != s && mm.can.has(o) && slices.Contains(t.of[o], at) && !mm.class.clash[s].has(o) {
						return true
					}
				}
				return false
			})
		}
	}
	return all
}

// extra returns how many different marks are held beyond the part.
func (t *markCount) extra() int64 { return max(0, t.held-t.part) }

// markCounts prepares the counting of a member's marks.
func (md *model) markCounts(m *Member) []markCount {
	var all []markCount
	for _, kind := range sortedKeys(m.Parts) {
		t := markCount{part: m.Parts[kind], of: make([][]int32, len(md.slots))}
		var keys []int64
		for s := range md.slots {
			for _, key := range md.slots[s].marks[kind] {
				at := slices.Index(keys, key)
				if at < 0 {
					at = len(keys)
					keys = append(keys, key)
				}
				t.of[s] = append(t.of[s], int32(at))
			}
		}
		if len(keys) > 0 {
			t.times = make([]int32, len(keys))
			all = append(all, t)
		}
	}
	return all
}

// mark counts what slot s carries once more, or with by = -1 once less, for a
// member and returns by how much their extra marks change.
func mark(counts []markCount, s int, by int32) int64 {
	change := int64(0)
	for i := range counts {
		t := &counts[i]
		if len(t.of[s]) == 0 {
			continue
		}
		was := t.extra()
		for _, at := range t.of[s] {
			if t.times[at] == 0 {
				t.held++
			}
			t.times[at] += by
			if t.times[at] == 0 {
				t.held--
			}
		}
		change += t.extra() - was
	}
	return change
}

// extraMarks counts the different marks among shifts of the plan beyond a
// member's parts.
func extraMarks(mine []shift, parts map[string]int64) int64 {
	extra := int64(0)
	for kind, part := range parts {
		seen := map[int64]bool{}
		for _, x := range mine {
			if x.slot == nil {
				continue
			}
			for _, key := range x.marks[kind] {
				seen[key] = true
			}
		}
		extra += max(0, int64(len(seen))-part)
	}
	return extra
}
