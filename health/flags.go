package health

import (
	"fmt"
	"math"
	"slices"
)

// Evidence is what figures of a period may be doubted for: specs/health.md 6.6. What is
// not known is zero, or nil, and is no reason for doubt.
type Evidence struct {
	Weeks         float64 // on-call weeks
	Interruptions int
	Notifications int
	Volume        int // notifications that do not interrupt: low urgency, e-mail
	Episodes      int
	OffDuty       int
	Paged         int // incidents that interrupted somebody
	Tagged        int // of which somebody said whether there was something to do

	Incidents int // that began
	Unacked   int
	Acks      int
	FastAcks  int  // within five seconds
	OneActor  bool // see [RoundTheClock]
	Stale     int  // open for more than three days
	Bulk      int  // resolved five or more in one minute
	Work      int  // engagements, and those that were cut off
	Capped    int

	Covered, Intended int64 // seconds
	Members           int
	NoZone            int
	DefaultHours      int
	// SilentHours is for how long the pager that has been silent for longest has been,
	// of those that are usually not, while somebody was on call.
	SilentHours float64
	Unheard     bool // nothing of a pager ever came

	// Before is the baseline; nil: nothing to compare with.
	Before *Evidence
	// Reports are incidents that customers told of, and Silenced the hours in which
	// alerts were turned off; nil: nobody says.
	Reports, Silenced *float64

	Pulse    *PulseFigures
	Straight bool // more than half answered all questions alike, see [Straightlined]
}

// fewestToDoubt is how many there must be before a share of them is doubted: one of two
// is no habit.
const fewestToDoubt = 5

// A doubter collects doubts.
type doubter []Doubt

func (d *doubter) add(is bool, code, evidence, question string) {
	if is {
		*d = append(*d, Doubt{Code: code, Evidence: evidence, Question: question, Factors: codedFactors(code)})
	}
}

// doubtFactors are how much less components are trusted for a doubt.
var doubtFactors = map[string][]FlagFactor{
	"ALERT_DROP":     on(0.5, componentPersonal, componentLoad),
	"SEVERITY_SHIFT": on(0.5, componentLoad),
	"MERGE":          on(0.8, componentLoad),
	"ACK_BOT":        on(0.8, componentLoad),
	"NO_ACK":         on(0.8, componentLoad),
	"OPEN_STALE":     on(0.8, componentPersonal, componentLoad),
	"BULK_RESOLVE":   on(0.8, componentLoad),
	"OFF_SCHEDULE":   on(0.5, componentRest, componentFairness),
	"COVERAGE_GAP":   on(0.5, componentLoad, componentPersonal),
	"TZ_MISSING":     on(0.5, componentPersonal),
	"HOURS_DEFAULT":  on(0.9, componentPersonal),
	"TAG_COVERAGE":   on(0.8, componentFollow),
	"SURVEY_LOW":     on(0.8, componentExperience),
	"STRAIGHTLINE":   on(0.5, componentExperience),
	"INGEST_GAP":     on(0.5, allComponents),
}

// on makes a factor for each of some components.
func on(factor float64, components ...string) (out []FlagFactor) {
	for _, name := range components {
		out = append(out, FlagFactor{Component: name, Factor: factor})
	}
	return out
}

// codedFactors returns the factors of a doubt, each with its code.
func codedFactors(code string) []FlagFactor {
	out := slices.Clone(doubtFactors[code])
	for i := range out {
		out[i].Code = code
	}
	return out
}

// Doubts lists what to look at before figures are relied on: they must reflect what
// happened, and not how it is measured or whom it suits. Each asks a question and accuses
// nobody. Its factors lower confidence in a score and never the score.
func (e *Evidence) Doubts() []Doubt {
	var d doubter
	e.doubtCover(&d)
	e.doubtAnswers(&d)
	e.doubtPeople(&d)
	if e.Before != nil {
		e.doubtChange(&d)
	}
	e.doubtPulse(&d)
	return d
}

