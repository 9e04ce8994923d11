package api

import (
	"context"
	"fmt"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// A Delivery is what a pager sent in one request.
type Delivery struct {
	ID         schedule.ID `json:"id"`
	ReceivedAt Instant     `json:"received_at"`
	State      string      `json:"state" enum:"new,done,dead,discarded" doc:"It waits, was read, cannot be read, or shall not be"`
	Attempts   int         `json:"attempts"`
	NextAt     Instant     `json:"next_at,omitzero" doc:"When it is tried, while it waits"`
	DoneAt     Instant     `json:"done_at,omitzero"`
	Code       string      `json:"code,omitempty" doc:"Why it is dead, in a word"`
	Error      string      `json:"error,omitempty" doc:"Why, in full"`
	Note       string      `json:"note,omitempty" doc:"Why it was discarded"`
}

func deliveryOf(d *health.Delivery) Delivery {
	out := Delivery{
		ID: d.ID, ReceivedAt: instantOf(d.ReceivedAt), State: d.State, Attempts: d.Attempts, DoneAt: instantOf(d.DoneAt), Code: d.Code, Error: d.Error, Note: d.Note,
	}
	if d.State == health.DeliveryNew {
		out.NextAt = instantOf(d.NextAt)
	}
	return out
}

// Deliveries is a page of what a pager sent.
type Deliveries struct {
	Items []Delivery  `json:"items" doc:"The newest first"`
	Next  schedule.ID `json:"next,omitempty" doc:"The before of the page after it; absent on the last"`
}

type deliveriesIn struct {
	IntegrationPath
	State  string      `query:"state" enum:"new,done,dead,discarded" doc:"Only those"`
	Before schedule.ID `query:"before" minimum:"1" doc:"Only those older than this one"`
	Limit  int         `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"How many at most"`
}

type deliveriesOut struct{ Body Deliveries }

// listDeliveries lists what a pager sent.
func (s *Server) listDeliveries(ctx context.Context, in *deliveriesIn) (*deliveriesOut, error) {
	i, _, err := s.theIntegration(ctx, auth.SeePlanning, in.IntegrationPath)
	if err != nil {
		return nil, err
	}
	all, err := s.Health.Store.Deliveries(ctx, i.ID, in.State, in.Before, in.Limit+1)
	out := &deliveriesOut{Deliveries{Items: []Delivery{}}}
	if len(all) > in.Limit {
		all = all[:in.Limit]
		out.Body.Next = all[in.Limit-1].ID
	}
	for k := range all {
		out.Body.Items = append(out.Body.Items, deliveryOf(&all[k]))
	}
	return out, err
}

// A ShownDelivery is a delivery with what it says.
type ShownDelivery struct {
	Delivery
	Headers map[string]string `json:"headers" doc:"Those that are needed to read it"`
	Body    string            `json:"body,omitempty" doc:"Without secrets, addresses and telephone numbers; absent when it was kept long enough"`
	Cut     bool              `json:"cut,omitempty" doc:"Only the beginning of the body is shown"`
}

type shownDeliveryOut struct{ Body ShownDelivery }

// bodyShown is how much of a delivery is shown.
const bodyShown = 100_000

type deliveryIn struct {
	IntegrationPath
	Delivery schedule.ID `path:"delivery" minimum:"1"`
}

// getDelivery shows what a pager sent, without what is nobody's business.
func (s *Server) getDelivery(ctx context.Context, in *deliveryIn) (*shownDeliveryOut, error) {
	i, _, err := s.theIntegration(ctx, auth.SeePlanning, in.IntegrationPath)
	if err != nil {
		return nil, err
	}
	d, err := s.Health.Store.Delivery(ctx, in.Delivery)
	if err == nil && d.Integration != i.ID {
		err = fmt.Errorf("delivery %d of integration %d: %w", in.Delivery, i.ID, schedule.ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	out := &shownDeliveryOut{ShownDelivery{Delivery: deliveryOf(&d), Headers: map[string]string{}}}
	out.Body.Body, out.Body.Cut = health.Redact(d.Body, bodyShown)
	for name, value := range d.Headers {
		out.Body.Headers[name], _ = health.Redact([]byte(value), 500)
	}
	return out, nil
}

// WhichDead says which deliveries that cannot be read are meant.
type WhichDead struct {
	Delivery schedule.ID `json:"delivery,omitempty" minimum:"1" doc:"One of them"`
	Code     string      `json:"code,omitempty" maxLength:"40" doc:"Those that are dead for a reason"`
}

func (d WhichDead) filter(i *health.Integration) health.DeadFilter {
	return health.DeadFilter{Integration: i.ID, ID: d.Delivery, Code: d.Code}
}

type replayIn struct {
	IntegrationPath
	Body WhichDead
}

// HowMany says how many deliveries something was done to.
type HowMany struct {
	Deliveries int `json:"deliveries"`
}

type howManyOut struct{ Body HowMany }

// replay has deliveries read again that could not be read.
func (s *Server) replayDead(ctx context.Context, in *replayIn) (*howManyOut, error) {
	i, w, err := s.theIntegration(ctx, auth.EditTeam, in.IntegrationPath)
	if err != nil {
		return nil, err
	}
	n, err := s.Health.Replay(ctx, me(w), in.Body.filter(&i))
	if err != nil {
		return nil, err
	}
	return &howManyOut{HowMany{n}}, nil
}

type discardIn struct {
	IntegrationPath
	Body struct {
		WhichDead
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

// discardDead says that deliveries shall not be read, and why.
func (s *Server) discardDead(ctx context.Context, in *discardIn) (*howManyOut, error) {
	i, w, err := s.theIntegration(ctx, auth.EditTeam, in.IntegrationPath)
	if err != nil {
		return nil, err
	}
	n, err := s.Health.Discard(ctx, me(w), in.Body.filter(&i), in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return &howManyOut{HowMany{n}}, nil
}

// A Contact is somebody whom a pager knows, with whoever of our people that is.
type Contact struct {
	ID        schedule.ID `json:"id"`
	VendorID  string      `json:"vendor_id,omitempty"`
	Email     string      `json:"email,omitempty"`
	Name      string      `json:"name,omitempty"`
	Pages     int         `json:"pages" doc:"That they had to do with"`
	Known     bool        `json:"known" doc:"Somebody has said who it is, or that it is nobody here"`
	Person    schedule.ID `json:"person,omitempty"`
	Suggested schedule.ID `json:"suggested,omitempty" doc:"A member of the team with the same address"`
}

// Contacts are those whom a pager knows.
type Contacts struct {
	Items []Contact `json:"items" doc:"Those first of whom nobody has said who they are, then by pages"`
}

type contactsOut struct{ Body Contacts }

// listContacts lists who is who in a pager.
func (s *Server) listContacts(ctx context.Context, in *struct{ IntegrationPath }) (*contactsOut, error) {
	i, _, err := s.theIntegration(ctx, auth.SeePlanning, in.IntegrationPath)
	if err != nil {
		return nil, err
	}
	members, err := s.Schedule.Store.Members(ctx, i.Team)
	if err != nil {
		return nil, err
	}
	ids := make([]schedule.ID, 0, len(members))
	for _, m := range members {
		ids = append(ids, m.Person)
	}
	people, err := s.Schedule.Store.People(ctx, ids)
	if err != nil {
		return nil, err
	}
	all, err := s.Health.Store.Contacts(ctx, i.ID)
	out := &contactsOut{Contacts{Items: []Contact{}}}
	for k := range all {
		c := &all[k]
		one := Contact{ID: c.ID, VendorID: c.Identity.ID, Email: c.Email, Name: c.Name, Pages: c.Pages, Known: !c.MappedAt.IsZero(), Person: c.Person}
		if !one.Known {
			one.Suggested = health.Suggest(c, people)
		}
		out.Body.Items = append(out.Body.Items, one)
	}
	return out, err
}

type mapContactIn struct {
	IntegrationPath
	Contact schedule.ID `path:"contact" minimum:"1"`
	Body    struct {
		Person schedule.ID `json:"person" minimum:"0" doc:"A member of the team; 0: nobody here"`
	}
}

// mapContact says who somebody in a pager is.
func (s *Server) mapContact(ctx context.Context, in *mapContactIn) (*struct{}, error) {
	i, w, err := s.theIntegration(ctx, auth.EditTeam, in.IntegrationPath)
	if err != nil {
		return nil, err
	}
	return nil, s.Health.MapContact(ctx, me(w), i.ID, in.Contact, in.Body.Person)
}
