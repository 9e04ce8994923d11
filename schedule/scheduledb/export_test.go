package scheduledb_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"watchbill/migrations"
	"watchbill/migrations/migrationstest"

	"github.com/google/go-cmp/cmp"
)

// Everything that is exported from one kind of database is there in another, and in what
// that one exports; what holds between rows holds there, and numbers go on.
func TestExportKeepsEverything(t *testing.T) {
	kinds := map[string]func(testing.TB) string{"sqlite": migrationstest.SQLite, "postgres": migrationstest.Postgres}
	for from, source := range kinds {
		for to, target := range kinds {
			t.Run(from+" to "+to, func(t *testing.T) {
				db := full(t, source(t))
				// Of somebody who is gone the number is not given again.
				for _, change := range []string{"INSERT INTO person (name, zone, created_at) VALUES ('Gone', 'UTC', 0)", "DELETE FROM person WHERE name = 'Gone'"} {
					if err := db.Write.Exec(change).Error; err != nil {
						t.Fatal(err)
					}
				}
				key := []map[string]any{migrations.KeyRow("00112233445566778899aabbccddeeff", []byte("a key"))}
				told := exported(t, db, key)
				address := target(t)
				rows, err := migrations.Import(t.Context(), strings.NewReader(told), address, nil)
				if err != nil {
					t.Fatal(err)
				}
				again := migrationstest.Migrated(t, address)
				if n := strings.Count(told, `"row":{`); int64(n) != rows || n < filled {
					t.Errorf("%d rows were imported of %d", rows, n)
				}
				if diff := cmp.Diff(sorted(told), sorted(exported(t, again, key))); diff != "" {
					t.Errorf("what was exported, and what is exported of it:\n%s", diff)
				}
				guarded(t, again)
				if err := again.Write.Exec("INSERT INTO absence (person_id, created_at) VALUES (99, 0)").Error; err == nil {
					t.Error("an absence of nobody was accepted")
				}
				was, is := addPerson(t, db), addPerson(t, again)
				if was != is {
					t.Errorf("the next person has number %d, and %d before", is, was)
				}
			})
		}
	}
}

func addPerson(t *testing.T, db *migrations.DB) (id int64) {
	t.Helper()
	if err := db.Write.Raw("INSERT INTO person (name, zone, created_at) VALUES ('New', 'UTC', 0) RETURNING id").Scan(&id).Error; err != nil {
		t.Fatal(err)
	}
	return id
}

func exported(t *testing.T, db *migrations.DB, keys []map[string]any) string {
	t.Helper()
	var out bytes.Buffer
	if _, err := db.Export(t.Context(), &out, migrations.ExportHead{Program: "test"}, keys); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// sorted returns the lines of an export but the last, which has their sum: databases sort
// texts each in its own way. SQLite numbers rows of some tables without keeping a count,
// and PostgreSQL counts them.
func sorted(text string) (lines []string) {
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, `{"rows":`) && !strings.Contains(line, `"next":`) || strings.Contains(line, `"person","next"`) {
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return lines
}

// What is no whole export, or does not fit, is refused with the line that is wrong, and
// leaves nothing behind.
func TestImportOfExportRefuses(t *testing.T) {
	const gone = "00112233445566778899aabbccddeeff"
	told := exported(t, full(t, migrationstest.SQLite(t)), []map[string]any{migrations.KeyRow(gone, []byte("a key"))})
	lines := strings.SplitAfter(told, "\n")
	replace := func(old, with string) string {
		if strings.Count(told, old) == 0 {
			t.Fatalf("%s is not in the export", old)
		}
		return strings.Replace(told, old, with, 1)
	}
	refused := map[string]struct{ text, want string }{
		"empty":           {"", "line 1: the export ends too early"},
		"a letter":        {"Dear all,\n", "line 1: this is no export of Watchbill"},
		"a newer format":  {replace(`"watchbill_export":1`, `"watchbill_export":2`), "line 1: the export is of format 2, and this program reads format 1"},
		"a newer schema":  {replace(`"schema":`, `"schema":9`), "use one at least as new"},
		"cut off":         {strings.Join(lines[:20], ""), "line 21: the export ends too early"},
		"cut in a line":   {told[:len(told)-100], "the export ends in the middle of a line"},
		"a line is lost":  {lines[0] + strings.Join(lines[2:], ""), "lines are missing or were added"},
		"changed":         {replace("Zoë", "Zoe"), "something in them was changed"},
		"something after": {told + "{}\n", "something comes after the last line"},
		"no JSON":         {lines[0] + "{\n", "line 2: "},
		"unknown field":   {lines[0] + `{"tables":"person"}` + "\n", `line 2: json: unknown field "tables"`},
		"unknown table":   {lines[0] + `{"table":"goose_db_version","row":{}}` + "\n", `line 2: the schema of the export has no table "goose_db_version"`},
		"unknown column":  {lines[0] + `{"table":"person","row":{"id":1,"nickname":"Z"}}` + "\n", `line 2: table person has no column "nickname"`},
		"a wrong kind":    {lines[0] + `{"table":"person","row":{"id":1.5}}` + "\n", "line 2: table person: column id holds a whole number, and not 1.5"},
		"too large":       {lines[0] + `{"table":"person","row":{"id":9223372036854775808}}` + "\n", "column id holds a whole number, and not 9223372036854775808"},
		"no base64":       {lines[0] + `{"table":"person","row":{"name":{"base64":"?"}}}` + "\n", "column name holds a text, and not"},
		"refers to none":  {replace(`{"table":"person","row":`, `{"table":"absence","row":`), "line "},
		"twice the same":  {lines[0] + strings.Repeat(`{"table":"person","row":{"id":1,"name":"A","zone":"UTC","works":"","sleeps":"","holidays":"","created_at":0}}`+"\n", 2) + `{"table":"team","row":{}}` + "\n", "lines 2 to 3: table person"},
	}
	for kind, address := range map[string]func(testing.TB) string{"sqlite": migrationstest.SQLite, "postgres": migrationstest.Postgres} {
		t.Run(kind, func(t *testing.T) {
			at := address(t)
			for name, c := range refused {
				if _, err := migrations.Import(t.Context(), strings.NewReader(c.text), at, nil); err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%s: error %v, want one with %q", name, err, c.want)
				}
			}
			// Nothing is there, so the whole one can come, once.
			if _, err := migrations.Import(t.Context(), strings.NewReader(told), at, nil); err != nil {
				t.Fatal(err)
			}
			if _, err := migrations.Import(t.Context(), strings.NewReader(told), at, nil); err == nil || !strings.Contains(err.Error(), "already") {
				t.Errorf("a second import says %v", err)
			}
		})
	}
}
