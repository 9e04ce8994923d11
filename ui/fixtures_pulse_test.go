package ui_test

import (
	"watchbill/health"
	"watchbill/ui"
)

// surveyed is a survey in a language, as a link leads to it.
func surveyed(code, team string, kind string) ui.Survey {
	words, err := health.ChooseLanguage(code, "", "")
	if err != nil {
		panic(err)
	}
	page := ui.Survey{Frame: out(words.Say("title")), Words: &words, Of: team, Number: 14, Closes: berlin(nov, 27, 18), Least: 5, LeastSaid: 10, Invited: 8, Action: "/pulse/AAAAAAAAAAAAAAAAAAAAAA"}
	page.Languages = []ui.SurveyLanguage{{Code: "en", Name: "English", Href: "/pulse/AAAAAAAAAAAAAAAAAAAAAA?lang=en", On: code == "en"}, {Code: "de", Name: "Deutsch", Href: "/pulse/AAAAAAAAAAAAAAAAAAAAAA?lang=de", On: code == "de"}}
	for i, id := range []string{"Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7", "Q8", "toil", "recommend"} {
		q := health.PulseQuestion{Kind: health.AskAgree}
		switch id {
		case "toil":
			q.Kind = health.AskTens
		case "recommend":
			q.Kind = health.AskRecommend
		}
		if kind == health.PulseShort && i == 8 {
			break
		}
		asked := ui.SurveyQuestion{N: i + 1, Name: "q" + string(rune('1'+i)), Text: words.Items[id]}
		for j, label := range words.Choices(&q) {
			asked.Choices = append(asked.Choices, ui.SurveyChoice{Value: j + 1, Label: label})
		}
		if ends := words.Ends[q.Kind]; len(ends) == 2 {
			asked.Low, asked.High = ends[0], ends[1]
		}
		page.Questions = append(page.Questions, asked)
	}
	return page
}

func surveyDone(code, state string) ui.SurveyDone {
	words, err := health.ChooseLanguage(code, "", "")
	if err != nil {
		panic(err)
	}
	return ui.SurveyDone{Frame: out(words.Say("thanks")), Words: &words, Of: "Payments Platform", Number: 14, State: state, Closes: berlin(nov, 27, 18), Least: 5, Results: "/teams/1/pulse/14"}
}

