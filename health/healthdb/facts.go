package healthdb

import (
	"context"
	"errors"
	"slices"
	"time"

	"watchbill/health"
	"watchbill/migrations/rows"
	"watchbill/schedule"
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

// Facts are packed by the database, each kind behind its number, and read at once. Pages
// are those of a team that began in a stretch of time, or before it and reach into it.
// (SQLite's concat_ws leaves out what is empty, so the texts stand outside.)
const (
	packedPages = `SELECT COUNT(*) || ' ' || COALESCE(string_agg(concat_ws(' ', id, CASE WHEN counts THEN 1 ELSE 0 END, CASE WHEN uncovered THEN 1 ELSE 0 END,
		triggered_at, COALESCE(first_ack_at, -1), COALESCE(resolved_at, -1), LENGTH(service), LENGTH(severity), LENGTH(title)) || ' ' || service || severity || title,
		'' ORDER BY triggered_at, id), '') FROM page p WHERE `
	packedNotices = `SELECT COUNT(*) || ' ' || COALESCE(string_agg(concat_ws(' ', id, page_id, COALESCE(person_id, 0), at, CASE WHEN rings THEN 1 ELSE 0 END) || ' ',
		'' ORDER BY at, id), '') FROM notice WHERE `
	packedWork = `SELECT COUNT(*) || ' ' || COALESCE(string_agg(concat_ws(' ', r.page_id, r.person_id, r.acked_at, COALESCE(r.released_at, -1), COALESCE(r.resolved_at, -1),
		r.responding) || ' ', '' ORDER BY r.id), '') FROM page p JOIN page_responder r ON r.page_id = p.id
		WHERE p.counts AND r.acked_at IS NOT NULL AND r.person_id IS NOT NULL AND `
	packedWords = `SELECT COUNT(*) || ' ' || COALESCE(string_agg(concat_ws(' ', p.id, c.person_id, c.actionable, COALESCE(c.on_it_at, -1)) || ' ', '' ORDER BY c.id), '')
		FROM check_in c JOIN page p ON p.integration_id = c.integration_id AND p.page_key = c.page_key AND p.opened_by = c.opened_by
		WHERE p.counts AND c.team_id = @team AND c.at >= @open AND c.at < @to`

	around = `p.team_id = @team AND p.triggered_at >= @open AND p.triggered_at < @to
		AND (p.resolved_at IS NULL OR p.resolved_at >= @from OR p.triggered_at >= @from)`
	packedFacts = `SELECT (` + packedPages + around + `), (` + packedNotices + `team_id = @team AND at >= @from AND at < @to), (` + packedWork + around + `), (` + packedWords + `)`
)

func readPages(u *rows.Packed) ([]factPage, error) {
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
	var told, rang, worked, said rows.Packed
	err := rows.PackAll(s.from(ctx).Raw(packedFacts, map[string]any{
		"team": int64(team), "open": micros(from.Add(-health.LongestOpen)), "from": micros(from), "to": micros(to),
	}), &told, &rang, &worked, &said)
	if err != nil {
		return health.Facts{}, translate(err, "facts of team %d", team)
	}
	pages, err := readPages(&told)
	if err != nil {
		return health.Facts{}, translate(err, "facts of team %d", team)
	}
	f := &factSet{from: from, at: make(map[int64]int, len(pages))}
	f.Titles, f.Incidents = make(map[schedule.ID]string, len(pages)), make([]health.Incident, 0, len(pages))
	var before []int64 // whose first notice may lie further back
	for i := range pages {
		f.add(&pages[i])
		if pages[i].counts && pages[i].triggeredAt.Before(from) {
			before = append(before, pages[i].id)
		}
	}
	missing, err := f.notices(&rang)
	if err == nil {
		err = s.addOlder(ctx, f, micros(from), before, missing)
	}
	if err == nil {
		err = errors.Join(f.work(&worked), f.said(&said))
	}
	return f.Facts, translate(err, "facts of team %d", team)
}

// said takes in what people said of pages that rang for them: whether there was
// something to do, and when the first of them was on it.
func (s *factSet) said(u *rows.Packed) error {
	type key struct{ page, person schedule.ID }
	type word struct {
		verdict health.Verdict
		onIt    time.Time
	}
	words := map[key]word{}
	for range u.Number() {
		k := key{schedule.ID(u.Number()), schedule.ID(u.Number())}
		words[k] = word{health.Verdict(u.Number()), moment(u.Number())}
	}
	if len(words) == 0 {
		return u.Err()
	}
	for i := range s.Notices {
		n := &s.Notices[i]
		w := words[key{n.Incident, n.Person}]
		if n.Undelivered {
			continue
		}
		n.Verdict = w.verdict
		at, known := s.at[int64(n.Incident)]
		if !known || w.onIt.IsZero() {
			continue
		}
		if in := &s.Incidents[at]; in.CheckInAt.IsZero() || w.onIt.Before(in.CheckInAt) {
			in.CheckInAt = w.onIt
		}
	}
	return u.Err()
}

// mostOlder bounds how many pages are looked up one by one.
const mostOlder = 500

// addOlder adds what lies before a stretch of time of pages that reach into it.
func (s *Store) addOlder(ctx context.Context, f *factSet, from int64, before, missing []int64) error {
	missing = missing[:min(len(missing), mostOlder)]
	if len(missing) > 0 {
		told, err := rows.Pack(s.from(ctx).Raw(packedPages+"p.id IN ?", missing))
		if err != nil {
			return err
		}
		pages, err := readPages(&told)
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
	rang, err := rows.Pack(s.from(ctx).Raw(packedNotices+"page_id IN ? AND at < ?", before[:min(len(before), mostOlder)], from))
	if err == nil {
		_, err = f.notices(&rang)
	}
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

// notices takes in notifications, and returns the pages of those that it does not know.
func (s *factSet) notices(u *rows.Packed) (missing []int64, err error) {
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
func (s *factSet) work(u *rows.Packed) error {
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
