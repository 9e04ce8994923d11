package notify

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"watchbill/schedule"
)

// A Choice is a kind of news and by what somebody hears of it: by nothing, perhaps.
type Choice struct {
	Kind  Kind
	Words string
	By    []Medium
	Lead  time.Duration // of [ShiftSoon], how long before
}

// A Group is a heading for kinds of news that belong together.
type Group string

// The groups, in the order in which kinds are named.
const (
	Shifts  Group = "Your shifts"
	Rest    Group = "Your rest and time owed"
	Surveys Group = "Surveys"
	Managed Group = "Teams that you manage"
)

// Group is where a kind is found.
func (k Kind) Group() Group {
	switch k {
	case RestDue, OwedEnding:
		return Rest
	case PulseOpened, PulseResults:
		return Surveys
	case DraftMade, GapFound, RestTeam, WeekAhead, WarningRaised:
		return Managed
	}
	return Shifts
}

// Wishes are what somebody chooses.
type Wishes struct {
	Of   []Kind // which kinds they have chosen about; empty: all
	By   map[Medium][]Kind
	Lead time.Duration // before a shift; zero: they do not say
}

var words = map[Kind]string{
	ShiftChanged:  "Your shifts have changed",
	ShiftSoon:     "A shift of yours begins",
	CoverAsked:    "Somebody asks you for cover or a swap",
	CoverEnded:    "What became of what you asked for",
	ShiftHanded:   "A shift is handed over to you",
	RestDue:       "Your night was broken, and rest is due",
	OwedEnding:    "Time that you are owed ends soon",
	PulseOpened:   "A survey asks you, with your own link",
	PulseResults:  "Results of a survey are there",
	DraftMade:     "A plan waits for review",
	GapFound:      "Nobody has a shift to come",
	RestTeam:      "Somebody is to rest after a broken night",
	WeekAhead:     "On Monday: the week, what is open and what waits for you",
	WarningRaised: "There is a question about how a team is",
	Tested:        "You have sent yourself a test",
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
	leads, err := o.Store.Leads(ctx, person)
	if err != nil {
		return nil, err
	}
	var out []Choice
	media := o.Media()
	for _, kind := range Kinds() {
		c := Choice{Kind: kind, Words: words[kind]}
		if kind == ShiftSoon {
			c.Lead = cmp.Or(leads[person], usualLead)
		}
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
func (o *Outbox) Choose(ctx context.Context, person schedule.ID, w Wishes) error {
	about := w.Of
	if len(about) == 0 {
		about = Kinds()
	}
	choices, media := map[Kind]Chosen{}, o.Media()
	for _, kind := range about {
		choices[kind] = Chosen{}
		for _, m := range media {
			choices[kind][m] = slices.Contains(w.By[m], kind)
		}
	}
	for _, kind := range slices.Concat(append(slices.Collect(maps.Values(w.By)), about)...) {
		if !slices.Contains(Kinds(), kind) {
			return &schedule.InvalidError{Field: "news", Reason: "there is no news of this kind: " + string(kind)}
		}
	}
	if w.Lead != 0 && !slices.Contains(Leads(), w.Lead) {
		return &schedule.InvalidError{Field: "lead", Reason: "choose one of the list for how long before a shift you hear of it"}
	}
	if err := o.Store.SetChoices(ctx, person, choices); err != nil || w.Lead == 0 {
		return err
	}
	return o.Store.SetLead(ctx, person, w.Lead)
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
