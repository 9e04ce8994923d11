// Package healthdbtest fills databases with the pages of many teams, for benchmarks and
// tests under load.
package healthdbtest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"watchbill/migrations"
)

// A Crowd is many teams with two years of pages: ten thousand each, about a hundred a
// week, and two thousand of them of one alert. The teams and their people are there
// already: of team t, from 1 on, those with the numbers from (t-1)*Crew+1 on. One team is
// measured, and the others are copies of it, because measuring them all would take longer
// than anybody waits.
type Crowd struct {
	DB    *migrations.DB
	TB    testing.TB
	Teams int
	Crew  int       // people of a team
	From  time.Time // a Monday, in UTC
}

// How large a crowd is.
const (
	Pages = 10_000 // of a team
	Weeks = 104
	Told  = 20 // of so many teams one has events, else there would be no room
)

// Post says whether the database is PostgreSQL.
func (c *Crowd) Post() bool { return c.DB.Write.Name() == "postgres" }

// Run runs a statement.
func (c *Crowd) Run(query string) {
	c.TB.Helper()
	if err := c.DB.Write.Exec(query).Error; err != nil {
		c.TB.Fatal(err)
	}
}

// Until is when the two years are over.
func (c *Crowd) Until() time.Time { return c.From.AddDate(0, 0, 7*Weeks) }

// Numbers begins a statement with n, the numbers i from 0 on.
func Numbers(most int) string {
	return fmt.Sprintf("WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d) ", most-1)
}

// Connect gives every team a pager that knows its people.
func (c *Crowd) Connect() {
	c.TB.Helper()
	c.Run("INSERT INTO integration (id, team_id, vendor, name, token_hash, zone, created_at) " + Numbers(c.Teams) + "SELECT i + 1, i + 1, 'generic', 'Pager', 'hash ' || i, 'UTC', 0 FROM n")
	c.Run("INSERT INTO identity (id, integration_id, match_key, vendor_user_id, person_id, mapped_at, created_at) " + Numbers(c.Teams*c.Crew) +
		fmt.Sprintf("SELECT i + 1, i / %d + 1, 'id:U' || (i + 1), 'U' || (i + 1), i + 1, 0, 0 FROM n", c.Crew))
}

