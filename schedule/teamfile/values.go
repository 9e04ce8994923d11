package teamfile

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchbill/schedule"
)

// reason returns what a person should read of an error.
func reason(err error) string {
	if invalid, ok := errors.AsType[*schedule.InvalidError](err); ok {
		return invalid.Reason
	}
	return err.Error()
}

func parseZone(s string) (*time.Location, error) {
	zone, err := schedule.Zone(s)
	if err != nil || s == "" || s == "Local" {
		return nil, fmt.Errorf("unknown time zone %q%s", s, zoneHint(s))
	}
	return zone, nil
}

func zoneHint(s string) string {
	if hint := didYouMean(s, commonZones); hint != "" {
		return hint
	}
	return "; write it like Europe/Berlin or America/New_York"
}

// commonZones are proposed for a misspelled one; every IANA zone is accepted.
var commonZones = strings.Fields(`UTC Europe/London Europe/Dublin Europe/Lisbon Europe/Madrid Europe/Paris
Europe/Brussels Europe/Amsterdam Europe/Berlin Europe/Zurich Europe/Vienna Europe/Rome Europe/Prague Europe/Warsaw
Europe/Budapest Europe/Copenhagen Europe/Stockholm Europe/Oslo Europe/Helsinki Europe/Athens Europe/Bucharest
Europe/Sofia Europe/Istanbul Europe/Kyiv Africa/Lagos Africa/Nairobi Africa/Cairo Africa/Casablanca
Africa/Johannesburg Asia/Dubai Asia/Karachi Asia/Kolkata Asia/Kathmandu Asia/Dhaka Asia/Bangkok Asia/Singapore
Asia/Hong_Kong Asia/Shanghai Asia/Taipei Asia/Manila Asia/Seoul Asia/Tokyo Australia/Perth Australia/Adelaide
Australia/Sydney Australia/Melbourne Australia/Lord_Howe Pacific/Auckland Pacific/Apia America/St_Johns
America/Halifax America/New_York America/Toronto America/Chicago America/Denver America/Phoenix America/Los_Angeles
America/Vancouver America/Mexico_City America/Bogota America/Lima America/Santiago America/Sao_Paulo
America/Buenos_Aires`)

var weekdayNames = map[string]time.Weekday{
	"mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday,
	"fri": time.Friday, "sat": time.Saturday, "sun": time.Sunday,
}

func parseWeekday(s string) (time.Weekday, error) {
	low := strings.ToLower(s)
	for short, day := range weekdayNames {
		if low == short || low == strings.ToLower(day.String()) {
			return day, nil
		}
	}
	return 0, fmt.Errorf("%q is no day of the week; write it like Mon", s)
}

// parseDays reads "Mon-Fri", "Sat Sun" or "every day".
func parseDays(s string) (schedule.Weekdays, error) {
	if strings.EqualFold(s, "every day") || s == "" {
		return schedule.EveryDay, nil
	}
	set := schedule.NoDay
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' }) {
		first, last, isRange := strings.Cut(part, "-")
		from, err := parseWeekday(first)
		if err != nil {
			return 0, err
		}
		to := from
		if isRange {
			if to, err = parseWeekday(last); err != nil {
				return 0, err
			}
		}
		for d := from; ; d = (d + 1) % 7 {
			set |= schedule.WeekdaysOf(d)
			if d == to {
				break
			}
		}
	}
	return set, nil
}

// spacedDash is how people set a dash between days or hours.
var spacedDash = regexp.MustCompile(`\s*[-–]\s*`)

// ParseHours reads "Mon-Fri 09:00-17:00" or "22:00-06:00", also with spaces
// around the dashes.
func ParseHours(s string) (schedule.Hours, error) {
	s = spacedDash.ReplaceAllString(s, "-")
	at := strings.LastIndex(s, " ")
	days, err := parseDays(strings.TrimSpace(s[:max(0, at)]))
	if err != nil {
		return schedule.Hours{}, err
	}
	first, last, ok := strings.Cut(s[at+1:], "-")
	if !ok {
		return schedule.Hours{}, fmt.Errorf("%q is not a stretch of hours; write it like Mon-Fri 09:00-17:00", s)
	}
	from, err := schedule.ParseClock(first)
	if err != nil {
		return schedule.Hours{}, err
	}
	until, err := schedule.ParseClock(last)
	if err != nil {
		return schedule.Hours{}, err
	}
	if from == until {
		return schedule.Hours{}, fmt.Errorf("%q begins and ends at the same time; for all day write 00:00-24:00", s)
	}
	return schedule.Hours{Days: days, From: from, Until: until}, nil
}

