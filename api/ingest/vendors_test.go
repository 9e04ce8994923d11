package ingest_test

import "watchbill/health"

// v3 is a webhook of PagerDuty of a type, with more in its data.
func v3(kind, data string) string {
	return `{"event":{"id":"E1","event_type":"` + kind + `","occurred_at":"2026-03-02T01:15:00Z","agent":{"id":"U1","type":"user_reference","summary":"Ana"},` +
		`"data":{` + data + `}}}`
}

// opsgenieHook is a webhook of Opsgenie with an action, and more in its alert and beside it.
func opsgenieHook(action, alert, beside string) string {
	return `{"action":"` + action + `","integrationName":"I"` + beside + `,"alert":{"alertId":"a","createdAt":1772413500123,"updatedAt":1772414100000,` +
		`"username":"Mia@Example.org","userId":"u"` + alert + `}}`
}

const never = ""

// vendorsSend are payloads written from what the vendors document, one of each kind
// that the shared samples have not.
var vendorsSend = []one{
	{"pagerduty", v3("incident.escalated", `"id":"P","type":"incident","assignees":[{"id":"U2","type":"user_reference"}]`), health.KindEscalated, "P", "2026-03-02T01:15:00Z", "assignee U2"},
	{"pagerduty", v3("incident.reassigned", `"id":"P","type":"incident","assignees":[{"id":"U2","type":"user_reference"}]`), health.KindReassigned, "P", "2026-03-02T01:15:00Z", "assignee U2"},
	{"pagerduty", v3("incident.delegated", `"id":"P","type":"incident"`), health.KindDelegated, "P", "2026-03-02T01:15:00Z", ""},
	{"pagerduty", v3("incident.annotated", `"id":"N1","type":"incident_note","content":"secret","incident":{"id":"P","summary":"DB down"}`), health.KindAnnotated, "P", "2026-03-02T01:15:00Z", ""},
	{"pagerduty", v3("incident.status_update_published", `"id":"S1","type":"incident_status_update","incident":{"id":"P"}`), health.KindAnnotated, "P", "2026-03-02T01:15:00Z", ""},
	{"pagerduty", v3("incident.responder.added", `"type":"incident_responder","state":"pending","incident":{"id":"P"},"user":{"id":"U2","type":"user_reference"}`), health.KindResponderRequested, "P", "2026-03-02T01:15:00Z", "requested U2 pending"},
	{"pagerduty", v3("incident.responder.replied", `"type":"incident_responder","state":"declined","incident":{"id":"P"},"user":null,"escalation_policy":{"id":"EP","type":"escalation_policy_reference"}`), health.KindResponderReplied, "P", "2026-03-02T01:15:00Z", "requested EP declined"},
	{"pagerduty", v3("incident.workflow.started", `"id":"W","type":"incident_workflow_instance","incident":{"id":"P"}`), health.KindOther, "P", "2026-03-02T01:15:00Z", ""},
	{"pagerduty", v3("incident.something_new", `"id":"P","type":"incident"`), health.KindOther, "P", "2026-03-02T01:15:00Z", ""},
	{"pagerduty", v3("incident.conference_bridge.updated", `"type":"incident_conference_bridge","conference_numbers":null,"incident":{"id":"P","summary":"DB down"}`), health.KindOther, "P", "2026-03-02T01:15:00Z", ""},
	{"pagerduty", v3("incident.custom_field_values.updated", `"type":"incident_field_values","custom_fields":[],"incident":{"id":"P","summary":null}`), health.KindOther, "P", "2026-03-02T01:15:00Z", ""},
	{"pagerduty", v3("incident.role.assigned", `"type":"incident_role_assignment","incident_role_assignments":[{"incident":{"id":"P"},"assignee":{"id":"U2","type":"user_reference"}}]`), health.KindOther, "P", "2026-03-02T01:15:00Z", ""},
	{"pagerduty", v3("incident.task.created", `"type":"incident_task","id":"T","summary":"call them","incident":{"id":"P"}`), health.KindOther, "P", "2026-03-02T01:15:00Z", ""},
	{"pagerduty", v3("incident.action_invocation.created", `"type":"incident_action_invocation","id":"A","incident":{"id":"P"}`), health.KindOther, "P", "2026-03-02T01:15:00Z", ""},
	{"pagerduty", v3("incident.something_new", `"type":"incident_something"`), health.KindOther, "", "2026-03-02T01:15:00Z", ""},
	{"pagerduty", v3("service.custom_field_values.updated", `"type":"service_field_values","service":{"id":"S"}`), health.KindOther, "", "2026-03-02T01:15:00Z", ""},
	{"pagerduty", `{"overrides":[{"id":"O","start":"2026-03-02T01:15:00Z","end":"2026-03-03T00:00:00Z","user":{"id":"U2","type":"user_reference","summary":"Bo"}}]}`, health.KindShift, "", "2026-03-02T01:15:00Z", "on_call U2Bo"},
	{"pagerduty", `{"user":{"id":"U1","name":"Ana","email":"ana@example.org"}}`, health.KindIdentity, "", never, "identity U1ana@example.orgAna"},
	{"pagerduty", v3("service.updated", `"id":"S","type":"service","summary":"DB"`), health.KindOther, "", "2026-03-02T01:15:00Z", ""},
	{"pagerduty", v3("incident.resolved", `"id":"P","type":"incident","resolve_reason":"merged"`), health.KindMerged, "P", "2026-03-02T01:15:00Z", ""},
	{"pagerduty", v3("incident.triggered", `"id":"P","type":"incident","title":"t","service":{"id":"S","name":"checkout"}`), health.KindTriggered, "P", "2026-03-02T01:15:00Z", ""},
	{"pagerduty", `{"log_entries":[{"id":"R1","type":"acknowledgement_log_entry","created_at":"2026-03-02T01:15:00Z","agent":{"id":"U1","type":"user_reference"},"incident":{"id":"P"},"service":{"id":"S","name":"checkout"}}]}`, health.KindAcknowledged, "P", "2026-03-02T01:15:00Z", "acknowledger U1"},
	{"pagerduty", `{"time_zone":"Etc/UTC","data":{"id":"P","created_at":"2026-03-02T01:15:00","seconds_to_resolve":60,"resolved_at":null}}`, health.KindTriggered, "P", "2026-03-02T01:15:00Z", ""},
	{
		"pagerduty", `{"messages":[{"id":"m1","event":"incident.escalate","created_on":"2026-03-02T01:15:01Z","log_entries":[{"created_at":"2026-03-02T01:15:00Z","agent":{"type":"service_reference","id":"S"}}],` +
			`"incident":{"id":"P","title":"t","service":{"name":"db"},"assignments":[{"assignee":{"id":"U2","type":"user_reference","summary":"Bo"}}]}}]}`,
		health.KindEscalated, "P", "2026-03-02T01:15:00Z", "assignee U2Bo",
	},
	{"pagerduty", `{"messages":[{"id":"m1","event":"incident.resolve","created_on":"2026-03-02T01:15:01Z","incident":{"id":"P"}}]}`, health.KindResolved, "P", "2026-03-02T01:15:01Z", ""},
	{"pagerduty", `{"oncalls":[{"user":{"id":"U1","type":"user_reference"},"schedule":{"summary":"Primary"},"start":"2026-03-02T00:00:00Z","end":"2026-03-09T00:00:00Z"}]}`, health.KindShift, "", "2026-03-02T00:00:00Z", "on_call U1"},
	{"pagerduty", `{"users":[{"id":"U1","name":"Ana","email":"Ana@Example.org","time_zone":"Europe/Berlin"}]}`, health.KindIdentity, "", never, "identity U1ana@example.orgAna"},
	{
		"pagerduty", `{"time_zone":"America/New_York","data":[{"id":"P","created_at":"2026-03-02T01:15:00","seconds_to_first_ack":60,"resolved_at":null,"seconds_to_resolve":0}]}`,
		health.KindTriggered, "P", "2026-03-02T06:15:00Z", "",
	},

	{
		"pagerduty", `{"messages":[{"id":"m","type":"incident.trigger","created_on":"2026-03-02T01:15:00Z","data":{"incident":{"id":"P","assigned_to":[{"object":{"id":"U1","type":"user","name":"Ana","email":"ana@example.org"}}],"trigger_summary_data":{"subject":"foo"}}}}]}`,
		health.KindTriggered, "P", "2026-03-02T01:15:00Z", "assignee U1ana@example.orgAna",
	},
	{"victorops", `{"users":[[{"username":"ana","email":"ana@example.org","firstName":"Ana","lastName":"Ruiz"}]]}`, health.KindIdentity, "", never, "identity anaana@example.orgAna Ruiz"},
	{
		"squadcast", `[{"id":"s","status":"resolved","logs":[{"action":"acknowledged","assignedTo":"user","id":"u","time":"2026-03-02T01:15:00Z"},{"action":"postmortem_created"}],"acknowledged_at":"0001-01-01T00:00:00Z"}]`,
		health.KindAcknowledged, "s", "2026-03-02T01:15:00Z", "acknowledger u",
	},
	{"squadcast", `[{"id":"u","first_name":"Ana","last_name":"Ruiz","email":"ana@example.org","time_zone":"Europe/Kiev"}]`, health.KindIdentity, "", never, "identity uana@example.orgAna Ruiz"},

	{"opsgenie", opsgenieHook("Acknowledge", "", ""), health.KindAcknowledged, "a", "2026-03-02T01:15:00Z", "acknowledger umia@example.org"},
	{"opsgenie", opsgenieHook("TakeOwnership", "", ""), health.KindAssigned, "a", "2026-03-02T01:15:00Z", "assignee umia@example.org"},
	{"opsgenie", opsgenieHook("AssignOwnership", `,"owner":"bo@example.org"`, ""), health.KindAssigned, "a", "2026-03-02T01:15:00Z", "assignee bo@example.org"},
	{"opsgenie", opsgenieHook("AddTeam", `,"team":"core"`, ""), health.KindResponderRequested, "a", "2026-03-02T01:15:00Z", "requested core"},
	{"opsgenie", opsgenieHook("AddResponder", `,"responder":{"id":"r","type":"team","name":"core"}`, ""), health.KindResponderRequested, "a", "2026-03-02T01:15:00Z", "requested rcore"},
	{"opsgenie", opsgenieHook("AddNote", `,"note":"x"`, ""), health.KindAnnotated, "a", "2026-03-02T01:15:00Z", ""},
	{"opsgenie", opsgenieHook("AddTags", `,"addedTags":"x"`, ""), health.KindOther, "a", "2026-03-02T01:15:00Z", ""},
	{"opsgenie", opsgenieHook("SnoozeEnded", "", ""), health.KindOther, "a", "2026-03-02T01:15:00Z", ""},
	{"opsgenie", opsgenieHook("EscalateNext", "", `,"escalationId":"e","escalationNotify":{"entity":"user","id":"b","name":"Bo@Example.org"}`), health.KindEscalated, "a", "2026-03-02T01:15:00Z", "notified bbo@example.org"},
	{"jsm", opsgenieHook("Escalate", "", `,"escalationId":"e","escalationNotify":{"type":"user","id":"b","name":"Bo@Example.org"}`), health.KindEscalated, "a", "2026-03-02T01:15:00Z", "notified bbo@example.org"},
	{"opsgenie", opsgenieHook("CustomAction", "", ""), health.KindOther, "a", "2026-03-02T01:15:00Z", ""},
	{"opsgenie", opsgenieHook("UpdateMessage", `,"oldMessage":"x"`, ""), health.KindOther, "a", "2026-03-02T01:15:00Z", ""},
	{"opsgenie", opsgenieHook("AddRecipient", `,"recipient":"bo@example.org"`, ""), health.KindResponderRequested, "a", "2026-03-02T01:15:00Z", "requested bo@example.org"},
	{"opsgenie", opsgenieHook("Snooze", "", ""), health.KindSnoozed, "a", "2026-03-02T01:15:00Z", ""},
	{"opsgenie", opsgenieHook("Delete", "", ""), health.KindCancelled, "a", "2026-03-02T01:15:00Z", ""},
	{"jsm", opsgenieHook("Create", `,"responders":[{"id":"t","type":"team","name":"core"},{"id":"b","type":"user","username":"bo@example.org"}]`, ""), health.KindTriggered, "a", "2026-03-02T01:05:00Z", "requested tcore, requested bbo@example.org"},
	{"opsgenie", opsgenieHook("Escalate", "", `,"escalationId":"e","escalationNotify":{"entity":"schedule","id":"s","name":"Night"}`), health.KindEscalated, "a", "2026-03-02T01:15:00Z", "requested sNight"},
	{"opsgenie", `{"data":{"_parent":{"name":"Ops"},"onCallParticipants":[{"id":"u","name":"mia@example.org","type":"user"},{"id":"t","type":"team"}]}}`, health.KindShift, "", never, "on_call umia@example.org"},
	{"opsgenie", `{"data":{"id":"u","username":"Mia@Example.org","fullName":"Mia","timeZone":"Europe/Berlin"}}`, health.KindIdentity, "", never, "identity umia@example.orgMia"},
	{"opsgenie", `{"data":{"_parent":{"name":"Ops"},"finalTimeline":{"rotations":[{"periods":[{"startDate":"2026-03-02T00:00:00Z","endDate":"2026-03-03T00:00:00Z","type":"override","recipient":{"id":"u","type":"user","name":"mia@example.org"}}]}]}}}`, health.KindShift, "", "2026-03-02T00:00:00Z", "on_call umia@example.org"},

	{"jsm", `{"values":[{"id":"a","tinyId":"7","alias":"disk","message":"Disk full","status":"open","priority":"P1","createdAt":"2026-03-02T01:15:00Z","integrationName":"probe","responders":[{"id":"t","type":"team"}]}],"count":1}`, health.KindTriggered, "a", "2026-03-02T01:15:00Z", "requested t"},

	{"grafana", `{"receiver":"r","status":"firing","orgId":1,"version":"1","groupKey":"{}:{}","title":"[FIRING:1]","alerts":[{"status":"firing","labels":{"alertname":"A","service":"s"},"annotations":{},"startsAt":"2026-03-02T01:15:00Z","endsAt":"0001-01-01T00:00:00Z","fingerprint":"f"}]}`, health.KindTriggered, "{}:{}", "2026-03-02T01:15:00Z", ""},
	{"alertmanager", `{"version":"4","status":"resolved","groupKey":"g","alerts":[{"status":"resolved","endsAt":"2026-03-02T01:20:00Z"},{"status":"resolved","endsAt":"2026-03-02T01:25:00Z"}]}`, health.KindResolved, "g", "2026-03-02T01:25:00Z", ""},
	{"alertmanager", `[{"labels":{"alertname":"A","severity":"critical"},"annotations":{},"startsAt":"2026-03-02T01:15:00Z","endsAt":"2026-03-02T01:25:00Z","fingerprint":"f","status":{"state":"active"}}]`, health.KindTriggered, "fp:f", "2026-03-02T01:15:00Z", ""},
	{"alertmanager", `{"version":"4","status":"firing","groupKey":"g","truncatedAlerts":2,"alerts":[{"status":"resolved","labels":{"alertname":"A"},"startsAt":"2026-03-02T01:00:00Z","endsAt":"2026-03-02T01:10:00Z"},{"status":"firing","labels":{"alertname":"A"},"startsAt":"2026-03-02T01:15:00Z","endsAt":"0001-01-01T00:00:00Z"}]}`, health.KindTriggered, "g", "2026-03-02T01:15:00Z", ""},
	{"alertmanager", `{"version":"4","status":"firing","groupKey":"g","alerts":[]}`, health.KindTriggered, "g", never, ""},
	{"alertmanager", `{"version":"4","status":"firing","groupKey":"g","alerts":[{"status":"firing","labels":{"alertname":"A","severity":"warning"},"startsAt":"2026-03-02T01:15:00Z"},{"status":"resolved","labels":{"alertname":"B","severity":"page"},"startsAt":"2026-03-02T01:00:00Z"},{"status":"firing","labels":{"alertname":"C","severity":"critical"},"startsAt":"2026-03-02T01:16:00Z"}]}`, health.KindTriggered, "g", "2026-03-02T01:15:00Z", ""},
	{"grafana", `{"receiver":"r","status":"firing","version":"1","groupKey":"webhook-57c6d9296de2ad39-1772414100","title":"[FIRING:1] TestAlert Grafana","state":"alerting","alerts":[{"status":"firing","labels":{"alertname":"TestAlert","instance":"Grafana"},"startsAt":"2026-03-02T01:15:00.123456789+01:00","endsAt":"0001-01-01T00:00:00Z","fingerprint":"f","values":null,"valueString":"x"}]}`, health.KindTriggered, "webhook-57c6d9296de2ad39-1772414100", "2026-03-02T00:15:00Z", ""},
	{"grafana", `{"ruleId":3,"ruleName":"n","state":"ok","title":"[OK] n"}`, health.KindResolved, "rule:3", never, ""},

	{"grafana_oncall", `{"event":{"type":"acknowledge","time":"2026-03-02T01:15:00+00:00"},"user":{"id":"U","username":"ana","email":"ana@example.org"},"alert_group":{"id":"I","state":"acknowledged"},"notified_users":[{"id":"U","username":"ana","email":"ana@example.org"}]}`, health.KindAcknowledged, "I", "2026-03-02T01:15:00Z", "notified Uana@example.organa, acknowledger Uana@example.organa"},
	{"grafana_oncall", `{"event":{"type":"resolve","time":"2026-03-02T01:15:00Z"},"user":null,"alert_group":{"id":"I","state":"resolved"}}`, health.KindResolved, "I", "2026-03-02T01:15:00Z", ""},
	{"grafana_oncall", `{"event":{"type":"unresolve","time":"2026-03-02T01:15:00Z"},"alert_group":{"id":"I"}}`, health.KindReopened, "I", "2026-03-02T01:15:00Z", ""},
	{"grafana_oncall", `{"event":{"type":"status change","time":"2026-03-02T01:15:00Z"},"alert_group":{"id":"I","state":"acknowledged"}}`, health.KindAcknowledged, "I", "2026-03-02T01:15:00Z", ""},

	{"grafana_oncall", `{"event":{"type":"personal notification","time":"2026-03-02T01:15:00Z"},"user":{"id":"U","username":"ana","email":"ana@example.org"},"alert_group":{"id":"I"},"notified_users":[{"id":"U","username":"ana","email":"ana@example.org"},{"id":"B","username":"bo"}]}`, health.KindNotified, "I", "2026-03-02T01:15:00Z", "notified Uana@example.organa, notified Bbo"},
	{"grafana_oncall", `{"event":{"type":"unsilence"},"user":null,"alert_group":{"id":"I","state":"firing"}}`, health.KindOther, "I", never, ""},
	{"grafana_oncall", `{"count":1,"next":null,"results":[{"id":"I","integration_id":"C","alerts_count":3,"state":"acknowledged","created_at":"2026-03-02T01:15:00Z","acknowledged_at":"2026-03-02T01:18:00Z","acknowledged_by":"U","resolved_at":null,"labels":[{"key":{"id":"k","name":"severity"},"value":{"id":"v","name":"critical"}}]}]}`, health.KindTriggered, "I", "2026-03-02T01:15:00Z", ""},
	{"grafana_oncall", `{"count":1,"results":[{"user_pk":"U","user_email":"ana@example.org","user_username":"ana","shift_start":"2026-03-02T01:15:00Z","shift_end":"2026-03-02T09:00:00Z"}]}`, health.KindShift, "", "2026-03-02T01:15:00Z", "on_call Uana@example.organa"},

	{"goalert", `{"AppName":"GoAlert","Type":"AlertStatus","AlertID":7,"LogEntry":"Acknowledged by Bo via Slack"}`, health.KindAcknowledged, "7", never, ""},
	{"goalert", `{"AppName":"GoAlert","Type":"AlertStatus","AlertID":7,"LogEntry":"Closed by Bo"}`, health.KindResolved, "7", never, ""},
	{"goalert", `{"AppName":"GoAlert","Type":"ScheduleOnCallUsers","ScheduleID":"s","ScheduleName":"Night","Users":[{"ID":"u","Name":"Bo"}]}`, health.KindShift, "", never, "on_call uBo"},
	{"goalert", `{"AppName":"GoAlert","Type":"Verification","Code":"123456"}`, health.KindPing, "", never, ""},
	{"goalert", `{"AlertType":"Alert","AlertID":7,"Summary":"Disk full","Details":"d"}`, health.KindNotified, "7", never, ""},
	{"goalert", `{"AppName":"GoAlert","Type":"AlertStatus","AlertID":7,"LogEntry":"Closed due to inactivity (unacknowledged for  7 days)"}`, health.KindResolved, "7", never, ""},

	{"incident_io", `{"event_type":"private_incident.incident_created_v2","private_incident.incident_created_v2":{"id":"I1"}}`, health.KindIncidentDeclared, "I1", never, ""},
	{"incident_io", `{"event_type":"public_escalation.escalation_status_updated_v1","public_escalation.escalation_status_updated_v1":{"new_status":"expired","previous_status":"triggered","escalation":{"id":"X","updated_at":"2026-03-02T01:15:00Z"}}}`, health.KindCancelled, "X", "2026-03-02T01:15:00Z", ""},
	{"incident_io", `{"event_type":"public_alert.alert_resolved_v1","public_alert.alert_resolved_v1":{"id":"A1","resolved_at":"2026-03-02T01:15:00Z"}}`, health.KindAlertResolved, "A1", "2026-03-02T01:15:00Z", ""},
	{"incident_io", `{"event_type":"public_alert.alert_attributes_updated_v1","public_alert.alert_attributes_updated_v1":{"id":"A1","title":"t","updated_at":"2026-03-02T01:15:00Z"}}`, health.KindOther, "", "2026-03-02T01:15:00Z", ""},
	{
		"incident_io", `{"event_type":"public_escalation.escalation_status_updated_v1","public_escalation.escalation_status_updated_v1":{"new_status":"acked","actor":{"user":{"id":"U","email":"ana@example.org","name":"Ana"}},"escalation":{"id":"X","updated_at":"2026-03-02T01:15:00Z"}}}`,
		health.KindAcknowledged, "X", "2026-03-02T01:15:00Z", "acknowledger Uana@example.orgAna",
	},

	{"incident_io", `{"event_type":"schedule.updated_v1","schedule.updated_v1":{"id":"S1","name":"Primary"}}`, health.KindOther, "", never, ""},
	{"incident_io", `{"event_type":"schedule.shift_change_v1","schedule.shift_change_v1":{"current_users":[{"id":"U","name":"Ana"}],"previous_users":[],"schedule":{"id":"S1","name":"Primary"}}}`, health.KindShift, "", never, "on_call UAna"},
	{"incident_io", `{"event_type":"public_incident.follow_up_created_v2","public_incident.follow_up_created_v2":{"id":"F1","incident_id":"I1","updated_at":"2026-03-02T01:15:00Z","title":"call them"}}`, health.KindOther, "", "2026-03-02T01:15:00Z", ""},
	{"incident_io", `{"event_type":"private_incident.membership_granted_v1","private_incident.membership_granted_v1":{"incident":{"id":"I1"},"user_id":"U"}}`, health.KindOther, "", never, ""},
	{"incident_io", `{"event_type":"public_incident.incident_updated_v2","public_incident.incident_updated_v2":{"id":"I1","name":"Down","updated_at":"2026-03-02T01:15:00Z","severity":{"name":"Major"}}}`, health.KindIncidentStatus, "I1", "2026-03-02T01:15:00Z", ""},
	{"incident_io", `{"event_type":"private_escalation.escalation_created_v1","private_escalation.escalation_created_v1":{"id":"X1"}}`, health.KindOther, "X1", never, ""},

	{"rootly", `{"event":{"id":"e","type":"alert.acknowledged","issued_at":"2026-03-02T01:15:03Z"},"data":{"id":"al","status":"acknowledged","updated_at":"2026-03-02T01:15:00Z"}}`, health.KindAcknowledged, "al", "2026-03-02T01:15:00Z", ""},
	{"rootly", `{"event":{"id":"e","type":"alert.escalated","issued_at":"2026-03-02T01:15:03Z"},"data":{"id":"al","alert_urgency":{"name":"High"},"updated_at":"2026-03-02T01:15:00Z"}}`, health.KindEscalated, "al", "2026-03-02T01:15:00Z", ""},
	{"rootly", `{"event":{"id":"e","type":"incident.resolved","issued_at":"2026-03-02T01:15:03Z"},"data":{"id":"in","status":"resolved","resolved_at":"2026-03-02T01:15:00Z","severity":{"slug":"sev2"}}}`, health.KindIncidentStatus, "in", "2026-03-02T01:15:00Z", ""},

	{"rootly", `{"data":[{"id":"al","type":"alerts","attributes":{"source":"datadog","summary":"s","started_at":null,"created_at":"2026-03-02T01:15:00Z","ended_at":"2026-03-02T01:30:00Z","labels":[{"key":"severity","value":"critical"}]}}]}`, health.KindTriggered, "al", "2026-03-02T01:15:00Z", ""},

	{"firehydrant", `{"data":{"incident":{"id":"F","name":"Down","created_at":"2023-07-25 13:34:49 UTC","current_milestone":"started","severity":{"slug":"SEV1"}}},"event":{"operation":"CREATED","resource_type":"incident"}}`, health.KindIncidentDeclared, "F", "2023-07-25T13:34:49Z", ""},
	{"firehydrant", `{"data":{"incident":{"id":"F","name":"Down","current_milestone":"resolved","milestones":[{"type":"started","occurred_at":"2026-03-02T01:00:00Z"},{"type":"resolved","occurred_at":"2026-03-02T01:15:00Z"}]}},"event":{"operation":"UPDATED","resource_type":"incident"}}`, health.KindIncidentStatus, "F", "2026-03-02T01:15:00Z", ""},
	{"firehydrant", `{"id":"N","notificationPriority":"HIGH","signal":{"summary":"Down"},"target":{"id":"T","type":"USER"}}`, health.KindTriggered, "N", never, ""},
	{"firehydrant", `{"data":{"change_event":{"id":"C"}},"event":{"operation":"CREATED","resource_type":"change_event"}}`, health.KindOther, "", never, ""},
	{"firehydrant", `{"data":{"incident":{"id":"F","name":"Down","current_milestone":"acknowledged","severity":{"slug":"SEV2"},"milestones":[{"type":"acknowledged","occurred_at":"2026-03-02 01:15:00 UTC"}]}}}`, health.KindIncidentStatus, "F", "2026-03-02T01:15:00Z", ""},

	{"firehydrant", `[{"id":"F","name":"Down","created_at":"2026-03-02T01:15:00Z","current_milestone":"started","severity":"UNSET","priority":"P4","milestones":[{"type":"started","occurred_at":"2026-03-02T01:15:00Z"}]}]`, health.KindIncidentDeclared, "F", "2026-03-02T01:15:00Z", ""},

	{
		"squadcast", `{"version":"v2","event":{"id":"e","type":"incident.acknowledged","resource":"incident","timestamp":"2026-03-02T01:15:00.388057811Z"},"data":{"resource_data":{"id":"s","message":"m","status":"acknowledged","service":{"name":"db"},"assigned_to":{"id":"u","name":"Yash","type":"user"},"tags":null}}}`,
		health.KindAcknowledged, "s", "2026-03-02T01:15:00Z", "assignee uYash",
	},
	{"squadcast", `{"version":"v2","event":{"id":"e","type":"incident.tags_updated","resource":"incident","timestamp":"2026-03-02T01:15:00Z"},"data":{"resource_data":{"id":"s","status":"triggered","tags":{}}}}`, health.KindOther, "s", "2026-03-02T01:15:00Z", ""},
	{"squadcast", `{"version":"v2","event":{"id":"e","type":"incident.notes_created","resource":"incident","timestamp":"2026-03-02T01:15:00Z"},"data":{"resource_data":{"id":"s"}}}`, health.KindAnnotated, "s", "2026-03-02T01:15:00Z", ""},
	{"squadcast", `{"version":"v2","event":{"id":"e","type":"incident.incident_notes_created","resource":"incident_notes","timestamp":"2026-03-02T01:15:00Z"},"data":{"resource_data":{"id":"n","created_by":{"id":"u","email_id":"ana@example.org","name":"Ana"},"message":{"message":"secret"}},"incident":{"id":"s","message":"m","status":"triggered","service":{"name":"db"}}}}`, health.KindAnnotated, "s", "2026-03-02T01:15:00Z", ""},
	{"squadcast", `{"version":"v2","event":{"id":"e","type":"incident.incident_task_created","resource":"incident_task","timestamp":"2026-03-02T01:15:00Z"},"data":{"resource_data":{"id":"t","tasks":[]},"incident":{"id":"s","message":"m","status":"triggered"}}}`, health.KindOther, "s", "2026-03-02T01:15:00Z", ""},
	{"squadcast", `{"version":"v2","event":{"id":"e","type":"incident.triggered","resource":"incident","timestamp":"2026-03-02T01:15:00+00002193Z"},"data":{"resource_data":{"id":"s","message":"m","status":"triggered","assigned_to":{"id":"p","name":"Night","type":"escalationpolicy"},"tags":null,"timeline":[{"action":"triggered","assigned_to":"escalationpolicy","name":"Night","time":"2026-03-02T01:15:00.869Z"}]}}}`, health.KindTriggered, "s", "2026-03-02T01:15:00Z", "assignee pNight"},
	{"squadcast", `{"id":"s","event_type":"incident_reassigned","created_at":"2026-03-02T01:00:00Z","assigned_to":{"id":"u","name":"Yash","type":"user"},"timeline":[{"action":"triggered","time":"2026-03-02T01:00:00Z"},{"action":"reassigned","assigned_to":"user","name":"Yash","time":"2026-03-02T01:15:00Z"}]}`, health.KindReassigned, "s", "2026-03-02T01:15:00Z", "assignee uYash"},

	{"ilert", `{"id":"1","eventType":"alert-acknowledged","reportTime":"2026-03-02T01:00:00Z","status":"ACCEPTED","assignedTo":{"id":7,"username":"ana"},"responders":[{"user":{"id":7,"username":"ana"},"status":"ACCEPTED"}]}`, health.KindAcknowledged, "1", never, "assignee 7ana, acknowledger 7ana"},
	{"ilert", `{"id":"1","eventType":"alert-auto-resolved","timestamp":"2026-03-02T01:15:00Z","eventId":"e"}`, health.KindResolved, "1", "2026-03-02T01:15:00Z", ""},
	{"ilert", `{"id":"1","eventType":"alert-auto-escalated","reportTime":"2026-03-02T01:00:00Z","status":"PENDING","assignedTo":{"id":8,"firstName":"Bo","lastName":"Lind"}}`, health.KindEscalated, "1", never, "assignee 8Bo Lind"},
	{"ilert", `{"id":"1","eventType":"alert-comment-added","reportTime":"2026-03-02T01:00:00Z","assignedTo":null}`, health.KindAnnotated, "1", never, ""},
	{"ilert", `{"id":"1","eventType":"alert-rejected","reportTime":"2026-03-02T01:00:00Z"}`, health.KindOther, "1", never, ""},
	{"ilert", `{"alertId":"1","eventType":"alert-created","alertSummary":"Disk full","alertStatus":"PENDING","alertPriority":"HIGH","alertSourceName":"probe","reportTime":"2026-03-02T01:15:00.000Z"}`, health.KindTriggered, "1", "2026-03-02T01:15:00Z", ""},
	{"ilert", `{"id":"1","eventType":"incident-acknowledged","reportTime":"2026-03-02T01: 15: 00.000Z","assignedTo":{"username":"ana","email":" ana@example.org ","firstName":"Ana","lastName":"Ruiz"}}`, health.KindAcknowledged, "1", never, "assignee ana@example.orgAna Ruiz"},
	{"ilert", `{"id":"1","eventType":"incident-created","reportTime":"2026-03-02T01:15:00Z"}`, health.KindTriggered, "1", "2026-03-02T01:15:00Z", ""},

	{"ilert", `[{"id":7,"summary":"s","reportTime":"2026-03-02T01:15:00Z","resolvedOn":"2026-03-02T01:30:00Z","status":"RESOLVED","priority":"HIGH","assignedTo":{"id":7,"username":"ana"}}]`, health.KindTriggered, "7", "2026-03-02T01:15:00Z", "assignee 7ana"},

	{"betterstack", `{"event":"acknowledged","data":{"id":"9","type":"incident","attributes":{"name":"n","acknowledged_at":"2026-03-02T01:15:00Z","acknowledged_by":"ana@example.org","call":true}}}`, health.KindAcknowledged, "9", "2026-03-02T01:15:00Z", "acknowledger ana@example.org"},
	{"betterstack", `{"data":{"id":"9","type":"incident","attributes":{"name":"n","started_at":"2026-03-02T01:00:00Z","resolved_at":"2026-03-02T01:15:00Z","resolved_by":"Ana Ruiz","email":true}}}`, health.KindResolved, "9", "2026-03-02T01:15:00Z", "resolver Ana Ruiz"},
	{"betterstack", `{"data":[{"id":"9","type":"incident","attributes":{"name":"n","cause":"Timeout","started_at":"2026-03-02T01:15:00Z","resolved_at":"2026-03-02T01:20:00Z","resolved_by":"Ana Ruiz","call":true}}],"pagination":{"next":null}}`, health.KindTriggered, "9", "2026-03-02T01:15:00Z", ""},
	{"betterstack", `{"data":{"id":"4","type":"monitor","attributes":{"url":"u"}}}`, health.KindOther, "", never, ""},
	{"betterstack", `{"data":{"id":"5","type":"on_call_calendar","attributes":{"name":"Night","default_calendar":true},"relationships":{"on_call_users":{"data":[{"id":"u","type":"user"}]}}},"included":[{"id":"u","type":"user","attributes":{"first_name":"Ana","last_name":"Ruiz","email":"Ana@Example.org"}}]}`, health.KindShift, "", never, "on_call uana@example.orgAna Ruiz"},
	{"betterstack", `{"event":"incident.acknowledged","data":{"id":"9","type":"incident","attributes":{"name":"n","acknowledged_at":"2026-03-02T01:15:00Z","acknowledged_by":{"id":"u","email":"ana@example.org"},"push":true}}}`, health.KindAcknowledged, "9", "2026-03-02T01:15:00Z", "acknowledger uana@example.org"},

	{"datadog", `{"id":"7","title":"[Triggered on {host:a}] CPU","last_updated":"1772414100000","event_type":"metric_alert_monitor","date":"1772414100000","org":{"id":"1"},"body":"b"}`, health.KindTriggered, "title:CPU on {host:a}", "2026-03-02T01:15:00Z", ""},
	{"datadog", `alert_id=5&alert_scope=host%3Aa&alert_transition=Renotify&date=1772414100000`, health.KindRenotified, "monitor:5:host:a", "2026-03-02T01:15:00Z", ""},
	{"datadog", `payload=%7B%22alert_cycle_key%22%3A%22c%22%2C%22transition%22%3A%22No+Data%22%2C%22date_ms%22%3A1772414100000%7D`, health.KindTriggered, "c", "2026-03-02T01:15:00Z", ""},
	{"datadog", `{"alert_cycle_key":"c","alert_transition":"Warn Recovered","date":1772414100}`, health.KindResolved, "c", "2026-03-02T01:15:00Z", ""},
	{"datadog", `{"alert_cycle_key":"c","alert_transition":"Null","date":"1772414100000"}`, health.KindOther, "c", "2026-03-02T01:15:00Z", ""},
	{"datadog", `{"alert_cycle_key":"c","alert_transition":"Warn","date":"1772414100000","tags":"env:prod, service:web"}`, health.KindTriggered, "c", "2026-03-02T01:15:00Z", ""},
	{"datadog", `{"id":"7","title":"[P2] [Triggered on {host:a}] [TEST] CPU","last_updated":"1772414100000","event_type":"metric_alert_monitor","priority":"normal","org":{"id":"1"}}`, health.KindTriggered, "test:title:CPU on {host:a}", "2026-03-02T01:15:00Z", ""},
	{"datadog", `{"id":"8","title":"[P2] [Recovered on {host:a}] [eu] CPU","last_updated":"1772414100000","alert_type":"success"}`, health.KindResolved, "title:[eu] CPU on {host:a}", "2026-03-02T01:15:00Z", ""},
	{"datadog", `{"id":"$ID","eventTitle":"[Re-Triggered] CPU","alertId":"5","alertScope":"env:prod,service:web","alertStatus":"cpu was > 90 on average","alertTransition":"$ALERT_TRANSITION","alertType":"warning","date":"1772414100000"}`, health.KindTriggered, "monitor:5:env:prod,service:web", "2026-03-02T01:15:00Z", ""},
	{"datadog", `{"monitor":{"id":5},"scopes":"service:web","severity":"P2","alert":{"transition":"Recovered","cycle_key":"c"},"date_posix":1772414100}`, health.KindResolved, "c", "2026-03-02T01:15:00Z", ""},
	{"datadog", `{"data":{"id":"x","type":"incidents_search_results","attributes":{"total":1,"incidents":[{"data":{"id":"i","type":"incidents","attributes":{"title":"Down","severity":null,"fields":{"severity":{"value":"SEV-2"}},"created":"2026-03-02T01:15:00Z"}}}]}}}`, health.KindTriggered, "i", "2026-03-02T01:15:00Z", ""},
	{"datadog", `{"data":{"id":"s","type":"shifts","attributes":{"start":"2026-03-01T20:15:00-05:00","end":"2026-03-02T20:15:00-05:00"},"relationships":{"user":{"data":{"id":"u","type":"users"}}}}}`, health.KindShift, "", "2026-03-02T01:15:00Z", "on_call u"},

	{"victorops", `{"event":"Paging-Start","incident_number":"12","user":"ana","method":"phone_call","time":"2026-03-02T01:15:00Z"}`, health.KindNotified, "12", "2026-03-02T01:15:00Z", "notified ana"},
	{"victorops", `INCIDENT.INCIDENT_NUMBER=12&event=Incident-Acknowledged&ALERT.entity_id=e&user=ana`, health.KindAcknowledged, "12", never, "acknowledger ana"},
	{
		"victorops", `{"ALERT.entity_display_name":"test14","ALERT.message_type":"CRITICAL","STATE.ENTITY_ID":"e","STATE.SERVICE":"s","STATE.CURRENT_ALERT_PHASE":"UNACKED","STATE.ACK_USER":"SYSTEM","STATE.ACK_TIMESTAMP":0,"STATE.CURRENT_STATE":"CRITICAL","STATE.INCIDENT_NAME":"14","STATE.INCIDENT_TIMESTAMP":1772414100000,"STATE.USERS_PAGED.0":"ana","STATE.ACKED_BY":null}`,
		health.KindTriggered, "14", "2026-03-02T01:15:00Z", "notified ana",
	},
	{"victorops", `{"event":"ACKED","incident_number":"14","ack_user":"ana","triggered_at":"1772414000000","acked_at":"1772414100000"}`, health.KindAcknowledged, "14", "2026-03-02T01:15:00Z", "acknowledger ana"},
	{"victorops", `{"event":"RESOLVED","incident_number":"14","ack_user":"ana","triggered_at":"1772414000000","acked_at":"1772414100000"}`, health.KindResolved, "14", never, ""},
	{
		"victorops", `incident=31&created_by=%22ana%22&vo_alert_rcv_time=%221772414100000%22&entity_display_name=%22Disk+%5C%22C%3A%5C%22+full%22&message_type=%22CRITICAL%22&entity_id=%22disk%22&message=&summary=`,
		health.KindTriggered, "31", "2026-03-02T01:15:00Z", "",
	},
	{"victorops", `incident=31&summary=%22Disk+full%22&message=`, health.KindTriggered, "31", never, ""},
	{"victorops", `incident=31&message_type=%22RECOVERY%22&timestamp=%221772414100000%22`, health.KindResolved, "31", "2026-03-02T01:15:00Z", ""},
	{"victorops", `{"sourcetype":"_json","event":{"type":"incident","IncidentNum":"31","CURRENT_ALERT_PHASE":"ACKED","ACK_USER":"ana","ACK_TIMESTAMP":"1772414100000","CURRENT_STATE":"CRITICAL","ENTITY_ID":"disk","service":"${{ALERT.service}}"}}`, health.KindAcknowledged, "31", "2026-03-02T01:15:00Z", "acknowledger ana"},
	{"victorops", `{"INCIDENT.INCIDENT_ID":"31","INCIDENT.INCIDENT_NAME":"#31","INCIDENT.CURRENT_PHASE":"RESOLVED","INCIDENT.ENTITY_DISPLAY_NAME":"Disk full"}`, health.KindResolved, "31", never, ""},
	{"victorops", `{"incident":{"incident_id":"31","current_phase":"RESOLVED","incident_timestamp":1772413200000},"alert":{"message_type":"RECOVERY","entity_id":"disk","vo_alert_rcv_time":"1772414101000"},"state":{"current_alert_phase":"RESOLVED","acked_by":"bo","acked_at":1772413260000,"resolved_by":"ana","resolved_at":1772414100000}}`, health.KindResolved, "31", "2026-03-02T01:15:00Z", "resolver ana"},
	{"victorops", `{"INCIDENT.INCIDENT_ID":"31","INCIDENT.CURRENT_PHASE":"RESOLVED","ALERT.message_type":"CRITICAL","ALERT.VO_ALERT_RCV_TIME":"1772413200000","STATE.CURRENT_ALERT_PHASE":"UNACKED","STATE.RESOLVED_AT":null}`, health.KindResolved, "31", never, ""},
	{"victorops", `{"INCIDENT.INCIDENT_ID":"31","INCIDENT.CURRENT_PHASE":"RESOLVED","ALERT.message_type":"RECOVERY","ALERT.VO_ALERT_RCV_TIME":"1772414100000"}`, health.KindResolved, "31", "2026-03-02T01:15:00Z", ""},
	{"victorops", `{"incident":{"incident_id":"31","current_phase":"ACKED","ack_data":{"acks":[{"acked_by":"ana","acked_at":1772414100000}]}}}`, health.KindAcknowledged, "31", "2026-03-02T01:15:00Z", "acknowledger ana"},
	{"victorops", `{"PAGE.USER_ID":"ana","PAGE.ID":"p1","PAGE.METHODS.0.TYPE":"sms"}`, health.KindOther, "", never, ""},
	{"victorops", `{"event":"Incident-Resolved","incident_number":"12","user":"SYSTEM"}`, health.KindResolved, "12", never, ""},

	{"generic", `{"event":"notified","at":"2026-03-02T01:15:00Z","page":{"id":"g"},"responders":["ana@example.org",{"id":"7","name":"Bo"}],"channel":"sms"}`, health.KindNotified, "g", "2026-03-02T01:15:00Z", "notified ana@example.org, notified 7Bo"},
	{"generic", `{"event":"acknowledged","at":1772414100,"page":{"id":5},"by":"Ana"}`, health.KindAcknowledged, "5", "2026-03-02T01:15:00Z", "acknowledger Ana"},
	{"generic", `{"events":[{"event":"ping","page":null}]}`, health.KindPing, "", never, ""},
	{"cloudevents", `{"specversion":"1.0","id":"1","source":"/s","type":"org.example.page","time":"2026-03-02T01:15:00Z","data":{"event":"resolved","page":{"id":"g"}}}`, health.KindResolved, "g", "2026-03-02T01:15:00Z", ""},
	{"cloudevents", `[{"specversion":"1.0","id":"1","source":"/s","type":"t"}]`, health.KindOther, "", never, ""},
}
