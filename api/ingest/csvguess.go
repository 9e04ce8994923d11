package ingest

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// aliases are the headings under which exports have a field, as plain words: see
// plainName. Of several the earlier one is meant: what webhooks of the same pager call
// an incident by comes before what only people call it.
var aliases = map[string][]string{
	"external_id": {
		"incident id", "alert id", "alert group id", "escalation id", "id", "incident key", "issue key", "key", "incident number", "alert number",
		"number", "tiny id", "sequential id", "reference", "incident", "incident ref", "ticket id", "ticket", "issue id",
	},
	"title": {
		"title", "message", "summary", "incident title", "incident name", "alert name", "alert title", "entity display name", "subject", "name", "alertname",
		"description", "problem",
	},
	"urgency":  {"urgency", "current urgency"},
	"severity": {"priority", "severity", "priority name", "incident severity", "incident priority", "level", "alert severity"},
	"service": {
		"service", "service name", "impacted service", "entity", "integration name", "integration", "alert source", "monitor", "monitor name",
		"component", "components", "host", "source",
	},
	"triggered_at": {
		"triggered at", "triggered on", "triggered", "created at", "created on", "created", "created time", "creation time", "created date", "start time", "started at",
		"started on", "started", "start", "start date", "incident start time", "opened at", "opened", "open time", "reported at", "fired at", "alert time", "begin",
		"began at", "begin time", "paged at", "declared at", "occurred at", "timestamp", "date time", "datetime", "date created", "time", "date",
	},
	"acknowledged_at": {
		"acknowledged at", "acknowledged on", "acknowledged time", "acked at", "acked on", "first acknowledged at", "first acknowledged on", "ack at", "acknowledge time",
		"acknowledged date",
	},
	"resolved_at": {
		"resolved at", "resolved on", "resolved", "resolved time", "resolved date", "resolution time", "resolution date", "closed at", "closed on", "closed", "closed time",
		"close time", "end time", "ended at", "ended on", "end", "end date", "incident end time", "recovered at",
	},
	"resolver_name":      {"resolved by", "resolved by user name", "resolved by name", "closed by", "report closed by", "resolver", "resolver name"},
	"resolver_email":     {"resolver email", "resolved by email", "resolved by user email", "closed by email"},
	"acknowledger_name":  {"acknowledged by", "acknowledged by user name", "acknowledged by name", "first acknowledged by", "acked by", "report acknowledged by", "acknowledger", "acknowledger name"},
	"acknowledger_email": {"acknowledger email", "acknowledged by email", "acknowledged by user email", "acked by email"},
	"responder_name": {
		"assigned to user name", "assigned to", "assigned to users", "assigned user", "assigned user name", "assignee", "assignee name", "responder", "responder name",
		"responders", "on call", "on call user", "paged users", "paged user", "notified user", "who", "owner", "owner name", "user", "user name",
	},
	"responder_email":                 {"responder email", "assignee email", "assigned to email", "owner email", "user email", "on call email"},
	"alert_key":                       {"alias", "dedup key", "deduplication key", "alert key", "entity id", "fingerprint"},
	"auto_resolved":                   {"auto resolved", "automatically resolved"},
	"ack_after_seconds":               {"tta", "mtta", "seconds to first ack", "time to acknowledge", "time to first ack", "time to ack", "tta seconds", "time to acknowledge seconds"},
	"resolve_after_seconds":           {"ttr", "mttr", "seconds to resolve", "time to resolve", "ttr seconds", "time to resolve seconds"},
	"reported_interruptions":          {"interruptions", "total interruptions"},
	"reported_business_interruptions": {"business hour interruptions"},
	"reported_off_interruptions":      {"off hour interruptions"},
	"reported_sleep_interruptions":    {"sleep hour interruptions"},
}

var (
	wordStart = regexp.MustCompile(`([a-z0-9])([A-Z])`)
	ofAZone   = regexp.MustCompile(`(?i)\s*[(\[](utc|gmt|local time|iso 8601|[a-z]+/[a-z_/]+|utc[+-]\d\d?(:\d\d)?)[)\]]$| utc$`)
	notLetter = regexp.MustCompile(`[^\pL\pN]+`)
)

