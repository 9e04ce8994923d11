package healthdb

import (
	"context"
	"time"

	"watchbill/health"
	"watchbill/migrations/column"
	"watchbill/schedule"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// OldTeams returns teams that have pages of which nothing was told for long, but for those
// whose past comes in or has lately.
func (s *Store) OldTeams(ctx context.Context, before, fresh time.Time) ([]schedule.ID, error) {
	var ids []schedule.ID
	err := s.from(ctx).Raw(`SELECT id FROM team t WHERE EXISTS (SELECT 1 FROM page p WHERE p.team_id = t.id AND p.triggered_at < ? AND p.last_event_at < ?)
		AND NOT EXISTS (SELECT 1 FROM integration i JOIN pull p ON p.integration_id = i.id WHERE i.team_id = t.id AND p.from_at < ? AND (p.state = 'waits' OR p.asked_at >= ?))
		AND NOT EXISTS (SELECT 1 FROM past_table p WHERE p.team_id = t.id AND p.from_at < ? AND p.committed_at >= ? AND p.state <> 'undone') ORDER BY id`,
		micros(before), micros(before), before.Unix(), fresh.Unix(), before.Unix(), fresh.Unix()).Scan(&ids).Error
	return ids, translate(err, "old pages")
}

// Counted says whether some of the old pages of a team may have counted.
func (s *Store) Counted(ctx context.Context, team schedule.ID, before time.Time) (some bool, err error) {
	err = s.from(ctx).Raw("SELECT EXISTS (SELECT 1 FROM page WHERE team_id = ? AND triggered_at < ? AND last_event_at < ? AND (counts OR folded NOT LIKE ?))",
		team, micros(before), micros(before), `%"`+string(health.FlagTooOld)+`"%`).Scan(&some).Error
	return some, translate(err, "old pages of team %d", team)
}

// OldKeys returns keys of some of them.
func (s *Store) OldKeys(ctx context.Context, team schedule.ID, before time.Time, most int) ([]health.PageName, error) {
	var rows []struct {
		IntegrationID schedule.ID
		PageKey       string
	}
	err := s.from(ctx).Raw(`SELECT DISTINCT integration_id, page_key FROM (SELECT integration_id, page_key FROM page
		WHERE team_id = ? AND triggered_at < ? AND last_event_at < ? ORDER BY triggered_at LIMIT ?) old ORDER BY integration_id, page_key`,
		team, micros(before), micros(before), most).Scan(&rows).Error
	names := make([]health.PageName, 0, len(rows))
	for _, r := range rows {
		names = append(names, health.PageName{Integration: r.IntegrationID, Key: r.PageKey})
	}
	return names, translate(err, "old pages of team %d", team)
}

// PagesOfKeys returns all pages of keys.
func (s *Store) PagesOfKeys(ctx context.Context, integration schedule.ID, keys []string) (map[string][]health.KeptPage, error) {
	var rows []pageRow
	err := s.from(ctx).Select("id", "page_key", "opened_by", "folded").Where("integration_id = ? AND page_key IN ?", integration, keys).Order("page_key, number, id").Find(&rows).Error
	out := make(map[string][]health.KeptPage, len(keys))
	for i := range rows {
		r := &rows[i]
		out[r.PageKey] = append(out[r.PageKey], health.KeptPage{ID: schedule.ID(r.ID), OpenedBy: r.OpenedBy, Folded: r.Folded})
	}
	return out, translate(err, "pages of integration %d", integration)
}

// removed adds what a statement removed to a number.
func removed(q *gorm.DB, n *int) error {
	*n += int(q.RowsAffected)
	return q.Error
}

// each runs statements, and stops at the first that fails.
func each(statements ...func() error) error {
	for _, run := range statements {
		if err := run(); err != nil {
			return err
		}
	}
	return nil
}

// RemoveKeys removes all that was told and said of keys.
func (s *Store) RemoveKeys(ctx context.Context, integration schedule.ID, keys []string) (events, said int, err error) {
	of := func() *gorm.DB { return s.to(ctx).Where("integration_id = ? AND page_key IN ?", integration, keys) }
	err = each(
		func() error { return removed(of().Delete(&eventRow{}), &events) },
		func() error { return of().Delete(&pastRow{}).Error },
		func() error { return removed(of().Delete(&checkInRow{}), &said) },
		func() error { return of().Delete(&checkInLinkRow{}).Error },
	)
	return events, said, translate(err, "pages of integration %d", integration)
}

// DropPages removes pages with their people, and marks nothing: their weeks are measured.
func (s *Store) DropPages(ctx context.Context, ids []schedule.ID) error {
	if len(ids) == 0 {
		return nil
	}
	of := func() *gorm.DB { return s.to(ctx).Where("page_id IN ?", ids) }
	err := each(
		// As they are changed when somebody says who a contact is.
		func() error { return of().Delete(&attendanceRow{}).Error },
		func() error { return of().Delete(&noticeRow{}).Error },
		func() error { return s.to(ctx).Where("id IN ?", ids).Delete(&pageRow{}).Error },
	)
	return translate(err, "old pages")
}

// RemoveSayings removes what was said of pages of a key, by what they began with.
func (s *Store) RemoveSayings(ctx context.Context, name health.PageName, openings []string) (n int, err error) {
	of := func() *gorm.DB {
		return s.to(ctx).Where("integration_id = ? AND page_key = ? AND opened_by IN ?", name.Integration, name.Key, openings)
	}
	err = each(
		func() error { return removed(of().Delete(&checkInRow{}), &n) },
		func() error { return of().Delete(&checkInLinkRow{}).Error },
	)
	return n, translate(err, "what was said of pages %q", name.Key)
}

// RewriteEvents writes events anew.
func (s *Store) RewriteEvents(ctx context.Context, integration schedule.ID, events []health.Event) error {
	for i := range events {
		data, err := text(eventText(events[i]))
		if err != nil {
			return err
		}
		err = s.to(ctx).Model(&eventRow{}).Where("integration_id = ? AND event_key = ?", integration, events[i].Key).Update("event", data).Error
		if err != nil {
			return translate(err, "event %q of integration %d", events[i].Key, integration)
		}
	}
	return nil
}

// Renumber writes the number of a page.
func (s *Store) Renumber(ctx context.Context, id schedule.ID, p *health.Page) error {
	folded, err := text(p)
	if err != nil {
		return err
	}
	err = affected(s.to(ctx).Model(&pageRow{}).Where("id = ?", id).Updates(map[string]any{"number": p.Number, "folded": folded}))
	return translate(err, "page %d", id)
}

// loose says that an event is about no page; an index has just those.
const loose = "(page_key = '' OR kind IN ('oncall_shift', 'identity', 'alert_created', 'alert_resolved', 'incident_declared', 'incident_status', 'ping', 'alert_log'))"

// RemoveLoose removes events that are about no page and did not come lately, and what was
// said of pages that are gone.
func (s *Store) RemoveLoose(ctx context.Context, before, fresh time.Time, most int) (events, said int, err error) {
	gone := func(of string) string {
		return "NOT EXISTS (SELECT 1 FROM page p WHERE p.integration_id = " + of + ".integration_id AND p.page_key = " + of + ".page_key AND p.opened_by = " + of + ".opened_by)"
	}
	at := micros(before)
	err = each(
		func() error {
			return removed(s.to(ctx).Exec("DELETE FROM page_event WHERE id IN (SELECT id FROM page_event WHERE "+loose+" AND occurred_at < ? AND received_at < ? ORDER BY occurred_at LIMIT ?)", at, micros(fresh), most), &events)
		},
		func() error {
			return removed(s.to(ctx).Exec("DELETE FROM check_in WHERE id IN (SELECT id FROM check_in c WHERE c.team_id IN (SELECT id FROM team) AND c.at < ? AND "+gone("c")+" LIMIT ?)", at, most), &said)
		},
		func() error {
			var links int
			return removed(s.to(ctx).Exec("DELETE FROM check_in_link WHERE id IN (SELECT id FROM check_in_link l WHERE l.created_at < ? AND "+gone("l")+" LIMIT ?)", at, most), &links)
		},
	)
	return events, said, translate(err, "old events")
}

// RemoveDays removes what was measured of days of a team.
func (s *Store) RemoveDays(ctx context.Context, team schedule.ID, before schedule.Date, most int) (n int, err error) {
	const old = "(team_id, config, person_id, day) IN (SELECT team_id, config, person_id, day FROM burden_day WHERE team_id = ? AND day < ? LIMIT ?)"
	err = removed(s.to(ctx).Where(old, team, before.String(), most).Delete(&dayRow{}), &n)
	return n, translate(err, "days of team %d", team)
}

type removalRow struct {
	Day     string
	Kind    string
	N       int
	OlderAt column.Instant
}

func (removalRow) TableName() string { return "removal" }

func (r *removalRow) value() (health.Removal, error) {
	day, err := schedule.ParseDate(r.Day)
	return health.Removal{Day: day, Kind: r.Kind, N: r.N, Older: r.OlderAt.Time}, err
}

// AddRemovals adds to what was removed on a day.
func (s *Store) AddRemovals(ctx context.Context, all []health.Removal) error {
	for i := range all {
		r := &all[i]
		if r.N == 0 {
			continue
		}
		row := removalRow{Day: r.Day.String(), Kind: r.Kind, N: r.N, OlderAt: column.At(r.Older)}
		err := s.to(ctx).Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "day"}, {Name: "kind"}},
			DoUpdates: clause.Assignments(map[string]any{"n": gorm.Expr("removal.n + excluded.n"), "older_at": gorm.Expr("excluded.older_at")}),
		}).Create(&row).Error
		if err != nil {
			return translate(err, "removals")
		}
	}
	return nil
}

// Removals returns what was removed since a day.
func (s *Store) Removals(ctx context.Context, since schedule.Date) ([]health.Removal, error) {
	return values(s.from(ctx).Where("day >= ?", since.String()).Order("day DESC, kind"), (*removalRow).value, "removals")
}

// RemovalSums returns how much of each kind was ever removed.
func (s *Store) RemovalSums(ctx context.Context) (map[string]health.Removal, error) {
	all, err := values(s.from(ctx).Select("kind, SUM(n) AS n, MAX(day) AS day, MAX(older_at) AS older_at").Group("kind"), (*removalRow).value, "removals")
	sums := make(map[string]health.Removal, len(all))
	for _, r := range all {
		sums[r.Kind] = r
	}
	return sums, err
}
