package health

import (
	"math"
	"math/bits"
	"math/rand/v2"

	"gonum.org/v1/gonum/mathext"
)

// Luck says whether the pages fell on people as chance would have it, given the
// first-level hours that each held. It is a diagnostic and never a part of the score:
// were evenness of pages worth points, a page to whoever has the fewest would earn some.
type Luck struct {
	Expected []float64 // by person
	Chi2     float64
	Freedom  int
	P        float64 // how often chance alone is at least this uneven
	Method   LuckMethod
	// Outside counts the pages of people who held no hours; they say nothing about
	// luck and are left out of all the rest.
	Outside int
}

// A LuckMethod is how a probability was found.
type LuckMethod string

// Where every expectation is at least three the distribution of chi-square will do;
// else every outcome is counted, or where there are too many, drawn.
const (
	LuckChiSquare LuckMethod = "chi_square"
	LuckExact     LuckMethod = "exact"
	LuckDrawn     LuckMethod = "monte_carlo"
)

const (
	leastExpected = 3
	mostOutcomes  = 200_000
	luckDraws     = 20_000
	// A thousand people are drawn less often, so that it takes no minute.
	leastDraws    = 2_000
	mostDrawnLots = 2_000_000 // of all people together
)

// Compatible reports whether the pages are compatible with luck.
func (l *Luck) Compatible() bool { return l.P >= 0.05 }

// PageLuck compares how often people were paged with the hours they held. It is false
// when fewer than two people held hours or nobody was paged: then there is nothing to
// compare. The same input gives the same probability, drawn or not.
func PageLuck(counts []int, held []float64) (Luck, bool) {
	l := Luck{Expected: make([]float64, len(counts))}
	total, sum, people := 0, 0.0, 0
	for i, h := range held {
		if h > 0 {
			total += counts[i]
			sum += h
			people++
		} else {
			l.Outside += counts[i]
		}
	}
	if people < 2 || total == 0 {
		return l, false
	}
	var shares []float64
	least := math.Inf(1)
	for i, h := range held {
		if h > 0 {
			l.Expected[i] = float64(total) * h / sum
			l.Chi2 += distance(float64(counts[i]), l.Expected[i])
			least = math.Min(least, l.Expected[i])
			shares = append(shares, h/sum)
		}
	}
	l.Freedom = people - 1
	switch {
	case least >= leastExpected:
		l.Method, l.P = LuckChiSquare, mathext.GammaIncRegComp(float64(l.Freedom)/2, l.Chi2/2)
	case outcomes(total, people) <= mostOutcomes:
		l.Method, l.P = LuckExact, math.Min(1, exactLuck(total, shares, l.Chi2))
	default:
		l.Method, l.P = LuckDrawn, drawnLuck(total, shares, l.Chi2)
	}
	return l, true
}

// distance is one person's part of chi-square.
func distance(count, expected float64) float64 {
	d := count - expected
	return d * d / expected
}

// outcomes counts the ways in which pages can fall on people.
func outcomes(pages, people int) float64 {
	ways := 1.0
	for k := 1; k < people; k++ {
		ways *= float64(pages+k) / float64(k)
	}
	return ways
}

// nearly keeps an outcome that is as uneven as the one seen from being less so by
// rounding.
const nearly = 1e-9

// exactLuck adds up the probabilities of all outcomes at least as uneven.
func exactLuck(pages int, shares []float64, seen float64) float64 {
	logs := make([]float64, pages+1) // of factorials
	for i := 2; i <= pages; i++ {
		logs[i] = logs[i-1] + math.Log(float64(i))
	}
	var walk func(left int, rest []float64, chi2, logP float64) float64
	walk = func(left int, rest []float64, chi2, logP float64) float64 {
		expected, log := float64(pages)*rest[0], math.Log(rest[0])
		if len(rest) == 1 {
			if chi2+distance(float64(left), expected) < seen-nearly {
				return 0
			}
			return math.Exp(logP + float64(left)*log - logs[left])
		}
		p := 0.0
		for n := 0; n <= left; n++ {
			p += walk(left-n, rest[1:], chi2+distance(float64(n), expected), logP+float64(n)*log-logs[n])
		}
		return p
	}
	return walk(pages, shares, 0, logs[pages])
}

// drawnLuck draws outcomes: how many pages fall on the first person, how many of the
// rest on the second, and so on. The seed is fixed, so that a report does not change
// when it is made again.
func drawnLuck(pages int, shares []float64, seen float64) float64 {
	random := rand.New(rand.NewPCG(1, 2))
	uneven, draws := 0, max(leastDraws, min(luckDraws, mostDrawnLots/len(shares)))
	for range draws {
		chi2, left, rest := 0.0, pages, 1.0
		for _, s := range shares[:len(shares)-1] {
			n := drawn(random, left, s/rest)
			chi2 += distance(float64(n), float64(pages)*s)
			left, rest = left-n, rest-s
		}
		chi2 += distance(float64(left), float64(pages)*shares[len(shares)-1])
		if chi2 >= seen-nearly {
			uneven++
		}
	}
	return float64(uneven+1) / float64(draws+1)
}

// drawn draws how many of n fall where each falls with probability p. Each has a random
// number below one, written in bits, and falls there when it is below p: the first bit
// in which the two differ decides. Half of those not yet decided are decided by each bit.
func drawn(random *rand.Rand, n int, p float64) int {
	if p >= 1 {
		return n
	}
	fell := 0
	for n > 0 && p > 0 {
		zeros := coins(random, n)
		if p *= 2; p < 1 {
			n = zeros // a one is above
			continue
		}
		fell += zeros
		n -= zeros
		p--
	}
	return fell
}

// manyCoins are so many that the normal distribution is as good as tossing them: no
// number of heads is off by more than a thirty-thousandth, and a draw is one of 20,000.
const manyCoins = 1 << 12

// coins tosses n coins and counts one side.
func coins(random *rand.Rand, n int) int {
	if n > manyCoins {
		half := float64(n) / 2
		return int(math.Round(min(max(0, half+random.NormFloat64()*math.Sqrt(half/2)), 2*half)))
	}
	count := 0
	for ; n >= 64; n -= 64 {
		count += bits.OnesCount64(random.Uint64())
	}
	return count + bits.OnesCount64(random.Uint64()>>(64-n)) // a shift of 64 leaves nothing
}
