package ui

import (
	"context"
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
	if page.Later, err = s.laterRules(ctx, &d, plans, zone); err != nil {
		return err
	}
	if d.Plan != "" {
		planned, plan, err := readPlan(d.Plan)
		if err != nil {
			return err
		}
		page.fill(plan, zone, w.Name)
		page.WhyMine = w.WhyRepaid(planned.Measured)
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

// laterRules finds the rules that begin within the days of a draft.
func (s *Site) laterRules(ctx context.Context, d *schedule.Draft, plans []schedule.Plan, zone *time.Location) (*LaterRules, error) {
	all, err := s.Schedule.Store.Rules(ctx, d.Team)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(all, func(r schedule.TeamRules) bool { return r.From.After(d.From) && r.From.Before(d.Until) })
	if at < 0 {
		return nil, nil
	}
	before := all[at].From.AddDays(-1)
	later := &LaterRules{On: all[at].From.At(schedule.Midnight, zone), Before: before.At(schedule.Midnight, zone)}
	// What is published until a day has to be planned to that day.
	if len(plans) == 0 || !all[at].From.Before(plans[0].Until) {
		later.From, later.Until = d.From.String(), before.String()
	}
	return later, nil
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
	late, err := s.Schedule.TimeWentOn(ctx, d, planned)
	if err != nil {
		return err
	}
	if late != "" {
		page.Editable, page.Overtaken = false, upper(late)+"."
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
		if x.Is == nil || x.Was.Person != x.Is.Person || !x.Is.Start.Equal(x.Was.Start) || !x.Is.End.Equal(x.Was.End) {
			page.Changes = append(page.Changes, change)
		}
	}
	for _, a := range schedule.AffectedBy(differences) {
		page.Affected = append(page.Affected, affectedLine(&a, names))
	}
	slices.SortFunc(page.Affected, func(a, b AffectedLine) int { return strings.Compare(a.Name, b.Name) })
	if err := s.ending(ctx, page, d, planned, names); err != nil {
		return err
	}
	page.Summary = fmt.Sprintf("%d unfilled, %s, largest difference %.1f points", plan.Even.Unfilled, plural(len(page.Changes), "change", "changes"), plan.Even.Largest)
	page.Stale, err = s.stale(ctx, d, names)
	return err
}

// ending shows what was agreed on that publishing the draft would end.
func (s *Site) ending(ctx context.Context, page *Draft, d *schedule.Draft, planned *schedule.Planned, names map[schedule.ID]schedule.Profile) error {
	ending, err := s.Schedule.PublishingEnds(ctx, d, planned)
	if err != nil {
		return err
	}
	for _, r := range ending.Against {
		page.Against = append(page.Against, r.Name+": "+r.Broken())
	}
	for i := range ending.All {
		o := &ending.All[i]
		line := EndingLine{ID: int64(o.ID), Kind: o.Kind, Who: names[o.Person].Name, For: names[o.InsteadOf].Name, Rotation: upper(string(o.Rotation)), Start: o.Start, End: o.End}
		if at := slices.IndexFunc(planned.Shifts, func(p schedule.Published) bool { return p.Slot == o.Slot }); at >= 0 {
			line.Will = names[planned.Shifts[at].Person].Name
		}
		if len(o.Back) > 0 {
			line.Back, line.Will = true, backTo(o.Back, names)
		}
		page.Ending = append(page.Ending, line)
	}
	return nil
}

// backTo names those to whom something goes back.
func backTo(moves []schedule.Move, names map[schedule.ID]schedule.Profile) string {
	var all []string
	for _, m := range moves {
		if name := names[m.To].Name; name != "" && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return strings.Join(all, " and ")
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
	if changed, err := schedule.ChangedSince(ctx, s.Schedule.Store, d.Team, d.CreatedAt); err != nil {
		return "", err
	} else if changed {
		return "The rules or the members have changed since this draft was made.", nil
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
	page.WhyMine = w.WhyRepaid(p.Balances.Measured)
	return s.show(c, http.StatusOK, "draft", page)
}

func (s *Site) publish(c echo.Context) error {
	_, team, d, w, err := s.draftOf(c)
	if err != nil {
		return err
	}
	order := schedule.PublishOrder{Draft: d.ID, Note: c.FormValue("note"), Reason: c.FormValue("reason")}
	if form := c.Request().PostForm; len(form["ends"]) > 0 {
		order.Ends = []schedule.ID{}
		for _, text := range list(form.Get("ends")) {
			if id, err := strconv.ParseInt(text, 10, 64); err == nil {
				order.Ends = append(order.Ends, schedule.ID(id))
			}
		}
	}
	_, err = s.Schedule.PublishDraft(c.Request().Context(), me(w), order)
	if text, ok := refused(err); ok {
		status := http.StatusUnprocessableEntity
		if errors.Is(err, schedule.ErrConflict) {
			status = http.StatusConflict
		}
		return s.draftPage(c, status, func(p *Draft) { p.Error, p.Note.Value, p.Reason.Value = text, order.Note, order.Reason })
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
