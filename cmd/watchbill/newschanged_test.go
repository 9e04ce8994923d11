package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/api/notify"
	"watchbill/schedule"
)

// later looks for news some minutes later, and returns what was sent.
func (d *deployment) later(m *mailbox) []string {
	d.t.Helper()
	d.now = d.now.Add(2 * time.Minute)
	return d.letters(m)
}

// hearing sets up the crew and returns its people by their first names; what comes is news.
func (d *deployment) hearing(box *mailbox) map[string]schedule.Profile {
	d.t.Helper()
	d.setUp()
	d.news.Carriers = byMail(box)
	d.hear("before", d.letters(box))
	d.now = d.now.Add(time.Minute)
	everybody, err := d.schedule.Store.People(d.t.Context(), nil)
	d.ok(err)
	people := map[string]schedule.Profile{}
	for _, p := range everybody {
		people[p.Name] = p
	}
	return people
}

// others returns two of the crew who are not somebody.
func others(people map[string]schedule.Profile, not schedule.ID) (out []schedule.Profile) {
	for _, name := range []string{"Ana", "Ben", "Dan"} {
		if people[name].ID != not {
			out = append(out, people[name])
		}
	}
	return out
}

// Whoever has other shifts than before hears of it, once for what was decided at once: which,
// by whom and why. Nobody hears of what is as it was.
func TestNewsOfShifts(t *testing.T) { both(t, newsOfShifts) }

func newsOfShifts(t *testing.T, d *deployment) {
	ctx, box := t.Context(), &mailbox{}
	people := d.hearing(box)
	const changed = ": Your shifts have changed in Crew"
	shifts := d.firstPlan()
	d.hear("at once", d.letters(box))
	d.now = d.now.Add(2 * time.Minute)
	d.ok(d.news.Work(ctx))
	for _, want := range []string{"Why: plan 1 was published, by Root.", "Yours now: primary, Mon 7 Dec 2026 09:00 CET – Mon 14 Dec 2026 09:00 CET.", d.url + "/\n"} {
		if !slices.ContainsFunc(box.got, func(m notify.Mail) bool { return strings.Contains(m.Text, want) }) {
			t.Errorf("no letter has %q: %+v", want, box.got)
		}
	}
	d.hear("published", box.take(), "ana@example.com"+changed, "ben@example.com"+changed, "cleo@example.com"+changed, "dan@example.com"+changed)
	d.hear("published, again", d.later(box))

	shift := shifts[1]
	was := people[nameOf(people, shift.Person)]
	is := others(people, was.ID)[0]
	stretch := schedule.Stretch{Slot: shift.Slot, Rotation: shift.Rotation, Start: shift.Start, End: shift.End}
	o, err := d.schedule.Put(ctx, 1, 1, stretch, is.ID, "A course\n\n<b>all week</b>")
	d.ok(err)
	d.ok(d.schedule.Undo(ctx, 1, o.ID))
	d.hear("undone at once", d.later(box))
	o, err = d.schedule.Put(ctx, 1, 1, stretch, is.ID, "A course\n\n<b>all week</b>")
	d.ok(err)
	d.now = d.now.Add(2 * time.Minute)
	d.ok(d.news.Work(ctx))
	for _, want := range []string{"Not yours any more: primary, ", "Yours now: primary, ", "Why: Root has decided so, and says:\n\n> A course\n> \n> <b>all week</b>"} {
		if !slices.ContainsFunc(box.got, func(m notify.Mail) bool { return strings.Contains(m.Text, want) }) {
			t.Errorf("no letter has %q: %+v", want, box.got)
		}
	}
	two := []string{was.Email + changed, is.Email + changed}
	slices.Sort(two)
	d.hear("put", box.take(), two...)
	d.ok(d.schedule.Undo(ctx, 1, o.ID))
	d.hear("taken back", d.later(box), two...)

	d.ok(d.db.Write.Exec("UPDATE person SET name = 'Another' WHERE id = ?", was.ID).Error)
	d.ok(d.db.Write.Exec("UPDATE team SET name = 'Another' WHERE id = 1").Error)
	d.republish(nil)
	d.hear("published as it was", d.later(box))
}

func nameOf(people map[string]schedule.Profile, id schedule.ID) string {
	for name, p := range people {
		if p.ID == id {
			return name
		}
	}
	return ""
}

// republish publishes the crew's eight weeks again, with pins.
func (d *deployment) republish(pins map[schedule.SlotID]schedule.ID) {
	d.t.Helper()
	ctx := d.t.Context()
	draft, err := d.schedule.AskDraft(ctx, 1, schedule.DraftOrder{Team: 1, From: schedule.Date{Year: 2026, Month: 12, Day: 7}, Until: schedule.Date{Year: 2027, Month: 2, Day: 1}, Pins: pins})
	d.ok(err)
	d.ok(d.schedule.RunDraft(ctx, draft.ID))
	_, err = d.schedule.Publish(ctx, 1, draft.ID, "")
	d.ok(err)
}

// Cover that was agreed on is told once, as what became of the request or, to whom a manager
// has put it, as their shift; that it was taken back is told to both.
func TestNewsOfCoverTakenBack(t *testing.T) { both(t, newsOfCoverTakenBack) }

