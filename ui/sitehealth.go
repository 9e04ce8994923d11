package ui

import (
	"net/http"

	"watchbill/api/auth"

	"github.com/labstack/echo/v4"
)

// teamHealth shows how a team is.
func (s *Site) teamHealth(c echo.Context) error {
	f, team, w, err := s.teamFrame(c, "Health", "burden", auth.SeeBurden)
	if err != nil {
		return err
	}
	sight, err := w.Sight(int64(team.ID))
	if err != nil {
		return err
	}
	h, err := s.Burdens.Health(c.Request().Context(), team.ID, sight)
	if err != nil {
		return err
	}
	page := HealthPage{Frame: f}
	page.Fill(h, &s.Burdens.Config)
	return s.show(c, http.StatusOK, "health", page)
}
