package notify

import (
	"context"
	"fmt"
	"strings"
	"time"

	"watchbill/schedule"
)

// Gaps is news of shifts to come that nobody has, for who manages the team: of each when it
// comes to be so, in one letter for what does at once, and once more when it begins within
// two days.
type Gaps struct {
	Managers
	Schedule *schedule.Service
}

const (
	// nearly is how long before it begins a gap is told again, unless somebody has heard
	// of it a moment before.
	nearly = 48 * time.Hour
	heard  = 24 * time.Hour
)

// Topics is a Source.
func (n *Gaps) Topics(ctx context.Context, since time.Time) ([]Topic, error) {
	all, err := n.Schedule.Gaps(ctx)
	if err != nil {
		return nil, err
	}
	now := n.Now()
	of := map[string][]schedule.Gap{}
	var keys []string
	add := func(key string, g *schedule.Gap) {
		if of[key] == nil {
			keys = append(keys, key)
		}
		of[key] = append(of[key], *g)
	}
	for i := range all {
		g := &all[i]
		if g.Since.After(since) && !g.Since.After(now.Add(-settle)) { // what is mended at once is told to nobody
			add(fmt.Sprint("gap.found ", g.Team, " ", g.Since.Unix()), g)
		}
		near := g.Start.Add(-nearly)
		if near.After(since) && !near.After(now) && !g.Since.After(near.Add(-heard)) {
			add(fmt.Sprint("gap.near ", g.Team, " ", g.Start.Unix()), g)
		}
	}
	var out []Topic
	for _, key := range keys {
		gaps := of[key]
		out = append(out, Topic{
			Key: key, Kind: GapFound, Urgent: gaps[0].Start.Before(now.Add(soon)),
			To:    func(ctx context.Context) ([]schedule.ID, error) { return n.of(ctx, gaps[0].Team) },
			Write: func(ctx context.Context, to *schedule.Profile) (Letter, error) { return n.write(ctx, gaps, to) },
		})
	}
	return out, nil
}

func (n *Gaps) write(ctx context.Context, gaps []schedule.Gap, to *schedule.Profile) (Letter, error) {
	team, err := n.Teams(ctx, gaps[0].Team)
	if err != nil {
		return Letter{}, err
	}
	l := Letter{Subject: fmt.Sprintf("Nobody has %s in %s from %s", gaps[0].Rotation, team.Name, gaps[0].Start.In(clockOf(to)).Format("Mon 2 Jan 15:04 MST")), Path: "/gaps"}
	if len(gaps) > 1 {
		l.Subject = fmt.Sprintf("Nobody has %d shifts in %s", len(gaps), team.Name)
	}
	lines := gapLines(gaps, mostChanges, to)
	l.Text = strings.Join(lines, "\n\n") + "\n\nWhoever can may take it on the schedule; you can put somebody there, or plan again."
	return l, nil
}

// gapLines lists so many gaps at most.
func gapLines(gaps []schedule.Gap, most int, to *schedule.Profile) (lines []string) {
	for i := range gaps {
		if i == most {
			return append(lines, fmt.Sprintf("And %d more.", len(gaps)-i))
		}
		lines = append(lines, fmt.Sprintf("Nobody has %s, %s.", gaps[i].Rotation, between(to, gaps[i].Start, gaps[i].End)))
	}
	return lines
}
