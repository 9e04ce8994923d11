package healthdb

import (
	"context"
	"errors"
	"slices"
	"time"

	"watchbill/health"
	"watchbill/migrations/rows"
	"watchbill/schedule"

	"gorm.io/gorm"
)

// FirstNotice returns when the first page of a team fired.
func (s *Store) FirstNotice(ctx context.Context, team schedule.ID) (time.Time, error) {
	var first *int64
	err := s.from(ctx).Raw("SELECT MIN(triggered_at) FROM page WHERE team_id = ?", team).Scan(&first).Error
	if err != nil || first == nil {
		return time.Time{}, translate(err, "pages")
	}
	return time.UnixMicro(*first).UTC(), nil
}

// Paged returns who was ever notified in a team.
func (s *Store) Paged(ctx context.Context, team schedule.ID) ([]schedule.ID, error) {
	var ids []schedule.ID
	err := s.from(ctx).Raw("SELECT DISTINCT person_id FROM notice WHERE team_id = ? AND person_id IS NOT NULL ORDER BY person_id", team).Scan(&ids).Error
	return ids, translate(err, "notices")
}

// A factPage is a page as measuring needs it.
type factPage struct {
	id                               int64
	counts, uncovered                bool
	triggeredAt, ackedAt, resolvedAt time.Time
	service, severity, title         string
}

// packedPages packs pages behind their number, in order. (SQLite's concat_ws leaves out
// what is empty, so the texts stand outside.)
const packedPages = `SELECT COUNT(*) || ' ' || COALESCE(string_agg(concat_ws(' ', id, CASE WHEN counts THEN 1 ELSE 0 END, CASE WHEN uncovered THEN 1 ELSE 0 END,
	triggered_at, COALESCE(first_ack_at, -1), COALESCE(resolved_at, -1), LENGTH(service), LENGTH(severity), LENGTH(title)) || ' ' || service || severity || title,
	'' ORDER BY triggered_at, id), '') FROM page WHERE `

func readPages(q *gorm.DB) ([]factPage, error) {
	u, err := rows.Pack(q)
	if err != nil {
		return nil, err
	}
	pages := make([]factPage, u.Number())
	for i := range pages {
		p := &pages[i]
		p.id, p.counts, p.uncovered = u.Number(), u.Number() == 1, u.Number() == 1
		p.triggeredAt, p.ackedAt, p.resolvedAt = moment(u.Number()), moment(u.Number()), moment(u.Number())
		service, severity, title := u.Number(), u.Number(), u.Number()
		p.service, p.severity, p.title = u.Text(service), u.Text(severity), u.Text(title)
	}
	return pages, u.Err()
}

// moment is an instant in microseconds, unless it is -1.
func moment(micros int64) time.Time {
	if micros < 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// A factSet is facts as they are read.
type factSet struct {
	health.Facts
	from time.Time
	at   map[int64]int // where an incident is, by the number of its page
}

// Facts returns what was told of pages between two instants. It passes gorm's models by:
// a late page reads a whole week of its team.
func (s *Store) Facts(ctx context.Context, team schedule.ID, from, to time.Time) (health.Facts, error) {
	a, b, open := micros(from), micros(to), micros(from.Add(-health.LongestOpen))
	pages, err := readPages(s.from(ctx).Raw(packedPages+`team_id = ? AND triggered_at >= ? AND triggered_at < ? AND (resolved_at IS NULL OR resolved_at >= ? OR triggered_at >= ?)`, team, open, b, a, a))
	if err != nil {
		return health.Facts{}, translate(err, "pages")
	}
	f := &factSet{Facts: health.Facts{Titles: make(map[schedule.ID]string, len(pages))}, from: from, at: make(map[int64]int, len(pages))}
	var before []int64 // whose first notice may lie further back
	for i := range pages {
		f.add(&pages[i])
		if pages[i].counts && pages[i].triggeredAt.Before(from) {
			before = append(before, pages[i].id)
		}
	}
	missing, err := f.notices(s.from(ctx).Raw(packedNotices+"team_id = ? AND at >= ? AND at < ?", team, a, b))
	if err == nil {
		err = s.addOlder(ctx, f, a, before, missing)
	}
	if err == nil {
		err = f.work(s.from(ctx).Raw(`SELECT COUNT(*) || ' ' || COALESCE(string_agg(concat_ws(' ', r.page_id, r.person_id, r.acked_at, COALESCE(r.released_at, -1), COALESCE(r.resolved_at, -1),
			r.responding) || ' ', '' ORDER BY r.id), '') FROM page p JOIN page_responder r ON r.page_id = p.id
			WHERE p.team_id = ? AND p.triggered_at >= ? AND p.triggered_at < ? AND (p.resolved_at IS NULL OR p.resolved_at >= ? OR p.triggered_at >= ?) AND p.counts AND r.acked_at IS NOT NULL AND r.person_id IS NOT NULL`, team, open, b, a, a))
	}
	if err == nil {
		err = f.said(s.from(ctx).Raw(`SELECT p.id, c.person_id, c.actionable, c.on_it_at FROM check_in c
			JOIN page p ON p.integration_id = c.integration_id AND p.page_key = c.page_key AND p.opened_by = c.opened_by
			WHERE c.team_id = ? AND c.at >= ? AND c.at < ? AND p.counts ORDER BY c.id`, team, open, b))
	}
	return f.Facts, translate(err, "facts of team %d", team)
}

// said takes in what people said of pages that rang for them: whether there was
// something to do, and when the first of them was on it.
func (s *factSet) said(q *gorm.DB) (err error) {
	found, err := q.Rows()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, found.Close()) }()
	type key struct{ page, person schedule.ID }
	type word struct {
		verdict int
		onIt    *int64
	}
	words := map[key]word{}
	for found.Next() {
		var k key
		var w word
		if err := found.Scan(&k.page, &k.person, &w.verdict, &w.onIt); err != nil {
			return err
		}
		words[k] = w
	}
	if len(words) == 0 {
		return found.Err()
	}
	for i := range s.Notices {
		n := &s.Notices[i]
		w := words[key{n.Incident, n.Person}]
		if n.Undelivered {
			continue
		}
		n.Verdict = health.Verdict(w.verdict)
		at, known := s.at[int64(n.Incident)]
		if !known || w.onIt == nil {
			continue
		}
		in := &s.Incidents[at]
		if first := time.UnixMicro(*w.onIt).UTC(); in.CheckInAt.IsZero() || first.Before(in.CheckInAt) {
			in.CheckInAt = first
		}
	}
	return found.Err()
}

