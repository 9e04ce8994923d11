package api

import (
	"context"

	"watchbill/api/auth"
	"watchbill/schedule"
)

// A FeedLink is a calendar that somebody subscribes to by a secret link.
type FeedLink struct {
	ID         schedule.ID         `json:"id"`
	Kind       string              `json:"kind" enum:"person,team,rotation,absences" doc:"All shifts of its owner, of a team, of a rotation, or a team's absences"`
	Team       schedule.ID         `json:"team,omitempty"`
	Rotation   schedule.RotationID `json:"rotation,omitempty"`
	Label      string              `json:"label,omitempty"`
	Busy       bool                `json:"busy" doc:"Events take up time in the reader's calendar"`
	Tombstones bool                `json:"tombstones" doc:"Shifts taken away stay for a fortnight, as cancelled"`
	Alarms     bool                `json:"alarms" doc:"A reminder before each shift"`
	CreatedAt  Instant             `json:"created_at"`
	FetchedAt  Instant             `json:"fetched_at,omitzero" doc:"When it was read last, to five minutes; absent is never"`
	FetchedBy  string              `json:"fetched_by,omitempty" doc:"How the program that read it calls itself"`
}

func feedLinkOf(f *schedule.Feed) FeedLink {
	return FeedLink{
		ID: f.ID, Kind: f.Kind, Team: f.Team, Rotation: f.Rotation, Label: f.Label, Busy: f.Busy, Tombstones: f.Tombstones, Alarms: f.Alarms,
		CreatedAt: instantOf(f.CreatedAt), FetchedAt: instantOf(f.FetchedAt), FetchedBy: f.FetchedBy,
	}
}

type feedsIn struct{ Paging }

// FeedLinks is a page of calendar links.
type FeedLinks struct {
	Items []FeedLink `json:"items" doc:"By ID"`
	Next  string     `json:"next,omitempty" doc:"The cursor of the next page; absent on the last"`
}

type feedsOut struct{ Body FeedLinks }

// own says who asks about what is their own.
func own(ctx context.Context, need auth.Action) (auth.Who, error) {
	w := auth.From(ctx)
	return w, w.Must(need, auth.Person(w.Person))
}

// listFeeds lists one's own calendar links.
func (s *Server) listFeeds(ctx context.Context, in *feedsIn) (*feedsOut, error) {
	w, err := own(ctx, auth.SeeAuditOwn)
	if err != nil {
		return nil, err
	}
	all, err := s.Schedule.Store.Feeds(ctx, me(w))
	if err != nil {
		return nil, err
	}
	return feedPage(all, &in.Paging)
}

func feedPage(all []schedule.Feed, p *Paging) (*feedsOut, error) {
	page, next, err := pagedByID(all, p, func(f *schedule.Feed) schedule.ID { return f.ID })
	out := &feedsOut{FeedLinks{Items: []FeedLink{}, Next: next}}
	for i := range page {
		out.Body.Items = append(out.Body.Items, feedLinkOf(&page[i]))
	}
	return out, err
}

// A NewFeed is a calendar link to be made.
type NewFeed struct {
	Kind       string      `json:"kind" enum:"person,team,rotation,absences"`
	Team       schedule.ID `json:"team,omitempty" minimum:"1" doc:"Unless the kind is person"`
	Rotation   string      `json:"rotation,omitempty" maxLength:"100" doc:"Of the kind rotation"`
	Label      string      `json:"label,omitempty" maxLength:"100"`
	Busy       bool        `json:"busy,omitempty"`
	Tombstones *bool       `json:"tombstones,omitempty" doc:"True when absent"`
	Alarms     bool        `json:"alarms,omitempty"`
}

type newFeedIn struct{ Body NewFeed }

// A SecretFeed is a calendar link with its address, which is shown once.
type SecretFeed struct {
	FeedLink
	URL string `json:"url" doc:"A secret: whoever has it can read the calendar. It is never shown again"`
}

type secretFeedOut struct{ Body SecretFeed }

func (s *Server) feedURL(token string) string { return s.BaseURL + "/feeds/" + token + ".ics" }

// addFeed makes a calendar link.
func (s *Server) addFeed(ctx context.Context, in *newFeedIn) (*secretFeedOut, error) {
	w, err := own(ctx, auth.EditOwn)
	if err == nil && in.Body.Team != 0 {
		_, _, err = s.team(ctx, auth.EditTeam, in.Body.Team)
	}
	if err != nil {
		return nil, err
	}
	b := &in.Body
	f, token, err := s.Schedule.AddFeed(ctx, schedule.Feed{
		Kind: b.Kind, Owner: me(w), Team: b.Team, Rotation: schedule.RotationID(b.Rotation), Label: b.Label, Busy: b.Busy,
		Tombstones: b.Tombstones == nil || *b.Tombstones, Alarms: b.Alarms,
	})
	if err != nil {
		return nil, err
	}
	return &secretFeedOut{SecretFeed{feedLinkOf(&f), s.feedURL(token)}}, nil
}

type feedIn struct {
	Feed schedule.ID `path:"feed" minimum:"1"`
}

// resetFeed gives a calendar link another address; the one before it is dead.
func (s *Server) resetFeed(ctx context.Context, in *feedIn) (*secretFeedOut, error) {
	w, err := own(ctx, auth.EditOwn)
	if err != nil {
		return nil, err
	}
	f, token, err := s.Schedule.ResetFeed(ctx, me(w), in.Feed)
	if err != nil {
		return nil, err
	}
	return &secretFeedOut{SecretFeed{feedLinkOf(&f), s.feedURL(token)}}, nil
}

// revokeFeed ends a calendar link.
func (s *Server) revokeFeed(ctx context.Context, in *feedIn) (*struct{}, error) {
	w, err := own(ctx, auth.EditOwn)
	if err != nil {
		return nil, err
	}
	return nil, s.Schedule.RevokeFeed(ctx, me(w), in.Feed)
}

type teamFeedsIn struct {
	TeamPath
	Paging
}

// listTeamFeeds lists the calendar links of a team, whoever made them, for those who
// manage it.
func (s *Server) listTeamFeeds(ctx context.Context, in *teamFeedsIn) (*feedsOut, error) {
	if _, _, err := s.team(ctx, auth.SeePlanning, in.Team); err != nil {
		return nil, err
	}
	all, err := s.Schedule.Store.FeedsOfTeam(ctx, in.Team)
	if err != nil {
		return nil, err
	}
	return feedPage(all, &in.Paging)
}

type teamFeedIn struct {
	TeamPath
	Feed schedule.ID `path:"feed" minimum:"1"`
}

// revokeTeamFeed ends a calendar link of a team.
func (s *Server) revokeTeamFeed(ctx context.Context, in *teamFeedIn) (*struct{}, error) {
	_, w, err := s.team(ctx, auth.EditTeam, in.Team)
	if err != nil {
		return nil, err
	}
	return nil, s.Schedule.RevokeTeamFeed(ctx, me(w), in.Team, in.Feed)
}
