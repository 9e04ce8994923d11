package health

import (
	"context"
	"fmt"
	"slices"
	"time"

	"watchbill/schedule"
)

// A KeptScore is what the score of the weeks before a Monday was when they were over, by
// the configuration of that day. It never changes: another configuration, and what comes
// late, make another figure beside it.
type KeptScore struct {
	Until  schedule.Date `json:"-"`
	Config string        `json:"-"` // the fingerprint of all its numbers
	At     time.Time     `json:"-"`

	Model      string      `json:"model"`
	Prior      string      `json:"prior,omitempty"` // its quarter; empty: that of the configuration
	Score      *float64    `json:"score"`
	Interval   *[2]float64 `json:"interval"`
	Band       *string     `json:"band"`
	Confidence string      `json:"confidence"`
}

// A ScoreStore keeps scores as they were when their weeks were over.
type ScoreStore interface {
	// KeepScore keeps a score unless there is one of these weeks and this configuration.
	KeepScore(ctx context.Context, team schedule.ID, k *KeptScore) error
	// KeptScores returns those of weeks that were over on a day or later, by that day and
	// by when they were kept.
	KeptScores(ctx context.Context, team schedule.ID, since schedule.Date) ([]KeptScore, error)
}

// kept returns the score of the weeks before a Monday to keep; nil where nothing is told
// of them or there is not enough to say.
func (l *healthLook) kept(until schedule.Date) *KeptScore {
	p := l.score(until, l.now)
	if p.about < fewest || p.Score.Score == nil {
		return nil
	}
	s := &p.Score
	return &KeptScore{Until: until, Config: s.Config, At: l.now, Model: s.Model, Prior: l.quarter(), Score: s.Score, Interval: s.Interval, Band: s.Band, Confidence: s.ConfidenceLabel}
}

// quarter is that of the prior that completes the configuration; empty: its own.
func (l *healthLook) quarter() string {
	if l.prior == nil {
		return ""
	}
	return l.prior.Quarter
}

// beside puts what scores were when their weeks were over beside those of the trend, and
// marks where they began to be computed otherwise.
func (l *healthLook) beside(ctx context.Context, h *TeamHealth, from, until schedule.Date) error {
	kept, err := l.Store.KeptScores(ctx, l.team, from)
	if err != nil {
		return err
	}
	for i := range h.Trend {
		t := &h.Trend[i]
		if k := slices.IndexFunc(kept, func(k KeptScore) bool { return k.Until == t.Until }); k >= 0 && t.Score != nil {
			t.Then = &kept[k]
		}
	}
	if len(kept) > 0 {
		kept = append(kept, KeptScore{Until: until, Config: h.Score.Config, Model: h.Score.Model, Prior: l.quarter()})
	}
	for i := 1; i < len(kept); i++ {
		if was, is := &kept[i-1], &kept[i]; was.Config != is.Config {
			h.Events = append(h.Events, BurdenEvent{Date: is.Until, Text: "Configuration changed: " + is.otherwise(was)})
		}
	}
	return nil
}

// otherwise says in what the configuration of a score differs from that of an earlier one.
func (k *KeptScore) otherwise(was *KeptScore) string {
	switch {
	case k.Model != was.Model:
		return fmt.Sprintf("scores are those of model %s, which was %s", k.Model, was.Model)
	case k.Prior != was.Prior && k.Prior != "":
		return "rates begin at what all teams had before " + k.Prior
	case k.Prior != was.Prior:
		return "rates begin at those of the model"
	}
	return fmt.Sprintf("%s has other numbers (%s, which was %s)", k.Model, k.Config, was.Config)
}

// Differs reports whether a score is another now than when its weeks were over, or is
// computed by another configuration.
func (t *TrendPoint) Differs(config string) bool {
	return t.Then != nil && (t.Then.Config != config || *t.Then.Score != *t.Score)
}
