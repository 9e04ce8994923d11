package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"watchbill/health"
	"watchbill/schedule"

	"github.com/google/go-cmp/cmp"
)

// A file goes the whole way through the API, and every refusal says why.
func TestTablesAPI(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		manager := d.crewed()["manager"] // there is a table, number 1
		add := func(body, query string, headers ...string) answer {
			t.Helper()
			return d.call(manager, "POST", "/api/v1/teams/1/integrations/1/tables"+query, body, append([]string{"Content-Type", "text/csv"}, headers...)...)
		}
		key := []string{"Idempotency-Key", "0123456789abcdef"}
		first, again := add(incidents, "?name=a.csv", key...), add(incidents, "?name=a.csv", key...)
		if first.status != http.StatusCreated || again.body != first.body || again.header.Get("Idempotency-Replayed") != "true" {
			t.Fatalf("%d %s, again %d %s", first.status, first.body, again.status, again.body)
		}
		var is struct {
			ID   int
			Look struct {
				Good   int `json:"rows_good"`
				Errors []struct {
					Row                        int
					Column, Code, Wrong, Right string
				}
			}
		}
		d.ok(json.Unmarshal([]byte(first.body), &is))
		if is.ID != 2 || is.Look.Good != 4 || len(is.Look.Errors) != 2 || is.Look.Errors[0].Row != 5 || is.Look.Errors[0].Column != "Created at" || is.Look.Errors[0].Code != "in_the_future" || is.Look.Errors[0].Right == "" {
			t.Errorf("%+v", is)
		}
		for _, test := range []struct {
			method, path, body string
			status             int
			says               string
		}{
			{"PUT", "/teams/1/tables/2/mapping", `{"columns": {"external_id": "Incident ID"}, "zone": "UTC", "unit": "seconds"}`, 422, "no column is triggered_at"},
			{"PUT", "/teams/1/tables/2/mapping", `{"columns": {"external_id": "Incident ID", "triggered_at": "When"}, "zone": "UTC", "unit": "seconds"}`, 422, `there is no column \"When\"`},
			{"PUT", "/teams/1/tables/2/mapping", `{"columns": {"external_id": "Incident ID", "triggered_at": "Created at", "mood": "Title"}, "zone": "UTC", "unit": "seconds"}`, 422, `nothing is called \"mood\"`},
			{"PUT", "/teams/1/tables/2/mapping", `{"columns": {"external_id": "Incident ID", "triggered_at": "Created at"}, "zone": "Mars", "unit": "seconds"}`, 422, "is no time zone"},
			{"PUT", "/teams/1/tables/2/mapping", `{"columns": {"external_id": "Incident ID", "triggered_at": "Created at"}, "zone": "UTC", "unit": "days"}`, 422, "unit"},
			{"POST", "/teams/1/tables/2/undo", "", 409, "nothing of it was taken over"},
			{"POST", "/teams/2/tables/2/commit", "", 403, ""},
			{"GET", "/teams/1/tables/99", "", 404, ""},
			{"POST", "/teams/1/tables/2/commit", "", 200, `"state":"reading"`},
			{"POST", "/teams/1/tables/2/commit", "", 409, "it is being taken over"},
			{"DELETE", "/teams/1/tables/2", "", 409, "undo it first"},
		} {
			if a := d.call(manager, test.method, "/api/v1"+test.path, test.body); a.status != test.status || !strings.Contains(a.body, test.says) {
				t.Errorf("%s %s %s: %d %s", test.method, test.path, test.body, a.status, a.body)
			}
		}
		d.takeTables()
		if a := d.call(manager, "GET", "/api/v1/teams/1/tables", ""); !strings.Contains(a.body, `"state":"done"`) || !strings.Contains(a.body, `"pages":4`) {
			t.Error(a.body)
		}
		if a := d.call(manager, "GET", "/api/v1/teams/1/tables/2/bad.csv", ""); a.header.Get("Content-Disposition") == "" || !strings.Contains(a.body, "resolved_before_triggered") {
			t.Error(a.body)
		}
		if a := d.call(manager, "POST", "/api/v1/teams/1/tables/2/undo", ""); a.status != 200 || !strings.Contains(a.body, `"state":"undoing"`) {
			t.Error(a.body)
		}
		d.takeTables()
		if a := d.call(manager, "DELETE", "/api/v1/teams/1/tables/2", ""); a.status != http.StatusNoContent {
			t.Errorf("%d %s", a.status, a.body)
		}
		for body, status := range map[string]int{"": 422, "Incident ID\x00": 422, "\xff\xfeI": 422, "\n\n": 422} {
			if a := add(body, ""); a.status != status || !strings.Contains(a.body, `"field":"file"`) {
				t.Errorf("%q: %d %s", body, a.status, a.body)
			}
		}
	})
}

// Files come in the letters of whoever wrote them.
func TestTableEncodings(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		door, _ := d.hooked("generic")
		wide := []byte{0xff, 0xfe}
		for _, unit := range utf16.Encode([]rune("id;title;created at\nU;Überlast;2025-03-02T01:00:00Z\n")) {
			wide = binary.LittleEndian.AppendUint16(wide, unit)
		}
		for name, file := range map[string]string{
			"utf-8": "\xef\xbb\xbfid,title,created at\nU,Überlast,2025-03-02T01:00:00Z\n", "utf-16": string(wide), "windows-1252": "id\ttitle\tcreated at\nU\t\xdcberlast\t2025-03-02T01:00:00Z\n",
		} {
			table, err := d.health.AddTable(t.Context(), 0, door.ID, name, []byte(file))
			d.ok(err)
			d.ok(d.health.CommitTable(t.Context(), 0, door.Team, table.ID))
			d.takeTables()
			if p := d.told(door.ID)["U"]; p.Title != "Überlast" || table.Encoding != name {
				t.Errorf("%s: %s, %q", name, table.Encoding, p.Title)
			}
			d.ok(d.health.UndoTable(t.Context(), 0, door.Team, table.ID))
			d.takeTables()
		}
	})
}

