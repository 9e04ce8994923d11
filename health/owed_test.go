package health_test

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"watchbill/health"
	"watchbill/schedule"
)

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// worked makes work from begin to end.
func worked(t testing.TB, times ...string) []health.Work {
	var out []health.Work
	for i := 0; i < len(times); i += 2 {
		out = append(out, health.Work{Incident: schedule.ID(i + 1), Start: instant(t, times[i]), End: instant(t, times[i+1])})
	}
	return out
}

func TestCallOuts(t *testing.T) {
	c, rules := health.DefaultConfig(), health.DefaultOwedRules()
	p := person(t, &c, health.Person{ID: 1, Stays: []health.Stay{{Zone: load(t, "Europe/Berlin")}},
		Holidays: schedule.NewCalendar(schedule.Holiday{Date: schedule.Date{Year: 2025, Month: 6, Day: 9}})})
	for _, test := range []struct {
		name  string
		work  []health.Work
		calls int
		want  time.Duration
	}{
		{"none", nil, 0, 0},
		{"in working hours", worked(t, "2025-06-11T10:00:00Z", "2025-06-11T12:00:00Z"), 0, 0},
		{"ten minutes in the evening are an hour", worked(t, "2025-06-11T17:00:00Z", "2025-06-11T17:10:00Z"), 1, time.Hour},
		{"forty minutes at night are eighty, to the quarter", worked(t, "2025-06-11T00:00:00Z", "2025-06-11T00:40:00Z"), 1, 90 * time.Minute},
		{"acknowledged and over at once", worked(t, "2025-06-11T00:00:00Z", "2025-06-11T00:00:00Z"), 1, time.Hour},
		{"and again within the hour", worked(t, "2025-06-11T00:00:00Z", "2025-06-11T00:00:00Z", "2025-06-11T00:59:00Z", "2025-06-11T00:59:30Z"), 1, time.Hour},
		{"and after it", worked(t, "2025-06-11T00:00:00Z", "2025-06-11T00:10:00Z", "2025-06-11T01:00:00Z", "2025-06-11T01:10:00Z"), 2, 2 * time.Hour},
		{"two incidents at once are one", worked(t, "2025-06-11T00:00:00Z", "2025-06-11T01:00:00Z", "2025-06-11T00:30:00Z", "2025-06-11T01:30:00Z"), 1, 3 * time.Hour},
		{"from work into the evening", worked(t, "2025-06-11T15:00:00Z", "2025-06-11T18:00:00Z"), 1, 2 * time.Hour},
		{"saturday", worked(t, "2025-06-14T10:00:00Z", "2025-06-14T12:00:00Z"), 1, 3 * time.Hour},
		{"a holiday", worked(t, "2025-06-09T10:00:00Z", "2025-06-09T12:00:00Z"), 1, 4 * time.Hour},
		{"saturday evening into the night", worked(t, "2025-06-14T19:00:00Z", "2025-06-14T21:00:00Z"), 1, 210 * time.Minute},
		{"rounded once", worked(t, "2025-06-11T00:00:00Z", "2025-06-11T00:32:00Z", "2025-06-11T02:00:00Z", "2025-06-11T02:32:00Z"), 2, 135 * time.Minute},
	} {
		calls := rules.CallOuts(&p, test.work, instant(t, "2025-06-01T00:00:00Z"), instant(t, "2025-07-01T00:00:00Z"))
		if got := rules.Owed(calls); got != test.want || len(calls) != test.calls {
			t.Errorf("%s: %d call-outs and %v, want %d and %v", test.name, len(calls), got, test.calls, test.want)
		}
	}
}

// ledger adds entries as they happen and checks what the account says.
type ledger struct {
	t       *testing.T
	rules   health.OwedRules
	entries []health.OwedEntry
}

func (l *ledger) add(e health.OwedEntry) {
	e.ID = schedule.ID(len(l.entries) + 1)
	l.entries = append(l.entries, e)
}

func (l *ledger) earn(lot string, d time.Duration, at time.Time) {
	if e, ok := health.Earn(l.entries, 1, lot, d, at); ok {
		l.add(e)
	}
}

