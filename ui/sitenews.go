package ui

import (
	"context"

	"watchbill/api/notify"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// putNews shows what somebody is written to about, where anybody is.
func (s *Site) putNews(ctx context.Context, page *Account, person schedule.ID) error {
	if !s.writes() {
		return nil
	}
	choices, err := s.News.Choices(ctx, person)
	if err != nil {
		return err
	}
	for _, m := range s.News.Media() {
		page.Media = append(page.Media, NewsMedium{string(m), m.Label()})
	}
	for _, c := range choices {
		by := map[string]bool{}
		for _, m := range c.By {
			by[string(m)] = true
		}
		page.News = append(page.News, NewsChoice{string(c.Kind), c.Words, by})
	}
	letters, err := s.News.History(ctx, person)
	for i := range letters {
		l := &letters[i]
		out := Letter{Words: l.Kind.Words(), By: l.Medium.Label(), At: l.MadeAt, State: "waits", Problem: l.Problem}
		switch {
		case !l.SentAt.IsZero():
			out.State, out.At = "sent", l.SentAt
		case !l.GivenUp.IsZero():
			out.State, out.At = "failed", l.GivenUp
		}
		page.Letter = append(page.Letter, out)
	}
	return err
}

// fillNews shows an administrator whether what people are written arrives, and to whom it
// did not: not about what.
func (s *Site) fillNews(ctx context.Context, page *Admin) error {
	if !s.writes() {
		return nil
	}
	states, failed, err := s.News.States(ctx)
	if err != nil {
		return err
	}
	for _, m := range states {
		page.News = append(page.News, NewsState{m.Medium.Label(), m.Sent, m.GivenUp, m.Waiting, m.Last, m.Problem, m.At})
	}
	if len(failed) == 0 {
		return nil
	}
	var ids []schedule.ID
	for i := range failed {
		ids = append(ids, failed[i].Person)
	}
	people, err := s.Schedule.Store.People(ctx, ids)
	names := map[schedule.ID]string{}
	for i := range people {
		names[people[i].ID] = people[i].Name
	}
	for i := range failed {
		l := &failed[i]
		page.Undelivered = append(page.Undelivered, Undelivered{names[l.Person], l.Medium.Label(), l.Problem, l.MadeAt, !l.Final()})
	}
	return err
}

// writes says whether anybody is written to.
func (s *Site) writes() bool { return s.News != nil && len(s.News.Media()) > 0 }

func (s *Site) chooseNews(c echo.Context) error {
	w, err := owner(c)
	if err != nil {
		return err
	}
	form, err := c.FormParams()
	if err != nil {
		return err
	}
	wanted := map[notify.Medium][]notify.Kind{}
	for _, m := range notify.Media() {
		for _, kind := range form[string(m)] {
			wanted[m] = append(wanted[m], notify.Kind(kind))
		}
	}
	return answer(c, s.News.Choose(c.Request().Context(), me(w), wanted), "/account#news", "Saved.")
}
