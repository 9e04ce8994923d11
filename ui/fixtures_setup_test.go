package ui_test

import (
	"time"

	"watchbill/ui"
)

func wizardSteps(current, done int) []ui.WizardStep {
	var all []ui.WizardStep
	for i, name := range []string{"Team", "People", "Rotation", "Check", "Subscribe"} {
		s := ui.WizardStep{Name: name, Done: i < done, Current: i == current}
		if i <= done && i < 4 {
			s.Path = "/setup/3/team"
		}
		all = append(all, s)
	}
	return all
}

func wizardFixtures() []fixture {
	regions := []ui.Option{{Value: "", Label: "As the team"}, {Value: "DE-BE", Label: "Germany, Berlin"}, {Value: "FR", Label: "France"}}
	zones := []string{"Europe/Berlin", "Europe/Paris"}
	names := []string{"Aiko Tanaka", "Chidi Okafor", "Ingrid Solberg", "Jonas Weber", "Leila Haddad", "Marcus Bell"}
	at := func(step string, i int) ui.Wizard {
		return ui.Wizard{Frame: frame("Set up a team", "admin"), Step: step, Base: "/setup/3", Steps: wizardSteps(i, i), Zones: zones, Regions: regions,
			Name: ui.Field{Value: "Payments"}, ZoneName: ui.Field{Value: "Europe/Berlin"}, Holidays: ui.Field{Value: "DE-BE"}}
	}
	team := at("team", 0)
	team.Base, team.Name, team.Unfinished = "", ui.Field{Value: "Search", Error: "There is a team called “Search” already; choose another name."}, []ui.Unfinished{{ID: 2, Name: "Checkout", Path: "/setup/2/people"}}
	blank := ui.Wizard{Frame: bare("Set up a team", "admin"), Step: "team", Steps: wizardSteps(0, 0), Zones: zones, Regions: regions}

	people := at("people", 1)
	people.Demo = true
	for i, n := range names {
		people.Members = append(people.Members, ui.WizardPerson{N: i, Name: ui.Field{Value: n}, Email: ui.Field{Value: "person@example.com"}, Zone: ui.Field{Value: "Europe/Berlin"}, Known: i == 1, Guessed: i > 1})
	}
	people.Members[2].Email = ui.Field{Value: "ingrid@", Error: "This is not an e-mail address."}
	nobody := at("people", 1)
	nobody.Paste = ui.Field{Error: "Write at least one person, or use invented people."}

	rotation := at("rotation", 2)
	rotation.Lengths = []ui.Option{{Value: "day", Label: "1 day"}, {Value: "week", Label: "1 week"}, {Value: "weeks", Label: "2 weeks"}, {Value: "split", Label: "Weekdays and weekend"}}
	rotation.Days = []ui.Option{{Value: "Mon", Label: "Monday"}}
	rotation.Covers = []ui.Option{{Value: "", Label: "All day and night"}}
	rotation.Length, rotation.At, rotation.First = ui.Field{Value: "week"}, ui.Field{Value: "10:00"}, ui.Field{Value: "2026-11-23"}
	rotation.Cadence = &ui.CadenceView{Between: "35 days", Weeks: "8.7", Weekends: "8.7", Tone: "good", Text: "Comfortable: at most one week in six, with room for time off."}
	for i, n := range names {
		rotation.Cadence.Weekend = append(rotation.Cadence.Weekend, ui.CadenceBar{X: float64(7*i+5) / 42, W: 2.0 / 42})
		rotation.Cadence.Rows = append(rotation.Cadence.Rows, ui.CadenceRow{Name: n, Bars: []ui.CadenceBar{{X: float64(i) / 6, W: 1.0 / 6, Backup: i == 3}}})
	}
	often := rotation
	often.Length, often.At2 = ui.Field{Value: "split"}, ui.Field{Error: "Write the time like 17:00."}
	often.Cadence = &ui.CadenceView{Between: "7 days", Weeks: "26", Weekends: "26", Tone: "bad", Text: "Too often: one week in two. Two more people would make it one in four."}

	check := at("check", 3)
	plan := draftFixtures()[3].data.(ui.Draft)
	check.Plan = &plan
	broken := at("check", 3)
	broken.Error = "A turn of 2 weeks fits into no limit of 1 week in 4 weeks; shorten the turns or raise the limit."

	lengthy := at("people", 1)
	lengthy.Frame, lengthy.Error, lengthy.Paste = long("Set up a team", "admin"), longText, ui.Field{Value: longText, Error: longText}
	lengthy.Members = []ui.WizardPerson{{Name: ui.Field{Value: longText, Error: longText}, Email: ui.Field{Value: longText}, Zone: ui.Field{Value: longText}, Known: true}}
	longRotation := rotation
	longRotation.Frame = long("Set up a team", "admin")
	longRotation.Cadence = &ui.CadenceView{Between: "35 days", Weeks: "8.7", Weekends: "8.7", Tone: "warn", Text: longText, Rows: []ui.CadenceRow{{Name: longText}}}

	welcome := ui.Welcome{Frame: frame("Welcome", "team"), Steps: wizardSteps(4, 4), Mine: true, Plan: ui.DraftLine{From: berlin(nov, 23, 0), To: berlin(jan, 18, 0)},
		Invite: []ui.WelcomePerson{{Name: "Aiko Tanaka", Email: "aiko@example.com"}, {Name: "Jonas Weber", Email: "jonas@example.com"}}, Without: []string{"Marcus Bell"}}
	longWelcome := welcome
	longWelcome.Frame, longWelcome.Invite, longWelcome.Without = long("Welcome", "team"), []ui.WelcomePerson{{Name: longText, Email: longText}}, []string{longText, longText}
	longWelcome.Plan = ui.DraftLine{From: now, To: now.Add(time.Hour)}
	return []fixture{
		{"wizard", "full", rotation}, {"wizard", "empty", blank}, {"wizard", "long", lengthy},
		{"wizard", "team", team}, {"wizard", "people", people}, {"wizard", "nobody", nobody}, {"wizard", "often", often}, {"wizard", "check", check},
		{"wizard", "broken", broken}, {"wizard", "long-rotation", longRotation},
		{"welcome", "full", welcome}, {"welcome", "long", longWelcome},
		{"welcome", "empty", ui.Welcome{Frame: frame("Welcome", "team"), Steps: wizardSteps(4, 4), NoPlan: "The first plan could not be made at once."}},
	}
}

