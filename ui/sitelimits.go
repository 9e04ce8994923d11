package ui

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"watchbill/schedule"
	"watchbill/schedule/holiday"
	"watchbill/schedule/teamfile"

	"github.com/labstack/echo/v4"
)

const limitsTitle = "Limits, points and holidays"

// limits shows a team's limits, points and holidays.
func (s *Site) limits(c echo.Context, e *ruleEdit) error {
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

func (s *Site) saveLimits(c echo.Context, e *ruleEdit) error {
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
	return s.save(c, e, to, map[string]*Field{
		"limits.on_call": &p.OnCall, "limits.rest": &p.Rest, "limits.weekends": &p.Weekends, "limits.holidays": &p.HolidayLimit,
		"points.business": &p.Business, "points.evening": &p.Evening, "points.sleep": &p.Sleep, "points.weekend": &p.Weekend, "points.holiday": &p.Holiday,
		"holidays": &p.AddOne,
	}, "Saved.")
}
