package ui

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"watchbill/api/auth"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// A slotView is a published shift with the parts it has come to.
type slotView struct {
	schedule.Published
	team  schedule.TeamRecord
	parts []schedule.Shift
	who   auth.Who
	frame Frame
	names map[schedule.ID]schedule.Profile
}

// slot finds the shift of the path. One that was replaced leads to what is
// published in its place.
func (s *Site) slot(c echo.Context, need auth.Action) (*slotView, error) {
	ctx := c.Request().Context()
	w, err := who(c)
	if err != nil {
		return nil, err
	}
	id, err := param(c, "shift")
	if err != nil {
		return nil, err
	}
	v := &slotView{who: w}
	if v.Published, err = s.Schedule.Store.PublishedShift(ctx, id); err != nil {
		return nil, err
	}
	on := auth.Team(int64(v.Team))
	if need == auth.AskCover {
		on.Person = w.Person
	}
	if err := w.Must(auth.SeeTeam, on); err != nil {
		return nil, err
	}
	if err := w.Must(need, on); err != nil {
		return nil, err
	}
	if v.team, err = s.Schedule.Store.Team(ctx, v.Team); err != nil {
		return nil, err
	}
	if v.names, err = s.names(ctx); err != nil {
		return nil, err
	}
	shifts, err := s.Schedule.Shifts(ctx, v.Team, v.Start, v.End, time.Time{})
	if err != nil {
		return nil, err
	}
	for _, t := range shifts {
		if t.Slot == v.Slot {
			v.parts = append(v.parts, t)
		}
	}
	if len(v.parts) > 0 && v.parts[0].ID != v.ID {
		if v.Published, err = s.Schedule.Store.PublishedShift(ctx, v.parts[0].ID); err != nil {
			return nil, err
		}
	}
	if v.frame, err = s.frame(c, w, upper(string(v.Rotation))+" shift", "schedule"); err != nil {
		return nil, err
	}
	team, err := s.Schedule.Store.Team(ctx, v.Team)
	v.frame.about(w, &team)
	return v, err
}

func (v *slotView) path() string { return "/shifts/" + itoa(int64(v.ID)) }

// mine returns the part of the shift that the reader has and that is not over.
func (v *slotView) mine() *schedule.Shift {
	for i := range v.parts {
		if v.parts[i].Person == me(v.who) && v.frame.Now.Before(v.parts[i].End) {
			return &v.parts[i]
		}
	}
	return nil
}

// turn returns the part that the page is about: who has it now, or else the reader's,
// or the first.
func (v *slotView) turn() schedule.Shift {
	at := slices.IndexFunc(v.parts, func(t schedule.Shift) bool { return !v.frame.Now.Before(t.Start) && v.frame.Now.Before(t.End) })
	if at < 0 {
		at = slices.IndexFunc(v.parts, func(t schedule.Shift) bool { return t.Person == me(v.who) })
	}
	if len(v.parts) == 0 {
		return schedule.Shift{Start: v.Start, End: v.End}
	}
	return v.parts[max(at, 0)]
}

// shift shows one shift and what can be done with it.
func (s *Site) shift(c echo.Context) error {
	v, err := s.slot(c, auth.SeeTeam)
	if err != nil {
		return err
	}
	page, err := s.shiftPage(c.Request().Context(), v)
	if err != nil {
		return err
	}
	page.Open = c.QueryParam("open")
	return s.show(c, http.StatusOK, "shift", page)
}

