package health

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"watchbill/schedule"
)

// A Diary keeps what somebody says of their own shifts, for themselves: nobody else is
// shown it, and it is in no log. All of it is one piece, sealed by a key of its own that is
// kept apart from the database: see docs/adr/0028.
type Diary struct {
	Store Store
	Keys  PulseKeys
	Now   func() time.Time
	// Shifts are what somebody has in [from, to), in all teams, by start.
	Shifts func(ctx context.Context, person schedule.ID, from, to time.Time) ([]schedule.TeamShift, error)
}

const (
	// DiaryAsks is for how many days after its end a shift is asked about.
	DiaryAsks = 7
	// DiaryBack is how many days back a shift may still be written about.
	DiaryBack = 28
	// MaxDiaryNote bounds what is noted of a shift, in letters.
	MaxDiaryNote = 500
	// MostDiary is how many shifts a diary has; the oldest go.
	MostDiary = 1000
	// MostDisrupting is extremely; 1 is not at all.
	MostDisrupting = 5
	// sealedRoom is what the size of a diary is a multiple of, so that it does not say
	// what was written.
	sealedRoom = 4096
)

// DiaryChanges are what may be said to be what should change, in the order in which it is
// asked.
var DiaryChanges = []string{"nothing", "alerts", "runbook", "help", "rest", "length", "notice"}

// A DiaryShift is a shift that can be written about.
type DiaryShift struct {
	Team     schedule.ID
	Rotation schedule.RotationID
	From, To time.Time
}

func (d *DiaryShift) same(o *DiaryShift) bool {
	return d.Team == o.Team && d.Rotation == o.Rotation && d.From.Equal(o.From)
}

// A DiaryEntry is what somebody said of a shift.
type DiaryEntry struct {
	ID string // random
	DiaryShift
	At         time.Time // the last time that something was said
	Disruptive int       // 1 to MostDisrupting
	Change     string    // of DiaryChanges; empty: not said
	Note       string
}

// A DiaryBook is a diary as its author reads it.
type DiaryBook struct {
	Entries []DiaryEntry // the latest shift first
	Quiet   bool         // it does not want to ask after shifts
	// Lost says that there is something that no key opens, as when a database was brought
	// from elsewhere.
	Lost bool `json:"-"`
}

// A DiarySaying is what is said of a shift now; what is nil stays as it was.
type DiarySaying struct {
	Disruptive *int
	Change     *string
	Note       *string
}

func (s *DiarySaying) check(had bool) error {
	if s.Disruptive == nil && !had {
		return &schedule.InvalidError{Field: "disruptive", Reason: "say how disruptive the shift was, from 1, not at all, to 5, extremely"}
	}
	if d := s.Disruptive; d != nil && (*d < 1 || *d > MostDisrupting) {
		return &schedule.InvalidError{Field: "disruptive", Reason: "this is a number from 1, not at all, to 5, extremely"}
	}
	if c := s.Change; c != nil && *c != "" && !slices.Contains(DiaryChanges, *c) {
		return &schedule.InvalidError{Field: "change", Reason: "this is one of " + strings.Join(DiaryChanges, ", ") + "; or nothing at all"}
	}
	if s.Note == nil {
		return nil
	}
	return schedule.CheckText("note", *s.Note, MaxDiaryNote)
}

// A DiaryPiece is a diary as it is kept.
type DiaryPiece struct {
	Key    string // its name
	Sealed []byte
}

// A DiaryStore keeps diaries.
type DiaryStore interface {
	// DiaryPiece returns somebody's diary. In a transaction others wait for its end.
	DiaryPiece(ctx context.Context, person schedule.ID) (DiaryPiece, error)
	// AddDiary is ErrConflict when somebody has one.
	AddDiary(ctx context.Context, person schedule.ID, p *DiaryPiece) error
	SaveDiary(ctx context.Context, person schedule.ID, p *DiaryPiece) error
	RemoveDiary(ctx context.Context, person schedule.ID) error
}

// Read returns somebody's diary, for nobody but them.
func (d *Diary) Read(ctx context.Context, person schedule.ID) (DiaryBook, error) {
	piece, err := d.Store.DiaryPiece(ctx, person)
	if errors.Is(err, schedule.ErrNotFound) {
		return DiaryBook{}, nil
	} else if err != nil {
		return DiaryBook{}, err
	}
	book, _, err := d.open(ctx, person, &piece)
	return book, err
}

