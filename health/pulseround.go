package health

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"watchbill/schedule"
)

// A PulseRound is what is told of all teams together: of the first wave of each that
// closed in a block of four weeks. It is made once, when the block is over, of nothing but
// what was published of teams, and of one group more: everybody of whose team nothing was,
// if they are enough. See docs/adr/0026.
type PulseRound struct {
	Number int // of the block, counted from 2001
	PulseRoundDoc
}

// PulseRoundDoc is what is kept of a round.
type PulseRoundDoc struct {
	Published bool `json:"published"`
	// Reason says why nothing is told: few_teams.
	Reason string `json:"reason,omitempty"`
	// Teams is how many teams are told of by themselves.
	Teams int `json:"teams"`
	PulseSum
	// Rest is everybody of whose team nothing is told, together; they are in the sum
	// where they are told of.
	Rest PulseRest `json:"rest"`
	// Said says why there are no comments of teams that see none; empty when there are.
	Said string `json:"comments_reason,omitempty"`
}

// A PulseSum is the figures of several teams together.
type PulseSum struct {
	N       *int              `json:"n"`
	Invited *int              `json:"invited"`
	Rate    *float64          `json:"response_rate"`
	Index   *float64          `json:"index"`
	Bucket  *Bucket           `json:"bucket,omitempty"`
	Items   []PulseItemResult `json:"items"`
}

// A PulseRest is the figures of those teams of which nothing else is told.
type PulseRest struct {
	Published bool   `json:"published"`
	Reason    string `json:"reason,omitempty"` // none, below_k, lost, overlapping, few_teams
	Teams     int    `json:"teams"`            // that were asked, and are told nothing
	PulseSum
}

// Why a round, or the rest of it, has no figures.
const (
	PulseFewTeams = "few_teams" // of fewer than three teams, or groups of them, anything is told
	PulseNoRest   = "none"      // every team is told of by itself
)

// restStep is what figures of the rest are rounded to, however many they are, and the lowest
// and the highest stand for all beyond: who is in it changes with each team that grows or
// shrinks.
const restStep = 10

// roundOf returns the round of a wave that closes at a time, on UTC's calendar.
func roundOf(closes time.Time) int {
	return schedule.DateOf(closes.UTC()).DaysSince(firstBlock) / (7 * blockWeeks)
}

// From returns the Monday with which the round begins.
func (r *PulseRound) From() schedule.Date { return firstBlock.AddDays(7 * blockWeeks * r.Number) }

// Until returns the Monday after its end.
func (r *PulseRound) Until() schedule.Date { return r.From().AddDays(7 * blockWeeks) }

// RoundFrom returns the round that begins on a day; 0 when none does.
func RoundFrom(day schedule.Date) int {
	if days := day.DaysSince(firstBlock); days > 0 && days%(7*blockWeeks) == 0 {
		return days / (7 * blockWeeks)
	}
	return 0
}

// waitForWaves is how long after its end a round waits for waves that cannot be closed.
const waitForWaves = 7 * 24 * time.Hour

// RollUpDue publishes the rounds that are over. Any number of replicas may do so at once.
func (p *Pulse) RollUpDue(ctx context.Context) error {
	rounds, err := p.Store.PoolsBefore(ctx, roundOf(p.Now()))
	if err != nil {
		return err
	}
	var failed []error
	for _, round := range rounds {
		if err := p.rollUp(ctx, round); err != nil {
			failed = append(failed, fmt.Errorf("round %d of the pulse: %w", round, err))
		}
	}
	return errors.Join(failed...)
}

func (p *Pulse) rollUp(ctx context.Context, number int) error {
	round := &PulseRound{Number: number}
	name, key, err := p.poolKey(ctx, number)
	if err != nil {
		return err
	}
	done := errors.New("there is nothing to do")
	err = p.Store.InDurableTx(ctx, func(tx Store) error {
		pool, err := tx.Pool(ctx, number) // others wait
		if errors.Is(err, schedule.ErrNotFound) {
			return done
		} else if err != nil {
			return err
		}
		parts, open, err := partsOf(ctx, tx, number)
		if err != nil {
			return err
		}
		if late := p.Now().Sub(round.Until().At(schedule.Midnight, time.UTC)); open && late < waitForWaves {
			return done
		}
		in, _ := openPool(&pool, key) // nil when it is lost
		var comments []string
		if round.PulseRoundDoc, comments, err = rollUp(ctx, tx, parts, in); err != nil {
			return err
		}
		if err := tx.AddRound(ctx, round, comments); err != nil {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: p.Now(), Action: "pulse.round", Detail: round.From().String()})
	})
	if errors.Is(err, done) {
		return nil
	} else if err != nil {
		return err
	}
	return p.Keys.ForgetKey(context.WithoutCancel(ctx), name)
}

// A PulseRoundOutcome is a round with all that is told of it.
type PulseRoundOutcome struct {
	PulseRound
	Before, After *PulseRound // those published before and after it; nil where there is none
	Questions     []PulseQuestion
	Comments      []string // empty for whoever may not see them
}

