package column_test

import (
	"testing"
	"time"

	"watchbill/migrations/column"
)

func TestInstant(t *testing.T) {
	apia, err := time.LoadLocation("Pacific/Apia")
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []time.Time{
		{}, time.Unix(0, 0), time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 24, 9, 0, 0, 999, apia),
	} {
		v, err := column.At(at).Value()
		if err != nil {
			t.Fatal(err)
		}
		var back column.Instant
		if err := back.Scan(v); err != nil {
			t.Fatal(err)
		}
		if !back.Equal(at.Truncate(time.Second)) || back.IsZero() != at.IsZero() || back.Location() != time.UTC {
			t.Errorf("%v came back as %v", at, back)
		}
	}
	var i column.Instant
	if err := i.Scan("2026-11-24 09:00:00+01:00"); err == nil {
		t.Error("a text was read as an instant")
	}
}
