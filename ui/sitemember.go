package ui

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"watchbill/api/auth"
	"watchbill/api/httperr"
	"watchbill/schedule"
	"watchbill/schedule/teamfile"

	"github.com/labstack/echo/v4"
)

// A memberEdit is the page of a member at work.
type memberEdit struct {
	team schedule.TeamRecord
	who  auth.Who
	is   schedule.MemberEdit // as they are stored
	page MemberPage
	duty []string // rotations of the team
	// terms are the skills and limits of the team's members from certain days on.
	terms []schedule.MemberTerms
}

func (s *Site) memberEdit(c echo.Context) (e memberEdit, err error) {
	ctx := c.Request().Context()
	var f Frame
	if f, e.team, e.who, err = s.teamFrame(c, "Member", "team", auth.EditTeam); err != nil {
		return e, err
	}
	id, err := param(c, "person")
	if err != nil {
		return e, err
	}
	members, err := s.Schedule.Store.Members(ctx, e.team.ID)
	if err != nil {
		return e, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return e, err
	}
	at := slices.IndexFunc(members, func(m schedule.Membership) bool { return m.Person == id })
	if at < 0 {
		return e, fmt.Errorf("member %d of team %d: %w", id, e.team.ID, schedule.ErrNotFound)
	}
	e.is = schedule.EditOf(members[at], names[id])
	rules, err := s.ruleset(ctx, &e.team, "")
	if err != nil {
		return e, err
	}
	if text, err := teamfile.ReadRules(rules.Source); err == nil {
		for _, r := range text.Rotations {
			e.duty = append(e.duty, r.Name)
		}
	}
	e.page = MemberPage{Frame: f, PersonID: int64(id), Name: names[id].Name, Email: names[id].Email, Regions: regionOptions("As the team"), ChangeOnCall: true}
	e.page.Title = names[id].Name
	return e, s.memberChanges(ctx, &e, names, rules.today)
}

// memberChanges lists what holds for a member from when.
func (s *Site) memberChanges(ctx context.Context, e *memberEdit, names map[schedule.ID]schedule.Profile, today schedule.Date) error {
	zone, err := time.LoadLocation(e.team.Zone)
	if err != nil {
		return err
	}
	e.page.Zone, e.page.BrowserZoneNote = e.team.Zone, false
	changes, err := s.Schedule.Store.MemberChanges(ctx, e.team.ID)
	if err != nil {
		return err
	}
	terms, err := s.Schedule.Store.MemberTerms(ctx, e.team.ID)
	if err != nil {
		return err
	}
	for _, x := range changes {
		if x.Person != e.is.Person {
			continue
		}
		text := "pauses"
		if x.OnCall {
			text = fmt.Sprintf("takes part with %d %%", x.Share/(schedule.FullTime/100))
		}
		e.page.Changes = append(e.page.Changes, MemberChangeLine{
			ID: int64(x.ID), From: x.From.At(schedule.Midnight, zone), Text: text, Ahead: x.From.After(today), By: names[x.CreatedBy].Name,
		})
	}
	for i := range terms {
		if x := &terms[i]; x.Person == e.is.Person {
			e.page.Changes = append(e.page.Changes, MemberChangeLine{
				ID: int64(x.ID), From: x.From.At(schedule.Midnight, zone), Text: termsWords(x), Ahead: x.From.After(today), By: names[x.CreatedBy].Name, Terms: true,
			})
			e.page.TermsHold = e.page.TermsHold || !x.From.After(today)
		}
	}
	slices.SortStableFunc(e.page.Changes, func(a, b MemberChangeLine) int { return a.From.Compare(b.From) })
	e.terms = terms
	return nil
}

// fill puts a member into the form.
func (e *memberEdit) fill(m schedule.MemberEdit) error {
	p := &e.page
	base, err := json.Marshal(e.is)
	if err != nil {
		return err
	}
	p.Base, p.TakesPart = string(base), m.OnCall
	p.Role.Value = "member"
	if m.Manager {
		p.Role.Value = "manager"
	}
	p.Share.Value = itoa(int64(m.Share / (schedule.FullTime / 100)))
	if !m.From.IsZero() {
		p.From.Value = m.From.String()
	}
	if !m.Until.IsZero() {
		p.Until.Value = m.Until.String()
	}
	p.Skills.Value, p.Works.Value, p.Sleeps.Value, p.Holidays.Value = m.Skills, m.Works, m.Sleeps, m.Holidays
	if m.Holidays != "" && !slices.ContainsFunc(p.Regions, func(o Option) bool { return o.Value == m.Holidays }) {
		p.Regions = append(p.Regions, Option{m.Holidays, m.Holidays})
	}
	if l, err := teamfile.ReadLimits(m.Limits); err == nil {
		p.OnCall.Value, p.Rest.Value, p.Weekends.Value, p.HolidayMax.Value = strings.Join(l.OnCall, ", "), l.Rest, strings.Join(l.Weekends, ", "), strings.Join(l.Holidays, ", ")
	}
	p.Duties = e.duties(list(m.Takes))
	e.fillTerms(m.Membership)
	return nil
}

// member shows all that a manager says of one member.
func (s *Site) member(c echo.Context) error {
	e, err := s.memberEdit(c)
	if err != nil {
		return err
	}
	if err := e.fill(e.is); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "member", e.page)
}

