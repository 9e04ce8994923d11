package health

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"time"

	"watchbill/schedule"
)

// PayRules say what being on call is paid. Money is whole minor units (cents), rates are
// per Unit, and everything is paid by the second as it passes.
type PayRules struct {
	Version  string
	Currency string                // ISO 4217, like EUR
	Unpaid   []schedule.RotationID // not paid at all
	Overlap  PayOverlap
	// Zone is where the rules' clock hangs. It is the rules' and nobody's own: pay is
	// the same wherever somebody happens to live.
	Zone *time.Location
	Unit PayUnit
	Base int64 // for time that no rule covers
	// OneOffs come before all weekly rules and do not overlap.
	OneOffs []OneOffRate
	// Weekly rules are in order; the first that covers a moment prices it.
	Weekly []WeeklyRate
	// PerCallOut is paid for each call-out besides. It rewards pages, and reports say
	// so.
	PerCallOut int64
	// Paged makes being called a call-out also when nobody says that they worked on it:
	// many pagers tell of no acknowledgement.
	Paged bool
	// WorkHour is paid for an hour at work on incidents, times Times by band on the
	// clock of Zone, besides standing by.
	WorkHour int64
	Times    ByBand[schedule.Weight]
	Holidays schedule.Calendar // of Times
}

// A PayOverlap says how time on call twice at once is paid.
type PayOverlap string

// Once, at the better rate, or for each of the shifts. Once is also what is meant when
// nothing is said.
const (
	PayOnce PayOverlap = "once"
	PayEach PayOverlap = "each"
)

// A PayUnit is the time that a rate is for.
type PayUnit string

// The units. A week is 168 hours: one with a clock change pays an hour less or more.
const (
	PerHour PayUnit = "hour"
	PerDay  PayUnit = "day"
	PerWeek PayUnit = "week"
)

// seconds returns the length of the unit.
func (u PayUnit) seconds() int64 {
	switch u {
	case PerDay:
		return 24 * 3600
	case PerWeek:
		return hoursPerWeek * 3600
	}
	return 3600
}

// A OneOffRate is the rate in one stretch of time.
type OneOffRate struct {
	Name     string
	From, To time.Time
	Rate     int64
	// Rotations are those that it is about; none: all.
	Rotations []schedule.RotationID
}

// A WeeklyRate is the rate at some hours of some days of every week. Hours that end
// before they begin go on in the next morning; those that end when they begin last the
// whole day.
type WeeklyRate struct {
	Name  string
	Hours schedule.Hours // NoDay is every day
	Rate  int64
	// Rotations are those that it is about; none: all.
	Rotations []schedule.RotationID
}

const (
	mostRate     = 1_000_000_000
	mostPayRules = 50
)

// Validate returns what is wrong as one or more *schedule.InvalidError, joined.
func (r *PayRules) Validate() error {
	var bad faults
	bad.unless(r.Version != "", "version", "rules have a version, so that what was paid can be told")
	bad.unless(KnownCurrency(r.Currency), "currency", "write it in capitals as banks do, like EUR")
	bad.unless(r.Overlap == "" || r.Overlap == PayOnce || r.Overlap == PayEach, "overlap", "must be once or each")
	bad.unless(len(r.OneOffs) <= mostPayRules, "one_off_rules", fmt.Sprintf("%d rules are enough", mostPayRules))
	bad.unless(len(r.Weekly) <= mostPayRules, "weekly_rules", fmt.Sprintf("%d rules are enough", mostPayRules))
	bad.unless(r.Zone != nil, "tz", "rules need a time zone, like Europe/Berlin")
	bad.unless(r.Unit == PerHour || r.Unit == PerDay || r.Unit == PerWeek, "unit", "must be hour, day or week")
	rate := func(field string, n int64) {
		bad.unless(n >= 0 && n <= mostRate, field, "must be from 0 to ten million in whole minor units (cents)")
	}
	rate("base_rate", r.Base)
	rate("per_call_out", r.PerCallOut)
	rate("work_hour", r.WorkHour)
	bad.unless(!r.Paged || r.PerCallOut != 0, "per_call_out", "being paged is paid as a call-out; say what one is worth, or that being paged is not enough")
	bad.rotations("unpaid_rotations", r.Unpaid)
	for i, o := range r.OneOffs {
		field := fmt.Sprintf("one_off_rules[%d]", i)
		rate(field+".rate", o.Rate)
		bad.ruleName(field, o.Name)
		bad.rotations(field+".rotations", o.Rotations)
		bad.unless(o.From.Before(o.To), field+".end", "must be after its start")
		for j, other := range r.OneOffs[:i] {
			bad.unless(!o.From.Before(other.To) || !other.From.Before(o.To) || apart(o.Rotations, other.Rotations), field, fmt.Sprintf("overlaps one_off_rules[%d]: only one of them can hold", j))
		}
	}
	for i, w := range r.Weekly {
		field := fmt.Sprintf("weekly_rules[%d]", i)
		rate(field+".rate", w.Rate)
		bad.ruleName(field, w.Name)
		bad.rotations(field+".rotations", w.Rotations)
		bad.unless(w.Hours.From.Valid() && w.Hours.Until.Valid(), field+".start", "hours lie from 00:00 to 24:00")
	}
	bad.weightsOf("times", r.Times)
	return bad.err()
}

