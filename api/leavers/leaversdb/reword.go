package leaversdb

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"watchbill/api/leavers"
	"watchbill/migrations/rows"
	"watchbill/migrations/tx"
	"watchbill/schedule"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// atOnce is how many rows are written in one transaction: nobody else writes meanwhile on
// SQLite.
const atOnce = 50

// Reword implements leavers.Store.
func (s *Store) Reword(ctx context.Context, person schedule.ID, t *leavers.Traces, w *leavers.Words) error {
	teams := t.Teams
	if len(teams) == 0 {
		teams = []schedule.ID{0}
	}
	if err := s.contacts(ctx, person, w); err != nil {
		return err
	}
	for i := range places {
		if err := s.reword(ctx, &places[i], teams, w); err != nil {
			return err
		}
	}
	return s.packed(ctx, teams, w)
}

// reword replaces words in one table.
func (s *Store) reword(ctx context.Context, p *place, teams []schedule.ID, w *leavers.Words) error {
	q := s.from(ctx).Table(p.table).Select(p.key)
	if p.near != "" {
		q = q.Where(p.near, map[string]any{"teams": teams})
	}
	found, err := keyed(q.Where(s.like(p.columns, w)))
	if err != nil {
		return rows.Translate(err, "%s", p.table)
	}
	replace := w.Replace
	if byName[p.table+"."+p.columns[0]] {
		replace = w.ReplaceNames
	}
	for some := range slices.Chunk(found, atOnce) {
		err := tx.Run(ctx, s.write, func(db *gorm.DB) error {
			for _, key := range some {
				if err := rewordOne(db, p, key, replace); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return rows.Translate(err, "%s", p.table)
		}
	}
	return nil
}

// keyed reads rows by the names of their columns.
func keyed(q *gorm.DB) ([]map[string]any, error) {
	var found []map[string]any
	err := q.Find(&found).Error
	return found, err
}

// rewordOne writes the texts of a row anew, as they are now.
func rewordOne(db *gorm.DB, p *place, key map[string]any, replace func(string) string) error {
	is, err := keyed(db.Table(p.table).Clauses(clause.Locking{Strength: "NO KEY UPDATE"}).Select(p.columns).Where(key))
	if err != nil || len(is) == 0 {
		return err
	}
	maps.DeleteFunc(is[0], func(column string, value any) bool {
		text, ok := value.(string)
		is[0][column] = replace(text)
		return !ok || is[0][column] == text
	})
	if len(is[0]) == 0 {
		return nil
	}
	return db.Table(p.table).Where(key).Updates(is[0]).Error
}

// like finds rows that may have one of the words in one of some columns. Letters beyond ASCII
// may be any there, because SQLite does not know how they are capitalised: who has the words
// looks closer.
func (s *Store) like(columns []string, w *leavers.Words) clause.Expr {
	operator := "ILIKE"
	if rows.Lite(s.write) {
		operator = "LIKE"
	}
	var either []string
	var patterns []any
	for _, word := range w.Spelt() {
		for _, c := range columns {
			either, patterns = append(either, c+" "+operator+` ? ESCAPE '\'`), append(patterns, pattern(word))
		}
	}
	if len(either) == 0 {
		return gorm.Expr("1 = 0")
	}
	return gorm.Expr("("+strings.Join(either, " OR ")+")", patterns...)
}

func pattern(word string) string {
	var b strings.Builder
	b.WriteByte('%')
	for _, r := range word {
		switch {
		case r >= utf8.RuneSelf:
			b.WriteByte('_')
		case strings.ContainsRune(`\%_`, r):
			b.WriteRune('\\')
			fallthrough
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + "%"
}

// contacts makes those whom pagers know as somebody, or by one of their words, nobody in particular, with what was told
// of them by their number there: who folds a page again finds the same contact by it.
func (s *Store) contacts(ctx context.Context, person schedule.ID, w *leavers.Words) error {
	var known []struct {
		ID, IntegrationID             int64
		PersonID                      *int64
		MatchKey, VendorUserID, Email string
		Name                          string
	}
	q := s.from(ctx).Table("identity").Where("person_id = ? OR person_id IS NULL AND ?", person, s.like([]string{"email", "name"}, w))
	if err := q.Order("id").Find(&known).Error; err != nil {
		return rows.Translate(err, "contacts of person %d", person)
	}
	for _, c := range known {
		if c.PersonID == nil && !w.Tells(c.Email) && !w.Tells(c.Name) {
			continue
		}
		number := c.VendorUserID
		if number != "" && !strings.HasPrefix(number, "left-") {
			number = fmt.Sprint("left-", c.ID)
			if err := s.renumber(ctx, c.IntegrationID, c.VendorUserID, number); err != nil {
				return err
			}
		}
		email, name, key := w.Replace(c.Email), w.Replace(c.Name), "id:"+number
		if c.PersonID != nil { // also by what others go by
			email, name = instead(c.Email, w.Address), instead(c.Name, w.Label)
		}
		if number == "" {
			if key = w.Replace(c.MatchKey); key == c.MatchKey {
				key = fmt.Sprint("left:", c.ID)
			}
		}
		err := s.to(ctx).Table("identity").Where("id = ?", c.ID).Updates(map[string]any{
			"match_key": gorm.Expr("CASE WHEN EXISTS (SELECT 1 FROM identity o WHERE o.integration_id = ? AND o.match_key = ? AND o.id <> ?) THEN ? ELSE ? END",
				c.IntegrationID, key, c.ID, fmt.Sprint(key, " ", c.ID), key),
			"vendor_user_id": number, "email": email, "name": name,
		}).Error
		if err != nil {
			return rows.Translate(err, "contact %d", c.ID)
		}
	}
	return nil
}

// instead is what stands for a text, if there is any.
func instead(text, label string) string {
	if text == "" {
		return ""
	}
	return label
}

// renumber replaces the number by which a vendor knows somebody, where it stands for them, in
// what was told of pages and in what became of it.
func (s *Store) renumber(ctx context.Context, integration int64, was, is string) error {
	of := func(id string) string {
		text, _ := json.Marshal(id) // a text always can be
		return `"ID":` + string(text)
	}
	for _, p := range []place{
		{"page", []string{"id"}, []string{"folded"}, ""}, {"page_event", []string{"id"}, []string{"event"}, ""}, {"past_row", []string{"table_id", "page_key"}, []string{"events"}, ""},
	} {
		found, err := keyed(s.from(ctx).Table(p.table).Select(p.key).Where("integration_id = ? AND "+p.columns[0]+` LIKE ? ESCAPE '\'`, integration, pattern(of(was))))
		if err != nil {
			return rows.Translate(err, "%s", p.table)
		}
		for some := range slices.Chunk(found, atOnce) {
			err := tx.Run(ctx, s.write, func(db *gorm.DB) error {
				for _, key := range some {
					if err := rewordOne(db, &p, key, func(text string) string { return strings.ReplaceAll(text, of(was), of(is)) }); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return rows.Translate(err, "%s", p.table)
			}
		}
	}
	return nil
}
