package ui_test

import (
	"strings"
	"time"

	"watchbill/ui"
)

// The fixtures are one invented team on Friday 20 November 2026, once full,
// once empty and once with texts far longer than anybody should write.

var now = time.Date(2026, 11, 20, 10, 42, 0, 0, time.UTC)

func berlin(month time.Month, day, hour int) time.Time {
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	year := 2026
	if month < 6 {
		year = 2027
	}
	return time.Date(year, month, day, hour, 0, 0, 0, loc)
}

const (
	nov = time.November
	dec = time.December
	jan = time.January
	mar = time.March
)

var longText = strings.Repeat("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft und Freunde ", 3)

func frame(title, nav string) ui.Frame {
	teams := []ui.TeamLink{{ID: 1, Name: "Payments Platform", Manager: true, Member: true}, {ID: 2, Name: "Search", Member: true}}
	return ui.Frame{
		Title: title, Nav: nav, Person: &ui.Me{Name: "Priya Raman", Zone: "Europe/London", Admin: true}, Teams: teams, Team: &teams[0],
		Zone: "Europe/London", Now: now, Path: "/", Waiting: 2,
	}
}

func bare(title, nav string) ui.Frame {
	return ui.Frame{Title: title, Nav: nav, Person: &ui.Me{Name: "Priya Raman", Zone: "Europe/London"}, Zone: "Europe/London", Now: now, Path: "/"}
}

func out(title string) ui.Frame { return ui.Frame{Title: title, Zone: "UTC", Now: now, Path: "/"} }

func long(title, nav string) ui.Frame {
	f := frame(title, nav)
	f.Person = &ui.Me{Name: longText, Zone: "America/Argentina/ComodRivadavia"}
	f.Teams = []ui.TeamLink{{ID: 1, Name: longText, Manager: true, Member: true}, {ID: 2, Name: "Search"}}
	f.Team = &f.Teams[0]
	f.Flash = &ui.Flash{Kind: "warn", Text: longText}
	f.BrowserZoneNote = true
	f.Theme = "dark"
	return f
}

type fixture struct {
	page    string // as Render knows it
	variant string // full, empty or long
	data    any
}

func fixtures() []fixture {
	var all []fixture
	for _, f := range [][]fixture{doorFixtures(), homeFixtures(), scheduleFixtures(), shiftFixtures(), timeOffFixtures(), importFixtures(), pagerFixtures(), webhookFixtures(), teamFixtures(), draftFixtures(), accountFixtures(), adminFixtures(), wizardFixtures(), ruleFixtures(), burdenFixtures(), itemFixtures(), indicatorFixtures(), reviewFixtures(), tellFixtures(), diaryFixtures(), handOverFixtures(), owedFixtures(), payFixtures(), pulseFixtures(), healthFixtures(), organisationFixtures(), whatIfFixtures(), gapFixtures(), keptFixtures()} {
		all = append(all, f...)
	}
	return all
}

func shiftLine(id int64, who string, from, to time.Time) ui.ShiftLine {
	return ui.ShiftLine{ID: id, Rotation: "Primary", Kind: "primary", Team: "Payments Platform", Person: who, Mine: who == "Priya Raman", Start: from, End: to}
}

func requests() []ui.Request {
	mine := ui.ShiftLine{ID: 12, Rotation: "Backup", Kind: "backup", Person: "Priya Raman", Mine: true, Start: berlin(nov, 23, 10), End: berlin(nov, 30, 10)}
	return []ui.Request{
		{ID: 1, Swap: true, State: "open", From: "Jonas Weber", To: "you", ShiftID: 15, Rotation: "Backup", Start: berlin(dec, 14, 10), End: berlin(dec, 21, 10), Give: &mine,
			Asked: now.Add(-26 * time.Hour), Expires: berlin(nov, 22, 18), CanAccept: true, CanDecline: true, Sides: []ui.Side{fine("You"), fine("Jonas Weber")}},
		{ID: 2, State: "open", From: "Ingrid Solberg", To: "everyone in Payments Platform", ShiftID: 16, Rotation: "Primary", Start: berlin(dec, 31, 10), End: berlin(jan, 2, 10), Message: "My sister gets married that day. I can take any week in January for it.",
			Asked: now.Add(-3 * time.Hour), CanDecline: true, Blocked: "away 23 Dec – 1 Jan", Against: true, CanApprove: true, Reminded: true, Sides: []ui.Side{against("You"), fine("Ingrid Solberg")}},
	}
}

