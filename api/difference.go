package api

import (
	"context"
	"fmt"
	"time"

	"watchbill/api/auth"
	"watchbill/schedule"
)

type differenceIn struct {
	DraftPath
	With schedule.ID `query:"with" minimum:"1" doc:"Another draft to compare with; what is published when absent"`
}

// A Difference is what a draft changes.
type Difference struct {
	Changes  []SlotChange `json:"changes" doc:"By start. Shifts that have begun stay and are not in it"`
	Affected []AffectedBy `json:"affected" doc:"People who lose or get shifts"`
	Ends     []Override   `json:"ends" doc:"What was agreed on or decided that publishing ends, because the plan moves its shift or that of the other half of a swap; empty when two drafts are compared"`
	Against  []Against    `json:"against" doc:"The hard rules that are broken where other halves of swaps go back: publishing needs a reason then"`
}

// A SlotChange is what a draft changes about one slot.
type SlotChange struct {
	Slot schedule.SlotID `json:"slot"`
	Was  *PlannedShift   `json:"was,omitempty" doc:"Absent: there is nothing yet"`
	Is   *PlannedShift   `json:"is,omitempty" doc:"Absent: there is no such shift any more"`
}

// A PlannedShift is a shift of a plan.
type PlannedShift struct {
	Rotation schedule.RotationID `json:"rotation"`
	Person   *PersonRef          `json:"person,omitempty" doc:"Absent: unfilled"`
	Start    Instant             `json:"start"`
	End      Instant             `json:"end"`
	Points   int64               `json:"points"`
}

// AffectedBy is a person whose shifts change.
type AffectedBy struct {
	Person PersonRef         `json:"person"`
	Loses  []schedule.SlotID `json:"loses"`
	Gets   []schedule.SlotID `json:"gets"`
}

// Against is what hard rules have against somebody's getting something.
type Against struct {
	Person PersonRef `json:"person"`
	Rules  []Finding `json:"rules"`
}

type differenceOut struct{ Body Difference }

// difference says what a draft changes about what is published, or about another
// draft.
func (s *Server) difference(ctx context.Context, in *differenceIn) (*differenceOut, error) {
	d, _, err := s.draft(ctx, auth.SeePlanning, in.DraftPath)
	if err != nil {
		return nil, err
	}
	_, planned, err := document(d.Plan)
	if err != nil {
		return nil, err
	}
	if planned == nil {
		return nil, fmt.Errorf("draft %d has no plan yet: %w", d.ID, schedule.ErrConflict)
	}
	team, err := s.Schedule.Store.Team(ctx, d.Team)
	if err != nil {
		return nil, err
	}
	zone, err := zoneOf(team.Zone)
	if err != nil {
		return nil, err
	}
	begins, ends, now := d.From.At(schedule.Midnight, zone), d.Until.At(schedule.Midnight, zone), s.Schedule.Now()
	var current []schedule.Published
	if in.With != 0 {
		other, _, err := s.draft(ctx, auth.SeePlanning, DraftPath{in.TeamPath, in.With})
		if err != nil {
			return nil, err
		}
		_, theirs, err := document(other.Plan)
		if err != nil {
			return nil, err
		}
		if theirs == nil {
			return nil, fmt.Errorf("draft %d has no plan yet: %w", other.ID, schedule.ErrConflict)
		}
		current, now = theirs.Shifts, time.Time{}
	} else if current, err = s.Schedule.Store.Published(ctx, d.Team, begins, ends.AddDate(0, 1, 0)); err != nil {
		return nil, err
	}
	out, err := s.written(ctx, schedule.Differences(current, planned.Shifts, begins, ends, now))
	if err != nil || in.With != 0 {
		return out, err
	}
	ending, err := s.Schedule.PublishingEnds(ctx, &d, planned)
	if err != nil {
		return nil, err
	}
	var overrides []schedule.Override
	for i := range ending.All {
		overrides = append(overrides, ending.All[i].Override)
	}
	for _, r := range ending.Against {
		x := Against{Person: PersonRef{r.Person, r.Name}, Rules: []Finding{}}
		for _, f := range r.Findings {
			x.Rules = append(x.Rules, Finding(f))
		}
		out.Body.Against = append(out.Body.Against, x)
	}
	out.Body.Ends, err = s.overrides(ctx, overrides)
	return out, err
}

// written writes differences.
func (s *Server) written(ctx context.Context, all []schedule.Difference) (*differenceOut, error) {
	ids := map[schedule.ID]bool{}
	for _, d := range all {
		for _, p := range []*schedule.Published{d.Was, d.Is} {
			if p != nil {
				ids[p.Person] = true
			}
		}
	}
	people, err := names(ctx, s.Schedule.Store, ids)
	if err != nil {
		return nil, err
	}
	planned := func(p *schedule.Published) *PlannedShift {
		if p == nil {
			return nil
		}
		return &PlannedShift{p.Rotation, refTo(p.Person, people), instantOf(p.Start), instantOf(p.End), p.Points}
	}
	out := &differenceOut{Difference{Changes: []SlotChange{}, Affected: []AffectedBy{}, Ends: []Override{}, Against: []Against{}}}
	for _, d := range all {
		x := SlotChange{Was: planned(d.Was), Is: planned(d.Is)}
		if d.Is != nil {
			x.Slot = d.Is.Slot
		} else {
			x.Slot = d.Was.Slot
		}
		out.Body.Changes = append(out.Body.Changes, x)
	}
	for _, a := range schedule.AffectedBy(all) {
		x := AffectedBy{Person: *refTo(a.Person, people), Loses: []schedule.SlotID{}, Gets: []schedule.SlotID{}}
		for _, p := range a.Loses {
			x.Loses = append(x.Loses, p.Slot)
		}
		for _, p := range a.Gets {
			x.Gets = append(x.Gets, p.Slot)
		}
		out.Body.Affected = append(out.Body.Affected, x)
	}
	return out, nil
}
