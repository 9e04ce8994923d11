package ui

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchbill/health"
	"watchbill/schedule"
	"watchbill/schedule/teamfile"

	"github.com/labstack/echo/v4"
)

// PayRulesPage is the page "payrules". Its form posts to /teams/{id}/pay/rules with from,
// currency, zone, unit, base, overlap, unpaid, per_call_out, paged, work_hour, and for each rule
// i of rules: name.i, when.i, rate.i, rotations.i; of once: once_name.i, once_from.i,
// once_until.i, once_rate.i, and where a time comes twice once_from_which.i and
// once_until_which.i. do is save, or add, once, up.i, down.i, drop.i, undo.i, which change
// the form and save nothing.
type PayRulesPage struct {
	Frame
	From, Currency, Clock, Unit, Base, Overlap, Unpaid, PerCallOut, WorkHour Field
	Weekly                                                                   []PayRuleRow
	Once                                                                     []PayOnceRow
	Paged                                                                    bool
	Times                                                                    [5]Field // by band
	Rotations                                                                []string
	Error                                                                    string

	// The form that reads JSON: POST /teams/{id}/pay/rules/import with text.
	Text       string
	TextOpen   bool
	TextErrors []string
}

// PayRuleRow is a rule of every week.
type PayRuleRow struct{ Name, When, Rate, Rotations Field }

// PayOnceRow is a rule of one stretch of time, on the rules' clock.
type PayOnceRow struct{ Name, From, Until, Rate, Rotations Field }

// PayUnits says what rates may be for.
func (PayRulesPage) PayUnits() []Option {
	return []Option{{string(health.PerHour), "an hour"}, {string(health.PerDay), "a day"}, {string(health.PerWeek), "a week (168 hours)"}}
}

// PayOverlaps says how time on call twice at once is paid.
func (PayRulesPage) PayOverlaps() []Option {
	return []Option{{string(health.PayOnce), "once, at the better rate"}, {string(health.PayEach), "for each shift"}}
}

// payBands are bands in the order of the form.
var payBands = [5]schedule.Band{schedule.Business, schedule.Evening, schedule.WeekendBand, schedule.HolidayBand, schedule.Sleep}

// PayBand names a band of the form.
func (PayRulesPage) PayBand(i int) string {
	return [5]string{"Working hours", "Evening", "Weekend", "Holiday", "Sleeping hours"}[i]
}

// PayBandName is what the field of a band is called.
func (PayRulesPage) PayBandName(i int) string { return "times." + health.BandName(payBands[i]) }

func rotationNames(rotations []schedule.RotationID) string {
	var out []string
	for _, r := range rotations {
		out = append(out, string(r))
	}
	return strings.Join(out, ", ")
}

// fill shows rules.
func (p *PayRulesPage) fill(r *health.PayRules) {
	money := func(minor int64) Field { return Field{Value: health.Decimal(minor, r.Currency)} }
	p.Currency.Value, p.Clock.Value, p.Unit.Value, p.Overlap.Value = r.Currency, r.Zone.String(), string(r.Unit), string(r.Overlap)
	p.Base, p.Unpaid.Value = money(r.Base), rotationNames(r.Unpaid)
	p.PerCallOut, p.WorkHour, p.Paged = Field{}, Field{}, r.Paged
	if r.PerCallOut > 0 {
		p.PerCallOut = money(r.PerCallOut)
	}
	if r.WorkHour > 0 {
		p.WorkHour = money(r.WorkHour)
	}
	for i, b := range payBands {
		p.Times[i].Value = r.Times[b].String()
	}
	p.Weekly, p.Once = nil, nil
	for _, w := range r.Weekly {
		p.Weekly = append(p.Weekly, PayRuleRow{Field{Value: w.Name}, Field{Value: hoursText(w.Hours)}, money(w.Rate), Field{Value: rotationNames(w.Rotations)}})
	}
	for _, o := range r.OneOffs {
		p.Once = append(p.Once, PayOnceRow{Field{Value: o.Name}, shownAt(o.From, r.Zone), shownAt(o.To, r.Zone), money(o.Rate), Field{Value: rotationNames(o.Rotations)}})
	}
}

// mostPayRows bounds the rows of a form.
const mostPayRows = 50

