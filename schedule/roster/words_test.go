package roster

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// A scene is a small problem in the making: weekly shifts that hand over Mondays
// at 09:00 from Monday 7 December 2026.
type scene struct{ Problem }

var monday = time.Date(2026, 12, 7, 9, 0, 0, 0, time.UTC).Unix()

func newScene(people ...string) *scene {
	s := &scene{Problem{Format: Format, Name: "scene", TZ: "Europe/London", Order: []string{TermUncovered}}}
	s.Horizon = Span{monday, monday + 52*week}
	for _, id := range people {
		s.Members = append(s.Members, Member{ID: id, Layers: []string{"primary"}})
	}
	return s
}

// shifts adds n weekly shifts of a layer, from the given week on.
func (s *scene) shifts(layer string, from, n int, skills ...string) *scene {
	for k := from; k < from+n; k++ {
		at := monday + int64(k)*week
		s.Slots = append(s.Slots, Slot{ID: fmt.Sprintf("%s%d", layer, k), Layer: layer, Start: at, End: at + week, NStart: at, NEnd: at + week, Skills: skills})
	}
	return s
}

func (s *scene) oneIn(weeks int64) *scene {
	s.Rules.Windows = append(s.Rules.Windows, Window{Length: weeks * week, Max: week})
	return s
}

// member changes one member.
func (s *scene) member(id string, edit func(m *Member)) *scene {
	edit(&s.Members[slices.IndexFunc(s.Members, func(m Member) bool { return m.ID == id })])
	return s
}

// away makes members absent from Monday of one week to Monday of another.
func (s *scene) away(from, to int64, ids ...string) *scene {
	for _, id := range ids {
		s.member(id, func(m *Member) {
			m.Unavailable = append(m.Unavailable, [2]int64{monday + from*week, monday + to*week})
		})
	}
	return s
}

