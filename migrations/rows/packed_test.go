package rows_test

import (
	"testing"
	"time"

	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
	"watchbill/migrations/rows"
)

// What a query packs is read as it was, whatever the texts are made of, and what is no
// number is an error and not a number.
func TestPacked(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		pack := func(query string, args ...any) rows.Packed {
			t.Helper()
			p, err := rows.Pack(rows.From(t.Context(), db.Read).Raw(query, args...))
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		for _, text := range []string{"", " ", "12 ", "Zoë 1", "日本 2\n3", "-", "😀"} {
			p := pack("SELECT CAST(? AS TEXT)", "-1 1790000000 -1 0 "+text+"7 ")
			if n := p.Number(); n != -1 {
				t.Errorf("%q: a number is %d, want -1", text, n)
			}
			if at := p.At(); !at.Equal(time.Unix(1790000000, 0)) || at.Location() != time.UTC {
				t.Errorf("%q: an instant is %v", text, at)
			}
			if none := p.Maybe(); !none.IsZero() {
				t.Errorf("%q: no instant is %v", text, none)
			}
			if start := p.Maybe(); !start.Equal(time.Unix(0, 0)) {
				t.Errorf("%q: the first instant is %v", text, start)
			}
			if got := p.Text(int64(len([]rune(text)))); got != text {
				t.Errorf("%q was read as %q", text, got)
			}
			if n := p.Number(); n != 7 || p.More() || p.Err() != nil {
				t.Errorf("%q: behind it is %d, %v", text, n, p.Err())
			}
		}
		for _, bad := range []string{"x ", "1", "", "-", "- ", "1x ", "99999999999999999999 "} {
			p := pack("SELECT CAST(? AS TEXT)", bad)
			if n := p.Number(); n != 0 || p.Err() == nil || p.More() {
				t.Errorf("%q was read as %d, %v", bad, n, p.Err())
			}
		}
		short := pack("SELECT CAST(? AS TEXT)", "Zoë 1")
		if text := short.Text(900_000_000_000_000_000); text != "" || short.Err() == nil || short.More() {
			t.Errorf("of more letters than there are %q was read, %v", text, short.Err())
		}
		none := pack("SELECT string_agg(name, '') FROM person")
		if none.More() || none.Err() != nil {
			t.Errorf("there is more of nothing: %v", none.Err())
		}
	})
}