// read takes over what was typed.
func (p *PayRulesPage) read(c echo.Context) {
	for name, f := range map[string]*Field{
		"from": &p.From, "currency": &p.Currency, "zone": &p.Clock, "unit": &p.Unit, "base": &p.Base, "overlap": &p.Overlap, "unpaid": &p.Unpaid,
		"per_call_out": &p.PerCallOut, "work_hour": &p.WorkHour,
	} {
		*f = Field{Value: c.FormValue(name)}
	}
	p.Paged = c.FormValue("paged") != ""
	for i := range p.Times {
		p.Times[i] = Field{Value: c.FormValue(p.PayBandName(i))}
	}
	count := func(name string) int {
		n, err := strconv.Atoi(c.FormValue(name))
		if err != nil {
			return 0
		}
		return max(0, min(n, mostPayRows))
	}
	value := func(name string, i int) Field { return Field{Value: c.FormValue(fmt.Sprintf("%s.%d", name, i))} }
	at := func(name string, i int) Field { return typedOf(c, fmt.Sprintf("%s.%d", name, i), p.Clock.Value) }
	p.Weekly, p.Once = nil, nil
	for i := range count("rules") {
		p.Weekly = append(p.Weekly, PayRuleRow{value("name", i), value("when", i), value("rate", i), value("rotations", i)})
	}
	for i := range count("onces") {
		p.Once = append(p.Once, PayOnceRow{value("once_name", i), at("once_from", i), at("once_until", i), value("once_rate", i), value("once_rotations", i)})
	}
}

// change does to the rows what a button says.
func (p *PayRulesPage) change(do string) {
	what, number, _ := strings.Cut(do, ".")
	i, err := strconv.Atoi(number)
	within := err == nil && i >= 0 && i < len(p.Weekly)
	switch {
	case what == "add" && len(p.Weekly) < mostPayRows:
		p.Weekly = append(p.Weekly, PayRuleRow{})
	case what == "once" && len(p.Once) < mostPayRows:
		p.Once = append(p.Once, PayOnceRow{})
	case what == "up" && within && i > 0:
		p.Weekly[i-1], p.Weekly[i] = p.Weekly[i], p.Weekly[i-1]
	case what == "down" && within && i+1 < len(p.Weekly):
		p.Weekly[i+1], p.Weekly[i] = p.Weekly[i], p.Weekly[i+1]
	case what == "drop" && within:
		p.Weekly = slices.Delete(p.Weekly, i, i+1)
	case what == "undo" && err == nil && i >= 0 && i < len(p.Once):
		p.Once = slices.Delete(p.Once, i, i+1)
	}
}

// empty says whether nothing was typed into a row.
func (r *PayRuleRow) empty() bool {
	return strings.TrimSpace(r.Name.Value+r.When.Value+r.Rate.Value+r.Rotations.Value) == ""
}

func (r *PayOnceRow) empty() bool {
	return strings.TrimSpace(r.Name.Value+r.From.Value+r.Until.Value+r.Rate.Value+r.Rotations.Value) == ""
}

// payReader reads the form and gathers what is wrong.
type payReader struct {
	currency string
	bad      []error
}

func (r *payReader) wrong(field, reason string) {
	r.bad = append(r.bad, &schedule.InvalidError{Field: field, Reason: reason})
}

// money reads an amount; an optional one may be empty.
func (r *payReader) money(field, text string, optional bool) int64 {
	if optional && strings.TrimSpace(text) == "" {
		return 0
	}
	minor, err := health.ParseMoney(text, r.currency)
	if invalid, ok := errors.AsType[*schedule.InvalidError](err); ok {
		r.wrong(field, invalid.Reason)
	}
	return minor
}

// instant reads when a stretch begins or ends.
func (r *payReader) instant(field string, f *Field, zone string) time.Time {
	which := ""
	if f.Twice != nil {
		which = f.Twice.Chosen
	}
	at, err := instant(f.Value, which, field, zone, time.Time{})
	switch {
	case err != nil && f.Twice != nil:
		r.bad = append(r.bad, err)
	case err != nil || f.Value == "":
		r.wrong(field, "say when, like 2026-12-24T18:00")
	}
	return at
}

func rotationsOf(text string) []schedule.RotationID {
	var out []schedule.RotationID
	for _, name := range strings.Split(text, ",") {
		if name = strings.TrimSpace(name); name != "" {
			out = append(out, schedule.RotationID(name))
		}
	}
	return out
}

// hours reads when a rule of every week holds: days, hours, or both.
func (r *payReader) hours(field, text string) schedule.Hours {
	text = strings.TrimSpace(text)
	if text == "" {
		r.wrong(field, "say when, like Sat Sun, or Mon-Fri 18:00-09:00; always is every hour")
		return schedule.Hours{}
	}
	if strings.EqualFold(text, "always") {
		return schedule.Hours{}
	}
	if !strings.Contains(text, ":") {
		text += " 00:00-24:00"
	}
	// Hours that end when they begin last a day, which elsewhere would be a slip.
	at := strings.LastIndex(text, " ") + 1
	from, until, _ := strings.Cut(text[at:], "-")
	whole := from != "" && from == until
	if whole {
		text = text[:at] + from + "-24:00"
	}
	h, err := teamfile.ParseHours(text)
	if whole {
		h.Until = h.From
	}
	if err != nil {
		r.wrong(field, "write it like Sat Sun, or Mon-Fri 18:00-09:00")
	}
	return h
}

