package notify

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// HandOvers is news of what shifts leave to those that follow.
type HandOvers struct {
	Shifts *health.HandOvers
	Teams  func(ctx context.Context, id schedule.ID) (schedule.TeamRecord, error)
	People func(ctx context.Context, ids []schedule.ID) ([]schedule.Profile, error)
}

// Topics is a Source.
func (n *HandOvers) Topics(ctx context.Context, since time.Time) ([]Topic, error) {
	all, err := n.Shifts.Store.HandOversSince(ctx, since)
	if err != nil {
		return nil, err
	}
	var out []Topic
	for i := range all {
		h := &all[i]
		if !h.ReadAt.IsZero() {
			continue
		}
		var next *health.Turn
		out = append(out, Topic{
			Key: fmt.Sprint("shift.handed ", h.ID), Kind: ShiftHanded,
			To: func(ctx context.Context) ([]schedule.ID, error) {
				if next, err = n.Shifts.After(ctx, h); err != nil || next == nil {
					return nil, err
				}
				return next.People, nil
			},
			Write: func(ctx context.Context, to *schedule.Profile) (Letter, error) { return n.write(ctx, h, next, to) },
		})
	}
	return out, nil
}

func (n *HandOvers) write(ctx context.Context, h *health.HandOver, next *health.Turn, to *schedule.Profile) (Letter, error) {
	team, err := n.Teams(ctx, h.Team)
	if err != nil {
		return Letter{}, err
	}
	by := "The shift before yours"
	if people, err := n.People(ctx, []schedule.ID{h.By}); err != nil {
		return Letter{}, err
	} else if len(people) == 1 {
		by = people[0].Name
	}
	// Of its pages and notes nothing goes into a mail: they may name what is secret.
	return Letter{
		Subject: fmt.Sprintf("%s in %s is handed over to you", h.Rotation, team.Name),
		Text:    fmt.Sprintf("%s has handed over what you begin with on %s: its pages, what was noted, and what is open.", by, moment(to, next.Start)),
		Path: fmt.Sprintf("/teams/%d/handover?%s", h.Team, url.Values{
			"rotation": {string(h.Rotation)}, "at": {fmt.Sprint(next.Start.Unix())},
		}.Encode()),
	}, nil
}
