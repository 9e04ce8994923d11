package ui_test

import (
	"watchbill/ui"
)

func owedFixtures() []fixture {
	tiles := []ui.Tile{{Label: "You can take", Value: "7 h 30 min", Unit: "the first of it until Mon 1 Mar", Foot: "Days off that are booked are off it already."},
		{Label: "Waiting for approval", Value: "3 h 15 min", Unit: "by whoever manages the team", Foot: "Nothing is lost by waiting."}, {Label: "Taken", Value: "8 h", Unit: "since the beginning", Foot: "Lost because it was not taken: 0 min."}}
	lines := []ui.OwedLine{
		{When: now, Minutes: "−8 h", Text: "taken for Fri 27 Nov, booked by you", Return: 7, Person: 3, Who: "Aiko Tanaka"},
		{When: now.AddDate(0, 0, -2), Minutes: "1 h", Text: "declined by Leila Haddad", Reason: "The migration on Sunday was planned work.", Person: 3, Who: "Aiko Tanaka"},
		{When: now.AddDate(0, 0, -4), Minutes: "+3 h 15 min", Text: "earned in the week of 9 – 15 Nov 2026", Person: 2, Who: "Chidi Okafor"},
	}
	mine := ui.MineOwed{Frame: frame("Time owed", "home"), Accounts: []ui.OwedCard{
		{Team: ui.TeamLink{ID: 1, Name: "Payments Platform"}, Account: 1, Tiles: tiles, Lines: lines, More: 3, CanTake: true, Ending: "2 h must be taken by Mon 1 Dec.", Rules: "An hour at work on pages earns 2 in sleeping hours.",
			Lots: []ui.OwedLotRow{{"9 – 15 Nov 2026", "3 h 15 min", "waiting", "accent"}, {"2 – 8 Nov 2026", "7 h 30 min", "7 h 30 min left, until Mon 1 Mar", "good"}},
			Form: ui.OwedForm{Hours: ui.Field{Value: "9", Error: "7 h 30 min can be taken."}, First: ui.Field{Value: "2026-12-24"}, Seen: 12}},
		{Team: ui.TeamLink{Name: "Search"}, Account: 2, Tiles: tiles},
	}}
	wordy := ui.MineOwed{Frame: long("Time owed", "home"), Accounts: []ui.OwedCard{{
		Team: ui.TeamLink{ID: 1, Name: longText}, Account: 1, Ending: longText, Rules: longText, CanTake: true, Tiles: []ui.Tile{{Label: longText, Value: longText, Unit: longText, Foot: longText, Tone: "warn"}},
		Lots: []ui.OwedLotRow{{longText, longText, longText, "good"}}, Lines: []ui.OwedLine{{When: now, Minutes: longText, Text: longText, Reason: longText, Return: 1}},
		Form: ui.OwedForm{Error: longText, Hours: ui.Field{Value: longText, Error: longText}, Reason: ui.Field{Value: longText, Error: longText}},
	}}}
	rules := ui.OwedRulesForm{From: ui.Field{Value: "2026-11-16"}, Evening: ui.Field{Value: "1"}, Weekend: ui.Field{Value: "1.5"}, Holiday: ui.Field{Value: "2"}, Sleep: ui.Field{Value: "2"},
		Least: ui.Field{Value: "60"}, RoundUp: ui.Field{Value: "15"}, Expire: ui.Field{Value: "90"}, WarnDays: ui.Field{Value: "14"}}
	changed := rules
	changed.History, changed.Open, changed.Sleep = []string{"From Mon 5 Oct: An hour at work on pages earns 2 in sleeping hours."}, true, ui.Field{Value: "x", Error: "Write a number like 1, 1.5 or 2."}
	team := ui.TeamOwed{Frame: frame("Time owed", "owed"), On: true, CSV: "/api/v1/teams/1/owed.csv", Sums: tiles[:2], Lines: lines, Rules: changed,
		People: []ui.Option{{Value: "2", Label: "Chidi Okafor"}, {Value: "3", Label: "Aiko Tanaka"}}, Form: ui.OwedForm{Person: ui.Field{Value: "3"}, Reason: ui.Field{Error: "Only 3 h can be taken; say why it may be more."}},
		Rows: []ui.OwedRow{
			{Person: 3, Name: "Aiko Tanaka", Waiting: "3 h 15 min", Balance: "7 h 30 min", Taken: "8 h", Ending: "2 h must be taken by Mon 1 Dec", Hours: ui.Field{Value: "3:15"}, Reason: ui.Field{Error: "Say why; the person reads it."}, Seen: 4},
			{Person: 2, Name: "Chidi Okafor", Waiting: "1 h", Balance: "−5 h", Below: true, Taken: "20 h", Gone: true, Hours: ui.Field{Value: "1:00"}},
			{Person: 1, Name: "Priya Raman", Waiting: "2 h", Balance: "0 min", Taken: "0 min", Own: true},
		}}
	crowded := ui.TeamOwed{Frame: long("Time owed", "owed"), On: true, Sums: tiles, Rules: rules, More: 12, People: []ui.Option{{Value: "3", Label: longText}}, Form: ui.OwedForm{Error: longText},
		Rows:  []ui.OwedRow{{Person: 3, Name: longText, Waiting: longText, Balance: longText, Below: true, Taken: longText, Ending: longText, Gone: true, Error: longText, Hours: ui.Field{Value: longText, Error: longText}}},
		Lines: []ui.OwedLine{{When: now, Minutes: longText, Text: longText, Reason: longText, Return: 1, Who: longText, Person: 3}}}
	crowded.Rules.History, crowded.Rules.Error, crowded.Rules.Open = []string{longText}, longText, true
	return []fixture{
		{"owed", "full", mine},
		{"owed", "empty", ui.MineOwed{Frame: bare("Time owed", "home")}},
		{"owed", "long", wordy},
		{"owedteam", "full", team},
		{"owedteam", "empty", ui.TeamOwed{Frame: frame("Time owed", "owed"), Rules: rules}},
		{"owedteam", "long", crowded},
	}
}
