package healthdb

import (
	"context"
	"time"

	"watchbill/schedule"

	"gorm.io/gorm"
)

// RemoveWaves removes surveys that are closed, with all that was published of them and who
// was asked.
func (s *Store) RemoveWaves(ctx context.Context, before time.Time, most int) (n int, err error) {
	var ids []int64
	err = s.from(ctx).Raw(`SELECT id FROM pulse_wave w WHERE state = 'closed' AND closes_at < ? AND NOT EXISTS (SELECT 1 FROM pulse_box b WHERE b.wave_id = w.id)
		ORDER BY closes_at LIMIT ?`, before.Unix(), most).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return 0, translate(err, "old surveys")
	}
	for _, table := range []string{"pulse_said", "pulse_comment", "pulse_result", "pulse_link", "pulse_invitation"} {
		if err := s.to(ctx).Exec("DELETE FROM "+table+" WHERE wave_id IN ?", ids).Error; err != nil {
			return 0, translate(err, "old surveys")
		}
	}
	err = removed(s.to(ctx).Exec("DELETE FROM pulse_wave WHERE id IN ?", ids), &n)
	return n, translate(err, "old surveys")
}

// RemoveRounds removes what was published of all teams together in rounds before one.
func (s *Store) RemoveRounds(ctx context.Context, before int) (n int, err error) {
	err = each(
		func() error { return s.to(ctx).Exec("DELETE FROM pulse_round_comment WHERE round < ?", before).Error },
		func() error { return removed(s.to(ctx).Exec("DELETE FROM pulse_round WHERE round < ?", before), &n) },
	)
	return n, translate(err, "old rounds")
}

// RemoveReviews removes reviews of weeks before one, with what was agreed.
func (s *Store) RemoveReviews(ctx context.Context, before schedule.Date, most int) (n int, err error) {
	var rows []struct {
		TeamID int64
		Week   string
	}
	if err := s.from(ctx).Raw("SELECT team_id, week FROM review WHERE week < ? LIMIT ?", before.String(), most).Scan(&rows).Error; err != nil {
		return 0, translate(err, "old reviews")
	}
	for _, r := range rows {
		of := func(table string) *gorm.DB {
			return s.to(ctx).Exec("DELETE FROM "+table+" WHERE team_id = ? AND week = ?", r.TeamID, r.Week)
		}
		err := each(func() error { return of("review_note").Error }, func() error { return removed(of("review"), &n) })
		if err != nil {
			return 0, translate(err, "old reviews")
		}
	}
	return n, nil
}

// RemoveWarnings removes what was asked about teams, and what was answered.
func (s *Store) RemoveWarnings(ctx context.Context, before time.Time, most int) (n int, err error) {
	const old = "SELECT id FROM warning WHERE at < ? ORDER BY at, id LIMIT ?"
	err = each(
		func() error {
			return s.to(ctx).Exec("DELETE FROM warning_answer WHERE warning_id IN ("+old+")", before.Unix(), most).Error
		},
		func() error {
			return removed(s.to(ctx).Exec("DELETE FROM warning WHERE id IN ("+old+")", before.Unix(), most), &n)
		},
	)
	return n, translate(err, "old warnings")
}

// RemoveScores removes scores of teams as they were told.
func (s *Store) RemoveScores(ctx context.Context, before schedule.Date, most int) (n int, err error) {
	const old = "DELETE FROM team_score WHERE (team_id, until_day, config) IN (SELECT team_id, until_day, config FROM team_score WHERE until_day < ? LIMIT ?)"
	err = removed(s.to(ctx).Exec(old, before.String(), most), &n)
	return n, translate(err, "old scores")
}
