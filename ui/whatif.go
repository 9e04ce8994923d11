package ui

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// WhatIfPage is the page "whatif": what would be if something about a team were
// otherwise.
type WhatIfPage struct {
	Frame
	People, OneIn, Without, Second Field
	Sources, Seconds               []Option
	Try                            []HealthLink // questions to begin with
	Tone                           string
	Say, Detail                    string
	Hidden                         string
	Why, Mend                      []string
	Tiles                          []Tile
	Rows                           []WhatIfRow
	Plan                           []WhatIfTurn
	PlanSay                        string
	More                           int // turns that are not shown
	Loads                          []WhatIfLoad
	Assumed                        []string
}

// WhatIfRow is a figure with nothing changed, with the change, and the difference.
type WhatIfRow struct{ Name, Now, NowRange, Then, ThenRange, Change, ChangeRange string }

// WhatIfTurn is a shift of the new plan.
type WhatIfTurn struct{ When, Rotation, Who string }

// WhatIfLoad is how often somebody would be on call in the new plan.
type WhatIfLoad struct {
	Name         string
	New          bool
	Shifts       int
	Weeks, First string
}

// plannedShown is how many shifts of a plan are listed.
const plannedShown = 120

// whatIfSeconds are the ways in which somebody can stand behind.
var whatIfSeconds = []Option{{"", "Leave as it is"}, {"0", "Yes, and gets no pages"}, {"25", "Yes, and gets one page in four"}, {"50", "Yes, and gets every other page"}}

// Ask keeps what was asked as it was written, also what cannot be.
func (p *WhatIfPage) Ask(people, oneIn, without, second string, wrong map[string]string) {
	p.People, p.OneIn = Field{Value: people, Error: wrong["people"]}, Field{Value: oneIn, Error: wrong["one_in"]}
	p.Without, p.Second = Field{Value: without, Error: wrong["without"]}, Field{Value: second, Error: wrong["second"]}
	p.Seconds = whatIfSeconds
	p.Sources = []Option{{"", "Nothing"}}
}

// Fill shows an answer.
func (p *WhatIfPage) Fill(a *health.Answer) {
	if !a.Told() {
		p.Hidden, p.Say, p.Detail = a.Hidden, "There is not enough to say.", upper(a.Hidden)+"."
		return
	}
	for i := range a.Origins {
		o := &a.Origins[i]
		p.Sources = append(p.Sources, Option{o.Label(), fmt.Sprintf("%s (%s)", o.Label(), plural(o.Incidents, "page", "pages"))})
	}
	if a.Then == nil {
		p.suggest(a)
		return
	}
	p.Say, p.Detail = a.Sentences()
	p.Assumed = a.Assumed
	then := a.Then.Plan
	for _, text := range then.Why {
		p.Why = append(p.Why, upper(text)+".")
	}
	for _, text := range then.Mend {
		p.Mend = append(p.Mend, upper(text)+".")
	}
	if then.Unfilled > 0 {
		p.Tone = "warn"
	}
	p.tiles(a)
	p.rows(a)
	p.plan(a)
}

// Refuse says what of a question cannot be asked, and keeps what was chosen.
func (p *WhatIfPage) Refuse(wrong map[string]string) {
	p.Say, p.Detail, p.Tone, p.Try = "This cannot be asked.", "", "warn", nil
	for _, field := range []string{"people", "one_in", "without", "second", "rules"} {
		if text := wrong[field]; text != "" {
			p.Detail += " " + text
		}
	}
	p.Detail = strings.TrimSpace(p.Detail)
	p.Sources, p.Seconds = kept(p.Sources, p.Without.Value), kept(p.Seconds, p.Second.Value)
}

// kept adds what was chosen to what can be chosen.
func kept(options []Option, value string) []Option {
	if slices.ContainsFunc(options, func(o Option) bool { return o.Value == value }) {
		return options
	}
	return append(slices.Clip(options), Option{value, value})
}

// Wait says that others are asking.
func (p *WhatIfPage) Wait() {
	p.Say, p.Tone, p.Try = "Others are asking just now.", "warn", nil
	p.Detail = "Each answer takes two plans, and only some are made at once. Your question stands below: ask again in a few seconds."
}

// suggest offers questions to whoever has not asked any.
func (p *WhatIfPage) suggest(a *health.Answer) {
	p.Say = "Ask what would be."
	p.Detail = fmt.Sprintf("The last %d weeks happen again to a new plan: how often each would be on call, how many nights would be broken, and what the score would be.", a.Past.Weeks)
	base := fmt.Sprintf("/teams/%d/whatif", a.Team)
	p.Try = []HealthLink{{base + "?people=2", "Two more people"}, {base + "?one_in=5", "One week in five at most"}}
	if len(a.Origins) > 0 {
		o := &a.Origins[0]
		p.Try = append(p.Try, HealthLink{base + "?" + query("without", o.Label()), "Without " + o.Label()})
	}
}

// rangeText writes bounds.
func rangeText(e health.Expected, text func(float64) string) string {
	low, high := text(e.Low), text(e.High)
	if low == high {
		return "" // there is none to speak of
	}
	return low + " to " + high
}

