package health

import (
	"context"

	"watchbill/schedule"
)

// Reports of the past are of 4, 12, 24 or 52 weeks, each from any block on. Where nothing is
// told of one block, because fewer than three people were in it, a longer report less the
// other blocks would be that block. So blocks that are not told go together, three blocks at
// a time on a calendar of their own: what they come to is in a report as a whole or not at
// all, and only if it is about three people or more. Whatever reports one adds and
// subtracts, what is left is made of such wholes and of blocks that are told anyway.

// cellWeeks is how many weeks stand together.
const cellWeeks = 3 * blockWeeks

// cellOf returns the Monday on which the cell of a day begins.
func cellOf(day schedule.Date) schedule.Date {
	return day.AddDays(-(day.DaysSince(firstBlock) % (7 * cellWeeks)))
}

// cells returns the weeks of the cells that a period touches.
func (p ReportPeriod) cells() (from, until schedule.Date) {
	return cellOf(p.From), cellOf(p.Until().AddDays(-1)).AddDays(7 * cellWeeks)
}

// parts says whether a report of the past would part blocks that are told together only, or
// tell of too few; weeks are everybody's of the cells that it touches. A cell that is not over
// may come to have more such blocks.
func (p ReportPeriod) parts(weeks []PersonWeek, today schedule.Date) bool {
	from, until := p.cells()
	for cell := from; cell.Before(until); cell = cell.AddDays(7 * cellWeeks) {
		var hidden []PersonWeek
		in, out := false, today.Before(cell.AddDays(7*cellWeeks))
		for block := cell; block.Before(cell.AddDays(7 * cellWeeks)); block = block.AddDays(7 * blockWeeks) {
			some := weeksIn(weeks, ReportPeriod{block, blockWeeks})
			if n := countTold(sumPeople(some)); n == 0 || n >= fewest {
				continue
			}
			hidden = append(hidden, some...)
			if block.Before(p.From) || !block.Before(p.Until()) {
				out = true
			} else {
				in = true
			}
		}
		if in && (out || countTold(sumPeople(hidden)) < fewest) {
			return true
		}
	}
	return false
}

// weeksIn returns those of a period.
func weeksIn(weeks []PersonWeek, p ReportPeriod) (out []PersonWeek) {
	for i := range weeks {
		if w := &weeks[i]; !w.Week.Before(p.From) && w.Week.Before(p.Until()) {
			out = append(out, *w)
		}
	}
	return out
}

// nested says whether figures of pages of a period stay untold because of what others tell of
// parts of it. The last whole weeks, which move on each Monday, are told all the same.
func (r *Rollup) nested(ctx context.Context, team schedule.ID, p ReportPeriod, today schedule.Date) (bool, error) {
	if p == LastWeeks(p.Weeks, today) {
		return false, nil
	}
	from, until := p.cells()
	weeks, err := r.Store.PersonWeeks(ctx, team, r.Config.Version, 0, from, until)
	return p.parts(weeks, today), err
}

// compared returns what the weeks before a report were, to compare with: nothing where a
// report of them would not be told either.
func (r *Rollup) compared(ctx context.Context, b *Burden, today schedule.Date) (TeamSum, error) {
	before := b.Period.before()
	people, err := r.Store.PersonWeeks(ctx, b.Team, r.Config.Version, 0, before.From, before.Until())
	if err != nil || countTold(sumPeople(people)) < fewest {
		return TeamSum{}, err
	}
	if b.Period != LastWeeks(b.Period.Weeks, today) {
		if parted, err := r.nested(ctx, b.Team, before, today); err != nil || parted {
			return TeamSum{}, err
		}
	}
	return r.Store.SumWeeks(ctx, b.Team, r.Config.Version, before.From, b.Period.From)
}
