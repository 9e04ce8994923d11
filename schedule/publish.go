package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// AskDraft queues a draft. The first plan of a team may begin on any day from
// today on; later ones either replace the last one from today on, which has its
// period, or begin where it ends.
func (s *Service) AskDraft(ctx context.Context, by, team ID, from, until Date, pins map[SlotID]ID) (Draft, error) {
	record, err := s.Store.Team(ctx, team)
	if err != nil {
		return Draft{}, err
	}
	last, err := s.Store.LastPlan(ctx, team)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Draft{}, err
	}
	zone, err := time.LoadLocation(record.Zone)
	if err != nil {
		return Draft{}, fmt.Errorf("zone of team %d: %w", team, err)
	}
	if err := checkPeriod(from, until, DateOf(s.Now().In(zone)), &last); err != nil {
		return Draft{}, err
	}
	text, err := json.Marshal(pins)
	if err != nil {
		return Draft{}, err
	}
	waiting, err := s.Store.Drafts(ctx, team)
	if err != nil {
		return Draft{}, err
	}
	waiting = slices.DeleteFunc(waiting, func(d Draft) bool { return d.State != DraftQueued && d.State != DraftRunning })
	if len(waiting) >= maxWaiting {
		return Draft{}, &InvalidError{"from", fmt.Sprintf("%d drafts are being made already; wait for them or discard some", len(waiting))}
	}
	d := Draft{
		Team: team, State: DraftQueued, From: from, Until: until, Pins: string(text), BasedOn: int64(last.Number),
		CreatedBy: by, CreatedAt: s.Now(),
	}
	return d, s.Store.InTx(ctx, func(tx Store) error {
		if err := tx.AddDraft(ctx, &d); err != nil {
			return err
		}
		return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: "draft.ask", Team: team, Detail: fmt.Sprintf("%v to %v", from, until)})
	})
}

