package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"watchbill/api/auth"
	"watchbill/schedule"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"
)

// Where the API and what describes it are.
const (
	basePath    = "/api/v1"
	openAPIPath = "/api/openapi.json"
	docsPath    = "/api/docs"
)

// A Server is the JSON API under /api/v1, with the document that describes it.
type Server struct {
	Schedule *schedule.Service
	Log      *slog.Logger
	BaseURL  string // https://watchbill.example, without a slash at its end
	Version  string // of the program

	doc *huma.OpenAPI
}

// Register adds the routes; identify finds out who is asking.
func (s *Server) Register(e *echo.Echo, identify echo.MiddlewareFunc) error {
	g := e.Group(basePath, noStore, plainQuery, identify, allowed)
	a := humaecho.NewWithGroup(e, g, s.config())
	a.UseMiddleware(s.checkQuery(a))
	s.routes(a)
	s.doc = a.OpenAPI()
	return s.registerDocs(e)
}

// routes lists what there is.
func (s *Server) routes(a huma.API) {
	get(s, a, "/oncall", "who-is-on-call", "Who is on call, in all teams you may see or in one", s.onCall)
	get(s, a, "/teams", "list-teams", "Teams you may see", s.listTeams)
	get(s, a, "/teams/{team}", "get-team", "A team with its settings", s.getTeam)
	get(s, a, "/teams/{team}/shifts", "list-shifts", "Who has what in a team, as it is or as it was known", s.listShifts)
}

// config is how huma shall behave: JSON only, nothing unknown accepted, and no
// routes of its own.
func (s *Server) config() huma.Config {
	format := huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: unmarshal}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Watchbill", Version: s.Version, Description: aboutAPI,
				License: &huma.License{Name: "Apache 2.0", Identifier: "Apache-2.0"},
			},
			Servers: []*huma.Server{{URL: s.BaseURL + basePath}},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"token":   {Type: "http", Scheme: "bearer", Description: "An API token, like wb_…"},
					"session": {Type: "apiKey", In: "cookie", Name: auth.CookieName, Description: "The session of somebody who is logged in"},
				},
			},
			Security: []map[string][]string{{"token": {}}, {"session": {}}},
		},
		Formats:                      map[string]huma.Format{"application/json": format, "json": format},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{reword},
	}
}

const aboutAPI = `Who is on call, and everything that leads to it. Times are RFC 3339 and answered in UTC; a stretch of time has its
start and not its end. Lists that are long come in pages: when there is more, "next" is what to send as "cursor".`

// get adds a route that reads.
func get[I, O any](s *Server, a huma.API, path, id, summary string, f func(context.Context, *I) (*O, error)) {
	route(s, a, huma.Operation{Method: http.MethodGet, Path: path, OperationID: id, Summary: summary}, f)
}

// route adds a route. What f returns as an error is answered as a Problem.
func route[I, O any](s *Server, a huma.API, op huma.Operation, f func(context.Context, *I) (*O, error)) {
	op.Tags = []string{strings.SplitN(op.Path, "/", 3)[1]}
	problem := a.OpenAPI().Components.Schemas.Schema(problemGoType, true, "Problem")
	content := map[string]*huma.MediaType{problemType: {Schema: problem}}
	op.Responses = map[string]*huma.Response{
		"4XX": {Description: "Refused, with the reason", Content: content},
		"5XX": {Description: "Something went wrong on our side", Content: content},
	}
	huma.Register(a, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := f(ctx, in)
		if err != nil {
			return nil, s.problemOf(ctx, err, op.Method, basePath+op.Path)
		}
		return out, nil
	})
}

// noStore keeps answers out of caches between us and who asked.
func noStore(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderCacheControl, "private, no-cache")
		return next(c)
	}
}

// plainQuery reads a plus in a query as a plus: offsets of times have one, and
// nothing here has spaces.
func plainQuery(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		u := c.Request().URL
		u.RawQuery = strings.ReplaceAll(u.RawQuery, "+", "%2B")
		return next(c)
	}
}

// allowed refuses whoever may not use the API at all, and writes by those who only
// may read.
func allowed(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		need := auth.WriteAPI
		if m := c.Request().Method; m == http.MethodGet || m == http.MethodHead {
			need = auth.ReadAPI
		}
		if err := auth.From(c.Request().Context()).Must(need, auth.On{}); err != nil {
			return err
		}
		return next(c)
	}
}

// checkQuery refuses what huma would pass over: a parameter twice or without a
// value, and characters that databases do not take.
func (s *Server) checkQuery(a huma.API) func(huma.Context, func(huma.Context)) {
	return func(c huma.Context, next func(huma.Context)) {
		u := c.URL()
		query, err := url.ParseQuery(u.RawQuery)
		var bad []error
		if err != nil {
			bad = append(bad, &huma.ErrorDetail{Location: "query", Message: "the query cannot be read: " + err.Error()})
		}
		for name, values := range query {
			reason := ""
			switch {
			case len(values) > 1:
				reason = "this is there twice"
			case values[0] == "":
				reason = "this has no value; leave it out instead"
			case !storable(values[0]):
				reason = "this has characters that no text has"
			}
			if reason != "" {
				bad = append(bad, &huma.ErrorDetail{Location: "query." + name, Message: reason})
			}
		}
		if len(bad) > 0 {
			_ = huma.WriteErr(a, c, http.StatusUnprocessableEntity, "", bad...) // who does not read the answer has gone
			return
		}
		next(c)
	}
}

// storable says whether every database takes a text.
func storable(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }

// team returns a team for somebody who may do what they are about to.
func (s *Server) team(ctx context.Context, need auth.Action, id schedule.ID) (schedule.TeamRecord, auth.Who, error) {
	w := auth.From(ctx)
	if err := w.Must(need, auth.Team(int64(id))); err != nil {
		return schedule.TeamRecord{}, w, err
	}
	t, err := s.Schedule.Store.Team(ctx, id)
	return t, w, err
}
