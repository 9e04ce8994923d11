package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// streams are real times of alerts; without them there is nothing to replay.
const streams = "../../../shared/data/streams"

// replayBegins is the Monday that a replayed year begins with.
var replayBegins = schedule.Date{Year: 2026, Month: 1, Day: 5}

const replayWeeks = 52

// An outage is when something was down.
type outage struct{ down, up time.Time }

// longestWork is how long somebody works on an alert at most, in a replay.
const longestWork = time.Hour

// readOutages reads a stream, by the weeks of which its first is 0: each outage is in
// its week, on its weekday and hour.
func readOutages(t *testing.T, name string) (weeks [][]outage) {
	t.Helper()
	path := filepath.Join(streams, name)
	file, err := os.Open(path)
	if os.IsNotExist(err) {
		t.Skipf("%s is not here", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	var all []outage
	at := func(text string) time.Time {
		x, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return time.Time{}
		}
		return x
	}
	if strings.HasSuffix(name, ".csv") {
		rows, err := csv.NewReader(file).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows[1:] {
			all = append(all, outage{at(row[1]), at(row[2])})
		}
	} else {
		lines := bufio.NewScanner(file)
		lines.Buffer(nil, 1<<22)
		for lines.Scan() {
			var x struct {
				Impact   string
				Started  string `json:"started_at"`
				Resolved string `json:"resolved_at"`
			}
			if err := json.Unmarshal(lines.Bytes(), &x); err != nil {
				t.Fatal(err)
			}
			if slices.Contains([]string{"minor", "major", "critical"}, x.Impact) {
				all = append(all, outage{at(x.Started), at(x.Resolved)})
			}
		}
	}
	all = slices.DeleteFunc(all, func(o outage) bool { return o.down.IsZero() })
	first := slices.MinFunc(all, func(a, b outage) int { return a.down.Compare(b.down) }).down
	monday := health.MondayOf(schedule.DateOf(first)).At(schedule.Midnight, time.UTC)
	for _, o := range all {
		week := int(o.down.Sub(monday) / (7 * 24 * time.Hour))
		for len(weeks) <= week {
			weeks = append(weeks, nil)
		}
		begin := monday.AddDate(0, 0, 7*week)
		long := min(max(o.up.Sub(o.down), 10*time.Minute), longestWork)
		down := o.down.Add(replayBegins.At(schedule.Midnight, time.UTC).Sub(begin))
		weeks[week] = append(weeks[week], outage{down, down.Add(long)})
	}
	return weeks
}

// year lays weeks of a stream end to end, given which.
func yearOf(weeks [][]outage, which func(n int) int) []outage {
	var out []outage
	for n := range replayWeeks {
		for _, o := range weeks[which(n)] {
			by := time.Duration(n) * 7 * 24 * time.Hour
			out = append(out, outage{o.down.Add(by), o.up.Add(by)})
		}
	}
	slices.SortFunc(out, func(a, b outage) int { return a.down.Compare(b.down) })
	return out
}

// A set-up is a team and how it plans.
type setup struct {
	name   string
	people int
	rules  string
	weeks  int // of a plan
	lead   int // days before it begins on which it is made
}

// A planKind is who makes the plans.
type planKind struct {
	name  string
	repay schedule.Repay
	turns bool // round robin
}

// A replayed is a year of a team.
type replayed struct {
	setup
	planKind
	outages   []outage
	seed      int64
	config    health.Config
	zone      *time.Location
	people    []schedule.Planning
	published []schedule.Published
	burden    []schedule.BurdenWeek
	known     schedule.Date // the first week that is not measured yet
}

func newReplayed(t *testing.T, s setup, kind planKind, outages []outage, seed int64) *replayed {
	t.Helper()
	r := &replayed{setup: s, planKind: kind, outages: outages, seed: seed, config: health.DefaultConfig(), known: replayBegins}
	var err error
	if r.zone, err = time.LoadLocation("Europe/Berlin"); err != nil {
		t.Fatal(err)
	}
	for i := range s.people {
		id := schedule.ID(i + 1)
		r.people = append(r.people, schedule.Planning{
			Profile:    schedule.Profile{ID: id, Name: fmt.Sprintf("P%d", id), Zone: "Europe/Berlin"},
			Membership: schedule.Membership{Person: id, OnCall: true, Share: schedule.FullTime},
		})
	}
	return r
}

// run makes the plans of a year one after the other, each when it is due.
func (r *replayed) run(t *testing.T) {
	t.Helper()
	var balances schedule.Balances
	until := replayBegins.AddDays(7 * replayWeeks)
	for from := replayBegins; from.Before(until); from = from.AddDays(7 * r.weeks) {
		in := schedule.PlanInput{
			Team:  schedule.TeamRecord{ID: 1, Name: "Replay", Zone: "Europe/Berlin", Repay: r.repay},
			Rules: schedule.TeamRules{From: replayBegins, Source: r.rules},
			From:  from, Until: from.AddDays(7 * r.weeks), Today: from.AddDays(-r.lead), People: r.people, Seed: r.seed, Before: balances.After,
		}
		in.Recent = schedule.Resolve(r.published, nil, from.AddDays(-60).At(schedule.Midnight, r.zone), from.At(schedule.Midnight, r.zone), time.Time{})
		if r.repay.On() {
			r.measure(t, health.MondayOf(in.Today))
			in.Measured = &schedule.Measured{Since: replayBegins, From: replayBegins, Through: r.known}
			if was := balances.Measured; was != nil {
				in.Measured.From, in.Measured.Had = was.Through, was.Taken
			}
			held := schedule.Resolve(r.published, nil, replayBegins.At(schedule.Midnight, r.zone), r.known.At(schedule.Midnight, r.zone), time.Time{})
			in.Measured.Fill(&in, r.burden, held, r.zone)
		}
		planned, err := planner{timeLimit: 30 * time.Millisecond}.plan(context.Background(), in, func(int) bool { return true })
		if err != nil {
			t.Fatal(err)
		}
		balances = planned.Balances
		balances.Measured = in.Measured
		for i, s := range planned.Shifts {
			if r.turns {
				s.Person = r.turn(s.Rotation)
			}
			if s.Person == 0 {
				t.Errorf("%s: shift %d of the plan from %v is unfilled", r.name(), i, from)
			}
			r.published = append(r.published, s)
		}
	}
	r.measure(t, until)
}

// turn is who is next in a rotation by turns; the second one is half a round behind.
func (r *replayed) turn(rotation schedule.RotationID) schedule.ID {
	n := 0
	if rotation != "primary" {
		n = len(r.people) / 2
	}
	for i := range r.published {
		if r.published[i].Rotation == rotation {
			n++
		}
	}
	return schedule.ID(n%len(r.people) + 1)
}

func (r *replayed) name() string { return r.setup.name + ", " + r.planKind.name }

// measure measures the weeks that are over by a Monday and not measured yet.
func (r *replayed) measure(t *testing.T, until schedule.Date) {
	t.Helper()
	if !r.known.Before(until) {
		return
	}
	from, to := r.known.AddDays(-7).At(schedule.Midnight, r.zone), until.At(schedule.Midnight, r.zone)
	shifts := map[schedule.ID][]health.Shift{}
	pages := map[schedule.ID][]health.Notification{}
	incidents := map[schedule.ID][]health.Incident{}
	for _, s := range r.published {
		if !s.End.After(from) || !s.Start.Before(to) {
			continue
		}
		shifts[s.Person] = append(shifts[s.Person], health.Shift{Person: s.Person, Start: s.Start, End: s.End, Level: 1})
		if s.Rotation != "primary" {
			continue // the second line is not paged
		}
		at, _ := slices.BinarySearchFunc(r.outages, s.Start, func(o outage, t time.Time) int { return o.down.Compare(t) })
		for ; at < len(r.outages) && r.outages[at].down.Before(s.End); at++ {
			o, id := r.outages[at], schedule.ID(at+1)
			pages[s.Person] = append(pages[s.Person], health.Notification{ID: id, Incident: id, Person: s.Person, At: o.down})
			incidents[s.Person] = append(incidents[s.Person], health.Incident{ID: id, TriggeredAt: o.down, ResolvedAt: o.up,
				Engagements: []health.Engagement{{Person: s.Person, Start: o.down, End: o.up}}})
		}
	}
	for i := range r.people {
		id := r.people[i].Profile.ID
		p, err := health.NewPerson(health.Person{ID: id, Stays: []health.Stay{{Zone: r.zone}}}, &r.config)
		if err != nil {
			t.Fatal(err)
		}
		record := health.NewRecord(id, pages[id], shifts[id], incidents[id], &r.config, to)
		for week := r.known; week.Before(until); week = week.AddDays(7) {
			tally := r.config.Measure(&p, record, week.At(schedule.Midnight, r.zone), week.AddDays(7).At(schedule.Midnight, r.zone))
			if points := tally.BurdenPoints(&r.config); points > 0 {
				r.burden = append(r.burden, schedule.BurdenWeek{Person: id, Week: week, Points: points, Nights: tally.Nights})
			}
		}
	}
	r.known = until
}

// evenly is how evenly burden, or standby, lay on people.
type evenly struct{ cv, spread, quarters, standby, total float64 }

func (r *replayed) result() evenly {
	sum := func(from, until int) []float64 {
		out := make([]float64, len(r.people))
		for _, b := range r.burden {
			if n := b.Week.DaysSince(replayBegins) / 7; n >= from && n < until {
				out[b.Person-1] += b.Points
			}
		}
		return out
	}
	var e evenly
	all := sum(0, replayWeeks)
	var mean float64
	e.cv, mean = cv(all)
	e.total = mean * float64(len(all))
	e.spread = (slices.Max(all) - slices.Min(all)) / mean
	for n := range replayWeeks - 12 {
		x, _ := cv(sum(n, n+13))
		e.quarters += x / (replayWeeks - 12)
	}
	held := make([]float64, len(r.people))
	for _, s := range r.published {
		held[s.Person-1] += float64(s.Points)
	}
	e.standby, _ = cv(held)
	return e
}

func cv(x []float64) (cv, mean float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		cv += (v - mean) * (v - mean) / float64(len(x))
	}
	return math.Sqrt(cv) / mean, mean
}

