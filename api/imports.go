package api

import (
	"context"
	"fmt"

	"watchbill/api/auth"
	"watchbill/schedule"
)

// An Import is somebody else's calendar, read once from a file or again and again
// from a link.
type Import struct {
	ID          schedule.ID  `json:"id"`
	Kind        string       `json:"kind" enum:"absences,holidays,shifts"`
	Team        schedule.ID  `json:"team,omitempty" doc:"Absent: it is about its owner"`
	Label       string       `json:"label"`
	Host        string       `json:"host,omitempty" doc:"Of a link: where it leads; the rest of it is a secret"`
	Choice      ImportChoice `json:"choice" doc:"Which events count"`
	Waits       bool         `json:"waits" doc:"It waits for a yes, and has brought nothing new until then"`
	CreatedAt   Instant      `json:"created_at"`
	ConfirmedAt Instant      `json:"confirmed_at,omitzero"`
	ReadAt      Instant      `json:"read_at,omitzero" doc:"When it could be read last"`
	NextAt      Instant      `json:"next_at,omitzero" doc:"When it is read next; absent is never"`
	Problem     string       `json:"problem,omitempty" doc:"Why the last reading failed"`
	Events      int          `json:"events" doc:"How many counted at the last reading"`
	Warnings    []string     `json:"warnings"`
}

// An ImportChoice says which events of a calendar count.
type ImportChoice struct {
	Filter     string                 `json:"filter,omitempty" enum:"all,words,busy" doc:"Of absences: all events, those whose title has a word, or those that do not leave the time free; all when absent"`
	Words      string                 `json:"words,omitempty" maxLength:"500" doc:"With the filter words: separated by commas"`
	LeastHours int                    `json:"least_hours,omitempty" minimum:"0" maximum:"24" doc:"Shorter events do not count; 24 leaves only whole days"`
	Titles     bool                   `json:"titles,omitempty" doc:"Keep the titles, which the person's team sees"`
	Until      Day                    `json:"until,omitzero" doc:"Of shifts: only those that begin before this day"`
	Rotation   string                 `json:"rotation,omitempty" maxLength:"100" doc:"Of shifts: the rotation of events that name none"`
	People     map[string]schedule.ID `json:"people,omitempty" maxProperties:"500" doc:"Of shifts: who is who, by the name in the calendar; 0 counts for nobody"`
}

func (c *ImportChoice) choice() schedule.ImportChoice {
	out := schedule.ImportChoice{
		Filter: c.Filter, Words: c.Words, LeastHours: c.LeastHours, Titles: c.Titles, Until: c.Until.date, Rotation: schedule.RotationID(c.Rotation), People: c.People,
	}
	if out.Filter == "" {
		out.Filter = schedule.FilterAll
	}
	return out
}

func importOf(i *schedule.Import) Import {
	c := &i.ImportChoice
	return Import{
		ID: i.ID, Kind: i.Kind, Team: i.Team, Label: i.Label, Host: i.Host(), Waits: i.Waits, CreatedAt: instantOf(i.CreatedAt),
		Choice:      ImportChoice{c.Filter, c.Words, c.LeastHours, c.Titles, Day{c.Until}, string(c.Rotation), c.People},
		ConfirmedAt: instantOf(i.ConfirmedAt), ReadAt: instantOf(i.ReadAt), NextAt: instantOf(i.NextAt), Problem: i.Problem, Events: i.Events,
		Warnings: append([]string{}, i.Warnings...),
	}
}

// Imports are the calendars of a person or a team.
type Imports struct {
	Items []Import `json:"items" doc:"By when they were added"`
}

type importsOut struct{ Body Imports }

func (s *Server) imports(ctx context.Context, owner, team schedule.ID) (*importsOut, error) {
	all, err := s.Schedule.Store.Imports(ctx, owner, team)
	out := &importsOut{Imports{Items: []Import{}}}
	for i := range all {
		out.Body.Items = append(out.Body.Items, importOf(&all[i]))
	}
	return out, err
}

