package ui

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"watchbill/health"
)

// Pulses is the page "pulses": what a team was asked, and how it may be asked next.
type Pulses struct {
	Frame
	Open    *PulseRow // the wave that is open, or nil
	Mine    bool      // the reader is asked in it
	Invited int       // how many would be asked now
	Least   int
	List    []PulseRow // those that are closed, the newest first
	Set     bool       // the reader may open one
	Kind    Field
	Closes  Field
	Error   string
	Policy  *PulseForm // for whoever may change it
	Next    time.Time  // opens by itself then; the zero time when none does
	Clock   string     // the city of the team's zone
}

// Kinds are the surveys there are to choose from.
func (p Pulses) Kinds() []Option {
	return []Option{{health.PulseShort, "Pulse: eight questions, about a minute"}, {health.PulseQuarterly, "Long survey: seventeen, about three minutes"}}
}

// ClosesHint says on whose clock a survey closes.
func (p Pulses) ClosesHint() string { return "On " + p.Clock + " time." }

// Small says whether the team would get no result.
func (p Pulses) Small() bool { return p.Invited < p.Least }

// PulseForm is when and what a team is asked by itself.
type PulseForm struct {
	Version                                       int
	On, Long                                      bool
	First, At, Days, Weeks, Least, LeastSaid, Own Field
	Language                                      Field
	Error                                         string
}

// fillPolicy shows a policy as it is.
func (p *PulseForm) fillPolicy(is *health.PulsePolicy) {
	p.Language.Value = cmp.Or(is.Language, health.DefaultLanguage)
	p.Version, p.On, p.Long = is.Version, is.On, is.Long
	p.First.Value, p.At.Value, p.Own.Value = is.First.String(), is.At.String(), strings.Join(is.Own, "\n")
	for f, n := range map[*Field]int{&p.Days: is.Days, &p.Weeks: is.Weeks, &p.Least: is.Least, &p.LeastSaid: is.LeastSaid} {
		f.Value = strconv.Itoa(n)
	}
}

// Languages are those in which a team can be asked.
func (PulseForm) Languages() []Option { return languageOptions() }

// languageOptions are the languages of the survey.
func languageOptions() []Option {
	var out []Option
	all, _ := health.PulseLanguages() // files of the program, which a test reads
	for i := range all {
		out = append(out, Option{all[i].Code, all[i].Name})
	}
	return out
}

// PulseRow is a wave in a list.
type PulseRow struct {
	Href   string
	Number int
	Long   bool
	Opens  time.Time
	Closes time.Time
	Asked  int
	Small  bool // too few are asked for a result
	Say    string
	Tone   string
}

// PulsePage is the page "pulse": what was published of a wave. It shows that, and
// decides nothing about who may see what.
type PulsePage struct {
	Frame
	Number         int
	Long           bool
	Opens, Closes  time.Time
	Clock          string // the team's zone
	Asked          int
	Earlier, Later string
	Table          string // address of the CSV
	IsOpen         bool
	Tone, Say      string
	Detail         string
	Tiles          []Tile
	Items          []PulseItemRow
	Extra          []PulseItemRow
	Comments       []string
	NoComments     string // why there are none
	Coarse         string // to what figures are rounded because people joined or left, or ""
	Straight       bool   // most answered the same to everything
	Set            bool   // the reader may say what became of it
	Save           string
	Base           int
	Said, Did      Field
	SaidError      string
	SaidText       []string
	DidText        []string
}

// PulseItemRow is what is told of one question. Value is empty where something else is
// told, which Why says.
type PulseItemRow struct {
	Text     string
	Reversed bool
	Value    string
	Why      string
	Tone     string
	W        string // of the bar
	Change   string
	Spread   string // how many agreed, where that is told
}

// MyPulse is the page "mypulse": where somebody is asked.
type MyPulse struct {
	Frame
	List []MyPulseRow
}

// MyPulseRow is a survey in which the reader is asked.
type MyPulseRow struct {
	Team   string
	Number int
	Closes time.Time
	Href   string
	Small  bool
}

