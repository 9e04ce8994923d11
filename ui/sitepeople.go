package ui

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"watchbill/api/auth"
	"watchbill/api/httperr"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// registerPeople adds what administrators do about accounts.
func (s *Site) registerPeople(e *echo.Group) {
	e.POST("/admin/people/:person/deactivate", s.deactivate)
	e.POST("/admin/people/:person/activate", s.activate)
	e.POST("/admin/people/:person/erase", s.erase)
	e.POST("/admin/services", s.addService)
	e.POST("/admin/services/:person/tokens", s.addServiceToken)
	e.POST("/admin/services/:person/tokens/:token/revoke", s.revokeServiceToken)
	e.POST("/admin/services/:person/deactivate", s.deactivateService)
}

// fillAccounts adds service accounts, and what accounts are, to the page for
// administrators.
func (s *Site) fillAccounts(ctx context.Context, page *Admin) error {
	services, err := s.Access.ServiceAccounts(ctx)
	if err != nil {
		return err
	}
	for _, a := range services {
		row := AdminService{ID: a.ID, Name: a.Name, Inactive: !a.DeactivatedAt.IsZero(), Used: a.UsedAt, Tokens: tokenList(a.Tokens)}
		page.Services = append(page.Services, row)
	}
	if set, checked, problem, ok := s.Access.SignOnState(ctx); ok {
		page.SignOn = SignOn{On: true, Name: set.Label, Issuer: set.Issuer, Problem: problem, Checked: checked, Password: true}
	}
	invited, err := s.Access.Invitations(ctx, 0)
	if err != nil {
		return err
	}
	page.Invitations = invitationList(invited)
	if page.Query != "" { // whom one looks for may not be here yet
		page.Invitations = slices.DeleteFunc(page.Invitations, func(i Invitation) bool {
			return !strings.Contains(i.Email, strings.ToLower(page.Query))
		})
	}
	page.MoreInvitations = max(0, len(page.Invitations)-adminInvitations)
	page.Invitations = page.Invitations[:len(page.Invitations)-page.MoreInvitations]
	return nil
}

// adminInvitations is how many invitations the page for administrators lists.
const adminInvitations = 50

// fillPeople lists a page of the people whose names or addresses the page was asked for.
func (s *Site) fillPeople(c echo.Context, page *Admin, w auth.Who) error {
	ctx := c.Request().Context()
	list := func(f schedule.Search) (found []auth.Account, err error) {
		found, page.All, err = s.Access.People(ctx, f)
		return found, err
	}
	found, out, err := find(c, "/admin", peoplePage, nil, list, func(a *auth.Account) schedule.ID { return schedule.ID(a.Person) })
	if err != nil {
		return err
	}
	out.All = page.All
	page.Found = out
	people, teams := []schedule.ID{}, []schedule.ID{}
	for i := range found {
		people = append(people, schedule.ID(found[i].Person))
	}
	members, err := s.Schedule.Store.MembersOf(ctx, nil, people)
	if err != nil {
		return err
	}
	for i := range members {
		teams = append(teams, members[i].Team)
	}
	links, err := s.teamNames(ctx, w, teams)
	if err != nil {
		return err
	}
	in := map[int64][]string{}
	for _, t := range links { // by name
		for i := range members {
			if m := &members[i]; int64(m.Team) == t.ID {
				in[int64(m.Person)] = append(in[int64(m.Person)], t.Name)
			}
		}
	}
	for i := range found {
		a := &found[i]
		page.People = append(page.People, AdminPerson{
			ID: a.Person, Name: a.Name, Email: a.Email, Teams: in[a.Person], Inactive: !a.DeactivatedAt.IsZero(), Me: a.Person == w.Person,
			Admin: a.Admin, Seen: a.LoggedInAt, Account: a.Kind == auth.KindPerson,
		})
	}
	return nil
}

// administered answers a change by an administrator: back to the page, with what is
// wrong in a sentence.
func (s *Site) administered(c echo.Context, to, good string, change func(ctx context.Context, person int64) error) error {
	if _, err := may(c, auth.Administrate); err != nil {
		return err
	}
	id, err := param(c, "person")
	if err != nil {
		return err
	}
	return answer(c, change(c.Request().Context(), int64(id)), to, good)
}

func (s *Site) deactivate(c echo.Context) error {
	return s.administered(c, "/people/"+c.Param("person"), "Deactivated: signed out everywhere, tokens and calendar links are dead. Shifts they still have are under Needs mending on the schedule; a new draft gives them to others.", s.Access.Deactivate)
}

func (s *Site) deactivateService(c echo.Context) error {
	return s.administered(c, "/admin#services", "Deactivated: its tokens are dead.", s.Access.Deactivate)
}

func (s *Site) activate(c echo.Context) error {
	return s.administered(c, "/admin#people", "Activated. They sign in as before; tokens and calendar links have to be made anew.", s.Access.Activate)
}

func (s *Site) addService(c echo.Context) error {
	if _, err := who(c); err != nil {
		return err
	}
	_, err := s.Access.AddServiceAccount(c.Request().Context(), c.FormValue("name"))
	if err == nil {
		return done(c, "/admin#services", "good", "The service account is there. Make a token for it.")
	}
	return s.adminAgain(c, err, func(page *Admin, problem httperr.Problem) {
		page.ServiceName.Value = c.FormValue("name")
		put(problem, map[string]*Field{"name": &page.ServiceName}, &page.ServiceName.Error)
	})
}

// addServiceToken makes a token of a service account and shows it, once.
func (s *Site) addServiceToken(c echo.Context) error {
	if _, err := may(c, auth.Grant); err != nil {
		return err
	}
	id, err := param(c, "person")
	if err != nil {
		return err
	}
	var text string
	lasts, err := life(c)
	if err == nil {
		_, text, err = s.Access.MakeServiceToken(c.Request().Context(), int64(id), c.FormValue("name"), lasts)
	}
	if err != nil {
		return s.adminAgain(c, err, func(page *Admin, problem httperr.Problem) {
			if row := page.service(id); row != nil {
				row.TokenName.Value, row.TokenExpires.Value = c.FormValue("name"), c.FormValue("days")
				put(problem, map[string]*Field{"name": &row.TokenName, "days": &row.TokenExpires}, &row.TokenName.Error)
			}
		})
	}
	page, err := s.adminPage(c)
	if err != nil {
		return err
	}
	if row := page.service(id); row != nil {
		row.NewToken = text
	}
	return s.show(c, http.StatusOK, "admin", page)
}

// service finds the row of a service account; nil when there is none.
func (p *Admin) service(id schedule.ID) *AdminService {
	at := slices.IndexFunc(p.Services, func(a AdminService) bool { return a.ID == int64(id) })
	if at < 0 {
		return nil
	}
	return &p.Services[at]
}

func (s *Site) revokeServiceToken(c echo.Context) error {
	return s.administered(c, "/admin#services", "The token is dead. What used it is refused from now on.", func(ctx context.Context, person int64) error {
		token, err := param(c, "token")
		if err != nil {
			return err
		}
		return s.Access.RevokeServiceToken(ctx, person, int64(token))
	})
}
