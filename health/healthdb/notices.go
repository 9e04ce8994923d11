package healthdb

import (
	"context"
	"fmt"

	"watchbill/health"
	"watchbill/migrations/column"
	"watchbill/schedule"
)

type noticeRow struct {
	ID         int64 `gorm:"primaryKey"`
	PageID     int64
	TeamID     int64
	IdentityID *int64
	PersonID   *int64
	At         column.Moment
	Rings      bool
}

func (noticeRow) TableName() string { return "notice" }

// addNotices adds every notification of the people of a page.
func (s *Store) addNotices(ctx context.Context, p *health.PageRecord) error {
	var rows []noticeRow
	for i := range p.People {
		a := &p.People[i]
		for _, n := range a.Notices {
			rows = append(rows, noticeRow{
				PageID: int64(p.ID), TeamID: int64(p.Team), IdentityID: ref(a.Contact), PersonID: ref(a.Person), At: column.Exactly(n.At), Rings: p.Rings(n),
			})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return translate(s.to(ctx).Create(&rows).Error, "notices of page %d", p.ID)
}

// Whatever changes what burden is measured from marks what has to be measured anew, in
// the same transaction and with rows that only it adds: nobody waits for anybody, and
// no mark is lost while another is worked off. A mark spans the notices of somebody and
// their work, eight hours of it at most; nobody's is the team's alone, and lasts for
// [health.LongestOpen] while the page is open.
const markPages = `INSERT INTO burden_mark (team_id, person_id, from_at, to_at)
	SELECT team_id, person_id, MIN(from_at), MAX(to_at) FROM (
		SELECT n.team_id, n.person_id, n.at / 1000000 AS from_at, n.at / 1000000 + 1 AS to_at FROM notice n WHERE n.%[1]s = ?
		UNION ALL
		SELECT r.team_id, r.person_id, r.acked_at / 1000000, r.acked_at / 1000000 + 28800 FROM page_responder r WHERE r.%[1]s = ? AND r.acked_at IS NOT NULL
		%[2]s
	) touched GROUP BY team_id, person_id, from_at / 86400`

const markSpan = `UNION ALL
		SELECT p.team_id, NULL, p.triggered_at / 1000000, COALESCE(p.resolved_at / 1000000 + 1, p.triggered_at / 1000000 + 1209600) FROM page p WHERE p.id = ?`

// markPage marks what a page touches, as its rows are.
func (s *Store) markPage(ctx context.Context, page int64) error {
	err := s.to(ctx).Exec(fmt.Sprintf(markPages, "page_id", markSpan), page, page, page).Error
	return translate(err, "marks of page %d", page)
}

// markContact marks what the pages of a contact touch.
func (s *Store) markContact(ctx context.Context, contact schedule.ID) error {
	err := s.to(ctx).Exec(fmt.Sprintf(markPages, "identity_id", ""), contact, contact).Error
	return translate(err, "marks of contact %d", contact)
}
