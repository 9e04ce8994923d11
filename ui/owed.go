package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// MineOwed is the page "owed": what time off the reader is owed, in each team.
type MineOwed struct {
	Frame
	Accounts []OwedCard
}

// OwedCard is an account of the reader. The form that takes time posts to
// /owed/{team}/take, the one that gives some back to /owed/{team}/return.
type OwedCard struct {
	Team    TeamLink // without an ID where the reader may not open it any more
	Account int64    // the team's ID
	Tiles   []Tile
	Ending  string // what is lost soon, as a sentence
	Rules   string // by what time is earned, as a sentence; empty: nothing is any more
	Lots    []OwedLotRow
	Lines   []OwedLine
	More    int  // lines that are not shown
	CanTake bool // something can be taken
	Form    OwedForm
}

// OwedEnding says, on the first page, what is lost soon if it is not taken.
type OwedEnding struct{ Team, Say string }

// OwedForm takes time: POST with hours, first, last, reason and seen or, for somebody else,
// upto and person.
type OwedForm struct {
	Hours, First, Last, Reason, Person Field
	Error                              string
	Seen                               int64
}

// OwedLotRow is what one week earned.
type OwedLotRow struct {
	Week, Earned, State, Tone string
}

// OwedLine is a line of the ledger in words.
type OwedLine struct {
	When    time.Time
	Minutes string // "+1 h 30 min"
	Text    string
	Reason  string
	Who     string // whose it is, on the team's page
	Return  int64  // the entry that can be given back, or zero
	Person  int64
}

// TeamOwed is the page "owedteam": balances of a team's people for those who answer for
// them, and the rules.
type TeamOwed struct {
	Frame
	On     bool
	Rows   []OwedRow
	Sums   []Tile
	Lines  []OwedLine
	More   int
	People []Option // whom time can be put down for
	Form   OwedForm // POST /teams/{id}/owed/take, also with person
	Rules  OwedRulesForm
	CSV    string
}

// OwedRow is what somebody is owed. Its form posts to
// /teams/{id}/owed/{person}/decide with minutes, reason, seen and do (approve, decline).
type OwedRow struct {
	Person           int64
	Name             string
	Gone             bool // not in the team any more
	Waiting, Balance string
	Below            bool // the balance is below zero
	Ending, Taken    string
	Own              bool   // nobody decides about their own
	Hours, Reason    Field  // of the form
	Error            string // of the form
	Seen             int64
}

// OwedRulesForm is the rules of a team: POST /teams/{id}/owed/rules with from, off, paged,
// evening, weekend, holiday, sleep, least, round_up, expire_days and warn_days.
type OwedRulesForm struct {
	From                                                               Field
	Evening, Weekend, Holiday, Sleep, Least, RoundUp, Expire, WarnDays Field
	Paged, Off                                                         bool
	Error                                                              string
	History                                                            []string
	Open                                                               bool
}

// owedShown is how many lines of a ledger are listed.
const owedShown = 60

// balance writes a balance, and says whether it is below zero.
func balance(minutes int64) (string, bool) { return health.MinuteWords(minutes), minutes < 0 }

// fill fills in an account as the person sees it.
func (c *OwedCard) fill(o *health.Owed, p *owedWords) {
	left, below := balance(o.Balance())
	tone := ""
	if below {
		tone = "warn"
	}
	c.Tiles = []Tile{
		{Label: "You can take", Value: left, Unit: p.until(o), Tone: tone, Foot: "Days off that are booked are off it already."},
		{Label: "Waiting for approval", Value: health.MinuteWords(o.Pending), Unit: "by whoever manages the team", Foot: "Nothing is lost by waiting."},
		{Label: "Taken", Value: health.MinuteWords(o.Taken), Unit: "since the beginning", Foot: "Lost because it was not taken: " + health.MinuteWords(o.Lost(p.now)) + "."},
	}
	c.Ending = p.ending(o)
	if o.On {
		c.Rules = rulesWords(&o.Rules)
	}
	c.CanTake, c.Form.Seen = o.Left > 0, int64(o.Last)
	lots := slices.Clone(o.Lots)
	slices.SortFunc(lots, func(a, b health.Lot) int { return strings.Compare(b.Name, a.Name) })
	for i := range lots {
		c.Lots = append(c.Lots, p.lot(&lots[i]))
	}
	for _, e := range slices.Backward(o.Entries) {
		if len(c.Lines) == owedShown {
			c.More++
			continue
		}
		line := p.line(&e)
		if e.By == p.me || !e.First.IsZero() {
			line.Return = p.returnable(o, &e)
		}
		c.Lines = append(c.Lines, line)
	}
}

