package ui

// TimeOff is the page "timeoff".
type TimeOff struct {
	Frame
	Absences []Absence
	Wishes   []Wish
	Imports  ImportBox // calendars that say when the reader is away

	// The form that adds an absence: POST /timeoff with from, until, label,
	// and from_time, until_time when it is not whole days.
	From, Until, FromTime, UntilTime, Label Field
	Error                                   string

	// The form that adds a wish: POST /timeoff/wishes with kind, from, until
	// and weekday.
	WishKind, WishFrom, WishUntil, WishDay Field
	WishError                              string
}

// Wish is what somebody would rather, or would rather not.
type Wish struct {
	ID      int64
	Text    string // "Rather not: Fridays", "Gladly: 24 – 26 Dec"
	Against bool
}

// WishKinds are the two directions of a wish.
func (TimeOff) WishKinds() []Option {
	return []Option{{Value: "avoid", Label: "Rather not"}, {Value: "prefer", Label: "Gladly"}}
}

// WishDays are the weekdays of the wish form.
func (TimeOff) WishDays() []Option {
	return []Option{{Value: "", Label: "Every day in the dates"}, {Value: "mon", Label: "Mondays"}, {Value: "tue", Label: "Tuesdays"}, {Value: "wed", Label: "Wednesdays"},
		{Value: "thu", Label: "Thursdays"}, {Value: "fri", Label: "Fridays"}, {Value: "sat", Label: "Saturdays"}, {Value: "sun", Label: "Sundays"}, {Value: "weekend", Label: "Weekends"}}
}
