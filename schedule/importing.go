package schedule

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// importAhead is how far ahead absences are read, in days.
const importAhead = maxPlanDays

// AddImport looks at somebody else's calendar for the first time: the text of a
// file or, without one, what a link leads to. It brings nothing until Confirm. A
// file of a name that was there before is read as the next version of that one.
func (s *Service) AddImport(ctx context.Context, by ID, i Import, body []byte) (Import, error) {
	i.Owner, i.CreatedAt, i.Filter, i.Waiting = by, s.Now(), FilterAll, body
	i.Label = short(i.Label)
	if err := CheckText("label", i.Label, maxReason); err != nil {
		return i, err
	}
	others, err := s.Store.Imports(ctx, by, i.Team)
	if err != nil {
		return i, err
	}
	if i.URL != "" {
		if i.URL, err = s.Calendars.Link(i.URL); err != nil {
			return i, err
		}
		if slices.ContainsFunc(others, func(o Import) bool { return o.URL == i.URL && o.Kind == i.Kind }) {
			return i, &InvalidError{"url", "this link is there already; it is read again by itself"}
		}
		got, err := s.Calendars.Fetch(ctx, i.URL, "", "")
		if err != nil {
			return i, err
		}
		i.Waiting, i.ETag, i.Modified = got.Body, got.ETag, got.Modified
	} else if len(body) == 0 {
		return i, &InvalidError{"file", "choose a calendar file (.ics), or paste a link"}
	}
	again := slices.IndexFunc(others, func(o Import) bool { return i.URL == "" && o.URL == "" && o.Kind == i.Kind && o.Label == i.Label })
	if again >= 0 {
		i = others[again]
		i.Waiting = body
	} else if len(others) >= maxImports {
		return i, &InvalidError{"file", fmt.Sprintf("there are %d calendars already; stop reading some first", len(others))}
	}
	r, err := s.parse(ctx, &i, i.Waiting)
	if err != nil {
		return i, err
	}
	i.Refresh = r.Refresh
	if i.URL != "" && i.Label == "" {
		i.Label = short(r.Name)
	}
	if i.Label == "" {
		i.Label = i.Host()
	}
	if again >= 0 {
		return i, s.Store.SaveImport(ctx, &i)
	}
	return i, s.Store.AddImport(ctx, &i)
}

// importZone is where times without a zone are: with the owner, or the team.
func (s *Service) importZone(ctx context.Context, store Store, i *Import) (*time.Location, error) {
	var name string
	if i.Team != 0 {
		team, err := store.Team(ctx, i.Team)
		if err != nil {
			return nil, err
		}
		name = team.Zone
	} else {
		people, err := store.People(ctx, []ID{i.Owner})
		if err != nil {
			return nil, err
		}
		if len(people) == 0 {
			return nil, fmt.Errorf("person %d: %w", i.Owner, ErrNotFound)
		}
		name = people[0].Zone
	}
	return Zone(name)
}

// Preview says what the calendar that waits would bring by a choice. It changes
// nothing.
func (s *Service) Preview(ctx context.Context, i Import, choice ImportChoice) (ImportPreview, error) {
	if err := choice.Check(); err != nil {
		return ImportPreview{}, err
	}
	r, err := s.parse(ctx, &i, i.Waiting)
	if err != nil {
		return ImportPreview{}, err
	}
	i.ImportChoice = choice
	p, _, err := s.weigh(ctx, s.Store, &i, &r)
	return p, err
}

// Confirm brings what the calendar that waits has. A link is read again from then
// on.
func (s *Service) Confirm(ctx context.Context, by, id ID, choice ImportChoice) (ImportPreview, error) {
	var p ImportPreview
	if err := choice.Check(); err != nil {
		return p, err
	}
	seen, err := s.Store.Import(ctx, id)
	if err != nil {
		return p, err
	}
	r, err := s.parse(ctx, &seen, seen.Waiting)
	if err != nil {
		return p, err
	}
	err = s.Store.InTx(ctx, func(tx Store) error {
		if err := tx.LockImport(ctx, id); err != nil {
			return err
		}
		i, err := tx.Import(ctx, id)
		if err != nil {
			return err
		}
		if !i.Waits || !bytes.Equal(i.Waiting, seen.Waiting) {
			return fmt.Errorf("this was confirmed a moment ago, or replaced: %w", ErrConflict)
		}
		i.ImportChoice = choice
		if p, err = s.bring(ctx, tx, &i, &r); err != nil {
			return err
		}
		i.ConfirmedAt, i.Waits, i.Waiting, i.TriedAt = s.Now(), false, nil, s.Now()
		i.NextAt = s.nextReading(&i)
		if err := tx.SaveImport(ctx, &i); err != nil {
			return err
		}
		return s.auditImport(ctx, tx, by, &i, "import.confirm", p.summary())
	})
	return p, err
}

