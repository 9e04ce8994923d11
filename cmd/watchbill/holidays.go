package main

import (
	"fmt"
	"os"
	"path/filepath"

	"watchbill/schedule"
	"watchbill/schedule/holiday"
	"watchbill/schedule/ical"
	"watchbill/schedule/teamfile"
)

// A holidayLookup finds the holidays that a team file names, each source once.
type holidayLookup struct {
	dir         string // of the team file, where its calendars are
	from, until schedule.Date
	known       map[string]schedule.Calendar
	bad         []teamfile.Problem
	warnings    []string
}

// holidayCheck returns a check that holidays which a team file names exist, so that
// a wrong name is told with everything else that is wrong with the file; each once.
func holidayCheck(name string) func(teamfile.Source) error {
	look := &holidayLookup{dir: filepath.Dir(name), from: schedule.Date{Year: 2000, Month: 1, Day: 1}, until: schedule.Date{Year: 2000, Month: 1, Day: 2}}
	seen := map[string]bool{}
	return func(source teamfile.Source) error {
		if seen[source.Name] {
			return nil
		}
		seen[source.Name] = true
		_, err := look.read(source)
		return err
	}
}

// lookUpHolidays gives everybody in a team file their holidays, and the rotations
// those of the team. The warnings are of calendars that could be read in part.
func lookUpHolidays(name string, f *teamfile.File) (warnings []string, err error) {
	look := &holidayLookup{
		dir: filepath.Dir(name), known: map[string]schedule.Calendar{},
		// Limits look back and the last shifts reach beyond the plan.
		from: f.From.AddDays(-2 * 365), until: f.Until.AddDays(366),
	}
	common := look.calendar(f.Holidays)
	for i := range f.Team.Rotations {
		f.Team.Rotations[i].Holidays = common
	}
	for i := range f.Team.People {
		p := &f.Team.People[i]
		p.Holidays = common
		if own, ok := f.PersonHolidays[p.ID]; ok {
			p.Holidays = look.calendar(own)
		}
	}
	if look.bad != nil {
		return nil, f.Refuse(look.bad...)
	}
	return look.warnings, nil
}

// calendar returns the holidays of some sources together, and remembers what is
// wrong with any.
func (l *holidayLookup) calendar(sources []teamfile.Source) schedule.Calendar {
	var all schedule.Calendar
	for _, source := range sources {
		calendar, ok := l.known[source.Name]
		if !ok {
			holidays, err := l.read(source)
			if err != nil {
				source.Reason = err.Error()
				l.bad = append(l.bad, source.Problem)
			}
			calendar = schedule.NewCalendar(holidays...)
			l.known[source.Name] = calendar
		}
		all = all.With(calendar)
	}
	return all
}

func (l *holidayLookup) read(source teamfile.Source) ([]schedule.Holiday, error) {
	if !source.Calendar() {
		return holiday.Between(source.Name, l.from, l.until)
	}
	name := source.Name
	if !filepath.IsAbs(name) {
		name = filepath.Join(l.dir, name)
	}
	in, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	holidays, warnings, err := ical.ReadHolidays(in, l.from, l.until)
	for _, w := range warnings {
		l.warnings = append(l.warnings, fmt.Sprintf("%s:%d: %s", source.Name, w.Line, w.Reason))
	}
	return holidays, err
}

// addHolidays gives people the days off of imported calendars: those of the team to
// the rotations and to everybody without holidays of their own.
func addHolidays(f *teamfile.File, days []schedule.ImportedHoliday, ids map[string]schedule.ID) {
	var team []schedule.Holiday
	own := map[schedule.ID][]schedule.Holiday{}
	for _, d := range days {
		if d.Person == 0 {
			team = append(team, d.Holiday)
		} else {
			own[d.Person] = append(own[d.Person], d.Holiday)
		}
	}
	common := schedule.NewCalendar(team...)
	for i := range f.Team.Rotations {
		r := &f.Team.Rotations[i]
		r.Holidays = r.Holidays.With(common)
	}
	for i := range f.Team.People {
		p := &f.Team.People[i]
		_, named := f.PersonHolidays[p.ID]
		mine := own[ids[string(p.ID)]]
		switch {
		case named:
			p.Holidays = p.Holidays.With(schedule.NewCalendar(mine...))
		case mine != nil:
			p.Holidays = schedule.NewCalendar(mine...)
		default:
			p.Holidays = p.Holidays.With(common)
		}
	}
}
