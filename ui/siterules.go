package ui

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchbill/api/auth"
	"watchbill/schedule"
	"watchbill/schedule/holiday"
	"watchbill/schedule/teamfile"

	"github.com/labstack/echo/v4"
)

// registerRules adds the forms of a team's rules and members.
func (s *Site) registerRules(e *echo.Group) {
	e.GET("/teams/:team/settings/rotations/:rotation", s.rotation)
	e.POST("/teams/:team/settings/rotations/:rotation", s.saveRotation)
	e.POST("/teams/:team/settings/rotations/:rotation/remove", s.removeRotation)
	e.GET("/teams/:team/settings/limits", s.limits)
	e.POST("/teams/:team/settings/limits", s.saveLimits)
	e.POST("/teams/:team/settings/rules/:rules/remove", s.removeRules)
	e.GET("/teams/:team/members/:person", s.member)
	e.POST("/teams/:team/members/:person/changes", s.scheduleMember)
	e.POST("/teams/:team/members/:person/changes/:change/remove", s.unscheduleMember)
}

// A ruleset is the rules that a page shows or a form changes.
type ruleset struct {
	schedule.TeamRules
	all   []schedule.TeamRules
	today schedule.Date
}

// from is the day from which a change of them holds mostly.
func (r *ruleset) from() schedule.Date {
	if r.From.After(r.today) {
		return r.From
	}
	return r.today
}

// ruleset finds the rules that a request names, or those of today.
func (s *Site) ruleset(ctx context.Context, team *schedule.TeamRecord, name string) (r ruleset, err error) {
	zone, err := time.LoadLocation(team.Zone)
	if err != nil {
		return r, err
	}
	r.today = schedule.DateOf(s.Schedule.Now().In(zone))
	if r.all, err = s.Schedule.Store.Rules(ctx, team.ID); err != nil {
		return r, err
	}
	if name == "" {
		r.TeamRules, err = s.Schedule.RulesOn(ctx, team.ID, r.today)
	} else {
		id, _ := strconv.ParseInt(name, 10, 64)
		at := slices.IndexFunc(r.all, func(x schedule.TeamRules) bool { return int64(x.ID) == id })
		if at < 0 {
			return r, fmt.Errorf("rules %q: %w", name, schedule.ErrNotFound)
		}
		r.TeamRules = r.all[at]
	}
	r.Source = teamfile.Named(r.Source, team.Name, team.Zone)
	return r, err
}

// sets lists what holds from when.
func (r *ruleset) sets(zone *time.Location, names map[schedule.ID]schedule.Profile) []RuleSet {
	var out []RuleSet
	now := -1
	for i, x := range r.all {
		if i == 0 || !x.From.After(r.today) {
			now = i
		}
	}
	for i, x := range r.all {
		out = append(out, RuleSet{
			ID: int64(x.ID), From: x.From.At(schedule.Midnight, zone), Now: i == now, Past: i < now, Shown: x.ID == r.ID, Saved: x.CreatedAt, By: names[x.CreatedBy].Name,
			CanDrop: i > 0 && x.From.After(r.today),
		})
	}
	return out
}

// duties are the rotations in words.
func duties(text *teamfile.RulesText) []Duty {
	var out []Duty
	for i, r := range text.Rotations {
		p := teamfile.PartsOfHandover(r.Handover)
		words := "Hands over " + r.Handover
		switch p.Kind {
		case teamfile.HandoverWeekly:
			words = "Hands over every " + p.Day + " at " + p.At
		case teamfile.HandoverTwice:
			words = "Hands over on " + p.Day + " at " + p.At + " and " + p.Day2 + " at " + p.At2
		case teamfile.HandoverDaily:
			words = "Hands over every day at " + p.At
		case teamfile.HandoverDays:
			words = "Hands over every " + p.N + " days at " + p.At
		case teamfile.HandoverHours:
			words = "Hands over every " + p.N + " hours from " + p.At
		}
		if len(r.Covers) == 0 {
			words += " · all hours"
		} else {
			words += " · " + strings.Join(strings.Split(teamfile.CoverLines(r.Covers), "\n"), ", ")
		}
		if r.People != "" && r.People != "1" {
			words += " · " + r.People + " people at once"
		}
		if r.Weight != "" && r.Weight != "1" {
			words += " · weighs " + r.Weight
		}
		if len(r.Skills) > 0 {
			words += " · needs " + strings.Join(r.Skills, ", ")
		}
		if r.HolidayShifts == "true" {
			words += " · holidays are shifts of their own"
		}
		out = append(out, Duty{N: i + 1, Name: upper(r.Name), Words: words})
	}
	return out
}

