package health

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// A Rate is a count over an exposure, most often on-call weeks, with the interval that
// goes beside it: three wake-ups in one week and thirty-six in twelve are the same rate
// and not the same knowledge.
type Rate struct {
	Count    float64 `json:"count"`
	Exposure float64 `json:"exposure"`
	Mean     float64 `json:"mean"`
	Low      float64 `json:"lo"`
	High     float64 `json:"hi"`
}

// Garwood returns the plain rate with the exact interval of a Poisson count: it holds
// the true rate at least as often as level says (0.95). None in one week is a rate of 0
// with an upper bound of 3.7. Without exposure nothing is known and all is zero.
func Garwood(count int, exposure, level float64) Rate {
	r := Rate{Count: float64(count), Exposure: exposure}
	if exposure <= 0 {
		return r
	}
	tail := (1 - level) / 2
	r.Mean = float64(count) / exposure
	if count > 0 {
		r.Low = gammaQuantile(float64(count), tail) / exposure
	}
	r.High = gammaQuantile(float64(count)+1, 1-tail) / exposure
	return r
}

// Shrunk returns the rate that is believed after a count was seen: it begins at what
// the prior says and gives way to what was seen as exposure grows, so that one bad week
// does not turn a small team red. The bounds hold the rate with four chances in five.
func (p Prior) Shrunk(count, exposure float64) Rate {
	shape, weeks := p.M0*p.B+count, p.B+exposure
	mean := shape / weeks
	return Rate{
		Count: count, Exposure: exposure, Mean: mean, Low: gammaQuantile(shape, 0.1) / weeks,
		// With next to nothing believed before, the mean of nothing seen lies above.
		High: math.Max(mean, gammaQuantile(shape, 0.9)/weeks),
	}
}

// gammaQuantile is that of a gamma distribution of rate one.
func gammaQuantile(shape, p float64) float64 { return mathext.GammaIncRegInv(shape, p) }

// AtLeast returns how likely it is to see so many or more where mean are expected.
func AtLeast(count int, mean float64) float64 {
	switch {
	case count <= 0:
		return 1
	case mean <= 0:
		return 0
	}
	return mathext.GammaIncReg(float64(count), mean)
}
