package health_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"watchbill/health"
)

// TestDoubts checks each flag of specs/health.md 6.6 on either side of its border, with
// what it does to confidence.
func TestDoubts(t *testing.T) {
	before := health.Evidence{Weeks: 8, Interruptions: 40, Notifications: 80, Volume: 20, Paged: 40}
	with := func(change func(e *health.Evidence)) health.Evidence {
		e := health.Evidence{Weeks: 8, Interruptions: 40, Notifications: 80, Volume: 20, Paged: 40, Tagged: 40, Episodes: 40, Incidents: 40, Acks: 40,
			Work: 40, Covered: 1000, Intended: 1000, Members: 6, Before: &before, Pulse: drawn(0.6)}
		change(&e)
		return e
	}
	none := func(*health.Evidence) {}
	both := []string{"personal_time 0.5", "load 0.5"}
	tests := []struct {
		code    string
		yes, no func(e *health.Evidence)
		factors []string
	}{
		{"ALERT_DROP", func(e *health.Evidence) { e.Interruptions = 19 }, func(e *health.Evidence) { e.Interruptions = 20 }, nil},
		{"ALERT_DROP", func(e *health.Evidence) { e.Interruptions, e.Reports, e.Before = 10, some(4), reported(before, 4) },
			func(e *health.Evidence) { e.Interruptions, e.Reports, e.Before = 10, some(3), reported(before, 4) }, both},
		{"ALERT_DROP", func(e *health.Evidence) { e.Interruptions, e.Silenced, e.Before = 10, some(20), silenced(before, 10) },
			func(e *health.Evidence) { e.Interruptions, e.Silenced, e.Before = 21, some(20), silenced(before, 10) }, both},
		{"SEVERITY_SHIFT", func(e *health.Evidence) { e.Notifications, e.Volume = 59, 41 }, func(e *health.Evidence) { e.Notifications, e.Volume = 60, 40 }, []string{"load 0.5"}},
		{"SEVERITY_SHIFT", func(e *health.Evidence) { e.Notifications, e.Volume = 40, 60 }, func(e *health.Evidence) { e.Notifications, e.Volume = 40, 90 }, []string{"load 0.5"}},
		{"MERGE", func(e *health.Evidence) { e.Paged = 19 }, func(e *health.Evidence) { e.Paged = 20 }, []string{"load 0.8"}},
		{"ACK_BOT", func(e *health.Evidence) { e.FastAcks = 21 }, func(e *health.Evidence) { e.FastAcks = 20 }, []string{"load 0.8"}},
		{"ACK_BOT", func(e *health.Evidence) { e.OneActor = true }, none, []string{"load 0.8"}},
		{"NO_ACK", func(e *health.Evidence) { e.Unacked = 9 }, func(e *health.Evidence) { e.Unacked = 8 }, []string{"load 0.8"}},
		{"OPEN_STALE", func(e *health.Evidence) { e.Stale = 1 }, none, []string{"personal_time 0.8", "load 0.8"}},
		{"OPEN_STALE", func(e *health.Evidence) { e.Capped = 5 }, func(e *health.Evidence) { e.Capped = 4 }, []string{"personal_time 0.8", "load 0.8"}},
		{"BULK_RESOLVE", func(e *health.Evidence) { e.Bulk = 5 }, none, []string{"load 0.8"}},
		{"OFF_SCHEDULE", func(e *health.Evidence) { e.OffDuty = 7 }, func(e *health.Evidence) { e.OffDuty = 6 }, []string{"rest_frequency 0.5", "fairness 0.5"}},
		{"COVERAGE_GAP", func(e *health.Evidence) { e.Covered = 989 }, func(e *health.Evidence) { e.Covered = 990 }, []string{"load 0.5", "personal_time 0.5"}},
		{"TZ_MISSING", func(e *health.Evidence) { e.NoZone = 1 }, none, []string{"personal_time 0.5"}},
		{"HOURS_DEFAULT", func(e *health.Evidence) { e.DefaultHours = 4 }, func(e *health.Evidence) { e.DefaultHours = 3 }, []string{"personal_time 0.9"}},
		{"TAG_COVERAGE", func(e *health.Evidence) { e.Tagged = 27 }, func(e *health.Evidence) { e.Tagged = 28 }, []string{"follow_through 0.8"}},
		{"SURVEY_LOW", func(e *health.Evidence) { e.Pulse = drawn(0.49) }, func(e *health.Evidence) { e.Pulse = drawn(0.5) }, []string{"experience 0.8"}},
		{"SURVEY_LOW", func(e *health.Evidence) { e.Pulse = drawn(0.49) }, func(e *health.Evidence) { e.Pulse = drawn(0.2); e.Pulse.Published = false }, []string{"experience 0.8"}},
		{"STRAIGHTLINE", func(e *health.Evidence) { e.Straight = true }, func(e *health.Evidence) { e.Straight, e.Pulse = true, nil }, []string{"experience 0.5"}},
		{"INGEST_GAP", func(e *health.Evidence) { e.SilentHours = 25 }, func(e *health.Evidence) { e.SilentHours = 24 }, []string{"all 0.5"}},
		{"NO_PAGER", func(e *health.Evidence) { e.Unheard = true }, func(e *health.Evidence) { e.Unheard = false }, nil},
	}
	clean := with(none)
	if d := clean.Doubts(); len(d) > 0 {
		t.Errorf("without a reason: %+v", d)
	}
	for i, test := range tests {
		yes, no := with(test.yes), with(test.no)
		at := slices.IndexFunc(yes.Doubts(), func(d health.Doubt) bool { return d.Code == test.code })
		if at < 0 {
			t.Errorf("%d, %s: is not there", i, test.code)
			continue
		}
		d := yes.Doubts()[at]
		var factors []string
		for _, f := range d.Factors {
			factors = append(factors, fmt.Sprintf("%s %g", f.Component, f.Factor))
		}
		if !slices.Equal(factors, test.factors) || !strings.HasSuffix(d.Question, "?") || d.Evidence == "" {
			t.Errorf("%d, %s: got %v, %q, %q, want %v", i, test.code, factors, d.Evidence, d.Question, test.factors)
		}
		if slices.ContainsFunc(no.Doubts(), func(d health.Doubt) bool { return d.Code == test.code }) {
			t.Errorf("%d, %s: is there on the other side of its border", i, test.code)
		}
	}
}

