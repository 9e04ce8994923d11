package schedule

import (
	"context"
	"fmt"
	"maps"
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
	o, err := s.Outlook(ctx, team, proposals...)
	if err != nil {
		return nil, err
	}
	return o.Effects(proposals...)
}

// Outlook reads what it takes to say what any of some proposals would mean.
func (s *Service) Outlook(ctx context.Context, team ID, proposals ...[]Move) (*Outlook, error) {
	o, err := s.outlook(ctx, s.Store, team, proposals)
	if err != nil {
		return nil, err
	}
	o.rest = s.rest
	o.balance, err = s.balance(ctx, o.team, o.zone)
	return o, err
}

// Effects is Service.Effects for some of the proposals that the outlook was made for.
func (o *Outlook) Effects(proposals ...[]Move) ([][]Effect, error) {
	proposals = slices.Clone(proposals)
	for i, moves := range proposals {
		proposals[i] = slices.Clone(moves)
		for j := range moves {
			proposals[i][j].Stretch = o.rest(moves[j].Stretch)
		}
	}
	all, err := o.weigh(proposals)
	for i := range all {
		for j := range all[i] {
			e := &all[i][j]
			e.Before = o.balance[e.Person]
			e.After = e.Before + 1000*e.Points
		}
	}
	return all, err
}

// rulesBroken are the hard rules that moves break, by person.
type rulesBroken []*RuleError

