package ui_test

import (
	"time"

	"watchbill/health"
	"watchbill/schedule"
	"watchbill/ui"
)

// reviewSample is a week of a team of eight, as it was kept.
func reviewSample() *health.Review {
	week := schedule.Date{Year: 2026, Month: 11, Day: 9}
	b := burdenSample()
	from := berlin(nov, 9, 0).UTC()
	breaks := 2
	v := &health.Review{Team: 1, Week: week, Zone: "Europe/Berlin", Config: "th-1", MadeAt: berlin(nov, 16, 0).UTC()}
	v.ReviewDoc = health.ReviewDoc{
		Version: 1, From: from, To: from.AddDate(0, 0, 7), Limit: 14, Weeks: b.Weeks[:11], Wake: b.Wake, Pages: 19, Breaks: &breaks,
		Finding: health.Conclusion{Tone: "bad", Text: "17 interruptions and 4 wake-ups: 3 more than a team can recover from.", Detail: "1 action item is overdue. 1 page was still open."},
		Shifts:  []health.ReviewShift{{Rotation: "primary", Person: 1, Start: from, End: from.Add(33 * time.Hour)}, {Rotation: "primary", Start: from.Add(33 * time.Hour), End: from.AddDate(0, 0, 7)}, {Rotation: "backup", Person: 2, Start: from, End: from.AddDate(0, 0, 7)}},
		Alerts: []health.ReviewAlert{
			{Service: "checkout", Alert: "Queue is long", Pages: 11, Before: 22, Weeks: 9, Lately: 4, Night: 5, NoAction: 3, Tagged: 8},
			{Service: "ledger", Alert: "Balance does not add up", Pages: 7, Open: 1}, {Pages: 1, Before: 1, Weeks: 1},
		},
		More:   2,
		Nights: []health.ReviewNight{{Night: week.AddDays(2), Pages: 4, First: from.Add(73 * time.Hour), Last: from.Add(77 * time.Hour), Alerts: []string{"Queue is long", "Balance does not add up"}}, {Night: week.AddDays(5), Pages: 1, First: from.Add(143 * time.Hour), Last: from.Add(143 * time.Hour)}},
		Open:   []health.ReviewPage{{Page: 8, Service: "ledger", Alert: "Balance does not add up", TriggeredAt: from.Add(160 * time.Hour)}},
		Ahead: health.ReviewAhead{
			Shifts: []health.ReviewShift{{Rotation: "primary", Person: 3, Start: from.AddDate(0, 0, 7), End: from.AddDate(0, 0, 14)}, {Rotation: "backup", Start: from.AddDate(0, 0, 14), End: from.AddDate(0, 0, 21)}},
			Away:   []health.ReviewAway{{Person: 4, Start: from.AddDate(0, 0, 8), End: from.AddDate(0, 0, 12)}},
			Issues: []health.ReviewIssue{{Kind: "unfilled", ReviewShift: health.ReviewShift{Rotation: "backup", Start: from.AddDate(0, 0, 14), End: from.AddDate(0, 0, 21)}}, {Kind: "away", ReviewShift: health.ReviewShift{Rotation: "primary", Person: 4, Start: from.AddDate(0, 0, 8), End: from.AddDate(0, 0, 9)}}},
		},
		Items: health.ReviewItems{
			Overdue: []health.ReviewItem{{Item: 4, Title: "Fix: Queue is long", Owner: 7, Due: week.AddDays(-2), State: health.ItemOpen}}, Due: []health.ReviewItem{{Item: 2, Title: "A replica that can be read from", Due: week.AddDays(9), State: health.ItemOpen}},
			Done: []health.ReviewItem{{Item: 1, Title: "Runbook for the certificate’s renewal", Owner: 2, State: health.ItemDone}}, Noted: []health.ReviewItem{{Item: 3, Title: "Only two people know the ledger", State: health.ItemOpen}},
			OnTime: health.OnTime{Due: 12, Done: 11, Share: 11. / 12, Low: .615, High: .998},
		},
	}
	return v
}

