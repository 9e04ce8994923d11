package health

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// runLength returns how many weeks it took on average until a shift was signalled, over
// so many runs, when usual is what is expected, weeks have times as many, and counts
// scatter as the index of dispersion says. The rules know of the scatter when corrected.
func runLength(r WarningRules, seed uint64, runs int, usual, times, scatter float64, corrected bool) float64 {
	source := rand.NewPCG(seed, 7)
	mean := usual * times
	poisson := distuv.Poisson{Lambda: mean, Src: source}
	gamma := distuv.Gamma{Alpha: mean / max(1e-9, scatter-1), Beta: 1 / max(1e-9, scatter-1), Src: source}
	dispersion := 1.0
	if corrected {
		dispersion = scatter
	}
	total := 0
	for range runs {
		for sum, week := 0.0, 1; ; week++ {
			if scatter > 1 {
				poisson.Lambda = math.Max(1e-12, gamma.Rand())
			}
			if sum = r.step(sum, poisson.Rand(), usual, dispersion); sum >= r.Limit || week > 100_000 {
				total += week
				break
			}
		}
	}
	return float64(total) / float64(runs)
}

// BenchmarkRunLength simulates how many weeks pass until a false alarm, and until a rise
// is found: the table of specs/health.md 7. The figures do not depend on b.N.
func BenchmarkRunLength(b *testing.B) {
	r := DefaultWarningRules()
	for _, usual := range []float64{0.25, 0.5, 1, 2, 4, 8, 16} {
		b.Run(fmt.Sprintf("usual=%g", usual), func(b *testing.B) {
			for range b.N {
				b.ReportMetric(runLength(r, 1, 10_000, usual, 1, 1, false), "weeks/false-alarm")
				for _, times := range []float64{1.5, 2, 3} {
					b.ReportMetric(runLength(r, 2, 10_000, usual, times, 1, false), fmt.Sprintf("weeks/found-%gx", times))
				}
				b.ReportMetric(runLength(r, 3, 10_000, usual, 1, 2, false), "weeks/false-alarm-scattered")
				b.ReportMetric(runLength(r, 4, 10_000, usual, 1, 2, true), "weeks/false-alarm-corrected")
			}
		})
	}
}

// watched returns how many weeks a team was watched on average until a shift was signalled,
// where what is usual has to be learned from its own weeks, and the share of teams of
// which it was within a quarter.
func watched(seed uint64, runs int, usual, times float64) (mean, soon float64) {
	r, source := DefaultWarningRules(), rand.NewPCG(seed, 11)
	before, after := distuv.Poisson{Lambda: usual, Src: source}, distuv.Poisson{Lambda: usual * times, Src: source}
	past := r.BaselineWeeks + r.BaselineGap
	const longest = 2600
	for range runs {
		weeks := make([]WeekCount, 0, past+longest)
		for range past - 1 {
			weeks = append(weeks, WeekCount{Count: int(before.Rand()), Exposure: 1})
		}
		sum, week := 0.0, 1
		for ; week < longest; week++ {
			weeks = append(weeks, WeekCount{Count: int(after.Rand()), Exposure: 1})
			n := len(weeks)
			base, phi, _ := r.baseline(weeks[n-past:n-r.BaselineGap], Prior{M0: 0.5, B: 1})
			if sum = r.step(sum, float64(weeks[n-1].Count), base, phi); sum >= r.Limit {
				break
			}
		}
		mean += float64(week) / float64(runs)
		if week <= 13 {
			soon += 1 / float64(runs)
		}
	}
	return mean, soon
}

// BenchmarkRunLengthLearned is the same when what is usual is learned as the program does:
// the table takes it for known.
func BenchmarkRunLengthLearned(b *testing.B) {
	for _, usual := range []float64{0.25, 0.5, 1, 1.5, 2, 4, 8} {
		b.Run(fmt.Sprintf("usual=%g", usual), func(b *testing.B) {
			for range b.N {
				never, _ := watched(1, 300, usual, 1)
				b.ReportMetric(never, "weeks/false-alarm")
				_, soon := watched(2, 300, usual, 2)
				b.ReportMetric(100*soon, "%found-2x-in-13-weeks")
				_, soon = watched(3, 300, usual, 3)
				b.ReportMetric(100*soon, "%found-3x-in-13-weeks")
			}
		})
	}
}

// TestRunLengths compares a part of the table with simulation: the figures are those of
// specs/health.md 7, the tolerance three standard errors of both.
func TestRunLengths(t *testing.T) {
	r := DefaultWarningRules()
	tests := []struct{ usual, times, scatter, want float64 }{
		{1, 1, 1, 364}, {2, 1, 1, 297}, {4, 1, 1, 266}, {8, 1, 1, 313},
		{1, 2, 1, 10}, {2, 1.5, 1, 16}, {2, 2, 1, 5.8}, {2, 3, 1, 2.6}, {4, 2, 1, 3.4},
		{2, 1, 2, 43}, {4, 1, 2, 34},
	}
	const runs = 3000
	for _, test := range tests {
		got := runLength(r, 5, runs, test.usual, test.times, test.scatter, false)
		within := 3*test.want*math.Sqrt(1./runs+1./10_000) + 0.05
		if math.Abs(got-test.want) > within {
			t.Errorf("usual %g, %g times, scatter %g: signalled after %.1f weeks, want %g ± %.1f", test.usual, test.times, test.scatter, got, test.want, within)
		}
	}
	if got := runLength(r, 6, runs, 2, 1, 2, true); math.Abs(got-260) > 3*260*math.Sqrt(1./runs+1./10_000) {
		t.Errorf("scatter that is known of: a false alarm every %.0f weeks, want 260", got)
	}
}

// TestMedianRate checks the rate of weeks that are whole, and of those that are not.
func TestMedianRate(t *testing.T) {
	week := func(count int, exposure float64) WeekCount { return WeekCount{Count: count, Exposure: exposure} }
	tests := []struct {
		name  string
		weeks []WeekCount
		want  float64
	}{
		{"all alike", []WeekCount{week(3, 1), week(3, 1), week(3, 1)}, 3 + 1./6},
		{"one bad week moves little", []WeekCount{week(3, 1), week(3, 1), week(3, 1), week(3, 1), week(90, 1)}, 3 + 1./6 + 1./8},
		{"half and half", []WeekCount{week(1, 1), week(2, 1)}, 1.5 + 1./6},
		{"twice as many people on call", []WeekCount{week(6, 2), week(6, 2)}, 3 + 1./12},
		{"none", []WeekCount{week(0, 1), week(0, 1)}, 1. / 6},
	}
	for _, test := range tests {
		if got := medianRate(test.weeks); math.Abs(got-test.want) > 1e-9 {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}
