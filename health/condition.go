package health

import (
	"context"
	"slices"
	"time"

	"watchbill/schedule"
)

// A Condition says how an integration does.
type Condition struct {
	Dead     map[string]int // dead letters by their code
	Unmapped int            // people of whom nobody has said who they are
	Silent   bool           // it has said nothing for three times its usual gap
	Gap      time.Duration  // how long it usually says nothing; zero: too few deliveries to say
	Counts   map[string]int64
}

// What is looked at to say how an integration does.
const (
	conditionDays       = 30
	conditionDeliveries = 200
)

// DeadLetters is how many deliveries cannot be read.
func (c *Condition) DeadLetters() int {
	n := 0
	for _, of := range c.Dead {
		n += of
	}
	return n
}

// Condition says how an integration does: its counts are of the last thirty days.
func (s *Service) Condition(ctx context.Context, i *Integration) (c Condition, err error) {
	now := s.Now()
	if c.Dead, err = s.Store.DeadCodes(ctx, i.ID); err != nil {
		return c, err
	}
	if c.Unmapped, err = s.Store.Unmapped(ctx, i.ID); err != nil {
		return c, err
	}
	counts, err := s.Store.Counts(ctx, i.ID, schedule.DateOf(now.UTC()).AddDays(-conditionDays))
	if err != nil {
		return c, err
	}
	c.Counts = map[string]int64{}
	for _, n := range counts {
		c.Counts[n.Kind] += n.N
	}
	came, err := s.Store.Came(ctx, i.ID, conditionDeliveries)
	if err != nil {
		return c, err
	}
	c.Gap, _ = UsualGap(came)
	c.Silent = i.Silent(came, now)
	return c, nil
}

// Storms returns the storms of the last thirty days in what an integration told, the
// newest first.
func (s *Service) Storms(ctx context.Context, i *Integration) ([]Storm, error) {
	hits, err := s.Store.Hits(ctx, i, s.Now().AddDate(0, 0, -conditionDays))
	if err != nil {
		return nil, err
	}
	storms := Storms(hits)
	slices.SortStableFunc(storms, func(a, b Storm) int { return b.From.Compare(a.From) })
	return storms, nil
}
