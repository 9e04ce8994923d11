package healthdb_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/health/healthdb"
	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// A bench has a door, and a worker that reads deliveries which are lists of events.
type bench struct {
	t        testing.TB
	db       *migrations.DB
	store    *healthdb.Store
	door     health.Integration
	receiver *health.Receiver
	worker   *health.Worker
	now      time.Time
	duty     map[time.Time]schedule.ID // who is on call from when on
}

func newBench(t testing.TB, db *migrations.DB) *bench {
	b := &bench{t: t, db: db, now: night}
	b.store, b.door = door(t, db, "pagerduty")
	clock := func() time.Time { return b.now }
	b.receiver = health.NewReceiver(b.store, clock)
	b.worker = &health.Worker{Store: b.store, Now: clock, Read: readList, OnCall: func(_ context.Context, _ schedule.ID, _ schedule.RotationID, at time.Time) (schedule.ID, bool, error) {
		for from, who := range b.duty {
			if !at.Before(from) && at.Before(from.Add(24*time.Hour)) {
				return who, true, nil
			}
		}
		return 0, b.duty != nil, nil
	}}
	return b
}

func readList(_ *health.Integration, d *health.Delivery) ([]health.Event, error) {
	if string(d.Body) == "panic" {
		panic("at the disco")
	}
	var events []health.Event
	if err := json.Unmarshal(d.Body, &events); err != nil {
		return nil, &health.UnreadableError{Code: "invalid_json", Reason: err.Error()}
	}
	return events, nil
}

func (b *bench) ok(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) send(body string, name string) schedule.ID {
	b.t.Helper()
	d := &health.Delivery{Integration: b.door.ID, Headers: map[string]string{"x-webhook-id": name}, Body: []byte(body)}
	b.ok(b.receiver.Take(b.t.Context(), d))
	return d.ID
}

func (b *bench) work() {
	b.t.Helper()
	for {
		n, err := b.worker.Work(b.t.Context())
		b.ok(err)
		if n == 0 {
			return
		}
	}
}

func (b *bench) person(name string) schedule.ID {
	b.t.Helper()
	var id schedule.ID
	b.ok(b.db.Write.Raw("INSERT INTO person (name, zone, created_at) VALUES (?, 'UTC', 0) RETURNING id", name).Scan(&id).Error)
	return id
}

func event(key, page string, kind health.Kind, after time.Duration, who ...health.Party) health.Event {
	return health.Event{Key: key, PageKey: page, Kind: kind, OccurredAt: night.Add(after), Responders: who, Urgency: health.UrgencyHigh, Title: "Checkout is slow", Source: health.SourceHook}
}

func list(events ...health.Event) string {
	text, err := json.Marshal(events)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func assigned(id, email string) health.Party {
	return health.Party{Identity: health.Identity{ID: id, Email: email, Name: "Name of " + id}, Role: health.RoleAssignee}
}

// state is what there is of pages, without the numbers of rows.
func (b *bench) state() string {
	b.t.Helper()
	var text strings.Builder
	rows, err := b.db.Read.Raw(`SELECT p.page_key || ' ' || p.number || ' ' || p.opened_by || ' ' || p.state || ' ' || p.triggered_at || ' ' || COALESCE(p.first_ack_at, 0) || ' ' || COALESCE(p.resolved_at, 0) || ': '
		|| COALESCE(i.match_key, '') || ' ' || COALESCE(r.person_id, 0) || ' ' || COALESCE(r.notified_at, 0) || ' ' || COALESCE(r.basis, '') || ' ' || COALESCE(r.interruptions, 0) || ' ' || COALESCE(r.responding, 0)
		FROM page p LEFT JOIN page_responder r ON r.page_id = p.id LEFT JOIN identity i ON i.id = r.identity_id ORDER BY 1`).Rows()
	b.ok(err)
	defer rows.Close()
	for rows.Next() {
		var line string
		b.ok(rows.Scan(&line))
		text.WriteString(line + "\n")
	}
	b.ok(rows.Err())
	return text.String()
}

// Whatever the order in which deliveries come, and however often, the pages and those
// who had to do with them are the same.
func TestWorkInAnyOrder(t *testing.T) {
	deliveries := []string{
		list(event("1", "a", health.KindTriggered, 0, assigned("U1", "")), event("x", "", health.KindPing, 0)),
		list(event("2", "a", health.KindAcknowledged, time.Minute, health.Party{Identity: health.Identity{ID: "U1", Email: "ana@example.com"}, Role: health.RoleAcknowledger})),
		list(event("3", "a", health.KindResolved, 10*time.Minute)),
		list(event("4", "a", health.KindTriggered, time.Hour, assigned("U2", ""))), // another page
		list(event("5", "a", health.KindResolved, 2*time.Hour)),
		list(event("6", "b", health.KindTriggered, 3*time.Minute), event("7", "c", health.KindTriggered, 4*time.Minute, assigned("U1", ""))),
	}
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		random := rand.New(rand.NewPCG(1, 2))
		want := ""
		for round := range 8 {
			b := newBench(t, db)
			b.duty = map[time.Time]schedule.ID{}
			order := random.Perm(len(deliveries))
			if round == 0 {
				order = []int{0, 1, 2, 3, 4, 5}
			}
			for k, i := range order {
				b.send(deliveries[i], fmt.Sprint(i))
				if random.IntN(2) == 0 {
					b.send(deliveries[i], fmt.Sprint("again ", k))
					b.work()
				}
			}
			b.work()
			got := b.state()
			if round == 0 {
				want = got
				if n := strings.Count(got, "\n"); n != 4 || !strings.Contains(got, "a 0 1 resolved") || !strings.Contains(got, "a 1 4 resolved") {
					t.Errorf("%d lines:\n%s", n, got)
				}
			}
			if got != want {
				t.Errorf("in the order %v\n%s, want\n%s", order, got, want)
			}
			for _, table := range []string{"notice", "burden_mark", "page_responder", "page", "page_event", "identity", "inbox", "integration", "team"} {
				b.ok(db.Write.Exec("DELETE FROM " + table).Error)
			}
		}
	})
}

