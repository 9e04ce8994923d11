package health

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"watchbill/schedule"
)

// CheckRotations says which of the rotations that rules name there are not, from a day
// on, as one or more *schedule.InvalidError, joined, each with the field that names them.
// A rule about such a rotation prices nothing. One that the team had before and has no
// more is refused as a mistyped one is: what was paid for it keeps the rules of its time.
func (p *Payroll) CheckRotations(ctx context.Context, team schedule.ID, from schedule.Date, rules *PayRules) error {
	named := rules.rotations()
	if len(named) == 0 {
		return nil
	}
	on, before, err := p.Schedules.Rotations(ctx, team, from)
	if err != nil {
		return err
	}
	var bad faults
	for _, n := range named {
		var reasons []string
		for _, r := range n.rotations {
			if !slices.Contains(on, r) {
				reasons = append(reasons, noRotation(r, on, before))
			}
		}
		bad.unless(len(reasons) == 0, n.field, strings.Join(reasons, "; "))
	}
	return bad.err()
}

// Forgotten returns what CheckRotations finds in policies that were saved once, for the
// time in which they hold from today on, by their numbers. Of those that others have
// replaced it says nothing.
func (p *Payroll) Forgotten(ctx context.Context, policies []PayPolicy) (map[schedule.ID]error, error) {
	out := map[schedule.ID]error{}
	order := PayInTurn(policies)
	for i := range order {
		today := schedule.DateOf(p.Now().In(order[i].Rules.Zone))
		if i+1 < len(order) && !order[i+1].From.After(today) {
			continue
		}
		from := order[i].From
		if from.Before(today) {
			from = today
		}
		err := p.CheckRotations(ctx, order[i].Team, from, &order[i].Rules)
		if _, invalid := errors.AsType[*schedule.InvalidError](err); invalid {
			out[order[i].ID] = err
		} else if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// namedRotations are the rotations that a field of rules names.
type namedRotations struct {
	field     string
	rotations []schedule.RotationID
}

// rotations are all that the rules name.
func (r *PayRules) rotations() []namedRotations {
	all := []namedRotations{{"unpaid_rotations", r.Unpaid}}
	for i := range r.OneOffs {
		all = append(all, namedRotations{fmt.Sprintf("one_off_rules[%d].rotations", i), r.OneOffs[i].Rotations})
	}
	for i := range r.Weekly {
		all = append(all, namedRotations{fmt.Sprintf("weekly_rules[%d].rotations", i), r.Weekly[i].Rotations})
	}
	return slices.DeleteFunc(all, func(n namedRotations) bool { return len(n.rotations) == 0 })
}

// noRotation says that a team has no such rotation, and which was meant.
func noRotation(r schedule.RotationID, on, before []schedule.RotationID) string {
	var known []string
	for _, k := range on {
		known = append(known, string(k))
	}
	if near := schedule.Nearest(string(r), known); near != "" {
		return fmt.Sprintf("there is no rotation %q; the nearest is %q", r, near)
	}
	what := fmt.Sprintf("there is no rotation %q", r)
	if slices.Contains(before, r) {
		what = fmt.Sprintf("there is no rotation %q any more", r)
	}
	if len(known) == 0 {
		return what + ", and no other; leave it empty"
	}
	return what + "; there are " + strings.Join(known, ", ")
}
