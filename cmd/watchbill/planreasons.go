package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"watchbill/schedule"
	"watchbill/schedule/roster"
)

// remedyText words a remedy as the solver does, but an absence as the team file
// has it: whole days are days, on the clock of whoever is away.
func (pl *planning) remedyText(r roster.Remedy) string {
	r.Text = pl.teamWords(r.Text)
	end := strings.LastIndex(r.Text, ": ")
	for i := range pl.Members {
		m := &pl.Members[i]
		index, ok := strings.CutPrefix(r.Change, "absence:"+string(m.Person)+":")
		k, err := strconv.Atoi(index)
		if !ok || err != nil || end < 0 {
			continue
		}
		for _, a := range m.Absences {
			if start, end := pl.span(m, a); !start.Before(end) {
				continue // the problem does not have it
			}
			if k--; k < 0 {
				return fmt.Sprintf("%s not away %s%s", m.Person, pl.absenceText(m, a), r.Text[end:])
			}
		}
	}
	return r.Text
}

// teamWords gives the team what is the team's: where people have different
// holidays, the problem has the team's limit on them as a limit of each one's own.
func (pl *planning) teamWords(text string) string {
	if len(pl.Limits.Holidays) == 0 || len(pl.holidayKinds().calendars) < 2 {
		return text
	}
	for i := range pl.Members {
		m := &pl.Members[i]
		if !m.Limits.None() {
			continue
		}
		own := string(m.Person) + "'s own "
		text = strings.Replace(text, "without "+own, string(m.Person)+" exempt from ", 1)
		text = strings.ReplaceAll(text, own, "for "+string(m.Person)+" ")
	}
	return text
}

// absenceText writes when a member is away: "Mon 21 Dec to Sun 3 Jan", or "Wed 20
// Jan 14:00 to 18:00".
func (pl *planning) absenceText(m *schedule.Member, a schedule.Absence) string {
	layout := "Mon 2 Jan"
	if pl.until.DaysSince(pl.from) >= 365 {
		layout = "Mon 2 Jan 2006"
	}
	if !a.First.IsZero() {
		first, last := a.First.At(schedule.Noon, time.UTC).Format(layout), a.Last.At(schedule.Noon, time.UTC).Format(layout)
		if first == last {
			return first
		}
		return first + " to " + last
	}
	start, end := a.Start.In(pl.person(m).ZoneAt(a.Start)), a.End.In(pl.person(m).ZoneAt(a.End))
	until := end.Format(layout + " 15:04")
	if schedule.DateOf(start) == schedule.DateOf(end) {
		until = end.Format("15:04")
	}
	return start.Format(layout+" 15:04") + " to " + until
}

// A cause is why shifts are unfilled, with how often the same is so.
type cause struct {
	text  string
	again []string // when else, in order
}

// causes puts together what is unfilled for the same cause at different times.
func causes(unfilled []reasonDoc) []cause {
	var out []cause
	at := map[string]int{}
	for _, r := range unfilled {
		when, what := splitCause(r.Text)
		i, ok := at[what]
		if !ok || when == "" {
			at[what] = len(out)
			out = append(out, cause{text: r.Text})
			continue
		}
		out[i].again = append(out[i].again, when)
	}
	return out
}

// splitCause takes the time off a text like "Mon 4 Jan to Mon 18 Jan: 2 shifts …"
// or "primary, Mon 4 Jan to Mon 11 Jan: …".
func splitCause(text string) (when, what string) {
	head, tail, ok := strings.Cut(text, ": ")
	if !ok {
		return "", text
	}
	if layer, span, ok := strings.Cut(head, ", "); ok {
		return span, layer + ": " + tail
	}
	return head, tail
}

// String is the text with the other times behind it, all of few and the last of
// many.
func (c *cause) String() string {
	switch n := len(c.again); {
	case n == 0:
		return c.text
	case n <= 3:
		return c.text + ". The same " + list(c.again)
	default:
		return fmt.Sprintf("%s. The same %d times more, the last %s", c.text, n, c.again[n-1])
	}
}
