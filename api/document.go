package api

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

var (
	ifNoneMatchType = reflect.TypeFor[IfNoneMatch]()
	bytesType       = reflect.TypeFor[[]byte]()
)

// responses are those of a route that huma does not find itself: refusals, 304 where a
// reader may say what they have, and bytes: tables, unless the body says what it writes.
func responses(problem *huma.Schema, in, out reflect.Type) map[string]*huma.Response {
	header := func(description string) *huma.Param {
		return &huma.Param{Description: description, Schema: &huma.Schema{Type: huma.TypeInteger}}
	}
	content := map[string]*huma.MediaType{problemType: {Schema: problem}}
	all := map[string]*huma.Response{
		"4XX": {Description: "Refused, with the reason", Content: content, Headers: map[string]*huma.Param{
			"Retry-After": header("Of 429: in how many seconds to try again"),
		}},
		"5XX": {Description: "Something went wrong on our side", Content: content},
	}
	if field, ok := in.FieldByName("IfNoneMatch"); ok && field.Type == ifNoneMatchType {
		all[strconv.Itoa(http.StatusNotModified)] = &huma.Response{Description: "What you have is what there is"}
	}
	if field, ok := out.FieldByName("Body"); ok && field.Type == bytesType {
		kind, description := "text/csv", "Comma-separated values in UTF-8"
		if other := field.Tag.Get("writes"); other != "" {
			kind, description = other, "Text in UTF-8"
		}
		content := map[string]*huma.MediaType{kind: {Schema: &huma.Schema{Type: huma.TypeString}}}
		all[strconv.Itoa(http.StatusOK)] = &huma.Response{Description: description, Content: content}
	}
	return all
}

// nulls makes the document say what can be null: lists never are, which huma takes
// for possible, unless a field says so; and objects that are always there can be,
// which huma cannot say.
func nulls(schemas huma.Registry) {
	for name, schema := range schemas.Map() {
		t := schemas.TypeFromRef("#/components/schemas/" + name)
		if t == nil || t.Kind() != reflect.Struct {
			continue
		}
		for _, field := range reflect.VisibleFields(t) {
			key, options, _ := strings.Cut(field.Tag.Get("json"), ",")
			p := schema.Properties[key]
			switch {
			case p == nil:
			case p.Type == huma.TypeArray && field.Tag.Get("nullable") == "":
				p.Nullable = false
			case p.Ref != "" && field.Type.Kind() == reflect.Pointer && !strings.HasPrefix(options, "omit"):
				schema.Properties[key] = &huma.Schema{OneOf: []*huma.Schema{{Ref: p.Ref}, {Type: "null"}}, Description: p.Description}
			}
		}
	}
}
