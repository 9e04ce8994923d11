package healthdb

import (
	"context"
	"errors"
	"slices"
	"time"

	"watchbill/health"
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
	ID          int64
	Service     string
	Severity    string
	Title       string
	Counts      bool
	Uncovered   bool
	TriggeredAt int64
	FirstAckAt  *int64
	ResolvedAt  *int64
}

const factColumns = "id, service, severity, title, counts, uncovered, triggered_at, first_ack_at, resolved_at"

func readPages(q *gorm.DB) (pages []factPage, err error) {
	rows, err := q.Rows()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var p factPage
		if err := rows.Scan(&p.ID, &p.Service, &p.Severity, &p.Title, &p.Counts, &p.Uncovered, &p.TriggeredAt, &p.FirstAckAt, &p.ResolvedAt); err != nil {
			return nil, err
		}
		pages = append(pages, p)
	}
	return pages, rows.Err()
}

// A factSet is facts as they are read.
type factSet struct {
	health.Facts
	from int64
	at   map[int64]int // where an incident is, by the number of its page
}

// Facts returns what was told of pages between two instants. It passes gorm's models by:
// a late page reads a whole week of its team.
func (s *Store) Facts(ctx context.Context, team schedule.ID, from, to time.Time) (health.Facts, error) {
	a, b, open := micros(from), micros(to), micros(from.Add(-health.LongestOpen))
	pages, err := readPages(s.from(ctx).Raw("SELECT "+factColumns+` FROM page WHERE team_id = ? AND triggered_at >= ? AND triggered_at < ? AND (resolved_at IS NULL OR resolved_at >= ? OR triggered_at >= ?)
		ORDER BY triggered_at, id`, team, open, b, a, a))
	if err != nil {
		return health.Facts{}, translate(err, "pages")
	}
	f := &factSet{Facts: health.Facts{Titles: make(map[schedule.ID]string, len(pages))}, from: a, at: make(map[int64]int, len(pages))}
	var before []int64 // whose first notice may lie further back
	for i := range pages {
		f.add(&pages[i])
		if pages[i].Counts && pages[i].TriggeredAt < a {
			before = append(before, pages[i].ID)
		}
	}
	missing, err := f.notices(s.from(ctx).Raw(noticeColumns+"team_id = ? AND at >= ? AND at < ? ORDER BY at, id", team, a, b))
	if err == nil {
		err = s.addOlder(ctx, f, a, before, missing)
	}
	if err == nil {
		err = f.work(s.from(ctx).Raw(`SELECT r.page_id, r.person_id, r.acked_at, r.released_at, r.resolved_at, r.responding FROM page p JOIN page_responder r ON r.page_id = p.id
			WHERE p.team_id = ? AND p.triggered_at >= ? AND p.triggered_at < ? AND (p.resolved_at IS NULL OR p.resolved_at >= ? OR p.triggered_at >= ?) AND p.counts AND r.acked_at IS NOT NULL AND r.person_id IS NOT NULL ORDER BY r.id`, team, open, b, a, a))
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
	rows, err := q.Rows()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	type key struct{ page, person schedule.ID }
	type word struct {
		verdict int
		onIt    *int64
	}
	words := map[key]word{}
	for rows.Next() {
		var k key
		var w word
		if err := rows.Scan(&k.page, &k.person, &w.verdict, &w.onIt); err != nil {
			return err
		}
		words[k] = w
	}
	if len(words) == 0 {
		return rows.Err()
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
		if first := maybe(w.onIt); in.CheckInAt.IsZero() || first.Before(in.CheckInAt) {
			in.CheckInAt = first
		}
	}
	return rows.Err()
}

// mostOlder bounds how many pages are looked up one by one.
const mostOlder = 500

// addOlder adds what lies before a stretch of time of pages that reach into it.
func (s *Store) addOlder(ctx context.Context, f *factSet, from int64, before, missing []int64) error {
	missing = missing[:min(len(missing), mostOlder)]
	if len(missing) > 0 {
		pages, err := readPages(s.from(ctx).Raw("SELECT "+factColumns+" FROM page WHERE id IN ? ORDER BY id", missing))
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
	_, err := f.notices(s.from(ctx).Raw(noticeColumns+"page_id IN ? AND at < ? ORDER BY at, id", before[:min(len(before), mostOlder)], from))
	slices.SortStableFunc(f.Notices, func(a, b health.Notification) int { return a.At.Compare(b.At) })
	return err
}

// add takes in a page. What does not count is no incident.
func (s *factSet) add(p *factPage) {
	if p.Uncovered && p.Counts && p.TriggeredAt >= s.from {
		s.Uncovered = append(s.Uncovered, time.UnixMicro(p.TriggeredAt).UTC())
	}
	if _, known := s.at[p.ID]; known || !p.Counts {
		return
	}
	s.at[p.ID] = len(s.Incidents)
	s.Titles[schedule.ID(p.ID)] = p.Title
	s.Incidents = append(s.Incidents, health.Incident{
		ID: schedule.ID(p.ID), Service: p.Service, Severity: p.Severity, TriggeredAt: time.UnixMicro(p.TriggeredAt).UTC(), AckedAt: maybe(p.FirstAckAt), ResolvedAt: maybe(p.ResolvedAt),
	})
}

// maybe returns an instant, or none.
func maybe(micros *int64) time.Time {
	if micros == nil {
		return time.Time{}
	}
	return time.UnixMicro(*micros).UTC()
}

const noticeColumns = "SELECT id, page_id, person_id, at, rings FROM notice WHERE "

// notices takes in notifications, and returns the pages of those that it does not know.
func (s *factSet) notices(q *gorm.DB) (missing []int64, err error) {
	rows, err := q.Rows()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var number, page, at int64
		var person *int64
		var rings bool
		if err := rows.Scan(&number, &page, &person, &at, &rings); err != nil {
			return nil, err
		}
		when := time.UnixMicro(at).UTC()
		switch {
		case person == nil && rings:
			s.Strangers = append(s.Strangers, when)
		case person != nil:
			s.Notices = append(s.Notices, health.Notification{ID: schedule.ID(number), Person: schedule.ID(*person), Incident: schedule.ID(page), At: when, Undelivered: !rings})
		}
		if _, known := s.at[page]; !known && rings {
			missing = append(missing, page)
		}
	}
	return missing, rows.Err()
}

// work takes in who worked on pages, from acknowledging until it was over for them.
func (s *factSet) work(q *gorm.DB) (err error) {
	rows, err := q.Rows()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var page, person, acked, responding int64
		var released, resolved *int64
		if err := rows.Scan(&page, &person, &acked, &released, &resolved, &responding); err != nil {
			return err
		}
		at, known := s.at[page]
		if !known {
			continue
		}
		in := &s.Incidents[at]
		e := health.Engagement{Person: schedule.ID(person), Start: time.UnixMicro(acked).UTC()}
		if responding > 0 && (released != nil || resolved != nil || !in.ResolvedAt.IsZero()) {
			e.End = e.Start.Add(time.Duration(responding) * time.Microsecond)
		} else if released != nil {
			e.End = maybe(released)
		}
		in.Engagements = append(in.Engagements, e)
	}
	return rows.Err()
}
