package health

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// A key lies apart from the database, so that the two cannot be written at once: it is made
// before there is anything that it opens, and forgotten after that is gone. Where the program
// dies in between, or a disk refuses, a key is left of which nothing knows any more; and copies
// of what it opened may be about. So whoever runs looks for such keys.

const (
	// strayAfter is for how long a key that nothing names is left alone: it may be that of
	// something which is just being made.
	strayAfter = time.Hour
	// strayLook is how often keys are looked through.
	strayLook = 10 * time.Minute
)

// strays are the keys that nothing names, with when that was seen first.
type strays struct {
	mu     sync.Mutex
	looked time.Time
	seen   map[string]time.Time
}

// ForgetStrays forgets keys of waves, rounds and diaries that are over, or have never begun,
// once nothing has named them for an hour. Any number of replicas may do so at once.
func (p *Pulse) ForgetStrays(ctx context.Context) error {
	now := p.Now()
	p.strays.mu.Lock()
	defer p.strays.mu.Unlock()
	if ago := now.Sub(p.strays.looked); 0 <= ago && ago < strayLook { // a clock may be put back
		return nil
	}
	// Keys first: what is made meanwhile is named when it is there.
	keys, err := p.Keys.Kept(ctx)
	if err != nil {
		return fmt.Errorf("keys of surveys: %w", err)
	}
	named, err := p.Store.NamedKeys(ctx)
	if err != nil {
		return err
	}
	seen := map[string]time.Time{}
	for _, name := range keys {
		if _, found := slices.BinarySearch(named, name); found {
			continue
		}
		since, known := p.strays.seen[name]
		switch {
		case !known:
			seen[name] = now
		case now.Sub(since) < strayAfter:
			seen[name] = since
		default:
			if err := p.Keys.ForgetKey(ctx, name); err != nil {
				return fmt.Errorf("key that nothing names: %w", err)
			}
		}
	}
	p.strays.looked, p.strays.seen = now, seen
	return nil
}
