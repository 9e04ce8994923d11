package httperr_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/api/httperr"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

func TestOf(t *testing.T) {
	field := &schedule.InvalidError{Field: "members[3].until", Reason: "That day is before the first."}
	for _, c := range []struct {
		err     error
		status  int
		message string
		field   string
	}{
		{field, 422, field.Reason, field.Field},
		{fmt.Errorf("team 3: %w", errors.Join(field, &schedule.InvalidError{Field: "b", Reason: "no"})), 422, field.Reason, field.Field},
		{fmt.Errorf("%w, %w", field, errors.New("disk full")), 422, field.Reason, field.Field},
		{fmt.Errorf("team 3: %w", schedule.ErrNotFound), 404, "This does not exist.", ""},
		{fmt.Errorf("team 3: %w", schedule.ErrConflict), 409, "This contradicts something that was decided meanwhile.", ""},
		{auth.ErrUnauthenticated, 401, "You are not signed in, or no longer.", ""},
		{auth.ErrCredentials, 401, "The e-mail address or the password is wrong.", ""},
		{fmt.Errorf("x: %w", auth.ErrForbidden), 403, "You may not do this.", ""},
		{&auth.TooManyError{Wait: 1500 * time.Millisecond}, 429, "Too many attempts. Try again in 2 seconds.", ""},
		{&auth.TooManyError{Wait: 15 * time.Minute}, 429, "Too many attempts. Try again in 15 minutes.", ""},
		{echo.ErrNotFound, 404, "Not Found", ""},
		{echo.NewHTTPError(400, map[string]string{"secret": "x"}), 400, "Bad Request", ""},
		{echo.NewHTTPError(500, "secret"), 500, "internal error", ""},
		{echo.ErrServiceUnavailable, 503, "The service is busy. Try again soon.", ""},
		{context.Canceled, httperr.StatusClosed, "The request was given up.", ""},
		{errors.New("pq: secret table"), 500, "internal error", ""},
	} {
		p := httperr.Of(c.err)
		if p.Status != c.status || p.Message != c.message || p.Field != c.field {
			t.Errorf("%v: got %d %q %q, want %d %q %q", c.err, p.Status, p.Message, p.Field, c.status, c.message, c.field)
		}
		if strings.Contains(p.Message, "secret") {
			t.Errorf("%v: told %q", c.err, p.Message)
		}
		if (p.Status == 429) != (p.Header.Get("Retry-After") != "") {
			t.Errorf("%v: Retry-After is %q", c.err, p.Header.Get("Retry-After"))
		}
	}
	if p := httperr.Of(&auth.TooManyError{Wait: 1500 * time.Millisecond}); p.Header.Get("Retry-After") != "2" {
		t.Errorf("Retry-After is %q, want 2", p.Header.Get("Retry-After"))
	}
	if p := httperr.Of(errors.Join(field, &schedule.InvalidError{Field: "b", Reason: "no"})); len(p.Fields) != 2 || p.Fields[1].Field != "b" {
		t.Errorf("fields are %v", p.Fields)
	}
}
