package authdb

import (
	"context"
	"slices"
	"strings"

	"watchbill/api/auth"
	"watchbill/migrations/column"

	"gorm.io/gorm/clause"
)

type auditRow struct {
	ID      int64 `gorm:"primaryKey"`
	At      column.Instant
	ByID    *int64
	Action  string
	AboutID *int64
	TeamID  *int64
	Detail  string
	Once    *string
}

func (auditRow) TableName() string { return "audit" }

func rowOf(e auth.Entry) auditRow {
	return auditRow{At: column.At(e.At), ByID: ref(e.By), Action: e.Action, AboutID: ref(e.About), TeamID: ref(e.Team), Detail: e.Detail}
}

func (r auditRow) value() auth.Entry {
	return auth.Entry{ID: r.ID, At: r.At.Time, By: deref(r.ByID), Action: r.Action, About: deref(r.AboutID), Team: deref(r.TeamID), Detail: r.Detail}
}

// Audit implements auth.Store.
func (s *Store) Audit(ctx context.Context, e auth.Entry) error {
	row := rowOf(e)
	return translate(s.to(ctx).Create(&row).Error, "audit")
}

// AuditOnce implements auth.Store. Most looks have been noted: they cost one read
// of an index and no write.
func (s *Store) AuditOnce(ctx context.Context, e auth.Entry, once string) error {
	var known int64
	if err := s.from(ctx).Table("audit").Where("once = ?", once).Count(&known).Error; err != nil || known > 0 {
		return translate(err, "audit")
	}
	row := rowOf(e)
	row.Once = &once
	return translate(s.to(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "once"}}, DoNothing: true}).Create(&row).Error, "audit")
}

// escaped keeps what people type from being a pattern.
var escaped = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// Log implements auth.Store.
func (s *Store) Log(ctx context.Context, q auth.LogQuery) ([]auth.Entry, error) {
	order := "audit.id DESC"
	tx := s.from(ctx).Table("audit").Select("audit.*").Limit(q.Limit)
	if q.Person != 0 {
		tx = tx.Where("(audit.about_id = ? OR audit.by_id = ?)", q.Person, q.Person)
	}
	if q.Team != 0 {
		tx = tx.Where("audit.team_id = ?", q.Team)
	}
	if len(q.Without) > 0 {
		tx = tx.Where("audit.action NOT IN ?", q.Without)
	}
	if q.Before != 0 {
		tx = tx.Where("audit.id < ?", q.Before)
	}
	if q.After != 0 {
		tx, order = tx.Where("audit.id > ?", q.After), "audit.id"
	}
	if q.Text != "" {
		// As it was typed as well: SQLite's lower knows only the letters of ASCII.
		low, typed := "%"+escaped.Replace(strings.ToLower(q.Text))+"%", "%"+escaped.Replace(q.Text)+"%"
		actions := q.Or
		if len(actions) == 0 {
			actions = []string{""}
		}
		named := func(table string) string {
			return `(SELECT id FROM ` + table + ` WHERE lower(name) LIKE @low ESCAPE '\' OR name LIKE @typed ESCAPE '\')`
		}
		tx = tx.Where(`(lower(audit.action) LIKE @low ESCAPE '\' OR lower(audit.detail) LIKE @low ESCAPE '\' OR audit.detail LIKE @typed ESCAPE '\'
			OR audit.action IN @actions OR audit.by_id IN `+named("person")+` OR audit.about_id IN `+named("person")+` OR audit.team_id IN `+named("team")+`)`,
			map[string]any{"low": low, "typed": typed, "actions": actions})
	}
	all, err := values[auditRow](tx.Order(order), "audit")
	if q.After != 0 {
		slices.Reverse(all)
	}
	return all, err
}
