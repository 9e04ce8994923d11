// Package schedule turns rules about people into shifts that somebody can hold.
//
// A [Rotation] is a duty that must be covered: when it is handed over, which
// hours it covers, from which day on. [Rotation.Slots] expands it into slots,
// each with an instant at which it starts and one at which it ends. Rules speak
// of the wall clock ("Mondays 09:00 in Berlin") and become instants only here:
// a time that the clock skips is the end of the gap, one that it shows twice is
// the first, so that turns tile the time they cover without gap or overlap, and
// a week may last 167 or 169 hours.
//
// A [Person] has a zone, working and sleeping hours, and holidays. What an hour
// of duty weighs depends on them: see [Person.Bands]. A [Member] is a person's
// part in a team: share, time of membership, skills, absences, wishes, limits.
//
// The package is pure: no clock, no I/O, no randomness. Every range is
// half-open; a day, a week and a limit are wall-clock lengths.
package schedule
