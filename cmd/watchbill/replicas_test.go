package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/api/httperr"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// replicas deploys the service twice on one PostgreSQL database, and once more on
// SQLite, where one program is all there is.
func replicas(t *testing.T, test func(t *testing.T, d *deployment, both []*deployment)) {
	t.Run("sqlite", func(t *testing.T) {
		d := deploy(t, migrationstest.SQLite(t))
		test(t, d, []*deployment{d, d})
	})
	t.Run("postgres", func(t *testing.T) {
		address := migrationstest.Postgres(t)
		d := deploy(t, address)
		test(t, d, []*deployment{d, deploy(t, address)})
	})
}

// Whatever people and jobs do at once on two replicas, nothing is ever our fault:
// transactions wait for each other, or are run again.
func TestEverythingAtOnce(t *testing.T) {
	rounds := 60
	if testing.Short() {
		rounds = 10
	}
	replicas(t, func(t *testing.T, d *deployment, both []*deployment) {
		d.crewed()
		// Ana and Ben are in both teams, so that transactions meet in either order.
		for _, person := range []schedule.ID{1, 2} {
			d.ok(d.schedule.PutMember(t.Context(), 1, schedule.Membership{Team: 2, Person: person, Manager: true, Share: schedule.FullTime}))
		}
		shifts, err := d.schedule.Shifts(t.Context(), 1, d.now, d.now.AddDate(0, 2, 0), time.Time{})
		d.ok(err)
		root := auth.With(t.Context(), auth.Program())
		var wait sync.WaitGroup
		for worker := range 8 {
			wait.Go(func() {
				d, r := both[worker%2], rand.New(rand.NewPCG(1, uint64(worker)))
				for round := range rounds {
					name, err := d.anything(t.Context(), root, r, shifts)
					if err != nil && httperr.Of(err).Internal() {
						t.Errorf("round %d of %d: %s: %v", round, worker, name, err)
					}
				}
			})
		}
		wait.Wait()
	})
}

// anything does one thing that somebody might do, and says what.
func (d *deployment) anything(ctx, root context.Context, r *rand.Rand, shifts []schedule.Shift) (name string, err error) {
	s := d.schedule
	person, team, x := schedule.ID(1+r.IntN(4)), schedule.ID(1+r.IntN(2)), shifts[r.IntN(len(shifts))]
	part := schedule.Stretch{Slot: x.Slot, Start: x.Start, End: x.Start.Add(time.Duration(1+r.IntN(20)) * time.Hour)}
	day := schedule.DateOf(d.now).AddDays(100 + r.IntN(300))
	switch r.IntN(14) {
	case 0:
		return "profile", s.SaveProfile(ctx, person, schedule.Profile{ID: person, Name: fmt.Sprint("Person ", r.IntN(9)), Zone: "Europe/Berlin"})
	case 1:
		return "member", s.PutMember(ctx, 1, schedule.Membership{Team: team, Person: person, Manager: r.IntN(2) == 0, Share: schedule.FullTime})
	case 2:
		return "change", s.ScheduleMember(ctx, 1, schedule.MemberChange{Team: team, Person: person, From: day, Share: schedule.FullTime / 2, OnCall: true})
	case 3:
		_, err = s.AddLeave(ctx, person, schedule.Leave{Person: person, First: day, Last: day.AddDays(r.IntN(3))})
		return "leave", err
	case 4:
		leaves, err := s.Store.Leaves(ctx, []schedule.ID{person})
		if err != nil || len(leaves) == 0 {
			return "leaves", err
		}
		return "no leave", s.RemoveLeave(ctx, person, person, leaves[r.IntN(len(leaves))].ID)
	case 5:
		_, err = s.Put(ctx, 1, 1, part, person, "because")
		return "put", err
	case 6:
		_, err = s.Ask(ctx, x.Person, schedule.Request{Team: 1, Person: x.Person, Stretch: part})
		return "ask", err
	case 7:
		open, err := s.Store.Requests(ctx, 1, schedule.RequestOpen)
		if err != nil || len(open) == 0 {
			return "requests", err
		}
		_, err = s.Accept(ctx, person, open[r.IntN(len(open))].ID)
		return "accept", err
	case 8:
		return "deactivate", d.access.Deactivate(root, int64(person))
	case 9, 10:
		return "activate", d.access.Activate(root, int64(person))
	case 11:
		_, err = s.AskDraft(ctx, 1, schedule.DraftOrder{Team: 2, From: day, Until: day.AddDays(56)})
		return "draft", err
	case 12:
		return "stale", (&jobs{service: s, access: d.access, api: d.api, log: d.log}).expireRequests(ctx)
	}
	_, err = d.access.Invite(root, auth.Inviting{Email: fmt.Sprintf("new%d@example.com", r.IntN(4)), Team: int64(team)})
	return "invite", err
}

// Of two managers who step back at the same instant one stays: no team
// is left without.
func TestSomebodyManages(t *testing.T) {
	replicas(t, func(t *testing.T, d *deployment, both []*deployment) {
		d.crewed()
		for range 10 {
			for _, person := range []schedule.ID{1, 2} {
				d.ok(d.schedule.PutMember(t.Context(), 1, schedule.Membership{Team: 1, Person: person, Manager: true, Share: schedule.FullTime}))
			}
			var wait sync.WaitGroup
			for i, other := range []*deployment{both[0], both[1]} {
				wait.Go(func() {
					_ = other.schedule.PutMember(t.Context(), 1, schedule.Membership{Team: 1, Person: schedule.ID(i + 1), Share: schedule.FullTime})
				})
			}
			wait.Wait()
			members, err := d.schedule.Store.Members(t.Context(), 1)
			d.ok(err)
			managers := 0
			for _, m := range members {
				if m.Manager {
					managers++
				}
			}
			if managers != 1 {
				t.Fatalf("%d managers are left", managers)
			}
		}
	})
}

// The same absence added twice at once is there once.
func TestOneAbsence(t *testing.T) {
	replicas(t, func(t *testing.T, d *deployment, both []*deployment) {
		d.crewed()
		for round := range 8 {
			day := schedule.DateOf(d.now).AddDays(200 + round)
			var wait sync.WaitGroup
			for _, other := range both {
				for _, person := range []schedule.ID{2, 9} { // Root is in no team
					wait.Go(func() {
						_, _ = other.schedule.AddLeave(t.Context(), person, schedule.Leave{Person: person, First: day, Last: day})
					})
				}
			}
			wait.Wait()
		}
		for _, person := range []schedule.ID{2, 9} {
			leaves, err := d.schedule.Store.Leaves(t.Context(), []schedule.ID{person})
			d.ok(err)
			if len(leaves) != 8 {
				t.Errorf("%d absences of person %d, want 8", len(leaves), person)
			}
		}
	})
}

// A job that fails for one team is done for the others.
func TestEachTeam(t *testing.T) {
	var seen []schedule.ID
	err := each([]schedule.ID{1, 2}, func(team schedule.ID) error {
		seen = append(seen, team)
		return schedule.ErrConflict
	})
	if len(seen) != 2 || !errors.Is(err, schedule.ErrConflict) {
		t.Errorf("teams %v, %v", seen, err)
	}
}
