package ui

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// HealthPage is the page "health": how a team is. It shows what was computed for its
// reader, and decides nothing about who may see what.
type HealthPage struct {
	Frame
	When        string
	Pending     bool
	Tone        string
	Say, Detail string
	Hidden      string // why nothing is told; then all that follows is empty
	Tiles       []Tile
	Asked       []HealthWarning // that go on and have no answer, the newest first
	Before      []HealthWarning // the others
	Parts       []HealthRow
	Missing     []string
	Losses      []HealthLoss
	Helps       []string
	Doubts      []DoubtRow
	Trend       []HealthTrend
	Then        bool         // some score was another when its weeks were over
	Chart       *healthChart // nil: fewer than two scores are told
	CSV         string
	Change      string // against the weeks before, in words
	Model       string
}

// HealthWarning is a question to whoever manages the team, with where to read on about
// its cause and what became of it: POST Path with base and text answers it.
type HealthWarning struct {
	ID                       int64
	Week, Question, Evidence string
	Recounted                string // what is otherwise now
	Status                   string // "Over since the week of 2 Nov 2026"
	Fell                     []HealthFall
	Links                    []HealthLink
	Items                    []HealthLink // that were made of it, what is open first
	Fix                      string       // where it is made one; "": there is an open one
	Try                      *HealthLink  // what would be; nil: nothing can be told of that
	Path                     string
	Base                     int64    // version of the answer; 0: none
	Answer                   []string // paragraphs; none says that they have looked
	By                       string
	At                       time.Time
	Edit                     Field
}

// HealthFall is a question of the pulse that fell.
type HealthFall struct{ Text, Before, Now string }

// HealthLink leads to what something comes from.
type HealthLink struct{ Href, Text string }

// HealthRow is a component of the score.
type HealthRow struct {
	Name, Value, W, Tone string
	Lost                 string // points of the score
	Seen                 string // how well it is known
}

// HealthLoss is what a metric took.
type HealthLoss struct{ Points, Text, Source string }

// HealthTrend is the score of earlier weeks.
type HealthTrend struct {
	Until, Value, Range, Known, Pulse string
	Then                              string // what it was when its weeks were over
}

// Helped is how many things that would help are shown.
const helped = 5

// A HealthContext is what a page says beside how a team is: which weeks were reviewed, the
// names of those who answered and look after items, who reads it, and the team's day.
type HealthContext struct {
	Reviewed map[schedule.Date]bool
	Names    map[schedule.ID]string
	Reader   schedule.ID
	Today    schedule.Date
}

// Fill shows how a team is.
func (p *HealthPage) Fill(h *health.TeamHealth, c *health.Config, with HealthContext) {
	p.Pending, p.CSV = h.Pending, fmt.Sprintf("/api/v1/teams/%d/health.csv", h.Team)
	if h.Period.Weeks > 0 {
		p.When = fmt.Sprintf("%s · the schedule over %s", periodText(h.Period), plural(h.Cycle.Weeks, "week", "weeks"))
	}
	if !h.Told() {
		p.Say, p.Detail = "Nothing is told of these weeks.", upper(h.Hidden)+"."
		p.Hidden = h.Hidden
		return
	}
	p.conclude(h, c)
	p.tiles(h)
	p.parts(&h.Score, c)
	for _, l := range h.Losses {
		p.Losses = append(p.Losses, HealthLoss{points1(l.Points), unbroken(l.Text), unbroken(l.Source)})
	}
	for _, help := range h.Helps[:min(helped, len(h.Helps))] {
		p.Helps = append(p.Helps, unbroken(help.Text))
	}
	for _, d := range h.Doubts {
		p.Doubts = append(p.Doubts, DoubtRow{unbroken(d.Evidence), d.Question})
	}
	later := map[health.Cause]bool{}
	for i := range slices.Backward(h.Warnings) { // the newest first
		w := &h.Warnings[i]
		row := healthWarning(w, &with)
		if a := w.Answer(); a != nil {
			row.Base, row.Answer, row.At, row.By, row.Edit.Value = a.Version, textLines(a.Text), a.At, with.Names[a.By], a.Text
		}
		if w.Ended.IsZero() && later[w.Cause] {
			row.Status = "It went on, and was asked again"
		}
		if later[w.Cause] || !w.Ended.IsZero() { // nothing is begun because of it any more
			row.Fix, row.Try = "", nil
		}
		later[w.Cause] = true
		if row.Base == 0 && w.Ended.IsZero() {
			p.Asked = append(p.Asked, row)
		} else {
			p.Before = append(p.Before, row)
		}
	}
	p.trend(h)
	p.Chart = newHealthChart(h)
	p.compare(h.Change)
	p.Model = h.Score.Model
}

