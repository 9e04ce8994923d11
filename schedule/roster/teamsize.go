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
	h := hiring{r: r, left: map[int]int{0: r.least}, roster: map[int]map[string]string{0: r.t.start}}
	r.propose(1, h.uncovered(1))
	low, high := 0, max(1, (r.least+r.mostEach()-1)/r.mostEach())
	for h.uncovered(high) > 0 && !r.t.spent() {
		if h.left[high] == h.left[low] {
			return &TeamSize{Text: fmt.Sprintf("with %d more people who can do everything %s: it is not for lack of people", high, r.effect(h.left[high]))}
		}
		low, high = high, high+max(1, min(high, h.left[high]))
	}
	if h.left[high] > 0 {
		return nil
	}
	for high-low > 1 && !r.t.spent() {
		if mid := (low + high) / 2; h.uncovered(mid) > 0 {
			low = mid
		} else {
			high = mid
		}
	}
	if high > 2 {
		r.propose(2, h.uncovered(2))
	}
	if high > 1 {
		r.propose(high, 0)
	}
	sure := false
	if h.uncovered(high-1) > 0 {
		sure = r.t.proven(flexible(r.t.whole, high-1), h.roster[high-1])
	}
	return r.sized(high, sure)
}

// A hiring remembers how many slots stay open with so many more people.
type hiring struct {
	r      *remedist
	left   map[int]int
	roster map[int]map[string]string
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
	h.left[k], h.roster[k] = h.r.t.uncovered(flexible(h.r.t.whole, k), h.roster[best], nil)
	return h.left[k]
}

// mostEach estimates how many slots one person could take of the whole plan.
func (r *remedist) mostEach() int {
	p := r.t.whole
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
	text := r.counted(extra)
	if text != "" {
		text += "; "
	}
	text += fmt.Sprintf("%s: the %d there are, and %s more who can do everything", crowdWords(n+extra), n, spell(int64(extra)))
	if extra > 1 && sure {
		text += "; one fewer provably does not do"
	}
	if !sure {
		text += "; fewer may do, but none were found"
	}
	return &TeamSize{n + extra, extra, text}
}
