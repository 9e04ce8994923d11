package health

import (
	"time"

	"watchbill/schedule"
)

// RestRules say how much rest people get; zero turns a rule off. The defaults follow
// Directive 2003/88/EC where it has a number, and good practice where it has none. They
// advise and are no legal advice.
type RestRules struct {
	Daily  time.Duration // in every night, beginning within it
	Weekly time.Duration // in every seven days

	WeekWork     time.Duration // a week at most, on average over
	AverageWeeks int           // so many weeks
	OptOut       bool          // the person agreed to more
	NightWork    time.Duration // of a night worker, in a day at most
	NightWorker  bool

	PagedShift    time.Duration // a shift at most, with a page a day
	Primary       time.Duration // on the first level in one go at most
	Between       time.Duration // between two turns on it at least
	FreeWeekendIn int           // one whole weekend free in so many

	BrokenWakeups int           // from so many wake-ups on, a night was broken
	BrokenWork    time.Duration // or from so much work in sleeping hours on

	Standby      StandbyWork
	StandbyShare schedule.Weight // of an hour of standing by, with StandbyPart
	// ShortResponse is having to answer so soon, or sooner; FrequentCalls is being
	// called so often in an on-call week. Either limits free time so much that standing
	// by may be working time.
	ShortResponse time.Duration
	FrequentCalls float64
}

// StandbyWork says whether standing by is working time: that depends on the country
// and on how much it limits somebody.
type StandbyWork string

// Standing by does not count, counts, or counts in part.
const (
	StandbyNo   StandbyWork = "no"
	StandbyYes  StandbyWork = "yes"
	StandbyPart StandbyWork = "share"
)

// DefaultRestRules returns the rules of those that have no others.
func DefaultRestRules() RestRules {
	const day = 24 * time.Hour
	return RestRules{
		Daily: 11 * time.Hour, Weekly: 35 * time.Hour, WeekWork: 48 * time.Hour, AverageWeeks: 17, NightWork: 8 * time.Hour,
		PagedShift: 12 * time.Hour, Primary: 7 * day, Between: 14 * day, FreeWeekendIn: 2,
		BrokenWakeups: 2, BrokenWork: time.Hour, Standby: StandbyNo, ShortResponse: 5 * time.Minute, FrequentCalls: 7,
	}
}

// Validate returns what is wrong as one or more *schedule.InvalidError, joined.
func (rules *RestRules) Validate() error {
	var bad faults
	for _, d := range []struct {
		field string
		time.Duration
	}{
		{"daily", rules.Daily}, {"weekly", rules.Weekly}, {"week_work", rules.WeekWork}, {"night_work", rules.NightWork}, {"paged_shift", rules.PagedShift},
		{"primary", rules.Primary}, {"between", rules.Between}, {"broken_work", rules.BrokenWork}, {"short_response", rules.ShortResponse},
	} {
		bad.unless(d.Duration >= 0, d.field, "cannot be below zero; zero turns the rule off")
	}
	bad.unless(rules.Daily <= 24*time.Hour, "daily", "a day has 24 hours")
	bad.unless(rules.Weekly <= 7*24*time.Hour, "weekly", "a week has 168 hours")
	bad.unless(rules.WeekWork == 0 || rules.AverageWeeks >= 1 && rules.AverageWeeks <= 52, "average_weeks", "must be from 1 to 52")
	bad.unless(rules.FreeWeekendIn >= 0, "free_weekend_in", "cannot be below zero; zero turns the rule off")
	bad.unless(rules.Standby == StandbyNo || rules.Standby == StandbyYes || rules.Standby == StandbyPart, "standby", "must be no, yes or share")
	bad.unless(rules.StandbyShare >= 0 && rules.StandbyShare <= schedule.One, "standby_share", "must be from 0 to 1")
	return bad.err()
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
func (rules *RestRules) Check(p *Person, busy []Times, first schedule.Date, nights int) RestCheck {
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
