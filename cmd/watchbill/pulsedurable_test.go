package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// All who answer at once over two replicas are counted, each once, also whoever presses
// the button twice; one of two replicas closes the wave.
func TestPulseAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, address string) {
		one := deploy(t, address)
		one.setUp()
		team, w, tokens := one.asked("Eager", 12, health.PulseShort)
		two := deploy(t, address)
		var all sync.WaitGroup
		taken := make([]error, 3*len(tokens))
		for i := range taken {
			all.Go(func() {
				d := []*deployment{one, two}[i%2]
				taken[i] = d.pulse.Answer(context.Background(), tokens[i/3], &health.PulseReply{Answers: health.PulseAnswers{4, 4, 4, 4, 2, 4, 4, 4}})
			})
		}
		all.Wait()
		for i := range tokens {
			good := 0
			for _, err := range taken[3*i : 3*i+3] {
				if err == nil {
					good++
				} else if !errors.Is(err, schedule.ErrConflict) {
					t.Error(err)
				}
			}
			if good != 1 {
				t.Errorf("of three tries to answer by one link %d were taken", good)
			}
		}
		one.now, two.now = w.Closes, w.Closes
		all.Go(func() {
			if err := two.pulse.CloseDue(context.Background()); err != nil {
				t.Error(err)
			}
		})
		one.ok(one.pulse.CloseDue(t.Context()))
		all.Wait()
		o, err := one.pulse.Result(t.Context(), team.ID, 1)
		one.ok(err)
		if o.Doc.N == nil || *o.Doc.N != 12 {
			t.Errorf("%+v", o.Doc)
		}
		for _, again := range []*deployment{one, two} {
			if err := again.pulse.Answer(t.Context(), tokens[0], &health.PulseReply{Answers: make(health.PulseAnswers, 8)}); !errors.Is(err, schedule.ErrConflict) {
				t.Errorf("after it closed an answer is %v", err)
			}
		}
	})
}

// What was answered is there after the program was killed, is not in a backup without its
// keys, and a wave whose key is gone says so and keeps nobody from anything else.
func TestPulseKeys(t *testing.T) {
	address := migrationstest.SQLite(t)
	d := deploy(t, address)
	d.setUp()
	_, w, tokens := d.asked("Kept", 6, health.PulseShort)
	for _, token := range tokens {
		d.ok(d.pulse.Answer(t.Context(), token, &health.PulseReply{Answers: health.PulseAnswers{4, 4, 4, 4, 2, 4, 4, 2}, Comment: "kept apart"}))
	}
	files, err := filepath.Glob(address + ".keys/*.key")
	d.ok(err)
	if len(files) != 2 { // of the wave, and of the round of all teams
		t.Fatalf("keys: %v", files)
	}
	if info, err := os.Stat(files[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key is for others, too: %v %v", info.Mode(), err)
	}
	backup, elsewhere := filepath.Join(t.TempDir(), "backup.db"), filepath.Join(t.TempDir(), "watchbill.db")
	d.ok(d.db.Backup(t.Context(), backup))
	d.ok(migrations.Restore(t.Context(), backup, elsewhere))

	killed := deploy(t, address) // another program finds what the one before has committed
	killed.now = w.Closes
	killed.ok(killed.pulse.CloseDue(t.Context()))
	o, err := killed.pulse.Result(t.Context(), w.Team, 1)
	killed.ok(err)
	if o.Doc.N == nil || *o.Doc.N != 6 {
		t.Errorf("after it was killed: %+v", o.Doc)
	}
	all, err := os.ReadFile(address)
	d.ok(err)
	wal, err := os.ReadFile(address + "-wal")
	d.ok(err)
	if strings.Contains(string(all)+string(wal), "kept apart") {
		t.Error("a comment that nobody may see lies in the database")
	}

	restored := deploy(t, elsewhere)
	b := restored.person("p1@kept.example")
	status, body := b.get("/")
	b.expect(status, body, http.StatusOK, "My on-call")
	restored.now = w.Closes
	restored.ok(restored.pulse.CloseDue(t.Context()))
	status, body = b.get(fmt.Sprintf("/teams/%d/pulse/1", w.Team))
	b.expect(status, body, http.StatusOK, "What was answered cannot be opened any more.")
	if strings.Contains(body, "of 100") {
		t.Error("something is told of a wave that cannot be opened")
	}
}

// While one to four people are the difference to a wave that was published, figures are
// rounded until it leaves open what they said.
func TestPulseOfJoiners(t *testing.T) { both(t, pulseOfJoiners) }

func pulseOfJoiners(t *testing.T, d *deployment) {
	d.setUp()
	team, w, tokens := d.asked("Moving", 11, health.PulseShort)
	closeWith := func(w *health.PulseWave, tokens []string) *health.PulseDoc {
		t.Helper()
		for i, token := range tokens {
			r := &health.PulseReply{Answers: health.PulseAnswers{4, 4, 4, 4, 2, 4, 4, 4}}
			r.Answers[0] = 1 + i%5
			d.ok(d.pulse.Answer(t.Context(), token, r))
		}
		d.now = w.Closes
		d.ok(d.pulse.CloseDue(t.Context()))
		o, err := d.pulse.Result(t.Context(), team.ID, w.Number)
		d.ok(err)
		d.now = d.now.Add(time.Hour)
		return &o.Doc
	}
	open := func() health.PulseWave {
		t.Helper()
		w, err := d.pulse.Open(t.Context(), 0, &team, health.PulseOrder{Kind: health.PulseShort, Closes: d.now.Add(48 * time.Hour)})
		d.ok(err)
		return w
	}
	if doc := closeWith(&w, tokens); doc.Coarse || *doc.Items[0].Value != 45 { // 45.45…
		t.Errorf("first wave: %v, %v", doc.Coarse, *doc.Items[0].Value)
	}
	join := func(n int) {
		t.Helper()
		for range n {
			p := schedule.Profile{Name: "New", Zone: "UTC", CreatedAt: d.now}
			d.ok(d.schedule.Store.AddPerson(t.Context(), &p))
			d.ok(d.schedule.Store.SaveMember(t.Context(), &schedule.Membership{Team: team.ID, Person: p.ID, OnCall: true, Share: schedule.FullTime}))
		}
	}
	join(1)
	w = open()
	if doc := closeWith(&w, d.pulseTokens(&team)); !doc.Coarse || *doc.Items[0].Value != 45 || *doc.N != 12 { // 43.75
		t.Errorf("with one who joined: %v, %v of %d", doc.Coarse, *doc.Items[0].Value, *doc.N)
	}
	w = open() // the same as before, and still one more than in the first
	if doc := closeWith(&w, d.pulseTokens(&team)); !doc.Coarse {
		t.Error("a figure to the point can be compared with one that has one person less")
	}
	join(4) // five since the first, which had 11 people, four since the others
	w = open()
	if doc := closeWith(&w, d.pulseTokens(&team)); !doc.Coarse || *doc.N != 16 || doc.Step != 20 { // where all answered alike that is to the point, so 16·20 ≥ 50·4
		t.Errorf("with four who joined: %v of %d, rounded to %v", doc.Coarse, *doc.N, doc.Step)
	}
	join(5)
	w = open()
	if doc := closeWith(&w, d.pulseTokens(&team)); doc.Coarse || *doc.N != 21 {
		t.Errorf("with five who joined: %v of %d", doc.Coarse, *doc.N)
	}
}
