package ui

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchbill/api/auth"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// A planFile is what the page of a draft reads of a watchbill-plan/1 document.
type planFile struct {
	From      schedule.Date
	Until     schedule.Date
	Rotations []string
	Shifts    []planShift
	People    []struct {
		Name                 string
		Days                 float64
		Weekends, Holidays   int
		Points, Share, After float64
		FullTime             string `json:"full_time"`
	}
	Holidays []struct {
		Date   schedule.Date
		Name   string
		People []string
	}
	Even struct {
		Largest  float64
		Proven   bool
		Unfilled int
		Text     string
	}
	Unfilled []struct {
		Slots   []string
		Reasons []string
		Text    string
	}
	Remedies []struct{ Text string }
	Changes  []struct {
		ID, Was, Is string
	}
	Warnings []string
}

type planShift struct {
	ID, Rotation, Person string
	Start, End           time.Time
	Kept                 string
}

// readPlan reads what is stored of a plan.
func readPlan(text string) (*schedule.Planned, *planFile, error) {
	var planned schedule.Planned
	if err := json.Unmarshal([]byte(text), &planned); err != nil {
		return nil, nil, fmt.Errorf("plan: %w", err)
	}
	var f planFile
	if err := json.Unmarshal([]byte(planned.Document), &f); err != nil {
		return nil, nil, fmt.Errorf("plan: %w", err)
	}
	return &planned, &f, nil
}

// holidays lists each day on which somebody has a public holiday once, under the
// name that most of those who have it know it by.
func (f *planFile) holidays(zone *time.Location) []Holiday {
	var out []Holiday
	people := 0
	for _, h := range f.Holidays {
		n := len(h.People)
		if n == 0 {
			n = len(f.People) // nobody named is everybody
		}
		start := h.Date.At(schedule.Midnight, zone)
		if last := len(out) - 1; last >= 0 && out[last].Start.Equal(start) {
			if n > people {
				out[last].Name, people = h.Name, n
			}
			continue
		}
		people = n
		out = append(out, Holiday{Name: h.Name, Start: start, End: h.Date.AddDays(1).At(schedule.Midnight, zone)})
	}
	return out
}

func (s *Site) draftLine(d *schedule.Draft, zone *time.Location, names map[schedule.ID]schedule.Profile) DraftLine {
	l := DraftLine{
		ID: int64(d.ID), Name: fmt.Sprintf("Draft %d", d.ID), From: d.From.At(schedule.Midnight, zone), To: d.Until.At(schedule.Midnight, zone),
		State: d.State, Progress: d.Progress, Step: d.Message, By: names[d.CreatedBy].Name, Made: d.CreatedAt,
	}
	if d.State == schedule.DraftQueued || d.State == schedule.DraftRunning {
		l.State = "computing"
	}
	if d.CreatedBy == 0 {
		l.By = "Watchbill"
	}
	return l
}

// drafts lists the drafts of a team, with the form for another.
func (s *Site) drafts(c echo.Context) error {
	return s.draftsPage(c, http.StatusOK, func(*Drafts) {})
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
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	list, err := s.Schedule.Store.Drafts(ctx, team.ID)
	if err != nil {
		return err
	}
	for i := range list {
		if list[i].State != schedule.DraftDiscarded {
			page.List = append(page.List, s.draftLine(&list[i], zone, names))
		}
	}
	from, until, err := s.proposal(ctx, team, zone)
	if err != nil {
		return err
	}
	page.From.Value, page.Until.Value = from.String(), until.AddDays(-1).String()
	put(&page)
	return s.show(c, status, "drafts", page)
}

