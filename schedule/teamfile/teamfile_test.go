package teamfile_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"watchbill/schedule"
	"watchbill/schedule/teamfile"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the expected messages")

// TestMessages reads each team file of testdata/*.txtar and compares the errors
// and warnings, as a person would see them.
func TestMessages(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no test data", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			team, want := archive.Files[0], archive.Files[1]
			got := messages(team.Name, team.Data)
			if *update {
				archive.Files[1].Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(want.Data), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func messages(name string, src []byte) string {
	f, err := teamfile.Parse(name, src)
	var bad *teamfile.Error
	switch {
	case errors.As(err, &bad):
		return bad.Pretty()
	case err != nil:
		return "not a *teamfile.Error: " + err.Error() + "\n"
	}
	return f.Refuse(f.Warnings...).Pretty()
}

func TestExamples(t *testing.T) {
	files, err := filepath.Glob("../../examples/*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatal("the examples are missing", err)
	}
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := teamfile.Parse(filepath.Base(name), src)
		if err != nil {
			t.Error(err)
			continue
		}
		if len(f.Warnings) > 0 {
			t.Error(f.Refuse(f.Warnings...))
		}
	}
}

const small = `
team: Payments
zone: Europe/Berlin
from: 2026-12-07
weeks: 4
limits: {on_call: [1 week in 4, 36h in 10 days], rest: 11h, weekends: 2 in 8 weeks, holidays: 1 in 26 weeks}
points: {evening: 1.25}
holidays: [DE-BE, days/company.ics]
frozen_until: 2026-12-14
rotations:
  - {name: primary, handover: daily 09:00, skills: [db], pool: all, first: 2026-12-01, last: 2027-01-01, people: 2}
  - name: office
    handover: "Mon 09:00, Fri 17:00"
    weight: 0.5
    covers:
      - Mon-Fri 09:00-17:00
      - {name: night, hours: "22:00-06:00", zone: UTC}
    holiday_shifts: true
people:
  - name: Ana
    zone: Europe/Madrid
    email: ana@example.com
    share: 80%
    from: 2026-01-01
    until: 2027-12-31
    takes: [primary]
    skills: db
    works: Mon-Thu 10:00-18:00
    sleeps: "23:00-07:00"
    holidays: ES
    away:
      - 2026-12-21 to 2027-01-03: skiing
      - 2026-12-10 14:00 to 2026-12-10 18:00
    rather_not:
      - 2026-12-15
      - 2026-12-16: 5
    limits: {on_call: 1 day in 7}
  - name: Ben
    skills: [db]
pinned: {primary 2026-12-08/1: Ben}
past:
  - office 2026-12-04: Ben
`

func TestParseReadsEverything(t *testing.T) {
	f, err := teamfile.Parse("small.yaml", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	day := func(y int, m time.Month, d int) schedule.Date { return schedule.Date{Year: y, Month: m, Day: d} }
	if f.Team.ID != "Payments" || f.From != day(2026, 12, 7) || f.Until != day(2027, 1, 4) || f.FrozenUntil != day(2026, 12, 14) {
		t.Errorf("team %q from %v until %v frozen until %v", f.Team.ID, f.From, f.Until, f.FrozenUntil)
	}
	wantLimits := schedule.Limits{
		Rest:     11 * time.Hour,
		OnCall:   []schedule.TimeLimit{{Max: 168 * time.Hour, Within: 672 * time.Hour}, {Max: 36 * time.Hour, Within: 240 * time.Hour}},
		Weekends: []schedule.CountLimit{{Max: 2, Within: 8 * 168 * time.Hour}},
		Holidays: []schedule.CountLimit{{Max: 1, Within: 26 * 168 * time.Hour}},
	}
	if diff := cmp.Diff(wantLimits, f.Team.Limits); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
	if f.Team.Rates[schedule.Evening] != 1250 || f.Team.Rates[schedule.HolidayBand] != 3000 {
		t.Errorf("rates are %v", f.Team.Rates)
	}
	if len(f.Holidays) != 2 || f.Holidays[0].Calendar() || !f.Holidays[1].Calendar() || f.PersonHolidays["Ana"][0].Name != "ES" {
		t.Errorf("holidays %v, %v", f.Holidays, f.PersonHolidays)
	}
	primary, office := f.Team.Rotations[0], f.Team.Rotations[1]
	if primary.People != 2 || primary.Pool != "all" || primary.First != day(2026, 12, 1) || primary.Last != day(2027, 1, 1) || primary.HandOver.Days[0] != 1 {
		t.Errorf("primary is %+v", primary)
	}
	if !office.HolidaySlots || office.Weight != 500 || len(office.Cover) != 2 || office.Cover[1].Zone != time.UTC || len(office.HandOver.Weekly) != 2 {
		t.Errorf("office is %+v", office)
	}
	ana, ben := f.Team.Members[0], f.Team.Members[1]
	if ana.Share != 800 || len(ana.Rotations) != 1 || len(ben.Rotations) != 2 || ana.Absences[0].Label != "skiing" || ana.Wishes[1].Cost != 5 {
		t.Errorf("Ana is %+v", ana)
	}
	if got := ana.Absences[1].End.Sub(ana.Absences[1].Start); got != 4*time.Hour {
		t.Errorf("an afternoon away lasts %v", got)
	}
	if f.Pinned[0].Slot != "primary 2026-12-08/1" || f.Past[0].Person != "Ben" {
		t.Errorf("pins %v, past %v", f.Pinned, f.Past)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	files, _ := filepath.Glob("../../examples/*.yaml")
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Add([]byte("a: &a [*a, *a]\nteam: *a"))
	f.Fuzz(func(t *testing.T, src []byte) {
		file, err := teamfile.Parse("f.yaml", src)
		if (file == nil) == (err == nil) {
			t.Fatalf("file %v, error %v", file, err)
		}
		var bad *teamfile.Error
		if err != nil && (!errors.As(err, &bad) || len(bad.Problems) == 0) {
			t.Fatalf("not a positioned error: %v", err)
		}
		if bad != nil {
			lines := strings.Count(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(src)), "\n") + 1
			for _, p := range bad.Problems {
				if p.Line < 1 || p.Line > lines+1 || p.Reason == "" {
					t.Fatalf("no place in the file: %+v", p)
				}
			}
			_ = bad.Pretty()
		}
	})
}

func BenchmarkParse(b *testing.B) {
	src, err := os.ReadFile("../../examples/payments.yaml")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := teamfile.Parse("payments.yaml", src); err != nil {
			b.Fatal(err)
		}
	}
}