// Of all who take over, undo or throw away one file at the same moment one does it; the
// others are told so, and nothing comes of them.
func TestTablesAtOnce(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		door, _ := d.hooked("generic")
		for range 5 {
			table, err := d.health.AddTable(t.Context(), 0, door.ID, "a.csv", []byte("id,created at\nA,2025-03-02T01:00:00Z\n"))
			d.ok(err)
			done := d.oneOf(t, func(n int) error {
				if n%2 == 0 {
					return d.health.CommitTable(t.Context(), 0, door.Team, table.ID)
				}
				return d.health.RemoveTable(t.Context(), 0, door.Team, table.ID)
			})
			if done != 1 {
				t.Fatalf("%d did it", done)
			}
			if is, err := d.health.Store.Table(t.Context(), table.ID); err == nil {
				if n := d.oneOf(t, func(int) error { return d.health.UndoTable(t.Context(), 0, door.Team, is.ID) }); n != 1 {
					t.Errorf("%d undid it", n)
				}
			}
			d.takeTables()
			if n := len(d.told(door.ID)); n != 0 {
				t.Errorf("%d pages are left", n)
			}
		}
	})
}

// oneOf does something from many sides at once, and returns how many did it.
func (d *deployment) oneOf(t *testing.T, do func(n int) error) (done int) {
	t.Helper()
	var wait sync.WaitGroup
	errs := make([]error, 8)
	for n := range errs {
		wait.Go(func() { errs[n] = do(n) })
	}
	wait.Wait()
	for _, err := range errs {
		if err == nil {
			done++
		} else if text := err.Error(); !strings.Contains(text, schedule.ErrConflict.Error()) && !strings.Contains(text, schedule.ErrNotFound.Error()) {
			t.Error(err)
		}
	}
	return done
}

// Whatever files are taken over and undone, in whatever order, and whatever hooks tell
// meanwhile: the pages are those that the hooks and the files that count tell, as if no
// other file had ever been there.
func TestTablesInAnyOrder(t *testing.T) { both(t, tablesInAnyOrder) }

func tablesInAnyOrder(t *testing.T, d *deployment) {
	door, hook := d.hooked("generic")
	random := rand.New(rand.NewPCG(4, 2026))
	begin := time.Date(2025, 3, 2, 1, 0, 0, 0, time.UTC)
	var counted []schedule.ID // files that count, in the order in which they were taken over
	files := map[schedule.ID]string{}
	for round := range 40 {
		switch what := random.IntN(5); {
		case what < 3:
			file := "id,title,created at,resolved at,owner\n"
			for k := range 1 + random.IntN(6) {
				at := begin.Add(time.Duration(random.IntN(50)) * time.Hour)
				file += fmt.Sprintf("P%d,Round %d row %d,%s,%s,ben%d@example.com\n", random.IntN(8), round, k, at.Format(time.RFC3339), at.Add(time.Hour).Format(time.RFC3339), random.IntN(3))
			}
			d.now = d.now.Add(time.Minute)
			table, err := d.health.AddTable(t.Context(), 0, door.ID, "a.csv", []byte(file))
			d.ok(err)
			d.ok(d.health.CommitTable(t.Context(), 0, door.Team, table.ID))
			counted, files[table.ID] = append(counted, table.ID), file
		case what == 3 && len(counted) > 0:
			k := random.IntN(len(counted))
			d.ok(d.health.UndoTable(t.Context(), 0, door.Team, counted[k]))
			counted = slices.Delete(counted, k, k+1)
		default:
			at := begin.Add(time.Duration(random.IntN(50)) * time.Hour)
			kind := []string{"triggered", "resolved", "acknowledged"}[random.IntN(3)]
			if a := d.send(hook, fmt.Sprintf(`{"event": %q, "id": "E%d", "at": %q, "page": {"id": "P%d", "title": "By the hook"}}`, kind, round, at.Format(time.RFC3339), random.IntN(8))); a.status != http.StatusAccepted {
				t.Fatal(a.body)
			}
			d.readAll()
		}
		if random.IntN(3) > 0 {
			d.takeTables()
		}
	}
	d.takeTables()
	other, otherHook := d.hooked("generic") // hears the same, without what was undone
	for _, id := range counted {
		table, err := d.health.AddTable(t.Context(), 0, other.ID, "a.csv", []byte(files[id]))
		d.ok(err)
		d.ok(d.health.CommitTable(t.Context(), 0, other.Team, table.ID))
		d.takeTables()
	}
	sent, err := d.health.Store.Deliveries(t.Context(), door.ID, "", 0, 1000)
	d.ok(err)
	for _, s := range slices.Backward(sent) {
		one, err := d.health.Store.Delivery(t.Context(), s.ID)
		d.ok(err)
		if a := d.send(otherHook, string(one.Body)); a.status != http.StatusAccepted {
			t.Fatal(a.body)
		}
	}
	d.readAll()
	look := func(i health.Integration) map[string]string {
		out := map[string]string{}
		for key, p := range d.told(i.ID) {
			out[key] = fmt.Sprint(p.State, p.Title, p.TriggeredAt, p.ResolvedAt, p.FirstAckAt, len(p.People), p.Flags)
			for _, a := range p.People {
				out[key] += fmt.Sprint(" ", a.Basis, a.NotifiedAt)
			}
		}
		return out
	}
	if diff := cmp.Diff(look(other), look(door)); diff != "" {
		t.Errorf("(-as if no other file had been there +as it is)\n%s", diff)
	}
}
