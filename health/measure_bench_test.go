package health_test

import (
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// BenchmarkPersonWeek measures a week of somebody on call with forty pages and ten
// incidents, as it is done again when a page comes late.
func BenchmarkPersonWeek(b *testing.B) {
	c := health.DefaultConfig()
	p := person(b, &c, health.Person{ID: 1, Stays: []health.Stay{{Zone: load(b, "Europe/Berlin")}}})
	pages, incidents := noise(rand.New(rand.NewPCG(1, 1)), 1, monday, 40)
	to := monday.AddDate(0, 0, 7)
	shifts := []health.Shift{{Person: 1, Start: monday, End: to, Level: 1}}
	edges := []time.Time{monday}
	for d := range 7 {
		edges = append(edges, monday.AddDate(0, 0, d+1))
	}
	b.ReportAllocs()
	for b.Loop() {
		r := health.NewRecord(1, pages, shifts, incidents, &c, to)
		days := c.Days(&p, r, edges)
		if health.Sum(days).Notifications != 40 {
			b.Fatal("pages are lost")
		}
	}
}

// noise makes pages spread over a week, four to an incident.
func noise(random *rand.Rand, who schedule.ID, from time.Time, n int) ([]health.Notification, []health.Incident) {
	var pages []health.Notification
	var incidents []health.Incident
	at := from
	for i := range n {
		at = at.Add(time.Duration(random.Int64N(int64(7*24*time.Hour) / int64(n))))
		id := schedule.ID(i/4 + 1)
		pages = append(pages, health.Notification{ID: schedule.ID(i + 1), Person: who, Incident: id, At: at})
		if i%4 == 0 {
			incidents = append(incidents, health.Incident{ID: id, TriggeredAt: at, AckedAt: at.Add(time.Minute), ResolvedAt: at.Add(40 * time.Minute),
				Engagements: []health.Engagement{{Person: who, Start: at.Add(time.Minute)}}})
		}
	}
	return pages, incidents
}

// BenchmarkStream measures ten million pages, a person's week after the other as a
// database would hand them over, and says how much memory is held at the end: that of
// a week, however many there were.
func BenchmarkStream(b *testing.B) {
	if testing.Short() {
		b.Skip("ten million pages take a minute")
	}
	c := health.DefaultConfig()
	p := person(b, &c, health.Person{ID: 1, Stays: []health.Stay{{Zone: load(b, "Europe/Berlin")}}})
	random := rand.New(rand.NewPCG(1, 1))
	for b.Loop() {
		var total health.Tally
		const weeks, each = 25_000, 400
		var open health.Open
		for w := range weeks {
			from := monday.Add(time.Duration(w%520) * 7 * 24 * time.Hour)
			to := from.Add(7 * 24 * time.Hour)
			pages, incidents := noise(random, 1, from, each)
			r := health.NewRecord(1, pages, []health.Shift{{Person: 1, Start: from, End: to, Level: 1}}, incidents, &c, to)
			d := c.MeasureDay(&p, r, from, to, open)
			open = d.Open
			d.Nights = nil // counted by the week
			total.Add(&d.Tally)
		}
		var mem runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&mem)
		b.ReportMetric(float64(mem.HeapAlloc)/1e6, "MB-held")
		b.ReportMetric(float64(b.Elapsed().Seconds())*1e9/float64(total.Notifications), "ns/page")
		if total.Notifications != weeks*each {
			b.Fatalf("%d pages are counted", total.Notifications)
		}
	}
}
