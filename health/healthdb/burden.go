package healthdb

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"watchbill/health"
	"watchbill/migrations/rows"
	"watchbill/schedule"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

type markRow struct {
	ID       int64 `gorm:"primaryKey"`
	TeamID   int64
	PersonID *int64
	FromAt   int64
	ToAt     int64
}

func (markRow) TableName() string { return "burden_mark" }

func (r *markRow) value() (health.Mark, error) {
	return health.Mark{ID: schedule.ID(r.ID), Team: schedule.ID(r.TeamID), Person: id(r.PersonID), From: unix(r.FromAt), To: unix(r.ToAt)}, nil
}

func unix(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }

// MarkedTeams returns teams that have marks, those first that wait longest.
func (s *Store) MarkedTeams(ctx context.Context, most int) ([]schedule.ID, error) {
	var ids []schedule.ID
	err := s.from(ctx).Model(&markRow{}).Group("team_id").Order("MIN(id)").Limit(most).Pluck("team_id", &ids).Error
	return ids, translate(err, "marks")
}

// AddMarks adds marks.
func (s *Store) AddMarks(ctx context.Context, marks []health.Mark) error {
	rows := make([]markRow, 0, len(marks))
	for _, m := range marks {
		rows = append(rows, markRow{TeamID: int64(m.Team), PersonID: ref(m.Person), FromAt: m.From.Unix(), ToAt: m.To.Unix()})
	}
	return s.createAll(ctx, &rows, len(rows), "marks")
}

// createAll adds rows, if there are any.
func (s *Store) createAll(ctx context.Context, rows any, n int, what string) error {
	if n == 0 {
		return nil
	}
	return translate(s.to(ctx).CreateInBatches(rows, 500).Error, "%s", what)
}

// Marks returns a team's marks, the oldest first.
func (s *Store) Marks(ctx context.Context, team schedule.ID, most int) ([]health.Mark, error) {
	return values(s.from(ctx).Where("team_id = ?", team).Order("id").Limit(most), (*markRow).value, "marks")
}

// TakeMarks returns a team's oldest marks and removes them.
func (s *Store) TakeMarks(ctx context.Context, team schedule.ID, most int) ([]health.Mark, error) {
	q := s.to(ctx).Raw(`DELETE FROM burden_mark WHERE id IN (SELECT id FROM burden_mark WHERE team_id = ? ORDER BY id LIMIT ?)
		RETURNING id, team_id, person_id, from_at, to_at`, team, most)
	return values(q, (*markRow).value, "marks")
}

type stateRow struct {
	TeamID   int64 `gorm:"primaryKey"`
	SinceDay string
	KeptFrom string
	Version  int64
	UntilAt  int64
	Config   string
	Zone     string `gorm:"->"`
	Newest   int64  `gorm:"->"`
}

func (stateRow) TableName() string { return "burden_state" }

func (r *stateRow) value() (health.BurdenState, error) {
	b := health.BurdenState{Team: schedule.ID(r.TeamID), Until: unix(r.UntilAt), Config: r.Config, Zone: r.Zone, Version: r.Version, Newest: r.Newest}
	var err1, err2 error
	if r.SinceDay != "" {
		b.Since, err1 = schedule.ParseDate(r.SinceDay)
	}
	if r.KeptFrom != "" {
		b.KeptFrom, err2 = schedule.ParseDate(r.KeptFrom)
	}
	return b, errors.Join(err1, err2)
}

// BurdenState says how far a team was measured.
func (s *Store) BurdenState(ctx context.Context, team schedule.ID) (health.BurdenState, error) {
	return one(stateOf(s.from(ctx), team), (*stateRow).value, "burden of team", team)
}

// BurdenStates says of every team how far it was measured.
func (s *Store) BurdenStates(ctx context.Context) ([]health.BurdenState, error) {
	q := s.from(ctx).Raw(`SELECT team.id AS team_id, COALESCE(b.since_day, '') AS since_day, COALESCE(b.kept_from, '') AS kept_from, COALESCE(b.version, 0) AS version, COALESCE(b.until_at, 0) AS until_at,
		COALESCE(b.config, '') AS config, team.zone AS zone, team.version AS newest FROM team LEFT JOIN burden_state b ON b.team_id = team.id ORDER BY team.name`)
	return values(q, (*stateRow).value, "burden of teams")
}

