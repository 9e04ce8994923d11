package ui

import (
	"net/http"
	"time"

	"watchbill/api/auth"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// noon is in the middle of a day of UTC: it is that day wherever it is shown in UTC.
func noon(d schedule.Date) time.Time { return d.At(schedule.Noon, time.UTC) }

// kept shows administrators what is kept for how long, and what was removed.
func (s *Site) kept(c echo.Context) error {
	w, err := may(c, auth.SeeAuditAll)
	if err != nil {
		return err
	}
	f, err := s.frame(c, w, "What is kept", "admin")
	if err != nil {
		return err
	}
	f.Zone, f.BrowserZoneNote = "UTC", false // what is removed goes by days of UTC, for all teams alike
	k, err := s.Health.Kept(c.Request().Context())
	if err != nil {
		return err
	}
	page := KeptPage{Frame: f, Days: schedule.DateOf(s.Health.Now().UTC()).DaysSince(k.Since)}
	page.Fill(&k)
	return s.show(c, http.StatusOK, "kept", page)
}
