package health

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"watchbill/schedule"
)

// An OwedStore keeps time owed. What is in it is only ever added to.
type OwedStore interface {
	// OwedPolicies returns a team's policies, by when they begin and were added.
	OwedPolicies(ctx context.Context, team schedule.ID) ([]OwedPolicy, error)
	AddOwedPolicy(ctx context.Context, p *OwedPolicy) error
	// LockOwedPolicies keeps others from adding a policy of a team until the
	// transaction ends.
	LockOwedPolicies(ctx context.Context, team schedule.ID) error

	// LockOwed keeps others from deciding about what somebody is owed until the
	// transaction ends.
	LockOwed(ctx context.Context, person schedule.ID) error
	// OwedEntries returns what is owed in a team, to one person or to all, in order.
	OwedEntries(ctx context.Context, team, person schedule.ID) ([]OwedEntry, error)
	OwedOfLot(ctx context.Context, team schedule.ID, lot string) ([]OwedEntry, error) // earned ones
	AddOwed(ctx context.Context, entries []OwedEntry) error                           // in order; sets nothing
	// OwedTeams returns the teams in which somebody is or was owed time.
	OwedTeams(ctx context.Context, person schedule.ID) ([]schedule.ID, error)
	// OwedWaiting returns those of some teams in which something waits for approval that is
	// owed to others than a person.
	OwedWaiting(ctx context.Context, teams []schedule.ID, but schedule.ID) ([]schedule.ID, error)
	// OwedEnding returns whose approved time has ended by an instant, by team and person.
	OwedEnding(ctx context.Context, by time.Time) ([]OwedName, error)
	// OwedEndingIn returns whose approved time ends after one moment and not after another,
	// also if it was taken, by team, person and end.
	OwedEndingIn(ctx context.Context, after, until time.Time) ([]OwedEnd, error)

	// NoteLooked writes down that somebody has looked at what is about people, once a
	// day, under the name of an action.
	NoteLooked(ctx context.Context, action string, by, team schedule.ID, people []schedule.ID, at time.Time) error
}

// An OwedName says whose account in which team.
type OwedName struct{ Team, Person schedule.ID }

// An OwedEnd says when some time ends that somebody is owed.
type OwedEnd struct {
	OwedName
	Ends time.Time
}

// A LeaveBook keeps absences of people, in the transaction of a Store: time owed that is
// taken as days off is an absence that plans keep to.
type LeaveBook interface {
	// Add adds an absence of whole days and returns it, with how many published shifts
	// fall into it.
	Add(ctx context.Context, tx Store, by schedule.ID, l schedule.Leave) (id schedule.ID, clashes int, err error)
	// Remove removes an absence, if it is still the one of those days.
	Remove(ctx context.Context, tx Store, by schedule.ID, l schedule.Leave) error
}

// Owed is what somebody is owed in a team.
type Owed struct {
	OwedName
	Account
	Entries []OwedEntry // in order
	Rules   OwedRules   // that hold now
	On      bool        // something can be earned now
	Last    schedule.ID // the entry that was added last; to decide by what was seen
}

// OwedOf returns what somebody is owed in a team.
func (s *Service) OwedOf(ctx context.Context, name OwedName, zone *time.Location) (Owed, error) {
	all, err := s.owed(ctx, name.Team, name.Person, zone)
	if err != nil || len(all) == 0 {
		return Owed{}, err
	}
	return all[0], nil
}

// OwedIn returns what everybody is owed in a team who was ever owed something, and notes
// in their logs that somebody has looked; those who are nobody's are not noted.
func (s *Service) OwedIn(ctx context.Context, by, team schedule.ID, zone *time.Location) ([]Owed, error) {
	all, err := s.owed(ctx, team, 0, zone)
	if err != nil || by == 0 {
		return all, err
	}
	var seen []schedule.ID
	for i := range all {
		if all[i].Person != by {
			seen = append(seen, all[i].Person)
		}
	}
	return all, s.Store.NoteLooked(ctx, "owed.see", by, team, seen, s.Now())
}

// OwedWaiting returns of how many people of a team time waits for a decision, and of none
// who they are.
func (s *Service) OwedWaiting(ctx context.Context, team schedule.ID, zone *time.Location) (people int, err error) {
	all, err := s.owed(ctx, team, 0, zone)
	for i := range all {
		if all[i].Pending > 0 {
			people++
		}
	}
	return people, err
}

