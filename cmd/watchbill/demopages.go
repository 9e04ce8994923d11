package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// The demonstration is paged at the times at which a real team was; see the file for
// whose they are and under which licence.
//
//go:embed demoalerts.csv
var demoAlerts []byte

// demoNote says on pages where the pages of the demonstration come from.
const demoNote = "All teams are invented. The times at which their monitors alert are real: those of FoodCoopX/upptime (Open Database License 1.0), moved by whole weeks and dealt out among teams. The alerts of “" + demoBackup + "” are invented, and so is what people say."

// demoWeek is the Monday of the alerts that becomes that of the week of the
// demonstration: the weeks before it have nights of all kinds.
var demoWeek = time.Date(2026, 3, 23, 0, 0, 0, 0, time.UTC)

// demoSpan is for how many weeks there are alerts: before and after them are the same
// again, moved by as much.
const demoSpan = 29

// A demoAlert is something that was down for a while.
type demoAlert struct {
	monitor  string
	down, up time.Time
}

// demoAlertsAt reads the alerts, moved to around a day, with those of a year around it.
func demoAlertsAt(day time.Time) ([]demoAlert, error) {
	r := csv.NewReader(bytes.NewReader(demoAlerts))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("demoalerts.csv: %w", err)
	}
	monday := schedule.DateOf(day)
	monday = monday.AddDays(-(int(monday.Weekday()) + 6) % 7)
	by := monday.At(schedule.Midnight, time.UTC).Sub(demoWeek)
	alerts := make([]demoAlert, 0, len(rows))
	for _, row := range rows[1:] {
		a := demoAlert{monitor: row[0]}
		for k, to := range []*time.Time{&a.down, &a.up} {
			if row[k+1] == "" {
				continue // it was never seen up again
			}
			at, err := time.Parse(time.RFC3339, row[k+1])
			if err != nil {
				return nil, fmt.Errorf("demoalerts.csv: %w", err)
			}
			*to = at.Add(by)
		}
		alerts = append(alerts, a)
	}
	return slices.Concat(movedBack(alerts, 2*demoSpan), movedBack(alerts, demoSpan), alerts, movedBack(alerts, -demoSpan)), nil
}

// movedBack returns alerts as of so many weeks before.
func movedBack(alerts []demoAlert, weeks int) []demoAlert {
	out := slices.Clone(alerts)
	for i := range out {
		a := &out[i]
		if a.down = a.down.AddDate(0, 0, -7*weeks); !a.up.IsZero() {
			a.up = a.up.AddDate(0, 0, -7*weeks)
		}
	}
	return out
}

// A demoDelivery is what Alertmanager would send at an instant.
type demoDelivery struct {
	at   time.Time
	body []byte
}

// deliveries are what Alertmanager sends when an alert fires and when it ends, half a
// minute after each.
func (a *demoAlert) deliveries() ([]demoDelivery, error) {
	type alert struct {
		Status      string            `json:"status"`
		Labels      map[string]string `json:"labels"`
		Annotations map[string]string `json:"annotations"`
		StartsAt    time.Time         `json:"startsAt"`
		EndsAt      time.Time         `json:"endsAt"`
		Fingerprint string            `json:"fingerprint"`
	}
	var all []demoDelivery
	for _, status := range []string{"firing", "resolved"} {
		name, summary := "MonitorDown", a.monitor+" does not answer"
		if a.monitor == demoBackup {
			name, summary = "BackupSlow", "The backup of orders takes longer than an hour"
		}
		labels := map[string]string{"alertname": name, "service": a.monitor, "severity": "critical"}
		one := alert{status, labels, map[string]string{"summary": summary}, a.down, time.Time{}, fmt.Sprintf("%016x", a.down.Unix())}
		at := a.down
		if status == "resolved" {
			if a.up.IsZero() {
				break
			}
			one.EndsAt, at = a.up, a.up
		}
		body, err := json.Marshal(map[string]any{
			"version": "4", "groupKey": fmt.Sprintf("{}:{service=%q, since=%d}", a.monitor, a.down.Unix()), "status": status, "receiver": "watchbill",
			"groupLabels": labels, "commonLabels": labels, "commonAnnotations": one.Annotations, "alerts": []alert{one},
		})
		if err != nil {
			return nil, err
		}
		all = append(all, demoDelivery{at.Add(30 * time.Second), body})
	}
	return all, nil
}

