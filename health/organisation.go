package health

import (
	"context"
	"slices"
	"strings"

	"watchbill/schedule"
)

// An Organisation is what weeks were for all teams together, and which of them lie further
// from the others than chance explains. It puts none before another, and has no score:
// scores are not compared.
//
// Every figure in it is a sum of figures that the teams' own reports tell of the same
// weeks. A team of which nothing is told is in none of them, so that no difference of
// two figures is about it.
type Organisation struct {
	Period  ReportPeriod
	Measure Measure
	Config  string
	Pending bool // something is still to be added up

	// Teams of which nothing is in the figures: Few were about fewer than three people,
	// Unheard has no pager that ever spoke, and Idle had nobody on call.
	Few, Unheard, Idle int

	Hidden  string  // why nothing is told; then all that follows is empty
	Sum     TeamSum // of all teams that are told of
	Teams   []ComparedTeam
	Funnel  *Funnel // nil where nothing can be compared; Why says why
	Why     string
	Trend   []OrganisationBlock // the oldest first
	Prior   *PooledPrior        // by which teams are scored now; nil: that of the configuration
	Earlier []PooledPrior       // all that were made, the newest first
}

// A Measure is what teams are compared by, per on-call week.
type Measure string

// What teams are compared by.
const (
	MeasureWakeups   Measure = "wakeups"
	MeasureOffHours  Measure = "off_hours"
	MeasureIncidents Measure = "incidents"
)

// Measures are all of them.
var Measures = []Measure{MeasureWakeups, MeasureOffHours, MeasureIncidents}

// ParseMeasure reads a measure; empty is wake-ups.
func ParseMeasure(text string) (Measure, error) {
	if m := Measure(text); slices.Contains(Measures, m) {
		return m, nil
	}
	if text == "" {
		return MeasureWakeups, nil
	}
	return "", &schedule.InvalidError{Field: "of", Reason: "teams are compared by wakeups, off_hours or incidents"}
}

// Of returns how many of them there were.
func (m Measure) Of(s *TeamSum) int {
	switch m {
	case MeasureOffHours:
		return s.OffHours
	case MeasureIncidents:
		return s.Incidents
	}
	return s.Wakeups
}

// A ComparedTeam is a team among the others.
type ComparedTeam struct {
	Team  schedule.ID
	Name  string
	Rate  Rate       // of the measure, per on-call week
	Outer [2]float64 // limits; of none that is compared both are zero
	// Side is 1 above and -1 below what chance explains, beyond the limits of Level.
	Side  int
	Level float64
}

// Outside reports whether a team lies beyond the outer limits: then it is worth asking.
func (t *ComparedTeam) Outside() bool { return t.Level == OuterLevel }

// Outside returns the teams beyond the outer limits, by name.
func (o *Organisation) Outside() (above, below []*ComparedTeam) {
	for i := range o.Teams {
		switch t := &o.Teams[i]; {
		case t.Outside() && t.Side > 0:
			above = append(above, t)
		case t.Outside():
			below = append(below, t)
		}
	}
	return above, below
}

// An OrganisationBlock is four weeks of all teams that are told of in them.
type OrganisationBlock struct {
	From schedule.Date
	Sum  TeamSum
	Rate Rate
	Told bool
}

// trendWeeks is how much of the past is shown.
const trendWeeks = 52

// Why nothing is told of an organisation, or its teams are not compared.
const (
	fewTeams    = "all teams together are told of when there are three or more of which something may be told"
	fewCompared = "what is usual among teams is known of ten teams or more"
	noneCounted = "nothing was counted in any team"
)

// OrganisationPeriod reads the period of a report on all teams: whole blocks that are
// over everywhere, the last ones unless a day says otherwise. What is wrong is an
// *schedule.InvalidError that names the field.
func OrganisationPeriod(from, weeks string, today schedule.Date) (ReportPeriod, error) {
	over := BlockOf(today.AddDays(-1)) // west of Greenwich the day is not over yet
	p, err := ParsePeriod(from, weeks, today)
	if err != nil {
		return p, err
	}
	if until := BlockOf(p.From).AddDays(7 * p.Weeks); from != "" && until.Before(over) {
		over = until
	}
	return ReportPeriod{over.AddDays(-7 * p.Weeks), p.Weeks}, nil
}

// Compare reports on all teams.
func (r *Rollup) Compare(ctx context.Context, p ReportPeriod, m Measure) (*Organisation, error) {
	o := &Organisation{Period: p, Measure: m, Config: r.Config.Version}
	var err error
	if o.Pending, err = r.Store.BlocksMarked(ctx); err != nil {
		return nil, err
	}
	if _, o.Prior, err = r.Current(ctx); err != nil {
		return nil, err
	}
	if o.Earlier, err = r.Store.Priors(ctx, r.Config.Version); err != nil {
		return nil, err
	}
	if err := r.gather(ctx, o); err != nil {
		return nil, err
	}
	if o.Sum.Teams < fewest {
		o.Hidden, o.Sum, o.Teams, o.Trend = fewTeams, TeamSum{}, nil, nil
		return o, nil
	}
	o.compare()
	return o, nil
}

