package scheduledb_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// diary stands for somebody's calendar: a line an event, "key from to title", where
// times are days, or hours of 2026-12; what begins with ! is wrong.
type diary struct {
	mu      sync.Mutex
	text    string
	fetched int
	err     error
	etag    string
	wait    chan struct{} // each fetch waits for one
}

func (d *diary) Read(src []byte, from, to time.Time, zone *time.Location) (r schedule.Reading, err error) {
	r.Name, r.Refresh = "Diary", 4*time.Hour
	for line := range strings.Lines(string(src)) {
		if strings.HasPrefix(line, "!") {
			return r, &schedule.InvalidError{Field: "file", Reason: "this is not a calendar"}
		}
		var e schedule.Occasion
		var a, b string
		if _, err := fmt.Sscan(line, &e.Key, &a, &b, &e.Title); err != nil {
			return r, err
		}
		e.AllDay, e.Cancelled, e.Free = len(a) == 10, e.Title == "cancelled", e.Title == "free"
		if e.AllDay {
			e.First, _ = schedule.ParseDate(a)
			e.Until, _ = schedule.ParseDate(b)
			e.Start, e.End = e.First.At(schedule.Midnight, zone), e.Until.At(schedule.Midnight, zone)
		} else {
			e.Start, _ = time.Parse("20060102T15", a)
			e.End, _ = time.Parse("20060102T15", b)
		}
		if e.End.After(from) && e.Start.Before(to) {
			r.Events = append(r.Events, e)
		}
	}
	return r, nil
}

func (d *diary) Holidays(src []byte, from, until schedule.Date) (r schedule.Reading, err error) {
	for line := range strings.Lines(string(src)) {
		day, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		h := schedule.Holiday{Name: name}
		if h.Date, err = schedule.ParseDate(day); err != nil {
			return r, &schedule.InvalidError{Field: "file", Reason: "this is not a calendar"}
		}
		if !h.Date.Before(from) && h.Date.Before(until) {
			r.Days = append(r.Days, h)
		}
	}
	return r, nil
}

func (d *diary) Link(text string) (string, error) { return text, nil }

