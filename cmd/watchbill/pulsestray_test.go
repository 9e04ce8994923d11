package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// stuckKeys are keys that cannot be forgotten: instead something happens.
type stuckKeys struct {
	health.PulseKeys
	instead func() error
}

func (k stuckKeys) ForgetKey(context.Context, string) error { return k.instead() }

// kept are the names of the keys that there are.
func (d *deployment) kept() []string {
	d.t.Helper()
	names, err := d.pulse.Keys.Kept(d.t.Context())
	d.ok(err)
	slices.Sort(names)
	return names
}

// looks has a deployment look for keys that nothing names, each time after a while.
func (d *deployment) looks(after ...time.Duration) {
	d.t.Helper()
	for _, wait := range after {
		d.now = d.now.Add(wait)
		d.ok(d.pulse.ForgetStrays(d.t.Context()))
	}
}

// A key that was to be forgotten and was not, or that was made and then nothing came of it, is
// forgotten by whoever runs next, and none that is needed.
func TestStrayKeys(t *testing.T) {
	onBoth(t, func(t *testing.T, address string) {
		ctx, d := t.Context(), deploy(t, address)
		d.setUp()
		full := errors.New("the disk is full")
		whole := d.pulse.Keys
		stuck := stuckKeys{whole, func() error { return full }}
		who, last := d.worked()
		four := 4
		say := func(d *deployment) {
			t.Helper()
			_, err := d.diary.Write(ctx, who.ID, last, health.DiarySaying{Disruptive: &four})
			d.ok(err)
		}
		say(d)
		_, w, tokens := d.asked("Closed", 6, health.PulseShort)
		for _, token := range tokens {
			d.ok(d.pulse.Answer(ctx, token, &health.PulseReply{Answers: health.PulseAnswers{4, 4, 4, 4, 2, 4, 4, 2}}))
		}
		d.pulse.Keys, d.diary.Keys = stuck, stuck
		d.now = w.Closes
		for what, err := range map[string]error{"close": d.pulse.CloseDue(ctx), "forget": d.diary.Forget(ctx, who.ID)} {
			if !errors.Is(err, full) {
				t.Errorf("%s: %v", what, err)
			}
		}
		at := d.now
		d.now = d.now.AddDate(0, 0, 28)
		if err := d.pulse.RollUpDue(ctx); !errors.Is(err, full) {
			t.Errorf("roll up: %v", err)
		}
		d.now = at
		for i := range 3 { // a wave, a round and a diary that were never begun
			_, err := whole.MakeKey(ctx, fmt.Sprintf("%032x", i))
			d.ok(err)
		}
		if n := len(d.kept()); n != 6 {
			t.Fatalf("%d keys are left, want 6: %v", n, d.kept())
		}

		next := deploy(t, address)
		next.now = d.now
		if d.db.File() != "" {
			d.ok(os.WriteFile(filepath.Join(keysBeside(d.db.File()).dir, "README.key"), []byte("not ours"), 0o600))
		}
		team, err := next.schedule.Store.Team(ctx, w.Team)
		next.ok(err)
		open, err := next.pulse.Open(ctx, 0, &team, health.PulseOrder{Kind: health.PulseShort, Closes: next.now.Add(96 * time.Hour)})
		next.ok(err)
		say(next)
		_, err = whole.MakeKey(ctx, strings.Repeat("f", 32)) // of what is just being made
		next.ok(err)
		next.looks(0, 10*time.Minute)
		if n := len(next.kept()); n != 10 {
			t.Errorf("after ten minutes there are %d keys, want 10", n)
		}
		next.ok(next.pulse.Store.AddDiary(ctx, 1, &health.DiaryPiece{Key: strings.Repeat("f", 32), Sealed: []byte("x")}))
		next.looks(10*time.Minute, 41*time.Minute)
		if n := len(next.kept()); n != 4 {
			t.Errorf("after an hour there are %d keys, want those of the wave, its round and two diaries: %v", n, next.kept())
		}
		for i, token := range next.pulseTokens(&team) {
			if i < 5 {
				next.ok(next.pulse.Answer(ctx, token, &health.PulseReply{Answers: health.PulseAnswers{4, 4, 4, 4, 2, 4, 4, 2}}))
			}
		}
		next.now = open.Closes
		next.ok(next.askTeams(ctx))
		o, err := next.pulse.Result(ctx, w.Team, 2)
		next.ok(err)
		book, err := next.diary.Read(ctx, who.ID)
		next.ok(err)
		if o.Doc.N == nil || *o.Doc.N != 5 || len(book.Entries) != 1 {
			t.Errorf("what was sealed meanwhile: %+v, %+v", o.Doc, book)
		}
		if next.db.File() != "" {
			if _, err := os.Stat(filepath.Join(keysBeside(next.db.File()).dir, "README.key")); err != nil {
				t.Error(err)
			}
		}
	})
}

