package ui

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchbill/api/auth"
	"watchbill/api/notify"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// putNews shows what somebody is written to about, where anybody is.
// What is of teams is shown to who manages one.
func (s *Site) putNews(ctx context.Context, page *Account, w auth.Who) error {
	person := me(w)
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
	manages := slices.ContainsFunc(teamsOf(w), func(id schedule.ID) bool { return w.Manager(int64(id)) })
	for _, c := range choices {
		group := c.Kind.Group()
		if group == notify.Managed && !manages {
			continue
		}
		if n := len(page.News); n == 0 || page.News[n-1].Title != string(group) {
			page.News = append(page.News, NewsGroup{Title: string(group)})
		}
		list := &page.News[len(page.News)-1].List
		*list = append(*list, newsChoice(&c))
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

func newsChoice(c *notify.Choice) NewsChoice {
	out := NewsChoice{Kind: string(c.Kind), Words: c.Words, By: map[string]bool{}}
	for _, m := range c.By {
		out.By[string(m)] = true
	}
	if c.Lead == 0 {
		return out
	}
	out.Lead = strconv.Itoa(int(c.Lead / time.Hour))
	for _, lead := range notify.Leads() {
		hours := int(lead / time.Hour)
		label := plural(hours, "hour before", "hours before")
		if hours > 24 {
			label = plural(hours/24, "day before", "days before")
		}
		out.Leads = append(out.Leads, Option{Value: strconv.Itoa(hours), Label: label})
	}
	return out
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
	wishes := notify.Wishes{By: map[notify.Medium][]notify.Kind{}}
	for _, kind := range form["kind"] {
		wishes.Of = append(wishes.Of, notify.Kind(kind))
	}
	for _, m := range notify.Media() {
		for _, kind := range form[string(m)] {
			wishes.By[m] = append(wishes.By[m], notify.Kind(kind))
		}
	}
	if text := form.Get("lead"); text != "" {
		hours, err := strconv.Atoi(text)
		if err != nil || hours < 1 || hours > 1000 {
			hours = 1000 // which is none of the list
		}
		wishes.Lead = time.Duration(hours) * time.Hour
	}
	return answer(c, s.News.Choose(c.Request().Context(), me(w), wishes), "/account#news", "Saved.")
}

// testNews writes somebody a letter of no matter, and says what became of it.
func (s *Site) testNews(c echo.Context) error {
	w, err := owner(c)
	if err != nil {
		return err
	}
	if !s.writes() {
		return answer(c, &schedule.InvalidError{Field: "test", Reason: "nobody is written to here: an administrator can name a mail server or a workspace of Slack"}, "/account", "")
	}
	ctx := c.Request().Context()
	people, err := s.Schedule.Store.People(ctx, []schedule.ID{me(w)})
	if err != nil {
		return err
	}
	var taken, failed []string
	var trials []notify.Trial
	if len(people) == 1 {
		trials, err = s.News.Try(ctx, &people[0])
	}
	for _, t := range trials {
		if t.Problem == "" {
			taken = append(taken, t.Medium.Label())
		} else {
			failed = append(failed, t.Medium.Label()+": "+t.Problem)
		}
	}
	said := "The test was taken over by " + strings.Join(taken, " and ") + ": it ought to be there in a moment."
	if err == nil && len(failed) > 0 {
		reason := "the test did not get through. " + strings.Join(failed, ". ")
		if len(taken) > 0 {
			reason += ". " + said
		}
		err = &schedule.InvalidError{Field: "test", Reason: reason}
	}
	return answer(c, err, "/account#news", said)
}
