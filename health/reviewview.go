package health

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"watchbill/schedule"
)

// See returns a review with nothing in it that its reader may not see: the page, the API
// and paper show all of it. Whose rest was looked at is noted for them to see.
func (r *Reviewer) See(ctx context.Context, team schedule.ID, week schedule.Date, sight Sight) (Review, error) {
	v, err := r.Store.Review(ctx, team, week)
	if err != nil {
		return v, err
	}
	v.seen(sight)
	if v.Breaks == nil || sight.Self == 0 {
		return v, nil
	}
	var people []schedule.ID
	for _, s := range v.Shifts {
		if s.Person != 0 && s.Person != sight.Self && !slices.Contains(people, s.Person) {
			people = append(people, s.Person)
		}
	}
	return v, r.Store.NoteSeen(ctx, sight.Self, team, people, r.Now())
}

// Since returns what is otherwise now than a review says: a page that came late, or was
// folded anew, a shift that was changed afterwards. The review stays as it was made.
func (r *Reviewer) Since(ctx context.Context, v *Review) (s ReviewSince, err error) {
	kept, err := keptSince(ctx, r.Store, v.Team)
	if err != nil || v.From.Before(kept) { // pages are gone, and what they came to with them
		return s, err
	}
	facts, err := r.Store.Facts(ctx, v.Team, v.From, v.To)
	if err != nil {
		return s, err
	}
	alerts, order := groupAlerts(&facts, v.From, v.To, func(time.Time) bool { return false })
	s.Pages.From = v.Pages
	for _, key := range order {
		s.Pages.To += alerts[key].Pages
	}
	s.Alerts = alertsSince(v, alerts, order)
	open := map[schedule.ID]bool{}
	for i := range facts.Incidents {
		open[facts.Incidents[i].ID] = facts.Incidents[i].ResolvedAt.IsZero()
	}
	for _, p := range v.Open {
		if still, known := open[p.Page]; known && !still {
			s.Resolved++
		}
	}
	w, told := v.Figures()
	if !told {
		return s, nil
	}
	s.Interruptions, s.Wakeups = Was{w.Interruptions, w.Interruptions}, Was{w.Wakeups, w.Wakeups}
	weeks, err := r.Store.TeamWeeks(ctx, v.Team, v.Config, v.Week, v.Week.AddDays(7))
	if err == nil && len(weeks) > 0 {
		s.Interruptions.To, s.Wakeups.To = Total(weeks[0].Sum.Interruptions), weeks[0].Sum.Wakeups()
	}
	return s, err
}

// alertsSince are the alerts that paged otherwise than a review says. Where its list is
// cut, nothing is known of the others.
func alertsSince(v *Review, now map[alertKey]*ReviewAlert, order []alertKey) []AlertSince {
	var out []AlertSince
	known := map[alertKey]bool{}
	for i := range v.Alerts {
		a := &v.Alerts[i]
		key := alertKey{a.Service, a.Alert}
		known[key] = true
		is := Was{From: a.Pages}
		if n := now[key]; n != nil {
			is.To = n.Pages
		}
		if is.Changed() {
			out = append(out, AlertSince{a.Service, a.Alert, is})
		}
	}
	for _, key := range order {
		if !known[key] && v.More == 0 {
			out = append(out, AlertSince{key[0], key[1], Was{To: now[key].Pages}})
		}
	}
	return out
}

// maxAgreed is how long what was agreed may be.
const maxAgreed = 10000

// Agree keeps what was agreed in a review, if it is still at the version that was looked
// at. It returns what there is: with schedule.ErrConflict that is somebody else's, and
// nothing was kept.
func (r *Reviewer) Agree(ctx context.Context, by, team schedule.ID, week schedule.Date, base int64, text string) (ReviewNote, error) {
	n := ReviewNote{Team: team, Week: week, Version: base + 1, Text: tidyText(text), At: r.Now(), By: by}
	if err := schedule.CheckText("text", n.Text, maxAgreed); err != nil {
		return n, err
	}
	if _, err := r.Store.Review(ctx, team, week); err != nil {
		return n, err
	}
	err := r.Store.InTx(ctx, func(tx Store) error {
		is, err := tx.ReviewNote(ctx, team, week)
		if err != nil {
			return err
		}
		if is.Version != base {
			return fmt.Errorf("somebody has written meanwhile: %w", schedule.ErrConflict)
		}
		if is.Text == n.Text {
			n = is
			return nil
		}
		if err := tx.AddReviewNote(ctx, &n); err != nil {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: n.At, By: by, Action: "review.agree", Team: team, Detail: week.String()})
	})
	if errors.Is(err, schedule.ErrConflict) {
		is, err2 := r.Store.ReviewNote(ctx, team, week)
		if err2 == nil && is.Text == n.Text {
			return is, nil // two clicks
		}
		return is, errors.Join(err, err2)
	}
	return n, err
}
