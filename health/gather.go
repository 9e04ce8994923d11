package health

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrBusy says that nothing can be taken in now and that it should be sent again.
var ErrBusy = errors.New("busy")

// What a gatherer holds at most.
const (
	gatherRows  = 512      // written in one transaction
	gatherBytes = 32 << 20 // of bodies that wait
	// gatherWithin is how long a write may take, for which a delivery may wait twice:
	// senders give up after three seconds.
	gatherWithin = 1400 * time.Millisecond
)

// A gatherer writes deliveries that come at once in one transaction: what makes one
// durable costs as much as what makes a hundred. While one transaction is written
// the next gathers; whoever comes first writes for all who came meanwhile, so nothing
// runs in the background, and whoever is alone waits for nobody.
type gatherer struct {
	write func(ctx context.Context, all []*Delivery) error

	mu      sync.Mutex
	waiting []*arrival
	bytes   int
	writing bool
}

// An arrival is a delivery that waits to be written.
type arrival struct {
	delivery *Delivery
	lead     chan struct{} // closed: write the next transaction
	done     chan struct{} // closed: it was written, or err says why not
	err      error
}

// add returns when the delivery is durable. It is ErrBusy when too much waits.
func (g *gatherer) add(ctx context.Context, d *Delivery) error {
	a := &arrival{delivery: d, lead: make(chan struct{}), done: make(chan struct{})}
	g.mu.Lock()
	if len(g.waiting) >= 8*gatherRows || g.bytes+len(d.Body) > gatherBytes && len(g.waiting) > 0 {
		g.mu.Unlock()
		return ErrBusy
	}
	g.waiting = append(g.waiting, a)
	g.bytes += len(d.Body)
	leads := !g.writing
	g.writing = true
	g.mu.Unlock()
	if !leads {
		select {
		case <-a.done:
			return a.err
		case <-a.lead:
		}
	}
	g.next(ctx)
	return a.err
}

// next writes what waits, its own caller's delivery first of all, and lets the next
// write.
func (g *gatherer) next(ctx context.Context) {
	g.mu.Lock()
	n := min(len(g.waiting), gatherRows)
	batch := g.waiting[:n:n]
	g.waiting = g.waiting[n:]
	all := make([]*Delivery, 0, n)
	for _, a := range batch {
		all = append(all, a.delivery)
		g.bytes -= len(a.delivery.Body)
	}
	g.mu.Unlock()
	// Whoever leads writes for others, who have not gone away.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), gatherWithin)
	err := g.write(ctx, all)
	cancel()
	for _, a := range batch {
		a.err = err
		close(a.done)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		g.writing, g.waiting = false, nil
		return
	}
	close(g.waiting[0].lead)
}
