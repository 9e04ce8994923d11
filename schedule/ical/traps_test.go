package ical_test

import (
	"strings"
	"testing"
	"time"

	"watchbill/schedule/ical"
)

// Recurrences at which other readers lost, doubled or moved an occurrence, most of them
// around clock changes. Times are local, with their offset.
func TestRulesOthersTripOver(t *testing.T) {
	for _, c := range []struct {
		about, zone, start string
		lines              []string
		want               string
	}{
		{"every hour over a spring change: three o'clock comes once", "America/New_York", "20260308T000000", []string{"RRULE:FREQ=HOURLY;COUNT=5"},
			"08 00:00-05, 08 01:00-05, 08 03:00-04, 08 04:00-04, 08 05:00-04"},
		{"every hour over an autumn change", "America/New_York", "20261101T000000", []string{"RRULE:FREQ=HOURLY;COUNT=4"},
			"01 00:00-04, 01 01:00-04, 01 01:00-05, 01 02:00-05"},
		{"every day at the hour that is skipped", "Europe/Berlin", "20230325T023000", []string{"RRULE:FREQ=DAILY;COUNT=3"},
			"25 02:30+01, 26 03:30+02, 27 02:30+02"},
		{"every day at the hour that is skipped, in the south", "Australia/Sydney", "20221001T023000", []string{"RRULE:FREQ=DAILY;COUNT=3"},
			"01 02:30+10, 02 03:30+11, 03 02:30+11"},
		{"every Sunday, also that of the change", "Europe/Berlin", "20171022T023000", []string{"RRULE:FREQ=WEEKLY;COUNT=3"},
			"22 02:30+02, 29 02:30+02, 05 02:30+01"},
		{"every day, half an hour of change", "Australia/Lord_Howe", "20261003T021500", []string{"RRULE:FREQ=DAILY;COUNT=3"},
			"03 02:15+1030, 04 02:45+11, 05 02:15+11"},
		{"the 31st of every month that has one", "Europe/Berlin", "20260131T090000", []string{"RRULE:FREQ=MONTHLY;COUNT=3"},
			"31 09:00+01, 31 09:00+02, 31 09:00+02"},
		{"until the instant of the last, in UTC", "America/Los_Angeles", "20260302T170000", []string{"RRULE:FREQ=DAILY;UNTIL=20260305T010000Z"},
			"02 17:00-08, 03 17:00-08, 04 17:00-08"},
		{"until a day, which is included", "America/Los_Angeles", "20260302T170000", []string{"RRULE:FREQ=DAILY;UNTIL=20260304"},
			"02 17:00-08, 03 17:00-08, 04 17:00-08"},
		{"every other week that begins on Monday", "Europe/Berlin", "20260303T090000", []string{"RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO;COUNT=4"},
			"03 09:00+01, 08 09:00+01, 17 09:00+01, 22 09:00+01"},
		{"every other week that begins on Sunday", "Europe/Berlin", "20260303T090000", []string{"RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU;COUNT=4"},
			"03 09:00+01, 15 09:00+01, 17 09:00+01, 29 09:00+02"},
		{"a day left out on the other side of midnight in UTC", "Asia/Tokyo", "20260301T080000", []string{"RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20260301T230000Z"},
			"01 08:00+09, 03 08:00+09"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		src := calendarOf(append([]string{"BEGIN:VEVENT", "UID:x", "DTSTART;TZID=" + c.zone + ":" + c.start, "DURATION:PT30M"}, append(c.lines, "END:VEVENT")...)...)
		read, err := ical.Read(strings.NewReader(src), ical.ReadOptions{From: time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			t.Fatalf("%s: %v", c.about, err)
		}
		var got []string
		for i := range read.Events {
			got = append(got, read.Events[i].Start.In(zone).Format("02 15:04Z0700"))
		}
		text := strings.ReplaceAll(strings.Join(got, ", "), "00,", ",")
		if text = strings.TrimSuffix(text, "00"); text != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.about, text, c.want)
		}
	}
}
