package health

import (
	"bytes"
	_ "embed" // the default configuration
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"time"

	"watchbill/schedule"
)

// A Config holds every number that burden and score depend on. It is a value with
// a version: what is measured names the version it was measured with, and a change
// is a new version measured beside the old one, never in its place.
//
// Its JSON form is the file in which model th-1 was specified; [DefaultConfig] is
// that file.
type Config struct {
	Version  string         `json:"model_version"`
	Business DailyHours     `json:"business_hours"` // of whoever has no hours of their own
	Sleep    DailyHours     `json:"sleep_hours"`    // every day, so it has no days
	Group    int64          `json:"interruption_group_seconds"`
	Episode  int64          `json:"episode_minutes"`
	Cap      float64        `json:"engaged_cap_hours"` // the longest that one engagement is believed
	Block    int64          `json:"block_hours"`
	Limit    int            `json:"block_incident_limit"` // a block with more is overloaded
	Page     ByBand[Number] `json:"page_weights"`
	OffDuty  Number         `json:"off_duty_factor"`
	Standby  ByBand[Number] `json:"standby_weights"`

	Priors     map[string]Prior     `json:"prior"`
	Targets    map[string]Target    `json:"targets"`
	Components map[string]Component `json:"components"`
	Guardrail  Guardrail            `json:"guardrail"`
	Labels     []Label              `json:"bands"`
	Confidence Confidence           `json:"confidence"`
	Privacy    Privacy              `json:"privacy"`
}

//go:embed th-1.json
var th1 []byte

// DefaultConfig returns model th-1: policy with stated sources, which an organisation
// may change under another version.
func DefaultConfig() Config {
	c, err := ReadConfig(th1)
	if err != nil {
		panic(err) // it is part of the program, and a test reads it
	}
	return c
}

// A Number is a factor or a weight.
type Number = float64

// DailyHours are hours of the wall clock as a configuration writes them: days count
// from Monday as zero, and an end that is not after the start is on the next day.
type DailyHours struct {
	Days  []int          `json:"days,omitempty"`
	Start schedule.Clock `json:"start"`
	End   schedule.Clock `json:"end"`
}

// Hours returns the hours as package schedule has them.
func (h DailyHours) Hours() schedule.Hours {
	out := schedule.Hours{From: h.Start, Until: h.End}
	for _, d := range h.Days {
		out.Days |= schedule.WeekdaysOf(time.Weekday((d + 1) % 7))
	}
	return out
}

// clock returns the band of a page in each hour of a working day, of whoever has no hours
// of their own; an hour that belongs to two bands has that of its middle.
func (c *Config) clock() (out [24]schedule.Band) {
	for h := range out {
		middle := schedule.Clock(h*3600 + 1800)
		out[h] = pageOrder(false, false, covers(c.Sleep.Hours(), middle), covers(c.Business.Hours(), middle))
	}
	return out
}

// A Prior is what a rate is believed to be before anything was seen: M0 a week, as
// firmly as if it had been observed for B on-call weeks.
type Prior struct {
	M0 float64 `json:"m0"`
	B  float64 `json:"b"`
}

// A Target turns a metric into points: G is worth a hundred, B nothing.
type Target struct {
	G float64 `json:"g"`
	B float64 `json:"b"`
}

// A Component is a part of the score and what it is made of.
type Component struct {
	Weight float64            `json:"weight"`
	Parts  map[string]float64 `json:"parts"`
}

// A Guardrail keeps the score within Slack of the worst of some components.
type Guardrail struct {
	Slack      float64  `json:"slack"`
	Components []string `json:"components"`
}

// A Label names the scores from From on, up to the next label.
type Label struct {
	From float64
	Name string
}

// MarshalJSON writes a label as [80, "steady"].
func (l Label) MarshalJSON() ([]byte, error) { return json.Marshal([2]any{l.From, l.Name}) }

// UnmarshalJSON reads what MarshalJSON writes.
func (l *Label) UnmarshalJSON(data []byte) error {
	var pair []json.RawMessage
	if err := json.Unmarshal(data, &pair); err != nil || len(pair) != 2 {
		return fmt.Errorf(`a band is written like [80, "steady"]`)
	}
	return errors.Join(json.Unmarshal(pair[0], &l.From), json.Unmarshal(pair[1], &l.Name))
}

// Confidence says how much has to be seen for how much trust.
type Confidence struct {
	TauOnCallWeeks   float64 `json:"tau_ocw"`
	FullHistoryWeeks float64 `json:"full_history_weeks"`
	SurveyK          float64 `json:"survey_k"`
	FullActionItems  float64 `json:"full_action_items"`
	High             float64 `json:"high"`
	Medium           float64 `json:"medium"`
	MinToScore       float64 `json:"min_to_score"`
}

// Privacy says below which numbers of answers what is not told.
type Privacy struct {
	K          int  `json:"k"`
	KComments  int  `json:"k_comments"`
	RoundBelow int  `json:"round_below"`
	RoundStep  int  `json:"round_step"`
	KDiff      int  `json:"k_diff"`
	coarse     bool // figures are rounded to more than that because of who is in them
}

func (c *Config) group() time.Duration   { return time.Duration(c.Group) * time.Second }
func (c *Config) episode() time.Duration { return time.Duration(c.Episode) * time.Minute }
func (c *Config) block() time.Duration   { return time.Duration(c.Block) * time.Hour }
func (c *Config) engagedCap() time.Duration {
	return time.Duration(math.Round(c.Cap * float64(time.Hour)))
}

// ReadConfig reads and validates a configuration. A field that it does not know is an
// error, so that a misspelt one does not silently keep its default; what is wrong with
// values is one or more *schedule.InvalidError, joined.
func ReadConfig(data []byte) (Config, error) {
	var c Config
	if err := decodeStrictly(data, &c); err != nil {
		return Config{}, err
	}
	return c, c.Validate()
}

