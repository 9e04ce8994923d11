package ui

import (
	"fmt"
	"maps"
	"net/url"
	"strconv"

	"watchbill/schedule"
)

// choice reads what somebody chose; other is what they chose before.
func choice(form url.Values, other schedule.ImportChoice) (schedule.ImportChoice, error) {
	value := form.Get
	if form.Has("until") {
		return shiftChoice(form, other)
	}
	if value("filter") == "" {
		return other, nil
	}
	ch := other
	ch.Filter, ch.Words, ch.Titles = value("filter"), value("words"), value("titles") != ""
	least, err := strconv.Atoi(value("least"))
	if err != nil {
		return ch, &schedule.InvalidError{Field: "least", Reason: "choose the least length"}
	}
	ch.LeastHours = least
	return ch, ch.Check()
}

// shiftChoice is choice for the shifts of another tool: each name of the calendar is
// followed by who that is.
func shiftChoice(form url.Values, other schedule.ImportChoice) (schedule.ImportChoice, error) {
	ch := other
	var err error
	if ch.Until, err = schedule.ParseDate(form.Get("until")); err != nil {
		return other, &schedule.InvalidError{Field: "until", Reason: fmt.Sprintf("%q is no day, like 2026-12-07", form.Get("until"))}
	}
	if form.Has("rotation") {
		ch.Rotation = schedule.RotationID(form.Get("rotation"))
	}
	// Where there are very many names the form has not all of them.
	if ch.People = maps.Clone(other.People); ch.People == nil {
		ch.People = map[string]schedule.ID{}
	}
	names, people := form["name"], form["who"]
	for k := range min(len(names), len(people)) {
		id, err := strconv.ParseInt(people[k], 10, 64)
		if err != nil || id < 0 {
			return ch, &schedule.InvalidError{Field: "who", Reason: "choose somebody of the team, or nobody"}
		}
		ch.People[names[k]] = schedule.ID(id)
	}
	return ch, nil
}

// suggested is the choice to begin with: short meetings keep nobody from a shift of
// a week.
func suggested(i *schedule.Import) schedule.ImportChoice {
	if i.ConfirmedAt.IsZero() && i.Kind == schedule.ImportAbsences {
		return schedule.ImportChoice{Filter: schedule.FilterAll, LeastHours: 4}
	}
	return i.ImportChoice
}
