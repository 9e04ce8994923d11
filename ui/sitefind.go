package ui

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"watchbill/api/auth"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// teamsPage and peoplePage are how many teams and people a page lists.
const (
	teamsPage  = 50
	peoplePage = 50
)

// mostSought bounds what is searched for, in letters.
const mostSought = 100

// find lists a page of what the address asks for: q is a part of the name, and after or
// before the row beside which the page lies. Of a row that is gone it lists the first page.
// most is zero where there are no pages.
func find[V any](c echo.Context, path string, most int, only []schedule.ID, list func(schedule.Search) ([]V, error), id func(*V) schedule.ID) ([]V, Found, error) {
	f, err := asked(c, most, only)
	if err != nil {
		return nil, Found{}, err
	}
	found, err := list(f)
	if len(found) == 0 && err == nil && (f.After != 0 || f.Before != 0) {
		f.After, f.Before = 0, 0
		found, err = list(f)
	}
	out := Found{Query: f.Text, Most: most}
	back, more := f.After == 0 && f.Before != 0, most > 0 && len(found) > most
	if more && back {
		found = found[1:]
	} else if more {
		found = found[:most]
	}
	if len(found) == 0 {
		return nil, out, err
	}
	link := func(name string, v *V) string {
		q := url.Values{name: {itoa(int64(id(v)))}}
		if f.Text != "" {
			q.Set("q", f.Text)
		}
		return path + "?" + q.Encode()
	}
	if f.After != 0 || back && more {
		out.Back = link("before", &found[0])
	}
	if back || more {
		out.On = link("after", &found[len(found)-1])
	}
	return found, out, err
}

// asked is what find lists: one row more than the page, to know whether there is another.
func asked(c echo.Context, most int, only []schedule.ID) (schedule.Search, error) {
	f := schedule.Search{Text: sought(c), Only: only}
	if most > 0 {
		f.Most = most + 1
	}
	for name, at := range map[string]*schedule.ID{"after": &f.After, "before": &f.Before} {
		if text := c.QueryParam(name); text != "" {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil || n <= 0 {
				return f, schedule.ErrNotFound
			}
			*at = schedule.ID(n)
		}
	}
	return f, nil
}

// sought is what the address looks for.
func sought(c echo.Context) string {
	text := []rune(strings.Join(strings.Fields(strings.ToValidUTF8(c.QueryParam("q"), "")), " "))
	return strings.ReplaceAll(string(text[:min(len(text), mostSought)]), "\x00", "")
}

// teams lists the teams that the reader may open.
func (s *Site) teams(c echo.Context) error {
	w, err := who(c)
	if err != nil {
		return err
	}
	f, err := s.frame(c, w, "Teams", "teams")
	if err != nil {
		return err
	}
	page := Teams{Frame: f}
	if page.List, page.Found, err = s.findTeams(c, w, "/teams", teamsPage); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "teams", page)
}

// findTeams lists a page of the teams that the reader may open.
func (s *Site) findTeams(c echo.Context, w auth.Who, path string, most int) ([]AdminTeam, Found, error) {
	ctx := c.Request().Context()
	var only []schedule.ID // all
	if !w.May(auth.Administrate, auth.On{}) {
		only = teamsOf(w)
	}
	list := func(f schedule.Search) ([]schedule.TeamRecord, error) { return s.Schedule.Store.FindTeams(ctx, f) }
	found, out, err := find(c, path, most, only, list, func(t *schedule.TeamRecord) schedule.ID { return t.ID })
	if err != nil {
		return nil, out, err
	}
	if out.All, err = s.Schedule.Store.CountTeams(ctx, schedule.Search{Text: out.Query, Only: only}); err != nil {
		return nil, out, err
	}
	rows, err := s.adminTeams(ctx, found)
	return rows, out, err
}