// decodeStrictly reads one JSON value all of whose fields are known. What is wrong is an
// *schedule.InvalidError.
func decodeStrictly(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if wrong := new(json.UnmarshalTypeError); errors.As(err, &wrong) {
		return &schedule.InvalidError{Field: wrong.Field, Reason: fmt.Sprintf("this is a %s, which does not fit", wrong.Value)}
	}
	if err != nil {
		return &schedule.InvalidError{Reason: err.Error()}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return &schedule.InvalidError{Reason: "there is something after its end"}
	}
	return nil
}

// Validate returns what is wrong as one or more *schedule.InvalidError, joined, with
// the names of fields as the JSON has them.
func (c *Config) Validate() error {
	var bad faults
	bad.unless(c.Version != "", "model_version", "a configuration has a version, like th-1")
	c.Business.check(&bad, "business_hours")
	bad.unless(len(c.Business.Days) > 0, "business_hours.days", "name the working days, 0 for Monday to 6 for Sunday")
	c.Sleep.check(&bad, "sleep_hours")
	bad.unless(len(c.Sleep.Days) == 0, "sleep_hours.days", "people sleep every day; leave the days out")
	bad.unless(0 < c.Group && c.Group <= 3600, "interruption_group_seconds", "must be from 1 to 3600")
	bad.unless(0 < c.Episode && c.Episode <= 12*60, "episode_minutes", "must be from 1 to 720")
	bad.unless(0 < c.Cap && c.Cap <= 7*24, "engaged_cap_hours", "must be more than 0, and 168 at most")
	bad.unless(0 < c.Block && c.Block <= 7*24, "block_hours", "must be from 1 to 168")
	bad.unless(c.Limit >= 0, "block_incident_limit", "cannot be below zero")
	bad.weights("page_weights", c.Page)
	bad.weights("standby_weights", c.Standby)
	bad.unless(1 <= c.OffDuty && c.OffDuty <= 100, "off_duty_factor", "must be from 1 to 100: a page when not on call weighs no less than one on call")
	for _, name := range slices.Sorted(maps.Keys(c.Priors)) {
		p := c.Priors[name]
		bad.unless(p.M0 > 0 && p.M0 <= mostCount, "prior."+name+".m0", "must be more than zero")
		bad.unless(p.B > 0 && p.B <= mostCount, "prior."+name+".b", "must be more than zero")
	}
	c.checkScore(&bad)
	return bad.err()
}

// checkScore looks at what only the score needs.
func (c *Config) checkScore(bad *faults) {
	for _, name := range slices.Sorted(maps.Keys(c.Targets)) {
		t := c.Targets[name]
		bad.unless(finite(t.G) && finite(t.B) && t.G != t.B, "targets."+name, "g and b must differ: g is worth a hundred points, b none")
	}
	for _, name := range slices.Sorted(maps.Keys(c.Components)) {
		part := c.Components[name]
		field := "components." + name
		bad.unless(part.Weight >= 0 && finite(part.Weight), field+".weight", "cannot be below zero")
		sum := 0.0
		for _, metric := range slices.Sorted(maps.Keys(part.Parts)) {
			w := part.Parts[metric]
			sum += w
			bad.unless(w >= 0, field+".parts."+metric, "cannot be below zero")
			_, known := c.Targets[metric]
			bad.unless(known || metric == "pulse_index", field+".parts."+metric, "has no target")
		}
		bad.unless(math.Abs(sum-1) < 1e-9, field+".parts", fmt.Sprintf("add up to %g; they must add up to 1", sum))
	}
	bad.unless(c.Guardrail.Slack >= 0, "guardrail.slack", "cannot be below zero")
	for i, name := range c.Guardrail.Components {
		_, known := c.Components[name]
		bad.unless(known, fmt.Sprintf("guardrail.components[%d]", i), fmt.Sprintf("there is no component %q", name))
	}
	for i, l := range c.Labels {
		bad.unless(i == 0 || l.From < c.Labels[i-1].From, fmt.Sprintf("bands[%d]", i), "bands go from the highest down")
	}
	bad.unless(c.Privacy.K >= 5, "privacy.k", "nothing is told of fewer than 5 people")
	bad.unless(c.Privacy.KComments >= c.Privacy.K, "privacy.k_comments", "cannot be below k")
	bad.unless(c.Privacy.KDiff >= 5, "privacy.k_diff", "cannot be below 5")
}

// check looks at the hours of a day.
func (h DailyHours) check(bad *faults, field string) {
	bad.unless(h.Start.Valid(), field+".start", "must be from 00:00 to 24:00")
	bad.unless(h.End.Valid(), field+".end", "must be from 00:00 to 24:00")
	bad.unless(h.Start != h.End, field, "must last some time: start and end are the same")
	for i, d := range h.Days {
		bad.unless(0 <= d && d <= 6, fmt.Sprintf("%s.days[%d]", field, i), "must be from 0 for Monday to 6 for Sunday")
	}
}

func finite(x float64) bool { return !math.IsInf(x, 0) && !math.IsNaN(x) }

// faults collects what is wrong with a value.
type faults []error

// unless notes a fault unless all is well.
func (f *faults) unless(well bool, field, reason string) {
	if !well {
		*f = append(*f, &schedule.InvalidError{Field: field, Reason: reason})
	}
}

// weights checks that no band has a weight below zero.
func (f *faults) weights(field string, w ByBand[Number]) {
	for b, weight := range w {
		f.unless(weight >= 0 && weight <= 1000, field+"."+bandNames[b], "must be from 0 to 1000")
	}
}

func (f faults) err() error { return errors.Join(f...) }
