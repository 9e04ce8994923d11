// Package leavers makes somebody who left nobody in particular: what they did stays where it
// was, under a label that says nothing of them.
package leavers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// A Leaver is somebody who left, or is still here.
type Leaver struct {
	Person   schedule.ID
	Name     string
	LeftAt   time.Time // zero: they are here
	Number   int64     // of their label; 0: none was given yet
	FormerAt time.Time // since when nothing tells who they were; zero: something does
}

// Traces are where somebody is named.
type Traces struct {
	Names, Addresses []string
	Teams            []schedule.ID // of which they were a part, or had a shift or a page
}

// A Store keeps leavers. Its methods may be called again after they failed half-way.
type Store interface {
	InTx(ctx context.Context, f func(Store) error) error
	Leaver(ctx context.Context, person schedule.ID) (Leaver, error)
	// Due returns whoever left before a moment, the longest ago first, and can still be told.
	Due(ctx context.Context, before time.Time) ([]schedule.ID, error)
	// Number gives somebody the next number, if they have none.
	Number(ctx context.Context, person schedule.ID) (int64, error)
	Traces(ctx context.Context, person schedule.ID) (Traces, error)
	// Reword replaces words wherever people and pagers wrote them, some rows at a time.
	Reword(ctx context.Context, person schedule.ID, t *Traces, w *Words) error
	// Lock keeps others from changing a person until the transaction ends.
	Lock(ctx context.Context, person schedule.ID) error
	// Forget removes what was theirs alone, and writes the label over their name.
	Forget(ctx context.Context, person schedule.ID, label string, at time.Time) error
	Audit(ctx context.Context, e *schedule.AuditEntry) error
}

// A Service makes leavers nobody in particular.
type Service struct {
	Store    Store
	Schedule *schedule.Service
	Pay      *health.Payroll
	Months   int // after which it happens by itself; 0: never
	Now      func() time.Time
}

// An Obstacle is what has to be done first: a sentence, and where.
type Obstacle struct {
	Text string
	Path string // of the page; empty: their own
}

// An Outlook says what would become of somebody.
type Outlook struct {
	Leaver
	Label     string    // that they have; empty: they are known
	Due       time.Time // when it happens by itself; zero: never
	Obstacles []Obstacle
}

// Outlook tells an administrator what stands in the way.
func (s *Service) Outlook(ctx context.Context, person schedule.ID) (Outlook, error) {
	if err := auth.From(ctx).Must(auth.SeeAuditAll, auth.On{}); err != nil {
		return Outlook{}, err
	}
	l, err := s.Store.Leaver(ctx, person)
	o := Outlook{Leaver: l}
	if err != nil {
		return o, err
	}
	if !l.FormerAt.IsZero() {
		o.Label = l.Name
		return o, nil
	}
	if s.Months > 0 && !l.LeftAt.IsZero() {
		o.Due = l.LeftAt.AddDate(0, s.Months, 0)
	}
	o.Obstacles, err = s.obstacles(ctx, &l)
	return o, err
}

// Erase makes somebody nobody in particular at once. It cannot be undone. What stands in the
// way is a *schedule.InvalidError; it may be said again.
func (s *Service) Erase(ctx context.Context, person schedule.ID) error {
	w := auth.From(ctx)
	if err := w.Must(auth.Administrate, auth.On{}); err != nil {
		return err
	}
	l, err := s.Store.Leaver(ctx, person)
	if err != nil || !l.FormerAt.IsZero() {
		return err
	}
	found, err := s.obstacles(ctx, &l)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		text := found[0].Text
		for _, o := range found[1:] {
			text += " " + o.Text
		}
		return &schedule.InvalidError{Field: "person", Reason: text}
	}
	return s.erase(ctx, &l, schedule.ID(w.Person))
}

// Work makes those nobody in particular who left for long enough. Whoever is in the way of
// something waits, and is looked at again.
func (s *Service) Work(ctx context.Context) error {
	if s.Months == 0 {
		return nil
	}
	due, err := s.Store.Due(ctx, s.Now().AddDate(0, -s.Months, 0))
	failed := []error{err}
	for _, person := range due {
		if ctx.Err() != nil {
			break
		}
		failed = append(failed, s.when(ctx, person))
	}
	return errors.Join(failed...)
}

