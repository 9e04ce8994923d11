package ui

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"watchbill/api/auth"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// personAhead is how many days of shifts and absences a person's page shows.
const personAhead = 90

// person shows how to reach a colleague and when they are on call. It is noted, for
// them to see.
func (s *Site) person(c echo.Context) error {
	page, err := s.personPage(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "person", page)
}

func (s *Site) personPage(c echo.Context) (*PersonPage, error) {
	ctx := c.Request().Context()
	w, err := who(c)
	if err != nil {
		return nil, err
	}
	id, err := param(c, "person")
	if err != nil {
		return nil, err
	}
	a, shared, err := s.Access.Colleague(ctx, int64(id))
	if err != nil {
		return nil, err
	}
	if err := s.Access.Look(ctx, auth.LookProfile, a.Person); err != nil {
		return nil, err
	}
	f, err := s.frame(c, w, a.Name, "")
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	page := &PersonPage{
		Frame: f, ID: a.Person, Name: a.Name, Email: a.Email, TheirZone: a.Zone, Works: names[id].Works, Left: !a.DeactivatedAt.IsZero(), Former: !a.FormerAt.IsZero(),
		Me: a.Person == w.Person, MayLog: w.May(auth.SeeAuditAll, auth.On{}), ShiftsBefore: personAhead,
	}
	in := []schedule.ID{}
	for _, id := range shared {
		in = append(in, schedule.ID(id))
	}
	if page.InTeams, err = s.teamNames(ctx, w, in); err != nil {
		return nil, err
	}
	if err := s.personShifts(c, page, names); err != nil {
		return nil, err
	}
	if err := s.personAway(c, page, names); err != nil {
		return nil, err
	}
	if w.May(auth.Administrate, auth.On{}) {
		page.Access = &AdminPerson{
			ID: a.Person, Name: a.Name, Email: a.Email, Admin: a.Admin, Account: a.Kind == auth.KindPerson, Inactive: page.Left, Me: page.Me,
			Seen: a.LoggedInAt, Coming: len(page.Shifts),
		}
		page.SignOn = a.Subject != ""
		if err := s.fillErasure(c, page); err != nil {
			return nil, err
		}
	}
	return page, nil
}

// personShifts adds what somebody has in the teams that the reader may see.
func (s *Site) personShifts(c echo.Context, page *PersonPage, names map[schedule.ID]schedule.Profile) error {
	shifts, err := s.Schedule.PersonShifts(c.Request().Context(), schedule.ID(page.ID), page.Now, page.Now.AddDate(0, 0, personAhead))
	if err != nil {
		return err
	}
	var of []schedule.ID
	for i := range shifts {
		of = append(of, shifts[i].Team)
	}
	teams, err := s.teamNames(c.Request().Context(), auth.From(c.Request().Context()), of)
	if err != nil {
		return err
	}
	for i := range shifts {
		if line := s.line(&shifts[i], names, 0, teams); line.Team != "" {
			page.Shifts = append(page.Shifts, line)
		}
	}
	return nil
}

// personAway adds when somebody is away. Why is for those who manage a team of
// theirs, and that is a look of its own.
func (s *Site) personAway(c echo.Context, page *PersonPage, names map[schedule.ID]schedule.Profile) error {
	ctx := c.Request().Context()
	leaves, err := s.Schedule.Store.Leaves(ctx, []schedule.ID{schedule.ID(page.ID)})
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(names[schedule.ID(page.ID)].Zone)
	if err != nil {
		return err
	}
	why := s.Access.MayAbout(ctx, auth.SeeReasons, page.ID)
	if why != nil && !errors.Is(why, auth.ErrForbidden) {
		return why
	}
	for i := range leaves {
		l := &leaves[i]
		start, end := l.Span(zone)
		if l.WishCost > 0 || !end.After(page.Now) || start.After(page.Now.AddDate(0, 0, personAhead)) {
			continue
		}
		a := Absence{ID: int64(l.ID), Start: start, End: end, AllDay: !l.First.IsZero()}
		if why == nil {
			a.Label = l.Note
		}
		page.Away = append(page.Away, a)
	}
	slices.SortFunc(page.Away, func(a, b Absence) int { return a.Start.Compare(b.Start) })
	if why == nil && len(page.Away) > 0 {
		return s.Access.Look(ctx, auth.LookAbsences, page.ID)
	}
	return nil
}

// fillErasure adds what would become of somebody who left.
func (s *Site) fillErasure(c echo.Context, page *PersonPage) error {
	o, err := s.Leavers.Outlook(c.Request().Context(), schedule.ID(page.ID))
	if err != nil || o.LeftAt.IsZero() {
		return err
	}
	page.Erasure = &Erasure{Done: o.FormerAt, Due: o.Due}
	for _, x := range o.Obstacles {
		page.Erasure.First = append(page.Erasure.First, Obstacle(x))
	}
	return nil
}

// erase makes somebody who left nobody in particular.
func (s *Site) erase(c echo.Context) error {
	return s.administered(c, "/people/"+c.Param("person"), "Done: nothing here tells any more who this was.", func(ctx context.Context, person int64) error {
		return s.Leavers.Erase(ctx, schedule.ID(person))
	})
}
