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
			for i := range mine {
				if mine[i].ID == w.ID {
					return Letter{
						Subject: "How is on-call for you? " + team.Name,
						Text: fmt.Sprintf("%s asks how on-call is for you. It takes a minute, and is open until %s.\n\n%s\n\n"+
							"The link is yours: whoever has it can answer in your place, once. Do not pass this mail on. Nobody is shown who has answered, and you are not reminded.",
							team.Name, moment(to, w.Closes), promise(w)),
						Path: "/pulse/" + mine[i].Token,
					}, nil
				}
			}
			return Letter{}, nil
		},
	}
}

// promise is from how many answers on anything is told.
func promise(w *health.PulseWave) string {
	if w.Small() {
		return fmt.Sprintf("%d people of your team are asked. Of fewer than %d answers nothing is told of a team; they count among those of other small teams.", w.Invited, w.Least)
	}
	return fmt.Sprintf("Results are told only when %d or more have answered, and never single answers.", w.Least)
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
