package ical_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"watchbill/schedule/ical"
)

// What is made to cost time or memory costs little of both.
func TestReadHostile(t *testing.T) {
	repeat := func(n int, f func(i int) string) string {
		var b strings.Builder
		for i := range n {
			if b.Len() > 5<<20-4000 {
				break
			}
			b.WriteString(f(i))
		}
		return b.String()
	}
	event := func(i int, lines ...string) string {
		return fmt.Sprintf("BEGIN:VEVENT\nUID:u%d\n%s\nEND:VEVENT\n", i, strings.Join(lines, "\n"))
	}
	for name, body := range map[string]string{
		"nested":     repeat(1<<20, func(int) string { return "BEGIN:X\n" }),
		"parameters": "BEGIN:VEVENT\nDTSTART" + repeat(1<<20, func(int) string { return ";A=B" }) + ":20260101\nEND:VEVENT\n",
		"quotes":     "BEGIN:VEVENT\nDTSTART" + repeat(1<<20, func(int) string { return `;A="` }) + ":20260101\nEND:VEVENT\n",
		"folds":      "BEGIN:VEVENT\nSUMMARY:x" + repeat(1<<20, func(int) string { return "\n y" }) + "\nDTSTART:20260101\nEND:VEVENT\n",
		"events":     repeat(1<<20, func(i int) string { return event(i, "DTSTART:20260101T000000Z") }),
		"one uid":    repeat(1<<20, func(int) string { return event(0, "DTSTART:20260101T000000Z", "RECURRENCE-ID:20260101T000000Z") }),
		"daily":      repeat(1<<20, func(i int) string { return event(i, "DTSTART:19700101T000000Z", "RRULE:FREQ=DAILY") }),
		"hourly":     repeat(1<<20, func(i int) string { return event(i, "DTSTART:19700101T000000Z", "RRULE:FREQ=HOURLY;COUNT=2000000000") }),
		"positions": repeat(1<<20, func(i int) string {
			return event(i, "DTSTART:19700101T000000", "RRULE:FREQ=YEARLY;BYYEARDAY=1,-1,2,-2,3,-3;BYHOUR=0,1,2,3,4,5,6,7;BYMINUTE=0,1,2,3;BYSETPOS=-1,1,2,3,4,5")
		}),
		"exceptions": "BEGIN:VEVENT\nDTSTART:20260101\nRRULE:FREQ=DAILY\n" + repeat(1<<20, func(i int) string { return fmt.Sprintf("EXDATE:2026%02d%02d\n", i%12+1, i%28+1) }) + "END:VEVENT\n",
		"dates":      "BEGIN:VEVENT\nDTSTART:20260101T000000Z\nRDATE:20260101T000000Z" + repeat(300_000, func(i int) string { return fmt.Sprintf(",2026%02d%02dT%02d%02d00Z", i%12+1, i%28+1, i%24, i%60) }) + "\nEND:VEVENT\n",
		"attendees":  "BEGIN:VEVENT\nDTSTART:20260101\nRRULE:FREQ=DAILY\n" + repeat(1<<20, func(i int) string { return fmt.Sprintf("ATTENDEE;CN=%d:mailto:a%d@b.c\n", i, i) }) + "END:VEVENT\n",
		"zones":      repeat(1<<20, func(i int) string { return event(i, fmt.Sprintf("DTSTART;TZID=Zone/%d:20260101T000000", i)) }),
		"one zone": "BEGIN:VTIMEZONE\nTZID:Z\n" + repeat(20_000, func(int) string {
			return "BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nRRULE:FREQ=YEARLY\nEND:STANDARD\n"
		}) + "END:VTIMEZONE\n" + event(0, "DTSTART;TZID=Z:20260101T000000", "RRULE:FREQ=DAILY"),
		"titles":   "BEGIN:VEVENT\nDTSTART:20260101T000000Z\nRRULE:FREQ=HOURLY\nSUMMARY:" + strings.Repeat("x", 4<<20) + "\nEND:VEVENT\n",
		"controls": strings.Repeat("\x00\n", 2<<20),
	} {
		t.Run(name, func(t *testing.T) {
			src := "BEGIN:VCALENDAR\n" + body + "END:VCALENDAR\n"
			src = src[:min(len(src), 5<<20)]
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			begin := time.Now()
			got, err := ical.Read(strings.NewReader(src), year2026(nil))
			took := time.Since(begin)
			runtime.ReadMemStats(&after)
			events, warnings := 0, 0
			if err == nil {
				events, warnings = len(got.Events), len(got.Warnings)
			}
			kept := int64(after.HeapInuse)>>20 - int64(before.HeapInuse)>>20
			t.Logf("%v, %d MB allocated, %d MB in use, %d events, %d warnings, %v", took, (after.TotalAlloc-before.TotalAlloc)>>20, kept, events, warnings, err)
			if took > 20*time.Second || kept > 400 || events > 10_000 || warnings > 101 {
				t.Error("too much")
			}
		})
	}
}
