package ingest

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"watchbill/health"
)

// table is an import that is being read.
type table struct {
	mapping Mapping
	layout  string
	known   func(health.Identity) bool
	at      map[string]int // column by field
	seen    map[string]int // row by incident
	report  *Report
	each    func(*Row) error                // of rows that are taken over
	bad     func([]string, []Problem) error // of those that are not; may be nil
}

// row is one record with what was found in it.
type row struct {
	*table
	number   int
	cells    []string
	problems []Problem
	warnings []Problem
}

// cell returns what a row says of a field.
func (r *row) cell(field string) string {
	at, ok := r.at[field]
	if !ok {
		return ""
	}
	return strings.TrimSpace(clean(r.cells[at]))
}

func (r *row) problem(field, code, value string) {
	r.problems = append(r.problems, r.about(field, code, value))
}

func (r *row) warn(field, code, value string) {
	r.warnings = append(r.warnings, r.about(field, code, value))
}

func (r *row) about(field, code, value string) Problem {
	return Problem{Row: r.number, Column: orNull(r.mapping.Columns[field]), Code: code, Value: cut(value, 200)}
}

// row reads one record. Its events count only when nothing keeps it out.
func (t *table) row(number int, cells []string, err error) error {
	r := &row{table: t, number: number, cells: cells}
	var events []health.Event
	switch {
	case err != nil:
		r.problem("", CSVBadQuotes, "")
	case len(cells) != len(t.report.header):
		r.problem("", CSVFieldCount, fmt.Sprintf("%d of %d", len(cells), len(t.report.header)))
	default:
		events = r.events()
	}
	rep := t.report
	if len(r.problems) > 0 {
		rep.Bad++
		rep.Errors = appendSome(rep.Errors, r.problems)
		if t.bad == nil {
			return nil
		}
		return t.bad(cells, r.problems)
	}
	id := strings.Clone(events[0].PageKey) // cells share the memory of their record, which need not stay
	if first, ok := t.seen[id]; ok {
		rep.Duplicated++
		if len(rep.Duplicates) < problemsShown {
			rep.Duplicates = append(rep.Duplicates, Duplicate{Row: number, OfRow: first, ExternalID: id})
		}
		return nil
	}
	t.seen[id] = number
	rep.Good++
	rep.Warned += len(r.warnings)
	rep.Warnings = appendSome(rep.Warnings, r.warnings)
	told := &Row{Number: number, PageKey: id, Events: events}
	for _, field := range t.reportedFields() {
		if value := r.cell(field); value != "" {
			told.Reported = append(told.Reported, Reported{PageKey: id, Name: field, Value: value})
		}
	}
	return t.each(told)
}

func appendSome(list, more []Problem) []Problem {
	return append(list, more[:min(len(more), max(0, problemsShown-len(list)))]...)
}

func (t *table) reportedFields() []string {
	var out []string
	for _, field := range sortedKeys(t.at) {
		if strings.HasPrefix(field, reported) {
			out = append(out, field)
		}
	}
	return out
}

// time reads the instant of a field; the zero time when it is empty or wrong.
func (r *row) time(field string) time.Time {
	s := r.cell(field)
	if s == "" {
		return time.Time{}
	}
	at, code, ok := r.cellTime(s)
	switch now := r.mapping.Now; {
	case !ok:
		r.problem(field, code, s)
	case now.IsZero():
	case at.After(now.Add(health.FutureAfter)):
		r.problem(field, CSVAhead, s)
	case at.Year() < 2000:
		r.problem(field, CSVLongAgo, s)
	case field == "triggered_at" && at.Before(r.mapping.Since):
		r.problem(field, CSVNotKept, s)
	}
	if ok && code != "" {
		r.warn(field, code, s)
	}
	return at
}

// after reads how long something took; false when the field is empty or wrong.
func (r *row) after(field string) (time.Duration, bool) {
	s := r.cell(field)
	if s == "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil || f != f || f > 1e9 || f < -1e9:
		r.problem(field, CSVBadDuration, s)
		return 0, false
	case f < 0:
		r.problem(field, CSVNegativeDuration, s)
		return 0, false
	}
	return time.Duration(f * float64(r.mapping.Unit)).Truncate(time.Microsecond), true
}

