package ui

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"watchbill/api/auth"
	"watchbill/api/httperr"
	"watchbill/schedule"
	"watchbill/schedule/holiday"

	"github.com/labstack/echo/v4"
)

// registerWizard adds how a team is set up, step by step.
func (s *Site) registerWizard(e *echo.Group) {
	e.GET("/setup/team", s.newSetup)
	e.POST("/setup/team", s.startSetup)
	for _, step := range wizardSteps {
		e.GET("/setup/:setup/"+step, s.setupStep(step))
	}
	e.POST("/setup/:setup/team", s.saveSetupTeam)
	e.POST("/setup/:setup/people", s.saveSetupPeople)
	e.POST("/setup/:setup/rotation", s.saveSetupRotation)
	e.POST("/setup/:setup/publish", s.publishSetup)
	e.POST("/setup/:setup/discard", s.discardSetup)
	e.GET("/teams/:team/welcome", s.welcome)
}

var wizardSteps = []string{"team", "people", "rotation", "check"}

// steps draws the line of the steps; path is empty when there is nothing to go back to.
func steps(current int, done int, path func(step string) string) []WizardStep {
	var all []WizardStep
	for i, name := range []string{"Team", "People", "Rotation", "Check", "Subscribe"} {
		step := WizardStep{Name: name, Done: i < done, Current: i == current}
		if i < len(wizardSteps) && i <= done && path != nil {
			step.Path = path(wizardSteps[i])
		}
		all = append(all, step)
	}
	return all
}

// A setupForm is a set-up with what is kept of it, and who goes through it.
type setupForm struct {
	record schedule.TeamSetup
	setupState
	who auth.Who
}

func (f *setupForm) path(step string) string {
	if f.record.ID == 0 {
		return "/setup/team"
	}
	return fmt.Sprintf("/setup/%d/%s", f.record.ID, step)
}

// setupOf finds the set-up of the path, which must be the reader's.
func (s *Site) setupOf(c echo.Context) (f setupForm, err error) {
	if f.who, err = may(c, auth.Administrate); err != nil {
		return f, err
	}
	id, err := param(c, "setup")
	if err != nil {
		return f, err
	}
	all, err := s.Schedule.Store.Setups(c.Request().Context(), me(f.who))
	if err != nil {
		return f, err
	}
	at := slices.IndexFunc(all, func(t schedule.TeamSetup) bool { return t.ID == id })
	if at < 0 {
		return f, fmt.Errorf("set-up %d: %w", id, schedule.ErrNotFound)
	}
	f.record = all[at]
	return f, json.Unmarshal([]byte(f.record.State), &f.setupState)
}

// keep stores a set-up as far as it has come.
func (s *Site) keep(ctx context.Context, f *setupForm) error {
	text, err := json.Marshal(f.setupState)
	if err != nil {
		return err
	}
	f.record.State, f.record.UpdatedAt, f.record.Owner = string(text), s.Schedule.Now(), me(f.who)
	if f.record.ID == 0 {
		return s.Schedule.Store.AddSetup(ctx, &f.record)
	}
	return s.Schedule.Store.SaveSetup(ctx, &f.record)
}

// wizard shows a step.
func (s *Site) wizard(c echo.Context, status int, step string, f *setupForm, put func(*Wizard)) error {
	frame, err := s.frame(c, f.who, "Set up a team", "admin")
	if err != nil {
		return err
	}
	at := slices.Index(wizardSteps, step)
	page := Wizard{Frame: frame, Step: step, Zones: suggestedZones, Steps: steps(at, f.Done, f.path)}
	if f.record.ID != 0 {
		page.Base = fmt.Sprintf("/setup/%d", f.record.ID)
	}
	page.Name.Value, page.ZoneName.Value, page.Holidays.Value = f.Name, f.Zone, f.Holidays
	switch step {
	case "team":
		page.Regions = regionOptions("None")
		err = s.unfinished(c.Request().Context(), f, &page)
	case "people":
		page.Regions, page.Demo = regionOptions("As the team"), f.Demo
		for i, p := range f.People {
			page.Members = append(page.Members, WizardPerson{
				N: i, Name: Field{Value: p.Name}, Email: Field{Value: p.Email}, Zone: Field{Value: p.Zone}, Holidays: Field{Value: p.Holidays}, Known: p.Known, Guessed: p.Guessed,
			})
		}
	case "rotation":
		page.Lengths, page.Days, page.Covers, page.Backup, page.Cadence = wizardLengths, weekdayOptions, wizardHours, f.Backup, f.view()
		page.Length.Value, page.Day.Value, page.At.Value, page.Hours.Value, page.First.Value = f.Length, f.Day, f.At, f.Hours, f.First
		page.Day2.Value, page.At2.Value = f.Day2, f.At2
	case "check":
		err = s.lookAhead(c, f, &page)
	}
	if err != nil {
		return err
	}
	put(&page)
	return s.show(c, status, "wizard", page)
}

