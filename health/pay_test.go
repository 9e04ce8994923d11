package health_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"watchbill/health"
	"watchbill/schedule"
)

// payRules are five pounds an hour, ten at night, fifteen at weekends, thirty at
// Christmas. The weekend comes first, so that it has its nights too.
func payRules(t interface{ Fatal(...any) }) health.PayRules {
	return health.PayRules{
		Version: "2025-1", Currency: "GBP", Zone: load(t, "Europe/London"), Unit: health.PerHour, Base: 500,
		OneOffs: []health.OneOffRate{{Name: "Christmas Day", From: time.Date(2025, 12, 25, 0, 0, 0, 0, time.UTC), To: time.Date(2025, 12, 26, 0, 0, 0, 0, time.UTC), Rate: 3000}},
		Weekly: []health.WeeklyRate{
			{Name: "weekend", Hours: schedule.Hours{Days: schedule.Weekend}, Rate: 1500},
			{Name: "night", Hours: schedule.Hours{Days: schedule.Workdays, From: schedule.ClockAt(18, 0), Until: schedule.ClockAt(9, 0)}, Rate: 1000},
		},
	}
}

func TestPay(t *testing.T) {
	rules := payRules(t)
	if err := rules.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name       string
		start, end string
		want       map[string]int64
	}{
		{"office hours", "2025-06-11T08:00:00Z", "2025-06-11T17:00:00Z", map[string]int64{"": 4500}},
		{"a week", "2025-06-09T08:00:00Z", "2025-06-16T08:00:00Z", map[string]int64{
			// Monday's early morning is no rule's: the weekend ends at midnight, and the
			// night that Sunday would begin is no working day's.
			"": (5*9 + 9) * 500, "weekend": 48 * 1500, "night": (4*15 + 6) * 1000}},
		{"the morning after Friday is Saturday's", "2025-06-14T00:00:00Z", "2025-06-14T08:00:00Z", map[string]int64{"weekend": 8 * 1500}},
		{"a spring night is an hour shorter", "2025-03-29T20:00:00Z", "2025-03-30T07:00:00Z", map[string]int64{"weekend": 11 * 1500}},
		{"an autumn night an hour longer", "2025-10-25T19:00:00Z", "2025-10-26T08:00:00Z", map[string]int64{"weekend": 13 * 1500}},
		{"Christmas comes first", "2025-12-24T20:00:00Z", "2025-12-26T10:00:00Z", map[string]int64{"night": 4*1000 + 9*1000, "Christmas Day": 24 * 3000, "": 500}},
		{"a second is a penny and a bit", "2025-06-11T10:00:00Z", "2025-06-11T10:00:04Z", map[string]int64{"": 1}},
		{"three and six tenths seconds are half a penny", "2025-06-11T10:00:00Z", "2025-06-11T10:00:03Z", map[string]int64{"": 0}},
	} {
		got := map[string]int64{}
		shifts := []health.Shift{{Person: 1, Start: instant(t, test.start), End: instant(t, test.end), Level: 1}, {Person: 2, Start: instant(t, test.start), End: instant(t, test.end)}}
		for _, l := range rules.Lines(1, shifts, instant(t, "2025-01-01T00:00:00Z"), instant(t, "2026-01-01T00:00:00Z")) {
			got[l.Rule] += l.Amount
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestFlatPay(t *testing.T) {
	rules := payRules(t)
	rules.Unit, rules.Base, rules.Weekly, rules.OneOffs = health.PerWeek, 54000, nil, nil
	shift := health.Shift{Person: 1, Start: instant(t, "2025-06-09T08:00:00Z"), End: instant(t, "2025-06-16T08:00:00Z")}
	lines := rules.Lines(1, []health.Shift{shift}, shift.Start, shift.End)
	if len(lines) != 1 || lines[0].Amount != 54000 || lines[0].Count != 604800 {
		t.Errorf("a week is paid %+v, want 54000", lines)
	}
	// Primary here and secondary there at once is paid once.
	twice := shift
	twice.Level, twice.Start, twice.End = 2, shift.Start.Add(24*time.Hour), shift.End.Add(24*time.Hour)
	total := int64(0)
	for _, l := range rules.Lines(1, []health.Shift{twice, shift}, shift.Start, twice.End) {
		total += l.Amount
	}
	if total != 54000+7714 { // a seventh is 7714.3
		t.Errorf("eight days are paid %d", total)
	}
}

func TestWorkPay(t *testing.T) {
	c := health.DefaultConfig()
	rules := payRules(t)
	rules.PerCallOut, rules.WorkHour = 2500, 4000
	rules.Times = health.ByBand[schedule.Weight]{schedule.Evening: 1500, schedule.Sleep: 2000}
	p := person(t, &c, health.Person{ID: 1, Stays: []health.Stay{{Zone: load(t, "Asia/Kolkata")}}})
	owed := health.DefaultOwedRules()
	work := worked(t, "2025-06-11T19:00:00Z", "2025-06-11T22:00:00Z") // 20:00 to 23:00 in London
	from, to := instant(t, "2025-06-01T00:00:00Z"), instant(t, "2025-07-01T00:00:00Z")
	lines, err := rules.WorkLines(1, owed.CallOuts(&p, work, from, to), work, &c, from, to)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	for _, l := range lines {
		got[string(l.Kind)+" "+l.Rule] = l.Amount
	}
	if diff := cmp.Diff(map[string]int64{"call_out ": 2500, "work evening": 2 * 6000, "work sleep": 8000}, got); diff != "" {
		t.Error(diff)
	}
}

// A page that nobody acknowledged is a call-out where being paged is enough, and is named
// where it is not. One at work, one within a call-out and one that somebody acknowledged
// are neither.
func TestPayOfBeingPaged(t *testing.T) {
	c := health.DefaultConfig()
	p := person(t, &c, health.Person{ID: 1, Stays: []health.Stay{{Zone: load(t, "Europe/London")}}})
	from, to := instant(t, "2025-06-01T00:00:00Z"), instant(t, "2025-07-01T00:00:00Z")
	ring := func(page schedule.ID, at string) health.Notification {
		return health.Notification{ID: page*10 + 1, Person: 1, Incident: page, At: instant(t, at)}
	}
	notices := []health.Notification{
		ring(1, "2025-06-11T01:00:00Z"), ring(2, "2025-06-11T01:40:00Z"), // one call-out
		ring(3, "2025-06-11T10:00:00Z"),                                  // at work
		ring(4, "2025-06-12T01:00:00Z"), ring(5, "2025-06-12T01:20:00Z"), // the first is acknowledged
		ring(6, "2025-06-13T01:00:00Z"),                                  // somebody else is on it
		ring(7, "2025-06-14T01:00:00Z"), ring(8, "2025-07-01T00:00:00Z"), // the last is July's
		{ID: 91, Person: 1, Incident: 9, At: instant(t, "2025-06-15T01:00:00Z"), Channel: "email"},
		{ID: 92, Person: 2, Incident: 10, At: instant(t, "2025-06-16T01:00:00Z")},
	}
	again := ring(7, "2025-06-14T01:10:00Z")
	again.ID++
	notices = append(notices, again)
	var incidents []health.Incident
	for _, n := range notices {
		incidents = append(incidents, health.Incident{ID: n.Incident, TriggeredAt: n.At, ResolvedAt: n.At.Add(time.Hour)})
	}
	incidents[3].Engagements = []health.Engagement{{Person: 1, Start: instant(t, "2025-06-12T01:05:00Z")}}
	incidents[5].Engagements = []health.Engagement{{Person: 2, Start: instant(t, "2025-06-13T01:05:00Z")}}
	incidents = incidents[:len(incidents)-1]
	record := health.NewRecord(1, notices, nil, incidents, &c, to)

	rules := payRules(t)
	if got := rules.Unanswered(&p, record, incidents, from, to); got != nil {
		t.Errorf("where call-outs are not paid, %v are named", got)
	}
	rules.WorkHour = 4000
	if got, want := rules.Unanswered(&p, record, incidents, from, to), []schedule.ID{1, 2, 7}; !slices.Equal(got, want) {
		t.Errorf("pages that paid nothing for work are %v, want %v", got, want)
	}
	rules.PerCallOut = 2500
	if got, want := rules.Unanswered(&p, record, incidents, from, to), []schedule.ID{1, 2, 7}; !slices.Equal(got, want) {
		t.Errorf("pages that paid nothing are %v, want %v", got, want)
	}
	starts := func() (out []string) {
		for _, c := range rules.CallOuts(&p, record, from, to) {
			out = append(out, c.Start.Format("02 15:04"))
		}
		return out
	}
	if diff := cmp.Diff([]string{"12 01:05"}, starts()); diff != "" {
		t.Error(diff)
	}
	rules.Paged = true
	// Page 5 is of the call-out that was acknowledged; who was called to page 6 was called.
	if diff := cmp.Diff([]string{"11 01:00", "12 01:05", "13 01:00", "14 01:00"}, starts()); diff != "" {
		t.Error(diff)
	}
	if got := rules.Unanswered(&p, record, incidents, from, to); got != nil {
		t.Errorf("where being paged is enough, %v are named", got)
	}
	if err := rules.Validate(); err != nil {
		t.Error(err)
	}
	text, err := rules.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if read, err := health.ReadPayRules(text); err != nil || !read.Paged {
		t.Errorf("%s is read as %+v: %v", text, read, err)
	}
	var bad *schedule.InvalidError
	rules.PerCallOut = 0
	if err := rules.Validate(); !errors.As(err, &bad) || bad.Field != "per_call_out" {
		t.Errorf("being paged is enough for nothing: %v", err)
	}
	if old, err := health.KeptPayRules([]byte(`{"currency": "EUR", "tz": "Europe/Berlin", "unit": "hour", "base_rate": 500, "per_call_out": 2500}`)); err != nil || old.Paged {
		t.Errorf("rules of before pay for being paged: %+v, %v", old, err)
	}
}

func TestPayRulesSayWhatIsWrong(t *testing.T) {
	rules := payRules(t)
	rules.Currency, rules.Base, rules.Unit = "pounds", -1, "month"
	rules.OneOffs = append(rules.OneOffs, health.OneOffRate{Name: "Eve", From: rules.OneOffs[0].From.Add(-time.Hour), To: rules.OneOffs[0].From.Add(time.Hour)})
	err := rules.Validate()
	if err == nil {
		t.Fatal("valid")
	}
	for _, field := range []string{"currency: ", "base_rate: ", "unit: ", "one_off_rules[1]: overlaps one_off_rules[0]"} {
		if !strings.Contains(err.Error(), field) {
			t.Errorf("%v does not name %q", err, field)
		}
	}
}

// Every second that somebody is on call is paid by one rule, and published lines with
// their corrections are what is right.
func TestPayProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		rules := payRules(t)
		rules.Zone = load(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		before := rules.Lines(1, s.shifts, s.from, s.to)
		held := int64(0)
		for _, l := range before {
			held += l.Count
		}
		tally := s.config.Measure(&s.people[0], s.records()[0], s.from, s.to)
		if held != tally.OnCall {
			t.Fatalf("%d seconds are paid, %d were held", held, tally.OnCall)
		}
		changed := s.shifts
		if len(changed) > 0 {
			changed = append([]health.Shift(nil), changed...)
			i := rapid.IntRange(0, len(changed)-1).Draw(t, "shift")
			changed[i].Person = schedule.ID(rapid.IntRange(1, 2).Draw(t, "to"))
			rules.Base = int64(rapid.IntRange(0, 2000).Draw(t, "base"))
		}
		now := rules.Lines(1, changed, s.from, s.to)
		published := slices.Concat(before, health.Corrections(before, now))
		sum := func(lines []health.PayLine) (n int64) {
			for _, l := range lines {
				n += l.Amount
			}
			return n
		}
		if sum(published) != sum(now) {
			t.Fatalf("published and corrected %d, right is %d", sum(published), sum(now))
		}
		if again := health.Corrections(published, now); again != nil {
			t.Fatalf("corrected twice: %+v", again)
		}
	})
}

