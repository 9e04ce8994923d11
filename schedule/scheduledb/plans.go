package scheduledb

import (
	"context"
	"slices"
	"time"

	"watchbill/migrations/column"
	"watchbill/schedule"

	"gorm.io/gorm"
)

const shiftsWhere = `SELECT COUNT(*) || ' ' || COALESCE(string_agg(` + packedShift + `, ''), '') FROM shift `

// Published returns what is, or was, published for slots that meet [from, to).
func (s *Store) Published(ctx context.Context, team schedule.ID, from, to time.Time) ([]schedule.Published, error) {
	return s.shifts(ctx, shiftsWhere+`WHERE team_id = ? AND start_at < ? AND end_at > ?`, team, seconds(to), seconds(from))
}

// theirSlots are the slots that meet a stretch of time and that some people have, or
// had, a part of.
const theirSlots = `JOIN (SELECT team_id AS their_team, slot AS their_slot FROM shift WHERE person_id IN ? AND start_at < ? AND end_at > ?
	UNION SELECT team_id, slot FROM override WHERE person_id IN ? AND start_at < ? AND end_at > ?) theirs ON team_id = their_team AND slot = their_slot `

// PublishedOf is Published for the slots of all teams that some people have, or had,
// a part of.
func (s *Store) PublishedOf(ctx context.Context, people []schedule.ID, from, to time.Time) ([]schedule.Published, error) {
	return s.shifts(ctx, shiftsWhere+theirSlots+`WHERE start_at < ? AND end_at > ?`,
		people, seconds(to), seconds(from), people, seconds(to), seconds(from), seconds(to), seconds(from))
}

