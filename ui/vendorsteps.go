package ui

import "strings"

// linkWord stands for the link where it is not shown any more.
const linkWord = "THE-LINK"

// vendorSteps say how a pager is set up to send here, in the words of its own pages.
var vendorSteps = map[string][]string{
	"pagerduty": {
		"In PagerDuty, open Integrations, Generic Webhooks (v3), and choose New Webhook.",
		"Paste the link as Webhook URL. As scope choose the service, team or account whose pages are this team’s.",
		"Leave at least these events ticked: triggered, acknowledged, unacknowledged, escalated, reassigned, delegated, resolved and reopened.",
		"PagerDuty then shows a signing secret, once. Paste it below under Secret. Its own test, “pagey.ping”, is taken in and never counts.",
	},
	"opsgenie": {
		"In Opsgenie, open the team, Integrations, Add integration, and choose Webhook.",
		"Paste the link as Webhook URL and tick Add alert description and details.",
		"Send at least these actions: Create, Acknowledge, UnAcknowledge, Escalate, Assign ownership, Close and Delete. Turn the integration on.",
		"Opsgenie does not sign what it sends: the link is the secret. After a move to Jira Service Management the same link goes on to work.",
	},
	"jsm": {
		"In Jira Service Management, open Operations, the team, Integrations, Add integration, and choose Webhook.",
		"Paste the link as Webhook URL and tick Add alert description and details.",
		"Send at least these actions: Create, Acknowledge, UnAcknowledge, Escalate, Assign ownership, Close and Delete. Turn the integration on.",
	},
	"alertmanager": {
		"Add the receiver below to alertmanager.yml.",
		"Send it the alerts that page somebody: a route with this receiver and “continue: true” before the route to your pager.",
		"Reload Alertmanager. It does not say who was paged: the schedule here does.",
	},
	"grafana": {
		"In Grafana, open Alerting, Contact points, Create contact point, and choose Webhook as integration.",
		"Paste the link as URL. Under HMAC Signature you may set a secret: paste the same below under Secret.",
		"Under Notification policies, send to it what pages somebody, with Continue matching subsequent sibling nodes where your pager is matched too.",
		"The button Test there sends an alert that never counts.",
	},
	"grafana_oncall": {
		"In Grafana OnCall, open Outgoing webhooks and make one for each trigger: Alert group created, Acknowledged, Unacknowledged, Silenced, Resolved, Unresolved, Escalation step and Personal notification.",
		"Choose POST, paste the link as URL, and leave Data empty and Forward whole payload ticked.",
		"Choose the integrations whose alerts are this team’s, or none for all.",
	},
	"goalert": {
		"In GoAlert, open the escalation policy, and add Webhook with the link to the step that pages somebody. An administrator may have to allow webhooks to this address first.",
		"Or let each person add a contact method of the type Webhook with the link, and a notification rule for it: GoAlert then tells when they are paged.",
	},
	"incident_io": {
		"In incident.io, open Settings, Webhooks, and Add endpoint. Paste the link as URL.",
		"Subscribe to the events of escalations and alerts.",
		"Copy the signing secret, which begins with whsec_, and paste it below under Secret.",
	},
	"rootly": {
		"In Rootly, open Configuration, Webhooks, and make an endpoint with the link.",
		"Choose the events of alerts and incidents.",
		"Copy the secret and paste it below under Secret.",
	},
	"firehydrant": {
		"In FireHydrant, open Settings, Webhooks, Create webhook, and paste the link as URL.",
		"Choose incidents and alerts.",
		"Paste the same secret there and below under Secret.",
	},
	"victorops": {
		"In Splunk On-Call, open Integrations, Outgoing Webhooks, Add webhook.",
		"Choose the event Any-Incident, POST and application/json, and paste the link as address and the text below as custom payload. Hold the names of its variables against the list that is shown there.",
	},
	"squadcast": {
		"In Squadcast, open Settings, Webhooks (for all) or the service’s Extensions, and add a webhook with the link.",
		"Choose POST, and at least these triggers: incident triggered, acknowledged, reassigned and resolved.",
	},
	"ilert": {
		"In ilert, open Alert actions, Create alert action, and choose Webhook.",
		"Paste the link as URL, choose the alert sources that are this team’s, and all alert events.",
	},
	"betterstack": {
		"In Better Stack, open Integrations, Exporting data, Outgoing webhooks, and add one with the link.",
		"Tick incident started, acknowledged and resolved.",
	},
	"datadog": {
		"In Datadog, open Integrations, Webhooks, New. Paste the link as URL and the text below as Payload.",
		"Mention the webhook, like @webhook-watchbill, in the monitors that page somebody, also for recovery.",
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
 "acked_at": "${{STATE.ACK_TIMESTAMP}}", "ack_user": "${{STATE.ACK_USER}}"}
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
