package schedule_test

import (
	"fmt"
	"testing"

	"watchbill/schedule"
)

func TestCadence(t *testing.T) {
	for _, c := range []struct {
		schedule.Cadence
		want string
	}{
		{schedule.Cadence{People: 6, Duties: 1, Days: 7}, "35 days, 87 weeks, 87 weekends, good: Comfortable: at most one week in six, with room for time off. [1 week in 4 weeks]"},
		{schedule.Cadence{People: 4, Duties: 1, Days: 7}, "21 days, 130 weeks, 130 weekends, good: Sustainable: at most one week in four. Holidays need a little planning. [1 week in 3 weeks]"},
		{schedule.Cadence{People: 3, Duties: 1, Days: 7}, "14 days, 173 weeks, 173 weekends, warn: Often: one week in three. One more person would make it one in four. [1 week in 2 weeks]"},
		{schedule.Cadence{People: 2, Duties: 1, Days: 7}, "7 days, 260 weeks, 260 weekends, bad: Too often: one week in two. Two more people would make it one in four. []"},
		{schedule.Cadence{People: 3, Duties: 2, Days: 7}, "3 days, 347 weeks, 347 weekends, bad: Without a break: somebody is on call almost every week. Five more people would make it one in four. []"},
		{schedule.Cadence{People: 1, Duties: 2, Days: 7}, "0 days, 520 weeks, 520 weekends, bad: Too few: two people at once, and one person. []"},
		{schedule.Cadence{People: 0, Duties: 1, Days: 7}, "0 days, 0 weeks, 0 weekends, bad: Nobody takes part yet. []"},
		{schedule.Cadence{People: 5, Duties: 1, Days: 1}, "4 days, 104 weeks, 208 weekends, good: Sustainable: at most one day in five. Holidays need a little planning. [1 day in 4 days]"},
		{schedule.Cadence{People: 14, Duties: 1, Days: 14}, "182 days, 37 weeks, 37 weekends, good: Comfortable: at most one turn in 14, with room for time off. [2 weeks in 8 weeks]"},
	} {
		tone, text := c.Verdict()
		got := fmt.Sprintf("%d days, %d weeks, %d weekends, %s: %s [%s]", c.Between(), c.WeeksPerYear(), c.WeekendsPerYear(), tone, text, c.Limit())
		if got != c.want {
			t.Errorf("%+v:\ngot  %s\nwant %s", c.Cadence, got, c.want)
		}
	}
}
