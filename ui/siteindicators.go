package ui

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// indicatorMonths is how far back the page looks.
const indicatorMonths = 12

// An indicatorDesk is what the page needs to know of a team.
type indicatorDesk struct {
	*itemDesk
	all []health.IndicatorValue // the last version of each value
}

// indicatorsOf reads what was said of a team, as a page.
func (s *Site) indicatorsOf(c echo.Context, need auth.Action) (*indicatorDesk, *IndicatorPage, error) {
	base, err := s.desk(c, "Indicators", need)
	if err != nil {
		return nil, nil, err
	}
	d, ctx := &indicatorDesk{itemDesk: base}, c.Request().Context()
	versions, err := s.Health.TeamIndicators(ctx, d.team.ID, d.today, indicatorMonths)
	if err != nil {
		return nil, nil, err
	}
	d.all = health.LatestIndicators(versions)
	page := &IndicatorPage{Frame: d.frame, Edit: d.who.May(auth.SetIndicators, auth.Team(int64(d.team.ID)))}
	for _, i := range health.Indicators() {
		card := IndicatorCard{Name: string(i.Name), Title: i.Title, Meaning: i.Meaning, Anchor: i.Anchor}
		for k := range slices.Backward(d.all) {
			if v := &d.all[k]; v.Name == i.Name {
				card.Rows = append(card.Rows, d.line(v, versions, page.Edit))
			}
		}
		page.List = append(page.List, card)
		page.Form.Indicators = append(page.Form.Indicators, Option{string(i.Name), i.Title})
	}
	month := schedule.Date{Year: d.today.Year, Month: d.today.Month, Day: 1}
	for n := range indicatorMonths {
		page.Form.Periods = append(page.Form.Periods, health.IndicatorPeriod{From: month.AddMonths(-n - 1)}.String())
	}
	for n := range 4 {
		page.Form.Periods = append(page.Form.Periods, health.IndicatorPeriod{Week: true, From: health.MondayOf(d.today).AddDays(-7 * (n + 1))}.String())
	}
	page.Form.Period.Value, page.Form.Base = page.Form.Periods[0], "0"
	r, err := s.Health.TeamRetention(ctx, d.team.ID, d.today)
	if page.Retention = "From memberships nothing is computed: " + r.Hidden + "."; r.Hidden == "" {
		page.Retention = fmt.Sprintf("From memberships, as of today: %.0f %% (%d of %d).", 100*r.Share(), r.Kept, r.Then)
	}
	return d, page, err
}

// line is what was said of a period, with what was said before.
func (d *indicatorDesk) line(v *health.IndicatorValue, versions []health.IndicatorValue, edit bool) IndicatorLine {
	l := IndicatorLine{Period: upper(v.Period.Words()), Value: v.Text(), Source: indicatorSources[v.Source], By: d.people[v.By], At: v.At}
	if v.Value == nil {
		l.Value = "withdrawn"
	}
	for i := range slices.Backward(versions) {
		if e := &versions[i]; e.Name == v.Name && e.Period == v.Period && e.Version < v.Version {
			l.Earlier = append(l.Earlier, e.Text())
		}
	}
	if edit {
		l.Href = fmt.Sprintf("/teams/%d/indicators?%s#enter", v.Team, url.Values{"indicator": {string(v.Name)}, "period": {v.Period.String()}}.Encode())
	}
	return l
}

// find returns what was said of a period.
func (d *indicatorDesk) find(name, period string) *health.IndicatorValue {
	p, ok := health.ParseIndicatorPeriod(period)
	k := slices.IndexFunc(d.all, func(v health.IndicatorValue) bool { return ok && string(v.Name) == name && v.Period == p })
	if k < 0 {
		return nil
	}
	return &d.all[k]
}

// indicators shows what was said; with an indicator and a period, to be corrected.
func (s *Site) indicators(c echo.Context) error {
	d, page, err := s.indicatorsOf(c, auth.SeeBurden)
	if err != nil {
		return err
	}
	f := &page.Form
	if v := d.find(c.QueryParam("indicator"), c.QueryParam("period")); v != nil {
		f.Indicator.Value, f.Period.Value, f.Base = string(v.Name), v.Period.String(), strconv.FormatInt(v.Version, 10)
		if v.Value != nil {
			f.Value.Value = strconv.FormatFloat(*v.Value, 'f', -1, 64)
		}
		if v.Whole != 0 {
			f.Of.Value = strconv.FormatFloat(v.Whole, 'f', -1, 64)
		}
	}
	return s.show(c, http.StatusOK, "indicators", page)
}

