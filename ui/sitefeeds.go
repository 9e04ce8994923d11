package ui

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"watchbill/api/auth"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// What a feed shows is one choice in a form: "person", "team:7", "absences:7" or
// "rotation:7:primary".

func feedChoice(f *schedule.Feed) string {
	switch f.Kind {
	case schedule.FeedPerson:
		return f.Kind
	case schedule.FeedRotation:
		return fmt.Sprintf("%s:%d:%s", f.Kind, f.Team, f.Rotation)
	}
	return fmt.Sprintf("%s:%d", f.Kind, f.Team)
}

// shows says what a feed shows in words; team is its team's name.
func shows(f *schedule.Feed, team string) string {
	switch f.Kind {
	case schedule.FeedTeam:
		return team + ": everybody’s shifts"
	case schedule.FeedRotation:
		return team + ": " + string(f.Rotation)
	case schedule.FeedAbsences:
		return team + ": who is away"
	}
	return "My shifts in all teams"
}

// feedChoices are the feeds that can be made of teams.
func (s *Site) feedChoices(ctx context.Context, teams []TeamLink) ([]Option, error) {
	ids := make([]schedule.ID, len(teams))
	for i, t := range teams {
		ids[i] = schedule.ID(t.ID)
	}
	rotations, err := s.Schedule.Store.Rotations(ctx, ids)
	if err != nil {
		return nil, err
	}
	var options []Option
	for i, t := range teams {
		id := ids[i]
		feeds := []schedule.Feed{{Kind: schedule.FeedTeam, Team: id}}
		for _, r := range rotations[id] {
			feeds = append(feeds, schedule.Feed{Kind: schedule.FeedRotation, Team: id, Rotation: r})
		}
		for _, f := range append(feeds, schedule.Feed{Kind: schedule.FeedAbsences, Team: id}) {
			options = append(options, Option{Value: feedChoice(&f), Label: shows(&f, t.Name)})
		}
	}
	return options, nil
}

// feedOf reads a form for a feed. What it shows must be one of the choices.
func feedOf(c echo.Context, owner schedule.ID, choices []Option) (schedule.Feed, error) {
	f := schedule.Feed{
		Kind: schedule.FeedPerson, Owner: owner, Label: c.FormValue("label"),
		Busy: c.FormValue("busy") != "", Tombstones: c.FormValue("tombstones") != "", Alarms: c.FormValue("alarms") != "",
	}
	value := c.FormValue("shows")
	if value == "" {
		value = choices[0].Value
	}
	at := slices.IndexFunc(choices, func(o Option) bool { return o.Value == value })
	if at < 0 {
		return f, &schedule.InvalidError{Field: "shows", Reason: "Choose from the list what the link shows; what you chose is not there any more."}
	}
	if strings.TrimSpace(f.Label) == "" {
		f.Label = choices[at].Label
	}
	parts := strings.SplitN(value, ":", 3)
	f.Kind = parts[0]
	if len(parts) > 1 {
		id, err := strconv.ParseInt(parts[1], 10, 64)
		if err != nil {
			return f, err
		}
		f.Team = schedule.ID(id)
	}
	if len(parts) > 2 {
		f.Rotation = schedule.RotationID(parts[2])
	}
	return f, nil
}

// typed keeps what was typed in a form that is refused.
func (f *FeedForm) typed(c echo.Context, err error, text string) {
	f.Tried = true
	f.Shows.Value, f.Label.Value = c.FormValue("shows"), c.FormValue("label")
	f.Busy, f.Gone, f.Alarms = c.FormValue("busy") != "", c.FormValue("tombstones") != "", c.FormValue("alarms") != ""
	putError(err, text, map[string]*Field{"label": &f.Label, "shows": &f.Shows}, &f.Shows.Error)
}

func (s *Site) link(f *schedule.Feed, token string) *FeedLink {
	return &FeedLink{Label: f.Label, URL: s.BaseURL + "/feeds/" + token + ".ics"}
}

func feedLine(f *schedule.Feed, team string) Feed {
	return Feed{
		ID: int64(f.ID), Shows: shows(f, team), Label: f.Label, Busy: f.Busy, Tombstones: f.Tombstones, Alarms: f.Alarms, Made: f.CreatedAt,
		Fetched: f.FetchedAt, Client: f.FetchedBy,
	}
}

// putFeeds lists the reader's feeds and what others they can make.
func (s *Site) putFeeds(ctx context.Context, page *Account, w auth.Who) error {
	feeds, err := s.Schedule.Store.Feeds(ctx, me(w))
	if err != nil {
		return err
	}
	var of []schedule.ID
	for i := range feeds {
		of = append(of, feeds[i].Team)
	}
	teams, err := s.teamNames(ctx, w, of)
	if err != nil {
		return err
	}
	names := map[schedule.ID]string{}
	for _, t := range teams {
		names[schedule.ID(t.ID)] = t.Name
	}
	for i := range feeds {
		team, ok := names[feeds[i].Team]
		if !ok {
			team = "A team that you have left"
		}
		page.Feeds = append(page.Feeds, feedLine(&feeds[i], team))
	}
	page.FeedForm.Gone = true
	page.FeedForm.Choices, err = s.feedChoices(ctx, page.Teams)
	page.FeedForm.Choices = slices.Insert(page.FeedForm.Choices, 0, Option{Value: schedule.FeedPerson, Label: shows(&schedule.Feed{Kind: schedule.FeedPerson}, "")})
	return err
}

