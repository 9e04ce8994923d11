package main

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// Whoever is on call notes what the next should know and hands over, the next finds it
// and says that they have read it; the team reads along, and nobody beyond it, an
// administrator neither.
func TestHandingOver(t *testing.T) { both(t, handingOver) }

func handingOver(t *testing.T, d *deployment) {
	ctx := t.Context()
	d.now = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	d.ok(d.demonstrate(ctx, &console{err: &d.out, now: func() time.Time { return d.now }}))
	r, err := d.handOvers.Report(ctx, health.TurnName{Team: 1, At: d.now})
	d.ok(err)
	people, err := d.schedule.Store.People(ctx, nil)
	d.ok(err)
	of := func(id schedule.ID) schedule.Profile {
		return people[slices.IndexFunc(people, func(p schedule.Profile) bool { return p.ID == id })]
	}
	now, next := of(r.People[0]), of(r.Next.People[0])
	mate := people[slices.IndexFunc(people, func(p schedule.Profile) bool {
		return p.ID != now.ID && p.ID != next.ID && p.Email != "ana@demo.example" && p.Email != "admin@demo.example" && p.Email != ""
	})]
	on, then, ben, ana, root := d.demoLogin(now.Email), d.demoLogin(next.Email), d.demoLogin(mate.Email), d.demoLogin("ana@demo.example"), d.demoLogin("admin@demo.example")

	status, body := on.get("/teams/1/handover")
	on.expect(status, body, 200, "You are on call until", "Not handed over yet; you can from Sun", "Add the note", "Pages of the shift")
	if strings.Contains(body, ">Hand over to") {
		t.Error("a shift is offered to be handed over days before its end")
	}
	at, rotation := fmt.Sprint(r.Start.Unix()), string(r.Rotation)
	status, body = on.post("/teams/1/handover/notes", "at", at, "rotation", rotation, "text", "Disk <b>85 %</b>\r\nWatch it.")
	on.expect(status, body, 200, "Noted.", "Disk &lt;b&gt;85 %&lt;/b&gt;\nWatch it.")
	status, body = on.post("/teams/1/handover/notes", "at", at, "rotation", rotation, "text", "txt.\u202egpj")
	on.expect(status, body, 422, "invisible letter", "txt.\u202egpj")
	notes, err := d.health.Store.ShiftNotes(ctx, 1, r.Rotation, r.Start, r.End)
	d.ok(err)
	mine := notes[slices.IndexFunc(notes, func(n health.ShiftNote) bool { return strings.Contains(n.Text, "85 %") })]
	edit := fmt.Sprintf("/teams/1/handover/notes/%d", mine.ID)
	status, body = on.post(edit, "text", "")
	on.expect(status, body, 422, "Write down what")
	status, body = on.post("/teams/1/handover/notes", "at", at, "rotation", rotation, "text", "Disk <b>85 %</b>\r\nWatch it.") // two clicks
	on.expect(status, body, 200, "Noted.")
	if again, err := d.health.Store.ShiftNotes(ctx, 1, r.Rotation, r.Start, r.End); err != nil || len(again) != len(notes) {
		t.Errorf("a note that was sent twice makes %d of %d: %v", len(again), len(notes), err)
	}
	status, body = on.post(edit, "text", "Disk at 90 %.")
	on.expect(status, body, 200, "Disk at 90 %.", "changed")

	status, body = ben.get("/teams/1/handover")
	ben.expect(status, body, 200, now.Name+" is on call until", "Disk at 90 %.")
	if strings.Contains(body, "Add the note") || strings.Contains(body, "Keep it") || strings.Contains(body, ">Hand over to") {
		t.Error("a team mate is offered to write")
	}
	for _, path := range []string{"/teams/1/handover", "/teams/1/handover/read"} {
		status, body = ben.post(path, "at", at, "rotation", rotation)
		ben.expect(status, body, 200, "Only who has the shift")
	}
	status, body = ben.post(edit, "text", "I was here")
	ben.expect(status, body, 422, "Only who wrote a note")
	status, body = ana.post("/teams/1/handover/notes", "at", at, "rotation", rotation, "text", "From the manager.")
	ana.expect(status, body, 200, "From the manager.")
	// A team that is not there yet, as one that is still being set up, is said not to be to
	// whoever may see all; to others it is as one of which they are not.
	for path, want := range map[string]int{"/teams/1/handover": http.StatusForbidden, "/teams/9/handover": http.StatusNotFound, "/teams/9/burden": http.StatusNotFound} {
		if status, _ := root.get(path); status != want {
			t.Errorf("%s by an administrator: %d", path, status)
		}
		if status, _ := root.get("/api/v1" + path); status != want {
			t.Errorf("%s by an administrator, in the API: %d", path, status)
		}
		if status, _ := ben.get(path); path != "/teams/1/handover" && status != http.StatusForbidden {
			t.Errorf("%s by somebody of another team: %d", path, status)
		}
		if status, _ := root.post(path+"/notes", "text", "x"); !strings.HasSuffix(path, "burden") && status != want {
			t.Errorf("a note at %s by an administrator: %d", path, status)
		}
	}
	for _, q := range []string{"at=x", "at=99999999999999999999", "at=-1", "rotation=%00", "at=" + at + "&rotation=none"} {
		if status, body := on.get("/teams/1/handover?" + q); status != 200 && status != 422 || status == 200 && q[0] == 'a' && !strings.Contains(q, "none") {
			t.Errorf("?%s: %d %.80s", q, status, body)
		}
	}
	status, body = on.post("/teams/1/handover", "at", "4000000000", "rotation", "none")
	on.expect(status, body, 200, "There is no such shift")

	status, body = on.post("/teams/1/handover", "at", at, "rotation", rotation)
	on.expect(status, body, 200, "in its last day", "Not handed over yet")

	d.now = r.End.Add(-time.Hour)
	status, body = on.get("/teams/1/handover")
	on.expect(status, body, 200, ">Hand over to "+next.Name)
	status, body = on.get("/")
	on.expect(status, body, 200, "Your shift ends in", "Hand it over")
	for range 2 { // two clicks
		status, body = on.post("/teams/1/handover", "at", at, "rotation", rotation)
		on.expect(status, body, 200, "Handed over by", "not read yet")
	}
	status, body = on.post(edit, "text", "Not at all.")
	on.expect(status, body, 422, "was handed over", "Not at all.")
	status, body = then.get("/")
	then.expect(status, body, 200, now.Name+" handed over to you, with 3 notes")
	status, body = then.get("/teams/1/handover?at=" + fmt.Sprint(r.End.Unix()) + "&rotation=" + url.QueryEscape(rotation))
	then.expect(status, body, 200, "What "+now.Name+" left", "Disk at 90 %.", "I have read it")
	status, body = then.post("/teams/1/handover/read", "at", fmt.Sprint(r.End.Unix()), "rotation", rotation)
	then.expect(status, body, 200, "you have read it", "read by "+next.Name)
	if _, body = then.get("/"); strings.Contains(body, "handed over to you") {
		t.Error("it still waits to be read")
	}
	status, body = ben.get("/teams/1/handover?at=" + at)
	ben.expect(status, body, 200, "read by "+next.Name)
	d.handOverByAPI(t, r, now.ID, mate.ID, mine.ID)
	log, err := d.schedule.Store.AuditOf(ctx, schedule.AuditQuery{Team: 1, Most: 200})
	d.ok(err)
	for _, want := range []string{"shift.note", "shift.note.edit", "shift.handover", "shift.read"} {
		if !slices.ContainsFunc(log, func(e schedule.AuditEntry) bool { return e.Action == want && e.Detail == "" }) {
			t.Errorf("the log has no %s", want)
		}
	}

	// Whoever has left the team, and everything, is still who had the shift and wrote of it.
	d.ok(d.schedule.RemoveMember(ctx, 1, 1, now.ID))
	d.ok(d.access.Deactivate(auth.With(ctx, auth.Program()), int64(now.ID)))
	status, body = ben.get("/teams/1/handover?at=" + at + "&rotation=" + url.QueryEscape(rotation))
	ben.expect(status, body, 200, now.Name, "Disk at 90 %.", "Handed over by", "read by "+next.Name)
	status, body = then.get("/teams/1/handover?at=" + fmt.Sprint(r.End.Unix()) + "&rotation=" + url.QueryEscape(rotation))
	then.expect(status, body, 200, "What "+now.Name+" left")
	for _, path := range []string{"/teams/1/reviews", "/teams/1/items", "/teams/1/burden", "/teams/1/owed", "/teams/1/pay", d.lastReview()} {
		if status, body := ana.get(path); status != 200 || strings.Contains(body, "unknown person") {
			t.Errorf("%s after somebody has left: %d", path, status)
		}
	}
}

