package teamfile

import (
	"fmt"
	"strconv"
	"time"

	"watchbill/schedule"

	"github.com/goccy/go-yaml/ast"
)

// A dutyNode is where a rotation stands in the file.
type dutyNode struct {
	node  ast.Node
	whole bool // nothing is wrong with the rotation by itself
}

func (l *loader) rotations(n ast.Node) {
	if n == nil {
		return
	}
	l.list(n, "rotations", func(x ast.Node, path string) {
		if len(l.duties) == maxDuties {
			l.fail(x, path, "more than %d rotations; make several teams of them", maxDuties)
			l.stopped = true
			return
		}
		rot := schedule.Rotation{Zone: l.zone, Weight: schedule.One, First: l.f.From}
		var id string
		before := len(l.problems)
		keys, ok := l.mapping(x, path, map[string]field{
			"name":           l.filled(&id, "primary"),
			"handover":       value(l.reader, &rot.HandOver, "Mon 09:00", parseHandOver),
			"covers":         func(n ast.Node, path string) { rot.Cover = l.windows(n, path) },
			"people":         value(l.reader, &rot.People, "1", parsePeople),
			"weight":         value(l.reader, &rot.Weight, "0.5", schedule.ParseWeight),
			"skills":         l.texts(&rot.Skills, "db"),
			"pool":           l.text(&rot.Pool, "primary"),
			"zone":           value(l.reader, &rot.Zone, "Europe/Berlin", parseZone),
			"first":          value(l.reader, &rot.First, "2026-12-07", schedule.ParseDate),
			"last":           value(l.reader, &rot.Last, "2027-06-06", schedule.ParseDate),
			"holiday_shifts": value(l.reader, &rot.HolidaySlots, "true", parseBool),
		})
		if !ok {
			return
		}
		rot.ID = schedule.RotationID(id)
		if keys["name"] == nil {
			l.fail(x, path, "\"name\" is missing; add name: primary")
		} else if _, err := l.f.Team.Rotation(rot.ID); err == nil && id != "" {
			l.fail(keys["name"], path+".name", "%q is the name of another rotation; names must differ", id)
		}
		if keys["handover"] == nil {
			l.fail(x, path, "\"handover\" is missing; add handover: Mon 09:00")
		}
		if !rot.Last.IsZero() && rot.Last.Before(rot.First) {
			l.fail(keys["last"], path+".last", "%v is before its first day %v", rot.Last, rot.First)
		}
		l.f.Team.Rotations = append(l.f.Team.Rotations, rot)
		l.duties = append(l.duties, dutyNode{x, len(l.problems) == before})
	})
	if len(l.duties) == 0 {
		l.fail(n, "rotations", "there is none; add one with name: and handover:")
	}
}

// windows reads the hours on duty: "Mon-Fri 09:00-17:00", or keys and values for
// a window with a name or a zone of its own.
func (l *loader) windows(n ast.Node, path string) []schedule.Window {
	var out []schedule.Window
	l.list(n, path, func(x ast.Node, path string) {
		var w schedule.Window
		hours := value(l.reader, &w.Hours, "Mon-Fri 09:00-17:00", ParseHours)
		_, text := colonText(l.resolve(x))
		switch l.resolve(x).(type) {
		case *ast.MappingNode, *ast.MappingValueNode:
			if text {
				hours(x, path)
				break
			}
			keys, _ := l.mapping(x, path, map[string]field{
				"hours": hours, "name": l.text(&w.Name, "emea"), "zone": value(l.reader, &w.Zone, "Europe/Berlin", parseZone),
			})
			if keys != nil && keys["hours"] == nil {
				l.fail(x, path, "\"hours\" is missing; add hours: Mon-Fri 09:00-17:00")
			}
		default:
			hours(x, path)
		}
		for _, v := range out {
			// Windows of a name, and such in other zones, are the rotation's to judge.
			if w.Name == "" && v.Name == "" && w.Zone == v.Zone && w.From != w.Until && w.Overlaps(v) {
				l.fail(x, path, "these hours overlap others above; join them, or give each a name to make them shifts of their own")
				break
			}
		}
		out = append(out, w)
	})
	return out
}

func parsePeople(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 100 {
		return 0, fmt.Errorf("%q people at once; write a number from 1 to 100", s)
	}
	return n, nil
}

func parseBool(s string) (bool, error) {
	switch s {
	case "true", "yes":
		return true, nil
	case "false", "no":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither true nor false", s)
}

// shortest returns the least wall-clock length of a rotation's turn, and zero
// when that depends on its windows.
func shortest(r *schedule.Rotation) time.Duration {
	h := r.HandOver
	if len(r.Cover) > 0 || r.HolidaySlots {
		return 0
	}
	switch {
	case h.Every > 0:
		return h.Every
	case len(h.Days) > 0:
		least := h.Days[0]
		for _, d := range h.Days {
			least = min(least, d)
		}
		return time.Duration(least) * 24 * time.Hour
	case len(h.Weekly) == 1:
		return 7 * 24 * time.Hour
	}
	return 0
}
