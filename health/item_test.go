package health_test

import (
	"testing"

	"watchbill/health"
	"watchbill/schedule"
)

func day(t testing.TB, text string) schedule.Date {
	t.Helper()
	if text == "" {
		return schedule.Date{}
	}
	d, err := schedule.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Of what is due in the weeks from 1 September to 24 November, seen on 20 November.
func TestInTime(t *testing.T) {
	for _, c := range []struct {
		name              string
		kind              health.ItemKind
		state             health.ItemState
		due, missed, done string
		wantDue, wantDone int
	}{
		{"done on its day", health.ItemAction, health.ItemDone, "2026-10-01", "", "2026-10-01", 1, 1},
		{"done a day late", health.ItemAction, health.ItemDone, "2026-10-01", "2026-10-01", "2026-10-02", 1, 0},
		{"done before it counts", health.ItemAction, health.ItemDone, "2026-11-23", "", "2026-11-02", 1, 1},
		{"open and overdue", health.ItemAction, health.ItemOpen, "2026-11-19", "", "", 1, 0},
		{"open and due today", health.ItemAction, health.ItemOpen, "2026-11-20", "", "", 0, 0},
		{"moved after it was missed, and done by then", health.ItemAction, health.ItemDone, "2026-11-10", "2026-10-01", "2026-11-09", 1, 0},
		{"moved after it was missed, still to come", health.ItemAction, health.ItemOpen, "2026-12-10", "2026-10-01", "", 1, 0},
		{"missed before these weeks", health.ItemAction, health.ItemDone, "2026-11-10", "2026-08-01", "2026-11-09", 0, 0},
		{"moved ahead in time", health.ItemAction, health.ItemOpen, "2026-12-10", "", "", 0, 0},
		{"dropped in time", health.ItemAction, health.ItemDropped, "2026-10-01", "", "2026-09-20", 0, 0},
		{"dropped late", health.ItemAction, health.ItemDropped, "2026-10-01", "2026-10-01", "2026-10-20", 1, 0},
		{"without a day", health.ItemAction, health.ItemDone, "", "", "2026-10-20", 0, 0},
		{"a concern", health.ItemConcern, health.ItemDone, "2026-10-01", "", "2026-09-20", 0, 0},
		{"due after these weeks", health.ItemAction, health.ItemDone, "2026-11-24", "", "2026-11-19", 0, 0},
	} {
		i := health.Item{State: c.state, Missed: day(t, c.missed), DoneOn: day(t, c.done), ItemText: health.ItemText{Kind: c.kind, Due: day(t, c.due)}}
		got := health.InTime([]health.Item{i}, day(t, "2026-09-01"), day(t, "2026-11-24"), day(t, "2026-11-20"))
		if got.Due != c.wantDue || got.Done != c.wantDone {
			t.Errorf("%s: %d of %d, want %d of %d", c.name, got.Done, got.Due, c.wantDone, c.wantDue)
		}
		if got.Due > 0 && (got.Low > got.Share || got.High < got.Share || got.Low < 0 || got.High > 1) {
			t.Errorf("%s: %v is not between %v and %v", c.name, got.Share, got.Low, got.High)
		}
	}
}

// 11 of 12: the exact bounds of a table.
func TestInTimeKnowsHowMuchItKnows(t *testing.T) {
	var all []health.Item
	for n := range 12 {
		i := health.Item{State: health.ItemDone, DoneOn: day(t, "2026-10-01"), ItemText: health.ItemText{Kind: health.ItemAction, Due: day(t, "2026-10-01")}}
		if n == 0 {
			i.DoneOn = day(t, "2026-10-05")
		}
		all = append(all, i)
	}
	got := health.InTime(all, day(t, "2026-09-01"), day(t, "2026-11-24"), day(t, "2026-11-20"))
	if got.Done != 11 || got.Due != 12 || got.Low < 0.615 || got.Low > 0.616 || got.High < 0.997 || got.High > 0.998 {
		t.Errorf("11 of 12 is %+v, want bounds of 0.615 and 0.998", got)
	}
	if got := health.InTime(nil, day(t, "2026-09-01"), day(t, "2026-11-24"), day(t, "2026-11-20")); got != (health.OnTime{}) {
		t.Errorf("nothing is %+v", got)
	}
}

func TestSortItems(t *testing.T) {
	item := func(id int, due string, value, effort health.Level) health.Item {
		return health.Item{ID: schedule.ID(id), State: health.ItemOpen, ItemText: health.ItemText{Due: day(t, due), Value: value, Effort: effort}}
	}
	all := []health.Item{
		item(1, "", 1, 3), item(2, "2026-12-01", 2, 2), item(3, "2026-11-01", 1, 3), item(4, "", 3, 1), item(5, "2026-11-20", 0, 0), item(6, "2026-10-01", 1, 1), item(7, "", 3, 3),
	}
	for order, want := range map[health.ItemOrder][]schedule.ID{
		health.ByWorth: {6, 3, 4, 7, 5, 2, 1}, health.ByDue: {6, 3, 5, 2, 4, 7, 1}, health.ByAge: {7, 6, 5, 4, 3, 2, 1},
	} {
		health.SortItems(all, order, day(t, "2026-11-20"))
		for n := range all {
			if all[n].ID != want[n] {
				t.Errorf("order %q: item %d is at %d, want %d", order, all[n].ID, n, want[n])
			}
		}
	}
}
