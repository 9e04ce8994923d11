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
// two and so many.
func (r *remedist) people() *TeamSize {
	left := map[int]int{0: r.least}
	start := map[int]map[string]string{0: r.t.start}
	solve := func(k int) int {
		if n, ok := left[k]; ok {
			return n
		}
		best := 0
		for j := range left {
			if j < k && left[j] < left[best] {
				best = j
			}
		}
		left[k], start[k] = r.t.uncovered(flexible(r.t.base, k), start[best], 0)
		return left[k]
	}
	low, high := 0, 1
	for solve(high) > 0 && !r.t.spent() {
		if left[high] == left[low] && high > 1 {
			break // not for lack of people
		}
		low, high = high, min(2*high, high+left[high])
	}
	if left[high] > 0 {
		r.propose(1, left[1])
		return &TeamSize{Text: fmt.Sprintf("with %d more people who can do everything %s", high, r.effect(left[high]))}
	}
	for high-low > 1 && !r.t.spent() {
		if mid := (low + high) / 2; solve(mid) > 0 {
			low = mid
		} else {
			high = mid
		}
	}
	for k := 1; k <= min(2, high); k++ {
		r.propose(k, solve(k))
	}
	if high > 2 {
		r.propose(high, 0)
	}
	sure := r.t.proven(flexible(r.t.base, high-1), start[high-1])
	return r.sized(high, low+1 == high && sure)
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