// fine is somebody whom no rule keeps from anything, against somebody whom two do.
func fine(who string) ui.Side {
	return ui.Side{Who: who, Load: "13 → 54 points below the fair share", Details: []string{"1 week on call within 3 weeks; the rule is at most 1 week in 3 weeks", "Nothing else within two weeks"}}
}

func against(who string) ui.Side {
	s := fine(who)
	s.Broken = []string{"Away 23 Dec – 1 Jan", "No rest before Secondary on Mon 4 Jan; the rule is at least 11 hours"}
	return s
}

func longSides() []ui.Side {
	return []ui.Side{{Who: longText, Broken: []string{longText, longText}, Load: longText, Details: []string{longText}}, {Who: longText, Load: longText}}
}

func asked() []ui.Request {
	return []ui.Request{
		{ID: 3, ByMe: true, State: "open", From: "Priya Raman", To: "Marcus Bell", ShiftID: 14, Rotation: "Primary", Start: berlin(dec, 8, 18), End: berlin(dec, 9, 8), Message: "Concert. Only the night.", Asked: now.Add(-50 * time.Minute), CanWithdraw: true},
		{ID: 4, ByMe: true, State: "accepted", From: "Priya Raman", To: "everyone in Payments Platform", ShiftID: 17, Rotation: "Primary", Start: berlin(dec, 14, 10), End: berlin(dec, 21, 10), Asked: now.Add(-72 * time.Hour), Answered: now.Add(-70 * time.Hour), AnsweredBy: "Marcus Bell", Undo: 12},
	}
}

func problems() []ui.Problem {
	unfilled := shiftLine(30, "", berlin(dec, 31, 10), berlin(jan, 2, 10))
	return []ui.Problem{{ShiftLine: unfilled, Kind: "unfilled", What: "Nobody has it", Do: "Take it", Href: "/shifts/30"},
		{ShiftLine: shiftLine(14, "Priya Raman", berlin(dec, 24, 10), berlin(dec, 26, 10)), Kind: "away", What: "You are away then", Do: "Ask for cover", Href: "/shifts/14#cover"}}
}

func longProblems() []ui.Problem {
	all := problems()
	for i := range all {
		all[i].Rotation, all[i].Team, all[i].What, all[i].Do = longText, longText, longText, longText
	}
	return all
}

func longRequests() []ui.Request {
	all := append(requests(), asked()...)
	for i := range all {
		all[i].From, all[i].To, all[i].Message, all[i].Rotation = longText, longText, longText, longText
		all[i].Sides = longSides()
		all[i].Note, all[i].AskedBy, all[i].Reminded, all[i].CanApprove = longText, longText, true, false
	}
	return all
}

