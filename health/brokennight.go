package health

import (
	"context"
	"slices"
	"time"

	"watchbill/schedule"
)

// A BrokenNight is a night after which somebody is to rest.
type BrokenNight struct {
	Person  schedule.ID
	Night   schedule.Date // it begins on, at noon on the person's own clock
	Wakeups int
	Work    time.Duration // on incidents, in sleeping hours
	Ended   time.Time     // the last of it
	Rest    time.Time     // until then they are to rest
	Next    time.Time     // when the sleeping hours of the night after end
}

// lookBackNights is how far back pages are read to find a night that is not rested yet.
const lookBackNights = 3 * 24 * time.Hour

// BrokenNights returns who of some people had a night, by the pages of some teams, that
// they have not rested after yet: it was broken, and neither the rest after it nor the
// sleeping hours of the night that follows are over.
func (r *Rollup) BrokenNights(ctx context.Context, teams, people []schedule.ID) ([]BrokenNight, error) {
	if len(teams) == 0 || len(people) == 0 {
		return nil, nil
	}
	now := r.Now()
	var facts Facts
	for _, team := range teams {
		some, err := r.Store.Facts(ctx, team, now.Add(-lookBackNights), now)
		if err != nil {
			return nil, err
		}
		facts.Notices, facts.Incidents = append(facts.Notices, some.Notices...), append(facts.Incidents, some.Incidents...)
	}
	people = slices.DeleteFunc(slices.Clone(people), func(id schedule.ID) bool {
		return !slices.ContainsFunc(facts.Notices, func(n Notification) bool { return n.Person == id }) &&
			!slices.ContainsFunc(facts.Incidents, func(i Incident) bool {
				return slices.ContainsFunc(i.Engagements, func(e Engagement) bool { return e.Person == id })
			})
	})
	persons, err := r.asTheyLive(ctx, teams[0], people)
	if err != nil {
		return nil, err
	}
	var out []BrokenNight
	for _, id := range people {
		if persons[id] == nil {
			continue
		}
		record := NewRecord(id, facts.Notices, nil, facts.Incidents, &r.Config, now)
		for back := range 2 {
			if night, ok := r.brokenNight(persons[id], record, persons[id].Night(now).AddDays(-back), now); ok {
				out = append(out, night)
				break
			}
		}
	}
	return out, nil
}

// asTheyLive makes people of their clocks, of who has none yet as it is now.
func (r *Rollup) asTheyLive(ctx context.Context, team schedule.ID, people []schedule.ID) (map[schedule.ID]*Person, error) {
	clocks, err := r.Store.ClockChanges(ctx, people)
	if err != nil {
		return nil, err
	}
	unseen := slices.DeleteFunc(slices.Clone(people), func(id schedule.ID) bool {
		return slices.ContainsFunc(clocks, func(c ClockChange) bool { return c.Person == id })
	})
	now, err := r.Schedules.Clocks(ctx, unseen)
	if err != nil {
		return nil, err
	}
	return r.Schedules.Persons(ctx, team, append(clocks, now...))
}

// brokenNight looks at one night of somebody.
func (r *Rollup) brokenNight(p *Person, record *Record, night schedule.Date, now time.Time) (b BrokenNight, broken bool) {
	rules := DefaultRestRules()
	from, to := time.Unix(p.noon(night), 0), earlier(time.Unix(p.noon(night.AddDays(1)), 0), now)
	t := r.Config.Measure(p, record, from, to)
	b = BrokenNight{Person: p.ID, Night: night, Wakeups: t.Wakeups(), Work: time.Duration(t.Engaged[schedule.Sleep]) * time.Second}
	if b.Wakeups < rules.BrokenWakeups && b.Work < rules.BrokenWork {
		return b, false
	}
	for _, n := range record.ringsIn(from, to) {
		if p.PageBand(n.At) == schedule.Sleep {
			b.Ended = later(b.Ended, n.At)
		}
	}
	for _, w := range record.work {
		if start, end := later(w.Start, from), earlier(w.End, to); start.Before(end) {
			if bands := p.PageBands(start, end); bands[schedule.Sleep] > 0 {
				b.Ended = later(b.Ended, earlier(w.End, now))
			}
		}
	}
	b.Rest = b.Ended.Add(rules.Daily)
	stay, day := p.at(now.Unix()), night.AddDays(1)
	if stay.Sleep.Until <= schedule.Noon {
		day = day.AddDays(1)
	}
	b.Next = day.At(stay.Sleep.Until, stay.Zone)
	return b, now.Before(later(b.Rest, b.Next))
}

// RestDue returns who of a team's people is to rest after a broken night, as far as
// somebody may see that: themselves, and whoever plans them that rest is due. Who is
// seen by another finds that in their log.
func (r *Rollup) RestDue(ctx context.Context, team schedule.ID, people []schedule.ID, sight Sight) (mine *BrokenNight, others []BrokenNight, err error) {
	people = slices.DeleteFunc(slices.Clone(people), func(id schedule.ID) bool { return id != sight.Self && !sight.Nights })
	all, err := r.BrokenNights(ctx, []schedule.ID{team}, people)
	if err != nil {
		return nil, nil, err
	}
	var seen []schedule.ID
	for i := range all {
		if all[i].Person == sight.Self {
			mine = &all[i]
			continue
		}
		// How the night was, and to the minute when it ended, is theirs; that they are
		// to rest is for who plans them.
		rest := all[i].Rest.Add(time.Hour - time.Second).Truncate(time.Hour)
		others = append(others, BrokenNight{Person: all[i].Person, Rest: rest, Next: all[i].Next})
		seen = append(seen, all[i].Person)
	}
	if len(seen) > 0 && sight.Self != 0 {
		err = r.Store.NoteSeen(ctx, sight.Self, team, seen, r.Now())
	}
	return mine, others, err
}