// open opens a diary. One that no key opens any more is lost, and empty.
func (d *Diary) open(ctx context.Context, person schedule.ID, p *DiaryPiece) (book DiaryBook, key []byte, err error) {
	key, err = d.Keys.Key(ctx, p.Key)
	if errors.Is(err, schedule.ErrNotFound) {
		return DiaryBook{Lost: true}, nil, nil
	} else if err != nil {
		return book, nil, err
	}
	plain, err := unseal(key, sealedDiary(person), p.Sealed)
	if err != nil {
		return DiaryBook{Lost: true}, nil, nil //nolint:nilerr // sealed by another secret than the one that is set
	}
	if err := json.Unmarshal(plain, &book); err != nil { // blanks after it are room
		return book, nil, fmt.Errorf("diary of person %d: %w", person, err)
	}
	return book, key, nil
}

// sealedDiary is what a diary is sealed as: it opens in no other's place.
func sealedDiary(person schedule.ID) string { return fmt.Sprint("diary ", person) }

func (b *DiaryBook) seal(person schedule.ID, key []byte) ([]byte, error) {
	plain, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	room := (len(plain)/sealedRoom + 1) * sealedRoom
	return seal(key, sealedDiary(person), append(plain, strings.Repeat(" ", room-len(plain))...))
}

// Waiting returns shifts of a person that ended in the last days of which they have said
// nothing, the latest first; none when they do not want to be asked.
func (d *Diary) Waiting(ctx context.Context, person schedule.ID) ([]DiaryShift, error) {
	book, err := d.Read(ctx, person)
	if err != nil || book.Quiet || book.Lost {
		return nil, err
	}
	ended, err := d.Ended(ctx, person, DiaryAsks)
	return book.Unsaid(ended), err
}

// Unsaid returns those shifts of which nothing was said.
func (b *DiaryBook) Unsaid(shifts []DiaryShift) []DiaryShift {
	return slices.DeleteFunc(shifts, func(s DiaryShift) bool { return b.of(&s) >= 0 })
}

// Ended returns shifts of a person that ended in the last days, the latest first.
func (d *Diary) Ended(ctx context.Context, person schedule.ID, days int) ([]DiaryShift, error) {
	now := d.Now()
	since := now.AddDate(0, 0, -days)
	shifts, err := d.Shifts(ctx, person, since, now)
	var ended []DiaryShift
	for i := range shifts {
		if s := &shifts[i]; !s.End.After(now) && s.End.After(since) {
			ended = append(ended, DiaryShift{s.Team, s.Rotation, s.Start, s.End})
		}
	}
	slices.SortStableFunc(ended, func(a, b DiaryShift) int { return b.To.Compare(a.To) })
	return ended, err
}

// of returns where it is said how a shift was, or less than 0.
func (b *DiaryBook) of(s *DiaryShift) int {
	return slices.IndexFunc(b.Entries, func(e DiaryEntry) bool { return e.same(s) })
}

// entry returns where an entry is.
func (b *DiaryBook) entry(id string) (int, error) {
	i := slices.IndexFunc(b.Entries, func(e DiaryEntry) bool { return e.ID == id })
	if i < 0 {
		return i, fmt.Errorf("entry %q of a diary: %w", id, schedule.ErrNotFound)
	}
	return i, nil
}

// Entry returns one entry of somebody's diary.
func (d *Diary) Entry(ctx context.Context, person schedule.ID, id string) (DiaryEntry, error) {
	book, err := d.Read(ctx, person)
	if err != nil {
		return DiaryEntry{}, err
	}
	i, err := book.entry(id)
	if err != nil {
		return DiaryEntry{}, err
	}
	return book.Entries[i], nil
}

// Write writes down how a shift of somebody was, or more about it, and returns the entry.
func (d *Diary) Write(ctx context.Context, person schedule.ID, shift DiaryShift, what DiarySaying) (entry DiaryEntry, err error) {
	ended, err := d.Ended(ctx, person, DiaryBack)
	if err != nil {
		return entry, err
	}
	is := slices.IndexFunc(ended, func(s DiaryShift) bool { return s.same(&shift) })
	if is < 0 {
		return entry, &schedule.InvalidError{Field: "shift", Reason: fmt.Sprintf("you had no shift that began then and ended in the last %d days", DiaryBack)}
	}
	err = d.change(ctx, person, func(b *DiaryBook) error {
		i := b.of(&shift)
		if err := what.check(i >= 0); err != nil {
			return err
		}
		if i < 0 {
			b.Entries, i = append(b.Entries, DiaryEntry{ID: newEntryID(), DiaryShift: ended[is]}), len(b.Entries)
		}
		b.Entries[i].say(&what, d.Now())
		entry = b.Entries[i]
		return nil
	})
	return entry, err
}

