package ui_test

import (
	"math"

	"watchbill/health"
	"watchbill/schedule"
	"watchbill/ui"
)

// burdenSample is twelve weeks of a team of eight.
func burdenSample() *health.Burden {
	first := schedule.Date{Year: 2026, Month: 8, Day: 31}
	b := &health.Burden{
		Team: 1, Zone: "Europe/Berlin", Period: health.ReportPeriod{From: first, Weeks: 12}, Config: "th-1", Limit: 14, Top: 1.6, About: 8, Over: 6,
		Interrupt: health.Garwood(171, 12, .95), Wake: health.Garwood(40, 12, .95), Broken: health.Garwood(31, 84, .95),
		Trend: health.Trend{Known: true, Before: health.Garwood(22, 12, .95), Ratio: 1.8, Low: 1.1, High: 3.2},
		Calls: health.Trend{Known: true, Before: health.Garwood(150, 12, .95), Ratio: 1.1, Low: .9, High: 1.4},
		Rest:  []health.RestNeed{{Person: 2, Nights: 4}},
		Events: []health.BurdenEvent{
			{Date: first.AddDays(49), Text: "Plan 3"}, {Date: first.AddDays(56), Text: "New rules"}, {Date: first.AddDays(80), Text: "Plan 4"},
		},
		Services: []health.Origin{{Service: "checkout", Incidents: 41, Wakeups: 9, Nights: 7, Interruptions: 30}, {Service: "ledger", Incidents: 12, Interruptions: 8}, {Service: "search", Incidents: 3}},
		Alerts:   []health.Origin{{Service: "checkout", Alert: "Queue is long", Incidents: 22, Wakeups: 6, Nights: 5, Interruptions: 19}},
		Luck:     &health.Luck{P: .3},
		Doubts:   []health.Doubt{{Code: "NO_ACK", Evidence: "40 of 120 pages were never acknowledged.", Question: "Do they end by themselves, and need they wake anybody then?"}},
		Finding:  health.Conclusion{Tone: "bad", Text: "The team was interrupted more than 14 times in 3 of the last 4 weeks.", Detail: "171 interruptions and 40 wake-ups in 12.0 on-call weeks.", Action: "Fix checkout: 9 fewer wake-ups in 12 weeks", Do: health.StepServices},
	}
	for i, n := range []int{12, 11, 15, 13, 18, 21, 19, 24, 17, 10, 9, 2} {
		b.Weeks = append(b.Weeks, health.WeekFigures{Week: first.AddDays(7 * i), Interruptions: n, Wakeups: n / 4, OnCallWeeks: 1, Quiet: n < 9, Running: i == 11})
		b.Sum.Heat[i%7][(i*5)%24] = n
	}
	for h := range b.Clock {
		switch {
		case h < 8 || h >= 22:
			b.Clock[h] = schedule.Sleep
		case h >= 18:
			b.Clock[h] = schedule.Evening
		}
	}
	b.Sum.Sum.Episodes = health.ByBand[int]{40, 30, 20, 1, 40}
	b.Sum.Sum.OffDuty = health.ByBand[int]{4, 0, 0, 0, 2}
	b.Sum.Quiet, b.Sum.QuietShifts, b.Sum.Shifts = 1, 2, 12
	for i := range 8 {
		short := i % 3
		weeks := i / 5
		l := health.Load{Person: schedule.ID(i + 1), OnCall: 200, Weeks: 1.2, Points: 300 - 20*float64(i), PerWeek: 180, Fair: 190, Ratio: 1.6 - .1*float64(i), ShortRests: &short, ShortWeeks: &weeks}
		l.ByBand = health.ByBand[float64]{60, 40, 80, 20, 100}
		b.People = append(b.People, l)
	}
	b.Mine = &health.Own{OnCallWeek: 1.2, Nights7: 2, RestNeeded: true, ShortRests: 1, Weeks: []health.OwnWeek{{Week: first, OnCallHours: 168, Interruptions: 12, Wakeups: 3, Nights: 2, EngagedHours: 4.5}}}
	b.Mine.Interrupted, b.Mine.Wakeups, b.Mine.WakeupInterval = 12, 3, [2]float64{.5, 7.3}
	b.Answers = []health.Answered{{Severity: "SEV1", Response: health.Response{Incidents: 20, Unacked: 3, Ack: health.Sample{60, 120, 300}, Resolve: health.Sample{600, 3600}}}, {Response: health.Response{Incidents: 4}}}
	return b
}

