package schedule

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Held is duty that somebody has or would have, as hard rules count it: a slot,
// or the part of one that is theirs.
type Held struct {
	Slot
	Team ID
	// New is what is being judged. What is there anyway counts along, but a rule
	// that only it breaks is no reason against what is new.
	New bool
	// Elsewhere is duty in another team. Nobody can be in two places or without
	// rest because the teams are two; the other rules count duty of one team.
	Elsewhere bool
}

// The hard rules, by name.
const (
	RuleTwice    = "two shifts at once"
	RuleRest     = "rest"
	RuleOnCall   = "time on call"
	RuleWeekends = "weekends"
	RuleHolidays = "public holidays"
	RuleAway     = "absence"
	RuleDuties   = "duties"
	RuleSkills   = "skills"
	RulePresence = "time in the team"
	RuleUnknown  = "rules that cannot be read"
)

// A Finding is what one hard rule has to say about what somebody would hold.
type Finding struct {
	Rule   string
	Broken bool
	Text   string // "14 days on call within 3 weeks; the rule is at most 1 week in 3 weeks"
}

// Judge says what the limits have to say about everything that one person would
// hold: for each limit that something new takes part in, how much of it would be
// used at most. Windows are counted on the wall clock, as plans count them; parts
// of one slot need no rest from each other, because all of it would need none.
func (l Limits) Judge(held []Held, holidays Calendar) []Finding {
	held = slices.Clone(held)
	slices.SortStableFunc(held, func(a, b Held) int { return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End)) })
	found := l.restOf(held)
	held = slices.DeleteFunc(held, func(h Held) bool { return h.Elsewhere })
	for _, limit := range l.OnCall {
		if used, ok := mostOnCall(held, limit.Within, limit.During); ok {
			found = append(found, Finding{RuleOnCall, used > limit.Max, fmt.Sprintf("%s on call within %s; the rule is at most %s in %s",
				usedWords(used, limit.Max), lengthWords(limit.Within), lengthWords(limit.Max), lengthWords(limit.Within))})
		}
	}
	count := func(rule, one, many string, limits []CountLimit, marks func(*Held) []int64) {
		for _, limit := range limits {
			if n, ok := mostMarks(held, limit.Within, limit.During, marks); ok {
				words := many
				if n == 1 {
					words = one
				}
				found = append(found, Finding{rule, n > limit.Max, fmt.Sprintf("%d %s on call within %s; the rule is at most %d",
					n, words, lengthWords(limit.Within), limit.Max)})
			}
		}
	}
	count(RuleWeekends, "weekend", "weekends", l.Weekends, func(h *Held) []int64 { return h.Weekends() })
	count(RuleHolidays, "public holiday", "public holidays", l.Holidays, func(h *Held) []int64 { return h.Holidays(holidays) })
	return found
}

// Reach is how far around something new Judge looks at what somebody holds.
func (l Limits) Reach() time.Duration {
	reach := enoughRest(l.Rest)
	for _, limit := range l.Rests {
		reach = max(reach, enoughRest(limit.Rest))
	}
	for _, limit := range l.OnCall {
		reach = max(reach, limit.Within)
	}
	for _, limit := range slices.Concat(l.Weekends, l.Holidays) {
		reach = max(reach, limit.Within)
	}
	return reach
}

// enoughRest is rest that is long enough many times over and nothing to talk about.
func enoughRest(needed time.Duration) time.Duration { return max(4*needed, 48*time.Hour) }

// With returns limits that hold when both do.
func (l Limits) With(own Limits) Limits {
	return Limits{
		Rest: max(l.Rest, own.Rest), OnCall: slices.Concat(l.OnCall, own.OnCall),
		Weekends: slices.Concat(l.Weekends, own.Weekends), Holidays: slices.Concat(l.Holidays, own.Holidays), Rests: slices.Concat(l.Rests, own.Rests),
	}
}

// sameSlot says whether two are parts of one slot.
func (h *Held) sameSlot(o *Held) bool { return h.Team == o.Team && h.ID == o.ID }

// restOf finds two shifts at once, and the shortest rest beside something new.
// Held are by start.
func (l *Limits) restOf(held []Held) []Finding {
	var found []Finding
	var shortest *Finding
	least, longest := time.Duration(0), time.Duration(0)
	for i := range held {
		for j := i + 1; j < len(held); j++ {
			a, b := &held[i], &held[j]
			if !a.New && !b.New || a.sameSlot(b) {
				continue
			}
			other, side := a, "after"
			if a.New {
				other, side = b, "before"
			}
			gap := b.Start.Sub(a.End)
			if gap < 0 {
				found = append(found, Finding{RuleTwice, true, fmt.Sprintf("two shifts at once: also %s from %s to %s", other.what(),
					other.Start.Format("Mon 2 Jan 15:04"), other.End.Format("Mon 2 Jan 15:04"))})
			} else if needed := l.RestBefore(b.NominalStart); needed > 0 && (shortest == nil || gap-needed < least-longest) {
				least, longest = gap, needed
				rest := "no rest"
				if gap > 0 {
					rest = lengthWords(gap) + " of rest"
				}
				shortest = &Finding{RuleRest, gap < needed, fmt.Sprintf("%s %s %s on %s; the rule is at least %s", rest, side, other.what(), other.Start.Format("Mon 2 Jan"), lengthWords(needed))}
			}
		}
	}
	if shortest != nil && least < enoughRest(longest) {
		found = append(found, *shortest)
	}
	return found
}

