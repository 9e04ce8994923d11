package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/api"
	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// diaryEntry writes something into Ana's diary and returns where it is.
func (d *deployment) diaryEntry() string {
	d.t.Helper()
	people, err := d.schedule.Store.People(d.t.Context(), nil)
	d.ok(err)
	ana := people[slices.IndexFunc(people, func(p schedule.Profile) bool { return p.Email == "ana@demo.example" })].ID
	book, err := d.diary.Read(d.t.Context(), ana)
	d.ok(err)
	return "/diary/" + book.Entries[0].ID
}

// worked plans a team with four people and lets five weeks pass, so that each has had a
// shift; it returns somebody who had the last, as they log in, and that shift.
func (d *deployment) worked() (who *schedule.Profile, last health.DiaryShift) {
	d.t.Helper()
	ctx := d.t.Context()
	day := schedule.DateOf(d.now).AddDays(6)
	draft, err := d.schedule.AskDraft(ctx, 0, schedule.DraftOrder{Team: 1, From: day, Until: day.AddDays(56)})
	d.ok(err)
	d.ok(d.schedule.RunDraft(ctx, draft.ID))
	_, err = d.schedule.Publish(ctx, 0, draft.ID, "")
	d.ok(err)
	d.now = d.now.AddDate(0, 0, 35)
	people, err := d.schedule.Store.People(ctx, nil)
	d.ok(err)
	for i := range people {
		ended, err := d.diary.Ended(ctx, people[i].ID, health.DiaryBack)
		d.ok(err)
		if people[i].Email != "" && people[i].ID != 1 && len(ended) > 0 && (who == nil || ended[0].To.After(last.To)) {
			who, last = &people[i], ended[0]
		}
	}
	if who == nil {
		d.t.Fatal("nobody had a shift")
	}
	return who, last
}

const diarySecret = "the export kept me up & I wept"

// Two taps on the first page and a note; nobody but the author reads any of it, on a page,
// through the API, in a log, in the database or in a copy of it.
func TestDiary(t *testing.T) { both(t, diary) }

