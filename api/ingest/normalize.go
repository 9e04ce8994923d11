package ingest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"watchbill/health"
)

// Disposition is what a body is good for.
type Disposition string

// What a body can be.
const (
	PageEvent  Disposition = "page_event"  // something happened to a page
	Snapshot   Disposition = "snapshot"    // the vendor's API told of pages
	Context    Disposition = "context"     // about something other than pages
	Ignored    Disposition = "ignored"     // a test of the line
	NeedsFetch Disposition = "needs_fetch" // it names something that only the vendor's API tells
	Invalid    Disposition = "invalid"     // it cannot be read
)

// Reasons for which a body is invalid. A later version may read it.
const (
	InvalidJSON    = "invalid_json"
	SchemaMismatch = "schema_mismatch"
	UnknownFormat  = "unknown_format"
)

// Warning is something in a body that was left out.
type Warning struct {
	Code  string `json:"code"`
	Field string `json:"field"`
	Value string `json:"value"`
}

// Result is what became of one body.
type Result struct {
	Vendor, Format string
	Disposition    Disposition
	Reason         string // why it is invalid, in a word
	Why            string // and in a sentence for the person who looks at it
	// Events have no key yet where it depends on when the body came, and no time
	// where the payload has none: see Received.
	Events   []health.Event
	Warnings []Warning

	extras []extras
	bucket []bool
}

// repeatWindow is how long after each other the same words of a sender that
// numbers nothing are the same event.
const repeatWindow = 10 * time.Minute

// Normalize reads a body of a vendor. The format is guessed when it is empty. Times
// without a zone are in zone, in UTC when it is nil.
func Normalize(vendor, format string, body []byte, zone *time.Location) Result {
	res := Result{Vendor: vendor, Format: format}
	v, ok := find(vendor, format)
	if !ok {
		return res.invalid(UnknownFormat, fmt.Sprintf("there is no vendor %q", vendor))
	}
	doc, err := v.parse(body)
	if err != nil {
		if res.Format == "" {
			res.Format = v.formats[0].name
		}
		return res.invalid(InvalidJSON, "the body is not JSON: "+err.Error())
	}
	return res.read(v, doc, zone)
}

// read reads a document that was parsed, in the format that the result names.
func (res Result) read(v vendor, doc node, zone *time.Location) Result {
	f, reason, why := v.choose(res.Format, doc)
	if res.Format == "" {
		res.Format = f.name
	}
	if reason != "" {
		return res.invalid(reason, why)
	}
	r := &reader{zone: zone, format: f.name}
	if err := f.read(r, doc); err != nil {
		return res.invalid(SchemaMismatch, err.Error())
	}
	if len(r.drafts) > maxEvents {
		return res.invalid(SchemaMismatch, fmt.Sprintf("%d events in one body, more than %d", len(r.drafts), maxEvents))
	}
	res.Warnings = r.warnings
	res.Disposition = f.gives
	if r.disposition != "" {
		res.Disposition = r.disposition
	}
	for _, d := range r.drafts {
		res.Events = append(res.Events, d.finish(v.id))
		res.extras = append(res.extras, d.extras)
		res.bucket = append(res.bucket, d.Repeats || d.OccurredAt.IsZero() && !d.timeless)
	}
	if res.Disposition == PageEvent {
		res.Disposition = about(res.Events)
	}
	return res
}

func (res Result) invalid(reason, why string) Result {
	res.Disposition, res.Reason, res.Why = Invalid, reason, why
	return res
}

// about says what the events of a webhook are about.
func about(events []health.Event) Disposition {
	d := Ignored
	for _, e := range events {
		switch {
		case e.Kind == health.KindPing || e.Test:
		case e.Kind.Context() || e.Kind == health.KindOther && e.PageKey == "":
			d = Context
		default:
			return PageEvent
		}
	}
	if len(events) == 0 {
		return Context
	}
	return d
}

