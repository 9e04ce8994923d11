package health

import (
	"context"
	"slices"

	"watchbill/schedule"
)

// A TeamBlock is what a block of four weeks was for a team, in figures: what all teams
// are added up and compared from. Blocks are the same weeks for all teams.
type TeamBlock struct {
	Team    schedule.ID
	Block   schedule.Date // its Monday
	Weeks   int           // in which somebody was on call first
	Quiet   int           // weeks without a page outside working hours
	Level1  int64         // seconds
	Notices int           // that came at all, of any urgency and channel

	Interruptions, Wakeups, OffHours, Nights, Incidents int

	// People is how many were on call first or were paged; Few says who, where they are
	// too few to be told of, to know how many those of several blocks are.
	People int
	Few    []schedule.ID
}

// A BlockMark says that the block of a week has to be added up anew.
type BlockMark struct {
	Team   schedule.ID
	Config string
	Week   schedule.Date
}

// A CompareStore keeps what teams are compared from.
type CompareStore interface {
	// TakeBlockMarks returns marks, of the oldest, and removes them.
	TakeBlockMarks(ctx context.Context, most int) ([]BlockMark, error)
	BlocksMarked(ctx context.Context) (bool, error)
	SaveBlock(ctx context.Context, config string, b *TeamBlock) error
	// Blocks hands over the blocks of all teams that begin in [from, until), in no order. A
	// block is another's once the function returns.
	Blocks(ctx context.Context, config string, from, until schedule.Date, each func(*TeamBlock)) error
	// HeardTeams returns the teams by name, and whether one of their pagers ever sent
	// something.
	HeardTeams(ctx context.Context) ([]HeardTeam, error)

	// AddPrior keeps a prior unless the quarter has one of the configuration already.
	AddPrior(ctx context.Context, p *PooledPrior) error
	Priors(ctx context.Context, config string) ([]PooledPrior, error) // the newest quarter first
}

// A HeardTeam is a team and whether a pager of it ever spoke.
type HeardTeam struct {
	ID    schedule.ID
	Name  string
	Heard bool
}

// BlockOf returns the Monday of the block that a day is in.
func BlockOf(d schedule.Date) schedule.Date {
	return d.AddDays(-(d.DaysSince(firstBlock) % (7 * blockWeeks)))
}

// blocksAtOnce bounds the weeks whose blocks are added up in one transaction.
const blocksAtOnce = 1000

// AddUp adds up the blocks of weeks that were measured anew, and returns of how many
// weeks that was. Marks are taken in the transaction that works them off: of two
// replicas each does its own, and one that dies leaves them as they were.
func (r *Rollup) AddUp(ctx context.Context) (weeks int, err error) {
	err = r.Store.InTx(ctx, func(tx Store) error {
		marks, err := tx.TakeBlockMarks(ctx, blocksAtOnce)
		weeks = len(marks)
		if err != nil {
			return err
		}
		type block struct {
			team   schedule.ID
			config string
			monday schedule.Date
		}
		done := map[block]bool{}
		for _, m := range marks {
			b := block{m.Team, m.Config, BlockOf(m.Week)}
			if done[b] {
				continue
			}
			done[b] = true
			if err := addUp(ctx, tx, b.team, b.config, b.monday); err != nil {
				return err
			}
		}
		return nil
	})
	return weeks, err
}

// addUp adds up one block.
func addUp(ctx context.Context, tx Store, team schedule.ID, config string, block schedule.Date) error {
	until := block.AddDays(7 * blockWeeks)
	weeks, err := tx.TeamWeeks(ctx, team, config, block, until)
	if err != nil {
		return err
	}
	people, err := tx.PersonWeeks(ctx, team, config, 0, block, until)
	if err != nil {
		return err
	}
	b := TeamBlock{Team: team, Block: block}
	for i := range weeks {
		f := weeks[i].Figures()
		b.Level1 += f.Level1
		b.Notices += weeks[i].Sum.Notifications + weeks[i].Sum.Volume
		b.Interruptions += f.Interruptions
		b.Wakeups += f.Wakeups
		b.OffHours += f.OffHours
		b.Nights += f.Nights
		b.Incidents += f.Incidents // each where it began, so that blocks add up
		if f.Level1 > 0 {
			b.Weeks++
			b.Quiet += f.Quiet
		}
	}
	for id, t := range sumPeople(people) {
		if t.Level1 > 0 || t.Notifications > 0 {
			b.Few = append(b.Few, id)
		}
	}
	if b.People = len(b.Few); b.People >= fewest {
		b.Few = nil
	}
	slices.Sort(b.Few)
	return tx.SaveBlock(ctx, config, &b)
}
