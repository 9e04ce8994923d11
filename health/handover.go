package health

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"watchbill/schedule"
)

// A Turn is a stretch in which the same people, most often one, are called first. Half a
// shift that somebody covers is a turn of its own: they are handed over to like everybody.
type Turn struct {
	Rotation   schedule.RotationID
	People     []schedule.ID // at least one, in order
	Start, End time.Time
	slots      []schedule.SlotID
}

// holds reports whether an instant lies in the turn.
func (t *Turn) holds(at time.Time) bool { return !at.Before(t.Start) && at.Before(t.End) }

// Has reports whether the turn is somebody's.
func (t *Turn) Has(person schedule.ID) bool { return t != nil && slices.Contains(t.People, person) }

// HandFrom returns from when on the turn can be handed over: in its last day, or in the
// second half of one that is shorter than two. Earlier, what is frozen would not be what
// the shift leaves.
func (t *Turn) HandFrom() time.Time { return t.End.Add(-min(handSoon, t.End.Sub(t.Start)/2)) }

// TurnsOf returns the turns that shifts come to, by rotation and time. Shifts that nobody
// has are in none.
func TurnsOf(shifts []schedule.Shift) []Turn {
	of := map[schedule.RotationID][]schedule.Shift{}
	for i := range shifts {
		if shifts[i].Person != 0 {
			of[shifts[i].Rotation] = append(of[shifts[i].Rotation], shifts[i])
		}
	}
	var out []Turn
	for _, rotation := range slices.Sorted(maps.Keys(of)) {
		out = append(out, turnsOf(rotation, of[rotation])...)
	}
	return out
}

// turnsOf cuts the shifts of a rotation wherever somebody comes or goes.
func turnsOf(rotation schedule.RotationID, shifts []schedule.Shift) []Turn {
	var edges []time.Time
	for i := range shifts {
		edges = append(edges, shifts[i].Start, shifts[i].End)
	}
	slices.SortFunc(edges, time.Time.Compare)
	edges = slices.CompactFunc(edges, time.Time.Equal)
	slices.SortStableFunc(shifts, func(a, b schedule.Shift) int { return a.Start.Compare(b.Start) })
	var out []Turn
	var open []schedule.Shift // that have begun and not ended
	for n, i := 0, 0; n+1 < len(edges); n++ {
		open = slices.DeleteFunc(open, func(s schedule.Shift) bool { return !s.End.After(edges[n]) })
		for ; i < len(shifts) && !shifts[i].Start.After(edges[n]); i++ {
			open = append(open, shifts[i])
		}
		t := Turn{Rotation: rotation, Start: edges[n], End: edges[n+1]}
		for k := range open {
			t.People, t.slots = append(t.People, open[k].Person), append(t.slots, open[k].Slot)
		}
		slices.Sort(t.People)
		slices.Sort(t.slots)
		t.People, t.slots = slices.Compact(t.People), slices.Compact(t.slots)
		if last := len(out) - 1; last >= 0 && out[last].End.Equal(t.Start) && slices.Equal(out[last].People, t.People) && slices.Equal(out[last].slots, t.slots) {
			out[last].End = t.End
		} else if len(t.People) > 0 {
			out = append(out, t)
		}
	}
	return out
}

// A ShiftNote is what somebody wrote down about a shift, for whoever has the next one.
// It belongs to the turn in which At lies, whoever has that by now: when shifts change
// afterwards no note is lost.
type ShiftNote struct {
	ID        schedule.ID
	Team      schedule.ID
	Rotation  schedule.RotationID
	At        time.Time
	Author    schedule.ID
	WrittenAt time.Time
	EditedAt  time.Time // zero: never
	Text      string
}

// A HandOver says that the turn that began at Start was handed over: what had been noted
// by then stays as it is.
type HandOver struct {
	ID       schedule.ID
	Team     schedule.ID
	Rotation schedule.RotationID
	Start    time.Time
	By       schedule.ID
	At       time.Time
	ReadBy   schedule.ID // who has the next turn; nobody: not yet
	ReadAt   time.Time
}

