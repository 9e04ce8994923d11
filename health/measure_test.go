package health_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"watchbill/health"
	"watchbill/schedule"
)

// A scene is a team's period with everything that happened in it.
type scene struct {
	config    health.Config
	people    []health.Person
	shifts    []health.Shift
	pages     []health.Notification
	incidents []health.Incident
	from, to  time.Time
}

var monday = time.Date(2025, 3, 17, 0, 0, 0, 0, time.UTC)

// zones of the scenes: clocks that change by an hour, by half of one, and that stand a
// quarter of an hour off.
var zones = []string{"Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"}

func load(t interface{ Fatal(...any) }, name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func person(t interface{ Fatal(...any) }, c *health.Config, p health.Person) health.Person {
	made, err := health.NewPerson(p, c)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// drawScene makes two to four people, two to five weeks with the clock change in them,
// and pages in clusters, because only pages that are close together are grouped.
func drawScene(t *rapid.T) scene {
	s := scene{config: health.DefaultConfig(), from: monday}
	weeks := rapid.IntRange(1, 4).Draw(t, "weeks")
	s.to = monday.Add(time.Duration(weeks) * 7 * 24 * time.Hour)
	n := rapid.IntRange(2, 4).Draw(t, "people")
	for i := range n {
		p := health.Person{ID: schedule.ID(i + 1), Stays: []health.Stay{{Zone: load(t, rapid.SampledFrom(zones).Draw(t, "zone"))}}}
		if rapid.Bool().Draw(t, "moves") {
			day := time.Duration(rapid.IntRange(1, weeks*7-1).Draw(t, "day")) * 24 * time.Hour
			p.Stays = append(p.Stays, health.Stay{From: monday.Add(day), Zone: load(t, rapid.SampledFrom(zones).Draw(t, "zone"))})
		}
		if rapid.Bool().Draw(t, "night worker") {
			p.Stays[0].Sleep = schedule.Hours{From: schedule.ClockAt(9, 0), Until: schedule.ClockAt(17, 0)}
			p.Stays[0].Business = schedule.Hours{From: schedule.ClockAt(22, 0), Until: schedule.ClockAt(6, 0)}
		}
		p.Holidays = schedule.NewCalendar(schedule.Holiday{Date: schedule.DateOf(monday).AddDays(rapid.IntRange(0, 20).Draw(t, "holiday"))})
		s.people = append(s.people, person(t, &s.config, p))
	}
	for w := range weeks {
		start := monday.Add(time.Duration(w)*7*24*time.Hour + 9*time.Hour)
		for level := 1; level <= 2; level++ {
			s.shifts = append(s.shifts, health.Shift{Person: schedule.ID((w+level)%n + 1), Start: start, End: start.Add(7 * 24 * time.Hour), Level: level})
		}
	}
	clusters := rapid.IntRange(0, 12).Draw(t, "clusters")
	id := schedule.ID(0)
	for range clusters {
		begin := monday.Add(time.Duration(rapid.IntRange(0, weeks*7*24*60-1).Draw(t, "minute")) * time.Minute)
		for range rapid.IntRange(1, 6).Draw(t, "pages") {
			id++
			begin = begin.Add(time.Duration(rapid.IntRange(0, 5000).Draw(t, "gap")) * time.Second)
			s.page(t, id, begin)
		}
	}
	return s
}

// page adds a page of an incident, and the incident when it is new.
func (s *scene) page(t *rapid.T, id schedule.ID, at time.Time) {
	incident := schedule.ID(rapid.IntRange(1, 12).Draw(t, "incident"))
	who := schedule.ID(rapid.IntRange(1, len(s.people)).Draw(t, "who"))
	s.pages = append(s.pages, health.Notification{
		ID: id, Person: who, Incident: incident, At: at, Urgency: health.UrgencyHigh,
		Channel: rapid.SampledFrom([]string{"push", "sms", "phone", "push", "email"}).Draw(t, "channel"),
		Verdict: health.Verdict(rapid.IntRange(0, 2).Draw(t, "verdict")),
	})
	if slices.ContainsFunc(s.incidents, func(i health.Incident) bool { return i.ID == incident }) {
		return
	}
	in := health.Incident{ID: incident, Severity: rapid.SampledFrom([]string{"SEV0", "SEV1", "SEV2"}).Draw(t, "severity"), TriggeredAt: at}
	if rapid.Bool().Draw(t, "acked") {
		in.AckedAt = at.Add(time.Duration(rapid.IntRange(-60, 600).Draw(t, "ack")) * time.Second)
		in.Engagements = []health.Engagement{{Person: who, Start: in.AckedAt}}
	}
	if rapid.Bool().Draw(t, "resolved") {
		in.ResolvedAt = at.Add(time.Duration(rapid.IntRange(0, 20*60).Draw(t, "resolve")) * time.Minute)
	}
	s.incidents = append(s.incidents, in)
}

func (s *scene) records() []*health.Record {
	var out []*health.Record
	for i := range s.people {
		out = append(out, health.NewRecord(s.people[i].ID, s.pages, s.shifts, s.incidents, &s.config, s.to))
	}
	return out
}

// measured is all that a scene comes to.
type measured struct {
	People []health.PersonReport
	Team   health.TeamReport
	Ops    health.OpsReport
	Nights [][]schedule.Date
}

func (s *scene) measure() measured {
	var m measured
	records := s.records()
	var tallies []*health.Tally
	for i, r := range records {
		t := s.config.Measure(&s.people[i], r, s.from, s.to)
		tallies = append(tallies, &t)
		m.People = append(m.People, t.Report(&s.config))
		m.Nights = append(m.Nights, t.Nights)
	}
	team := health.NewTeamRecord(records, s.incidents, s.to)
	sum := s.config.MeasureTeam(team, s.from, s.to)
	m.Team = sum.Report(&s.config, tallies)
	m.Ops = health.Ops(s.incidents, &sum)
	return m
}

var nearly = cmpopts.EquateApprox(0, 1e-9)

func TestDuplicatesAndOrderChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		want := s.measure()
		again := s
		again.pages = slices.Concat(s.pages, s.pages)
		again.shifts = slices.Clone(s.shifts)
		again.incidents = slices.Clone(s.incidents)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		random.Shuffle(len(again.pages), func(i, j int) { again.pages[i], again.pages[j] = again.pages[j], again.pages[i] })
		random.Shuffle(len(again.shifts), func(i, j int) { again.shifts[i], again.shifts[j] = again.shifts[j], again.shifts[i] })
		random.Shuffle(len(again.incidents), func(i, j int) {
			again.incidents[i], again.incidents[j] = again.incidents[j], again.incidents[i]
		})
		if diff := cmp.Diff(want, again.measure(), nearly); diff != "" {
			t.Fatal(diff)
		}
	})
}

