package health_test

import (
	"testing"

	"watchbill/health"
	"watchbill/schedule"
)

// Whatever is asked for, the difference of two reports is no less than four weeks, so
// that nobody's week can be had by moving a report on by one.
func TestReportsAreInBlocks(t *testing.T) {
	today := schedule.Date{Year: 2026, Month: 11, Day: 27}
	this := schedule.Date{Year: 2026, Month: 11, Day: 23}
	first := schedule.Date{Year: 2026, Month: 11, Day: 2} // the block that is not over
	for _, weeks := range health.PeriodWeeks {
		last := health.LastWeeks(weeks, today)
		if last.Until() != this || last.InBlocks(today) != last {
			t.Errorf("the last %d weeks are %v", weeks, last)
		}
		for day := this; this.DaysSince(day) < 3*365; day = day.AddDays(-1) {
			p := health.ReportPeriod{From: health.MondayOf(day), Weeks: weeks}.InBlocks(today)
			if p == last {
				continue
			}
			if first.DaysSince(p.From)%28 != 0 || first.DaysSince(p.Until())%28 != 0 || p.Until().After(first) || p.Weeks != weeks {
				t.Fatalf("%d weeks from %v on are %v", weeks, day, p)
			}
		}
		for p, n := last, 0; n < 5; n++ {
			before := p.Earlier(today)
			if overlap := before.Until().DaysSince(p.From); overlap < 0 || overlap > 21 || overlap > 0 && p != last || before.InBlocks(today) != before {
				t.Fatalf("before %v is %v", p, before)
			}
			p = before
		}
	}
}

// Of few answers the median would be somebody's.
func TestFewAnswersAreNotTold(t *testing.T) {
	for n := range 8 {
		if _, ok := make(health.Sample, n).Answer(); ok != (n >= 5) {
			t.Errorf("the median of %d answers is told: %v", n, ok)
		}
	}
}
