package migrations

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
)

// ExportFormat is the number of the format that [DB.Export] writes.
const ExportFormat = 1

// KeyTable is where the keys lie of what is sealed, where they lie in the database at
// all. An export has them only when it is asked for them.
const KeyTable = "pulse_key"

// An ExportHead is the first line of an export.
type ExportHead struct {
	Format  int       `json:"watchbill_export"`
	Schema  int64     `json:"schema"`  // number of the last migration
	Program string    `json:"program"` // version of who wrote it
	MadeAt  time.Time `json:"made_at"`
}

// An exportRow is a line with a row. A column that is not named is null; bytes, and texts
// that are not UTF-8, are objects with their base64.
type exportRow struct {
	Table string         `json:"table"`
	Row   map[string]any `json:"row"`
}

// exportNext is a line that says which number a table gives next. Numbers of rows that
// are gone are not given again.
type exportNext struct {
	Table string `json:"table"`
	Next  int64  `json:"next"`
}

// An exportEnd is the last line.
type exportEnd struct {
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"` // of all lines before, in hexadecimal digits
}

// base64Bytes is what JSON has no word for.
type base64Bytes struct {
	Base64 string `json:"base64"`
}

// A lineWriter writes lines of JSON and remembers what they come to.
type lineWriter struct {
	out  io.Writer
	sum  hash.Hash
	rows int64
}

func (l *lineWriter) line(v any) error {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, _ = l.sum.Write(text.Bytes()) // never fails
	_, err := l.out.Write(text.Bytes())
	return err
}

// Export writes all rows of all tables as lines of JSON, as they are at one moment, while
// the database goes on being used. Keys are the rows of [KeyTable] to write, wherever they
// lie; nil leaves that table out. It returns how many rows that were.
func (db *DB) Export(ctx context.Context, w io.Writer, head ExportHead, keys []map[string]any) (int64, error) {
	lines := &lineWriter{out: w, sum: sha256.New()}
	err := db.Read.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		all, err := tables(ctx, tx)
		if err != nil {
			return err
		}
		if err := tx.Raw("SELECT MAX(version_id) FROM " + gooseTable + " WHERE is_applied").Scan(&head.Schema).Error; err != nil {
			return err
		}
		head.Format = ExportFormat
		if err := lines.line(head); err != nil {
			return err
		}
		for i := range all {
			t := &all[i]
			if t.name == KeyTable {
				for _, key := range keys {
					lines.rows++
					if err := lines.line(exportRow{t.name, key}); err != nil {
						return err
					}
				}
				continue
			}
			if err := lines.table(tx, t); err != nil {
				return fmt.Errorf("table %s: %w", t.name, err)
			}
		}
		return lines.line(exportEnd{lines.rows, hex.EncodeToString(lines.sum.Sum(nil))})
	}, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	return lines.rows, err
}

// table writes the rows of a table in the order of their key, and what number is next.
func (l *lineWriter) table(tx *gorm.DB, t *table) error {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.name
	}
	order := names
	if len(t.key) > 0 {
		order = t.key
	}
	rows, err := tx.Raw("SELECT " + quoted(names...) + " FROM " + quoted(t.name) + " ORDER BY " + quoted(order...)).Rows()
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // what goes wrong Err says
	values, into := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		row := make(map[string]any, len(names))
		for i, v := range values {
			if v == nil {
				continue
			}
			if row[names[i]], err = t.columns[i].said(v); err != nil {
				return err
			}
		}
		l.rows++
		if err := l.line(exportRow{t.name, row}); err != nil {
			return err
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || t.numbered == "" {
		return err
	}
	next, err := t.next(tx)
	if err != nil {
		return err
	}
	return l.line(exportNext{t.name, next})
}

// said returns what a column holds as JSON says it.
func (c *column) said(v any) (any, error) {
	switch v := v.(type) {
	case int64, bool:
		return v, nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("column %s: JSON has no number %v", c.name, v)
		}
		return v, nil
	case string:
		if c.kind == bytesKind || !utf8.ValidString(v) {
			return base64Bytes{base64.StdEncoding.EncodeToString([]byte(v))}, nil
		}
		return v, nil
	case []byte:
		return base64Bytes{base64.StdEncoding.EncodeToString(v)}, nil
	}
	return nil, fmt.Errorf("column %s: a %T is not expected there", c.name, v)
}

// next returns which number a table gives next.
func (t *table) next(tx *gorm.DB) (next int64, err error) {
	if tx.Name() == "postgres" {
		var sequence string
		if err := tx.Raw("SELECT pg_get_serial_sequence(?, ?)", quoted(t.name), t.numbered).Scan(&sequence).Error; err != nil {
			return 0, err
		}
		err = tx.Raw("SELECT last_value + CASE WHEN is_called THEN 1 ELSE 0 END FROM " + sequence).Scan(&next).Error
		return next, err
	}
	err = tx.Raw("SELECT COALESCE(MAX(seq), 0) + 1 FROM sqlite_sequence WHERE name = ?", t.name).Scan(&next).Error
	return next, err
}

// KeyRow is a row of [KeyTable] in an export.
func KeyRow(name string, key []byte) map[string]any {
	return map[string]any{"name": name, "secret": base64.StdEncoding.EncodeToString(key)}
}