// read changes a member by what a form has of them; what it does not have stays.
func (e *memberEdit) read(c echo.Context) (schedule.MemberEdit, error) {
	form, err := c.FormParams()
	if err != nil {
		return e.is, err
	}
	place, err := membership(c, e.team.ID, e.is.Person)
	to := e.is
	has := func(name string) bool { return len(form[name]) > 0 }
	to.Manager = place.Manager
	if has("share") {
		to.Share = place.Share
	}
	if has("from") {
		to.From = place.From
	}
	if has("until") {
		to.Until = place.Until
	}
	if !has("full") {
		return to, err
	}
	to.OnCall = c.FormValue("takes_part") != ""
	to.Skills, to.Works, to.Sleeps = strings.Join(list(c.FormValue("skills")), ", "), strings.TrimSpace(c.FormValue("works")), strings.TrimSpace(c.FormValue("sleeps"))
	to.Holidays = c.FormValue("holidays")
	to.Takes = strings.Join(form["takes"], ", ")
	if len(form["takes"]) == len(e.duty) {
		to.Takes = "" // all of them, also those to come
	}
	to.Limits = teamfile.LimitsText{
		OnCall: list(c.FormValue("on_call")), Rest: strings.TrimSpace(c.FormValue("rest")), Weekends: list(c.FormValue("weekends")), Holidays: list(c.FormValue("holiday_max")),
	}.String()
	return to, err
}

func (s *Site) saveMember(c echo.Context) error {
	e, err := s.memberEdit(c)
	if err != nil {
		return err
	}
	to, err := e.read(c)
	was := e.is
	if text := c.FormValue("base"); err == nil && text != "" {
		err = json.Unmarshal([]byte(text), &was)
		if err != nil {
			was, err = schedule.MemberEdit{}, nil // nobody is like that: a conflict
		}
	}
	if err == nil && c.FormValue("full") != "" && len(e.duty) > 0 && to.Takes == "" && len(c.Request().PostForm["takes"]) == 0 {
		err = &schedule.InvalidError{Field: "takes", Reason: "choose at least one rotation, or let them pause"}
	}
	if err == nil {
		err = s.Schedule.ChangeMember(c.Request().Context(), me(e.who), was, to)
	}
	if err == nil {
		return done(c, fmt.Sprintf("/teams/%d/settings#members", e.team.ID), "good", "Saved.")
	}
	conflict := errors.Is(err, schedule.ErrConflict)
	problem := httperr.Of(err)
	if problem.Internal() || !conflict && len(problem.Fields) == 0 {
		return err
	}
	if err := e.fill(to); err != nil {
		return err
	}
	p := &e.page
	if conflict {
		p.Clash = memberWords(e.is)
		return s.show(c, http.StatusConflict, "member", e.page)
	}
	put(problem, map[string]*Field{
		"role": &p.Role, "share": &p.Share, "from": &p.From, "until": &p.Until, "skills": &p.Skills, "works": &p.Works, "sleeps": &p.Sleeps, "holidays": &p.Holidays,
		"takes": &p.Takes, "limits": &p.OnCall,
	}, &p.Error)
	return s.show(c, problem.Status, "member", e.page)
}

// memberWords says in words what holds for a member.
func memberWords(m schedule.MemberEdit) string {
	words := []string{"member"}
	if m.Manager {
		words[0] = "manager"
	}
	words = append(words, fmt.Sprintf("share %d %%", m.Share/(schedule.FullTime/100)))
	if !m.OnCall {
		words = append(words, "takes no part in the rotations")
	}
	for _, x := range []struct{ name, value string }{
		{"from", dateText(m.From)}, {"until", dateText(m.Until)}, {"takes", m.Takes}, {"skills", m.Skills}, {"limits", strings.Trim(m.Limits, "{}")}, {"works", m.Works},
		{"sleeps", m.Sleeps}, {"holidays", m.Holidays},
	} {
		if x.value != "" {
			words = append(words, x.name+" "+x.value)
		}
	}
	return strings.Join(words, "; ") + "."
}

func dateText(d schedule.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// scheduleMember changes a member from a day to come.
func (s *Site) scheduleMember(c echo.Context) error {
	e, err := s.memberEdit(c)
	if err != nil {
		return err
	}
	change := schedule.MemberChange{Team: e.team.ID, Person: e.is.Person, OnCall: c.FormValue("takes_part") != ""}
	if change.From, err = schedule.ParseDate(c.FormValue("from")); err != nil {
		err = &schedule.InvalidError{Field: "from", Reason: "write the day like 2026-12-07"}
	}
	if err == nil {
		place, bad := membership(c, e.team.ID, e.is.Person)
		var invalid *schedule.InvalidError
		if errors.As(bad, &invalid) && invalid.Field == "share" {
			err = bad
		}
		change.Share = place.Share
	}
	if err == nil {
		err = s.Schedule.ScheduleMember(c.Request().Context(), me(e.who), change)
	}
	if err == nil {
		return done(c, fmt.Sprintf("/teams/%d/members/%d", e.team.ID, e.is.Person), "good", "Noted. Plans from that day on follow it.")
	}
	problem := httperr.Of(err)
	if problem.Internal() || len(problem.Fields) == 0 {
		return err
	}
	if err := e.fill(e.is); err != nil {
		return err
	}
	p := &e.page
	p.ChangeFrom.Value, p.ChangeShare.Value, p.ChangeOnCall = c.FormValue("from"), c.FormValue("share"), change.OnCall
	put(problem, map[string]*Field{"from": &p.ChangeFrom, "share": &p.ChangeShare}, &p.Error)
	return s.show(c, problem.Status, "member", e.page)
}

func (s *Site) unscheduleMember(c echo.Context) error {
	e, err := s.memberEdit(c)
	if err != nil {
		return err
	}
	id, err := param(c, "change")
	if err != nil {
		return err
	}
	return answer(c, s.Schedule.UnscheduleMember(c.Request().Context(), me(e.who), e.team.ID, id), fmt.Sprintf("/teams/%d/members/%d", e.team.ID, e.is.Person), "Taken back.")
}
