package schedule

// A PeopleMark stands for what is known of all people at a time.
type PeopleMark struct{ People, Last, Changes int64 }

// A Search is what is looked for in a list that is sorted by name, and which page of it.
// The zero Search is the whole list.
type Search struct {
	// Text is a part of the name or, of people, of the address, in small or capital
	// letters.
	Text string
	// Only are the ones to look among; nil: all.
	Only []ID
	// After is the one behind which the page begins. One that is gone begins nowhere.
	After ID
	// Before is the one before which the page ends, when After is zero.
	Before ID
	// Most bounds the page; zero: it is as long as the list.
	Most int
}
