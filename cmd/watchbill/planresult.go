package main

import (
	"fmt"
	"slices"

	"watchbill/schedule"
	"watchbill/schedule/roster"
)

// document puts together all there is to say about a plan.
func (pl *planning) document(solution *roster.Solution) (*planDoc, error) {
	outcome, err := roster.Evaluate(pl.problem, solution.Assignment)
	if err != nil {
		return nil, err
	}
	d := &planDoc{
		Format: planFormat, Team: string(pl.ID), Zone: pl.zone.String(), From: pl.from, Until: pl.until,
		Shifts: []shiftDoc{}, Absences: []absenceDoc{}, Unfilled: []reasonDoc{}, Remedies: []remedyDoc{}, Warnings: []string{},
		Holidays: pl.holidayDocs(), Even: evenness(solution.Terms), Changes: pl.changes(solution),
	}
	d.Repaid = pl.repaid
	rate := func(b schedule.Band) points { return points(pl.Rates[b]) }
	d.Rates = ratesDoc{
		rate(schedule.Business), rate(schedule.Evening), rate(schedule.Sleep), rate(schedule.WeekendBand), rate(schedule.HolidayBand),
	}
	for i := range pl.Rotations {
		d.Rotations = append(d.Rotations, string(pl.Rotations[i].ID))
	}
	d.Shifts = pl.shiftDocs(solution)
	d.Dropped = pl.dropped(d.Shifts)
	for i := range pl.Members {
		m := &pl.Members[i]
		d.People = append(d.People, pl.personDoc(m, solution, outcome))
		d.Absences = append(d.Absences, pl.absenceDocs(m)...)
	}
	for _, c := range solution.Conflicts {
		d.Unfilled = append(d.Unfilled, reasonDoc{c.Slots, c.Reasons, pl.teamWords(c.Text)})
	}
	for _, r := range solution.Remedies {
		d.Remedies = append(d.Remedies, remedyDoc{r.Change, r.Uncovered, pl.remedyText(r)})
	}
	if solution.Team != nil {
		d.Enough = solution.Team.Text
	}
	d.Warnings = append(d.Warnings, pl.keptWarnings()...)
	d.Warnings = append(d.Warnings, pl.loosenedWarnings(func(id schedule.SlotID) string { return pl.holder(id, solution) })...)
	d.Warnings = append(d.Warnings, pl.wishWarnings(solution)...)
	return d, nil
}

// shiftDocs lists every shift of the plan by start: what is planned, and what is
// kept as it was published even where the rules no longer make it.
func (pl *planning) shiftDocs(solution *roster.Solution) []shiftDoc {
	var docs []shiftDoc
	if pl.published != nil {
		for _, shift := range pl.published.doc.Shifts {
			if kept := pl.published.keeps(shift.ID, shift.Start); kept != "" && pl.includes(shift.Start) {
				shift.Kept = kept
				docs = append(docs, shift)
			}
		}
	}
	for i := range pl.open {
		slot := &pl.open[i]
		doc := shiftDoc{
			ID: string(slot.ID), Rotation: string(slot.Rotation), Window: slot.Window, Person: pl.holder(slot.ID, solution),
			Start: slot.Start, End: slot.End, Points: pl.problem.Slots[i].Weight,
		}
		if m := pl.memberNamed(doc.Person); m != nil {
			doc.Points = pl.points(slot, m)
		}
		pl.published.revise(&doc)
		docs = append(docs, doc)
	}
	slices.SortStableFunc(docs, func(a, b shiftDoc) int { return a.Start.Compare(b.Start) })
	return docs
}

