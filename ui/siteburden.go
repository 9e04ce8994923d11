package ui

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

func (s *Site) registerBurden(e *echo.Group) {
	e.GET("/teams/:team/burden", s.burden)
	e.GET("/teams/:team/health", s.teamHealth)
	e.POST("/teams/:team/warnings/:warning", s.answerWarning)
	e.GET("/teams/:team/whatif", s.whatIf)
	e.GET("/burden", s.myBurden)
	e.GET("/organisation", s.organisation)
}

// lengths are links to reports of every length that end where this one does.
func lengths(path string, p health.ReportPeriod, usual bool) []PeriodLink {
	var out []PeriodLink
	for _, n := range health.PeriodWeeks {
		q := url.Values{"weeks": {itoa(int64(n))}}
		if !usual {
			q.Set("from", p.Until().AddDays(-7*n).String())
		}
		out = append(out, PeriodLink{n, path + "?" + q.Encode(), n == p.Weeks})
	}
	return out
}

// period reads the period of an address. What is wrong is said, and the usual one shown.
func (s *Site) period(c echo.Context, zone string) (p health.ReportPeriod, today schedule.Date, wrong string, err error) {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return p, today, "", err
	}
	today = schedule.DateOf(s.Schedule.Now().In(loc))
	p, err = health.ParsePeriod(c.QueryParam("from"), c.QueryParam("weeks"), today)
	if invalid, ok := errors.AsType[*schedule.InvalidError](err); ok {
		p, err = health.ParsePeriod("", "", today)
		wrong = upper(invalid.Reason) + ". These are the last twelve weeks."
	}
	return p, today, wrong, err
}

// burden reports on a team.
func (s *Site) burden(c echo.Context) error {
	ctx := c.Request().Context()
	f, team, w, err := s.teamFrame(c, "Burden", "burden", auth.SeeBurden)
	if err != nil {
		return err
	}
	sight, err := w.Sight(int64(team.ID))
	if err != nil {
		return err
	}
	page := Burden{Frame: f, Real: s.Note}
	period, today, wrong, err := s.period(c, team.Zone)
	if err != nil {
		return err
	}
	period = period.InBlocks(today)
	b, err := s.Burdens.Burden(ctx, team.ID, period, sight)
	if err != nil {
		return err
	}
	names, err := s.called(ctx)
	if err != nil {
		return err
	}
	page.Wrong = wrong
	page.Fill(b, names, me(w))
	open, err := s.openItems(ctx, &team, me(w))
	if err != nil {
		return err
	}
	open.origins(page.Services)
	open.origins(page.Alerts)
	page.link(fmt.Sprintf("/teams/%d/burden", team.ID), period, today)
	page.DoHref = step(b.Finding.Do, team.ID, f.Team != nil && f.Team.Manager)
	if page.DoHref == "" {
		page.Do = ""
	}
	if page.Mine != nil {
		page.Mine.Team = TeamLink{ID: int64(team.ID), Name: team.Name}
		if page.Mine.Plans, err = s.repaidPlans(ctx, &team, w); err != nil {
			return err
		}
	}
	return s.show(c, http.StatusOK, "burden", page)
}

// link fills in where other periods are.
func (p *Burden) link(path string, period health.ReportPeriod, today schedule.Date) {
	usual := period == health.LastWeeks(period.Weeks, today)
	p.Lengths = lengths(path, period, usual)
	at := func(from schedule.Date) url.Values {
		return url.Values{"weeks": {itoa(int64(period.Weeks))}, "from": {from.String()}}
	}
	p.Earlier = path + "?" + at(period.Earlier(today).From).Encode()
	if !usual {
		p.Later = path + "?" + at(period.From.AddDays(7*period.Weeks)).Encode()
	}
	p.CSV = "/api/v1" + path + ".csv?" + at(period.From).Encode()
}

// step is where an action leads; nowhere for those who may not take it.
func step(do health.Step, team schedule.ID, manager bool) string {
	base := fmt.Sprintf("/teams/%d/", team)
	switch {
	case do == health.StepServices:
		return "#services"
	case !manager:
		return ""
	case do == health.StepPlan:
		return base + "drafts"
	case do == health.StepRota:
		return base + "settings"
	case do == health.StepPagers:
		return base + "integrations"
	}
	return ""
}

// myBurden shows a person what being on call was for them, in each team.
func (s *Site) myBurden(c echo.Context) error {
	w, err := owner(c)
	if err != nil {
		return err
	}
	if err := w.Must(auth.SeeOwnBurden, auth.Person(w.Person)); err != nil {
		return err
	}
	f, err := s.frame(c, w, "My burden", "home")
	if err != nil {
		return err
	}
	page := MineBurden{Frame: f}
	period, _, wrong, err := s.period(c, w.Zone)
	if err != nil {
		return err
	}
	page.When, page.Wrong, page.Lengths = periodText(period), wrong, lengths("/burden", period, c.QueryParam("from") == "" || wrong != "")
	teams, err := s.Schedule.Store.TeamsOf(c.Request().Context(), me(w))
	if err != nil {
		return err
	}
	for _, team := range teams {
		b, err := s.Burdens.Burden(c.Request().Context(), team.ID, period, health.Sight{Self: me(w)})
		if err != nil {
			return err
		}
		if b.Mine == nil {
			continue
		}
		mine := myBurden(b.Mine)
		mine.Team = TeamLink{ID: int64(team.ID), Name: team.Name}
		if mine.Plans, err = s.repaidPlans(c.Request().Context(), &team, w); err != nil {
			return err
		}
		if !w.May(auth.SeeTeam, auth.Team(mine.Team.ID)) {
			mine.Team.ID = 0 // they have left it and may not open it
		}
		page.Mine = append(page.Mine, mine)
	}
	return s.show(c, http.StatusOK, "mine", page)
}