// A ruleEdit is a form about rules at work.
type ruleEdit struct {
	frame Frame
	team  schedule.TeamRecord
	who   auth.Who
	rules ruleset
	text  teamfile.RulesText // of what is changed
	base  string
	page  RuleForm
}

// ruleEdit begins with the rules that are stored or, for a form that was sent, with
// the text that it was drawn from.
func (s *Site) ruleEdit(c echo.Context, title string) (e ruleEdit, err error) {
	if e.frame, e.team, e.who, err = s.teamFrame(c, title, "team", auth.EditTeam); err != nil {
		return e, err
	}
	if e.rules, err = s.ruleset(c.Request().Context(), &e.team, c.FormValue("rules_id")); err != nil {
		return e, err
	}
	e.base = strings.ReplaceAll(c.FormValue("base"), "\r\n", "\n")
	if e.base == "" || c.Request().Method == http.MethodGet {
		e.base = e.rules.Source
	}
	if e.text, err = teamfile.ReadRules(e.base); err != nil {
		return e, &schedule.InvalidError{Field: "rules", Reason: err.Error()}
	}
	e.page = RuleForm{Frame: e.frame, Base: e.base, RulesID: int64(e.rules.ID), From: Field{Value: e.rules.from().String()}, Days: weekdayOptions}
	if text := c.FormValue("from"); text != "" {
		e.page.From.Value = text
	}
	return e, nil
}

// aProblem is a mistake of a team file with the key it is about.
var aProblem = regexp.MustCompile(`^((?:[a-z_]+(?:\[\d+\])?\.)*)([a-z_]+)(?:\[\d+\])?(?: [^:]*)?: (.*)$`)

// save stores a change of rules, or shows the form again with what is wrong.
func (s *Site) save(c echo.Context, e *ruleEdit, to teamfile.RulesText, fields map[string]*Field, good string) error {
	ctx := c.Request().Context()
	source, err := teamfile.EditRules(e.base, to)
	from, dayErr := schedule.ParseDate(e.page.From.Value)
	if dayErr != nil {
		e.page.From.Error = "Write the day like 2026-12-07."
		return s.show(c, http.StatusUnprocessableEntity, "rules", e.page)
	}
	if err == nil {
		err = s.Schedule.ChangeRules(ctx, me(e.who), e.change(from, source))
	}
	var invalid *schedule.InvalidError
	switch {
	case err == nil:
		return done(c, fmt.Sprintf("/teams/%d/settings#duties", e.team.ID), "good", good+" It holds from "+from.At(schedule.Midnight, time.UTC).Format("2 Jan 2006")+".")
	case errors.Is(err, teamfile.ErrKeepText):
		e.page.Error = upper(err.Error()) + "."
	case errors.Is(err, schedule.ErrConflict):
		return s.conflict(c, e, from, source)
	case errors.As(err, &invalid) && invalid.Field == "from":
		e.page.From.Error = upper(invalid.Reason) + "."
	case errors.As(err, &invalid):
		e.page.explain(invalid.Reason, fields)
	default:
		return err
	}
	return s.show(c, http.StatusUnprocessableEntity, "rules", e.page)
}

func (e *ruleEdit) change(from schedule.Date, source string) schedule.RulesChange {
	change := schedule.RulesChange{Team: e.team.ID, From: from, Source: source, Base: e.base}
	if e.rules.From.After(e.rules.today) && e.rules.ID != e.rules.all[0].ID {
		change.Moved = e.rules.ID
	}
	// What is stored may have an older name of the team in it.
	if at := slices.IndexFunc(e.rules.all, func(r schedule.TeamRules) bool { return r.ID == e.rules.ID }); at >= 0 && e.rules.Source == e.base {
		change.Base = e.rules.all[at].Source
	}
	return change
}

// explain puts what is wrong beside the fields it is about, and the rest above.
func (p *RuleForm) explain(text string, fields map[string]*Field) {
	for _, bad := range lineErrors(text) {
		m := aProblem.FindStringSubmatch(bad.Text)
		if m != nil && fields[m[1]+m[2]] != nil {
			fields[m[1]+m[2]].Error = upper(m[3]) + "."
			continue
		}
		if m != nil {
			bad.Text = upper(m[3]) + "."
		}
		p.Errors = append(p.Errors, LineError{Text: bad.Text})
	}
}

