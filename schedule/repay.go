package schedule

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
)

// Repay says how far what pages did to a team's people moves its plans: whoever was
// paged more than their time on call explains holds less in the next one. The zero
// value moves nothing.
type Repay struct {
	Gain  int   // percent of what somebody had above their part; zero: off
	Cap   int64 // points that nobody's balance moves beyond in one plan
	Since Date  // the day from which pages count
}

// On reports whether measured burden moves plans.
func (r Repay) On() bool { return r.Gain > 0 }

// What a team begins with that turns it on: all is repaid, as far as about a week on
// call in a plan, for the last four weeks and all that follow.
const (
	UsualRepayGain  = 100
	UsualRepayCap   = 250
	UsualRepayWeeks = 4
	maxRepayCap     = 5000
	maxRepayDays    = 366
)

// mostWorth is how many standby points a point of burden is worth at most. Where pages
// are rare, standing by is most of what being on call costs; without a bound one page
// in a quiet year would be worth that year.
const mostWorth = 25

// priceWeeks is how many weeks tell what a point of burden is worth.
const priceWeeks = 52

// or returns the policy as it is kept: off is nothing, and without a day pages count from
// four weeks ago on. What is wrong is one or more *InvalidError, joined; was is what held
// before.
func (r Repay) or(was Repay, today Date) (Repay, error) {
	if r.Gain == 0 {
		return Repay{}, nil
	}
	var bad problems
	if r.Gain < 0 || r.Gain > 100 {
		bad.add("repay.gain", "%d percent; it should be from 0, which is off, to 100", r.Gain)
	}
	if r.Cap < 1 || r.Cap > maxRepayCap {
		bad.add("repay.cap", "%d points; it should be from 1 to %d, and a week on call is about %d", r.Cap, maxRepayCap, UsualRepayCap)
	}
	usual := today.AddDays(-7 * UsualRepayWeeks)
	switch {
	case r.Since.IsZero():
		r.Since = usual
	case r.Since == was.Since:
	case r.Since.After(today) || r.Since.Before(today.AddDays(-maxRepayDays)):
		bad.add("repay.since", "%v; pages count from a day of the last year on, like %v", r.Since, usual)
	}
	return r, bad.err()
}

// String says what the policy is.
func (r Repay) String() string {
	if !r.On() {
		return "measured burden moves no plan"
	}
	return fmt.Sprintf("measured burden moves plans: %d %%, at most %d points, from %v on", r.Gain, r.Cap, r.Since)
}

// A BurdenWeek is what pages did to somebody in a week.
type BurdenWeek struct {
	Person ID
	Week   Date    // a Monday
	Points float64 // burden points
	Nights []Date  // that were broken
}

// A MeasuredBurden is what pages did to the people of a team in some weeks.
type MeasuredBurden struct {
	Weeks []BurdenWeek
	Since Date // the Monday from which on the team is measured at all; zero: it never was
	// Pending says that weeks are being measured anew, so that what is known of them
	// may be wrong by much.
	Pending bool
}

// Burdens tells what pages did to the people of a team in the weeks that begin in
// [from, until).
type Burdens func(ctx context.Context, team ID, from, until Date) (MeasuredBurden, error)

// Measured is what measured burden adds to the balances that a plan begins with.
// Points say by how much each person's moves, in thousandths of a standby point and
// adding up to zero; above zero they had more than their part and hold less now.
//
// Taken is all of what they ever had above their part that plans have moved balances by,
// this one included, and Had what plans before it have. The next plan measures the same
// weeks again, with all that has come in late, and takes the difference: so nothing
// counts twice, and what lay beyond the cap waits.
type Measured struct {
	Since   Date // the first Monday that counts
	From    Date // the first that no plan before this one knew
	Through Date // the first that does not count yet
	Worth   float64
	Points  map[ID]int64
	Had     map[ID]float64 `json:",omitempty"` // in standby points
	Taken   map[ID]float64
	// Nights are those broken in [From, Through): what the person is told, and
	// nobody else.
	Nights map[ID]NightCount `json:",omitempty"`
}

// A NightCount is how many nights of somebody were broken, from which month to which. The
// nights themselves are kept where they were measured.
type NightCount struct {
	N        int
	From, To Date // the first of the month
}

// repaid returns what plans have moved balances by when one begins that starts on a day,
// given the published ones, the newest first; false when the last of them moved none:
// then measuring begins anew, not before Through.
func repaid(plans []Plan, from Date) (m Measured, goesOn bool) {
	if again := slices.IndexFunc(plans, func(p Plan) bool { return p.From == from }); again >= 0 {
		if was := plans[again].Balances.Measured; was != nil { // it is made again, from where it began
			return Measured{Since: was.Since, Through: was.From, Taken: was.Had}, true
		}
		plans = slices.DeleteFunc(slices.Clone(plans[again+1:]), func(p Plan) bool { return !p.From.Before(from) })
	}
	for i := range plans {
		if was := plans[i].Balances.Measured; was != nil {
			return *was, i == 0
		}
	}
	return m, false
}