// Change says more, or something else, of a shift that was written about.
func (d *Diary) Change(ctx context.Context, person schedule.ID, id string, what DiarySaying) (entry DiaryEntry, err error) {
	err = d.edit(ctx, person, func(b *DiaryBook) error {
		i, err := b.entry(id)
		if err != nil {
			return err
		}
		if err := what.check(true); err != nil {
			return err
		}
		b.Entries[i].say(&what, d.Now())
		entry = b.Entries[i]
		return nil
	})
	return entry, err
}

func (e *DiaryEntry) say(what *DiarySaying, now time.Time) {
	e.At = now
	if what.Disruptive != nil {
		e.Disruptive = *what.Disruptive
	}
	if what.Change != nil {
		e.Change = *what.Change
	}
	if what.Note != nil {
		e.Note = *what.Note
	}
}

func newEntryID() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// Remove forgets what was said of one shift.
func (d *Diary) Remove(ctx context.Context, person schedule.ID, id string) error {
	return d.edit(ctx, person, func(b *DiaryBook) error {
		i, err := b.entry(id)
		if err == nil {
			b.Entries = slices.Delete(b.Entries, i, i+1)
		}
		return err
	})
}

// Ask says whether somebody wants to be asked after shifts.
func (d *Diary) Ask(ctx context.Context, person schedule.ID, ask bool) error {
	return d.change(ctx, person, func(b *DiaryBook) error {
		b.Quiet = !ask
		return nil
	})
}

// Forget forgets somebody's whole diary, and its key: no copy of the database opens any
// more where keys are kept apart. It is no error when there is none.
func (d *Diary) Forget(ctx context.Context, person schedule.ID) error {
	var key string
	err := d.Store.InDurableTx(ctx, func(tx Store) error {
		piece, err := tx.DiaryPiece(ctx, person)
		if err != nil {
			return err
		}
		key = piece.Key
		return tx.RemoveDiary(ctx, person)
	})
	if errors.Is(err, schedule.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	return d.Keys.ForgetKey(context.WithoutCancel(ctx), key)
}

// change has f change somebody's diary, and makes one where there is none.
func (d *Diary) change(ctx context.Context, person schedule.ID, f func(*DiaryBook) error) error {
	if _, err := d.Store.DiaryPiece(ctx, person); errors.Is(err, schedule.ErrNotFound) {
		if err := d.begin(ctx, person); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	return d.edit(ctx, person, f)
}

// edit has f change the diary that somebody has. What is lost is not written over: its
// author forgets it first.
func (d *Diary) edit(ctx context.Context, person schedule.ID, f func(*DiaryBook) error) error {
	return d.Store.InDurableTx(ctx, func(tx Store) error {
		piece, err := tx.DiaryPiece(ctx, person)
		if err != nil {
			return err
		}
		book, key, err := d.open(ctx, person, &piece)
		if err != nil {
			return err
		}
		if book.Lost {
			return fmt.Errorf("your diary cannot be opened, because its key is missing; delete it to begin another: %w", schedule.ErrConflict)
		}
		if err := f(&book); err != nil {
			return err
		}
		slices.SortStableFunc(book.Entries, func(a, b DiaryEntry) int { return b.From.Compare(a.From) })
		book.Entries = book.Entries[:min(MostDiary, len(book.Entries))]
		if piece.Sealed, err = book.seal(person, key); err != nil {
			return err
		}
		return tx.SaveDiary(ctx, person, &piece)
	})
}

// begin makes an empty diary. The key is there before anything is sealed by it; of two who
// begin at once one wins.
func (d *Diary) begin(ctx context.Context, person schedule.ID) error {
	piece := DiaryPiece{Key: newKeyName()}
	key, err := d.Keys.MakeKey(ctx, piece.Key)
	if err != nil {
		return fmt.Errorf("key of a diary: %w", err)
	}
	if piece.Sealed, err = (&DiaryBook{}).seal(person, key); err == nil {
		err = d.Store.InDurableTx(ctx, func(tx Store) error { return tx.AddDiary(ctx, person, &piece) })
	}
	if err == nil {
		return nil
	}
	gone := d.Keys.ForgetKey(ctx, piece.Key)
	if errors.Is(err, schedule.ErrConflict) {
		return gone
	}
	return errors.Join(err, gone)
}
