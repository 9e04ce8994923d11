package api

import (
	"context"

	"watchbill/api/auth"
)

// Retention is what is kept for how long, and what was removed.
type Retention struct {
	Pages   int       `json:"pages_months" doc:"For how many months pages are kept, and what hangs from them; 0 is for ever"`
	Results int       `json:"results_months" doc:"The same of results of surveys, reviews and early warnings"`
	Leavers int       `json:"leavers_months" doc:"For how many months whoever left is known by name; 0 is until an administrator says so"`
	Kept    []Kept    `json:"kept"`
	Since   Day       `json:"removed_since" doc:"The first day of which removed tells; of UTC"`
	Removed []Removal `json:"removed" doc:"By day, the newest first. Of whom it was is gone with it"`
}

// Kept is something that is kept.
type Kept struct {
	What    string  `json:"what"`
	Long    string  `json:"for" doc:"For how long; empty: until somebody removes it"`
	Note    string  `json:"note,omitempty"`
	Before  Instant `json:"older_than,omitzero" doc:"What is older is removed; left out where it goes by something else, or not at all"`
	Removed int     `json:"removed" doc:"How much was ever removed"`
	Last    Day     `json:"last_removed,omitzero" doc:"On which day some was removed last; left out: never"`
}

// Removal is how much of a kind was removed on a day.
type Removal struct {
	Day   Day     `json:"day" doc:"Of UTC"`
	Kind  string  `json:"kind" doc:"page, event, said, day, wave, round, review, warning or score"`
	N     int     `json:"n"`
	Older Instant `json:"older_than"`
}

type retentionOut struct{ Body Retention }

// retention says what is kept for how long.
func (s *Server) retention(ctx context.Context, _ *struct{}) (*retentionOut, error) {
	if err := auth.From(ctx).Must(auth.SeeAuditAll, auth.On{}); err != nil {
		return nil, err
	}
	k, err := s.Health.Kept(ctx)
	if err != nil {
		return nil, err
	}
	out := &retentionOut{Retention{Pages: k.Setting.Pages, Results: k.Setting.Results, Leavers: k.Setting.Leavers, Since: Day{k.Since}, Kept: []Kept{}, Removed: []Removal{}}}
	for i := range k.Kept {
		x := &k.Kept[i]
		out.Body.Kept = append(out.Body.Kept, Kept{What: x.What, Long: x.Long, Note: x.Note, Before: instantOf(x.Before), Removed: x.Removed, Last: Day{x.Last}})
	}
	for _, r := range k.Lately {
		out.Body.Removed = append(out.Body.Removed, Removal{Day: Day{r.Day}, Kind: r.Kind, N: r.N, Older: Instant{r.Older}})
	}
	return out, nil
}