func (d *diary) Fetch(_ context.Context, _, etag, _ string) (schedule.Fetched, error) {
	if d.wait != nil {
		<-d.wait
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fetched++
	if d.err != nil {
		return schedule.Fetched{}, d.err
	}
	if etag != "" && etag == d.etag {
		return schedule.Fetched{Unchanged: true, ETag: etag}, nil
	}
	return schedule.Fetched{Body: []byte(d.text), ETag: d.etag}, nil
}

// away is what Ana's absences are, in words.
func (w *world) away() string {
	w.t.Helper()
	leaves, err := w.Store.Leaves(w.t.Context(), []schedule.ID{w.ana})
	w.ok(err)
	var lines []string
	for _, l := range leaves {
		a := schedule.Absence{First: l.First, Last: l.Last, Start: l.Start, End: l.End, Label: l.Note}
		text := a.String()
		if l.Import != 0 {
			text += "*"
		}
		lines = append(lines, text)
	}
	slices.Sort(lines)
	return strings.Join(lines, "; ")
}

func (w *world) expectAway(want string) {
	w.t.Helper()
	if got := w.away(); got != want {
		w.t.Fatalf("\ngot  %s\nwant %s", got, want)
	}
}

var everything = schedule.ImportChoice{Filter: schedule.FilterAll, Titles: true}

// file adds a file of Ana's and takes it over.
func (w *world) file(text string, choice schedule.ImportChoice) schedule.ID {
	w.t.Helper()
	i, err := w.AddImport(w.t.Context(), w.ana, schedule.Import{Kind: schedule.ImportAbsences, Label: "trip.ics"}, []byte(text))
	w.ok(err)
	_, err = w.Confirm(w.t.Context(), w.ana, i.ID, choice)
	w.ok(err)
	return i.ID
}

func TestImportFile(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.Calendars = &diary{}
		_, err := w.AddLeave(ctx, w.ana, schedule.Leave{Person: w.ana, First: d("2026-12-24"), Last: d("2026-12-24"), Note: "mine"})
		w.ok(err)
		text := "a 2026-12-20 2026-12-27 ski\nb 20261210T09 20261210T17 dentist\nc 20261211T09 20261211T10 call\nd 2026-12-01 2026-12-03 past\ne 2027-01-01 2027-01-02 cancelled\nf 2026-12-30 2027-01-03 free\n"
		i, err := w.AddImport(ctx, w.ana, schedule.Import{Kind: schedule.ImportAbsences, Label: "trip.ics"}, []byte(text))
		w.ok(err)
		p, err := w.Preview(ctx, i, schedule.ImportChoice{Filter: schedule.FilterBusy, LeastHours: 4, Titles: true})
		w.ok(err)
		whys := ""
		for _, l := range p.Lines {
			whys += l.What + " " + l.Title + " " + l.Why + "; "
		}
		if want := "add dentist ; skip call it is shorter than 4 hours; add ski ; skip free it is marked as free; skip cancelled it is cancelled; "; whys != want {
			t.Errorf("got  %s\nwant %s", whys, want)
		}
		w.expectAway("2026-12-24 (mine)") // it was only looked at
		_, err = w.Confirm(ctx, w.ana, i.ID, schedule.ImportChoice{Filter: schedule.FilterWords, Words: "SKI, Den", LeastHours: 4, Titles: true})
		w.ok(err)
		const both = "2026-12-10 09:00 to 2026-12-10 17:00 (dentist)*; 2026-12-20 to 2026-12-26 (ski)*; 2026-12-24 (mine)"
		w.expectAway(both)
		_, err = w.Confirm(ctx, w.ana, i.ID, everything)
		w.is(err, schedule.ErrConflict)

		// The same file again, in another order, changes nothing; the next version
		// moves, adds and removes, and leaves what is past and what is Ana's own.
		ids := leaveIDs(w)
		lines := strings.SplitAfter(text, "\n")
		slices.Reverse(lines)
		w.file(strings.Join(lines, ""), schedule.ImportChoice{Filter: schedule.FilterWords, Words: "ski,den", LeastHours: 4, Titles: true})
		w.expectAway(both)
		if again := leaveIDs(w); again != ids {
			t.Errorf("rows were %s and are %s", ids, again)
		}
		w.now = time.Date(2026, 12, 12, 0, 0, 0, 0, time.UTC)
		w.file("a 2026-12-21 2026-12-28 ski\ng 2027-02-01 2027-02-03 trip\n", everything)
		w.expectAway("2026-12-10 09:00 to 2026-12-10 17:00 (dentist)*; 2026-12-21 to 2026-12-27 (ski)*; 2026-12-24 (mine); 2027-02-01 to 2027-02-02 (trip)*")
		if !strings.HasPrefix(leaveIDs(w), strings.Join(strings.Fields(ids)[:2], " ")) {
			t.Errorf("the moved one is new: %s was %s", leaveIDs(w), ids)
		}

		// What comes from a calendar is not removed by hand, does not stand in the
		// way of what is entered by hand, and goes with the calendar.
		leaves, err := w.Store.Leaves(ctx, []schedule.ID{w.ana})
		w.ok(err)
		for _, l := range leaves {
			if l.Import != 0 {
				w.is(w.RemoveLeave(ctx, w.ana, w.ana, l.ID), nil)
			}
		}
		_, err = w.AddLeave(ctx, w.ana, schedule.Leave{Person: w.ana, First: d("2026-12-22"), Last: d("2026-12-22")})
		w.ok(err)
		w.ok(w.RemoveImport(ctx, w.ana, i.ID))
		w.expectAway("2026-12-10 09:00 to 2026-12-10 17:00 (dentist); 2026-12-22; 2026-12-24 (mine)")
		w.is(w.RemoveImport(ctx, w.ana, i.ID), schedule.ErrNotFound)
	})
}

func d(s string) schedule.Date {
	v, err := schedule.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return v
}

func leaveIDs(w *world) string {
	leaves, err := w.Store.Leaves(w.t.Context(), []schedule.ID{w.ana})
	w.ok(err)
	text := ""
	for _, l := range leaves {
		text += fmt.Sprint(l.ID, " ")
	}
	return text
}

