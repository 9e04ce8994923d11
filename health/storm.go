package health

import (
	"cmp"
	"slices"
	"time"
)

// A storm is five pages to one person within ten minutes, and lasts until ten
// minutes are quiet.
const (
	stormPages = 5
	stormQuiet = 10 * time.Minute
)

// Hit is one notification of somebody for a page.
type Hit struct {
	Responder string
	Page      string
	At        time.Time
}

// Storm is what one person had to bear at once. Its pages are kept as they are;
// a report shows both.
type Storm struct {
	Responder   string
	From, Until time.Time // the first hit, and the end of the quiet after the last
	Last        time.Time // the last hit
	Pages       []string  // sorted, each once
}

// Storms finds the storms in hits of any order. A page that notifies somebody
// several times is one page. They come back by person and time.
func Storms(hits []Hit) []Storm {
	hits = slices.Clone(hits)
	slices.SortFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(a.Responder, b.Responder), a.At.Compare(b.At), cmp.Compare(a.Page, b.Page))
	})
	var storms []Storm
	for len(hits) > 0 {
		n := 1
		for n < len(hits) && hits[n].Responder == hits[0].Responder {
			n++
		}
		storms = append(storms, stormsOf(hits[:n])...)
		hits = hits[n:]
	}
	return storms
}

// stormsOf finds the storms of one person, in whose hits are in order of time.
func stormsOf(hits []Hit) []Storm {
	var storms []Storm
	for first := 0; first < len(hits); {
		if !breaks(hits[first:]) {
			first++
			continue
		}
		last := first
		for last+1 < len(hits) && hits[last+1].At.Sub(hits[last].At) <= stormQuiet {
			last++
		}
		s := Storm{Responder: hits[first].Responder, From: hits[first].At, Until: hits[last].At.Add(stormQuiet), Last: hits[last].At}
		for _, h := range hits[first : last+1] {
			s.Pages = append(s.Pages, h.Page)
		}
		slices.Sort(s.Pages)
		s.Pages = slices.Compact(s.Pages)
		storms = append(storms, s)
		first = last + 1
	}
	return storms
}

// breaks reports whether a storm begins with the first of these hits.
func breaks(hits []Hit) bool {
	pages := map[string]bool{}
	for _, h := range hits {
		if h.At.Sub(hits[0].At) > stormQuiet {
			return false
		}
		if pages[h.Page] = true; len(pages) >= stormPages {
			return true
		}
	}
	return false
}
