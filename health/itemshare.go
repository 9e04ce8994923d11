package health

import (
	"context"
	"time"

	"watchbill/schedule"

	"gonum.org/v1/gonum/mathext"
)

// OnTime is how many of the actions that were due in a period were done by their day.
type OnTime struct {
	Due  int `json:"due"`
	Done int `json:"on_time"`
	// Share is Done of Due, and Low and High hold the true one 95 times in a hundred.
	// All are 0 where nothing was due.
	Share float64 `json:"share"`
	Low   float64 `json:"lo"`
	High  float64 `json:"hi"`
}

// counted is the day by which an action is judged: the first on which it was due and not
// done, else that on which it is due.
func (i *Item) counted() schedule.Date {
	if !i.Missed.IsZero() {
		return i.Missed
	}
	return i.Due
}

// InTime returns the share of actions that were due in [from, until) and done on time,
// as of a day. Each counts once, by the first day that it missed: moving the day later
// makes nothing on time. What was dropped by its day is left out, because it was decided
// in time; what was dropped later was due and was not done. What is due today or later
// counts only when it is done.
func InTime(items []Item, from, until, today schedule.Date) OnTime {
	var t OnTime
	for k := range items {
		i := &items[k]
		day := i.counted()
		if i.Kind != ItemAction || day.IsZero() || day.Before(from) || !day.Before(until) {
			continue
		}
		inTime := !i.Open() && !i.DoneOn.After(day)
		switch {
		case i.Open() && !day.Before(today), i.State == ItemDropped && inTime:
			continue
		case i.State == ItemDone && inTime:
			t.Done++
		}
		t.Due++
	}
	if t.Due > 0 {
		t.Share = float64(t.Done) / float64(t.Due)
		t.Low, t.High = proportion(t.Done, t.Due)
	}
	return t
}

// proportion returns the exact interval (Clopper and Pearson) of a share, which holds it
// 95 times in a hundred.
func proportion(k, n int) (low, high float64) {
	const tail = 0.025
	x, all := float64(k), float64(n)
	high = 1
	if k > 0 {
		low = mathext.InvRegIncBeta(x, all-x+1, tail)
	}
	if k < n {
		high = mathext.InvRegIncBeta(x+1, all-x, 1-tail)
	}
	return low, high
}

// OnTimeTarget is the share that a good team reaches.
const OnTimeTarget = 0.92

// An ItemEffect is how often what an item is about has paged before and after it was
// done. Other things change meanwhile: it says what happened, not why.
type ItemEffect struct {
	Before, After Rate  // pages a week
	Trend         Trend // of the second to the first
}

// effectWeeks is how long before and after an item is looked at, in weeks.
const effectWeeks = 12

// Early reports whether too little time has passed to say anything.
func (e *ItemEffect) Early() bool { return e.After.Exposure < 1 || e.Before.Exposure < 1 }

// ItemEffect counts the pages of what an item is about, in up to twelve weeks before it
// was done and up to twelve since. It is nil for an item that is not done or about no
// service.
func (s *Service) ItemEffect(ctx context.Context, i *Item) (*ItemEffect, error) {
	if i.State != ItemDone || i.Service == "" {
		return nil, nil
	}
	first, err := s.Store.FirstNotice(ctx, i.Team)
	if err != nil || first.IsZero() {
		return nil, err
	}
	const span = effectWeeks * 7 * 24 * time.Hour
	kept, err := keptSince(ctx, s.Store, i.Team)
	if err != nil {
		return nil, err
	}
	from, to := later(i.DoneAt.Add(-span), later(first, kept)), i.DoneAt.Add(span)
	to = later(earlier(to, s.Now()), i.DoneAt)
	if !from.Before(i.DoneAt) {
		return nil, nil
	}
	before, err := s.Store.CountPages(ctx, i.Team, i.Service, i.Alert, from, i.DoneAt)
	if err != nil {
		return nil, err
	}
	after, err := s.Store.CountPages(ctx, i.Team, i.Service, i.Alert, i.DoneAt, to)
	if err != nil {
		return nil, err
	}
	weeks := func(a, b time.Time) float64 { return b.Sub(a).Hours() / hoursPerWeek }
	e := &ItemEffect{Garwood(before, weeks(from, i.DoneAt), 0.95), Garwood(after, weeks(i.DoneAt, to), 0.95), compare(before, weeks(from, i.DoneAt), after, weeks(i.DoneAt, to))}
	return e, nil
}
