package ui

import (
	"sort"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"watchbill/schedule"
)

// block is a shift or an absence in a row of the chart.
type block struct {
	X, W, Mid   string
	Class       string // CSS classes beside "b"
	Long, Short string // labels on a desk and on a narrow screen; may be empty
	Say, Tip    string
	Href        string // empty for time off
	Swapped     bool
}

// lane is a row of the chart.
type lane struct {
	Name, Initials string
	Me, On         bool
	Blocks         []block
	Fair           *FairRow
}

type timeline struct {
	grid
	Cover, People []lane
	Weeks8        int
	HasFair       bool
}

// timeline is the chart's geometry.
func (s Schedule) timeline() timeline {
	c := s.charter()
	t := timeline{grid: newGrid(c.axis, c.now), Weeks8: len(c.weeks()), HasFair: len(s.Fair) > 0}
	for _, h := range s.Holidays {
		if x, w, ok := c.axis.clip(h.Start, h.End); ok {
			t.Holidays = append(t.Holidays, box{X: percent(x), W: percent(w), Name: h.Name})
		}
	}
	for _, r := range s.Rotations {
		l := lane{Name: r.Name}
		for _, sh := range s.Shifts {
			if sh.Rotation == r.ID {
				l.Blocks = c.shift(l.Blocks, sh, false)
			}
		}
		t.Cover = append(t.Cover, l)
	}
	for _, p := range s.People {
		t.People = append(t.People, c.person(p))
	}
	return t
}

// charter draws one page's chart.
type charter struct {
	Schedule
	axis  axis
	now   time.Time
	kinds map[int64]RotationLine
	names map[int64]PersonLine
}

func (s Schedule) charter() charter {
	loc, err := schedule.Zone(s.Zone)
	if err != nil {
		loc = time.UTC
	}
	c := charter{Schedule: s, axis: axis{s.From.In(loc), s.To.In(loc)}, now: s.Now.In(loc), kinds: map[int64]RotationLine{}, names: map[int64]PersonLine{}}
	for _, r := range s.Rotations {
		c.kinds[r.ID] = r
	}
	for _, p := range s.People {
		c.names[p.ID] = p
	}
	return c
}

func (c charter) person(p PersonLine) lane {
	l := lane{Name: p.Name, Initials: initials(p.Name), Me: p.Me}
	for _, a := range c.Away {
		if a.Person == p.ID {
			l.Blocks = c.away(l.Blocks, a, p)
		}
	}
	for _, sh := range c.Shifts {
		if sh.Person == p.ID {
			l.Blocks = c.shift(l.Blocks, sh, true)
			l.On = l.On || (axis{sh.Start, sh.End}).holds(c.now)
		}
	}
	for i := range c.Fair {
		if c.Fair[i].PersonID == p.ID {
			l.Fair = &c.Fair[i]
		}
	}
	return l
}

// shift appends a block for the shift; in a person's row it is labelled with
// the rotation, in a rotation's with the person.
func (c charter) shift(to []block, s ChartShift, byPerson bool) []block {
	x, w, ok := c.axis.clip(s.Start, s.End)
	if !ok {
		return to
	}
	r, p := c.kinds[s.Rotation], c.names[s.Person]
	who := p.Name
	if p.Me {
		who = p.Name + " (you)"
	}
	labels := []string{p.Name, first(p.Name), initials(p.Name)}
	switch {
	case s.Person == 0:
		who, labels = "Unfilled", []string{"Unfilled", "?"}
	case byPerson:
		labels = []string{r.Name, initials(r.Name)}
	default:
		labels = labels[1:]
	}
	swapped := s.Swapped && w*trackNarrow > 40
	b := c.block(x, w, labels, swapped)
	b.Class = "backup"
	if r.Kind == "primary" {
		b.Class = r.Kind
	}
	if p.Me {
		b.Class += " mine"
	}
	if s.Person == 0 {
		b.Class += " open"
	}
	b.Href = "/shifts/" + itoa(s.ID)
	when := span(s.Start.In(c.axis.from.Location()), s.End.In(c.axis.from.Location()), c.now)
	b.Say = r.Name + ", " + who + ", " + when
	b.Tip = r.Name + " · " + who + "\n" + when + ", " + city(c.Zone) + " time"
	if other := c.otherZone(); other != nil {
		b.Tip += "\n" + span(s.Start.In(other), s.End.In(other), c.now.In(other)) + ", " + city(other.String())
	}
	if s.Note != "" {
		b.Say, b.Tip = b.Say+", "+s.Note, b.Tip+"\n"+s.Note
	}
	return append(to, b)
}

