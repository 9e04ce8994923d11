package health

import (
	"slices"
	"time"

	"watchbill/schedule"
)

// A Tally is what a stretch of time was for one person. Tallies of stretches that
// follow each other add up, see [Tally.Add]; whatever is no sum (points, nights in a
// week) is computed from the sum.
type Tally struct {
	Notifications int `json:"notifications"` // that interrupt
	Volume        int `json:"volume"`        // that do not: e-mail, low urgency, undelivered, tests

	Interruptions ByBand[int] `json:"interruptions,omitzero"`
	Episodes      ByBand[int] `json:"episodes,omitzero"`
	OffDuty       ByBand[int] `json:"off_duty,omitzero"` // episodes of pages while not on call

	// Nights are those with a page in sleeping hours, from noon to noon on the
	// person's own clock, in order.
	Nights []schedule.Date `json:"nights,omitempty"`

	// Seconds on call: by band as standing by has them, of all levels together, of
	// the first, and of the others. Who is on call twice at once is so once.
	Standby ByBand[int64] `json:"standby_seconds,omitzero"`
	OnCall  int64         `json:"on_call_seconds"`
	Level1  int64         `json:"level1_seconds"`
	Level2  int64         `json:"level2_seconds"`

	// Seconds at work on incidents: by band as pages have them, where work on two
	// at once counts once; and the sum over incidents, which is for comparing with
	// tools that have no other.
	Engaged    ByBand[int64] `json:"engaged_seconds,omitzero"`
	EngagedSum int64         `json:"engaged_sum_seconds"`

	Flags []Flag `json:"flags,omitempty"` // sorted
}

// A Day is the unit that is measured and kept: one person between two moments, most
// often two midnights of the team's calendar. A week is the sum of its days.
type Day struct {
	From, To time.Time
	Tally
	// Open are the windows that were begun and reach into the next day.
	Open Open
}

// Open says until when pages still belong to a group that has begun, by band. It is
// what one day hands to the next so that a storm over midnight is no second one; a
// day that hands over the same as before leaves the next as it is.
type Open struct {
	Interruption ByBand[time.Time] `json:"interruption,omitzero"`
	Episode      ByBand[time.Time] `json:"episode,omitzero"`
	OffDuty      ByBand[time.Time] `json:"off_duty,omitzero"`
}

// Equal reports whether two days hand over the same.
func (o *Open) Equal(other *Open) bool {
	for b := range o.Episode {
		if !o.Interruption[b].Equal(other.Interruption[b]) || !o.Episode[b].Equal(other.Episode[b]) || !o.OffDuty[b].Equal(other.OffDuty[b]) {
			return false
		}
	}
	return true
}

// join says whether a page at t begins a group of its own, given the end of the last
// one. Windows are anchored at the page that opens them and are never drawn out by
// those that follow, so one more page never makes fewer groups.
func join(open *time.Time, t time.Time, window time.Duration) int {
	if t.Before(*open) {
		return 0
	}
	*open = t.Add(window)
	return 1
}

// closed forgets windows that end by t.
func (o *Open) closed(t time.Time) Open {
	for _, windows := range []*ByBand[time.Time]{&o.Interruption, &o.Episode, &o.OffDuty} {
		for b := range windows {
			if !windows[b].After(t) {
				windows[b] = time.Time{}
			}
		}
	}
	return *o
}

// Measure returns what [from, to) was for a person of whom nothing before it counts.
func (c *Config) Measure(p *Person, r *Record, from, to time.Time) Tally {
	return c.MeasureDay(p, r, from, to, Open{}).Tally
}

// MeasureDay returns what [from, to) was for a person, given what the day before left
// open.
func (c *Config) MeasureDay(p *Person, r *Record, from, to time.Time, before Open) Day {
	d := Day{From: from, To: to, Open: before}
	rings := r.ringsIn(from, to)
	for i := range rings {
		d.ring(c, p, r, &rings[i])
	}
	d.Open = d.Open.closed(to)
	d.Volume = r.volumeIn(from, to)
	a, b := from.Unix(), to.Unix()
	for _, s := range within(r.onCall, a, b) {
		p.addBands(&d.Standby, s.from, s.to, standbyOrder)
		d.OnCall += s.to - s.from
	}
	d.Level1, d.Level2 = lengthIn(r.level1, a, b), lengthIn(r.level2, a, b)
	d.addWork(c, p, r)
	if p.ZoneAssumed {
		d.flag(FlagZoneMissing)
	}
	return d
}

