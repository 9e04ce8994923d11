package health_test

import (
	"testing"

	"watchbill/health"
)

// A diary tells its author how the latest shifts compare with those before, once there are
// enough, and what they said most often.
func TestDiaryTrend(t *testing.T) {
	book := func(disruptive string, changes ...string) *health.DiaryBook {
		b := &health.DiaryBook{}
		for i, d := range disruptive {
			e := health.DiaryEntry{Disruptive: int(d - '0')}
			if i < len(changes) {
				e.Change = changes[i]
			}
			b.Entries = append(b.Entries, e)
		}
		return b
	}
	for name, c := range map[string]struct {
		book *health.DiaryBook
		want health.DiaryTrend
		ok   bool
	}{
		"nothing":           {book: book("")},
		"two are too few":   {book: book("55")},
		"three":             {book: book("145"), want: health.DiaryTrend{Now: 3, Disrupted: 2}, ok: true},
		"too few before":    {book: book("14511155"), want: health.DiaryTrend{Now: 6, Disrupted: 2}, ok: true},
		"six and six":       {book: book("1455111111145555"), want: health.DiaryTrend{Now: 6, Disrupted: 3, Before: 6, DisruptedWas: 1}, ok: true},
		"said most often":   {book: book("111", "help", "help", "rest"), want: health.DiaryTrend{Now: 3, Change: "help", Times: 2}, ok: true},
		"said once":         {book: book("111", "help"), want: health.DiaryTrend{Now: 3}, ok: true},
		"two as often":      {book: book("1111", "help", "help", "rest", "rest"), want: health.DiaryTrend{Now: 4}, ok: true},
		"nothing is no ask": {book: book("111", "nothing", "nothing", "nothing"), want: health.DiaryTrend{Now: 3}, ok: true},
	} {
		got, ok := c.book.Trend()
		if got != c.want || ok != c.ok {
			t.Errorf("%s: %+v %v, want %+v %v", name, got, ok, c.want, c.ok)
		}
	}
}
