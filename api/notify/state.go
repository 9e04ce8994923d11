package notify

import (
	"context"
	"sync"
	"time"
)

// A State is how a medium has been of late, for whoever administers it.
type State struct {
	Medium Medium
	Tally
	// Problem is why nothing got out by it the last time that this replica tried, At a
	// moment; empty when something did.
	Problem string
	At      time.Time
}

// A Tally counts letters.
type Tally struct {
	Sent, GivenUp, Waiting int
	Last                   time.Time // sent
}

const (
	// lately is how far back an administrator looks, and mostUndelivered how many letters
	// that did not arrive are listed.
	lately          = 7 * 24 * time.Hour
	mostUndelivered = 5
)

// States returns how the media that are set up have been in the last seven days, and the
// newest letters that did not arrive.
func (o *Outbox) States(ctx context.Context) ([]State, []Sent, error) {
	since := o.Now().Add(-lately)
	tallies, err := o.Store.Tallies(ctx, since)
	if err != nil {
		return nil, nil, err
	}
	var states []State
	for _, m := range o.Media() {
		s := State{Medium: m, Tally: tallies[m]}
		s.Problem, s.At = o.Down.of(m)
		states = append(states, s)
	}
	failed, err := o.Store.Undelivered(ctx, since, mostUndelivered)
	return states, failed, err
}

// A Down remembers which media are down. It is of this replica alone, and forgotten when it
// stops: each looks for itself.
type Down struct {
	mu  sync.Mutex
	why map[Medium]trouble
}

type trouble struct {
	problem string
	at      time.Time
}

// note keeps what became of opening a medium.
func (d *Down) note(m Medium, err error, at time.Time) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil {
		delete(d.why, m)
		return
	}
	if d.why == nil {
		d.why = map[Medium]trouble{}
	}
	d.why[m] = trouble{oneLine(err.Error()), at}
}

func (d *Down) of(m Medium) (string, time.Time) {
	if d == nil {
		return "", time.Time{}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.why[m].problem, d.why[m].at
}
