package api

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
)

//go:embed docs.html
var docsHTML string

//go:embed docs.css
var docsCSS []byte

const docsStyle = "/api/docs.css"

// registerDocs adds the OpenAPI document and a page that shows it. Each is made once,
// when somebody asks first: a replica may run for months without, and making them takes
// more memory than all else at the start. The page needs no script and nothing from
// another host.
func (s *Server) registerDocs(e *echo.Echo) {
	for _, name := range []string{"ErrorModel", "ErrorDetail"} { // huma's, which we put into other words
		delete(s.doc.Components.Schemas.Map(), name)
	}
	for path, content := range map[string]struct {
		kind string
		body func() ([]byte, error)
	}{
		openAPIPath: {"application/vnd.oai.openapi+json;version=3.1", func() ([]byte, error) { return json.Marshal(s.doc) }},
		docsPath:    {echo.MIMETextHTMLCharsetUTF8, func() ([]byte, error) { return docsPage(s.doc) }},
		docsStyle:   {"text/css; charset=utf-8", func() ([]byte, error) { return docsCSS, nil }},
	} {
		made := sync.OnceValues(content.body)
		e.GET(path, func(c echo.Context) error {
			body, err := made()
			if err != nil {
				return err
			}
			c.Response().Header().Set(echo.HeaderCacheControl, "no-cache")
			return c.Blob(http.StatusOK, content.kind, body)
		})
	}
}

// A docsGroup is the routes of one tag.
type docsGroup struct {
	Name   string
	Routes []docsRoute
}

type docsRoute struct {
	*huma.Operation
	Input  []docsField
	Output []docsField
	Status string
}

// A docsField is a parameter, or a field of a body with its path.
type docsField struct {
	Name, In, Type, About string
	Required              bool
}

// docsPage renders the document.
func docsPage(doc *huma.OpenAPI) ([]byte, error) {
	t, err := template.New("docs").Parse(docsHTML)
	if err != nil {
		return nil, err
	}
	page := struct {
		Title, About, Server, OpenAPI, Style string
		Groups                               []docsGroup
	}{doc.Info.Title, doc.Info.Description, doc.Servers[0].URL, openAPIPath, docsStyle, docsGroups(doc)}
	var b bytes.Buffer
	err = t.Execute(&b, page)
	return b.Bytes(), err
}

func docsGroups(doc *huma.OpenAPI) []docsGroup {
	byTag := map[string][]docsRoute{}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		item := doc.Paths[path]
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil {
				byTag[op.Tags[0]] = append(byTag[op.Tags[0]], docsRouteOf(doc, op))
			}
		}
	}
	var groups []docsGroup
	for _, tag := range slices.Sorted(maps.Keys(byTag)) {
		groups = append(groups, docsGroup{tag, byTag[tag]})
	}
	return groups
}

func docsRouteOf(doc *huma.OpenAPI, op *huma.Operation) docsRoute {
	r := docsRoute{Operation: op}
	for _, p := range op.Parameters {
		r.Input = append(r.Input, docsField{p.Name, p.In, typeName(p.Schema), p.Description, p.Required})
	}
	if op.RequestBody != nil {
		for _, media := range op.RequestBody.Content {
			r.Input = append(r.Input, docsFields(doc, media.Schema, "", "body", map[string]bool{})...)
		}
	}
	for status, response := range op.Responses {
		if strings.HasSuffix(status, "XX") {
			continue
		}
		r.Status = status
		for _, media := range response.Content {
			r.Output = docsFields(doc, media.Schema, "", "", map[string]bool{})
		}
	}
	return r
}

// docsFields lists the fields of a schema, those of its parts by their paths.
func docsFields(doc *huma.OpenAPI, schema *huma.Schema, path, in string, within map[string]bool) []docsField {
	if len(schema.OneOf) > 0 {
		schema = schema.OneOf[0]
	}
	if schema.Type == huma.TypeArray {
		return docsFields(doc, schema.Items, path+"[]", in, within)
	}
	if schema.Ref != "" {
		if within[schema.Ref] {
			return nil
		}
		within = maps.Clone(within)
		within[schema.Ref] = true
		schema = doc.Components.Schemas.SchemaFromRef(schema.Ref)
	}
	var fields []docsField
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		p := schema.Properties[name]
		at := strings.TrimPrefix(path+"."+name, ".")
		fields = append(fields, docsField{at, in, typeName(p), p.Description, slices.Contains(schema.Required, name)})
		fields = append(fields, docsFields(doc, p, at, in, within)...)
	}
	return fields
}

// typeName says in a word or two what a value is.
func typeName(s *huma.Schema) string {
	switch {
	case len(s.OneOf) == 2:
		return typeName(s.OneOf[0]) + " or null"
	case s.Ref != "":
		return s.Ref[strings.LastIndex(s.Ref, "/")+1:]
	case s.Type == huma.TypeArray:
		return "list of " + typeName(s.Items)
	case len(s.Enum) > 0:
		var words []string
		for _, e := range s.Enum {
			if text, ok := e.(string); ok {
				words = append(words, text)
			}
		}
		return strings.Join(words, ", ")
	case s.Format == "date-time" || s.Format == "date":
		return s.Format
	case s.Type == "":
		return "any"
	}
	return s.Type
}