// addMeasured puts measured burden into a plan of a team that wants that.
func (s *Service) addMeasured(ctx context.Context, in *PlanInput) error {
	policy := in.Team.Repay
	if !policy.On() || s.Burdens == nil {
		return nil
	}
	zone, err := Zone(in.Team.Zone)
	if err != nil {
		return fmt.Errorf("zone of team %d: %w", in.Team.ID, err)
	}
	plans, err := s.Store.Plans(ctx, in.Team.ID)
	if err != nil {
		return err
	}
	last, goesOn := repaid(plans, in.From)
	m := &Measured{Since: last.Since, From: last.Through, Through: mondayBy(in.Today), Had: last.Taken}
	if !goesOn || policy.Since.After(last.Through) {
		m.Had = nil
		m.From = nextMonday(policy.Since)
		if last.Through.After(m.From) {
			m.From = last.Through
		}
		m.Since = m.From
	}
	known, err := s.Burdens(ctx, in.Team.ID, m.Since, m.Through)
	if err != nil {
		return fmt.Errorf("burden of team %d: %w", in.Team.ID, err)
	}
	if len(m.Had) == 0 && known.Since.After(m.Since) {
		m.Since, m.From = known.Since, known.Since
	}
	switch {
	case known.Since.IsZero() || !m.Since.Before(m.Through):
		return nil
	case known.Pending: // what it comes to goes into the plan after
		m.Through, m.Points, m.Taken = m.From, map[ID]int64{}, m.Had
		in.Measured = m
		return nil
	}
	shifts, err := s.Shifts(ctx, in.Team.ID, m.Since.At(Midnight, zone), m.Through.At(Midnight, zone), time.Time{})
	if err != nil {
		return err
	}
	m.Fill(in, known.Weeks, shifts, zone)
	in.Measured = m
	return nil
}

// Fill works out by how much the balances of a plan move, given what pages did to people
// in the weeks from Since to Through, who really had what in them, and what plans before
// have moved balances by.
func (m *Measured) Fill(in *PlanInput, weeks []BurdenWeek, shifts []Shift, zone *time.Location) {
	owed, worth := above(weeks, weighHeld(shifts, m, zone), in.People, m)
	m.Worth = worth
	m.share(owed, in, in.Team.Repay)
	m.countNights(weeks)
}

// countNights counts the nights that no plan before has known; one that lies in two
// weeks is one.
func (m *Measured) countNights(weeks []BurdenWeek) {
	seen := map[weekOf]bool{}
	m.Nights = map[ID]NightCount{}
	for _, w := range weeks {
		for _, night := range w.Nights {
			k := weekOf{w.Person, night}
			if w.Week.Before(m.From) || seen[k] {
				continue
			}
			seen[k] = true
			month := Date{night.Year, night.Month, 1}
			n := m.Nights[w.Person]
			if n.N == 0 || month.Before(n.From) {
				n.From = month
			}
			n.N, n.To = n.N+1, latestDate(n.To, month)
			m.Nights[w.Person] = n
		}
	}
}

// mondayBy returns the last Monday by a day, and nextMonday the first from it on.
func mondayBy(d Date) Date   { return d.AddDays(-(int(d.Weekday()) + 6) % 7) }
func nextMonday(d Date) Date { return mondayBy(d.AddDays(6)) }

// A weekOf is a week of somebody.
type weekOf struct {
	person ID
	week   Date
}

// weighHeld returns the standby points that people held in each measured week.
func weighHeld(shifts []Shift, m *Measured, zone *time.Location) map[weekOf]float64 {
	held := map[weekOf]float64{}
	for i := range shifts {
		x := &shifts[i]
		long := x.End.Sub(x.Start)
		if x.Person == 0 || long <= 0 {
			continue
		}
		for week := latestDate(m.Since, mondayBy(DateOf(x.Start.In(zone)))); week.Before(m.Through); week = week.AddDays(7) {
			from, to := latest(x.Start, week.At(Midnight, zone)), earliest(x.End, week.AddDays(7).At(Midnight, zone))
			if !from.Before(to) {
				break
			}
			held[weekOf{x.Person, week}] += float64(x.Points()) * float64(to.Sub(from)) / float64(long)
		}
	}
	return held
}

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

// Why says in words why measured burden moved somebody's balance: "−12 points, four
// nights broken in March". It tells of nights, so it is for that person and nobody else;
// see the policy of api/auth. Empty where nothing moved.
func (m *Measured) Why(person ID) string {
	if m == nil || m.Points[person] == 0 {
		return ""
	}
	points := -m.Points[person] / 1000
	sign, size := "+", points
	if points < 0 {
		sign, size = "−", -points
	}
	unit := "points"
	if size == 1 {
		unit = "point"
	}
	text := fmt.Sprintf("%s%d %s, ", sign, size, unit)
	nights := m.Nights[person]
	switch {
	case nights.N > 0 && points > 0:
		return text + nights.String() + ", and less than a fair part all in all"
	case nights.N > 0:
		return text + nights.String()
	case points > 0:
		return text + "paged for less than a fair part"
	}
	return text + "paged for more than a fair part"
}

// String says how many nights were broken, and when: "four nights broken in March".
func (n NightCount) String() string {
	words := []string{"", "one night", "two nights", "three nights", "four nights", "five nights", "six nights", "seven nights", "eight nights", "nine nights", "ten nights"}
	text := fmt.Sprintf("%d nights", n.N)
	if n.N < len(words) {
		text = words[n.N]
	}
	if n.From == n.To {
		return text + " broken in " + n.From.Month.String()
	}
	return fmt.Sprintf("%s broken from %v to %v", text, n.From.Month, n.To.Month)
}