// listImports lists one's own calendars.
func (s *Server) listImports(ctx context.Context, _ *struct{}) (*importsOut, error) {
	w, err := own(ctx, auth.SeeAuditOwn)
	if err != nil {
		return nil, err
	}
	return s.imports(ctx, me(w), 0)
}

// listTeamImports lists the calendars of a team, for those who manage it.
func (s *Server) listTeamImports(ctx context.Context, in *struct{ TeamPath }) (*importsOut, error) {
	if _, _, err := s.team(ctx, auth.SeePlanning, in.Team); err != nil {
		return nil, err
	}
	return s.imports(ctx, 0, in.Team)
}

// A NewImport is a calendar to be looked at.
type NewImport struct {
	Kind  string `json:"kind" enum:"absences,holidays,shifts" doc:"Absences are one's own, shifts a team's"`
	Label string `json:"label,omitempty" maxLength:"100"`
	URL   string `json:"url,omitempty" maxLength:"2000" doc:"A link, https:// or webcal://, that is read again and again"`
	File  string `json:"file,omitempty" maxLength:"900000" doc:"Or the text of an .ics file"`
}

type newImportIn struct{ Body NewImport }

type importOut struct{ Body Import }

// addImport looks at a calendar of one's own.
func (s *Server) addImport(ctx context.Context, in *newImportIn) (*importOut, error) {
	w, err := own(ctx, auth.EditOwn)
	if err == nil && in.Body.Kind == schedule.ImportShifts {
		err = invalid("kind", "shifts are a team's; add the calendar to the team")
	}
	if err != nil {
		return nil, err
	}
	return s.lookedAt(ctx, w, &in.Body, 0)
}

type newTeamImportIn struct {
	TeamPath
	Body NewImport
}

// addTeamImport looks at a calendar for a team.
func (s *Server) addTeamImport(ctx context.Context, in *newTeamImportIn) (*importOut, error) {
	_, w, err := s.team(ctx, auth.EditTeam, in.Team)
	if err == nil && in.Body.Kind == schedule.ImportAbsences {
		err = invalid("kind", "absences are a person's; each adds their own calendar")
	}
	if err != nil {
		return nil, err
	}
	return s.lookedAt(ctx, w, &in.Body, in.Team)
}

func (s *Server) lookedAt(ctx context.Context, w auth.Who, b *NewImport, team schedule.ID) (*importOut, error) {
	if (b.URL == "") == (b.File == "") {
		return nil, invalid("url", "give a link, or the text of a file")
	}
	i, err := s.Schedule.AddImport(ctx, me(w), schedule.Import{Kind: b.Kind, Team: team, Label: b.Label, URL: b.URL}, []byte(b.File))
	if err != nil {
		return nil, err
	}
	return &importOut{importOf(&i)}, nil
}

// ImportPath is the import in the path of a route.
type ImportPath struct {
	Import schedule.ID `path:"import" minimum:"1"`
}

// theImport finds an import that whoever asks may change: their own, or one of a
// team that they manage. A person's calendar is nobody else's business.
func (s *Server) theImport(ctx context.Context, id schedule.ID) (schedule.Import, auth.Who, error) {
	w := auth.From(ctx)
	i, err := s.Schedule.Store.Import(ctx, id)
	switch {
	case err != nil:
		return i, w, err
	case i.Team != 0:
		return i, w, hidden(w.Must(auth.EditTeam, auth.Team(int64(i.Team))))
	case i.Owner != me(w):
		return i, w, fmt.Errorf("import %d: %w", id, schedule.ErrNotFound)
	}
	return i, w, w.Must(auth.EditOwn, auth.Person(w.Person))
}

type chooseIn struct {
	ImportPath
	Body ImportChoice
}

