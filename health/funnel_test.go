package health_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"watchbill/health"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

// teamsLike draws teams whose own rates differ by a coefficient of variation; some are on
// call for less than others.
func teamsLike(rng *rand.Rand, n int, usual, variation float64) []health.FunnelPoint {
	var points []health.FunnelPoint
	for range n {
		p := health.FunnelPoint{Exposure: 3}
		if rng.Float64() < .6 {
			p.Exposure = 12
		}
		rate := usual
		if variation > 0 {
			shape := 1 / (variation * variation)
			rate = distuv.Gamma{Alpha: shape, Beta: shape / usual, Src: rng}.Rand()
		}
		p.Count = int(distuv.Poisson{Lambda: math.Max(1e-9, rate*p.Exposure), Src: rng}.Rand())
		points = append(points, p)
	}
	return points
}

// Of teams that differ no more than teams do, few are named: two in a thousand when there
// are many, and never much more, however much they differ and however little was seen.
func TestFunnelNamesFew(t *testing.T) {
	for _, n := range []int{10, 30, 300} {
		for _, usual := range []float64{.3, 1, 3} {
			for _, variation := range []float64{0, .3, .8} {
				rng := rand.New(rand.NewPCG(5, uint64(n)))
				outer, inner, all := 0, 0, 0
				for range 6000 / n {
					points := teamsLike(rng, n, usual, variation)
					f, ok := health.NewFunnel(points)
					if !ok {
						continue
					}
					for _, p := range points {
						all++
						switch _, level := f.Beyond(p); level {
						case health.OuterLevel:
							outer++
						case health.InnerLevel:
							inner++
						}
					}
				}
				if share := float64(outer) / float64(all); share > .009 {
					t.Errorf("of %d teams, usual %v, variation %v: %.2f %% are beyond the outer limits", n, usual, variation, 100*share)
				}
				if share := float64(outer+inner) / float64(all); share > .085 {
					t.Errorf("of %d teams, usual %v, variation %v: %.1f %% are beyond the inner limits", n, usual, variation, 100*share)
				}
			}
		}
	}
}

// A team that is really far out is found, and does not widen the limits that tell so.
func TestFunnelFindsWhoIsFarOut(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	found := 0
	for range 200 {
		points := append(teamsLike(rng, 39, 1, .3), health.FunnelPoint{Count: 48, Exposure: 12})
		f, _ := health.NewFunnel(points)
		if side, level := f.Beyond(points[39]); side == 1 && level == health.OuterLevel {
			found++
		}
	}
	if found < 195 {
		t.Errorf("a team of four times the usual was found %d times in 200", found)
	}
}

// With chance alone limits are those of the Poisson distribution, as tables have them.
func TestFunnelLimitsAreExact(t *testing.T) {
	f := health.Funnel{Usual: 1, Dispersion: 1}
	low, high := f.Limits(10, health.InnerLevel)
	if f.AtLeast(10*high, 10)-.025 > 1e-6 || f.AtMost(10*low, 10)-.025 > 1e-6 {
		t.Errorf("beyond %v and %v lie %v and %v", low, high, f.AtMost(10*low, 10), f.AtLeast(10*high, 10))
	}
	want := distuv.Poisson{Lambda: 10}
	for count := 1.0; count < 30; count++ {
		if got := f.AtLeast(count, 10); math.Abs(got-(1-want.CDF(count-1))) > 1e-9 {
			t.Errorf("%v or more: %v, want %v", count, got, 1-want.CDF(count-1))
		}
	}
	// 17 of ten expected have a chance of .0270, 18 one of .0143; three or fewer .0103.
	for count, want := range map[int]int{17: 0, 18: 1, 4: 0, 3: -1} {
		if side, _ := f.Beyond(health.FunnelPoint{Count: count, Exposure: 10}); side != want {
			t.Errorf("%d of 10: %d, want %d", count, side, want)
		}
	}
}

// Who lies beyond the limits lies beyond the line that is drawn, and limits widen where
// less was seen and with how much teams differ.
func TestFunnelIsOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := health.Funnel{Usual: rapid.Float64Range(.02, 20).Draw(t, "usual"), Dispersion: 1}
		if rapid.Bool().Draw(t, "over") {
			f.Spread = f.Usual * rapid.Float64Range(.05, 1.5).Draw(t, "spread")
		}
		p := health.FunnelPoint{Count: rapid.IntRange(0, 300).Draw(t, "count"), Exposure: rapid.Float64Range(.05, 60).Draw(t, "weeks")}
		rate := float64(p.Count) / p.Exposure
		side, level := f.Beyond(p)
		for _, l := range []float64{health.InnerLevel, health.OuterLevel} {
			low, high := f.Limits(p.Exposure, l)
			if !(low <= f.Usual && f.Usual*.3 < high) || math.IsNaN(low+high) {
				t.Fatalf("%+v: limits %v, %v", f, low, high)
			}
			const near = 1e-6
			beyond := level == l || level == health.OuterLevel
			switch {
			case rate > high*(1+near) && !(beyond && side == 1), rate < low*(1-near) && !(beyond && side == -1):
				t.Fatalf("%+v %+v: limits %v, %v of %v, told %d %v", f, p, low, high, l, side, level)
			case beyond && side == 1 && rate < high*(1-near), beyond && side == -1 && rate > low*(1+near):
				t.Fatalf("%+v %+v: limits %v, %v of %v, told %d %v", f, p, low, high, l, side, level)
			}
			if wideLow, wideHigh := f.Limits(p.Exposure/2, l); wideHigh < high*(1-near) || wideLow > low*(1+near) {
				t.Fatalf("%+v: %v to %v over %v, %v to %v over half", f, low, high, p.Exposure, wideLow, wideHigh)
			}
		}
	})
}

// Too few teams, and teams of which nothing was counted, are not compared.
func TestFunnelNeedsTeams(t *testing.T) {
	points := make([]health.FunnelPoint, 10)
	for i := range points {
		points[i] = health.FunnelPoint{Count: i, Exposure: 12}
	}
	if _, ok := health.NewFunnel(points[:9]); ok {
		t.Error("nine teams are compared")
	}
	if f, ok := health.NewFunnel(points); !ok || f.Usual != 45.0/120 {
		t.Errorf("ten teams: %+v, %v", f, ok)
	}
	for i := range points {
		points[i].Count = 0
	}
	if _, ok := health.NewFunnel(points); ok {
		t.Error("nothing is compared")
	}
}
