package ui

import (
	"time"

	"watchbill/schedule"
)

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
	WishFrom, WishUntil, WishDay, WishCost Field
	WishError                              string
}

// Wish is what somebody would rather, or would rather not.
type Wish struct {
	ID       int64
	Text     string // "Fridays, 2026-12-07 to 2027-03-31"
	Strength string // how much it matters
}

// wishDay is a choice of days of the week.
type wishDay struct {
	Option
	days schedule.Weekdays
}

var wishDays = []wishDay{
	{Option{"", "Every day in the dates"}, schedule.NoDay},
	{Option{"mon", "Mondays"}, schedule.WeekdaysOf(time.Monday)}, {Option{"tue", "Tuesdays"}, schedule.WeekdaysOf(time.Tuesday)},
	{Option{"wed", "Wednesdays"}, schedule.WeekdaysOf(time.Wednesday)}, {Option{"thu", "Thursdays"}, schedule.WeekdaysOf(time.Thursday)},
	{Option{"fri", "Fridays"}, schedule.WeekdaysOf(time.Friday)}, {Option{"sat", "Saturdays"}, schedule.WeekdaysOf(time.Saturday)},
	{Option{"sun", "Sundays"}, schedule.WeekdaysOf(time.Sunday)}, {Option{"weekend", "Weekends"}, schedule.WeekdaysOf(time.Saturday, time.Sunday)},
}

// WishDays are the days of the wish form.
func (TimeOff) WishDays() []Option {
	var out []Option
	for _, d := range wishDays {
		out = append(out, d.Option)
	}
	return out
}

var wishCosts = []Option{{"1", "a little"}, {"5", "much"}, {"20", "very much"}}

// WishCosts say how much a wish matters.
func (TimeOff) WishCosts() []Option { return wishCosts }
