// Package column has the types of columns that hold what databases and gorm do
// not agree on.
package column

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// An Instant is a point in time, stored as whole Unix seconds so that SQL
// compares instants and not texts in some zone. The zero Instant is NULL. What
// is read back is in UTC.
type Instant struct{ time.Time }

// At returns the instant of t, cut to the second.
func At(t time.Time) Instant {
	if t.IsZero() {
		return Instant{}
	}
	return Instant{time.Unix(t.Unix(), 0).UTC()}
}

// Value implements driver.Valuer.
func (i Instant) Value() (driver.Value, error) {
	if i.IsZero() {
		return nil, nil
	}
	return i.Unix(), nil
}

// Scan implements sql.Scanner.
func (i *Instant) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*i = Instant{}
	case int64:
		*i = Instant{time.Unix(v, 0).UTC()}
	default:
		return fmt.Errorf("an instant is stored as whole seconds, not as %T", src)
	}
	return nil
}

// GormDataType tells gorm the kind of column, for queries; it creates none.
func (Instant) GormDataType() string { return "bigint" }
