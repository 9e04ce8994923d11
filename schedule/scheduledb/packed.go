package scheduledb

import (
	"cmp"
	"context"
	"slices"

	"watchbill/migrations/rows"
	"watchbill/schedule"
)

// Rows that pages and feeds read by the hundred come packed. Numbers stand first; the
// last of them are the lengths of the texts that follow.
const (
	packedShift = `concat_ws(' ', id, plan_id, COALESCE(person_id, 0), start_at, end_at, points, since, COALESCE(until, -1), team_id,
	LENGTH(rotation), LENGTH(slot), rotation || slot)`
	packedPerson = `concat_ws(' ', id, created_at, COALESCE(deactivated_at, -1), LENGTH(name), LENGTH(COALESCE(email, '')), LENGTH(zone),
	LENGTH(works), LENGTH(sleeps), LENGTH(holidays), LENGTH(language), name || COALESCE(email, '') || zone || works || sleeps || holidays || language)`
)

// packed runs a query that returns one packed text.
func (s *Store) packed(ctx context.Context, query string, args ...any) (rows.Packed, error) {
	return rows.Pack(s.from(ctx).Raw(query, args...))
}

// shifts runs a query that packs shifts behind their number, and returns them by start. Most come so from
// an index: to sort them again here takes less than to have them sorted there.
func (s *Store) shifts(ctx context.Context, query string, args ...any) ([]schedule.Published, error) {
	u, err := s.packed(ctx, query, args...)
	if err != nil {
		return nil, translate(err, "shifts")
	}
	all := make([]schedule.Published, u.Number())
	for i := range all {
		p := &all[i]
		p.ID, p.Plan, p.Person, p.Start, p.End, p.Points = schedule.ID(u.Number()), schedule.ID(u.Number()), schedule.ID(u.Number()), u.At(), u.At(), u.Number()
		p.Since, p.Until, p.Team = u.At(), u.Maybe(), schedule.ID(u.Number())
		rotation, slot := u.Number(), u.Number()
		p.Rotation, p.Slot = schedule.RotationID(u.Text(rotation)), schedule.SlotID(u.Text(slot))
	}
	slices.SortFunc(all, func(a, b schedule.Published) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID)) })
	return all, translate(u.Err(), "shifts")
}

// people runs a query that packs people.
func (s *Store) people(ctx context.Context, query string, args ...any) ([]schedule.Profile, error) {
	u, err := s.packed(ctx, query, args...)
	if err != nil {
		return nil, translate(err, "people")
	}
	all := make([]schedule.Profile, 0, u.Len()/80)
	for u.More() {
		p := schedule.Profile{ID: schedule.ID(u.Number()), CreatedAt: u.At(), DeactivatedAt: u.Maybe()}
		var lengths [7]int64
		for i := range lengths {
			lengths[i] = u.Number()
		}
		for i, field := range [...]*string{&p.Name, &p.Email, &p.Zone, &p.Works, &p.Sleeps, &p.Holidays, &p.Language} {
			*field = u.Text(lengths[i])
		}
		all = append(all, p)
	}
	return all, translate(u.Err(), "people")
}
