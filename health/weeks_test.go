package health_test

import (
	"testing"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

func TestWeeks(t *testing.T) {
	berlin := load(t, "Europe/Berlin")
	for _, test := range []struct {
		from, to string
		want     []string
	}{
		{"2025-03-17T00:00:00Z", "2025-03-24T00:00:00Z", nil}, // an hour too late for Berlin's Monday
		{"2025-03-16T23:00:00Z", "2025-03-23T23:00:00Z", []string{"2025-03-17"}},
		{"2025-03-16T23:00:00Z", "2025-03-30T22:00:00Z", []string{"2025-03-17", "2025-03-24"}}, // the second has 167 hours
		{"2025-03-19T00:00:00Z", "2025-04-01T00:00:00Z", []string{"2025-03-24"}},
		{"2025-03-23T12:00:00Z", "2025-03-24T12:00:00Z", nil},
	} {
		var got []string
		for _, w := range health.Weeks(instant(t, test.from), instant(t, test.to), berlin) {
			got = append(got, w.Monday.String())
			if w.Monday.Weekday() != time.Monday {
				t.Errorf("%v is no Monday", w.Monday)
			}
		}
		if len(got) != len(test.want) || len(got) > 0 && got[0] != test.want[0] {
			t.Errorf("%s to %s: %v, want %v", test.from, test.to, got, test.want)
		}
	}
}

func TestQuietWeeks(t *testing.T) {
	c := health.DefaultConfig()
	p := person(t, &c, health.Person{ID: 1, Stays: []health.Stay{{Zone: time.UTC}}})
	shifts := held(t, "2025-03-17T00:00:00Z", "2025-04-07T00:00:00Z")
	// By day in the first week, at night in the second, nothing in the third, and in
	// the fourth nobody was on call.
	pages := rang(t, "2025-03-18T10:00:00Z", "2025-03-25T02:00:00Z")
	to := monday.AddDate(0, 0, 28)
	r := health.NewRecord(1, pages, shifts, nil, &c, to)
	quiet, covered := c.QuietWeeks([]health.Person{p}, []*health.Record{r}, health.Weeks(monday, to, time.UTC))
	if quiet != 2 || covered != 3 {
		t.Errorf("%d of %d weeks are quiet, want 2 of 3", quiet, covered)
	}
}

// What is told of one delivery twice, and differently, is the same in every order.
func TestContradictionsHaveOneReading(t *testing.T) {
	at := monday.Add(2 * time.Hour)
	a := health.Notification{ID: 1, Person: 1, Incident: 1, At: at, Undelivered: true}
	b := health.Notification{ID: 1, Person: 1, Incident: 1, At: at}
	c := health.Notification{ID: 1, Person: 1, Incident: 1, At: at.Add(time.Minute)}
	for _, order := range [][]health.Notification{{a, b, c}, {b, a, c}, {c, b, a}, {c, a, b}} {
		if got := health.Distinct(order); len(got) != 1 || got[0] != b {
			t.Errorf("%v is read as %v, want %v", order, got, b)
		}
	}
	if n := len(health.Distinct([]health.Notification{{At: at, Person: 1}, {At: at, Person: schedule.ID(2)}})); n != 2 {
		t.Errorf("two without an id are %d", n)
	}
}
