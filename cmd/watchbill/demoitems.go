package main

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// A demoItem is something that the team of the demonstration has noted. Days are counted
// back from today; people are members in their order, from one.
type demoItem struct {
	text       health.ItemText
	made, due  int
	owner      int
	service    int // the service that pages most often, from one; none: 0
	moved, new int // on that day the day by which it shall be done became another
	closed     int // none: it is open
	state      health.ItemState
	reason     string
}

var demoItems = []demoItem{
	{
		text: health.ItemText{Title: "Restart the log-in service by itself when its memory is full", Why: "Most of its pages end with a restart by hand, and always the same one.", Value: 3, Effort: 1, Risk: "Somebody gets up for it every other night."},
		made: 62, due: 48, owner: 2, service: 1, closed: 50, state: health.ItemDone, reason: "A watchdog restarts it. It pages only when that did not help.",
	},
	{text: health.ItemText{Title: "Page only when two checks in a row fail", Why: "Half of the pages are over before anybody has opened the laptop.", Value: 3, Effort: 1}, made: 55, due: 41, owner: 1, closed: 43, state: health.ItemDone, reason: "Two checks, a minute apart."},
	{text: health.ItemText{Title: "Write a runbook for the certificate’s renewal", Value: 2, Effort: 1}, made: 48, due: 34, owner: 3, closed: 33, state: health.ItemDone},
	{text: health.ItemText{Title: "Buy a second monitoring service to compare with", Value: 1, Effort: 3}, made: 47, due: 20, owner: 4, closed: 36, state: health.ItemDropped, reason: "Two checks in a row were enough."},
	{
		text: health.ItemText{Title: "Move the ordering wizard off the old host", Why: "It goes down with every nightly backup.", Value: 3, Effort: 3, Blockers: "The new host is not paid for yet.", Link: "https://tickets.demo.example/OPS-118"},
		made: 40, due: 12, owner: 5, service: 3, moved: 11, new: -9,
	},
	{text: health.ItemText{Title: "Send the alert of the order backup to chat", Why: "It wakes us three nights a week, and nobody can do anything about it before the morning.", Value: 3, Effort: 1, Service: demoBackup}, made: 26, due: 5, owner: 2},
	{text: health.ItemText{Title: "Show newcomers how to restore the order database", Value: 2, Effort: 2, Risk: "Two people can do it, and both ski in February."}, made: 19, due: -4, owner: 6},
	{text: health.ItemText{Kind: health.ItemConcern, Title: "Only two of us know the ordering wizard", Why: "Both were asked for help outside their own turns last month.", Value: 3}, made: 19},
	{text: health.ItemText{Title: "Agree with the farms on a window for their updates", Why: "Their deployments on Friday evenings page us.", Value: 3, Effort: 2}, made: 5, due: -10, owner: 1, service: 2},
}

// note has the team of the demonstration note what it wants to do, each at its time.
func (s *server) note(ctx context.Context, team schedule.TeamRecord) error {
	members, err := s.schedule.Store.Members(ctx, team.ID)
	if err != nil {
		return err
	}
	services, err := s.noisiest(ctx, team.ID)
	if err != nil {
		return err
	}
	zone, err := schedule.Zone(team.Zone)
	if err != nil {
		return err
	}
	clock := s.now
	defer func() { s.now = clock }()
	today := schedule.DateOf(clock().In(zone))
	at := func(ago int) schedule.Date {
		day := today.AddDays(-ago)
		s.now = func() time.Time { return day.At(schedule.ClockAt(10, 30), zone) }
		return day
	}
	who := func(n int) schedule.ID { return members[(n+len(members)-1)%len(members)].Person }
	for n := range demoItems {
		d := &demoItems[n]
		text := d.text
		if d.owner > 0 {
			text.Owner = who(d.owner)
		}
		if d.due != 0 {
			text.Due = today.AddDays(-d.due)
		}
		if d.service > 0 && d.service <= len(services) {
			text.Service = services[d.service-1]
		}
		made := at(d.made)
		i, err := s.health.AddItem(ctx, who(n), team.ID, text, made)
		if err == nil && d.moved > 0 {
			text.Due = today.AddDays(-d.new)
			_, err = s.health.EditItem(ctx, who(d.owner), team.ID, i.ID, 0, health.ItemEdit{Text: text.Say}, at(d.moved))
		}
		if err == nil && d.closed > 0 {
			_, err = s.health.EditItem(ctx, who(d.owner), team.ID, i.ID, 0, health.ItemEdit{State: d.state, Reason: d.reason}, at(d.closed))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// noisiest returns services by how often they paged, but for the backup, which has an item
// of its own.
func (s *server) noisiest(ctx context.Context, team schedule.ID) ([]string, error) {
	pages, err := s.health.Store.PagesOf(ctx, health.PageFilter{Team: team, From: s.now().AddDate(-1, 0, 0), To: s.now(), Most: 1000})
	times := map[string]int{}
	for i := range pages {
		times[pages[i].Service]++
	}
	delete(times, "")
	delete(times, demoBackup)
	return slices.SortedFunc(maps.Keys(times), func(a, b string) int { return cmp.Or(cmp.Compare(times[b], times[a]), cmp.Compare(a, b)) }), err
}

// demoAgreed is what the team of the demonstration agreed in its last reviews, the newest
// week first; nothing in the others.
var demoAgreed = []string{
	"",
	"The ordering wizard waits for the invoice of the new host; Elif asks again.\nUpdates of the farms: Ana writes to them, with the times of the last four weeks.\nNobody minds that the backup’s alert goes to chat; that still waits for the channel.",
	"Two of us helped with the wizard outside their own turns. We show it to everybody in the next weeks.",
	"Quiet, thanks to the two checks in a row. We leave the second monitoring service.",
	"",
	"The restart by itself works. Next: who renews certificates, and how.",
}

// demoReviews makes the reviews of the demonstration's last weeks, each as on its Monday.
func (s *server) demoReviews(ctx context.Context, team schedule.TeamRecord) error {
	zone, err := schedule.Zone(team.Zone)
	if err != nil {
		return err
	}
	if err := s.measureBurden(ctx); err != nil {
		return err
	}
	members, err := s.schedule.Store.Members(ctx, team.ID)
	if err != nil {
		return err
	}
	clock := s.now
	defer func() { s.now = clock }()
	this := health.MondayOf(schedule.DateOf(clock().In(zone)))
	for n := range slices.Backward(demoAgreed) {
		week := this.AddDays(-7 * (n + 1))
		at := week.AddDays(7).At(schedule.ClockAt(0, 1), zone)
		s.now = func() time.Time { return at }
		made, err := s.reviews.Make(ctx, &team, week)
		if err != nil {
			return err
		}
		if !made || demoAgreed[n] == "" {
			continue
		}
		at = at.Add(10*time.Hour + 29*time.Minute)
		if _, err := s.reviews.Agree(ctx, members[n%len(members)].Person, team.ID, week, 0, demoAgreed[n]); err != nil {
			return err
		}
	}
	return nil
}
