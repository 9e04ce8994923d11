package schedule

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

func latestDate(a, b Date) Date {
	if b.After(a) {
		return b
	}
	return a
}

// above returns by how much each person's burden was above their part since measuring
// began, in standby points, and how many of those a point of burden is worth: what one
// has cost the team on average.
//
// What pages did to somebody, at that price, less the points they held is what their time
// on call does not explain; being on call for longer is in the balance already. Of each
// week, what that comes to for everybody together is taken off again by entitlement, so
// that a bad week of the team is nobody's luck, good or bad.
func above(weeks []BurdenWeek, held map[weekOf]float64, people []Planning, m *Measured) (map[ID]float64, float64) {
	burden := map[weekOf]float64{}
	for _, w := range weeks {
		burden[weekOf{w.Person, w.Week}] += w.Points
	}
	var sum, points float64
	for week := latestDate(m.Since, m.Through.AddDays(-7*priceWeeks)); week.Before(m.Through); week = week.AddDays(7) {
		for _, k := range those(week, burden, held) {
			sum, points = sum+burden[k], points+held[k]
		}
	}
	if sum <= 0 || points <= 0 {
		return nil, 0
	}
	worth := math.Min(mostWorth, points/sum)
	owed := map[ID]float64{}
	for week := m.Since; week.Before(m.Through); week = week.AddDays(7) {
		rest := 0.0
		for _, k := range those(week, burden, held) {
			x := worth*burden[k] - held[k]
			owed[k.person] += x
			rest += x
		}
		entitled, all := entitledIn(people, week)
		for id, e := range entitled {
			owed[id] -= rest * e / all
		}
	}
	return owed, worth
}

func (k weekOf) compare(o weekOf) int {
	return cmp.Or(k.week.Compare(o.week), cmp.Compare(k.person, o.person))
}

// those are the people who had anything in a week, in order: sums of floating-point
// numbers are to be the same each time.
func those(week Date, some ...map[weekOf]float64) []weekOf {
	var out []weekOf
	for _, m := range some {
		for k := range m {
			if k.week == week {
				out = append(out, k)
			}
		}
	}
	slices.SortFunc(out, weekOf.compare)
	return slices.Compact(out)
}

// entitledIn returns the part of a week that is each person's, and the sum.
func entitledIn(people []Planning, week Date) (map[ID]float64, float64) {
	entitled, all := map[ID]float64{}, 0.0
	for i := range people {
		if share, _, ok := people[i].During(week, week.AddDays(7)); ok && share > 0 {
			days := people[i].daysIn(week, week.AddDays(7))
			e := float64(share) / float64(FullTime) * float64(days)
			if e > 0 {
				entitled[people[i].Profile.ID] = e
				all += e
			}
		}
	}
	return entitled, all
}

// daysIn counts the days of [from, until) on which somebody is in the team.
func (p *Planning) daysIn(from, until Date) int {
	if p.From.After(from) {
		from = p.From
	}
	if !p.Until.IsZero() && p.Until.Before(until) {
		until = p.Until.AddDays(1)
	}
	return max(0, until.DaysSince(from))
}

// share takes what is owed and not taken yet, as far as the policy lets it, and makes it
// points that add up to zero among those whom the plan is for. Who is new to it begins in
// the middle of the others, and not where nobody of them is.
func (m *Measured) share(owed map[ID]float64, in *PlanInput, policy Repay) {
	m.Points, m.Taken = map[ID]int64{}, maps.Clone(m.Had)
	if m.Taken == nil {
		m.Taken = map[ID]float64{}
	}
	type taker struct {
		id         ID
		want, part float64
	}
	var takers []taker
	var left []float64 // of those who were there before
	for i := range in.People {
		p := &in.People[i]
		share, _, ok := p.During(in.From, in.Until)
		if !ok || share <= 0 {
			continue
		}
		takers = append(takers, taker{id: p.Profile.ID, part: float64(share) / float64(FullTime)})
		if had, is := m.Had[p.Profile.ID]; is {
			left = append(left, owed[p.Profile.ID]-had)
		}
	}
	if owed == nil || len(takers) < 2 {
		return
	}
	slices.SortFunc(takers, func(a, b taker) int { return cmp.Compare(a.id, b.id) })
	gain := float64(policy.Gain) / 100
	var want, part []float64
	for i := range takers {
		t := &takers[i]
		if _, is := m.Had[t.id]; !is && len(left) > 0 {
			m.Taken[t.id] = -median(left)
		}
		t.want = gain * (owed[t.id] - m.Taken[t.id])
		want, part = append(want, t.want), append(part, t.part)
	}
	points, moved := evened(want, part, policy.Cap)
	for i, t := range takers {
		m.Points[t.id] = 1000 * points[i]
		m.Taken[t.id] += (float64(points[i]) + moved*t.part) / gain
	}
}

func median(x []float64) float64 {
	slices.Sort(x)
	if n := len(x); n%2 == 0 {
		return (x[n/2-1] + x[n/2]) / 2
	}
	return x[len(x)/2]
}

// evened returns the whole points within a limit on either side that add up to zero and
// are nearest to what is wanted, and by how much all were moved for that, each by their
// part.
func evened(want, part []float64, limit int64) ([]int64, float64) {
	out := make([]int64, len(want))
	at := func(moved float64) (sum int64) {
		for i := range want {
			out[i] = max(-limit, min(limit, int64(math.Round(want[i]-moved*part[i]))))
			sum += out[i]
		}
		return sum
	}
	low, high := 0.0, 0.0
	for i := range want {
		far := (math.Abs(want[i]) + float64(limit) + 1) / part[i]
		low, high = math.Min(low, -far), math.Max(high, far)
	}
	for range 100 { // at low the sum is above zero, at high it is not
		if middle := (low + high) / 2; at(middle) > 0 {
			low = middle
		} else {
			high = middle
		}
	}
	// Rounding leaves a few single points, for those who have room.
	left := -at(high)
	for i := 0; left > 0 && i < len(out); i++ {
		if out[i] < limit {
			out[i]++
			left--
		}
	}
	return out, high
}