// when makes somebody nobody in particular when nothing stands in the way.
func (s *Service) when(ctx context.Context, person schedule.ID) error {
	l, err := s.Store.Leaver(ctx, person)
	if err != nil || !l.FormerAt.IsZero() {
		return err
	}
	if found, err := s.obstacles(ctx, &l); err != nil || len(found) > 0 {
		return err
	}
	return s.erase(ctx, &l, 0)
}

// erase replaces first what others wrote, while the names to look for are known, and then, in
// one transaction, what was theirs. Whoever dies between begins again with the same label.
func (s *Service) erase(ctx context.Context, l *Leaver, by schedule.ID) error {
	number, err := s.Store.Number(ctx, l.Person)
	if err != nil {
		return err
	}
	t, err := s.Store.Traces(ctx, l.Person)
	if err != nil {
		return err
	}
	words := NewWords(number, t.Names, t.Addresses)
	if err := s.Store.Reword(ctx, l.Person, &t, words); err != nil {
		return fmt.Errorf("what is written of person %d: %w", l.Person, err)
	}
	return s.Store.InTx(ctx, func(tx Store) error {
		if err := tx.Lock(ctx, l.Person); err != nil {
			return err
		}
		now, err := tx.Leaver(ctx, l.Person)
		switch {
		case err != nil:
			return err
		case !now.FormerAt.IsZero():
			return nil // somebody was faster
		case now.LeftAt.IsZero():
			return &schedule.InvalidError{Field: "person", Reason: here(l.Name)}
		}
		if err := tx.Forget(ctx, l.Person, Label(number), s.Now()); err != nil {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: s.Now(), By: by, Action: "person.erase", About: l.Person})
	})
}

func here(name string) string {
	return name + " still has access: deactivate them first."
}

// obstacles are what has to be done first.
func (s *Service) obstacles(ctx context.Context, l *Leaver) ([]Obstacle, error) {
	var found []Obstacle
	if l.LeftAt.IsZero() {
		found = append(found, Obstacle{Text: here(l.Name)})
	}
	now := s.Now()
	shifts, err := s.Schedule.PersonShifts(ctx, l.Person, now, now.AddDate(10, 0, 0))
	if err != nil {
		return nil, err
	}
	if n := len(shifts); n > 0 {
		first := &shifts[0]
		team, err := s.Schedule.Store.Team(ctx, first.Team)
		if err != nil {
			return nil, err
		}
		zone, err := schedule.Zone(team.Zone)
		if err != nil {
			return nil, err
		}
		what := "one published shift that is not over"
		if n > 1 {
			what = fmt.Sprintf("%d published shifts that are not over", n)
		}
		found = append(found, Obstacle{
			Text: fmt.Sprintf("%s has %s, the first is %s of %s on %s: give them to somebody else first.", l.Name, what, first.Rotation, team.Name, first.Start.In(zone).Format("2 January 2006")),
			Path: fmt.Sprintf("/teams/%d/schedule", team.ID),
		})
	}
	pay, err := s.unpaid(ctx, l, now)
	return append(found, pay...), err
}

// unpaid are months in which somebody was on call and of which pay was not published: who
// pays it has to know whom.
func (s *Service) unpaid(ctx context.Context, l *Leaver, now time.Time) ([]Obstacle, error) {
	t, err := s.Store.Traces(ctx, l.Person)
	if err != nil {
		return nil, err
	}
	var found []Obstacle
	for _, id := range t.Teams {
		months, err := s.Pay.Months(ctx, id)
		if err != nil {
			return nil, err
		}
		months = slices.DeleteFunc(months, func(m health.PayMonth) bool { return m.Statement != nil })
		if len(months) == 0 {
			continue
		}
		shifts, err := s.Schedule.PersonShifts(ctx, l.Person, months[len(months)-1].From, now)
		if err != nil {
			return nil, err
		}
		for _, m := range slices.Backward(months) {
			if slices.ContainsFunc(shifts, func(x schedule.TeamShift) bool { return x.Team == id && x.Start.Before(m.To) && x.End.After(m.From) }) {
				team, err := s.Schedule.Store.Team(ctx, id)
				if err != nil {
					return nil, err
				}
				found = append(found, Obstacle{
					Text: fmt.Sprintf("On-call pay of %s for %s is not published, and %s was on call in it: publish it first.", team.Name, health.MonthName(m.Month), l.Name),
					Path: fmt.Sprintf("/teams/%d/pay", id),
				})
				break
			}
		}
	}
	return found, nil
}
