package health

import (
	"context"
	"fmt"

	"watchbill/schedule"
)

// An IndicatorStore keeps what people say of teams that no pager tells. Rows are only ever
// added.
type IndicatorStore interface {
	// LockIndicators keeps others from adding to what is said of a team until the
	// transaction ends.
	LockIndicators(ctx context.Context, team schedule.ID) error
	// Indicators returns all versions of what was said of periods that begin on a day or
	// later, by indicator, period and version.
	Indicators(ctx context.Context, team schedule.ID, since schedule.Date) ([]IndicatorValue, error)
	AddIndicators(ctx context.Context, all []IndicatorValue) error
}

// An IndicatorEntry is what somebody says of a period.
type IndicatorEntry struct {
	Name   IndicatorName
	Period IndicatorPeriod
	Value  *float64 // nil: what was said before is withdrawn
	Whole  float64
	// Base is the version that was looked at, 0 where there was none; nil is whatever
	// there is.
	Base *int64
}

// An IndicatorStep is what an entry changes.
type IndicatorStep struct {
	IndicatorValue
	Was *IndicatorValue // before it; nil: nothing was said
}

// Changes reports whether the entry says something else than what was said.
func (s *IndicatorStep) Changes() bool {
	if s.Was == nil {
		return s.Value != nil
	}
	return !s.Was.same(&s.IndicatorValue)
}

// Whence says who enters something, how, and on which day of the team's calendar.
type Whence struct {
	By     schedule.ID
	Source string
	Today  schedule.Date
}

// PutIndicator keeps what somebody says of a period, unless it is what was said. It is
// schedule.ErrConflict with what is there when somebody else has changed it since it was
// looked at.
func (s *Service) PutIndicator(ctx context.Context, w Whence, team schedule.ID, e IndicatorEntry) (IndicatorStep, error) {
	var step IndicatorStep
	err := s.Store.InTx(ctx, func(tx Store) error {
		book, err := openIndicators(ctx, tx, team)
		if err != nil {
			return err
		}
		var fault *indicatorFault
		if step, fault = book.enter(w, &e); fault != nil {
			return fault.invalid()
		}
		if is := int64(0); e.Base != nil {
			if step.Was != nil {
				is = step.Was.Version
			}
			if is != *e.Base {
				return fmt.Errorf("somebody has changed it meanwhile: %w", schedule.ErrConflict)
			}
		}
		if !step.Changes() {
			if step.Was != nil {
				step.IndicatorValue = *step.Was
			}
			return nil
		}
		step.At = s.Now()
		if err := tx.AddIndicators(ctx, []IndicatorValue{step.IndicatorValue}); err != nil {
			return err
		}
		action, detail := "indicator.set", fmt.Sprintf("%s, %v: %s", e.Name, e.Period, step.Text())
		if e.Value == nil {
			action, detail = "indicator.withdraw", fmt.Sprintf("%s, %v", e.Name, e.Period)
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: s.Now(), By: w.By, Action: action, Team: team, Detail: detail})
	})
	return step, err
}

// TeamIndicators returns all versions of what was said of a team's periods of the last
// months.
func (s *Service) TeamIndicators(ctx context.Context, team schedule.ID, today schedule.Date, months int) ([]IndicatorValue, error) {
	first := schedule.Date{Year: today.Year, Month: today.Month, Day: 1}.AddMonths(-months)
	return s.Store.Indicators(ctx, team, MondayOf(first))
}

// An indicatorBook is what is said of a team, to enter more into it.
type indicatorBook struct {
	team   schedule.ID
	latest []IndicatorValue
}

// openIndicators reads what is said of a team, and keeps others from saying more.
func openIndicators(ctx context.Context, tx Store, team schedule.ID) (*indicatorBook, error) {
	if err := tx.LockIndicators(ctx, team); err != nil {
		return nil, err
	}
	return readIndicators(ctx, tx, team)
}

func readIndicators(ctx context.Context, store Store, team schedule.ID) (*indicatorBook, error) {
	all, err := store.Indicators(ctx, team, schedule.Date{Year: 1, Month: 1, Day: 1})
	return &indicatorBook{team, LatestIndicators(all)}, err
}

// enter works out what an entry changes, and notes it. No two values of an indicator may
// be about the same day, or it would count twice.
func (b *indicatorBook) enter(w Whence, e *IndicatorEntry) (IndicatorStep, *indicatorFault) {
	step := IndicatorStep{IndicatorValue: IndicatorValue{Team: b.team, Name: e.Name, Period: e.Period, Version: 1, Whole: e.Whole, Source: w.Source, By: w.By}}
	if e.Value != nil {
		x := *e.Value
		step.Value = &x
	}
	if fault := step.check(w.Today); fault != nil {
		return step, fault
	}
	k := -1
	for n := range b.latest {
		v := &b.latest[n]
		switch {
		case v.Name != e.Name:
		case v.Period == e.Period:
			k = n
		case v.Value != nil && step.Value != nil && v.Period.overlaps(e.Period):
			return step, &indicatorFault{"period", fmt.Sprintf("%s has days in common with %s, of which something is said already", e.Period.Words(), v.Period.Words()), "correct that, or withdraw it first"}
		}
	}
	if k < 0 {
		b.latest = append(b.latest, step.IndicatorValue)
		return step, nil
	}
	was := b.latest[k]
	step.Was, step.Version = &was, was.Version+1
	b.latest[k] = step.IndicatorValue
	return step, nil
}

// A Retained is how many of those who were in a team's rotations a year ago still are.
type Retained struct {
	Day    schedule.Date
	Kept   int
	Then   int
	Hidden string // why nothing is told; then both are 0
}

// Share is the share of them.
func (r *Retained) Share() float64 { return float64(r.Kept) / float64(r.Then) }

// TeamRetention computes retention from who is in a team and was, also who was taken out of it: who was in the rotations
// a year before a day, and is in them on it or manages the team. Of fewer than five it says
// nothing.
func (s *Service) TeamRetention(ctx context.Context, team schedule.ID, day schedule.Date) (Retained, error) {
	members, err := s.Stints(ctx, team)
	if err != nil {
		return Retained{}, err
	}
	return retention(members, day), nil
}

func retention(members []schedule.Membership, day schedule.Date) Retained {
	then, now := map[schedule.ID]bool{}, map[schedule.ID]bool{}
	on := func(m *schedule.Membership, d schedule.Date) bool {
		return !d.Before(m.From) && (m.Until.IsZero() || !m.Until.Before(d))
	}
	before := day.AddMonths(-12)
	for i := range members {
		m := &members[i]
		if m.OnCall && on(m, before) {
			then[m.Person] = true
		}
		if (m.OnCall || m.Manager) && on(m, day) {
			now[m.Person] = true
		}
	}
	r := Retained{Day: day}
	for id := range then {
		if now[id] {
			r.Kept++
		}
	}
	if r.Then = len(then); r.Then < fewestRetained {
		return Retained{Day: day, Hidden: "fewer than five people were in the rotations a year ago"}
	}
	return r
}
