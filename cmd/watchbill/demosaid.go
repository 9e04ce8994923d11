package main

import (
	"context"
	"hash/fnv"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// demoSaid is for how many weeks back the people of the demonstration have said what
// their pages were; nothing they say is real.
const demoSaid = 13

// demoNotes are what they noted of some pages.
var demoNotes = []string{
	"Came back by itself before I was at the desk. Third time this month; the probe is too eager.",
	"Restarted the web workers, then it answered again. The memory graph climbs for two days before each of these.",
	"Certificate renewal had stopped. Renewed by hand; the timer needs a look.",
	"Upstream had an incident of their own, see their status page. Nothing for us to do but wait.",
}

// saySome has the people of a team say what their pages were, most of them and not all:
// at night that they woke them, and of what ended within ten minutes that there was
// nothing to do, as of every backup.
func (s *server) saySome(ctx context.Context, team schedule.TeamRecord) error {
	members, err := s.schedule.Store.Members(ctx, team.ID)
	if err != nil {
		return err
	}
	ids := make([]schedule.ID, 0, len(members))
	for i := range members {
		ids = append(ids, members[i].Person)
	}
	people, err := s.schedule.Store.People(ctx, ids)
	if err != nil {
		return err
	}
	now := s.now()
	return s.health.Store.InTx(ctx, func(tx health.Store) error {
		for i := range people {
			zone, err := time.LoadLocation(people[i].Zone)
			if err != nil {
				return err
			}
			pages, err := tx.OwnPages(ctx, health.OwnFilter{Person: people[i].ID, Since: now.AddDate(0, 0, -7*demoSaid), Most: 10_000})
			if err != nil {
				return err
			}
			for k := range pages {
				what := demoSaying(&pages[k], zone)
				if at := pages[k].NotifiedAt.Add(20 * time.Minute); what != nil && at.Before(now) {
					if err := tx.SaveSaying(ctx, &pages[k], what, at); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}

// demoSaying is what somebody says of a page; of every fourth nothing.
func demoSaying(p *health.OwnPage, zone *time.Location) *health.Saying {
	h := fnv.New32a()
	_, _ = h.Write([]byte(p.Name.Key))
	dice := h.Sum32()
	if dice%4 == 0 {
		return nil
	}
	what := &health.Saying{Verdict: new(health.Actionable)}
	if short := !p.ResolvedAt.IsZero() && p.ResolvedAt.Sub(p.TriggeredAt) < 10*time.Minute; short || dice%7 == 0 || p.Service == demoBackup {
		what.Verdict = new(health.NoAction)
	}
	if hour := p.NotifiedAt.In(zone).Hour(); hour >= 23 || hour < 7 {
		what.Waking = new(health.Woken)
		if dice%5 == 0 {
			what.Waking = new(health.AwakeAnyway)
		}
	}
	if dice%6 == 1 {
		what.Note = &demoNotes[dice/6%uint32(len(demoNotes))]
	}
	return what
}