func diary(t *testing.T, d *deployment) {
	ctx := t.Context()
	d.sealWith(strings.Repeat("secret ", 8))
	d.setUp()
	who, last := d.worked()
	admin := d.person("root@example.com")
	me := d.person(who.Email)
	status, body := me.get("/")
	me.expect(status, body, http.StatusOK, "How disruptive was it?", `name="disruptive" value="4"`)
	first := []string{"team", fmt.Sprint(last.Team), "rotation", string(last.Rotation), "start", fmt.Sprint(last.From.Unix()), "disruptive"}
	status, body = me.post("/diary", append(first, "4")...)
	me.expect(status, body, http.StatusOK, "What should change?", "Fewer noisy alerts")
	book, err := d.diary.Read(ctx, who.ID)
	d.ok(err)
	at := "/diary/" + book.Entries[0].ID
	status, body = me.post(at, "change", "alerts")
	me.expect(status, body, http.StatusOK, "Kept, for you alone.", "should change: Fewer noisy alerts", "Very")
	status, body = me.get("/")
	me.expect(status, body, http.StatusOK, "My on-call")
	if strings.Contains(body, "How disruptive was it?") {
		t.Error("a shift that was written about is asked about")
	}
	status, body = me.post(at, "note", strings.Repeat("ü", 501))
	me.expect(status, body, http.StatusUnprocessableEntity, "ü", "longer than 500 letters")
	status, body = me.post(at, "note", diarySecret)
	me.expect(status, body, http.StatusOK, "wept")
	for _, bad := range [][]string{append(first, "9"), append(first, "x"), {"team", "1"}, {"team", "1", "rotation", "primary", "start", "1", "disruptive", "2"}} {
		if status, body := me.post("/diary", bad...); status != http.StatusOK || !strings.Contains(body, "flash") && !strings.Contains(body, "role=\"alert\"") {
			t.Errorf("%v: %d %s", bad, status, body)
		}
	}
	d.nobodyElse(admin, who, at)

	// What it has of its author through the API and as a file.
	token := d.token(int64(who.ID), auth.ScopeWrite)
	var got api.Diary
	d.ok(json.Unmarshal([]byte(d.call(token, http.MethodGet, "/api/v1/people/me/diary", "").body), &got))
	if len(got.Items) != 1 || got.Items[0].Disruptive != 4 || got.Items[0].Change != "alerts" || got.Items[0].Note != diarySecret || !got.Asks {
		t.Errorf("the diary by the API: %+v", got)
	}
	status, body = me.get("/diary.csv")
	me.expect(status, body, http.StatusOK, ",4,alerts,"+diarySecret)
	words := fmt.Sprintf(`{"team": %d, "rotation": %q, "from": %q, "change": "rest"}`, last.Team, last.Rotation, last.From.Format(time.RFC3339))
	if a := d.call(token, http.MethodPut, "/api/v1/people/me/diary", words); a.status != http.StatusOK || !strings.Contains(a.body, `"disruptive":4`) {
		t.Errorf("a change by the API: %d %s", a.status, a.body)
	}

	// Put into the hand-over are the two taps, and never the note.
	status, body = me.post(at + "/share")
	me.expect(status, body, http.StatusOK, "It is in the hand-over")
	notes, err := d.health.Store.ShiftNotes(ctx, last.Team, last.Rotation, last.From, last.To)
	d.ok(err)
	if len(notes) != 1 || notes[0].Text != "How disruptive this shift was: very. What should change: more rest after it." {
		t.Errorf("the hand-over has %+v", notes)
	}

	status, body = me.post("/diary/ask", "on", "0")
	me.expect(status, body, http.StatusOK, "not asked after shifts any more")
	status, body = me.post(at + "/remove")
	me.expect(status, body, http.StatusOK, "Deleted.")
	status, body = me.get("/")
	me.expect(status, body, http.StatusOK, "My on-call")
	if strings.Contains(body, "How disruptive was it?") {
		t.Error("who does not want to be asked is asked")
	}
	status, body = me.post("/diary/forget")
	me.expect(status, body, http.StatusOK, "Your diary is deleted")
	if _, err := d.health.Store.DiaryPiece(ctx, who.ID); err == nil {
		t.Error("something is left of a diary that was deleted")
	}
}

// nobodyElse looks for what somebody wrote in their diary wherever somebody else could.
func (d *deployment) nobodyElse(admin *browser, who *schedule.Profile, at string) {
	d.t.Helper()
	for _, as := range []*browser{admin, d.browser()} {
		for _, path := range []string{at, "/diary", "/diary.csv", "/", "/audit", fmt.Sprintf("/audit?person=%d", who.ID), fmt.Sprintf("/people/%d", who.ID), "/teams/1/handover", "/teams/1/burden", "/teams/1/health", "/teams/1/pulse"} {
			if status, body := as.get(path); strings.Contains(body, "wept") || strings.Contains(body, "noisy alerts") || path == at && as == admin && status != http.StatusNotFound {
				d.t.Errorf("somebody else at %s: %d %.200s", path, status, body)
			}
		}
		for _, path := range []string{at, at + "/share", at + "/remove"} {
			if status, _ := as.post(path, "change", "rest"); as == admin && status != http.StatusNotFound {
				d.t.Errorf("an administrator posts to %s: %d", path, status)
			}
		}
	}
	boss := d.token(1, auth.ScopeWrite)
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		if a := d.call(boss, method, fmt.Sprintf("/api/v1/people/%d/diary", who.ID), ""); a.status != http.StatusNotFound {
			d.t.Errorf("%s of somebody's diary by an administrator: %d %s", method, a.status, a.body)
		}
	}
	var logged int64
	d.ok(d.db.Read.Raw("SELECT COUNT(*) FROM audit WHERE action LIKE '%diary%'").Scan(&logged).Error)
	if logged != 0 {
		d.t.Errorf("%d entries about diaries are in the audit log", logged)
	}
	if bytes.Contains(d.copies(), []byte("wept")) || strings.Contains(d.out.String(), "wept") || strings.Contains(d.out.String(), at) {
		d.t.Error("what was written is in the database, a backup of it, or the log")
	}
	// Put under another person's name in the database it opens for nobody.
	d.ok(d.db.Write.Exec("INSERT INTO diary (person_id, key_name, sealed) SELECT 1, key_name, sealed FROM diary WHERE person_id = ?", who.ID).Error)
	book, err := d.diary.Read(d.t.Context(), 1)
	d.ok(err)
	if !book.Lost || len(book.Entries) > 0 {
		d.t.Errorf("a diary that was moved to somebody else opens: %+v", book)
	}
	status, body := admin.get("/diary")
	admin.expect(status, body, http.StatusOK, "Your diary cannot be opened")
	status, body = admin.post("/diary/ask", "on", "0")
	admin.expect(status, body, http.StatusOK, "its key is missing")
	d.ok(d.diary.Forget(d.t.Context(), 1))
}

