package health

import (
	"slices"
	"time"

	"watchbill/schedule"
)

// A Review is what a team needs to talk about a week: who was on call, what pages did,
// what lies ahead, and what it wanted to do. It is made once, when the week is over, and
// stays as it was made; [ReviewSince] says what has changed meanwhile.
type Review struct {
	Team   schedule.ID
	Week   schedule.Date // its Monday, on the team's calendar
	Zone   string        // the team's when it was made
	Config string        // the version by which it was measured
	MadeAt time.Time
	ReviewDoc
}

// ReviewVersion is how reviews are written now. One of an older version is read as it is.
const ReviewVersion = 1

// A ReviewDoc is a review as it is kept. People are named by their numbers, so that
// nobody's name stays behind.
type ReviewDoc struct {
	Version int       `json:"version"`
	From    time.Time `json:"from"` // of the week; it may last 167 or 169 hours
	To      time.Time `json:"to"`
	Pending bool      `json:"pending,omitempty"` // something had not been measured when it was made

	Finding Conclusion    `json:"finding"`
	Shifts  []ReviewShift `json:"shifts"` // of the week, cut to it; person 0: nobody was on call

	Hidden string        `json:"hidden,omitempty"` // why no figures are told
	Limit  int           `json:"limit"`            // interruptions a week
	Weeks  []WeekFigures `json:"weeks,omitempty"`  // twelve, of which the last is this one
	Wake   Rate          `json:"wakeups"`          // per on-call week, over those
	Quiet  int           `json:"quiet,omitempty"`  // quiet weeks in a row, of which this is the last

	Pages  int           `json:"pages"` // that counted
	Alerts []ReviewAlert `json:"alerts,omitempty"`
	More   int           `json:"more_alerts,omitempty"` // that the list leaves out
	Nights []ReviewNight `json:"nights,omitempty"`
	Open   []ReviewPage  `json:"open,omitempty"` // pages that were not over when the week was
	// Breaks counts the nights and weeks with too little rest. It is for those who answer
	// for people's rest: in a week, one person is on call.
	Breaks *int `json:"breaks,omitempty"`

	Ahead ReviewAhead `json:"ahead"`
	Items ReviewItems `json:"items"`
}

// Figures are those of the week itself; false where nothing is told, or nobody was on
// call.
func (v *Review) Figures() (WeekFigures, bool) {
	for _, w := range v.Weeks {
		if w.Week == v.Week && v.Hidden == "" {
			return w, true
		}
	}
	return WeekFigures{}, false
}

// A ReviewShift is who had what for how long.
type ReviewShift struct {
	Rotation schedule.RotationID `json:"rotation"`
	Person   schedule.ID         `json:"person"`
	Start    time.Time           `json:"start"`
	End      time.Time           `json:"end"`
}

// A ReviewAlert is what an alert came to in a week.
type ReviewAlert struct {
	Service string `json:"service"`
	Alert   string `json:"alert"`
	Pages   int    `json:"pages"`
	// Before are its pages in the twelve weeks before, Weeks in how many of them it fired
	// and Lately in how many of the last four.
	Before   int `json:"before"`
	Weeks    int `json:"weeks_before"`
	Lately   int `json:"weeks_lately"`
	Night    int `json:"night,omitempty"`     // pages at night on the team's clock
	NoAction int `json:"no_action,omitempty"` // pages tagged as having had nothing to do
	Tagged   int `json:"tagged,omitempty"`
	Open     int `json:"open,omitempty"`
}

// New reports whether the alert had not fired in the twelve weeks before.
func (a *ReviewAlert) New() bool { return a.Before == 0 }

// Repeats reports whether the alert has fired in this week and in three of the four
// before.
func (a *ReviewAlert) Repeats() bool { return a.Lately >= 3 }

// A ReviewNight is a night in which pages fired, on the team's clock.
type ReviewNight struct {
	Night  schedule.Date `json:"night"` // the evening on which it began
	Pages  int           `json:"pages"`
	First  time.Time     `json:"first"`
	Last   time.Time     `json:"last"`
	Alerts []string      `json:"alerts"` // those that fired first, each once
}

