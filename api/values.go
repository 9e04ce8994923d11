package api

import (
	"fmt"
	"time"

	"watchbill/schedule"

	"github.com/danielgtaylor/huma/v2"
)

// The years that the API takes; what lies outside is a mistake, and would leave
// the range that databases and calendars agree on.
const (
	firstYear = 2000
	lastYear  = 2199
)

// An Instant is a moment in whole seconds. It is read with any offset from UTC and
// written in UTC. The zero Instant stands for none.
type Instant struct{ at time.Time }

// instantOf returns the Instant of a time.
func instantOf(t time.Time) Instant { return Instant{t} }

// IsZero says whether there is none.
func (i Instant) IsZero() bool { return i.at.IsZero() }

// MarshalText writes RFC 3339 in UTC.
func (i Instant) MarshalText() ([]byte, error) {
	return []byte(i.at.UTC().Format(time.RFC3339)), nil
}

// UnmarshalText reads RFC 3339 with Z or an offset. Parts of a second are cut off.
func (i *Instant) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return fmt.Errorf("%q is no time; write it like 2026-12-24T09:00:00Z or 2026-12-24T10:00:00+01:00", text)
	}
	if t = t.UTC().Truncate(time.Second); t.Year() < firstYear || t.Year() > lastYear {
		return fmt.Errorf("%q is not in the years %d to %d", text, firstYear, lastYear)
	}
	i.at = t
	return nil
}

// Schema implements huma.SchemaProvider.
func (Instant) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time", Examples: []any{"2026-12-24T10:00:00+01:00"}}
}

// A Day is a day on the calendar. The zero Day stands for none.
type Day struct{ date schedule.Date }

// IsZero says whether there is none.
func (d Day) IsZero() bool { return d.date.IsZero() }

// MarshalText writes the day like 2026-12-24.
func (d Day) MarshalText() ([]byte, error) { return d.date.MarshalText() }

// UnmarshalText reads what MarshalText writes.
func (d *Day) UnmarshalText(text []byte) error {
	date, err := schedule.ParseDate(string(text))
	if err != nil {
		return fmt.Errorf("%q is no day; write it like 2026-12-24", text)
	}
	if date.Year < firstYear || date.Year > lastYear {
		return fmt.Errorf("%q is not in the years %d to %d", text, firstYear, lastYear)
	}
	d.date = date
	return nil
}

// Schema implements huma.SchemaProvider.
func (Day) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date", Examples: []any{"2026-12-24"}}
}

// local is an instant on a zone's wall clock, with its offset.
func local(t time.Time, zone *time.Location) string { return t.In(zone).Format(time.RFC3339) }

// zoneOf loads the zone of a team or a person.
func zoneOf(name string) (*time.Location, error) {
	zone, err := schedule.Zone(name)
	if err != nil {
		return nil, fmt.Errorf("zone %q: %w", name, err)
	}
	return zone, nil
}

func invalid(field, reason string) error { return &schedule.InvalidError{Field: field, Reason: reason} }
