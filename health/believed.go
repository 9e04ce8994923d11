package health

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// distinct keeps one copy of each event, also of one that came under two keys
// because two subscriptions of a vendor tell it.
func distinct(events []Event) []Event {
	byKey := make(map[string]*Event, len(events))
	for i := range events {
		e := &events[i]
		if other := byKey[e.Key]; other == nil || e.Earlier(*other) {
			byKey[e.Key] = e
		}
	}
	byWords := make(map[string]*Event, len(byKey))
	for _, key := range sortedKeys(byKey) {
		e := byKey[key]
		words := e.words()
		if other := byWords[words]; other == nil || e.Earlier(*other) {
			byWords[words] = e
		}
	}
	out := make([]Event, 0, len(byWords))
	for _, words := range sortedKeys(byWords) {
		out = append(out, *byWords[words])
	}
	return out
}

// words are what an event says happened. Events that say the same of one instant
// are one, unless the instant is only that of receipt, or of a state that is sent
// again and again.
func (e *Event) words() string {
	if e.TimeBasis != TimeOfPayload || e.Repeats {
		return "key " + e.Key
	}
	b := make([]byte, 0, 160)
	b = strconv.AppendInt(b, e.OccurredAt.UnixNano(), 36)
	b = append(strconv.AppendInt(append(b, ' '), e.OrderKey, 36), 0)
	for _, word := range []string{string(e.Source), string(e.Kind), e.Channel, e.MergedInto, e.Actor.ID, e.Actor.Email, e.Actor.Name} {
		b = append(append(b, word...), 0)
	}
	for _, p := range e.Responders {
		for _, word := range []string{p.ID, p.Email, p.Name, string(p.Role), p.Target, p.Reply} {
			b = append(append(b, word...), 0)
		}
	}
	return string(b)
}

// sameMoment is how far apart a hook and a pull may say that one thing happened:
// APIs tell whole seconds where hooks tell parts of them.
const sameMoment = 2 * time.Second

// believed leaves out what is told twice: what a file says of a page where the
// vendor itself tells the same kind of thing, and what a pull says of what a hook
// said already, unless only the pull knows who was notified.
func believed(events []Event) []Event {
	vendor, hooks := map[Kind]bool{}, map[Kind][]time.Time{}
	for _, e := range events {
		if e.Source != SourceFile {
			vendor[e.Kind] = true
		}
		if e.Source == SourceHook {
			hooks[e.Kind] = append(hooks[e.Kind], e.OccurredAt)
		}
	}
	return slices.DeleteFunc(events, func(e Event) bool {
		switch {
		case e.Source == SourceFile:
			return vendor[e.Kind]
		case e.Source != SourcePull || e.Kind == KindTriggered:
			return false // an earlier trigger keeps what it began from being partial
		}
		for _, at := range hooks[e.Kind] {
			if e.OccurredAt.Sub(at).Abs() <= sameMoment && !tellsNotice(e) {
				return true
			}
		}
		return false
	})
}

// tellsNotice reports whether an event has the vendor's word that somebody was notified.
func tellsNotice(e Event) bool {
	return slices.ContainsFunc(e.Responders, func(p Party) bool { return p.Role == RoleNotified })
}

// inOrder sorts events as they happened. The inbox number would depend on which
// came first, so the key decides what is left undecided.
func inOrder(events []Event) []Event {
	slices.SortFunc(events, func(a, b Event) int {
		return cmp.Or(
			a.OccurredAt.Compare(b.OccurredAt),
			cmp.Compare(a.OrderKey, b.OrderKey),
			cmp.Compare(a.Kind.rank(), b.Kind.rank()),
			cmp.Compare(a.Key, b.Key),
		)
	})
	return events
}
