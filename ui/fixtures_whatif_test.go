package ui_test

import (
	"time"

	"watchbill/health"
	"watchbill/schedule"
	"watchbill/ui"
)

func whatIfFixtures() []fixture {
	page := func(f ui.Frame, people, without string, wrong map[string]string, a *health.Answer) ui.WhatIfPage {
		p := ui.WhatIfPage{Frame: f}
		p.Ask(people, "", without, "", wrong)
		p.Fill(a)
		return p
	}
	full, asked := whatIfAnswer("Queue is long"), whatIfAnswer("Queue is long")
	asked.Now, asked.Then, asked.Change, asked.Assumed = nil, nil, nil, nil
	none := &health.Answer{Hidden: "fewer than eight weeks with somebody on call have been measured, which is not enough to say what weeks are like"}
	short := whatIfAnswer("Queue is long")
	short.Then.Figures, short.Change = nil, nil
	short.Then.Plan.Unfilled, short.Then.Plan.Why, short.Then.Plan.Mend = 12, []string{"Mon 4 Jan to Mon 18 Jan: 2 shifts, and two people may have one each"}, []string{"Two more people cover everything", "a limit of one week in 3 instead of 5: 0 left"}
	busy := page(frame("What if", "burden"), "2", "", nil, asked)
	busy.Wait()
	wrong := map[string]string{"people": "So many more people cannot be tried; it should be a number from 0 to 10."}
	refused := page(frame("What if", "burden"), "99", "no such thing", wrong, asked)
	refused.Refuse(wrong)
	longest := whatIfAnswer(longText)
	longest.Then.Plan.Why, longest.Then.Plan.Mend, longest.Assumed = []string{longText, longText}, []string{longText}, []string{longText, longText}
	for i := range longest.Then.Plan.People {
		longest.Then.Plan.People[i].Name = longText
	}
	for range 200 {
		longest.Then.Plan.Shifts = append(longest.Then.Plan.Shifts, health.Shift{Person: 1, Start: berlin(dec, 14, 9), End: berlin(dec, 21, 9), Level: 2, Rotation: schedule.RotationID(longText)})
	}
	return []fixture{
		{"whatif", "full", page(frame("What if", "burden"), "2", "", nil, full)}, {"whatif", "empty", page(frame("What if", "burden"), "", "", nil, asked)}, {"whatif", "hidden", page(frame("What if", "burden"), "", "", nil, none)},
		{"whatif", "unfilled", page(frame("What if", "burden"), "", "", nil, short)}, {"whatif", "busy", busy}, {"whatif", "refused", refused}, {"whatif", "long", page(long("What if", "burden"), "10", longText, nil, longest)},
	}
}

// whatIfAnswer is an answer about a team of three to whom two more come.
func whatIfAnswer(alert string) *health.Answer {
	some := func(x float64) *float64 { return &x }
	plan := func(people int) *health.ImaginedPlan {
		p := &health.ImaginedPlan{From: schedule.DateOf(berlin(dec, 7, 0)), Weeks: 15, Levels: 1, Limit: "1 week in 3", Slots: 15}
		for i := range people {
			p.People = append(p.People, health.ImaginedPerson{Person: health.Person{ID: schedule.ID(i + 1)}, Name: []string{"Ana Torres", "Ben Weber", "Chloe Martin", "New person 1", "New person 2"}[i], New: i > 2, Part: 1})
		}
		for i := range 15 {
			start := berlin(dec, 7, 9).Add(time.Duration(i) * 7 * 24 * time.Hour)
			p.Shifts = append(p.Shifts, health.Shift{Person: schedule.ID(i%(people+1)) % schedule.ID(people+1), Start: start, End: start.Add(7 * 24 * time.Hour), Level: 1, Rotation: "primary"})
		}
		return p
	}
	figures := func(nights, score float64) *health.Figures {
		e := func(x float64) health.Expected { return health.Expected{Mean: x, Low: .8 * x, High: 1.3 * x} }
		s := e(score)
		return &health.Figures{Nights: e(nights), Wakeups: e(nights), Interruptions: e(4 * nights), AfterHours: e(nights), TeamNights: e(3 * nights), TeamWakeups: e(3 * nights), Score: &s}
	}
	less := health.Expected{Mean: -3.1, Low: -5, High: -1}
	return &health.Answer{
		Team: 1, Zone: "Europe/Berlin", WhatIf: health.WhatIf{People: 2}, Past: health.ReportPeriod{From: schedule.DateOf(berlin(nov, 2, 0)), Weeks: 26}, Today: some(58),
		Origins: []health.Origin{{Service: "checkout", Alert: alert, Incidents: 12}, {Service: "checkout", Incidents: 20}},
		Now:     &health.Outcome{Plan: plan(3), OneIn: 3, FirstIn: 3, Figures: figures(7, 55)}, Then: &health.Outcome{Plan: plan(5), OneIn: 5, FirstIn: 5, Figures: figures(4, 66)},
		Change:  &health.Change{Nights: less, Wakeups: less, Interruptions: less, AfterHours: less, Score: &health.Expected{Mean: 11, Low: 7, High: 14}},
		Assumed: []string{"Pages come as in the last 26 weeks with somebody on call.", "The new people are full time."},
	}
}
