package roster

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// A Checked says of one term how much of its bound the certificate proves.
type Checked struct {
	Term  string `json:"term"`
	Value int64  `json:"value"`
	Bound int64  `json:"bound"` // what the roster's maker says
	// Certified is what was proven again here, given the terms before.
	Certified int64 `json:"certified"`
	// Verified means that Certified reaches Bound.
	Verified bool   `json:"verified"`
	How      string `json:"how"`
	// Refused says of steps for this term why they could not be repeated.
	Refused []string `json:"refused,omitempty"`
}

// Verify checks a certificate against its problem: that the roster keeps every
// hard rule and is worth what it says, and what every step proves, by one dynamic
// programme per member in whole numbers. It shares the definitions of Evaluate
// and nothing of the search.
//
// A bound that is right but was found by other means than prices is reported as
// not verified, and so is one whose steps do not prove what they say. The error
// says what is wrong with the certificate as a whole.
func Verify(p *Problem, c *Certificate) ([]Checked, error) {
	v, err := newVerifier(p, c)
	if err != nil {
		return nil, err
	}
	out := make([]Checked, len(p.Order))
	for i := range c.Steps {
		k := slices.Index(p.Order, c.Steps[i].Term)
		if k < 0 {
			return nil, fmt.Errorf("step %d: the problem has no term %q", i+1, c.Steps[i].Term)
		}
		if err := v.step(k, &c.Steps[i]); err != nil {
			out[k].Refused = append(out[k].Refused, fmt.Sprintf("step %d: %v", i+1, err))
		}
	}
	for k, t := range p.Order {
		x := &out[k]
		x.Term, x.Value, x.Bound, x.Certified = t, c.Terms[k].Value, c.Terms[k].Bound, v.certified(k)
		if x.Certified > x.Value {
			return nil, fmt.Errorf("%s: the steps prove %d, which the roster is below; they contradict each other", t, x.Certified)
		}
		x.Verified = x.Certified >= x.Bound
		switch {
		case x.Verified:
			x.How = "proven again, by prices and by what loads can add up to"
		case len(x.Refused) > 0:
			x.How = "not verified: a step does not prove what it says"
		default:
			x.How = "not certified by prices, or only up to the certified value: the rest was closed by searching a tree"
		}
	}
	return out, nil
}

// A verifier checks steps one after the other.
type verifier struct {
	p       *Problem
	targets []int64
	value   []int64 // per term of the roster as a whole
	holder  []int   // per slot: a member, or none
	parts   []*verifiedPart
	of      map[string]*verifiedPart // slot → part
}

// A verifiedPart is a set of slots and members that have nothing to do with the
// others.
type verifiedPart struct {
	slots   []int // of the problem, by nominal start
	members []int
	// narrowed is the last term whose prices left something out: what is left
	// has every roster that keeps it and the terms before.
	narrowed int
	can      [][]bool // per member and slot of the part
	sure     []bool   // per slot: covered in every roster that matters
	value    []int64  // per term, of the roster
	bound    []int64  // per term, proven
}

func newVerifier(p *Problem, c *Certificate) (*verifier, error) {
	if c.Instance != p.Name || len(c.Terms) != len(p.Order) {
		return nil, fmt.Errorf("the certificate is for another problem, %q", c.Instance)
	}
	e, err := Evaluate(p, c.Assignment)
	if err != nil {
		return nil, err
	}
	if len(e.Violations) > 0 {
		return nil, fmt.Errorf("the roster breaks a hard rule: %s", e.Violations[0])
	}
	v := &verifier{p: p, targets: shares(p), of: map[string]*verifiedPart{}}
	proven := true
	for k, t := range c.Terms {
		if t.Term != p.Order[k] || t.Value != e.Terms[t.Term] {
			return nil, fmt.Errorf("%s is said to be %d; in the roster %s is %d", t.Term, t.Value, p.Order[k], e.Terms[p.Order[k]])
		}
		if proven = proven && t.Bound == t.Value; t.Bound > t.Value || t.Proven != proven {
			return nil, fmt.Errorf("%s: value %d, bound %d and proven %v do not go together", t.Term, t.Value, t.Bound, t.Proven)
		}
		v.value = append(v.value, t.Value)
	}
	v.split(c.Assignment)
	return v, nil
}

