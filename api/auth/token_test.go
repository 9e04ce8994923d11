package auth_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/api/auth/authdb"
	"watchbill/schedule"
)

const day = 24 * time.Hour

// as is a context in which somebody asks from a browser.
func (w *world) as(person int64, admin bool) context.Context {
	return auth.With(ctx, auth.Who{Person: person, Admin: admin, Scope: auth.ScopeWrite, Session: 1})
}

// bearer asks who a token is of.
func (w *world) bearer(token string) (int, auth.Who) {
	w.t.Helper()
	status, body := w.browser().get("/who", "Authorization", "Bearer "+token)
	var who auth.Who
	if status == 200 {
		w.ok(json.Unmarshal([]byte(body), &who))
	}
	return status, who
}

func (w *world) refused(err error, field string) {
	w.t.Helper()
	if e, ok := errors.AsType[*schedule.InvalidError](err); !ok || e.Field != field {
		w.t.Errorf("got %v, want a refusal of %s", err, field)
	}
}

func TestTokens(t *testing.T) {
	both(t, func(w *world) {
		w.setUp()
		ben := w.person("Ben", "ben@example.com")
		mine := w.as(ben, false)
		made, text, err := w.MakeToken(mine, " Chat bot ", auth.ScopeRead, 30*day)
		w.ok(err)
		if !strings.HasPrefix(text, "wb_") || len(text) != 46 || made.Name != "Chat bot" {
			w.t.Errorf("made %q: %+v", text, made)
		}
		if n := w.count("SELECT count(*) FROM token WHERE token_hash LIKE '%' || ? || '%'", text[3:]); n != 0 {
			w.t.Error("the token itself is kept")
		}
		status, who := w.bearer(text)
		if status != 200 || who.Person != ben || who.Scope != auth.ScopeRead || who.Token != made.ID || who.Session != 0 {
			w.t.Errorf("%d %+v", status, who)
		}
		list, err := w.Tokens(mine)
		w.ok(err)
		if len(list) != 1 || list[0].UsedAt != w.now || list[0].Hash != "" {
			w.t.Errorf("listed %+v", list)
		}
		for _, wrong := range []string{"wb_", "wb_" + strings.Repeat("A", 43), text[:45], text + "A", strings.ToUpper(text), "wb_" + strings.Repeat("x", 70000)} {
			if _, who := w.bearer(wrong); who.Known() {
				w.t.Errorf("%.60s is somebody", wrong)
			}
		}
		// Nobody else may end it; then its owner does, on every replica at once.
		other := newWorld(t, w.db, auth.Options{})
		if err := w.RevokeToken(w.as(1, true), made.ID); !errors.Is(err, schedule.ErrNotFound) {
			w.t.Errorf("another's token: %v", err)
		}
		w.ok(w.RevokeToken(mine, made.ID))
		if status, _ := other.bearer(text); status != 401 {
			w.t.Errorf("a revoked token: %d", status)
		}
		w.refused(errors.Join(second(w.MakeToken(mine, "", auth.ScopeRead, day))), "name")
		w.refused(errors.Join(second(w.MakeToken(mine, "x", "all", day))), "scope")
		w.refused(errors.Join(second(w.MakeToken(mine, "x", auth.ScopeRead, 400*day))), "days")
		w.refused(errors.Join(second(w.MakeToken(mine, "x", auth.ScopeRead, -day))), "days")
	})
}

func second(_ auth.Token, _ string, err error) error { return err }

// A token never does more than its owner, nor longer.
func TestTokensEndWithTheirOwner(t *testing.T) {
	both(t, func(w *world) {
		ada := w.setUp()
		ben := w.person("Ben", "ben@example.com")
		root := w.as(ada, true)
		w.ok(w.SetAdmin(root, ben, true))
		_, text, err := w.MakeToken(w.as(ben, true), "bot", auth.ScopeWrite, 2*day)
		w.ok(err)
		if _, who := w.bearer(text); !who.Admin || !who.May(auth.Administrate, auth.On{}) {
			w.t.Errorf("the token of an administrator is of %+v", who)
		}
		_, who := w.bearer(text)
		for _, a := range []auth.Action{auth.ManageAccess, auth.Grant, auth.Invite} {
			if who.May(a, auth.Person(ben)) {
				w.t.Errorf("a token may %s", a)
			}
		}
		if _, _, err := w.MakeToken(auth.With(ctx, who), "child", auth.ScopeRead, day); !errors.Is(err, auth.ErrForbidden) {
			w.t.Errorf("a token made a token: %v", err)
		}
		w.ok(w.SetAdmin(root, ben, false))
		if _, who := w.bearer(text); who.Admin {
			w.t.Error("the token has kept its owner's former role")
		}
		w.now = w.now.Add(2 * day)
		if status, _ := w.bearer(text); status != 401 {
			w.t.Errorf("an expired token: %d", status)
		}
		if list, err := w.Tokens(w.as(ben, false)); err != nil || len(list) != 1 {
			w.t.Errorf("an expired token is not shown: %v %v", list, err)
		}
		_, text, err = w.MakeToken(w.as(ben, false), "bot", auth.ScopeRead, 2*day)
		w.ok(err)
		w.ok(w.Deactivate(root, ben))
		if status, _ := w.bearer(text); status != 401 {
			w.t.Errorf("a leaver's token: %d", status)
		}
		w.ok(w.Activate(root, ben))
		if status, _ := w.bearer(text); status != 401 {
			w.t.Errorf("a leaver's token is alive again: %d", status)
		}
	})
}

