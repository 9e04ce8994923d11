package ical_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/schedule/ical"
)

const shared = "../../../shared/data/ical"

// A sample says what a reader must make of one of the shared calendars.
type sample struct {
	ID, File, Mode, TZ string
	Window             [2]time.Time
	Instances          []instance
	Alternatives       [][]instance
	RejectOK           bool `json:"reject_ok"`
	Warn               bool
	Absent             []string
	Limits             struct {
		Seconds      float64
		MaxInstances int `json:"max_instances"`
	}
}

type instance struct {
	Start, End string
	EndAny     []string `json:"end_any"`
	AllDay     bool     `json:"all_day"`
	Summary    *string
	SummaryAny []string `json:"summary_any"`
	UID        *string
	Attendee   string
}

func (i instance) is(o ical.Occurrence) bool {
	start, end := o.Start.Format(time.RFC3339), o.End.Format(time.RFC3339)
	if o.AllDay {
		start, end = o.First.String(), o.Until.String()
	}
	summary := i.Summary == nil || *i.Summary == o.Summary
	if i.SummaryAny != nil {
		summary = slices.Contains(i.SummaryAny, o.Summary)
	}
	return i.AllDay == o.AllDay && i.Start == start && (i.End == end || slices.Contains(i.EndAny, end)) &&
		summary && (i.UID == nil || *i.UID == o.UID) &&
		(i.Attendee == "" || slices.Contains(o.Attendees, ical.Attendee{Email: i.Attendee}))
}

// meets matches each wanted instance with one that was read.
func meets(got []ical.Occurrence, want []instance, exact bool) string {
	left := slices.Clone(got)
	for _, w := range want {
		i := slices.IndexFunc(left, w.is)
		if i < 0 {
			return fmt.Sprintf("no %s to %s", w.Start, w.End)
		}
		left = slices.Delete(left, i, i+1)
	}
	if exact && len(left) > 0 {
		return fmt.Sprintf("unexpected %+v", left[0])
	}
	return ""
}

// The calendars that broke other readers give what they should.
func TestSharedCalendars(t *testing.T) {
	src, err := os.ReadFile(filepath.Join(shared, "expected.json"))
	if os.IsNotExist(err) {
		t.Skip("the shared calendars are not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	var samples []sample
	if err := json.Unmarshal(src, &samples); err != nil {
		t.Fatal(err)
	}
	for _, s := range samples {
		t.Run(s.ID, func(t *testing.T) { s.check(t) })
	}
}

func (s sample) check(t *testing.T) {
	f, err := os.Open(filepath.Join(shared, s.File))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	zone, err := time.LoadLocation(s.TZ)
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	got, err := ical.Read(f, ical.ReadOptions{From: s.Window[0], To: s.Window[1], Zone: zone})
	if took := time.Since(begin).Seconds(); took > s.Limits.Seconds {
		t.Errorf("took %.1f s", took)
	}
	if s.Mode == "reject" {
		if err == nil {
			t.Errorf("was read as %v", got.Events)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Log(err, got.Warnings)
	if s.Warn && len(got.Warnings) == 0 {
		t.Error("no warning")
	}
	active := slices.DeleteFunc(slices.Clone(got.Events), func(o ical.Occurrence) bool { return o.Status == ical.Cancelled })
	why := meets(active, s.Instances, s.Mode == "exact")
	if why != "" {
		t.Errorf("%s in %+v", why, active)
	}
	if most := s.Limits.MaxInstances; most > 0 && len(active) > most {
		t.Errorf("%d instances", len(active))
	}
	for _, o := range active {
		if slices.Contains(s.Absent, o.Start.Format(time.RFC3339)) || strings.Contains(o.Summary, "\ufffd") {
			t.Errorf("unwanted %+v", o)
		}
	}
}
