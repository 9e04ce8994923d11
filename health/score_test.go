package health_test

import (
	"encoding/json"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"watchbill/health"
	"watchbill/schedule"
)

func some(x float64) *float64 { return &x }

// drawFigures draws a period's figures, each of which may be unknown.
func drawFigures(t *rapid.T) health.ScoreInput {
	weeks := rapid.SampledFrom([]float64{0, 0.3, 1, 4, 8, 13, 40}).Draw(t, "on-call weeks")
	draw := func(name string, high float64) *float64 {
		if rapid.IntRange(0, 9).Draw(t, name+" is known") == 0 {
			return nil
		}
		return some(rapid.Float64Range(0, high).Draw(t, name))
	}
	count := func(name string, high float64) *float64 {
		x := draw(name, high*max(1, weeks))
		if x != nil {
			*x = math.Floor(*x)
		}
		return x
	}
	in := health.ScoreInput{
		OnCallWeeks: some(weeks), Wakeups: count("wake-ups", 5), WorstWeek: draw("worst week", 7), OffHours: count("off hours", 12),
		AfterHours: draw("after hours", 12*max(1, weeks)), PagedIncidents: count("incidents", 60), OverloadedShare: draw("overloaded", 0.5),
		AlertShare: draw("alert", 0.6), NoAction: count("no action", 20), MaxOnCallShare: draw("on call", 0.8), RestBreaches: count("rest", 2),
		RotaSizeRatio: draw("rota", 1.5), StandbyCV: draw("cv", 0.8), StandbyTop: draw("top", 3), ScheduleWeeks: draw("schedule weeks", 30),
		CycleWeeks: draw("cycle", 12), HistoryWeeks: draw("history", 30), ItemsOnTime: draw("on time", 1), ActionItems: count("items", 2),
		ToilShare: draw("toil", 1), TicketAge: draw("age", 50),
	}
	if rapid.Bool().Draw(t, "pulse") {
		in.Pulse = drawPulse(t)
	}
	for range rapid.IntRange(0, 3).Draw(t, "flags") {
		in.Flags = append(in.Flags, drawFlag(t))
	}
	return in
}

func drawPulse(t *rapid.T) *health.PulseFigures {
	n := float64(rapid.IntRange(5, 30).Draw(t, "answered"))
	return &health.PulseFigures{
		Published: true, N: some(n), Rate: some(n / (n + float64(rapid.IntRange(0, 20).Draw(t, "silent")))),
		Index: some(float64(rapid.IntRange(0, 100).Draw(t, "index"))), SD: some(float64(rapid.IntRange(0, 45).Draw(t, "deviation"))),
	}
}

func drawFlag(t *rapid.T) health.FlagFactor {
	c := health.DefaultConfig()
	return health.FlagFactor{
		Component: rapid.SampledFrom(append(c.ComponentNames(), "all")).Draw(t, "component"),
		Factor:    rapid.SampledFrom([]float64{0, 0.5, 0.8, 0.9}).Draw(t, "factor"),
	}
}

// TestScoreOfFigures checks what must hold of the score of any figures: specs/health.md
// 6.7, behaviours 4 to 10.
func TestScoreOfFigures(t *testing.T) {
	c := health.DefaultConfig()
	rapid.Check(t, func(t *rapid.T) {
		in := drawFigures(t)
		s := c.Score(&in)
		checkSums(t, &c, &s)
		checkPulse(t, &c, in, &s)
		flagged := in
		flagged.Flags = append(slices.Clone(in.Flags), drawFlag(t))
		f := c.Score(&flagged)
		if f.Confidence > s.Confidence {
			t.Fatalf("a doubt raised confidence from %v to %v", s.Confidence, f.Confidence)
		}
		if s.Score != nil && f.Score != nil && (*s.Score != *f.Score || *s.Interval != *f.Interval || *s.Band != *f.Band) {
			t.Fatalf("a doubt changed the score from %v to %v", *s.Score, *f.Score)
		}
		if s.Score == nil && f.Score != nil {
			t.Fatalf("a doubt made a score")
		}
	})
}

