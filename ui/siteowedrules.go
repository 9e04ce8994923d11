package ui

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// fields are the fields of the form by their names, which are those of what is wrong.
func (f *OwedRulesForm) fields() map[string]*Field {
	return map[string]*Field{
		"from": &f.From, "hours.evening": &f.Evening, "hours.weekend": &f.Weekend, "hours.holiday": &f.Holiday, "hours.sleep": &f.Sleep,
		"least": &f.Least, "round_up": &f.RoundUp, "expire_days": &f.Expire, "warn_days": &f.WarnDays,
	}
}

// fill shows the rules of now, to begin this week, and what was said before.
func (f *OwedRulesForm) fill(policies []health.OwedPolicy, today schedule.Date, now time.Time) {
	rules, week := health.DefaultOwedRules(), health.MondayOf(today)
	f.From.Value = week.String()
	policies = health.OwedInTurn(policies)
	if p := health.OwedOn(policies, week); p != nil {
		rules, f.Off = p.Rules, p.Off
	} else if len(policies) > 0 { // those to come
		rules = policies[0].Rules
	}
	for i := range policies {
		p := &policies[i]
		text := "From " + dayOf(p.From.At(0, now.Location()), now) + ": "
		if p.Off {
			text += "nothing is earned."
		} else {
			text += rulesWords(&p.Rules)
		}
		f.History = append(f.History, text)
	}
	f.Evening.Value, f.Weekend.Value = rules.Hours[schedule.Evening].String(), rules.Hours[schedule.WeekendBand].String()
	f.Holiday.Value, f.Sleep.Value = rules.Hours[schedule.HolidayBand].String(), rules.Hours[schedule.Sleep].String()
	f.Paged = rules.Paged
	f.Least.Value, f.RoundUp.Value = itoa(int64(rules.Least/time.Minute)), itoa(int64(rules.RoundUp/time.Minute))
	f.Expire.Value, f.WarnDays.Value = itoa(int64(rules.ExpireDays)), itoa(int64(rules.WarnDays))
}

// owedPolicy reads the form. All that cannot be read is told at once.
func owedPolicy(c echo.Context) (health.OwedPolicy, error) {
	p := health.OwedPolicy{Off: c.FormValue("off") != ""}
	var bad []error
	from, err := schedule.ParseDate(c.FormValue("from"))
	if err != nil {
		bad = append(bad, &schedule.InvalidError{Field: "from", Reason: "choose a Monday, like 2026-12-07"})
	}
	p.From = from
	for name, b := range map[string]schedule.Band{"evening": schedule.Evening, "weekend": schedule.WeekendBand, "holiday": schedule.HolidayBand, "sleep": schedule.Sleep} {
		if p.Rules.Hours[b], err = schedule.ParseWeight(c.FormValue(name)); err != nil {
			bad = append(bad, &schedule.InvalidError{Field: "hours." + name, Reason: "write a number like 1, 1.5 or 2"})
		}
	}
	number := func(name string) int {
		n, err := strconv.ParseUint(c.FormValue(name), 10, 16)
		if err != nil {
			bad = append(bad, &schedule.InvalidError{Field: name, Reason: "write a whole number, like 15"})
		}
		return int(n)
	}
	p.Rules.Paged = c.FormValue("paged") != ""
	p.Rules.Least, p.Rules.RoundUp = time.Duration(number("least"))*time.Minute, time.Duration(number("round_up"))*time.Minute
	p.Rules.ExpireDays, p.Rules.WarnDays = number("expire_days"), number("warn_days")
	return p, errors.Join(bad...)
}

// setOwedRules says by which rules time is earned from a Monday on.
func (s *Site) setOwedRules(c echo.Context) error {
	_, team, w, err := s.teamFrame(c, "Time owed", "owed", auth.EditTeam)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(team.Zone)
	if err != nil {
		return err
	}
	policy, err := owedPolicy(c)
	if err == nil {
		policy.Team, policy.By = team.ID, me(w)
		err = s.Health.SetOwed(c.Request().Context(), policy, zone)
	}
	text, bad := refused(err)
	if bad {
		return s.teamOwedPage(c, http.StatusUnprocessableEntity, func(page *TeamOwed) {
			f := &page.Rules
			f.Off, f.Paged, f.Open = c.FormValue("off") != "", c.FormValue("paged") != "", true
			for name, field := range map[string]*Field{
				"from": &f.From, "evening": &f.Evening, "weekend": &f.Weekend, "holiday": &f.Holiday, "sleep": &f.Sleep,
				"least": &f.Least, "round_up": &f.RoundUp, "expire_days": &f.Expire, "warn_days": &f.WarnDays,
			} {
				field.Value = c.FormValue(name)
			}
			putErrors(err, f.fields(), &f.Error, text)
		})
	} else if err != nil {
		return err
	}
	policies, err := s.Health.Store.OwedPolicies(c.Request().Context(), team.ID)
	if err != nil {
		return err
	}
	good := fmt.Sprintf("Saved. Weeks from %v on are counted like this; each is put down when it is over.", policy.From)
	for _, p := range health.OwedInTurn(policies) {
		if p.From.After(policy.From) {
			good = fmt.Sprintf("Saved. Weeks from %v on are counted like this, until %v, when other rules begin that are there already.", policy.From, p.From)
			break
		}
	}
	return done(c, owedPath(team.ID), "good", readable(good, s.Schedule.Now().In(zone)))
}

// putErrors puts all that is wrong beside the fields that it is about.
func putErrors(err error, fields map[string]*Field, other *string, text string) {
	found := false
	for _, one := range unjoined(err) {
		invalid, ok := errors.AsType[*schedule.InvalidError](one)
		if ok && fields[invalid.Field] != nil {
			fields[invalid.Field].Error = upper(invalid.Reason) + "."
			found = true
		}
	}
	if !found {
		*other = text
	}
}

// unjoined takes joined errors apart.
func unjoined(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, one := range joined.Unwrap() {
			all = append(all, unjoined(one)...)
		}
		return all
	}
	return []error{err}
}
