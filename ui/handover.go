package ui

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// HandOver is the page "handover": what does a shift leave to the next? Forms are sent to
// the address of the team's hand-overs with At and Rotation, which say which shift.
type HandOver struct {
	Frame
	Rotation  string
	Rotations []RotationLink // empty when there is one
	None      bool           // nobody has a shift in any published schedule
	At        int64          // seconds: when the shift began
	Who       string
	Mine      bool
	Start     time.Time
	End       time.Time
	Next      string // who takes over; empty: nobody is planned
	Pages     int
	More      bool // there are more pages than are told
	Groups    []PageGroupRow
	Open      []TurnPageRow
	Notes     []NoteRow
	Done      *DoneRow
	CanWrite  bool
	CanHand   bool
	HandFrom  time.Time // when the reader can hand it over; zero: now, or never
	Add       Field
	Wrong     string    // what is wrong with what was sent, or ""
	Before    *LeftRow  // what the shift before has left; nil: there was none
	List      []TurnRow // the shift and those next to it
	Others    []TurnRow // those further away
	Today     string    // where the running shift is, when this is an earlier one
	Writes    bool      // whoever takes over is written to
	Real      string    // says where pages are from, when it is a demonstration
}

// RotationLink leads to the hand-overs of another rotation.
type RotationLink struct {
	Name string
	Href string
	On   bool
}

// PageGroupRow is an alert of the shift with its pages.
type PageGroupRow struct {
	Title, Service              string
	N, Actionable, Idle, Unsaid int
	Item                        *HealthLink // the open item about it; nil: there is none
	Pages                       []TurnPageRow
}

// TurnPageRow is a page of a shift.
type TurnPageRow struct {
	ID                    int64
	Title, Service, State string
	Open                  bool
	When                  time.Time
	Paged, OnIt           string // names
	Tag                   string // yes, no or ""
	Notes                 []NoteRow
	Mine                  *ToldPage // the reader was paged: what they may say of it
}

// NoteRow is something that was noted. With an ID it is about a shift, and POST
// …/notes/{ID} changes it while CanEdit.
type NoteRow struct {
	ID            int64
	Who           string
	When, Edited  time.Time
	Text          string
	CanEdit, Late bool // Late: written after the shift was handed over
	Edit          Field
}

// DoneRow says that a shift was handed over.
type DoneRow struct {
	By     string
	When   time.Time
	ReadBy string // empty: nobody has read it
	Read   time.Time
}

// LeftRow is what the shift before has left.
type LeftRow struct {
	At      int64
	Who     string
	Start   time.Time
	End     time.Time
	Notes   []NoteRow
	Done    *DoneRow
	CanRead bool // the reader has to say that they have read it
}

// TurnRow is a shift in the list.
type TurnRow struct {
	Href         string
	Who          string
	Mine, On     bool // On: it is the one shown
	Start, End   time.Time
	Pages, Notes int
	Done         *DoneRow
}

// HandOverNotice asks the reader to do something about a hand-over.
type HandOverNotice struct {
	Team, Href, Who string
	Read            bool // it is to be read; otherwise to be handed over
	Ends            time.Time
	Notes           int
}

// A turnDesk fills in hand-overs for a reader.
type turnDesk struct {
	team    schedule.ID
	reader  schedule.ID
	now     time.Time
	names   map[schedule.ID]schedule.Profile
	own     map[schedule.ID]*health.OwnPage
	manages bool
}

func (d *turnDesk) href(rotation schedule.RotationID, at time.Time) string {
	return fmt.Sprintf("/teams/%d/handover?at=%d&rotation=%s", d.team, at.Unix(), url.QueryEscape(string(rotation)))
}

