package health

import (
	"time"

	"watchbill/schedule"
)

// A pail holds what an integration may still send: it fills at the rate, up to the
// burst.
type pail struct {
	left float64
	at   time.Time
}

// pailsKept is how many pails are kept before full ones are thrown away.
const pailsKept = 10_000

// within says whether an integration may send one more now.
func (r *Receiver) within(integration schedule.ID) bool {
	now := r.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pails == nil || len(r.pails) > pailsKept {
		r.pails = map[schedule.ID]*pail{}
	}
	p := r.pails[integration]
	if p == nil {
		p = &pail{r.Burst, now}
		r.pails[integration] = p
	}
	if passed := now.Sub(p.at).Seconds(); passed > 0 {
		p.left, p.at = min(r.Burst, p.left+passed*r.Rate), now
	}
	if p.left < 1 {
		return false
	}
	p.left--
	return true
}
