package health

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Words say what a component, a metric or a band is, to people.
var (
	componentWords = map[string]string{
		componentPersonal: "Personal time", componentLoad: "Load", componentRest: "Rest and frequency", componentFairness: "Fairness",
		componentExperience: "Experience", componentFollow: "Follow-through",
	}
	bandWords = map[string]string{
		"steady": "Steady: this can go on.", "watch": "To be watched: something in it wears people down.",
		"strained": "Strained: this does not last.", "critical": "Critical: something has to change now.",
	}
)

// ComponentWords returns what a component is called.
func ComponentWords(name string) string { return cmp.Or(componentWords[name], name) }

// BandWords returns what a band means.
func BandWords(band string) string { return cmp.Or(bandWords[band], band) }

// ReasonWords returns why there is no score.
func ReasonWords(reason string) string {
	switch reason {
	case ReasonFewComponents:
		return "Not enough to say: too little is known of most of what a score is made of."
	case ReasonConfidence:
		return "Not enough to say: too little was seen in too short a time."
	}
	return ""
}

// ScoreIsNot is what every score says of itself.
const ScoreIsNot = "About how on-call is for a team. No diagnosis, no measure of a person, no league table of teams; not for targets, bonuses, rankings or performance review."

// metricKind is how a metric is said: as a count in a time, a share, or a number.
type metricKind int

const (
	kindNumber metricKind = iota
	kindShare
	kindRate
)

// metricWords are what a metric is, what its raw number counts, and where its anchors are
// from (specs/health.md 6.1).
type metricWords struct {
	name   string
	kind   metricKind
	count  func(in *ScoreInput) *float64 // the raw count of a rate
	one    string                        // what is counted
	many   string
	source string
}

var words = map[string]metricWords{
	metricWake: {"wake-ups per on-call week", kindRate, func(in *ScoreInput) *float64 { return in.Wakeups }, "wake-up", "wake-ups",
		"Majors: woken two or three times a year is reasonable; none at every second night"},
	metricWorst: {"most disrupted nights of one person in seven days", kindNumber, nil, "", "", "Kahn 2014; most nights of a week"},
	metricOffHours: {"evening, weekend and holiday episodes per on-call week", kindRate, func(in *ScoreInput) *float64 { return in.OffHours }, "episode", "episodes",
		"policy: one a week, and none at eight"},
	metricAfterHours: {"hours at work on incidents after hours, per on-call week", kindRate, func(in *ScoreInput) *float64 { return in.AfterHours }, "hour", "hours",
		"one more working day"},
	metricIncidents: {"paged incidents in 12 hours", kindRate, func(in *ScoreInput) *float64 { return in.PagedIncidents }, "paged incident", "paged incidents",
		"Google SRE: two in a shift are the most that can be handled"},
	metricOverloaded: {"12-hour blocks with more than two incidents", kindShare, nil, "", "", "Google SRE workbook: a third is an overloaded team"},
	metricAlert:      {"time with a paged incident open", kindShare, nil, "", "", "8 % of on-call time at a good year's end"},
	metricOnCall:     {"most time on call of one person", kindShare, nil, "", "", "Google SRE: a quarter at most; one week a month"},
	metricRest: {"nights and weeks with too little rest, per on-call week", kindRate, func(in *ScoreInput) *float64 { return in.RestBreaches }, "breach of rest", "breaches of rest",
		"11 and 35 hours of Directive 2003/88/EC"},
	metricRota:   {"people to those that the rota needs", kindNumber, nil, "", "", "nobody on call for more than a quarter of the time"},
	metricCV:     {"how unevenly the schedule lies (coefficient of variation)", kindNumber, nil, "", "", "policy"},
	metricTop:    {"most that one person holds, times what is fair", kindNumber, nil, "", "", "policy"},
	metricPulse:  {"pulse index, as published", kindNumber, nil, "", "", "Ziebertz 2015: how it is felt explains more than counts"},
	metricItems:  {"action items done by their day", kindShare, nil, "", "", "92 % completed in a good year"},
	metricToil:   {"time spent on toil", kindShare, nil, "", "", "Google SRE: half is the cap"},
	metricTicket: {"median age of open tickets, in days", kindNumber, nil, "", "", "34 days came down to 4"},
	metricNoAction: {"incidents with nothing to do, per on-call week", kindRate, func(in *ScoreInput) *float64 { return in.NoAction }, "incident with nothing to do", "incidents with nothing to do",
		"15 alerts a week at a good year's end"},
}

