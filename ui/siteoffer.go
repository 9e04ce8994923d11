package ui

import (
	"cmp"
	"context"
	"slices"
	"time"

	"watchbill/api/auth"
	"watchbill/schedule"
)

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