// page connects a pager and lets everything come in that came since the team's first
// shift, each at its time and by the way that everything comes.
func (s *server) page(ctx context.Context, team schedule.TeamRecord, boss schedule.ID) error {
	alerts, err := demoAlertsAt(s.now())
	if err != nil {
		return err
	}
	nights, err := demoNightsAt(s.now(), team.Zone)
	if err != nil {
		return err
	}
	if err := s.pageOf(ctx, &team, boss, slices.Concat(alerts, nights)); err != nil {
		return err
	}
	s.site.Note = demoNote
	if err := s.pageByScript(ctx, team, boss); err != nil {
		return err
	}
	if err := s.fold(ctx); err != nil {
		return err
	}
	if err := s.saySome(ctx, team); err != nil {
		return err
	}
	if err := s.noteShifts(ctx, team); err != nil {
		return err
	}
	return s.receiver.Flush(ctx)
}

// fold reads everything that came in.
func (s *server) fold(ctx context.Context) error {
	for {
		if n, err := s.reader.Work(ctx); err != nil || n == 0 {
			return err
		}
	}
}

// pageOf connects a team's pager, which sends of some alerts those since its first shift.
func (s *server) pageOf(ctx context.Context, team *schedule.TeamRecord, boss schedule.ID, alerts []demoAlert) error {
	now := s.now()
	shifts, err := s.schedule.Shifts(ctx, team.ID, now.AddDate(-2, 0, 0), now, time.Time{})
	if err != nil || len(shifts) == 0 {
		return err
	}
	door, _, err := s.health.AddIntegration(ctx, boss, health.Integration{Team: team.ID, Vendor: "alertmanager", Name: "Monitors", Zone: team.Zone})
	if err != nil {
		return err
	}
	var all []demoDelivery
	for i := range alerts {
		some, err := alerts[i].deliveries()
		if err != nil {
			return err
		}
		all = append(all, some...)
	}
	slices.SortStableFunc(all, func(a, b demoDelivery) int { return a.at.Compare(b.at) })
	clock := s.now
	defer func() { s.now = clock }()
	for _, d := range all {
		if d.at.Before(shifts[0].Start) || d.at.After(now) {
			continue
		}
		s.now = func() time.Time { return d.at }
		if err := s.receiver.Take(ctx, &health.Delivery{Integration: door.ID, Headers: map[string]string{"content-type": "application/json"}, Body: d.body}); err != nil {
			return err
		}
	}
	return nil
}

// pageByScript connects another pager, which names people whom nobody knows yet, and has
// sent something that is not to be read. Its pages are of low urgency and do not count.
func (s *server) pageByScript(ctx context.Context, team schedule.TeamRecord, boss schedule.ID) error {
	door, _, err := s.health.AddIntegration(ctx, boss, health.Integration{Team: team.ID, Vendor: "generic", Name: "Nightly jobs", Zone: team.Zone})
	if err != nil {
		return err
	}
	at := func(before time.Duration) string { return s.now().UTC().Add(-before).Format(time.RFC3339) }
	for _, body := range []string{
		`{"id": "1", "event": "triggered", "at": "` + at(2*time.Hour) + `", "page": {"id": "backup", "title": "The backup took longer than usual", "service": "backup", "urgency": "low"}, "responders": [{"id": "P7", "email": "ben@demo.example", "name": "B. Weber"}]}`,
		`{"id": "2", "event": "resolved", "at": "` + at(time.Hour) + `", "page": {"id": "backup"}, "by": {"id": "P7"}}`,
		`{"id": "3", "event": "triggered", "at": "` + at(30*time.Minute) + `", "page": {"id": "report", "title": "The report has no rows", "service": "reports", "urgency": "low"}, "responders": [{"id": "P9", "name": "report duty"}]}`,
		`upstream connect error or disconnect/reset before headers`,
	} {
		if err := s.receiver.Take(ctx, &health.Delivery{Integration: door.ID, Headers: map[string]string{"content-type": "application/json"}, Body: []byte(body)}); err != nil {
			return err
		}
	}
	return s.fileOfScript(ctx, &door, boss)
}
