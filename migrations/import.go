package migrations

import (
	"bufio"
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
	"os"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// Rows are written so many at once, or with so many values, of which neither database
// takes more than 32,766 at a time.
const (
	rowsAtOnce   = 500
	valuesAtOnce = 30_000
)

// longestLine bounds a row of an export. The longest hold files of past pages.
const longestLine = 300 << 20

// Import makes a database of what [DB.Export] wrote, SQLite or PostgreSQL, with the same
// rows under the same numbers, and brings it up to date; it need not be of the kind that
// it was exported from. An SQLite file must not be there yet, a PostgreSQL database must
// be empty, and when something fails it is as before. Keys takes what there is of
// [KeyTable]; nil puts it into the table. The errors say which line is wrong, and what of
// it. It returns how many rows there were.
func Import(ctx context.Context, r io.Reader, address string, keys func(name string, key []byte) error) (int64, error) {
	in := &importing{lines: bufio.NewReaderSize(r, 1<<20), sum: sha256.New(), keys: keys}
	if IsPostgres(address) {
		err := in.into(ctx, address)
		return in.rows, err
	}
	if err := noLeftovers(address); err != nil {
		return 0, err
	}
	err := NewFile(address, func(part *os.File) error {
		defer func() { _ = os.Remove(part.Name() + ".lock") }()
		return in.into(ctx, part.Name())
	})
	return in.rows, err
}

// An importing is one import under way.
type importing struct {
	lines *bufio.Reader
	sum   hash.Hash // of all lines so far
	keys  func(name string, key []byte) error

	at     int64 // number of the line
	rows   int64
	tables map[string]*table
	next   map[string]int64 // by table
	batch  batch
}

// A batch is rows of one table that are not written yet.
type batch struct {
	table  *table
	first  int64 // line of the first
	rows   int
	values []any
}

// into fills a database.
func (in *importing) into(ctx context.Context, address string) error {
	head, err := in.head()
	if err != nil {
		return err
	}
	db, err := Open(ctx, address)
	if err != nil {
		return err
	}
	if err := db.takes(ctx, head.Schema); err != nil {
		return errors.Join(err, db.Close())
	}
	err = db.Write.WithContext(ctx).Transaction(func(tx *gorm.DB) error { return in.fill(ctx, tx) })
	if err == nil {
		_, err = db.Migrate(ctx)
	}
	return errors.Join(err, db.Close())
}

// takes brings an empty database to the version of an export.
func (db *DB) takes(ctx context.Context, schema int64) error {
	known, err := db.Versions(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(known, schema) {
		return fmt.Errorf("line 1: the export is of version %d of the schema, and this program knows up to %d: use one at least as new as that which wrote it", schema, slices.Max(known))
	}
	now, err := db.Version(ctx)
	if err != nil {
		now = 0 // there is no table yet that says so
	}
	if now > 0 {
		var people int64
		if err := db.Read.WithContext(ctx).Raw("SELECT COUNT(*) FROM person").Scan(&people).Error; err != nil {
			return err
		}
		if people > 0 {
			return errors.New("somebody is in this database already: import into an empty one")
		}
		if now > schema {
			return fmt.Errorf("this database has had version %d of the schema, and the export is of %d: import into an empty one", now, schema)
		}
	}
	return db.MigrateTo(ctx, schema)
}

// fill writes all rows, if the export is whole.
func (in *importing) fill(ctx context.Context, tx *gorm.DB) error {
	all, err := tables(ctx, tx)
	if err != nil {
		return err
	}
	in.tables, in.next = map[string]*table{}, map[string]int64{}
	for i := range all {
		in.tables[all[i].name] = &all[i]
	}
	bound, err := loosen(tx, all)
	if err != nil {
		return err
	}
	for done := false; !done; {
		if done, err = in.line(tx); err != nil {
			return err
		}
	}
	for i := range all {
		if err := all[i].count(tx, in.next[all[i].name]); err != nil {
			return fmt.Errorf("table %s: %w", all[i].name, err)
		}
	}
	return bound()
}

// head reads the first line.
func (in *importing) head() (h ExportHead, err error) {
	line, err := in.read()
	if err != nil {
		return h, err
	}
	if err := json.Unmarshal(line, &h); err != nil || h.Format == 0 {
		return h, errors.New(`line 1: this is no export of Watchbill: it would begin with {"watchbill_export":1,…}`)
	}
	if h.Format != ExportFormat {
		return h, fmt.Errorf("line 1: the export is of format %d, and this program reads format %d: use a newer one", h.Format, ExportFormat)
	}
	_, _ = in.sum.Write(line) // never fails
	return h, nil
}

// read reads a line, with its end.
func (in *importing) read() ([]byte, error) {
	in.at++
	var line []byte
	for {
		part, err := in.lines.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > longestLine:
			return nil, fmt.Errorf("line %d: it is longer than %d MB", in.at, longestLine>>20)
		case err == nil:
			return line, nil
		case errors.Is(err, io.EOF) && len(line) == 0:
			return nil, fmt.Errorf("line %d: the export ends too early: its last line says how many rows there are", in.at)
		case errors.Is(err, io.EOF):
			return nil, fmt.Errorf("line %d: the export ends in the middle of a line", in.at)
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, fmt.Errorf("line %d: %w", in.at, err)
		}
	}
}

// A line is one after the first: a row, the number that is next, or the end.
type importLine struct {
	Table  string         `json:"table"`
	Row    map[string]any `json:"row"`
	Next   int64          `json:"next"`
	Rows   *int64         `json:"rows"`
	SHA256 string         `json:"sha256"`
}

// line reads a line and takes it in. It says whether that was the last.
func (in *importing) line(tx *gorm.DB) (done bool, err error) {
	text, err := in.read()
	if err != nil {
		return false, err
	}
	var l importLine
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return false, fmt.Errorf("line %d: %w", in.at, err)
	}
	if l.Rows != nil {
		if err := in.whole(&l); err != nil {
			return false, err
		}
		return true, in.flush(tx)
	}
	_, _ = in.sum.Write(text) // never fails
	t := in.tables[l.Table]
	if t == nil {
		return false, fmt.Errorf("line %d: the schema of the export has no table %q", in.at, l.Table)
	}
	if l.Row == nil {
		in.next[t.name] = l.Next
		return false, nil
	}
	in.rows++
	if t.name == KeyTable && in.keys != nil {
		return false, in.key(l.Row)
	}
	return false, in.row(tx, t, l.Row)
}

