package ui

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"watchbill/api/auth"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// auditRows is how many entries of the log a page shows.
const auditRows = 100

// audit shows people what they did and what was done with what is theirs, those who
// manage a team the team's, and administrators all.
func (s *Site) audit(c echo.Context) error {
	w, err := who(c)
	if err != nil {
		return err
	}
	f, err := s.frame(c, w, "Audit log", "audit")
	if err != nil {
		return err
	}
	page := Audit{Frame: f, Query: Field{Value: strings.TrimSpace(c.QueryParam("q"))}, Scopes: auditScopes(&f, w)}
	q, err := s.auditQuery(c, &page, w)
	if err != nil {
		return err
	}
	if err := s.scopeTeam(c.Request().Context(), &page, w, q.Team); err != nil {
		return err
	}
	q.Limit = auditRows + 1
	entries, err := s.Access.Log(c.Request().Context(), q)
	if err != nil {
		return err
	}
	more := len(entries) > auditRows
	switch {
	case more && q.After != 0:
		entries = entries[1:]
	case more:
		entries = entries[:auditRows]
	}
	if err := s.auditLines(c, &page, entries); err != nil {
		return err
	}
	if n := len(entries); n > 0 {
		page.turn(c, q, more, entries[0].ID, entries[n-1].ID)
	}
	return s.show(c, http.StatusOK, "audit", page)
}

// auditScopes is what somebody may choose from; nothing when it is their own only.
func auditScopes(f *Frame, w auth.Who) []Option {
	all := []Option{{Value: "", Label: "Mine"}}
	for _, t := range f.Teams {
		if w.May(auth.SeeAuditTeam, auth.Team(t.ID)) {
			all = append(all, Option{Value: "team-" + itoa(t.ID), Label: t.Name})
		}
	}
	if w.May(auth.SeeAuditAll, auth.On{}) {
		all = append(all, Option{Value: "all", Label: "Everything"})
	}
	if len(all) == 1 {
		return nil
	}
	return all
}

// scopeTeam adds the team that was asked for to what may be chosen.
func (s *Site) scopeTeam(ctx context.Context, page *Audit, w auth.Who, id int64) error {
	value := "team-" + itoa(id)
	if id == 0 || slices.ContainsFunc(page.Scopes, func(o Option) bool { return o.Value == value }) {
		return nil
	}
	if err := w.Must(auth.SeeAuditTeam, auth.Team(id)); err != nil {
		return err
	}
	team, err := s.Schedule.Store.Team(ctx, schedule.ID(id))
	page.Scopes = slices.Insert(page.Scopes, 1, Option{Value: value, Label: team.Name})
	return err
}

// auditQuery reads what is asked for.
func (s *Site) auditQuery(c echo.Context, page *Audit, w auth.Who) (auth.LogQuery, error) {
	q := auth.LogQuery{Text: page.Query.Value, Or: actionsOf(page.Query.Value)}
	for name, id := range map[string]*int64{"before": &q.Before, "after": &q.After, "person": &q.Person} {
		if text := c.QueryParam(name); text != "" {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil || n < 0 {
				return q, schedule.ErrNotFound
			}
			*id = n
		}
	}
	if q.Person != 0 && q.Person != w.Person {
		page.Whose = q.Person
		a, _, err := s.Access.Colleague(c.Request().Context(), q.Person)
		page.WhoseName = a.Name
		return q, err
	}
	page.Of.Value = c.QueryParam("of")
	if !c.QueryParams().Has("of") && w.May(auth.SeeAuditAll, auth.On{}) {
		page.Of.Value = "all"
	}
	team, isTeam := strings.CutPrefix(page.Of.Value, "team-")
	switch {
	case page.Of.Value == "all":
	case isTeam:
		n, err := strconv.ParseInt(team, 10, 64)
		if err != nil || n <= 0 {
			return q, schedule.ErrNotFound
		}
		q.Team = n
	case page.Of.Value != "":
		return q, schedule.ErrNotFound
	default:
		q.Person = w.Person
	}
	return q, nil
}

// auditLines puts entries into words.
func (s *Site) auditLines(c echo.Context, page *Audit, entries []auth.Entry) error {
	ctx := c.Request().Context()
	var people, of []schedule.ID
	for _, e := range entries {
		people, of = append(people, schedule.ID(e.By), schedule.ID(e.About)), append(of, schedule.ID(e.Team))
	}
	names, err := s.namesOf(ctx, people)
	if err != nil {
		return err
	}
	teams, err := s.Schedule.Store.FindTeams(ctx, schedule.Search{Only: append([]schedule.ID{}, of...)})
	if err != nil {
		return err
	}
	team := map[int64]string{}
	for _, t := range teams {
		team[int64(t.ID)] = t.Name
	}
	for _, e := range entries {
		row := AuditRow{When: e.At, Who: names[schedule.ID(e.By)].Name, What: inWords(e.Action, e.About == 0 || e.About == e.By), Note: readable(e.Detail, page.Now)}
		if e.About != 0 && e.About != e.By {
			row.About = names[schedule.ID(e.About)].Name
		}
		if e.Team != 0 {
			row.Note = strings.TrimSuffix(team[e.Team]+" · "+row.Note, " · ")
		}
		page.Rows = append(page.Rows, row)
	}
	return nil
}

// turn sets the links to newer and older entries.
func (a *Audit) turn(c echo.Context, q auth.LogQuery, more bool, newest, oldest int64) {
	link := func(name string, id int64) string {
		v := url.Values{name: {itoa(id)}}
		for _, keep := range []string{"q", "of", "person"} {
			if text := c.QueryParam(keep); text != "" {
				v.Set(keep, text)
			}
		}
		return "/audit?" + v.Encode()
	}
	if q.Before != 0 || q.After != 0 && more {
		a.Newer = link("after", newest)
	}
	if q.After != 0 || more {
		a.Older = link("before", oldest)
	}
}
