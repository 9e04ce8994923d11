package health

// A DiaryTrend compares the latest shifts of a diary with those before, for its author.
type DiaryTrend struct {
	Now, Before             int // shifts
	Disrupted, DisruptedWas int // of them, that were very disruptive or more
	// Change is what was said most often, of the latest shifts, that should change, and
	// Times how often; of several that were said as often it is none.
	Change string
	Times  int
}

const (
	// diaryStretch is how many shifts are compared with as many before.
	diaryStretch = 6
	// diaryLeast is from how many shifts on anything is said.
	diaryLeast = 3
	// veryDisruptive is from where a shift counts as disrupted.
	veryDisruptive = 4
)

// Trend compares the latest shifts with those before; false when there are too few.
func (b *DiaryBook) Trend() (t DiaryTrend, ok bool) {
	if len(b.Entries) < diaryLeast {
		return t, false
	}
	disrupted := func(some []DiaryEntry) (n int) {
		for i := range some {
			if some[i].Strong() {
				n++
			}
		}
		return n
	}
	latest := b.Entries[:min(diaryStretch, len(b.Entries))]
	t.Now, t.Disrupted = len(latest), disrupted(latest)
	if before := b.Entries[len(latest):]; len(before) >= diaryLeast {
		before = before[:min(diaryStretch, len(before))]
		t.Before, t.DisruptedWas = len(before), disrupted(before)
	}
	said := map[string]int{}
	for i := range latest {
		if c := latest[i].Change; c != "" && c != DiaryChanges[0] {
			said[c]++
		}
	}
	for _, c := range DiaryChanges {
		switch n := said[c]; {
		case n > t.Times:
			t.Change, t.Times = c, n
		case n == t.Times:
			t.Change = ""
		}
	}
	if t.Change == "" || t.Times < 2 {
		t.Change, t.Times = "", 0
	}
	return t, true
}

// Strong says whether a shift was very disruptive, or more.
func (e *DiaryEntry) Strong() bool { return e.Disruptive >= veryDisruptive }
