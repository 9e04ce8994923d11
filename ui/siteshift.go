package ui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
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
	if v.frame, err = s.frame(c, w, string(v.Rotation)+" shift", "schedule"); err != nil {
		return nil, err
	}
	for i := range v.frame.Teams {
		if v.frame.Teams[i].ID == int64(v.Team) {
			v.frame.Team = &v.frame.Teams[i]
		}
	}
	return v, nil
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
	return s.show(c, http.StatusOK, "shift", page)
}

func (s *Site) shiftPage(ctx context.Context, v *slotView) (*Shift, error) {
	now := v.frame.Now
	page := &Shift{
		Frame: v.frame, ID: int64(v.ID), Rotation: upper(string(v.Rotation)), Kind: kind(v.Rotation), Start: v.Start, End: v.End,
		TeamZone: v.team.Zone, State: "published",
		Mine: slices.ContainsFunc(v.parts, func(t schedule.Shift) bool { return t.Person == me(v.who) }),
	}
	if !v.End.After(now) {
		page.State = "past"
	} else if !v.Start.After(now) {
		page.State = "running"
	}
	holder := schedule.ID(0)
	for i := range v.parts {
		t := &v.parts[i]
		if i == 0 || t.Person == me(v.who) {
			holder = t.Person
		}
		if len(v.parts) > 1 {
			page.Parts = append(page.Parts, s.line(&schedule.TeamShift{Team: v.Team, Shift: *t}, v.names, me(v.who), nil))
		}
	}
	page.Who = v.names[holder].Name
	var err error
	whole := schedule.TeamShift{Team: v.Team, Shift: schedule.Shift{Rotation: v.Rotation, Person: holder, Start: v.Start, End: v.End}}
	if page.Relieves, page.RelievedBy, err = s.neighbours(ctx, &whole, v.names); err != nil {
		return nil, err
	}
	if err := s.history(ctx, v, page); err != nil {
		return nil, err
	}
	all, err := s.allRequests(ctx, v.who, schedule.RequestOpen)
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
	page.History = append(page.History, Event{When: v.Since, Text: "published with " + name(v.Person)})
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
			page.History = append(page.History, Event{When: o.CancelledAt, Who: v.names[o.CancelledBy].Name, Text: "took that back"})
		} else if page.State != "past" && o.End.After(page.Now) && (o.Party(me(v.who)) || v.who.May(auth.Override, auth.Team(int64(v.Team)))) {
			undo := Undo{ID: int64(o.ID), Text: fmt.Sprintf("%s has it instead of %s", name(o.Person), name(o.InsteadOf))}
			if o.Kind == schedule.Swapped {
				undo.Text += ", in a swap: both shifts go back"
			} else if !o.Start.After(page.Now) {
				undo.Text += ": the rest goes back"
			}
			page.Undo = append(page.Undo, undo)
		}
	}
	slices.SortStableFunc(page.History, func(a, b Event) int { return b.When.Compare(a.When) })
	return nil
}

// offer adds the forms that the reader may use.
func (s *Site) offer(ctx context.Context, v *slotView, page *Shift) error {
	members, err := s.Schedule.Store.Members(ctx, v.Team)
	if err != nil {
		return err
	}
	takers, err := s.candidates(ctx, v, members)
	if err != nil {
		return err
	}
	manager := v.who.May(auth.Override, auth.Team(int64(v.Team)))
	mine := v.mine()
	if mine != nil || manager && len(v.parts) == 1 && v.parts[0].Person != 0 {
		page.Cover = &CoverForm{To: Field{Value: "all"}}
		for _, c := range takers {
			if !slices.ContainsFunc(v.parts, func(t schedule.Shift) bool { return int64(t.Person) == c.ID }) {
				page.Cover.Candidates = append(page.Cover.Candidates, c)
			}
		}
		if mine != nil && len(v.parts) == 1 && page.State == "published" {
			if page.Swap, err = s.swaps(ctx, v); err != nil {
				return err
			}
		}
	}
	v.offerTake(page, takers)
	if manager {
		page.Override = &OverrideForm{Options: []Option{{Value: "none", Label: "Nobody (unfilled)"}}}
		for _, c := range takers {
			label := c.Name
			if c.Blocked != "" {
				label += " (against a rule)"
			}
			page.Override.Options = append(page.Override.Options, Option{Value: itoa(c.ID), Label: label})
		}
	}
	return nil
}

