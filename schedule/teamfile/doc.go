// Package teamfile reads a team, its duties and its rules from a YAML file that a
// manager can write in ten minutes and keep in git.
//
// The keys, and what a file may leave out:
//
//	team            name of the team
//	zone            its time zone; people and rotations have it unless they say otherwise
//	from            first day of the plan
//	weeks | until   how long it is, or its last day
//	holidays        codes (DE-BE) and .ics files, for everybody who names none
//	share_holidays  false lets one person get more of them than their part
//	limits          on_call: 1 week in 4 · rest: 11h · weekends: 2 in 8 weeks · holidays: 1 in 26 weeks
//	points          an hour's weight: business 1, evening 1.5, sleep 1.5, weekend 2, holiday 3
//	rotations       name, handover, covers, people, weight, skills, pool, zone, first, last, holiday_shifts
//	people          name, email, zone, share, from, until, takes, skills, works, sleeps, holidays, away, rather_not, limits
//	pinned          slot: person
//	past            shifts before the plan, slot: person, so that limits hold across its start
//	frozen_until    shifts of a published plan that start before this day stay
//
// A value may be marked with &name and repeated below with *name; merge keys (<<)
// are not read. A file has at most 512 KiB, 1,000 people and 200 rotations: larger
// ones were not written by a person, and the YAML parser takes quadratic time.
//
// What is wrong is reported with line and column, what is wrong and what would be
// right, up to 100 at once and in the order of the file. Reading does no I/O:
// holidays are named in the result, and whoever reads the file looks them up.
package teamfile
