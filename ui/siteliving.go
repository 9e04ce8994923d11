package ui

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchbill/api/auth"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// changes says how the reader's coming shifts have changed since they last said
// that they know.
func (s *Site) changes(ctx context.Context, w auth.Who, names map[schedule.ID]schedule.Profile, teams []TeamLink) (*Changes, error) {
	all, err := s.Schedule.Changes(ctx, me(w))
	if err != nil || len(all) == 0 {
		return nil, err
	}
	now := s.Schedule.Now()
	// What happens in the second in which the page is made would be lost if the
	// reader knew of all of it, unless some of it is on the page.
	until := now.Add(-time.Second)
	page := &Changes{}
	for i := range all {
		c := &all[i]
		until = later(until, c.At)
		line := ShiftChange{ShiftID: int64(c.Shift), Rotation: upper(string(c.Rotation)), When: c.At, Why: why(c, names)}
		for _, t := range teams {
			if t.ID == int64(c.Team) {
				line.Team = t.Name
			}
		}
		spans := c.Is
		switch {
		case len(c.Was) == 0:
			line.What, line.Tone = "is yours now", "good"
		case len(c.Is) == 0:
			line.What, spans = "is not yours any more", c.Was
		default:
			line.What, line.Tone = "has other times", "warn"
		}
		line.Start, line.End = spans[0].Start, spans[len(spans)-1].End
		if c.Override != 0 && !c.Undone {
			o, err := s.Schedule.Store.Override(ctx, c.Override)
			if err != nil {
				return nil, err
			}
			if o.Party(me(w)) && now.Before(o.End) {
				line.Undo = int64(o.ID)
			}
		}
		page.List = append(page.List, line)
	}
	page.Until = until.Unix()
	return page, nil
}

// why says what made a change.
func why(c *schedule.Change, names map[schedule.ID]schedule.Profile) string {
	by := names[c.By].Name
	if by == "" {
		by = "Watchbill"
	}
	switch {
	case c.Override == 0:
		return upper(c.Reason) + " by " + by
	case c.Undone:
		return "Taken back by " + by
	case c.Reason == "":
		return "By " + by
	}
	return "By " + by + ": " + c.Reason
}

// sawChanges notes that the reader knows what the page told them.
func (s *Site) sawChanges(c echo.Context) error {
	w, err := owner(c)
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(c.FormValue("until"), 10, 64)
	if err != nil {
		return done(c, "/", "bad", "Open this page again, and then say that you know.")
	}
	return answer(c, s.Schedule.SawChanges(c.Request().Context(), me(w), time.Unix(n, 0).UTC()), "/", "Good. You are told here when something else changes.")
}

// problem puts an issue into words, with what to do about it.
func (s *Site) problem(i *schedule.Issue, team schedule.ID, w auth.Who, names map[schedule.ID]schedule.Profile, teams []TeamLink) Problem {
	p := Problem{ShiftLine: s.line(&schedule.TeamShift{Team: team, Shift: i.Shift}, names, me(w), teams), Kind: i.Kind}
	p.Start, p.End = i.Start, i.End
	p.Href = "/shifts/" + itoa(p.ID)
	name, has, is := p.Person, "has", "is"
	if p.Mine {
		name, has, is = "You", "have", "are"
	}
	manager := w.May(auth.Override, auth.Team(int64(team)))
	p.Do, p.Href = "Look at it", p.Href+"#cover"
	if manager {
		p.Do, p.Href = "Put somebody on it", "/shifts/"+itoa(p.ID)+"?open=override#override"
	}
	if p.Mine {
		p.Do, p.Href = "Ask for cover", "/shifts/"+itoa(p.ID)+"#cover"
	}
	switch i.Kind {
	case schedule.Unfilled:
		p.What = "Nobody has it"
		if !manager {
			p.Do, p.Href = "Take it", "/shifts/"+itoa(p.ID)
		}
	case schedule.Twice:
		p.What = fmt.Sprintf("%s %s two shifts at once: also %s", name, has, i.With.Slot)
	case schedule.Away:
		p.What = fmt.Sprintf("%s %s away then", name, is)
	case schedule.Unknown:
		if i.Pauses {
			p.What = name + " pauses then"
			if p.Mine {
				p.What = "You pause then"
			}
			break
		}
		p.What = fmt.Sprintf("%s %s not in the team then", name, is)
	}
	return p
}

