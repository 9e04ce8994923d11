package ui

import (
	"fmt"
	"strings"

	"watchbill/health"
	"watchbill/schedule"
)

// OrganisationPage is the page "organisation": what on-call is for all teams together, and
// where to ask. It shows teams by name and puts none before another.
type OrganisationPage struct {
	Frame
	When           string
	Lengths        []PeriodLink
	Measures       []MeasureLink
	Earlier, Later string
	CSV            string
	Wrong, Real    string
	Pending        bool

	Tone, Say, Detail string
	Hidden            bool // then all that follows is empty but Left
	Left              []string
	Tiles             []Tile
	Counted           string // what teams are compared by
	Plot              *funnelChart
	Few               string // why teams are not compared
	Ask               []AskTeam
	Trend             []OrganisationRow
	Compared          []ComparedRow
	After             int // teams by name before those of Compared
	Found             Found
	Prior             string
}

// MeasureLink leads to a comparison by something else.
type MeasureLink struct {
	Name, Href string
	On         bool
}

// AskTeam is a team to ask, and what.
type AskTeam struct {
	Name, Href, Question, Evidence string
	Above                          bool
}

// OrganisationRow is four weeks of all teams.
type OrganisationRow struct {
	From, Value, W, Range string
	Teams                 int
	Told                  bool
}

// ComparedRow is a team's figures.
type ComparedRow struct {
	Name, Href                 string
	Count                      int
	Weeks, Rate, Range, Limits string
	Place, Tone                string
}

// measureShort is a measure in a word or two.
func measureShort(m health.Measure) string {
	switch m {
	case health.MeasureOffHours:
		return "off hours"
	case health.MeasureIncidents:
		return "incidents"
	}
	return "wake-ups"
}

// Fill shows a report.
func (p *OrganisationPage) Fill(o *health.Organisation) {
	p.When, p.Pending, p.Counted = periodText(o.Period), o.Pending, o.Measure.Words()
	p.Left = leftOut(o)
	p.Prior = priorText(o.Prior)
	if p.Hidden = o.Hidden != ""; p.Hidden {
		p.Say, p.Detail = "Too few teams to compare.", upper(o.Hidden)+", and of ten it is known what is usual among them. Each team’s own report says what there is to say."
		return
	}
	p.conclude(o)
	p.tiles(o)
	p.Plot = newFunnelChart(o)
	if o.Funnel == nil {
		p.Few = upper(o.Why) + "."
	}
	above, below := o.Outside()
	for _, t := range append(above, below...) {
		p.Ask = append(p.Ask, AskTeam{t.Name, teamBurden(t.Team, o.Period), t.Ask(o.Measure), evidence(t, o), t.Side > 0})
	}
	p.trend(o)
	p.Found = Found{All: len(o.Teams), Most: comparedRows}
	p.After = max(0, min(p.After, len(o.Teams)-1)) / comparedRows * comparedRows
	for i := p.After; i < min(len(o.Teams), p.After+comparedRows); i++ {
		p.Compared = append(p.Compared, comparedRow(&o.Teams[i], o))
	}
}

// comparedRows are how many teams one page has the figures of; the table to download has
// them all.
const comparedRows = 100

// teamBurden is where a team's own report of the same weeks is.
func teamBurden(team schedule.ID, p health.ReportPeriod) string {
	return fmt.Sprintf("/teams/%d/burden?from=%v&weeks=%d", team, p.From, p.Weeks)
}

// leftOut says of which teams nothing is in the figures, and why.
func leftOut(o *health.Organisation) (out []string) {
	for _, left := range []struct {
		n    int
		why  string
		many string
	}{
		{o.Few, "had fewer than three people on call or paged, who could work out each other’s nights. It is in no figure here, so that no total less all others is about it.", "had fewer than three people on call or paged, who could work out each other’s nights. They are in no figure here, so that no total less all others is about them."},
		{o.Unheard, "has no pager that ever spoke: that nothing came is no quiet night.", "have no pager that ever spoke: that nothing came is no quiet night."},
		{o.Idle, "had nobody on call first.", "had nobody on call first."},
	} {
		if left.n == 1 {
			out = append(out, "One team "+left.why)
		} else if left.n > 1 {
			out = append(out, fmt.Sprintf("%d teams %s", left.n, left.many))
		}
	}
	return out
}

// conclude says what it comes to, and what to do.
func (p *OrganisationPage) conclude(o *health.Organisation) {
	if o.Funnel == nil {
		p.Say, p.Detail = "Too few teams to compare.", upper(o.Why)+"."
		return
	}
	above, below := o.Outside()
	n := len(above) + len(below)
	chance := 0.002 * float64(len(o.Teams))
	switch {
	case n == 0:
		p.Tone, p.Say = "good", "No team lies further from the others than chance explains."
		p.Detail = "What there is to mend is common to all of them: the figures of all together say more than those of one."
		return
	case len(above) == 0:
		p.Tone = "good"
	default:
		p.Tone = "warn"
	}
	p.Say = plural(n, "team lies", "teams lie") + " further from the others than chance explains."
	var where []string
	if len(above) > 0 {
		where = append(where, fmt.Sprintf("%d above", len(above)))
	}
	if len(below) > 0 {
		where = append(where, fmt.Sprintf("%d below", len(below)))
	}
	expected := "fewer than one"
	if chance >= 1 {
		expected = fmt.Sprintf("about %.0f", chance)
	}
	p.Detail = fmt.Sprintf("%s. By chance alone it would be %s of %d. That is a reason to ask, and no verdict: teams answer for different things.", upper(strings.Join(where, ", ")), expected, len(o.Teams))
}

