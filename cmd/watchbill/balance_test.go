package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"watchbill/schedule"
)

func day(t *testing.T, s string) schedule.Date {
	t.Helper()
	d, err := schedule.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A plan that is made twice must start from the same balance both times, and a
// later one from where the last version of it ended.
func TestBalanceIsTheSameWhenAPlanIsMadeAgain(t *testing.T) {
	name := filepath.Join(t.TempDir(), "balance.json")
	spring, summer, autumn := day(t, "2027-03-29"), day(t, "2027-06-28"), day(t, "2027-09-27")

	carry := func(from, until schedule.Date, after points) map[string]points {
		f, err := readBalance(name, "Payments")
		if err != nil {
			t.Fatal(err)
		}
		before := f.at(from)
		f.settle(&planDoc{From: from, Until: until, People: []personDoc{{Name: "Ana", After: after}}})
		if err := f.save(name); err != nil {
			t.Fatal(err)
		}
		return before
	}
	for _, step := range []struct {
		name        string
		from, until schedule.Date
		after       points
		want        map[string]points
	}{
		{"the first plan", spring, summer, 1500, nil},
		{"the same again", spring, summer, -2500, nil},
		{"the next", summer, autumn, 250, map[string]points{"Ana": -2500}},
		{"the next again", summer, autumn, 0, map[string]points{"Ana": -2500}},
		{"the first once more", spring, summer, 125, nil},
		{"and the next", summer, autumn, 0, map[string]points{"Ana": 125}},
	} {
		got := carry(step.from, step.until, step.after)
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("%s starts with (-want +got):\n%s", step.name, diff)
		}
	}
}

func TestBalanceKeepsWhoIsNotInThePlan(t *testing.T) {
	from, until := day(t, "2027-03-29"), day(t, "2027-06-28")
	f := &balanceFile{Balances: []balanceDoc{{On: from, People: map[string]points{"Ana": 1000, "Ben": -1000}}}}
	f.settle(&planDoc{From: from, Until: until, People: []personDoc{{Name: "Ana", After: 500}}})
	if diff := cmp.Diff(map[string]points{"Ana": 500, "Ben": -1000}, f.at(until)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestBalanceFilesThatAreNone(t *testing.T) {
	for text, want := range map[string]string{
		`{`:                             "not a balance file",
		`{"format":"watchbill-plan/1"}`: `the format is "watchbill-plan/1"`,
		`{"format":"watchbill-balance/1","team":"Search"}`:                                                                             `the balance of team "Search"`,
		`{"format":"watchbill-balance/1","team":"Payments","balances":[{"on":"2027-02-30"}]}`:                                          "2027-02-30",
		`{"format":"watchbill-balance/1","team":"Payments","balances":[{"on":"2027-02-01","people":{"Ana":"lots"}}]}`:                  "not a number of points",
		`{"format":"watchbill-balance/1","team":"Payments","balances":[{"on":"2027-02-01","people":{"Ana":1e99999999}}]}`:              "not a number of points",
		`{"format":"watchbill-balance/1","team":"Payments","balances":[{"on":"2027-02-01","people":{"Ana":0.0001}}]}`:                  "not a number of points",
		`{"format":"watchbill-balance/1","team":"Payments","balances":[{"on":"2027-02-01","people":{"Ana":99999999999999999999999}}]}`: "not a number of points",
	} {
		name := filepath.Join(t.TempDir(), "balance.json")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readBalance(name, "Payments"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n got %v\nwant an error with %q", text, err, want)
		}
	}
}