// A page keeps its number when what was before it is told later.
func TestPageKeepsItsNumber(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		b := newBench(t, db)
		number := func(opened string) (id schedule.ID) {
			b.ok(db.Read.Raw("SELECT id FROM page WHERE opened_by = ?", opened).Scan(&id).Error)
			return id
		}
		b.send(list(event("late", "a", health.KindTriggered, time.Hour)), "1")
		b.work()
		was := number("late")
		b.send(list(event("early", "a", health.KindTriggered, 0), event("end", "a", health.KindResolved, time.Minute)), "2")
		b.work()
		if is := number("late"); was == 0 || is != was || number("early") == was {
			t.Errorf("the page was %d and is %d", was, is)
		}
		// Within ten minutes they are one page; the number of one of them stays.
		b.send(list(event("between", "a", health.KindResolved, 55*time.Minute), event("middle", "a", health.KindTriggered, 5*time.Minute)), "3")
		b.work()
		var n int
		b.ok(db.Read.Raw("SELECT COUNT(*) FROM page").Scan(&n).Error)
		if n != 1 || number("early") == 0 {
			t.Errorf("%d pages:\n%s", n, b.state())
		}
	})
}

// A page that is long over is left alone when its alert fires once more.
func TestOldPagesAreLeftAlone(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		b := newBench(t, db)
		ana := b.person("Ana")
		b.duty = map[time.Time]schedule.ID{}
		for day := range 5 {
			b.duty[night.AddDate(0, 0, day)] = ana
			at := time.Duration(day) * 24 * time.Hour
			b.send(list(event(fmt.Sprint("t", day), "disk", health.KindTriggered, at), event(fmt.Sprint("r", day), "disk", health.KindResolved, at+time.Hour)), fmt.Sprint(day))
		}
		b.work()
		rows := func() (ids []int64) {
			b.ok(db.Read.Raw("SELECT id FROM page_responder ORDER BY id").Scan(&ids).Error)
			return ids
		}
		before := rows()
		b.send(list(event("t9", "disk", health.KindTriggered, 200*time.Hour)), "again")
		b.send(list(event("t0", "disk", health.KindTriggered, 0)), "told twice")
		b.duty = map[time.Time]schedule.ID{} // who was on call is not asked again
		b.work()
		if after := rows(); fmt.Sprint(after) != fmt.Sprint(before) || len(before) != 5 {
			t.Errorf("rows were %v and are %v", before, after)
		}
		b.send(list(event("late", "disk", health.KindAcknowledged, 30*time.Minute)), "late")
		b.work()
		if after := rows(); fmt.Sprint(after) != fmt.Sprint(before[1:]) {
			t.Errorf("after a late event of the first page rows were %v and are %v", before, after)
		}
		if text := b.state(); strings.Count(text, "\n") != 6 || !strings.Contains(text, "disk 0 t0 resolved") || !strings.Contains(text, "disk 5 t9 triggered") {
			t.Error(text)
		}
	})
}

