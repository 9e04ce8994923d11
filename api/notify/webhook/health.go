package webhook

import (
	"context"
	"fmt"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// A HealthTeller puts together what is told of how teams are: that there is something to
// read, and nothing of what it says.
type HealthTeller struct {
	Teller
	Waves    func(ctx context.Context, since time.Time) ([]health.PulseWave, error)
	Result   func(ctx context.Context, wave schedule.ID) (health.PulseDoc, error)
	Warnings func(ctx context.Context, since time.Time) ([]health.RaisedWarning, error)
}

// A wave of the survey, as events have it.
type wave struct {
	Team   Ref       `json:"team"`
	Wave   int       `json:"wave"`
	Opens  time.Time `json:"opens"`
	Closes time.Time `json:"closes"`
	URL    string    `json:"url"`
}

// Surveys is the source of surveys. Of a team too small for results to be published none
// are told.
func (t *HealthTeller) Surveys(ctx context.Context, since time.Time) ([]Event, error) {
	waves, err := t.Waves(ctx, since)
	if err != nil {
		return nil, err
	}
	var events []Event
	for i := range waves {
		w := &waves[i]
		add := func(kind Kind, at time.Time) {
			events = append(events, Event{
				Key: fmt.Sprint(kind, " ", w.ID), Kind: kind, Team: w.Team, At: at,
				Data: func(ctx context.Context) (any, error) {
					team, err := t.team(ctx, w.Team)
					return wave{team, w.Number, instant(w.Opens), instant(w.Closes), t.at("/teams/%d/pulse/%d", w.Team, w.Number)}, err
				},
			})
		}
		if !w.Opens.Before(since) {
			add(WaveOpened, w.Opens)
		}
		if w.State == health.PulseOpen {
			continue
		}
		doc, err := t.Result(ctx, w.ID)
		if err != nil {
			return events, err
		}
		if doc.Published {
			add(ResultsPublished, w.Closes)
		}
	}
	return events, nil
}

// A warning, as events have it.
type warning struct {
	Team    Ref         `json:"team"`
	Warning schedule.ID `json:"warning"`
	URL     string      `json:"url"`
}

// Questions is the source of early warnings.
func (t *HealthTeller) Questions(ctx context.Context, since time.Time) ([]Event, error) {
	all, err := t.Warnings(ctx, since)
	events := make([]Event, len(all))
	for i := range all {
		w := &all[i]
		events[i] = Event{
			Key: fmt.Sprint(WarningTold, " ", w.ID), Kind: WarningTold, Team: w.Team, At: w.At,
			Data: func(ctx context.Context) (any, error) {
				team, err := t.team(ctx, w.Team)
				return warning{team, w.ID, t.at("/teams/%d/health", w.Team)}, err
			},
		}
	}
	return events, err
}
