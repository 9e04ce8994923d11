package health

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"watchbill/schedule"
)

// A Service keeps the doors through which pagers send, and what became of what they
// sent. Whoever calls it has made sure that the person named by may do so; see the
// policy of api/auth.
type Service struct {
	Store    Store
	Now      func() time.Time
	Receiver *Receiver
	Keep     Keeping // as administrators are told
	// Warnings are what of a delivery was left out when it was read, in words.
	Warnings func(i *Integration, d *Delivery) []string
	// Usable says whether deliveries of a vendor can be checked with a secret.
	Usable func(vendor, secret string) bool
	// Members are those whom people of pagers may turn out to be. Of those who have left
	// altogether it says until when they were there.
	Members func(ctx context.Context, team schedule.ID) ([]schedule.Membership, error)
	// Stints are who is in a team and who was, each time that they were.
	Stints func(ctx context.Context, team schedule.ID) ([]schedule.Membership, error)
	// Rotations returns those that a team has and those that it had only before; of
	// another its pages would be nobody's.
	Rotations func(ctx context.Context, team schedule.ID) (on, before []schedule.RotationID, err error)
	// TableReader reads files of past incidents.
	TableReader TableReader
	// Leaves keeps the absences that time owed is taken as.
	Leaves LeaveBook

	largeTables turnstile
}

// Bounds of what people may enter.
const (
	maxIntegrations = 100 // of a team
	maxNameLetters  = 100
	maxSecretBytes  = 500
	maxUrgencies    = 100
)

// newToken returns 128 random bits as the token in a hook's address.
func newToken() string {
	secret := make([]byte, 16)
	_, _ = rand.Read(secret) // never fails
	return base64.RawURLEncoding.EncodeToString(secret)
}

// AddIntegration makes a door and returns its token, which is never shown again. An
// empty zone is UTC.
func (s *Service) AddIntegration(ctx context.Context, by schedule.ID, i Integration) (Integration, string, error) {
	if _, ok := VendorOf(i.Vendor); !ok {
		return i, "", &schedule.InvalidError{Field: "vendor", Reason: "choose which program sends the pages"}
	}
	if err := errors.Join(i.check(), s.usable(&i)); err != nil {
		return i, "", err
	}
	if err := s.checkRotation(ctx, i.Team, i.Rotation); err != nil {
		return i, "", err
	}
	token := newToken()
	i.CreatedAt, i.CreatedBy, i.RenewedAt = s.Now(), by, s.Now()
	err := s.Store.InTx(ctx, func(tx Store) error {
		if err := tx.LockIntegrations(ctx, i.Team); err != nil {
			return err
		}
		have, err := tx.Integrations(ctx, i.Team)
		if err != nil {
			return err
		}
		if err := i.alone(have); err != nil {
			return err
		}
		if len(have) >= maxIntegrations {
			return &schedule.InvalidError{Field: "name", Reason: fmt.Sprintf("a team has %d integrations at most", maxIntegrations)}
		}
		i.ID = 0
		if err := tx.AddIntegration(ctx, &i, TokenHash(token)); err != nil {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: s.Now(), By: by, Action: "integration.add", Team: i.Team, Detail: i.Name})
	})
	return i, token, err
}

// alone refuses a name that another integration of the team has: a form that is sent
// twice shall not connect the same pager twice.
func (i *Integration) alone(have []Integration) error {
	for k := range have {
		if o := &have[k]; o.ID != i.ID && strings.EqualFold(o.Name, i.Name) {
			return &schedule.InvalidError{Field: "name", Reason: fmt.Sprintf("the team has a pager called “%s” already; open that one, where its link can be made anew, or give this one another name", o.Name)}
		}
	}
	return nil
}

