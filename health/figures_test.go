package health_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"watchbill/health"
	"watchbill/schedule"
)

// Shifts of a night, in each zone in which the clock changes: what counts is how long
// they last.
func TestStandbyOverClockChanges(t *testing.T) {
	c := health.DefaultConfig()
	for _, test := range []struct {
		zone, start, end string
		hours            float64
		want             health.ByBand[float64]
	}{
		{"Europe/Berlin", "2025-03-28T19:00:00Z", "2025-03-29T07:00:00Z", 12, health.ByBand[float64]{schedule.Evening: 2, schedule.Sleep: 2, schedule.WeekendBand: 8}},
		{"Europe/Berlin", "2025-03-29T19:00:00Z", "2025-03-30T06:00:00Z", 11, health.ByBand[float64]{schedule.WeekendBand: 11}},
		{"Europe/Berlin", "2025-10-25T18:00:00Z", "2025-10-26T07:00:00Z", 13, health.ByBand[float64]{schedule.WeekendBand: 13}},
		// Clocks that change on a working day, by half an hour, and never.
		{"Australia/Lord_Howe", "2025-04-06T11:00:00Z", "2025-04-06T21:30:00Z", 10.5, health.ByBand[float64]{schedule.WeekendBand: 2.5, schedule.Sleep: 8}},
		{"Asia/Kathmandu", "2025-06-11T14:15:00Z", "2025-06-12T02:15:00Z", 12, health.ByBand[float64]{schedule.Evening: 2, schedule.Sleep: 10}},
		{"Africa/Cairo", "2025-04-24T18:00:00Z", "2025-04-25T05:00:00Z", 11, health.ByBand[float64]{schedule.Evening: 2, schedule.Sleep: 9}},
	} {
		p := person(t, &c, health.Person{ID: 1, Stays: []health.Stay{{Zone: load(t, test.zone)}}})
		from, to := instant(t, test.start), instant(t, test.end)
		shift := []health.Shift{{Person: 1, Start: from, End: to, Level: 1}, {Person: 1, Start: from, End: to, Level: 2}}
		tally := c.Measure(&p, health.NewRecord(1, nil, shift, nil, &c, to), from, to)
		report := tally.Report(&c)
		if report.OnCallHours != test.hours || report.OnCallByBand != test.want {
			t.Errorf("%s from %s: %v hours, %v, want %v, %v", test.zone, test.start, report.OnCallHours, report.OnCallByBand, test.hours, test.want)
		}
	}
}

// A night's name is its first day, also for whoever sleeps by day.
func TestNightsAndWorstWeek(t *testing.T) {
	c := health.DefaultConfig()
	p := person(t, &c, health.Person{ID: 1, Stays: []health.Stay{{Zone: time.UTC}}})
	at := func(day, hour int) string {
		return monday.AddDate(0, 0, day).Add(time.Duration(hour) * time.Hour).Format(time.RFC3339)
	}
	for _, test := range []struct {
		pages         []health.Notification
		nights, worst int
	}{
		{nil, 0, 0},
		{rang(t, at(1, 23), at(2, 3), at(2, 7)), 1, 1},
		{rang(t, at(1, 2), at(1, 22)), 2, 2},
		{rang(t, at(1, 15), at(2, 20)), 0, 0},
		{rang(t, at(0, 23), at(2, 23), at(6, 23), at(7, 23)), 4, 3},
		{rang(t, at(0, 23), at(7, 23), at(14, 23)), 3, 1},
	} {
		to := monday.AddDate(0, 1, 0)
		tally := c.Measure(&p, health.NewRecord(1, test.pages, nil, nil, &c, to), monday, to)
		if len(tally.Nights) != test.nights || tally.WorstWeek() != test.worst {
			t.Errorf("%d pages: %d nights, at most %d in seven; want %d, %d", len(test.pages), len(tally.Nights), tally.WorstWeek(), test.nights, test.worst)
		}
	}
}

func TestBlocksAndQuietShifts(t *testing.T) {
	c := health.DefaultConfig()
	shifts := held(t, "2025-06-09T08:00:00Z", "2025-06-10T08:00:00Z", "2025-06-10T08:00:00Z", "2025-06-11T02:00:00Z", "2025-06-12T08:00:00Z", "2025-06-12T20:00:00Z")
	// Three incidents before 20:00, of which one goes on after it with two new ones.
	pages := rang(t, "2025-06-09T18:00:00Z", "2025-06-09T19:00:00Z", "2025-06-09T19:59:59Z", "2025-06-09T20:00:00Z", "2025-06-09T21:00:00Z", "2025-06-09T22:00:00Z")
	pages[3].Incident = pages[2].Incident
	from, to := instant(t, "2025-06-09T00:00:00Z"), instant(t, "2025-06-16T00:00:00Z")
	team := health.NewTeamRecord([]*health.Record{health.NewRecord(1, pages, shifts, nil, &c, to)}, nil, to)
	got := c.MeasureTeam(team, from, to)
	// 42 hours are three blocks and a half, cut once and not at the hand-over.
	if got.Blocks != 5 || got.Overloaded != 2 || got.Shifts != 2 || got.QuietShifts != 1 {
		t.Errorf("%d blocks, %d overloaded, %d shifts, %d quiet; want 5, 2, 2, 1", got.Blocks, got.Overloaded, got.Shifts, got.QuietShifts)
	}
	if hours, some := got.BetweenIncidents(); some || hours != 168 {
		t.Errorf("between no incidents are %v hours, %v; want more than 168", hours, some)
	}
}

