package ui

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchbill/schedule"
)

// A planFile is what the page of a draft reads of a watchbill-plan/1 document.
type planFile struct {
	planFacts
	Rotations []string
	Shifts    []planShift
	Repaid    *struct{ Text string }
	Even      struct {
		Largest  float64
		Proven   bool
		Unfilled int
		Text     string
	}
	Unfilled []struct {
		Slots   []string
		Reasons []string
		Text    string
	}
	Remedies []struct{ Text string }
	Changes  []struct {
		ID, Was, Is, Why string
	}
	Offers []struct {
		Text  string
		Moves []struct{ ID, Is string }
	}
	Enough   string
	Warnings []string
}

// planFacts are what a plan says of all of it, without the shifts.
type planFacts struct {
	From   schedule.Date
	Until  schedule.Date
	People []struct {
		Name                 string
		Days                 float64
		Weekends, Holidays   int
		Points, Share, After float64
		Repaid               float64
		FullTime             string `json:"full_time"`
	}
	Holidays []struct {
		Date   schedule.Date
		Name   string
		People []string
	}
}

type planShift struct {
	ID, Rotation, Person string
	Start, End           time.Time
	Kept                 string
}

// readPlan reads what is stored of a plan.
func readPlan(text string) (*schedule.Planned, *planFile, error) {
	var planned schedule.Planned
	if err := json.Unmarshal([]byte(text), &planned); err != nil {
		return nil, nil, fmt.Errorf("plan: %w", err)
	}
	var f planFile
	if err := json.Unmarshal([]byte(planned.Document), &f); err != nil {
		return nil, nil, fmt.Errorf("plan: %w", err)
	}
	return &planned, &f, nil
}

// holidays lists each day on which somebody has a public holiday once, under the
// name that most of those who have it know it by.
func (f *planFacts) holidays(zone *time.Location) []Holiday {
	var out []Holiday
	people := 0
	for _, h := range f.Holidays {
		n := len(h.People)
		if n == 0 {
			n = len(f.People) // nobody named is everybody
		}
		start := h.Date.At(schedule.Midnight, zone)
		if last := len(out) - 1; last >= 0 && out[last].Start.Equal(start) {
			if n > people {
				out[last].Name, people = h.Name, n
			}
			continue
		}
		people = n
		out = append(out, Holiday{Name: h.Name, Start: start, End: h.Date.AddDays(1).At(schedule.Midnight, zone)})
	}
	return out
}

// fill shows the plan: week by week, how even it is, and what is unfilled.
func (d *Draft) fill(plan *planFile, zone *time.Location, reader string) {
	for _, r := range plan.Rotations {
		d.Rotations = append(d.Rotations, upper(r))
	}
	was := map[string]string{}
	for _, c := range plan.Changes {
		was[c.ID] = c.Was
	}
	for day := plan.From.AddDays(-(int(plan.From.Weekday()) + 6) % 7); day.Before(plan.Until); day = day.AddDays(7) {
		d.Weeks = append(d.Weeks, plan.week(day, zone, was))
	}
	empty := func(w PlanWeek) bool {
		return !slices.ContainsFunc(w.Cells, func(c []PlanShift) bool { return len(c) > 0 })
	}
	if last := len(d.Weeks) - 1; last > 0 && empty(d.Weeks[last]) {
		d.Weeks = d.Weeks[:last] // the last shifts have begun the week before
	}
	if len(d.Weeks) > 1 && empty(d.Weeks[0]) {
		d.Weeks = d.Weeks[1:] // what runs when the plan begins is of the plan before
	}
	proof, why, _ := strings.Cut(plan.Even.Text, ": ")
	d.Fair, d.Proof, d.ProofTone = plan.fair(reader), upper(proof)+".", "warn"
	if why != "" {
		d.ProofWhy = upper(why) + "."
	}
	if plan.Even.Proven {
		d.ProofTone = "good"
	}
	d.FairNote = "Points count hours, more in the evening, at night, at weekends and on holidays. The difference includes what was carried over."
	if plan.Repaid != nil {
		d.Repaid = upper(plan.Repaid.Text) + "."
	}
	for i, u := range plan.Unfilled {
		entry := Unfilled{Reasons: []string{upper(u.Text)}, More: max(0, len(u.Slots)-1)}
		for _, t := range plan.Shifts {
			if len(u.Slots) > 0 && t.ID == u.Slots[0] {
				entry.Rotation, entry.Start, entry.End = upper(t.Rotation), t.Start, t.End
			}
		}
		if i == 0 {
			for _, r := range plan.Remedies {
				entry.Remedies = append(entry.Remedies, upper(r.Text))
			}
			if plan.Enough != "" {
				entry.Remedies = append(entry.Remedies, upper(plan.Enough))
			}
		}
		d.Unfilled = append(d.Unfilled, entry)
	}
	for _, o := range plan.Offers {
		d.Offers = append(d.Offers, readable(upper(o.Text), d.Now)+".")
	}
	for _, w := range plan.Warnings {
		d.Warnings = append(d.Warnings, readable(upper(w), d.Now)+".")
	}
}

func (f *planFacts) fair(reader string) []FairRow {
	var rows []FairRow
	for _, p := range f.People {
		percent := 100.0
		if x, err := strconv.ParseFloat(p.FullTime, 64); err == nil {
			percent = 100 * x
		}
		rows = append(rows, FairRow{
			Name: p.Name, Me: p.Name == reader, Percent: int(percent + 0.5), Days: p.Days, Weekends: float64(p.Weekends), Holidays: float64(p.Holidays),
			Points: p.Points, Share: p.Share, Repaid: p.Repaid, Difference: p.After,
		})
	}
	return rows
}

// week is a row of the calendar: the shifts that begin in the seven days.
func (f *planFile) week(day schedule.Date, zone *time.Location, was map[string]string) PlanWeek {
	w := PlanWeek{From: day.At(schedule.Midnight, zone), To: day.AddDays(7).At(schedule.Midnight, zone), Cells: make([][]PlanShift, len(f.Rotations))}
	var holidays []string
	for _, h := range f.holidays(zone) {
		if !h.Start.Before(w.From) && h.Start.Before(w.To) {
			holidays = append(holidays, h.Start.Format("Mon 2")+" "+h.Name)
		}
	}
	w.Holidays = strings.Join(holidays, ", ")
	for _, t := range f.Shifts {
		at := slices.Index(f.Rotations, t.Rotation)
		if at < 0 || t.Start.Before(w.From) || !t.Start.Before(w.To) {
			continue
		}
		before, changed := was[t.ID]
		w.Cells[at] = append(w.Cells[at], PlanShift{Person: t.Person, Start: t.Start, End: t.End, New: changed, Was: before})
	}
	for i := range w.Cells {
		if len(w.Cells[i]) == 1 && w.Cells[i][0].End.Sub(w.Cells[i][0].Start) > 6*24*time.Hour {
			w.Cells[i][0].Whole = true
		}
	}
	return w
}