// With a secret keys that were left from before it are forgotten as well.
func TestStrayKeysBeforeASecret(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		_, err := d.pulse.Keys.MakeKey(t.Context(), strings.Repeat("a", 32))
		d.ok(err)
		d.sealWith(strings.Repeat("secret ", 8))
		d.looks(0, 61*time.Minute)
		if names := d.kept(); len(names) != 0 {
			t.Errorf("left are %v", names)
		}
	})
}

// killed names the database for the process that is to be killed.
const killed = "WATCHBILL_TEST_KILLED"

// TestKilledBeforeForgetting is that process: it closes a wave and deletes a diary, and is killed
// after the one or the other is written and before its key is forgotten.
func TestKilledBeforeForgetting(t *testing.T) {
	address, what, ok := strings.Cut(os.Getenv(killed), "#")
	if !ok {
		t.Skip("run by TestStrayKeysOfTheKilled")
	}
	d := deploy(t, address)
	d.now = time.Date(2027, 2, 1, 10, 0, 0, 0, time.UTC)
	d.pulse.Keys = stuckKeys{d.pulse.Keys, func() error { return syscall.Kill(os.Getpid(), syscall.SIGKILL) }}
	d.diary.Keys = d.pulse.Keys
	if what == "wave" {
		d.ok(d.pulse.CloseDue(t.Context()))
	} else {
		d.ok(d.diary.Forget(t.Context(), 1))
	}
	time.Sleep(time.Minute)
}

func TestStrayKeysOfTheKilled(t *testing.T) {
	for _, what := range []string{"wave", "diary"} {
		t.Run(what, func(t *testing.T) {
			ctx, address := t.Context(), migrationstest.SQLite(t)
			d := deploy(t, address)
			d.setUp()
			_, w, tokens := d.asked("Killed", 6, health.PulseShort)
			for _, token := range tokens {
				d.ok(d.pulse.Answer(ctx, token, &health.PulseReply{Answers: health.PulseAnswers{4, 4, 4, 4, 2, 4, 4, 2}}))
			}
			d.ok(d.diary.Ask(ctx, 1, false))
			before := d.kept()
			child := exec.CommandContext(ctx, os.Args[0], "-test.run", "^TestKilledBeforeForgetting$")
			child.Env = append(os.Environ(), killed+"="+address+"#"+what)
			out, err := child.CombinedOutput()
			if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
				t.Fatalf("the process ended by %v: %s", err, out)
			}
			d.now = time.Date(2027, 2, 1, 10, 0, 0, 0, time.UTC)
			_, boxed := d.pulse.Store.Box(ctx, w.ID)
			_, written := d.diary.Store.DiaryPiece(ctx, 1)
			if gone := map[string]error{"wave": boxed, "diary": written}[what]; !errors.Is(gone, schedule.ErrNotFound) {
				t.Errorf("what was written before is not there: %v", gone)
			}
			if !slices.Equal(d.kept(), before) {
				t.Errorf("keys are %v, want %v", d.kept(), before)
			}
			d.looks(0, 61*time.Minute)
			if len(d.kept()) != len(before)-1 {
				t.Errorf("keys are %v, and were %v", d.kept(), before)
			}
			d.ok(d.pulse.CloseDue(ctx))
			o, err := d.pulse.Result(ctx, w.Team, 1)
			d.ok(err)
			if o.Doc.N == nil || *o.Doc.N != 6 {
				t.Errorf("the result is %+v", o.Doc)
			}
		})
	}
}
