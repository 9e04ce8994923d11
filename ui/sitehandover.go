package ui

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// registerHandOver adds what shifts leave to those that follow.
func (s *Site) registerHandOver(e *echo.Group) {
	const base = "/teams/:team/handover"
	e.GET(base, s.handOver)
	e.POST(base, s.doHandOver)
	e.POST(base+"/read", s.readHandOver)
	e.POST(base+"/notes", s.addShiftNote)
	e.POST(base+"/notes/:note", s.editShiftNote)
}

const (
	// turnsBack is how far back from the one that is shown shifts are listed, and
	// turnsAhead how far ahead; turnsShown is how many, of which turnsNear of those
	// before the shown one are not folded away.
	turnsBack, turnsAhead = 12 * 7 * 24 * time.Hour, 8 * 24 * time.Hour
	turnsShown            = 40
	turnsNear             = 2
	// firstYear is before every shift.
	firstYear = 2000
)

// turnName reads which shift is meant; without an instant it is the one of now.
func (s *Site) turnName(c echo.Context, team schedule.ID) (health.TurnName, error) {
	name := health.TurnName{Team: team, Rotation: schedule.RotationID(c.FormValue("rotation")), At: s.Schedule.Now()}
	if text := c.FormValue("at"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		at := time.Unix(n, 0).UTC()
		if err != nil || at.Year() < firstYear || at.Year() >= firstYear+200 {
			return name, &schedule.InvalidError{Field: "at", Reason: "choose a shift from the list"}
		}
		name.At = at
	}
	return name, nil
}

// handOver shows what a shift leaves to the next.
func (s *Site) handOver(c echo.Context) error {
	page, err := s.handOverPage(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "handover", page)
}

func (s *Site) handOverPage(c echo.Context) (*HandOver, error) {
	ctx := c.Request().Context()
	f, team, w, err := s.teamFrame(c, "Hand-over", "schedule", auth.SeeHandOver)
	if err != nil {
		return nil, err
	}
	page := &HandOver{Frame: f, Real: s.Note, Writes: s.writes()}
	name, err := s.turnName(c, team.ID)
	if err != nil {
		return nil, err
	}
	d := &turnDesk{team: team.ID, reader: me(w), now: f.Now, manages: w.Manager(int64(team.ID)), own: map[schedule.ID]*health.OwnPage{}}
	if d.names, err = s.names(ctx); err != nil {
		return nil, err
	}
	r, err := s.HandOvers.Report(ctx, name)
	if errors.Is(err, schedule.ErrNotFound) {
		page.None = true
		return page, nil
	} else if err != nil {
		return nil, err
	}
	own, err := s.Health.Store.OwnPages(ctx, health.OwnFilter{Person: me(w), Since: r.Start, Most: health.OwnPagesMost})
	if err != nil {
		return nil, err
	}
	for i := range own {
		d.own[own[i].ID] = &own[i]
	}
	page.fill(d, r)
	open, err := s.openItems(ctx, &team, d.reader)
	if err != nil {
		return nil, err
	}
	for i := range page.Groups {
		g := &page.Groups[i]
		g.Item = open.about(g.Service, g.Title)
	}
	page.Path = d.href(r.Rotation, r.Start)
	around := f.Now
	if r.End.Before(f.Now) {
		around, page.Today = r.Start, fmt.Sprintf("/teams/%d/handover?rotation=%s", team.ID, url.QueryEscape(string(r.Rotation)))
	}
	lines, rotations, err := s.HandOvers.List(ctx, team.ID, r.Rotation, around.Add(-turnsBack), around.Add(turnsAhead))
	page.list(d, lines, rotations)
	return page, err
}

// aboutTurn reads a form about a shift of a team whose hand-overs whoever sent it may
// write.
func (s *Site) aboutTurn(c echo.Context) (auth.Who, health.TurnName, error) {
	_, team, w, err := s.teamFrame(c, "", "", auth.HandOver)
	if err != nil {
		return w, health.TurnName{}, err
	}
	name, err := s.turnName(c, team.ID)
	return w, name, err
}

// handOverPath is where hand-overs of a team are, for the shift that a form was about.
func handOverPath(name health.TurnName) string {
	return (&turnDesk{team: name.Team}).href(name.Rotation, name.At)
}

