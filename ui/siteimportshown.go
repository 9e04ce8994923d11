package ui

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"watchbill/api/auth"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// maxLines bounds the events that are shown of a calendar.
const maxLines = 200

// importFrame is the frame of an import, about its team if it has one.
func (s *Site) importFrame(c echo.Context, w auth.Who, i *schedule.Import, nav string) (Frame, error) {
	f, err := s.frame(c, w, i.Label, nav)
	if err != nil || i.Team == 0 {
		return f, err
	}
	team, err := s.Schedule.Store.Team(c.Request().Context(), i.Team)
	f.about(w, &team)
	return f, err
}

// showImport shows an import by a choice; bad is what is wrong with that.
func (s *Site) showImport(c echo.Context, w auth.Who, i *schedule.Import, ch schedule.ImportChoice, bad error) error {
	ctx := c.Request().Context()
	page := Import{
		ImportRow: importRow(i), Confirmed: !i.ConfirmedAt.IsZero(), Absences: i.Kind == schedule.ImportAbsences, Warnings: i.Warnings,
		Back: "/timeoff", Filter: Field{Value: ch.Filter}, Words: Field{Value: ch.Words}, Least: Field{Value: strconv.Itoa(ch.LeastHours)}, Titles: ch.Titles,
	}
	nav := "timeoff"
	if i.Team != 0 {
		nav, page.Back = "team", fmt.Sprintf("/teams/%d/settings#imports", i.Team)
	}
	var err error
	if page.Frame, err = s.importFrame(c, w, i, nav); err != nil {
		return err
	}
	if page.Confirmed && page.Absences {
		if page.Clashes, err = s.Schedule.ImportClashes(ctx, i); err != nil {
			return err
		}
	}
	if page.Past = i.Kind == schedule.ImportShifts; page.Past {
		if page.Until.Value, err = s.until(c, i, &ch); err != nil {
			return err
		}
	}
	if bad == nil && page.Unsure {
		bad = s.preview(ctx, &page, i, ch)
	} else if page.Past && !page.Unsure {
		if err := s.whoIsWho(ctx, &page, i.Team, knownNames(ch.People)); err != nil {
			return err
		}
	}
	status := http.StatusOK
	if text, ok := refused(bad); ok {
		status = http.StatusUnprocessableEntity
		if page.Past && page.Unsure { // what was chosen stays
			if p, err := s.Schedule.Preview(ctx, *i, schedule.ImportChoice{Filter: ch.Filter, People: ch.People}); err == nil {
				if err := s.past(ctx, &page, i, ch, &p); err != nil {
					return err
				}
			}
		}
		putError(bad, text, map[string]*Field{"filter": &page.Filter, "words": &page.Words, "least": &page.Least, "until": &page.Until, "rotation": &page.Rotation}, &page.Error)
	} else if bad != nil {
		return bad
	}
	return s.show(c, status, "import", page)
}

// preview fills in what a waiting calendar would bring.
func (s *Site) preview(ctx context.Context, page *Import, i *schedule.Import, ch schedule.ImportChoice) error {
	p, err := s.Schedule.Preview(ctx, *i, ch)
	if err != nil {
		return err
	}
	page.Warnings, page.Zone = p.Warnings, p.Zone
	for _, n := range []struct{ what, one, many, tone string }{
		{schedule.LineAdd, "event is added", "events are added", "good"}, {schedule.LineChange, "has moved or changed", "have moved or changed", "good"},
		{schedule.LineKeep, "stays as it is", "stay as they are", ""}, {schedule.LineRemove, "goes, because the calendar has it no more", "go, because the calendar has them no more", "warn"},
		{schedule.LineSkip, "is left out", "are left out", ""},
	} {
		if count := p.Counts[n.what]; count > 0 {
			page.Counts = append(page.Counts, Effect{Text: plural(count, n.one, n.many) + ".", Tone: n.tone})
		}
	}
	if page.Past {
		if err := s.past(ctx, page, i, ch, &p); err != nil {
			return err
		}
	}
	if p.Floating > 0 {
		page.Counts = append(page.Counts, Effect{Text: plural(p.Floating, "event has a time without a zone, read as that of ", "events have times without a zone, read as those of ") + p.Zone + ".", Tone: "warn"})
	}
	for _, l := range p.Lines {
		if len(page.Lines) == maxLines {
			page.More++
			continue
		}
		page.Lines = append(page.Lines, ImportLine{What: l.What, Start: l.Start, End: l.End, AllDay: l.AllDay, Title: l.Title, Why: l.Why})
	}
	return nil
}

