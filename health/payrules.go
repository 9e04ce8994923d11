package health

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"watchbill/schedule"
)

// payDoc is the JSON of pay rules.
type payDoc struct {
	Version    string                `json:"version,omitempty"`
	Currency   string                `json:"currency"`
	Zone       string                `json:"tz"`
	Unit       string                `json:"unit"`
	Base       int64                 `json:"base_rate"`
	Overlap    string                `json:"overlap,omitempty"`
	Unpaid     []schedule.RotationID `json:"unpaid_rotations,omitempty"`
	OneOffs    []payOneOff           `json:"one_off_rules,omitempty"`
	Weekly     []payWeekly           `json:"weekly_rules,omitempty"`
	PerCallOut int64                 `json:"per_call_out,omitempty"`
	Paged      bool                  `json:"paged,omitempty"`
	WorkHour   int64                 `json:"work_hour,omitempty"`
	Times      *ByBand[float64]      `json:"times,omitempty"`
}

type payOneOff struct {
	Name      string                `json:"name"`
	Start     string                `json:"start"`
	End       string                `json:"end"`
	Rate      int64                 `json:"rate"`
	Rotations []schedule.RotationID `json:"rotations,omitempty"`
}

type payWeekly struct {
	Name      string                `json:"name"`
	Days      []int                 `json:"days,omitempty"` // from Monday as 0; none: every day
	Start     schedule.Clock        `json:"start"`
	End       schedule.Clock        `json:"end"`
	Rate      int64                 `json:"rate"`
	Rotations []schedule.RotationID `json:"rotations,omitempty"`
}

// rules turns the document into rules, and notes what is wrong under the names of its
// fields after a prefix.
func (doc *payDoc) rules(bad *faults, prefix string) PayRules {
	out := PayRules{
		Version: doc.Version, Currency: doc.Currency, Unit: PayUnit(doc.Unit), Base: doc.Base, Overlap: PayOverlap(doc.Overlap), Unpaid: doc.Unpaid,
		PerCallOut: doc.PerCallOut, Paged: doc.Paged, WorkHour: doc.WorkHour,
	}
	if out.Version == "" {
		out.Version = "1"
	}
	if out.Unit == "" {
		out.Unit = PerHour
	}
	zone, err := time.LoadLocation(doc.Zone)
	if err == nil && doc.Zone != "" && doc.Zone != "Local" {
		out.Zone = zone
	}
	for i, o := range doc.OneOffs {
		field := fmt.Sprintf("%sone_off_rules[%d]", prefix, i)
		start, err1 := time.Parse(time.RFC3339, o.Start)
		end, err2 := time.Parse(time.RFC3339, o.End)
		bad.unless(err1 == nil, field+".start", "write it like 2026-12-24T23:00:00Z")
		bad.unless(err2 == nil, field+".end", "write it like 2026-12-25T23:00:00Z")
		out.OneOffs = append(out.OneOffs, OneOffRate{o.Name, start.UTC(), end.UTC(), o.Rate, o.Rotations})
	}
	for i, w := range doc.Weekly {
		for j, d := range w.Days {
			bad.unless(0 <= d && d <= 6, fmt.Sprintf("%sweekly_rules[%d].days[%d]", prefix, i, j), "must be from 0 for Monday to 6 for Sunday")
		}
		hours := DailyHours{w.Days, w.Start, w.End}
		out.Weekly = append(out.Weekly, WeeklyRate{w.Name, hours.Hours(), w.Rate, w.Rotations})
	}
	if doc.Times == nil {
		doc.Times = &ByBand[float64]{1, 1, 1, 1, 1}
	}
	for b, x := range doc.Times {
		out.Times[b] = schedule.Weight(math.Round(min(max(x, -1), 2000) * float64(schedule.One)))
	}
	return out
}

// ReadPayRules reads rules of pay from JSON, which docs/pay.md describes. What is wrong
// is one or more *schedule.InvalidError, joined, that name the rule and its field; a
// field that there is not is wrong too.
func ReadPayRules(data []byte) (PayRules, error) {
	var doc payDoc
	if err := decodeStrictly(data, &doc); err != nil {
		return PayRules{}, err
	}
	var bad faults
	rules := doc.rules(&bad, "")
	if err := bad.err(); err != nil {
		return PayRules{}, err
	}
	return rules, rules.Validate()
}

// KeptPayRules reads rules that were saved once, and does not ask whether they could be
// saved today: a check that came later must not hide what was paid by them. It refuses
// only what nothing can be computed of.
func KeptPayRules(data []byte) (PayRules, error) {
	var doc payDoc
	if err := json.Unmarshal(data, &doc); err != nil {
		return PayRules{}, err
	}
	var bad faults
	rules := doc.rules(&bad, "")
	bad.unless(rules.Zone != nil, "tz", "rules need a time zone, like Europe/Berlin")
	return rules, bad.err()
}

// MarshalJSON writes what ReadPayRules reads.
func (r PayRules) MarshalJSON() ([]byte, error) {
	doc := payDoc{
		Version: r.Version, Currency: r.Currency, Zone: r.Zone.String(), Unit: string(r.Unit), Base: r.Base, Overlap: string(r.Overlap), Unpaid: r.Unpaid,
		PerCallOut: r.PerCallOut, Paged: r.Paged, WorkHour: r.WorkHour,
	}
	if r.WorkHour > 0 {
		doc.Times = &ByBand[float64]{}
		for b, w := range r.Times {
			doc.Times[b] = float64(w) / float64(schedule.One)
		}
	}
	for _, o := range r.OneOffs {
		doc.OneOffs = append(doc.OneOffs, payOneOff{o.Name, o.From.UTC().Format(time.RFC3339), o.To.UTC().Format(time.RFC3339), o.Rate, o.Rotations})
	}
	for _, w := range r.Weekly {
		rule := payWeekly{Name: w.Name, Start: w.Hours.From, End: w.Hours.Until, Rate: w.Rate, Rotations: w.Rotations}
		for d := range 7 {
			if w.Hours.Days.Has(time.Weekday((d + 1) % 7)) {
				rule.Days = append(rule.Days, d)
			}
		}
		doc.Weekly = append(doc.Weekly, rule)
	}
	return json.Marshal(doc)
}

// Flags says what whoever reads a report should know of its rules.
func (r *PayRules) Flags() []string {
	if r.PerCallOut > 0 || r.WorkHour > 0 {
		return []string{"These rules pay for being called. That rewards pages: look at who gains from an alert that stays."}
	}
	return nil
}

// A PayPolicy is rules of pay that hold for a team from a day on, from midnight on their
// own clock, until others do. Policies are only ever added.
type PayPolicy struct {
	ID    schedule.ID
	Team  schedule.ID
	From  schedule.Date
	Rules PayRules
	By    schedule.ID
	At    time.Time
}

// begins is when the policy begins to hold.
func (p *PayPolicy) begins() time.Time { return p.From.At(schedule.Midnight, p.Rules.Zone) }

// PayInTurn returns the policies that hold one after the other: of those that begin on one
// day the one added last.
func PayInTurn(policies []PayPolicy) []PayPolicy {
	var out []PayPolicy
	for _, p := range policies { // by day and number
		if n := len(out); n > 0 && out[n-1].From == p.From {
			out[n-1] = p
			continue
		}
		out = append(out, p)
	}
	return out
}

// PayOn returns which of the policies that hold in turn holds on a day; nil before the first.
func PayOn(policies []PayPolicy, day schedule.Date) *PayPolicy {
	for i := range slices.Backward(policies) {
		if !policies[i].From.After(day) {
			return &policies[i]
		}
	}
	return nil
}
