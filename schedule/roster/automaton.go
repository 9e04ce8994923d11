package roster

import (
	"encoding/binary"
	"math"
	"slices"
)

// An automaton is every rule-keeping set of slots of one member, as paths
// through a graph: at each node the member takes a slot or passes it over. Two
// histories that leave the same future are one node, so that weekly rotations
// need hardly more nodes than slots.
//
// Count rules, and what would make the graph too large, are left out: more sets
// are allowed then, and a bound made of the graph stays valid.
type automaton struct {
	into  []int32 // per node: where its incoming edges begin; one more at the end
	edges []edge
	first []int32 // per node: the slot decided there; the last node is the end
	exact bool    // pairs counted by spacing are on the edges
}

// An edge leads to the node that lists it.
type edge struct {
	from int32
	slot int32 // taken on the way; none when passed over
	near int32 // pairs too close that taking it makes
}

const maxNodes = 40_000

// newAutomaton builds the graph for member m; with near it also counts pairs
// that are too close, when the graph stays small enough. With spare at least
// nothing, sets with more marks than that beyond the member's parts are left out.
func newAutomaton(md *model, m int, near bool, spare int64) *automaton {
	mm := &md.members[m]
	windows := slices.Clone(mm.class.windows)
	slices.SortFunc(windows, func(a, b Window) int { return int(min(max(a.Length-b.Length, -1), 1)) })
	var parts []markCount
	if spare >= 0 {
		parts = md.exclusive(m)
	}
	for {
		b := graphBuilder{md: md, mm: mm, windows: windows, near: near, parts: parts, spare: spare, ids: map[string]int32{}}
		if b.build() {
			return b.finish()
		}
		switch {
		case len(parts) > 0:
			parts = nil
		case len(windows) > 0:
			windows = windows[:len(windows)-1]
		case near:
			near, windows = false, slices.Clone(mm.class.windows)
		default:
			// Pairs alone cannot outgrow the limit on problems of a sane
			// size; if they do, a member who may take anything is a valid
			// relaxation.
			return freeAutomaton(md, mm)
		}
	}
}

func freeAutomaton(md *model, mm *mmember) *automaton {
	loose := *mm
	loose.class = &ruleClass{clash: make([]bitset, len(md.slots))}
	for i := range loose.class.clash {
		loose.class.clash[i] = newBitset(md.words)
	}
	b := graphBuilder{md: md, mm: &loose, ids: map[string]int32{}}
	b.build()
	return b.finish()
}

type graphBuilder struct {
	md      *model
	mm      *mmember
	windows []Window
	near    bool
	parts   []markCount
	spare   int64
	ids     map[string]int32
	nodes   []graphNode
	out     []graphEdge
	check   state // only for its window check
}

// A graphNode stands before the decision on slot at.
type graphNode struct {
	at     int
	recent []int32 // slots taken that still bear on the future
	shut   bitset  // slots that what was taken forbids
	marks  []int64 // per part: marks taken, as far as they are counted
}

type graphEdge struct {
	to int32
	edge
}

func (b *graphBuilder) build() bool {
	b.check = state{md: b.md}
	start := b.node(0, nil, newBitset(b.md.words), make([]int64, len(b.parts)))
	if start == none {
		return false
	}
	for i := int(start); i < len(b.nodes); i++ {
		if len(b.nodes) > maxNodes {
			return false
		}
		nd := b.nodes[i]
		if nd.at == len(b.md.slots) {
			continue
		}
		t := nd.at
		if !b.md.slots[t].pinned {
			b.link(b.node(t+1, nd.recent, nd.shut, nd.marks), edge{from: int32(i), slot: none})
		}
		marks, ok := b.with(t, nd.marks)
		if !ok {
			continue
		}
		shut := slices.Clone(nd.shut)
		for w, x := range b.mm.class.clash[t] {
			shut[w] |= x
		}
		recent := append(slices.Clip(nd.recent), int32(t))
		b.link(b.node(t+1, recent, shut, marks), edge{from: int32(i), slot: int32(t), near: b.pairs(t, nd.recent)})
	}
	return true
}

