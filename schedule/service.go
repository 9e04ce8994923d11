package schedule

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Service keeps teams' schedules: what was planned and published, what people
// changed since, and so who is on call. Whoever calls it has made sure that the
// person named by may do so; see the policy of api/auth.
type Service struct {
	Store Store
	Now   func() time.Time
	Plan  Planner
	// Check says what is wrong with the rules of a plan, without making it: an
	// *InvalidError.
	Check func(in PlanInput) error
	// Judge says what the hard rules have against a cover, swap or override; nil
	// for a service that knows no rules.
	Judge Judge
	// Reach says how far around something new the rules that Judge applies look at
	// what somebody holds; nil is as far as any can.
	Reach func(in JudgeInput) (time.Duration, error)
	// Reached says of some people of a team why nothing gets to them; whoever is not in it
	// is reached, or nothing is known. Without it nothing is.
	Reached func(ctx context.Context, team ID, people []ID) (map[ID]Unreached, error)
	// CheckMember says what is wrong with one member under the rules: an
	// *InvalidError that names the field.
	CheckMember func(team TeamRecord, rules TeamRules, p Planning) error
	// Calendars reads and fetches the calendars of others.
	Calendars Calendars
	// Past weighs what people had in other tools.
	Past Past
	// Burdens tells what pages did; nil for a service that measures nothing.
	Burdens Burdens
}

// A Planner makes a plan. It calls progress now and then with the percentage
// done, and gives up when that says so. What is wrong with what the plan is made of
// is an *InvalidError.
type Planner func(ctx context.Context, in PlanInput, progress func(percent int) (goOn bool)) (Planned, error)

// Planned is a plan as the planner made it.
type Planned struct {
	Document string // JSON, watchbill-plan/1, with all there is to say
	Shifts   []Published
	Balances
	// Ends are overrides that cannot stay, because those who would have the shifts
	// cannot: they end when the plan is published.
	Ends []ID `json:",omitempty"`
}

// A TeamImport is a team as a team file tells it.
type TeamImport struct {
	Name, Zone   string
	HorizonWeeks int
	FrozenWeeks  int
	Rules        string
	From         Date
	People       []Planning
}

// AddTeam adds a team with its people. People who are known by their address are
// taken as they are. Whoever adds it becomes its manager.
func (s *Service) AddTeam(ctx context.Context, by ID, in TeamImport) (TeamRecord, error) {
	if err := in.Validate(); err != nil {
		return TeamRecord{}, err
	}
	now := s.Now()
	team := TeamRecord{Name: in.Name, Zone: in.Zone, HorizonWeeks: in.HorizonWeeks, FrozenWeeks: in.FrozenWeeks, CreatedAt: now}
	err := s.Store.InTx(ctx, func(tx Store) error {
		if err := tx.AddTeam(ctx, &team); errors.Is(err, ErrConflict) {
			return &InvalidError{"name", fmt.Sprintf("there is a team called %q already; choose another name", in.Name)}
		} else if err != nil {
			return err
		}
		if err := tx.SaveRules(ctx, &TeamRules{Team: team.ID, From: in.From, Source: in.Rules, CreatedAt: now, CreatedBy: by}); err != nil {
			return err
		}
		there := false
		for i := range in.People {
			id, err := s.addMember(ctx, tx, team.ID, &in.People[i])
			if err != nil {
				return err
			}
			there = there || id == by
		}
		if by != 0 && !there {
			m := Membership{Team: team.ID, Person: by, Manager: true, Share: FullTime}
			if err := tx.SaveMember(ctx, &m); err != nil {
				return err
			}
		}
		return tx.Audit(ctx, &AuditEntry{At: now, By: by, Action: "team.add", Team: team.ID, Detail: in.Name})
	})
	return team, err
}

