package roster

import "math/bits"

// A bitset is a set of slots by their index in a model.
type bitset []uint64

func newBitset(words int) bitset { return make(bitset, words) }

func (b bitset) set(i int)      { b[i>>6] |= 1 << (i & 63) }
func (b bitset) clear(i int)    { b[i>>6] &^= 1 << (i & 63) }
func (b bitset) has(i int) bool { return b[i>>6]>>(i&63)&1 == 1 }

// meets says whether the sets share a member.
func (b bitset) meets(c bitset) bool {
	for w, x := range b {
		if x&c[w] != 0 {
			return true
		}
	}
	return false
}

// contains says whether every member of c is in the set.
func (b bitset) contains(c bitset) bool {
	for w, x := range c {
		if x&^b[w] != 0 {
			return false
		}
	}
	return true
}

// common returns how many members the sets share.
func (b bitset) common(c bitset) int64 {
	n := 0
	for w, x := range b {
		n += bits.OnesCount64(x & c[w])
	}
	return int64(n)
}

// between returns word w of the set without what lies outside [lo, hi).
func (b bitset) between(w, lo, hi int) uint64 {
	x := b[w]
	if lo > w<<6 {
		x &= ^uint64(0) << (lo & 63)
	}
	if hi < w<<6+64 {
		x &= 1<<(hi&63) - 1
	}
	return x
}

// each calls f with every member in ascending order.
func (b bitset) each(f func(i int)) {
	for w, x := range b {
		for ; x != 0; x &= x - 1 {
			f(w<<6 + bits.TrailingZeros64(x))
		}
	}
}

// remove takes the members of c out of the set.
func (b bitset) remove(c bitset) {
	for w, x := range c {
		b[w] &^= x
	}
}