// policy is what the form says. All that is wrong is told at once. Rows that are empty
// are passed over.
func (p *PayRulesPage) policy() (out health.PayPolicy, err error) {
	r := &payReader{currency: strings.ToUpper(strings.TrimSpace(p.Currency.Value))}
	if out.From, err = schedule.ParseDate(p.From.Value); err != nil {
		r.wrong("from", "choose a day, like 2026-12-01")
	}
	rules := &out.Rules
	rules.Version, rules.Currency, rules.Unit, rules.Overlap, rules.Unpaid = "new", r.currency, health.PayUnit(p.Unit.Value), health.PayOverlap(p.Overlap.Value), rotationsOf(p.Unpaid.Value)
	if rules.Zone, err = time.LoadLocation(p.Clock.Value); err != nil || p.Clock.Value == "" || p.Clock.Value == "Local" {
		rules.Zone = nil
	}
	rules.Base, rules.PerCallOut, rules.WorkHour = r.money("base_rate", p.Base.Value, true), r.money("per_call_out", p.PerCallOut.Value, true), r.money("work_hour", p.WorkHour.Value, true)
	rules.Paged = p.Paged
	for i, b := range payBands {
		rules.Times[b] = schedule.One
		if text := strings.TrimSpace(p.Times[i].Value); text != "" {
			if rules.Times[b], err = schedule.ParseWeight(text); err != nil {
				r.wrong(p.PayBandName(i), "write a number like 1, 1.5 or 2")
			}
		}
	}
	p.Weekly = slices.DeleteFunc(p.Weekly, func(x PayRuleRow) bool { return x.empty() })
	p.Once = slices.DeleteFunc(p.Once, func(x PayOnceRow) bool { return x.empty() })
	for i := range p.Weekly {
		x, field := &p.Weekly[i], fmt.Sprintf("weekly_rules[%d]", i)
		rules.Weekly = append(rules.Weekly, health.WeeklyRate{
			Name: strings.TrimSpace(x.Name.Value), Hours: r.hours(field+".start", x.When.Value), Rate: r.money(field+".rate", x.Rate.Value, false), Rotations: rotationsOf(x.Rotations.Value),
		})
	}
	for i := range p.Once {
		x, field := &p.Once[i], fmt.Sprintf("one_off_rules[%d]", i)
		one := health.OneOffRate{Name: strings.TrimSpace(x.Name.Value), Rate: r.money(field+".rate", x.Rate.Value, false), Rotations: rotationsOf(x.Rotations.Value)}
		one.From, one.To = r.instant(field+".start", &x.From, p.Clock.Value), r.instant(field+".end", &x.Until, p.Clock.Value)
		rules.OneOffs = append(rules.OneOffs, one)
	}
	if len(r.bad) > 0 {
		return out, errors.Join(r.bad...)
	}
	return out, rules.Validate()
}

var payRow = regexp.MustCompile(`^(weekly_rules|one_off_rules)\[(\d+)\]\.?(\w*)$`)

// tell puts what is wrong beside the fields that it is about.
func (p *PayRulesPage) tell(err error, text string) {
	fields := map[string]*Field{
		"from": &p.From, "currency": &p.Currency, "tz": &p.Clock, "unit": &p.Unit, "base_rate": &p.Base, "overlap": &p.Overlap, "per_call_out": &p.PerCallOut, "work_hour": &p.WorkHour,
		"unpaid_rotations": &p.Unpaid,
	}
	for i := range p.Times {
		fields[p.PayBandName(i)] = &p.Times[i]
	}
	for _, one := range unjoined(err) {
		invalid, ok := errors.AsType[*schedule.InvalidError](one)
		if !ok {
			continue
		}
		m := payRow.FindStringSubmatch(invalid.Field)
		if m == nil {
			continue
		}
		i, _ := strconv.Atoi(m[2]) // it is digits
		if m[1] == "weekly_rules" && i < len(p.Weekly) {
			row := &p.Weekly[i]
			fields[invalid.Field] = map[string]*Field{"name": &row.Name, "start": &row.When, "rate": &row.Rate, "rotations": &row.Rotations}[m[3]]
		} else if i < len(p.Once) {
			row := &p.Once[i]
			fields[invalid.Field] = map[string]*Field{"name": &row.Name, "start": &row.From, "end": &row.Until, "rate": &row.Rate, "rotations": &row.Rotations, "": &row.From}[m[3]]
		}
	}
	putErrors(err, fields, &p.Error, text)
}

// pricesNothing says in words what rules are about that there is not.
func pricesNothing(r *health.PayRules, err error) []string {
	var out []string
	for _, one := range unjoined(err) {
		invalid, ok := errors.AsType[*schedule.InvalidError](one)
		if !ok {
			continue
		}
		what := "Rotations that are not paid"
		if m := payRow.FindStringSubmatch(invalid.Field); m != nil {
			i, _ := strconv.Atoi(m[2]) // it is digits
			if m[1] == "weekly_rules" {
				what = r.Weekly[i].Name
			} else {
				what = r.OneOffs[i].Name
			}
		}
		out = append(out, what+": "+invalid.Reason+".")
	}
	return out
}
