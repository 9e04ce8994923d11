package schedule

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A Judge says what the hard rules of a team have to say about what people would
// hold, case by case. Rules that cannot be read are a finding too.
type Judge func(in JudgeInput) ([][]Finding, error)

// A JudgeInput is all that judging needs to know.
type JudgeInput struct {
	Team   TeamRecord
	Rules  TeamRules
	On     Date       // a day on which the rules hold
	People []Planning // who takes part in the team
	// Holidays are days off besides those that the rules and profiles name.
	Holidays []ImportedHoliday
	Cases    []Case
}

// A Case is everything that a person would hold, in all teams, for a year around
// what is new.
type Case struct {
	Person ID
	Held   []Holding
}

// A Holding is a shift that somebody has or would have.
type Holding struct {
	TeamShift
	New bool
}

// A Move gives a stretch to somebody, or nobody, whoever has it.
type Move struct {
	Stretch
	To ID
}

// An Effect is what moves would mean for one of the people they concern.
type Effect struct {
	Person ID
	// Findings are what the hard rules say of what the person would get.
	Findings []Finding
	// Points are what they get, negative what they give; Before and After are how
	// far above their fair share that takes them at the end of the published plan,
	// in thousandths of a point.
	Points        int64
	Before, After int64
	// Near counts their other shifts within two weeks of what they get.
	Near int
}

// Broken says whether a hard rule is broken.
func (e *Effect) Broken() bool {
	return slices.ContainsFunc(e.Findings, func(f Finding) bool { return f.Broken })
}

// Against is the sentence about the rules that are broken; empty when none is.
func (e *Effect) Against() string { return brokenWords(e.Findings) }

// Effects says for each proposal what it would mean, from now on, for everybody who
// gets or gives something, in order of ID.
func (s *Service) Effects(ctx context.Context, team ID, proposals ...[]Move) ([][]Effect, error) {
	proposals = slices.Clone(proposals)
	for i, moves := range proposals {
		proposals[i] = slices.Clone(moves)
		for j := range moves {
			proposals[i][j].Stretch = s.rest(moves[j].Stretch)
		}
	}
	o, err := s.outlook(ctx, s.Store, team, proposals)
	if err != nil {
		return nil, err
	}
	balance, err := s.balance(ctx, team)
	if err != nil {
		return nil, err
	}
	all := make([][]Effect, len(proposals))
	for i, moves := range proposals {
		all[i] = o.effects(moves)
	}
	if err := o.judge(s.Judge, proposals, all); err != nil {
		return nil, err
	}
	for i := range all {
		for j := range all[i] {
			e := &all[i][j]
			e.Before = balance[e.Person]
			e.After = e.Before + 1000*e.Points
		}
	}
	return all, nil
}

// rulesBroken are the hard rules that moves break, by person.
type rulesBroken []*RuleError

// of is what is broken for a person, in words.
func (b rulesBroken) of(person ID) string {
	for _, e := range b {
		if e.Person == person {
			return brokenWords(e.Findings)
		}
	}
	return ""
}

// against returns what the hard rules have against moves, as part of a
// transaction.
func (s *Service) against(ctx context.Context, tx Store, team ID, moves ...Move) (rulesBroken, error) {
	if s.Judge == nil || len(moves) == 0 {
		return nil, nil
	}
	proposals := [][]Move{moves}
	o, err := s.outlook(ctx, tx, team, proposals)
	if err != nil {
		return nil, err
	}
	all := [][]Effect{o.effects(moves)}
	if err := o.judge(s.Judge, proposals, all); err != nil {
		return nil, err
	}
	var broken rulesBroken
	for _, e := range all[0] {
		if e.Broken() {
			rules := slices.DeleteFunc(e.Findings, func(f Finding) bool { return !f.Broken })
			broken = append(broken, &RuleError{Person: e.Person, Name: o.names[e.Person], Findings: rules})
		}
	}
	return broken, nil
}

