package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A DraftOrder says what a draft is wanted for.
type DraftOrder struct {
	Team  ID
	From  Date
	Until Date // not included
	Name  string
	Pins  map[SlotID]ID // who has certain slots, whatever else
	// Seed breaks ties differently; zero is one. Seconds is how long to look for a
	// better plan; zero is the service's own limit.
	Seed    int64
	Seconds int
	Thaw    bool // also plan the team's frozen weeks again
	// Once says that the same order from the same person a moment ago was this one: a
	// button is clicked twice.
	Once bool
}

// The bounds of what may be asked for.
const (
	maxWaiting   = 5       // drafts of a team that wait to be made
	maxPlanDays  = 2 * 366 // two years
	maxSeconds   = 60
	maxSeed      = 1_000_000
	maxDraftName = 80
)

// AskDraft queues a draft. The first plan of a team may begin on any day from
// today on. Later ones go on where the published plans end, or begin where one of
// them begins and plan all that follows again: what has begun stays.
func (s *Service) AskDraft(ctx context.Context, by ID, o DraftOrder) (Draft, error) {
	return s.askDraft(ctx, by, o, DraftQueued, always)
}

// MakeDraft asks for a draft and makes it at once, before anybody else can. It returns
// the draft as it became.
func (s *Service) MakeDraft(ctx context.Context, by ID, o DraftOrder) (Draft, error) {
	d, err := s.askDraft(ctx, by, o, DraftRunning, always)
	if err != nil {
		return d, err
	}
	return s.FinishDraft(ctx, d)
}

func always(Store) (bool, error) { return true, nil }

// askDraft is AskDraft, unless there is no more need for it once the team is ours. A
// draft that is running from the start is for whoever asks to make.
func (s *Service) askDraft(ctx context.Context, by ID, o DraftOrder, state string, needed func(Store) (bool, error)) (d Draft, err error) {
	record, err := s.Store.Team(ctx, o.Team)
	if err != nil {
		return d, err
	}
	zone, err := time.LoadLocation(record.Zone)
	if err != nil {
		return d, fmt.Errorf("zone of team %d: %w", o.Team, err)
	}
	o.Name = strings.Join(strings.Fields(o.Name), " ")
	if o.Seed == 0 {
		o.Seed = 1
	}
	text, err := json.Marshal(o.Pins)
	if err != nil {
		return d, err
	}
	err = s.Store.InTx(ctx, func(tx Store) error {
		// Whoever asks first goes first, also between replicas.
		if _, err := tx.RaiseVersion(ctx, o.Team); err != nil {
			return err
		}
		if ok, err := needed(tx); err != nil || !ok {
			return err
		}
		plans, err := tx.Plans(ctx, o.Team)
		if err != nil {
			return err
		}
		if ok, err := o.before(ctx, tx, Draft{CreatedBy: by, Pins: string(text), CreatedAt: s.Now(), BasedOn: lastNumber(plans)}, &d); err != nil || ok {
			return err
		}
		if err := o.check(plans, DateOf(s.Now().In(zone))); err != nil {
			return err
		}
		if err := checkWaiting(ctx, tx, o.Team); err != nil {
			return err
		}
		d = Draft{
			Team: o.Team, Name: o.Name, State: state, From: o.From, Until: o.Until, Pins: string(text), Seed: o.Seed, Seconds: o.Seconds,
			Thaw: o.Thaw, CreatedBy: by, CreatedAt: s.Now(),
		}
		if state == DraftRunning {
			d.Tries, d.BeatAt = 1, s.Now()
		}
		d.BasedOn = lastNumber(plans)
		if err := tx.AddDraft(ctx, &d); err != nil {
			return err
		}
		return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: "draft.ask", Team: o.Team, Detail: fmt.Sprintf("%v to %v", o.From, o.Until.AddDays(-1))})
	})
	return d, err
}

// aMoment is how long a second click takes.
const aMoment = 5 * time.Second