// offerTake adds the form that takes what nobody has, or takes over what is running.
func (v *slotView) offerTake(page *Shift, takers []Candidate) {
	at := slices.IndexFunc(takers, func(c Candidate) bool { return c.ID == v.who.Person })
	if slices.ContainsFunc(v.parts, func(t schedule.Shift) bool { return t.Person == 0 && t.End.After(page.Now) }) && v.who.Member(int64(v.Team)) {
		page.Take = &TakeForm{}
		if at >= 0 {
			page.Take.Sides, page.Take.Blocked = takers[at].Sides, takers[at].Blocked
		}
	} else if page.State == "running" && at >= 0 && v.running(page.Now) != me(v.who) {
		page.TakeOver = &TakeForm{Sides: takers[at].Sides, Blocked: takers[at].Blocked}
	}
}

// running returns who has the shift at an instant.
func (v *slotView) running(now time.Time) schedule.ID {
	for i := range v.parts {
		if t := &v.parts[i]; !t.Start.After(now) && now.Before(t.End) {
			return t.Person
		}
	}
	return 0
}

// candidates lists who might take what is still to come of the shift, or of the
// reader's part of it: those with least against it first, then those with the least
// load.
func (s *Site) candidates(ctx context.Context, v *slotView, members []schedule.Membership) ([]Candidate, error) {
	part := v.asked()
	var out []Candidate
	var proposals [][]schedule.Move
	for _, m := range members {
		if p := v.names[m.Person]; p.DeactivatedAt.IsZero() && (m.OnCall || m.Person == me(v.who)) {
			out = append(out, Candidate{ID: int64(m.Person), Name: p.Name})
			proposals = append(proposals, []schedule.Move{{Stretch: part, To: m.Person}})
		}
	}
	effects, err := s.Schedule.Effects(ctx, v.Team, proposals...)
	if err != nil {
		return nil, err
	}
	load, near := map[int64]int64{}, map[int64]int{}
	for i := range out {
		c := &out[i]
		if e := effectOf(effects[i], schedule.ID(c.ID)); e != nil {
			c.Sides, c.Blocked = []Side{sideOf(e)}, e.Against()
			load[c.ID], near[c.ID] = e.After, e.Near
		}
	}
	slices.SortStableFunc(out, func(a, b Candidate) int {
		return cmp.Or(rank(a.Blocked == "")-rank(b.Blocked == ""), cmp.Compare(near[a.ID], near[b.ID]), cmp.Compare(load[a.ID], load[b.ID]))
	})
	return out, nil
}

// asked is what is asked for when the form says nothing: the reader's part of the
// shift, the part of nobody, or all of it; from now on.
func (v *slotView) asked() schedule.Stretch {
	part := schedule.Stretch{Slot: v.Slot, Rotation: v.Rotation, Start: v.Start, End: v.End}
	at := v.mine()
	for i := range v.parts {
		if v.parts[i].Person == 0 && v.parts[i].End.After(v.frame.Now) && at == nil {
			at = &v.parts[i]
		}
	}
	if at != nil {
		part.Start, part.End = at.Start, at.End
	}
	if v.frame.Now.Before(part.End) {
		part.Start = later(part.Start, v.frame.Now)
	}
	return part
}

// maxOffers bounds how many shifts are offered in return.
const maxOffers = 12

