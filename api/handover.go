package api

import (
	"context"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// A Turn is a stretch in which the same people, most often one, are called first.
type Turn struct {
	Rotation string      `json:"rotation"`
	People   []PersonRef `json:"people"`
	Start    Instant     `json:"start"`
	End      Instant     `json:"end"`
}

// A TurnLine is a shift in a list, with how much it leaves to the next.
type TurnLine struct {
	Turn
	Pages      int       `json:"pages"`
	Notes      int       `json:"notes"`
	HandedOver *HandOver `json:"handed_over,omitempty"`
}

// HandOver says that a shift was handed over: what had been noted stays as it is.
type HandOver struct {
	By     *PersonRef `json:"by,omitempty"`
	At     Instant    `json:"at"`
	ReadBy *PersonRef `json:"read_by,omitempty" doc:"Who has the next shift"`
	ReadAt Instant    `json:"read_at,omitzero"`
}

// A ShiftNote is what somebody wrote down about a shift.
type ShiftNote struct {
	ID        schedule.ID `json:"id"`
	Author    *PersonRef  `json:"author,omitempty"`
	WrittenAt Instant     `json:"written_at"`
	EditedAt  Instant     `json:"edited_at,omitzero"`
	Text      string      `json:"text"`
	Frozen    bool        `json:"frozen" doc:"It was there when the shift was handed over, and stays as it is"`
}

// A TurnPage is a page of a shift. Whether it woke anybody is told to nobody else, and so
// is how fast somebody answered.
type TurnPage struct {
	ID          schedule.ID `json:"id"`
	Title       string      `json:"title" doc:"As it came: text of somebody else"`
	Service     string      `json:"service,omitempty"`
	State       string      `json:"state" enum:"triggered,acknowledged,resolved,merged,cancelled"`
	TriggeredAt Instant     `json:"triggered_at"`
	Actionable  string      `json:"actionable" enum:"yes,no,unsaid" doc:"Whether there was something to do; of several people one no decides"`
	OnIt        []PersonRef `json:"on_it" doc:"Who said that they are on it"`
	Notes       []PageNote  `json:"notes"`
}

// A PageNote is what somebody noted of a page.
type PageNote struct {
	Author *PersonRef `json:"author,omitempty"`
	Text   string     `json:"text"`
}

// A TurnReport is a shift with all that it leaves to the next.
type TurnReport struct {
	Turn
	Team       schedule.ID `json:"team"`
	Next       *Turn       `json:"next,omitempty"`
	Pages      []TurnPage  `json:"pages" doc:"Those that fired in it, grouped by service and alert, most first; at most 500"`
	More       bool        `json:"more" doc:"There are more than these"`
	HandFrom   Instant     `json:"hand_over_from" doc:"When it can be handed over: in its last day, or in the second half when it is shorter than two"`
	Open       []TurnPage  `json:"open" doc:"What of the team is not over now"`
	Notes      []ShiftNote `json:"notes"`
	HandedOver *HandOver   `json:"handed_over,omitempty"`
	Before     *TurnBefore `json:"before,omitempty"`
}

// TurnBefore is what the shift before has left.
type TurnBefore struct {
	Turn
	Notes      []ShiftNote `json:"notes"`
	HandedOver *HandOver   `json:"handed_over,omitempty"`
}

type turnIn struct {
	TeamPath
	At       Instant `query:"at" doc:"An instant of the shift; now when absent"`
	Rotation string  `query:"rotation" maxLength:"100" doc:"The first that somebody has then, when absent"`
}

type turnOut struct{ Body TurnReport }

// WhichTurn says which shift is meant.
type WhichTurn struct {
	At       Instant `json:"at,omitzero" doc:"An instant of the shift; now when absent"`
	Rotation string  `json:"rotation,omitempty" maxLength:"100" doc:"The first that somebody has then, when absent"`
}

func (s *Server) turnName(team schedule.ID, at Instant, rotation string) health.TurnName {
	if at.IsZero() {
		at.at = s.Schedule.Now()
	}
	return health.TurnName{Team: team, Rotation: schedule.RotationID(rotation), At: at.at}
}

// getHandOver returns what a shift leaves to the next.
func (s *Server) getHandOver(ctx context.Context, in *turnIn) (*turnOut, error) {
	team, _, err := s.team(ctx, auth.SeeHandOver, in.Team)
	if err != nil {
		return nil, err
	}
	return s.turnReport(ctx, s.turnName(team.ID, in.At, in.Rotation))
}

func (s *Server) turnReport(ctx context.Context, name health.TurnName) (*turnOut, error) {
	r, err := s.HandOvers.Report(ctx, name)
	if err != nil {
		return nil, err
	}
	x, err := s.turnWords(ctx, inReport(r))
	if err != nil {
		return nil, err
	}
	out := TurnReport{Turn: x.turn(&r.Turn), Team: r.Team, Pages: []TurnPage{}, More: r.More, HandFrom: instantOf(r.HandFrom()), Open: []TurnPage{}, Notes: x.notes(r.Notes, r.Done), HandedOver: x.done(r.Done)}
	for i := range r.Groups {
		out.Pages = append(out.Pages, x.pages(r.Groups[i].Pages)...)
	}
	out.Open = append(out.Open, x.pages(r.Open)...)
	if r.Next != nil {
		next := x.turn(r.Next)
		out.Next = &next
	}
	if r.Before != nil {
		out.Before = &TurnBefore{x.turn(r.Before), x.notes(r.BeforeNotes, r.BeforeDone), x.done(r.BeforeDone)}
	}
	return &turnOut{out}, nil
}

// turnWords puts hand-overs into words of the API.
type turnWords map[schedule.ID]string

func (s *Server) turnWords(ctx context.Context, in turnPeople) (turnWords, error) {
	return names(ctx, s.Schedule.Store, in)
}

// turnPeople are those whom hand-overs name.
type turnPeople map[schedule.ID]bool

func (in turnPeople) add(ids ...schedule.ID) {
	for _, id := range ids {
		in[id] = true
	}
}

func (in turnPeople) done(h *health.HandOver) {
	if h != nil {
		in.add(h.By, h.ReadBy)
	}
}

func (in turnPeople) notes(all []health.ShiftNote) {
	for i := range all {
		in.add(all[i].Author)
	}
}

func (in turnPeople) pages(all []health.TurnPage) {
	for i := range all {
		in.add(all[i].OnIt...)
		for k := range all[i].Notes {
			in.add(all[i].Notes[k].Person)
		}
	}
}

// inReport returns everybody in a report.
func inReport(r *health.TurnReport) turnPeople {
	in := turnPeople{}
	for _, t := range []*health.Turn{&r.Turn, r.Next, r.Before} {
		if t != nil {
			in.add(t.People...)
		}
	}
	for i := range r.Groups {
		in.pages(r.Groups[i].Pages)
	}
	in.pages(r.Open)
	in.notes(r.Notes)
	in.notes(r.BeforeNotes)
	in.done(r.Done)
	in.done(r.BeforeDone)
	return in
}

func (x turnWords) people(ids []schedule.ID) []PersonRef {
	out := []PersonRef{}
	for _, id := range ids {
		if ref := refTo(id, x); ref != nil {
			out = append(out, *ref)
		}
	}
	return out
}

func (x turnWords) turn(t *health.Turn) Turn {
	return Turn{string(t.Rotation), x.people(t.People), instantOf(t.Start), instantOf(t.End)}
}

func (x turnWords) done(h *health.HandOver) *HandOver {
	if h == nil {
		return nil
	}
	return &HandOver{refTo(h.By, x), instantOf(h.At), refTo(h.ReadBy, x), instantOf(h.ReadAt)}
}

func (x turnWords) notes(all []health.ShiftNote, done *health.HandOver) []ShiftNote {
	out := []ShiftNote{}
	for i := range all {
		out = append(out, x.note(&all[i], done))
	}
	return out
}

func (x turnWords) note(n *health.ShiftNote, done *health.HandOver) ShiftNote {
	return ShiftNote{n.ID, refTo(n.Author, x), instantOf(n.WrittenAt), instantOf(n.EditedAt), n.Text, done.Frozen(n)}
}

func (x turnWords) pages(all []health.TurnPage) []TurnPage {
	var out []TurnPage
	for i := range all {
		p := &all[i]
		row := TurnPage{ID: p.ID, Title: p.Title, Service: p.Service, State: string(p.State), TriggeredAt: instantOf(p.TriggeredAt), Actionable: answers[p.Verdict], OnIt: x.people(p.OnIt), Notes: []PageNote{}}
		for k := range p.Notes {
			row.Notes = append(row.Notes, PageNote{refTo(p.Notes[k].Person, x), p.Notes[k].Note})
		}
		out = append(out, row)
	}
	return out
}

// Turns are shifts of a team with how much each leaves.
type Turns struct {
	Items     []TurnLine `json:"items" doc:"The newest first"`
	Rotations []string   `json:"rotations" doc:"Of which there are shifts then"`
}

type turnsIn struct {
	TeamPath
	Window
	Rotation string `query:"rotation" maxLength:"100" doc:"The first that somebody has now, when absent"`
}

type turnsOut struct{ Body Turns }

// listHandOvers lists shifts with how much each leaves to the next.
func (s *Server) listHandOvers(ctx context.Context, in *turnsIn) (*turnsOut, error) {
	team, _, err := s.team(ctx, auth.SeeHandOver, in.Team)
	if err != nil {
		return nil, err
	}
	if in.From.IsZero() && in.To.IsZero() { // what is past, unlike of shifts
		in.From, in.To = Instant{s.Schedule.Now().Add(-turnsListed)}, Instant{s.Schedule.Now()}
	}
	from, to, err := in.span(s.Schedule.Now())
	if err != nil {
		return nil, err
	}
	lines, rotations, err := s.HandOvers.List(ctx, team.ID, schedule.RotationID(in.Rotation), from, to)
	if err != nil {
		return nil, err
	}
	named := turnPeople{}
	for i := range lines {
		named.add(lines[i].People...)
		named.done(lines[i].Done)
	}
	x, err := s.turnWords(ctx, named)
	out := &turnsOut{Turns{Items: []TurnLine{}, Rotations: []string{}}}
	for i := range lines {
		l := &lines[i]
		out.Body.Items = append(out.Body.Items, TurnLine{x.turn(&l.Turn), l.Pages, l.Notes, x.done(l.Done)})
	}
	for _, r := range rotations {
		out.Body.Rotations = append(out.Body.Rotations, string(r))
	}
	return out, err
}

// turnsListed is how far back shifts are listed when nobody says from when on.
const turnsListed = 12 * 7 * 24 * time.Hour

type whichTurnIn struct {
	TeamPath
	Body WhichTurn
}

// writer returns who writes about a shift of a team.
func (s *Server) writer(ctx context.Context, id schedule.ID) (health.Writer, error) {
	team, w, err := s.team(ctx, auth.HandOver, id)
	return health.Writer{Person: me(w), Manages: w.Manager(int64(team.ID))}, err
}

// handOver hands a shift over.
func (s *Server) handOver(ctx context.Context, in *whichTurnIn) (*turnOut, error) {
	by, err := s.writer(ctx, in.Team)
	if err != nil {
		return nil, err
	}
	name := s.turnName(in.Team, in.Body.At, in.Body.Rotation)
	if err := s.HandOvers.HandOver(ctx, by, name); err != nil {
		return nil, err
	}
	return s.turnReport(ctx, name)
}

// readHandOver notes that what the shift before has left was read.
func (s *Server) readHandOver(ctx context.Context, in *whichTurnIn) (*turnOut, error) {
	by, err := s.writer(ctx, in.Team)
	if err != nil {
		return nil, err
	}
	name := s.turnName(in.Team, in.Body.At, in.Body.Rotation)
	if err := s.HandOvers.Read(ctx, by.Person, name); err != nil {
		return nil, err
	}
	return s.turnReport(ctx, name)
}

// NewShiftNote is a note to be added.
type NewShiftNote struct {
	WhichTurn
	Text string `json:"text" maxLength:"4000" doc:"Plain text; lines are kept"`
}

type addShiftNoteIn struct {
	TeamPath
	Body NewShiftNote
}

type shiftNoteOut struct{ Body ShiftNote }

// addShiftNote writes a note about a shift.
func (s *Server) addShiftNote(ctx context.Context, in *addShiftNoteIn) (*shiftNoteOut, error) {
	by, err := s.writer(ctx, in.Team)
	if err != nil {
		return nil, err
	}
	n, err := s.HandOvers.AddNote(ctx, by, s.turnName(in.Team, in.Body.At, in.Body.Rotation), in.Body.Text)
	if err != nil {
		return nil, err
	}
	x, err := s.turnWords(ctx, turnPeople{n.Author: true})
	return &shiftNoteOut{x.note(&n, nil)}, err
}

type editShiftNoteIn struct {
	TeamPath
	Note schedule.ID `path:"note" minimum:"1"`
	Body struct {
		Text string `json:"text" maxLength:"4000"`
	}
}

// editShiftNote changes a note of whoever asks.
func (s *Server) editShiftNote(ctx context.Context, in *editShiftNoteIn) (*shiftNoteOut, error) {
	by, err := s.writer(ctx, in.Team)
	if err != nil {
		return nil, err
	}
	n, err := s.HandOvers.EditNote(ctx, by.Person, in.Team, in.Note, in.Body.Text)
	if err != nil {
		return nil, err
	}
	x, err := s.turnWords(ctx, turnPeople{n.Author: true})
	return &shiftNoteOut{x.note(&n, nil)}, err
}
