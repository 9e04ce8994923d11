package health

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"watchbill/schedule"
)

// An OwedKind is what an entry of the ledger is.
type OwedKind string

// Time is earned by call-outs, approved or declined by somebody who answers for the
// team, taken, and expires when it was not. What was taken is returned when the time off
// is called off.
const (
	OwedEarned   OwedKind = "earned"
	OwedApproved OwedKind = "approved"
	OwedDeclined OwedKind = "declined"
	OwedTaken    OwedKind = "taken"
	OwedReturned OwedKind = "returned"
	OwedExpired  OwedKind = "expired"
)

// An OwedEntry is a line of a person's ledger of time owed in a team. Lines are only ever
// added; a correction is another line.
type OwedEntry struct {
	ID     schedule.ID
	Team   schedule.ID
	Person schedule.ID
	At     time.Time
	Kind   OwedKind
	// Lot names what the time was earned by, like "2026-W10"; time that is taken has
	// none, because it comes off whatever ends first.
	Lot     string
	Minutes int64       // below zero only for a correction of what was earned
	By      schedule.ID // nobody: measuring, or time that has passed
	Reason  string
	Policy  schedule.ID // by which time was earned
	// Expires is until when approved time can be taken; zero is for ever. It is fixed
	// by the approval, whatever becomes of the rules.
	Expires time.Time
	Of      schedule.ID // the entry that is returned
	// First and Last are the days off that time was taken for, and Leave the absence
	// that was made of them; zero where there are none.
	First, Last schedule.Date
	Leave       schedule.ID
}

// A Lot is time that was earned by one thing, and what has become of it.
type Lot struct {
	Name     string
	Earned   int64 // minutes
	Pending  int64 // neither approved nor declined
	Approved int64
	Left     int64     // approved, not taken, not written off
	Expires  time.Time // zero: never, or not approved yet

	limited bool // something was approved, and Expires says until when
	expired int64
	clawed  int64 // taken back, because a correction lowered what was earned
}

// An Account is how a ledger stands at a moment, in minutes.
type Account struct {
	Lots    []Lot // that which ends first is first
	Pending int64
	Left    int64 // can be taken
	Taken   int64
	Expired int64
	// Over is what was taken beyond what there is: because a correction came later, or
	// somebody allowed it. What is approved from then on makes up for it first.
	Over int64
	// Ending is what is lost soon if it is not taken, and EndsAt when the first of it is.
	Ending int64
	EndsAt time.Time
}

// Balance is what can be taken, or below zero what was taken beyond it.
func (a *Account) Balance() int64 { return a.Left - a.Over }

// Lost is what was not taken in time, also what is not written off yet.
func (a *Account) Lost(at time.Time) int64 {
	lost := a.Expired
	for i := range a.Lots {
		if a.Lots[i].ended(at) {
			lost += a.Lots[i].Left
		}
	}
	return lost
}

