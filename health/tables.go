package health

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"

	"watchbill/schedule"
)

// MaxTable is how many bytes a table may have.
const MaxTable = 100 << 20

// Bounds of tables.
const (
	maxTables     = 500     // of a team
	maxTableBytes = 1 << 30 // of those that a team's files have, while they are kept
	maxFileName   = 200     // letters
	strangersKept = 50
	keysAtOnce    = 500
)

// CheckTable says how a file is written, or why it cannot be taken in.
func (s *Service) CheckTable(file []byte) (TableHeading, error) {
	switch {
	case len(file) == 0:
		return TableHeading{}, &schedule.InvalidError{Field: "file", Reason: "choose a file with a heading and rows; this one is empty"}
	case len(file) > MaxTable:
		return TableHeading{}, &schedule.InvalidError{Field: "file", Reason: fmt.Sprintf("the file has %d MB; up to %d are taken in, so split it, by year for example", len(file)>>20, MaxTable>>20)}
	}
	return s.TableReader.Heading(file)
}

// AddTable takes a file in, and says how its columns are understood. It tells nothing
// before CommitTable.
func (s *Service) AddTable(ctx context.Context, by, integration schedule.ID, name string, file []byte) (Table, error) {
	heading, err := s.CheckTable(file)
	if err != nil {
		return Table{}, err
	}
	sum := sha256.Sum256(file)
	packed, err := packTable(file) // before anybody waits for what is written
	if err != nil {
		return Table{}, err
	}
	t := Table{
		Integration: integration, Name: fileName(name), Size: int64(len(file)), Sum: hex.EncodeToString(sum[:]), Encoding: heading.Encoding,
		State: TableWaits, AddedAt: s.Now(), AddedBy: by, HasFile: true,
	}
	err = s.Store.InTx(ctx, func(tx Store) error {
		if err := tx.LockIntegration(ctx, integration); err != nil {
			return err
		}
		i, err := tx.Integration(ctx, integration)
		if err != nil {
			return err
		}
		have, err := tx.Tables(ctx, i.Team)
		if err != nil {
			return err
		}
		if len(have) >= maxTables {
			return &schedule.InvalidError{Field: "file", Reason: fmt.Sprintf("a team has %d files at most; throw away those that were undone", maxTables)}
		}
		kept := t.Size
		for k := range have {
			if have[k].HasFile {
				kept += have[k].Size
			}
		}
		if kept > maxTableBytes {
			return &schedule.InvalidError{Field: "file", Reason: fmt.Sprintf("the team’s files would have more than %d MB; throw some away that were not taken over, or wait: they are forgotten after 30 days", maxTableBytes>>20)}
		}
		t.Team, t.Mapping = i.Team, suggestMapping(&i, &heading, have)
		if err := tx.AddTable(ctx, &t, packed); err != nil {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: s.Now(), By: by, Action: "table.add", Team: i.Team, Detail: i.Name + ": " + t.Name})
	})
	return t, err
}

// fileName is the last part of a file's name, without what no line of text has.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, name)
	if name == "" || name == "." || name == "/" {
		return "incidents.csv"
	}
	return string([]rune(name)[:min(maxFileName, len([]rune(name)))])
}

// suggestMapping is what was said of the last file of the integration with the same
// columns or, without one, what the columns seem to mean.
func suggestMapping(i *Integration, h *TableHeading, have []Table) TableMapping {
	for k := range have {
		t := &have[k]
		known := t.Integration == i.ID && !t.CommittedAt.IsZero()
		for _, column := range t.Mapping.Columns {
			known = known && slices.Contains(h.Columns, column)
		}
		if known {
			return t.Mapping
		}
	}
	return TableMapping{Columns: h.Means, Zone: i.Zone, Dates: h.Dates, Unit: "seconds"}
}

// editTable changes a table that is in one of some states, and writes down who did;
// change may take long, and is not done within the transaction.
func (s *Service) editTable(ctx context.Context, by, team, id schedule.ID, action string, states []string, change func(t *Table) error) error {
	t, err := s.TableOf(ctx, team, id)
	if err != nil {
		return err
	}
	if !slices.Contains(states, t.State) {
		return fmt.Errorf("%s: %w", tableRefusals[t.State], schedule.ErrConflict)
	}
	was := t
	if err := change(&t); err != nil {
		return err
	}
	t.Claim++ // whoever deals with it, or has looked at it before, comes too late
	return s.Store.InTx(ctx, func(tx Store) error {
		if err := tx.DecideTable(ctx, &t, &was); errors.Is(err, schedule.ErrConflict) {
			return fmt.Errorf("somebody else was faster; look what became of it: %w", schedule.ErrConflict)
		} else if err != nil || action == "" {
			return err
		}
		i, err := tx.Integration(ctx, t.Integration)
		if err != nil {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: s.Now(), By: by, Action: action, Team: team, Detail: i.Name + ": " + t.Name})
	})
}

// TableOf returns a table of a team.
func (s *Service) TableOf(ctx context.Context, team, id schedule.ID) (Table, error) {
	t, err := s.Store.Table(ctx, id)
	if err == nil && t.Team != team {
		err = fmt.Errorf("table %d of team %d: %w", id, team, schedule.ErrNotFound)
	}
	return t, err
}

