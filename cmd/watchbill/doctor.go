package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"watchbill/api/notify/notifydb"
	"watchbill/api/notify/webhook/webhookdb"
	"watchbill/health"
	"watchbill/health/healthdb"
	"watchbill/migrations"
	"watchbill/schedule"
	"watchbill/schedule/scheduledb"
)

type doctorCmd struct {
	accessFlags
	Quick bool `help:"Do not read the whole of an SQLite file, which takes minutes for a large one."`
	JSON  bool `help:"Print JSON."`
}

// A finding is something that the doctor has to say about a database.
type finding struct {
	Code string `json:"code"` // the same in every version
	// Needs says that somebody has to do something; else it is worth knowing.
	Needs bool   `json:"needs_somebody"`
	What  string `json:"what"`
	Why   string `json:"why"`
	Do    string `json:"do"`
}

// A diagnosis is all that was found.
type diagnosis struct {
	Database string            `json:"database"` // sqlite or postgres
	At       time.Time         `json:"at"`
	Schema   int64             `json:"schema"`
	Program  int64             `json:"program_schema"`
	Bytes    int64             `json:"bytes"`
	WAL      int64             `json:"wal_bytes"`
	Tables   []migrations.Part `json:"largest_tables"`
	Looked   []string          `json:"looked_at"`
	Findings []finding         `json:"findings"`
}

// needs says whether somebody has to do something.
func (d *diagnosis) needs() bool {
	return slices.ContainsFunc(d.Findings, func(f finding) bool { return f.Needs })
}

// A doctor looks at a database, reads it and nothing else.
type doctor struct {
	diagnosis
	db       *migrations.DB
	now      time.Time
	quick    bool
	schedule *schedule.Service
	teams    []schedule.TeamRecord
	plans    *scheduledb.Store
	health   *health.Service
	inbox    *healthdb.Store
	outbox   *notifydb.Store
	webhooks *webhookdb.Store
}

// somebody adds a finding for which somebody has to do something.
func (d *doctor) somebody(code, what, why, do string) {
	d.Findings = append(d.Findings, finding{code, true, what, why, do})
}

// worth adds a finding that is worth knowing.
func (d *doctor) worth(code, what, why, do string) {
	d.Findings = append(d.Findings, finding{code, false, what, why, do})
}

// Run examines a database, which may be in use.
func (c *doctorCmd) Run(con *console) error {
	ctx := context.Background()
	if !migrations.IsPostgres(c.DB) {
		if _, err := os.Stat(c.DB); err != nil {
			return fmt.Errorf("there is no database %s: --db says where it is", c.DB)
		}
	}
	db, err := migrations.Look(ctx, c.DB)
	if err != nil {
		return errors.New(withoutSecrets(err.Error(), c.DB))
	}
	defer func() { _ = db.Close() }() // it was only read
	d := newDoctor(db, con.now().UTC().Truncate(time.Second), c.Quick)
	if err := d.examine(ctx); err != nil {
		return err
	}
	if c.JSON {
		out := json.NewEncoder(con.out)
		out.SetIndent("", "  ")
		out.SetEscapeHTML(false)
		err = out.Encode(d.diagnosis)
	} else {
		d.write(con.out)
	}
	if err == nil && d.needs() {
		err = errors.New("there is something that needs somebody")
	}
	return err
}

func newDoctor(db *migrations.DB, now time.Time, quick bool) *doctor {
	plans, inbox := scheduledb.New(db.Write, db.Read), healthdb.New(db.Write, db.Read)
	clock := func() time.Time { return now }
	return &doctor{
		diagnosis: diagnosis{Database: map[bool]string{true: "sqlite", false: "postgres"}[db.File() != ""], At: now, Program: migrations.Newest(), Findings: []finding{}, Looked: []string{}, Tables: []migrations.Part{}},
		db:        db, now: now, quick: quick, plans: plans, inbox: inbox, outbox: notifydb.New(db.Write, db.Read), webhooks: webhookdb.New(db.Write, db.Read),
		schedule: &schedule.Service{Store: plans, Now: clock}, health: &health.Service{Store: inbox, Now: clock},
	}
}

// A look is one thing that the doctor looks at.
type look struct {
	name string
	at   func(context.Context) error
}

// examine looks at everything. What cannot be looked at is a finding too, and does not
// keep it from the rest.
func (d *doctor) examine(ctx context.Context) error {
	looks := []look{{"the database itself", d.lookAtFile}, {"its server", d.lookAtServer}, {"its size", d.lookAtSizes}, {"its schema", d.lookAtSchema}}
	if err := d.each(ctx, looks); err != nil {
		return err
	}
	if d.Schema != d.Program {
		return nil // its tables are others than this program knows
	}
	var err error
	if d.teams, err = d.plans.Teams(ctx); err != nil {
		return err
	}
	return d.each(ctx, []look{
		{"clocks", d.lookAtClock}, {"drafts", d.lookAtDrafts}, {"requests", d.lookAtRequests}, {"calendars that are read", d.lookAtImports},
		{"what pagers send", d.lookAtInbox}, {"pagers", d.lookAtPagers}, {"news", d.lookAtNews}, {"webhooks", d.lookAtWebhooks}, {"plans", d.lookAtPlans}, {"calendar links", d.lookAtFeeds},
	})
}

func (d *doctor) each(ctx context.Context, looks []look) error {
	for _, l := range looks {
		if err := l.at(ctx); err != nil {
			if ctx.Err() != nil {
				return err
			}
			d.somebody("unreadable", fmt.Sprintf("%s cannot be looked at: %v", l.name, err),
				"the service reads the same and will fail too", "see whether the database is whole and of this program, and restore a backup if it is not")
			continue
		}
		d.Looked = append(d.Looked, l.name)
	}
	return nil
}

// write says what was found to a person.
func (d *diagnosis) write(out io.Writer) {
	fmt.Fprintf(out, "%s at version %d, %s", d.Database, d.Schema, bytesOf(d.Bytes))
	if d.WAL > 0 {
		fmt.Fprintf(out, " and %s of log", bytesOf(d.WAL))
	}
	fmt.Fprintln(out)
	for _, p := range d.Tables {
		fmt.Fprintf(out, "  %-20s %s\n", p.Table, bytesOf(p.Bytes))
	}
	fmt.Fprintf(out, "looked at: %s\n", strings.Join(d.Looked, ", "))
	for _, f := range d.Findings {
		label := "worth knowing"
		if f.Needs {
			label = "NEEDS SOMEBODY"
		}
		fmt.Fprintf(out, "\n%s (%s): %s\n  why: %s\n  do:  %s\n", label, f.Code, strings.Map(printed, f.What), f.Why, f.Do)
	}
	if len(d.Findings) == 0 {
		fmt.Fprintln(out, "\nnothing was found")
	}
}

// bytesOf writes a size for people.
func bytesOf(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d kB", (n+1023)/1024)
}

// some lists the first of many names.
func some(names []string, all int64) string {
	const most = 5
	if len(names) > most {
		names = names[:most]
	}
	text := strings.Join(names, ", ")
	if more := all - int64(len(names)); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// teamNamed is how a team is called.
func (d *doctor) teamNamed(id schedule.ID) string {
	for i := range d.teams {
		if d.teams[i].ID == id {
			return d.teams[i].Name
		}
	}
	return fmt.Sprintf("team %d", id)
}

// waited says for how long something has waited.
func (d *doctor) waited(since time.Time) string { return d.now.Sub(since).Round(time.Minute).String() }