func pulseFixtures() []fixture {
	first := surveyed("en", "Payments Platform", health.PulseShort)
	again := surveyed("de", "Zahlungen", health.PulseShort)
	for i := range again.Questions {
		if q := &again.Questions[i]; i%3 == 1 {
			q.Missing = true
			again.Missing++
		} else {
			q.Choices[i%5].On = true
		}
	}
	again.Comment = ui.Field{Value: "Der Alarm um zwei Uhr mendet sich selbst.", Error: "Höchstens 500 Zeichen; es sind 512."}
	longest := surveyed("de", longText, health.PulseQuarterly)
	longest.Up, again.Up = true, true
	longest.Theme, longest.Small, longest.Few, longest.Comment.Value = "dark", true, longText, longText
	for i := range longest.Questions {
		longest.Questions[i].Text = longText
	}
	thanks := surveyDone("en", "thanks")
	thanks.Said, thanks.Did = "Half the 02:00 settlement pages fix themselves.", "Delayed that alert by ten minutes. Sleep-hour pages fell from 9 to 4 a week."
	longThanks := surveyDone("de", "thanks")
	longThanks.Said, longThanks.Did, longThanks.Small = longText, longText, true

	rows := []ui.PulseRow{
		{Href: "/teams/1/pulse/3", Number: 3, Opens: berlin(nov, 2, 9), Closes: berlin(nov, 6, 18), Asked: 8, Say: "60. On-call is bearable; some of it wants looking at.", Tone: "warn"},
		{Href: "/teams/1/pulse/2", Number: 2, Long: true, Opens: berlin(10, 5, 9), Closes: berlin(10, 9, 18), Asked: 8, Say: "Fewer than 5 answered, so nothing is shown."},
	}
	open := ui.PulseRow{Href: "/teams/1/pulse/4", Number: 4, Opens: berlin(nov, 16, 9), Closes: berlin(nov, 20, 18), Asked: 8}
	form := func() *ui.PulseForm {
		return &ui.PulseForm{Version: 3, On: true, Long: true, First: ui.Field{Value: "2026-12-07"}, At: ui.Field{Value: "09:00"}, Days: ui.Field{Value: "4"}, Weeks: ui.Field{Value: "4"}, Least: ui.Field{Value: "5"}, LeastSaid: ui.Field{Value: "10"}}
	}
	badForm := form()
	badForm.Error, badForm.Own, badForm.Weeks.Error = longText, ui.Field{Value: longText, Error: longText}, longText
	list := ui.Pulses{Frame: frame("Pulse", "burden"), Mine: true, Open: &open, Invited: 8, Least: 5, Set: true, List: rows, Clock: "Berlin", Policy: form()}
	none := ui.Pulses{Frame: frame("Pulse", "burden"), Invited: 4, Least: 5, Set: true, Clock: "Berlin", Policy: form(), Next: berlin(dec, 7, 9), Closes: ui.Field{Value: "2026-11-27T18:00"}}
	longList := ui.Pulses{Frame: long("Pulse", "burden"), Invited: 12345, Least: 5, Set: true, Clock: "Berlin", Policy: badForm, List: []ui.PulseRow{{Href: "/teams/1/pulse/1", Number: 12345, Long: true, Opens: berlin(nov, 2, 9), Closes: berlin(nov, 6, 18), Say: longText}}, Kind: ui.Field{Error: longText}, Closes: ui.Field{Value: "2026-11-27T18:00", Error: longText}, Error: longText}

	result := ui.PulsePage{Frame: frame("Pulse 3", "burden"), Number: 3, Opens: berlin(nov, 2, 9), Closes: berlin(nov, 6, 18), Clock: "Europe/Berlin", Asked: 8, Earlier: "/teams/1/pulse/2", Later: "/teams/1/pulse/4", Table: "/api/v1/teams/1/pulse/3/table",
		Tone: "warn", Say: "On-call is bearable; some of it wants looking at.", Detail: "It is down by 10 points since the pulse before.",
		Tiles:      []ui.Tile{{Label: "Pulse", Value: "60", Unit: "of 100", Foot: "The mean of the questions’ values.", Tone: "warn"}, {Label: "Change", Value: "−10", Unit: "points", Foot: "Against the pulse before."}, {Label: "Answered", Value: "6 of 8", Foot: "75 %; from 70 % on it speaks for the team."}},
		NoComments: "Comments are shown here from 10 answers on. With fewer, those whose authors said so are shown.", Comments: []string{"The nights are the problem, not the days."},
	}
	result.Set, result.Save, result.Base, result.Straight = true, "/teams/1/pulse/3/said", 1, true
	result.Said.Value, result.Did.Value, result.SaidText, result.DidText = thanks.Said, thanks.Did, []string{thanks.Said}, []string{thanks.Did}
	words := first.Questions
	for i, v := range []string{"55", "80", "50", "40", "55", "75–100", "", "70"} {
		row := ui.PulseItemRow{Text: words[i].Text, Reversed: i == 4, Value: v, W: v + "%", Tone: []string{"bad", "good", "warn"}[i%3], Change: "+5", Spread: "5 disagree · 0 neither · 7 agree"}
		switch i {
		case 5:
			row.Why, row.W, row.Change = "all answered alike", "87.5%", ""
		case 6:
			row.Why, row.W, row.Change = "too few answered", "", ""
		}
		result.Items = append(result.Items, row)
	}
	hidden := ui.PulsePage{Frame: frame("Pulse 2", "burden"), Number: 2, Long: true, Opens: berlin(nov, 2, 9), Closes: berlin(nov, 6, 18), Clock: "Europe/Berlin", Asked: 8, Say: "Fewer than 5 answered, so nothing is shown.", Detail: "How many did is not told either."}
	longResult := result
	longResult.Coarse, longResult.Frame, longResult.Say, longResult.Detail, longResult.Comments, longResult.NoComments = "25", long("Pulse 3", "burden"), longText, longText, []string{longText + longText}, ""
	longResult.Items = []ui.PulseItemRow{{Text: longText + longText, Value: "100", W: "100%", Tone: "good", Change: "+100", Reversed: true}}
	longResult.Extra, longResult.Said, longResult.SaidError = longResult.Items, ui.Field{Value: longText, Error: longText}, longText

	rounds := []ui.PulseRoundRow{{Href: "/organisation/pulse/2026-11-02", Here: true, From: berlin(nov, 2, 0), Until: berlin(nov, 30, 0), Say: "64. On-call is bearable; some of it wants looking at.", Tone: "warn"}}
	all := ui.PulseRoundPage{Frame: bare("Pulse of all teams", "pulse"), From: berlin(nov, 2, 0), Until: berlin(nov, 30, 0), Earlier: "/organisation/pulse/2026-10-05", Table: "/api/v1/pulse/2026-11-02/table", Tone: "warn", Say: "On-call is bearable; some of it wants looking at.",
		Detail: "Of 4 teams by what was published of each, and of the people of 2 more together.", Tiles: result.Tiles, Items: result.Items, Rest: result.Items, RestSay: "2 teams have no result. Together 6 of 8 people answered, and are told as one group, rounded to tens.", SeeComments: true, Comments: []string{"The nights are the problem, not the days."}, List: rounds}
	noRound := ui.PulseRoundPage{Frame: bare("Pulse of all teams", "pulse"), None: true}
	longRound := all
	longRound.Frame, longRound.Say, longRound.Detail, longRound.RestSay, longRound.Comments, longRound.Items, longRound.Rest = long("Pulse of all teams", "pulse"), longText, longText, longText, []string{longText + longText}, longResult.Items, longResult.Items
	longRound.List = []ui.PulseRoundRow{{Href: "/organisation/pulse/2026-11-02", From: berlin(nov, 2, 0), Until: berlin(nov, 30, 0), Say: longText}}

	mine := ui.MyPulse{Frame: frame("Pulse", "home"), List: []ui.MyPulseRow{{Team: "Payments Platform", Number: 4, Closes: berlin(nov, 20, 18), Href: "/pulse/AAAAAAAAAAAAAAAAAAAAAA"}, {Team: "Search", Number: 2, Closes: berlin(nov, 27, 18), Href: "/pulse/BAAAAAAAAAAAAAAAAAAAAA", Small: true}}}
	longMine := ui.MyPulse{Frame: long("Pulse", "home"), List: []ui.MyPulseRow{{Team: longText, Number: 4, Closes: berlin(nov, 20, 18), Href: "/pulse/AAAAAAAAAAAAAAAAAAAAAA", Small: true}}}
	return []fixture{
		{"survey", "full", first}, {"survey", "empty", again}, {"survey", "long", longest},
		{"surveydone", "full", thanks}, {"surveydone", "empty", surveyDone("en", "closed")}, {"surveydone", "long", longThanks}, {"surveydone", "used", surveyDone("de", "used")},
		{"pulses", "full", list}, {"pulses", "empty", none}, {"pulses", "long", longList},
		{"pulse", "full", result}, {"pulse", "empty", hidden}, {"pulse", "long", longResult},
		{"pulseround", "full", all}, {"pulseround", "empty", noRound}, {"pulseround", "long", longRound},
		{"mypulse", "full", mine}, {"mypulse", "empty", ui.MyPulse{Frame: bare("Pulse", "home")}}, {"mypulse", "long", longMine},
	}
}