// checkSums looks at how a score is put together.
func checkSums(t *rapid.T, c *health.Config, s *health.Score) {
	if s.Confidence < 0 || s.Confidence > 1 {
		t.Fatalf("confidence %v", s.Confidence)
	}
	if s.Score == nil {
		if s.Reason == "" || s.Interval != nil || s.Band != nil || s.Mean != nil || len(s.PointsLost) > 0 {
			t.Fatalf("no score, and yet: %+v", s)
		}
		return
	}
	score := *s.Score
	if score < 0 || score > 100 {
		t.Fatalf("score %v", score)
	}
	low, high, worst := 100.0, 0.0, 100.0
	rest := score + *s.GuardrailLoss
	for name, part := range s.Components {
		low, high = math.Min(low, part.Score), math.Max(high, part.Score)
		if slices.Contains(c.Guardrail.Components, name) {
			worst = math.Min(worst, part.Score)
		}
		rest += s.PointsLost[name]
	}
	if math.Abs(rest-100) > 1e-9 {
		t.Fatalf("score and losses add up to %v", rest)
	}
	if score > c.Guardrail.Slack+worst+1e-9 || *s.GuardrailLoss < 0 {
		t.Fatalf("score %v with a component at %v", score, worst)
	}
	if score < low-1e-9 || score > high+1e-9 {
		t.Fatalf("score %v outside its components, %v to %v", score, low, high)
	}
	if s.Interval[0] > score+1e-9 || s.Interval[1] < score-1e-9 {
		t.Fatalf("score %v outside %v", score, *s.Interval)
	}
	if *s.Band != c.BandOf(score) || s.Provisional != (s.ConfidenceLabel == health.ConfidenceLow) {
		t.Fatalf("band %s of %v", *s.Band, score)
	}
}

// checkPulse takes the pulse away, suppresses it, and makes it better.
func checkPulse(t *rapid.T, c *health.Config, in health.ScoreInput, s *health.Score) {
	in.Pulse = nil
	without := c.Score(&in)
	checkSums(t, c, &without)
	if without.ConfidenceLabel == health.ConfidenceHigh || without.Scope != health.ScopeOperational {
		t.Fatalf("without a pulse: %s, %s", without.ConfidenceLabel, without.Scope)
	}
	if s.ComponentConfidence["experience"] > 0 && without.Confidence >= s.Confidence {
		t.Fatalf("without a pulse confidence %v, with one %v", without.Confidence, s.Confidence)
	}
	in.Pulse = drawPulse(t)
	if rapid.Bool().Draw(t, "too few") {
		*in.Pulse.N = float64(rapid.IntRange(0, 4).Draw(t, "few"))
	} else {
		in.Pulse.Published = false
	}
	suppressed := c.Score(&in)
	if a, b := marshal(t, without), marshal(t, suppressed); string(a) != string(b) {
		t.Fatalf("a suppressed pulse shows: %s, without one %s", b, a)
	}
	in.Pulse = drawPulse(t)
	worse := c.Score(&in)
	better := *in.Pulse
	better.Index = some(rapid.Float64Range(*in.Pulse.Index, 100).Draw(t, "better"))
	in.Pulse = &better
	if after := c.Score(&in); worse.Score != nil && *after.Score < *worse.Score-1e-9 {
		t.Fatalf("a better pulse lowered the score from %v to %v", *worse.Score, *after.Score)
	}
}

// TestMoreExposure checks behaviour 11: the same rates seen for longer are known better.
func TestMoreExposure(t *testing.T) {
	c := health.DefaultConfig()
	rapid.Check(t, func(t *rapid.T) {
		wakeups := float64(rapid.IntRange(0, 8).Draw(t, "wake-ups in four weeks"))
		short := health.ScoreInput{OnCallWeeks: some(4), PagedIncidents: some(20), OffHours: some(6), Wakeups: &wakeups, WorstWeek: some(2),
			AfterHours: some(4), OverloadedShare: some(0.1), AlertShare: some(0.1), NoAction: some(4), ToilShare: some(0.4), ItemsOnTime: some(0.8), ActionItems: some(5)}
		k := float64(rapid.IntRange(2, 12).Draw(t, "times as long"))
		long := short
		long.OnCallWeeks, long.PagedIncidents, long.OffHours = some(4*k), some(20*k), some(6*k)
		long.Wakeups, long.AfterHours, long.NoAction = some(wakeups*k), some(4*k), some(4*k)
		a, b := c.Score(&short), c.Score(&long)
		if b.Confidence <= a.Confidence || b.Interval[1]-b.Interval[0] > a.Interval[1]-a.Interval[0]+1e-9 {
			t.Fatalf("%v weeks: confidence %v, %v; %v weeks: confidence %v, %v", 4, a.Confidence, *a.Interval, 4*k, b.Confidence, *b.Interval)
		}
	})
}

