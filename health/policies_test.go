package health_test

import (
	"testing"

	"watchbill/health"
	"watchbill/schedule"
)

// Of rules for one day those hold that were added last, until the day of the next, in
// whatever order they were added.
func TestPoliciesInTurn(t *testing.T) {
	day := func(n int) schedule.Date { return schedule.Date{Year: 2026, Month: 11, Day: 2}.AddDays(n) }
	var owed []health.OwedPolicy
	var pay []health.PayPolicy
	// The third was added before the second, for a later day, and the first twice.
	for _, p := range []struct {
		id   schedule.ID
		from int
	}{{1, 0}, {4, 0}, {5, 7}, {3, 28}} {
		owed = append(owed, health.OwedPolicy{ID: p.id, From: day(p.from)})
		pay = append(pay, health.PayPolicy{ID: p.id, From: day(p.from)})
	}
	turns := health.PayInTurn(pay)
	if len(turns) != 3 || len(health.OwedInTurn(owed)) != 3 {
		t.Fatalf("%d and %d hold one after the other", len(turns), len(health.OwedInTurn(owed)))
	}
	for n, want := range map[int]schedule.ID{-7: 0, 0: 4, 6: 4, 7: 5, 21: 5, 28: 3, 700: 3} {
		var o, p schedule.ID
		if found := health.OwedOn(owed, day(n)); found != nil {
			o = found.ID
		}
		if found := health.PayOn(turns, day(n)); found != nil {
			p = found.ID
		}
		if o != want || p != want {
			t.Errorf("on %v rules %d and %d hold, want %d", day(n), o, p, want)
		}
	}
	if health.OwedOn(nil, day(0)) != nil || health.PayOn(nil, day(0)) != nil {
		t.Error("without rules some hold")
	}
}
