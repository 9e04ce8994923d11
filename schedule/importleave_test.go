package schedule

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever a calendar had and has now: afterwards there is what it has, and what was
// past; and reading it again changes nothing.
func TestCompareLeavesProperty(t *testing.T) {
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	zone := time.FixedZone("x", 3600)
	draw := func(t *rapid.T, name string) []Occasion {
		var all []Occasion
		for n := range rapid.IntRange(0, 8).Draw(t, name) {
			start := now.Add(time.Duration(rapid.IntRange(-100, 100).Draw(t, "start")) * time.Hour)
			e := Occasion{Key: fmt.Sprint(n), Title: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "title"), Start: start, End: start.Add(time.Duration(rapid.IntRange(1, 50).Draw(t, "hours")) * time.Hour)}
			if rapid.Bool().Draw(t, "days") {
				e.AllDay, e.First = true, DateOf(start.In(zone))
				e.Until = e.First.AddDays(rapid.IntRange(1, 3).Draw(t, "length"))
				e.Start, e.End = e.First.At(Midnight, zone), e.Until.At(Midnight, zone)
			}
			e.Cancelled = rapid.IntRange(0, 5).Draw(t, "cancelled") == 0
			all = append(all, e)
		}
		return all
	}
	rapid.Check(t, func(t *rapid.T) {
		i := &Import{ID: 1, Owner: 2, ImportChoice: ImportChoice{Filter: FilterAll, Titles: true}}
		rows, next := map[ID]Leave{}, ID(0)
		read := func(events []Occasion, at time.Time) ImportPreview {
			var p ImportPreview
			var has []Leave
			for _, id := range inOrder(rows) {
				has = append(has, rows[id])
			}
			c := compareLeaves(has, absencesOf(i, &Reading{Events: events}, at, &p), nil, zone, at, &p)
			for _, l := range c.remove {
				delete(rows, l.ID)
			}
			for _, l := range c.change {
				rows[l.ID] = l
			}
			for _, l := range c.add {
				next++
				l.ID = next
				rows[next] = l
			}
			return p
		}
		read(draw(t, "before"), now.Add(-60*time.Hour))
		past := map[ID]Leave{}
		for id, l := range rows {
			if _, end := l.Span(zone); !end.After(now) {
				past[id] = l
			}
		}
		events := draw(t, "after")
		read(events, now)
		var p ImportPreview
		wants := absencesOf(i, &Reading{Events: events}, now, &p)
		for id, l := range rows {
			if was, ok := past[id]; ok {
				if was != l {
					t.Fatalf("what was past has changed from %+v to %+v", was, l)
				}
				continue
			}
			if want, ok := wants[l.Key]; !ok || !want.sameAs(&l) {
				t.Fatalf("there is %+v and should be %+v", l, want)
			}
			delete(wants, l.Key)
		}
		if len(wants) > 0 {
			t.Fatalf("there is no %v", wants)
		}
		before := maps.Clone(rows)
		if again := read(events, now); again.Changed() || !maps.Equal(before, rows) {
			t.Fatalf("read again: %v", again.Counts)
		}
	})
}

func inOrder(rows map[ID]Leave) []ID {
	var ids []ID
	for id := ID(1); len(ids) < len(rows); id++ {
		if _, ok := rows[id]; ok {
			ids = append(ids, id)
		}
	}
	return ids
}
