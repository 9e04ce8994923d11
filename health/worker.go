package health

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"watchbill/schedule"
)

// An UnreadableError says why a delivery can never be read: it is a dead letter at
// once.
type UnreadableError struct {
	Code   string // invalid_json, schema_mismatch, unknown_format
	Reason string
}

// Error returns the reason.
func (e *UnreadableError) Error() string { return e.Reason }

// A Worker reads what was taken in and folds it to pages. Any number of them may
// work at once, on several replicas: a delivery is read by whoever claims it, and
// one that is read twice changes nothing.
type Worker struct {
	Store Store
	Now   func() time.Time // to the microsecond
	// Read says what a delivery tells. What can never be read is an *UnreadableError.
	Read func(i *Integration, d *Delivery) ([]Event, error)
	// OnCall says who of a team would have been paged at an instant, by the schedule as
	// it was known then: for a rotation or, without one, for the one that is paged first.
	// known is false where nothing had been planned.
	OnCall func(ctx context.Context, team schedule.ID, rotation schedule.RotationID, at time.Time) (person schedule.ID, known bool, err error)
}

// How much a worker reads in one transaction, and how often it tries what fails.
const (
	workBatch   = 64
	workEvents  = 500 // after which the rest waits for the next transaction
	maxEvents   = 1000
	maxAttempts = 8
)

// Codes of dead letters that no reader gives.
const (
	codeGaveUp   = "gave_up"       // it failed too often
	codeGone     = "no_body"       // its bytes were not kept
	codeStumbled = "reader_failed" // a fault of ours
	codeTooMany  = "too_many"      // events in one delivery
)

// Work reads some of what is due and returns how many deliveries that was. When it
// fails for all together it reads them one by one, so that one which cannot be
// written keeps none of the others.
func (w *Worker) Work(ctx context.Context) (int, error) {
	n, err := w.batch(ctx, workBatch)
	if err == nil || ctx.Err() != nil {
		return n, err
	}
	done := 0
	for range workBatch {
		n, one := w.one(ctx)
		if one != nil {
			return done, errors.Join(err, one)
		}
		if n == 0 {
			return done, nil
		}
		done += n
	}
	return done, nil
}

// one reads the next delivery. When that fails it is noted and tried later.
func (w *Worker) one(ctx context.Context) (int, error) {
	var tried Delivery
	err := w.Store.InTx(ctx, func(tx Store) error {
		tried = Delivery{}
		due, err := tx.Claim(ctx, w.Now(), 1)
		if err != nil || len(due) == 0 {
			return err
		}
		tried = due[0]
		_, err = w.apply(ctx, tx, due)
		return err
	})
	if tried.ID == 0 || ctx.Err() != nil {
		return 0, err
	}
	if err == nil {
		return 1, nil
	}
	tried.Attempts++
	tried.NextAt, tried.Code, tried.Error = w.Now().Add(backOff(tried.Attempts)), "", err.Error()
	if tried.Attempts >= maxAttempts {
		tried.State, tried.Code = DeliveryDead, codeGaveUp
	}
	return 1, w.Store.Failed(ctx, &tried)
}

// backOff is how long to wait after a number of attempts: a second, and four times as
// long each time, up to an hour.
func backOff(attempts int) time.Duration {
	wait := time.Second
	for range attempts - 1 {
		wait = min(4*wait, time.Hour)
	}
	return wait
}

// batch reads up to most deliveries in one transaction.
func (w *Worker) batch(ctx context.Context, most int) (n int, err error) {
	err = w.Store.InTx(ctx, func(tx Store) error {
		due, err := tx.Claim(ctx, w.Now(), most)
		if n = len(due); err != nil || n == 0 {
			return err
		}
		n, err = w.apply(ctx, tx, due)
		return err
	})
	if err != nil {
		n = 0
	}
	return n, err
}

// A told page is one of which something new was told.
type told struct {
	door    *Integration
	records []PageRecord
	gone    []schedule.ID // pages that there are no more
}

// apply reads deliveries, adds what they tell, and folds the pages they are about. It
// returns how many: the last ones wait when those before tell much, so that a
// transaction keeps nobody waiting for long.
func (w *Worker) apply(ctx context.Context, tx Store, due []Delivery) (n int, err error) {
	doors := map[schedule.ID]*Integration{}
	events := map[schedule.ID][]Event{}
	var done []schedule.ID
	for total := 0; n < len(due) && total < workEvents; n++ {
		d := &due[n]
		door, err := w.door(ctx, tx, doors, d.Integration)
		if err != nil {
			return 0, err
		}
		found, err := w.read(door, d)
		var no *UnreadableError
		if errors.As(err, &no) {
			d.State, d.Code, d.Error, d.Attempts = DeliveryDead, no.Code, no.Reason, d.Attempts+1
			if err := tx.Failed(ctx, d); err != nil {
				return 0, err
			}
			continue
		} else if err != nil {
			return 0, fmt.Errorf("delivery %d: %w", d.ID, err)
		}
		all := len(found)
		found, since, err := w.keep(ctx, tx, door, found)
		if err != nil {
			return 0, err
		}
		if all > len(found) {
			d.Note = leftOut(all-len(found), since, door.Zone)
			if err := tx.NoteDelivery(ctx, d.ID, d.Note); err != nil {
				return 0, err
			}
		}
		total += len(found)
		events[d.Integration] = append(events[d.Integration], found...)
		done = append(done, d.ID)
	}
	if err := w.tell(ctx, tx, doors, events); err != nil {
		return 0, err
	}
	return n, tx.Done(ctx, done, w.Now())
}