var lengthForm = regexp.MustCompile(`^(\d{1,4})\s*(h|hours?|d|days?|w|weeks?|months?)$`)

// parseLength reads a wall-clock length: 11h, 2 days, 4 weeks.
func parseLength(s string) (time.Duration, error) {
	m := lengthForm.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return 0, fmt.Errorf("%q is not a length of time; write it like 11h, 2 days or 4 weeks", s)
	}
	n, _ := strconv.Atoi(m[1])
	unit := time.Hour
	switch m[2][0] {
	case 'd':
		unit = 24 * time.Hour
	case 'w':
		unit = 7 * 24 * time.Hour
	case 'm':
		return 0, fmt.Errorf("%q: months differ in length; write it in weeks or days", s)
	}
	return time.Duration(n) * unit, nil
}

// parseLimit reads "1 week in 4", "2 days in 7" or "36h in 2 weeks": the second
// length has the unit of the first when it names none.
func parseLimit(s string) (schedule.TimeLimit, error) {
	const example = "write it like 1 week in 4, or 2 days in 7"
	head, tail, ok := strings.Cut(s, " in ")
	if !ok {
		return schedule.TimeLimit{}, fmt.Errorf("%q is not a limit; %s", s, example)
	}
	most, err := parseLength(head)
	if err != nil {
		return schedule.TimeLimit{}, fmt.Errorf("%q is not a limit; %s", s, example)
	}
	tail = strings.TrimSpace(tail)
	if _, err := strconv.Atoi(tail); err == nil {
		tail += strings.TrimLeft(strings.TrimSpace(head), "0123456789 ")
	}
	within, err := parseLength(tail)
	if err != nil {
		return schedule.TimeLimit{}, fmt.Errorf("%q is not a limit; %s", s, example)
	}
	if most <= 0 {
		return schedule.TimeLimit{}, fmt.Errorf("%q lets nobody be on call at all; %s", s, example)
	}
	if most >= within {
		return schedule.TimeLimit{}, fmt.Errorf("%q limits nothing: the second length must be the longer; %s", s, example)
	}
	return schedule.TimeLimit{Max: most, Within: within}, nil
}

// parseCount reads "2 in 8 weeks".
func parseCount(s string) (schedule.CountLimit, error) {
	head, tail, ok := strings.Cut(s, " in ")
	n, err := strconv.Atoi(strings.TrimSpace(head))
	within, lengthErr := parseLength(tail)
	if !ok || err != nil || n < 0 || lengthErr != nil || within == 0 {
		return schedule.CountLimit{}, fmt.Errorf("%q is not a limit; write it like 2 in 8 weeks", s)
	}
	return schedule.CountLimit{Max: n, Within: within}, nil
}

// parseWeekends reads "2 in 8 weeks", which must be fewer than there are.
func parseWeekends(s string) (schedule.CountLimit, error) {
	c, err := parseCount(s)
	if most := int(c.Within/(7*24*time.Hour)) + 1; err == nil && c.Max >= most {
		return schedule.CountLimit{}, fmt.Errorf("%q limits nothing: there are at most %d weekends in that time; write it like 2 in 8 weeks", s, most)
	}
	return c, err
}

// parseTimes reads an absence: a day, "2026-12-21 to 2027-01-03" with both days
// included, or instants, "2026-12-21 14:00 to 2026-12-22 09:00", in a zone.
func parseTimes(s string, zone *time.Location) (schedule.Absence, error) {
	first, last, isRange := strings.Cut(strings.NewReplacer("..", " to ", " – ", " to ", " - ", " to ").Replace(s), " to ")
	first, last = strings.TrimSpace(first), strings.TrimSpace(last)
	if !isRange {
		last = first
	}
	if strings.Contains(first, " ") || strings.Contains(last, " ") {
		start, err := parseInstant(first, zone)
		if err != nil {
			return schedule.Absence{}, err
		}
		end, err := parseInstant(last, zone)
		if err != nil {
			return schedule.Absence{}, err
		}
		if !start.Before(end) {
			return schedule.Absence{}, fmt.Errorf("%q ends before it starts", s)
		}
		return schedule.Absence{Start: start, End: end}, nil
	}
	from, err := schedule.ParseDate(first)
	if err != nil && dateForm.MatchString(first) {
		return schedule.Absence{}, err
	}
	if err != nil {
		return schedule.Absence{}, fmt.Errorf("%q is not a time; write it like 2026-12-21, or 2026-12-21 to 2027-01-03", s)
	}
	until, err := schedule.ParseDate(last)
	if err != nil {
		return schedule.Absence{}, err
	}
	if until.Before(from) {
		return schedule.Absence{}, fmt.Errorf("%q ends before it starts", s)
	}
	return schedule.Absence{First: from, Last: until}, nil
}