// swaps lists the coming shifts of others that could be had in return, those that
// no rule is against first.
func (s *Site) swaps(ctx context.Context, v *slotView) (*SwapForm, error) {
	shifts, err := s.Schedule.Shifts(ctx, v.Team, v.frame.Now, v.End.AddDate(0, 3, 0), time.Time{})
	if err != nil {
		return nil, err
	}
	seen := map[schedule.ID]int{}
	for _, t := range shifts {
		seen[t.ID]++
	}
	form := &SwapForm{}
	var proposals [][]schedule.Move
	for i := range shifts {
		t := &shifts[i]
		if t.Person == 0 || t.Person == me(v.who) || !t.Start.After(v.frame.Now) || seen[t.ID] > 1 || !v.names[t.Person].DeactivatedAt.IsZero() {
			continue
		}
		form.Offers = append(form.Offers, SwapOffer{ShiftLine: s.line(&schedule.TeamShift{Team: v.Team, Shift: *t}, v.names, me(v.who), nil)})
		proposals = append(proposals, []schedule.Move{
			{Stretch: v.asked(), To: t.Person},
			{Stretch: schedule.Stretch{Slot: t.Slot, Rotation: t.Rotation, Start: t.Start, End: t.End}, To: me(v.who)},
		})
	}
	effects, err := s.Schedule.Effects(ctx, v.Team, proposals...)
	if err != nil {
		return nil, err
	}
	for i := range form.Offers {
		form.Offers[i].Sides, form.Offers[i].Blocked = bothSides(effects[i], me(v.who), v.names)
	}
	slices.SortStableFunc(form.Offers, func(a, b SwapOffer) int { return rank(a.Blocked == "") - rank(b.Blocked == "") })
	form.Offers = form.Offers[:min(maxOffers, len(form.Offers))]
	if len(form.Offers) == 0 {
		return nil, nil
	}
	return form, nil
}

// part reads the stretch that a form is about: all of the shift, or from and until.
func (v *slotView) part(c echo.Context, start, end time.Time) (schedule.Stretch, error) {
	p := schedule.Stretch{Slot: v.Slot, Rotation: v.Rotation}
	from, err := instant(c.FormValue("from"), "from", v.frame.Zone, start)
	if err != nil {
		return p, err
	}
	until, err := instant(c.FormValue("until"), "until", v.frame.Zone, end)
	p.Start, p.End = from, until
	return p, err
}

// again shows the shift with a form that was refused, as it was typed.
func (s *Site) again(c echo.Context, v *slotView, err error, put func(page *Shift, text, field string)) error {
	text, ok := refused(err)
	if !ok {
		return err
	}
	page, perr := s.shiftPage(c.Request().Context(), v)
	if perr != nil {
		return perr
	}
	field := ""
	var invalid *schedule.InvalidError
	if errors.As(err, &invalid) {
		field = invalid.Field
	}
	put(page, text, field)
	return s.show(c, http.StatusUnprocessableEntity, "shift", page)
}

func (s *Site) askCover(c echo.Context) error {
	v, err := s.slot(c, auth.AskCover)
	if err != nil {
		return err
	}
	err = s.sendCover(c, v)
	if err == nil {
		return done(c, v.path(), "good", "Asked. You will see here who takes it.")
	}
	return s.again(c, v, err, func(page *Shift, text, field string) {
		if page.Cover == nil {
			page.Flash = &Flash{Kind: "bad", Text: text}
			return
		}
		f := page.Cover
		f.To.Value, f.From.Value, f.Until.Value = c.FormValue("to"), c.FormValue("from"), c.FormValue("until")
		f.Message.Value, f.Expires.Value = c.FormValue("message"), c.FormValue("expires")
		for name, at := range map[string]*Field{"to": &f.To, "from": &f.From, "start": &f.From, "until": &f.Until, "end": &f.Until, "message": &f.Message, "expires": &f.Expires} {
			if name == field {
				at.Error = text
				return
			}
		}
		f.Error = text
	})
}