// RestBefore is the rest that the limits want before a shift that begins then on the
// wall clock.
func (l Limits) RestBefore(nominal int64) time.Duration {
	needed := l.Rest
	for _, r := range l.Rests {
		if r.has(nominal) {
			needed = max(needed, r.Rest)
		}
	}
	return needed
}

// what names a shift as pages do: "Secondary", "Secondary in another team".
func (h *Held) what() string {
	first, size := utf8.DecodeRuneInString(string(h.Rotation))
	name := string(unicode.ToUpper(first)) + string(h.Rotation[size:])
	if h.Elsewhere {
		name += " in another team"
	}
	return name
}

// mostOnCall returns the most time on call in any bound stretch that something new
// takes part in; false when nothing does. The time as a function of where the stretch
// begins has its peaks where it begins with a shift or ends with one, or where the
// limit begins or ends to hold.
func mostOnCall(held []Held, within time.Duration, during During) (most time.Duration, ok bool) {
	length := int64(within / time.Second)
	begins := during.ends()
	for i := range held {
		begins = append(begins, held[i].NominalStart, held[i].NominalEnd-length)
	}
	first, last := int64(math.MaxInt64), int64(math.MinInt64) // of what is new
	for i := range held {
		if held[i].New {
			first, last = min(first, held[i].NominalStart), max(last, held[i].NominalEnd)
		}
	}
	for _, t := range begins {
		if t >= last || t+length <= first || !during.has(t) {
			continue
		}
		used, anew := int64(0), false
		for j := range held {
			h := &held[j]
			if c := min(h.NominalEnd, t+length) - max(h.NominalStart, t); c > 0 {
				used += c
				anew = anew || h.New
			}
		}
		if anew {
			most, ok = max(most, time.Duration(used)*time.Second), true
		}
	}
	return most, ok
}

// mostMarks returns the most different marks in any stretch in which one is new.
func mostMarks(held []Held, within time.Duration, during During, marks func(*Held) []int64) (most int, ok bool) {
	length := int64(within / time.Second)
	anew := map[int64]bool{}
	for i := range held {
		for _, mark := range marks(&held[i]) {
			anew[mark] = anew[mark] || held[i].New
		}
	}
	days := slices.Sorted(maps.Keys(anew))
	for _, first := range append(during.ends(), days...) {
		if !during.has(first) {
			continue
		}
		n, some := 0, false
		for _, day := range days {
			if day >= first && day < first+length {
				n++
				some = some || anew[day]
			}
		}
		if some {
			most, ok = max(most, n), true
		}
	}
	return most, ok
}

// usedWords writes how much of a limit is used; a few minutes too much would be rounded
// away: "7 days on call; the rule is at most 1 week".
func usedWords(used, limit time.Duration) string {
	if over := used - limit; over > 0 && over < 72*time.Minute {
		return "a little more than " + lengthWords(limit)
	}
	return lengthWords(used)
}

// lengthWords writes a length in the largest unit that measures it: "2 weeks",
// "8 days", "11 hours".
func lengthWords(d time.Duration) string {
	const day, week = 24 * time.Hour, 7 * 24 * time.Hour
	unit, word := time.Minute, "minute"
	switch {
	case d != 0 && d%week == 0:
		unit, word = week, "week"
	case d != 0 && d%day == 0:
		unit, word = day, "day"
	case d > 2*day:
		tenths := int64((10*d + day/2) / day)
		return fmt.Sprintf("%d.%d days", tenths/10, tenths%10)
	case d%time.Hour == 0:
		unit, word = time.Hour, "hour"
	}
	n := int64((d + unit/2) / unit)
	if n != 1 {
		word += "s"
	}
	return fmt.Sprintf("%d %s", n, word)
}

// Cut returns the part of a slot from one instant to another on the clock of a
// zone, the rotation's.
func (s *Slot) Cut(start, end time.Time, zone *time.Location) Slot {
	part := *s
	z := civil{loc: zone}
	if !start.Equal(s.Start) {
		part.Start, part.NominalStart = start.In(zone), z.nominal(start.Unix())
	}
	if !end.Equal(s.End) {
		part.End, part.NominalEnd = end.In(zone), z.nominal(end.Unix())
	}
	part.NominalEnd = max(part.NominalEnd, part.NominalStart+1)
	part.Parts = nil
	for _, p := range s.Parts {
		if a, b := latest(p.Start, start).In(zone), earliest(p.End, end).In(zone); a.Before(b) {
			part.Parts = append(part.Parts, Span{a, b})
		}
	}
	return part
}

// A RuleError says which hard rules keep somebody from having a shift. It is an
// ErrConflict: a manager can decide otherwise.
type RuleError struct {
	Person   ID
	Name     string
	Findings []Finding // those that are broken, at least one
}

// Error says it in a sentence: "Ben cannot take this: 14 days on call …".
func (e *RuleError) Error() string {
	return fmt.Sprintf("%s cannot take this: %s", e.Name, e.Broken())
}

// Broken says which rules are broken, without who breaks them.
func (e *RuleError) Broken() string { return brokenWords(e.Findings) }

// Unwrap returns ErrConflict.
func (e *RuleError) Unwrap() error { return ErrConflict }

// brokenWords joins what is broken.
func brokenWords(findings []Finding) string {
	var words []string
	for _, f := range findings {
		if f.Broken {
			words = append(words, f.Text)
		}
	}
	return strings.Join(words, "; and ")
}
