package ui

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// secureKey is where Guard leaves whether people reach the service by TLS, which a
// proxy in front may end.
const secureKey = "secure"

// Guard is the middleware that adds the headers that keep pages to themselves. It
// stands before everything that can refuse a request. secure says that people reach
// the service by https, and so shall never again by anything else.
func Guard(secure bool) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Set(secureKey, secure)
			h := c.Response().Header()
			h.Set("Content-Security-Policy", CSP)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "same-origin")
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
			if secure {
				h.Set("Strict-Transport-Security", "max-age=31536000")
			}
			return next(c)
		}
	}
}

// setCookie sets a cookie of ours for some seconds, or with -1 takes it away.
func setCookie(c echo.Context, name, value string, age int) {
	secure, _ := c.Get(secureKey).(bool)
	c.SetCookie(&http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: secure || c.IsTLS(),
	})
}

// plainForm is the middleware that refuses forms that cannot be read whole, and those
// with what no database takes for text. Files are looked at where they are read,
// because their routes bound them.
func plainForm(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		// A query that is half broken still leads to a page; half a form changes half.
		if err := r.ParseForm(); err != nil && r.Method != http.MethodGet && r.Method != http.MethodHead {
			return unreadable(err)
		}
		if err := plainText(r.Form); err != nil {
			return err
		}
		return next(c)
	}
}

// unreadable says that a form did not arrive as a browser sends it.
func unreadable(err error) error {
	if known, ok := err.(*echo.HTTPError); ok { //nolint:errorlint // readers return it as it is
		return known // it was too large
	}
	return echo.NewHTTPError(http.StatusBadRequest, "The form cannot be read: it did not arrive whole.")
}

// plainText says which field has what is no text: the character NUL, or bytes that
// are no UTF-8.
func plainText(form url.Values) error {
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, text := range append(form[name], name) {
			if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
				return &schedule.InvalidError{Field: name, Reason: fmt.Sprintf("The field %q has characters that no text has; write it anew", name)}
			}
		}
	}
	return nil
}
