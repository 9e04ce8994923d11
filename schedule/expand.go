package schedule

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// An expansion walks a rotation turn by turn from its first day.
type expansion struct {
	r    *Rotation
	zone civil
	turn int
	out  []Slot
}

// A piece is a turn, or what holidays leave of it, in nominal time.
type piece struct {
	from, to int64
	holiday  string
}

func (x *expansion) slots(from, to int64) []Slot {
	r := x.r
	first := r.HandOver.start(r.First)
	last := forever
	if !r.Last.IsZero() {
		last = r.Last.AddDays(1).Nominal(Midnight)
	}
	for n := first; n < last; {
		if x.zone.instant(n) >= to {
			break
		}
		end := r.HandOver.next(n, first)
		x.piecesOf(n, end, from, to)
		n = end
	}
	slices.SortStableFunc(x.out, func(a, b Slot) int {
		return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End))
	})
	return x.out
}

// piecesOf adds the slots of one turn.
func (x *expansion) piecesOf(start, end, from, to int64) {
	onDuty := false
	for _, p := range x.cut(start, end) {
		onDuty = x.piece(p, from, to) || onDuty
	}
	if onDuty {
		x.turn++
	}
}

// cut takes the holidays out of a turn.
func (x *expansion) cut(start, end int64) []piece {
	r := x.r
	if !r.HolidaySlots {
		return []piece{{from: start, to: end}}
	}
	at := int64(r.HandOver.Clock())
	var out []piece
	day := dateOfDays(floorDiv(start-at, secondsPerDay))
	for _, h := range r.Holidays.Between(day, dateOfDays(floorDiv(end, secondsPerDay)+1)) {
		a := max(start, h.Date.Nominal(Clock(at)))
		b := min(end, h.Date.AddDays(1).Nominal(Clock(at)))
		if a >= b {
			continue
		}
		if start < a {
			out = append(out, piece{from: start, to: a})
		}
		out = append(out, piece{from: a, to: b, holiday: h.Name})
		start = b
	}
	if start < end {
		out = append(out, piece{from: start, to: end})
	}
	return out
}

// piece adds the slots of a piece that meet [from, to), and says whether the
// piece has any hour on duty at all.
func (x *expansion) piece(p piece, from, to int64) bool {
	a, b := x.zone.instant(p.from), x.zone.instant(p.to)
	if a >= b {
		return false // a day that the zone skipped
	}
	if len(x.r.Cover) == 0 {
		x.add(p, "", []Span{{unix(a, x.r.Zone), unix(b, x.r.Zone)}}, from, to)
		return true
	}
	onDuty := false
	for _, name := range x.windowNames() {
		if parts := x.covered(name, a, b); len(parts) > 0 {
			onDuty = true
			x.add(p, name, parts, from, to)
		}
	}
	return onDuty
}

func (x *expansion) windowNames() []string {
	var names []string
	for _, w := range x.r.Cover {
		if !slices.Contains(names, w.Name) {
			names = append(names, w.Name)
		}
	}
	return names
}

// covered returns when the windows of a name are open within [a, b), merged.
func (x *expansion) covered(name string, a, b int64) []Span {
	var parts []Span
	for _, w := range x.r.Cover {
		if w.Name != name {
			continue
		}
		zone := w.Zone
		if zone == nil {
			zone = x.r.Zone
		}
		days := w.Days
		if days == NoDay {
			days = EveryDay
		}
		z := civil{loc: zone}
		// A window can begin on the day before and end on the day after.
		day := dateOfDays(floorDiv(z.nominal(a), secondsPerDay)).AddDays(-1)
		for ; ; day = day.AddDays(1) {
			start := z.instant(day.Nominal(w.From))
			if start >= b {
				break
			}
			until := day.Nominal(w.Until)
			if w.Until <= w.From {
				until += secondsPerDay
			}
			if end := min(b, z.instant(until)); days.Has(day.Weekday()) && max(a, start) < end {
				parts = append(parts, Span{unix(max(a, start), x.r.Zone), unix(end, x.r.Zone)})
			}
		}
	}
	return merged(parts)
}

// merged sorts spans and joins those that touch.
func merged(parts []Span) []Span {
	slices.SortFunc(parts, func(p, q Span) int { return p.Start.Compare(q.Start) })
	var out []Span
	for _, p := range parts {
		if n := len(out) - 1; n >= 0 && !p.Start.After(out[n].End) {
			if p.End.After(out[n].End) {
				out[n].End = p.End
			}
			continue
		}
		out = append(out, p)
	}
	return out
}

// add appends the slots of some parts, one for each person on duty at once.
func (x *expansion) add(p piece, window string, parts []Span, from, to int64) {
	start, end := parts[0].Start, parts[len(parts)-1].End
	if start.Unix() >= to || end.Unix() <= from {
		return
	}
	s := Slot{
		Rotation: x.r.ID, Turn: x.turn, Window: window, Start: start, End: end, Parts: parts, Holiday: p.holiday,
		NominalStart: p.from, NominalEnd: p.to,
	}
	if len(x.r.Cover) > 0 {
		s.NominalStart, s.NominalEnd = x.zone.nominal(start.Unix()), x.zone.nominal(end.Unix())
	}
	for i := range max(1, x.r.People) {
		s.Position = i
		s.ID = x.name(&s)
		x.out = append(x.out, s)
	}
}

// name makes the slot's name: the rotation, the window, the day, the time where
// a day has several turns, and the position where several are on duty.
func (x *expansion) name(s *Slot) SlotID {
	name := string(s.Rotation)
	if s.Window != "" {
		name += " " + s.Window
	}
	layout := time.DateOnly
	if x.r.HandOver.severalADay() {
		layout += " 15:04"
	}
	name += " " + time.Unix(s.NominalStart, 0).UTC().Format(layout)
	if x.r.People > 1 {
		name += fmt.Sprintf("/%d", s.Position+1)
	}
	return SlotID(name)
}

func unix(t int64, zone *time.Location) time.Time { return time.Unix(t, 0).In(zone) }