// RoundResult returns a published round; of number 0 the newest. Comments are left out
// unless they are asked for.
func (p *Pulse) RoundResult(ctx context.Context, number int, comments bool) (PulseRoundOutcome, error) {
	var out PulseRoundOutcome
	all, err := p.Store.Rounds(ctx)
	if err != nil {
		return out, err
	}
	at := slices.IndexFunc(all, func(r PulseRound) bool { return number == 0 || r.Number == number })
	if at < 0 {
		return out, fmt.Errorf("round %d of the pulse: %w", number, schedule.ErrNotFound)
	}
	if out.PulseRound = all[at]; at > 0 {
		out.After = &all[at-1]
	}
	if at+1 < len(all) {
		out.Before = &all[at+1]
	}
	if p.forgotten(out.Until().At(schedule.Midnight, time.UTC)) {
		out.Said, comments = PulseForgotten, false
	}
	if out.Questions, err = pulseQuestions(PulseShort); err != nil || !comments {
		return out, err
	}
	out.Comments, err = p.Store.RoundComments(ctx, out.Number)
	return out, err
}

// Item returns what is told of a question, nil where nothing is.
func (s *PulseSum) Item(id string) *PulseItemResult {
	for i := range s.Items {
		if s.Items[i].ID == id {
			return &s.Items[i]
		}
	}
	return nil
}

// A roundPart is a wave of a round with what was published of it.
type roundPart struct {
	PulseWave
	doc PulseDoc
}

// partsOf returns the first closed wave of each team in a round, and whether any is open.
func partsOf(ctx context.Context, tx Store, round int) (parts []roundPart, open bool, err error) {
	waves, err := tx.RoundWaves(ctx, round)
	if err != nil {
		return nil, false, err
	}
	seen := map[schedule.ID]bool{}
	for i := range waves {
		w := &waves[i]
		if w.State == PulseOpen {
			open = true
			continue
		}
		if seen[w.Team] {
			continue
		}
		seen[w.Team] = true
		doc, err := tx.WaveResult(ctx, w.ID)
		if err != nil {
			return nil, false, err
		}
		if doc.Reason != PulseLost && doc.Reason != PulseOverlapping {
			parts = append(parts, roundPart{*w, doc})
		}
	}
	return parts, open, nil
}

// rollUp makes of what was published of teams, and of what was carried of the others,
// what is told of all.
func rollUp(ctx context.Context, tx Store, parts []roundPart, in *pooled) (PulseRoundDoc, []string, error) {
	var doc PulseRoundDoc
	var groups []PulseSum
	var untold, silent []roundPart
	for i := range parts {
		d := &parts[i].doc
		if d.Said != "" {
			silent = append(silent, parts[i])
		}
		if !d.Published {
			untold = append(untold, parts[i])
			continue
		}
		doc.Teams++
		groups = append(groups, PulseSum{N: d.N, Invited: &parts[i].Invited, Index: d.Index, Bucket: d.Bucket, Items: d.Items})
	}
	twice, err := countedTwice(ctx, tx, untold)
	if err != nil {
		return doc, nil, err
	}
	doc.Rest = restOf(untold, in, twice)
	if doc.Rest.Published {
		if err := besideTeams(ctx, tx, &doc.Rest, parts, untold); err != nil {
			return doc, nil, err
		}
	}
	if doc.Rest.Published {
		groups = append(groups, doc.Rest.PulseSum)
	}
	if len(groups) < fewest {
		doc.Reason, doc.Rest = PulseFewTeams, PulseRest{Reason: PulseFewTeams, Teams: len(untold)}
	} else {
		doc.Published, doc.PulseSum = true, sumOf(groups)
	}
	if twice, err = countedTwice(ctx, tx, silent); err != nil {
		return doc, nil, err
	}
	comments, reason := commentsOf(silent, in, twice)
	doc.Said = reason
	return doc, comments, nil
}

// sumOf puts groups together by how many have answered. It knows of them what was
// published, so that it cannot tell more.
func sumOf(groups []PulseSum) PulseSum {
	n, invited := 0, 0
	var index pulseMean
	items := make([]pulseMean, poolItems)
	for i := range groups {
		g := &groups[i]
		n += *g.N
		invited += *g.Invited
		index.add(g.Index, nil, *g.N)
		for q := range items {
			if q < len(g.Items) {
				items[q].add(g.Items[q].Value, g.Items[q].Bucket, *g.N)
			}
		}
	}
	rate := math.Min(1, float64(n)/float64(invited))
	out := PulseSum{N: &n, Invited: &invited, Rate: &rate, Index: index.value()}
	for q, item := range PulseItems() {
		out.Items = append(out.Items, PulseItemResult{ID: item.ID, Value: items[q].value()})
	}
	return out
}

// pulseMean is a mean of what was published of groups.
type pulseMean struct {
	groups, n int
	sum       float64
}

func (m *pulseMean) add(value *float64, bucket *Bucket, n int) {
	var x float64
	switch {
	case value != nil:
		x = *value
	case bucket != nil:
		x = (bucket.From + bucket.To) / 2
	default:
		return
	}
	m.groups++
	m.n += n
	m.sum += x * float64(n)
}

// value is nil where fewer than three groups have one: whoever is in one of two knows the
// other.
func (m *pulseMean) value() *float64 {
	if m.groups < fewest {
		return nil
	}
	x := roundTo(m.sum/float64(m.n), 1)
	return &x
}