// One more page, whoever gets it and whenever, lowers nothing that says how bad it was.
func TestOneMorePageLowersNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		before := s.measure()
		s.page(t, 1000, s.from.Add(time.Duration(rapid.IntRange(0, int(s.to.Sub(s.from)/time.Second)-1).Draw(t, "at"))*time.Second))
		after := s.measure()
		for i := range before.People {
			b, a := before.People[i], after.People[i]
			if a.BurdenPoints < b.BurdenPoints-1e-9 || a.Interrupted < b.Interrupted || a.Wakeups < b.Wakeups || a.Nights < b.Nights || a.WorstWeek < b.WorstWeek || a.OffDuty < b.OffDuty {
				t.Fatalf("person %d: %+v became %+v", i+1, b, a)
			}
		}
		b, a := before.Team, after.Team
		if a.PagedIncidents < b.PagedIncidents || a.Overloaded < b.Overloaded || a.QuietShifts > b.QuietShifts || a.NoAction < b.NoAction || a.AlertShare < b.AlertShare {
			t.Fatalf("team: %+v became %+v", b, a)
		}
	})
}

// edges are midnights of a zone, as a team's calendar has days.
func (s *scene) edges(zone *time.Location) []time.Time {
	edges := []time.Time{s.from}
	for d := schedule.DateOf(s.from); ; d = d.AddDays(1) {
		at := d.At(schedule.Midnight, zone)
		if !at.Before(s.to) {
			break
		}
		if at.After(s.from) {
			edges = append(edges, at)
		}
	}
	return append(edges, s.to)
}

func TestWeeksAreSumsOfDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		records := s.records()
		edges := s.edges(load(t, rapid.SampledFrom(zones).Draw(t, "team zone")))
		for i, r := range records {
			whole := s.config.Measure(&s.people[i], r, s.from, s.to)
			if diff := cmp.Diff(whole, health.Sum(s.config.Days(&s.people[i], r, edges)), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("person %d, whole and by days: %s", i+1, diff)
			}
		}
		team := health.NewTeamRecord(records, s.incidents, s.to)
		whole := s.config.MeasureTeam(team, s.from, s.to)
		var sum health.TeamTally
		for i := 1; i < len(edges); i++ {
			day := s.config.MeasureTeam(team, edges[i-1], edges[i])
			sum.Add(&day)
		}
		if diff := cmp.Diff(whole, sum, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("team, whole and by days: %s", diff)
		}
	})
}

func TestLatePageTouchesItsDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		edges := s.edges(time.UTC)
		i := rapid.IntRange(0, len(s.people)-1).Draw(t, "person")
		p := &s.people[i]
		days := s.config.Days(p, s.records()[i], edges)
		late := health.Notification{ID: 1000, Person: p.ID, Incident: 50, Urgency: health.UrgencyHigh,
			At: s.from.Add(time.Duration(rapid.IntRange(0, int(s.to.Sub(s.from)/time.Second)-1).Draw(t, "at")) * time.Second)}
		s.pages = append(s.pages, late)
		r := s.records()[i]
		done := s.config.Redo(p, r, days, func(from, to time.Time) bool { return !late.At.Before(from) && late.At.Before(to) })
		if diff := cmp.Diff(s.config.Days(p, r, edges), days, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("after %d days were measured again: %s", done, diff)
		}
	})
}

func TestALatePageIsOneDay(t *testing.T) {
	c := health.DefaultConfig()
	p := person(t, &c, health.Person{ID: 1, Stays: []health.Stay{{Zone: time.UTC}}})
	edges := []time.Time{}
	for i := range 366 {
		edges = append(edges, monday.AddDate(0, 0, i))
	}
	r := health.NewRecord(1, nil, nil, nil, &c, edges[365])
	days := c.Days(&p, r, edges)
	late := health.Notification{ID: 1, Person: 1, At: edges[100].Add(23*time.Hour + 30*time.Minute)}
	in := func(from, to time.Time) bool { return !late.At.Before(from) && late.At.Before(to) }
	// Half an hour before midnight an episode reaches into the next day, no further.
	if n := c.Redo(&p, health.NewRecord(1, []health.Notification{late}, nil, nil, &c, edges[365]), days, in); n != 2 {
		t.Errorf("a page half an hour before midnight measured %d days again, want 2", n)
	}
	late.ID, late.At = 2, edges[200].Add(12*time.Hour)
	if n := c.Redo(&p, health.NewRecord(1, []health.Notification{late}, nil, nil, &c, edges[365]), days, in); n != 1 {
		t.Errorf("a page at noon measured %d days again, want 1", n)
	}
}

func TestWholeWeeksLaterIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		for i := range s.people { // no holidays, and clocks that do not change
			s.people[i].Holidays = schedule.Calendar{}
			for j := range s.people[i].Stays {
				s.people[i].Stays[j].Zone = time.FixedZone("", rapid.IntRange(-40, 50).Draw(t, "offset")*900)
			}
		}
		want := s.measure()
		by := time.Duration(rapid.IntRange(-60, 60).Draw(t, "weeks later")) * 7 * 24 * time.Hour
		later := s.moved(by)
		got := later.measure()
		for i := range got.Nights {
			for j := range got.Nights[i] {
				got.Nights[i][j] = got.Nights[i][j].AddDays(-int(by / (24 * time.Hour)))
			}
		}
		if diff := cmp.Diff(want, got, nearly); diff != "" {
			t.Fatal(diff)
		}
	})
}