// owed adds up the accounts of a team by person; of one person always one.
func (s *Service) owed(ctx context.Context, team, person schedule.ID, zone *time.Location) ([]Owed, error) {
	policies, err := s.Store.OwedPolicies(ctx, team)
	if err != nil {
		return nil, err
	}
	entries, err := s.Store.OwedEntries(ctx, team, person)
	if err != nil {
		return nil, err
	}
	now := s.Now()
	today := schedule.DateOf(now.In(zone))
	policy := OwedOn(policies, MondayOf(today))
	byPerson := map[schedule.ID][]OwedEntry{}
	if person != 0 {
		byPerson[person] = nil
	}
	for i := range entries {
		byPerson[entries[i].Person] = append(byPerson[entries[i].Person], entries[i])
	}
	var out []Owed
	for _, id := range sortedIDs(byPerson) {
		now := ledgerNow(byPerson[id], now)
		o := Owed{OwedName: OwedName{team, id}, Entries: byPerson[id], Rules: rulesNow(policies, today), On: policy != nil && !policy.Off}
		o.Account = o.Rules.Account(o.Entries, now)
		if n := len(o.Entries); n > 0 {
			o.Last = o.Entries[n-1].ID
		}
		out = append(out, o)
	}
	return out, nil
}

// ledgerNow is now, and no earlier than what is in a ledger already: another replica's
// clock may be ahead, and what it has just put down counts, or it could be taken twice.
func ledgerNow(entries []OwedEntry, now time.Time) time.Time {
	for i := range entries {
		if entries[i].At.After(now) {
			now = entries[i].At
		}
	}
	return now
}

// An OwedOrder is about the account of somebody in a team.
type OwedOrder struct {
	OwedName
	By      schedule.ID
	Zone    *time.Location // the team's
	Minutes int64
	Reason  string
	// Seen is the entry that was the last when whoever decides looked; when another has
	// been added since, they look again. None: it does not matter.
	Seen schedule.ID
	// UpTo is the same where many accounts were looked at: the newest entry of all of them.
	UpTo *schedule.ID
}

// maxOwedReason is how long a reason may be, in letters.
const maxOwedReason = 500

// check says what is wrong with what somebody entered.
func (o *OwedOrder) check() error {
	o.Reason = strings.Join(strings.Fields(o.Reason), " ")
	switch {
	case !utf8.ValidString(o.Reason):
		return &schedule.InvalidError{Field: "reason", Reason: "this is no text"}
	case o.Minutes <= 0:
		return &schedule.InvalidError{Field: "minutes", Reason: "say how much time, like 7:30 or 8 h"}
	case o.Minutes > 366*24*60:
		return &schedule.InvalidError{Field: "minutes", Reason: "that is more than a year"}
	}
	return schedule.CheckText("reason", o.Reason, maxOwedReason)
}

// change reads somebody's entries while nobody else can decide about them, and adds what
// f makes of them.
func (s *Service) changeOwed(ctx context.Context, tx Store, o *OwedOrder, action, detail string, f func(*OwedRules, []OwedEntry, time.Time) ([]OwedEntry, error)) error {
	if err := tx.LockOwed(ctx, o.Person); err != nil {
		return err
	}
	policies, err := tx.OwedPolicies(ctx, o.Team)
	if err != nil {
		return err
	}
	entries, err := tx.OwedEntries(ctx, o.Team, o.Person)
	if err != nil {
		return err
	}
	if n := len(entries); n > 0 && (o.Seen != 0 && entries[n-1].ID != o.Seen || o.UpTo != nil && entries[n-1].ID > *o.UpTo) {
		return fmt.Errorf("something has changed in this account since you looked: look again: %w", schedule.ErrConflict)
	}
	now := ledgerNow(entries, s.Now())
	rules := rulesNow(policies, schedule.DateOf(now.In(o.Zone)))
	add, err := f(&rules, entries, now)
	if err != nil {
		return err
	}
	for i := range add {
		add[i].Team, add[i].Person, add[i].At, add[i].By = o.Team, o.Person, now, o.By
	}
	if err := tx.AddOwed(ctx, add); err != nil {
		return err
	}
	return tx.Audit(ctx, &schedule.AuditEntry{At: now, By: o.By, Action: action, About: o.Person, Team: o.Team, Detail: detail})
}

