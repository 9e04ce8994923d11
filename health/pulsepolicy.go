package health

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"watchbill/schedule"
)

// A PulsePolicy says when and what a team is asked by itself. A team without one is asked
// when a manager opens a wave.
type PulsePolicy struct {
	Team    schedule.ID    `json:"-"`
	Version int            `json:"-"` // counts from 1
	On      bool           `json:"on"`
	First   schedule.Date  `json:"first"` // of the first wave, on the team's calendar
	At      schedule.Clock `json:"at"`    // it opens and closes at this time
	Days    int            `json:"days"`  // it is open
	Weeks   int            `json:"weeks"` // from one wave to the next
	Long    bool           `json:"long"`  // each third is the long survey
	// Thresholds of waves to come: those of a wave stay as they were when it opened.
	Least     int      `json:"least"`
	LeastSaid int      `json:"least_said"`
	Own       []string `json:"own,omitempty"` // questions of the team
	// Language is that of whom neither they nor their browser ask for another; empty is the
	// default.
	Language string `json:"language,omitempty"`
}

// DefaultPulsePolicy is what a team begins from: not asked, and otherwise every four weeks
// from a Monday at nine until Friday.
func DefaultPulsePolicy(team schedule.ID, today schedule.Date) PulsePolicy {
	return PulsePolicy{Team: team, First: MondayOf(today).AddDays(7), At: schedule.ClockAt(9, 0), Days: 4, Weeks: 4, Long: true, Least: PulseLeast, LeastSaid: PulseLeastSaid}
}

// Bounds of what a team may choose.
const (
	fewestPulseWeeks, mostPulseWeeks = 2, 26
	mostPulseDays                    = 13
	mostThreshold                    = 100
	mostOwn                          = 3
	maxOwnLetters                    = 140
	minOwnLetters                    = 10
)

// check says what is wrong with a policy, and puts its questions into the form in which
// they are asked. Names are the members', which no question may have.
func (p *PulsePolicy) check(names []string) error {
	var errs []error
	bad := func(field, format string, args ...any) {
		errs = append(errs, &schedule.InvalidError{Field: field, Reason: fmt.Sprintf(format, args...)})
	}
	if !p.First.Valid() || p.First.Year < 2000 || p.First.Year > 2200 {
		bad("first", "choose the day of the first wave, like 2026-12-07")
	}
	if !p.At.Valid() || p.At >= schedule.ClockAt(24, 0) {
		bad("at", "choose a time of day, like 09:00")
	}
	if p.Days < 1 || p.Days > mostPulseDays {
		bad("days", "a wave is open for 1 to %d days", mostPulseDays)
	}
	if p.Weeks < fewestPulseWeeks || p.Weeks > mostPulseWeeks {
		bad("weeks", "there are %d to %d weeks from one wave to the next", fewestPulseWeeks, mostPulseWeeks)
	}
	if p.Least < PulseLeast || p.Least > mostThreshold {
		bad("least", "results take %d answers at the least; you may ask for more, up to %d", PulseLeast, mostThreshold)
	}
	if p.LeastSaid < max(PulseLeastSaid, p.Least) || p.LeastSaid > mostThreshold {
		bad("least_said", "comments take %d answers at the least, and no fewer than results; up to %d", PulseLeastSaid, mostThreshold)
	}
	if len(p.Own) > mostOwn {
		bad("own", "%d questions of your own are enough", mostOwn)
	}
	for i := range p.Own {
		p.Own[i] = strings.Join(strings.Fields(p.Own[i]), " ")
		if err := checkOwn(p.Own[i], names); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(append(errs, CheckLanguage(p.Language))...)
}

// checkOwn says what is wrong with a question of a team: it is one sentence that one can
// agree with, about nobody.
func checkOwn(text string, names []string) error {
	n := len([]rune(text))
	switch {
	case n < minOwnLetters || n > maxOwnLetters:
		return &schedule.InvalidError{Field: "own", Reason: fmt.Sprintf("a question has %d to %d letters; “%.40s” has %d", minOwnLetters, maxOwnLetters, text, n)}
	case strings.ContainsAny(text, "?"):
		return &schedule.InvalidError{Field: "own", Reason: fmt.Sprintf("write “%.40s” as a sentence that one can agree with, like “Our runbooks are up to date.”", text)}
	}
	words := map[string]bool{}
	for _, w := range wordsOf(text) {
		words[w] = true
	}
	for _, name := range names {
		for _, part := range wordsOf(name) {
			if len([]rune(part)) >= 3 && words[part] {
				return &schedule.InvalidError{Field: "own", Reason: fmt.Sprintf("“%s” is the name of somebody in the team, and a question is about nobody", part)}
			}
		}
	}
	return schedule.CheckText("own", text, maxOwnLetters)
}

// wordsOf are the words of a text in small letters.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
}

