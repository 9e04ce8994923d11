package health

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"watchbill/schedule"
)

// A Carrier is somebody whom the next plan is made for, with what the time since the
// last one was for them. Who was not in the team then has an entitlement of zero, and
// begins at zero.
type Carrier struct {
	Person      schedule.ID
	Entitlement float64 // full-time equivalent times days they could be on call
	Tally       Tally
}

// A CarryPolicy says how far measured burden may move a plan.
type CarryPolicy struct {
	// Gain is how many standby points a burden point is worth; at zero nothing is
	// carried.
	Gain float64
	// Cap is the most that anybody's balance moves, as a part of MeanShare: the mean
	// fair share of the plan in standby points.
	Cap       float64
	MeanShare float64
}

// A Carry is what measured burden adds to somebody's balance before a plan. Above zero
// they had more than their part of the pages and are to be on call less.
type Carry struct {
	Person schedule.ID
	Points int64 // thousandths of standby points
	// Above is by how much their burden was above their part of the team's, in burden
	// points, negative below it.
	Above float64
	// Reason says why in words. It tells of wake-ups, so it is for the person and for
	// whom the team lets read it: see specs/health.md 10.10.
	Reason string
}

// Carry returns by how much measured burden moves the balances of people, sorted by
// person. Burden (specs/health.md 2.4: episodes and hours at work, by band) is shared as
// standby is (section 5): by entitlement. What somebody had above their part, times
// the gain, is added to their balance, within the cap on either side.
//
// It is a redistribution: the points add up to exactly zero, also where the cap binds;
// they are the capped values nearest to the uncapped ones. Each stretch of time may be
// handed to it once only. What it returns becomes part of the balance, which goes
// on from plan to plan until it is worked off; to measure a day again for the next
// plan would count it twice.
func (c *Config) Carry(people []Carrier, policy CarryPolicy) []Carry {
	people = slices.SortedFunc(slices.Values(people), func(a, b Carrier) int { return cmp.Compare(a.Person, b.Person) })
	var burden, entitled, want []float64
	var taking []int // places of those who take part
	out := make([]Carry, len(people))
	for i := range people {
		p := &people[i]
		out[i].Person = p.Person
		if p.Entitlement > 0 {
			taking = append(taking, i)
			burden, entitled = append(burden, p.Tally.BurdenPoints(c)), append(entitled, p.Entitlement)
		}
	}
	fair := Share(burden, entitled)
	for _, above := range fair.Difference {
		want = append(want, policy.Gain*above)
	}
	for k, points := range balanced(want, policy.Cap*policy.MeanShare) {
		i := taking[k]
		out[i].Points, out[i].Above = points, fair.Difference[k]
		out[i].Reason = carryReason(&people[i].Tally, fair.Difference[k])
	}
	return out
}

// balanced returns the whole thousandths within the limit on either side that add up to
// zero and are nearest to what is wanted: all are moved by the same before they are
// capped. It finds by how much by halving.
func balanced(want []float64, limit float64) []int64 {
	most := int64(math.Floor(limit * 1000))
	out := make([]int64, len(want))
	if most <= 0 || len(want) < 2 {
		return out
	}
	moved := func(by float64) (sum int64) {
		for i, w := range want {
			out[i] = max(-most, min(most, int64(math.Round((w-by)*1000))))
			sum += out[i]
		}
		return sum
	}
	low, high := slices.Min(want)-limit-1, slices.Max(want)+limit+1
	for range 100 {
		if middle := (low + high) / 2; moved(middle) > 0 {
			low = middle
		} else {
			high = middle
		}
	}
	// What rounding leaves is a thousandth each for a few, who have room for it.
	for left, i := -moved(high), 0; left > 0 && i < len(out); i++ {
		if out[i] < most {
			out[i]++
			left--
		}
	}
	return out
}

// carryReason says in words what somebody had: "four nights broken, 31 burden points
// above their part".
func carryReason(t *Tally, above float64) string {
	var parts []string
	switch n := len(t.Nights); n {
	case 0:
	case 1:
		parts = append(parts, "one night broken")
	default:
		parts = append(parts, countWord(n)+" nights broken")
	}
	if way := math.Round(math.Abs(above)); way >= 1 {
		side, unit := "above", "points"
		if above < 0 {
			side = "below"
		}
		if way == 1 {
			unit = "point"
		}
		parts = append(parts, fmt.Sprintf("%.0f burden %s %s their part", way, unit, side))
	}
	if parts == nil {
		return "their part of the pages"
	}
	return strings.Join(parts, ", ")
}

// countWord writes small numbers as words.
func countWord(n int) string {
	words := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}
	if n < len(words) {
		return words[n]
	}
	return fmt.Sprint(n)
}