// who names people, without those that are not known.
func (d *turnDesk) who(people []schedule.ID) string {
	var names []string
	for _, id := range people {
		if name := d.names[id].Name; name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return and(names)
}

// and joins names as they are said.
func and(names []string) string {
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}

func (d *turnDesk) done(h *health.HandOver) *DoneRow {
	if h == nil {
		return nil
	}
	return &DoneRow{By: d.names[h.By].Name, When: h.At, ReadBy: d.names[h.ReadBy].Name, Read: h.ReadAt}
}

func (d *turnDesk) notes(all []health.ShiftNote, done *health.HandOver) []NoteRow {
	var out []NoteRow
	for i := range all {
		n := &all[i]
		out = append(out, NoteRow{
			ID: int64(n.ID), Who: d.names[n.Author].Name, When: n.WrittenAt, Edited: n.EditedAt, Text: n.Text,
			CanEdit: n.Author == d.reader && !done.Frozen(n), Late: done != nil && n.WrittenAt.After(done.At), Edit: Field{Value: n.Text},
		})
	}
	return out
}

// page shows a page of a shift.
func (d *turnDesk) page(p *health.TurnPage) TurnPageRow {
	row := TurnPageRow{ID: int64(p.ID), Title: p.Title, Service: p.Service, State: stateWords[p.State], Open: p.State.Open(), When: p.TriggeredAt, OnIt: d.who(p.OnIt), Tag: yesNo(int(p.Verdict))}
	var paged []schedule.ID
	for i := range p.People {
		if !p.People[i].NotifiedAt.IsZero() {
			paged = append(paged, p.People[i].Person)
		}
	}
	row.Paged = d.who(paged)
	for i := range p.Notes {
		row.Notes = append(row.Notes, NoteRow{Who: d.names[p.Notes[i].Person].Name, When: p.Notes[i].SaidAt, Text: p.Notes[i].Note})
	}
	if own := d.own[p.ID]; own != nil {
		mine := told(own, d.now)
		row.Mine = &mine
	}
	return row
}

// fill shows a shift with what it leaves to the next.
func (p *HandOver) fill(d *turnDesk, r *health.TurnReport) {
	p.Rotation, p.At, p.Start, p.End, p.Pages, p.More = string(r.Rotation), r.Start.Unix(), r.Start, r.End, r.Pages, r.More
	p.Who, p.Mine = d.who(r.People), r.Has(d.reader)
	if r.Next != nil {
		p.Next = d.who(r.Next.People)
	}
	for i := range r.Groups {
		g := &r.Groups[i]
		row := PageGroupRow{Title: g.Title, Service: g.Service, N: len(g.Pages), Actionable: g.Count(health.Actionable), Idle: g.Count(health.NoAction), Unsaid: g.Count(health.Untagged)}
		for k := range g.Pages {
			row.Pages = append(row.Pages, d.page(&g.Pages[k]))
		}
		p.Groups = append(p.Groups, row)
	}
	for i := range r.Open {
		p.Open = append(p.Open, d.page(&r.Open[i]))
	}
	p.Notes, p.Done = d.notes(r.Notes, r.Done), d.done(r.Done)
	writer := health.Writer{Person: d.reader, Manages: d.manages}
	p.CanWrite = writer.May(&r.Turn, d.now) == nil
	if p.CanHand = p.CanWrite && r.Done == nil; p.CanHand && d.now.Before(r.HandFrom()) {
		p.CanHand, p.HandFrom = false, r.HandFrom()
	}
	if b := r.Before; b != nil {
		p.Before = &LeftRow{At: b.Start.Unix(), Who: d.who(b.People), Start: b.Start, End: b.End, Notes: d.notes(r.BeforeNotes, r.BeforeDone), Done: d.done(r.BeforeDone)}
		p.Before.CanRead = p.Mine && r.BeforeDone != nil && r.BeforeDone.ReadAt.IsZero()
	}
}

// list shows shifts, and which rotations there are.
func (p *HandOver) list(d *turnDesk, lines []health.TurnLine, rotations []schedule.RotationID) {
	// Those that begin after the one that is shown are few, unless shifts are short.
	shown := slices.IndexFunc(lines, func(l health.TurnLine) bool { return l.Start.Unix() == p.At })
	first := max(0, shown-turnsShown/2)
	for i := first; i < min(len(lines), first+turnsShown); i++ {
		l := &lines[i]
		list := &p.List
		if i > max(shown, 0)+turnsNear || i < shown-1 {
			list = &p.Others
		}
		*list = append(*list, TurnRow{
			Href: d.href(l.Rotation, l.Start), Who: d.who(l.People), Mine: l.Has(d.reader), On: l.Start.Unix() == p.At, Start: l.Start, End: l.End, Pages: l.Pages, Notes: l.Notes, Done: d.done(l.Done),
		})
	}
	if len(rotations) < 2 {
		return
	}
	for _, r := range rotations {
		p.Rotations = append(p.Rotations, RotationLink{upper(string(r)), fmt.Sprintf("/teams/%d/handover?rotation=%s", d.team, url.QueryEscape(string(r))), string(r) == p.Rotation})
	}
}
