package schedule

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What tools call the person on call, found in what they write.
func TestWhoseShift(t *testing.T) {
	for _, c := range []struct {
		e    Occasion
		want string
	}{
		{Occasion{Title: "On Call - Zoë O'Brien - Payments Primary", Emails: []string{"zoe@example.com"}}, "zoe@example.com"},
		{Occasion{Title: "On Call - Zoë O'Brien - Payments Primary"}, "Zoë O'Brien"},
		{Occasion{Title: "On Call - Anna-Maria Lenz - Tier - 2"}, "Anna-Maria Lenz - Tier"}, // an address or the form tells
		{Occasion{Title: "Zoë O&#39;Brien On-Call (GoAlert: Payments, EU)"}, "Zoë O'Brien"},
		{Occasion{Title: "Tom &amp; Jerry On-Call (GoAlert: Payments, EU) Begins*"}, "Tom & Jerry"},
		{Occasion{Title: "payments-sre primary shift: Zoë O'Brien", Names: []string{"Zoë O'Brien"}}, "Zoë O'Brien"},
		{Occasion{Title: "payments-sre primary shift: Łukasz Nowak"}, "Łukasz Nowak"},
		{Occasion{Title: "[L2] zoe"}, "zoe"},
		{Occasion{Title: "zoe@example.com"}, "zoe@example.com"},
		{Occasion{Title: "On-Call: Alice"}, "Alice"},
		{Occasion{Title: "On call (primary): Zoë O'Brien – Payments"}, "Zoë O'Brien"},
		{Occasion{Title: "Zoë O'Brien is on call for Payments"}, "Zoë O'Brien"},
		{Occasion{Title: "Zoë O'Brien (Payments schedule)"}, "Zoë O'Brien"},
		{Occasion{Title: "Zoë O'Brien - Payments schedule"}, "Zoë O'Brien"},
		{Occasion{Title: ""}, ""},
	} {
		if got := whoseShift(&c.e); got != c.want {
			t.Errorf("%+v: %q, want %q", c.e, got, c.want)
		}
	}
}

func TestSuggest(t *testing.T) {
	people := []Profile{{ID: 1, Name: "Zoë O'Brien", Email: "zoe@example.com"}, {ID: 2, Name: "Max", Email: "max@example.com"}, {ID: 3, Name: "Max", Email: "max.b@example.com"}}
	for label, want := range map[string]ID{
		"zoe@example.com": 1, "ZOE@Example.com": 1, "zoë  o'brien": 1, "zoe": 1, "Max": 2, "max.b": 3, "Zoë": 1, "zoe@elsewhere.example": 0, "": 0, "example.com": 0,
	} {
		if got := suggest(label, people); got != want {
			t.Errorf("%q: %d, want %d", label, got, want)
		}
	}
	rotations := []RotationID{"primary", "secondary"}
	for title, want := range map[string]RotationID{
		"On Call - Zoe - Payments Primary": "primary", "crew secondary shift: Zoe": "secondary", "Zoe": "other", "Zoe primary/secondary": "other", "On Call - Primary Zoe - x": "primary", "Zoe primarily": "other",
	} {
		if got := rotationOf(title, "Zoe", rotations, "other"); got != want {
			t.Errorf("%q: %q, want %q", title, got, want)
		}
	}
}

func TestHoles(t *testing.T) {
	at := func(h int) time.Time { return time.Date(2026, 11, 2, h, 0, 0, 0, time.UTC) }
	got := holes([]Hole{
		{"b", at(0), at(4), false}, {"a", at(8), at(12), false}, {"a", at(0), at(6), false}, {"a", at(11), at(14), false}, {"a", at(12), at(13), false}, {"b", at(4), at(5), false}, {"a", at(20), at(21), false},
	})
	want := []Hole{{"a", at(6), at(8), false}, {"a", at(11), at(12), true}, {"a", at(12), at(13), true}, {"a", at(14), at(20), false}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
