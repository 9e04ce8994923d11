// Package holiday knows the public holidays of countries and their regions.
package holiday

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"watchbill/schedule"
)

// Between returns the public holidays of a country or region on the days [from,
// until), in order, by their names there. A holiday that is moved to another day,
// as Britain does with those at weekends, is there twice: on its own date, when
// people are off whatever the law says, and on the day given instead, with
// "(substitute)" behind its name.
//
// Codes are those of ISO 3166: DE, DE-BY, US. An unknown code is a
// *schedule.InvalidError that names the nearest ones.
func Between(code string, from, until schedule.Date) ([]schedule.Holiday, error) {
	rules, ok := regions[strings.ToUpper(code)]
	if !ok {
		return nil, &schedule.InvalidError{Reason: fmt.Sprintf("unknown holidays %q; %s", code, hint(code))}
	}
	var out []schedule.Holiday
	add := func(t time.Time, name string) {
		if d := schedule.DateOf(t); !t.IsZero() && !d.Before(from) && d.Before(until) {
			out = append(out, schedule.Holiday{Date: d, Name: name})
		}
	}
	// A substitute can lie in the next year, and a rule can begin a year late.
	for year := from.Year - 1; year <= until.Year+1; year++ {
		for _, rule := range rules {
			actual, observed := rule.Calc(year)
			add(actual, rule.Name)
			if schedule.DateOf(observed) != schedule.DateOf(actual) {
				add(observed, rule.Name+" (substitute)")
			}
		}
	}
	slices.SortFunc(out, func(a, b schedule.Holiday) int {
		return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.Name, b.Name))
	})
	return slices.Compact(out), nil
}

// Codes returns every code that Between knows, sorted.
func Codes() []string { return slices.Sorted(maps.Keys(regions)) }

// hint lists the codes that an unknown one may stand for.
func hint(code string) string {
	country, _, _ := strings.Cut(strings.ToUpper(code), "-")
	var near, countries []string
	for _, c := range Codes() {
		if strings.HasPrefix(c, country) && country != "" {
			near = append(near, c)
		}
		if len(c) == 2 {
			countries = append(countries, c)
		}
	}
	if len(near) > 0 {
		return "there are " + strings.Join(near, ", ")
	}
	return "there are " + strings.Join(countries, ", ") + ", and .ics files for the rest"
}
