package health

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"math"
	"slices"
	"time"

	"watchbill/schedule"
)

// Sight is what of a team's burden somebody may see, as the policy of api/auth says.
// Whoever has none of it sees the team's figures and how the schedule lies.
type Sight struct {
	Self   schedule.ID // whose own figures; nobody's: a program
	Rest   bool        // who had too little rest
	Nights bool        // who needs rest because of the nights of the last week
	Pages  bool        // the team's pages one by one, as everybody in it does
}

// A Burden is a team's burden report, with nothing in it that its reader may not see:
// the page, the API, the table and the print show all of it and need not ask.
type Burden struct {
	Team    schedule.ID
	Zone    string
	Period  ReportPeriod
	Config  string // the version by which it was measured
	Pending bool   // something is about to be measured
	Running bool   // the last week is not over
	Settled string // which of its weeks are never measured again, and why; empty: none

	People []Load  // who holds what of the schedule
	Top    float64 // the highest ratio of them; NaN of nobody
	Mine   *Own    // nil of whoever has nothing to do with the team
	Rest   []RestNeed

	// Hidden says why nothing of pages is told; then all that follows is empty.
	Hidden    string
	About     int // how many people the figures are about
	Weeks     []WeekFigures
	Limit     int // interruptions a week from which on nobody recovers
	Over      int // weeks above it
	Events    []BurdenEvent
	Sum       TeamWeek
	Interrupt Rate              // interruptions per on-call week
	Wake      Rate              // wake-ups per on-call week
	Broken    Rate              // disrupted nights per night
	Trend     Trend             // of wake-ups
	Calls     Trend             // of interruptions
	Clock     [24]schedule.Band // what the hours of a working day are, of whoever set none of their own
	Services  []Origin          // those that cost most first
	Alerts    []Origin
	Answers   []Answered
	Luck      *Luck
	Doubts    []Doubt
	Finding   Conclusion
}

// Told reports whether the figures of pages are told.
func (b *Burden) Told() bool { return b.Hidden == "" }

// Empty reports whether there is nothing to report on: nobody was on call and no page
// came.
func (b *Burden) Empty() bool { return len(b.People) == 0 }

// fewest is how many people the figures of pages must be about. Of two, each could take
// their own from the sum and have the other's.
const fewest = 3

// A Load is what of the schedule somebody held. Team mates see each other's, because
// what is fair cannot be judged without it.
type Load struct {
	Person  schedule.ID
	OnCall  float64 // hours
	Level1  float64
	Weeks   float64 // on-call weeks of the first level
	Points  float64
	ByBand  ByBand[float64] // points
	PerWeek float64         // points per week of duty of any level; NaN without any
	Fair    float64
	Ratio   float64 // NaN of whoever is entitled to nothing
	Share   float64 // of the time on call
	// What only whoever answers for their rest sees.
	ShortRests *int
	ShortWeeks *int
}

// A RestNeed says that somebody needs rest after the nights of the last seven days.
type RestNeed struct {
	Person schedule.ID
	Nights int
}

// Own is what the period was for the reader.
type Own struct {
	PersonReport
	Weeks      []OwnWeek
	OnCallWeek float64
	ShortRests int
	ShortWeeks int
	Nights7    int // disrupted nights of the last seven days
	RestNeeded bool
	Said       SaidSum // of the pages of the period
}

// An OwnWeek is a week of the reader.
type OwnWeek struct {
	Week          schedule.Date
	OnCallHours   float64
	Interruptions int
	Wakeups       int
	Nights        int
	EngagedHours  float64
}

// WeekFigures are a week against the limit.
type WeekFigures struct {
	Week          schedule.Date `json:"week"`
	Interruptions int           `json:"interruptions"`
	Wakeups       int           `json:"wakeups"`
	Incidents     int           `json:"incidents"`
	OnCallWeeks   float64       `json:"oncall_weeks"`
	Quiet         bool          `json:"quiet,omitempty"`
	Running       bool          `json:"running,omitempty"` // it is not over
}

// A BurdenEvent is something that a change may be talked about with.
type BurdenEvent struct {
	Date schedule.Date
	Text string
}

// Answered is how incidents of one severity were answered and resolved: of the team, and
// of nobody in it.
type Answered struct {
	Severity string
	Response
}

// A Doubt is a reason not to believe the figures yet, with a question to ask.
type Doubt struct {
	Code     string       `json:"code"`
	Evidence string       `json:"evidence"`
	Question string       `json:"question"`
	Factors  []FlagFactor `json:"-"` // how much less a score is trusted for it
}

