package main

import (
	"testing"
	"time"

	"watchbill/migrations/migrationstest"
	"watchbill/schedule"

	"github.com/google/go-cmp/cmp"
)

// As far as rules reach is far enough: looking a year around changes nothing.
func TestReach(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	d.ok(d.demonstrate(t.Context(), &console{err: &d.out, now: func() time.Time { return d.now }}))
	shifts, err := d.schedule.Shifts(t.Context(), 1, d.now, d.now.AddDate(0, 0, 80), time.Time{})
	d.ok(err)
	members, err := d.schedule.Store.Members(t.Context(), 1)
	d.ok(err)
	reach := d.schedule.Reach
	broken := 0
	for i := range shifts {
		for _, m := range members {
			moves := []schedule.Move{{Stretch: allOf(&shifts[i]), To: m.Person}}
			d.schedule.Reach = reach
			got, err := d.schedule.Effects(t.Context(), 1, moves)
			d.ok(err)
			d.schedule.Reach = nil
			want, err := d.schedule.Effects(t.Context(), 1, moves)
			d.ok(err)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s for %d:\n%s", shifts[i].Key, m.Person, diff)
			}
			for _, e := range got[0] {
				if e.Broken() {
					broken++
				}
			}
		}
	}
	if broken == 0 {
		t.Error("no rule was against anything: the test tries too little")
	}
}
