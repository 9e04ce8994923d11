package roster

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// A dealer walks the rosters of one component in long strides: it takes two
// members and deals all they hold between them anew, as well as it can be
// dealt by an exact dynamic programme over (what was dealt lately × load of the
// first). The prices it deals by are disturbed a little, the less the colder
// it gets, so that it does not stay where it is: equally good deals are many.
type dealer struct {
	st   *state
	rng  *rand.Rand
	w    weights
	unit int64
	temp float64
	// extra marks up to this number may come of a deal. The programme does not
	// count them: a deal that goes beyond, and makes it worse, is taken back.
	extra int64
	work  int64 // units of work done

	a, b   int32
	slots  []int32  // what the two hold, in order
	first  []dealt  // per slot: what dealing it to a would mean
	second []dealt  // the same for b
	reach  []uint   // per slot: how many slots before it still matter to it or a later one
	layers [][]hand // per slot, and one more for the end
	total  int64    // weight of slots, in units
	old    []int32
}

// dealt is what giving a slot to one member costs, and what stands against it.
type dealt struct {
	ok    bool
	cost  float64
	clash uint64 // bit j: the slot j+1 before it must not be with the member
	soft  uint64 // bit j: the slot j+1 before it would be too close
}

// A hand is a way the latest slots can have been dealt: bit j of held says that
// the first member has the slot j+1 before. Costs and the way back are kept per
// load of the first member.
type hand struct {
	held uint64
	cost []float64
	from []int32 // previous hand times two, plus one when the slot went to the first
}

func newDealer(st *state, rng *rand.Rand, unit int64) *dealer {
	return &dealer{st: st, rng: rng, unit: unit}
}

// maxHands bounds the programme; beyond it a pair is not dealt.
const maxHands = 600

// deal deals the slots of a and b anew; false when it cannot.
func (d *dealer) deal(a, b int32) bool {
	d.a, d.b = a, b
	if !d.collect() || !d.run() {
		return false
	}
	return d.apply()
}

// collect gathers the slots of the two and what each would cost either.
func (d *dealer) collect() bool {
	md, st := d.st.md, d.st
	d.slots, d.total = d.slots[:0], 0
	x, y := &md.members[d.a], &md.members[d.b]
	for w := range st.held[d.a] {
		for u := st.held[d.a][w] | st.held[d.b][w]; u != 0; u &= u - 1 {
			s := w<<6 + bits.TrailingZeros64(u)
			if x.can.has(s) && y.can.has(s) && x.weight[s] != y.weight[s] {
				return false
			}
			d.slots = append(d.slots, int32(s))
			d.total += md.members[st.owner[s]].weight[s] / d.unit
		}
	}
	d.first, d.second, d.reach = d.first[:0], d.second[:0], d.reach[:0]
	for i := range d.slots {
		d.first = append(d.first, d.price(x, d.a, i))
		d.second = append(d.second, d.price(y, d.b, i))
		far := max(bits.Len64(d.first[i].clash|d.first[i].soft), bits.Len64(d.second[i].clash|d.second[i].soft))
		d.reach = append(d.reach, uint(far))
	}
	// What matters to a later slot must be remembered until then.
	for i := len(d.reach) - 2; i >= 0; i-- {
		if d.reach[i+1] > 0 {
			d.reach[i] = max(d.reach[i], d.reach[i+1]-1)
		}
	}
	return len(d.slots) > 1 && d.total <= maxDealt
}

// maxDealt bounds the loads of the programme, in units.
const maxDealt = 20_000

// price returns what giving the i-th slot to a member means.
func (d *dealer) price(mm *mmember, m int32, i int) dealt {
	md := d.st.md
	s := int(d.slots[i])
	slot := &md.slots[s]
	e := dealt{ok: mm.can.has(s) && (!slot.pinned || d.st.owner[s] == m)}
	e.cost = d.w.pref*float64(mm.pref[s]) + d.w.spacing*float64(mm.near[s])
	if slot.base != m && slot.base != none {
		e.cost += d.w.changes
	}
	e.cost -= d.temp * math.Log(-math.Log(d.rng.Float64()+1e-12)+1e-12)
	for j := 0; j < min(i, 63); j++ {
		t := int(d.slots[i-1-j])
		if mm.class.clash[s].has(t) {
			e.clash |= 1 << j
		}
		if md.soft[s].has(t) {
			e.soft |= 1 << j
		}
	}
	return e
}

