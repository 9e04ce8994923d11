package roster

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Format names the problem format this package reads.
const Format = "oncall-roster/1"

// The terms an objective may list, in the order the problem chooses.
const (
	TermUncovered = "uncovered" // slots nobody holds
	TermChanges   = "changes"   // published slots that went to somebody else
	TermMaxDev    = "max_dev"   // the largest distance from a fair share, milli-points
	TermExtra     = "extra"     // marks (holidays, weekends) beyond the parts of who holds them
	TermSumDev    = "sum_dev"   // the sum of those distances, milli-points
	TermPref      = "pref"      // cost of wishes not met
	TermSpacing   = "spacing"   // pairs of shifts closer together than wished
)

// A Problem says who may hold what, under which hard rules, and what to
// minimise. Times are whole seconds: "real" times are Unix time, "nominal"
// times are the wall clock of the slot's zone read as if it were UTC, so that
// a week is a week also when the clock changes inside it. Every interval is
// half-open.
type Problem struct {
	Format   string   `json:"format"`
	Name     string   `json:"name"`
	Note     string   `json:"note"`
	TZ       string   `json:"tz"`    // IANA zone of the team; only words are made of it
	Order    []string `json:"order"` // terms, most important first
	Horizon  Span     `json:"horizon"`
	Rules    Rules    `json:"rules"`
	Members  []Member `json:"members"`
	Slots    []Slot   `json:"slots"`
	Pinned   []Pin    `json:"pinned"`
	History  []Past   `json:"history"`
	Baseline Baseline `json:"baseline,omitempty"`
}

// A Baseline is what is published: slot to member, nil for a slot that was
// published without anybody.
type Baseline map[string]*string

// A Span is the half-open interval [Start, End) in real time.
type Span struct {
	Start int64 `json:"start"`
	End   int64 `json:"end"`
}

// Rules are hard: no assignment breaks one.
type Rules struct {
	// MinGap is the least rest between two shifts of one member, in real
	// seconds. Zero forbids overlap and allows back to back.
	MinGap int64 `json:"min_gap"`
	// SoftGap is the distance below which two shifts of one member count
	// in the spacing term, in nominal seconds. It is no hard rule.
	SoftGap int64 `json:"soft_gap"`
	// Windows bound the time on call in any stretch of a given length.
	Windows []Window `json:"windows"`
	// Counts bound how many weekends, holidays and the like fall to one
	// member.
	Counts []Count `json:"counts,omitempty"`
	// Rests are rests that hold for a time only, besides MinGap.
	Rests []Rest `json:"rests,omitempty"`
}

// A During says when a rule holds: for stretches that begin in the nominal interval
// [From, Until). Zero is unbounded.
type During struct {
	From  int64 `json:"from,omitempty"`
	Until int64 `json:"until,omitempty"`
}

// bounded says whether the rule does not always hold.
func (t During) bounded() bool { return t != During{} }

// has says whether a stretch that begins then is bound.
func (t During) has(at int64) bool {
	return (t.From == 0 || at >= t.From) && (t.Until == 0 || at < t.Until)
}

// ends are the first and the last instant at which a bound stretch begins, where
// there are such. How full stretches are can have a peak there.
func (t During) ends() []int64 {
	var at []int64
	if t.From != 0 {
		at = append(at, t.From)
	}
	if t.Until != 0 {
		at = append(at, t.Until-1)
	}
	return at
}

// A Rest rule: of two shifts of one member the later of which begins while the rule
// holds, nominal time, the later starts at least MinGap real seconds after the
// earlier ends.
type Rest struct {
	MinGap int64 `json:"min_gap"`
	During
}

// A Window rule: in every nominal stretch [t, t+Length) the shifts of one
// member, clipped to it, add up to at most Max seconds. One week in four is
// Length 2,419,200 and Max 604,800.
type Window struct {
	Length int64 `json:"window"`
	Max    int64 `json:"max"`
	During
}

// A Count rule: in every nominal stretch [t, t+Length) the shifts of one
// member carry at most Max different marks of the kind Mark.
type Count struct {
	Mark   string `json:"mark"`
	Length int64  `json:"window"`
	Max    int64  `json:"max"`
	During
}

