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
	for _, f := range v.formats {
		if f.name == name {
			return f, "", ""
		}
	}
	candidates := v.like(name)
	for _, f := range candidates {
		if f.fits(doc) {
			return f, "", ""
		}
	}
	switch {
	case strings.HasPrefix(name, v.id+".rest.") && (doc.isObject() || doc.isList()):
		return aside(name, nil), "", ""
	case len(candidates) == 0:
		return format{name: name}, UnknownFormat, "no format of " + v.id + " is called " + name
	}
	return candidates[0], SchemaMismatch, "the body looks like nothing that this pager (" + v.id + ") sends"
}

// like returns the formats that somebody may mean by a name: those that it begins
// or that begin it, else those of the same kind, like webhooks.
func (v vendor) like(name string) []format {
	var same, kin []format
	for _, f := range v.formats {
		if name == "" || strings.HasPrefix(f.name, name+".") || strings.HasPrefix(name, f.name+".") {
			same = append(same, f)
		}
		if kind(f.name) == kind(name) {
			kin = append(kin, f)
		}
	}
	if len(same) == 0 {
		return kin
	}
	return same
}

// kind returns the first two words of a format's name.
func kind(name string) string {
	words := strings.SplitN(name, ".", 3)
	return strings.Join(words[:min(2, len(words))], ".")
}
