package webhook

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"watchbill/schedule"
)

// A Service is what people do with endpoints.
type Service struct {
	Store Store
	Now   func() time.Time
	// Link says how an address is kept that somebody has entered, or what is wrong with it.
	Link func(text string) (string, error)
}

const (
	// mostEndpoints is how many a team has at most, and how many all teams together.
	mostEndpoints = 20
	longestName   = 100
	// changeOver is how long the secret before goes on to sign.
	changeOver = 24 * time.Hour
	// History is how long what was sent can be seen.
	History = 30 * 24 * time.Hour
)

// Settings are what somebody enters of an endpoint.
type Settings struct {
	Name  string
	URL   string
	Kinds []Kind
}

// put checks settings and makes them those of an endpoint. Of a kind that is new to it, it
// is told what happens from now on.
func (s *Service) put(e *Endpoint, in *Settings) error {
	e.Name = strings.Join(strings.Fields(in.Name), " ")
	failed := []error{schedule.CheckText("name", e.Name, longestName)}
	if e.Name == "" {
		failed = append(failed, invalid("name", "give it a name, like Status page"))
	}
	link, err := s.Link(in.URL)
	e.URL, failed = link, append(failed, err)
	wants := map[Kind]time.Time{}
	for _, k := range in.Kinds {
		if !slices.Contains(Kinds(), k) {
			failed = append(failed, invalid("events", "%q is no kind of event", k))
			continue
		}
		wants[k] = s.Now()
		if since, ok := e.Wants[k]; ok {
			wants[k] = since
		}
	}
	if len(in.Kinds) == 0 {
		failed = append(failed, invalid("events", "choose what it is told"))
	}
	e.Wants = wants
	return errors.Join(failed...)
}

// alone refuses a name that another endpoint has: a form that is sent twice shall not make
// two.
func (e *Endpoint) alone(have []Endpoint) error {
	for i := range have {
		if o := &have[i]; o.ID != e.ID && strings.EqualFold(o.Name, e.Name) {
			return invalid("name", "there is an endpoint called “%s” already; open that one, or give this one another name", o.Name)
		}
	}
	return nil
}

// Add makes an endpoint of a team, or of all teams when none is given. Its secret is in
// what it returns, and shown nowhere later.
func (s *Service) Add(ctx context.Context, by, team schedule.ID, in Settings) (Endpoint, error) {
	e := Endpoint{Team: team, Secret: newSecret(), CreatedAt: s.Now(), CreatedBy: by}
	if err := s.put(&e, &in); err != nil {
		return e, err
	}
	return e, s.Store.InTx(ctx, func(tx Store) error {
		if err := tx.LockEndpoints(ctx, team); err != nil {
			return err
		}
		have, err := tx.Endpoints(ctx, team)
		if err != nil {
			return err
		}
		if err := e.alone(have); err != nil {
			return err
		}
		if len(have) >= mostEndpoints {
			return invalid("name", "there are %d endpoints already, which is all there may be; remove one first", len(have))
		}
		e.ID = 0
		if err := tx.AddEndpoint(ctx, &e); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, "webhook.add", &e)
	})
}

func (s *Service) audit(ctx context.Context, tx Store, by schedule.ID, action string, e *Endpoint) error {
	return tx.Audit(ctx, &schedule.AuditEntry{At: s.Now(), By: by, Action: action, Team: e.Team, Detail: e.Name})
}

// edit changes an endpoint that nobody else changes meanwhile.
func (s *Service) edit(ctx context.Context, by, id schedule.ID, action string, change func(tx Store, e *Endpoint) error) (e Endpoint, err error) {
	err = s.Store.InTx(ctx, func(tx Store) error {
		if err := tx.LockEndpoint(ctx, id); err != nil {
			return err
		}
		if e, err = tx.Endpoint(ctx, id); err != nil {
			return err
		}
		if err := change(tx, &e); err != nil {
			return err
		}
		if err := tx.SaveEndpoint(ctx, &e); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, action, &e)
	})
	return e, err
}

