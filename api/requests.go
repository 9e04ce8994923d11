package api

import (
	"context"
	"fmt"
	"slices"

	"watchbill/api/auth"
	"watchbill/schedule"
)

// A Request asks others to take a part of a shift, or to swap it.
type Request struct {
	ID         schedule.ID   `json:"id"`
	Team       schedule.ID   `json:"team"`
	State      string        `json:"state" enum:"open,accepted,declined,withdrawn,expired,void,undone"`
	Person     PersonRef     `json:"person" doc:"Whose shift it is"`
	To         *PersonRef    `json:"to,omitempty" doc:"Whom it asks; absent is everybody"`
	Wanted     ShiftPart     `json:"wanted" doc:"What is to be taken"`
	Return     *ShiftPart    `json:"return,omitempty" doc:"Of a swap: what is given for it"`
	Message    string        `json:"message,omitempty"`
	ExpiresAt  Instant       `json:"expires_at"`
	CreatedAt  Instant       `json:"created_at"`
	CreatedBy  *PersonRef    `json:"created_by,omitempty"`
	AnsweredAt Instant       `json:"answered_at,omitzero"`
	AnsweredBy *PersonRef    `json:"answered_by,omitempty"`
	Overrides  []schedule.ID `json:"overrides" doc:"What accepting it made"`
	Note       string        `json:"note,omitempty" doc:"Why it ended, where its state does not say it"`
}

// A ShiftPart is a part, or all, of a slot.
type ShiftPart struct {
	Slot     schedule.SlotID     `json:"slot"`
	Rotation schedule.RotationID `json:"rotation"`
	Start    Instant             `json:"start"`
	End      Instant             `json:"end"`
}

func partOf(p *schedule.Stretch) ShiftPart {
	return ShiftPart{p.Slot, p.Rotation, instantOf(p.Start), instantOf(p.End)}
}

// requests writes requests with the names of everybody in them.
func (s *Server) requests(ctx context.Context, list []schedule.Request) ([]Request, error) {
	ids := map[schedule.ID]bool{}
	for i := range list {
		r := &list[i]
		ids[r.Person], ids[r.To], ids[r.CreatedBy], ids[r.AnsweredBy] = true, true, true, true
	}
	people, err := names(ctx, s.Schedule.Store, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Request, 0, len(list))
	for i := range list {
		r := &list[i]
		x := Request{
			ID: r.ID, Team: r.Team, State: r.State, Person: *refTo(r.Person, people), To: refTo(r.To, people), Wanted: partOf(&r.Stretch),
			Message: r.Message, ExpiresAt: instantOf(r.ExpiresAt), CreatedAt: instantOf(r.CreatedAt), CreatedBy: refTo(r.CreatedBy, people),
			AnsweredAt: instantOf(r.AnsweredAt), AnsweredBy: refTo(r.AnsweredBy, people), Overrides: []schedule.ID{}, Note: r.Note,
		}
		if r.IsSwap() {
			back := partOf(&r.Return)
			x.Return = &back
		}
		for _, id := range []schedule.ID{r.Override, r.ReturnedBy} {
			if id != 0 {
				x.Overrides = append(x.Overrides, id)
			}
		}
		out = append(out, x)
	}
	return out, nil
}

type requestOut struct{ Body Request }

func (s *Server) oneRequest(ctx context.Context, r *schedule.Request, err error) (*requestOut, error) {
	if err != nil {
		return nil, err
	}
	list, err := s.requests(ctx, []schedule.Request{*r})
	if err != nil {
		return nil, err
	}
	return &requestOut{list[0]}, nil
}

type requestsIn struct {
	TeamPath
	State string `query:"state" enum:"open,accepted,declined,withdrawn,expired,void,undone" doc:"Only those in this state"`
	Paging
}

// Requests is a page of requests.
type Requests struct {
	Items []Request `json:"items" doc:"By ID"`
	Next  string    `json:"next,omitempty" doc:"The cursor of the next page; absent on the last"`
}

type requestsOut struct{ Body Requests }

// listRequests lists a team's requests, the last 500 of them.
func (s *Server) listRequests(ctx context.Context, in *requestsIn) (*requestsOut, error) {
	team, _, err := s.teamOfPeople(ctx, in.Team)
	if err != nil {
		return nil, err
	}
	var states []string
	if in.State != "" {
		states = append(states, in.State)
	}
	all, err := s.Schedule.Store.Requests(ctx, team.ID, states...)
	if err != nil {
		return nil, err
	}
	page, next, err := pagedByID(all, &in.Paging, func(r *schedule.Request) schedule.ID { return r.ID })
	if err != nil {
		return nil, err
	}
	items, err := s.requests(ctx, page)
	return &requestsOut{Requests{Items: items, Next: next}}, err
}

// RequestPath is the request in the path of a route.
type RequestPath struct {
	Request schedule.ID `path:"request" minimum:"1"`
}

