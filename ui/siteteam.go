package ui

import (
	"context"
	"errors"
	"net/http"
	"time"

	"watchbill/api/auth"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// settings shows a team's members and rules to those who manage it.
func (s *Site) settings(c echo.Context) error {
	f, team, w, err := s.teamFrame(c, "Team settings", "team", auth.EditTeam)
	if err != nil {
		return err
	}
	page, err := s.settingsPage(c.Request().Context(), f, &team, w)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "team", page)
}

func (s *Site) settingsPage(ctx context.Context, f Frame, team *schedule.TeamRecord, w auth.Who) (*Settings, error) {
	page := &Settings{Frame: f, TeamZone: team.Zone, Name: Field{Value: team.Name}, ZoneName: Field{Value: team.Zone}}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	members, err := s.Schedule.Store.Members(ctx, team.ID)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(team.Zone)
	if err != nil {
		return nil, err
	}
	today := schedule.DateOf(f.Now.In(zone))
	for _, m := range members {
		p := names[m.Person]
		row := Member{
			PersonID: int64(m.Person), Name: p.Name, Email: p.Email, Role: "member", Share: int(m.Share / (schedule.FullTime / 100)),
			Me: m.Person == me(w), Ended: !m.Until.IsZero() && m.Until.Before(today),
		}
		if m.Manager {
			row.Role = "manager"
		}
		if !m.From.IsZero() {
			row.From = m.From.String()
		}
		if !m.Until.IsZero() {
			row.Until = m.Until.String()
		}
		page.Members = append(page.Members, row)
	}
	rules, err := s.Schedule.RulesOn(ctx, team.ID, today)
	if err != nil {
		return nil, err
	}
	page.Rules, page.RulesFrom = Field{Value: rules.Source}, Field{Value: today.String()}
	page.RulesSaved, page.RulesSaver = rules.CreatedAt, names[rules.CreatedBy].Name
	if page.Imports, err = s.importBox(ctx, 0, team.ID); err != nil {
		return nil, err
	}
	if err := s.putTeamFeeds(ctx, page, team, w); err != nil {
		return nil, err
	}
	return page, s.fillInvitations(ctx, page, team.ID)
}

// saveRules changes a team's rules from a day on.
func (s *Site) saveRules(c echo.Context) error {
	ctx := c.Request().Context()
	f, team, w, err := s.teamFrame(c, "Team settings", "team", auth.EditTeam)
	if err != nil {
		return err
	}
	from, err := schedule.ParseDate(c.FormValue("from"))
	if err != nil {
		err = &schedule.InvalidError{Field: "from", Reason: "write the day from which the rules hold like 2026-12-07"}
	}
	if err == nil {
		err = s.Schedule.ChangeRules(ctx, me(w), schedule.RulesChange{Team: team.ID, From: from, Source: c.FormValue("rules")})
	}
	text, bad := refused(err)
	if !bad {
		return answer(c, err, c.Request().URL.Path[:len(c.Request().URL.Path)-len("/rules")], "Saved. Drafts from now on follow these rules.")
	}
	page, err2 := s.settingsPage(ctx, f, &team, w)
	if err2 != nil {
		return err2
	}
	page.Rules.Value, page.RulesFrom.Value = c.FormValue("rules"), c.FormValue("from")
	var invalid *schedule.InvalidError
	if errors.As(err, &invalid) && invalid.Field == "from" {
		page.RulesFrom.Error = text
	} else {
		page.RuleErrors = lineErrors(text)
	}
	return s.show(c, http.StatusUnprocessableEntity, "team", page)
}
