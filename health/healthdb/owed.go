package healthdb

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"watchbill/health"
	"watchbill/migrations/column"
	"watchbill/migrations/rows"
	"watchbill/schedule"
)

type owedPolicyRow struct {
	ID        int64 `gorm:"primaryKey"`
	TeamID    int64
	FromDay   string
	Off       bool
	Rules     string
	CreatedBy *int64
	CreatedAt column.Instant
}

func (owedPolicyRow) TableName() string { return "owed_policy" }

// owedRulesText is rules of time owed as JSON: hours in thousandths, times in seconds.
type owedRulesText struct {
	Hours      health.ByBand[schedule.Weight] `json:"hours"`
	Least      int64                          `json:"least"`
	Paged      bool                           `json:"paged,omitempty"`
	RoundUp    int64                          `json:"round_up"`
	ExpireDays int                            `json:"expire_days"`
	WarnDays   int                            `json:"warn_days"`
}

func (r *owedPolicyRow) value() (p health.OwedPolicy, err error) {
	var x owedRulesText
	from, err := schedule.ParseDate(r.FromDay)
	if err = errors.Join(err, json.Unmarshal([]byte(r.Rules), &x)); err != nil {
		return p, err
	}
	return health.OwedPolicy{
		ID: schedule.ID(r.ID), Team: schedule.ID(r.TeamID), From: from, Off: r.Off, By: id(r.CreatedBy), At: r.CreatedAt.Time,
		Rules: health.OwedRules{
			Hours: x.Hours, Least: time.Duration(x.Least) * time.Second, Paged: x.Paged, RoundUp: time.Duration(x.RoundUp) * time.Second,
			ExpireDays: x.ExpireDays, WarnDays: x.WarnDays,
		},
	}, nil
}

// OwedPolicies returns a team's policies.
func (s *Store) OwedPolicies(ctx context.Context, team schedule.ID) ([]health.OwedPolicy, error) {
	return values(s.from(ctx).Where("team_id = ?", team).Order("from_day, id"), (*owedPolicyRow).value, "policies of time owed")
}

// AddOwedPolicy adds a policy and sets its ID.
func (s *Store) AddOwedPolicy(ctx context.Context, p *health.OwedPolicy) error {
	rules, err := text(owedRulesText{p.Rules.Hours, int64(p.Rules.Least / time.Second), p.Rules.Paged, int64(p.Rules.RoundUp / time.Second), p.Rules.ExpireDays, p.Rules.WarnDays})
	if err != nil {
		return err
	}
	row := owedPolicyRow{TeamID: int64(p.Team), FromDay: p.From.String(), Off: p.Off, Rules: rules, CreatedBy: ref(p.By), CreatedAt: column.At(p.At)}
	err = s.to(ctx).Create(&row).Error
	p.ID = schedule.ID(row.ID)
	return translate(err, "policy of time owed")
}

// LockOwedPolicies keeps others from adding a policy of a team.
func (s *Store) LockOwedPolicies(ctx context.Context, team schedule.ID) error {
	return rows.LockTeam(ctx, s.write, int64(team))
}

// LockOwed keeps others from deciding about what somebody is owed.
func (s *Store) LockOwed(ctx context.Context, person schedule.ID) error {
	return rows.LockPerson(ctx, s.write, int64(person))
}

type owedRow struct {
	ID        int64 `gorm:"primaryKey"`
	TeamID    int64
	PersonID  int64
	At        column.Instant
	Kind      string
	Lot       string
	Minutes   int64
	ByID      *int64
	Reason    string
	PolicyID  *int64
	ExpiresAt *int64
	OfID      *int64
	FirstDay  string
	LastDay   string
	AbsenceID *int64
}

func (owedRow) TableName() string { return "owed_entry" }

func (r *owedRow) value() (e health.OwedEntry, err error) {
	e = health.OwedEntry{
		ID: schedule.ID(r.ID), Team: schedule.ID(r.TeamID), Person: schedule.ID(r.PersonID), At: r.At.Time, Kind: health.OwedKind(r.Kind), Lot: r.Lot, Minutes: r.Minutes,
		By: id(r.ByID), Reason: r.Reason, Policy: id(r.PolicyID), Of: id(r.OfID), Leave: id(r.AbsenceID),
	}
	if r.ExpiresAt != nil {
		e.Expires = unix(*r.ExpiresAt)
	}
	if r.FirstDay == "" {
		return e, nil
	}
	first, err1 := schedule.ParseDate(r.FirstDay)
	last, err2 := schedule.ParseDate(r.LastDay)
	e.First, e.Last = first, last
	return e, errors.Join(err1, err2)
}

// OwedEntries returns a team's ledger, of one person or of all.
func (s *Store) OwedEntries(ctx context.Context, team, person schedule.ID) ([]health.OwedEntry, error) {
	q := s.from(ctx).Where("team_id = ?", team).Order("id")
	if person != 0 {
		q = q.Where("person_id = ?", person)
	}
	return values(q, (*owedRow).value, "time owed")
}