func (d *indicatorDesk) whence(source string) health.Whence {
	return health.Whence{By: me(d.who), Source: source, Today: d.today}
}

// putIndicator keeps what was typed of one period.
func (s *Site) putIndicator(c echo.Context) error {
	d, page, err := s.indicatorsOf(c, auth.SetIndicators)
	if err != nil {
		return err
	}
	f := &page.Form
	fields := map[string]*Field{"indicator": &f.Indicator, "period": &f.Period, "value": &f.Value, "of": &f.Of}
	for name, field := range fields {
		field.Value = c.FormValue(name)
	}
	f.Base = c.FormValue("base")
	e, err := health.ReadIndicatorEntry(f.Indicator.Value, f.Period.Value, f.Value.Value, f.Of.Value)
	var step health.IndicatorStep
	if err == nil {
		if base, bad := strconv.ParseInt(f.Base, 10, 64); bad == nil { // what is no version is whatever there is
			e.Base = &base
		}
		step, err = s.Health.PutIndicator(c.Request().Context(), d.whence(health.IndicatorByHand), d.team.ID, e)
	}
	status := http.StatusUnprocessableEntity
	if errors.Is(err, schedule.ErrConflict) {
		status, f.Theirs, f.Base = http.StatusConflict, "nothing", "0"
		if v := step.Was; v != nil {
			f.Theirs, f.Base = v.Text(), strconv.FormatInt(v.Version, 10)
		}
	}
	if words, bad := refused(err); bad {
		putError(err, words, fields, &f.Error)
		return s.show(c, status, "indicators", page)
	} else if err != nil {
		return err
	}
	i, _ := health.IndicatorOf(e.Name)
	said := fmt.Sprintf("%s, %s: %s.", i.Title, e.Period.Words(), step.Text())
	if e.Value == nil {
		said = fmt.Sprintf("%s, %s: withdrawn.", i.Title, e.Period.Words())
	}
	return done(c, fmt.Sprintf("/teams/%d/indicators", d.team.ID), "good", said)
}

// putIndicators shows what a table would change, or keeps it.
func (s *Site) putIndicators(c echo.Context) error {
	d, page, err := s.indicatorsOf(c, auth.SetIndicators)
	if err != nil {
		return err
	}
	page.Table.Value = c.FormValue("table")
	if file, bad := c.FormFile("file"); bad == nil && file.Size > 0 {
		body := []byte(nil)
		if file.Size <= health.MaxIndicatorFile {
			if body, err = content(file); err != nil {
				return err
			}
		}
		if page.Table.Value = string(body); len(body) == 0 {
			page.Table.Error = fmt.Sprintf("The file is larger than %d KB; split it, by year for example.", health.MaxIndicatorFile>>10)
			return s.show(c, http.StatusUnprocessableEntity, "indicators", page)
		}
	}
	ctx, keep := c.Request().Context(), c.FormValue("do") == "keep"
	do := s.Health.LookAtIndicators
	if keep {
		do = s.Health.UploadIndicators
	}
	u, err := do(ctx, d.whence(health.IndicatorByCSV), d.team.ID, []byte(page.Table.Value))
	if words, bad := refused(err); bad {
		page.Table.Error = words
		return s.show(c, http.StatusUnprocessableEntity, "indicators", page)
	} else if err != nil {
		return err
	}
	if keep && len(u.Errors) == 0 {
		return done(c, fmt.Sprintf("/teams/%d/indicators", d.team.ID), "good", upper(plural(u.Changes(), "value is", "values are"))+" kept.")
	}
	page.look(u)
	if len(u.Errors) > 0 {
		return s.show(c, http.StatusUnprocessableEntity, "indicators", page)
	}
	return s.show(c, http.StatusOK, "indicators", page)
}

// look shows what a table would change.
func (p *IndicatorPage) look(u *health.IndicatorUpload) {
	for _, e := range u.Errors {
		p.Wrong = append(p.Wrong, IndicatorFault{e.Row, e.Column, upper(e.Wrong), upper(e.Right)})
	}
	p.Same = len(u.Steps) - u.Changes()
	for k := range u.Steps {
		step := &u.Steps[k]
		if !step.Changes() {
			continue
		}
		i, _ := health.IndicatorOf(step.Name)
		l := IndicatorLine{Title: i.Title, Period: upper(step.Period.Words()), Value: step.Text()}
		if step.Was != nil {
			l.Earlier = []string{step.Was.Text()}
		}
		p.Preview = append(p.Preview, l)
	}
}
