package health

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"watchbill/schedule"
)

// A RaisedWarning is a question as it was asked, and what became of it. What was asked never
// changes; figures that change later are told beside it.
type RaisedWarning struct {
	ID     schedule.ID
	Team   schedule.ID
	Config string // the version by which the week was measured
	At     time.Time
	Warning
	Ended   schedule.Date   // the first week without the cause; zero while it goes on
	Answers []WarningAnswer // the oldest first; the last holds
	// Recounted says what is otherwise now than when it was asked; empty: nothing.
	Recounted string
	Items     []Item // that were made of it, the oldest first
	// Loudest is the alert without which most wake-ups of its weeks would not have been; nil
	// where there is none, or the question is not of nights.
	Loudest *Origin
	// Try is what to ask what would be; nil where nothing can be told of that.
	Try *WhatIf
}

// Open returns the item that something is still to be done about; nil where there is none.
func (w *RaisedWarning) Open() *Item {
	for k := range w.Items {
		if w.Items[k].Open() {
			return &w.Items[k]
		}
	}
	return nil
}

// A WarningAnswer is what whoever manages the team says of a question. An empty text says
// that they have looked.
type WarningAnswer struct {
	Warning schedule.ID
	Version int64
	Text    string
	At      time.Time
	By      schedule.ID
}

// Answer returns the answer that holds; nil while there is none.
func (w *RaisedWarning) Answer() *WarningAnswer {
	if len(w.Answers) == 0 {
		return nil
	}
	return &w.Answers[len(w.Answers)-1]
}

// version is that of the answer that holds; 0 while there is none.
func (w *RaisedWarning) version() int64 {
	if a := w.Answer(); a != nil {
		return a.Version
	}
	return 0
}

// recount says what of the question's figures is otherwise, as weeks are counted now. What
// was published of a pulse stays as it is.
func (w *RaisedWarning) recount(weeks []WatchedWeek) {
	i := slices.IndexFunc(weeks, func(is WatchedWeek) bool { return is.Week == w.Week })
	if i < 0 {
		return
	}
	was, is := &w.Figures, weeks[i].figures()
	switch w.Cause {
	case CauseShift, CauseSpikes:
		if was.Wakeups != is.Wakeups {
			w.Recounted = fmt.Sprintf("%s in that week, after %d", plural(is.Wakeups, "wake-up", "wake-ups"), was.Wakeups)
		} else if was, is := short(was.Usual*was.OnCallWeeks), short(is.Usual*is.OnCallWeeks); was != is {
			w.Recounted = fmt.Sprintf("%s would be usual, after %s", is, was)
		}
	case CauseNights:
		if was.WorstNights != is.WorstNights {
			w.Recounted = fmt.Sprintf("%s of seven days, after %d", plural(is.WorstNights, "night", "nights"), was.WorstNights)
		}
	case CauseRest:
		if was.RestBreaches != is.RestBreaches {
			w.Recounted = fmt.Sprintf("too little rest %s, after %d", times(is.RestBreaches), was.RestBreaches)
		}
	}
	if w.Recounted != "" {
		w.Recounted = "Counted again since: " + w.Recounted + "."
	}
}

// A WarningStore keeps what was asked about teams. Methods that find nothing return
// schedule.ErrNotFound.
type WarningStore interface {
	// WarningLooks returns the last week of each team that was looked at.
	WarningLooks(ctx context.Context) (map[schedule.ID]schedule.Date, error)
	// LockWarnings keeps others from asking and answering about a team until the transaction
	// ends.
	LockWarnings(ctx context.Context, team schedule.ID) error
	SaveWarningLook(ctx context.Context, team schedule.ID, week schedule.Date) error
	// Warnings returns what was asked of weeks that begin on a day or later, by week, with
	// answers.
	Warnings(ctx context.Context, team schedule.ID, since schedule.Date) ([]RaisedWarning, error)
	Warning(ctx context.Context, team, id schedule.ID) (RaisedWarning, error)
	// OpenWarnings returns what was asked about teams from an instant on, goes on and has no
	// answer, the newest first.
	OpenWarnings(ctx context.Context, teams []schedule.ID, since time.Time) ([]RaisedWarning, error)
	// WarningsSince returns what was asked about any team from an instant on, goes on and
	// has no answer, by id.
	WarningsSince(ctx context.Context, since time.Time) ([]RaisedWarning, error)
	AddWarning(ctx context.Context, w *RaisedWarning) error // sets its ID
	EndWarning(ctx context.Context, id schedule.ID, week schedule.Date) error
	AddWarningAnswer(ctx context.Context, a *WarningAnswer) error
}

