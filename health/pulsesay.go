package health

import (
	"cmp"
	"fmt"
	"slices"
)

// From which points on a value is good, or to be watched; below it is a concern.
const (
	PulseGood  = 75
	PulseWatch = 60
)

// Question returns a question by its id.
func (w *PulseWave) Question(id string) *PulseQuestion {
	for i := range w.Questions {
		if w.Questions[i].ID == id {
			return &w.Questions[i]
		}
	}
	return &PulseQuestion{}
}

// Item returns what is told of a question, nil where nothing is.
func (d *PulseDoc) Item(id string) *PulseItemResult {
	if d == nil {
		return nil
	}
	for i := range d.Items {
		if d.Items[i].ID == id {
			return &d.Items[i]
		}
	}
	for i := range d.Extra {
		if d.Extra[i].ID == id {
			return &d.Extra[i].PulseItemResult
		}
	}
	return nil
}

// Rounded is the step to which figures are rounded; 0 where nothing is told.
func (d *PulseDoc) Rounded() float64 {
	p := DefaultConfig().Privacy
	switch {
	case !d.Published || d.N == nil:
		return 0
	case d.Step > 0:
		return d.Step
	case d.Coarse: // of before it was noted
		return float64(p.RoundStep)
	}
	return p.step(*d.N)
}

// Change returns how the index moved since another wave, where both were told.
func (d *PulseDoc) Change(before *PulseDoc) (float64, bool) {
	if before == nil || d.Index == nil || before.Index == nil || d.Bucket != nil || before.Bucket != nil {
		return 0, false
	}
	return *d.Index - *before.Index, true
}

// A PulseFall is a question whose value was lower than in the wave before.
type PulseFall struct {
	ID     string  `json:"id"`
	Text   string  `json:"text"`
	Before float64 `json:"before"`
	Now    float64 `json:"now"`
}

// mostFalls is how many questions are named that fell.
const mostFalls = 3

// Falls returns the questions that fell most since another result, the largest fall first.
// Like everything about a wave it knows nothing but what was published: a question of which
// only a range was told, or nothing, is not among them.
func (r *PulseResult) Falls(before *PulseResult, questions []PulseQuestion) []PulseFall {
	var out []PulseFall
	for i := range questions {
		q := &questions[i]
		was, is := before.value(q.ID), r.value(q.ID)
		if was != nil && is != nil && *is < *was {
			out = append(out, PulseFall{q.ID, q.In(DefaultLanguage), *was, *is})
		}
	}
	slices.SortStableFunc(out, func(a, b PulseFall) int { return cmp.Compare(b.Before-b.Now, a.Before-a.Now) })
	return out[:min(mostFalls, len(out))]
}

// value is what was told of a question as one figure, nil where nothing was.
func (r *PulseResult) value(id string) *float64 {
	for i := range r.Items {
		if r.Items[i].ID == id {
			return r.Items[i].Value
		}
	}
	return nil
}

// Say says what a wave comes to: how serious, in a sentence, and what belongs to it.
func (d *PulseDoc) Say(w *PulseWave, before *PulseDoc) (tone, text, detail string) {
	switch {
	case d.Reason == PulseSmallTeam:
		return "", "A team of fewer than five never gets a result of its own.", fmt.Sprintf("%s asked; everybody was told so before.", plural(w.Invited, "person was", "people were"))
	case d.Reason == PulseLost:
		return "warn", "What was answered cannot be opened any more.", "The key of this wave is gone. Nothing can be shown of it."
	case d.Reason == PulseOverlapping:
		return "", "Nothing is shown: but for one to four people this is another team, of which a result was shown before.", "From both it could be seen what those few have said."
	case !d.Published:
		return "", fmt.Sprintf("Fewer than %d answered, so nothing is shown.", w.Least), "How many did is not told either."
	case d.Index == nil:
		return "", "Too few questions were answered often enough to say how on-call is.", ""
	}
	tone, text = sayIndex(*d.Index)
	if c, ok := d.Change(before); ok && (c >= 10 || c <= -10) {
		word := "up"
		if c < 0 {
			word = "down"
		}
		detail = fmt.Sprintf("It is %s by %.0f points since the pulse before.", word, max(c, -c))
	}
	return tone, text, detail
}

// sayIndex says what an index comes to.
func sayIndex(index float64) (tone, text string) {
	switch {
	case index >= PulseGood:
		return "good", "On-call is going well for most."
	case index >= PulseWatch:
		return "warn", "On-call is bearable; some of it wants looking at."
	}
	return "bad", "On-call wears people down. Talk about what would help most."
}

// Say says what a round comes to: how serious, in a sentence, and what belongs to it.
func (r *PulseRound) Say() (tone, text, detail string) {
	switch {
	case !r.Published:
		return "", "Fewer than three teams, or groups of them, have a result, so nothing is shown of all together.", "Whoever knows the result of one would know the other’s."
	case r.Index == nil:
		return "", "Too few teams have a figure to say how on-call is.", ""
	}
	tone, text = sayIndex(*r.Index)
	detail = fmt.Sprintf("Of %s by what was published of each", plural(r.Teams, "team", "teams"))
	if r.Rest.Published {
		detail += fmt.Sprintf(", and of the people of %d more together.", r.Rest.Teams)
	} else {
		detail += "."
	}
	return tone, text, detail
}