// ChangeImport makes another choice for a link, which holds at once.
func (s *Service) ChangeImport(ctx context.Context, by, id ID, choice ImportChoice) error {
	if err := choice.Check(); err != nil {
		return err
	}
	err := s.Store.InTx(ctx, func(tx Store) error {
		if err := tx.LockImport(ctx, id); err != nil {
			return err
		}
		i, err := tx.Import(ctx, id)
		if err != nil {
			return err
		}
		if i.URL == "" {
			return &InvalidError{"filter", "the file is not kept; add it again to choose anew"}
		}
		i.ImportChoice, i.ETag, i.Modified = choice, "", ""
		if err := tx.SaveImport(ctx, &i); err != nil {
			return err
		}
		return s.auditImport(ctx, tx, by, &i, "import.change", "")
	})
	if err != nil {
		return err
	}
	return s.readImport(ctx, by, id, func(*Import) error { return nil })
}

// RemoveImport stops reading a calendar. What it brought and is not past goes with
// it.
func (s *Service) RemoveImport(ctx context.Context, by, id ID) error {
	return s.Store.InTx(ctx, func(tx Store) error {
		if err := tx.LockImport(ctx, id); err != nil {
			return err
		}
		i, err := tx.Import(ctx, id)
		if err != nil {
			return err
		}
		if i.Kind == ImportAbsences && !i.ConfirmedAt.IsZero() {
			if err := s.dropLeaves(ctx, tx, &i); err != nil {
				return err
			}
		}
		if err := tx.RemoveImport(ctx, id); err != nil {
			return err
		}
		if i.ConfirmedAt.IsZero() {
			return nil
		}
		return s.auditImport(ctx, tx, by, &i, "import.remove", "")
	})
}

// dropLeaves removes the absences of an import that are not past.
func (s *Service) dropLeaves(ctx context.Context, tx Store, i *Import) error {
	p, work, err := s.weighLeaves(ctx, tx, i, &Reading{}, time.UTC)
	if err != nil {
		return err
	}
	if p.Counts[LineRemove] > 0 {
		if err := work(ctx, tx); err != nil {
			return err
		}
	}
	return tx.FreeLeaves(ctx, i.ID)
}

