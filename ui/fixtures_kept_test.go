package ui_test

import (
	"context"
	"time"

	"watchbill/health"
	"watchbill/schedule"
	"watchbill/ui"
)

// removals is a store of nothing but what was removed.
type removals struct {
	health.Store
	all []health.Removal
}

func (r *removals) Removals(context.Context, schedule.Date) ([]health.Removal, error) {
	return r.all, nil
}

func (r *removals) RemovalSums(context.Context) (map[string]health.Removal, error) {
	sums := map[string]health.Removal{}
	for _, x := range r.all {
		x.N += sums[x.Kind].N
		sums[x.Kind] = x
	}
	return sums, nil
}

// keptOf is how the page shows what was removed.
func keptOf(keep health.Keeping, f ui.Frame, all ...health.Removal) ui.KeptPage {
	f.Zone = "UTC"
	s := &health.Service{Store: &removals{all: all}, Keep: keep, Now: func() time.Time { return now }}
	k, err := s.Kept(context.Background())
	if err != nil {
		panic(err)
	}
	page := ui.KeptPage{Frame: f, Days: 90}
	page.Fill(&k)
	return page
}

func keptFixtures() []fixture {
	older := health.UsualKeeping.PagesBefore(now)
	today := schedule.DateOf(now)
	some := []health.Removal{
		{Day: today, Kind: health.RemovedEvents, N: 120, Older: older}, {Day: today, Kind: health.RemovedPages, N: 34, Older: older}, {Day: today, Kind: health.RemovedSayings, N: 1, Older: older},
		{Day: today.AddDays(-1), Kind: health.RemovedWaves, N: 2, Older: older.AddDate(-1, 0, 0)}, {Day: today.AddDays(-7), Kind: health.RemovedDays, N: 56, Older: older},
	}
	var much []health.Removal
	for i := range 90 {
		for _, kind := range []string{health.RemovedEvents, health.RemovedPages, health.RemovedSayings, health.RemovedDays, health.RemovedReviews, health.RemovedAsked, health.RemovedRounds} {
			much = append(much, health.Removal{Day: today.AddDays(-i), Kind: kind, N: 1_234_567, Older: older})
		}
	}
	return []fixture{
		{"kept", "full", keptOf(health.UsualKeeping, frame("What is kept", "admin"), some...)}, {"kept", "empty", keptOf(health.Keeping{}, frame("What is kept", "admin"))},
		{"kept", "long", keptOf(health.UsualKeeping, long("What is kept", "admin"), much...)},
	}
}
