package ui

import (
	"net/http"
	"slices"
	"time"

	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

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
	f.First = today.AddDays(7 - (int(today.Weekday())+6)%7).String() // the next Monday
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
