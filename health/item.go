package health

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchbill/schedule"
)

// ItemKind says whether something is to be done, or worries somebody.
type ItemKind string

// The kinds. Only actions can be on time or late.
const (
	ItemAction  ItemKind = "action"
	ItemConcern ItemKind = "concern"
)

// ItemState is how an item stands.
type ItemState string

// The states. Whoever drops an item says why.
const (
	ItemOpen    ItemState = "open"
	ItemDone    ItemState = "done"
	ItemDropped ItemState = "dropped"
)

// Level is how much something is worth or costs: 1 is little, 3 is much, 0 is that
// nobody has said.
type Level int

// An Item is what a team wants to do so that on-call costs less, or what worries it.
type Item struct {
	ID, Team schedule.ID
	ItemText
	State  ItemState
	Reason string // what came of it, or why it was dropped
	// Missed is the first day on which it was due and not done; zero: there is none.
	// Moving the day later does not undo that.
	Missed schedule.Date
	DoneOn schedule.Date // the team's day on which it was closed; zero while it is open
	DoneAt time.Time

	Version   int64
	CreatedAt time.Time
	CreatedBy schedule.ID
}

// ItemText is what people say of an item.
type ItemText struct {
	Kind  ItemKind
	Title string
	Why   string // what it rests on
	Link  string // to a ticket or a document
	// Service and Alert are what is to page less; with a service alone, all of it.
	Service, Alert string
	Page           schedule.ID   // that it came from; none: it did not
	Review         schedule.Date // the Monday of the review that it came from
	Warning        schedule.ID   // the question that it came from, which only those who manage the team see; none: 0
	Owner          schedule.ID   // nobody yet: 0
	Due            schedule.Date // on the team's calendar; zero: there is none
	Value, Effort  Level
	Blockers, Risk string
}

// Open reports whether something may still be done about it.
func (i *Item) Open() bool { return i.State == ItemOpen }

// Overdue reports whether it ought to have been done by a day.
func (i *Item) Overdue(today schedule.Date) bool {
	return i.Open() && !i.Due.IsZero() && i.Due.Before(today)
}

// About reports whether an item is about an alert of a service, or, where none is named,
// about the service. One about a whole service is about each of its alerts.
func (i *Item) About(service, alert string) bool {
	return i.Service != "" && i.Service == strings.TrimSpace(service) && (i.Alert == "" || i.Alert == strings.TrimSpace(alert))
}

// again reports whether two items are one that two people have noted: of the same question,
// or of the same alert by the same name.
func (i *Item) again(o *Item) bool {
	return i.Warning != 0 && i.Warning == o.Warning ||
		i.Service != "" && i.Service == o.Service && i.Alert == o.Alert && i.Title == o.Title && i.Kind == o.Kind
}

// Bounds of what people may write about an item.
const (
	maxItemTitle  = 200
	maxItemWhy    = 4000
	maxItemText   = 1000
	maxItemSource = 4000 // bytes of a service or an alert
	maxItemLink   = 500
	maxItems      = 5000 // of a team
	// mostDueDays is how far ahead something may be due.
	mostDueDays = 3660
)

// tidy puts what somebody wrote into the form in which it is kept.
func (t *ItemText) tidy() {
	t.Title, t.Link = strings.Join(strings.Fields(t.Title), " "), strings.TrimSpace(t.Link)
	t.Why, t.Blockers, t.Risk = tidyText(t.Why), tidyText(t.Blockers), tidyText(t.Risk)
	t.Service, t.Alert = strings.TrimSpace(t.Service), strings.TrimSpace(t.Alert)
	if t.Kind == "" {
		t.Kind = ItemAction
	}
}

