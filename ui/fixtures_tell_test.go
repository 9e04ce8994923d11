package ui_test

import (
	"time"

	"watchbill/ui"
)

func toldPages() []ui.ToldPage {
	return []ui.ToldPage{
		{ID: 41, Title: "Checkout latency above 2 s", Service: "Checkout API", Team: "Payments Platform", State: "open", Open: true, When: now.Add(-9 * time.Minute), Said: ui.SaidTags{MayOnIt: true}, CanLink: true},
		{ID: 40, Title: "Queue is long", Service: "Ledger", State: "acknowledged", Open: true, When: now.Add(-40 * time.Minute), Said: ui.SaidTags{OnIt: now.Add(-38 * time.Minute), MayOnIt: true, Actionable: "yes"}, CanLink: true, Linked: true},
		{ID: 39, Title: "Disk 80 % full", State: "resolved", When: now.Add(-31 * time.Hour), Said: ui.SaidTags{Actionable: "no", Woke: "yes"}, CanLink: true, Note: ui.Field{Value: "The nightly export fills it.\nIt empties itself by six."}},
		{ID: 38, State: "resolved", When: now.Add(-200 * time.Hour), Said: ui.SaidTags{Woke: "no"}},
	}
}

func tellFixtures() []fixture {
	list := toldPages()
	wordy := list[1]
	wordy.Title, wordy.Service, wordy.Team, wordy.Note = longText, longText, longText, ui.Field{Value: longText, Error: longText}
	anon := out("A page that came to you")
	anon.Zone = "Europe/Lisbon"
	longest := anon
	longest.Flash = &ui.Flash{Kind: "bad", Text: longText}
	return []fixture{
		{"tell", "full", ui.Tell{Frame: anon, Token: "c2VjcmV0c2VjcmV0c2Vj", Page: list[0], Noted: "Noted. You can change it here as long as the link lasts.", Ends: now.Add(400 * time.Hour)}},
		{"tell", "empty", ui.Tell{Frame: anon, Token: "c2VjcmV0c2VjcmV0c2Vj", Page: list[3], Ends: now.Add(time.Hour)}},
		{"tell", "long", ui.Tell{Frame: longest, Token: "c2VjcmV0c2VjcmV0c2Vj", Page: wordy, Ends: now.Add(time.Hour)}},
		{"mypages", "full", ui.MyPages{Frame: frame("My pages", "home"), List: list, Days: 28, Untold: 2, More: true, Link: "https://watchbill.example/tell/c2VjcmV0c2VjcmV0c2Vj", Of: "Queue is long", Ends: now.Add(72 * time.Hour)}},
		{"mypages", "empty", ui.MyPages{Frame: bare("My pages", "home"), Days: 28, Only: "untold"}},
		{"mypages", "long", ui.MyPages{Frame: long("My pages", "home"), Days: 28, List: []ui.ToldPage{wordy}, Link: "https://watchbill.example/tell/" + longText, Of: longText, Ends: now}},
	}
}
