package health

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"watchbill/schedule"
)

// Evaluate computes what a file asks, told by the fields it has:
//
//   - people and rows: the band of each moment on somebody's own clock
//   - people (or one person), period, and shifts, pages, incidents: the burden
//   - loads and entitlements: how evenly a schedule lies, and what is carried on
//   - x_t and prior: rates with their intervals
//   - counts and hours: page luck
//   - person, work, engaged, first_day and days: rest
//   - pay and shifts: what being on call is paid
//   - person and call_outs: the time off that is owed
//   - oncall_weeks, wakeups and other figures of a period: the team's score; also several
//     periods by name, and base and extra: with so many more incidents at night
//   - items and responses: a wave of the pulse, and what of it may be told
//
// A worked case is evaluated by its input: {"input": {…}, "expected": …}. The result is
// what is printed as JSON. What is wrong with the file is one or more
// *schedule.InvalidError, joined.
func Evaluate(data []byte) (any, error) {
	var has map[string]json.RawMessage
	if err := json.Unmarshal(data, &has); err != nil {
		return nil, &schedule.InvalidError{Reason: fmt.Sprintf("this is no JSON object: %v", err)}
	}
	if has["input"] != nil {
		return Evaluate(has["input"])
	}
	switch {
	case has["rows"] != nil:
		return evaluateBands(data)
	case has["loads"] != nil:
		return evaluateFairness(data)
	case has["x_t"] != nil:
		return evaluateRates(data)
	case has["counts"] != nil:
		return evaluateLuck(data)
	case has["pay"] != nil:
		return evaluatePay(data)
	case has["call_outs"] != nil:
		return evaluateOwed(data)
	case has["responses"] != nil:
		return evaluatePulse(data)
	case has["first_day"] != nil:
		return evaluateRest(data)
	case has["period"] != nil && (has["person"] != nil || has["people"] != nil):
		return evaluateEvents(data)
	}
	return evaluateFigures(has, data)
}

// evaluateEvents measures a period of what happened; of one person that is theirs.
func evaluateEvents(data []byte) (any, error) {
	f, err := ReadFile(data)
	if err != nil {
		return nil, err
	}
	report := f.Report()
	if f.doc.Person != nil && f.doc.People == nil {
		return struct {
			PersonReport
			FileReport
		}{report.People[f.doc.Person.ID], report}, nil
	}
	return report, nil
}

// mostCount is more than anybody counts, and can be computed with.
const mostCount = 1e9

// decode reads JSON into a document; what does not fit is an *schedule.InvalidError.
func decode(data []byte, doc any) error {
	if err := json.Unmarshal(data, doc); err != nil {
		return &schedule.InvalidError{Reason: err.Error()}
	}
	return nil
}

func evaluateBands(data []byte) ([]string, error) {
	var doc struct {
		Rows []struct {
			Person string `json:"person"`
			At     string `json:"at"`
			Kind   string `json:"kind"`
		} `json:"rows"`
	}
	r := fileReader{File: &File{Config: DefaultConfig()}}
	if err := decode(data, &doc); err != nil {
		return nil, err
	}
	if err := decode(data, &r.doc); err != nil {
		return nil, err
	}
	r.readPeople()
	if err := r.bad.err(); err != nil {
		return nil, err
	}
	out := []string{}
	for i, row := range doc.Rows {
		field := fmt.Sprintf("rows[%d]", i)
		who, at := r.person(field+".person", row.Person), r.instant(field+".at", &row.At)
		for j := range r.People {
			if p := &r.People[j]; p.ID == who {
				out = append(out, BandName(p.PageBand(at)))
			}
		}
	}
	return out, r.bad.err()
}

func evaluateFairness(data []byte) (any, error) {
	var doc struct {
		Loads        ordered  `json:"loads"`
		Entitlements ordered  `json:"entitlements"`
		Debt         ordered  `json:"previous_debt"`
		Decay        *float64 `json:"decay"`
	}
	if err := decode(data, &doc); err != nil {
		return nil, err
	}
	names := doc.Entitlements.names
	for _, name := range names {
		if l, e := doc.Loads.values[name], doc.Entitlements.values[name]; l < 0 || l > mostCount || e < 0 || e > mostCount {
			return nil, &schedule.InvalidError{Field: "loads." + name, Reason: "loads and entitlements cannot be below zero"}
		}
	}
	for _, name := range doc.Loads.names {
		if _, ok := doc.Entitlements.values[name]; !ok {
			return nil, &schedule.InvalidError{Field: "entitlements", Reason: fmt.Sprintf("say nothing of %q", name)}
		}
	}
	var loads, entitlements, debts []float64
	for _, name := range names {
		loads = append(loads, doc.Loads.values[name])
		entitlements = append(entitlements, doc.Entitlements.values[name])
		debts = append(debts, doc.Debt.values[name])
	}
	decay := 0.9
	if doc.Decay != nil {
		decay = *doc.Decay
	}
	f := Share(loads, entitlements)
	carried := map[string]float64{}
	for i, d := range Debt(debts, f, decay) {
		carried[names[i]] = d
	}
	return map[string]any{"fairness": f.Report(names), "debt": carried}, nil
}

