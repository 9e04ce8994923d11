package ui_test

import (
	"time"

	"watchbill/ui"
)

func webhookFixtures() []fixture {
	empty := bare("Webhooks", "pagers")
	empty.Team = &ui.TeamLink{ID: 1, Name: "Payments Platform", Manager: true}
	all := bare("Webhooks", "admin")
	form := ui.WebhookForm{Name: ui.Field{Value: "Status page"}, URL: ui.Field{Value: "https://status.example/hooks/watchbill"}, Kinds: []ui.WebhookKind{
		{Value: "shifts.published", Words: "Shifts were published, and which have changed", On: true}, {Value: "gap.found", Words: "Nobody has a part of what was published"}}}
	wrong := form
	wrong.Name.Error, wrong.URL, wrong.KindError = "There is an endpoint called “Status page” already.", ui.Field{Value: "status.example", Error: "The address should begin with https://."}, "Choose what it is told."
	good := ui.WebhookRow{ID: 1, Name: "Status page", Host: "status.example", Took: now.Add(-time.Minute), Queued: 1}
	off := ui.WebhookRow{ID: 2, Name: "Chat bridge", Host: "chat.example", Off: true, Why: "it has taken nothing for five days", FailingSince: now.AddDate(0, 0, -6)}
	fails := ui.WebhookRow{ID: 3, Name: "Data lake", Host: "lake.example:8443", Took: now.AddDate(0, 0, -2), FailingSince: now.Add(-7 * time.Hour), Queued: 12}
	lengthy := ui.WebhookRow{ID: 4, Name: longText, Host: longText, Off: true, Why: longText}
	const base = "/teams/1/webhooks"
	told := []ui.HookRow{
		{ID: 41, Kind: "shifts.published", Made: now.Add(-time.Second), State: "waits", Next: now},
		{ID: 40, Kind: "cover.requested", Made: now.Add(-time.Hour), State: "waits", Status: 503, Tries: 4, Next: now.Add(80 * time.Minute), Why: "it has answered 503 Service Unavailable"},
		{ID: 39, Kind: "gap.found", Made: now.Add(-26 * time.Hour), State: "taken", Status: 204, Tries: 1},
		{ID: 38, Kind: "webhook.test", Made: now.AddDate(0, 0, -4), State: "givenup", Tries: 10, Why: "it did not answer in time"},
	}
	full := ui.Webhook{Frame: frame("Data lake", "pagers"), WebhookRow: fails, Base: base + "/3", BothUntil: now.Add(20 * time.Hour), Taken: 1204, Failed: 3, Latest: told, Older: 38, Set: wrong}
	fresh := ui.Webhook{Frame: empty, WebhookRow: ui.WebhookRow{ID: 5, Name: "Status page", Host: "status.example"}, Base: base + "/5", Secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=", Set: form}
	ended := ui.Webhook{Frame: all, WebhookRow: off, Base: "/admin/webhooks/2", Failed: 12, Latest: told[3:], Set: form}
	wordy := full
	wordy.Frame, wordy.WebhookRow, wordy.Error, wordy.Secret = long("Webhook", "pagers"), lengthy, longText, longText
	wordy.Set.Kinds, wordy.Latest = []ui.WebhookKind{{Value: longText, Words: longText}}, []ui.HookRow{{ID: 1, Kind: longText, Made: now, State: "givenup", Why: longText, Status: 500, Tries: 10}}
	one := ui.HookDelivery{Frame: frame("cover.requested", "pagers"), HookRow: told[1], Base: base + "/3", Hook: "Data lake", Message: "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", Last: now.Add(-time.Minute), Body: "{\n  \"type\": \"cover.requested\"\n}", Answer: "upstream connect error"}
	lost := ui.HookDelivery{Frame: empty, HookRow: told[3], Base: base + "/2", Hook: "Chat bridge", Off: true, Message: "msg_1", Last: now.AddDate(0, 0, -1), Done: now.AddDate(0, 0, -1), Body: "{}"}
	long1 := one
	long1.Frame, long1.Kind, long1.Why, long1.Hook, long1.Message, long1.Body, long1.Answer = long("Delivery", "pagers"), longText, longText, longText, longText, longText, longText
	return []fixture{
		{"webhooks", "full", ui.Webhooks{Frame: frame("Webhooks", "pagers"), Base: base, List: []ui.WebhookRow{good, off, fails}, NewHook: wrong}},
		{"webhooks", "empty", ui.Webhooks{Frame: empty, Base: base, NewHook: form}},
		{"webhooks", "all", ui.Webhooks{Frame: all, Base: "/admin/webhooks", List: []ui.WebhookRow{good}, NewHook: form}},
		{"webhooks", "long", ui.Webhooks{Frame: long("Webhooks", "pagers"), Base: base, List: []ui.WebhookRow{lengthy}, NewHook: wordy.Set, Error: longText}},
		{"webhook", "full", full}, {"webhook", "empty", fresh}, {"webhook", "off", ended}, {"webhook", "long", wordy},
		{"hookdelivery", "full", one}, {"hookdelivery", "empty", lost}, {"hookdelivery", "long", long1},
	}
}
