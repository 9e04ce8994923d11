package health

import (
	"fmt"
	"time"

	"watchbill/schedule"
)

// A RestRule names a rule that a [Finding] is about.
type RestRule string

// The rules besides daily and weekly rest, which [RestRules.Check] looks at.
const (
	RuleWeekWork    RestRule = "week_work"
	RuleNightWork   RestRule = "night_work"
	RulePagedShift  RestRule = "paged_shift"
	RuleTwoWeeks    RestRule = "two_weeks_running"
	RuleBetween     RestRule = "between_turns"
	RuleFreeWeekend RestRule = "free_weekend"
	RuleResponse    RestRule = "short_response"
	RuleCalls       RestRule = "frequent_calls"
)

// A Finding is a rule that somebody's duty breaks, and when.
type Finding struct {
	Rule     RestRule
	From, To time.Time
	Text     string // "14 days on the first level in one go; at most 7 are good"
}

// Work looks at working time in [from, to): scheduled work, work on incidents, and
// standing by where it counts. The week's limit is on the average of each stretch of
// AverageWeeks weeks that begins a week later than the one before; a shorter stretch
// says nothing yet.
func (rules *RestRules) Work(p *Person, r *Record, scheduled []Times, from, to time.Time) []Finding {
	working := make([]span, 0, len(scheduled)+len(r.work))
	for _, t := range scheduled {
		working = append(working, span{t.Start.Unix(), t.End.Unix()})
	}
	for _, w := range r.work {
		working = append(working, span{w.Start.Unix(), w.End.Unix()})
	}
	if rules.Standby == StandbyYes {
		working = append(working, r.onCall...)
	}
	working = merge(working)
	var out []Finding
	if rules.WeekWork > 0 && !rules.OptOut {
		out = rules.weeks(working, r, from, to)
	}
	if !rules.NightWorker || rules.NightWork == 0 {
		return out
	}
	limit := int64(rules.NightWork / time.Second)
	for day := p.Night(from); p.noon(day) < to.Unix(); day = day.AddDays(1) {
		a, b := p.noon(day), p.noon(day.AddDays(1))
		if worked := lengthIn(working, a, b); worked > limit {
			out = append(out, Finding{RuleNightWork, time.Unix(a, 0).UTC(), time.Unix(b, 0).UTC(),
				fmt.Sprintf("%.1f hours of work from noon to noon; %.4g are the limit of a night worker", hours(worked), rules.NightWork.Hours())})
		}
	}
	return out
}

// weeks looks at the average week.
func (rules *RestRules) weeks(working []span, r *Record, from, to time.Time) []Finding {
	const week = hoursPerWeek * 3600
	var out []Finding
	length := int64(rules.AverageWeeks) * week
	for a := from.Unix(); a+length <= to.Unix(); a += week {
		worked := lengthIn(working, a, a+length)
		if rules.Standby == StandbyPart {
			standing := lengthIn(r.onCall, a, a+length)
			for _, s := range within(working, a, a+length) {
				standing -= lengthIn(r.onCall, s.from, s.to) // it counts whole already
			}
			worked += standing * int64(rules.StandbyShare) / int64(schedule.One)
		}
		if mean := hours(worked) / float64(rules.AverageWeeks); mean > rules.WeekWork.Hours() {
			out = append(out, Finding{RuleWeekWork, time.Unix(a, 0).UTC(), time.Unix(a+length, 0).UTC(),
				fmt.Sprintf("%.1f hours of work a week on average over %d weeks; %.4g are the limit", mean, rules.AverageWeeks, rules.WeekWork.Hours())})
		}
	}
	return out
}

// Duty looks at the shifts that reach into [from, to): how long they are, how close
// together, and whether a weekend is left.
func (rules *RestRules) Duty(p *Person, r *Record, from, to time.Time) []Finding {
	var out []Finding
	add := func(rule RestRule, s span, text string, args ...any) {
		if s.to > from.Unix() && s.from < to.Unix() {
			out = append(out, Finding{rule, time.Unix(s.from, 0).UTC(), time.Unix(s.to, 0).UTC(), fmt.Sprintf(text, args...)})
		}
	}
	for i, s := range r.level1 {
		length := time.Duration(s.to-s.from) * time.Second
		rings := r.ringsIn(time.Unix(s.from, 0), time.Unix(s.to, 0))
		// A week in which the clock goes back lasts an hour longer and is one week.
		if rules.Primary > 0 && length > rules.Primary+time.Hour {
			add(RuleTwoWeeks, s, "%.1f days on the first level in one go; at most %.4g are good", days(length), days(rules.Primary))
		}
		if rules.PagedShift > 0 && length > rules.PagedShift && float64(len(rings)) >= days(length) && len(rings) > 0 {
			add(RulePagedShift, s, "a shift of %.1f hours with %d pages; with a page a day %.4g hours are enough", length.Hours(), len(rings), rules.PagedShift.Hours())
		}
		if i == 0 || rules.Between == 0 {
			continue
		}
		if gap := time.Duration(s.from-r.level1[i-1].to) * time.Second; gap < rules.Between-time.Hour {
			add(RuleBetween, s, "%.1f days since the last turn on the first level; %.4g are good", days(gap), days(rules.Between))
		}
	}
	return append(out, rules.weekends(p, r, from, to)...)
}

