package ui

import "strings"

// linkWord stands for the link where it is not shown any more.
const linkWord = "THE-LINK"

// vendorSteps say how a pager is set up to send here, in the words of its own
// documentation; where that could not be read, without naming what is to be pressed.
var vendorSteps = map[string][]string{
	"pagerduty": {
		"In PagerDuty, open Integrations, Generic Webhooks (v3), and choose New Webhook.",
		"Paste the link as Webhook URL. As Scope Type choose the service, team or account whose pages are this team’s.",
		"Under Event Subscription leave at least these ticked: triggered, acknowledged, unacknowledged, escalated, reassigned, delegated, resolved and reopened.",
		"PagerDuty then shows a signing secret, once. Paste it below under Secret. Its own test, “pagey.ping”, is taken in and never counts.",
	},
	"opsgenie": {
		"In Opsgenie, open the integrations of the team, or Settings, Integrations, choose Add integration, and search for Webhook.",
		"Paste the link as Webhook URL.",
		"Send at least these actions: Create, Acknowledge, UnAcknowledge, Escalate, Assign ownership, Close and Delete. Turn the integration on.",
		"Opsgenie does not sign what it sends: the link is the secret. After a move to Jira Service Management the same link goes on to work.",
	},
	"jsm": {
		"In Jira Service Management, open the operations of the team, Integrations, choose Add integration, and search for Webhook.",
		"Paste the link as Webhook URL.",
		"Send at least these actions: Create, Acknowledge, UnAcknowledge, Escalate, Assign ownership, Close and Delete. Turn the integration on.",
	},
	"alertmanager": {
		"Add the receiver below to alertmanager.yml.",
		"Send it the alerts that page somebody: a route with this receiver and “continue: true” before the route to your pager.",
		"Reload Alertmanager. It does not say who was paged: the schedule here does.",
	},
	"grafana": {
		"In Grafana, open Alerting, Contact points (in newer versions a tab of Notification configuration), choose Add contact point, and Webhook as Integration.",
		"Paste the link as URL. Under HMAC Signature you may set a Secret: paste the same below. Leave Header as it is; to sign a time as well, write X-Grafana-Alerting-Timestamp as Timestamp Header.",
		"In the notification policies, send to it what pages somebody, and let matching go on to your pager.",
		"A test of the contact point sends an alert that never counts.",
	},
	"grafana_oncall": {
		"In Grafana OnCall, open Outgoing Webhooks, choose New Outgoing Webhook and the advanced preset, and make one for each of these as Trigger Type: Alert Group Created, Acknowledged, Unacknowledged, Silenced, Resolved and Unresolved.",
		"Leave HTTP Method at POST, paste the link as Webhook URL, and turn Forward All on.",
		"Under Integrations choose those whose alerts are this team’s, or none for all.",
		"One with Manual or Escalation Step, put into an escalation chain, tells of escalations; one with Personal Notification tells who is notified.",
	},
	"goalert": {
		"In GoAlert, open the escalation policy, and add Webhook with the link to the step that pages somebody. An administrator has to turn webhooks on, and may have to allow this address.",
		"Or let each person add a contact method of the type Webhook with the link, and a notification rule for it: GoAlert then tells when they are paged.",
	},
	"incident_io": {
		"In incident.io, open Settings, Webhooks, and add an endpoint with the link.",
		"Subscribe to the events of escalations and alerts.",
		"Copy the signing secret, which begins with whsec_, and paste it below under Secret.",
	},
	"rootly": {
		"In Rootly, open Settings, Webhooks, and choose New Webhook. Give it a name, and the link as URL.",
		"As event types choose those of alerts and incidents.",
		"Copy the secret and paste it below under Secret.",
	},
	"firehydrant": {
		"In FireHydrant, open Settings, Webhooks, and choose Add webhook. Paste the link as URL.",
		"As Event Subscriptions choose Incidents and Signals.",
		"Put the same Secret there and below.",
	},
	"victorops": {
		"In Splunk On-Call, open Integrations, Outgoing Webhooks, and add one.",
		"Choose the event Any-Incident, POST and application/json, and paste the link as address and the text below as custom payload. Hold the names of its variables against the list that is shown there.",
		"Or open Integrations, Webhooks, add one with the link, paste the Auth Code below under Secret, and put it into an escalation policy: that one is signed and tells of escalations alone.",
	},
	"squadcast": {
		"In Squadcast, now SolarWinds Incident Response, open Settings, Webhooks, and choose Add Webhook. Give it a name, and the link as URL.",
		"As webhook type choose Automatic, as version V2, and at least these triggers: incident triggered, acknowledged, reassigned and resolved.",
		"Leave the payload at Standard Squadcast Payload.",
	},
	"ilert": {
		"In ilert, open each alert source whose alerts are this team’s, Alert actions, Create new alert action, and choose Webhook as type.",
		"Paste the link as URL, and choose all events under Filter Alert Events. Leave the body as it is.",
	},
	"betterstack": {
		"In Better Stack, open Integrations, Exporting data, Outgoing webhooks, choose Configure, and Incident as type. Paste the link as Webhook URL.",
		"Let it send when an incident is started, acknowledged, resolved and reopened.",
	},
	"datadog": {
		"In Datadog, open the tile Webhooks among the integrations, and add one: the link as URL, the text below as Payload.",
		"Mention it in the text of the monitors that page somebody, as @webhook- and its name, also for recovery.",
	},
	"cloudevents": {
		"Send each event by POST to the link: in structured mode, as application/cloudevents+json, several as application/cloudevents-batch+json, or in binary mode with its attributes as ce- headers.",
		"What it carries as data has the generic format, which the documentation describes.",
		"To sign them, follow Standard Webhooks with a secret that begins with whsec_, and paste it below under Secret.",
	},
	"generic": {
		"Send each thing that happens to a page as JSON by POST to the link. The documentation lists every member; the text below is enough to begin with.",
		"To sign it, follow Standard Webhooks with a secret that begins with whsec_, and paste it below under Secret.",
	},
}