// doubtCover asks whether somebody was there to be paged, and the pager to page.
func (e *Evidence) doubtCover(d *doubter) {
	covered, intended := float64(e.Covered), float64(e.Intended)
	d.add(intended > 0 && covered < 0.99*intended, "COVERAGE_GAP",
		fmt.Sprintf("Somebody was on call for %.0f %% of the time in which somebody should be.", math.Min(99, 100*covered/math.Max(1, intended))),
		"Who was called in the rest?")
	d.add(share(e.OffDuty, e.Episodes) > 0.15, "OFF_SCHEDULE",
		fmt.Sprintf("%.0f %% of episodes went to somebody who was not on call.", 100*share(e.OffDuty, e.Episodes)),
		"Is there an on-call behind the one that is planned?")
	d.add(e.SilentHours > 24 && e.Weeks > 0, "INGEST_GAP",
		fmt.Sprintf("A pager has said nothing for %.0f hours while people were on call.", e.SilentHours),
		"Is it still connected?")
	d.add(e.Unheard && e.Weeks > 0, "NO_PAGER", "No page of this team ever came here, so what pages cost is left out.",
		"Is nobody ever called, or is no pager connected?")
}

// doubtAnswers asks whether acknowledging and resolving say what they seem to say.
func (e *Evidence) doubtAnswers(d *doubter) {
	d.add(e.Incidents >= fewestToDoubt && float64(e.Unacked) > 0.2*float64(e.Incidents), "NO_ACK",
		fmt.Sprintf("%d of %s were never acknowledged.", e.Unacked, plural(e.Incidents, "page", "pages")),
		"Do they end by themselves, and need they wake anybody then?")
	fast := e.Acks >= fewestToDoubt && float64(e.FastAcks) > 0.5*float64(e.Acks)
	evidence := fmt.Sprintf("%d of %s came within five seconds.", e.FastAcks, plural(e.Acks, "acknowledgement", "acknowledgements"))
	if !fast {
		evidence = "One name acknowledges at every hour of every day."
	}
	d.add(fast || e.OneActor, "ACK_BOT", evidence, "Does a program acknowledge?")
	capped := e.Work >= fewestToDoubt && float64(e.Capped) > 0.1*float64(e.Work)
	evidence = fmt.Sprintf("%s stayed open for more than three days.", plural(e.Stale, "page", "pages"))
	if e.Stale == 0 {
		evidence = fmt.Sprintf("%d of %s were cut off after hours without an end.", e.Capped, plural(e.Work, "stretch of work", "stretches of work"))
	}
	d.add(e.Stale > 0 || capped, "OPEN_STALE", evidence, "Were they forgotten, or does nobody say when trouble ends?")
	d.add(e.Bulk > 0, "BULK_RESOLVE", fmt.Sprintf("%s ended five or more in the same minute.", plural(e.Bulk, "page", "pages")),
		"Were they cleaned up, so that times of resolution mean little?")
	d.add(e.Paged >= fewestToDoubt && share(e.Tagged, e.Paged) < 0.7, "TAG_COVERAGE",
		fmt.Sprintf("Of %.0f %% of pages somebody said whether there was something to do.", 100*share(e.Tagged, e.Paged)),
		"How many of the others needed nobody?")
}

// doubtPeople asks whether nights are where people sleep.
func (e *Evidence) doubtPeople(d *doubter) {
	d.add(e.NoZone > 0, "TZ_MISSING", "Somebody has no time zone, and the schedule's stands in.", "Where do they live?")
	d.add(e.Members > 0 && 2*e.DefaultHours > e.Members, "HOURS_DEFAULT",
		fmt.Sprintf("%d of %s never said when they work and sleep; 08:00 to 18:00 and 22:00 to 08:00 stand in.", e.DefaultHours, plural(e.Members, "person", "people")),
		"When do they really sleep?")
}

// doubtChange asks what a change comes from.
func (e *Evidence) doubtChange(d *doubter) {
	b := e.Before
	if b.Weeks > 0 {
		expected := float64(b.Interruptions) * e.Weeks / b.Weeks
		fell := float64(e.Interruptions) < 0.5*expected && 1-AtLeast(e.Interruptions+1, expected) < 0.01
		known, well, silenced := e.outside()
		d.add(fell && (!known || !well || silenced), "ALERT_DROP", fmt.Sprintf("%s after %d in the weeks before.", plural(e.Interruptions, "interruption", "interruptions"), b.Interruptions),
			"Did things get better, or were alerts turned off?")
		if n := len(*d) - 1; fell && !known && n >= 0 && (*d)[n].Code == "ALERT_DROP" {
			(*d)[n].Factors = nil // nobody outside tells of trouble: it is a question and no more
		}
	}
	all, before := e.Notifications+e.Volume, b.Notifications+b.Volume
	if all >= fewestToDoubt && before >= fewestToDoubt && e.Weeks > 0 && b.Weeks > 0 {
		now, then := share(e.Notifications, all), share(b.Notifications, before)
		expected := float64(before) * e.Weeks / b.Weeks
		d.add(then-now > 0.2+1e-9 && math.Abs(float64(all)-expected) <= 0.2*expected, "SEVERITY_SHIFT",
			fmt.Sprintf("%.0f %% of notifications interrupt, after %.0f %% of about as many.", 100*now, 100*then),
			"Were alerts made less urgent because they are, or because they counted?")
	}
	d.add(e.Paged >= fewestToDoubt && b.Paged >= fewestToDoubt && share(e.Interruptions, e.Paged) > 2*share(b.Interruptions, b.Paged), "MERGE",
		"Each page interrupts more than twice as often as before.", "Are several alerts put into one page now?")
}

