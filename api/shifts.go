package api

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"watchbill/api/auth"
	"watchbill/schedule"
)

// ShiftPath is the published shift in the path of a route.
type ShiftPath struct {
	Shift schedule.ID `path:"shift" minimum:"1"`
}

// hidden makes what somebody may not see look as if it did not exist.
func hidden(err error) error {
	if errors.Is(err, auth.ErrForbidden) {
		return fmt.Errorf("hidden (%w): %s", schedule.ErrNotFound, err.Error()) // only one of the two kinds
	}
	return err
}

// A slot is a published shift with its team and what has become of it.
type slot struct {
	schedule.Published
	team  schedule.TeamRecord
	parts []schedule.Shift // as they are; none when the shift is no more
}

// slot finds a shift for somebody who may see it. One that was replaced stands for
// what is published in its place.
func (s *Server) slot(ctx context.Context, id schedule.ID) (*slot, auth.Who, error) {
	w := auth.From(ctx)
	p, err := s.Schedule.Store.PublishedShift(ctx, id)
	if err != nil {
		return nil, w, err
	}
	v := &slot{Published: p}
	if v.team, w, err = s.team(ctx, auth.SeeTeam, p.Team); err != nil {
		return nil, w, hidden(err)
	}
	all, err := s.Schedule.Shifts(ctx, p.Team, p.Start, p.End, time.Time{})
	for _, t := range all {
		if t.Slot == p.Slot {
			v.parts = append(v.parts, t)
		}
	}
	return v, w, err
}

// of returns the part of the slot that a person has, or nobody.
func (v *slot) of(person schedule.ID) *schedule.Shift {
	at := slices.IndexFunc(v.parts, func(t schedule.Shift) bool { return t.Person == person })
	if at < 0 {
		return nil
	}
	return &v.parts[at]
}

// A Part of a body says which part of a shift is meant.
type Part struct {
	Start Instant `json:"start,omitzero" doc:"When the part begins; with the shift when absent"`
	End   Instant `json:"end,omitzero" doc:"When the part ends, not included; with the shift when absent"`
}

// stretch is the part of a slot between two instants, unless p says otherwise.
func (p *Part) stretch(v *slot, start, end time.Time) schedule.Stretch {
	out := schedule.Stretch{Slot: v.Slot, Rotation: v.Rotation, Start: start, End: end}
	if !p.Start.IsZero() {
		out.Start = p.Start.at
	}
	if !p.End.IsZero() {
		out.End = p.End.at
	}
	return out
}

// later is the later of two instants.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// An Override is a decision that puts somebody, or nobody, in the place of whoever
// has a part of a shift.
type Override struct {
	ID          schedule.ID         `json:"id"`
	Team        schedule.ID         `json:"team"`
	Slot        schedule.SlotID     `json:"slot"`
	Rotation    schedule.RotationID `json:"rotation"`
	Kind        string              `json:"kind" enum:"override,cover,swap"`
	Person      *PersonRef          `json:"person,omitempty" doc:"Who has it now; absent is nobody"`
	InsteadOf   *PersonRef          `json:"instead_of,omitempty"`
	Start       Instant             `json:"start"`
	End         Instant             `json:"end"`
	Reason      string              `json:"reason,omitempty"`
	Broke       string              `json:"broke,omitempty" doc:"The rules that it breaks, which a manager wanted anyway"`
	CreatedAt   Instant             `json:"created_at"`
	CreatedBy   *PersonRef          `json:"created_by,omitempty"`
	CancelledAt Instant             `json:"cancelled_at,omitzero" doc:"When it was undone; absent while it holds"`
	CancelledBy *PersonRef          `json:"cancelled_by,omitempty"`
}

func overrideOf(o *schedule.Override, people map[schedule.ID]string) Override {
	return Override{
		ID: o.ID, Team: o.Team, Slot: o.Slot, Rotation: o.Rotation, Kind: o.Kind, Person: refTo(o.Person, people), InsteadOf: refTo(o.InsteadOf, people),
		Start: instantOf(o.Start), End: instantOf(o.End), Reason: o.Reason, Broke: o.Broke, CreatedAt: instantOf(o.CreatedAt),
		CreatedBy: refTo(o.CreatedBy, people), CancelledAt: instantOf(o.CancelledAt), CancelledBy: refTo(o.CancelledBy, people),
	}
}

