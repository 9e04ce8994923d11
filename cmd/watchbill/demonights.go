package main

import (
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// demoBackup is what wakes the team of the demonstration again and again in its last
// weeks: what the pulse falls by, what is asked about, and what an action item is about.
const demoBackup = "Order backup"

// demoNights are how many nights of each of the last weeks the backup wakes somebody, the
// oldest first, and of this one. Nothing of it is real.
var demoNights = []int{1, 2, 2, 2, 3, 3, 3, 2, 3, 3, 3, 3, 3, 3, 2, 3}

// demoNightsAt returns these alerts, up to one of yesterday: of what has been silent for
// long is doubted whether it is still connected.
func demoNightsAt(day time.Time, zone string) ([]demoAlert, error) {
	loc, err := schedule.Zone(zone)
	if err != nil {
		return nil, err
	}
	monday := health.MondayOf(schedule.DateOf(day.In(loc))).AddDays(-7 * (len(demoNights) - 1))
	yesterday := day.Add(-20 * time.Hour).Truncate(time.Minute)
	alerts := []demoAlert{{demoBackup, yesterday, yesterday.Add(8 * time.Minute)}}
	for n, nights := range demoNights {
		for k, weekday := range []int{1, 3, 6}[:nights] { // from Monday
			down := monday.AddDays(7*n+weekday).At(schedule.ClockAt(2+(n+k)%3, 10+7*k), loc).UTC()
			alerts = append(alerts, demoAlert{demoBackup, down, down.Add(time.Duration(12+5*((n+k)%4)) * time.Minute)})
		}
	}
	return alerts, nil
}
