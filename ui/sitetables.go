package ui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// registerTables adds the pages of files of past pages.
func (s *Site) registerTables(e *echo.Group) {
	e.GET("/teams/:team/tables", s.tables)
	e.POST("/teams/:team/tables", s.addTable)
	const one = "/teams/:team/tables/:table"
	e.GET(one, s.table)
	e.POST(one, s.mapTable)
	e.POST(one+"/commit", s.commitTable)
	e.POST(one+"/undo", s.undoTable)
	e.POST(one+"/remove", s.removeTable)
	e.GET(one+"/bad", s.badRows)
}

// How large a request with a file of past pages may be: a little more than the file. Of one
// that is larger so much is read and dropped: browsers show no answer before they have
// sent everything.
const (
	maxTableUpload  = health.MaxTable + 1<<20
	maxTableDropped = 4 * health.MaxTable
	tableUploadTime = 15 * time.Minute
)

func tablesPath(team schedule.ID) string { return fmt.Sprintf("/teams/%d/tables", team) }

func tablePath(t *health.Table) string { return fmt.Sprintf("%s/%d", tablesPath(t.Team), t.ID) }

// tables lists the files of a team.
func (s *Site) tables(c echo.Context) error {
	f, team, _, err := s.teamFrame(c, "Past pages from files", "pagers", auth.EditTeam)
	if err != nil {
		return err
	}
	page, err := s.tablesPage(c.Request().Context(), f, team.ID)
	if err != nil {
		return err
	}
	page.Pager.Value = c.QueryParam("pager")
	return s.show(c, http.StatusOK, "tables", page)
}

// newPager begins the choice of a pager that is not connected.
const newPager = "new:"

func (s *Site) tablesPage(ctx context.Context, f Frame, team schedule.ID) (Tables, error) {
	page := Tables{Frame: f, Limit: health.MaxTable >> 20, Pagers: []Option{{Value: "", Label: "Choose …"}}}
	all, err := s.Health.Store.Integrations(ctx, team)
	if err != nil {
		return page, err
	}
	pagers := map[schedule.ID]string{}
	for k := range all {
		pagers[all[k].ID] = all[k].Name
		page.Pagers = append(page.Pagers, Option{Value: itoa(int64(all[k].ID)), Label: all[k].Name})
	}
	for _, v := range health.Vendors() {
		page.Pagers = append(page.Pagers, Option{Value: newPager + v.ID, Label: "Not connected here: " + v.Label})
	}
	tables, err := s.Health.Store.Tables(ctx, team)
	if err != nil {
		return page, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return page, err
	}
	for k := range tables {
		page.List = append(page.List, tableLine(&tables[k], pagers, names))
	}
	return page, nil
}

func tableLine(t *health.Table, pagers map[schedule.ID]string, names map[schedule.ID]schedule.Profile) TableLine {
	return TableLine{
		ID: int64(t.ID), Name: shown(t.Name), Pager: pagers[t.Integration], State: t.State, By: names[t.AddedBy].Name, Added: t.AddedAt,
		Rows: t.Rows, Told: t.Told, Fresh: t.Fresh, From: t.From, Until: t.Until,
	}
}

// addTable takes a file in, and shows what it would bring.
func (s *Site) addTable(c echo.Context) error {
	f, team, w, err := s.teamFrame(c, "Past pages from files", "pagers", auth.EditTeam)
	if err != nil {
		return err
	}
	ctx, r := c.Request().Context(), c.Request()
	// An upload may take longer than other requests; where that cannot be said it may not.
	deadlines, ends := http.NewResponseController(c.Response()), s.Wall().Add(tableUploadTime)
	_, _ = deadlines.SetReadDeadline(ends), deadlines.SetWriteDeadline(ends)
	whole := r.Body
	r.Body = http.MaxBytesReader(c.Response(), whole, maxTableUpload)
	t, err := s.takeTable(c, &team, me(w))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		_, _ = io.CopyN(io.Discard, whole, maxTableDropped)
		err = &schedule.InvalidError{Field: "file", Reason: fmt.Sprintf("the file is larger than %d MB; split it, by year for example", health.MaxTable>>20)}
	}
	if text, bad := refused(err); bad {
		page, err2 := s.tablesPage(ctx, f, team.ID)
		if err2 != nil {
			return err2
		}
		page.Pager.Value = c.FormValue("pager")
		putError(err, text, map[string]*Field{"file": &page.File, "pager": &page.Pager}, &page.Error)
		return s.show(c, http.StatusUnprocessableEntity, "tables", page)
	} else if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, tablePath(&t))
}

