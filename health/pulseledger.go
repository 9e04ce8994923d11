package health

import (
	"context"
	"math"
	"slices"

	"watchbill/schedule"
)

// A PulseOverlap is a line of the ledger of what was published, as far as it is about
// people of a wave: a closed wave, of any team and from any time, in which some of the same
// people were asked.
type PulseOverlap struct {
	Team    schedule.ID
	Round   int
	Invited int
	Common  int // of them were asked in the other wave as well
	Doc     PulseDoc
}

// coarser are the steps to which figures may have to be rounded, and halfScale is how much
// of the answer of one person the difference of two figures leaves open at the least.
var coarser = []float64{5, 10, 20, 25}

const halfScale = 50

// beside returns the thresholds under which figures of a wave with so many answers may be
// told, beside all that was published of some of its people. If one to four people are
// in one of two groups and not in the other, whoever supposes that all others answered
// alike knows those few from the difference; so figures are rounded until it leaves
// open half of the scale for each of them, and for one where it is not told who they are,
// as when other people have not answered. See docs/adr/0025.
func (p Privacy) beside(n, invited int, ledger []PulseOverlap) Privacy {
	at := p.step(n)
	for i := range ledger {
		o := &ledger[i]
		if !o.Doc.Published || o.Doc.N == nil {
			continue
		}
		need := o.need(n, invited, p.KDiff)
		for _, step := range coarser {
			if open(*o.Doc.N, o.Doc.subtracted())+open(n, at) >= need {
				break
			}
			at = max(at, step)
		}
	}
	if at > p.step(n) {
		p.RoundStep, p.RoundBelow, p.coarse = int(at), max(p.RoundBelow, n+1), true
	}
	return p
}

// refused says whether nothing may be told of a wave beside what another team was told in
// the same four weeks, when people are asked the same and mostly say the same: of two groups
// with people in common one to four are in one and not in the other.
func refused(w *PulseWave, ledger []PulseOverlap, k int) bool {
	return w.Round > 0 && slices.ContainsFunc(ledger, func(o PulseOverlap) bool {
		return o.Round == w.Round && o.Team != w.Team && o.Doc.Published && nearlySame(w.Invited, o.Invited, o.Common, k)
	})
}

// nearlySame says whether one to four people are in one of two groups and not in the other, of
// groups that have people in common.
func nearlySame(one, other, common, k int) bool {
	return common > 0 && (few(one-common, k) || few(other-common, k))
}

// need is how much the difference of two figures has to leave open: of another wave, and of
// one with so many answers of so many who were asked.
func (o *PulseOverlap) need(n, invited, k int) float64 {
	joined, left := invited-o.Common, o.Invited-o.Common
	switch {
	case joined == 0 && few(left, k) || left == 0 && few(joined, k):
		return halfScale * float64(joined+left)
	case few(joined, k), few(left, k): // two groups that nobody knows
		return halfScale
	}
	if fewer, more := min(n, *o.Doc.N), max(n, *o.Doc.N); few(more-fewer, k) && fewer <= o.Common {
		return halfScale
	}
	return 0
}

// open is how much of the sum of so many answers a mean leaves open that is rounded to a
// step. Sums come in steps of 25; a rounding that is finer than theirs hides nothing.
func open(n int, step float64) float64 {
	if sum := float64(n) * step; sum > pointsPerStep {
		return sum
	}
	return 0
}

// subtracted is the step to which a result is known to whoever subtracts it; 0 where it
// tells that all answered alike, because that is to the point.
func (d *PulseDoc) subtracted() float64 {
	for i := range d.Items {
		if d.Items[i].Bucket != nil {
			return 0
		}
	}
	return d.Rounded()
}

// few says whether so many are some, but too few.
func few(n, k int) bool { return 0 < n && n < k }

// clip keeps a figure that is rounded coarsely away from the ends of the scale, where
// there is nothing beyond it that could be meant as well.
func (p Privacy) clip(x, step float64) float64 {
	if !p.coarse {
		return x
	}
	return math.Max(step, math.Min(x, 100-step))
}

// ledgerOf returns what was published of people of a wave. A team that gets no result
// needs none.
func ledgerOf(ctx context.Context, tx Store, w *PulseWave) ([]PulseOverlap, error) {
	if w.Small() {
		return nil, nil
	}
	return tx.Overlaps(ctx, w.ID)
}
