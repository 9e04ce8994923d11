package main

import (
	"fmt"
	"slices"
	"time"

	"watchbill/schedule"
	"watchbill/schedule/roster"
	"watchbill/schedule/teamfile"
)

// A planning is one plan in the making.
type planning struct {
	*staffing
	published *publishedPlan // nil when there is none
	balance   map[string]points
	repaid    *repaidDoc // nil where measured burden moves nothing
	measured  map[string]points
	now       time.Time // what is over by then is only planned if it is published; zero: no matter

	kept []schedule.Slot   // past, frozen or covered
	open []schedule.Slot   // to be planned
	gone []schedule.SlotID // nobody had them, and nobody will
	// problem has the open slots, and before what each member brings to it: the
	// balance and, when some of the plan is kept, that part's own outcome.
	problem  *roster.Problem
	keptPart roster.Evaluation // its loads and deviations only
	// loosened are shifts that were passed on and are planned again all the same, by
	// which ends what was decided about them.
	loosened []loosened
	ends     []schedule.ID
}

// prepare sorts the slots into kept and open and states the problem.
func (pl *planning) prepare() error {
	slots, err := pl.slots()
	if err != nil {
		return err
	}
	for _, slot := range slots {
		switch why := pl.published.keeps(string(slot.ID), pl.published.start(&slot)); {
		case pl.published.has(slot.ID) && why != "":
			pl.kept = append(pl.kept, slot)
		case !pl.published.has(slot.ID) && (why == "past" || !slot.End.After(pl.now)):
			pl.gone = append(pl.gone, slot.ID)
		default:
			pl.open = append(pl.open, slot)
		}
	}
	pl.joinKept()
	from, err := pl.evaluateKept()
	if err != nil {
		return err
	}
	pl.problem = pl.staffing.problem(pl.open, from)
	for i := range pl.problem.Members {
		m := &pl.problem.Members[i]
		m.Prior = whole(pl.balance[m.ID]+points(pl.keptPart.Deviation[m.ID])) + whole(pl.measured[m.ID])
	}
	past, people, bad, err := pl.history()
	if err != nil {
		return err
	}
	if bad = append(bad, pl.pin()...); bad != nil {
		return pl.refuse(bad...)
	}
	for i := range past {
		if pl.published != nil && pl.published.shifts[string(past[i].ID)] != nil {
			continue // the published plan knows
		}
		pl.problem.History = append(pl.problem.History, pl.pastOf(&past[i], string(people[i])))
	}
	pl.shareHolidays()
	if pl.published != nil {
		pl.problem.History = append(pl.problem.History, pl.published.history(pl.staffing)...)
		pl.problem.Baseline = pl.published.baseline(pl.staffing, pl.open)
		pl.problem.Order = slices.Insert(pl.problem.Order, 1, roster.TermChanges)
	}
	if bad := pl.pinProblems(); bad != nil {
		return pl.refuse(bad...)
	}
	return nil
}

// pin fixes the slots that the team file gives to somebody, and returns what is
// wrong with that.
func (pl *planning) pin() []teamfile.Problem {
	open := map[schedule.SlotID]bool{}
	for i := range pl.open {
		open[pl.open[i].ID] = true
	}
	var bad []teamfile.Problem
	for _, pin := range pl.pinned {
		switch {
		case open[pin.Slot]:
			pl.problem.Pinned = append(pl.problem.Pinned, roster.Pin{Slot: string(pin.Slot), Member: string(pin.Person)})
		case !pl.published.has(pin.Slot) && !slices.Contains(pl.gone, pin.Slot):
			pin.Reason = fmt.Sprintf("the plan has no shift %q; its shifts are named like %q", pin.Slot, pl.someSlot())
			bad = append(bad, pin.Problem)
		}
	}
	return bad
}

// someSlot is the name of a slot of the plan, as an example.
func (pl *planning) someSlot() schedule.SlotID {
	if len(pl.open) == 0 {
		return "primary 2026-12-21"
	}
	return pl.open[0].ID
}

// evaluateKept measures the part of the plan that is not planned again: what is past
// or frozen among those who are there then, and what is covered among those who
// are there for the rest of the plan. It returns when that rest begins.
func (pl *planning) evaluateKept() (from time.Time, err error) {
	pl.keptPart = roster.Evaluation{Load: map[string]int64{}, Deviation: map[string]int64{}}
	var early, late []schedule.Slot
	for _, slot := range pl.kept {
		if slot.Start.Before(pl.published.cut) {
			early = append(early, slot)
		} else {
			late = append(late, slot)
		}
	}
	from = pl.start()
	if len(early) > 0 {
		if err := pl.measure(early, from, pl.published.cut); err != nil {
			return from, err
		}
		from = pl.published.cut
	}
	if len(late) > 0 {
		err = pl.measure(late, from, pl.end())
	}
	return from, err
}