// takeTable reads the form that adds a file.
func (s *Site) takeTable(c echo.Context, team *schedule.TeamRecord, by schedule.ID) (health.Table, error) {
	form, err := c.FormParams()
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return health.Table{}, err
	} else if err != nil {
		return health.Table{}, unreadable(err)
	}
	if err := plainText(form); err != nil {
		return health.Table{}, err
	}
	file, err := c.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) || err == nil && file.Size == 0 {
		return health.Table{}, &schedule.InvalidError{Field: "file", Reason: "choose a file with a heading and rows"}
	} else if err != nil {
		return health.Table{}, err
	}
	done, err := s.Health.HoldTable(c.Request().Context(), file.Size)
	if err != nil {
		return health.Table{}, err
	}
	defer done()
	body, err := content(file)
	if err != nil {
		return health.Table{}, err
	}
	if _, err := s.Health.CheckTable(body); err != nil { // before a pager is added for it
		return health.Table{}, err
	}
	pager, err := s.pagerOf(c, team, by)
	if err != nil {
		return health.Table{}, err
	}
	return s.Health.AddTable(c.Request().Context(), by, pager, file.Filename, body)
}

// pagerOf finds the pager that the form names, or adds one that takes nothing by itself:
// a pager that is over and done with has only its past.
func (s *Site) pagerOf(c echo.Context, team *schedule.TeamRecord, by schedule.ID) (schedule.ID, error) {
	ctx, choice := c.Request().Context(), c.FormValue("pager")
	bad := &schedule.InvalidError{Field: "pager", Reason: "choose whose pages these are"}
	if vendor, fresh := strings.CutPrefix(choice, newPager); fresh {
		if _, known := health.VendorOf(vendor); !known {
			return 0, bad
		}
		name := vendorLabel(vendor) + ", from files"
		have, err := s.Health.Store.Integrations(ctx, team.ID)
		if err != nil {
			return 0, err
		}
		for k := range have {
			if have[k].Vendor == vendor && have[k].Name == name { // an earlier file's
				return have[k].ID, nil
			}
		}
		i, _, err := s.Health.AddIntegration(ctx, by, health.Integration{Team: team.ID, Vendor: vendor, Name: name, Zone: team.Zone})
		if err != nil {
			return 0, err
		}
		return i.ID, s.Health.TurnOff(ctx, by, i.ID, true)
	}
	id, err := strconv.ParseInt(choice, 10, 64)
	if err != nil {
		return 0, bad
	}
	i, err := s.Health.Store.Integration(ctx, schedule.ID(id))
	if errors.Is(err, schedule.ErrNotFound) || err == nil && i.Team != team.ID {
		return 0, bad
	}
	return i.ID, err
}

// tableFrame is teamFrame for a page about a file of the team.
func (s *Site) tableFrame(c echo.Context) (Frame, health.Table, auth.Who, error) {
	f, team, w, err := s.teamFrame(c, "Past pages from a file", "pagers", auth.EditTeam)
	if err != nil {
		return f, health.Table{}, w, err
	}
	id, err := param(c, "table")
	if err != nil {
		return f, health.Table{}, w, err
	}
	t, err := s.Health.TableOf(c.Request().Context(), team.ID, id)
	f.Title = shown(t.Name)
	return f, t, w, err
}

// table shows what a file would bring, or has brought.
func (s *Site) table(c echo.Context) error {
	f, t, _, err := s.tableFrame(c)
	if err != nil {
		return err
	}
	return s.showTable(c, http.StatusOK, f, &t, nil)
}

// showTable shows a file as it is mapped; bad is what is wrong with that.
func (s *Site) showTable(c echo.Context, status int, f Frame, t *health.Table, bad error) error {
	page, err := s.tablePage(c.Request().Context(), f, t, bad)
	if err != nil {
		return err
	}
	return s.show(c, status, "table", page)
}

