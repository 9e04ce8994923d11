package schedule

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Shifts of other tools are read from so long ago until so far ahead, in days.
const (
	shiftsBack  = 2*365 - 1
	shiftsAhead = 366
)

// Past weighs what people had before the team's plans, as plans are weighed.
type Past interface {
	// Rotations are those that the rules of a plan have.
	Rotations(in PlanInput) ([]RotationID, error)
	// Weigh says what shifts on the plan's days come to for each of its people.
	Weigh(in PlanInput, shifts []ImportedShift) (map[ID]Weighed, error)
}

// Weighed is what somebody had: all in thousandths of a point.
type Weighed struct{ Held, Share, Balance int64 }

// An ImportedShift is what somebody had in another tool.
type ImportedShift struct {
	ID         ID
	Import     ID
	Person     ID
	Rotation   RotationID
	Start, End time.Time
}

func (x ImportedShift) same(o ImportedShift) bool {
	return x.Person == o.Person && x.Rotation == o.Rotation && x.Start.Equal(o.Start) && x.End.Equal(o.End)
}

// An ImportedPerson is somebody whom the calendar of another tool names.
type ImportedPerson struct {
	Label  string // as the calendar says it
	Person ID     // nobody: the shifts count for nobody
	Shifts int    // that count
	Hours  int
	Weighed
}

// A Hole is where a rotation of another tool had nobody, or several at once.
type Hole struct {
	Rotation   RotationID
	Start, End time.Time
	Overlap    bool
}

// weighShifts is weigh for the shifts of another tool. They take the place of all
// that the import brought before.
func (s *Service) weighShifts(ctx context.Context, store Store, i *Import, r *Reading, zone *time.Location) (p ImportPreview, w writer, err error) {
	in, err := s.pastInput(ctx, store, i, zone)
	if err != nil {
		return p, nil, err
	}
	if p.Rotations, err = s.Past.Rotations(in); err != nil {
		return p, nil, &InvalidError{"rotation", "the team's rules have to be mended first: " + err.Error()}
	}
	if i.Rotation == "" && len(p.Rotations) > 0 {
		i.Rotation = p.Rotations[0]
	}
	if !slices.Contains(p.Rotations, i.Rotation) {
		return p, nil, &InvalidError{"rotation", fmt.Sprintf("the team has no rotation %q", i.Rotation)}
	}
	shifts, who, err := s.pastShifts(ctx, store, i, r, zone, &p)
	if err != nil {
		return p, nil, err
	}
	if n := len(shifts); n > 10*maxImported {
		return p, nil, errTooMany(n)
	}
	balances, err := s.weighPast(&in, who.weighing(shifts, in.People), zone, &p)
	if err != nil {
		return p, nil, err
	}
	return p, func(ctx context.Context, tx Store) error {
		if _, err := tx.RaiseVersion(ctx, i.Team); err != nil {
			return err
		}
		return tx.SaveImportedShifts(ctx, i.ID, shifts, balances)
	}, nil
}

// PlansBegin is the day on which the team's own plans take over from other tools:
// that of the first one, or today.
func (s *Service) PlansBegin(ctx context.Context, team ID) (Date, error) {
	record, err := s.Store.Team(ctx, team)
	if err != nil {
		return Date{}, err
	}
	zone, err := time.LoadLocation(record.Zone)
	if err != nil {
		return Date{}, err
	}
	plans, err := s.Store.Plans(ctx, team)
	if err != nil || len(plans) == 0 {
		return DateOf(s.Now().In(zone)), err
	}
	return plans[len(plans)-1].From, nil
}

// pastInput is what the past is weighed by: the rules of the day on which the team's
// plans take over, and its people.
func (s *Service) pastInput(ctx context.Context, store Store, i *Import, zone *time.Location) (in PlanInput, err error) {
	if i.Until.IsZero() {
		if i.Until, err = s.PlansBegin(ctx, i.Team); err != nil {
			return in, err
		}
	}
	today := DateOf(s.Now().In(zone))
	if i.Until.After(today.AddDays(shiftsAhead)) || i.Until.Before(today.AddDays(-shiftsBack)) {
		return in, &InvalidError{"until", "the day lies within two years before today and one after it"}
	}
	plans, err := store.Plans(ctx, i.Team)
	if err != nil {
		return in, err
	}
	if n := len(plans); n > 0 && i.Until.After(plans[n-1].From) {
		return in, &InvalidError{"until", fmt.Sprintf("the first plan here begins on %v; what is later is counted already", plans[n-1].From)}
	}
	in = PlanInput{Until: i.Until, From: i.Until.AddDays(-28), Today: today, Seed: 1}
	if in.Team, err = store.Team(ctx, i.Team); err != nil {
		return in, err
	}
	if in.Rules, err = s.with(store).RulesOn(ctx, i.Team, i.Until); err != nil {
		return in, err
	}
	if in.People, err = s.with(store).planned(ctx, i.Team); err != nil {
		return in, err
	}
	in.Holidays, err = importedDays(ctx, store, i.Team, in.People)
	return in, err
}