// measure adds to the kept part's outcome that of some of its slots, which are shared
// among those who are there in [from, until).
func (pl *planning) measure(slots []schedule.Slot, from, until time.Time) error {
	p := pl.staffing.problem(slots, from)
	p.Horizon.End = max(p.Horizon.Start+1, min(p.Horizon.End, until.Unix()))
	a := roster.Assignment{}
	for _, slot := range slots {
		if name := pl.published.shifts[string(slot.ID)].Person; pl.memberNamed(name) != nil {
			a[string(slot.ID)] = &name
		}
	}
	e, err := roster.Evaluate(p, a)
	if err != nil {
		return err
	}
	for i := range pl.Members {
		name := string(pl.Members[i].Person)
		pl.keptPart.Load[name] += e.Load[name]
		pl.keptPart.Deviation[name] += e.Deviation[name]
	}
	return nil
}

// whole rounds to whole points, halves away from zero. The solver counts in
// them, so what is carried over is rounded once, before it proves anything.
func whole(p points) int64 {
	if p < 0 {
		return -whole(-p)
	}
	return (int64(p) + 500) / 1000
}

// holder returns who has a slot, kept or planned; empty for nobody.
func (pl *planning) holder(id schedule.SlotID, solution *roster.Solution) string {
	if name := solution.Assignment[string(id)]; name != nil {
		return *name
	}
	if pl.published != nil {
		if shift := pl.published.shifts[string(id)]; shift != nil && pl.published.keeps(shift.ID, shift.Start) != "" {
			return shift.Person
		}
	}
	return ""
}

// changes lists the open shifts that are not with whom they were published for,
// and those that are no more, by start.
func (pl *planning) changes(solution *roster.Solution) []changeDoc {
	if pl.published == nil {
		return nil
	}
	slots := map[string]*schedule.Slot{}
	for i := range pl.open {
		slots[string(pl.open[i].ID)] = &pl.open[i]
	}
	var changes []changeDoc
	today := schedule.DateOf(pl.published.today)
	for i := range pl.published.doc.Shifts {
		was := &pl.published.doc.Shifts[i]
		if was.Person == "" || pl.published.keeps(was.ID, was.Start) != "" || !pl.includes(was.Start) {
			continue
		}
		slot := slots[was.ID]
		if slot == nil {
			changes = append(changes, changeDoc{ID: was.ID, Was: was.Person, Why: "there is no such shift any more", On: today})
			continue
		}
		if is := pl.holder(slot.ID, solution); is != was.Person {
			changes = append(changes, changeDoc{ID: was.ID, Was: was.Person, Is: is, Why: pl.whyChanged(slot, was.Person), On: today})
		}
	}
	return changes
}

// whyChanged says what keeps a person from a slot that was theirs.
func (pl *planning) whyChanged(slot *schedule.Slot, name string) string {
	m := pl.memberNamed(name)
	switch {
	case m == nil:
		return name + " is not in the team any more"
	case !m.Takes(pl.rotation(slot)):
		return fmt.Sprintf("%s does not take part in %s", name, slot.Rotation)
	case !slices.Contains(m.RotationsOn(schedule.DateOf(slot.Start)), slot.Rotation):
		return fmt.Sprintf("%s does not take part in %s then", name, slot.Rotation)
	case !m.TakesOn(pl.rotation(slot), schedule.DateOf(slot.Start)):
		return fmt.Sprintf("%s does not have the skills for %s then", name, slot.Rotation)
	case !pl.inTeam(m, slot.Start, slot.End):
		return name + " " + membership(m)
	}
	for _, a := range m.Absences {
		if start, end := pl.span(m, a); start.Before(slot.End) && slot.Start.Before(end) {
			from, until := pl.days(m, a)
			return fmt.Sprintf("%s is away %s", name, dates(from, until))
		}
	}
	for _, pin := range pl.pinned {
		if pin.Slot == slot.ID {
			return fmt.Sprintf("the team file pins it to %s", pin.Person)
		}
	}
	if why := pl.published.forbidden(pl, m, slot); why != "" {
		return why
	}
	return "moved so that the other shifts can be filled within the rules"
}

func membership(m *schedule.Member) string {
	switch {
	case m.From.IsZero():
		return fmt.Sprintf("is in the team until %s", shortDate(m.Until))
	case m.Until.IsZero():
		return fmt.Sprintf("is in the team from %s on", shortDate(m.From))
	}
	return fmt.Sprintf("is in the team %s", dates(m.From, m.Until.AddDays(1)))
}
