package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// demoOthers are teams of which the demonstration has a plan and what they said when they
// were asked, so that all teams together can be told of. The last two are too small for a
// result of their own, as Platform is.
var demoOthers = []struct {
	name   string
	people []string
}{
	{"Storefront", []string{"Yuki Mori", "Bram Visser", "Carla Neri", "Dmitri Orlov", "Elif Kaya", "Femi Ade", "Greta Holm", "Hugo Blanc", "Isla Reid", "Jan Kowal", "Katya Weiss", "Leon Faber"}},
	{"Data", []string{"Maud Leroy", "Nils Dahl", "Olga Petrova", "Pedro Silva", "Rina Sato", "Sami Aalto", "Tom Baker"}},
	{"Mobile", []string{"Tara Singh", "Umar Khan", "Vera Lind"}},
}

// demoOtherTeams adds them, asks them every four weeks, and publishes the pulse of all.
func (s *server) demoOtherTeams(ctx context.Context, boss schedule.ID, monday schedule.Date) error {
	clock := s.now
	defer func() { s.now = clock }()
	at := monday.At(schedule.ClockAt(6, 0), time.UTC)
	for _, o := range demoOthers {
		s.now = func() time.Time { return at }
		var people strings.Builder
		for _, name := range o.people {
			first, _, _ := strings.Cut(strings.ToLower(name), " ")
			fmt.Fprintf(&people, "  - {name: %s, email: %s@demo.example}\n", name, first)
		}
		in, err := importTeam(fmt.Sprintf("team: %s\nzone: Europe/Berlin\nfrom: %v\nweeks: 14\nholidays: DE-BE\nrotations:\n  - {name: primary, handover: Mon 09:00}\npeople:\n%s", o.name, monday, people.String()))
		if err != nil {
			return err
		}
		team, err := s.schedule.AddTeam(ctx, boss, in)
		if err != nil {
			return err
		}
		if err := s.demoPlan(ctx, team.ID, boss, monday, monday.AddDays(7*14), "The first plan here."); err != nil {
			return err
		}
		asked, err := s.askedOn(ctx, team.ID, monday)
		if err != nil {
			return err
		}
		for _, p := range asked {
			if err := s.schedule.SawChanges(ctx, p, at); err != nil {
				return err
			}
		}
		s.now = clock
		policy := health.DefaultPulsePolicy(team.ID, health.MondayOf(schedule.DateOf(clock())).AddDays(-7*4*4))
		policy.On = true
		if err := s.demoWaves(ctx, &team, boss, &policy, func(int) error { return nil }); err != nil {
			return err
		}
	}
	s.now = clock
	return s.pulse.RollUpDue(ctx)
}
