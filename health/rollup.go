package health

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"watchbill/schedule"
)

// Schedules is what the schedule knows, as measuring needs it.
type Schedules interface {
	// Shifts returns what a team's people really had in [from, to), whole, as far as
	// it is known now; of person 0 are gaps.
	Shifts(ctx context.Context, team schedule.ID, from, to time.Time) ([]Shift, error)
	// Clocks returns where people live now, and when they work and sleep.
	Clocks(ctx context.Context, people []schedule.ID) ([]ClockChange, error)
	// Persons makes people of their clocks, which are by person and time, with the
	// holidays that they have in a team.
	Persons(ctx context.Context, team schedule.ID, clocks []ClockChange) (map[schedule.ID]*Person, error)
	// Entitled returns a function of what each member is entitled to in [from, until):
	// full-time equivalent times the days on which they could be on call.
	Entitled(ctx context.Context, team schedule.ID) (func(from, until schedule.Date) map[schedule.ID]float64, error)
	// Events returns what changed in [from, until) that a change of burden may come
	// from.
	Events(ctx context.Context, team schedule.ID, from, until schedule.Date) ([]BurdenEvent, error)
	// Comings returns how many people came into a team, or left it, in [from, until).
	Comings(ctx context.Context, team schedule.ID, from, until schedule.Date) ([]BurdenEvent, error)
	// Rotations returns those of which a team has shifts from a day on, or will have by
	// its rules, and those that it had only before.
	Rotations(ctx context.Context, team schedule.ID, from schedule.Date) (on, before []schedule.RotationID, err error)
}

// A Rollup measures days and weeks and keeps them, so that a report adds up weeks and
// reads no page. It is told what to measure anew by marks, which whoever changes
// something leaves in the same transaction, and sees by the version of a team's
// schedule that something changed there. Any number of them may work at once: each
// takes a team for itself.
type Rollup struct {
	Store     Store
	Schedules Schedules
	Config    Config
	Now       func() time.Time

	mu     sync.Mutex
	people map[schedule.ID]knownPeople
}

type knownPeople struct {
	version int64
	persons map[schedule.ID]*Person
}

// LongestOpen is how long an incident that nobody resolves counts as trouble. After
// that it is forgotten rather than open.
const LongestOpen = 14 * 24 * time.Hour

const (
	marksAtOnce = 1000
	weeksAtOnce = 6
	// longestPast is how far back a schedule is looked at when a team is measured for
	// the first time.
	longestPast = 3 * 366 * 24 * time.Hour
	// longestTurn is how far ahead of a week somebody's turn that begins in it is
	// followed, to see whether it is quiet.
	longestTurn = 35 * 24 * time.Hour
)

// Work measures what is marked, some weeks of each team, and returns how many weeks
// that was.
func (r *Rollup) Work(ctx context.Context) (int, error) {
	teams, err := r.Store.MarkedTeams(ctx, 50)
	if err != nil {
		return 0, err
	}
	done := 0
	var failed []error
	for _, team := range teams { // one that cannot be measured keeps none of the others
		n, err := r.Team(ctx, team)
		failed = append(failed, err)
		done += n
	}
	return done, errors.Join(failed...)
}

// Due returns the teams that Team has something to do for: whose schedule has changed,
// a day has passed, or of whom something is marked.
func (r *Rollup) Due(ctx context.Context) ([]schedule.ID, error) {
	states, err := r.Store.BurdenStates(ctx)
	if err != nil {
		return nil, err
	}
	marked, err := r.Store.MarkedTeams(ctx, len(states))
	var due []schedule.ID
	for _, state := range states {
		m := measuring{Rollup: r, state: state, now: r.Now()}
		// Of a team whose zone cannot be read, Team says so.
		if m.zone, _ = schedule.Zone(state.Zone); m.zone == nil || !m.looked(m.dayEnd(m.now)) || slices.Contains(marked, state.Team) {
			due = append(due, state.Team)
		}
	}
	return due, err
}

// Team looks whether a team's schedule has changed or a day has passed, and measures
// some weeks that are marked. It returns how many; none also when somebody else is at it.
func (r *Rollup) Team(ctx context.Context, team schedule.ID) (weeks int, err error) {
	err = r.Store.InTx(ctx, func(tx Store) error {
		weeks = 0
		state, mine, err := tx.LockBurden(ctx, team)
		if err != nil || !mine {
			return err
		}
		m := &measuring{Rollup: r, tx: tx, state: state, now: r.Now()}
		if m.zone, err = schedule.Zone(state.Zone); err != nil {
			return err
		}
		if err := m.look(ctx); err != nil {
			return fmt.Errorf("schedule of team %d: %w", team, err)
		}
		weeks, err = m.work(ctx)
		return err
	})
	return weeks, err
}

// A measuring is one transaction of a rollup.
type measuring struct {
	*Rollup
	tx     Store
	state  BurdenState
	zone   *time.Location
	people map[schedule.ID]*Person
	now    time.Time
	owed   *[]OwedPolicy // nil: not read yet
}

// dayEnd returns when the day of an instant ends in the team's zone.
func (m *measuring) dayEnd(t time.Time) time.Time {
	return schedule.DateOf(t.In(m.zone)).AddDays(1).At(schedule.Midnight, m.zone)
}