func (b *graphBuilder) link(to int32, e edge) {
	if to != none {
		b.out = append(b.out, graphEdge{to, e})
	}
}

// pairs counts the shifts that slot t would be too close to.
func (b *graphBuilder) pairs(t int, recent []int32) int32 {
	if !b.near {
		return 0
	}
	n := int32(b.mm.near[t])
	for _, r := range recent {
		if b.md.soft[r].has(t) {
			n++
		}
	}
	return n
}

// with adds the marks of slot t; false when they are too many.
func (b *graphBuilder) with(t int, marks []int64) ([]int64, bool) {
	more := marks
	for i := range b.parts {
		n := int64(len(b.parts[i].of[t]))
		if n == 0 {
			continue
		}
		if marks[i]+n > b.parts[i].part+b.spare {
			return nil, false
		}
		more = slices.Clone(more)
		more[i] += n
	}
	return more, true
}

// node returns the node for the next open decision from slot t on, or none.
func (b *graphBuilder) node(t int, recent []int32, shut bitset, marks []int64) int32 {
	held := newBitset(b.md.words)
	for _, r := range recent {
		held.set(int(r))
	}
	for t < len(b.md.slots) && !b.open(t, held, shut) {
		if b.md.slots[t].pinned && b.mm.can.has(t) {
			return none // what was taken leaves no room for what they must hold
		}
		t++
	}
	nd := graphNode{at: t, shut: newBitset(b.md.words), marks: b.countsFrom(t, marks)}
	for s := t; s < len(b.md.slots); s++ {
		if shut.has(s) && b.mm.can.has(s) {
			nd.shut.set(s)
		}
	}
	for _, r := range recent {
		if b.matters(int(r), t, nd.shut) {
			nd.recent = append(nd.recent, r)
		}
	}
	key := nd.key()
	id, ok := b.ids[key]
	if !ok {
		id = int32(len(b.nodes))
		b.ids[key] = id
		b.nodes = append(b.nodes, nd)
	}
	return id
}

// countsFrom forgets the counts that no slot from t on can raise, so that what
// has the same future is one node.
func (b *graphBuilder) countsFrom(t int, marks []int64) []int64 {
	out := slices.Clone(marks)
	for i := range b.parts {
		more := false
		for s := t; s < len(b.md.slots) && !more; s++ {
			more = b.mm.can.has(s) && len(b.parts[i].of[s]) > 0
		}
		if !more {
			out[i] = 0
		}
	}
	return out
}

func (nd *graphNode) key() string {
	k := binary.LittleEndian.AppendUint32(nil, uint32(nd.at))
	for w := nd.at >> 6; w < len(nd.shut); w++ {
		k = binary.LittleEndian.AppendUint64(k, nd.shut[w])
	}
	for _, r := range nd.recent {
		k = binary.LittleEndian.AppendUint32(k, uint32(r))
	}
	for _, n := range nd.marks {
		k = binary.LittleEndian.AppendUint64(k, uint64(n))
	}
	return string(k)
}

// open says whether the member may take slot t.
func (b *graphBuilder) open(t int, held, shut bitset) bool {
	if !b.mm.can.has(t) || shut.has(t) {
		return false
	}
	for _, w := range b.windows {
		if !b.check.windowHolds(t, b.mm, held, w) {
			return false
		}
	}
	return true
}

// matters says whether having taken r can still change what a slot from t on
// costs or whether it is allowed, beyond the slots already shut.
func (b *graphBuilder) matters(r, t int, shut bitset) bool {
	if len(b.windows) > 0 {
		reach := b.windows[len(b.windows)-1].Length
		if t < len(b.md.slots) && b.md.slots[t].nstart < b.md.slots[r].nend+reach {
			return true
		}
	}
	if !b.near {
		return false
	}
	for w := t >> 6; w < b.md.words && w >= 0; w++ {
		x := b.md.soft[r][w] & b.mm.can[w] &^ shut[w]
		if w == t>>6 {
			x &= ^uint64(0) << (t & 63)
		}
		if x != 0 {
			return true
		}
	}
	return false
}

