package healthdb

import (
	"context"
	"encoding/json"
	"time"

	"watchbill/health"
	"watchbill/migrations/column"
	"watchbill/schedule"
)

type pageRow struct {
	ID            int64 `gorm:"primaryKey"`
	IntegrationID int64
	TeamID        int64
	PageKey       string
	Number        int
	OpenedBy      string
	State         string
	Urgency       string
	Service       string
	TriggeredAt   column.Moment
	FirstAckAt    column.Moment
	ResolvedAt    column.Moment
	LastEventAt   column.Moment
	Counts        bool
	Uncovered     bool
	Severity      string
	Title         string
	Folded        string
}

func (pageRow) TableName() string { return "page" }

func pageOf(p *health.PageRecord) (pageRow, error) {
	folded, err := text(p.Page)
	return pageRow{
		ID: int64(p.ID), IntegrationID: int64(p.Integration), TeamID: int64(p.Team), PageKey: p.Key, Number: p.Number, OpenedBy: p.OpenedBy,
		State: string(p.State), Urgency: string(p.Urgency), Service: p.Service, TriggeredAt: column.Exactly(p.TriggeredAt), FirstAckAt: column.Exactly(p.FirstAckAt),
		ResolvedAt: column.Exactly(p.ResolvedAt), LastEventAt: column.Exactly(p.LastEventAt), Counts: p.CountsAsPage, Uncovered: p.Uncovered,
		Severity: storable(p.Severity), Title: storable(p.Title), Folded: folded,
	}, err
}

func (r *pageRow) value() (health.PageRecord, error) {
	p := health.PageRecord{ID: schedule.ID(r.ID), Integration: schedule.ID(r.IntegrationID), Team: schedule.ID(r.TeamID), Uncovered: r.Uncovered}
	return p, json.Unmarshal([]byte(r.Folded), &p.Page)
}

type attendanceRow struct {
	ID            int64 `gorm:"primaryKey"`
	PageID        int64
	TeamID        int64
	IdentityID    *int64
	PersonID      *int64
	NotifiedAt    column.Moment
	Basis         string
	Channel       string
	AckedAt       column.Moment
	ReleasedAt    column.Moment
	ResolvedAt    column.Moment
	Responding    int64
	Interruptions int
}

func (attendanceRow) TableName() string { return "page_responder" }

func (r *attendanceRow) value() health.Attendance {
	return health.Attendance{
		Contact: id(r.IdentityID), Person: id(r.PersonID), NotifiedAt: r.NotifiedAt.Time, Basis: health.NoticeBasis(r.Basis), Channel: r.Channel,
		AckedAt: r.AckedAt.Time, ReleasedAt: r.ReleasedAt.Time, ResolvedAt: r.ResolvedAt.Time,
		Responding: time.Duration(r.Responding) * time.Microsecond, Interruptions: r.Interruptions,
	}
}

// KeptPages returns the pages of a key by their number.
func (s *Store) KeptPages(ctx context.Context, name health.PageName) ([]health.KeptPage, error) {
	q := s.from(ctx).Select("id", "opened_by", "folded").Where("integration_id = ? AND page_key = ?", name.Integration, name.Key).Order("number, id")
	return values(q, func(r *pageRow) (health.KeptPage, error) {
		return health.KeptPage{ID: schedule.ID(r.ID), OpenedBy: r.OpenedBy, Folded: r.Folded}, nil
	}, "pages")
}

// SavePage adds a page or replaces one, with its people.
func (s *Store) SavePage(ctx context.Context, p *health.PageRecord) error {
	row, err := pageOf(p)
	if err != nil {
		return err
	}
	if p.ID == 0 {
		if err := s.to(ctx).Create(&row).Error; err != nil {
			return translate(err, "page %q", p.Key)
		}
		p.ID = schedule.ID(row.ID)
	} else {
		if err := s.markPage(ctx, row.ID); err != nil { // as it was
			return err
		}
		q := s.to(ctx).Model(&pageRow{}).Where("id = ?", p.ID).Select("*").Omit("id").Updates(&row)
		if err := affected(q); err != nil {
			return translate(err, "page %d", p.ID)
		}
		if err := s.removePeople(ctx, p.ID); err != nil {
			return err
		}
	}
	if err := s.addPeople(ctx, p); err != nil {
		return err
	}
	return s.markPage(ctx, row.ID) // as it is
}

// addPeople adds who had to do with a page, and each notification of them.
func (s *Store) addPeople(ctx context.Context, p *health.PageRecord) error {
	rows := make([]attendanceRow, 0, len(p.People))
	for i := range p.People {
		a := &p.People[i]
		rows = append(rows, attendanceRow{
			PageID: int64(p.ID), TeamID: int64(p.Team), IdentityID: ref(a.Contact), PersonID: ref(a.Person), NotifiedAt: column.Exactly(a.NotifiedAt),
			Basis: string(a.Basis), Channel: a.Channel, AckedAt: column.Exactly(a.AckedAt), ReleasedAt: column.Exactly(a.ReleasedAt), ResolvedAt: column.Exactly(a.ResolvedAt),
			Responding: a.Responding.Microseconds(), Interruptions: a.Interruptions,
		})
	}
	if len(rows) > 0 {
		if err := s.to(ctx).Create(&rows).Error; err != nil {
			return translate(err, "people of page %d", p.ID)
		}
	}
	return s.addNotices(ctx, p)
}

// removePeople removes who had to do with a page.
func (s *Store) removePeople(ctx context.Context, id schedule.ID) error {
	err := s.to(ctx).Where("page_id = ?", id).Delete(&noticeRow{}).Error
	if err == nil {
		err = s.to(ctx).Where("page_id = ?", id).Delete(&attendanceRow{}).Error
	}
	return translate(err, "people of page %d", id)
}

// RemovePage removes a page that its events tell of no more.
func (s *Store) RemovePage(ctx context.Context, id schedule.ID) error {
	if err := s.markPage(ctx, int64(id)); err != nil {
		return err
	}
	if err := s.removePeople(ctx, id); err != nil {
		return err
	}
	return translate(affected(s.to(ctx).Where("id = ?", id).Delete(&pageRow{})), "page %d", id)
}