// check says what is wrong with what somebody entered, and puts it into the form in
// which it is kept.
func (i *Integration) check() error {
	i.Name = strings.Join(strings.Fields(i.Name), " ")
	if !schedule.GoodName(i.Name) || len([]rune(i.Name)) > maxNameLetters {
		return &schedule.InvalidError{Field: "name", Reason: fmt.Sprintf("give it a name of up to %d letters, like “Production alerts”", maxNameLetters)}
	}
	if i.Zone == "" {
		i.Zone = "UTC"
	}
	if _, err := time.LoadLocation(i.Zone); err != nil || i.Zone == "Local" {
		return &schedule.InvalidError{Field: "zone", Reason: fmt.Sprintf("%q is no time zone; write one like Europe/Berlin", i.Zone)}
	}
	if err := schedule.CheckText("rotation", string(i.Rotation), maxNameLetters); err != nil {
		return err
	}
	vendor, _ := VendorOf(i.Vendor)
	for _, secret := range i.Secrets {
		switch {
		case !vendor.Signs:
			return &schedule.InvalidError{Field: "secret", Reason: vendor.Label + " does not sign what it sends; leave the secret empty"}
		case len(secret) > maxSecretBytes || strings.ContainsAny(secret, "\x00\r\n"):
			return &schedule.InvalidError{Field: "secret", Reason: fmt.Sprintf("a secret is one line of up to %d letters", maxSecretBytes)}
		}
	}
	return checkUrgencies(i.Urgencies)
}

// checkRotation refuses a rotation that the team has not: nobody would be paged for it.
func (s *Service) checkRotation(ctx context.Context, team schedule.ID, rotation schedule.RotationID) error {
	if rotation == "" || s.Rotations == nil {
		return nil
	}
	on, before, err := s.Rotations(ctx, team)
	if err != nil || slices.Contains(on, rotation) {
		return err
	}
	return &schedule.InvalidError{Field: "rotation", Reason: noRotation(rotation, on, before)}
}

// usable refuses a secret by which nothing would ever be taken in.
func (s *Service) usable(i *Integration) error {
	for _, secret := range i.Secrets {
		if s.Usable != nil && !s.Usable(i.Vendor, secret) {
			return &schedule.InvalidError{Field: "secret", Reason: "this is no secret as it is shown there: it begins with whsec_ and goes on with letters and digits"}
		}
	}
	return nil
}

func checkUrgencies(words map[string]string) error {
	if len(words) > maxUrgencies {
		return &schedule.InvalidError{Field: "urgencies", Reason: fmt.Sprintf("%d words are enough", maxUrgencies)}
	}
	for word, urgency := range words {
		if word == "" || len(word) > maxNameLetters || word != lower(word) || strings.ContainsRune(word, 0) {
			return &schedule.InvalidError{Field: "urgencies", Reason: fmt.Sprintf("%q is no word for a severity; write it in small letters, like “p2”", word)}
		}
		if !slices.Contains([]Urgency{UrgencyHigh, UrgencyLow, UrgencyUnknown}, Urgency(urgency)) {
			return &schedule.InvalidError{Field: "urgencies", Reason: fmt.Sprintf("%q is high, low or unknown", word)}
		}
	}
	return nil
}

// edit changes an integration and writes down who did.
func (s *Service) edit(ctx context.Context, by, id schedule.ID, action string, change func(tx Store, i *Integration) error) error {
	err := s.Store.InTx(ctx, func(tx Store) error {
		if err := tx.LockIntegration(ctx, id); err != nil {
			return err
		}
		i, err := tx.Integration(ctx, id)
		if err != nil {
			return err
		}
		if err := change(tx, &i); err != nil {
			return err
		}
		if err := errors.Join(i.check(), s.usable(&i)); err != nil {
			return err
		}
		if err := tx.SaveIntegration(ctx, &i); err != nil {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: s.Now(), By: by, Action: action, Team: i.Team, Detail: i.Name})
	})
	s.Receiver.Forget()
	return err
}

// Settings are what may be changed of an integration.
type Settings struct {
	Name, Zone string
	Rotation   schedule.RotationID
	Urgencies  map[string]string
}

// ChangeIntegration changes an integration's settings. Pages that were folded stay as
// they are until something new is told of them.
func (s *Service) ChangeIntegration(ctx context.Context, by, id schedule.ID, in Settings) error {
	was, err := s.Store.Integration(ctx, id)
	if err != nil {
		return err
	}
	if in.Rotation != was.Rotation { // one that went since stays until somebody chooses another
		if err := s.checkRotation(ctx, was.Team, in.Rotation); err != nil {
			return err
		}
	}
	return s.edit(ctx, by, id, "integration.change", func(tx Store, i *Integration) error {
		called := i.Name
		i.Name, i.Zone, i.Rotation, i.Urgencies = strings.Join(strings.Fields(in.Name), " "), in.Zone, in.Rotation, in.Urgencies
		if i.Name == called { // of two that were called alike before that was refused, each may stay
			return nil
		}
		have, err := tx.Integrations(ctx, i.Team)
		if err != nil {
			return err
		}
		return i.alone(have)
	})
}

