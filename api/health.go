package api

import (
	"context"
	"fmt"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// TeamHealth is how a team is, with what whoever asks may see of it.
type TeamHealth struct {
	Team          schedule.ID        `json:"team"`
	Zone          string             `json:"zone" doc:"In which weeks begin"`
	Until         *schedule.Date     `json:"until" doc:"Not included; a Monday"`
	Weeks         int                `json:"weeks" doc:"Before it, over which pages are looked at"`
	ScheduleWeeks int                `json:"schedule_weeks" doc:"Before it, over which the schedule is: whole cycles of the rota"`
	Pending       bool               `json:"pending" doc:"Something has changed that is about to be measured"`
	Prior         *string            `json:"prior" doc:"The quarter of the prior of all teams at which rates begin (GET /organisation/health has its numbers); null: that of the configuration"`
	Purpose       string             `json:"purpose" doc:"What it is, and what it is not"`
	Hidden        string             `json:"hidden,omitempty" doc:"Why score is null"`
	Meaning       string             `json:"meaning,omitempty" doc:"What the score, or that there is none, means"`
	Score         *health.Score      `json:"score" doc:"Null where nothing is told; its own score is null where not enough is known to say"`
	Figures       *health.ScoreInput `json:"figures" doc:"What it is computed from; watchbill health eval computes it again"`
	Wave          *int               `json:"wave" doc:"Number of the wave of the pulse that is scored"`
	Losses        []health.Loss      `json:"losses" doc:"The three metrics that took most points"`
	Helps         []health.Help      `json:"helps" doc:"The score if one metric reached its next anchor, what helps most first: arithmetic, and no promise"`
	Questions     []BurdenDoubt      `json:"questions" doc:"What to look at before the score is relied on; they lower confidence and never the score"`
	Change        *HealthChange      `json:"change" doc:"Against the weeks before; null where the two cannot be compared"`
	Trend         []HealthPoint      `json:"trend" doc:"Every four weeks; periods overlap"`
	Pulses        []HealthPulse      `json:"pulses" doc:"What was published in the weeks of the trend"`
	Events        []BurdenEvent      `json:"events" doc:"What changed in the weeks of the trend that a change may come from"`
	Watch         []HealthWeek       `json:"watch" doc:"Wake-ups by week against what was usual before"`
	Warnings      []HealthWarning    `json:"warnings" doc:"What those who manage the team were asked in the watched weeks, the oldest first; empty for everybody else"`
}

// HealthChange compares with the weeks before.
type HealthChange struct {
	Before      float64            `json:"before" doc:"Of the components that both have"`
	Now         float64            `json:"now"`
	Change      float64            `json:"change"`
	Components  map[string]float64 `json:"components" doc:"In points of each"`
	NotCompared []string           `json:"not_compared" doc:"Components that only one of both has"`
}

// HealthPoint is an earlier score.
type HealthPoint struct {
	Until      schedule.Date `json:"until"`
	Score      *float64      `json:"score"`
	Interval   *[2]float64   `json:"interval80"`
	Band       *string       `json:"band"`
	Confidence string        `json:"confidence_label,omitempty"`
	Index      *float64      `json:"pulse_index" doc:"As published"`
	Then       *HealthThen   `json:"as_told" doc:"What the score was when its weeks were over, by the configuration of that day; null where nobody looked then"`
}

// HealthThen is a score as it was, which never changes.
type HealthThen struct {
	At         Instant     `json:"at"`
	Model      string      `json:"model"`
	Config     string      `json:"config" doc:"The fingerprint of all numbers of the configuration"`
	Prior      *string     `json:"prior" doc:"The quarter of the prior; null: that of the configuration"`
	Score      *float64    `json:"score"`
	Interval   *[2]float64 `json:"interval80"`
	Band       *string     `json:"band"`
	Confidence string      `json:"confidence_label"`
}

// HealthPulse is what was published of a wave.
type HealthPulse struct {
	On    schedule.Date `json:"on" doc:"The day on which it was closed"`
	Wave  int           `json:"wave"`
	Index float64       `json:"index"`
}

// HealthWeek is a week against what was usual.
type HealthWeek struct {
	Week       schedule.Date `json:"week"`
	Wakeups    int           `json:"wakeups"`
	Exposure   float64       `json:"oncall_weeks"`
	Usual      float64       `json:"usual_per_ocw"`
	Learned    bool          `json:"usual_is_learned" doc:"From eight weeks or more of the team itself"`
	Dispersion float64       `json:"dispersion"`
	Sum        float64       `json:"sum" doc:"What has gathered above twice the usual; 5.5 is a shift"`
	Shift      bool          `json:"shift"`
	Spike      bool          `json:"spike"`
}

// HealthWarning is a question as it was asked, and what became of it.
type HealthWarning struct {
	ID       schedule.ID `json:"id"`
	RaisedAt Instant     `json:"raised_at"`
	Config   string      `json:"config" doc:"The version by which the week was measured"`
	health.Warning
	Ended     *schedule.Date `json:"ended" doc:"The Monday of the first week without the cause; null while it goes on"`
	Recounted string         `json:"recounted,omitempty" doc:"What is otherwise now than when it was asked, because figures came late or are counted by other rules"`
	Answer    *HealthAnswer  `json:"answer" doc:"Null while nobody has answered"`
	Items     []schedule.ID  `json:"items" doc:"The items that were made of it, the oldest first; those of the same cause that was asked before and went on are among them"`
	WhatIf    *WhatIfAsked   `json:"whatif,omitempty" doc:"What to ask what would be: without the alert that cost most nights in its weeks, or with more people. Absent where nothing can be told of that"`
}

// WhatIfAsked is a question what would be, as GET /teams/{team}/whatif takes it.
type WhatIfAsked struct {
	People  int    `json:"people,omitempty"`
	Without string `json:"without,omitempty"`
}

// HealthAnswer is what those who manage the team say of a question.
type HealthAnswer struct {
	Version int64   `json:"version"`
	Text    string  `json:"text" doc:"Empty: they have looked"`
	At      Instant `json:"at"`
	By      int64   `json:"by" doc:"Number of the person"`
}

func warningOf(w *health.RaisedWarning) HealthWarning {
	out := HealthWarning{ID: w.ID, RaisedAt: instantOf(w.At), Config: w.Config, Warning: w.Warning, Recounted: w.Recounted, Items: []schedule.ID{}}
	if !w.Ended.IsZero() {
		out.Ended = &w.Ended
	}
	if a := w.Answer(); a != nil {
		out.Answer = &HealthAnswer{a.Version, a.Text, instantOf(a.At), int64(a.By)}
	}
	for k := range w.Items {
		out.Items = append(out.Items, w.Items[k].ID)
	}
	if w.Try != nil {
		out.WhatIf = &WhatIfAsked{w.Try.People, w.Try.Without}
	}
	return out
}

type answerWarningIn struct {
	TeamPath
	Warning schedule.ID `path:"warning" minimum:"1"`
	Body    struct {
		Text    string `json:"text" maxLength:"8000" doc:"What you found; empty says that you have looked"`
		Version int64  `json:"version,omitempty" minimum:"0" doc:"Of the answer that you looked at; 0 where there was none"`
	}
}

type warningOut struct{ Body HealthWarning }

// answerWarning keeps what somebody says of a question.
func (s *Server) answerWarning(ctx context.Context, in *answerWarningIn) (*warningOut, error) {
	team, w, err := s.team(ctx, auth.AnswerWarnings, in.Team)
	if err != nil {
		return nil, err
	}
	now, err := s.Health.AnswerWarning(ctx, me(w), team.ID, in.Warning, in.Body.Version, in.Body.Text)
	if err != nil {
		return nil, err
	}
	return &warningOut{warningOf(&now)}, nil
}

type healthOut struct{ Body TeamHealth }

// getHealth says how a team is.
func (s *Server) getHealth(ctx context.Context, in *TeamPath) (*healthOut, error) {
	h, err := s.health(ctx, in)
	if err != nil {
		return nil, err
	}
	return &healthOut{healthOf(h)}, nil
}

// getHealthTable says how a team is in rows.
func (s *Server) getHealthTable(ctx context.Context, in *TeamPath) (*sheetOut, error) {
	h, err := s.health(ctx, in)
	if err != nil {
		return nil, err
	}
	rows, err := h.Table(&s.Burdens.Config)
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("health-team-%d", h.Team)
	if h.Period.Weeks > 0 {
		name += "-" + h.Period.Until().String()
	}
	return sheet(name, rows)
}

// health returns how a team is, as whoever asks may see it.
func (s *Server) health(ctx context.Context, in *TeamPath) (*health.TeamHealth, error) {
	team, w, err := s.team(ctx, auth.SeeBurden, in.Team)
	if err != nil {
		return nil, err
	}
	sight, err := w.Sight(int64(team.ID))
	if err != nil {
		return nil, err
	}
	return s.Burdens.Health(ctx, team.ID, sight)
}

func healthOf(h *health.TeamHealth) TeamHealth {
	out := TeamHealth{
		Team: h.Team, Zone: h.Zone, Weeks: h.Period.Weeks, ScheduleWeeks: h.Cycle.Weeks, Pending: h.Pending, Purpose: health.ScoreIsNot, Hidden: h.Hidden,
		Losses: []health.Loss{}, Helps: []health.Help{}, Questions: []BurdenDoubt{}, Trend: []HealthPoint{}, Pulses: []HealthPulse{}, Events: []BurdenEvent{}, Watch: []HealthWeek{}, Warnings: []HealthWarning{},
	}
	if h.Prior != nil {
		out.Prior = &h.Prior.Quarter
	}
	if h.Period.Weeks > 0 {
		until := h.Period.Until()
		out.Until = &until
	}
	if !h.Told() {
		return out
	}
	out.Score, out.Figures, out.Meaning = &h.Score, &h.Input, health.ReasonWords(h.Score.Reason)
	if h.Score.Band != nil {
		out.Meaning = health.BandWords(*h.Score.Band)
	}
	if h.Wave > 0 {
		out.Wave = &h.Wave
	}
	out.Losses, out.Helps = append(out.Losses, h.Losses...), append(out.Helps, h.Helps...)
	for i := range h.Warnings {
		out.Warnings = append(out.Warnings, warningOf(&h.Warnings[i]))
	}
	for _, d := range h.Doubts {
		out.Questions = append(out.Questions, BurdenDoubt{d.Code, d.Evidence, d.Question})
	}
	if c := h.Change; c != nil {
		out.Change = &HealthChange{c.Before, c.Now, c.Change, c.Components, c.NotCompared}
	}
	for _, p := range h.Trend {
		out.Trend = append(out.Trend, HealthPoint{p.Until, p.Score, p.Interval, p.Band, p.Confidence, p.Index, thenOf(p.Then)})
	}
	for _, p := range h.Pulses {
		out.Pulses = append(out.Pulses, HealthPulse{p.On, p.Number, p.Index})
	}
	for _, e := range h.Events {
		out.Events = append(out.Events, BurdenEvent(e))
	}
	for i := range h.Weeks {
		w := &h.Weeks[i]
		out.Watch = append(out.Watch, HealthWeek{w.Week, w.Count, w.Exposure, w.Usual, w.Known, w.Dispersion, w.Sum, w.Shift, w.Spike})
	}
	return out
}

func thenOf(k *health.KeptScore) *HealthThen {
	if k == nil {
		return nil
	}
	out := &HealthThen{At: instantOf(k.At), Model: k.Model, Config: k.Config, Score: k.Score, Interval: k.Interval, Band: k.Band, Confidence: k.Confidence}
	if k.Prior != "" {
		out.Prior = &k.Prior
	}
	return out
}
