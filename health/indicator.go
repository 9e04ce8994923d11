package health

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"watchbill/schedule"
)

// IndicatorName is what somebody enters about a team because no pager tells it.
type IndicatorName string

// The indicators (specs/health.md 2.4).
const (
	ToilShare       IndicatorName = "toil_share"
	TicketAge       IndicatorName = "ticket_age"
	ItemsElsewhere  IndicatorName = "action_items"
	CustomerReports IndicatorName = "customer_reports"
	SilencedHours   IndicatorName = "silenced_hours"
	SurveysInTime   IndicatorName = "incident_surveys"
	Retention       IndicatorName = "retention"
)

// IndicatorUnit is what the number of an indicator is.
type IndicatorUnit string

// The units.
const (
	UnitShare IndicatorUnit = "share" // 0 to 1, in steps of a tenth
	UnitDays  IndicatorUnit = "days"
	UnitHours IndicatorUnit = "hours"
	UnitCount IndicatorUnit = "count"
	UnitParts IndicatorUnit = "parts" // so many of a whole
)

// An Indicator says what may be entered, and where its measure comes from.
type Indicator struct {
	Name    IndicatorName
	Title   string
	Unit    IndicatorUnit
	Whole   string // what the number is part of; empty: of nothing
	Meaning string
	Anchor  string // what is good and bad, and who says so; or what it is for
	Scored  bool   // its value moves the score
}

// Indicators lists what may be entered, in the order in which it is shown.
func Indicators() []Indicator {
	return []Indicator{
		{
			ToilShare, "Toil", UnitShare, "", "How much of the team's hours went into manual, repeated work that leaves nothing better behind, estimated by the team in steps of 10 %.",
			"30 % or less is full points and 70 % none, so that Google's limit of half the time lies in the middle.", true,
		},
		{
			TicketAge, "Age of open tickets", UnitDays, "", "How old the median open ticket was at the end of the period: half of them are older.",
			"4 days is full points and 34 none: where a team in a practice report ended and began.", true,
		},
		{
			ItemsElsewhere, "Action items kept elsewhere", UnitParts, "due in the period", "How many action items that stand in another tool were done by their day. Those of Watchbill are counted by themselves and added.",
			"92 % is full points, the figure of a practice report; 50 % is none.", true,
		},
		{
			CustomerReports, "Incidents reported by customers", UnitCount, "", "How many incidents customers told of.",
			"It moves no points: when pages fall by half, it tells better days from alerts that were turned off.", false,
		},
		{
			SilencedHours, "Silenced hours", UnitHours, "", "For how many hours at least one alert that pages people was silenced.",
			"It moves no points: twice as many as before, with half the pages, asks a question and lowers confidence.", false,
		},
		{
			SurveysInTime, "Surveys after incidents", UnitParts, "required", "How many surveys after incidents came back in time, which is 72 hours unless you agreed on another.",
			"It moves no points; practice texts aim for all of them, while memory is fresh.", false,
		},
		{
			Retention, "Retention", UnitParts, "in the rotations a year before", "How many who were in the rotations a year before the end of the period still are, or were promoted.",
			"It moves no points; a practice report went from 71 % to 94 %. Of fewer than five people nothing is kept or shown.", false,
		},
	}
}

// IndicatorOf finds an indicator by its name.
func IndicatorOf(name IndicatorName) (Indicator, bool) {
	for _, i := range Indicators() {
		if i.Name == name {
			return i, true
		}
	}
	return Indicator{}, false
}

// An IndicatorPeriod is a calendar month or a week from Monday on, in the team's zone.
type IndicatorPeriod struct {
	Week bool
	From schedule.Date
}

