// Package ical writes calendars that every client reads, and reads calendars
// that somebody else wrote.
//
// Writing goes through emersion/go-ical, with what it leaves out done here: text
// without control characters, lines folded at 75 octets between characters, and
// calendars without events. Reading is our own and forgiving: bytes from outside
// are cut into lines and properties under caps, an event that makes no sense is
// left out with a warning, and never spoils the rest.
package ical