// split finds the parts: slots and members joined by who could hold what.
func (v *verifier) split(a Assignment) {
	p := v.p
	member := map[string]int{}
	for m := range p.Members {
		member[p.Members[m].ID] = m
	}
	set := newDisjoint(len(p.Members) + len(p.Slots))
	able := make([][]bool, len(p.Members))
	for m := range p.Members {
		able[m] = make([]bool, len(p.Slots))
		for s := range p.Slots {
			if v.alone(m, s) {
				able[m][s] = true
				set.join(m, len(p.Members)+s)
			}
		}
	}
	parts := map[int]*verifiedPart{}
	at := func(i int) *verifiedPart {
		root := set.find(i)
		if parts[root] == nil {
			parts[root] = &verifiedPart{}
			v.parts = append(v.parts, parts[root])
		}
		return parts[root]
	}
	v.holder = slices.Repeat([]int{none}, len(p.Slots))
	for s := range p.Slots {
		x := at(len(p.Members) + s)
		x.slots = append(x.slots, s)
		v.of[p.Slots[s].ID] = x
		if id := a[p.Slots[s].ID]; id != nil {
			v.holder[s] = member[*id]
		}
	}
	for m := range p.Members {
		x := at(m)
		x.members = append(x.members, m)
	}
	for _, x := range v.parts {
		slices.SortFunc(x.slots, func(a, b int) int {
			s, t := &p.Slots[a], &p.Slots[b]
			return cmp.Or(cmp.Compare(s.NStart, t.NStart), cmp.Compare(s.NEnd, t.NEnd), cmp.Compare(s.ID, t.ID))
		})
		for _, m := range x.members {
			row := make([]bool, len(x.slots))
			for i, s := range x.slots {
				row[i] = able[m][s]
			}
			x.can = append(x.can, row)
		}
		x.sure = make([]bool, len(x.slots))
		for i, s := range x.slots {
			x.sure[i] = v.pin(s) != ""
		}
		v.measure(x)
	}
}

// pin returns the member whom a slot is pinned to.
func (v *verifier) pin(s int) string {
	for _, pin := range v.p.Pinned {
		if pin.Slot == v.p.Slots[s].ID {
			return pin.Member
		}
	}
	return ""
}

// alone says whether a member could hold a slot if they held nothing else but
// their past.
func (v *verifier) alone(m, s int) bool {
	mm, slot := &v.p.Members[m], &v.p.Slots[s]
	if pin := v.pin(s); pin != "" && pin != mm.ID || len(unfit(mm, slot)) > 0 {
		return false
	}
	return compatible(append(v.past(m), slotShift(slot)), mm.minGap(v.p), mm.rules(v.p))
}

// past returns a member's shifts before the horizon.
func (v *verifier) past(m int) []shift {
	var mine []shift
	for _, h := range v.p.History {
		if h.Member == v.p.Members[m].ID {
			mine = append(mine, shift{"", h.Start, h.End, h.NStart, h.NEnd, h.Marks, nil})
		}
	}
	return mine
}

