package healthdb

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"watchbill/health"
	"watchbill/migrations/column"
	"watchbill/schedule"

	"gorm.io/gorm"
)

// Deliveries returns the latest deliveries of an integration, the newest first,
// without their bytes.
func (s *Store) Deliveries(ctx context.Context, integration schedule.ID, state string, before schedule.ID, most int) ([]health.Delivery, error) {
	q := s.from(ctx).Omit("body").Where("integration_id = ?", integration).Order("id DESC").Limit(most)
	switch state {
	case "":
	case health.DeliveryDead: // said in words, because an index holds these two alone
		q = q.Where("state = 'dead'")
	case health.DeliveryDiscarded:
		q = q.Where("state = 'discarded'")
	default:
		q = q.Where("state = ?", state)
	}
	if before != 0 {
		q = q.Where("id < ?", before)
	}
	return values(q, (*deliveryRow).value, "inbox")
}

// Delivery returns one delivery.
func (s *Store) Delivery(ctx context.Context, id schedule.ID) (health.Delivery, error) {
	return one(s.from(ctx).Where("id = ?", id), (*deliveryRow).value, "delivery", id)
}

// Came returns when the latest deliveries came, but for tests of our own, the newest
// first.
func (s *Store) Came(ctx context.Context, integration schedule.ID, most int) ([]time.Time, error) {
	var all []int64
	err := s.from(ctx).Model(&deliveryRow{}).Where("integration_id = ? AND headers NOT LIKE ?", integration, `%"x-watchbill-%`).
		Order("id DESC").Limit(most).Pluck("received_at", &all).Error
	came := make([]time.Time, 0, len(all))
	for _, at := range all {
		came = append(came, time.UnixMicro(at).UTC())
	}
	return came, translate(err, "inbox")
}

// DeadCodes counts dead letters by their code.
func (s *Store) DeadCodes(ctx context.Context, integration schedule.ID) (map[string]int, error) {
	var rows []struct {
		ErrorCode string
		N         int
	}
	err := s.from(ctx).Model(&deliveryRow{}).Select("error_code, COUNT(*) AS n").Where("integration_id = ? AND state = 'dead'", integration).
		Group("error_code").Find(&rows).Error
	codes := make(map[string]int, len(rows))
	for _, r := range rows {
		codes[r.ErrorCode] = r.N
	}
	return codes, translate(err, "dead letters")
}

func (s *Store) dead(ctx context.Context, f health.DeadFilter) *gorm.DB {
	q := s.to(ctx).Model(&deliveryRow{}).Where("integration_id = ? AND state = 'dead'", f.Integration)
	if f.ID != 0 {
		q = q.Where("id = ?", f.ID)
	}
	if f.Code != "" {
		q = q.Where("error_code = ?", f.Code)
	}
	return q
}

// Replay makes dead letters new, and says how many.
func (s *Store) Replay(ctx context.Context, f health.DeadFilter, at time.Time) (int, error) {
	q := s.dead(ctx, f).Where("body IS NOT NULL").Updates(map[string]any{"state": health.DeliveryNew, "attempts": 0, "next_at": column.Exactly(at)})
	return int(q.RowsAffected), translate(q.Error, "dead letters")
}

// Discard ends dead letters, and says how many.
func (s *Store) Discard(ctx context.Context, f health.DeadFilter, reason string, at time.Time) (int, error) {
	q := s.dead(ctx, f).Updates(map[string]any{"state": health.DeliveryDiscarded, "body": nil, "note": reason, "done_at": column.Exactly(at)})
	return int(q.RowsAffected), translate(q.Error, "dead letters")
}

// forgetAtOnce bounds how much is forgotten in one transaction, which keeps others
// from writing on SQLite.
const forgetAtOnce = 500

