package schedule

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// TermsOn returns a member's place in the team as it is on a day, with the rotations,
// skills and limits that hold then. Terms are by day.
func (m Membership) TermsOn(terms []MemberTerms, day Date) Membership {
	for _, t := range terms {
		if t.Team != m.Team || t.Person != m.Person || t.From.After(day) {
			continue
		}
		if t.Takes != nil {
			m.Takes = *t.Takes
		}
		if t.Skills != nil {
			m.Skills = *t.Skills
		}
		if t.Limits != nil {
			m.Limits = *t.Limits
		}
	}
	return m
}

// ScheduleTerms gives a member other rotations, skills or limits from a day on. Others that were
// to begin on the same day are replaced.
func (s *Service) ScheduleTerms(ctx context.Context, by ID, t MemberTerms) error {
	today, err := s.today(ctx, t.Team)
	if err != nil {
		return err
	}
	if err := t.check(today); err != nil {
		return err
	}
	team, err := s.Store.Team(ctx, t.Team)
	if err != nil {
		return err
	}
	rules, err := s.RulesOn(ctx, t.Team, t.From)
	if err != nil {
		return err
	}
	t.CreatedAt, t.CreatedBy = s.Now(), by
	return s.Store.InTx(ctx, func(tx Store) error {
		if _, err := tx.RaiseVersion(ctx, t.Team); err != nil {
			return err
		}
		m, p, err := memberOf(ctx, tx, t.Team, t.Person)
		if err != nil {
			return err
		}
		if !m.Until.IsZero() && t.From.After(m.Until) {
			return &InvalidError{"from", fmt.Sprintf("the last day in the team is %v; take that away first", m.Until)}
		}
		then := m.TermsOn([]MemberTerms{t}, t.From)
		if err := s.CheckMember(team, rules, Planning{Profile: p, Membership: then}); err != nil {
			return err
		}
		if err := tx.SaveMemberTerms(ctx, &t); err != nil {
			return err
		}
		return s.membersChanged(ctx, tx, by, &m, "member.schedule")
	})
}

// check says what is wrong with terms, whatever the rules are.
func (t *MemberTerms) check(today Date) error {
	var bad problems
	if t.From.Before(today) {
		bad.add("from", "%v is past; choose today or a day to come", t.From)
	}
	if t.Takes == nil && t.Skills == nil && t.Limits == nil {
		bad.add("skills", "nothing changes; say which rotations, skills or limits hold from that day on")
	}
	if t.Takes != nil {
		bad.check(goodNote("takes", *t.Takes))
	}
	if t.Skills != nil {
		bad.check(goodNote("skills", *t.Skills))
	}
	if t.Limits != nil {
		bad.check(goodNote("limits", *t.Limits))
	}
	return bad.err()
}

// UnscheduleTerms forgets terms of a member that are still to come.
func (s *Service) UnscheduleTerms(ctx context.Context, by, team, id ID) error {
	return s.unschedule(ctx, by, team, "choose other rotations, skills or limits from a later day on", func(tx Store) (ID, Date, error) {
		all, err := tx.MemberTerms(ctx, team)
		if at := slices.IndexFunc(all, func(t MemberTerms) bool { return t.ID == id }); at >= 0 {
			return all[at].Person, all[at].From, tx.RemoveMemberTerms(ctx, team, id)
		}
		return 0, Date{}, cmp.Or(err, fmt.Errorf("terms %d: %w", id, ErrNotFound))
	})
}
