package notify

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"watchbill/schedule"
)

// An Outbox tells people what has happened: at least once, and once as long as nobody
// dies between sending a letter and noting it. Any number of replicas may work at once.
type Outbox struct {
	Store    Store
	Sources  []Source
	Newer    *Newer
	Carriers map[Medium]Carrier
	People   func(ctx context.Context, ids []schedule.ID) ([]schedule.Profile, error)
	// Asleep says whether somebody sleeps at a moment, by their own clock and hours.
	Asleep  func(p *schedule.Profile, at time.Time) bool
	Now     func() time.Time
	BaseURL string
	Log     *slog.Logger
	Down    *Down // what is remembered of media that are down; nil: nothing
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

// A Newer is the sources of kinds that the program has learnt later. They are told of what
// has happened since they were asked first.
type Newer struct {
	Sources map[Kind]Source

	mu    sync.Mutex
	began map[Kind]time.Time // as it is stored
}

// since returns when kinds were asked first. That is asked once, unless the clock has been
// set back since.
func (n *Newer) since(ctx context.Context, store Store, now time.Time) (began map[Kind]time.Time, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	ahead := func(at time.Time) bool { return at.After(now) }
	if n.began == nil || slices.ContainsFunc(slices.Collect(maps.Values(n.began)), ahead) {
		n.began, err = store.Began(ctx, slices.Sorted(maps.Keys(n.Sources)), now)
	}
	return n.began, err
}

// Work tells what is to be told now.
func (o *Outbox) Work(ctx context.Context) error {
	now, media := o.Now(), o.Media()
	began, err := o.Newer.since(ctx, o.Store, now)
	if err != nil || len(media) == 0 { // what happens until there is one is told then, while it is news
		return err
	}
	topics, failed := o.topics(ctx, now.Add(-Window), began)
	keys := make([]string, len(topics))
	for i := range topics {
		keys[i] = topics[i].Key
	}
	told, err := o.Store.Told(ctx, keys)
	if err != nil {
		return errors.Join(append(failed, err)...)
	}
	w := &work{Outbox: o, now: now, media: media, lines: map[Medium]Line{}, stuck: map[Medium]bool{}}
	defer w.close()
	for i := range topics {
		if t := &topics[i]; !told[t.Key] {
			if err := w.tell(ctx, t); err != nil {
				failed = append(failed, fmt.Errorf("%s: %w", t.Key, err))
			}
		}
		if len(w.stuck) == len(w.media) || ctx.Err() != nil { // so would be the rest
			break
		}
	}
	return errors.Join(failed...)
}

// topics asks the sources. One that fails keeps none of the others.
func (o *Outbox) topics(ctx context.Context, since time.Time, began map[Kind]time.Time) (topics []Topic, failed []error) {
	ask := func(source Source, since time.Time) {
		some, err := source(ctx, since)
		failed = append(failed, err)
		topics = append(topics, some...)
	}
	for _, source := range o.Sources {
		ask(source, since)
	}
	for _, kind := range Kinds() {
		if source := o.Newer.Sources[kind]; source != nil {
			from := since
			if began[kind].After(since) {
				from = began[kind]
			}
			ask(source, from)
		}
	}
	return topics, failed
}

// Forget removes what nobody needs to know any more.
func (o *Outbox) Forget(ctx context.Context) error {
	return o.Store.Forget(ctx, o.Now().Add(-memory))
}

// A work is one look at what is to be told.
type work struct {
	*Outbox
	now   time.Time
	media []Medium
	lines map[Medium]Line // opened with the first letter
	stuck map[Medium]bool // nothing can be sent so now
}

func (w *work) close() {
	for _, line := range w.lines {
		_ = line.Close() // what was sent was taken over
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
	chosen, err := w.Store.Chosen(ctx, t.Kind, ids)
	if err != nil {
		return err
	}
	letters, err := w.Store.Letters(ctx, t.Key)
	if err != nil {
		return err
	}
	waiting := false
	var failed []error // of one medium, which keeps nobody from hearing by another
	for i := range people {
		p := &people[i]
		if p.Email == "" || !p.DeactivatedAt.IsZero() {
			continue
		}
		for _, m := range w.media {
			known := letters[Recipient{p.ID, m}]
			switch {
			case known.Final() || !chosen[p.ID].wants(m, w.media):
				continue
			case w.stuck[m] || !t.Urgent && w.Asleep(p, w.now) || known.NextAt.After(w.now):
				waiting = true
				continue
			}
			final, err := w.send(ctx, t, p, m)
			if err != nil { // so would be the next
				w.stuck[m] = true
				failed = append(failed, fmt.Errorf("by %s: %w", m, err))
			}
			waiting = waiting || !final
		}
	}
	if err := errors.Join(failed...); err != nil || waiting {
		return err
	}
	return w.Store.CloseTopic(ctx, t.Key, w.now)
}

// send tries to send a letter, and says whether nothing more becomes of it. A line is
// opened first: nobody is counted as tried whom nobody could have told.
func (w *work) send(ctx context.Context, t *Topic, p *schedule.Profile, m Medium) (final bool, err error) {
	var busy *BusyError
	if w.lines[m] == nil {
		line, err := w.Carriers[m].Open(ctx)
		w.Down.note(m, err, w.Now())
		if err != nil {
			if errors.As(err, &busy) { // it goes on by itself
				w.stuck[m], err = true, nil
			}
			return false, err
		}
		w.lines[m] = line
	}
	now := w.Now() // many letters take longer than a claim lasts
	s := Sent{Key: t.Key, Person: p.ID, Medium: m, Kind: t.Kind, MadeAt: now}
	mine, err := w.Store.Claim(ctx, &s, now, now.Add(claim))
	if err != nil || !mine {
		return false, err
	}
	letter, err := t.Write(ctx, p)
	if err == nil && letter.Subject != "" {
		err = w.lines[m].Send(ctx, w.mail(t, p, &letter, &s))
	}
	// What was sent is noted also when the program is told to stop in this moment.
	ctx = context.WithoutCancel(ctx)
	if errors.As(err, &busy) {
		w.stuck[m] = true
		s.NextAt = now.Add(busy.Wait)
		return false, w.Store.Release(ctx, &s)
	}
	w.note(&s, &letter, err, now)
	return s.Final(), w.Store.Save(ctx, &s)
}

// note says how a try ended.
func (w *work) note(s *Sent, letter *Letter, err error, now time.Time) {
	var refused *RefusedError
	switch {
	case err == nil && letter.Subject == "":
		s.GivenUp = now
		s.Problem = Overtaken
	case err == nil:
		s.SentAt, s.Problem = now, ""
	default:
		s.Problem, s.NextAt = oneLine(err.Error()), now.Add(pause(s.Tries))
		if errors.As(err, &refused) || s.Tries >= mostTries {
			s.GivenUp = now
		} else {
			w.stuck[s.Medium] = true // the next would meet the same
		}
		w.Log.Warn("news not delivered", "medium", s.Medium, "kind", s.Kind, "person_id", s.Person, "tries", s.Tries, "given_up", !s.GivenUp.IsZero(), "problem", s.Problem)
	}
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
func (w *work) mail(t *Topic, p *schedule.Profile, l *Letter, s *Sent) *Mail {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", t.Key, p.ID))
	m := &Mail{
		ID: hex.EncodeToString(sum[:16]), Name: p.Name, Address: p.Email, Subject: l.Subject, Text: strings.TrimSpace(l.Text),
		Foot: cmp.Or(l.Foot, foot), Choose: w.BaseURL + "/account#news", At: w.now, Language: l.Language,
	}
	if s.Tries > 1 {
		m.Tried = s.MadeAt
	}
	if l.Path != "" {
		m.Link = w.BaseURL + l.Path
	}
	return m
}
