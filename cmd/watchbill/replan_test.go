package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// planned makes a draft and returns what became of it.
func (d *deployment) planned(o schedule.DraftOrder) (schedule.Draft, schedule.Planned) {
	d.t.Helper()
	ctx := d.t.Context()
	draft, err := d.schedule.AskDraft(ctx, 1, o)
	d.ok(err)
	d.ok(d.schedule.RunDraft(ctx, draft.ID))
	draft, err = d.schedule.Store.Draft(ctx, draft.ID)
	d.ok(err)
	if draft.State != schedule.DraftReady {
		d.t.Fatalf("the draft is %s: %s", draft.State, draft.Message)
	}
	var p schedule.Planned
	d.ok(json.Unmarshal([]byte(draft.Plan), &p))
	return draft, p
}

// What covers move counts once, however often the plan is made again, and is made up
// for in the plans that follow.
func TestBalanceOverThreePlans(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	ctx := t.Context()
	d.setUp()
	monday := schedule.Date{Year: 2026, Month: 12, Day: 7}
	first := schedule.DraftOrder{Team: 1, From: monday, Until: monday.AddDays(56)}
	draft, one := d.planned(first)
	_, err := d.schedule.Publish(ctx, 1, draft.ID, "")
	d.ok(err)

	// Somebody takes the week of somebody else.
	shifts, err := d.schedule.Shifts(ctx, 1, d.now, d.now.AddDate(0, 2, 0), time.Time{})
	d.ok(err)
	giver, taker := shifts[0].Person, shifts[1].Person
	points := 1000 * shifts[0].Points()
	_, err = d.schedule.Put(ctx, 1, 1, schedule.Stretch{Slot: shifts[0].Slot, Start: shifts[0].Start, End: shifts[0].End}, taker, "ill")
	d.ok(err)

	// Planning again twice does not count it twice.
	d.now = d.now.AddDate(0, 0, 16)
	for range 2 {
		draft, _ = d.planned(first)
		_, err = d.schedule.Publish(ctx, 1, draft.ID, "")
		d.ok(err)
	}
	in, err := d.schedule.PlanInput(ctx, 1, monday, monday.AddDays(56))
	d.ok(err)
	if in.Before[taker] != one.Before[taker]+points || in.Before[giver] != one.Before[giver]-points {
		t.Errorf("the balance after planning again twice: %v, before the cover %v and %d moved from %d to %d", in.Before, one.Before, points, giver, taker)
	}

	// Two more plans: the difference to what was held is the same for everybody, and gets small.
	begin := monday.AddDays(56)
	for range 2 {
		draft, p := d.planned(schedule.DraftOrder{Team: 1, From: begin, Until: begin.AddDays(56)})
		_, err = d.schedule.Publish(ctx, 1, draft.ID, "")
		d.ok(err)
		begin = begin.AddDays(56)
		sum := int64(0)
		for id, points := range p.After {
			sum += points
			if points > 400_000 || points < -400_000 {
				t.Errorf("after the plan until %v %d is %d off", begin, id, points)
			}
		}
		if sum < -8000 || sum > 8000 { // shares are rounded
			t.Errorf("after the plan until %v the differences add up to %d: %v", begin, sum, p.After)
		}
	}

	// What each held, counted from who had what, is what the plans say.
	all, err := d.schedule.Shifts(ctx, 1, monday.At(schedule.Midnight, time.UTC), begin.At(schedule.Midnight, time.UTC), time.Time{})
	d.ok(err)
	held := map[schedule.ID]int64{}
	for i := range all {
		held[all[i].Person] += all[i].Points()
	}
	in, err = d.schedule.PlanInput(ctx, 1, begin, begin.AddDays(56))
	d.ok(err)
	for id := range held {
		if off := (in.Before[giver] - in.Before[id]) - 1000*(held[giver]-held[id]); off < -3000 || off > 3000 {
			t.Errorf("%d and %d held %d and %d points, and their balances are %d and %d", giver, id, held[giver], held[id], in.Before[giver], in.Before[id])
		}
	}
}

