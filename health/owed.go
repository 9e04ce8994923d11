package health

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchbill/schedule"
)

// OwedRules say how much time off a call-out outside working hours earns. They are a
// policy, and so configuration.
type OwedRules struct {
	// Hours multiplies an hour at work in a band, in thousandths; working hours are
	// paid already and earn nothing.
	Hours ByBand[schedule.Weight]
	// Least is what a call-out earns at least, and the time in which being called
	// again is still the same call-out.
	Least time.Duration
	// Paged makes being called a call-out also when nobody says that they worked on it:
	// many pagers tell of no acknowledgement.
	Paged bool
	// RoundUp is the step to which what a period earns is rounded up, once.
	RoundUp time.Duration
	// ExpireDays is how long approved time can be taken; zero is for ever. WarnDays
	// before it ends there is a warning.
	ExpireDays, WarnDays int
}

// DefaultOwedRules returns the rules of those that have no others: an hour for an hour
// in the evening, an hour and a half at the weekend, two on holidays and at night.
func DefaultOwedRules() OwedRules {
	return OwedRules{
		Hours: ByBand[schedule.Weight]{schedule.Evening: 1000, schedule.WeekendBand: 1500, schedule.HolidayBand: 2000, schedule.Sleep: 2000},
		Least: time.Hour, RoundUp: 15 * time.Minute, ExpireDays: 90, WarnDays: 14,
	}
}

// mostOwedDays is how many days rules may speak of: ten years.
const mostOwedDays = 3660

// Validate returns what is wrong as one or more *schedule.InvalidError, joined.
func (r *OwedRules) Validate() error {
	var bad faults
	for b, w := range r.Hours {
		bad.unless(w.Valid(), "hours."+bandNames[b], "must be from 0 to 1000")
	}
	bad.unless(r.Least >= 0 && r.Least <= 24*time.Hour, "least", "must be from 0 to 24 hours")
	bad.unless(r.RoundUp >= time.Minute && r.RoundUp <= 24*time.Hour && r.RoundUp%time.Minute == 0, "round_up", "must be whole minutes, from 1 minute to 24 hours")
	bad.unless(r.ExpireDays >= 0 && r.ExpireDays <= mostOwedDays, "expire_days", "must be from 0 to 3660; zero is for ever")
	bad.unless(r.WarnDays >= 0 && r.WarnDays <= mostOwedDays, "warn_days", "must be from 0 to 3660")
	return bad.err()
}

// A CallOut is work on incidents outside working hours that began with being called.
type CallOut struct {
	Start, End time.Time
	Seconds    ByBand[int64] // at work; on two incidents at a time it counts once
	earned     int64         // thousandths of seconds
}

// Earned returns what the call-out earns before rounding.
func (c *CallOut) Earned() time.Duration { return time.Duration(c.earned) * time.Millisecond }

// CallOuts returns the person's call-outs that begin in [from, to). Who is called
// again within the hour that a call-out earns at least is on the same call-out: else
// thirty short incidents in an hour would earn thirty hours.
func (r *OwedRules) CallOuts(p *Person, work []Work, from, to time.Time) []CallOut {
	sorted := slices.Clone(work)
	slices.SortFunc(sorted, func(a, b Work) int { return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End)) })
	var out []CallOut
	for i := 0; i < len(sorted); {
		c := CallOut{Start: sorted[i].Start, End: sorted[i].End}
		var spans []span
		for ; i < len(sorted) && (sorted[i].Start.Before(c.Start.Add(r.Least)) || !sorted[i].Start.After(c.End)); i++ {
			spans = append(spans, span{sorted[i].Start.Unix(), sorted[i].End.Unix()})
			if sorted[i].End.After(c.End) {
				c.End = sorted[i].End
			}
		}
		for _, s := range merge(spans) {
			p.addBands(&c.Seconds, s.from, s.to, pageOrder)
		}
		if r.earn(p, &c) && !c.Start.Before(from) && c.Start.Before(to) {
			out = append(out, c)
		}
	}
	return out
}

// earn fills in what a call-out earns, and is false when it was within working hours.
func (r *OwedRules) earn(p *Person, c *CallOut) bool {
	outside := Total(c.Seconds) - c.Seconds[schedule.Business]
	if outside == 0 && p.PageBand(c.Start) == schedule.Business {
		return false
	}
	for b, seconds := range c.Seconds {
		c.earned += seconds * int64(r.Hours[b])
	}
	c.earned = max(c.earned, r.Least.Milliseconds())
	return true
}

// Owed returns what call-outs earn together, rounded up once.
func (r *OwedRules) Owed(callOuts []CallOut) time.Duration {
	sum := int64(0)
	for i := range callOuts {
		sum += callOuts[i].earned
	}
	step := r.RoundUp.Milliseconds()
	return time.Duration((sum+step-1)/step*step) * time.Millisecond
}

// MinuteWords writes minutes as people say them: "1 h 15 min", also below zero.
func MinuteWords(minutes int64) string {
	if minutes < 0 {
		return "−" + MinuteWords(-minutes)
	}
	switch h, m := minutes/60, minutes%60; {
	case h == 0:
		return fmt.Sprintf("%d min", m)
	case m == 0:
		return fmt.Sprintf("%d h", h)
	default:
		return fmt.Sprintf("%d h %d min", h, m)
	}
}

// ParseMinutes reads an amount of time as people write it: 7:30, 7.5, "7 h 30 min", "8 h"
// or "90 min". Anything else is an *schedule.InvalidError without a field.
func ParseMinutes(text string) (int64, error) {
	short := strings.ToLower(strings.Join(strings.Fields(text), ""))
	short = strings.NewReplacer("hours", "h", "hour", "h", "minutes", "m", "minute", "m", "min", "m", ",", ".").Replace(short)
	bad := &schedule.InvalidError{Reason: fmt.Sprintf("%q is no time; write it like 7:30, 7.5 or 8 h", text)}
	hours, minutes, both := strings.Cut(short, ":")
	if !both {
		hours, minutes, both = strings.Cut(short, "h")
		minutes = strings.TrimSuffix(minutes, "m")
		if !both && strings.HasSuffix(short, "m") {
			hours, minutes = "0", strings.TrimSuffix(short, "m")
		}
	}
	if minutes == "" {
		minutes = "0"
	}
	whole, err := schedule.ParseWeight(hours) // thousandths
	m, err2 := strconv.ParseUint(minutes, 10, 16)
	if err != nil || err2 != nil || len(hours) == 0 || int64(whole)*60%1000 != 0 || both && m > 59 {
		return 0, bad
	}
	return int64(whole)*60/1000 + int64(m), nil
}