// PublishedFor returns what is published for some slots of a team.
func (s *Store) PublishedFor(ctx context.Context, team schedule.ID, slots []schedule.SlotID) ([]schedule.Published, error) {
	var all []schedule.Published
	for some := range slices.Chunk(slots, manyValues) {
		found, err := s.shifts(ctx, shiftsWhere+`WHERE team_id = ? AND until IS NULL AND slot IN ?`, team, some)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// manyValues is how many values a query has at most: SQLite takes only so many.
const manyValues = 500

// PublishedIn is Published for some teams.
func (s *Store) PublishedIn(ctx context.Context, teams []schedule.ID, from, to time.Time) ([]schedule.Published, error) {
	return s.shifts(ctx, shiftsWhere+`WHERE team_id IN ? AND start_at < ? AND end_at > ?`, teams, seconds(to), seconds(from))
}

// nextSlots are the slots of some teams that are the first of their rotations to start at
// an instant or later. Names of rotations are read from the index one by one: a list of
// all shifts to come would be long.
const nextSlots = `WITH RECURSIVE r (of_team, name) AS (
	SELECT team.id, (SELECT MIN(rotation) FROM shift WHERE team_id = team.id AND until IS NULL) FROM team WHERE team.id IN ?
	UNION ALL
	SELECT of_team, (SELECT MIN(rotation) FROM shift WHERE team_id = of_team AND until IS NULL AND rotation > r.name) FROM r WHERE r.name IS NOT NULL
), next (of_team, of_slot) AS MATERIALIZED (
	SELECT of_team, (SELECT slot FROM shift WHERE team_id = of_team AND until IS NULL AND rotation = r.name AND start_at >= ? ORDER BY start_at LIMIT 1)
	FROM r WHERE name IS NOT NULL
) `

// PublishedNext returns what is, or was, published for the next slot of each rotation of
// some teams.
func (s *Store) PublishedNext(ctx context.Context, teams []schedule.ID, from time.Time) ([]schedule.Published, error) {
	return s.shifts(ctx, nextSlots+shiftsWhere+`JOIN next ON team_id = of_team AND slot = of_slot`, teams, seconds(from))
}

// PublishedShift returns one published shift, also one that was replaced.
func (s *Store) PublishedShift(ctx context.Context, id schedule.ID) (schedule.Published, error) {
	return one[shiftRow](s.from(ctx).Where("id = ?", id), "shift", id)
}

// Retire ends what is published for the slots.
func (s *Store) Retire(ctx context.Context, team schedule.ID, slots []schedule.SlotID, at time.Time) error {
	for some := range slices.Chunk(slots, manyValues) {
		tx := s.to(ctx).Model(&shiftRow{}).Where("team_id = ? AND until IS NULL AND slot IN ?", team, some).
			Update("until", column.At(at))
		if tx.Error != nil {
			return translate(tx.Error, "shifts of team %d", team)
		}
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
	return s.overrides(ctx, overrideColumns+`WHERE team_id = ? AND start_at < ? AND end_at > ? ORDER BY id`, team, seconds(to), seconds(from))
}

// OverridesIn is Overrides for some teams.
func (s *Store) OverridesIn(ctx context.Context, teams []schedule.ID, from, to time.Time) ([]schedule.Override, error) {
	return s.overrides(ctx, overrideColumns+`WHERE team_id IN ? AND start_at < ? AND end_at > ? ORDER BY id`, teams, seconds(to), seconds(from))
}

// OverridesSince returns the overrides of all teams that were made or cancelled at an
// instant or later.
func (s *Store) OverridesSince(ctx context.Context, since time.Time) ([]schedule.Override, error) {
	return s.overrides(ctx, overrideColumns+`WHERE created_at >= ? OR cancelled_at >= ? ORDER BY id`, seconds(since), seconds(since))
}

// OverridesOf returns all overrides of the slots that PublishedOf returns.
func (s *Store) OverridesOf(ctx context.Context, people []schedule.ID, from, to time.Time) ([]schedule.Override, error) {
	return s.overrides(ctx, overrideColumns+theirSlots+`ORDER BY id`, people, seconds(to), seconds(from), people, seconds(to), seconds(from))
}

const overrideColumns = `SELECT id, team_id, rotation, slot, person_id, instead_of, start_at, end_at, kind, reason, broke, created_by, created_at,
	cancelled_by, cancelled_at FROM override `

// overrides reads them by hand like shifts, with which they go.
func (s *Store) overrides(ctx context.Context, query string, args ...any) ([]schedule.Override, error) {
	rows, err := s.from(ctx).Raw(query, args...).Rows()
	if err != nil {
		return nil, translate(err, "overrides")
	}
	defer func() { _ = rows.Close() }() // Err has what went wrong
	var all []schedule.Override
	for rows.Next() {
		var r overrideRow
		if err := rows.Scan(&r.ID, &r.TeamID, &r.Rotation, &r.Slot, &r.PersonID, &r.InsteadOf, &r.StartAt, &r.EndAt, &r.Kind, &r.Reason, &r.Broke, &r.CreatedBy,
			&r.CreatedAt, &r.CancelledBy, &r.CancelledAt); err != nil {
			return nil, translate(err, "overrides")
		}
		all = append(all, r.value())
	}
	return all, translate(rows.Err(), "overrides")
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
	return s.RequestsOf(ctx, []schedule.ID{team}, states...)
}

// RequestsOf is Requests for several teams at once.
func (s *Store) RequestsOf(ctx context.Context, teams []schedule.ID, states ...string) ([]schedule.Request, error) {
	if len(teams) == 0 {
		return nil, nil
	}
	tx := s.from(ctx).Where("team_id IN ?", teams).Order("id DESC").Limit(500 * len(teams))
	if len(states) > 0 {
		tx = tx.Where("state IN ?", states)
	}
	return values[requestRow](tx, "requests")
}

// RequestsInVain returns what was asked by somebody or for them in teams, was declined or
// found nobody, and is about a stretch that ends after an instant, the newest first.
func (s *Store) RequestsInVain(ctx context.Context, teams []schedule.ID, person schedule.ID, after time.Time) ([]schedule.Request, error) {
	if len(teams) == 0 {
		return nil, nil
	}
	tx := s.from(ctx).Where("team_id IN ? AND state IN ? AND end_at > ? AND (person_id = ? OR created_by = ?)", teams, []string{schedule.RequestDeclined, schedule.RequestExpired}, after.Unix(), person, person)
	return values[requestRow](tx.Order("id DESC").Limit(500), "requests")
}

// RequestsSince returns the requests of all teams that are open, or were answered at an
// instant or later. The state stands in the statement, for its index.
func (s *Store) RequestsSince(ctx context.Context, since time.Time) ([]schedule.Request, error) {
	return values[requestRow](s.from(ctx).Where("state = 'open' OR answered_at >= ?", since.Unix()).Order("id"), "requests")
}

// TeamsAsking returns the teams that have open requests, by the index of these alone.
func (s *Store) TeamsAsking(ctx context.Context) ([]schedule.ID, error) {
	var ids []schedule.ID
	err := s.from(ctx).Model(&requestRow{}).Where("state = 'open'").Distinct().Order("team_id").Pluck("team_id", &ids).Error
	return ids, translate(err, "requests")
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

// DraftsAtWork returns the drafts of all teams that are queued or being made, oldest
// first, without plans. The states stand in the statement, so that it is answered by
// the index of just these.
func (s *Store) DraftsAtWork(ctx context.Context) ([]schedule.Draft, error) {
	return values[draftRow](s.from(ctx).Omit("plan").Where("state IN ('queued', 'running')").Order("id"), "drafts")
}

// DraftsWaiting counts the drafts of all teams that are queued or being made.
func (s *Store) DraftsWaiting(ctx context.Context) (n int64, err error) {
	err = s.from(ctx).Raw("SELECT COUNT(*) FROM draft WHERE state IN ('queued', 'running')").Scan(&n).Error
	return n, translate(err, "drafts")
}

// DraftsAhead returns the newest draft of each of some teams that goes on after its
// last plan and that nobody has asked for, without plans, by team.
func (s *Store) DraftsAhead(ctx context.Context, teams []schedule.ID) ([]schedule.Draft, error) {
	return values[draftRow](s.from(ctx).Omit("plan").Where(`id IN (SELECT MAX(d.id) FROM draft d WHERE d.team_id IN ? AND d.created_by IS NULL
		AND d.based_on = (SELECT MAX(p.number) FROM plan p WHERE p.team_id = d.team_id) GROUP BY d.team_id)`, teams).Order("team_id"), "drafts")
}

// DraftsReady returns the drafts of all teams that became ready after an instant and wait
// for somebody to decide, without plans.
func (s *Store) DraftsReady(ctx context.Context, after time.Time) ([]schedule.Draft, error) {
	return values[draftRow](s.from(ctx).Omit("plan").Where("state = 'ready' AND finished_at > ?", seconds(after)).Order("id"), "drafts")
}

// Draft returns one draft.
func (s *Store) Draft(ctx context.Context, id schedule.ID) (schedule.Draft, error) {
	return one[draftRow](s.from(ctx).Where("id = ?", id), "draft", id)
}

// DraftAlone returns one draft without its plan.
func (s *Store) DraftAlone(ctx context.Context, id schedule.ID) (schedule.Draft, error) {
	return one[draftRow](s.from(ctx).Omit("plan").Where("id = ?", id), "draft", id)
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

// PlansSince returns the plans of all teams that were published at an instant or later.
func (s *Store) PlansSince(ctx context.Context, since time.Time) ([]schedule.Plan, error) {
	return values[planRow](s.from(ctx).Omit("document").Where("published_at >= ?", seconds(since)).Order("id"), "plans")
}

// Plan returns one published plan of a team.
func (s *Store) Plan(ctx context.Context, team schedule.ID, number int) (schedule.Plan, error) {
	return one[planRow](s.from(ctx).Where("team_id = ? AND number = ?", team, number), "plan", number)
}

// LastPlan returns the plan that was published last.
func (s *Store) LastPlan(ctx context.Context, team schedule.ID) (schedule.Plan, error) {
	return one[planRow](s.from(ctx).Where("team_id = ?", team).Order("number DESC").Limit(1), "plan of team", team)
}

// LastPlanAlone is LastPlan without the document, which is long.
func (s *Store) LastPlanAlone(ctx context.Context, team schedule.ID) (schedule.Plan, error) {
	return one[planRow](s.from(ctx).Omit("document").Where("team_id = ?", team).Order("number DESC").Limit(1), "plan of team", team)
}

// PlannedUntil returns until when the last plan of each team goes.
func (s *Store) PlannedUntil(ctx context.Context) (map[schedule.ID]schedule.Date, error) {
	var last []struct {
		TeamID   int64
		UntilDay string
	}
	err := s.from(ctx).Raw(`SELECT team_id, until_day FROM plan
		WHERE number = (SELECT MAX(o.number) FROM plan o WHERE o.team_id = plan.team_id)`).Scan(&last).Error
	until := make(map[schedule.ID]schedule.Date, len(last))
	for _, p := range last {
		until[schedule.ID(p.TeamID)] = date(p.UntilDay)
	}
	return until, translate(err, "plans")
}

// AddPlan adds a published plan and sets its ID.
func (s *Store) AddPlan(ctx context.Context, p *schedule.Plan) error {
	row := planOf(p)
	err := s.to(ctx).Create(&row).Error
	p.ID = schedule.ID(row.ID)
	return translate(err, "plan of team %d", p.Team)
}
