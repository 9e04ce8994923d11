package health

import (
	"context"
	"fmt"
	"slices"
	"time"

	"watchbill/schedule"
)

// Waking is whether somebody said that a page woke them.
type Waking int

// What was said about being woken.
const (
	WakingUnsaid Waking = iota
	Woken
	AwakeAnyway
)

// A CheckIn is what one person said of a page that came to them. When somebody was on
// it first and whether there was something to do are the team's, and so is the note;
// whether it woke them is told to nobody else.
type CheckIn struct {
	OnItAt  time.Time // "I am on it"; zero: never said
	Verdict Verdict
	Waking  Waking
	Note    string
	SaidAt  time.Time // zero: nothing was said yet
}

// An OwnPage is a page that interrupted somebody, as they see it.
type OwnPage struct {
	ID          schedule.ID
	Name        PageName
	OpenedBy    string
	Team        schedule.ID
	Person      schedule.ID
	State       State
	Title       string
	Service     string
	Severity    string
	TriggeredAt time.Time
	ResolvedAt  time.Time
	NotifiedAt  time.Time // when it rang for them first
	CheckIn     CheckIn
	Linked      time.Time // since when there is a link that needs no log-in; zero: none
}

const (
	// checkInFor is how long after its end a page may be told about by link.
	checkInFor = 72 * time.Hour
	// onItWithin is how long after it fired somebody may say that they are on a page
	// that has ended meanwhile: whoever mended it within a minute was on it.
	onItWithin = 30 * time.Minute
	// maxPageNote bounds a note, in letters.
	maxPageNote = 2000
	// OwnPagesBack is how many days back somebody's pages are listed.
	OwnPagesBack = 28
	// OwnPagesMost is how many of them are.
	OwnPagesMost = 200
)

// LinkEnds returns when a link for the page is dead: 72 hours after the page ended. One
// that never ends is taken to have ended after LongestOpen.
func (p *OwnPage) LinkEnds() time.Time {
	end := p.ResolvedAt
	if end.IsZero() {
		end = p.TriggeredAt.Add(LongestOpen)
	}
	return end.Add(checkInFor)
}

// MaySayOnIt reports whether it makes sense at an instant to say that one is on it.
func (p *OwnPage) MaySayOnIt(now time.Time) bool {
	return p.State.Open() || now.Before(p.TriggeredAt.Add(onItWithin))
}

// A Saying is what somebody says of a page now; what is nil stays as it was.
type Saying struct {
	OnIt    *bool    // false takes it back
	Verdict *Verdict // Untagged takes it back
	Waking  *Waking  // WakingUnsaid takes it back
	Note    *string
}

func (s *Saying) check() error {
	if s.OnIt == nil && s.Verdict == nil && s.Waking == nil && s.Note == nil {
		return &schedule.InvalidError{Field: "actionable", Reason: "say something about the page: that you are on it, whether there was something to do, whether it woke you, or a note"}
	}
	if s.Note != nil {
		return schedule.CheckText("note", *s.Note, maxPageNote)
	}
	return nil
}

// An OwnFilter says which pages that rang for somebody are meant.
type OwnFilter struct {
	Person schedule.ID
	Page   schedule.ID // one of them; none: all
	Since  time.Time   // when they fired first
	Most   int
}

// A SaidSum counts what somebody said of the pages of some time.
type SaidSum struct{ Pages, Woken, AwakeAnyway, Actionable, NoAction int }

// A Said is what one person said of a page of a team.
type Said struct {
	Page   schedule.ID
	Person schedule.ID
	CheckIn
}

// A CheckInStore keeps what people say of pages.
type CheckInStore interface {
	// OwnPages returns pages that rang for somebody, the newest first.
	OwnPages(ctx context.Context, f OwnFilter) ([]OwnPage, error)
	// LinkedPage returns the page of a link, by the hash of its token; nothing when who it
	// was made for has left, or when it rang for them no more.
	LinkedPage(ctx context.Context, hash string) (OwnPage, error)
	// SaveSaying writes down what somebody says of a page, and has the page measured anew.
	// Who was on it first stays the first.
	SaveSaying(ctx context.Context, p *OwnPage, s *Saying, at time.Time) error
	// SetLink makes a link for a page; one from before is dead.
	SetLink(ctx context.Context, p *OwnPage, hash string, at time.Time) error
	EndLink(ctx context.Context, p *OwnPage) error
	// SaidOf counts what somebody said of a team's pages that fired in [from, to).
	SaidOf(ctx context.Context, team, person schedule.ID, from, to time.Time) (SaidSum, error)
	// SaidIn returns what was said of a team's pages that fired in [from, to), by those for
	// whom they rang.
	SaidIn(ctx context.Context, team schedule.ID, from, to time.Time) ([]Said, error)

	// SaidOpenings returns by what pages of a key began of which somebody said something,
	// or has a link.
	SaidOpenings(ctx context.Context, name PageName) ([]string, error)
	// MoveSayings has what was said of the page that began with one event be said of the
	// page that begins with another, and fired at an instant. What is said of both stays
	// what was said of the latter.
	MoveSayings(ctx context.Context, name PageName, from, to string, at time.Time) error
}

// OwnPages returns the pages of the last weeks that interrupted somebody, the newest
// first.
func (s *Service) OwnPages(ctx context.Context, person schedule.ID) ([]OwnPage, error) {
	return s.Store.OwnPages(ctx, OwnFilter{Person: person, Since: s.Now().AddDate(0, 0, -OwnPagesBack), Most: OwnPagesMost})
}

// OwnPage returns a page that interrupted somebody; schedule.ErrNotFound when it did not.
func (s *Service) OwnPage(ctx context.Context, person, page schedule.ID) (OwnPage, error) {
	return ownPage(ctx, s.Store, person, page)
}