// A Trend compares the rate of a period with that of the one before: of interruptions
// or of wake-ups.
type Trend struct {
	Known  bool
	Before Rate    // per on-call week
	Ratio  float64 // now to then
	Low    float64 // the bounds hold it 95 times in a hundred
	High   float64
}

// Clear reports whether it has really changed: more than 0 up, less than 0 down.
func (t *Trend) Clear() int {
	switch {
	case !t.Known:
	case t.Low > 1:
		return 1
	case t.High < 1:
		return -1
	}
	return 0
}

// Burden reports on a team: it adds up weeks and reads no page.
func (r *Rollup) Burden(ctx context.Context, team schedule.ID, p ReportPeriod, sight Sight) (*Burden, error) {
	b := &Burden{Team: team, Period: p, Config: r.Config.Version, Limit: 7 * r.Config.Limit, Top: math.NaN()}
	state, err := r.Store.BurdenState(ctx, team)
	if errors.Is(err, schedule.ErrNotFound) {
		b.Pending = true
		b.find()
		return b, nil
	} else if err != nil {
		return nil, err
	}
	b.Zone, b.Pending = state.Zone, state.Version != state.Newest || state.Config != r.Config.Version
	marks, err := r.Store.Marks(ctx, team, 1)
	if err != nil {
		return nil, err
	}
	b.Pending = b.Pending || len(marks) > 0
	zone, err := schedule.Zone(state.Zone)
	if err != nil {
		return nil, err
	}
	b.Settled = state.settled(p)
	now := r.Now()
	from, to := p.in(zone)
	b.Running = to.After(now)
	people, err := r.Store.PersonWeeks(ctx, team, r.Config.Version, 0, p.From, p.Until())
	if err != nil {
		return nil, err
	}
	tallies := sumPeople(people)
	if err := r.loads(ctx, b, tallies, people, from, earlier(to, now), sight); err != nil {
		return nil, err
	}
	if err := r.recent(ctx, b, tallies, people, schedule.DateOf(now.In(zone)), sight); err != nil {
		return nil, err
	}
	if err := r.hide(ctx, b, tallies, schedule.DateOf(now.In(zone))); err != nil {
		return nil, err
	}
	if b.Told() {
		if err := r.pages(ctx, b, tallies, now, zone); err != nil {
			return nil, err
		}
	}
	b.find()
	return b, r.noteSeen(ctx, b, sight, now)
}

// noteSeen writes down whose rest the reader has looked at, for those to see.
func (r *Rollup) noteSeen(ctx context.Context, b *Burden, sight Sight, now time.Time) error {
	if sight.Self == 0 || !sight.Rest && !sight.Nights {
		return nil
	}
	var people []schedule.ID
	for _, l := range b.People {
		if l.Person != sight.Self {
			people = append(people, l.Person)
		}
	}
	return r.Store.NoteSeen(ctx, sight.Self, b.Team, people, now)
}

// sumPeople adds up everybody's weeks.
func sumPeople(weeks []PersonWeek) map[schedule.ID]*Tally {
	sums := map[schedule.ID]*Tally{}
	for i := range weeks {
		w := &weeks[i]
		if sums[w.Person] == nil {
			sums[w.Person] = &Tally{}
		}
		sums[w.Person].Add(&w.Tally)
	}
	for id, t := range sums { // those who were only measured to have had nothing
		if t.OnCall == 0 && t.Notifications == 0 && Total(t.Engaged) == 0 && t.Volume == 0 {
			delete(sums, id)
		}
	}
	return sums
}

// loads says who holds what of the schedule, those first who hold most of what is fair.
func (r *Rollup) loads(ctx context.Context, b *Burden, tallies map[schedule.ID]*Tally, weeks []PersonWeek, from, to time.Time, sight Sight) error {
	entitledIn, err := r.Schedules.Entitled(ctx, b.Team)
	if err != nil {
		return err
	}
	entitled := entitledIn(schedule.DateOf(from), schedule.DateOf(to))
	held := maps.Clone(tallies)
	for id, due := range entitled { // who holds nothing counts like everybody else
		if held[id] == nil && due > 0 && len(tallies) > 0 {
			held[id] = &Tally{}
		}
	}
	var loads, entitlements []float64
	for _, id := range sortedIDs(held) {
		t := held[id]
		l := Load{Person: id, OnCall: hours(t.OnCall), Level1: hours(t.Level1), Weeks: t.OnCallWeeks(), Points: t.StandbyPoints(&r.Config), PerWeek: math.NaN()}
		for band, seconds := range t.Standby {
			l.ByBand[band] = r.Config.Standby[band] * hours(seconds)
		}
		if t.OnCall > 0 {
			l.PerWeek = l.Points / (l.OnCall / hoursPerWeek)
		}
		if to.After(from) {
			l.Share = l.OnCall / to.Sub(from).Hours()
		}
		if sight.Rest {
			l.ShortRests, l.ShortWeeks = shortRests(weeks, id)
		}
		b.People = append(b.People, l)
		loads, entitlements = append(loads, l.Points), append(entitlements, entitled[id])
	}
	fair := Share(loads, entitlements)
	for i := range b.People {
		l := &b.People[i]
		l.Fair, l.Ratio = fair.Fair[i], fair.Ratio[i]
		if !math.IsNaN(l.Ratio) && !(l.Ratio < b.Top) { // the first is more than no number
			b.Top = l.Ratio
		}
	}
	slices.SortStableFunc(b.People, func(x, y Load) int { return cmp.Or(cmp.Compare(y.Ratio, x.Ratio), cmp.Compare(y.Points, x.Points)) })
	return nil
}

