package webhook

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"watchbill/schedule"
)

// A Looker finds what has happened and writes down what endpoints are to be told of it.
// Any number may look at once.
type Looker struct {
	Store   Store
	Sources []Source
	Now     func() time.Time

	mu   sync.Mutex
	done map[string]time.Time // events of which every endpoint has its delivery, by when they happened
}

// settled is how old an event is of which no endpoint can become known any more that wants
// it: one that was made before the event, and was not yet there to be read when its others
// were told.
const settled = time.Minute

// Look writes down what is new.
func (l *Looker) Look(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.Now()
	if some, err := l.Store.LiveEndpoints(ctx); err != nil || len(some) == 0 {
		return err
	}
	var events []Event
	var failed []error
	for _, source := range l.Sources { // one that fails keeps none of the others
		some, err := source(ctx, now.Add(-Window))
		failed = append(failed, err)
		events = append(events, some...)
	}
	maps.DeleteFunc(l.done, func(_ string, at time.Time) bool { return at.Before(now.Add(-2 * Window)) })
	events = slices.DeleteFunc(events, func(x Event) bool { _, ok := l.done[x.Key]; return ok })
	if len(events) == 0 {
		return errors.Join(failed...)
	}
	// Read after the events: one that wants them is among these, or they are not settled.
	endpoints, err := l.Store.LiveEndpoints(ctx)
	if err != nil {
		return errors.Join(append(failed, err)...)
	}
	keys := make([]string, len(events))
	for i := range events {
		keys[i] = events[i].Key
	}
	known, err := l.Store.Known(ctx, keys)
	if err != nil {
		return errors.Join(append(failed, err)...)
	}
	for i := range events {
		if err := l.write(ctx, &events[i], endpoints, known[events[i].Key]); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", events[i].Key, err))
		}
	}
	return errors.Join(failed...)
}

// write writes down an event for the endpoints that want it and do not have it.
func (l *Looker) write(ctx context.Context, x *Event, endpoints []Endpoint, known []schedule.ID) error {
	var body []byte
	for i := range endpoints {
		e := &endpoints[i]
		if !e.wants(x) || slices.Contains(known, e.ID) {
			continue
		}
		if body == nil {
			data, err := x.Data(ctx)
			if err != nil {
				return err
			}
			if data == nil {
				break
			}
			if body, err = bodyOf(x.Kind, x.At, data); err != nil {
				return err
			}
		}
		if err := l.Store.AddDelivery(ctx, newDelivery(e, x.Key, x.Kind, body, l.Now())); err != nil {
			return err
		}
	}
	if x.At.Before(l.Now().Add(-settled)) {
		if l.done == nil {
			l.done = map[string]time.Time{}
		}
		l.done[x.Key] = x.At
	}
	return nil
}
