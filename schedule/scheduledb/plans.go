package scheduledb

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"watchbill/migrations/column"
	"watchbill/schedule"

	"gorm.io/gorm"
)

// packedShifts is a shift in one text, numbers first: a driver takes longer to hand
// over ten columns than SQLite and unpackShift take for all of it, and every page and
// feed reads these.
const packedShifts = `SELECT id || ' ' || plan_id || ' ' || COALESCE(person_id, 0) || ' ' || start_at || ' ' || end_at || ' ' || points || ' ' || since
	|| ' ' || COALESCE(until, -1) || ' ' || LENGTH(rotation) || ' ' || rotation || slot FROM shift
	WHERE team_id = ? AND start_at < ? AND end_at > ? ORDER BY start_at, id`

// Published returns what is, or was, published for slots that meet [from, to).
func (s *Store) Published(ctx context.Context, team schedule.ID, from, to time.Time) ([]schedule.Published, error) {
	rows, err := s.from(ctx).Raw(packedShifts, team, seconds(to), seconds(from)).Rows()
	if err != nil {
		return nil, translate(err, "shifts of team %d", team)
	}
	defer func() { _ = rows.Close() }() // Err has what went wrong
	var all []schedule.Published
	var packed string
	for rows.Next() {
		if err := rows.Scan(&packed); err != nil {
			return nil, translate(err, "shifts of team %d", team)
		}
		p, err := unpackShift(packed)
		if err != nil {
			return nil, fmt.Errorf("shifts of team %d: %w", team, err)
		}
		p.Team = team
		all = append(all, p)
	}
	return all, translate(rows.Err(), "shifts of team %d", team)
}

// unpackShift reads what packedShifts wrote.
func unpackShift(text string) (p schedule.Published, err error) {
	var n [9]int64
	rest := text
	for i := range n {
		number, after, _ := strings.Cut(rest, " ")
		if n[i], err = strconv.ParseInt(number, 10, 64); err != nil {
			return p, fmt.Errorf("shift %q: %w", text, err)
		}
		rest = after
	}
	cut := 0 // the length is in letters
	for range n[8] {
		_, size := utf8.DecodeRuneInString(rest[cut:])
		cut += size
	}
	p = schedule.Published{
		ID: schedule.ID(n[0]), Plan: schedule.ID(n[1]), Person: schedule.ID(n[2]), Start: time.Unix(n[3], 0).UTC(), End: time.Unix(n[4], 0).UTC(),
		Points: n[5], Since: time.Unix(n[6], 0).UTC(), Rotation: schedule.RotationID(rest[:cut]), Slot: schedule.SlotID(rest[cut:]),
	}
	if n[7] >= 0 {
		p.Until = time.Unix(n[7], 0).UTC()
	}
	return p, nil
}

// NextStarts returns when each rotation's first published shift starts that starts
// at an instant or later. Names are read from the index one by one: a list of all
// shifts to come would be long.
func (s *Store) NextStarts(ctx context.Context, team schedule.ID, from time.Time) (map[schedule.RotationID]time.Time, error) {
	rows, err := s.from(ctx).Raw(`WITH RECURSIVE r (name) AS (
			SELECT MIN(rotation) FROM shift WHERE team_id = ? AND until IS NULL
			UNION ALL
			SELECT (SELECT MIN(rotation) FROM shift WHERE team_id = ? AND until IS NULL AND rotation > r.name) FROM r WHERE r.name IS NOT NULL
		) SELECT name, (SELECT MIN(start_at) FROM shift WHERE team_id = ? AND until IS NULL AND rotation = r.name AND start_at >= ?)
		FROM r WHERE name IS NOT NULL`, team, team, team, seconds(from)).Rows()
	if err != nil {
		return nil, translate(err, "rotations of team %d", team)
	}
	defer func() { _ = rows.Close() }() // Err has what went wrong
	starts := map[schedule.RotationID]time.Time{}
	for rows.Next() {
		var name string
		var start sql.NullInt64
		if err := rows.Scan(&name, &start); err != nil {
			return nil, translate(err, "rotations of team %d", team)
		}
		if start.Valid {
			starts[schedule.RotationID(name)] = time.Unix(start.Int64, 0).UTC()
		}
	}
	return starts, translate(rows.Err(), "rotations of team %d", team)
}

// PublishedShift returns one published shift, also one that was replaced.
func (s *Store) PublishedShift(ctx context.Context, id schedule.ID) (schedule.Published, error) {
	return one[shiftRow](s.from(ctx).Where("id = ?", id), "shift", id)
}

