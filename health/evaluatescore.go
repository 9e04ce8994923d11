package health

import (
	"encoding/json"
	"maps"
	"math"
	"slices"

	"watchbill/schedule"
)

// isScoreInput says whether an object is the figures of a period.
func isScoreInput(has map[string]json.RawMessage) bool {
	var in ScoreInput
	for _, f := range in.fields() {
		if has[f.name] != nil {
			return true
		}
	}
	return false
}

// evaluateFigures scores one period or several, of which the figures are given.
func evaluateFigures(has map[string]json.RawMessage, data []byte) (any, error) {
	switch {
	case has["base"] != nil && has["extra"] != nil:
		return evaluateMoreNights(data)
	case isScoreInput(has):
		return evaluateScore(data)
	case len(has) > 0 && areScoreInputs(has):
		return evaluateScores(has)
	}
	return nil, &schedule.InvalidError{Reason: "nothing here can be evaluated: a file has people, a period, and shifts, pages or incidents in it"}
}

// A ScoreReport is a score as files have it, with the fields of the file that nobody
// knows.
type ScoreReport struct {
	Score
	Unknown []string `json:"unknown_fields,omitempty"`
}

// evaluateScore scores the figures of one period.
func evaluateScore(data []byte) (any, error) {
	c := DefaultConfig()
	in, unknown, err := ReadScoreInput(data, &c)
	if err != nil {
		return nil, err
	}
	return ScoreReport{c.Score(&in), unknown}, nil
}

// areScoreInputs says whether everything in a file is the figures of a period.
func areScoreInputs(has map[string]json.RawMessage) bool {
	for _, one := range has {
		var fields map[string]json.RawMessage
		if json.Unmarshal(one, &fields) != nil || !isScoreInput(fields) {
			return false
		}
	}
	return true
}

// evaluateScores scores several periods, by name.
func evaluateScores(periods map[string]json.RawMessage) (any, error) {
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(periods)) {
		score, err := evaluateScore(periods[name])
		if err != nil {
			bad := fileReader{File: &File{}}
			bad.must(name, err)
			return nil, bad.bad.err()
		}
		out[name] = score
	}
	return out, nil
}

// evaluateMoreNights scores a period with so many more incidents at night.
func evaluateMoreNights(data []byte) (any, error) {
	var doc struct {
		Base  json.RawMessage `json:"base"`
		Extra []int           `json:"extra"`
	}
	if err := decode(data, &doc); err != nil {
		return nil, err
	}
	c := DefaultConfig()
	base, _, err := ReadScoreInput(doc.Base, &c)
	if err != nil {
		return nil, err
	}
	type row struct {
		Extra      int      `json:"extra_night_pages"`
		Score      *float64 `json:"score"`
		Personal   *float64 `json:"personal_time"`
		Confidence float64  `json:"confidence"`
	}
	out := []row{}
	for _, k := range doc.Extra {
		if k < 0 || k > mostCount {
			return nil, &schedule.InvalidError{Field: "extra", Reason: "is how many more there are, none below zero"}
		}
		in := base.withNights(k)
		s := c.Score(&in)
		personal, ok := s.Components[componentPersonal]
		out = append(out, row{k, s.Score, known(personal.Score, ok), s.Confidence})
	}
	return out, nil
}

// withNights returns the figures with so many more incidents at night, each of which wakes
// somebody for half an hour; every second makes the worst week worse.
func (in *ScoreInput) withNights(k int) ScoreInput {
	out := *in
	more := func(x *float64, by float64) *float64 {
		if x == nil {
			return nil
		}
		y := *x + by
		return &y
	}
	n := float64(k)
	out.Wakeups, out.PagedIncidents, out.AfterHours = more(in.Wakeups, n), more(in.PagedIncidents, n), more(in.AfterHours, n/2)
	if out.WorstWeek = more(in.WorstWeek, math.Floor(n/2)); out.WorstWeek != nil {
		*out.WorstWeek = math.Min(7, *out.WorstWeek)
	}
	return out
}
