package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"watchbill/api/auth"
	"watchbill/schedule"
)

// Rules are what holds for a team from a day on.
type Rules struct {
	From      Day        `json:"from" doc:"The day from which they hold, until others do"`
	Source    string     `json:"source" doc:"A team file in YAML, without people"`
	CreatedAt Instant    `json:"created_at"`
	CreatedBy *PersonRef `json:"created_by,omitempty"`
	Holding   bool       `json:"holding" doc:"Whether they hold today"`
	ETag      string     `json:"etag" doc:"Of this version, for If-Match"`
}

// RulesList are the rules of a team.
type RulesList struct {
	Items []Rules `json:"items" doc:"By day"`
	Zone  string  `json:"zone"`
}

type rulesOut struct{ Body RulesList }

// listRules lists the rules of a team.
func (s *Server) listRules(ctx context.Context, in *struct{ TeamPath }) (*rulesOut, error) {
	team, _, err := s.team(ctx, auth.SeePlanning, in.Team)
	if err != nil {
		return nil, err
	}
	zone, err := zoneOf(team.Zone)
	if err != nil {
		return nil, err
	}
	all, err := s.Schedule.Store.Rules(ctx, team.ID)
	if err != nil {
		return nil, err
	}
	holds, err := s.Schedule.RulesOn(ctx, team.ID, schedule.DateOf(s.Schedule.Now().In(zone)))
	if err != nil {
		return nil, err
	}
	out := &rulesOut{RulesList{Items: []Rules{}, Zone: team.Zone}}
	for i := range all {
		r, err := rulesOf(ctx, s.Schedule.Store, &all[i])
		if err != nil {
			return nil, err
		}
		r.Holding = all[i].ID == holds.ID
		out.Body.Items = append(out.Body.Items, r)
	}
	return out, nil
}

func rulesOf(ctx context.Context, store schedule.Store, r *schedule.TeamRules) (Rules, error) {
	out := Rules{From: Day{r.From}, Source: r.Source, CreatedAt: instantOf(r.CreatedAt)}
	people, err := names(ctx, store, map[schedule.ID]bool{r.CreatedBy: true})
	if err != nil {
		return out, err
	}
	out.CreatedBy = refTo(r.CreatedBy, people)
	out.ETag, err = tagOf(struct{ From, Source string }{r.From.String(), r.Source})
	return out, err
}

// RulesText are rules to be tried or saved.
type RulesText struct {
	Source string `json:"source" minLength:"1" maxLength:"200000" doc:"A team file in YAML, without people"`
}

// RulesPath are the rules in the path of a route.
type RulesPath struct {
	TeamPath
	From Day `path:"from" doc:"The day from which the rules hold"`
}

type putRulesIn struct {
	RulesPath
	IfMatch
	Body RulesText
}

type oneRulesOut struct {
	Tagged
	Body Rules
}

// putRules makes rules hold for a team from a day on.
func (s *Server) putRules(ctx context.Context, in *putRulesIn) (*oneRulesOut, error) {
	_, w, err := s.team(ctx, auth.EditTeam, in.Team)
	if err != nil {
		return nil, err
	}
	var out Rules
	err = s.Schedule.Within(ctx, func(now *schedule.Service) error {
		if _, err := lockTeam(ctx, now.Store, in.Team); err != nil {
			return err
		}
		was, there, err := rulesFrom(ctx, now.Store, in.Team, in.From.date)
		if err != nil {
			return err
		}
		if there {
			present, err := rulesOf(ctx, now.Store, &was)
			if err != nil {
				return err
			}
			if err := in.check(present.ETag, in.Body, present); err != nil {
				return err
			}
		} else if in.IfMatch.IfMatch != "" {
			return fmt.Errorf("no rules begin on %v any more: %w", in.From.date, schedule.ErrConflict)
		}
		if err := now.ChangeRules(ctx, me(w), schedule.RulesChange{Team: in.Team, From: in.From.date, Source: in.Body.Source}); err != nil {
			return err
		}
		if was, _, err = rulesFrom(ctx, now.Store, in.Team, in.From.date); err != nil {
			return err
		}
		out, err = rulesOf(ctx, now.Store, &was)
		return err
	})
	return &oneRulesOut{Tagged{out.ETag}, out}, asSource(err)
}

type removeRulesIn struct {
	RulesPath
	IfMatch
}

// removeRules forgets rules that do not hold yet.
func (s *Server) removeRules(ctx context.Context, in *removeRulesIn) (*struct{}, error) {
	_, w, err := s.team(ctx, auth.EditTeam, in.Team)
	if err != nil {
		return nil, err
	}
	return nil, s.Schedule.Within(ctx, func(now *schedule.Service) error {
		if _, err := lockTeam(ctx, now.Store, in.Team); err != nil {
			return err
		}
		was, there, err := rulesFrom(ctx, now.Store, in.Team, in.From.date)
		if err == nil && !there {
			err = fmt.Errorf("rules from %v: %w", in.From.date, schedule.ErrNotFound)
		}
		if err != nil {
			return err
		}
		present, err := rulesOf(ctx, now.Store, &was)
		if err == nil {
			err = in.check(present.ETag, nil, present)
		}
		if err != nil {
			return err
		}
		return now.RemoveRules(ctx, me(w), in.Team, was.ID)
	})
}

// rulesFrom returns the rules that begin on a day.
func rulesFrom(ctx context.Context, tx schedule.Store, team schedule.ID, day schedule.Date) (r schedule.TeamRules, there bool, err error) {
	all, err := tx.Rules(ctx, team)
	for _, r := range all {
		if r.From == day {
			return r, true, err
		}
	}
	return r, false, err
}

// A RulesTry asks whether rules would do.
type RulesTry struct {
	RulesText
	From Day `json:"from" doc:"The day from which they would hold"`
}

type checkRulesIn struct {
	TeamPath
	Body RulesTry
}

// RulesVerdict says that rules would do.
type RulesVerdict struct {
	Good bool `json:"good" doc:"Always true: rules that are wrong are refused, with their lines"`
}

type verdictOut struct{ Body RulesVerdict }

// checkRules says whether rules would do.
func (s *Server) checkRules(ctx context.Context, in *checkRulesIn) (*verdictOut, error) {
	if _, _, err := s.team(ctx, auth.EditTeam, in.Team); err != nil {
		return nil, err
	}
	if err := s.Schedule.TryRules(ctx, in.Team, in.Body.From.date, in.Body.Source); err != nil {
		return nil, asSource(err)
	}
	return &verdictOut{RulesVerdict{true}}, nil
}

// asSource says of what is wrong with rules that the field source has it, a line of
// the file each.
func asSource(err error) error {
	var p *Problem
	for _, f := range fieldsOf(err) {
		if f.Field != "rules" {
			return err
		}
		for line := range strings.Lines(f.Reason) {
			if p == nil {
				p = newProblem(http.StatusUnprocessableEntity, "source: "+strings.TrimSpace(line))
			}
			p.Errors = append(p.Errors, FieldProblem{Field: "source", In: "body", Reason: strings.TrimSpace(line)})
		}
	}
	if p == nil {
		return err
	}
	return p
}
