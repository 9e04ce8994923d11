package health

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"watchbill/schedule"
)

// A Pulse asks teams how on-call is for them, so that nobody learns who said what: see
// docs/adr/0025. Whoever calls it has made sure that the person named by may do so.
type Pulse struct {
	Store Store
	Keys  PulseKeys
	Now   func() time.Time
	// Asked are the people of a team who are on call on a day, each once.
	Asked func(ctx context.Context, team schedule.ID, day schedule.Date) ([]schedule.ID, error)
	// Names are those of a team's members.
	Names func(ctx context.Context, team schedule.ID) ([]string, error)

	strays strays
}

// A PulseOrder says which wave is to open.
type PulseOrder struct {
	Kind   string
	Closes time.Time
}

// Bounds of a wave.
const (
	shortestWave = time.Hour
	longestWave  = 28 * 24 * time.Hour
	// mostInvited bounds a wave: its box is written whole with each answer.
	mostInvited = 1000
)

// Open opens a wave of a team now: whoever is on call today is asked. It is ErrConflict
// while another is open.
func (p *Pulse) Open(ctx context.Context, by schedule.ID, team *schedule.TeamRecord, o PulseOrder) (PulseWave, error) {
	now := p.Now()
	zone, err := schedule.Zone(team.Zone)
	if err != nil {
		return PulseWave{}, err
	}
	policy, err := p.Policy(ctx, team)
	if err != nil {
		return PulseWave{}, err
	}
	w := PulseWave{Team: team.ID, Kind: o.Kind, Zone: team.Zone, Opens: now, Closes: o.Closes, Least: policy.Least, LeastSaid: policy.LeastSaid, State: PulseOpen}
	if w.Questions, err = policy.questions(o.Kind); err != nil {
		return w, err
	}
	if length := o.Closes.Sub(now); length < shortestWave || length > longestWave {
		return w, &schedule.InvalidError{Field: "closes", Reason: "it is open for an hour at the least and four weeks at the most"}
	}
	people, err := p.Asked(ctx, team.ID, schedule.DateOf(now.In(zone)))
	if err != nil {
		return w, err
	}
	switch {
	case len(people) == 0:
		return w, &schedule.InvalidError{Field: "team", Reason: "nobody of the team is on call, so there is nobody to ask"}
	case len(people) > mostInvited:
		return w, &schedule.InvalidError{Field: "team", Reason: fmt.Sprintf("%d people can be asked at once", mostInvited)}
	}
	slices.Sort(people)
	w.Invited, w.Round = len(people), roundOf(o.Closes)
	if err := p.ensurePool(ctx, w.Round); err != nil {
		return w, err
	}
	return w, p.open(ctx, by, &w, people)
}

func (p *Pulse) open(ctx context.Context, by schedule.ID, w *PulseWave, people []schedule.ID) error {
	box := &PulseBox{Key: newKeyName()}
	key, err := p.Keys.MakeKey(ctx, box.Key)
	if err != nil {
		return fmt.Errorf("key of a wave: %w", err)
	}
	var tokens [][]byte
	var links []string
	for range people {
		token := make([]byte, tokenBytes)
		_, _ = rand.Read(token) // never fails
		tokens, links = append(tokens, token), append(links, linkHash(token))
	}
	slices.Sort(links)
	empty := pulseAnswers{room: w.Invited, items: len(w.Questions)}
	box.Links, err = seal(key, sealedLinks, linksOf(people, tokens))
	if err == nil {
		box.Answers, err = seal(key, sealedAnswers, empty.bytes())
	}
	if err != nil {
		return errors.Join(err, p.Keys.ForgetKey(ctx, box.Key))
	}
	err = p.Store.InTx(ctx, func(tx Store) error {
		if err := tx.AddWave(ctx, w, people, links, box); err != nil {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: p.Now(), By: by, Action: "pulse.open", Team: w.Team, Detail: fmt.Sprint(w.Number)})
	})
	if err != nil {
		return errors.Join(err, p.Keys.ForgetKey(ctx, box.Key))
	}
	return nil
}

func newKeyName() string {
	name := make([]byte, 16)
	_, _ = rand.Read(name) // never fails
	return hex.EncodeToString(name)
}

// hashOf is what is kept of a token.
func hashOf(token []byte) []byte {
	sum := sha256.Sum256(token)
	return sum[:]
}

func linkHash(token []byte) string { return hex.EncodeToString(hashOf(token)) }

// tokenOf reads the token in an address. What is none leads nowhere.
func tokenOf(text string) ([]byte, error) {
	token, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(token) != tokenBytes {
		return nil, fmt.Errorf("link of a survey: %w", schedule.ErrNotFound)
	}
	return token, nil
}

