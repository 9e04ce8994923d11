package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"watchbill/schedule"
	"watchbill/schedule/roster"
	"watchbill/schedule/teamfile"
)

// A planner makes the service's plans in the way of the plan command: from a team
// file, which it composes of what is stored.
type planner struct {
	timeLimit time.Duration
}

// plan implements schedule.Planner.
func (p planner) plan(ctx context.Context, in schedule.PlanInput, progress func(int) bool) (schedule.Planned, error) {
	out := schedule.Planned{Before: map[schedule.ID]int64{}, After: map[schedule.ID]int64{}}
	ids, source, err := composeTeam(&in)
	if err != nil {
		return out, err
	}
	pl, warnings, err := planningOf(&in, ids, source)
	if err != nil {
		return out, err
	}
	ctx, stop := context.WithTimeout(ctx, 3*p.timeLimit)
	defer stop()
	solution, err := roster.Solve(ctx, pl.problem, roster.Options{
		Seed: 1, Budget: roster.BudgetFor(p.timeLimit),
		Progress: func(at roster.Progress) {
			if !progress(int(100 * at.Share)) {
				stop()
			}
		},
	})
	if err != nil {
		return out, err
	}
	doc, err := pl.document(solution)
	if err != nil {
		return out, err
	}
	doc.Warnings = append(warnings, doc.Warnings...)
	var text bytes.Buffer
	if err := doc.write(&text); err != nil {
		return out, err
	}
	out.Document = text.String()
	for _, s := range doc.Shifts {
		out.Shifts = append(out.Shifts, schedule.Published{
			Slot: schedule.SlotID(s.ID), Rotation: schedule.RotationID(s.Rotation), Person: ids[s.Person],
			Start: s.Start.UTC(), End: s.End.UTC(), Points: s.Points,
		})
	}
	for _, person := range doc.People {
		out.Before[ids[person.Name]], out.After[ids[person.Name]] = int64(person.Before), int64(person.After)
	}
	return out, nil
}

// check implements schedule.Service.Check.
func (p planner) check(in schedule.PlanInput) error {
	ids, source, err := composeTeam(&in)
	if err == nil {
		_, _, err = planningOf(&in, ids, source)
	}
	return err
}

// composeTeam makes the team file of a plan, in which everybody has a name of
// their own.
func composeTeam(in *schedule.PlanInput) (ids map[string]schedule.ID, source []byte, err error) {
	ids = map[string]schedule.ID{}
	names := map[schedule.ID]string{}
	var people []teamfile.PersonText
	for i := range in.People {
		p := &in.People[i]
		name := p.Name
		for ids[name] != 0 {
			name = fmt.Sprintf("%s (%d)", p.Name, p.Profile.ID)
		}
		ids[name], names[p.Profile.ID] = p.Profile.ID, name
		text := teamfile.PersonText{
			Name: name, Zone: p.Zone, Share: p.Share, From: p.From, Until: p.Until, Takes: commaList(p.Takes), Skills: commaList(p.Skills),
			Works: p.Works, Sleeps: p.Sleeps, Holidays: commaList(p.Holidays), Limits: p.Limits,
		}
		for _, l := range p.Leaves {
			a := schedule.Absence{First: l.First, Last: l.Last, Start: l.Start, End: l.End, Label: l.Note}
			if l.WishCost > 0 {
				text.Wishes = append(text.Wishes, schedule.Wish{Absence: a, Cost: l.WishCost})
			} else {
				text.Absences = append(text.Absences, a)
			}
		}
		people = append(people, text)
	}
	pinned := map[schedule.SlotID]string{}
	for slot, id := range in.Pinned {
		if names[id] == "" {
			return nil, nil, fmt.Errorf("%s is pinned to somebody who takes no part", slot)
		}
		pinned[slot] = names[id]
	}
	source, err = teamfile.Compose(in.Rules.Source, in.From, in.Until, people, pinned)
	return ids, source, err
}

// commaList splits what is separated by commas.
func commaList(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// planningOf prepares a plan as the plan command does.
func planningOf(in *schedule.PlanInput, ids map[string]schedule.ID, source []byte) (*planning, []string, error) {
	f, err := teamfile.Parse(in.Team.Name, source)
	if err != nil {
		return nil, nil, err
	}
	for i := range f.Team.Rotations {
		// Turns go on from plan to plan, whenever a plan begins.
		if r := &f.Team.Rotations[i]; r.First == f.From && in.Rules.From.Before(f.From) {
			r.First = in.Rules.From
		}
	}
	warnings, err := lookUpHolidays("", f)
	if err != nil {
		return nil, nil, err
	}
	for _, w := range f.Warnings {
		warnings = append(warnings, w.Reason)
	}
	pl := &planning{balance: map[string]points{}, staffing: &staffing{
		Team: &f.Team, zone: f.Zone, from: f.From, until: f.Until, sharesHolidays: f.ShareHolidays, pinned: f.Pinned, refuse: f.Refuse,
	}}
	for name, id := range ids {
		pl.balance[name] = points(in.Before[id])
	}
	if in.Published != nil {
		if err := pl.replan(in, ids); err != nil {
			return nil, nil, err
		}
	}
	if err := pl.prepare(); err != nil {
		return nil, nil, err
	}
	pl.remember(in, ids)
	return pl, warnings, nil
}

// remember tells the problem what people did just before the plan, so that limits
// hold across its start.
func (pl *planning) remember(in *schedule.PlanInput, ids map[string]schedule.ID) {
	for i := range in.Recent {
		shift := &in.Recent[i]
		for name, id := range ids {
			if id == shift.Person {
				doc := shiftDoc{ID: shift.Key, Rotation: string(shift.Rotation), Start: shift.Start, End: shift.End}
				slot := doc.slot(pl.staffing)
				pl.problem.History = append(pl.problem.History, pl.pastOf(&slot, name))
			}
		}
	}
}

// replan keeps as much of what is published as it can. People may have other names
// by now.
func (pl *planning) replan(in *schedule.PlanInput, ids map[string]schedule.ID) error {
	var doc planDoc
	today := in.Today.At(schedule.Midnight, pl.zone)
	if err := json.Unmarshal([]byte(in.Published.Document), &doc); err != nil {
		return err
	}
	doc.Team = string(pl.ID)
	for i := range doc.Shifts {
		s := &doc.Shifts[i]
		at := slices.IndexFunc(in.Published.Shifts, func(p schedule.Published) bool { return string(p.Slot) == s.ID })
		s.Person = ""
		for name, id := range ids {
			if at >= 0 && id == in.Published.Shifts[at].Person {
				s.Person = name
			}
		}
	}
	// The day that runs is decided: who has it today still has it tonight.
	var err error
	pl.published, err = publishedOf(&doc, string(pl.ID), today, in.Today.AddDays(1).At(schedule.Midnight, pl.zone))
	return err
}
