package auth

import (
	"context"
	"fmt"
	"slices"
	"time"

	"watchbill/schedule"
)

// A Look is a kind of data of a person that somebody else can look at.
type Look string

// The kinds. What a team shows its members all the time, such as the schedule, is
// none; see docs/adr.
const (
	LookProfile  Look = "profile"  // how to reach them, where and when they work
	LookAbsences Look = "absences" // why and when they are away
	LookLoad     Look = "load"     // what they carry, by person
	LookLog      Look = "log"      // what was done by and about them
	LookFeeds    Look = "feeds"    // their calendar links and who fetches them
)

// Look notes that whoever asks looks at somebody's data, for that person to see:
// once a day for each viewer, person and kind, days being those of UTC. A look at
// oneself, and the program's, is none.
func (s *Service) Look(ctx context.Context, what Look, about int64) error {
	w := From(ctx)
	if !w.Known() || w.Person == about {
		return nil
	}
	now := s.now().UTC()
	e := Entry{At: now, By: w.Person, Action: "look." + string(what), About: about}
	return s.store.AuditOnce(ctx, e, fmt.Sprintf("%d %d %s %s", w.Person, about, what, now.Format(time.DateOnly)))
}

// A LogQuery says which entries of the audit log are asked for.
type LogQuery struct {
	Person int64    // by or about them
	Team   int64    // about the team
	Text   string   // in a name, the action or the detail
	Or     []string // actions that the text also means
	Before int64    // only entries older than the one with this ID
	After  int64    // only entries newer, the oldest of those
	Limit  int
	// Without are actions that are left out. Log says which.
	Without []string
}

// intimate are actions of which whoever did them alone reads: when somebody told about a
// page says how soon they answered, and whether they were up at night.
var intimate = []string{"page.say", "page.link", "page.unlink"}

// Log returns entries of the audit log that whoever asks may see, the newest first,
// at most Limit. Everybody sees what they did and what was done about them; who
// manages a team sees the team's; administrators see all but what people say of pages
// that came to them, which is theirs. Looking at somebody else's is a look.
func (s *Service) Log(ctx context.Context, q LogQuery) ([]Entry, error) {
	w := From(ctx)
	if err := w.Must(s.logAction(w, &q)); err != nil {
		return nil, err
	}
	if q.Person != 0 {
		if err := s.Look(ctx, LookLog, q.Person); err != nil {
			return nil, err
		}
	}
	q.Limit, q.Without = min(max(q.Limit, 1), 1000), nil
	if q.Person == 0 || q.Person != w.Person {
		q.Without = intimate
	}
	return s.store.Log(ctx, q)
}

// logAction is what somebody needs to be for a query.
func (s *Service) logAction(w Who, q *LogQuery) (Action, On) {
	switch {
	case q.Team != 0:
		return SeeAuditTeam, Team(q.Team)
	case q.Person != 0 && q.Person == w.Person:
		return SeeAuditOwn, Person(q.Person)
	}
	return SeeAuditAll, On{}
}

// Colleague says whether whoever asks may see a person's contact: oneself, somebody
// who is in a team with them, an administrator. It returns the teams that both are
// in, or all of the person's for an administrator. Anybody else is
// schedule.ErrNotFound, so that nobody learns who there is.
func (s *Service) Colleague(ctx context.Context, person int64) (Account, []int64, error) {
	w := From(ctx)
	a, err := s.store.Account(ctx, person)
	if err != nil {
		return Account{}, nil, err
	}
	members, err := s.store.Members(ctx, person)
	if err != nil {
		return Account{}, nil, err
	}
	var teams, shared []int64
	for _, m := range members {
		teams = append(teams, m.Team)
		if w.May(SeeTeam, Team(m.Team)) {
			shared = append(shared, m.Team)
		}
	}
	if !w.May(SeeContact, Person(person, teams...)) || a.Kind == KindService {
		return Account{}, nil, fmt.Errorf("person %d: %w", person, schedule.ErrNotFound)
	}
	if a.Password != "" {
		a.Password = "set"
	}
	slices.Sort(shared)
	return a, shared, nil
}