// leftOut says that something was not taken in because it is too long ago.
func leftOut(n int, since time.Time, zone string) string {
	verb := "were"
	if n == 1 {
		verb = "was"
	}
	return fmt.Sprintf("%s from before %s %s left out: pages are not kept for longer", plural(n, "event", "events"), firstDay(since, zone), verb)
}

func (w *Worker) door(ctx context.Context, tx Store, doors map[schedule.ID]*Integration, id schedule.ID) (*Integration, error) {
	if door := doors[id]; door != nil {
		return door, nil
	}
	door, err := tx.Integration(ctx, id)
	doors[id] = &door
	return &door, err
}

// read says what a delivery tells. A reader that stumbles over bytes from outside
// must not take everything else down with it.
func (w *Worker) read(door *Integration, d *Delivery) (found []Event, err error) {
	if d.Body == nil {
		return nil, &UnreadableError{codeGone, "its bytes were not kept"}
	}
	defer func() {
		if p := recover(); p != nil {
			found, err = nil, &UnreadableError{codeStumbled, fmt.Sprint("the reader failed: ", p)}
		}
	}()
	if d.Headers[TestHeader] != "" {
		found = testEvent(d)
	} else {
		found, err = w.Read(door, d)
	}
	if len(found) > maxEvents {
		return nil, &UnreadableError{codeTooMany, fmt.Sprintf("it has %d events; send up to %d at once", len(found), maxEvents)}
	}
	for i := range found {
		found[i].ReceivedAt, found[i].InboxID = d.ReceivedAt, int64(d.ID)
		found[i].plain()
	}
	return found, err
}

// tell adds events and folds the pages that they are about.
func (w *Worker) tell(ctx context.Context, tx Store, doors map[schedule.ID]*Integration, events map[schedule.ID][]Event) error {
	var names []PageName
	for id, some := range events {
		for i := range some {
			if some[i].PageKey != "" && !some[i].Kind.Context() {
				names = append(names, PageName{id, some[i].PageKey})
			}
		}
	}
	slices.SortFunc(names, func(a, b PageName) int {
		return cmp.Or(cmp.Compare(a.Integration, b.Integration), cmp.Compare(a.Key, b.Key))
	})
	names = slices.Compact(names)
	// In one order, so that nobody waits for somebody who waits for them.
	if err := tx.LockPages(ctx, names); err != nil {
		return err
	}
	for _, id := range sortedIDs(events) {
		if err := tx.AddEvents(ctx, id, events[id]); err != nil {
			return err
		}
	}
	if err := w.fold(ctx, tx, doors, names); err != nil {
		return err
	}
	return w.introduce(ctx, tx, events)
}

// introduce notes what a vendor says of its users, so that they can be told by their
// address when they are paged.
func (w *Worker) introduce(ctx context.Context, tx Store, events map[schedule.ID][]Event) error {
	var names []contactName
	for id, some := range events {
		for i := range some {
			if some[i].Kind != KindIdentity {
				continue
			}
			for _, party := range some[i].Responders {
				if party.person() {
					names = append(names, contactName{id, party.Identity})
				}
			}
		}
	}
	_, err := w.known(ctx, tx, names)
	return err
}

