package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"watchbill/health"
	"watchbill/schedule"
	"watchbill/schedule/roster"
	"watchbill/schedule/teamfile"
)

// An imaginer makes plans that nobody publishes, of a team as it is or as it might be, with
// the generator that makes all others.
type imaginer struct {
	burdenSchedules
	limit time.Duration // of work
}

// imagineLimit is how much work a plan that nobody publishes is worth: whoever asks waits
// for two of them. The work ends a plan and not the clock, so that the same question has
// the same answer on a busy machine too; imagineWait is for one that has stopped.
const (
	imagineLimit = 300 * time.Millisecond
	imagineWait  = 20 * time.Second
)

// imagineLead is how many weeks are planned before those that count, so that a turn that
// began earlier is in the plan.
const imagineLead = 4

// plan implements health.Imagining.Plan.
func (m *imaginer) plan(ctx context.Context, team schedule.ID, change health.PlanChange) (*health.ImaginedPlan, error) {
	in, weeks, err := m.input(ctx, team, change)
	if err != nil {
		return nil, err
	}
	pl, ids, err := imagineTeam(&in, change)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(ctx, imagineWait)
	defer stop()
	search, enough := context.WithTimeout(ctx, imagineWait*3/4)
	defer enough()
	solution, err := roster.Solve(ctx, pl.problem, roster.Options{Seed: 1, Budget: roster.BudgetFor(m.limit), Search: search})
	if err != nil {
		return nil, err
	}
	out := &health.ImaginedPlan{From: in.From.AddDays(7 * imagineLead), Weeks: weeks, Levels: 1}
	if rules, err := teamfile.ReadRules(in.Rules.Source); err == nil {
		out.Limit = strings.Join(rules.Limits.OnCall, ", ")
	}
	if change.OneIn > 0 {
		out.Limit = fmt.Sprintf("1 week in %d", change.OneIn)
	}
	if err := pl.imagined(out, solution, ids); err != nil {
		return nil, err
	}
	return out, m.people(ctx, out, pl, ids, &in)
}

// imagineTeam prepares a plan for a team with a change. Rules that cannot be planned by are
// refused like everywhere.
func imagineTeam(in *schedule.PlanInput, change health.PlanChange) (pl *planning, ids map[string]schedule.ID, err error) {
	ids, source, err := composeTeam(in)
	var f *teamfile.File
	if err == nil {
		f, _, err = readTeam(in, ids, source)
	}
	if err == nil {
		if err := changeTeam(&f.Team, change); err != nil {
			return nil, nil, err
		}
		pl, _, err = planningFor(in, ids, f, nil)
	}
	if err != nil {
		err = &schedule.InvalidError{Field: "rules", Reason: err.Error()}
	}
	return pl, ids, err
}

// input is what a plan is made of: the members as they are and those who might come, and
// nothing of what is planned or was.
func (m *imaginer) input(ctx context.Context, team schedule.ID, change health.PlanChange) (in schedule.PlanInput, weeks int, err error) {
	record, err := m.schedule.Store.Team(ctx, team)
	if err != nil {
		return in, 0, err
	}
	zone, err := schedule.Zone(record.Zone)
	if err != nil {
		return in, 0, err
	}
	from := health.MondayOf(schedule.DateOf(m.schedule.Now().In(zone))).AddDays(7)
	if in, err = m.schedule.PlanInput(ctx, team, from, from.AddDays(7)); err != nil {
		return in, 0, err
	}
	in.Published, in.Held, in.Together, in.Recent, in.Before, in.Moved, in.Now = nil, nil, nil, nil, nil, nil, time.Time{}
	skills := ""
	if text, err := teamfile.ReadRules(in.Rules.Source); err == nil {
		skills = allSkills(text.Rotations)
	}
	for n := range change.People {
		p := schedule.Profile{ID: newPerson + schedule.ID(n), Name: fmt.Sprintf("New person %d", n+1), Zone: record.Zone}
		in.People = append(in.People, schedule.Planning{Profile: p, Membership: schedule.Membership{Person: p.ID, OnCall: true, Share: schedule.FullTime, Skills: skills}})
	}
	weeks = health.ImaginedWeeks(len(in.People))
	in.Until = from.AddDays(7 * (imagineLead + weeks))
	return in, weeks, nil
}

// newPerson is the number of the first of those who do not exist: nobody's, and one that
// can be written in JSON.
const newPerson = schedule.ID(1) << 52