// finish orders the nodes by slot and the edges by the node they lead to.
func (b *graphBuilder) finish() *automaton {
	order := make([]int32, len(b.nodes))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(x, y int32) int { return b.nodes[x].at - b.nodes[y].at })
	place := make([]int32, len(order))
	a := &automaton{exact: b.near}
	for at, id := range order {
		place[id] = int32(at)
		a.first = append(a.first, int32(b.nodes[id].at))
	}
	slices.SortStableFunc(b.out, func(x, y graphEdge) int { return int(place[x.to] - place[y.to]) })
	a.into = make([]int32, len(order)+1)
	for _, e := range b.out {
		a.into[place[e.to]+1]++
		e.from = place[e.from]
		a.edges = append(a.edges, e.edge)
	}
	for i := range order {
		a.into[i+1] += a.into[i]
	}
	return a
}

// A pricer finds a member's most valuable set of slots for given prices, among
// those whose load lies in a range.
type pricer struct {
	auto   *automaton
	mm     *mmember
	unit   int64
	lo, hi int // loads that may be the end, in units
	ends   []int64
	from   []int32 // per node: the least load worth keeping
	to     []int32 // per node: the greatest
	row    []int32 // per node: where its row of values begins
	size   int64   // of value
	value  []int64 // made when first needed
	taken  []int32
}

const never = math.MinInt64 / 4

// newPricer allows the loads whose deviation is at most cap.
func newPricer(md *model, m int, auto *automaton, unit, limit int64) *pricer {
	p := &pricer{auto: auto, mm: &md.members[m], unit: unit}
	n := len(auto.first)
	up, down := make([]int64, n), make([]int64, n) // most load to come; most load so far
	for v := range n {
		for _, e := range auto.edges[auto.into[v]:auto.into[v+1]] {
			down[v] = max(down[v], down[e.from]+p.shift(e.slot))
		}
	}
	for v := n - 1; v >= 0; v-- {
		for _, e := range auto.edges[auto.into[v]:auto.into[v+1]] {
			up[e.from] = max(up[e.from], up[v]+p.shift(e.slot))
		}
	}
	p.lo, p.hi = math.MaxInt, -1
	if down[n-1] > maxLoads {
		p.size = maxCells + 1 // too large to price
		return p
	}
	for l := range int(down[n-1]) + 1 {
		if abs(p.mm.deviation(int64(l)*unit)) <= limit {
			p.lo, p.hi = min(p.lo, l), l
		}
	}
	if p.hi < 0 {
		p.lo = 0
		return p
	}
	p.ends = make([]int64, p.hi-p.lo+1)
	p.from, p.to, p.row = make([]int32, n), make([]int32, n), make([]int32, n)
	for v := range n {
		p.from[v] = int32(max(0, int64(p.lo)-up[v]))
		p.to[v] = int32(min(down[v], int64(p.hi)))
		p.row[v] = int32(min(p.size, math.MaxInt32))
		p.size += int64(max(0, p.to[v]-p.from[v]+1))
	}
	return p
}

func (p *pricer) shift(slot int32) int64 {
	if slot == none {
		return 0
	}
	return p.mm.weight[slot] / p.unit
}

// best returns the greatest value of a set of slots: the gain of each, less
// near for each pair too close, plus ends for its load; and the set. It is
// false when no set has an allowed load.
func (p *pricer) best(gain []int64, near int64) (int64, []int32, bool) {
	if p.hi < 0 {
		return 0, nil, false
	}
	a := p.auto
	if p.value == nil {
		p.value = make([]int64, p.size)
	}
	for i := range p.value {
		p.value[i] = never
	}
	if p.from[0] == 0 && p.to[0] >= 0 {
		p.value[p.row[0]] = 0
	}
	for v := range a.first {
		for _, e := range a.edges[a.into[v]:a.into[v+1]] {
			p.relax(int32(v), e, gain, near)
		}
	}
	last := len(a.first) - 1
	best, at := int64(never), 0
	for l := max(p.lo, int(p.from[last])); l <= int(p.to[last]); l++ {
		if x := p.value[int(p.row[last])+l-int(p.from[last])] + p.ends[l-p.lo]; x > best {
			best, at = x, l
		}
	}
	if best <= never/2 {
		return 0, nil, false
	}
	p.trace(at, gain, near)
	return best, p.taken, true
}

