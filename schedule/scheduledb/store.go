// Package scheduledb keeps people, teams, plans and what became of them in
// tables.
package scheduledb

import (
	"context"
	"time"

	"watchbill/migrations/column"
	"watchbill/migrations/rows"
	"watchbill/migrations/tx"
	"watchbill/schedule"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// A Store implements schedule.Store.
type Store struct {
	write, read *gorm.DB
}

var _ schedule.Store = (*Store)(nil)

// New returns a store that writes and reads through the given handles, which may
// be the same.
func New(write, read *gorm.DB) *Store { return &Store{write, read} }

// InTx runs f in one transaction, again when the database ended it for others.
func (s *Store) InTx(ctx context.Context, f func(schedule.Store) error) error {
	return tx.Run(ctx, s.write, func(w *gorm.DB) error { return f(New(w, w)) })
}

func (s *Store) from(ctx context.Context) *gorm.DB { return rows.From(ctx, s.read) }
func (s *Store) to(ctx context.Context) *gorm.DB   { return s.write.WithContext(ctx) }

// What all stores do alike.
var (
	translate = rows.Translate
	affected  = rows.Affected
	ref       = rows.Ref[schedule.ID]
	id        = rows.ID[schedule.ID]
)

type valuer[V any] interface{ value() V }

// values reads all rows of a query.
func values[R valuer[V], V any](q *gorm.DB, what string) ([]V, error) {
	return rows.Values(q, func(r *R) (V, error) { return (*r).value(), nil }, what)
}

// one reads the row of a query.
func one[R valuer[V], V any](q *gorm.DB, what string, key any) (V, error) {
	return rows.One(q, func(r *R) (V, error) { return (*r).value(), nil }, what, key)
}

// Teams returns all teams by name.
func (s *Store) Teams(ctx context.Context) ([]schedule.TeamRecord, error) {
	return values[teamRow](s.from(ctx).Order("name"), "teams")
}

// FindTeams returns a page of teams by name.
func (s *Store) FindTeams(ctx context.Context, f schedule.Search) ([]schedule.TeamRecord, error) {
	found, err := values[teamRow](rows.OnPage(rows.Matching(s.from(ctx), "team", &f, "team.name"), "team", &f), "teams")
	return rows.Forwards(found, &f), err
}

// CountTeams counts the teams that FindTeams finds on all pages.
func (s *Store) CountTeams(ctx context.Context, f schedule.Search) (int, error) {
	var n int64
	err := rows.Matching(s.from(ctx).Table("team"), "team", &f, "team.name").Count(&n).Error
	return int(n), translate(err, "teams")
}

// Team returns one team.
func (s *Store) Team(ctx context.Context, id schedule.ID) (schedule.TeamRecord, error) {
	return one[teamRow](s.from(ctx).Where("id = ?", id), "team", id)
}

// AddTeam adds a team and sets its ID.
func (s *Store) AddTeam(ctx context.Context, t *schedule.TeamRecord) error {
	row := teamRow{Name: t.Name, Zone: t.Zone, HorizonWeeks: t.HorizonWeeks, FrozenWeeks: t.FrozenWeeks, CreatedAt: column.At(t.CreatedAt)}
	err := s.to(ctx).Create(&row).Error
	t.ID = schedule.ID(row.ID)
	return translate(err, "team %q", t.Name)
}

// SaveTeam changes a team's settings.
func (s *Store) SaveTeam(ctx context.Context, t *schedule.TeamRecord) error {
	tx := s.to(ctx).Model(&teamRow{}).Where("id = ?", t.ID).
		Updates(map[string]any{"name": t.Name, "zone": t.Zone, "horizon_weeks": t.HorizonWeeks, "frozen_weeks": t.FrozenWeeks,
			"repay_gain": t.Repay.Gain, "repay_cap": t.Repay.Cap, "repay_since": day(t.Repay.Since), "rest_cover": t.RestCover})
	return translate(affected(tx), "team %d", t.ID)
}

// RaiseVersion counts a change of a team's schedule.
func (s *Store) RaiseVersion(ctx context.Context, team schedule.ID) (int64, error) {
	row := teamRow{}
	tx := s.to(ctx).Model(&row).Clauses(clause.Returning{Columns: []clause.Column{{Name: "version"}}}).
		Where("id = ?", team).Update("version", gorm.Expr("version + 1"))
	return row.Version, translate(affected(tx), "team %d", team)
}

// Rules returns the rules of a team by the day they begin.
func (s *Store) Rules(ctx context.Context, team schedule.ID) ([]schedule.TeamRules, error) {
	return values[rulesRow](s.from(ctx).Where("team_id = ?", team).Order("from_day"), "rules")
}

// SaveRules adds rules, or replaces those that begin on the same day.
func (s *Store) SaveRules(ctx context.Context, r *schedule.TeamRules) error {
	row := rulesRow{TeamID: int64(r.Team), FromDay: day(r.From), Source: r.Source, CreatedAt: column.At(r.CreatedAt), CreatedBy: ref(r.CreatedBy)}
	err := s.to(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "team_id"}, {Name: "from_day"}},
		DoUpdates: clause.AssignmentColumns([]string{"source", "created_at", "created_by"}),
	}).Create(&row).Error
	return translate(err, "rules of team %d", r.Team)
}

