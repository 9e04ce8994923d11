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
	has, err := fields(data)
	if err == nil && has["input"] != nil {
		// Once, and no deeper: each step would read all the rest again.
		data = has["input"]
		has, err = fields(data)
	}
	if err != nil {
		return nil, err
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
	case has["period"] != nil && (has["person"] != nil || has["people"] != nil || has["incidents"] != nil),
		has["people"] != nil && (has["shifts"] != nil || has["pages"] != nil): // without a period that is what is missing
		return evaluateEvents(has, data)
	}
	return evaluateFigures(has, data)
}

// evaluateEvents measures a period of what happened; of one person that is theirs.
func evaluateEvents(has map[string]json.RawMessage, data []byte) (any, error) {
	f, err := ReadFile(data)
	if err != nil {
		return nil, err
	}
	report := f.Report()
	report.Unknown = unknownFields(has, &f.doc)
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

func evaluateBands(data []byte) ([]string, error) {
	var doc struct {
		Rows []struct {
			Person string  `json:"person"`
			At     *string `json:"at"`
			Kind   string  `json:"kind"`
		} `json:"rows"`
	}
	if err := decode(data, &doc); err != nil {
		return nil, err
	}
	r, err := openFile(data)
	if err != nil {
		return nil, err
	}
	r.readPeople()
	if err := r.bad.err(); err != nil {
		return nil, err
	}
	out := []string{}
	for i, row := range doc.Rows {
		field := fmt.Sprintf("rows[%d]", i)
		who := r.person(field+".person", row.Person)
		r.bad.unless(row.At != nil, field+".at", "say when, like 2026-03-02T01:15:00Z")
		r.bad.unless(row.Kind == "" || row.Kind == "page" || row.Kind == "standby", field+".kind", "must be page or standby: which of several bands comes first depends on it")
		at := r.instant(field+".at", row.At)
		if who == 0 {
			continue
		}
		p := &r.People[who-1] // all of them are there, so numbers are places
		if row.Kind == "standby" {
			out = append(out, BandName(p.StandbyBand(at)))
		} else {
			out = append(out, BandName(p.PageBand(at)))
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
	names := doc.Entitlements.names()
	for _, name := range names {
		for _, said := range []struct {
			field string
			ordered
		}{{"loads", doc.Loads}, {"entitlements", doc.Entitlements}} {
			if x := said.ordered[name]; x < 0 || x > mostCount {
				return nil, &schedule.InvalidError{Field: said.field + "." + name, Reason: "must be from 0 to a thousand million"}
			}
		}
	}
	for _, name := range doc.Loads.names() {
		if _, ok := doc.Entitlements[name]; !ok {
			return nil, &schedule.InvalidError{Field: "entitlements", Reason: fmt.Sprintf("say nothing of %q", name)}
		}
	}
	var loads, entitlements, debts []float64
	for _, name := range names {
		loads = append(loads, doc.Loads[name])
		entitlements = append(entitlements, doc.Entitlements[name])
		debts = append(debts, doc.Debt[name])
	}
	decay := 0.9
	if doc.Decay != nil {
		decay = *doc.Decay
	}
	if decay < 0 || decay > 1 {
		return nil, &schedule.InvalidError{Field: "decay", Reason: "is what is left of a debt after a period, from 0 to 1"}
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
		Pairs []pair `json:"x_t"`
		Prior *Prior `json:"prior"`
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
		if x < 0 || x > mostCount || x != math.Trunc(x) || t < 0 || t > mostCount || t > 0 && t < 1/mostCount || t == 0 && x > 0 {
			return nil, &schedule.InvalidError{Field: fmt.Sprintf("x_t[%d]", i), Reason: "is a whole count and the exposure in which it was seen, like [3, 4]; without exposure nothing can have been seen"}
		}
		name := fmt.Sprintf("%g_in_%g", x, t)
		out["ci_"+name] = nil // without exposure any rate is possible
		if t > 0 {
			r := Garwood(int(x), t, 0.95)
			out["ci_"+name] = [2]float64{r.Low, r.High}
		}
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
	if len(doc.Counts) > mostPeople {
		return nil, &schedule.InvalidError{Field: "counts", Reason: "are of too many people: a thousand at most"}
	}
	var counts []int
	var held []float64
	for _, name := range doc.Counts.names() {
		n, h := doc.Counts[name], doc.Hours[name]
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
	return l.Report(doc.Counts.names(), counts), nil
}

func evaluateRest(data []byte) (any, error) {
	var doc struct {
		Work     []pairOfTimes `json:"work"`
		Engaged  []pairOfTimes `json:"engaged"`
		Late     []pairOfTimes `json:"work_with_late_start"`
		FirstDay schedule.Date `json:"first_day"`
		Days     int           `json:"days"`
	}
	if err := decode(data, &doc); err != nil {
		return nil, err
	}
	r, err := openFile(data)
	if err != nil {
		return nil, err
	}
	r.readPeople()
	r.onlyOne()
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
func (r *fileReader) times(field string, list []pairOfTimes) []Times {
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

// A pair is two numbers. encoding/json would fill up one and cut three.
type pair [2]float64

// UnmarshalJSON reads the two.
func (p *pair) UnmarshalJSON(data []byte) error {
	var list []float64
	if err := json.Unmarshal(data, &list); err != nil || len(list) != 2 {
		return fmt.Errorf("%s is no pair of numbers like [3, 4]", cutText(string(data), 20))
	}
	p[0], p[1] = list[0], list[1]
	return nil
}

// A pairOfTimes is when something begins and when it ends.
type pairOfTimes [2]string

// UnmarshalJSON reads the two.
func (p *pairOfTimes) UnmarshalJSON(data []byte) error {
	var list []string
	if err := json.Unmarshal(data, &list); err != nil || len(list) != 2 {
		return fmt.Errorf(`%s is no pair of times like ["2026-03-02T08:00:00Z", "2026-03-02T16:00:00Z"]`, cutText(string(data), 40))
	}
	p[0], p[1] = list[0], list[1]
	return nil
}

// ordered is an object of numbers, by name.
type ordered map[string]float64

func (o ordered) names() []string { return slices.Sorted(maps.Keys(o)) }
