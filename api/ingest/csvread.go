package ingest

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// records reads the rows of a table.
type records struct {
	header []string
	row    int // of the last record; the heading is 1
	reader *csv.Reader
}

// newRecords finds out how a table is written and reads its heading.
func newRecords(data []byte) (*records, error) {
	if len(data) > MaxCSV {
		return nil, errors.New("the file has more than 100 MB")
	}
	data, err := decodeText(data)
	if err != nil {
		return nil, err
	}
	r := &records{reader: csv.NewReader(bytes.NewReader(data))}
	r.reader.Comma = delimiter(data)
	r.reader.FieldsPerRecord = -1
	if r.header, err = r.reader.Read(); err != nil {
		return nil, errors.New("the file has no heading that can be read")
	}
	for i := range r.header {
		r.header[i] = strings.TrimSpace(r.header[i])
	}
	r.row = 1
	return r, nil
}

// CSVHeader returns the columns of a table, as a mapping names them.
func CSVHeader(data []byte) ([]string, error) {
	r, err := newRecords(data)
	if err != nil {
		return nil, err
	}
	return r.header, nil
}

// next returns the cells of the next record, io.EOF after the last. Another error
// is about this record only.
func (r *records) next() ([]string, error) {
	cells, err := r.reader.Read()
	if !errors.Is(err, io.EOF) {
		r.row++
	}
	return cells, err
}

// decodeText returns text as UTF-8 without a byte order mark.
func decodeText(data []byte) ([]byte, error) {
	var order binary.ByteOrder
	switch {
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