// RemoveRules forgets rules of a team, which must not hold yet.
func (s *Store) RemoveRules(ctx context.Context, team, id schedule.ID) error {
	tx := s.to(ctx).Where("id = ? AND team_id = ?", id, team).Delete(&rulesRow{})
	return translate(affected(tx), "rules %d", id)
}

// People returns people by name; nil asks for everybody.
func (s *Store) People(ctx context.Context, ids []schedule.ID) ([]schedule.Profile, error) {
	const byName = `SELECT string_agg(` + packedPerson + `, '' ORDER BY name, id) FROM person`
	if ids == nil {
		return s.people(ctx, byName)
	}
	return s.people(ctx, byName+" WHERE id IN ?", ids)
}

// PeopleAfter returns a page of everybody by ID.
func (s *Store) PeopleAfter(ctx context.Context, id schedule.ID, most int) ([]schedule.Profile, error) {
	return s.people(ctx, `SELECT string_agg(`+packedPerson+`, '' ORDER BY id) FROM (SELECT * FROM person WHERE id > ? ORDER BY id LIMIT ?) page`, id, most)
}

// PeopleMark says whether people have changed, by what an index alone has.
func (s *Store) PeopleMark(ctx context.Context) (schedule.PeopleMark, error) {
	var m schedule.PeopleMark
	err := s.from(ctx).Raw("SELECT COUNT(*) AS people, COALESCE(MAX(id), 0) AS last, CAST(COALESCE(SUM(version), 0) AS BIGINT) AS changes FROM person").Scan(&m).Error
	return m, translate(err, "people")
}

// PersonByEmail returns the person of an address in lower case.
func (s *Store) PersonByEmail(ctx context.Context, email string) (schedule.Profile, error) {
	return one[personRow](s.from(ctx).Where("email = ?", email), "person", email)
}

// AddPerson adds a person and sets the ID.
func (s *Store) AddPerson(ctx context.Context, p *schedule.Profile) error {
	row := personOf(p)
	err := s.to(ctx).Create(&row).Error
	p.ID = schedule.ID(row.ID)
	return translate(err, "person %q", p.Name)
}

// SavePerson changes what a person says of themselves.
func (s *Store) SavePerson(ctx context.Context, p *schedule.Profile) error {
	tx := s.to(ctx).Model(&personRow{}).Where("id = ?", p.ID).Updates(map[string]any{
		"name": p.Name, "zone": p.Zone, "works": p.Works, "sleeps": p.Sleeps, "holidays": p.Holidays, "language": p.Language,
		"version": gorm.Expr("version + 1"),
	})
	return translate(affected(tx), "person %d", p.ID)
}

// LockPerson implements schedule.Store.
func (s *Store) LockPerson(ctx context.Context, id schedule.ID) error {
	return rows.LockPerson(ctx, s.write, int64(id))
}

// Members returns a team's members.
func (s *Store) Members(ctx context.Context, team schedule.ID) ([]schedule.Membership, error) {
	return values[memberRow](s.from(ctx).Where("team_id = ?", team).Order("id"), "members")
}

