package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
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
	// solved is told how the solver ended that began at a moment; nobody may want to know.
	solved func(began time.Time, s *roster.Solution, err error)
}

// leastPatience is how long a plan may take on a machine that has much else to do, however
// little work it is given: the work ends it, so that the same question has the same plan.
const leastPatience = 10 * time.Second

// plan implements schedule.Planner.
func (p planner) plan(ctx context.Context, in schedule.PlanInput, progress func(int) bool) (schedule.Planned, error) {
	out := schedule.Planned{Balances: schedule.Balances{Before: map[schedule.ID]int64{}, After: map[schedule.ID]int64{}}}
	pl, ids, warnings, err := prepare(&in)
	if err != nil {
		return out, err
	}
	limit := p.timeLimit
	if in.Seconds > 0 {
		limit = time.Duration(in.Seconds) * time.Second
	}
	ctx, stop := context.WithTimeout(ctx, max(3*limit, leastPatience))
	defer stop()
	began := time.Now()
	solution, err := roster.Solve(ctx, pl.problem, roster.Options{
		Seed: in.Seed, Budget: roster.BudgetFor(limit),
		Progress: func(at roster.Progress) {
			if !progress(int(100 * at.Share)) {
				stop()
			}
		},
	})
	if p.solved != nil {
		p.solved(began, solution, err)
	}
	if err != nil {
		return out, err
	}
	doc, err := pl.document(solution)
	if err != nil {
		return out, err
	}
	doc.Warnings = slices.Insert(doc.Warnings, 0, warnings...)
	doc.Offers, err = pl.offers(solution, func(q *roster.Problem) (*roster.Solution, error) {
		if !progress(99) || ctx.Err() != nil {
			return nil, nil
		}
		return roster.Solve(ctx, q, roster.Options{Seed: in.Seed, Budget: roster.BudgetFor(limit / 8)})
	}, func() bool { return ctx.Err() != nil })
	if err != nil {
		return out, err
	}
	var text bytes.Buffer
	if err := doc.write(&text); err != nil {
		return out, err
	}
	out.Document = text.String()
	out.Ends = pl.ends
	for _, s := range doc.Shifts {
		out.Shifts = append(out.Shifts, schedule.Published{
			Slot: schedule.SlotID(s.ID), Rotation: schedule.RotationID(s.Rotation), Person: ids[s.Person],
			Start: s.Start.UTC(), End: s.End.UTC(), Points: s.Points,
		})
	}
	// Who is not in the plan keeps what they had: they may come back.
	maps.Copy(out.Before, in.Before)
	maps.Copy(out.After, in.Before)
	for _, person := range doc.People {
		out.Before[ids[person.Name]], out.After[ids[person.Name]] = int64(person.Before), int64(person.After)
	}
	return out, nil
}

// check implements schedule.Service.Check.
func (p planner) check(in schedule.PlanInput) error {
	if text, err := teamfile.ReadRules(in.Rules.Source); err == nil && text.Zone != "" && text.Zone != in.Team.Zone {
		return &schedule.InvalidError{Field: "rules", Reason: fmt.Sprintf("the team's zone is %s, and these rules say %s; change it under Name and zone", in.Team.Zone, text.Zone)}
	}
	_, _, _, err := prepare(&in)
	return err
}

// prepare makes a problem of what is stored. What is wrong is for whoever wrote the
// rules, by line.
func prepare(in *schedule.PlanInput) (pl *planning, ids map[string]schedule.ID, warnings []string, err error) {
	ids, source, err := composeTeam(in)
	if err == nil {
		pl, warnings, err = planningOf(in, ids, source)
	}
	if err != nil {
		err = &schedule.InvalidError{Field: "rules", Reason: err.Error()}
	}
	return pl, ids, warnings, err
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
		text, takesPart, err := personText(p, name, in)
		if err != nil {
			return nil, nil, err
		}
		if !takesPart {
			continue
		}
		ids[name], names[p.Profile.ID] = p.Profile.ID, name
		people = append(people, text)
	}
	pinned := map[schedule.SlotID]string{}
	for slot, id := range in.Pinned {
		if names[id] == "" {
			return nil, nil, fmt.Errorf("%s is pinned to somebody who takes no part", slot)
		}
		pinned[slot] = names[id]
	}
	source, err = teamfile.Compose(teamfile.Named(in.Rules.Source, in.Team.Name, in.Team.Zone), in.From, in.Until, people, pinned)
	return ids, source, err
}