// personDoc adds up what a member holds in the whole plan.
func (pl *planning) personDoc(m *schedule.Member, solution *roster.Solution, outcome *roster.Evaluation) personDoc {
	name := string(m.Person)
	p := personDoc{Name: name, FullTime: m.Share.String(), Before: points(1000 * whole(pl.balance[name]))}
	p.After = points(outcome.Deviation[name])
	p.Points = points(1000 * (outcome.Load[name] + pl.keptPart.Load[name]))
	p.Repaid = -pl.measured[name]
	p.Share = p.Before + p.Points - p.Repaid - p.After
	var weekends, holidays []int64
	onDuty := int64(0)
	for _, slots := range [][]schedule.Slot{pl.kept, pl.open} {
		for i := range slots {
			slot := &slots[i]
			if pl.holder(slot.ID, solution) != name {
				continue
			}
			p.Shifts++
			onDuty += pl.secondsOfDays(slot)
			weekends = append(weekends, slot.Weekends()...)
			holidays = append(holidays, slot.Holidays(pl.person(m).Holidays)...)
		}
	}
	p.Days = tenths((10*onDuty + secondsPerDay/2) / secondsPerDay)
	p.Weekends, p.Holidays = distinct(weekends), distinct(holidays)
	return p
}

const secondsPerDay = 24 * 60 * 60

// secondsOfDays returns how long a slot is on the wall clock. Of a rotation that is
// not on duty around the clock, every day with duty counts as a day.
func (s *staffing) secondsOfDays(slot *schedule.Slot) int64 {
	if len(s.rotation(slot).Cover) == 0 {
		return slot.NominalEnd - slot.NominalStart
	}
	var days []int64
	for _, part := range slot.Parts {
		days = append(days, schedule.DateOf(part.Start).Nominal(schedule.Midnight))
	}
	return int64(distinct(days)) * secondsPerDay
}

func distinct(marks []int64) int {
	slices.Sort(marks)
	return len(slices.Compact(marks))
}

// absenceDocs lists the absences of a member that meet the plan's days.
func (pl *planning) absenceDocs(m *schedule.Member) []absenceDoc {
	var docs []absenceDoc
	for _, a := range m.Absences {
		if from, until := pl.days(m, a); from.Before(pl.until) && pl.from.Before(until) {
			docs = append(docs, absenceDoc{Person: string(m.Person), From: from, Until: until, Note: a.Label})
		}
	}
	return docs
}

// holidayDocs lists the holidays of the team's people, each once with those who
// have it, or with nobody where all do.
func (pl *planning) holidayDocs() []holidayDoc {
	docs := []holidayDoc{}
	for i := range pl.Members {
		m := &pl.Members[i]
		for _, h := range pl.person(m).Holidays.Between(pl.from, pl.until) {
			same := func(d holidayDoc) bool { return d.Date == h.Date && d.Name == h.Name }
			at := slices.IndexFunc(docs, same)
			if at < 0 {
				at = len(docs)
				docs = append(docs, holidayDoc{Date: h.Date, Name: h.Name})
			}
			docs[at].People = append(docs[at].People, string(m.Person))
		}
	}
	for i := range docs {
		if len(docs[i].People) == len(pl.Members) {
			docs[i].People = nil
		}
	}
	slices.SortStableFunc(docs, func(a, b holidayDoc) int { return a.Date.Compare(b.Date) })
	return docs
}

// free reports whether a member is in the team, takes part and is not away.
func (pl *planning) free(m *schedule.Member, slot *schedule.Slot) bool {
	away := slices.ContainsFunc(m.Absences, func(a schedule.Absence) bool {
		start, end := pl.span(m, a)
		return start.Before(slot.End) && slot.Start.Before(end)
	})
	return m.TakesOn(pl.rotation(slot), schedule.DateOf(slot.Start)) && pl.inTeam(m, slot.Start, slot.End) && !away
}

// wishWarnings names the wishes that the plan does not meet.
func (pl *planning) wishWarnings(solution *roster.Solution) []string {
	var warnings []string
	for i := range pl.Members {
		m := &pl.Members[i]
		for _, w := range m.Wishes {
			start, end := pl.span(m, w.Absence)
			for j := range pl.open {
				slot := &pl.open[j]
				if pl.holder(slot.ID, solution) == string(m.Person) && start.Before(slot.End) && slot.Start.Before(end) {
					warnings = append(warnings, fmt.Sprintf("%s wished not to be on call %s and has %s", m.Person, w.Absence, slot.ID))
				}
			}
		}
	}
	return warnings
}
