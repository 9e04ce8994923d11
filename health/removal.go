package health

import (
	"context"
	"time"

	"watchbill/schedule"
)

// The kinds of what is removed.
const (
	RemovedPages   = "page"    // with who had to do with them
	RemovedEvents  = "event"   // that told of pages
	RemovedSayings = "said"    // of pages
	RemovedDays    = "day"     // that were measured of somebody
	RemovedWaves   = "wave"    // of surveys: results, and who was asked
	RemovedRounds  = "round"   // results of all teams together
	RemovedReviews = "review"  // with what was agreed
	RemovedAsked   = "warning" // with what was answered
	RemovedScores  = "score"   // of teams, as they were told
)

// A Removal is how much of a kind was removed on a day because it was older than a moment.
type Removal struct {
	Day   schedule.Date // of UTC
	Kind  string
	N     int
	Older time.Time
}

// A RemovalStore removes what was kept for long enough. Each method removes some, so that
// nobody waits for long, and says how much.
type RemovalStore interface {
	// OldTeams returns teams that have pages which fired before a moment and of which nothing
	// was told since, but for those whose past from before it comes in, or has since another.
	OldTeams(ctx context.Context, before, fresh time.Time) ([]schedule.ID, error)
	// Counted says whether some of those of a team may have counted: not all came too late.
	Counted(ctx context.Context, team schedule.ID, before time.Time) (bool, error)
	// OldKeys returns the keys of some of them, by integration and key.
	OldKeys(ctx context.Context, team schedule.ID, before time.Time, most int) ([]PageName, error)
	// PagesOfKeys returns all pages of some keys of an integration, by their number.
	PagesOfKeys(ctx context.Context, integration schedule.ID, keys []string) (map[string][]KeptPage, error)
	// RemoveKeys removes all that was told and said of keys; DropPages removes pages, and has
	// nothing measured again.
	RemoveKeys(ctx context.Context, integration schedule.ID, keys []string) (events, said int, err error)
	DropPages(ctx context.Context, ids []schedule.ID) error
	RemoveSayings(ctx context.Context, name PageName, openings []string) (int, error)
	// RewriteEvents writes events anew that are there.
	RewriteEvents(ctx context.Context, integration schedule.ID, events []Event) error
	// Renumber writes the number of a page, and nothing else of it.
	Renumber(ctx context.Context, id schedule.ID, p *Page) error

	// RemoveLoose removes events that are about no page and came before another moment too, and
	// what was said of pages that are gone.
	RemoveLoose(ctx context.Context, before, fresh time.Time, most int) (events, said int, err error)
	// RemoveDays removes what was measured of days.
	RemoveDays(ctx context.Context, team schedule.ID, before schedule.Date, most int) (int, error)

	// RemoveWaves removes surveys that closed before a moment, with all of them but what was
	// published of all teams together: RemoveRounds removes that, of rounds before one.
	RemoveWaves(ctx context.Context, before time.Time, most int) (int, error)
	RemoveRounds(ctx context.Context, before int) (int, error)
	// RemoveReviews removes reviews of weeks before one, RemoveWarnings what was asked
	// before a moment.
	RemoveReviews(ctx context.Context, before schedule.Date, most int) (int, error)
	RemoveWarnings(ctx context.Context, before time.Time, most int) (int, error)
	RemoveScores(ctx context.Context, before schedule.Date, most int) (int, error) // of weeks before one

	AddRemovals(ctx context.Context, all []Removal) error
	// RemovalSums returns how much of each kind was ever removed, and the last day of it.
	RemovalSums(ctx context.Context) (map[string]Removal, error)
	Removals(ctx context.Context, since schedule.Date) ([]Removal, error) // the newest first
}
