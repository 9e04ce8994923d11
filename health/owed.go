package health

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"watchbill/schedule"
)

// OwedRules say how much time off a call-out outside working hours earns. They are a
// policy, and so configuration.
type OwedRules struct {
	// Hours multiplies an hour at work in a band, in thousandths; working hours are
	// paid already and earn nothing.
	Hours ByBand[schedule.Weight]
	// Least is what a call-out earns at least, and the time in which being called
	// again is still the same call-out.
	Least time.Duration
	// RoundUp is the step to which what a period earns is rounded up, once.
	RoundUp time.Duration
	// ExpireDays is how long approved time can be taken; zero is for ever. WarnDays
	// before it ends there is a warning.
	ExpireDays, WarnDays int
}

// DefaultOwedRules returns the rules of those that have no others: an hour for an hour
// in the evening, an hour and a half at the weekend, two on holidays and at night.
func DefaultOwedRules() OwedRules {
	return OwedRules{
		Hours: ByBand[schedule.Weight]{schedule.Evening: 1000, schedule.WeekendBand: 1500, schedule.HolidayBand: 2000, schedule.Sleep: 2000},
		Least: time.Hour, RoundUp: 15 * time.Minute, ExpireDays: 90, WarnDays: 14,
	}
}

// Validate returns what is wrong as one or more *schedule.InvalidError, joined.
func (r *OwedRules) Validate() error {
	var bad faults
	for b, w := range r.Hours {
		bad.unless(w.Valid(), "hours."+bandNames[b], "must be from 0 to 1000")
	}
	bad.unless(r.Least >= 0 && r.Least <= 24*time.Hour, "least", "must be from 0 to 24 hours")
	bad.unless(r.RoundUp >= time.Minute && r.RoundUp <= 24*time.Hour && r.RoundUp%time.Minute == 0, "round_up", "must be whole minutes, from 1 minute to 24 hours")
	bad.unless(r.ExpireDays >= 0, "expire_days", "cannot be below zero; zero is for ever")
	bad.unless(r.WarnDays >= 0, "warn_days", "cannot be below zero")
	return bad.err()
}

// A CallOut is work on incidents outside working hours that began with being called.
type CallOut struct {
	Start, End time.Time
	Seconds    ByBand[int64] // at work; on two incidents at a time it counts once
	earned     int64         // thousandths of seconds
}

// Earned returns what the call-out earns before rounding.
func (c *CallOut) Earned() time.Duration { return time.Duration(c.earned) * time.Millisecond }

// CallOuts returns the person's call-outs that begin in [from, to). Who is called
// again within the hour that a call-out earns at least is on the same call-out: else
// thirty short incidents in an hour would earn thirty hours.
func (r *OwedRules) CallOuts(p *Person, work []Work, from, to time.Time) []CallOut {
	sorted := slices.Clone(work)
	slices.SortFunc(sorted, func(a, b Work) int { return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End)) })
	var out []CallOut
	for i := 0; i < len(sorted); {
		c := CallOut{Start: sorted[i].Start, End: sorted[i].End}
		var spans []span
		for ; i < len(sorted) && (sorted[i].Start.Before(c.Start.Add(r.Least)) || !sorted[i].Start.After(c.End)); i++ {
			spans = append(spans, span{sorted[i].Start.Unix(), sorted[i].End.Unix()})
			if sorted[i].End.After(c.End) {
				c.End = sorted[i].End
			}
		}
		for _, s := range merge(spans) {
			p.addBands(&c.Seconds, s.from, s.to, pageOrder)
		}
		if r.earn(p, &c) && !c.Start.Before(from) && c.Start.Before(to) {
			out = append(out, c)
		}
	}
	return out
}

// earn fills in what a call-out earns, and is false when it was within working hours.
func (r *OwedRules) earn(p *Person, c *CallOut) bool {
	outside := Total(c.Seconds) - c.Seconds[schedule.Business]
	if outside == 0 && p.PageBand(c.Start) == schedule.Business {
		return false
	}
	for b, seconds := range c.Seconds {
		c.earned += seconds * int64(r.Hours[b])
	}
	c.earned = max(c.earned, r.Least.Milliseconds())
	return true
}

// Owed returns what call-outs earn together, rounded up once.
func (r *OwedRules) Owed(callOuts []CallOut) time.Duration {
	sum := int64(0)
	for i := range callOuts {
		sum += callOuts[i].earned
	}
	step := r.RoundUp.Milliseconds()
	return time.Duration((sum+step-1)/step*step) * time.Millisecond
}

// An OwedKind is what an entry of the ledger is.
type OwedKind string

// Time is earned by call-outs, approved or declined by somebody who answers for the
// team, taken, and expires when it was not.
const (
	OwedEarned   OwedKind = "earned"
	OwedApproved OwedKind = "approved"
	OwedDeclined OwedKind = "declined"
	OwedTaken    OwedKind = "taken"
	OwedExpired  OwedKind = "expired"
)

// An OwedEntry is a line of a person's ledger of time owed. Lines are only ever added;
// a correction is another line.
type OwedEntry struct {
	ID     schedule.ID
	Person schedule.ID
	At     time.Time
	Kind   OwedKind
	// Lot names what the time was earned by, like "2026-W10"; time that is taken has
	// none, because it comes off whatever ends first.
	Lot     string
	Minutes int64 // below zero only for a correction of what was earned
	By      schedule.ID
	Reason  string
}