// outside returns whether anything from outside the pagers is known, whether customers
// tell of less trouble than before, and whether alerts were turned off twice as long.
func (e *Evidence) outside() (known, well, silenced bool) {
	b := e.Before
	per := e.Weeks / b.Weeks
	if e.Reports != nil && b.Reports != nil {
		known, well = true, *e.Reports < *b.Reports*per
	}
	if e.Silenced != nil && b.Silenced != nil {
		known, silenced = true, *e.Silenced > 0 && *e.Silenced >= 2**b.Silenced*per
	}
	if e.Reports == nil || b.Reports == nil {
		well = true
	}
	return known, well, silenced
}

// doubtPulse asks how well the pulse speaks for the team.
func (e *Evidence) doubtPulse(d *doubter) {
	if p := e.Pulse; p != nil && p.Published && p.Rate != nil {
		d.add(*p.Rate < 0.5, "SURVEY_LOW", fmt.Sprintf("%.0f %% of those who were asked answered.", 100**p.Rate),
			"What keeps the others from answering?")
		d.add(e.Straight, "STRAIGHTLINE", "More than half answered all questions alike, also the one that is put the other way round.",
			"Is it asked too often, or does nothing come of it?")
	}
}

// divergence is how far counts and answers are apart to be worth a talk.
const divergence = 30

// Diverges says whether what was counted and what people say are far apart: the first
// thing to talk about. It lowers nothing.
func (s *Score) Diverges(c *Config) (Doubt, bool) {
	experience, ok := s.Components[componentExperience]
	sum, weight := 0.0, 0.0
	for name, part := range s.Components {
		if name != componentExperience {
			sum += c.Components[name].Weight * part.Score
			weight += c.Components[name].Weight
		}
	}
	if !ok || weight == 0 || math.Abs(sum/weight-experience.Score) < divergence {
		return Doubt{}, false
	}
	counted := sum / weight
	d := Doubt{Code: "DIVERGE", Evidence: fmt.Sprintf("What was counted comes to %.0f of 100, what people say to %.0f.", counted, experience.Score)}
	if d.Question = "What costs people that no page shows?"; counted < experience.Score {
		d.Question = "What makes these weeks bearable, and will it last?"
	}
	return d, true
}

// RoundTheClock says whether acknowledgements, by weekday and hour, come so evenly that
// whoever makes them never sleeps: on every day of the week, and at no time of day is
// there a gap of six hours.
func RoundTheClock(acks [7][24]int) bool {
	var hours [24]bool
	for _, day := range acks {
		some := false
		for h, n := range day {
			hours[h] = hours[h] || n > 0
			some = some || n > 0
		}
		if !some {
			return false
		}
	}
	gap := 0
	for h := range 48 {
		if gap++; hours[h%24] {
			gap = 0
		}
		if gap >= 6 {
			return false
		}
	}
	return true
}

// Straightlined says whether more than half of those who answered gave the same answer
// everywhere, also where agreeing is bad. It is told as yes or no and only of a wave that
// is published.
func Straightlined(items []PulseItem, answers []PulseAnswers, p Privacy) bool {
	reversed := false
	for _, item := range items {
		reversed = reversed || item.Reversed
	}
	alike, n := 0, 0
	for _, response := range answers {
		first, answered, same := 0, 0, true
		for i := range min(len(response), len(items)) {
			if response[i] < worstAnswer || response[i] > bestAnswer {
				continue
			}
			if answered++; first == 0 {
				first = response[i]
			}
			same = same && response[i] == first
		}
		if answered == 0 || 2*answered < len(items) {
			continue
		}
		n++
		// The middle of the scale is the same either way round.
		if same && answered > 1 && first != (worstAnswer+bestAnswer)/2 {
			alike++
		}
	}
	return reversed && n >= p.K && 2*alike > n
}