// ForgetBodies forgets the bytes of what was read and came before an instant, and of
// dead letters before another, which are discarded.
func (s *Store) ForgetBodies(ctx context.Context, read, dead time.Time) error {
	const old = "id IN (SELECT id FROM inbox WHERE state = '%s' AND received_at < ? AND body IS NOT NULL ORDER BY received_at LIMIT ?)"
	for {
		q := s.to(ctx).Model(&deliveryRow{}).Where(fmt.Sprintf(old, health.DeliveryDone), micros(read), forgetAtOnce).Update("body", nil)
		if q.Error != nil {
			return translate(q.Error, "inbox")
		}
		if q.RowsAffected < forgetAtOnce {
			break
		}
	}
	err := s.to(ctx).Model(&deliveryRow{}).Where(fmt.Sprintf(old, health.DeliveryDead), micros(dead), forgetAtOnce).
		Updates(map[string]any{"body": nil, "state": health.DeliveryDiscarded, "note": "nobody looked after it for too long"}).Error
	return translate(err, "dead letters")
}

// ForgetDeliveries removes what was read or discarded and came before an instant. Its
// bytes were forgotten before.
func (s *Store) ForgetDeliveries(ctx context.Context, before time.Time) error {
	const old = "id IN (SELECT id FROM inbox WHERE body IS NULL AND state IN ('done', 'discarded') AND received_at < ? ORDER BY received_at LIMIT ?)"
	for {
		q := s.to(ctx).Where(old, micros(before), forgetAtOnce).Delete(&deliveryRow{})
		if q.Error != nil || q.RowsAffected < forgetAtOnce {
			return translate(q.Error, "inbox")
		}
	}
}

// PagesOf returns pages that fired in [from, to), the newest first, with people.
func (s *Store) PagesOf(ctx context.Context, f health.PageFilter) ([]health.PageRecord, error) {
	of, which := "team_id", f.Team
	if f.Integration != 0 { // whose pages are all its team's
		of, which = "integration_id", f.Integration
	}
	q := s.from(ctx).Where(of+" = ? AND triggered_at >= ? AND triggered_at < ?", which, micros(f.From), micros(f.To)).
		Order("triggered_at DESC, id DESC").Limit(f.Most)
	if f.Open {
		q = q.Where("resolved_at IS NULL AND counts")
	}
	if f.Before != 0 {
		q = q.Where("(triggered_at, id) < (SELECT triggered_at, id FROM page WHERE id = ?)", f.Before)
	}
	pages, err := values(q, (*pageRow).value, "pages")
	if err != nil || len(pages) == 0 {
		return pages, err
	}
	at := map[int64]*health.PageRecord{}
	ids := make([]int64, 0, len(pages))
	for i := range pages {
		at[int64(pages[i].ID)] = &pages[i]
		ids = append(ids, int64(pages[i].ID))
	}
	var rows []attendanceRow
	if err := s.from(ctx).Where("page_id IN ?", ids).Order("id").Find(&rows).Error; err != nil {
		return nil, translate(err, "people of pages")
	}
	for i := range rows {
		p := at[rows[i].PageID]
		p.People = append(p.People, rows[i].value())
	}
	return pages, nil
}

// Page returns one page without its people.
func (s *Store) Page(ctx context.Context, id schedule.ID) (health.PageRecord, error) {
	return one(s.from(ctx).Where("id = ?", id), (*pageRow).value, "page", id)
}

// Hits returns who was interrupted by pages of an integration from an instant on: our
// people, and whom only the pager knows.
func (s *Store) Hits(ctx context.Context, i *health.Integration, from time.Time) ([]health.Hit, error) {
	var rows []struct {
		PersonID, IdentityID *int64
		PageID, At           int64
	}
	err := s.from(ctx).Raw(`SELECT n.person_id, n.identity_id, n.page_id, n.at FROM notice n JOIN page p ON p.id = n.page_id
		WHERE n.team_id = ? AND n.at >= ? AND n.rings AND p.integration_id = ?`, i.Team, micros(from), i.ID).Scan(&rows).Error
	hits := make([]health.Hit, 0, len(rows))
	for _, r := range rows {
		who := fmt.Sprint("person ", id(r.PersonID))
		if r.PersonID == nil {
			who = fmt.Sprint("contact ", id(r.IdentityID))
		}
		hits = append(hits, health.Hit{Responder: who, Page: strconv.FormatInt(r.PageID, 10), At: time.UnixMicro(r.At).UTC()})
	}
	return hits, translate(err, "notices of integration %d", i.ID)
}