const (
	weeklyRules = "limits:\n  on_call: 1 week in 3\n  rest: 11h\n\nrotations:\n  - name: primary\n    handover: Mon 09:00\n"
	dailyRules  = "limits:\n  rest: 24h\n\nrotations:\n  - name: primary\n    handover: daily 09:00\n"
)

var setups = []setup{
	{"weekly, 8 people, monthly", 8, weeklyRules, 4, 7},
	{"weekly, 6 people, monthly", 6, weeklyRules, 4, 7},
	{"weekly, 8 people, quarterly", 8, weeklyRules, 13, 14},
	{"weekly, 6 people, quarterly", 6, weeklyRules, 13, 14},
	{"weekly with a second line, 8 people, monthly", 8, weeklyRules + "  - name: secondary\n    handover: Mon 09:00\n    weight: 0.5\n", 4, 7},
	{"daily, 6 people, monthly", 6, dailyRules, 4, 7},
}

// drawn is a year of which each four weeks that follow each other are drawn from the
// stream, anew for each year.
func drawn(weeks [][]outage, year int) []outage {
	rng := rand.New(rand.NewPCG(uint64(year), 7))
	var picked []int
	for len(picked) < replayWeeks {
		start := rng.IntN(len(weeks) - 3)
		picked = append(picked, start, start+1, start+2, start+3)
	}
	return yearOf(weeks, func(n int) int { return picked[n] })
}