// ranged writes what a figure is, with its bounds.
func ranged(what string, e health.Expected, text func(float64) string) string {
	if bounds := rangeText(e, text); bounds != "" {
		return what + ", " + bounds
	}
	return what
}

// few writes small figures with one decimal.
func few(x float64) string {
	if math.Abs(x) >= 9.95 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strconv.FormatFloat(math.Round(x*10)/10, 'f', -1, 64)
}

func whole(x float64) string { return strconv.FormatFloat(math.Round(x)+0, 'f', 0, 64) }

// byText writes a difference with its sign.
func byText(text func(float64) string) func(float64) string {
	return func(x float64) string {
		switch t := text(math.Abs(x)); {
		case t == "0":
			return "0"
		case x < 0:
			return "−" + t
		default:
			return "+" + t
		}
	}
}

// tiles are the key figures.
func (p *WhatIfPage) tiles(a *health.Answer) {
	f := a.Then.Figures
	if f == nil {
		return
	}
	often := Tile{Label: "On call", Value: "1 in " + few(a.Then.OneIn), Unit: "weeks, each on average", Foot: "With nothing changed 1 in " + few(a.Now.OneIn) + "."}
	was := func(now func(*health.Figures) health.Expected, text func(float64) string) string {
		if a.Now.Figures == nil {
			return "With nothing changed not everything is covered."
		}
		return "With nothing changed " + text(now(a.Now.Figures).Mean) + "."
	}
	nights := Tile{Label: "Broken nights", Value: few(f.Nights.Mean), Unit: ranged("for each in a quarter", f.Nights, few), Foot: was(func(f *health.Figures) health.Expected { return f.Nights }, few)}
	calls := Tile{Label: "Interruptions", Value: few(f.Interruptions.Mean), Unit: ranged("for each in a quarter", f.Interruptions, few), Foot: was(func(f *health.Figures) health.Expected { return f.Interruptions }, few)}
	score := Tile{Label: "Score", Value: "–", Foot: "Not enough is known to say."}
	if f.Score != nil {
		score.Value, score.Unit, score.Foot = whole(f.Score.Mean), ranged("of 100", *f.Score, whole), "With nothing changed the same."
		if a.Now.Figures != nil && a.Now.Score != nil {
			score.Foot = "With nothing changed " + whole(a.Now.Score.Mean) + "."
		}
	}
	p.Tiles = []Tile{score, nights, calls, often}
}

// rows compares figure by figure.
func (p *WhatIfPage) rows(a *health.Answer) {
	if a.Change == nil {
		return
	}
	now, then, by := a.Now.Figures, a.Then.Figures, a.Change
	add := func(name string, a, b, d health.Expected, text func(float64) string) {
		p.Rows = append(p.Rows, WhatIfRow{name, text(a.Mean), rangeText(a, text), text(b.Mean), rangeText(b, text), byText(text)(d.Mean), rangeText(d, byText(text))})
	}
	if by.Score != nil {
		add("Score", *now.Score, *then.Score, *by.Score, whole)
	}
	add("Broken nights of each", now.Nights, then.Nights, by.Nights, few)
	add("Wake-ups of each", now.Wakeups, then.Wakeups, by.Wakeups, few)
	add("Interruptions of each", now.Interruptions, then.Interruptions, by.Interruptions, few)
	add("Hours of work after hours, of each", now.AfterHours, then.AfterHours, by.AfterHours, few)
}

// plan lists who would have what.
func (p *WhatIfPage) plan(a *health.Answer) {
	plan := a.Then.Plan
	zone, err := schedule.Zone(a.Zone)
	if err != nil {
		zone = time.UTC
	}
	names, at := map[schedule.ID]string{}, map[schedule.ID]int{}
	all, first := make([]time.Duration, len(plan.People)), make([]time.Duration, len(plan.People))
	for i := range plan.People {
		who := &plan.People[i]
		names[who.ID], at[who.ID] = who.Name, i
		p.Loads = append(p.Loads, WhatIfLoad{Name: who.Name, New: who.New})
	}
	for _, s := range plan.Shifts {
		if len(p.Plan) < plannedShown {
			p.Plan = append(p.Plan, WhatIfTurn{s.Start.In(zone).Format("Mon 2 Jan 15:04"), string(s.Rotation), names[s.Person]})
		} else {
			p.More++
		}
		if i, ok := at[s.Person]; ok && s.Person != 0 {
			p.Loads[i].Shifts++
			all[i] += s.End.Sub(s.Start)
			if s.Level <= 1 {
				first[i] += s.End.Sub(s.Start)
			}
		}
	}
	const week = 7 * 24
	for i := range p.Loads {
		p.Loads[i].Weeks, p.Loads[i].First = few(all[i].Hours()/week), few(first[i].Hours()/week)
	}
	p.PlanSay = fmt.Sprintf("%s from %s on, made by the generator that makes all plans. Nothing of it is kept.", plural(len(plan.Shifts), "shift", "shifts"), healthDate(schedule.DateOf(plan.Shifts[0].Start.In(zone))))
}
