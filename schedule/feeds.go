package schedule

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// What a feed shows, around now.
const (
	feedBack      = 30 * 24 * time.Hour
	feedAhead     = 366 * 24 * time.Hour
	tombstoneLife = 14 * 24 * time.Hour
)

// newFeedToken returns a token of 192 random bits and the hash that is stored.
func newFeedToken() (token, hash string) {
	secret := make([]byte, 24)
	_, _ = rand.Read(secret) // never fails
	token = base64.RawURLEncoding.EncodeToString(secret)
	return token, FeedTokenHash(token)
}

// FeedTokenHash returns what is stored of a feed's token.
func FeedTokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// maxFeeds bounds a person's feeds.
const maxFeeds = 50

// AddFeed makes a calendar feed and returns its token, which is never shown again.
func (s *Service) AddFeed(ctx context.Context, f Feed) (Feed, string, error) {
	switch {
	case !slices.Contains([]string{FeedPerson, FeedTeam, FeedRotation, FeedAbsences}, f.Kind):
		return f, "", &InvalidError{"kind", "a feed is of a person, a team, a rotation or of absences"}
	case (f.Kind == FeedPerson) != (f.Team == 0):
		return f, "", &InvalidError{"team", "say which team, unless the feed is of a person"}
	case (f.Kind == FeedRotation) != (f.Rotation != ""):
		return f, "", &InvalidError{"rotation", "say which rotation, and only when the feed is of one"}
	case len(f.Label) > 100:
		return f, "", &InvalidError{"label", "this is longer than 100 letters"}
	}
	token, hash := newFeedToken()
	f.CreatedAt = s.Now()
	err := s.Store.InTx(ctx, func(tx Store) error {
		if have, err := tx.Feeds(ctx, f.Owner); err != nil {
			return err
		} else if len(have) >= maxFeeds {
			return &InvalidError{"feed", fmt.Sprintf("%d feeds are enough; revoke one first", maxFeeds)}
		}
		if err := tx.AddFeed(ctx, &f, hash); err != nil {
			return err
		}
		return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: f.Owner, Action: "feed.add", About: f.Owner, Team: f.Team, Detail: f.Kind})
	})
	return f, token, err
}

// ResetFeed gives a feed a new token; the old link is dead.
func (s *Service) ResetFeed(ctx context.Context, owner, id ID) (token string, err error) {
	token, hash := newFeedToken()
	return token, s.Store.InTx(ctx, func(tx Store) error {
		if err := tx.ResetFeed(ctx, owner, id, hash); err != nil {
			return err
		}
		return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: owner, Action: "feed.reset", About: owner})
	})
}

// RevokeFeed ends a feed.
func (s *Service) RevokeFeed(ctx context.Context, owner, id ID) error {
	return s.Store.InTx(ctx, func(tx Store) error {
		if err := tx.RevokeFeed(ctx, owner, id, s.Now()); err != nil {
			return err
		}
		return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: owner, Action: "feed.revoke", About: owner})
	})
}

// A FeedContent is all that a feed shows, in a form that only changes when
// something that it shows has changed.
type FeedContent struct {
	Feed   Feed
	Name   string // of the calendar
	Events []FeedEvent
}

// A FeedEvent is a shift or an absence in a calendar.
type FeedEvent struct {
	UID       string // stable for the life of the shift
	Team      string
	Person    string // empty: nobody
	Zone      string // of the team
	Shift     Shift
	First     Date // of a whole-day absence, with Last; else zero
	Last      Date
	Note      string
	Cancelled bool
}

// Stamp returns what an unchanged feed keeps: the feed's options, the version of
// every team it shows and the day. Feeds with the same stamp have the same
// content.
func (s *Service) Stamp(ctx context.Context, f *Feed) (string, error) {
	teams, err := s.feedTeams(ctx, f)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d %t %t %s", f.ID, f.Busy, f.Tombstones, s.Now().UTC().Format("2006-01-02"))
	for _, t := range teams {
		fmt.Fprintf(&b, " %d:%d", t.ID, t.Version)
	}
	return b.String(), nil
}

func (s *Service) feedTeams(ctx context.Context, f *Feed) ([]TeamRecord, error) {
	if f.Kind == FeedPerson {
		return s.Store.TeamsOf(ctx, f.Owner)
	}
	t, err := s.Store.Team(ctx, f.Team)
	return []TeamRecord{t}, err
}

