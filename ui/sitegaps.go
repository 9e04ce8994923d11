package ui

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// gapsAhead is how far ahead gaps are looked for.
const gapsAhead = 90

// gapTeams is how many teams a page of gaps looks at.
const gapTeams = 20

// registerGaps adds the report of gaps over teams.
func (s *Site) registerGaps(e *echo.Group) {
	e.GET("/gaps", s.gaps)
	e.GET("/gaps.csv", s.gapsTable)
}

// gaps lists what is to be mended in all teams that the reader manages.
func (s *Site) gaps(c echo.Context) error {
	page, err := s.gapsPage(c, gapTeams)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "gaps", page)
}

// gapsPage looks at so many teams that the reader manages, of administrators all; most is
// zero for all of them at once.
func (s *Site) gapsPage(c echo.Context, most int) (*Gaps, error) {
	ctx := c.Request().Context()
	w, err := who(c)
	if err != nil {
		return nil, err
	}
	f, err := s.frame(c, w, "Gaps ahead", "gaps")
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	page := &Gaps{Frame: f}
	var only []schedule.ID // all
	if !w.May(auth.Administrate, auth.On{}) {
		only = slices.DeleteFunc(teamsOf(w), func(id schedule.ID) bool { return !w.May(auth.Override, auth.Team(int64(id))) })
	}
	list := func(f schedule.Search) ([]schedule.TeamRecord, error) { return s.Schedule.Store.FindTeams(ctx, f) }
	teams, found, err := find(c, "/gaps", most, only, list, func(t *schedule.TeamRecord) schedule.ID { return t.ID })
	if err != nil {
		return nil, err
	}
	page.Found = found
	if page.All, err = s.Schedule.Store.CountTeams(ctx, schedule.Search{Text: found.Query, Only: only}); err != nil {
		return nil, err
	}
	for i := range teams {
		t, err := s.teamGaps(ctx, f.Now, &teams[i], w, names)
		if err != nil {
			return nil, err
		}
		for i := range t.Problems {
			if t.Problems[i].Kind == schedule.Unfilled {
				page.Open++
			} else {
				page.Other++
			}
		}
		if t.Short {
			page.Short++
		}
		page.List = append(page.List, t)
	}
	return page, nil
}

func (s *Site) teamGaps(ctx context.Context, now time.Time, team *schedule.TeamRecord, w auth.Who, names map[schedule.ID]schedule.Profile) (TeamGaps, error) {
	t := TeamGaps{ID: int64(team.ID), Name: team.Name, Short: true}
	zone, err := schedule.Zone(team.Zone)
	if err != nil {
		return t, err
	}
	last, err := s.Schedule.Store.LastPlanAlone(ctx, team.ID)
	switch {
	case err == nil:
		t.Planned, t.Next = last.Until.AddDays(-1).At(schedule.Noon, zone), last.Until.String()
		t.Short = last.Until.Before(schedule.DateOf(now.In(zone)).AddDays(gapsAhead))
	case !errors.Is(err, schedule.ErrNotFound):
		return t, err
	}
	if t.Problems, err = s.problems(ctx, team.ID, w, names, nil); err != nil {
		return t, err
	}
	for i := range t.Problems {
		if p := &t.Problems[i]; p.Kind == schedule.Unfilled {
			t.Open += p.End.Sub(p.Start)
		}
	}
	return t, nil
}

// gapsTable is the same as a table.
func (s *Site) gapsTable(c echo.Context) error {
	page, err := s.gapsPage(c, 0)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	table := csv.NewWriter(&out)
	rows := [][]string{{"team", "rotation", "kind", "person", "start", "end", "hours"}}
	for _, t := range page.List {
		for i := range t.Problems {
			p := &t.Problems[i]
			rows = append(rows, []string{
				health.SafeCell(t.Name), health.SafeCell(p.Rotation), p.Kind, health.SafeCell(p.Person), p.Start.UTC().Format(time.RFC3339), p.End.UTC().Format(time.RFC3339),
				strconv.FormatFloat(p.End.Sub(p.Start).Hours(), 'f', 2, 64),
			})
		}
		if t.Short {
			rows = append(rows, []string{health.SafeCell(t.Name), "", "unplanned", "", t.Next, "", ""})
		}
	}
	if err := table.WriteAll(rows); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="gaps.csv"`)
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8", out.Bytes())
}
