package ui

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"watchbill/api/auth"
	"watchbill/api/httperr"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// A repayBase is what the form was drawn with.
type repayBase struct {
	schedule.Repay
	RestCover bool
}

// fillRepay shows how measured burden moves a team's plans. One that has never wanted
// that is offered what is usual.
func (p *Settings) fillRepay(team *schedule.TeamRecord, today schedule.Date) error {
	base, err := json.Marshal(repayBase{team.Repay, team.RestCover})
	if err != nil {
		return err
	}
	r := team.Repay
	p.Repay.On, p.Repay.Rest, p.Repay.Base = r.On(), team.RestCover, string(base)
	if !r.On() {
		r = schedule.Repay{Cap: schedule.UsualRepayCap, Since: today.AddDays(-7 * schedule.UsualRepayWeeks)}
	}
	p.Repay.Gain.Value, p.Repay.Cap.Value, p.Repay.Since.Value = itoa(int64(r.Gain)), itoa(r.Cap), r.Since.String()
	return nil
}

// saveRepay changes how measured burden moves a team's plans.
func (s *Site) saveRepay(c echo.Context) error {
	ctx := c.Request().Context()
	f, team, w, err := s.teamFrame(c, "Team settings", "team", auth.EditTeam)
	if err != nil {
		return err
	}
	to, was := team, team
	to.RestCover = c.FormValue("rest") != ""
	to.Repay, err = repayForm(c)
	if text := c.FormValue("base"); text != "" && err == nil {
		var base repayBase
		if json.Unmarshal([]byte(text), &base) != nil {
			err = &schedule.InvalidError{Field: "repay.gain", Reason: "the form is broken; load the page again"}
		}
		was.Repay, was.RestCover = base.Repay, base.RestCover
	}
	if err == nil {
		err = s.Schedule.SaveTeam(ctx, me(w), to, &was)
	}
	problem := httperr.Of(err)
	conflict := errors.Is(err, schedule.ErrConflict)
	switch {
	case err == nil:
		return done(c, fmt.Sprintf("/teams/%d/settings#repay", team.ID), "good", "Saved. Drafts from now on follow it.")
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
	form := &page.Repay
	form.Rest = to.RestCover
	form.Gain.Value, form.Cap.Value, form.Since.Value = c.FormValue("gain"), c.FormValue("cap"), c.FormValue("since")
	if conflict {
		form.Clash = team.Repay.String()
		if team.RestCover {
			form.Clash += "; rest is offered after a broken night"
		}
	} else {
		put(problem, map[string]*Field{"repay.gain": &form.Gain, "repay.cap": &form.Cap, "repay.since": &form.Since}, &form.Gain.Error)
	}
	return s.show(c, problem.Status, "team", page)
}

// repayForm reads the form. What does not matter while nothing is repaid is not read.
func repayForm(c echo.Context) (r schedule.Repay, err error) {
	if r.Gain, err = strconv.Atoi(c.FormValue("gain")); err != nil {
		return r, &schedule.InvalidError{Field: "repay.gain", Reason: "choose how much is repaid"}
	}
	if !r.On() {
		return r, nil
	}
	text := strings.TrimSpace(c.FormValue("cap"))
	if r.Cap, err = strconv.ParseInt(text, 10, 64); err != nil {
		return r, &schedule.InvalidError{Field: "repay.cap", Reason: fmt.Sprintf("%q is no number of points; write one like %d", text, schedule.UsualRepayCap)}
	}
	if text = strings.TrimSpace(c.FormValue("since")); text == "" {
		return r, nil
	}
	if r.Since, err = schedule.ParseDate(text); err != nil {
		return r, &schedule.InvalidError{Field: "repay.since", Reason: fmt.Sprintf("%q is no day; write it like 2026-03-02", text)}
	}
	return r, nil
}

// repaidPlans says what measured burden did to the reader in a team's plans that are not
// over, the newest first.
func (s *Site) repaidPlans(ctx context.Context, team *schedule.TeamRecord, w auth.Who) ([]RepaidPlan, error) {
	plans, err := s.Schedule.Store.Plans(ctx, team.ID)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(team.Zone)
	if err != nil {
		return nil, err
	}
	today := schedule.DateOf(s.Schedule.Now().In(zone))
	var from schedule.Date // the first day that a newer plan has taken
	var out []RepaidPlan
	for i := range plans {
		p := &plans[i]
		if i > 0 && !p.From.Before(from) {
			continue
		}
		if from = p.From; !today.Before(p.Until) {
			break
		}
		if text := w.WhyRepaid(p.Balances.Measured); text != "" {
			out = append(out, RepaidPlan{fmt.Sprintf("Plan %d", p.Number), p.From.At(schedule.Midnight, zone), p.Until.At(schedule.Midnight, zone), text})
		}
	}
	return out, nil
}
