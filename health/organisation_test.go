package health_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// compared is a store of nothing but what teams are compared from.
type compared struct {
	health.Store
	teams  []health.HeardTeam
	blocks []health.TeamBlock
	priors []health.PooledPrior
	marked bool
}

func (c *compared) HeardTeams(context.Context) ([]health.HeardTeam, error) { return c.teams, nil }
func (c *compared) BlocksMarked(context.Context) (bool, error)             { return c.marked, nil }
func (c *compared) Priors(context.Context, string) ([]health.PooledPrior, error) {
	return c.priors, nil
}
func (c *compared) BurdenStates(context.Context) ([]health.BurdenState, error) { return nil, nil }
func (c *compared) InTx(_ context.Context, f func(health.Store) error) error   { return f(c) }
func (c *compared) AddPrior(_ context.Context, p *health.PooledPrior) error {
	c.priors = append([]health.PooledPrior{*p}, c.priors...)
	return nil
}
func (c *compared) Blocks(_ context.Context, _ string, from, until schedule.Date, each func(*health.TeamBlock)) error {
	for _, b := range c.blocks {
		if !b.Block.Before(from) && b.Block.Before(until) {
			each(&b)
		}
	}
	return nil
}

func (c *compared) rollup(now time.Time) *health.Rollup {
	return &health.Rollup{Store: c, Config: health.DefaultConfig(), Now: func() time.Time { return now }}
}

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// lastBlocks are the Mondays of the 13 blocks that are over, the oldest first.
func lastBlocks() (out []schedule.Date) {
	p, err := health.OrganisationPeriod("", "52", schedule.DateOf(noon))
	if err != nil {
		panic(err)
	}
	for i := range 13 {
		out = append(out, p.From.AddDays(28*i))
	}
	return out
}

// add adds a team, with so many wake-ups in each block, by who was on call in it.
func (c *compared) add(name string, wakeups int, crews ...[]schedule.ID) {
	id := schedule.ID(len(c.teams) + 1)
	c.teams = append(c.teams, health.HeardTeam{ID: id, Name: name})
	for i, block := range lastBlocks() {
		b := health.TeamBlock{Team: id, Block: block, Weeks: 4, Level1: 4 * 7 * 86400, Notices: 1, Wakeups: wakeups, OffHours: 2 * wakeups, Incidents: 3 * wakeups, Interruptions: 4 * wakeups}
		crew := crews[i%len(crews)]
		if b.People = len(crew); b.People < 3 {
			b.Few = crew
		}
		c.blocks = append(c.blocks, b)
	}
}

var five = []schedule.ID{1, 2, 3, 4, 5}

// What all teams had together is the sum of those that are told of, in every length and
// every block: less all the others, a total leaves nothing of a team that is not.
func TestTotalsAreOfWhatIsTold(t *testing.T) {
	c := &compared{}
	for i := range 12 {
		c.add(fmt.Sprintf("Team %d", i), 1+i%3, five)
	}
	c.add("Two of us", 1000, []schedule.ID{1, 2})
	c.add("By turns", 100, []schedule.ID{1, 2}, []schedule.ID{3, 4}) // few in each block, four over a year
	c.add("Unheard", 5000, five)
	for i := range c.blocks {
		if c.blocks[i].Team == 15 {
			c.blocks[i].Notices, c.blocks[i].Wakeups = 0, 5000
		}
	}
	c.teams = append(c.teams, health.HeardTeam{ID: 16, Name: "New"})
	for _, weeks := range []string{"4", "12", "24", "52"} {
		p, err := health.OrganisationPeriod("", weeks, schedule.DateOf(noon))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range health.Measures {
			o, err := c.rollup(noon).Compare(t.Context(), p, m)
			if err != nil || o.Hidden != "" {
				t.Fatal(err, o)
			}
			turns := 1
			if weeks == "4" {
				turns = 0 // two people in one block
			}
			if o.Sum.Teams != 12+turns || o.Few != 2-turns || o.Unheard != 1 || o.Idle != 1 {
				t.Errorf("%s weeks: %d told, %d few, %d unheard, %d idle", weeks, o.Sum.Teams, o.Few, o.Unheard, o.Idle)
			}
			sum := 0
			for _, team := range o.Teams {
				if sum += int(team.Rate.Count); team.Name == "Two of us" || team.Name == "Unheard" {
					t.Errorf("%s weeks: %s is told of", weeks, team.Name)
				}
			}
			if sum != m.Of(&o.Sum) {
				t.Errorf("%s weeks, %s: all together are %d, the teams %d", weeks, m, m.Of(&o.Sum), sum)
			}
			for _, b := range o.Trend {
				if b.Sum.Teams != 12 || !b.Told || m.Of(&b.Sum) != 24*m.Of(&health.TeamSum{Wakeups: 1, OffHours: 2, Incidents: 3}) {
					t.Errorf("block of %v, %s: %+v", b.From, m, b.Sum)
				}
			}
		}
	}
}

