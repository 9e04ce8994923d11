package ui

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchbill/api/auth"
	"watchbill/api/httperr"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// registerPulse adds the pages about surveys for whoever is logged in.
func (s *Site) registerPulse(e *echo.Group) {
	e.GET("/pulse", s.myPulse)
	e.GET("/organisation/pulse", s.pulseRound)
	e.GET("/organisation/pulse/:from", s.pulseRound)
	e.GET("/teams/:team/pulse", s.pulses)
	e.POST("/teams/:team/pulse", s.openPulse)
	e.POST("/teams/:team/pulse/settings", s.setPulse)
	e.GET("/teams/:team/pulse/:wave", s.pulse)
	e.POST("/teams/:team/pulse/:wave/said", s.sayPulse)
}

// myPulse shows where somebody is asked, with their own links.
func (s *Site) myPulse(c echo.Context) error {
	w, err := owner(c)
	if err != nil {
		return err
	}
	f, err := s.frame(c, w, "Pulse", "home")
	if err != nil {
		return err
	}
	page := MyPulse{Frame: f}
	if page.List, err = s.surveysOf(c.Request().Context(), me(w)); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "mypulse", page)
}

// surveysOf are those in which somebody is asked.
func (s *Site) surveysOf(ctx context.Context, person schedule.ID) ([]MyPulseRow, error) {
	all, err := s.Pulse.Invitations(ctx, person)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, nil
	}
	people, err := s.Schedule.Store.People(ctx, []schedule.ID{person})
	if err != nil {
		return nil, err
	} else if len(people) == 0 {
		return nil, auth.ErrUnauthenticated
	}
	var list []MyPulseRow
	for i := range all {
		team, err := s.Schedule.Store.Team(ctx, all[i].Team)
		if err != nil {
			return nil, err
		}
		list = append(list, MyPulseRow{team.Name, all[i].Number, all[i].Closes, all[i].Path(people[0].Language), all[i].Small()})
	}
	return list, nil
}

// pulsesPage is what there is about surveys of a team.
func (s *Site) pulsesPage(c echo.Context, need auth.Action) (*Pulses, schedule.TeamRecord, auth.Who, error) {
	f, team, w, err := s.teamFrame(c, "Pulse", "burden", need)
	if err != nil {
		return nil, team, w, err
	}
	ctx := c.Request().Context()
	zone, err := schedule.Zone(team.Zone)
	if err != nil {
		return nil, team, w, err
	}
	page := &Pulses{Frame: f, Clock: city(team.Zone), Least: health.PulseLeast, Set: w.May(auth.SetPulse, auth.Team(int64(team.ID)))}
	asked, err := s.Pulse.Asked(ctx, team.ID, schedule.DateOf(f.Now.In(zone)))
	if err != nil {
		return nil, team, w, err
	}
	page.Invited = len(asked)
	page.Closes.Value = schedule.DateOf(f.Now.In(zone)).AddDays(4).At(schedule.ClockAt(18, 0), zone).Format("2006-01-02T15:04")
	policy, err := s.Pulse.Policy(ctx, &team)
	if err != nil {
		return nil, team, w, err
	}
	page.Next, page.Least = policy.Next(f.Now, zone), policy.Least
	if page.Set {
		page.Policy = &PulseForm{}
		page.Policy.fillPolicy(&policy)
	}
	waves, err := s.Pulse.Store.Waves(ctx, team.ID)
	if err != nil {
		return nil, team, w, err
	}
	mine, err := s.Pulse.Store.OpenWaves(ctx, me(w))
	if err != nil {
		return nil, team, w, err
	}
	page.Mine = slices.ContainsFunc(mine, func(v health.PulseWave) bool { return v.Team == team.ID })
	for i := range waves {
		v := &waves[i]
		row := PulseRow{Href: fmt.Sprintf("/teams/%d/pulse/%d", team.ID, v.Number), Number: v.Number, Long: v.Kind == health.PulseQuarterly, Opens: v.Opens, Closes: v.Closes, Asked: v.Invited, Small: v.Small()}
		if v.State == health.PulseOpen {
			page.Open = &row
			continue
		}
		doc, err := s.Pulse.Store.WaveResult(ctx, v.ID)
		if err != nil {
			return nil, team, w, err
		}
		row.Tone, row.Say, _ = doc.Say(v, nil)
		if doc.Index != nil {
			row.Say = pointsText(*doc.Index) + ". " + row.Say
		}
		page.List = append(page.List, row)
	}
	return page, team, w, nil
}

