package ui

import (
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

// part reads the stretch that a form is about: all of the shift, or from and until.
func (v *slotView) part(c echo.Context, start, end time.Time) (schedule.Stretch, error) {
	p := schedule.Stretch{Slot: v.Slot, Rotation: v.Rotation}
	from, err := instantOf(c, "from", v.frame.Zone, start)
	if err != nil {
		return p, err
	}
	until, err := instantOf(c, "until", v.frame.Zone, end)
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
		return done(c, v.path(), "good", "Asked. You will see here who takes it."+skipped(v.frame.Zone, c.FormValue("from"), c.FormValue("until"), c.FormValue("expires")))
	}
	return s.again(c, v, err, func(page *Shift, text, field string) {
		if page.Cover == nil {
			page.Flash = &Flash{Kind: "bad", Text: text}
			return
		}
		f := page.Cover
		f.To.Value, f.From, f.Until = c.FormValue("to"), typedOf(c, "from", page.Zone), typedOf(c, "until", page.Zone)
		f.Message.Value, f.Expires = c.FormValue("message"), typedOf(c, "expires", page.Zone).orFirst()
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
	if r.ExpiresAt, err = instantOf(c, "expires", v.frame.Zone, time.Time{}); err != nil {
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
		return done(c, v.path(), "good", "Proposed. Nothing changes before they accept."+skipped(v.frame.Zone, c.FormValue("expires")))
	}
	return s.again(c, v, err, func(page *Shift, text, field string) {
		if page.Swap == nil {
			page.Flash = &Flash{Kind: "bad", Text: text}
			return
		}
		f := page.Swap
		f.Other.Value, f.Message.Value, f.Expires = c.FormValue("other"), c.FormValue("message"), typedOf(c, "expires", page.Zone).orFirst()
		switch field {
		case "other":
			f.Other.Error = text
		case "message":
			f.Message.Error = text
		case "expires":
			f.Expires.Error = text
		default:
			f.Error = text
		}
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
	expires, err := instantOf(c, "expires", v.frame.Zone, time.Time{})
	if err != nil {
		return err
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
				Team: v.Team, Person: me(v.who), To: t.Person, Message: c.FormValue("message"), ExpiresAt: expires,
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
		return done(c, v.path(), "good", "Changed."+skipped(v.frame.Zone, c.FormValue("from"), c.FormValue("until")))
	}
	return s.again(c, v, err, func(page *Shift, text, field string) {
		f := page.Override
		if f == nil {
			page.Flash = &Flash{Kind: "bad", Text: text}
			return
		}
		f.Anyway = errors.As(err, &rule)
		f.Who.Value, f.From, f.Until, f.Reason.Value = c.FormValue("person"), typedOf(c, "from", page.Zone), typedOf(c, "until", page.Zone), c.FormValue("reason")
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
