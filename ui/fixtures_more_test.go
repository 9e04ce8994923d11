package ui_test

import (
	"fmt"
	"slices"
	"time"

	"watchbill/ui"
)

func shiftFixtures() []fixture {
	at := func(title string) ui.Frame { return frame(title, "schedule") }
	full := ui.Shift{
		Frame: at("Primary, 7 – 14 Dec"), ID: 14, Rotation: "Primary", Kind: "primary", Who: "Priya Raman", Mine: true, Yours: true, From: berlin(dec, 7, 10), Start: berlin(dec, 7, 10), End: berlin(dec, 14, 10),
		Holes:    []ui.Stretch{{Start: berlin(dec, 9, 8), End: berlin(dec, 14, 10)}},
		TeamZone: "Europe/Berlin", State: "published", Relieves: "Ingrid Solberg", RelievedBy: "Marcus Bell",
		Parts:    []ui.ShiftLine{shiftLine(14, "Priya Raman", berlin(dec, 7, 10), berlin(dec, 8, 18)), shiftLine(14, "Marcus Bell", berlin(dec, 8, 18), berlin(dec, 9, 8)), shiftLine(14, "", berlin(dec, 9, 8), berlin(dec, 14, 10))},
		History:  []ui.Event{{When: now.Add(-72 * time.Hour), Who: "Leila Haddad", Text: "published the schedule"}, {When: now.Add(-70 * time.Hour), Who: "Marcus Bell", Text: "took over the week from Priya Raman"}, {When: now.Add(-time.Hour), Text: "Reminder sent"}},
		Requests: asked()[:1],
		Cover: &ui.CoverForm{From: ui.Field{Value: "2026-12-08T18:00"}, Until: ui.Field{Value: "2026-12-06T18:00", Error: "This is before the beginning."}, Candidates: []ui.Candidate{
			{ID: 7, Name: "Marcus Bell", Sides: []ui.Side{fine("")}},
			{ID: 6, Name: "Leila Haddad", Blocked: "away until 7 Dec.", Sides: []ui.Side{against("")}},
			{ID: 5, Name: "Jonas Weber", Blocked: "away until 7 Dec."}}},
		Swap: &ui.SwapForm{Offers: []ui.SwapOffer{{ShiftLine: shiftLine(17, "Marcus Bell", berlin(dec, 14, 10), berlin(dec, 21, 10)), Sides: []ui.Side{fine("You"), fine("Marcus Bell")}},
			{ShiftLine: shiftLine(18, "Aiko Tanaka", berlin(jan, 4, 10), berlin(jan, 11, 10)), Blocked: "Aiko is away from 19 Dec."}}},
		Override: &ui.OverrideForm{From: ui.Field{Value: "2026-10-25T02:30", Error: "02:30 comes twice on that day, because the clock goes back: choose the first or the second.", Twice: twoTimes()}, Options: []ui.Option{{Value: "none", Label: "Nobody"}, {Value: "7", Label: "Marcus Bell"}}},
		Undo:     []ui.Undo{{ID: 3, Text: "Marcus Bell has it instead of Priya Raman", Start: berlin(dec, 8, 18), End: berlin(dec, 9, 8)}, {ID: 4, Text: "Leila Haddad has the rest", Against: "Priya Raman cannot take this: away 7–9 Dec."}},
	}
	gap := ui.Shift{Frame: at("Backup"), ID: 30, Rotation: "Backup", Kind: "backup", Start: berlin(dec, 31, 10), End: berlin(jan, 2, 10), TeamZone: "Europe/London", State: "published",
		Take: &ui.TakeForm{Sides: []ui.Side{fine("")}}}
	full.Override.Anyway = true
	full.StandIn = &ui.StandInForm{Was: 2, Name: "Ben Okafor", Who: ui.Field{Value: "1"}, Can: []ui.Candidate{{ID: 1, Name: "Ana Ruiz", Me: true, Sides: []ui.Side{fine("")}}, {ID: 3, Name: "Cleo Hart", Sides: []ui.Side{fine("")}}}, Cannot: []ui.Candidate{{ID: 4, Name: "Dan Wu", Sides: longSides(), Blocked: "away"}}}
	refused := gap
	refused.Take, refused.Who, refused.From, refused.StandIn = nil, "Ben Okafor", refused.Start, &ui.StandInForm{Was: 2, Name: "Ben Okafor", Who: ui.Field{Error: "Choose who is on call from now on."}, Can: full.StandIn.Can}
	lengthy := full
	lengthy.StandIn = &ui.StandInForm{Name: longText, Cannot: []ui.Candidate{{ID: 4, Name: longText, Blocked: longText, Sides: longSides()}}, Error: longText}
	lengthy.Frame = long("Shift", "schedule")
	lengthy.Mine, lengthy.Rotation, lengthy.Who, lengthy.Relieves, lengthy.RelievedBy = false, longText, longText, longText, longText
	lengthy.Requests = longRequests()
	lengthy.History = []ui.Event{{When: now, Who: longText, Text: longText}}
	lengthy.Take = &ui.TakeForm{Blocked: longText}
	lengthy.Cover = &ui.CoverForm{Error: longText, Candidates: []ui.Candidate{{ID: 1, Name: longText, Blocked: longText, Sides: longSides()}}}
	lengthy.Swap = &ui.SwapForm{Error: longText, Offers: []ui.SwapOffer{{ShiftLine: ui.ShiftLine{Rotation: longText, Person: longText, Start: now, End: now.Add(time.Hour)}, Blocked: longText}}}
	lengthy.Override = &ui.OverrideForm{Error: longText, Options: []ui.Option{{Value: "1", Label: longText}}}
	lengthy.Undo = []ui.Undo{{ID: 1, Text: longText}}
	return []fixture{
		{"shift", "full", full}, {"shift", "empty", gap}, {"shift", "refused", refused}, {"shift", "long", lengthy},
		{"requests", "full", ui.Requests{Frame: frame("Requests", "requests"), ForMe: requests(), Mine: asked()[:1], Others: requests()[:1], Over: append(asked()[1:], ui.Request{ID: 9, State: "cancelled", From: "Jonas Weber", To: "everyone", Rotation: "Primary", Start: berlin(dec, 7, 10), End: berlin(dec, 14, 10), Asked: now, Answered: now, Note: "Primary Mon 7 Dec is with Marcus Bell now"})}},
		{"requests", "empty", ui.Requests{Frame: bare("Requests", "requests")}},
		{"requests", "long", ui.Requests{Frame: long("Requests", "requests"), ForMe: longRequests(), Over: longRequests()}},
	}
}