func reviewPage(f ui.Frame, v *health.Review, names map[schedule.ID]string, since *health.ReviewSince) ui.ReviewPage {
	p := ui.ReviewPage{Frame: f, Save: "/teams/1/reviews/2026-11-09", Text: "/api/v1/teams/1/reviews/2026-11-09/text", Earlier: "/teams/1/reviews/2026-11-02", Later: "/teams/1/reviews/2026-11-16", Note: "/teams/1/items?new=1&week=2026-11-09#new", Edit: true}
	p.Fill(v, names, since)
	return p
}

func reviewFixtures() []fixture {
	names := map[schedule.ID]string{1: "Priya Raman", 2: "Aiko Tanaka", 3: "Chidi Okafor", 4: "Ingrid Solberg", 7: "Leila Haddad"}
	full := reviewPage(frame("Weekly review", "burden"), reviewSample(), names, &health.ReviewSince{Interruptions: health.Was{From: 17, To: 18}, Alerts: []health.AlertSince{{Service: "checkout", Alert: "Queue is long", Was: health.Was{From: 11, To: 12}}}, Resolved: 1})
	full.Agreed.Value, full.AgreedText, full.AgreedAt, full.AgreedBy, full.Base = "We mend the queue.", []string{"We mend the queue."}, "Mon 16 Nov 10:12", "Aiko Tanaka", 2
	bareWeek := &health.Review{Week: schedule.Date{Year: 2026, Month: 11, Day: 9}, Zone: "Europe/Berlin", MadeAt: now}
	bareWeek.Hidden, bareWeek.Finding.Text = "fewer than three people were on call first in these weeks, and each could work out what happened to the others", "What pages did is not told for this week."
	empty := reviewPage(frame("Weekly review", "burden"), bareWeek, nil, &health.ReviewSince{})
	empty.Earlier, empty.Later, empty.Edit = "", "", false
	v := reviewSample()
	v.Pending, v.To = true, v.To.Add(time.Hour)
	v.Finding.Text, v.Finding.Detail = longText, longText
	for i := range v.Alerts {
		v.Alerts[i].Alert, v.Alerts[i].Service, v.Alerts[i].Open = longText+longText, longText, 1234
	}
	for range 12 {
		v.Alerts = append(v.Alerts, v.Alerts[0])
	}
	v.Nights[0].Alerts, v.Open[0].Alert, v.Open[0].Service, v.Items.Overdue[0].Title = []string{longText, longText, longText}, longText, longText, longText
	for i := range 40 {
		v.Ahead.Shifts = append(v.Ahead.Shifts, health.ReviewShift{Rotation: schedule.RotationID(longText[:40]), Person: schedule.ID(i % 5), Start: v.To, End: v.To.Add(time.Hour)})
	}
	longest := reviewPage(long("Weekly review", "burden"), v, map[schedule.ID]string{1: longText, 2: longText, 3: longText, 4: longText}, &health.ReviewSince{Alerts: []health.AlertSince{{Service: longText, Alert: longText, Was: health.Was{To: 3}}}})
	longest.Agreed, longest.AgreedBy, longest.AgreedAt, longest.Theirs = ui.Field{Value: longText, Error: longText}, longText, "Mon 16 Nov 10:12", []string{longText}
	list := ui.Reviews{Frame: frame("Weekly reviews", "burden"), Next: berlin(nov, 23, 0), Older: "/teams/1/reviews?before=2026-05-25", List: []ui.ReviewRow{
		{Href: "/teams/1/reviews/2026-11-09", Week: "9 – 15 Nov 2026", Say: full.Say, Tone: "bad", Pages: 19, Agreed: true}, {Href: "/teams/1/reviews/2026-11-02", Week: "2 – 8 Nov 2026", Say: "A quiet week: no page came in. It is the third in a row.", Tone: "good"},
	}}
	longList := ui.Reviews{Frame: long("Weekly reviews", "burden"), Next: berlin(nov, 23, 0), List: []ui.ReviewRow{{Href: "/teams/1/reviews/2026-11-09", Week: "9 – 15 Nov 2026", Say: longText, Tone: "bad", Pages: 123456, Agreed: true}}}
	return []fixture{
		{"review", "full", full}, {"review", "empty", empty}, {"review", "long", longest},
		{"reviews", "full", list}, {"reviews", "empty", ui.Reviews{Frame: frame("Weekly reviews", "burden"), Next: berlin(nov, 23, 0)}}, {"reviews", "long", longList},
	}
}
