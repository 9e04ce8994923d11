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
	manager := v.who.May(auth.Override, auth.Team(int64(v.Team)))
	mine := v.mine()
	takers, asks := v.takers(members)
	var offers []SwapOffer
	var swaps [][]schedule.Move
	if mine != nil && len(v.parts) == 1 && page.State == "published" {
		if offers, swaps, err = s.swappable(ctx, v); err != nil {
			return err
		}
	}
	o, err := s.Schedule.Outlook(ctx, v.Team, slices.Concat(asks, swaps)...)
	if err != nil {
		return err
	}
	if err := v.order(takers, o, asks); err != nil {
		return err
	}
	if mine != nil || manager && len(v.parts) == 1 && v.parts[0].Person != 0 {
		page.Cover = &CoverForm{To: Field{Value: "all"}}
		for _, c := range takers {
			if !slices.ContainsFunc(v.parts, func(t schedule.Shift) bool { return int64(t.Person) == c.ID }) {
				page.Cover.Candidates = append(page.Cover.Candidates, c)
			}
		}
	}
	if page.Swap, err = v.swap(offers, o, swaps); err != nil {
		return err
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

// offerTake adds the form that takes what nobody has, or gives away what is running.
func (v *slotView) offerTake(page *Shift, takers []Candidate) {
	at := slices.IndexFunc(takers, func(c Candidate) bool { return c.ID == v.who.Person })
	if slices.ContainsFunc(v.parts, func(t schedule.Shift) bool { return t.Person == 0 && t.End.After(page.Now) }) && v.who.Member(int64(v.Team)) {
		page.Take = &TakeForm{}
		if at >= 0 {
			page.Take.Sides, page.Take.Blocked = takers[at].Sides, takers[at].Blocked
		}
	} else if now := v.running(); now != nil && now.Person != me(v.who) && v.who.Member(int64(v.Team)) {
		page.StandIn = v.standIn(now, takers)
	}
}

// standIn offers to put somebody on for what is left of a running part.
func (v *slotView) standIn(now *schedule.Shift, takers []Candidate) *StandInForm {
	f := &StandInForm{Was: int64(now.Person), Name: v.names[now.Person].Name}
	for _, c := range takers {
		switch {
		case c.ID == f.Was:
		case c.Blocked != "":
			f.Cannot = append(f.Cannot, c)
		case c.ID == v.who.Person:
			f.Can = append([]Candidate{c}, f.Can...)
		default:
			f.Can = append(f.Can, c)
		}
	}
	if len(f.Can) > 0 && f.Can[0].ID == v.who.Person {
		f.Who.Value = itoa(v.who.Person)
	}
	return f
}

// running returns the part of the shift that runs now.
func (v *slotView) running() *schedule.Shift {
	for i := range v.parts {
		if t := &v.parts[i]; !t.Start.After(v.frame.Now) && v.frame.Now.Before(t.End) {
			return t
		}
	}
	return nil
}

// takers lists who might take what is still to come of the shift, or of the reader's
// part of it, with what they would get.
func (v *slotView) takers(members []schedule.Membership) (out []Candidate, proposals [][]schedule.Move) {
	part := v.asked()
	for _, m := range members {
		if p := v.names[m.Person]; p.DeactivatedAt.IsZero() && (m.OnCall || m.Person == me(v.who)) {
			out = append(out, Candidate{ID: int64(m.Person), Name: p.Name, Me: m.Person == me(v.who)})
			proposals = append(proposals, []schedule.Move{{Stretch: part, To: m.Person}})
		}
	}
	return out, proposals
}

// order adds what taking it would mean, and puts those with least against it first,
// then those with the least load.
func (v *slotView) order(takers []Candidate, o *schedule.Outlook, proposals [][]schedule.Move) error {
	effects, err := o.Effects(proposals...)
	if err != nil {
		return err
	}
	load, near := map[int64]int64{}, map[int64]int{}
	for i := range takers {
		c := &takers[i]
		if e := effectOf(effects[i], schedule.ID(c.ID)); e != nil {
			c.Sides, c.Blocked = []Side{sideOf(e)}, e.Against()
			load[c.ID], near[c.ID] = e.After, e.Near
		}
	}
	slices.SortStableFunc(takers, func(a, b Candidate) int {
		return cmp.Or(rank(a.Blocked == "")-rank(b.Blocked == ""), cmp.Compare(near[a.ID], near[b.ID]), cmp.Compare(load[a.ID], load[b.ID]))
	})
	return nil
}

// asked is what is asked for when the form says nothing: the reader's part of the
// shift, the part of nobody, what runs now, or all of it; from now on.
func (v *slotView) asked() schedule.Stretch {
	part := schedule.Stretch{Slot: v.Slot, Rotation: v.Rotation, Start: v.Start, End: v.End}
	at := v.mine()
	for i := range v.parts {
		if v.parts[i].Person == 0 && v.parts[i].End.After(v.frame.Now) && at == nil {
			at = &v.parts[i]
		}
	}
	if at == nil {
		at = v.running()
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

// swappable lists the coming shifts of others that could be had in return.
func (s *Site) swappable(ctx context.Context, v *slotView) (offers []SwapOffer, proposals [][]schedule.Move, err error) {
	shifts, err := s.Schedule.Shifts(ctx, v.Team, v.frame.Now, v.End.AddDate(0, 3, 0), time.Time{})
	if err != nil {
		return nil, nil, err
	}
	seen := map[schedule.ID]int{}
	for _, t := range shifts {
		seen[t.ID]++
	}
	for i := range shifts {
		t := &shifts[i]
		if t.Person == 0 || t.Person == me(v.who) || !t.Start.After(v.frame.Now) || seen[t.ID] > 1 || !v.names[t.Person].DeactivatedAt.IsZero() {
			continue
		}
		offers = append(offers, SwapOffer{ShiftLine: s.line(&schedule.TeamShift{Team: v.Team, Shift: *t}, v.names, me(v.who), nil)})
		proposals = append(proposals, []schedule.Move{
			{Stretch: v.asked(), To: t.Person},
			{Stretch: schedule.Stretch{Slot: t.Slot, Rotation: t.Rotation, Start: t.Start, End: t.End}, To: me(v.who)},
		})
	}
	return offers, proposals, nil
}

// swap is the form with the offers that no rule is against first, as many as there is
// room for. Where a team has a shift a day there are hundreds, so that they are
// weighed only until there are enough, and ever more at a time: each time costs as much
// as weighing some.
func (v *slotView) swap(offers []SwapOffer, o *schedule.Outlook, proposals [][]schedule.Move) (*SwapForm, error) {
	var good, blocked []SwapOffer
	for batch := maxOffers; len(offers) > 0 && len(good) < maxOffers; batch *= 2 {
		n := min(batch, len(offers))
		effects, err := o.Effects(proposals[:n]...)
		if err != nil {
			return nil, err
		}
		for i, offer := range offers[:n] {
			offer.Sides, offer.Blocked = bothSides(effects[i], me(v.who), v.names)
			if offer.Blocked == "" {
				good = append(good, offer)
			} else {
				blocked = append(blocked, offer)
			}
		}
		offers, proposals = offers[n:], proposals[n:]
	}
	good = append(good, blocked...)
	if len(good) == 0 {
		return nil, nil
	}
	return &SwapForm{Offers: good[:min(maxOffers, len(good))]}, nil
}
