package schedule

import (
	"context"
	"fmt"
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