// mostOlder bounds how many pages are looked up one by one.
const mostOlder = 500

// addOlder adds what lies before a stretch of time of pages that reach into it.
func (s *Store) addOlder(ctx context.Context, f *factSet, from int64, before, missing []int64) error {
	missing = missing[:min(len(missing), mostOlder)]
	if len(missing) > 0 {
		pages, err := readPages(s.from(ctx).Raw(packedPages+"id IN ?", missing))
		if err != nil {
			return err
		}
		for i := range pages {
			f.add(&pages[i])
		}
	}
	before = append(before, missing...)
	if len(before) == 0 {
		return nil
	}
	_, err := f.notices(s.from(ctx).Raw(packedNotices+"page_id IN ? AND at < ?", before[:min(len(before), mostOlder)], from))
	slices.SortStableFunc(f.Notices, func(a, b health.Notification) int { return a.At.Compare(b.At) })
	return err
}

// add takes in a page. What does not count is no incident.
func (s *factSet) add(p *factPage) {
	if p.uncovered && p.counts && !p.triggeredAt.Before(s.from) {
		s.Uncovered = append(s.Uncovered, p.triggeredAt)
	}
	if _, known := s.at[p.id]; known || !p.counts {
		return
	}
	s.at[p.id] = len(s.Incidents)
	s.Titles[schedule.ID(p.id)] = p.title
	s.Incidents = append(s.Incidents, health.Incident{
		ID: schedule.ID(p.id), Service: p.service, Severity: p.severity, TriggeredAt: p.triggeredAt, AckedAt: p.ackedAt, ResolvedAt: p.resolvedAt,
	})
}

// packedNotices packs notifications behind their number, in order.
const packedNotices = `SELECT COUNT(*) || ' ' || COALESCE(string_agg(concat_ws(' ', id, page_id, COALESCE(person_id, 0), at, CASE WHEN rings THEN 1 ELSE 0 END) || ' ',
	'' ORDER BY at, id), '') FROM notice WHERE `

// notices takes in notifications, and returns the pages of those that it does not know.
func (s *factSet) notices(q *gorm.DB) (missing []int64, err error) {
	u, err := rows.Pack(q)
	if err != nil {
		return nil, err
	}
	n := u.Number()
	s.Notices = slices.Grow(s.Notices, int(n))
	for range n {
		number, page, person, when, rings := u.Number(), u.Number(), schedule.ID(u.Number()), moment(u.Number()), u.Number() == 1
		switch {
		case person == 0 && rings:
			s.Strangers = append(s.Strangers, when)
		case person != 0:
			s.Notices = append(s.Notices, health.Notification{ID: schedule.ID(number), Person: person, Incident: schedule.ID(page), At: when, Undelivered: !rings})
		}
		if _, known := s.at[page]; !known && rings {
			missing = append(missing, page)
		}
	}
	return missing, u.Err()
}

// work takes in who worked on pages, from acknowledging until it was over for them.
func (s *factSet) work(q *gorm.DB) error {
	u, err := rows.Pack(q)
	if err != nil {
		return err
	}
	for range u.Number() {
		page, person, began := u.Number(), schedule.ID(u.Number()), moment(u.Number())
		released, resolved, responding := moment(u.Number()), moment(u.Number()), u.Number()
		at, known := s.at[page]
		if !known {
			continue
		}
		in := &s.Incidents[at]
		e := health.Engagement{Person: person, Start: began}
		if responding > 0 && (!released.IsZero() || !resolved.IsZero() || !in.ResolvedAt.IsZero()) {
			e.End = e.Start.Add(time.Duration(responding) * time.Microsecond)
		} else {
			e.End = released
		}
		in.Engagements = append(in.Engagements, e)
	}
	return u.Err()
}
