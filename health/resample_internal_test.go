package health

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"watchbill/schedule"
)

// A pastScene is a team of three in two zones with a second level, whose pages of some
// weeks are drawn; one of the weeks has a clock change.
type pastScene struct {
	config  Config
	zone    *time.Location
	mondays []schedule.Date
	plan    *ImaginedPlan
	facts   Facts
}

func newPastScene(t testing.TB, weeks, perWeek int, seed uint64) *pastScene {
	t.Helper()
	s := &pastScene{config: DefaultConfig()}
	random := rand.New(rand.NewPCG(seed, 1))
	var zones []*time.Location
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Asia/Kathmandu"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		zones = append(zones, zone)
	}
	s.zone = zones[0]
	monday := schedule.Date{Year: 2026, Month: 10, Day: 12} // the clock goes back on the 25th
	s.plan = &ImaginedPlan{From: monday, Weeks: weeks, Levels: 2}
	for i, zone := range zones {
		p, err := NewPerson(Person{ID: schedule.ID(i + 1), Stays: []Stay{{Zone: zone}}}, &s.config)
		if err != nil {
			t.Fatal(err)
		}
		s.plan.People = append(s.plan.People, ImaginedPerson{Person: p, Part: 1, Entitled: float64(7 * weeks)})
	}
	for n := -1; n < weeks; n++ {
		start, end := monday.AddDays(7*n).At(schedule.ClockAt(9, 0), s.zone), monday.AddDays(7*n+7).At(schedule.ClockAt(9, 0), s.zone)
		for level := range 2 {
			s.plan.Shifts = append(s.plan.Shifts, Shift{Person: schedule.ID((n+1+level)%3 + 1), Start: start, End: end, Level: level + 1})
		}
		if n >= 0 {
			s.mondays = append(s.mondays, monday.AddDays(7*n))
			s.pages(random, n, perWeek)
		}
	}
	return s
}

// pages draws pages of a week: to whoever is called first, some of them to the second too.
func (s *pastScene) pages(random *rand.Rand, n, perWeek int) {
	for range perWeek {
		// Not in the hours that the clock shows twice: they have no place in another week.
		at := s.mondays[n].AddDays(random.IntN(7)).At(schedule.ClockAt(4+random.IntN(20), random.IntN(60)), s.zone)
		id := schedule.ID(len(s.facts.Incidents) + 1)
		in := Incident{ID: id, Service: "checkout", TriggeredAt: at, ResolvedAt: at.Add(time.Duration(random.IntN(90)) * time.Minute)}
		for level := 1; level <= 1+random.IntN(2); level++ {
			who := s.on(level, at)
			s.facts.Notices = append(s.facts.Notices, Notification{ID: schedule.ID(1000*int(id) + level), Person: who, Incident: id, At: at})
			if level == 1 {
				in.Engagements = append(in.Engagements, Engagement{Person: who, Start: at, End: in.ResolvedAt})
			}
		}
		s.facts.Incidents = append(s.facts.Incidents, in)
	}
}

func (s *pastScene) on(level int, at time.Time) schedule.ID {
	for _, d := range s.plan.Shifts {
		if d.Level == level && !at.Before(d.Start) && at.Before(d.End) {
			return d.Person
		}
	}
	return 0
}

func (s *pastScene) look() *pastLook {
	return &pastLook{zone: s.zone, duties: s.plan.Shifts, facts: &s.facts, longest: 8 * time.Hour, drop: func(*Incident, string) bool { return false }}
}

// The past that happens again to the plan that there was is what it was: measured from what
// was kept without anybody's name, each week of each person is as it is measured from what
// they really had.
func TestThePastHappensAsItDid(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newPastScene(t, 3, rapid.IntRange(0, 40).Draw(rt, "pages"), rapid.Uint64().Draw(rt, "seed"))
		past, weeks := s.look().weeks(s.mondays), newImaginedWeeks(&Rollup{Config: s.config}, s.plan, s.zone)
		for n, monday := range s.mondays {
			from, to := monday.At(schedule.Midnight, s.zone), monday.AddDays(7).At(schedule.Midnight, s.zone)
			got := map[schedule.ID]Tally{}
			for _, p := range weeks.happen(n, n, past).people {
				got[p.Person] = p.Tally
			}
			for i := range s.plan.People {
				p := &s.plan.People[i].Person
				var own []Notification // of the week: what was open before it is another's
				for _, x := range s.facts.Notices {
					if !x.At.Before(from) {
						own = append(own, x)
					}
				}
				want := s.config.Measure(p, NewRecord(p.ID, own, s.plan.Shifts, s.facts.Incidents, &s.config, to.AddDate(0, 0, 7)), from, to)
				have := got[p.ID]
				want.Flags, have.Flags, want.EngagedSum, have.EngagedSum = nil, nil, 0, 0 // work on two at once over a midnight
				if !reflect.DeepEqual(have, want) {
					rt.Fatalf("week %v of %d:\n got %+v\nwant %+v", monday, p.ID, have, want)
				}
			}
		}
	})
}

