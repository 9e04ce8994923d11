package health

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"watchbill/schedule"
)

// ReviewSchedules is what reviews need to know of the schedule.
type ReviewSchedules interface {
	// Turns returns who has what in [from, to), as it is now, whole; of person 0 are gaps.
	Turns(ctx context.Context, team schedule.ID, from, to time.Time) ([]ReviewShift, error)
	// Away returns when members are away in [from, to).
	Away(ctx context.Context, team schedule.ID, from, to time.Time) ([]ReviewAway, error)
	// Issues returns what has to be mended about coming shifts that begin before to.
	Issues(ctx context.Context, team schedule.ID, to time.Time) ([]ReviewIssue, error)
}

// A ReviewStore keeps reviews. Methods that find nothing return schedule.ErrNotFound.
type ReviewStore interface {
	// AddReview keeps a review, and says whether there was none.
	AddReview(ctx context.Context, r *Review) (bool, error)
	Review(ctx context.Context, team schedule.ID, week schedule.Date) (Review, error)
	// Reviews returns a team's reviews of weeks before one, the newest first; of all when
	// that is zero.
	Reviews(ctx context.Context, team schedule.ID, before schedule.Date, most int) ([]Review, error)
	// ReviewedWeeks returns the Mondays since a day of weeks of which a team has a review.
	ReviewedWeeks(ctx context.Context, team schedule.ID, since schedule.Date) ([]schedule.Date, error)
	// LastReviews returns the week of each team's newest review.
	LastReviews(ctx context.Context) (map[schedule.ID]schedule.Date, error)
	// AddReviewNote keeps a version of what was agreed. It is schedule.ErrConflict when
	// there is one of that number.
	AddReviewNote(ctx context.Context, n *ReviewNote) error
	// ReviewNote returns the newest version; one of number 0 when there is none.
	ReviewNote(ctx context.Context, team schedule.ID, week schedule.Date) (ReviewNote, error)
	// AlertWeeks counts a team's pages in [from, to) by alert and week of 168 hours.
	AlertWeeks(ctx context.Context, team schedule.ID, from, to time.Time) ([]AlertWeek, error)
}

// An AlertWeek is how often an alert paged in a week, counted from zero.
type AlertWeek struct {
	Service, Alert string
	Week, Pages    int
}

// A Reviewer makes reviews and shows them.
type Reviewer struct {
	Store     Store
	Burdens   *Rollup
	Schedules ReviewSchedules
	Now       func() time.Time

	mu    sync.Mutex
	empty map[schedule.ID]schedule.Date // weeks of which there was nothing to review
}

const (
	reviewWeeks = 12
	// mostCatchUp is how many weeks are made up for when nothing ran.
	mostCatchUp = 12
	// reviewWaits is for how long a review waits for what has not been measured.
	reviewWaits = time.Hour
	// aheadDays is how far ahead a review looks.
	aheadDays = 14
	// What a review lists at most.
	mostReviewAlerts = 30
	mostReviewPages  = 30
	mostReviewShifts = 200
)

// Work makes the reviews that are due: of every team, each week that is over on its
// calendar since its last review, and of a team without one the last week. It returns how
// many this replica made.
func (r *Reviewer) Work(ctx context.Context, teams []schedule.TeamRecord) (int, error) {
	last, err := r.Store.LastReviews(ctx)
	if err != nil {
		return 0, err
	}
	done := 0
	var failed []error
	for i := range teams {
		n, err := r.team(ctx, &teams[i], last[teams[i].ID])
		done += n
		if err != nil {
			failed = append(failed, fmt.Errorf("review of team %d: %w", teams[i].ID, err))
		}
	}
	return done, errors.Join(failed...)
}

// team makes the reviews of one team that are due.
func (r *Reviewer) team(ctx context.Context, team *schedule.TeamRecord, last schedule.Date) (int, error) {
	zone, err := schedule.Zone(team.Zone)
	if err != nil {
		return 0, err
	}
	newest := MondayOf(schedule.DateOf(r.Now().In(zone))).AddDays(-7)
	week := newest
	if last.After(newest) {
		// A clock that was ahead has made reviews of weeks to come. The weeks until then
		// have theirs all the same.
		before, err := r.Store.Reviews(ctx, team.ID, newest.AddDays(7), 1)
		if err != nil {
			return 0, err
		}
		if last = (schedule.Date{}); len(before) > 0 {
			last = before[0].Week
		}
	}
	if !last.IsZero() {
		week = last.AddDays(7)
		if oldest := newest.AddDays(-7 * (mostCatchUp - 1)); week.Before(oldest) {
			week = oldest
		}
	} else if r.skipped(team.ID) == newest {
		return 0, nil
	}
	done := 0
	for ; !week.After(newest); week = week.AddDays(7) {
		made, err := r.Make(ctx, team, week)
		if errors.Is(err, errNotMeasured) {
			return done, nil // in a minute
		} else if err != nil {
			return done, err
		}
		if made {
			done++
		}
	}
	return done, nil
}

