package notify

import (
	"context"
	"fmt"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// OwedEnds is news of time owed that ends soon without having been taken, for whose it is
// alone: once in a month for each team.
type OwedEnds struct {
	Health *health.Service
	Teams  func(ctx context.Context, id schedule.ID) (schedule.TeamRecord, error)
	Now    func() time.Time
}

const (
	// endsSoon is how long before its end somebody hears of it, and endsLater up to when
	// they read of what else ends.
	endsSoon  = 14 * 24 * time.Hour
	endsLater = 28 * 24 * time.Hour
)

// Topics is a Source.
func (n *OwedEnds) Topics(ctx context.Context, _ time.Time) ([]Topic, error) {
	now := n.Now()
	all, err := n.Health.Store.OwedEndingIn(ctx, now, now.Add(endsSoon))
	if err != nil {
		return nil, err
	}
	var out []Topic
	seen := map[string]bool{}
	for _, end := range all {
		key := fmt.Sprint("owed.ends ", end.Team, " ", end.Person, " ", end.Ends.UTC().Format("2006-01"))
		if seen[key] {
			continue
		}
		seen[key] = true
		out = append(out, Topic{
			Key: key, Kind: OwedEnding,
			To: func(ctx context.Context) ([]schedule.ID, error) {
				// What was taken is no news.
				minutes, _, err := n.Health.EndingOf(ctx, end.OwedName, now.Add(endsLater))
				if err != nil || minutes == 0 {
					return nil, err
				}
				return []schedule.ID{end.Person}, nil
			},
			Write: func(ctx context.Context, to *schedule.Profile) (Letter, error) { return n.write(ctx, end.OwedName, to) },
		})
	}
	return out, nil
}

func (n *OwedEnds) write(ctx context.Context, name health.OwedName, to *schedule.Profile) (Letter, error) {
	minutes, first, err := n.Health.EndingOf(ctx, name, n.Now().Add(endsLater))
	if err != nil || minutes == 0 {
		return Letter{}, err
	}
	team, err := n.Teams(ctx, name.Team)
	return Letter{
		Subject: "Time that you are owed ends soon: " + team.Name,
		Text: fmt.Sprintf("Of the time that %s owes you, %s end within four weeks, the first of it on %s. Take it before, or talk with whoever manages the team.",
			team.Name, health.MinuteWords(minutes), moment(to, first)),
		Path: "/owed",
	}, err
}