// The dearest hour at work that rules allow, for a whole month, does not run over; and
// rules name no more rotations than can be compared.
func TestPayOfHugeRates(t *testing.T) {
	c, rules := health.DefaultConfig(), payRules(t)
	rules.WorkHour = 1_000_000_000
	for b := range rules.Times {
		rules.Times[b] = 1000 * schedule.One
	}
	if err := rules.Validate(); err != nil {
		t.Fatal(err)
	}
	from, to := instant(t, "2025-06-01T00:00:00Z"), instant(t, "2025-07-01T00:00:00Z")
	lines, err := rules.WorkLines(1, nil, worked(t, "2025-06-01T00:00:00Z", "2025-07-01T00:00:00Z"), &c, from, to)
	if err != nil {
		t.Fatal(err)
	}
	var sum int64
	for _, l := range lines {
		sum += l.Amount
	}
	if want := int64(30*24) * 1000 * 1_000_000_000; sum != want {
		t.Errorf("a month at work comes to %d, want %d", sum, want)
	}
	rules.Unpaid = make([]schedule.RotationID, 51)
	var bad *schedule.InvalidError
	if err := rules.Validate(); !errors.As(err, &bad) || bad.Field != "unpaid_rotations" {
		t.Errorf("too many rotations: %v", err)
	}
}
