// Package api is what programs talk to: calendar feeds and the JSON API.
package api

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"
)

// Register adds the routes of feeds.
func (s *Feeds) Register(e *echo.Echo) {
	e.Match([]string{http.MethodGet, http.MethodHead}, "/feeds/*", s.feed)
}

// Health adds /healthz, which says that the program runs, and /readyz, which says
// that it can do its work.
func Health(e *echo.Echo, ready func(context.Context) error) {
	e.GET("/healthz", func(c echo.Context) error { return c.String(http.StatusOK, "ok\n") })
	e.GET("/readyz", func(c echo.Context) error {
		if err := ready(c.Request().Context()); err != nil {
			return c.String(http.StatusServiceUnavailable, "not ready\n")
		}
		return c.String(http.StatusOK, "ready\n")
	})
}