// maxWarningAnswer bounds what is answered, in letters.
const maxWarningAnswer = 2000

// AnswerWarning keeps what somebody says of a question if the answer that they looked at, 0
// for none, still holds. It returns the question as it is now: with schedule.ErrConflict
// that is what somebody else has said.
func (s *Service) AnswerWarning(ctx context.Context, by, team, id schedule.ID, base int64, text string) (RaisedWarning, error) {
	text = tidyText(text)
	if err := schedule.CheckText("text", text, maxWarningAnswer); err != nil && text != "" {
		return RaisedWarning{}, err
	}
	var is RaisedWarning
	err := s.Store.InTx(ctx, func(tx Store) error {
		if err := tx.LockWarnings(ctx, team); err != nil {
			return err
		}
		var err error
		if is, err = tx.Warning(ctx, team, id); err != nil {
			return err
		}
		if is.version() != base {
			return fmt.Errorf("somebody has answered meanwhile: %w", schedule.ErrConflict)
		}
		if a := is.Answer(); a != nil && a.Text == text {
			return nil
		}
		a := WarningAnswer{Warning: id, Version: base + 1, Text: text, At: s.Now(), By: by}
		if err := tx.AddWarningAnswer(ctx, &a); err != nil {
			return err
		}
		is.Answers = append(is.Answers, a)
		return tx.Audit(ctx, &schedule.AuditEntry{At: a.At, By: by, Action: "warning.answer", Team: team, Detail: is.name()})
	})
	if err != nil {
		return is, err
	}
	items, err := s.Store.Items(ctx, ItemFilter{Team: team})
	is.Items = slices.DeleteFunc(items, func(i Item) bool { return i.Warning != id })
	return is, err
}

// name says which question it is.
func (w *RaisedWarning) name() string {
	return strings.ReplaceAll(string(w.Cause), "_", " ") + ", week of " + w.Week.String()
}

// Warn looks at the weeks of teams that are over since it last did, on each team's own
// calendar, and asks whoever manages a team what they give reason to. It may run on any
// number of replicas, and again: a question is asked once. It returns how many it asked.
func (r *Rollup) Warn(ctx context.Context, teams []schedule.TeamRecord) (int, error) {
	looks, err := r.Store.WarningLooks(ctx)
	if err != nil {
		return 0, err
	}
	asked := 0
	var failed []error
	for i := range teams {
		n, err := r.warnSince(ctx, &teams[i], looks[teams[i].ID])
		if err != nil {
			failed = append(failed, fmt.Errorf("warnings of team %d: %w", teams[i].ID, err))
		}
		asked += n
	}
	return asked, errors.Join(failed...)
}

// warnSince asks about a team whose last week was not looked at.
func (r *Rollup) warnSince(ctx context.Context, team *schedule.TeamRecord, looked schedule.Date) (int, error) {
	zone, err := schedule.Zone(team.Zone)
	if err != nil {
		return 0, err
	}
	// A clock that was ahead may have looked at a week to come.
	week := MondayOf(schedule.DateOf(r.Now().In(zone))).AddDays(-7)
	if looked == week {
		return 0, nil
	}
	return r.warn(ctx, team.ID, week, zone)
}

