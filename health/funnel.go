package health

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// Levels of a funnel: of a hundred teams that differ no more than teams do, five lie
// beyond the inner limits by chance, and of a thousand two beyond the outer ones.
const (
	InnerLevel = 0.95
	OuterLevel = 0.998
)

// FewestCompared is how many teams there must be to know what is usual among them.
const FewestCompared = 10

// trimmed is the share of teams at each end that are taken to be no further out than
// the next one when it is looked how much teams differ: who is far out must not widen
// the limits that would tell so. trimmedSpread is what that leaves of the variance of a
// normal distribution, which is made up for.
const (
	trimmed       = 0.1
	trimmedSpread = 0.6786
)

// A FunnelPoint is a count and the on-call weeks it was counted over.
type FunnelPoint struct {
	Count    int
	Exposure float64
}

// A Funnel says how far the rates of teams lie from what is usual for no other reason
// than chance. Limits widen where little was seen, so that a small rota is not taken for
// a bad one; and where teams differ by more than chance, as they do because they answer
// for different things, limits are wide enough for that too (Spiegelhalter 2005: limits
// for over-dispersed counts). It puts nothing in order.
type Funnel struct {
	Usual float64 // rate of all together, per on-call week
	// Spread is the standard deviation by which the teams' own rates differ beyond
	// chance; 0: chance alone would explain them.
	Spread float64
	// Dispersion is how much more counts differ than chance would make them; 1 is
	// chance alone.
	Dispersion float64
}

// NewFunnel looks at what is usual among teams that were on call, and how much they
// differ. False: they are too few, or nothing was counted.
func NewFunnel(points []FunnelPoint) (Funnel, bool) {
	count, exposure := 0.0, 0.0
	for _, p := range points {
		count += float64(p.Count)
		exposure += p.Exposure
	}
	f := Funnel{Dispersion: 1}
	if len(points) < FewestCompared || count == 0 {
		return f, false
	}
	f.Usual = count / exposure
	z := make([]float64, len(points))
	weights, squares := 0.0, 0.0
	for i, p := range points {
		expected := f.Usual * p.Exposure
		z[i] = (float64(p.Count) - expected) / math.Sqrt(expected)
		weight := p.Exposure / f.Usual // one over the variance of the rate
		weights += weight
		squares += weight * weight
	}
	winsorise(z)
	n, sum := float64(len(z)), 0.0
	for _, x := range z {
		sum += x * x
	}
	f.Dispersion = math.Max(1, sum/n/trimmedSpread)
	// The moment estimate of the variance between teams; that below zero is none.
	if over := n*f.Dispersion - (n - 1); over > 0 && weights > squares/weights {
		f.Spread = math.Sqrt(over / (weights - squares/weights))
	}
	if f.Dispersion == 1 {
		f.Spread = 0
	}
	return f, true
}

// winsorise moves the outermost tenth of each end to the next value.
func winsorise(z []float64) {
	sorted := slices.Sorted(slices.Values(z))
	k := int(trimmed * float64(len(z)))
	low, high := sorted[k], sorted[len(z)-1-k]
	for i := range z {
		z[i] = math.Min(high, math.Max(low, z[i]))
	}
}

// AtLeast returns how likely a team that is like the others has so many or more. The
// count need not be whole, so that limits can be drawn as a line.
func (f *Funnel) AtLeast(count, exposure float64) float64 {
	mean := f.Usual * exposure
	switch {
	case count <= 0:
		return 1
	case mean <= 0:
		return 0
	case f.Spread == 0:
		return mathext.GammaIncReg(count, mean)
	}
	// Rates of teams follow a gamma distribution, and so counts a negative binomial one.
	shape := f.Usual * f.Usual / (f.Spread * f.Spread)
	return mathext.RegIncBeta(count, shape, mean/(shape+mean))
}

// AtMost returns how likely a team that is like the others has so many or fewer.
func (f *Funnel) AtMost(count, exposure float64) float64 { return 1 - f.AtLeast(count+1, exposure) }

// Limits returns the rates between which a team lies with the probability of a level:
// 95 of a hundred, say. Below none there is nothing, so the lower limit may be zero.
func (f *Funnel) Limits(exposure, level float64) (low, high float64) {
	if exposure <= 0 {
		return 0, math.Inf(1)
	}
	tail, mean := (1-level)/2, f.Usual*exposure
	step := 2 + 4*math.Sqrt(mean+f.Spread*f.Spread*exposure*exposure)
	most := mean + step
	for f.AtLeast(most, exposure) > tail {
		most += step
	}
	high = crossing(0, most, func(x float64) float64 { return math.Log(f.AtLeast(x, exposure) / tail) })
	if f.AtMost(0, exposure) < tail {
		low = crossing(0, most, func(x float64) float64 { return math.Log(tail / f.AtMost(x, exposure)) })
	}
	return low / exposure, high / exposure
}

// crossing returns where a function that falls from above zero at low to below it at high
// is zero: by false position, with half the weight of an end that stays (Illinois).
func crossing(low, high float64, f func(float64) float64) float64 {
	above, below := f(low), f(high)
	for range 60 {
		x := (low*below - high*above) / (below - above)
		if !(low < x && x < high) {
			x = (low + high) / 2
		}
		switch y := f(x); {
		case math.Abs(y) < 1e-9 || high-low < 1e-9*high:
			return x
		case y > 0:
			low, above, below = x, y, below/2
		default:
			high, below, above = x, y, above/2
		}
	}
	return (low + high) / 2
}

// Beyond says where a team lies that has so many: 1 above and -1 below what chance
// explains, or 0; and beyond which limits that is.
func (f *Funnel) Beyond(p FunnelPoint) (side int, level float64) {
	more, less := f.AtLeast(float64(p.Count), p.Exposure), f.AtMost(float64(p.Count), p.Exposure)
	for _, level := range []float64{OuterLevel, InnerLevel} {
		switch tail := (1 - level) / 2; {
		case more < tail:
			return 1, level
		case less < tail:
			return -1, level
		}
	}
	return 0, 0
}
