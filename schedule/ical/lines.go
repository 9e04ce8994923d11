package ical

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// What is read of one file at most.
const (
	maxBytes = 5 << 20
	maxLine  = 256 << 10 // of a logical line; the rest is dropped
)

// load reads a whole file under the cap and refuses what is no calendar.
func load(r io.Reader) ([]byte, error) {
	src, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(src) > maxBytes {
		return nil, fmt.Errorf("the calendar is larger than %d MB", maxBytes>>20)
	}
	src = withoutMark(src)
	head := bytes.ToUpper(bytes.TrimSpace(src[:min(len(src), 4096)]))
	switch {
	case len(head) == 0:
		return nil, errors.New("the file is empty; it should be a calendar (.ics)")
	case bytes.HasPrefix(head, []byte("<")):
		return nil, errors.New("this is a web page and not a calendar; the link may need a log-in")
	case !bytes.Contains(head, []byte("BEGIN:VCALENDAR")):
		return nil, errors.New("this is not a calendar: it has no BEGIN:VCALENDAR")
	}
	return src, nil
}

// withoutMark removes a byte order mark, and turns the UTF-16 that two of them
// announce into UTF-8.
func withoutMark(src []byte) []byte {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case bytes.HasPrefix(src, []byte("\xff\xfe")):
	case bytes.HasPrefix(src, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	}
	units := make([]uint16, 0, len(src)/2)
	for i := 2; i+1 < len(src); i += 2 {
		units = append(units, order.Uint16(src[i:]))
	}
	return []byte(string(utf16.Decode(units)))
}

// A logical is a line after unfolding.
type logical struct {
	number int // of its first physical line, from one
	text   string
	cut    bool // it was longer than maxLine
}

// unfold calls f with every logical line that is not blank, until f has an
// error. Lines end with CR LF, LF or CR; blank lines end nothing.
func unfold(src []byte, f func(logical) error) error {
	var text []byte
	number, start, cut := 0, 0, false
	flush := func() error {
		if start == 0 {
			return nil
		}
		return f(logical{start, toString(text), cut})
	}
	for len(src) > 0 {
		var line []byte
		line, src = physical(src)
		number++
		if len(line) == 0 {
			continue
		}
		if (line[0] == ' ' || line[0] == '\t') && start > 0 {
			line = line[1:]
		} else {
			if err := flush(); err != nil {
				return err
			}
			start, text, cut = number, text[:0], false
		}
		room := maxLine - len(text)
		cut = cut || len(line) > room
		text = append(text, line[:min(len(line), room)]...)
	}
	return flush()
}

// physical cuts the first line from src, without its end.
func physical(src []byte) (line, rest []byte) {
	end := bytes.IndexAny(src, "\r\n")
	switch {
	case end < 0:
		return src, nil
	case src[end] == '\r' && end+1 < len(src) && src[end+1] == '\n':
		return src[:end], src[end+2:]
	}
	return src[:end], src[end+1:]
}

// toString reads bytes that are no UTF-8 as Latin-1, which old exports are. It
// decides a line at a time, so one old line does not spoil the others.
func toString(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}