// owedWords says things about ledgers.
type owedWords struct {
	me    schedule.ID
	now   time.Time
	zone  *time.Location // the team's
	names map[schedule.ID]schedule.Profile
}

func (p *owedWords) name(id schedule.ID) string {
	if id == p.me {
		return "you"
	}
	return p.names[id].Name
}

// lastDay is the day before an instant, which is the last on which something holds.
func (p *owedWords) lastDay(t time.Time) string {
	return dayOf(t.In(p.zone).Add(-time.Second), p.now.In(p.zone))
}

// ending says what is lost soon; empty: nothing.
func (p *owedWords) ending(o *health.Owed) string {
	if o.Ending <= 0 {
		return ""
	}
	return fmt.Sprintf("%s must be taken by %s.", health.MinuteWords(o.Ending), p.lastDay(o.EndsAt))
}

// until says when the first of what can be taken ends.
func (p *owedWords) until(o *health.Owed) string {
	for _, lot := range o.Lots {
		if lot.Left > 0 && !lot.Expires.IsZero() && lot.Expires.After(p.now) {
			return "the first of it until " + p.lastDay(lot.Expires)
		}
	}
	if o.Balance() < 0 {
		return "what is approved next makes up for it"
	}
	return "time off"
}

// lotWeek is the week that a lot is named after.
func lotWeek(lot string) string {
	var year, week int
	if _, err := fmt.Sscanf(lot, "%d-W%d", &year, &week); err != nil {
		return lot
	}
	// The fourth of January is always in the first week.
	monday := health.MondayOf(schedule.Date{Year: year, Month: 1, Day: 4}).AddDays(7 * (week - 1))
	return window(monday.At(0, time.UTC), monday.AddDays(7).At(0, time.UTC))
}

func (p *owedWords) lot(l *health.Lot) OwedLotRow {
	row := OwedLotRow{Week: lotWeek(l.Name), Earned: health.MinuteWords(l.Earned)}
	switch {
	case l.Pending > 0 && l.Pending < l.Earned:
		row.State, row.Tone = health.MinuteWords(l.Pending)+" waiting", "accent"
	case l.Pending > 0:
		row.State, row.Tone = "waiting", "accent"
	case l.Left > 0 && !l.Expires.IsZero() && !l.Expires.After(p.now):
		row.State = "ended"
	case l.Left > 0 && l.Expires.IsZero():
		row.State, row.Tone = health.MinuteWords(l.Left)+" left", "good"
	case l.Left > 0:
		row.State, row.Tone = fmt.Sprintf("%s left, until %s", health.MinuteWords(l.Left), p.lastDay(l.Expires)), "good"
	case l.Approved > 0:
		row.State = "used up"
	case l.Earned > 0:
		row.State = "declined"
	default:
		row.State = "corrected"
	}
	return row
}

