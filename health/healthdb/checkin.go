package healthdb

import (
	"context"
	"fmt"
	"time"

	"watchbill/health"
	"watchbill/migrations/column"
	"watchbill/schedule"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

type checkInRow struct {
	ID            int64 `gorm:"primaryKey"`
	IntegrationID int64
	PageKey       string
	OpenedBy      string
	TeamID        int64
	At            column.Moment
	PersonID      int64
	OnItAt        column.Moment
	Actionable    int
	Woke          int
	Note          string
	SaidAt        column.Moment
}

func (checkInRow) TableName() string { return "check_in" }

type checkInLinkRow struct {
	ID            int64 `gorm:"primaryKey"`
	IntegrationID int64
	PageKey       string
	OpenedBy      string
	PersonID      int64
	Hash          string
	CreatedAt     column.Moment
}

func (checkInLinkRow) TableName() string { return "check_in_link" }

// saidRow is what somebody said, as it is read.
type saidRow struct {
	PageID     int64
	PersonID   int64
	OnItAt     column.Moment
	Actionable int
	Woke       int
	Note       string
	SaidAt     column.Moment
}

func (r *saidRow) value() (health.Said, error) {
	return health.Said{
		Page: schedule.ID(r.PageID), Person: schedule.ID(r.PersonID),
		CheckIn: health.CheckIn{OnItAt: r.OnItAt.Time, Verdict: health.Verdict(r.Actionable), Waking: health.Waking(r.Woke), Note: r.Note, SaidAt: r.SaidAt.Time},
	}, nil
}

// ownRow is a page of somebody with what they said of it.
type ownRow struct {
	Said          saidRow `gorm:"embedded"`
	IntegrationID int64
	PageKey       string
	OpenedBy      string
	TeamID        int64
	State         string
	Title         string
	Service       string
	Severity      string
	TriggeredAt   column.Moment
	ResolvedAt    column.Moment
	NotifiedAt    column.Moment
	LinkedAt      column.Moment
}

func (r *ownRow) value() (health.OwnPage, error) {
	said, err := r.Said.value()
	return health.OwnPage{
		ID: said.Page, Name: health.PageName{Integration: schedule.ID(r.IntegrationID), Key: r.PageKey}, OpenedBy: r.OpenedBy,
		Team: schedule.ID(r.TeamID), Person: said.Person, State: health.State(r.State), Title: r.Title, Service: r.Service, Severity: r.Severity,
		TriggeredAt: r.TriggeredAt.Time, ResolvedAt: r.ResolvedAt.Time, NotifiedAt: r.NotifiedAt.Time, Linked: r.LinkedAt.Time, CheckIn: said.CheckIn,
	}, err
}

// A page rings for somebody when one of its notices does; they are found by the page,
// which is found by who had to do with it.
const rang = "n.page_id = p.id AND n.person_id = r.person_id AND n.rings"

// ownPages reads what rang for somebody: one row of a page, however often it rang.
const ownPages = `SELECT p.id AS page_id, p.integration_id, p.page_key, p.opened_by, p.team_id, r.person_id, p.state, p.title, p.service, p.severity, p.triggered_at, p.resolved_at,
		(SELECT MIN(n.at) FROM notice n WHERE ` + rang + `) AS notified_at,
		c.on_it_at, COALESCE(c.actionable, 0) AS actionable, COALESCE(c.woke, 0) AS woke, COALESCE(c.note, '') AS note, c.said_at, l.created_at AS linked_at
	FROM (SELECT DISTINCT page_id, person_id FROM page_responder WHERE person_id = @person AND %s) r
	JOIN page p ON p.id = r.page_id
	LEFT JOIN check_in c ON c.integration_id = p.integration_id AND c.page_key = p.page_key AND c.opened_by = p.opened_by AND c.person_id = r.person_id
	LEFT JOIN check_in_link l ON l.integration_id = p.integration_id AND l.page_key = p.page_key AND l.opened_by = p.opened_by AND l.person_id = r.person_id
	WHERE EXISTS (SELECT 1 FROM notice n WHERE ` + rang + `) ORDER BY p.triggered_at DESC, p.id DESC LIMIT @most`

// OwnPages returns pages that rang for somebody, the newest first.
func (s *Store) OwnPages(ctx context.Context, f health.OwnFilter) ([]health.OwnPage, error) {
	args := map[string]any{"person": f.Person, "page": f.Page, "most": f.Most, "since": micros(f.Since)}
	which := "notified_at >= @since"
	if f.Page != 0 {
		which = "page_id = @page"
	}
	return values(s.from(ctx).Raw(fmt.Sprintf(ownPages, which), args), (*ownRow).value, "pages of a person")
}

// LinkedPage returns the page of a link.
func (s *Store) LinkedPage(ctx context.Context, hash string) (health.OwnPage, error) {
	var row struct{ PersonID, PageID schedule.ID }
	err := s.from(ctx).Raw(`SELECT l.person_id, p.id AS page_id FROM check_in_link l
		JOIN page p ON p.integration_id = l.integration_id AND p.page_key = l.page_key AND p.opened_by = l.opened_by
		JOIN person h ON h.id = l.person_id AND h.deactivated_at IS NULL
		WHERE l.hash = ?`, hash).Take(&row).Error
	if err != nil {
		return health.OwnPage{}, translate(err, "link of a page")
	}
	all, err := s.OwnPages(ctx, health.OwnFilter{Person: row.PersonID, Page: row.PageID, Most: 1})
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("link of page %d: %w", row.PageID, schedule.ErrNotFound)
	}
	if err != nil {
		return health.OwnPage{}, err
	}
	return all[0], nil
}

