package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// CookieName is the name of the session's cookie; where cookies are for TLS only
// "__Host-" stands before it, so that no other host of the domain can set one.
const CookieName = "watchbill_session"

// seenEvery is how exactly the last use of a session or token is kept.
const seenEvery = time.Minute

// A visit is the request that a context belongs to; Identify puts it there.
type visit struct {
	echo    echo.Context
	cookie  string // the session's token as it came, when it can be one
	address string
}

type visitKey struct{}

func visitOf(ctx context.Context) (*visit, error) {
	v, ok := ctx.Value(visitKey{}).(*visit)
	if !ok {
		return nil, errors.New("no browser: the handler does not stand behind auth.Identify")
	}
	return v, nil
}

// secure says whether cookies are for TLS only.
func (s *Service) secure(v *visit) bool { return s.opt.Secure || v.echo.IsTLS() }

// cookieName is what a cookie is called in the browser.
func (s *Service) cookieName(v *visit, name string) string {
	if s.secure(v) {
		return "__Host-" + name
	}
	return name
}

// cookie sets a cookie for a time, or with an empty value takes it away.
func (s *Service) cookie(v *visit, name, value string, age time.Duration) {
	c := &http.Cookie{
		Name: s.cookieName(v, name), Value: value, Path: "/", MaxAge: int(age / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.secure(v),
	}
	if value == "" {
		c.MaxAge = -1
	}
	v.echo.SetCookie(c)
	v.echo.Response().Header().Set(echo.HeaderCacheControl, "no-store")
}

// The values of a session.
const (
	valueID      = "id"
	valuePerson  = "person"
	valueEpoch   = "epoch"
	valueAddress = "address"
	valueAgent   = "agent"
	valueSeen    = "seen"
)

// begin logs an account in, whatever proved it: a new session with a new token, so
// that nobody who knew the old one comes along. What the browser had before ends.
func (s *Service) begin(ctx context.Context, a Account, action, detail string) (Who, error) {
	v, err := visitOf(ctx)
	if err != nil {
		return Who{}, err
	}
	sctx, err := s.sessions.Load(ctx, v.cookie)
	if err != nil {
		return Who{}, err
	}
	if err := s.sessions.RenewToken(sctx); err != nil {
		return Who{}, err
	}
	agent := v.echo.Request().UserAgent()
	s.sessions.Put(sctx, valuePerson, a.Person)
	s.sessions.Put(sctx, valueEpoch, a.Epoch)
	s.sessions.Put(sctx, valueAddress, v.address)
	s.sessions.Put(sctx, valueAgent, cut(agent, 200))
	token, _, err := s.sessions.Commit(sctx)
	if err != nil {
		return Who{}, fmt.Errorf("begin session: %w", err)
	}
	err = s.store.InTx(ctx, func(tx Store) error {
		now, err := tx.Account(ctx, a.Person)
		if err != nil {
			return err
		}
		if now.Epoch != a.Epoch || !now.active() {
			return ErrCredentials // changed meanwhile: the session is worth nothing
		}
		now.LoggedInAt = s.now()
		if err := tx.PutAccount(ctx, now); err != nil {
			return err
		}
		return s.audit(ctx, tx, Who{Person: a.Person}, Entry{Action: action, About: a.Person, Detail: detail})
	})
	if err != nil {
		return Who{}, err
	}
	w, ok, err := s.session(ctx, token)
	if err != nil || !ok {
		return Who{}, errors.Join(err, ErrCredentials)
	}
	v.cookie = token
	s.cookie(v, CookieName, token, s.opt.Lifetime)
	return w, nil
}

// cut returns at most n bytes of s, and no half characters.
func cut(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return string([]rune(s))
}

// session returns whose session a token is of; ok says whether it is one.
func (s *Service) session(ctx context.Context, token string) (w Who, ok bool, err error) {
	sctx, err := s.sessions.Load(ctx, token)
	if err != nil {
		return Who{}, false, fmt.Errorf("session: %w", err)
	}
	person, _ := s.sessions.Get(sctx, valuePerson).(int64)
	if person == 0 {
		return Who{}, false, nil
	}
	a, err := s.store.Account(ctx, person)
	if orNone(err) != nil {
		return Who{}, false, err
	}
	if !a.active() || a.Kind != KindPerson || a.Epoch != s.sessions.Get(sctx, valueEpoch).(int64) {
		return Who{}, false, nil
	}
	if w, err = s.who(ctx, a); err != nil {
		return Who{}, false, err
	}
	w.Scope, w.Session = ScopeWrite, s.sessions.Get(sctx, valueID).(int64)
	if now := s.now(); now.Unix()-s.sessions.Get(sctx, valueSeen).(int64) >= int64(seenEvery/time.Second) {
		if err := s.store.SeeSession(ctx, w.Session, now); err != nil {
			return Who{}, false, err
		}
	}
	return w, true, nil
}

// who is an account with its memberships.
func (s *Service) who(ctx context.Context, a Account) (Who, error) {
	members, err := s.store.Members(ctx, a.Person)
	if err != nil {
		return Who{}, err
	}
	return Who{
		Person: a.Person, Name: a.Name, Email: a.Email, Zone: a.Zone,
		Admin: a.Admin && a.Kind == KindPerson, Service: a.Kind == KindService, Teams: teamsOf(members, s.now()),
	}, nil
}

// LogOut ends the session of the request, if there is one, and takes its cookie
// away.
func (s *Service) LogOut(ctx context.Context) error {
	v, err := visitOf(ctx)
	if err != nil {
		return err
	}
	s.cookie(v, CookieName, "", 0)
	if v.cookie == "" {
		return nil
	}
	sctx, err := s.sessions.Load(ctx, v.cookie)
	if err != nil {
		return err
	}
	if err := s.sessions.Destroy(sctx); err != nil {
		return err
	}
	if w := From(ctx); w.Known() {
		return s.audit(ctx, s.store, w, Entry{Action: "log out", About: w.Person})
	}
	return nil
}

// Sessions returns the sessions of whoever asks, the latest used first.
func (s *Service) Sessions(ctx context.Context) ([]Session, error) {
	w := From(ctx)
	if err := w.Must(ManageAccess, Person(w.Person)); err != nil {
		return nil, err
	}
	all, err := s.store.Sessions(ctx, w.Person)
	if err != nil {
		return nil, err
	}
	open := all[:0]
	for _, one := range all {
		if s.open(one) {
			open = append(open, one)
		}
	}
	return open, nil
}

// open says whether a session is within its limits.
func (s *Service) open(one Session) bool {
	now := s.now()
	return now.Before(one.ExpiresAt) && now.Before(one.SeenAt.Add(s.opt.Idle))
}

// EndSession ends one of one's own sessions.
func (s *Service) EndSession(ctx context.Context, id int64) error {
	w := From(ctx)
	if err := w.Must(ManageAccess, Person(w.Person)); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(tx Store) error {
		if err := tx.DeleteSession(ctx, w.Person, id); err != nil {
			return err
		}
		return s.audit(ctx, tx, w, Entry{Action: "end session", About: w.Person})
	})
}