// problems lists what is wrong with a team's next ninety days.
func (s *Site) problems(ctx context.Context, team schedule.ID, w auth.Who, names map[schedule.ID]schedule.Profile, teams []TeamLink) ([]Problem, error) {
	issues, err := s.Schedule.Issues(ctx, team)
	if err != nil {
		return nil, err
	}
	var out []Problem
	for i := range issues {
		out = append(out, s.problem(&issues[i], team, w, names, teams))
	}
	deaf, err := s.Schedule.Unreached(ctx, team)
	if err != nil {
		return nil, err
	}
	for i := range deaf {
		// Why letters do not arrive is for whom they are, and for who plans them.
		if w.May(auth.SeePlanning, auth.Team(int64(team))) || deaf[i].Person == me(w) {
			out = append(out, s.deaf(&deaf[i], team, w, names, teams))
		}
	}
	return out, nil
}

// deaf says why nothing gets to somebody who is on call, or soon, and where that is mended.
func (s *Site) deaf(d *schedule.Deaf, team schedule.ID, w auth.Who, names map[schedule.ID]schedule.Profile, teams []TeamLink) Problem {
	p := Problem{ShiftLine: s.line(&schedule.TeamShift{Team: team, Shift: d.Shift}, names, me(w), teams), Kind: schedule.Unreachable}
	whose, whom := p.Person+"’s", p.Person
	p.Do, p.Href = "See their address", "/people/"+itoa(int64(d.Person))
	if p.Mine {
		whose, whom, p.Do, p.Href = "your", "you", "See your address", "/account"
	}
	switch {
	case d.Pager == 0:
		p.What = "The last letter to " + whom + " did not arrive: " + d.Letters
	case d.Letters == "":
		p.What = d.Named + " knows nobody with " + whose + " address, so a page may reach nobody"
	default:
		p.What = d.Named + " knows nobody with " + whose + " address, and the last letter did not arrive: " + d.Letters
	}
	if d.Pager != 0 && w.May(auth.EditTeam, auth.Team(int64(team))) {
		p.Do, p.Href = "Say who is who", fmt.Sprintf("/teams/%d/integrations/%d/people", team, d.Pager)
	}
	return p
}

