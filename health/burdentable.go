package health

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"watchbill/schedule"
)

// Table returns the report as a table: rows of a section, what is counted, and figures
// with what they are counted over. Whoever is not known by name is a number. Cells that
// a spreadsheet would take for a formula begin with an apostrophe.
func (b *Burden) Table(names map[schedule.ID]string) [][]string {
	t := &table{names: names}
	t.add("section", "what", "figure", "low", "high", "count", "over", "unit")
	t.add("period", "from", b.Period.From.String(), "", "", "", "", "day")
	t.add("period", "until (not included)", b.Period.Until().String(), "", "", "", "", "day")
	t.add("period", "measured by", b.Config, "", "", "", "", "version")
	t.add("finding", b.Finding.Text, "", "", "", "", "", "")
	t.add("finding", b.Finding.Detail, "", "", "", "", "", "")
	for i := range b.People {
		t.load(&b.People[i])
	}
	for _, need := range b.Rest {
		t.add("rest needed", t.name(need.Person), strconv.Itoa(need.Nights), "", "", "", "7 days", "disrupted nights")
	}
	if b.Mine != nil {
		t.own(b.Mine)
	}
	if !b.Told() {
		t.add("pages", "not told: "+b.Hidden, "", "", "", "", "", "")
		return t.rows
	}
	t.rate("team", "interruptions", b.Interrupt, "per on-call week")
	t.rate("team", "wake-ups", b.Wake, "per on-call week")
	t.rate("team", "disrupted nights", b.Broken, "per night on call")
	for _, w := range b.Weeks {
		over := number(w.OnCallWeeks)
		t.add("week", w.Week.String(), strconv.Itoa(w.Interruptions), "", "", "", over, "interruptions")
		t.add("week", w.Week.String(), strconv.Itoa(w.Wakeups), "", "", "", over, "wake-ups")
	}
	for _, o := range slices.Concat(b.Services, b.Alerts) {
		what := o.Service
		if o.Alert != "" {
			what = strings.TrimPrefix(o.Service+": "+o.Alert, ": ")
		}
		t.add("without it", what, strconv.Itoa(o.Wakeups), "", "", strconv.Itoa(o.Incidents), "", "fewer wake-ups, of so many pages")
	}
	if paged := b.Sum.Paged(); paged.Tagged > 0 {
		t.add("team", "nothing to do", strconv.Itoa(paged.NoAction), "", "", strconv.Itoa(paged.Tagged), number(b.Sum.Sum.OnCallWeeks()), "pages, of so many tagged; over on-call weeks")
		t.add("team", "tagged", strconv.Itoa(paged.Tagged), "", "", strconv.Itoa(paged.Incidents), "", "pages, of so many")
	}
	for i := range b.Answers {
		t.answered(&b.Answers[i])
	}
	for _, d := range b.Doubts {
		t.add("to look at", d.Evidence+" "+d.Question, "", "", "", "", "", d.Code)
	}
	return t.rows
}

// A table is rows as they are written.
type table struct {
	names map[schedule.ID]string
	rows  [][]string
}

func (t *table) add(cells ...string) {
	for i := range cells {
		cells[i] = SafeCell(cells[i])
	}
	t.rows = append(t.rows, cells)
}

// SafeCell keeps a spreadsheet from running what somebody outside has written.
func SafeCell(text string) string {
	text = strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' || r == 0 {
			return ' '
		}
		return r
	}, text)
	if trimmed := strings.TrimLeft(text, " \t\u00a0"); trimmed != "" && strings.ContainsRune("=+-@|%＝＋－＠", []rune(trimmed)[0]) || strings.HasPrefix(text, "\t") {
		if _, err := strconv.ParseFloat(text, 64); err != nil {
			return "'" + text
		}
	}
	return text
}

func (t *table) name(id schedule.ID) string {
	if name := t.names[id]; name != "" {
		return name
	}
	return fmt.Sprintf("person %d", id)
}

// number writes a figure, and nothing where there is none.
func number(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return ""
	}
	return strconv.FormatFloat(math.Round(x*1000)/1000, 'f', -1, 64)
}

func (t *table) load(l *Load) {
	who, over := t.name(l.Person), number(l.Weeks)
	t.add("schedule", who, number(l.OnCall), "", "", "", over, "hours on call")
	t.add("schedule", who, number(l.Points), "", "", "", over, "standby points")
	t.add("schedule", who, number(l.PerWeek), "", "", "", over, "standby points per week on call")
	t.add("schedule", who, number(l.Ratio), "", "", "", "", "times what is fair")
	if l.ShortRests != nil {
		t.add("rest", who, strconv.Itoa(*l.ShortRests), "", "", "", over, "nights with too little rest")
		t.add("rest", who, strconv.Itoa(*l.ShortWeeks), "", "", "", over, "weeks with too little rest")
	}
}

func (t *table) own(o *Own) {
	over := number(o.OnCallWeek)
	t.add("you", "interruptions", strconv.Itoa(o.Interrupted), "", "", "", over, "interruptions")
	t.add("you", "wake-ups", strconv.Itoa(o.Wakeups), number(o.WakeupInterval[0]), number(o.WakeupInterval[1]), "", over, "wake-ups; bounds per on-call week")
	t.add("you", "disrupted nights", strconv.Itoa(o.Nights), "", "", "", over, "nights")
	t.add("you", "work on pages", number(o.Engaged), "", "", "", over, "hours")
	t.add("you", "said that they woke you", strconv.Itoa(o.Said.Woken), "", "", strconv.Itoa(o.Said.Woken+o.Said.AwakeAnyway), over, "pages, of so many of which you said it or the contrary")
	t.add("you", "nights with too little rest", strconv.Itoa(o.ShortRests), "", "", "", over, "nights")
}

func (t *table) rate(section, what string, r Rate, unit string) {
	t.add(section, what, number(r.Mean), number(r.Low), number(r.High), number(r.Count), number(r.Exposure), unit)
}

func (t *table) answered(a *Answered) {
	severity := a.Severity
	if severity == "" {
		severity = "no severity"
	}
	if median, ok := a.Ack.Answer(); ok {
		t.add("answered", severity, number(Minutes(median)), "", "", strconv.Itoa(a.Ack.N()), strconv.Itoa(a.Incidents), "minutes to the first acknowledgement, median")
	}
	if median, ok := a.Resolve.Answer(); ok {
		t.add("answered", severity, number(Minutes(median)), "", "", strconv.Itoa(a.Resolve.N()), strconv.Itoa(a.Incidents), "minutes to resolution, median")
	}
	if part, ok := a.CheckInShare(); ok {
		t.add("answered", severity, number(part), "", "", strconv.Itoa(a.CheckInDue), strconv.Itoa(a.Incidents), "share checked in to in time, to a tenth")
	}
	t.add("answered", severity, strconv.Itoa(a.Unacked), "", "", "", strconv.Itoa(a.Incidents), "never acknowledged")
}

// Minutes is a time to answer as it is told: to the whole minute, so that the answer of
// one person cannot be worked out of a median.
func Minutes(seconds float64) float64 { return math.Round(seconds / 60) }