// A ReviewPage is a page that was still open.
type ReviewPage struct {
	Page        schedule.ID `json:"page"`
	Service     string      `json:"service"`
	Alert       string      `json:"alert"`
	TriggeredAt time.Time   `json:"triggered_at"`
}

// ReviewAhead is what the fortnight after a week holds, as it was known.
type ReviewAhead struct {
	Shifts []ReviewShift `json:"shifts,omitempty"` // person 0: unfilled
	Away   []ReviewAway  `json:"away,omitempty"`
	Issues []ReviewIssue `json:"issues,omitempty"`
}

// A ReviewAway is when somebody is away. Why is theirs.
type ReviewAway struct {
	Person schedule.ID `json:"person"`
	Start  time.Time   `json:"start"`
	End    time.Time   `json:"end"`
}

// A ReviewIssue is something about a coming shift that has to be mended.
type ReviewIssue struct {
	Kind string `json:"kind"` // unfilled, twice, away, unknown
	ReviewShift
}

// Words says what is wrong with the shift, of whom it is by the name they are told by.
func (i *ReviewIssue) Words(who string) string {
	switch i.Kind {
	case schedule.Twice:
		return who + " has another shift at the same time"
	case schedule.Away:
		return who + " is away"
	case schedule.Unknown:
		return who + " is not in the team then"
	}
	return "nobody has it"
}

// ReviewItems is what a team wanted to do, as it stood when the week was over.
type ReviewItems struct {
	Overdue []ReviewItem `json:"overdue,omitempty"`
	Due     []ReviewItem `json:"due,omitempty"`   // within the week that follows
	Done    []ReviewItem `json:"done,omitempty"`  // closed in the week, also dropped
	Noted   []ReviewItem `json:"noted,omitempty"` // in the week, and still open
	OnTime  OnTime       `json:"on_time"`         // of twelve weeks
}

// A ReviewItem is an item as a review names it.
type ReviewItem struct {
	Item  schedule.ID   `json:"item"`
	Title string        `json:"title"`
	Owner schedule.ID   `json:"owner,omitempty"`
	Due   schedule.Date `json:"due,omitzero"`
	State ItemState     `json:"state"`
}

// A ReviewNote is what a team agreed in a review. Each version is kept.
type ReviewNote struct {
	Team    schedule.ID
	Week    schedule.Date
	Version int64
	Text    string
	At      time.Time
	By      schedule.ID
}

// seen leaves in a review what somebody may see.
func (d *ReviewDoc) seen(sight Sight) {
	if !sight.Rest {
		d.Breaks = nil
	}
	if !sight.Pages { // beside who was on call, the nights are somebody's
		d.Nights = nil
	}
}

// A ReviewSince is what is otherwise now than when a review was made.
type ReviewSince struct {
	Interruptions, Wakeups, Pages Was
	Alerts                        []AlertSince
	Resolved                      int // of the pages that were open
}

// Was is a figure as it was and as it is.
type Was struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Changed reports whether it is another.
func (w Was) Changed() bool { return w.From != w.To }

// AlertSince is an alert that paged more or less often than the review says.
type AlertSince struct {
	Service string `json:"service"`
	Alert   string `json:"alert"`
	Was
}

// Changed reports whether anything that counts is otherwise.
func (s *ReviewSince) Changed() bool {
	return s.Interruptions.Changed() || s.Wakeups.Changed() || s.Pages.Changed() || len(s.Alerts) > 0
}

// People returns those whom a review names, some of them more than once.
func (v *Review) People() []schedule.ID {
	var out []schedule.ID
	for _, s := range slices.Concat(v.Shifts, v.Ahead.Shifts) {
		out = append(out, s.Person)
	}
	for _, a := range v.Ahead.Away {
		out = append(out, a.Person)
	}
	for _, i := range v.Ahead.Issues {
		out = append(out, i.Person)
	}
	for _, i := range slices.Concat(v.Items.Overdue, v.Items.Due, v.Items.Done, v.Items.Noted) {
		out = append(out, i.Owner)
	}
	return out
}
