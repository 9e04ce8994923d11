package ui

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// organisation shows all teams together, and which of them lie further from the others
// than chance explains.
func (s *Site) organisation(c echo.Context) error {
	w, err := may(c, auth.SeeBurden)
	if err != nil {
		return err
	}
	f, err := s.frame(c, w, "Organisation", "organisation")
	if err != nil {
		return err
	}
	f.Zone, f.BrowserZoneNote = "UTC", false // blocks are days of the calendar, wherever a team is
	page := OrganisationPage{Frame: f, Real: s.Note}
	today := schedule.DateOf(s.Schedule.Now().UTC())
	period, measure, wrong, err := organisationQuery(c, today)
	if err != nil {
		return err
	}
	o, err := s.Burdens.Compare(c.Request().Context(), period, measure)
	if err != nil {
		return err
	}
	page.Wrong = wrong
	page.After, _ = strconv.Atoi(c.QueryParam("after")) // what is no number is the beginning
	page.Fill(o)
	page.link(o, today)
	return s.show(c, http.StatusOK, "organisation", page)
}

// organisationQuery reads what an address asks for. What is wrong is said, and the usual
// shown.
func organisationQuery(c echo.Context, today schedule.Date) (health.ReportPeriod, health.Measure, string, error) {
	p, err := health.OrganisationPeriod(c.QueryParam("from"), c.QueryParam("weeks"), today)
	m, err2 := health.ParseMeasure(c.QueryParam("of"))
	if err = errors.Join(err, err2); err == nil {
		return p, m, "", nil
	}
	invalid, ok := errors.AsType[*schedule.InvalidError](err)
	if !ok {
		return p, m, "", err
	}
	p, err = health.OrganisationPeriod("", "", today)
	return p, health.MeasureWakeups, upper(invalid.Reason) + ". These are wake-ups of the last twelve weeks.", err
}

// link fills in where other periods and measures are.
func (p *OrganisationPage) link(o *health.Organisation, today schedule.Date) {
	last, err := health.OrganisationPeriod("", itoa(int64(o.Period.Weeks)), today)
	usual := err == nil && last == o.Period
	at := func(weeks int, from schedule.Date, of health.Measure) string {
		q := url.Values{"weeks": {itoa(int64(weeks))}}
		if of != health.MeasureWakeups {
			q.Set("of", string(of))
		}
		if from != (schedule.Date{}) {
			q.Set("from", from.String())
		}
		return "?" + q.Encode()
	}
	from := func(weeks int) schedule.Date {
		if usual {
			return schedule.Date{}
		}
		return o.Period.Until().AddDays(-7 * weeks)
	}
	for _, n := range health.PeriodWeeks {
		p.Lengths = append(p.Lengths, PeriodLink{n, "/organisation" + at(n, from(n), o.Measure), n == o.Period.Weeks})
	}
	for _, m := range health.Measures {
		p.Measures = append(p.Measures, MeasureLink{upper(measureShort(m)), "/organisation" + at(o.Period.Weeks, from(o.Period.Weeks), m), m == o.Measure})
	}
	p.Earlier = "/organisation" + at(o.Period.Weeks, o.Period.From.AddDays(-7*o.Period.Weeks), o.Measure)
	if !usual {
		p.Later = "/organisation" + at(o.Period.Weeks, o.Period.Until(), o.Measure)
	}
	here := "/organisation" + at(o.Period.Weeks, from(o.Period.Weeks), o.Measure) + "&after="
	if p.After > 0 {
		p.Found.Back = here + strconv.Itoa(p.After-comparedRows) + "#te-h"
	}
	if p.After+comparedRows < len(o.Teams) {
		p.Found.On = here + strconv.Itoa(p.After+comparedRows) + "#te-h"
	}
	p.CSV = "/api/v1/organisation/health.csv" + at(o.Period.Weeks, o.Period.From, o.Measure)
}