// myProblems lists what is wrong with the reader's own shifts, and everything in
// the teams that they manage, by start.
func (s *Site) myProblems(ctx context.Context, w auth.Who, names map[schedule.ID]schedule.Profile, teams []TeamLink) ([]Problem, error) {
	var out []Problem
	for team := range w.Teams {
		all, err := s.problems(ctx, schedule.ID(team), w, names, teams)
		if err != nil {
			return nil, err
		}
		for _, p := range all {
			// Two at once over two teams is found in both.
			known := slices.ContainsFunc(out, func(q Problem) bool {
				return p.Kind == schedule.Twice && q.Kind == p.Kind && q.Person == p.Person && q.Start.Equal(p.Start)
			})
			if (p.Mine || w.Manager(team)) && !known {
				out = append(out, p)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Problem) int { return a.Start.Compare(b.Start) })
	return out, nil
}

// takeOver gives what is left of a running shift to the reader, or to a teammate when
// whoever has it cannot be reached.
func (s *Site) takeOver(c echo.Context) error {
	v, err := s.slot(c, auth.AskCover)
	if err != nil {
		return err
	}
	o, err := s.relieve(c, v)
	if err == nil {
		return done(c, v.path(), "good", v.relieved(&o))
	}
	return s.again(c, v, err, func(page *Shift, text, field string) {
		if page.StandIn == nil {
			page.Flash = &Flash{Kind: "bad", Text: text}
			return
		}
		f := page.StandIn
		f.Who.Value, f.Message.Value = c.FormValue("person"), c.FormValue("message")
		switch field {
		case "person":
			f.Who.Error = text
		case "reason":
			f.Message.Error = text
		default:
			f.Error = text
		}
	})
}

func (s *Site) relieve(c echo.Context, v *slotView) (schedule.Override, error) {
	ctx, was := c.Request().Context(), int64(0)
	var err error
	if text := c.FormValue("was"); text != "" {
		if was, err = strconv.ParseInt(text, 10, 64); err != nil {
			return schedule.Override{}, &schedule.InvalidError{Field: "was", Reason: "the form is broken; load the page again"}
		}
	}
	if was == 0 {
		return s.Schedule.TakeOver(ctx, me(v.who), v.Team, v.Slot, c.FormValue("message"))
	}
	person, err := strconv.ParseInt(c.FormValue("person"), 10, 64)
	if err != nil {
		return schedule.Override{}, &schedule.InvalidError{Field: "person", Reason: "choose who is on call from now on"}
	}
	return s.Schedule.StandIn(ctx, me(v.who), schedule.ID(person), schedule.ID(was), v.Team, v.Slot, c.FormValue("message"))
}

// relieved says who has a shift now, and who is told.
func (v *slotView) relieved(o *schedule.Override) string {
	missing := v.names[o.InsteadOf].Name
	switch {
	case o.Person != me(v.who):
		return v.names[o.Person].Name + " is on call from now on. Both are told on their pages and can undo it; nothing is sent, so call " + v.names[o.Person].Name + "."
	case o.InsteadOf == 0:
		return "You have it from now on."
	}
	return "You have it from now on. " + missing + " is told on their page; each of you can undo it here."
}

// coverLeave asks everybody for cover of what falls into an absence.
func (s *Site) coverLeave(c echo.Context) error {
	w, err := owner(c)
	if err != nil {
		return err
	}
	id, err := param(c, "leave")
	if err != nil {
		return err
	}
	only := int64(0)
	if text := c.FormValue("shift"); text != "" {
		if only, err = strconv.ParseInt(text, 10, 64); err != nil {
			return done(c, "/timeoff", "bad", "Choose one of the shifts of this page.")
		}
	}
	n, err := s.Schedule.CoverLeave(c.Request().Context(), me(w), me(w), id, schedule.ID(only))
	if err == nil && n == 0 {
		return done(c, "/timeoff", "info", "Nothing is left to ask for: cover was asked for before, or the shifts are not yours any more.")
	}
	return answer(c, err, "/timeoff", "Asked everybody for cover of "+plural(n, "shift", "shifts")+". You stay on call until somebody accepts.")
}

// undo takes an override back: for those it concerns before it has begun, and the
// rest of it after that; managers with a reason against a rule.
func (s *Site) undo(c echo.Context) error {
	ctx := c.Request().Context()
	w, err := who(c)
	if err != nil {
		return err
	}
	id, err := param(c, "override")
	if err != nil {
		return err
	}
	o, err := s.Schedule.Store.Override(ctx, id)
	if err != nil {
		return err
	}
	manager := w.May(auth.Override, auth.Team(int64(o.Team)))
	if !manager {
		if !o.Party(me(w)) {
			return auth.ErrForbidden
		}
		if err := w.Must(auth.AskCover, auth.Person(w.Person, int64(o.Team))); err != nil {
			return err
		}
	}
	to := "/teams/" + itoa(int64(o.Team)) + "/schedule"
	part := schedule.Stretch{Slot: o.Slot, Start: o.Start, End: o.End}
	if shift, err := s.shiftID(ctx, o.Team, part); err != nil {
		return err
	} else if shift != 0 {
		to = "/shifts/" + itoa(shift)
	}
	reason := c.FormValue("reason")
	if manager && reason != "" {
		err = s.Schedule.UndoAnyway(ctx, me(w), id, reason)
	} else {
		err = s.Schedule.Undo(ctx, me(w), id)
	}
	var rule *schedule.RuleError
	if errors.As(err, &rule) && manager && strings.HasPrefix(to, "/shifts/") {
		return s.askReason(c, o, to, rule)
	}
	text := "Taken back: whoever had the shift before has it again."
	if o.Kind == schedule.Swapped {
		text = "The swap is undone: both shifts are back with whoever had them."
	}
	return answer(c, err, to, text)
}

// askReason shows the shift again to a manager who undoes something that a rule
// keeps where it is.
func (s *Site) askReason(c echo.Context, o schedule.Override, to string, rule *schedule.RuleError) error {
	c.SetParamNames("shift")
	c.SetParamValues(to[len("/shifts/"):])
	v, err := s.slot(c, auth.Override)
	if err != nil {
		return err
	}
	page, err := s.shiftPage(c.Request().Context(), v)
	if err != nil {
		return err
	}
	for i := range page.Undo {
		if page.Undo[i].ID == int64(o.ID) {
			page.Undo[i].Against = upper(rule.Error()) + "."
		}
	}
	return s.show(c, http.StatusUnprocessableEntity, "shift", page)
}