// DraftAhead asks for a draft of the next plan when the published one ends before
// the team's horizon, unless one waits already. It does nothing for a team that
// has never published.
func (s *Service) DraftAhead(ctx context.Context, team ID) error {
	record, err := s.Store.Team(ctx, team)
	if err != nil {
		return err
	}
	last, err := s.Store.LastPlan(ctx, team)
	if errors.Is(err, ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	zone, err := time.LoadLocation(record.Zone)
	if err != nil {
		return fmt.Errorf("zone of team %d: %w", team, err)
	}
	if !last.Until.Before(DateOf(s.Now().In(zone)).AddDays(7 * record.HorizonWeeks)) {
		return nil
	}
	drafts, err := s.Store.Drafts(ctx, team)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(drafts, func(d Draft) bool { return d.BasedOn == int64(last.Number) && d.From == last.Until }) {
		return nil // also when it was discarded: then somebody does not want it
	}
	_, err = s.AskDraft(ctx, 0, team, last.Until, last.Until.AddDays(last.Until.DaysSince(last.From)), nil)
	return err
}

// maxWaiting bounds the drafts of a team that wait to be made.
const maxWaiting = 5

// draftLife is how long a draft may take from when it was asked for. Who made one
// that took longer has died.
const draftLife = 15 * time.Minute

// EndStale marks the drafts of a team as failed whose maker has died.
func (s *Service) EndStale(ctx context.Context, team ID) error {
	drafts, err := s.Store.Drafts(ctx, team)
	if err != nil {
		return err
	}
	for _, d := range drafts {
		if d.State != DraftRunning || s.Now().Before(d.CreatedAt.Add(draftLife)) {
			continue
		}
		d.State, d.Message, d.FinishedAt = DraftFailed, "the service was stopped while it made this draft; ask for another", s.Now()
		if _, err := s.Store.SaveDraft(ctx, &d, DraftRunning); err != nil {
			return err
		}
	}
	return nil
}

// maxPlanDays bounds a plan: two years.
const maxPlanDays = 2 * 366

func checkPeriod(from, until, today Date, last *Plan) error {
	switch {
	case from.IsZero() || until.IsZero() || !from.Before(until):
		return &InvalidError{"until", "the plan must end after it begins"}
	case until.DaysSince(from) > maxPlanDays:
		return &InvalidError{"until", "a plan covers two years at most"}
	case last.Number == 0 && from.Before(today):
		return &InvalidError{"from", fmt.Sprintf("%v is past; the first plan begins today or later", from)}
	case last.Number == 0 || from == last.Until || from == last.From:
		return nil
	}
	return &InvalidError{"from", fmt.Sprintf("a plan is published for %v to %v: begin on %v to plan it again, or on %v to go on from there",
		last.From, last.Until.AddDays(-1), last.From, last.Until)}
}

// RunDraft makes the plan of a queued draft; it does nothing when somebody else
// does, or the draft was discarded.
func (s *Service) RunDraft(ctx context.Context, id ID) error {
	d, err := s.Store.Draft(ctx, id)
	if err != nil {
		return err
	}
	d.State = DraftRunning
	if mine, err := s.Store.SaveDraft(ctx, &d, DraftQueued); err != nil || !mine {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	plan, err := s.planDraft(ctx, &d, func(percent int) bool {
		d.Progress = min(percent, 99)
		wanted, err := s.Store.SaveDraft(ctx, &d, DraftRunning)
		return wanted && err == nil
	})
	d.FinishedAt = s.Now()
	if err != nil {
		d.State, d.Message = DraftFailed, "the plan could not be made: "+err.Error()
	} else {
		text, err := json.Marshal(plan)
		if err != nil {
			return err
		}
		d.State, d.Progress, d.Plan = DraftReady, 100, string(text)
	}
	_, err = s.Store.SaveDraft(context.WithoutCancel(ctx), &d, DraftRunning)
	return err
}

func (s *Service) planDraft(ctx context.Context, d *Draft, progress func(int) bool) (Planned, error) {
	in, err := s.PlanInput(ctx, d.Team, d.From, d.Until)
	if err != nil {
		return Planned{}, err
	}
	if err := json.Unmarshal([]byte(d.Pins), &in.Pinned); err != nil {
		return Planned{}, err
	}
	return s.Plan(ctx, in, progress)
}

// PlanInput gathers what a plan for the days [from, until) is made of.
func (s *Service) PlanInput(ctx context.Context, team ID, from, until Date) (in PlanInput, err error) {
	in = PlanInput{From: from, Until: until}
	if in.Team, err = s.Store.Team(ctx, team); err != nil {
		return in, err
	}
	zone, err := time.LoadLocation(in.Team.Zone)
	if err != nil {
		return in, fmt.Errorf("zone of team %d: %w", team, err)
	}
	in.Today = DateOf(s.Now().In(zone))
	if in.Rules, err = s.RulesOn(ctx, team, from); err != nil {
		return in, err
	}
	if in.People, err = s.planned(ctx, team); err != nil {
		return in, err
	}
	begins := from.At(Midnight, zone)
	if in.Recent, err = s.Shifts(ctx, team, begins.AddDate(-1, 0, 0), begins, time.Time{}); err != nil {
		return in, err
	}
	in.Recent = slices.DeleteFunc(in.Recent, func(x Shift) bool { return !x.Start.Before(begins) })
	last, err := s.Store.LastPlan(ctx, team)
	if errors.Is(err, ErrNotFound) {
		return in, nil
	} else if err != nil {
		return in, err
	}
	var was Planned
	if err := json.Unmarshal([]byte(last.Document), &was); err != nil {
		return in, fmt.Errorf("plan %d: %w", last.ID, err)
	}
	in.Before = was.After
	if last.From == from {
		in.Before, in.Published = was.Before, &was
	}
	return in, s.addMoves(ctx, &in, zone, &last)
}

// addMoves adds the points that covers and swaps have moved since the last plan
// was made, which its balances do not know.
func (s *Service) addMoves(ctx context.Context, in *PlanInput, zone *time.Location, last *Plan) error {
	from, until := last.From.AddDays(-maxPlanDays).At(Midnight, zone), last.Until.At(Midnight, zone)
	shifts, err := s.Shifts(ctx, in.Team.ID, from, until, time.Time{})
	if err != nil {
		return err
	}
	begins := last.From.At(Midnight, zone)
	before := map[ID]int64{}
	for id, points := range in.Before {
		before[id] = points
	}
	for i := range shifts {
		shift := &shifts[i]
		if shift.Person == shift.Published || shift.Start.Before(begins) && !shift.ChangedAt.After(last.PublishedAt) {
			continue
		}
		points := 1000 * shift.Points()
		if shift.Person != 0 {
			before[shift.Person] += points
		}
		if shift.Published != 0 {
			before[shift.Published] -= points
		}
	}
	in.Before = before
	return nil
}

// RulesOn returns the rules that hold on a day: the last ones to have begun, or
// the first ever.
func (s *Service) RulesOn(ctx context.Context, team ID, day Date) (TeamRules, error) {
	all, err := s.Store.Rules(ctx, team)
	if err != nil {
		return TeamRules{}, err
	}
	if len(all) == 0 {
		return TeamRules{}, fmt.Errorf("rules of team %d: %w", team, ErrNotFound)
	}
	rules := all[0]
	for _, r := range all[1:] {
		if !r.From.After(day) {
			rules = r
		}
	}
	return rules, nil
}

// planned returns the members who take part, with what plans need to know.
func (s *Service) planned(ctx context.Context, team ID) ([]Planning, error) {
	members, err := s.Store.Members(ctx, team)
	if err != nil {
		return nil, err
	}
	ids := []ID{}
	for _, m := range members {
		ids = append(ids, m.Person)
	}
	people, err := s.Store.People(ctx, ids)
	if err != nil {
		return nil, err
	}
	leaves, err := s.Store.Leaves(ctx, ids)
	if err != nil {
		return nil, err
	}
	var all []Planning
	for _, m := range members {
		at := slices.IndexFunc(people, func(p Profile) bool { return p.ID == m.Person })
		if !m.OnCall || at < 0 || !people[at].DeactivatedAt.IsZero() {
			continue
		}
		p := Planning{Profile: people[at], Membership: m}
		for _, l := range leaves {
			if l.Person == m.Person {
				p.Leaves = append(p.Leaves, l)
			}
		}
		all = append(all, p)
	}
	return all, nil
}

// Publish makes a ready draft what people can rely on. Shifts that have begun
// stay, shifts that do not change are not touched, and overrides of shifts that
// went to somebody else end. It is ErrConflict when another plan was published
// since the draft was asked for.
func (s *Service) Publish(ctx context.Context, by, draft ID) (Plan, error) {
	var plan Plan
	err := s.Store.InTx(ctx, func(tx Store) error {
		d, err := tx.Draft(ctx, draft)
		if err != nil {
			return err
		}
		// From here on nobody else publishes for the team.
		if _, err := tx.RaiseVersion(ctx, d.Team); err != nil {
			return err
		}
		last, err := tx.LastPlan(ctx, d.Team)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if int64(last.Number) != d.BasedOn {
			return fmt.Errorf("plan %d was published after this draft was made; make a new one: %w", last.Number, ErrConflict)
		}
		plan = Plan{
			Team: d.Team, Number: last.Number + 1, Draft: d.ID, Document: d.Plan, From: d.From, Until: d.Until,
			PublishedAt: s.Now(), PublishedBy: by,
		}
		d.State = DraftPublished
		if ready, err := tx.SaveDraft(ctx, &d, DraftReady); err != nil {
			return err
		} else if !ready {
			return fmt.Errorf("the draft is not ready: %w", ErrConflict)
		}
		if err := tx.AddPlan(ctx, &plan); err != nil {
			return err
		}
		if err := s.replace(ctx, tx, by, &plan); err != nil {
			return err
		}
		return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: "plan.publish", Team: d.Team, Detail: fmt.Sprint("plan ", plan.Number)})
	})
	return plan, err
}