// Shifts that start within the team's frozen weeks stay when a plan is made again,
// unless they are asked for; what is past always stays.
func TestFrozenWeeks(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	ctx := t.Context()
	admin := d.setUp()
	monday := schedule.Date{Year: 2026, Month: 12, Day: 7}
	d.ok(publishDays(ctx, d.schedule, monday, monday.AddDays(56), nil))
	team, err := d.schedule.Store.Team(ctx, 1)
	d.ok(err)
	team.FrozenWeeks = 3
	d.ok(d.schedule.SaveTeam(ctx, 1, team, nil))
	d.now = d.now.AddDate(0, 0, 14) // in the second week
	shifts, err := d.schedule.Shifts(ctx, 1, d.now.AddDate(0, 0, -14), d.now.AddDate(0, 3, 0), time.Time{})
	d.ok(err)
	// Whoever has the fourth week, which is frozen, and the sixth, which is not, leaves.
	leaver := shifts[3].Person
	d.ok(d.schedule.PutMember(ctx, 1, schedule.Membership{Team: 1, Person: leaver, Share: schedule.FullTime, Until: schedule.DateOf(d.now)}))
	for _, c := range []struct {
		thaw bool
		kept int
	}{{false, 5}, {true, 2}} {
		draft, p := d.planned(schedule.DraftOrder{Team: 1, From: monday, Until: monday.AddDays(56), Thaw: c.thaw})
		if len(p.Shifts) != 8 {
			t.Fatalf("%d shifts", len(p.Shifts))
		}
		for i, s := range p.Shifts {
			if i < c.kept && s.Person != shifts[i].Person {
				t.Errorf("thaw %t: the shift %s moved from %d to %d", c.thaw, s.Slot, shifts[i].Person, s.Person)
			}
			if i >= c.kept && s.Person == leaver {
				t.Errorf("thaw %t: the shift %s stays with somebody who left", c.thaw, s.Slot)
			}
		}
		warned := strings.Contains(p.Document, "is frozen with")
		if warned == c.thaw {
			t.Errorf("thaw %t: the draft says so: %t", c.thaw, warned)
		}
		status, body := admin.get(fmt.Sprintf("/teams/1/drafts/%d", draft.ID))
		admin.expect(status, body, 200)
	}
}

// A plan may be made again from where any running plan begins, to where the last one
// ends.
func TestPlanAgainFromAnEarlierPlan(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	ctx := t.Context()
	d.setUp()
	monday := schedule.Date{Year: 2026, Month: 12, Day: 7}
	d.ok(publishDays(ctx, d.schedule, monday, monday.AddDays(28), nil))
	d.ok(publishDays(ctx, d.schedule, monday.AddDays(28), monday.AddDays(56), nil))
	for _, bad := range [][2]int{{7, 56}, {0, 28}, {60, 80}} {
		_, err := d.schedule.AskDraft(ctx, 1, schedule.DraftOrder{Team: 1, From: monday.AddDays(bad[0]), Until: monday.AddDays(bad[1])})
		if err == nil || !strings.Contains(err.Error(), "published until 2027-01-31") {
			t.Errorf("a draft for %v: %v", bad, err)
		}
	}
	draft, p := d.planned(schedule.DraftOrder{Team: 1, From: monday, Until: monday.AddDays(70)})
	plan, err := d.schedule.Publish(ctx, 1, draft.ID, "  Ana is back.  ")
	d.ok(err)
	if len(p.Shifts) != 10 || plan.Number != 3 || plan.Note != "Ana is back." {
		t.Errorf("%d shifts in plan %d, %q", len(p.Shifts), plan.Number, plan.Note)
	}
	shifts, err := d.schedule.Shifts(ctx, 1, d.now, d.now.AddDate(0, 4, 0), time.Time{})
	d.ok(err)
	if len(shifts) != 10 {
		t.Errorf("%d shifts are published", len(shifts))
	}
	last, err := d.schedule.Store.Plan(ctx, 1, 2)
	d.ok(err)
	if last.From != monday.AddDays(28) {
		t.Errorf("the second plan is for %v", last.From)
	}
}

