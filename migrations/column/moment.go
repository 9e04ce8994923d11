package column

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// A Moment is a point in time, stored as whole Unix microseconds, for what has to
// keep its order within a second. The zero Moment is NULL. What is read back is in
// UTC.
type Moment struct{ time.Time }

// Exactly returns the moment of t, cut to the microsecond.
func Exactly(t time.Time) Moment {
	if t.IsZero() {
		return Moment{}
	}
	return Moment{time.UnixMicro(t.UnixMicro()).UTC()}
}

// Value implements driver.Valuer.
func (m Moment) Value() (driver.Value, error) {
	if m.IsZero() {
		return nil, nil
	}
	return m.UnixMicro(), nil
}

// Scan implements sql.Scanner.
func (m *Moment) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*m = Moment{}
	case int64:
		*m = Moment{time.UnixMicro(v).UTC()}
	default:
		return fmt.Errorf("a moment is stored as whole microseconds, not as %T", src)
	}
	return nil
}

// GormDataType tells gorm the kind of column, for queries; it creates none.
func (Moment) GormDataType() string { return "bigint" }
