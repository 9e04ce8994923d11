package health

import (
	"context"
	"slices"
	"time"

	"watchbill/schedule"
)

// looked says whether nothing has changed since the schedule was looked at, until a
// moment.
func (m *measuring) looked(until time.Time) bool {
	s := &m.state
	return s.Newest == s.Version && !s.Until.Before(until) && s.Config == m.Config.Version
}

// look brings what is known of the schedule up to date, and marks what has changed.
func (m *measuring) look(ctx context.Context) error {
	s, until := m.state, m.dayEnd(m.now)
	if m.looked(until) {
		return nil
	}
	team, from := s.Team, m.now.Add(-longestPast)
	shifts, err := m.Schedules.Shifts(ctx, team, from, until)
	if err != nil {
		return err
	}
	duties := mergeShifts(shifts, until)
	kept, err := m.tx.Duties(ctx, team, time.Time{}, until.AddDate(100, 0, 0))
	if err != nil {
		return err
	}
	// What lies before all that is looked at stays as it was.
	kept = slices.DeleteFunc(kept, func(d Shift) bool { return !d.End.After(from) })
	gone, come := differ(kept, duties), differ(duties, kept)
	if err := m.tx.ReplaceDuties(ctx, team, gone, come); err != nil {
		return err
	}
	var marks []Mark
	for _, d := range slices.Concat(gone, come) {
		marks = append(marks, Mark{Team: team, Person: d.Person, From: d.Start, To: earlier(d.End, until)})
	}
	since, err := m.since(ctx, duties)
	if err != nil {
		return err
	}
	s.Until = until
	fresh := m.state.Until
	if s.Config != m.Config.Version || s.Since.IsZero() || since.Before(s.Since) {
		s.Since = since
		fresh = since.At(schedule.Midnight, m.zone)
	}
	people, err := m.clocks(ctx, duties)
	if err != nil {
		return err
	}
	if fresh.Before(until) { // days that were never measured, or not in this way
		for _, id := range people {
			// Work that was still going on may have gone on over midnight.
			marks = append(marks, Mark{Team: team, Person: id, From: fresh.Add(-m.Config.engagedCap()), To: until})
		}
		marks = append(marks, Mark{Team: team, From: fresh.Add(-LongestOpen), To: until})
	}
	s.Version, s.Config = s.Newest, m.Config.Version
	if err := m.tx.AddMarks(ctx, marks); err != nil {
		return err
	}
	m.state = s
	return m.tx.SaveBurden(ctx, &s)
}

// reachBack begins measuring with an earlier week where something is marked that lies
// before all others, as pages of an import of the past: those weeks were never measured.
// It returns the marks with those of these weeks. Whoever adds a page marks it in the
// same transaction, so the pages of marks that were taken are there to see.
func (m *measuring) reachBack(ctx context.Context, marks []Mark, until time.Time) ([]Mark, error) {
	begun := m.state.Since.At(schedule.Midnight, m.zone)
	if !slices.ContainsFunc(marks, func(mark Mark) bool { return mark.From.Before(begun) }) {
		return marks, nil
	}
	first, err := m.tx.FirstNotice(ctx, m.state.Team)
	if err != nil || first.IsZero() {
		return marks, err
	}
	since := m.kept(MondayOf(schedule.DateOf(first.In(m.zone))))
	if !since.Before(m.state.Since) {
		return marks, nil
	}
	people, err := m.tx.Paged(ctx, m.state.Team)
	if err != nil {
		return nil, err
	}
	from, to := since.At(schedule.Midnight, m.zone), earlier(begun, until)
	marks = append(marks, Mark{Team: m.state.Team, From: from, To: to})
	duties, err := m.tx.Duties(ctx, m.state.Team, from, to)
	if err != nil {
		return nil, err
	}
	for _, d := range duties {
		people = append(people, d.Person)
	}
	slices.Sort(people)
	for _, id := range slices.Compact(people) {
		if id != 0 {
			marks = append(marks, Mark{Team: m.state.Team, Person: id, From: from, To: to})
		}
	}
	m.state.Since = since
	return marks, m.tx.SaveBurden(ctx, &m.state)
}