func TestImportRefuses(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.Calendars = &diary{err: &schedule.InvalidError{Field: "url", Reason: "no"}}
		add := func(i schedule.Import, body string) error {
			i.Kind = schedule.ImportAbsences
			_, err := w.AddImport(ctx, w.ana, i, []byte(body))
			return err
		}
		w.is(add(schedule.Import{}, ""), nil)
		w.is(add(schedule.Import{Label: "x"}, "!no calendar"), nil)
		w.is(add(schedule.Import{URL: "https://x.example/1"}, ""), nil)
		var many strings.Builder
		for n := range 1001 {
			fmt.Fprintf(&many, "k%d 2027-01-01 2027-01-02 x\n", n)
		}
		i, err := w.AddImport(ctx, w.ana, schedule.Import{Kind: schedule.ImportAbsences, Label: "many"}, []byte(many.String()))
		w.ok(err)
		for _, bad := range []schedule.ImportChoice{everything, {}, {Filter: "some"}, {Filter: schedule.FilterWords, Words: " , "}, {Filter: schedule.FilterAll, LeastHours: 25}} {
			_, err := w.Confirm(ctx, w.ana, i.ID, bad)
			w.is(err, nil)
			_, err = w.Preview(ctx, i, bad)
			w.is(err, nil)
		}
		w.expectAway("")
		w.is(w.ReadImport(ctx, w.ana, i.ID), nil)
		w.is(w.ChangeImport(ctx, w.ana, i.ID, everything), nil)
		for n := range 19 {
			w.ok(add(schedule.Import{Label: fmt.Sprint(n)}, "a 2027-01-01 2027-01-02 x"))
		}
		w.is(add(schedule.Import{Label: "one more"}, "a 2027-01-01 2027-01-02 x"), nil)
		// What nobody said yes to is forgotten after a day.
		w.ok(w.PruneImports(ctx))
		w.now = w.now.AddDate(0, 0, 2)
		w.ok(w.PruneImports(ctx))
		if left, err := w.Store.Imports(ctx, w.ana, 0); err != nil || len(left) != 0 {
			t.Errorf("%d imports are left, %v", len(left), err)
		}
	})
}

