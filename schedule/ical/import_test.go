package ical_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"watchbill/schedule/ical"

	"github.com/google/go-cmp/cmp"
)

func year2026(zone *time.Location) ical.ReadOptions {
	return ical.ReadOptions{From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Zone: zone}
}

func calendarOf(lines ...string) string {
	return "BEGIN:VCALENDAR\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VCALENDAR\r\n"
}

// Occurrences keep their names when they move, and files say whose time they take.
func TestReadOccurrences(t *testing.T) {
	src := calendarOf("X-WR-CALNAME:Zoë\\, away", "X-PUBLISHED-TTL:PT4H",
		"BEGIN:VEVENT", "UID:s", "DTSTART:20260302T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3", "SUMMARY:Stand-up", "TRANSP:TRANSPARENT", "END:VEVENT",
		"BEGIN:VEVENT", "UID:s", "RECURRENCE-ID:20260303T090000Z", "DTSTART:20260303T150000Z", "DURATION:PT1H", "SUMMARY:Stand-up", "END:VEVENT",
		"BEGIN:VEVENT", "UID:d", "DTSTART;VALUE=DATE:20260401", "RDATE;VALUE=DATE:20260501", "SUMMARY:Off", "X-MICROSOFT-CDO-BUSYSTATUS:OOF", "END:VEVENT",
		"BEGIN:VEVENT", "UID:f", "DTSTART:20260601T090000", "DURATION:PT1H", "SUMMARY:Floating", "ATTENDEE;CN=\"Zoë, Team\":MAILTO:Zoe@Example.com", "ATTENDEE:MAILTO:", "END:VEVENT")
	berlin, _ := time.LoadLocation("Europe/Berlin")
	got, err := ical.Read(strings.NewReader(src), year2026(berlin))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, o := range got.Events {
		lines = append(lines, strings.Join([]string{o.UID, o.Instance, o.Start.Format("0102T1504"), string(o.Time)}, " "))
	}
	want := []string{
		"s 20260302T090000Z 0302T0900 free", "s 20260303T090000Z 0303T1500 busy", "s 20260304T090000Z 0304T0900 free",
		"d 20260401 0331T2200 away", "d 20260501 0430T2200 away", "f  0601T0700 busy",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.Name != "Zoë, away" || got.Refresh != 4*time.Hour || got.Floating != 1 {
		t.Errorf("%q refreshes every %v and has %d floating", got.Name, got.Refresh, got.Floating)
	}
	if diff := cmp.Diff([]ical.Attendee{{Name: "Zoë, Team", Email: "zoe@example.com"}}, got.Events[5].Attendees); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A calendar that says its zone is not read in that of the reader; one that says
// nonsense is, with a warning.
func TestReadCalendarZone(t *testing.T) {
	event := []string{"BEGIN:VEVENT", "UID:f", "DTSTART:20260601T090000", "SUMMARY:Floating", "END:VEVENT"}
	for zone, want := range map[string]string{"America/New_York": "1300", "Middle/Earth": "0700", "": "0700"} {
		berlin, _ := time.LoadLocation("Europe/Berlin")
		got, err := ical.Read(strings.NewReader(calendarOf(append([]string{"X-WR-TIMEZONE:" + zone}, event...)...)), year2026(berlin))
		if err != nil || len(got.Events) != 1 || got.Events[0].Start.Format("1504") != want {
			t.Errorf("%s: %+v %v, want %s", zone, got, err, want)
		}
		if warned := got != nil && len(got.Warnings) > 0; warned != (zone == "Middle/Earth") {
			t.Errorf("%s: warnings %v", zone, got.Warnings)
		}
	}
	// What one calendar says does not hold for the next in the file.
	two := calendarOf(append([]string{"METHOD:CANCEL", "X-WR-TIMEZONE:America/New_York"}, event...)...) +
		strings.ReplaceAll(calendarOf(event...), "UID:f", "UID:g")
	got, err := ical.Read(strings.NewReader(two), year2026(nil))
	if err != nil || len(got.Events) != 2 || got.Events[0].UID != "g" || got.Events[0].Status != ical.Confirmed || got.Events[1].Status != ical.Cancelled {
		t.Errorf("%+v %v", got, err)
	}
}

// Free and busy times are no events, which must not look like an empty calendar.
func TestReadFreeBusy(t *testing.T) {
	src := calendarOf("BEGIN:VFREEBUSY", "UID:x", "FREEBUSY:20260301T090000Z/PT8H", "END:VFREEBUSY")
	got, err := ical.Read(strings.NewReader(src), year2026(nil))
	if err != nil || len(got.Events) != 0 || len(got.Warnings) != 1 || got.Warnings[0].Line != 2 {
		t.Errorf("%+v %v", got, err)
	}
}

// No bytes crash the reader, make it spin, or make it return without end.
func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob(shared + "/*.ics")
	for _, name := range files {
		if src, err := os.ReadFile(name); err == nil && len(src) < 1<<14 {
			f.Add(src, "Europe/Berlin")
		}
	}
	for _, rule := range []string{
		"FREQ=DAILY;INTERVAL=99999", "FREQ=HOURLY;BYMINUTE=0,1,2,3,4,5;BYSECOND=0,1,2", "FREQ=YEARLY;BYYEARDAY=-1;COUNT=2000000000",
		"FREQ=MONTHLY;BYSETPOS=-1;BYDAY=MO,TU,WE,TH,FR", "FREQ=YEARLY;BYWEEKNO=53;WKST=SU", "FREQ=WEEKLY;UNTIL=99991231T235959Z", "RSCALE=HEBREW;FREQ=YEARLY",
	} {
		f.Add([]byte(calendarOf("BEGIN:VEVENT", "UID:r", "DTSTART;TZID=America/New_York:19700101T023000", "RRULE:"+rule,
			"RDATE;VALUE=PERIOD:20260101T000000Z/PT1H", "EXDATE:20260301T073000Z", "END:VEVENT")), "Australia/Lord_Howe")
	}
	f.Fuzz(func(t *testing.T, src []byte, name string) {
		zone, err := time.LoadLocation(name)
		if err != nil || name == "Local" {
			zone = time.UTC
		}
		begin := time.Now()
		o := year2026(zone)
		got, err := ical.Read(bytes.NewReader(src), o)
		if took := time.Since(begin); took > 10*time.Second {
			t.Fatalf("took %v", took)
		}
		if err != nil {
			if got != nil {
				t.Fatal("an error and a calendar")
			}
			return
		}
		if len(got.Events) > 10_000 || len(got.Warnings) > 101 || got.Refresh < 0 {
			t.Fatalf("%d events, %d warnings, refresh %v", len(got.Events), len(got.Warnings), got.Refresh)
		}
		for i, e := range got.Events {
			if e.End.Before(e.Start) || !e.Start.Before(o.To) || e.End.Before(o.From) || e.UID == "" || len(e.UID) > 1000 || e.Status == "" ||
				e.AllDay != !e.First.IsZero() || e.AllDay && !e.First.Before(e.Until) || i > 0 && e.Start.Before(got.Events[i-1].Start) {
				t.Fatalf("%+v", e)
			}
		}
	})
}
