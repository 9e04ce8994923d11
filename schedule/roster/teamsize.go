package roster

import "fmt"

// TeamSize says how many people it takes to cover every slot.
type TeamSize struct {
	// People is the size of a team that was found to cover everything: the
	// members there are, with their absences, and Extra more who serve every
	// layer, have every skill and are always there. It is zero when no number
	// of people was found to be enough.
	People int    `json:"people"`
	Extra  int    `json:"extra"`
	Text   string `json:"text"` // the same in a sentence, with the count that shows it
}

// people finds the fewest more people that cover everything, and proposes one,
// two and so many. Nil when there was no time to find out.
func (r *remedist) people() *TeamSize {
	if len(r.t.whole.Slots) > largeWhole && len(r.t.parts) > 1 {
		return r.peopleByPart()
	}
	h := r.hiring(r.t.whole, r.least)
	r.propose(1, h.uncovered(1))
	extra, enough := h.fewest()
	if !enough {
		return h.inVain()
	}
	if extra > 2 {
		r.propose(2, h.uncovered(2))
	}
	if extra > 1 {
		r.propose(extra, 0)
	}
	return r.sized(extra, h.provenBelow(extra))
}

// largeWhole is the number of slots above which parts that share nobody are
// staffed apart.
const largeWhole = 1500

// peopleByPart finds the fewest more people for each part; somebody who served
// several of them could do with fewer.
func (r *remedist) peopleByPart() *TeamSize {
	total, gain := 0, 0
	for k, part := range r.t.parts {
		h := r.hiring(part, r.t.least[k])
		extra, enough := 0, true
		if r.t.least[k] > 0 {
			gain = max(gain, r.t.least[k]-h.uncovered(1))
			extra, enough = h.fewest()
		}
		if !enough {
			return h.inVain()
		}
		total += extra
	}
	r.propose(1, r.least-gain)
	if total > 1 {
		r.propose(total, 0)
	}
	return r.sized(total, total <= 1)
}

// A hiring remembers how many slots stay open with so many more people.
type hiring struct {
	r      *remedist
	q      *Problem
	left   map[int]int
	roster map[int]map[string]string
}

func (r *remedist) hiring(q *Problem, least int) *hiring {
	return &hiring{r: r, q: q, left: map[int]int{0: least}, roster: map[int]map[string]string{0: r.t.start}}
}

// fewest returns how many more people were found to cover everything: never
// too few, and no more than needed as far as the search finds out. It is false
// when it found no number.
func (h *hiring) fewest() (int, bool) {
	most := mostEach(h.q)
	low, high := 0, max(1, (h.left[0]+most-1)/most)
	for h.uncovered(high) > 0 {
		if h.left[high] == h.left[low] || h.r.t.spent() {
			return high, false
		}
		low, high = high, high+max(1, min(high, h.left[high]))
	}
	for high-low > 1 && !h.r.t.spent() {
		if mid := (low + high) / 2; h.uncovered(mid) > 0 {
			low = mid
		} else {
			high = mid
		}
	}
	return high, true
}

// inVain words that more people alone do not help, nil when only time was
// lacking.
func (h *hiring) inVain() *TeamSize {
	if h.r.t.spent() {
		return nil
	}
	most := 0
	for k := range h.left {
		most = max(most, k)
	}
	return &TeamSize{Text: fmt.Sprintf("with %s more who can do everything %s: it is not for lack of people", spell(int64(most)), h.r.effect(h.left[most]))}
}

// provenBelow says whether one person fewer provably does not do.
func (h *hiring) provenBelow(k int) bool {
	return h.uncovered(k-1) > 0 && h.r.t.proven(flexible(h.q, k-1), h.roster[k-1])
}

func (h *hiring) uncovered(k int) int {
	if n, ok := h.left[k]; ok {
		return n
	}
	best := 0
	for j, n := range h.left {
		if j < k && (n < h.left[best] || n == h.left[best] && j < best) {
			best = j
		}
	}
	h.left[k], h.roster[k] = h.r.t.uncovered(flexible(h.q, k), h.roster[best], nil)
	return h.left[k]
}

// mostEach estimates how many slots one person could take.
func mostEach(p *Problem) int {
	first, last, shortest := int64(maxSeconds), int64(-maxSeconds), int64(maxSeconds)
	for i := range p.Slots {
		s := &p.Slots[i]
		first, last, shortest = min(first, s.NStart), max(last, s.NEnd), min(shortest, s.NEnd-s.NStart)
	}
	most := int64(len(p.Slots))
	for _, w := range p.Rules.Windows {
		most = min(most, ((last-first)/w.Length+1)*(w.Max/shortest))
	}
	return int(max(1, min(most, (last-first)/shortest+1)))
}

// propose keeps a remedy of k more people.
func (r *remedist) propose(k, left int) {
	if left < r.least {
		text := fmt.Sprintf("%s more %s who can do everything", spell(int64(k)), map[bool]string{true: "person", false: "people"}[k == 1])
		r.keep(measure{key: fmt.Sprintf("people:+%d", k), text: text, effort: 50 + k}, left)
	}
}

// sized words a team size; sure says that one person fewer provably does not do.
func (r *remedist) sized(extra int, sure bool) *TeamSize {
	n := len(r.f.b.p.Members)
	text := fmt.Sprintf("it takes %s who can do everything", crowdWords(extra))
	if n > 0 {
		text = fmt.Sprintf("it takes %s: the %d there %s and %s more who can do everything", crowdWords(n+extra), n, crowdVerb(n), spell(int64(extra)))
	}
	switch {
	case !sure:
		text += "; fewer may do, but none were found"
	case extra > 1:
		text += "; one fewer provably does not do"
	}
	text += r.counted(extra)
	return &TeamSize{n + extra, extra, text}
}
