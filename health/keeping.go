package health

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"watchbill/schedule"
)

// Keeping says for how many months something is kept; zero: until somebody removes it. The
// usual numbers are policies of specs/health.md 10.
type Keeping struct {
	Pages   int // and all that hangs from them
	Results int // of surveys, reviews and early warnings
	Leavers int // by name, after they left
}

// UsualKeeping is what is kept unless somebody says otherwise.
//
// Leavers are known by name as long as pages are kept, which say the most of people: until
// then what was paid and owed can be asked about, and whoever comes back is who they were.
var UsualKeeping = Keeping{Pages: 13, Results: 24, Leavers: 13}

// LeastPagesKept is how few months pages can be kept: reports and alarms compare half a year.
const LeastPagesKept = 7

// Check says what is wrong with it.
func (k Keeping) Check() error {
	switch {
	case k.Pages < 0 || k.Results < 0 || k.Leavers < 0:
		return errors.New("how many months something is kept is not negative; 0 is for ever")
	case k.Pages > 0 && k.Pages < LeastPagesKept:
		return fmt.Errorf("pages are kept for %d months or more, because reports and alarms compare half a year; 0 is for ever", LeastPagesKept)
	}
	return nil
}

// reachesBack is how long before a week pages still matter to it: trouble that is open for
// long, windows that are open when the week begins, and two days for a team that moves to
// the other end of the earth.
const reachesBack = LongestOpen + lookBack + 48*time.Hour

// PagesBefore returns the moment before which nothing of pages is kept: a midnight of UTC, so
// that a key is dealt with once a day. It is zero where pages are kept for ever.
func (k Keeping) PagesBefore(now time.Time) time.Time { return monthsBefore(now, k.Pages) }

// ResultsBefore is PagesBefore of results.
func (k Keeping) ResultsBefore(now time.Time) time.Time { return monthsBefore(now, k.Results) }

// monthsBefore returns the midnight of UTC some months before a moment, in a month that is
// too short the last one; zero for no months.
func monthsBefore(now time.Time, months int) time.Time {
	if months == 0 {
		return time.Time{}
	}
	year, month, day := now.UTC().Date()
	last := time.Date(year, month-time.Month(months)+1, 0, 0, 0, 0, 0, time.UTC)
	return last.AddDate(0, 0, min(day, last.Day())-last.Day())
}

// KeptFrom returns the Monday of the first week, on a team's calendar, of which all pages are
// kept once older ones are removed. It is zero where pages are kept for ever.
func (k Keeping) KeptFrom(now time.Time, zone *time.Location) schedule.Date {
	before := k.PagesBefore(now)
	if before.IsZero() {
		return schedule.Date{}
	}
	from := before.Add(reachesBack)
	monday := MondayOf(schedule.DateOf(from.In(zone)))
	if monday.At(schedule.Midnight, zone).Before(from) {
		monday = monday.AddDays(7)
	}
	return monday
}

// keptSince returns since when all pages of a team are kept, by what was removed: what is
// from before does not come back. It is zero while nothing was removed.
func keptSince(ctx context.Context, store Store, team schedule.ID) (time.Time, error) {
	state, err := store.BurdenState(ctx, team)
	if errors.Is(err, schedule.ErrNotFound) || err == nil && state.KeptFrom.IsZero() {
		return time.Time{}, nil
	} else if err != nil {
		return time.Time{}, err
	}
	zone, err := schedule.Zone(state.Zone)
	if err != nil {
		return time.Time{}, err
	}
	return state.KeptFrom.At(schedule.Midnight, zone), nil
}

// settled says which weeks of a period are never measured again; nothing when none is.
func (s *BurdenState) settled(p ReportPeriod) string {
	if s.KeptFrom.IsZero() || !p.From.Before(s.KeptFrom) {
		return ""
	}
	day := s.KeptFrom.At(schedule.Noon, time.UTC).Format("2 January 2006")
	if s.Since == s.KeptFrom {
		return "It begins on " + day + ": pages from before are not kept any more, and what they came to was not measured by these rules."
	}
	return "Weeks before " + day + " stay as they were measured: not all of their pages are kept any more, so nothing corrects them."
}

// surelyKept is for how long pages are kept whatever was said.
const surelyKept = (LeastPagesKept*30 - 30) * 24 * time.Hour

// keep leaves out of what was told what happened before all pages of the team are kept, and
// says since when that is.
func (w *Worker) keep(ctx context.Context, tx Store, door *Integration, told []Event) (left []Event, since time.Time, err error) {
	sure := w.Now().Add(-surelyKept)
	if !slices.ContainsFunc(told, func(e Event) bool { return e.OccurredAt.Before(sure) }) {
		return told, since, nil
	}
	if since, err = keptSince(ctx, tx, door.Team); err != nil {
		return nil, since, err
	}
	return slices.DeleteFunc(told, func(e Event) bool { return e.OccurredAt.Before(since) }), since, nil
}

// KeptSince returns before when nothing of an integration's pages is taken in; zero:
// everything is.
func (s *Service) KeptSince(ctx context.Context, i *Integration) (time.Time, error) {
	return keptSince(ctx, s.Store, i.Team)
}

// firstDay is FirstDay in a zone by its name.
func firstDay(since time.Time, zone string) string {
	clock, err := schedule.Zone(zone)
	if err != nil {
		clock = time.UTC
	}
	return FirstDay(since, clock)
}

// FirstDay is the first day of a zone that begins at a moment or after it, in words.
func FirstDay(since time.Time, clock *time.Location) string {
	day := schedule.DateOf(since.In(clock))
	if day.At(schedule.Midnight, clock).Before(since) {
		day = day.AddDays(1)
	}
	return day.At(schedule.Noon, time.UTC).Format("2 January 2006")
}