func timeOffFixtures() []fixture {
	clash := shiftLine(14, "Priya Raman", berlin(dec, 24, 10), berlin(dec, 26, 10))
	full := ui.TimeOff{Frame: frame("Time off", "timeoff"),
		Absences: []ui.Absence{{ID: 1, Start: time.Date(2026, 12, 23, 0, 0, 0, 0, time.UTC), End: time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC), AllDay: true, Label: "Holiday", Source: "you", Clashes: []ui.Clash{{ShiftLine: clash}, {ShiftLine: clash, Asked: true}}, Uncovered: 2},
			{ID: 2, Start: now.Add(90 * time.Hour), End: now.Add(93 * time.Hour), Label: "Dentist", Source: "Priya – PTO", Fixed: true}},
		Wishes: []ui.Wish{{ID: 1, Text: "Fridays, 2026-12-07 to 2027-03-26", Strength: "a little"}, {ID: 2, Text: "2026-12-24 to 2026-12-26", Strength: "very much"}}, Imports: importBox(),
		From: ui.Field{Value: "2026-12-09"}, Until: ui.Field{Value: "2026-12-01", Error: "The last day is before the first."},
	}
	lengthy := full
	lengthy.Frame, lengthy.Error, lengthy.WishError = long("Time off", "timeoff"), longText, longText
	clash.Rotation, clash.Team = longText, longText
	lengthy.Absences = []ui.Absence{{ID: 1, Start: now, End: now.Add(time.Hour), Label: longText, Source: longText, Clashes: []ui.Clash{{ShiftLine: clash}}, Uncovered: 3}}
	lengthy.Wishes = []ui.Wish{{ID: 1, Text: longText, Strength: longText}}
	lengthy.Imports.Rows = []ui.ImportRow{{ID: 1, Label: longText, Kind: "Time off", Host: longText, Read: now, Next: now, Problem: longText}}
	lengthy.Imports.Error = longText
	return []fixture{{"timeoff", "full", full}, {"timeoff", "empty", ui.TimeOff{Frame: bare("Time off", "timeoff")}}, {"timeoff", "long", lengthy}}
}

func feeds() []ui.Feed {
	return []ui.Feed{{ID: 1, Label: "Phone", Made: now.Add(-90 * 24 * time.Hour), Fetched: now.Add(-2 * time.Hour), Client: "iOS Calendar", Tombstones: true, Alarms: true, Shows: "My shifts in all teams"},
		{ID: 2, Label: "Shared with family", Busy: true, Made: now.Add(-24 * time.Hour)}, {ID: 3, Label: "Old laptop", Made: now.Add(-400 * 24 * time.Hour), Fetched: now.Add(-200 * 24 * time.Hour), Client: "Outlook", Shows: "Payments Platform: primary", Owner: "Marcus Bell"}}
}

func longFeeds() []ui.Feed {
	return []ui.Feed{{ID: 1, Label: longText, Client: longText, Shows: longText + longText, Owner: longText, Fetched: now, Made: now}}
}

func feedForm() ui.FeedForm {
	return ui.FeedForm{Choices: []ui.Option{{Value: "person", Label: "My shifts in all teams"}, {Value: "rotation:1:primary", Label: "Payments Platform: primary"}}, Shows: ui.Field{Value: "rotation:1:primary"}, Gone: true}
}

func longFeedForm() ui.FeedForm {
	long := ui.Field{Value: longText, Error: longText}
	return ui.FeedForm{Choices: []ui.Option{{Value: longText, Label: longText}}, Shows: long, Label: long, Tried: true}
}

const teamFile = `team: Payments Platform
zone: Europe/Berlin
rotations:
  - name: Primary
    handover: Mon 10:00
    length: 1 week
  - name: Backup
    handover: Mon 10:00
limits:
  - at most 1 week in 4
`

