package health

import (
	"cmp"
	"context"
	"slices"
	"time"

	"watchbill/schedule"
)

// A TurnPage is a page of a turn with what was said of it. Whether it woke anybody is
// left out: that is told to nobody else.
type TurnPage struct {
	PageRecord
	Verdict Verdict // NoAction when anybody said so
	OnIt    []schedule.ID
	Notes   []Said // that have a note
}

// A PageGroup is the pages of one alert of one service in a turn.
type PageGroup struct {
	Service, Title string
	Pages          []TurnPage // the newest first
}

// Count counts the pages of which somebody said something.
func (g *PageGroup) Count(v Verdict) (n int) {
	for i := range g.Pages {
		if g.Pages[i].Verdict == v {
			n++
		}
	}
	return n
}

// A TurnReport is a turn with all that it leaves to the next.
type TurnReport struct {
	Turn
	Team   schedule.ID
	Before *Turn // nil: there is none near
	Next   *Turn
	Groups []PageGroup // those first that have most pages
	Pages  int
	More   bool       // there are more than are told
	Open   []TurnPage // what of the team is not over now
	Notes  []ShiftNote
	Done   *HandOver // nil: not handed over
	// What the turn before has left.
	BeforeNotes []ShiftNote
	BeforeDone  *HandOver
}

// turnPages bounds how many pages of a turn are told, and openPages of what is open.
const turnPages, openPages = 500, 50

// Report returns a turn with what it leaves to the next.
func (s *HandOvers) Report(ctx context.Context, name TurnName) (*TurnReport, error) {
	p, err := s.find(ctx, name)
	if err != nil {
		return nil, err
	}
	r := &TurnReport{Turn: *p.turn, Team: name.Team, Before: p.before, Next: p.next}
	if r.Done, err = s.done(ctx, s.Store, name.Team, p.turn); err != nil {
		return nil, err
	}
	if r.Notes, err = s.Store.ShiftNotes(ctx, name.Team, r.Rotation, r.Start, r.End); err != nil {
		return nil, err
	}
	if p.before != nil {
		if r.BeforeDone, err = s.done(ctx, s.Store, name.Team, p.before); err != nil {
			return nil, err
		}
		if r.BeforeNotes, err = s.Store.ShiftNotes(ctx, name.Team, r.Rotation, p.before.Start, p.before.End); err != nil {
			return nil, err
		}
	}
	return r, s.pages(ctx, r)
}

// pages fills in the pages of a turn, and what is open.
func (s *HandOvers) pages(ctx context.Context, r *TurnReport) error {
	now := s.Now()
	all, err := s.told(ctx, PageFilter{Team: r.Team, From: r.Start, To: r.End, Most: turnPages + 1})
	if err != nil {
		return err
	}
	if r.More = len(all) > turnPages; r.More {
		all = all[:turnPages]
	}
	all = slices.DeleteFunc(all, func(p TurnPage) bool { return !p.CountsAsPage })
	r.Pages, r.Groups = len(all), grouped(all)
	r.Open, err = s.told(ctx, PageFilter{Team: r.Team, From: now.Add(-LongestOpen), To: now.Add(time.Second), Open: true, Most: openPages})
	return err
}

// told returns pages with what was said of them.
func (s *HandOvers) told(ctx context.Context, f PageFilter) ([]TurnPage, error) {
	pages, err := s.Store.PagesOf(ctx, f)
	if err != nil {
		return nil, err
	}
	said, err := s.Store.SaidIn(ctx, f.Team, f.From, f.To)
	if err != nil {
		return nil, err
	}
	of := map[schedule.ID][]Said{}
	for _, x := range said {
		x.Waking = WakingUnsaid
		of[x.Page] = append(of[x.Page], x)
	}
	out := make([]TurnPage, 0, len(pages))
	for i := range pages {
		p := TurnPage{PageRecord: pages[i]}
		for _, x := range of[p.ID] {
			p.Verdict = max(p.Verdict, x.Verdict)
			if !x.OnItAt.IsZero() {
				p.OnIt = append(p.OnIt, x.Person)
			}
			if x.Note != "" {
				p.Notes = append(p.Notes, x)
			}
		}
		out = append(out, p)
	}
	return out, nil
}

// grouped puts pages together by service and alert, those first that have most.
func grouped(all []TurnPage) []PageGroup {
	type key struct{ service, title string }
	at := map[key]int{}
	var groups []PageGroup
	for i := range all {
		k := key{all[i].Service, all[i].Title}
		n, known := at[k]
		if !known {
			n = len(groups)
			at[k] = n
			groups = append(groups, PageGroup{Service: k.service, Title: k.title})
		}
		groups[n].Pages = append(groups[n].Pages, all[i])
	}
	slices.SortStableFunc(groups, func(a, b PageGroup) int { return cmp.Compare(len(b.Pages), len(a.Pages)) })
	return groups
}

