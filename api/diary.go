package api

import (
	"context"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// DiaryEntry is what whoever asks said of one of their shifts.
type DiaryEntry struct {
	ID         string      `json:"id"`
	Team       schedule.ID `json:"team"`
	Rotation   string      `json:"rotation"`
	From       Instant     `json:"from"`
	To         Instant     `json:"to"`
	WrittenAt  Instant     `json:"written_at"`
	Disruptive int         `json:"disruptive" minimum:"1" maximum:"5" doc:"From 1, not at all, to 5, extremely"`
	Change     string      `json:"change,omitempty" enum:"nothing,alerts,runbook,help,rest,length,notice" doc:"What should change"`
	Note       string      `json:"note,omitempty"`
}

// Diary is what whoever asks keeps of their shifts.
type Diary struct {
	Items []DiaryEntry `json:"items" doc:"The latest shift first, at most 1000"`
	Asks  bool         `json:"asks" doc:"Whether it asks after shifts"`
	Lost  bool         `json:"lost" doc:"There is a diary that no key opens; delete it to begin another"`
}

type (
	diaryIn  struct{ PersonPath }
	diaryOut struct{ Body Diary }
)

// DiaryWords are what is said of a shift; what is absent stays as it was.
type DiaryWords struct {
	Team       schedule.ID `json:"team" minimum:"1"`
	Rotation   string      `json:"rotation" minLength:"1" maxLength:"100"`
	From       time.Time   `json:"from" doc:"When the shift began: one of yours that ended in the last 28 days"`
	Disruptive *int        `json:"disruptive,omitempty" minimum:"1" maximum:"5" doc:"From 1, not at all, to 5, extremely; needed the first time"`
	Change     *string     `json:"change,omitempty" enum:"nothing,alerts,runbook,help,rest,length,notice" doc:"What should change"`
	Note       *string     `json:"note,omitempty" maxLength:"500"`
}

type diaryWordsIn struct {
	PersonPath
	Body DiaryWords
}

type diaryEntryIn struct {
	PersonPath
	Entry string `path:"entry"`
}

type diaryEntryOut struct{ Body DiaryEntry }

func diaryEntryOf(e *health.DiaryEntry) DiaryEntry {
	return DiaryEntry{
		ID: e.ID, Team: e.Team, Rotation: string(e.Rotation), From: instantOf(e.From), To: instantOf(e.To), WrittenAt: instantOf(e.At),
		Disruptive: e.Disruptive, Change: e.Change, Note: e.Note,
	}
}

// getDiary returns the diary of whoever asks. Nobody else's exists.
func (s *Server) getDiary(ctx context.Context, in *diaryIn) (*diaryOut, error) {
	id, err := s.itself(ctx, auth.SeeOwnBurden, in.PersonPath)
	if err != nil {
		return nil, err
	}
	book, err := s.Diary.Read(ctx, id)
	out := Diary{Items: []DiaryEntry{}, Asks: !book.Quiet, Lost: book.Lost}
	for i := range book.Entries {
		out.Items = append(out.Items, diaryEntryOf(&book.Entries[i]))
	}
	return &diaryOut{out}, err
}

// writeDiary writes down how a shift of whoever asks was.
func (s *Server) writeDiary(ctx context.Context, in *diaryWordsIn) (*diaryEntryOut, error) {
	id, err := s.itself(ctx, auth.EditOwn, in.PersonPath)
	if err != nil {
		return nil, err
	}
	shift := health.DiaryShift{Team: in.Body.Team, Rotation: schedule.RotationID(in.Body.Rotation), From: in.Body.From}
	e, err := s.Diary.Write(ctx, id, shift, health.DiarySaying{Disruptive: in.Body.Disruptive, Change: in.Body.Change, Note: in.Body.Note})
	return &diaryEntryOut{diaryEntryOf(&e)}, err
}

// removeDiaryEntry deletes what was said of one shift.
func (s *Server) removeDiaryEntry(ctx context.Context, in *diaryEntryIn) (*struct{}, error) {
	id, err := s.itself(ctx, auth.EditOwn, in.PersonPath)
	if err != nil {
		return nil, err
	}
	return nil, s.Diary.Remove(ctx, id, in.Entry)
}

// forgetDiary deletes the whole diary.
func (s *Server) forgetDiary(ctx context.Context, in *diaryIn) (*struct{}, error) {
	id, err := s.itself(ctx, auth.EditOwn, in.PersonPath)
	if err != nil {
		return nil, err
	}
	return nil, s.Diary.Forget(ctx, id)
}
