package schedule

import (
	"context"
	"fmt"
	"time"
)

// TimeWentOn says what a draft does not know because time has gone on since it was
// made; nothing when it can be published. A shift that it gives to somebody else has
// begun, or one that it fills is over: what was so stays, and its balances would count
// what was not.
func (s *Service) TimeWentOn(ctx context.Context, d *Draft, planned *Planned) (string, error) {
	return timeWentOn(ctx, s.Store, d, planned, s.Now())
}

func timeWentOn(ctx context.Context, store Store, d *Draft, planned *Planned, now time.Time) (string, error) {
	differences, err := differencesOf(ctx, store, d, planned, d.CreatedAt)
	if err != nil {
		return "", err
	}
	for i := range differences {
		x := &differences[i]
		var why string
		switch {
		case x.Was != nil && !x.onlyPoints() && !x.Was.Start.After(now):
			why = "has begun, and the draft changes it"
		case x.Was == nil && !x.Is.End.After(now):
			why = "is over, and nobody had it"
		default:
			continue
		}
		record, err := store.Team(ctx, d.Team)
		if err != nil {
			return "", err
		}
		zone, err := time.LoadLocation(record.Zone)
		if err != nil {
			return "", fmt.Errorf("zone of team %d: %w", d.Team, err)
		}
		return fmt.Sprintf("time has gone on since this draft was made: %s from %s on %s; make it again",
			x.rotation(), x.Start().In(zone).Format("Mon 2 Jan 15:04"), why), nil
	}
	return "", nil
}

func (d *Difference) rotation() RotationID {
	if d.Is != nil {
		return d.Is.Rotation
	}
	return d.Was.Rotation
}
