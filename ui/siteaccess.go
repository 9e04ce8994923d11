package ui

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"watchbill/api/auth"
	"watchbill/api/httperr"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// registerTokens adds what people do with their own tokens and sessions.
func (s *Site) registerTokens(e *echo.Group) {
	e.POST("/account/tokens", s.makeToken)
	e.POST("/account/tokens/:token/revoke", s.revokeToken)
	e.POST("/account/sessions/end", s.endSessions)
}

// tokenList shows tokens.
func tokenList(all []auth.Token) []Token {
	var out []Token
	for _, t := range all {
		out = append(out, Token{ID: t.ID, Name: t.Name, Scope: string(t.Scope), Expires: t.ExpiresAt, Used: t.UsedAt, Made: t.CreatedAt})
	}
	return out
}

// life reads how many days a token is to last.
func life(c echo.Context) (time.Duration, error) {
	days, err := strconv.Atoi(c.FormValue("days"))
	if err != nil || days < 1 || days > 366 {
		return 0, &schedule.InvalidError{Field: "days", Reason: "A token lasts from 1 to 366 days; choose one of the list."}
	}
	return time.Duration(days) * 24 * time.Hour, nil
}

// makeToken makes a token and shows it, once.
func (s *Site) makeToken(c echo.Context) error {
	if _, err := who(c); err != nil {
		return err
	}
	var text string
	lasts, err := life(c)
	if err == nil {
		_, text, err = s.Access.MakeToken(c.Request().Context(), c.FormValue("name"), auth.Scope(c.FormValue("scope")), lasts)
	}
	problem := httperr.Of(err)
	if err != nil && len(problem.Fields) == 0 {
		return err
	}
	page, pageErr := s.accountPage(c)
	if pageErr != nil {
		return pageErr
	}
	if err == nil {
		page.NewToken = text
		return s.show(c, http.StatusOK, "account", page)
	}
	page.TokenName.Value, page.TokenScope.Value, page.TokenExpires.Value = c.FormValue("name"), c.FormValue("scope"), c.FormValue("days")
	put(problem, map[string]*Field{"name": &page.TokenName, "scope": &page.TokenScope, "days": &page.TokenExpires}, &page.TokenName.Error)
	return s.show(c, problem.Status, "account", page)
}

func (s *Site) revokeToken(c echo.Context) error {
	return s.own(c, "token", "/account#tokens", "The token is dead. What used it is refused from now on.", s.Access.RevokeToken)
}

func (s *Site) endSession(c echo.Context) error {
	return s.own(c, "session", "/account#sessions", "That browser is signed out.", s.Access.EndSession)
}

// own changes something of the reader's own that the path names.
func (s *Site) own(c echo.Context, name, to, good string, change func(context.Context, int64) error) error {
	if _, err := who(c); err != nil {
		return err
	}
	id, err := param(c, name)
	if err != nil {
		return err
	}
	return answer(c, change(c.Request().Context(), int64(id)), to, good)
}

func (s *Site) endSessions(c echo.Context) error {
	if _, err := who(c); err != nil {
		return err
	}
	return answer(c, s.Access.EndOtherSessions(c.Request().Context()), "/account#sessions", "All other browsers are signed out.")
}
