package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
)

// Uploads says whether a route bounds what a request may bring by itself.
func Uploads(c echo.Context) bool {
	return c.Request().Method == http.MethodPost && c.Path() == basePath+"/teams/:team/integrations/:integration/tables"
}

// uploadTime is how long an upload may take, where other calls have a minute.
const uploadTime = 15 * time.Minute

// A body is in memory as a whole while it is sent, so of large ones there are few at once.
const (
	fewBytes    = 4 << 20
	largeAtOnce = 2
)

// uploads is the middleware that asks who uploads before a large body is read, and gives
// those who may the time for it.
func (s *Server) uploads(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !Uploads(c) {
			return next(c)
		}
		team, err := strconv.ParseInt(c.Param("team"), 10, 64)
		if err != nil {
			return next(c) // it is refused for that
		}
		if err := auth.From(c.Request().Context()).Must(auth.EditTeam, auth.Team(team)); err != nil {
			return err
		}
		switch n := c.Request().ContentLength; {
		case n == 0:
			return invalid("file", "send the file as the body; it has a heading and rows")
		case n > health.MaxTable:
			return newProblem(http.StatusRequestEntityTooLarge, fmt.Sprintf("The file has %d MB; up to %d are taken in, so split it, by year for example.", n>>20, health.MaxTable>>20))
		}
		if c.Request().ContentLength < 0 || c.Request().ContentLength > fewBytes {
			if s.large.Add(1) > largeAtOnce {
				s.large.Add(-1)
				p := newProblem(http.StatusServiceUnavailable, "Others are sending large files at the same time. Send it again in half a minute.")
				p.header = http.Header{"Retry-After": {"30"}}
				return p
			}
			defer s.large.Add(-1)
		}
		// Where that cannot be said it has a minute.
		deadlines, ends := http.NewResponseController(c.Response()), s.Wall().Add(uploadTime)
		_, _ = deadlines.SetReadDeadline(ends), deadlines.SetWriteDeadline(ends)
		return next(c)
	}
}

// tableRoutes lists what there is about files of past pages.
func (s *Server) tableRoutes(a huma.API) {
	upload := onceOperation("/teams/{team}/integrations/{integration}/tables", "add-table", "Look at a file of past pages; it brings nothing before it is committed")
	upload.DefaultStatus, upload.MaxBodyBytes, upload.BodyReadTimeout = http.StatusCreated, health.MaxTable+1<<20, uploadTime
	route(s, a, upload, s.addTable)
	get(s, a, "/teams/{team}/tables", "list-tables", "Files of past pages that a team was given", s.listTables)
	const one = "/teams/{team}/tables/{table}"
	get(s, a, one, "get-table", "A file of past pages, with what it would bring while it is kept", s.getTable)
	change(s, a, put, one+"/mapping", "map-table", "Say what the columns of a file mean", s.mapTable)
	act(s, a, one+"/commit", "commit-table", "Take a file over; it is done in the background", s.commitTable)
	act(s, a, one+"/undo", "undo-table", "Undo a file: what only it told of goes", s.undoTable)
	change(s, a, del, one, "remove-table", "Throw a file away that waits or was undone", s.removeTable)
	get(s, a, one+"/bad.csv", "get-bad-rows", "The rows of a file that are kept out, with the reasons", s.getBadRows)
}

