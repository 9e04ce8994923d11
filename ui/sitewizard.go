package ui

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

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

// administrator returns who sets teams up.
func administrator(c echo.Context) (auth.Who, error) {
	w, err := who(c)
	if err == nil {
		err = w.Must(auth.Administrate, auth.On{})
	}
	return w, err
}

// setupOf finds the set-up of the path, which must be the reader's.
func (s *Site) setupOf(c echo.Context) (f setupForm, err error) {
	if f.who, err = administrator(c); err != nil {
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
	w, err := administrator(c)
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
	w, err := administrator(c)
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
	teams, listErr := s.Schedule.Store.Teams(ctx)
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

// saveSetupPeople takes the second step, or adds people to its list.
func (s *Site) saveSetupPeople(c echo.Context) error {
	ctx := c.Request().Context()
	f, err := s.setupOf(c)
	if err != nil {
		return err
	}
	wrong := f.readPeople(c)
	do := c.FormValue("do")
	if do == "demo" {
		f.People, f.Demo = slices.Clone(invented), true
	}
	before := len(f.People)
	addErr := f.addPeople(c.FormValue("paste"))
	if err := s.know(ctx, &f); err != nil {
		return err
	}
	fresh := len(f.People) > before
	if addErr != nil || len(wrong) > 0 || do == "next" && len(f.People) == 0 {
		return s.wizard(c, http.StatusUnprocessableEntity, "people", &f, func(p *Wizard) {
			text, _ := refused(addErr)
			switch {
			case addErr != nil:
				p.Paste = Field{Value: c.FormValue("paste"), Error: text}
			case len(f.People) == 0:
				p.Paste = Field{Value: c.FormValue("paste"), Error: "Write at least one person, or use invented people."}
			}
			for i, fields := range wrong {
				for name, reason := range fields {
					*map[string]*string{"name": &p.Members[i].Name.Error, "email": &p.Members[i].Email.Error, "zone": &p.Members[i].Zone.Error, "holidays": &p.Members[i].Holidays.Error}[name] = reason
				}
			}
		})
	}
	next := do == "next" && !fresh // those just pasted are looked at first
	if next {
		f.Done = max(f.Done, 2)
		f.fillRotation(s.Schedule.Now())
	}
	if err := s.keep(ctx, &f); err != nil {
		return err
	}
	switch {
	case next:
		return c.Redirect(http.StatusSeeOther, f.path("rotation"))
	case do == "next":
		return done(c, f.path("people"), "info", "Look whether the zones are right, then continue.")
	}
	return c.Redirect(http.StatusSeeOther, f.path("people"))
}

// readPeople reads the rows of the list, and says by row and field what is wrong.
func (f *setupForm) readPeople(c echo.Context) map[int]map[string]string {
	form, err := c.FormParams()
	if err != nil {
		return nil
	}
	names := form["name"]
	at := func(key string, i int) string {
		if i < len(form[key]) {
			return strings.TrimSpace(form[key][i])
		}
		return ""
	}
	var people []setupPerson
	wrong := map[int]map[string]string{}
	for i := range names {
		if slices.Contains(form["drop"], strconv.Itoa(i)) || i >= maxCrew {
			continue
		}
		p := setupPerson{Name: strings.Join(strings.Fields(names[i]), " "), Email: at("email", i), Zone: at("zone", i), Holidays: at("holidays", i)}
		bad := p.check(people)
		if i < len(f.People) {
			p.Guessed = f.People[i].Guessed && f.People[i].Zone == p.Zone
		}
		if len(bad) > 0 {
			wrong[len(people)] = bad
		}
		people = append(people, p)
	}
	f.People = people
	f.Demo = f.Demo && len(people) > 0
	return wrong
}

// check says by field what is wrong with a person who stands below others.
func (p *setupPerson) check(people []setupPerson) map[string]string {
	bad := map[string]string{}
	if !schedule.GoodName(p.Name) {
		bad["name"] = "Write a name of up to 100 letters, all of which can be seen."
	}
	if p.Email != "" && anAddress.FindString(p.Email) != p.Email {
		bad["email"] = "This is not an e-mail address."
	}
	if slices.ContainsFunc(people, func(q setupPerson) bool { return p.Email != "" && strings.EqualFold(p.Email, q.Email) }) {
		bad["email"] = "Somebody above has this address."
	}
	if _, err := time.LoadLocation(p.Zone); err != nil || p.Zone == "" || p.Zone == "Local" {
		bad["zone"] = "Write a zone like Europe/Berlin."
	}
	if p.Holidays != "" && !slices.Contains(holiday.Codes(), p.Holidays) {
		bad["holidays"] = "Choose one of the list."
	}
	return bad
}

// know takes people who have an account already as they are.
func (s *Site) know(ctx context.Context, f *setupForm) error {
	for i := range f.People {
		p := &f.People[i]
		p.Known = false
		if p.Email == "" {
			continue
		}
		known, err := s.Schedule.Store.PersonByEmail(ctx, strings.ToLower(p.Email))
		if errors.Is(err, schedule.ErrNotFound) {
			continue
		} else if err != nil {
			return err
		}
		p.Name, p.Zone, p.Known, p.Guessed = known.Name, known.Zone, true, false
	}
	return nil
}

// fillRotation proposes a rotation to whoever sees the third step first.
func (f *setupForm) fillRotation(now time.Time) {
	if f.Length != "" {
		return
	}
	f.Length, f.Day, f.At, f.Day2, f.At2 = lengthWeek, "Mon", "10:00", "Fri", "17:00"
	zone, err := time.LoadLocation(f.Zone)
	if err != nil {
		zone = time.UTC
	}
	today := schedule.DateOf(now.In(zone))
	f.First = today.AddDays((8-int(today.Weekday()))%7 + 7*btoi(today.Weekday() == time.Monday)).String()
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// saveSetupRotation takes the third step, or shows what it would mean.
func (s *Site) saveSetupRotation(c echo.Context) error {
	f, err := s.setupOf(c)
	if err != nil {
		return err
	}
	if f.Done < 2 {
		return c.Redirect(http.StatusSeeOther, f.path(wizardSteps[f.Done]))
	}
	f.Length, f.Day, f.At, f.Day2, f.At2 = c.FormValue("length"), c.FormValue("day"), c.FormValue("at"), c.FormValue("day2"), c.FormValue("at2")
	f.Backup, f.Hours, f.First = c.FormValue("backup") != "", c.FormValue("hours"), c.FormValue("first")
	bad := f.checkRotation(s.Schedule.Now())
	if c.FormValue("do") == "preview" {
		return s.wizard(c, http.StatusOK, "rotation", &f, bad.show)
	}
	if len(bad) > 0 {
		return s.wizard(c, http.StatusUnprocessableEntity, "rotation", &f, bad.show)
	}
	f.Done = max(f.Done, 3)
	if err := s.keep(c.Request().Context(), &f); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, f.path("check"))
}

// rotationErrors say by field what is wrong with a rotation.
type rotationErrors map[string]string

func (e rotationErrors) show(p *Wizard) {
	for name, reason := range e {
		map[string]*Field{"length": &p.Length, "day": &p.Day, "at": &p.At, "day2": &p.Day2, "at2": &p.At2, "hours": &p.Hours, "first": &p.First}[name].Error = reason
	}
}

func (f *setupForm) checkRotation(now time.Time) rotationErrors {
	bad := rotationErrors{}
	known := func(options []Option, value string) bool {
		return slices.ContainsFunc(options, func(o Option) bool { return o.Value == value })
	}
	if !known(wizardLengths, f.Length) {
		f.Length, bad["length"] = lengthWeek, "Choose how long a shift lasts."
	}
	if !known(wizardHours, f.Hours) {
		bad["hours"] = "Choose one of the list."
	}
	if !known(weekdayOptions, f.Day) {
		bad["day"] = "Choose a day of the week."
	}
	if _, err := schedule.ParseClock(f.At); err != nil {
		bad["at"] = "Write the time like 10:00."
	}
	if f.Length == lengthSplit {
		if !known(weekdayOptions, f.Day2) || f.Day2 == f.Day {
			bad["day2"] = "Choose another day than the first."
		}
		if _, err := schedule.ParseClock(f.At2); err != nil {
			bad["at2"] = "Write the time like 17:00."
		}
	}
	zone, err := time.LoadLocation(f.Zone)
	if err != nil {
		zone = time.UTC
	}
	today := schedule.DateOf(now.In(zone))
	switch first, err := schedule.ParseDate(f.First); {
	case err != nil:
		bad["first"] = "Write the day like 2026-12-07."
	case first.Before(today):
		bad["first"] = "This day is past. Choose today or later."
	case first.DaysSince(today) > 366:
		bad["first"] = "This is more than a year ahead."
	}
	return bad
}

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
	// The team is there: what fails from here on is said on its first page.
	if err := s.Schedule.Store.RemoveSetup(ctx, me(f.who), f.record.ID); err != nil {
		return err
	}
	if err := s.firstPlan(ctx, me(f.who), team.ID, in.From); err != nil {
		s.Log.Error("first plan failed", "team_id", team.ID, "error", err)
	}
	return c.Redirect(http.StatusSeeOther, fmt.Sprintf("/teams/%d/welcome", team.ID))
}

func (s *Site) firstPlan(ctx context.Context, by, team schedule.ID, from schedule.Date) error {
	d, err := s.Schedule.MakeDraft(ctx, by, schedule.DraftOrder{Team: team, From: from, Until: from.AddDays(7 * wizardWeeks), Name: "First plan", Seconds: 1})
	if err != nil {
		return err
	}
	_, err = s.Schedule.Publish(ctx, by, d.ID, "The first plan.")
	return err
}

func (s *Site) discardSetup(c echo.Context) error {
	f, err := s.setupOf(c)
	if err != nil {
		return err
	}
	return answer(c, s.Schedule.Store.RemoveSetup(c.Request().Context(), me(f.who), f.record.ID), "/setup/team", "Discarded.")
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
	switch last, err := s.Schedule.Store.LastPlan(ctx, team.ID); {
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
	accounts, err := s.Access.Accounts(ctx)
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