func TestSamples(t *testing.T) {
	var s health.Sample
	if _, ok := s.P90(); ok {
		t.Error("nothing has a ninth decile")
	}
	for i := 1; i <= 20; i++ {
		s = append(s, float64(i))
		p90, _ := s.P90()
		if want := math.Ceil(float64(9*i) / 10); p90 != want {
			t.Errorf("of %d the ninth decile is %v, want %v", i, p90, want)
		}
	}
	if m, _ := s.Median(); m != 10.5 {
		t.Errorf("the median is %v, want 10.5", m)
	}
}

func TestPageLuck(t *testing.T) {
	close := func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }
	l, ok := health.PageLuck([]int{10, 10, 10}, []float64{168, 168, 168})
	if !ok || l.Chi2 != 0 || l.P != 1 || l.Method != health.LuckChiSquare || l.Freedom != 2 {
		t.Errorf("ten each: %+v", l)
	}
	l, _ = health.PageLuck([]int{20, 5, 5}, []float64{168, 168, 168})
	if !close(l.Chi2, 15) || !close(l.P, math.Exp(-7.5)) || l.Compatible() {
		t.Errorf("twenty, five and five: %+v, want chi-square 15 and p %v", l, math.Exp(-7.5))
	}
	// Four heads of four: once in sixteen, and so are four tails.
	l, _ = health.PageLuck([]int{4, 0}, []float64{100, 100})
	if l.Method != health.LuckExact || !close(l.P, 1.0/8) {
		t.Errorf("four to none: %+v, want exactly an eighth", l)
	}
	l, _ = health.PageLuck([]int{1, 0, 7}, []float64{100, 300, 0})
	if l.Outside != 7 || l.Freedom != 1 || !close(l.P, 0.25) {
		t.Errorf("one page, to whoever had a quarter of the hours: %+v, want p 0.25 and 7 outside", l)
	}
	for _, nothing := range [][]int{{0, 0}, {5}} {
		if _, ok := health.PageLuck(nothing, []float64{1, 1}[:len(nothing)]); ok {
			t.Errorf("%v can be compared", nothing)
		}
	}
	// Too many outcomes to count them: drawn, and the same when drawn again.
	many, held := make([]int, 30), make([]float64, 30)
	for i := range many {
		many[i], held[i] = i%3, 10+float64(i)
	}
	a, _ := health.PageLuck(many, held)
	b, _ := health.PageLuck(many, held)
	if a.Method != health.LuckDrawn || a.P != b.P || a.P < 0.05 || a.P > 1 {
		t.Errorf("thirty people: %+v, then %v", a, b.P)
	}
}

