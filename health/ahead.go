package health

import (
	"context"
	"time"
)

// mostAhead is how far the clock of another replica may be ahead for what it has written
// to be believed. It is more than any wait there is: see backOff.
const mostAhead = 2 * time.Hour

// BringForward makes due what a replica has put off whose clock was ahead: it may have
// written that a delivery is tried, or a table claimed, until years from now. It returns
// how much that was.
func (s *Service) BringForward(ctx context.Context) (int, error) {
	now := s.Now()
	return s.Store.BringForward(ctx, now, now.Add(mostAhead))
}
