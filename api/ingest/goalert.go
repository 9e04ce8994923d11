package ingest

import (
	"strings"

	"watchbill/health"
)

// goalert reads the webhooks of GoAlert, which go to one person or channel: whoever
// owns the link was notified. They have no times.
func goalert() vendor {
	return vendor{id: "goalert", formats: []format{
		{"goalert.webhook", PageEvent, func(n node) bool { return n.has("Type") || n.has("AlertType") }, goalertHook},
	}}
}

func goalertHook(r *reader, n node) error {
	d := draft{Event: health.Event{
		PageKey: n.str("AlertID"), Service: n.str("ServiceName"), Title: n.str("Summary"), Severity: n.str("Meta", "severity"),
	}}
	d.Urgency = urgency(d.Severity)
	switch kind := n.first("Type", "AlertType"); kind { // the latter until version 0.29
	case "":
		return mismatch("Type is missing")
	case "Alert":
		if d.PageKey == "" {
			return mismatch("AlertID is missing")
		}
		d.Kind = health.KindNotified
	case "AlertBundle":
		d.Kind, d.Alerts = health.KindNotified, n.count("Count")
		d.extras.bundle, d.keyed = d.Alerts, []string{n.str("ServiceID"), n.str("Count")}
	case "AlertStatus", "AlertStatusBundle":
		if d.PageKey == "" {
			return mismatch("AlertID is missing")
		}
		entry := n.str("LogEntry")
		d.Kind, d.keyed = goalertStatus(entry), []string{entry}
	case "ScheduleOnCallUsers":
		d.Kind, d.Shift = health.KindShift, &health.ShiftFact{Schedule: n.str("ScheduleName")}
		d.extras.schedule, d.keyed = n.str("ScheduleName"), []string{n.str("ScheduleID")}
		for _, who := range n.list("Users") {
			d.Responders = append(d.Responders, health.Party{
				Identity: health.Identity{ID: who.str("ID"), Name: who.str("Name")}, Role: health.RoleOnCall,
			})
		}
	case "Test", "Verification": // the code of a verification is nobody's business
		d.Event, d.keyed = health.Event{Kind: health.KindPing, Test: true}, []string{kind}
	default:
		d.Kind = health.KindOther
	}
	r.add(d)
	return nil
}

// goalertStatus reads what a sentence says happened. Who did it is in it as well,
// but a name in a text is nobody.
func goalertStatus(entry string) health.Kind {
	switch word, _, _ := strings.Cut(strings.ToLower(entry), " "); word {
	case "acknowledged":
		return health.KindAcknowledged
	case "closed", "auto-closed":
		return health.KindResolved
	case "escalated":
		return health.KindEscalated
	case "created", "unacknowledged":
		return map[string]health.Kind{"created": health.KindTriggered, "unacknowledged": health.KindUnacknowledged}[word]
	}
	return health.KindOther
}
