package notify

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"watchbill/schedule"
)

// ShiftsSoon is news of shifts that begin, for whose they are, as long before as they have
// chosen. Who would sleep then hears of it before they go to sleep, so that nobody is on
// call in the night without having been told.
type ShiftsSoon struct {
	Schedule *schedule.Service
	Chosen   func(ctx context.Context, people ...schedule.ID) (map[schedule.ID]time.Duration, error)
	Asleep   func(p *schedule.Profile, at time.Time) bool
}

const (
	// usualLead is how long before a shift they hear of it who have not chosen.
	usualLead = 24 * time.Hour
	// longestSleep bounds how far sleeping hours move it, and nod is how finely they are
	// looked at; before them there is evening to read it.
	longestSleep = 24 * time.Hour
	nod          = 15 * time.Minute
	evening      = 45 * time.Minute
	// freshAfter is how long after a shift of the same rotation the next begins anew.
	freshAfter = 24 * time.Hour
)

// peopleAtOnce is how many people are read at once.
const peopleAtOnce = 500

// Leads returns how long before a shift people can hear of it.
func Leads() []time.Duration {
	const day = 24 * time.Hour
	return []time.Duration{time.Hour, 3 * time.Hour, 12 * time.Hour, day, 3 * day, 7 * day}
}

// Topics is a Source.
func (n *ShiftsSoon) Topics(ctx context.Context, since time.Time) ([]Topic, error) {
	leads, err := n.Chosen(ctx)
	if err != nil {
		return nil, err
	}
	now := n.Schedule.Now()
	near, people, err := n.near(ctx, leads)
	if err != nil {
		return nil, err
	}
	// What begins at once is one letter. They come by start.
	begin := map[string][]schedule.Begin{}
	var keys []string
	for _, x := range near {
		p := people[x.Person]
		if p == nil {
			continue
		}
		due := n.due(p, x.Start, leadOf(leads, x.Person))
		// Whoever has got it since then has heard of it, or has done so themselves.
		if due.After(now) || !due.After(since) || x.ChangedAt.After(due) {
			continue
		}
		// Nor does anything begin for whoever has the same day after day, and is at it.
		if x.Before.After(due) && x.Start.Sub(x.Before) < freshAfter {
			continue
		}
		key := fmt.Sprint("shift.soon ", x.Person, " ", x.Start.Unix())
		if begin[key] == nil {
			keys = append(keys, key)
		}
		begin[key] = append(begin[key], x)
	}
	var out []Topic
	for _, key := range keys {
		shifts := begin[key]
		out = append(out, Topic{
			Key: key, Kind: ShiftSoon,
			To:    func(context.Context) ([]schedule.ID, error) { return []schedule.ID{shifts[0].Person}, nil },
			Write: func(ctx context.Context, to *schedule.Profile) (Letter, error) { return n.write(ctx, shifts, to) },
		})
	}
	return out, nil
}

// leadOf is how long before a shift somebody wants to hear of it.
func leadOf(leads map[schedule.ID]time.Duration, id schedule.ID) time.Duration {
	if lead, chosen := leads[id]; chosen {
		return lead
	}
	return usualLead
}

// near returns the shifts of which somebody may have to hear by now, and whose they are.
func (n *ShiftsSoon) near(ctx context.Context, leads map[schedule.ID]time.Duration) ([]schedule.Begin, map[schedule.ID]*schedule.Profile, error) {
	longest := usualLead
	for _, lead := range leads {
		longest = max(longest, lead)
	}
	now := n.Schedule.Now()
	ahead := longest + longestSleep + evening
	shifts, err := n.Schedule.Beginning(ctx, now, now.Add(ahead), ahead)
	if err != nil {
		return nil, nil, err
	}
	near := shifts[:0]
	var ids []schedule.ID
	for i := range shifts {
		if x := &shifts[i]; !x.Start.After(now.Add(leadOf(leads, x.Person) + longestSleep + evening)) {
			near, ids = append(near, *x), append(ids, x.Person)
		}
	}
	if len(near) == 0 {
		return nil, nil, nil
	}
	slices.Sort(ids)
	people := map[schedule.ID]*schedule.Profile{}
	for some := range slices.Chunk(slices.Compact(ids), peopleAtOnce) {
		profiles, err := n.Schedule.Store.People(ctx, some)
		if err != nil {
			return nil, nil, err
		}
		for i := range profiles {
			people[profiles[i].ID] = &profiles[i]
		}
	}
	return near, people, nil
}

// due is when somebody hears of a shift.
func (n *ShiftsSoon) due(p *schedule.Profile, start time.Time, lead time.Duration) time.Time {
	at := start.Add(-lead)
	if !n.Asleep(p, at) {
		return at
	}
	for back := nod; back <= longestSleep; back += nod {
		if awake := at.Add(-back); !n.Asleep(p, awake) {
			return awake.Add(-evening)
		}
	}
	return at
}

func (n *ShiftsSoon) write(ctx context.Context, shifts []schedule.Begin, to *schedule.Profile) (Letter, error) {
	first := &shifts[0]
	var text []string
	var names []string
	for i := range shifts {
		x := &shifts[i]
		team, err := n.Schedule.Store.Team(ctx, x.Team)
		if err != nil {
			return Letter{}, err
		}
		what := fmt.Sprintf("%s in %s", x.Rotation, team.Name)
		names = append(names, what)
		text = append(text, fmt.Sprintf("You have %s from %s until %s.", what, moment(to, x.Start), moment(to, x.End)))
	}
	return Letter{
		Subject: fmt.Sprintf("On call from %s: %s", first.Start.In(clockOf(to)).Format("Mon 2 Jan 15:04 MST"), strings.Join(names, ", ")),
		Text:    strings.Join(text, "\n\n") + "\n\nIf you cannot, ask for cover now: the others need time to answer.",
		Path:    fmt.Sprintf("/shifts/%d", first.ID),
	}, nil
}