// changeTeam makes a team as it might be.
func changeTeam(t *schedule.Team, change health.PlanChange) error {
	if change.OneIn > 0 {
		const week = 7 * 24 * time.Hour
		t.Limits.OnCall = []schedule.TimeLimit{{Max: week, Within: time.Duration(change.OneIn) * week}}
	}
	if !change.Second {
		return nil
	}
	if slices.ContainsFunc(t.Rotations, func(r schedule.Rotation) bool { return second(r.ID) }) {
		return &schedule.InvalidError{Field: "second", Reason: "somebody stands behind already; ask about something else"}
	}
	for _, r := range slices.Clone(t.Rotations) {
		behind := r
		behind.ID, behind.Weight = "second "+r.ID, r.Weight/2
		t.Rotations = append(t.Rotations, behind)
		for i := range t.Members {
			m := &t.Members[i]
			m.Rotations = standBehind(m.Rotations, r.ID, behind.ID)
			m.Duties = slices.Clone(m.Duties)
			for k := range m.Duties {
				m.Duties[k].Rotations = standBehind(m.Duties[k].Rotations, r.ID, behind.ID)
			}
		}
	}
	return nil
}

// standBehind adds a rotation for whoever takes the one that it stands behind. Whoever
// names none takes all.
func standBehind(takes []schedule.RotationID, first, behind schedule.RotationID) []schedule.RotationID {
	if slices.Contains(takes, first) {
		return append(slices.Clone(takes), behind)
	}
	return takes
}

// allSkills are what somebody knows who can take every rotation.
func allSkills(rotations []teamfile.RotationText) string {
	var all []string
	for _, r := range rotations {
		all = append(all, r.Skills...)
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ", ")
}

// imagined puts the shifts of a solution into a plan, and why nobody has some.
func (pl *planning) imagined(out *health.ImaginedPlan, solution *roster.Solution, ids map[string]schedule.ID) error {
	doc, err := pl.document(solution)
	if err != nil {
		return err
	}
	for _, s := range doc.Shifts {
		level := 1
		if second(schedule.RotationID(s.Rotation)) {
			level = 2
		}
		out.Levels = max(out.Levels, level)
		out.Shifts = append(out.Shifts, health.Shift{Person: ids[s.Person], Start: s.Start.UTC(), End: s.End.UTC(), Level: level, Rotation: schedule.RotationID(s.Rotation)})
		if out.Slots++; s.Person == "" {
			out.Unfilled++
		}
	}
	for _, c := range causes(doc.Unfilled) {
		out.Why = append(out.Why, c.String())
	}
	if doc.Enough != "" {
		out.Mend = append(out.Mend, doc.Enough)
	}
	for _, r := range doc.Remedies {
		out.Mend = append(out.Mend, r.Text)
	}
	return nil
}

// people adds who is in a plan, with the clocks by which their nights are counted.
func (m *imaginer) people(ctx context.Context, out *health.ImaginedPlan, pl *planning, ids map[string]schedule.ID, in *schedule.PlanInput) error {
	until := out.From.AddDays(7 * out.Weeks)
	entitledIn, err := m.Entitled(ctx, in.Team.ID)
	if err != nil {
		return err
	}
	entitled := entitledIn(out.From, until)
	var there []schedule.ID
	for _, id := range ids {
		if id < newPerson {
			there = append(there, id)
		}
	}
	slices.Sort(there)
	clocks, err := m.Clocks(ctx, there)
	if err != nil {
		return err
	}
	known, err := m.Persons(ctx, in.Team.ID, clocks)
	if err != nil {
		return err
	}
	for i := range pl.Members {
		name := string(pl.Members[i].Person)
		p := health.ImaginedPerson{Name: name, Part: pl.part(&pl.Members[i], out.From, until), Entitled: entitled[ids[name]]}
		if who := known[ids[name]]; who != nil {
			p.Person = *who
		} else {
			p.New, p.Entitled = true, float64(7*out.Weeks)
			fresh := health.Person{ID: ids[name], Stays: []health.Stay{{Zone: pl.zone}}, Holidays: pl.person(&pl.Members[i]).Holidays}
			if p.Person, err = health.NewPerson(fresh, m.config); err != nil {
				return err
			}
		}
		out.People = append(out.People, p)
	}
	return nil
}

// part is how much of the days [from, until) a member is in the team.
func (pl *planning) part(m *schedule.Member, from, until schedule.Date) float64 {
	first, last := from.At(schedule.Midnight, pl.zone), until.At(schedule.Midnight, pl.zone)
	whole := last.Sub(first)
	begun, done := pl.presence(m)
	if begun.After(first) {
		first = begun
	}
	if !done.IsZero() && done.Before(last) {
		last = done
	}
	return max(0, last.Sub(first).Hours()/whole.Hours())
}