// A Member can be on call.
type Member struct {
	ID          string           `json:"id"`
	Layers      []string         `json:"layers"`
	Skills      []string         `json:"skills"`
	From        *int64           `json:"from"`  // first instant of presence; nil is always
	Until       *int64           `json:"until"` // first instant after it; nil is for ever
	Capacity    map[string]int64 `json:"capacity"`
	Prior       int64            `json:"prior"`       // points carried over, signed
	Unavailable [][2]int64       `json:"unavailable"` // real time
	Avoid       [][3]int64       `json:"avoid"`       // real start, end, cost
	// Parts is how many different marks of a kind the member may hold in this
	// plan before each further one counts in the extra term.
	Parts map[string]int64 `json:"parts,omitempty"`
	// Limits are rules of this member alone, on top of the common ones: the
	// larger rest holds, and all windows and counts do. SoftGap is ignored.
	Limits *Rules `json:"limits,omitempty"`
}

// A Slot is a stretch of one layer that one member can hold.
type Slot struct {
	ID     string   `json:"id"`
	Layer  string   `json:"layer"`
	Pool   string   `json:"pool"` // whose capacities share its weight
	Start  int64    `json:"start"`
	End    int64    `json:"end"`
	NStart int64    `json:"nstart"`
	NEnd   int64    `json:"nend"`
	Weight int64    `json:"weight"` // points
	Skills []string `json:"skills"`
	// Weights is what the slot weighs for a member for whom it differs from
	// Weight. Shares are made of Weight, loads of what each one holds.
	Weights map[string]int64 `json:"weights,omitempty"`
	// Marks are the days the slot touches that count rules speak of, by
	// kind, each named by its nominal start.
	Marks map[string][]int64 `json:"marks,omitempty"`
}

// A Pin fixes who holds a slot.
type Pin struct {
	Slot   string `json:"slot"`
	Member string `json:"member"`
}

// A Past is a shift that is not planned: before the horizon, or within it when it is
// settled who has it. It counts in rest, windows, counts and spacing and in no load.
type Past struct {
	Member string             `json:"member"`
	Layer  string             `json:"layer"`
	Start  int64              `json:"start"`
	End    int64              `json:"end"`
	NStart int64              `json:"nstart"`
	NEnd   int64              `json:"nend"`
	Marks  map[string][]int64 `json:"marks,omitempty"`
}

// Read reads a problem from JSON and validates it. Inside rules, members, slots,
// pins and history a key the format does not have is an error, because a rule
// that is not understood would not be kept; beside them it is passed over, as
// what a file says of its own origin.
func Read(r io.Reader) (*Problem, error) {
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	var p Problem
	if err := p.decode(dec); err != nil {
		return nil, readError(dec, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("byte %d: more text after the problem; a file holds one problem", dec.InputOffset())
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return &p, nil
}

// decode fills the problem key by key.
func (p *Problem) decode(dec *json.Decoder) error {
	open, err := dec.Token()
	if err != nil {
		return err
	}
	if open != json.Delim('{') {
		return fmt.Errorf("a problem is one JSON object; this begins with %v", open)
	}
	fields := map[string]any{
		"format": &p.Format, "name": &p.Name, "note": &p.Note, "tz": &p.TZ, "order": &p.Order,
		"horizon": &p.Horizon, "rules": &p.Rules, "members": &p.Members, "slots": &p.Slots,
		"pinned": &p.Pinned, "history": &p.History, "baseline": &p.Baseline,
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		var into any = new(json.RawMessage)
		if f, ok := fields[key.(string)]; ok {
			into = f
		}
		if err := dec.Decode(into); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	_, err = dec.Token()
	return err
}

// readError says where in the input the JSON is wrong and what was expected.
func readError(dec *json.Decoder, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("byte %d: not JSON: %w", syntax.Offset, err)
	case errors.As(err, &kind):
		return fmt.Errorf("byte %d: %s: a JSON %s where the format has %s", kind.Offset, kind.Field, kind.Value, kind.Type)
	case errors.Is(err, io.EOF):
		return errors.New("the input is empty; it should hold one problem in JSON")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("byte %d: the JSON ends in the middle; the file may be cut off", dec.InputOffset())
	}
	return fmt.Errorf("before byte %d: %w", dec.InputOffset(), err)
}