// replace puts a plan's shifts in the place of those that are published.
func (s *Service) replace(ctx context.Context, tx Store, by ID, plan *Plan) error {
	var planned Planned
	if err := json.Unmarshal([]byte(plan.Document), &planned); err != nil {
		return err
	}
	now := plan.PublishedAt
	from, until := now, now
	for _, p := range planned.Shifts {
		from, until = earliest(from, p.Start), latest(until, p.End)
	}
	current, err := tx.Published(ctx, plan.Team, from, until.AddDate(0, 1, 0))
	if err != nil {
		return err
	}
	team, err := tx.Team(ctx, plan.Team)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(team.Zone)
	if err != nil {
		return err
	}
	begins, ends := plan.From.At(Midnight, zone), plan.Until.At(Midnight, zone)
	is := map[SlotID]*Published{}
	for i := range current {
		if p := &current[i]; p.Until.IsZero() {
			is[p.Slot] = p
		}
	}
	var retired []SlotID
	var added []Published
	for _, p := range planned.Shifts {
		was := is[p.Slot]
		delete(is, p.Slot)
		if was != nil && (!was.Start.After(now) || was.same(&p)) {
			continue
		}
		if was != nil {
			retired = append(retired, p.Slot)
		}
		p.Plan, p.Since, p.Until = plan.ID, now, time.Time{}
		added = append(added, p)
	}
	for slot, p := range is {
		if p.Start.After(now) && !p.Start.Before(begins) && p.Start.Before(ends) {
			retired = append(retired, slot)
		}
	}
	if err := tx.Retire(ctx, plan.Team, retired, now); err != nil {
		return err
	}
	if err := tx.Publish(ctx, plan.Team, added); err != nil {
		return err
	}
	return s.endOverrides(ctx, tx, by, plan.Team, retired, from, until)
}

