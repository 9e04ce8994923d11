package schedule

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// A Change is how the coming part of one slot has changed for a person since they
// last looked: what they had of it and what they have.
type Change struct {
	Team     ID
	Slot     SlotID
	Rotation RotationID
	Shift    ID // the published shift that it is now; zero when there is none
	Was, Is  []Span
	// At, By and Reason are of the last decision that made the difference. Override
	// is the one that did it or was undone; zero when a plan was published.
	At       time.Time
	By       ID
	Override ID
	Reason   string
	Note     string // of the plan, when that did it
	Kind     string // of Override
	Undone   bool   // Override was undone
}

// changesAhead is how far ahead changes are told.
const changesAhead = 2 * 366 * 24 * time.Hour

// Changes says how somebody's coming shifts have changed, in all teams, since they
// said that they know; by start. What they decided themselves is left out, and so
// is what has come back to how it was.
func (s *Service) Changes(ctx context.Context, person ID) ([]Change, error) {
	since, err := s.Store.Seen(ctx, person)
	if err != nil {
		return nil, err
	}
	if since.IsZero() {
		people, err := s.Store.People(ctx, []ID{person})
		if err != nil {
			return nil, err
		}
		if len(people) == 0 {
			return nil, fmt.Errorf("person %d: %w", person, ErrNotFound)
		}
		since = people[0].CreatedAt.Add(-time.Second) // a plan can be as old as they are
	}
	return s.ChangesBetween(ctx, person, since, time.Time{})
}

// ChangesBetween is Changes by what was decided after an instant and until another, or
// until now when that is zero.
func (s *Service) ChangesBetween(ctx context.Context, person ID, since, until time.Time) ([]Change, error) {
	now := s.Now()
	byTeam, err := decidedOf(ctx, s.Store, []ID{person}, now, now.Add(changesAhead))
	if err != nil {
		return nil, err
	}
	var all []Change
	for _, team := range slices.Sorted(maps.Keys(byTeam)) {
		d := byTeam[team].known(until)
		changes, planned := difference(person, d.published, d.overrides, since, now), false
		for i := range changes {
			changes[i].Team = team
			planned = changes[i].cause(d, since) || planned
		}
		if planned {
			plans, err := s.Store.Plans(ctx, team)
			if err != nil {
				return nil, err
			}
			for i := range changes {
				changes[i].byPlan(plans)
			}
		}
		all = append(all, slices.DeleteFunc(changes, func(c Change) bool { return c.By == person })...)
	}
	slices.SortStableFunc(all, func(a, b Change) int { return a.Begin().Compare(b.Begin()) })
	return all, nil
}

// Begin is when what has changed begins.
func (c *Change) Begin() time.Time {
	if len(c.Is) > 0 {
		return c.Is[0].Start
	}
	return c.Was[0].Start
}

// known is what of decisions had been taken by an instant; all when it is zero.
func (d *decisions) known(at time.Time) *decisions {
	if at.IsZero() {
		return d
	}
	var out decisions
	for _, p := range d.published {
		if p.Since.After(at) {
			continue
		}
		if p.Until.After(at) {
			p.Until = time.Time{}
		}
		out.published = append(out.published, p)
	}
	for _, o := range d.overrides {
		if o.CreatedAt.After(at) {
			continue
		}
		if o.CancelledAt.After(at) {
			o.CancelledBy, o.CancelledAt = 0, time.Time{}
		}
		out.overrides = append(out.overrides, o)
	}
	return &out
}

// A Touch says that something was decided at a moment about a slot that somebody has, or
// had, a part of. It may have changed nothing for them.
type Touch struct {
	Person ID
	At     time.Time
}

// difference compares what somebody has from now on with what they had as of an
// instant, slot by slot.
func difference(person ID, published []Published, overrides []Override, since, now time.Time) []Change {
	changes := map[SlotID]*Change{}
	slots := func(asOf time.Time, add func(*Change, Span)) {
		for _, t := range Resolve(published, overrides, now, now.Add(changesAhead), asOf) {
			if t.Person != person {
				continue
			}
			c := changes[t.Slot]
			if c == nil {
				c = &Change{Slot: t.Slot, Rotation: t.Rotation}
				changes[t.Slot] = c
			}
			add(c, Span{latest(t.Start, now), t.End})
		}
	}
	slots(since, func(c *Change, x Span) { c.Was = append(c.Was, x) })
	slots(time.Time{}, func(c *Change, x Span) { c.Is = append(c.Is, x) })
	var out []Change
	for _, c := range changes {
		c.Was, c.Is = merged(c.Was), merged(c.Is)
		if !slices.EqualFunc(c.Was, c.Is, func(a, b Span) bool { return a.Start.Equal(b.Start) && a.End.Equal(b.End) }) {
			out = append(out, *c)
		}
	}
	slices.SortFunc(out, func(a, b Change) int { return cmp.Compare(a.Slot, b.Slot) })
	return out
}

// cause fills in the last decision about the slot. It is true when that was a plan,
// of which it knows no more, or may have been one that ended an override.
func (c *Change) cause(d *decisions, since time.Time) bool {
	plan := false
	for i := range d.published {
		p := &d.published[i]
		if p.Slot != c.Slot {
			continue
		}
		if p.Until.IsZero() {
			c.Shift = p.ID
		}
		if at := latest(p.Since, p.Until); at.After(since) && !at.Before(c.At) {
			c.At, plan = at, true
		}
	}
	for i := range d.overrides {
		o := &d.overrides[i]
		if o.Slot != c.Slot {
			continue
		}
		// When a plan ends an override in the same moment, the plan is why.
		if o.CreatedAt.After(since) && (o.CreatedAt.After(c.At) || !plan && o.CreatedAt.Equal(c.At)) {
			c.At, c.By, c.Override, c.Kind, c.Reason, c.Undone, plan = o.CreatedAt, o.CreatedBy, o.ID, o.Kind, o.Reason, false, false
		}
		if o.CancelledAt.After(since) && o.CancelledAt.After(c.At) {
			c.At, c.By, c.Override, c.Kind, c.Reason, c.Undone, plan = o.CancelledAt, o.CancelledBy, o.ID, o.Kind, "", true, false
		}
	}
	return plan || c.Undone
}

// byPlan fills in which plan made a change that nobody else has made: by other shifts,
// or by ending a swap of which it moved the other half.
func (c *Change) byPlan(plans []Plan) {
	if c.Override != 0 && !c.Undone {
		return
	}
	for _, p := range plans {
		// A slot that a plan has dropped was ended by the one published then.
		if !p.PublishedAt.Equal(c.At) || c.Undone && p.PublishedBy != c.By {
			continue
		}
		reason := fmt.Sprintf("plan %d was published", p.Number)
		if c.Undone {
			reason = "what was agreed on ended when " + reason
		}
		c.By, c.Override, c.Kind, c.Reason, c.Note, c.Undone = p.PublishedBy, 0, "", reason, p.Note, false
	}
}

// SawChanges notes that somebody knows of the changes until an instant.
func (s *Service) SawChanges(ctx context.Context, person ID, until time.Time) error {
	if until.After(s.Now()) {
		return &InvalidError{"until", "this is in the future; nobody has seen it yet"}
	}
	return s.Store.SaveSeen(ctx, person, until)
}