func doorFixtures() []fixture {
	zones := []string{"Europe/Berlin", "Europe/London", "Asia/Kathmandu"}
	bad := ui.Field{Value: "priya@", Error: "This is not an e-mail address."}
	return []fixture{
		{"login", "full", ui.Login{Frame: out("Sign in"), Next: "/shifts/12", Error: "E-mail and password do not match.", Email: ui.Field{Value: "priya@example.com"}, Providers: []ui.SignOnLink{{Name: "Acme SSO", URL: "/login/oidc"}}}},
		{"login", "empty", ui.Login{Frame: out("Sign in")}},
		{"login", "long", ui.Login{Frame: out("Sign in"), NoPassword: true, Error: longText, Providers: []ui.SignOnLink{{Name: longText, URL: "/login/oidc"}}}},
		{"setup", "full", ui.Setup{Frame: out("Set up"), Zones: zones, Email: bad, Code: ui.Field{Value: "K7QF-22MX", Error: "This code has been used. Restart the program for a new one."}}},
		{"setup", "empty", ui.Setup{Frame: out("Set up")}},
		{"setup", "long", ui.Setup{Frame: out("Set up"), Error: longText, Name: ui.Field{Value: longText, Error: longText}}},
		{"invite", "full", ui.Invite{Frame: out("Join"), Token: "tok", TeamName: "Payments Platform", InvitedBy: "Leila Haddad", Email: "priya@example.com", Zones: zones, Provider: "Acme SSO"}},
		{"invite", "empty", ui.Invite{Frame: out("Join"), Token: "tok", Invalid: "It was used on Mon 2 Nov, or it has run out."}},
		{"reset", "full", ui.Reset{Frame: out("New password"), Token: "tok", Email: "priya@example.com", Tokens: true, Password: ui.Field{Error: "The password needs at least 12 characters; several words make a good one."}}},
		{"reset", "empty", ui.Reset{Frame: out("New password"), Token: "tok"}},
		{"reset", "long", ui.Reset{Frame: out("New password"), Token: strings.Repeat("t", 400), Email: longText, Password: ui.Field{Error: longText}}},
		{"invite", "long", ui.Invite{Frame: out("Join"), Token: "tok", TeamName: longText, InvitedBy: longText, Email: longText, Password: ui.Field{Error: longText}}},
	}
}