func writer(w auth.Who, team schedule.ID) health.Writer {
	return health.Writer{Person: me(w), Manages: w.Manager(int64(team))}
}

func (s *Site) doHandOver(c echo.Context) error {
	w, name, err := s.aboutTurn(c)
	if err != nil {
		return err
	}
	err = s.HandOvers.HandOver(c.Request().Context(), writer(w, name.Team), name)
	return answer(c, missing(err), handOverPath(name), "Handed over. Whoever takes over finds it on their page, "+s.toldHow())
}

// toldHow says how people hear of what waits for them on their page.
func (s *Site) toldHow() string {
	if s.writes() {
		return "and is written to, unless they chose not to be."
	}
	return "and is not written to, so tell them."
}

func (s *Site) readHandOver(c echo.Context) error {
	w, name, err := s.aboutTurn(c)
	if err != nil {
		return err
	}
	err = s.HandOvers.Read(c.Request().Context(), me(w), name)
	return answer(c, missing(err), handOverPath(name), "Noted: you have read it.")
}

// missing says of a shift that there is none, which is no page that does not exist.
func missing(err error) error {
	if errors.Is(err, schedule.ErrNotFound) {
		return &schedule.InvalidError{Field: "at", Reason: "there is no such shift any more; choose one from the list"}
	}
	return err
}

func (s *Site) addShiftNote(c echo.Context) error {
	w, name, err := s.aboutTurn(c)
	if err != nil {
		return err
	}
	_, err = s.HandOvers.AddNote(c.Request().Context(), writer(w, name.Team), name, c.FormValue("text"))
	return s.noted(c, missing(err), handOverPath(name), func(page *HandOver, text string) { page.refuse(c.FormValue("text"), text) })
}

// refuse keeps what was typed, and says what is wrong with it.
func (p *HandOver) refuse(typed, text string) {
	if p.CanWrite {
		p.Add = Field{Value: typed, Error: text}
	} else {
		p.Wrong = text
	}
}

func (s *Site) editShiftNote(c echo.Context) error {
	w, name, err := s.aboutTurn(c)
	if err != nil {
		return err
	}
	id, err := param(c, "note")
	if err != nil {
		return err
	}
	_, err = s.HandOvers.EditNote(c.Request().Context(), me(w), name.Team, id, c.FormValue("text"))
	return s.noted(c, err, handOverPath(name), func(page *HandOver, text string) {
		for i := range page.Notes {
			if n := &page.Notes[i]; n.ID == int64(id) && n.CanEdit {
				n.Edit = Field{Value: c.FormValue("text"), Error: text}
				return
			}
		}
		page.refuse(c.FormValue("text"), text)
	})
}

// noted leads on after a note, or shows the page with what was typed and what is wrong.
func (s *Site) noted(c echo.Context, err error, to string, put func(page *HandOver, text string)) error {
	text, bad := refused(err)
	if !bad {
		return answer(c, err, to+"#notes", "Noted.")
	}
	page, err := s.handOverPage(c)
	if err != nil {
		return err
	}
	put(page, text)
	return s.show(c, http.StatusUnprocessableEntity, "handover", page)
}

// handOverNotices are what waits for somebody, in all their teams.
func (s *Site) handOverNotices(ctx context.Context, f *Frame, w auth.Who, names map[schedule.ID]schedule.Profile) ([]HandOverNotice, error) {
	var out []HandOverNotice
	for _, t := range f.Teams {
		if !w.May(auth.SeeHandOver, auth.Team(t.ID)) {
			continue
		}
		d := &turnDesk{team: schedule.ID(t.ID), names: names}
		all, err := s.HandOvers.Waiting(ctx, d.team, me(w))
		if err != nil {
			return nil, err
		}
		for i := range all {
			x := &all[i]
			n := HandOverNotice{Team: t.Name, Href: d.href(x.Turn.Rotation, x.Turn.Start), Read: x.Read, Ends: x.Turn.End, Notes: x.Notes}
			if x.Read {
				n.Who = d.who(x.Before.People)
			}
			out = append(out, n)
		}
	}
	return out, nil
}
