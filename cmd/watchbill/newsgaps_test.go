package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/schedule"
)

// managed makes Cleo the manager of the crew, and nobody else.
func (d *deployment) managed() {
	d.t.Helper()
	d.ok(d.db.Write.Exec("UPDATE membership SET manager = (person_id = (SELECT id FROM person WHERE email = 'cleo@example.com')) WHERE team_id = 1").Error)
}

// fullShift is all of a shift.
func fullShift(x *schedule.Shift) schedule.Stretch {
	return schedule.Stretch{Slot: x.Slot, Rotation: x.Rotation, Start: x.Start, End: x.End}
}

// of leaves of what was heard what is about something.
func of(heard []string, what string) []string {
	return slices.DeleteFunc(heard, func(s string) bool { return !strings.Contains(s, what) })
}

// Who manages a team hears that nobody has a shift: once when that comes to be so, again when
// it begins within two days, and not when it is mended at once or has always been so.
func TestNewsOfGaps(t *testing.T) { both(t, newsOfGaps) }

func newsOfGaps(t *testing.T, d *deployment) {
	ctx, box := t.Context(), &mailbox{}
	d.setUp()
	shifts := d.firstPlan()
	d.managed()
	old, err := d.schedule.Put(ctx, 1, 1, fullShift(&shifts[6]), 0, "It is not known yet")
	d.ok(err)
	d.news.Carriers = byMail(box)
	d.hear("before the update", of(d.later(box), "Nobody"))
	put := func(x *schedule.Shift, person schedule.ID) schedule.ID {
		o, err := d.schedule.Put(ctx, 1, 1, fullShift(x), person, "It is not known yet")
		d.ok(err)
		return o.ID
	}
	d.ok(d.schedule.Undo(ctx, 1, put(&shifts[3], 0)))
	d.hear("mended at once", of(d.later(box), "Nobody"))
	put(&shifts[3], 0)
	d.now = d.now.Add(2 * time.Minute)
	d.ok(d.news.Work(ctx))
	const text = "Nobody has primary, Mon 28 Dec 2026 09:00 CET – Mon 4 Jan 2027 09:00 CET."
	if !slices.ContainsFunc(box.texts(), func(s string) bool { return strings.Contains(s, text) && strings.Contains(s, d.url+"/gaps\n") }) {
		t.Errorf("%+v", box.got)
	}
	d.hear("found", of(box.take(), "Nobody"), "cleo@example.com: Nobody has primary in Crew from Mon 28 Dec 09:00 CET")
	taker, err := d.schedule.Store.PersonByEmail(ctx, "dan@example.com")
	d.ok(err)
	part := fullShift(&shifts[3])
	part.End = part.Start.Add(24 * time.Hour)
	_, err = d.schedule.Put(ctx, 1, 1, part, taker.ID, "At least a day of it")
	d.ok(err)
	d.hear("what is left of it is nothing new", of(d.later(box), "Nobody"))
	put(&shifts[4], 0)
	put(&shifts[5], 0)
	d.hear("two at once", of(d.later(box), "Nobody"), "cleo@example.com: Nobody has 2 shifts in Crew")
	d.hear("once", of(d.later(box), "Nobody"))
	d.ok(d.schedule.Undo(ctx, 1, old.ID))
	d.now = shifts[3].Start.Add(-25 * time.Hour)
	d.hear("not yet near", of(d.letters(box), "Nobody"))
	d.now = shifts[3].Start.Add(-23 * time.Hour)
	d.hear("near", of(d.letters(box), "Nobody"), "cleo@example.com: Nobody has primary in Crew from Tue 29 Dec 09:00 CET")
	d.hear("near, once", of(d.later(box), "Nobody"))
	put(&shifts[4], taker.ID)
	d.now = shifts[4].Start.Add(-24 * time.Hour)
	d.hear("taken", of(d.letters(box), "Nobody"))
}

func (m *mailbox) texts() (out []string) {
	for i := range m.got {
		out = append(out, m.got[i].Text)
	}
	return out
}

// On Monday morning who manages a team reads who is on call, what is open and what waits for
// them, and nothing of anybody's burden.
func TestNewsOfTheWeek(t *testing.T) { both(t, newsOfTheWeek) }

func newsOfTheWeek(t *testing.T, d *deployment) {
	ctx, box := t.Context(), &mailbox{}
	d.setUp()
	shifts := d.firstPlan()
	d.managed()
	d.news.Carriers = byMail(box)
	_ = d.later(box)
	names := map[schedule.ID]string{}
	people, err := d.schedule.Store.People(ctx, nil)
	d.ok(err)
	for _, p := range people {
		names[p.ID] = p.Name
	}
	_, err = d.schedule.Put(ctx, 1, 1, fullShift(&shifts[2]), 0, "It is not known yet")
	d.ok(err)
	_, err = d.schedule.Ask(ctx, shifts[5].Person, schedule.Request{Team: 1, Person: shifts[5].Person, Stretch: fullShift(&shifts[5])})
	d.ok(err)
	draft, err := d.schedule.AskDraft(ctx, 1, schedule.DraftOrder{Team: 1, From: schedule.Date{Year: 2027, Month: 2, Day: 1}, Until: schedule.Date{Year: 2027, Month: 3, Day: 1}})
	d.ok(err)
	d.ok(d.schedule.RunDraft(ctx, draft.ID))
	_ = d.later(box)
	monday := func(hour, minute int) []string {
		d.now = time.Date(2026, 12, 14, hour-1, minute, 0, 0, time.UTC)
		return of(d.letters(box), "The week")
	}
	d.hear("early on Monday", monday(7, 59))
	d.now = time.Date(2026, 12, 14, 7, 1, 0, 0, time.UTC)
	teams, err := d.schedule.Store.Teams(ctx)
	d.ok(err)
	if made, err := d.reviews.Work(ctx, teams); err != nil || made == 0 {
		t.Fatalf("%d reviews are made: %v", made, err)
	}
	d.ok(d.news.Work(ctx))
	text := strings.Join(box.texts(), "")
	for _, want := range []string{
		fmt.Sprintf("This week\nprimary: %s until Mon 14 Dec 09:00 CET, then %s until Mon 21 Dec 09:00 CET\n\nNext week\nprimary: %s until Mon 21 Dec 09:00 CET, then nobody until Mon 28 Dec 09:00 CET\n",
			names[shifts[0].Person], names[shifts[1].Person], names[shifts[1].Person]),
		"Nobody has primary, Mon 21 Dec 2026 09:00 CET – Mon 28 Dec 2026 09:00 CET.", "1 request for cover or a swap is open.", "1 plan waits for review.",
		"The review of last week, to talk about together:\n\n" + d.url + "/teams/1/reviews/2026-12-07\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
	d.hear("on Monday morning", of(box.take(), "The week"), "cleo@example.com: The week in Crew, from Mon 14 Dec 2026")
	d.hear("once", monday(12, 0))
}