// straight is a year as it was, from a week on; a stream that is shorter begins again.
func straight(weeks [][]outage, from int) []outage {
	return yearOf(weeks, func(n int) int { return (from + n) % len(weeks) })
}

var (
	usualRepay = schedule.Repay{Gain: 100, Cap: schedule.UsualRepayCap}
	kinds      = []planKind{{name: "round robin", turns: true}, {name: "not measuring"}, {name: "measuring", repay: usualRepay}}
)

// compare replays years under each kind of planner.
func compare(t *testing.T, s setup, kinds []planKind, years [][]outage) [][]evenly {
	t.Helper()
	results := make([][]evenly, len(kinds))
	for y, outages := range years {
		for k, kind := range kinds {
			r := newReplayed(t, s, kind, outages, int64(y+1))
			r.run(t)
			results[k] = append(results[k], r.result())
		}
	}
	return results
}

// Measured burden in the next plan makes a year of real alerts more even than turns
// do, and than plans that do not measure: docs/replay.md, in small.
func TestReplayIsMoreEven(t *testing.T) {
	if testing.Short() {
		t.Skip("this plans eighteen years")
	}
	for _, stream := range streamNames {
		weeks := readOutages(t, stream)
		results := compare(t, setups[1], kinds, [][]outage{drawn(weeks, 0), drawn(weeks, 1), drawn(weeks, 2)})
		got := make([]float64, len(kinds))
		for k := range kinds {
			got[k], _ = interval95(results[k], func(e evenly) float64 { return e.cv })
		}
		if got[2] > 0.75*got[0] || got[2] > 0.75*got[1] {
			t.Errorf("%s: burden varies by %.3f where it is measured, %.3f where not, %.3f by turns", stream, got[2], got[1], got[0])
		}
	}
}

