package api

import (
	"context"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// A Page is a page of a team as its members may see it: what happened, and who was
// paged. How fast somebody answered is only told to them.
type Page struct {
	ID          schedule.ID `json:"id"`
	Integration schedule.ID `json:"integration"`
	Key         string      `json:"key" doc:"What the pager calls it"`
	Title       string      `json:"title" doc:"As it came: text of somebody else"`
	Service     string      `json:"service,omitempty"`
	Urgency     string      `json:"urgency" enum:"high,low,unknown"`
	Severity    string      `json:"severity,omitempty" doc:"The pager's word"`
	State       string      `json:"state" enum:"triggered,acknowledged,resolved,merged,cancelled"`
	TriggeredAt Instant     `json:"triggered_at"`
	ResolvedAt  Instant     `json:"resolved_at,omitzero"`
	Firings     int         `json:"firings" doc:"How often it fired: once, and each time that it was opened again"`
	Counts      bool        `json:"counts" doc:"It counts: not as a test, of low urgency, or part of another"`
	Uncovered   bool        `json:"uncovered" doc:"Nobody was on call"`
	Flags       []string    `json:"flags" doc:"What is odd about how it was told: partial, late, future_timestamp …"`
	Paged       []Paged     `json:"paged"`
	Mine        *MyPart     `json:"mine,omitempty" doc:"What you had to do with it"`
}

// Paged is somebody who was paged.
type Paged struct {
	Person *PersonRef `json:"person,omitempty" doc:"Absent: somebody whom only the pager knows, and for whoever is not in the team"`
	Basis  string     `json:"basis" enum:"vendor,assignment,schedule,manual" doc:"How that is known: the pager says so, it was given to them, they were on call by the schedule as it was then, or somebody entered it"`
}

// MyPart is what whoever asks had to do with a page.
type MyPart struct {
	NotifiedAt    Instant `json:"notified_at,omitzero"`
	AckedAt       Instant `json:"acked_at,omitzero"`
	ResolvedAt    Instant `json:"resolved_at,omitzero"`
	Responding    int64   `json:"responding_seconds"`
	Interruptions int     `json:"interruptions"`
}

// Pages is a page of a team's pages.
type Pages struct {
	Items []Page      `json:"items" doc:"The newest first"`
	Next  schedule.ID `json:"next,omitempty" doc:"The before of the page after it; absent on the last"`
}

type pagesIn struct {
	TeamPath
	From   Instant     `query:"from" doc:"When they fired; 30 days before to when absent"`
	To     Instant     `query:"to" doc:"Not included; now when absent"`
	Before schedule.ID `query:"before" minimum:"1" doc:"Only those listed after this one"`
	Limit  int         `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"How many at most"`
}

type pagesOut struct{ Body Pages }

// pagesShown is how far back pages are listed when nobody says from when on.
const pagesShown = 30 * 24 * time.Hour

// listPages lists a team's pages.
func (s *Server) listPages(ctx context.Context, in *pagesIn) (*pagesOut, error) {
	team, w, err := s.team(ctx, auth.SeeTeam, in.Team)
	if err == nil && w.Service {
		err = auth.ErrForbidden // of people it sees the schedule alone
	}
	if err != nil {
		return nil, err
	}
	f := health.PageFilter{Team: team.ID, From: in.From.at, To: in.To.at, Before: in.Before, Most: in.Limit + 1}
	if f.To.IsZero() {
		f.To = s.Health.Now().Add(time.Second)
	}
	if f.From.IsZero() {
		f.From = f.To.Add(-pagesShown)
	}
	all, err := s.Health.Store.PagesOf(ctx, f)
	if err != nil {
		return nil, err
	}
	out := &pagesOut{Pages{Items: []Page{}}}
	if len(all) > in.Limit {
		all = all[:in.Limit]
		out.Body.Next = all[in.Limit-1].ID
	}
	ids := map[schedule.ID]bool{}
	for i := range all {
		for k := range all[i].People {
			ids[all[i].People[k].Person] = true
		}
	}
	people, err := names(ctx, s.Schedule.Store, ids)
	member := w.May(auth.SeeHandOver, auth.Team(int64(team.ID)))
	for i := range all {
		page := pageOf(&all[i], me(w), people)
		for n := range page.Paged {
			if !member { // it says who was woken when
				page.Paged[n].Person = nil
			}
		}
		out.Body.Items = append(out.Body.Items, page)
	}
	return out, err
}

func pageOf(p *health.PageRecord, reader schedule.ID, people map[schedule.ID]string) Page {
	out := Page{
		ID: p.ID, Integration: p.Integration, Key: p.Key, Title: p.Title, Service: p.Service, Urgency: string(p.Urgency), Severity: p.Severity, State: string(p.State),
		TriggeredAt: instantOf(p.TriggeredAt), ResolvedAt: instantOf(p.ResolvedAt), Firings: len(p.Firings), Counts: p.CountsAsPage, Uncovered: p.Uncovered,
		Flags: []string{}, Paged: []Paged{},
	}
	for _, flag := range p.Flags {
		out.Flags = append(out.Flags, string(flag))
	}
	for i := range p.People {
		a := &p.People[i]
		if !a.NotifiedAt.IsZero() {
			out.Paged = append(out.Paged, Paged{refTo(a.Person, people), string(a.Basis)})
		}
		if a.Person == 0 || a.Person != reader {
			continue
		}
		if out.Mine == nil {
			out.Mine = &MyPart{}
		}
		out.Mine.add(a)
	}
	return out
}

// add takes in another part of the same person: whom the schedule says was paged, and
// whom the pager says has answered.
func (m *MyPart) add(a *health.Attendance) {
	for _, at := range []struct {
		to *Instant
		t  time.Time
	}{{&m.NotifiedAt, a.NotifiedAt}, {&m.AckedAt, a.AckedAt}, {&m.ResolvedAt, a.ResolvedAt}} {
		if !at.t.IsZero() && (at.to.IsZero() || at.t.Before(at.to.at)) {
			*at.to = instantOf(at.t)
		}
	}
	m.Responding += int64(a.Responding / time.Second)
	m.Interruptions += a.Interruptions
}
