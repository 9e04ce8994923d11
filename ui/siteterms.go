package ui

import (
	"fmt"
	"slices"
	"strings"

	"watchbill/api/httperr"
	"watchbill/schedule"
	"watchbill/schedule/teamfile"

	"github.com/labstack/echo/v4"
)

// termsWords says which rotations, skills or limits hold from a day on.
func termsWords(t *schedule.MemberTerms) string {
	var words []string
	if t.Takes != nil {
		takes := "takes every rotation"
		if *t.Takes != "" {
			takes = "takes " + *t.Takes
		}
		words = append(words, takes)
	}
	if t.Skills != nil {
		skills := "no skills"
		if *t.Skills != "" {
			skills = "skills " + *t.Skills
		}
		words = append(words, skills)
	}
	if t.Limits != nil {
		words = append(words, ownLimitWords(*t.Limits))
	}
	return strings.Join(words, "; ")
}

// ownLimitWords says which limits of their own somebody has.
func ownLimitWords(text string) string {
	l, err := teamfile.ReadLimits(text)
	if err != nil {
		return "limits " + text
	}
	var words []string
	for _, x := range l.OnCall {
		words = append(words, "on call at most "+x)
	}
	if l.Rest != "" {
		words = append(words, "at least "+l.Rest+" of rest")
	}
	for _, x := range l.Weekends {
		words = append(words, "weekends at most "+x)
	}
	for _, x := range l.Holidays {
		words = append(words, "holidays at most "+x)
	}
	if words == nil {
		return "no limits of their own"
	}
	return strings.Join(words, ", ")
}

// fillTerms puts into the form for another day what is to hold at last.
func (e *memberEdit) fillTerms(m schedule.Membership) {
	last := m.TermsOn(e.terms, schedule.Date{Year: 9999, Month: 12, Day: 31})
	t := &e.page.Terms
	t.Skills.Value, t.Duties = last.Skills, e.duties(list(last.Takes))
	if l, err := teamfile.ReadLimits(last.Limits); err == nil {
		t.OnCall.Value, t.Rest.Value, t.Weekends.Value, t.HolidayMax.Value = strings.Join(l.OnCall, ", "), l.Rest, strings.Join(l.Weekends, ", "), strings.Join(l.Holidays, ", ")
	}
}

// duties are the team's rotations to choose from, given those that are chosen; without
// any all are.
func (e *memberEdit) duties(takes []string) (out []Option) {
	for _, name := range e.duty {
		o := Option{Label: name}
		if len(takes) == 0 || slices.Contains(takes, name) {
			o.Value = "1"
		}
		out = append(out, o)
	}
	return out
}

// scheduleTerms gives a member other rotations, skills or limits from a day to come.
func (s *Site) scheduleTerms(c echo.Context) error {
	e, err := s.memberEdit(c)
	if err != nil {
		return err
	}
	terms, err := e.readTerms(c)
	if err == nil {
		err = s.Schedule.ScheduleTerms(c.Request().Context(), me(e.who), terms)
	}
	if err == nil {
		return done(c, fmt.Sprintf("/teams/%d/members/%d", e.team.ID, e.is.Person), "good", "Noted. Plans and swaps from that day on follow it.")
	}
	problem := httperr.Of(err)
	if problem.Internal() || len(problem.Fields) == 0 {
		return err
	}
	if err := e.fill(e.is); err != nil {
		return err
	}
	f := &e.page.Terms
	f.ChangeTakes, f.Duties = c.FormValue("change_takes") != "", e.duties(append(c.Request().PostForm["takes"], "-"))
	f.From.Value, f.ChangeSkills, f.ChangeLimits = c.FormValue("from"), c.FormValue("change_skills") != "", c.FormValue("change_limits") != ""
	f.Skills.Value, f.OnCall.Value, f.Rest.Value = c.FormValue("skills"), c.FormValue("on_call"), c.FormValue("rest")
	f.Weekends.Value, f.HolidayMax.Value = c.FormValue("weekends"), c.FormValue("holiday_max")
	put(problem, map[string]*Field{"from": &f.From, "takes": &f.Takes, "skills": &f.Skills, "limits": &f.OnCall}, &e.page.Error)
	return s.show(c, problem.Status, "member", e.page)
}

// readTerms reads the form. What is not ticked stays as before.
func (e *memberEdit) readTerms(c echo.Context) (t schedule.MemberTerms, err error) {
	t = schedule.MemberTerms{Team: e.team.ID, Person: e.is.Person}
	if t.From, err = schedule.ParseDate(c.FormValue("from")); err != nil {
		return t, &schedule.InvalidError{Field: "from", Reason: "write the day like 2026-12-07"}
	}
	if c.FormValue("change_takes") != "" {
		chosen := c.Request().PostForm["takes"]
		if len(chosen) == 0 {
			return t, &schedule.InvalidError{Field: "takes", Reason: "choose at least one rotation; a pause is a change of its own"}
		}
		takes := strings.Join(chosen, ", ")
		if !slices.ContainsFunc(e.duty, func(name string) bool { return !slices.Contains(chosen, name) }) {
			takes = "" // all of them, also those to come
		}
		t.Takes = &takes
	}
	if c.FormValue("change_skills") != "" {
		skills := strings.Join(list(c.FormValue("skills")), ", ")
		t.Skills = &skills
	}
	if c.FormValue("change_limits") != "" {
		limits := teamfile.LimitsText{
			OnCall: list(c.FormValue("on_call")), Rest: strings.TrimSpace(c.FormValue("rest")), Weekends: list(c.FormValue("weekends")), Holidays: list(c.FormValue("holiday_max")),
		}.String()
		t.Limits = &limits
	}
	if t.Takes == nil && t.Skills == nil && t.Limits == nil {
		return t, &schedule.InvalidError{Field: "skills", Reason: "nothing changes; tick rotations, skills or limits"}
	}
	return t, nil
}

func (s *Site) unscheduleTerms(c echo.Context) error {
	e, err := s.memberEdit(c)
	if err != nil {
		return err
	}
	id, err := param(c, "terms")
	if err != nil {
		return err
	}
	return answer(c, s.Schedule.UnscheduleTerms(c.Request().Context(), me(e.who), e.team.ID, id), fmt.Sprintf("/teams/%d/members/%d", e.team.ID, e.is.Person), "Taken back.")
}
