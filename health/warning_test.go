package health_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"watchbill/health"
	"watchbill/schedule"
)

var firstWeek = schedule.DateOf(monday)

// weekCounts makes weeks of one on-call week each.
func weekCounts(counts ...int) []health.WeekCount {
	var out []health.WeekCount
	for i, n := range counts {
		out = append(out, health.WeekCount{Week: firstWeek.AddDays(7 * i), Count: n, Exposure: 1})
	}
	return out
}

func repeat(n, times int) []int {
	out := make([]int, times)
	for i := range out {
		out[i] = n
	}
	return out
}

var wakePrior = health.DefaultConfig().Priors["wake"]

// TestWatch checks what is usual, what is a spike and what a shift.
func TestWatch(t *testing.T) {
	rules := health.DefaultWarningRules()
	quiet := append(repeat(2, 15), repeat(1, 15)...)
	tests := []struct {
		name   string
		weeks  []health.WeekCount
		known  bool
		shifts int
		spike  bool // the last week
	}{
		{"nothing yet", weekCounts(1), false, 0, false},
		{"seven weeks are too few", weekCounts(repeat(2, 11)...), false, 0, false},
		{"eight weeks, four weeks ago", weekCounts(repeat(2, 12)...), true, 0, false},
		{"as ever", weekCounts(repeat(2, 60)...), true, 0, false},
		{"twice as many from now on", weekCounts(append(quiet, repeat(4, 6)...)...), true, 1, false},
		{"one bad week", weekCounts(append(quiet, 9)...), true, 1, true},
		{"two is never a spike", weekCounts(append(repeat(0, 30), 2)...), true, 0, false},
		{"three is", weekCounts(append(repeat(0, 30), 3)...), true, 0, true},
		{"silence", weekCounts(repeat(0, 60)...), true, 0, false},
	}
	for _, test := range tests {
		got := rules.Watch(test.weeks, wakePrior)
		shifts := 0
		for _, w := range got {
			if w.Shift {
				shifts++
			}
		}
		last := got[len(got)-1]
		if last.Known != test.known || shifts != test.shifts || last.Spike != test.spike || last.Usual < 0.25 {
			t.Errorf("%s: known %v, %d shifts, spike %v, usual %v; want %v, %d, %v", test.name, last.Known, shifts, last.Spike, last.Usual, test.known, test.shifts, test.spike)
		}
	}
}

// TestWatchLooksAtExposure checks that a week that only half was covered may have half as
// many, and that one without anybody on call says nothing.
func TestWatchLooksAtExposure(t *testing.T) {
	rules := health.DefaultWarningRules()
	weeks := weekCounts(repeat(3, 40)...)
	weeks[39].Exposure = 0.5
	got := rules.Watch(weeks, wakePrior)
	if whole, half := got[38].Expected(), got[39].Expected(); math.Abs(whole-2*half) > 1e-9 {
		t.Errorf("expected %v in a week, %v in half a one", whole, half)
	}
	weeks[39].Exposure, weeks[39].Count = 0, 0
	if got = rules.Watch(weeks, wakePrior); got[39].Spike || got[39].Sum != got[38].Sum {
		t.Errorf("a week without anybody on call: %+v", got[39])
	}
}

// TestWatchProperties checks on random weeks that one more episode never takes a sum down
// before the next signal, and that what follows changes nothing of what was said.
func TestWatchProperties(t *testing.T) {
	rules := health.DefaultWarningRules()
	rapid.Check(t, func(t *rapid.T) {
		weeks := weekCounts(rapid.SliceOfN(rapid.IntRange(0, 12), 1, 80).Draw(t, "weeks")...)
		got := rules.Watch(weeks, wakePrior)
		n := rapid.IntRange(1, len(weeks)).Draw(t, "seen")
		for i, w := range rules.Watch(weeks[:n], wakePrior) {
			if w != got[i] {
				t.Fatalf("week %d was %+v, and later %+v", i, w, got[i])
			}
		}
		last := len(weeks) - 1
		weeks[last].Count += rapid.IntRange(1, 5).Draw(t, "more")
		if more := rules.Watch(weeks, wakePrior)[last]; more.Sum < got[last].Sum || got[last].Shift && !more.Shift || got[last].Spike && !more.Spike {
			t.Fatalf("more episodes: %+v became %+v", got[last], more)
		}
		for _, w := range got {
			if w.Sum < 0 || w.Usual < 0.25 || w.Dispersion < 0 || w.Shift != (w.Sum >= rules.Limit) {
				t.Fatalf("%+v", w)
			}
		}
	})
}

// TestScatterIsNoShift checks that weeks which always scatter signal half as often for
// that the scatter is known.
func TestScatterIsNoShift(t *testing.T) {
	rules := health.DefaultWarningRules()
	deaf := rules
	deaf.Dispersed = math.Inf(1)
	var wild []int
	for i := range 80 {
		wild = append(wild, []int{0, 0, 1, 9, 0, 2, 8, 0}[i%8])
	}
	shifts := func(rules health.WarningRules) (n int) {
		for _, w := range rules.Watch(weekCounts(wild...), wakePrior) {
			if w.Shift {
				n++
			}
		}
		return n
	}
	if with, without := shifts(rules), shifts(deaf); 2*with > without {
		t.Errorf("%d shifts, %d were scatter not known", with, without)
	}
}