// until is the day before which shifts count: as it was typed, or else that of the
// team's first plan.
func (s *Site) until(c echo.Context, i *schedule.Import, ch *schedule.ImportChoice) (string, error) {
	if ch.Until.IsZero() {
		day, err := s.Schedule.PlansBegin(c.Request().Context(), i.Team)
		if err != nil {
			return "", err
		}
		ch.Until = day
	}
	if typed := c.FormValue("until"); typed != "" {
		return typed, nil
	}
	return ch.Until.String(), nil
}

// past fills in who is who in the calendar of another tool, what that comes to, and
// where nobody or several were on.
func (s *Site) past(ctx context.Context, page *Import, i *schedule.Import, ch schedule.ImportChoice, p *schedule.ImportPreview) error {
	for _, r := range p.Rotations {
		page.Rotations = append(page.Rotations, Option{Value: string(r), Label: upper(string(r))})
	}
	page.Rotation.Value = string(ch.Rotation)
	var names []ImportName
	for _, x := range p.People {
		names = append(names, ImportName{
			Label: x.Label, Who: itoa(int64(x.Person)), Known: x.Person != 0, Shifts: x.Shifts, Hours: x.Hours,
			Points: float64(x.Held) / 1000, Share: float64(x.Share) / 1000, Difference: float64(x.Balance) / 1000,
		})
	}
	if err := s.whoIsWho(ctx, page, i.Team, names); err != nil {
		return err
	}
	for k, h := range p.Holes {
		if k == maxHoles {
			page.MoreHoles = len(p.Holes) - maxHoles
			break
		}
		page.Holes = append(page.Holes, ImportHole{Rotation: upper(string(h.Rotation)), Start: h.Start, End: h.End, Overlap: h.Overlap})
	}
	return nil
}

// whoIsWho fills in whom the names of a calendar can mean, and the names: of very many those
// first that are nobody's yet, and of these those that have most shifts.
func (s *Site) whoIsWho(ctx context.Context, page *Import, team schedule.ID, all []ImportName) error {
	members, err := s.Schedule.Store.Members(ctx, team)
	if err != nil {
		return err
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	page.Members = []Option{{Value: "0", Label: "Nobody here"}}
	for _, m := range members {
		page.Members = append(page.Members, Option{Value: itoa(int64(m.Person)), Label: names[m.Person].Name})
	}
	page.Names = all
	if most := choosers(len(page.Members)); len(all) > most {
		slices.SortStableFunc(all, func(a, b ImportName) int { return cmp.Or(unknownFirst(a, b), b.Shifts-a.Shifts) })
		page.Names, page.MoreNames = all[:most], len(all)-most
	}
	return nil
}

func unknownFirst(a, b ImportName) int {
	switch {
	case a.Known == b.Known:
		return 0
	case b.Known:
		return -1
	}
	return 1
}

// knownNames are the names of a calendar of which it is known who they are.
func knownNames(known map[string]schedule.ID) []ImportName {
	var all []ImportName
	for _, label := range slices.Sorted(maps.Keys(known)) {
		all = append(all, ImportName{Label: label, Who: itoa(int64(known[label])), Known: known[label] != 0})
	}
	return all
}

// choosers is how many fields a page has from each of which one of so many is chosen.
func choosers(of int) int { return min(100, max(10, 3000/of)) }

// maxHoles bounds the gaps and overlaps that are shown.
const maxHoles = 20
