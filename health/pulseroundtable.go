package health

import (
	"cmp"
	"fmt"
	"strconv"
)

// Table is what was published of a round as rows, for spreadsheets. What is not told is an
// empty field with the reason in the last.
func (r *PulseRoundOutcome) Table() [][]string {
	rows := [][]string{{"section", "what", "figure", "from", "to", "reason"}}
	add := func(section, what, figure, from, to, reason string) {
		rows = append(rows, []string{section, SafeCell(what), figure, from, to, reason})
	}
	add("round", "from", r.From().String(), "", "", "")
	add("round", "until", r.Until().String(), "", "", "")
	add("round", "teams with a result", strconv.Itoa(r.Teams), "", "", "")
	add("round", "teams without one", strconv.Itoa(r.Rest.Teams), "", "", "")
	r.rows("all", r.Reason, r.Questions, add)
	r.Rest.rows("rest", r.Rest.Reason, r.Questions, add)
	for _, c := range r.Comments {
		add("comment", c, "", "", "", "")
	}
	return rows
}

// rows adds the figures of a sum to a table.
func (s *PulseSum) rows(section, reason string, questions []PulseQuestion, add func(section, what, figure, from, to, reason string)) {
	whole := func(n *int) string {
		if n == nil {
			return ""
		}
		return strconv.Itoa(*n)
	}
	item := func(what string, value *float64, bucket *Bucket) {
		switch {
		case bucket != nil:
			add(section, what, "", number(bucket.From), number(bucket.To), "all_alike")
		case value != nil:
			add(section, what, number(*value), "", "", "")
		default:
			add(section, what, "", "", "", cmp.Or(reason, PulseBelowK))
		}
	}
	add(section, "answered", whole(s.N), "", "", reason)
	add(section, "invited", whole(s.Invited), "", "", reason)
	rate := ""
	if s.Rate != nil {
		rate = number(*s.Rate)
	}
	add(section, "response rate", rate, "", "", reason)
	item("index", s.Index, s.Bucket)
	for i, q := range questions {
		r := PulseItemResult{ID: q.ID}
		if i < len(s.Items) {
			r = s.Items[i]
		}
		item(fmt.Sprintf("%s: %s", q.ID, q.In(DefaultLanguage)), r.Value, r.Bucket)
	}
}
