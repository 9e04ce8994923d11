package health

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// compare compares two rates. Given how many there were in all, how many of them fell
// into the second period is binomial; its exact interval is that of the ratio.
func compare(before int, exposureBefore float64, now int, exposure float64) Trend {
	t := Trend{Before: Garwood(before, exposureBefore, 0.95)}
	all := float64(before + now)
	if exposureBefore <= 0 || exposure <= 0 || all == 0 {
		return t
	}
	t.Known = true
	odds := func(p float64) float64 { return p / (1 - p) * exposureBefore / exposure }
	const tail = 0.025
	x := float64(now)
	if now > 0 {
		t.Low = odds(mathext.InvRegIncBeta(x, all-x+1, tail))
	}
	t.High, t.Ratio = math.Inf(1), math.Inf(1)
	if before > 0 {
		t.High = odds(mathext.InvRegIncBeta(x+1, all-x, 1-tail))
		t.Ratio = x / exposure / (float64(before) / exposureBefore)
	}
	return t
}
