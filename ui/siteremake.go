package ui

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// pins shows what is pinned, and fills the form that pins a shift to somebody.
func (s *Site) pins(ctx context.Context, p *Draft, d *schedule.Draft, plan *planFile, names map[schedule.ID]schedule.Profile) error {
	pinned := map[schedule.SlotID]schedule.ID{}
	if err := json.Unmarshal([]byte(d.Pins), &pinned); err != nil {
		return err
	}
	members, err := s.Schedule.Store.Members(ctx, d.Team)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		return err
	}
	for _, t := range plan.Shifts {
		label := upper(t.Rotation) + ", " + span(t.Start.In(zone), t.End.In(zone), p.Now.In(zone))
		if id := pinned[schedule.SlotID(t.ID)]; id != 0 {
			p.Pinned = append(p.Pinned, PinnedShift{Slot: t.ID, Shift: label, Person: names[id].Name})
		} else if t.Kept == "" || t.Kept == "covered" {
			p.PinShifts = append(p.PinShifts, Option{Value: t.ID, Label: label + ": " + orNobody(t.Person)})
		}
	}
	for i := range p.Weeks {
		p.Weeks[i].pin(plan, pinned)
	}
	changes, err := s.Schedule.Store.MemberChanges(ctx, d.Team)
	if err != nil {
		return err
	}
	for _, m := range members {
		// Who pauses or has paused may be there on some of the days.
		onCall := m.OnCall || slices.ContainsFunc(changes, func(c schedule.MemberChange) bool { return c.Person == m.Person && c.OnCall && c.From.Before(d.Until) })
		there := (m.From.IsZero() || m.From.Before(d.Until)) && (m.Until.IsZero() || !m.Until.Before(d.From))
		if onCall && there && names[m.Person].DeactivatedAt.IsZero() {
			p.PinPeople = append(p.PinPeople, Option{Value: itoa(int64(m.Person)), Label: names[m.Person].Name})
		}
	}
	return nil
}

func orNobody(name string) string {
	if name == "" {
		return "nobody"
	}
	return name
}

// pin marks the shifts of a week that are pinned.
func (w *PlanWeek) pin(plan *planFile, pinned map[schedule.SlotID]schedule.ID) {
	for at := range w.Cells {
		for k := range w.Cells[at] {
			cell := &w.Cells[at][k]
			cell.Pinned = slices.ContainsFunc(plan.Shifts, func(t planShift) bool {
				return pinned[schedule.SlotID(t.ID)] != 0 && t.Start.Equal(cell.Start) && t.End.Equal(cell.End) && t.Rotation == plan.Rotations[at] && t.Person == cell.Person
			})
		}
	}
}

// unpin plans a draft again with a shift free that was pinned, or with all of them.
func (s *Site) unpin(c echo.Context) error {
	return s.remake(c, "A new draft is being made without the pin; the one before stays.", func(o *schedule.DraftOrder, _ *schedule.Planned, _ *planFile) error {
		slot := schedule.SlotID(c.FormValue("shift"))
		maps.DeleteFunc(o.Pins, func(s schedule.SlotID, _ schedule.ID) bool { return slot == "" || s == slot })
		return nil
	})
}

// takeOffer plans a draft again with the shifts moved that one of its offers names.
func (s *Site) takeOffer(c echo.Context) error {
	return s.remake(c, "A new draft is being made with those shifts moved; the one before stays.", func(o *schedule.DraftOrder, plan *schedule.Planned, file *planFile) error {
		n, err := strconv.Atoi(c.FormValue("offer"))
		if err != nil || n < 0 || n >= len(file.Offers) {
			return &schedule.InvalidError{Field: "offer", Reason: "choose one of the offers"}
		}
		people := holders(plan, file)
		for _, move := range file.Offers[n].Moves {
			if people[move.Is] != 0 {
				o.Pins[schedule.SlotID(move.ID)] = people[move.Is]
			}
		}
		return nil
	})
}

// holders are the people of a plan by the names that it gives them.
func holders(plan *schedule.Planned, file *planFile) map[string]schedule.ID {
	people := map[string]schedule.ID{}
	for i, t := range file.Shifts {
		if i < len(plan.Shifts) && t.Person != "" {
			people[t.Person] = plan.Shifts[i].Person
		}
	}
	return people
}

// draftAgain makes a draft again: with what is known by now, with the frozen weeks, or
// with ties broken differently.
func (s *Site) draftAgain(c echo.Context) error {
	return s.remake(c, "A new draft is being made; the one before stays.", func(o *schedule.DraftOrder, _ *schedule.Planned, _ *planFile) error {
		o.Thaw = o.Thaw || c.FormValue("thaw") != ""
		if c.FormValue("other") != "" {
			o.Seed++
		}
		return nil
	})
}

// remake asks for a draft like the one of the path, changed.
func (s *Site) remake(c echo.Context, good string, change func(*schedule.DraftOrder, *schedule.Planned, *planFile) error) error {
	_, team, d, w, err := s.draftOf(c)
	if err != nil {
		return err
	}
	o := schedule.DraftOrder{Team: team.ID, Once: true, From: d.From, Until: d.Until, Name: d.Name, Seed: d.Seed, Seconds: d.Seconds, Thaw: d.Thaw, Pins: map[schedule.SlotID]schedule.ID{}}
	if err := json.Unmarshal([]byte(d.Pins), &o.Pins); err != nil {
		return err
	}
	if o.Pins == nil {
		o.Pins = map[schedule.SlotID]schedule.ID{}
	}
	plan, file := &schedule.Planned{}, &planFile{}
	if d.Plan != "" {
		if plan, file, err = readPlan(d.Plan); err != nil {
			return err
		}
	}
	err = change(&o, plan, file)
	var next schedule.Draft
	if err == nil {
		next, err = s.Schedule.AskDraft(c.Request().Context(), me(w), o)
	}
	if text, bad := refused(err); bad {
		return s.draftPage(c, http.StatusUnprocessableEntity, func(p *Draft) { p.Error = text })
	} else if err != nil {
		return err
	}
	return done(c, fmt.Sprintf("/teams/%d/drafts/%d", team.ID, next.ID), "info", good)
}

// pin plans a draft again with one shift given to somebody.
func (s *Site) pin(c echo.Context) error {
	person, err := strconv.ParseInt(c.FormValue("person"), 10, 64)
	if err != nil || c.FormValue("shift") == "" {
		return s.draftPage(c, http.StatusUnprocessableEntity, func(p *Draft) { p.PinPerson.Error = "Choose a shift and a person." })
	}
	return s.remake(c, "A new draft is being made with the shift pinned; the one before stays.", func(o *schedule.DraftOrder, _ *schedule.Planned, _ *planFile) error {
		o.Pins[schedule.SlotID(c.FormValue("shift"))] = schedule.ID(person)
		return nil
	})
}