// personText writes somebody down as a plan needs them; false when they take no
// part in it.
func personText(p *schedule.Planning, name string, in *schedule.PlanInput) (text teamfile.PersonText, takesPart bool, err error) {
	zone, err := schedule.Zone(p.Zone)
	if err != nil {
		return text, false, fmt.Errorf("zone of %s: %w", p.Name, err)
	}
	share, pauses, ok := p.During(in.From, in.Until)
	if !ok {
		return text, false, nil
	}
	text = teamfile.PersonText{
		Name: name, Zone: p.Zone, Share: share, From: p.From, Until: p.Until, Takes: commaList(p.Takes), Skills: commaList(p.Skills),
		Works: p.Works, Sleeps: p.Sleeps, Holidays: commaList(p.Holidays), Limits: p.Limits, Absences: pauses,
	}
	laterText(p, &text, in)
	from, until := in.From.At(schedule.Midnight, zone), in.Until.AddDays(leaveMargin).At(schedule.Midnight, zone)
	for i := range p.Leaves {
		l := &p.Leaves[i]
		if start, end := l.Span(zone); !end.After(from) || !start.Before(until) {
			continue // the plan has nothing to do with it
		}
		a := schedule.Absence{First: l.First, Last: l.Last, Start: l.Start, End: l.End, Label: l.Note}
		if l.WishCost > 0 {
			text.Wishes = append(text.Wishes, schedule.Wish{Absence: a, Cost: l.WishCost})
		} else {
			text.Absences = append(text.Absences, a)
		}
	}
	text.Absences = disjoint(text.Absences, zone)
	return text, true, nil
}

// laterText writes down how somebody's rotations, skills and limits change. What has held for a
// year when the plan begins is how they are, because no limit looks back further.
func laterText(p *schedule.Planning, text *teamfile.PersonText, in *schedule.PlanInput) {
	old := in.From.AddDays(-366)
	now := p.TermsOn(p.Terms, old)
	text.Takes, text.Skills, text.Limits = commaList(now.Takes), commaList(now.Skills), now.Limits
	for _, t := range p.Terms {
		if !t.From.After(old) || !t.From.Before(in.Until.AddDays(leaveMargin)) {
			continue
		}
		l := teamfile.LaterText{From: t.From, Limits: t.Limits}
		if t.Skills != nil {
			skills := append([]string{}, commaList(*t.Skills)...)
			l.Skills = &skills
		}
		if t.Takes != nil {
			takes := append([]string{}, commaList(*t.Takes)...)
			l.Takes = &takes
		}
		text.Later = append(text.Later, l)
	}
}

// leaveMargin is how many days after a plan its last shifts may reach.
const leaveMargin = 92

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
	f, warnings, err := readTeam(in, ids, source)
	if err != nil {
		return nil, nil, err
	}
	return planningFor(in, ids, f, warnings)
}

