package ui

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"watchbill/api/auth"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// lookAhead plans eight weeks of the team and keeps nothing.
func (s *Site) lookAhead(c echo.Context, f *setupForm, page *Wizard) error {
	in, err := f.team(0, "")
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(f.Zone)
	if err != nil {
		return err
	}
	planned, err := s.Schedule.PreviewTeam(c.Request().Context(), in, in.From.AddDays(7*wizardWeeks))
	if text, bad := refused(err); bad {
		for _, e := range lineErrors(text) {
			page.Error += e.Text + " "
		}
		return nil
	} else if err != nil {
		return err
	}
	var file planFile
	if err := json.Unmarshal([]byte(planned.Document), &file); err != nil {
		return err
	}
	page.Zone, page.BrowserZoneNote = f.Zone, false
	page.Plan = &Draft{Frame: page.Frame}
	page.Plan.fill(&file, zone, f.who.Name)
	return nil
}

// publishSetup makes the team, plans it and publishes the plan.
func (s *Site) publishSetup(c echo.Context) error {
	ctx := c.Request().Context()
	f, err := s.setupOf(c)
	if err != nil {
		return err
	}
	if f.Done < 3 {
		return c.Redirect(http.StatusSeeOther, f.path(wizardSteps[f.Done]))
	}
	in, err := f.team(me(f.who), f.who.Email)
	if err != nil {
		return err
	}
	team, err := s.Schedule.AddTeam(ctx, me(f.who), in)
	if text, bad := refused(err); bad {
		return s.wizard(c, http.StatusUnprocessableEntity, "check", &f, func(p *Wizard) { p.Error = text })
	} else if err != nil {
		return err
	}
	// The team is there: what fails from here on is said on its first page, also why no plan
	// can be made.
	if err := s.Schedule.Store.RemoveSetup(ctx, me(f.who), f.record.ID); err != nil {
		return err
	}
	err = s.firstPlan(ctx, me(f.who), team.ID, in.From)
	if _, bad := refused(err); err != nil && !bad {
		s.Log.ErrorContext(ctx, "first plan failed", "team_id", team.ID, "error", err)
	}
	return c.Redirect(http.StatusSeeOther, fmt.Sprintf("/teams/%d/welcome", team.ID))
}

func (s *Site) firstPlan(ctx context.Context, by, team schedule.ID, from schedule.Date) error {
	d, err := s.Schedule.MakeDraft(ctx, by, schedule.DraftOrder{Team: team, From: from, Until: from.AddDays(7 * wizardWeeks), Name: "First plan", Seconds: 1})
	if err != nil {
		return err
	}
	if d.State == schedule.DraftFailed {
		return &schedule.InvalidError{Field: "plan", Reason: d.Message}
	}
	_, err = s.Schedule.Publish(ctx, by, d.ID, "The first plan.")
	return err
}

// welcome is the last step: calendars and invitations.
func (s *Site) welcome(c echo.Context) error {
	ctx := c.Request().Context()
	f, team, w, err := s.teamFrame(c, "Welcome", "team", auth.Administrate)
	if err != nil {
		return err
	}
	page := Welcome{Frame: f, Steps: steps(4, 4, nil)}
	page.Zone, page.BrowserZoneNote = team.Zone, false
	zone, err := time.LoadLocation(team.Zone)
	if err != nil {
		return err
	}
	switch last, err := s.Schedule.Store.LastPlanAlone(ctx, team.ID); {
	case errors.Is(err, schedule.ErrNotFound):
		page.NoPlan = "The first plan could not be made at once. Make a draft and look what it says."
	case err != nil:
		return err
	default:
		page.Plan = DraftLine{From: last.From.At(schedule.Midnight, zone), To: last.Until.At(schedule.Midnight, zone)}
	}
	members, err := s.Schedule.Store.Members(ctx, team.ID)
	if err != nil {
		return err
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	only := []schedule.ID{}
	for _, m := range members {
		only = append(only, m.Person)
	}
	accounts, _, err := s.Access.People(ctx, schedule.Search{Only: only})
	if err != nil {
		return err
	}
	known := map[int64]bool{}
	for _, a := range accounts {
		known[a.Person] = a.Kind == auth.KindPerson
	}
	for _, m := range members {
		switch p := names[m.Person]; {
		case m.Person == me(w):
			page.Mine = m.OnCall
		case known[int64(m.Person)]:
		case p.Email == "":
			page.Without = append(page.Without, p.Name)
		default:
			page.Invite = append(page.Invite, WelcomePerson{p.Name, p.Email})
		}
	}
	return s.show(c, http.StatusOK, "welcome", page)
}
