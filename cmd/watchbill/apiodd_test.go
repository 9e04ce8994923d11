package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// A specification is what the OpenAPI document says of the routes.
type specification struct {
	Paths      map[string]map[string]specRoute
	Components struct{ Schemas map[string]*specSchema }
}

type specRoute struct {
	OperationID string `json:"operationId"`
	Parameters  []struct {
		Name, In string
		Required bool
		Schema   *specSchema
	}
	RequestBody *specBody
	Responses   map[string]specBody
}

type specBody struct {
	Content map[string]struct{ Schema *specSchema }
}

type specSchema struct {
	Ref        string `json:"$ref"`
	Type       any
	Format     string
	Enum       []any
	Minimum    *float64
	Maximum    *float64
	MaxLength  *int
	Properties map[string]*specSchema
	Required   []string
	Items      *specSchema
	OneOf      []*specSchema   `json:"oneOf"`
	Additional json.RawMessage `json:"additionalProperties"`
}

// An odd caller makes values of schemas, mostly almost right.
type odd struct {
	*rand.Rand
	spec *specification
	calm bool // everything is of the right kind, so that more gets further
}

// texts are what people and programs send, and should not.
var texts = []string{
	"", " ", "a", "me", "0", "-1", "1e9", "null", "true", "Ünïcödé 🙂", "\u202etxt", strings.Repeat("x", 5000), "'; DROP TABLE team; --", "<script>", "../../etc/passwd", "%00",
	"\x00", "\xff\xfe", "2026-02-30", "2026-12-24", "0001-01-01", "9999-12-31", "2026-12-24T09:00:00Z", "2026-12-24T09:00:00+14:00", "2026-12-24T25:00:00Z",
	"0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "2026-12-24T09:00:60Z", "Europe/Berlin", "Local", "../zone", "09:00-17:00", "primary 2026-12-07", "primary",
}

var numbers = []any{0, 1, 2, 3, -1, 1.5, 1e3, 1e300, -1e300, 9007199254740993, int64(9223372036854775807), "1", nil, true}

func (o *odd) text() string { return texts[o.IntN(len(texts))] }

// value makes one for a schema.
func (o *odd) value(s *specSchema, depth int) any {
	if !o.calm && o.IntN(12) == 0 || depth > 6 { // something else altogether
		return []any{nil, o.text(), numbers[o.IntN(len(numbers))], []any{}, map[string]any{}, []any{map[string]any{"a": 1}}}[o.IntN(6)]
	}
	if s == nil {
		return o.text()
	}
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		return o.value(o.spec.Components.Schemas[name], depth)
	}
	if len(s.Enum) > 0 && o.IntN(4) > 0 {
		return s.Enum[o.IntN(len(s.Enum))]
	}
	kind := fmt.Sprint(s.Type)
	switch {
	case strings.Contains(kind, "integer"), strings.Contains(kind, "number"):
		if o.calm || o.IntN(2) == 0 {
			return 1 + o.IntN(6)
		}
		return numbers[o.IntN(len(numbers))]
	case strings.Contains(kind, "boolean"):
		return o.IntN(2) == 0
	case strings.Contains(kind, "array"):
		list := []any{}
		for range o.IntN(4) {
			list = append(list, o.value(s.Items, depth+1))
		}
		return list
	case strings.Contains(kind, "object"):
		return o.object(s, depth)
	case s.Format == "date" && (o.calm || o.IntN(3) > 0):
		return fmt.Sprintf("20%02d-%02d-%02d", 26+o.IntN(2), 1+o.IntN(12), 1+o.IntN(28))
	case s.Format == "date-time" && (o.calm || o.IntN(3) > 0):
		return fmt.Sprintf("20%02d-%02d-%02dT%02d:00:00%s", 26+o.IntN(2), 1+o.IntN(12), 1+o.IntN(28), o.IntN(24), []string{"Z", "+01:00", "-11:30"}[o.IntN(3)])
	case o.calm:
		return []string{"Europe/Berlin", "09:00-17:00", "primary 2026-12-21", "primary", ruleText}[o.IntN(5)]
	}
	return o.text()
}

func (o *odd) object(s *specSchema, depth int) map[string]any {
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if slices.Contains(s.Required, name) && (o.calm || o.IntN(15) > 0) || o.IntN(2) == 0 {
			out[name] = o.value(s.Properties[name], depth+1)
		}
	}
	var more specSchema
	if json.Unmarshal(s.Additional, &more) == nil && more.Type != nil {
		for range o.IntN(3) {
			out[o.text()] = o.value(&more, depth+1)
		}
	}
	if !o.calm && o.IntN(15) == 0 {
		out["no_such_field"] = 1
	}
	return out
}

