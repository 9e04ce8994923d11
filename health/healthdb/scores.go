package healthdb

import (
	"context"
	"encoding/json"

	"watchbill/health"
	"watchbill/migrations/column"
	"watchbill/schedule"

	"gorm.io/gorm/clause"
)

type scoreRow struct {
	TeamID   int64
	UntilDay string
	Config   string
	At       column.Instant
	Doc      string
}

func (scoreRow) TableName() string { return "team_score" }

func (r *scoreRow) value() (k health.KeptScore, err error) {
	if err := json.Unmarshal([]byte(r.Doc), &k); err != nil {
		return k, err
	}
	k.Config, k.At = r.Config, r.At.Time
	k.Until, err = schedule.ParseDate(r.UntilDay)
	return k, err
}

// KeepScore keeps a score unless there is one of these weeks and this configuration: what
// was told first stays.
func (s *Store) KeepScore(ctx context.Context, team schedule.ID, k *health.KeptScore) error {
	doc, err := text(k)
	if err != nil {
		return err
	}
	row := scoreRow{int64(team), k.Until.String(), k.Config, column.At(k.At), doc}
	return translate(s.to(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error, "score of team %d", team)
}

// KeptScores returns those of weeks that were over on a day or later, by that day and by
// when they were kept.
func (s *Store) KeptScores(ctx context.Context, team schedule.ID, since schedule.Date) ([]health.KeptScore, error) {
	return values(s.from(ctx).Where("team_id = ? AND until_day >= ?", team, since.String()).Order("until_day, at, config"), (*scoreRow).value, "scores")
}
