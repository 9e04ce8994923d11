package main

import (
	"math"
	"slices"

	"watchbill/schedule"
	"watchbill/schedule/roster"
)

// shareHolidays asks the problem to keep everybody to their part of the public
// holidays, because equal points can hide that one person has all of them.
// Given that, the points are as even as they can be.
func (pl *planning) shareHolidays() {
	parts := pl.holidayParts()
	if !pl.sharesHolidays || len(parts) == 0 {
		return
	}
	kinds := pl.holidayKinds()
	for i := range pl.problem.Members {
		m := &pl.problem.Members[i]
		if part, ok := parts[m.ID]; ok {
			m.Parts = map[string]int64{kinds.of(pl.person(pl.memberNamed(m.ID)).Holidays): part}
		}
	}
	pl.problem.Order = slices.Insert(pl.problem.Order, slices.Index(pl.problem.Order, roster.TermMaxDev), roster.TermExtra)
}

// holidayParts returns each member's fair part of the holidays of all shifts, each
// on the member's own calendar, by full-time equivalent among those who take part
// and are in the team then, rounded up; at least as many as come in one shift,
// which cannot be divided; less what they have in the part of the plan that is
// kept. Members without holidays are left out.
func (pl *planning) holidayParts() map[string]int64 {
	fair, most, had := map[string]float64{}, map[string]int{}, map[string][]int64{}
	for _, slots := range [][]schedule.Slot{pl.kept, pl.open} {
		for i := range slots {
			slot := &slots[i]
			var present []*schedule.Member
			whole := schedule.Share(0)
			for _, m := range pl.takers(pl.rotation(slot)) {
				if pl.inTeam(m, slot.Start, slot.End) && m.TakesOn(pl.rotation(slot), schedule.DateOf(slot.Start)) {
					present, whole = append(present, m), whole+m.Share
				}
			}
			for _, m := range present {
				n := len(slot.Holidays(pl.person(m).Holidays))
				if n > 0 && whole > 0 {
					fair[string(m.Person)] += float64(n) * float64(m.Share) / float64(whole)
					most[string(m.Person)] = max(most[string(m.Person)], n)
				}
			}
		}
	}
	for i := range pl.kept {
		slot := &pl.kept[i]
		if m := pl.memberNamed(pl.published.shifts[string(slot.ID)].Person); m != nil {
			had[string(m.Person)] = append(had[string(m.Person)], slot.Holidays(pl.person(m).Holidays)...)
		}
	}
	parts := map[string]int64{}
	for name, part := range fair {
		// What adds up to a whole number is one, however it was rounded.
		parts[name] = int64(max(0, max(most[name], int(math.Ceil(part-1e-9)))-distinct(had[name])))
	}
	return parts
}
