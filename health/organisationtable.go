package health

import "strconv"

// Table returns the report as a table: all teams together, the blocks of a year, and the
// teams by name. Cells that a spreadsheet would take for a formula begin with an
// apostrophe; nothing has a place in any order.
func (o *Organisation) Table() [][]string {
	t := &table{}
	t.add("section", "what", "figure", "low", "high", "count", "over", "unit")
	t.add("period", "from", o.Period.From.String(), "", "", "", "", "day")
	t.add("period", "until (not included)", o.Period.Until().String(), "", "", "", "", "day")
	t.add("period", "measured by", o.Config, "", "", "", "", "version")
	t.add("period", "purpose", OrganisationPurpose, "", "", "", "", "")
	if o.Hidden != "" {
		t.add("all teams", "not told: "+o.Hidden, "", "", "", "", "", "")
		return t.rows
	}
	for _, n := range []struct {
		what string
		n    int
	}{{"told of", o.Sum.Teams}, {"too few people to tell of", o.Few}, {"no pager that ever spoke", o.Unheard}, {"nobody on call", o.Idle}} {
		t.add("all teams", n.what, strconv.Itoa(n.n), "", "", "", "", "teams")
	}
	t.add("all teams", "quiet weeks", strconv.Itoa(o.Sum.Quiet), "", "", "", strconv.Itoa(o.Sum.Weeks), "team weeks")
	for _, m := range Measures {
		t.rate("all teams", m.Words(), Garwood(m.Of(&o.Sum), o.Sum.OnCallWeeks(), 0.95), "per on-call week")
	}
	for i := range o.Trend {
		if b := &o.Trend[i]; b.Told {
			t.rate("four weeks from "+b.From.String(), o.Measure.Words(), b.Rate, "per on-call week")
		}
	}
	if o.Funnel == nil {
		t.add("teams", "not compared: "+o.Why, "", "", "", "", "", "")
	}
	for i := range o.Teams {
		team := &o.Teams[i]
		t.rate("team "+team.Name, o.Measure.Words(), team.Rate, "per on-call week")
		if o.Funnel != nil {
			t.add("team "+team.Name, "between which chance would put it 998 times in 1000", "", number(team.Outer[0]), number(team.Outer[1]), "", "", team.Place())
		}
	}
	return t.rows
}

// OrganisationPurpose is what a report on all teams says of itself.
const OrganisationPurpose = "To find where to ask, not who is best: teams answer for different things and stand in no order. Not for targets, bonuses, rankings or performance review."

// Words name what is counted.
func (m Measure) Words() string {
	switch m {
	case MeasureOffHours:
		return "evening and weekend episodes"
	case MeasureIncidents:
		return "paged incidents"
	}
	return "wake-ups"
}

// Place says where a team lies.
func (t *ComparedTeam) Place() string {
	switch {
	case t.Level == OuterLevel && t.Side > 0:
		return "above what chance explains"
	case t.Level == OuterLevel:
		return "below what chance explains"
	case t.Level == InnerLevel:
		return "near the limit"
	}
	return "as others"
}

// Ask is what to ask a team that lies beyond the outer limits; empty of any other.
func (t *ComparedTeam) Ask(m Measure) string {
	switch {
	case !t.Outside():
		return ""
	case t.Side < 0:
		return "What do they do that others could learn from? Or does something not reach their pager?"
	case m == MeasureWakeups:
		return "What wakes them that does not have to, and what would it take to mend it?"
	case m == MeasureOffHours:
		return "What cannot wait until working hours, and what would let it wait?"
	}
	return "What breaks so often, and do they have the time to mend it?"
}
