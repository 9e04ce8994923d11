package scheduledb

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"watchbill/schedule"
)

// Rows that pages and feeds read by the hundred come packed, all in one text: a driver
// takes longer to hand over a row of ten columns than a database to find it. Numbers
// stand first and have a space behind them; the last of them are the lengths, in
// letters, of the texts that follow.
const (
	packedShift = `concat_ws(' ', id, plan_id, COALESCE(person_id, 0), start_at, end_at, points, since, COALESCE(until, -1), team_id,
	LENGTH(rotation), LENGTH(slot), rotation || slot)`
	packedPerson = `concat_ws(' ', id, created_at, COALESCE(deactivated_at, -1), LENGTH(name), LENGTH(COALESCE(email, '')), LENGTH(zone),
	LENGTH(works), LENGTH(sleeps), LENGTH(holidays), name || COALESCE(email, '') || zone || works || sleeps || holidays)`
)

// An unpacker reads what a query has packed.
type unpacker struct {
	rest string
	err  error
}

// number reads digits up to a space, as a database writes them. There are thousands to
// read for a feed, which is why no library does.
func (u *unpacker) number() int64 {
	text, sign, n, i := u.rest, int64(1), int64(0), 0
	if strings.HasPrefix(text, "-") {
		sign, i = -1, 1
	}
	first := i
	for ; i < len(text) && '0' <= text[i] && text[i] <= '9'; i++ {
		n = 10*n + int64(text[i]-'0')
	}
	if good := first < i && i <= first+18 && i < len(text) && text[i] == ' '; !good {
		if u.err == nil {
			u.err = fmt.Errorf("packed %.100q does not begin with a number", text)
		}
		return 0
	}
	u.rest = text[i+1:]
	return sign * n
}

func (u *unpacker) at() time.Time { return time.Unix(u.number(), 0).UTC() }

// maybe is an instant, unless it is -1.
func (u *unpacker) maybe() (t time.Time) {
	if n := u.number(); n >= 0 {
		t = time.Unix(n, 0).UTC()
	}
	return t
}

func (u *unpacker) text(letters int64) string {
	end := 0
	for range letters {
		_, size := utf8.DecodeRuneInString(u.rest[end:])
		end += size
	}
	text := u.rest[:end]
	u.rest = u.rest[end:]
	return text
}

// packed runs a query that returns one packed text.
func (s *Store) packed(ctx context.Context, query string, args ...any) (unpacker, error) {
	var text sql.NullString
	err := s.from(ctx).Raw(query, args...).Row().Scan(&text)
	return unpacker{rest: text.String}, err
}

// shifts runs a query that packs shifts behind their number, and returns them by start. Most come so from
// an index: to sort them again here takes less than to have them sorted there.
func (s *Store) shifts(ctx context.Context, query string, args ...any) ([]schedule.Published, error) {
	u, err := s.packed(ctx, query, args...)
	if err != nil {
		return nil, translate(err, "shifts")
	}
	all := make([]schedule.Published, u.number())
	for i := range all {
		p := &all[i]
		p.ID, p.Plan, p.Person, p.Start, p.End, p.Points = schedule.ID(u.number()), schedule.ID(u.number()), schedule.ID(u.number()), u.at(), u.at(), u.number()
		p.Since, p.Until, p.Team = u.at(), u.maybe(), schedule.ID(u.number())
		rotation, slot := u.number(), u.number()
		p.Rotation, p.Slot = schedule.RotationID(u.text(rotation)), schedule.SlotID(u.text(slot))
	}
	slices.SortFunc(all, func(a, b schedule.Published) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID)) })
	return all, translate(u.err, "shifts")
}

// people runs a query that packs people.
func (s *Store) people(ctx context.Context, query string, args ...any) ([]schedule.Profile, error) {
	u, err := s.packed(ctx, query, args...)
	if err != nil {
		return nil, translate(err, "people")
	}
	all := make([]schedule.Profile, 0, len(u.rest)/80)
	for u.rest != "" && u.err == nil {
		p := schedule.Profile{ID: schedule.ID(u.number()), CreatedAt: u.at(), DeactivatedAt: u.maybe()}
		var lengths [6]int64
		for i := range lengths {
			lengths[i] = u.number()
		}
		for i, field := range [...]*string{&p.Name, &p.Email, &p.Zone, &p.Works, &p.Sleeps, &p.Holidays} {
			*field = u.text(lengths[i])
		}
		all = append(all, p)
	}
	return all, translate(u.err, "people")
}