// addFeed makes a calendar feed and shows its link, once.
func (s *Site) addFeed(c echo.Context) error {
	ctx := c.Request().Context()
	w, err := owner(c)
	if err != nil {
		return err
	}
	page, err := s.accountPage(c)
	if err != nil {
		return err
	}
	f, err := feedOf(c, me(w), page.FeedForm.Choices)
	token := ""
	if err == nil {
		f, token, err = s.Schedule.AddFeed(ctx, f)
	}
	if text, bad := refused(err); bad {
		page.FeedForm.typed(c, err, text)
		return s.show(c, http.StatusUnprocessableEntity, "account", page)
	} else if err != nil {
		return err
	}
	if c.FormValue("back") == "/" {
		return s.showHome(c, w, s.link(&f, token))
	}
	return s.showFeed(c, s.link(&f, token))
}

// showHome shows the first page with a link that is not kept.
func (s *Site) showHome(c echo.Context, w auth.Who, link *FeedLink) error {
	f, err := s.frame(c, w, "My on-call", "home")
	if err != nil {
		return err
	}
	page, err := s.homePage(c.Request().Context(), f, w)
	if err != nil {
		return err
	}
	page.Feed = link
	page.Flash = &Flash{Kind: "good", Text: "Your calendar link is below. It is shown only now: copy it into your calendar."}
	return s.show(c, http.StatusOK, "home", page)
}

// showFeed shows the account page with a link that is not kept.
func (s *Site) showFeed(c echo.Context, link *FeedLink) error {
	page, err := s.accountPage(c)
	if err != nil {
		return err
	}
	page.NewFeed = link
	return s.show(c, http.StatusOK, "account", page)
}

func (s *Site) resetFeed(c echo.Context) error {
	return s.changeFeed(c, func(ctx context.Context, w auth.Who, id schedule.ID) error {
		f, token, err := s.Schedule.ResetFeed(ctx, me(w), id)
		if err != nil {
			return err
		}
		return s.showFeed(c, s.link(&f, token))
	})
}

func (s *Site) revokeFeed(c echo.Context) error {
	return s.changeFeed(c, func(ctx context.Context, w auth.Who, id schedule.ID) error {
		return answer(c, s.Schedule.RevokeFeed(ctx, me(w), id), "/account", "The link is dead.")
	})
}

func (s *Site) changeFeed(c echo.Context, change func(context.Context, auth.Who, schedule.ID) error) error {
	w, err := owner(c)
	if err != nil {
		return err
	}
	id, err := param(c, "feed")
	if err != nil {
		return err
	}
	return change(c.Request().Context(), w, id)
}

// putTeamFeeds lists the feeds of a team, whoever's they are, and what others can
// be made.
func (s *Site) putTeamFeeds(ctx context.Context, page *Settings, team *schedule.TeamRecord, w auth.Who) error {
	feeds, err := s.Schedule.Store.FeedsOfTeam(ctx, team.ID)
	if err != nil {
		return err
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	for i := range feeds {
		line := feedLine(&feeds[i], team.Name)
		if feeds[i].Owner != me(w) {
			line.Owner = names[feeds[i].Owner].Name
		}
		page.Feeds = append(page.Feeds, line)
	}
	page.FeedForm.Gone = true
	page.FeedForm.Choices, err = s.feedChoices(ctx, []TeamLink{{ID: int64(team.ID), Name: team.Name}})
	return err
}

// addTeamFeed makes a calendar of a team and shows its link, once.
func (s *Site) addTeamFeed(c echo.Context) error {
	return s.teamFeed(c, func(ctx context.Context, page *Settings, w auth.Who) error {
		f, err := feedOf(c, me(w), page.FeedForm.Choices)
		token := ""
		if err == nil {
			f, token, err = s.Schedule.AddFeed(ctx, f)
		}
		if text, bad := refused(err); bad {
			page.FeedForm.typed(c, err, text)
			return s.show(c, http.StatusUnprocessableEntity, "team", page)
		} else if err != nil {
			return err
		}
		page.NewFeed = s.link(&f, token)
		page.Feeds = append(page.Feeds, feedLine(&f, page.Team.Name))
		return s.show(c, http.StatusOK, "team", page)
	})
}

// teamFeed hands the settings page of a team to whoever manages it.
func (s *Site) teamFeed(c echo.Context, do func(context.Context, *Settings, auth.Who) error) error {
	f, team, w, err := s.teamFrame(c, "Team settings", "team", auth.EditTeam)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	page, err := s.settingsPage(ctx, f, &team, w)
	if err != nil {
		return err
	}
	return do(ctx, page, w)
}

func (s *Site) resetTeamFeed(c echo.Context) error {
	return s.teamFeed(c, func(ctx context.Context, page *Settings, w auth.Who) error {
		id, err := param(c, "feed")
		if err != nil {
			return err
		}
		f, token, err := s.Schedule.ResetFeed(ctx, me(w), id)
		if err != nil {
			return err
		}
		page.NewFeed = s.link(&f, token)
		return s.show(c, http.StatusOK, "team", page)
	})
}

// revokeTeamFeed ends a feed of the team, whoever's it is.
func (s *Site) revokeTeamFeed(c echo.Context) error {
	return s.managed(c, "The link is dead.", func(w auth.Who, team schedule.TeamRecord) error {
		id, err := param(c, "feed")
		if err != nil {
			return err
		}
		return s.Schedule.RevokeTeamFeed(c.Request().Context(), me(w), team.ID, id)
	})
}