func teamFixtures() []fixture {
	names := []string{"Priya Raman", "Aiko Tanaka", "Chidi Okafor", "Leila Haddad"}
	full := ui.Settings{Frame: frame("Settings", "team"), TeamZone: "Europe/Berlin", People: []string{"marcus@example.com"}, Rules: ui.Field{Value: teamFile},
		RuleErrors: []ui.LineError{{Line: 6, Text: "“1 week” needs a number of days: 7 days, or 2 weeks."}, {Text: "There is no holiday calendar, so holidays count as weekdays."}},
		RulesFrom:  ui.Field{Value: "2026-12-07"}, RulesSaved: now.Add(-100 * time.Hour), RulesSaver: "Leila Haddad", RulesID: 2,
		Duties: []ui.Duty{{N: 1, Name: "Primary", Words: "Hands over every Mon at 10:00 · all hours"}, {N: 2, Name: "Backup", Words: "Hands over every Mon at 10:00 · all hours · weighs 0.5"}}, Limits: []string{"On call at most 1 week in 4", "Holidays of Germany, Berlin"},
		RuleSets: []ui.RuleSet{{ID: 2, From: berlin(nov, 2, 0), Now: true, Shown: true, Saved: now.Add(-100 * time.Hour), By: "Leila Haddad"}, {ID: 3, From: berlin(jan, 4, 0), Saved: now.Add(-time.Hour), CanDrop: true}},
		Horizon:  ui.Field{Value: "8"}, Frozen: ui.Field{Value: "2"},
		Repay:  ui.RepayForm{On: true, Gain: ui.Field{Value: "100"}, Cap: ui.Field{Value: "250"}, Since: ui.Field{Value: "2026-11-02"}},
		Invite: ui.InviteForm{Link: "https://watchbill.example.com/invite/9f8e7d6c5b4a"}, Invitations: []ui.Invitation{{ID: 1, Email: "jonas@example.com", By: "Leila Haddad", Expires: now.Add(120 * time.Hour)}},
		Feeds: feeds(), FeedForm: feedForm(), NewFeed: &ui.FeedLink{Label: "Wall", URL: "https://watchbill.example.com/feeds/abc.ics"}, Name: ui.Field{Value: "Payments Platform"}, ZoneName: ui.Field{Value: "Europe/Berlin"}, CanDelete: true, Imports: importBox()}
	for i, n := range names {
		m := ui.Member{PersonID: int64(i + 1), Name: n, Email: fmt.Sprintf("person%d@example.com", i), Role: "member", Share: 100 - i*20, From: "2026-01-01", Me: i == 0}
		if i == 3 {
			m.Role, m.Until, m.Ended, m.Error = "manager", "2026-06-01", true, "The end is before the beginning."
		}
		full.Members = append(full.Members, m)
	}
	lengthy := full
	lengthy.Frame = long("Settings", "team")
	lengthy.Members = []ui.Member{{PersonID: 1, Name: longText, Email: longText, From: "2026-01-01", Error: longText}}
	lengthy.Repay = ui.RepayForm{Clash: longText, Gain: ui.Field{Value: "7"}, Cap: ui.Field{Value: "123456789012", Error: longText}, Since: ui.Field{Error: longText}}
	lengthy.RuleErrors = []ui.LineError{{Line: 123456, Text: longText}}
	lengthy.Rules = ui.Field{Value: longText, Error: longText}
	lengthy.Feeds, lengthy.FeedForm = longFeeds(), longFeedForm()
	lengthy.Invitations = []ui.Invitation{{ID: 1, Email: longText, Expires: now}}
	return []fixture{{"team", "full", full}, {"team", "empty", ui.Settings{Frame: frame("Settings", "team"), TeamZone: "UTC"}}, {"team", "long", lengthy}}
}

// repaidFair is a fairness table in which pages have moved points.
func repaidFair() []ui.FairRow {
	rows := slices.Clone(scheduleFixtures()[0].data.(ui.Schedule).Fair)
	rows[0].Repaid, rows[1].Repaid, rows[2].Repaid = -12, 11, 1
	return rows
}

func draftLine(id int64, state string) ui.DraftLine {
	return ui.DraftLine{ID: id, Name: "First quarter", From: berlin(dec, 21, 0), To: berlin(jan, 18, 0), State: state, By: "Leila Haddad", Made: now.Add(-20 * time.Minute), Summary: "1 unfilled · 14 changes · spread 1.5 days"}
}

