package ingest

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// records reads the rows of a table.
type records struct {
	header []string
	row    int // of the last record; the heading is 1
	reader *csv.Reader
	bytes  *bounded
}

// Bounds of what is one: a quote that is never closed makes one record of all that
// follows, and a line of nothing but commas would take twenty times its size.
const (
	recordBytes = 1 << 20
	columnsRead = 1000
)

// bounded hands over so many bytes, and an error instead of more. The CSV reader reads
// a little ahead, so a record is cut at about its bound.
type bounded struct {
	bytes.Reader
	left int
}

var errRecordLong = errors.New("a row has more than 1 MB")

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 && b.Len() > 0 {
		return 0, errRecordLong
	}
	n, err := b.Reader.Read(p[:min(len(p), max(1, b.left))])
	b.left -= n
	return n, err
}

// newRecords finds out how a table is written and reads its heading.
func newRecords(data []byte, encoding string) (*records, error) {
	if len(data) > MaxCSV {
		return nil, errors.New("the file has more than 100 MB")
	}
	data, err := decodeText(data, encoding)
	if err != nil {
		return nil, err
	}
	data = ended(data)
	comma := delimiter(data)
	if said, rest, ok := separator(data); ok {
		comma, data = said, rest
	}
	r := &records{bytes: &bounded{Reader: *bytes.NewReader(data), left: recordBytes}}
	r.reader = csv.NewReader(r.bytes)
	r.reader.Comma = comma
	r.reader.FieldsPerRecord = -1
	if r.header, err = r.reader.Read(); err != nil {
		return nil, errors.New("the file has no heading that can be read")
	}
	if len(r.header) > columnsRead {
		return nil, fmt.Errorf("the heading has %d columns; up to %d are read", len(r.header), columnsRead)
	}
	if slices.ContainsFunc(r.header, func(name string) bool { return strings.ContainsRune(name, '\r') }) {
		return nil, errors.New("some lines end with a carriage return alone and some do not; save the file once more as CSV")
	}
	for i := range r.header {
		r.header[i] = strings.TrimSpace(r.header[i])
	}
	r.row = 1
	return r, nil
}

// A Heading says how a table is written.
type Heading struct {
	Columns  []string // as a mapping names them
	Encoding string   // EncodingUTF8 …
	Divided  rune     // what divides cells: a comma, a semicolon or a tab
	First    []string // the first record after the heading; none where there is none
}

// The encodings in which a table may be written.
const (
	EncodingUTF8    = "utf-8"
	EncodingUTF16   = "utf-16"
	EncodingWestern = "windows-1252" // a guess: what older spreadsheets of western Europe write
)

// CSVHeading finds out how a table is written, and what its columns are called.
func CSVHeading(data []byte) (Heading, error) {
	h := Heading{Encoding: EncodingUTF8}
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		h.Encoding = EncodingUTF16
	case !utf8.Valid(data) && bytes.IndexByte(data, 0) < 0:
		h.Encoding = EncodingWestern
	}
	r, err := newRecords(data, h.Encoding)
	if err != nil {
		return h, err
	}
	h.Columns, h.Divided = r.header, r.reader.Comma
	if cells, err := r.next(); err == nil {
		h.First = cells
	}
	return h, nil
}

// next returns the cells of the next record, io.EOF after the last, and errRecordLong
// when there is no use in going on. Another error is about this record only.
func (r *records) next() ([]string, error) {
	r.bytes.left = recordBytes
	cells, err := r.reader.Read()
	if !errors.Is(err, io.EOF) {
		r.row++
	}
	return cells, err
}

// western are the letters of Windows-1252 from 0x80 to 0x9f, where Latin-1 has none; what
// even there is none stays.
var western = []rune("€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ")

// decodeText returns text as UTF-8 without a byte order mark.
func decodeText(data []byte, encoding string) ([]byte, error) {
	var order binary.ByteOrder
	switch {
	case encoding == EncodingWestern:
		out := make([]byte, 0, len(data)+len(data)/8)
		for _, c := range data {
			if c >= 0x80 && c <= 0x9f {
				out = utf8.AppendRune(out, western[c-0x80])
			} else {
				out = utf8.AppendRune(out, rune(c))
			}
		}
		return out, nil
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		order = binary.BigEndian
	default:
		data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
		if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
			return nil, errors.New("the file is neither UTF-8 nor UTF-16 with a byte order mark; save it as UTF-8")
		}
		return data, nil
	}
	if len(data)%2 != 0 {
		return nil, errors.New("the file is UTF-16 and ends within a letter")
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 2; i < len(data); i += 2 {
		units = append(units, order.Uint16(data[i:]))
	}
	return []byte(string(utf16.Decode(units))), nil
}

// ended returns text whose lines end as the reader wants it. Old programs, and some
// spreadsheets that save "CSV (Macintosh)", end them with a carriage return alone.
func ended(data []byte) []byte {
	if bytes.IndexByte(data, '\r') < 0 || bytes.IndexByte(data, '\n') >= 0 {
		return data
	}
	return bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
}

// Alike returns the names that several columns of a heading have, of those that a mapping
// names: the first column of each is read.
func Alike(data []byte, m Mapping) []string {
	r, err := newRecords(data, m.Encoding)
	if err != nil {
		return nil
	}
	var alike []string
	for _, field := range sortedKeys(m.Columns) {
		name := m.Columns[field]
		if at := slices.Index(r.header, name); at >= 0 && slices.Contains(r.header[at+1:], name) {
			alike = append(alike, name)
		}
	}
	return alike
}

// separator reads the line before the heading by which some spreadsheets say what divides
// cells, like sep=;
func separator(data []byte) (comma rune, rest []byte, ok bool) {
	line, rest, _ := bytes.Cut(data, []byte("\n"))
	said, ok := bytes.CutPrefix(bytes.TrimRight(line, "\r"), []byte("sep="))
	if !ok || len(said) != 1 || !bytes.ContainsAny(said, ",;\t") {
		return 0, data, false
	}
	return rune(said[0]), rest, true
}

// delimiter returns what the cells of the heading are divided by: the one that
// occurs most outside quotes.
func delimiter(data []byte) rune {
	counts := map[byte]int{}
	quoted := false
	for _, c := range data {
		if c == '"' {
			quoted = !quoted
		} else if c == '\n' && !quoted {
			break
		} else if !quoted {
			counts[c]++
		}
	}
	best := byte(',')
	for _, c := range []byte{';', '\t'} {
		if counts[c] > counts[best] {
			best = c
		}
	}
	return rune(best)
}
