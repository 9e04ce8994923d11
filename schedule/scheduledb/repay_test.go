package scheduledb_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"watchbill/schedule"
)

// monday is the Monday of the world's week n.
func monday(n int) schedule.Date { return schedule.DateOf(start).AddDays(7 * n) }

// A night is what pages did in a week of somebody, as a test has it.
type badWeek struct {
	person schedule.ID
	week   int
	points float64
	nights int
}

// burdened makes the service know of some bad weeks, and the team repay them.
func (w *world) burdened(gain int, most int64, bad *[]badWeek) {
	w.t.Helper()
	w.Burdens = func(_ context.Context, _ schedule.ID, from, until schedule.Date) (out schedule.MeasuredBurden, err error) {
		out.Since, out.Pending = monday(0), w.measuring
		for _, b := range *bad {
			x := schedule.BurdenWeek{Person: b.person, Week: monday(b.week), Points: b.points}
			for n := range b.nights {
				x.Nights = append(x.Nights, x.Week.AddDays(n))
			}
			if !x.Week.Before(from) && x.Week.Before(until) {
				out.Weeks = append(out.Weeks, x)
			}
		}
		return out, nil
	}
	team, err := w.Store.Team(w.t.Context(), w.team)
	w.ok(err)
	team.Repay = schedule.Repay{Gain: gain, Cap: most, Since: monday(0)}
	w.ok(w.SaveTeam(w.t.Context(), w.boss, team, nil))
}

// repaidIn drafts so many weeks from one on and returns what measured burden moves.
func (w *world) repaidIn(from, n int) (schedule.ID, *schedule.Measured) {
	w.t.Helper()
	d, err := w.AskDraft(w.t.Context(), w.boss, schedule.DraftOrder{Team: w.team, From: monday(from), Until: monday(from + n)})
	w.ok(err)
	w.ok(w.RunDraft(w.t.Context(), d.ID))
	d, err = w.Store.Draft(w.t.Context(), d.ID)
	w.ok(err)
	var p schedule.Planned
	w.ok(json.Unmarshal([]byte(d.Plan), &p))
	return d.ID, p.Measured
}

// moves is by how much balances move, in points, of Ana, Ben and Cleo.
func (w *world) moves(m *schedule.Measured) string {
	w.t.Helper()
	if m == nil {
		return "nothing"
	}
	sum := int64(0)
	for _, id := range slices.Sorted(maps.Keys(m.Points)) {
		sum += m.Points[id]
	}
	if sum != 0 {
		w.t.Errorf("the points %v add up to %d", m.Points, sum)
	}
	return fmt.Sprintf("%d %d %d", m.Points[w.ana]/1000, m.Points[w.ben]/1000, m.Points[w.cleo]/1000)
}

func (w *world) expectMoves(m *schedule.Measured, want string) {
	w.t.Helper()
	if got := w.moves(m); got != want {
		w.t.Fatalf("points move by %s, want %s", got, want)
	}
}

// What somebody had above their part moves the next plan once: a draft that is thrown
// away uses nothing up, what is beyond the cap waits, and what comes in late is added.
func TestMeasuredBurdenIsRepaidOnce(t *testing.T) {
	run(t, func(w *world) {
		w.publish(monday(0), 4, nil) // Ana, Ben, Cleo, Ana
		w.now = start.AddDate(0, 0, 21)
		bad := []badWeek{{w.ana, 0, 30, 4}, {w.ben, 1, 15, 1}}
		id, m := w.repaidIn(4, 4)
		w.expectMoves(m, "nothing") // the team has not asked for it
		w.ok(w.Discard(t.Context(), w.boss, id))
		w.burdened(100, 100, &bad)

		// Each held a week of 168 points; 45 points of burden are worth 495.
		id, m = w.repaidIn(4, 4)
		w.expectMoves(m, "100 0 -100")
		if m.From != monday(0) || m.Through != monday(3) || m.Worth < 10.9 || m.Worth > 11.1 {
			t.Errorf("measured %v to %v at %v", m.From, m.Through, m.Worth)
		}
		for person, want := range map[schedule.ID]string{w.ana: "−100 points, four nights broken in December", w.ben: "", w.cleo: "+100 points, paged for less than a fair part", w.boss: ""} {
			if got := m.Why(person); got != want {
				t.Errorf("person %d is told %q, want %q", person, got, want)
			}
		}
		w.ok(w.Discard(t.Context(), w.boss, id))
		first, m := w.repaidIn(4, 4)
		w.expectMoves(m, "100 0 -100")
		second, m := w.repaidIn(4, 4)
		w.expectMoves(m, "100 0 -100")
		_, err := w.Publish(t.Context(), w.boss, first, "")
		w.ok(err)
		_, err = w.Publish(t.Context(), w.boss, second, "")
		w.is(err, schedule.ErrConflict) // two at once are not repaid twice

		id, m = w.repaidIn(8, 4)
		w.expectMoves(m, "62 -3 -59") // the rest
		if m.Had[w.ana] < 90 || len(m.Nights) > 0 {
			t.Errorf("had %v, nights %v", m.Had, m.Nights)
		}
		_, err = w.Publish(t.Context(), w.boss, id, "")
		w.ok(err)
		id, m = w.repaidIn(12, 4)
		w.expectMoves(m, "0 0 0")
		w.ok(w.Discard(t.Context(), w.boss, id))

		bad = append(bad, badWeek{w.cleo, 1, 10, 1}) // it came in late
		_, m = w.repaidIn(12, 4)
		if got := w.moves(m); !strings.HasPrefix(got, "-") || m.Points[w.cleo] < 80_000 || m.Points[w.cleo] > 100_000 {
			t.Errorf("a late page moves points by %s", got)
		}
	})
}

