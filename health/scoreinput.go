package health

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

// A ScoreInput is what a team's score is computed from: sums over a period, what lies in
// the schedule, what was published of the pulse. Nothing in it is about a person. What is
// not known is nil and costs confidence, never points.
type ScoreInput struct {
	OnCallWeeks     *float64 `json:"oncall_weeks"`
	Wakeups         *float64 `json:"wakeups"`
	WorstWeek       *float64 `json:"worst_nights_7d"`
	OffHours        *float64 `json:"offhours_episodes"`
	AfterHours      *float64 `json:"afterhours_engaged_hours"`
	PagedIncidents  *float64 `json:"paged_incidents"`
	OverloadedShare *float64 `json:"overloaded_block_share"`
	AlertShare      *float64 `json:"alert_time_share"`
	NoAction        *float64 `json:"nonactionable_incidents"`
	MaxOnCallShare  *float64 `json:"max_oncall_share"`
	RestBreaches    *float64 `json:"rest_breaches"`
	RotaSizeRatio   *float64 `json:"rota_size_ratio"`
	StandbyCV       *float64 `json:"standby_cv"`
	StandbyTop      *float64 `json:"standby_top_ratio"`
	ScheduleWeeks   *float64 `json:"schedule_weeks"`
	CycleWeeks      *float64 `json:"rota_cycle_weeks"`
	HistoryWeeks    *float64 `json:"history_weeks"`

	ItemsOnTime *float64 `json:"action_item_completion"`
	ActionItems *float64 `json:"action_items_n"`
	ToilShare   *float64 `json:"toil_share"`
	TicketAge   *float64 `json:"ticket_age_median_days"`

	Pulse *PulseFigures `json:"pulse,omitempty"`
	Flags []FlagFactor  `json:"flags"`
}

// unheard takes out what only pages tell: where none ever came nobody knows whether
// nobody was called, or the pager tells somebody else.
func (in *ScoreInput) unheard() {
	in.Wakeups, in.WorstWeek, in.OffHours, in.AfterHours, in.RestBreaches = nil, nil, nil, nil, nil
	in.PagedIncidents, in.OverloadedShare, in.AlertShare, in.NoAction = nil, nil, nil, nil
}

// PulseFigures are what was published of a wave and no more: see [PulseResult].
type PulseFigures struct {
	Published bool     `json:"published"`
	N         *float64 `json:"n"`
	Rate      *float64 `json:"response_rate"`
	Index     *float64 `json:"index"`
	SD        *float64 `json:"sd"`
}

// Figures returns what the score takes of a wave.
func (r *PulseResult) Figures() *PulseFigures {
	if !r.Published {
		return &PulseFigures{}
	}
	n := float64(*r.N)
	return &PulseFigures{Published: true, N: &n, Rate: r.Rate, Index: r.Index, SD: r.SD}
}

// A FlagFactor is how much less a component is trusted; "all" is each of them. In a file
// the code of a doubt may stand alone for all its factors.
type FlagFactor struct {
	Component string  `json:"component"`
	Factor    float64 `json:"factor"`
	Code      string  `json:"code,omitempty"`
}

// allComponents stands for every component.
const allComponents = "all"

// pulse returns what was published, or nil. A wave that was not published, or of fewer
// people than may be told of, has no influence on anything: not even its absence looks
// different from there having been none.
func (in *ScoreInput) pulse(c *Config) *PulseFigures {
	p := in.Pulse
	if p == nil || !p.Published || p.Index == nil || p.N == nil || *p.N < float64(c.Privacy.K) {
		return nil
	}
	return p
}

// A scoreField is a number of a ScoreInput and what it may be.
type scoreField struct {
	name string
	at   **float64
	most float64
}

