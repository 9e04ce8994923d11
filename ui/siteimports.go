package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
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
	return c.Path() == "/timeoff/imports" || c.Path() == "/teams/:team/imports"
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
	return io.ReadAll(in)
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

// choice reads what somebody chose; other is what they chose before.
func choice(form url.Values, other schedule.ImportChoice) (schedule.ImportChoice, error) {
	value := form.Get
	if form.Has("until") {
		return shiftChoice(form, other)
	}
	if value("filter") == "" {
		return other, nil
	}
	ch := other
	ch.Filter, ch.Words, ch.Titles = value("filter"), value("words"), value("titles") != ""
	least, err := strconv.Atoi(value("least"))
	if err != nil {
		return ch, &schedule.InvalidError{Field: "least", Reason: "choose the least length"}
	}
	ch.LeastHours = least
	return ch, ch.Check()
}

// shiftChoice is choice for the shifts of another tool: each name of the calendar is
// followed by who that is.
func shiftChoice(form url.Values, other schedule.ImportChoice) (schedule.ImportChoice, error) {
	ch := other
	var err error
	if ch.Until, err = schedule.ParseDate(form.Get("until")); err != nil {
		return other, &schedule.InvalidError{Field: "until", Reason: fmt.Sprintf("%q is no day, like 2026-12-07", form.Get("until"))}
	}
	if form.Has("rotation") {
		ch.Rotation = schedule.RotationID(form.Get("rotation"))
	}
	ch.People = map[string]schedule.ID{}
	names, people := form["name"], form["who"]
	for k := range min(len(names), len(people)) {
		id, err := strconv.ParseInt(people[k], 10, 64)
		if err != nil || id < 0 {
			return ch, &schedule.InvalidError{Field: "who", Reason: "choose somebody of the team, or nobody"}
		}
		ch.People[names[k]] = schedule.ID(id)
	}
	return ch, nil
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

// suggested is the choice to begin with: short meetings keep nobody from a shift of
// a week.
func suggested(i *schedule.Import) schedule.ImportChoice {
	if i.ConfirmedAt.IsZero() && i.Kind == schedule.ImportAbsences {
		return schedule.ImportChoice{Filter: schedule.FilterAll, LeastHours: 4}
	}
	return i.ImportChoice
}

// maxLines bounds the events that are shown of a calendar.
const maxLines = 200

// showImport shows an import by a choice; bad is what is wrong with that.
func (s *Site) showImport(c echo.Context, w auth.Who, i *schedule.Import, ch schedule.ImportChoice, bad error) error {
	ctx := c.Request().Context()
	page := Import{
		ImportRow: importRow(i), Confirmed: !i.ConfirmedAt.IsZero(), Absences: i.Kind == schedule.ImportAbsences, Warnings: i.Warnings,
		Back: "/timeoff", Filter: Field{Value: ch.Filter}, Words: Field{Value: ch.Words}, Least: Field{Value: strconv.Itoa(ch.LeastHours)}, Titles: ch.Titles,
	}
	nav := "timeoff"
	if i.Team != 0 {
		nav, page.Back = "team", fmt.Sprintf("/teams/%d/settings#imports", i.Team)
	}
	var err error
	if page.Frame, err = s.frame(c, w, i.Label, nav); err != nil {
		return err
	}
	if k := slices.IndexFunc(page.Teams, func(t TeamLink) bool { return t.ID == int64(i.Team) }); k >= 0 {
		page.Team = &page.Teams[k]
	}
	if page.Confirmed && page.Absences {
		if page.Clashes, err = s.Schedule.ImportClashes(ctx, i); err != nil {
			return err
		}
	}
	if page.Past = i.Kind == schedule.ImportShifts; page.Past {
		if page.Until.Value, err = s.until(c, i, &ch); err != nil {
			return err
		}
	}
	if bad == nil && page.Unsure {
		bad = s.preview(ctx, &page, i, ch)
	} else if page.Past && !page.Unsure {
		if err := s.whoIsWho(ctx, &page, i.Team, ch.People); err != nil {
			return err
		}
	}
	status := http.StatusOK
	if text, ok := refused(bad); ok {
		status = http.StatusUnprocessableEntity
		if page.Past && page.Unsure { // what was chosen stays
			if p, err := s.Schedule.Preview(ctx, *i, schedule.ImportChoice{Filter: ch.Filter, People: ch.People}); err == nil {
				if err := s.past(ctx, &page, i, ch, &p); err != nil {
					return err
				}
			}
		}
		putError(bad, text, map[string]*Field{"filter": &page.Filter, "words": &page.Words, "least": &page.Least, "until": &page.Until, "rotation": &page.Rotation}, &page.Error)
	} else if bad != nil {
		return bad
	}
	return s.show(c, status, "import", page)
}

// preview fills in what a waiting calendar would bring.
func (s *Site) preview(ctx context.Context, page *Import, i *schedule.Import, ch schedule.ImportChoice) error {
	p, err := s.Schedule.Preview(ctx, *i, ch)
	if err != nil {
		return err
	}
	page.Warnings, page.Zone = p.Warnings, p.Zone
	for _, n := range []struct{ what, one, many, tone string }{
		{schedule.LineAdd, "event is added", "events are added", "good"}, {schedule.LineChange, "has moved or changed", "have moved or changed", "good"},
		{schedule.LineKeep, "stays as it is", "stay as they are", ""}, {schedule.LineRemove, "goes, because the calendar has it no more", "go, because the calendar has them no more", "warn"},
		{schedule.LineSkip, "is left out", "are left out", ""},
	} {
		if count := p.Counts[n.what]; count > 0 {
			page.Counts = append(page.Counts, Effect{Text: plural(count, n.one, n.many) + ".", Tone: n.tone})
		}
	}
	if page.Past {
		if err := s.past(ctx, page, i, ch, &p); err != nil {
			return err
		}
	}
	if p.Floating > 0 {
		page.Counts = append(page.Counts, Effect{Text: plural(p.Floating, "event has a time without a zone, read as that of ", "events have times without a zone, read as those of ") + p.Zone + ".", Tone: "warn"})
	}
	for _, l := range p.Lines {
		if len(page.Lines) == maxLines {
			page.More++
			continue
		}
		page.Lines = append(page.Lines, ImportLine{What: l.What, Start: l.Start, End: l.End, AllDay: l.AllDay, Title: l.Title, Why: l.Why})
	}
	return nil
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

// until is the day before which shifts count: as it was typed, or else that of the
// team's first plan.
func (s *Site) until(c echo.Context, i *schedule.Import, ch *schedule.ImportChoice) (string, error) {
	if ch.Until.IsZero() {
		day, err := s.Schedule.PlansBegin(c.Request().Context(), i.Team)
		if err != nil {
			return "", err
		}
		ch.Until = day
	}
	if typed := c.FormValue("until"); typed != "" {
		return typed, nil
	}
	return ch.Until.String(), nil
}

// past fills in who is who in the calendar of another tool, what that comes to, and
// where nobody or several were on.
func (s *Site) past(ctx context.Context, page *Import, i *schedule.Import, ch schedule.ImportChoice, p *schedule.ImportPreview) error {
	for _, r := range p.Rotations {
		page.Rotations = append(page.Rotations, Option{Value: string(r), Label: upper(string(r))})
	}
	page.Rotation.Value = string(ch.Rotation)
	if err := s.whoIsWho(ctx, page, i.Team, nil); err != nil {
		return err
	}
	for _, x := range p.People {
		page.Names = append(page.Names, ImportName{
			Label: x.Label, Who: itoa(int64(x.Person)), Known: x.Person != 0, Shifts: x.Shifts, Hours: x.Hours,
			Points: float64(x.Held) / 1000, Share: float64(x.Share) / 1000, Difference: float64(x.Balance) / 1000,
		})
	}
	for k, h := range p.Holes {
		if k == maxHoles {
			page.MoreHoles = len(p.Holes) - maxHoles
			break
		}
		page.Holes = append(page.Holes, ImportHole{Rotation: upper(string(h.Rotation)), Start: h.Start, End: h.End, Overlap: h.Overlap})
	}
	return nil
}

// whoIsWho fills in whom the names of a calendar can mean, and those that are known
// with whom they mean.
func (s *Site) whoIsWho(ctx context.Context, page *Import, team schedule.ID, known map[string]schedule.ID) error {
	members, err := s.Schedule.Store.Members(ctx, team)
	if err != nil {
		return err
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	page.Members = []Option{{Value: "0", Label: "Nobody here"}}
	for _, m := range members {
		page.Members = append(page.Members, Option{Value: itoa(int64(m.Person)), Label: names[m.Person].Name})
	}
	for _, label := range slices.Sorted(maps.Keys(known)) {
		page.Names = append(page.Names, ImportName{Label: label, Who: itoa(int64(known[label])), Known: known[label] != 0})
	}
	return nil
}

// maxHoles bounds the gaps and overlaps that are shown.
const maxHoles = 20
