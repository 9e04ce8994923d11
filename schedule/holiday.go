package schedule

import (
	"cmp"
	"slices"
	"strings"
)

// A Holiday is a day off that has a name.
type Holiday struct {
	Date Date
	Name string
}

// A Calendar is a set of holidays. The zero Calendar has none. It does not
// change once made, so people of one region may share it.
type Calendar struct {
	days []Holiday // by date, one a date
}

// NewCalendar returns the calendar of the given holidays, in any order. Two
// names for one date become one holiday with both names, the same name twice is
// one, and entries without a date are left out.
func NewCalendar(holidays ...Holiday) Calendar {
	sorted := slices.Clone(holidays)
	slices.SortFunc(sorted, func(a, b Holiday) int {
		return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.Name, b.Name))
	})
	sorted = slices.Compact(sorted)
	var days []Holiday
	for _, h := range sorted {
		last := len(days) - 1
		switch {
		case h.Date.IsZero():
		case last >= 0 && days[last].Date == h.Date:
			days[last].Name = strings.Trim(days[last].Name+" / "+h.Name, " /")
		default:
			days = append(days, h)
		}
	}
	return Calendar{days: days}
}

// With returns a calendar with the holidays of both.
func (c Calendar) With(other Calendar) Calendar {
	return NewCalendar(slices.Concat(c.days, other.days)...)
}

// On returns the name of the holiday on day d and whether there is one.
func (c Calendar) On(d Date) (name string, ok bool) {
	i, ok := c.search(d)
	if !ok {
		return "", false
	}
	return c.days[i].Name, true
}

// Between returns the holidays from one day until another, the second not
// included, in order. The caller must not change the slice.
func (c Calendar) Between(from, until Date) []Holiday {
	i, _ := c.search(from)
	j, _ := c.search(until)
	return c.days[i:max(i, j)]
}

// All returns every holiday in order. The caller must not change the slice.
func (c Calendar) All() []Holiday { return c.days }

// Equal reports whether both calendars have the same holidays by the same
// names.
func (c Calendar) Equal(other Calendar) bool { return slices.Equal(c.days, other.days) }

func (c Calendar) search(d Date) (int, bool) {
	return slices.BinarySearchFunc(c.days, d, func(h Holiday, d Date) int { return h.Date.Compare(d) })
}