func draftFixtures() []fixture {
	computing := draftLine(3, "computing")
	computing.Progress, computing.Step, computing.Made = 62, "Evening out weekends", now
	failed := draftLine(2, "failed")
	failed.Name, failed.Step = "", "Two people cannot keep “at most one week in four” with two duties."
	list := ui.Drafts{Frame: frame("Drafts", "drafts"), List: []ui.DraftLine{draftLine(4, "ready"), computing, failed},
		Plans:   []ui.PlanLine{{Number: 2, From: berlin(nov, 16, 0), To: berlin(jan, 18, 0), By: "Leila Haddad", When: now.Add(-90 * time.Hour), Note: "Chidi is away over Christmas; thank you, Ingrid."}, {Number: 1, From: berlin(nov, 16, 0), To: berlin(jan, 18, 0), By: "Leila Haddad", When: now.Add(-900 * time.Hour)}},
		Choices: []ui.Option{{Value: "published", Label: "What is published"}, {Value: "4", Label: "First quarter"}}, FrozenUntil: berlin(dec, 4, 0),
		Periods: []ui.Period{{Label: "Go on after the last plan", From: "2027-01-18", Until: "2027-03-14"}, {Label: "Again from 16 Nov 2026", From: "2026-11-16", Until: "2027-01-17"}}, From: ui.Field{Value: "2027-01-18"}, Until: ui.Field{Value: "2027-01-01", Error: "The last day is before the first."}, Seconds: ui.Field{Value: "10"}}
	longList := list
	longList.Frame, longList.Error = long("Drafts", "drafts"), longText
	failed.Name, failed.Step, failed.By = longText, longText, longText
	longList.List, longList.Plans = []ui.DraftLine{failed, computing}, []ui.PlanLine{{Number: 1, From: now, To: now, By: longText, When: now, Note: longText}}
	longList.Choices, longList.Periods = []ui.Option{{Value: "4", Label: longText}, {Value: "5", Label: longText}}, []ui.Period{{Label: longText}, {Label: longText}}

	full := ui.Draft{Frame: frame("Draft", "drafts"), Later: &ui.LaterRules{On: berlin(jan, 1, 0), Before: berlin(dec, 31, 0), From: "2026-12-07", Until: "2026-12-31"}, DraftLine: draftLine(4, "ready"), Rotations: []string{"Primary", "Backup"}, Editable: true,
		Proof: "Proven: no other plan that keeps every rule is more even, and none moves fewer shifts.", ProofWhy: "No plan can have a largest deviation below 2 points, nor then a smaller sum of deviations than 6 points.", ProofTone: "good", FairNote: "Points carried over from the last plan are counted.",
		Fair: repaidFair(), WhyMine: "−12 points, four nights broken in November",
		Repaid:   "Pages from Mon 26 Oct to Sun 22 Nov count, and what came in late for weeks before: whoever was paged for more than their time on call explains holds less, and the others hold that. A point of burden is worth 6.2 points, what it has cost on average.",
		Unfilled: []ui.Unfilled{{Rotation: "Backup", Start: berlin(dec, 31, 10), End: berlin(jan, 2, 10), Reasons: []string{"Priya, Aiko and Leila are away", "Marcus: at most one week in four"}, Remedies: []string{"Allow Marcus one week in three.", "Ask Search for a backup over New Year."}}},
		Changes:  []ui.Change{{Rotation: "Primary", Start: berlin(dec, 21, 10), End: berlin(dec, 24, 10), Was: "Chidi Okafor", Will: "Ingrid Solberg"}, {Rotation: "Backup", Start: berlin(dec, 31, 10), End: berlin(jan, 2, 10), Was: "Marcus Bell"}},
		Against:  []string{"Ben Okafor: 14 days on call within 3 weeks; the rule is at most 1 week in 3 weeks"},
		Ending: []ui.EndingLine{{ID: 7, Kind: "cover", Who: "Ben Okafor", For: "Aiko Tanaka", Rotation: "Primary", Start: berlin(dec, 14, 9), End: berlin(dec, 21, 9), Will: "Leila Haddad"},
			{ID: 8, Kind: "override", Rotation: "Backup", Start: berlin(dec, 21, 9), End: berlin(dec, 28, 9)},
			{ID: 9, Kind: "swap", Who: "Leila Haddad", For: "Ben Okafor", Rotation: "Primary", Start: berlin(jan, 4, 9), End: berlin(jan, 11, 9), Will: "Ben Okafor", Back: true}},
		Affected: []ui.AffectedLine{
			{Name: "Chidi Okafor", Loses: []ui.ShiftLine{shiftLine(0, "", berlin(dec, 21, 10), berlin(dec, 24, 10))}, Gets: []ui.ShiftLine{shiftLine(0, "", berlin(jan, 4, 10), berlin(jan, 11, 10))}},
			{Name: "Ingrid Solberg", Gets: []ui.ShiftLine{shiftLine(0, "", berlin(dec, 21, 10), berlin(dec, 24, 10))}, MoreGot: 2}},
		New: 6, Stale: "Chidi Okafor has entered time off or a wish since this draft was made.", Offers: []string{"Two more changes make the largest deviation 3 points smaller: 4 points instead of 7."},
		Warnings: []string{"Ingrid Solberg wished not to be on call 2026-12-24 and has primary 2026-12-21."}, Pinned: []ui.PinnedShift{{Slot: "backup 2027-01-04", Shift: "Backup, Mon 4 Jan → Mon 11 Jan", Person: "Marcus Bell"}},
		Others:    []ui.Option{{Value: "published", Label: "What is published"}, {Value: "5", Label: "First quarter, calmer"}},
		PinShifts: []ui.Option{{Value: "1", Label: "Primary, 21 – 23 Dec"}}, PinPeople: []ui.Option{{Value: "3", Label: "Chidi Okafor"}}}
	for i := range 4 {
		from := time.Date(2026, 12, 21+7*i, 0, 0, 0, 0, time.UTC)
		w := ui.PlanWeek{From: from, To: from.AddDate(0, 0, 7), Cells: [][]ui.PlanShift{
			{{Person: "Ingrid Solberg", Start: from, End: from.AddDate(0, 0, 3), New: true, Was: "Chidi Okafor"}, {Person: "Leila Haddad", Start: from.AddDate(0, 0, 3), End: from.AddDate(0, 0, 7)}},
			{{Person: "Marcus Bell", Start: from, End: from.AddDate(0, 0, 7), Whole: true, Pinned: i == 2}}}}
		if i == 1 {
			w.Holidays = "Thu 31 New Year’s Eve, Fri 1 New Year"
			w.Cells[1] = []ui.PlanShift{{Start: from, End: from.AddDate(0, 0, 7)}}
		}
		full.Weeks = append(full.Weeks, w)
	}
	busy := ui.Draft{Frame: frame("Draft", "drafts"), DraftLine: computing}
	lengthy := full
	lengthy.Frame = long("Draft", "drafts")
	lengthy.Name, lengthy.By, lengthy.Proof, lengthy.ProofWhy, lengthy.Error, lengthy.FairNote = longText, longText, longText, longText, longText, longText
	lengthy.Rotations = []string{longText, longText}
	lengthy.Repaid, lengthy.WhyMine, lengthy.Fair = longText, longText, []ui.FairRow{{Name: longText, Me: true, Repaid: -12345}, {Name: longText, Repaid: 12345}}
	lengthy.Affected = []ui.AffectedLine{{Name: longText, Loses: []ui.ShiftLine{{Rotation: longText, Start: now, End: now.Add(time.Hour)}}}}
	lengthy.Overtaken, lengthy.Stale, lengthy.Offers, lengthy.Warnings = longText, longText, []string{longText}, []string{longText}
	lengthy.Pinned = []ui.PinnedShift{{Shift: longText, Person: longText}}
	lengthy.Weeks = []ui.PlanWeek{{From: now, To: now.AddDate(0, 0, 7), Holidays: longText, Cells: [][]ui.PlanShift{{{Person: longText, Start: now, End: now}}, nil}}}
	lengthy.Unfilled = []ui.Unfilled{{Rotation: longText, Start: now, End: now.Add(time.Hour), Reasons: []string{longText}, Remedies: []string{longText}}}
	lengthy.Changes = []ui.Change{{Rotation: longText, Was: longText, Will: longText, Why: longText, Start: now, End: now.Add(time.Hour)}}

	version := full
	version.DraftLine, version.Published, version.Editable, version.NoteText = draftLine(2, "published"), true, false, "Chidi is away over Christmas; thank you, Ingrid."
	version.Name, version.Stale, version.Changes, version.Offers = "Plan 2", "", nil, nil
	first := ui.Draft{Frame: frame("Draft", "drafts"), DraftLine: draftLine(4, "ready"), Editable: true, First: true, New: 8, Proof: "The plan is as even as possible.", ProofTone: "good", Weeks: full.Weeks, Rotations: full.Rotations}

	cmp := ui.Compare{Frame: frame("Compare", "drafts"), A: draftLine(4, "ready"), B: draftLine(5, "ready"), KeyA: "4", KeyB: "5", Choices: []ui.Option{{Value: "4", Label: "First quarter"}, {Value: "5", Label: "First quarter, calmer"}},
		Measures: []ui.Measure{{Name: "Unfilled shifts", A: "1", B: "0", Better: "b"}, {Name: "Largest difference from a fair share", A: "1.5 days", B: "2 days", Better: "a"}, {Name: "Wishes kept", A: "9 of 12", B: "9 of 12"}},
		Weeks:    []ui.CompareRow{{Rotation: "Backup", Start: berlin(dec, 31, 10), End: berlin(jan, 2, 10), B: "Marcus Bell"}, {Rotation: "Backup", Start: berlin(jan, 2, 10), End: berlin(jan, 4, 10), A: "Aiko Tanaka", OnlyA: true}},
		People:   []ui.ComparePerson{{Name: "Priya Raman", Me: true, A: ui.FairRow{Points: 34}, B: ui.FairRow{Points: 36, Difference: 2, Days: 9, Weekends: 2, Holidays: 1}}, {Name: "Marcus Bell", A: ui.FairRow{Points: 31.5, Difference: -1.5}, B: ui.FairRow{Points: 34}}}}
	apart := cmp
	apart.OtherDays, apart.Weeks, apart.A.From, apart.A.To = true, nil, berlin(time.March, 1, 0), berlin(time.June, 1, 0)
	longCmp := cmp
	longCmp.Frame = long("Compare", "drafts")
	longCmp.A.Name, longCmp.B.Name = longText, longText
	longCmp.Measures = []ui.Measure{{Name: longText, A: longText, B: longText, Better: "a"}}
	longCmp.Weeks = []ui.CompareRow{{Rotation: longText, A: longText, B: longText, Start: now, End: now.Add(time.Hour)}}
	longCmp.People = []ui.ComparePerson{{Name: longText}}
	longCmp.Choices = []ui.Option{{Value: "4", Label: longText}}
	return []fixture{
		{"drafts", "full", list}, {"drafts", "empty", ui.Drafts{Frame: frame("Drafts", "drafts"), NoRules: true}}, {"drafts", "long", longList},
		{"draft", "full", full}, {"draft", "empty", busy}, {"draft", "long", lengthy},
		{"draft", "failed", ui.Draft{Frame: frame("Draft", "drafts"), DraftLine: failed, Mistakes: []ui.LineError{{Line: 4, Text: "rotations[0].handover: “Moonday” is no hand-over."}, {Line: 9, Text: "limits: nothing fits."}}}}, {"draft", "version", version}, {"draft", "first", first},
		{"compare", "full", cmp}, {"compare", "empty", ui.Compare{Frame: frame("Compare", "drafts")}}, {"compare", "long", longCmp}, {"compare", "apart", apart},
	}
}

