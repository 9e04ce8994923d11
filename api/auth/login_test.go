package auth_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

func TestSetUp(t *testing.T) {
	both(t, func(w *world) {
		if need, err := w.NeedsSetup(ctx); err != nil || !need {
			w.t.Fatalf("a new installation needs set-up: %v, %v", need, err)
		}
		first, err := w.SetupCode(ctx)
		w.ok(err)
		second, err := w.SetupCode(ctx)
		w.ok(err)
		for _, wrong := range []string{first, "", "0000-0000-0000-0000"} {
			err := w.SetUp(ctx, wrong, "Ada", "ada@example.com", password, "Europe/London")
			if e, ok := errors.AsType[*schedule.InvalidError](err); !ok || e.Field != "code" {
				w.t.Errorf("code %q: %v", wrong, err)
			}
		}
		if err := w.SetUp(ctx, second, "Ada", "ada", "short", "Mars"); err == nil {
			w.t.Error("nonsense was accepted")
		}
		w.ok(w.SetUp(ctx, strings.ToLower(strings.ReplaceAll(second, "-", " ")), "Ada", "ada@example.com", password, "Europe/London"))
		if err := w.SetUp(ctx, second, "Eve", "eve@example.com", password, "Europe/London"); !errors.Is(err, schedule.ErrConflict) {
			w.t.Errorf("a second set-up: %v", err)
		}
		if need, err := w.NeedsSetup(ctx); err != nil || need {
			w.t.Errorf("set-up is needed again: %v, %v", need, err)
		}
		if code, err := w.SetupCode(ctx); err != nil || code != "" {
			w.t.Errorf("there is a code again: %q, %v", code, err)
		}
		if !w.logIn("ada@example.com").in() {
			w.t.Error("the administrator is not logged in")
		}
	})
}

// Many try to be first; one is.
func TestSetUpTogether(t *testing.T) {
	both(t, func(w *world) {
		code, err := w.SetupCode(ctx)
		w.ok(err)
		var wg sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			wg.Go(func() { errs[i] = w.SetUp(ctx, code, "Ada", fmt.Sprintf("ada%d@example.com", i), password, "UTC") })
		}
		wg.Wait()
		good := 0
		for _, err := range errs {
			if err == nil {
				good++
			}
		}
		if n := w.count("SELECT count(*) FROM account"); good != 1 || n != 1 {
			w.t.Errorf("%d were first, %d accounts: %v", good, n, errs)
		}
	})
}

func TestLogIn(t *testing.T) {
	both(t, func(w *world) {
		ada := w.setUp()
		team, past, future := w.team("Payments"), w.team("Past"), w.team("Future")
		w.member(team, ada, true)
		// The clock says 24 November 09:00 UTC: in Auckland it is 22:00.
		w.exec("INSERT INTO membership (team_id, person_id, manager, share, until_day) VALUES (?, ?, TRUE, 1000, '2026-11-23')", past, ada)
		w.exec("INSERT INTO membership (team_id, person_id, manager, share, from_day) VALUES (?, ?, TRUE, 1000, '2026-11-25')", future, ada)
		b := w.logIn(" ADA@example.com")
		var who auth.Who
		_, body := b.get("/who")
		w.ok(json.Unmarshal([]byte(body), &who))
		if who.Person != ada || !who.Admin || who.Scope != auth.ScopeWrite || who.Session == 0 || who.Email != "ada@example.com" ||
			!who.Manager(team) || who.Member(past) || who.Manager(future) || !who.Member(future) {
			w.t.Errorf("logged in as %+v", who)
		}
		w.now = w.now.Add(2 * time.Hour) // the 25th in Auckland
		_, body = b.get("/who")
		w.ok(json.Unmarshal([]byte(body), &who))
		if !who.Manager(future) {
			w.t.Errorf("on their first day a manager is %+v", who)
		}
		if status, _ := b.post("/logout"); status != 204 || b.in() {
			w.t.Error("still logged in after logging out")
		}
		if n := w.count("SELECT count(*) FROM session"); n != 0 {
			w.t.Errorf("%d sessions are left", n)
		}
	})
}

// All log-ins that are refused look the same.
func TestLogInRefused(t *testing.T) {
	both(t, func(w *world) {
		w.setUp()
		gone := w.person("Gone", "gone@example.com")
		w.exec("UPDATE person SET deactivated_at = 1 WHERE id = ?", gone)
		w.exec("INSERT INTO person (name, email, zone, created_at) VALUES ('Planned', 'planned@example.com', 'UTC', 0)")
		want := ""
		for _, c := range [][2]string{
			{"ada@example.com", "wrong"}, {"nobody@example.com", password}, {"gone@example.com", password},
			{"planned@example.com", password}, {"planned@example.com", ""}, {"", ""}, {"ada@example.com", strings.Repeat("x", 100000)},
		} {
			b := w.browser()
			status, body := b.post("/login", "email", c[0], "password", c[1])
			if want == "" {
				want = body
			}
			if status != 401 || body != want || b.in() {
				w.t.Errorf("%.40q: %d %q, want 401 %q", c, status, body, want)
			}
		}
	})
}

