package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
	"watchbill/schedule/scheduledb"
)

// A service that is killed while it publishes leaves the old plan or the new one,
// and never half.
func TestKilledWhilePublishing(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills a dozen processes")
	}
	onBoth(t, killWhilePublishing)
}

func killWhilePublishing(t *testing.T, address string) {
	d := deploy(t, address)
	d.now = time.Now().UTC().Truncate(time.Second)
	d.setUp()
	ctx := context.Background()
	today := schedule.DateOf(d.now)
	monday := today.AddDays((8 - int(today.Weekday())) % 7)
	d.ok(publishDays(ctx, d.schedule, monday, monday.AddDays(56), nil))
	db := migrationstest.Migrated(t, address)
	store := scheduledb.New(db.Write, db.Read)
	old, renewed := 0, 0
	for i := range 12 {
		before := d.current(store)
		// Everybody else gets the first week, so that the plans differ in much.
		draft, err := d.schedule.AskDraft(ctx, 1, schedule.DraftOrder{Team: 1, From: monday, Until: monday.AddDays(56), Pins: map[schedule.SlotID]schedule.ID{
			schedule.SlotID("primary " + monday.AddDays(7).String()): schedule.ID(2 + i%4),
		}})
		d.ok(err)
		d.ok(d.schedule.RunDraft(ctx, draft.ID))
		p := launch(t, address).serving(t)
		b := &browser{d.person("ana@example.com").Client, &deployment{server: d.server, t: t, url: p.url}}
		d.ok(db.Write.Exec("UPDATE membership SET manager = TRUE WHERE person_id = 2").Error)
		status, body := b.post("/login", "email", "ana@example.com", "password", secret)
		b.expect(status, body, 200, "My on-call")
		go func() {
			resp, err := b.PostForm(p.url+"/teams/1/drafts/"+fmt.Sprint(draft.ID)+"/publish", nil)
			if err == nil {
				_ = resp.Body.Close()
			}
		}()
		time.Sleep(time.Duration(i) * time.Millisecond)
		p.kill()
		after := d.current(store)
		plans, err := store.Plans(ctx, 1)
		d.ok(err)
		switch {
		case after == before && len(plans) == 1+renewed:
			old++
			d.ok(d.schedule.Discard(ctx, 1, draft.ID))
		case len(plans) == 2+renewed && strings.Count(after, "\n") == strings.Count(before, "\n"):
			renewed++
		default:
			t.Fatalf("after a kill at %d ms there are %d plans and\n%s\nbefore\n%s", i, len(plans), after, before)
		}
	}
	t.Logf("%d kills left the old plan and %d the new one", old, renewed)
}

// current is what is published, as text.
func (d *deployment) current(store schedule.Store) string {
	d.t.Helper()
	published, err := store.Published(context.Background(), 1, d.now, d.now.AddDate(1, 0, 0))
	d.ok(err)
	text := ""
	for _, p := range published {
		if p.Until.IsZero() {
			text += string(p.Slot) + " " + fmt.Sprint(p.Person) + "\n"
		}
	}
	return text
}

// publishDays plans and publishes the days [from, until) of the first team.
func publishDays(ctx context.Context, s *schedule.Service, from, until schedule.Date, pins map[schedule.SlotID]schedule.ID) error {
	draft, err := s.AskDraft(ctx, 0, schedule.DraftOrder{Team: 1, From: from, Until: until, Pins: pins})
	if err != nil {
		return err
	}
	if err := s.RunDraft(ctx, draft.ID); err != nil {
		return err
	}
	_, err = s.Publish(ctx, 0, draft.ID, "")
	return err
}