// onPage says on which columns what is said of one page by one person meets.
var onPage = []clause.Column{{Name: "integration_id"}, {Name: "page_key"}, {Name: "opened_by"}, {Name: "person_id"}}

// SaveSaying writes down what somebody says of a page, each part by itself: two taps at
// once are both kept.
func (s *Store) SaveSaying(ctx context.Context, p *health.OwnPage, what *health.Saying, at time.Time) error {
	row := checkInRow{
		IntegrationID: int64(p.Name.Integration), PageKey: p.Name.Key, OpenedBy: p.OpenedBy, TeamID: int64(p.Team), At: column.Exactly(p.TriggeredAt),
		PersonID: int64(p.Person), SaidAt: column.Exactly(at),
	}
	set := map[string]any{"said_at": row.SaidAt, "at": row.At}
	if what.OnIt != nil {
		set["on_it_at"] = nil
		if *what.OnIt {
			row.OnItAt = column.Exactly(at)
			set["on_it_at"] = gorm.Expr("COALESCE(check_in.on_it_at, excluded.on_it_at)")
		}
	}
	if what.Verdict != nil {
		row.Actionable = int(*what.Verdict)
		set["actionable"] = row.Actionable
	}
	if what.Waking != nil {
		row.Woke = int(*what.Waking)
		set["woke"] = row.Woke
	}
	if what.Note != nil {
		row.Note = storable(*what.Note)
		set["note"] = row.Note
	}
	err := s.to(ctx).Clauses(clause.OnConflict{Columns: onPage, DoUpdates: clause.Assignments(set)}).Create(&row).Error
	if err != nil {
		return translate(err, "what was said of page %d", p.ID)
	}
	return s.markPage(ctx, int64(p.ID))
}

// SetLink makes a link for a page in the place of one from before.
func (s *Store) SetLink(ctx context.Context, p *health.OwnPage, hash string, at time.Time) error {
	row := checkInLinkRow{IntegrationID: int64(p.Name.Integration), PageKey: p.Name.Key, OpenedBy: p.OpenedBy, PersonID: int64(p.Person), Hash: hash, CreatedAt: column.Exactly(at)}
	err := s.to(ctx).Clauses(clause.OnConflict{Columns: onPage, DoUpdates: clause.AssignmentColumns([]string{"hash", "created_at"})}).Create(&row).Error
	return translate(err, "link of page %d", p.ID)
}

// EndLink ends the link of a page, if there is one.
func (s *Store) EndLink(ctx context.Context, p *health.OwnPage) error {
	err := s.to(ctx).Where("integration_id = ? AND page_key = ? AND opened_by = ? AND person_id = ?", p.Name.Integration, p.Name.Key, p.OpenedBy, p.Person).Delete(&checkInLinkRow{}).Error
	return translate(err, "link of page %d", p.ID)
}

