package ui

import (
	"context"
	"fmt"
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
	zone, err := time.LoadLocation(page.Zone)
	if err != nil {
		return err
	}
	if err := page.period(c, zone); err != nil {
		return err
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	from, to := earlier(page.From, page.Now), later(page.To, page.Now.AddDate(0, 1, 0))
	shifts, err := s.Schedule.Shifts(ctx, team.ID, from, to, time.Time{})
	if err != nil {
		return err
	}
	page.fill(shifts, names, me(w))
	if err := s.people(ctx, &page, team.ID, names, me(w)); err != nil {
		return err
	}
	if page.Next, err = s.nextIn(ctx, team.ID, names, me(w), page.Now); err != nil {
		return err
	}
	asks, err := s.waiting(ctx, w)
	if err != nil {
		return err
	}
	page.Asks = asks
	page.FairNote = "Points are standby points of the plan, counted for the eight weeks shown; a part of a shift counts in proportion."
	return s.show(c, http.StatusOK, "schedule", page)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// period is the eight weeks from the Monday of the day asked for.
func (p *Schedule) period(c echo.Context, zone *time.Location) error {
	today := schedule.DateOf(p.Now.In(zone))
	day := today
	if text := c.QueryParam("from"); text != "" {
		var err error
		if day, err = schedule.ParseDate(text); err != nil || day.DaysSince(today) > 3660 || today.DaysSince(day) > 3660 {
			return fmt.Errorf("day %q: %w", text, schedule.ErrNotFound)
		}
	}
	monday := day.AddDays(-(int(day.Weekday()) + 6) % 7)
	p.From, p.To = monday.At(schedule.Midnight, zone), monday.AddDays(7*scheduleWeeks).At(schedule.Midnight, zone)
	tz := ""
	if p.InTeam {
		tz = "&tz=team"
	}
	base := "/teams/" + c.Param("team") + "/schedule?from="
	p.Earlier, p.Later = base+monday.AddDays(-7*scheduleWeeks).String()+tz, base+monday.AddDays(7*scheduleWeeks).String()+tz
	p.Today = base + today.String() + tz
	return nil
}

// fill draws the shifts: the cards of now, the chart, the gaps and what is covered.
func (p *Schedule) fill(shifts []schedule.Shift, names map[schedule.ID]schedule.Profile, reader schedule.ID) {
	duties := schedule.OnCall(shifts, p.Now)
	index := map[schedule.RotationID]int64{}
	for i, d := range duties {
		index[d.Rotation] = int64(i + 1)
		p.Rotations = append(p.Rotations, RotationLine{ID: int64(i + 1), Name: string(d.Rotation), Kind: kind(d.Rotation)})
		p.Cards = append(p.Cards, card(&d, names))
	}
	var filled, all time.Duration
	for i := range shifts {
		t := &shifts[i]
		if !t.Start.Before(p.To) || !p.From.Before(t.End) {
			continue
		}
		all += t.End.Sub(t.Start)
		if t.Person != 0 {
			filled += t.End.Sub(t.Start)
		} else if t.End.After(p.Now) {
			p.Gaps = append(p.Gaps, ShiftLine{ID: int64(t.ID), Rotation: string(t.Rotation), Kind: kind(t.Rotation), Start: t.Start, End: t.End})
		}
		p.Shifts = append(p.Shifts, ChartShift{
			ID: int64(t.ID), Rotation: index[t.Rotation], Person: int64(t.Person), Start: t.Start, End: t.End,
			Swapped: t.Override != 0 && t.Person != t.Published, Note: note(t, names),
		})
		if t.Person != 0 && !slices.ContainsFunc(p.People, func(l PersonLine) bool { return l.ID == int64(t.Person) }) {
			p.People = append(p.People, PersonLine{ID: int64(t.Person), Name: names[t.Person].Name, Me: t.Person == reader})
		}
	}
	if all > 0 {
		p.Covered = float64(filled) / float64(all)
	}
	p.fair(shifts, names, reader)
}

func card(d *schedule.Duty, names map[schedule.ID]schedule.Profile) NowCard {
	n := NowCard{Rotation: string(d.Rotation), Kind: kind(d.Rotation), Idle: "No shift at this time"}
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

// fair adds up what everybody has in the period.
func (p *Schedule) fair(shifts []schedule.Shift, names map[schedule.ID]schedule.Profile, reader schedule.ID) {
	rows := map[schedule.ID]*FairRow{}
	total := 0.0
	for i := range shifts {
		t := &shifts[i]
		if t.Person == 0 || t.Start.Before(p.From) || !t.Start.Before(p.To) {
			continue
		}
		r := rows[t.Person]
		if r == nil {
			r = &FairRow{PersonID: int64(t.Person), Name: names[t.Person].Name, Me: t.Person == reader, Percent: 100}
			rows[t.Person] = r
		}
		points := float64(t.Points())
		r.Days += t.End.Sub(t.Start).Hours() / 24
		r.Weekends += float64(weekendDays(t.Start.In(p.From.Location()), t.End.In(p.From.Location())))
		r.Points, total = r.Points+points, total+points
	}
	for _, person := range p.People {
		if r := rows[schedule.ID(person.ID)]; r != nil {
			r.Share = total / float64(len(rows))
			r.Difference = r.Points - r.Share
			p.Fair = append(p.Fair, *r)
		}
	}
}

// weekendDays counts the Saturdays and Sundays with duty between two times on a
// wall clock; a morning until noon is not counted.
func weekendDays(start, end time.Time) int {
	n := 0
	for day := schedule.DateOf(start); day.At(schedule.Noon, start.Location()).Before(end); day = day.AddDays(1) {
		if wd := day.Weekday(); wd == time.Saturday || wd == time.Sunday {
			n++
		}
	}
	return n
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
		for i := range p.Fair {
			if p.Fair[i].PersonID == int64(m.Person) {
				p.Fair[i].Percent = int(m.Share / (schedule.FullTime / 100))
			}
		}
	}
	p.shares()
	leaves, err := s.Schedule.Store.Leaves(ctx, ids)
	if err != nil {
		return err
	}
	for i := range leaves {
		l := &leaves[i]
		zone, err := time.LoadLocation(names[l.Person].Zone)
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

// shares divides the points by full-time equivalent.
func (p *Schedule) shares() {
	total, whole := 0.0, 0
	for i := range p.Fair {
		total, whole = total+p.Fair[i].Points, whole+p.Fair[i].Percent
	}
	for i := range p.Fair {
		r := &p.Fair[i]
		r.Share = total * float64(r.Percent) / float64(max(1, whole))
		r.Difference = r.Points - r.Share
	}
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
