package ui

import (
	"fmt"
	"math"
	"net/url"
	"strings"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// Burden is the page "burden": is the load sustainable, and is it shared? It shows all
// of a report and decides nothing about who may see what.
type Burden struct {
	Frame
	When    string // when, and for how long
	Lengths []PeriodLink
	Earlier string // addresses of the periods before and after; empty: there is none
	Later   string
	CSV     string
	Wrong   string // what is wrong with the address, or ""
	Real    string // says where its data is from, when it is a demonstration

	Pending, Running, Empty bool
	Settled                 string // which weeks are never measured again, and why
	Tone                    string // of the finding: good, warn, bad or ""
	Say, Detail             string
	Do, DoHref              string

	Tiles   []Tile
	Loads   []BurdenRow
	HasRest bool
	Needs   []string // who needs rest, in a sentence each
	Mine    *MyBurden
	Hidden  string // why nothing is told of pages, or ""
	Told    bool

	Limit    int
	Chart    *trendChart
	Trend    string
	Good     []string // what went well
	Heat     []HeatRow
	HeatMost int
	Hours    []string   // the class of each hour's band
	Clock    []HeatBand // the bands over the hours
	Ramp     []int      // the steps of Heat
	Services []OriginRow
	Alerts   []OriginRow
	Period   int // weeks
	Answers  []AnswerRow
	Checked  bool   // some of Answers had to be checked in to
	Tagged   string // of how many pages there was nothing to do, or ""
	Luck     string
	OffDuty  string
	Doubts   []DoubtRow
}

// MineBurden is the page "mine": what being on call was for the reader.
type MineBurden struct {
	Frame
	When    string
	Lengths []PeriodLink
	Wrong   string
	Mine    []MyBurden
}

// PeriodLink leads to a report of another length.
type PeriodLink struct {
	Weeks int
	Href  string
	On    bool
}

// Tile is one of the figures on top. Change says how it has moved, and Spark draws it by
// week, as the points of a line; both may be empty.
type Tile struct {
	Label, Value, Unit, Foot, Tone string

	Change TileChange
	Spark  string
}

// TileChange is how a figure moved against the weeks before. Share is what of it went or
// came; empty where chance alone may have moved it.
type TileChange struct {
	Known, Up bool
	Share     string
}

// BurdenRow is who holds what of the schedule.
type BurdenRow struct {
	Name                              string
	Me                                bool
	Hours, Weeks, Points, Week, Ratio string
	High                              bool
	Segments                          []segment
	Fair                              string // where the fair share lies on the bar, or ""
	ShortRests, ShortWeeks            int
}

// segment is a part of a bar.
type segment struct{ X, W, Class, Tip string }

// MyBurden is what the period was for the reader.
type MyBurden struct {
	Team   TeamLink
	Tiles  []Tile
	Weeks  []MyWeek
	Needed string // that rest is needed, or ""
	Plans  []RepaidPlan
	Said   string // what they said of being woken, or ""
}

// MyWeek is a week of the reader.
type MyWeek struct {
	Label, Hours, Engaged          string
	Interruptions, Wakeups, Nights int
}

// HeatRow is a weekday by hour.
type HeatRow struct {
	Day   string
	Cells []HeatCell
}

// HeatBand is some hours one after the other that are of one band.
type HeatBand struct {
	Name, Class string
	Hours       int
}

// HeatCell is an hour of a weekday; Step is 0 to 6.
type HeatCell struct{ N, Step int }

// OriginRow is a service or an alert, and what it costs.
type OriginRow struct {
	Name, Service                         string
	Fix                                   string      // where it is made an action item, or ""
	Item                                  *HealthLink // the open one about it; nil: there is none
	Pages, Wakeups, Nights, Interruptions int
}

// AnswerRow is how pages of one severity were answered.
type AnswerRow struct {
	Severity, Ack, Resolve, CheckIn string
	N, Unacked                      int
}

// DoubtRow is something to look at before figures are relied on.
type DoubtRow struct{ Evidence, Question string }

// Fill shows a report.
func (p *Burden) Fill(b *health.Burden, names map[schedule.ID]string, reader schedule.ID) {
	f := &b.Finding
	p.When, p.Period = periodText(b.Period), b.Period.Weeks
	p.Pending, p.Running, p.Empty, p.Settled = b.Pending, b.Running, b.Empty(), b.Settled
	p.Tone, p.Say, p.Detail, p.Do = f.Tone, f.Text, f.Detail, f.Action
	p.Hidden, p.Told, p.Limit = b.Hidden, b.Told(), b.Limit
	p.fillLoads(b, names, reader)
	for _, need := range b.Rest {
		p.Needs = append(p.Needs, fmt.Sprintf("%s had %s in the last seven days. Offer to hand over the next night, and a late start.", names[need.Person], plural(need.Nights, "disrupted night", "disrupted nights")))
	}
	if b.Mine != nil {
		mine := myBurden(b.Mine)
		p.Mine = &mine
	}
	if !p.Told || p.Empty {
		p.Tiles = []Tile{fairTile(b)}
		return
	}
	p.Tiles = []Tile{
		rateTile("Interruptions", b.Interrupt, "per on-call week", "on-call weeks", fmt.Sprintf("limit %d a week", b.Limit), b.Interrupt.Mean > float64(b.Limit)),
		rateTile("Wake-ups", b.Wake, "per on-call week", "on-call weeks", "two or three a year are bearable", b.Wake.Mean >= 1.75),
		{Label: "Disrupted nights", Value: num(b.Broken.Count), Unit: fmt.Sprintf("of %.0f nights on call", b.Broken.Exposure), Foot: interval(b.Broken.Low*b.Broken.Exposure, b.Broken.High*b.Broken.Exposure)},
		fairTile(b),
	}
	p.Tiles[0].move(&b.Calls, b.Weeks, func(w *health.WeekFigures) int { return w.Interruptions })
	p.Tiles[1].move(&b.Trend, b.Weeks, func(w *health.WeekFigures) int { return w.Wakeups })
	p.Chart = newTrend(b)
	p.Trend = trendText(b)
	p.fillGood(b)
	p.fillHeat(&b.Sum.Heat, &b.Clock)
	p.Services, p.Alerts = originRows(b.Team, b.Services), originRows(b.Team, b.Alerts)
	for i := range b.Answers {
		p.Answers = append(p.Answers, answerRow(&b.Answers[i]))
		p.Checked = p.Checked || b.Answers[i].CheckInDue > 0
	}
	p.Tagged = taggedText(b)
	if l := b.Luck; l != nil {
		p.Luck = "Who was paged how often is compatible with luck: everybody was called about as often as the hours they held make likely."
		if !l.Compatible() {
			p.Luck = "Pages did not fall as luck would have it. Some hours, or some services, bring more than others; look when it happens and what fires."
		}
	}
	if episodes := health.Total(b.Sum.Sum.Episodes); episodes > 0 {
		p.OffDuty = fmt.Sprintf("%.0f %% of %s went to somebody who was not on call.", 100*b.Sum.Sum.OffDutyShare(), plural(episodes, "episode", "episodes"))
	}
	for _, d := range b.Doubts {
		p.Doubts = append(p.Doubts, DoubtRow{d.Evidence, d.Question})
	}
}

// periodText is when a report begins and ends.
func periodText(p health.ReportPeriod) string {
	from, to := p.From.At(schedule.Midnight, time.UTC), p.Until().At(schedule.Midnight, time.UTC)
	return window(from, to) + " · " + plural(p.Weeks, "week", "weeks")
}

// interval is where a figure likely lies.
func interval(low, high float64) string {
	return fmt.Sprintf("likely %s to %s", short(low), short(high))
}

// short writes a figure to what matters.
func short(x float64) string {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return "–"
	case x >= 10:
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.1f", x)
}

func rateTile(label string, r health.Rate, unit, over, foot string, high bool) Tile {
	t := Tile{Label: label, Value: short(r.Mean), Unit: fmt.Sprintf("%s · %.0f in %.1f %s", unit, r.Count, r.Exposure, over), Foot: interval(r.Low, r.High) + " · " + foot}
	if r.Exposure <= 0 {
		t.Value, t.Unit, t.Foot = "–", "nobody was on call first", foot
	}
	if high {
		t.Tone = "warn"
	}
	return t
}

// move says how the figure of a tile has moved, and draws what there was of it each week.
func (t *Tile) move(trend *health.Trend, weeks []health.WeekFigures, of func(*health.WeekFigures) int) {
	var counts []int
	for i := range weeks {
		counts = append(counts, of(&weeks[i]))
	}
	t.Spark = spark(counts)
	t.Change.Known = trend.Known
	if moved := trend.Clear(); moved != 0 {
		t.Change.Up, t.Change.Share = moved > 0, "from none"
		if !math.IsInf(trend.Ratio, 0) {
			t.Change.Share = fmt.Sprintf("%.0f %%", 100*math.Abs(trend.Ratio-1))
		}
	}
}

func fairTile(b *health.Burden) Tile {
	t := Tile{Label: "Heaviest load", Value: "–", Unit: "of what is fair", Foot: "counted from the schedule, no estimate"}
	if !math.IsNaN(b.Top) {
		t.Value = fmt.Sprintf("%.1f×", b.Top)
		t.Foot = fmt.Sprintf("%s · aim for under 1.5×", plural(len(b.People), "person", "people"))
		if b.Top >= 1.5 {
			t.Tone = "warn"
		}
	}
	return t
}

// bandClasses are the bands in the order of a bar, with their classes.
var bandClasses = []struct {
	band  schedule.Band
	class string
	word  string
}{
	{schedule.Business, "day", "working hours"}, {schedule.Evening, "eve", "evenings"}, {schedule.WeekendBand, "wend", "weekends"},
	{schedule.HolidayBand, "hol", "holidays"}, {schedule.Sleep, "night", "nights"},
}

func (p *Burden) fillLoads(b *health.Burden, names map[schedule.ID]string, reader schedule.ID) {
	most := 1e-9
	for i := range b.People {
		if l := &b.People[i]; !math.IsNaN(l.PerWeek) {
			most = math.Max(most, l.Points)
		}
		most = math.Max(most, b.People[i].Fair)
	}
	for i := range b.People {
		l := &b.People[i]
		row := BurdenRow{
			Name: names[l.Person], Me: l.Person == reader, Hours: fmt.Sprintf("%.0f", l.OnCall), Weeks: fmt.Sprintf("%.1f", l.Weeks),
			Points: fmt.Sprintf("%.0f", l.Points), Week: short(l.PerWeek), Ratio: "–",
		}
		if row.Name == "" {
			row.Name = "Somebody who has left"
		}
		if !math.IsNaN(l.Ratio) {
			row.Ratio, row.High = fmt.Sprintf("%.1f×", l.Ratio), l.Ratio >= 1.5
		}
		if l.Fair > 0 {
			row.Fair = percent(l.Fair / most * .97)
		}
		x := 0.0
		for _, c := range bandClasses {
			if w := l.ByBand[c.band] / most * .97; w > 0 {
				row.Segments = append(row.Segments, segment{percent(x), percent(w), c.class, fmt.Sprintf("%.0f points for %s", l.ByBand[c.band], c.word)})
				x += w
			}
		}
		if l.ShortRests != nil {
			p.HasRest, row.ShortRests, row.ShortWeeks = true, *l.ShortRests, *l.ShortWeeks
		}
		p.Loads = append(p.Loads, row)
	}
}

func myBurden(o *health.Own) MyBurden {
	m := MyBurden{Tiles: []Tile{
		{Label: "Interruptions", Value: num(float64(o.Interrupted)), Unit: fmt.Sprintf("in %.1f on-call weeks", o.OnCallWeek), Foot: fmt.Sprintf("%d while not on call", o.OffDuty)},
		{Label: "Wake-ups", Value: num(float64(o.Wakeups)), Unit: plural(o.Nights, "disrupted night", "disrupted nights"), Foot: interval(o.WakeupInterval[0], o.WakeupInterval[1]) + " per on-call week"},
		{Label: "Work on pages", Value: short(o.Engaged) + " h", Unit: short(o.AfterHours) + " h outside working hours", Foot: fmt.Sprintf("%.0f burden points", o.BurdenPoints)},
		{Label: "Too little rest", Value: num(float64(o.ShortRests)), Unit: "nights", Foot: fmt.Sprintf("%s in the last seven days", plural(o.Nights7, "disrupted night", "disrupted nights"))},
	}}
	if o.OnCallWeek <= 0 {
		m.Tiles[1].Foot = "you were not on call first"
	}
	if said := o.Said.Woken + o.Said.AwakeAnyway; said > 0 {
		m.Said = fmt.Sprintf("Wake-ups are counted from when pages rang in your sleeping hours. You said of %d of %s that they woke you.", o.Said.Woken, plural(said, "page", "pages"))
	}
	if o.RestNeeded {
		m.Needed = "After these nights you need rest: begin when eleven hours have passed since the last call, and hand the next night over if you can."
	}
	for _, w := range o.Weeks {
		if w.OnCallHours == 0 && w.Interruptions == 0 && w.EngagedHours == 0 {
			continue
		}
		day := w.Week.At(schedule.Midnight, time.UTC)
		m.Weeks = append(m.Weeks, MyWeek{day.Format("2 Jan"), fmt.Sprintf("%.0f", w.OnCallHours), short(w.EngagedHours), w.Interruptions, w.Wakeups, w.Nights})
	}
	return m
}

func (p *Burden) fillGood(b *health.Burden) {
	if b.Sum.Quiet > 0 {
		p.Good = append(p.Good, fmt.Sprintf("%s of %d brought nothing outside working hours.", upper(plural(b.Sum.Quiet, "week", "weeks")), len(b.Weeks)))
	}
	if b.Sum.QuietShifts > 0 {
		p.Good = append(p.Good, fmt.Sprintf("%s of %d passed without a single page.", upper(plural(b.Sum.QuietShifts, "turn", "turns")), b.Sum.Shifts))
	}
	if b.Trend.Clear() < 0 {
		p.Good = append(p.Good, "Nights have become quieter than in the weeks before.")
	}
}

// trendText compares with the weeks before.
func trendText(b *health.Burden) string {
	t := &b.Trend
	if !t.Known {
		return "There is nothing yet to compare these weeks with."
	}
	before := fmt.Sprintf("%s wake-ups per on-call week, after %s (likely %s to %s) in %.1f on-call weeks before", short(b.Wake.Mean), short(t.Before.Mean), short(t.Before.Low), short(t.Before.High), t.Before.Exposure)
	switch t.Clear() {
	case 1:
		return before + ": clearly more."
	case -1:
		return before + ": clearly fewer."
	}
	return before + ": no clear change, chance alone may do that."
}

// clockBands are the bands over the hours of the heat map.
var clockBands = map[schedule.Band]HeatBand{schedule.Sleep: {"Sleep", "night", 1}, schedule.Business: {"Working hours", "day", 1}, schedule.Evening: {"After hours", "eve", 1}}

// fillHeat shows when interruptions come.
func (p *Burden) fillHeat(heat *[7][24]int, clock *[24]schedule.Band) {
	p.Ramp = []int{0, 1, 2, 3, 4, 5, 6}
	for h, b := range clock {
		p.Hours = append(p.Hours, clockBands[b].Class)
		if h > 0 && b == clock[h-1] {
			p.Clock[len(p.Clock)-1].Hours++
		} else {
			p.Clock = append(p.Clock, clockBands[b])
		}
	}
	for d := range heat {
		for _, n := range heat[d] {
			p.HeatMost = max(p.HeatMost, n)
		}
	}
	for d, name := range []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"} {
		row := HeatRow{Day: name}
		for _, n := range heat[d] {
			row.Cells = append(row.Cells, HeatCell{n, heatStep(n, p.HeatMost)})
		}
		p.Heat = append(p.Heat, row)
	}
}