func (in *ScoreInput) fields() []scoreField {
	return []scoreField{
		{"oncall_weeks", &in.OnCallWeeks, mostCount}, {"wakeups", &in.Wakeups, mostCount}, {"worst_nights_7d", &in.WorstWeek, 7},
		{"offhours_episodes", &in.OffHours, mostCount}, {"afterhours_engaged_hours", &in.AfterHours, mostCount},
		{"paged_incidents", &in.PagedIncidents, mostCount}, {"overloaded_block_share", &in.OverloadedShare, 1},
		{"alert_time_share", &in.AlertShare, 1}, {"nonactionable_incidents", &in.NoAction, mostCount},
		{"max_oncall_share", &in.MaxOnCallShare, 1}, {"rest_breaches", &in.RestBreaches, mostCount},
		{"rota_size_ratio", &in.RotaSizeRatio, mostCount}, {"standby_cv", &in.StandbyCV, mostCount},
		{"standby_top_ratio", &in.StandbyTop, mostCount}, {"schedule_weeks", &in.ScheduleWeeks, mostCount},
		{"rota_cycle_weeks", &in.CycleWeeks, mostCount}, {"history_weeks", &in.HistoryWeeks, mostCount},
		{"action_item_completion", &in.ItemsOnTime, 1}, {"action_items_n", &in.ActionItems, mostCount},
		{"toil_share", &in.ToilShare, 1}, {"ticket_age_median_days", &in.TicketAge, mostCount},
	}
}

// Validate returns what is wrong as one or more *schedule.InvalidError, joined.
func (in *ScoreInput) Validate(c *Config) error {
	var bad faults
	for _, f := range in.fields() {
		bad.number(f.name, *f.at, f.most)
	}
	if p := in.Pulse; p != nil && p.Published {
		bad.number("pulse.n", p.N, mostCount)
		bad.number("pulse.response_rate", p.Rate, 1)
		bad.number("pulse.index", p.Index, 100)
		bad.number("pulse.sd", p.SD, 100)
	}
	for i, f := range in.Flags {
		field := fmt.Sprintf("flags[%d]", i)
		_, known := c.Components[f.Component]
		bad.unless(known || f.Component == allComponents, field+".component", fmt.Sprintf("there is no component %q", f.Component))
		bad.unless(f.Factor >= 0 && f.Factor <= 1, field+".factor", "must be from 0 to 1: doubt takes confidence away and never adds any")
	}
	return bad.err()
}

// number checks a number that may be missing.
func (f *faults) number(field string, x *float64, most float64) {
	switch {
	case x == nil || *x >= 0 && *x <= most:
	case most == mostCount && *x < 0:
		f.unless(false, field, "cannot be below zero")
	case most == mostCount:
		f.unless(false, field, "must be a thousand million at most")
	default:
		f.unless(false, field, fmt.Sprintf("must be from 0 to %g", most))
	}
}

