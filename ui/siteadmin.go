package ui

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"watchbill/api/auth"
	"watchbill/api/httperr"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// registerAdmin adds the pages of those who manage.
func (s *Site) registerAdmin(e *echo.Group) {
	e.GET("/admin", s.admin)
	e.GET("/admin/kept", s.kept)
	e.GET("/teams", s.teams)
	e.POST("/admin/teams", s.addTeam)
	e.POST("/teams/:team", s.saveTeam)
	e.POST("/teams/:team/repay", s.saveRepay)
	e.POST("/teams/:team/members", s.addMember)
	e.POST("/teams/:team/members/:person", s.saveMember)
	e.POST("/teams/:team/members/:person/remove", s.removeMember)
	e.POST("/teams/:team/feeds", s.addTeamFeed)
	e.POST("/teams/:team/feeds/:feed/reset", s.resetTeamFeed)
	e.POST("/teams/:team/feeds/:feed/revoke", s.revokeTeamFeed)
	e.POST("/teams/:team/settings/rules/check", s.checkRules)
	e.POST("/account/zone", s.zone)
	s.registerPeople(e)
	s.registerInvitations(e)
	s.registerGaps(e)
}

// adminTeams is how many teams the page for administrators lists and lets choose from.
const adminTeams = 12

// admin lists people and teams for administrators.
func (s *Site) admin(c echo.Context) error {
	page, err := s.adminPage(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "admin", page)
}

func (s *Site) adminPage(c echo.Context) (*Admin, error) {
	ctx := c.Request().Context()
	w, err := may(c, auth.Administrate)
	if err != nil {
		return nil, err
	}
	f, err := s.frame(c, w, "People and teams", "admin")
	if err != nil {
		return nil, err
	}
	page := &Admin{Frame: f, Zones: suggestedZones}
	if err := s.fillPeople(c, page, w); err != nil {
		return nil, err
	}
	if page.TeamCount, err = s.Schedule.Store.CountTeams(ctx, schedule.Search{}); err != nil {
		return nil, err
	}
	teams, err := s.Schedule.Store.FindTeams(ctx, schedule.Search{Most: adminTeams})
	if err != nil {
		return nil, err
	}
	if page.AllTeams, err = s.adminTeams(ctx, teams); err != nil {
		return nil, err
	}
	if page.TeamCount <= adminTeams {
		page.TeamOptions = []Option{{Value: "", Label: "No team yet"}}
		for i := range teams {
			page.TeamOptions = append(page.TeamOptions, Option{Value: itoa(int64(teams[i].ID)), Label: teams[i].Name})
		}
	}
	if err := s.fillNews(ctx, page); err != nil {
		return nil, err
	}
	return page, s.fillAccounts(ctx, page)
}

// newTeam is what a team begins with: one duty that changes hands on Mondays.
const newTeam = `team: %q
zone: %q

limits:
  on_call: 1 week in 3
  rest: 11h

rotations:
  - name: primary
    handover: Mon 09:00
`

// addTeam makes a team: of a team file, when one was pasted, or with a name, a zone
// and one duty.
func (s *Site) addTeam(c echo.Context) error {
	ctx := c.Request().Context()
	w, err := may(c, auth.Administrate)
	if err != nil {
		return err
	}
	in := schedule.TeamImport{
		Name: strings.TrimSpace(c.FormValue("name")), Zone: strings.TrimSpace(c.FormValue("zone")), HorizonWeeks: 8, From: schedule.DateOf(s.Schedule.Now()),
	}
	in.Rules = fmt.Sprintf(newTeam, in.Name, in.Zone)
	var team schedule.TeamRecord
	if text := strings.TrimSpace(c.FormValue("file")); text != "" {
		if in, err = s.Team(text); err != nil {
			err = &schedule.InvalidError{Field: "file", Reason: err.Error()}
		}
	}
	if err == nil {
		team, err = s.Schedule.AddTeam(ctx, me(w), in)
	}
	if err == nil {
		return done(c, fmt.Sprintf("/teams/%d/settings", team.ID), "good", "The team is there. Add its people, look at the rules, then make a draft.")
	}
	return s.adminAgain(c, err, func(page *Admin, problem httperr.Problem) {
		page.TeamName.Value, page.TeamZone.Value, page.TeamFile.Value = c.FormValue("name"), c.FormValue("zone"), c.FormValue("file")
		other := ""
		put(problem, map[string]*Field{"name": &page.TeamName, "zone": &page.TeamZone, "file": &page.TeamFile}, &other)
		if other != "" {
			page.Flash = &Flash{Kind: "bad", Text: other}
		}
	})
}

// adminAgain shows the page for administrators with a form that was refused, into which
// give puts back what was typed and what is wrong with it.
func (s *Site) adminAgain(c echo.Context, err error, give func(*Admin, httperr.Problem)) error {
	problem := httperr.Of(err)
	if len(problem.Fields) == 0 {
		return err
	}
	page, pageErr := s.adminPage(c)
	if pageErr != nil {
		return pageErr
	}
	give(page, problem)
	return s.show(c, problem.Status, "admin", page)
}

