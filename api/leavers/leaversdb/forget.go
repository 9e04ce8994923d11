package leaversdb

import (
	"context"
	"fmt"
	"strings"
	"time"

	"watchbill/migrations/column"
	"watchbill/migrations/rows"
	"watchbill/schedule"
)

// own are calendars that somebody brought for themselves.
const own = "SELECT id FROM calendar_import WHERE owner_id = @p AND team_id IS NULL"

// forgotten is what is removed or emptied of somebody, in this order. What opened a door,
// what they kept for themselves, how they were reached, why they were away, and from where
// they signed in are gone; when they were away stays, because what was fair is measured by it.
var forgotten = []string{
	"DELETE FROM session WHERE person_id = @p",
	"DELETE FROM token WHERE person_id = @p",
	"DELETE FROM reset WHERE person_id = @p",
	"DELETE FROM feed WHERE owner_id = @p",
	"DELETE FROM invitation WHERE accepted_by = @p OR email = @email",
	"DELETE FROM diary WHERE person_id = @p",
	"DELETE FROM check_in_link WHERE person_id = @p",
	"DELETE FROM outbox WHERE person_id = @p",
	"DELETE FROM outbox_choice WHERE person_id = @p",
	"DELETE FROM outbox_lead WHERE person_id = @p",
	"DELETE FROM shifts_seen WHERE person_id = @p",
	"DELETE FROM team_setup WHERE owner_id = @p",
	"DELETE FROM absence WHERE person_id = @p AND wish_cost > 0",
	"UPDATE absence SET note = '', import_id = NULL, import_key = '' WHERE person_id = @p",
	"DELETE FROM imported_holiday WHERE import_id IN (" + own + ")",
	"DELETE FROM imported_shift WHERE import_id IN (" + own + ")",
	"DELETE FROM imported_balance WHERE import_id IN (" + own + ")",
	"DELETE FROM calendar_import WHERE owner_id = @p AND team_id IS NULL",
	"UPDATE check_in SET note = '' WHERE person_id = @p",
	"UPDATE audit SET detail = @label WHERE by_id = @p AND action = 'log in'",
	"UPDATE audit SET detail = @label WHERE about_id = @p AND action = 'log-in slowed down'",
	"DELETE FROM account WHERE person_id = @p",
	"UPDATE person SET name = @label, email = NULL, language = '', former_at = @at, version = version + 1 WHERE id = @p",
}

// Forget implements leavers.Store. Readers of the teams that they were in see that something
// about them has changed.
func (s *Store) Forget(ctx context.Context, person schedule.ID, label string, at time.Time) error {
	var email string
	if err := s.to(ctx).Raw("SELECT COALESCE(email, '') FROM person WHERE id = ?", person).Scan(&email).Error; err != nil {
		return rows.Translate(err, "person %d", person)
	}
	teams, err := rows.LockTeamsOf(ctx, s.write, int64(person))
	if err != nil {
		return err
	}
	values := map[string]any{"p": person, "label": label, "at": column.At(at), "email": email}
	for _, q := range forgotten {
		if err := s.to(ctx).Exec(q, values).Error; err != nil {
			return rows.Translate(err, "%s", fmt.Sprintf("%.40s", strings.TrimSpace(q)))
		}
	}
	if len(teams) == 0 {
		return nil
	}
	return rows.Translate(s.to(ctx).Exec("UPDATE team SET version = version + 1 WHERE id IN ?", teams).Error, "teams")
}
