package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// Weeks is a letter on Monday morning, on the team's clock, for who manages it: who is on
// call, what is open and what waits for them. How much anybody had to bear is not in it.
type Weeks struct {
	Managers
	Schedule *schedule.Service
	// Waiting returns of how many people time owed waits for a decision.
	Waiting func(ctx context.Context, team schedule.ID, zone *time.Location) (int, error)
	// Review returns what a team talks about when a week is over, once it is made.
	Review func(ctx context.Context, team schedule.ID, week schedule.Date) (health.Review, error)
}

const (
	// atWork is when the letter is there, and stale after how long it is none any more.
	atWork = schedule.Clock(8 * 3600)
	stale  = 12 * time.Hour
)

// monday says whether it may be Monday at work somewhere, from the first zone to the last.
func monday(now time.Time) bool {
	for _, zone := range []int{-12, 14} {
		at := now.UTC().Add(time.Duration(zone) * time.Hour)
		if day := at.Weekday(); day == time.Monday {
			return true
		}
	}
	return false
}

// Topics is a Source.
func (n *Weeks) Topics(ctx context.Context, since time.Time) ([]Topic, error) {
	now := n.Now()
	if !monday(now) {
		return nil, nil
	}
	teams, err := n.Schedule.Store.Teams(ctx)
	if err != nil {
		return nil, err
	}
	var out []Topic
	for i := range teams {
		team := &teams[i]
		zone, err := schedule.Zone(team.Zone)
		if err != nil {
			continue // whoever looks at the team is told
		}
		today := schedule.DateOf(now.In(zone))
		monday := today.AddDays(-(int(today.Weekday()) + 6) % 7)
		if at := monday.At(atWork, zone); at.After(now) || !at.After(since) || now.Sub(at) > stale {
			continue
		}
		out = append(out, Topic{
			Key: fmt.Sprint("week.ahead ", team.ID, " ", monday), Kind: WeekAhead,
			To:    func(ctx context.Context) ([]schedule.ID, error) { return n.of(ctx, team.ID) },
			Write: func(ctx context.Context, to *schedule.Profile) (Letter, error) { return n.write(ctx, team, monday, to) },
		})
	}
	return out, nil
}

func (n *Weeks) write(ctx context.Context, team *schedule.TeamRecord, monday schedule.Date, to *schedule.Profile) (Letter, error) {
	zone, err := schedule.Zone(team.Zone)
	if err != nil {
		return Letter{}, err
	}
	from := func(weeks int) time.Time { return monday.AddDays(7*weeks).At(schedule.Midnight, zone) }
	shifts, err := n.Schedule.Shifts(ctx, team.ID, from(0), from(2), time.Time{})
	if err != nil {
		return Letter{}, err
	}
	open, err := n.open(ctx, team, zone, to)
	if err != nil || len(shifts) == 0 && len(open) == 0 { // nothing is planned, and nobody waits for it
		return Letter{}, err
	}
	names, err := n.names(ctx, shifts)
	if err != nil {
		return Letter{}, err
	}
	text := []string{
		"This week\n" + whoIsOn(shifts, from(0), from(1), names, to),
		"Next week\n" + whoIsOn(shifts, from(1), from(2), names, to),
	}
	if len(open) == 0 {
		open = []string{"Nothing is open: every planned shift has somebody, and nothing waits for you."}
	}
	text = append(text, open...)
	l := Letter{Subject: fmt.Sprintf("The week in %s, from %s", team.Name, day(monday)), Path: fmt.Sprintf("/teams/%d/schedule", team.ID)}
	switch _, err := n.Review(ctx, team.ID, monday.AddDays(-7)); {
	case err == nil:
		text = append(text, "The review of last week, to talk about together:")
		l.Path = fmt.Sprintf("/teams/%d/reviews/%s", team.ID, monday.AddDays(-7))
	case !errors.Is(err, schedule.ErrNotFound):
		return Letter{}, err
	}
	l.Text = strings.Join(text, "\n\n")
	return l, nil
}

func (n *Weeks) names(ctx context.Context, shifts []schedule.Shift) (map[schedule.ID]string, error) {
	ids := []schedule.ID{}
	for i := range shifts {
		if id := shifts[i].Person; id != 0 && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	people, err := n.Schedule.Store.People(ctx, ids)
	names := map[schedule.ID]string{0: "nobody"}
	for i := range people {
		names[people[i].ID] = people[i].Name
	}
	return names, err
}

// mostTurns is how many turns of a rotation are listed in a week.
const mostTurns = 8

// whoIsOn lists who has what in a week, a line for each rotation.
func whoIsOn(shifts []schedule.Shift, from, to time.Time, names map[schedule.ID]string, reader *schedule.Profile) string {
	turns := map[schedule.RotationID][]string{}
	var rotations []schedule.RotationID
	for i := range shifts {
		x := &shifts[i]
		if !x.Start.Before(to) || !from.Before(x.End) {
			continue
		}
		if turns[x.Rotation] == nil {
			rotations = append(rotations, x.Rotation)
		}
		turns[x.Rotation] = append(turns[x.Rotation], fmt.Sprintf("%s until %s", names[x.Person], x.End.In(clockOf(reader)).Format("Mon 2 Jan 15:04 MST")))
	}
	if len(rotations) == 0 {
		return "Nothing is planned."
	}
	slices.Sort(rotations)
	var lines []string
	for _, r := range rotations {
		list := turns[r]
		if len(list) > mostTurns {
			list = append(slices.Clone(list[:mostTurns]), fmt.Sprintf("and %d more", len(list)-mostTurns))
		}
		lines = append(lines, fmt.Sprintf("%s: %s", r, strings.Join(list, ", then ")))
	}
	return strings.Join(lines, "\n")
}

// mostOpen is how many of each kind of what is open are listed.
const mostOpen = 5

// open says what somebody has to see to.
func (n *Weeks) open(ctx context.Context, team *schedule.TeamRecord, zone *time.Location, to *schedule.Profile) (out []string, err error) {
	gaps, err := n.Schedule.Gaps(ctx, team.ID)
	if err != nil {
		return nil, err
	}
	out = append(out, gapLines(gaps, mostOpen, to)...)
	requests, err := n.Schedule.Store.Requests(ctx, team.ID, schedule.RequestOpen)
	if err != nil {
		return nil, err
	}
	drafts, err := n.Schedule.Store.Drafts(ctx, team.ID)
	if err != nil {
		return nil, err
	}
	drafts = slices.DeleteFunc(drafts, func(d schedule.Draft) bool { return d.State != schedule.DraftReady })
	owed, err := n.Waiting(ctx, team.ID, zone)
	if err != nil {
		return nil, err
	}
	for _, x := range []struct {
		n         int
		one, many string
	}{
		{len(requests), "1 request for cover or a swap is open.", "%d requests for cover or swaps are open."},
		{len(drafts), "1 plan waits for review.", "%d plans wait for review."},
		{owed, "Time owed to 1 person waits for your decision.", "Time owed to %d people waits for your decision."},
	} {
		switch {
		case x.n == 1:
			out = append(out, x.one)
		case x.n > 1:
			out = append(out, fmt.Sprintf(x.many, x.n))
		}
	}
	return out, nil
}
