package main

import (
	"cmp"
	"slices"

	"watchbill/api"
	"watchbill/schedule"
)

// daysOff says which public holidays the people of a plan have: theirs, or the
// team's.
func daysOff(in schedule.PlanInput) ([]api.DayOff, error) {
	ids, source, err := composeTeam(&in)
	if err != nil {
		return nil, err
	}
	f, _, err := readTeam(&in, ids, source)
	if err != nil {
		return nil, err
	}
	var all []api.DayOff
	for i := range f.Team.People {
		p := &f.Team.People[i]
		for _, h := range p.Holidays.Between(in.From, in.Until) {
			at := slices.IndexFunc(all, func(d api.DayOff) bool { return d.Day == h.Date && d.Name == h.Name })
			if at < 0 {
				at = len(all)
				all = append(all, api.DayOff{Day: h.Date, Name: h.Name})
			}
			all[at].People = append(all[at].People, ids[string(p.ID)])
		}
	}
	slices.SortFunc(all, func(a, b api.DayOff) int { return cmp.Or(a.Day.Compare(b.Day), cmp.Compare(a.Name, b.Name)) })
	return all, nil
}