// A PulseLink is what a link leads to.
type PulseLink struct {
	PulseWave
	Used bool // it was answered by; known while the wave is open
}

// ByLink returns what a link leads to.
func (p *Pulse) ByLink(ctx context.Context, text string) (PulseLink, error) {
	token, err := tokenOf(text)
	if err != nil {
		return PulseLink{}, err
	}
	w, err := p.Store.WaveByLink(ctx, linkHash(token))
	l := PulseLink{PulseWave: w}
	if err != nil || w.Over(p.Now()) {
		return l, err
	}
	box, key, err := p.look(ctx, w.ID)
	if errors.Is(err, schedule.ErrNotFound) { // it closes in this moment
		l.State = PulseClosed
		return l, nil
	} else if err != nil {
		return l, err
	}
	answers, err := answersIn(&w, &box, key)
	if err != nil {
		return l, err
	}
	l.Used = answers.has(hashOf(token))
	return l, nil
}

// look returns what is sealed of an open wave, and its key.
func (p *Pulse) look(ctx context.Context, wave schedule.ID) (PulseBox, []byte, error) {
	box, err := p.Store.Box(ctx, wave)
	if err != nil {
		return box, nil, err
	}
	key, err := p.Keys.Key(ctx, box.Key)
	if errors.Is(err, schedule.ErrNotFound) {
		err = fmt.Errorf("wave %d takes no answers: %w", wave, errNoKey)
	}
	return box, key, err
}

// errNoKey says that a key is gone, as it is when the database was brought from elsewhere.
var errNoKey = errors.New("its key is gone")

func answersIn(w *PulseWave, box *PulseBox, key []byte) (*pulseAnswers, error) {
	plain, err := unseal(key, sealedAnswers, box.Answers)
	if err != nil {
		return nil, fmt.Errorf("box of wave %d: %w", w.ID, err)
	}
	return readAnswers(w, plain)
}

// Answer takes a reply that came by a link. When it returns nil the reply is kept. It is
// ErrConflict when the link was used, or the wave is over.
func (p *Pulse) Answer(ctx context.Context, text string, r *PulseReply) error {
	token, err := tokenOf(text)
	if err != nil {
		return err
	}
	w, err := p.Store.WaveByLink(ctx, linkHash(token))
	if err != nil {
		return err
	}
	over := fmt.Errorf("this survey is closed, and takes no more answers: %w", schedule.ErrConflict)
	if w.Over(p.Now()) {
		return over
	}
	r.Comment = strings.TrimSpace(strings.ReplaceAll(r.Comment, "\r\n", "\n"))
	if err := w.check(r); err != nil {
		return err
	}
	_, key, err := p.look(ctx, w.ID)
	if errors.Is(err, schedule.ErrNotFound) {
		return over
	} else if err != nil {
		return err
	}
	return p.Store.InDurableTx(ctx, func(tx Store) error {
		box, err := tx.Box(ctx, w.ID)
		if errors.Is(err, schedule.ErrNotFound) {
			return over
		} else if err != nil {
			return err
		}
		answers, err := answersIn(&w, &box, key)
		if err != nil {
			return err
		}
		if err := answers.add(hashOf(token), r); err != nil {
			return err
		}
		sealed, err := seal(key, sealedAnswers, answers.bytes())
		if err != nil {
			return err
		}
		return tx.SaveAnswers(ctx, w.ID, sealed)
	})
}

// An Invited is a wave that somebody is asked in, with their own link.
type Invited struct {
	PulseWave
	Token string
}

// Path is where the link leads, in a language that its owner has chosen; empty is as their
// browser asks. The page behind it knows of no owner who could have chosen.
func (i *Invited) Path(language string) string {
	if language == "" {
		return "/pulse/" + i.Token
	}
	return "/pulse/" + i.Token + "?lang=" + url.QueryEscape(language)
}

// Invitations returns the open waves to which somebody is invited. Looking at them
// leaves no trace, and says nothing of whether they have answered.
func (p *Pulse) Invitations(ctx context.Context, person schedule.ID) ([]Invited, error) {
	waves, err := p.Store.OpenWaves(ctx, person)
	if err != nil {
		return nil, err
	}
	var out []Invited
	for i := range waves {
		w := &waves[i]
		if w.Over(p.Now()) {
			continue
		}
		box, key, err := p.look(ctx, w.ID)
		if errors.Is(err, schedule.ErrNotFound) || errors.Is(err, errNoKey) {
			continue // nobody can answer
		} else if err != nil {
			return nil, err
		}
		plain, err := unseal(key, sealedLinks, box.Links)
		if err != nil {
			return nil, err
		}
		if token, ok := linkOf(plain, person); ok {
			out = append(out, Invited{*w, base64.RawURLEncoding.EncodeToString(token)})
		}
	}
	return out, nil
}

