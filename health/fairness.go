package health

import "math"

// Fairness says how evenly a schedule's load lies on people, in proportion to what each
// is entitled to. It looks at the schedule alone: who was paged is luck ([PageLuck]).
type Fairness struct {
	// By person, in the order they were given.
	Fair       []float64 // the load that would be fair
	Ratio      []float64 // load to entitlement, 1 is fair; NaN of who is entitled to nothing
	Difference []float64 // load less fair load

	// Of the ratios.
	CV     float64 // standard deviation of all of them to their mean
	Gini   float64
	Jain   float64 // 1/(1+CV²): the same knowledge as CV
	Spread float64 // highest less lowest
	Top    float64 // the highest
	// PairBalance is the mean over pairs of the lower ratio to the higher, and 1 from
	// 0.95 on: what Grafana OnCall shows, for those who come from there.
	PairBalance float64
}

// Share returns how evenly loads lie on people whose entitlements are given: full-time
// equivalent times days they could be on call. Who holds nothing counts like everybody
// else; without any load everybody has what is fair.
func Share(loads, entitlements []float64) Fairness {
	var load, entitled float64
	for i := range loads {
		load += loads[i]
		entitled += entitlements[i]
	}
	var f Fairness
	var ratios []float64
	for i := range loads {
		fair := 0.0
		if entitled > 0 {
			fair = load * entitlements[i] / entitled
		}
		ratio := math.NaN()
		switch {
		case entitlements[i] <= 0:
		case load == 0:
			ratio = 1
		default:
			ratio = (loads[i] / load) / (entitlements[i] / entitled)
		}
		f.Fair = append(f.Fair, fair)
		f.Difference = append(f.Difference, loads[i]-fair)
		f.Ratio = append(f.Ratio, ratio)
		if !math.IsNaN(ratio) {
			ratios = append(ratios, ratio)
		}
	}
	f.spread(ratios)
	return f
}

// spread computes the figures of all ratios together.
func (f *Fairness) spread(r []float64) {
	f.Jain, f.PairBalance = 1, 1
	if len(r) == 0 {
		return
	}
	n := float64(len(r))
	sum, squares, gaps, pairs := 0.0, 0.0, 0.0, 0.0
	low, high := r[0], r[0]
	for _, x := range r {
		sum += x
		low, high = math.Min(low, x), math.Max(high, x)
	}
	mean := sum / n
	for i, x := range r {
		squares += (x - mean) * (x - mean)
		for _, y := range r[:i] {
			gaps += math.Abs(x - y)
			pairs += evenness(x, y)
		}
	}
	f.Spread, f.Top = high-low, high
	if mean > 0 {
		f.CV = math.Sqrt(squares/n) / mean
		f.Gini = gaps / (n * sum)
		f.Jain = 1 / (1 + f.CV*f.CV)
	}
	if len(r) > 1 {
		f.PairBalance = pairs / (n * (n - 1) / 2)
	}
	if f.PairBalance >= 0.95 {
		f.PairBalance = 1
	}
}

// evenness is the lower to the higher; two that hold nothing are even.
func evenness(x, y float64) float64 {
	if high := math.Max(x, y); high > 0 {
		return math.Min(x, y) / high
	}
	return 1
}

// Debt carries what somebody had above (or below) their fair share into the next
// period: what is left of the debt so far, and this period's difference, within twice
// the mean fair share. Who is new, or comes back, begins at zero: neither hazed nor
// paid for having been away.
func Debt(before []float64, f Fairness, decay float64) []float64 {
	mean := 0.0
	for _, x := range f.Fair {
		mean += x / float64(len(f.Fair))
	}
	out := make([]float64, len(f.Fair))
	for i := range out {
		out[i] = math.Max(-2*mean, math.Min(2*mean, decay*before[i]+f.Difference[i]))
	}
	return out
}
