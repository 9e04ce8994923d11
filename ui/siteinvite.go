package ui

import (
	"context"
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

// registerInvitations adds how people are let in, and the links they come by.
func (s *Site) registerInvitations(e *echo.Group) {
	e.GET("/invite/:token", s.invitation)
	e.POST("/invite/:token", s.acceptInvitation)
	e.POST("/invite/:token/join", s.joinInvitation)
	e.GET("/reset/:token", s.resetPage)
	e.POST("/reset/:token", s.resetPassword)
	e.POST("/teams/:team/invitations", s.inviteToTeam)
	e.POST("/teams/:team/invitations/:invitation/revoke", s.revokeTeamInvitation)
	e.POST("/admin/invitations", s.invite)
	e.POST("/admin/invitations/:invitation/revoke", s.revokeInvitation)
	e.POST("/admin/people/:person/admin", s.setAdmin)
	e.POST("/admin/people/:person/reset", s.makeReset)
	e.POST("/admin/people/:person/unlink", s.unlink)
	e.GET("/people/:person", s.person)
}

func invitationList(all []auth.Invitation) []Invitation {
	var out []Invitation
	for _, i := range all {
		out = append(out, Invitation{ID: i.ID, Email: i.Email, Team: i.TeamName, By: i.Inviter, Expires: i.ExpiresAt, Admin: i.Admin})
	}
	return out
}

// fillInvitations adds who is invited to a team's settings.
func (s *Site) fillInvitations(ctx context.Context, page *Settings, team schedule.ID) error {
	all, err := s.Access.Invitations(ctx, int64(team))
	page.Invitations = invitationList(all)
	return err
}

func (s *Site) inviteToTeam(c echo.Context) error {
	f, team, w, err := s.teamFrame(c, "Team settings", "team", auth.Invite)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	out, err := s.Access.Invite(ctx, auth.Inviting{Email: c.FormValue("email"), Team: int64(team.ID), Manager: c.FormValue("role") == "manager"})
	if err == nil && out.Secret == "" {
		return done(c, fmt.Sprintf("/teams/%d/settings", team.ID), "good", out.Email+" has an account already and is in the team now.")
	}
	problem := httperr.Of(err)
	if err != nil && len(problem.Fields) == 0 {
		return err
	}
	page, pageErr := s.settingsPage(ctx, f, &team, w)
	if pageErr != nil {
		return pageErr
	}
	if err != nil {
		page.Invite.Email.Value, page.Invite.Role.Value = c.FormValue("email"), c.FormValue("role")
		put(problem, map[string]*Field{"email": &page.Invite.Email}, &page.Invite.Email.Error)
		return s.show(c, problem.Status, "team", page)
	}
	page.Invite.Link = s.BaseURL + "/invite/" + out.Secret
	return s.show(c, http.StatusOK, "team", page)
}

func (s *Site) revokeTeamInvitation(c echo.Context) error {
	_, team, _, err := s.teamFrame(c, "Team settings", "team", auth.Invite)
	if err != nil {
		return err
	}
	return s.own(c, "invitation", fmt.Sprintf("/teams/%d/settings", team.ID), revoked, s.Access.RevokeInvitation)
}

const revoked = "The invitation is taken back. Its link is dead."

func (s *Site) revokeInvitation(c echo.Context) error {
	return s.own(c, "invitation", "/admin#invitations", revoked, s.Access.RevokeInvitation)
}

func (s *Site) invite(c echo.Context) error {
	if _, err := may(c, auth.Grant); err != nil {
		return err
	}
	in := auth.Inviting{Email: c.FormValue("email"), Admin: c.FormValue("admin") != ""}
	var err error
	if text := c.FormValue("team"); text != "" {
		if in.Team, err = strconv.ParseInt(text, 10, 64); err == nil {
			_, err = s.Schedule.Store.Team(c.Request().Context(), schedule.ID(in.Team))
		}
		if err != nil {
			err = &schedule.InvalidError{Field: "team", Reason: "There is no such team; choose one of the list."}
		}
	}
	name := strings.TrimSpace(c.FormValue("team_name"))
	if name != "" && err == nil {
		in.Team, err = s.teamNamed(c.Request().Context(), name)
	}
	var out auth.Invited
	if err == nil {
		out, err = s.Access.Invite(c.Request().Context(), in)
	}
	if err != nil {
		return s.adminAgain(c, err, func(page *Admin, problem httperr.Problem) {
			page.Email.Value, page.TeamID.Value = c.FormValue("email"), c.FormValue("team")+name
			put(problem, map[string]*Field{"email": &page.Email, "team": &page.TeamID}, &page.Email.Error)
		})
	}
	if out.Secret == "" {
		return done(c, "/admin#invitations", "good", out.Email+" has an account already and is in the team now.")
	}
	page, err := s.adminPage(c)
	if err != nil {
		return err
	}
	page.Link = s.BaseURL + "/invite/" + out.Secret
	return s.show(c, http.StatusOK, "admin", page)
}

// teamNamed returns the team of a name, or of the part of one that no other has.
func (s *Site) teamNamed(ctx context.Context, name string) (int64, error) {
	found, err := s.Schedule.Store.FindTeams(ctx, schedule.Search{Text: name})
	if err != nil {
		return 0, err
	}
	var names []string
	for i := range found {
		if strings.EqualFold(found[i].Name, name) {
			return int64(found[i].ID), nil
		}
		names = append(names, found[i].Name)
	}
	switch {
	case len(found) == 1:
		return int64(found[0].ID), nil
	case len(found) == 0:
		return 0, &schedule.InvalidError{Field: "team", Reason: fmt.Sprintf("no team has %q in its name; find it under All teams", name)}
	}
	return 0, &schedule.InvalidError{Field: "team", Reason: fmt.Sprintf("several teams have %q in their names, like %s; write the whole name", name, strings.Join(names[:min(len(names), 3)], ", "))}
}

// invitationPage shows an invitation that is good, or says why one that was used
// is not.
func (s *Site) invitationPage(c echo.Context) (*Invite, *auth.Invitation, error) {
	f, err := s.frame(c, auth.Who{}, "Join", "")
	if err != nil {
		return nil, nil, err
	}
	i, err := s.Access.InvitationOf(c.Request().Context(), c.Param("token"))
	page := &Invite{Frame: f, Token: c.Param("token"), TeamName: i.TeamName, InvitedBy: i.Inviter, Email: i.Email, Zones: suggestedZones, Provider: s.Access.SignOnLabel()}
	if errors.Is(err, auth.ErrUsed) {
		page.Invalid = "It has been used: each link lets one person in, once. If that was you, sign in."
		return page, nil, nil
	}
	return page, &i, err
}

func (s *Site) invitation(c echo.Context) error {
	page, i, err := s.invitationPage(c)
	if err != nil {
		return err
	}
	if i == nil {
		return s.show(c, http.StatusGone, "invite", page)
	}
	w := auth.From(c.Request().Context())
	page.Join = w.Known() && w.Email == i.Email
	p, err := s.Access.Planned(c.Request().Context(), i)
	if err != nil {
		return err
	}
	page.Name.Value, page.ZoneName.Value = p.Name, p.Zone
	return s.show(c, http.StatusOK, "invite", page)
}

func (s *Site) acceptInvitation(c echo.Context) error {
	ctx := c.Request().Context()
	email, err := s.Access.Accept(ctx, c.Param("token"), c.FormValue("name"), c.FormValue("password"), c.FormValue("zone"))
	if err == nil {
		if _, err := s.Access.LogIn(ctx, email, c.FormValue("password")); err != nil {
			return err
		}
		return done(c, "/", "good", "Welcome. This page shows when you are on call.")
	}
	problem := httperr.Of(err)
	if len(problem.Fields) == 0 && !errors.Is(err, auth.ErrUsed) {
		return err
	}
	page, i, err := s.invitationPage(c)
	if err != nil {
		return err
	}
	if i == nil {
		return s.show(c, http.StatusGone, "invite", page)
	}
	page.Name.Value, page.ZoneName.Value = c.FormValue("name"), c.FormValue("zone")
	put(problem, map[string]*Field{"name": &page.Name, "password": &page.Password, "zone": &page.ZoneName}, &page.Error)
	return s.show(c, problem.Status, "invite", page)
}

func (s *Site) joinInvitation(c echo.Context) error {
	if err := s.Access.Join(c.Request().Context(), c.Param("token")); err != nil {
		return err
	}
	return done(c, "/", "good", "You are in.")
}

func (s *Site) setAdmin(c echo.Context) error {
	to, good := "/people/"+c.Param("person"), "They are an administrator now."
	if c.FormValue("admin") == "" {
		good = "They are no administrator any more."
		if c.Param("person") == itoa(auth.From(c.Request().Context()).Person) {
			to, good = "/", "You are no administrator any more."
		}
	}
	return s.administered(c, to, good, func(ctx context.Context, person int64) error {
		return s.Access.SetAdmin(ctx, person, c.FormValue("admin") != "")
	})
}

func (s *Site) unlink(c echo.Context) error {
	return s.administered(c, "/people/"+c.Param("person"), "Unlinked. Whoever signs in there next is recognised anew, by the verified address.", s.Access.Unlink)
}
