package ui_test

import "watchbill/ui"

func itemRows() []ui.ItemRow {
	return []ui.ItemRow{
		{Href: "/teams/1/items/4", Title: "Fix: Queue is long", Kind: "Action", State: "open", StateTone: "accent", Due: "9 days overdue", DueTone: "bad", Owner: "Marcus Bell", Gone: true, Worth: "large value, small effort", Source: "Queue is long (checkout)"},
		{Href: "/teams/1/items/2", Title: "Ask the database team for a replica that can be read from", Kind: "Action", State: "open", StateTone: "accent", Due: "due today", DueTone: "warn", Owner: "Priya Raman", Mine: true, Worth: "large value, large effort", Blocked: true},
		{Href: "/teams/1/items/3", Title: "Only two people know the ledger", Kind: "Concern", State: "open", StateTone: "accent"},
		{Href: "/teams/1/items/1", Title: "Runbook for the certificate’s renewal", Kind: "Action", State: "done", StateTone: "good", Due: "done Mon 2 Nov", Owner: "Aiko Tanaka"},
	}
}

func itemForm() ui.ItemForm {
	return ui.ItemForm{
		Kind: ui.Field{Value: "action"}, Title: ui.Field{Value: "Fix: Queue is long"}, Service: ui.Field{Value: "checkout"}, Alert: ui.Field{Value: "Queue is long"}, Owner: ui.Field{Value: "1"}, Due: ui.Field{Value: "2026-12-04"},
		Value: ui.Field{Value: "3"}, Effort: ui.Field{Value: "1"}, Base: 3, Services: []string{"checkout", "ledger"}, Alerts: []string{"Queue is long"}, More: true,
		Kinds:  []ui.Option{{Value: "action", Label: "Action: something to do"}, {Value: "concern", Label: "Concern: something that worries us"}},
		Owners: []ui.Option{{Value: "", Label: "Nobody yet"}, {Value: "1", Label: "Priya Raman"}}, Levels: []ui.Option{{Value: "", Label: "Not weighed"}, {Value: "1", Label: "Small"}, {Value: "3", Label: "Large"}},
	}
}

func itemFixtures() []fixture {
	some := []ui.Option{{Value: "", Label: "Open"}, {Value: "all", Label: "All"}}
	full := ui.Items{
		Frame: frame("Action items", "burden"), Say: "1 of 3 open items is overdue.", Detail: "1 item has nobody who looks after it.", Tone: "warn", List: itemRows(), States: some, Owners: some, Orders: some,
		Share: ui.Tile{Label: "Done on time", Value: "92 %", Unit: "11 of 12 due in 12 weeks", Foot: "likely 62 to 100 % · aim for 92 %"}, Any: true, Edit: true, Open: true, New: itemForm(),
	}
	empty := ui.Items{Frame: frame("Action items", "burden"), Say: "Nothing is noted yet.", Share: ui.Tile{Label: "Done on time", Value: "–"}, Edit: true}
	longest := full
	longest.Frame, longest.Say, longest.More, longest.Filtered = long("Action items", "burden"), longText, 12, true
	longest.List = itemRows()
	for i := range longest.List {
		r := &longest.List[i]
		r.Title, r.Owner, r.Source, r.Team = longText, longText, longText, longText
	}
	longest.New.Error, longest.New.Title.Value, longest.New.Title.Error = longText, longText, longText
	longest.New.Warning, longest.New.Again = "3", &ui.HealthLink{Href: "/teams/1/items/4", Text: "Action: " + longText}
	longest.New.Owners = []ui.Option{{Value: "1", Label: longText}}
	one := ui.ItemPage{
		Frame: frame("Fix: Queue is long", "burden"), Item: itemRows()[0], ID: 4, Why: []string{"It woke somebody in 6 nights.", "", "Each time it was over before anybody looked."}, Risk: []string{"We stop looking."}, Blockers: []string{"A licence"},
		Link: "https://tickets.example/OPS-12", Made: berlin(nov, 2, 10), MadeBy: "Priya Raman", From: "the review of the week of Mon 26 Oct", FromHref: "/teams/1/reviews/2026-10-26", Missed: "Wed 11 Nov", Edit: true, Changing: true, Form: itemForm(),
		History: []ui.ItemStep{{When: berlin(nov, 9, 10), Who: "Aiko Tanaka", What: "changed it", Fields: []ui.ItemField{{Name: "Due", From: "nothing", To: "Wed 11 Nov 2026"}}}, {When: berlin(nov, 2, 10), Who: "Priya Raman", What: "noted it"}},
	}
	closed := one
	closed.Item = itemRows()[3]
	closed.Effect = &ui.ItemEffect{Say: "It pages clearly less since.", Tone: "good", Before: "22 pages in 12.0 weeks (1.8 a week, likely 1.1 to 2.8)", After: "2 pages in 4.0 weeks (0.5 a week, likely 0.1 to 1.8)", Note: "Other things change meanwhile."}
	closed.Reason = []string{"The limit is ten times higher."}
	plain := ui.ItemPage{Frame: frame("Only two people know the ledger", "burden"), Item: itemRows()[2], ID: 3, Made: berlin(nov, 2, 10)}
	wide := one
	wide.Frame, wide.Item.Title, wide.Item.Source = long("Item", "burden"), longText, longText
	wide.Why, wide.Risk, wide.Link, wide.From, wide.By = []string{longText}, []string{longText}, "https://tickets.example/"+longText[:60], longText, longText
	wide.Theirs = []ui.ItemField{{Name: "Title", From: longText, To: longText}}
	wide.History = []ui.ItemStep{{When: berlin(nov, 9, 10), Who: longText, What: "changed it", Fields: []ui.ItemField{{Name: "Title", From: longText, To: longText}}}}
	wide.Close, wide.Drop = ui.Field{Value: longText, Error: longText}, ui.Field{Value: longText, Error: longText}
	wide.Form.Title.Value, wide.Form.Error = longText, longText
	return []fixture{
		{"items", "full", full}, {"items", "empty", empty}, {"items", "long", longest},
		{"item", "full", one}, {"item", "closed", closed}, {"item", "empty", plain}, {"item", "long", wide},
	}
}