// ParseIndicatorPeriod reads 2026-10 as a month and 2026-W44 as a week of ISO 8601.
func ParseIndicatorPeriod(text string) (IndicatorPeriod, bool) {
	year, rest, ok := strings.Cut(strings.TrimSpace(text), "-")
	y, err := strconv.Atoi(year)
	if !ok || err != nil || len(year) != 4 || y < 1000 {
		return IndicatorPeriod{}, false
	}
	week, is := strings.CutPrefix(strings.ToUpper(rest), "W")
	n, err := strconv.Atoi(week)
	if err != nil || len(week) != 2 || n < 1 {
		return IndicatorPeriod{}, false
	}
	p := IndicatorPeriod{is, schedule.Date{Year: y, Month: time.Month(n), Day: 1}}
	if is {
		p.From = MondayOf(schedule.Date{Year: y, Month: time.January, Day: 4}).AddDays(7 * (n - 1))
		return p, n < 54 && p.String() == year+"-W"+week // a year may have no week 53
	}
	return p, n <= 12
}

// String writes the period as ParseIndicatorPeriod reads it.
func (p IndicatorPeriod) String() string {
	if p.Week {
		year, week := p.From.At(schedule.Noon, time.UTC).ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	}
	return fmt.Sprintf("%04d-%02d", p.From.Year, p.From.Month)
}

// Words calls the period by its name.
func (p IndicatorPeriod) Words() string {
	at := p.From.At(schedule.Noon, time.UTC)
	if p.Week {
		return "the week of " + at.Format("Mon 2 Jan 2006")
	}
	return at.Format("January 2006")
}

// Until returns the day after the period.
func (p IndicatorPeriod) Until() schedule.Date {
	if p.Week {
		return p.From.AddDays(7)
	}
	return p.From.AddMonths(1)
}

// Days is how long the period is.
func (p IndicatorPeriod) Days() int { return p.Until().DaysSince(p.From) }

// overlaps says whether two periods have a day in common.
func (p IndicatorPeriod) overlaps(o IndicatorPeriod) bool {
	return p.From.Before(o.Until()) && o.From.Before(p.Until())
}

// Where a value comes from.
const (
	IndicatorByHand = "hand"
	IndicatorByCSV  = "csv"
	IndicatorByAPI  = "api"
)

// An IndicatorValue is what was said of a team and a period. A correction is another
// version; those before it are kept.
type IndicatorValue struct {
	Team    schedule.ID
	Name    IndicatorName
	Period  IndicatorPeriod
	Version int64
	Value   *float64 // nil: what was said was withdrawn
	Whole   float64  // of which it is a part; 0: of nothing
	Source  string
	At      time.Time
	By      schedule.ID
}

// Share is the value as a part of its whole.
func (v *IndicatorValue) Share() float64 { return *v.Value / v.Whole }

// Text writes the value as people read it.
func (v *IndicatorValue) Text() string {
	i, known := IndicatorOf(v.Name)
	switch {
	case v.Value == nil || !known:
		return "nothing"
	case i.Unit == UnitShare:
		return fmt.Sprintf("%.0f %%", 100**v.Value)
	case i.Unit == UnitParts:
		return fmt.Sprintf("%g of %g", *v.Value, v.Whole)
	case i.Unit == UnitDays && *v.Value == 1:
		return "1 day"
	case i.Unit == UnitDays:
		return fmt.Sprintf("%g days", *v.Value)
	case i.Unit == UnitHours:
		return fmt.Sprintf("%g h", *v.Value)
	}
	return fmt.Sprintf("%g", *v.Value)
}

// same says whether two values say the same.
func (v *IndicatorValue) same(o *IndicatorValue) bool {
	if v.Value == nil || o.Value == nil {
		return v.Value == nil && o.Value == nil
	}
	return *v.Value == *o.Value && v.Whole == o.Whole
}

// LatestIndicators keeps the last version of each value, in their order.
func LatestIndicators(all []IndicatorValue) (out []IndicatorValue) {
	at := map[string]int{}
	for _, v := range all {
		key := string(v.Name) + v.Period.String()
		if k, ok := at[key]; ok {
			if out[k].Version < v.Version {
				out[k] = v
			}
			continue
		}
		at[key] = len(out)
		out = append(out, v)
	}
	return out
}

// An indicatorFault is what is wrong with a field, and what would be right.
type indicatorFault struct{ field, wrong, right string }

func (f *indicatorFault) invalid() error {
	return &schedule.InvalidError{Field: f.field, Reason: f.wrong + "; " + f.right}
}