// lastNumber is the number of the plan that was published last, given the newest
// first; 0 when there is none.
func lastNumber(plans []Plan) int64 {
	if len(plans) == 0 {
		return 0
	}
	return int64(plans[0].Number)
}

// before finds the draft that the same order a moment ago has made, given how the new
// one would begin. One that failed, or that another plan has overtaken, is made anew.
func (o *DraftOrder) before(ctx context.Context, tx Store, like Draft, d *Draft) (bool, error) {
	if !o.Once {
		return false, nil
	}
	drafts, err := tx.Drafts(ctx, o.Team)
	at := slices.IndexFunc(drafts, func(x Draft) bool {
		return x.CreatedBy == like.CreatedBy && like.CreatedAt.Sub(x.CreatedAt) < aMoment && x.BasedOn == like.BasedOn &&
			slices.Contains([]string{DraftQueued, DraftRunning, DraftReady}, x.State) &&
			x.From == o.From && x.Until == o.Until && x.Name == o.Name && x.Pins == like.Pins && x.Seed == o.Seed && x.Seconds == o.Seconds && x.Thaw == o.Thaw
	})
	if at >= 0 {
		*d = drafts[at]
	}
	return at >= 0, err
}

func checkWaiting(ctx context.Context, tx Store, team ID) error {
	waiting, err := tx.Drafts(ctx, team)
	if err != nil {
		return err
	}
	waiting = slices.DeleteFunc(waiting, func(d Draft) bool { return d.State != DraftQueued && d.State != DraftRunning })
	if len(waiting) >= maxWaiting {
		return &InvalidError{"from", fmt.Sprintf("%d drafts are being made already; wait for them or discard some", len(waiting))}
	}
	return nil
}

// check says what is wrong with an order, given the published plans, the newest
// first.
func (o *DraftOrder) check(plans []Plan, today Date) error {
	var bad problems
	bad.check(CheckText("name", o.Name, maxDraftName))
	if o.Seconds < 0 || o.Seconds > maxSeconds {
		bad.add("seconds", "%d seconds; it should be from 1 to %d", o.Seconds, maxSeconds)
	}
	if o.Seed < 0 || o.Seed > maxSeed {
		bad.add("seed", "%d; it should be from 1 to %d", o.Seed, maxSeed)
	}
	if err := bad.err(); err != nil {
		return err
	}
	return checkPeriod(o.From, o.Until, today, plans)
}

func checkPeriod(from, until, today Date, plans []Plan) error {
	switch {
	case from.IsZero() || until.IsZero() || !from.Before(until):
		return &InvalidError{"until", "the plan must end after it begins"}
	case !today.Before(until):
		return &InvalidError{"until", fmt.Sprintf("%v is past; a plan ends today or later", until.AddDays(-1))}
	case until.DaysSince(from) > maxPlanDays:
		return &InvalidError{"until", "a plan covers two years at most"}
	case len(plans) == 0 && from.Before(today):
		return &InvalidError{"from", fmt.Sprintf("%v is past; the first plan begins today or later", from)}
	case len(plans) == 0:
		return nil
	}
	end := plans[0].Until
	if from == end {
		return nil
	}
	if !slices.ContainsFunc(plans, func(p Plan) bool { return p.From == from && today.Before(p.Until) }) {
		return &InvalidError{"from", fmt.Sprintf("plans are published until %v: begin on %v to plan the last one again, or on %v to go on from there",
			end.AddDays(-1), plans[0].From, end)}
	}
	if until.Before(end) {
		return &InvalidError{"until", fmt.Sprintf("shifts are published until %v; a plan that begins on %v has to reach so far", end.AddDays(-1), from)}
	}
	return nil
}

// short says whether a plan that goes until a day reaches less far than a team wants.
func (t *TeamRecord) short(until, today Date) bool {
	return until.Before(today.AddDays(7 * t.HorizonWeeks))
}

