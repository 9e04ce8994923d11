package main

import (
	"context"
	"errors"

	"watchbill/health"
	"watchbill/health/healthdb"
	"watchbill/schedule"
)

// askPeople puts together what asks people how on-call is for them.
func (s *server) askPeople() {
	store := healthdb.New(s.db.Write, s.db.Read)
	s.pulse = &health.Pulse{Store: store, Keys: keysIn(s.db), Now: s.schedule.Now, Asked: s.askedOn, Names: s.memberNames}
	s.diary = &health.Diary{Store: store, Keys: s.pulse.Keys, Now: s.schedule.Now, Shifts: s.schedule.PersonShifts}
}

// askedOn implements health.Pulse.Asked: whoever takes part in the rotations on a day.
func (s *server) askedOn(ctx context.Context, team schedule.ID, day schedule.Date) ([]schedule.ID, error) {
	members, err := s.schedule.Store.Members(ctx, team)
	if err != nil {
		return nil, err
	}
	changes, err := s.schedule.Store.MemberChanges(ctx, team)
	if err != nil {
		return nil, err
	}
	var ids []schedule.ID
	for i := range members {
		m := &members[i]
		if m.From.After(day) || !m.Until.IsZero() && m.Until.Before(day) {
			continue
		}
		on, since := m.OnCall && m.Share > 0, schedule.Date{}
		for _, c := range changes {
			if c.Person == m.Person && !c.From.After(day) && c.From.After(since) {
				on, since = c.OnCall && c.Share > 0, c.From
			}
		}
		if on {
			ids = append(ids, m.Person)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	people, err := s.schedule.Store.People(ctx, ids)
	if err != nil {
		return nil, err
	}
	ids = ids[:0]
	for i := range people {
		if people[i].DeactivatedAt.IsZero() {
			ids = append(ids, people[i].ID)
		}
	}
	return ids, nil
}

// memberNames implements health.Pulse.Names.
func (s *server) memberNames(ctx context.Context, team schedule.ID) ([]string, error) {
	members, err := s.schedule.Store.Members(ctx, team)
	if err != nil || len(members) == 0 {
		return nil, err
	}
	var ids []schedule.ID
	for i := range members {
		ids = append(ids, members[i].Person)
	}
	people, err := s.schedule.Store.People(ctx, ids)
	var names []string
	for i := range people {
		names = append(names, people[i].Name)
	}
	return names, err
}

// askTeams closes and opens the waves that are due, publishes what all teams are together, and
// forgets keys that nothing needs any more.
func (s *server) askTeams(ctx context.Context) error {
	teams, err := s.schedule.Store.Teams(ctx)
	return errors.Join(err, s.pulse.CloseDue(ctx), s.pulse.RollUpDue(ctx), s.pulse.OpenDue(ctx, teams), s.pulse.ForgetStrays(ctx))
}

// sealWith makes the keys of waves from a secret. Without one they lie beside an SQLite
// file; on PostgreSQL they lie in the database, and whoever copies it has them.
func (s *server) sealWith(secret string) {
	switch {
	case secret != "":
		s.pulse.Keys = secretKeys{secret, s.pulse.Keys}
		s.diary.Keys = s.pulse.Keys
	case s.db.File() == "":
		s.log.Warn("keys of surveys and of shift diaries lie in the database: a backup has both, and with them what was answered to open surveys and what is in diaries; set WATCHBILL_PULSE_SECRET")
	}
}