// Memberships returns a person's places in teams.
func (s *Store) Memberships(ctx context.Context, person schedule.ID) ([]schedule.Membership, error) {
	return values[memberRow](s.from(ctx).Where("person_id = ?", person).Order("id"), "memberships")
}

// MembersOf returns the members of some teams, and the places of some people.
func (s *Store) MembersOf(ctx context.Context, teams, people []schedule.ID) ([]schedule.Membership, error) {
	return values[memberRow](s.from(ctx).Where("team_id IN ? OR person_id IN ?", teams, people).Order("id"), "members")
}

// SaveMember adds a member or replaces what is known of one.
func (s *Store) SaveMember(ctx context.Context, m *schedule.Membership) error {
	row := memberOf(m)
	row.ID = 0
	err := s.to(ctx).Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "team_id"}, {Name: "person_id"}},
		DoUpdates: clause.AssignmentColumns([]string{
			"manager", "on_call", "share", "from_day", "until_day", "takes", "skills", "limits",
		}),
	}).Create(&row).Error
	return translate(err, "member %d of team %d", m.Person, m.Team)
}

// RemoveMember forgets that a person was a member; who leaves gets a last day
// instead.
func (s *Store) RemoveMember(ctx context.Context, team, person schedule.ID) error {
	if err := s.to(ctx).Where("team_id = ? AND person_id = ?", team, person).Delete(&memberChangeRow{}).Error; err != nil {
		return translate(err, "changes of member %d of team %d", person, team)
	}
	if err := s.to(ctx).Where("team_id = ? AND person_id = ?", team, person).Delete(&memberTermsRow{}).Error; err != nil {
		return translate(err, "terms of member %d of team %d", person, team)
	}
	tx := s.to(ctx).Where("team_id = ? AND person_id = ?", team, person).Delete(&memberRow{})
	return translate(affected(tx), "member %d of team %d", person, team)
}

// Begun implements schedule.Store.
func (s *Store) Begun(ctx context.Context, team, person schedule.ID) (time.Time, error) {
	var at column.Instant
	err := s.from(ctx).Raw(`SELECT MIN(at) FROM (SELECT MIN(start_at) AS at FROM shift WHERE team_id = @t AND person_id = @p
		UNION ALL SELECT MIN(at) FROM audit WHERE team_id = @t AND about_id = @p AND (action LIKE 'member.%' OR action = 'invitation.accept')) x`, map[string]any{"t": team, "p": person}).Row().Scan(&at)
	return at.Time, translate(err, "member %d of team %d", person, team)
}

// AddPastMember implements schedule.Store.
func (s *Store) AddPastMember(ctx context.Context, m *schedule.Membership) error {
	row := pastMemberRow{TeamID: int64(m.Team), PersonID: int64(m.Person), Manager: m.Manager, OnCall: m.OnCall, FromDay: day(m.From), UntilDay: day(m.Until)}
	return translate(s.to(ctx).Create(&row).Error, "member %d of team %d", m.Person, m.Team)
}

// PastMembers implements schedule.Store.
func (s *Store) PastMembers(ctx context.Context, team schedule.ID) ([]schedule.Membership, error) {
	return values[pastMemberRow](s.from(ctx).Where("team_id = ?", team).Order("until_day, id"), "past members")
}

// MemberChanges returns what changes for members of a team, by day.
func (s *Store) MemberChanges(ctx context.Context, team schedule.ID) ([]schedule.MemberChange, error) {
	return values[memberChangeRow](s.from(ctx).Where("team_id = ?", team).Order("from_day, id"), "changes of members")
}

// SaveMemberChange adds a change of a member, or replaces that of the same day.
func (s *Store) SaveMemberChange(ctx context.Context, c *schedule.MemberChange) error {
	row := memberChangeRow{
		TeamID: int64(c.Team), PersonID: int64(c.Person), FromDay: day(c.From), Share: int64(c.Share), OnCall: c.OnCall,
		CreatedAt: column.At(c.CreatedAt), CreatedBy: ref(c.CreatedBy),
	}
	err := s.to(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "team_id"}, {Name: "person_id"}, {Name: "from_day"}},
		DoUpdates: clause.AssignmentColumns([]string{"share", "on_call", "created_at", "created_by"}),
	}).Create(&row).Error
	return translate(err, "change of member %d of team %d", c.Person, c.Team)
}