// adminTeams says of teams how many are in them and who manages them.
func (s *Site) adminTeams(ctx context.Context, teams []schedule.TeamRecord) ([]AdminTeam, error) {
	var ids, managers []schedule.ID
	for i := range teams {
		ids = append(ids, teams[i].ID)
	}
	members, err := s.Schedule.Store.MembersOf(ctx, ids, nil)
	if err != nil {
		return nil, err
	}
	for i := range members {
		if members[i].Manager {
			managers = append(managers, members[i].Person)
		}
	}
	names, err := s.namesOf(ctx, managers)
	if err != nil {
		return nil, err
	}
	var out []AdminTeam
	for _, t := range teams {
		row := AdminTeam{ID: int64(t.ID), Name: t.Name, Zone: t.Zone}
		for i := range members {
			if m := &members[i]; m.Team == t.ID {
				row.Members++
				if m.Manager {
					row.Managers = append(row.Managers, names[m.Person].Name)
				}
			}
		}
		out = append(out, row)
	}
	return out, nil
}

// namesOf returns people by ID.
func (s *Site) namesOf(ctx context.Context, ids []schedule.ID) (map[schedule.ID]schedule.Profile, error) {
	byID := map[schedule.ID]schedule.Profile{}
	if len(ids) == 0 {
		return byID, nil
	}
	people, err := s.Schedule.Store.People(ctx, ids)
	for _, p := range people {
		byID[p.ID] = p
	}
	return byID, err
}

// teamNames returns the names of those of some teams that the reader may see.
func (s *Site) teamNames(ctx context.Context, w auth.Who, ids []schedule.ID) ([]TeamLink, error) {
	only := []schedule.ID{}
	for _, id := range ids {
		if w.May(auth.SeeTeam, auth.Team(int64(id))) && !slices.Contains(only, id) {
			only = append(only, id)
		}
	}
	if len(only) == 0 {
		return nil, nil
	}
	found, err := s.Schedule.Store.FindTeams(ctx, schedule.Search{Only: only})
	return teamLinks(w, found), err
}

func teamLinks(w auth.Who, teams []schedule.TeamRecord) []TeamLink {
	var out []TeamLink
	for i := range teams {
		out = append(out, teamLink(w, &teams[i]))
	}
	return out
}

func teamLink(w auth.Who, t *schedule.TeamRecord) TeamLink {
	on := auth.Team(int64(t.ID))
	return TeamLink{ID: int64(t.ID), Name: t.Name, Manager: w.May(auth.Publish, on), Member: w.May(auth.SeeHandOver, on)}
}

// fillTeams lists the reader's own teams; for administrators all, where there are few.
func (s *Site) fillTeams(c echo.Context, f *Frame, w auth.Who) error {
	ctx := c.Request().Context()
	if w.May(auth.Administrate, auth.On{}) {
		all, err := s.Schedule.Store.FindTeams(ctx, schedule.Search{Most: switched + 1})
		if err != nil {
			return err
		}
		if len(all) <= switched {
			f.Teams = teamLinks(w, all)
			return nil
		}
		f.MoreTeams = true
		if f.Recent, err = s.teamNames(ctx, w, recent(c)); err != nil {
			return err
		}
	}
	own, err := s.teamNames(ctx, w, teamsOf(w))
	f.Teams = own
	return err
}

// recentCookie has the teams that an administrator looked at last, besides their own.
const recentCookie = "teams"

// recentTeams is how many those are.
const recentTeams = 4

func recent(c echo.Context) []schedule.ID {
	cookie, err := c.Cookie(recentCookie)
	if err != nil {
		return nil
	}
	var out []schedule.ID
	for text := range strings.SplitSeq(cookie.Value, "-") {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 && len(out) < recentTeams {
			out = append(out, schedule.ID(n))
		}
	}
	return out
}

// visit makes a page one about a team, which the navigation lists from now on.
func visit(c echo.Context, f *Frame, w auth.Who, team *schedule.TeamRecord) {
	f.about(w, team)
	was := recent(c)
	if !f.MoreTeams || w.Member(int64(team.ID)) || slices.Contains(was, team.ID) {
		return
	}
	is := []string{itoa(int64(team.ID))}
	for _, id := range was[:min(len(was), recentTeams-1)] {
		is = append(is, itoa(int64(id)))
	}
	setCookie(c, recentCookie, strings.Join(is, "-"), 90*24*3600)
}
