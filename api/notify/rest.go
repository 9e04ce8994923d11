package notify

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// Rests is news of broken nights in teams that offer rest: for whoever had one that they are
// to rest, once for each night; and for who manages the team that somebody is, and until
// when, but nothing of the night.
type Rests struct {
	Managers
	Schedule *schedule.Service
	Nights   *health.Rollup

	mu     sync.Mutex
	looked time.Time
	found  []brokenNight
}

// betweenLooks is how long what was found is good: nobody is told of a night before it is
// over, and to find out is more than a few statements.
const betweenLooks = 10 * time.Minute

type brokenNight struct {
	team schedule.ID
	health.BrokenNight
}

// Own is a Source, of [RestDue].
func (n *Rests) Own(ctx context.Context, since time.Time) ([]Topic, error) {
	nights, err := n.nights(ctx, since)
	var out []Topic
	for _, b := range nights {
		out = append(out, Topic{
			Key: fmt.Sprint("rest.due ", b.Person, " ", b.Night), Kind: RestDue,
			To:    func(context.Context) ([]schedule.ID, error) { return []schedule.ID{b.Person}, nil },
			Write: func(ctx context.Context, to *schedule.Profile) (Letter, error) { return n.own(ctx, &b, to) },
		})
	}
	return out, err
}

// OfTeams is a Source, of [RestTeam].
func (n *Rests) OfTeams(ctx context.Context, since time.Time) ([]Topic, error) {
	nights, err := n.nights(ctx, since)
	var out []Topic
	for _, b := range nights {
		out = append(out, Topic{
			Key: fmt.Sprint("rest.team ", b.team, " ", b.Person, " ", b.Night), Kind: RestTeam,
			To: func(ctx context.Context) ([]schedule.ID, error) {
				ids, err := n.of(ctx, b.team)
				return slices.DeleteFunc(ids, func(id schedule.ID) bool { return id == b.Person }), err
			},
			Write: func(ctx context.Context, to *schedule.Profile) (Letter, error) { return n.ofTeam(ctx, &b, to) },
		})
	}
	return out, err
}

// nights returns those that ended after a moment and are not rested yet.
func (n *Rests) nights(ctx context.Context, since time.Time) ([]brokenNight, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.Now()
	if n.looked.IsZero() || now.Sub(n.looked).Abs() >= betweenLooks {
		found, err := n.look(ctx)
		if err != nil {
			return nil, err
		}
		n.looked, n.found = now, found
	}
	return slices.DeleteFunc(slices.Clone(n.found), func(b brokenNight) bool { return !b.Ended.After(since) }), nil
}

func (n *Rests) look(ctx context.Context) ([]brokenNight, error) {
	teams, err := n.Schedule.Store.Teams(ctx)
	if err != nil {
		return nil, err
	}
	var found []brokenNight
	for i := range teams {
		if !teams[i].RestCover {
			continue
		}
		members, err := n.Members(ctx, teams[i].ID)
		if err != nil {
			return nil, err
		}
		people := make([]schedule.ID, len(members))
		for j := range members {
			people[j] = members[j].Person
		}
		nights, err := n.Nights.BrokenNights(ctx, []schedule.ID{teams[i].ID}, people)
		if err != nil {
			return nil, err
		}
		for _, b := range nights {
			found = append(found, brokenNight{teams[i].ID, b})
		}
	}
	return found, nil
}

func (n *Rests) own(ctx context.Context, b *brokenNight, to *schedule.Profile) (Letter, error) {
	nights, err := n.Nights.BrokenNights(ctx, []schedule.ID{b.team}, []schedule.ID{to.ID})
	if err != nil || len(nights) == 0 || nights[0].Night != b.Night { // they have rested, or there was no such page
		return Letter{}, err
	}
	text := "Your night was broken. "
	if rest := nights[0].Rest; rest.After(n.Now()) {
		text += fmt.Sprintf("Eleven hours of rest after the last of it end on %s.", moment(to, rest))
	} else {
		text += fmt.Sprintf("The sleeping hours of the night that follows end on %s.", moment(to, nights[0].Next))
	}
	return Letter{
		Subject: "Rest is due after your night",
		Text: text + " Begin later, or hand over what comes before: your first page says what that is.\n\n" +
			"How the night was is told to you alone. Whoever plans you is told that you are to rest.",
		Path: "/",
	}, nil
}

// ofTeam tells who manages a team as much as they see on their first page, and that they
// were told is in the log of whom it is about.
func (n *Rests) ofTeam(ctx context.Context, b *brokenNight, to *schedule.Profile) (Letter, error) {
	_, due, err := n.Nights.RestDue(ctx, b.team, []schedule.ID{b.Person}, health.Sight{Self: to.ID, Nights: true})
	if err != nil || len(due) == 0 {
		return Letter{}, err
	}
	team, err := n.Teams(ctx, b.team)
	if err != nil || !team.RestCover {
		return Letter{}, err
	}
	people, err := n.Schedule.Store.People(ctx, []schedule.ID{b.Person})
	if err != nil || len(people) == 0 {
		return Letter{}, err
	}
	until := due[0].Rest
	if !until.After(n.Now()) {
		until = due[0].Next
	}
	return Letter{
		Subject: fmt.Sprintf("Rest is due: %s in %s", people[0].Name, team.Name),
		Text: fmt.Sprintf("%s is to rest until %s. Your first page shows which of their shifts comes before, and who could take it.\n\nThey see in their log that you were told.",
			people[0].Name, moment(to, until)),
		Path: "/",
	}, nil
}
