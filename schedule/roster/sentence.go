package roster

import (
	"fmt"
	"slices"
	"strings"
)

// A teller puts one conflict into words: when and how many shifts, who cannot
// and why, who is left, and which rules then cannot hold.
type teller struct {
	b     *casebook
	c     clash
	cal   calendar
	in    []reason // the reasons of the conflict
	able  crowd    // members whom no layer or skill of the conflict excludes
	left  crowd    // those of them who could hold at least one slot by themselves
	facts []string
	rules []string
	// allAway says that the facts tell of everybody being away.
	allAway bool
}

// sentence writes the conflict for a manager.
func (b *casebook) sentence(c clash) string {
	t := &teller{b: b, c: c, cal: newCalendar(b.p)}
	c.force.each(func(i int) { t.in = append(t.in, b.list[i]) })
	for m := range b.p.Members {
		if t.free(m, reasonLayer, reasonSkill) {
			t.able = append(t.able, m)
		}
	}
	for _, m := range t.able {
		if t.free(m, reasonLayer, reasonSkill, reasonAbsence, reasonPresence) {
			t.left = append(t.left, m)
		}
	}
	t.tellLayers()
	t.tellAbsent()
	t.tellPresence()
	t.tellHistory()
	t.tellPins()
	t.tellRules()
	return t.compose()
}

// free says whether a member is kept from some slot of the conflict by none of
// its reasons of these kinds.
func (t *teller) free(m int, kinds ...reasonKind) bool {
	return slices.ContainsFunc(t.c.slots, func(s int) bool { return !t.barred(s, m, kinds...) })
}

func (t *teller) barred(s, m int, kinds ...reasonKind) bool {
	return slices.ContainsFunc(t.b.bars(s)[m], func(id int32) bool {
		return t.c.force.has(int(id)) && slices.Contains(kinds, t.b.list[id].kind)
	})
}

func (t *teller) compose() string {
	p := t.b.p
	first, last := t.b.stretch(t.c.slots)
	var out strings.Builder
	if len(t.c.slots) == 1 {
		fmt.Fprintf(&out, "%s, %s: ", p.Slots[t.c.slots[0]].Layer, t.cal.span(first, last))
	} else {
		fmt.Fprintf(&out, "%s: %s", t.cal.span(first, last), t.subject())
		switch {
		case len(p.Members) == 0:
		case len(t.facts) == 0:
			fmt.Fprintf(&out, " for %s", crowdWords(len(p.Members)))
		default:
			out.WriteString("; ")
		}
	}
	if len(p.Members) == 0 {
		t.facts = append(t.facts, "there is nobody in the plan")
	}
	out.WriteString(listWords(t.facts))
	if len(t.left) < len(t.able) && (len(t.c.slots) > 1 || len(t.left) == 0) && !t.allAway {
		out.WriteString(", which leaves " + t.remaining())
	}
	if len(t.rules) == 0 {
		return out.String()
	}
	if len(t.facts) == 0 && len(t.c.slots) == 1 {
		return out.String() + t.alone()
	}
	if len(t.rules) == 1 && t.rules[0] == restWords(0) {
		return out.String() + "; nobody can hold two at once"
	}
	return out.String() + "; " + listWords(t.rules) + " cannot hold"
}

// alone says why nobody can hold a single shift: it is longer than a rule allows,
// or has too many marks of a kind.
func (t *teller) alone() string {
	marks := t.b.p.Slots[t.c.slots[0]].Marks
	for _, r := range t.in {
		if r.kind != reasonCount {
			continue
		}
		mark := t.b.p.Rules.Counts[r.index].Mark
		if n := int64(len(marks[mark])); n > t.b.p.Rules.Counts[r.index].Max {
			return fmt.Sprintf("the shift alone has %d %s; %s cannot hold", n, noun(n, markWord(mark)), listWords(t.rules))
		}
	}
	return "the shift alone is too long for " + listWords(t.rules)
}

func (t *teller) remaining() string {
	if len(t.left) == 0 {
		return "nobody"
	}
	return t.left.names(t.b.p, 4)
}

// subject counts the slots by layer: 4 primary and 2 secondary shifts.
func (t *teller) subject() string {
	var layers []string
	count := map[string]int{}
	for _, s := range t.c.slots {
		l := t.b.p.Slots[s].Layer
		if count[l] == 0 {
			layers = append(layers, l)
		}
		count[l]++
	}
	var words []string
	for _, l := range layers {
		words = append(words, fmt.Sprintf("%d %s", count[l], l))
	}
	return listWords(words) + " " + noun(int64(count[layers[len(layers)-1]]), "shift") + t.marked()
}