// Account adds up a person's entries as of a moment; later ones do not count. Entries
// may be in any order.
func (r *OwedRules) Account(entries []OwedEntry, at time.Time) Account {
	entries = slices.DeleteFunc(slices.Clone(entries), func(e OwedEntry) bool { return e.At.After(at) })
	slices.SortStableFunc(entries, func(a, b OwedEntry) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	returned := map[schedule.ID]bool{}
	for i := range entries {
		if entries[i].Kind == OwedReturned {
			returned[entries[i].Of] = true
		}
	}
	var acc Account
	for i := range entries {
		// What was returned was never taken: it comes off no lot.
		if e := &entries[i]; e.Kind != OwedReturned && !(e.Kind == OwedTaken && returned[e.ID]) {
			acc.add(e)
		}
	}
	for i := range acc.Lots {
		lot := &acc.Lots[i]
		lot.Pending = max(0, lot.Pending)
		acc.Pending += lot.Pending
		if !lot.ended(at) {
			acc.Left += lot.Left
		}
	}
	acc.sort()
	acc.warn(at, r.WarnDays)
	return acc
}

// add adds an entry, which is later than those before it.
func (a *Account) add(e *OwedEntry) {
	if e.Kind == OwedTaken {
		a.Taken += e.Minutes
		a.spend(e.Minutes, e.At)
		return
	}
	i := slices.IndexFunc(a.Lots, func(l Lot) bool { return l.Name == e.Lot })
	if i < 0 {
		i = len(a.Lots)
		a.Lots = append(a.Lots, Lot{Name: e.Lot})
	}
	lot := &a.Lots[i]
	switch e.Kind {
	case OwedEarned:
		lot.Earned += e.Minutes
		lot.Pending += e.Minutes
		a.claw(lot, e.At)
	case OwedDeclined:
		lot.Pending -= e.Minutes
	case OwedApproved:
		lot.Pending -= e.Minutes
		lot.Approved += e.Minutes
		lot.approveUntil(e.Expires)
		a.give(lot, e.Minutes)
		a.claw(lot, e.At)
	case OwedExpired:
		a.Expired += e.Minutes
		lot.expired += e.Minutes
		lot.Left = max(0, lot.Left-e.Minutes)
	}
}

// give adds time to a lot, which first makes up for what was taken beyond what there was.
func (a *Account) give(lot *Lot, minutes int64) {
	owed := min(a.Over, minutes)
	a.Over -= owed
	lot.Left += minutes - owed
}

// claw takes approved time back that a correction says was not earned, and gives it back
// when another says that it was.
func (a *Account) claw(lot *Lot, at time.Time) {
	back := max(0, lot.Approved-lot.expired-max(0, lot.Earned)) - lot.clawed
	lot.clawed += back
	if back < 0 {
		a.give(lot, -back)
		return
	}
	own := min(back, lot.Left)
	lot.Left -= own
	a.spend(back-own, at) // it has been taken already
}

// spend takes time off the lots that can be taken then, off the one that ends first
// before the others. It leaves the order of lots as it is.
func (a *Account) spend(minutes int64, at time.Time) {
	order := make([]*Lot, len(a.Lots))
	for i := range a.Lots {
		order[i] = &a.Lots[i]
	}
	slices.SortStableFunc(order, compareLots)
	for _, lot := range order {
		if lot.Left > 0 && !lot.ended(at) {
			used := min(minutes, lot.Left)
			lot.Left -= used
			minutes -= used
		}
	}
	a.Over += minutes
}

// approveUntil says until when a lot can be taken of which more is approved: what was
// approved before loses nothing by rules that have become stricter.
func (l *Lot) approveUntil(expires time.Time) {
	if !l.limited || expires.IsZero() || !l.Expires.IsZero() && expires.After(l.Expires) {
		l.Expires, l.limited = expires, true
	}
}

// ended says whether what is left of a lot can no longer be taken.
func (l *Lot) ended(at time.Time) bool { return !l.Expires.IsZero() && !l.Expires.After(at) }

// sort puts the lot that ends first before the others, those that never end last.
func (a *Account) sort() {
	slices.SortStableFunc(a.Lots, func(x, y Lot) int { return compareLots(&x, &y) })
}

func compareLots(x, y *Lot) int {
	return cmp.Or(compareTruth(!x.Expires.IsZero(), !y.Expires.IsZero()), x.Expires.Compare(y.Expires), cmp.Compare(x.Name, y.Name))
}

// warn finds what ends soon.
func (a *Account) warn(at time.Time, days int) {
	for _, lot := range a.Lots {
		if lot.Left == 0 || lot.Expires.IsZero() || lot.ended(at) || lot.Expires.After(at.AddDate(0, 0, days)) {
			continue
		}
		a.Ending += lot.Left
		if a.EndsAt.IsZero() || lot.Expires.Before(a.EndsAt) {
			a.EndsAt = lot.Expires
		}
	}
}

// Earn returns the entry that brings a lot to what it has earned now, and false when it
// is there already: measuring a week again writes nothing twice, and a late page
// becomes a correction.
func Earn(entries []OwedEntry, person schedule.ID, lot string, earned time.Duration, at time.Time) (OwedEntry, bool) {
	minutes := int64(earned / time.Minute)
	for _, e := range entries {
		if e.Kind == OwedEarned && e.Lot == lot {
			minutes -= e.Minutes
		}
	}
	return OwedEntry{Person: person, At: at, Kind: OwedEarned, Lot: lot, Minutes: minutes}, minutes != 0
}

// Decide returns the entry that approves or declines minutes of a lot. What is approved
// can be taken until the end of the day that is ExpireDays later where at hangs. More
// than is pending, or nothing, is an *schedule.InvalidError.
func (r *OwedRules) Decide(entries []OwedEntry, lot string, minutes int64, approve bool, by schedule.ID, reason string, at time.Time) (OwedEntry, error) {
	acc := r.Account(entries, at)
	i := slices.IndexFunc(acc.Lots, func(l Lot) bool { return l.Name == lot })
	if i < 0 {
		return OwedEntry{}, schedule.ErrNotFound
	}
	if pending := acc.Lots[i].Pending; minutes <= 0 || minutes > pending {
		return OwedEntry{}, &schedule.InvalidError{Field: "minutes", Reason: fmt.Sprintf("%s are waiting for a decision; decide about some of them", MinuteWords(pending))}
	}
	e := OwedEntry{Person: entries[0].Person, At: at, Kind: OwedDeclined, Lot: lot, Minutes: minutes, By: by, Reason: reason}
	if approve {
		e.Kind = OwedApproved
		if r.ExpireDays > 0 {
			// From the approval on: nobody loses time by waiting for one.
			e.Expires = schedule.DateOf(at).AddDays(r.ExpireDays+1).At(schedule.Midnight, at.Location()).UTC()
		}
	} else if reason == "" {
		return OwedEntry{}, &schedule.InvalidError{Field: "reason", Reason: "say why; the person reads it"}
	}
	return e, nil
}

// Take returns the entry for time that is taken. More than can be taken, or nothing, is
// an *schedule.InvalidError.
func (r *OwedRules) Take(entries []OwedEntry, minutes int64, by schedule.ID, at time.Time) (OwedEntry, error) {
	acc := r.Account(entries, at)
	if minutes <= 0 || minutes > acc.Left {
		return OwedEntry{}, &schedule.InvalidError{Field: "minutes", Reason: fmt.Sprintf("%s can be taken; take some of them", MinuteWords(acc.Left))}
	}
	return OwedEntry{Person: entries[0].Person, At: at, Kind: OwedTaken, Minutes: minutes, By: by}, nil
}

// Expire returns the entries for what has ended by a moment without having been taken.
// Once they are added it returns none.
func (r *OwedRules) Expire(entries []OwedEntry, at time.Time) []OwedEntry {
	var out []OwedEntry
	for _, lot := range r.Account(entries, at).Lots {
		if lot.Left > 0 && lot.ended(at) {
			out = append(out, OwedEntry{Team: entries[0].Team, Person: entries[0].Person, At: at, Kind: OwedExpired, Lot: lot.Name, Minutes: lot.Left})
		}
	}
	return out
}
