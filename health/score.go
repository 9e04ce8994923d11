package health

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
)

// A Score is how a team is, from 0 to 100, with everything that it consists of, by the
// model of specs/health.md 6. It is about a team and never about a person, diagnoses
// nothing, and compares no two teams: weights and anchors are policy with stated sources.
type Score struct {
	Model string `json:"model"`
	// Config is the fingerprint of every number of the model: two scores may be put
	// beside each other when it is the same.
	Config string `json:"config"`

	Score    *float64    `json:"score"` // nil: not enough is known to say, see Reason
	Reason   string      `json:"reason,omitempty"`
	Mean     *float64    `json:"weighted_mean"`
	Interval *[2]float64 `json:"interval80"`
	Band     *string     `json:"band"`
	// Borderline says that the interval reaches into another band.
	Borderline  bool `json:"borderline"`
	Provisional bool `json:"provisional"`

	// Confidence is from 0 to 1 and says how much was seen; doubt lowers it, and never
	// the score.
	Confidence          float64            `json:"confidence"`
	ConfidenceLabel     string             `json:"confidence_label"`
	ComponentConfidence map[string]float64 `json:"component_confidence"`
	// Scope is full, or operational_only when nobody was asked or nothing could be
	// told of it: counts never stand in for asking.
	Scope string `json:"scope"`

	Components map[string]ComponentScore `json:"components"` // those that count
	// PointsLost and GuardrailLoss are what lies between the score and a hundred.
	PointsLost    map[string]float64 `json:"points_lost"`
	GuardrailLoss *float64           `json:"guardrail_loss"`
	Missing       []string           `json:"missing"` // components of which too little is known
}

// What a score is about.
const (
	ScopeFull        = "full"
	ScopeOperational = "operational_only"
)

// Why there is no score.
const (
	ReasonFewComponents = "too_few_components"
	ReasonConfidence    = "too_little_seen"
)

// How much was seen.
const (
	ConfidenceHigh   = "high"
	ConfidenceMedium = "medium"
	ConfidenceLow    = "low"
)

// A ComponentScore is a component with the points of its parts.
type ComponentScore struct {
	Score     float64            `json:"score"`
	Available float64            `json:"available_weight"`
	Parts     map[string]float64 `json:"parts"`
}

// componentOrder is the order in which components are named.
var componentOrder = []string{componentPersonal, componentLoad, componentRest, componentFairness, componentExperience, componentFollow}

// The components, by the names that a configuration has for them.
const (
	componentPersonal   = "personal_time"
	componentLoad       = "load"
	componentRest       = "rest_frequency"
	componentFairness   = "fairness"
	componentExperience = "experience"
	componentFollow     = "follow_through"
)