// PruneImports forgets what was looked at and never confirmed.
func (s *Service) PruneImports(ctx context.Context) error {
	stale, err := s.Store.StaleImports(ctx, s.Now().AddDate(0, 0, -1))
	if err != nil {
		return err
	}
	for _, id := range stale {
		if err := s.RemoveImport(ctx, 0, id); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return nil
}

// auditImport notes what was done with a calendar, never where it is or what is in
// it.
func (s *Service) auditImport(ctx context.Context, tx Store, by ID, i *Import, action, detail string) error {
	about := i.Owner
	if i.Team != 0 {
		about = 0
	}
	return tx.Audit(ctx, &AuditEntry{At: s.Now(), By: by, Action: action, About: about, Team: i.Team, Detail: strings.TrimSuffix(i.Kind+": "+detail, ": ")})
}

// summary counts what has changed: "3 added, 1 removed".
func (p *ImportPreview) summary() string {
	var parts []string
	for _, c := range []struct{ what, word string }{{LineAdd, "added"}, {LineChange, "changed"}, {LineRemove, "removed"}} {
		if n := p.Counts[c.what]; n > 0 {
			parts = append(parts, fmt.Sprint(n, " ", c.word))
		}
	}
	if parts == nil {
		return "nothing changed"
	}
	return strings.Join(parts, ", ")
}

// Changed reports whether anything is added, changed or removed.
func (p *ImportPreview) Changed() bool {
	return p.Counts[LineAdd]+p.Counts[LineChange]+p.Counts[LineRemove] > 0
}

// parse reads a calendar as its kind is read. It takes its time, so it is not done
// while others wait for the database.
func (s *Service) parse(ctx context.Context, i *Import, body []byte) (r Reading, err error) {
	zone, err := s.importZone(ctx, s.Store, i)
	if err != nil {
		return r, err
	}
	now := s.Now()
	switch i.Kind {
	case ImportHolidays:
		today := DateOf(now.In(zone))
		r, err = s.Calendars.Holidays(body, today.AddDays(-holidaysBack), today.AddDays(holidaysAhead))
	case ImportShifts:
		r, err = s.Calendars.Read(body, now.AddDate(0, 0, -shiftsBack), now.AddDate(0, 0, shiftsAhead), zone)
	default:
		r, err = s.Calendars.Read(body, now, now.AddDate(0, 0, importAhead), zone)
	}
	// Whoever writes a calendar does not write how our pages are read.
	r.Name = legible(r.Name)
	for k := range r.Events {
		r.Events[k].Title = legible(r.Events[k].Title)
	}
	for k := range r.Days {
		r.Days[k].Name = legible(r.Days[k].Name)
	}
	return r, err
}

// bring makes what an import brought what its calendar has now.
func (s *Service) bring(ctx context.Context, tx Store, i *Import, r *Reading) (ImportPreview, error) {
	p, work, err := s.weigh(ctx, tx, i, r)
	if err != nil {
		return p, err
	}
	if p.Changed() {
		if err := work(ctx, tx); err != nil {
			return p, err
		}
	}
	i.ReadAt, i.Failures, i.Problem, i.Warnings, i.Refresh = s.Now(), 0, "", p.Warnings, r.Refresh
	i.Events = p.Counts[LineAdd] + p.Counts[LineChange] + p.Counts[LineKeep]
	return p, nil
}

// A writer writes what was weighed.
type writer func(context.Context, Store) error

// weigh says what a calendar would bring, and returns what brings it.
func (s *Service) weigh(ctx context.Context, store Store, i *Import, r *Reading) (ImportPreview, writer, error) {
	zone, err := s.importZone(ctx, store, i)
	if err != nil {
		return ImportPreview{}, nil, err
	}
	var p ImportPreview
	var w writer
	switch i.Kind {
	case ImportHolidays:
		p, w, err = s.weighHolidays(ctx, store, i, r, zone)
	case ImportShifts:
		p, w, err = s.weighShifts(ctx, store, i, r, zone)
	default:
		p, w, err = s.weighLeaves(ctx, store, i, r, zone)
	}
	p.Warnings, p.Floating, p.Zone = append(p.Warnings, r.Warnings...), r.Floating, zone.String()
	slices.SortStableFunc(p.Lines, func(a, b ImportLine) int { return a.Start.Compare(b.Start) })
	return p, w, err
}

// weighLeaves is weigh for absences.
func (s *Service) weighLeaves(ctx context.Context, store Store, i *Import, r *Reading, zone *time.Location) (p ImportPreview, w writer, err error) {
	has, err := store.ImportedLeaves(ctx, i.ID)
	if err != nil {
		return p, nil, err
	}
	titles := map[string]string{}
	for k := range r.Events {
		titles[r.Events[k].Key] = r.Events[k].Title
	}
	wants := absencesOf(i, r, s.Now(), &p)
	if n := len(wants); n > maxImported {
		return p, nil, errTooMany(n)
	}
	change := compareLeaves(has, wants, titles, zone, s.Now(), &p)
	return p, func(ctx context.Context, tx Store) error {
		// Feeds show absences; their teams' rows are also where others wait.
		if err := raiseAll(ctx, tx, i.Owner); err != nil {
			return err
		}
		for k := range change.remove {
			if err := tx.RemoveLeave(ctx, i.Owner, change.remove[k].ID); err != nil {
				return err
			}
		}
		for k := range change.change {
			if err := tx.SaveLeave(ctx, &change.change[k]); err != nil {
				return err
			}
		}
		for k := range change.add {
			change.add[k].CreatedAt = s.Now()
			if err := tx.AddLeave(ctx, &change.add[k]); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// ImportClashes counts the published shifts to come that a person has while an
// import has them away.
func (s *Service) ImportClashes(ctx context.Context, i *Import) (int, error) {
	zone, err := s.importZone(ctx, s.Store, i)
	if err != nil {
		return 0, err
	}
	leaves, err := s.Store.ImportedLeaves(ctx, i.ID)
	if err != nil {
		return 0, err
	}
	shifts, err := s.PersonShifts(ctx, i.Owner, s.Now(), s.Now().AddDate(0, 0, importAhead))
	if err != nil {
		return 0, err
	}
	n := 0
	for k := range shifts {
		if slices.ContainsFunc(leaves, func(l Leave) bool {
			start, end := l.Span(zone)
			return start.Before(shifts[k].End) && shifts[k].Start.Before(end)
		}) {
			n++
		}
	}
	return n, nil
}