// What happens in another week is at the same hour of the same weekday, all of it, also
// when the clock changes there.
func TestResampledPagesKeepTheirHour(t *testing.T) {
	s := newPastScene(t, 4, 60, 7)
	past, weeks := s.look().weeks(s.mondays), newImaginedWeeks(&Rollup{Config: s.config}, s.plan, s.zone)
	for number := range past {
		for week := range s.mondays {
			facts := weeks.facts(week, &past[number])
			if len(facts.Notices) != len(past[number].rings) || len(facts.Incidents) != len(past[number].incidents) {
				t.Fatalf("week %d in week %d: %d pages of %d", number, week, len(facts.Notices), len(past[number].rings))
			}
			counts := map[[3]int]int{}
			for _, n := range facts.Notices {
				local := n.At.In(s.zone)
				counts[[3]int{int(local.Weekday()), local.Hour(), local.Minute()}]++
			}
			for _, n := range s.facts.Notices {
				if local := n.At.In(s.zone); MondayOf(schedule.DateOf(local)) == s.mondays[number] {
					counts[[3]int{int(local.Weekday()), local.Hour(), local.Minute()}]--
				}
			}
			for at, n := range counts {
				if n != 0 {
					t.Errorf("week %d in week %d: %d more at %v", number, week, n, at)
				}
			}
		}
	}
}

// Draws are of all weeks alike, two that followed each other at a time, and the same again.
func TestDrawWeeks(t *testing.T) {
	for _, past := range []int{1, 8, 26} {
		draws := drawWeeks(past, 3)
		if !reflect.DeepEqual(draws, drawWeeks(past, 3)) {
			t.Fatalf("the same seed drew something else")
		}
		if past > 1 && reflect.DeepEqual(draws, drawWeeks(past, 4)) {
			t.Fatalf("another seed drew the same")
		}
		counts := make([]float64, past)
		for _, d := range draws {
			if len(d) != resampledWeeks {
				t.Fatalf("%d weeks", len(d))
			}
			for i, n := range d {
				counts[n]++
				if i%2 == 1 && n != (d[i-1]+1)%past {
					t.Fatalf("%v: %d does not follow", d, n)
				}
			}
		}
		fair := float64(resamples*resampledWeeks) / float64(past)
		for n, c := range counts {
			if c < fair*.6 || c > fair*1.4 {
				t.Errorf("of %d weeks, week %d came %v times, which is %v on average", past, n, c, fair)
			}
		}
	}
}

// Whatever is taken away is gone with all that belongs to it, and what goes to the second
// level is nobody else's.
func TestChangedPast(t *testing.T) {
	s := newPastScene(t, 3, 30, 11)
	look := s.look()
	look.drop = func(in *Incident, _ string) bool { return in.ID%2 == 0 }
	look.second = func(id schedule.ID) bool { return id%3 == 0 }
	for n, w := range look.weeks(s.mondays) {
		for _, r := range w.rings {
			if r.Incident%2 == 0 || r.Incident%3 == 0 && r.level != 2 {
				t.Errorf("week %d: a page of incident %d on level %d", n, r.Incident, r.level)
			}
		}
		for _, x := range w.work {
			if id := w.incidents[x.incident].ID; id%2 == 0 || id%3 == 0 && x.level != 2 {
				t.Errorf("week %d: work on incident %d on level %d", n, id, x.level)
			}
		}
	}
	share := 0
	for id := range schedule.ID(10_000) {
		if percentOf(id) < 25 {
			share++
		}
	}
	if share < 2300 || share > 2700 {
		t.Errorf("%d of 10000 are a quarter", share)
	}
}

// TestExpectedOf checks the mean and the bounds.
func TestExpectedOf(t *testing.T) {
	if got := expectedOf([]float64{10, 1, 2, 3, 4, 5, 6, 7, 8, 9}); got != (Expected{5.5, 1, 9}) {
		t.Errorf("got %+v", got)
	}
	if got := expectedOf(nil); got != (Expected{}) {
		t.Errorf("of none: %+v", got)
	}
}

// BenchmarkOutcome lets half a year of a team with fifty pages a week happen to a plan two
// hundred times: what a what-if costs besides two plans, once for each of them.
func BenchmarkOutcome(b *testing.B) {
	s := newPastScene(b, mostResampled, 50, 5)
	l := &healthLook{Rollup: &Rollup{Config: s.config}, zone: s.zone}
	past, draws := s.look().weeks(s.mondays), drawWeeks(mostResampled, 1)
	for b.Loop() {
		if _, err := l.outcome(b.Context(), s.plan, past, draws, &scoredPeriod{}); err != nil {
			b.Fatal(err)
		}
	}
}
