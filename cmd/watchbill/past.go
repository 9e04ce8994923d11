package main

import (
	"errors"
	"fmt"

	"watchbill/schedule"
	"watchbill/schedule/roster"
	"watchbill/schedule/teamfile"
)

// Rotations implements schedule.Past.
func (p planner) Rotations(in schedule.PlanInput) ([]schedule.RotationID, error) {
	s, _, err := pastStaffing(&in)
	if err != nil {
		return nil, err
	}
	var out []schedule.RotationID
	for i := range s.Rotations {
		out = append(out, s.Rotations[i].ID)
	}
	return out, nil
}

// Weigh implements schedule.Past: shifts that people had count like those of a plan
// in which they were given just so.
func (p planner) Weigh(in schedule.PlanInput, shifts []schedule.ImportedShift) (map[schedule.ID]schedule.Weighed, error) {
	s, ids, err := pastStaffing(&in)
	if err != nil {
		return nil, err
	}
	names := map[schedule.ID]string{}
	for name, id := range ids {
		names[id] = name
	}
	var slots []schedule.Slot
	given := roster.Assignment{}
	end := s.end()
	for i := range shifts {
		name, known := names[shifts[i].Person]
		if !known {
			return nil, &schedule.InvalidError{Field: "who", Reason: "somebody who had shifts takes no part in the team's rotations; let them take part, or count them for nobody"}
		}
		doc := shiftDoc{ID: fmt.Sprint("past ", i), Rotation: string(shifts[i].Rotation), Start: shifts[i].Start, End: shifts[i].End}
		slots = append(slots, doc.slot(s))
		given[doc.ID] = &name
	}
	problem := s.problem(slots, s.start())
	problem.Horizon.End = max(problem.Horizon.Start+1, end.Unix())
	e, err := roster.Evaluate(problem, given)
	if err != nil {
		return nil, err
	}
	out := map[schedule.ID]schedule.Weighed{}
	for name, id := range ids {
		out[id] = schedule.Weighed{Held: 1000 * e.Load[name], Share: e.Target[name], Balance: e.Deviation[name]}
	}
	return out, nil
}

// pastStaffing is the team of a plan input, without the plan.
func pastStaffing(in *schedule.PlanInput) (*staffing, map[string]schedule.ID, error) {
	ids, source, err := composeTeam(in)
	if err != nil {
		return nil, nil, err
	}
	f, _, err := readTeam(in, ids, source)
	if bad, ok := errors.AsType[*teamfile.Error](err); ok {
		return nil, nil, &schedule.InvalidError{Field: "rules", Reason: firstLine(bad.Error())}
	} else if err != nil {
		return nil, nil, err
	}
	return &staffing{Team: &f.Team, zone: f.Zone, from: f.From, until: f.Until}, ids, nil
}

var _ schedule.Past = planner{}
