package schedule

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// RulesOn returns the rules that hold on a day: the last ones to have begun, or
// the first ever.
func (s *Service) RulesOn(ctx context.Context, team ID, day Date) (TeamRules, error) {
	return holding(ctx, s.Store, team, day)
}

func holding(ctx context.Context, store Store, team ID, day Date) (TeamRules, error) {
	all, err := store.Rules(ctx, team)
	if err != nil {
		return TeamRules{}, err
	}
	rules, ok := rulesOn(all, day)
	if !ok {
		return rules, fmt.Errorf("rules of team %d: %w", team, ErrNotFound)
	}
	return rules, nil
}

// today is the day in a team's zone.
func (s *Service) today(ctx context.Context, team ID) (Date, error) {
	record, err := s.Store.Team(ctx, team)
	if err != nil {
		return Date{}, err
	}
	zone, err := time.LoadLocation(record.Zone)
	if err != nil {
		return Date{}, fmt.Errorf("zone of team %d: %w", team, err)
	}
	return DateOf(s.Now().In(zone)), nil
}

// A RulesChange makes other rules hold for a team from a day on.
type RulesChange struct {
	Team   ID
	From   Date
	Source string
	// Base is the text that was changed; when something else holds by now, nothing
	// is saved. Empty changes whatever holds.
	Base string
	// Moved names rules to come that begin on From instead of their own day.
	Moved ID
}

// ChangeRules makes other rules hold for a team from a day on, which is not past.
// They are tried first: with the members of then they must make a team that can be
// planned. It is ErrConflict when somebody else has changed them meanwhile.
func (s *Service) ChangeRules(ctx context.Context, by ID, c RulesChange) error {
	c.Source, c.Base = unixLines(c.Source), unixLines(c.Base)
	today, err := s.today(ctx, c.Team)
	if err != nil {
		return err
	}
	if c.From.Before(today) {
		return &InvalidError{"from", fmt.Sprintf("%v is past, and what held then stays; rules change today or later", c.From)}
	}
	if err := s.TryRules(ctx, c.Team, c.From, c.Source); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx Store) error {
		// Whoever saves first goes first.
		if _, err := tx.RaiseVersion(ctx, c.Team); err != nil {
			return err
		}
		if done, err := c.done(ctx, tx); err != nil || done {
			return err
		}
		if err := c.unchanged(ctx, tx); err != nil {
			return err
		}
		if err := s.dropMoved(ctx, tx, &c, today); err != nil {
			return err
		}
		rules := TeamRules{Team: c.Team, From: c.From, Source: c.Source, CreatedAt: s.Now(), CreatedBy: by}
		if err := tx.SaveRules(ctx, &rules); err != nil {
			return err
		}
		return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: "rules.change", Team: c.Team, Detail: "from " + c.From.String()})
	})
}

// unixLines ends lines as files do; browsers end them in two letters.
func unixLines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// done says whether the rules are what they are to be already: saved twice, or by two
// who want the same.
func (c *RulesChange) done(ctx context.Context, tx Store) (bool, error) {
	all, err := tx.Rules(ctx, c.Team)
	if err != nil {
		return false, err
	}
	at := slices.IndexFunc(all, func(r TeamRules) bool { return r.From == c.From && unixLines(r.Source) == c.Source })
	if at < 0 {
		return false, nil
	}
	// Those that are to begin on this day instead of another must be gone from there.
	return all[at].ID == c.Moved || !slices.ContainsFunc(all, func(r TeamRules) bool { return r.ID == c.Moved }), nil
}

// unchanged says whether the rules are still those that were changed.
func (c *RulesChange) unchanged(ctx context.Context, tx Store) error {
	if c.Base == "" {
		return nil
	}
	rules, err := holding(ctx, tx, c.Team, c.From)
	if err != nil {
		return err
	}
	if c.Moved != 0 && rules.ID != c.Moved {
		all, err := tx.Rules(ctx, c.Team)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(all, func(r TeamRules) bool { return r.ID == c.Moved })
		if at < 0 {
			return fmt.Errorf("somebody else has removed these rules meanwhile: %w", ErrConflict)
		}
		rules = all[at]
	}
	if unixLines(rules.Source) != c.Base {
		return fmt.Errorf("somebody else has changed the rules meanwhile: %w", ErrConflict)
	}
	return nil
}

