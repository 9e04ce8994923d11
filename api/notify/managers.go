package notify

import (
	"context"
	"time"

	"watchbill/schedule"
)

// Managers finds who manages teams.
type Managers struct {
	Teams   func(ctx context.Context, id schedule.ID) (schedule.TeamRecord, error)
	Members func(ctx context.Context, team schedule.ID) ([]schedule.Membership, error)
	Now     func() time.Time
}

// of returns who manages a team today.
func (n *Managers) of(ctx context.Context, team schedule.ID) ([]schedule.ID, error) {
	members, err := n.Members(ctx, team)
	if err != nil {
		return nil, err
	}
	today := schedule.DateOf(n.Now())
	var ids []schedule.ID
	for i := range members {
		if m := &members[i]; m.Manager && !m.From.After(today) && (m.Until.IsZero() || !m.Until.Before(today)) {
			ids = append(ids, m.Person)
		}
	}
	return ids, nil
}
