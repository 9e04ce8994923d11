package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"slices"
	"strings"

	"watchbill/api/auth"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

// registerImports adds the pages of other people's calendars.
func (s *Site) registerImports(e *echo.Group) {
	e.POST("/timeoff/imports", s.addImport, middleware.BodyLimit(maxUpload))
	e.POST("/teams/:team/imports", s.addTeamImport, middleware.BodyLimit(maxUpload))
	e.GET("/imports/:import", s.importPage)
	e.POST("/imports/:import", s.confirmImport)
	e.POST("/imports/:import/read", s.readImport)
	e.POST("/imports/:import/remove", s.removeImport)
}

// maxUpload bounds a request with a calendar, of which 5 MB are read.
const maxUpload = "6M"

// Uploads says whether a route bounds what a request may bring by itself.
func Uploads(c echo.Context) bool {
	return c.Path() == "/timeoff/imports" || c.Path() == "/teams/:team/imports" || c.Path() == "/teams/:team/tables"
}

// The kinds of imports in words, for a person and for a team.
var (
	ownImports  = []Option{{Value: schedule.ImportAbsences, Label: "When I am away"}, {Value: schedule.ImportHolidays, Label: "Public holidays where I live"}}
	teamImports = []Option{{Value: schedule.ImportHolidays, Label: "Public holidays of the team"}, {Value: schedule.ImportShifts, Label: "Who had which shifts, from another tool"}}
)

// importRow is an import in a list.
func importRow(i *schedule.Import) ImportRow {
	return ImportRow{
		ID: int64(i.ID), Label: i.Label, Kind: importKind(i), Host: i.Host(), Unsure: i.Waits,
		Events: i.Events, Read: i.ReadAt, Next: i.NextAt, Problem: i.Problem,
	}
}

func importKind(i *schedule.Import) string {
	switch i.Kind {
	case schedule.ImportHolidays:
		return "Public holidays"
	case schedule.ImportShifts:
		return "Shifts of another tool"
	}
	return "Time off"
}

// importBox lists the calendars of a person or a team.
func (s *Site) importBox(ctx context.Context, owner, team schedule.ID) (ImportBox, error) {
	box := ImportBox{Kinds: ownImports}
	if team != 0 {
		box.Kinds = teamImports
	}
	all, err := s.Schedule.Store.Imports(ctx, owner, team)
	for k := range all {
		box.Rows = append(box.Rows, importRow(&all[k]))
	}
	return box, err
}