func TestSubscription(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		w, ctx := newWorld(t, db), t.Context()
		read := func() error {
			w.now = w.now.Add(time.Minute)
			return w.ReadImport(ctx, w.ana, 1)
		}
		cal := &diary{text: "a 2026-12-20 2026-12-27 ski\n", etag: "1"}
		w.Calendars = cal
		const link = "https://user:pw@cal.example/private-token/basic.ics?key=1"
		i, err := w.AddImport(ctx, w.ana, schedule.Import{Kind: schedule.ImportAbsences, URL: link}, nil)
		w.ok(err)
		if i.Label != "Diary" || i.Host() != "cal.example" {
			t.Errorf("%q of %q", i.Label, i.Host())
		}
		_, err = w.AddImport(ctx, w.ana, schedule.Import{Kind: schedule.ImportAbsences, URL: link}, nil)
		w.is(err, nil)
		w.ok(w.ReadDue(ctx)) // nobody has said yes
		_, err = w.Confirm(ctx, w.ana, i.ID, everything)
		w.ok(err)
		at := func() schedule.Import {
			t.Helper()
			now, err := w.Store.Import(ctx, i.ID)
			w.ok(err)
			return now
		}
		if wait := at().NextAt.Sub(w.now); wait < 4*time.Hour || wait > 5*time.Hour || cal.fetched != 1 || at().Waits || at().Waiting != nil {
			t.Fatalf("again in %v after %d", wait, cal.fetched)
		}
		w.ok(w.ReadDue(ctx))
		w.now = at().NextAt
		w.ok(w.ReadDue(ctx)) // 304
		if now := at(); cal.fetched != 2 || !now.TriedAt.Equal(w.now) || now.ReadAt.Equal(w.now) || !now.NextAt.After(w.now) {
			t.Fatalf("%d %+v", cal.fetched, now)
		}
		cal.text, cal.etag = "a 2026-12-21 2026-12-27 ski\nb 2027-03-01 2027-03-02 b\n", "2"
		w.ok(read())
		w.expectAway("2026-12-21 to 2026-12-26 (ski)*; 2027-03-01 (b)*")

		// What fails leaves everything, waits ever longer, and recovers.
		cal.err = &schedule.InvalidError{Field: "url", Reason: "the server sleeps"}
		var waits []time.Duration
		for range 6 {
			w.now = at().NextAt
			w.ok(w.ReadDue(ctx))
			waits = append(waits, at().NextAt.Sub(w.now).Truncate(time.Hour))
		}
		if now := at(); now.Problem != "the server sleeps" || now.Failures != 6 || waits[0] < 8*time.Hour || waits[5] < 24*time.Hour || waits[5] > 27*time.Hour {
			t.Fatalf("%+v after %v", now, waits)
		}
		w.expectAway("2026-12-21 to 2026-12-26 (ski)*; 2027-03-01 (b)*")
		w.is(read(), nil)
		w.is(w.ReadImport(ctx, w.ana, i.ID), schedule.ErrConflict) // a moment ago
		cal.err, cal.text, cal.etag = nil, "! a log-in page", "3"
		w.is(read(), nil)
		w.expectAway("2026-12-21 to 2026-12-26 (ski)*; 2027-03-01 (b)*")
		cal.text, cal.etag = "b 2027-03-01 2027-03-02 b\n", "4"
		w.ok(read())
		if now := at(); now.Problem != "" || now.Failures != 0 {
			t.Fatalf("%+v", now)
		}
		w.expectAway("2027-03-01 (b)*")

		// Another choice holds at once, though the calendar is as it was.
		w.ok(w.ChangeImport(ctx, w.ana, i.ID, schedule.ImportChoice{Filter: schedule.FilterAll}))
		w.expectAway("2027-03-01*")

		// Nothing tells where the calendar is, or what is in it.
		entries, err := w.Store.AuditOf(ctx, schedule.AuditQuery{Person: w.ana, Most: 100})
		w.ok(err)
		for _, e := range entries {
			if strings.Contains(e.Detail, "cal.example") || strings.Contains(e.Detail, "ski") {
				t.Errorf("the audit log says %q", e.Detail)
			}
		}

		// A week without a change is read whole: series go on.
		w.now = at().NextAt.AddDate(0, 0, 8)
		before := at().ReadAt
		w.ok(w.ReadDue(ctx))
		if now := at(); !now.ReadAt.After(before) {
			t.Error("it was not read whole")
		}
		// Calendars of people who left are not read.
		w.now = at().NextAt
		fetched := cal.fetched
		w.ok(db.Write.Exec("UPDATE person SET deactivated_at = 1 WHERE id = ?", w.ana).Error)
		w.ok(w.ReadDue(ctx))
		if cal.fetched != fetched {
			t.Error("the calendar of somebody who left was read")
		}
	})
}

// Two replicas whose time has come read a calendar once.
func TestReadOnce(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		cal := &diary{text: "a 2026-12-20 2026-12-27 ski\n"}
		w.Calendars = cal
		i, err := w.AddImport(ctx, w.ana, schedule.Import{Kind: schedule.ImportAbsences, URL: "https://cal.example/a"}, nil)
		w.ok(err)
		_, err = w.Confirm(ctx, w.ana, i.ID, everything)
		w.ok(err)
		i, err = w.Store.Import(ctx, i.ID)
		w.ok(err)
		w.now, cal.wait = i.NextAt, make(chan struct{})
		var wg sync.WaitGroup
		var mu sync.Mutex
		won, lost := 0, 0
		for range 8 {
			wg.Go(func() {
				err := w.ReadImport(ctx, w.ana, i.ID)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won++
				case errors.Is(err, schedule.ErrConflict):
					lost++
				default:
					t.Error(err)
				}
			})
		}
		cal.wait <- struct{}{}
		wg.Wait()
		if won != 1 || lost != 7 || cal.fetched != 2 {
			t.Errorf("%d read and %d did not; fetched %d times", won, lost, cal.fetched)
		}
		w.expectAway("2026-12-20 to 2026-12-26 (ski)*")
	})
}

