package ui

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"watchbill/api/auth"
	"watchbill/api/httperr"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// registerDrafts adds how plans are made and published.
func (s *Site) registerDrafts(e *echo.Group) {
	e.GET("/teams/:team/drafts", s.drafts)
	e.POST("/teams/:team/drafts", s.askDraft)
	e.GET("/teams/:team/drafts/compare", s.compare)
	e.GET("/teams/:team/drafts/:draft", s.draft)
	e.POST("/teams/:team/drafts/:draft/pin", s.pin)
	e.POST("/teams/:team/drafts/:draft/unpin", s.unpin)
	e.POST("/teams/:team/drafts/:draft/again", s.draftAgain)
	e.POST("/teams/:team/drafts/:draft/offer", s.takeOffer)
	e.POST("/teams/:team/drafts/:draft/publish", s.publish)
	e.POST("/teams/:team/drafts/:draft/discard", s.discard)
	e.GET("/teams/:team/plans/:plan", s.plan)
}

// draftName is what people call a draft.
func draftName(d *schedule.Draft) string {
	if d.Name != "" {
		return d.Name
	}
	return fmt.Sprintf("Draft %d", d.ID)
}

// failedBriefly is the first thing that is wrong, for a list.
func failedBriefly(message string) string {
	all := lineErrors(message)
	if len(all) == 0 {
		return "It failed."
	}
	if len(all) > 1 {
		return upper(all[0].Text) + fmt.Sprintf(", and %d more.", len(all)-1)
	}
	return upper(all[0].Text) + "."
}

func (s *Site) draftLine(d *schedule.Draft, zone *time.Location, names map[schedule.ID]schedule.Profile) DraftLine {
	l := DraftLine{
		ID: int64(d.ID), Name: draftName(d), From: d.From.At(schedule.Midnight, zone), To: d.Until.At(schedule.Midnight, zone),
		State: d.State, Progress: d.Progress, Step: d.Message, By: names[d.CreatedBy].Name, Made: d.CreatedAt,
	}
	switch d.State {
	case schedule.DraftQueued:
		l.State, l.Step = "computing", "Waits for its turn."
	case schedule.DraftRunning:
		l.State, l.Step = "computing", "Looking for the most even plan within the rules."
	case schedule.DraftFailed:
		l.Step = failedBriefly(d.Message)
	}
	if d.CreatedBy == 0 {
		l.By = "Watchbill"
	}
	return l
}

// drafts lists the drafts of a team and what was published, with the form for another.
func (s *Site) drafts(c echo.Context) error {
	return s.draftsPage(c, http.StatusOK, func(p *Drafts) {
		if from, until := c.QueryParam("from"), c.QueryParam("until"); from != "" && until != "" {
			p.From.Value, p.Until.Value = from, until
		}
	})
}

func (s *Site) draftsPage(c echo.Context, status int, put func(*Drafts)) error {
	ctx := c.Request().Context()
	f, team, _, err := s.teamFrame(c, "Drafts", "drafts", auth.Publish)
	if err != nil {
		return err
	}
	page := Drafts{Frame: f}
	zone, err := time.LoadLocation(team.Zone)
	if err != nil {
		return err
	}
	page.Zone, page.BrowserZoneNote = team.Zone, false
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	list, err := s.Schedule.Store.Drafts(ctx, team.ID)
	if err != nil {
		return err
	}
	for i := range list {
		if list[i].State != schedule.DraftDiscarded && list[i].State != schedule.DraftPublished {
			line := s.draftLine(&list[i], zone, names)
			line.Name = numbered(&list[i])
			page.List = append(page.List, line)
		}
	}
	plans, err := s.Schedule.Store.Plans(ctx, team.ID)
	if err != nil {
		return err
	}
	for i := range plans {
		page.Plans = append(page.Plans, planLine(&plans[i], zone, names))
	}
	page.Choices = compareChoices(list, len(plans) > 0)
	today := schedule.DateOf(f.Now.In(zone))
	page.Periods = periods(&team, plans, today)
	page.From.Value, page.Until.Value = page.Periods[0].From, page.Periods[0].Until
	if team.FrozenWeeks > 0 && len(plans) > 0 {
		page.FrozenUntil = today.AddDays(7*team.FrozenWeeks).At(schedule.Midnight, zone)
	}
	put(&page)
	return s.show(c, status, "drafts", page)
}

func planLine(p *schedule.Plan, zone *time.Location, names map[schedule.ID]schedule.Profile) PlanLine {
	l := PlanLine{Number: p.Number, From: p.From.At(schedule.Midnight, zone), To: p.Until.At(schedule.Midnight, zone), By: names[p.PublishedBy].Name, When: p.PublishedAt, Note: p.Note}
	if l.By == "" {
		l.By = "Watchbill"
	}
	return l
}

