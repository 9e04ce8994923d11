package ui_test

import (
	"time"

	"watchbill/ui"
)

// tableFixtures are the pages of files of past pages.
func tableFixtures(empty ui.Frame) []fixture {
	pagers := []ui.Option{{Value: "", Label: "Choose …"}, {Value: "3", Label: "Production alerts"}, {Value: "new:opsgenie", Label: "Not connected here: Opsgenie"}}
	means := []ui.Option{{Value: "", Label: "Leave it out"}, {Value: "external_id", Label: "Number of the incident (needed)"}, {Value: "triggered_at", Label: "When it began (needed)"}}
	line := ui.TableLine{ID: 2, Name: "incidents-2025.csv", Pager: "Production alerts", State: "waits", By: "Ana Ruiz", Added: now.Add(-time.Hour)}
	list := []ui.TableLine{line,
		{ID: 1, Name: "incidents-2024.csv", Pager: "Production alerts", State: "done", By: "Ana Ruiz", Added: now.Add(-50 * time.Hour), Rows: 1204, Told: 1198, Fresh: 1100, From: now.AddDate(-2, 0, 0), Until: now.AddDate(-1, 0, 0)},
		{ID: 3, Name: "old.csv", State: "undone", Added: now.Add(-90 * time.Hour), Rows: 3}}
	full := ui.TablePage{
		Frame: frame("incidents-2025.csv", "pagers"), TableLine: line, PagerID: 3, Size: "412 KB", Encoding: "UTF-8", Divided: "semicolons", Good: 1201, Bad: 2, Doubled: 1, Look: true,
		Columns:   []ui.TableColumn{{Name: "Incident ID", Sample: "Q1AAA", Means: ui.Field{Value: "external_id"}, Among: means}, {Name: "Created at", Sample: "03/04/2025 01:00", Means: ui.Field{Value: "triggered_at"}, Among: means}, {Name: "", Among: means}},
		TableZone: ui.Field{Value: "Europe/Berlin"}, Zones: []string{"Europe/Berlin"}, Dates: ui.Field{Value: "Qx", Error: "“Qx” is not understood."}, Unit: ui.Field{Value: "seconds"},
		Zoneless: 2402, Again: 100, Differs: 3, Elsewhere: 40, New: 1061, Strangers: []ui.TableStranger{{Name: "Marcus B.", Rows: 120}, {Name: "ops@example.com", Rows: 1}}, StrangersMore: 7,
		Errors:   []ui.TableIssue{{Row: 5, Column: "Created at", Wrong: "“03/13/2025 25:61” is no time", Right: "Write it like 2026-03-02T01:15:00Z"}, {Row: 9, Wrong: "It has 3 of 9 cells", Right: "Each row has as many cells as the heading"}},
		Warnings: []ui.TableIssue{{Row: 12, Column: "Urgency", Wrong: "“spicy” is no word for an urgency that is known", Right: "The page counts"}}, WarningsMore: 3,
		Doubles: []ui.TableDouble{{Row: 7, Of: 2, Key: "Q1AAA"}}, Reported: []ui.TableNumber{{Name: "Interruptions, to compare", N: 800}},
	}
	full.Rows, full.From, full.Until, full.ErrorsMore = 1204, now.AddDate(-1, 0, 0), now.AddDate(0, -1, 0), 4
	full.Same = &list[1]
	taken := full
	taken.State, taken.Told, taken.Fresh, taken.Why, taken.Committed, taken.CommittedBy = "reading", 600, 512, "it could not be written down", now.Add(-time.Minute), "Ana Ruiz"
	lengthy := full
	lengthy.Frame, lengthy.Name, lengthy.Pager, lengthy.By, lengthy.Error, lengthy.Encoding, lengthy.Why = long("A file", "pagers"), longText, longText, longText, longText, longText, longText
	lengthy.Columns = []ui.TableColumn{{Name: longText, Sample: longText, Among: []ui.Option{{Value: "", Label: longText}}}}
	lengthy.Errors = []ui.TableIssue{{Row: 200_000, Column: longText, Wrong: longText, Right: longText}}
	lengthy.Strangers, lengthy.Doubles = []ui.TableStranger{{Name: longText, Rows: 200_000}}, []ui.TableDouble{{Row: 1, Of: 2, Key: longText}}
	lengthy.State, lengthy.Undone, lengthy.UndoneBy = "failed", now, longText
	lengthy.Same = &ui.TableLine{ID: 1, Name: longText, By: longText, Added: now}
	wordy := list[1]
	wordy.Name, wordy.Pager, wordy.By = longText, longText, longText
	refused := ui.TablePage{Frame: empty, TableLine: line, Size: "12 bytes", Look: true, Refused: true, Error: "Choose which column says when an incident began.", Columns: full.Columns}
	asks := refused
	asks.Error, asks.Asks = "", refused.Error
	return []fixture{
		{"tables", "full", ui.Tables{Frame: frame("Past pages from files", "pagers"), List: list, Pagers: pagers, Limit: 100, File: ui.Field{Error: "Choose a file with a heading and rows."}}},
		{"tables", "empty", ui.Tables{Frame: empty, Pagers: pagers, Limit: 100}},
		{"tables", "long", ui.Tables{Frame: long("Past pages from files", "pagers"), List: []ui.TableLine{wordy}, Pagers: []ui.Option{{Value: "", Label: longText}}, Error: longText}},
		{"table", "full", full}, {"table", "taken", taken}, {"table", "empty", refused}, {"table", "asks", asks}, {"table", "long", lengthy},
	}
}