// ComponentNames returns the components of the model, in the order in which they are
// named.
func (c *Config) ComponentNames() []string {
	var names []string
	for _, name := range componentOrder {
		if _, ok := c.Components[name]; ok {
			names = append(names, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Components)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// Hash returns the fingerprint of all numbers of the configuration.
func (c *Config) Hash() string {
	data, err := json.Marshal(c)
	if err != nil {
		panic(fmt.Sprintf("a configuration is made of numbers and names: %v", err))
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

// Points returns what a value of a metric is worth: 100 at G and beyond, nothing at B and
// beyond, and in between in proportion.
func (t Target) Points(x float64) float64 {
	return 100 * math.Max(0, math.Min(1, (t.B-x)/(t.B-t.G)))
}

// Score computes how a team is. The same input gives the same score; the input is not
// looked at for more than its numbers.
func (c *Config) Score(in *ScoreInput) Score {
	values, rates := in.metrics(c)
	mid := c.aggregate(values)
	out := Score{
		Model: c.Version, Config: c.Hash(), Components: mid.components, Scope: ScopeOperational,
		ComponentConfidence: map[string]float64{}, Missing: []string{}, PointsLost: map[string]float64{},
	}
	for _, name := range c.ComponentNames() {
		if _, ok := mid.components[name]; !ok {
			out.Missing = append(out.Missing, name)
		}
	}
	if _, ok := mid.components[componentExperience]; ok {
		out.Scope = ScopeFull
	}
	out.trust(c, in)
	switch {
	case len(mid.components) < 2:
		out.Reason = ReasonFewComponents
	case out.Confidence < c.Confidence.MinToScore:
		out.Reason = ReasonConfidence
	}
	if out.Reason != "" {
		return out
	}
	out.Score, out.Mean = &mid.score, &mid.mean
	loss := mid.mean - mid.score
	out.GuardrailLoss = &loss
	for name, part := range mid.components {
		out.PointsLost[name] = c.Components[name].Weight * (100 - part.Score) / mid.weight
	}
	out.Interval = c.interval(in, values, rates)
	out.label(c)
	return out
}

// An aggregate is components put together.
type aggregate struct {
	components  map[string]ComponentScore
	weight      float64 // of the components there are
	mean, score float64
}

// aggregate weighs metrics into components, these into their mean, and keeps it within
// the guardrail: specs/health.md 6.1 and 6.3. A component counts when half of its parts
// by weight are known; those stand for the rest.
func (c *Config) aggregate(values map[string]float64) aggregate {
	components := map[string]ComponentScore{}
	for _, name := range c.ComponentNames() {
		component := c.Components[name]
		s := ComponentScore{Parts: map[string]float64{}}
		points := 0.0
		for _, metric := range slices.Sorted(maps.Keys(component.Parts)) {
			x, known := values[metric]
			if !known {
				continue
			}
			p := math.Max(0, math.Min(100, x)) // the pulse is points already
			if target, ok := c.Targets[metric]; ok {
				p = target.Points(x)
			}
			s.Parts[metric] = p
			s.Available += component.Parts[metric]
			points += component.Parts[metric] * p
		}
		if len(s.Parts) == 0 || s.Available < 0.5-1e-12 || component.Weight <= 0 {
			continue
		}
		s.Score = math.Max(0, math.Min(100, points/s.Available))
		components[name] = s
	}
	return c.put(components)
}

// put puts components together.
func (c *Config) put(components map[string]ComponentScore) aggregate {
	a := aggregate{components: components}
	sum := 0.0
	for _, name := range c.ComponentNames() {
		if s, ok := components[name]; ok {
			a.weight += c.Components[name].Weight
			sum += c.Components[name].Weight * s.Score
		}
	}
	if a.weight == 0 {
		return a
	}
	a.mean = sum / a.weight
	a.score = a.mean
	for _, name := range c.Guardrail.Components {
		if s, ok := a.components[name]; ok {
			a.score = math.Min(a.score, c.Guardrail.Slack+s.Score)
		}
	}
	return a
}

// interval scores all rates at the unkind end of what is believed, and then all at the
// kind one: wider than any of them alone would make it.
func (c *Config) interval(in *ScoreInput, values map[string]float64, rates map[string]Rate) *[2]float64 {
	unkind, kind := maps.Clone(values), maps.Clone(values)
	for name, r := range rates {
		unkind[name], kind[name] = r.High, r.Low
	}
	if p := in.pulse(c); p != nil {
		unkind[metricPulse], kind[metricPulse] = p.pulseBounds()
	}
	return &[2]float64{c.aggregate(unkind).score, c.aggregate(kind).score}
}

// label names the band, and says whether the interval reaches into another.
func (s *Score) label(c *Config) {
	band := c.BandOf(*s.Score)
	s.Band = &band
	s.Borderline = c.BandOf(s.Interval[0]) != c.BandOf(s.Interval[1])
	s.Provisional = s.ConfidenceLabel == ConfidenceLow
}

// BandOf names a score.
func (c *Config) BandOf(score float64) string {
	for _, l := range c.Labels {
		if score >= l.From {
			return l.Name
		}
	}
	return ""
}
