package schedule

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What a feed shows, around now.
const (
	feedBack      = 30 * 24 * time.Hour
	feedAhead     = 366 * 24 * time.Hour
	tombstoneLife = 14 * 24 * time.Hour
	// feedMargin is how much earlier than what is shown what it was made of can
	// have ended.
	feedMargin = longestShift
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
		return f, "", &InvalidError{"kind", "a calendar link is of a person, a team, a rotation or of absences"}
	case (f.Kind == FeedPerson) != (f.Team == 0):
		return f, "", &InvalidError{"team", "say which team, unless the link is of a person"}
	case (f.Kind == FeedRotation) != (f.Rotation != ""):
		return f, "", &InvalidError{"rotation", "say which rotation, and only when the link is of one"}
	}
	f.Label = strings.Join(strings.Fields(f.Label), " ")
	if err := errors.Join(CheckText("label", f.Label, maxName), CheckText("rotation", string(f.Rotation), maxName)); err != nil {
		return f, "", err
	}
	token, hash := newFeedToken()
	f.CreatedAt = s.Now()
	err := s.Store.InTx(ctx, func(tx Store) error {
		if have, err := tx.Feeds(ctx, f.Owner); err != nil {
			return err
		} else if len(have) >= maxFeeds {
			return &InvalidError{"feed", fmt.Sprintf("%d calendar links are enough; revoke one first", maxFeeds)}
		}
		if err := tx.AddFeed(ctx, &f, hash); err != nil {
			return err
		}
		return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: f.Owner, Action: "feed.add", About: f.Owner, Team: f.Team, Detail: f.Kind})
	})
	return f, token, err
}

// ResetFeed gives a feed a new token; the old link is dead.
func (s *Service) ResetFeed(ctx context.Context, owner, id ID) (f Feed, token string, err error) {
	token, hash := newFeedToken()
	return f, token, s.Store.InTx(ctx, func(tx Store) error {
		feeds, err := tx.Feeds(ctx, owner)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(feeds, func(f Feed) bool { return f.ID == id })
		if at < 0 {
			return fmt.Errorf("feed %d of %d: %w", id, owner, ErrNotFound)
		}
		f = feeds[at]
		if err := tx.ResetFeed(ctx, owner, id, hash); err != nil {
			return err
		}
		return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: owner, Action: "feed.reset", About: owner, Team: f.Team})
	})
}