// Settle measures what is marked of a team, and says whether something stays: while
// somebody else is at it nothing is marked yet, or any more, that others can see, but the
// schedule was not looked at either.
func (r *Rollup) Settle(ctx context.Context, team schedule.ID) (pending bool, err error) {
	for n := 1; n > 0; {
		if n, err = r.Team(ctx, team); err != nil {
			return true, err
		}
	}
	state, err := r.Store.BurdenState(ctx, team)
	if errors.Is(err, schedule.ErrNotFound) {
		return true, nil
	} else if err != nil {
		return true, err
	}
	m := measuring{Rollup: r, state: state, now: r.Now()}
	if m.zone, err = schedule.Zone(state.Zone); err != nil {
		return true, err
	}
	marks, err := r.Store.Marks(ctx, team, 1)
	return len(marks) > 0 || !m.looked(m.dayEnd(m.now)), err
}

// warn asks about a team's weeks up to one that is over, and keeps their score. A week is
// looked at once, so what somebody else is measuring is waited for.
func (r *Rollup) warn(ctx context.Context, team schedule.ID, week schedule.Date, zone *time.Location) (int, error) {
	l := &healthLook{Rollup: r, team: team, now: r.Now(), zone: zone}
	until := week.AddDays(7)
	pending, err := r.Settle(ctx, team)
	if err != nil || pending {
		return 0, err
	}
	if err := l.read(ctx, until); err != nil {
		return 0, err
	}
	var weeks []WatchedWeek
	if countTold(sumPeople(l.weeksOf(ReportPeriod{until.AddDays(-7 * loadWeeks), loadWeeks}))) >= fewest { // else nothing is told of it
		weeks = l.watch(until)
	}
	kept := l.kept(until)
	asked := 0
	err = r.Store.InTx(ctx, func(tx Store) error {
		asked = 0
		if err := tx.LockWarnings(ctx, team); err != nil {
			return err
		}
		looks, err := tx.WarningLooks(ctx)
		if err != nil || looks[team] == week { // another replica was first
			return err
		}
		was, err := tx.Warnings(ctx, team, until.AddDays(-7*(watchedWeeks+QuietFor)))
		if err != nil {
			return err
		}
		if asked, err = l.ask(ctx, tx, weeks, was, askedFrom(looks[team], week)); err != nil {
			return err
		}
		if kept != nil {
			if err := tx.KeepScore(ctx, team, kept); err != nil {
				return err
			}
		}
		return tx.SaveWarningLook(ctx, team, week)
	})
	return asked, err
}

// askedFrom returns the first week that is asked about: what comes late to the last four
// weeks is still asked about, and weeks are made up for when nothing ran.
func askedFrom(last, week schedule.Date) schedule.Date {
	from := week.AddDays(-7 * (QuietFor - 1))
	if !last.IsZero() && last.Before(from) {
		from = last.AddDays(7)
	}
	if oldest := week.AddDays(-7 * (mostCatchUp - 1)); from.Before(oldest) {
		from = oldest
	}
	return from
}

// ask keeps what the weeks from one on give reason to ask, and notes what is over.
func (l *healthLook) ask(ctx context.Context, tx Store, weeks []WatchedWeek, was []RaisedWarning, from schedule.Date) (int, error) {
	var asked []Warning
	for i := range was {
		asked = append(asked, was[i].Warning)
	}
	n := 0
	for _, w := range Warnings(weeks, asked, from) {
		raised := RaisedWarning{Team: l.team, Config: l.Config.Version, At: l.now, Warning: w}
		if err := tx.AddWarning(ctx, &raised); err != nil {
			return n, err
		}
		if err := tx.Audit(ctx, &schedule.AuditEntry{At: l.now, Action: "warning.raise", Team: l.team, Detail: raised.name()}); err != nil {
			return n, err
		}
		was = append(was, raised)
		n++
	}
	for i := range was {
		w := &was[i]
		if over := w.Over(weeks); w.Ended.IsZero() && !over.IsZero() {
			if err := tx.EndWarning(ctx, w.ID, over); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}