// MetricWords returns what a metric is.
func MetricWords(name string) string {
	if w, ok := words[name]; ok {
		return w.name
	}
	return name
}

// A Loss is what one metric took from a hundred.
type Loss struct {
	Component string  `json:"component"`
	Metric    string  `json:"metric"`
	Points    float64 `json:"points"`
	Text      string  `json:"text"`   // in raw numbers, with exposure and interval
	Source    string  `json:"source"` // of the anchors
}

// Losses returns what took most points, metric by metric, the largest first: at most so
// many, and none below a tenth of a point. All metrics of a component add up to what the
// component lost.
func (c *Config) Losses(in *ScoreInput, s *Score, most int) []Loss {
	if s.Score == nil {
		return []Loss{}
	}
	values, rates := in.metrics(c)
	out := []Loss{}
	for _, name := range c.ComponentNames() {
		part, ok := s.Components[name]
		lost := s.PointsLost[name]
		if !ok || part.Score >= 100 {
			continue
		}
		for _, metric := range slices.Sorted(maps.Keys(part.Parts)) {
			points := lost * c.Components[name].Parts[metric] * (100 - part.Parts[metric]) / (part.Available * (100 - part.Score))
			if points < 0.1 {
				continue
			}
			out = append(out, Loss{name, metric, points, c.sayMetric(metric, in, values[metric], rates), words[metric].source})
		}
	}
	slices.SortStableFunc(out, func(a, b Loss) int { return cmp.Compare(b.Points, a.Points) })
	return out[:min(most, len(out))]
}

// sayMetric says what was seen.
func (c *Config) sayMetric(metric string, in *ScoreInput, value float64, rates map[string]Rate) string {
	w, ok := words[metric]
	target := c.Targets[metric]
	switch {
	case !ok:
		return fmt.Sprintf("%s: %s", metric, short(value))
	case metric == metricPulse:
		return fmt.Sprintf("The pulse index is %s of 100.", short(value))
	case w.kind != kindRate:
		return fmt.Sprintf("%s: %s; %s is worth all points, %s none.", capital(w.name), w.say(value), w.say(target.G), w.say(target.B))
	}
	said := fmt.Sprintf("%s in %s", countOf(valueOf(w.count(in)), w.one, w.many), countOf(in.weeks(), "on-call week", "on-call weeks"))
	if r, shrunk := rates[metric]; shrunk {
		said += fmt.Sprintf(" (80 %% range %s to %s %s)", short2(r.Low), short2(r.High), w.per(metric))
	}
	return fmt.Sprintf("%s; %s %s is worth all points, %s none.", said, short2(target.G), w.per(metric), short2(target.B))
}

// per says what a rate is over.
func (w *metricWords) per(metric string) string {
	if metric == metricIncidents {
		return "in 12 hours"
	}
	return "a week"
}

// say writes a value as people say it.
func (w *metricWords) say(x float64) string {
	if w.kind == kindShare {
		return fmt.Sprintf("%.0f %%", 100*x)
	}
	return short2(x)
}

func countOf(x float64, one, many string) string {
	if x == 1 {
		return "1 " + one
	}
	return short(x) + " " + many
}

// short2 writes a number with two decimals at most.
func short2(x float64) string {
	if x >= 10 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	text := strconv.FormatFloat(x, 'f', 2, 64)
	for text[len(text)-1] == '0' {
		text = text[:len(text)-1]
	}
	if text[len(text)-1] == '.' {
		text = text[:len(text)-1]
	}
	return text
}

func capital(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}