// Frozen reports whether a note can be changed no more: it had been written when its
// turn was handed over, or when what was handed over was read.
func (h *HandOver) Frozen(n *ShiftNote) bool {
	return h != nil && (!n.WrittenAt.After(h.At) || !h.ReadAt.IsZero() && !n.WrittenAt.After(h.ReadAt))
}

const (
	maxShiftNote  = 4000 // letters
	maxShiftNotes = 200  // of a turn
	// notesFor is how long after its end a turn may be written about and handed over.
	notesFor = 7 * 24 * time.Hour
	// turnsAround is how far from an instant turns are looked for, to find the one before
	// it and the one after.
	turnsAround = 35 * 24 * time.Hour
)

// A HandOverStore keeps what is written about shifts, and that they were handed over.
type HandOverStore interface {
	// LockHandOvers keeps others from writing about a team's shifts until the transaction
	// ends.
	LockHandOvers(ctx context.Context, team schedule.ID) error
	// ShiftNotes returns the notes of a rotation about [from, to), by time.
	ShiftNotes(ctx context.Context, team schedule.ID, rotation schedule.RotationID, from, to time.Time) ([]ShiftNote, error)
	ShiftNote(ctx context.Context, team, id schedule.ID) (ShiftNote, error)
	SaveShiftNote(ctx context.Context, n *ShiftNote) error // adds one without an ID
	// HandOvers returns what was handed over of turns that began in [from, to), by time.
	HandOvers(ctx context.Context, team schedule.ID, rotation schedule.RotationID, from, to time.Time) ([]HandOver, error)
	// HandOversSince returns what was handed over in any team at an instant or later, by id.
	HandOversSince(ctx context.Context, since time.Time) ([]HandOver, error)
	AddHandOver(ctx context.Context, h *HandOver) error // schedule.ErrConflict when it was handed over
	// ReadHandOver notes who has read it first.
	ReadHandOver(ctx context.Context, id, by schedule.ID, at time.Time) error
	// PageTimes returns when pages of a team that count fired first, in [from, to).
	PageTimes(ctx context.Context, team schedule.ID, from, to time.Time) ([]time.Time, error)
}

// HandOvers is what shifts leave to those that follow.
type HandOvers struct {
	Store Store
	Now   func() time.Time
	// Turns returns who is called first in [from, to), see TurnsOf; those that reach out of
	// it are whole.
	Turns func(ctx context.Context, team schedule.ID, from, to time.Time) ([]Turn, error)
}

// A TurnName says which turn is meant: the one of a rotation in which an instant lies.
type TurnName struct {
	Team     schedule.ID
	Rotation schedule.RotationID // empty: the first, by name, that somebody has then
	At       time.Time
}

// A place is a turn with those around it, of the same rotation.
type place struct {
	turn, before, next *Turn
}

// find returns the turn of an instant. When nobody has one then it is the last before
// it, or the first after.
func (s *HandOvers) find(ctx context.Context, name TurnName) (place, error) {
	all, err := s.Turns(ctx, name.Team, name.At.Add(-turnsAround), name.At.Add(turnsAround))
	if err != nil {
		return place{}, err
	}
	if name.Rotation == "" {
		name.Rotation = firstRotation(all, name.At)
	}
	all = slices.DeleteFunc(all, func(t Turn) bool { return t.Rotation != name.Rotation })
	at := slices.IndexFunc(all, func(t Turn) bool { return t.End.After(name.At) })
	if at < 0 {
		at = len(all)
	}
	if at > 0 && (at == len(all) || all[at].Start.After(name.At)) {
		at--
	}
	if at >= len(all) {
		return place{}, fmt.Errorf("nobody has a shift in %q around %v: %w", name.Rotation, name.At, schedule.ErrNotFound)
	}
	p := place{turn: &all[at]}
	if at > 0 {
		p.before = &all[at-1]
	}
	if at+1 < len(all) {
		p.next = &all[at+1]
	}
	return p, nil
}

