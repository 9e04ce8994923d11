package ui

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"watchbill/schedule"
	"watchbill/schedule/teamfile"

	"github.com/labstack/echo/v4"
)

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

func (s *Site) rotation(c echo.Context, e *ruleEdit) error {
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

func (s *Site) saveRotation(c echo.Context, e *ruleEdit) error {
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
	return s.save(c, e, to, fields, "The rotation is saved.")
}

func (s *Site) removeRotation(c echo.Context, e *ruleEdit) error {
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
	return s.save(c, e, to, nil, "The rotation is gone; shifts that are published stay until the next plan.")
}