// Bounds of what may be entered.
const (
	mostIndicatorDays  = 3660
	mostIndicatorCount = 100_000
	fewestRetained     = 5 // people; see Privacy.K
)

// check says what is wrong with a value of a team, as of a day on its calendar.
func (v *IndicatorValue) check(today schedule.Date) *indicatorFault {
	i, ok := IndicatorOf(v.Name)
	if !ok {
		return &indicatorFault{"indicator", fmt.Sprintf("there is no indicator %q", cutText(string(v.Name), 40)), "choose one of " + indicatorNames()}
	}
	if v.Period.Until().After(today) {
		return &indicatorFault{"period", upperFirst(v.Period.Words()) + " is not over", fmt.Sprintf("enter it from %s on", v.Period.Until())}
	}
	if v.Period.From.Before(today.AddMonths(-120)) {
		return &indicatorFault{"period", upperFirst(v.Period.Words()) + " lies more than ten years back", "enter later ones"}
	}
	if v.Value == nil {
		v.Whole = 0
		return nil
	}
	return i.checkNumber(v)
}

func (i *Indicator) checkNumber(v *IndicatorValue) *indicatorFault {
	x := *v.Value
	whole := func(x float64) bool { return x == math.Trunc(x) && x >= 0 && x <= mostIndicatorCount }
	bad := func(right string) *indicatorFault {
		return &indicatorFault{"value", fmt.Sprintf("%g is no %s", x, i.noun()), right}
	}
	if i.Unit != UnitParts && v.Whole != 0 {
		return &indicatorFault{"of", i.Title + " is not a part of anything", "leave this empty"}
	}
	switch i.Unit {
	case UnitShare:
		tenths := math.Round(x * 10)
		if !(math.Abs(x*10-tenths) < 1e-6 && x >= 0 && x <= 1) {
			return bad("give tenths from 0 to 1, like 0.3 for 30 %")
		}
		*v.Value = tenths / 10
	case UnitDays:
		if !(x >= 0 && x <= mostIndicatorDays) {
			return bad(fmt.Sprintf("give days from 0 to %d, like 4.5", mostIndicatorDays))
		}
	case UnitHours:
		if most := float64(24*v.Period.Days() + 1); !(x >= 0 && x <= most) { // one more when clocks go back
			return bad(fmt.Sprintf("%s has %g hours at most", v.Period.Words(), most))
		}
	case UnitCount:
		if !whole(x) {
			return bad(fmt.Sprintf("give a whole number from 0 to %d", mostIndicatorCount))
		}
	case UnitParts:
		return i.checkParts(x, v.Whole, whole)
	}
	*v.Value = math.Round(100**v.Value) / 100
	return nil
}

// checkParts looks at so many of a whole.
func (i *Indicator) checkParts(x, of float64, whole func(float64) bool) *indicatorFault {
	switch {
	case !whole(x):
		return &indicatorFault{"value", fmt.Sprintf("%g is no number of them", x), "give a whole number from 0 on"}
	case !whole(of) || of == 0:
		return &indicatorFault{"of", "it is not said how many were " + i.Whole, "give a whole number from 1 on, or withdraw the value where there were none"}
	case x > of:
		return &indicatorFault{"value", fmt.Sprintf("%g is more than the %g that were %s", x, of, i.Whole), fmt.Sprintf("give 0 to %g", of)}
	case i.Name == Retention && of < fewestRetained:
		return &indicatorFault{"of", fmt.Sprintf("%g people are too few: it would say of each whether they left", of), fmt.Sprintf("enter it where there were %d or more", fewestRetained)}
	}
	return nil
}

func (i *Indicator) noun() string {
	return map[IndicatorUnit]string{UnitShare: "share in steps of a tenth", UnitDays: "age in days", UnitHours: "number of hours", UnitCount: "count"}[i.Unit]
}

func indicatorNames() string {
	var names []string
	for _, i := range Indicators() {
		names = append(names, string(i.Name))
	}
	return strings.Join(names, ", ")
}

// upperFirst begins a sentence with words that are plain letters.
func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