// request finds a request for somebody in its team.
func (s *Server) request(ctx context.Context, id schedule.ID) (schedule.Request, auth.Who, error) {
	w := auth.From(ctx)
	r, err := s.Schedule.Store.Request(ctx, id)
	if err != nil {
		return r, w, err
	}
	return r, w, hidden(w.Must(auth.SeeContact, auth.Person(0, int64(r.Team))))
}

// getRequest returns a request.
func (s *Server) getRequest(ctx context.Context, in *struct{ RequestPath }) (*requestOut, error) {
	r, _, err := s.request(ctx, in.Request)
	return s.oneRequest(ctx, &r, err)
}

// A NewRequest asks for cover of a shift, or for a swap.
type NewRequest struct {
	Part
	Person  schedule.ID `json:"person,omitempty" minimum:"1" doc:"Whose shift it is, when a manager asks for them; yours when absent"`
	To      schedule.ID `json:"to,omitempty" minimum:"1" doc:"Whom to ask; everybody when absent"`
	Return  schedule.ID `json:"return,omitempty" minimum:"1" doc:"To swap: the published shift you would have in return, from whoever has it"`
	Message string      `json:"message,omitempty" maxLength:"1000"`
	Expires Instant     `json:"expires,omitzero" doc:"Until when an answer is wanted; at most until the part begins"`
}

type newRequestIn struct {
	ShiftPath
	Body NewRequest
}

// ask asks for cover or for a swap.
func (s *Server) ask(ctx context.Context, in *newRequestIn) (*requestOut, error) {
	v, w, err := s.slot(ctx, in.Shift)
	if err != nil {
		return nil, err
	}
	b := &in.Body
	owner := b.Person
	if owner == 0 || owner == me(w) {
		owner = me(w)
		err = w.Must(auth.AskCover, auth.Person(w.Person, int64(v.Team)))
	} else {
		err = w.Must(auth.Override, auth.Team(int64(v.Team)))
	}
	if err != nil {
		return nil, err
	}
	mine := v.of(owner)
	if mine == nil {
		return nil, fmt.Errorf("the shift is not with them: %w", schedule.ErrConflict)
	}
	r := schedule.Request{
		Team: v.Team, Person: owner, To: b.To, Message: b.Message, ExpiresAt: b.Expires.at,
		Stretch: b.stretch(v, later(mine.Start, s.Schedule.Now()), mine.End),
	}
	if b.Return != 0 {
		if r.To, r.Return, err = s.inReturn(ctx, v, b); err != nil {
			return nil, err
		}
	}
	r, err = s.Schedule.Ask(ctx, me(w), r)
	return s.oneRequest(ctx, &r, err)
}

// inReturn finds the shift that a swap wants, and who has it.
func (s *Server) inReturn(ctx context.Context, v *slot, b *NewRequest) (to schedule.ID, part schedule.Stretch, err error) {
	other, _, err := s.slot(ctx, b.Return)
	switch {
	case err != nil:
		return 0, part, err
	case other.Team != v.Team:
		return 0, part, invalid("return", "this is a shift of another team")
	case len(other.parts) == 0:
		return 0, part, fmt.Errorf("that shift is not what it was any more: %w", schedule.ErrConflict)
	}
	theirs := &other.parts[0]
	if b.To != 0 {
		theirs = other.of(b.To)
	}
	if theirs == nil || theirs.Person == 0 {
		return 0, part, invalid("return", "the shift in return is not with them")
	}
	return theirs.Person, schedule.Stretch{Slot: other.Slot, Rotation: other.Rotation, Start: theirs.Start, End: theirs.End}, nil
}

// answering finds a request for somebody who may take part in covers.
func (s *Server) answering(ctx context.Context, id schedule.ID) (schedule.Request, auth.Who, error) {
	r, w, err := s.request(ctx, id)
	if err == nil {
		err = w.Must(auth.AskCover, auth.Person(w.Person, int64(r.Team)))
	}
	return r, w, err
}

// accept takes what a request asks for. Of two at once one wins.
func (s *Server) accept(ctx context.Context, in *struct{ RequestPath }) (*requestOut, error) {
	r, w, err := s.answering(ctx, in.Request)
	if err != nil {
		return nil, err
	}
	r, err = s.Schedule.Accept(ctx, me(w), r.ID)
	return s.oneRequest(ctx, &r, err)
}

// An Approval is a manager's yes for somebody.
type Approval struct {
	Person schedule.ID `json:"person,omitempty" minimum:"1" doc:"Who gets it; whom the request asks when absent"`
	Reason string      `json:"reason" maxLength:"1000" doc:"The people concerned will read it"`
}

type approveIn struct {
	RequestPath
	Body Approval
}

// approve is accept by a manager for somebody, rules or not.
func (s *Server) approve(ctx context.Context, in *approveIn) (*requestOut, error) {
	r, w, err := s.request(ctx, in.Request)
	if err == nil {
		err = w.Must(auth.Override, auth.Team(int64(r.Team)))
	}
	if err != nil {
		return nil, err
	}
	r, err = s.Schedule.Approve(ctx, me(w), r.ID, in.Body.Person, in.Body.Reason)
	return s.oneRequest(ctx, &r, err)
}

