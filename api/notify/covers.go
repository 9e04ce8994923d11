package notify

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"watchbill/schedule"
)

// Covers is news of requests for cover and swaps.
type Covers struct {
	Store schedule.Store
	// Crew are the people of a team who are on call on a day, each once.
	Crew func(ctx context.Context, team schedule.ID, day schedule.Date) ([]schedule.ID, error)
	Now  func() time.Time
}

// Topics is a Source.
func (c *Covers) Topics(ctx context.Context, since time.Time) ([]Topic, error) {
	requests, err := c.Store.RequestsSince(ctx, since)
	if err != nil {
		return nil, err
	}
	var out []Topic
	for i := range requests {
		r := &requests[i]
		if r.State == schedule.RequestUndone { // that shifts have changed by it is news of them
			continue
		}
		if r.State != schedule.RequestOpen {
			out = append(out, c.ended(r))
			continue
		}
		what := "cover.asked"
		if !r.RemindedAt.IsZero() { // who has not heard of it yet hears of it once
			what = "cover.reminded"
		}
		out = append(out, c.asked(r, what))
	}
	return out, nil
}

// soon is how far ahead a shift is for whose sake somebody is woken up.
const soon = 12 * time.Hour

func (c *Covers) asked(r *schedule.Request, what string) Topic {
	return Topic{
		Key: fmt.Sprint(what, " ", r.ID), Kind: CoverAsked, Urgent: r.ExpiresAt.Before(c.Now().Add(soon)),
		To: func(ctx context.Context) ([]schedule.ID, error) {
			if r.To != 0 {
				return []schedule.ID{r.To}, nil
			}
			crew, err := c.Crew(ctx, r.Team, schedule.DateOf(r.Start.UTC()))
			return slices.DeleteFunc(crew, func(id schedule.ID) bool { return id == r.Person || id == r.CreatedBy }), err
		},
		Write: func(ctx context.Context, to *schedule.Profile) (Letter, error) {
			team, names, err := c.scene(ctx, r)
			if err != nil {
				return Letter{}, err
			}
			l := Letter{Path: "/requests"}
			verb := " asks"
			if what == "cover.reminded" {
				verb = " still asks"
			}
			if r.IsSwap() {
				l.Subject = fmt.Sprintf("%s%s you for a swap in %s", names[r.Person], verb, team)
				l.Text = fmt.Sprintf("%s would give %s, %s, and take %s, %s, from you.", names[r.Person], r.Rotation, between(to, r.Start, r.End), r.Return.Rotation, between(to, r.Return.Start, r.Return.End))
			} else {
				l.Subject = fmt.Sprintf("%s%s for cover in %s", names[r.Person], verb, team)
				l.Text = fmt.Sprintf("%s looks for somebody to take %s, %s.", names[r.Person], r.Rotation, between(to, r.Start, r.End))
			}
			if r.Message != "" {
				l.Text += "\n\n" + quoted(r.Message)
			}
			l.Text += fmt.Sprintf("\n\nThe request is open until %s.", moment(to, r.ExpiresAt))
			return l, nil
		},
	}
}

func (c *Covers) ended(r *schedule.Request) Topic {
	return Topic{
		Key: fmt.Sprint("cover.ended ", r.ID, " ", r.State), Kind: CoverEnded, Urgent: r.Start.Before(c.Now().Add(soon)),
		To: func(context.Context) ([]schedule.ID, error) { return hear(r), nil },
		Write: func(ctx context.Context, to *schedule.Profile) (Letter, error) {
			team, names, err := c.scene(ctx, r)
			if err != nil {
				return Letter{}, err
			}
			l := Letter{Path: "/requests"}
			l.Subject, l.Text = outcome(r, names, team)
			l.Text += fmt.Sprintf("\n\nIt is about %s, %s.", r.Rotation, between(to, r.Start, r.End))
			if r.IsSwap() {
				l.Text += fmt.Sprintf(" In return it was for %s, %s.", r.Return.Rotation, between(to, r.Return.Start, r.Return.End))
			}
			return l, nil
		},
	}
}

// hear returns who hears of the end of a request: whom it concerns but who did it, and knows.
func hear(r *schedule.Request) (ids []schedule.ID) {
	concerned := []schedule.ID{r.Person, r.CreatedBy}
	if r.State != schedule.RequestDeclined && r.State != schedule.RequestExpired {
		concerned = append(concerned, r.To)
	}
	for _, id := range concerned {
		if id != 0 && id != r.AnsweredBy && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// outcome says what has become of a request.
func outcome(r *schedule.Request, names map[schedule.ID]string, team string) (subject, text string) {
	what, whose := "cover", names[r.Person]
	if r.IsSwap() {
		what = "a swap"
	}
	by := names[r.AnsweredBy]
	if by == "" {
		by = "Somebody"
	}
	switch r.State {
	case schedule.RequestAccepted:
		return fmt.Sprintf("Agreed: %s for %s in %s", what, whose, team), fmt.Sprintf("%s has agreed. The schedule and calendars show it.", by)
	case schedule.RequestDeclined:
		return fmt.Sprintf("Declined: %s for %s in %s", what, whose, team), fmt.Sprintf("%s has declined. The shift is still with %s; somebody else can be asked.", by, whose)
	case schedule.RequestWithdrawn:
		return fmt.Sprintf("Withdrawn: %s for %s in %s", what, whose, team), fmt.Sprintf("%s has withdrawn the request. The shift is still with %s.", by, whose)
	case schedule.RequestExpired:
		return fmt.Sprintf("Nobody answered: %s for %s in %s", what, whose, team), fmt.Sprintf("The time to answer is over. The shift is still with %s.", whose)
	}
	text = "The request has ended, because shifts have changed."
	if r.Note != "" {
		text = "The request has ended: " + r.Note + "."
	}
	return fmt.Sprintf("Over: the request of %s for %s in %s", whose, what, team), text
}

// scene is the team's name and those of the people.
func (c *Covers) scene(ctx context.Context, r *schedule.Request) (team string, names map[schedule.ID]string, err error) {
	record, err := c.Store.Team(ctx, r.Team)
	if err != nil {
		return "", nil, err
	}
	people, err := c.Store.People(ctx, []schedule.ID{r.Person, r.CreatedBy, r.AnsweredBy})
	names = map[schedule.ID]string{}
	for i := range people {
		names[people[i].ID] = people[i].Name
	}
	return record.Name, names, err
}

// quoted marks what somebody else has written.
func quoted(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return "> " + strings.Join(lines, "\n> ")
}

// moment writes an instant on somebody's clock.
func moment(p *schedule.Profile, at time.Time) string {
	return at.In(clockOf(p)).Format("Mon 2 Jan 2006 15:04 MST")
}

// clockOf is the zone of somebody's clock.
func clockOf(p *schedule.Profile) *time.Location {
	zone, err := schedule.Zone(p.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// between writes a stretch of time on somebody's clock.
func between(p *schedule.Profile, from, to time.Time) string {
	return moment(p, from) + " – " + moment(p, to)
}