// Drawn outcomes come to what counting all of them comes to, within what 20,000 draws
// can miss; with so many pages that one is a drop in a sea, too.
func TestDrawnLuckIsThatOfAllOutcomes(t *testing.T) {
	for _, test := range []struct {
		counts []int
		held   []float64
	}{
		{[]int{3, 3, 2, 2, 1, 1, 0, 0, 0, 0}, []float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
		{[]int{4, 2, 2, 1, 1, 0, 1, 0, 1, 0}, []float64{40, 20, 20, 10, 5, 5, 5, 5, 5, 5}},
		{[]int{1, 0, 0, 0, 0, 2, 2, 2, 2, 3}, []float64{.5, 1, 1, 1, 1, 2, 3, 4, 5, 6}},
		{[]int{800, 5, 0}, []float64{700, 1, 1}},
		{[]int{2_000_000, 5}, []float64{1_000_000, 1}},
	} {
		l, _ := health.PageLuck(test.counts, test.held)
		if l.Method != health.LuckDrawn {
			t.Fatalf("%v: by %v", test.counts, l.Method)
		}
		want := allOutcomes(test.counts, test.held)
		if miss := 4 * math.Sqrt(want*(1-want)/20_000); math.Abs(l.P-want) > miss+1.0/20_000 {
			t.Errorf("%v of %v: drawn %v, of all outcomes %v, which draws miss by at most %.4f", test.counts, test.held, l.P, want, miss)
		}
	}
}

// allOutcomes adds up the chances of everything that is at least as uneven.
func allOutcomes(counts []int, held []float64) float64 {
	pages, hours := 0, 0.0
	for i, n := range counts {
		pages, hours = pages+n, hours+held[i]
	}
	logFactorial := func(n int) float64 { l, _ := math.Lgamma(float64(n) + 1); return l }
	part := func(person, n int) (chi2, log float64) {
		share := held[person] / hours
		d := float64(n) - share*float64(pages)
		return d * d / (share * float64(pages)), float64(n)*math.Log(share) - logFactorial(n)
	}
	seen := -1e-9
	for i, n := range counts {
		chi2, _ := part(i, n)
		seen += chi2
	}
	var sum func(person, left int, chi2, log float64) float64
	sum = func(person, left int, chi2, log float64) float64 {
		if person == 0 {
			mine, more := part(0, left)
			if chi2+mine < seen {
				return 0
			}
			return math.Exp(log + more)
		}
		p := 0.0
		for n := range min(left, 200) + 1 { // more than 200 on one but the first never are
			mine, more := part(person, n)
			p += sum(person-1, left-n, chi2+mine, log+more)
		}
		return p
	}
	return sum(len(counts)-1, pages, 0, logFactorial(pages))
}

// Three expected of each are enough for chi-square, and less of one is not.
func TestLuckMethodFollowsExpectations(t *testing.T) {
	for share, want := range map[float64]health.LuckMethod{1.6: health.LuckChiSquare, 2.7: health.LuckExact} {
		if l, _ := health.PageLuck([]int{9, 3, 2}, []float64{1, 1, share}); l.Method != want {
			t.Errorf("expected %v: by %v, want %v", l.Expected, l.Method, want)
		}
	}
}

func TestRates(t *testing.T) {
	for _, test := range []struct {
		count        int
		weeks        float64
		mean, lo, hi float64
	}{
		{0, 1, 0, 0, 3.688879}, {0, 0, 0, 0, 0}, {1, 1, 1, 0.025318, 5.571643}, {10, 1, 10, 4.795389, 18.390356}, {3, 2, 1.5, 0.309336, 4.383637},
	} {
		r := health.Garwood(test.count, test.weeks, 0.95)
		if math.Abs(r.Mean-test.mean) > 1e-6 || math.Abs(r.Low-test.lo) > 1e-6 || math.Abs(r.High-test.hi) > 1e-6 {
			t.Errorf("%d in %v: %+v, want %v in %v to %v", test.count, test.weeks, r, test.mean, test.lo, test.hi)
		}
	}
	for _, test := range []struct {
		count int
		mean  float64
		want  float64
	}{{0, 1, 1}, {1, 0, 0}, {1, 1, 1 - 1/math.E}, {5, 1, 0.0036598468273437135}} {
		if got := health.AtLeast(test.count, test.mean); math.Abs(got-test.want) > 1e-12 {
			t.Errorf("%d or more where %v are expected: %v, want %v", test.count, test.mean, got, test.want)
		}
	}
	// The same rate over more weeks: believed more, known better.
	prior := health.Prior{M0: 0.5, B: 1}
	before := prior.Shrunk(3, 1)
	for weeks := 2.0; weeks < 50; weeks++ {
		r := prior.Shrunk(3*weeks, weeks)
		if r.Mean <= before.Mean || r.Mean >= 3 || r.High-r.Low >= before.High-before.Low || r.Low > r.Mean || r.High < r.Mean {
			t.Errorf("after %v weeks %+v, before it %+v", weeks, r, before)
		}
		before = r
	}
}

func TestFairnessProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "people")
		loads, entitled, half := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range n {
			loads[i] = float64(rapid.IntRange(0, 400).Draw(t, "load"))
			entitled[i] = float64(rapid.IntRange(0, 4).Draw(t, "share"))
			half[i] = entitled[i] / 2
		}
		f := health.Share(loads, entitled)
		if math.Abs(f.Jain-1/(1+f.CV*f.CV)) > 1e-12 || f.Gini < 0 || f.Gini > 1 || f.PairBalance < 0 || f.PairBalance > 1 || math.IsNaN(f.CV+f.Gini+f.Top) {
			t.Fatalf("%+v", f)
		}
		if g := health.Share(loads, half); math.Abs(f.CV-g.CV) > 1e-12 || math.Abs(f.Top-g.Top) > 1e-12 {
			t.Fatalf("with half of every share %+v became %+v", f, g)
		}
		sum := 0.0
		for _, d := range f.Difference {
			sum += d
		}
		if entitled[0] > 0 && math.Abs(sum) > 1e-6 {
			t.Fatalf("differences add up to %v", sum)
		}
		debts := health.Debt(make([]float64, n), f, 0.9)
		for i, d := range debts {
			mean := 0.0
			for _, fair := range f.Fair {
				mean += fair / float64(n)
			}
			if math.Abs(d) > 2*mean+1e-9 || math.Abs(d) > math.Abs(f.Difference[i])+1e-9 {
				t.Fatalf("debt %v of a difference of %v, mean share %v", d, f.Difference[i], mean)
			}
		}
	})
}