// EndOtherSessions ends all of one's own sessions but the one that asks.
func (s *Service) EndOtherSessions(ctx context.Context) error {
	w := From(ctx)
	if err := w.Must(ManageAccess, Person(w.Person)); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(tx Store) error {
		if err := tx.DeleteSessions(ctx, w.Person, w.Session); err != nil {
			return err
		}
		return s.audit(ctx, tx, w, Entry{Action: "end other sessions", About: w.Person})
	})
}

// sessionCodec writes a session's values as JSON, for sessionStore to read.
type sessionCodec struct{}

type sessionJSON struct {
	ID, Person, Epoch, Seen int64
	Address, Agent          string
	Deadline                time.Time
}

// Encode implements scs.Codec.
func (sessionCodec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	j := sessionJSON{Deadline: deadline}
	j.ID, _ = values[valueID].(int64)
	j.Person, _ = values[valuePerson].(int64)
	j.Epoch, _ = values[valueEpoch].(int64)
	j.Address, _ = values[valueAddress].(string)
	j.Agent, _ = values[valueAgent].(string)
	return json.Marshal(j)
}

// Decode implements scs.Codec.
func (sessionCodec) Decode(b []byte) (time.Time, map[string]any, error) {
	var j sessionJSON
	err := json.Unmarshal(b, &j)
	return j.Deadline, map[string]any{
		valueID: j.ID, valuePerson: j.Person, valueEpoch: j.Epoch, valueSeen: j.Seen,
		valueAddress: j.Address, valueAgent: j.Agent,
	}, err
}

// A sessionStore lets scs keep sessions in our store. The tokens it sees are hashes
// already. Limits are ours, because scs looks at the machine's clock.
type sessionStore struct{ s *Service }

// FindCtx implements scs.CtxStore.
func (t sessionStore) FindCtx(ctx context.Context, hash string) ([]byte, bool, error) {
	row, err := t.s.store.SessionByHash(ctx, hash)
	if errors.Is(err, schedule.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil || !t.s.open(row) {
		return nil, false, err
	}
	b, err := json.Marshal(sessionJSON{
		ID: row.ID, Person: row.Person, Epoch: row.Epoch, Seen: row.SeenAt.Unix(),
		Address: row.Address, Agent: row.Agent, Deadline: row.ExpiresAt,
	})
	return b, err == nil, err
}

// CommitCtx implements scs.CtxStore. Sessions are only ever new here.
func (t sessionStore) CommitCtx(ctx context.Context, hash string, b []byte, _ time.Time) error {
	var j sessionJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	now := t.s.now()
	return t.s.store.AddSession(ctx, &Session{
		Hash: hash, Person: j.Person, Epoch: j.Epoch, Address: j.Address, Agent: j.Agent,
		CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(t.s.opt.Lifetime),
	})
}

// DeleteCtx implements scs.CtxStore.
func (t sessionStore) DeleteCtx(ctx context.Context, hash string) error {
	return t.s.store.DeleteSessionByHash(ctx, hash)
}

// Find implements scs.Store, which nobody calls where there is a CtxStore.
func (t sessionStore) Find(hash string) ([]byte, bool, error) {
	return t.FindCtx(context.Background(), hash)
}

// Commit implements scs.Store.
func (t sessionStore) Commit(hash string, b []byte, at time.Time) error {
	return t.CommitCtx(context.Background(), hash, b, at)
}

// Delete implements scs.Store.
func (t sessionStore) Delete(hash string) error { return t.DeleteCtx(context.Background(), hash) }