// SetSecret makes deliveries count that are signed with a secret; the one before goes
// on to count until EndSecret, so that the sender can change over.
func (s *Service) SetSecret(ctx context.Context, by, id schedule.ID, secret string) error {
	secret = strings.TrimSpace(secret)
	if secret == "" {
		return &schedule.InvalidError{Field: "secret", Reason: "paste the secret that the sender signs with"}
	}
	return s.edit(ctx, by, id, "integration.secret", func(_ Store, i *Integration) error {
		if !slices.Contains(i.Secrets, secret) {
			i.Secrets = append([]string{secret}, i.Secrets...)
		}
		i.Secrets = i.Secrets[:min(2, len(i.Secrets))]
		return nil
	})
}

// EndSecret ends the older of two secrets or, when there is one, that: deliveries are
// then known by the link alone.
func (s *Service) EndSecret(ctx context.Context, by, id schedule.ID) error {
	return s.edit(ctx, by, id, "integration.secret", func(_ Store, i *Integration) error {
		if len(i.Secrets) == 0 {
			return fmt.Errorf("there is no secret to end: %w", schedule.ErrConflict)
		}
		i.Secrets = i.Secrets[:len(i.Secrets)-1]
		return nil
	})
}

// TurnOff stops taking deliveries, or takes them again. What came before stays.
func (s *Service) TurnOff(ctx context.Context, by, id schedule.ID, off bool) error {
	action := "integration.on"
	if off {
		action = "integration.off"
	}
	return s.edit(ctx, by, id, action, func(_ Store, i *Integration) error {
		if off != i.OffAt.IsZero() {
			return nil // it is so already
		}
		if i.OffAt = (time.Time{}); off {
			i.OffAt = s.Now()
		}
		return nil
	})
}

// RenewLink gives an integration another token and returns it; the old link is dead.
func (s *Service) RenewLink(ctx context.Context, by, id schedule.ID) (token string, err error) {
	token = newToken()
	err = s.Store.InTx(ctx, func(tx Store) error {
		i, err := tx.Integration(ctx, id)
		if err != nil {
			return err
		}
		if err := tx.RenewIntegration(ctx, id, TokenHash(token), s.Now()); err != nil {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: s.Now(), By: by, Action: "integration.renew", Team: i.Team, Detail: i.Name})
	})
	s.Receiver.Forget()
	return token, err
}

// TestHeader marks a delivery of our own. Nothing from outside bears it, because what
// is kept of headers is a list without it.
const TestHeader = "x-watchbill-test"

// SendTest takes a delivery of our own in by the way that others go, and returns its
// number. It tells of no page.
func (s *Service) SendTest(ctx context.Context, by, id schedule.ID) (schedule.ID, error) {
	i, err := s.Store.Integration(ctx, id)
	if err != nil {
		return 0, err
	}
	if !i.OffAt.IsZero() {
		return 0, fmt.Errorf("it is turned off and takes nothing: %w", schedule.ErrConflict)
	}
	d := Delivery{Integration: id, Headers: map[string]string{TestHeader: "1"}, Body: []byte(`{"test":"` + newToken() + `"}`)}
	if err := s.Receiver.Take(ctx, &d); err != nil {
		return 0, err
	}
	return d.ID, s.Store.Audit(ctx, &schedule.AuditEntry{At: s.Now(), By: by, Action: "integration.test", Team: i.Team, Detail: i.Name})
}

// testEvent is what a delivery of our own tells.
func testEvent(d *Delivery) []Event {
	return []Event{{Key: "test:" + d.Key, Kind: KindPing, OccurredAt: d.ReceivedAt, TimeBasis: TimeOfReceipt, Source: SourceHook, Title: "A test from Watchbill", Test: true}}
}
