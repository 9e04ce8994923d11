package webhook

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"watchbill/schedule"
)

// A Request is what is sent to an endpoint.
type Request struct {
	URL    string
	Header map[string]string
	Body   []byte
}

// An Answer is what an endpoint answered.
type Answer struct {
	Status     int
	RetryAfter string // the header
	Body       []byte // its first bytes
}

// A Sender sends what waits. Any number may work at once, on several replicas: an endpoint
// is told by whoever claims it, and one delivery at a time.
type Sender struct {
	Store Store
	// Post sends a request, follows nothing, and returns what was answered. Its error is a
	// sentence for whoever manages the endpoint, and names no secret.
	Post func(ctx context.Context, r *Request) (Answer, error)
	Now  func() time.Time
	// Jitter is a number in [0, 1), another one each time.
	Jitter func() float64
	// Soon ends when something may be due that was not: after a second or so.
	Soon func() <-chan time.Time
	Log  *slog.Logger
}

const (
	// atOnce is how many endpoints one replica tells at once: those that hang take a place
	// for the time of one request and then rest.
	atOnce = 32
	// claim is how long nobody else tells an endpoint: longer than a request may take. Who
	// is killed is followed by somebody else after that.
	claim = time.Minute
	// inARow is how many deliveries an endpoint gets before another one has its turn.
	inARow = 20
)

// Work sends until nothing is due and nothing is under way: an endpoint that hangs keeps
// none of the others waiting.
func (s *Sender) Work(ctx context.Context) error {
	var sending sync.WaitGroup
	defer sending.Wait()
	ended := make(chan error, atOnce)
	var failed []error
	for busy := 0; ctx.Err() == nil; {
		for busy < atOnce {
			now := s.Now()
			e, err := s.Store.Claim(ctx, now, now.Add(claim))
			if errors.Is(err, schedule.ErrNotFound) || ctx.Err() != nil {
				break
			} else if err != nil {
				return errors.Join(append(failed, err)...)
			}
			busy++
			sending.Go(func() { ended <- s.tell(ctx, &e) })
		}
		if busy == 0 {
			break
		}
		select {
		case err := <-ended:
			failed = append(failed, err)
			busy--
		case <-s.Soon():
		}
	}
	return errors.Join(failed...)
}

// tell sends what is due to an endpoint, until it has had its turn or rests.
func (s *Sender) tell(ctx context.Context, e *Endpoint) error {
	// What was sent is noted also when the program is told to stop in this moment.
	lasting := context.WithoutCancel(ctx)
	var failed error
	for range inARow {
		now := s.Now()
		d, err := s.Store.Next(ctx, e, now, now.Add(claim))
		if errors.Is(err, schedule.ErrNotFound) {
			break
		} else if err != nil {
			failed = err
			break
		}
		answer, err := s.send(ctx, e, &d, now)
		if err != nil && ctx.Err() != nil { // whoever comes next sends it at once
			d.NextAt = now
			failed = s.Store.SaveTry(lasting, e, &d)
			break
		}
		s.note(e, &d, &answer, err)
		if failed = s.save(lasting, e, &d); failed != nil || !e.OffAt.IsZero() || e.RestsUntil.After(now) || ctx.Err() != nil {
			break
		}
	}
	return errors.Join(failed, s.Store.LetGo(lasting, e, s.Now()))
}

// send makes one request.
func (s *Sender) send(ctx context.Context, e *Endpoint, d *Delivery, now time.Time) (Answer, error) {
	signature, err := Sign(d.Message, now, d.Body, e.Secrets(now))
	if err != nil {
		return Answer{}, err
	}
	return s.Post(ctx, &Request{URL: e.URL, Body: d.Body, Header: map[string]string{
		"Content-Type": "application/json", "Webhook-Id": d.Message, "Webhook-Timestamp": strconv.FormatInt(now.Unix(), 10), "Webhook-Signature": signature,
	}})
}

// save writes down how a try ended. With an endpoint that turns itself off ends what waits
// for it.
func (s *Sender) save(ctx context.Context, e *Endpoint, d *Delivery) error {
	if e.OffAt.IsZero() {
		return s.Store.SaveTry(ctx, e, d)
	}
	s.Log.Warn("webhook turned off", "endpoint_id", e.ID, "team_id", e.Team, "why", e.OffWhy)
	return s.Store.InTx(ctx, func(tx Store) error {
		if err := tx.SaveTry(ctx, e, d); err != nil {
			return err
		}
		if err := tx.Drop(ctx, e.ID, e.OffAt, e.OffWhy); err != nil {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: e.OffAt, Action: "webhook.ended", Team: e.Team, Detail: e.Name + ": " + e.OffWhy})
	})
}
