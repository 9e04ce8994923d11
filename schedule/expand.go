package schedule

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// An expansion walks a rotation turn by turn from its first day.
type expansion struct {
	r        *Rotation
	zone     civil
	from, to int64 // the window asked for, in Unix seconds
	sites    []site
	turn     int // of the turn being walked
	out      []Slot
}

// A piece is a turn, or what holidays leave of it, in nominal time.
type piece struct {
	from, to int64
	holiday  string
}

// overrun is more than a window that opened in a turn can stay open after it.
const overrun = 2 * secondsPerDay

// noDay is before every day that a slot can start on.
const noDay = -forever

func (x *expansion) slots() []Slot {
	h := x.r.HandOver
	first := h.start(x.r.First)
	last := forever
	if !x.r.Last.IsZero() {
		last = x.r.Last.AddDays(1).Nominal(Midnight)
	}
	// Most turns are over before the window and only count. The last of them is
	// walked too, because names depend on what the slot before is called.
	n, before := first, piece{from: first, to: first}
	for ; n < last; n = before.to {
		t := piece{from: n, to: h.next(n, first)}
		if x.zone.instant(t.to+overrun) > x.from {
			break
		}
		x.skip(before)
		before = t
	}
	x.walk(before)
	for n < last && x.zone.instant(n) < x.to {
		t := piece{from: n, to: h.next(n, first)}
		x.walk(t)
		n = t.to
	}
	slices.SortStableFunc(x.out, func(a, b Slot) int {
		return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End))
	})
	return x.out
}

// skip counts a turn that nobody asked for.
func (x *expansion) skip(t piece) {
	if a, b := x.zone.instant(t.from), x.zone.instant(t.to); x.onDuty(a, b) {
		x.turn++
	}
}

// onDuty says whether any hour of [a, b) is on duty.
func (x *expansion) onDuty(a, b int64) bool {
	if a >= b {
		return false // a day that the zone skipped
	}
	for i := range x.sites {
		if x.sites[i].opensWithin(a, b) {
			return true
		}
	}
	return len(x.r.Cover) == 0
}

// walk adds the slots of one turn.
func (x *expansion) walk(t piece) {
	covered := false
	for _, p := range x.cut(t.from, t.to) {
		covered = x.piece(p) || covered
	}
	if covered {
		x.turn++
	}
}

// cut takes the holidays out of a turn.
func (x *expansion) cut(start, end int64) []piece {
	if !x.r.HolidaySlots {
		return []piece{{from: start, to: end}}
	}
	at := x.r.HandOver.dayStart()
	var out []piece
	day := dateOfDays(floorDiv(start-int64(at), secondsPerDay))
	for _, h := range x.r.Holidays.Between(day, dateOfDays(floorDiv(end, secondsPerDay)+1)) {
		a, b := max(start, h.Date.Nominal(at)), min(end, h.Date.AddDays(1).Nominal(at))
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

// piece adds the slots of a piece that meet the window, and says whether the
// piece has any hour on duty at all.
func (x *expansion) piece(p piece) bool {
	a, b := x.zone.instant(p.from), x.zone.instant(p.to)
	if a >= b {
		return false // a day that the zone skipped
	}
	onDuty := false
	for i := range x.sites {
		s := &x.sites[i]
		parts := []Span{{unix(a, x.r.Zone), unix(b, x.r.Zone)}}
		if len(x.r.Cover) > 0 {
			parts = s.open(a, b, x.r.Zone)
		}
		if len(parts) == 0 {
			continue
		}
		onDuty = true
		x.add(s, x.slot(p, s, parts))
	}
	return onDuty
}

// slot makes the slot of a site in a piece.
func (x *expansion) slot(p piece, s *site, parts []Span) Slot {
	slot := Slot{
		Rotation: x.r.ID, Turn: x.turn, Window: s.name, Holiday: p.holiday, Parts: parts,
		Start: parts[0].Start, End: parts[len(parts)-1].End,
		NominalStart: p.from, NominalEnd: p.to,
	}
	// At its own hand-over a slot has the time of the rule, also where the clock
	// skipped it: a week from 02:30 to 02:30 is a nominal week every week.
	if start := slot.Start.Unix(); start != x.zone.instant(p.from) {
		slot.NominalStart = x.zone.nominal(start)
	}
	if end := slot.End.Unix(); end != x.zone.instant(p.to) {
		slot.NominalEnd = x.zone.nominal(end)
	}
	// Another zone's hour can end, on this wall, before it began: when the clock
	// is set back within it.
	slot.NominalEnd = max(slot.NominalEnd, slot.NominalStart+1)
	return slot
}

// add names the slot and appends it, once for each person on duty at once, if it
// meets the window.
func (x *expansion) add(s *site, slot Slot) {
	name := string(slot.Rotation)
	if slot.Window != "" {
		name += " " + slot.Window
	}
	day := floorDiv(slot.NominalStart, secondsPerDay)
	again := day == s.lastDay
	s.lastDay = day
	if slot.Start.Unix() >= x.to || slot.End.Unix() <= x.from {
		return
	}
	layout := time.DateOnly
	if again || x.r.HandOver.severalADay() {
		layout += " 15:04"
	}
	name += " " + time.Unix(slot.NominalStart, 0).UTC().Format(layout)
	slot.ID = SlotID(name)
	for i := range max(1, x.r.People) {
		slot.Position = i
		if x.r.People > 1 {
			slot.ID = SlotID(fmt.Sprintf("%s/%d", name, i+1))
		}
		x.out = append(x.out, slot)
	}
}

func unix(t int64, zone *time.Location) time.Time { return time.Unix(t, 0).In(zone) }