// ImportPreview is what a calendar would bring, or has brought.
type ImportPreview struct {
	Zone     string         `json:"zone" doc:"Where times without a zone are"`
	Counts   map[string]int `json:"counts" doc:"How many events are added, changed, kept, removed, skipped"`
	Lines    []ImportLine   `json:"lines"`
	Warnings []string       `json:"warnings"`
}

// An ImportLine says what becomes of an event.
type ImportLine struct {
	What   string  `json:"what" enum:"add,change,keep,remove,skip"`
	Start  Instant `json:"start"`
	End    Instant `json:"end"`
	AllDay bool    `json:"all_day"`
	Title  string  `json:"title,omitempty"`
	Why    string  `json:"why,omitempty" doc:"Why it is left out"`
}

type previewOut struct{ Body ImportPreview }

func previewOf(p *schedule.ImportPreview) *previewOut {
	out := &previewOut{ImportPreview{Zone: p.Zone, Counts: map[string]int{}, Lines: []ImportLine{}, Warnings: append([]string{}, p.Warnings...)}}
	for what, n := range p.Counts {
		out.Body.Counts[what] = n
	}
	for _, l := range p.Lines {
		out.Body.Lines = append(out.Body.Lines, ImportLine{l.What, instantOf(l.Start), instantOf(l.End), l.AllDay, l.Title, l.Why})
	}
	return out
}

// previewImport says what a calendar that waits would bring by a choice.
func (s *Server) previewImport(ctx context.Context, in *chooseIn) (*previewOut, error) {
	i, _, err := s.theImport(ctx, in.Import)
	if err == nil && !i.Waits {
		err = fmt.Errorf("this calendar waits for nothing; it was confirmed before: %w", schedule.ErrConflict)
	}
	if err != nil {
		return nil, err
	}
	p, err := s.Schedule.Preview(ctx, i, in.Body.choice())
	if err != nil {
		return nil, err
	}
	return previewOf(&p), nil
}

// confirmImport brings what a calendar that waits has.
func (s *Server) confirmImport(ctx context.Context, in *chooseIn) (*previewOut, error) {
	i, w, err := s.theImport(ctx, in.Import)
	if err == nil && !i.Waits {
		err = fmt.Errorf("this calendar waits for nothing; it was confirmed before: %w", schedule.ErrConflict)
	}
	if err != nil {
		return nil, err
	}
	p, err := s.Schedule.Confirm(ctx, me(w), i.ID, in.Body.choice())
	if err != nil {
		return nil, err
	}
	return previewOf(&p), nil
}

// readImport reads a link now.
func (s *Server) readImport(ctx context.Context, in *struct{ ImportPath }) (*importOut, error) {
	i, w, err := s.theImport(ctx, in.Import)
	if err != nil {
		return nil, err
	}
	if err := s.Schedule.ReadImport(ctx, me(w), i.ID); err != nil {
		return nil, err
	}
	return s.importNow(ctx, i.ID)
}

// changeImport chooses anew which events of a link count.
func (s *Server) changeImport(ctx context.Context, in *chooseIn) (*importOut, error) {
	i, w, err := s.theImport(ctx, in.Import)
	if err == nil && i.Waits {
		err = fmt.Errorf("this calendar waits for a yes: confirm it with the choice: %w", schedule.ErrConflict)
	}
	if err != nil {
		return nil, err
	}
	if err := s.Schedule.ChangeImport(ctx, me(w), i.ID, in.Body.choice()); err != nil {
		return nil, err
	}
	return s.importNow(ctx, i.ID)
}

func (s *Server) importNow(ctx context.Context, id schedule.ID) (*importOut, error) {
	i, err := s.Schedule.Store.Import(ctx, id)
	return &importOut{importOf(&i)}, err
}

// removeImport stops reading a calendar; what it brought and is not past goes.
func (s *Server) removeImport(ctx context.Context, in *struct{ ImportPath }) (*struct{}, error) {
	i, w, err := s.theImport(ctx, in.Import)
	if err != nil {
		return nil, err
	}
	return nil, s.Schedule.RemoveImport(ctx, me(w), i.ID)
}
