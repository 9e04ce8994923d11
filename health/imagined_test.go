package health_test

import (
	"errors"
	"strings"
	"testing"

	"watchbill/health"
	"watchbill/schedule"
)

// TestParseWhatIf tries what an address may have.
func TestParseWhatIf(t *testing.T) {
	quarter := 25
	for _, c := range []struct {
		people, oneIn, without, second string
		want                           health.WhatIf
		wrong                          string // fields
	}{
		{"", "", "", "", health.WhatIf{}, ""},
		{"2", "5", "shop: Queue is long", "25", health.WhatIf{People: 2, OneIn: 5, Without: "shop: Queue is long", Second: &quarter}, ""},
		{"0", "", "", "", health.WhatIf{}, ""},
		{"10", "12", "", "", health.WhatIf{People: 10, OneIn: 12}, ""},
		{"11", "1", "", "26", health.WhatIf{}, "people one_in second"},
		{"-1", "13", "", "-25", health.WhatIf{}, "people one_in second"},
		{"2.5", "99999999999999999999", "", "025", health.WhatIf{}, "people one_in second"},
		{" 2", "0x5", "", " ", health.WhatIf{}, "people one_in second"},
		{"zwei", "NaN", strings.Repeat("a", 501), "yes", health.WhatIf{}, "people one_in without second"},
		{"2", "", "shop\u202e", "", health.WhatIf{People: 2}, "without"},
	} {
		got, err := health.ParseWhatIf(c.people, c.oneIn, c.without, c.second)
		var fields []string
		if err != nil {
			for _, one := range err.(interface{ Unwrap() []error }).Unwrap() {
				invalid, ok := errors.AsType[*schedule.InvalidError](one)
				if !ok || invalid.Reason == "" {
					t.Fatalf("%+v: %v", c, one)
				}
				fields = append(fields, invalid.Field)
			}
		}
		if strings.Join(fields, " ") != c.wrong {
			t.Errorf("%+v: wrong are %v", c, fields)
		}
		if got.People != c.want.People || got.OneIn != c.want.OneIn || got.Without != c.want.Without || (got.Second == nil) != (c.want.Second == nil) || got.Second != nil && *got.Second != *c.want.Second {
			t.Errorf("%+v: got %+v", c, got)
		}
	}
}

// TestImaginedWeeks checks that plans are whole rounds, and a year at most.
func TestImaginedWeeks(t *testing.T) {
	for people, want := range map[int]int{0: 13, 1: 13, 3: 15, 5: 15, 8: 16, 10: 20, 13: 13, 14: 14, 30: 30, 52: 52, 500: 52} {
		if got := health.ImaginedWeeks(people); got != want {
			t.Errorf("%d people: got %d weeks, want %d", people, got, want)
		}
	}
}