// A plan that is made again takes what it took and all that is measured since, and not
// that on top of what it took.
func TestMeasuredBurdenInAPlanMadeAgain(t *testing.T) {
	run(t, func(w *world) {
		w.publish(monday(0), 3, nil)
		w.now = start.AddDate(0, 0, 21)
		bad := []badWeek{{w.ana, 0, 30, 4}, {w.ben, 1, 15, 1}}
		w.burdened(50, 250, &bad)
		id, m := w.repaidIn(3, 4)
		w.expectMoves(m, "81 -1 -80") // half
		_, err := w.Publish(t.Context(), w.boss, id, "")
		w.ok(err)
		id, m = w.repaidIn(3, 4)
		w.expectMoves(m, "81 -1 -80")
		_, err = w.Publish(t.Context(), w.boss, id, "")
		w.ok(err)
		_, m = w.repaidIn(7, 4)
		w.expectMoves(m, "0 0 0") // the other half is not repaid at all

		team, err := w.Store.Team(t.Context(), w.team)
		w.ok(err)
		team.Repay = schedule.Repay{}
		w.ok(w.SaveTeam(t.Context(), w.boss, team, nil))
		_, m = w.repaidIn(7, 4)
		w.expectMoves(m, "nothing")
	})
}

// While weeks are measured anew nothing moves, and nothing is forgotten.
func TestBurdenThatIsMeasuredAnew(t *testing.T) {
	run(t, func(w *world) {
		w.publish(monday(0), 3, nil)
		w.now = start.AddDate(0, 0, 21)
		bad := []badWeek{{w.ana, 0, 30, 4}, {w.ben, 1, 15, 1}}
		w.burdened(100, 100, &bad)
		id, m := w.repaidIn(3, 4)
		w.expectMoves(m, "100 0 -100")
		_, err := w.Publish(t.Context(), w.boss, id, "")
		w.ok(err)
		w.measuring = true
		id, m = w.repaidIn(7, 4)
		w.expectMoves(m, "0 0 0")
		_, err = w.Publish(t.Context(), w.boss, id, "")
		w.ok(err)
		w.measuring = false
		_, m = w.repaidIn(11, 4)
		w.expectMoves(m, "62 -3 -59")
	})
}

// Whoever leaves takes what they had with them, and whoever joins begins in the middle
// of the others: neither hazed nor favoured.
func TestMeasuredBurdenOfLeaversAndJoiners(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		w.publish(monday(0), 3, nil)
		w.now = start.AddDate(0, 0, 21)
		bad := []badWeek{{w.ana, 0, 30, 4}, {w.ben, 1, 15, 1}}
		w.burdened(100, 50, &bad)
		id, m := w.repaidIn(3, 4)
		w.expectMoves(m, "50 0 -50")
		_, err := w.Publish(ctx, w.boss, id, "")
		w.ok(err)
		w.ok(w.Store.InTx(ctx, func(tx schedule.Store) error { return tx.RemoveMember(ctx, w.team, w.ana) }))
		_, m = w.repaidIn(7, 4)
		// Ben has had his part and Cleo far less, and Ana's are nobody's.
		w.expectMoves(m, "0 50 -50")
		boss, err := w.Store.Members(ctx, w.team)
		w.ok(err)
		for _, x := range boss {
			if x.Person == w.boss {
				x.OnCall, x.From = true, monday(3)
				w.ok(w.Store.InTx(ctx, func(tx schedule.Store) error { return tx.SaveMember(ctx, &x) }))
			}
		}
		_, m = w.repaidIn(7, 4)
		if p := m.Points[w.boss]; p < -1000 || p > 1000 || m.Points[w.ben] < 40_000 {
			t.Errorf("with somebody new points move by %v", m.Points)
		}
	})
}

// What a team may ask for is checked, with the field named.
func TestRepayIsChecked(t *testing.T) {
	run(t, func(w *world) {
		team, err := w.Store.Team(t.Context(), w.team)
		w.ok(err)
		for want, r := range map[string]schedule.Repay{
			"repay.gain":  {Gain: 101, Cap: 10},
			"repay.cap":   {Gain: 100},
			"repay.since": {Gain: 100, Cap: 10, Since: schedule.DateOf(w.now).AddDays(-400)},
		} {
			team.Repay = r
			err := w.SaveTeam(t.Context(), w.boss, team, nil)
			if w.is(err, nil); !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: %v, want one of %s", r, err, want)
			}
		}
		team.Repay = schedule.Repay{Gain: 25, Cap: 10}
		w.ok(w.SaveTeam(t.Context(), w.boss, team, nil))
		team, err = w.Store.Team(t.Context(), w.team)
		w.ok(err)
		if want := (schedule.Repay{Gain: 25, Cap: 10, Since: schedule.DateOf(w.now).AddDays(-28)}); team.Repay != want {
			t.Errorf("got %+v, want %+v", team.Repay, want)
		}
		w.now = w.now.AddDate(2, 0, 0) // what was right stays right
		team.Name = "Payments and refunds"
		w.ok(w.SaveTeam(t.Context(), w.boss, team, nil))
	})
}
