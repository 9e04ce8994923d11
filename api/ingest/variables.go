package ingest

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// variables are what a template of a user's own names, by their letters and digits:
// templates write INCIDENT.INCIDENT_NUMBER, incident_number and incidentNumber, or an
// object incident with an incident_number.
type variables map[string]string

// What is read of a template: more is no template.
const (
	maxVariables     = 2000
	maxVariableDepth = 6
)

func variablesOf(n node) variables {
	v := variables{}
	v.read("", n, maxVariableDepth)
	return v
}

// read adds the members of an object or a list, whose own name stands before theirs.
func (v variables) read(prefix string, n node, depth int) {
	object, _ := n.v.(map[string]any)
	for _, name := range sortedKeys(object) {
		v.put(prefix+letters(name), node{object[name]}, depth)
	}
	for i, item := range n.list() {
		v.put(prefix+strconv.Itoa(i), item, depth)
	}
}

func (v variables) put(name string, n node, depth int) {
	switch {
	case len(v) >= maxVariables:
	case n.isObject() || n.isList():
		if depth > 1 {
			v.read(name, n, depth-1)
		}
	case v[name] == "":
		if s := unquoted(n.str()); !unexpanded(s) {
			v[name] = s
		}
	}
}

// get returns the first of several variables that says something.
func (v variables) get(names ...string) string {
	for _, name := range names {
		if s := v[name]; s != "" {
			return s
		}
	}
	return ""
}

// has reports whether a template has one of several variables, whatever it says.
func (v variables) has(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { _, ok := v[name]; return ok })
}

// letters returns the letters and digits of a name, in lower case.
func letters(name string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, strings.ToLower(name))
}

// unexpanded reports whether a text is still the name of a variable, in the place of
// which nothing was put: ${{ALERT.service}} or $ALERT_ID.
func unexpanded(s string) bool {
	if strings.HasPrefix(s, "${{") {
		return true
	}
	name, ok := strings.CutPrefix(s, "$")
	return ok && name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}

// unquoted returns what a text says that is itself written as a text in JSON, as the
// webhooks of Splunk On-Call's escalation policies write all of theirs.
func unquoted(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	var inner string
	if err := json.Unmarshal([]byte(s), &inner); err != nil {
		return s
	}
	return clean(inner)
}
