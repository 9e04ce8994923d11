package notify

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode"

	"watchbill/schedule"
)

// An Outbox tells people what has happened: at least once, and once as long as nobody
// dies between sending a letter and noting it. Any number of replicas may work at once.
type Outbox struct {
	Store   Store
	Sources []Source
	Carrier Carrier
	People  func(ctx context.Context, ids []schedule.ID) ([]schedule.Profile, error)
	// Asleep says whether somebody sleeps at a moment, by their own clock and hours.
	Asleep  func(p *schedule.Profile, at time.Time) bool
	Now     func() time.Time
	BaseURL string
	Log     *slog.Logger
}

const (
	// claim is how long nobody else tries what somebody tries.
	claim = 5 * time.Minute
	// mostTries is after how many a letter is given up, and memory how long it is known
	// what was told: longer than anything is news.
	mostTries = 12
	memory    = 90 * 24 * time.Hour
	// longestLine bounds a line of a header, and what a server says, in bytes.
	longestLine = 300
)

// pause is how long to wait after so many tries: a minute, then longer, three hours at
// the most.
func pause(tries int) time.Duration {
	return min(3*time.Hour, time.Minute<<min(2*(tries-1), 10))
}

// Work tells what is to be told now.
func (o *Outbox) Work(ctx context.Context) error {
	now := o.Now()
	var topics []Topic
	var failed []error
	for _, source := range o.Sources { // one that fails keeps none of the others
		some, err := source(ctx, now.Add(-Window))
		failed = append(failed, err)
		topics = append(topics, some...)
	}
	keys := make([]string, len(topics))
	for i := range topics {
		keys[i] = topics[i].Key
	}
	told, err := o.Store.Told(ctx, keys)
	if err != nil {
		return errors.Join(append(failed, err)...)
	}
	w := &work{Outbox: o, now: now}
	defer w.close()
	for i := range topics {
		if t := &topics[i]; !told[t.Key] {
			if err := w.tell(ctx, t); err != nil {
				failed = append(failed, fmt.Errorf("%s: %w", t.Key, err))
			}
		}
		if w.stuck || ctx.Err() != nil { // so would be the rest
			break
		}
	}
	return errors.Join(failed...)
}

// Forget removes what nobody needs to know any more.
func (o *Outbox) Forget(ctx context.Context) error {
	return o.Store.Forget(ctx, o.Now().Add(-memory))
}

// A work is one look at what is to be told.
type work struct {
	*Outbox
	now   time.Time
	line  Line // nil until the first letter
	stuck bool // nothing can be sent now
}

func (w *work) close() {
	if w.line != nil {
		_ = w.line.Close() // what was sent was taken over
	}
}

// tell tells everybody who is to hear of a topic and has not.
func (w *work) tell(ctx context.Context, t *Topic) error {
	ids, err := t.To(ctx)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		return w.Store.CloseTopic(ctx, t.Key, w.now)
	}
	people, err := w.People(ctx, ids) // of no ids it would be everybody
	if err != nil {
		return err
	}
	muted, err := w.Store.Muted(ctx, t.Kind, ids)
	if err != nil {
		return err
	}
	letters, err := w.Store.Letters(ctx, t.Key)
	if err != nil {
		return err
	}
	waiting := false
	for i := range people {
		p, known := &people[i], letters[people[i].ID]
		switch {
		case p.Email == "" || !p.DeactivatedAt.IsZero() || muted[p.ID] || known.Final():
			continue
		case !t.Urgent && w.Asleep(p, w.now) || known.NextAt.After(w.now):
			waiting = true
			continue
		}
		final, err := w.send(ctx, t, p)
		if err != nil || w.stuck {
			return err
		}
		waiting = waiting || !final
	}
	if waiting {
		return nil
	}
	return w.Store.CloseTopic(ctx, t.Key, w.now)
}

// send tries to send a letter, and says whether nothing more becomes of it. A line is
// opened first: nobody is counted as tried whom nobody could have told.
func (w *work) send(ctx context.Context, t *Topic, p *schedule.Profile) (final bool, err error) {
	if w.line == nil {
		if w.line, err = w.Carrier.Open(ctx); err != nil {
			w.stuck = true
			return false, err
		}
	}
	now := w.Now() // many letters take longer than a claim lasts
	s := Sent{Key: t.Key, Person: p.ID, Kind: t.Kind, MadeAt: now}
	mine, err := w.Store.Claim(ctx, &s, now, now.Add(claim))
	if err != nil || !mine {
		return false, err
	}
	letter, err := t.Write(ctx, p)
	if err == nil && letter.Subject != "" {
		err = w.line.Send(ctx, w.mail(t, p, &letter))
	}
	var refused *RefusedError
	switch {
	case err == nil && letter.Subject == "":
		s.GivenUp = now
		s.Problem = "it was over before it was told"
	case err == nil:
		s.SentAt, s.Problem = now, ""
	default:
		s.Problem, s.NextAt = oneLine(err.Error()), now.Add(pause(s.Tries))
		if errors.As(err, &refused) || s.Tries >= mostTries {
			s.GivenUp = now
		} else {
			w.stuck = true // the next would meet the same
		}
		w.Log.Warn("news not delivered", "kind", t.Kind, "person_id", p.ID, "tries", s.Tries, "given_up", !s.GivenUp.IsZero(), "problem", s.Problem)
	}
	// What was sent is noted also when the program is told to stop in this moment.
	return s.Final(), w.Store.Save(context.WithoutCancel(ctx), &s)
}

// oneLine keeps what people write from being more than a line of a header.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	return strings.ToValidUTF8(text[:min(len(text), longestLine)], "")
}

// mail puts a letter into the form in which it is sent.
func (w *work) mail(t *Topic, p *schedule.Profile, l *Letter) *Mail {
	var b strings.Builder
	b.WriteString(strings.TrimSpace(l.Text))
	if l.Path != "" {
		b.WriteString("\n\n" + w.BaseURL + l.Path)
	}
	foot := cmp.Or(l.Foot, "Watchbill tells you this because of your teams. Choose what it writes to you about:")
	fmt.Fprintf(&b, "\n\n-- \n%s %s/account#news\n", foot, w.BaseURL)
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", t.Key, p.ID))
	return &Mail{ID: hex.EncodeToString(sum[:16]), Name: p.Name, Address: p.Email, Subject: l.Subject, Text: b.String(), At: w.now}
}
