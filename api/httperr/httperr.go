// Package httperr says what an error means to whoever asked over HTTP: a status, a
// public message and, where there is one, the field that was wrong.
package httperr

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// A Problem is what may be told about an error.
type Problem struct {
	Status  int
	Message string
	// Field is the path to the field that was wrong, as schedule.InvalidError has
	// it; empty when it is about no field. It is the first of Fields.
	Field  string
	Fields []Field
	Header http.Header // to be sent along; may be nil
}

// A Field says why a field was refused.
type Field struct{ Field, Reason string }

// Internal says whether the error is our own fault, and so belongs into the log.
func (p Problem) Internal() bool { return p.Status >= 500 }

// StatusClosed is nginx's status for a client that went away.
const StatusClosed = 499

// Of returns what may be told about err. Whatever it does not know is status 500
// with the message "internal error".
func Of(err error) Problem {
	if fields := invalid(err); len(fields) > 0 {
		return Problem{Status: http.StatusUnprocessableEntity, Message: fields[0].Reason, Field: fields[0].Field, Fields: fields}
	}
	if many, ok := errors.AsType[*auth.TooManyError](err); ok {
		wait := many.Seconds()
		return Problem{
			Status: http.StatusTooManyRequests, Message: fmt.Sprintf("Too many attempts. Try again in %s.", inWords(wait)),
			Header: http.Header{"Retry-After": {strconv.FormatInt(wait, 10)}},
		}
	}
	if no, ok := errors.AsType[*auth.SignOnError](err); ok {
		status := http.StatusUnauthorized
		if no.Down {
			status = http.StatusServiceUnavailable
		}
		return Problem{Status: status, Message: no.Reason}
	}
	if method, ok := errors.AsType[*MethodError](err); ok {
		return Problem{Status: http.StatusMethodNotAllowed, Message: method.Error(), Header: http.Header{"Allow": {strings.Join(method.Allow, ", ")}}}
	}
	if known, ok := errors.AsType[*echo.HTTPError](err); ok {
		return ofEcho(known)
	}
	if rule, ok := errors.AsType[*schedule.RuleError](err); ok {
		return Problem{Status: http.StatusConflict, Message: rule.Error()}
	}
	switch {
	case errors.Is(err, auth.ErrCredentials):
		return Problem{Status: http.StatusUnauthorized, Message: "The e-mail address or the password is wrong."}
	case errors.Is(err, auth.ErrUnauthenticated):
		return Problem{
			Status: http.StatusUnauthorized, Message: "You are not signed in, or no longer.",
			Header: http.Header{"Www-Authenticate": {`Bearer realm="Watchbill"`}},
		}
	case errors.Is(err, auth.ErrForbidden):
		return Problem{Status: http.StatusForbidden, Message: "You may not do this."}
	case errors.Is(err, schedule.ErrNotFound):
		return Problem{Status: http.StatusNotFound, Message: "This does not exist."}
	case errors.Is(err, schedule.ErrConflict):
		return Problem{Status: http.StatusConflict, Message: "This contradicts something that was decided meanwhile."}
	case errors.Is(err, health.ErrOthersAsk):
		return Problem{Status: http.StatusTooManyRequests, Message: "Answers to others are being worked out. Try again in some seconds.", Header: http.Header{"Retry-After": {"5"}}}
	case errors.Is(err, health.ErrBusy):
		return Problem{Status: http.StatusServiceUnavailable, Message: "The service is busy. Try again soon.", Header: http.Header{"Retry-After": {"2"}}}
	case errors.Is(err, context.Canceled):
		return Problem{Status: StatusClosed, Message: "The request was given up."}
	}
	return Problem{Status: http.StatusInternalServerError, Message: "internal error"}
}

// ofEcho keeps what echo says about a request that met no handler, and nothing of
// what it says about our own faults.
func ofEcho(err *echo.HTTPError) Problem {
	if err.Code < 400 || err.Code >= 500 {
		if err.Code == http.StatusServiceUnavailable {
			return Problem{Status: err.Code, Message: "The service is busy. Try again soon."}
		}
		return Problem{Status: http.StatusInternalServerError, Message: "internal error"}
	}
	message, ok := err.Message.(string)
	if !ok {
		message = http.StatusText(err.Code)
	}
	return Problem{Status: err.Code, Message: message}
}

// invalid returns all InvalidErrors in a tree of errors, in order.
func invalid(err error) []Field {
	switch e := err.(type) { //nolint:errorlint // this is the walk that errors.As would do, but to every leaf
	case nil:
		return nil
	case *schedule.InvalidError:
		return []Field{{e.Field, e.Reason}}
	case interface{ Unwrap() error }:
		return invalid(e.Unwrap())
	case interface{ Unwrap() []error }:
		var all []Field
		for _, one := range e.Unwrap() {
			all = append(all, invalid(one)...)
		}
		return all
	}
	return nil
}

func inWords(seconds int64) string {
	switch {
	case seconds == 1:
		return "a second"
	case seconds < 100:
		return fmt.Sprintf("%d seconds", seconds)
	}
	return fmt.Sprintf("%d minutes", (seconds+59)/60)
}