// overrides writes overrides with the names of everybody in them.
func (s *Server) overrides(ctx context.Context, list []schedule.Override) ([]Override, error) {
	ids := map[schedule.ID]bool{}
	for i := range list {
		o := &list[i]
		ids[o.Person], ids[o.InsteadOf], ids[o.CreatedBy], ids[o.CancelledBy] = true, true, true, true
	}
	people, err := names(ctx, s.Schedule.Store, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Override, 0, len(list))
	for i := range list {
		o := overrideOf(&list[i], people)
		if auth.From(ctx).Service { // reasons say things about people
			o.Reason, o.Broke = "", ""
		}
		out = append(out, o)
	}
	return out, nil
}

// A ShiftHistory is a published shift with what has become of it.
type ShiftHistory struct {
	ID        schedule.ID         `json:"id"`
	Team      TeamRef             `json:"team"`
	Slot      schedule.SlotID     `json:"slot"`
	Rotation  schedule.RotationID `json:"rotation"`
	Start     Instant             `json:"start"`
	End       Instant             `json:"end"`
	Planned   *PersonRef          `json:"planned,omitempty" doc:"Who the plan has; absent when it has nobody"`
	Points    int64               `json:"points"`
	Since     Instant             `json:"since" doc:"When it was published"`
	Until     Instant             `json:"until,omitzero" doc:"When something else was published in its place"`
	Parts     []Shift             `json:"parts" doc:"Who has it now, part by part; empty when there is no such shift any more"`
	Overrides []Override          `json:"overrides" doc:"What was decided about it, the first first"`
}

type shiftOut struct{ Body ShiftHistory }

// getShift returns a shift with its history.
func (s *Server) getShift(ctx context.Context, in *struct{ ShiftPath }) (*shiftOut, error) {
	v, _, err := s.slot(ctx, in.Shift)
	if err != nil {
		return nil, err
	}
	w, err := s.shiftWriter(ctx, &v.team, append(slices.Clone(v.parts), schedule.Shift{Published: v.Person}))
	if err != nil {
		return nil, err
	}
	out := &shiftOut{ShiftHistory{
		ID: v.ID, Team: TeamRef{v.team.ID, v.team.Name, v.team.Zone}, Slot: v.Slot, Rotation: v.Rotation, Start: instantOf(v.Start), End: instantOf(v.End),
		Planned: w.person(v.Person), Points: v.Points, Since: instantOf(v.Since), Until: instantOf(v.Until), Parts: []Shift{},
	}}
	for i := range v.parts {
		out.Body.Parts = append(out.Body.Parts, w.shift(&v.parts[i]))
	}
	overrides, err := s.Schedule.Store.Overrides(ctx, v.Team, v.Start, v.End)
	if err != nil {
		return nil, err
	}
	overrides = slices.DeleteFunc(overrides, func(o schedule.Override) bool { return o.Slot != v.Slot })
	out.Body.Overrides, err = s.overrides(ctx, overrides)
	return out, err
}

type overridesIn struct {
	TeamPath
	Window
	Paging
}

// Overrides is a page of overrides.
type Overrides struct {
	Items []Override `json:"items" doc:"By ID, those that were undone too"`
	Next  string     `json:"next,omitempty" doc:"The cursor of the next page; absent on the last"`
}

type overridesOut struct{ Body Overrides }

// listOverrides lists what was decided about shifts in a window.
func (s *Server) listOverrides(ctx context.Context, in *overridesIn) (*overridesOut, error) {
	team, _, err := s.teamOfPeople(ctx, in.Team)
	if err != nil {
		return nil, err
	}
	from, to, err := in.span(s.Schedule.Now())
	if err != nil {
		return nil, err
	}
	all, err := s.Schedule.Store.Overrides(ctx, team.ID, from, to)
	if err != nil {
		return nil, err
	}
	page, next, err := pagedByID(all, &in.Paging, func(o *schedule.Override) schedule.ID { return o.ID })
	if err != nil {
		return nil, err
	}
	items, err := s.overrides(ctx, page)
	return &overridesOut{Overrides{Items: items, Next: next}}, err
}

// A NewOverride puts somebody, or nobody, in for a part of a shift.
type NewOverride struct {
	Part
	Person schedule.ID `json:"person,omitempty" minimum:"1" doc:"Who gets it; absent with nobody"`
	Nobody bool        `json:"nobody,omitempty" doc:"Make it visibly unfilled"`
	Reason string      `json:"reason" maxLength:"1000" doc:"The people concerned will read it"`
}

type newOverrideIn struct {
	ShiftPath
	Body NewOverride
}

type overrideOut struct{ Body Override }

// addOverride is a manager's decision about a part of a shift.
func (s *Server) addOverride(ctx context.Context, in *newOverrideIn) (*overrideOut, error) {
	v, w, err := s.slot(ctx, in.Shift)
	if err == nil {
		err = w.Must(auth.Override, auth.Team(int64(v.Team)))
	}
	switch {
	case err != nil:
		return nil, err
	case in.Body.Nobody != (in.Body.Person == 0):
		return nil, invalid("person", "say who gets it, or nobody: true")
	}
	o, err := s.Schedule.Put(ctx, me(w), v.Team, in.Body.stretch(v, v.Start, v.End), in.Body.Person, in.Body.Reason)
	return s.oneOverride(ctx, &o, err)
}

