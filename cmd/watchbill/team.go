package main

import (
	"io"

	"watchbill/schedule"
	"watchbill/schedule/teamfile"
)

// A teamInput is a team file that has been read, with the holidays it names.
type teamInput struct {
	*staffing
	frozenUntil schedule.Date
	warnings    []string
}

// readTeam reads a team file and the holidays that it names.
func (c *console) readTeam(name string) (*teamInput, error) {
	in, err := c.open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	source, err := io.ReadAll(io.LimitReader(in, teamFileLimit))
	if err != nil {
		return nil, err
	}
	f, err := teamfile.Parse(name, source, holidayCheck(name))
	if err != nil {
		return nil, err
	}
	warnings, err := lookUpHolidays(name, f)
	if err != nil {
		return nil, err
	}
	team := &teamInput{
		staffing: &staffing{
			Team: &f.Team, zone: f.Zone, from: f.From, until: f.Until,
			sharesHolidays: f.ShareHolidays,
			pinned:         f.Pinned, past: f.Past, refuse: f.Refuse,
		},
		frozenUntil: f.FrozenUntil, warnings: warnings,
	}
	for _, w := range f.Warnings {
		team.warnings = append(team.warnings, w.Reason)
	}
	return team, nil
}

// teamFileLimit is more than teamfile reads, so that it can say so.
const teamFileLimit = 2 << 20
