package ui_test

import (
	"time"

	"watchbill/ui"
)

func handOverFixtures() []fixture {
	ago := func(hours int) time.Time { return now.Add(-time.Duration(hours) * time.Hour) }
	mine := toldPages()
	pages := []ui.TurnPageRow{
		{ID: 9, Title: "Checkout latency above 2 s", Service: "Checkout API", State: "open", Open: true, When: ago(1), Paged: "Priya Raman", OnIt: "Priya Raman", Mine: &mine[0]},
		{ID: 8, Title: "Checkout latency above 2 s", Service: "Checkout API", State: "resolved", When: ago(31), Paged: "Priya Raman and Marcus Bell", Tag: "no", Notes: []ui.NoteRow{{Who: "Priya Raman", When: ago(30), Text: "The nightly export.\nIt ends by itself."}}, Mine: &mine[2]},
		{ID: 7, Title: "Checkout latency above 2 s", Service: "Checkout API", State: "resolved", When: ago(60), Tag: "yes"},
	}
	notes := []ui.NoteRow{
		{ID: 4, Who: "Priya Raman", When: ago(40), Edited: ago(39), Text: "The disk of the build host is at 85 %.\nThe old images can go.", CanEdit: true, Edit: ui.Field{Value: "The disk of the build host is at 85 %.\nThe old images can go."}},
		{ID: 5, Who: "Marcus Bell", When: ago(2), Text: "Freeze until Monday.", Late: true},
	}
	left := &ui.LeftRow{At: 1795424400, Who: "Marcus Bell", Start: berlin(nov, 9, 9), End: berlin(nov, 16, 9), Notes: []ui.NoteRow{{Who: "Marcus Bell", When: ago(100), Text: "Nothing is open."}}, Done: &ui.DoneRow{By: "Marcus Bell", When: ago(98)}, CanRead: true}
	full := ui.HandOver{
		Frame: frame("Hand-over", "schedule"), Rotation: "primary", Rotations: []ui.RotationLink{{Name: "Late", Href: "/teams/1/handover?rotation=late"}, {Name: "Primary", Href: "/teams/1/handover?rotation=primary", On: true}},
		At: 1795424400, Who: "Priya Raman", Mine: true, Start: berlin(nov, 16, 9), End: berlin(nov, 23, 9), Next: "Aiko Tanaka", Pages: 3, More: true, Open: pages[:1],
		Groups: []ui.PageGroupRow{{Title: "Checkout latency above 2 s", Service: "Checkout API", N: 3, Actionable: 1, Idle: 1, Unsaid: 1, Pages: pages}},
		Notes:  notes, CanWrite: true, CanHand: true, Add: ui.Field{Value: "txt", Error: "This is longer than 4000 letters."}, Before: left, Real: "The team is invented.", Today: "/teams/1/handover?rotation=primary",
		List: []ui.TurnRow{
			{Href: "/teams/1/handover?at=2", Who: "Aiko Tanaka", Start: berlin(nov, 23, 9), End: berlin(nov, 30, 9)},
			{Href: "/teams/1/handover?at=1", Who: "Priya Raman", Mine: true, On: true, Start: berlin(nov, 16, 9), End: berlin(nov, 23, 9), Pages: 3, Notes: 2},
			{Href: "/teams/1/handover?at=0", Who: "Marcus Bell", Start: berlin(nov, 9, 9), End: berlin(nov, 16, 9), Pages: 12, Notes: 1, Done: &ui.DoneRow{By: "Marcus Bell", When: ago(98)}},
		},
		Others: []ui.TurnRow{
			{Href: "/teams/1/handover?at=3", Who: "Aiko Tanaka", Start: berlin(nov, 2, 9), End: berlin(nov, 9, 9), Done: &ui.DoneRow{By: "Aiko Tanaka", When: ago(298), ReadBy: "Marcus Bell", Read: ago(290)}},
		},
	}
	quiet := ui.HandOver{Frame: frame("Hand-over", "schedule"), None: true}
	return []fixture{{"handover", "full", full}, {"handover", "empty", quiet}, {"handover", "long", longHandOver(full, pages[1])}}
}

func longHandOver(h ui.HandOver, page ui.TurnPageRow) ui.HandOver {
	h.Frame, h.Who, h.Next, h.Mine, h.CanHand, h.Wrong, h.Real = long("Hand-over", "schedule"), longText, longText, false, false, longText, longText
	h.Done = &ui.DoneRow{By: longText, When: now, ReadBy: longText, Read: now}
	page.Title, page.Service, page.Paged, page.OnIt, page.Notes = longText, longText, longText, longText, []ui.NoteRow{{Who: longText, When: now, Text: longText}}
	h.Open, h.Groups = []ui.TurnPageRow{page}, []ui.PageGroupRow{{Title: longText, Service: longText, N: 12345, Actionable: 12345, Idle: 12345, Unsaid: 12345, Pages: []ui.TurnPageRow{page}}}
	h.Open[0].Mine = nil
	h.Notes = []ui.NoteRow{{ID: 4, Who: longText, When: now, Text: longText, CanEdit: true, Edit: ui.Field{Value: longText, Error: longText}}}
	h.Before = &ui.LeftRow{Who: longText, Start: now, End: now, Notes: h.Notes, Done: h.Done}
	h.List = []ui.TurnRow{{Href: "/teams/1/handover", Who: longText, Start: now, End: now, Pages: 12345, Notes: 12345, On: true}}
	h.Rotations = []ui.RotationLink{{Name: longText[:40], Href: "/teams/1/handover"}, {Name: "Primary", Href: "/teams/1/handover", On: true}}
	return h
}