// A Lot is time that was earned by one thing, and what has become of it.
type Lot struct {
	Name    string
	Earned  int64     // minutes
	Pending int64     // neither approved nor declined
	Left    int64     // approved, not taken, not written off
	Expires time.Time // zero: never, or not approved yet

	approved int64
}

// An Account is how a ledger stands at a moment, in minutes.
type Account struct {
	Lots    []Lot // that which ends first is first
	Pending int64
	Left    int64 // can be taken
	Taken   int64
	Expired int64
	// Over is what was taken beyond what there is, because a correction came later.
	Over int64
	// Ending is what is lost soon if it is not taken, and EndsAt when the first of it is.
	Ending int64
	EndsAt time.Time
}

// Account adds up a person's entries as of a moment; later ones do not count. Entries
// may be in any order.
func (r *OwedRules) Account(entries []OwedEntry, at time.Time) Account {
	entries = slices.DeleteFunc(slices.Clone(entries), func(e OwedEntry) bool { return e.At.After(at) })
	slices.SortStableFunc(entries, func(a, b OwedEntry) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	var acc Account
	for i := range entries {
		acc.add(r, &entries[i])
	}
	for i := range acc.Lots {
		lot := &acc.Lots[i]
		lot.Pending = max(0, lot.Pending)
		// A correction may lower what was earned below what was approved.
		lot.Left -= max(0, lot.approved-max(0, lot.Earned))
		acc.Pending += lot.Pending
		acc.Over -= min(0, lot.Left)
		lot.Left = max(0, lot.Left)
		if !lot.ended(at) {
			acc.Left += lot.Left
		}
	}
	acc.sort()
	acc.warn(at, r.WarnDays)
	return acc
}

// add adds an entry, which is later than those before it.
func (a *Account) add(r *OwedRules, e *OwedEntry) {
	if e.Kind == OwedTaken {
		a.Taken += e.Minutes
		a.spend(e)
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
	case OwedDeclined:
		lot.Pending -= e.Minutes
	case OwedApproved:
		lot.Pending -= e.Minutes
		lot.approved += e.Minutes
		lot.Left += e.Minutes
		if r.ExpireDays > 0 {
			// From the approval on: nobody loses time by waiting for one.
			lot.Expires = e.At.AddDate(0, 0, r.ExpireDays)
		}
	case OwedExpired:
		a.Expired += e.Minutes
		lot.Left -= e.Minutes
	}
}

// spend takes time off the lots that can be taken then, off the one that ends first
// before the others.
func (a *Account) spend(e *OwedEntry) {
	a.sort()
	left := e.Minutes
	for i := range a.Lots {
		if lot := &a.Lots[i]; lot.Left > 0 && !lot.ended(e.At) {
			used := min(left, lot.Left)
			lot.Left -= used
			left -= used
		}
	}
	a.Over += left
}

// ended says whether what is left of a lot can no longer be taken.
func (l *Lot) ended(at time.Time) bool { return !l.Expires.IsZero() && !l.Expires.After(at) }

// sort puts the lot that ends first before the others, those that never end last.
func (a *Account) sort() {
	slices.SortStableFunc(a.Lots, func(x, y Lot) int {
		return cmp.Or(compareTruth(!x.Expires.IsZero(), !y.Expires.IsZero()), x.Expires.Compare(y.Expires), cmp.Compare(x.Name, y.Name))
	})
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

// Decide returns the entry that approves or declines minutes of a lot. More than is
// pending, or nothing, is an *schedule.InvalidError.
func (r *OwedRules) Decide(entries []OwedEntry, lot string, minutes int64, approve bool, by schedule.ID, reason string, at time.Time) (OwedEntry, error) {
	acc := r.Account(entries, at)
	i := slices.IndexFunc(acc.Lots, func(l Lot) bool { return l.Name == lot })
	if i < 0 {
		return OwedEntry{}, schedule.ErrNotFound
	}
	if pending := acc.Lots[i].Pending; minutes <= 0 || minutes > pending {
		return OwedEntry{}, &schedule.InvalidError{Field: "minutes", Reason: fmt.Sprintf("%s are waiting for a decision; decide about some of them", minuteWords(pending))}
	}
	e := OwedEntry{Person: entries[0].Person, At: at, Kind: OwedDeclined, Lot: lot, Minutes: minutes, By: by, Reason: reason}
	if approve {
		e.Kind = OwedApproved
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
		return OwedEntry{}, &schedule.InvalidError{Field: "minutes", Reason: fmt.Sprintf("%s can be taken; take some of them", minuteWords(acc.Left))}
	}
	return OwedEntry{Person: entries[0].Person, At: at, Kind: OwedTaken, Minutes: minutes, By: by}, nil
}

// Expire returns the entries for what has ended by a moment without having been taken.
// Once they are added it returns none.
func (r *OwedRules) Expire(entries []OwedEntry, at time.Time) []OwedEntry {
	var out []OwedEntry
	for _, lot := range r.Account(entries, at).Lots {
		if lot.Left > 0 && lot.ended(at) {
			out = append(out, OwedEntry{Person: entries[0].Person, At: at, Kind: OwedExpired, Lot: lot.Name, Minutes: lot.Left})
		}
	}
	return out
}

// minuteWords writes minutes as people say them: "1 h 15 min".
func minuteWords(minutes int64) string {
	switch h, m := minutes/60, minutes%60; {
	case h == 0:
		return fmt.Sprintf("%d min", m)
	case m == 0:
		return fmt.Sprintf("%d h", h)
	default:
		return fmt.Sprintf("%d h %d min", h, m)
	}
}