// A team that lives further west, with all that happens to it as much later.
func TestElsewhereIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		for i := range s.people {
			for j := range s.people[i].Stays {
				s.people[i].Stays[j].Zone = time.FixedZone("", rapid.IntRange(-10, 10).Draw(t, "offset")*900)
			}
		}
		want := s.measure()
		west := rapid.IntRange(-16, 16).Draw(t, "quarters of an hour") * 900
		moved := s.moved(time.Duration(west) * time.Second)
		for i := range moved.people {
			for j := range moved.people[i].Stays {
				_, offset := monday.In(moved.people[i].Stays[j].Zone).Zone()
				moved.people[i].Stays[j].Zone = time.FixedZone("", offset-west)
			}
		}
		if diff := cmp.Diff(want, moved.measure(), nearly); diff != "" {
			t.Fatal(diff)
		}
	})
}

// moved is the scene as much later.
func (s scene) moved(by time.Duration) scene {
	add := func(t time.Time) time.Time {
		if t.IsZero() {
			return t
		}
		return t.Add(by)
	}
	out := scene{config: s.config, from: s.from.Add(by), to: s.to.Add(by)}
	for _, p := range s.people {
		p.Stays = slices.Clone(p.Stays)
		for i := range p.Stays {
			p.Stays[i].From = add(p.Stays[i].From)
		}
		out.people = append(out.people, p)
	}
	for _, x := range s.shifts {
		x.Start, x.End = x.Start.Add(by), x.End.Add(by)
		out.shifts = append(out.shifts, x)
	}
	for _, n := range s.pages {
		n.At = n.At.Add(by)
		out.pages = append(out.pages, n)
	}
	for _, in := range s.incidents {
		in.TriggeredAt, in.AckedAt, in.CheckInAt, in.ResolvedAt = add(in.TriggeredAt), add(in.AckedAt), add(in.CheckInAt), add(in.ResolvedAt)
		in.Engagements = slices.Clone(in.Engagements)
		for i := range in.Engagements {
			in.Engagements[i].Start, in.Engagements[i].End = add(in.Engagements[i].Start), add(in.Engagements[i].End)
		}
		out.incidents = append(out.incidents, in)
	}
	return out
}

// Handing over to oneself is no hand-over.
func TestSplitShiftsChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		want := s.measure()
		var split []health.Shift
		for _, x := range s.shifts {
			cut := x.Start.Add(time.Duration(rapid.IntRange(1, 167*3600).Draw(t, "cut")) * time.Second)
			a, b := x, x
			a.End, b.Start = cut, cut
			split = append(split, b, a)
		}
		s.shifts = split
		if diff := cmp.Diff(want, s.measure(), nearly); diff != "" {
			t.Fatal(diff)
		}
	})
}

// Every second of a stretch is in exactly one band, and bands of parts add up.
func TestBandsPartition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		p := &s.people[0]
		from := s.from.Add(time.Duration(rapid.IntRange(-400*86400, 400*86400).Draw(t, "from")) * time.Second)
		mid := from.Add(time.Duration(rapid.IntRange(0, 20*86400).Draw(t, "mid")) * time.Second)
		to := mid.Add(time.Duration(rapid.IntRange(0, 20*86400).Draw(t, "to")) * time.Second)
		for name, bands := range map[string]func(a, b time.Time) health.ByBand[int64]{"page": p.PageBands, "standby": p.StandbyBands} {
			whole, first, second := bands(from, to), bands(from, mid), bands(mid, to)
			for b := range whole {
				if whole[b] != first[b]+second[b] {
					t.Fatalf("%s, %s: %d seconds, in two parts %d and %d", name, health.BandName(schedule.Band(b)), whole[b], first[b], second[b])
				}
			}
			if health.Total(whole) != int64(to.Sub(from)/time.Second) {
				t.Fatalf("%s: %d seconds of %v", name, health.Total(whole), to.Sub(from))
			}
		}
		// A second is where a page in it is.
		one := p.PageBands(mid, mid.Add(time.Second))
		if one[p.PageBand(mid)] != 1 {
			t.Fatalf("%v is %s, its second %v", mid, health.BandName(p.PageBand(mid)), one)
		}
	})
}