// decline says no to a request that asks one person.
func (s *Server) decline(ctx context.Context, in *struct{ RequestPath }) (*requestOut, error) {
	r, w, err := s.answering(ctx, in.Request)
	if err == nil {
		err = s.Schedule.Decline(ctx, me(w), r.ID)
	}
	if err != nil {
		return nil, err
	}
	r, err = s.Schedule.Store.Request(ctx, r.ID)
	return s.oneRequest(ctx, &r, err)
}

// withdraw takes a request back: whoever made it, whose shift it is, or a manager.
func (s *Server) withdraw(ctx context.Context, in *struct{ RequestPath }) (*requestOut, error) {
	r, w, err := s.request(ctx, in.Request)
	if err == nil && !slices.Contains([]schedule.ID{r.Person, r.CreatedBy}, me(w)) {
		err = w.Must(auth.Override, auth.Team(int64(r.Team)))
	}
	if err == nil {
		err = s.Schedule.Withdraw(ctx, me(w), r.ID)
	}
	if err != nil {
		return nil, err
	}
	r, err = s.Schedule.Store.Request(ctx, r.ID)
	return s.oneRequest(ctx, &r, err)
}

// A Move gives a part of a shift to somebody, or nobody.
type Move struct {
	Part
	Shift schedule.ID `json:"shift" minimum:"1" doc:"The published shift"`
	To    schedule.ID `json:"to,omitempty" minimum:"1" doc:"Who would get it; absent is nobody"`
}

// Moves are what is thought of.
type Moves struct {
	Moves []Move `json:"moves" minItems:"1" maxItems:"10" doc:"What would happen together; two for a swap"`
}

type effectsIn struct {
	TeamPath
	Body Moves
}

// An Effect is what moves would mean for one of the people they concern.
type Effect struct {
	Person  PersonRef `json:"person"`
	Allowed bool      `json:"allowed" doc:"Whether no hard rule is broken"`
	Rules   []Finding `json:"rules" doc:"What the hard rules say of what they would get"`
	Points  int64     `json:"points" doc:"What they get; negative what they give"`
	Before  int64     `json:"before" doc:"How far above their fair share they are at the end of the plan, in thousandths of a point"`
	After   int64     `json:"after" doc:"How far above it they would be"`
	Near    int       `json:"near" doc:"Their other shifts within two weeks of what they get"`
}

// A Finding is what one hard rule says.
type Finding struct {
	Rule   string `json:"rule"`
	Broken bool   `json:"broken"`
	Text   string `json:"text"`
}

// Effects are what moves would mean.
type Effects struct {
	Items []Effect `json:"items" doc:"For everybody who gets or gives something"`
}

type effectsOut struct{ Body Effects }

// effects says what moves would mean, and changes nothing. Members ask about moves
// that concern them, managers about any.
func (s *Server) effects(ctx context.Context, in *effectsIn) (*effectsOut, error) {
	team, w, err := s.team(ctx, auth.SeeTeam, in.Team)
	if err == nil && !w.May(auth.SeePersonsLoad, auth.Team(int64(in.Team))) {
		err = w.Must(auth.AskCover, auth.Person(w.Person, int64(in.Team)))
	}
	if err != nil {
		return nil, err
	}
	moves, mine, err := s.moves(ctx, &in.Body, team.ID, me(w))
	if err != nil {
		return nil, err
	}
	if !mine && !w.May(auth.SeePersonsLoad, auth.Team(int64(in.Team))) {
		return nil, auth.ErrForbidden
	}
	all, err := s.Schedule.Effects(ctx, team.ID, moves)
	if err != nil {
		return nil, err
	}
	ids := map[schedule.ID]bool{}
	for _, e := range all[0] {
		ids[e.Person] = true
	}
	people, err := names(ctx, s.Schedule.Store, ids)
	out := &effectsOut{Effects{Items: []Effect{}}}
	for i := range all[0] {
		e := &all[0][i]
		x := Effect{
			Person: *refTo(e.Person, people), Allowed: !e.Broken(), Rules: []Finding{}, Points: e.Points, Before: e.Before, After: e.After, Near: e.Near,
		}
		for _, f := range e.Findings {
			x.Rules = append(x.Rules, Finding(f))
		}
		out.Body.Items = append(out.Body.Items, x)
	}
	return out, err
}

// moves reads moves; mine says whether a person gets or gives something.
func (s *Server) moves(ctx context.Context, b *Moves, team, person schedule.ID) (moves []schedule.Move, mine bool, err error) {
	for i := range b.Moves {
		m := &b.Moves[i]
		v, _, err := s.slot(ctx, m.Shift)
		if err != nil {
			return nil, false, err
		}
		if v.Team != team {
			return nil, false, invalid(fmt.Sprintf("moves[%d].shift", i), "this is a shift of another team")
		}
		moves = append(moves, schedule.Move{Stretch: m.stretch(v, v.Start, v.End), To: m.To})
		mine = mine || m.To == person || v.of(person) != nil
	}
	return moves, mine, nil
}