func importBox() ui.ImportBox {
	return ui.ImportBox{Kinds: []ui.Option{{Value: "absences", Label: "When I am away"}, {Value: "holidays", Label: "Public holidays where I live"}},
		Rows: []ui.ImportRow{{ID: 1, Label: "Priya – PTO", Kind: "Time off", Host: "calendar.example.com", Events: 12, Read: now.Add(-20 * time.Minute), Next: now.Add(40 * time.Minute)},
			{ID: 2, Label: "holidays.ics", Kind: "Public holidays", Unsure: true},
			{ID: 3, Label: "Team", Kind: "Time off", Host: "intranet.example.com", Read: now.Add(-50 * time.Hour), Next: now.Add(-time.Minute), Problem: "the server wants a log-in (401); use the calendar's secret or public address"}},
		URL: ui.Field{Value: "ftp://x", Error: "The link should begin with https:// or webcal://."}}
}

func importFixtures() []fixture {
	preview := ui.Import{Frame: frame("Priya – PTO", "timeoff"), ImportRow: ui.ImportRow{ID: 1, Label: "Priya – PTO", Kind: "Time off", Host: "calendar.example.com", Unsure: true}, Back: "/timeoff", Absences: true,
		Filter: ui.Field{Value: "words"}, Words: ui.Field{Value: "", Error: "Say which words, like: vacation, out of office."}, Least: ui.Field{Value: "4"},
		Counts: []ui.Effect{{Text: "3 events are added.", Tone: "good"}, {Text: "1 event goes, because the calendar has it no more.", Tone: "warn"}, {Text: "14 events are left out."}},
		Lines: []ui.ImportLine{{What: "add", Start: berlin(dec, 23, 0), End: berlin(jan, 2, 0), AllDay: true, Title: "Christmas at home"}, {What: "change", Start: berlin(jan, 4, 9), End: berlin(jan, 4, 17), Title: "Dentist"},
			{What: "remove", Start: berlin(jan, 11, 0), End: berlin(jan, 12, 0), AllDay: true}, {What: "keep", Start: berlin(jan, 18, 0), End: berlin(jan, 19, 0), AllDay: true, Title: "Moving house"},
			{What: "skip", Start: berlin(dec, 1, 9), End: berlin(dec, 1, 10), Title: "Stand-up", Why: "it is shorter than 4 hours"}},
		More: 13, Warnings: []string{"line 41: the event has no DTSTART; it was left out"}}
	reading := ui.Import{Frame: frame("Holidays of India", "team"), ImportRow: ui.ImportRow{ID: 2, Label: "Holidays of India", Kind: "Public holidays", Host: "calendar.example.com", Events: 41, Read: now.Add(-2 * time.Hour), Next: now.Add(22 * time.Hour), Problem: "the calendar's server answers 503; this may pass"},
		Back: "/teams/1/settings#imports", Confirmed: true}
	past := ui.Import{Frame: frame("PagerDuty", "team"), ImportRow: ui.ImportRow{ID: 4, Label: "PagerDuty", Kind: "Shifts of another tool", Host: "acme.pagerduty.com", Unsure: true}, Back: "/teams/1/settings#imports", Past: true,
		Until: ui.Field{Value: "2026-12-07"}, Rotation: ui.Field{Value: "primary"}, Rotations: []ui.Option{{Value: "primary", Label: "Primary"}, {Value: "backup", Label: "Backup"}},
		Members: []ui.Option{{Value: "0", Label: "Nobody here"}, {Value: "1", Label: "Priya Raman"}, {Value: "2", Label: "Marcus Bell"}},
		Names:   []ui.ImportName{{Label: "priya@example.com", Who: "1", Known: true, Shifts: 6, Hours: 1008, Points: 1512, Share: 1134, Difference: 378}, {Label: "Marcus B.", Who: "2", Known: true, Shifts: 3, Hours: 504, Points: 756, Share: 1134, Difference: -378}, {Label: "zoe@elsewhere.example", Who: "0", Shifts: 1, Hours: 168}},
		Holes:   []ui.ImportHole{{Rotation: "Primary", Start: berlin(nov, 2, 10), End: berlin(nov, 2, 18)}, {Rotation: "Backup", Start: berlin(nov, 9, 10), End: berlin(nov, 10, 10), Overlap: true}}, MoreHoles: 3,
		Lines: []ui.ImportLine{{What: "add", Start: berlin(nov, 2, 10), End: berlin(nov, 9, 10), Title: "On Call - Priya Raman - Payments Primary", Why: "primary"}}}
	lengthy := preview
	lengthy.Past, lengthy.Names, lengthy.Members = true, []ui.ImportName{{Label: longText, Who: "1", Shifts: 1}}, []ui.Option{{Value: "1", Label: longText}}
	lengthy.MoreNames = 2900
	lengthy.Holes = []ui.ImportHole{{Rotation: longText, Start: now, End: now.Add(time.Hour)}}
	lengthy.Frame = long("Import", "timeoff")
	lengthy.Label, lengthy.Kind, lengthy.Host, lengthy.Problem, lengthy.Error, lengthy.Confirmed, lengthy.Clashes = longText, longText, longText, longText, longText, true, 2
	lengthy.Lines = []ui.ImportLine{{What: "skip", Start: now, End: now.Add(time.Hour), Title: longText, Why: longText}}
	lengthy.Warnings, lengthy.Counts = []string{longText}, []ui.Effect{{Text: longText, Tone: "warn"}}
	return []fixture{
		{"import", "full", preview}, {"import", "reading", reading}, {"import", "past", past}, {"import", "long", lengthy},
		{"import", "empty", ui.Import{Frame: frame("trip.ics", "timeoff"), ImportRow: ui.ImportRow{ID: 3, Label: "trip.ics", Kind: "Time off", Unsure: true}, Back: "/timeoff"}},
	}
}