// ReadScoreInput reads the figures of a period. What it does not know is named, so that a
// misspelt field is seen.
func ReadScoreInput(data []byte, c *Config) (in ScoreInput, unknown []string, err error) {
	var has map[string]json.RawMessage
	if err := decode(data, &has); err != nil {
		return in, nil, err
	}
	if err := decode(data, &in); err != nil {
		return in, nil, err
	}
	known := []string{"pulse", "flags"}
	for _, f := range in.fields() {
		known = append(known, f.name)
	}
	for name := range has {
		if !slices.Contains(known, name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	in.Pulse, in.Flags = in.Pulse.told(c), expandFlags(in.Flags)
	return in, unknown, in.Validate(c)
}

// expandFlags puts the factors of a doubt in the place of its code.
func expandFlags(flags []FlagFactor) (out []FlagFactor) {
	for _, f := range flags {
		if factors := codedFactors(f.Code); f.Component == "" && f.Factor == 0 && len(factors) > 0 {
			out = append(out, factors...)
		} else {
			out = append(out, f)
		}
	}
	return out
}

// told returns what of a wave is told: of one that was not published nothing but that.
func (p *PulseFigures) told(c *Config) *PulseFigures {
	if p == nil || p.Published && (p.N == nil || *p.N >= float64(c.Privacy.K)) {
		return p
	}
	return &PulseFigures{}
}

// rate is a count that is shrunk before it counts.
type rate struct {
	prior string
	count *float64
	scale float64 // from a rate per on-call week
}

// shrunken returns the metrics that are rates believed only as far as they were seen:
// specs/health.md 6.2.
func (in *ScoreInput) shrunken() map[string]rate {
	return map[string]rate{
		metricWake:      {"wake", in.Wakeups, 1},
		metricOffHours:  {"offhours", in.OffHours, 1},
		metricIncidents: {"incidents", in.PagedIncidents, 12.0 / hoursPerWeek},
		metricNoAction:  {"nonactionable", in.NoAction, 1},
	}
}

// The metrics, by the names that a configuration has for them.
const (
	metricWake       = "wake_per_ocw"
	metricWorst      = "worst_nights_7d"
	metricOffHours   = "offhours_per_ocw"
	metricAfterHours = "afterhours_engaged_per_ocw"
	metricIncidents  = "incidents_per_12h"
	metricOverloaded = "overloaded_block_share"
	metricAlert      = "alert_time_share"
	metricOnCall     = "max_oncall_share"
	metricRest       = "rest_breaches_per_ocw"
	metricRota       = "rota_size_ratio"
	metricCV         = "standby_cv"
	metricTop        = "standby_top_ratio"
	metricPulse      = "pulse_index"
	metricItems      = "action_item_completion"
	metricToil       = "toil_share"
	metricTicket     = "ticket_age_median_days"
	metricNoAction   = "nonactionable_per_ocw"
)

// weeks returns the exposure, zero when there is none to speak of.
func (in *ScoreInput) weeks() float64 {
	if t := valueOf(in.OnCallWeeks); t >= 1/mostCount {
		return t
	}
	return 0
}

func valueOf(x *float64) float64 {
	if x == nil {
		return 0
	}
	return *x
}

// metrics returns the value of each metric that is known, and of the shrunk ones the
// rate with its bounds. Without any time on call there are no rates: nothing seen is not
// nothing that happened.
func (in *ScoreInput) metrics(c *Config) (values map[string]float64, rates map[string]Rate) {
	values, rates = map[string]float64{}, map[string]Rate{}
	weeks := in.weeks()
	if weeks > 0 {
		for name, r := range in.shrunken() {
			prior, ok := c.Priors[r.prior]
			if r.count == nil || !ok {
				continue
			}
			rate := prior.Shrunk(*r.count, weeks)
			rate.Mean, rate.Low, rate.High = rate.Mean*r.scale, rate.Low*r.scale, rate.High*r.scale
			values[name], rates[name] = rate.Mean, rate
		}
		for name, x := range map[string]*float64{metricAfterHours: in.AfterHours, metricRest: in.RestBreaches} {
			if x != nil {
				values[name] = *x / weeks
			}
		}
	}
	for name, x := range map[string]*float64{
		metricWorst: in.WorstWeek, metricOverloaded: in.OverloadedShare, metricAlert: in.AlertShare, metricOnCall: in.MaxOnCallShare,
		metricRota: in.RotaSizeRatio, metricCV: in.StandbyCV, metricTop: in.StandbyTop, metricItems: in.ItemsOnTime,
		metricToil: in.ToilShare, metricTicket: in.TicketAge,
	} {
		if x != nil {
			values[name] = *x
		}
	}
	if p := in.pulse(c); p != nil {
		values[metricPulse] = *p.Index
	}
	return values, rates
}

// standardError is that of the index, with the correction for a finite number of people:
// when all answered nothing is left to chance.
func (p *PulseFigures) standardError() float64 {
	n, sd := math.Max(1, valueOf(p.N)), assumedSD
	if p.SD != nil {
		sd = *p.SD
	}
	finite := 1.0
	if rate := valueOf(p.Rate); rate > 0 {
		if invited := n / rate; invited > 1 {
			finite = math.Sqrt(math.Max(0, (invited-n)/(invited-1)))
		}
	}
	return sd / math.Sqrt(n) * finite
}

// pulseBounds returns the index at both ends of an interval that holds four times in
// five.
func (p *PulseFigures) pulseBounds() (low, high float64) {
	half := normal80 * p.standardError()
	return math.Max(0, *p.Index-half), math.Min(100, *p.Index+half)
}

const (
	// normal80 is the ninth decile of the normal distribution.
	normal80 = 1.2815515655446004
	// assumedSD stands in where nobody says how much people differ: a step of the scale.
	assumedSD = float64(pointsPerStep)
)