// EventsOf returns what a delivery told.
func (s *Store) EventsOf(ctx context.Context, delivery schedule.ID) ([]health.Event, error) {
	return values(s.from(ctx).Where("inbox_id = ?", delivery).Order("occurred_at, id").Limit(200), (*eventRow).value, "events")
}

// Contacts returns whom an integration knows and who had to do with a page, or of whom
// somebody has said who they are: those first who are not known, then by pages.
func (s *Store) Contacts(ctx context.Context, integration schedule.ID) ([]health.Contact, error) {
	q := s.from(ctx).Model(&contactRow{}).Where("integration_id = ? AND (mapped_at IS NOT NULL OR "+paged+")", integration).
		Select("identity.*, (SELECT COUNT(*) FROM page_responder r WHERE r.identity_id = identity.id) AS pages").
		Order("CASE WHEN mapped_at IS NULL THEN 0 ELSE 1 END, pages DESC, id")
	return values(q, (*contactRow).value, "contacts")
}

// Contact returns one of them.
func (s *Store) Contact(ctx context.Context, id schedule.ID) (health.Contact, error) {
	return one(s.from(ctx).Omit("pages").Where("id = ?", id), (*contactRow).value, "contact", id)
}

// paged says that somebody had to do with a page: whoever only is a user of the vendor
// need not be known here.
const paged = "EXISTS (SELECT 1 FROM page_responder r WHERE r.identity_id = identity.id)"

// Unmapped counts those of whom nobody has said who they are.
func (s *Store) Unmapped(ctx context.Context, integration schedule.ID) (int, error) {
	var n int64
	err := s.from(ctx).Model(&contactRow{}).Where("integration_id = ? AND mapped_at IS NULL AND "+paged, integration).Count(&n).Error
	return int(n), translate(err, "contacts")
}

// MapContact says who a contact is, in all pages. The row of the contact is changed
// first: who folds a page with them meanwhile has it locked, and is waited for.
func (s *Store) MapContact(ctx context.Context, id, person, by schedule.ID, at time.Time) error {
	q := s.to(ctx).Model(&contactRow{}).Where("id = ?", id).Updates(map[string]any{"person_id": ref(person), "mapped_at": column.At(at), "mapped_by": ref(by)})
	if err := affected(q); err != nil {
		return translate(err, "contact %d", id)
	}
	if err := s.markContact(ctx, id); err != nil { // of who it was
		return err
	}
	err := s.to(ctx).Model(&attendanceRow{}).Where("identity_id = ?", id).Update("person_id", ref(person)).Error
	if err == nil {
		err = s.to(ctx).Model(&noticeRow{}).Where("identity_id = ?", id).Update("person_id", ref(person)).Error
	}
	if err != nil {
		return translate(err, "pages of contact %d", id)
	}
	return s.markContact(ctx, id) // of who it is
}

type auditRow struct {
	ID      int64 `gorm:"primaryKey"`
	At      column.Instant
	ByID    *int64
	Action  string
	AboutID *int64
	TeamID  *int64
	Detail  string
}

func (auditRow) TableName() string { return "audit" }

// Audit adds an entry to the log that all packages write, and sets its ID.
func (s *Store) Audit(ctx context.Context, e *schedule.AuditEntry) error {
	row := auditRow{At: column.At(e.At), ByID: ref(e.By), Action: e.Action, AboutID: ref(e.About), TeamID: ref(e.Team), Detail: e.Detail}
	err := s.to(ctx).Create(&row).Error
	e.ID = schedule.ID(row.ID)
	return translate(err, "audit")
}
