package ui_test

import (
	"time"

	"watchbill/ui"
)

func gapFixtures() []fixture {
	full := ui.Gaps{Frame: frame("Gaps ahead", "gaps"), Open: 1, Other: 2, Short: 1, List: []ui.TeamGaps{
		{ID: 1, Name: "Payments Platform", Planned: berlin(jan, 18, 0), Short: true, Open: 49 * time.Hour, Problems: problems()},
		{ID: 2, Name: "Search", Planned: now.AddDate(0, 6, 0)}, {ID: 3, Name: "Storage", Short: true}}}
	lengthy := ui.Gaps{Frame: long("Gaps ahead", "gaps"), Other: 1, List: []ui.TeamGaps{{ID: 1, Name: longText, Planned: now, Problems: []ui.Problem{{ShiftLine: ui.ShiftLine{Rotation: longText, Team: longText, Person: longText, Start: now, End: now.Add(time.Hour)}, Kind: "away", What: longText, Do: "Put somebody on it", Href: "/shifts/1"}}}}}
	lengthy.Found = ui.Found{Query: longText, All: 1000, Most: 1, Back: "/gaps?before=1", On: "/gaps?after=1"}
	return []fixture{{"gaps", "none", ui.Gaps{Frame: bare("Gaps ahead", "gaps"), Found: ui.Found{Query: "nothing"}}}, {"gaps", "full", full}, {"gaps", "empty", ui.Gaps{Frame: frame("Gaps ahead", "gaps")}}, {"gaps", "long", lengthy}}
}
