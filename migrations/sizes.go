package migrations

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strconv"
)

// Sizes are how much room a database takes, in bytes.
type Sizes struct {
	All   int64 // of the file, or of the database on the server
	WAL   int64 // of SQLite's write-ahead log
	Free  int64 // within the file, to be used again; SQLite alone
	Parts []Part
}

// A Part is a table with its indexes. Of SQLite parts are known where the driver was built
// to tell them.
type Part struct {
	Table string `json:"table"`
	Bytes int64  `json:"bytes"`
}

// mostParts is how many of the largest tables are told.
const mostParts = 10

// Sizes asks how much room the database takes, and its largest tables.
func (db *DB) Sizes(ctx context.Context) (s Sizes, err error) {
	read := db.Read.WithContext(ctx)
	if db.path == "" {
		if err := read.Raw("SELECT pg_database_size(current_database())").Scan(&s.All).Error; err != nil {
			return s, err
		}
		err = read.Raw(`SELECT relname AS "table", pg_total_relation_size(oid) AS bytes FROM pg_class
			WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' ORDER BY 2 DESC, 1 LIMIT ?`, mostParts).Scan(&s.Parts).Error
		return s, err
	}
	for path, size := range map[string]*int64{db.path: &s.All, db.path + "-wal": &s.WAL} {
		info, err := os.Stat(path)
		if err == nil {
			*size = info.Size()
		} else if !errors.Is(err, fs.ErrNotExist) {
			return s, err
		}
	}
	if err := read.Raw("SELECT f.freelist_count * p.page_size FROM pragma_freelist_count f, pragma_page_size p").Scan(&s.Free).Error; err != nil {
		return s, err
	}
	// dbstat is not in every build of SQLite: then the parts are left out.
	_ = read.Raw(`SELECT COALESCE(m.tbl_name, d.name) AS "table", SUM(d.pgsize) AS bytes FROM dbstat d LEFT JOIN sqlite_master m ON m.name = d.name
		WHERE d.aggregate = TRUE GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?`, mostParts).Scan(&s.Parts).Error
	return s, nil
}

// mostDamages is how much damage is told.
const mostDamages = 20

// Damages says what is wrong with an SQLite file itself: nothing when it is sound. quick
// leaves out whether indexes and tables agree. PostgreSQL has tools of its own for that.
func (db *DB) Damages(ctx context.Context, quick bool) (found []string, err error) {
	if db.path == "" {
		return nil, nil
	}
	check := "PRAGMA integrity_check(20)"
	if quick {
		check = "PRAGMA quick_check(20)"
	}
	if err := db.Read.WithContext(ctx).Raw(check).Scan(&found).Error; err != nil {
		return nil, err
	}
	if len(found) == 1 && found[0] == "ok" {
		found = nil
	}
	var loose []struct {
		Tab, Parent string
		N           int64
	}
	err = db.Read.WithContext(ctx).Raw(`SELECT "table" AS tab, parent, COUNT(*) AS n FROM pragma_foreign_key_check GROUP BY 1, 2 ORDER BY 1, 2 LIMIT ?`, mostDamages).Scan(&loose).Error
	for _, l := range loose {
		found = append(found, plural(l.N, "row")+" of "+l.Tab+" without the row of "+l.Parent+" that "+map[bool]string{true: "it names", false: "they name"}[l.N == 1])
	}
	return found, err
}

func plural(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.FormatInt(n, 10) + " " + what + "s"
}
