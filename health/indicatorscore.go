package health

import "watchbill/schedule"

// toil is the share of toil of the days from one to another, not included: the mean of what
// was said of them, by days. It is nil where nothing was.
func toil(values []IndicatorValue, from, until schedule.Date) *float64 {
	sum, days := 0.0, 0
	for i := range values {
		v := &values[i]
		if v.Name != ToilShare || v.Value == nil || v.Period.Until().After(until) {
			continue
		}
		if n := v.within(from, until); n > 0 {
			sum += *v.Value * float64(n)
			days += n
		}
	}
	if days == 0 {
		return nil
	}
	mean := sum / float64(days)
	return &mean
}

// within counts the days of a value's period from one day to another, not included.
func (v *IndicatorValue) within(from, until schedule.Date) int {
	first, end := v.Period.From, v.Period.Until()
	if first.Before(from) {
		first = from
	}
	if until.Before(end) {
		end = until
	}
	return max(0, end.DaysSince(first))
}

// ticketAge is what was said last of the age of tickets, of a period that ended within.
func ticketAge(values []IndicatorValue, from, until schedule.Date) *float64 {
	var last *IndicatorValue
	for i := range values {
		v := &values[i]
		if v.Name == TicketAge && v.Value != nil && v.ends(from, until) && (last == nil || last.Period.Until().Before(v.Period.Until())) {
			last = v
		}
	}
	if last == nil {
		return nil
	}
	return last.Value
}

// ends says whether a value's period ends within days from one to another.
func (v *IndicatorValue) ends(from, until schedule.Date) bool {
	return v.Period.Until().After(from) && !v.Period.Until().After(until)
}

// addElsewhere adds action items that are kept elsewhere, of periods that ended within.
func (t *OnTime) addElsewhere(values []IndicatorValue, from, until schedule.Date) {
	for i := range values {
		if v := &values[i]; v.Name == ItemsElsewhere && v.Value != nil && v.ends(from, until) {
			t.Done += int(*v.Value)
			t.Due += int(v.Whole)
		}
	}
	if t.Due > 0 {
		t.Share = float64(t.Done) / float64(t.Due)
		t.Low, t.High = proportion(t.Done, t.Due)
	}
}

// amount is how much was said of the days from one to another: what is said of a part of
// them stands for the rest, if it is half of them or more. Otherwise it is nil.
func amount(values []IndicatorValue, name IndicatorName, from, until schedule.Date) *float64 {
	sum, days := 0.0, 0
	for i := range values {
		v := &values[i]
		if v.Name != name || v.Value == nil {
			continue
		}
		n := v.within(from, until)
		sum += *v.Value * float64(n) / float64(v.Period.Days())
		days += n
	}
	all := until.DaysSince(from)
	if all <= 0 || 2*days < all {
		return nil
	}
	sum *= float64(all) / float64(days)
	return &sum
}