func burdenPage(f ui.Frame, b *health.Burden, names map[schedule.ID]string) ui.Burden {
	p := ui.Burden{Frame: f, Real: "The times are real.", CSV: "/api/v1/teams/1/burden.csv?weeks=12", Earlier: "?from=2026-06-08", Lengths: []ui.PeriodLink{{Weeks: 4, Href: "?weeks=4"}, {Weeks: 12, Href: "?weeks=12", On: true}, {Weeks: 24, Href: "?weeks=24"}, {Weeks: 52, Href: "?weeks=52"}}}
	p.Fill(b, names, 1)
	if p.Do != "" {
		p.DoHref = "#services"
	}
	return p
}

func burdenFixtures() []fixture {
	names := map[schedule.ID]string{}
	for i, n := range []string{"Priya Raman", "Aiko Tanaka", "Chidi Okafor", "Ingrid Solberg", "Jonas Weber", "Leila Haddad", "Marcus Bell", "Tomás Oliveira"} {
		names[schedule.ID(i+1)] = n
	}
	full := burdenPage(frame("Burden", "burden"), burdenSample(), names)
	empty := burdenPage(frame("Burden", "burden"), &health.Burden{Period: health.ReportPeriod{From: schedule.Date{Year: 2026, Month: 8, Day: 31}, Weeks: 12}, Top: math.NaN(), Hidden: "nobody", Finding: health.Conclusion{Text: "Nobody was on call in these weeks, and no page came in."}}, nil)
	b := burdenSample()
	b.Hidden, b.Pending, b.Mine, b.Period.Weeks = "fewer than three people were on call first in these weeks, and each could work out what happened to the others", true, nil, 4
	hidden := burdenPage(bare("Burden", "burden"), b, names)
	hidden.Wrong = "“x” is no day; write one like 2026-08-31. These are the last twelve weeks."
	b = burdenSample()
	for i := range b.People {
		names[b.People[i].Person] = longText
	}
	for i := range b.Services {
		b.Services[i].Service = longText
	}
	b.Alerts[0].Alert, b.Alerts[0].Service, b.Events[0].Text, b.Answers[0].Severity, b.Doubts[0].Evidence = longText, longText, longText[:40], longText, longText
	b.Finding.Action, b.Finding.Text = "Fix "+longText, longText
	b.Weeks[3].Interruptions = 12345
	longest := burdenPage(long("Burden", "burden"), b, map[schedule.ID]string{1: longText, 2: longText, 3: longText})
	full.Services[0].Item, full.Alerts[0].Item = &ui.HealthLink{Href: "/teams/1/items/4", Text: "Action: Fix: Queue is long, Marcus Bell, due Fri 4 Dec"}, &ui.HealthLink{Href: "/teams/1/items/4", Text: "Action: Fix: Queue is long, Marcus Bell, due Fri 4 Dec"}
	longest.Services[0].Item = &ui.HealthLink{Href: "/teams/1/items/4", Text: "Action: " + longText}
	full.Mine.Plans = []ui.RepaidPlan{{Plan: "Plan 4", From: berlin(dec, 7, 0), To: berlin(jan, 4, 0), Text: "−12 points, four nights broken in November"}}
	mine := ui.MineBurden{Frame: frame("My burden", "home"), When: full.When, Lengths: full.Lengths, Mine: []ui.MyBurden{*full.Mine}}
	mine.Mine[0].Team = ui.TeamLink{ID: 1, Name: "Payments Platform"}
	longMine := ui.MineBurden{Frame: long("My burden", "home"), When: full.When, Lengths: full.Lengths, Wrong: longText, Mine: []ui.MyBurden{*longest.Mine}}
	longMine.Mine[0].Team.Name = longText
	return []fixture{
		{"burden", "full", full}, {"burden", "empty", empty}, {"burden", "hidden", hidden}, {"burden", "long", longest},
		{"mine", "full", mine}, {"mine", "empty", ui.MineBurden{Frame: bare("My burden", "home"), When: full.When, Lengths: full.Lengths}}, {"mine", "long", longMine},
	}
}