// Validate says what is wrong with a team whose rules and people are not looked at.
func (in TeamImport) Validate() error {
	var bad problems
	if !GoodName(in.Name) {
		bad.add("name", "a team needs a name of up to %d letters, all of which can be seen", maxName)
	}
	if _, err := Zone(in.Zone); err != nil || in.Zone == "" || in.Zone == "Local" {
		bad.add("zone", "%q is no time zone; write one like Europe/Berlin", in.Zone)
	}
	if in.FrozenWeeks < 0 || in.FrozenWeeks > 52 {
		bad.add("frozen_weeks", "%d weeks; it should be from 0 to 52", in.FrozenWeeks)
	}
	if in.HorizonWeeks < 1 || in.HorizonWeeks > 104 {
		bad.add("horizon_weeks", "%d weeks; it should be from 1 to 104", in.HorizonWeeks)
	}
	if in.From.IsZero() {
		bad.add("from", "say from which day the rules hold")
	}
	bad.check(checkRulesText(in.Rules))
	for i := range in.People {
		in.People[i].checkTexts(&bad, fmt.Sprintf("people[%d]", i))
	}
	return bad.err()
}

// maxRules bounds the text of a team's rules, in letters.
const maxRules = 1 << 20

// checkRulesText says what is wrong with the text of rules, whatever they say.
func checkRulesText(source string) error { return CheckText("rules", source, maxRules) }

// checkTexts says what is wrong with what is written of somebody, whatever it says.
func (p *Planning) checkTexts(bad *problems, field string) {
	bad.within(field, CheckText("name", p.Name, maxName))
	m := MemberEdit{Membership: p.Membership, Works: p.Works, Sleeps: p.Sleeps, Holidays: p.Holidays}
	bad.within(field, m.checkTexts())
	for _, l := range p.Leaves {
		bad.within(field, goodNote("away", l.Note))
	}
}

func (s *Service) addMember(ctx context.Context, tx Store, team ID, p *Planning) (ID, error) {
	person := p.Profile
	person.Email = strings.ToLower(strings.TrimSpace(person.Email))
	person.CreatedAt = s.Now()
	known := Profile{}
	err := ErrNotFound
	if person.Email != "" {
		known, err = tx.PersonByEmail(ctx, person.Email)
	}
	switch {
	case err == nil:
		person = known
	case !errors.Is(err, ErrNotFound):
		return 0, err
	default:
		if err := tx.AddPerson(ctx, &person); err != nil {
			return 0, err
		}
	}
	m := p.Membership
	m.Team, m.Person = team, person.ID
	if err := tx.SaveMember(ctx, &m); err != nil {
		return 0, err
	}
	for _, t := range p.Terms {
		t.Team, t.Person, t.CreatedAt = team, person.ID, s.Now()
		if err := tx.SaveMemberTerms(ctx, &t); err != nil {
			return 0, err
		}
	}
	for _, leave := range p.Leaves {
		leave.Person, leave.CreatedAt = person.ID, s.Now()
		if err := tx.AddLeave(ctx, &leave); err != nil {
			return 0, err
		}
	}
	return person.ID, nil
}

// Shifts returns who has what in [from, to) in a team, as Resolve does.
func (s *Service) Shifts(ctx context.Context, team ID, from, to, asOf time.Time) ([]Shift, error) {
	return shiftsOf(ctx, s.Store, team, from, to, asOf)
}

// ShiftsAsOf is Shifts as it was known at several instants.
func (s *Service) ShiftsAsOf(ctx context.Context, team ID, from, to time.Time, instants ...time.Time) ([][]Shift, error) {
	published, overrides, err := decided(ctx, s.Store, team, from, to)
	if err != nil {
		return nil, err
	}
	var all [][]Shift
	for _, at := range instants {
		all = append(all, Resolve(published, overrides, from, to, at))
	}
	return all, nil
}

func shiftsOf(ctx context.Context, store Store, team ID, from, to, asOf time.Time) ([]Shift, error) {
	published, overrides, err := decided(ctx, store, team, from, to)
	if err != nil {
		return nil, err
	}
	return Resolve(published, overrides, from, to, asOf), nil
}

// decided returns what was published for slots that meet [from, to), and all that was
// decided about those slots, also for parts of them outside: who has the slot until
// when must not depend on what was asked for.
func decided(ctx context.Context, store Store, team ID, from, to time.Time) ([]Published, []Override, error) {
	published, err := store.Published(ctx, team, from, to)
	if err != nil || len(published) == 0 {
		return nil, nil, err
	}
	for i := range published {
		from, to = earliest(from, published[i].Start), latest(to, published[i].End)
	}
	overrides, err := store.Overrides(ctx, team, from, to)
	return published, overrides, err
}