// After returns the turn after one that was handed over; nil when nobody has one.
func (s *HandOvers) After(ctx context.Context, h *HandOver) (*Turn, error) {
	p, err := s.find(ctx, TurnName{h.Team, h.Rotation, h.Start})
	if errors.Is(err, schedule.ErrNotFound) {
		return nil, nil //nolint:nilnil // the shifts have changed since, and nobody has the next
	}
	return p.next, err
}

// firstRotation returns the first rotation, by name, that somebody has at an instant, or
// at all.
func firstRotation(all []Turn, at time.Time) schedule.RotationID {
	var now, ever []schedule.RotationID
	for i := range all {
		ever = append(ever, all[i].Rotation)
		if all[i].holds(at) {
			now = append(now, all[i].Rotation)
		}
	}
	if len(now) > 0 {
		return slices.Min(now)
	}
	if len(ever) > 0 {
		return slices.Min(ever)
	}
	return ""
}

// A Writer is who writes about a shift: whose it is, or who manages the team.
type Writer struct {
	Person  schedule.ID
	Manages bool
}

// May says why somebody may not write about a turn now, or nothing.
func (w *Writer) May(t *Turn, now time.Time) error {
	switch {
	case !t.Has(w.Person) && !w.Manages:
		return &schedule.InvalidError{Field: "text", Reason: "only who has the shift writes about it, and who manages the team"}
	case now.Before(t.Start):
		return fmt.Errorf("the shift has not begun: %w", schedule.ErrConflict)
	case !NotesTaken(t.End, now):
		return fmt.Errorf("the shift ended more than seven days ago, and stays as it was left: %w", schedule.ErrConflict)
	}
	return nil
}

// NotesTaken says whether something may still be written about a turn, by its end.
func NotesTaken(end, now time.Time) bool { return now.Before(end.Add(notesFor)) }

// done returns what was handed over of a turn; nil: it was not.
func (s *HandOvers) done(ctx context.Context, store Store, team schedule.ID, t *Turn) (*HandOver, error) {
	if t == nil {
		return nil, nil //nolint:nilnil // no turn, and so nothing handed over
	}
	all, err := store.HandOvers(ctx, team, t.Rotation, t.Start, t.End)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[len(all)-1], nil
}

// goodShiftNote is a text as it is kept.
func goodShiftNote(text string) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if text == "" {
		return "", &schedule.InvalidError{Field: "text", Reason: "write down what whoever has the next shift should know"}
	}
	return text, schedule.CheckText("text", text, maxShiftNote)
}

// write does something about a turn in one transaction, in which nobody else does.
func (s *HandOvers) write(ctx context.Context, name TurnName, f func(tx Store, p *place) error) error {
	p, err := s.find(ctx, name) // before the transaction: on SQLite the schedule reads by another handle
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx Store) error {
		if err := tx.LockHandOvers(ctx, name.Team); err != nil {
			return err
		}
		return f(tx, &p)
	})
}

// sentTwice is within what time the same of the same person is a form that was sent twice,
// by two clicks, by loading a page again, or by a telephone without a good line.
const sentTwice = 10 * time.Minute

// AddNote writes something down about a turn. The same note of the same person again,
// within some minutes, is that note.
func (s *HandOvers) AddNote(ctx context.Context, by Writer, name TurnName, text string) (n ShiftNote, err error) {
	if text, err = goodShiftNote(text); err != nil {
		return n, err
	}
	now := s.Now()
	err = s.write(ctx, name, func(tx Store, p *place) error {
		if err := by.May(p.turn, now); err != nil {
			return err
		}
		have, err := tx.ShiftNotes(ctx, name.Team, p.turn.Rotation, p.turn.Start, p.turn.End)
		if err != nil {
			return err
		}
		// A form that is sent twice is one note.
		if k := slices.IndexFunc(have, func(o ShiftNote) bool {
			return o.Author == by.Person && o.Text == text && now.Sub(o.WrittenAt) < sentTwice
		}); k >= 0 {
			n = have[k]
			return nil
		}
		if len(have) >= maxShiftNotes {
			return &schedule.InvalidError{Field: "text", Reason: fmt.Sprintf("a shift has %d notes at most; edit one of yours", maxShiftNotes)}
		}
		n = ShiftNote{Team: name.Team, Rotation: p.turn.Rotation, At: earlier(now, p.turn.End.Add(-time.Second)), Author: by.Person, WrittenAt: now, Text: text}
		if err := tx.SaveShiftNote(ctx, &n); err != nil {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: now, By: by.Person, Action: "shift.note", Team: name.Team})
	})
	return n, err
}