// measure finds what the roster costs of each term within a part, and the bounds
// that need no prices: the nearest loads, and what there is no choice about.
func (v *verifier) measure(x *verifiedPart) {
	sub := *v.p
	sub.Slots, sub.Members, sub.History, sub.Pinned, sub.Baseline = nil, nil, nil, nil, Baseline{}
	a := Assignment{}
	mine := map[string]bool{}
	free := false
	for i, s := range x.slots {
		id := v.p.Slots[s].ID
		sub.Slots = append(sub.Slots, v.p.Slots[s])
		if h := v.holder[s]; h != none {
			a[id] = &v.p.Members[h].ID
		}
		if b := v.p.Baseline[id]; b != nil {
			sub.Baseline[id] = b
		}
		for m := range x.members {
			free = free || x.can[m][i] && !x.sure[i]
		}
	}
	for _, m := range x.members {
		sub.Members = append(sub.Members, v.p.Members[m])
		mine[v.p.Members[m].ID] = true
	}
	for _, h := range v.p.History {
		if mine[h.Member] {
			sub.History = append(sub.History, h)
		}
	}
	e, err := Evaluate(&sub, a)
	for k, t := range v.p.Order {
		value := int64(0)
		if err == nil {
			value = e.Terms[t]
		}
		switch t {
		case TermMaxDev:
			value = 0
			for m := range x.members {
				value = max(value, abs(v.deviation(x, m, v.load(x, m))))
			}
		case TermSumDev:
			value = 0
			for m := range x.members {
				value += abs(v.deviation(x, m, v.load(x, m)))
			}
		}
		x.value = append(x.value, value)
		x.bound = append(x.bound, 0)
		if !free {
			x.bound[k] = value
		} else {
			x.bound[k] = v.plain(x, t)
		}
	}
}

// load returns the points a member holds in the roster.
func (v *verifier) load(x *verifiedPart, m int) int64 {
	sum := int64(0)
	for _, s := range x.slots {
		if v.holder[s] == x.members[m] {
			sum += v.p.Slots[s].weightFor(v.p.Members[x.members[m]].ID)
		}
	}
	return sum
}

func (v *verifier) deviation(x *verifiedPart, m int, load int64) int64 {
	return 1000*(v.p.Members[x.members[m]].Prior+load) - v.targets[x.members[m]]
}

// plain returns the bound of a term that follows without prices.
func (v *verifier) plain(x *verifiedPart, term string) int64 {
	bound := int64(0)
	for i, s := range x.slots {
		holders := 0
		published := false
		for m := range x.members {
			if x.can[m][i] {
				holders++
				b := v.p.Baseline[v.p.Slots[s].ID]
				published = published || b != nil && *b == v.p.Members[x.members[m]].ID
			}
		}
		if term == TermUncovered && holders == 0 || term == TermChanges && v.p.Baseline[v.p.Slots[s].ID] != nil && !published {
			bound++
		}
	}
	if term != TermMaxDev && term != TermSumDev {
		return bound
	}
	for m := range x.members {
		least := int64(math.MaxInt64)
		for _, l := range v.loads(x, m) {
			least = min(least, abs(v.deviation(x, m, l)))
		}
		if least == math.MaxInt64 {
			continue
		}
		if term == TermMaxDev {
			bound = max(bound, least)
		} else {
			bound += least
		}
	}
	return bound
}

// loads returns every load that some of a member's slots add up to, ascending;
// nothing when those are too many to list.
func (v *verifier) loads(x *verifiedPart, m int) []int64 {
	sums := map[int64]bool{0: true}
	for i, s := range x.slots {
		if !x.can[m][i] {
			continue
		}
		w := v.p.Slots[s].weightFor(v.p.Members[x.members[m]].ID)
		must := x.sure[i] && x.only(i)
		next := make(map[int64]bool, 2*len(sums))
		for l := range sums {
			if next[l+w] = true; !must {
				next[l] = true
			}
		}
		if sums = next; len(sums) > maxLoads {
			return nil
		}
	}
	out := make([]int64, 0, len(sums))
	for l := range sums {
		out = append(out, l)
	}
	slices.Sort(out)
	return out
}

// only says whether just one member is left for a slot.
func (x *verifiedPart) only(i int) bool {
	n := 0
	for m := range x.members {
		if x.can[m][i] {
			n++
		}
	}
	return n == 1
}

// certified returns what is proven of a term of the whole problem.
func (v *verifier) certified(k int) int64 {
	sum := int64(0)
	for _, x := range v.parts {
		if v.p.Order[k] == TermMaxDev {
			sum = max(sum, x.bound[k])
		} else {
			sum += x.bound[k]
		}
	}
	return sum
}
