package health

import (
	"context"
	"fmt"
	"time"

	"watchbill/schedule"
)

// A PulseWave is one round of the survey in a team. Everything but its state is fixed when
// it opens: who is asked, what, until when, and from how many answers on anything is told.
type PulseWave struct {
	ID     schedule.ID
	Team   schedule.ID
	Number int // counts from 1
	Kind   string
	Zone   string // the team's when it opened
	Opens  time.Time
	Closes time.Time
	// Least is how many must have answered before anything is told, and LeastSaid
	// before the team sees comments.
	Least, LeastSaid int
	Invited          int
	Questions        []PulseQuestion
	State            string
	// Round is that of all teams to which the wave goes up; 0 for none, of waves whose
	// people were not told so before.
	Round int
}

// Kinds of waves, and their states.
const (
	PulseShort     = "pulse"     // the eight items
	PulseQuarterly = "quarterly" // and those that change slowly

	PulseOpen   = "open"
	PulseClosed = "closed"
)

// Thresholds of specs/health.md 10: they may be raised, and never lowered.
const (
	PulseLeast     = 5
	PulseLeastSaid = 10
)

// Small says whether fewer were asked than must answer for a result of the team: they
// are told so before they are asked.
func (w *PulseWave) Small() bool { return w.Invited < w.Least }

// Over says whether no answer is taken any more.
func (w *PulseWave) Over(now time.Time) bool { return w.State != PulseOpen || !now.Before(w.Closes) }

// A PulseQuestion is what is asked, as it was asked. Own ones are in the words of the team.
type PulseQuestion struct {
	PulseItem
	Kind string            `json:"kind"`
	Text map[string]string `json:"text"` // by language; own ones have one without a language
}

// How questions are answered.
const (
	AskAgree     = "agree"     // five steps from strongly disagree to strongly agree
	AskTens      = "tens"      // 0 to 100 percent in steps of ten
	AskRecommend = "recommend" // 0 to 10
)

// In returns the question's words in a language.
func (q *PulseQuestion) In(language string) string {
	if text, ok := q.Text[language]; ok {
		return text
	}
	if text, ok := q.Text[""]; ok {
		return text
	}
	return q.Text[DefaultLanguage]
}

// Choices is how many answers there are to choose from: 1 to that is an answer, 0 is that
// the question does not apply.
func (q *PulseQuestion) Choices() int {
	if q.Kind == AskAgree {
		return bestAnswer
	}
	return 11
}

// A PulseReply is what one person says in a wave: an answer to each question in their
// order, and a comment that may be shown to the team however few have answered.
type PulseReply struct {
	Answers PulseAnswers
	Comment string
	Share   bool
}

// MaxPulseComment bounds a comment, in letters.
const MaxPulseComment = 500

// Core is how many of the questions are scored: they come first.
func (w *PulseWave) Core() int { return min(len(PulseItems()), len(w.Questions)) }

// check says what is wrong with a reply. Whoever answers fewer than half of what is
// scored would not count, and is told so while they can still change it.
func (w *PulseWave) check(r *PulseReply) error {
	if len(r.Answers) != len(w.Questions) {
		return &schedule.InvalidError{Field: "answers", Reason: fmt.Sprintf("there are %d questions", len(w.Questions))}
	}
	scored := 0
	for i, a := range r.Answers {
		q := &w.Questions[i]
		if a < 0 || a > q.Choices() {
			return &schedule.InvalidError{Field: q.ID, Reason: fmt.Sprintf("choose an answer from 1 to %d, or that it does not apply", q.Choices())}
		}
		if i < w.Core() && a > 0 {
			scored++
		}
	}
	if need := (w.Core() + 1) / 2; scored < need {
		return &schedule.InvalidError{Field: "answers", Reason: fmt.Sprintf("answers count from %d of the first %d questions on; answer some more", need, w.Core())}
	}
	return schedule.CheckText("comment", r.Comment, MaxPulseComment)
}

// PulseDoc is what is kept of a closed wave, made once and never again: every page, table
// and program is shown this, and single answers are kept nowhere.
type PulseDoc struct {
	PulseResult
	// Extra are the results of questions that are not scored, in their order.
	Extra []PulseExtra `json:"extra,omitempty"`
	// Spread is how often questions were agreed with, where ten or more have answered.
	Spread []PulseSpread `json:"spread,omitempty"`
	// Said says why the team sees no comments; empty when it sees those there are.
	Said string `json:"comments_reason,omitempty"`
	// Coarse says that figures are rounded to more than how many answered asks for, because
	// of one to four people who make the difference to others that were published.
	Coarse bool `json:"coarse,omitempty"`
	// Step is what figures are rounded to; 0 in results of before it was noted.
	Step float64 `json:"rounded_to,omitempty"`
	// Straight says that of ten or more most answered the same to every question.
	Straight bool `json:"straight,omitempty"`
}

