package health

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"watchbill/schedule"
)

// A TeamWeek is what a week was for a team. Weeks add up, see [TeamWeek.Add].
type TeamWeek struct {
	Week schedule.Date `json:"-"`
	TeamTally
	Sum Tally `json:"sum"` // of all people, without their nights
	// Nights counts the disrupted nights of all people; Breaks the nights and weeks
	// with too little rest.
	Nights int `json:"nights"`
	Breaks int `json:"breaks,omitempty"`
	// Intended are the seconds in which somebody ought to be on call first.
	Intended int64 `json:"intended_seconds"`
	// Heat counts interruptions by weekday, from Monday on, and hour, each on the clock
	// of whoever was interrupted.
	Heat    [7][24]int          `json:"heat"`
	Origins []Origin            `json:"origins,omitempty"`
	Answers map[string]*Answers `json:"answers,omitempty"` // by severity
	Quality Quality             `json:"quality"`
	Quiet   int                 `json:"quiet"` // 1: no page outside working hours
}

// A Quality is what makes figures of a week doubtful.
type Quality struct {
	Strangers int `json:"strangers,omitempty"` // notices of people whom nobody knows
	Stale     int `json:"stale,omitempty"`     // incidents open for more than three days
	Bulk      int `json:"bulk,omitempty"`      // incidents resolved five or more in one minute
	Fast      int `json:"fast,omitempty"`      // acknowledged within five seconds
	Uncovered int `json:"uncovered,omitempty"` // pages when nobody was on call
	Work      int `json:"work,omitempty"`      // engagements, and those that were cut off
	Capped    int `json:"capped,omitempty"`
	// Restless are those who took pages up on every day of a week and at no time of day
	// were away for long, once for each week of theirs, see [RoundTheClock].
	Restless []schedule.ID `json:"restless,omitempty"`
}

// Answers are how incidents of one severity were answered and resolved, in seconds.
type Answers struct {
	Incidents  int   `json:"incidents"`
	Unacked    int   `json:"unacked,omitempty"`
	Ack        []int `json:"ack,omitempty"`
	Resolve    []int `json:"resolve,omitempty"`
	CheckIns   int   `json:"check_ins,omitempty"`
	CheckInDue int   `json:"check_in_due,omitempty"`
}

// add adds what other incidents came to.
func (a *Answers) add(o *Answers) {
	a.Incidents += o.Incidents
	a.Unacked += o.Unacked
	a.Ack, a.Resolve = append(a.Ack, o.Ack...), append(a.Resolve, o.Resolve...)
	a.CheckIns += o.CheckIns
	a.CheckInDue += o.CheckInDue
}

func answersOf(r *Response) *Answers {
	whole := func(s Sample) (out []int) {
		for _, x := range s {
			out = append(out, int(x))
		}
		return out
	}
	return &Answers{r.Incidents, r.Unacked, whole(r.Ack), whole(r.Resolve), r.CheckIns, r.CheckInDue}
}

// Add adds a week that follows.
func (w *TeamWeek) Add(o *TeamWeek) {
	w.TeamTally.Add(&o.TeamTally)
	w.Sum.Add(&o.Sum)
	w.Nights += o.Nights
	w.Breaks += o.Breaks
	w.Intended += o.Intended
	for d := range w.Heat {
		for h := range w.Heat[d] {
			w.Heat[d][h] += o.Heat[d][h]
		}
	}
	w.Origins = addOrigins(w.Origins, o.Origins)
	if w.Answers == nil {
		w.Answers = map[string]*Answers{}
	}
	for severity, answers := range o.Answers {
		if w.Answers[severity] == nil {
			w.Answers[severity] = &Answers{}
		}
		w.Answers[severity].add(answers)
	}
	w.Quality.add(&o.Quality)
	w.Quiet += o.Quiet
}

func (q *Quality) add(o *Quality) {
	q.Strangers += o.Strangers
	q.Stale += o.Stale
	q.Bulk += o.Bulk
	q.Fast += o.Fast
	q.Uncovered += o.Uncovered
	q.Work += o.Work
	q.Capped += o.Capped
	q.Restless = append(q.Restless, o.Restless...)
}

// restlessWeeks is in how many weeks somebody must never have slept to be taken for a
// program: people in a rotation are not called first so often.
const restlessWeeks = 4