func TestWords(t *testing.T) {
	team := []string{"Ana", "Ben", "Cleo", "Dan", "Eva", "Finn"}
	at := func(w int64) *int64 { x := monday + w*week; return &x }
	for _, test := range []struct {
		name  string
		scene *scene
		want  string
	}{
		{"December", func() *scene {
			s := newScene(team...).shifts("primary", 0, 4).oneIn(4).away(2, 4, "Ben", "Cleo", "Dan", "Eva", "Finn")
			s.History = []Past{{Member: "Ana", Start: monday - week, End: monday, NStart: monday - week, NEnd: monday}}
			return s
		}(), `
! primary, Mon 21 Dec to Mon 28 Dec: 5 of 6 are away (Ben, Cleo, Dan, Eva and Finn) and Ana was on call until Mon 7 Dec; one week in four cannot hold
> Ben not away Mon 21 Dec to Mon 4 Jan: everything is covered
> Cleo not away Mon 21 Dec to Mon 4 Jan: everything is covered
> Dan not away Mon 21 Dec to Mon 4 Jan: everything is covered
> two weeks in four instead of one week in four: everything is covered
> one more person who can do everything: everything is covered
= it takes 7 people: the 6 there are and one more who can do everything; by counting alone 4 would do (in the 4 weeks from Mon 7 Dec there are 4 primary shifts and one week in four lets one person take one), but absences and the other rules ask for more
`},
		{"too few", newScene("Ana", "Ben", "Cleo").shifts("primary", 0, 4).oneIn(4), `
! Mon 7 Dec to Mon 4 Jan: 4 primary shifts for 3 people; one week in four cannot hold
> one week in three instead of one week in four: everything is covered
> one more person who can do everything: everything is covered
= it takes 4 people: the 3 there are and one more who can do everything; in the 4 weeks from Mon 7 Dec there are 4 primary shifts and one week in four lets one person take one: at least 4 people, and there are 3
`},
		{"a skill", newScene(team...).shifts("primary", 0, 3, "db").oneIn(3).
			member("Ana", func(m *Member) { m.Skills = []string{"db"} }).
			member("Dan", func(m *Member) { m.Skills = []string{"db"} }), `
! Mon 7 Dec to Mon 28 Dec: 3 primary shifts; only Ana and Dan have the skill db; one week in three cannot hold
> Ben with the skill db: everything is covered
> one week in two instead of one week in three: everything is covered
> one more person who can do everything: everything is covered
= it takes 7 people: the 6 there are and one more who can do everything; in the 3 weeks from Mon 7 Dec there are 3 primary shifts that need db and one week in three lets one person take one: at least 3 people, and there are 2
`},
		{"joiner and leaver", newScene("Ana", "Ben").shifts("primary", 0, 3).oneIn(2).
			member("Ana", func(m *Member) { m.From = at(1) }).
			member("Ben", func(m *Member) { m.Until = at(2) }), `
! Mon 7 Dec to Mon 28 Dec: 3 primary shifts; Ana joins on Mon 14 Dec and Ben leaves on Mon 21 Dec; one week in two cannot hold
> Ana joining earlier: everything is covered
> Ben staying longer: everything is covered
> one more person who can do everything: everything is covered
= it takes 3 people: the 2 there are and one more who can do everything; by counting alone 2 would do (in the 2 weeks from Mon 7 Dec there are 2 primary shifts and one week in two lets one person take one), but absences and the other rules ask for more
`},
		{"two layers at once", newScene("Ana").shifts("primary", 0, 1).shifts("secondary", 0, 1).
			member("Ana", func(m *Member) { m.Layers = append(m.Layers, "secondary") }), `
! Mon 7 Dec to Mon 14 Dec: 1 primary and 1 secondary shift for one person; nobody can hold two at once
> one more person who can do everything: everything is covered
= it takes 2 people: the 1 there is and one more who can do everything; on Mon 7 Dec at 09:00 there are 2 shifts that no one can hold together: at least 2 people, and there is 1
`},
		{"own limit", newScene("Ana", "Ben").shifts("primary", 0, 4).oneIn(2).
			member("Ben", func(m *Member) { m.Limits = &Rules{Windows: []Window{{Length: 6 * week, Max: week}}} }), `
! Mon 7 Dec to Mon 4 Jan: 4 primary shifts for 2 people; one week in two and Ben's own one week in six cannot hold
> without Ben's own one week in six: everything is covered
> one more person who can do everything: everything is covered
= it takes 3 people: the 2 there are and one more who can do everything; by counting alone 2 would do (in the 2 weeks from Mon 7 Dec there are 2 primary shifts and one week in two lets one person take one), but absences and the other rules ask for more
`},
		{"pin and rest", func() *scene {
			s := newScene("Ana").shifts("primary", 0, 2)
			s.Rules.MinGap = 12 * hour
			s.Pinned = []Pin{{"primary0", "Ana"}}
			return s
		}(), `
! primary, Mon 14 Dec to Mon 21 Dec: Ana is pinned to primary Mon 7 Dec to Mon 14 Dec; 12 hours of rest between shifts cannot hold
> shifts back to back, without 12 hours of rest between shifts: everything is covered
> one more person who can do everything: everything is covered
= it takes 2 people: the 1 there is and one more who can do everything; on Mon 14 Dec at 09:00 there are 2 primary shifts that no one can hold together (12 hours of rest between shifts): at least 2 people, and there is 1
`},
		{"weekends", func() *scene {
			s := newScene("Ana", "Ben").shifts("primary", 0, 3)
			s.Rules.Counts = []Count{{Mark: "weekend", Length: 4 * week, Max: 1}}
			for i := range s.Slots {
				s.Slots[i].Marks = map[string][]int64{"weekend": {s.Slots[i].NStart - 9*hour + 5*day}}
			}
			return s
		}(), `
! Mon 7 Dec to Mon 28 Dec: 3 primary shifts for 2 people; at most 1 weekend in any 4 weeks cannot hold
> at most 2 weekends in any 4 weeks instead of 1: everything is covered
> one more person who can do everything: everything is covered
= it takes 3 people: the 2 there are and one more who can do everything
`},
		{"nobody", newScene().shifts("primary", 0, 1), `
! primary, Mon 7 Dec to Mon 14 Dec: there is nobody in the plan
> one more person who can do everything: everything is covered
= it takes one person who can do everything
`},
		{"no such layer", newScene("Ana", "Ben").shifts("secondary", 0, 1), `
! secondary, Mon 7 Dec to Mon 14 Dec: nobody takes secondary
> Ana also taking secondary: everything is covered
> one more person who can do everything: everything is covered
= it takes 3 people: the 2 there are and one more who can do everything
`},
		{"days and hours", func() *scene {
			s := newScene("Ana", "Ben").away(0, 1, "Ben")
			for k := range int64(2) {
				a := monday + k*12*hour
				s.Slots = append(s.Slots, Slot{ID: fmt.Sprint(k), Layer: "primary", Start: a, End: a + 12*hour, NStart: a, NEnd: a + 12*hour})
			}
			s.Rules.Windows = []Window{{Length: day, Max: 13 * hour}}
			return s
		}(), `
! Mon 7 Dec 09:00 to Tue 8 Dec 09:00: 2 primary shifts; Ben is away, which leaves Ana; at most 13 hours in any day cannot hold
> Ben not away Mon 7 Dec to Mon 14 Dec: everything is covered
> one more person who can do everything: everything is covered
= it takes 3 people: the 2 there are and one more who can do everything; by counting alone 2 would do (in the day from Mon 7 Dec there are 2 primary shifts and at most 13 hours in any day lets one person take one), but absences and the other rules ask for more
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := &test.scene.Problem
			if err := p.Validate(); err != nil {
				t.Fatal(err)
			}
			_, best := leastUncovered(p)
			if got := told(p, best); got != strings.TrimSpace(test.want) {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// told writes the whole explanation as lines.
func told(p *Problem, a Assignment) string {
	conflicts, remedies, team := explain(context.Background(), p, a, 1, 4_000_000)
	var lines []string
	for _, c := range conflicts {
		lines = append(lines, "! "+c.Text)
	}
	for _, r := range remedies {
		lines = append(lines, "> "+r.Text)
	}
	if team != nil {
		lines = append(lines, "= "+team.Text)
	}
	return strings.Join(lines, "\n")
}
