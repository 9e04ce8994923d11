package ui

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// tellRoute is where links lead that need no log-in.
const tellRoute = "/tell/:token"

// registerTell adds where people say what pages were for them, by a link and logged in, and
// what shifts were, for themselves.
func (s *Site) registerTell(e *echo.Group) {
	e.GET(tellRoute, s.tellPage)
	e.POST(tellRoute, s.tellByLink)
	e.GET("/burden/pages", s.myPages)
	e.POST("/burden/pages/:page", s.tell)
	e.POST("/burden/pages/:page/note", s.tellNote)
	e.POST("/burden/pages/:page/link", s.makeTellLink)
	e.POST("/burden/pages/:page/link/end", s.endTellLink)
	s.registerDiary(e)
}

// saying reads the button that was pressed.
func saying(c echo.Context) (health.Saying, error) {
	say, ok := sayings[c.FormValue("say")]
	if !ok {
		return health.Saying{}, &schedule.InvalidError{Field: "say", Reason: "press one of the buttons: whether there was something to do, and whether it woke you"}
	}
	return say(), nil
}

// tellPage is where a link leads that needs no log-in. It changes nothing, because
// programs follow links before people do. Links that are not good, or no longer, do not
// exist.
func (s *Site) tellPage(c echo.Context) error {
	ctx := c.Request().Context()
	p, err := s.Health.LinkedPage(ctx, c.Param("token"))
	if err != nil {
		return err
	}
	f, err := s.frame(c, auth.Who{}, "A page that came to you", "")
	if err != nil {
		return err
	}
	people, err := s.Schedule.Store.People(ctx, []schedule.ID{p.Person})
	if err != nil {
		return err
	}
	if len(people) == 1 {
		f.Zone = people[0].Zone
	}
	// The address is the key. No referrer at all would take the origin from the forms, by
	// which browsers without Sec-Fetch-Site are told from other sites.
	c.Response().Header().Set("Referrer-Policy", "strict-origin")
	page := Tell{Frame: f, Token: c.Param("token"), Page: told(&p, f.Now), Ends: p.LinkEnds()}
	if f.Flash != nil && f.Flash.Kind == "good" {
		page.Noted, page.Flash = f.Flash.Text, nil
	}
	return s.show(c, http.StatusOK, "tell", page)
}

func (s *Site) tellByLink(c echo.Context) error {
	what, err := saying(c)
	if err == nil {
		err = s.Health.SayByLink(c.Request().Context(), c.Param("token"), what)
	}
	return answer(c, err, "/tell/"+url.PathEscape(c.Param("token")), "Noted. You can change it here as long as the link lasts.")
}

// teller returns who is looking, if they may say what pages were for them.
func teller(c echo.Context) (auth.Who, error) {
	w, err := owner(c)
	if err != nil {
		return w, err
	}
	return w, w.Must(auth.SeeOwnBurden, auth.Person(w.Person))
}

// myPages lists the pages that came to whoever is looking.
func (s *Site) myPages(c echo.Context) error {
	page, err := s.myPagesPage(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "mypages", page)
}

func (s *Site) myPagesPage(c echo.Context) (*MyPages, error) {
	w, err := teller(c)
	if err != nil {
		return nil, err
	}
	f, err := s.frame(c, w, "My pages", "home")
	if err != nil {
		return nil, err
	}
	all, err := s.Health.OwnPages(c.Request().Context(), me(w))
	if err != nil {
		return nil, err
	}
	page := &MyPages{Frame: f, Days: health.OwnPagesBack, More: len(all) == health.OwnPagesMost}
	page.Path = "/burden/pages" // where it leads back to, also after a form
	if c.QueryParam("only") == "untold" {
		page.Only, page.Path = "untold", page.Path+"?only=untold"
	}
	// Of what was just told the other question is still open: it stays where it was.
	just := c.QueryParam("told")
	for i := range all {
		t := told(&all[i], f.Now)
		if len(f.Teams) > 1 {
			t.Team = teamName(f.Teams, all[i].Team)
		}
		if t.Said.Nothing() {
			page.Untold++
		} else if page.Only != "" && itoa(t.ID) != just {
			continue
		}
		page.List = append(page.List, t)
	}
	return page, nil
}

// teamName is the name of a team that the reader may see.
func teamName(teams []TeamLink, id schedule.ID) string {
	for _, t := range teams {
		if t.ID == int64(id) {
			return t.Name
		}
	}
	return ""
}

// tell says something of a page that came to whoever is looking.
func (s *Site) tell(c echo.Context) error {
	w, id, err := tellerOf(c)
	if err != nil {
		return err
	}
	if _, err := s.Health.OwnPage(c.Request().Context(), me(w), id); err != nil {
		return err // whatever is said about it
	}
	what, err := saying(c)
	if err == nil {
		err = s.Health.Say(c.Request().Context(), me(w), id, what)
	}
	return answer(c, err, toldAt(c, id), "Noted.")
}

func tellerOf(c echo.Context) (auth.Who, schedule.ID, error) {
	w, err := teller(c)
	if err != nil {
		return w, 0, err
	}
	id, err := param(c, "page")
	return w, id, err
}

// toldAt is where it goes on after something was said: where the form was.
func toldAt(c echo.Context, id schedule.ID) string {
	if back := c.FormValue("back"); back != "" {
		return local(back)
	}
	return fmt.Sprintf("/burden/pages#p%d", id)
}

func (s *Site) tellNote(c echo.Context) error {
	w, id, err := tellerOf(c)
	if err != nil {
		return err
	}
	note := plainLines(c.FormValue("note"))
	err = s.Health.Say(c.Request().Context(), me(w), id, health.Saying{Note: &note})
	text, bad := refused(err)
	if !bad {
		return answer(c, err, toldAt(c, id), "Your note is kept. The team sees it with the shift.")
	}
	page, err := s.myPagesPage(c)
	if err != nil {
		return err
	}
	for i := range page.List {
		if page.List[i].ID == int64(id) {
			page.List[i].Note = Field{Value: note, Error: text}
		}
	}
	return s.show(c, http.StatusUnprocessableEntity, "mypages", page)
}

// plainLines is text as it was typed, with lines as we keep them and nothing around it.
func plainLines(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
}

// makeTellLink makes a link for a page and shows it, once.
func (s *Site) makeTellLink(c echo.Context) error {
	w, id, err := tellerOf(c)
	if err != nil {
		return err
	}
	token, p, err := s.Health.MakeLink(c.Request().Context(), me(w), id)
	if err != nil {
		return answer(c, err, toldAt(c, id), "")
	}
	page, err := s.myPagesPage(c)
	if err != nil {
		return err
	}
	page.Link, page.Of, page.Ends = s.BaseURL+"/tell/"+token, p.Title, p.LinkEnds()
	return s.show(c, http.StatusOK, "mypages", page)
}

func (s *Site) endTellLink(c echo.Context) error {
	w, id, err := tellerOf(c)
	if err != nil {
		return err
	}
	return answer(c, s.Health.EndLink(c.Request().Context(), me(w), id), toldAt(c, id), "The link is dead.")
}