// planningFor prepares a plan for a team that was read.
func planningFor(in *schedule.PlanInput, ids map[string]schedule.ID, f *teamfile.File, warnings []string) (*planning, []string, error) {
	for _, w := range f.Warnings {
		if !strings.HasSuffix(w.Path, ".away") { // time off beyond the plan is for the next one
			warnings = append(warnings, w.Reason)
		}
	}
	pl := &planning{balance: map[string]points{}, now: in.Now, staffing: &staffing{
		Team: &f.Team, zone: f.Zone, from: f.From, until: f.Until, sharesHolidays: f.ShareHolidays, pinned: f.Pinned, refuse: f.Refuse,
		stay: before(f.Team.Rotations, in.Recent, f.From),
	}}
	for name, id := range ids {
		pl.balance[name] = points(in.Before[id])
	}
	pl.repay(in.Measured, ids)
	if len(in.Published) > 0 {
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

// readTeam reads the team file of a plan, with everybody's holidays.
func readTeam(in *schedule.PlanInput, ids map[string]schedule.ID, source []byte) (f *teamfile.File, warnings []string, err error) {
	if f, err = teamfile.Parse(in.Team.Name, source); err != nil {
		return nil, nil, err
	}
	for i := range f.Team.Rotations {
		// Turns go on from plan to plan, whenever a plan begins.
		if r := &f.Team.Rotations[i]; r.First == f.From && in.Rules.From.Before(f.From) {
			r.First = in.Rules.From
		}
	}
	if err := refuseFiles(f); err != nil {
		return nil, nil, err
	}
	if warnings, err = lookUpHolidays("", f); err != nil {
		return nil, nil, err
	}
	addHolidays(f, in.Holidays, ids)
	return f, warnings, nil
}

// refuseFiles keeps those who write rules from reading files of the service.
func refuseFiles(f *teamfile.File) error {
	var bad []teamfile.Problem
	for _, sources := range append(slices.Collect(maps.Values(f.PersonHolidays)), f.Holidays) {
		for _, s := range sources {
			if s.Calendar() {
				s.Reason = fmt.Sprintf("%q is a file, which only the plan command reads; write codes like DE-BE, and add calendars in the team's settings", s.Name)
				bad = append(bad, s.Problem)
			}
		}
	}
	if bad != nil {
		return f.Refuse(bad...)
	}
	return nil
}

// checkMember implements schedule.Service.CheckMember: what is wrong with the rest of
// the team is not this member's.
func (p planner) checkMember(team schedule.TeamRecord, rules schedule.TeamRules, m schedule.Planning) error {
	in := schedule.PlanInput{Team: team, Rules: rules, From: rules.From, Until: rules.From.AddDays(28), People: []schedule.Planning{m}}
	m.From, m.Until, m.OnCall, m.Changes, m.Terms, m.Leaves = schedule.Date{}, schedule.Date{}, true, nil, nil, nil
	in.People[0] = m
	ids, source, err := composeTeam(&in)
	if err != nil {
		return &schedule.InvalidError{Field: "limits", Reason: err.Error()}
	}
	_, _, err = readTeam(&in, ids, source)
	bad, ok := errors.AsType[*teamfile.Error](err)
	if !ok {
		return err
	}
	var all []error
	for _, problem := range bad.Problems {
		if key, ok := strings.CutPrefix(problem.Path, "people[0]."); ok {
			field := strings.FieldsFunc(key, func(r rune) bool { return r == '.' || r == '[' })[0]
			all = append(all, &schedule.InvalidError{Field: field, Reason: problem.Reason})
		}
	}
	return errors.Join(all...)
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

// replan keeps as much of what is published as it can. What people may not rely on
// any more they have lost by publishing only.
func (pl *planning) replan(in *schedule.PlanInput, ids map[string]schedule.ID) error {
	doc := planDoc{Format: planFormat, Team: string(pl.ID)}
	slots, err := pl.slots()
	if err != nil {
		return err
	}
	names := map[schedule.ID]string{}
	for name, id := range ids {
		names[id] = name
	}
	windows := map[schedule.SlotID]string{}
	for i := range slots {
		windows[slots[i].ID] = slots[i].Window
	}
	for i := range in.Published {
		p := &in.Published[i]
		zone := pl.zone
		if r, err := pl.Rotation(p.Rotation); err == nil {
			zone = r.Zone
		}
		s := shiftDoc{ID: string(p.Slot), Rotation: string(p.Rotation), Window: windows[p.Slot], Start: p.Start.In(zone), End: p.End.In(zone), Points: p.Points}
		s.Person = names[p.Person]
		doc.Shifts = append(doc.Shifts, s)
	}
	// The day that runs is decided: who has it today still has it tonight.
	cut := in.Today.AddDays(1)
	if cut.Before(in.FrozenUntil) {
		cut = in.FrozenUntil
	}
	pl.published, err = publishedOf(&doc, string(pl.ID), in.Today.At(schedule.Midnight, pl.zone), cut.At(schedule.Midnight, pl.zone))
	if err == nil {
		pl.passOn(in, names, slots)
	}
	return err
}
