package teamfile_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"watchbill/schedule"
	"watchbill/schedule/teamfile"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// A drawn team is built twice from the same choices: as a value and as YAML.
type drawn struct {
	t    *rapid.T
	yaml strings.Builder
	team schedule.Team
	zone *time.Location
}

var zones = []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"}

func (d *drawn) line(format string, args ...any) { fmt.Fprintf(&d.yaml, format+"\n", args...) }

func (d *drawn) number(least, most int) int { return rapid.IntRange(least, most).Draw(d.t, "n") }

func (d *drawn) chance() bool { return rapid.Bool().Draw(d.t, "chance") }

func (d *drawn) location() *time.Location {
	zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(d.t, "zone"))
	if err != nil {
		d.t.Fatal(err)
	}
	return zone
}

func (d *drawn) limits(indent string) (l schedule.Limits) {
	d.line("%slimits:", indent)
	l.Rest = time.Duration(d.number(0, 48)) * time.Hour
	d.line("%s  rest: %dh", indent, int(l.Rest.Hours()))
	week := 7 * 24 * time.Hour
	most := d.number(1, 3)
	within := d.number(most+1, 9)
	l.OnCall = []schedule.TimeLimit{{Max: time.Duration(most) * week, Within: time.Duration(within) * week}}
	d.line("%s  on_call: %d weeks in %d", indent, most, within)
	l.Weekends = []schedule.CountLimit{{Max: d.number(0, 4), Within: 8 * week}}
	d.line("%s  weekends: [%d in 8 weeks]", indent, l.Weekends[0].Max)
	return l
}

func (d *drawn) rotation(i int, first schedule.Date) {
	r := schedule.Rotation{ID: schedule.RotationID(fmt.Sprintf("duty %d", i)), Zone: d.zone, Weight: schedule.One, First: first}
	d.line("  - name: %s", r.ID)
	at := schedule.ClockAt(d.number(0, 23), 30)
	switch d.number(0, 2) {
	case 0:
		r.HandOver = schedule.HandOver{Weekly: []schedule.WeekMoment{{Day: time.Tuesday, At: at}}}
		d.line("    handover: Tue %v", at)
	case 1:
		r.HandOver = schedule.EveryDays(1, at)
		d.line("    handover: daily %v", at)
	default:
		r.HandOver = schedule.HandOver{Every: 12 * time.Hour, At: at}
		d.line("    handover: every 12h %v", at)
	}
	if d.chance() {
		r.Weight = schedule.Weight(d.number(1, 40) * 50)
		d.line("    weight: %v", r.Weight)
	}
	if d.chance() {
		r.Zone = d.location()
		d.line("    zone: %v", r.Zone)
	}
	if d.chance() {
		from, until := schedule.ClockAt(d.number(0, 11), 0), schedule.ClockAt(d.number(12, 24), 0)
		r.Cover = []schedule.Window{{Hours: schedule.Hours{Days: schedule.EveryDay, From: from, Until: until}}}
		d.line("    covers: %v-%v", from, until)
	}
	d.team.Rotations = append(d.team.Rotations, r)
}

func (d *drawn) person(i int, from schedule.Date) {
	id := schedule.PersonID(fmt.Sprintf("Person %d", i))
	zone := d.zone
	m := schedule.Member{Person: id, Share: schedule.FullTime}
	for r := range d.team.Rotations {
		m.Rotations = append(m.Rotations, d.team.Rotations[r].ID)
	}
	d.line("  - name: %s", id)
	if d.chance() {
		m.Share = schedule.Share(d.number(1, 10) * 100)
		d.line("    share: %v", m.Share)
	}
	// The zone may stand after the times that are on its clock.
	day := from
	var times []string
	var spans [][2]schedule.Date
	for range d.number(0, 3) {
		first := day.AddDays(d.number(0, 3))
		last := first.AddDays(d.number(0, 4))
		day = last.AddDays(1)
		spans = append(spans, [2]schedule.Date{first, last})
		times = append(times, fmt.Sprintf("      - %v to %v: note", first, last))
	}
	if len(times) > 0 {
		d.line("    away:\n%s", strings.Join(times, "\n"))
	}
	for _, s := range spans {
		m.Absences = append(m.Absences, schedule.Absence{First: s[0], Last: s[1], Label: "note"})
	}
	if d.chance() {
		cost := d.number(1, 100)
		m.Wishes = []schedule.Wish{{Absence: schedule.Absence{First: from, Last: from}, Cost: int64(cost)}}
		d.line("    rather_not: {%v: %d}", from, cost)
	}
	if d.chance() {
		m.Limits = d.limits("    ")
	}
	if d.chance() {
		zone = d.location()
		d.line("    zone: %v", zone)
	}
	d.team.People = append(d.team.People, schedule.Person{ID: id, Zones: schedule.In(zone)})
	d.team.Members = append(d.team.Members, m)
}

// TestParseReadsWhatWasWritten draws teams, writes them as YAML and reads them
// again.
func TestParseReadsWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := &drawn{t: t}
		d.zone = d.location()
		from := schedule.Date{Year: 2026, Month: time.December, Day: 7}.AddDays(d.number(0, 400))
		weeks := d.number(8, 52)
		d.team.ID, d.team.Rates = "Drawn", schedule.DefaultRates()
		d.line("team: Drawn\nzone: %v\nfrom: %v\nweeks: %d", d.zone, from, weeks)
		d.team.Limits = d.limits("")
		d.line("rotations:")
		for i := range d.number(1, 3) {
			d.rotation(i, from)
		}
		d.line("people:")
		for i := range d.number(1, 6) {
			d.person(i, from)
		}
		f, err := teamfile.Parse("drawn.yaml", []byte(d.yaml.String()))
		if err != nil {
			t.Fatalf("%v\nof\n%s", err, d.yaml.String())
		}
		zoneNames := cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
		if diff := cmp.Diff(d.team, f.Team, zoneNames); diff != "" {
			t.Fatalf("(-want +got):\n%s\nof\n%s", diff, d.yaml.String())
		}
		if f.From != from || f.Until != from.AddDays(7*weeks) || f.Zone.String() != d.zone.String() {
			t.Fatalf("from %v until %v in %v, want %v and %d weeks in %v", f.From, f.Until, f.Zone, from, weeks, d.zone)
		}
	})
}