// ShortPlanned returns the teams whose published plan is getting short, for DraftAhead.
func (s *Service) ShortPlanned(ctx context.Context) ([]ID, error) {
	until, err := s.Store.PlannedUntil(ctx)
	if err != nil {
		return nil, err
	}
	teams, err := s.Store.Teams(ctx)
	var short []ID
	for i := range teams {
		t := &teams[i]
		last, planned := until[t.ID]
		// Of a team whose zone cannot be read, DraftAhead says so.
		if zone, err := time.LoadLocation(t.Zone); planned && (err != nil || t.short(last, DateOf(s.Now().In(zone)))) {
			short = append(short, t.ID)
		}
	}
	return short, err
}

// DraftAhead asks for a draft of the next plan when the published ones end before
// the team's horizon, unless one is there already. One that failed is made again
// once the rules or the members have changed. It does nothing for a team that has
// never published.
func (s *Service) DraftAhead(ctx context.Context, team ID) error {
	record, err := s.Store.Team(ctx, team)
	if err != nil {
		return err
	}
	last, err := s.Store.LastPlanAlone(ctx, team)
	if errors.Is(err, ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	zone, err := time.LoadLocation(record.Zone)
	if err != nil {
		return fmt.Errorf("zone of team %d: %w", team, err)
	}
	today := DateOf(s.Now().In(zone))
	if !record.short(last.Until, today) {
		return nil
	}
	// Nobody may have planned for a while.
	until := last.Until
	if until.Before(today) {
		until = today
	}
	until = until.AddDays(last.Until.DaysSince(last.From))
	wanted := func(tx Store) (bool, error) { return aheadWanted(ctx, tx, team, &last, today) }
	if ok, err := wanted(s.Store); err != nil || !ok {
		return err
	}
	_, err = s.askDraft(ctx, 0, DraftOrder{Team: team, From: last.Until, Until: until}, DraftQueued, wanted)
	var full *InvalidError
	if errors.As(err, &full) {
		return nil // others are waiting; there is time
	}
	return err
}

// aheadWanted says whether a draft that goes on after the last plan is missing. One
// that was discarded counts: somebody does not want it. One that has nothing to come
// any more does not.
func aheadWanted(ctx context.Context, tx Store, team ID, last *Plan, today Date) (bool, error) {
	drafts, err := tx.Drafts(ctx, team)
	if err != nil {
		return false, err
	}
	at := slices.IndexFunc(drafts, func(d Draft) bool {
		return d.BasedOn == int64(last.Number) && d.From == last.Until && today.Before(d.Until)
	})
	if at < 0 {
		return true, nil
	}
	if drafts[at].State != DraftFailed {
		return false, nil
	}
	return ChangedSince(ctx, tx, team, drafts[at].CreatedAt)
}

// ChangedSince reports whether the rules or the members of a team have changed after an
// instant, by the second.
func ChangedSince(ctx context.Context, store Store, team ID, after time.Time) (bool, error) {
	entries, err := store.AuditOf(ctx, AuditQuery{Team: team, After: after, Kinds: []string{"rules", "member"}, Most: 1})
	return len(entries) > 0, err
}

// How long whoever makes a draft may be silent before it counts as dead, and how
// often somebody else begins again.
const (
	draftSilence = 30 * time.Second
	// mostAhead is how far the clock of another replica may be ahead for what it has
	// written to be believed.
	mostAhead = time.Hour
	maxTries  = 2
)

// EndStale puts the drafts of a team back whose maker has died, and gives up those
// that have killed more than one.
func (s *Service) EndStale(ctx context.Context, team ID) error {
	drafts, err := s.Store.Drafts(ctx, team)
	if err != nil {
		return err
	}
	for _, d := range drafts {
		if silent := s.Now().Sub(d.BeatAt); d.State != DraftRunning || silent < draftSilence && silent > -mostAhead {
			continue
		}
		d.State, d.Progress = DraftQueued, 0
		if d.Tries >= maxTries {
			d.State, d.Message, d.FinishedAt = DraftFailed, "the service was stopped twice while it made this draft; ask for another", s.Now()
		}
		if _, err := s.Store.SaveMaking(ctx, &d, d.Tries); err != nil {
			return err
		}
	}
	return nil
}

// BeatDraft tells the others that whoever has claimed a draft is alive; false when
// they are not to make it any more.
func (s *Service) BeatDraft(ctx context.Context, d *Draft) (bool, error) {
	return s.Store.BeatDraft(ctx, d.ID, d.Tries, s.Now())
}

// ClaimDraft makes a queued draft ours to make; false when somebody else makes it,
// or nobody wants it any more. The number of tries is the claim: whoever was silent
// for so long that somebody else has begun finds another number, and writes nothing.
func (s *Service) ClaimDraft(ctx context.Context, id ID) (d Draft, mine bool, err error) {
	if d, err = s.Store.Draft(ctx, id); err != nil {
		return d, false, err
	}
	d.State, d.Tries, d.BeatAt, d.Message = DraftRunning, d.Tries+1, s.Now(), ""
	mine, err = s.Store.SaveDraft(ctx, &d, DraftQueued)
	return d, mine, err
}

// RunDraft makes the plan of a queued draft; it does nothing when somebody else
// does, or the draft was discarded. When the context ends the draft is queued
// again.
func (s *Service) RunDraft(ctx context.Context, id ID) error {
	d, mine, err := s.ClaimDraft(ctx, id)
	if err != nil || !mine {
		return err
	}
	_, err = s.FinishDraft(ctx, d)
	return err
}

// FinishDraft makes the plan of a draft that is ours, and returns the draft as it
// became: queued again when the context ended.
func (s *Service) FinishDraft(ctx context.Context, d Draft) (Draft, error) {
	claim := d.Tries
	plan, err := s.planDraft(ctx, &d, func(percent int) bool {
		d.Progress, d.BeatAt = min(percent, 99), s.Now()
		wanted, err := s.Store.SaveMaking(ctx, &d, claim)
		return wanted && err == nil
	})
	switch {
	case ctx.Err() != nil:
		d.State, d.Progress, d.Tries, err = DraftQueued, 0, claim-1, nil
	case err != nil:
		d.State, d.Message, d.FinishedAt = DraftFailed, "something went wrong on our side; the log of the service says what", s.Now()
		var invalid *InvalidError
		if errors.As(err, &invalid) {
			d.Message, err = invalid.Reason, nil
		}
	default:
		text, err := json.Marshal(plan)
		if err != nil {
			return d, err
		}
		d.State, d.Progress, d.Plan, d.FinishedAt = DraftReady, 100, string(text), s.Now()
	}
	ctx = context.WithoutCancel(ctx)
	mine, saved := s.Store.SaveMaking(ctx, &d, claim)
	if saved == nil && !mine { // it was discarded, or somebody else has it by now
		return s.Store.Draft(ctx, d.ID)
	}
	return d, errors.Join(err, saved)
}

func (s *Service) planDraft(ctx context.Context, d *Draft, progress func(int) bool) (Planned, error) {
	in, err := s.PlanInput(ctx, d.Team, d.From, d.Until)
	if err != nil {
		return Planned{}, err
	}
	if err := json.Unmarshal([]byte(d.Pins), &in.Pinned); err != nil {
		return Planned{}, err
	}
	in.Seed, in.Seconds = d.Seed, d.Seconds
	if err := s.addMeasured(ctx, &in); err != nil {
		return Planned{}, err
	}
	if d.Thaw {
		in.FrozenUntil = in.Today
	}
	plan, err := s.Plan(ctx, in, progress)
	plan.Moved, plan.Measured = in.Moved, in.Measured
	return plan, err
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