// proposal is the period that a draft would mostly be for: what follows the
// published plan, or the team's horizon from the next Monday.
func (s *Site) proposal(ctx context.Context, team schedule.TeamRecord, zone *time.Location) (from, until schedule.Date, err error) {
	last, err := s.Schedule.Store.LastPlan(ctx, team.ID)
	if err == nil {
		return last.Until, last.Until.AddDays(last.Until.DaysSince(last.From)), nil
	}
	if !errors.Is(err, schedule.ErrNotFound) {
		return from, until, err
	}
	today := schedule.DateOf(s.Schedule.Now().In(zone))
	from = today.AddDays((8 - int(today.Weekday())) % 7)
	return from, from.AddDays(7 * max(team.HorizonWeeks, 13)), nil
}

func (s *Site) askDraft(c echo.Context) error {
	_, team, w, err := s.teamFrame(c, "Drafts", "drafts", auth.Publish)
	if err != nil {
		return err
	}
	from, until, err := formDays(c)
	var d schedule.Draft
	if err == nil {
		d, err = s.Schedule.AskDraft(c.Request().Context(), me(w), schedule.DraftOrder{Team: team.ID, From: from, Until: until})
	}
	if text, ok := refused(err); ok {
		return s.draftsPage(c, http.StatusUnprocessableEntity, func(p *Drafts) {
			p.From.Value, p.Until.Value = c.FormValue("from"), c.FormValue("until")
			var invalid *schedule.InvalidError
			if errors.As(err, &invalid) && invalid.Field == "from" {
				p.From.Error = text
			} else {
				p.Until.Error = text
			}
		})
	} else if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, fmt.Sprintf("/teams/%d/drafts/%d", team.ID, d.ID))
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
	if d.Plan != "" {
		_, plan, err := readPlan(d.Plan)
		if err != nil {
			return err
		}
		page.fill(plan, zone, w.Name)
		if err := s.pins(ctx, &page, &d, plan); err != nil {
			return err
		}
	}
	list, err := s.Schedule.Store.Drafts(ctx, team.ID)
	if err != nil {
		return err
	}
	for i := range list {
		if list[i].ID != d.ID && list[i].State == schedule.DraftReady {
			page.Others = append(page.Others, Option{Value: itoa(int64(list[i].ID)), Label: fmt.Sprintf("Draft %d", list[i].ID)})
		}
	}
	put(&page)
	return s.show(c, status, "draft", page)
}

// fill shows the plan: week by week, how even it is, and what differs.
func (d *Draft) fill(plan *planFile, zone *time.Location, reader string) {
	for _, r := range plan.Rotations {
		d.Rotations = append(d.Rotations, upper(r))
	}
	was := map[string]string{}
	affected := map[string]bool{}
	for _, c := range plan.Changes {
		was[c.ID] = c.Was
		affected[c.Was], affected[c.Is] = true, true
	}
	delete(affected, "")
	for name := range affected {
		d.Affected = append(d.Affected, name)
	}
	slices.Sort(d.Affected)
	for day := plan.From.AddDays(-(int(plan.From.Weekday()) + 6) % 7); day.Before(plan.Until); day = day.AddDays(7) {
		d.Weeks = append(d.Weeks, plan.week(day, zone, was))
	}
	if last := len(d.Weeks) - 1; last > 0 && !slices.ContainsFunc(d.Weeks[last].Cells, func(c []PlanShift) bool { return len(c) > 0 }) {
		d.Weeks = d.Weeks[:last] // the last shifts have begun the week before
	}
	for _, c := range plan.Changes {
		change := Change{Was: c.Was, Will: c.Is}
		for _, t := range plan.Shifts {
			if t.ID == c.ID {
				change.Rotation, change.Start, change.End = upper(t.Rotation), t.Start, t.End
			}
		}
		if change.Rotation != "" {
			d.Changes = append(d.Changes, change)
		}
	}
	d.Fair, d.Proof, d.ProofTone = plan.fair(reader), upper(plan.Even.Text)+".", "warn"
	if plan.Even.Proven {
		d.ProofTone = "good"
	}
	d.FairNote = "Points count hours, more in the evening, at night, at weekends and on holidays. The difference includes what was carried over."
	for i, u := range plan.Unfilled {
		entry := Unfilled{Reasons: []string{upper(u.Text)}}
		for _, t := range plan.Shifts {
			if len(u.Slots) > 0 && t.ID == u.Slots[0] {
				entry.Rotation, entry.Start, entry.End = upper(t.Rotation), t.Start, t.End
			}
		}
		if i == 0 {
			for _, r := range plan.Remedies {
				entry.Remedies = append(entry.Remedies, upper(r.Text))
			}
		}
		d.Unfilled = append(d.Unfilled, entry)
	}
	d.Summary = fmt.Sprintf("%d unfilled, %s, largest difference %.1f points", plan.Even.Unfilled, plural(len(d.Changes), "change", "changes"), plan.Even.Largest)
}

