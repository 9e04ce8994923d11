// Package api is what programs talk to: calendar feeds and the JSON API.
package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// Register adds the routes of feeds.
func (s *Feeds) Register(e *echo.Echo) {
	e.Match([]string{http.MethodGet, http.MethodHead}, "/feeds/*", s.feed)
}

// Health adds /healthz, which says that the program runs, and /readyz, which says
// that it can do its work, and what note says is wrong all the same: a service that can
// tell who is on call is not taken away for it.
func Health(e *echo.Echo, ready func(context.Context) error, note func() string) {
	e.GET("/healthz", func(c echo.Context) error { return c.String(http.StatusOK, "ok\n") })
	e.GET("/readyz", func(c echo.Context) error {
		if err := ready(c.Request().Context()); err != nil {
			return c.String(http.StatusServiceUnavailable, "not ready\n")
		}
		if wrong := note(); wrong != "" {
			return c.String(http.StatusOK, "ready\n"+wrong+"\n")
		}
		return c.String(http.StatusOK, "ready\n")
	})
}

// Head lets what answers GET answer HEAD: as GET, of which the server of HTTP sends
// the head only. Feeds have their own, which render nothing.
func Head(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if r := c.Request(); r.Method == http.MethodHead && !strings.HasPrefix(r.URL.Path, "/feeds/") {
			get := r.WithContext(r.Context())
			get.Method = http.MethodGet
			c.Echo().ServeHTTP(c.Response().Writer, get)
			return nil
		}
		return next(c)
	}
}