// who reads the person of two fields.
func (r *row) who(what string) health.Identity {
	who := health.Identity{Name: r.cell(what + "_name"), Email: mail(r.cell(what + "_email"))}
	if who.Email == "" && mail(who.Name) != "" {
		who = health.Identity{Email: mail(who.Name)}
	}
	if !who.IsZero() && r.known != nil && !r.known(who) {
		field := what + "_name"
		if _, ok := r.at[field]; !ok || r.cell(field) == "" {
			field = what + "_email"
		}
		r.warn(field, CSVUnknownPerson, cmp.Or(who.Name, who.Email))
	}
	return who
}

// events makes what a row says to events of one page.
func (r *row) events() []health.Event {
	id := short(r.cell("external_id"), pageBytes)
	if id == "" {
		r.problem("external_id", CSVMissingID, "")
	}
	triggered := r.time("triggered_at")
	if triggered.IsZero() && len(r.problems) == 0 {
		r.problem("triggered_at", CSVBadTimestamp, r.cell("triggered_at"))
	}
	base := r.base(id)
	events := []health.Event{r.event(base, health.KindTriggered, triggered, false)}
	if who := r.who("responder"); !who.IsZero() {
		events[0].Responders = []health.Party{{Identity: who, Role: health.RoleAssignee}}
	}
	if at, derived := r.moment("acknowledged_at", "ack_after_seconds", triggered); !at.IsZero() && !at.Before(triggered) {
		e := r.event(base, health.KindAcknowledged, at, derived)
		if e.Actor = r.who("acknowledger"); !e.Actor.IsZero() {
			e.Responders = []health.Party{{Identity: e.Actor, Role: health.RoleAcknowledger}}
		}
		events = append(events, e)
	}
	resolved, derived := r.moment("resolved_at", "resolve_after_seconds", triggered)
	switch {
	case resolved.IsZero():
	case resolved.Before(triggered):
		r.problem("resolved_at", CSVResolvedBefore, r.cell("resolved_at"))
	default:
		e := r.event(base, health.KindResolved, resolved, derived)
		e.Auto = truth(r.cell("auto_resolved"))
		if e.Actor = r.who("resolver"); !e.Actor.IsZero() {
			e.Responders = []health.Party{{Identity: e.Actor, Role: health.RoleResolver}}
		}
		events = append(events, e)
	}
	return events
}

// moment reads when something happened, or how long after the trigger.
func (r *row) moment(at, after string, triggered time.Time) (when time.Time, derived bool) {
	if when = r.time(at); !when.IsZero() || r.cell(at) != "" {
		return when, false
	}
	if took, ok := r.after(after); ok && !triggered.IsZero() {
		return triggered.Add(took), true
	}
	return time.Time{}, false
}

func truth(s string) bool {
	switch strings.ToLower(s) {
	case "true", "yes", "y", "1":
		return true
	}
	return false
}

// base is what every event of a row says of its page.
func (r *row) base(id string) health.Event {
	word, severity := r.cell("urgency"), r.cell("severity")
	e := health.Event{
		PageKey: id, AlertKey: r.cell("alert_key"), Title: r.cell("title"), Service: cut(r.cell("service"), titleRunes),
		Severity: cut(severity, titleRunes), Source: health.SourceFile, Path: "row " + strconv.Itoa(r.number),
		Urgency: urgency(cmp.Or(word, severity)),
	}
	if runes := []rune(e.Title); len(runes) > titleRunes {
		e.Title = string(runes[:titleRunes])
	}
	if word != "" && e.Urgency == health.UrgencyUnknown {
		r.warn("urgency", CSVUnknownUrgency, word)
	}
	return e
}

func (r *row) event(base health.Event, kind health.Kind, at time.Time, derived bool) health.Event {
	e := with(base, kind, at)
	e.TimeBasis = health.TimeOfPayload
	if derived {
		e.TimeBasis = health.TimeDerived
	}
	e.Key = short("csv:"+r.mapping.Vendor+":"+e.PageKey+":"+string(kind), keyBytes)
	return e
}
