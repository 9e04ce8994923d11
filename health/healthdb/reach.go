package healthdb

import (
	"context"

	"watchbill/schedule"
)

// Strangers returns of some people which pager of a team's, that is on, does not know them: it
// has told its whole list of users since they are here, and nobody in it is said to be them or
// has their address. Of a pager that tells no list nothing is known.
func (s *Store) Strangers(ctx context.Context, team schedule.ID, people []schedule.ID) (map[schedule.ID]schedule.Unreached, error) {
	var rows []struct {
		PersonID, IntegrationID int64
		Name                    string
	}
	err := s.from(ctx).Raw(`SELECT p.id AS person_id, i.id AS integration_id, i.name FROM integration i JOIN person p ON p.id IN @people
		WHERE i.team_id = @team AND i.off_at IS NULL AND p.email IS NOT NULL
		AND EXISTS (SELECT 1 FROM pull q WHERE q.integration_id = i.id AND q.state = 'done' AND q.done_at >= p.created_at)
		AND EXISTS (SELECT 1 FROM page_event e WHERE e.integration_id = i.id AND e.page_key = '' AND e.kind = 'identity')
		AND NOT EXISTS (SELECT 1 FROM identity d WHERE d.integration_id = i.id AND (d.person_id = p.id OR d.email = p.email))
		ORDER BY i.id DESC`, map[string]any{"team": team, "people": people}).Scan(&rows).Error
	out := map[schedule.ID]schedule.Unreached{}
	for _, r := range rows {
		out[schedule.ID(r.PersonID)] = schedule.Unreached{Pager: schedule.ID(r.IntegrationID), Named: r.Name}
	}
	return out, translate(err, "who a pager of team %d does not know", team)
}
