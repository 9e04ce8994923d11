package ui

import (
	"errors"
	"fmt"
	"net/http"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// pulseRound shows what was published of all teams together; without a day the newest.
func (s *Site) pulseRound(c echo.Context) error {
	w, err := may(c, auth.SeePulseOfAll)
	if err != nil {
		return err
	}
	number := 0
	if text := c.Param("from"); text != "" {
		day, err := schedule.ParseDate(text)
		if number = health.RoundFrom(day); err != nil || number == 0 {
			return fmt.Errorf("pulse of all teams from %q: %w", text, schedule.ErrNotFound)
		}
	}
	ctx := c.Request().Context()
	f, err := s.frame(c, w, "Pulse of all teams", "pulse")
	if err != nil {
		return err
	}
	f.Zone, f.BrowserZoneNote = "UTC", false // as its weeks are
	page := PulseRoundPage{Frame: f, SeeComments: w.May(auth.SeePulse, auth.On{})}
	all, err := s.Pulse.Store.Rounds(ctx)
	if err != nil {
		return err
	}
	round, err := s.Pulse.RoundResult(ctx, number, page.SeeComments)
	if number == 0 && errors.Is(err, schedule.ErrNotFound) {
		page.None = true
		return s.show(c, http.StatusOK, "pulseround", page)
	} else if err != nil {
		return err
	}
	page.fillRound(&round)
	for i := range all {
		r := &all[i]
		if !r.Published {
			continue
		}
		row := PulseRoundRow{Href: roundHref(r), Here: r.Number == round.Number, From: midnight(r.From()), Until: midnight(r.Until())}
		row.Tone, row.Say, _ = r.Say()
		if r.Index != nil {
			row.Say = pointsText(*r.Index) + ". " + row.Say
		}
		page.List = append(page.List, row)
	}
	return s.show(c, http.StatusOK, "pulseround", page)
}