// ring counts one page that interrupts.
func (d *Day) ring(c *Config, p *Person, r *Record, n *Notification) {
	b := p.PageBand(n.At)
	d.Notifications++
	d.Interruptions[b] += join(&d.Open.Interruption[b], n.At, c.group())
	d.Episodes[b] += join(&d.Open.Episode[b], n.At, c.episode())
	if !r.onDuty(n.At) {
		// Counted as a set of its own and not by who was on call when an episode
		// began: else a page in the shift before could excuse one after it.
		d.OffDuty[b] += join(&d.Open.OffDuty[b], n.At, c.episode())
	}
	if b == schedule.Sleep {
		d.Nights = addNight(d.Nights, p.Night(n.At))
	}
	if n.AtAck {
		d.flag(FlagNotifiedUnknown)
	}
}

// addWork counts the work in the day.
func (d *Day) addWork(c *Config, p *Person, r *Record) {
	var spans []span
	for _, w := range r.workIn(d.From, d.To, c.engagedCap()) {
		if !w.End.After(d.From) && w.Start.Before(d.From) {
			continue
		}
		for _, f := range w.Flags {
			d.flag(f)
		}
		s := span{max(d.From.Unix(), w.Start.Unix()), min(d.To.Unix(), w.End.Unix())}
		if s.from < s.to {
			spans = append(spans, s)
			d.EngagedSum += s.to - s.from
		}
	}
	for _, s := range merge(spans) {
		p.addBands(&d.Engaged, s.from, s.to, pageOrder)
	}
}

// flag notes a flag once, in order.
func (t *Tally) flag(f Flag) {
	if i, has := slices.BinarySearch(t.Flags, f); !has {
		t.Flags = slices.Insert(t.Flags, i, f)
	}
}

// addNight notes a night once, in order.
func addNight(nights []schedule.Date, night schedule.Date) []schedule.Date {
	i, has := slices.BinarySearchFunc(nights, night, schedule.Date.Compare)
	if has {
		return nights
	}
	return slices.Insert(nights, i, night)
}

// Add adds the tally of another stretch of time of the same person.
func (t *Tally) Add(o *Tally) {
	t.Notifications += o.Notifications
	t.Volume += o.Volume
	for b := range t.Episodes {
		t.Interruptions[b] += o.Interruptions[b]
		t.Episodes[b] += o.Episodes[b]
		t.OffDuty[b] += o.OffDuty[b]
		t.Standby[b] += o.Standby[b]
		t.Engaged[b] += o.Engaged[b]
	}
	for _, n := range o.Nights {
		t.Nights = addNight(t.Nights, n)
	}
	t.OnCall += o.OnCall
	t.Level1 += o.Level1
	t.Level2 += o.Level2
	t.EngagedSum += o.EngagedSum
	for _, f := range o.Flags {
		t.flag(f)
	}
}

// Days measures a person between each two of the edges, which are in order.
func (c *Config) Days(p *Person, r *Record, edges []time.Time) []Day {
	var days []Day
	var open Open
	for i := 1; i < len(edges); i++ {
		d := c.MeasureDay(p, r, edges[i-1], edges[i], open)
		open = d.Open
		days = append(days, d)
	}
	return days
}

// Redo measures those days again that something touched, and those after them for as
// long as what is handed over changes: after it the days are what measuring them all
// anew would give. A notification touches the day of its instant; a shift or work
// touches the days it overlaps, as it was and as it is. It returns how many days were
// measured.
func (c *Config) Redo(p *Person, r *Record, days []Day, touched func(from, to time.Time) bool) int {
	done, changed := 0, false
	for i := range days {
		d := &days[i]
		if !changed && !touched(d.From, d.To) {
			continue
		}
		var before Open
		if i > 0 {
			before = days[i-1].Open
		}
		again := c.MeasureDay(p, r, d.From, d.To, before)
		changed = !again.Open.Equal(&d.Open)
		*d = again
		done++
	}
	return done
}

// Sum adds up days.
func Sum(days []Day) Tally {
	var t Tally
	for i := range days {
		t.Add(&days[i].Tally)
	}
	return t
}
