package ui

import (
	"fmt"
	"html/template"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// funcs are what the templates may call.
func funcs(a *assets) template.FuncMap {
	all := template.FuncMap{
		"asset":    a.url,
		"dict":     dict,
		"field":    field,
		"pick":     pick,
		"timeline": Schedule.timeline,
		"agenda":   Schedule.agenda,
		"bars":     fairBars,
		"pct":      percent,

		"num":        num,
		"dash":       dash,
		"signed":     signed,
		"more":       more,
		"deltaClass": deltaClass,
		"plural":     plural,
		"upper":      upper,
		"initials":   initials,
		"first":      first,
		"broken": func(sides []Side) bool {
			return slices.ContainsFunc(sides, func(s Side) bool { return len(s.Broken) > 0 })
		},
		"details": func(sides []Side) bool {
			return slices.ContainsFunc(sides, func(s Side) bool { return len(s.Details) > 0 })
		},
		"join": func(s []string) string { return strings.Join(s, ", ") },
		"sub":  func(a, b int) int { return a - b },
		"plus": func(a, b int) int { return a + b },

		"webcal":  webcal,
		"google":  googleLink,
		"outlook": outlookLink,
	}
	maps.Copy(all, timeFuncs())
	return all
}

// timeFuncs show times. They take the page first, because it knows the zone
// and the hour.
func timeFuncs() template.FuncMap {
	at := func(p framed, t time.Time) (time.Time, time.Time) {
		f := p.frame()
		loc := zoneOf(f.Zone)
		return t.In(loc), f.Now.In(loc)
	}
	return template.FuncMap{
		"span": func(p framed, from, to time.Time) string {
			from, now := at(p, from)
			return span(from, to.In(from.Location()), now)
		},
		"elsewhere": func(p framed, zone string, from, to time.Time) string {
			here, now := at(p, from)
			return elsewhere(span(here, to.In(here.Location()), now), zone, from.In(zoneOf(zone)), to.In(zoneOf(zone)), now)
		},
		"days": func(p framed, from, to time.Time) string {
			from, now := at(p, from)
			return days(from, to.In(from.Location()), now)
		},
		"window": func(p framed, from, to time.Time) string {
			from, _ = at(p, from)
			return window(from, to.In(from.Location()))
		},
		"week": func(p framed, from, to time.Time) string {
			from, _ = at(p, from)
			return week(from, to.In(from.Location()))
		},
		"day":     func(p framed, t time.Time) string { t, now := at(p, t); return dayOf(t, now) },
		"stamp":   func(p framed, t time.Time) string { t, now := at(p, t); return dayOf(t, now) + " " + t.Format("15:04") },
		"clock":   func(p framed, t time.Time) string { t, _ = at(p, t); return t.Format("15:04") },
		"clockIn": func(p framed, zone string) string { return p.frame().Now.In(zoneOf(zone)).Format("15:04") },
		"until":   func(p framed, t time.Time) string { return left(t.Sub(p.frame().Now)) },
		"lasts":   func(from, to time.Time) string { return left(to.Sub(from)) },
		"ago":     func(p framed, t time.Time) string { return ago(t, p.frame().Now) },
		"past":    func(p framed, t time.Time) bool { return !t.After(p.frame().Now) },
		"iso":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"isoDay":  isoDay,
		"city":    city,
	}
}

func dict(kv ...any) (map[string]any, error) {
	if len(kv)%2 != 0 {
		return nil, fmt.Errorf("dict wants pairs, got %d values", len(kv))
	}
	m := make(map[string]any, len(kv)/2)
	for i := 0; i < len(kv); i += 2 {
		key, ok := kv[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict wants text for a key, got %T", kv[i])
		}
		m[key] = kv[i+1]
	}
	return m, nil
}

// webcal is the feed's address for a calendar program. html/template lets only
// http, https and mailto through, so the address is checked here instead.
func webcal(feed string) (template.URL, error) {
	u, err := url.Parse(feed)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", fmt.Errorf("feed address %q is not a web address", feed)
	}
	u.Scheme = "webcal"
	return template.URL(u.String()), nil
}

func googleLink(feed string) (string, error) {
	u, err := webcal(feed)
	return "https://calendar.google.com/calendar/render?cid=" + url.QueryEscape(string(u)), err
}

func outlookLink(feed, label string) string {
	return "https://outlook.office.com/calendar/0/addfromweb?url=" + url.QueryEscape(feed) + "&name=" + url.QueryEscape(label)
}