// pulses lists what a team was asked.
func (s *Site) pulses(c echo.Context) error {
	page, _, _, err := s.pulsesPage(c, auth.SeePulse)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "pulses", page)
}

// openPulse opens a wave now.
func (s *Site) openPulse(c echo.Context) error {
	page, team, w, err := s.pulsesPage(c, auth.SetPulse)
	if err != nil {
		return err
	}
	closes, err := instantOf(c, "closes", team.Zone, time.Time{})
	if err == nil {
		_, err = s.Pulse.Open(c.Request().Context(), me(w), &team, health.PulseOrder{Kind: c.FormValue("kind"), Closes: closes})
	}
	if err == nil {
		return done(c, fmt.Sprintf("/teams/%d/pulse", team.ID), "good", "It is open. Everybody who is asked finds their link on their first page."+skipped(team.Zone, c.FormValue("closes")))
	}
	problem := httperr.Of(err)
	if problem.Internal() {
		return err
	}
	page.Kind.Value, page.Closes = c.FormValue("kind"), typedOf(c, "closes", team.Zone).orFirst()
	put(problem, map[string]*Field{"kind": &page.Kind, "closes": &page.Closes}, &page.Error)
	if errors.Is(err, schedule.ErrConflict) {
		page.Error, _ = refused(err)
	}
	return s.show(c, problem.Status, "pulses", page)
}

// setPulse changes when and what a team is asked by itself.
func (s *Site) setPulse(c echo.Context) error {
	page, team, w, err := s.pulsesPage(c, auth.SetPulse)
	if err != nil {
		return err
	}
	form := page.Policy
	form.On, form.Long = c.FormValue("on") == "1", c.FormValue("long") == "1"
	fields := map[string]*Field{"first": &form.First, "at": &form.At, "days": &form.Days, "weeks": &form.Weeks, "least": &form.Least, "least_said": &form.LeastSaid, "own": &form.Own, "language": &form.Language}
	for name, f := range fields {
		f.Value = plainLines(c.FormValue(name))
	}
	to := health.PulsePolicy{Team: team.ID, On: form.On, Long: form.Long, Language: form.Language.Value}
	to.Version, _ = strconv.Atoi(c.FormValue("version")) // what is no version is none
	to.First, _ = schedule.ParseDate(form.First.Value)   // what cannot be read is refused as nothing
	if to.At, err = schedule.ParseClock(form.At.Value); err != nil {
		to.At = -1
	}
	for name, n := range map[string]*int{"days": &to.Days, "weeks": &to.Weeks, "least": &to.Least, "least_said": &to.LeastSaid} {
		*n, _ = strconv.Atoi(fields[name].Value)
	}
	for line := range strings.Lines(form.Own.Value) {
		if line = strings.TrimSpace(line); line != "" {
			to.Own = append(to.Own, line)
		}
	}
	if err = s.Pulse.SetPolicy(c.Request().Context(), me(w), to); err == nil {
		return done(c, fmt.Sprintf("/teams/%d/pulse", team.ID), "good", "Saved. What is open stays as it was promised.")
	}
	problem := httperr.Of(err)
	if problem.Internal() {
		return err
	}
	put(problem, fields, &form.Error)
	if errors.Is(err, schedule.ErrConflict) {
		form.Error, _ = refused(err)
	}
	return s.show(c, problem.Status, "pulses", page)
}

