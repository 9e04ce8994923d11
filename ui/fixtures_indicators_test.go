package ui_test

import "watchbill/ui"

func indicatorFixtures() []fixture {
	form := ui.IndicatorForm{
		Indicator: ui.Field{Value: "toil_share"}, Period: ui.Field{Value: "2026-10"}, Value: ui.Field{Value: "0.3"}, Base: "2", Periods: []string{"2026-10", "2026-W44"},
		Indicators: []ui.Option{{Value: "toil_share", Label: "Toil"}, {Value: "retention", Label: "Retention"}},
	}
	rows := []ui.IndicatorLine{
		{Period: "October 2026", Value: "30 %", Source: "by hand", By: "Priya Raman", At: berlin(nov, 2, 10), Earlier: []string{"40 %", "50 %"}, Href: "/teams/1/indicators?indicator=toil_share&period=2026-10#enter"},
		{Period: "The week of Mon 21 Sep 2026", Value: "withdrawn", Source: "over the API", At: berlin(nov, 2, 10), Href: "/teams/1/indicators?indicator=toil_share&period=2026-W39#enter"},
	}
	cards := []ui.IndicatorCard{
		{Name: "toil_share", Title: "Toil", Meaning: "How much of the team's hours went into repeated work.", Anchor: "30 % or less is full points and 70 % none.", Rows: rows},
		{Name: "retention", Title: "Retention", Meaning: "How many still are in the rotations.", Anchor: "It moves no points."},
	}
	full := ui.IndicatorPage{
		Frame: frame("Indicators", "burden"), List: cards, Retention: "From memberships, as of today: 83 % (5 of 6).", Form: form, Edit: true, Same: 2, Table: ui.Field{Value: "indicator,period,value\ntoil_share,2026-09,20 %"},
		Preview: []ui.IndicatorLine{{Title: "Toil", Period: "September 2026", Value: "20 %", Earlier: []string{"40 %"}}},
	}
	empty := ui.IndicatorPage{Frame: frame("Indicators", "burden"), List: []ui.IndicatorCard{cards[1]}, Retention: "From memberships nothing is computed: fewer than five people were in the rotations a year ago."}
	longest := full
	longest.Frame, longest.Preview, longest.Same = long("Indicators", "burden"), nil, 0
	longest.Wrong = []ui.IndicatorFault{{Row: 12, Column: "value", Wrong: longText, Right: longText}}
	longest.Table = ui.Field{Value: longText, Error: longText}
	longest.Form.Error, longest.Form.Theirs, longest.Form.Period.Error, longest.Form.Value, longest.Form.Of = longText, longText, longText, ui.Field{Value: longText, Error: longText}, ui.Field{Value: longText, Error: longText}
	longest.List = []ui.IndicatorCard{{Name: "toil_share", Title: longText, Meaning: longText, Anchor: longText, Rows: []ui.IndicatorLine{{Period: longText, Value: longText, Source: "by hand", By: longText, At: berlin(nov, 2, 10), Earlier: []string{longText}, Href: "/teams/1/indicators"}}}}
	return []fixture{{"indicators", "full", full}, {"indicators", "empty", empty}, {"indicators", "long", longest}}
}