// eachLoad calls f with every allowed load, in points, that some set has, and
// the greatest value of such a set. It tells of what best was asked with just
// before.
func (p *pricer) eachLoad(f func(load, value int64)) {
	if p.hi < 0 {
		return
	}
	last := len(p.auto.first) - 1
	for l := max(p.lo, int(p.from[last])); l <= int(p.to[last]); l++ {
		if x := p.value[int(p.row[last])+l-int(p.from[last])]; x > never/2 {
			f(int64(l)*p.unit, x+p.ends[l-p.lo])
		}
	}
}

// relax carries the values of an edge's origin into node v.
func (p *pricer) relax(v int32, e edge, gain []int64, near int64) {
	by, g := int32(0), int64(0)
	if e.slot != none {
		by, g = int32(p.shift(e.slot)), gain[e.slot]-near*int64(e.near)
	}
	u := e.from
	lo, hi := max(p.from[v], p.from[u]+by), min(p.to[v], p.to[u]+by)
	if hi < lo {
		return
	}
	src := p.value[p.row[u]+lo-by-p.from[u]:][:hi-lo+1]
	dst := p.value[p.row[v]+lo-p.from[v]:][:len(src)]
	for i, x := range src {
		if x+g > dst[i] {
			dst[i] = x + g
		}
	}
}

// through returns, per slot, the greatest value of a set that has it, or never.
// It asks for the same gain and near as best was asked with just before.
func (p *pricer) through(gain []int64, near int64, out []int64) {
	for s := range out {
		out[s] = never
	}
	a := p.auto
	if p.hi < 0 {
		return
	}
	back := slices.Repeat([]int64{never}, len(p.value)) // best way on, per node and load
	last := int32(len(a.first) - 1)
	for l := max(p.lo, int(p.from[last])); l <= int(p.to[last]); l++ {
		back[int(p.row[last])+l-int(p.from[last])] = p.ends[l-p.lo]
	}
	for v := last; v >= 0; v-- {
		for _, e := range a.edges[a.into[v]:a.into[v+1]] {
			u, by, g := e.from, int32(0), int64(0)
			if e.slot != none {
				by, g = int32(p.shift(e.slot)), gain[e.slot]-near*int64(e.near)
			}
			for l := max(p.from[v], p.from[u]+by); l <= min(p.to[v], p.to[u]+by); l++ {
				on, at := back[p.row[v]+l-p.from[v]]+g, p.row[u]+l-by-p.from[u]
				back[at] = max(back[at], on)
				if e.slot != none {
					out[e.slot] = max(out[e.slot], p.value[at]+on)
				}
			}
		}
	}
}

// trace recovers a best set by walking back from the end.
func (p *pricer) trace(load int, gain []int64, near int64) {
	a := p.auto
	p.taken = p.taken[:0]
	v, l := int32(len(a.first)-1), int32(load)
	for v != 0 {
		x := p.value[p.row[v]+l-p.from[v]]
		for _, e := range a.edges[a.into[v]:a.into[v+1]] {
			by, g := int32(0), int64(0)
			if e.slot != none {
				by, g = int32(p.shift(e.slot)), gain[e.slot]-near*int64(e.near)
			}
			k := l - by
			if k < p.from[e.from] || k > p.to[e.from] || p.value[p.row[e.from]+k-p.from[e.from]]+g != x {
				continue
			}
			if e.slot != none {
				p.taken = append(p.taken, e.slot)
			}
			v, l = e.from, k
			break
		}
	}
}