// marked says that the slots are on holidays, where only rules about those are to
// blame.
func (t *teller) marked() string {
	mark := ""
	for _, r := range t.in {
		switch r.kind {
		case reasonWindow, reasonGap, reasonLimit:
			return ""
		case reasonCount:
			if word := markWord(t.b.p.Rules.Counts[r.index].Mark); mark == "" || mark == word {
				mark = word
				continue
			}
			return ""
		}
	}
	if mark == "" || mark == "weekend" {
		return "" // every week has one
	}
	return " on " + noun(2, mark)
}

// tellLayers says how few serve a layer or have a skill; layers that the same
// people serve are told together.
func (t *teller) tellLayers() {
	done := map[reason]bool{}
	for i, r := range t.in {
		if r.kind != reasonLayer && r.kind != reasonSkill || done[r] {
			continue
		}
		who, names := t.capable(r), []string{r.name}
		for _, q := range t.in[i+1:] {
			if q.kind == r.kind && slices.Equal(t.capable(q), who) {
				names = append(names, q.name)
				done[q] = true
			}
		}
		does := who.pick("takes ", "take ") + listWords(names)
		if r.kind == reasonSkill {
			does = who.pick("has", "have") + " the " + noun(int64(len(names)), "skill") + " " + listWords(names)
		}
		switch {
		case len(who) == 0 && r.kind == reasonSkill:
			t.facts = append(t.facts, "nobody has the "+noun(int64(len(names)), "skill")+" "+listWords(names))
		case len(who) == 0:
			t.facts = append(t.facts, "nobody takes "+listWords(names))
		case len(who) <= 4:
			t.facts = append(t.facts, "only "+who.names(t.b.p, 4)+" "+does)
		default:
			t.facts = append(t.facts, fmt.Sprintf("only %d of %d %s", len(who), len(t.b.p.Members), does))
		}
	}
}

// capable returns who serves the layer or has the skill of a reason.
func (t *teller) capable(r reason) crowd {
	var who crowd
	for m := range t.b.p.Members {
		list := t.b.p.Members[m].Layers
		if r.kind == reasonSkill {
			list = t.b.p.Members[m].Skills
		}
		if slices.Contains(list, r.name) {
			who = append(who, m)
		}
	}
	return who
}

// tellAbsent says who is away for all of it, and who for some of it.
func (t *teller) tellAbsent() {
	var away, partly crowd
	for _, r := range t.in {
		if r.kind != reasonAbsence {
			continue
		}
		if t.free(r.who, reasonAbsence) {
			partly.add(r.who)
		} else {
			away.add(r.who)
		}
	}
	t.allAway = len(away) > 1 && len(away) == len(t.b.p.Members)
	if len(away) > 3 {
		of := fmt.Sprintf("%d of %d are away", len(away), len(t.able))
		switch {
		case t.allAway:
			of = fmt.Sprintf("all %d are away", len(away))
		case len(t.facts) > 0:
			of = fmt.Sprintf("%d of them are away", len(away))
		}
		if len(away) <= 8 {
			of += " (" + away.names(t.b.p, 8) + ")"
		}
		t.facts = append(t.facts, of)
	} else if len(away) > 0 {
		t.facts = append(t.facts, away.names(t.b.p, 3)+" "+away.pick("is", "are")+" away")
	}
	if len(partly) > 4 {
		t.facts = append(t.facts, fmt.Sprintf("%d are away for some of it (%s)", len(partly), partly.names(t.b.p, 8)))
		return
	}
	for _, m := range partly {
		t.facts = append(t.facts, t.b.p.Members[m].ID+" is away "+t.missed(m))
	}
}

// missed writes the slots' days that a member is away.
func (t *teller) missed(m int) string {
	var spans []string
	var start, end int64
	flush := func() {
		if end > start {
			spans = append(spans, t.cal.span(start, end))
		}
	}
	for _, s := range t.c.slots {
		if !t.barred(s, m, reasonAbsence) {
			continue
		}
		slot := &t.b.p.Slots[s]
		if slot.NStart > end || end == start {
			flush()
			start, end = slot.NStart, slot.NEnd
		}
		end = max(end, slot.NEnd)
	}
	flush()
	return listWords(spans)
}