func (l *ledger) approve(lot string, minutes int64, at time.Time) {
	l.t.Helper()
	e, err := l.rules.Decide(l.entries, lot, minutes, true, 9, "", at)
	if err != nil {
		l.t.Fatal(err)
	}
	l.add(e)
}

func (l *ledger) take(minutes int64, at time.Time) {
	l.t.Helper()
	e, err := l.rules.Take(l.entries, minutes, 1, at)
	if err != nil {
		l.t.Fatal(err)
	}
	l.add(e)
}

func (l *ledger) want(at time.Time, pending, left, taken, expired int64) {
	l.t.Helper()
	a := l.rules.Account(l.entries, at)
	if got, want := []int64{a.Pending, a.Left, a.Taken, a.Expired}, []int64{pending, left, taken, expired}; !cmp.Equal(got, want) {
		l.t.Errorf("at %v pending, left, taken, expired are %v, want %v", at.Format(time.DateOnly), got, want)
	}
}

func TestLedger(t *testing.T) {
	l := &ledger{t: t, rules: health.DefaultOwedRules()}
	day := func(n int) time.Time { return monday.AddDate(0, 0, n) }
	l.earn("W12", 90*time.Minute, day(0))
	l.earn("W12", 90*time.Minute, day(1)) // measured again: nothing new
	l.want(day(1), 90, 0, 0, 0)
	l.approve("W12", 90, day(2))
	l.want(day(2), 0, 90, 0, 0)
	l.earn("W12", 120*time.Minute, day(3)) // a late page
	l.want(day(3), 30, 90, 0, 0)
	l.approve("W12", 30, day(3))
	l.earn("W13", 60*time.Minute, day(7))
	l.approve("W13", 60, day(10))
	l.take(45, day(20)) // off W12, which ends first
	l.want(day(20), 0, 135, 45, 0)
	if a := l.rules.Account(l.entries, day(80)); a.Ending != 75 || !a.EndsAt.Equal(day(94)) {
		t.Errorf("the warning is %d minutes until %v, want 75 until %v", a.Ending, a.EndsAt, day(94))
	}
	l.want(day(94), 0, 60, 45, 0) // ended, before anybody wrote it down
	for _, e := range l.rules.Expire(l.entries, day(94)) {
		l.add(e)
	}
	l.want(day(95), 0, 60, 45, 75)
	if again := l.rules.Expire(l.entries, day(95)); again != nil {
		t.Errorf("expired twice: %v", again)
	}
	l.take(60, day(96)) // off W13, although W12 had more when it ended
	l.want(day(96), 0, 0, 105, 75)
	l.want(day(3), 0, 120, 0, 0) // history stays as it was
	var bad *schedule.InvalidError
	if _, err := l.rules.Take(l.entries, 1, 1, day(96)); !errors.As(err, &bad) || bad.Field != "minutes" {
		t.Errorf("time that is not there can be taken: %v", err)
	}
	if _, err := l.rules.Decide(l.entries, "W12", 1, true, 9, "", day(96)); !errors.As(err, &bad) {
		t.Errorf("time that is not pending can be approved: %v", err)
	}
	if _, err := l.rules.Decide(l.entries, "W99", 1, true, 9, "", day(96)); !errors.Is(err, schedule.ErrNotFound) {
		t.Errorf("a lot that is not there: %v", err)
	}
	l.earn("W20", time.Hour, day(97))
	if _, err := l.rules.Decide(l.entries, "W20", 60, false, 9, "", day(98)); !errors.As(err, &bad) || bad.Field != "reason" {
		t.Errorf("declined without a reason: %v", err)
	}
	if _, err := l.rules.Take(nil, 5, 1, day(1)); err == nil {
		t.Error("an empty ledger gives time")
	}
}