// However full a diary is, its size says nothing: it grows in steps of 4 KiB. Where keys
// are files, a copy without them is closed, and one that was deleted opens nowhere any more.
func TestDiaryKeys(t *testing.T) {
	d := deploy(t, filepath.Join(t.TempDir(), "watchbill.db"))
	d.setUp()
	who, last := d.worked()
	dir := filepath.Join(t.TempDir(), "keys")
	d.diary.Keys = fileKeys{dir}
	write := func(change string) []byte {
		_, err := d.diary.Write(t.Context(), who.ID, last, health.DiarySaying{Disruptive: new(3), Change: &change})
		d.ok(err)
		piece, err := d.health.Store.DiaryPiece(t.Context(), who.ID)
		d.ok(err)
		return piece.Sealed
	}
	if a, b := write("nothing"), write("notice"); len(a) != len(b) || bytes.Equal(a[:64], b[:64]) {
		t.Errorf("%d bytes and %d, from %x to %x", len(a), len(b), a[:8], b[:8])
	}
	d.diary.Keys = fileKeys{t.TempDir()}
	book, err := d.diary.Read(t.Context(), who.ID)
	d.ok(err)
	if !book.Lost {
		t.Error("without its key a diary opens")
	}
	d.diary.Keys = fileKeys{dir}
	d.ok(d.diary.Forget(t.Context(), who.ID))
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("keys are left: %v %v", left, err)
	}
}

// Keys that were made before there was a secret go on to open what they closed.
func TestDiaryBeforeSecret(t *testing.T) { both(t, diaryBeforeSecret) }

func diaryBeforeSecret(t *testing.T, d *deployment) {
	d.setUp()
	who, last := d.worked()
	_, err := d.diary.Write(t.Context(), who.ID, last, health.DiarySaying{Disruptive: new(3)})
	d.ok(err)
	d.sealWith(strings.Repeat("secret ", 8))
	book, err := d.diary.Read(t.Context(), who.ID)
	d.ok(err)
	if book.Lost || len(book.Entries) != 1 {
		t.Errorf("%+v", book)
	}
}

// Taps at once, the first of all among them, are all kept, and there is one diary.
func TestDiaryAtOnce(t *testing.T) { both(t, diaryAtOnce) }

func diaryAtOnce(t *testing.T, d *deployment) {
	d.setUp()
	who, last := d.worked()
	var all sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		all.Go(func() {
			what := health.DiarySaying{Disruptive: new(3)}
			if i%2 == 0 {
				what.Change = new("help")
			} else {
				what.Note = new("noted")
			}
			_, errs[i] = d.diary.Write(t.Context(), who.ID, last, what)
		})
	}
	all.Wait()
	for _, err := range errs {
		d.ok(err)
	}
	book, err := d.diary.Read(t.Context(), who.ID)
	d.ok(err)
	if len(book.Entries) != 1 || book.Entries[0].Change != "help" || book.Entries[0].Note != "noted" {
		t.Errorf("%+v", book)
	}
}
