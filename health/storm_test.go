package health_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"watchbill/health"
)

// hits makes one hit of a page of its own for each minute.
func hits(who string, minutes ...float64) []health.Hit {
	var out []health.Hit
	for i, m := range minutes {
		out = append(out, health.Hit{Responder: who, Page: fmt.Sprintf("P%02d", i), At: at(m)})
	}
	return out
}

func TestStorms(t *testing.T) {
	same := hits("ana", 0, 1, 2, 3, 4, 5)
	for i := range same {
		same[i].Page = "P1"
	}
	tests := []struct {
		name  string
		hits  []health.Hit
		pages []int   // of each storm
		until float64 // of the last
	}{
		{"four", hits("ana", 0, 1, 2, 3), nil, 0},
		{"five in ten minutes", hits("ana", 0, 1, 2, 3, 10), []int{5}, 20},
		{"five in more", hits("ana", 0, 3, 6, 9, 10.1), nil, 0},
		{"begins late", hits("ana", 0, 8, 9, 10, 11, 12), []int{5}, 22},
		{"goes on until it is quiet", hits("ana", 0, 1, 2, 3, 4, 14, 24, 34.1), []int{7}, 34},
		{"two", hits("ana", 0, 1, 2, 3, 4, 60, 61, 62, 63, 64), []int{5, 5}, 74},
		{"one page over and over", same, nil, 0},
		{"to two people", append(hits("ana", 0, 1, 2), hits("bo", 3, 4, 5)...), nil, 0},
	}
	for _, test := range tests {
		got := health.Storms(test.hits)
		var pages []int
		for _, s := range got {
			pages = append(pages, len(s.Pages))
		}
		if diff := cmp.Diff(test.pages, pages); diff != "" {
			t.Errorf("%s: pages (-want +got):\n%s", test.name, diff)
		} else if len(got) > 0 && !got[len(got)-1].Until.Equal(at(test.until)) {
			t.Errorf("%s: until %v, want %v", test.name, got[len(got)-1].Until, at(test.until))
		}
	}
}

func TestStormsInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []health.Hit
		for range rapid.IntRange(0, 30).Draw(t, "hits") {
			all = append(all, health.Hit{
				Responder: rapid.SampledFrom([]string{"ana", "bo"}).Draw(t, "who"),
				Page:      rapid.StringMatching("P[0-9]").Draw(t, "page"),
				At:        at(float64(rapid.IntRange(0, 60).Draw(t, "minute"))),
			})
		}
		want := health.Storms(all)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		if diff := cmp.Diff(want, health.Storms(all)); diff != "" {
			t.Fatalf("another order (-want +got):\n%s", diff)
		}
		for i, s := range want {
			if len(s.Pages) < 5 || i > 0 && want[i-1].Responder == s.Responder && s.From.Before(want[i-1].Until) {
				t.Fatalf("storms %+v", want)
			}
		}
	})
}
