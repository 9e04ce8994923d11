package ical_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"watchbill/schedule"
	"watchbill/schedule/ical"

	goical "github.com/emersion/go-ical"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var changed = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

func TestEncode(t *testing.T) {
	berlin := time.FixedZone("Berlin", 3600)
	var buf bytes.Buffer
	err := ical.Encode(&buf, &ical.Calendar{Name: "Payments, on call; now", Events: []ical.Event{{
		UID: "primary-2026-12-21@payments", Summary: "On call (primary): Zoë O'Brien,\r\n Payments",
		Description: "Mon 21 Dec 09:00\nto Mon 28 Dec\x00", Categories: []string{"On-call", "Pay, ments"},
		Start: time.Date(2026, 12, 21, 9, 0, 0, 0, berlin), End: time.Date(2026, 12, 28, 9, 0, 0, 0, berlin), Changed: changed,
	}}})
	if err != nil {
		t.Fatal(err)
	}
	text := buf.String()
	for _, want := range []string{
		"X-WR-CALNAME:Payments on call now\r\n", "DTSTART:20261221T080000Z\r\n", "DTEND:20261228T080000Z\r\n",
		`SUMMARY:On call (primary): Zoë O'Brien\, Payments` + "\r\n", `DESCRIPTION:Mon 21 Dec 09:00\nto Mon 28 Dec` + "\r\n",
		"DTSTAMP:20261124T090000Z\r\n", "SEQUENCE:0\r\n", "TRANSP:TRANSPARENT\r\n", "X-MICROSOFT-CDO-BUSYSTATUS:FREE\r\n",
		`CATEGORIES:On-call,Pay\, ments` + "\r\n", "UID:primary-2026-12-21@payments\r\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestEncodeEmpty(t *testing.T) {
	var buf bytes.Buffer
	if err := ical.Encode(&buf, &ical.Calendar{Name: "Nobody"}); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(buf.String(), "BEGIN:VCALENDAR\r\n") || !strings.HasSuffix(buf.String(), "END:VCALENDAR\r\n") {
		t.Errorf("%q", buf.String())
	}
}

// hostile draws texts that have broken calendars.
func hostile(t *rapid.T, name string) string {
	parts := []string{
		"Zoë", "O'Brien", "\r\nEND:VEVENT\r\n", "\nSTATUS:CANCELLED", "\r", "\u2028X-EVIL:1", "\u0085", "\x00\x1f\x7f\u009f", "\ufeff", "\xff\xfe\xc3", `\`, `\n`, `;,:"`,
		"👩🏽‍🚒🇩🇪", "مناوبة ", "\u202eevil\u202c", " ", "\t", strings.Repeat("ß", 1000), strings.Repeat("x", 1000), "BEGIN:VALARM", "TZID=Europe/Berlin", "",
	}
	return strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(parts), rapid.String()), 0, 5).Draw(t, name), "")
}

// Whatever a shift is called, the calendar has short lines of whole characters
// and no property but ours, and our reader and go-ical read back what was written.
func TestEncodeRoundTrip(t *testing.T) {
	name := regexp.MustCompile(`^(BEGIN:(VCALENDAR|VEVENT|VALARM)$|END:(VCALENDAR|VEVENT|VALARM)$|VERSION:|PRODID:|NAME:|X-WR-CALNAME:|REFRESH-INTERVAL;VALUE=DURATION:|X-PUBLISHED-TTL:` +
		`|UID:|SEQUENCE:|DTSTAMP:|LAST-MODIFIED:|DTSTART|DTEND|SUMMARY:|DESCRIPTION:|CATEGORIES:|URL:|STATUS:|TRANSP:|X-MICROSOFT-CDO-BUSYSTATUS:|ACTION:DISPLAY$|TRIGGER:-PT15M$| )`)
	rapid.Check(t, func(t *rapid.T) {
		e := ical.Event{
			UID: "u@x", Summary: hostile(t, "summary"), Description: hostile(t, "description"), Categories: []string{hostile(t, "category"), "On-call"},
			Start: changed, End: changed.Add(time.Hour), Changed: changed, URL: "https://x.example/" + hostile(t, "url"),
			Alarm: rapid.Bool().Draw(t, "alarm"), Busy: rapid.Bool().Draw(t, "busy"), Cancelled: rapid.Bool().Draw(t, "cancelled"),
		}
		var buf bytes.Buffer
		if err := ical.Encode(&buf, &ical.Calendar{Name: hostile(t, "name"), Events: []ical.Event{e}}); err != nil {
			t.Fatal(err)
		}
		text := buf.String()
		for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
			if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsFunc(line, unicode.IsControl) || !name.MatchString(line) {
				t.Fatalf("line of %d octets: %q", len(line), line)
			}
		}
		if strings.Count(text, "BEGIN:VEVENT\r\n") != 1 || strings.Count(text, "\r\nSTATUS:") != 1 || strings.Count(text, "\r\nUID:") != 1 {
			t.Fatalf("properties were injected:\n%s", text)
		}
		cal, err := goical.NewDecoder(bytes.NewReader(buf.Bytes())).Decode()
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		got, err := cal.Events()[0].Props.Text(goical.PropSummary)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Join(strings.Fields(printable(e.Summary)), " ")
		if got != want {
			t.Fatalf("summary %q, want %q", got, want)
		}
		in, err := ical.Read(bytes.NewReader(buf.Bytes()), ical.ReadOptions{From: changed.Add(-time.Hour), To: changed.Add(2 * time.Hour)})
		if err != nil || len(in.Events) != 1 || len(in.Warnings) != 0 {
			t.Fatalf("%+v, %v in\n%s", in, err, text)
		}
		if o := in.Events[0]; o.UID != e.UID || o.Summary != want || !o.Start.Equal(e.Start) || !o.End.Equal(e.End) || (o.Status == ical.Cancelled) != e.Cancelled {
			t.Fatalf("read back %+v of\n%s", o, text)
		}
	})
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError || r == '\ufeff' {
			return -1
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
}