func (f *planFile) fair(reader string) []FairRow {
	var rows []FairRow
	for _, p := range f.People {
		percent := 100.0
		if x, err := strconv.ParseFloat(p.FullTime, 64); err == nil {
			percent = 100 * x
		}
		rows = append(rows, FairRow{
			Name: p.Name, Me: p.Name == reader, Percent: int(percent + 0.5), Days: p.Days, Weekends: float64(p.Weekends), Holidays: float64(p.Holidays),
			Points: p.Points, Share: p.Share, Difference: p.After,
		})
	}
	return rows
}

// week is a row of the calendar: the shifts that begin in the seven days.
func (f *planFile) week(day schedule.Date, zone *time.Location, was map[string]string) PlanWeek {
	w := PlanWeek{From: day.At(schedule.Midnight, zone), To: day.AddDays(7).At(schedule.Midnight, zone), Cells: make([][]PlanShift, len(f.Rotations))}
	var holidays []string
	for _, h := range f.holidays(zone) {
		if !h.Start.Before(w.From) && h.Start.Before(w.To) {
			holidays = append(holidays, h.Start.Format("Mon 2")+" "+h.Name)
		}
	}
	w.Holidays = strings.Join(holidays, ", ")
	for _, t := range f.Shifts {
		at := slices.Index(f.Rotations, t.Rotation)
		if at < 0 || t.Start.Before(w.From) || !t.Start.Before(w.To) {
			continue
		}
		before, changed := was[t.ID]
		w.Cells[at] = append(w.Cells[at], PlanShift{Person: t.Person, Start: t.Start, End: t.End, New: changed, Was: before})
	}
	for i := range w.Cells {
		if len(w.Cells[i]) == 1 && w.Cells[i][0].End.Sub(w.Cells[i][0].Start) > 6*24*time.Hour {
			w.Cells[i][0].Whole = true
		}
	}
	return w
}