// A Table is a file of past pages.
type Table struct {
	ID          schedule.ID  `json:"id"`
	Integration schedule.ID  `json:"integration"`
	Name        string       `json:"name" doc:"Of the file"`
	Size        int64        `json:"size" doc:"Bytes"`
	SHA256      string       `json:"sha256"`
	Encoding    string       `json:"encoding" enum:"utf-8,utf-16,windows-1252" doc:"The last is a guess, where it is no UTF-8"`
	Mapping     TableMapping `json:"mapping"`
	State       string       `json:"state" enum:"waits,reading,done,undoing,undone,failed"`
	AddedAt     Instant      `json:"added_at"`
	AddedBy     schedule.ID  `json:"added_by,omitempty"`
	CommittedAt Instant      `json:"committed_at,omitzero"`
	CommittedBy schedule.ID  `json:"committed_by,omitempty"`
	UndoneAt    Instant      `json:"undone_at,omitzero"`
	UndoneBy    schedule.ID  `json:"undone_by,omitempty"`
	Rows        int          `json:"rows" doc:"Known once it was mapped or committed, as the next three"`
	Good        int          `json:"rows_good"`
	Bad         int          `json:"rows_bad" doc:"That are kept out"`
	Doubled     int          `json:"rows_double" doc:"About an incident that an earlier row has"`
	From        Instant      `json:"from,omitzero" doc:"When its first page began"`
	Until       Instant      `json:"until,omitzero" doc:"When its last page began"`
	Pages       int          `json:"pages" doc:"That were taken over so far"`
	Fresh       int          `json:"fresh" doc:"Of which nothing had been told before"`
	Error       string       `json:"error,omitempty" doc:"Why it stumbled"`
}

// A TableMapping says what the columns of a file mean.
type TableMapping struct {
	Columns map[string]string `json:"columns" maxProperties:"100" doc:"The name of a column by the field that it fills: external_id, triggered_at …"`
	Zone    string            `json:"zone" maxLength:"60" doc:"Of times without one, like Europe/Berlin"`
	Dates   string            `json:"dates,omitempty" maxLength:"60" doc:"How times are written that are not as ISO 8601 has it, like DD/MM/YYYY HH:mm"`
	Unit    string            `json:"unit" enum:"seconds,minutes,hours" doc:"Of lengths of time"`
}

func tableOf(t *health.Table) Table {
	m := &t.Mapping
	return Table{
		ID: t.ID, Integration: t.Integration, Name: t.Name, Size: t.Size, SHA256: t.Sum, Encoding: t.Encoding, State: t.State,
		Mapping: TableMapping{m.Columns, m.Zone, m.Dates, m.Unit}, AddedAt: instantOf(t.AddedAt), AddedBy: t.AddedBy,
		CommittedAt: instantOf(t.CommittedAt), CommittedBy: t.CommittedBy, UndoneAt: instantOf(t.UndoneAt), UndoneBy: t.UndoneBy,
		Rows: t.Rows, Good: t.Good, Bad: t.Bad, Doubled: t.Doubled, From: instantOf(t.From), Until: instantOf(t.Until), Pages: t.Told, Fresh: t.Fresh, Error: t.Error,
	}
}

// Tables are the files of a team.
type Tables struct {
	Items []Table `json:"items" doc:"The newest first"`
}

type tablesOut struct{ Body Tables }

// listTables lists the files of a team.
func (s *Server) listTables(ctx context.Context, in *struct{ TeamPath }) (*tablesOut, error) {
	if _, _, err := s.team(ctx, auth.SeePlanning, in.Team); err != nil {
		return nil, err
	}
	all, err := s.Health.Store.Tables(ctx, in.Team)
	out := &tablesOut{Tables{Items: []Table{}}}
	for k := range all {
		out.Body.Items = append(out.Body.Items, tableOf(&all[k]))
	}
	return out, err
}

// A ShownTable is a file with what it would bring.
type ShownTable struct {
	Table
	Look *TableLook `json:"look,omitempty" doc:"Absent once its bytes are forgotten"`
}

