package health

import (
	"math"
	"time"

	"watchbill/schedule"
)

// A PayLineReport is a line of pay as files have it.
type PayLineReport struct {
	Person string    `json:"person"`
	Kind   PayKind   `json:"kind"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Rule   string    `json:"rule"` // empty: the base rate
	Rate   int64     `json:"rate"`
	Count  int64     `json:"seconds"`
	Amount int64     `json:"amount"`
}

// mostPaid is how long all shifts of a file may last together.
const mostPaid = 100 * 366 * 24 * time.Hour

func evaluatePay(data []byte) (any, error) {
	var doc struct {
		Pay    payDoc   `json:"pay"`
		Period []string `json:"period"`
	}
	if err := decode(data, &doc); err != nil {
		return nil, err
	}
	r, err := openFile(data)
	if err != nil {
		return nil, err
	}
	rules := doc.Pay.rules(&r.bad, "pay.")
	r.must("pay", rules.Validate())
	r.anybody()
	r.readShifts()
	var held time.Duration
	for _, s := range r.Shifts {
		held += min(s.End.Sub(s.Start), mostPaid)
	}
	r.bad.unless(held < mostPaid, "shifts", "are more than a hundred years on call together; write several files")
	period := Period{time.Unix(0, 0), time.Unix(math.MaxInt32, 0).AddDate(170, 0, 0)}
	if doc.Period != nil {
		period = r.period("period", doc.Period)
	}
	if err := r.bad.err(); err != nil {
		return nil, err
	}
	lines, totals := []PayLineReport{}, map[string]int64{}
	for i, name := range r.people.list {
		for _, l := range rules.Lines(schedule.ID(i+1), r.Shifts, period.From, period.To) {
			lines = append(lines, PayLineReport{name, l.Kind, l.From, l.To, l.Rule, l.Rate, l.Count, l.Amount})
			totals[name] += l.Amount
		}
	}
	return map[string]any{"currency": rules.Currency, "lines": lines, "total": totals}, nil
}

// anybody takes whoever has a shift for a person: pay has one clock, so nobody needs a
// zone.
func (r *fileReader) anybody() {
	for _, s := range r.doc.Shifts {
		r.people.number(s.Person)
	}
}

func evaluateOwed(data []byte) (any, error) {
	var doc struct {
		CallOuts []pairOfTimes `json:"call_outs"`
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
	var work []Work
	for _, t := range r.times("call_outs", doc.CallOuts) {
		work = append(work, Work{Start: t.Start, End: t.End})
	}
	if err := r.bad.err(); err != nil {
		return nil, err
	}
	rules := DefaultOwedRules()
	type callOut struct {
		Start  time.Time       `json:"start"`
		End    time.Time       `json:"end"`
		ByBand ByBand[float64] `json:"hours_by_band"`
		Earned float64         `json:"earned_hours"`
	}
	found := rules.CallOuts(&r.People[0], work, time.Unix(0, 0), time.Unix(math.MaxInt32, 0).AddDate(170, 0, 0))
	out := []callOut{}
	for i := range found {
		out = append(out, callOut{found[i].Start, found[i].End, bandHours(found[i].Seconds), found[i].Earned().Hours()})
	}
	return map[string]any{"call_outs": out, "owed_hours": rules.Owed(found).Hours()}, nil
}