func ruleFixtures() []fixture {
	days := []ui.Option{{Value: "Mon", Label: "Monday"}, {Value: "Fri", Label: "Friday"}}
	regions := []ui.Option{{Value: "", Label: "None"}, {Value: "DE-BE", Label: "Germany, Berlin"}, {Value: "FR", Label: "France"}}
	rotation := ui.RuleForm{Frame: frame("Rotation", "team"), Kind: "rotation", Action: "/teams/1/settings/rotations/1", Base: teamFile, RulesID: 2, From: ui.Field{Value: "2026-12-07"}, Days: days,
		Name: ui.Field{Value: "primary"}, Covers: ui.Field{Value: "Mon-Fri 09:00-17:00\nnight: 22:00-06:00 Europe/Berlin"}, Skills: ui.Field{Value: "db", Error: "Nobody who takes it has the skills [db]."}, HolidayShifts: true, CanRemove: true,
		HandoverError: ui.Field{Error: "“Moonday 09:00” is no hand-over."},
		Handover:      ui.HandoverForm{Kind: "twice", WeeklyDay: "Mon", WeeklyAt: "09:00", Day1: "Mon", At1: "09:00", Day2: "Fri", At2: "17:00", DailyAt: "09:00", DaysN: "14", DaysAt: "09:00", HoursN: "12", HoursAt: "08:00"}}
	blank := ui.RuleForm{Frame: frame("Rotation", "team"), Kind: "rotation", Action: "/teams/1/settings/rotations/new", IsNew: true, From: ui.Field{Value: "2026-12-07"}, Days: days, Handover: ui.HandoverForm{Kind: "weekly"}}
	limits := ui.RuleForm{Frame: frame("Limits", "team"), Kind: "limits", Action: "/teams/1/settings/limits", From: ui.Field{Value: "2026-12-07"}, Regions: regions, Holidays: regions[1:], ShareHolidays: true,
		OnCall: ui.Field{Value: "1 week in 4"}, Rest: ui.Field{Value: "eleven", Error: "“eleven” is not a length of time; write it like 11h."}, Holiday: ui.Field{Value: "4"}, Errors: []ui.LineError{{Text: "Nobody takes backup."}}}
	lengthy := rotation
	lengthy.Frame, lengthy.Error, lengthy.Errors = long("Rotation", "team"), longText, []ui.LineError{{Text: longText}}
	lengthy.Name, lengthy.Covers, lengthy.Handover.Text = ui.Field{Value: longText, Error: longText}, ui.Field{Value: longText}, longText

	conflict := ui.Conflict{Frame: frame("Changed twice", "team"), Theirs: teamFile, Mine: "team: Payments Platform\n", By: "Leila Haddad", When: now.Add(-3 * time.Minute), From: ui.Field{Value: "2026-12-07"}, RulesID: 2,
		Lines: []ui.DiffLine{{Text: "team: Payments Platform"}, {Kind: "theirs", Text: "    handover: Mon 10:00"}, {Kind: "mine", Text: "    handover: Tue 10:00"}}}
	longConflict := conflict
	longConflict.Frame, longConflict.By, longConflict.Lines = long("Changed twice", "team"), longText, []ui.DiffLine{{Kind: "mine", Text: longText}}

	member := ui.MemberPage{Frame: frame("Aiko Tanaka", "team"), PersonID: 2, Name: "Aiko Tanaka", Email: "aiko@example.com", Share: ui.Field{Value: "80"}, Until: ui.Field{Value: "2026-01-01", Error: "2026-01-01 is before the first day 2026-06-01."},
		TakesPart: true, Duties: []ui.Option{{Value: "1", Label: "primary"}, {Label: "backup"}}, Skills: ui.Field{Value: "db"}, OnCall: ui.Field{Value: "1 week in 4"}, Regions: regions, ChangeOnCall: true,
		Clash: "member; share 60 %; takes primary.",
		Changes: []ui.MemberChangeLine{{ID: 1, From: berlin(nov, 2, 0), Text: "takes part with 80 %", By: "Leila Haddad"}, {ID: 2, From: berlin(jan, 4, 0), Text: "pauses", Ahead: true, By: "Leila Haddad"},
			{ID: 1, From: berlin(jan, 11, 0), Text: "skills db, net; on call at most 1 week in 6", Ahead: true, By: "Leila Haddad", Terms: true}},
		TermsHold: true, Terms: ui.TermsForm{Duties: []ui.Option{{Value: "1", Label: "primary"}, {Label: "backup"}}, ChangeTakes: true, Takes: ui.Field{Error: "Choose at least one rotation."}, From: ui.Field{Value: "2026-01-01", Error: "2026-01-01 is past; choose today or a day to come."}, Skills: ui.Field{Value: "db, net"}, ChangeSkills: true}}
	longMember := member
	longMember.Frame, longMember.Name, longMember.Email, longMember.Error, longMember.Clash = long("Member", "team"), longText, longText, longText, longText
	longMember.Duties, longMember.Changes = []ui.Option{{Label: longText}}, []ui.MemberChangeLine{{ID: 1, From: now, Text: longText, By: longText, Ahead: true}}
	return []fixture{
		{"rules", "full", rotation}, {"rules", "empty", blank}, {"rules", "limits", limits}, {"rules", "long", lengthy},
		{"conflict", "full", conflict}, {"conflict", "empty", ui.Conflict{Frame: frame("Changed twice", "team"), When: now}}, {"conflict", "long", longConflict},
		{"member", "full", member}, {"member", "empty", ui.MemberPage{Frame: frame("Member", "team"), Name: "Somebody"}}, {"member", "long", longMember},
	}
}
