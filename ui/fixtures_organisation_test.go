package ui_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"watchbill/health"
	"watchbill/schedule"
	"watchbill/ui"
)

// blocksOfTeams is a store of nothing but what teams are compared from.
type blocksOfTeams struct {
	health.Store
	teams  []health.HeardTeam
	blocks []health.TeamBlock
	priors []health.PooledPrior
}

func (b *blocksOfTeams) HeardTeams(context.Context) ([]health.HeardTeam, error) { return b.teams, nil }
func (b *blocksOfTeams) BlocksMarked(context.Context) (bool, error)             { return false, nil }
func (b *blocksOfTeams) Priors(context.Context, string) ([]health.PooledPrior, error) {
	return b.priors, nil
}
func (b *blocksOfTeams) Blocks(_ context.Context, _ string, _, _ schedule.Date, each func(*health.TeamBlock)) error {
	for i := range b.blocks {
		each(&b.blocks[i])
	}
	return nil
}

// add adds a team with so many wake-ups in each of the year's blocks.
func (b *blocksOfTeams) add(name string, until schedule.Date, people int, level1 time.Duration, wakeups func(block int) int) {
	id := schedule.ID(len(b.teams) + 1)
	b.teams = append(b.teams, health.HeardTeam{ID: id, Name: name, Heard: true})
	for i := range 13 {
		n := wakeups(i)
		block := health.TeamBlock{Team: id, Block: until.AddDays(28 * (i - 13)), Weeks: 4, Quiet: i % 4, Level1: int64(level1.Seconds()), Notices: 9, Interruptions: 2 * n, Wakeups: n, OffHours: n / 2, Nights: n, Incidents: 3 * n, People: people}
		for p := range people {
			if people < 3 {
				block.Few = append(block.Few, schedule.ID(p+1))
			}
		}
		b.blocks = append(b.blocks, block)
	}
}

// organisationOf is how the page shows a store's teams.
func organisationOf(b *blocksOfTeams, until schedule.Date, f ui.Frame) ui.OrganisationPage {
	r := &health.Rollup{Store: b, Config: health.DefaultConfig(), Now: func() time.Time { return until.At(schedule.Noon, time.UTC) }}
	o, err := r.Compare(context.Background(), health.ReportPeriod{From: until.AddDays(-84), Weeks: 12}, health.MeasureWakeups)
	if err != nil {
		panic(err)
	}
	page := ui.OrganisationPage{Frame: f, CSV: "/api/v1/organisation/health.csv", Earlier: "/organisation?from=2026-05-18&weeks=12"}
	for i, n := range health.PeriodWeeks {
		page.Lengths = append(page.Lengths, ui.PeriodLink{Weeks: n, Href: fmt.Sprintf("/organisation?weeks=%d", n), On: i == 1})
	}
	page.Measures = []ui.MeasureLink{{Name: "Wake-ups", Href: "/organisation", On: true}, {Name: "Off hours", Href: "/organisation?of=off_hours"}, {Name: "Incidents", Href: "/organisation?of=incidents"}}
	page.Fill(o)
	return page
}

const month = 4 * 7 * 24 * time.Hour

func organisationFixtures() []fixture {
	until := health.BlockOf(schedule.DateOf(berlin(nov, 16, 0)))
	full := &blocksOfTeams{priors: []health.PooledPrior{{Quarter: "2026-Q4", From: until.AddDays(-393), Until: until.AddDays(-29), Teams: 38, Weeks: 1700, Priors: map[string]health.Prior{"wake": {M0: .62, B: 1}, "offhours": {M0: 1.4, B: 1}}}}}
	for i := range 40 {
		level1 := month
		if i%3 == 0 {
			level1 = month / time.Duration(2+i%5)
		}
		full.add(fmt.Sprintf("Team %c%d", 'A'+i%26, i), until, 6, level1, func(b int) int { return (i*7+b*3)%5 + (i+b)%3 })
	}
	full.add("Payments", until, 6, month, func(int) int { return 14 })
	full.add("Two of us", until, 2, month, func(int) int { return 9 })

	few := &blocksOfTeams{}
	for i := range 4 {
		few.add(fmt.Sprintf("Team %d", i+1), until, 5, month, func(b int) int { return (i + b) % 4 })
	}

	many := &blocksOfTeams{}
	for i := range 300 {
		n := i % 7
		if i%20 == 0 {
			n = 40 + i%17
		}
		many.add(strings.Repeat("Verylongname", 6)+fmt.Sprint(i), until, 6, month*time.Duration(1+i%9)/9, func(int) int { return n })
	}
	return []fixture{
		{"organisation", "full", organisationOf(full, until, bare("Organisation", "organisation"))},
		{"organisation", "empty", organisationOf(&blocksOfTeams{}, until, bare("Organisation", "organisation"))},
		{"organisation", "few", organisationOf(few, until, bare("Organisation", "organisation"))},
		{"organisation", "long", organisationOf(many, until, long("Organisation", "organisation"))},
	}
}
