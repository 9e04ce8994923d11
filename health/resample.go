package health

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"watchbill/schedule"
)

// What is expected of a plan is seen by letting a team's own weeks happen to it again:
// whole weeks, so that each page keeps its weekday and hour and a storm stays a storm, and
// two that followed each other at a time, because bad weeks come together. The same
// weeks happen to each plan that is compared, in the same order, so that luck is the same
// for all of them.
const (
	resampledWeeks = 13 // a quarter
	resampleBlock  = 2  // weeks
	resamples      = 200
	// leastResampled is how many weeks there must be, and mostResampled how many of the
	// last are taken.
	leastResampled = 8
	mostResampled  = 26
)

// An Expected is what is to be expected: the mean, and bounds that hold it eight times in
// ten.
type Expected struct {
	Mean float64 `json:"mean"`
	Low  float64 `json:"p10"`
	High float64 `json:"p90"`
}

// expectedOf sums up what came of each draw.
func expectedOf(draws []float64) Expected {
	sorted := slices.Sorted(slices.Values(draws))
	sum := 0.0
	for _, x := range sorted {
		sum += x
	}
	n := len(sorted)
	if n == 0 {
		return Expected{}
	}
	rank := func(p float64) float64 { return sorted[max(0, int(math.Ceil(p*float64(n)))-1)] } // the nearest
	return Expected{sum / float64(n), rank(0.1), rank(0.9)}
}

// drawWeeks draws which of so many past weeks follow each other, over and over. The same
// seed draws the same.
func drawWeeks(past int, seed uint64) [][]int {
	random := rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))
	all := make([][]int, resamples)
	for i := range all {
		for len(all[i]) < resampledWeeks {
			first := random.IntN(past)
			for k := range resampleBlock {
				all[i] = append(all[i], (first+k)%past) // the first follows the last, so that all are as likely
			}
		}
		all[i] = all[i][:resampledWeeks]
	}
	return all
}

// A pastWeek is what pages were in a week, whoever had them: of whom is only kept which
// level they were on.
type pastWeek struct {
	rings     []pastRing
	work      []pastWork
	incidents []pastIncident
}

// A moment is a place in a week on its clock.
type moment struct {
	day   int // from Monday on
	clock time.Duration
}

func momentOf(t time.Time, monday schedule.Date, zone *time.Location) moment {
	local := t.In(zone)
	day := schedule.DateOf(local)
	hour, minute, second := local.Clock()
	return moment{day.DaysSince(monday), time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second}
}

// in returns the instant of a moment in the week of another Monday. One that the clock
// skips there is as much later.
func (m moment) in(monday schedule.Date, zone *time.Location) time.Time {
	d := monday.AddDays(m.day)
	return time.Date(d.Year, d.Month, d.Day, 0, 0, int(m.clock/time.Second), 0, zone)
}

type pastRing struct {
	moment
	level int
	Notification
}

type pastWork struct {
	moment
	level    int
	long     time.Duration
	incident int // its place in the week
}

type pastIncident struct {
	moment
	long time.Duration
	Incident
}

// A pastLook knows what a team's past was.
type pastLook struct {
	zone   *time.Location
	duties []Shift // merged, in order of their start
	facts  *Facts
	// longest is how long work counts that nobody ended.
	longest time.Duration
	drop    func(in *Incident, title string) bool // what is taken to have never been
	second  func(incident schedule.ID) bool       // what goes to the second level from now on
}

// level says on which level somebody was at an instant: whoever was not on call was
// called like the first.
func (l *pastLook) level(person schedule.ID, at time.Time) int {
	level := 0
	for i := range l.duties {
		if s := &l.duties[i]; s.Person == person && !at.Before(s.Start) && at.Before(s.End) && (level == 0 || s.Level < level) {
			level = s.Level
		}
	}
	return max(1, level)
}

// weeks cuts the past into weeks. What reaches over a Monday's midnight is cut there too.
func (l *pastLook) weeks(mondays []schedule.Date) []pastWeek {
	out := make([]pastWeek, len(mondays))
	bounds := make([][2]time.Time, len(mondays))
	for n, monday := range mondays {
		bounds[n] = [2]time.Time{monday.At(schedule.Midnight, l.zone), monday.AddDays(7).At(schedule.Midnight, l.zone)}
	}
	gone := map[schedule.ID]bool{}
	for i := range l.facts.Incidents {
		in := &l.facts.Incidents[i]
		if l.drop(in, l.facts.Titles[in.ID]) {
			gone[in.ID] = true
			continue
		}
		for n, monday := range mondays {
			l.incident(&out[n], in, monday, bounds[n])
		}
	}
	for i := range l.facts.Notices {
		n := l.facts.Notices[i]
		if gone[n.Incident] {
			continue
		}
		at, found := slices.BinarySearchFunc(mondays, MondayOf(schedule.DateOf(n.At.In(l.zone))), schedule.Date.Compare)
		if found {
			out[at].rings = append(out[at].rings, pastRing{momentOf(n.At, mondays[at], l.zone), l.levelOf(n.Incident, n.Person, n.At), n})
		}
	}
	return out
}

// levelOf is on which level a page of an incident is to be.
func (l *pastLook) levelOf(incident, person schedule.ID, at time.Time) int {
	if l.second != nil && incident != 0 && l.second(incident) {
		return 2
	}
	return l.level(person, at)
}

