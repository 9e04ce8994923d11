package ui_test

import (
	"time"

	"watchbill/ui"
)

func pagerFixtures() []fixture {
	row := ui.IntegrationRow{ID: 3, Name: "Production alerts", Vendor: "PagerDuty", Silent: true, Seen: now.Add(-50 * time.Hour), Dead: 3, Refused: 12, Unmapped: 2}
	quiet := ui.IntegrationRow{ID: 4, Name: "Staging", Vendor: "Alertmanager", Off: true}
	lengthy := row
	lengthy.Name, lengthy.Vendor = longText, longText
	vendors := []ui.Option{{Value: "", Label: "Choose …"}, {Value: "pagerduty", Label: "PagerDuty"}, {Value: "alertmanager", Label: "Alertmanager"}}
	empty := bare("Pagers", "pagers")
	empty.Team = &ui.TeamLink{ID: 1, Name: "Payments Platform", Manager: true}
	deliveries := []ui.DeliveryRow{{ID: 41, When: now.Add(-time.Minute), State: "new"}, {ID: 40, When: now.Add(-time.Hour), State: "done"}, {ID: 39, When: now.Add(-30 * time.Hour), State: "dead", Why: "It is no JSON"}, {ID: 38, When: now.Add(-31 * time.Hour), State: "discarded", Why: "sent by hand"}}
	full := ui.Integration{
		Frame: frame("Production alerts", "pagers"), IntegrationRow: row, Steps: []string{"Open Integrations and choose New Webhook.", "Paste the link."}, Gap: "6 hours",
		Counts: []ui.IntegrationCount{{Label: "Taken in", N: 1204}, {Label: "Refused: signature missing or wrong", N: 12, Tone: "warn"}}, Codes: []ui.DeadCode{{Code: "invalid_json", Label: "It is no JSON", N: 2, Latest: []ui.DeliveryRow{{ID: 39, When: now.Add(-30 * time.Hour)}, {ID: 37, When: now.Add(-40 * time.Hour)}}}, {Code: "schema_mismatch", Label: "It looks like nothing that this pager sends", N: 1, Reason: ui.Field{Error: "Say in up to 500 letters why it shall not be read."}}},
		Latest: deliveries, Kept: now.AddDate(-1, -1, 20), Signs: true, Secrets: 2, SetName: ui.Field{Value: "Production alerts"}, PagerZone: ui.Field{Value: "Europe/Berlin"}, Zones: []string{"Europe/Berlin"}, Real: "The times are real.",
		Rotations: []ui.Option{{Value: "", Label: "Whoever is on call first"}, {Value: "primary", Label: "Primary"}}, Urgencies: ui.Field{Value: "p2 = lo", Error: "“p2” is high, low or unknown."},
		Storms: []ui.StormRow{{From: now.Add(-30 * time.Hour), Until: now.Add(-30*time.Hour + 14*time.Minute), Pages: 7}},
		Pages: []ui.PageRow{{Title: "Checkout latency above 2 s", Service: "Checkout API", State: "acknowledged", When: now.Add(-time.Hour), Who: []ui.PageWho{{Name: "Priya Raman", Basis: "the pager says so"}, {Name: "PUSR001 (not known here)", Basis: "the page was given to them"}}},
			{State: "triggered", When: now.Add(-2 * time.Hour), Gap: true}, {Title: "Disk", State: "merged", When: now.Add(-3 * time.Hour), Quiet: true}},
	}
	fresh := ui.Integration{Frame: empty, IntegrationRow: ui.IntegrationRow{ID: 5, Name: "Alertmanager", Vendor: "Alertmanager"}, Link: "https://watchbill.example/hooks/alertmanager/c2VjcmV0c2VjcmV0c2VjcmV0", Steps: full.Steps, Sample: "receivers:\n  - name: watchbill\n"}
	wordy := full
	wordy.Frame, wordy.IntegrationRow, wordy.Error, wordy.Link, wordy.Sample = long("Pager", "pagers"), lengthy, longText, "https://watchbill.example/"+longText, longText
	wordy.Steps, wordy.Codes = []string{longText}, []ui.DeadCode{{Code: "long", Label: longText, N: 200_000}}
	wordy.Latest = []ui.DeliveryRow{{ID: 1, When: now, State: "dead", Why: longText}}
	wordy.Pages = []ui.PageRow{{Title: longText, Service: longText, State: "acknowledged", When: now, Who: []ui.PageWho{{Name: longText, Basis: longText}}}}
	delivery := ui.Delivery{
		Frame: frame("Delivery 39", "pagers"), DeliveryRow: deliveries[2], Pager: "Production alerts", PagerID: 3, Headers: []ui.HeaderLine{{Name: "content-type", Value: "application/json"}},
		Body: "{\"event\":{\"id\":", Cut: true, CanReplay: true, Warnings: []string{"event.occurred_at was left out: “yesterday” (bad_timestamp)."}, Events: []ui.EventLine{{What: "Triggered", When: now, Page: "Checkout is slow"}},
	}
	long1 := delivery
	long1.Frame, long1.Why, long1.Pager, long1.Body = long("Delivery", "pagers"), longText, longText, longText
	long1.Headers, long1.Events = []ui.HeaderLine{{Name: "webhook-timestamp", Value: longText}}, []ui.EventLine{{What: longText, When: now, Page: longText}}
	people := []ui.Option{{Value: "0", Label: "Nobody here"}, {Value: "7", Label: "Marcus Bell"}}
	contacts := ui.Contacts{Frame: frame("Who is who", "pagers"), Pager: "Production alerts", PagerID: 3, People: people, List: []ui.ContactRow{
		{ID: 1, Name: "Marcus B.", Detail: "marcus@example.com · PUSR001", Pages: 12, Who: "7", Suggested: true}, {ID: 2, Name: "Ana Ruiz", Detail: "PUSR002", Pages: 1}, {ID: 3, Name: "bot", Who: "0", Known: true}}}
	long2 := contacts
	long2.Frame, long2.Pager = long("Who is who", "pagers"), longText
	long2.People, long2.Found, long2.More = []ui.Option{{Value: "0", Label: longText}}, ui.Found{Query: longText, All: 10_000, Most: 50}, 9_950
	long2.List = []ui.ContactRow{{ID: 1, Name: longText, Detail: longText, Pages: 200_000, Who: "0", Suggested: true}}
	past := ui.Past{Frame: frame("The past", "pagers"), Pager: "Production alerts", PagerID: 3, Vendor: "PagerDuty", Can: true, HasKey: true, Regions: []ui.Option{{Value: "us", Label: "United States"}, {Value: "eu", Label: "Europe"}},
		From: ui.Field{Value: "2026-01-01"}, Until: ui.Field{Value: "2025-01-01", Error: "It should end after it begins."}, Left: 1, Finished: 1, Told: 1204, Fresh: 1200, Unmapped: 2, Gaps: 1, Looked: now.Add(-time.Hour), List: []ui.PastRow{
			{From: now.Add(-720 * time.Hour), Until: now, State: "waits", Requests: 12, Why: "It was asked too often, and is asked again when it allows that."}, {From: now.Add(-1440 * time.Hour), Until: now.Add(-720 * time.Hour), State: "done", Told: 1204, Fresh: 1200, Requests: 1220}}}
	long3 := past
	long3.Frame, long3.Pager, long3.Vendor, long3.Error, long3.ListedMore = long("The past", "pagers"), longText, longText, longText, 3
	long3.List = []ui.PastRow{{From: now, Until: now, State: "failed", Why: longText, Told: 200_000, Nightly: true}}
	return append(tableFixtures(empty), []fixture{
		{"past", "full", past}, {"past", "empty", ui.Past{Frame: empty, Pager: "Alertmanager", PagerID: 5, Vendor: "Alertmanager"}}, {"past", "long", long3},
		{"integrations", "full", ui.Integrations{Frame: frame("Pagers", "pagers"), List: []ui.IntegrationRow{row, quiet}, Vendors: vendors, Vendor: ui.Field{Error: "Choose which program sends the pages."}}},
		{"integrations", "empty", ui.Integrations{Frame: empty, Vendors: vendors}},
		{"integrations", "long", ui.Integrations{Frame: long("Pagers", "pagers"), List: []ui.IntegrationRow{lengthy}, Vendors: vendors, Error: longText}},
		{"integration", "full", full}, {"integration", "empty", fresh}, {"integration", "long", wordy},
		{"delivery", "full", delivery}, {"delivery", "empty", ui.Delivery{Frame: empty, DeliveryRow: deliveries[0], Gone: true}}, {"delivery", "long", long1},
		{"contacts", "full", contacts}, {"contacts", "empty", ui.Contacts{Frame: empty, People: people}}, {"contacts", "long", long2},
	}...)
}