// Teams come by name, whatever their figures, in the report and in its table; and what
// somebody called a team is no formula.
func TestComparedByName(t *testing.T) {
	c := &compared{}
	for i, name := range []string{"zebra", "Äpfel", "=1+1", "alpha", "Beta", "m", "n", "o", "p", "q", "r"} {
		c.add(name, (i*5)%11, five)
	}
	c.add("far out", 60, five)
	p, _ := health.OrganisationPeriod("", "12", schedule.DateOf(noon))
	o, err := c.rollup(noon).Compare(t.Context(), p, health.MeasureWakeups)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, team := range o.Teams {
		names = append(names, team.Name)
	}
	if got := strings.Join(names, " "); got != "=1+1 alpha Beta far out m n o p q r zebra Äpfel" {
		t.Errorf("teams are %s", got)
	}
	above, below := o.Outside()
	if len(above) != 1 || above[0].Name != "far out" || above[0].Ask(o.Measure) == "" || len(below) != 0 {
		t.Errorf("outside are %v, %v", above, below)
	}
	text := fmt.Sprint(o.Table())
	for _, want := range []string{"[team =1+1 wake-ups", "above what chance explains", "Not for targets"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in the table: %s", want, text)
		}
	}
}

// Of two teams nothing is told, of nine they are not compared.
func TestTooFewTeams(t *testing.T) {
	c := &compared{}
	p, _ := health.OrganisationPeriod("", "12", schedule.DateOf(noon))
	for n := range 11 {
		o, err := c.rollup(noon).Compare(t.Context(), p, health.MeasureWakeups)
		if err != nil || (o.Hidden != "") != (n < 3) || (o.Funnel != nil) != (n >= 10) || (o.Why != "") != (n >= 3 && n < 10) {
			t.Fatalf("%d teams: %v, %+v", n, err, o)
		}
		if n < 3 && (o.Sum != health.TeamSum{} || o.Teams != nil || o.Trend != nil) {
			t.Errorf("of %d teams is told: %+v", n, o)
		}
		c.add(fmt.Sprint("Team ", n), 3, five)
	}
}

// A period is whole blocks that are over, whatever is asked for.
func TestOrganisationPeriod(t *testing.T) {
	for day := (schedule.Date{Year: 2026, Month: 9, Day: 1}); day.Before(schedule.Date{Year: 2027, Month: 3, Day: 1}); day = day.AddDays(1) {
		for _, weeks := range []string{"", "4", "12", "24", "52"} {
			for back := -3; back < 20; back++ {
				from := day.AddDays(-17 * back).String()
				if back == -3 {
					from = ""
				}
				p, err := health.OrganisationPeriod(from, weeks, day)
				if err != nil && back > 0 {
					t.Fatal(from, weeks, day, err)
				} else if err != nil {
					continue // it has not begun
				}
				if health.BlockOf(p.From) != p.From || !p.Until().Before(day.AddDays(0)) && p.Until() != day.AddDays(0) || p.Until().After(day.AddDays(-1)) {
					t.Fatalf("%s weeks from %q on %v are %v until %v", weeks, from, day, p, p.Until())
				}
			}
		}
	}
	if _, err := health.OrganisationPeriod("x", "", schedule.DateOf(noon)); err == nil {
		t.Error("x is a day")
	}
}

// A prior is made of ten teams or more, once a quarter, of weeks before it; it completes
// the configuration and changes the fingerprint of scores, and nothing else.
func TestPooledPrior(t *testing.T) {
	c, ctx := &compared{}, t.Context()
	for i := range 9 {
		c.add(fmt.Sprint("Team ", i), 4, five)
	}
	r := c.rollup(noon)
	pool := func(want int) {
		t.Helper()
		if err := r.Pool(ctx); err != nil || len(c.priors) != want {
			t.Fatalf("%v; there are %d priors, want %d", err, len(c.priors), want)
		}
	}
	pool(0)
	if config, prior, err := r.Current(ctx); err != nil || prior != nil || config.Hash() != r.Config.Hash() {
		t.Errorf("without a prior: %v, %v", prior, err)
	}
	c.add("Tenth", 4, five)
	c.add("Two of us", 4000, []schedule.ID{1, 2})
	c.marked = true
	pool(0)
	c.marked = false
	pool(1)
	p := c.priors[0]
	if p.Quarter != "2026-Q4" || p.Teams != 10 || p.Priors["wake"] != (health.Prior{M0: 1, B: 1}) || p.Priors["offhours"].M0 != 2 || p.Priors["incidents"].M0 != 3 {
		t.Errorf("the prior is %+v", p)
	}
	if _, is := p.Priors["nonactionable"]; is || p.Until.After(schedule.Date{Year: 2026, Month: 10, Day: 1}) {
		t.Errorf("the prior is %+v", p)
	}
	c.blocks[0].Wakeups += 500 // what comes late changes the next one
	pool(1)
	config, prior, err := r.Current(ctx)
	if err != nil || prior == nil || config.Hash() == r.Config.Hash() || config.Validate() != nil || r.Config.Priors["wake"].M0 != .5 {
		t.Errorf("with a prior: %v, %v, %+v", prior, err, r.Config.Priors)
	}
	weeks, none := 1.0, 0.0
	in := health.ScoreInput{OnCallWeeks: &weeks, Wakeups: &none, OffHours: &none, PagedIncidents: &none}
	if a, b := config.Score(&in).Components["personal_time"].Score, r.Config.Score(&in).Components["personal_time"].Score; a >= b {
		t.Errorf("one quiet week is worth %v where teams are woken often, %v by the model", a, b)
	}
	r = c.rollup(noon.AddDate(0, 2, 0)) // the last one holds until the next is made
	if _, prior, err := r.Current(ctx); err != nil || prior.Quarter != "2026-Q4" {
		t.Errorf("in the next quarter: %v, %v", prior, err)
	}
	pool(2)
	if c.priors[0].Quarter != "2027-Q1" || c.priors[1].Priors["wake"].M0 != 1 {
		t.Errorf("priors are %+v", c.priors)
	}
}
