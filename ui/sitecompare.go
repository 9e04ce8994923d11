package ui

import (
	"context"
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

// published is how the compare page calls what is published.
const published = "published"

// compareChoices are what can be compared: ready drafts and what is published.
func compareChoices(list []schedule.Draft, isPublished bool) []Option {
	var out []Option
	if isPublished {
		out = append(out, Option{Value: published, Label: "What is published"})
	}
	for i := range list {
		if list[i].State == schedule.DraftReady {
			out = append(out, Option{Value: itoa(int64(list[i].ID)), Label: numbered(&list[i])})
		}
	}
	return out
}

// numbered is what a draft is called beside others: one that is made again keeps its
// name.
func numbered(d *schedule.Draft) string {
	if d.Name == "" {
		return draftName(d)
	}
	return fmt.Sprintf("%s (draft %d)", d.Name, d.ID)
}

// A side is one of two plans that are compared.
type side struct {
	key    string
	line   DraftLine
	plan   *planFile
	people []schedule.ID          // who has each shift of the plan
	named  map[string]schedule.ID // whom the plan calls what
}

// compare shows two drafts side by side, or one and what is published.
func (s *Site) compare(c echo.Context) error {
	ctx := c.Request().Context()
	f, team, w, err := s.teamFrame(c, "Compare", "drafts", auth.Publish)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(team.Zone)
	if err != nil {
		return err
	}
	page := Compare{Frame: f, KeyA: c.QueryParam("a"), KeyB: c.QueryParam("b")}
	page.Zone, page.BrowserZoneNote = team.Zone, false
	list, err := s.Schedule.Store.Drafts(ctx, team.ID)
	if err != nil {
		return err
	}
	plans, err := s.Schedule.Store.Plans(ctx, team.ID)
	if err != nil {
		return err
	}
	page.Choices = compareChoices(list, len(plans) > 0)
	if page.KeyA == "" || page.KeyB == "" {
		return s.show(c, http.StatusOK, "compare", page)
	}
	var sides [2]side
	for i, key := range []string{page.KeyA, page.KeyB} {
		if key == published {
			continue
		}
		if sides[i], err = s.draftSide(ctx, key, &team, zone); err != nil {
			return err
		}
	}
	for i := range sides {
		if sides[i].plan == nil {
			if sides[i], err = s.publishedSide(ctx, &team, zone, sides[1-i].plan); err != nil {
				return err
			}
		}
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	callAlike(&sides[0], &sides[1], names)
	page.A, page.B = sides[0].line, sides[1].line
	page.fill(sides[0].plan, sides[1].plan, zone, w.Name)
	return s.show(c, http.StatusOK, "compare", page)
}

func (s *Site) draftSide(ctx context.Context, key string, team *schedule.TeamRecord, zone *time.Location) (side, error) {
	id, err := strconv.ParseInt(key, 10, 64)
	if err != nil {
		return side{}, fmt.Errorf("draft %q: %w", key, schedule.ErrNotFound)
	}
	d, err := s.Schedule.Store.Draft(ctx, schedule.ID(id))
	if err == nil && (d.Team != team.ID || d.Plan == "") {
		err = fmt.Errorf("draft %d: %w", id, schedule.ErrNotFound)
	}
	if err != nil {
		return side{}, err
	}
	planned, plan, err := readPlan(d.Plan)
	if err != nil {
		return side{}, err
	}
	x := side{key: key, line: s.draftLine(&d, zone, nil), plan: plan, named: holders(planned, plan)}
	x.line.Name = numbered(&d)
	for i := range planned.Shifts {
		x.people = append(x.people, planned.Shifts[i].Person)
	}
	return x, nil
}

// callAlike calls everybody in both plans what they are called now, and people of one
// name by their numbers too: whoever has changed their name is the same, and two of one
// name are not.
func callAlike(a, b *side, names map[schedule.ID]schedule.Profile) {
	calls, taken := map[schedule.ID]string{0: ""}, map[string]bool{}
	for _, id := range slices.Sorted(slices.Values(slices.Concat(a.people, b.people))) {
		if _, ok := calls[id]; ok {
			continue
		}
		name := names[id].Name
		if taken[name] {
			name = fmt.Sprintf("%s (%d)", name, id)
		}
		calls[id], taken[name] = name, true
	}
	for _, x := range []*side{a, b} {
		for i, id := range x.people {
			x.plan.Shifts[i].Person = calls[id]
		}
		for i := range x.plan.People {
			if name, ok := calls[x.named[x.plan.People[i].Name]]; ok && name != "" {
				x.plan.People[i].Name = name
			}
		}
	}
}

// publishedSide is what is published for the days of a draft: the shifts as they
// stand, with what the plan says about people.
func (s *Site) publishedSide(ctx context.Context, team *schedule.TeamRecord, zone *time.Location, other *planFile) (side, error) {
	plan, err := s.Schedule.Store.LastPlan(ctx, team.ID)
	if err != nil {
		return side{}, err
	}
	if other != nil {
		plans, err := s.Schedule.Store.Plans(ctx, team.ID)
		if err != nil {
			return side{}, err
		}
		if at := slices.IndexFunc(plans, func(p schedule.Plan) bool { return p.From == other.From }); at >= 0 {
			if plan, err = s.Schedule.Store.Plan(ctx, team.ID, plans[at].Number); err != nil {
				return side{}, err
			}
		}
	}
	planned, file, err := readPlan(plan.Document)
	if err != nil {
		return side{}, err
	}
	from, until := file.From, file.Until
	if other != nil {
		from, until = other.From, other.Until
	}
	rows, err := s.Schedule.Store.Published(ctx, team.ID, from.At(schedule.Midnight, zone), until.At(schedule.Midnight, zone))
	if err != nil {
		return side{}, err
	}
	x := side{key: published, plan: file, named: holders(planned, file)}
	x.line = DraftLine{Name: "What is published", From: plan.From.At(schedule.Midnight, zone), To: plan.Until.At(schedule.Midnight, zone), State: schedule.DraftPublished}
	file.Shifts, file.Changes = nil, nil
	for i := range rows {
		if p := &rows[i]; p.Until.IsZero() && !p.Start.Before(from.At(schedule.Midnight, zone)) {
			file.Shifts = append(file.Shifts, planShift{ID: string(p.Slot), Rotation: string(p.Rotation), Start: p.Start, End: p.End})
			x.people = append(x.people, p.Person)
		}
	}
	return x, nil
}

// wishes counts those that a plan does not meet.
func (f *planFile) wishes() int {
	n := 0
	for _, w := range f.Warnings {
		if strings.Contains(w, " wished not to be on call ") {
			n++
		}
	}
	return n
}

func (p *Compare) fill(a, b *planFile, zone *time.Location, reader string) {
	p.OtherDays = a.From != b.From || a.Until != b.Until
	less := func(name string, x, y float64, format string) {
		m := Measure{Name: name, A: fmt.Sprintf(format, x), B: fmt.Sprintf(format, y)}
		if p.OtherDays { // more days have more of everything
		} else if x < y {
			m.Better = "a"
		} else if y < x {
			m.Better = "b"
		}
		p.Measures = append(p.Measures, m)
	}
	less("Unfilled shifts", float64(a.unfilled()), float64(b.unfilled()), "%.0f")
	less("Largest difference from a fair share, points", a.Even.Largest, b.Even.Largest, "%.1f")
	if p.KeyA != published && p.KeyB != published {
		less("Changes to what is published", float64(len(a.Changes)), float64(len(b.Changes)), "%.0f")
	}
	less("Wishes not met", float64(a.wishes()), float64(b.wishes()), "%.0f")
	p.Measures = append(p.Measures, Measure{Name: "Proven to be the most even", A: yes(a.Even.Proven), B: yes(b.Even.Proven)})
	p.rows(a, b)
	if p.OtherDays {
		from, until := slices.MaxFunc([]schedule.Date{a.From, b.From}, byDay).At(schedule.Midnight, zone), slices.MinFunc([]schedule.Date{a.Until, b.Until}, byDay).At(schedule.Midnight, zone)
		p.Common = from.Before(until)
		p.Weeks = slices.DeleteFunc(p.Weeks, func(r CompareRow) bool { return r.Start.Before(from) || !r.Start.Before(until) })
	}
	p.people(a.fair(reader), b.fair(reader))
}

func byDay(a, b schedule.Date) int { return a.DaysSince(b) }

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "not yet"
}

func (f *planFile) unfilled() int {
	n := 0
	for _, t := range f.Shifts {
		if t.Person == "" {
			n++
		}
	}
	return n
}

// rows are the shifts that only one plan has, or that they give to different people.
func (p *Compare) rows(a, b *planFile) {
	other := map[string]planShift{}
	for _, t := range b.Shifts {
		other[t.ID] = t
	}
	for _, t := range a.Shifts {
		o, both := other[t.ID]
		delete(other, t.ID)
		if !both || o.Person != t.Person {
			p.Weeks = append(p.Weeks, CompareRow{Rotation: upper(t.Rotation), Start: t.Start, End: t.End, A: t.Person, B: o.Person, OnlyA: !both})
		}
	}
	for _, o := range other {
		p.Weeks = append(p.Weeks, CompareRow{Rotation: upper(o.Rotation), Start: o.Start, End: o.End, B: o.Person, OnlyB: true})
	}
	slices.SortStableFunc(p.Weeks, func(x, y CompareRow) int {
		if c := x.Start.Compare(y.Start); c != 0 {
			return c
		}
		return strings.Compare(x.Rotation, y.Rotation)
	})
}

// people puts the load of each person in both plans side by side.
func (p *Compare) people(a, b []FairRow) {
	for _, r := range a {
		person := ComparePerson{Name: r.Name, Me: r.Me, A: r}
		if at := slices.IndexFunc(b, func(x FairRow) bool { return x.Name == r.Name }); at >= 0 {
			person.B = b[at]
		}
		p.People = append(p.People, person)
	}
	for _, r := range b {
		if !slices.ContainsFunc(a, func(x FairRow) bool { return x.Name == r.Name }) {
			p.People = append(p.People, ComparePerson{Name: r.Name, Me: r.Me, B: r})
		}
	}
}