// managed answers a change of a team by somebody who manages it: back to the
// settings, with what is wrong in a sentence.
func (s *Site) managed(c echo.Context, good string, change func(w auth.Who, team schedule.TeamRecord) error) error {
	_, team, w, err := s.teamFrame(c, "Team settings", "team", auth.EditTeam)
	if err != nil {
		return err
	}
	to := fmt.Sprintf("/teams/%d/settings", team.ID)
	err = change(w, team)
	if problem := httperr.Of(err); err != nil && len(problem.Fields) > 0 {
		return done(c, to, "bad", upper(problem.Message)+".")
	}
	return answer(c, err, to, good)
}

// saveTeam changes a team's name, zone, horizon or frozen weeks; what a form does not
// have stays. What cannot be saved stays in the form, also when somebody else was
// faster: then it says what they have saved.
func (s *Site) saveTeam(c echo.Context) error {
	ctx := c.Request().Context()
	f, team, w, err := s.teamFrame(c, "Team settings", "team", auth.EditTeam)
	if err != nil {
		return err
	}
	to := team
	was, err := teamForm(c, &to)
	if err == nil {
		err = s.Schedule.SaveTeam(ctx, me(w), to, was)
	}
	problem := httperr.Of(err)
	conflict := errors.Is(err, schedule.ErrConflict)
	switch {
	case err == nil:
		return done(c, fmt.Sprintf("/teams/%d/settings", team.ID), "good", "Saved.")
	case len(problem.Fields) == 0 && !conflict:
		return err
	}
	if team, err = s.Schedule.Store.Team(ctx, team.ID); err != nil {
		return err
	}
	page, err := s.settingsPage(ctx, f, &team, w)
	if err != nil {
		return err
	}
	page.Name.Value, page.ZoneName.Value = to.Name, to.Zone
	for field, p := range map[string]*Field{"horizon": &page.Horizon, "frozen": &page.Frozen} {
		if text := c.FormValue(field); text != "" {
			p.Value = text
		}
	}
	if conflict {
		page.TeamClash = fmt.Sprintf("%s, hand-over on the clock of %s, planned %s ahead, %s frozen", team.Name, team.Zone, plural(team.HorizonWeeks, "week", "weeks"), plural(team.FrozenWeeks, "week", "weeks"))
	} else {
		put(problem, map[string]*Field{
			"name": &page.Name, "zone": &page.ZoneName, "horizon": &page.Horizon, "horizon_weeks": &page.Horizon, "frozen": &page.Frozen, "frozen_weeks": &page.Frozen,
		}, &page.Name.Error)
	}
	return s.show(c, problem.Status, "team", page)
}

// teamForm reads what a form says of a team, and what the team was when the form was
// drawn; nil when it does not say.
func teamForm(c echo.Context, team *schedule.TeamRecord) (was *schedule.TeamRecord, err error) {
	team.Name, team.Zone = strings.TrimSpace(c.FormValue("name")), strings.TrimSpace(c.FormValue("zone"))
	if c.FormValue("base") != "" {
		was = &schedule.TeamRecord{}
		if err := json.Unmarshal([]byte(c.FormValue("base")), was); err != nil {
			return nil, &schedule.InvalidError{Field: "name", Reason: "the form is broken; load the page again"}
		}
		was.Repay, was.RestCover = team.Repay, team.RestCover // a form of its own has that
	}
	for field, weeks := range map[string]*int{"horizon": &team.HorizonWeeks, "frozen": &team.FrozenWeeks} {
		if text := c.FormValue(field); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil {
				return was, &schedule.InvalidError{Field: field, Reason: fmt.Sprintf("%q is no number of weeks", text)}
			}
			*weeks = n
		}
	}
	return was, nil
}

// membership reads a member of a form.
func membership(c echo.Context, team, person schedule.ID) (schedule.Membership, error) {
	m := schedule.Membership{Team: team, Person: person, OnCall: true, Share: schedule.FullTime, Manager: c.FormValue("role") == "manager"}
	if text := c.FormValue("share"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return m, &schedule.InvalidError{Field: "share", Reason: fmt.Sprintf("%q is no share; write 100 for full time", text)}
		}
		m.Share = schedule.Share(n) * (schedule.FullTime / 100)
	}
	for field, day := range map[string]*schedule.Date{"from": &m.From, "until": &m.Until} {
		if text := c.FormValue(field); text != "" {
			var err error
			if *day, err = schedule.ParseDate(text); err != nil {
				return m, &schedule.InvalidError{Field: field, Reason: fmt.Sprintf("%q is no day, like 2026-12-07", text)}
			}
		}
	}
	return m, nil
}