// conflict shows both versions when somebody else was faster.
func (s *Site) conflict(c echo.Context, e *ruleEdit, from schedule.Date, mine string) error {
	ctx := c.Request().Context()
	now, err := s.ruleset(ctx, &e.team, "")
	if err != nil {
		return err
	}
	if holds, err := s.Schedule.RulesOn(ctx, e.team.ID, from); err == nil {
		now.TeamRules = holds
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	page := Conflict{
		Frame: e.frame, Theirs: now.Source, Mine: mine, By: names[now.CreatedBy].Name, When: now.CreatedAt, From: Field{Value: from.String()},
		RulesID: int64(now.ID), Lines: differences(now.Source, mine),
	}
	page.Title = "Changed twice"
	return s.show(c, http.StatusConflict, "conflict", page)
}

// maxDiff bounds the lines that are compared one by one.
const maxDiff = 1500

// differences compares two texts by line.
func differences(theirs, mine string) []DiffLine {
	a, b := strings.Split(strings.TrimRight(theirs, "\n"), "\n"), strings.Split(strings.TrimRight(mine, "\n"), "\n")
	if len(a) > maxDiff || len(b) > maxDiff {
		return nil
	}
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var out []DiffLine
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, DiffLine{"", a[i]})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			out = append(out, DiffLine{"theirs", a[i]})
			i++
		default:
			out = append(out, DiffLine{"mine", b[j]})
			j++
		}
	}
	return out
}

// rotationAt finds the rotation of the path: its place, or "new".
func (e *ruleEdit) rotationAt(c echo.Context) (int, error) {
	if c.Param("rotation") == "new" {
		e.page.IsNew = true
		return len(e.text.Rotations), nil
	}
	n, err := param(c, "rotation")
	if err != nil || int(n) > len(e.text.Rotations) {
		return 0, fmt.Errorf("rotation %q: %w", c.Param("rotation"), schedule.ErrNotFound)
	}
	return int(n) - 1, nil
}

func (s *Site) rotation(c echo.Context) error {
	e, err := s.ruleEdit(c, "Rotation")
	if text, bad := refused(err); bad {
		return done(c, fmt.Sprintf("/teams/%d/settings#rules", e.team.ID), "bad", text)
	} else if err != nil {
		return err
	}
	at, err := e.rotationAt(c)
	if err != nil {
		return err
	}
	r := teamfile.RotationText{Handover: "Mon 09:00"}
	if !e.page.IsNew {
		r = e.text.Rotations[at]
	}
	e.page.fillRotation(&r)
	e.page.place(c, &e.team, len(e.text.Rotations))
	return s.show(c, http.StatusOK, "rules", e.page)
}

// place says where the form of a rotation posts.
func (p *RuleForm) place(c echo.Context, team *schedule.TeamRecord, all int) {
	p.Kind, p.Action = "rotation", fmt.Sprintf("/teams/%d/settings/rotations/%s", team.ID, c.Param("rotation"))
	p.CanRemove = !p.IsNew && all > 1
}

func (p *RuleForm) fillRotation(r *teamfile.RotationText) {
	h := teamfile.PartsOfHandover(r.Handover)
	p.Handover = HandoverForm{Kind: h.Kind, WeeklyDay: "Mon", WeeklyAt: "09:00", Day1: "Mon", At1: "09:00", Day2: "Fri", At2: "17:00", DailyAt: "09:00", DaysN: "14", DaysAt: "09:00", HoursN: "12", HoursAt: "08:00"}
	switch h.Kind {
	case teamfile.HandoverWeekly:
		p.Handover.WeeklyDay, p.Handover.WeeklyAt = h.Day, h.At
	case teamfile.HandoverTwice:
		p.Handover.Day1, p.Handover.At1, p.Handover.Day2, p.Handover.At2 = h.Day, h.At, h.Day2, h.At2
	case teamfile.HandoverDaily:
		p.Handover.DailyAt = h.At
	case teamfile.HandoverDays:
		p.Handover.DaysN, p.Handover.DaysAt = h.N, h.At
	case teamfile.HandoverHours:
		p.Handover.HoursN, p.Handover.HoursAt = h.N, h.At
	default:
		p.Handover.Text = r.Handover
	}
	p.Name.Value, p.Covers.Value, p.People.Value, p.Weight.Value = r.Name, teamfile.CoverLines(r.Covers), r.People, r.Weight
	p.Skills.Value, p.Pool.Value, p.ZoneName.Value, p.First.Value, p.Last.Value = strings.Join(r.Skills, ", "), r.Pool, r.Zone, r.First, r.Last
	p.HolidayShifts = r.HolidayShifts == "true"
}

