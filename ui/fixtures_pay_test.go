package ui_test

import (
	"watchbill/ui"
)

func payFixtures() []fixture {
	rows := []ui.PayRow{
		{What: "Primary", When: "Mon 2 Nov 09:00 – Mon 9 Nov 09:00", Rule: "Weekend", Count: "48 h", Rate: "15.00 EUR an hour", Amount: "720.00 EUR"},
		{What: "Primary", When: "Mon 2 Nov 09:00 – Mon 9 Nov 09:00", Rule: "base rate", Count: "45 h 10 min 5 s", Rate: "5.00 EUR an hour", Amount: "225.84 EUR"},
		{What: "Call-outs", When: "Sun 1 Nov 00:00 – Mon 30 Nov 24:00", Rule: "each call-out", Count: "3 call-outs", Rate: "25.00 EUR each", Amount: "75.00 EUR"},
		{What: "Secondary", When: "Mon 12 Oct 09:00 – Mon 19 Oct 09:00", Rule: "Night", Count: "−24 h", Rate: "7.50 EUR an hour", Amount: "−180.00 EUR", Correction: true, Month: "October 2026", Below: true},
	}
	wordy := []ui.PayRow{{longText, longText, longText, longText, longText, longText, true, longText, true}}
	sums := []string{"1,020.84 EUR", "12,000 JPY"}
	rules := ui.PayRulesPage{Frame: frame("Rules of pay", "pay"), From: ui.Field{Value: "2026-12-01"}, Currency: ui.Field{Value: "EURO", Error: "Write it in capitals as banks do, like EUR."}, Clock: ui.Field{Value: "Europe/Berlin"},
		Paged: true, Unit: ui.Field{Value: "hour"}, Base: ui.Field{Value: "5.00"}, Overlap: ui.Field{Value: "once"}, Rotations: []string{"primary", "secondary"}, Text: "{}", TextOpen: true, TextErrors: []string{"tz: Rules need a time zone, like Europe/Berlin."},
		Weekly: []ui.PayRuleRow{{Name: ui.Field{Value: "Weekend"}, When: ui.Field{Value: "Sat Sun"}, Rate: ui.Field{Value: "15.00"}}, {Name: ui.Field{Error: "A rule needs a name; it is on the pay slip."}, When: ui.Field{Value: "Mon-Fri 18:00-09:00"}, Rate: ui.Field{Value: "x", Error: "“x” is no amount; write it like 7.05."}}},
		Once: []ui.PayOnceRow{{Name: ui.Field{Value: "Christmas"}, From: ui.Field{Value: "2026-12-25T00:00"}, Until: ui.Field{Value: "2026-12-26T00:00"}, Rate: ui.Field{Value: "30.00"}},
			{Name: ui.Field{Value: "Change"}, From: ui.Field{Value: "2026-10-25T02:30", Twice: twoTimes()}, Until: ui.Field{Value: "2026-10-25T04:00"}, Rate: ui.Field{Value: "30.00"}}}}
	full := ui.PayMonthPage{Frame: frame("On-call pay", "pay"), Month: "November 2026", Base: "/teams/1/pay/2026-11", CSV: "/api/v1/teams/1/pay/2026-11/lines.csv", Number: 3, CanDo: true, Seen: "abc", Sums: sums, Mended: 1, Clock: "Europe/Berlin",
		Flags: []string{"12 pages outside working hours paid nothing, because nobody acknowledged them. Many pagers, Alertmanager for one, tell of no acknowledgement: with “Being paged is enough” in the rules of pay, being called is paid as a call-out.", "These rules pay for being called. That rewards pages: look at who gains from an alert that stays."}, People: []ui.PayPerson{{3, "Aiko Tanaka", sums, rows}, {2, "Chidi Okafor", sums[:1], rows[:2]}}}
	return []fixture{
		{"minepay", "full", ui.MinePay{Frame: frame("My pay", "home"), Paid: []ui.OwnPay{{Team: ui.TeamLink{ID: 1, Name: "Payments Platform"}, Key: 1, Months: []ui.PayMonthCard{{"November 2026", "", sums, rows}, {"October 2026", "Statement 2, published Mon 2 Nov by Leila Haddad", sums[:1], rows[:2]}}}, {Team: ui.TeamLink{Name: "Search"}, Key: 2}}}},
		{"minepay", "empty", ui.MinePay{Frame: bare("My pay", "home")}},
		{"minepay", "long", ui.MinePay{Frame: long("My pay", "home"), Paid: []ui.OwnPay{{Team: ui.TeamLink{ID: 1, Name: longText}, Key: 1, Months: []ui.PayMonthCard{{longText, longText, []string{longText, longText}, wordy}}}}}},
		{"pay", "full", ui.TeamPay{Frame: frame("On-call pay", "pay"), On: true, Rules: []ui.PayPolicyRow{{"From Thu 1 Oct, version 1: 5.00 EUR an hour; 15.00 EUR Weekend (Sat Sun). On Berlin’s clock.", []string{`Shadow: there is no rotation "shadow" any more; there are primary, secondary.`}}},
			Months: []ui.PayMonthRow{{"November 2026", "/teams/1/pay/2026-11", "running", "", "Look"}, {"October 2026", "/teams/1/pay/2026-10", "to publish", "accent", "Look and publish"}, {"September 2026", "/teams/1/pay/2026-09", "published Fri 2 Oct", "good", "Look"}}}},
		{"pay", "empty", ui.TeamPay{Frame: frame("On-call pay", "pay")}},
		{"pay", "long", ui.TeamPay{Frame: long("On-call pay", "pay"), On: true, Rules: []ui.PayPolicyRow{{longText, []string{longText, longText}}}, Months: []ui.PayMonthRow{{longText, "/teams/1/pay/2026-11", longText, "accent", longText}}}},
		{"paymonth", "full", full},
		{"paymonth", "empty", ui.PayMonthPage{Frame: frame("On-call pay", "pay"), Month: "November 2026", Base: "/teams/1/pay/2026-11", Clock: "Europe/Berlin", Why: "The month is not over: this is what it comes to by the plan as it is now."}},
		{"paymonth", "long", ui.PayMonthPage{Frame: long("On-call pay", "pay"), Month: longText, Base: "/teams/1/pay/2026-11", Clock: "America/Argentina/ComodRivadavia", Published: longText, Sums: []string{longText}, Flags: []string{longText}, Mended: 12, People: []ui.PayPerson{{3, longText, []string{longText}, wordy}}}},
		{"payrules", "full", rules},
		{"payrules", "empty", ui.PayRulesPage{Frame: frame("Rules of pay", "pay"), Weekly: []ui.PayRuleRow{{}}}},
		{"payrules", "long", ui.PayRulesPage{Frame: long("Rules of pay", "pay"), Error: longText, Rotations: []string{longText}, Text: longText, TextErrors: []string{longText}, TextOpen: true, From: ui.Field{Error: longText}, Base: ui.Field{Value: longText, Error: longText},
			Weekly: []ui.PayRuleRow{{Name: ui.Field{Value: longText, Error: longText}, When: ui.Field{Value: longText, Error: longText}}}, Once: []ui.PayOnceRow{{Name: ui.Field{Value: longText, Error: longText}}}}},
	}
}
