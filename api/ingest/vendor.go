package ingest

import (
	"bytes"
	"net/url"
	"slices"
	"strings"
)

// format is one shape in which a vendor tells something.
type format struct {
	name  string
	gives Disposition
	// fits reports whether a body looks like this format. The first of a vendor's
	// formats that fits is taken.
	fits func(node) bool
	read func(*reader, node) error
}

// vendor is one that sends.
type vendor struct {
	id      string
	formats []format
	forms   bool // it also sends what a browser sends of a form
}

// vendors are all that can be read. Each is in a file of its own.
func vendors() []vendor {
	return []vendor{
		alertmanager(), betterstack(), cloudEvents(), datadog(), firehydrant(), generic(), goalert(), grafana(), grafanaOnCall(),
		ilert(), incidentIO(), opsgenie("jsm"), opsgenie("opsgenie"), pagerduty(), rootly(), squadcast(), victorops(),
	}
}

// Vendors returns the names of all vendors that can be read, sorted.
func Vendors() []string {
	var names []string
	for _, v := range vendors() {
		names = append(names, v.id)
	}
	slices.Sort(names)
	return names
}

// Formats returns the names of a vendor's formats; nothing for a vendor that
// cannot be read.
func Formats(id string) []string {
	v, _ := find(id, "")
	var names []string
	for _, f := range v.formats {
		names = append(names, f.name)
	}
	return names
}

// find returns a vendor. Where a body comes under another heading, its format says
// whose it is.
func find(id, format string) (vendor, bool) {
	all := vendors()
	of, _, _ := strings.Cut(format, ".")
	for _, name := range []string{id, of} {
		if at := slices.IndexFunc(all, func(v vendor) bool { return v.id == name }); at >= 0 {
			return all[at], true
		}
	}
	return vendor{}, false
}

// parse reads a body, of a form where the vendor sends such.
func (v vendor) parse(body []byte) (node, error) {
	trimmed := bytes.TrimSpace(body)
	if !v.forms || len(trimmed) == 0 || trimmed[0] == '{' || trimmed[0] == '[' || !bytes.ContainsRune(trimmed, '=') {
		return parse(body)
	}
	values, err := url.ParseQuery(string(trimmed))
	if err != nil || len(values) > maxTokens {
		return parse(body)
	}
	object := map[string]any{}
	for name, all := range values {
		object[name] = all[0]
	}
	if len(object) == 1 && object["payload"] != nil { // a document in a form
		return parse([]byte(values.Get("payload")))
	}
	return node{object}, nil
}

// choose returns the format of a body: the one that was named, or among those
// whose name begins like it the first that fits. When there is none the reason
// says why, and the format is the likeliest.
func (v vendor) choose(name string, doc node) (f format, reason, why string) {
	var candidates []format
	for _, f := range v.formats {
		if f.name == name {
			return f, "", ""
		}
		if name == "" || strings.HasPrefix(f.name, name+".") || strings.HasPrefix(name, f.name+".") {
			candidates = append(candidates, f)
		}
	}
	if len(candidates) == 0 && strings.HasPrefix(name, v.id+".rest.") {
		return v.answer(name, doc)
	}
	if len(candidates) == 0 {
		return format{name: name}, UnknownFormat, "no format of " + v.id + " is called " + name
	}
	for _, f := range candidates {
		if f.fits(doc) {
			return f, "", ""
		}
	}
	return candidates[0], SchemaMismatch, "the body looks like nothing that " + v.id + " sends"
}

// answer returns the format of what a vendor's API answered under a name that we do
// not have: one that fits, else context of which nothing is needed, like teams.
func (v vendor) answer(name string, doc node) (f format, reason, why string) {
	for _, f := range v.formats {
		if strings.HasPrefix(f.name, v.id+".rest.") && f.fits(doc) {
			return f, "", ""
		}
	}
	if !doc.isObject() && !doc.isList() {
		return format{name: name}, SchemaMismatch, "the body is neither an object nor a list"
	}
	return format{name, Context, nil, func(*reader, node) error { return nil }}, "", ""
}