func (s *Site) shiftPage(ctx context.Context, v *slotView) (*Shift, error) {
	now := v.frame.Now
	page := &Shift{
		Frame: v.frame, ID: int64(v.ID), Rotation: upper(string(v.Rotation)), Kind: kind(v.Rotation), Start: v.Start, End: v.End,
		TeamZone: v.team.Zone, State: "published", Yours: v.mine() != nil,
	}
	if !v.End.After(now) {
		page.State = "past"
	} else if !v.Start.After(now) {
		page.State = "running"
	}
	for i := range v.parts {
		t := &v.parts[i]
		if len(v.parts) > 1 {
			page.Parts = append(page.Parts, s.line(&schedule.TeamShift{Team: v.Team, Shift: *t}, v.names, me(v.who), nil))
		}
		if len(v.parts) > 1 && t.Person == 0 && t.End.After(now) {
			page.Holes = append(page.Holes, Stretch{t.Start, t.End})
		}
	}
	turn := v.turn()
	holder := turn.Person
	page.Who, page.Mine, page.From = v.names[holder].Name, holder == me(v.who), turn.Start
	var err error
	whole := schedule.TeamShift{Team: v.Team, Shift: schedule.Shift{Rotation: v.Rotation, Person: holder, Start: turn.Start, End: turn.End}}
	if page.Relieves, page.RelievedBy, err = s.neighbours(ctx, &whole, v.names); err != nil {
		return nil, err
	}
	if err := s.history(ctx, v, page); err != nil {
		return nil, err
	}
	all, err := s.allRequests(ctx, v.who, v.names, schedule.RequestOpen)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if r.ShiftID == page.ID || r.Give != nil && r.Give.ID == page.ID {
			page.Requests = append(page.Requests, r)
		}
	}
	if err := s.explain(ctx, v.who, v.names, page.Requests); err != nil {
		return nil, err
	}
	if page.State == "past" {
		return page, nil
	}
	return page, s.offer(ctx, v, page)
}

// endOf says what ended an override: a plan, or whoever took it back.
func (s *Site) endOf(ctx context.Context, o *schedule.Override) (string, error) {
	plans, err := s.Schedule.Store.Plans(ctx, o.Team)
	for i := range plans {
		if p := &plans[i]; p.PublishedAt.Equal(o.CancelledAt) && p.PublishedBy == o.CancelledBy {
			return fmt.Sprintf("ended that by publishing plan %d", p.Number), err
		}
	}
	return "took that back", err
}

// history tells what happened to the shift, the newest first.
func (s *Site) history(ctx context.Context, v *slotView, page *Shift) error {
	overrides, err := s.Schedule.Store.Overrides(ctx, v.Team, v.Start, v.End)
	if err != nil {
		return err
	}
	name := func(id schedule.ID) string {
		if id == 0 {
			return "nobody"
		}
		return v.names[id].Name
	}
	page.History = append(page.History, Event{When: v.Since, Text: "Published with " + name(v.Person)})
	for i := range overrides {
		o := &overrides[i]
		if o.Slot != v.Slot {
			continue
		}
		text := fmt.Sprintf("gave it to %s instead of %s", name(o.Person), name(o.InsteadOf))
		if o.Kind == schedule.Covered && o.CreatedBy == o.Person {
			text = "took it from " + name(o.InsteadOf)
		}
		if o.Kind == schedule.Swapped {
			text = fmt.Sprintf("swapped: %s has it instead of %s", name(o.Person), name(o.InsteadOf))
		}
		if o.Reason != "" && o.Reason != "taken" {
			text += ": " + o.Reason
		}
		if o.Broke != "" {
			text += " (against a rule: " + o.Broke + ")"
		}
		page.History = append(page.History, Event{When: o.CreatedAt, Who: v.names[o.CreatedBy].Name, Text: text})
		if !o.CancelledAt.IsZero() {
			text, err := s.endOf(ctx, o)
			if err != nil {
				return err
			}
			page.History = append(page.History, Event{When: o.CancelledAt, Who: v.names[o.CancelledBy].Name, Text: text})
		} else if page.State != "past" && o.End.After(page.Now) && (o.Party(me(v.who)) || v.who.May(auth.Override, auth.Team(int64(v.Team)))) {
			undo, err := s.undoing(ctx, v, o, name)
			if err != nil {
				return err
			}
			page.Undo = append(page.Undo, undo)
		}
	}
	slices.SortStableFunc(page.History, func(a, b Event) int { return b.When.Compare(a.When) })
	return nil
}

// undoing offers to take an override back.
func (s *Site) undoing(ctx context.Context, v *slotView, o *schedule.Override, name func(schedule.ID) string) (Undo, error) {
	undo := Undo{ID: int64(o.ID), Text: upper(fmt.Sprintf("%s has it instead of %s", name(o.Person), name(o.InsteadOf)))}
	if o.Start.After(v.Start) || o.End.Before(v.End) {
		undo.Start, undo.End = o.Start, o.End
	}
	both, err := s.Schedule.IsHalf(ctx, o)
	switch {
	case both:
		undo.Text += ", in a swap: both shifts go back"
	case !o.Start.After(v.frame.Now):
		undo.Text += ": the rest goes back"
	}
	return undo, err
}
