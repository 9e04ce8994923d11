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
// What one person holds is a slot: a turn, or what holidays and windows leave of
// it. Its parts are the hours on duty; a week of office hours is one slot of five
// parts. Turns are counted by the slots they give, so that a weekend off or a day
// that a zone skipped costs nobody a turn. A slot has two measures of time: real
// time, in which rest and points are counted, and nominal time, the rotation's
// wall clock read as if it were UTC, in which every week is equally long and in
// which limits are counted.
//
// A day of duty is named for the day on which it begins. Who hands over on the
// morning of a holiday did not have that holiday, and an absence from Monday on
// begins when Monday's hand-over is made; both hold for hand-overs until noon.
//
// A [Person] has a zone, working and sleeping hours, and holidays. What an hour
// of duty weighs depends on them: see [Person.Bands]. A [Member] is a person's
// part in a team: share, time of membership, skills, absences, wishes, limits.
//
// The package is pure: no clock, no I/O, no randomness. Every range is
// half-open; a day, a week and a limit are wall-clock lengths.
package schedule
