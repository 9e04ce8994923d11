package ui

import (
	"time"

	"watchbill/health"
)

// IndicatorPage is the page "indicators": what no pager tells of a team.
type IndicatorPage struct {
	Frame
	List      []IndicatorCard
	Retention string // as computed from memberships, or why it is not
	Form      IndicatorForm
	Table     Field            // the table that was typed or uploaded
	Preview   []IndicatorLine  // what the table would change
	Same      int              // rows of it that say what was said already
	Wrong     []IndicatorFault // rows of it that are wrong
	Edit      bool             // the reader may enter
}

// IndicatorCard is an indicator with what was said of the last months.
type IndicatorCard struct {
	Name, Title, Meaning, Anchor string
	Rows                         []IndicatorLine
}

// IndicatorLine is what was said of a period.
type IndicatorLine struct {
	Title   string // of the indicator, where the list is of several
	Period  string
	Value   string
	Source  string // "by hand", "from a table", "over the API"
	By      string
	At      time.Time
	Earlier []string // the newest first
	Href    string   // to correct it, or ""
}

// IndicatorForm is the form that says one value.
type IndicatorForm struct {
	Error             string
	Indicator, Period Field
	Value, Of         Field
	Base              string // the version that was looked at, or ""
	Indicators        []Option
	Periods           []string // suggestions
	Theirs            string   // after a conflict: what there is now
}

// IndicatorFault is a row of a table that is wrong.
type IndicatorFault struct {
	Row                  int
	Column, Wrong, Right string
}

// indicatorSources are by which way something was said.
var indicatorSources = map[string]string{health.IndicatorByHand: "by hand", health.IndicatorByCSV: "from a table", health.IndicatorByAPI: "over the API"}