// since returns the Monday on which measuring begins: that of the first shift or page.
func (m *measuring) since(ctx context.Context, duties []Shift) (schedule.Date, error) {
	first, err := m.tx.FirstNotice(ctx, m.state.Team)
	if err != nil {
		return schedule.Date{}, err
	}
	for i := range duties {
		if first.IsZero() || duties[i].Start.Before(first) {
			first = duties[i].Start
		}
	}
	if first.IsZero() {
		first = m.now
	}
	since := m.kept(MondayOf(schedule.DateOf(first.In(m.zone))))
	if !m.state.Since.IsZero() && m.state.Since.Before(since) {
		since = m.state.Since
	}
	if m.state.Config != m.Config.Version { // of what is older nothing is measured beside
		since = m.kept(since)
	}
	return since, nil
}

// kept returns a Monday or, where pages of its week are gone, the first of which they are
// not.
func (m *measuring) kept(monday schedule.Date) schedule.Date {
	if monday.Before(m.state.KeptFrom) {
		return m.state.KeptFrom
	}
	return monday
}

// MondayOf returns the Monday of a day's week.
func MondayOf(d schedule.Date) schedule.Date { return d.AddDays(-(int(d.Weekday()) + 6) % 7) }

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// mergeShifts joins shifts of one person and level that touch, so that who hands over
// to themselves has one; what begins later is not looked at yet.
func mergeShifts(shifts []Shift, until time.Time) []Shift {
	type key struct {
		person schedule.ID
		level  int
	}
	spans := map[key][]span{}
	for _, s := range shifts {
		if s.Start.Before(until) {
			k := key{s.Person, s.Level}
			spans[k] = append(spans[k], span{s.Start.Unix(), s.End.Unix()})
		}
	}
	var out []Shift
	for k, some := range spans {
		for _, s := range merge(some) {
			out = append(out, Shift{Person: k.person, Level: k.level, Start: time.Unix(s.from, 0).UTC(), End: time.Unix(s.to, 0).UTC()})
		}
	}
	return out
}

// differ returns the shifts that are not among others.
func differ(some, others []Shift) []Shift {
	have := make(map[Shift]bool, len(others))
	for _, s := range others {
		have[s] = true
	}
	var out []Shift
	for _, s := range some {
		if !have[s] {
			out = append(out, s)
		}
	}
	return out
}

// clocks notes who lives, works and sleeps otherwise from now on, and returns everybody
// who was ever on call or paged.
func (m *measuring) clocks(ctx context.Context, duties []Shift) ([]schedule.ID, error) {
	people, err := m.tx.Paged(ctx, m.state.Team)
	if err != nil {
		return nil, err
	}
	for _, d := range duties {
		if d.Person != 0 {
			people = append(people, d.Person)
		}
	}
	slices.Sort(people)
	people = slices.Compact(people)
	now, err := m.Schedules.Clocks(ctx, people)
	if err != nil {
		return nil, err
	}
	known, err := m.tx.ClockChanges(ctx, people)
	if err != nil {
		return nil, err
	}
	last := map[schedule.ID]ClockChange{}
	for _, c := range known {
		last[c.Person] = c
	}
	for _, c := range now {
		was, had := last[c.Person]
		if had && was.Zone == c.Zone && was.Works == c.Works && was.Sleeps == c.Sleeps {
			continue
		}
		if c.From = m.now; !had {
			c.From = time.Unix(0, 0).UTC() // always
		}
		if err := m.tx.AddClockChange(ctx, &c); err != nil {
			return nil, err
		}
		if err := m.tx.AddMarks(ctx, []Mark{{Team: m.state.Team, Person: c.Person, From: m.now, To: m.dayEnd(m.now)}}); err != nil {
			return nil, err
		}
	}
	return people, nil
}