// input is what the score of a scene is computed from.
func (s *scene) input() health.ScoreInput {
	m := s.measure()
	in := m.Team.ScoreInput()
	var loads, entitlements []float64
	for i, r := range s.records() {
		t := s.config.Measure(&s.people[i], r, s.from, s.to)
		loads = append(loads, t.StandbyPoints(&s.config))
		entitlements = append(entitlements, float64(s.people[i].Share))
	}
	fair := health.Share(loads, entitlements)
	in.StandbyCV, in.StandbyTop = some(fair.CV), some(fair.Top)
	in.RestBreaches, in.ItemsOnTime, in.ToilShare = some(1), some(0.8), some(0.4)
	in.MaxOnCallShare, in.RotaSizeRatio, in.HistoryWeeks = some(0.3), some(0.8), some(8)
	return in
}

func (s *scene) score() health.Score {
	in := s.input()
	return s.config.Score(&in)
}

// sameScore compares all of two scores.
func sameScore(t *rapid.T, what string, want, got health.Score) {
	a, b := marshal(t, want), marshal(t, got)
	if string(a) == string(b) {
		return
	}
	if want.Score == nil || got.Score == nil || math.Abs(*want.Score-*got.Score) > 1e-9 || math.Abs(want.Confidence-got.Confidence) > 1e-9 ||
		math.Abs(want.Interval[0]-got.Interval[0]) > 1e-9 || math.Abs(want.Interval[1]-got.Interval[1]) > 1e-9 {
		t.Fatalf("%s: %s became %s", what, a, b)
	}
}

// TestOneMorePageNeverRaisesTheScore checks behaviour 1 of 6.7 from raw events, by day
// and by night, and that fairness does not look at pages (13).
func TestOneMorePageNeverRaisesTheScore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		for i := range rapid.IntRange(1, 3).Draw(t, "more pages") {
			before := s.score()
			s.page(t, schedule.ID(1000+i), s.from.Add(time.Duration(rapid.IntRange(0, int(s.to.Sub(s.from)/time.Second)-1).Draw(t, "at"))*time.Second))
			after := s.score()
			if *after.Score > *before.Score+1e-9 {
				t.Fatalf("one more page raised the score from %v to %v", *before.Score, *after.Score)
			}
			for name, part := range after.Components {
				if part.Score > before.Components[name].Score+1e-9 {
					t.Fatalf("one more page raised %s from %v to %v", name, before.Components[name].Score, part.Score)
				}
			}
			if b, a := before.Components["fairness"], after.Components["fairness"]; b.Score != a.Score {
				t.Fatalf("a page changed fairness from %v to %v", b.Score, a.Score)
			}
		}
	})
}

// TestScoreOfEvents checks behaviours 3 and 12 to 15 from raw events.
func TestScoreOfEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		want := s.score()
		again := s
		again.pages = rapid.Permutation(slices.Concat(s.pages, s.pages)).Draw(t, "twice, in any order")
		again.incidents = rapid.Permutation(s.incidents).Draw(t, "incidents in any order")
		again.shifts = rapid.Permutation(s.shifts).Draw(t, "shifts in any order")
		sameScore(t, "the same told again", want, again.score())

		slow := s
		slow.incidents = slices.Clone(s.incidents)
		for i := range slow.incidents {
			in := &slow.incidents[i]
			in.AckedAt = in.TriggeredAt.Add(time.Duration(rapid.IntRange(0, 9000).Draw(t, "acknowledged after")) * time.Second)
			in.CheckInAt = in.AckedAt
		}
		sameScore(t, "answered slowly", want, slow.score())

		halved := s
		halved.people = slices.Clone(s.people)
		for i := range halved.people {
			halved.people[i].Share /= 2
		}
		sameScore(t, "everybody half-time", want, halved.score())

		split := s
		split.shifts = nil
		for _, x := range s.shifts {
			a, b := x, x
			a.End = x.Start.Add(time.Duration(rapid.IntRange(1, 167*3600).Draw(t, "cut")) * time.Second)
			b.Start = a.End
			split.shifts = append(split.shifts, b, a)
		}
		sameScore(t, "handed over to oneself", want, split.score())
	})
}