// A TurnLine is a turn in a list.
type TurnLine struct {
	Turn
	Pages int
	Notes int
	Done  *HandOver // nil: not handed over
}

// List returns the turns that began in [from, to), the newest first, with the name of
// each rotation that there is; of one rotation, or of the first that somebody has now.
func (s *HandOvers) List(ctx context.Context, team schedule.ID, rotation schedule.RotationID, from, to time.Time) ([]TurnLine, []schedule.RotationID, error) {
	all, err := s.Turns(ctx, team, from, to)
	if err != nil {
		return nil, nil, err
	}
	var rotations []schedule.RotationID
	for i := range all {
		if !slices.Contains(rotations, all[i].Rotation) {
			rotations = append(rotations, all[i].Rotation)
		}
	}
	slices.Sort(rotations)
	if rotation == "" {
		rotation = firstRotation(all, s.Now())
	}
	fired, err := s.Store.PageTimes(ctx, team, from.Add(-turnsAround), to)
	if err != nil {
		return nil, nil, err
	}
	notes, err := s.Store.ShiftNotes(ctx, team, rotation, from.Add(-turnsAround), to)
	if err != nil {
		return nil, nil, err
	}
	done, err := s.Store.HandOvers(ctx, team, rotation, from.Add(-turnsAround), to)
	if err != nil {
		return nil, nil, err
	}
	var out []TurnLine
	for _, t := range slices.Backward(all) {
		if t.Rotation != rotation || !t.Start.Before(to) {
			continue
		}
		l := TurnLine{Turn: t}
		for _, at := range fired {
			if t.holds(at) {
				l.Pages++
			}
		}
		for i := range notes {
			if t.holds(notes[i].At) {
				l.Notes++
			}
		}
		for i := range done {
			if t.holds(done[i].Start) {
				l.Done = &done[i]
			}
		}
		out = append(out, l)
	}
	return out, rotations, nil
}

// A Waiting says what somebody has to do about a hand-over.
type Waiting struct {
	Team schedule.ID
	Turn Turn // theirs
	// Read: what the turn before has left is there to be read. Otherwise the turn is
	// theirs to hand over.
	Read   bool
	Before Turn
	Notes  int
}

const (
	// handSoon is how long before its end, at most, a turn can be handed over and somebody
	// is reminded to, and handLate how long after it they are.
	handSoon, handLate = 24 * time.Hour, 3 * 24 * time.Hour
	// readFor is how long after it was handed over somebody is asked to read it.
	readFor = 14 * 24 * time.Hour
)

// Waiting returns what waits for somebody in a team: to be read by whoever takes over, and
// to be handed over.
func (s *HandOvers) Waiting(ctx context.Context, team, person schedule.ID) ([]Waiting, error) {
	now := s.Now()
	all, err := s.Turns(ctx, team, now.Add(-handLate-turnsAround), now.Add(turnsAround))
	if err != nil {
		return nil, err
	}
	var out []Waiting
	for i := range all {
		if !all[i].Has(person) {
			continue
		}
		p := place{turn: &all[i]}
		if i > 0 && all[i-1].Rotation == p.turn.Rotation && !all[i-1].Has(person) {
			p.before = &all[i-1]
		}
		if i+1 < len(all) && all[i+1].Rotation == p.turn.Rotation {
			p.next = &all[i+1]
		}
		w, err := s.waits(ctx, team, &p, now)
		if err != nil {
			return nil, err
		}
		for k := range w {
			if w[k].Read || !p.next.Has(person) { // nobody hands over to themselves
				out = append(out, w[k])
			}
		}
	}
	return out, nil
}

// waits returns what is to be done about a turn of somebody.
func (s *HandOvers) waits(ctx context.Context, team schedule.ID, p *place, now time.Time) (out []Waiting, err error) {
	t, before := p.turn, p.before
	if before != nil && now.Before(t.End) && before.Start.Before(now) {
		done, err := s.done(ctx, s.Store, team, before)
		if err != nil {
			return nil, err
		}
		if done != nil && done.ReadAt.IsZero() && now.Before(done.At.Add(readFor)) {
			notes, err := s.Store.ShiftNotes(ctx, team, t.Rotation, before.Start, before.End)
			if err != nil {
				return nil, err
			}
			out = append(out, Waiting{Team: team, Turn: *t, Read: true, Before: *before, Notes: len(notes)})
		}
	}
	if now.Before(t.HandFrom()) || !now.Before(t.End.Add(handLate)) {
		return out, nil
	}
	done, err := s.done(ctx, s.Store, team, t)
	if err == nil && done == nil {
		out = append(out, Waiting{Team: team, Turn: *t})
	}
	return out, err
}
