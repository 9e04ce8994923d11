package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

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
