package ingest_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchbill/api/ingest"
	"watchbill/health"
)

type delivery struct {
	Format     string
	Headers    map[string]string
	ReceivedAt time.Time `json:"received_at"`
	Body       json.RawMessage
	RawBody    string `json:"raw_body"`
	Inject     string
}

type scenario struct {
	Name       string
	Deliveries []delivery
	Expected   struct {
		Pages       []map[string]any
		Duplicates  int
		DeadLetters int `json:"dead_letters"`
	}
}

// stored is what a receiver keeps of deliveries: their events, each once.
func stored(t *testing.T, deliveries []delivery) (events []health.Event, dead int) {
	t.Helper()
	seen := map[string]bool{}
	for i, d := range deliveries {
		if d.Inject != "" { // never became durable
			continue
		}
		body := []byte(d.RawBody)
		if d.RawBody == "" {
			body = d.Body
		}
		vendor, _, _ := strings.Cut(d.Format, ".")
		res := ingest.Normalize(vendor, d.Format, body, nil)
		if res.Disposition == ingest.Invalid {
			if id := d.Headers["x-webhook-id"]; !seen[id] {
				dead++
				seen[id] = true
			}
			continue
		}
		events = append(events, res.Received(d.ReceivedAt, int64(i), health.SourceHook)...)
	}
	return events, dead
}

// shown is what of a page a scenario speaks of.
func shown(p health.Page) map[string]any {
	at := func(t time.Time) any {
		if t.IsZero() {
			return nil
		}
		return t.Format(time.RFC3339Nano)
	}
	var responders []any
	for _, r := range p.Responders {
		first, _ := r.NotifiedAt()
		responders = append(responders, map[string]any{
			"vendor_user_id": r.ID, "email": r.Email, "interruptions": float64(r.Interruptions), "first_notified_at": at(first),
			"acked_at": at(r.AckedAt), "resolved_at": at(r.ResolvedAt), "responding_seconds": r.Responding.Seconds(),
		})
	}
	return map[string]any{
		"page_key": p.Key, "state": string(p.State), "triggered_at": at(p.TriggeredAt), "first_ack_at": at(p.FirstAckAt),
		"resolved_at": at(p.ResolvedAt), "episodes": float64(len(p.Firings)), "reopens": float64(p.Reopens),
		"escalations": float64(p.Escalations), "alerts": float64(p.Alerts), "renotifications": float64(p.Renotifications),
		"late": p.Has(health.FlagLate), "merged_into": p.MergedInto, "counts_as_page": p.CountsAsPage, "responders": responders,
	}
}

// only keeps of got what want speaks of.
func only(want, got any) any {
	switch want := want.(type) {
	case map[string]any:
		got, _ := got.(map[string]any)
		out := map[string]any{}
		for name, w := range want {
			if v, ok := got[name]; ok {
				out[name] = only(w, v)
			}
		}
		return out
	case []any:
		got, _ := got.([]any)
		var out []any
		for i, v := range got {
			if i < len(want) {
				v = only(want[i], v)
			}
			out = append(out, v)
		}
		return out
	}
	return got
}

// permutations calls f with every order of n things, or with some thousands of them.
func permutations(n int, f func([]int)) {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	var next func(int)
	next = func(k int) {
		if k == n {
			f(order)
			return
		}
		for i := k; i < n; i++ {
			order[k], order[i] = order[i], order[k]
			next(k + 1)
			order[k], order[i] = order[i], order[k]
		}
	}
	next(0)
}

func TestScenariosReachTheirEndInAnyOrder(t *testing.T) {
	shared(t, "manifest.json")
	files, _ := filepath.Glob(filepath.Join(payloads, "constructed/scenarios/*.json"))
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s := decode[scenario](t, data)
		t.Run(s.Name, func(t *testing.T) {
			events, dead := stored(t, s.Deliveries)
			if dead != s.Expected.DeadLetters {
				t.Errorf("%d dead letters, want %d", dead, s.Expected.DeadLetters)
			}
			want := health.Fold(events, health.DefaultRules())
			if len(want) != len(s.Expected.Pages) {
				t.Fatalf("%d pages, want %d", len(want), len(s.Expected.Pages))
			}
			for i, w := range s.Expected.Pages {
				if got := only(w, shown(want[i])); !reflect.DeepEqual(normal(got), normal(w)) {
					t.Errorf("page %s (-want +got):\n%s", want[i].Key, cmp.Diff(normal(w), normal(got)))
				}
			}
			permutations(len(events), func(order []int) {
				shuffled := make([]health.Event, 0, 2*len(order))
				for _, i := range order {
					shuffled = append(shuffled, events[i])
				}
				shuffled = append(shuffled, slices.Clone(shuffled[:len(order)/2])...)
				if diff := cmp.Diff(want, health.Fold(shuffled, health.DefaultRules())); diff != "" {
					t.Fatalf("order %v (-want +got):\n%s", order, diff)
				}
			})
		})
	}
}

// normal makes values comparable: times as instants.
func normal(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, value := range v {
			out[name] = normal(value)
		}
		return out
	case []any:
		var out []any
		for _, value := range v {
			out = append(out, normal(value))
		}
		return out
	case string:
		if at, err := time.Parse(time.RFC3339Nano, v); err == nil {
			return at.UTC().Format(time.RFC3339Nano)
		}
	}
	return v
}
