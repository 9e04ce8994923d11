// Package ical writes calendars that every client reads, and reads calendars
// that somebody else wrote.
//
// Writing is our own: text without control characters, lines folded at 75 octets
// between characters, instants in UTC, a calendar without events. emersion/go-ical
// folds nothing, refuses a calendar without events, lets a line end in a parameter
// through, and took five times as long; the tests read back with it what is
// written. Reading is our own too, and forgiving: bytes from outside are cut into
// lines and properties under caps, an event that makes no sense is left out with a
// warning, and never spoils the rest.
package ical