// A TableLook says what taking a file over would do.
type TableLook struct {
	Columns   []string         `json:"columns"`
	Refused   string           `json:"refused,omitempty" doc:"Why it cannot be read as it is mapped; there are only the columns then"`
	Rows      int              `json:"rows"`
	Good      int              `json:"rows_good"`
	Bad       int              `json:"rows_bad"`
	Doubled   int              `json:"rows_double"`
	Zoneless  int              `json:"times_without_zone"`
	From      Instant          `json:"from,omitzero"`
	Until     Instant          `json:"until,omitzero"`
	Fresh     int              `json:"fresh" doc:"Pages of which nothing is known"`
	Again     int              `json:"again" doc:"Pages that an earlier file tells of in the same way"`
	Differs   int              `json:"differs" doc:"Pages of which an earlier file says something else, which stays"`
	Elsewhere int              `json:"elsewhere" doc:"Pages of which the pager itself told as well, which is believed"`
	Unknown   int              `json:"unknown_people"`
	People    []TableStranger  `json:"people" doc:"The first 50 of whom nobody has said who they are"`
	Errors    []TableProblem   `json:"errors" doc:"The first 1,000"`
	Warnings  []TableProblem   `json:"warnings" doc:"The first 1,000"`
	Doubles   []TableDouble    `json:"doubles" doc:"The first 1,000"`
	Reported  map[string]int64 `json:"reported" doc:"Sums of numbers that the file gives, to compare with"`
}

// A TableStranger is somebody whom a file names.
type TableStranger struct {
	Email string `json:"email,omitempty"`
	Name  string `json:"name,omitempty"`
	Rows  int    `json:"rows"`
}

// A TableProblem is something wrong with a cell, or with a row when it has no column.
type TableProblem struct {
	Row    int    `json:"row" doc:"The heading is 1"`
	Column string `json:"column,omitempty"`
	Code   string `json:"code"`
	Value  string `json:"value,omitempty"`
	Wrong  string `json:"wrong" doc:"What is wrong"`
	Right  string `json:"right" doc:"What would be right"`
}

// A TableDouble is a row about an incident that an earlier row has.
type TableDouble struct {
	Row        int    `json:"row"`
	Of         int    `json:"of_row"`
	ExternalID string `json:"external_id"`
}

type shownTableOut struct{ Body ShownTable }

// shownTable shows a file as it is now.
func (s *Server) shownTable(ctx context.Context, team, id schedule.ID) (*shownTableOut, error) {
	t, err := s.Health.TableOf(ctx, team, id)
	if err != nil {
		return nil, err
	}
	out := &shownTableOut{ShownTable{Table: tableOf(&t)}}
	if !t.HasFile {
		return out, nil
	}
	look, err := s.Health.LookAtTable(ctx, &t)
	if err != nil {
		return nil, err
	}
	out.Body.Look = lookOf(look)
	return out, nil
}

func lookOf(l *health.TableLook) *TableLook {
	out := &TableLook{
		Columns: append([]string{}, l.Heading.Columns...), Rows: l.Rows, Good: l.Good, Bad: l.Bad, Doubled: l.Doubled, Zoneless: l.Zoneless,
		From: instantOf(l.From), Until: instantOf(l.Until), Fresh: l.Fresh, Again: l.Again, Differs: l.Differs, Elsewhere: l.Elsewhere, Unknown: l.Unknown,
		People: []TableStranger{}, Errors: problemsOf(l.Errors), Warnings: problemsOf(l.Warnings), Doubles: []TableDouble{}, Reported: map[string]int64{},
	}
	var invalid *schedule.InvalidError
	if errors.As(l.Refused, &invalid) {
		out.Refused = invalid.Field + ": " + invalid.Reason
	}
	for _, p := range l.Strangers {
		out.People = append(out.People, TableStranger{p.Email, p.Name, p.Rows})
	}
	for _, d := range l.Doubles {
		out.Doubles = append(out.Doubles, TableDouble{d.Row, d.Of, d.Key})
	}
	for name, n := range l.Reported {
		out.Reported[name] = n
	}
	return out
}

func problemsOf(all []health.TableProblem) []TableProblem {
	out := make([]TableProblem, 0, len(all))
	for _, p := range all {
		out = append(out, TableProblem(p))
	}
	return out
}

type newTableIn struct {
	IntegrationPath
	Name    string `query:"name" maxLength:"200" doc:"Of the file"`
	RawBody []byte `contentType:"text/csv"`
}