var streamNames = []string{"upptime_foodcoopx_incidents.csv", "github_status_incidents.jsonl"}

// TestReplay prints docs/replay.md's tables. It runs when WATCHBILL_REPLAY says for how
// many years; WATCHBILL_REPLAY_ONLY picks set-ups by what their name has in it.
func TestReplay(t *testing.T) {
	n := 0
	if _, err := fmt.Sscan(os.Getenv("WATCHBILL_REPLAY"), &n); err != nil {
		t.Skip("set WATCHBILL_REPLAY=40 to replay so many years of alerts")
	}
	policies := slices.Clone(kinds)
	if os.Getenv("WATCHBILL_REPLAY_POLICIES") != "" {
		policies = nil
		for _, p := range []schedule.Repay{{}, {Gain: 25, Cap: 250}, {Gain: 50, Cap: 250}, {Gain: 100, Cap: 60}, {Gain: 100, Cap: 125}, {Gain: 100, Cap: 250}, {Gain: 100, Cap: 500}, {Gain: 100, Cap: 1000}} {
			policies = append(policies, planKind{name: fmt.Sprintf("%d %%, %d", p.Gain, p.Cap), repay: p})
		}
	}
	for _, stream := range streamNames {
		weeks := readOutages(t, stream)
		for _, kind := range []string{"drawn", "straight"} {
			var years [][]outage
			for y := range n {
				if kind == "drawn" {
					years = append(years, drawn(weeks, y))
				} else {
					years = append(years, straight(weeks, y*len(weeks)/n))
				}
			}
			for _, s := range setups {
				name := fmt.Sprintf("%s; %s; %s", stream, kind, s.name)
				if strings.Contains(name, os.Getenv("WATCHBILL_REPLAY_ONLY")) {
					fmt.Printf("%s; %d years\n", name, n)
					printReplay(policies, compare(t, s, policies, years))
				}
			}
		}
	}
}

// printReplay prints what came of each kind of planner, and by how much the last one is more
// even than it, pair by pair.
func printReplay(kinds []planKind, results [][]evenly) {
	for k, kind := range kinds {
		row := "| " + kind.name
		for _, f := range []func(e evenly) float64{
			func(e evenly) float64 { return e.cv }, func(e evenly) float64 { return e.spread },
			func(e evenly) float64 { return e.quarters }, func(e evenly) float64 { return e.standby }, func(e evenly) float64 { return e.total },
		} {
			mean, half := interval95(results[k], f)
			row += fmt.Sprintf(" | %.3f ± %.3f", mean, half)
		}
		last := results[len(kinds)-1]
		var by []evenly
		better := 0
		for y := range last {
			d := results[k][y].cv - last[y].cv
			by = append(by, evenly{cv: d})
			if d > 0 {
				better++
			}
		}
		mean, half := interval95(by, func(e evenly) float64 { return e.cv })
		fmt.Printf("%s | %.3f ± %.3f, %d of %d |\n", row, mean, half, better, len(by))
	}
}

// interval95 is a mean with half of its interval.
func interval95(of []evenly, f func(evenly) float64) (mean, half float64) {
	n := float64(len(of))
	for _, e := range of {
		mean += f(e) / n
	}
	for _, e := range of {
		half += (f(e) - mean) * (f(e) - mean) / (n - 1)
	}
	return mean, 1.96 * math.Sqrt(half/n)
}
