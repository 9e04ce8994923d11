package health

import (
	"cmp"
	"maps"
	"slices"
	"sort"
	"time"

	"watchbill/schedule"
)

// A TeamRecord is what is known of a team: its people's records, and what of them
// is the team's and nobody's own. It does not change once made.
type TeamRecord struct {
	people  []*Record
	paged   []paging            // by first page
	place   map[schedule.ID]int // of an incident in paged
	began   []time.Time         // incidents, in order
	covered []span              // somebody is on call, merged
	alert   []span              // a paged incident is open, merged
	down    []span              // any incident is open, merged
}

// A paging is an incident that interrupted somebody.
type paging struct {
	incident schedule.ID
	first    time.Time
	verdict  Verdict
}

// NewTeamRecord puts a team together, with its incidents, each once. Those that are open
// count until asOf.
func NewTeamRecord(people []*Record, incidents []Incident, asOf time.Time) *TeamRecord {
	t := &TeamRecord{people: people, began: make([]time.Time, 0, len(incidents)), place: make(map[schedule.ID]int, len(incidents))}
	byIncident := make(map[schedule.ID]*paging, len(incidents))
	for _, r := range people {
		t.covered = append(t.covered, r.onCall...)
		for i := range r.rings {
			n := &r.rings[i]
			p := byIncident[n.Incident]
			if p == nil {
				p = &paging{incident: n.Incident, first: n.At}
				byIncident[n.Incident] = p
			}
			if n.At.Before(p.first) {
				p.first = n.At
			}
			// Once tagged as nothing to do it stays so: a second page with another
			// opinion must not make a team look better.
			p.verdict = max(p.verdict, n.Verdict)
		}
	}
	for _, p := range byIncident {
		if p.incident != 0 {
			t.paged = append(t.paged, *p)
		}
	}
	slices.SortFunc(t.paged, func(a, b paging) int {
		return cmp.Or(a.first.Compare(b.first), cmp.Compare(a.incident, b.incident))
	})
	for i := range t.paged {
		t.place[t.paged[i].incident] = i
	}
	for i := range incidents {
		t.began = append(t.began, incidents[i].TriggeredAt)
		s := incidents[i].span(asOf)
		t.down = append(t.down, s)
		if byIncident[incidents[i].ID] != nil {
			t.alert = append(t.alert, s)
		}
	}
	slices.SortFunc(t.began, time.Time.Compare)
	t.covered, t.down, t.alert = merge(t.covered), merge(t.down), merge(t.alert)
	return t
}

// span returns from when to when an incident was open.
func (i *Incident) span(asOf time.Time) span {
	end := i.ResolvedAt
	if end.IsZero() {
		end = asOf
	}
	return span{i.TriggeredAt.Unix(), end.Unix()}
}

