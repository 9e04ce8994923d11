package ui

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
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
			page.List = append(page.List, s.draftLine(&list[i], zone, names))
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
	o = schedule.DraftOrder{Team: team, Name: c.FormValue("name"), Thaw: c.FormValue("thaw") != ""}
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

// draftOf finds the draft of the path, which must be the team's.
func (s *Site) draftOf(c echo.Context) (Frame, schedule.TeamRecord, schedule.Draft, auth.Who, error) {
	f, team, w, err := s.teamFrame(c, "Draft", "drafts", auth.Publish)
	if err != nil {
		return f, team, schedule.Draft{}, w, err
	}
	id, err := param(c, "draft")
	if err != nil {
		return f, team, schedule.Draft{}, w, err
	}
	d, err := s.Schedule.Store.Draft(c.Request().Context(), id)
	if err == nil && d.Team != team.ID {
		err = fmt.Errorf("draft %d of team %d: %w", id, team.ID, schedule.ErrNotFound)
	}
	return f, team, d, w, err
}

// draft shows one plan before it is published.
func (s *Site) draft(c echo.Context) error {
	return s.draftPage(c, http.StatusOK, func(*Draft) {})
}

func (s *Site) draftPage(c echo.Context, status int, put func(*Draft)) error {
	ctx := c.Request().Context()
	f, team, d, w, err := s.draftOf(c)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(team.Zone)
	if err != nil {
		return err
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	page := Draft{Frame: f, DraftLine: s.draftLine(&d, zone, names), Editable: d.State == schedule.DraftReady}
	page.Zone, page.BrowserZoneNote = team.Zone, false
	if d.State == schedule.DraftFailed {
		page.Mistakes = lineErrors(d.Message)
	}
	plans, err := s.Schedule.Store.Plans(ctx, team.ID)
	if err != nil {
		return err
	}
	if d.Plan != "" {
		planned, plan, err := readPlan(d.Plan)
		if err != nil {
			return err
		}
		page.fill(plan, zone, w.Name)
		if err := s.pins(ctx, &page, &d, plan, names); err != nil {
			return err
		}
		if err := s.against(ctx, &page, &d, planned, plan, plans, names); err != nil {
			return err
		}
	}
	list, err := s.Schedule.Store.Drafts(ctx, team.ID)
	if err != nil {
		return err
	}
	for _, o := range compareChoices(list, len(plans) > 0) {
		if o.Value != itoa(int64(d.ID)) {
			page.Others = append(page.Others, o)
		}
	}
	put(&page)
	return s.show(c, status, "draft", page)
}

// against shows what a ready draft changes about what is published, and for whom.
func (s *Site) against(ctx context.Context, page *Draft, d *schedule.Draft, planned *schedule.Planned, plan *planFile, plans []schedule.Plan, names map[schedule.ID]schedule.Profile) error {
	if d.State != schedule.DraftReady {
		return nil
	}
	if len(plans) > 0 && int64(plans[0].Number) != d.BasedOn {
		page.Editable, page.Overtaken = false, fmt.Sprintf("Plan %d was published since this draft was made, so it cannot be published any more.", plans[0].Number)
		return nil
	}
	page.First = len(plans) == 0
	differences, err := s.Schedule.DraftDifferences(ctx, d, planned)
	if err != nil {
		return err
	}
	why := map[string]string{}
	for _, c := range plan.Changes {
		why[c.ID] = c.Why
	}
	for i := range differences {
		x := &differences[i]
		if x.Was == nil {
			page.New++
			continue
		}
		change := Change{Rotation: upper(string(x.Was.Rotation)), Start: x.Start(), End: x.Was.End, Was: names[x.Was.Person].Name, Why: why[string(x.Was.Slot)]}
		if x.Is != nil {
			change.Will, change.End = names[x.Is.Person].Name, x.Is.End
		}
		if change.Was != change.Will || x.Is == nil || !x.Is.Start.Equal(x.Was.Start) || !x.Is.End.Equal(x.Was.End) {
			page.Changes = append(page.Changes, change)
		}
	}
	for _, a := range schedule.AffectedBy(differences) {
		page.Affected = append(page.Affected, affectedLine(&a, names))
	}
	slices.SortFunc(page.Affected, func(a, b AffectedLine) int { return strings.Compare(a.Name, b.Name) })
	page.Summary = fmt.Sprintf("%d unfilled, %s, largest difference %.1f points", plan.Even.Unfilled, plural(len(page.Changes), "change", "changes"), plan.Even.Largest)
	page.Stale, err = s.stale(ctx, d, names)
	return err
}

// maxNamed is how many shifts of a person are named before the rest is counted.
const maxNamed = 4

func affectedLine(a *schedule.Affected, names map[schedule.ID]schedule.Profile) AffectedLine {
	l := AffectedLine{Name: names[a.Person].Name}
	lines := func(shifts []schedule.Published) (out []ShiftLine, more int) {
		for _, p := range shifts[:min(maxNamed, len(shifts))] {
			out = append(out, ShiftLine{Rotation: upper(string(p.Rotation)), Start: p.Start, End: p.End})
		}
		return out, len(shifts) - len(out)
	}
	l.Loses, l.MoreLost = lines(a.Loses)
	l.Gets, l.MoreGot = lines(a.Gets)
	return l
}

// stale says what has changed since a draft was made that it does not know.
func (s *Site) stale(ctx context.Context, d *schedule.Draft, names map[schedule.ID]schedule.Profile) (string, error) {
	entries, err := s.Schedule.Store.AuditOf(ctx, 0, d.Team, 100)
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		if e.At.After(d.CreatedAt) && (strings.HasPrefix(e.Action, "rules.") || strings.HasPrefix(e.Action, "member.")) {
			return "The rules or the members have changed since this draft was made.", nil
		}
	}
	members, err := s.Schedule.Store.Members(ctx, d.Team)
	if err != nil {
		return "", err
	}
	var ids []schedule.ID
	for _, m := range members {
		ids = append(ids, m.Person)
	}
	leaves, err := s.Schedule.Store.Leaves(ctx, ids)
	if err != nil {
		return "", err
	}
	for _, l := range leaves {
		if l.CreatedAt.After(d.CreatedAt) {
			return names[l.Person].Name + " has entered time off or a wish since this draft was made.", nil
		}
	}
	return "", nil
}

