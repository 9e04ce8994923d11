package auth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// Identify is the middleware that finds out who is asking. It stands before every
// handler that calls From or LogIn, and lets nobody through as nobody.
//
// A request with one of our API tokens is whoever the token belongs to; a token
// that is not valid is ErrUnauthenticated. Any other request is whoever its session
// cookie belongs to, and ErrForbidden when it is a write that another site made the
// browser send. Writes without a cookie are looked at as well: nobody shall be
// logged in by another site either.
func (s *Service) Identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		ctx := r.Context()
		v := &visit{echo: c, address: address(c)}
		bearer, ok := bearerToken(r.Header.Get(echo.HeaderAuthorization))
		var w Who
		var err error
		switch {
		case ok && strings.HasPrefix(bearer, TokenPrefix):
			if w, err = s.token(ctx, bearer, v.address); err != nil {
				return err
			}
		case ok: // somebody else's token, such as a hook's
		default:
			if err := s.own(r); err != nil {
				return err
			}
			if v.cookie = s.sessionCookie(v); v.cookie != "" {
				if w, _, err = s.session(ctx, v.cookie); err != nil {
					return err
				}
			}
		}
		ctx = context.WithValue(ctx, visitKey{}, v)
		c.SetRequest(r.WithContext(With(ctx, w)))
		return next(c)
	}
}

// OwnSite is the middleware of pages on which nobody is recognised: it refuses a write
// that another site made the browser send with ErrOtherSite.
func (s *Service) OwnSite(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := s.own(c.Request()); err != nil {
			return err
		}
		return next(c)
	}
}

func (s *Service) own(r *http.Request) error {
	if err := s.cross.Check(r); err != nil {
		return fmt.Errorf("%w: %w", ErrOtherSite, err)
	}
	return nil
}

// Browsers is the middleware of pages: it refuses API tokens with ErrForbidden,
// because what a page offers is for people. It stands behind Identify.
func Browsers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if From(c.Request().Context()).Token != 0 {
			return ErrForbidden
		}
		return next(c)
	}
}

// Required is the middleware that refuses nobody with ErrUnauthenticated. It stands
// behind Identify.
func Required(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !From(c.Request().Context()).Known() {
			return ErrUnauthenticated
		}
		return next(c)
	}
}

// address returns from where a request came. Headers that a proxy may have set, or
// anybody else, count only when the operator named an extractor.
func address(c echo.Context) string {
	if c.Echo() != nil && c.Echo().IPExtractor != nil {
		return c.RealIP()
	}
	host, _, err := net.SplitHostPort(c.Request().RemoteAddr)
	if err != nil {
		return c.Request().RemoteAddr
	}
	return host
}

// bearerToken reads the header Authorization; ok says whether it has a bearer
// token.
func bearerToken(header string) (token string, ok bool) {
	scheme, token, found := strings.Cut(strings.TrimSpace(header), " ")
	if !found || !strings.EqualFold(scheme, "Bearer") {
		return "", false
	}
	return strings.TrimSpace(token), true
}

// sessionCookie returns the token in the session cookie, if it can be one.
func (s *Service) sessionCookie(v *visit) string {
	c, err := v.echo.Request().Cookie(s.cookieName(v, CookieName))
	if err != nil || !isSecret(c.Value) {
		return ""
	}
	return c.Value
}

// token returns who an API token belongs to.
func (s *Service) token(ctx context.Context, text, address string) (Who, error) {
	over := fmt.Errorf("the API token is not valid, or no longer: %w", ErrUnauthenticated)
	t, err := s.store.TokenByHash(ctx, hashSecret(text))
	if errors.Is(err, schedule.ErrNotFound) {
		// One that is good always passes: others may share its address.
		if err := s.guessed(ctx, address); err != nil {
			return Who{}, err
		}
		return Who{}, over
	} else if err != nil {
		return Who{}, err
	}
	now := s.now()
	if !t.open(now) {
		return Who{}, over
	}
	a, err := s.store.Account(ctx, t.Person)
	if err != nil {
		return Who{}, err
	}
	if !a.active() || a.Kind == "" {
		return Who{}, over
	}
	w, err := s.who(ctx, a)
	if err != nil {
		return Who{}, err
	}
	w.Scope, w.Token = t.Scope, t.ID
	if now.Sub(t.UsedAt).Abs() >= seenEvery {
		if err := s.store.UseToken(ctx, t.ID, now); err != nil {
			return Who{}, err
		}
	}
	return w, nil
}
