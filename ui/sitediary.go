package ui

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// registerDiary adds where people keep what their shifts were like. No address names whose
// diary is meant: it is that of whoever asks.
func (s *Site) registerDiary(e *echo.Group) {
	e.GET("/diary", s.diary)
	e.POST("/diary", s.writeDiary)
	e.GET("/diary.csv", s.diaryTable)
	e.POST("/diary/ask", s.askDiary)
	e.POST("/diary/forget", s.forgetDiary)
	e.GET("/diary/:entry", s.diaryEntry)
	e.POST("/diary/:entry", s.changeDiary)
	e.POST("/diary/:entry/share", s.shareDiary)
	e.POST("/diary/:entry/remove", s.removeDiary)
}

func (s *Site) diary(c echo.Context) error {
	w, err := owner(c)
	if err != nil {
		return err
	}
	f, err := s.frame(c, w, "My shift diary", "home")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	book, err := s.Diary.Read(ctx, me(w))
	if err != nil {
		return err
	}
	page := &DiaryPage{Frame: f, Asks: !book.Quiet, Lost: book.Lost, Days: health.DiaryBack}
	if !book.Lost {
		ended, err := s.Diary.Ended(ctx, me(w), health.DiaryBack)
		if err != nil {
			return err
		}
		page.Shifts = asksOf(book.Unsaid(ended), f.Teams)
	}
	for i := range book.Entries {
		page.List = append(page.List, diaryLine(&book.Entries[i], f.Teams))
	}
	if trend, ok := book.Trend(); ok {
		page.Trend = trendWords(&trend)
	}
	return s.show(c, http.StatusOK, "diary", page)
}

// asksOf shows shifts with the buttons of the first tap.
func asksOf(shifts []health.DiaryShift, teams []TeamLink) []DiaryAsk {
	var all []DiaryAsk
	for i := range shifts {
		d := &shifts[i]
		all = append(all, DiaryAsk{
			Team: int64(d.Team), Rotation: string(d.Rotation), Start: d.From.Unix(), Shown: upper(string(d.Rotation)), TeamName: teamName(teams, d.Team),
			From: d.From, To: d.To, Words: disruptiveButtons(0),
		})
	}
	return all
}

func diaryLine(e *health.DiaryEntry, teams []TeamLink) DiaryLine {
	return DiaryLine{
		ID: e.ID, Shift: upper(string(e.Rotation)), TeamName: teamName(teams, e.Team), From: e.From, To: e.To, Disruptive: disruptiveWords[e.Disruptive],
		Strong: e.Strong(), Change: changeWords[e.Change], Note: e.Note,
	}
}

// diaryAsk is the shift that the first page asks about: the last that ended; nil: none.
func (s *Site) diaryAsk(ctx context.Context, teams []TeamLink, w auth.Who) (*DiaryAsk, error) {
	waiting, err := s.Diary.Waiting(ctx, me(w))
	if err != nil || len(waiting) == 0 {
		return nil, err
	}
	return &asksOf(waiting[:1], teams)[0], nil
}

// writeDiary is the first tap.
func (s *Site) writeDiary(c echo.Context) error {
	w, err := owner(c)
	if err != nil {
		return err
	}
	team, err1 := strconv.ParseInt(c.FormValue("team"), 10, 64)
	start, err2 := strconv.ParseInt(c.FormValue("start"), 10, 64)
	n, err3 := strconv.Atoi(c.FormValue("disruptive"))
	if errors.Join(err1, err2, err3) != nil {
		return answer(c, &schedule.InvalidError{Field: "disruptive", Reason: "press one of the buttons below a shift"}, "/diary", "")
	}
	shift := health.DiaryShift{Team: schedule.ID(team), Rotation: schedule.RotationID(c.FormValue("rotation")), From: time.Unix(start, 0).UTC()}
	entry, err := s.Diary.Write(c.Request().Context(), me(w), shift, health.DiarySaying{Disruptive: &n})
	if err != nil {
		return answer(c, err, "/diary", "")
	}
	return c.Redirect(http.StatusSeeOther, "/diary/"+entry.ID+"?fresh=1")
}

func (s *Site) diaryEntry(c echo.Context) error {
	page, err := s.diaryEntryPage(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "diaryentry", page)
}