// What was approved for ever stays so when the rest of a week is approved by stricter rules.
func TestApprovedTimeKeepsItsEnd(t *testing.T) {
	l := &ledger{t: t, rules: health.DefaultOwedRules()}
	l.earn("W12", 2*time.Hour, monday)
	l.rules.ExpireDays = 0
	l.approve("W12", 60, monday)
	l.rules.ExpireDays = 1
	l.approve("W12", 60, monday.AddDate(0, 0, 1))
	l.want(monday.AddDate(1, 0, 0), 0, 120, 0, 0)
	l.rules.ExpireDays = 3661
	if err := l.rules.Validate(); err == nil {
		t.Error("time can be taken for longer than the API tells")
	}
}

func TestCorrectionBelowWhatWasTaken(t *testing.T) {
	l := &ledger{t: t, rules: health.DefaultOwedRules()}
	l.earn("W12", 2*time.Hour, monday)
	l.approve("W12", 120, monday)
	l.take(120, monday.AddDate(0, 0, 1))
	l.earn("W12", time.Hour, monday.AddDate(0, 0, 2)) // re-attributed to somebody else
	a := l.rules.Account(l.entries, monday.AddDate(0, 0, 3))
	if a.Left != 0 || a.Over != 60 || a.Pending != 0 {
		t.Errorf("left %d, over %d, pending %d; want 0, 60, 0", a.Left, a.Over, a.Pending)
	}
}

// Whatever happens, in whatever order entries are read, nothing appears or is lost.
func TestLedgerKeepsItsSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := health.DefaultOwedRules()
		var entries []health.OwedEntry
		at := monday
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			at = at.Add(time.Duration(rapid.IntRange(0, 30*24).Draw(t, "hours")) * time.Hour)
			lot := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "lot")
			minutes := int64(rapid.IntRange(1, 200).Draw(t, "minutes"))
			var next []health.OwedEntry
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				var have time.Duration
				for _, e := range entries {
					if e.Kind == health.OwedEarned && e.Lot == lot {
						have += time.Duration(e.Minutes) * time.Minute
					}
				}
				if e, ok := health.Earn(entries, 1, lot, have+time.Duration(minutes)*time.Minute, at); ok {
					next = append(next, e)
				}
			case 1:
				if e, err := rules.Decide(entries, lot, minutes, rapid.Bool().Draw(t, "approve"), 9, "why", at); err == nil {
					next = append(next, e)
				}
			case 2:
				if e, err := rules.Take(entries, minutes, 1, at); err == nil {
					next = append(next, e)
				}
			case 3:
				next = rules.Expire(entries, at)
			}
			for _, e := range next {
				e.ID = schedule.ID(len(entries) + 1)
				entries = append(entries, e)
			}
		}
		a := rules.Account(entries, at)
		var earned, declined int64
		for _, e := range entries {
			switch e.Kind {
			case health.OwedEarned:
				earned += e.Minutes
			case health.OwedDeclined:
				declined += e.Minutes
			}
		}
		ended := int64(0)
		for _, e := range rules.Expire(entries, at) {
			ended += e.Minutes
		}
		if a.Over != 0 || earned != declined+a.Pending+a.Left+a.Taken+a.Expired+ended {
			t.Fatalf("earned %d, declined %d, ended %d, and %+v", earned, declined, ended, a)
		}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		random.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		if diff := cmp.Diff(a, rules.Account(entries, at), cmp.AllowUnexported(health.Lot{})); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestParseMinutes(t *testing.T) {
	for text, want := range map[string]int64{
		"7:30": 450, "7.5": 450, "7,5": 450, "8": 480, "8 h": 480, "8 hours": 480, "7 h 30 min": 450, "7h30": 450, "90 min": 90, "90m": 90, "0:15": 15, "0.25": 15, " 1 Hour ": 60, "0": 0, "1.1": 66,
	} {
		if got, err := health.ParseMinutes(text); err != nil || got != want {
			t.Errorf("%q: %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "h", ":", "7:60", "7:-1", "-1", "-0:30", "1e3", "a lot", "7:3:0", "1.001", "99999999", "7 h 99", "NaN", "8 h h"} {
		if got, err := health.ParseMinutes(text); err == nil {
			t.Errorf("%q is read as %d", text, got)
		}
	}
}
