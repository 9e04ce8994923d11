package main

import (
	"strings"

	"watchbill/schedule"
	"watchbill/schedule/teamfile"
)

// horizonWeeks is how far a team's published plan shall reach when nobody said
// otherwise.
const horizonWeeks = 8

// importTeam reads a team file as the service keeps teams.
func importTeam(source string) (schedule.TeamImport, error) {
	rules, people, f, err := teamfile.Split("team.yaml", []byte(source))
	if err != nil {
		return schedule.TeamImport{}, err
	}
	in := schedule.TeamImport{Name: string(f.Team.ID), Zone: f.Zone.String(), HorizonWeeks: horizonWeeks, Rules: rules, From: f.From}
	for i := range people {
		p := &people[i]
		one := schedule.Planning{
			Profile: schedule.Profile{
				Name: p.Name, Email: p.Email, Zone: p.Zone, Works: p.Works, Sleeps: p.Sleeps, Holidays: strings.Join(p.Holidays, ", "),
			},
			Membership: schedule.Membership{
				OnCall: true, Share: p.Share, From: p.From, Until: p.Until, Takes: strings.Join(p.Takes, ", "), Skills: strings.Join(p.Skills, ", "), Limits: p.Limits,
			},
		}
		for _, l := range p.Later {
			terms := schedule.MemberTerms{From: l.From, Limits: l.Limits}
			if l.Skills != nil {
				skills := strings.Join(*l.Skills, ", ")
				terms.Skills = &skills
			}
			if l.Takes != nil {
				takes := strings.Join(*l.Takes, ", ")
				terms.Takes = &takes
			}
			one.Terms = append(one.Terms, terms)
		}
		for _, a := range p.Absences {
			one.Leaves = append(one.Leaves, leaveOf(a, 0))
		}
		for _, w := range p.Wishes {
			one.Leaves = append(one.Leaves, leaveOf(w.Absence, w.Cost))
		}
		in.People = append(in.People, one)
	}
	return in, nil
}

func leaveOf(a schedule.Absence, cost int64) schedule.Leave {
	return schedule.Leave{First: a.First, Last: a.Last, Start: a.Start, End: a.End, Note: a.Label, WishCost: cost}
}