// Retire ends what is published for the slots.
func (s *Store) Retire(ctx context.Context, team schedule.ID, slots []schedule.SlotID, at time.Time) error {
	for len(slots) > 0 {
		n := min(len(slots), 500) // SQLite takes only so many values at once
		tx := s.to(ctx).Model(&shiftRow{}).Where("team_id = ? AND until IS NULL AND slot IN ?", team, slots[:n]).
			Update("until", column.At(at))
		if tx.Error != nil {
			return translate(tx.Error, "shifts of team %d", team)
		}
		slots = slots[n:]
	}
	return nil
}

// Publish adds what is published. A slot that has somebody already is
// ErrConflict.
func (s *Store) Publish(ctx context.Context, team schedule.ID, shifts []schedule.Published) error {
	if len(shifts) == 0 {
		return nil
	}
	rows := make([]shiftRow, 0, len(shifts))
	for i := range shifts {
		rows = append(rows, shiftOf(team, &shifts[i]))
	}
	return translate(s.to(ctx).CreateInBatches(rows, 200).Error, "shifts of team %d", team)
}

// TeamsOf returns the teams that somebody is in, or has or had shifts in.
func (s *Store) TeamsOf(ctx context.Context, person schedule.ID) ([]schedule.TeamRecord, error) {
	return values[teamRow](s.from(ctx).Where(`id IN (SELECT team_id FROM shift WHERE person_id = ?
		UNION SELECT team_id FROM override WHERE person_id = ? UNION SELECT team_id FROM membership WHERE person_id = ?)`,
		person, person, person).Order("id"), "teams of a person")
}

// Overrides returns the overrides, also the cancelled ones, that meet [from, to).
func (s *Store) Overrides(ctx context.Context, team schedule.ID, from, to time.Time) ([]schedule.Override, error) {
	// Read by hand like Published, with which it goes.
	rows, err := s.from(ctx).Raw(`SELECT id, rotation, slot, person_id, instead_of, start_at, end_at, kind, reason, broke, created_by, created_at,
		cancelled_by, cancelled_at FROM override WHERE team_id = ? AND start_at < ? AND end_at > ? ORDER BY id`, team, seconds(to), seconds(from)).Rows()
	if err != nil {
		return nil, translate(err, "overrides of team %d", team)
	}
	defer func() { _ = rows.Close() }() // Err has what went wrong
	var all []schedule.Override
	for rows.Next() {
		r := overrideRow{TeamID: int64(team)}
		if err := rows.Scan(&r.ID, &r.Rotation, &r.Slot, &r.PersonID, &r.InsteadOf, &r.StartAt, &r.EndAt, &r.Kind, &r.Reason, &r.Broke, &r.CreatedBy,
			&r.CreatedAt, &r.CancelledBy, &r.CancelledAt); err != nil {
			return nil, translate(err, "overrides of team %d", team)
		}
		all = append(all, r.value())
	}
	return all, translate(rows.Err(), "overrides of team %d", team)
}

// Override returns one override.
func (s *Store) Override(ctx context.Context, id schedule.ID) (schedule.Override, error) {
	return one[overrideRow](s.from(ctx).Where("id = ?", id), "override", id)
}

// AddOverride adds an override and sets its ID.
func (s *Store) AddOverride(ctx context.Context, o *schedule.Override) error {
	row := overrideOf(o)
	err := s.to(ctx).Create(&row).Error
	o.ID = schedule.ID(row.ID)
	return translate(err, "override of %s", o.Slot)
}

// CancelOverride ends an override; false when it had been cancelled before.
func (s *Store) CancelOverride(ctx context.Context, id, by schedule.ID, at time.Time) (bool, error) {
	tx := s.to(ctx).Model(&overrideRow{}).Where("id = ? AND cancelled_at IS NULL", id).
		Updates(map[string]any{"cancelled_by": ref(by), "cancelled_at": column.At(at)})
	return tx.RowsAffected == 1, translate(tx.Error, "override %d", id)
}

// Requests returns the requests of a team in some states, or in any, the newest
// first.
func (s *Store) Requests(ctx context.Context, team schedule.ID, states ...string) ([]schedule.Request, error) {
	tx := s.from(ctx).Where("team_id = ?", team).Order("id DESC").Limit(500)
	if len(states) > 0 {
		tx = tx.Where("state IN ?", states)
	}
	return values[requestRow](tx, "requests")
}

// Request returns one request.
func (s *Store) Request(ctx context.Context, id schedule.ID) (schedule.Request, error) {
	return one[requestRow](s.from(ctx).Where("id = ?", id), "request", id)
}

