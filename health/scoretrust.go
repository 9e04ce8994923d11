package health

import "math"

// trust says how much was seen of each component, and of all: specs/health.md 6.5. What is
// missing counts as nothing, so a team that is not asked cannot be known well.
func (s *Score) trust(c *Config, in *ScoreInput) {
	seen, all := 0.0, 0.0
	for _, name := range c.ComponentNames() {
		weight := c.Components[name].Weight
		all += weight
		q := 0.0
		if part, ok := s.Components[name]; ok {
			q = c.seen(name, in) * part.Available
		}
		for _, f := range in.Flags {
			if f.Component == name || f.Component == allComponents {
				q *= f.Factor
			}
		}
		s.ComponentConfidence[name] = q
		seen += weight * q
	}
	if all > 0 {
		s.Confidence = seen / all
	}
	switch {
	case s.Confidence >= c.Confidence.High && s.Scope == ScopeFull:
		s.ConfidenceLabel = ConfidenceHigh
	case s.Confidence >= c.Confidence.Medium:
		s.ConfidenceLabel = ConfidenceMedium
	default:
		s.ConfidenceLabel = ConfidenceLow
	}
}

// seen returns how much of what a component needs was there to see, from 0 to 1.
func (c *Config) seen(component string, in *ScoreInput) float64 {
	upTo := func(x, full float64) float64 {
		if full <= 0 {
			return 0
		}
		return math.Min(1, x/full)
	}
	switch component {
	case componentPersonal, componentLoad:
		t := in.weeks()
		if t <= 0 {
			return 0
		}
		return t / (t + c.Confidence.TauOnCallWeeks)
	case componentRest:
		return upTo(valueOf(in.HistoryWeeks), c.Confidence.FullHistoryWeeks)
	case componentFairness:
		return upTo(valueOf(in.ScheduleWeeks), valueOf(in.CycleWeeks))
	case componentExperience:
		p := in.pulse(c)
		if p == nil {
			return 0
		}
		return valueOf(p.Rate) * *p.N / (*p.N + c.Confidence.SurveyK)
	case componentFollow:
		return upTo(valueOf(in.ActionItems), c.Confidence.FullActionItems)
	}
	return 0
}