// gather adds up the teams that may be told of, and the year before the period's end.
func (r *Rollup) gather(ctx context.Context, o *Organisation) error {
	teams, err := r.Store.HeardTeams(ctx)
	if err != nil {
		return err
	}
	until := o.Period.Until()
	from := until.AddDays(-7 * trendWeeks)
	for b := from; b.Before(until); b = b.AddDays(7 * blockWeeks) {
		o.Trend = append(o.Trend, OrganisationBlock{From: b})
	}
	gathered := make([]gathering, len(teams))
	byTeam := make(map[schedule.ID]*gathering, len(teams))
	for i := range teams {
		gathered[i].heard, byTeam[teams[i].ID] = teams[i].Heard, &gathered[i]
	}
	err = r.Store.Blocks(ctx, r.Config.Version, from, until, func(b *TeamBlock) {
		if g := byTeam[b.Team]; g != nil { // a team may have come since
			g.add(b, o)
		}
	})
	if err != nil {
		return err
	}
	ranges := map[[2]float64]Rate{} // most rotas are covered for as long as others
	for i := range teams {
		o.add(teams[i], &gathered[i], ranges)
	}
	for i := range o.Trend {
		b := &o.Trend[i]
		if b.Told = b.Sum.Teams >= fewest; !b.Told {
			b.Sum = TeamSum{Teams: b.Sum.Teams}
		}
		b.Rate = Garwood(o.Measure.Of(&b.Sum), b.Sum.OnCallWeeks(), 0.95)
	}
	return nil
}

// A gathering is what is added up of a team.
type gathering struct {
	heard   bool
	sum     TeamSum // of the period
	many    bool    // a block of the period is about three people or more,
	few     []schedule.ID
	waiting []TeamBlock // for the trend, until something is heard of the team
}

// add adds a block: to the trend if it may be told of and something was ever heard of the
// team, and to the period if it is in it.
func (g *gathering) add(b *TeamBlock, o *Organisation) {
	told := b.People >= fewest
	if !g.heard && b.Notices > 0 {
		g.heard = true
		for i := range g.waiting {
			o.tell(&g.waiting[i])
		}
		g.waiting = nil
	}
	switch {
	case !told || b.Level1 == 0:
	case g.heard:
		o.tell(b)
	default:
		g.waiting = append(g.waiting, *b)
	}
	if b.Block.Before(o.Period.From) {
		return
	}
	g.sum.add(b)
	g.many = g.many || told
	for _, id := range b.Few {
		if !slices.Contains(g.few, id) {
			g.few = append(g.few, id)
		}
	}
}

// tell adds a block to the trend.
func (o *Organisation) tell(b *TeamBlock) {
	o.Trend[b.Block.DaysSince(o.Trend[0].From)/(7*blockWeeks)].Sum.add(b)
}

// add adds a team, if it may be told of. It is told of as its own report is: of weeks in
// which three people or more were on call first or were paged, by one sum for the whole
// period and one for each block of the trend. Ranges of rates that were computed are kept.
func (o *Organisation) add(team HeardTeam, g *gathering, ranges map[[2]float64]Rate) {
	switch {
	case g.sum.Level1 == 0:
		o.Idle++
	case !g.heard:
		o.Unheard++
	case !g.many && len(g.few) < fewest:
		o.Few++
	default:
		g.sum.Teams = 1
		o.Sum.addSum(&g.sum)
		seen := [2]float64{float64(o.Measure.Of(&g.sum)), g.sum.OnCallWeeks()}
		rate, known := ranges[seen]
		if !known {
			rate = Garwood(o.Measure.Of(&g.sum), g.sum.OnCallWeeks(), 0.95)
			ranges[seen] = rate
		}
		o.Teams = append(o.Teams, ComparedTeam{Team: team.ID, Name: team.Name, Rate: rate})
	}
}

// add adds a block of a team that was not there yet.
func (s *TeamSum) add(b *TeamBlock) {
	s.addSum(&TeamSum{
		Teams: 1, Weeks: b.Weeks, Quiet: b.Quiet, Level1: b.Level1, Interruptions: b.Interruptions, Wakeups: b.Wakeups, OffHours: b.OffHours, Nights: b.Nights, Incidents: b.Incidents,
	})
}

func (s *TeamSum) addSum(b *TeamSum) {
	s.Teams += b.Teams
	s.Weeks += b.Weeks
	s.Quiet += b.Quiet
	s.Level1 += b.Level1
	s.OnCall += b.OnCall
	s.Engaged += b.Engaged
	s.Interruptions += b.Interruptions
	s.Wakeups += b.Wakeups
	s.OffHours += b.OffHours
	s.Nights += b.Nights
	s.Incidents += b.Incidents
}

// compare says of each team where it lies among the others, if they can be compared.
func (o *Organisation) compare() {
	slices.SortStableFunc(o.Teams, func(a, b ComparedTeam) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	points := make([]FunnelPoint, len(o.Teams))
	for i := range o.Teams {
		points[i] = FunnelPoint{int(o.Teams[i].Rate.Count), o.Teams[i].Rate.Exposure}
	}
	f, ok := NewFunnel(points)
	switch {
	case len(points) < FewestCompared:
		o.Why = fewCompared
		return
	case !ok:
		o.Why = noneCounted
		return
	}
	o.Funnel = &f
	known := map[float64][2]float64{} // most rotas are covered for as long as others
	for i := range o.Teams {
		t := &o.Teams[i]
		l, is := known[t.Rate.Exposure]
		if !is {
			l[0], l[1] = f.Limits(t.Rate.Exposure, OuterLevel)
			known[t.Rate.Exposure] = l
		}
		t.Outer = l
		t.Side, t.Level = f.Beyond(points[i])
	}
}