// A TeamShift is a shift with the team it is in.
type TeamShift struct {
	Team ID
	Shift
}

// PersonShifts returns what a person has in [from, to) in all teams, by start.
func (s *Service) PersonShifts(ctx context.Context, person ID, from, to time.Time) ([]TeamShift, error) {
	return shiftsOfPeople(ctx, s.Store, []ID{person}, from, to)
}

// shiftsOfPeople returns what some people have in [from, to) in all teams, by start.
func shiftsOfPeople(ctx context.Context, store Store, people []ID, from, to time.Time) ([]TeamShift, error) {
	byTeam, err := decidedOf(ctx, store, people, from, to)
	if err != nil {
		return nil, err
	}
	var all []TeamShift
	for team, d := range byTeam {
		for _, shift := range Resolve(d.published, d.overrides, from, to, time.Time{}) {
			if slices.Contains(people, shift.Person) {
				all = append(all, TeamShift{team, shift})
			}
		}
	}
	slices.SortFunc(all, func(a, b TeamShift) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Team, b.Team), cmp.Compare(a.Key, b.Key))
	})
	return all, nil
}

// decisions are what was published and decided about slots of one team.
type decisions struct {
	published []Published
	overrides []Override
}

// decidedOf is decided for the slots that some people have, or had, a part of, by
// team.
func decidedOf(ctx context.Context, store Store, people []ID, from, to time.Time) (map[ID]*decisions, error) {
	published, err := store.PublishedOf(ctx, people, from, to)
	if err != nil || len(published) == 0 {
		return nil, err
	}
	overrides, err := store.OverridesOf(ctx, people, from, to)
	if err != nil {
		return nil, err
	}
	byTeam := map[ID]*decisions{}
	for _, p := range published {
		if byTeam[p.Team] == nil {
			byTeam[p.Team] = &decisions{}
		}
		byTeam[p.Team].published = append(byTeam[p.Team].published, p)
	}
	for _, o := range overrides {
		if d := byTeam[o.Team]; d != nil {
			d.overrides = append(d.overrides, o)
		}
	}
	return byTeam, nil
}

// people returns those who have shifts, by ID.
func (s *Service) people(ctx context.Context, store Store, shifts []Shift) (map[ID]Profile, error) {
	ids := []ID{}
	for _, shift := range shifts {
		for _, id := range []ID{shift.Person, shift.Published} {
			if id != 0 && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	people, err := store.People(ctx, ids)
	if err != nil {
		return nil, err
	}
	byID := map[ID]Profile{}
	for _, p := range people {
		byID[p.ID] = p
	}
	return byID, nil
}

// SaveProfile changes what a person says of themselves.
func (s *Service) SaveProfile(ctx context.Context, by ID, p Profile) error {
	var bad problems
	p.Name = strings.Join(strings.Fields(p.Name), " ")
	if !GoodName(p.Name) {
		bad.add("name", "a name has up to %d letters, all of which can be seen", maxName)
	}
	if _, err := Zone(p.Zone); err != nil || p.Zone == "" || p.Zone == "Local" {
		bad.add("zone", "%q is no time zone; write one like Europe/Berlin", p.Zone)
	}
	for field, text := range map[string]string{"works": p.Works, "sleeps": p.Sleeps} {
		from, until, ok := strings.Cut(text, "-")
		_, err1 := ParseClock(from)
		_, err2 := ParseClock(until)
		if text != "" && (!ok || err1 != nil || err2 != nil) {
			bad.add(field, "write both times like 09:00")
		}
	}
	if err := bad.err(); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx Store) error {
		p := p
		if err := raiseAll(ctx, tx, p.ID); err != nil {
			return err
		}
		people, err := tx.People(ctx, []ID{p.ID})
		if err != nil {
			return err
		}
		if len(people) == 0 {
			return fmt.Errorf("person %d: %w", p.ID, ErrNotFound)
		}
		p.Holidays = people[0].Holidays
		if p.Works != "" && strings.Contains(people[0].Works, " ") {
			p.Works = people[0].Works[:strings.LastIndex(people[0].Works, " ")+1] + p.Works // the days stay
		}
		if err := tx.SavePerson(ctx, &p); err != nil {
			return err
		}
		return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: "profile.change", About: p.ID})
	})
}
