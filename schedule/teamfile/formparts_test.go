package teamfile_test

import (
	"testing"

	"watchbill/schedule/teamfile"

	"github.com/google/go-cmp/cmp"
)

func TestHandoverParts(t *testing.T) {
	for text, want := range map[string]teamfile.HandoverParts{
		"Mon 09:00":                   {Kind: "weekly", Day: "Mon", At: "09:00"},
		"monday  9:00":                {Kind: "weekly", Day: "Mon", At: "09:00"},
		"Mon 09:00, Fri 17:00":        {Kind: "twice", Day: "Mon", At: "09:00", Day2: "Fri", At2: "17:00"},
		"daily 08:30":                 {Kind: "daily", At: "08:30"},
		"every 14 days 10:00":         {Kind: "days", N: "14", At: "10:00"},
		"every 12h 08:00":             {Kind: "hours", N: "12", At: "08:00"},
		"4+3+7 days 09:00":            {Kind: "other"},
		"Moonday 09:00":               {Kind: "other"},
		"every 2 weeks 09:00":         {Kind: "other"},
		"Mon 09:00 Wed 9:00 Fri 9:00": {Kind: "other"},
	} {
		want.Text = text
		got := teamfile.PartsOfHandover(text)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
		// Together again it means the same.
		again := teamfile.PartsOfHandover(got.String())
		again.Text = text
		if diff := cmp.Diff(want, again); diff != "" {
			t.Errorf("%s became %s: %s", text, got, diff)
		}
	}
}

func TestCovers(t *testing.T) {
	covers := []teamfile.CoverText{{Hours: "Mon-Fri 09:00-17:00"}, {Name: "emea", Hours: "09:00-17:00", Zone: "Europe/Berlin"}, {Hours: "22:00-06:00", Zone: "UTC"}, {Name: "the night", Hours: "Sat Sun 20:00-08:00"}}
	lines := "Mon-Fri 09:00-17:00\nemea: 09:00-17:00 Europe/Berlin\n22:00-06:00 UTC\nthe night: Sat Sun 20:00-08:00"
	if got := teamfile.CoverLines(covers); got != lines {
		t.Errorf("%q", got)
	}
	if diff := cmp.Diff(covers, teamfile.CoversOf(" \r\n"+lines+"\r\n\n")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]teamfile.CoverText{{Hours: "whenever"}}, teamfile.CoversOf("whenever")); diff != "" {
		t.Error(diff)
	}
}

func TestLimitsText(t *testing.T) {
	l, err := teamfile.ReadLimits("{on_call: [1 week in 4, 2 days in 7], rest: 11h}")
	want := teamfile.LimitsText{OnCall: []string{"1 week in 4", "2 days in 7"}, Rest: "11h"}
	if diff := cmp.Diff(want, l); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if got := l.String(); got != "{on_call: [1 week in 4, 2 days in 7], rest: 11h}" {
		t.Error(got)
	}
	if l, err := teamfile.ReadLimits(" "); err != nil || l.String() != "" {
		t.Error(l, err)
	}
	if _, err := teamfile.ReadLimits("{often: 1}"); err == nil {
		t.Error("an unknown limit is read")
	}
}

func TestNamed(t *testing.T) {
	got := teamfile.Named("# ours\nteam: Old # name\nrotations:\n  - {name: a, handover: Mon 09:00}\n", "New: one", "Asia/Tokyo")
	if want := "# ours\nteam: 'New: one' # name\nrotations:\n  - {name: a, handover: Mon 09:00}\nzone: Asia/Tokyo\n"; got != want {
		t.Error(got)
	}
	if got := teamfile.Named("team: [", "New", "UTC"); got != "team: [" {
		t.Error(got)
	}
}