func days(d time.Duration) float64 { return d.Hours() / 24 }

// weekends finds stretches of weekends without one that is wholly free.
func (rules *RestRules) weekends(p *Person, r *Record, from, to time.Time) []Finding {
	if rules.FreeWeekendIn == 0 {
		return nil
	}
	var out []Finding
	date, _ := localOf(from.Unix(), p.Zone(from))
	saturday := date.AddDays((int(time.Saturday) - int(date.Weekday()) + 7) % 7)
	midnight := func(d schedule.Date) time.Time {
		return d.At(schedule.Midnight, p.Zone(d.At(schedule.Midnight, time.UTC)))
	}
	busy := 0
	for ; midnight(saturday).Before(to); saturday = saturday.AddDays(7) {
		start, end := midnight(saturday), midnight(saturday.AddDays(2))
		if lengthIn(r.onCall, start.Unix(), end.Unix()) == 0 {
			busy = 0
			continue
		}
		busy++
		if busy >= rules.FreeWeekendIn {
			out = append(out, Finding{RuleFreeWeekend, midnight(saturday.AddDays(-7 * (busy - 1))), end,
				fmt.Sprintf("%d weekends running with duty; one in %d should be free", busy, rules.FreeWeekendIn)})
		}
	}
	return out
}

// A Recovery is what a broken night asks for: starting work no earlier than StartAfter,
// and an offer to hand over the next night.
type Recovery struct {
	Night      schedule.Date
	Wakeups    int
	Worked     time.Duration // in sleeping hours
	StartAfter time.Time
}

// Recoveries returns the broken nights, from noon to noon on the person's own clock,
// that reach into [from, to).
func (rules *RestRules) Recoveries(c *Config, p *Person, r *Record, from, to time.Time) []Recovery {
	var out []Recovery
	for night := p.Night(from); ; night = night.AddDays(1) {
		a, b := time.Unix(p.noon(night), 0), time.Unix(p.noon(night.AddDays(1)), 0)
		if !a.Before(to) {
			return out
		}
		d := c.MeasureDay(p, r, a, b, Open{})
		worked := time.Duration(d.Engaged[schedule.Sleep]) * time.Second
		woken := rules.BrokenWakeups > 0 && d.Wakeups() >= rules.BrokenWakeups
		long := rules.BrokenWork > 0 && worked >= rules.BrokenWork
		if !woken && !long {
			continue
		}
		last := time.Time{}
		for _, n := range r.ringsIn(a, b) {
			if p.PageBand(n.At) == schedule.Sleep {
				last = n.At
			}
		}
		for _, w := range r.workIn(a, b, c.engagedCap()) {
			if inSleep := p.PageBands(w.Start, w.End)[schedule.Sleep] > 0; inSleep && w.End.After(last) && w.Start.Before(b) {
				last = w.End
			}
		}
		out = append(out, Recovery{Night: night, Wakeups: d.Wakeups(), Worked: worked, StartAfter: last.Add(rules.Daily).UTC()})
	}
}

// StandbyWarnings says why standing by may be working time: having to answer at once,
// or being called often. A response of zero is not known.
func (rules *RestRules) StandbyWarnings(t *Tally, response time.Duration, from, to time.Time) []Finding {
	var out []Finding
	if rules.ShortResponse > 0 && response > 0 && response <= rules.ShortResponse {
		out = append(out, Finding{RuleResponse, from, to,
			fmt.Sprintf("having to answer within %.4g minutes limits free time so much that standing by may be working time", response.Minutes())})
	}
	if weeks := t.OnCallWeeks(); rules.FrequentCalls > 0 && weeks > 0 {
		if calls := float64(Total(t.Episodes)) / weeks; calls >= rules.FrequentCalls {
			out = append(out, Finding{RuleCalls, from, to,
				fmt.Sprintf("%.1f calls in an on-call week are so many that standing by may be working time", calls)})
		}
	}
	return out
}