// plainName is the name of a column as lower-case words: createdAt, created_at and
// "Created at (UTC)" are one. Another unit, like that of "TTR (minutes)", stays part of
// it, so that minutes are not suggested as seconds.
func plainName(column string) string {
	name := ofAZone.ReplaceAllString(strings.TrimSpace(column), "")
	name = notLetter.ReplaceAllString(wordStart.ReplaceAllString(name, "$1 $2"), " ")
	return strings.Join(strings.FieldsFunc(strings.ToLower(name), unicode.IsSpace), " ")
}

// Suggest returns which columns of a heading mean what, as far as their names say and,
// where these leave it open, what the first record has in them: a name is no address, and the one column with a time is when an incident began.
func Suggest(header, first []string) map[string]string {
	out, plain, taken := map[string]string{}, make([]string, len(header)), map[int]bool{}
	for k, column := range header {
		plain[k] = plainName(column)
	}
	for _, field := range slices.Concat(CSVFields, reportedFields) {
		for _, name := range aliases[field] {
			at := slices.Index(plain, name)
			if at < 0 || taken[at] {
				continue
			}
			if mean := asFilled(field, cellOf(first, at)); mean != "" && out[mean] == "" {
				out[mean], taken[at] = header[at], true
			}
			if out[field] != "" {
				break
			}
		}
	}
	if out["triggered_at"] == "" {
		if at := onlyTime(first, taken); at >= 0 && at < len(header) {
			out["triggered_at"] = header[at]
		}
	}
	return out
}

// reportedFields are the numbers that exports are known to give for an incident.
var reportedFields = []string{"reported_interruptions", "reported_business_interruptions", "reported_off_interruptions", "reported_sleep_interruptions"}

// cellOf is a cell of a record, which may be shorter than the heading.
func cellOf(record []string, at int) string {
	if at >= len(record) {
		return ""
	}
	return strings.TrimSpace(record[at])
}

// asFilled is what a column means whose name says field, with such a cell in it: empty
// when the cell is none of its kind. A column of names may have addresses in it.
func asFilled(field, cell string) string {
	if cell == "" {
		return field
	}
	of, isEmail := strings.CutSuffix(field, "_email")
	switch {
	case isEmail && mail(cell) == "":
		return of + "_name"
	case strings.HasSuffix(field, "_at") && !looksTimed(cell):
		return ""
	case field == "triggered_at" && !strings.ContainsAny(cell, ":T") && strings.ContainsAny(cell, "/-. "):
		return "" // a day alone: nobody knows whether anybody slept
	}
	return field
}

// looksTimed reports whether a cell is a time in some way of writing, also one that has
// yet to be said.
func looksTimed(cell string) bool {
	if at, ok := ParseTime(cell, time.UTC); ok && !at.IsZero() {
		return true
	}
	return dated.MatchString(cell)
}

// dated is a date with a day, a month and a year, divided in some way.
var dated = regexp.MustCompile(`^(\d{1,4}[/. -](\d{1,2}|\pL{3,9}\.?)[/. -]\d{2,4}|\pL{3,9}\.? \d{1,2},? \d{4})\b`)

// onlyTime is the column of a record that alone has a time in it, of those that are not
// taken; -1 where there is none or several. Numbers are no times: they may count anything.
func onlyTime(record []string, taken map[int]bool) int {
	found := -1
	for at := range record {
		cell := cellOf(record, at)
		if taken[at] || !strings.Contains(cell, ":") || !looksTimed(cell) {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = at
	}
	return found
}

// SuggestDates returns how times are written where a cell leaves no doubt although it is
// not as ISO 8601 has it: with the month as a word. It is empty otherwise.
func SuggestDates(cell string) string {
	if at, ok := ParseTime(cell, time.UTC); ok && !at.IsZero() {
		return ""
	}
	// A D and an h read numbers of one and of two digits.
	for _, day := range []string{"D/MMM/YY", "D/MMM/YYYY", "D-MMM-YY", "D-MMM-YYYY", "D MMM YYYY", "MMM D, YYYY", "MMM D YYYY"} {
		for _, clock := range []string{" HH:mm", " h:mm A", " HH:mm:ss", " h:mm:ss A", ", HH:mm", ", h:mm A"} {
			format, err := layout(day + clock)
			if err != nil {
				continue
			}
			if _, err := time.Parse(format, strings.TrimSpace(cell)); err == nil {
				return day + clock
			}
		}
	}
	return ""
}