// persons returns the people of a team, from what was read before where the schedule
// has not changed since.
func (m *measuring) persons(ctx context.Context, ids []schedule.ID) error {
	m.mu.Lock()
	known := m.Rollup.people[m.state.Team]
	m.mu.Unlock()
	all := known.persons != nil && known.version == m.state.Version
	for _, id := range ids {
		all = all && known.persons[id] != nil
	}
	if m.people = known.persons; all {
		return nil
	}
	clocks, err := m.tx.ClockChanges(ctx, ids)
	if err != nil {
		return err
	}
	if m.people, err = m.unknown(ctx, ids, clocks); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Rollup.people == nil {
		m.Rollup.people = map[schedule.ID]knownPeople{}
	}
	if known.version == m.state.Version {
		merged := maps.Clone(m.people)
		maps.Copy(merged, known.persons)
		m.people = merged
	}
	m.Rollup.people[m.state.Team] = knownPeople{m.state.Version, m.people}
	return nil
}

// unknown makes people of their clocks, and takes those whom nobody has looked at yet
// as they are now.
func (m *measuring) unknown(ctx context.Context, ids []schedule.ID, clocks []ClockChange) (map[schedule.ID]*Person, error) {
	var missing []schedule.ID
	for _, id := range ids {
		if !slices.ContainsFunc(clocks, func(c ClockChange) bool { return c.Person == id }) {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		now, err := m.Schedules.Clocks(ctx, missing)
		if err != nil {
			return nil, err
		}
		for _, c := range now {
			c.From = time.Unix(0, 0).UTC()
			if err := m.tx.AddClockChange(ctx, &c); err != nil {
				return nil, err
			}
			clocks = append(clocks, c)
		}
	}
	people, err := m.Schedules.Persons(ctx, m.state.Team, clocks)
	if err == nil {
		for _, id := range ids {
			if people[id] == nil {
				err = errors.Join(err, fmt.Errorf("nothing is known of person %d", id))
			}
		}
	}
	return people, err
}

// work measures the first weeks that are marked and leaves marks for the rest.
func (m *measuring) work(ctx context.Context) (int, error) {
	end := m.dayEnd(m.now)
	marks, err := m.tx.TakeMarks(ctx, m.state.Team, marksAtOnce)
	if err != nil || len(marks) == 0 {
		return 0, err
	}
	if marks, err = m.reachBack(ctx, marks, end); err != nil {
		return 0, err
	}
	weeks := map[schedule.Date]map[schedule.ID][]span{}
	for _, mark := range marks {
		mark.To = earlier(mark.To, end)
		first := MondayOf(schedule.DateOf(mark.From.In(m.zone)))
		if begins := m.state.Begins(); first.Before(begins) {
			first = begins
		}
		for monday := first; monday.At(schedule.Midnight, m.zone).Before(mark.To); monday = monday.AddDays(7) {
			if weeks[monday] == nil {
				weeks[monday] = map[schedule.ID][]span{}
			}
			weeks[monday][mark.Person] = append(weeks[monday][mark.Person], span{mark.From.Unix(), mark.To.Unix()})
		}
	}
	done := 0
	measured := map[schedule.Date]bool{}
	for len(weeks) > 0 && done < weeksAtOnce {
		monday := slices.MinFunc(slices.Collect(maps.Keys(weeks)), schedule.Date.Compare)
		touched := weeks[monday]
		delete(weeks, monday)
		w := &weekWork{measuring: m, monday: monday, touched: touched}
		if err := w.measure(ctx); err != nil {
			return done, fmt.Errorf("week of %v: %w", monday, err)
		}
		if err := m.earnAround(ctx, w); err != nil {
			return done, fmt.Errorf("time owed of the week of %v: %w", monday, err)
		}
		for _, p := range w.handedOver { // in order, so the next week knows
			next := monday.AddDays(7)
			if start := next.At(schedule.Midnight, m.zone); start.Before(end) {
				if weeks[next] == nil {
					weeks[next] = map[schedule.ID][]span{}
				}
				weeks[next][p] = append(weeks[next][p], span{start.Unix(), start.Unix() + 1})
			}
		}
		measured[monday] = true
		if turn := w.earlierTurn; !turn.IsZero() && !turn.Before(m.state.Begins()) && !measured[turn] {
			if err := m.again(ctx, turn); err != nil {
				return done, err
			}
		}
		done++
	}
	return done, m.leave(ctx, weeks)
}

// again measures an earlier week of the team alone: a turn that began in it has been
// disturbed in a later one.
func (m *measuring) again(ctx context.Context, monday schedule.Date) error {
	w := &weekWork{measuring: m, monday: monday}
	if err := w.measure(ctx); err != nil {
		return fmt.Errorf("week of %v: %w", monday, err)
	}
	return nil
}

// leave marks what there was no time for.
func (m *measuring) leave(ctx context.Context, weeks map[schedule.Date]map[schedule.ID][]span) error {
	spans := map[schedule.ID][]span{}
	for monday, touched := range weeks {
		from, to := monday.At(schedule.Midnight, m.zone).Unix(), monday.AddDays(7).At(schedule.Midnight, m.zone).Unix()
		for person, some := range touched {
			for _, s := range some {
				spans[person] = append(spans[person], span{max(from, s.from), min(to, s.to)})
			}
		}
	}
	var marks []Mark
	for _, person := range sortedIDs(spans) {
		for _, s := range merge(spans[person]) {
			marks = append(marks, Mark{Team: m.state.Team, Person: person, From: time.Unix(s.from, 0), To: time.Unix(s.to, 0)})
		}
	}
	return m.tx.AddMarks(ctx, marks)
}