// oneActor reports whether somebody was restless in so many weeks.
func (q *Quality) oneActor() bool {
	weeks := map[schedule.ID]int{}
	for _, id := range q.Restless {
		if weeks[id]++; weeks[id] >= restlessWeeks {
			return true
		}
	}
	return false
}

// Figures returns what sums over teams need.
func (w *TeamWeek) Figures() TeamSum {
	return TeamSum{
		Weeks: 1, Quiet: w.Quiet, Level1: w.Sum.Level1, OnCall: w.Sum.OnCall, Engaged: Total(w.Sum.Engaged), Interruptions: Total(w.Sum.Interruptions),
		Wakeups: w.Sum.Wakeups(), OffHours: w.Sum.OffHours(), Nights: w.Nights, Incidents: w.First.Incidents,
	}
}

// An Origin is where pages come from: a service, or one alert of it. Without counts the
// wake-ups, broken nights and interruptions that there would have been without it:
// computed by leaving its pages out and counting again, because an hour in which
// something else fired too is no better for it.
type Origin struct {
	Service   string `json:"service"`
	Alert     string `json:"alert,omitempty"` // empty: the whole service
	Incidents int    `json:"incidents"`
	// Fewer of these, had it not fired.
	Wakeups       int `json:"wakeups"`
	Nights        int `json:"nights"`
	Interruptions int `json:"interruptions"`
}

// mostOrigins is how many services, and how many alerts, a week remembers.
const mostOrigins = 25

func addOrigins(all, more []Origin) []Origin {
	for i := range more {
		m := &more[i]
		at := slices.IndexFunc(all, func(s Origin) bool { return s.Service == m.Service && s.Alert == m.Alert })
		if at < 0 {
			all = append(all, *m)
			continue
		}
		s := &all[at]
		s.Incidents += m.Incidents
		s.Wakeups += m.Wakeups
		s.Nights += m.Nights
		s.Interruptions += m.Interruptions
	}
	slices.SortFunc(all, bySaved)
	return all
}

// bySaved puts first what costs most.
func bySaved(a, b Origin) int {
	return cmp.Or(cmp.Compare(b.Wakeups, a.Wakeups), cmp.Compare(b.Nights, a.Nights), cmp.Compare(b.Interruptions, a.Interruptions),
		cmp.Compare(b.Incidents, a.Incidents), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Alert, b.Alert))
}

// A ringing is a page that interrupts somebody, as counting again needs it.
type ringing struct {
	at      int64 // nanoseconds, because it is compared over and over
	band    schedule.Band
	night   schedule.Date
	counts  bool // in the week; what is before it only says what is open when it begins
	weekday int
	hour    int
	source  [2]int // numbers of its service and its alert; -1: not known
}

// A saving is what pages come to.
type saving struct{ wakeups, nights, interruptions int }

// begins is [join] in nanoseconds.
func begins(open *int64, at int64, window time.Duration) int {
	if at < *open {
		return 0
	}
	*open = at + int64(window)
	return 1
}

// countWithout counts one person's pages but those of a source.
func countWithout(rings []ringing, kind, source int, c *Config) (s saving) {
	var interruptions, episodes ByBand[int64]
	var last schedule.Date
	for i := range rings {
		r := &rings[i]
		if source >= 0 && r.source[kind] == source {
			continue
		}
		interrupted := begins(&interruptions[r.band], r.at, c.group())
		episode := begins(&episodes[r.band], r.at, c.episode())
		if !r.counts {
			continue
		}
		s.interruptions += interrupted
		if r.band == schedule.Sleep {
			s.wakeups += episode
			if r.night != last {
				s.nights++
				last = r.night
			}
		}
	}
	return s
}

// An originList numbers services and alerts.
type originList struct {
	names     [2]map[[2]string]int
	all       [2][]Origin
	incidents map[schedule.ID]origin
}

// An origin is where an incident comes from, and whether it was counted there.
type origin struct {
	source  [2]int
	counted bool
}

func newOriginList(incidents int) *originList {
	l := &originList{incidents: make(map[schedule.ID]origin, incidents)}
	for kind := range l.names {
		l.names[kind] = map[[2]string]int{}
	}
	return l
}

// number returns the numbers of an incident's service and alert, and counts it where
// it is to be counted.
func (l *originList) number(service, alert string, incident schedule.ID, count bool) [2]int {
	o, known := l.incidents[incident]
	if !known {
		o.source = [2]int{l.source(0, service, ""), l.source(1, service, alert)}
	}
	if count && !o.counted {
		o.counted = true
		for kind, n := range o.source {
			if n >= 0 {
				l.all[kind][n].Incidents++
			}
		}
	}
	l.incidents[incident] = o
	return o.source
}

