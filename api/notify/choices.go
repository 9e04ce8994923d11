package notify

import (
	"context"
	"slices"

	"watchbill/schedule"
)

// A Choice is a kind of news and by what somebody hears of it: by nothing, perhaps.
type Choice struct {
	Kind  Kind
	Words string
	By    []Medium
}

var words = map[Kind]string{
	ShiftChanged:  "Your shifts have changed",
	CoverAsked:    "Somebody asks you for cover or a swap",
	CoverEnded:    "What became of what you asked for",
	ShiftHanded:   "A shift is handed over to you",
	OwedEnding:    "Time that you are owed ends soon",
	PulseOpened:   "A survey asks you, with your own link",
	PulseResults:  "Results of a survey are there",
	DraftMade:     "A plan of a team that you manage waits for review",
	WarningRaised: "There is a question about a team that you manage",
}

// Media returns by what anybody can be told.
func (o *Outbox) Media() (media []Medium) {
	for _, m := range Media() {
		if o.Carriers[m] != nil {
			media = append(media, m)
		}
	}
	return media
}

// wants says whether somebody who has chosen so is told by a medium, where there are some.
// What they said of it holds. Else they are told by the first, unless they have chosen about
// another that is there, or wanted to hear nothing by one that was.
func (c Chosen) wants(medium Medium, media []Medium) bool {
	if on, said := c[medium]; said {
		return on
	}
	refused := len(c) > 0
	for m, on := range c {
		if slices.Contains(media, m) {
			return false
		}
		refused = refused && !on
	}
	return medium == media[0] && !refused
}

// Choices returns what somebody hears of, and how.
func (o *Outbox) Choices(ctx context.Context, person schedule.ID) ([]Choice, error) {
	chosen, err := o.Store.Choices(ctx, person)
	if err != nil {
		return nil, err
	}
	var out []Choice
	media := o.Media()
	for _, kind := range Kinds() {
		c := Choice{Kind: kind, Words: words[kind]}
		for _, m := range media {
			if chosen[kind].wants(m, media) {
				c.By = append(c.By, m)
			}
		}
		out = append(out, c)
	}
	return out, nil
}

// Choose sets what somebody hears of by each medium, and so what they do not.
func (o *Outbox) Choose(ctx context.Context, person schedule.ID, wanted map[Medium][]Kind) error {
	choices := map[Kind]Chosen{}
	for _, kind := range Kinds() {
		choices[kind] = Chosen{}
	}
	for _, m := range o.Media() {
		for _, kind := range wanted[m] {
			if words[kind] == "" {
				return &schedule.InvalidError{Field: "news", Reason: "there is no news of this kind: " + string(kind)}
			}
		}
		for kind, chosen := range choices {
			chosen[m] = slices.Contains(wanted[m], kind)
		}
	}
	return o.Store.SetChoices(ctx, person, choices)
}

// History returns the newest letters to somebody.
func (o *Outbox) History(ctx context.Context, person schedule.ID) ([]Sent, error) {
	return o.Store.History(ctx, person, 10)
}

// Words says what a kind of news is about.
func (k Kind) Words() string { return words[k] }

// Label is what a medium is called.
func (m Medium) Label() string {
	if m == Slack {
		return "Slack"
	}
	return "E-mail"
}
