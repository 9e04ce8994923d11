package healthdb

import (
	"context"

	"watchbill/health"
	"watchbill/migrations/column"
	"watchbill/migrations/rows"
	"watchbill/schedule"
)

type indicatorRow struct {
	TeamID  int64
	Name    string
	Week    bool
	FromDay string
	Version int64
	Value   *float64
	Whole   float64
	Source  string
	At      column.Instant
	ByID    *int64
}

func (indicatorRow) TableName() string { return "indicator" }

func (r *indicatorRow) value() (health.IndicatorValue, error) {
	from, err := schedule.ParseDate(r.FromDay)
	return health.IndicatorValue{
		Team: schedule.ID(r.TeamID), Name: health.IndicatorName(r.Name), Period: health.IndicatorPeriod{Week: r.Week, From: from}, Version: r.Version,
		Value: r.Value, Whole: r.Whole, Source: r.Source, At: r.At.Time, By: id(r.ByID),
	}, err
}

// LockIndicators keeps others from adding to what is said of a team.
func (s *Store) LockIndicators(ctx context.Context, team schedule.ID) error {
	return rows.LockTeam(ctx, s.write, int64(team))
}

// Indicators returns all versions of what was said of a team's periods since a day.
func (s *Store) Indicators(ctx context.Context, team schedule.ID, since schedule.Date) ([]health.IndicatorValue, error) {
	q := s.from(ctx).Where("team_id = ? AND from_day >= ?", team, since.String())
	return values(q.Order("name, from_day, week, version"), (*indicatorRow).value, "indicators")
}

// AddIndicators adds versions. One that is there already is a conflict.
func (s *Store) AddIndicators(ctx context.Context, all []health.IndicatorValue) error {
	if len(all) == 0 {
		return nil
	}
	var out []indicatorRow
	for i := range all {
		v := &all[i]
		out = append(out, indicatorRow{int64(v.Team), string(v.Name), v.Period.Week, v.Period.From.String(), v.Version, v.Value, v.Whole, v.Source, column.At(v.At), ref(v.By)})
	}
	return translate(s.to(ctx).CreateInBatches(&out, 100).Error, "indicators of team %d", all[0].Team)
}
