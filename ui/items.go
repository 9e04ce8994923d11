package ui

import (
	"fmt"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// Items is the page "items": what is to be done so that on-call costs less, and is it
// done in time?
type Items struct {
	Frame
	Say, Detail, Tone string // what it comes to
	Share             Tile
	List              []ItemRow
	More              int // that the list leaves out
	State, Owner      Field
	Order             Field
	States, Owners    []Option
	Orders            []Option
	Filtered          bool // fewer than all open ones are asked for
	Any               bool // the team has ever had one
	New               ItemForm
	Open              bool // the form is shown
	Edit              bool // the reader may add
}

// ItemPage is the page "item": one thing to do, and what became of it.
type ItemPage struct {
	Frame
	Item     ItemRow
	ID       int64
	Why      []string // paragraphs
	Blockers []string
	Risk     []string
	Reason   []string
	Link     string
	Made     time.Time
	MadeBy   string
	From     string // where it came from, in words, or ""
	FromHref string
	Missed   string // the day that it missed first, or ""
	Effect   *ItemEffect
	History  []ItemStep
	Form     ItemForm
	Close    Field // what came of it
	Drop     Field // why it is dropped
	Changing bool  // the form is shown
	Edit     bool
	Theirs   []ItemField // after a conflict: what there is now where it is not what was typed
	By       string      // who was faster
}

// ItemRow is an item in a list.
type ItemRow struct {
	Href      string
	Title     string
	Kind      string // "Action" or "Concern"
	State     string // "open", "done", "dropped"
	StateTone string
	Due       string // "due Fri 4 Dec", "3 days overdue", "done Mon 2 Nov", or ""
	DueTone   string
	Owner     string
	Mine      bool
	Gone      bool   // the owner is not in the team any more
	Worth     string // "large value, small effort", or ""
	Source    string // the service or alert, or ""
	Blocked   bool
	Team      string // where the list is of several teams
}

// ItemForm is the form of an item.
type ItemForm struct {
	Error                                     string
	Kind, Title, Why, Link, Service, Alert    Field
	Owner, Due, Value, Effort, Blockers, Risk Field
	Page, Review, Warning                     string // where it comes from
	Base                                      int64
	Kinds, Owners, Levels                     []Option
	Services, Alerts                          []string    // suggestions
	Again                                     *HealthLink // the open item that is about it already
	More                                      bool        // what is seldom needed is shown
}

// ItemEffect is whether what an item is about pages less since.
type ItemEffect struct {
	Say           string
	Tone          string
	Before, After string
	Note          string
}

// ItemStep is a step of an item's history.
type ItemStep struct {
	When   time.Time
	Who    string
	What   string
	Fields []ItemField
}

// ItemField is what was changed, in words.
type ItemField struct{ Name, From, To string }

// levelNames are what people choose from, by [health.Level].
var levelNames = [4]string{"not weighed", "small", "medium", "large"}

func levelOptions() []Option {
	return []Option{{"", "Not weighed"}, {"1", "Small"}, {"2", "Medium"}, {"3", "Large"}}
}

// worth says what an item is worth and costs.
func worth(i *health.Item) string {
	switch {
	case i.Value == 0 && i.Effort == 0:
		return ""
	case i.Effort == 0:
		return levelNames[i.Value] + " value"
	case i.Value == 0:
		return levelNames[i.Effort] + " effort"
	}
	return levelNames[i.Value] + " value, " + levelNames[i.Effort] + " effort"
}

// source is what an item is about.
func source(i *health.Item) string {
	if i.Alert != "" {
		return i.Alert + " (" + i.Service + ")"
	}
	return i.Service
}

// itemRow is an item as of a day; members are those of now.
func itemRow(i *health.Item, people map[schedule.ID]string, members map[schedule.ID]bool, today schedule.Date, reader schedule.ID) ItemRow {
	r := ItemRow{
		Href: fmt.Sprintf("/teams/%d/items/%d", i.Team, i.ID), Title: i.Title, Kind: "Action", State: string(i.State), Owner: people[i.Owner],
		Mine: i.Owner == reader && reader != 0, Worth: worth(i), Source: source(i), Blocked: i.Open() && i.Blockers != "",
	}
	if i.Kind == health.ItemConcern {
		r.Kind = "Concern"
	}
	if i.Owner != 0 && r.Owner == "" {
		r.Owner = "Somebody who has left"
	}
	r.Gone = i.Open() && i.Owner != 0 && !members[i.Owner]
	r.StateTone = map[health.ItemState]string{health.ItemOpen: "accent", health.ItemDone: "good", health.ItemDropped: ""}[i.State]
	switch {
	case i.Overdue(today):
		r.Due, r.DueTone = plural(today.DaysSince(i.Due), "day", "days")+" overdue", "bad"
	case i.Open() && i.Due == today:
		r.Due, r.DueTone = "due today", "warn"
	case i.Open() && !i.Due.IsZero():
		r.Due = "due " + dayIn(i.Due, today)
	case !i.Open():
		r.Due = string(i.State) + " " + dayIn(i.DoneOn, today)
	}
	return r
}

// dayIn is a day like "Mon 7 Dec", with the year when it is far from today.
func dayIn(d, today schedule.Date) string {
	return dayOf(d.At(schedule.Noon, time.UTC), today.At(schedule.Noon, time.UTC))
}

// shareTile says how many actions were done by their day.
func shareTile(t health.OnTime, weeks int) Tile {
	out := Tile{Label: "Done on time", Value: "–", Unit: fmt.Sprintf("nothing was due in %d weeks", weeks), Foot: "concerns, and what has no day, do not count"}
	if t.Due == 0 {
		return out
	}
	out.Value = fmt.Sprintf("%.0f %%", 100*t.Share)
	out.Unit = fmt.Sprintf("%d of %d due in %d weeks", t.Done, t.Due, weeks)
	out.Foot = fmt.Sprintf("likely %.0f to %.0f %% · aim for %.0f %%", 100*t.Low, 100*t.High, 100*health.OnTimeTarget)
	if t.High < health.OnTimeTarget {
		out.Tone = "warn"
	}
	return out
}

// itemEffect says in words whether something pages less since it was done.
func itemEffect(e *health.ItemEffect) *ItemEffect {
	rate := func(r health.Rate) string {
		if r.Exposure < 1./7 {
			return plural(int(r.Count), "page", "pages") + " in less than a day"
		}
		return fmt.Sprintf("%s in %.1f weeks (%s a week, %s)", plural(int(r.Count), "page", "pages"), r.Exposure, short(r.Mean), interval(r.Low, r.High))
	}
	out := &ItemEffect{Before: rate(e.Before), After: rate(e.After), Note: "Other things change meanwhile: this says what happened, and not why."}
	switch {
	case e.Before.Count == 0 && e.After.Count == 0:
		out.Say, out.Tone = "It paged neither before nor since. Look whether service and alert are written as they page.", "warn"
	case e.Early():
		out.Say = "It is too early to say whether it pages less."
	case e.Trend.Clear() < 0:
		out.Say, out.Tone = "It pages clearly less since.", "good"
	case e.Trend.Clear() > 0:
		out.Say, out.Tone = "It pages clearly more since.", "warn"
	default:
		out.Say = "No clear change: chance alone may do that."
	}
	return out
}

// itemStep says what somebody did.
func itemStep(c *health.ItemChange, people map[schedule.ID]string) ItemStep {
	step := ItemStep{When: c.At, Who: people[c.By], What: "changed it"}
	if step.Who == "" {
		step.Who = "Somebody"
	}
	if c.Version == 1 {
		step.What = "noted it"
	}
	rest := c.Fields
	if len(rest) > 0 && rest[0].Field == "state" { // it stands first
		step.What = map[health.ItemState]string{health.ItemDone: "closed it as done", health.ItemDropped: "dropped it", health.ItemOpen: "opened it again"}[health.ItemState(rest[0].To)]
		rest = rest[1:]
	}
	step.Fields = itemFields(rest, people)
	return step
}

// fieldNames are what an item's fields are called.
var fieldNames = map[string]string{
	"state": "State", "reason": "In words", "kind": "Kind", "title": "Title", "owner": "Owner", "due": "Due", "value": "Value", "effort": "Effort",
	"why": "Evidence", "blockers": "Blockers", "risk": "Risk", "link": "Link", "service": "Service", "alert": "Alert",
}

// itemFields puts changes into words.
func itemFields(changes []health.FieldChange, people map[schedule.ID]string) []ItemField {
	var out []ItemField
	for _, c := range changes {
		out = append(out, ItemField{fieldNames[c.Field], fieldText(c.Field, c.From, people), fieldText(c.Field, c.To, people)})
	}
	return out
}

func fieldText(field, value string, people map[schedule.ID]string) string {
	if value == "" {
		return "nothing"
	}
	n := int64(0)
	switch field {
	case "owner":
		if _, err := fmt.Sscan(value, &n); err == nil && people[schedule.ID(n)] != "" {
			return people[schedule.ID(n)]
		}
		return "somebody who has left"
	case "value", "effort":
		if _, err := fmt.Sscan(value, &n); err == nil && n > 0 && int(n) < len(levelNames) {
			return levelNames[n]
		}
	case "due":
		if d, err := schedule.ParseDate(value); err == nil {
			return d.At(schedule.Noon, time.UTC).Format("Mon 2 Jan 2006")
		}
	}
	return clip200(value)
}

// clip200 keeps the beginning of a long text.
func clip200(s string) string {
	if runes := []rune(s); len(runes) > 200 {
		return string(runes[:200]) + "…"
	}
	return s
}