func (s *Server) oneOverride(ctx context.Context, o *schedule.Override, err error) (*overrideOut, error) {
	if err != nil {
		return nil, err
	}
	list, err := s.overrides(ctx, []schedule.Override{*o})
	if err != nil {
		return nil, err
	}
	return &overrideOut{list[0]}, nil
}

type takeIn struct {
	ShiftPath
	Body *Part `required:"false"`
}

// take gives an unfilled part of a shift to whoever asks.
func (s *Server) take(ctx context.Context, in *takeIn) (*overrideOut, error) {
	v, w, err := s.slot(ctx, in.Shift)
	if err == nil {
		err = w.Must(auth.AskCover, auth.Person(w.Person, int64(v.Team)))
	}
	if err != nil {
		return nil, err
	}
	open, part := v.of(0), in.Body
	if open == nil {
		return nil, fmt.Errorf("somebody has this shift; it can be taken when they ask for cover: %w", schedule.ErrConflict)
	}
	if part == nil {
		part = &Part{}
	}
	o, err := s.Schedule.Take(ctx, me(w), v.Team, part.stretch(v, later(open.Start, s.Schedule.Now()), open.End))
	return s.oneOverride(ctx, &o, err)
}

// A WhyTaken says who takes over a running shift, and why.
type WhyTaken struct {
	Reason    string      `json:"reason,omitempty" maxLength:"1000" doc:"Whoever has it will read it"`
	Person    schedule.ID `json:"person,omitempty" minimum:"1" doc:"Who takes it, when whoever has it cannot be reached; yourself when absent"`
	InsteadOf schedule.ID `json:"instead_of,omitempty" minimum:"1" doc:"Who cannot be reached; when somebody else has it by now it is a conflict. Asked for with person"`
}

type takeOverIn struct {
	ShiftPath
	Body *WhyTaken `required:"false"`
}

// takeOver gives what is left of a teammate's running shift to whoever asks, or to
// somebody else when whoever has it cannot be reached.
func (s *Server) takeOver(ctx context.Context, in *takeOverIn) (*overrideOut, error) {
	v, w, err := s.slot(ctx, in.Shift)
	if err == nil {
		err = w.Must(auth.AskCover, auth.Person(w.Person, int64(v.Team)))
	}
	if err != nil {
		return nil, err
	}
	body := in.Body
	if body == nil {
		body = &WhyTaken{}
	}
	if body.Person == 0 && body.InsteadOf == 0 {
		o, err := s.Schedule.TakeOver(ctx, me(w), v.Team, v.Slot, body.Reason)
		return s.oneOverride(ctx, &o, err)
	}
	if body.Person == 0 {
		body.Person = me(w)
	}
	o, err := s.Schedule.StandIn(ctx, me(w), body.Person, body.InsteadOf, v.Team, v.Slot, body.Reason)
	return s.oneOverride(ctx, &o, err)
}

// An UndoReason is a manager's reason to break a rule by undoing.
type UndoReason struct {
	Reason string `json:"reason,omitempty" maxLength:"1000" doc:"Of a manager who breaks a rule by it"`
}

type undoIn struct {
	Override schedule.ID `path:"override" minimum:"1"`
	Body     *UndoReason `required:"false"`
}

// undo takes an override back: a manager any, the people concerned their own.
func (s *Server) undo(ctx context.Context, in *undoIn) (*overrideOut, error) {
	w := auth.From(ctx)
	o, err := s.Schedule.Store.Override(ctx, in.Override)
	if err != nil {
		return nil, err
	}
	on := auth.Person(w.Person, int64(o.Team))
	if err := w.Must(auth.SeeTeam, on); err != nil {
		return nil, hidden(err)
	}
	manager := w.May(auth.Override, auth.Team(int64(o.Team)))
	if !manager && !(o.Party(me(w)) && w.May(auth.AskCover, on)) {
		return nil, auth.ErrForbidden
	}
	if manager && in.Body != nil && in.Body.Reason != "" {
		err = s.Schedule.UndoAnyway(ctx, me(w), o.ID, in.Body.Reason)
	} else {
		err = s.Schedule.Undo(ctx, me(w), o.ID)
	}
	if err != nil {
		return nil, err
	}
	o, err = s.Schedule.Store.Override(ctx, in.Override)
	return s.oneOverride(ctx, &o, err)
}