func ownPage(ctx context.Context, store Store, person, page schedule.ID) (OwnPage, error) {
	all, err := store.OwnPages(ctx, OwnFilter{Person: person, Page: page, Most: 1})
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("page %d of person %d: %w", page, person, schedule.ErrNotFound)
	}
	if err != nil {
		return OwnPage{}, err
	}
	return all[0], nil
}

// lockedPage is ownPage for who changes what is said of it: what folds it anew, and may
// have it begin with another event, waits, or is waited for.
func lockedPage(ctx context.Context, tx Store, person, page schedule.ID) (OwnPage, error) {
	p, err := ownPage(ctx, tx, person, page)
	if err != nil {
		return p, err
	}
	if err := tx.LockPages(ctx, []PageName{p.Name}); err != nil {
		return p, err
	}
	return ownPage(ctx, tx, person, page)
}

// LinkedPage returns the page of a link that needs no log-in. It changes nothing: programs
// that look at mail follow links.
func (s *Service) LinkedPage(ctx context.Context, token string) (OwnPage, error) {
	return s.linkedPage(ctx, s.Store, token)
}

func (s *Service) linkedPage(ctx context.Context, store Store, token string) (OwnPage, error) {
	p, err := store.LinkedPage(ctx, TokenHash(token))
	if err == nil && !s.Now().Before(p.LinkEnds()) {
		err = fmt.Errorf("link of page %d: it has run out: %w", p.ID, schedule.ErrNotFound)
	}
	p.CheckIn.Note = "" // whoever has got hold of the link could read it
	return p, err
}

// Say writes down what somebody says of a page that interrupted them.
func (s *Service) Say(ctx context.Context, person, page schedule.ID, what Saying) error {
	if err := what.check(); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx Store) error {
		p, err := lockedPage(ctx, tx, person, page)
		if err != nil {
			return err
		}
		return s.say(ctx, tx, &p, &what, "")
	})
}

// SayByLink is Say for whoever has the link of a page. The note is not for links.
func (s *Service) SayByLink(ctx context.Context, token string, what Saying) error {
	what.Note = nil
	if err := what.check(); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx Store) error {
		p, err := s.linkedPage(ctx, tx, token)
		if err == nil {
			p, err = lockedPage(ctx, tx, p.Person, p.ID)
		}
		if err != nil {
			return err
		}
		return s.say(ctx, tx, &p, &what, "by link")
	})
}

// say is in the log of whom it is about, and in no team's.
func (s *Service) say(ctx context.Context, tx Store, p *OwnPage, what *Saying, how string) error {
	if what.OnIt != nil && *what.OnIt && p.CheckIn.OnItAt.IsZero() && !p.MaySayOnIt(s.Now()) {
		return fmt.Errorf("the page is over, nobody need say any more that they are on it: %w", schedule.ErrConflict)
	}
	if err := tx.SaveSaying(ctx, p, what, s.Now()); err != nil {
		return err
	}
	return tx.Audit(ctx, &schedule.AuditEntry{At: s.Now(), By: p.Person, Action: "page.say", About: p.Person, Detail: how})
}

// MakeLink makes a link by which somebody tells about one page without logging in, and
// returns its token, which is never shown again. A link from before is dead.
func (s *Service) MakeLink(ctx context.Context, person, page schedule.ID) (token string, p OwnPage, err error) {
	token = newToken()
	p, err = s.changeLink(ctx, person, page, "page.link", func(tx Store, p *OwnPage) error {
		if !s.Now().Before(p.LinkEnds()) {
			return fmt.Errorf("the page ended more than 72 hours ago, a link would be dead; tell about it here: %w", schedule.ErrConflict)
		}
		return tx.SetLink(ctx, p, TokenHash(token), s.Now())
	})
	return token, p, err
}

// EndLink ends the link of a page. It is no error when there is none.
func (s *Service) EndLink(ctx context.Context, person, page schedule.ID) error {
	_, err := s.changeLink(ctx, person, page, "page.unlink", func(tx Store, p *OwnPage) error { return tx.EndLink(ctx, p) })
	return err
}

func (s *Service) changeLink(ctx context.Context, person, page schedule.ID, action string, change func(tx Store, p *OwnPage) error) (p OwnPage, err error) {
	err = s.Store.InTx(ctx, func(tx Store) error {
		if p, err = lockedPage(ctx, tx, person, page); err != nil {
			return err
		}
		if err := change(tx, &p); err != nil {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: s.Now(), By: person, Action: action, About: person})
	})
	return p, err
}

// follow has what was said of pages of a key stay with them when what is told late makes
// other pages of the same events: what began by an event that begins none any more goes
// to the page that the event is part of.
func follow(ctx context.Context, tx Store, name PageName, pages []Page, events []Event) error {
	said, err := tx.SaidOpenings(ctx, name)
	if err != nil || len(pages) == 0 {
		return err
	}
	for _, opening := range said {
		if slices.ContainsFunc(pages, func(p Page) bool { return p.OpenedBy == opening }) {
			continue
		}
		to := pageOfEvent(pages, events, opening)
		if err := tx.MoveSayings(ctx, name, opening, to.OpenedBy, to.TriggeredAt); err != nil {
			return err
		}
	}
	return nil
}

// pageOfEvent returns the page, of those in order of time, that an event belongs to:
// the last that had begun by then.
func pageOfEvent(pages []Page, events []Event, key string) *Page {
	to := &pages[0]
	for i := range events {
		if events[i].Key != key {
			continue
		}
		for k := range pages {
			if !pages[k].TriggeredAt.After(events[i].OccurredAt) {
				to = &pages[k]
			}
		}
	}
	return to
}