// unfinished lists the set-ups that were left.
func (s *Site) unfinished(ctx context.Context, f *setupForm, page *Wizard) error {
	all, err := s.Schedule.Store.Setups(ctx, me(f.who))
	if err != nil {
		return err
	}
	for _, t := range all {
		var state setupState
		if err := json.Unmarshal([]byte(t.State), &state); err != nil {
			return err
		}
		if t.ID != f.record.ID {
			page.Unfinished = append(page.Unfinished, Unfinished{
				ID: int64(t.ID), Name: state.Name, Path: fmt.Sprintf("/setup/%d/%s", t.ID, wizardSteps[min(state.Done, len(wizardSteps)-1)]),
			})
		}
	}
	return nil
}

func (s *Site) newSetup(c echo.Context) error {
	w, err := may(c, auth.Administrate)
	if err != nil {
		return err
	}
	f := setupForm{who: w, setupState: setupState{Zone: w.Zone, Holidays: holiday.OfZone(w.Zone)}}
	return s.wizard(c, http.StatusOK, "team", &f, func(*Wizard) {})
}

// setupStep shows a step as it was left; those before it must be done.
func (s *Site) setupStep(step string) echo.HandlerFunc {
	return func(c echo.Context) error {
		f, err := s.setupOf(c)
		if err != nil {
			return err
		}
		if slices.Index(wizardSteps, step) > f.Done {
			return c.Redirect(http.StatusSeeOther, f.path(wizardSteps[f.Done]))
		}
		return s.wizard(c, http.StatusOK, step, &f, func(*Wizard) {})
	}
}

func (s *Site) startSetup(c echo.Context) error {
	w, err := may(c, auth.Administrate)
	if err != nil {
		return err
	}
	return s.setupTeam(c, &setupForm{who: w})
}

func (s *Site) saveSetupTeam(c echo.Context) error {
	f, err := s.setupOf(c)
	if err != nil {
		return err
	}
	return s.setupTeam(c, &f)
}

// setupTeam takes the first step.
func (s *Site) setupTeam(c echo.Context, f *setupForm) error {
	ctx := c.Request().Context()
	f.Name, f.Zone, f.Holidays = strings.Join(strings.Fields(c.FormValue("name")), " "), strings.TrimSpace(c.FormValue("zone")), c.FormValue("holidays")
	today := schedule.DateOf(s.Schedule.Now())
	err := schedule.TeamImport{Name: f.Name, Zone: f.Zone, HorizonWeeks: wizardHorizon, From: today}.Validate()
	if _, bad := holiday.Between(f.Holidays, today, today); err == nil && f.Holidays != "" && bad != nil {
		err = &schedule.InvalidError{Field: "holidays", Reason: "choose one of the list"}
	}
	teams, listErr := s.Schedule.Store.FindTeams(ctx, schedule.Search{Text: f.Name})
	if listErr != nil {
		return listErr
	}
	if err == nil && slices.ContainsFunc(teams, func(t schedule.TeamRecord) bool { return t.Name == f.Name }) {
		err = &schedule.InvalidError{Field: "name", Reason: fmt.Sprintf("there is a team called %q already; choose another name", f.Name)}
	}
	if err != nil {
		return s.wizard(c, http.StatusUnprocessableEntity, "team", f, func(p *Wizard) {
			put(httperr.Of(err), map[string]*Field{"name": &p.Name, "zone": &p.ZoneName, "holidays": &p.Holidays}, &p.Error)
		})
	}
	f.Done = max(f.Done, 1)
	if err := s.keep(ctx, f); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, f.path("people"))
}

func (s *Site) discardSetup(c echo.Context) error {
	f, err := s.setupOf(c)
	if err != nil {
		return err
	}
	return answer(c, s.Schedule.Store.RemoveSetup(c.Request().Context(), me(f.who), f.record.ID), "/setup/team", "Discarded.")
}