// The wait doubles, is the same for accounts that do not exist, and ends.
func TestBackOff(t *testing.T) {
	both(t, func(w *world) {
		w.setUp()
		for _, email := range []string{"ada@example.com", "nobody@example.com"} {
			var waits []time.Duration
			w.now = w.now.Add(48 * time.Hour)
			b := w.browser()
			for range 18 {
				for {
					r, err := http.PostForm(w.url+"/login", url.Values{"email": {email}, "password": {"wrong"}})
					w.ok(err)
					_ = r.Body.Close()
					if r.StatusCode == http.StatusUnauthorized {
						break
					}
					wait, err := time.ParseDuration(r.Header.Get("Retry-After") + "s")
					if r.StatusCode != http.StatusTooManyRequests || err != nil {
						w.t.Fatalf("%d, %v", r.StatusCode, err)
					}
					waits = append(waits, wait)
					if len(waits) == 1 { // also with the right password
						if status, _ := b.post("/login", "email", email, "password", password); status != 429 {
							w.t.Errorf("status %d while waiting", status)
						}
					}
					w.now = w.now.Add(wait)
				}
			}
			want := "[1s 2s 4s 8s 16s 32s 1m4s 2m8s 4m16s 8m32s 15m0s 15m0s 15m0s]"
			if got := fmt.Sprint(waits); got != want {
				w.t.Errorf("%s waited %s, want %s", email, got, want)
			}
		}
		if n := w.count("SELECT count(*) FROM audit WHERE action = 'log-in slowed down'"); n != 1 {
			w.t.Errorf("%d entries", n)
		}
		w.now = w.now.Add(15 * time.Minute)
		w.logIn("ada@example.com") // and all is forgotten
		for range 5 {
			if status, _ := w.browser().post("/login", "email", "ada@example.com", "password", "wrong"); status != 401 {
				w.t.Errorf("status %d", status)
			}
		}
	})
}

// One address that tries many accounts is slowed down too.
func TestBackOffOfAddress(t *testing.T) {
	w := lite(t)
	w.setUp()
	for i := range 30 {
		if status, _ := w.browser().post("/login", "email", fmt.Sprint(i, "@example.com"), "password", "wrong"); status != 401 {
			t.Fatalf("attempt %d: %d", i, status)
		}
	}
	if status, _ := w.browser().post("/login", "email", "ada@example.com", "password", password); status != 429 {
		t.Errorf("status %d", status)
	}
	w.now = w.now.Add(time.Hour)
	w.logIn("ada@example.com")
	w.ok(w.Prune(ctx, w.now.Add(25*time.Hour)))
	if n := w.count("SELECT count(*) FROM attempt"); n != 0 {
		t.Errorf("%d counts are left", n)
	}
}

// Attempts at the same time are counted each.
func TestBackOffTogether(t *testing.T) {
	both(t, func(w *world) {
		w.setUp()
		var wg sync.WaitGroup
		statuses := make([]int, 20)
		for i := range statuses {
			wg.Go(func() {
				r, err := http.PostForm(w.url+"/login", url.Values{"email": {"ada@example.com"}, "password": {"wrong"}})
				if err != nil {
					w.t.Error(err)
					return
				}
				_ = r.Body.Close()
				statuses[i] = r.StatusCode
			})
		}
		wg.Wait()
		looked := 0
		for _, s := range statuses {
			if s == 401 {
				looked++
			}
		}
		if looked != 5 {
			w.t.Errorf("%d passwords were looked at, want 5: %v", looked, statuses)
		}
	})
}

func TestChangePassword(t *testing.T) {
	both(t, func(w *world) {
		w.setUp()
		here, there := w.logIn("ada@example.com"), w.logIn("ada@example.com")
		for _, c := range []struct {
			present, next string
			status        int
		}{{"wrong", other, 422}, {password, "short", 422}, {password, "Password1234!", 422}, {password, other, 204}} {
			if status, body := here.post("/password", "present", c.present, "next", c.next); status != c.status {
				w.t.Errorf("%v: %d %s", c, status, body)
			}
		}
		if !here.in() || there.in() {
			w.t.Errorf("in here: %v, there: %v", here.in(), there.in())
		}
		if status, _ := w.browser().post("/login", "email", "ada@example.com", "password", password); status != 401 {
			w.t.Error("the old password is still good")
		}
		if status, _ := w.browser().post("/login", "email", "ada@example.com", "password", other); status != 204 {
			w.t.Error("the new password is not good")
		}
		if status, _ := w.browser().post("/password", "present", other, "next", password); status != 401 {
			w.t.Error("nobody changed a password")
		}
	})
}

// A password whose hash was cheap is hashed anew at the next log-in.
func TestRehash(t *testing.T) {
	db := migrationstest.Migrated(t, migrationstest.SQLite(t))
	old := newWorld(t, db, auth.Options{})
	old.setUp()
	w := newWorld(t, db, auth.Options{Hashing: auth.Hashing{KiB: 16, Passes: 2, Threads: 1}})
	w.logIn("ada@example.com")
	if n := w.count("SELECT count(*) FROM account WHERE password LIKE '$argon2id$v=19$m=16,t=2,p=1$%'"); n != 1 {
		t.Error("the hash is the old one")
	}
	w.logIn("ada@example.com")
}

func TestCheckPassword(t *testing.T) {
	for password, good := range map[string]bool{
		"three otters under a lamp": true, "correct horse battery": true, "Zürich-Über-Öse-9": true, "пятьбелыхмедведей": true,
		"short": false, "elevenchars": false, "password1234": false, "Password1234!": false, "P@ssw0rd12345": false,
		"123456789012": false, "abcdefghijkl": false, "aaaaaaaaaaaaaa": false, "abcabcabcabcabc": false, "qwertyuiop12": false,
		"letmeinletmein": false, "dragonmonkey1": false, "ada@example.com": false, "adalovelace1": false, "ada lovelace 2026": false,
		"watchbill2026!": false, "1q2w3e4r5t6y": false, "\xff\xfe wrong bytes here": false, strings.Repeat("long one ", 40): false,
		"Ada Lovelace likes nineteen engines": true,
	} {
		err := auth.CheckPassword(password, "ada@example.com", "Ada Lovelace")
		if (err == nil) != good {
			t.Errorf("%q: %v", password, err)
		}
	}
}