// tableRefusals say why something cannot be done to a table, by its state.
var tableRefusals = map[string]string{
	TableWaits: "nothing of it was taken over, so there is nothing to undo", TableReading: "it is being taken over", TableDone: "it was taken over before",
	TableUndoing: "it is being undone", TableUndone: "it was undone; add the file again", TableFailed: "a part of it could not be written down; undo it first",
}

// MapTable says what the columns of a table mean that waits.
func (s *Service) MapTable(ctx context.Context, by, team, id schedule.ID, m TableMapping) error {
	return s.editTable(ctx, by, team, id, "", []string{TableWaits}, func(t *Table) error {
		t.Mapping = m
		return s.readTable(ctx, t, s.Now(), func(*TableRow) error { return nil })
	})
}

// CommitTable has a table taken over that waits: its good records, and only those.
func (s *Service) CommitTable(ctx context.Context, by, team, id schedule.ID) error {
	now := s.Now()
	err := s.editTable(ctx, by, team, id, "table.commit", []string{TableWaits}, func(t *Table) error {
		if err := s.readTable(ctx, t, now, t.span); err != nil {
			return err
		}
		if t.Good == 0 {
			return &schedule.InvalidError{Field: "file", Reason: "no row of it can be taken over: see what is wrong, and mend the columns or the file"}
		}
		t.State, t.CommittedAt, t.CommittedBy, t.DueAt, t.HowFar = TableReading, now, by, now, 0
		return nil
	})
	if err == nil {
		s.Receiver.Wake()
	}
	return err
}

// HeadingOf says how a table is written; schedule.ErrNotFound once its bytes are forgotten.
func (s *Service) HeadingOf(ctx context.Context, t *Table) (TableHeading, error) {
	file, done, err := s.tableFile(ctx, t)
	if err != nil {
		return TableHeading{}, err
	}
	defer done()
	return s.TableReader.Heading(file)
}

// readTable reads a table and notes how many of its records are good for what.
func (s *Service) readTable(ctx context.Context, t *Table, now time.Time, each func(*TableRow) error) error {
	file, done, err := s.tableFile(ctx, t)
	if err != nil {
		return err
	}
	defer done()
	i, err := s.Store.Integration(ctx, t.Integration)
	if err != nil {
		return err
	}
	if t.KeptSince, err = s.KeptSince(ctx, &i); err != nil {
		return err
	}
	r, err := s.TableReader.Rows(file, t, i.Vendor, now, each)
	t.Rows, t.Good, t.Bad, t.Doubled = r.Rows, r.Good, r.Bad, r.Doubled
	return err
}

// span widens the time from which a table tells pages.
func (t *Table) span(r *TableRow) error {
	for i := range r.Events {
		at := r.Events[i].OccurredAt
		if r.Events[i].Kind != KindTriggered {
			continue
		}
		if t.From.IsZero() || at.Before(t.From) {
			t.From = at
		}
		if at.After(t.Until) {
			t.Until = at
		}
	}
	return nil
}

// UndoTable takes back what a table told, also while it is still being read: pages that
// only it told of go, what hooks, pulls or another table told of stays.
func (s *Service) UndoTable(ctx context.Context, by, team, id schedule.ID) error {
	now := s.Now()
	err := s.editTable(ctx, by, team, id, "table.undo", []string{TableReading, TableDone, TableFailed}, func(t *Table) error {
		t.State, t.UndoneAt, t.UndoneBy, t.DueAt, t.HowFar, t.Tries, t.Error = TableUndoing, now, by, now, 0, 0, ""
		t.ClaimedUntil = time.Time{}
		return nil
	})
	if err == nil {
		s.Receiver.Wake()
	}
	return err
}

// RemoveTable throws a table away that tells nothing: it waits, or was undone.
func (s *Service) RemoveTable(ctx context.Context, by, team, id schedule.ID) error {
	t, err := s.TableOf(ctx, team, id)
	if err != nil {
		return err
	}
	if t.State != TableWaits && t.State != TableUndone {
		return fmt.Errorf("what it told counts; undo it first: %w", schedule.ErrConflict)
	}
	return s.Store.InTx(ctx, func(tx Store) error {
		if err := tx.RemoveTable(ctx, &t); err != nil {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: s.Now(), By: by, Action: "table.remove", Team: team, Detail: t.Name})
	})
}

// BadRows writes the records of a table that are kept out, with the reasons.
func (s *Service) BadRows(ctx context.Context, t *Table, w io.Writer) error {
	file, done, err := s.tableFile(ctx, t)
	if err != nil {
		return err
	}
	defer done()
	i, err := s.Store.Integration(ctx, t.Integration)
	if err != nil {
		return err
	}
	if t.KeptSince, err = s.KeptSince(ctx, &i); err != nil {
		return err
	}
	return s.TableReader.WriteBad(w, file, t, i.Vendor, s.readAt(t))
}

// readAt is the instant ahead of which nothing of a table may lie: the same each time
// it is read, once it was taken over.
func (s *Service) readAt(t *Table) time.Time {
	if t.CommittedAt.IsZero() {
		return s.Now()
	}
	return t.CommittedAt
}
