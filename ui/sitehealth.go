package ui

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// healthOf reads how a team is, as a page for whoever may do something about it.
func (s *Site) healthOf(c echo.Context, need auth.Action) (*HealthPage, schedule.TeamRecord, auth.Who, error) {
	f, team, w, err := s.teamFrame(c, "Health", "burden", need)
	if err != nil {
		return nil, team, w, err
	}
	sight, err := w.Sight(int64(team.ID))
	if err != nil {
		return nil, team, w, err
	}
	ctx := c.Request().Context()
	h, err := s.Burdens.Health(ctx, team.ID, sight)
	if err != nil {
		return nil, team, w, err
	}
	with, err := s.healthContext(ctx, &team, h.Warnings)
	with.Reader = me(w)
	if err != nil {
		return nil, team, w, err
	}
	page := &HealthPage{Frame: f}
	page.Fill(h, &s.Burdens.Config, with)
	return page, team, w, nil
}

// teamHealth shows how a team is.
func (s *Site) teamHealth(c echo.Context) error {
	page, _, _, err := s.healthOf(c, auth.SeeBurden)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "health", page)
}

// answerWarning keeps what somebody says of a question about a week.
func (s *Site) answerWarning(c echo.Context) error {
	page, team, w, err := s.healthOf(c, auth.AnswerWarnings)
	if err != nil {
		return err
	}
	id, err := param(c, "warning")
	if err != nil {
		return err
	}
	base, _ := strconv.ParseInt(c.FormValue("base"), 10, 64) // what is no version is the first
	text := c.FormValue("text")
	_, err = s.Health.AnswerWarning(c.Request().Context(), me(w), team.ID, id, base, text)
	status := http.StatusUnprocessableEntity
	if errors.Is(err, schedule.ErrConflict) {
		status = http.StatusConflict
	}
	if words, bad := refused(err); bad {
		page.refuse(int64(id), text, words)
		return s.show(c, status, "health", page)
	} else if err != nil {
		return err
	}
	return done(c, "/teams/"+itoa(int64(team.ID))+"/health#asked", "good", "Written down. Whoever manages the team can read it here.")
}

// refuse shows an answer that was not kept, with why.
func (p *HealthPage) refuse(id int64, text, words string) {
	for _, list := range [][]HealthWarning{p.Asked, p.Before} {
		for i := range list {
			if list[i].ID == id {
				list[i].Edit = Field{Value: text, Error: words}
			}
		}
	}
}

// healthContext reads what stands beside questions, if there are some.
func (s *Site) healthContext(ctx context.Context, team *schedule.TeamRecord, asked []health.RaisedWarning) (HealthContext, error) {
	out := HealthContext{Reviewed: map[schedule.Date]bool{}}
	if len(asked) == 0 {
		return out, nil
	}
	weeks, err := s.Reviews.Store.ReviewedWeeks(ctx, team.ID, asked[0].Week) // the oldest
	if err != nil {
		return out, err
	}
	for _, week := range weeks {
		out.Reviewed[week] = true
	}
	zone, err := schedule.Zone(team.Zone)
	if err != nil {
		return out, err
	}
	out.Today = schedule.DateOf(s.Schedule.Now().In(zone))
	out.Names, err = s.called(ctx)
	return out, err
}

// freshWarnings are the questions that whoever is looking has not answered. They tell no
// figure: those are read where the log says who has seen them.
func (s *Site) freshWarnings(ctx context.Context, w auth.Who, teams []TeamLink) ([]HomeWarning, error) {
	names, ids := map[schedule.ID]string{}, []schedule.ID{}
	for _, t := range teams {
		if w.May(auth.SeeNights, auth.Team(t.ID)) {
			names[schedule.ID(t.ID)], ids = t.Name, append(ids, schedule.ID(t.ID))
		}
	}
	fresh, err := s.Burdens.FreshWarnings(ctx, ids)
	if err != nil || len(fresh) == 0 {
		return nil, err
	}
	people, err := s.called(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]HomeWarning, 0, len(fresh))
	for i := range fresh {
		asked := &fresh[i]
		team := fmt.Sprintf("/teams/%d/", asked.Team)
		row := HomeWarning{Team: names[asked.Team], Question: asked.Question, Week: healthDate(asked.Week), Href: fmt.Sprintf("%shealth#asked-%d", team, asked.ID), WhatIf: team + "whatif"}
		if item := asked.Open(); item != nil {
			record, err := s.Schedule.Store.Team(ctx, asked.Team)
			if err != nil {
				return nil, err
			}
			zone, err := schedule.Zone(record.Zone)
			if err != nil {
				return nil, err
			}
			link := itemLink(item, people, schedule.DateOf(s.Schedule.Now().In(zone)), me(w))
			row.Item = &link
		}
		out = append(out, row)
	}
	return out, nil
}