// questions are what a wave of a kind asks under the policy.
func (p *PulsePolicy) questions(kind string) ([]PulseQuestion, error) {
	all, err := pulseQuestions(kind)
	for i, text := range p.Own {
		all = append(all, PulseQuestion{PulseItem: PulseItem{ID: fmt.Sprintf("own%d", i+1)}, Kind: AskAgree, Text: map[string]string{"": text}})
	}
	return all, err
}

// turn returns which wave of the policy is the last to have begun by a day and time on
// the team's clock, counted from 0; less than nothing before the first.
func (p *PulsePolicy) turn(now time.Time, zone *time.Location) int {
	today := schedule.DateOf(now.In(zone))
	n := today.DaysSince(p.First) / (7 * p.Weeks)
	if today.Before(p.First) || n == 0 && now.Before(p.opens(0, zone)) {
		return -1
	}
	if now.Before(p.opens(n, zone)) {
		n--
	}
	return n
}

func (p *PulsePolicy) opens(n int, zone *time.Location) time.Time {
	return p.First.AddDays(7*p.Weeks*n).At(p.At, zone).UTC()
}

func (p *PulsePolicy) closes(n int, zone *time.Location) time.Time {
	return p.First.AddDays(7*p.Weeks*n+p.Days).At(p.At, zone).UTC()
}

func (p *PulsePolicy) kind(n int) string {
	if p.Long && n%3 == 2 {
		return PulseQuarterly
	}
	return PulseShort
}

// Next returns when the next wave opens by itself; the zero time when none does.
func (p *PulsePolicy) Next(now time.Time, zone *time.Location) time.Time {
	if !p.On {
		return time.Time{}
	}
	return p.opens(p.turn(now, zone)+1, zone)
}

// Policy returns a team's policy, the usual one that is not on where it has made none.
func (p *Pulse) Policy(ctx context.Context, team *schedule.TeamRecord) (PulsePolicy, error) {
	is, err := p.Store.PulsePolicy(ctx, team.ID)
	if errors.Is(err, schedule.ErrNotFound) {
		zone, err := schedule.Zone(team.Zone)
		if err != nil {
			return is, err
		}
		return DefaultPulsePolicy(team.ID, schedule.DateOf(p.Now().In(zone))), nil
	}
	return is, err
}

// Language is that in which a team is asked where nothing says another; empty is the default.
func (p *Pulse) Language(ctx context.Context, team schedule.ID) (string, error) {
	is, err := p.Store.PulsePolicy(ctx, team)
	if errors.Is(err, schedule.ErrNotFound) {
		return "", nil
	}
	return is.Language, err
}

// SetPolicy replaces the policy of a version by another. It is ErrConflict when somebody
// else has done so meanwhile. A wave that is open stays as it was promised.
func (p *Pulse) SetPolicy(ctx context.Context, by schedule.ID, to PulsePolicy) error {
	names, err := p.Names(ctx, to.Team)
	if err != nil {
		return err
	}
	if err := to.check(names); err != nil {
		return err
	}
	return p.Store.InTx(ctx, func(tx Store) error {
		if err := tx.SetPulsePolicy(ctx, &to); err != nil {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: p.Now(), By: by, Action: "pulse.settings", Team: to.Team})
	})
}