// ruleName checks the name of a rule.
func (f *faults) ruleName(field, name string) {
	f.unless(name != "", field+".name", "a rule needs a name; it is on the pay slip")
	f.unless(name == "" || schedule.GoodName(name), field+".name", "use up to a hundred letters, and none that hides")
}

// rotations checks how many rotations are named: each is compared with each of another rule.
func (f *faults) rotations(field string, some []schedule.RotationID) {
	f.unless(len(some) <= mostPayRules, field, fmt.Sprintf("%d rotations are enough", mostPayRules))
}

// weightsOf checks that every band has a weight that can be one.
func (f *faults) weightsOf(field string, w ByBand[schedule.Weight]) {
	for b, weight := range w {
		f.unless(weight.Valid(), field+"."+bandNames[b], "must be from 0 to 1000")
	}
}

// A PayKind is what a line of pay is for.
type PayKind string

// Standing by, call-outs by number, and work on incidents by the hour.
const (
	PayStandby PayKind = "standby"
	PayCallOut PayKind = "call_out"
	PayWork    PayKind = "work"
)

// A PayLine is one line of a pay report. It is rounded half up, once.
type PayLine struct {
	Person schedule.ID
	Kind   PayKind
	From   time.Time // the shift, or the period, that it is for, as far as it is paid
	To     time.Time
	// Rotation is that of the shift; empty where nobody said.
	Rotation schedule.RotationID
	Rule     string // the name of the rule; empty: the base rate
	Rate     int64  // minor units per Unit; per call-out, or per hour times band
	Count    int64  // seconds; call-outs
	Amount   int64  // minor units
	// Correction says that the line mends one that was published, by the difference.
	Correction bool
	Version    string // of the rules
}

// A payItem is a shift as far as it is paid, with its lines.
type payItem struct {
	span
	rotation schedule.RotationID
	lines    []PayLine
}

// Lines returns what a person is paid for [from, to): for each shift a line for each
// rule that priced a part of it. Time on call twice at once is paid once, at the better
// rate and of equal ones with the shift that began first, unless the rules say that each
// is paid.
func (r *PayRules) Lines(person schedule.ID, shifts []Shift, from, to time.Time) []PayLine {
	own := slices.DeleteFunc(slices.Clone(shifts), func(s Shift) bool { return s.Person != person || slices.Contains(r.Unpaid, s.Rotation) })
	slices.SortStableFunc(own, func(a, b Shift) int { return cmp.Or(a.Start.Compare(b.Start), b.End.Compare(a.End)) })
	var items []*payItem
	var edges []int64
	for _, s := range own {
		if part := (span{max(from.Unix(), s.Start.Unix()), min(to.Unix(), s.End.Unix())}); part.from < part.to {
			items, edges = append(items, &payItem{span: part, rotation: s.Rotation}), append(edges, part.from, part.to)
		}
	}
	if r.Overlap == PayEach {
		for _, item := range items {
			r.pay([]*payItem{item}, item.span)
		}
		edges = nil
	}
	slices.Sort(edges)
	for i := 1; i < len(edges); i++ {
		part := span{edges[i-1], edges[i]}
		r.pay(holding(items, part), part)
	}
	var out []PayLine
	for _, item := range items {
		for _, l := range item.lines {
			l.Person, l.Kind, l.Version, l.Rotation = person, PayStandby, r.Version, item.rotation
			l.From, l.To = time.Unix(item.from, 0).UTC(), time.Unix(item.to, 0).UTC()
			l.Amount = halfUp(l.Count, l.Rate, r.Unit.seconds())
			out = append(out, l)
		}
	}
	return out
}