// run fills the layers.
func (d *dealer) run() bool {
	n := len(d.slots)
	for len(d.layers) <= n {
		d.layers = append(d.layers, nil)
	}
	d.layers[0] = append(d.layers[0][:0], hand{cost: []float64{0}, from: []int32{0}})
	size := 1 // loads so far: 0 … size-1
	for i, s := range d.slots {
		w := int(d.st.md.members[d.st.owner[s]].weight[s] / d.unit)
		keep := uint64(0)
		if i+1 < n {
			keep = 1<<d.reach[i+1] - 1
		}
		d.layers[i+1] = d.layers[i+1][:0]
		for h := range d.layers[i] {
			d.extend(i, h, w, size, keep)
		}
		if len(d.layers[i+1]) == 0 || len(d.layers[i+1]) > maxHands {
			return false
		}
		d.work += int64(len(d.layers[i])*size)/60 + 4
		size += w
	}
	return true
}

// extend deals slot i both ways from one hand.
func (d *dealer) extend(i, h, w, size int, keep uint64) {
	from := d.layers[i][h]
	known := uint64(1)<<min(i, 63) - 1
	if e := &d.first[i]; e.ok && from.held&e.clash == 0 {
		c := e.cost + d.w.spacing*float64(bits.OnesCount64(from.held&e.soft))
		d.merge(i+1, (from.held<<1|1)&keep, from.cost, c, w, size+w, int32(h)*2+1)
	}
	other := ^from.held & known
	if e := &d.second[i]; e.ok && d.within(i, other)&e.clash == 0 {
		c := e.cost + d.w.spacing*float64(bits.OnesCount64(d.within(i, other)&e.soft))
		d.merge(i+1, from.held<<1&keep, from.cost, c, 0, size+w, int32(h)*2)
	}
}

// within keeps the bits of a mask that a hand at slot i remembers.
func (d *dealer) within(i int, mask uint64) uint64 { return mask & (1<<d.reach[i] - 1) }

// merge carries the costs of a hand into the next layer.
func (d *dealer) merge(layer int, held uint64, src []float64, c float64, w, size int, from int32) {
	hands := d.layers[layer]
	at := -1
	for k := range hands {
		if hands[k].held == held {
			at = k
			break
		}
	}
	if at < 0 {
		at = len(hands)
		if at < cap(hands) {
			hands = hands[:at+1]
		} else {
			hands = append(hands, hand{})
		}
		hd := &hands[at]
		hd.held = held
		hd.cost, hd.from = resize(hd.cost, size), resize(hd.from, size)
		for l := range hd.cost {
			hd.cost[l] = math.Inf(1)
		}
		d.layers[layer] = hands
	}
	cost, back := hands[at].cost, hands[at].from
	for l, v := range src {
		if v += c; v < cost[l+w] {
			cost[l+w], back[l+w] = v, from
		}
	}
}

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/2)
	}
	return s[:n]
}

// apply takes the best deal; it leaves everything as it was when a rule that
// the programme does not know forbids it.
func (d *dealer) apply() bool {
	st := d.st
	n := len(d.slots)
	best, at, load := math.Inf(1), -1, 0
	x, y := &st.md.members[d.a], &st.md.members[d.b]
	rest := st.sum - abs(x.deviation(st.load[d.a])) - abs(y.deviation(st.load[d.b]))
	for h := range d.layers[n] {
		for l, c := range d.layers[n][h].cost {
			if math.IsInf(c, 1) {
				continue
			}
			dx, dy := abs(x.deviation(int64(l)*d.unit)), abs(y.deviation((d.total-int64(l))*d.unit))
			c += d.w.excess * float64(max(0, dx-st.cap)+max(0, dy-st.cap))
			c += d.w.sum * float64(max(0, rest+dx+dy-d.w.freeSum))
			if c < best {
				best, at, load = c, h, l
			}
		}
	}
	if at < 0 {
		return false
	}
	before := st.extra
	d.old = d.old[:0]
	for _, s := range d.slots {
		d.old = append(d.old, st.owner[s])
		st.take(int(s))
	}
	to := make([]int32, n)
	for i := n - 1; i >= 0; i-- {
		from := d.layers[i+1][at].from[load]
		to[i] = d.b
		if from&1 == 1 {
			to[i] = d.a
			load -= int(x.weight[d.slots[i]] / d.unit)
		}
		at = int(from >> 1)
	}
	for i, s := range d.slots {
		if !st.fits(int(s), to[i]) {
			d.revert(i)
			return false
		}
		st.give(int(s), to[i])
	}
	if st.extra > d.extra && st.extra > before {
		d.revert(n)
		return false
	}
	return true
}

// revert undoes the first i slots of a deal and restores the old one.
func (d *dealer) revert(i int) {
	for _, s := range d.slots[:i] {
		d.st.take(int(s))
	}
	for k, s := range d.slots {
		d.st.give(int(s), d.old[k])
	}
}