// CloseDue closes the waves whose time is over. Any number of replicas may do so at once.
func (p *Pulse) CloseDue(ctx context.Context) error {
	waves, err := p.Store.OpenWaves(ctx, 0)
	if err != nil {
		return err
	}
	var failed []error
	for i := range waves {
		if w := &waves[i]; w.Over(p.Now()) {
			if err := p.close(ctx, w); err != nil {
				failed = append(failed, fmt.Errorf("wave %d: %w", w.ID, err))
			}
		}
	}
	return errors.Join(failed...)
}

// CommentsKept is how long comments are shown: a policy of specs/health.md 10. What was
// counted stays, because it decides what may be told of later waves.
const CommentsKept = 12 // months

// ForgetComments removes comments that are older than they are kept.
func (p *Pulse) ForgetComments(ctx context.Context) error {
	before := p.forgottenBefore()
	return p.Store.ForgetComments(ctx, before, roundOf(before))
}

func (p *Pulse) forgottenBefore() time.Time { return p.Now().AddDate(0, -CommentsKept, 0) }

// forgotten says whether comments of what ended at a moment were kept long enough, also
// where they are not removed yet.
func (p *Pulse) forgotten(ended time.Time) bool { return ended.Before(p.forgottenBefore()) }

// close publishes what was answered in a wave and then forgets it.
func (p *Pulse) close(ctx context.Context, w *PulseWave) error {
	box, err := p.Store.Box(ctx, w.ID)
	if errors.Is(err, schedule.ErrNotFound) {
		return nil // somebody else has closed it
	} else if err != nil {
		return err
	}
	key, keyErr := p.Keys.Key(ctx, box.Key)
	if keyErr != nil && !errors.Is(keyErr, schedule.ErrNotFound) {
		return keyErr
	}
	_, poolKey, err := p.poolKey(ctx, w.Round)
	if err != nil {
		return err
	}
	// The key may only go when the result is sure to stay.
	err = p.Store.InDurableTx(ctx, func(tx Store) error {
		box, err := tx.Box(ctx, w.ID)
		if err != nil {
			return err
		}
		result, comments := PulseDoc{PulseResult: PulseResult{Reason: PulseLost}}, []string(nil)
		if keyErr == nil {
			answers, err := answersIn(w, &box, key)
			if err != nil {
				return err
			}
			all, err := answers.all()
			if err != nil {
				return err
			}
			ledger, err := ledgerOf(ctx, tx, w)
			if err != nil {
				return err
			}
			result, comments = publish(w, all, ledger)
			if err := passUp(ctx, tx, w, all, &result, poolKey); err != nil {
				return err
			}
		}
		if err := tx.CloseWave(ctx, w.ID, &result, comments); err != nil {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: p.Now(), Action: "pulse.close", Team: w.Team, Detail: fmt.Sprint(w.Number)})
	})
	if errors.Is(err, schedule.ErrNotFound) {
		return nil // somebody else has closed it
	}
	if err != nil {
		return err
	}
	return p.Keys.ForgetKey(context.WithoutCancel(ctx), box.Key)
}

// A PulseOutcome is a wave with all that is told of it.
type PulseOutcome struct {
	PulseWave
	Doc      PulseDoc  // of a closed wave
	Before   *PulseDoc // of the wave before it; nil where there is none
	Comments []string
}

// Result returns a wave of a team with what was published of it; of an open one nothing is.
func (p *Pulse) Result(ctx context.Context, team schedule.ID, number int) (PulseOutcome, error) {
	w, err := p.Store.Wave(ctx, team, number)
	out := PulseOutcome{PulseWave: w}
	if err != nil || w.State != PulseClosed {
		return out, err
	}
	if out.Doc, err = p.Store.WaveResult(ctx, w.ID); err != nil {
		return out, err
	}
	if p.forgotten(w.Closes) {
		out.Doc.Said = PulseForgotten
	} else if out.Comments, err = p.Store.WaveComments(ctx, w.ID); err != nil {
		return out, err
	}
	before, err := p.Store.Wave(ctx, team, number-1)
	if errors.Is(err, schedule.ErrNotFound) {
		return out, nil
	} else if err != nil {
		return out, err
	}
	doc, err := p.Store.WaveResult(ctx, before.ID)
	out.Before = &doc
	return out, err
}
