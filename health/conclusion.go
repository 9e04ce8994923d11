package health

import (
	"fmt"
	"math"
)

// A Conclusion is what a report comes to, in a sentence, with the one thing to do next. It
// describes load and names nobody.
type Conclusion struct {
	Tone   string `json:"tone,omitempty"` // good, warn or bad; empty: there is nothing to say yet
	Text   string `json:"text"`
	Detail string `json:"detail,omitempty"`
	Action string `json:"action,omitempty"`
	Do     Step   `json:"do,omitempty"`
}

// A Step is where an action leads.
type Step string

// The steps.
const (
	StepNothing  Step = ""
	StepPagers   Step = "pagers"   // connect one, or say who somebody is
	StepServices Step = "services" // look at what costs most
	StepPlan     Step = "plan"     // plan again
	StepRota     Step = "rota"     // more people, or fewer duties
)

// When a report says that something is not as it should be.
const (
	unevenRatio   = 1.5  // of what somebody holds to what is fair
	manyWakeups   = 1.75 // in an on-call week: half of what is worth nothing in the score
	largeShare    = 0.25 // of their time that somebody may be on call (Google)
	recentWeeks   = 4
	mostOverWeeks = 2 // of the recent ones
)

// find says what the report comes to: what harms people first, what is uneven next.
func (b *Burden) find() {
	f := &b.Finding
	switch {
	case b.Empty():
		f.Text, f.Detail = "Nobody was on call in these weeks, and no page came in.", "Publish a plan or choose other weeks."
	case !b.Told():
		b.findSchedule(f)
		if f.Tone == "" {
			f.Tone, f.Text = "good", "The schedule is shared evenly."
		}
		f.Detail = "What pages did is not told here: " + b.Hidden + "."
	case b.Sum.Sum.Notifications == 0 && b.Sum.First.Incidents == 0:
		b.findSchedule(f)
		if f.Tone == "" {
			f.Tone, f.Text = "good", "No page came in during these weeks."
		}
		f.Detail = "If that is too good to be true, look whether the pagers are connected."
		if f.Do == StepNothing {
			f.Action, f.Do = "Look at the pagers", StepPagers
		}
	default:
		b.findPages(f)
	}
}

// findPages looks at what pages did.
func (b *Burden) findPages(f *Conclusion) {
	over, recent := 0, b.Weeks[max(0, len(b.Weeks)-recentWeeks):]
	for _, w := range recent {
		if w.Interruptions > b.Limit {
			over++
		}
	}
	wakeups := b.Sum.Sum.Wakeups()
	switch {
	case over >= mostOverWeeks:
		f.Tone, f.Text = "bad", fmt.Sprintf("The team was interrupted more than %d times in %d of the last %d weeks.", b.Limit, over, len(recent))
		b.fix(f)
	case b.Wake.Exposure >= 1 && b.Wake.Mean >= manyWakeups:
		f.Tone, f.Text = "bad", fmt.Sprintf("Nights are the problem: %s in %s.", plural(wakeups, "wake-up", "wake-ups"), onCallWeeks(b.Wake.Exposure))
		b.fix(f)
	case b.Trend.Clear() > 0:
		f.Tone, f.Text = "warn", fmt.Sprintf("Nights are getting worse: %.1f wake-ups in an on-call week, after %.1f in the weeks before.", b.Wake.Mean, b.Trend.Before.Mean)
		b.fix(f)
	default:
		if b.findSchedule(f); f.Tone != "" {
			break
		}
		f.Tone, f.Text = "good", b.goodNews()
		if wakeups > 0 {
			b.fix(f)
		}
	}
	f.Detail = b.detail()
}

// findSchedule looks at how the schedule lies.
func (b *Burden) findSchedule(f *Conclusion) {
	most := 0.0
	for _, l := range b.People {
		most = math.Max(most, l.Share)
	}
	switch {
	case len(b.People) > 1 && b.Top >= unevenRatio:
		f.Tone, f.Text = "warn", fmt.Sprintf("The schedule is not shared evenly: the heaviest load is %.1f times what is fair.", b.Top)
		f.Action, f.Do = "Plan a fairer rotation", StepPlan
	case b.Period.Weeks >= 12 && most > 2*largeShare:
		f.Tone, f.Text = "warn", fmt.Sprintf("Somebody is on call for %.0f %% of their time; a quarter is what people can bear for long.", 100*most)
		f.Action, f.Do = "Look who could share it", StepRota
	}
}

// goodNews celebrates what went well.
func (b *Burden) goodNews() string {
	quiet := b.Sum.Quiet
	switch {
	case b.Over == 0 && b.Sum.Sum.Wakeups() == 0:
		return "Nobody was woken, and every week stayed under the limit."
	case quiet > 0:
		return fmt.Sprintf("Load is sustainable: %s of %d brought nothing outside working hours.", plural(quiet, "week", "weeks"), len(b.Weeks))
	case b.Over == 0:
		return fmt.Sprintf("Load is sustainable: every week stayed under %d interruptions.", b.Limit)
	}
	return fmt.Sprintf("Load is back under the limit: the last weeks stayed under %d interruptions.", b.Limit)
}

// fix makes the source that costs most nights what to do next.
func (b *Burden) fix(f *Conclusion) {
	if len(b.Services) > 0 && b.Services[0].Wakeups > 0 {
		f.Action = fmt.Sprintf("Fix %s: %s in %d weeks", b.Services[0].Service, fewer(b.Services[0].Wakeups), len(b.Weeks))
		f.Do = StepServices
		return
	}
	f.Action, f.Do = "Look what fires most", StepServices
}

func fewer(n int) string { return plural(n, "fewer wake-up", "fewer wake-ups") }

// detail says what there is besides.
func (b *Burden) detail() string {
	text := fmt.Sprintf("%s and %s in %s.", plural(Total(b.Sum.Sum.Interruptions), "interruption", "interruptions"), plural(b.Sum.Sum.Wakeups(), "wake-up", "wake-ups"), onCallWeeks(b.Wake.Exposure))
	if b.Trend.Clear() < 0 {
		text += fmt.Sprintf(" Nights have become quieter: %.1f wake-ups in an on-call week, after %.1f before.", b.Wake.Mean, b.Trend.Before.Mean)
	}
	if n := len(b.Doubts); n > 0 {
		text += fmt.Sprintf(" %s to look at before you rely on it.", plural(n, "thing", "things"))
	}
	return text
}

func onCallWeeks(weeks float64) string {
	return fmt.Sprintf("%.1f on-call weeks", weeks)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