// otherZone is the one of the reader's and the team's that is not shown.
func (c charter) otherZone() *time.Location {
	name := c.TeamZone
	if c.InTeam {
		name = c.MyZone
	}
	if name == "" || name == c.Zone {
		return nil
	}
	loc, err := schedule.Zone(name)
	if err != nil {
		return nil
	}
	return loc
}

func (c charter) away(to []block, a ChartAway, p PersonLine) []block {
	x, w, ok := c.axis.clip(a.Start, a.End)
	if !ok {
		return to
	}
	label := "Away"
	if a.Label != "" {
		label = a.Label
	}
	b := c.block(x, w, []string{label, "Away"}, false)
	b.Class = "away"
	loc := c.axis.from.Location()
	when := span(a.Start.In(loc), a.End.In(loc), c.now)
	b.Say = p.Name + ", " + lowerWord(label) + ", " + when
	b.Tip = label + " · " + p.Name + "\n" + when
	return append(to, b)
}

// lowerWord makes the first letter small: "Parental leave" inside a sentence.
func lowerWord(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}

func (c charter) block(x, w float64, labels []string, swapped bool) block {
	icon := 0.0
	if swapped {
		icon = swapWidth
	}
	return block{X: percent(x), W: percent(w), Mid: percent(x + w/2), Swapped: swapped, Long: fit(w*trackWide-icon, labels...), Short: fit(w*trackNarrow-icon, labels...)}
}

// agendaWeek is a week of the list that a phone shows instead of the chart.
type agendaWeek struct {
	From, To time.Time
	Now      bool
	Items    []agendaItem
	Away     string
	Holidays string
}

type agendaItem struct {
	ShiftLine
	On bool
}

func (c charter) weeks() [][2]time.Time {
	var out [][2]time.Time
	day := c.axis.day
	for i := 0; day(i).Before(c.axis.to); {
		next := i + 7 - (int(day(i).Weekday())+6)%7
		out = append(out, [2]time.Time{day(i), day(next)})
		i = next
	}
	return out
}

// agenda is the same shifts week by week. A shift stands in the week in which
// it starts, and in the first week also when it started before.
func (s Schedule) agenda() []agendaWeek {
	c := s.charter()
	var out []agendaWeek
	for i, w := range c.weeks() {
		a := axis{w[0], w[1]}
		week := agendaWeek{From: w[0], To: w[1], Now: a.holds(c.now)}
		for _, sh := range s.Shifts {
			if a.holds(sh.Start) || i == 0 && sh.Start.Before(w[0]) && sh.End.After(w[0]) {
				week.Items = append(week.Items, c.item(sh))
			}
		}
		order := map[string]int{}
		for i, r := range s.Rotations {
			order[r.Name] = i
		}
		sort.SliceStable(week.Items, func(i, j int) bool {
			a, b := week.Items[i], week.Items[j]
			if a.Rotation != b.Rotation {
				return order[a.Rotation] < order[b.Rotation]
			}
			return a.Start.Before(b.Start)
		})
		week.Away, week.Holidays = c.awayIn(a), c.holidaysIn(a)
		out = append(out, week)
	}
	return out
}

func (c charter) item(sh ChartShift) agendaItem {
	r, p := c.kinds[sh.Rotation], c.names[sh.Person]
	line := ShiftLine{ID: sh.ID, Rotation: r.Name, Kind: r.Kind, Person: p.Name, Mine: p.Me, Start: sh.Start, End: sh.End, Note: sh.Note}
	return agendaItem{ShiftLine: line, On: (axis{sh.Start, sh.End}).holds(c.now)}
}

func (c charter) awayIn(week axis) string {
	var names []string
	seen := map[int64]bool{}
	for _, a := range c.Away {
		if _, _, ok := week.clip(a.Start, a.End); ok && !seen[a.Person] {
			seen[a.Person] = true
			names = append(names, first(c.names[a.Person].Name))
		}
	}
	return strings.Join(names, ", ")
}

func (c charter) holidaysIn(week axis) string {
	var names []string
	for _, h := range c.Holidays {
		if _, _, ok := week.clip(h.Start, h.End); ok {
			names = append(names, h.Start.In(week.from.Location()).Format("Mon 2")+" "+h.Name)
		}
	}
	return strings.Join(names, ", ")
}