// mapTable says what the columns mean, and takes the file over where that is asked.
func (s *Site) mapTable(c echo.Context) error {
	f, t, w, err := s.tableFrame(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	heading, err := s.Health.HeadingOf(ctx, &t)
	if errors.Is(err, schedule.ErrNotFound) {
		err = fmt.Errorf("the file is not kept any more: %w", schedule.ErrConflict)
	}
	if err != nil {
		return answer(c, err, tablePath(&t), "")
	}
	m, err := readMapping(c, heading.Columns)
	if err == nil {
		err = s.Health.MapTable(ctx, me(w), t.Team, t.ID, m)
	}
	if _, refused := refused(err); refused && !errors.Is(err, schedule.ErrConflict) {
		t.Mapping = m
		return s.showTable(c, http.StatusUnprocessableEntity, f, &t, err)
	}
	return answer(c, err, tablePath(&t), "This is what comes of it now.")
}

// readMapping reads what the form says of the columns, in their order.
func readMapping(c echo.Context, columns []string) (health.TableMapping, error) {
	m := health.TableMapping{Columns: map[string]string{}, Zone: strings.TrimSpace(c.FormValue("zone")), Dates: strings.TrimSpace(c.FormValue("dates")), Unit: c.FormValue("unit")}
	form, err := c.FormParams()
	if err != nil {
		return m, err
	}
	var bad []error
	for k, field := range form["means"] {
		if field == "" || k >= len(columns) {
			continue
		}
		was, twice := m.Columns[field]
		switch {
		case twice:
			bad = append(bad, &schedule.InvalidError{Field: "columns", Reason: fmt.Sprintf("two columns are said to be “%s”: %s and %s; choose one", fieldLabel(field), shown(was), shown(columns[k]))})
		case slices.Index(columns, columns[k]) != k:
			bad = append(bad, &schedule.InvalidError{Field: "columns", Reason: fmt.Sprintf("two columns are called %s, and only the first can be read; give the other one another name in the file", shown(columns[k]))})
		default:
			m.Columns[field] = columns[k]
		}
	}
	return m, errors.Join(append(bad, unsaid(&m))...)
}

// unsaid asks for what no file can do without.
func unsaid(m *health.TableMapping) error {
	switch {
	case m.Columns["external_id"] == "" && m.Columns["triggered_at"] == "":
		return &schedule.InvalidError{Field: "columns", Reason: "choose which column has the number of the incident, by which it is known when it comes again, and which says when it began"}
	case m.Columns["external_id"] == "":
		return &schedule.InvalidError{Field: "columns", Reason: "choose which column has the number of the incident, by which it is known when it comes again"}
	case m.Columns["triggered_at"] == "":
		return &schedule.InvalidError{Field: "columns", Reason: "choose which column says when an incident began"}
	}
	return nil
}

func (s *Site) commitTable(c echo.Context) error {
	f, t, w, err := s.tableFrame(c)
	if err != nil {
		return err
	}
	err = s.Health.CommitTable(c.Request().Context(), me(w), t.Team, t.ID)
	if _, refused := refused(err); refused && !errors.Is(err, schedule.ErrConflict) {
		return s.showTable(c, http.StatusUnprocessableEntity, f, &t, err)
	}
	return answer(c, err, tablePath(&t), "It is being taken over. You need not stay: it goes on by itself.")
}

func (s *Site) undoTable(c echo.Context) error {
	_, t, w, err := s.tableFrame(c)
	if err != nil {
		return err
	}
	return answer(c, s.Health.UndoTable(c.Request().Context(), me(w), t.Team, t.ID), tablePath(&t), "It is being undone. What came from elsewhere as well stays.")
}

func (s *Site) removeTable(c echo.Context) error {
	_, t, w, err := s.tableFrame(c)
	if err != nil {
		return err
	}
	err = s.Health.RemoveTable(c.Request().Context(), me(w), t.Team, t.ID)
	if _, refused := refused(err); refused {
		return answer(c, err, tablePath(&t), "")
	}
	return answer(c, err, tablesPath(t.Team), "The file is thrown away.")
}

// badRows sends the rows that are kept out, with the reasons, as a table.
func (s *Site) badRows(c echo.Context) error {
	_, t, _, err := s.tableFrame(c)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := s.Health.BadRows(c.Request().Context(), &t, &out); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="rows-kept-out-%d.csv"`, t.ID))
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8", out.Bytes())
}

// fieldLabels are what columns can mean, in words and in the order of a form.
var fieldLabels = []Option{
	{Value: "external_id", Label: "Number of the incident (needed)"}, {Value: "triggered_at", Label: "When it began (needed)"},
	{Value: "acknowledged_at", Label: "When it was acknowledged"}, {Value: "ack_after_seconds", Label: "How long until it was acknowledged"},
	{Value: "resolved_at", Label: "When it ended"}, {Value: "resolve_after_seconds", Label: "How long until it ended"},
	{Value: "title", Label: "Title"}, {Value: "service", Label: "Service"}, {Value: "urgency", Label: "Urgency"}, {Value: "severity", Label: "Severity or priority"},
	{Value: "responder_name", Label: "Who was asked: name"}, {Value: "responder_email", Label: "Who was asked: e-mail"},
	{Value: "acknowledger_name", Label: "Who acknowledged: name"}, {Value: "acknowledger_email", Label: "Who acknowledged: e-mail"},
	{Value: "resolver_name", Label: "Who resolved: name"}, {Value: "resolver_email", Label: "Who resolved: e-mail"},
	{Value: "auto_resolved", Label: "Whether it ended by itself"}, {Value: "alert_key", Label: "Key of the alert behind it"},
	{Value: "reported_interruptions", Label: "Interruptions, to compare"}, {Value: "reported_business_interruptions", Label: "Interruptions in working hours, to compare"},
	{Value: "reported_off_interruptions", Label: "Interruptions off hours, to compare"}, {Value: "reported_sleep_interruptions", Label: "Interruptions at night, to compare"},
}

func fieldLabel(field string) string {
	if k := slices.IndexFunc(fieldLabels, func(o Option) bool { return o.Value == field }); k >= 0 {
		return strings.TrimSuffix(fieldLabels[k].Label, " (needed)")
	}
	return field
}
