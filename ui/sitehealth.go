package ui

import (
	"context"
	"net/http"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

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
	reviewed, err := s.reviewed(c.Request().Context(), &team, h.Warnings)
	if err != nil {
		return err
	}
	page := HealthPage{Frame: f}
	page.Fill(h, &s.Burdens.Config, reviewed)
	return s.show(c, http.StatusOK, "health", page)
}

// reviewed returns which of a team's last weeks have a review, if there is a question about
// one of them.
func (s *Site) reviewed(ctx context.Context, team *schedule.TeamRecord, asked []health.Warning) (map[schedule.Date]bool, error) {
	if len(asked) == 0 {
		return nil, nil
	}
	all, err := s.Reviews.List(ctx, team, schedule.Date{}, reviewsShown)
	weeks := map[schedule.Date]bool{}
	for i := range all {
		weeks[all[i].Week] = true
	}
	return weeks, err
}