// pastShifts finds out whose shifts the events are, and lists both.
func (s *Service) pastShifts(ctx context.Context, store Store, i *Import, r *Reading, zone *time.Location, p *ImportPreview) ([]ImportedShift, *directory, error) {
	has, err := store.ImportedShifts(ctx, i.Team)
	if err != nil {
		return nil, nil, err
	}
	has = slices.DeleteFunc(has, func(x ImportedShift) bool { return x.Import != i.ID })
	who, err := s.whoIsWho(ctx, store, i, p)
	if err != nil {
		return nil, nil, err
	}
	for _, x := range has {
		who.had[x.Person] = true
	}
	until := i.Until.At(Midnight, zone)
	var shifts []ImportedShift
	for k := range r.Events {
		e := &r.Events[k]
		line := ImportLine{What: LineSkip, Start: e.Start, End: e.End, AllDay: e.AllDay, Title: plainTitle(e.Title), Why: noShift(e, until)}
		if line.Why != "" {
			p.add(line)
			continue
		}
		label := whoseShift(e)
		person := who.add(label, e)
		x := ImportedShift{Person: person, Rotation: rotationOf(e.Title, label, p.Rotations, i.Rotation), Start: e.Start, End: e.End}
		p.Holes = append(p.Holes, Hole{Rotation: x.Rotation, Start: x.Start, End: x.End})
		if person == 0 {
			line.Why = "nobody here is " + label
		} else {
			line.What, line.Why = LineAdd, string(x.Rotation)
			if n := slices.IndexFunc(has, x.same); n >= 0 {
				line.What, has = LineKeep, slices.Delete(has, n, n+1)
			}
			shifts = append(shifts, x)
		}
		p.add(line)
	}
	for _, x := range has {
		p.add(ImportLine{What: LineRemove, Start: x.Start, End: x.End, Why: string(x.Rotation)})
	}
	p.Holes = holes(p.Holes)
	return shifts, who, who.done(i)
}

// noShift says why an event is no shift that counts; nothing when it is one.
func noShift(e *Occasion, until time.Time) string {
	switch {
	case e.Cancelled || !e.Start.Before(e.End):
		return "it is cancelled or takes no time"
	case !e.Start.Before(until):
		return "it begins when this team's own plans have taken over"
	case e.End.Sub(e.Start) > 92*24*time.Hour:
		return "it is longer than three months"
	}
	return ""
}

// A directory finds out who is who.
type directory struct {
	people  []Profile   // of the team
	had     map[ID]bool // those whom the import brought shifts before
	chosen  map[string]ID
	at      map[string]int
	preview *ImportPreview
}

func (s *Service) whoIsWho(ctx context.Context, store Store, i *Import, p *ImportPreview) (*directory, error) {
	members, err := store.Members(ctx, i.Team)
	if err != nil {
		return nil, err
	}
	ids := []ID{}
	for _, m := range members {
		ids = append(ids, m.Person)
	}
	people, err := store.People(ctx, ids)
	return &directory{people: people, had: map[ID]bool{}, chosen: i.People, at: map[string]int{}, preview: p}, err
}

// add counts an event to a name, and returns who that is: whom somebody chose, or
// whom the name suggests.
func (d *directory) add(label string, e *Occasion) ID {
	n, known := d.at[label]
	if !known {
		person, ok := d.chosen[label]
		if !ok {
			person = suggest(label, d.people)
		}
		n = len(d.preview.People)
		d.at[label] = n
		d.preview.People = append(d.preview.People, ImportedPerson{Label: label, Person: person})
	}
	who := &d.preview.People[n]
	who.Shifts++
	who.Hours += int(e.End.Sub(e.Start).Hours())
	return who.Person
}

// done puts the names in order, warns of those who are nobody, and keeps who is who
// with the import, so that it stays so.
func (d *directory) done(i *Import) error {
	p := d.preview
	slices.SortFunc(p.People, func(a, b ImportedPerson) int { return cmp.Compare(a.Label, b.Label) })
	i.People = map[string]ID{}
	nobody := 0
	for _, x := range p.People {
		i.People[x.Label] = x.Person
		if x.Person == 0 {
			if nobody++; nobody <= nobodiesTold {
				p.Warnings = append(p.Warnings, fmt.Sprintf("%s is nobody in the team; the shifts of that name count for nobody", x.Label))
			}
		} else if !slices.ContainsFunc(d.people, func(p Profile) bool { return p.ID == x.Person }) {
			if !d.had[x.Person] {
				return &InvalidError{"who", "this person is not in the team; add them first"}
			}
			p.Warnings = append(p.Warnings, fmt.Sprintf("%s is not in the team any more; the shifts of that name stay theirs, and weigh nothing in plans", x.Label))
		}
	}
	if more := nobody - nobodiesTold; more > 0 {
		p.Warnings = append(p.Warnings, fmt.Sprintf("names that are nobody in the team: %d more; where titles say something else each time, like a number, the name is looked for in vain", more))
	}
	return nil
}