// What cannot be read is a dead letter at once and keeps nothing else.
func TestPoison(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		b := newBench(t, db)
		b.send(list(event("1", "a", health.KindTriggered, 0)), "1")
		b.send(`[{"`, "2")
		b.send("panic", "3")
		b.send(list(health.Event{Key: strings.Repeat("k", 5000), PageKey: "p\x00", Kind: health.KindTriggered, OccurredAt: night, Title: "\x00", Service: "\x00"}), "4")
		b.send(list(event("2", "a", health.KindResolved, time.Minute)), "5")
		b.work()
		var codes []string
		b.ok(db.Read.Raw("SELECT state || ' ' || error_code || ' ' || attempts FROM inbox ORDER BY id").Scan(&codes).Error)
		if text := strings.Join(codes, ", "); text != "done  0, dead invalid_json 1, dead reader_failed 1, done  0, done  0" {
			t.Error(text)
		}
		if text := b.state(); strings.Count(text, "\n") != 2 || !strings.Contains(text, "a 0 1 resolved") {
			t.Error(text)
		}
	})
}

// failing makes folding fail for one page.
type failing struct {
	health.Store
	key string
}

func (f failing) InTx(ctx context.Context, do func(health.Store) error) error {
	return f.Store.InTx(ctx, func(tx health.Store) error { return do(failing{tx, f.key}) })
}

func (f failing) Events(ctx context.Context, name health.PageName) ([]health.Event, error) {
	if name.Key == f.key {
		return nil, errors.New("the disk is odd")
	}
	return f.Store.Events(ctx, name)
}

// What fails is tried again, less and less often, and keeps nothing else waiting.
func TestTriesAgain(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		b := newBench(t, db)
		b.worker.Store = failing{b.store, "bad"}
		b.send(list(event("0", "good", health.KindTriggered, 0)), "0")
		bad := b.send(list(event("1", "bad", health.KindTriggered, 0)), "1")
		b.send(list(event("2", "good", health.KindResolved, time.Minute)), "2")
		var waits []string
		for range 8 {
			b.work()
			var row struct {
				State    string
				Attempts int
				NextAt   int64
			}
			b.ok(db.Read.Raw("SELECT state, attempts, next_at FROM inbox WHERE id = ?", bad).Scan(&row).Error)
			wait := time.UnixMicro(row.NextAt).Sub(b.now)
			waits = append(waits, fmt.Sprint(row.State, row.Attempts, " ", wait))
			b.now = b.now.Add(wait)
		}
		if text := strings.Join(waits, ", "); text != "new1 1s, new2 4s, new3 16s, new4 1m4s, new5 4m16s, new6 17m4s, new7 1h0m0s, dead8 1h0m0s" {
			t.Error(text)
		}
		if text := b.state(); !strings.Contains(text, "good 0 0 resolved") || strings.Contains(text, "bad") {
			t.Error(text)
		}
	})
}

// Where the vendor does not say who was paged, the schedule of that time does, for
// each time that the page fired, and a gap in it is noted.
func TestPagedBySchedule(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		b := newBench(t, db)
		ana, ben := b.person("Ana"), b.person("Ben")
		b.duty = map[time.Time]schedule.ID{night.Add(-time.Hour): ana, night.Add(23 * time.Hour): ben}
		refire := event("3", "a", health.KindReopened, 23*time.Hour+time.Minute)
		b.send(list(event("1", "a", health.KindTriggered, 0), event("2", "a", health.KindResolved, time.Minute), refire), "1")
		b.send(list(event("4", "gap", health.KindTriggered, 50*time.Hour)), "2")
		test := event("5", "test", health.KindTriggered, 0)
		test.Test = true
		b.send(list(test), "3")
		b.work()
		want := fmt.Sprintf("a 0 1 triggered %[1]d 0 0:  %[2]d %[1]d schedule 1 0\na 0 1 triggered %[1]d 0 0:  %[3]d %[4]d schedule 1 0\n", night.UnixMicro(), ana, ben, night.Add(23*time.Hour+time.Minute).UnixMicro())
		if got := b.state(); !strings.HasPrefix(got, want) {
			t.Errorf("got\n%s, want\n%s", got, want)
		}
		var uncovered []string
		b.ok(db.Read.Raw("SELECT page_key FROM page WHERE uncovered").Scan(&uncovered).Error)
		if fmt.Sprint(uncovered) != "[gap]" {
			t.Errorf("uncovered: %v", uncovered)
		}
	})
}

