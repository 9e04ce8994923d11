package roster

import (
	"context"
	"time"
)

// A meter counts work in units of roughly an eighth of a microsecond: a budget
// of work, unlike one of time, gives the same roster every time.
type meter struct {
	ctx   context.Context
	used  int64
	limit int64
}

// unitsPerSecond is what one core does on a slow day.
const unitsPerSecond = 7_000_000

// BudgetFor returns the units of work that fit into a time limit with room to
// spare on an ordinary core.
func BudgetFor(limit time.Duration) int64 {
	return int64(limit.Seconds() * unitsPerSecond)
}

// left returns the units that are not used yet.
func (m *meter) left() int64 { return max(0, m.limit-m.used) }

func (m *meter) add(units int64) { m.used += units }

// spent says whether the budget or the time is used up.
func (m *meter) spent() bool { return m.used >= m.limit || m.ctx.Err() != nil }

// within calls f with the limit lowered so that it can use at most units.
func (m *meter) within(units int64, f func()) {
	was := m.limit
	m.limit = min(was, m.used+units)
	f()
	m.limit = was
}