// demoLogin logs somebody of the demonstration in.
func (d *deployment) demoLogin(email string) *browser {
	d.t.Helper()
	p, err := d.schedule.Store.PersonByEmail(d.t.Context(), email)
	d.ok(err)
	d.ok(d.access.SetPassword(d.t.Context(), auth.Program(), int64(p.ID), demoPassword))
	b := d.browser()
	status, body := b.post("/login", "email", email, "password", demoPassword)
	b.expect(status, body, http.StatusOK, "My on-call")
	return b
}

// handOverByAPI is the same through the API.
func (d *deployment) handOverByAPI(t *testing.T, r *health.TurnReport, now, mate, note schedule.ID) {
	t.Helper()
	mine, other := d.token(int64(now), auth.ScopeWrite), d.token(int64(mate), auth.ScopeWrite)
	reads := d.token(int64(mate), auth.ScopeRead)
	const path = "/api/v1/teams/1/handover"
	at := r.Start.UTC().Format(time.RFC3339)
	a := d.call(reads, "GET", path+"?at="+at+"&rotation="+url.QueryEscape(string(r.Rotation)), "")
	for _, want := range []string{`"Disk at 90 %."`, `"frozen":true`, `"handed_over":{"by":`, `"read_by":`, `"next":`, `"before":`} {
		if a.status != 200 || !strings.Contains(a.body, want) {
			t.Errorf("there is no %s in %d %.600s", want, a.status, a.body)
		}
	}
	for _, never := range []string{"woke", "acked", "notified", "minutes", "responding"} {
		if strings.Contains(a.body, never) {
			t.Errorf("the API tells the team %q", never)
		}
	}
	a = d.call(reads, "GET", path+"s", "")
	if a.status != 200 || !strings.Contains(a.body, `"rotations":["primary"]`) || !strings.Contains(a.body, `"handed_over"`) {
		t.Errorf("the list: %d %.400s", a.status, a.body)
	}
	a = d.call(mine, "POST", path+"/notes", `{"at": "`+at+`", "text": "By a program."}`)
	if a.status != http.StatusCreated || !strings.Contains(a.body, `"frozen":false`) {
		t.Errorf("a note: %d %s", a.status, a.body)
	}
	d.refused(other, "POST", path+"/notes", `{"at": "`+at+`", "text": "x"}`, 422, "only who has the shift")
	d.refused(mine, "POST", path+"/notes", `{"text": ""}`, 422, "text")
	d.refused(mine, "POST", path+"/notes", `{"at": "`+at+`", "text": "`+strings.Repeat("x", 4001)+`"}`, 422, "text")
	d.refused(mine, "PATCH", fmt.Sprintf("%s/notes/%d", path, note), `{"text": "x"}`, 409, "handed over")
	d.refused(mine, "PATCH", path+"/notes/999", `{"text": "x"}`, 404, "")
	d.refused(mine, "POST", "/api/v1/teams/2/handover", `{}`, 403, "")
	d.refused(reads, "POST", path, `{}`, 403, "")
	d.refused(other, "POST", path+"/read", `{"at": "`+at+`"}`, 422, "only who has the shift")
	d.refused(mine, "GET", path+"?at=2031-01-01T00:00:00Z", "", 404, "")
	if a := d.call(mine, "POST", path, `{"at": "`+at+`"}`); a.status != 200 || !strings.Contains(a.body, `"handed_over"`) {
		t.Errorf("handed over again: %d %s", a.status, a.body)
	}
}