// Fill adds pages, each of one minute's notice and a quarter of an hour's work.
func (c *Crowd) Fill() {
	c.TB.Helper()
	if c.Post() { // looking up what each row refers to would take longer than writing them
		for _, table := range []string{"page", "page_responder", "notice", "page_event", "inbox", "check_in"} {
			c.Run("ALTER TABLE " + table + " DISABLE TRIGGER ALL")
			defer c.Run("ALTER TABLE " + table + " ENABLE TRIGGER ALL")
		}
	}
	const second, week = 1_000_000, 7 * 24 * 3600 * 1_000_000
	step := int64(Weeks) * week / Pages
	stamp := "strftime('%Y-%m-%dT%H:%M:%SZ', triggered_at / 1000000, 'unixepoch')"
	if c.Post() {
		stamp = `to_char(to_timestamp(triggered_at / 1000000) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`
	}
	for team := range c.Teams {
		// Spread over day and night, and a little otherwise in every team.
		at := fmt.Sprintf("(%d + i * %d + (i * 7919 + %d) %% 1800 * 1000000)", c.From.UnixMicro(), step, team)
		first := team * Pages
		c.Run(fmt.Sprintf(`INSERT INTO page (id, integration_id, team_id, page_key, number, opened_by, state, urgency, service, triggered_at, first_ack_at, resolved_at, last_event_at, counts, uncovered, severity, title, folded)
			%s SELECT %d + i, %d, %d, CASE WHEN i %% 5 = 0 THEN 'old' ELSE 'p' || i END, CASE WHEN i %% 5 = 0 THEN i / 5 ELSE 0 END, 'e' || i, 'resolved', 'high', 'service ' || (i %% 12),
			%[5]s, %[5]s + 60000000, %[5]s + 960000000, %[5]s, TRUE, FALSE, 'SEV2', 'alert ' || (i %% 30), '{}' FROM n`, Numbers(Pages), first+1, team+1, team+1, at))
		who := fmt.Sprintf("%d + (triggered_at - %d) / %d %% %d", team*c.Crew+1, c.From.UnixMicro(), week, c.Crew)
		mine := fmt.Sprintf(" FROM page WHERE id > %d AND id <= %d", first, first+Pages)
		c.Run("INSERT INTO page_responder (page_id, team_id, identity_id, person_id, notified_at, basis, acked_at, resolved_at, responding, interruptions) SELECT id, team_id, " + who + ", " + who + ", triggered_at, 'vendor', first_ack_at, resolved_at, 900000000, 1" + mine)
		c.Run("INSERT INTO notice (page_id, team_id, identity_id, person_id, at, rings) SELECT id, team_id, " + who + ", " + who + ", triggered_at, TRUE" + mine)
		c.Run("INSERT INTO check_in (integration_id, page_key, opened_by, team_id, at, person_id, on_it_at, actionable, said_at) SELECT integration_id, page_key, opened_by, team_id, triggered_at, " + who + ", first_ack_at, 1, first_ack_at" + mine + " AND id % 47 = 1")
		// What came in the last 45 days is kept, without bytes; one of a thousand is a dead letter.
		c.Run(fmt.Sprintf("INSERT INTO inbox (received_at, integration_id, next_at, delivery_key, done_at, headers, state, error_code) SELECT triggered_at, integration_id, triggered_at, 'd' || id, triggered_at, '{}', CASE WHEN id %% 1000 = 0 THEN 'dead' ELSE 'done' END, CASE WHEN id %% 1000 = 0 THEN 'schema_mismatch' ELSE '' END%s AND triggered_at >= %d",
			mine, c.Until().AddDate(0, 0, -45).UnixMicro()))
		if team%Told == 0 {
			tell := func(kind, column string, after int) {
				c.Run(fmt.Sprintf(`INSERT INTO page_event (integration_id, event_key, page_key, occurred_at, kind, received_at, inbox_id, event) SELECT integration_id, %[2]s, page_key, triggered_at, '%[1]s', triggered_at, id,
					'{"key":"' || %[2]s || '","page":"' || page_key || '","kind":"%[1]s","at":"' || %[3]s || '","source":"hook","service":"' || service || '","urgency":"high","title":"' || title || '","responders":[{"ID":"U' || (%[4]s) || '","Role":"assignee"}]}'%[5]s`,
					kind, column, strings.ReplaceAll(stamp, "triggered_at", fmt.Sprintf("(triggered_at + %d)", after*second)), who, mine))
			}
			tell("triggered", "opened_by", 0)
			tell("resolved", "'r' || opened_by", 960)
		}
	}
}

// Counted lets PostgreSQL know of rows that came with their own numbers, and how many there
// are, which its autovacuum does within minutes.
func (c *Crowd) Counted() {
	c.TB.Helper()
	if !c.Post() {
		return
	}
	for _, table := range []string{"integration", "page", "page_responder", "notice", "page_event", "inbox", "check_in", "identity"} {
		c.Run("SELECT setval(pg_get_serial_sequence('" + table + "', 'id'), (SELECT COALESCE(MAX(id), 0) + 1 FROM " + table + "))")
	}
	c.Run("VACUUM ANALYZE")
}

// Copy gives every other team what was measured of the first.
func (c *Crowd) Copy() {
	c.TB.Helper()
	for table, columns := range map[string]string{
		"burden_state": "since_day, version, until_at, config", "burden_team_week": "config, week, level1, on_call, engaged, interruptions, wakeups, off_hours, nights, incidents, quiet, measure",
	} {
		c.Run(fmt.Sprintf("INSERT INTO %s (team_id, %s) SELECT t.id, %s FROM %s w JOIN team t ON t.id > 1 WHERE w.team_id = 1", table, columns, "w."+joinColumns(columns), table))
	}
	for table, columns := range map[string]string{
		"burden_day": "config, day, tally, open", "burden_person_week": "config, week, tally", "burden_duty": "level, start_at, end_at",
	} {
		c.Run(fmt.Sprintf("INSERT INTO %s (team_id, person_id, %s) SELECT t.id, w.person_id + (t.id - 1) * %d, %s FROM %s w JOIN team t ON t.id > 1 WHERE w.team_id = 1", table, columns, c.Crew, "w."+joinColumns(columns), table))
	}
	c.Run(fmt.Sprintf("INSERT INTO burden_clock (person_id, from_at, zone, works, sleeps) SELECT w.person_id + (t.id - 1) * %d, w.from_at, w.zone, w.works, w.sleeps FROM burden_clock w JOIN team t ON t.id > 1", c.Crew))
}

func joinColumns(columns string) string {
	out := ""
	for _, c := range columns {
		out += string(c)
		if c == ' ' {
			out += "w."
		}
	}
	return out
}
