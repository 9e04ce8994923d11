package ingest_test

import (
	"strings"
	"testing"

	"watchbill/api/ingest"

	"github.com/google/go-cmp/cmp"
)

// What columns are called in exports and reports of pagers, in their records as services
// of their own give them out, and in tables that somebody keeps by hand.
func TestSuggest(t *testing.T) {
	for _, test := range []struct{ name, header, first, want string }{
		{"PagerDuty, incident activity", "Number,Incident ID,Title,Urgency,Priority,Service,Team,Created at,TTA,TTR,Resolved by,Auto Resolved,Resolved at,Sleep Hour Interruptions", "",
			"Incident ID: external_id, Title: title, Urgency: urgency, Priority: severity, Service: service, Created at: triggered_at, Resolved at: resolved_at, Resolved by: resolver_name, Auto Resolved: auto_resolved, TTA: ack_after_seconds, TTR: resolve_after_seconds, Sleep Hour Interruptions: reported_sleep_interruptions"},
		{"PagerDuty, incidents report", "id,incident_number,description,service_id,service_name,created_on,resolved_on,seconds_to_first_ack,seconds_to_resolve,auto_resolved,assigned_to_user_name,acknowledged_by_user_name,resolved_by_user_name,urgency", "",
			"id: external_id, description: title, service_name: service, created_on: triggered_at, resolved_on: resolved_at, seconds_to_first_ack: ack_after_seconds, seconds_to_resolve: resolve_after_seconds, auto_resolved: auto_resolved, assigned_to_user_name: responder_name, acknowledged_by_user_name: acknowledger_name, resolved_by_user_name: resolver_name, urgency: urgency"},
		{"Opsgenie, alerts", "AlertId,TinyId,Alias,Message,Status,Acknowledged,CreatedAt,UpdatedAt,Source,Owner,Priority,Entity,report.acknowledgedBy,report.closedBy", "a1-17,4711,cpu,CPU is high,closed,true,1772414100000,1772417100000,monitor,ana@example.com,P1,web,ana@example.com,ben@example.com",
			"AlertId: external_id, Alias: alert_key, Message: title, CreatedAt: triggered_at, Owner: responder_name, Priority: severity, Entity: service, report.acknowledgedBy: acknowledger_name, report.closedBy: resolver_name"},
		{"Grafana OnCall, alert groups", "id,integration_id,state,created_at,resolved_at,acknowledged_at,acknowledged_by,resolved_by,title", "I68,CFR,resolved,2026-03-02T01:15:00Z,2026-03-02T02:15:00Z,,,UCG,Memory",
			"id: external_id, created_at: triggered_at, resolved_at: resolved_at, acknowledged_at: acknowledged_at, acknowledged_by: acknowledger_name, resolved_by: resolver_name, title: title"},
		{"Splunk On-Call, incidents", "incidentNumber,entityId,entityDisplayName,currentPhase,startTime,service,host,pagedUsers", "",
			"incidentNumber: external_id, entityId: alert_key, entityDisplayName: title, startTime: triggered_at, service: service, pagedUsers: responder_name"},
		{"Jira, issues", "Summary,Issue key,Issue id,Priority,Assignee,Created,Resolved,Status", "DB down,OPS-12,10012,High,Ana Ruiz,02/Mar/26 1:15 AM,02/Mar/26 2:15 AM,Done",
			"Summary: title, Issue key: external_id, Priority: severity, Assignee: responder_name, Created: triggered_at, Resolved: resolved_at"},
		{"a column that says whether, and one that says when", "ID,Resolved,Resolved At,Started At (UTC)", "1,yes,2026-03-02 02:15,2026-03-02 01:15", "ID: external_id, Resolved At: resolved_at, Started At (UTC): triggered_at"},
		{"minutes are no seconds", "id,created,TTR (minutes),TTA", "", "id: external_id, created: triggered_at, TTA: ack_after_seconds"},
		{"a table kept by hand", "id,Nacht,service,who", "1,03/04/2026 01:00,web,ana@example.org", "id: external_id, Nacht: triggered_at, service: service, who: responder_name"},
		{"names under a heading of addresses", "id,created,assignee email", "1,,Ana Ruiz", "id: external_id, created: triggered_at, assignee email: responder_name"},
		{"two columns with times", "id,Nacht,Morgen", "1,2026-03-02 01:00,2026-03-02 07:00", "id: external_id"},
		{"a day is not when it began", "id,date", "1,2026-03-02", "id: external_id"},
		{"nothing known", "Spalte,,", "x,y,z", ""},
		{"a record that is shorter", "id,when,created at", "1", "id: external_id, created at: triggered_at"},
	} {
		var first []string
		if test.first != "" {
			first = strings.Split(test.first, ",")
		}
		want := map[string]string{}
		for pair := range strings.SplitSeq(test.want, ", ") {
			if column, field, ok := strings.Cut(pair, ": "); ok {
				want[field] = column
			}
		}
		if diff := cmp.Diff(want, ingest.Suggest(strings.Split(test.header, ","), first)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// Only a month that is a word leaves no doubt; that day and month are never guessed stays.
func TestSuggestDates(t *testing.T) {
	for cell, want := range map[string]string{
		"02/Mar/26 1:15 AM": "D/MMM/YY h:mm A", "2 Mar 2026 01:15": "D MMM YYYY HH:mm", "Mar 2, 2026 01:15:09": "MMM D, YYYY HH:mm:ss",
		"02/03/2026 01:15": "", "26/02/2026 01:15": "", "2026-03-02 01:15": "", "1772414100": "", "": "", "soon": "",
	} {
		got := ingest.SuggestDates(cell)
		if got != want {
			t.Errorf("%q: %q, want %q", cell, got, want)
			continue
		}
		if got == "" {
			continue
		}
		rep, err := ingest.DryRun([]byte("id,at\n1,\""+cell+"\"\n"), ingest.Mapping{Columns: map[string]string{"external_id": "id", "triggered_at": "at"}, DateFormat: got}, nil)
		if err != nil || rep.Good != 1 {
			t.Errorf("%q is not read as %q: %+v, %v", cell, got, rep, err)
		}
	}
}