// When nobody has planned for a while, the next plan has what runs and what comes; the
// weeks that nobody had stay nobody's, and count for nobody.
func TestPlanAfterALapse(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	ctx := t.Context()
	admin := d.setUp()
	monday := schedule.Date{Year: 2026, Month: 12, Day: 7}
	d.ok(publishDays(ctx, d.schedule, monday, monday.AddDays(28), nil))
	d.now = d.now.AddDate(0, 0, 28+24) // in the third week after it
	_, err := d.schedule.AskDraft(ctx, 1, schedule.DraftOrder{Team: 1, From: monday.AddDays(28), Until: monday.AddDays(42)})
	var invalid *schedule.InvalidError
	if !errors.As(err, &invalid) || invalid.Field != "until" {
		t.Errorf("a plan for days that are past: %v", err)
	}
	d.ok(d.schedule.DraftAhead(ctx, 1)) // by itself as well
	drafts, err := d.schedule.Store.Drafts(ctx, 1)
	d.ok(err)
	if drafts[0].From != monday.AddDays(28) || !schedule.DateOf(d.now).Before(drafts[0].Until) {
		t.Errorf("the draft ahead is for %v to %v", drafts[0].From, drafts[0].Until)
	}
	order := schedule.DraftOrder{Team: 1, From: monday.AddDays(28), Until: monday.AddDays(84), Pins: map[schedule.SlotID]schedule.ID{"primary 2027-01-04": 2}}
	draft, p := d.planned(order)
	if first := p.Shifts[0].Start; len(p.Shifts) != 6 || first.Format(time.DateOnly) != "2027-01-18" {
		t.Fatalf("%d shifts, the first from %v", len(p.Shifts), first)
	}
	held := map[schedule.ID]int64{}
	for _, s := range p.Shifts {
		held[s.Person] += 1000 * s.Points
	}
	for a := range held {
		for b := range held {
			if off := (p.After[a] - p.Before[a]) - (p.After[b] - p.Before[b]) - (held[a] - held[b]); off > 1000 || off < -1000 {
				t.Errorf("%d and %d hold %d and %d, and are moved by %d and %d", a, b, held[a], held[b], p.After[a]-p.Before[a], p.After[b]-p.Before[b])
			}
		}
	}
	// A week later the first of these weeks is over as well: nobody had it.
	d.now = d.now.AddDate(0, 0, 7)
	admin.post("/login", "email", "root@example.com", "password", secret)
	status, body := admin.get(fmt.Sprintf("/teams/1/drafts/%d", draft.ID))
	admin.expect(status, body, 200, "Time has gone on since this draft was made", "Make it again")
	status, body = admin.post(fmt.Sprintf("/teams/1/drafts/%d/publish", draft.ID), "note", "")
	admin.expect(status, body, 409, "is over, and nobody had it")
	draft, p = d.planned(order)
	if len(p.Shifts) != 5 {
		t.Errorf("%d shifts", len(p.Shifts))
	}
	_, err = d.schedule.Publish(ctx, 1, draft.ID, "")
	d.ok(err)
	shifts, err := d.schedule.Shifts(ctx, 1, monday.AddDays(29).At(schedule.Midnight, time.UTC), d.now.AddDate(0, 0, -7), time.Time{})
	d.ok(err)
	if len(shifts) != 0 {
		t.Errorf("somebody was on call by a plan that nobody had made: %+v", shifts)
	}
}

// A draft that moves a shift which has begun by the time it is published would say of
// a balance what never was.
func TestDraftThatWaitedTooLong(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	ctx := t.Context()
	d.setUp()
	monday := schedule.Date{Year: 2026, Month: 12, Day: 7}
	d.ok(publishDays(ctx, d.schedule, monday, monday.AddDays(56), nil))
	d.now = monday.AddDays(3).At(schedule.Noon, time.UTC)
	shifts, err := d.schedule.Shifts(ctx, 1, d.now, d.now.AddDate(0, 2, 0), time.Time{})
	d.ok(err)
	_, err = d.schedule.AddLeave(ctx, shifts[1].Person, schedule.Leave{Person: shifts[1].Person, First: monday.AddDays(8), Last: monday.AddDays(9)})
	d.ok(err)
	again := schedule.DraftOrder{Team: 1, From: monday, Until: monday.AddDays(56)}
	draft, p := d.planned(again)
	if p.Shifts[1].Person == shifts[1].Person {
		t.Fatal("the shift of somebody who is away stays")
	}
	other, _ := d.planned(again)
	d.now = shifts[1].Start.Add(time.Hour)
	_, err = d.schedule.Publish(ctx, 1, draft.ID, "")
	if !errors.Is(err, schedule.ErrConflict) || !strings.Contains(err.Error(), "primary from Mon 14 Dec 09:00 on has begun, and the draft changes it") {
		t.Errorf("published: %v", err)
	}
	d.now = shifts[1].Start.Add(-time.Hour)
	if _, err = d.schedule.Publish(ctx, 1, other.ID, ""); err != nil {
		t.Errorf("an hour before it begins: %v", err)
	}
}