func accountFixtures() []fixture {
	full := ui.Account{Frame: frame("Your account", "account"), Email: "priya@example.com", Name: ui.Field{Value: "Priya Raman"}, ZoneName: ui.Field{Value: "Europe/London"}, Zones: []string{"Europe/London", "Europe/Berlin"},
		WorkFrom: ui.Field{Value: "09:00"}, WorkUntil: ui.Field{Value: "17:30"}, SleepFrom: ui.Field{Value: "22:00"}, SleepUntil: ui.Field{Value: "07:00"}, ThemeName: ui.Field{Value: "dark"},
		Old: ui.Field{Error: "This is not your password."}, Sessions: []ui.Session{{ID: "a", Client: "Firefox on Linux", Where: "192.0.2.7", Seen: now, Current: true}, {ID: "b", Client: "Safari on iPhone", Seen: now.Add(-50 * time.Hour)}},
		Feeds: feeds(), FeedForm: feedForm(), NewFeed: &ui.FeedLink{Label: "Phone", URL: "https://watchbill.example.com/feeds/3xjW0d9Jr2Qm6Zt1.ics"},
		Tokens: []ui.Token{{ID: 1, Name: "Chat bot", Scope: "read", Used: now.Add(-time.Minute * 4), Expires: now.Add(20 * 24 * time.Hour)}, {ID: 2, Name: "Migration", Scope: "write", Expires: now.Add(-time.Hour)}}, NewToken: "wb_6b1c0f9a8e7d4c3b2a19",
		News: []ui.NewsGroup{{Title: "Your shifts", List: []ui.NewsChoice{
			{Kind: "shift.soon", Words: "A shift of yours begins", By: map[string]bool{"slack": true}, Lead: "24", Leads: []ui.Option{{Value: "1", Label: "1 hour before"}, {Value: "24", Label: "24 hours before"}}},
			{Kind: "cover.asked", Words: "Somebody asks you for cover or a swap", By: map[string]bool{"email": true, "slack": true}},
		}}, {Title: "Surveys", List: []ui.NewsChoice{{Kind: "pulse.results", Words: "Results of a survey are there"}}}},
		Media:  []ui.NewsMedium{{Name: "email", Label: "E-mail"}, {Name: "slack", Label: "Slack"}},
		Letter: []ui.Letter{{Words: "Somebody asks you for cover or a swap", By: "E-mail", At: now.Add(-time.Hour), State: "sent"}, {Words: "A shift is handed over to you", By: "Slack", At: now.Add(-2 * time.Hour), State: "failed", Problem: "550 no such user"}}}
	lengthy := full
	lengthy.Frame, lengthy.Email, lengthy.NoPassword, lengthy.Feeds = long("Your account", "account"), longText, longText, longFeeds()
	lengthy.FeedForm = longFeedForm()
	lengthy.News = []ui.NewsGroup{{Title: longText, List: []ui.NewsChoice{{Kind: longText, Words: longText, By: map[string]bool{"email": true}, Lead: "1", Leads: []ui.Option{{Value: "1", Label: longText}}}}}}
	lengthy.Letter = []ui.Letter{{Words: longText, By: longText, At: now, State: "waits", Problem: longText}}
	lengthy.Name = ui.Field{Value: longText, Error: longText}
	lengthy.Sessions = []ui.Session{{ID: longText, Client: longText, Where: longText, Seen: now}}
	lengthy.Tokens = []ui.Token{{ID: 1, Name: longText, Scope: longText, Expires: now}}
	return []fixture{{"account", "full", full}, {"account", "empty", ui.Account{Frame: bare("Your account", "account")}}, {"account", "long", lengthy}}
}

