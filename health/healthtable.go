package health

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Table returns how a team is as a table: rows of a section, what they are about, and
// figures as JSON has them. Cells that a spreadsheet would take for a formula begin with an
// apostrophe.
func (h *TeamHealth) Table(c *Config) ([][]string, error) {
	t := &table{}
	t.add("section", "what", "figure", "low", "high", "unit", "text")
	t.add("purpose", "", "", "", "", "", ScoreIsNot)
	if h.Period.Weeks > 0 {
		t.add("period", "from", h.Period.From.String(), "", "", "day", "")
		t.add("period", "until (not included)", h.Period.Until().String(), "", "", "day", "")
		t.add("period", "of the schedule from", h.Cycle.From.String(), "", "", "day", "")
	}
	if !h.Told() {
		t.add("score", "not told", "", "", "", "", h.Hidden)
		return t.rows, nil
	}
	t.score(h, c)
	if err := t.figures(&h.Input); err != nil {
		return nil, err
	}
	for _, l := range h.Losses {
		t.add("took most", l.Metric, exact(&l.Points), "", "", "points", l.Text)
	}
	for _, help := range h.Helps {
		t.add("would help", help.Metric, exact(&help.Score), "", "", "score", help.Text)
	}
	for _, d := range h.Doubts {
		t.add("to talk about", d.Code, "", "", "", "", d.Evidence+" "+d.Question)
	}
	t.trend(h)
	for i := range h.Warnings {
		t.asked(&h.Warnings[i])
	}
	return t.rows, nil
}

// score are the score and its parts.
func (t *table) score(h *TeamHealth, c *Config) {
	s := &h.Score
	low, high := ends(s.Interval)
	t.add("score", "score", exact(s.Score), low, high, "of 100", text(s.Band)+ReasonWords(s.Reason))
	t.add("score", "model", "", "", "", "", s.Model+", "+s.Config)
	t.add("score", "confidence", exact(&s.Confidence), "", "", "0 to 1", s.ConfidenceLabel)
	t.add("score", "scope", "", "", "", "", s.Scope)
	for _, name := range c.ComponentNames() {
		part, ok := s.Components[name]
		if !ok {
			t.add("part", name, "", "", "", "of 100", "not known")
			continue
		}
		t.add("part", name, exact(&part.Score), "", "", "of 100", "")
		if lost, ok := s.PointsLost[name]; ok {
			t.add("took", name, exact(&lost), "", "", "points", "")
		}
		seen := s.ComponentConfidence[name]
		t.add("seen", name, exact(&seen), "", "", "0 to 1", "")
	}
	t.add("took", "guardrail", exact(s.GuardrailLoss), "", "", "points", "")
	if change := h.Change; change != nil {
		t.add("change", "score", exact(&change.Change), "", "", "points", "against the eight weeks before, of what both have")
		for _, name := range slices.Sorted(maps.Keys(change.Components)) {
			by := change.Components[name]
			t.add("change", name, exact(&by), "", "", "points", "")
		}
		for _, name := range change.NotCompared {
			t.add("change", name, "", "", "", "points", "not compared, because only one of both has it")
		}
	}
}

// figures are what the score is computed from, by the names that a file has them by.
func (t *table) figures(in *ScoreInput) error {
	doc, err := json.Marshal(in)
	if err != nil {
		return err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(doc, &all); err != nil {
		return err
	}
	var pulse map[string]json.RawMessage
	if in.Pulse != nil && in.Pulse.Published {
		if err := json.Unmarshal(all["pulse"], &pulse); err != nil {
			return err
		}
	}
	for _, part := range []struct {
		prefix string
		of     map[string]json.RawMessage
	}{{"", all}, {"pulse ", pulse}} {
		for _, name := range slices.Sorted(maps.Keys(part.of)) {
			if value := string(part.of[name]); value == "null" {
				t.add("figure", part.prefix+name, "", "", "", "", "not known")
			} else if _, err := strconv.ParseFloat(value, 64); err == nil {
				t.add("figure", part.prefix+name, value, "", "", "", "")
			}
		}
	}
	return nil
}

// trend are earlier scores, what was published of pulses, and what changed meanwhile.
func (t *table) trend(h *TeamHealth) {
	for _, p := range h.Trend {
		low, high := ends(p.Interval)
		t.add("trend", p.Until.String(), exact(p.Score), low, high, "score", text(p.Band))
		if k := p.Then; k != nil {
			low, high := ends(k.Interval)
			t.add("as told then", p.Until.String(), exact(k.Score), low, high, "score", fmt.Sprintf("%s, by %s, %s", text(k.Band), k.Model, k.Config))
		}
	}
	for _, p := range h.Pulses {
		t.add("pulse", p.On.String(), exact(&p.Index), "", "", "of 100", fmt.Sprintf("pulse %d, as published", p.Number))
	}
	for _, e := range h.Events {
		t.add("event", e.Date.String(), "", "", "", "day", e.Text)
	}
	for i := range h.Weeks {
		w := &h.Weeks[i]
		t.add("week", w.Week.String(), strconv.Itoa(w.Count), "", "", "wake-ups", fmt.Sprintf("%s would be usual", short(w.Expected())))
	}
}

// asked is a question, with what came of it.
func (t *table) asked(w *RaisedWarning) {
	t.add("asked", w.Week.String(), "", "", "", string(w.Cause), w.Question+" "+w.Evidence)
	if w.Recounted != "" {
		t.add("counted again", w.Week.String(), "", "", "", string(w.Cause), w.Recounted)
	}
	if !w.Ended.IsZero() {
		t.add("over", w.Ended.String(), "", "", "", string(w.Cause), "")
	}
	if a := w.Answer(); a != nil {
		t.add("answered", w.Week.String(), "", "", "", string(w.Cause), a.Text)
	}
	for k := range w.Items {
		t.add("item", w.Week.String(), "", "", "", string(w.Cause), fmt.Sprintf("%s (%s)", w.Items[k].Title, w.Items[k].State))
	}
}

// exact writes a figure as JSON has it, and nothing where there is none.
func exact(x *float64) string {
	if x == nil {
		return ""
	}
	return strconv.FormatFloat(*x, 'f', -1, 64)
}

func ends(interval *[2]float64) (low, high string) {
	if interval == nil {
		return "", ""
	}
	return exact(&interval[0]), exact(&interval[1])
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