// list splits what a person wrote with commas or on lines.
func list(text string) []string {
	var out []string
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == '\n' || r == '\r' }) {
		if part = strings.Join(strings.Fields(part), " "); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// handover reads the fields of a hand-over.
func handover(c echo.Context) (HandoverForm, teamfile.HandoverParts) {
	v := c.FormValue
	f := HandoverForm{
		Kind: v("handover"), WeeklyDay: v("weekly_day"), WeeklyAt: v("weekly_at"), Day1: v("day1"), At1: v("at1"), Day2: v("day2"), At2: v("at2"),
		DailyAt: v("daily_at"), DaysN: v("days_n"), DaysAt: v("days_at"), HoursN: v("hours_n"), HoursAt: v("hours_at"), Text: v("handover_text"),
	}
	p := teamfile.HandoverParts{Kind: f.Kind, Text: f.Text}
	switch f.Kind {
	case teamfile.HandoverWeekly:
		p.Day, p.At = f.WeeklyDay, f.WeeklyAt
	case teamfile.HandoverTwice:
		p.Day, p.At, p.Day2, p.At2 = f.Day1, f.At1, f.Day2, f.At2
	case teamfile.HandoverDaily:
		p.At = f.DailyAt
	case teamfile.HandoverDays:
		p.N, p.At = f.DaysN, f.DaysAt
	case teamfile.HandoverHours:
		p.N, p.At = f.HoursN, f.HoursAt
	}
	return f, p
}

func (s *Site) saveRotation(c echo.Context) error {
	e, err := s.ruleEdit(c, "Rotation")
	if text, bad := refused(err); bad {
		return done(c, fmt.Sprintf("/teams/%d/settings#rules", e.team.ID), "bad", text)
	} else if err != nil {
		return err
	}
	at, err := e.rotationAt(c)
	if err != nil {
		return err
	}
	r := teamfile.RotationText{
		Name: strings.Join(strings.Fields(c.FormValue("name")), " "), Covers: teamfile.CoversOf(c.FormValue("covers")), People: strings.TrimSpace(c.FormValue("people")),
		Weight: strings.TrimSpace(c.FormValue("weight")), Skills: list(c.FormValue("skills")), Pool: strings.TrimSpace(c.FormValue("pool")),
		Zone: strings.TrimSpace(c.FormValue("zone")), First: c.FormValue("first"), Last: c.FormValue("last"),
	}
	form, parts := handover(c)
	r.Handover = parts.String()
	var was teamfile.RotationText
	if !e.page.IsNew {
		was = e.text.Rotations[at]
	}
	if c.FormValue("holiday_shifts") != "" {
		r.HolidayShifts = "true"
	} else if was.HolidayShifts == "false" {
		r.HolidayShifts = "false"
	}
	if teamfile.PartsOfHandover(was.Handover).String() == r.Handover {
		r.Handover = was.Handover // however it is written
	}
	e.page.fillRotation(&r)
	e.page.Handover = form
	e.page.place(c, &e.team, len(e.text.Rotations))
	to := e.text
	to.Rotations = slices.Clone(e.text.Rotations)
	if e.page.IsNew {
		to.Rotations = append(to.Rotations, r)
	} else {
		to.Rotations[at] = r
	}
	if r.Name == "" {
		e.page.Name.Error = "A rotation needs a name, like primary."
		return s.show(c, http.StatusUnprocessableEntity, "rules", e.page)
	}
	prefix := fmt.Sprintf("rotations[%d].", at)
	p := &e.page
	fields := map[string]*Field{
		prefix + "name": &p.Name, prefix + "handover": &p.HandoverError, prefix + "covers": &p.Covers, prefix + "people": &p.People, prefix + "weight": &p.Weight,
		prefix + "skills": &p.Skills, prefix + "pool": &p.Pool, prefix + "zone": &p.ZoneName, prefix + "first": &p.First, prefix + "last": &p.Last,
	}
	return s.save(c, &e, to, fields, "The rotation is saved.")
}

func (s *Site) removeRotation(c echo.Context) error {
	e, err := s.ruleEdit(c, "Rotation")
	if text, bad := refused(err); bad {
		return done(c, fmt.Sprintf("/teams/%d/settings#rules", e.team.ID), "bad", text)
	} else if err != nil {
		return err
	}
	at, err := e.rotationAt(c)
	if err != nil || e.page.IsNew {
		return fmt.Errorf("rotation %q: %w", c.Param("rotation"), schedule.ErrNotFound)
	}
	e.page.fillRotation(&e.text.Rotations[at])
	e.page.place(c, &e.team, len(e.text.Rotations))
	to := e.text
	to.Rotations = slices.Delete(slices.Clone(e.text.Rotations), at, at+1)
	if len(to.Rotations) == 0 {
		e.page.Error = "A team needs at least one rotation. Change this one, or add another first."
		return s.show(c, http.StatusUnprocessableEntity, "rules", e.page)
	}
	return s.save(c, &e, to, nil, "The rotation is gone; shifts that are published stay until the next plan.")
}

// limits shows a team's limits, points and holidays.
func (s *Site) limits(c echo.Context) error {
	e, err := s.ruleEdit(c, "Limits, points and holidays")
	if text, bad := refused(err); bad {
		return done(c, fmt.Sprintf("/teams/%d/settings#rules", e.team.ID), "bad", text)
	} else if err != nil {
		return err
	}
	e.page.fillLimits(&e.text, &e.team)
	return s.show(c, http.StatusOK, "rules", e.page)
}

func (p *RuleForm) fillLimits(t *teamfile.RulesText, team *schedule.TeamRecord) {
	p.Kind, p.Action = "limits", fmt.Sprintf("/teams/%d/settings/limits", team.ID)
	p.OnCall.Value, p.Rest.Value = strings.Join(t.Limits.OnCall, "\n"), t.Limits.Rest
	p.Weekends.Value, p.HolidayLimit.Value = strings.Join(t.Limits.Weekends, ", "), strings.Join(t.Limits.Holidays, ", ")
	p.Business.Value, p.Evening.Value, p.Sleep.Value, p.Weekend.Value, p.Holiday.Value = t.Points.Business, t.Points.Evening, t.Points.Sleep, t.Points.Weekend, t.Points.Holiday
	p.ShareHolidays = t.ShareHolidays != "false"
	p.Holidays = nil
	for _, code := range t.Holidays {
		p.Holidays = append(p.Holidays, Option{Value: code, Label: holiday.Name(code)})
	}
	p.Regions = regionOptions("None")
}

func (s *Site) saveLimits(c echo.Context) error {
	e, err := s.ruleEdit(c, "Limits, points and holidays")
	if text, bad := refused(err); bad {
		return done(c, fmt.Sprintf("/teams/%d/settings#rules", e.team.ID), "bad", text)
	} else if err != nil {
		return err
	}
	form, err := c.FormParams()
	if err != nil {
		return err
	}
	to := e.text
	value := func(name string) string { return strings.TrimSpace(c.FormValue(name)) }
	to.Limits = teamfile.LimitsText{OnCall: list(value("on_call")), Rest: value("rest"), Weekends: list(value("weekends")), Holidays: list(value("holiday_limit"))}
	to.Points = teamfile.PointsText{Business: value("business"), Evening: value("evening"), Sleep: value("sleep"), Weekend: value("weekend"), Holiday: value("holiday")}
	to.Holidays = nil
	for _, code := range append(slices.Clone(form["holidays"]), value("add")) {
		if code != "" && !slices.Contains(to.Holidays, code) {
			to.Holidays = append(to.Holidays, code)
		}
	}
	switch shared := c.FormValue("share_holidays") != ""; {
	case !shared:
		to.ShareHolidays = "false"
	case e.text.ShareHolidays == "false":
		to.ShareHolidays = "true"
	}
	p := &e.page
	p.fillLimits(&to, &e.team)
	return s.save(c, &e, to, map[string]*Field{
		"limits.on_call": &p.OnCall, "limits.rest": &p.Rest, "limits.weekends": &p.Weekends, "limits.holidays": &p.HolidayLimit,
		"points.business": &p.Business, "points.evening": &p.Evening, "points.sleep": &p.Sleep, "points.weekend": &p.Weekend, "points.holiday": &p.Holiday,
		"holidays": &p.AddOne,
	}, "Saved.")
}

// removeRules takes rules back that do not hold yet.
func (s *Site) removeRules(c echo.Context) error {
	return s.managed(c, "Taken back. What held before goes on.", func(w auth.Who, team schedule.TeamRecord) error {
		id, err := param(c, "rules")
		if err != nil {
			return err
		}
		return s.Schedule.RemoveRules(c.Request().Context(), me(w), team.ID, id)
	})
}
