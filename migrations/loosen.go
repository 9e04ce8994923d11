package migrations

import (
	"gorm.io/gorm"
)

// loosen empties all tables and puts off, in a transaction that fills them, what holds
// between their rows: triggers are quiet, and rows may refer to those that come later.
// Bound has everything hold again, and fails when something does not.
func loosen(tx *gorm.DB, all []table) (bound func() error, err error) {
	if tx.Name() == "postgres" {
		return loosenPostgres(tx, all)
	}
	var triggers []struct{ Name, SQL string }
	if err := tx.Raw("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").Scan(&triggers).Error; err != nil {
		return nil, err
	}
	var steps []string
	for _, t := range triggers {
		steps = append(steps, "DROP TRIGGER "+quoted(t.Name))
	}
	steps = append(steps, "PRAGMA defer_foreign_keys = ON")
	for i := range all {
		steps = append(steps, "DELETE FROM "+quoted(all[i].name))
	}
	return func() error {
		var again []string
		for _, t := range triggers {
			again = append(again, t.SQL)
		}
		return each(tx, again) // what refers to nothing, the end of the transaction says
	}, each(tx, steps)
}

func loosenPostgres(tx *gorm.DB, all []table) (bound func() error, err error) {
	var references []struct{ Table, Name string }
	err = tx.Raw(`SELECT conrelid::regclass::text AS "table", quote_ident(conname) AS name FROM pg_constraint
		WHERE contype = 'f' AND connamespace = current_schema()::regnamespace`).Scan(&references).Error
	if err != nil {
		return nil, err
	}
	var before, after []string
	after = append(after, "SET CONSTRAINTS ALL IMMEDIATE") // says what refers to nothing
	for _, r := range references {
		before = append(before, "ALTER TABLE "+r.Table+" ALTER CONSTRAINT "+r.Name+" DEFERRABLE INITIALLY DEFERRED")
		after = append(after, "ALTER TABLE "+r.Table+" ALTER CONSTRAINT "+r.Name+" NOT DEFERRABLE")
	}
	names := make([]string, len(all))
	for i := range all {
		names[i] = all[i].name
		before = append(before, "ALTER TABLE "+quoted(names[i])+" DISABLE TRIGGER USER")
		after = append(after, "ALTER TABLE "+quoted(names[i])+" ENABLE TRIGGER USER")
	}
	before = append(before, "TRUNCATE "+quoted(names...))
	return func() error { return each(tx, after) }, each(tx, before)
}

func each(tx *gorm.DB, statements []string) error {
	for _, s := range statements {
		if err := tx.Exec(s).Error; err != nil {
			return err
		}
	}
	return nil
}

// count has a table go on counting from a number, and behind every row that it has.
func (t *table) count(tx *gorm.DB, next int64) error {
	if t.numbered == "" {
		return nil
	}
	var most int64
	if err := tx.Raw("SELECT COALESCE(MAX(" + quoted(t.numbered) + "), 0) FROM " + quoted(t.name)).Scan(&most).Error; err != nil {
		return err
	}
	next = max(next, most+1)
	if tx.Name() == "postgres" {
		return tx.Exec("SELECT setval(pg_get_serial_sequence(?, ?), ?, false)", quoted(t.name), t.numbered, next).Error
	}
	if err := tx.Exec("DELETE FROM sqlite_sequence WHERE name = ?", t.name).Error; err != nil {
		return err
	}
	return tx.Exec("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", t.name, next-1).Error
}
