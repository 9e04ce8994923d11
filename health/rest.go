package health

import (
	"time"

	"watchbill/schedule"
)

// RestRules say how much rest people get. The defaults follow Directive 2003/88/EC;
// they advise and are no legal advice.
type RestRules struct {
	Daily  time.Duration `json:"daily"`  // in every night, beginning within it
	Weekly time.Duration `json:"weekly"` // in every seven days

	WeekHours      float64 `json:"week_hours"`     // at most, on average over
	AverageWeeks   int     `json:"average_weeks"`  // so many weeks
	NightHours     float64 `json:"night_hours"`    // a night worker's day at most
	PagedShift     float64 `json:"paged_shift"`    // hours of a shift with a page a day at most
	PrimaryDays    int     `json:"primary_days"`   // on the first level at once at most
	BetweenDays    int     `json:"between_days"`   // between two turns on it at least
	FreeWeekendsIn int     `json:"free_weekends"`  // one whole weekend free in so many
	Wakeups        int     `json:"wakeups"`        // from so many in a night on it was a broken one
	NightEngaged   float64 `json:"night_engaged"`  // or from so many hours at work
	ResponseLimit  float64 `json:"response_limit"` // minutes; having to answer this soon or sooner is a warning
	CallsPerWeek   float64 `json:"calls_per_week"` // as are so many calls in an on-call week
}

// DefaultRestRules returns the rules of those that have no others.
func DefaultRestRules() RestRules {
	return RestRules{
		Daily: 11 * time.Hour, Weekly: 35 * time.Hour, WeekHours: 48, AverageWeeks: 17, NightHours: 8,
		PagedShift: 12, PrimaryDays: 7, BetweenDays: 14, FreeWeekendsIn: 2, Wakeups: 2, NightEngaged: 1,
		ResponseLimit: 5, CallsPerWeek: 7,
	}
}

// Times is when somebody is busy.
type Times struct{ Start, End time.Time }

// A NightRest is the longest rest that begins in a night, from noon to noon on the
// person's own clock. It may last beyond noon: a late start the next morning counts.
type NightRest struct {
	Night   schedule.Date
	Longest time.Duration
	Breach  bool
}

// A WeekRest is the longest rest that begins in seven nights.
type WeekRest struct {
	From    schedule.Date
	Longest time.Duration
	Breach  bool
}

// A RestCheck is what the rules of daily and weekly rest say about some nights.
type RestCheck struct {
	Nights []NightRest
	Weeks  []WeekRest // whole ones
}

// Breaches counts what was broken, of the nights and of the weeks.
func (r *RestCheck) Breaches() (daily, weekly int) {
	for _, n := range r.Nights {
		if n.Breach {
			daily++
		}
	}
	for _, w := range r.Weeks {
		if w.Breach {
			weekly++
		}
	}
	return daily, weekly
}

// Check looks at the rest in so many nights from the first on. Busy is scheduled work
// and time at work on incidents, also some days beyond the last night: a rest that
// nothing ends is taken to last until noon after it.
func (rules RestRules) Check(p *Person, busy []Times, first schedule.Date, nights int) RestCheck {
	var spans []span
	for _, b := range busy {
		spans = append(spans, span{b.Start.Unix(), b.End.Unix()})
	}
	spans = merge(spans)
	end := p.noon(first.AddDays(nights))
	var out RestCheck
	for i := range nights {
		night := first.AddDays(i)
		rest := time.Duration(longestRest(spans, p.noon(night), p.noon(night.AddDays(1)), end)) * time.Second
		out.Nights = append(out.Nights, NightRest{night, rest, rest < rules.Daily})
		if i%7 != 6 {
			continue
		}
		week := WeekRest{From: first.AddDays(i - 6)}
		for _, n := range out.Nights[i-6:] {
			week.Longest = max(week.Longest, n.Longest)
		}
		week.Breach = week.Longest < rules.Weekly
		out.Weeks = append(out.Weeks, week)
	}
	return out
}

// noon returns noon of a day on the person's own clock.
func (p *Person) noon(d schedule.Date) int64 {
	return d.At(schedule.Noon, p.Zone(d.At(schedule.Noon, time.UTC))).Unix()
}

// longestRest returns the longest stretch without anything busy that begins in
// [from, to), in seconds. One that has begun before counts from there on.
func longestRest(busy []span, from, to, end int64) int64 {
	longest, start := int64(0), from
	for _, s := range busy {
		switch {
		case s.to <= from:
			continue
		case s.from > start:
			longest = max(longest, s.from-start)
		}
		start = max(start, s.to)
		if start >= to {
			return longest
		}
	}
	return max(longest, end-start)
}
