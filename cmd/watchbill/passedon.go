package main

import (
	"fmt"
	"slices"
	"time"

	"watchbill/schedule"
)

// A heldPart is a stretch of a published shift with who really has it.
type heldPart struct {
	person     string // empty for nobody
	gone       bool   // somebody has it who takes no part in the plan
	start, end time.Time
}

// of returns the part of a slot that it is.
func (h *heldPart) of(slot *schedule.Slot) schedule.Slot {
	return slot.Cut(h.start, h.end, slot.Start.Location())
}

// when says which part of a slot it is; nothing when it is all of it.
func (h *heldPart) when(slot *schedule.Slot) string {
	if h.start.Equal(slot.Start) && h.end.Equal(slot.End) {
		return ""
	}
	const layout = "2 Jan 15:04"
	zone := slot.Start.Location()
	return fmt.Sprintf(" from %s to %s", h.start.In(zone).Format(layout), h.end.In(zone).Format(layout))
}

// parts returns who has a published shift from when to when.
func (p *publishedPlan) parts(shift *shiftDoc) []heldPart {
	if parts := p.held[shift.ID]; parts != nil {
		return parts
	}
	return []heldPart{{person: shift.Person, start: shift.Start, end: shift.End}}
}

// A loosened is a shift that was passed on and cannot stay so.
type loosened struct {
	slot *schedule.Slot
	why  string
}

// passOn notes who really has the shifts that were passed on. They stay as they are
// published, for else what people agreed on would end, unless somebody is to have
// them who cannot, or the other half of a swap is planned again.
func (pl *planning) passOn(in *schedule.PlanInput, names map[schedule.ID]string, slots []schedule.Slot) {
	p := pl.published
	p.held, p.stands = map[string][]heldPart{}, map[string]bool{}
	for id, shifts := range in.Held {
		for _, s := range shifts {
			part := heldPart{person: names[s.Person], gone: s.Person != 0 && names[s.Person] == "", start: s.Start, end: s.End}
			p.held[string(id)] = append(p.held[string(id)], part)
		}
	}
	var again []schedule.SlotID
	bySlot := map[schedule.SlotID]*schedule.Slot{}
	for i := range slots {
		slot := &slots[i]
		bySlot[slot.ID] = slot
		shift, pin := p.shifts[string(slot.ID)], pl.pinOf(slot.ID)
		if shift == nil || p.held[shift.ID] == nil || p.keeps(shift.ID, shift.Start) != "" {
			continue
		}
		if pin != "" && pin != shift.Person {
			again = append(again, slot.ID)
		} else if why := pl.cannotStay(slot, shift); why != "" {
			pl.loosen(slot, why, in.Held[slot.ID])
			again = append(again, slot.ID)
		} else {
			p.stands[shift.ID] = true
		}
	}
	for ; len(again) > 0; again = again[1:] {
		for _, id := range in.Together[again[0]] {
			if p.stands[string(id)] {
				delete(p.stands, string(id))
				pl.loosen(bySlot[id], "what it was swapped for is planned again", in.Held[id])
				again = append(again, id)
			}
		}
	}
}

// loosen lets a shift that was passed on be planned again.
func (pl *planning) loosen(slot *schedule.Slot, why string, held []schedule.Shift) {
	pl.loosened = append(pl.loosened, loosened{slot, why})
	for _, s := range held {
		if s.Override != 0 && !slices.Contains(pl.ends, s.Override) {
			pl.ends = append(pl.ends, s.Override)
		}
	}
}

// pinOf returns whom a slot is pinned to, and nothing when it is not.
func (s *staffing) pinOf(slot schedule.SlotID) string {
	for _, pin := range s.pinned {
		if pin.Slot == slot {
			return string(pin.Person)
		}
	}
	return ""
}

// cannotStay says why a shift that was passed on cannot stay with those who have it.
// Whoever is published need not be there when others have all of it, but nothing is
// published for those who have left.
func (pl *planning) cannotStay(slot *schedule.Slot, shift *shiftDoc) string {
	if !shift.Start.Equal(slot.Start) || !shift.End.Equal(slot.End) {
		return "its times change"
	}
	if pl.memberNamed(shift.Person) == nil {
		return "whoever it was published for is not in the team any more"
	}
	for _, part := range pl.published.parts(shift) {
		if part.gone {
			return "whoever has it" + part.when(slot) + " is not in the team any more"
		}
		stretch := part.of(slot)
		if m := pl.memberNamed(part.person); m != nil && !pl.free(m, &stretch) {
			return pl.whyChanged(&stretch, part.person)
		}
	}
	return ""
}

// loosenedWarnings say which shifts were passed on and are planned again all the same.
func (pl *planning) loosenedWarnings(holder func(schedule.SlotID) string) []string {
	var warnings []string
	for _, l := range pl.loosened {
		warnings = append(warnings, fmt.Sprintf("%s was changed by hand, but %s; with this plan that ends and %s has the shift", l.slot.ID, l.why, orNobody(holder(l.slot.ID))))
	}
	return warnings
}

// keptWarnings names kept shifts that somebody has to look after: those of people
// who cannot hold them any more, and those of nobody.
func (pl *planning) keptWarnings() []string {
	var warnings []string
	for i := range pl.kept {
		slot := &pl.kept[i]
		if slot.Start.Before(pl.published.today) {
			continue
		}
		stays := "is frozen"
		if pl.published.stands[string(slot.ID)] {
			stays = "was changed by hand"
		}
		for _, part := range pl.published.parts(pl.published.shifts[string(slot.ID)]) {
			stretch, when := part.of(slot), part.when(slot)
			switch m := pl.memberNamed(part.person); {
			case part.gone:
				warnings = append(warnings, fmt.Sprintf("%s %s and whoever has it%s is not in the team any more; find somebody for it", slot.ID, stays, when))
			case part.person == "":
				warnings = append(warnings, fmt.Sprintf("%s %s and nobody has it%s; find somebody for it", slot.ID, stays, when))
			case m == nil || !pl.free(m, &stretch):
				warnings = append(warnings, fmt.Sprintf("%s %s with %s%s, but %s; find a cover for it",
					slot.ID, stays, part.person, when, pl.whyChanged(&stretch, part.person)))
			}
		}
	}
	return warnings
}