// tellPresence says who has left or not joined yet.
func (t *teller) tellPresence() {
	slots := t.b.p.Slots
	first, last := &slots[t.c.slots[0]], &slots[t.c.slots[len(t.c.slots)-1]]
	for _, r := range t.in {
		if r.kind != reasonPresence {
			continue
		}
		m := &t.b.p.Members[r.who]
		if m.Until != nil && last.End > *m.Until {
			if *m.Until <= first.Start {
				t.facts = append(t.facts, m.ID+" has left by then")
			} else {
				t.facts = append(t.facts, m.ID+" leaves on "+t.cal.date(*m.Until+last.NStart-last.Start))
			}
		}
		if m.From != nil && first.Start < *m.From {
			if *m.From >= last.End {
				t.facts = append(t.facts, m.ID+" has not joined yet")
			} else {
				t.facts = append(t.facts, m.ID+" joins on "+t.cal.date(*m.From+first.NStart-first.Start))
			}
		}
	}
}

// tellHistory says whose shifts before the plan still count.
func (t *teller) tellHistory() {
	if !slices.ContainsFunc(t.in, func(r reason) bool { return r.kind == reasonHistory }) {
		return
	}
	first, _ := t.b.stretch(t.c.slots)
	var who, near crowd
	for _, m := range t.left {
		if slices.ContainsFunc(t.b.past[m], func(x shift) bool { return x.nend > first-t.b.reach }) {
			near = append(near, m)
			if t.hampered(m) {
				who = append(who, m)
			}
		}
	}
	if len(who) == 0 {
		who = near
	}
	if len(who) > 4 {
		t.facts = append(t.facts, fmt.Sprintf("%d were on call shortly before", len(who)))
		return
	}
	for _, m := range who {
		end := int64(-maxSeconds)
		for _, x := range t.b.past[m] {
			end = max(end, x.nend)
		}
		t.facts = append(t.facts, t.b.p.Members[m].ID+" was on call until "+t.cal.date(end-1))
	}
}

// hampered says whether a member's past alone rules out a slot.
func (t *teller) hampered(m int) bool {
	c := t.b.commonClass(t.c.force)
	return slices.ContainsFunc(t.c.slots, func(s int) bool {
		mine := append(slices.Clip(t.b.past[m]), slotShift(&t.b.p.Slots[s]))
		return !t.barred(s, m, reasonAbsence, reasonPresence, reasonLayer, reasonSkill) && !compatible(mine, c.gap, c.rules)
	})
}

// tellPins says who is pinned elsewhere.
func (t *teller) tellPins() {
	for _, r := range t.in {
		if r.kind == reasonPin {
			s := &t.b.p.Slots[r.index]
			t.facts = append(t.facts, fmt.Sprintf("%s is pinned to %s %s",
				t.b.p.Members[t.b.pins[r.index]].ID, s.Layer, t.cal.span(s.NStart, s.NEnd)))
		}
	}
}

// tellRules names the rules, the common ones first.
func (t *teller) tellRules() {
	p := t.b.p
	for _, r := range slices.Backward(t.in) {
		switch r.kind {
		case reasonWindow:
			t.rules = append(t.rules, windowWords(p.Rules.Windows[r.index]))
		case reasonCount:
			t.rules = append(t.rules, countWords(p.Rules.Counts[r.index]))
		case reasonGap:
			t.rules = append(t.rules, restWords(p.Rules.MinGap))
		}
	}
	for _, r := range t.in {
		if r.kind == reasonLimit {
			t.rules = append(t.rules, limitWords(&p.Members[r.who]))
		}
	}
}

// limitWords names a member's own limits: Ana's own one week in six.
func limitWords(m *Member) string {
	var words []string
	for _, w := range m.Limits.Windows {
		words = append(words, windowWords(w)+duringWords(w.During))
	}
	for _, c := range m.Limits.Counts {
		words = append(words, countWords(c)+duringWords(c.During))
	}
	if m.Limits.MinGap > 0 {
		words = append(words, restWords(m.Limits.MinGap))
	}
	for _, r := range m.Limits.Rests {
		words = append(words, restWords(r.MinGap)+duringWords(r.During))
	}
	return m.ID + "'s own " + listWords(words)
}
