package health_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"watchbill/health"
	"watchbill/schedule"
)

// Whatever is in a file, it is refused with a reason or comes to something that can be
// written down.
func FuzzEvaluate(f *testing.F) {
	files, _ := filepath.Glob(filepath.Join(shared, "case_*.json"))
	for _, name := range files {
		if data, err := os.ReadFile(name); err == nil {
			f.Add(data)
		}
	}
	for _, text := range []string{
		`{"people":[{"id":"a","tz":"UTC"}],"period":["2026-03-02T08:00:00Z","2026-03-09T08:00:00Z"]}`,
		`{"person":{"id":"a","tz":[{"from":null,"tz":"UTC"}]},"pages":[{"id":"p","person":"a","incident":"i","notified_at":null}],"period":["2026-03-02T08:00:00Z","2026-03-09T08:00:00Z"]}`,
		`{"counts":{"a":1000000000,"b":0},"hours":{"a":1000000000,"b":1}}`,
		`{"x_t":[[1000000000,1]],"prior":{"m0":0,"b":0}}`,
		`{"loads":{},"entitlements":{}}`,
		`{"person":{"id":"a","tz":"UTC"},"first_day":"2026-03-02","days":1}`,
		`{"pay":{"currency":"EUR","tz":"Europe/Berlin","base_rate":500,"weekly_rules":[{"name":"n","start":"18:00","end":"09:00","rate":1000}]},"shifts":[{"person":"a","start":"2026-03-02T08:00:00Z","end":"2026-03-09T08:00:00Z"}]}`,
		`{"person":{"id":"a","tz":"UTC"},"call_outs":[["2026-03-02T01:00:00Z","2026-03-02T02:00:00Z"]]}`,
		`{"input":{"input":{"rows":[]}}}`, `{"input":null}`, `[]`, `{"rows":[{}],"people":[]}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := health.Evaluate(data)
		if err != nil {
			var bad *schedule.InvalidError
			if !errors.As(err, &bad) {
				t.Fatalf("refused without a reason: %v", err)
			}
			return
		}
		if _, err := json.Marshal(got); err != nil {
			t.Fatalf("%v cannot be written: %v", got, err)
		}
	})
}
