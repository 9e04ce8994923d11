package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"watchbill/schedule"
)

// burdenFormat names the format of a burden file.
const burdenFormat = "watchbill-burden/1"

// A burdenFile says what pages did to people in the weeks before a plan, for the plan to
// make up for it as the service does.
type burdenFile struct {
	Format string           `json:"format"`
	Gain   *int             `json:"gain"` // percent; absent: all
	Cap    *int64           `json:"cap"`  // points for anybody
	Weeks  []burdenFileWeek `json:"weeks"`
	// Repaid is how much of it plans before have made up for, in points.
	Repaid map[string]float64 `json:"repaid"`
}

// A burdenFileWeek is a week of somebody.
type burdenFileWeek struct {
	Person  string          `json:"person"`
	Week    schedule.Date   `json:"week"`    // a Monday
	Burden  float64         `json:"burden"`  // points of burden
	Standby int64           `json:"standby"` // standby points held
	Nights  []schedule.Date `json:"nights"`  // that were broken
}

// mostBurden is more than a week can bring.
const mostBurden = 100_000

// check says what is wrong with a file.
func (f *burdenFile) check(before schedule.Date) error {
	if f.Format != burdenFormat {
		return fmt.Errorf("the format is %q and not %q", f.Format, burdenFormat)
	}
	if g := f.Gain; g != nil && (*g < 1 || *g > 100) {
		return fmt.Errorf("gain: %d percent; it should be from 1 to 100", *g)
	}
	if c := f.Cap; c != nil && (*c < 1 || *c > mostBurden) {
		return fmt.Errorf("cap: %d points; it should be from 1 to %d", *c, mostBurden)
	}
	if len(f.Weeks) == 0 {
		return fmt.Errorf("weeks: there are none; give each person's week like {\"person\": \"Ana\", \"week\": \"2026-03-02\", \"burden\": 30, \"standby\": 251}")
	}
	seen := map[string]bool{}
	for i, w := range f.Weeks {
		at := fmt.Sprintf("weeks[%d]", i)
		key := w.Person + "\n" + w.Week.String()
		switch {
		case w.Person == "":
			return fmt.Errorf("%s.person: say whose week it is", at)
		case w.Week.IsZero() || w.Week.Weekday() != time.Monday:
			return fmt.Errorf("%s.week: %v is no Monday", at, w.Week)
		case w.Week.AddDays(7).After(before):
			return fmt.Errorf("%s.week: the week of %v is not over when the plan begins", at, w.Week)
		case w.Week.Before(before.AddDays(-10 * 366)):
			return fmt.Errorf("%s.week: %v is more than ten years before the plan", at, w.Week)
		case w.Burden < 0 || w.Burden > mostBurden || w.Standby < 0 || w.Standby > mostBurden:
			return fmt.Errorf("%s: points are from 0 to %d", at, mostBurden)
		case seen[key]:
			return fmt.Errorf("%s: the week of %v of %s is there twice", at, w.Week, strconv.Quote(w.Person))
		}
		seen[key] = true
	}
	return nil
}

// readBurden reads a burden file and puts what it comes to into the plan. It returns
// warnings about those whom the team does not have.
func (pl *planning) readBurden(con *console, name string) (warnings []string, err error) {
	in, err := con.open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	var f burdenFile
	if err := json.NewDecoder(in).Decode(&f); err != nil {
		return nil, fmt.Errorf("%s: not a burden file: %w", name, err)
	}
	if err := f.check(pl.from); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	ids := map[string]schedule.ID{}
	input := schedule.PlanInput{From: pl.from, Until: pl.until}
	for i := range pl.Members {
		m := &pl.Members[i]
		id := schedule.ID(i + 1)
		ids[string(m.Person)] = id
		input.People = append(input.People, schedule.Planning{
			Profile: schedule.Profile{ID: id}, Membership: schedule.Membership{Person: id, OnCall: true, Share: m.Share, From: m.From, Until: m.Until},
		})
	}
	team := len(ids)
	for _, w := range f.Weeks {
		if ids[w.Person] == 0 {
			ids[w.Person] = schedule.ID(len(ids) + 1)
			warnings = append(warnings, fmt.Sprintf("%q is not in the team; what they had counts for the average alone", w.Person))
		}
	}
	input.Team.Repay = schedule.Repay{Gain: schedule.UsualRepayGain, Cap: schedule.UsualRepayCap}
	if f.Gain != nil {
		input.Team.Repay.Gain = *f.Gain
	}
	if f.Cap != nil {
		input.Team.Repay.Cap = *f.Cap
	}
	m := f.measured(&input, ids, pl.zone)
	pl.repay(m, ids)
	for name, id := range ids {
		if why := m.Why(id); why != "" && int(id) <= team {
			pl.repaid.Why = append(pl.repaid.Why, name+": "+why)
		}
	}
	slices.Sort(pl.repaid.Why)
	return warnings, nil
}

// measured is what the file comes to.
func (f *burdenFile) measured(in *schedule.PlanInput, ids map[string]schedule.ID, zone *time.Location) *schedule.Measured {
	first, last := f.Weeks[0].Week, f.Weeks[0].Week
	var weeks []schedule.BurdenWeek
	var held []schedule.Published
	for i, w := range f.Weeks {
		if w.Week.Before(first) {
			first = w.Week
		}
		if w.Week.After(last) {
			last = w.Week
		}
		id := ids[w.Person]
		weeks = append(weeks, schedule.BurdenWeek{Person: id, Week: w.Week, Points: w.Burden, Nights: w.Nights})
		held = append(held, schedule.Published{
			Slot: schedule.SlotID(fmt.Sprint(i)), Person: id, Points: w.Standby,
			Start: w.Week.At(schedule.Midnight, zone), End: w.Week.AddDays(7).At(schedule.Midnight, zone),
		})
	}
	m := &schedule.Measured{Since: first, From: first, Through: last.AddDays(7)}
	for name, points := range f.Repaid {
		if m.Had == nil {
			m.Had = map[schedule.ID]float64{}
		}
		if id := ids[name]; id != 0 {
			m.Had[id] = points
		}
	}
	shifts := schedule.Resolve(held, nil, m.Since.At(schedule.Midnight, zone), m.Through.At(schedule.Midnight, zone), time.Time{})
	m.Fill(in, weeks, shifts, zone)
	return m
}
