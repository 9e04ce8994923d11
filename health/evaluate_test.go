package health_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"watchbill/health"
)

// evaluate evaluates a file as JSON.
func evaluate(t *testing.T, file string) any {
	t.Helper()
	got, err := health.Evaluate([]byte(file))
	if err != nil {
		t.Fatalf("%s\n%v", file, err)
	}
	return plain(t, got)
}

// TestEvaluate evaluates files whose answers are worked out by hand; got may say more.
func TestEvaluate(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"standing by and a page have different bands",
			`{"people":[{"id":"a","tz":"Europe/Berlin"}],"rows":[{"person":"a","at":"2026-03-07T02:00:00Z"},{"person":"a","at":"2026-03-07T02:00:00Z","kind":"standby"},
			  {"person":"a","at":"2026-03-07T02:00:00Z","kind":"page"}]}`,
			`["sleep","weekend","sleep"]`},
		{"zones in any order, the one from ever first",
			`{"people":[{"id":"a","tz":[{"from":"2026-03-04T00:00:00Z","tz":"Asia/Tokyo"},{"from":null,"tz":"Europe/Berlin"}]}],
			  "rows":[{"person":"a","at":"2026-03-03T22:00:00Z"},{"person":"a","at":"2026-03-04T00:00:00Z"}]}`,
			`["sleep","business"]`},
		{"2.0 is 2, and offsets are times",
			`{"people":[{"id":"a","tz":"UTC","business_hours":{"days":[0.0,1.00],"start":"08:00","end":"18:00"}}],
			  "shifts":[{"person":"a","start":"2026-03-02T09:00:00+01:00","end":"2026-03-03 09:00:00+01:00","level":1.0}],"period":["2026-03-02T08:00:00.000Z","2026-03-09T08:00:00Z"]}`,
			`{"people":{"a":{"on_call_hours_l1":24,"on_call_hours_by_band":{"business":10,"evening":4,"sleep":10}}}}`},
		{"a third of full time is a third to the last digit",
			`{"people":[{"id":"a","tz":"UTC","fte":0.3333333333333333},{"id":"b","tz":"UTC"},{"id":"c","tz":"UTC","fte":0}],
			  "shifts":[{"person":"a","start":"2026-03-02T08:00:00Z","end":"2026-03-03T08:00:00Z"},{"person":"b","start":"2026-03-03T08:00:00Z","end":"2026-03-06T08:00:00Z"}],
			  "period":["2026-03-02T00:00:00Z","2026-03-09T00:00:00Z"]}`,
			`{"fairness":{"ratio":{"a":1,"b":1,"c":null},"cv":0,"top_ratio":1}}`},
		{"a configuration of which some numbers are changed keeps the others",
			`{"people":[{"id":"a","tz":"UTC"}],"pages":[{"id":"p","person":"a","incident":"i","notified_at":"2026-03-03T02:00:00Z"},{"id":"q","person":"a","incident":"i","notified_at":"2026-03-03T20:00:00Z"}],
			  "period":["2026-03-02T08:00:00Z","2026-03-09T08:00:00Z"],"config":{"page_weights":{"sleep":5},"off_duty_factor":1}}`,
			`{"people":{"a":{"burden_points":7}}}`},
		{"incidents alone need no people",
			`{"incidents":[{"id":"i","severity":"SEV1","triggered_at":"2026-03-02T10:00:00Z","acked_at":"2026-03-02T10:02:00Z","resolved_at":"2026-03-02T12:00:00Z","engagements":[{"person":"x","start":"2026-03-02T10:02:00Z"}]}],
			  "period":["2026-03-02T08:00:00Z","2026-03-02T20:00:00Z"]}`,
			`{"ops":{"incidents":1,"downtime_hours":2,"mtbi_hours":10,"mtbi_lower_bound_hours":null,"by_severity":{"SEV1":{"mtta_s":120,"mttr_s":7200,"checkin_compliance":0}}}}`},
		{"no exposure: any rate is possible, and believed is what was believed before",
			`{"x_t":[[0,0]],"prior":{"m0":0.5,"b":2}}`,
			`{"ci_0_in_0":null,"shrunk_0_in_0":{"mean":0.5}}`},
		{"nobody on call, nobody paged",
			`{"people":[{"id":"a","tz":"UTC"}],"shifts":[],"pages":[],"incidents":[],"period":["2026-03-02T08:00:00Z","2026-03-09T08:00:00Z"]}`,
			`{"people":{"a":{"burden_points":0,"flags":[]}},"ops":{"mtbi_hours":null,"mtbi_lower_bound_hours":168},"page_luck":null,"team":{"alert_time_share":0,"overloaded_block_share":0}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var want any
			if err := json.Unmarshal([]byte(c.want), &want); err != nil {
				t.Fatal(err)
			}
			expect(t, "expected", want, evaluate(t, c.file), 1e-12)
		})
	}
}

// TestEvaluateNamesTheField holds that whatever is wrong is said with its place.
func TestEvaluateNamesTheField(t *testing.T) {
	const period = `"period":["2026-03-02T08:00:00Z","2026-03-09T08:00:00Z"]`
	const ana = `{"id":"a","tz":"UTC"}`
	for file, want := range map[string]string{
		`{"people":[` + ana + `,{"id":"b","tz":"UTC","fte":"half"}],` + period + `}`:                                                  "people[1].fte: this is a string; it must be a number",
		`{"people":[{"id":"a","tz":"UTC","holidays":["2026-12-25","2026-13-01"]}],` + period + `}`:                                    "people[0].holidays[1]: there is no day 2026-13-01",
		`{"people":[{"id":"a","tz":"UTC","sleep_hours":{"start":"25:00","end":"08:00"}}],` + period + `}`:                             `people[0].sleep_hours.start: "25:00" is not a time of day`,
		`{"people":[{"id":"a","tz":7}],` + period + `}`:                                                                               "people[0].tz: must be the name of a time zone",
		`{"people":[{"id":"a","tz":[{"from":7,"tz":"UTC"}]}],` + period + `}`:                                                         "people[0].tz[0].from: this is a number; it must be text",
		`{"people":[{"id":"a","tz":[{"tz":"UTC"},{"from":null,"tz":"Asia/Tokyo"}]}],` + period + `}`:                                  "people[0].tz[1].from: two zones hold from the same moment on",
		`{"people":[` + ana + `],"shifts":[{"person":"a","start":5}],` + period + `}`:                                                 "shifts[0].start: this is a number; it must be text",
		`{"people":[` + ana + `],"shifts":[{"person":"a","level":1.5}],` + period + `}`:                                               "shifts[0].level: this is a number 1.5; it must be a whole number",
		`{"people":[` + ana + `],"incidents":[{"id":"i","engagements":[{"person":"z","start":"x"}]}],` + period + `}`:                 `incidents[0].engagements[0].start: "x" is not a time`,
		`{"people":[` + ana + `],"pages":[{"id":"p","person":"zoe","notified_at":"2026-03-03T02:00:00Z"}],` + period + `}`:            `pages[0].person: "zoe" is not among the people`,
		`{"people":[` + ana + `],"as_of":"yesterday",` + period + `}`:                                                                 `as_of: "yesterday" is not a time`,
		`{"people":[` + ana + `],"config":{"page_weight":{}},` + period + `}`:                                                         "config.page_weight: the configuration has nothing of that name",
		`{"people":[` + ana + `],"config":{"page_weights":{"sleep":-1}},` + period + `}`:                                              "config.page_weights.sleep: must be from 0 to 1000",
		`{"people":[` + ana + `],"rows":[{"person":"a"}]}`:                                                                            "rows[0].at: say when",
		`{"people":[` + ana + `],"rows":[{"person":"a","at":"2026-03-07T02:00:00Z","kind":"x"}]}`:                                     "rows[0].kind: must be page or standby",
		`{"people":[` + ana + `,{"id":"b","tz":"UTC"}],"first_day":"2026-03-02","days":1}`:                                            "people: what follows is about one person",
		`{"person":` + ana + `,"first_day":"2026-03-32","days":1}`:                                                                    "first_day: ",
		`{"person":` + ana + `,"first_day":"2026-03-02","days":1,"work":[["2026-03-02T08:00:00Z"]]}`:                                  "work[0]: ",
		`{"people":[` + ana + `],"shifts":[],"history_weeks":4}`:                                                                      "period: write when it begins",
		`{"people":[` + ana + `],"pages":{},` + period + `}`:                                                                          "pages: this is an object; it must be a list",
		`{"oncall_weeks":8,"wakeups":1e308}`:                                                                                          "wakeups: must be a thousand million at most",
		`{"oncall_weeks":8,"wakeups":1e999}`:                                                                                          "wakeups: this is too large a number: 1e999",
		`[]`:                                                                                                                          "this is an array; it must be an object",
		"\xef\xbb\xbf{}":                                                                                                              "it begins with a byte order mark",
		`{"x_t":[[1,1],[1,2,3]]}`:                                                                                                     "x_t[1]: [1,2,3] is no pair of numbers",
		`{"x_t":[[1,0]]}`:                                                                                                             "x_t[0]: is a whole count and the exposure",
		`{"loads":{"a":1,"b":"x"},"entitlements":{"a":1,"b":1}}`:                                                                      "loads.b: this is a string; it must be a number",
		`{"loads":{"a":1},"entitlements":{"a":-1}}`:                                                                                   "entitlements.a: must be from 0",
		`{"loads":{"a":1},"entitlements":{"a":1},"decay":1.5}`:                                                                        "decay: is what is left",
		`{"counts":{"a":1,"b":1.5},"hours":{"a":1,"b":1}}`:                                                                            "counts.b: ",
		`{"pay":{"currency":"EUR","tz":"UTC","base_rate":1.5},"shifts":[]}`:                                                           "pay.base_rate: this is a number 1.5; it must be a whole number",
		`{"pay":{"currency":"EUR","tz":"UTC"},"shifts":[{"person":"a","start":"1970-01-01T00:00:00Z","end":"2190-01-01T00:00:00Z"}]}`: "shifts: are more than a hundred years",
	} {
		if _, err := health.Evaluate([]byte(file)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n got %v\nwant %s", file, err, want)
		}
	}
}

// A misspelt field of a file is named, and nothing is when all are known.
func TestEvaluateNamesWhatItDoesNotKnow(t *testing.T) {
	for file, want := range map[string]string{
		`{"people":[{"id":"a","tz":"UTC"}],"pagez":[],"period":["2026-03-02T08:00:00Z","2026-03-09T08:00:00Z"]}`: `"unknown_fields":["pagez"]`,
		`{"oncall_weeks":8,"wakups":2}`: `"unknown_fields":["wakups"]`,
	} {
		out, err := json.Marshal(evaluate(t, file))
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("%s\n has no %s\n%s %v", file, want, out, err)
		}
	}
}

// Files that once took minutes or for ever are measured, or refused, at once: input within
// input, and hours that go past the last day of a leap year, of which package time does
// not know the end.
func TestEvaluateComesToAnEnd(t *testing.T) {
	deep := strings.Repeat(`{"input":`, 9000) + "{}" + strings.Repeat("}", 9000)
	if _, err := health.Evaluate([]byte(deep)); err == nil {
		t.Error("input within input within input was evaluated")
	}
	got := evaluate(t, `{"person":{"id":"a","tz":"America/New_York"},"shifts":[{"person":"a","start":"2040-12-30T05:00:00Z","end":"2041-01-02T05:00:00Z"}],
		"period":["2040-12-30T05:00:00Z","2041-01-02T05:00:00Z"]}`)
	// A Sunday, and two days of work.
	expect(t, "expected", map[string]any{"on_call_hours_by_band": map[string]any{"weekend": 24.0, "business": 20.0, "evening": 8.0, "sleep": 20.0}}, got, 0)
	got = evaluate(t, `{"pay":{"currency":"EUR","tz":"America/New_York","base_rate":100,"weekly_rules":[{"name":"night","start":"22:00","end":"06:00","rate":200}]},
		"shifts":[{"person":"a","start":"2040-12-30T05:00:00Z","end":"2041-01-02T05:00:00Z"}]}`)
	expect(t, "expected", map[string]any{"total": map[string]any{"a": 9600.0}}, got, 0)
}

// A small zone database lists no change after 2007: with it every last day of a leap year
// is such a day. Bands of a person who lives through one add up to all of it.
func TestLeapDaysOfMoves(t *testing.T) {
	zones := []string{"Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu"}
	for i, name := range zones {
		a, b := load(t, name), load(t, zones[(i+1)%len(zones)])
		moved := time.Date(2044, 12, 31, 7, 30, 0, 0, time.UTC)
		c := health.DefaultConfig()
		p, err := health.NewPerson(health.Person{ID: 1, Stays: []health.Stay{{Zone: a}, {From: moved, Zone: b}}}, &c)
		if err != nil {
			t.Fatal(err)
		}
		from, to := time.Date(2044, 12, 29, 0, 0, 0, 0, time.UTC), time.Date(2045, 1, 2, 0, 0, 0, 0, time.UTC)
		for _, got := range []health.ByBand[int64]{p.PageBands(from, to), p.StandbyBands(from, to)} {
			if health.Total(got) != 4*24*3600 {
				t.Errorf("%s: %v", name, got)
			}
		}
		var sum health.ByBand[int64]
		for at := from; at.Before(to); at = at.Add(15 * time.Minute) {
			sum[p.PageBand(at)] += 15 * 60
		}
		if got := p.PageBands(from, to); got != sum {
			t.Errorf("%s: got %v, want %v by quarters of an hour", name, got, sum)
		}
	}
}