// DecideOwed approves or declines time that waits for it, what was earned first before
// the rest.
func (s *Service) DecideOwed(ctx context.Context, o OwedOrder, approve bool) error {
	if err := o.check(); err != nil {
		return err
	}
	action := "owed.decline"
	if approve {
		action = "owed.approve"
	}
	return s.Store.InTx(ctx, func(tx Store) error {
		return s.changeOwed(ctx, tx, &o, action, MinuteWords(o.Minutes), func(rules *OwedRules, entries []OwedEntry, now time.Time) ([]OwedEntry, error) {
			acc := rules.Account(entries, now)
			switch {
			case acc.Pending == 0:
				return nil, fmt.Errorf("nothing waits for a decision any more: somebody else has decided: %w", schedule.ErrConflict)
			case o.Minutes > acc.Pending:
				return nil, &schedule.InvalidError{Field: "minutes", Reason: fmt.Sprintf("only %s wait for a decision", MinuteWords(acc.Pending))}
			}
			slices.SortFunc(acc.Lots, func(a, b Lot) int { return strings.Compare(a.Name, b.Name) })
			var out []OwedEntry
			left := o.Minutes
			for _, lot := range acc.Lots {
				some := min(left, lot.Pending)
				if some <= 0 {
					continue
				}
				e, err := rules.Decide(entries, lot.Name, some, approve, o.By, o.Reason, now.In(o.Zone))
				if err != nil {
					return nil, err
				}
				left -= some
				out = append(out, e)
			}
			return out, nil
		})
	})
}

// A TakeOrder takes time owed: for days off, when those are given, or otherwise, like
// paid out.
type TakeOrder struct {
	OwedOrder
	First, Last schedule.Date
	// Beyond allows more than can be taken, with a reason.
	Beyond bool
}

// TakeOwed takes time owed and returns how many published shifts fall into the days off.
func (s *Service) TakeOwed(ctx context.Context, o TakeOrder) (clashes int, err error) {
	if err := errors.Join(o.check(), o.checkDays(s.Now())); err != nil {
		return 0, err
	}
	if err := s.belongs(ctx, o.OwedName); err != nil {
		return 0, err
	}
	err = s.Store.InTx(ctx, func(tx Store) error {
		e := OwedEntry{Kind: OwedTaken, Minutes: o.Minutes, Reason: o.Reason, First: o.First, Last: o.Last}
		detail := MinuteWords(o.Minutes)
		if !o.First.IsZero() {
			// The absence first: it locks the person's teams, and those come before the person.
			l := schedule.Leave{Person: o.Person, First: o.First, Last: o.Last, Note: "Time owed"}
			if e.Leave, clashes, err = s.Leaves.Add(ctx, tx, o.By, l); err != nil {
				return err
			}
			detail += ", " + schedule.Absence{First: o.First, Last: o.Last}.String()
		}
		return s.changeOwed(ctx, tx, &o.OwedOrder, "owed.take", detail, func(rules *OwedRules, entries []OwedEntry, now time.Time) ([]OwedEntry, error) {
			left := rules.Account(entries, now).Left
			switch {
			case o.Minutes <= left:
			case !o.Beyond:
				return nil, &schedule.InvalidError{Field: "minutes", Reason: fmt.Sprintf("%s can be taken; whoever manages the team can allow more, with a reason", MinuteWords(left))}
			case o.Reason == "":
				return nil, &schedule.InvalidError{Field: "reason", Reason: fmt.Sprintf("only %s can be taken; say why it may be more", MinuteWords(left))}
			}
			return []OwedEntry{e}, nil
		})
	})
	return clashes, err
}

// belongs says whether somebody is in a team or was owed time in it: nobody puts down
// anything for others.
func (s *Service) belongs(ctx context.Context, name OwedName) error {
	members, err := s.Members(ctx, name.Team)
	if err != nil || slices.ContainsFunc(members, func(m schedule.Membership) bool { return m.Person == name.Person }) {
		return err
	}
	teams, err := s.Store.OwedTeams(ctx, name.Person)
	if err == nil && !slices.Contains(teams, name.Team) {
		err = fmt.Errorf("person %d in team %d: %w", name.Person, name.Team, schedule.ErrNotFound)
	}
	return err
}

// checkDays says what is wrong with the days off.
func (o *TakeOrder) checkDays(now time.Time) error {
	if !o.First.IsZero() && o.Last.IsZero() {
		o.Last = o.First
	}
	today := schedule.DateOf(now)
	switch {
	case o.First.IsZero() && !o.Last.IsZero():
		return &schedule.InvalidError{Field: "first", Reason: "say the first day too"}
	case o.First.IsZero() && o.Reason == "":
		return &schedule.InvalidError{Field: "reason", Reason: "say which days, or why without any: like “paid out”"}
	case o.First.IsZero():
		return nil
	case o.First.Before(today.AddDays(-31)):
		return &schedule.InvalidError{Field: "first", Reason: fmt.Sprintf("that is more than a month ago; choose %v or later", today.AddDays(-31))}
	case o.First.After(today.AddDays(366)):
		return &schedule.InvalidError{Field: "first", Reason: fmt.Sprintf("that is more than a year ahead; choose %v or earlier", today.AddDays(366))}
	case o.Last.After(today.AddDays(366)):
		return &schedule.InvalidError{Field: "last", Reason: fmt.Sprintf("that is more than a year ahead; choose %v or earlier", today.AddDays(366))}
	}
	return nil
}

