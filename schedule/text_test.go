package schedule_test

import (
	"encoding/json"
	"testing"
	"time"

	"watchbill/schedule"
)

// Dates and times of day are written in JSON as people write them, and read back.
func TestText(t *testing.T) {
	type values struct {
		Day, None schedule.Date
		At, Late  schedule.Clock
	}
	in := values{Day: date(t, "2026-12-21"), At: schedule.ClockAt(9, 5), Late: schedule.ClockAt(17, 30) + 15}
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"Day":"2026-12-21","None":"","At":"09:05","Late":"17:30:15"}`; string(data) != want {
		t.Errorf("written %s, want %s", data, want)
	}
	var out values
	if err := json.Unmarshal(data, &out); err != nil || out != in {
		t.Errorf("read back %+v, %v", out, err)
	}
	for _, bad := range []string{`{"Day":"21.12.2026"}`, `{"At":"25:00"}`} {
		if err := json.Unmarshal([]byte(bad), &out); err == nil {
			t.Errorf("%s is read as %+v", bad, out)
		}
	}
}

func TestWords(t *testing.T) {
	for got, want := range map[string]string{
		schedule.Workdays.String():       "Mon Tue Wed Thu Fri",
		schedule.Weekend.String():        "Sat Sun",
		schedule.NoDay.String():          "no day",
		schedule.Date{}.String():         "no date",
		schedule.ClockAt(24, 0).String(): "24:00",
		schedule.Absence{First: date(t, "2026-12-21"), Last: date(t, "2027-01-03"), Label: "leave"}.String():          "2026-12-21 to 2027-01-03 (leave)",
		schedule.Absence{First: date(t, "2026-12-21"), Last: date(t, "2026-12-21")}.String():                          "2026-12-21",
		schedule.Absence{Start: instant(t, "2026-12-21T13:00:00Z"), End: instant(t, "2026-12-21T15:00:00Z")}.String(): "2026-12-21 13:00 to 2026-12-21 15:00",
		(&schedule.InvalidError{Reason: "no"}).Error():                                                                "no",
		(&schedule.InvalidError{Field: "first", Reason: "no"}).Error():                                                "first: no",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if schedule.WeekdaysOf(time.Saturday, time.Sunday) != schedule.Weekend {
		t.Error("Saturday and Sunday are no weekend")
	}
}
