package healthdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"watchbill/health"
	"watchbill/migrations/column"
	"watchbill/schedule"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

type reviewRow struct {
	TeamID int64
	Week   string
	Zone   string
	Config string
	MadeAt column.Instant
	Doc    string
}

func (reviewRow) TableName() string { return "review" }

func (r *reviewRow) value() (health.Review, error) {
	v := health.Review{Team: schedule.ID(r.TeamID), Zone: r.Zone, Config: r.Config, MadeAt: r.MadeAt.Time}
	var err error
	if v.Week, err = schedule.ParseDate(r.Week); err != nil {
		return v, err
	}
	return v, json.Unmarshal([]byte(r.Doc), &v.ReviewDoc)
}

// AddReview keeps a review, unless there is one. Of two replicas at once one waits for
// the other's transaction to end.
func (s *Store) AddReview(ctx context.Context, v *health.Review) (bool, error) {
	doc, err := text(&v.ReviewDoc)
	if err != nil {
		return false, err
	}
	row := reviewRow{TeamID: int64(v.Team), Week: v.Week.String(), Zone: v.Zone, Config: v.Config, MadeAt: column.At(v.MadeAt), Doc: doc}
	q := s.to(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
	return q.RowsAffected > 0, translate(q.Error, "review of team %d", v.Team)
}

// Review returns a review.
func (s *Store) Review(ctx context.Context, team schedule.ID, week schedule.Date) (health.Review, error) {
	return one(s.from(ctx).Where("team_id = ? AND week = ?", team, week.String()), (*reviewRow).value, "review of", week)
}

// Reviews returns a team's reviews of weeks before one, the newest first.
func (s *Store) Reviews(ctx context.Context, team schedule.ID, before schedule.Date, most int) ([]health.Review, error) {
	q := s.from(ctx).Where("team_id = ?", team).Order("week DESC").Limit(most)
	if !before.IsZero() {
		q = q.Where("week < ?", before.String())
	}
	return values(q, (*reviewRow).value, "reviews")
}

// ReviewedWeeks returns the Mondays since a day of weeks of which a team has a review.
func (s *Store) ReviewedWeeks(ctx context.Context, team schedule.ID, since schedule.Date) ([]schedule.Date, error) {
	q := s.from(ctx).Select("week").Where("team_id = ? AND week >= ?", team, since.String()).Order("week")
	return values(q, func(r *reviewRow) (schedule.Date, error) { return schedule.ParseDate(r.Week) }, "weeks of reviews")
}

// LastReviews returns the week of each team's newest review.
func (s *Store) LastReviews(ctx context.Context) (map[schedule.ID]schedule.Date, error) {
	var rows []reviewRow // one look at the index for each team, and not all reviews of all times
	err := s.from(ctx).Raw(`SELECT * FROM (SELECT id AS team_id, (SELECT MAX(week) FROM review WHERE team_id = team.id) AS week FROM team) last WHERE week IS NOT NULL`).Scan(&rows).Error
	if err != nil {
		return nil, translate(err, "reviews")
	}
	out := map[schedule.ID]schedule.Date{}
	for _, r := range rows {
		week, err := schedule.ParseDate(r.Week)
		if err != nil {
			return nil, fmt.Errorf("review of team %d: %w", r.TeamID, err)
		}
		out[schedule.ID(r.TeamID)] = week
	}
	return out, nil
}

type reviewNoteRow struct {
	TeamID  int64
	Week    string
	Version int64
	Text    string
	At      column.Instant
	ByID    *int64
}

func (reviewNoteRow) TableName() string { return "review_note" }

// AddReviewNote keeps a version of what was agreed.
func (s *Store) AddReviewNote(ctx context.Context, n *health.ReviewNote) error {
	row := reviewNoteRow{TeamID: int64(n.Team), Week: n.Week.String(), Version: n.Version, Text: n.Text, At: column.At(n.At), ByID: ref(n.By)}
	return translate(s.to(ctx).Create(&row).Error, "somebody has written about the week of %v meanwhile", n.Week)
}

// ReviewNote returns the newest version of what was agreed.
func (s *Store) ReviewNote(ctx context.Context, team schedule.ID, week schedule.Date) (health.ReviewNote, error) {
	n := health.ReviewNote{Team: team, Week: week}
	var row reviewNoteRow
	err := s.from(ctx).Where("team_id = ? AND week = ?", team, week.String()).Order("version DESC").Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return n, nil
	}
	n.Version, n.Text, n.At, n.By = row.Version, row.Text, row.At.Time, id(row.ByID)
	return n, translate(err, "what was agreed")
}

// weekMicros is a week of 168 hours.
const weekMicros = int64(7 * 24 * time.Hour / time.Microsecond)

// AlertWeeks counts a team's pages in [from, to) by alert and week.
func (s *Store) AlertWeeks(ctx context.Context, team schedule.ID, from, to time.Time) ([]health.AlertWeek, error) {
	var out []health.AlertWeek
	err := s.from(ctx).Raw(`SELECT service, title AS alert, (triggered_at - ?) / ? AS week, COUNT(*) AS pages FROM page
		WHERE team_id = ? AND triggered_at >= ? AND triggered_at < ? AND counts GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
		micros(from), weekMicros, team, micros(from), micros(to)).Scan(&out).Error
	return out, translate(err, "pages by week")
}
