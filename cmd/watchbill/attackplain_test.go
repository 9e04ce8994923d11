package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"watchbill/health"
)

// marks are words that are looked for by each eight bytes of them in a row, so that they are
// found as well where a database has packed what lies around them.
type marks struct {
	windows map[uint64]string
	whole   map[string][]byte // of what is too plain for that
}

const window = 8

func (m *marks) add(name, word string) string {
	if m.windows == nil {
		m.windows = map[uint64]string{}
	}
	for i := range len(word) - window + 1 {
		m.windows[binary.BigEndian.Uint64([]byte(word[i:]))] = name
	}
	return word
}

// in returns the names of the marks that are in some bytes.
func (m *marks) in(b []byte) []string {
	found := map[string]bool{}
	var at uint64
	for i, c := range b {
		if at = at<<8 | uint64(c); i >= window-1 {
			if name, ok := m.windows[at]; ok {
				found[name] = true
			}
		}
	}
	for name, word := range m.whole {
		found[name] = found[name] || bytes.Contains(b, word)
	}
	var names []string
	for name, is := range found {
		if is {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// disk is everything that the database has on the disk, and a copy of it, by kind.
func (d *deployment) disk() map[string][]byte {
	d.t.Helper()
	if file := d.db.File(); file != "" {
		backup, out := filepath.Join(d.t.TempDir(), "backup.db"), map[string][]byte{}
		d.ok(d.db.Backup(d.t.Context(), backup))
		d.ok(d.db.Write.Exec("PRAGMA wal_checkpoint(PASSIVE)").Error) // which leaves the log as it is
		for what, name := range map[string]string{"the database": file, "its log of writes": file + "-wal", "its index": file + "-shm", "a backup": backup} {
			b, err := os.ReadFile(name)
			d.ok(err)
			out[what] = b
		}
		return out
	}
	var folder string
	var oid int
	d.ok(d.db.Write.Exec("CHECKPOINT").Error)
	d.ok(d.db.Read.Raw("SELECT current_setting('data_directory')").Scan(&folder).Error)
	d.ok(d.db.Read.Raw("SELECT oid FROM pg_database WHERE datname = current_database()").Scan(&oid).Error)
	out := map[string][]byte{}
	for what, under := range map[string]string{"the database": fmt.Sprint("base/", oid), "its log of writes": "pg_wal"} {
		err := filepath.WalkDir(filepath.Join(folder, under), func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			out[what] = append(out[what], b...)
			return err
		})
		if os.IsPermission(err) || os.IsNotExist(err) {
			if slices.Contains(strings.Split(os.Getenv("WATCHBILL_REQUIRE"), ","), "postgres") {
				d.t.Fatalf("WATCHBILL_REQUIRE asks for PostgreSQL, and its files cannot be read: %v", err)
			}
			d.t.Skipf("the server's files cannot be read here: %v", err)
		}
		d.ok(err)
	}
	return out
}

// What was said in a survey or a diary lies nowhere on the disk before it is published, and
// what never is lies nowhere at all: not in the database, not in its log of writes, not in a
// backup, not in the program's log. The search finds what is published.
func TestAttackPlain(t *testing.T) { both(t, attackPlain) }

func attackPlain(t *testing.T, d *deployment) {
	d.sealWith(strings.Repeat("secret ", 8))
	if file := d.db.File(); file != "" {
		d.pulse.Keys = keysBeside(file)
		d.diary.Keys = d.pulse.Keys
	}
	d.setUp()
	who, last := d.worked()
	var m marks
	word := func(name string) string { return m.add(name, secretOf("plain " + name)[:32]) }
	four, note := 4, word("note")
	entry, err := d.diary.Write(t.Context(), who.ID, last, health.DiarySaying{Disruptive: &four, Note: &note})
	d.ok(err)
	_, loud, loudly := d.asked("Loud", 12, health.PulseQuarterly)
	_, _, quietly := d.asked("Quiet", 6, health.PulseQuarterly)
	row, said := "15243152431524315", health.PulseAnswers{}
	for _, c := range row {
		said = append(said, int(c-'0'))
	}
	b := d.browser()
	for i, token := range slices.Concat(loudly, quietly) {
		name := "quiet"
		if i < len(loudly) {
			name = "loud"
		}
		// First what is refused, because a question has no answer.
		status, body := b.post("/pulse/"+token, answers(row[1:], "comment", word("refused"))...)
		b.expect(status, body, http.StatusUnprocessableEntity, "unanswered")
		status, body = b.post("/pulse/"+token, answers(row, "comment", word(fmt.Sprint(name, i)))...)
		b.expect(status, body, http.StatusOK, "Thank you")
	}
	m.add("answers in digits", row)
	m.whole = map[string][]byte{"answers as they are kept": nil, "answers in a list": []byte(strings.Join(strings.Split(row, ""), ","))}
	for _, a := range said {
		m.whole["answers as they are kept"] = append(m.whole["answers as they are kept"], byte(a))
	}
	seen := false // anything in the log of writes, which begins anew after a while
	look := func(when string, published bool) {
		t.Helper()
		places := d.disk()
		places["the program's log"] = d.out.Bytes()
		for where, b := range places {
			var want []string
			found := m.in(b)
			if published && strings.HasPrefix(where, "the database") || published && where == "a backup" {
				for i := range loudly {
					want = append(want, fmt.Sprint("loud", i))
				}
				slices.Sort(want)
			} else if published && where == "its log of writes" {
				// Of what is found there no more than the comments that are published.
				seen = seen || len(found) > 0
				found = slices.DeleteFunc(found, func(name string) bool { return strings.HasPrefix(name, "loud") })
			}
			if !slices.Equal(found, want) {
				t.Errorf("%s, %s has %v in plain, want %v", when, where, found, want)
			}
		}
	}
	look("while they are open", false)
	d.now = loud.Closes
	d.ok(d.pulse.CloseDue(t.Context()))
	look("after they closed", true)
	d.roundOver()
	d.ok(d.diary.Remove(t.Context(), who.ID, entry.ID))
	d.ok(d.diary.Forget(t.Context(), who.ID))
	look("after four weeks", true)
	if !seen {
		t.Error("the search finds nothing in the log of writes")
	}
}

// Where keys lie in PostgreSQL, for want of a secret, its log of writes has them also when they
// are forgotten: docs/pulse.md says so, and the program when it starts.
func TestAttackKeysInATable(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		if d.db.File() != "" {
			t.Skip("keys are files")
		}
		d.sealWith("")
		key, err := d.pulse.Keys.MakeKey(t.Context(), strings.Repeat("b", 32))
		d.ok(err)
		d.ok(d.pulse.Keys.ForgetKey(t.Context(), strings.Repeat("b", 32)))
		var m marks
		m.add("key", base64.StdEncoding.EncodeToString(key))
		if found := m.in(d.disk()["its log of writes"]); len(found) != 1 {
			t.Error("the key is not in the log of writes any more: say so in docs/pulse.md")
		}
		if !strings.Contains(d.out.String(), "WATCHBILL_PULSE_SECRET") {
			t.Error("the program says nothing of it")
		}
	})
}