// pulse shows what was published of a wave.
func (s *Site) pulse(c echo.Context) error {
	page, _, _, err := s.pulseAt(c, auth.SeePulse)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "pulse", page)
}

// pulseAt finds the wave of an address.
func (s *Site) pulseAt(c echo.Context, need auth.Action) (*PulsePage, *health.PulseWave, auth.Who, error) {
	f, team, w, err := s.teamFrame(c, "Pulse", "burden", need)
	if err != nil {
		return nil, nil, w, err
	}
	number, err := strconv.Atoi(c.Param("wave"))
	if err != nil {
		return nil, nil, w, fmt.Errorf("wave %q: %w", c.Param("wave"), schedule.ErrNotFound)
	}
	ctx := c.Request().Context()
	wave, err := s.Pulse.Result(ctx, team.ID, number)
	if err != nil {
		return nil, nil, w, err
	}
	said, err := s.Pulse.Store.PulseSaid(ctx, wave.ID)
	if err != nil {
		return nil, nil, w, err
	}
	f.Zone, f.BrowserZoneNote = wave.Zone, false // as it was for everybody
	page := &PulsePage{Frame: f, Table: fmt.Sprintf("/api/v1/teams/%d/pulse/%d/table", team.ID, number)}
	page.Title = fmt.Sprintf("Pulse %d", number)
	page.fillWave(&wave.PulseWave, &wave.Doc, wave.Before, wave.Comments)
	page.Set, page.Save, page.Base = w.May(auth.SetPulse, auth.Team(int64(team.ID))) && !page.IsOpen, fmt.Sprintf("/teams/%d/pulse/%d/said", team.ID, number), said.Version
	page.Said.Value, page.Did.Value, page.SaidText, page.DidText = said.Said, said.Did, textLines(said.Said), textLines(said.Did)
	for _, other := range []struct {
		number int
		href   *string
	}{{number - 1, &page.Earlier}, {number + 1, &page.Later}} {
		if *other.href, err = s.waveAt(ctx, team.ID, other.number); err != nil {
			return nil, nil, w, err
		}
	}
	return page, &wave.PulseWave, w, nil
}

// sayPulse writes down what became of a wave.
func (s *Site) sayPulse(c echo.Context) error {
	page, wave, w, err := s.pulseAt(c, auth.SetPulse)
	if err != nil {
		return err
	}
	page.Said, page.Did = Field{Value: plainLines(c.FormValue("said"))}, Field{Value: plainLines(c.FormValue("did"))}
	base, _ := strconv.Atoi(c.FormValue("base")) // what is no version is the first
	err = s.Pulse.SayOf(c.Request().Context(), me(w), wave, health.PulseSaid{Version: base, Said: page.Said.Value, Did: page.Did.Value})
	if err == nil {
		return done(c, fmt.Sprintf("/teams/%d/pulse/%d#became", wave.Team, wave.Number), "good", "Written down. Whoever answers the next pulse reads it.")
	}
	problem := httperr.Of(err)
	if problem.Internal() || page.IsOpen { // there is no form
		return answer(c, err, fmt.Sprintf("/teams/%d/pulse/%d", wave.Team, wave.Number), "")
	}
	put(problem, map[string]*Field{"said": &page.Said, "did": &page.Did}, &page.SaidError)
	if errors.Is(err, schedule.ErrConflict) {
		page.SaidError, _ = refused(err)
	}
	return s.show(c, problem.Status, "pulse", page)
}

// waveAt is where a wave is, or "" where there is none.
func (s *Site) waveAt(ctx context.Context, team schedule.ID, number int) (string, error) {
	_, err := s.Pulse.Store.Wave(ctx, team, number)
	if errors.Is(err, schedule.ErrNotFound) {
		return "", nil
	}
	return fmt.Sprintf("/teams/%d/pulse/%d", team, number), err
}