// TestScoreLaterAndElsewhere checks behaviour 14: whole weeks later, and everybody with
// all that happened to them further west.
func TestScoreLaterAndElsewhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		for i := range s.people {
			s.people[i].Holidays = schedule.Calendar{}
			for j := range s.people[i].Stays {
				s.people[i].Stays[j].Zone = time.FixedZone("", rapid.IntRange(-40, 40).Draw(t, "offset")*900)
			}
		}
		want := s.score()
		later := s.moved(time.Duration(rapid.IntRange(-60, 60).Draw(t, "weeks")) * 7 * 24 * time.Hour)
		sameScore(t, "weeks later", want, later.score())
		west := rapid.IntRange(-16, 16).Draw(t, "quarters of an hour") * 900
		moved := s.moved(time.Duration(west) * time.Second)
		for i := range moved.people {
			for j := range moved.people[i].Stays {
				_, offset := monday.In(moved.people[i].Stays[j].Zone).Zone()
				moved.people[i].Stays[j].Zone = time.FixedZone("", offset-west)
			}
		}
		sameScore(t, "elsewhere", want, moved.score())
	})
}

// TestFileSplitAtHandOver checks behaviour 15 of whole files: not even the rota's cycle
// is another when somebody hands over to themselves.
func TestFileSplitAtHandOver(t *testing.T) {
	c := readCase(t, "case_25_end_to_end")
	var doc map[string]any
	if err := json.Unmarshal(c.Input, &doc); err != nil {
		t.Fatal(err)
	}
	var split []any
	for _, x := range doc["shifts"].([]any) {
		for _, part := range [][2]int{{0, 50}, {50, 168}} {
			half := map[string]any{}
			for k, v := range x.(map[string]any) {
				half[k] = v
			}
			start, err := time.Parse(time.RFC3339, half["start"].(string))
			if err != nil {
				t.Fatal(err)
			}
			half["start"] = start.Add(time.Duration(part[0]) * time.Hour).Format(time.RFC3339)
			half["end"] = start.Add(time.Duration(part[1]) * time.Hour).Format(time.RFC3339)
			split = append(split, half)
		}
	}
	doc["shifts"] = split
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	got, err := health.Evaluate(data)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "split", c.Expected, plain(t, got), c.Tolerance)
}

// TestNotEnoughToSay checks both reasons for no score, at their borders.
func TestNotEnoughToSay(t *testing.T) {
	c := health.DefaultConfig()
	load := health.ScoreInput{OnCallWeeks: some(40), PagedIncidents: some(3), OverloadedShare: some(0)}
	tests := []struct {
		name   string
		change func(*health.ScoreInput)
		reason string
	}{
		{"nothing at all", func(in *health.ScoreInput) { *in = health.ScoreInput{} }, health.ReasonFewComponents},
		{"one component", func(*health.ScoreInput) {}, health.ReasonFewComponents},
		{"two, of one of which nothing is known", func(in *health.ScoreInput) { in.StandbyCV = some(0.1) }, health.ReasonConfidence},
		{"two", func(in *health.ScoreInput) {
			in.StandbyCV, in.ScheduleWeeks, in.CycleWeeks = some(0.1), some(8), some(4)
			in.AlertShare = some(0)
		}, ""},
		{"two, with doubt", func(in *health.ScoreInput) {
			in.StandbyCV, in.ScheduleWeeks, in.CycleWeeks, in.AlertShare = some(0.1), some(8), some(4), some(0)
			in.Flags = []health.FlagFactor{{Component: "all", Factor: 0.5}}
		}, health.ReasonConfidence},
		{"no time on call", func(in *health.ScoreInput) {
			in.OnCallWeeks, in.Wakeups, in.AfterHours = some(0), some(0), some(0)
		}, health.ReasonFewComponents},
	}
	for _, test := range tests {
		in := load
		test.change(&in)
		s := c.Score(&in)
		if s.Reason != test.reason || (s.Score == nil) != (test.reason != "") {
			t.Errorf("%s: got %q with confidence %v and %v, want %q", test.name, s.Reason, s.Confidence, s.ComponentConfidence, test.reason)
		}
	}
}