// addTable looks at a file.
func (s *Server) addTable(ctx context.Context, in *newTableIn) (*shownTableOut, error) {
	i, w, err := s.theIntegration(ctx, auth.EditTeam, in.IntegrationPath)
	if err != nil {
		return nil, err
	}
	done, err := s.Health.HoldTable(ctx, int64(len(in.RawBody)))
	if err != nil {
		return nil, err
	}
	t, err := s.Health.AddTable(ctx, me(w), i.ID, in.Name, in.RawBody)
	done()
	if err != nil {
		return nil, err
	}
	in.RawBody = nil // it is read again, as it is kept
	return s.shownTable(ctx, in.Team, t.ID)
}

// TablePath is the file in the path of a route.
type TablePath struct {
	TeamPath
	Table schedule.ID `path:"table" minimum:"1"`
}

// getTable shows a file.
func (s *Server) getTable(ctx context.Context, in *struct{ TablePath }) (*shownTableOut, error) {
	if _, _, err := s.team(ctx, auth.SeePlanning, in.Team); err != nil {
		return nil, err
	}
	return s.shownTable(ctx, in.Team, in.Table)
}

type mapTableIn struct {
	TablePath
	Body TableMapping
}

// mapTable says what the columns of a file mean.
func (s *Server) mapTable(ctx context.Context, in *mapTableIn) (*shownTableOut, error) {
	_, w, err := s.team(ctx, auth.EditTeam, in.Team)
	if err != nil {
		return nil, err
	}
	b := &in.Body
	if err := s.Health.MapTable(ctx, me(w), in.Team, in.Table, health.TableMapping{Columns: b.Columns, Zone: strings.TrimSpace(b.Zone), Dates: b.Dates, Unit: b.Unit}); err != nil {
		return nil, err
	}
	return s.shownTable(ctx, in.Team, in.Table)
}

type tableOut struct{ Body Table }

// decide does something to a file, and says how it is now.
func (s *Server) decide(ctx context.Context, in TablePath, do func(ctx context.Context, by, team, id schedule.ID) error) (*tableOut, error) {
	_, w, err := s.team(ctx, auth.EditTeam, in.Team)
	if err != nil {
		return nil, err
	}
	if err := do(ctx, me(w), in.Team, in.Table); err != nil {
		return nil, err
	}
	t, err := s.Health.TableOf(ctx, in.Team, in.Table)
	return &tableOut{tableOf(&t)}, err
}

// commitTable has a file taken over.
func (s *Server) commitTable(ctx context.Context, in *struct{ TablePath }) (*tableOut, error) {
	return s.decide(ctx, in.TablePath, s.Health.CommitTable)
}

// undoTable takes back what a file told.
func (s *Server) undoTable(ctx context.Context, in *struct{ TablePath }) (*tableOut, error) {
	return s.decide(ctx, in.TablePath, s.Health.UndoTable)
}

// removeTable throws a file away.
func (s *Server) removeTable(ctx context.Context, in *struct{ TablePath }) (*struct{}, error) {
	_, w, err := s.team(ctx, auth.EditTeam, in.Team)
	if err != nil {
		return nil, err
	}
	return nil, s.Health.RemoveTable(ctx, me(w), in.Team, in.Table)
}

type badRowsOut struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

// getBadRows returns the rows that are kept out, as a table.
func (s *Server) getBadRows(ctx context.Context, in *struct{ TablePath }) (*badRowsOut, error) {
	if _, _, err := s.team(ctx, auth.SeePlanning, in.Team); err != nil {
		return nil, err
	}
	t, err := s.Health.TableOf(ctx, in.Team, in.Table)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := s.Health.BadRows(ctx, &t, &out); err != nil {
		return nil, err
	}
	return &badRowsOut{"text/csv; charset=utf-8", fmt.Sprintf(`attachment; filename="rows-kept-out-%d.csv"`, t.ID), out.Bytes()}, nil
}
