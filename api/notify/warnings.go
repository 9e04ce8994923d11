package notify

import (
	"context"
	"fmt"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// Warnings is news of questions about how a team is, for who manages it: one for each cause
// in four weeks, as they are kept.
type Warnings struct {
	Managers
	Store health.WarningStore
}

// Topics is a Source.
func (n *Warnings) Topics(ctx context.Context, since time.Time) ([]Topic, error) {
	all, err := n.Store.WarningsSince(ctx, since)
	if err != nil {
		return nil, err
	}
	var out []Topic
	for i := range all {
		w := &all[i]
		out = append(out, Topic{
			Key: fmt.Sprint("warning.raised ", w.ID), Kind: WarningRaised,
			To: func(ctx context.Context) ([]schedule.ID, error) { return n.of(ctx, w.Team) },
			Write: func(ctx context.Context, _ *schedule.Profile) (Letter, error) {
				team, err := n.Teams(ctx, w.Team)
				// The figures behind the question stand on the page, for whoever may see them.
				return Letter{
					Subject: "A question about " + team.Name,
					Text:    w.Question + "\n\nWhat it comes from, and where to say what came of it, is on the team's health page. It is asked once in four weeks.",
					Path:    fmt.Sprintf("/teams/%d/health", w.Team),
				}, err
			},
		})
	}
	return out, nil
}