func (p *Published) same(q *Published) bool {
	return p.Person == q.Person && p.Rotation == q.Rotation && p.Start.Equal(q.Start) && p.End.Equal(q.End) && p.Points == q.Points
}

// endOverrides ends what was decided about shifts that are no more as they were.
func (s *Service) endOverrides(ctx context.Context, tx Store, by, team ID, slots []SlotID, from, until time.Time) error {
	if len(slots) == 0 {
		return nil
	}
	overrides, err := tx.Overrides(ctx, team, from, until)
	if err != nil {
		return err
	}
	for _, o := range overrides {
		if slices.Contains(slots, o.Slot) && o.CancelledAt.IsZero() {
			if _, err := tx.CancelOverride(ctx, o.ID, by, s.Now()); err != nil {
				return err
			}
		}
	}
	open, err := tx.Requests(ctx, team, RequestOpen)
	if err != nil {
		return err
	}
	for _, r := range open {
		if !slices.Contains(slots, r.Slot) && !slices.Contains(slots, r.Return.Slot) {
			continue
		}
		r.State, r.AnsweredAt = RequestVoid, s.Now()
		if _, err := tx.CloseRequest(ctx, &r); err != nil {
			return err
		}
	}
	return nil
}

// Discard gives up a draft; one that is being made stops.
func (s *Service) Discard(ctx context.Context, by, draft ID) error {
	return s.Store.InTx(ctx, func(tx Store) error {
		d, err := tx.Draft(ctx, draft)
		if err != nil {
			return err
		}
		d.State = DraftDiscarded
		open, err := tx.SaveDraft(ctx, &d, DraftQueued, DraftRunning, DraftReady, DraftFailed)
		if err != nil {
			return err
		}
		if !open {
			return fmt.Errorf("the draft is published or was discarded before: %w", ErrConflict)
		}
		return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: "draft.discard", Team: d.Team})
	})
}