func (p *OrganisationPage) tiles(o *health.Organisation) {
	s := &o.Sum
	teams := Tile{Label: "Teams", Value: itoa(int64(s.Teams)), Unit: "in these figures", Foot: "Others are counted below, with why."}
	if len(p.Left) == 0 {
		teams.Foot = "All there are."
	}
	rate := func(m health.Measure, label string) Tile {
		r := health.Garwood(m.Of(s), s.OnCallWeeks(), 0.95)
		return Tile{Label: label, Value: rateText(r.Mean), Unit: "per on-call week", Foot: fmt.Sprintf("%s in %s on-call weeks. Likely %s to %s.", grouped(int(r.Count)), weeksText(r.Exposure), rateText(r.Low), rateText(r.High))}
	}
	quiet := Tile{Label: "Quiet weeks", Value: "–", Foot: "Without a page outside working hours."}
	if s.Weeks > 0 {
		quiet.Value, quiet.Unit = fmt.Sprintf("%.0f\u00a0%%", 100*float64(s.Quiet)/float64(s.Weeks)), "of teams’ weeks"
	}
	p.Tiles = []Tile{teams, rate(health.MeasureWakeups, "Wake-ups"), rate(health.MeasureOffHours, "Evenings and weekends"), quiet}
}

// trend is the year before the end of the period.
func (p *OrganisationPage) trend(o *health.Organisation) {
	most := 0.0
	for i := range o.Trend {
		most = max(most, o.Trend[i].Rate.Mean)
	}
	begun := false
	for i := range o.Trend {
		b := &o.Trend[i]
		if begun = begun || b.Told; !begun {
			continue // there were too few teams to tell of
		}
		row := OrganisationRow{From: healthDate(b.From), Teams: b.Sum.Teams, Told: b.Told}
		if b.Told {
			row.Value, row.Range = rateText(b.Rate.Mean), rateText(b.Rate.Low)+" to "+rateText(b.Rate.High)
			if most > 0 {
				row.W = percent(b.Rate.Mean / most)
			}
		}
		p.Trend = append(p.Trend, row)
	}
}

// comparedRow is a team's row.
func comparedRow(t *health.ComparedTeam, o *health.Organisation) ComparedRow {
	row := ComparedRow{
		Name: t.Name, Href: teamBurden(t.Team, o.Period), Count: int(t.Rate.Count), Weeks: weeksText(t.Rate.Exposure), Rate: rateText(t.Rate.Mean),
		Range: rateText(t.Rate.Low) + " to " + rateText(t.Rate.High),
	}
	if o.Funnel != nil {
		row.Limits, row.Place = limitsText(t), upper(t.Place())
		if t.Outside() {
			row.Tone = map[bool]string{true: "over", false: "under"}[t.Side > 0]
		}
	}
	return row
}

// evidence is why a team is asked.
func evidence(t *health.ComparedTeam, o *health.Organisation) string {
	return fmt.Sprintf("%d %s in %s on-call weeks, %s a week; a team like the others has %s.", int(t.Rate.Count), o.Measure.Words(), weeksText(t.Rate.Exposure), rateText(t.Rate.Mean), limitsText(t))
}

// limitsText writes between which rates chance puts a team.
func limitsText(t *health.ComparedTeam) string {
	if t.Outer[0] == 0 {
		return "up to " + rateText(t.Outer[1])
	}
	return rateText(t.Outer[0]) + " to " + rateText(t.Outer[1])
}

// priorText says at what the scores of teams begin.
func priorText(prior *health.PooledPrior) string {
	if prior == nil {
		return "Scores of teams begin at the rates of the model, because there were fewer than ten teams to learn from in the year before this quarter."
	}
	var rates []string
	for _, name := range []struct{ prior, words string }{{"wake", "wake-ups"}, {"offhours", "evening and weekend episodes"}, {"incidents", "incidents"}} {
		if m, ok := prior.Priors[name.prior]; ok {
			rates = append(rates, fmt.Sprintf("%s %s", rateText(m.M0), name.words))
		}
	}
	return fmt.Sprintf("In %s scores of teams begin at %s per on-call week: what %d teams had together from %s until %s. It is made once a quarter, so that no team’s pages move what it is itself believed to be.",
		prior.Quarter, strings.Join(rates, ", "), prior.Teams, healthDate(prior.From), healthDate(prior.Until))
}

// rateText writes a rate with as many digits as matter.
func rateText(x float64) string {
	if x >= 100 {
		return fmt.Sprintf("%.0f", x)
	}
	if x >= 10 {
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

// weeksText writes on-call weeks.
func weeksText(x float64) string {
	if x >= 1000 {
		return grouped(int(x + .5))
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0")
}

// grouped writes a number with a comma before each three digits.
func grouped(n int) string {
	if n < 1000 {
		return itoa(int64(n))
	}
	return fmt.Sprintf("%s,%03d", grouped(n/1000), n%1000)
}