// heatStep is one of seven even steps: nothing is 0, the most is 6.
func heatStep(n, most int) int {
	if n == 0 || most == 0 {
		return 0
	}
	return max(1, int(math.Ceil(6*float64(n)/float64(most))))
}

// mostOriginRows is how many services and alerts a page lists.
const mostOriginRows = 8

func originRows(team schedule.ID, all []health.Origin) []OriginRow {
	var out []OriginRow
	for _, o := range all[:min(len(all), mostOriginRows)] {
		row := OriginRow{Name: o.Service, Pages: o.Incidents, Wakeups: o.Wakeups, Nights: o.Nights, Interruptions: o.Interruptions}
		if o.Alert != "" {
			row.Name, row.Service = o.Alert, o.Service
		}
		row.Fix = fixPath(team, o.Service, o.Alert)
		out = append(out, row)
	}
	return out
}

// fixPath is where something that pages is made an action item.
func fixPath(team schedule.ID, service, alert string) string {
	q := url.Values{"new": {"1"}, "service": {service}}
	if alert != "" {
		q.Set("alert", alert)
	}
	return fmt.Sprintf("/teams/%d/items?%s#new", team, q.Encode())
}

// taggedText says of how many pages somebody said that there was nothing to do, and how
// many they said anything of.
func taggedText(b *health.Burden) string {
	paged := b.Sum.Paged()
	if paged.Tagged == 0 {
		return ""
	}
	text := fmt.Sprintf("Of %d of %s there was nothing to do", paged.NoAction, plural(paged.Tagged, "tagged page", "tagged pages"))
	if exposure := b.Sum.Sum.OnCallWeeks(); exposure > 0 {
		text += fmt.Sprintf(", %s per on-call week", short(float64(paged.NoAction)/exposure))
	}
	return text + fmt.Sprintf(". %.0f %% of %s are tagged; of the others nobody knows.", 100*float64(paged.Tagged)/float64(paged.Incidents), plural(paged.Incidents, "page", "pages"))
}

func answerRow(a *health.Answered) AnswerRow {
	row := AnswerRow{Severity: upper(a.Severity), Ack: "–", Resolve: "–", N: a.Incidents, Unacked: a.Unacked}
	if strings.TrimSpace(row.Severity) == "" {
		row.Severity = "Not said"
	}
	minutes := func(s health.Sample) string {
		median, ok := s.Answer()
		switch {
		case s.N() == 0:
			return "–"
		case !ok:
			return "too few to tell"
		}
		return plural(int(health.Minutes(median)), "minute", "minutes") + fmt.Sprintf(" (of %d)", s.N())
	}
	row.Ack, row.Resolve, row.CheckIn = minutes(a.Ack), minutes(a.Resolve), "–"
	if part, ok := a.CheckInShare(); ok {
		row.CheckIn = fmt.Sprintf("%.0f %% of %d", 100*part, a.CheckInDue)
	} else if a.CheckInDue > 0 {
		row.CheckIn = "too few to tell"
	}
	return row
}