func d(s string) schedule.Date {
	v, err := schedule.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return v
}

func TestReadHolidays(t *testing.T) {
	event := func(lines ...string) string {
		return "BEGIN:VEVENT\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT\r\n"
	}
	for _, c := range []struct {
		name, body string
		want       []string // "date name"
		warning    string
	}{
		{"one day", event("DTSTART;VALUE=DATE:20261224", "SUMMARY:Company\\, closed"), []string{"2026-12-24 Company, closed"}, ""},
		{"a stretch, its end not included", event("DTSTART;VALUE=DATE:20261230", "DTEND;VALUE=DATE:20270102", "SUMMARY:x"), []string{"2026-12-30 x", "2026-12-31 x", "2027-01-01 x"}, ""},
		{"every year", event("DTSTART;VALUE=DATE:20101003", "RRULE:FREQ=YEARLY", "SUMMARY:Unity"), []string{"2026-10-03 Unity"}, ""},
		{"the fourth Thursday", event("DTSTART;VALUE=DATE:20101125", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "SUMMARY:Thanks"), []string{"2026-11-26 Thanks"}, ""},
		{"the last Monday", event("DTSTART;VALUE=DATE:20100531", "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", "SUMMARY:m"), []string{"2026-05-25 m"}, ""},
		{"a leap day", event("DTSTART;VALUE=DATE:20240229", "RRULE:FREQ=YEARLY", "SUMMARY:l"), nil, ""},
		{"counted out", event("DTSTART;VALUE=DATE:20200101", "RRULE:FREQ=YEARLY;COUNT=3", "SUMMARY:c"), nil, ""},
		{"until included", event("DTSTART;VALUE=DATE:20200701", "RRULE:FREQ=YEARLY;UNTIL=20260701", "SUMMARY:u"), []string{"2026-07-01 u"}, ""},
		{"left out", event("DTSTART;VALUE=DATE:20200701", "RRULE:FREQ=YEARLY", "EXDATE;VALUE=DATE:20260701", "SUMMARY:u"), nil, ""},
		{"cancelled", event("DTSTART;VALUE=DATE:20260701", "STATUS:CANCELLED"), nil, ""},
		{"an appointment", event("DTSTART:20260701T090000Z", "SUMMARY:call"), nil, ""},
		{"weekly", event("DTSTART;VALUE=DATE:20260701", "RRULE:FREQ=WEEKLY", "SUMMARY:w"), nil, "which no yearly holiday does"},
		{"a bad one between good ones", event("DTSTART;VALUE=DATE:20260701", "SUMMARY:a") + event("DTSTART;VALUE=DATE:2026") + event("SUMMARY:no start") + event("DTSTART;VALUE=DATE:20260702", "SUMMARY:b"),
			[]string{"2026-07-01 a", "2026-07-02 b"}, "no DTSTART"},
		{"folded, with an alarm inside", event("DTSTART;VALUE=DATE:20260701", "SUMMARY:Long", "  name", "BEGIN:VALARM", "SUMMARY:no", "END:VALARM"), []string{"2026-07-01 Long name"}, ""},
		{"cut off", "BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260701\r\n", nil, "the event ends with VCALENDAR"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + c.body + "END:VCALENDAR\r\n"
			got, warnings, err := ical.ReadHolidays(strings.NewReader(src), d("2026-01-01"), d("2027-01-02"))
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for _, h := range got {
				lines = append(lines, h.Date.String()+" "+h.Name)
			}
			if diff := cmp.Diff(c.want, lines); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			all := ""
			for _, w := range warnings {
				all += w.String() + "\n"
			}
			if c.warning == "" && all != "" || !strings.Contains(all, c.warning) {
				t.Errorf("warnings %q, want %q", all, c.warning)
			}
		})
	}
}

func TestReadHolidaysRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"": "empty", "<html>": "web page", "hello": "not a calendar",
		"BEGIN:VCALENDAR\n" + strings.Repeat("x", 6<<20): "larger than",
	} {
		_, _, err := ical.ReadHolidays(strings.NewReader(in), d("2026-01-01"), d("2027-01-01"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, want %q", in, err, want)
		}
	}
}

func FuzzReadHolidays(f *testing.F) {
	f.Add([]byte("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY;BYDAY=-1MO;BYMONTH=1,2\nEND:VEVENT\nEND:VCALENDAR"))
	files, _ := filepath.Glob(shared + "/*.ics")
	for _, name := range files {
		if src, err := os.ReadFile(name); err == nil && len(src) < 1<<14 {
			f.Add(src)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		from, until := d("2025-06-01"), d("2026-06-01")
		got, _, err := ical.ReadHolidays(bytes.NewReader(src), from, until)
		if err != nil && len(got) > 0 {
			t.Fatal("an error and holidays")
		}
		for _, h := range got {
			if h.Date.Before(from) || !h.Date.Before(until) || h.Name == "" {
				t.Fatalf("%v", h)
			}
		}
	})
}