// A draft that is discarded while it is made stops, long before its time is up; one
// whose maker is told to stop is made by the next.
func TestDraftStops(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	ctx := t.Context()
	d.setUp()
	monday := schedule.Date{Year: 2026, Month: 12, Day: 7}
	began := make(chan struct{})
	d.schedule.Plan = func(ctx context.Context, _ schedule.PlanInput, progress func(int) bool) (schedule.Planned, error) {
		progress(10)
		began <- struct{}{}
		<-ctx.Done() // a solver that looks at nothing else
		return schedule.Planned{}, ctx.Err()
	}
	draft, err := d.schedule.AskDraft(ctx, 1, schedule.DraftOrder{Team: 1, From: monday, Until: monday.AddDays(56)})
	d.ok(err)
	j := &jobs{service: d.schedule, access: d.access, log: d.log}
	stopping, stop := context.WithCancel(ctx)
	ended := make(chan error)
	go func() { ended <- j.makeDrafts(stopping) }()
	<-began
	stop()
	d.ok(<-ended)
	draft, err = d.schedule.Store.Draft(ctx, draft.ID)
	d.ok(err)
	if draft.State != schedule.DraftQueued || draft.Tries != 0 {
		t.Fatalf("after its maker stopped the draft is %s", draft.State)
	}
	go func() { ended <- j.makeDrafts(ctx) }()
	<-began
	d.ok(d.schedule.Discard(ctx, 1, draft.ID))
	select {
	case err := <-ended:
		d.ok(err)
	case <-time.After(10 * time.Second):
		t.Fatal("the draft is still being made")
	}
	drafts, err := d.schedule.Store.Drafts(ctx, 1)
	d.ok(err)
	if !slices.ContainsFunc(drafts, func(x schedule.Draft) bool { return x.ID == draft.ID && x.State == schedule.DraftDiscarded }) {
		t.Errorf("%+v", drafts)
	}
}

// A draft that is made at once is nobody else's while it is made.
func TestMakeDraft(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	ctx := t.Context()
	d.setUp()
	plan, plans := d.schedule.Plan, 0
	d.schedule.Plan = func(ctx context.Context, in schedule.PlanInput, progress func(int) bool) (schedule.Planned, error) {
		if plans++; plans == 1 {
			d.ok((&jobs{service: d.schedule, access: d.access, log: d.log}).makeDrafts(ctx))
		}
		return plan(ctx, in, progress)
	}
	monday := schedule.Date{Year: 2026, Month: 12, Day: 7}
	draft, err := d.schedule.MakeDraft(ctx, 1, schedule.DraftOrder{Team: 1, From: monday, Until: monday.AddDays(56)})
	d.ok(err)
	if draft.State != schedule.DraftReady || plans != 1 {
		t.Errorf("the draft is %s after %d plans", draft.State, plans)
	}
	_, err = d.schedule.Publish(ctx, 1, draft.ID, "")
	d.ok(err)
}