func drawn(rate float64) *health.PulseFigures {
	return &health.PulseFigures{Published: true, N: some(6), Rate: some(rate), Index: some(60), SD: some(10)}
}

func reported(e health.Evidence, n float64) *health.Evidence { e.Reports = &n; return &e }

func silenced(e health.Evidence, n float64) *health.Evidence { e.Silenced = &n; return &e }

// TestDiverges checks the flag that lowers nothing and is the first thing to talk about.
func TestDiverges(t *testing.T) {
	c := health.DefaultConfig()
	in := health.ScoreInput{OnCallWeeks: some(8), PagedIncidents: some(0), OverloadedShare: some(0), AlertShare: some(0), StandbyCV: some(0.1), StandbyTop: some(1), Pulse: drawn(0.8)}
	for _, test := range []struct {
		index float64
		want  string
	}{{71, ""}, {70, "What costs people that no page shows?"}, {10, "What costs people that no page shows?"}} {
		in.Pulse.Index = some(test.index)
		s := c.Score(&in)
		if d, is := s.Diverges(&c); d.Question != test.want || is != (test.want != "") || len(d.Factors) > 0 {
			t.Errorf("%v: got %v, %+v", test.index, is, d)
		}
	}
	in.Pulse = nil
	s := c.Score(&in)
	if _, is := s.Diverges(&c); is {
		t.Errorf("without a pulse there is nothing to compare")
	}
}

// TestRoundTheClock checks who acknowledges at every hour of every day.
func TestRoundTheClock(t *testing.T) {
	fill := func(days int, hours ...int) (acks [7][24]int) {
		for d := range days {
			for _, h := range hours {
				acks[d][h]++
			}
		}
		return acks
	}
	for _, test := range []struct {
		name string
		acks [7][24]int
		want bool
	}{
		{"never", fill(7), false},
		{"four times a day", fill(7, 1, 7, 13, 19), true},
		{"sleeps for seven hours", fill(7, 0, 3, 6, 9, 12, 15, 17), false},
		{"not on Sundays", fill(6, 1, 7, 13, 19), false},
	} {
		if got := health.RoundTheClock(test.acks); got != test.want {
			t.Errorf("%s: got %v", test.name, got)
		}
	}
}

// TestStraightlined checks that only answers that contradict themselves are doubted.
func TestStraightlined(t *testing.T) {
	items := health.PulseItems()
	for _, test := range []struct {
		name string
		rows []string
		want bool
	}{
		{"three of five", []string{"44444444", "55555555", "11111111", "44442444", "33343233"}, true},
		{"half", []string{"44444444", "55555555", "11111111", "44442444", "33343233", "44442444"}, false},
		{"the middle is no contradiction", []string{"33333333", "33333333", "33333333", "33333333", "33333333"}, false},
		{"what was left out is nothing", []string{"44440400", "55555000", "11111111", "44442444", "33343233"}, true},
		{"too few to tell", []string{"44444444", "55555555", "11111111", "44444444"}, false},
	} {
		if got := health.Straightlined(items, wave(test.rows...), privacy()); got != test.want {
			t.Errorf("%s: got %v", test.name, got)
		}
	}
	if health.Straightlined(items[:4], wave("4444", "4444", "4444", "4444", "4444"), privacy()) {
		t.Errorf("without a reversed question agreeing everywhere is an opinion")
	}
}