func (r *Reviewer) skipped(team schedule.ID) schedule.Date {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.empty[team]
}

func (r *Reviewer) skip(team schedule.ID, week schedule.Date) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.empty == nil {
		r.empty = map[schedule.ID]schedule.Date{}
	}
	r.empty[team] = week
}

// List returns a team's reviews of weeks before one, the newest first; of all that are
// over when that is zero. What a clock that was ahead has made of weeks to come is not
// among them.
func (r *Reviewer) List(ctx context.Context, team *schedule.TeamRecord, before schedule.Date, most int) ([]Review, error) {
	zone, err := schedule.Zone(team.Zone)
	if err != nil {
		return nil, err
	}
	// A team that has moved west may have reviewed the week that is not over here.
	if now := MondayOf(schedule.DateOf(r.Now().In(zone))).AddDays(7); before.IsZero() || before.After(now) {
		before = now
	}
	return r.Store.Reviews(ctx, team.ID, before, most)
}

// errNotMeasured says that a week is not measured yet.
var errNotMeasured = errors.New("not measured yet")

// Make makes the review of a week that is over, and says whether nobody had made it. Of a
// team that never had anything to review it makes none.
func (r *Reviewer) Make(ctx context.Context, team *schedule.TeamRecord, week schedule.Date) (bool, error) {
	zone, err := schedule.Zone(team.Zone)
	if err != nil {
		return false, err
	}
	v := &Review{Team: team.ID, Week: week, Zone: team.Zone, Config: r.Burdens.Config.Version, MadeAt: r.Now()}
	v.Version, v.From, v.To = ReviewVersion, week.At(schedule.Midnight, zone).UTC(), week.AddDays(7).At(schedule.Midnight, zone).UTC()
	if v.To.After(v.MadeAt) {
		return false, fmt.Errorf("the week of %v is not over: %w", week, schedule.ErrConflict)
	}
	if v.Pending, err = r.Burdens.Settle(ctx, team.ID); err != nil {
		return false, err
	}
	if v.Pending && v.MadeAt.Before(v.To.Add(reviewWaits)) {
		return false, errNotMeasured
	}
	some, err := r.fill(ctx, v, zone)
	if err != nil {
		return false, err
	}
	if !some {
		r.skip(team.ID, week)
		return false, nil
	}
	made := false
	err = r.Store.InTx(ctx, func(tx Store) error {
		if made, err = tx.AddReview(ctx, v); err != nil || !made {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: v.MadeAt, Action: "review.make", Team: v.Team, Detail: week.String()})
	})
	return made, err
}

// fill looks at all that a review has. It says whether there is anything to review: a
// shift, a page or an earlier review.
func (r *Reviewer) fill(ctx context.Context, v *Review, zone *time.Location) (bool, error) {
	turns, err := r.Schedules.Turns(ctx, v.Team, v.From, v.To)
	if err != nil {
		return false, err
	}
	v.Shifts = cutShifts(turns, v.From, v.To)
	if err := r.pages(ctx, v, zone); err != nil {
		return false, err
	}
	if len(v.Shifts) == 0 && v.Pages == 0 {
		earlier, err := r.Store.Reviews(ctx, v.Team, v.Week, 1)
		if err != nil || len(earlier) == 0 {
			return false, err
		}
	}
	if err := r.figures(ctx, v); err != nil {
		return false, err
	}
	if err := r.ahead(ctx, v); err != nil {
		return false, err
	}
	items, err := r.Store.Items(ctx, ItemFilter{Team: v.Team})
	if err != nil {
		return false, err
	}
	v.Items = reviewItems(items, v)
	v.find()
	return true, nil
}

// figures are the week's, against the limit and eleven weeks before. What may be told is
// what the burden report tells of these twelve weeks.
func (r *Reviewer) figures(ctx context.Context, v *Review) error {
	b, err := r.Burdens.Burden(ctx, v.Team, ReportPeriod{v.Week.AddDays(-7 * (reviewWeeks - 1)), reviewWeeks}, Sight{})
	if err != nil {
		return err
	}
	v.Hidden, v.Limit, v.Weeks, v.Wake = b.Hidden, b.Limit, b.Weeks, b.Wake
	for _, w := range slices.Backward(b.Weeks) {
		if !w.Quiet {
			break
		}
		v.Quiet++
	}
	if w, ok := v.Figures(); !ok || !w.Quiet {
		v.Quiet = 0
	}
	weeks, err := r.Store.TeamWeeks(ctx, v.Team, v.Config, v.Week, v.Week.AddDays(7))
	if err == nil && len(weeks) > 0 {
		v.Breaks = &weeks[0].Breaks
	}
	return err
}

