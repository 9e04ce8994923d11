package ui

import (
	"fmt"
	"strings"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// MinePay is the page "minepay": what the reader is paid for being on call.
type MinePay struct {
	Frame
	Paid []OwnPay
}

// OwnPay is what the reader is paid in a team, the latest month first.
type OwnPay struct {
	Team   TeamLink // without an ID where the reader may not open it any more
	Key    int64
	Months []PayMonthCard
}

// PayMonthCard is a month of one person.
type PayMonthCard struct {
	Month     string
	Published string // when and by whom; empty: not published
	Sums      []string
	Lines     []PayRow
}

// PayRow is a line of pay in words.
type PayRow struct {
	What, When  string // "Primary", "Mon 2 Nov 09:00 – Mon 9 Nov 09:00"
	Rule        string
	Count, Rate string // "48 h", "15.00 EUR an hour"
	Amount      string
	Correction  bool
	Month       string // that a correction is about
	Below       bool
}

// TeamPay is the page "pay": the months of a team, and its rules.
type TeamPay struct {
	Frame
	Months []PayMonthRow
	Rules  []PayPolicyRow // the latest first
	On     bool
}

// PayPolicyRow is rules of pay in words.
type PayPolicyRow struct {
	Text  string   // from when on, and what
	Wrong []string // what of it is about no rotation that there is
}

// PayMonthRow is a month in the list.
type PayMonthRow struct {
	Month, Path, State, Tone string
	Do                       string // "Look and publish"
}

// PayMonthPage is the page "paymonth": a month of a team. It is published by
// POST /teams/{id}/pay/{month}/publish with seen.
type PayMonthPage struct {
	Frame
	Month     string
	Base, CSV string
	Number    int
	Published string // when and by whom; empty: not published
	CanDo     bool   // it can be published now
	Why       string // it cannot, or only a part of it is known
	Seen      string
	Sums      []string
	Flags     []string
	Mended    int // lines that are corrections
	People    []PayPerson
	Clock     string
}

// PayPerson is somebody in a month.
type PayPerson struct {
	ID   int64
	Name string
	Sums []string
	Rows []PayRow
}

// payWords says things about pay.
type payWords struct {
	now  time.Time
	zone *time.Location // the rules'
}

// row says what a line is.
func (p *payWords) row(l *health.PaidLine) PayRow {
	when := span(l.From.In(p.zone), l.To.In(p.zone), p.now.In(p.zone))
	r := PayRow{When: when, Rule: l.Rule, Amount: health.Money(l.Amount, l.Currency), Correction: l.Correction, Below: l.Amount < 0}
	if l.Correction {
		r.Month = health.MonthName(l.Month)
	}
	rate := health.Money(l.Rate, l.Currency)
	switch l.Kind {
	case health.PayCallOut:
		r.What, r.Count, r.Rate, r.Rule = "Call-outs", signedCount(l.Count, "call-out", "call-outs"), rate+" each", "Each call-out"
	case health.PayWork:
		r.What, r.Count, r.Rate = "Work on pages", lengthWords(l.Count), rate+" an hour"
	default:
		r.What, r.Count, r.Rate = upper(string(l.Rotation)), lengthWords(l.Count), rate+" "+unitWords(l.Unit)
		if r.What == "" {
			r.What = "On call"
		}
		if r.Rule == "" {
			r.Rule = "Base rate"
		}
	}
	return r
}

func signedCount(n int64, one, many string) string {
	if n < 0 {
		return "−" + plural(int(-n), one, many)
	}
	return plural(int(n), one, many)
}

// unitWords says for how long a rate is.
func unitWords(u health.PayUnit) string {
	switch u {
	case health.PerDay:
		return "a day"
	case health.PerWeek:
		return "a week"
	}
	return "an hour"
}

// lengthWords writes seconds exactly, as pay counts them.
func lengthWords(seconds int64) string {
	if seconds < 0 {
		return "−" + lengthWords(-seconds)
	}
	text := health.MinuteWords(seconds / 60)
	if rest := seconds % 60; rest > 0 {
		if seconds < 60 {
			return fmt.Sprintf("%d s", rest)
		}
		text += fmt.Sprintf(" %d s", rest)
	}
	return text
}

// sumWords writes sums.
func sumWords(lines []health.PaidLine) []string {
	var out []string
	for _, s := range health.PaySums(lines) {
		out = append(out, s.String())
	}
	return out
}

// policyWords are rules of pay as a sentence.
func policyWords(p *health.PayPolicy, now time.Time) string {
	r := &p.Rules
	text := fmt.Sprintf("From %s, version %s: %s %s", dayOf(p.From.At(0, now.Location()), now), r.Version, health.Money(r.Base, r.Currency), unitWords(r.Unit))
	for _, w := range r.Weekly {
		text += fmt.Sprintf("; %s %s (%s%s)", health.Money(w.Rate, r.Currency), w.Name, hoursText(w.Hours), onlyOf(w.Rotations))
	}
	for _, o := range r.OneOffs {
		text += fmt.Sprintf("; %s %s (%s%s)", health.Money(o.Rate, r.Currency), o.Name, span(o.From.In(r.Zone), o.To.In(r.Zone), now), onlyOf(o.Rotations))
	}
	if len(r.Unpaid) > 0 {
		text += "; nothing for " + rotationNames(r.Unpaid)
	}
	if r.PerCallOut > 0 {
		text += fmt.Sprintf("; %s for each call-out", health.Money(r.PerCallOut, r.Currency))
		if r.Paged {
			text += ", and being paged is enough"
		}
	}
	if r.WorkHour > 0 {
		text += fmt.Sprintf("; %s for an hour at work on pages", health.Money(r.WorkHour, r.Currency))
	}
	return text + ". On " + city(r.Zone.String()) + "’s clock."
}

// onlyOf says which rotations a rule is about, unless it is about all.
func onlyOf(rotations []schedule.RotationID) string {
	if len(rotations) == 0 {
		return ""
	}
	return ", only of " + rotationNames(rotations)
}

// hoursText writes hours as the form reads them: "Mon-Fri 18:00-09:00", "Sat Sun", "".
func hoursText(h schedule.Hours) string {
	days := map[schedule.Weekdays]string{schedule.NoDay: "", schedule.Workdays: "Mon-Fri", schedule.EveryDay: ""}
	text, ok := days[h.Days]
	if !ok {
		text = h.Days.String()
	}
	until := h.Until
	if h.From == until && (text == "" || h.From == schedule.Midnight) || h.From == schedule.Midnight && until == schedule.ClockAt(24, 0) {
		if text == "" {
			return "always"
		}
		return text
	}
	return strings.TrimSpace(text + " " + h.From.String() + "-" + until.String())
}
