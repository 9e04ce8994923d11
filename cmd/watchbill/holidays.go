package main

import (
	"watchbill/schedule"
	"watchbill/schedule/holiday"
	"watchbill/schedule/teamfile"
)

// A holidayLookup finds the holidays that a team file names, each source once.
type holidayLookup struct {
	from, until schedule.Date
	known       map[string]schedule.Calendar
	bad         []teamfile.Problem
}

// lookUpHolidays gives everybody in a team file their holidays, and the rotations
// those of the team.
func lookUpHolidays(f *teamfile.File) error {
	look := &holidayLookup{
		known: map[string]schedule.Calendar{},
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
		return f.Refuse(look.bad...)
	}
	return nil
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
	return holiday.Between(source.Name, l.from, l.until)
}
