package health

import "watchbill/schedule"

// Wakeups counts the episodes in sleeping hours. However many pages an hour brings,
// who was woken was woken once.
func (t *Tally) Wakeups() int { return t.Episodes[schedule.Sleep] }

// OffHours counts the episodes of evenings, weekends and holidays, without the nights.
func (t *Tally) OffHours() int {
	return t.Episodes[schedule.Evening] + t.Episodes[schedule.WeekendBand] + t.Episodes[schedule.HolidayBand]
}

// Quiet reports whether nothing interrupted outside working hours. Of a week of
// somebody on call that is worth a word.
func (t *Tally) Quiet() bool { return Total(t.Interruptions) == t.Interruptions[schedule.Business] }

// Total adds up the bands.
func Total[T int | int64](v ByBand[T]) T {
	var sum T
	for _, n := range v {
		sum += n
	}
	return sum
}

// WorstWeek returns the most disrupted nights in any seven that follow each other.
func (t *Tally) WorstWeek() int {
	worst, first := 0, 0
	for i, night := range t.Nights {
		for night.DaysSince(t.Nights[first]) > 6 {
			first++
		}
		worst = max(worst, i-first+1)
	}
	return worst
}

// StandbyPoints weighs the hours on call by their bands.
func (t *Tally) StandbyPoints(c *Config) float64 {
	points := 0.0
	for b, seconds := range t.Standby {
		points += c.Standby[b] * hours(seconds)
	}
	return points
}

// EngagedHours returns the hours at work on incidents, work on two at once once.
func (t *Tally) EngagedHours() float64 { return hours(Total(t.Engaged)) }

// AfterHours returns the hours at work on incidents outside working hours.
func (t *Tally) AfterHours() float64 {
	return hours(Total(t.Engaged) - t.Engaged[schedule.Business])
}

// BurdenPoints weighs episodes and the hours at work by their bands, episodes while
// not on call by half as much again (or what the configuration says). They are for
// putting things in order and for talking about them; the score does not use them.
func (t *Tally) BurdenPoints(c *Config) float64 {
	points := 0.0
	for b := range t.Episodes {
		points += c.Page[b] * (float64(t.Episodes[b]) + (c.OffDuty-1)*float64(t.OffDuty[b]) + hours(t.Engaged[b]))
	}
	return points
}

// OffDutyShare returns the share of episodes that came while not on call; 0 of none
// is 0.
func (t *Tally) OffDutyShare() float64 { return share(Total(t.OffDuty), Total(t.Episodes)) }

// OnCallWeeks returns the hours of the first level in weeks of 168: what rates are
// taken over.
func (t *Tally) OnCallWeeks() float64 { return hours(t.Level1) / hoursPerWeek }

const hoursPerWeek = 168

func hours(seconds int64) float64 { return float64(seconds) / 3600 }

// share divides counts; nothing of nothing is zero.
func share[T int | int64](part, whole T) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
