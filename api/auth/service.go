package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/mail"
	"strings"
	"time"

	"watchbill/schedule"

	"github.com/alexedwards/scs/v2"
)

// Options are what the operator may choose; Now is needed, the rest has defaults.
type Options struct {
	Now func() time.Time
	// Secure marks cookies Secure even when a request came without TLS, because
	// something in front of us speaks it.
	Secure bool
	// Origins are others that may write with our cookies, like
	// "https://watchbill.example.com" when a proxy changes the host's name.
	Origins []string
	// Idle and Lifetime end a session that was not used, and any: 7 and 30 days.
	Idle, Lifetime time.Duration
	// Hashing is the cost of a password: 19 MiB, two passes.
	Hashing Hashing
	// SignOn is the OpenID provider, if there is one.
	SignOn *SignOn
	// Hashers is how many passwords may be hashed at the same time: 2.
	Hashers int
}

// A Service knows who is asking, and keeps accounts. It is safe for use by many
// goroutines.
type Service struct {
	store    Store
	now      func() time.Time
	opt      Options
	sessions *scs.SessionManager
	hasher   *hasher
	cross    *http.CrossOriginProtection
	client   *client // nil without an OpenID provider
}

// New returns a service on a store. An error means that one of the origins is
// none.
func New(store Store, opt Options) (*Service, error) {
	if opt.Idle == 0 {
		opt.Idle = 7 * 24 * time.Hour
	}
	if opt.Lifetime == 0 {
		opt.Lifetime = 30 * 24 * time.Hour
	}
	if opt.Hashing == (Hashing{}) {
		opt.Hashing = Hashing{KiB: 19 * 1024, Passes: 2, Threads: 1}
	}
	if opt.Hashers == 0 {
		opt.Hashers = 2
	}
	s := &Service{store: store, now: opt.Now, opt: opt, hasher: newHasher(opt.Hashing, opt.Hashers), cross: http.NewCrossOriginProtection()}
	for _, origin := range opt.Origins {
		if err := s.cross.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("trusted origin: %w", err)
		}
	}
	if opt.SignOn != nil {
		s.client = &client{SignOn: *opt.SignOn, now: opt.Now, http: providerHTTP}
	}
	s.sessions = scs.New()
	s.sessions.Store = sessionStore{s}
	s.sessions.Codec = sessionCodec{}
	s.sessions.HashTokenInStore = true
	s.sessions.Lifetime = opt.Lifetime
	return s, nil
}

// Prune deletes what has expired. It is a job for now and then.
func (s *Service) Prune(ctx context.Context, now time.Time) error {
	return s.store.Prune(ctx, now, now.Add(-s.opt.Idle), now.Add(-accountBackoff.forget))
}

// audit writes an entry, at the present time, by w.
func (s *Service) audit(ctx context.Context, tx Store, w Who, e Entry) error {
	e.At, e.By = s.now(), w.Person
	return tx.Audit(ctx, e)
}

// hashSecret is for secrets that are random: nobody can guess what has 256 bits.
func hashSecret(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// isSecret says whether a text can be what secret returns.
func isSecret(s string) bool {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	return err == nil && len(b) == 32 && len(s) == 43
}

// cleanEmail returns an address as it is compared and stored.
func cleanEmail(email string) (string, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	if email == "" {
		return "", invalid("email", "An e-mail address is needed.")
	}
	a, err := mail.ParseAddress(email)
	if err != nil || a.Address != email || len(email) > 254 || strings.ContainsAny(email, "\"<> \t\r\n") {
		return "", invalid("email", "This is not an e-mail address.")
	}
	return email, nil
}

// cleanName returns a name without the spaces around it.
func cleanName(name string) (string, error) {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return "", invalid("name", "A name is needed.")
	case len([]rune(name)) > 100:
		return "", invalid("name", "The name is longer than 100 characters.")
	case !schedule.GoodName(name):
		return "", invalid("name", "The name has characters that cannot be shown.")
	}
	return name, nil
}

func checkZone(zone string) error {
	if _, err := time.LoadLocation(zone); err != nil || zone == "" || zone == "Local" {
		return invalid("zone", `This time zone is not known. Zones are named like "Europe/Berlin".`)
	}
	return nil
}

// orNone turns "not found" into a zero value without an error.
func orNone(err error) error {
	if errors.Is(err, schedule.ErrNotFound) {
		return nil
	}
	return err
}