// fillWave shows a wave with its result.
func (p *PulsePage) fillWave(w *health.PulseWave, doc *health.PulseDoc, before *health.PulseDoc, comments []string) {
	p.Number, p.Long, p.Opens, p.Closes, p.Clock, p.Asked = w.Number, w.Kind == health.PulseQuarterly, w.Opens, w.Closes, w.Zone, w.Invited
	if p.IsOpen = w.State == health.PulseOpen; p.IsOpen {
		p.Say = "It is open. What is answered is sealed until it closes, and nobody sees how many have."
		if w.Small() {
			p.Detail = fmt.Sprintf("%s asked, and a team of fewer than %d never gets a result of its own. Everybody reads so before they answer.", plural(w.Invited, "person was", "people were"), w.Least)
		}
		return
	}
	p.Tone, p.Say, p.Detail = doc.Say(w, before)
	if !doc.Published {
		return
	}
	p.Tiles = pulseTiles(w, doc, before)
	for i := range doc.Items {
		row := pulseItem(&w.Questions[i], &doc.Items[i], "", before.Item(doc.Items[i].ID))
		for _, part := range doc.SpreadOf(doc.Items[i].ID) {
			row.Spread = strings.TrimPrefix(row.Spread+fmt.Sprintf(" · %d %s", part.N, part.Name()), " · ")
		}
		p.Items = append(p.Items, row)
	}
	for i := range doc.Extra {
		e := &doc.Extra[i]
		p.Extra = append(p.Extra, pulseItem(w.Question(e.ID), &e.PulseItemResult, e.Reason, before.Item(e.ID)))
	}
	if p.Straight = doc.Straight; doc.Coarse {
		p.Coarse = pointsText(doc.Rounded())
	}
	if p.Comments = comments; doc.Said == health.PulseForgotten {
		p.NoComments = commentsForgotten
	} else if doc.Said != "" {
		p.NoComments = fmt.Sprintf("Comments are shown here from %d answers on. With fewer, those whose authors said so are shown.", w.LeastSaid)
	} else if len(comments) == 0 {
		p.NoComments = "Nobody wrote a comment."
	}
}

// commentsForgotten says why old results have no comments.
var commentsForgotten = fmt.Sprintf("Comments are kept for %d months, and these are older.", health.CommentsKept)

func pulseTiles(w *health.PulseWave, doc *health.PulseDoc, before *health.PulseDoc) []Tile {
	index := Tile{Label: "Pulse", Value: "–", Foot: "Too few questions were answered often enough."}
	if doc.Index != nil {
		index.Value, index.Unit, index.Foot, index.Tone = pointsText(*doc.Index), "of 100", "The mean of the questions’ values.", pulseTone(*doc.Index)
		if doc.Bucket != nil {
			index.Value, index.Foot = bucketText(doc.Bucket), "All answered alike: only the range is told."
		}
	}
	change := Tile{Label: "Change", Value: "–", Foot: "There is nothing before it to compare with."}
	if c, ok := doc.Change(before); ok {
		change.Value, change.Unit, change.Foot = signed(c), "points", "Against the pulse before."
	}
	rate := Tile{Label: "Answered", Value: fmt.Sprintf("%d of %d", *doc.N, w.Invited)}
	if doc.Rate != nil {
		rate.Foot = fmt.Sprintf("%.0f %%; from 70 %% on it speaks for the team.", 100**doc.Rate)
		if *doc.Rate < .5 {
			rate.Tone, rate.Foot = "warn", fmt.Sprintf("%.0f %%: less than half, so it may not speak for the team.", 100**doc.Rate)
		}
	}
	return []Tile{index, change, rate}
}

// pulseItem shows one question.
func pulseItem(q *health.PulseQuestion, r *health.PulseItemResult, reason string, before *health.PulseItemResult) PulseItemRow {
	row := PulseItemRow{Text: q.In(health.DefaultLanguage), Reversed: q.Reversed}
	switch {
	case r.Bucket != nil:
		row.Value, row.Why = bucketText(r.Bucket), "all answered alike"
		row.W, row.Tone = percent((r.Bucket.From+r.Bucket.To)/200), pulseTone((r.Bucket.From+r.Bucket.To)/2)
	case r.Value != nil:
		row.Value, row.W, row.Tone = pointsText(*r.Value), percent(*r.Value/100), pulseTone(*r.Value)
		if before != nil && before.Value != nil {
			row.Change = signed(*r.Value - *before.Value)
		}
	default:
		row.Why = "too few answered"
	}
	if reason != "" && r.Value == nil && r.Bucket == nil {
		row.Why = pulseReasons[reason]
	}
	return row
}

var pulseReasons = map[string]string{health.PulseBelowK: "too few answered", health.PulseBelowTen: "this is told from ten answers on"}

func bucketText(b *health.Bucket) string { return pointsText(b.From) + "–" + pointsText(b.To) }

func pointsText(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// pulseTone is how points are shown.
func pulseTone(x float64) string {
	switch {
	case x >= health.PulseGood:
		return "good"
	case x >= health.PulseWatch:
		return "warn"
	}
	return "bad"
}