// OwedOfLot returns what was earned by one thing.
func (s *Store) OwedOfLot(ctx context.Context, team schedule.ID, lot string) ([]health.OwedEntry, error) {
	return values(s.from(ctx).Where("team_id = ? AND lot = ? AND kind = ?", team, lot, health.OwedEarned).Order("id"), (*owedRow).value, "time owed")
}

// AddOwed adds entries to ledgers.
func (s *Store) AddOwed(ctx context.Context, entries []health.OwedEntry) error {
	rows := make([]owedRow, 0, len(entries))
	for i := range entries {
		e := &entries[i]
		row := owedRow{
			TeamID: int64(e.Team), PersonID: int64(e.Person), At: column.At(e.At), Kind: string(e.Kind), Lot: e.Lot, Minutes: e.Minutes, ByID: ref(e.By), Reason: e.Reason,
			PolicyID: ref(e.Policy), OfID: ref(e.Of), AbsenceID: ref(e.Leave),
		}
		if !e.Expires.IsZero() {
			at := e.Expires.Unix()
			row.ExpiresAt = &at
		}
		if !e.First.IsZero() {
			row.FirstDay, row.LastDay = e.First.String(), e.Last.String()
		}
		rows = append(rows, row)
	}
	return s.createAll(ctx, &rows, len(rows), "time owed")
}

// OwedTeams returns the teams in which somebody is or was owed time.
func (s *Store) OwedTeams(ctx context.Context, person schedule.ID) ([]schedule.ID, error) {
	var ids []schedule.ID
	err := s.from(ctx).Raw("SELECT DISTINCT team_id FROM owed_entry WHERE person_id = ? ORDER BY team_id", person).Scan(&ids).Error
	return ids, translate(err, "time owed")
}

// OwedWaiting returns those of some teams in which something waits for approval that is owed
// to others than a person: of a week more was earned than was approved or declined.
func (s *Store) OwedWaiting(ctx context.Context, teams []schedule.ID, but schedule.ID) ([]schedule.ID, error) {
	if len(teams) == 0 {
		return nil, nil
	}
	var ids []schedule.ID
	err := s.from(ctx).Raw(`SELECT DISTINCT team_id FROM (SELECT team_id FROM owed_entry WHERE team_id IN ? AND person_id <> ? AND kind IN ('earned', 'approved', 'declined')
		GROUP BY team_id, person_id, lot HAVING SUM(CASE WHEN kind = 'earned' THEN minutes ELSE -minutes END) > 0) AS waiting ORDER BY team_id`, teams, but).Scan(&ids).Error
	return ids, translate(err, "time owed")
}

// OwedEnding returns whose approved time has ended: of whom more was approved than was
// written off since.
func (s *Store) OwedEnding(ctx context.Context, by time.Time) ([]health.OwedName, error) {
	var rows []struct{ TeamID, PersonID int64 }
	err := s.from(ctx).Raw(`SELECT team_id, person_id FROM owed_entry WHERE kind IN ('approved', 'expired')
		GROUP BY team_id, person_id, lot
		HAVING SUM(CASE WHEN kind = 'approved' THEN minutes ELSE -minutes END) > 0 AND MAX(expires_at) <= ? ORDER BY team_id, person_id`, by.Unix()).Scan(&rows).Error
	var out []health.OwedName
	for _, r := range rows {
		name := health.OwedName{Team: schedule.ID(r.TeamID), Person: schedule.ID(r.PersonID)}
		if n := len(out); n == 0 || out[n-1] != name {
			out = append(out, name)
		}
	}
	return out, translate(err, "time owed")
}

// OwedEndingIn returns whose approved time ends in between.
func (s *Store) OwedEndingIn(ctx context.Context, after, until time.Time) ([]health.OwedEnd, error) {
	var rows []struct {
		TeamID, PersonID int64
		ExpiresAt        column.Instant
	}
	err := s.from(ctx).Raw(`SELECT DISTINCT team_id, person_id, expires_at FROM owed_entry
		WHERE kind = 'approved' AND expires_at > ? AND expires_at <= ? ORDER BY team_id, person_id, expires_at`, after.Unix(), until.Unix()).Scan(&rows).Error
	var out []health.OwedEnd
	for _, r := range rows {
		out = append(out, health.OwedEnd{OwedName: health.OwedName{Team: schedule.ID(r.TeamID), Person: schedule.ID(r.PersonID)}, Ends: r.ExpiresAt.Time})
	}
	return out, translate(err, "time owed")
}

// NoteLooked writes down that somebody has looked at what is about people, once a day.
func (s *Store) NoteLooked(ctx context.Context, action string, by, team schedule.ID, people []schedule.ID, at time.Time) error {
	for _, person := range people {
		var n int64
		err := s.from(ctx).Model(&auditRow{}).Where("about_id = ? AND team_id = ? AND by_id = ? AND action = ? AND at > ?", person, team, by, action, at.Add(-24*time.Hour).Unix()).Count(&n).Error
		if err == nil && n == 0 {
			row := auditRow{At: column.At(at), ByID: ref(by), Action: action, AboutID: ref(person), TeamID: ref(team)}
			err = s.to(ctx).Create(&row).Error
		}
		if err != nil {
			return translate(err, "audit")
		}
	}
	return nil
}