func stateOf(q *gorm.DB, team schedule.ID) *gorm.DB {
	return q.Select("burden_state.*, team.zone AS zone, team.version AS newest").Joins("JOIN team ON team.id = burden_state.team_id").Where("burden_state.team_id = ?", team)
}

// LockBurden keeps others from measuring a team until the transaction ends. On SQLite
// there is one writer.
func (s *Store) LockBurden(ctx context.Context, team schedule.ID) (health.BurdenState, bool, error) {
	lock := func() (health.BurdenState, error) {
		q := stateOf(s.to(ctx), team)
		if !s.lite() {
			q = q.Clauses(clause.Locking{Strength: "UPDATE", Table: clause.Table{Name: "burden_state"}, Options: "SKIP LOCKED"})
		}
		return one(q, (*stateRow).value, "burden of team", team)
	}
	state, err := lock()
	if errors.Is(err, schedule.ErrNotFound) {
		// It is locked, or was never measured: then there is no row yet.
		row := stateRow{TeamID: int64(team)}
		err = s.to(ctx).Omit("zone", "newest").Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error
		if err == nil {
			state, err = lock()
		}
	}
	if errors.Is(err, schedule.ErrNotFound) {
		return state, false, nil
	}
	return state, err == nil, err
}

// SaveBurden says how far a team is measured.
func (s *Store) SaveBurden(ctx context.Context, b *health.BurdenState) error {
	keptFrom := ""
	if !b.KeptFrom.IsZero() {
		keptFrom = b.KeptFrom.String()
	}
	err := s.to(ctx).Model(&stateRow{}).Where("team_id = ?", b.Team).
		Updates(map[string]any{"since_day": b.Since.String(), "kept_from": keptFrom, "version": b.Version, "until_at": b.Until.Unix(), "config": b.Config}).Error
	return translate(err, "burden of team %d", b.Team)
}

type dutyRow struct {
	ID       int64 `gorm:"primaryKey"`
	TeamID   int64
	PersonID *int64
	Level    int
	StartAt  int64
	EndAt    int64
}

func (dutyRow) TableName() string { return "burden_duty" }

// packedDuties packs duties behind their number, in order.
const packedDuties = `SELECT COUNT(*) || ' ' || COALESCE(string_agg(concat_ws(' ', COALESCE(person_id, 0), level, start_at, end_at) || ' ',
	'' ORDER BY start_at, level, person_id), '') FROM burden_duty WHERE team_id = ? AND end_at > ? AND start_at < ?`

// Duties returns who was on call in [from, to).
func (s *Store) Duties(ctx context.Context, team schedule.ID, from, to time.Time) ([]health.Shift, error) {
	u, err := rows.Pack(s.from(ctx).Raw(packedDuties, team, from.Unix(), to.Unix()))
	if err != nil {
		return nil, translate(err, "duties of team %d", team)
	}
	duties := make([]health.Shift, u.Number())
	for i := range duties {
		duties[i] = health.Shift{Person: schedule.ID(u.Number()), Level: int(u.Number()), Start: u.At(), End: u.At()}
	}
	return duties, translate(u.Err(), "duties of team %d", team)
}

// ReplaceDuties takes some away and adds others.
func (s *Store) ReplaceDuties(ctx context.Context, team schedule.ID, gone, come []health.Shift) error {
	for _, d := range gone {
		q := s.to(ctx).Where("team_id = ? AND level = ? AND start_at = ? AND end_at = ?", team, d.Level, d.Start.Unix(), d.End.Unix())
		if d.Person == 0 {
			q = q.Where("person_id IS NULL")
		} else {
			q = q.Where("person_id = ?", d.Person)
		}
		if err := q.Delete(&dutyRow{}).Error; err != nil {
			return translate(err, "duties of team %d", team)
		}
	}
	rows := make([]dutyRow, 0, len(come))
	for _, d := range come {
		rows = append(rows, dutyRow{TeamID: int64(team), PersonID: ref(d.Person), Level: d.Level, StartAt: d.Start.Unix(), EndAt: d.End.Unix()})
	}
	return s.createAll(ctx, &rows, len(rows), "duties")
}

type clockRow struct {
	ID                  int64 `gorm:"primaryKey"`
	PersonID            int64
	FromAt              int64
	Zone, Works, Sleeps string
}

func (clockRow) TableName() string { return "burden_clock" }

func (r *clockRow) value() (health.ClockChange, error) {
	return health.ClockChange{Person: schedule.ID(r.PersonID), From: unix(r.FromAt), Zone: r.Zone, Works: r.Works, Sleeps: r.Sleeps}, nil
}