// whole says whether everything has come that was written.
func (in *importing) whole(end *importLine) error {
	if *end.Rows != in.rows {
		return fmt.Errorf("line %d: the export has %d rows, and %d have been read: lines are missing or were added", in.at, *end.Rows, in.rows)
	}
	if got := hex.EncodeToString(in.sum.Sum(nil)); got != end.SHA256 {
		return fmt.Errorf("line %d: the sum of the lines before is %s, and it ought to be %s: something in them was changed", in.at, got, end.SHA256)
	}
	if _, err := in.lines.ReadByte(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("line %d: something comes after the last line", in.at+1)
	}
	return nil
}

// key hands a key on.
func (in *importing) key(row map[string]any) error {
	name, _ := row["name"].(string)
	secret, _ := row["secret"].(string)
	key, err := base64.StdEncoding.DecodeString(secret)
	if err != nil || name == "" {
		return fmt.Errorf("line %d: this is no key: it has a name, and a secret in base64", in.at)
	}
	if err := in.keys(name, key); err != nil {
		return fmt.Errorf("line %d: %w", in.at, err)
	}
	return nil
}

// row adds a row to those that are to be written.
func (in *importing) row(tx *gorm.DB, t *table, row map[string]any) error {
	if in.batch.table != t || in.batch.rows == rowsAtOnce || len(in.batch.values)+len(t.columns) > valuesAtOnce {
		if err := in.flush(tx); err != nil {
			return err
		}
		in.batch = batch{table: t, first: in.at, values: in.batch.values[:0]}
	}
	found := 0
	for _, c := range t.columns {
		v, ok := row[c.name]
		if ok {
			found++
		}
		read, err := c.read(v)
		if err != nil {
			return fmt.Errorf("line %d: table %s: %w", in.at, t.name, err)
		}
		in.batch.values = append(in.batch.values, read)
	}
	in.batch.rows++
	if found == len(row) {
		return nil
	}
	for name := range row {
		if !slices.ContainsFunc(t.columns, func(c column) bool { return c.name == name }) {
			return fmt.Errorf("line %d: table %s has no column %q in the schema of the export", in.at, t.name, name)
		}
	}
	return nil
}

// flush writes the rows that have come together.
func (in *importing) flush(tx *gorm.DB) error {
	b := &in.batch
	if b.rows == 0 {
		return nil
	}
	names := make([]string, len(b.table.columns))
	for i, c := range b.table.columns {
		names[i] = c.name
	}
	one := "(?" + strings.Repeat(", ?", len(names)-1) + ")"
	err := tx.Exec("INSERT INTO "+quoted(b.table.name)+" ("+quoted(names...)+") VALUES "+one+strings.Repeat(", "+one, b.rows-1), b.values...).Error
	if err != nil {
		return fmt.Errorf("lines %d to %d: table %s: %w", b.first, b.first+int64(b.rows)-1, b.table.name, err)
	}
	b.rows = 0
	return nil
}

// read returns what a column is to hold of what JSON says. What is not said is null.
func (c *column) read(v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case bool:
		if c.kind == truthKind {
			return v, nil
		}
	case string:
		if c.kind == textKind {
			return v, nil
		}
	case json.Number:
		if whole, err := v.Int64(); err == nil && c.kind == wholeKind {
			return whole, nil
		}
		if number, err := v.Float64(); err == nil && c.kind == realKind {
			return number, nil
		}
	case map[string]any:
		text, ok := v["base64"].(string)
		b, err := base64.StdEncoding.DecodeString(text)
		if !ok || err != nil || len(v) != 1 {
			break
		}
		switch c.kind {
		case textKind:
			return string(b), nil
		case bytesKind: // as a value of its own, or gorm would take it for a list
			return sql.Null[[]byte]{V: b, Valid: true}, nil
		}
	}
	said, _ := json.Marshal(v)
	if len(said) > 60 {
		said = append(said[:60], "…"...)
	}
	return nil, fmt.Errorf("column %s holds %s, and not %s", c.name, c.kind, said)
}