// of is what is broken for a person, in words.
func (b rulesBroken) of(person ID) string {
	for _, e := range b {
		if e.Person == person {
			return e.Broken()
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
	all, err := o.weigh(proposals)
	if err != nil {
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

// How far around a move shifts are looked at: at least as far as Near counts and at
// most a year, which no limit counts beyond; of other teams only rest counts. The
// margin is for weekends and clocks.
const (
	nearby    = 14 * 24 * time.Hour
	judged    = 366 * 24 * time.Hour
	elsewhere = 92 * 24 * time.Hour
	margin    = 7 * 24 * time.Hour
)

// An Outlook is what is known, at one moment, of a team and of the people whom moves
// concern.
type Outlook struct {
	team   TeamRecord
	zone   *time.Location
	rules  []TeamRules
	people []Planning
	days   []ImportedHoliday
	names  map[ID]string
	// What there is in the team, and what those people have in others.
	bySlot   map[SlotID][]*TeamShift // in the team
	byPerson map[ID][]*TeamShift
	judge    Judge
	balance  map[ID]int64
	rest     func(Stretch) Stretch // what is left of it
}

func (s *Service) outlook(ctx context.Context, store Store, team ID, proposals [][]Move) (*Outlook, error) {
	o := &Outlook{names: map[ID]string{}, judge: s.Judge}
	var err error
	if o.team, err = store.Team(ctx, team); err != nil {
		return nil, err
	}
	if o.zone, err = Zone(o.team.Zone); err != nil {
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
	reach, err := o.reach(s.Reach, proposals)
	if err != nil {
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
	return o, o.load(ctx, store, concerned, from, to, reach)
}

// load reads the shifts of the team, and those that the concerned have elsewhere,
// as far around moves in [from, to) as rules reach.
func (o *Outlook) load(ctx context.Context, store Store, concerned []ID, from, to time.Time, reach time.Duration) error {
	shifts, err := shiftsOf(ctx, store, o.team.ID, from.Add(-reach), to.Add(reach), time.Time{})
	if err != nil {
		return err
	}
	o.bySlot, o.byPerson = map[SlotID][]*TeamShift{}, map[ID][]*TeamShift{}
	for _, shift := range shifts {
		t := &TeamShift{o.team.ID, shift}
		o.bySlot[t.Slot] = append(o.bySlot[t.Slot], t)
		o.byPerson[t.Person] = append(o.byPerson[t.Person], t)
	}
	reach = min(reach, elsewhere)
	theirs, err := shiftsOfPeople(ctx, store, concerned, from.Add(-reach), to.Add(reach))
	if err != nil {
		return err
	}
	for i := range theirs {
		if t := &theirs[i]; t.Team != o.team.ID {
			o.byPerson[t.Person] = append(o.byPerson[t.Person], t)
		}
	}
	return nil
}

// weigh says what proposals mean for everybody concerned, but for their balance.
func (o *Outlook) weigh(proposals [][]Move) ([][]Effect, error) {
	all := make([][]Effect, len(proposals))
	inputs := o.inputs(proposals)
	places := map[*JudgeInput][]*Effect{}
	for i, moves := range proposals {
		points := o.points(moves)
		for _, person := range slices.Sorted(maps.Keys(points)) {
			all[i] = append(all[i], Effect{Person: person, Points: points[person]})
		}
		for j := range all[i] {
			e := &all[i][j]
			held := o.held(e.Person, moves)
			e.Near = near(held, e.Person, moves)
			if in := inputs[i]; in != nil && slices.ContainsFunc(held, func(h Holding) bool { return h.New }) {
				in.Cases = append(in.Cases, Case{e.Person, held})
				places[in] = append(places[in], e)
			}
		}
	}
	if o.judge == nil {
		return all, nil
	}
	for in, effects := range places {
		findings, err := o.judge(*in)
		if err != nil {
			return nil, err
		}
		for k, e := range effects {
			e.Findings = findings[k]
		}
	}
	return all, nil
}

// points says who gets how many points by moves, and who gives.
func (o *Outlook) points(moves []Move) map[ID]int64 {
	points := map[ID]int64{}
	for _, m := range moves {
		for _, t := range o.bySlot[m.Slot] {
			if part, ok := t.within(o.team.ID, m.Stretch); ok && t.Person != m.To {
				points[t.Person] -= part.Points()
				points[m.To] += part.Points()
			}
		}
	}
	delete(points, 0)
	return points
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
func near(held []Holding, person ID, moves []Move) int {
	n := 0
	for i := range held {
		h := &held[i]
		if !h.New && slices.ContainsFunc(moves, func(m Move) bool {
			return m.To == person && h.Start.Before(m.End.Add(nearby)) && m.Start.Add(-nearby).Before(h.End)
		}) {
			n++
		}
	}
	return n
}

// held is what somebody would hold after the moves.
func (o *Outlook) held(person ID, moves []Move) []Holding {
	hit := func(t *TeamShift) bool {
		return slices.ContainsFunc(moves, func(m Move) bool { _, hit := t.within(o.team.ID, m.Stretch); return hit })
	}
	all := make([]Holding, 0, len(o.byPerson[person])+2*len(moves))
	for _, t := range o.byPerson[person] {
		if !hit(t) {
			all = append(all, Holding{*t, false})
		}
	}
	for i, m := range moves {
		if slices.ContainsFunc(moves[:i], func(n Move) bool { return n.Slot == m.Slot }) {
			continue // both were looked at
		}
		for _, t := range o.bySlot[m.Slot] {
			if hit(t) {
				all = append(all, o.after(t, person, moves)...)
			}
		}
	}
	return all
}

// after is what somebody would hold of a shift that moves are about.
func (o *Outlook) after(t *TeamShift, person ID, moves []Move) []Holding {
	var all []Holding
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
	return all
}

// inputs are what proposals are judged with, one for each set of rules and without
// cases; nil where no rules hold.
func (o *Outlook) inputs(proposals [][]Move) []*JudgeInput {
	all := make([]*JudgeInput, len(proposals))
	byRules := map[ID]*JudgeInput{}
	for i, moves := range proposals {
		if len(moves) == 0 {
			continue
		}
		on := DateOf(moves[0].Start.In(o.zone))
		rules, ok := rulesOn(o.rules, on)
		if !ok {
			continue
		}
		if byRules[rules.ID] == nil {
			byRules[rules.ID] = &JudgeInput{Team: o.team, Rules: rules, On: on, People: o.people, Holidays: o.days}
		}
		all[i] = byRules[rules.ID]
	}
	return all
}

// reach is how far around proposals shifts are looked at.
func (o *Outlook) reach(rules func(JudgeInput) (time.Duration, error), proposals [][]Move) (time.Duration, error) {
	if rules == nil {
		return judged, nil
	}
	reach := nearby
	var last *JudgeInput
	for _, in := range o.inputs(proposals) {
		if in == nil || in == last {
			continue
		}
		last = in
		far, err := rules(*in)
		if err != nil {
			return 0, err
		}
		reach = max(reach, far)
	}
	return min(reach+margin, judged), nil
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
// published plan, covers and swaps included, in thousandths of a point: what the next
// plan would begin with.
func (s *Service) balance(ctx context.Context, team TeamRecord, zone *time.Location) (map[ID]int64, error) {
	plans, err := s.Store.Plans(ctx, team.ID)
	if err != nil || len(plans) == 0 {
		return nil, err
	}
	in := PlanInput{Team: team, From: plans[0].Until}
	if err := s.addBalance(ctx, &in, plans, zone); err != nil {
		return nil, err
	}
	err = s.addBrought(ctx, &in)
	return in.Before, err
}

// with returns the service over another store, a transaction's.
func (s *Service) with(store Store) *Service {
	other := *s
	other.Store = store
	return &other
}
