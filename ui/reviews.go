package ui

import (
	"fmt"
	"net/url"
	"slices"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// Reviews is the page "reviews": the weeks of a team, each as it was when it was over.
type Reviews struct {
	Frame
	List  []ReviewRow
	Older string // address of those before, or ""
	Next  time.Time
}

// ReviewRow is a review in a list.
type ReviewRow struct {
	Href, Week, Say, Tone string
	Pages                 int
	Agreed                bool
}

// ReviewPage is the page "review": what a team needs to talk about a week. It shows all
// of a review and decides nothing about who may see what.
type ReviewPage struct {
	Frame
	When, Made         string
	Clock, Config      string // the team's zone, and by what it was measured
	Odd                string // that the week had 167 or 169 hours, or ""
	Earlier, Later     string
	Text               string // address of the Markdown
	Tone, Say, Detail  string
	Pending            bool
	Since              string // what has changed since, or ""
	Tiles              []Tile
	Hidden             string
	Limit              int
	Chart              *trendChart
	Trend              string
	Pages              int
	Alerts, Rest       []ReviewAlert // those that paged most often, and the others
	More               int
	Nights             []ReviewNight
	Open               []ReviewOpen
	Shifts, Ahead      []ReviewShift
	AheadMore          int
	Breaks             string // that rest was too short, for those who answer for it, or ""
	Mend               []ReviewLine
	Away               []ReviewLine
	Overdue, Due       []ReviewItem
	Done, Noted        []ReviewItem
	Agreed             Field
	AgreedBy, AgreedAt string
	AgreedText         []string
	Theirs             []string // what somebody else wrote meanwhile
	Base               int64
	Edit               bool
	Save               string // where what was agreed is posted
	Note               string // where an item is noted
}

// ReviewAlert is an alert of the week.
type ReviewAlert struct {
	Name, Service string
	Pages, Before int
	Marks         []Effect
	Fix           string
	Item          *HealthLink // the open one about it; nil: there is none
	about         [2]string   // service and alert
}

// ReviewNight is a night in which pages fired.
type ReviewNight struct{ Night, When, What string }

// ReviewOpen is a page that was still open.
type ReviewOpen struct{ Name, Service, Since string }

// ReviewShift is who had what.
type ReviewShift struct {
	Rotation, Kind, Who string
	Start, End          time.Time
}

// ReviewLine is a line about what lies ahead.
type ReviewLine struct{ Name, Text string }

// ReviewItem is an action item as it stood.
type ReviewItem struct{ Href, Title, Detail string }

// alertsShown is how many alerts are shown at first sight.
const alertsShown = 8

// reviewShown is how many coming turns are shown at most.
const reviewShown = 24

// Fill shows a review.
func (p *ReviewPage) Fill(v *health.Review, names map[schedule.ID]string, since *health.ReviewSince) {
	zone := zoneOf(v.Zone)
	p.When, p.Made, p.Clock, p.Config = weekText(v.Week), v.MadeAt.In(zone).Format("Mon 2 Jan 15:04"), v.Zone, v.Config
	p.Tone, p.Say, p.Detail, p.Pending = v.Finding.Tone, v.Finding.Text, v.Finding.Detail, v.Pending
	if hours := int(v.To.Sub(v.From).Hours()); hours != 7*24 {
		p.Odd = fmt.Sprintf("clocks changed: %d hours", hours)
	}
	if since.Changed() {
		p.Since = upper(since.Words()) + "."
	}
	p.Hidden, p.Limit, p.Pages, p.More = v.Hidden, v.Limit, v.Pages, v.More
	p.figures(v)
	for i := range v.Alerts {
		p.Alerts = append(p.Alerts, reviewAlert(v, &v.Alerts[i]))
	}
	if len(p.Alerts) > alertsShown+1 {
		p.Alerts, p.Rest = p.Alerts[:alertsShown], p.Alerts[alertsShown:]
	}
	for _, n := range v.Nights {
		p.Nights = append(p.Nights, reviewNight(&n, zone))
	}
	for _, o := range v.Open {
		p.Open = append(p.Open, ReviewOpen{o.Alert, o.Service, o.TriggeredAt.In(zone).Format("Mon 2 Jan 15:04")})
	}
	if since.Resolved > 0 && len(v.Open) > 0 {
		p.Detail += " " + upper(plural(since.Resolved, "of those is", "of those are")) + " over now."
	}
	who := func(id schedule.ID, none string) string {
		switch {
		case id == 0:
			return none
		case names[id] == "":
			return "Somebody who has left"
		}
		return names[id]
	}
	shifts := func(all []health.ReviewShift) (out []ReviewShift) {
		for _, s := range all {
			out = append(out, ReviewShift{upper(string(s.Rotation)), kind(s.Rotation), who(s.Person, ""), s.Start, s.End})
		}
		return out
	}
	p.Shifts, p.Ahead = shifts(v.Shifts), shifts(v.Ahead.Shifts)
	p.AheadMore = max(0, len(p.Ahead)-reviewShown)
	p.Ahead = p.Ahead[:len(p.Ahead)-p.AheadMore]
	for _, i := range v.Ahead.Issues {
		p.Mend = append(p.Mend, ReviewLine{upper(string(i.Rotation)) + " " + span(i.Start.In(zone), i.End.In(zone), v.MadeAt), i.Words(who(i.Person, ""))})
	}
	for _, a := range v.Ahead.Away {
		p.Away = append(p.Away, ReviewLine{who(a.Person, ""), span(a.Start.In(zone), a.End.In(zone), v.MadeAt)})
	}
	p.items(v, who)
	if v.Breaks != nil && *v.Breaks > 0 {
		p.Breaks = fmt.Sprintf("Rest was too short in %s. Who needs rest is in the burden report; only those who answer for it see this.", plural(*v.Breaks, "night or week", "nights or weeks"))
	}
}

// weekText is a week like "16 – 22 Nov 2026".
func weekText(monday schedule.Date) string {
	return window(monday.At(schedule.Midnight, time.UTC), monday.AddDays(7).At(schedule.Midnight, time.UTC))
}

// figures are the tiles and the trend.
func (p *ReviewPage) figures(v *health.Review) {
	w, told := v.Figures()
	if told {
		t := Tile{Label: "Interruptions", Value: itoa(int64(w.Interruptions)), Unit: fmt.Sprintf("the limit is %d", v.Limit), Foot: medianText(v)}
		if w.Interruptions > v.Limit {
			t.Tone = "warn"
		}
		p.Tiles = append(p.Tiles, t, Tile{
			Label: "Wake-ups", Value: itoa(int64(w.Wakeups)), Unit: fmt.Sprintf("in %.1f on-call weeks", w.OnCallWeeks),
			Foot: fmt.Sprintf("twelve weeks: %s an on-call week, %s", short(v.Wake.Mean), interval(v.Wake.Low, v.Wake.High)),
		})
		over := 0
		for _, x := range v.Weeks {
			if x.Interruptions > v.Limit {
				over++
			}
		}
		p.Chart = newTrend(&health.Burden{Weeks: v.Weeks, Limit: v.Limit, Over: over})
		p.Trend = "Twelve weeks, of which the last is this one."
	}
	fresh, again := 0, 0
	for i := range v.Alerts {
		if v.Alerts[i].New() {
			fresh++
		}
		if v.Alerts[i].Repeats() {
			again++
		}
	}
	p.Tiles = append(p.Tiles,
		Tile{Label: "Pages", Value: itoa(int64(v.Pages)), Unit: "of " + plural(len(v.Alerts)+v.More, "alert", "alerts"), Foot: fmt.Sprintf("%d new · %d again and again", fresh, again)},
		shareTile(v.Items.OnTime, shareWeeks))
}

// medianText compares with the weeks before.
func medianText(v *health.Review) string {
	var before []int
	for _, w := range v.Weeks {
		if w.Week.Before(v.Week) {
			before = append(before, w.Interruptions)
		}
	}
	if len(before) == 0 {
		return "nothing yet to compare with"
	}
	slices.Sort(before)
	median := float64(before[len(before)/2]+before[(len(before)-1)/2]) / 2
	return fmt.Sprintf("half of the %s before had %s or fewer", plural(len(before), "week", "weeks"), num(median))
}

func reviewAlert(v *health.Review, a *health.ReviewAlert) ReviewAlert {
	out := ReviewAlert{Name: a.Alert, Service: a.Service, Pages: a.Pages, Before: a.Before, about: [2]string{a.Service, a.Alert}}
	if out.Name == "" {
		out.Name, out.Service = a.Service, ""
	}
	if out.Name == "" {
		out.Name = "No title"
	}
	mark := func(is bool, tone, text string) {
		if is {
			out.Marks = append(out.Marks, Effect{text, tone})
		}
	}
	mark(a.New(), "accent", "new")
	mark(a.Repeats(), "warn", "again and again")
	mark(a.Night > 0, "", fmt.Sprintf("%d at night", a.Night))
	mark(a.NoAction > 0, "warn", fmt.Sprintf("%d with nothing to do", a.NoAction))
	mark(a.Open > 0, "bad", fmt.Sprintf("%d open", a.Open))
	if a.Service != "" {
		q := url.Values{"new": {"1"}, "service": {a.Service}, "alert": {a.Alert}, "week": {v.Week.String()}}
		out.Fix = fmt.Sprintf("/teams/%d/items?%s#new", v.Team, q.Encode())
	}
	return out
}

func reviewNight(n *health.ReviewNight, zone *time.Location) ReviewNight {
	out := ReviewNight{Night: n.Night.At(schedule.Noon, time.UTC).Format("Mon 2") + " → " + n.Night.AddDays(1).At(schedule.Noon, time.UTC).Format("Mon 2 Jan")}
	first, last := n.First.In(zone).Format("15:04"), n.Last.In(zone).Format("15:04")
	if out.When = first; first != last {
		out.When += " to " + last
	}
	out.When = plural(n.Pages, "page", "pages") + ", " + out.When
	for i, name := range n.Alerts {
		if i > 0 {
			out.What += " · "
		}
		out.What += name
	}
	return out
}

func (p *ReviewPage) items(v *health.Review, who func(schedule.ID, string) string) {
	list := func(all []health.ReviewItem) (out []ReviewItem) {
		for _, i := range all {
			detail := who(i.Owner, "nobody looks after it")
			switch {
			case i.State == health.ItemDropped:
				detail += ", dropped"
			case i.State == health.ItemOpen && !i.Due.IsZero():
				detail += ", by " + i.Due.At(schedule.Noon, time.UTC).Format("Mon 2 Jan")
			}
			out = append(out, ReviewItem{fmt.Sprintf("/teams/%d/items/%d", v.Team, i.Item), i.Title, detail})
		}
		return out
	}
	p.Overdue, p.Due, p.Done, p.Noted = list(v.Items.Overdue), list(v.Items.Due), list(v.Items.Done), list(v.Items.Noted)
}