// vendorSamples are what has to be pasted there.
var vendorSamples = map[string]string{
	"alertmanager": "receivers:\n  - name: watchbill\n    webhook_configs:\n      - url: " + linkWord + "\n        send_resolved: true\nroute:\n  routes:\n    - receiver: watchbill\n      matchers: [severity=\"critical\"]\n      continue: true\n",
	"datadog": `{"event_id": "$ID", "alert_id": "$ALERT_ID", "alert_cycle_key": "$ALERT_CYCLE_KEY",
 "transition": "$ALERT_TRANSITION", "date_ms": "$DATE", "title": "$EVENT_TITLE",
 "priority": "$ALERT_PRIORITY", "scope": "$ALERT_SCOPE", "tags": "$TAGS"}
`,
	"victorops": `{"event": "${{STATE.CURRENT_ALERT_PHASE}}", "incident_number": "${{STATE.INCIDENT_NAME}}",
 "entity_id": "${{STATE.ENTITY_ID}}", "title": "${{ALERT.entity_display_name}}", "service": "${{STATE.SERVICE}}",
 "severity": "${{STATE.CURRENT_STATE}}", "triggered_at": "${{STATE.INCIDENT_TIMESTAMP}}",
 "acked_at": "${{STATE.ACK_TIMESTAMP}}", "ack_user": "${{STATE.ACK_USER}}",
 "resolved_at": "${{STATE.RESOLVED_AT}}", "resolved_by": "${{STATE.RESOLVED_BY}}"}
`,
	"generic": `{"event": "triggered", "id": "1", "at": "2026-03-02T01:15:00Z",
 "page": {"id": "checkout-42", "title": "Checkout is slow", "service": "checkout", "urgency": "high"},
 "responders": [{"email": "ana@example.com"}]}
`,
}

// sampleFor is what has to be pasted there, with the link while it is shown.
func sampleFor(vendor, link string) string {
	text := vendorSamples[vendor]
	if link != "" {
		text = strings.ReplaceAll(text, linkWord, link)
	}
	return text
}