// late is how long after its time a wave still opens: what nothing ran for is not made
// up for, because it would ask about other weeks.
const late = 24 * time.Hour

// OpenDue opens the waves that are due by the policies of teams. Any number of replicas
// may do so at once: one of them opens a wave.
func (p *Pulse) OpenDue(ctx context.Context, teams []schedule.TeamRecord) error {
	policies, err := p.Store.PulsePolicies(ctx)
	if err != nil {
		return err
	}
	byTeam := make(map[schedule.ID]*PulsePolicy, len(policies))
	for i := range policies {
		byTeam[policies[i].Team] = &policies[i]
	}
	var failed []error
	for i := range teams {
		policy := byTeam[teams[i].ID]
		if policy == nil || !policy.On {
			continue
		}
		if err := p.openDue(ctx, &teams[i], policy); err != nil {
			failed = append(failed, fmt.Errorf("team %d: %w", teams[i].ID, err))
		}
	}
	return errors.Join(failed...)
}

func (p *Pulse) openDue(ctx context.Context, team *schedule.TeamRecord, policy *PulsePolicy) error {
	zone, err := schedule.Zone(team.Zone)
	if err != nil {
		return err
	}
	now := p.Now()
	n := policy.turn(now, zone)
	if n < 0 || now.Sub(policy.opens(n, zone)) > late {
		return nil
	}
	waves, err := p.Store.Waves(ctx, team.ID)
	if err != nil {
		return err
	}
	// One that was opened by hand not long ago has asked about these weeks.
	if len(waves) > 0 && waves[0].Opens.After(policy.opens(n, zone).AddDate(0, 0, -7*policy.Weeks/2)) {
		return nil
	}
	_, err = p.Open(ctx, 0, team, PulseOrder{Kind: policy.kind(n), Closes: policy.closes(n, zone)})
	if _, invalid := errors.AsType[*schedule.InvalidError](err); invalid || errors.Is(err, schedule.ErrConflict) {
		return nil // nobody is on call, or somebody else has opened it
	}
	return err
}

// PulseSaid is what a team's manager says became of a wave: what was said, and what was
// done about it.
type PulseSaid struct {
	Wave      schedule.ID
	Version   int // counts from 1; 0: nothing was said
	Said, Did string
	At        time.Time
	By        schedule.ID
}

// maxSaid bounds what is said of a wave, in letters.
const maxSaid = 600

// SayOf writes down what became of a closed wave, over the version that was seen. It is
// ErrConflict when there is a newer one.
func (p *Pulse) SayOf(ctx context.Context, by schedule.ID, w *PulseWave, s PulseSaid) error {
	s.Said, s.Did = strings.TrimSpace(s.Said), strings.TrimSpace(s.Did)
	if w.State != PulseClosed {
		return fmt.Errorf("it is still open: %w", schedule.ErrConflict)
	}
	if err := errors.Join(schedule.CheckText("said", s.Said, maxSaid), schedule.CheckText("did", s.Did, maxSaid)); err != nil {
		return err
	}
	if (s.Said == "") != (s.Did == "") {
		field := "did"
		if s.Said == "" {
			field = "said"
		}
		return &schedule.InvalidError{Field: field, Reason: "write both, what was said and what was done, or neither"}
	}
	s.Wave, s.Version, s.At, s.By = w.ID, s.Version+1, p.Now(), by
	return p.Store.InTx(ctx, func(tx Store) error {
		if err := tx.AddPulseSaid(ctx, &s); err != nil {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: p.Now(), By: by, Action: "pulse.said", Team: w.Team, Detail: fmt.Sprint(w.Number)})
	})
}

// LastSaid returns what became of the newest closed wave of which something was said
// before one.
func (p *Pulse) LastSaid(ctx context.Context, w *PulseWave) (PulseSaid, error) {
	before, err := p.Store.Wave(ctx, w.Team, w.Number-1)
	if errors.Is(err, schedule.ErrNotFound) {
		return PulseSaid{}, nil
	} else if err != nil {
		return PulseSaid{}, err
	}
	return p.Store.PulseSaid(ctx, before.ID)
}
