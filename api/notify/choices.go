package notify

import (
	"context"
	"slices"

	"watchbill/schedule"
)

// A Choice is a kind of news and whether somebody hears of it.
type Choice struct {
	Kind  Kind
	Words string
	On    bool
}

var words = map[Kind]string{
	CoverAsked:    "Somebody asks you for cover or a swap",
	CoverEnded:    "What became of what you asked for",
	ShiftHanded:   "A shift is handed over to you",
	PulseOpened:   "A survey asks you, with your own link",
	PulseResults:  "Results of a survey are there",
	WarningRaised: "There is a question about a team that you manage",
}

// Choices returns what somebody hears of.
func (o *Outbox) Choices(ctx context.Context, person schedule.ID) ([]Choice, error) {
	muted, err := o.Store.Choices(ctx, person)
	if err != nil {
		return nil, err
	}
	var out []Choice
	for _, kind := range Kinds() {
		out = append(out, Choice{kind, words[kind], !slices.Contains(muted, kind)})
	}
	return out, nil
}

// Choose sets what somebody hears of, and so what they do not.
func (o *Outbox) Choose(ctx context.Context, person schedule.ID, wanted []Kind) error {
	for _, kind := range wanted {
		if words[kind] == "" {
			return &schedule.InvalidError{Field: "news", Reason: "there is no news of this kind: " + string(kind)}
		}
	}
	muted := slices.DeleteFunc(Kinds(), func(k Kind) bool { return slices.Contains(wanted, k) })
	return o.Store.SetChoices(ctx, person, muted)
}

// History returns the newest letters to somebody.
func (o *Outbox) History(ctx context.Context, person schedule.ID) ([]Sent, error) {
	return o.Store.History(ctx, person, 10)
}

// Words says what a kind of news is about.
func (k Kind) Words() string { return words[k] }