// pins shows what is pinned, and fills the form that pins a shift to somebody.
func (s *Site) pins(ctx context.Context, p *Draft, d *schedule.Draft, plan *planFile, names map[schedule.ID]schedule.Profile) error {
	pinned := map[schedule.SlotID]schedule.ID{}
	if err := json.Unmarshal([]byte(d.Pins), &pinned); err != nil {
		return err
	}
	members, err := s.Schedule.Store.Members(ctx, d.Team)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		return err
	}
	for _, t := range plan.Shifts {
		label := upper(t.Rotation) + ", " + span(t.Start.In(zone), t.End.In(zone), p.Now.In(zone))
		if id := pinned[schedule.SlotID(t.ID)]; id != 0 {
			p.Pinned = append(p.Pinned, PinnedShift{Slot: t.ID, Shift: label, Person: names[id].Name})
		} else if t.Kept == "" || t.Kept == "covered" {
			p.PinShifts = append(p.PinShifts, Option{Value: t.ID, Label: label + ": " + orNobody(t.Person)})
		}
	}
	for i := range p.Weeks {
		p.Weeks[i].pin(plan, pinned)
	}
	for _, m := range members {
		if m.OnCall && names[m.Person].DeactivatedAt.IsZero() {
			p.PinPeople = append(p.PinPeople, Option{Value: itoa(int64(m.Person)), Label: names[m.Person].Name})
		}
	}
	return nil
}

func orNobody(name string) string {
	if name == "" {
		return "nobody"
	}
	return name
}

