package migrations

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// A table is one of the database as a copy needs it.
type table struct {
	name    string
	columns []column // in the order of their names
	key     []string // columns of the primary key
	// numbered is the column that numbers rows by itself and gives no number twice; none
	// if empty.
	numbered string
}

type column struct {
	name string
	kind kind
}

// A kind is what a column holds, whatever a database calls it.
type kind string

const (
	wholeKind kind = "a whole number"
	realKind  kind = "a number"
	truthKind kind = "true or false"
	textKind  kind = "a text"
	bytesKind kind = "bytes"
)

var kinds = map[string]kind{
	"INTEGER": wholeKind, "bigint": wholeKind, "integer": wholeKind, "REAL": realKind, "double precision": realKind,
	"BOOLEAN": truthKind, "boolean": truthKind, "TEXT": textKind, "text": textKind, "BLOB": bytesKind, "bytea": bytesKind,
}

const (
	columnsOfSQLite = `SELECT m.name AS "table", c.name AS "column", c.type AS kind, c.pk AS place, m.sql LIKE '%AUTOINCREMENT%' AND c.pk = 1 AS numbered
		FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\'`
	columnsOfPostgres = `SELECT c.relname AS "table", a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS kind,
		COALESCE(array_position(i.indkey::smallint[], a.attnum), -1) + 1 AS place, a.attidentity <> '' AS numbered
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND a.attgenerated = ''`
)

// gooseTable is where goose keeps which migrations there were: that is of the schema.
const gooseTable = "goose_db_version"

// tables returns all tables, in the order of their names, without columns that the database writes itself.
func tables(ctx context.Context, db *gorm.DB) ([]table, error) {
	query := columnsOfSQLite
	if db.Name() == "postgres" {
		query = columnsOfPostgres
	}
	type found struct {
		Table, Column, Kind string
		Place               int
		Numbered            bool
	}
	var rows []found
	if err := db.WithContext(ctx).Raw(query).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("tables: %w", err)
	}
	slices.SortFunc(rows, func(a, b found) int {
		return cmp.Or(strings.Compare(a.Table, b.Table), strings.Compare(a.Column, b.Column))
	})
	var all []table
	for _, r := range rows {
		if r.Table == gooseTable {
			continue
		}
		if len(all) == 0 || all[len(all)-1].name != r.Table {
			all = append(all, table{name: r.Table})
		}
		t, kind := &all[len(all)-1], kinds[r.Kind]
		if kind == "" {
			return nil, fmt.Errorf("%s.%s holds %s, of which nothing is known", r.Table, r.Column, r.Kind)
		}
		t.columns = append(t.columns, column{r.Column, kind})
		if r.Place > 0 {
			t.key = append(t.key, r.Column)
		}
		if r.Numbered {
			t.numbered = r.Column
		}
	}
	return all, nil
}

// quoted is a name as both databases read it.
func quoted(names ...string) string {
	return `"` + strings.Join(names, `", "`) + `"`
}