func shortRests(weeks []PersonWeek, id schedule.ID) (nights, whole *int) {
	var n, w int
	for i := range weeks {
		if weeks[i].Person == id {
			n += weeks[i].ShortRests
			if weeks[i].ShortWeek {
				w++
			}
		}
	}
	return &n, &w
}

// recent looks at the last seven days: who needs rest, for those who answer for it, and
// what is the reader's own.
func (r *Rollup) recent(ctx context.Context, b *Burden, tallies map[schedule.ID]*Tally, weeks []PersonWeek, today schedule.Date, sight Sight) error {
	for _, l := range b.People {
		own := l.Person == sight.Self
		if !own && !sight.Nights {
			continue
		}
		days, err := r.Store.Days(ctx, b.Team, r.Config.Version, l.Person, today.AddDays(-6), today.AddDays(1))
		if err != nil {
			return err
		}
		nights, needed := restNeeded(days)
		if needed && sight.Nights {
			b.Rest = append(b.Rest, RestNeed{l.Person, nights})
		}
		if own && tallies[l.Person] != nil {
			b.Mine = ownOf(tallies[l.Person], weeks, l.Person, &r.Config)
			b.Mine.Nights7, b.Mine.RestNeeded = nights, needed
			if b.Mine.Said, err = r.said(ctx, b, l.Person); err != nil {
				return err
			}
		}
	}
	return nil
}

// said counts what somebody said of their pages of the period.
func (r *Rollup) said(ctx context.Context, b *Burden, person schedule.ID) (SaidSum, error) {
	zone, err := schedule.Zone(b.Zone)
	if err != nil {
		return SaidSum{}, err
	}
	return r.Store.SaidOf(ctx, b.Team, person, b.Period.From.At(schedule.Midnight, zone), b.Period.Until().At(schedule.Midnight, zone))
}

// ManyNights is how many disrupted nights in seven days call for rest however short each
// was.
const ManyNights = 4

// restNeeded counts the disrupted nights of some days, and says whether they call for
// rest: a night with two wake-ups or an hour of work, or many of them.
func restNeeded(days []DayRow) (nights int, needed bool) {
	rules := DefaultRestRules()
	var sum Tally
	for i := range days {
		t := &days[i].Tally
		sum.Add(t)
		needed = needed || t.Wakeups() >= rules.BrokenWakeups || time.Duration(t.Engaged[schedule.Sleep])*time.Second >= rules.BrokenWork
	}
	return len(sum.Nights), needed || len(sum.Nights) >= ManyNights
}

func ownOf(t *Tally, weeks []PersonWeek, id schedule.ID, c *Config) *Own {
	own := &Own{PersonReport: t.Report(c), OnCallWeek: t.OnCallWeeks()}
	nights, short := shortRests(weeks, id)
	own.ShortRests, own.ShortWeeks = *nights, *short
	for i := range weeks {
		if w := &weeks[i]; w.Person == id {
			own.Weeks = append(own.Weeks, OwnWeek{w.Week, hours(w.OnCall), Total(w.Interruptions), w.Wakeups(), len(w.Nights), w.EngagedHours()})
		}
	}
	return own
}

// hide decides whether figures of pages are told: not where they are about so few people
// that one of them could work out another's.
func (r *Rollup) hide(ctx context.Context, b *Burden, tallies map[schedule.ID]*Tally, today schedule.Date) error {
	if b.About = countTold(tallies); b.About < fewest {
		b.Hidden = "fewer than three people were on call first in these weeks, and each could work out what happened to the others"
		return nil
	}
	parted, err := r.nested(ctx, b.Team, b.Period, today)
	if parted {
		b.Hidden = "fewer than three people were on call first in four of these weeks, and what happened to them would be these weeks less the others"
	}
	return err
}
