package health

// A PulseSpread is how often a question was agreed with, from ten answers on.
type PulseSpread struct {
	ID    string      `json:"id"`
	Parts []PulsePart `json:"parts"`
}

// A PulsePart is how many chose an answer from one to another, both included: nobody, or
// five at the least.
type PulsePart struct {
	From int `json:"from"`
	To   int `json:"to"`
	N    int `json:"n"`
}

// Where answers are parted: disagreeing, neither, agreeing. Where one to four people would
// stand alone it is agreeing or not, or disagreeing or not; and where they still would, nothing
// is told.
var partings = [][]PulsePart{
	{{From: 1, To: 2}, {From: 3, To: 3}, {From: 4, To: bestAnswer}},
	{{From: 1, To: 3}, {From: 4, To: bestAnswer}},
	{{From: 1, To: 2}, {From: 3, To: bestAnswer}},
}

// spreadOf parts the answers to a question, if there are enough and figures about them are
// told to the point; nil where nothing is told.
func spreadOf(at int, answers []PulseAnswers, p Privacy) []PulsePart {
	var steps [bestAnswer + 1]int
	n := 0
	for _, a := range answers {
		if a[at] > 0 {
			steps[a[at]]++
			n++
		}
	}
	if n < p.RoundBelow {
		return nil
	}
	for _, parting := range partings {
		parts, alone := append([]PulsePart{}, parting...), false
		for i := range parts {
			for step := parts[i].From; step <= parts[i].To; step++ {
				parts[i].N += steps[step]
			}
			alone = alone || few(parts[i].N, p.K)
		}
		if !alone {
			return parts
		}
	}
	return nil
}

// SpreadOf returns how a question was answered; nil where that is not told.
func (d *PulseDoc) SpreadOf(id string) []PulsePart {
	for i := range d.Spread {
		if d.Spread[i].ID == id {
			return d.Spread[i].Parts
		}
	}
	return nil
}

// Name says what answers a part has.
func (p PulsePart) Name() string {
	switch [2]int{p.From, p.To} {
	case [2]int{1, 2}:
		return "disagree"
	case [2]int{1, 3}:
		return "do not agree"
	case [2]int{3, 3}:
		return "neither"
	case [2]int{3, bestAnswer}:
		return "do not disagree"
	}
	return "agree"
}