func TestTrailing(t *testing.T) {
	got := health.Trailing([]int{3, 0, 0, 6, 3}, 3)
	for i, want := range []float64{3, 1.5, 1, 2, 3} {
		if math.Abs(got[i]-want) > 1e-12 {
			t.Errorf("day %d: got %v, want %v", i, got[i], want)
		}
	}
}

// TestDeclined checks how far a pulse has to fall, and that what was not published is
// compared with nothing.
func TestDeclined(t *testing.T) {
	c := health.DefaultConfig()
	wave := func(index, sd float64) health.PulseFigures {
		return health.PulseFigures{Published: true, N: some(8), Rate: some(0.8), Index: some(index), SD: some(sd)}
	}
	hidden := health.PulseFigures{}
	tests := []struct {
		name  string
		waves []health.PulseFigures
		want  bool
	}{
		{"none", nil, false},
		{"one", []health.PulseFigures{wave(40, 5)}, false},
		{"ten points and clear", []health.PulseFigures{wave(70, 5), wave(60, 5)}, true},
		{"nine points", []health.PulseFigures{wave(70, 5), wave(61, 5)}, false},
		{"ten points that may be chance", []health.PulseFigures{wave(70, 30), wave(60, 30)}, false},
		{"two small falls in a row", []health.PulseFigures{wave(70, 30), wave(65, 30), wave(60, 30)}, true},
		{"a fall after a rise", []health.PulseFigures{wave(60, 30), wave(65, 30), wave(60, 30)}, false},
		{"a rise after falls", []health.PulseFigures{wave(70, 5), wave(65, 5), wave(66, 5)}, false},
		{"one that is hidden between", []health.PulseFigures{wave(90, 5), hidden, wave(40, 5)}, false},
		{"one that is hidden at the end", []health.PulseFigures{wave(90, 5), wave(40, 5), hidden}, false},
	}
	for _, test := range tests {
		if got := health.Declined(test.waves, &c); got != test.want {
			t.Errorf("%s: got %v", test.name, got)
		}
	}
}

// TestWarningsAreFew checks that each cause is told once in four weeks, that two spikes in
// three weeks are told and one is not, and that every text begins with a question and
// names nobody.
func TestWarningsAreFew(t *testing.T) {
	weeks := make([]health.WatchedWeek, 10)
	for i := range weeks {
		weeks[i].Week = firstWeek.AddDays(7 * i)
	}
	weeks[0].Spike = true
	weeks[3].Spike = true // four weeks apart
	weeks[5].Spike = true // within three
	for i := 1; i < 10; i++ {
		weeks[i].RestBreaches = i
	}
	weeks[2].Shift, weeks[4].Shift, weeks[6].Shift = true, true, true
	weeks[7].WorstNights, weeks[8].WorstNights = 3, 4
	weeks[9].Declined, weeks[9].Index, weeks[9].IndexBefore, weeks[9].Wave, weeks[9].Fell = true, 55, 70, 7, []health.PulseFall{{ID: "Q4", Before: 75, Now: 40}}
	var got []string
	for _, w := range health.Warnings(weeks, nil, schedule.Date{}) {
		got = append(got, string(w.Cause)+" "+string(rune('0'+w.Week.DaysSince(firstWeek)/7)))
		if !strings.HasSuffix(w.Question, "?") || w.Evidence == "" {
			t.Errorf("%s: %q, %q", w.Cause, w.Question, w.Evidence)
		}
		if fell := w.Cause == health.CauseDecline; (w.Wave == 7 && len(w.Fell) == 1) != fell || (w.Wave == 0 && w.Fell == nil) == fell {
			t.Errorf("%s is of pulse %d, of which fell %v", w.Cause, w.Wave, w.Fell)
		}
	}
	want := "rest 1, shift 2, spikes 5, rest 5, shift 6, nights 8, rest 9, survey_decline 9"
	if strings.Join(got, ", ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, ", "), want)
	}
}

// TestFalls checks that the questions that fell most are named, the largest fall first, and
// none of which not both figures were published.
func TestFalls(t *testing.T) {
	questions := make([]health.PulseQuestion, 7)
	result := func(values ...float64) *health.PulseResult {
		r := &health.PulseResult{Published: true}
		for i, x := range values {
			questions[i].ID, questions[i].Text = fmt.Sprintf("Q%d", i+1), map[string]string{"": fmt.Sprintf("Question %d.", i+1)}
			item := health.PulseItemResult{ID: questions[i].ID, Value: &x}
			switch {
			case x < 0: // too few answered
				item.Value = nil
			case x == 100: // all answered alike
				item.Value, item.Bucket = nil, &health.Bucket{From: 75, To: 100}
			}
			r.Items = append(r.Items, item)
		}
		return r
	}
	before := result(80, 70, 60, 100, 90, 75, 65)
	tests := []struct {
		name string
		is   *health.PulseResult
		want string
	}{
		{"largest first, three at most", result(75, 50, 45, 60, 80, 75, 70), "Q2 70 50, Q3 60 45, Q5 90 80"},
		{"none that is not told", result(-1, 100, 60, 5, 90, 80, 64), "Q7 65 64"},
		{"nothing published", &health.PulseResult{}, ""},
	}
	for _, test := range tests {
		var got []string
		for _, f := range test.is.Falls(before, questions) {
			got = append(got, fmt.Sprintf("%s %v %v", f.ID, f.Before, f.Now))
			if f.Text == "" {
				t.Errorf("%s: %s has no words", test.name, f.ID)
			}
		}
		if strings.Join(got, ", ") != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}
