package scheduledb_test

import (
	"fmt"
	"testing"

	"watchbill/schedule"
)

// Whoever pauses from a day on, or takes no part at all any more, has their published
// shifts until somebody mends it: that is told, unless a manager wanted it so.
func TestWhoPausesIsToMend(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		day := schedule.DateOf(start)
		w.publish(day, 9, nil) // Ana, Ben and Cleo in turn
		w.now = start
		told := func() string {
			t.Helper()
			issues, err := w.Issues(ctx, w.team)
			w.ok(err)
			text := ""
			for _, i := range issues {
				text += fmt.Sprintf("%s %t %s %s; ", i.Kind, i.Pauses, i.Start.Format("2 Jan"), i.End.Format("2 Jan"))
			}
			return text
		}
		expect := func(when, want string) {
			t.Helper()
			if got := told(); got != want {
				t.Errorf("%s: %q, want %q", when, got, want)
			}
		}
		expect("at first", "")
		// From the fourth week, which is Ana's, to the middle of the seventh, which is too.
		w.ok(w.ScheduleMember(ctx, w.boss, schedule.MemberChange{Team: w.team, Person: w.ana, From: day.AddDays(21), Share: schedule.FullTime}))
		w.ok(w.ScheduleMember(ctx, w.boss, schedule.MemberChange{Team: w.team, Person: w.ana, From: day.AddDays(45), Share: schedule.FullTime, OnCall: true}))
		expect("Ana pauses", "unknown true 28 Dec 4 Jan; unknown true 18 Jan 21 Jan; ")
		// Ben hands over on the morning on which his pause begins.
		w.ok(w.ScheduleMember(ctx, w.boss, schedule.MemberChange{Team: w.team, Person: w.ben, From: day.AddDays(35), Share: schedule.FullTime}))
		expect("Ben too", "unknown true 28 Dec 4 Jan; unknown true 18 Jan 21 Jan; unknown true 25 Jan 1 Feb; ")
		_, err := w.Put(ctx, w.boss, w.team, w.slot(4), w.ana, "she wants to")
		w.ok(err)
		_, err = w.Put(ctx, w.boss, w.team, w.slot(6), w.cleo, "instead")
		w.ok(err)
		expect("a manager has decided", "unknown true 28 Dec 4 Jan; unknown true 25 Jan 1 Feb; ")
		// Who leaves is told once, and not as somebody who pauses.
		w.ok(w.PutMember(ctx, w.boss, schedule.Membership{Team: w.team, Person: w.ben, Share: schedule.FullTime, Until: day.AddDays(28)}))
		expect("Ben leaves before", "unknown true 28 Dec 4 Jan; unknown false 25 Jan 1 Feb; ")
	})
}
