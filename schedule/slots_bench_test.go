package schedule_test

import (
	"testing"
	"time"

	"watchbill/schedule"
)

// A team of three duties that has been at work for six years: the first days of
// the window are far from the first days of the rules.
func benchmarkTeam(b *testing.B) []schedule.Rotation {
	since := schedule.Date{Year: 2020, Month: time.January, Day: 1}
	sun := schedule.Rotation{
		ID: "sun", Zone: time.UTC, HandOver: schedule.EveryDays(1, schedule.Midnight), Weight: schedule.One, First: since,
	}
	for _, name := range []string{"Australia/Sydney", "Europe/Berlin", "America/New_York"} {
		sun.Cover = append(sun.Cover, schedule.Window{
			Hours: schedule.Hours{From: schedule.ClockAt(9, 0), Until: schedule.ClockAt(17, 0)}, Name: name, Zone: zone(b, name),
		})
	}
	berlin := zone(b, "Europe/Berlin")
	return []schedule.Rotation{
		sun,
		{ID: "primary", Zone: berlin, HandOver: schedule.HandOver{Every: 12 * time.Hour}, Weight: schedule.One, First: since},
		{ID: "secondary", Zone: berlin, HandOver: schedule.Weekly(time.Monday, schedule.ClockAt(9, 0)), Weight: schedule.One, First: since},
	}
}

func BenchmarkSlots30Days(b *testing.B)   { benchmarkSlots(b, 30) }
func BenchmarkSlots12Months(b *testing.B) { benchmarkSlots(b, 365) }

func benchmarkSlots(b *testing.B, days int) {
	team := benchmarkTeam(b)
	from := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		for i := range team {
			if _, err := team[i].Slots(from, from.AddDate(0, 0, days)); err != nil {
				b.Fatal(err)
			}
		}
	}
}
