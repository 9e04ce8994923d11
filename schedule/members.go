package schedule

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
)

// PutMember adds a person to a team, or changes their place in it. A share is at
// most full time.
func (s *Service) PutMember(ctx context.Context, by ID, m Membership) error {
	if err := checkMembership(&m); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx Store) error {
		m := m
		if _, err := tx.RaiseVersion(ctx, m.Team); err != nil {
			return err
		}
		people, err := tx.People(ctx, []ID{m.Person})
		if err != nil {
			return err
		}
		if len(people) == 0 {
			return fmt.Errorf("person %d: %w", m.Person, ErrNotFound)
		}
		members, err := tx.Members(ctx, m.Team)
		if err != nil {
			return err
		}
		there := false
		for _, was := range members {
			if was.Person == m.Person {
				there, m.Takes, m.Skills, m.Limits, m.OnCall = true, was.Takes, was.Skills, was.Limits, was.OnCall
			}
		}
		if !there && m.Takes+m.Skills+m.Limits != "" {
			if err := s.with(tx).checkMember(ctx, Planning{Profile: people[0], Membership: m}); err != nil {
				return err
			}
		}
		if err := tx.SaveMember(ctx, &m); err != nil {
			return err
		}
		return s.membersChanged(ctx, tx, by, &m, "member.save")
	})
}

// checkMember says what is wrong with a member under the rules of today.
func (s *Service) checkMember(ctx context.Context, p Planning) error {
	team, err := s.Store.Team(ctx, p.Team)
	if err != nil {
		return err
	}
	today, err := s.today(ctx, p.Team)
	if err != nil {
		return err
	}
	rules, err := s.RulesOn(ctx, p.Team, today)
	if err != nil {
		return err
	}
	return s.CheckMember(team, rules, p)
}

// membersChanged makes sure that somebody still manages the team, and notes the
// change. The team was locked before anything was read: of two managers who remove
// each other one stays.
func (s *Service) membersChanged(ctx context.Context, tx Store, by ID, m *Membership, action string) error {
	members, err := tx.Members(ctx, m.Team)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(members, func(m Membership) bool { return m.Manager && m.Until.IsZero() }) {
		return &InvalidError{"role", "the team needs somebody who manages it; make somebody else a manager first"}
	}
	return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: action, About: m.Person, Team: m.Team})
}

// RemoveMember takes a person out of a team. Their past stays, and that they were in it
// until yesterday; shifts to come are theirs until the next plan.
func (s *Service) RemoveMember(ctx context.Context, by, team, person ID) error {
	return s.Store.InTx(ctx, func(tx Store) error {
		if _, err := tx.RaiseVersion(ctx, team); err != nil {
			return err
		}
		if err := s.with(tx).keepStint(ctx, team, person); err != nil {
			return err
		}
		if err := tx.RemoveMember(ctx, team, person); err != nil {
			return err
		}
		return s.membersChanged(ctx, tx, by, &Membership{Team: team, Person: person}, "member.remove")
	})
}

// keepStint keeps when somebody was in a team who is about to be taken out of it. Whose first
// day nobody has said was there since something tells of it; who came today was not there.
func (s *Service) keepStint(ctx context.Context, team, person ID) error {
	m, _, err := memberOf(ctx, s.Store, team, person)
	if err != nil {
		return err
	}
	is, err := s.Store.Team(ctx, team)
	if err != nil {
		return err
	}
	zone, err := Zone(is.Zone)
	if err != nil {
		return err
	}
	today := DateOf(s.Now().In(zone))
	if m.From.IsZero() {
		begun, err := s.Store.Begun(ctx, team, person)
		if err != nil {
			return err
		}
		if begun.IsZero() { // they came with the team
			begun = is.CreatedAt
		}
		m.From = DateOf(begun.In(zone))
	}
	if last := today.AddDays(-1); m.Until.IsZero() || last.Before(m.Until) {
		m.Until = last
	}
	if m.Until.Before(m.From) {
		return nil
	}
	return s.Store.AddPastMember(ctx, &m)
}

// Stints returns who is in a team and who was, each time that they were: of who has left
// altogether until the day before.
func (s *Service) Stints(ctx context.Context, team ID) ([]Membership, error) {
	is, err := s.Store.Members(ctx, team)
	if err != nil {
		return nil, err
	}
	was, err := s.Store.PastMembers(ctx, team)
	if err != nil {
		return nil, err
	}
	return s.UntilLeft(ctx, append(was, is...))
}

// UntilLeft ends memberships of those who have left altogether the day before.
func (s *Service) UntilLeft(ctx context.Context, members []Membership) ([]Membership, error) {
	ids := make([]ID, 0, len(members))
	for i := range members {
		ids = append(ids, members[i].Person)
	}
	people, err := s.Store.People(ctx, ids)
	left := map[ID]Date{}
	for i := range people {
		if at := people[i].DeactivatedAt; !at.IsZero() {
			left[people[i].ID] = DateOf(at).AddDays(-1)
		}
	}
	for i := range members {
		m := &members[i]
		if last, ok := left[m.Person]; ok && (m.Until.IsZero() || last.Before(m.Until)) {
			m.Until = last
		}
	}
	return members, err
}

// A MemberEdit is all that a team's manager says of a member.
type MemberEdit struct {
	Membership
	Works, Sleeps, Holidays string // of the person, in every team
}

// EditOf returns what is kept of a member as it would be edited.
func EditOf(m Membership, p Profile) MemberEdit {
	m.ID = 0
	return MemberEdit{Membership: m, Works: p.Works, Sleeps: p.Sleeps, Holidays: p.Holidays}
}

