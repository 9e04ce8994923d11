package notify

import (
	"context"
	"fmt"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// Pulses is news of surveys. That somebody is asked says nothing of whether they have
// answered: everybody is told once, and nobody is reminded.
type Pulses struct {
	Pulse   *health.Pulse
	Teams   func(ctx context.Context, id schedule.ID) (schedule.TeamRecord, error)
	Members func(ctx context.Context, team schedule.ID) ([]schedule.Membership, error)
}

// Topics is a Source.
func (n *Pulses) Topics(ctx context.Context, since time.Time) ([]Topic, error) {
	waves, err := n.Pulse.Store.WavesSince(ctx, since)
	if err != nil {
		return nil, err
	}
	var out []Topic
	for i := range waves {
		w := &waves[i]
		if w.State == health.PulseOpen {
			out = append(out, n.opened(w))
		} else {
			out = append(out, n.results(w))
		}
	}
	return out, nil
}

// opened brings everybody who is asked their own link. It is read when the letter is
// written, and lies nowhere until then.
func (n *Pulses) opened(w *health.PulseWave) Topic {
	return Topic{
		Key: fmt.Sprint("pulse.opened ", w.ID), Kind: PulseOpened,
		To: func(ctx context.Context) ([]schedule.ID, error) { return n.Pulse.Store.InvitedTo(ctx, w.ID) },
		Write: func(ctx context.Context, to *schedule.Profile) (Letter, error) {
			team, err := n.Teams(ctx, w.Team)
			if err != nil {
				return Letter{}, err
			}
			mine, err := n.Pulse.Invitations(ctx, to.ID)
			if err != nil {
				return Letter{}, err
			}
			words, err := n.words(ctx, to, w.Team)
			if err != nil {
				return Letter{}, err
			}
			for i := range mine {
				if mine[i].ID == w.ID {
					return invitation(&mine[i], &words, to, team.Name), nil
				}
			}
			return Letter{}, nil
		},
	}
}

// words are those of the language that somebody has chosen, or else their team. What their
// browser would ask for is known only when they follow the link.
func (n *Pulses) words(ctx context.Context, to *schedule.Profile, team schedule.ID) (health.PulseLanguage, error) {
	spoken, err := n.Pulse.Language(ctx, team)
	if err != nil {
		return health.PulseLanguage{}, err
	}
	return health.ChooseLanguage(to.Language, "", spoken)
}

// invitation asks somebody, and says from how many answers on anything is told.
func invitation(i *health.Invited, words *health.PulseLanguage, to *schedule.Profile, team string) Letter {
	closes, promise := i.Closes.In(clockOf(to)), words.Say("mail_promise", "k", i.Least)
	if i.Small() {
		promise = words.Say("mail_small", "k", i.Least, "n", i.Invited)
	}
	return Letter{
		Subject: words.Say("mail_subject", "team", team),
		Text:    words.Say("mail_asks", "closes", words.Moment(closes)+" "+closes.Format("MST"), "team", team) + "\n\n" + promise + "\n\n" + words.Say("mail_yours"),
		Path:    i.Path(to.Language),
		Foot:    words.Say("mail_choose"), Language: words.Code,
	}
}

func (n *Pulses) results(w *health.PulseWave) Topic {
	return Topic{
		Key: fmt.Sprint("pulse.results ", w.ID), Kind: PulseResults,
		To: func(ctx context.Context) ([]schedule.ID, error) {
			doc, err := n.Pulse.Store.WaveResult(ctx, w.ID)
			if err != nil || !doc.Published {
				return nil, err
			}
			members, err := n.Members(ctx, w.Team)
			if err != nil {
				return nil, err
			}
			var ids []schedule.ID
			for i := range members {
				if m := &members[i]; m.Until.IsZero() || !m.Until.Before(schedule.DateOf(w.Closes.UTC())) {
					ids = append(ids, m.Person)
				}
			}
			return ids, nil
		},
		Write: func(ctx context.Context, _ *schedule.Profile) (Letter, error) {
			team, err := n.Teams(ctx, w.Team)
			return Letter{
				Subject: "What " + team.Name + " said about on-call",
				Text:    "The results of the survey are there, for the whole team at once.",
				Path:    fmt.Sprintf("/teams/%d/pulse/%d", w.Team, w.Number),
			}, err
		},
	}
}
