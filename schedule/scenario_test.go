package schedule_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"watchbill/schedule"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the slots in testdata/*.txtar")

// Each archive in testdata holds a rotation in words and the slots it gives in a
// window, on the wall clock with its distance from UTC.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for i := 0; i+1 < len(archive.Files); i += 2 {
				rule, slots := &archive.Files[i], &archive.Files[i+1]
				got := scenario(t, string(rule.Data))
				if *update {
					slots.Data = []byte(got)
				}
				if diff := cmp.Diff(string(slots.Data), got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", rule.Name, diff)
				}
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// scenario expands a rotation written as "key: value" lines, and prints its slots.
func scenario(t *testing.T, text string) string {
	t.Helper()
	r := schedule.Rotation{ID: "primary", Weight: schedule.One, HolidaySlots: strings.Contains(text, "\nholiday:")}
	var from, to schedule.Date
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		words := strings.Fields(value)
		switch key {
		case "zone":
			r.Zone = zone(t, value)
		case "handover":
			r.HandOver = handOver(t, words)
		case "first":
			r.First = date(t, value)
		case "last":
			r.Last = date(t, value)
		case "window":
			from, to = date(t, words[0]), date(t, words[1])
		case "people":
			r.People = len(words)
		case "cover":
			r.Cover = append(r.Cover, window(t, words))
		case "holiday":
			r.Holidays = r.Holidays.With(schedule.NewCalendar(schedule.Holiday{Date: date(t, words[0]), Name: words[1]}))
		default:
			t.Fatalf("nobody knows %q", line)
		}
	}
	slots, err := r.Slots(from.At(schedule.Midnight, r.Zone), to.At(schedule.Midnight, r.Zone))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, s := range slots {
		fmt.Fprintf(&out, "turn %d  %s", s.Turn, s.ID)
		if s.Holiday != "" {
			fmt.Fprintf(&out, " (%s)", s.Holiday)
		}
		out.WriteString("\n")
		for _, p := range s.Parts {
			fmt.Fprintf(&out, "    %s  %s  %v\n", p.Start.Format("Mon 01-02 15:04 -07:00"), p.End.Format("Mon 01-02 15:04 -07:00"), p.End.Sub(p.Start))
		}
	}
	return out.String()
}

// handOver reads "Mon 09:00 Fri 17:00", "4 3 days 09:00" or "12h 08:00".
func handOver(t *testing.T, words []string) schedule.HandOver {
	t.Helper()
	var h schedule.HandOver
	for i, w := range words {
		if c, err := schedule.ParseClock(w); err == nil {
			if h.At = c; i > 0 && weekday(words[i-1]) >= 0 {
				h.At = 0
				h.Weekly = append(h.Weekly, schedule.WeekMoment{Day: weekday(words[i-1]), At: c})
			}
		} else if every, err := time.ParseDuration(w); err == nil {
			h.Every = every
			continue
		} else if weekday(w) < 0 && w != "days" {
			var n int
			if _, err := fmt.Sscan(w, &n); err != nil {
				t.Fatalf("no hand-over: %q", words)
			}
			h.Days = append(h.Days, n)
		}
	}
	return h
}

// window reads "Mon-Fri 09:00-17:00", with a name and a zone behind it.
func window(t *testing.T, words []string) schedule.Window {
	t.Helper()
	first, last, _ := strings.Cut(words[0], "-")
	var w schedule.Window
	for d := weekday(first); ; d = (d + 1) % 7 {
		w.Days |= schedule.WeekdaysOf(d)
		if d == weekday(last) {
			break
		}
	}
	opens, closes, _ := strings.Cut(words[1], "-")
	var err error
	if w.From, err = schedule.ParseClock(opens); err != nil {
		t.Fatal(err)
	}
	if w.Until, err = schedule.ParseClock(closes); err != nil {
		t.Fatal(err)
	}
	if len(words) == 4 {
		w.Name, w.Zone = words[2], zone(t, words[3])
	}
	return w
}

func weekday(s string) time.Weekday {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if d.String()[:3] == s {
			return d
		}
	}
	return -1
}

func date(t testing.TB, s string) schedule.Date {
	t.Helper()
	d, err := schedule.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