// ClockChanges returns where people lived and when they worked and slept.
func (s *Store) ClockChanges(ctx context.Context, people []schedule.ID) ([]health.ClockChange, error) {
	return values(s.from(ctx).Where("person_id IN ?", people).Order("person_id, from_at"), (*clockRow).value, "clocks")
}

// AddClockChange notes that somebody lives otherwise from an instant on. Two teams may
// note the same.
func (s *Store) AddClockChange(ctx context.Context, c *health.ClockChange) error {
	row := clockRow{PersonID: int64(c.Person), FromAt: c.From.Unix(), Zone: c.Zone, Works: c.Works, Sleeps: c.Sleeps}
	err := s.to(ctx).Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "person_id"}, {Name: "from_at"}}, DoUpdates: clause.AssignmentColumns([]string{"zone", "works", "sleeps"}),
	}).Create(&row).Error
	return translate(err, "clock of person %d", c.Person)
}

type dayRow struct {
	TeamID   int64
	Config   string
	PersonID int64
	Day      string
	Tally    string
	Open     string
}

func (dayRow) TableName() string { return "burden_day" }

func (r *dayRow) value() (d health.DayRow, err error) {
	d.Person = schedule.ID(r.PersonID)
	if d.Date, err = schedule.ParseDate(r.Day); err != nil {
		return d, err
	}
	var tally tallyText
	var open openText
	err = errors.Join(json.Unmarshal([]byte(r.Tally), &tally), json.Unmarshal([]byte(r.Open), &open))
	d.Tally, d.Open = tally.value(), open.value()
	return d, err
}

// Days returns somebody's days in [from, until).
func (s *Store) Days(ctx context.Context, team schedule.ID, config string, person schedule.ID, from, until schedule.Date) ([]health.DayRow, error) {
	q := s.from(ctx).Where("team_id = ? AND config = ? AND person_id = ? AND day >= ? AND day < ?", team, config, person, from.String(), until.String()).Order("day")
	return values(q, (*dayRow).value, "days")
}

// replace adds rows, or what is new in those that are there.
func replace(q *gorm.DB, key, columns []string) *gorm.DB {
	named := make([]clause.Column, len(key))
	for i, name := range key {
		named[i].Name = name
	}
	return q.Clauses(clause.OnConflict{Columns: named, DoUpdates: clause.AssignmentColumns(columns)})
}

// SaveDays adds days or replaces them.
func (s *Store) SaveDays(ctx context.Context, team schedule.ID, config string, days []health.DayRow) error {
	if len(days) == 0 {
		return nil
	}
	rows := make([]dayRow, 0, len(days))
	for i := range days {
		d := &days[i]
		tally, err1 := text(tallyOf(&d.Tally))
		open, err2 := text(openOf(&d.Open))
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		rows = append(rows, dayRow{TeamID: int64(team), Config: config, PersonID: int64(d.Person), Day: d.Date.String(), Tally: tally, Open: open})
	}
	err := replace(s.to(ctx), []string{"team_id", "config", "person_id", "day"}, []string{"tally", "open"}).Create(&rows).Error
	return translate(err, "days of team %d", team)
}

type personWeekRow struct {
	TeamID   int64
	Config   string
	Week     string
	PersonID int64
	Tally    string
}

func (personWeekRow) TableName() string { return "burden_person_week" }

func (r *personWeekRow) value() (w health.PersonWeek, err error) {
	w.Person = schedule.ID(r.PersonID)
	if w.Week, err = schedule.ParseDate(r.Week); err != nil {
		return w, err
	}
	var x personWeekText
	err = json.Unmarshal([]byte(r.Tally), &x)
	w.Tally, w.ShortRests, w.ShortWeek = x.value(), x.ShortRests, x.ShortWeek
	return w, err
}

// PersonWeeks returns weeks in [from, until), of one person or of all.
func (s *Store) PersonWeeks(ctx context.Context, team schedule.ID, config string, person schedule.ID, from, until schedule.Date) ([]health.PersonWeek, error) {
	q := s.from(ctx).Where("team_id = ? AND config = ? AND week >= ? AND week < ?", team, config, from.String(), until.String()).Order("week, person_id")
	if person != 0 {
		q = q.Where("person_id = ?", person)
	}
	return values(q, (*personWeekRow).value, "weeks")
}