func (s *Site) sendCover(c echo.Context, v *slotView) error {
	var owner schedule.ID
	start, end := v.Start, v.End
	if mine := v.mine(); mine != nil {
		owner, start, end = me(v.who), mine.Start, mine.End
	} else if v.who.May(auth.Override, auth.Team(int64(v.Team))) && len(v.parts) == 1 {
		owner = v.parts[0].Person
	} else {
		return fmt.Errorf("the shift is not yours any more: %w", schedule.ErrConflict)
	}
	part, err := v.part(c, later(start, v.frame.Now.Truncate(time.Second)), end)
	if err != nil {
		return err
	}
	r := schedule.Request{Team: v.Team, Stretch: part, Person: owner, Message: c.FormValue("message")}
	if to := c.FormValue("to"); to != "all" && to != "" {
		id, err := strconv.ParseInt(to, 10, 64)
		if err != nil {
			return &schedule.InvalidError{Field: "to", Reason: "choose somebody of the list, or everybody"}
		}
		r.To = schedule.ID(id)
	}
	if r.ExpiresAt, err = instant(c.FormValue("expires"), "expires", v.frame.Zone, time.Time{}); err != nil {
		return err
	}
	_, err = s.Schedule.Ask(c.Request().Context(), me(v.who), r)
	return err
}

func (s *Site) askSwap(c echo.Context) error {
	v, err := s.slot(c, auth.AskCover)
	if err != nil {
		return err
	}
	err = s.sendSwap(c, v)
	if err == nil {
		return done(c, v.path(), "good", "Proposed. Nothing changes before they accept.")
	}
	return s.again(c, v, err, func(page *Shift, text, _ string) {
		if page.Swap == nil {
			page.Flash = &Flash{Kind: "bad", Text: text}
			return
		}
		page.Swap.Other.Value, page.Swap.Message.Value, page.Swap.Error = c.FormValue("other"), c.FormValue("message"), text
	})
}

func (s *Site) sendSwap(c echo.Context, v *slotView) error {
	ctx := c.Request().Context()
	mine := v.mine()
	if mine == nil {
		return fmt.Errorf("the shift is not yours any more: %w", schedule.ErrConflict)
	}
	id, err := strconv.ParseInt(c.FormValue("other"), 10, 64)
	if err != nil {
		return &schedule.InvalidError{Field: "other", Reason: "choose the shift you would like in return"}
	}
	other, err := s.Schedule.Store.PublishedShift(ctx, schedule.ID(id))
	if err != nil {
		return err
	}
	shifts, err := s.Schedule.Shifts(ctx, v.Team, other.Start, other.End, time.Time{})
	if err != nil {
		return err
	}
	for _, t := range shifts {
		if t.ID == other.ID && other.Team == v.Team {
			_, err := s.Schedule.Ask(ctx, me(v.who), schedule.Request{
				Team: v.Team, Person: me(v.who), To: t.Person, Message: c.FormValue("message"),
				Stretch: schedule.Stretch{Slot: v.Slot, Start: mine.Start, End: mine.End},
				Return:  schedule.Stretch{Slot: t.Slot, Start: t.Start, End: t.End},
			})
			return err
		}
	}
	return fmt.Errorf("that shift is not what it was any more: %w", schedule.ErrConflict)
}

func (s *Site) take(c echo.Context) error {
	v, err := s.slot(c, auth.AskCover)
	if err != nil {
		return err
	}
	for i := range v.parts {
		if t := &v.parts[i]; t.Person == 0 && err == nil {
			part := schedule.Stretch{Slot: v.Slot, Start: later(t.Start, v.frame.Now.Truncate(time.Second)), End: t.End}
			_, err = s.Schedule.Take(c.Request().Context(), me(v.who), v.Team, part)
		}
	}
	return answer(c, err, v.path(), "It is yours now. Thank you.")
}

func (s *Site) override(c echo.Context) error {
	v, err := s.slot(c, auth.Override)
	if err != nil {
		return err
	}
	part, err := v.part(c, later(v.Start, v.frame.Now.Truncate(time.Minute)), v.End)
	person := int64(0)
	if text := c.FormValue("person"); err == nil && text != "none" {
		if person, err = strconv.ParseInt(text, 10, 64); err != nil {
			err = &schedule.InvalidError{Field: "person", Reason: "choose somebody of the list, or nobody"}
		}
	}
	var rule *schedule.RuleError
	if err == nil && c.FormValue("anyway") == "" {
		err = s.againstRule(c.Request().Context(), v, part, schedule.ID(person))
	}
	if err == nil {
		_, err = s.Schedule.Put(c.Request().Context(), me(v.who), v.Team, part, schedule.ID(person), c.FormValue("reason"))
	}
	if err == nil {
		return done(c, v.path(), "good", "Changed.")
	}
	return s.again(c, v, err, func(page *Shift, text, field string) {
		f := page.Override
		if f == nil {
			page.Flash = &Flash{Kind: "bad", Text: text}
			return
		}
		f.Anyway = errors.As(err, &rule)
		f.Who.Value, f.From.Value, f.Until.Value, f.Reason.Value = c.FormValue("person"), c.FormValue("from"), c.FormValue("until"), c.FormValue("reason")
		for name, at := range map[string]*Field{"person": &f.Who, "from": &f.From, "start": &f.From, "until": &f.Until, "end": &f.Until, "reason": &f.Reason} {
			if name == field {
				at.Error = text
				return
			}
		}
		f.Error = text
	})
}