// incident puts the part of an incident, and of the work on it, that lies in a week into it.
func (l *pastLook) incident(w *pastWeek, in *Incident, monday schedule.Date, bounds [2]time.Time) {
	from, to := bounds[0], bounds[1]
	end := in.ResolvedAt
	if end.IsZero() {
		end = in.TriggeredAt.Add(LongestOpen)
	}
	start := later(in.TriggeredAt, from)
	if end = earlier(end, to); end.Before(start) || !start.Before(to) {
		return
	}
	place := len(w.incidents)
	kept := Incident{ID: in.ID, Severity: in.Severity, TriggeredAt: in.TriggeredAt, AckedAt: in.AckedAt}
	w.incidents = append(w.incidents, pastIncident{momentOf(start, monday, l.zone), end.Sub(start), kept})
	for _, e := range in.Engagements {
		begun, done := later(e.Start, from), e.End
		if done.IsZero() {
			done = later(in.ResolvedAt, e.Start)
			if in.ResolvedAt.IsZero() {
				done = e.Start.Add(l.longest)
			}
		}
		if done = earlier(done, to); begun.Before(done) {
			w.work = append(w.work, pastWork{momentOf(begun, monday, l.zone), l.levelOf(in.ID, e.Person, e.Start), done.Sub(begun), place})
		}
	}
}

// An imagined plan's weeks, to let past weeks happen in.
type imaginedWeeks struct {
	rollup  *Rollup // its configuration
	zone    *time.Location
	people  map[schedule.ID]*Person
	shifts  [][]Shift // of each week, and what reaches into it
	mondays []schedule.Date
	known   map[[2]int]*imaginedWeek
}

// An imaginedWeek is what a past week would be in a week of a plan.
type imaginedWeek struct {
	team   TeamWeek
	people []PersonWeek
}

func newImaginedWeeks(r *Rollup, plan *ImaginedPlan, zone *time.Location) *imaginedWeeks {
	w := &imaginedWeeks{rollup: &Rollup{Config: r.Config}, zone: zone, people: map[schedule.ID]*Person{}, known: map[[2]int]*imaginedWeek{}}
	for i := range plan.People {
		w.people[plan.People[i].ID] = &plan.People[i].Person
	}
	for n := range plan.Weeks {
		monday := plan.From.AddDays(7 * n)
		from, to := monday.At(schedule.Midnight, zone), monday.AddDays(7).At(schedule.Midnight, zone)
		var some []Shift
		for _, s := range plan.Shifts {
			if s.Start.Before(to) && s.End.After(from) {
				some = append(some, s)
			}
		}
		w.mondays, w.shifts = append(w.mondays, monday), append(w.shifts, some)
	}
	return w
}

// holder returns who of a week of the plan is on a level at an instant. Where nobody
// stands behind, the first is who there is.
func (w *imaginedWeeks) holder(week int, at time.Time, level int) schedule.ID {
	first := schedule.ID(0)
	for i := range w.shifts[week] {
		s := &w.shifts[week][i]
		if at.Before(s.Start) || !at.Before(s.End) || s.Person == 0 {
			continue
		}
		switch {
		case s.Level == level:
			return s.Person
		case s.Level == 1 || first == 0:
			first = s.Person
		}
	}
	return first
}

// facts are what a past week would tell if it happened in a week of the plan.
func (w *imaginedWeeks) facts(week int, past *pastWeek) (f Facts) {
	monday := w.mondays[week]
	f.Incidents = make([]Incident, len(past.incidents))
	for i := range past.incidents {
		p := &past.incidents[i]
		in := &f.Incidents[i]
		*in = p.Incident
		start := p.in(monday, w.zone)
		if !in.AckedAt.IsZero() {
			in.AckedAt = start.Add(in.AckedAt.Sub(in.TriggeredAt))
		}
		in.TriggeredAt, in.ResolvedAt = start, start.Add(p.long)
	}
	for i := range past.work {
		p := &past.work[i]
		start := p.in(monday, w.zone)
		if who := w.holder(week, start, p.level); who != 0 {
			in := &f.Incidents[p.incident]
			in.Engagements = append(in.Engagements, Engagement{Person: who, Start: start, End: start.Add(p.long)})
		}
	}
	for i := range past.rings {
		p := &past.rings[i]
		n := p.Notification
		n.ID, n.At = schedule.ID(i+1), p.in(monday, w.zone)
		if n.Person = w.holder(week, n.At, p.level); n.Person != 0 {
			f.Notices = append(f.Notices, n)
		}
	}
	slices.SortStableFunc(f.Notices, func(a, b Notification) int { return a.At.Compare(b.At) })
	return f
}

// happen returns what a past week would be in a week of the plan, measured like every
// other.
func (w *imaginedWeeks) happen(week, number int, past []pastWeek) *imaginedWeek {
	key := [2]int{week, number}
	if known := w.known[key]; known != nil {
		return known
	}
	end := w.mondays[week].AddDays(14).At(schedule.Midnight, w.zone)
	work := &weekWork{
		measuring: &measuring{Rollup: w.rollup, people: w.people, zone: w.zone, now: end, state: BurdenState{Until: end}},
		monday:    w.mondays[week], facts: w.facts(week, &past[number]), shifts: w.shifts[week], records: map[schedule.ID]*Record{},
	}
	for i := range 8 {
		work.edges = append(work.edges, work.monday.AddDays(i).At(schedule.Midnight, w.zone))
	}
	out, own := &imaginedWeek{}, byPerson(work.facts.Notices)
	for _, id := range work.everybody() {
		person, record := w.people[id], NewRecord(id, own[id], work.shifts, work.facts.Incidents, &w.rollup.Config, end)
		work.records[id] = record
		p := PersonWeek{Person: id, Week: work.monday, Tally: w.rollup.Config.Measure(person, record, work.from(), work.to())}
		p.ShortRests, p.ShortWeek = work.rest(person, record)
		out.people = append(out.people, p)
	}
	out.team = work.team(out.people)
	out.team.Answers, out.team.Origins = nil, nil // nobody asks
	w.known[key] = out
	return out
}
