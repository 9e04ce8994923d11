package main

import (
	"encoding/json"
	"io"
	"time"

	"watchbill/schedule"
)

// planFormat names the format of a plan in JSON.
const planFormat = "watchbill-plan/1"

// A planDoc is a plan with all that is to say about it. It is what --format json
// prints and --baseline reads, and the other formats are renderings of it.
type planDoc struct {
	Format    string        `json:"format"`
	Team      string        `json:"team"`
	Zone      string        `json:"zone"`
	From      schedule.Date `json:"from"`
	Until     schedule.Date `json:"until"` // the first day after the plan
	Rotations []string      `json:"rotations"`
	Rates     ratesDoc      `json:"rates"`
	Shifts    []shiftDoc    `json:"shifts"` // by start
	// Dropped are published shifts that the rules no longer make, so that calendars
	// which have them learn of it.
	Dropped  []shiftDoc   `json:"dropped,omitempty"`
	People   []personDoc  `json:"people"`
	Absences []absenceDoc `json:"absences"`
	Holidays []holidayDoc `json:"holidays"`
	Repaid   *repaidDoc   `json:"repaid,omitempty"` // where measured burden moves plans
	Even     evennessDoc  `json:"even"`
	Unfilled []reasonDoc  `json:"unfilled"`
	Remedies []remedyDoc  `json:"remedies"`
	Enough   string       `json:"enough,omitempty"` // how many people would cover everything
	Changes  []changeDoc  `json:"changes,omitempty"`
	// Offers are what more changes would gain, the fewest first.
	Offers   []offerDoc `json:"offers,omitempty"`
	Warnings []string   `json:"warnings"`
}

// A ratesDoc says how many points an hour is worth.
type ratesDoc struct {
	Business points `json:"business"`
	Evening  points `json:"evening"`
	Sleep    points `json:"sleep"`
	Weekend  points `json:"weekend"`
	Holiday  points `json:"holiday"`
}

// A shiftDoc is one slot of the plan. Its times are on its rotation's clock.
type shiftDoc struct {
	ID       string    `json:"id"`
	Rotation string    `json:"rotation"`
	Window   string    `json:"window,omitempty"` // its name, in a rotation that has several
	Person   string    `json:"person"`           // empty when nobody has it
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Points   int64     `json:"points"` // to whoever has it
	// Kept says that the shift was given: "past", "frozen", or "covered" when it was
	// passed on by hand and so stays as it was published.
	Kept string `json:"kept,omitempty"`
	// Revision counts how often the published shift has changed from plan to plan,
	// and Changed is the day of the last change.
	Revision int           `json:"revision,omitempty"`
	Changed  schedule.Date `json:"changed,omitzero"`
}

// A personDoc is one line of the fairness table. Points, Share and what was
// carried are standby points.
type personDoc struct {
	Name     string `json:"name"`
	FullTime string `json:"full_time"` // "1", "0.8"
	Shifts   int    `json:"shifts"`
	Days     tenths `json:"days"` // of 24 hours on the wall clock
	Weekends int    `json:"weekends"`
	Holidays int    `json:"holidays"`
	Points   points `json:"points"`
	Share    points `json:"share"`
	// Before is what was carried over and After what is to be: how far somebody is
	// above their share, negative below it. After is Before + Points − Share − Repaid.
	Before points `json:"before"`
	// Repaid is how much more than their share is theirs because of what pages did:
	// below zero they were paged for more than their part, and hold less.
	Repaid points `json:"repaid,omitempty"`
	After  points `json:"after"`
}

// An absenceDoc is a stretch of days in which a person is away in whole or in
// part.
type absenceDoc struct {
	Person string        `json:"person"`
	From   schedule.Date `json:"from"`
	Until  schedule.Date `json:"until"` // not included
	Note   string        `json:"note,omitempty"`
}

// A holidayDoc is a holiday of some of the people, or of all when there are none.
type holidayDoc struct {
	Date   schedule.Date `json:"date"`
	Name   string        `json:"name"`
	People []string      `json:"people,omitempty"`
}

// An evennessDoc says how even the plan is and how even any plan could be.
type evennessDoc struct {
	Largest      points `json:"largest"`       // largest distance from a fair share
	LargestBound points `json:"largest_bound"` // no plan can have a smaller one
	Sum          points `json:"sum"`           // of all distances
	SumBound     points `json:"sum_bound"`
	Proven       bool   `json:"proven"` // of Largest
	SumProven    bool   `json:"sum_proven"`
	// Unfilled and UnfilledBound are slots without anybody, and the fewest there
	// can be.
	Unfilled      int64 `json:"unfilled"`
	UnfilledBound int64 `json:"unfilled_bound"`
	// Extra are holidays beyond what is somebody's part of them, rounded up,
	// added up over everybody.
	Extra int64  `json:"extra_holidays"`
	Text  string `json:"text"`
}

// A reasonDoc is one cause of unfilled slots.
type reasonDoc struct {
	Slots   []string `json:"slots"`
	Reasons []string `json:"reasons"`
	Text    string   `json:"text"`
}

// A remedyDoc is a change that was tried, and the slots still unfilled with it.
type remedyDoc struct {
	Change   string `json:"change"`
	Unfilled int    `json:"unfilled"`
	Text     string `json:"text"`
}

// A changeDoc is a shift that is not with whom the published plan had it.
type changeDoc struct {
	ID  string `json:"id"`
	Was string `json:"was"` // empty for nobody
	Is  string `json:"is"`
	Why string `json:"why"`
	// On is the day of the change.
	On schedule.Date `json:"on"`
}

// points are thousandths of a standby point; JSON has them as a decimal number.
type points int64

func (p points) String() string { return milli(int64(p)) }

// MarshalJSON writes the number of points exactly.
func (p points) MarshalJSON() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalJSON reads a number of points with at most three decimal places.
func (p *points) UnmarshalJSON(text []byte) error {
	n, err := parseMilli(string(text))
	*p = points(n)
	return err
}

// tenths are tenths of something; JSON has them as a decimal number.
type tenths int64

func (t tenths) String() string { return milli(int64(t) * 100) }

// MarshalJSON writes the number exactly.
func (t tenths) MarshalJSON() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalJSON reads a number with at most one decimal place.
func (t *tenths) UnmarshalJSON(text []byte) error {
	n, err := parseMilli(string(text))
	*t = tenths(n / 100)
	return err
}

// write writes the plan as indented JSON with a final newline.
func (d *planDoc) write(w io.Writer) error { return writeJSON(w, d) }

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