// dateForm is a date, if perhaps of a day that does not exist.
var dateForm = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

func parseInstant(s string, zone *time.Location) (time.Time, error) {
	day, clock, ok := strings.Cut(s, " ")
	if ok {
		d, err := schedule.ParseDate(day)
		if err != nil {
			return time.Time{}, err
		}
		c, err := schedule.ParseClock(strings.TrimSpace(clock))
		if err != nil {
			return time.Time{}, err
		}
		return d.At(c, zone), nil
	}
	return time.Time{}, fmt.Errorf("%q needs a time of day as well; write it like 2026-12-21 14:00", s)
}

// parseHandOver reads when a rotation is handed over:
//
//	Mon 09:00              weekly
//	Mon 09:00, Fri 17:00   weekdays and weekend
//	daily 09:00
//	every 14 days 09:00
//	every 12h 08:00
//	4+3+7 days 09:00       lengths that repeat
func parseHandOver(s string) (schedule.HandOver, error) {
	bad := fmt.Errorf("%q is no hand-over; write it like Mon 09:00, daily 09:00, every 14 days 09:00, every 12h 08:00 or Mon 09:00, Fri 17:00", s)
	words := strings.Fields(strings.ReplaceAll(s, ",", " "))
	if len(words) < 2 {
		return schedule.HandOver{}, bad
	}
	if _, err := parseWeekday(words[0]); err == nil {
		return parseWeekly(words, bad)
	}
	at, err := schedule.ParseClock(words[len(words)-1])
	if err != nil {
		return schedule.HandOver{}, bad
	}
	rule := strings.Join(words[:len(words)-1], " ")
	if rule == "daily" {
		return schedule.EveryDays(1, at), nil
	}
	if lengths, ok := strings.CutSuffix(rule, " days"); ok && strings.Contains(lengths, "+") {
		h := schedule.HandOver{At: at}
		for _, part := range strings.Split(lengths, "+") {
			n, err := strconv.Atoi(strings.TrimSpace(part))
			if err != nil || n < 1 || n > 366 {
				return schedule.HandOver{}, bad
			}
			h.Days = append(h.Days, n)
		}
		return h, nil
	}
	every, ok := strings.CutPrefix(rule, "every ")
	length, err := parseLength(every)
	if !ok || err != nil || length <= 0 {
		return schedule.HandOver{}, bad
	}
	if length%(24*time.Hour) == 0 {
		return schedule.EveryDays(int(length/(24*time.Hour)), at), nil
	}
	if 24*time.Hour%length != 0 {
		return schedule.HandOver{}, fmt.Errorf("%q: turns shorter than a day must divide it; use 1, 2, 3, 4, 6, 8 or 12 hours", s)
	}
	return schedule.HandOver{Every: length, At: at}, nil
}

func parseWeekly(words []string, bad error) (schedule.HandOver, error) {
	var h schedule.HandOver
	for i := 0; i+1 < len(words); i += 2 {
		day, err := parseWeekday(words[i])
		if err != nil {
			return schedule.HandOver{}, bad
		}
		at, err := schedule.ParseClock(words[i+1])
		if err != nil {
			return schedule.HandOver{}, bad
		}
		m := schedule.WeekMoment{Day: day, At: at}
		if slices.Contains(h.Weekly, m) {
			return schedule.HandOver{}, fmt.Errorf("%v %v is there twice", words[i], words[i+1])
		}
		h.Weekly = append(h.Weekly, m)
	}
	if len(words)%2 != 0 {
		return schedule.HandOver{}, bad
	}
	return h, nil
}
