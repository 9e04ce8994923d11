package schedule

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// absencesOf returns the absences that the events of a calendar make, by key, and
// puts what makes none into the preview with the reason.
func absencesOf(i *Import, r *Reading, now time.Time, p *ImportPreview) map[string]Leave {
	words := commaWords(i.Words)
	out := map[string]Leave{}
	for k := range r.Events {
		e := &r.Events[k]
		if why := i.leavesOut(e, words, now); why != "" {
			p.add(ImportLine{What: LineSkip, Start: e.Start, End: e.End, AllDay: e.AllDay, Title: e.Title, Why: why})
			continue
		}
		l := Leave{Person: i.Owner, Import: i.ID, Key: e.Key}
		if i.Titles {
			l.Note = short(e.Title)
		}
		if e.AllDay {
			l.First, l.Last = e.First, e.Until.AddDays(-1)
		} else { // a team file knows minutes
			l.Start, l.End = e.Start.Truncate(time.Minute), e.End.Add(time.Minute-time.Second).Truncate(time.Minute)
		}
		out[e.Key] = l
	}
	return out
}

// short keeps a title within what a list can show.
func short(title string) string {
	title = strings.Join(strings.Fields(title), " ")
	if runes := []rune(title); len(runes) > 200 {
		title = string(runes[:200]) + "…"
	}
	return title
}

// leavesOut says why an event does not count; nothing when it does.
func (c *ImportChoice) leavesOut(e *Occasion, words []string, now time.Time) string {
	length := e.End.Sub(e.Start)
	title := strings.ToLower(strings.Join(strings.Fields(e.Title), " "))
	switch {
	case e.Cancelled:
		return "it is cancelled"
	case !e.End.After(now):
		return "it is past"
	case length <= 0:
		return "it takes no time"
	case length > maxPlanDays*24*time.Hour:
		return "it is longer than two years"
	case c.Filter == FilterBusy && e.Free:
		return "it is marked as free"
	case c.Filter == FilterWords && !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(title, w) }):
		return "its title has none of the words"
	case c.LeastHours == 24 && !e.AllDay && length < 24*time.Hour:
		return "it is not a whole day"
	case !e.AllDay && length < time.Duration(c.LeastHours)*time.Hour:
		return fmt.Sprintf("it is shorter than %d hours", c.LeastHours)
	}
	return ""
}

// A leaveChange is what makes the absences of an import those that it wants.
type leaveChange struct {
	add, change, remove []Leave
}

// compareLeaves says what has to change, and puts all of it into the preview. What
// is past stays as it was.
func compareLeaves(has []Leave, wants map[string]Leave, titles map[string]string, zone *time.Location, now time.Time, p *ImportPreview) leaveChange {
	var c leaveChange
	line := func(what string, l *Leave) {
		start, end := l.Span(zone)
		p.add(ImportLine{What: what, Start: start, End: end, AllDay: !l.First.IsZero(), Title: cmp.Or(titles[l.Key], l.Note)})
	}
	for k := range has {
		was := &has[k]
		want, wanted := wants[was.Key]
		_, end := was.Span(zone)
		switch {
		case !end.After(now):
			continue
		case wanted && was.sameAs(&want):
			line(LineKeep, was)
		case wanted:
			want.ID, want.CreatedAt = was.ID, was.CreatedAt
			c.change = append(c.change, want)
			line(LineChange, &want)
		default:
			c.remove = append(c.remove, *was)
			line(LineRemove, was)
		}
		delete(wants, was.Key)
	}
	for _, want := range wants {
		c.add = append(c.add, want)
	}
	slices.SortFunc(c.add, func(a, b Leave) int {
		x, _ := a.Span(zone)
		y, _ := b.Span(zone)
		return cmp.Or(x.Compare(y), cmp.Compare(a.Key, b.Key))
	})
	for k := range c.add {
		line(LineAdd, &c.add[k])
	}
	return c
}

func (l *Leave) sameAs(o *Leave) bool {
	return l.First == o.First && l.Last == o.Last && l.Start.Equal(o.Start) && l.End.Equal(o.End) && l.Note == o.Note
}
