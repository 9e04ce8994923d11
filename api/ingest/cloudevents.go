package ingest

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"mime"
	"net/textproto"
	"net/url"
	"regexp"
	"strings"
	"time"

	"watchbill/health"
)

// binaryFormat is the format of an event whose attributes are headers, which no body
// alone can have.
const binaryFormat = "cloudevents.binary"

// cloudEvents reads CloudEvents in JSON. What they carry is a page when it has the
// generic format; anything else is context.
func cloudEvents() vendor {
	return vendor{id: "cloudevents", formats: []format{
		{"cloudevents.structured", PageEvent, func(n node) bool { return n.has("specversion", "type") }, cloudEvent},
		{"cloudevents.batch", PageEvent, func(n node) bool { return n.head().has("specversion", "type") }, each("", cloudEvent)},
		{binaryFormat, PageEvent, func(node) bool { return false }, cloudEvent},
	}}
}

func cloudEvent(r *reader, n node) error {
	id, source := n.str("id"), n.str("source")
	if id == "" || source == "" || n.str("type") == "" {
		return mismatch("id, source and type are needed")
	}
	before := len(r.drafts)
	data := cloudData(n)
	if data.has("event", "page") {
		if err := genericEvent(r, data); err != nil {
			return mismatch("data: %w", err)
		}
	} else {
		r.add(draft{Event: health.Event{Kind: health.KindOther}})
	}
	d := &r.drafts[before]
	if d.OccurredAt.IsZero() {
		d.OccurredAt = r.at(n, "time")
	}
	d.ExternalID, d.Key = id, source+"|"+id
	d.extras.source, d.extras.kind = source, n.str("type")
	return nil
}

// cloudData returns what an event carries, also when it is packed to travel as text.
func cloudData(n node) node {
	packed, ok := n.get("data_base64").v.(string)
	if !ok {
		return n.get("data")
	}
	data, err := base64.StdEncoding.DecodeString(packed)
	if err != nil {
		return node{}
	}
	inner, err := parse(data)
	if err != nil {
		return node{}
	}
	return inner
}

// NormalizeDelivery is Normalize for what came with headers, by lower-case name: a
// CloudEvent may have its attributes there and nothing but its data in the body.
func NormalizeDelivery(vendor, format string, headers map[string]string, body []byte, zone *time.Location) Result {
	kind, _, _ := mime.ParseMediaType(headers["content-type"])
	named := format == "" || format == binaryFormat
	if vendor != "cloudevents" || !named || headers["ce-specversion"] == "" || strings.HasPrefix(kind, "application/cloudevents") {
		return Normalize(vendor, format, body, zone)
	}
	event := map[string]any{}
	for name, value := range headers {
		if attribute, ok := strings.CutPrefix(name, "ce-"); ok {
			if plain, err := url.PathUnescape(value); err == nil {
				value = plain
			}
			event[attribute] = value
		}
	}
	res := Result{Vendor: vendor, Format: binaryFormat}
	if isJSON(kind) && len(bytes.TrimSpace(body)) > 0 {
		data, err := parse(body)
		if err != nil {
			return res.invalid(InvalidJSON, "the data is not JSON: "+err.Error())
		}
		event["data"] = data.v
	}
	return res.read(cloudEvents(), node{event}, zone)
}

// isJSON says whether a media type is JSON, which it is when nobody says.
func isJSON(kind string) bool {
	return kind == "" || kind == "application/json" || kind == "text/json" || strings.HasSuffix(kind, "+json")
}

// headerLine is how a message begins that has headers, with a line of the request
// before them or not.
var headerLine = regexp.MustCompile(`^(POST [^\r\n]+|[A-Za-z][A-Za-z0-9-]*:[^\r\n]*)\r?\n`)

// SplitMessage takes headers off a body that is written below them, as in a request
// over HTTP: lines of a name, a colon and a value, then an empty line. Names are
// returned in lower case. A body without headers is returned as it is.
func SplitMessage(message []byte) (headers map[string]string, body []byte) {
	if !headerLine.Match(message) {
		return nil, message
	}
	in := bufio.NewReader(bytes.NewReader(message))
	text := textproto.NewReader(in)
	if bytes.HasPrefix(message, []byte("POST ")) {
		if _, err := text.ReadLine(); err != nil {
			return nil, message
		}
	}
	lines, err := text.ReadMIMEHeader()
	if err != nil {
		return nil, message
	}
	headers = map[string]string{}
	for name, values := range lines {
		headers[strings.ToLower(name)] = values[0]
	}
	var rest bytes.Buffer
	if _, err := in.WriteTo(&rest); err != nil {
		return nil, message
	}
	return headers, rest.Bytes()
}