// line says what an entry is.
func (p *owedWords) line(e *health.OwedEntry) OwedLine {
	l := OwedLine{When: e.At, Reason: e.Reason, Person: int64(e.Person)}
	amount := health.MinuteWords(e.Minutes)
	by := ""
	if e.By != 0 {
		by = " by " + p.name(e.By)
	}
	days := ""
	if !e.First.IsZero() {
		days = readable(schedule.Absence{First: e.First, Last: e.Last}.String(), p.now.In(p.zone))
	}
	switch e.Kind {
	case health.OwedEarned:
		l.Minutes, l.Text = "+"+amount, "earned in the week of "+lotWeek(e.Lot)
		if e.Minutes < 0 {
			l.Minutes, l.Text = amount, "corrected: what happened in the week of "+lotWeek(e.Lot)+" is known better now"
		}
	case health.OwedApproved:
		l.Minutes, l.Text = amount, "approved"+by
	case health.OwedDeclined:
		l.Minutes, l.Text = amount, "declined"+by
	case health.OwedTaken:
		l.Minutes, l.Text = "−"+amount, "taken"+by
		if days != "" {
			l.Text = "taken for " + days + ", booked" + by
		}
	case health.OwedReturned:
		l.Minutes, l.Text = "+"+amount, "given back"+by
		if days != "" {
			l.Text = days + " called off" + by
		}
	case health.OwedExpired:
		l.Minutes, l.Text = "−"+amount, "ended without having been taken"
	}
	return l
}

// returnable is the number of an entry that can be given back, else zero.
func (p *owedWords) returnable(o *health.Owed, e *health.OwedEntry) int64 {
	again := slices.ContainsFunc(o.Entries, func(x health.OwedEntry) bool { return x.Kind == health.OwedReturned && x.Of == e.ID })
	if again || !e.Returnable(p.now, p.zone) {
		return 0
	}
	return int64(e.ID)
}

// rulesWords are rules as a sentence.
func rulesWords(r *health.OwedRules) string {
	h := func(b schedule.Band) string { return r.Hours[b].String() }
	text := fmt.Sprintf("An hour at work on pages outside working hours earns %s in the evening, %s at the weekend, %s on a holiday and %s in sleeping hours; a call-out %s at least.",
		h(schedule.Evening), h(schedule.WeekendBand), h(schedule.HolidayBand), h(schedule.Sleep), health.MinuteWords(int64(r.Least/time.Minute)))
	if r.Paged {
		text += " Being paged is a call-out also when nothing is known of work on it."
	}
	if r.ExpireDays > 0 {
		text += fmt.Sprintf(" It can be taken for %d days after its approval.", r.ExpireDays)
	}
	return text
}

// fill fills in what somebody is owed, for those who answer for them.
func (r *OwedRow) fill(o *health.Owed, p *owedWords) {
	r.Balance, r.Below = balance(o.Balance())
	r.Taken, r.Seen = health.MinuteWords(o.Taken), int64(o.Last)
	if o.Pending > 0 {
		r.Waiting = health.MinuteWords(o.Pending)
		r.Hours.Value = fmt.Sprintf("%d:%02d", o.Pending/60, o.Pending%60)
	}
	if o.Ending > 0 {
		r.Ending = fmt.Sprintf("%s must be taken by %s", health.MinuteWords(o.Ending), p.lastDay(o.EndsAt))
	}
}

// teamLines are what was decided and taken in a team, the latest first. What a week
// earned somebody is left out: it is theirs.
func teamLines(all []health.Owed, p *owedWords) (lines []OwedLine, more int) {
	type at struct {
		o *health.Owed
		e *health.OwedEntry
	}
	var list []at
	for i := range all {
		for j := range all[i].Entries {
			if e := &all[i].Entries[j]; e.Kind != health.OwedEarned {
				list = append(list, at{&all[i], e})
			}
		}
	}
	slices.SortFunc(list, func(a, b at) int { return int(b.e.ID - a.e.ID) })
	for i, x := range list {
		// What was decided at once about several weeks is one line.
		if n := len(lines); n > 0 && i > 0 {
			if last := list[i-1].e; x.e.Kind == last.Kind && x.e.Person == last.Person && x.e.At.Equal(last.At) && x.e.Of == last.Of && x.e.Kind != health.OwedTaken && x.e.By == last.By {
				joined := *x.e
				joined.Minutes += last.Minutes
				*x.e = joined
				if more == 0 { // else the line that it belongs to is not shown
					lines[n-1].Minutes = p.line(&joined).Minutes
				}
				continue
			}
		}
		if len(lines) == owedShown {
			more++
			continue
		}
		line := p.line(x.e)
		line.Who, line.Return = p.names[x.e.Person].Name, p.returnable(x.o, x.e)
		lines = append(lines, line)
	}
	return lines, more
}