// SavePersonWeeks adds weeks or replaces them.
func (s *Store) SavePersonWeeks(ctx context.Context, team schedule.ID, config string, weeks []health.PersonWeek) error {
	if len(weeks) == 0 {
		return nil
	}
	rows := make([]personWeekRow, 0, len(weeks))
	for i := range weeks {
		tally, err := text(personWeekText{tallyOf(&weeks[i].Tally), weeks[i].ShortRests, weeks[i].ShortWeek})
		if err != nil {
			return err
		}
		rows = append(rows, personWeekRow{TeamID: int64(team), Config: config, Week: weeks[i].Week.String(), PersonID: int64(weeks[i].Person), Tally: tally})
	}
	err := replace(s.to(ctx), []string{"team_id", "config", "week", "person_id"}, []string{"tally"}).Create(&rows).Error
	return translate(err, "weeks of team %d", team)
}

type teamWeekRow struct{ Week, Measure string }

func (teamWeekRow) TableName() string { return "burden_team_week" }

func (r *teamWeekRow) value() (w health.TeamWeek, err error) {
	if w, err = readTeamWeek(r.Measure); err == nil {
		w.Week, err = schedule.ParseDate(r.Week)
	}
	return w, err
}

// TeamWeeks returns a team's weeks in [from, until), in order.
func (s *Store) TeamWeeks(ctx context.Context, team schedule.ID, config string, from, until schedule.Date) ([]health.TeamWeek, error) {
	q := s.from(ctx).Where("team_id = ? AND config = ? AND week >= ? AND week < ?", team, config, from.String(), until.String()).Order("week")
	return values(q, (*teamWeekRow).value, "weeks")
}

// SaveTeamWeek adds a week or replaces it.
func (s *Store) SaveTeamWeek(ctx context.Context, team schedule.ID, config string, w *health.TeamWeek) error {
	measure, err := text(teamWeekOf(w))
	if err != nil {
		return err
	}
	f := w.Figures()
	err = s.to(ctx).Exec(`INSERT INTO burden_team_week (team_id, config, week, level1, on_call, engaged, interruptions, wakeups, off_hours, nights, incidents, quiet, measure)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (team_id, config, week) DO UPDATE SET level1 = excluded.level1, on_call = excluded.on_call,
		engaged = excluded.engaged, interruptions = excluded.interruptions, wakeups = excluded.wakeups, off_hours = excluded.off_hours, nights = excluded.nights,
		incidents = excluded.incidents, quiet = excluded.quiet, measure = excluded.measure`,
		team, config, w.Week.String(), f.Level1, f.OnCall, f.Engaged, f.Interruptions, f.Wakeups, f.OffHours, f.Nights, f.Incidents, f.Quiet, measure).Error
	return translate(err, "week %v of team %d", w.Week, team)
}

// SumWeeks returns the sum of a team's weeks, or of those of all teams.
func (s *Store) SumWeeks(ctx context.Context, team schedule.ID, config string, from, until schedule.Date) (health.TeamSum, error) {
	which, args := "config = ? AND week >= ? AND week < ?", []any{config, from.String(), until.String()}
	if team != 0 { // as an expression, else SQLite would look through the weeks of all teams
		which, args = "config || '' = ? AND week >= ? AND week < ? AND team_id = ?", append(args, team)
	}
	var sum health.TeamSum
	err := s.from(ctx).Raw(`SELECT COUNT(DISTINCT team_id) AS teams, COUNT(*) AS weeks, COALESCE(SUM(quiet), 0) AS quiet, COALESCE(SUM(level1), 0) AS level1,
		COALESCE(SUM(on_call), 0) AS on_call, COALESCE(SUM(engaged), 0) AS engaged, COALESCE(SUM(interruptions), 0) AS interruptions, COALESCE(SUM(wakeups), 0) AS wakeups,
		COALESCE(SUM(off_hours), 0) AS off_hours, COALESCE(SUM(nights), 0) AS nights, COALESCE(SUM(incidents), 0) AS incidents
		FROM burden_team_week WHERE `+which+` AND level1 > 0`, args...).Scan(&sum).Error
	return sum, translate(err, "sum of weeks")
}

// NoteSeen writes down that somebody has seen what is about people, once a day.
func (s *Store) NoteSeen(ctx context.Context, by, team schedule.ID, people []schedule.ID, at time.Time) error {
	return s.NoteLooked(ctx, "burden.see", by, team, people, at)
}