// How far around a move shifts are looked at: no limit counts further than a year, and
// of other teams only rest counts.
const (
	judged    = 366 * 24 * time.Hour
	elsewhere = 92 * 24 * time.Hour
)

// An outlook is what is known of a team and of the people whom moves concern.
type outlook struct {
	team   TeamRecord
	zone   *time.Location
	rules  []TeamRules
	people []Planning
	days   []ImportedHoliday
	names  map[ID]string
	shifts []TeamShift // of the team and of the other teams of those people
}

func (s *Service) outlook(ctx context.Context, store Store, team ID, proposals [][]Move) (*outlook, error) {
	o := &outlook{names: map[ID]string{}}
	var err error
	if o.team, err = store.Team(ctx, team); err != nil {
		return nil, err
	}
	if o.zone, err = time.LoadLocation(o.team.Zone); err != nil {
		return nil, fmt.Errorf("zone of team %d: %w", team, err)
	}
	if o.rules, err = store.Rules(ctx, team); err != nil {
		return nil, err
	}
	if o.people, err = s.with(store).planned(ctx, team); err != nil {
		return nil, err
	}
	if o.days, err = importedDays(ctx, store, team, o.people); err != nil {
		return nil, err
	}
	var from, to time.Time
	var concerned []ID
	for _, moves := range proposals {
		for _, m := range moves {
			if from.IsZero() || m.Start.Before(from) {
				from = m.Start
			}
			to = latest(to, m.End)
			if m.To != 0 && !slices.Contains(concerned, m.To) {
				concerned = append(concerned, m.To)
			}
		}
	}
	people, err := store.People(ctx, concerned)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		o.names[p.ID] = p.Name
	}
	return o, o.load(ctx, store, concerned, from, to)
}

// load reads the shifts of the team, and those that the concerned have elsewhere,
// around moves in [from, to).
func (o *outlook) load(ctx context.Context, store Store, concerned []ID, from, to time.Time) error {
	teams := []ID{o.team.ID}
	for _, id := range concerned {
		theirs, err := store.TeamsOf(ctx, id)
		if err != nil {
			return err
		}
		for _, t := range theirs {
			if !slices.Contains(teams, t.ID) {
				teams = append(teams, t.ID)
			}
		}
	}
	for _, team := range teams {
		around := elsewhere
		if team == o.team.ID {
			around = judged
		}
		shifts, err := shiftsOf(ctx, store, team, from.Add(-around), to.Add(around), time.Time{})
		if err != nil {
			return err
		}
		for _, shift := range shifts {
			if team == o.team.ID || slices.Contains(concerned, shift.Person) {
				o.shifts = append(o.shifts, TeamShift{team, shift})
			}
		}
	}
	return nil
}

// effects says who gets and who gives how many points.
func (o *outlook) effects(moves []Move) []Effect {
	points := map[ID]int64{}
	for _, m := range moves {
		for i := range o.shifts {
			t := &o.shifts[i]
			if part, ok := t.within(o.team.ID, m.Stretch); ok && t.Person != m.To {
				points[t.Person] -= part.Points()
				points[m.To] += part.Points()
			}
		}
	}
	delete(points, 0)
	var all []Effect
	for id, n := range points {
		all = append(all, Effect{Person: id, Points: n, Near: o.near(id, moves)})
	}
	slices.SortFunc(all, func(a, b Effect) int { return int(a.Person - b.Person) })
	return all
}

// within returns the part of a shift that lies in a stretch of a team's slot.
func (t *TeamShift) within(team ID, part Stretch) (Shift, bool) {
	if t.Team != team || t.Slot != part.Slot || !t.Start.Before(part.End) || !part.Start.Before(t.End) {
		return Shift{}, false
	}
	cut := t.Shift
	cut.Start, cut.End = latest(t.Start, part.Start), earliest(t.End, part.End)
	return cut, true
}

