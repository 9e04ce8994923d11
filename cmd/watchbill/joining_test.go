package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// When rules move the hand-over, the plan that follows them begins where the one before
// ends: somebody has the hours between, and nobody has them twice.
func TestHandoverMovesWithoutAGap(t *testing.T) {
	monday := schedule.Date{Year: 2027, Month: 3, Day: 1}
	for _, c := range []struct{ to, first, second string }{
		{"Mon 12:00", "Mon 1 Mar 09:00 to Mon 8 Mar 12:00", "Mon 8 Mar 12:00 to Mon 15 Mar 12:00"},
		{"Mon 07:00", "Mon 1 Mar 09:00 to Mon 8 Mar 07:00", "Mon 8 Mar 07:00 to Mon 15 Mar 07:00"},
		{"Wed 10:00", "Mon 1 Mar 09:00 to Wed 3 Mar 10:00", "Wed 3 Mar 10:00 to Wed 10 Mar 10:00"},
		{"daily 09:30", "Mon 1 Mar 09:00 to Tue 2 Mar 09:30", "Tue 2 Mar 09:30 to Wed 3 Mar 09:30"},
		{"Mon 09:00", "Mon 1 Mar 09:00 to Mon 8 Mar 09:00", "Mon 8 Mar 09:00 to Mon 15 Mar 09:00"},
	} {
		t.Run(c.to, func(t *testing.T) {
			d := deploy(t, migrationstest.SQLite(t))
			ctx := t.Context()
			d.setUp()
			d.ok(publishDays(ctx, d.schedule, monday.AddDays(-28), monday, nil))
			rules, err := d.schedule.RulesOn(ctx, 1, monday)
			d.ok(err)
			d.ok(d.schedule.ChangeRules(ctx, 1, schedule.RulesChange{Team: 1, From: monday, Source: strings.Replace(rules.Source, "Mon 09:00", c.to, 1)}))
			zone, err := time.LoadLocation("Europe/Berlin")
			d.ok(err)
			for range 2 { // and so when it is planned again
				draft, p := d.planned(schedule.DraftOrder{Team: 1, From: monday, Until: monday.AddDays(28)})
				for i, want := range []string{c.first, c.second} {
					x := p.Shifts[i]
					if got := fmt.Sprint(x.Start.In(zone).Format("Mon 2 Jan 15:04"), " to ", x.End.In(zone).Format("Mon 2 Jan 15:04")); got != want {
						t.Errorf("shift %d is from %s, want %s", i, got, want)
					}
				}
				if hours := int64(p.Shifts[0].End.Sub(p.Shifts[0].Start).Hours()); p.Shifts[0].Points < hours/2 {
					t.Errorf("%d points for %d hours", p.Shifts[0].Points, hours)
				}
				_, err = d.schedule.Publish(ctx, 1, draft.ID, "")
				d.ok(err)
			}
			shifts, err := d.schedule.Shifts(ctx, 1, monday.AddDays(-14).At(schedule.Midnight, zone), monday.AddDays(28).At(schedule.Midnight, zone), time.Time{})
			d.ok(err)
			for i := 1; i < len(shifts); i++ {
				if !shifts[i].Start.Equal(shifts[i-1].End) {
					t.Errorf("a shift ends at %v and the next begins at %v", shifts[i-1].End, shifts[i].Start)
				}
			}
		})
	}
}