// tidyText is a text of several lines as it is kept.
func tidyText(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

// check says what is wrong with what somebody wrote.
func (t *ItemText) check() error {
	invalid := func(field, reason string, args ...any) error {
		return &schedule.InvalidError{Field: field, Reason: fmt.Sprintf(reason, args...)}
	}
	level := func(field string, l Level) error {
		if l < 0 || l > 3 {
			return invalid(field, "choose small, medium or large")
		}
		return nil
	}
	switch {
	case t.Kind != ItemAction && t.Kind != ItemConcern:
		return invalid("kind", "choose whether it is an action or a concern")
	case t.Title == "":
		return invalid("title", "say in a few words what is to be done")
	case t.Alert != "" && t.Service == "":
		return invalid("service", "name the service that the alert is of, or leave both empty")
	case len(t.Service) > maxItemSource || len(t.Alert) > maxItemSource: // else they may be what pagers like
		return invalid("service", "no service and no alert has such a long name")
	case t.Link != "" && !goodLink(t.Link):
		return invalid("link", "a link begins with https:// or http:// and has up to %d letters", maxItemLink)
	case !t.Review.IsZero() && t.Review.Weekday() != time.Monday:
		return invalid("review", "a review is named by its Monday")
	}
	for _, x := range []struct {
		field, text string
		most        int
	}{
		{"title", t.Title, maxItemTitle}, {"why", t.Why, maxItemWhy}, {"blockers", t.Blockers, maxItemText}, {"risk", t.Risk, maxItemText},
	} {
		if err := schedule.CheckText(x.field, x.text, x.most); err != nil {
			return err
		}
	}
	if err := level("value", t.Value); err != nil {
		return err
	}
	return level("effort", t.Effort)
}

// goodLink says whether a text is an address that a browser may be led to.
func goodLink(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && len(text) <= maxItemLink
}

// A FieldChange is what was changed of an item, as texts.
type FieldChange struct {
	Field string `json:"field"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// An ItemChange is one step of an item's history.
type ItemChange struct {
	Item    schedule.ID
	Version int64
	At      time.Time
	By      schedule.ID
	Fields  []FieldChange // none: it was made
}

// fields are what may change of an item, as texts.
func (i *Item) fields() []FieldChange {
	day := func(d schedule.Date) string {
		if d.IsZero() {
			return ""
		}
		return d.String()
	}
	number := func(n int64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatInt(n, 10)
	}
	return []FieldChange{
		{Field: "state", To: string(i.State)}, {Field: "reason", To: i.Reason}, {Field: "kind", To: string(i.Kind)}, {Field: "title", To: i.Title}, {Field: "owner", To: number(int64(i.Owner))},
		{Field: "due", To: day(i.Due)}, {Field: "value", To: number(int64(i.Value))}, {Field: "effort", To: number(int64(i.Effort))}, {Field: "why", To: i.Why},
		{Field: "blockers", To: i.Blockers}, {Field: "risk", To: i.Risk}, {Field: "link", To: i.Link}, {Field: "service", To: i.Service}, {Field: "alert", To: i.Alert},
	}
}

// Changes returns what is otherwise in another version of an item.
func (i *Item) Changes(to *Item) []FieldChange {
	var out []FieldChange
	was := i.fields()
	for n, f := range to.fields() {
		if f.From = was[n].To; f.From != f.To {
			out = append(out, f)
		}
	}
	return out
}

// ItemOrder is how items are sorted.
type ItemOrder string

// The orders.
const (
	ByWorth ItemOrder = ""    // what is overdue first, then most value for least effort
	ByDue   ItemOrder = "due" // what is due first; what has no day comes last
	ByAge   ItemOrder = "age" // the newest first
)

// SortItems sorts items as of a day.
func SortItems(items []Item, order ItemOrder, today schedule.Date) {
	slices.SortStableFunc(items, func(a, b Item) int {
		switch order {
		case ByAge:
			return cmp.Compare(b.ID, a.ID)
		case ByDue:
			return cmp.Or(byDue(&a, &b), byWorth(&a, &b), cmp.Compare(a.ID, b.ID))
		}
		if late := a.Overdue(today); late != b.Overdue(today) {
			if late {
				return -1
			}
			return 1
		} else if late {
			return cmp.Or(byDue(&a, &b), byWorth(&a, &b), cmp.Compare(a.ID, b.ID))
		}
		return cmp.Or(byWorth(&a, &b), byDue(&a, &b), cmp.Compare(a.ID, b.ID))
	})
}

// byWorth puts most value for least effort first. What nobody has weighed is taken for
// medium.
func byWorth(a, b *Item) int {
	weigh := func(l Level) int { return int(cmp.Or(l, 2)) }
	return cmp.Or(cmp.Compare(weigh(b.Value)-weigh(b.Effort), weigh(a.Value)-weigh(a.Effort)), cmp.Compare(weigh(b.Value), weigh(a.Value)))
}

func byDue(a, b *Item) int {
	if a.Due.IsZero() != b.Due.IsZero() {
		if a.Due.IsZero() {
			return 1
		}
		return -1
	}
	return a.Due.Compare(b.Due)
}