// againstRule says which hard rule is against putting somebody on a part of the
// shift, so that a manager knows before it is done.
func (s *Site) againstRule(ctx context.Context, v *slotView, part schedule.Stretch, person schedule.ID) error {
	effects, err := s.Schedule.Effects(ctx, v.Team, []schedule.Move{{Stretch: part, To: person}})
	if err != nil {
		return err
	}
	if e := effectOf(effects[0], person); e != nil && e.Broken() {
		broken := slices.DeleteFunc(e.Findings, func(f schedule.Finding) bool { return !f.Broken })
		return &schedule.RuleError{Person: person, Name: v.names[person].Name, Findings: broken}
	}
	return nil
}

// requests lists what was asked, with its state.
func (s *Site) requests(c echo.Context) error {
	w, err := who(c)
	if err != nil {
		return err
	}
	f, err := s.frame(c, w, "Requests", "requests")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	all, err := s.allRequests(ctx, w)
	if err != nil {
		return err
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	if err := s.explain(ctx, w, names, all); err != nil {
		return err
	}
	page := Requests{Frame: f}
	for _, r := range all {
		switch {
		case s.asked(r.of, w):
			page.ForMe = append(page.ForMe, r)
		case r.State != schedule.RequestOpen:
			page.Over = append(page.Over, r)
		case r.ByMe:
			page.Mine = append(page.Mine, r)
		default:
			page.Others = append(page.Others, r)
		}
	}
	return s.show(c, http.StatusOK, "requests", page)
}

// request finds the request of the path for somebody who may see it.
func (s *Site) requestOf(c echo.Context) (schedule.Request, auth.Who, error) {
	w, err := who(c)
	if err != nil {
		return schedule.Request{}, w, err
	}
	id, err := param(c, "request")
	if err != nil {
		return schedule.Request{}, w, err
	}
	r, err := s.Schedule.Store.Request(c.Request().Context(), id)
	if err != nil {
		return r, w, err
	}
	return r, w, w.Must(auth.SeeTeam, auth.Team(int64(r.Team)))
}

func (s *Site) accept(c echo.Context) error {
	r, w, err := s.requestOf(c)
	if err == nil {
		err = w.Must(auth.AskCover, auth.Person(w.Person, int64(r.Team)))
	}
	if err != nil {
		return err
	}
	_, err = s.Schedule.Accept(c.Request().Context(), me(w), r.ID)
	return answer(c, err, "/requests", "It is yours now. Thank you. Calendars follow with their next refresh.")
}

func (s *Site) decline(c echo.Context) error {
	r, w, err := s.requestOf(c)
	if err == nil {
		err = w.Must(auth.AskCover, auth.Person(w.Person, int64(r.Team)))
	}
	if err != nil {
		return err
	}
	return answer(c, s.Schedule.Decline(c.Request().Context(), me(w), r.ID), "/requests", "Declined.")
}

func (s *Site) withdraw(c echo.Context) error {
	r, w, err := s.requestOf(c)
	if err != nil {
		return err
	}
	if r.Person != me(w) && r.CreatedBy != me(w) {
		if err := w.Must(auth.Override, auth.Team(int64(r.Team))); err != nil {
			return err
		}
	}
	return answer(c, s.Schedule.Withdraw(c.Request().Context(), me(w), r.ID), "/requests", "Withdrawn.")
}