func (s *Site) addMember(c echo.Context) error {
	f, team, w, err := s.teamFrame(c, "Team settings", "team", auth.EditTeam)
	if err != nil {
		return err
	}
	err = s.takeIn(c, w, team.ID)
	text, bad := refused(err)
	if !bad {
		return answer(c, err, fmt.Sprintf("/teams/%d/settings", team.ID), "Added. The next plan counts on them.")
	}
	page, err2 := s.settingsPage(c.Request().Context(), f, &team, w)
	if err2 != nil {
		return err2
	}
	form := &page.Add
	form.Email.Value, form.Role.Value, form.Share.Value = c.FormValue("email"), c.FormValue("role"), c.FormValue("share")
	form.From.Value, form.Until.Value = c.FormValue("from"), c.FormValue("until")
	other := ""
	putError(err, text, map[string]*Field{"email": &form.Email, "share": &form.Share, "from": &form.From, "until": &form.Until}, &other)
	if other != "" {
		form.Email.Error = other
	}
	return s.show(c, http.StatusUnprocessableEntity, "team", page)
}

// takeIn puts whoever has the address of the form into a team.
func (s *Site) takeIn(c echo.Context, w auth.Who, team schedule.ID) error {
	ctx := c.Request().Context()
	email := strings.ToLower(strings.TrimSpace(c.FormValue("email")))
	person, err := s.Schedule.Store.PersonByEmail(ctx, email)
	if err == nil {
		err = s.Access.MayAbout(ctx, auth.TakeIn, int64(person.ID))
	}
	switch {
	case (errors.Is(err, schedule.ErrNotFound) || errors.Is(err, auth.ErrForbidden)) && !w.Admin:
		return &schedule.InvalidError{Field: "email", Reason: fmt.Sprintf("%q is of nobody in a team that you manage; make an invitation, which they accept", email)}
	case errors.Is(err, schedule.ErrNotFound):
		return &schedule.InvalidError{Field: "email", Reason: fmt.Sprintf("nobody has the address %q yet; make an invitation", email)}
	case err != nil:
		return err
	}
	m, err := membership(c, team, person.ID)
	if err != nil {
		return err
	}
	return s.Schedule.PutMember(ctx, me(w), m)
}

func (s *Site) removeMember(c echo.Context) error {
	return s.managed(c, "Removed. Their shifts stay until you publish a new plan.", func(w auth.Who, team schedule.TeamRecord) error {
		person, err := param(c, "person")
		if err != nil {
			return err
		}
		return s.Schedule.RemoveMember(c.Request().Context(), me(w), team.ID, person)
	})
}

// checkRules says whether rules would do, and saves nothing.
func (s *Site) checkRules(c echo.Context) error {
	f, team, w, err := s.teamFrame(c, "Team settings", "team", auth.EditTeam)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	page, err := s.settingsPage(ctx, f, &team, w)
	if err != nil {
		return err
	}
	page.Rules.Value, page.RulesFrom.Value = c.FormValue("rules"), c.FormValue("from")
	from, err := schedule.ParseDate(c.FormValue("from"))
	if err != nil {
		page.RulesFrom.Error = "Write the day from which the rules hold like 2026-12-07."
		return s.show(c, http.StatusUnprocessableEntity, "team", page)
	}
	status := http.StatusOK
	err = s.Schedule.TryRules(ctx, team.ID, from, c.FormValue("rules"))
	text, bad := refused(err)
	switch {
	case bad:
		page.RuleErrors, status = lineErrors(text), http.StatusUnprocessableEntity
	case err != nil:
		return err
	default:
		page.Flash = &Flash{Kind: "good", Text: "These rules make a team that can be planned. Nothing is saved yet."}
	}
	return s.show(c, status, "team", page)
}

// lineErrors takes the messages of a team file apart: "name:12:3: what is wrong".
func lineErrors(text string) []LineError {
	var out []LineError
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		parts := strings.SplitN(line, ":", 4)
		if len(parts) == 4 {
			if n, err := strconv.Atoi(parts[1]); err == nil {
				out = append(out, LineError{Line: n, Text: strings.TrimSpace(parts[3])})
				continue
			}
		}
		if line != "" {
			out = append(out, LineError{Text: line})
		}
	}
	return out
}

// zone changes the reader's zone alone: the answer to the browser's being another.
func (s *Site) zone(c echo.Context) error {
	ctx := c.Request().Context()
	w, err := owner(c)
	if err != nil {
		return err
	}
	people, err := s.Schedule.Store.People(ctx, []schedule.ID{me(w)})
	if err != nil {
		return err
	}
	if len(people) == 0 {
		return auth.ErrUnauthenticated
	}
	p := people[0]
	p.Zone = c.FormValue("zone")
	if at := strings.LastIndex(p.Works, " "); at >= 0 {
		p.Works = p.Works[at+1:]
	}
	return answer(c, s.Schedule.SaveProfile(ctx, me(w), p), local(c.FormValue("back")), "Times are now "+city(p.Zone)+" time.")
}