// Deliveries that tell much are read in several transactions, and one that tells too much
// is a dead letter.
func TestMuchAtOnce(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		b := newBench(t, db)
		many := func(name string, n int) string {
			var events []health.Event
			for k := range n {
				events = append(events, event(fmt.Sprint(name, k), fmt.Sprint(name, k), health.KindTriggered, 0))
			}
			return list(events...)
		}
		for k := range 4 {
			b.send(many(fmt.Sprint("d", k, "-"), 300), fmt.Sprint(k))
		}
		b.send(many("much-", 1001), "much")
		for k, want := range []int{2, 2, 1, 0} {
			if n, err := b.worker.Work(t.Context()); err != nil || n != want {
				t.Errorf("transaction %d read %d, want %d, %v", k, n, want, err)
			}
		}
		var states []string
		b.ok(db.Read.Raw("SELECT state || error_code FROM inbox ORDER BY id").Scan(&states).Error)
		var pages int
		b.ok(db.Read.Raw("SELECT COUNT(*) FROM page").Scan(&pages).Error)
		if text := strings.Join(states, ","); text != "done,done,done,done,deadtoo_many" || pages != 1200 {
			t.Errorf("%v and %d pages", states, pages)
		}
		// Large ones are claimed a few at a time.
		for k := range 5 {
			b.send("["+strings.Repeat(" ", 3<<20)+"]", fmt.Sprint("large ", k))
		}
		for k, want := range []int{2, 2, 1, 0} {
			if n, err := b.worker.Work(t.Context()); err != nil || n != want {
				t.Errorf("of large ones transaction %d read %d, want %d, %v", k, n, want, err)
			}
		}
	})
}

// Somebody is one contact whether the pager names an address, then a number as well, or
// the number alone.
func TestContactLearns(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		b := newBench(t, db)
		party := func(id, email, name string) health.Party {
			return health.Party{Identity: health.Identity{ID: id, Email: email, Name: name}, Role: health.RoleAssignee}
		}
		for n, p := range []health.Party{party("", "Ana@Example.com", ""), party("U1", "ana@example.com", "Ana"), party("U1", "", ""), party("", "ana@example.com", "A."), party("U2", "ana@example.com", ""), party("", "", "Ben"), party("", "", "Ben")} {
			b.send(list(event(fmt.Sprint(n), fmt.Sprint(n), health.KindTriggered, 0, p)), fmt.Sprint(n))
			b.work()
		}
		// Users of the vendor who were never paged are nobody's business, but are told by
		// their address when they are.
		users := event("users", "", health.KindIdentity, 0)
		users.Responders = []health.Party{{Identity: health.Identity{ID: "U8", Email: "cleo@example.com"}, Role: health.RoleIdentity}, {Identity: health.Identity{ID: "U9"}, Role: health.RoleIdentity}}
		b.send(list(users), "users")
		b.send(list(event("u8", "u8", health.KindTriggered, 0, party("U8", "", ""))), "u8")
		b.work()
		contacts, err := b.store.Contacts(t.Context(), b.door.ID)
		b.ok(err)
		if n, err := b.store.Unmapped(t.Context(), b.door.ID); err != nil || n != 4 {
			t.Errorf("%d are not known, %v", n, err)
		}
		text := ""
		for _, c := range contacts {
			text += fmt.Sprintf("%s %s %s %d; ", c.Identity.ID, c.Email, c.Name, c.Pages)
		}
		if text != "U1 ana@example.com Ana 4;   Ben 2; U2 ana@example.com  1; U8 cleo@example.com  1; " {
			t.Error(text)
		}
	})
}

// Several workers at once read everything once, also where pages and people are the
// same.
func TestWorkTogether(t *testing.T) {
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) {
		b := newBench(t, db)
		for n := range 120 {
			b.send(list(event(fmt.Sprint(n), fmt.Sprint("page ", n%5), health.KindAnnotated, time.Duration(n)*time.Second, assigned(fmt.Sprint("U", n%3), ""), assigned(fmt.Sprint("U", n%2), ""))), fmt.Sprint(n))
		}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				w := *b.worker
				for {
					n, err := w.Work(t.Context())
					if err != nil {
						t.Error(err)
					}
					if n == 0 {
						return
					}
				}
			})
		}
		wg.Wait()
		b.work()
		var counts []int
		b.ok(db.Read.Raw("SELECT COUNT(*) FROM inbox WHERE state = 'done' UNION ALL SELECT COUNT(*) FROM page_event UNION ALL SELECT COUNT(*) FROM page UNION ALL SELECT COUNT(*) FROM identity UNION ALL SELECT COUNT(*) FROM page_responder").Scan(&counts).Error)
		if fmt.Sprint(counts) != "[120 120 5 3 15]" {
			t.Errorf("done, events, pages, contacts, people: %v", counts)
		}
	})
}
