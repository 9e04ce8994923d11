// Package ical writes calendars that every client reads, and reads calendars
// that somebody else wrote.
//
// Calendars are written by emersion/go-ical behind a wrapper for what it leaves to
// its callers: texts are cleaned of control characters, lines folded at 75 octets
// between characters, instants in UTC, a calendar without events is written too.
// Reading is our own, and forgiving: bytes from outside are cut into lines and
// properties under caps, an event that makes no sense is left out with a warning,
// and never spoils the rest.
package ical
