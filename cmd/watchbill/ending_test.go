package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/schedule"
)

// What people agree on after a draft was made ends when the draft is published and
// moves their shift: whoever publishes is told before, and again when it was agreed on
// while they looked. What the draft does not move stays.
func TestPublishingEnds(t *testing.T) {
	onBoth(t, func(t *testing.T, address string) {
		d, admin, shifts, emails := published(t, address)
		ctx := t.Context()
		away, stays := shifts[3], shifts[5]
		_, err := d.schedule.AddLeave(ctx, away.Person, schedule.Leave{Person: away.Person, First: schedule.DateOf(away.Start).AddDays(1), Last: schedule.DateOf(away.Start).AddDays(3)})
		d.ok(err)
		plans, err := d.schedule.Store.Plans(ctx, 1)
		d.ok(err)
		draft, p := d.planned(schedule.DraftOrder{Team: 1, From: plans[0].From, Until: plans[0].Until})
		slot := func(id schedule.SlotID) schedule.ID {
			return p.Shifts[slices.IndexFunc(p.Shifts, func(x schedule.Published) bool { return x.Slot == id })].Person
		}
		if slot(away.Slot) == away.Person || slot(stays.Slot) != stays.Person {
			t.Fatalf("the draft moves other shifts: %+v", p.Shifts)
		}
		page := fmt.Sprintf("/teams/1/drafts/%d", draft.ID)
		status, body := admin.get(page)
		admin.expect(status, body, http.StatusOK, `name="ends" value=""`)
		if strings.Contains(body, "Publishing ends") {
			t.Error("something ends already")
		}

		other := func(not ...schedule.ID) schedule.ID {
			for id := range emails {
				if id != 1 && !slices.Contains(not, id) {
					return id
				}
			}
			return 0
		}
		coverer := other(away.Person, slot(away.Slot))
		put := func(s *schedule.Shift, person schedule.ID) schedule.Override {
			o, err := d.schedule.Put(ctx, 1, 1, schedule.Stretch{Slot: s.Slot, Start: s.Start, End: s.End}, person, "agreed")
			d.ok(err)
			return o
		}
		ends, kept := put(&away, coverer), put(&stays, other(stays.Person))
		status, body = admin.post(page+"/publish", "note", "see you", "ends", "")
		admin.expect(status, body, http.StatusConflict, "Meanwhile it was agreed that", "publishing would end that; look at the draft again", "see you",
			"Publishing ends what was agreed on", fmt.Sprintf(`name="ends" value="%d"`, ends.ID))

		// The same through the API.
		token := d.token(1, auth.ScopeWrite)
		var diff struct{ Ends []struct{ ID schedule.ID } }
		api := fmt.Sprintf("/api/v1/teams/1/drafts/%d", draft.ID)
		d.call(token, "GET", api+"/difference", "").into(t, 200, &diff)
		if len(diff.Ends) != 1 || diff.Ends[0].ID != ends.ID {
			t.Errorf("%+v", diff)
		}
		d.refused(token, "POST", api+"/publish", `{"ends": []}`, 409, "meanwhile it was agreed that")
		if plans, err = d.schedule.Store.Plans(ctx, 1); err != nil || len(plans) != 1 {
			t.Fatalf("%d plans, %v", len(plans), err)
		}

		status, body = admin.post(page+"/publish", "note", "see you", "ends", fmt.Sprint(ends.ID))
		admin.expect(status, body, http.StatusOK, "Published.")
		for _, o := range []schedule.Override{ends, kept} {
			is, err := d.schedule.Store.Override(ctx, o.ID)
			d.ok(err)
			if is.CancelledAt.IsZero() != (o.ID == kept.ID) {
				t.Errorf("override of %s ended at %v", o.Slot, is.CancelledAt)
			}
		}
		is, err := d.schedule.Shifts(ctx, 1, stays.Start, stays.End, d.now)
		d.ok(err)
		if is[0].Person != kept.Person {
			t.Errorf("the cover of %s is gone: %+v", stays.Slot, is)
		}
	})
}

