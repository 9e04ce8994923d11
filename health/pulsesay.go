package health

import "fmt"

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

// Change returns how the index moved since another wave, where both were told.
func (d *PulseDoc) Change(before *PulseDoc) (float64, bool) {
	if before == nil || d.Index == nil || before.Index == nil || d.Bucket != nil || before.Bucket != nil {
		return 0, false
	}
	return *d.Index - *before.Index, true
}

// Say says what a wave comes to: how serious, in a sentence, and what belongs to it.
func (d *PulseDoc) Say(w *PulseWave, before *PulseDoc) (tone, text, detail string) {
	switch {
	case d.Reason == PulseSmallTeam:
		return "", "A team of fewer than five never gets a result of its own.", fmt.Sprintf("%s asked; everybody was told so before.", plural(w.Invited, "person was", "people were"))
	case d.Reason == PulseLost:
		return "warn", "What was answered cannot be opened any more.", "The key of this wave is gone. Nothing can be shown of it."
	case !d.Published:
		return "", fmt.Sprintf("Fewer than %d answered, so nothing is shown.", w.Least), "How many did is not told either."
	case d.Index == nil:
		return "", "Too few questions were answered often enough to say how on-call is.", ""
	}
	switch index := *d.Index; {
	case index >= PulseGood:
		tone, text = "good", "On-call is going well for most."
	case index >= PulseWatch:
		tone, text = "warn", "On-call is bearable; some of it wants looking at."
	default:
		tone, text = "bad", "On-call wears people down. Talk about what would help most."
	}
	if c, ok := d.Change(before); ok && (c >= 10 || c <= -10) {
		word := "up"
		if c < 0 {
			word = "down"
		}
		detail = fmt.Sprintf("It is %s by %.0f points since the pulse before.", word, max(c, -c))
	}
	return tone, text, detail
}