// Received returns the events as they are stored and folded: what has no time
// happened when it came, what lies in the future did too, and each has its key.
// The source of hooks is health.SourceHook. What is only context loses the key of
// what it is about, so that no page is made of it.
func (res Result) Received(at time.Time, inbox int64, source health.Source) []health.Event {
	at = at.UTC().Truncate(time.Microsecond)
	out := slices.Clone(res.Events)
	for i := range out {
		e := &out[i]
		e.ReceivedAt, e.InboxID, e.Source = at, inbox, source
		if res.Disposition == Context && !e.Kind.Context() {
			e.PageKey = ""
		}
		if res.bucket[i] {
			e.Key += fmt.Sprintf("@%d", at.Unix()/int64(repeatWindow/time.Second))
		}
		if e.OccurredAt.IsZero() {
			e.OccurredAt, e.TimeBasis = at, health.TimeOfReceipt
		}
		if !e.Kind.Context() && e.OccurredAt.Sub(at) > health.FutureAfter {
			e.StatedAt, e.OccurredAt, e.TimeBasis = e.OccurredAt, at, health.TimeOfReceipt
		}
	}
	return out
}

// reader collects what a format reads.
type reader struct {
	zone        *time.Location
	format      string
	drafts      []draft
	warnings    []Warning
	disposition Disposition // when it is another than the format's
}

// draft is an event with what only the record of it shows.
type draft struct {
	health.Event
	extras   extras
	keyed    []string // what makes the event's key where the vendor has none
	timeless bool     // keyed says enough without the time of receipt
}

// extras are members of a record beyond those that every event has.
type extras struct {
	schedule string // the name of the schedule on call
	bundle   int    // alerts that a message only counts
	source   string // of a CloudEvent
	kind     string // of a CloudEvent
	plain    bool   // occurrences are told even when they are none
}

// What one body may tell: more is no page.
const (
	maxEvents     = 10_000
	maxResponders = 200
)

func (r *reader) add(d draft) {
	if n := len(d.Responders); n > maxResponders {
		r.warn("too_many_responders", "responders", fmt.Sprint(n))
		d.Responders = d.Responders[:maxResponders]
	}
	r.drafts = append(r.drafts, d)
}

// at reads an instant; what cannot be read is left out with a warning.
func (r *reader) at(n node, path ...string) time.Time {
	s := n.str(path...)
	t, ok := ParseTime(s, r.zone)
	if !ok {
		r.warn("bad_timestamp", strings.Join(path, "."), s)
	}
	return t
}

// firstTime returns the first of several members that is a time.
func (r *reader) firstTime(n node, names ...string) time.Time {
	for _, name := range names {
		if at := r.at(n, name); !at.IsZero() {
			return at
		}
	}
	return time.Time{}
}

func (r *reader) warn(code, field, value string) {
	if len(r.warnings) < 100 {
		r.warnings = append(r.warnings, Warning{Code: code, Field: field, Value: cut(value, 100)})
	}
}

// limits of what a key or a title may hold.
const (
	keyBytes   = 200
	pageBytes  = 1000
	titleRunes = 500
)

// finish gives an event its key and the shape in which all are stored.
func (d draft) finish(vendor string) health.Event {
	e := d.Event
	e.PageKey, e.AlertKey = short(e.PageKey, pageBytes), short(e.AlertKey, pageBytes)
	e.MergedInto = short(e.MergedInto, pageBytes)
	if runes := []rune(e.Title); len(runes) > titleRunes {
		e.Title = string(runes[:titleRunes])
	}
	e.Service, e.Severity = cut(e.Service, titleRunes), cut(e.Severity, titleRunes)
	if e.Urgency == "" {
		e.Urgency = health.UrgencyUnknown
	}
	if e.TimeBasis == "" && !e.OccurredAt.IsZero() {
		e.TimeBasis = health.TimeOfPayload
	}
	if e.Key == "" {
		parts := []string{e.PageKey, string(e.Kind)}
		if !e.OccurredAt.IsZero() {
			parts = append(parts, e.OccurredAt.Format(time.RFC3339Nano))
		}
		if e.OrderKey != 0 {
			parts = append(parts, fmt.Sprint(e.OrderKey))
		}
		e.Key = strings.Join(append(parts, d.keyed...), "|")
	}
	e.Key = short(vendor+":"+e.Key, keyBytes)
	return e
}

// short keeps a key that fits and names a longer one by its digest.
func short(s string, most int) string {
	if len(s) <= most {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return cut(s, most-65) + "#" + hex.EncodeToString(sum[:])
}

// mismatch is a body of another shape than its format has.
func mismatch(format string, args ...any) error { return fmt.Errorf(format, args...) }
