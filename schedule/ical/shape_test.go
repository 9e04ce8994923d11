package ical_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"

	"watchbill/schedule"
	"watchbill/schedule/ical"

	goical "github.com/emersion/go-ical"
	"pgregory.net/rapid"
)

// Events are written byte for byte as the library encodes each by itself.
func TestShapes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]string{"Ana", "Zoë", "名前", "a;b,c\\d", "long " + strings.Repeat("wörd ", 20), "x", "A", "🦊"})
		now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
		cal := ical.Calendar{Name: "On call"}
		var want []*goical.Component
		for i := range rapid.IntRange(1, 8).Draw(t, "events") {
			e := ical.Event{
				UID: "u" + strconv.Itoa(i) + "@watchbill", Summary: "On call: " + word.Draw(t, "summary"), Sequence: rapid.IntRange(0, 30).Draw(t, "sequence"),
				Changed: now.Add(time.Duration(rapid.IntRange(-9e8, 9e8).Draw(t, "changed")) * time.Second), Busy: rapid.Bool().Draw(t, "busy"),
				Alarm: rapid.Bool().Draw(t, "alarm"), Cancelled: rapid.Bool().Draw(t, "cancelled"),
			}
			if rapid.Bool().Draw(t, "days") {
				e.First = schedule.DateOf(e.Changed)
				e.Last = e.First.AddDays(rapid.IntRange(0, 20).Draw(t, "length"))
			} else {
				e.Start = e.Changed.AddDate(0, 1, 0)
				e.End = e.Start.Add(8 * time.Hour)
			}
			if rapid.Bool().Draw(t, "described") {
				e.Description = word.Draw(t, "first") + "\n" + word.Draw(t, "second")
			}
			if rapid.Bool().Draw(t, "categorised") {
				e.Categories = []string{"On-call", word.Draw(t, "category")}
			}
			if rapid.Bool().Draw(t, "linked") {
				e.URL = "https://watchbill.example/shifts/" + strconv.Itoa(i)
			}
			cal.Events = append(cal.Events, e)
			want = append(want, alone(&e))
		}
		got, err := ical.Marshal(&cal)
		if err != nil {
			t.Fatal(err)
		}
		whole := goical.NewCalendar()
		for name, value := range map[string]string{"VERSION": "2.0", "PRODID": "-//Watchbill//Watchbill//EN", "NAME": "On call", "X-WR-CALNAME": "On call", "X-PUBLISHED-TTL": "PT1H"} {
			whole.Props[name] = []goical.Prop{{Name: name, Value: value}}
		}
		whole.Props["REFRESH-INTERVAL"] = []goical.Prop{{Name: "REFRESH-INTERVAL", Value: "PT1H", Params: goical.Params{"VALUE": {"DURATION"}}}}
		whole.Children = want
		var out bytes.Buffer
		if err := goical.NewEncoder(&out).Encode(whole); err != nil {
			t.Fatal(err)
		}
		if unfolded := strings.ReplaceAll(string(got), "\r\n ", ""); unfolded != out.String() {
			t.Fatalf("got\n%s\nand the library writes\n%s", unfolded, &out)
		}
		for line := range strings.SplitSeq(string(got), "\r\n") {
			if len(line) > 75 {
				t.Fatalf("a line of %d octets: %s", len(line), line)
			}
		}
	})
}

// alone is an event as the library's own setters make it.
func alone(e *ical.Event) *goical.Component {
	c := goical.NewComponent(goical.CompEvent)
	put := func(name, value string) { c.Props[name] = []goical.Prop{{Name: name, Value: value}} }
	const layout = "20060102T150405Z"
	put("UID", e.UID)
	put("SEQUENCE", strconv.Itoa(e.Sequence))
	put("DTSTAMP", e.Changed.Format(layout))
	put("LAST-MODIFIED", e.Changed.Format(layout))
	put("DTSTART", e.Start.Format(layout))
	put("DTEND", e.End.Format(layout))
	if !e.First.IsZero() {
		for name, day := range map[string]schedule.Date{"DTSTART": e.First, "DTEND": e.Last.AddDays(1)} {
			p := goical.NewProp(name)
			p.SetDate(day.At(schedule.Midnight, time.UTC))
			c.Props.Set(p)
		}
	}
	c.Props.SetText("SUMMARY", strings.TrimSpace(e.Summary))
	if e.Description != "" {
		c.Props.SetText("DESCRIPTION", strings.TrimSpace(e.Description))
	}
	if e.Categories != nil {
		p := goical.NewProp("CATEGORIES")
		p.SetTextList([]string{e.Categories[0], strings.TrimSpace(e.Categories[1])})
		c.Props.Set(p)
	}
	if e.URL != "" {
		put("URL", e.URL)
	}
	put("STATUS", map[bool]string{true: "CANCELLED", false: "CONFIRMED"}[e.Cancelled])
	busy := e.Busy && !e.Cancelled
	put("TRANSP", map[bool]string{true: "OPAQUE", false: "TRANSPARENT"}[busy])
	put("X-MICROSOFT-CDO-BUSYSTATUS", map[bool]string{true: "BUSY", false: "FREE"}[busy])
	if e.Alarm && !e.Cancelled {
		a := goical.NewComponent(goical.CompAlarm)
		a.Props.SetText("ACTION", "DISPLAY")
		a.Props["TRIGGER"] = []goical.Prop{{Name: "TRIGGER", Value: "-PT15M"}}
		a.Props.SetText("DESCRIPTION", strings.TrimSpace(e.Summary))
		c.Children = []*goical.Component{a}
	}
	return c
}