// ahead looks at the fortnight after the week.
func (r *Reviewer) ahead(ctx context.Context, v *Review) error {
	to := v.To.AddDate(0, 0, aheadDays)
	turns, err := r.Schedules.Turns(ctx, v.Team, v.To, to)
	if err != nil {
		return err
	}
	v.Ahead.Shifts = cutShifts(turns, v.To, to.AddDate(1, 0, 0)) // who is on when it begins, from then on
	if v.Ahead.Away, err = r.Schedules.Away(ctx, v.Team, v.To, to); err != nil {
		return err
	}
	v.Ahead.Issues, err = r.Schedules.Issues(ctx, v.Team, to)
	return err
}

// cutShifts cuts shifts to [from, to).
func cutShifts(all []ReviewShift, from, to time.Time) []ReviewShift {
	out := []ReviewShift{}
	for _, s := range all {
		s.Start, s.End = later(s.Start, from), earlier(s.End, to)
		if s.Start.Before(s.End) {
			out = append(out, s)
		}
	}
	return out[:min(len(out), mostReviewShifts)]
}

// reviewItems is how items stood when a week was over.
func reviewItems(all []Item, v *Review) ReviewItems {
	today := v.Week.AddDays(7)
	var then []Item
	for _, i := range all {
		if !i.CreatedAt.Before(v.To) {
			continue
		}
		if !i.Open() && !i.DoneAt.Before(v.To) { // closed since
			i.State, i.DoneOn = ItemOpen, schedule.Date{}
		}
		then = append(then, i)
	}
	SortItems(then, ByWorth, today)
	out := ReviewItems{OnTime: InTime(then, today.AddDays(-7*reviewWeeks), today, today)}
	for k := range then {
		i := &then[k]
		item := ReviewItem{i.ID, i.Title, i.Owner, i.Due, i.State}
		switch {
		case i.Overdue(today):
			out.Overdue = append(out.Overdue, item)
		case i.Open() && !i.Due.IsZero() && i.Due.Before(today.AddDays(7)):
			out.Due = append(out.Due, item)
		case !i.Open() && !i.DoneAt.Before(v.From):
			out.Done = append(out.Done, item)
		case i.Open() && !i.CreatedAt.Before(v.From):
			out.Noted = append(out.Noted, item)
		}
	}
	return out
}

// find says what the week comes to.
func (v *Review) find() {
	f := &v.Finding
	w, told := v.Figures()
	switch {
	case !told:
		f.Text = "What pages did is not told for this week."
		if v.Hidden == "" {
			f.Text = "Nobody was on call in this week."
		}
	case v.Pages == 0 && w.Interruptions == 0:
		f.Tone, f.Text = "good", "A quiet week: no page came in."+inARow(v.Quiet)
	case w.Quiet:
		f.Tone, f.Text = "good", "A quiet week: nothing outside working hours."+inARow(v.Quiet)
	case w.Interruptions > v.Limit:
		f.Tone, f.Text = "bad", fmt.Sprintf("%d interruptions and %s: %d more than a team can recover from.", w.Interruptions, wakings(w.Wakeups), w.Interruptions-v.Limit)
	case w.Wakeups >= 2:
		f.Tone, f.Text = "warn", fmt.Sprintf("People were woken %d times; %s in all, within the limit of %d.", w.Wakeups, plural(w.Interruptions, "interruption", "interruptions"), v.Limit)
	default:
		f.Tone, f.Text = "good", fmt.Sprintf("%s and %s: within the limit of %d.", plural(w.Interruptions, "interruption", "interruptions"), wakings(w.Wakeups), v.Limit)
	}
	if v.Hidden != "" {
		f.Detail = "What pages did is told of three people and more."
	}
	gaps := 0
	for _, i := range v.Ahead.Issues {
		if i.Kind == schedule.Unfilled {
			gaps++
		}
	}
	for _, text := range []string{
		counted(len(v.Items.Overdue), "action item is overdue.", "action items are overdue."), counted(gaps, "shift of the next two weeks has nobody.", "shifts of the next two weeks have nobody."),
		counted(len(v.Open), "page was still open.", "pages were still open."),
	} {
		if text != "" {
			f.Detail = joinText(f.Detail, text)
		}
	}
}

func joinText(a, b string) string {
	if a == "" {
		return b
	}
	return a + " " + b
}

func counted(n int, one, many string) string {
	if n == 0 {
		return ""
	}
	return plural(n, one, many)
}

// wakings says how often people were woken.
func wakings(n int) string {
	if n == 0 {
		return "no wake-up"
	}
	return plural(n, "wake-up", "wake-ups")
}

// inARow celebrates quiet weeks that follow each other.
func inARow(n int) string {
	if n < 2 {
		return ""
	}
	return fmt.Sprintf(" It is the %s in a row.", ordinal(n))
}

func ordinal(n int) string {
	words := []string{"", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"}
	return words[min(n, len(words)-1)]
}

// byPages puts first what paged most often.
func byPages(a, b *ReviewAlert) int {
	return cmp.Or(cmp.Compare(b.Pages, a.Pages), cmp.Compare(b.Night, a.Night), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Alert, b.Alert))
}
