package health_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"watchbill/health"
)

// A fileScene is a scene as a file has it, so that what must hold always also holds of
// what somebody writes down.
type fileScene map[string]any

// list returns one of the lists of the file.
func (f fileScene) list(name string) []any {
	some, _ := f[name].([]any)
	return some
}

// file writes a scene as a file.
func (s *scene) file(t *rapid.T) fileScene {
	stamp := func(at time.Time) any {
		if at.IsZero() {
			return nil
		}
		return at.Format(time.RFC3339)
	}
	who := func(n any) string { return "p" + toText(n) }
	out := fileScene{"period": []any{stamp(s.from), stamp(s.to)}}
	add := func(name string, row map[string]any) { out[name] = append(out.list(name), row) }
	for i := range s.people {
		p := &s.people[i]
		var zones []any
		for _, stay := range p.Stays {
			zones = append(zones, map[string]any{"from": stamp(stay.From), "tz": stay.Zone.String()})
		}
		add("people", map[string]any{"id": who(p.ID), "tz": zones, "fte": rapid.SampledFrom([]float64{1, 0.5, 0.8}).Draw(t, "fte")})
	}
	for _, x := range s.shifts {
		add("shifts", map[string]any{"person": who(x.Person), "start": stamp(x.Start), "end": stamp(x.End), "level": x.Level})
	}
	for _, n := range s.pages {
		row := map[string]any{"id": toText(n.ID), "person": who(n.Person), "incident": toText(n.Incident), "notified_at": stamp(n.At), "channel": n.Channel}
		if n.Verdict != health.Untagged {
			row["actionable"] = n.Verdict == health.Actionable
		}
		add("pages", row)
	}
	for _, in := range s.incidents {
		var work []any
		for _, e := range in.Engagements {
			work = append(work, map[string]any{"person": who(e.Person), "start": stamp(e.Start), "end": stamp(e.End)})
		}
		add("incidents", map[string]any{"id": toText(in.ID), "severity": in.Severity, "triggered_at": stamp(in.TriggeredAt), "acked_at": stamp(in.AckedAt),
			"checkin_at": stamp(in.CheckInAt), "resolved_at": stamp(in.ResolvedAt), "engagements": work})
	}
	return out
}

func toText(n any) string {
	data, _ := json.Marshal(n)
	return string(data)
}

// evaluated is what a file comes to.
func (f fileScene) evaluated(t *rapid.T) map[string]any {
	data, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	result, err := health.Evaluate(data)
	if err != nil {
		t.Fatalf("%s\n%v", data, err)
	}
	out := map[string]any{}
	if data, err = json.Marshal(result); err == nil {
		err = json.Unmarshal(data, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// with is the file with another list in place of one.
func (f fileScene) with(name string, list []any) fileScene {
	out := fileScene{}
	for key, value := range f {
		out[key] = value
	}
	out[name] = list
	return out
}

// Told twice and in any order, also an incident that was not told whole the first time,
// what happened stays what happened.
func TestFilesToldTwiceAreTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		file := s.file(t)
		want := file.evaluated(t)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		again := file
		for _, name := range []string{"shifts", "pages", "incidents"} {
			rows := slices.Concat(file.list(name), file.list(name))
			if name == "incidents" { // told first as it began, and then again, and again
				for _, row := range file.list(name) {
					in := row.(map[string]any)
					rows = append(rows, map[string]any{"id": in["id"], "severity": in["severity"], "triggered_at": in["triggered_at"]})
				}
			}
			random.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
			again = again.with(name, rows)
		}
		if diff := cmp.Diff(want, again.evaluated(t), nearly); diff != "" {
			t.Fatal(diff)
		}
	})
}

// Who was paged changes nothing of how even the schedule lies, nor does half of
// everybody's full-time equivalent.
func TestFairnessOfFilesIsTheSchedules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		file := s.file(t)
		want := file.evaluated(t)
		quiet := file.with("pages", nil).with("incidents", nil).evaluated(t)
		if diff := cmp.Diff(want["fairness"], quiet["fairness"], nearly); diff != "" {
			t.Fatalf("without pages: %s", diff)
		}
		var half []any
		for _, row := range file.list("people") {
			p := map[string]any{}
			for key, value := range row.(map[string]any) {
				p[key] = value
			}
			p["fte"] = p["fte"].(float64) / 2
			half = append(half, p)
		}
		if diff := cmp.Diff(want["fairness"], file.with("people", half).evaluated(t)["fairness"], nearly); diff != "" {
			t.Fatalf("with half of every share: %s", diff)
		}
	})
}

// One more page, of an incident that is known or not, on an edge or not, makes no band
// and no sum of the team smaller.
func TestOneMorePageInAFileLowersNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		file := s.file(t)
		at := s.from.Add(time.Duration(rapid.IntRange(0, int(s.to.Sub(s.from)/time.Second)-1).Draw(t, "at")) * time.Second)
		if rapid.Bool().Draw(t, "on the hour") {
			at = at.Truncate(30 * time.Minute)
		}
		page := map[string]any{"id": "late", "person": "p" + strconv.Itoa(rapid.IntRange(1, len(s.people)).Draw(t, "who")),
			"incident": toText(rapid.IntRange(1, 14).Draw(t, "of")), "notified_at": at.Format(time.RFC3339)}
		before, after := file.evaluated(t), file.with("pages", append(slices.Clone(file.list("pages")), page)).evaluated(t)
		notLess(t, "people", before["people"], after["people"])
		b, a := before["team"].(map[string]any), after["team"].(map[string]any)
		for _, name := range []string{"notifications", "interruptions", "wakeups", "offhours_episodes", "worst_nights_7d", "overloaded_block_share", "alert_time_share", "paged_incidents", "nonactionable_incidents", "afterhours_engaged_hours"} {
			notLess(t, name, b[name], a[name])
		}
		if diff := cmp.Diff(before["fairness"], after["fairness"]); diff != "" {
			t.Fatal(diff)
		}
		if diff := cmp.Diff(before["ops"], after["ops"]); diff != "" {
			t.Fatal(diff) // answers to incidents are those of incidents
		}
	})
}

// notLess compares all numbers of two values of one shape.
func notLess(t *rapid.T, path string, before, after any) {
	switch b := before.(type) {
	case map[string]any:
		for key, value := range b {
			notLess(t, path+"."+key, value, after.(map[string]any)[key])
		}
	case float64:
		if a := after.(float64); a < b-1e-9 {
			t.Fatalf("%s: %v became %v", path, b, a)
		}
	}
}