// holding returns the shifts, in order of their start, in which all of a stretch lies: of
// each rotation the first, because all of one are priced alike.
func holding(items []*payItem, part span) []*payItem {
	var out []*payItem
	for _, item := range items {
		if item.from > part.from {
			break
		}
		if item.to >= part.to && !slices.ContainsFunc(out, func(x *payItem) bool { return x.rotation == item.rotation }) {
			out = append(out, item)
		}
	}
	return out
}

// pay puts a stretch of time down to one of the shifts in which all of it lies.
func (r *PayRules) pay(items []*payItem, part span) {
	for t := part.from; t < part.to && len(items) > 0; {
		var best *payItem
		var rule string
		var rate int64
		until := part.to
		for _, item := range items {
			itsRule, itsRate, itsUntil := r.price(t, item.rotation)
			until = min(until, itsUntil)
			if best == nil || itsRate > rate {
				best, rule, rate = item, itsRule, itsRate
			}
		}
		i := slices.IndexFunc(best.lines, func(l PayLine) bool { return l.Rule == rule && l.Rate == rate })
		if i < 0 {
			i = len(best.lines)
			best.lines = append(best.lines, PayLine{Rule: rule, Rate: rate})
		}
		best.lines[i].Count += until - t
		t = until
	}
}

// halfUp multiplies what is not below zero, divides it, and rounds half up. What is
// between has 128 bits: an hour at work may cost a thousand times ten million.
func halfUp(n, rate, by int64) int64 {
	high, low := bits.Mul64(2*uint64(n), uint64(rate))
	low, carry := bits.Add64(low, uint64(by), 0)
	whole, _ := bits.Div64(high+carry, low, 2*uint64(by))
	return int64(whole)
}

// price returns the rule that holds at an instant for a rotation, and until when nothing
// changes.
func (r *PayRules) price(t int64, rotation schedule.RotationID) (rule string, rate, until int64) {
	local := time.Unix(t, 0).In(r.Zone)
	date, clock := schedule.DateOf(local), schedule.ClockOf(local)
	next := endOfDay
	for _, w := range r.Weekly {
		for _, edge := range [...]schedule.Clock{w.Hours.From, w.Hours.Until} {
			if clock < edge && edge < next {
				next = edge
			}
		}
	}
	until = min(t+int64(next-clock), schedule.SteadyUntil(t, r.Zone))
	for _, o := range r.OneOffs {
		for _, edge := range [...]int64{o.From.Unix(), o.To.Unix()} {
			if t < edge {
				until = min(until, edge)
			}
		}
	}
	for _, o := range r.OneOffs {
		if o.From.Unix() <= t && t < o.To.Unix() && about(o.Rotations, rotation) {
			return o.Name, o.Rate, until
		}
	}
	for _, w := range r.Weekly {
		if w.covers(date, clock) && about(w.Rotations, rotation) {
			return w.Name, w.Rate, until
		}
	}
	return "", r.Base, until
}

// apart says whether two rules are about no rotation both.
func apart(a, b []schedule.RotationID) bool {
	return len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, func(r schedule.RotationID) bool { return slices.Contains(b, r) })
}

// about says whether a rule is about a rotation.
func about(some []schedule.RotationID, rotation schedule.RotationID) bool {
	return len(some) == 0 || slices.Contains(some, rotation)
}