// A replica that stalls while it reads a calendar, and goes on after another has read
// what it says by now, does not bring back what it said before.
func TestReadLate(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		cal := &diary{text: "a 2026-12-20 2026-12-27 ski\n"}
		w.Calendars = cal
		i, err := w.AddImport(ctx, w.ana, schedule.Import{Kind: schedule.ImportAbsences, URL: "https://cal.example/a"}, nil)
		w.ok(err)
		_, err = w.Confirm(ctx, w.ana, i.ID, everything)
		w.ok(err)
		for _, fails := range []error{nil, &schedule.InvalidError{Field: "url", Reason: "it does not answer"}} {
			first, began := &slowDiary{diary: diary{text: cal.text, err: fails}, on: make(chan struct{})}, make(chan error)
			stalled := *w.Service
			stalled.Calendars = first
			now := w.now.Add(time.Hour)
			stalled.Now = func() time.Time { return now }
			go func() { began <- stalled.ReadImport(ctx, w.ana, i.ID) }()
			first.on <- struct{}{}
			w.now = now.Add(time.Hour)
			cal.text = "a 2026-12-21 2026-12-27 ski\n"
			w.ok(w.ReadImport(ctx, w.ana, i.ID))
			is, err := w.Store.Import(ctx, i.ID)
			w.ok(err)
			first.on <- struct{}{}
			if err := <-began; !errors.Is(err, schedule.ErrConflict) {
				t.Errorf("the late reading: %v", err)
			}
			w.expectAway("2026-12-21 to 2026-12-26 (ski)*")
			if after, err := w.Store.Import(ctx, i.ID); err != nil || !after.NextAt.Equal(is.NextAt) || after.Problem != "" {
				t.Errorf("after the late reading\n%+v\nbefore\n%+v, %v", after, is, err)
			}
		}
	})
}

// slowDiary is a diary whose fetch begins, and ends, when somebody says so.
type slowDiary struct {
	diary
	on chan struct{}
}

func (d *slowDiary) Fetch(ctx context.Context, link, etag, modified string) (schedule.Fetched, error) {
	<-d.on
	<-d.on
	return d.diary.Fetch(ctx, link, etag, modified)
}

func TestImportedHolidays(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.Calendars = &diary{}
		add := func(by, team schedule.ID, text string) schedule.Import {
			t.Helper()
			i, err := w.AddImport(ctx, by, schedule.Import{Kind: schedule.ImportHolidays, Team: team, Label: "days.ics"}, []byte(text))
			w.ok(err)
			_, err = w.Confirm(ctx, by, i.ID, schedule.ImportChoice{Filter: schedule.FilterAll})
			w.ok(err)
			return i
		}
		expect := func(want string) {
			t.Helper()
			in, err := w.PlanInput(ctx, w.team, d("2026-12-07"), d("2027-01-04"))
			w.ok(err)
			got := ""
			for _, h := range in.Holidays {
				got += fmt.Sprint(h.Date, " ", h.Name, " ", h.Team != 0, h.Person == w.ana, "; ")
			}
			if got != want {
				t.Fatalf("\ngot  %s\nwant %s", got, want)
			}
		}
		team := add(w.boss, w.team, "2026-12-01 Past\n2026-12-25 Christmas\n2026-12-26 Boxing Day\n")
		own := add(w.ana, 0, "2026-12-08 Immaculate\n2026-12-08 Immaculate\n")
		expect("2026-12-01 Past true false; 2026-12-08 Immaculate false true; 2026-12-25 Christmas true false; 2026-12-26 Boxing Day true false; ")
		again := add(w.boss, w.team, "2026-12-02 Late\n2026-12-25 Christmas Day\n")
		if again.ID != team.ID {
			t.Error("the next version is another import")
		}
		expect("2026-12-01 Past true false; 2026-12-08 Immaculate false true; 2026-12-25 Christmas Day true false; ")
		w.ok(w.RemoveImport(ctx, w.boss, team.ID))
		w.ok(w.RemoveImport(ctx, w.ana, own.ID))
		expect("")
	})
}