// EditNote changes a note of one's own that is not frozen.
func (s *HandOvers) EditNote(ctx context.Context, by, team, id schedule.ID, text string) (n ShiftNote, err error) {
	if text, err = goodShiftNote(text); err != nil {
		return n, err
	}
	if n, err = s.Store.ShiftNote(ctx, team, id); err != nil {
		return n, err
	}
	err = s.write(ctx, TurnName{team, n.Rotation, n.At}, func(tx Store, p *place) error {
		if n, err = tx.ShiftNote(ctx, team, id); err != nil {
			return err
		}
		done, err := s.done(ctx, tx, team, p.turn)
		if err != nil {
			return err
		}
		now := s.Now()
		switch {
		case n.Author != by:
			return &schedule.InvalidError{Field: "text", Reason: "only who wrote a note changes it; add one of your own"}
		case done.Frozen(&n):
			return fmt.Errorf("the shift was handed over, and the note with it; add another one: %w", schedule.ErrConflict)
		case !now.Before(p.turn.End.Add(notesFor)):
			return fmt.Errorf("the shift ended more than seven days ago, and stays as it was left: %w", schedule.ErrConflict)
		case n.Text == text:
			return nil
		}
		n.Text, n.EditedAt = text, now
		if err := tx.SaveShiftNote(ctx, &n); err != nil {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: now, By: by, Action: "shift.note.edit", Team: team})
	})
	return n, err
}

// HandOver hands a turn over: what was noted stays as it is, and whoever has the next
// turn is told. Handing over twice is once.
func (s *HandOvers) HandOver(ctx context.Context, by Writer, name TurnName) error {
	now := s.Now()
	return s.write(ctx, name, func(tx Store, p *place) error {
		if err := by.May(p.turn, now); err != nil {
			return err
		}
		if done, err := s.done(ctx, tx, name.Team, p.turn); err != nil || done != nil {
			return err
		}
		if now.Before(p.turn.HandFrom()) {
			return fmt.Errorf("a shift is handed over in its last day, or in the second half when it is shorter than two; until then, note what the next should know: %w", schedule.ErrConflict)
		}
		h := HandOver{Team: name.Team, Rotation: p.turn.Rotation, Start: p.turn.Start, By: by.Person, At: now}
		if err := tx.AddHandOver(ctx, &h); err != nil {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: now, By: by.Person, Action: "shift.handover", About: to(p.next), Team: name.Team})
	})
}

func to(t *Turn) schedule.ID {
	if t == nil {
		return 0
	}
	return t.People[0]
}

// Read notes that whoever has the turn has read what the turn before it left.
func (s *HandOvers) Read(ctx context.Context, by schedule.ID, name TurnName) error {
	return s.write(ctx, name, func(tx Store, p *place) error {
		done, err := s.done(ctx, tx, name.Team, p.before)
		switch {
		case err != nil:
			return err
		case !p.turn.Has(by):
			return &schedule.InvalidError{Field: "at", Reason: "only who has the shift says that they have read what was handed over to them"}
		case done == nil:
			return fmt.Errorf("the shift before was not handed over: %w", schedule.ErrConflict)
		case !done.ReadAt.IsZero():
			return nil
		}
		if err := tx.ReadHandOver(ctx, done.ID, by, s.Now()); err != nil {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: s.Now(), By: by, Action: "shift.read", About: p.before.People[0], Team: name.Team})
	})
}
