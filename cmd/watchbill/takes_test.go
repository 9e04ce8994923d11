package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"watchbill/schedule"
)

// Who takes a rotation from a day on, or gives it back, is planned by what holds on the
// day of each shift, owes of it only the part in which they take it, and can cover only
// what they take then.
func TestRotationsFromADayOn(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		ctx := t.Context()
		d.setUp()
		monday := schedule.Date{Year: 2026, Month: 12, Day: 7}
		d.ok(d.schedule.ChangeRules(ctx, 1, schedule.RulesChange{Team: 1, From: monday, Source: "team: Crew\nzone: Europe/Berlin\nlimits: {rest: 0h}\nrotations:\n" +
			"  - {name: primary, handover: Mon 09:00, pool: first}\n  - {name: secondary, handover: Mon 09:00, pool: second}\n"}))
		text := func(s string) *string { return &s }
		day := monday.AddDays(42) // half of the plan
		members, err := d.schedule.Store.Members(ctx, 1)
		d.ok(err)
		for _, m := range members {
			if m.Person != 2 && m.OnCall { // the others take the secondary throughout
				continue
			}
			m.Takes = "secondary"
			d.ok(d.schedule.Store.SaveMember(ctx, &m))
		}
		d.ok(d.schedule.ScheduleTerms(ctx, 1, schedule.MemberTerms{Team: 1, Person: 2, From: day, Takes: text("primary")}))
		d.ok(d.schedule.ScheduleTerms(ctx, 1, schedule.MemberTerms{Team: 1, Person: 3, From: day, Takes: text("secondary")}))
		err = d.schedule.ScheduleTerms(ctx, 1, schedule.MemberTerms{Team: 1, Person: 3, From: day, Takes: text("tertiary")})
		var invalid *schedule.InvalidError
		if !errors.As(err, &invalid) || invalid.Field != "takes" {
			t.Errorf("a rotation that is not there: %v", err)
		}
		draft, p := d.planned(schedule.DraftOrder{Team: 1, From: monday, Until: monday.AddDays(84)})
		held := map[string]int{}
		var early schedule.Published
		for _, s := range p.Shifts {
			after := !schedule.DateOf(s.Start).Before(day)
			held[fmt.Sprint(s.Person, s.Rotation, after)]++
			if s.Person == 0 {
				t.Errorf("%s is unfilled", s.Slot)
			}
			if s.Rotation == "primary" && !after && s.Start.After(d.now.AddDate(0, 0, 14)) && early.Slot == "" {
				early = s
			}
		}
		if held["2primaryfalse"]+held["2secondarytrue"]+held["3primarytrue"] > 0 || held["2primarytrue"] == 0 {
			t.Errorf("who holds what before and after: %v", held)
		}
		_, err = d.schedule.Publish(ctx, 1, draft.ID, "")
		d.ok(err)
		asked, err := d.schedule.Ask(ctx, early.Person, schedule.Request{Team: 1, Stretch: schedule.Stretch{Slot: early.Slot, Start: early.Start, End: early.End}, Person: early.Person, To: 2})
		d.ok(err)
		_, err = d.schedule.Accept(ctx, 2, asked.ID)
		var broken *schedule.RuleError
		if !errors.As(err, &broken) || !strings.Contains(err.Error(), "takes no part in primary") {
			t.Errorf("%s goes to who does not take it yet: %v", early.Slot, err)
		}
	})
}