// request makes the rest of a request.
func (o *odd) request(path string, r *specRoute) (address, body string, headers []string) {
	query := url.Values{}
	o.calm = o.IntN(2) == 0
	for _, p := range r.Parameters {
		text := fmt.Sprint(o.value(p.Schema, 0))
		switch p.In {
		case "path":
			if o.calm || o.IntN(4) > 0 { // mostly what there is
				text = fmt.Sprint(1 + o.IntN(3))
				if p.Name == "from" {
					text = "2027-02-01"
				}
			}
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(text))
		case "query":
			if p.Name != "cursor" && o.IntN(2) == 0 || o.IntN(9) == 0 {
				query.Add(p.Name, text)
			}
		case "header":
			if !o.calm && o.IntN(3) == 0 && !strings.ContainsAny(text, "\x00\r\n") {
				headers = append(headers, p.Name, text)
			}
		}
	}
	if !o.calm && o.IntN(12) == 0 {
		query.Add(o.text(), o.text())
	}
	address = "/api/v1" + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	if r.RequestBody == nil {
		return address, "", headers
	}
	for _, media := range r.RequestBody.Content {
		b, err := json.Marshal(o.value(media.Schema, 0))
		if err != nil {
			panic(err)
		}
		body = string(b)
	}
	if !o.calm && o.IntN(20) == 0 && body != "" { // cut short, or one too many
		body = []string{body[:o.IntN(len(body))], body + "{}", "{", "[" + body, strings.Repeat("[", 500)}[o.IntN(5)]
	}
	return address, body, headers
}

// Whatever is sent to any route, it never fails, and what is refused is said in a
// problem that names a field when one is wrong.
func TestAPIOddValues(t *testing.T) {
	rounds := 40
	if testing.Short() {
		rounds = 12
	}
	both(t, func(t *testing.T, d *deployment) {
		tokens := d.crewed()
		spec := &specification{}
		d.call("", "GET", "/api/openapi.json", "").into(t, 200, spec)
		o := &odd{Rand: rand.New(rand.NewPCG(7, 13)), spec: spec}
		statuses := map[int]int{}
		some := func() bool { return statuses[200] > 0 && statuses[201] > 0 && statuses[409] > 0 && statuses[422] > 0 }
		for round := 0; round < rounds || !some() && round < 5*rounds; round++ {
			for _, path := range slices.Sorted(maps.Keys(spec.Paths)) {
				for _, method := range slices.Sorted(maps.Keys(spec.Paths[path])) {
					route := spec.Paths[path][method]
					address, body, headers := o.request(path, &route)
					role := []string{"administrator", "manager", "member"}[round%3]
					a := d.call(tokens[role], strings.ToUpper(method), address, body, headers...)
					statuses[a.status]++
					problems := spec.untrue(method, path, &a)
					if problem := oddAnswer(&a); problem != "" {
						problems = append(problems, problem)
					}
					for _, problem := range problems {
						t.Errorf("%s %s as %s with %.300q, %v: %s: %d %.300s", method, address, role, body, headers, problem, a.status, a.body)
					}
				}
			}
		}
		t.Log(statuses)
		if !some() {
			t.Errorf("the values are not odd in every way: %v", statuses)
		}
	})
}

// oddAnswer says what is wrong with an answer.
func oddAnswer(a *answer) string {
	if a.status < 400 {
		return ""
	}
	var p struct {
		Type, Title, Detail string
		Status              int
		Errors              []struct{ Field, In, Reason string }
	}
	switch err := json.Unmarshal([]byte(a.body), &p); {
	case a.status >= 500:
		return "it fails"
	case a.header.Get("Content-Type") != "application/problem+json":
		return "not a problem: " + a.header.Get("Content-Type")
	case err != nil || p.Status != a.status || p.Title == "" || p.Detail == "":
		return fmt.Sprintf("a problem that says little: %v", err)
	case a.status == 422 && (len(p.Errors) == 0 || p.Errors[0].Reason == ""):
		return "no field is named"
	}
	for _, e := range p.Errors {
		for _, word := range []string{"Go ", "json:", "struct", "expected ", "unmarshal", "strconv", "%!", "$1"} {
			if strings.Contains(e.Reason, word) && !strings.Contains(e.Reason, `"`) {
				return "words of a program: " + e.Reason
			}
		}
	}
	return ""
}
