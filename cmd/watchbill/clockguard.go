package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// A clockGuard keeps a replica whose clock is wrong from what cannot be undone. One that
// is years ahead takes all that is young for old: it would delete who is logged in and
// what came in today, and end surveys and time owed. The database's clock is the one that
// all replicas share, so theirs has to agree with it.
type clockGuard struct {
	here     func() time.Time
	database func(context.Context) (time.Time, error) // the zero time where it has no clock of its own
	log      *slog.Logger

	mu    sync.Mutex
	apart time.Duration // when they were compared last; positive when this clock is ahead, zero when they agree
	said  time.Time     // when the log was told last
}

const (
	// clocksAgree is how far apart clocks may be. Two that NTP sets are within a second.
	clocksAgree = 2 * time.Minute
	// clockSaidEvery is how often the log is told of clocks that do not agree.
	clockSaidEvery = time.Hour
)

// sure lets a job run only while the clocks agree. One that may not run has not failed:
// it is asked again at its next time.
func (g *clockGuard) sure(run func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		before := g.here()
		database, err := g.database(ctx)
		if err != nil {
			return fmt.Errorf("clock of the database: %w", err)
		}
		after := g.here()
		// Of an answer that took long, or while which the clock was set, nobody knows for when it is.
		if took := after.Sub(before); took.Abs() > clocksAgree {
			return fmt.Errorf("clock of the database: %v went by until it was known: too long to compare clocks", took)
		}
		if !g.agree(before, database, after) {
			return nil
		}
		return run(ctx)
	}
}

// agree compares the database's clock with this one, before and after it was asked: the
// time that the answer took is nobody's mistake.
func (g *clockGuard) agree(before, database, after time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.apart = 0
	switch {
	case database.IsZero():
	case before.Sub(database) > clocksAgree:
		g.apart = before.Sub(database)
	case after.Sub(database) < -clocksAgree:
		g.apart = after.Sub(database)
	}
	if g.apart == 0 {
		return true
	}
	// A clock that was set back is not silent until it is there again.
	if g.said.IsZero() || after.Sub(g.said).Abs() >= clockSaidEvery {
		g.said = after
		g.log.Warn("the clock of this replica and the database's do not agree: nothing is pruned, expired, asked or reviewed here until they do; set the one that is wrong, and keep both right by NTP",
			"replica_is", inWords(g.apart), "replica", after, "database", database.UTC())
	}
	return false
}

// note says for who asks whether the service is ready that the clocks do not agree;
// nothing when they do.
func (g *clockGuard) note() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.apart == 0 {
		return ""
	}
	return "the clock of this replica is " + inWords(g.apart) + ": nothing is pruned, expired, asked or reviewed here until they agree"
}

// inWords says how far this clock is ahead of the database's or behind it.
func inWords(apart time.Duration) string {
	side, far := "ahead of the database's", apart.Abs()
	if apart < 0 {
		side = "behind the database's"
	}
	const day = 24 * time.Hour
	if far >= 2*day {
		return fmt.Sprintf("%d days %s", far/day, side)
	}
	return fmt.Sprintf("%v %s", far.Round(time.Second), side)
}
