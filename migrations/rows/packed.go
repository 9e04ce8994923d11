package rows

import (
	"database/sql"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
)

// A Packed is what a query has packed into one text: a driver takes longer to hand over
// a row of ten columns than a database to find it, and some rows are read by the hundred.
// The query writes numbers with a space behind each, and texts behind the number of
// their letters. What goes wrong is kept: look at Err when all is read.
type Packed struct {
	rest string
	err  error
}

// Pack runs a query that returns one packed text.
func Pack(q *gorm.DB) (Packed, error) {
	var p Packed
	err := PackAll(q, &p)
	return p, err
}

// PackAll runs a query that returns a row of packed texts: what is read of several tables
// then takes one way to the database and back.
func PackAll(q *gorm.DB, into ...*Packed) error {
	texts, places := make([]sql.NullString, len(into)), make([]any, len(into))
	for i := range texts {
		places[i] = &texts[i]
	}
	err := q.Row().Scan(places...)
	for i, p := range into {
		*p = Packed{rest: texts[i].String}
	}
	return err
}

// More says whether there is more to read.
func (p *Packed) More() bool { return p.rest != "" && p.err == nil }

// Len is about how much there is to read.
func (p *Packed) Len() int { return len(p.rest) }

// Err is the first thing that went wrong.
func (p *Packed) Err() error { return p.err }

// Number reads digits up to a space, as a database writes them. There are thousands to
// read for a feed, which is why no library does.
func (p *Packed) Number() int64 {
	text, sign, n, i := p.rest, int64(1), int64(0), 0
	if strings.HasPrefix(text, "-") {
		sign, i = -1, 1
	}
	first := i
	for ; i < len(text) && '0' <= text[i] && text[i] <= '9'; i++ {
		n = 10*n + int64(text[i]-'0')
	}
	if good := first < i && i <= first+18 && i < len(text) && text[i] == ' '; !good {
		if p.err == nil {
			p.err = fmt.Errorf("packed %.100q does not begin with a number", text)
		}
		return 0
	}
	p.rest = text[i+1:]
	return sign * n
}

// At reads an instant in whole seconds.
func (p *Packed) At() time.Time { return time.Unix(p.Number(), 0).UTC() }

// Maybe is At, unless it is -1.
func (p *Packed) Maybe() (t time.Time) {
	if n := p.Number(); n >= 0 {
		t = time.Unix(n, 0).UTC()
	}
	return t
}

// Text reads so many letters.
func (p *Packed) Text(letters int64) string {
	end := 0
	for ; letters > 0; letters-- {
		_, size := utf8.DecodeRuneInString(p.rest[end:])
		if size == 0 && p.err == nil {
			p.err = fmt.Errorf("packed %.100q ends %d letters early", p.rest, letters)
		}
		if p.err != nil {
			return ""
		}
		end += size
	}
	text := p.rest[:end]
	p.rest = p.rest[end:]
	return text
}