func (s *Site) diaryEntryPage(c echo.Context) (*DiaryEntryPage, error) {
	w, err := owner(c)
	if err != nil {
		return nil, err
	}
	entry, err := s.Diary.Entry(c.Request().Context(), me(w), c.Param("entry"))
	if err != nil {
		return nil, err
	}
	f, err := s.frame(c, w, "A shift in my diary", "home")
	if err != nil {
		return nil, err
	}
	f.Path = "/diary/" + entry.ID
	page := &DiaryEntryPage{
		Frame: f, Line: diaryLine(&entry, f.Teams), Fresh: c.QueryParam("fresh") != "", Words: disruptiveButtons(entry.Disruptive),
		Changes: changeButtons(entry.Change), Note: Field{Value: entry.Note},
	}
	if health.NotesTaken(entry.To, f.Now) && page.Line.TeamName != "" {
		page.Share = sharedWords(&entry)
	}
	return page, nil
}

// changeDiary is the second tap, and what else is said of a shift.
func (s *Site) changeDiary(c echo.Context) error {
	w, err := owner(c)
	if err != nil {
		return err
	}
	form, err := c.FormParams()
	if err != nil {
		return err
	}
	var what health.DiarySaying
	to := "/diary"
	if form.Has("disruptive") {
		n, _ := strconv.Atoi(form.Get("disruptive")) // what is no number is 0, which is refused
		what.Disruptive, to = &n, "/diary/"+url.PathEscape(c.Param("entry"))
	}
	if form.Has("change") {
		what.Change = new(form.Get("change"))
	}
	if form.Has("note") {
		what.Note = new(plainLines(form.Get("note")))
	}
	_, err = s.Diary.Change(c.Request().Context(), me(w), c.Param("entry"), what)
	text, bad := refused(err)
	if !bad || what.Note == nil {
		return answer(c, err, to, "Kept, for you alone.")
	}
	page, err := s.diaryEntryPage(c)
	if err != nil {
		return err
	}
	page.Note = Field{Value: *what.Note, Error: text}
	return s.show(c, http.StatusUnprocessableEntity, "diaryentry", page)
}

// shareDiary puts the two taps into the hand-over of the shift, where the team reads them.
func (s *Site) shareDiary(c echo.Context) error {
	w, err := owner(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	entry, err := s.Diary.Entry(ctx, me(w), c.Param("entry"))
	if err != nil {
		return err
	}
	if err := w.Must(auth.SeeHandOver, auth.Team(int64(entry.Team))); err != nil {
		return err
	}
	name := health.TurnName{Team: entry.Team, Rotation: entry.Rotation, At: entry.From}
	_, err = s.HandOvers.AddNote(ctx, health.Writer{Person: me(w)}, name, sharedWords(&entry))
	return answer(c, err, "/diary/"+entry.ID, "It is in the hand-over of the shift. Your team reads it; your diary stays yours.")
}

func (s *Site) removeDiary(c echo.Context) error {
	w, err := owner(c)
	if err != nil {
		return err
	}
	return answer(c, s.Diary.Remove(c.Request().Context(), me(w), c.Param("entry")), "/diary", "Deleted.")
}

func (s *Site) askDiary(c echo.Context) error {
	w, err := owner(c)
	if err != nil {
		return err
	}
	ask := c.FormValue("on") == "1"
	good := "You are not asked after shifts any more."
	if ask {
		good = "You are asked after shifts."
	}
	return answer(c, s.Diary.Ask(c.Request().Context(), me(w), ask), "/diary", good)
}

func (s *Site) forgetDiary(c echo.Context) error {
	w, err := owner(c)
	if err != nil {
		return err
	}
	return answer(c, s.Diary.Forget(c.Request().Context(), me(w)), "/diary", "Your diary is deleted, and so is its key.")
}

// diaryTable is the whole diary as a table, for its author.
func (s *Site) diaryTable(c echo.Context) error {
	w, err := owner(c)
	if err != nil {
		return err
	}
	book, err := s.Diary.Read(c.Request().Context(), me(w))
	if err != nil {
		return err
	}
	rows := [][]string{{"from", "to", "team_id", "rotation", "disruptive", "change", "note", "written_at"}}
	for i := range book.Entries {
		e := &book.Entries[i]
		rows = append(rows, []string{
			e.From.UTC().Format(time.RFC3339), e.To.UTC().Format(time.RFC3339), strconv.FormatInt(int64(e.Team), 10), health.SafeCell(string(e.Rotation)),
			strconv.Itoa(e.Disruptive), e.Change, health.SafeCell(e.Note), e.At.UTC().Format(time.RFC3339),
		})
	}
	var out bytes.Buffer
	if err := csv.NewWriter(&out).WriteAll(rows); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentDisposition, `attachment; filename="shift-diary.csv"`)
	h.Set(echo.HeaderCacheControl, "no-store")
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8", out.Bytes())
}