func TestServiceAccounts(t *testing.T) {
	both(t, func(w *world) {
		ada := w.setUp()
		root := w.as(ada, true)
		id, err := w.AddServiceAccount(root, "Wallboard")
		w.ok(err)
		_, err = w.AddServiceAccount(root, "Wallboard")
		w.refused(err, "name")
		if _, err := w.AddServiceAccount(w.as(w.person("Ben", "ben@example.com"), false), "Mine"); !errors.Is(err, auth.ErrForbidden) {
			w.t.Errorf("a member added one: %v", err)
		}
		_, text, err := w.MakeServiceToken(root, id, "office", 90*day)
		w.ok(err)
		if _, _, err := w.MakeServiceToken(root, ada, "office", day); !errors.Is(err, schedule.ErrNotFound) {
			w.t.Errorf("a token in a person's name: %v", err)
		}
		status, who := w.bearer(text)
		if status != 200 || !who.Service || who.Scope != auth.ScopeRead || !who.May(auth.SeeTeam, auth.Team(1)) || who.May(auth.SeeContact, auth.Person(ada, 1)) || who.May(auth.WriteAPI, auth.On{}) {
			w.t.Errorf("%d %+v", status, who)
		}
		all, err := w.ServiceAccounts(root)
		w.ok(err)
		if len(all) != 1 || all[0].Name != "Wallboard" || all[0].UsedAt != w.now || len(all[0].Tokens) != 1 {
			w.t.Errorf("listed %+v", all)
		}
		w.refused(w.SetAdmin(root, id, true), "person")
		w.refused(w.SetPassword(ctx, program, id, password), "person")
		_, err = w.MakeReset(root, id)
		w.refused(err, "person")
		w.ok(w.Deactivate(root, id))
		if status, _ := w.bearer(text); status != 401 {
			w.t.Errorf("the token of a closed service account: %d", status)
		}
		w.refused(second(w.MakeServiceToken(root, id, "again", day)), "person")
	})
}

// Wrong tokens slow an address down; a good one from there always works.
func TestGuessing(t *testing.T) {
	w := lite(t)
	ada := w.setUp()
	_, good, err := w.MakeToken(w.as(ada, true), "bot", auth.ScopeRead, day)
	w.ok(err)
	wrong := "wb_" + strings.Repeat("A", 43)
	for i := range 31 {
		if status, _ := w.bearer(wrong); (status == 429) != (i == 30) {
			t.Fatalf("attempt %d: %d", i, status)
		}
	}
	if status, _ := w.bearer(good); status != 200 {
		t.Errorf("a good token while others are slowed down: %d", status)
	}
	w.logIn("ada@example.com")
	w.now = w.now.Add(time.Hour)
	if status, _ := w.bearer(wrong); status != 401 {
		t.Errorf("an hour later: %d", status)
	}
}

// Two administrators take the role from each other at the same time: one stays.
func TestNeverNoAdministrator(t *testing.T) {
	both(t, func(w *world) {
		ada := w.setUp()
		ben := w.person("Ben", "ben@example.com")
		for range 8 {
			w.ok(w.SetAdmin(auth.With(ctx, program), ada, true))
			w.ok(w.SetAdmin(auth.With(ctx, program), ben, true))
			var wg sync.WaitGroup
			for _, pair := range [][2]int64{{ada, ben}, {ben, ada}} {
				wg.Go(func() { _ = w.SetAdmin(w.as(pair[0], true), pair[1], false) })
			}
			wg.Wait()
			if n := w.count("SELECT count(*) FROM account WHERE admin"); n != 1 {
				w.t.Fatalf("%d administrators are left", n)
			}
		}
	})
}

// Whoever waits for the lock of a person sees what its holder has written of the
// account.
func TestAccountsAreReadBehindTheLock(t *testing.T) {
	both(t, func(w *world) {
		ada := w.setUp()
		store := authdb.New(w.db.Write, w.db.Write)
		held, waited := make(chan bool), make(chan int64)
		var ended sync.WaitGroup
		ended.Go(func() {
			<-held
			if err := store.InTx(ctx, func(tx auth.Store) error {
				a, err := tx.Account(ctx, ada)
				waited <- a.Epoch
				return err
			}); err != nil {
				w.t.Error(err)
			}
		})
		defer ended.Wait() // the database goes with the test, and the transaction must not be open then
		w.ok(store.InTx(ctx, func(tx auth.Store) error {
			a, err := tx.Account(ctx, ada)
			if err != nil {
				return err
			}
			close(held)
			time.Sleep(50 * time.Millisecond) // the other has time to begin waiting
			a.Epoch = 77
			return tx.PutAccount(ctx, a)
		}))
		if got := <-waited; got != 77 {
			w.t.Errorf("the one who waited read epoch %d, want 77", got)
		}
	})
}
