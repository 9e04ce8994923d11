package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// specification reads the OpenAPI document.
func (d *deployment) specification() *specification {
	d.t.Helper()
	var spec specification
	d.call("", "GET", "/api/openapi.json", "").into(d.t, http.StatusOK, &spec)
	return &spec
}

// untrue says where an answer is another than the document says; nil when it is as
// documented.
func (spec *specification) untrue(method, template string, a *answer) []string {
	route, ok := spec.Paths[template][strings.ToLower(method)]
	if !ok {
		return []string{"not in the document"}
	}
	said, ok := route.Responses[fmt.Sprint(a.status)]
	if !ok {
		said, ok = route.Responses[fmt.Sprintf("%dXX", a.status/100)]
	}
	if !ok {
		return []string{fmt.Sprintf("no response %d in the document", a.status)}
	}
	if len(said.Content) == 0 {
		if a.body != "" {
			return []string{"a body where the document has none"}
		}
		return nil
	}
	kind, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
	media, ok := said.Content[kind]
	if !ok {
		return []string{fmt.Sprintf("%q, where the document has %v", kind, slices.Collect(maps.Keys(said.Content)))}
	}
	if !strings.HasSuffix(kind, "json") {
		return nil
	}
	var v any
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		return []string{err.Error()}
	}
	return spec.against("", media.Schema, v)
}

// against says where a value is none of a schema.
func (spec *specification) against(at string, s *specSchema, v any) []string {
	if s == nil {
		return nil
	}
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		return spec.against(at, spec.Components.Schemas[name], v)
	}
	if len(s.OneOf) > 0 {
		fits := slices.ContainsFunc(s.OneOf, func(one *specSchema) bool { return len(spec.against(at, one, v)) == 0 })
		if fits {
			return nil
		}
		return spec.against(at, s.OneOf[0], v)
	}
	kinds := []any{s.Type}
	if list, ok := s.Type.([]any); ok {
		kinds = list
	}
	is := kindOf(v)
	if s.Type != nil && !slices.Contains(kinds, any(is)) && (is != "integer" || !slices.Contains(kinds, any("number"))) {
		return []string{fmt.Sprintf("%s is %s, not %v", at, is, s.Type)}
	}
	var bad []string
	switch v := v.(type) {
	case []any:
		for i, x := range v {
			bad = append(bad, spec.against(fmt.Sprintf("%s[%d]", at, i), s.Items, x)...)
		}
	case map[string]any:
		for _, name := range s.Required {
			if _, ok := v[name]; !ok {
				bad = append(bad, fmt.Sprintf("%s.%s is missing", at, name))
			}
		}
		for name, x := range v {
			p, ok := s.Properties[name]
			if !ok && string(s.Additional) == "false" {
				bad = append(bad, fmt.Sprintf("%s.%s is not in the document", at, name))
			}
			bad = append(bad, spec.against(at+"."+name, p, x)...)
		}
	case string:
		if _, err := time.Parse(time.RFC3339, v); s.Format == "date-time" && err != nil {
			bad = append(bad, fmt.Sprintf("%s is no date-time: %q", at, v))
		}
		if len(s.Enum) > 0 && !slices.Contains(s.Enum, any(v)) {
			bad = append(bad, fmt.Sprintf("%s is %q, which is none of %v", at, v, s.Enum))
		}
	}
	return bad
}

// kindOf is what JSON Schema calls the type of a value.
func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case float64:
		if v == math.Trunc(v) {
			return "integer"
		}
		return "number"
	}
	return "object"
}

// The check of the test finds what is not as documented.
func TestUntrue(t *testing.T) {
	var spec specification
	err := json.Unmarshal([]byte(`{"paths": {"/x": {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/X"}}}}, "4XX": {}}}}},
		"components": {"schemas": {"X": {"type": "object", "required": ["a"], "additionalProperties": false, "properties": {"a": {"type": "array", "items": {"type": "integer"}},
		"b": {"type": ["number", "null"]}, "c": {"type": "string", "enum": ["x"]}, "d": {"type": "string", "format": "date-time"}}}}}}`), &spec)
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{
		`{"a": [1, 2], "b": 1, "c": "x", "d": "2026-11-27T00:00:00Z"}`: "",
		`{"a": [], "b": null}`:         "",
		`{"a": null}`:                  ".a is null, not array",
		`{"a": [1.5]}`:                 ".a[0] is number, not integer",
		`{}`:                           ".a is missing",
		`{"a": [], "e": 1}`:            ".e is not in the document",
		`{"a": [], "c": "y"}`:          `.c is "y", which is none of [x]`,
		`{"a": [], "d": "2026-11-27"}`: `.d is no date-time: "2026-11-27"`,
		`[]`:                           " is array, not object",
	} {
		a := answer{status: 200, header: http.Header{"Content-Type": {"application/json"}}, body: body}
		if got := strings.Join(spec.untrue("GET", "/x", &a), "; "); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
	for status, want := range map[int]string{404: "", 302: "no response 302 in the document"} {
		if got := strings.Join(spec.untrue("GET", "/x", &answer{status: status}), "; "); got != want {
			t.Errorf("%d: %q, want %q", status, got, want)
		}
	}
}