func evaluateRates(data []byte) (any, error) {
	var doc struct {
		Pairs [][2]float64 `json:"x_t"`
		Prior *Prior       `json:"prior"`
	}
	if err := decode(data, &doc); err != nil {
		return nil, err
	}
	if p := doc.Prior; p != nil && !(p.M0 > 0 && p.M0 <= mostCount && p.B > 0 && p.B <= mostCount) {
		return nil, &schedule.InvalidError{Field: "prior", Reason: "m0 and b are above zero"}
	}
	// The tail is one value to check other tables against: five or more where one is
	// expected.
	out := map[string]any{"tail_5_mu1": AtLeast(5, 1)}
	for i, xt := range doc.Pairs {
		x, t := xt[0], xt[1]
		if x < 0 || x > mostCount || x != math.Trunc(x) || t < 1/mostCount || t > mostCount {
			return nil, &schedule.InvalidError{Field: fmt.Sprintf("x_t[%d]", i), Reason: "is a whole count and an exposure above zero"}
		}
		name := fmt.Sprintf("%g_in_%g", x, t)
		r := Garwood(int(x), t, 0.95)
		out["ci_"+name] = [2]float64{r.Low, r.High}
		if doc.Prior != nil {
			out["shrunk_"+name] = doc.Prior.Shrunk(x, t)
		}
	}
	return out, nil
}

func evaluateLuck(data []byte) (any, error) {
	var doc struct {
		Counts ordered `json:"counts"`
		Hours  ordered `json:"hours"`
	}
	if err := decode(data, &doc); err != nil {
		return nil, err
	}
	var counts []int
	var held []float64
	for _, name := range doc.Counts.names {
		n, h := doc.Counts.values[name], doc.Hours.values[name]
		if n < 0 || n > mostCount || n != math.Trunc(n) || h < 0 || h > mostCount {
			return nil, &schedule.InvalidError{Field: "counts." + name, Reason: "is a whole number of pages with hours beside it, none below zero or above a thousand million"}
		}
		counts = append(counts, int(n))
		held = append(held, h)
	}
	l, ok := PageLuck(counts, held)
	if !ok {
		return nil, &schedule.InvalidError{Field: "counts", Reason: "there is nothing to compare: at least two people with hours, and one page"}
	}
	return l.Report(doc.Counts.names, counts), nil
}

func evaluateRest(data []byte) (any, error) {
	var doc struct {
		Work     [][2]string   `json:"work"`
		Engaged  [][2]string   `json:"engaged"`
		Late     [][2]string   `json:"work_with_late_start"`
		FirstDay schedule.Date `json:"first_day"`
		Days     int           `json:"days"`
	}
	r := fileReader{File: &File{Config: DefaultConfig()}}
	if err := decode(data, &doc); err != nil {
		return nil, err
	}
	if err := decode(data, &r.doc); err != nil {
		return nil, err
	}
	r.readPeople()
	r.bad.unless(doc.Days > 0 && doc.Days <= 3660, "days", "must be from 1 to 3660")
	r.bad.unless(doc.FirstDay.Valid(), "first_day", "is the day on which the first night begins, like 2026-03-02")
	engaged := r.times("engaged", doc.Engaged)
	plain, late := r.times("work", doc.Work), r.times("work_with_late_start", doc.Late)
	if err := r.bad.err(); err != nil {
		return nil, err
	}
	rules, p := DefaultRestRules(), &r.People[0]
	check := func(work []Times) RestReport {
		c := rules.Check(p, append(work, engaged...), doc.FirstDay, doc.Days)
		return c.Report()
	}
	out := map[string]any{"plain": check(plain)}
	if doc.Late != nil {
		out["late_start"] = check(late)
	}
	return out, nil
}

// times reads stretches of time.
func (r *fileReader) times(field string, list [][2]string) []Times {
	var out []Times
	for i, pair := range list {
		at := fmt.Sprintf("%s[%d]", field, i)
		t := Times{r.instant(at, &pair[0]), r.instant(at, &pair[1])}
		r.bad.unless(!t.End.Before(t.Start), at, "must not end before it begins")
		out = append(out, t)
	}
	return out
}

// A RestReport is a rest check as reports have it.
type RestReport struct {
	Daily          []map[string]any `json:"daily"`
	Weekly         []map[string]any `json:"weekly"`
	DailyBreaches  int              `json:"daily_breaches"`
	WeeklyBreaches int              `json:"weekly_breaches"`
}

// Report returns a rest check as reports have it.
func (r *RestCheck) Report() RestReport {
	out := RestReport{Daily: []map[string]any{}, Weekly: []map[string]any{}}
	entry := func(key string, d schedule.Date, longest time.Duration, breach bool) map[string]any {
		return map[string]any{key: d, "longest_rest_h": longest.Hours(), "breach": breach}
	}
	for _, n := range r.Nights {
		out.Daily = append(out.Daily, entry("night", n.Night, n.Longest, n.Breach))
	}
	for _, w := range r.Weeks {
		out.Weekly = append(out.Weekly, entry("week_from", w.From, w.Longest, w.Breach))
	}
	out.DailyBreaches, out.WeeklyBreaches = r.Breaches()
	return out
}

// ordered is an object of numbers, by name.
type ordered struct {
	names  []string
	values map[string]float64
}

// UnmarshalJSON reads the object; its names are put in order.
func (o *ordered) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, &o.values); err != nil {
		return err
	}
	o.names = slices.Sorted(maps.Keys(o.values))
	return nil
}