// FeedContent returns what a feed shows: 30 days back and a year ahead.
func (s *Service) FeedContent(ctx context.Context, f Feed) (FeedContent, error) {
	c := FeedContent{Feed: f, Name: "On call"}
	teams, err := s.feedTeams(ctx, &f)
	if err != nil {
		return c, err
	}
	if f.Kind == FeedAbsences {
		c.Name = "Away: " + teams[0].Name
		return c, s.absenceEvents(ctx, &c, &teams[0])
	}
	if f.Kind != FeedPerson {
		c.Name = strings.TrimSpace("On call: " + teams[0].Name + " " + string(f.Rotation))
	}
	today := DateOf(s.Now().UTC()).At(Midnight, time.UTC)
	from, to := today.Add(-feedBack), today.Add(feedAhead)
	for i := range teams {
		if err := s.shiftEvents(ctx, &c, &teams[i], from, to); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (s *Service) shiftEvents(ctx context.Context, c *FeedContent, team *TeamRecord, from, to time.Time) error {
	published, err := s.Store.Published(ctx, team.ID, from, to)
	if err != nil {
		return err
	}
	overrides, err := s.Store.Overrides(ctx, team.ID, from, to)
	if err != nil {
		return err
	}
	shifts := Resolve(published, overrides, from, to, time.Time{})
	people, err := s.people(ctx, s.Store, shifts)
	if err != nil {
		return err
	}
	shows := func(shift *Shift) bool {
		return c.Feed.Kind == FeedTeam || c.Feed.Kind == FeedPerson && shift.Person == c.Feed.Owner ||
			c.Feed.Kind == FeedRotation && shift.Rotation == c.Feed.Rotation
	}
	seen := map[string]bool{}
	for i := range shifts {
		shift := &shifts[i]
		if shows(shift) {
			seen[shift.Key] = true
			c.Events = append(c.Events, FeedEvent{
				UID: eventID(team, shift.Key), Team: team.Name, Person: people[shift.Person].Name, Zone: team.Zone, Shift: *shift,
			})
		}
	}
	if !c.Feed.Tombstones {
		return nil
	}
	// What was shown at some time in the last fortnight and is no more.
	now := s.Now()
	for _, at := range changeTimes(published, overrides, now.Add(-tombstoneLife)) {
		for _, was := range Resolve(published, overrides, from, to, at.Add(-time.Second)) {
			if seen[was.Key] || !shows(&was) || !was.End.After(now) {
				continue
			}
			seen[was.Key] = true
			was.Changes, was.ChangedAt = was.Changes+1, at
			c.Events = append(c.Events, FeedEvent{
				UID: eventID(team, was.Key), Team: team.Name, Person: people[was.Person].Name, Zone: team.Zone, Shift: was, Cancelled: true,
			})
		}
	}
	return nil
}

// changeTimes returns when something was decided since an instant, the latest
// first.
func changeTimes(published []Published, overrides []Override, since time.Time) []time.Time {
	var times []time.Time
	add := func(at time.Time) {
		if at.After(since) && !slices.ContainsFunc(times, at.Equal) {
			times = append(times, at)
		}
	}
	for i := range published {
		add(published[i].Until)
	}
	for i := range overrides {
		add(overrides[i].CreatedAt)
		add(overrides[i].CancelledAt)
	}
	slices.SortFunc(times, func(a, b time.Time) int { return b.Compare(a) })
	return times
}

// eventID names a shift for ever and, by when its team was made, apart from those
// of other installations. It says nothing of the feed's token.
func eventID(team *TeamRecord, key string) string {
	return fmt.Sprintf("%s.%d-%x@watchbill", strings.ReplaceAll(key, " ", "_"), team.ID, team.CreatedAt.Unix())
}

func (s *Service) absenceEvents(ctx context.Context, c *FeedContent, team *TeamRecord) error {
	members, err := s.planned(ctx, team.ID)
	if err != nil {
		return err
	}
	for _, m := range members {
		for _, l := range m.Leaves {
			if l.WishCost > 0 {
				continue
			}
			c.Events = append(c.Events, FeedEvent{
				UID: eventID(team, fmt.Sprint("away-", l.ID)), Team: team.Name, Person: m.Name, Zone: m.Zone, First: l.First, Last: l.Last,
				Shift: Shift{Start: l.Start, End: l.End, ChangedAt: l.CreatedAt},
			})
		}
	}
	return nil
}