// covers says whether the rule holds at a moment of a day: since today, or still since
// yesterday.
func (w *WeeklyRate) covers(d schedule.Date, c schedule.Clock) bool {
	on := func(day schedule.Date) bool {
		return w.Hours.Days == schedule.NoDay || w.Hours.Days.Has(day.Weekday())
	}
	if w.Hours.From < w.Hours.Until {
		return on(d) && w.Hours.From <= c && c < w.Hours.Until
	}
	return on(d) && c >= w.Hours.From || c < w.Hours.Until && on(d.AddDays(-1))
}

// WorkLines returns what a person is paid for work on incidents in [from, to), besides
// standing by: a line for the number of call-outs and one for each band. The bands are
// those of the rules' clock.
func (r *PayRules) WorkLines(person schedule.ID, callOuts []CallOut, work []Work, c *Config, from, to time.Time) ([]PayLine, error) {
	clock, err := NewPerson(Person{ID: person, Stays: []Stay{{Zone: r.Zone}}, Holidays: r.Holidays}, c)
	if err != nil {
		return nil, err
	}
	line := PayLine{Person: person, From: from.UTC(), To: to.UTC(), Version: r.Version}
	var out []PayLine
	if n := int64(len(callOuts)); n > 0 && r.PerCallOut > 0 {
		l := line
		l.Kind, l.Count, l.Rate, l.Amount = PayCallOut, n, r.PerCallOut, n*r.PerCallOut
		out = append(out, l)
	}
	var spans []span
	for _, w := range work {
		spans = append(spans, span{max(from.Unix(), w.Start.Unix()), min(to.Unix(), w.End.Unix())})
	}
	var seconds ByBand[int64]
	for _, s := range merge(spans) {
		clock.addBands(&seconds, s.from, s.to, pageOrder)
	}
	for _, b := range bandOrder {
		if rate := r.WorkHour * int64(r.Times[b]); seconds[b] > 0 && rate > 0 {
			l := line
			l.Kind, l.Rule, l.Count, l.Rate = PayWork, bandNames[b], seconds[b], halfUp(1, rate, int64(schedule.One))
			l.Amount = halfUp(seconds[b], rate, 3600*int64(schedule.One))
			out = append(out, l)
		}
	}
	return out, nil
}

// Corrections returns the lines that bring what was published, with corrections made
// before, to what is right now. What was published is never changed. Once they are added
// it returns none.
func Corrections(published, now []PayLine) []PayLine {
	type key struct {
		person   schedule.ID
		kind     PayKind
		rotation schedule.RotationID
		rule     string
		from, to int64
	}
	keyOf := func(l *PayLine) key { return key{l.Person, l.Kind, l.Rotation, l.Rule, l.From.Unix(), l.To.Unix()} }
	type state struct{ line, was PayLine }
	states := map[key]*state{}
	var order []key
	at := func(l *PayLine) *state {
		k := keyOf(l)
		if states[k] == nil {
			base := *l
			base.Count, base.Amount = 0, 0
			states[k] = &state{line: base, was: base}
			order = append(order, k)
		}
		return states[k]
	}
	for i := range published {
		s := at(&published[i])
		s.was.Count += published[i].Count
		s.was.Amount += published[i].Amount
	}
	for i := range now {
		s := at(&now[i])
		count, amount := s.line.Count+now[i].Count, s.line.Amount+now[i].Amount
		s.line = now[i]
		s.line.Count, s.line.Amount = count, amount
	}
	var out []PayLine
	for _, k := range order {
		s := states[k]
		if s.line.Amount == s.was.Amount && s.line.Count == s.was.Count {
			continue
		}
		l := s.line
		l.Count, l.Amount, l.Correction = s.line.Count-s.was.Count, s.line.Amount-s.was.Amount, true
		out = append(out, l)
	}
	slices.SortStableFunc(out, func(a, b PayLine) int {
		return cmp.Or(cmp.Compare(a.Person, b.Person), a.From.Compare(b.From), cmp.Compare(a.Rule, b.Rule))
	})
	return out
}