// A plan that moves one half of a swap ends both, and what goes back against a hard rule
// needs a reason: on the page, through the API and for both who swapped.
func TestPublishingEndsSwap(t *testing.T) {
	onBoth(t, func(t *testing.T, address string) {
		d, admin, shifts, emails := published(t, address)
		ctx := t.Context()
		away := shifts[3]
		_, err := d.schedule.AddLeave(ctx, away.Person, schedule.Leave{Person: away.Person, First: schedule.DateOf(away.Start).AddDays(1), Last: schedule.DateOf(away.Start).AddDays(3)})
		d.ok(err)
		plans, err := d.schedule.Store.Plans(ctx, 1)
		d.ok(err)
		draft, p := d.planned(schedule.DraftOrder{Team: 1, From: plans[0].From, Until: plans[0].Until})
		// Meanwhile they swap it for one that the draft leaves alone.
		at := slices.IndexFunc(shifts, func(x schedule.Shift) bool {
			return x.Person != away.Person && slices.ContainsFunc(p.Shifts, func(y schedule.Published) bool { return y.Slot == x.Slot && y.Person == x.Person })
		})
		other := shifts[at]
		judge := d.schedule.Judge
		d.schedule.Judge = nil
		r, err := d.schedule.Ask(ctx, away.Person, schedule.Request{Team: 1, Person: away.Person, To: other.Person,
			Stretch: schedule.Stretch{Slot: away.Slot, Start: away.Start, End: away.End}, Return: schedule.Stretch{Slot: other.Slot, Start: other.Start, End: other.End}})
		d.ok(err)
		r, err = d.schedule.Accept(ctx, other.Person, r.ID)
		d.ok(err)
		d.now = d.now.Add(time.Minute)
		for _, id := range []schedule.ID{away.Person, other.Person} {
			d.ok(d.schedule.SawChanges(ctx, id, d.now))
		}
		d.now = d.now.Add(time.Minute)
		d.schedule.Judge = func(in schedule.JudgeInput) ([][]schedule.Finding, error) {
			findings, err := judge(in)
			for i := range findings {
				findings[i] = []schedule.Finding{{Rule: schedule.RuleRest, Broken: true, Text: "no rest at all"}}
			}
			return findings, err
		}
		name := func(id schedule.ID) string {
			people, err := d.schedule.Store.People(ctx, []schedule.ID{id})
			d.ok(err)
			return people[0].Name
		}
		page := fmt.Sprintf("/teams/1/drafts/%d", draft.ID)
		status, body := admin.get(page)
		admin.expect(status, body, http.StatusOK, "Publishing ends what was agreed on", "The other half of the swap ends, so it goes back to "+name(other.Person)+".",
			"What goes back breaks a rule", name(other.Person)+": no rest at all", `name="reason"`)
		both := fmt.Sprintf("%d,%d", r.Override, r.ReturnedBy)
		if other.Start.Before(away.Start) {
			both = fmt.Sprintf("%d,%d", r.ReturnedBy, r.Override)
		}
		status, body = admin.post(page+"/publish", "ends", both, "note", "see you")
		admin.expect(status, body, http.StatusConflict, "say why that may be", "no rest at all", "see you", `name="ends" value="`+both+`"`)

		token := d.token(1, auth.ScopeWrite)
		var diff struct {
			Ends    []struct{ ID schedule.ID }
			Against []struct {
				Person struct{ Name string }
				Rules  []struct{ Rule, Text string }
			}
		}
		api := fmt.Sprintf("/api/v1/teams/1/drafts/%d", draft.ID)
		d.call(token, "GET", api+"/difference", "").into(t, 200, &diff)
		if len(diff.Ends) != 2 || len(diff.Against) != 1 || diff.Against[0].Person.Name != name(other.Person) || diff.Against[0].Rules[0].Text != "no rest at all" {
			t.Errorf("%+v", diff)
		}
		d.refused(token, "POST", api+"/publish", "", 409, "breaks a rule")
		d.refused(token, "POST", api+"/publish", `{"reason": "bell\u0007"}`, 422, "invisible letter")

		status, body = admin.post(page+"/publish", "ends", both, "reason", "He has agreed by phone")
		admin.expect(status, body, http.StatusOK, "Published.")
		is, err := d.schedule.Shifts(ctx, 1, other.Start, other.End, d.now)
		d.ok(err)
		if is[0].Person != other.Person {
			t.Errorf("%s is with %d", other.Slot, is[0].Person)
		}
		for _, id := range []schedule.ID{away.Person, other.Person} {
			b := d.person(emails[id])
			status, body = b.get("/")
			b.expect(status, body, http.StatusOK, "What was agreed on ended when plan 2 was published by Root")
			status, body = b.get("/requests")
			b.expect(status, body, http.StatusOK, "undone", "Plan 2 ended it: ", " was planned anew", "went back. He has agreed by phone")
		}
		b := d.person(emails[other.Person])
		status, body = b.get(fmt.Sprintf("/shifts/%d", other.ID))
		b.expect(status, body, http.StatusOK, "ended that by publishing plan 2")
		status, body = b.get("/audit")
		b.expect(status, body, http.StatusOK, "He has agreed by phone", "no rest at all")
	})
}