func sortedIDs[V any](m map[schedule.ID]V) []schedule.ID {
	ids := make([]schedule.ID, 0, len(m))
	for id := range m {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// fold makes the pages of keys that are locked anew.
func (w *Worker) fold(ctx context.Context, tx Store, doors map[schedule.ID]*Integration, names []PageName) error {
	all := make([]told, 0, len(names))
	for _, name := range names {
		door, err := w.door(ctx, tx, doors, name.Integration)
		if err != nil {
			return err
		}
		t, err := w.foldOne(ctx, tx, door, name)
		if err != nil {
			return fmt.Errorf("page %q of integration %d: %w", name.Key, name.Integration, err)
		}
		all = append(all, t)
	}
	contacts, err := w.contacts(ctx, tx, all)
	if err != nil {
		return err
	}
	for i := range all {
		if err := w.save(ctx, tx, &all[i], contacts); err != nil {
			return err
		}
	}
	return nil
}

// foldOne folds the events of a key and finds for each page which of those that are
// kept it is: the one that the same event began, else the next that is left. A page that
// is as it was is left alone: the key of an alert goes on for years, and most of its
// pages are long over.
func (w *Worker) foldOne(ctx context.Context, tx Store, door *Integration, name PageName) (told, error) {
	t := told{door: door}
	events, err := tx.Events(ctx, name)
	if err != nil {
		return t, err
	}
	kept, err := tx.KeptPages(ctx, name)
	if err != nil {
		return t, err
	}
	pages := Fold(events, door.Rules())
	begun := make(map[string][]int, len(kept)) // which of kept each event began
	for i := range kept {
		begun[kept[i].OpenedBy] = append(begun[kept[i].OpenedBy], i)
	}
	still := make([]bool, len(kept)) // a page
	for _, page := range pages {
		p := PageRecord{Integration: door.ID, Team: door.Team, Page: page}
		if same := begun[page.OpenedBy]; len(same) > 0 {
			was := &kept[same[0]]
			begun[page.OpenedBy], still[same[0]], p.ID = same[1:], true, was.ID
			text, err := json.Marshal(page)
			if err != nil {
				return t, err
			}
			if string(text) == was.Folded {
				continue
			}
		}
		t.records = append(t.records, p)
	}
	for i := range kept {
		if !still[i] {
			t.gone = append(t.gone, kept[i].ID)
		}
	}
	moved := len(t.gone) > 0
	for i := range t.records {
		if t.records[i].ID == 0 && len(t.gone) > 0 {
			t.records[i].ID, t.gone = t.gone[0], t.gone[1:]
		}
	}
	if moved { // else every page is still there
		err = follow(ctx, tx, name, pages, events)
	}
	return t, err
}

// Rules are how the integration's events are read.
func (i *Integration) Rules() Rules {
	rules := DefaultRules()
	if len(i.Urgencies) > 0 {
		rules.Severities = map[string]Urgency{}
		for word, urgency := range i.Urgencies {
			rules.Severities[lower(word)] = Urgency(urgency)
		}
	}
	return rules
}

// A contactName names a contact by what a page knows of them.
type contactName struct {
	integration schedule.ID
	who         Identity
}

// contacts finds or adds all who respond.
func (w *Worker) contacts(ctx context.Context, tx Store, all []told) (map[contactName]*Contact, error) {
	var names []contactName
	for i := range all {
		for j := range all[i].records {
			for k := range all[i].records[j].Responders {
				names = append(names, contactName{all[i].door.ID, all[i].records[j].Responders[k].Identity})
			}
		}
	}
	return w.known(ctx, tx, names)
}

// known finds or adds contacts, in one order, with what is new about them.
func (w *Worker) known(ctx context.Context, tx Store, names []contactName) (map[contactName]*Contact, error) {
	found := map[contactName]*Contact{}
	slices.SortFunc(names, func(a, b contactName) int {
		return cmp.Or(cmp.Compare(a.integration, b.integration), cmp.Compare(a.who.matchKey(), b.who.matchKey()), cmp.Compare(a.who.Email, b.who.Email), cmp.Compare(a.who.Name, b.who.Name))
	})
	for _, name := range slices.Compact(names) {
		c, err := tx.ContactOf(ctx, name.integration, name.who)
		if err != nil && !errors.Is(err, schedule.ErrNotFound) {
			return nil, err
		}
		if c.ID == 0 {
			c = Contact{Integration: name.integration, CreatedAt: w.Now()}
		}
		if c.learn(name.who) {
			if err := tx.SaveContact(ctx, &c); err != nil {
				return nil, err
			}
		}
		found[name] = &c
	}
	return found, nil
}

// save writes the pages of a key.
func (w *Worker) save(ctx context.Context, tx Store, t *told, contacts map[contactName]*Contact) error {
	for _, id := range t.gone {
		if err := tx.RemovePage(ctx, id); err != nil {
			return err
		}
	}
	for i := range t.records {
		p := &t.records[i]
		asked := false
		for k := range p.Responders {
			a := attendance(&p.Responders[k], contacts[contactName{t.door.ID, p.Responders[k].Identity}])
			asked = asked || !a.NotifiedAt.IsZero()
			p.People = append(p.People, a)
		}
		if !asked && !p.IsTest {
			if err := w.infer(ctx, t.door, p); err != nil {
				return err
			}
		}
		if err := tx.SavePage(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// infer finds who was paged where the vendor does not say: whoever was on call when
// the page fired, each time.
func (w *Worker) infer(ctx context.Context, door *Integration, p *PageRecord) error {
	window := DefaultRules().InterruptionWindow
	last := map[schedule.ID]time.Time{}
	at := map[schedule.ID]int{}
	for _, firing := range p.Firings {
		person, known, err := w.OnCall(ctx, door.Team, door.Rotation, firing.TriggeredAt)
		if err != nil {
			return err
		}
		if person == 0 {
			p.Uncovered = p.Uncovered || known
			continue
		}
		k, ok := at[person]
		if !ok {
			k = len(p.People)
			at[person] = k
			p.People = append(p.People, Attendance{Person: person, NotifiedAt: firing.TriggeredAt, Basis: NoticeBySchedule})
		}
		p.People[k].Notices = append(p.People[k].Notices, Notice{At: firing.TriggeredAt, Basis: NoticeBySchedule})
		if !ok || !firing.TriggeredAt.Before(last[person].Add(window)) {
			p.People[k].Interruptions++
			last[person] = firing.TriggeredAt
		}
	}
	return nil
}