// many is a frame of somebody who may open more teams than the navigation lists.
func many(title string) ui.Frame {
	f := frame(title, "teams")
	f.MoreTeams, f.Recent, f.Team = true, []ui.TeamLink{{ID: 3, Name: "Storage"}, {ID: 4, Name: "Platform reliability"}}, nil
	return f
}

func adminFixtures() []fixture {
	full := ui.Admin{Frame: frame("People and teams", "admin"),
		People:      []ui.AdminPerson{{ID: 1, Name: "Priya Raman", Email: "priya@example.com", Teams: []string{"Payments Platform", "Search"}, Admin: true, Account: true, Me: true, Seen: now.Add(-time.Minute)}, {ID: 2, Name: "Marcus Bell", Email: "marcus@example.com", Teams: []string{"Payments Platform"}, Coming: 3, Account: true}, {ID: 3, Name: "Former Person", Email: "former@example.com", Inactive: true, Seen: now.Add(-900 * time.Hour)}},
		Services:    []ui.AdminService{{ID: 8, Name: "Wallboard", Used: now.Add(-3 * time.Minute), Tokens: []ui.Token{{ID: 5, Name: "Office", Scope: "read", Used: now.Add(-3 * time.Minute), Expires: now.Add(30 * 24 * time.Hour)}}, NewToken: "wb_6b1c0f9a8e7d4c3b2a19"}, {ID: 9, Name: "Old status page", Inactive: true}},
		AllTeams:    []ui.AdminTeam{{ID: 1, Name: "Payments Platform", Zone: "Europe/Berlin", Members: 8, Managers: []string{"Leila Haddad"}}, {ID: 2, Name: "Search", Zone: "America/New_York", Members: 1}},
		Invitations: []ui.Invitation{{ID: 1, Email: "jonas@example.com", Team: "Search", By: "Priya Raman", Expires: now.Add(99 * time.Hour)}}, Link: "https://watchbill.example.com/invite/9f8e7d6c5b4a",
		TeamOptions: []ui.Option{{Value: "", Label: "No team yet"}, {Value: "1", Label: "Payments Platform"}}, SignOn: ui.SignOn{On: true, Name: "Acme SSO", Issuer: "https://sso.example.com", Checked: now.Add(-time.Minute), Password: true}}
	full.Found, full.TeamCount = ui.Found{All: 3, Most: 50}, 2
	full.News = []ui.NewsState{{Label: "E-mail", Sent: 48, Waiting: 1, Last: now.Add(-5 * time.Minute)}, {Label: "Slack", GivenUp: 2, Problem: "the token was revoked at Slack (token_revoked)", At: now.Add(-time.Minute)}}
	full.Undelivered = []ui.Undelivered{{Name: "Marcus Bell", By: "Slack", Problem: "refused: Slack knows nobody with this e-mail address (users_not_found)", At: now.Add(-time.Hour)}, {Name: "Priya Raman", By: "E-mail", Problem: "452 mailbox full", At: now.Add(-2 * time.Hour), Waits: true}}
	lengthy := full
	lengthy.Frame = long("People and teams", "admin")
	lengthy.Found, lengthy.TeamOptions, lengthy.TeamCount, lengthy.MoreInvitations = ui.Found{Query: longText, All: 8214, Most: 50, Back: "/admin?before=1", On: "/admin?after=2"}, nil, 1000, 70
	lengthy.TeamID = ui.Field{Value: longText, Error: longText}
	lengthy.MoreTeams, lengthy.Recent = true, []ui.TeamLink{{ID: 3, Name: longText}}
	lengthy.People = []ui.AdminPerson{{ID: 1, Name: longText, Email: longText, Teams: []string{longText}}}
	lengthy.Services = []ui.AdminService{{ID: 8, Name: longText, Tokens: []ui.Token{{ID: 5, Name: longText, Expires: now}}, NewToken: longText, TokenName: ui.Field{Value: longText, Error: longText}}}
	lengthy.ServiceName = ui.Field{Value: longText, Error: longText}
	lengthy.AllTeams = []ui.AdminTeam{{ID: 1, Name: longText, Zone: longText, Managers: []string{longText}}}
	lengthy.Invitations = []ui.Invitation{{ID: 1, Email: longText, Team: longText, By: longText, Expires: now}}
	lengthy.News = []ui.NewsState{{Label: longText, Problem: longText, At: now}, {Label: longText}}
	lengthy.Undelivered = []ui.Undelivered{{Name: longText, By: longText, Problem: longText, At: now, Waits: true}}
	lengthy.SignOn = ui.SignOn{On: true, Name: longText, Issuer: longText, Problem: longText}
	person := ui.PersonPage{Frame: frame("Marcus Bell", ""), ID: 2, Name: "Marcus Bell", Email: "marcus@example.com", TheirZone: "America/New_York", Works: "09:00-17:00", InTeams: []ui.TeamLink{{ID: 1, Name: "Payments Platform"}}, MayLog: true, SignOn: true, ShiftsBefore: 90,
		Shifts: []ui.ShiftLine{shiftLine(14, "Marcus Bell", berlin(dec, 7, 10), berlin(dec, 14, 10))}, Away: []ui.Absence{{ID: 1, Start: berlin(dec, 23, 0), End: berlin(jan, 2, 0), AllDay: true, Label: "Holiday"}, {ID: 2, Start: berlin(jan, 11, 9), End: berlin(jan, 11, 12)}},
		Access: &ui.AdminPerson{ID: 2, Name: "Marcus Bell", Email: "marcus@example.com", Account: true, Coming: 1, Seen: now.Add(-time.Hour), ResetLink: "https://watchbill.example.com/reset/9f8e7d6c5b4a"}}
	longPerson := person
	longPerson.Frame, longPerson.Name, longPerson.Email, longPerson.TheirZone, longPerson.Works = long("Marcus Bell", ""), longText, longText, "America/Argentina/ComodRivadavia", longText
	longPerson.InTeams, longPerson.Away = []ui.TeamLink{{ID: 1, Name: longText}, {ID: 2, Name: longText}}, []ui.Absence{{ID: 1, Start: now, End: now.Add(time.Hour), Label: longText}}
	longPerson.Access = &ui.AdminPerson{ID: 2, Name: longText, Email: longText, Admin: true, Inactive: true}
	longPerson.Left, longPerson.Erasure = true, &ui.Erasure{Due: now, First: []ui.Obstacle{{Text: longText}, {Text: longText, Path: "/teams/1/pay"}}}
	gone := ui.PersonPage{Frame: frame("Former member 17", ""), ID: 2, Name: "Former member 17", TheirZone: "UTC", Left: true, Former: true, ShiftsBefore: 90, Access: &ui.AdminPerson{ID: 2, Name: "Former member 17", Inactive: true}, Erasure: &ui.Erasure{Done: now}}
	leaver := person
	leaver.Left, leaver.Shifts, leaver.Access, leaver.Erasure = true, nil, &ui.AdminPerson{ID: 2, Name: "Marcus Bell", Email: "marcus@example.com", Account: true, Inactive: true}, &ui.Erasure{Due: now.AddDate(0, 3, 0)}
	rows := []ui.AuditRow{{When: now.Add(-time.Hour), Who: "Leila Haddad", What: "published a schedule for", About: "Payments Platform", Note: "21 Dec 2026 – 17 Jan 2027, 14 changes"}, {When: now.Add(-30 * time.Hour), What: "sent a reminder to", About: "Marcus Bell"}, {When: now.Add(-500 * 24 * time.Hour), Who: "Priya Raman", What: "signed in"}}
	longRow := ui.AuditRow{When: now, Who: longText, What: longText, About: longText, Note: longText}
	return []fixture{
		{"teams", "full", ui.Teams{Frame: many("Teams"), Found: ui.Found{All: 1000, Most: 2, On: "/teams?after=2"}, List: full.AllTeams}},
		{"teams", "empty", ui.Teams{Frame: bare("Teams", "teams")}},
		{"teams", "long", ui.Teams{Frame: long("Teams", "teams"), Found: ui.Found{Query: longText, All: 1, Most: 50, Back: "/teams?before=1", On: "/teams?after=1"}, List: lengthy.AllTeams}},
		{"teams", "none", ui.Teams{Frame: bare("Teams", "teams"), Found: ui.Found{Query: "payments", Most: 50}}},
		{"admin", "full", full}, {"admin", "empty", ui.Admin{Frame: frame("People and teams", "admin")}}, {"admin", "long", lengthy},
		{"audit", "full", ui.Audit{Frame: frame("Audit log", "audit"), Rows: rows, Older: "?before=1", Scopes: []ui.Option{{Value: "", Label: "Mine"}, {Value: "all", Label: "Everything"}}, Of: ui.Field{Value: "all"}}}, {"audit", "empty", ui.Audit{Frame: frame("Audit log", "audit"), Query: ui.Field{Value: "nobody"}}}, {"audit", "long", ui.Audit{Frame: long("Audit log", "audit"), Rows: []ui.AuditRow{longRow}, Newer: "?", Whose: 7, WhoseName: longText, Query: ui.Field{Value: longText}}},
		{"person", "full", person}, {"person", "empty", ui.PersonPage{Frame: bare("Marcus Bell", ""), ID: 2, Name: "Marcus Bell", TheirZone: "UTC", ShiftsBefore: 90}}, {"person", "long", longPerson}, {"person", "gone", gone}, {"person", "leaver", leaver},
		{"error", "full", ui.ErrorPage{Frame: frame("Not found", ""), Status: 404, What: "There is no such page", Do: "The shift may have been replaced by a newer schedule. Look for it there.", Back: "/teams/1/schedule", ID: "4f2a"}},
		{"error", "empty", ui.ErrorPage{Frame: out("Error"), Status: 500, What: "Something went wrong"}},
		{"error", "long", ui.ErrorPage{Frame: long("Error", ""), Status: 403, What: longText, Do: longText, ID: longText}},
	}
}

// twoTimes is the choice of a time that comes twice.
func twoTimes() *ui.Twice {
	return &ui.Twice{Chosen: "2026-10-25T01:30:00Z", Options: [2]ui.Option{
		{Value: "2026-10-25T00:30:00Z", Label: "The first 02:30 (summer time, UTC+2)"},
		{Value: "2026-10-25T01:30:00Z", Label: "The second 02:30 (winter time, UTC+1)"},
	}}
}