// A shift that somebody covers half-way is handed over at both ends, in a week in which
// the clock changes as well.
func TestHandingOverACover(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		ctx := t.Context()
		d.now = time.Date(2026, 10, 20, 9, 0, 0, 0, time.UTC)
		in, err := importTeam(strings.Replace(crew, "2026-12-07", "2026-10-19", 1))
		d.ok(err)
		_, err = d.schedule.AddTeam(ctx, 0, in)
		d.ok(err)
		from := schedule.Date{Year: 2026, Month: time.October, Day: 26}
		draft, err := d.schedule.AskDraft(ctx, 0, schedule.DraftOrder{Team: 1, From: from, Until: from.AddDays(28)})
		d.ok(err)
		d.ok(d.schedule.RunDraft(ctx, draft.ID))
		_, err = d.schedule.Publish(ctx, 0, draft.ID, "")
		d.ok(err)
		shifts, err := d.schedule.Shifts(ctx, 1, d.now, d.now.AddDate(0, 1, 0), time.Time{})
		d.ok(err)
		s := shifts[0]
		cover := schedule.ID(1)
		for cover == s.Person || cover == shifts[1].Person {
			cover++
		}
		mid, end := s.Start.Add(48*time.Hour), s.Start.Add(72*time.Hour)
		_, err = d.schedule.Put(ctx, 0, 1, schedule.Stretch{Slot: s.Slot, Start: mid, End: end}, cover, "dentist")
		d.ok(err)
		d.now = mid.Add(-time.Minute)
		name := health.TurnName{Team: 1, Rotation: s.Rotation, At: d.now}
		_, err = d.handOvers.AddNote(ctx, health.Writer{Person: s.Person}, name, "Back on Thursday.")
		d.ok(err)
		d.ok(d.handOvers.HandOver(ctx, health.Writer{Person: s.Person}, name))
		waits, err := d.handOvers.Waiting(ctx, 1, cover)
		d.ok(err)
		if len(waits) != 1 || !waits[0].Read || waits[0].Notes != 1 || !waits[0].Turn.Start.Equal(mid) {
			t.Errorf("waits for who covers: %+v", waits)
		}
		d.now = end.Add(-time.Minute)
		name.At = d.now
		d.ok(d.handOvers.Read(ctx, cover, name))
		d.ok(d.handOvers.HandOver(ctx, health.Writer{Person: cover}, name))
		waits, err = d.handOvers.Waiting(ctx, 1, s.Person)
		d.ok(err)
		if len(waits) != 1 || !waits[0].Read || !waits[0].Turn.Start.Equal(end) || !waits[0].Turn.End.Equal(s.End) {
			t.Errorf("waits for whose shift it is: %+v", waits)
		}
	})
}