func homeFixtures() []fixture {
	next := shiftLine(12, "Priya Raman", berlin(nov, 23, 10), berlin(nov, 30, 10))
	next.Rotation, next.Kind = "Backup", "backup"
	full := ui.Home{
		Frame: frame("My on-call", "home"),
		Next:  &ui.NextShift{ShiftLine: next, Relieves: "Marcus Bell", RelievedBy: "Aiko Tanaka", TeamZone: "Europe/Berlin"},
		Shifts: []ui.ShiftLine{next, shiftLine(14, "Priya Raman", berlin(dec, 7, 10), berlin(dec, 14, 10)),
			shiftLine(18, "Priya Raman", berlin(jan, 18, 10), berlin(jan, 25, 10))},
		ManyMore: 4, Asks: requests(), Asked: asked(),
		TimeOff: []ui.Absence{{ID: 1, Start: berlin(dec, 23, 0), End: berlin(jan, 2, 0), AllDay: true, Label: "Holiday", Source: "you", Clashes: []ui.Clash{{ShiftLine: shiftLine(14, "Priya Raman", berlin(dec, 7, 10), berlin(dec, 14, 10))}}},
			{ID: 2, Start: berlin(jan, 11, 0), End: berlin(jan, 12, 0), AllDay: true, Source: "imported calendar"}},
		Drafts: []ui.DraftNotice{{Team: "Payments Platform", Path: "/teams/1/drafts/4", From: berlin(jan, 18, 0), To: berlin(mar, 15, 0), Ends: berlin(jan, 17, 0)}, {Team: "Search", Path: "/teams/2/drafts/5", Failed: true, Ends: berlin(dec, 6, 0)}},
		Feed:   &ui.FeedLink{Label: "My shifts", URL: "https://watchbill.example.com/feeds/3xjW0d9Jr2Qm6Zt1.ics", Fetched: now.Add(-40 * time.Minute), Client: "Google Calendar"},
	}
	full.Problems = problems()[1:]
	full.Decide = []ui.TeamLink{{ID: 1, Name: "Payments Platform"}}
	full.Warnings = []ui.HomeWarning{
		{Team: "Payments Platform", Question: "What has changed at night in the last weeks?", Week: "16 Nov 2026", Href: "/teams/1/health#asked-2", Item: &ui.HealthLink{Href: "/teams/1/items/4", Text: "Action: Fix: Queue is long, Marcus Bell, due Fri 4 Dec"}, WhatIf: "/teams/1/whatif"},
		{Team: "Search", Question: "Can somebody start later, or hand over?", Week: "16 Nov 2026", Href: "/teams/2/health#asked-3", WhatIf: "/teams/2/whatif"},
	}
	full.Owed = []ui.OwedEnding{{Team: "Payments Platform", Say: "2 h must be taken by Thu 25 Feb."}}
	full.Hand = []ui.HandOverNotice{{Team: "Payments Platform", Href: "/teams/1/handover?at=1", Who: "Marcus Bell", Read: true, Notes: 2}, {Team: "Search", Href: "/teams/2/handover?at=1", Ends: now.Add(5 * time.Hour)}, {Team: "Search", Href: "/teams/2/handover?at=2", Ends: now.Add(-5 * time.Hour)}}
	full.Open, full.OpenMore, full.Untold = toldPages()[:2], 1, 5
	full.Pulses = []ui.MyPulseRow{{Team: "Payments Platform", Number: 4, Closes: berlin(nov, 27, 18), Href: "/pulse/AAAAAAAAAAAAAAAAAAAAAA"}}
	full.Diary = &diaryAsks()[0]
	full.Rest = &ui.MyRest{Say: "woken twice, 3 hours of work in sleeping hours", Rest: berlin(dec, 4, 15), Shift: &next, Until: "2026-12-05T08:00"}
	full.Due = []ui.RestDue{{Name: "Ingrid Solberg", Team: "Payments Platform", Rest: berlin(dec, 4, 16), Shift: &next}, {Name: "Jonas Weber", Team: "Search", Rest: berlin(dec, 4, 12), Asked: true}}
	full.Changes = &ui.Changes{Until: now.Unix(), List: []ui.ShiftChange{
		{ShiftID: 14, Rotation: "Primary", Team: "Payments Platform", Start: berlin(dec, 7, 10), End: berlin(dec, 14, 10), What: "is yours now", Tone: "good", Why: "Plan 3 was published by Leila Haddad", When: now.Add(-time.Hour)},
		{Rotation: "Backup", Start: berlin(nov, 20, 3), End: berlin(nov, 23, 10), What: "is not yours any more", Why: "By Marcus Bell: you had fever", When: now.Add(-time.Minute), Undo: 7}}}
	lengthy := full
	lengthy.Frame = long("My on-call", "home")
	lengthy.Next = &ui.NextShift{ShiftLine: next, On: true, Relieves: longText, RelievedBy: longText, TeamZone: "America/Argentina/ComodRivadavia"}
	lengthy.Next.Team, lengthy.Next.Rotation = longText, longText
	lengthy.Asks, lengthy.Asked = longRequests(), longRequests()
	lengthy.Decide = []ui.TeamLink{{ID: 1, Name: longText}}
	lengthy.Warnings = []ui.HomeWarning{{Team: longText, Question: longText, Week: "16 Nov 2026", Href: "/teams/1/health#asked-2", Item: &ui.HealthLink{Href: "/teams/1/items/4", Text: "Action: " + longText}}}
	lengthy.Owed = []ui.OwedEnding{{Team: longText, Say: longText}}
	lengthy.Hand = []ui.HandOverNotice{{Team: longText, Href: "/teams/1/handover?at=1", Who: longText, Read: true, Notes: 12345}}
	lengthy.Open = []ui.ToldPage{{ID: 1, Title: longText, Service: longText, Team: longText, State: "open", When: now, Said: ui.SaidTags{MayOnIt: true}}}
	longShift := shiftLine(14, longText, now, now.Add(time.Hour))
	longShift.Rotation, longShift.Team = longText, longText
	lengthy.Diary = longDiaryAsk()
	lengthy.Rest = &ui.MyRest{Say: longText, Rest: now, Shift: &longShift, On: true}
	lengthy.Due = []ui.RestDue{{Name: longText, Team: longText, Rest: now, Shift: &longShift}}
	lengthy.Problems, lengthy.Changes = longProblems(), &ui.Changes{List: []ui.ShiftChange{{ShiftID: 1, Rotation: longText, Team: longText, Start: now, End: now.Add(time.Hour), What: longText, Why: longText, When: now, Undo: 3}}}
	lengthy.Feed = &ui.FeedLink{Label: longText, URL: "https://watchbill.example.com/feeds/" + strings.Repeat("x", 300) + ".ics"}
	return []fixture{
		{"home", "full", full},
		{"home", "empty", ui.Home{Frame: bare("My on-call", "home")}},
		{"home", "long", lengthy},
	}
}

