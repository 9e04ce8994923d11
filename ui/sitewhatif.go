package ui

import (
	"errors"
	"net/http"
	"net/url"

	"watchbill/api/auth"
	"watchbill/api/httperr"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// whatIf answers what would be if something about a team were otherwise. The question is
// in the address, so that it can be sent to others.
func (s *Site) whatIf(c echo.Context) error {
	f, team, w, err := s.teamFrame(c, "What if", "burden", auth.SeeBurden)
	if err != nil {
		return err
	}
	sight, err := w.Sight(int64(team.ID))
	if err != nil {
		return err
	}
	people, oneIn, without, second := c.QueryParam("people"), c.QueryParam("one_in"), c.QueryParam("without"), c.QueryParam("second")
	q, wrong := health.ParseWhatIf(people, oneIn, without, second)
	if wrong != nil {
		q = health.WhatIf{} // what can be asked is shown all the same
	}
	a, err := s.Imagining.Answer(c.Request().Context(), team.ID, q)
	busy := errors.Is(err, health.ErrOthersAsk)
	if _, refused := errors.AsType[*schedule.InvalidError](err); refused {
		wrong = err
	} else if err != nil && !busy {
		return err
	}
	bad := map[string]string{}
	for _, one := range httperr.Of(wrong).Fields {
		bad[one.Field] = upper(one.Reason) + "."
	}
	page := WhatIfPage{Frame: f}
	page.Ask(people, oneIn, without, second, bad)
	a.Keep(sight)
	page.Fill(a)
	switch {
	case wrong != nil:
		page.Refuse(bad)
		return s.show(c, http.StatusUnprocessableEntity, "whatif", page)
	case busy:
		page.Wait()
		c.Response().Header().Set("Retry-After", "5")
		return s.show(c, http.StatusTooManyRequests, "whatif", page)
	}
	return s.show(c, http.StatusOK, "whatif", page)
}

// query writes one setting of an address.
func query(name, value string) string { return url.Values{name: {value}}.Encode() }
