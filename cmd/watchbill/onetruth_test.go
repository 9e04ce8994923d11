package main

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/schedule"
)

var oneEvent = regexp.MustCompile(`(?s)DTEND:(\S+).*?DTSTART:(\S+).*?STATUS:(\w+).*?SUMMARY:On call \(\w+\): (.*?) –`)

// Whatever people agree on, who is on call is the same in the API, in the list of
// shifts, in each person's, in the feed and on the page, at any instant.
func TestOneTruth(t *testing.T) {
	onBoth(t, func(t *testing.T, address string) {
		d, admin, shifts, emails := published(t, address)
		ctx := t.Context()
		d.schedule.Judge = nil // what rules say is another test's matter
		part := func(i, from, until int) schedule.Stretch {
			return schedule.Stretch{Slot: shifts[i].Slot, Start: shifts[i].Start.AddDate(0, 0, from), End: shifts[i].Start.AddDate(0, 0, until)}
		}
		r, err := d.schedule.Ask(ctx, shifts[0].Person, schedule.Request{Team: 1, Person: shifts[0].Person, To: shifts[1].Person, Stretch: part(0, 0, 7), Return: part(1, 0, 7)})
		d.ok(err)
		_, err = d.schedule.Accept(ctx, shifts[1].Person, r.ID)
		d.ok(err)
		for i, put := range []struct {
			week, from, until int
			person            schedule.ID
		}{{0, 1, 5, shifts[2].Person}, {0, 2, 3, 0}, {2, 0, 7, shifts[0].Person}, {2, 6, 7, shifts[1].Person}} {
			d.now = d.now.Add(time.Minute)
			_, err := d.schedule.Put(ctx, 1, 1, part(put.week, put.from, put.until), put.person, fmt.Sprint("reason ", i))
			d.ok(err)
		}
		token := d.token(1, auth.ScopeWrite)
		var feed struct{ URL string }
		d.call(token, "POST", "/api/v1/feeds", `{"kind": "team", "team": 1, "label": "wall"}`).into(t, 201, &feed)
		link, err := url.Parse(feed.URL)
		d.ok(err)
		ics := strings.ReplaceAll(d.call("", "GET", link.Path, "").body, "\r\n ", "")
		for _, hours := range []int{1, 23, 25, 47, 49, 71, 73, 119, 121, 167, 169, 335, 337, 479, 481, 503, 505} {
			at := shifts[0].Start.Add(time.Duration(hours) * time.Hour)
			stamp := at.UTC().Format(time.RFC3339)
			type shiftOut struct {
				ID     int64
				Person struct{ Name string }
			}
			var on struct {
				Teams []struct{ Rotations []struct{ Now []shiftOut } }
			}
			d.call(token, "GET", "/api/v1/oncall?team=1&at="+stamp, "").into(t, 200, &on)
			now := on.Teams[0].Rotations[0].Now
			said := map[string]string{"oncall": now[0].Person.Name}
			window := "?from=" + stamp + "&to=" + at.Add(time.Second).UTC().Format(time.RFC3339)
			var list struct{ Items []shiftOut }
			d.call(token, "GET", "/api/v1/teams/1/shifts"+window, "").into(t, 200, &list)
			said["shifts"] = list.Items[0].Person.Name
			said["people"], said["feed"] = "", ""
			for id := range emails {
				theirs, err := d.schedule.PersonShifts(ctx, id, at, at.Add(time.Second))
				d.ok(err)
				for range theirs {
					people, err := d.schedule.Store.People(ctx, []schedule.ID{id})
					d.ok(err)
					said["people"] += people[0].Name
				}
			}
			for _, event := range strings.Split(ics, "BEGIN:VEVENT")[1:] {
				m := oneEvent.FindStringSubmatch(event)
				if now := at.UTC().Format("20060102T150405Z"); m != nil && m[3] == "CONFIRMED" && m[2] <= now && now < m[1] && !strings.Contains(strings.ToLower(m[4]), "unfilled") {
					said["feed"] += m[4]
				}
			}
			for from, name := range said {
				if name != said["oncall"] {
					t.Errorf("after %d hours %s has %q, and the API says %q", hours, from, name, said["oncall"])
				}
			}
			if (hours == 49 || hours == 71) != (said["oncall"] == "") {
				t.Errorf("after %d hours %q is on call", hours, said["oncall"])
			}
		}
		status, body := admin.get("/teams/1/schedule")
		admin.expect(status, body, http.StatusOK, "Nobody has it")
	})
}