func scheduleFixtures() []fixture {
	names := []string{"Priya Raman", "Aiko Tanaka", "Chidi Okafor", "Ingrid Solberg", "Jonas Weber", "Leila Haddad", "Marcus Bell", "Tomás Oliveira"}
	s := ui.Schedule{
		Frame: frame("Schedule", "schedule"), TeamZone: "Europe/Berlin", MyZone: "Europe/London",
		From: time.Date(2026, nov, 16, 0, 0, 0, 0, time.UTC), To: time.Date(2027, jan, 11, 0, 0, 0, 0, time.UTC),
		Earlier: "?from=2026-09-21", Later: "?from=2027-01-11", Today: "?",
		Rotations: []ui.RotationLine{{ID: 1, Name: "Primary", Kind: "primary"}, {ID: 2, Name: "Backup", Kind: "backup"}},
		Covered:   .982, FairNote: "Points since 1 January: a weekday 1, a weekend day 2, a public holiday 3. Part-timers carry their part.",
		Asks: requests(), CanDraft: true, Problems: problems(),
	}
	for i, n := range names {
		s.People = append(s.People, ui.PersonLine{ID: int64(i + 1), Name: n, Me: i == 0})
		d := []float64{0, 0, -1.5, 2, -2, 2, 0, .2}[i]
		s.Fair = append(s.Fair, ui.FairRow{PersonID: int64(i + 1), Name: n, Me: i == 0, Percent: []int{100, 100, 80, 100, 100, 60, 100, 100}[i], Days: 7 + d, Weekends: 2 + d/4, Holidays: float64(i % 3), Points: 34 + 3*d, Share: 34, Difference: d})
	}
	id := int64(9)
	add := func(rot, who int64, from, to time.Time, note string) {
		id++
		s.Shifts = append(s.Shifts, ui.ChartShift{ID: id, Rotation: rot, Person: who, Start: from, End: to, Swapped: note != "", Note: note})
	}
	add(1, 6, berlin(nov, 16, 10), berlin(nov, 23, 10), "")
	add(1, 8, berlin(nov, 23, 10), berlin(nov, 30, 10), "")
	add(1, 4, berlin(nov, 30, 10), berlin(dec, 7, 10), "")
	add(1, 1, berlin(dec, 7, 10), berlin(dec, 14, 10), "Swapped with Marcus")
	add(1, 7, berlin(dec, 14, 10), berlin(dec, 21, 10), "Swapped with Priya")
	add(1, 3, berlin(dec, 21, 10), berlin(dec, 24, 10), "")
	add(1, 6, berlin(dec, 24, 10), berlin(dec, 26, 10), "")
	add(1, 3, berlin(dec, 26, 10), berlin(dec, 28, 10), "")
	add(1, 5, berlin(dec, 28, 10), berlin(dec, 31, 10), "")
	add(1, 4, berlin(dec, 31, 10), berlin(jan, 2, 10), "")
	add(1, 5, berlin(jan, 2, 10), berlin(jan, 4, 10), "")
	add(1, 2, berlin(jan, 4, 10), berlin(jan, 11, 10), "")
	add(2, 7, berlin(nov, 16, 10), berlin(nov, 23, 10), "")
	add(2, 1, berlin(nov, 23, 10), berlin(nov, 30, 10), "")
	add(2, 2, berlin(nov, 30, 10), berlin(dec, 7, 10), "")
	add(2, 3, berlin(dec, 7, 10), berlin(dec, 14, 10), "")
	add(2, 5, berlin(dec, 14, 10), berlin(dec, 21, 10), "")
	add(2, 4, berlin(dec, 21, 10), berlin(dec, 24, 10), "")
	add(2, 7, berlin(dec, 24, 10), berlin(dec, 28, 10), "")
	add(2, 8, berlin(dec, 28, 10), berlin(dec, 31, 10), "")
	add(2, 0, berlin(dec, 31, 10), berlin(jan, 2, 10), "")
	add(2, 8, berlin(jan, 2, 10), berlin(jan, 4, 10), "")
	add(2, 6, berlin(jan, 4, 10), berlin(jan, 11, 10), "")
	s.Away = []ui.ChartAway{{Person: 1, Start: berlin(dec, 23, 0), End: berlin(jan, 2, 0)}, {Person: 2, Start: berlin(dec, 19, 0), End: berlin(jan, 3, 0), Label: "Away · Osaka"},
		{Person: 5, Start: berlin(nov, 30, 0), End: berlin(dec, 7, 0)}, {Person: 6, Start: berlin(dec, 28, 0), End: berlin(jan, 2, 0)}, {Person: 8, Start: berlin(dec, 12, 0), End: berlin(dec, 21, 0), Label: "Parental leave"}}
	s.Holidays = []ui.Holiday{{Name: "Christmas", Start: berlin(dec, 24, 0), End: berlin(dec, 27, 0)}, {Name: "New Year", Start: berlin(dec, 31, 0), End: berlin(jan, 2, 0)}}
	s.Cards = []ui.NowCard{{Rotation: "Primary", Kind: "primary", ShiftID: 10, Person: "Leila Haddad", Reach: true, PersonZone: "Europe/Paris", Until: berlin(nov, 23, 10), Next: "Tomás Oliveira"},
		{Rotation: "Backup", Kind: "backup", ShiftID: 22, Person: "Marcus Bell", PersonZone: "Europe/London", Until: berlin(nov, 23, 10), Next: "you"}}
	next := shiftLine(23, "Priya Raman", berlin(nov, 23, 10), berlin(nov, 30, 10))
	next.Rotation, next.Kind = "Backup", "backup"
	s.Next = &next
	gap := shiftLine(30, "", berlin(dec, 31, 10), berlin(jan, 2, 10))
	gap.Rotation, gap.Kind, gap.Note = "Backup", "backup", "New Year"
	s.Gaps = []ui.ShiftLine{gap}

	empty := ui.Schedule{Frame: frame("Schedule", "schedule"), TeamZone: "Europe/London", MyZone: "Europe/London", From: s.From, To: s.To, CanDraft: true,
		Cards: []ui.NowCard{{Rotation: "Primary", Kind: "primary"}, {Rotation: "Office hours", Idle: "Covers Mon–Fri 08:00–18:00", Next: "Aiko Tanaka"}}}
	empty.AtField = ui.Field{Value: "yesterday", Error: "Write a day and a time, like 2026-12-24T03:00."}
	lengthy := s
	lengthy.Problems = longProblems()
	lengthy.Frame = long("Schedule", "schedule")
	lengthy.InTeam, lengthy.Zone = true, "Europe/Berlin"
	lengthy.People, lengthy.Fair = nil, nil
	for i, p := range s.People {
		p.Name = longText
		f := s.Fair[i]
		f.Name = longText
		lengthy.People, lengthy.Fair = append(lengthy.People, p), append(lengthy.Fair, f)
	}
	lengthy.Rotations = []ui.RotationLine{{ID: 1, Name: longText, Kind: "primary"}, {ID: 2, Name: "Backup", Kind: "backup"}}
	lengthy.Cards = []ui.NowCard{{Rotation: longText, Reach: true, Person: longText, Next: longText, PersonZone: "Asia/Kathmandu", Until: berlin(nov, 23, 10)}}
	lengthy.Asks, lengthy.FairNote = longRequests(), longText
	return []fixture{{"schedule", "full", s}, {"schedule", "empty", empty}, {"schedule", "long", lengthy}}
}
