package ui

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"time"

	"watchbill/api/auth"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// scheduleWeeks is how much the schedule shows at once.
const scheduleWeeks = 8

// schedule says who is on call in a team, who is next, and whether it is covered
// and even.
func (s *Site) schedule(c echo.Context) error {
	ctx := c.Request().Context()
	f, team, w, err := s.teamFrame(c, "Schedule", "schedule", auth.SeeTeam)
	if err != nil {
		return err
	}
	page := Schedule{Frame: f, TeamZone: team.Zone, MyZone: w.Zone, InTeam: c.QueryParam("tz") == "team", CanDraft: f.Team != nil && f.Team.Manager}
	if page.InTeam {
		page.Zone, page.BrowserZoneNote = team.Zone, false
	}
	zone, err := schedule.Zone(page.Zone)
	if err != nil {
		return err
	}
	page.moment(c.QueryParam("at"), c.QueryParam("at_which"))
	if err := page.period(c, zone); err != nil {
		return err
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	from, to := earlier(page.From, page.at()), later(page.To, page.at().AddDate(0, 1, 0))
	asOf := time.Time{}
	if page.At.Before(page.Now) {
		asOf = page.At
	}
	shifts, err := s.Schedule.Shifts(ctx, team.ID, from, to, asOf)
	if err != nil {
		return err
	}
	page.fill(shifts, names, me(w))
	if err := s.people(ctx, &page, team.ID, names, me(w)); err != nil {
		return err
	}
	if !page.At.IsZero() {
		return s.show(c, http.StatusOK, "schedule", page)
	}
	if err := s.fair(ctx, &page, team.ID, names, me(w)); err != nil {
		return err
	}
	if page.Next, err = s.nextIn(ctx, team.ID, names, me(w), page.Now); err != nil {
		return err
	}
	if page.Asks, err = s.asks(ctx, w, names); err != nil {
		return err
	}
	if page.Problems, err = s.problems(ctx, team.ID, w, names, nil); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "schedule", page)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// moment reads the moment that is looked at, on the page's clock.
func (s *Schedule) moment(text, which string) {
	s.AtField = typed(text, which, s.Zone).orFirst()
	if text == "" {
		return
	}
	at, err := time.Parse(time.RFC3339, text)
	if err == nil {
		s.AtField = shownAt(at, zoneOf(s.Zone))
	} else {
		if t := s.AtField.Twice; t != nil {
			which = t.Chosen
		}
		at, err = instant(text, which, "at", s.Zone, time.Time{})
	}
	if err != nil || at.Sub(s.Now).Abs() > 10*366*24*time.Hour {
		s.AtField.Error = "Write a day and a time of the last or the next ten years, like 2026-12-24T03:00."
		return
	}
	s.At = at.UTC()
}

// at is the moment that the page is about.
func (s *Schedule) at() time.Time {
	if s.At.IsZero() {
		return s.Now
	}
	return s.At
}

// period is the eight weeks from the Monday of the day asked for.
func (s *Schedule) period(c echo.Context, zone *time.Location) error {
	today := schedule.DateOf(s.Now.In(zone))
	day := schedule.DateOf(s.at().In(zone))
	if text := c.QueryParam("from"); text != "" {
		var err error
		if day, err = schedule.ParseDate(text); err != nil || day.DaysSince(today) > 3660 || today.DaysSince(day) > 3660 {
			return fmt.Errorf("day %q: %w", text, schedule.ErrNotFound)
		}
	}
	monday := day.AddDays(-(int(day.Weekday()) + 6) % 7)
	s.From, s.To = monday.At(schedule.Midnight, zone), monday.AddDays(7*scheduleWeeks).At(schedule.Midnight, zone)
	tz := ""
	if s.InTeam {
		tz = "&tz=team"
	}
	base := "/teams/" + c.Param("team") + "/schedule?from="
	s.Earlier, s.Later = base+monday.AddDays(-7*scheduleWeeks).String()+tz, base+monday.AddDays(7*scheduleWeeks).String()+tz
	s.Today = base + today.String() + tz
	return nil
}

// fill draws the shifts: the cards of now, the chart, the gaps and what is covered.
func (s *Schedule) fill(shifts []schedule.Shift, names map[schedule.ID]schedule.Profile, reader schedule.ID) {
	duties := schedule.OnCall(shifts, s.at())
	index := map[schedule.RotationID]int64{}
	for i, d := range duties {
		index[d.Rotation] = int64(i + 1)
		s.Rotations = append(s.Rotations, RotationLine{ID: int64(i + 1), Name: upper(string(d.Rotation)), Kind: kind(d.Rotation)})
		s.Cards = append(s.Cards, card(&d, names))
		if !s.At.IsZero() {
			s.Cards[i].PersonZone = "" // it is not what their clock shows now
		}
		s.Cards[i].Reach = s.At.IsZero() && s.Team != nil && s.Team.Member && len(d.Now) == 1 && d.Now[0].Person != 0 && d.Now[0].Person != reader
	}
	var filled, all time.Duration
	for i := range shifts {
		t := &shifts[i]
		if !t.Start.Before(s.To) || !s.From.Before(t.End) {
			continue
		}
		all += t.End.Sub(t.Start)
		if t.Person != 0 {
			filled += t.End.Sub(t.Start)
		} else if t.End.After(s.Now) && s.At.IsZero() {
			s.Gaps = append(s.Gaps, ShiftLine{ID: int64(t.ID), Rotation: upper(string(t.Rotation)), Kind: kind(t.Rotation), Start: t.Start, End: t.End})
		}
		s.Shifts = append(s.Shifts, ChartShift{
			ID: int64(t.ID), Rotation: index[t.Rotation], Person: int64(t.Person), Start: t.Start, End: t.End,
			Swapped: t.Override != 0 && t.Person != t.Published, Note: note(t, names),
		})
		if t.Person != 0 && !slices.ContainsFunc(s.People, func(l PersonLine) bool { return l.ID == int64(t.Person) }) {
			s.People = append(s.People, PersonLine{ID: int64(t.Person), Name: names[t.Person].Name, Me: t.Person == reader})
		}
	}
	if all > 0 {
		s.Covered = math.Floor(1000*float64(filled)/float64(all)) / 1000 // never 100 % with a gap
	}
}

func card(d *schedule.Duty, names map[schedule.ID]schedule.Profile) NowCard {
	n := NowCard{Rotation: upper(string(d.Rotation)), Kind: kind(d.Rotation), Idle: "No shift at this time"}
	if len(d.Now) > 0 {
		t := &d.Now[0]
		n.ShiftID, n.Person, n.PersonZone, n.Until, n.Idle = int64(t.ID), names[t.Person].Name, names[t.Person].Zone, t.End, ""
		for _, more := range d.Now[1:] {
			n.Person += ", " + names[more.Person].Name
		}
	}
	if d.Next != nil {
		n.Next = names[d.Next.Person].Name
	}
	return n
}

// fair shows how even the published plan is, with what covers have moved since.
// The period is the plan's, because eight weeks of it are uneven by nature.
func (s *Site) fair(ctx context.Context, p *Schedule, team schedule.ID, names map[schedule.ID]schedule.Profile, reader schedule.ID) error {
	last, err := s.Schedule.Store.LastPlanAlone(ctx, team)
	if errors.Is(err, schedule.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	plan, err := s.facts.of(ctx, s.Schedule.Store, &last)
	if err != nil {
		return err
	}
	zone := p.From.Location()
	from, to := plan.From.At(schedule.Midnight, zone), plan.Until.At(schedule.Midnight, zone)
	// The plan has made up for what was moved when it was made.
	draft, err := s.Schedule.Store.DraftAlone(ctx, last.Draft)
	if err != nil {
		return err
	}
	known, err := s.Schedule.ShiftsAsOf(ctx, team, from, to, draft.CreatedAt, time.Time{})
	if err != nil {
		return err
	}
	before, shifts := known[0], known[1]
	rows := map[schedule.ID]*FairRow{}
	for _, planRow := range plan.fair("") {
		for id := range last.Balances.After {
			if names[id].Name == planRow.Name {
				row := planRow
				row.PersonID, row.Me, row.Days, row.Weekends = int64(id), id == reader, 0, 0
				rows[id] = &row
			}
		}
	}
	move(rows, before, shifts)
	weekends := map[schedule.ID]map[schedule.Date]bool{}
	for i := range shifts {
		t := &shifts[i]
		if r := rows[t.Person]; r != nil && !t.Start.Before(from) {
			r.Days += t.End.Sub(t.Start).Hours() / 24
			if weekends[t.Person] == nil {
				weekends[t.Person] = map[schedule.Date]bool{}
			}
			addWeekends(weekends[t.Person], t.Start.In(zone), t.End.In(zone))
			r.Weekends = float64(len(weekends[t.Person]))
		}
	}
	for _, person := range p.People {
		if r := rows[schedule.ID(person.ID)]; r != nil {
			p.Fair = append(p.Fair, *r)
		}
	}
	p.Holidays = plan.holidays(zone)
	p.FairNote = fmt.Sprintf("Counted over the published plan, %s to %s, with the covers since. Points are hours on call, which weigh more "+
		"in the evening, at night, at weekends and on holidays; the difference includes what was carried over. Holidays are as planned.",
		from.Format("2 Jan 2006"), to.AddDate(0, 0, -1).Format("2 Jan 2006"))
	return nil
}

// move takes what was passed on when a plan was made out of its differences, and puts
// in what is by now.
func move(rows map[schedule.ID]*FairRow, before, now []schedule.Shift) {
	passedOn(before, func(id schedule.ID, by float64) {
		if r := rows[id]; r != nil {
			r.Difference -= by
		}
	})
	passedOn(now, func(id schedule.ID, by float64) {
		if r := rows[id]; r != nil {
			r.Points, r.Difference = r.Points+by, r.Difference+by
		}
	})
}

// passedOn calls add with the points of each shift that was passed on, for who has it
// and, negative, for who is published.
func passedOn(shifts []schedule.Shift, add func(id schedule.ID, points float64)) {
	for i := range shifts {
		if t := &shifts[i]; t.Person != t.Published {
			add(t.Person, float64(t.Points()))
			add(t.Published, -float64(t.Points()))
		}
	}
}

// teamPage leads to what most look for at a team's own address.
func (s *Site) teamPage(c echo.Context) error {
	_, team, _, err := s.teamFrame(c, "Schedule", "schedule", auth.SeeTeam)
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusFound, fmt.Sprintf("/teams/%d/schedule", team.ID))
}

// addWeekends adds the weekends with duty between two times on a wall clock, each
// by its Saturday. A morning until noon is not counted.
func addWeekends(to map[schedule.Date]bool, start, end time.Time) {
	for day := schedule.DateOf(start); day.At(schedule.Noon, start.Location()).Before(end); day = day.AddDays(1) {
		switch day.Weekday() {
		case time.Saturday:
			to[day] = true
		case time.Sunday:
			to[day.AddDays(-1)] = true
		}
	}
}

// people adds the members without shifts, and who is away.
func (s *Site) people(ctx context.Context, p *Schedule, team schedule.ID, names map[schedule.ID]schedule.Profile, reader schedule.ID) error {
	members, err := s.Schedule.Store.Members(ctx, team)
	if err != nil {
		return err
	}
	var ids []schedule.ID
	for _, m := range members {
		ids = append(ids, m.Person)
		known := slices.ContainsFunc(p.People, func(l PersonLine) bool { return l.ID == int64(m.Person) })
		if m.OnCall && !known && names[m.Person].DeactivatedAt.IsZero() {
			p.People = append(p.People, PersonLine{ID: int64(m.Person), Name: names[m.Person].Name, Me: m.Person == reader})
		}
	}
	leaves, err := s.Schedule.Store.Leaves(ctx, ids)
	if err != nil {
		return err
	}
	for i := range leaves {
		l := &leaves[i]
		zone, err := schedule.Zone(names[l.Person].Zone)
		if err != nil {
			return err
		}
		if start, end := l.Span(zone); l.WishCost == 0 && start.Before(p.To) && p.From.Before(end) {
			away := ChartAway{Person: int64(l.Person), Start: start, End: end}
			if l.Person == reader {
				away.Label = l.Note
			}
			p.Away = append(p.Away, away)
		}
	}
	slices.SortStableFunc(p.People, func(a, b PersonLine) int {
		if a.Me != b.Me {
			if a.Me {
				return -1
			}
			return 1
		}
		return 0
	})
	return nil
}

// nextIn is the reader's next shift in a team.
func (s *Site) nextIn(ctx context.Context, team schedule.ID, names map[schedule.ID]schedule.Profile, reader schedule.ID, now time.Time) (*ShiftLine, error) {
	mine, err := s.Schedule.PersonShifts(ctx, reader, now, now.Add(homeAhead))
	if err != nil {
		return nil, err
	}
	for i := range mine {
		if mine[i].Team == team {
			l := s.line(&mine[i], names, reader, nil)
			return &l, nil
		}
	}
	return nil, nil
}
