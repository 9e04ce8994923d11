package httperr

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// A MethodError says that an address is there, and does not take the method.
type MethodError struct {
	Method string
	Allow  []string
}

// Error says what the address takes.
func (e *MethodError) Error() string {
	return fmt.Sprintf("This address does not take %s; it takes %s.", e.Method, strings.Join(e.Allow, ", "))
}

// Unrouted says more of the error of a request that met no route: when its address
// takes other methods it is a *MethodError. Groups of routes with middleware answer
// everything that they do not know themselves, so that echo does not get to say so.
func Unrouted(err error, c echo.Context) error {
	if !errors.Is(err, echo.ErrNotFound) && !errors.Is(err, echo.ErrMethodNotAllowed) {
		return err
	}
	known := map[string]bool{}
	for _, route := range c.Echo().Routes() {
		known[route.Method+" "+route.Path] = true
	}
	var allow []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		other := c.Echo().NewContext(nil, nil)
		c.Echo().Router().Find(method, echo.GetPath(c.Request()), other)
		if !known[method+" "+other.Path()] {
			continue
		}
		if method == c.Request().Method {
			return err // it was routed, and there is no such thing
		}
		if allow = append(allow, method); method == http.MethodGet && !known[http.MethodHead+" "+other.Path()] {
			allow = append(allow, http.MethodHead) // what answers one answers the other
		}
	}
	if len(allow) == 0 {
		return err
	}
	return &MethodError{c.Request().Method, allow}
}
