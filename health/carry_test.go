package health_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"watchbill/health"
	"watchbill/schedule"
)

// woken is somebody with so many wake-ups, each in a night of its own.
func woken(id schedule.ID, entitlement float64, n int) health.Carrier {
	p := health.Carrier{Person: id, Entitlement: entitlement}
	p.Tally.Episodes[schedule.Sleep] = n
	for i := range n {
		p.Tally.Nights = append(p.Tally.Nights, schedule.Date{Year: 2026, Month: 3, Day: 1}.AddDays(i))
	}
	return p
}

func TestCarryIsARedistributionWithinItsCap(t *testing.T) {
	c := health.DefaultConfig()
	random := rand.New(rand.NewPCG(4, 2))
	for range 3000 {
		people := make([]health.Carrier, 1+random.IntN(9))
		for i := range people {
			people[i] = woken(schedule.ID(i+1), float64(random.IntN(4))*22.75, random.IntN(40))
			people[i].Tally.Engaged[schedule.Sleep] = random.Int64N(20000)
		}
		policy := health.CarryPolicy{Gain: random.Float64() * 10, Cap: random.Float64(), MeanShare: random.Float64() * 500}
		got := c.Carry(people, policy)
		sum := int64(0)
		for i, x := range got {
			sum += x.Points
			if most := policy.Cap * policy.MeanShare * 1000; float64(max(x.Points, -x.Points)) > most {
				t.Fatalf("%+v moves %+v", policy, x)
			}
			if people[i].Entitlement == 0 && (x.Points != 0 || x.Reason != "") {
				t.Fatalf("a newcomer begins with %+v", x)
			}
		}
		if sum != 0 {
			t.Fatalf("%+v: the points add up to %d: %+v", policy, sum, got)
		}
		random.Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
		if again := c.Carry(people, policy); !slices.Equal(got, again) {
			t.Fatalf("another order gives\n%+v and not\n%+v", again, got)
		}
	}
}

func TestCarryInWords(t *testing.T) {
	c := health.DefaultConfig()
	people := []health.Carrier{woken(1, 91, 4), woken(2, 91, 0), woken(3, 91, 1), woken(4, 0, 0)}
	got := c.Carry(people, health.CarryPolicy{Gain: 1, Cap: 0.25, MeanShare: 400})
	weight := c.Page[schedule.Sleep]
	fair := weight * 5 / 3
	if near := got[0].Above - (4*weight - fair); near > 1e-9 || near < -1e-9 {
		t.Errorf("%v above, of %v fair", got[0].Above, fair)
	}
	for i, want := range []string{"four nights broken, ", "", "one night broken, ", ""} {
		if len(got[i].Reason) < len(want) || got[i].Reason[:len(want)] != want {
			t.Errorf("the reason of %d is %q", i+1, got[i].Reason)
		}
	}
	for _, off := range []health.CarryPolicy{{Gain: 0, Cap: 1, MeanShare: 400}, {Gain: 1, MeanShare: 400}, {}} {
		for _, x := range c.Carry(people, off) {
			if x.Points != 0 {
				t.Errorf("%+v carries %+v", off, x)
			}
		}
	}
}
