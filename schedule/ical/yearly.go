package ical

import (
	"strconv"
	"strings"
	"time"

	"watchbill/schedule"
)

// A yearly rule names one day in some months of every so many years.
type yearly struct {
	interval int
	count    int           // zero: no limit
	until    schedule.Date // included; zero: no limit
	months   []time.Month
	days     []int // of the month; negative from its end
	weekday  time.Weekday
	nth      int // which weekday of the month, negative from its end; zero: by days
}

// parseYearly reads a recurrence rule; false when it is not a yearly one of the
// kinds that holidays have.
func parseYearly(rule string, first schedule.Date) (yearly, bool) {
	y := yearly{interval: 1}
	freq := ""
	for part := range strings.SplitSeq(strings.ToUpper(strings.TrimSpace(rule)), ";") {
		key, value, _ := strings.Cut(part, "=")
		ok := true
		switch key {
		case "", "WKST":
		case "FREQ":
			freq = value
		case "INTERVAL":
			y.interval, ok = number(value, 1, 1000)
		case "COUNT":
			y.count, ok = number(value, 1, 10_000)
		case "UNTIL":
			y.until, ok = day(property{value: value[:min(8, len(value))]})
		case "BYMONTH":
			var months []int
			months, ok = numbers(value, 1, 12)
			for _, m := range months {
				y.months = append(y.months, time.Month(m))
			}
		case "BYMONTHDAY":
			y.days, ok = numbers(value, -31, 31)
		case "BYDAY":
			ok = y.byDay(value)
		default:
			ok = false
		}
		if !ok {
			return y, false
		}
	}
	if len(y.months) == 0 {
		y.months = []time.Month{first.Month}
	}
	if len(y.days) == 0 && y.nth == 0 {
		y.days = []int{first.Day}
	}
	return y, freq == "YEARLY" && (y.nth == 0 || len(y.days) == 0)
}

func number(s string, least, most int) (int, bool) {
	n, err := strconv.Atoi(strings.TrimPrefix(s, "+"))
	return n, err == nil && least <= n && n <= most
}

// numbers reads a list of numbers other than zero.
func numbers(s string, least, most int) ([]int, bool) {
	var out []int
	for v := range strings.SplitSeq(s, ",") {
		n, ok := number(v, least, most)
		if !ok || n == 0 {
			return nil, false
		}
		out = append(out, n)
	}
	return out, true
}

// byDay reads 4TH or -1MO.
func (y *yearly) byDay(s string) bool {
	names := map[string]time.Weekday{"MO": 1, "TU": 2, "WE": 3, "TH": 4, "FR": 5, "SA": 6, "SU": 0}
	if len(s) < 3 {
		return false
	}
	weekday, known := names[s[len(s)-2:]]
	n, ok := number(s[:len(s)-2], -5, 5)
	y.weekday, y.nth = weekday, n
	return known && ok && n != 0
}

// each calls f with the days from first on and before until.
func (y yearly) each(first, until schedule.Date, f func(schedule.Date)) {
	left := y.count
	for year := first.Year; year <= until.Year; year += y.interval {
		for _, month := range y.months {
			for _, d := range y.in(year, month) {
				if d.Before(first) || !y.until.IsZero() && d.After(y.until) {
					continue
				}
				if !d.Before(until) {
					return
				}
				f(d)
				if left--; left == 0 {
					return
				}
			}
		}
	}
}

// in returns the days of one month.
func (y yearly) in(year int, month time.Month) []schedule.Date {
	first := schedule.Date{Year: year, Month: month, Day: 1}
	last := first.AddMonths(1).AddDays(-1)
	if y.nth == 0 {
		var out []schedule.Date
		for _, n := range y.days {
			if n < 0 {
				n += last.Day + 1
			}
			if n >= 1 && n <= last.Day {
				out = append(out, schedule.Date{Year: year, Month: month, Day: n})
			}
		}
		return out
	}
	day := 1 + (int(y.weekday)-int(first.Weekday())+7)%7 + (y.nth-1)*7
	if y.nth < 0 {
		day = last.Day - (int(last.Weekday())-int(y.weekday)+7)%7 + (y.nth+1)*7
	}
	if day < 1 || day > last.Day {
		return nil
	}
	return []schedule.Date{{Year: year, Month: month, Day: day}}
}
