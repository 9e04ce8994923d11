package notify

import (
	"context"
	"fmt"
	"time"

	"watchbill/schedule"
)

// Tested is of letters that somebody has sent to themselves. It is no kind that is chosen.
const Tested Kind = "test"

// betweenTests is how long one waits between tests.
const betweenTests = 5 * time.Minute

// A Trial is what became of a test by one medium.
type Trial struct {
	Medium  Medium
	Problem string // in the words of whoever did not take it; empty: it was taken over
}

// Try sends somebody a letter that says that it is a test, by every medium there is,
// whatever they have chosen and whether they sleep, once in five minutes, and is back when
// all have answered. It is not tried again.
func (o *Outbox) Try(ctx context.Context, p *schedule.Profile) ([]Trial, error) {
	now := o.Now()
	if p.Email == "" {
		return nil, &schedule.InvalidError{Field: "email", Reason: "without an e-mail address nobody can be written to; an administrator can enter yours"}
	}
	letters, err := o.Store.History(ctx, p.ID, 20)
	if err != nil {
		return nil, err
	}
	for i := range letters {
		if l := &letters[i]; l.Kind == Tested && now.Sub(l.MadeAt) < betweenTests {
			return nil, &schedule.InvalidError{Field: "test", Reason: fmt.Sprintf("the last test was sent at %s; wait five minutes before the next", moment(p, l.MadeAt))}
		}
	}
	t := &Topic{Key: fmt.Sprint("test ", p.ID, " ", now.Unix()/int64(betweenTests/time.Second)), Kind: Tested, Write: writeTest}
	w := &work{Outbox: o, now: now, media: o.Media(), lines: map[Medium]Line{}, stuck: map[Medium]bool{}}
	defer w.close()
	var out []Trial
	for _, m := range w.media {
		problem, err := w.try(ctx, t, p, m)
		if err != nil {
			return out, err
		}
		out = append(out, Trial{m, problem})
	}
	return out, nil
}

// try sends a test by a medium, and says what kept it from being taken over.
func (w *work) try(ctx context.Context, t *Topic, p *schedule.Profile, m Medium) (problem string, err error) {
	if _, err := w.send(ctx, t, p, m); err != nil { // it could not even be opened
		return oneLine(err.Error()), nil
	}
	letters, err := w.Store.Letters(ctx, t.Key)
	if err != nil {
		return "", err
	}
	sent := letters[Recipient{p.ID, m}]
	if sent.Final() {
		return sent.Problem, nil
	}
	if sent.Problem == "" {
		sent.Problem = "it takes nothing for a while"
	}
	sent.GivenUp = w.Now()
	return sent.Problem, w.Store.Save(ctx, &sent)
}

func writeTest(context.Context, *schedule.Profile) (Letter, error) {
	return Letter{
		Subject: "A test from Watchbill", Text: "You have asked for this letter. Whatever Watchbill writes to you arrives here.",
		Foot: "Choose what Watchbill writes to you about:",
	}, nil
}