// RemoveMemberChange forgets a change of a member.
func (s *Store) RemoveMemberChange(ctx context.Context, team, id schedule.ID) error {
	tx := s.to(ctx).Where("id = ? AND team_id = ?", id, team).Delete(&memberChangeRow{})
	return translate(affected(tx), "change %d", id)
}

// MemberTerms returns the rotations, skills and limits that members of a team have from which day
// on, by day.
func (s *Store) MemberTerms(ctx context.Context, team schedule.ID) ([]schedule.MemberTerms, error) {
	return values[memberTermsRow](s.from(ctx).Where("team_id = ?", team).Order("from_day, id"), "terms of members")
}

// SaveMemberTerms adds terms of a member, or replaces those of the same day.
func (s *Store) SaveMemberTerms(ctx context.Context, t *schedule.MemberTerms) error {
	row := memberTermsRow{
		TeamID: int64(t.Team), PersonID: int64(t.Person), FromDay: day(t.From), Takes: t.Takes, Skills: t.Skills, Limits: t.Limits,
		CreatedAt: column.At(t.CreatedAt), CreatedBy: ref(t.CreatedBy),
	}
	err := s.to(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "team_id"}, {Name: "person_id"}, {Name: "from_day"}},
		DoUpdates: clause.AssignmentColumns([]string{"takes", "skills", "limits", "created_at", "created_by"}),
	}).Create(&row).Error
	return translate(err, "terms of member %d of team %d", t.Person, t.Team)
}

// RemoveMemberTerms forgets terms of a member.
func (s *Store) RemoveMemberTerms(ctx context.Context, team, id schedule.ID) error {
	tx := s.to(ctx).Where("id = ? AND team_id = ?", id, team).Delete(&memberTermsRow{})
	return translate(affected(tx), "terms %d", id)
}

// Leaves returns absences and wishes of people.
func (s *Store) Leaves(ctx context.Context, people []schedule.ID) ([]schedule.Leave, error) {
	return values[absenceRow](s.from(ctx).Where("person_id IN ?", people).Order("id"), "absences")
}

// AddLeave adds an absence or a wish and sets its ID.
func (s *Store) AddLeave(ctx context.Context, l *schedule.Leave) error {
	row := absenceOf(l)
	err := s.to(ctx).Create(&row).Error
	l.ID = schedule.ID(row.ID)
	return translate(err, "absence of %d", l.Person)
}

// RemoveLeave removes an absence or a wish of a person.
func (s *Store) RemoveLeave(ctx context.Context, person, id schedule.ID) error {
	tx := s.to(ctx).Where("id = ? AND person_id = ?", id, person).Delete(&absenceRow{})
	return translate(affected(tx), "absence %d", id)
}

// Audit adds an entry and sets its ID.
func (s *Store) Audit(ctx context.Context, e *schedule.AuditEntry) error {
	row := auditRow{At: column.At(e.At), ByID: ref(e.By), Action: e.Action, AboutID: ref(e.About), TeamID: ref(e.Team), Detail: e.Detail}
	err := s.to(ctx).Create(&row).Error
	e.ID = schedule.ID(row.ID)
	return translate(err, "audit")
}

// AuditOf returns entries of the audit log, the newest first.
func (s *Store) AuditOf(ctx context.Context, q schedule.AuditQuery) ([]schedule.AuditEntry, error) {
	tx := s.from(ctx).Order("id DESC").Limit(q.Most)
	if q.Person != 0 {
		tx = tx.Where("about_id = ? OR by_id = ?", q.Person, q.Person)
	}
	if q.Team != 0 {
		tx = tx.Where("team_id = ?", q.Team)
	}
	if !q.After.IsZero() {
		tx = tx.Where("at > ?", seconds(q.After))
	}
	if q.Kinds != nil {
		kinds := s.from(ctx)
		for _, kind := range q.Kinds {
			kinds = kinds.Or("action LIKE ?", kind+".%")
		}
		tx = tx.Where(kinds)
	}
	return values[auditRow](tx, "audit")
}

// seconds is an instant as SQL compares it.
func seconds(t time.Time) int64 { return t.Unix() }