// upload reads the form that adds a calendar.
func upload(c echo.Context, kinds []Option) (schedule.Import, []byte, error) {
	form, err := c.FormParams()
	if err != nil {
		return schedule.Import{}, nil, unreadable(err)
	}
	if err := plainText(form); err != nil {
		return schedule.Import{}, nil, err
	}
	i := schedule.Import{Kind: c.FormValue("kind"), Label: strings.TrimSpace(c.FormValue("label")), URL: strings.TrimSpace(c.FormValue("url"))}
	if !slices.ContainsFunc(kinds, func(o Option) bool { return o.Value == i.Kind }) {
		return i, nil, &schedule.InvalidError{Field: "kind", Reason: "choose what the calendar has"}
	}
	if i.URL != "" {
		return i, nil, nil
	}
	file, err := c.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return i, nil, nil
	} else if err != nil {
		return i, nil, &schedule.InvalidError{Field: "file", Reason: "the file did not arrive whole, or is larger than 5 MB"}
	}
	if i.Label == "" {
		name := strings.ToValidUTF8(strings.ReplaceAll(file.Filename, "\x00", ""), "")
		i.Label = path.Base(strings.ReplaceAll(name, `\`, "/"))
	}
	body, err := content(file)
	return i, body, err
}

func content(file *multipart.FileHeader) ([]byte, error) {
	in, err := file.Open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	body := make([]byte, file.Size)
	_, err = io.ReadFull(in, body)
	return body, err
}

// filled is what was typed into the form that adds a calendar, with what is wrong.
func filled(c echo.Context, box *ImportBox, err error, text string) {
	box.Kind.Value, box.URL.Value, box.Label.Value = c.FormValue("kind"), c.FormValue("url"), c.FormValue("label")
	putError(err, text, map[string]*Field{"url": &box.URL}, &box.Error)
}

// addImport looks at a calendar of the reader.
func (s *Site) addImport(c echo.Context) error {
	w, err := owner(c)
	if err != nil {
		return err
	}
	i, body, err := upload(c, ownImports)
	if err == nil {
		i, err = s.Schedule.AddImport(c.Request().Context(), me(w), i, body)
	}
	if text, bad := refused(err); bad {
		return s.timeOffPage(c, http.StatusUnprocessableEntity, func(p *TimeOff) { filled(c, &p.Imports, err, text) })
	} else if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, fmt.Sprintf("/imports/%d", i.ID))
}

// addTeamImport looks at a calendar for a team.
func (s *Site) addTeamImport(c echo.Context) error {
	f, team, w, err := s.teamFrame(c, "Team settings", "team", auth.EditTeam)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	i, body, err := upload(c, teamImports)
	i.Team = team.ID
	if err == nil {
		i, err = s.Schedule.AddImport(ctx, me(w), i, body)
	}
	if text, bad := refused(err); bad {
		page, err2 := s.settingsPage(ctx, f, &team, w)
		if err2 != nil {
			return err2
		}
		filled(c, &page.Imports, err, text)
		return s.show(c, http.StatusUnprocessableEntity, "team", page)
	} else if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, fmt.Sprintf("/imports/%d", i.ID))
}

// theImport returns the import of the path, which the reader must be allowed to
// change: their own, or one of a team that they manage. A person's calendar is
// nobody else's business, an administrator's neither.
func (s *Site) theImport(c echo.Context) (schedule.Import, auth.Who, error) {
	w, err := who(c)
	if err != nil {
		return schedule.Import{}, w, err
	}
	id, err := param(c, "import")
	if err != nil {
		return schedule.Import{}, w, err
	}
	i, err := s.Schedule.Store.Import(c.Request().Context(), id)
	if err != nil {
		return i, w, err
	}
	if i.Team != 0 {
		return i, w, w.Must(auth.EditTeam, auth.Team(int64(i.Team)))
	}
	if i.Owner != me(w) {
		return i, w, auth.ErrForbidden
	}
	return i, w, w.Must(auth.EditOwn, auth.Person(w.Person))
}

// importPage shows what a calendar would bring by the choice in the query, or has
// brought.
func (s *Site) importPage(c echo.Context) error {
	i, w, err := s.theImport(c)
	if err != nil {
		return err
	}
	ch, err := choice(c.QueryParams(), suggested(&i))
	return s.showImport(c, w, &i, ch, err)
}

// confirmImport takes a calendar over, or changes what counts of one that was.
func (s *Site) confirmImport(c echo.Context) error {
	i, w, err := s.theImport(c)
	if err != nil {
		return err
	}
	ctx, to := c.Request().Context(), fmt.Sprintf("/imports/%d", i.ID)
	form, err := c.FormParams()
	if err != nil {
		return err
	}
	ch, bad := choice(form, suggested(&i))
	if bad == nil && !i.Waits {
		bad = s.Schedule.ChangeImport(ctx, me(w), i.ID, ch)
	} else if bad == nil {
		_, bad = s.Schedule.Confirm(ctx, me(w), i.ID, ch)
	}
	var invalid *schedule.InvalidError
	if errors.As(bad, &invalid) && slices.Contains([]string{"filter", "words", "least", "until", "rotation", "who", "rules"}, invalid.Field) {
		return s.showImport(c, w, &i, ch, bad)
	}
	good := "It is taken over."
	if i.URL != "" {
		good = "It is taken over, and read again by itself."
	}
	return answer(c, bad, to, good)
}

// readImport reads a link now.
func (s *Site) readImport(c echo.Context) error {
	i, w, err := s.theImport(c)
	if err != nil {
		return err
	}
	return answer(c, s.Schedule.ReadImport(c.Request().Context(), me(w), i.ID), fmt.Sprintf("/imports/%d", i.ID), "Read just now.")
}

// removeImport stops reading a calendar.
func (s *Site) removeImport(c echo.Context) error {
	i, w, err := s.theImport(c)
	if err != nil {
		return err
	}
	to := "/timeoff"
	if i.Team != 0 {
		to = fmt.Sprintf("/teams/%d/settings", i.Team)
	}
	return answer(c, s.Schedule.RemoveImport(c.Request().Context(), me(w), i.ID), to, "It is not read any more.")
}