// TestScoreNamesItsModel checks that another number is another fingerprint, and the same
// numbers the same.
func TestScoreNamesItsModel(t *testing.T) {
	a, b := health.DefaultConfig(), health.DefaultConfig()
	if a.Hash() != b.Hash() || len(a.Hash()) != 16 {
		t.Errorf("the same configuration: %s and %s", a.Hash(), b.Hash())
	}
	b.Targets["toil_share"] = health.Target{G: 0.3, B: 0.71}
	if a.Hash() == b.Hash() {
		t.Errorf("another configuration has the same fingerprint, %s", b.Hash())
	}
	s := a.Score(&health.ScoreInput{})
	if s.Model != "th-1" || s.Config != a.Hash() {
		t.Errorf("got model %s, %s", s.Model, s.Config)
	}
}

// TestFlagByCode checks that the code of a doubt stands for its factors.
func TestFlagByCode(t *testing.T) {
	const figures = `{"oncall_weeks": 8, "wakeups": 2, "worst_nights_7d": 1, "offhours_episodes": 3, "paged_incidents": 9, "overloaded_block_share": 0, "flags": `
	for _, pair := range [][2]string{
		{`[{"code": "INGEST_GAP"}]`, `[{"component": "all", "factor": 0.5}]`},
		{`[{"code": "OPEN_STALE"}]`, `[{"component": "load", "factor": 0.8}, {"component": "personal_time", "factor": 0.8}]`},
		{`null`, `[]`},
	} {
		a, err := health.Evaluate([]byte(figures + pair[0] + "}"))
		if err != nil {
			t.Fatal(err)
		}
		b, err := health.Evaluate([]byte(figures + pair[1] + "}"))
		if err != nil {
			t.Fatal(err)
		}
		expect(t, pair[0], plain(t, a), plain(t, b), 1e-12)
	}
	if _, err := health.Evaluate([]byte(figures + `[{"code": "NO_SUCH"}]}`)); err == nil {
		t.Errorf("a doubt that nobody knows was taken")
	}
}

// TestWeightsAreNoKnifeEdge draws weights and anchors at random around those of the model,
// as specs/health.md 6.7 did: the score of a team moves by a few points, and its band does
// not hang on them.
func TestWeightsAreNoKnifeEdge(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	about := func(x, by float64) float64 { return x * (1 - by + 2*by*random.Float64()) }
	for _, test := range []struct {
		name      string
		low, high float64 // 5 to 95 % of the draws, by the specification
	}{{"case_17_health_steady", 90.5, 93.2}, {"case_25_end_to_end", 62.1, 67.4}} {
		c := readCase(t, test.name)
		input := []byte(c.Input)
		if want := c.Expected.(map[string]any)["health_input"]; want != nil {
			input, _ = json.Marshal(want)
		}
		model := health.DefaultConfig()
		in, _, err := health.ReadScoreInput(input, &model)
		if err != nil {
			t.Fatal(err)
		}
		band := *model.Score(&in).Band
		var scores []float64
		kept := 0
		for range 2000 {
			drawn := health.DefaultConfig()
			for _, name := range drawn.ComponentNames() {
				part := drawn.Components[name]
				part.Weight = about(part.Weight, 0.3)
				for _, metric := range slices.Sorted(maps.Keys(part.Parts)) {
					part.Parts[metric] = about(part.Parts[metric], 0.3)
				}
				drawn.Components[name] = part
			}
			for _, metric := range slices.Sorted(maps.Keys(drawn.Targets)) {
				target := drawn.Targets[metric]
				target.B = target.G + about(target.B-target.G, 0.2)
				drawn.Targets[metric] = target
			}
			s := drawn.Score(&in)
			scores = append(scores, *s.Score)
			if *s.Band == band {
				kept++
			}
		}
		slices.Sort(scores)
		if low, high := scores[100], scores[1900]; math.Abs(low-test.low) > 0.5 || math.Abs(high-test.high) > 0.5 || kept < 1980 {
			t.Errorf("%s: %.1f to %.1f, band kept %d times of 2000; want about %.1f to %.1f", test.name, low, high, kept, test.low, test.high)
		}
	}
}