// pin marks the shifts of a week that are pinned.
func (w *PlanWeek) pin(plan *planFile, pinned map[schedule.SlotID]schedule.ID) {
	for at := range w.Cells {
		for k := range w.Cells[at] {
			cell := &w.Cells[at][k]
			cell.Pinned = slices.ContainsFunc(plan.Shifts, func(t planShift) bool {
				return pinned[schedule.SlotID(t.ID)] != 0 && t.Start.Equal(cell.Start) && t.End.Equal(cell.End) && t.Rotation == plan.Rotations[at] && t.Person == cell.Person
			})
		}
	}
}

// pin plans a draft again with one shift given to somebody.
func (s *Site) pin(c echo.Context) error {
	person, err := strconv.ParseInt(c.FormValue("person"), 10, 64)
	if err != nil || c.FormValue("shift") == "" {
		return s.draftPage(c, http.StatusUnprocessableEntity, func(p *Draft) { p.PinPerson.Error = "Choose a shift and a person." })
	}
	return s.remake(c, "A new draft is being made with the shift pinned; the one before stays.", func(o *schedule.DraftOrder, _ *schedule.Planned, _ *planFile) error {
		o.Pins[schedule.SlotID(c.FormValue("shift"))] = schedule.ID(person)
		return nil
	})
}

// unpin plans a draft again with a shift free that was pinned, or with all of them.
func (s *Site) unpin(c echo.Context) error {
	return s.remake(c, "A new draft is being made without the pin; the one before stays.", func(o *schedule.DraftOrder, _ *schedule.Planned, _ *planFile) error {
		slot := schedule.SlotID(c.FormValue("shift"))
		maps.DeleteFunc(o.Pins, func(s schedule.SlotID, _ schedule.ID) bool { return slot == "" || s == slot })
		return nil
	})
}

func (s *Site) publish(c echo.Context) error {
	_, team, d, w, err := s.draftOf(c)
	if err != nil {
		return err
	}
	_, err = s.Schedule.Publish(c.Request().Context(), me(w), d.ID, c.FormValue("note"))
	if text, ok := refused(err); ok {
		return done(c, fmt.Sprintf("/teams/%d/drafts/%d", team.ID, d.ID), "bad", text)
	}
	return answer(c, err, fmt.Sprintf("/teams/%d/schedule", team.ID), "Published. Calendars follow with their next refresh.")
}

func (s *Site) discard(c echo.Context) error {
	_, team, d, w, err := s.draftOf(c)
	if err != nil {
		return err
	}
	return answer(c, s.Schedule.Discard(c.Request().Context(), me(w), d.ID), fmt.Sprintf("/teams/%d/drafts", team.ID), "Discarded.")
}

// takeOffer plans a draft again with the shifts moved that one of its offers names.
func (s *Site) takeOffer(c echo.Context) error {
	return s.remake(c, "A new draft is being made with those shifts moved; the one before stays.", func(o *schedule.DraftOrder, plan *schedule.Planned, file *planFile) error {
		n, err := strconv.Atoi(c.FormValue("offer"))
		if err != nil || n < 0 || n >= len(file.Offers) {
			return &schedule.InvalidError{Field: "offer", Reason: "choose one of the offers"}
		}
		people := holders(plan, file)
		for _, move := range file.Offers[n].Moves {
			if people[move.Is] != 0 {
				o.Pins[schedule.SlotID(move.ID)] = people[move.Is]
			}
		}
		return nil
	})
}

// holders are the people of a plan by the names that it gives them.
func holders(plan *schedule.Planned, file *planFile) map[string]schedule.ID {
	people := map[string]schedule.ID{}
	for i, t := range file.Shifts {
		if i < len(plan.Shifts) && t.Person != "" {
			people[t.Person] = plan.Shifts[i].Person
		}
	}
	return people
}

