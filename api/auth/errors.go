package auth

import (
	"errors"
	"fmt"
	"time"

	"watchbill/schedule"
)

// ErrUnauthenticated says that nobody is logged in, or that what was shown to
// prove it is not valid, or no longer.
var ErrUnauthenticated = errors.New("not logged in")

// ErrCredentials is the ErrUnauthenticated of a log-in. It says nothing about
// which part was wrong, or whether there is such an account.
var ErrCredentials = fmt.Errorf("the e-mail address or the password is wrong: %w", ErrUnauthenticated)

// ErrForbidden says that whoever asks may not do this.
var ErrForbidden = errors.New("not allowed")

// ErrOtherSite is the ErrForbidden of a write that another site made the browser send.
var ErrOtherSite = fmt.Errorf("sent from another site: %w", ErrForbidden)

// A TooManyError says that too many log-ins went wrong, and how long to wait
// before the next.
type TooManyError struct{ Wait time.Duration }

// Error tells the waiting time in whole seconds.
func (e *TooManyError) Error() string {
	return fmt.Sprintf("too many attempts; wait %d seconds", e.Seconds())
}

// Seconds is the waiting time, rounded up, at least one.
func (e *TooManyError) Seconds() int64 {
	return max(1, int64((e.Wait+time.Second-1)/time.Second))
}

func invalid(field, reason string) error {
	return &schedule.InvalidError{Field: field, Reason: reason}
}