// A TeamTally is what a stretch of time was for a team, besides the sum over its
// people. Tallies of stretches that follow each other add up, see [TeamTally.Add].
type TeamTally struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`

	Covered  int64 `json:"covered_seconds"`  // with anybody on call
	Alert    int64 `json:"alert_seconds"`    // of those, with a paged incident open
	Incident int64 `json:"incident_seconds"` // with any incident open

	Incidents int `json:"incidents"` // that began
	// First counts the incidents whose first page was in this stretch; those that
	// paged again, after a first page before it, are in Again.
	First Paged   `json:"first"`
	Again []Again `json:"again,omitempty"`

	// Blocks of first-level duty that began, and those of them with more distinct
	// incidents than the limit; shifts of the first level that began, and those of
	// them without a page.
	Blocks      int `json:"blocks"`
	Overloaded  int `json:"overloaded_blocks"`
	Shifts      int `json:"shifts"`
	QuietShifts int `json:"quiet_shifts"`
}

// Paged counts incidents that interrupted somebody, those that somebody tagged, and
// those where that was "nothing to do".
type Paged struct {
	Incidents int `json:"incidents"`
	Tagged    int `json:"tagged"`
	NoAction  int `json:"no_action"`
}

// count adds an incident.
func (p *Paged) count(v Verdict) {
	p.Incidents++
	if v != Untagged {
		p.Tagged++
	}
	if v == NoAction {
		p.NoAction++
	}
}

// Again is an incident that pages after the stretch of its first page.
type Again struct {
	Incident schedule.ID `json:"incident"`
	First    time.Time   `json:"first"`
	Verdict  Verdict     `json:"verdict"`
}

// MeasureTeam returns what [from, to) was for a team. A late page touches the day it
// is in, the day in which the first-level shift that it is in began, and those in which
// the blocks of that shift and the incident began.
func (c *Config) MeasureTeam(t *TeamRecord, from, to time.Time) TeamTally {
	out := TeamTally{From: from, To: to}
	a, b := from.Unix(), to.Unix()
	covered := within(t.covered, a, b)
	for _, s := range covered {
		out.Covered += s.to - s.from
		out.Alert += lengthIn(t.alert, s.from, s.to)
	}
	out.Incident = lengthIn(t.down, a, b)
	began := func(before time.Time) int {
		n, _ := slices.BinarySearchFunc(t.began, before, time.Time.Compare)
		return n
	}
	out.Incidents = began(to) - began(from)
	t.addPaged(&out)
	for _, r := range t.people {
		c.addBlocks(&out, r)
	}
	return out
}

// addPaged counts the incidents that paged in the stretch.
func (t *TeamRecord) addPaged(out *TeamTally) {
	i := sort.Search(len(t.paged), func(i int) bool { return !t.paged[i].first.Before(out.From) })
	for ; i < len(t.paged) && t.paged[i].first.Before(out.To); i++ {
		out.First.count(t.paged[i].verdict)
	}
	again := map[schedule.ID]bool{}
	for _, r := range t.people {
		for _, n := range r.ringsIn(out.From, out.To) {
			if i, ok := t.place[n.Incident]; ok && t.paged[i].first.Before(out.From) {
				again[n.Incident] = true
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(again)) {
		p := &t.paged[t.place[id]]
		out.Again = append(out.Again, Again{p.incident, p.first, p.verdict})
	}
}

// addBlocks counts one person's first-level shifts that begin in the stretch, and their
// blocks. Shifts that touch are one, so who hands over to themselves changes nothing;
// blocks are cut from where it begins and the last may be shorter.
func (c *Config) addBlocks(out *TeamTally, r *Record) {
	from, to, length := out.From.Unix(), out.To.Unix(), int64(c.block()/time.Second)
	for _, s := range r.level1 {
		if s.to <= from || s.from >= to {
			continue
		}
		if s.from >= from {
			out.Shifts++
			if len(r.ringsIn(time.Unix(s.from, 0), time.Unix(s.to, 0))) == 0 {
				out.QuietShifts++
			}
		}
		first := s.from
		if first < from {
			first += (from - first + length - 1) / length * length
		}
		for at := first; at < min(to, s.to); at += length {
			out.Blocks++
			if r.incidentsIn(at, min(at+length, s.to)) > c.Limit {
				out.Overloaded++
			}
		}
	}
}

// incidentsIn counts the distinct incidents that paged in a block. One that pages in
// two blocks counts in both: were it only in the first, an earlier page would relieve
// the later block.
func (r *Record) incidentsIn(from, to int64) int {
	seen := map[schedule.ID]bool{}
	for _, n := range r.ringsIn(time.Unix(from, 0), time.Unix(to, 0)) {
		seen[n.Incident] = true
	}
	return len(seen)
}

// Add adds the tally of the stretch that follows.
func (t *TeamTally) Add(o *TeamTally) {
	if t.To.IsZero() {
		*t = *o
		t.Again = slices.Clone(o.Again)
		return
	}
	t.To = o.To
	t.Covered += o.Covered
	t.Alert += o.Alert
	t.Incident += o.Incident
	t.Incidents += o.Incidents
	t.First.Incidents += o.First.Incidents
	t.First.Tagged += o.First.Tagged
	t.First.NoAction += o.First.NoAction
	for _, a := range o.Again {
		known := slices.ContainsFunc(t.Again, func(b Again) bool { return b.Incident == a.Incident })
		if a.First.Before(t.From) && !known {
			t.Again = append(t.Again, a)
		}
	}
	slices.SortFunc(t.Again, func(a, b Again) int { return cmp.Compare(a.Incident, b.Incident) })
	t.Blocks += o.Blocks
	t.Overloaded += o.Overloaded
	t.Shifts += o.Shifts
	t.QuietShifts += o.QuietShifts
}

// Paged counts the distinct incidents that interrupted somebody.
func (t *TeamTally) Paged() Paged {
	p := t.First
	for _, a := range t.Again {
		p.count(a.Verdict)
	}
	return p
}

// AlertShare returns the share of the covered time in which a paged incident was open.
func (t *TeamTally) AlertShare() float64 { return share(t.Alert, t.Covered) }

// OverloadedShare returns the share of blocks over the limit.
func (t *TeamTally) OverloadedShare() float64 { return share(t.Overloaded, t.Blocks) }

// BetweenIncidents returns the mean hours from the end of trouble to the next: the
// time without any incident, divided by how many began. Of none it returns the whole
// stretch and false: "more than".
func (t *TeamTally) BetweenIncidents() (float64, bool) {
	window := t.To.Unix() - t.From.Unix()
	if t.Incidents == 0 {
		return hours(window), false
	}
	return hours(window-t.Incident) / float64(t.Incidents), true
}