// ChangeMember changes a member from what they were. It is ErrConflict when somebody
// else has changed them meanwhile.
func (s *Service) ChangeMember(ctx context.Context, by ID, was, to MemberEdit) error {
	if err := to.check(); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx Store) error {
		if _, err := tx.RaiseVersion(ctx, to.Team); err != nil {
			return err
		}
		is, p, err := memberOf(ctx, tx, to.Team, to.Person)
		if err != nil {
			return err
		}
		if EditOf(is, p) == to {
			return nil // saved twice, or by two who want the same
		}
		if EditOf(is, p) != was {
			return fmt.Errorf("somebody else has changed %s meanwhile: %w", p.Name, ErrConflict)
		}
		p.Works, p.Sleeps, p.Holidays = to.Works, to.Sleeps, to.Holidays
		if err := s.with(tx).checkMember(ctx, Planning{Profile: p, Membership: to.Membership}); err != nil {
			return err
		}
		if err := tx.SaveMember(ctx, &to.Membership); err != nil {
			return err
		}
		if to.Works != was.Works || to.Sleeps != was.Sleeps || to.Holidays != was.Holidays {
			if err := tx.SavePerson(ctx, &p); err != nil {
				return err
			}
			if err := tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: "profile.change", About: p.ID}); err != nil {
				return err
			}
		}
		return s.membersChanged(ctx, tx, by, &to.Membership, "member.save")
	})
}

// memberOf finds a member and who that is.
func memberOf(ctx context.Context, tx Store, team, person ID) (m Membership, p Profile, err error) {
	members, err := tx.Members(ctx, team)
	if err != nil {
		return m, p, err
	}
	at := slices.IndexFunc(members, func(m Membership) bool { return m.Person == person })
	people, err := tx.People(ctx, []ID{person})
	if err != nil {
		return m, p, err
	}
	if at < 0 || len(people) == 0 {
		return m, p, fmt.Errorf("member %d of team %d: %w", person, team, ErrNotFound)
	}
	return members[at], people[0], nil
}

// check says what is wrong with a member, whatever the rules are.
func (m *MemberEdit) check() error {
	return errors.Join(checkMembership(&m.Membership), m.checkTexts())
}

// checkTexts says what is wrong with what is written of a member, whatever it says.
func (m *MemberEdit) checkTexts() (err error) {
	for field, text := range map[string]string{"takes": m.Takes, "skills": m.Skills, "limits": m.Limits, "works": m.Works, "sleeps": m.Sleeps, "holidays": m.Holidays} {
		err = errors.Join(err, goodNote(field, text))
	}
	return err
}

func checkMembership(m *Membership) error {
	var bad problems
	if m.Share < 0 || m.Share > FullTime {
		bad.add("share", "write 100 for full time, 80 for four days of five")
	}
	if !m.From.IsZero() && !m.Until.IsZero() && m.Until.Before(m.From) {
		bad.add("until", "%v is before the first day %v", m.Until, m.From)
	}
	return bad.err()
}

// ScheduleMember changes a member's share from a day on, or lets them pause or come
// back. Another change on the same day is replaced.
func (s *Service) ScheduleMember(ctx context.Context, by ID, c MemberChange) error {
	today, err := s.today(ctx, c.Team)
	if err != nil {
		return err
	}
	var bad problems
	if c.Share < 0 || c.Share > FullTime {
		bad.add("share", "write 100 for full time, 80 for four days of five")
	}
	if c.From.Before(today) {
		bad.add("from", "%v is past; choose today or a day to come", c.From)
	}
	if err := bad.err(); err != nil {
		return err
	}
	c.CreatedAt, c.CreatedBy = s.Now(), by
	return s.Store.InTx(ctx, func(tx Store) error {
		if _, err := tx.RaiseVersion(ctx, c.Team); err != nil {
			return err
		}
		m, _, err := memberOf(ctx, tx, c.Team, c.Person)
		if err != nil {
			return err
		}
		if !m.Until.IsZero() && c.From.After(m.Until) {
			return &InvalidError{"from", fmt.Sprintf("the last day in the team is %v; take that away first", m.Until)}
		}
		if err := tx.SaveMemberChange(ctx, &c); err != nil {
			return err
		}
		return s.membersChanged(ctx, tx, by, &m, "member.schedule")
	})
}

// UnscheduleMember forgets a change of a member that is still to come.
func (s *Service) UnscheduleMember(ctx context.Context, by, team, id ID) error {
	return s.unschedule(ctx, by, team, "schedule another change instead", func(tx Store) (ID, Date, error) {
		all, err := tx.MemberChanges(ctx, team)
		if at := slices.IndexFunc(all, func(c MemberChange) bool { return c.ID == id }); at >= 0 {
			return all[at].Person, all[at].From, tx.RemoveMemberChange(ctx, team, id)
		}
		return 0, Date{}, cmp.Or(err, fmt.Errorf("change %d: %w", id, ErrNotFound))
	})
}

// unschedule takes back what is still to come for a member. Remove does it, and says
// whose it was and from when; what has begun stays all the same, with a word on what
// to do instead.
func (s *Service) unschedule(ctx context.Context, by, team ID, instead string, remove func(Store) (ID, Date, error)) error {
	today, err := s.today(ctx, team)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx Store) error {
		if _, err := tx.RaiseVersion(ctx, team); err != nil {
			return err
		}
		person, from, err := remove(tx)
		if err != nil {
			return err
		}
		if !from.After(today) {
			return &InvalidError{"from", "this holds already; " + instead}
		}
		return s.membersChanged(ctx, tx, by, &Membership{Team: team, Person: person}, "member.schedule")
	})
}