// nobodiesTold bounds how many names that are nobody in the team are warned of one by one.
const nobodiesTold = 20

// weighing returns the shifts that count in plans: not those of people who had them before
// and have left the team, or take no part in it any more.
func (d *directory) weighing(shifts []ImportedShift, people []Planning) []ImportedShift {
	return slices.DeleteFunc(slices.Clone(shifts), func(x ImportedShift) bool {
		return d.had[x.Person] && !slices.ContainsFunc(people, func(p Planning) bool { return p.Profile.ID == x.Person && p.OnCall })
	})
}

// holes returns where the given stretches of each rotation overlap or leave a gap.
func holes(held []Hole) []Hole {
	slices.SortStableFunc(held, func(a, b Hole) int { return cmp.Or(cmp.Compare(a.Rotation, b.Rotation), a.Start.Compare(b.Start)) })
	var out []Hole
	var end time.Time
	for k, h := range held {
		switch {
		case k == 0 || held[k-1].Rotation != h.Rotation:
			end = h.End
			continue
		case end.Before(h.Start):
			out = append(out, Hole{h.Rotation, end, h.Start, false})
		case h.Start.Before(end):
			out = append(out, Hole{h.Rotation, h.Start, earliest(end, h.End), true})
		}
		end = latest(end, h.End)
	}
	slices.SortStableFunc(out, func(a, b Hole) int { return a.Start.Compare(b.Start) })
	return out
}

// weighPast says what the shifts come to for those who had some. Whoever had none
// was not there yet, as far as anybody knows: they begin even.
func (s *Service) weighPast(in *PlanInput, shifts []ImportedShift, zone *time.Location, p *ImportPreview) (map[ID]int64, error) {
	if len(shifts) == 0 {
		return nil, nil
	}
	first := map[ID]time.Time{}
	begin := shifts[0].Start
	for _, x := range shifts {
		if t, ok := first[x.Person]; !ok || x.Start.Before(t) {
			first[x.Person] = x.Start
		}
		begin = earliest(begin, x.Start)
	}
	in.From = DateOf(begin.In(zone))
	var people []Planning
	for _, m := range in.People {
		t, had := first[m.Profile.ID]
		if !had {
			continue
		}
		if !m.From.IsZero() && t.Before(m.From.At(Midnight, zone)) {
			m.From = Date{} // their time in the other tool says otherwise
		}
		m.Leaves, m.Changes = nil, nil
		people = append(people, m)
	}
	in.People = people
	weighed, err := s.Past.Weigh(*in, shifts)
	if err != nil {
		var invalid *InvalidError
		if errors.As(err, &invalid) {
			return nil, err
		}
		return nil, fmt.Errorf("past of team %d: %w", in.Team.ID, err)
	}
	balances := map[ID]int64{}
	for id, x := range weighed {
		balances[id] = x.Balance
	}
	for k := range p.People {
		p.People[k].Weighed = weighed[p.People[k].Person]
	}
	return balances, nil
}

// addBrought puts what people bring from other tools into what they hold above their
// share when a plan begins.
func (s *Service) addBrought(ctx context.Context, in *PlanInput) error {
	brought, err := s.Store.ImportedBalances(ctx, in.Team.ID)
	if err != nil {
		return err
	}
	if in.Moved == nil {
		in.Moved = map[ID]int64{}
	}
	if in.Before == nil {
		in.Before = map[ID]int64{}
	}
	for id, points := range brought {
		in.Moved[id] += points
		in.Before[id] += points
	}
	return nil
}

// addPast puts what people had lately in other tools into a plan, so that limits hold.
func (s *Service) addPast(ctx context.Context, in *PlanInput, begins time.Time) error {
	shifts, err := s.Store.ImportedShifts(ctx, in.Team.ID)
	if err != nil {
		return err
	}
	var recent []Shift
	for _, x := range shifts {
		if x.Start.Before(begins) && x.End.After(begins.AddDate(-1, 0, 0)) {
			recent = append(recent, Shift{Key: fmt.Sprint("imported ", x.ID), Rotation: x.Rotation, Person: x.Person, Published: x.Person, Start: x.Start, End: x.End})
		}
	}
	in.Recent = append(recent, in.Recent...)
	return nil
}