// RevokeTeamFeed ends a feed of a team, whoever made it.
func (s *Service) RevokeTeamFeed(ctx context.Context, by, team, id ID) error {
	return s.Store.InTx(ctx, func(tx Store) error {
		feeds, err := tx.FeedsOfTeam(ctx, team)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(feeds, func(f Feed) bool { return f.ID == id })
		if at < 0 {
			return fmt.Errorf("feed %d of team %d: %w", id, team, ErrNotFound)
		}
		if err := tx.RevokeFeed(ctx, feeds[at].Owner, id, s.Now()); err != nil {
			return err
		}
		return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: "feed.revoke", About: feeds[at].Owner, Team: team})
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

// An OpenFeed is a feed that may be read now, on a day of the world's clock.
type OpenFeed struct {
	Feed
	// Stamp is what the content is made of: while it is the same, so is the
	// content, on every replica.
	Stamp string
	day   Date
}

// A FeedBasis is what a feed shows and who reads it, as far as it takes to know
// whether it may be read and has changed.
type FeedBasis struct {
	Versions string // of the teams it shows, in a form of the store
	Zone     string // of its team
	Admin    bool   // the owner administrates
	Member   bool   // the owner is, or was, in the team
	Until    Date   // their last day, if they have one
}

// OpenFeed finds the feed of a token. It is ErrNotFound when there is none, when it
// was revoked, and when its owner has left: the service or, if it is a team's, the
// team.
func (s *Service) OpenFeed(ctx context.Context, token string) (OpenFeed, error) {
	now := s.Now()
	day := DateOf(now.UTC())
	f, basis, err := s.Store.FeedByToken(ctx, FeedTokenHash(token), day.At(Midnight, time.UTC).Add(-feedBack-feedMargin))
	if err != nil {
		return OpenFeed{}, err
	}
	if f.Kind != FeedPerson && !basis.Admin {
		left := !basis.Member
		if !basis.Until.IsZero() {
			zone, err := Zone(basis.Zone)
			if err != nil {
				return OpenFeed{}, fmt.Errorf("zone of team %d: %w", f.Team, err)
			}
			left = basis.Until.Before(DateOf(now.In(zone)))
		}
		if left {
			return OpenFeed{}, fmt.Errorf("feed %d of a former member: %w", f.ID, ErrNotFound)
		}
	}
	stamp := fmt.Sprintf("%d %t %t %t %v %s", f.ID, f.Busy, f.Tombstones, f.Alarms, day, basis.Versions)
	return OpenFeed{Feed: f, Stamp: stamp, day: day}, nil
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
	Before    string // who had it before it was covered, swapped or decided
	Zone      string // of the team
	Shift     *Shift
	First     Date // of a whole-day absence, with Last; else zero
	Last      Date
	Cancelled bool
}

func (s *Service) feedTeams(ctx context.Context, f *Feed) ([]TeamRecord, error) {
	if f.Kind == FeedPerson {
		return s.Store.TeamsOf(ctx, f.Owner)
	}
	t, err := s.Store.Team(ctx, f.Team)
	return []TeamRecord{t}, err
}

// FeedContent returns what a feed shows, by start: 30 days back and a year ahead.
func (s *Service) FeedContent(ctx context.Context, f *OpenFeed) (FeedContent, error) {
	c := FeedContent{Feed: f.Feed, Name: "On call"}
	teams, err := s.feedTeams(ctx, &f.Feed)
	if err != nil {
		return c, err
	}
	midnight := f.day.At(Midnight, time.UTC)
	w := feedWindow{from: midnight.Add(-feedBack), to: midnight.Add(feedAhead), gone: midnight.Add(-tombstoneLife)}
	if f.Kind == FeedAbsences {
		c.Name = "Away: " + teams[0].Name
		return c, s.absenceEvents(ctx, &c, &teams[0], f.day, w)
	}
	if f.Kind != FeedPerson {
		c.Name = strings.TrimSpace("On call: " + teams[0].Name + " " + string(f.Rotation))
	}
	for i := range teams {
		if err := s.shiftEvents(ctx, &c, &teams[i], w); err != nil {
			return c, err
		}
	}
	if len(teams) > 1 {
		slices.SortStableFunc(c.Events, func(a, b FeedEvent) int { return a.Shift.Start.Compare(b.Shift.Start) })
	}
	return c, nil
}

// A feedWindow is what a feed shows on a day: what meets [from, to), and what was
// taken away since gone.
type feedWindow struct{ from, to, gone time.Time }

func (s *Service) shiftEvents(ctx context.Context, c *FeedContent, team *TeamRecord, w feedWindow) error {
	published, overrides, err := decided(ctx, s.Store, team.ID, w.from.Add(-feedMargin), w.to)
	if err != nil {
		return err
	}
	shown := sights(published, overrides, func(shift *Shift) bool {
		return c.Feed.Kind == FeedTeam || c.Feed.Kind == FeedPerson && shift.Person == c.Feed.Owner ||
			c.Feed.Kind == FeedRotation && shift.Rotation == c.Feed.Rotation
	})
	names, err := s.feedNames(ctx, shown, overrides)
	if err != nil {
		return err
	}
	before := map[ID]ID{}
	for i := range overrides {
		before[overrides[i].ID] = overrides[i].InsteadOf
	}
	name := eventIDs(team)
	c.Events = slices.Grow(c.Events, len(shown))
	for i := range shown {
		see := &shown[i]
		if !see.Start.Before(w.to) || !w.from.Before(see.End) || see.gone && (!c.Feed.Tombstones || see.ChangedAt.Before(w.gone)) {
			continue
		}
		e := FeedEvent{UID: name(see.Key), Team: team.Name, Person: names[see.Person], Zone: team.Zone, Shift: &see.Shift, Cancelled: see.gone}
		was := before[see.Override]
		if was == see.Person {
			was = see.Published // a cover that got longer
		}
		if see.Override != 0 && was != see.Person {
			e.Before = names[was]
		}
		c.Events = append(c.Events, e)
	}
	return nil
}

// feedNames returns the names of all who have, or had, something that is shown.
func (s *Service) feedNames(ctx context.Context, shown []sight, overrides []Override) (map[ID]string, error) {
	names := map[ID]string{}
	for i := range shown {
		names[shown[i].Person], names[shown[i].Published] = "", ""
	}
	for i := range overrides {
		names[overrides[i].InsteadOf] = ""
	}
	people, err := s.Store.People(ctx, slices.Collect(maps.Keys(names)))
	if err != nil {
		return nil, err
	}
	for i := range people {
		names[people[i].ID] = people[i].Name
	}
	return names, nil
}

// eventIDs returns how a team's shifts are named for ever and, by when the team was
// made, apart from those of other installations. It says nothing of the feed's token.
func eventIDs(team *TeamRecord) func(key string) string {
	suffix := "." + strconv.FormatInt(int64(team.ID), 10) + "-" + strconv.FormatInt(team.CreatedAt.Unix(), 16) + "@watchbill"
	var id []byte
	return func(key string) string {
		id = id[:0]
		for i := 0; i < len(key) && len(key) <= 150; i++ {
			switch c := key[i]; {
			case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '~':
				id = append(id, c)
			case c == ' ':
				id = append(id, '_')
			}
		}
		if len(id) < len(key) { // too long, or with others
			sum := sha256.Sum256([]byte(key))
			id = hex.AppendEncode(id[:0], sum[:16])
		}
		id = append(id, suffix...)
		return string(id)
	}
}

func (s *Service) absenceEvents(ctx context.Context, c *FeedContent, team *TeamRecord, day Date, w feedWindow) error {
	members, err := s.planned(ctx, team.ID)
	if err != nil {
		return err
	}
	name := eventIDs(team)
	for _, m := range members {
		if !m.Until.IsZero() && m.Until.Before(day) {
			continue
		}
		zone, err := Zone(m.Zone)
		if err != nil {
			return fmt.Errorf("zone of person %d: %w", m.Person, err)
		}
		for _, l := range m.Leaves {
			start, end := l.Span(zone)
			if l.WishCost > 0 || !start.Before(w.to) || !w.from.Before(end) {
				continue
			}
			c.Events = append(c.Events, FeedEvent{
				UID: name("away-" + strconv.FormatInt(int64(l.ID), 10)), Team: team.Name, Person: m.Name, Zone: m.Zone, First: l.First, Last: l.Last,
				Shift: &Shift{Start: start, End: end, ChangedAt: l.CreatedAt},
			})
		}
	}
	slices.SortStableFunc(c.Events, func(a, b FeedEvent) int { return a.Shift.Start.Compare(b.Shift.Start) })
	return nil
}