// A PulseExtra is what is told of a question that is not scored.
type PulseExtra struct {
	PulseItemResult
	Reason string `json:"reason,omitempty"`
}

// Why a wave has no result, besides what [PulseResult] says.
const (
	PulseSmallTeam = "small_team" // fewer were asked than must answer
	PulseBelowTen  = "below_10"   // of a figure that takes ten answers
	// PulseOverlapping is of a team that is another but for one to four people, and that was
	// told first in the same four weeks.
	PulseOverlapping = "overlapping"
	PulseForgotten   = "forgotten" // comments that were kept long enough
	PulseLost        = "lost"      // its key is gone, and with it what was answered
)

// A PulseStore keeps waves. Methods that find nothing return schedule.ErrNotFound.
type PulseStore interface {
	// AddWave opens a wave, sets its ID and number, and writes who is invited, to where
	// links lead, and the box. It is ErrConflict while another wave of the team is open.
	AddWave(ctx context.Context, w *PulseWave, people []schedule.ID, links []string, box *PulseBox) error
	Waves(ctx context.Context, team schedule.ID) ([]PulseWave, error) // the newest first
	Wave(ctx context.Context, team schedule.ID, number int) (PulseWave, error)
	WaveByLink(ctx context.Context, hash string) (PulseWave, error)
	// OpenWaves returns waves that are open; of everybody, or those somebody is invited to.
	OpenWaves(ctx context.Context, person schedule.ID) ([]PulseWave, error)
	// WavesSince returns the waves of all teams that close, or have closed, at an instant
	// or later, by id.
	WavesSince(ctx context.Context, since time.Time) ([]PulseWave, error)
	// Box returns what is sealed of a wave. In a transaction others wait for its end.
	Box(ctx context.Context, wave schedule.ID) (PulseBox, error)
	SaveAnswers(ctx context.Context, wave schedule.ID, sealed []byte) error
	// CloseWave ends a wave: the box goes, the result and the comments stay.
	CloseWave(ctx context.Context, wave schedule.ID, result *PulseDoc, comments []string) error
	WaveResult(ctx context.Context, wave schedule.ID) (PulseDoc, error)
	// TeamResults returns what was published of a team's waves, by wave.
	TeamResults(ctx context.Context, team schedule.ID) (map[schedule.ID]PulseDoc, error)
	InvitedTo(ctx context.Context, wave schedule.ID) ([]schedule.ID, error) // by id
	// Overlaps returns the closed waves in which people of a wave were asked, with what was
	// published of them.
	Overlaps(ctx context.Context, wave schedule.ID) ([]PulseOverlap, error)
	// RoundWaves returns the waves that go up to a round, by team, and of each the oldest first.
	RoundWaves(ctx context.Context, round int) ([]PulseWave, error)
	// AddPool is false when the round has a pool.
	AddPool(ctx context.Context, p *PulsePool) (bool, error)
	// Pool returns what is carried to a round. In a transaction others wait for its end.
	Pool(ctx context.Context, round int) (PulsePool, error)
	SavePool(ctx context.Context, p *PulsePool) error
	PoolsBefore(ctx context.Context, round int) ([]int, error)
	// AddRound publishes a round: its pool goes, the figures and the comments stay.
	AddRound(ctx context.Context, r *PulseRound, comments []string) error
	Rounds(ctx context.Context) ([]PulseRound, error)                // the newest first
	RoundComments(ctx context.Context, number int) ([]string, error) // in an order of their own
	// NamedKeys returns the names of the keys of everything that is sealed, in order.
	NamedKeys(ctx context.Context) ([]string, error)
	// InDurableTx is InTx that returns when what was written is there after a power cut.
	InDurableTx(ctx context.Context, f func(Store) error) error
	WaveComments(ctx context.Context, wave schedule.ID) ([]string, error) // in an order of their own
	// ForgetComments removes those of waves that closed before a moment, and of rounds before
	// a number.
	ForgetComments(ctx context.Context, before time.Time, round int) error

	PulsePolicy(ctx context.Context, team schedule.ID) (PulsePolicy, error)
	PulsePolicies(ctx context.Context) ([]PulsePolicy, error) // of all teams that have one
	// SetPulsePolicy replaces the policy of the version given by the next one. It is
	// ErrConflict when that is not the newest.
	SetPulsePolicy(ctx context.Context, p *PulsePolicy) error
	AddPulseSaid(ctx context.Context, s *PulseSaid) error // ErrConflict when the version is there
	PulseSaid(ctx context.Context, wave schedule.ID) (PulseSaid, error)
}
