package column_test

import (
	"testing"
	"time"

	"watchbill/migrations/column"
)

func TestMoment(t *testing.T) {
	kathmandu := time.FixedZone("", 5*3600+45*60)
	for _, at := range []time.Time{
		{}, time.UnixMicro(1), time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 24, 9, 0, 0, 123_456_999, kathmandu),
	} {
		v, err := column.Exactly(at).Value()
		if err != nil {
			t.Fatal(err)
		}
		var back column.Moment
		if err := back.Scan(v); err != nil {
			t.Fatal(err)
		}
		if !back.Equal(at.Truncate(time.Microsecond)) || back.IsZero() != at.IsZero() || back.Location() != time.UTC {
			t.Errorf("%v came back as %v", at, back)
		}
	}
	var m column.Moment
	if err := m.Scan("2026-11-24 09:00:00+01:00"); err == nil {
		t.Error("a text was read as a moment")
	}
}
