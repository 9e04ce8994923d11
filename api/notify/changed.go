package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"watchbill/schedule"
)

// ShiftChanges is news of how somebody's coming shifts have changed by what others decided:
// one letter for what was decided at once, however many shifts that is.
type ShiftChanges struct {
	Schedule *schedule.Service
	Told     func(ctx context.Context, keys []string) (map[string]bool, error)
}

// settle is how long nothing must have been decided about somebody's shifts for them to
// hear of it: what is undone at once is told to nobody.
const settle = time.Minute

// Topics is a Source. A topic is named by its last decision and tells of all since the last
// that was told or was none of theirs.
func (n *ShiftChanges) Topics(ctx context.Context, since time.Time) ([]Topic, error) {
	touches, err := n.Schedule.Store.Touched(ctx, since)
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(touches))
	for i, t := range touches {
		keys[i] = fmt.Sprint("shift.changed ", t.Person, " ", t.At.Unix())
	}
	told, err := n.Told(ctx, keys)
	if err != nil {
		return nil, err
	}
	now := n.Schedule.Now()
	var out []Topic
	known := since
	for i, t := range touches { // by person, and then by when
		if told[keys[i]] {
			known = t.At
		}
		if i+1 < len(touches) && touches[i+1].Person == t.Person {
			continue
		}
		if !told[keys[i]] && t.At.Before(now.Add(-settle)) {
			topic, err := n.topic(ctx, keys[i], t, known, now)
			if err != nil {
				return nil, err
			}
			out = append(out, topic)
		}
		known = since
	}
	return out, nil
}

// topic is of all that was decided for somebody until a moment and that they do not know.
func (n *ShiftChanges) topic(ctx context.Context, key string, t schedule.Touch, known, now time.Time) (Topic, error) {
	seen, err := n.Schedule.Store.Seen(ctx, t.Person)
	if err != nil {
		return Topic{}, err
	}
	if seen.After(known) { // on their first page
		known = seen
	}
	all, err := n.Schedule.ChangesBetween(ctx, t.Person, known, t.At)
	if err != nil {
		return Topic{}, err
	}
	var changes []schedule.Change
	for i := range all {
		asked, err := n.asked(ctx, t.Person, &all[i])
		if err != nil {
			return Topic{}, err
		}
		if !asked {
			changes = append(changes, all[i])
		}
	}
	return Topic{
		Key: key, Kind: ShiftChanged, Urgent: slices.ContainsFunc(changes, func(c schedule.Change) bool { return c.Begin().Before(now.Add(soon)) }),
		To: func(context.Context) ([]schedule.ID, error) {
			if len(changes) == 0 {
				return nil, nil
			}
			return []schedule.ID{t.Person}, nil
		},
		Write: func(ctx context.Context, to *schedule.Profile) (Letter, error) { return n.write(ctx, changes, to) },
	}, nil
}

// asked says whether a change is of a request, of whose end somebody hears.
func (n *ShiftChanges) asked(ctx context.Context, person schedule.ID, c *schedule.Change) (bool, error) {
	if c.Undone || c.Kind != schedule.Covered && c.Kind != schedule.Swapped {
		return false, nil
	}
	r, err := n.Schedule.Store.RequestOf(ctx, c.Override)
	if errors.Is(err, schedule.ErrNotFound) { // it was taken without one
		return false, nil
	}
	return err == nil && slices.Contains(hear(&r), person), err
}

// mostChanges is how many shifts a letter lists.
const mostChanges = 12

func (n *ShiftChanges) write(ctx context.Context, changes []schedule.Change, to *schedule.Profile) (Letter, error) {
	teams, names, err := n.names(ctx, changes)
	if err != nil {
		return Letter{}, err
	}
	l := Letter{Subject: "Your shifts have changed", Path: "/"}
	if len(teams) == 1 {
		l.Subject += " in " + teams[changes[0].Team]
	}
	var text []string
	for i, why := 0, ""; i < len(changes); i++ {
		c := &changes[i]
		if i == mostChanges {
			text = append(text, fmt.Sprintf("%d more have changed: all of them are in your shifts.", len(changes)-i))
			break
		}
		if said := whyChanged(c, names); said != why {
			why = said
			text = append(text, why)
		}
		text = append(text, changeLine(c, teams, to))
	}
	l.Text = strings.Join(text, "\n\n")
	return l, nil
}

// names are those of the teams that changes are in, and of who decided.
func (n *ShiftChanges) names(ctx context.Context, changes []schedule.Change) (teams, people map[schedule.ID]string, err error) {
	teams, people = map[schedule.ID]string{}, map[schedule.ID]string{}
	by := []schedule.ID{}
	for i := range changes {
		c := &changes[i]
		by = append(by, c.By)
		if teams[c.Team] != "" {
			continue
		}
		team, err := n.Schedule.Store.Team(ctx, c.Team)
		if err != nil {
			return nil, nil, err
		}
		teams[c.Team] = team.Name
	}
	all, err := n.Schedule.Store.People(ctx, by)
	for i := range all {
		people[all[i].ID] = all[i].Name
	}
	return teams, people, err
}

// whyChanged says who decided and why, as far as they have said it.
func whyChanged(c *schedule.Change, names map[schedule.ID]string) string {
	by, text := names[c.By], c.Reason
	if by == "" {
		by = "Watchbill"
	}
	switch {
	case c.Override == 0:
		said := fmt.Sprintf("Why: %s, by %s.", c.Reason, by)
		if c.Note == "" {
			return said
		}
		return said + "\n\n" + quoted(c.Note)
	case c.Undone:
		return fmt.Sprintf("Why: %s has taken back what was decided before.", by)
	case text == "":
		return fmt.Sprintf("Why: %s has decided so.", by)
	}
	return fmt.Sprintf("Why: %s has decided so, and says:\n\n%s", by, quoted(text))
}

// changeLine says of one shift what it was and what it is.
func changeLine(c *schedule.Change, teams map[schedule.ID]string, to *schedule.Profile) string {
	what := string(c.Rotation)
	if len(teams) > 1 {
		what += " in " + teams[c.Team]
	}
	switch {
	case len(c.Was) == 0:
		return fmt.Sprintf("Yours now: %s, %s.", what, spansOf(to, c.Is))
	case len(c.Is) == 0:
		return fmt.Sprintf("Not yours any more: %s, %s.", what, spansOf(to, c.Was))
	}
	return fmt.Sprintf("Other times: %s.\nIt was %s.\nIt is %s.", what, spansOf(to, c.Was), spansOf(to, c.Is))
}

// spansOf writes stretches of time on somebody's clock.
func spansOf(to *schedule.Profile, spans []schedule.Span) string {
	var out []string
	for _, x := range spans {
		out = append(out, between(to, x.Start, x.End))
	}
	return strings.Join(out, " and ")
}