// saidAbout joins what was said with the pages that it was said of, as long as they ring
// for whoever said it.
const saidAbout = ` FROM check_in r JOIN page p ON p.integration_id = r.integration_id AND p.page_key = r.page_key AND p.opened_by = r.opened_by
	WHERE r.team_id = ? AND r.at >= ? AND r.at < ? AND EXISTS (SELECT 1 FROM notice n WHERE ` + rang + `)`

// SaidOf counts what somebody said of a team's pages.
func (s *Store) SaidOf(ctx context.Context, team, person schedule.ID, from, to time.Time) (health.SaidSum, error) {
	var sum health.SaidSum
	count := func(what string) string { return "COALESCE(SUM(CASE WHEN " + what + " THEN 1 ELSE 0 END), 0)" }
	err := s.from(ctx).Raw("SELECT "+count("r.woke + r.actionable > 0")+" AS pages, "+count("r.woke = 1")+" AS woken, "+count("r.woke = 2")+" AS awake_anyway, "+
		count("r.actionable = 1")+" AS actionable, "+count("r.actionable = 2")+" AS no_action"+saidAbout+" AND r.person_id = ?", team, micros(from), micros(to), person).Scan(&sum).Error
	return sum, translate(err, "what was said by person %d", person)
}

// SaidIn returns what was said of a team's pages.
func (s *Store) SaidIn(ctx context.Context, team schedule.ID, from, to time.Time) ([]health.Said, error) {
	q := s.from(ctx).Raw("SELECT p.id AS page_id, r.person_id, r.on_it_at, r.actionable, r.woke, r.note, r.said_at"+saidAbout+" ORDER BY r.said_at, r.id", team, micros(from), micros(to))
	return values(q, (*saidRow).value, "what was said of pages")
}

// SaidOpenings returns by what pages of a key began of which somebody said something.
func (s *Store) SaidOpenings(ctx context.Context, name health.PageName) ([]string, error) {
	var all []string
	err := s.from(ctx).Raw(`SELECT opened_by FROM check_in WHERE integration_id = ? AND page_key = ?
		UNION SELECT opened_by FROM check_in_link WHERE integration_id = ? AND page_key = ? ORDER BY opened_by`, name.Integration, name.Key, name.Integration, name.Key).Scan(&all).Error
	return all, translate(err, "what was said of pages %q", name.Key)
}

// MoveSayings has what was said of one page be said of another.
func (s *Store) MoveSayings(ctx context.Context, name health.PageName, from, to string, at time.Time) error {
	of := []any{name.Integration, name.Key, from}
	run := func(query string, args ...any) error {
		return translate(s.to(ctx).Exec(query, args...).Error, "what was said of pages %q", name.Key)
	}
	const where = " WHERE integration_id = ? AND page_key = ? AND opened_by = ?"
	if err := run(`INSERT INTO check_in (integration_id, page_key, opened_by, team_id, at, person_id, on_it_at, actionable, woke, note, said_at)
		SELECT integration_id, page_key, CAST(? AS TEXT), team_id, CAST(? AS BIGINT), person_id, on_it_at, actionable, woke, note, said_at FROM check_in`+where+`
		ON CONFLICT (integration_id, page_key, opened_by, person_id) DO UPDATE SET
			on_it_at = CASE WHEN excluded.on_it_at < check_in.on_it_at OR check_in.on_it_at IS NULL THEN excluded.on_it_at ELSE check_in.on_it_at END,
			actionable = CASE check_in.actionable WHEN 0 THEN excluded.actionable ELSE check_in.actionable END,
			woke = CASE check_in.woke WHEN 0 THEN excluded.woke ELSE check_in.woke END,
			note = CASE check_in.note WHEN '' THEN excluded.note ELSE check_in.note END`, append([]any{to, micros(at)}, of...)...); err != nil {
		return err
	}
	if err := run("DELETE FROM check_in"+where, of...); err != nil {
		return err
	}
	if err := run("DELETE FROM check_in_link"+where+" AND person_id IN (SELECT o.person_id FROM check_in_link o WHERE o.integration_id = ? AND o.page_key = ? AND o.opened_by = ?)",
		append(of[:3:3], name.Integration, name.Key, to)...); err != nil {
		return err
	}
	return run("UPDATE check_in_link SET opened_by = ?"+where, append([]any{to}, of...)...)
}
