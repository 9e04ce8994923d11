package api

import (
	"context"
	"strconv"

	"watchbill/api/auth"
	"watchbill/schedule"
)

// An Entry of the audit log says who did what about whom.
type Entry struct {
	ID     schedule.ID `json:"id"`
	At     Instant     `json:"at"`
	By     *PersonRef  `json:"by,omitempty" doc:"Absent: the service itself"`
	Action string      `json:"action"`
	About  *PersonRef  `json:"about,omitempty"`
	Team   schedule.ID `json:"team,omitempty"`
	Detail string      `json:"detail,omitempty"`
}

// Audit is a page of the audit log.
type Audit struct {
	Items []Entry `json:"items" doc:"The newest first"`
	Next  string  `json:"next,omitempty" doc:"The cursor of the next page; absent on the last"`
}

type auditOut struct{ Body Audit }

// audit is a page of the entries that a query asks for. Who may see them, and that
// looking at somebody else's is noted, is up to auth.
func (s *Server) audit(ctx context.Context, q auth.LogQuery, p *Paging) (*auditOut, error) {
	if p.Cursor != "" {
		key, err := openCursor(p.Cursor)
		if err != nil {
			return nil, err
		}
		if q.Before, err = strconv.ParseInt(key, 10, 64); err != nil || q.Before < 1 {
			return nil, invalid("cursor", "this is no cursor; send the next of the page before as it is")
		}
	}
	q.Limit = p.Limit + 1
	entries, err := s.Access.Log(ctx, q)
	if err != nil {
		return nil, err
	}
	out := &auditOut{Audit{Items: []Entry{}}}
	if len(entries) > p.Limit {
		entries = entries[:p.Limit]
		out.Body.Next = makeCursor(strconv.FormatInt(entries[p.Limit-1].ID, 10))
	}
	ids := map[schedule.ID]bool{}
	for i := range entries {
		ids[schedule.ID(entries[i].By)], ids[schedule.ID(entries[i].About)] = true, true
	}
	people, err := names(ctx, s.Schedule.Store, ids)
	for i := range entries {
		e := &entries[i]
		out.Body.Items = append(out.Body.Items, Entry{
			ID: schedule.ID(e.ID), At: instantOf(e.At), By: refTo(schedule.ID(e.By), people), Action: e.Action, About: refTo(schedule.ID(e.About), people),
			Team: schedule.ID(e.Team), Detail: e.Detail,
		})
	}
	return out, err
}

type auditAllIn struct{ Paging }

// auditAll is the whole log, for administrators.
func (s *Server) auditAll(ctx context.Context, in *auditAllIn) (*auditOut, error) {
	return s.audit(ctx, auth.LogQuery{}, &in.Paging)
}

type auditTeamIn struct {
	TeamPath
	Paging
}

// auditTeam is the log of a team, for those who manage it.
func (s *Server) auditTeam(ctx context.Context, in *auditTeamIn) (*auditOut, error) {
	if _, _, err := s.team(ctx, auth.SeeAuditTeam, in.Team); err != nil {
		return nil, err
	}
	return s.audit(ctx, auth.LogQuery{Team: int64(in.Team)}, &in.Paging)
}

type auditPersonIn struct {
	PersonPath
	Paging
}

// auditPerson is what was done by or about somebody, for themselves.
func (s *Server) auditPerson(ctx context.Context, in *auditPersonIn) (*auditOut, error) {
	p, _, err := s.person(ctx, s.Schedule.Store, auth.SeeAuditOwn, in.PersonPath)
	if err == nil {
		err = s.Access.Look(ctx, auth.LookLog, int64(p.ID))
	}
	if err != nil {
		return nil, err
	}
	return s.audit(ctx, auth.LogQuery{Person: int64(p.ID)}, &in.Paging)
}
