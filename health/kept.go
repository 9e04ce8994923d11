package health

import (
	"context"
	"fmt"
	"time"

	"watchbill/schedule"
)

// How long what pagers sent is kept as it came, because it has to do with people; dead
// letters wait longer for somebody to look at them. After that only what they told of
// pages is left.
const (
	BodiesKept     = 30 * 24 * time.Hour
	DeliveriesKept = 45 * 24 * time.Hour
	DeadKept       = 90 * 24 * time.Hour
	TablesWait     = 7 * 24 * time.Hour // that nobody took over
)

// A Kept is something that is kept, for how long, and how much of it was removed.
type Kept struct {
	What string
	Long string // for how long; empty: until somebody removes it
	Note string // what there is to know of it
	// Before is when what is older is removed; zero where it goes by something else, or not
	// at all.
	Before  time.Time
	Kinds   []string // of removals that count it; none: it is not counted
	Removed int
	Last    schedule.Date // on which some was removed; zero: never
}

// A Keepings is what is kept for how long, and what was removed lately, by day.
type Keepings struct {
	Kept    []Kept
	Lately  []Removal     // the newest first
	Since   schedule.Date // of these
	Setting Keeping
}

// removalsShown is how many days back removals are told one by one.
const removalsShown = 90

// Kept returns what is kept for how long, and what was removed.
func (s *Service) Kept(ctx context.Context) (Keepings, error) {
	now := s.Now()
	out := Keepings{Setting: s.Keep, Since: schedule.DateOf(now.UTC()).AddDays(-removalsShown)}
	sums, err := s.Store.RemovalSums(ctx)
	if err != nil {
		return out, err
	}
	for _, k := range s.Keep.kept(now) {
		for _, kind := range k.Kinds {
			sum := sums[kind]
			k.Removed += sum.N
			if k.Last.Before(sum.Day) {
				k.Last = sum.Day
			}
		}
		out.Kept = append(out.Kept, k)
	}
	out.Lately, err = s.Store.Removals(ctx, out.Since)
	return out, err
}

// months says for how long in words; empty for ever.
func months(n int) string {
	if n == 0 {
		return ""
	}
	return plural(n, "month", "months")
}

func daysOf(d time.Duration) string { return plural(int(d.Hours()/24), "day", "days") }

// kept is what is kept for how long.
func (k Keeping) kept(now time.Time) []Kept {
	pages, results := months(k.Pages), months(k.Results)
	before, older := k.PagesBefore(now), k.ResultsBefore(now)
	days := ""
	if k.Pages > 0 {
		days = "as long as all pages of their week"
	}
	return []Kept{
		{What: "Pages, with who was paged and who worked on them", Long: pages, Note: fmt.Sprintf("After the last thing that was told of them; a past that was fetched or came from a file stays whole for %s first.", daysOf(pastStays)), Before: before, Kinds: []string{RemovedPages}},
		{What: "What pagers, their APIs and files told of pages", Long: pages, Note: "It goes with the page.", Before: before, Kinds: []string{RemovedEvents}},
		{What: "What people said of pages", Long: pages, Note: "It goes with the page.", Before: before, Kinds: []string{RemovedSayings}},
		{What: "Days as they were measured of somebody", Long: days, Note: "Some two weeks less than the pages.", Kinds: []string{RemovedDays}},
		{What: "Weeks as they were measured", Note: "Once pages of a week are gone it is never measured again: late pages and corrections change nothing."},
		{What: "Results of surveys, and who was asked", Long: results, Note: "After they closed. Nobody keeps who answered what.", Before: older, Kinds: []string{RemovedWaves}},
		{What: "Results of all teams together", Long: results, Before: older, Kinds: []string{RemovedRounds}},
		{What: "Comments of surveys", Long: months(CommentsKept), Note: "After they closed."},
		{What: "Scores of teams, as they were told", Long: results, Before: older, Kinds: []string{RemovedScores}},
		{What: "Weekly reviews, with what was agreed", Long: results, Before: older, Kinds: []string{RemovedReviews}},
		{What: "Early warnings, with what was answered", Long: results, Before: older, Kinds: []string{RemovedAsked}},
		{What: "What pagers sent, as it came", Long: daysOf(BodiesKept), Note: fmt.Sprintf("That something came is known for %s; what could not be read waits for %s.", daysOf(DeliveriesKept), daysOf(DeadKept))},
		{What: "Files of past pages", Long: daysOf(BodiesKept), Note: fmt.Sprintf("Those that nobody took over for %s.", daysOf(TablesWait))},
		{What: "Time owed, published pay and the audit log", Note: "They are only ever added to."},
		{What: "Who left, by name", Long: months(k.Leavers), Note: "After they were deactivated. Then a label like “Former member 17” stands for them wherever they were; with their address, links, tokens and diary goes why they were away."},
		{What: "Shifts, absences, items and indicators", Note: "Whose they were is said as long as people are known by name."},
	}
}
