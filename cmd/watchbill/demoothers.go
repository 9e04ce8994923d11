package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// demoOthers are teams of which the demonstration has plans, mostly of a year, what their
// pagers sent, and what they said when they were asked, so that all teams together can be
// told of and compared. Mobile is too small for a result of its own, as Platform is.
// Monitors are dealt out among them; those of noisy ones are sent more than once.
var demoOthers = []struct {
	name   string
	people []string
	weeks  int // of plans before that of now
	noisy  int
}{
	{"Storefront", []string{"Yuki Mori", "Bram Visser", "Carla Neri", "Dmitri Orlov", "Elif Kaya", "Femi Ade", "Greta Holm", "Hugo Blanc", "Isla Reid", "Jan Kowal", "Katya Weiss", "Leon Faber"}, demoYear, 1},
	{"Data", []string{"Maud Leroy", "Nils Dahl", "Olga Petrova", "Pedro Silva", "Rina Sato", "Sami Aalto", "Tom Baker"}, demoYear, 1},
	{"Mobile", []string{"Tara Singh", "Umar Khan", "Vera Lind"}, demoYear, 1},
	{"Checkout", []string{"Wanda Nowak", "Xavier Roy", "Zoe Marsh", "Adil Rahman", "Birgit Lund", "Cem Yilmaz"}, demoYear, 1},
	{"Deliveries", []string{"Dora Szabo", "Emil Hansen", "Freya Olsen", "Gil Navarro", "Hana Dvorak"}, demoYear, 1},
	{"Identity", []string{"Ivo Maric", "Jana Prchal", "Kofi Mensah", "Lena Vogt", "Milo Conti", "Nora Quist"}, demoYear, 1},
	{"Messaging", []string{"Otto Brandt", "Pia Ferrara", "Quentin Duval", "Rosa Pinto", "Sven Eklund"}, demoYear, 1},
	{"Partners", []string{"Agnes Moreau", "Bela Horvat", "Chiara Bruno", "Dan Whitlock", "Edda Simons"}, 9, 2},
	{"Search", []string{"Tilda Berg", "Ugo Ricci", "Vik Sharma", "Willa Stone", "Ximena Rojas", "Yara Haddad"}, demoYear, 1},
	{"Warehouse", []string{"Zeno Bauer", "Alma Keller", "Boris Ilic", "Cleo Martens", "Dario Greco", "Ebba Nyman"}, demoYear, 4},
}

// surround adds other teams to the demonstration, whose people log in nowhere, asks them
// every four weeks, and tells of all together.
func (s *server) surround(ctx context.Context) error {
	clock := s.now
	defer func() { s.now = clock }()
	alerts, err := demoAlertsAt(clock())
	if err != nil {
		return err
	}
	monday := demoMonday(clock())
	for n := range demoOthers {
		team, boss, err := s.demoOther(ctx, monday, n)
		s.now = clock
		if err != nil {
			return fmt.Errorf("%s: %w", demoOthers[n].name, err)
		}
		policy := health.DefaultPulsePolicy(team.ID, health.MondayOf(schedule.DateOf(clock())).AddDays(-7*4*4))
		policy.On = true
		if err := s.demoWaves(ctx, &team, boss, &policy, func(int) error { return nil }); err != nil {
			return err
		}
		if err := s.pageOf(ctx, &team, boss, dealt(alerts, n)); err != nil {
			return err
		}
	}
	for _, then := range []func(context.Context) error{s.fold, s.measureBurden, s.rollup.Pool, s.pulse.RollUpDue} {
		if err := then(ctx); err != nil {
			return err
		}
	}
	return nil
}

// demoOther adds one of them, with its plans, and says who manages it.
func (s *server) demoOther(ctx context.Context, monday schedule.Date, n int) (team schedule.TeamRecord, boss schedule.ID, err error) {
	o := &demoOthers[n]
	first := monday.AddDays(-7 * o.weeks)
	at := first.At(schedule.ClockAt(6, 0), time.UTC)
	s.now = func() time.Time { return at }
	var people strings.Builder
	for _, name := range o.people {
		first, _, _ := strings.Cut(strings.ToLower(name), " ")
		fmt.Fprintf(&people, "  - {name: %s, email: %s@%s.demo.example}\n", name, first, strings.ToLower(o.name))
	}
	in, err := importTeam(fmt.Sprintf("team: %s\nzone: Europe/Berlin\nfrom: %v\nweeks: 14\nholidays: DE-BE\nrotations:\n  - {name: primary, handover: Mon 09:00}\npeople:\n%s", o.name, first, people.String()))
	if err != nil {
		return team, boss, err
	}
	in.People[0].Manager = true
	if team, err = s.schedule.AddTeam(ctx, 0, in); err != nil {
		return team, boss, err
	}
	members, err := s.schedule.Store.Members(ctx, team.ID)
	if err != nil {
		return team, boss, err
	}
	boss = members[slices.IndexFunc(members, func(m schedule.Membership) bool { return m.Manager })].Person
	for _, p := range [][2]schedule.Date{{first, monday}, {monday, monday.AddDays(7 * 14)}} {
		at = p[0].At(schedule.ClockAt(6, 0), time.UTC)
		if err := s.demoPlan(ctx, team.ID, boss, p[0], p[1], ""); err != nil {
			return team, boss, err
		}
	}
	asked, err := s.askedOn(ctx, team.ID, monday)
	for _, p := range asked {
		err = errors.Join(err, s.schedule.SawChanges(ctx, p, at))
	}
	return team, boss, err
}

// dealt are the alerts that come to another team: those of every tenth monitor, moved by
// weeks of its own, so that no two teams have the same night.
func dealt(alerts []demoAlert, n int) []demoAlert {
	var out []demoAlert
	for k := range demoOthers[n].noisy {
		for _, a := range movedBack(alerts, 3*n+5*k) {
			h := fnv.New32a()
			_, _ = h.Write([]byte(a.monitor))
			if int(h.Sum32())%len(demoOthers) == (n+k)%len(demoOthers) {
				out = append(out, a)
			}
		}
	}
	return out
}
