package ui_test

import (
	"strings"

	"watchbill/health"
	"watchbill/schedule"
	"watchbill/ui"
)

func healthFixtures() []fixture {
	c := health.DefaultConfig()
	some := func(x float64) *float64 { return &x }
	until := schedule.DateOf(berlin(nov, 16, 0))
	in := health.ScoreInput{
		OnCallWeeks: some(8), Wakeups: some(13), WorstWeek: some(3), OffHours: some(7), AfterHours: some(20), PagedIncidents: some(18), OverloadedShare: some(0),
		AlertShare: some(.02), NoAction: some(3), MaxOnCallShare: some(.33), RestBreaches: some(4), RotaSizeRatio: some(.69), StandbyCV: some(.32), StandbyTop: some(1.83),
		ScheduleWeeks: some(14), CycleWeeks: some(7), HistoryWeeks: some(26), ItemsOnTime: some(.8), ActionItems: some(10),
		Pulse: &health.PulseFigures{Published: true, N: some(6), Rate: some(.75), Index: some(20), SD: some(20)},
	}
	full := &health.TeamHealth{Team: 1, Zone: "Europe/Berlin", Period: health.ReportPeriod{From: until.AddDays(-56), Weeks: 8}, Cycle: health.ReportPeriod{From: until.AddDays(-98), Weeks: 14}, About: 8, Input: in, Wave: 14}
	full.Score = c.Score(&in)
	full.Losses, full.Helps = c.Losses(&in, &full.Score, 3), c.WhatHelps(&in)
	d, _ := full.Score.Diverges(&c)
	full.Doubts = []health.Doubt{d, {Code: "NO_ACK", Evidence: "40 of 120 pages were never acknowledged.", Question: "Do they end by themselves, and need they wake anybody then?"}}
	full.Change = &health.ScoreChange{Before: 71, Now: 61.5, Change: -9.5, Components: map[string]float64{"personal_time": -12, "load": .4}, NotCompared: []string{"experience"}}
	full.Warnings = []health.RaisedWarning{
		{ID: 1, Team: 1, Ended: until.AddDays(-70), Answers: []health.WarningAnswer{{Version: 1, Text: "We looked.\n\nIt was the new probe.", At: berlin(nov, 2, 10), By: 3}}, Warning: health.Warning{Week: until.AddDays(-84), Cause: health.CauseRest, Question: "Can somebody start later, or hand over?", Evidence: "Work on incidents left too little rest, twice."}},
		{ID: 2, Team: 1, Recounted: "Counted again since: 9 wake-ups in that week, after 7.", Answers: []health.WarningAnswer{{Version: 1, At: berlin(nov, 2, 10), By: 3}}, Warning: health.Warning{Week: until.AddDays(-28), Cause: health.CauseShift, Question: "What has changed at night in the last weeks?", Evidence: "More wake-ups have gathered than twice the usual explains: 7 wake-ups in the last week, where about 2 would be usual."}},
		{ID: 3, Team: 1, Warning: health.Warning{Week: until.AddDays(-14), Cause: health.CauseDecline, Question: "What would the team say has become harder?", Evidence: "The pulse went from 65 to 45.", Wave: 14, Fell: []health.PulseFall{{ID: "Q4", Text: "After a disruptive shift I had enough time to recover before I was expected to work as usual.", Before: 75, Now: 40}}}},
		{ID: 4, Team: 1, Warning: health.Warning{Week: until.AddDays(-7), Cause: health.CauseNights, Question: "Who can take over the next nights?", Evidence: "Somebody was woken in 4 nights of seven days."}}}
	full.Warnings[1].Items = []health.Item{{ID: 1, Team: 1, State: health.ItemDone, DoneOn: until.AddDays(-20), ItemText: health.ItemText{Kind: health.ItemAction, Title: "Two checks in a row", Owner: 3}}}
	full.Warnings[2].Items, full.Warnings[2].Try = []health.Item{{ID: 4, Team: 1, State: health.ItemOpen, ItemText: health.ItemText{Kind: health.ItemAction, Title: "A late start after a broken night", Owner: 3, Due: until.AddDays(18)}}}, &health.WhatIf{}
	full.Warnings[3].Loudest, full.Warnings[3].Try = &health.Origin{Service: "checkout", Alert: "Queue is long", Wakeups: 9}, &health.WhatIf{Without: "checkout: Queue is long"}
	full.Events = []health.BurdenEvent{{Date: until.AddDays(-35), Text: "New rules"}, {Date: until.AddDays(-21), Text: "Plan 12"}, {Date: until.AddDays(-21), Text: "1 person joined"}, {Date: until.AddDays(-20), Text: "Done: " + longText}, {Date: until.AddDays(-2), Text: "Asked: Who can take over the next nights?"}}
	for i, index := range []*float64{nil, some(65), some(20)} {
		full.Trend = append(full.Trend, health.TrendPoint{Until: until.AddDays(28 * (i - 2)), Score: full.Score.Score, Interval: full.Score.Interval, Band: full.Score.Band, Confidence: "medium", Index: index})
	}
	full.Trend[0].Then = &health.KeptScore{Until: full.Trend[0].Until, Config: "834a4b22589770b0", Model: "th-1", Score: some(66.4)}
	full.Events = append(full.Events, health.BurdenEvent{Date: until, Text: "Configuration changed: rates begin at what all teams had before 2026-Q4"})
	full.Pulses = []health.PulsePoint{{On: until.AddDays(-60), Number: 12, Index: 80}, {On: until.AddDays(-32), Number: 13, Index: 65}, {On: until.AddDays(-4), Number: 14, Index: 20}}
	full.Trend = append([]health.TrendPoint{{Until: until.AddDays(-84)}}, full.Trend...)
	page := ui.HealthPage{Frame: frame("Health", "burden")}
	page.Fill(full, &c, ui.HealthContext{Reviewed: map[schedule.Date]bool{until.AddDays(-7): true}, Names: map[schedule.ID]string{3: "Priya Raman"}, Reader: 1, Today: until})

	none := ui.HealthPage{Frame: frame("Health", "burden")}
	none.Fill(&health.TeamHealth{Team: 1, Pending: true, Hidden: "nothing of this team has been measured yet"}, &c, ui.HealthContext{})

	little := health.ScoreInput{OnCallWeeks: some(1), PagedIncidents: some(2), OverloadedShare: some(0)}
	much := &health.TeamHealth{Team: 1, Zone: "Europe/Berlin", Period: full.Period, Cycle: full.Cycle, About: 3, Input: little, Pending: true}
	much.Score = c.Score(&little)
	for n := range 6 {
		much.Losses = append(much.Losses, health.Loss{Points: 99.9, Text: longText, Source: longText})
		much.Helps = append(much.Helps, health.Help{Text: longText})
		much.Doubts = append(much.Doubts, health.Doubt{Evidence: longText, Question: longText})
		much.Warnings = append(much.Warnings, health.RaisedWarning{ID: schedule.ID(n + 1), Team: 1, Recounted: longText, Items: []health.Item{{ID: 1, Team: 1, State: health.ItemDropped, ItemText: health.ItemText{Title: longText}}}, Loudest: &health.Origin{Service: longText, Alert: longText}, Try: &health.WhatIf{Without: longText}, Answers: []health.WarningAnswer{{Version: 1, Text: longText}}, Warning: health.Warning{Week: until, Question: longText, Evidence: strings.Repeat(longText, 2), Wave: 12345, Fell: []health.PulseFall{{Text: longText, Before: 100, Now: 0}}}})
	}
	longest := ui.HealthPage{Frame: long("Health", "burden")}
	longest.Fill(much, &c, ui.HealthContext{})
	return []fixture{{"health", "full", page}, {"health", "empty", none}, {"health", "long", longest}}
}
