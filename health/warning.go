package health

import (
	"math"

	"watchbill/schedule"
)

// WarningRules say when a team's weeks call for a question: specs/health.md 7. They are
// a compromise that was simulated: a team hears a false alarm once in five to sixteen
// years, and a doubling from two wake-ups a week is noticed after about six weeks.
type WarningRules struct {
	BaselineWeeks int     // as many weeks say what is usual,
	BaselineGap   int     // ending so many weeks before the week in question,
	BaselineLeast int     // of which there are so many at least; else the prior helps
	LowestRate    float64 // a week, that is ever taken for usual
	Ratio         float64 // how many times the usual is looked for
	Limit         float64 // of the sum at which a shift is signalled
	Dispersed     float64 // index of dispersion from which on counts are scaled down
	SpikeChance   float64 // below which a week's count is a spike,
	SpikeLeast    int     // if there are so many at least
}

// DefaultWarningRules returns the rules of model th-1.
func DefaultWarningRules() WarningRules {
	return WarningRules{
		BaselineWeeks: 26, BaselineGap: 4, BaselineLeast: 8, LowestRate: 0.25, Ratio: 2, Limit: 5.5, Dispersed: 1.3,
		SpikeChance: 0.005, SpikeLeast: 3,
	}
}

// A WeekCount is how many episodes a team's week had, and how many on-call weeks of it
// were held: a week of which only half was covered may have half as many. Episodes and
// not pages are counted, because storms would make every week another.
type WeekCount struct {
	Week     schedule.Date
	Count    int
	Exposure float64
}

// A WeekSignal is what a week says after those before it.
type WeekSignal struct {
	WeekCount
	Usual      float64 // rate per on-call week
	Known      bool    // the usual is that of enough weeks, and not the prior's
	Dispersion float64 // of the baseline; 1 for counts that are luck alone
	// Sum is by how much more than twice the usual has gathered; at the limit it is a
	// Shift, and begins anew.
	Sum   float64
	Shift bool
	Spike bool // information only: one week can be bad luck
}

// Expected returns how many the week would have had, were it usual.
func (s *WeekSignal) Expected() float64 { return s.Usual * s.Exposure }

// Watch looks at weeks in order, each with what was usual before it. The prior is what a
// rate is believed to be where too few weeks say.
func (r WarningRules) Watch(weeks []WeekCount, prior Prior) []WeekSignal {
	out := make([]WeekSignal, 0, len(weeks))
	sum := 0.0
	for i, w := range weeks {
		s := WeekSignal{WeekCount: w}
		last := max(0, i-r.BaselineGap+1)
		s.Usual, s.Dispersion, s.Known = r.baseline(weeks[max(0, last-r.BaselineWeeks):last], prior)
		sum = r.step(sum, float64(w.Count), s.Expected(), s.Dispersion)
		s.Sum = sum
		if sum >= r.Limit {
			s.Shift, sum = true, 0
		}
		s.Spike = w.Exposure > 0 && w.Count >= r.SpikeLeast && AtLeast(w.Count, s.Expected()) < r.SpikeChance
		out = append(out, s)
	}
	return out
}

// step adds a week to the sum: a Poisson CUSUM. A baseline that scatters more than luck
// would makes counts and expectation smaller alike, so that its scatter is no signal.
func (r WarningRules) step(sum, count, expected, dispersion float64) float64 {
	if dispersion > r.Dispersed {
		count, expected = count/dispersion, expected/dispersion
	}
	k := (r.Ratio - 1) / math.Log(r.Ratio)
	return math.Max(0, sum+count-k*expected)
}

// baseline returns what is usual, and how much weeks scatter about it. The median is not
// moved by a few bad weeks.
func (r WarningRules) baseline(weeks []WeekCount, prior Prior) (usual, dispersion float64, known bool) {
	var held []WeekCount
	count, exposure := 0.0, 0.0
	for _, w := range weeks {
		if w.Exposure > 0 {
			held = append(held, w)
			count += float64(w.Count)
			exposure += w.Exposure
		}
	}
	if len(held) < r.BaselineLeast {
		return math.Max(r.LowestRate, (prior.M0*prior.B+count)/(prior.B+exposure)), 1, false
	}
	dispersion = 1
	if mean := count / exposure; mean > 0 {
		scatter := 0.0
		for _, w := range held {
			expected := mean * w.Exposure
			scatter += (float64(w.Count) - expected) * (float64(w.Count) - expected) / expected
		}
		dispersion = scatter / float64(len(held)-1)
	}
	return math.Max(r.LowestRate, medianRate(held)), dispersion, true
}

// medianRate returns the rate that half of the weeks lie below. A plain median knows whole
// counts only, so that of three wake-ups in two weeks it would say one a week, and doubt
// of that what is usual. Here a count of three stands for anything from two and a half to
// three and a half, and the sixth by which the median of a Poisson count lies below its
// mean is added.
func medianRate(weeks []WeekCount) float64 {
	below := func(rate float64) (sum float64) {
		for _, w := range weeks {
			sum += math.Max(0, math.Min(1, rate*w.Exposure-1./6-float64(w.Count)+0.5))
		}
		return sum
	}
	low, high := 0.0, 1.0
	for _, w := range weeks {
		high = math.Max(high, (float64(w.Count)+1)/w.Exposure)
	}
	for range 60 {
		if mid := (low + high) / 2; below(mid) < float64(len(weeks))/2 {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

// Trailing returns the mean of each day and those before it, over so many days: 21 is
// what Google shows. Days before the first are left out of the mean.
func Trailing(days []int, over int) []float64 {
	out := make([]float64, len(days))
	sum := 0
	for i, n := range days {
		if sum += n; i >= over {
			sum -= days[i-over]
		}
		out[i] = float64(sum) / float64(min(i+1, over))
	}
	return out
}

// Declined says whether the last of some waves, in order, is a decline: ten points or more
// that chance does not explain (90 %), or the second fall in a row. Waves that were not
// published are compared with nothing, so that nothing can be worked out of them.
func Declined(waves []PulseFigures, c *Config) bool {
	fall := func(i int) (float64, float64, bool) {
		if i < 1 {
			return 0, 0, false
		}
		a, b := (&ScoreInput{Pulse: &waves[i-1]}).pulse(c), (&ScoreInput{Pulse: &waves[i]}).pulse(c)
		if a == nil || b == nil {
			return 0, 0, false
		}
		return *a.Index - *b.Index, normal90 * math.Hypot(a.standardError(), b.standardError()), true
	}
	last := len(waves) - 1
	down, chance, ok := fall(last)
	if !ok || down <= 0 {
		return false
	}
	before, _, ok := fall(last - 1)
	return down >= declineLeast && down > chance || ok && before > 0
}

const (
	// declineLeast is how much the index falls to be worth a word.
	declineLeast = 10
	// normal90 makes an interval that holds nine times in ten.
	normal90 = 1.6448536269514722
)
