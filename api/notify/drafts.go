package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"watchbill/schedule"
)

// Drafts is news of plans that wait for who may publish them and has not asked for them:
// one letter however often somebody has tried the same again.
type Drafts struct {
	Managers
	Store schedule.Store
}

// Topics is a Source.
func (n *Drafts) Topics(ctx context.Context, since time.Time) ([]Topic, error) {
	ready, err := n.Store.DraftsReady(ctx, since)
	if err != nil {
		return nil, err
	}
	newest := map[string]*schedule.Draft{}
	var keys []string
	for i := range ready {
		d := &ready[i]
		key := fmt.Sprint("draft.made ", d.Team, " ", d.CreatedBy, " ", d.From, " ", d.BasedOn)
		if newest[key] == nil {
			keys = append(keys, key)
		}
		newest[key] = d // they come oldest first
	}
	var out []Topic
	for _, key := range keys {
		d := newest[key]
		out = append(out, Topic{
			Key: key, Kind: DraftMade,
			To: func(ctx context.Context) ([]schedule.ID, error) {
				last, err := n.Store.LastPlanAlone(ctx, d.Team)
				if err != nil && !errors.Is(err, schedule.ErrNotFound) || int64(last.Number) != d.BasedOn { // another plan has overtaken it
					return nil, err
				}
				ids, err := n.of(ctx, d.Team)
				return slices.DeleteFunc(ids, func(id schedule.ID) bool { return id == d.CreatedBy }), err
			},
			Write: func(ctx context.Context, _ *schedule.Profile) (Letter, error) { return n.write(ctx, d) },
		})
	}
	return out, nil
}

func (n *Drafts) write(ctx context.Context, d *schedule.Draft) (Letter, error) {
	team, err := n.Teams(ctx, d.Team)
	if err != nil {
		return Letter{}, err
	}
	by := fmt.Sprintf("Watchbill has made it by itself, because what is published ends on %s.", day(d.From.AddDays(-1)))
	if d.CreatedBy != 0 {
		people, err := n.Store.People(ctx, []schedule.ID{d.CreatedBy})
		if err != nil {
			return Letter{}, err
		}
		by = "A manager has asked for it."
		if len(people) == 1 {
			by = people[0].Name + " has asked for it."
		}
	}
	return Letter{
		Subject: fmt.Sprintf("A plan for %s waits for review", team.Name),
		Text: fmt.Sprintf("It goes from %s to %s. %s\n\nNobody else sees it before it is published. The page shows how even it is, what it would change and for whom.",
			day(d.From), day(d.Until.AddDays(-1)), by),
		Path: fmt.Sprintf("/teams/%d/drafts/%d", d.Team, d.ID),
	}, nil
}

// day writes a day, which is the same on every clock.
func day(d schedule.Date) string { return d.At(schedule.Noon, time.UTC).Format("Mon 2 Jan 2006") }
