package health

import (
	"fmt"
	"strconv"
	"time"
)

// Table is what was published of a wave as rows, for spreadsheets. What is not told is an
// empty field with the reason in the last.
func (o *PulseOutcome) Table() [][]string {
	rows := [][]string{{"section", "what", "figure", "from", "to", "reason"}}
	add := func(section, what, figure, from, to, reason string) {
		rows = append(rows, []string{section, SafeCell(what), figure, from, to, reason})
	}
	add("wave", "number", strconv.Itoa(o.Number), "", "", "")
	add("wave", "kind", o.Kind, "", "", "")
	add("wave", "opened", o.Opens.UTC().Format(time.RFC3339), "", "", "")
	add("wave", "closes", o.Closes.UTC().Format(time.RFC3339), "", "", "")
	add("wave", "invited", strconv.Itoa(o.Invited), "", "", "")
	if o.State != PulseClosed {
		return rows
	}
	d := &o.Doc
	n, rate := "", ""
	if d.N != nil {
		n = strconv.Itoa(*d.N)
	}
	if d.Rate != nil {
		rate = number(*d.Rate)
	}
	add("result", "answered", n, "", "", d.Reason)
	add("result", "response rate", rate, "", "", d.Reason)
	index := PulseItemResult{ID: "index", Value: d.Index, Bucket: d.Bucket}
	if index.Bucket != nil {
		index.Value = nil
	}
	item := func(section, what string, r *PulseItemResult, reason string) {
		switch {
		case r.Bucket != nil:
			add(section, what, "", number(r.Bucket.From), number(r.Bucket.To), "all_alike")
		case r.Value != nil:
			add(section, what, number(*r.Value), "", "", "")
		default:
			add(section, what, "", "", "", reason)
		}
	}
	if step := d.Rounded(); step > 0 {
		add("result", "rounded to", number(step), "", "", "")
	}
	item("result", "index", &index, d.Reason)
	for i := range o.Questions {
		q := &o.Questions[i]
		r, reason := d.Item(q.ID), PulseBelowK
		if r == nil {
			r, reason = &PulseItemResult{}, d.Reason
		}
		if r.ID != "" {
			reason = d.Why(q.ID)
		}
		item("question", fmt.Sprintf("%s: %s", q.ID, q.In(DefaultLanguage)), r, reason)
		for _, part := range d.SpreadOf(q.ID) {
			add("answers", q.ID+": "+part.Name(), strconv.Itoa(part.N), strconv.Itoa(part.From), strconv.Itoa(part.To), "")
		}
	}
	for _, c := range o.Comments {
		add("comment", c, "", "", "", "")
	}
	return rows
}

// Why says why a question has no value.
func (d *PulseDoc) Why(id string) string {
	for i := range d.Extra {
		if e := &d.Extra[i]; e.ID == id && e.Reason != "" {
			return e.Reason
		}
	}
	return PulseBelowK
}
