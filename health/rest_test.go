package health_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"watchbill/health"
	"watchbill/schedule"
)

// held makes first-level shifts of person 1.
func held(t testing.TB, times ...string) []health.Shift {
	var out []health.Shift
	for i := 0; i < len(times); i += 2 {
		out = append(out, health.Shift{Person: 1, Start: instant(t, times[i]), End: instant(t, times[i+1]), Level: 1})
	}
	return out
}

func rang(t testing.TB, times ...string) []health.Notification {
	var out []health.Notification
	for i, s := range times {
		out = append(out, health.Notification{ID: schedule.ID(i + 1), Person: 1, Incident: schedule.ID(i + 1), At: instant(t, s)})
	}
	return out
}

func TestDutyRules(t *testing.T) {
	c, rules := health.DefaultConfig(), health.DefaultRestRules()
	p := person(t, &c, health.Person{ID: 1, Stays: []health.Stay{{Zone: load(t, "Europe/Berlin")}}})
	from, to := instant(t, "2025-03-01T00:00:00Z"), instant(t, "2025-12-01T00:00:00Z")
	for _, test := range []struct {
		name   string
		shifts []health.Shift
		pages  []health.Notification
		want   []health.RestRule
	}{
		{"one week", held(t, "2025-03-03T08:00:00Z", "2025-03-10T08:00:00Z"), nil, nil},
		{"a week that is an hour longer", held(t, "2025-10-20T07:00:00Z", "2025-10-27T08:00:00Z"), nil, nil},
		{"one week in three, over the clock change", held(t, "2025-03-10T08:00:00Z", "2025-03-17T08:00:00Z", "2025-03-31T07:00:00Z", "2025-04-07T07:00:00Z"), nil, nil},
		{"two weeks running", held(t, "2025-03-03T08:00:00Z", "2025-03-10T08:00:00Z", "2025-03-10T08:00:00Z", "2025-03-17T08:00:00Z"), nil,
			[]health.RestRule{health.RuleTwoWeeks, health.RuleFreeWeekend}},
		{"a week between", held(t, "2025-03-03T08:00:00Z", "2025-03-10T08:00:00Z", "2025-03-17T08:00:00Z", "2025-03-24T08:00:00Z"), nil, []health.RestRule{health.RuleBetween}},
		{"a day with two pages", held(t, "2025-03-04T08:00:00Z", "2025-03-05T08:00:00Z"), rang(t, "2025-03-04T10:00:00Z", "2025-03-04T12:00:00Z"), []health.RestRule{health.RulePagedShift}},
		{"twelve hours with two pages", held(t, "2025-03-04T08:00:00Z", "2025-03-04T20:00:00Z"), rang(t, "2025-03-04T10:00:00Z", "2025-03-04T12:00:00Z"), nil},
		{"two Sundays", held(t, "2025-03-09T08:00:00Z", "2025-03-09T20:00:00Z", "2025-03-16T08:00:00Z", "2025-03-16T20:00:00Z"), nil,
			[]health.RestRule{health.RuleBetween, health.RuleFreeWeekend}},
	} {
		r := health.NewRecord(1, test.pages, test.shifts, nil, &c, to)
		var got []health.RestRule
		for _, f := range rules.Duty(&p, r, from, to) {
			if f.Text == "" || !f.From.Before(f.To) {
				t.Errorf("%s: an empty finding %+v", test.name, f)
			}
			got = append(got, f.Rule)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func TestWorkRules(t *testing.T) {
	c, rules := health.DefaultConfig(), health.DefaultRestRules()
	p := person(t, &c, health.Person{ID: 1, Stays: []health.Stay{{Zone: load(t, "Europe/Berlin")}}})
	from, to := monday, monday.AddDate(0, 0, 17*7)
	var office []health.Times // fifty hours a week
	for day := range 17 * 7 {
		if day%7 < 5 {
			at := monday.AddDate(0, 0, day).Add(8 * time.Hour)
			office = append(office, health.Times{Start: at, End: at.Add(10 * time.Hour)})
		}
	}
	r := health.NewRecord(1, nil, held(t, "2025-03-17T00:00:00Z", "2025-07-14T00:00:00Z"), nil, &c, to)
	count := func() int { return len(rules.Work(&p, r, office, from, to)) }
	if n := count(); n != 1 {
		t.Errorf("fifty hours a week: %d findings, want 1", n)
	}
	rules.OptOut = true
	if n := count(); n != 0 {
		t.Errorf("fifty hours with consent: %d findings", n)
	}
	rules.OptOut, office = false, office[:80]
	if n := count(); n != 0 {
		t.Errorf("47 hours: %d findings", n)
	}
	rules.Standby, rules.StandbyShare = health.StandbyPart, 100
	if n := count(); n != 1 {
		t.Errorf("47 hours and a tenth of standing by: %d findings, want 1", n)
	}
	rules.WeekWork, rules.NightWorker = 0, true
	if n := count(); n == 0 {
		t.Error("a night worker of ten hours: no finding")
	}
}

func TestBrokenNights(t *testing.T) {
	c, rules := health.DefaultConfig(), health.DefaultRestRules()
	p := person(t, &c, health.Person{ID: 1, Stays: []health.Stay{{Zone: load(t, "Europe/Berlin")}}})
	from, to := instant(t, "2025-06-09T10:00:00Z"), instant(t, "2025-06-16T10:00:00Z")
	incident := health.Incident{ID: 9, TriggeredAt: instant(t, "2025-06-12T20:00:00Z"), ResolvedAt: instant(t, "2025-06-12T22:30:00Z"),
		Engagements: []health.Engagement{{Person: 1, Start: instant(t, "2025-06-12T20:00:00Z")}}}
	pages := rang(t, "2025-06-09T23:00:00Z", "2025-06-10T02:00:00Z", "2025-06-11T01:00:00Z")
	got := rules.Recoveries(&c, &p, health.NewRecord(1, pages, nil, []health.Incident{incident}, &c, to), from, to)
	want := map[string]string{"2025-06-09": "2025-06-10T13:00:00Z", "2025-06-12": "2025-06-13T09:30:00Z"}
	for _, r := range got {
		if r.StartAfter.Format(time.RFC3339) != want[r.Night.String()] {
			t.Errorf("%v: start after %v, want %s", r.Night, r.StartAfter, want[r.Night.String()])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d broken nights, want %d", len(got), len(want))
	}
}

func TestStandbyWarnings(t *testing.T) {
	rules := health.DefaultRestRules()
	tally := health.Tally{Level1: 168 * 3600, Episodes: health.ByBand[int]{schedule.Evening: 7}}
	if n := len(rules.StandbyWarnings(&tally, 5*time.Minute, monday, monday.AddDate(0, 0, 7))); n != 2 {
		t.Errorf("five minutes and seven calls: %d warnings, want 2", n)
	}
	tally.Episodes[schedule.Evening] = 6
	if n := len(rules.StandbyWarnings(&tally, 15*time.Minute, monday, monday.AddDate(0, 0, 7))); n != 0 {
		t.Errorf("a quarter of an hour and six calls: %d warnings", n)
	}
}

// More that keeps somebody busy never makes a rest longer, and rest is measured in time
// that passes: across a clock change too.
func TestRestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		rules := health.DefaultRestRules()
		first := schedule.DateOf(monday)
		nights := int(s.to.Sub(s.from).Hours()) / 24
		draw := func() health.Times {
			at := s.from.Add(time.Duration(rapid.IntRange(0, nights*24*60).Draw(t, "at")) * time.Minute)
			return health.Times{Start: at, End: at.Add(time.Duration(rapid.IntRange(0, 900).Draw(t, "for")) * time.Minute)}
		}
		var busy []health.Times
		for range rapid.IntRange(0, 20).Draw(t, "busy") {
			busy = append(busy, draw())
		}
		before := rules.Check(&s.people[0], busy, first, nights)
		after := rules.Check(&s.people[0], append(busy, draw()), first, nights)
		for i := range before.Nights {
			if after.Nights[i].Longest > before.Nights[i].Longest {
				t.Fatalf("night %v: %v became %v", before.Nights[i].Night, before.Nights[i].Longest, after.Nights[i].Longest)
			}
		}
		for i := range before.Weeks {
			if after.Weeks[i].Longest > before.Weeks[i].Longest {
				t.Fatalf("week %v: %v became %v", before.Weeks[i].From, before.Weeks[i].Longest, after.Weeks[i].Longest)
			}
		}
	})
}

func TestRulesSayWhatIsWrong(t *testing.T) {
	rest := health.DefaultRestRules()
	rest.Daily, rest.Standby, rest.AverageWeeks = 25*time.Hour, "maybe", 0
	owed := health.DefaultOwedRules()
	owed.RoundUp, owed.ExpireDays = time.Second, -1
	config := health.DefaultConfig()
	config.Page[schedule.Sleep], config.OffDuty, config.Privacy.K = -1, 0.5, 3
	for _, test := range []struct {
		err    error
		fields []string
	}{
		{rest.Validate(), []string{"daily: ", "standby: ", "average_weeks: "}},
		{owed.Validate(), []string{"round_up: ", "expire_days: "}},
		{config.Validate(), []string{"page_weights.sleep: ", "off_duty_factor: ", "privacy.k: "}},
	} {
		for _, field := range test.fields {
			if test.err == nil || !strings.Contains(test.err.Error(), field) {
				t.Errorf("%v does not name %q", test.err, field)
			}
		}
	}
	for _, bad := range []struct{ text, says string }{
		{`{"model_versoin": "x"}`, "model_versoin"},
		{`{"episode_minutes": "sixty"}`, "episode_minutes"},
		{`{} {}`, "after"},
		{`{"business_hours": {"days": [7], "start": "08:00", "end": "08:00"}}`, "business_hours.days[0]"},
		{`{"page_weights": {"nihgt": 4}}`, "nihgt"},
	} {
		if _, err := health.ReadConfig([]byte(bad.text)); err == nil || !strings.Contains(err.Error(), bad.says) {
			t.Errorf("%s: %v does not name %q", bad.text, err, bad.says)
		}
	}
}