// healthWarning shows a question, and leads to what it comes from: the pulse that fell, the
// review of the week, the services and alerts of the weeks around it; and to what follows.
func healthWarning(w *health.RaisedWarning, with *HealthContext) HealthWarning {
	out := HealthWarning{
		ID: int64(w.ID), Week: healthDate(w.Week), Question: w.Question, Evidence: w.Evidence, Recounted: w.Recounted, Status: "It goes on",
		Path: fmt.Sprintf("/teams/%d/warnings/%d", w.Team, w.ID),
	}
	if !w.Ended.IsZero() {
		out.Status = "Over since the week of " + healthDate(w.Ended)
	}
	for _, f := range w.Fell {
		out.Fell = append(out.Fell, HealthFall{f.Text, pointsText(f.Before), pointsText(f.Now)})
	}
	link := func(text, format string, args ...any) {
		out.Links = append(out.Links, HealthLink{fmt.Sprintf("/teams/%d/", w.Team) + fmt.Sprintf(format, args...), text})
	}
	if w.Wave > 0 {
		link(fmt.Sprintf("Pulse %d, question by question", w.Wave), "pulse/%d", w.Wave)
	}
	if with.Reviewed[w.Week] {
		link("The review of that week", "reviews/%v", w.Week)
	}
	link("What paged in those weeks", "burden?from=%v&weeks=4", w.Week)
	out.follow(w, with)
	return out
}

// follow leads to the items that were made of a question, or to where it is made one, and
// to what would be.
func (h *HealthWarning) follow(w *health.RaisedWarning, with *HealthContext) {
	open := w.Open()
	if open != nil {
		h.Items = append(h.Items, itemLink(open, with.Names, with.Today, with.Reader))
	} else {
		h.Fix = askedFix(w)
	}
	for k := range w.Items {
		if i := &w.Items[k]; i != open {
			h.Items = append(h.Items, itemLink(i, with.Names, with.Today, with.Reader))
		}
	}
	if w.Try != nil {
		h.Try = &HealthLink{whatIfPath(w.Team, w.Try), whatIfText(w)}
	}
}

// askedFix is where a question is made an action item.
func askedFix(w *health.RaisedWarning) string {
	q := url.Values{"new": {"1"}, "warning": {itoa(int64(w.ID))}}
	if o := w.Loudest; o != nil && o.Service != "" {
		q.Set("service", o.Service)
		q.Set("alert", o.Alert)
	}
	return fmt.Sprintf("/teams/%d/items?%s#new", w.Team, q.Encode())
}

// itemLink leads to an item in a line: what it is, who looks after it, and when.
func itemLink(i *health.Item, names map[schedule.ID]string, today schedule.Date, reader schedule.ID) HealthLink {
	r := itemRow(i, names, nil, today, reader)
	who := r.Owner
	switch {
	case r.Mine:
		who = "you"
	case who == "" && i.Open():
		who = "nobody yet"
	}
	parts := []string{r.Title}
	for _, part := range []string{who, r.Due} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return HealthLink{r.Href, r.Kind + ": " + strings.Join(parts, ", ")}
}