// AddRequest adds a request and sets its ID.
func (s *Store) AddRequest(ctx context.Context, r *schedule.Request) error {
	row := requestOf(r)
	err := s.to(ctx).Create(&row).Error
	r.ID = schedule.ID(row.ID)
	return translate(err, "request for %s", r.Slot)
}

// CloseRequest answers an open request; false when it is not open any more.
func (s *Store) CloseRequest(ctx context.Context, r *schedule.Request) (bool, error) {
	tx := s.to(ctx).Model(&requestRow{}).Where("id = ? AND state = ?", r.ID, schedule.RequestOpen).Updates(map[string]any{
		"state": r.State, "answered_by": ref(r.AnsweredBy), "answered_at": column.At(r.AnsweredAt),
		"override_id": ref(r.Override), "return_override_id": ref(r.ReturnedBy), "note": r.Note,
	})
	return tx.RowsAffected == 1, translate(tx.Error, "request %d", r.ID)
}

// Drafts returns the drafts of a team without their plans, the newest first.
func (s *Store) Drafts(ctx context.Context, team schedule.ID) ([]schedule.Draft, error) {
	return values[draftRow](s.from(ctx).Omit("plan").Where("team_id = ?", team).Order("id DESC").Limit(200), "drafts")
}

// Draft returns one draft.
func (s *Store) Draft(ctx context.Context, id schedule.ID) (schedule.Draft, error) {
	return one[draftRow](s.from(ctx).Where("id = ?", id), "draft", id)
}

// AddDraft adds a draft and sets its ID.
func (s *Store) AddDraft(ctx context.Context, d *schedule.Draft) error {
	row := draftOf(d)
	err := s.to(ctx).Create(&row).Error
	d.ID = schedule.ID(row.ID)
	return translate(err, "draft of team %d", d.Team)
}

// SaveDraft replaces a draft that is in one of the states; false when it is in
// none.
func (s *Store) SaveDraft(ctx context.Context, d *schedule.Draft, states ...string) (bool, error) {
	return saveDraft(s.to(ctx).Where("id = ? AND state IN ?", d.ID, states), d)
}

// SaveMaking replaces a draft that is being made in the given try; false when it is
// not any more.
func (s *Store) SaveMaking(ctx context.Context, d *schedule.Draft, try int) (bool, error) {
	return saveDraft(s.making(ctx, d.ID, try), d)
}

// making is the draft while it is being made in the given try.
func (s *Store) making(ctx context.Context, id schedule.ID, try int) *gorm.DB {
	return s.to(ctx).Where("id = ? AND state = ? AND tries = ?", id, schedule.DraftRunning, try)
}

func saveDraft(at *gorm.DB, d *schedule.Draft) (bool, error) {
	row := draftOf(d)
	tx := at.Model(&draftRow{}).Updates(map[string]any{
		"state": row.State, "progress": row.Progress, "message": row.Message, "plan": row.Plan, "based_on": row.BasedOn,
		"tries": row.Tries, "beat_at": row.BeatAt, "finished_at": row.FinishedAt,
	})
	return tx.RowsAffected == 1, translate(tx.Error, "draft %d", d.ID)
}

// BeatDraft notes that whoever makes a draft in the given try is alive; false when
// they are not to make it any more.
func (s *Store) BeatDraft(ctx context.Context, id schedule.ID, try int, at time.Time) (bool, error) {
	tx := s.making(ctx, id, try).Model(&draftRow{}).Update("beat_at", column.At(at))
	return tx.RowsAffected == 1, translate(tx.Error, "draft %d", id)
}

// Plans returns the published plans of a team without documents, the newest first.
func (s *Store) Plans(ctx context.Context, team schedule.ID) ([]schedule.Plan, error) {
	return values[planRow](s.from(ctx).Omit("document").Where("team_id = ?", team).Order("number DESC"), "plans")
}

// Plan returns one published plan of a team.
func (s *Store) Plan(ctx context.Context, team schedule.ID, number int) (schedule.Plan, error) {
	return one[planRow](s.from(ctx).Where("team_id = ? AND number = ?", team, number), "plan", number)
}

// LastPlan returns the plan that was published last.
func (s *Store) LastPlan(ctx context.Context, team schedule.ID) (schedule.Plan, error) {
	return one[planRow](s.from(ctx).Where("team_id = ?", team).Order("number DESC").Limit(1), "plan of team", team)
}

// AddPlan adds a published plan and sets its ID.
func (s *Store) AddPlan(ctx context.Context, p *schedule.Plan) error {
	row := planOf(p)
	err := s.to(ctx).Create(&row).Error
	p.ID = schedule.ID(row.ID)
	return translate(err, "plan of team %d", p.Team)
}
