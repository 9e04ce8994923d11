package healthdb

import (
	"context"
	"encoding/json"
	"time"

	"watchbill/health"
	"watchbill/migrations/column"
	"watchbill/migrations/rows"
	"watchbill/schedule"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

type warningRow struct {
	ID     int64
	TeamID int64
	Week   string
	Cause  string
	Config string
	At     column.Instant
	Doc    string
	Ended  string
}

func (warningRow) TableName() string { return "warning" }

func (r *warningRow) value() (w health.RaisedWarning, err error) {
	if err := json.Unmarshal([]byte(r.Doc), &w.Warning); err != nil {
		return w, err
	}
	w.ID, w.Team, w.Config, w.At, w.Cause = schedule.ID(r.ID), schedule.ID(r.TeamID), r.Config, r.At.Time, health.Cause(r.Cause)
	if w.Week, err = schedule.ParseDate(r.Week); err == nil && r.Ended != "" {
		w.Ended, err = schedule.ParseDate(r.Ended)
	}
	return w, err
}

type warningAnswerRow struct {
	WarningID int64
	Version   int64
	Text      string
	At        column.Instant
	ByID      *int64
}

func (warningAnswerRow) TableName() string { return "warning_answer" }

func (r *warningAnswerRow) value() (health.WarningAnswer, error) {
	return health.WarningAnswer{Warning: schedule.ID(r.WarningID), Version: r.Version, Text: r.Text, At: r.At.Time, By: id(r.ByID)}, nil
}

type warningLookRow struct {
	TeamID int64
	Week   string
}

func (warningLookRow) TableName() string { return "warning_look" }

// WarningLooks returns the last week of each team that was looked at.
func (s *Store) WarningLooks(ctx context.Context) (map[schedule.ID]schedule.Date, error) {
	var looks []warningLookRow
	if err := s.from(ctx).Find(&looks).Error; err != nil {
		return nil, translate(err, "looks for warnings")
	}
	out := map[schedule.ID]schedule.Date{}
	for _, l := range looks {
		week, err := schedule.ParseDate(l.Week)
		if err != nil {
			return nil, err
		}
		out[schedule.ID(l.TeamID)] = week
	}
	return out, nil
}

// LockWarnings keeps others from asking and answering about a team.
func (s *Store) LockWarnings(ctx context.Context, team schedule.ID) error {
	return rows.LockTeam(ctx, s.write, int64(team))
}

// SaveWarningLook notes up to which week a team was looked at.
func (s *Store) SaveWarningLook(ctx context.Context, team schedule.ID, week schedule.Date) error {
	row := warningLookRow{int64(team), week.String()}
	q := s.to(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "team_id"}}, DoUpdates: clause.AssignmentColumns([]string{"week"})}).Create(&row)
	return translate(q.Error, "look for warnings of team %d", team)
}

// Warnings returns what was asked of weeks since a day, by week, with answers.
func (s *Store) Warnings(ctx context.Context, team schedule.ID, since schedule.Date) ([]health.RaisedWarning, error) {
	return s.answered(ctx, s.from(ctx).Where("team_id = ? AND week >= ?", team, since.String()).Order("week, id"))
}

// answered reads questions with their answers.
func (s *Store) answered(ctx context.Context, q *gorm.DB) ([]health.RaisedWarning, error) {
	all, err := values(q, (*warningRow).value, "warnings")
	if err != nil || len(all) == 0 {
		return all, err
	}
	at, ids := map[schedule.ID]int{}, []schedule.ID{}
	for i := range all {
		at[all[i].ID], ids = i, append(ids, all[i].ID)
	}
	answers, err := values(s.from(ctx).Where("warning_id IN ?", ids).Order("warning_id, version"), (*warningAnswerRow).value, "answers to warnings")
	for _, a := range answers {
		w := &all[at[a.Warning]]
		w.Answers = append(w.Answers, a)
	}
	return all, err
}

// Warning returns one question of a team; that of another does not exist.
func (s *Store) Warning(ctx context.Context, team, id schedule.ID) (health.RaisedWarning, error) {
	w, err := one(s.from(ctx).Where("team_id = ? AND id = ?", team, id), (*warningRow).value, "warning", id)
	if err == nil {
		w.Answers, err = values(s.from(ctx).Where("warning_id = ?", id).Order("version"), (*warningAnswerRow).value, "answers to a warning")
	}
	return w, err
}

// OpenWarnings returns what goes on and has no answer.
func (s *Store) OpenWarnings(ctx context.Context, teams []schedule.ID, since time.Time) ([]health.RaisedWarning, error) {
	q := s.from(ctx).Where("team_id IN ? AND at >= ? AND "+goesOn, teams, column.At(since))
	return values(q.Order("week DESC, id DESC"), (*warningRow).value, "warnings")
}

// goesOn is what a question is of that has not ended and that nobody has answered.
const goesOn = "ended = '' AND NOT EXISTS (SELECT 1 FROM warning_answer WHERE warning_id = warning.id)"

// WarningsSince is OpenWarnings for all teams, in the order of asking.
func (s *Store) WarningsSince(ctx context.Context, since time.Time) ([]health.RaisedWarning, error) {
	return values(s.from(ctx).Where("at >= ? AND "+goesOn, column.At(since)).Order("id"), (*warningRow).value, "warnings")
}

// AddWarning keeps a question, and sets its ID.
func (s *Store) AddWarning(ctx context.Context, w *health.RaisedWarning) error {
	doc, err := text(&w.Warning)
	if err != nil {
		return err
	}
	row := warningRow{TeamID: int64(w.Team), Week: w.Week.String(), Cause: string(w.Cause), Config: w.Config, At: column.At(w.At), Doc: doc}
	err = s.to(ctx).Create(&row).Error
	w.ID = schedule.ID(row.ID)
	return translate(err, "warning of team %d", w.Team)
}

// EndWarning notes the first week without the cause of a question, once.
func (s *Store) EndWarning(ctx context.Context, id schedule.ID, week schedule.Date) error {
	return translate(s.to(ctx).Model(&warningRow{}).Where("id = ? AND ended = ''", id).Update("ended", week.String()).Error, "warning %d", id)
}

// AddWarningAnswer keeps a version of an answer.
func (s *Store) AddWarningAnswer(ctx context.Context, a *health.WarningAnswer) error {
	row := warningAnswerRow{int64(a.Warning), a.Version, a.Text, column.At(a.At), ref(a.By)}
	return translate(s.to(ctx).Create(&row).Error, "somebody has answered warning %d meanwhile", a.Warning)
}