// draftAgain makes a draft again: with what is known by now, with the frozen weeks, or
// with ties broken differently.
func (s *Site) draftAgain(c echo.Context) error {
	return s.remake(c, "A new draft is being made; the one before stays.", func(o *schedule.DraftOrder, _ *schedule.Planned, _ *planFile) error {
		o.Thaw = o.Thaw || c.FormValue("thaw") != ""
		if c.FormValue("other") != "" {
			o.Seed++
		}
		return nil
	})
}

// remake asks for a draft like the one of the path, changed.
func (s *Site) remake(c echo.Context, good string, change func(*schedule.DraftOrder, *schedule.Planned, *planFile) error) error {
	_, team, d, w, err := s.draftOf(c)
	if err != nil {
		return err
	}
	o := schedule.DraftOrder{Team: team.ID, From: d.From, Until: d.Until, Name: d.Name, Seed: d.Seed, Seconds: d.Seconds, Thaw: d.Thaw, Pins: map[schedule.SlotID]schedule.ID{}}
	if err := json.Unmarshal([]byte(d.Pins), &o.Pins); err != nil {
		return err
	}
	if o.Pins == nil {
		o.Pins = map[schedule.SlotID]schedule.ID{}
	}
	plan, file := &schedule.Planned{}, &planFile{}
	if d.Plan != "" {
		if plan, file, err = readPlan(d.Plan); err != nil {
			return err
		}
	}
	err = change(&o, plan, file)
	var next schedule.Draft
	if err == nil {
		next, err = s.Schedule.AskDraft(c.Request().Context(), me(w), o)
	}
	if text, bad := refused(err); bad {
		return s.draftPage(c, http.StatusUnprocessableEntity, func(p *Draft) { p.Error = text })
	} else if err != nil {
		return err
	}
	return done(c, fmt.Sprintf("/teams/%d/drafts/%d", team.ID, next.ID), "info", good)
}

// plan shows a version that was published.
func (s *Site) plan(c echo.Context) error {
	ctx := c.Request().Context()
	f, team, w, err := s.teamFrame(c, "Plan", "drafts", auth.Publish)
	if err != nil {
		return err
	}
	number, err := param(c, "plan")
	if err != nil {
		return err
	}
	p, err := s.Schedule.Store.Plan(ctx, team.ID, int(number))
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(team.Zone)
	if err != nil {
		return err
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	_, file, err := readPlan(p.Document)
	if err != nil {
		return err
	}
	line := planLine(&p, zone, names)
	page := Draft{Frame: f, DraftLine: DraftLine{ID: int64(p.Number), Name: fmt.Sprintf("Plan %d", p.Number), From: line.From, To: line.To, State: schedule.DraftPublished, By: line.By, Made: p.PublishedAt}}
	page.Title, page.Zone, page.BrowserZoneNote, page.Published, page.NoteText = page.Name, team.Zone, false, true, p.Note
	page.fill(file, zone, w.Name)
	return s.show(c, http.StatusOK, "draft", page)
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
	for _, team := range f.Teams {
		if !team.Manager {
			continue
		}
		last, err := s.Schedule.Store.LastPlan(ctx, schedule.ID(team.ID))
		if errors.Is(err, schedule.ErrNotFound) {
			continue
		} else if err != nil {
			return nil, err
		}
		list, err := s.Schedule.Store.Drafts(ctx, schedule.ID(team.ID))
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(list, func(d schedule.Draft) bool { return d.CreatedBy == 0 && d.BasedOn == int64(last.Number) })
		if at < 0 || list[at].State != schedule.DraftReady && list[at].State != schedule.DraftFailed {
			continue
		}
		d := &list[at]
		out = append(out, DraftNotice{
			Team: team.Name, Path: fmt.Sprintf("/teams/%d/drafts/%d", team.ID, d.ID), Failed: d.State == schedule.DraftFailed,
			From: d.From.At(schedule.Midnight, zone), To: d.Until.At(schedule.Midnight, zone), Ends: last.Until.AddDays(-1).At(schedule.Midnight, zone),
		})
	}
	return out, nil
}
