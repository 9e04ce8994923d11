package health

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchbill/schedule"
)

// A ReportPeriod is the whole weeks that a report is about.
type ReportPeriod struct {
	From  schedule.Date // a Monday
	Weeks int
}

// Until returns the Monday after the last week.
func (p ReportPeriod) Until() schedule.Date { return p.From.AddDays(7 * p.Weeks) }

// before returns as many weeks before it.
func (p ReportPeriod) before() ReportPeriod {
	return ReportPeriod{p.From.AddDays(-7 * p.Weeks), p.Weeks}
}

// PeriodWeeks are the lengths that a report may have: blocks of four weeks, so that the
// difference of two reports is no less than one. What was measured in a week is mostly
// what happened to whoever was on call in it.
var PeriodWeeks = []int{4, 12, 24, 52}

// blockWeeks is how long a block is, and firstBlock the Monday from which they are counted.
const blockWeeks = 4

var firstBlock = schedule.Date{Year: 2001, Month: 1, Day: 1}

// LastWeeks returns the last whole weeks before today.
func LastWeeks(weeks int, today schedule.Date) ReportPeriod {
	return ReportPeriod{MondayOf(today).AddDays(-7 * weeks), weeks}
}

// InBlocks returns the period of a team's report: the last whole weeks, or blocks that
// are over. Reports of any four weeks could be moved on by one, and their difference
// would be the week of one person.
func (p ReportPeriod) InBlocks(today schedule.Date) ReportPeriod {
	last := LastWeeks(p.Weeks, today)
	if p == last {
		return p
	}
	into := p.From.DaysSince(firstBlock) % (7 * blockWeeks)
	if p.From = p.From.AddDays(-into); p.From.After(last.From) {
		return last
	}
	return p
}

// Earlier returns the latest period in blocks that leaves no week between it and p.
func (p ReportPeriod) Earlier(today schedule.Date) ReportPeriod {
	return ReportPeriod{p.before().From.AddDays(7 * (blockWeeks - 1)), p.Weeks}.InBlocks(today)
}

// usualWeeks is how long a report is when nobody says so.
const usualWeeks = 12

// ParsePeriod reads the period of a report: from is a day in the first week, weeks how
// many there are. Empty, it is the twelve whole weeks before today. What is wrong is an
// *schedule.InvalidError that names the field.
func ParsePeriod(from, weeks string, today schedule.Date) (ReportPeriod, error) {
	p := ReportPeriod{Weeks: usualWeeks}
	if weeks != "" {
		n, err := strconv.Atoi(strings.TrimSpace(weeks))
		if err != nil || !slices.Contains(PeriodWeeks, n) {
			return p, &schedule.InvalidError{Field: "weeks", Reason: fmt.Sprintf("%q weeks; a report is about 4, 12, 24 or 52", cutText(weeks, 20))}
		}
		p.Weeks = n
	}
	this := MondayOf(today)
	if from == "" {
		return LastWeeks(p.Weeks, today), nil
	}
	day, err := schedule.ParseDate(strings.TrimSpace(from))
	if err != nil {
		return p, &schedule.InvalidError{Field: "from", Reason: fmt.Sprintf("%q is no day; write one like %v", cutText(from, 20), this.AddDays(-7*p.Weeks))}
	}
	if p.From = MondayOf(day); p.From.After(this) || this.DaysSince(p.From) > 3660 {
		return p, &schedule.InvalidError{Field: "from", Reason: fmt.Sprintf("%v lies outside the last ten years", day)}
	}
	return p, nil
}

func cutText(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}

// days returns when the period begins and ends in a zone.
func (p ReportPeriod) in(zone *time.Location) (from, to time.Time) {
	return p.From.At(schedule.Midnight, zone), p.Until().At(schedule.Midnight, zone)
}
