package ui

import (
	"net/http"

	"watchbill/api/auth"
	"watchbill/api/httperr"

	"github.com/labstack/echo/v4"
)

// resetPage is where a link for a new password leads. Links that are not good, or
// no longer, do not exist.
func (s *Site) resetPage(c echo.Context) error {
	page, err := s.resetForm(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "reset", page)
}

func (s *Site) resetForm(c echo.Context) (*Reset, error) {
	email, err := s.Access.ResetOf(c.Request().Context(), c.Param("token"))
	if err != nil {
		return nil, err
	}
	f, err := s.frame(c, auth.Who{}, "New password", "")
	return &Reset{Frame: f, Token: c.Param("token"), Email: email}, err
}

func (s *Site) resetPassword(c echo.Context) error {
	err := s.Access.ResetPassword(c.Request().Context(), c.Param("token"), c.FormValue("password"), c.FormValue("tokens") != "")
	if err == nil {
		return done(c, "/login", "good", "Your password is changed, and you are signed out everywhere. Sign in with the new one.")
	}
	problem := httperr.Of(err)
	if len(problem.Fields) == 0 {
		return err
	}
	page, err := s.resetForm(c)
	if err != nil {
		return err
	}
	page.Tokens = c.FormValue("tokens") != ""
	put(problem, map[string]*Field{"password": &page.Password}, &page.Password.Error)
	return s.show(c, problem.Status, "reset", page)
}

// makeReset makes a link for a new password and shows it, once.
func (s *Site) makeReset(c echo.Context) error {
	if _, err := may(c, auth.Grant); err != nil {
		return err
	}
	id, err := param(c, "person")
	if err != nil {
		return err
	}
	text, err := s.Access.MakeReset(c.Request().Context(), int64(id))
	if why, bad := refused(err); bad {
		return done(c, "/people/"+itoa(int64(id)), "bad", why)
	} else if err != nil {
		return err
	}
	page, err := s.personPage(c)
	if err != nil {
		return err
	}
	page.Access.ResetLink = s.BaseURL + "/reset/" + text
	return s.show(c, http.StatusOK, "person", page)
}