// Who learns something, or is bound by another limit, from a day within a plan is
// planned by what holds on the day of each shift; so is who swaps.
func TestTermsInAPlan(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		ctx := t.Context()
		d.setUp()
		monday := schedule.Date{Year: 2026, Month: 12, Day: 7}
		members, err := d.schedule.Store.Members(ctx, 1)
		d.ok(err)
		ids := map[string]schedule.ID{}
		text := func(s string) *string { return &s }
		for _, m := range members {
			people, err := d.schedule.Store.People(ctx, []schedule.ID{m.Person})
			d.ok(err)
			ids[people[0].Name] = m.Person
			if m.Skills = "db"; people[0].Name == "Ben" {
				m.Skills = ""
			}
			d.ok(d.schedule.Store.SaveMember(ctx, &m))
		}
		d.ok(d.schedule.ChangeRules(ctx, 1, schedule.RulesChange{Team: 1, From: monday, Source: "team: Crew\nzone: Europe/Berlin\nrotations:\n  - {name: primary, handover: Mon 09:00}\n  - {name: database, handover: Mon 09:00, skills: db}\n"}))
		ana, ben := ids["Ana"], ids["Ben"]
		learns, stops := monday.AddDays(28), monday.AddDays(42)
		d.ok(d.schedule.ScheduleTerms(ctx, 1, schedule.MemberTerms{Team: 1, Person: ben, From: learns, Skills: text("db")}))
		for name, id := range ids {
			if name != "Ben" { // from then on it is all his
				d.ok(d.schedule.ScheduleTerms(ctx, 1, schedule.MemberTerms{Team: 1, Person: id, From: stops, Skills: text(""), Limits: map[bool]*string{true: text("{on_call: 1 week in 6}")}[id == ana]}))
			}
		}
		draft, p := d.planned(schedule.DraftOrder{Team: 1, From: monday, Until: monday.AddDays(84)})
		early, late, bound := 0, 0, 0
		var first schedule.Published
		for _, s := range p.Shifts {
			day := schedule.DateOf(s.Start)
			switch {
			case s.Person == 0:
				t.Errorf("%s is unfilled", s.Slot)
			case s.Person == ben && s.Rotation == "database" && day.Before(learns):
				early++
			case s.Person == ben && s.Rotation == "database":
				late++
			case s.Person == ana && !day.Before(stops):
				bound++
			}
			if s.Rotation == "database" && day.Before(learns) && first.Slot == "" {
				first = s
			}
		}
		if early > 0 || late < 6 || bound > 1 {
			t.Errorf("Ben has %d database weeks before he learns it and %d after; Ana has %d weeks of the last six", early, late, bound)
		}
		_, err = d.schedule.Publish(ctx, 1, draft.ID, "")
		d.ok(err)
		asked, err := d.schedule.Ask(ctx, first.Person, schedule.Request{Team: 1, Stretch: schedule.Stretch{Slot: first.Slot, Start: first.Start, End: first.End}, Person: first.Person, To: ben})
		d.ok(err)
		_, err = d.schedule.Accept(ctx, ben, asked.ID)
		var broken *schedule.RuleError
		if !errors.As(err, &broken) || !strings.Contains(err.Error(), "lacks the skill db") {
			t.Errorf("Ben takes %s: %v", first.Slot, err)
		}
	})
}

// A member who pauses and comes back is planned around the pause, also when they
// noted an absence that meets it.
func TestPauseInAPlan(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	ctx := t.Context()
	d.setUp()
	ana, err := d.schedule.Store.PersonByEmail(ctx, "ana@example.com")
	d.ok(err)
	monday := schedule.Date{Year: 2026, Month: 12, Day: 7}
	for _, c := range []schedule.MemberChange{
		{Team: 1, Person: ana.ID, From: monday.AddDays(14), Share: 500, OnCall: false, CreatedAt: d.now}, {Team: 1, Person: ana.ID, From: monday.AddDays(28), Share: 500, OnCall: true, CreatedAt: d.now},
	} {
		d.ok(d.schedule.Store.SaveMemberChange(ctx, &c))
	}
	_, err = d.schedule.AddLeave(ctx, ana.ID, schedule.Leave{Person: ana.ID, First: monday.AddDays(10), Last: monday.AddDays(30), Note: "sabbatical"})
	d.ok(err)
	_, p := d.planned(schedule.DraftOrder{Team: 1, From: monday, Until: monday.AddDays(56)})
	for _, s := range p.Shifts {
		if day := schedule.DateOf(s.Start); s.Person == ana.ID && !day.Before(monday.AddDays(7)) && day.Before(monday.AddDays(31)) {
			t.Errorf("Ana has %s", s.Slot)
		}
	}
	var doc planDoc
	d.ok(json.Unmarshal([]byte(p.Document), &doc))
	at := slices.IndexFunc(doc.People, func(x personDoc) bool { return x.Name == "Ana" })
	if doc.People[at].FullTime != "0.5" { // two weeks full, two none, four half
		t.Errorf("Ana's share is %s", doc.People[at].FullTime)
	}
}