// periods are what a draft would mostly be for: what follows the published plans,
// those again that have not ended, and at first the team's horizon.
func periods(team *schedule.TeamRecord, plans []schedule.Plan, today schedule.Date) []Period {
	one := func(label string, from, until schedule.Date) Period {
		return Period{Label: label, From: from.String(), Until: until.AddDays(-1).String()}
	}
	if len(plans) == 0 {
		from := today.AddDays((8 - int(today.Weekday())) % 7)
		return []Period{one("The first plan", from, from.AddDays(7*max(team.HorizonWeeks, 13)))}
	}
	last := plans[0]
	next := last.Until
	if next.Before(today) {
		next = today // nobody has planned for a while
	}
	all := []Period{one("Go on after the last plan", last.Until, next.AddDays(last.Until.DaysSince(last.From)))}
	seen := map[schedule.Date]bool{}
	for _, p := range plans {
		if today.Before(p.Until) && !seen[p.From] && len(all) < 4 {
			seen[p.From] = true
			all = append(all, one("Again from "+p.From.At(schedule.Midnight, time.UTC).Format("2 Jan 2006"), p.From, last.Until))
		}
	}
	return all
}

// order reads what a draft is wanted for.
func order(c echo.Context, team schedule.ID) (o schedule.DraftOrder, err error) {
	o = schedule.DraftOrder{Team: team, Once: true, Name: c.FormValue("name"), Thaw: c.FormValue("thaw") != ""}
	if o.From, o.Until, err = formDays(c); err != nil {
		return o, err
	}
	if text := c.FormValue("seconds"); text != "" {
		if o.Seconds, err = strconv.Atoi(text); err != nil || o.Seconds < 1 {
			return o, &schedule.InvalidError{Field: "seconds", Reason: fmt.Sprintf("%q is no number of seconds; write one from 1 to 60", text)}
		}
	}
	if text := c.FormValue("seed"); text != "" {
		if o.Seed, err = strconv.ParseInt(text, 10, 64); err != nil || o.Seed < 1 {
			return o, &schedule.InvalidError{Field: "seed", Reason: fmt.Sprintf("%q is no number, like 2", text)}
		}
	}
	return o, nil
}

func (s *Site) askDraft(c echo.Context) error {
	_, team, w, err := s.teamFrame(c, "Drafts", "drafts", auth.Publish)
	if err != nil {
		return err
	}
	o, err := order(c, team.ID)
	var d schedule.Draft
	if err == nil {
		d, err = s.Schedule.AskDraft(c.Request().Context(), me(w), o)
	}
	if err == nil {
		return c.Redirect(http.StatusSeeOther, fmt.Sprintf("/teams/%d/drafts/%d", team.ID, d.ID))
	}
	problem := httperr.Of(err)
	if problem.Internal() || len(problem.Fields) == 0 {
		return err
	}
	return s.draftsPage(c, problem.Status, func(p *Drafts) {
		p.From.Value, p.Until.Value, p.Name.Value = c.FormValue("from"), c.FormValue("until"), c.FormValue("name")
		p.Seconds.Value, p.Seed.Value, p.Thaw = c.FormValue("seconds"), c.FormValue("seed"), o.Thaw
		put(problem, map[string]*Field{"from": &p.From, "until": &p.Until, "name": &p.Name, "seconds": &p.Seconds, "seed": &p.Seed}, &p.Error)
	})
}

// formDays reads from and until of a form, the last day included there and not here.
func formDays(c echo.Context) (from, until schedule.Date, err error) {
	if from, err = schedule.ParseDate(c.FormValue("from")); err != nil {
		return from, until, &schedule.InvalidError{Field: "from", Reason: "write the first day like 2026-12-07"}
	}
	if until, err = schedule.ParseDate(c.FormValue("until")); err != nil {
		return from, until, &schedule.InvalidError{Field: "until", Reason: "write the last day like 2027-06-06"}
	}
	return from, until.AddDays(1), nil
}

// draftNotices are the drafts that the program has made for the reader's teams and
// that nobody has decided about.
func (s *Site) draftNotices(ctx context.Context, f *Frame) ([]DraftNotice, error) {
	var out []DraftNotice
	// Days are days: they must not slip on the reader's clock.
	zone, err := time.LoadLocation(f.Zone)
	if err != nil {
		return nil, err
	}
	names := map[schedule.ID]string{}
	for _, team := range f.Teams {
		if team.Manager {
			names[schedule.ID(team.ID)] = team.Name
		}
	}
	drafts, err := s.Schedule.Store.DraftsAhead(ctx, slices.Sorted(maps.Keys(names)))
	if err != nil {
		return nil, err
	}
	for i := range drafts {
		d := &drafts[i]
		if d.State != schedule.DraftReady && d.State != schedule.DraftFailed {
			continue
		}
		from := d.From.At(schedule.Midnight, zone)
		out = append(out, DraftNotice{
			Team: names[d.Team], Path: fmt.Sprintf("/teams/%d/drafts/%d", d.Team, d.ID), Failed: d.State == schedule.DraftFailed,
			From: from, To: d.Until.At(schedule.Midnight, zone), Ends: d.From.AddDays(-1).At(schedule.Midnight, zone),
		})
	}
	return out, nil
}