// near counts the other shifts of somebody within two weeks of what they get.
func (o *outlook) near(person ID, moves []Move) int {
	const two = 14 * 24 * time.Hour
	n := 0
	for _, h := range o.held(person, moves) {
		if !h.New && slices.ContainsFunc(moves, func(m Move) bool {
			return m.To == person && h.Start.Before(m.End.Add(two)) && m.Start.Add(-two).Before(h.End)
		}) {
			n++
		}
	}
	return n
}

// held is what somebody would hold after the moves.
func (o *outlook) held(person ID, moves []Move) []Holding {
	var all []Holding
	for i := range o.shifts {
		t := &o.shifts[i]
		if !slices.ContainsFunc(moves, func(m Move) bool { _, hit := t.within(o.team.ID, m.Stretch); return hit }) {
			if t.Person == person { // as most are, of most people
				all = append(all, Holding{*t, false})
			}
			continue
		}
		left := []Shift{t.Shift}
		for _, m := range moves {
			var rest []Shift
			for _, piece := range left {
				got, hit := (&TeamShift{t.Team, piece}).within(o.team.ID, m.Stretch)
				if !hit || t.Person == m.To {
					rest = append(rest, piece)
					continue
				}
				if m.To == person {
					all = append(all, Holding{TeamShift{t.Team, got}, true})
				}
				if before := piece; piece.Start.Before(got.Start) {
					before.End = got.Start
					rest = append(rest, before)
				}
				if after := piece; got.End.Before(piece.End) {
					after.Start = got.End
					rest = append(rest, after)
				}
			}
			left = rest
		}
		if t.Person == person {
			for _, piece := range left {
				all = append(all, Holding{TeamShift{t.Team, piece}, false})
			}
		}
	}
	return all
}

// judge fills in what the rules say, of all proposals of one set of rules at once.
func (o *outlook) judge(judge Judge, proposals [][]Move, all [][]Effect) error {
	if judge == nil {
		return nil
	}
	type place struct{ i, j int }
	inputs := map[ID]*JudgeInput{}
	places := map[ID][]place{}
	for i, moves := range proposals {
		if len(moves) == 0 {
			continue
		}
		on := DateOf(moves[0].Start.In(o.zone))
		rules, ok := rulesOn(o.rules, on)
		if !ok {
			continue
		}
		in := inputs[rules.ID]
		if in == nil {
			in = &JudgeInput{Team: o.team, Rules: rules, On: on, People: o.people, Holidays: o.days}
			inputs[rules.ID] = in
		}
		for j := range all[i] {
			held := o.held(all[i][j].Person, moves)
			if slices.ContainsFunc(held, func(h Holding) bool { return h.New }) {
				in.Cases = append(in.Cases, Case{all[i][j].Person, held})
				places[rules.ID] = append(places[rules.ID], place{i, j})
			}
		}
	}
	for id, in := range inputs {
		findings, err := judge(*in)
		if err != nil {
			return err
		}
		for k, p := range places[id] {
			all[p.i][p.j].Findings = findings[k]
		}
	}
	return nil
}

// rulesOn returns the rules that hold on a day: the last ones to have begun, or the
// first ever. All are by day.
func rulesOn(all []TeamRules, day Date) (rules TeamRules, ok bool) {
	for i, r := range all {
		if i == 0 || !r.From.After(day) {
			rules, ok = r, true
		}
	}
	return rules, ok
}

// balance is how far everybody is above their fair share at the end of the
// published plan, covers and swaps included, in thousandths of a point.
func (s *Service) balance(ctx context.Context, team ID) (map[ID]int64, error) {
	last, err := s.Store.LastPlan(ctx, team)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	// It is what the next plan would begin with.
	in, err := s.PlanInput(ctx, team, last.Until, last.Until.AddDays(1))
	return in.Before, err
}

// with returns the service over another store, a transaction's.
func (s *Service) with(store Store) *Service {
	other := *s
	other.Store = store
	return &other
}