// whatIfPath is the address of a question what would be.
func whatIfPath(team schedule.ID, w *health.WhatIf) string {
	q := url.Values{}
	if w.People > 0 {
		q.Set("people", itoa(int64(w.People)))
	}
	if w.Without != "" {
		q.Set("without", w.Without)
	}
	path := fmt.Sprintf("/teams/%d/whatif", team)
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// askedLetters is how much of an alert's name a question says.
const askedLetters = 60

// whatIfText is what is asked after a question, in words.
func whatIfText(w *health.RaisedWarning) string {
	switch {
	case w.Try.Without != "" && w.Loudest != nil:
		name := []rune(w.Loudest.Alert)
		if len(name) > askedLetters {
			name = append(name[:askedLetters-1:askedLetters-1], '…')
		}
		return "What if “" + string(name) + "” were gone?"
	case w.Try.People > 0:
		return fmt.Sprintf("What if there were %s more?", plural(w.Try.People, "person", "people"))
	}
	return "What would help?"
}

// trend is the score of earlier weeks.
func (p *HealthPage) trend(h *health.TeamHealth) {
	for _, t := range h.Trend {
		if t.Score == nil && len(p.Trend) == 0 {
			continue // there was nothing to score yet
		}
		row := HealthTrend{Until: healthDate(t.Until), Known: t.Confidence}
		if t.Score != nil {
			row.Value = fmt.Sprintf("%.0f", *t.Score)
		}
		if r := t.Interval; r != nil {
			row.Range = fmt.Sprintf("%.0f to %.0f", r[0], r[1])
		}
		if t.Index != nil {
			row.Pulse = pointsText(*t.Index)
		}
		if t.Then != nil {
			row.Then = fmt.Sprintf("%.0f", *t.Then.Score)
		}
		p.Then = p.Then || t.Differs(h.Score.Config)
		p.Trend = append(p.Trend, row)
	}
}

// conclude says what it comes to.
func (p *HealthPage) conclude(h *health.TeamHealth, c *health.Config) {
	s := &h.Score
	if s.Score == nil {
		p.Say, p.Detail = health.ReasonWords(s.Reason), "What is known stands below, part by part."
		return
	}
	p.Tone, p.Say = bandTone(*s.Band), health.BandWords(*s.Band)
	var detail []string
	if worst, ok := held(s, c); ok {
		detail = append(detail, fmt.Sprintf("No average hides the worst: the score is never more than %.0f above %s, so little else would help.", c.Guardrail.Slack, strings.ToLower(health.ComponentWords(worst))))
	}
	if s.Borderline {
		detail = append(detail, "It is borderline: the range reaches into another band.")
	}
	if s.Provisional {
		detail = append(detail, "Little was seen, so it is provisional.")
	}
	if s.Scope == health.ScopeOperational {
		detail = append(detail, "Nobody was asked, or nothing can be told of it: this is what can be counted, and how it is for people is not in it.")
	}
	p.Detail = strings.Join(detail, " ")
}

// held returns the component that holds the score down, where one does within a point.
func held(s *health.Score, c *health.Config) (string, bool) {
	for _, name := range c.Guardrail.Components {
		if part, ok := s.Components[name]; ok && part.Score+c.Guardrail.Slack-*s.Score < 1 {
			return name, true
		}
	}
	return "", false
}

// tiles are the key figures.
func (p *HealthPage) tiles(h *health.TeamHealth) {
	s := &h.Score
	score := Tile{Label: "Score", Value: "–", Foot: "Not enough to say."}
	if s.Score != nil {
		score = Tile{Label: "Score", Value: fmt.Sprintf("%.0f", *s.Score), Unit: "of 100", Foot: fmt.Sprintf("Likely %.0f to %.0f.", s.Interval[0], s.Interval[1]), Tone: p.Tone}
	}
	confidence := Tile{Label: "Confidence", Value: upper(s.ConfidenceLabel), Foot: fmt.Sprintf("%.0f %% of what it takes was seen.", 100*s.Confidence)}
	change := Tile{Label: "Change", Value: "–", Foot: "There is nothing to compare with."}
	if c := h.Change; c != nil {
		change.Value, change.Unit, change.Foot = signed(c.Change), "points", "Against the eight weeks before, of what both have."
	}
	pulse := Tile{Label: "Pulse", Value: "–", Foot: "None was published in a quarter."}
	if in := h.Input.Pulse; in != nil && in.Index != nil {
		pulse.Value, pulse.Unit, pulse.Foot, pulse.Tone = pointsText(*in.Index), "of 100", fmt.Sprintf("From pulse %d, as published.", h.Wave), pulseTone(*in.Index)
	}
	p.Tiles = []Tile{score, confidence, change, pulse}
}

// parts are the components, with what each took.
func (p *HealthPage) parts(s *health.Score, c *health.Config) {
	for _, name := range c.ComponentNames() {
		part, ok := s.Components[name]
		if !ok {
			p.Missing = append(p.Missing, strings.ToLower(health.ComponentWords(name)))
			continue
		}
		row := HealthRow{Name: health.ComponentWords(name), Value: fmt.Sprintf("%.0f", part.Score), W: percent(part.Score / 100), Tone: bandTone(c.BandOf(part.Score)), Lost: "–"}
		if lost, ok := s.PointsLost[name]; ok {
			row.Lost = points1(lost)
		}
		row.Seen = fmt.Sprintf("%.0f %%", 100*s.ComponentConfidence[name])
		p.Parts = append(p.Parts, row)
	}
	if loss := s.GuardrailLoss; loss != nil && *loss > 0.05 {
		p.Parts = append(p.Parts, HealthRow{Name: "Guardrail: no average hides the worst", Lost: points1(*loss)})
	}
}

// compare says what moved since the weeks before.
func (p *HealthPage) compare(c *health.ScoreChange) {
	if c == nil {
		return
	}
	var moved []string
	for name, by := range c.Components {
		if by >= 1 || by <= -1 {
			moved = append(moved, fmt.Sprintf("%s %s", strings.ToLower(health.ComponentWords(name)), signed(by)))
		}
	}
	slices.Sort(moved)
	p.Change = "Against the eight weeks before, nothing moved by a point."
	if len(moved) > 0 {
		p.Change = "Against the eight weeks before: " + strings.Join(moved, ", ") + "."
	}
	if len(c.NotCompared) > 0 {
		var names []string
		for _, name := range c.NotCompared {
			names = append(names, strings.ToLower(health.ComponentWords(name)))
		}
		p.Change += " Not compared, because only one of both has it: " + strings.Join(names, ", ") + "."
	}
}

// bandTone is how a band is shown.
func bandTone(band string) string {
	switch band {
	case "steady":
		return "good"
	case "critical":
		return "bad"
	}
	return "warn"
}

// unbroken keeps percent signs with their numbers.
func unbroken(s string) string { return strings.ReplaceAll(s, " %", "\u00a0%") }

// points1 writes points with one decimal.
func points1(x float64) string { return fmt.Sprintf("%.1f", x) }

func healthDate(d schedule.Date) string { return d.At(schedule.Noon, time.UTC).Format("2 Jan 2006") }