// Change saves other settings. What waits goes to the new address.
func (s *Service) Change(ctx context.Context, by, id schedule.ID, in Settings) error {
	_, err := s.edit(ctx, by, id, "webhook.change", func(tx Store, e *Endpoint) error {
		if err := s.put(e, &in); err != nil {
			return err
		}
		have, err := tx.Endpoints(ctx, e.Team)
		if err != nil {
			return err
		}
		return e.alone(have)
	})
	return err
}

// Rotate gives an endpoint another secret and returns it. For a day both sign.
func (s *Service) Rotate(ctx context.Context, by, id schedule.ID) (Endpoint, error) {
	return s.edit(ctx, by, id, "webhook.secret", func(_ Store, e *Endpoint) error {
		e.Secret, e.Before, e.BeforeUntil = newSecret(), e.Secret, s.Now().Add(changeOver)
		return nil
	})
}

// TurnOff turns an endpoint off, with what waits for it, or on again: then it is told what
// happens from now on.
func (s *Service) TurnOff(ctx context.Context, by, id schedule.ID, off bool) error {
	action := "webhook.on"
	if off {
		action = "webhook.off"
	}
	_, err := s.edit(ctx, by, id, action, func(tx Store, e *Endpoint) error {
		now := s.Now()
		if off == !e.OffAt.IsZero() {
			return nil
		}
		e.OffAt, e.OffWhy, e.Faults, e.FailingSince, e.RestsUntil = time.Time{}, "", 0, time.Time{}, time.Time{}
		if off {
			e.OffAt = now
			return tx.Drop(ctx, id, now, "the endpoint was turned off")
		}
		for k := range e.Wants {
			e.Wants[k] = now
		}
		return nil
	})
	return err
}

// Remove removes an endpoint and what was sent to it.
func (s *Service) Remove(ctx context.Context, by, id schedule.ID) error {
	return s.Store.InTx(ctx, func(tx Store) error {
		if err := tx.LockEndpoint(ctx, id); err != nil {
			return err
		}
		e, err := tx.Endpoint(ctx, id)
		if err != nil {
			return err
		}
		if err := tx.RemoveEndpoint(ctx, id); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, "webhook.remove", &e)
	})
}

// tested is what a test tells.
type tested struct {
	Text string `json:"text"`
}

// SendTest sends an event that says that it is a test, and returns its delivery's name.
func (s *Service) SendTest(ctx context.Context, by, id schedule.ID) (schedule.ID, error) {
	var d *Delivery
	_, err := s.edit(ctx, by, id, "webhook.test", func(tx Store, e *Endpoint) error {
		if err := on(e); err != nil {
			return err
		}
		body, err := bodyOf(Test, s.Now(), tested{"This is a test from Watchbill. Nothing has happened."})
		if err != nil {
			return err
		}
		d = newDelivery(e, "test "+strings.TrimPrefix(newSecret(), secretPrefix), Test, body, s.Now())
		e.RestsUntil = time.Time{} // whoever tries it wants to know now
		return tx.AddDelivery(ctx, d)
	})
	if err != nil {
		return 0, err
	}
	return d.ID, nil
}

// Resend sends a delivery again, under the name that it had.
func (s *Service) Resend(ctx context.Context, by, id, delivery schedule.ID) error {
	_, err := s.edit(ctx, by, id, "webhook.resend", func(tx Store, e *Endpoint) error {
		if err := on(e); err != nil {
			return err
		}
		e.RestsUntil = time.Time{}
		return tx.Again(ctx, id, delivery, s.Now())
	})
	return err
}

// on refuses to send to what is turned off.
func on(e *Endpoint) error {
	if !e.OffAt.IsZero() {
		return fmt.Errorf("it is turned off and told nothing; turn it on first: %w", schedule.ErrConflict)
	}
	return nil
}

// Forget removes what was sent long ago.
func (s *Service) Forget(ctx context.Context) error {
	return s.Store.Forget(ctx, s.Now().Add(-History))
}