// pins fills the form that pins a shift to somebody and plans again.
func (s *Site) pins(ctx context.Context, p *Draft, d *schedule.Draft, plan *planFile) error {
	pinned := map[schedule.SlotID]schedule.ID{}
	if err := json.Unmarshal([]byte(d.Pins), &pinned); err != nil {
		return err
	}
	members, err := s.Schedule.Store.Members(ctx, d.Team)
	if err != nil {
		return err
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	for _, t := range plan.Shifts {
		if t.Kept == "" {
			label := t.ID
			if id := pinned[schedule.SlotID(t.ID)]; id != 0 {
				label += " (pinned to " + names[id].Name + ")"
			}
			p.PinShifts = append(p.PinShifts, Option{Value: t.ID, Label: label})
		}
	}
	for _, m := range members {
		if m.OnCall {
			p.PinPeople = append(p.PinPeople, Option{Value: itoa(int64(m.Person)), Label: names[m.Person].Name})
		}
	}
	return nil
}

// pin plans a draft again with one shift given to somebody.
func (s *Site) pin(c echo.Context) error {
	_, team, d, w, err := s.draftOf(c)
	if err != nil {
		return err
	}
	pinned := map[schedule.SlotID]schedule.ID{}
	if err := json.Unmarshal([]byte(d.Pins), &pinned); err != nil {
		return err
	}
	if pinned == nil {
		pinned = map[schedule.SlotID]schedule.ID{}
	}
	person, err := strconv.ParseInt(c.FormValue("person"), 10, 64)
	if err != nil || c.FormValue("shift") == "" {
		return s.draftPage(c, http.StatusUnprocessableEntity, func(p *Draft) { p.PinPerson.Error = "Choose a shift and a person." })
	}
	pinned[schedule.SlotID(c.FormValue("shift"))] = schedule.ID(person)
	next, err := s.Schedule.AskDraft(c.Request().Context(), me(w), schedule.DraftOrder{Team: team.ID, From: d.From, Until: d.Until, Pins: pinned})
	if err != nil {
		return answer(c, err, c.Request().URL.Path, "")
	}
	return done(c, fmt.Sprintf("/teams/%d/drafts/%d", team.ID, next.ID), "info", "A new draft is being made with the shift pinned; the one before stays.")
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

// compare shows two drafts side by side.
func (s *Site) compare(c echo.Context) error {
	ctx := c.Request().Context()
	f, team, w, err := s.teamFrame(c, "Compare drafts", "drafts", auth.Publish)
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
	page := Compare{Frame: f}
	list, err := s.Schedule.Store.Drafts(ctx, team.ID)
	if err != nil {
		return err
	}
	for i := range list {
		if list[i].State == schedule.DraftReady || list[i].State == schedule.DraftPublished {
			page.Choices = append(page.Choices, Option{Value: itoa(int64(list[i].ID)), Label: fmt.Sprintf("Draft %d", list[i].ID)})
		}
	}
	var plans [2]*planFile
	for i, key := range []string{"a", "b"} {
		id, err := strconv.ParseInt(c.QueryParam(key), 10, 64)
		if err != nil {
			return fmt.Errorf("draft %q: %w", c.QueryParam(key), schedule.ErrNotFound)
		}
		d, err := s.Schedule.Store.Draft(ctx, schedule.ID(id))
		if err != nil {
			return err
		}
		if d.Team != team.ID || d.Plan == "" {
			return fmt.Errorf("draft %d: %w", id, schedule.ErrNotFound)
		}
		if _, plans[i], err = readPlan(d.Plan); err != nil {
			return err
		}
		if i == 0 {
			page.A = s.draftLine(&d, zone, names)
		} else {
			page.B = s.draftLine(&d, zone, names)
		}
	}
	page.fill(plans[0], plans[1], w.Name)
	return s.show(c, http.StatusOK, "compare", page)
}

func (p *Compare) fill(a, b *planFile, reader string) {
	less := func(name string, x, y float64, format string) {
		m := Measure{Name: name, A: fmt.Sprintf(format, x), B: fmt.Sprintf(format, y)}
		if x < y {
			m.Better = "a"
		} else if y < x {
			m.Better = "b"
		}
		p.Measures = append(p.Measures, m)
	}
	less("Unfilled shifts", float64(a.Even.Unfilled), float64(b.Even.Unfilled), "%.0f")
	less("Largest difference, points", a.Even.Largest, b.Even.Largest, "%.1f")
	less("Changes to what is published", float64(len(a.Changes)), float64(len(b.Changes)), "%.0f")
	less("Wishes not met", float64(len(a.Warnings)), float64(len(b.Warnings)), "%.0f")
	other := map[string]planShift{}
	for _, t := range b.Shifts {
		other[t.ID] = t
	}
	for _, t := range a.Shifts {
		if o, ok := other[t.ID]; !ok || o.Person != t.Person {
			p.Weeks = append(p.Weeks, CompareRow{Rotation: upper(t.Rotation), Start: t.Start, End: t.End, A: t.Person, B: o.Person})
		}
	}
	rows := b.fair(reader)
	for _, r := range a.fair(reader) {
		at := slices.IndexFunc(rows, func(x FairRow) bool { return x.Name == r.Name })
		person := ComparePerson{Name: r.Name, Me: r.Me, A: r}
		if at >= 0 {
			person.B = rows[at]
		}
		p.People = append(p.People, person)
	}
}