// ReturnOwed gives back time that was taken, see [OwedEntry.Returnable], and removes the
// absence. What has ended meanwhile is written off.
func (s *Service) ReturnOwed(ctx context.Context, o OwedOrder, id schedule.ID) error {
	return s.Store.InTx(ctx, func(tx Store) error {
		entries, err := tx.OwedEntries(ctx, o.Team, o.Person)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(entries, func(e OwedEntry) bool { return e.ID == id && e.Kind == OwedTaken })
		if i < 0 {
			return fmt.Errorf("entry %d: %w", id, schedule.ErrNotFound)
		}
		taken, given := entries[i], func(e OwedEntry) bool { return e.Kind == OwedReturned && e.Of == id }
		if slices.ContainsFunc(entries, given) { // two clicks: this says more than that something has changed
			return errGiven
		}
		if taken.Leave != 0 {
			l := schedule.Leave{ID: taken.Leave, Person: o.Person, First: taken.First, Last: taken.Last}
			if err := s.Leaves.Remove(ctx, tx, o.By, l); err != nil {
				return err
			}
		}
		return s.changeOwed(ctx, tx, &o, "owed.return", MinuteWords(taken.Minutes), func(_ *OwedRules, entries []OwedEntry, now time.Time) ([]OwedEntry, error) {
			switch {
			case slices.ContainsFunc(entries, given):
				return nil, errGiven
			case taken.First.IsZero() && o.By == o.Person && taken.By != o.By:
				return nil, &schedule.InvalidError{Field: "entry", Reason: "whoever manages the team has put this down, and can take it back"}
			case !taken.Returnable(now, o.Zone):
				return nil, &schedule.InvalidError{Field: "entry", Reason: "only days off that have not begun can be called off, and what was put down without days within a month"}
			}
			return []OwedEntry{{Kind: OwedReturned, Minutes: taken.Minutes, Of: id, First: taken.First, Last: taken.Last}}, nil
		})
	})
}

var errGiven = fmt.Errorf("this has been given back already: %w", schedule.ErrConflict)

// Returnable says whether what was taken can still be given back: before the days off
// begin, or within a month when there are none.
func (e *OwedEntry) Returnable(now time.Time, zone *time.Location) bool {
	switch {
	case e.Kind != OwedTaken:
		return false
	case e.First.IsZero():
		return now.Before(e.At.AddDate(0, 0, 31))
	}
	return schedule.DateOf(now.In(zone)).Before(e.First)
}

// EndingOf returns how much of what somebody is owed in a team ends by a moment if it is not
// taken, in minutes, and when the first of it does.
func (s *Service) EndingOf(ctx context.Context, name OwedName, until time.Time) (minutes int64, first time.Time, err error) {
	entries, err := s.Store.OwedEntries(ctx, name.Team, name.Person)
	if err != nil {
		return 0, first, err
	}
	rules, now := DefaultOwedRules(), s.Now() // when time ends was fixed by its approval
	account := rules.Account(entries, ledgerNow(entries, now))
	for i := range account.Lots { // that which ends first is first
		lot := &account.Lots[i]
		if lot.Left <= 0 || lot.Expires.IsZero() || lot.ended(now) || lot.Expires.After(until) {
			continue
		}
		if minutes += lot.Left; first.IsZero() {
			first = lot.Expires
		}
	}
	return minutes, first, nil
}

// ExpireOwed writes off what has ended without having been taken.
func (s *Service) ExpireOwed(ctx context.Context) error {
	now := s.Now()
	due, err := s.Store.OwedEnding(ctx, now)
	if err != nil {
		return err
	}
	var failed []error
	for _, name := range due { // one that cannot be read keeps none of the others
		failed = append(failed, s.expireOwed(ctx, name, now))
	}
	return errors.Join(failed...)
}

func (s *Service) expireOwed(ctx context.Context, name OwedName, now time.Time) error {
	rules := DefaultOwedRules() // when time ends was fixed by its approval
	expired := func(store Store) ([]OwedEntry, error) {
		entries, err := store.OwedEntries(ctx, name.Team, name.Person)
		return rules.Expire(entries, ledgerNow(entries, now)), err
	}
	// Most of what has ended was taken, and needs no lock.
	if some, err := expired(s.Store); err != nil || len(some) == 0 {
		return err
	}
	return s.Store.InTx(ctx, func(tx Store) error {
		if err := tx.LockOwed(ctx, name.Person); err != nil {
			return err
		}
		some, err := expired(tx)
		if err != nil {
			return err
		}
		return tx.AddOwed(ctx, some)
	})
}