// source returns the number of a service, or of an alert; -1 where that has no name.
func (l *originList) source(kind int, service, alert string) int {
	name := [2]string{service, alert}
	if name[kind] == "" {
		return -1
	}
	n, ok := l.names[kind][name]
	if !ok {
		n = len(l.all[kind])
		l.names[kind][name] = n
		l.all[kind] = append(l.all[kind], Origin{Service: service, Alert: alert})
	}
	return n
}

// weigh says what every source costs, counting each person's pages again without it.
func (l *originList) weigh(people map[schedule.ID][]ringing, c *Config) []Origin {
	for _, id := range slices.Sorted(maps.Keys(people)) {
		rings := people[id]
		all := countWithout(rings, 0, -1, c)
		for kind := range l.all {
			mine := map[int]bool{}
			for i := range rings {
				if n := rings[i].source[kind]; n >= 0 && rings[i].counts {
					mine[n] = true
				}
			}
			for n := range mine {
				rest := countWithout(rings, kind, n, c)
				s := &l.all[kind][n]
				s.Wakeups += all.wakeups - rest.wakeups
				s.Nights += all.nights - rest.nights
				s.Interruptions += all.interruptions - rest.interruptions
			}
		}
	}
	var out []Origin
	for kind := range l.all {
		some := slices.DeleteFunc(l.all[kind], func(s Origin) bool { return s.Incidents == 0 })
		slices.SortFunc(some, bySaved)
		out = append(out, some[:min(len(some), mostOrigins)]...)
	}
	return out
}

// heat counts interruptions by weekday and hour.
func heat(people map[schedule.ID][]ringing, c *Config) (out [7][24]int) {
	for _, rings := range people {
		var open ByBand[int64]
		for i := range rings {
			r := &rings[i]
			if n := begins(&open[r.band], r.at, c.group()); r.counts {
				out[r.weekday][r.hour] += n
			}
		}
	}
	return out
}

// How odd incidents must be to be doubted.
const (
	staleAfter = 72 * time.Hour
	bulkCount  = 5
	fastAck    = 5 * time.Second
)

// doubts counts what is odd about the incidents that began in [from, to). Work is believed
// for a limit.
func doubts(incidents []Incident, from, to, asOf time.Time, limit time.Duration) (q Quality) {
	minutes := map[int64]int{}
	q.work(incidents, from, to, asOf, limit)
	for i := range incidents {
		in := &incidents[i]
		if in.TriggeredAt.Before(from) || !in.TriggeredAt.Before(to) {
			continue
		}
		end := in.ResolvedAt
		if end.IsZero() {
			end = asOf
		} else {
			minutes[end.Unix()/60]++
		}
		if end.Sub(in.TriggeredAt) > staleAfter {
			q.Stale++
		}
		if !in.AckedAt.IsZero() && in.AckedAt.Sub(in.TriggeredAt) < fastAck {
			q.Fast++
		}
	}
	for _, n := range minutes {
		if n >= bulkCount {
			q.Bulk += n
		}
	}
	return q
}

// work counts the work on incidents that began in [from, to), what of it was cut off, and
// who was at it round the clock. Whoever takes a page up has acknowledged it; hours are those
// of UTC, because a gap is one on every clock.
func (q *Quality) work(incidents []Incident, from, to, asOf time.Time, limit time.Duration) {
	taken := map[schedule.ID]*[7][24]int{}
	for i := range incidents {
		in := &incidents[i]
		if in.TriggeredAt.Before(from) || !in.TriggeredAt.Before(to) {
			continue
		}
		for _, e := range in.Engagements {
			q.Work++
			if slices.Contains(in.work(e, limit, asOf).Flags, FlagEngagedCapped) {
				q.Capped++
			}
			if e.Person == 0 {
				continue
			}
			if taken[e.Person] == nil {
				taken[e.Person] = &[7][24]int{}
			}
			at := e.Start.UTC()
			taken[e.Person][at.Weekday()][at.Hour()]++
		}
	}
	for _, id := range sortedIDs(taken) {
		if RoundTheClock(*taken[id]) {
			q.Restless = append(q.Restless, id)
		}
	}
}