// dropMoved forgets the rules to come that are to begin on another day.
func (s *Service) dropMoved(ctx context.Context, tx Store, c *RulesChange, today Date) error {
	if c.Moved == 0 {
		return nil
	}
	all, err := tx.Rules(ctx, c.Team)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(r TeamRules) bool { return r.ID == c.Moved })
	if at <= 0 || all[at].From == c.From || !all[at].From.After(today) {
		return nil
	}
	return tx.RemoveRules(ctx, c.Team, c.Moved)
}

// RemoveRules forgets rules that do not hold yet; those before them go on.
func (s *Service) RemoveRules(ctx context.Context, by, team, id ID) error {
	today, err := s.today(ctx, team)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx Store) error {
		if _, err := tx.RaiseVersion(ctx, team); err != nil {
			return err
		}
		all, err := tx.Rules(ctx, team)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(all, func(r TeamRules) bool { return r.ID == id })
		switch {
		case at < 0:
			return fmt.Errorf("rules %d: %w", id, ErrNotFound)
		case !all[at].From.After(today):
			return &InvalidError{"rules", "these rules hold already; change them from a day on instead"}
		case at == 0:
			return &InvalidError{"rules", "these are the team's first rules; change them instead"}
		}
		if err := tx.RemoveRules(ctx, team, id); err != nil {
			return err
		}
		return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: "rules.remove", Team: team, Detail: "those from " + all[at].From.String()})
	})
}

// TryRules says what is wrong with rules that are to hold from a day on.
func (s *Service) TryRules(ctx context.Context, team ID, from Date, source string) error {
	if err := checkRulesText(source); err != nil {
		return err
	}
	in, err := s.PlanInput(ctx, team, from, from.AddDays(28))
	if err != nil {
		return err
	}
	in.Rules, in.Published = TeamRules{Team: team, From: from, Source: source}, nil
	return s.Check(in)
}

// same reports whether two teams have the same settings.
func (t *TeamRecord) same(o *TeamRecord) bool {
	return t.Name == o.Name && t.Zone == o.Zone && t.HorizonWeeks == o.HorizonWeeks && t.FrozenWeeks == o.FrozenWeeks && t.Repay == o.Repay && t.RestCover == o.RestCover
}

// changed says what has changed about a team.
func (t *TeamRecord) changed(was *TeamRecord) string {
	text := t.Name
	if t.Repay != was.Repay {
		text += "; " + t.Repay.String()
	}
	switch {
	case t.RestCover && !was.RestCover:
		text += "; rest is offered after a broken night"
	case was.RestCover && !t.RestCover:
		text += "; rest is not offered any more"
	}
	return text
}

// SaveTeam changes a team's name, zone, horizon, frozen weeks, how burden is repaid, or whether rest is offered. With was, it is
// ErrConflict when they are not what they were any more.
func (s *Service) SaveTeam(ctx context.Context, by ID, t TeamRecord, was *TeamRecord) error {
	in := TeamImport{Name: t.Name, Zone: t.Zone, HorizonWeeks: t.HorizonWeeks, FrozenWeeks: t.FrozenWeeks, From: DateOf(s.Now())}
	if err := in.Validate(); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx Store) error {
		if _, err := tx.RaiseVersion(ctx, t.ID); err != nil {
			return err
		}
		is, err := tx.Team(ctx, t.ID)
		if err != nil {
			return err
		}
		t := t
		if t.Repay, err = t.Repay.or(is.Repay, DateOf(s.Now())); err != nil {
			return err
		}
		if is.same(&t) {
			return nil // saved twice, or by two who want the same
		}
		if was != nil && !is.same(was) {
			return fmt.Errorf("somebody else has changed the team meanwhile: %w", ErrConflict)
		}
		if err := tx.SaveTeam(ctx, &t); errors.Is(err, ErrConflict) {
			return &InvalidError{"name", fmt.Sprintf("there is a team called %q already; choose another name", t.Name)}
		} else if err != nil {
			return err
		}
		return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: "team.change", Team: t.ID, Detail: t.changed(&is)})
	})
}