func newsOfCoverTakenBack(t *testing.T, d *deployment) {
	ctx, box := t.Context(), &mailbox{}
	d.setUp()
	shift := d.firstPlan()[1]
	d.news.Carriers = byMail(box)
	d.hear("the past", d.later(box))
	everybody, err := d.schedule.Store.People(ctx, nil)
	d.ok(err)
	people := map[string]schedule.Profile{}
	for _, p := range everybody {
		people[p.Name] = p
	}
	asks := people[nameOf(people, shift.Person)]
	gives := others(people, asks.ID)[0]
	asked, err := d.schedule.Ask(ctx, asks.ID, schedule.Request{Team: 1, Person: asks.ID, To: gives.ID, Stretch: schedule.Stretch{Slot: shift.Slot, Start: shift.Start, End: shift.End}})
	d.ok(err)
	d.hear("asked", d.later(box), fmt.Sprintf("%s: %s asks for cover in Crew", gives.Email, asks.Name))
	agreed, err := d.schedule.Approve(ctx, 1, asked.ID, gives.ID, "They said so on the phone")
	d.ok(err)
	both := []string{fmt.Sprintf("%s: Agreed: cover for %s in Crew", asks.Email, asks.Name), gives.Email + ": Your shifts have changed in Crew"}
	slices.Sort(both)
	d.hear("agreed", d.later(box), both...)
	d.ok(d.schedule.Undo(ctx, 1, agreed.Override))
	two := []string{asks.Email + ": Your shifts have changed in Crew", gives.Email + ": Your shifts have changed in Crew"}
	slices.Sort(two)
	d.hear("taken back", d.later(box), two...)
	d.hear("once", d.later(box))
}

// What was decided and undone in the night wakes nobody and is told to nobody; two replicas
// tell once; and whoever has said on the first page that they know is not told.
func TestNewsOfShiftsAtNight(t *testing.T) { both(t, newsOfShiftsAtNight) }

func newsOfShiftsAtNight(t *testing.T, d *deployment) {
	ctx, box := t.Context(), &mailbox{}
	d.setUp()
	shifts := d.firstPlan()
	d.news.Carriers = byMail(box)
	d.hear("the past", d.later(box))
	everybody, err := d.schedule.Store.People(ctx, nil)
	d.ok(err)
	people := map[string]schedule.Profile{}
	for _, p := range everybody {
		people[p.Name] = p
	}
	d.now = time.Date(2026, 12, 1, 23, 30, 0, 0, time.UTC)
	put := func(shift *schedule.Shift, to schedule.ID) schedule.ID {
		o, err := d.schedule.Put(ctx, 1, 1, schedule.Stretch{Slot: shift.Slot, Rotation: shift.Rotation, Start: shift.Start, End: shift.End}, to, "A course")
		d.ok(err)
		return o.ID
	}
	first, second := &shifts[1], &shifts[2]
	o := put(first, others(people, first.Person)[0].ID)
	d.hear("at night", d.later(box))
	d.ok(d.schedule.Undo(ctx, 1, o))
	d.now = d.now.Add(8 * time.Hour)
	d.hear("in the morning", d.letters(box))

	loses, gets := people[nameOf(people, second.Person)], others(people, second.Person)[0]
	put(second, gets.ID)
	d.now = d.now.Add(2 * time.Minute)
	d.ok(d.schedule.SawChanges(ctx, loses.ID, d.now.Add(-time.Second)))
	other := *d.news
	var work sync.WaitGroup
	for _, o := range []*notify.Outbox{d.news, &other} {
		work.Go(func() {
			if err := o.Work(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	work.Wait()
	d.hear("by two replicas", box.take(), gets.Email+": Your shifts have changed in Crew")
	d.hear("once", d.later(box))
}

// A plan that nobody has asked for is told to who manages the team and may publish it, once
// and as long as it waits.
func TestNewsOfADraft(t *testing.T) { both(t, newsOfADraft) }

func newsOfADraft(t *testing.T, d *deployment) {
	ctx, box := t.Context(), &mailbox{}
	d.setUp()
	d.firstPlan()
	d.ok(d.db.Write.Exec("UPDATE membership SET manager = (person_id = (SELECT id FROM person WHERE email = 'cleo@example.com')) WHERE team_id = 1").Error)
	d.news.Carriers = byMail(box)
	d.hear("the past", d.later(box))
	jobs := &jobs{service: d.schedule, access: d.access, log: d.log}
	d.now = time.Date(2027, 1, 12, 10, 0, 0, 0, time.UTC)
	d.ok(jobs.draftAhead(ctx))
	d.hear("it is not made yet", of(d.later(box), "waits for review"))
	d.ok(jobs.makeDrafts(ctx))
	d.now = d.now.Add(time.Minute)
	d.ok(d.news.Work(ctx))
	if len(box.got) != 1 || !strings.Contains(box.got[0].Text, "It goes from Mon 1 Feb 2027 to Sun 28 Mar 2027. Watchbill has made it by itself, because what is published ends on Sun 31 Jan 2027.") ||
		!strings.Contains(box.got[0].Text, d.url+"/teams/1/drafts/2") {
		t.Errorf("%+v", box.got)
	}
	d.hear("made", of(box.take(), "waits for review"), "cleo@example.com: A plan for Crew waits for review")
	d.hear("once", d.later(box))
}
