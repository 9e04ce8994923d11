package scheduledb

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"watchbill/migrations/column"
	"watchbill/schedule"

	"gorm.io/gorm"
)

type importRow struct {
	ID          int64 `gorm:"primaryKey"`
	Kind        string
	OwnerID     int64
	TeamID      *int64
	Label, URL  string
	Filter      string
	Words       string
	LeastHours  int
	Titles      bool
	Rotation    string
	UntilDay    string
	People      string
	CreatedAt   column.Instant
	ConfirmedAt column.Instant
	Waits       bool
	Waiting     string
	Etag        string
	Modified    string
	Refresh     int64
	TriedAt     column.Instant
	ReadAt      column.Instant
	NextAt      column.Instant
	Failures    int
	Problem     string
	Events      int
	Warnings    string
	Version     int64
}

func (importRow) TableName() string { return "calendar_import" }

func importOf(i *schedule.Import) (importRow, error) {
	people, err := json.Marshal(i.People)
	if err != nil {
		return importRow{}, err
	}
	warnings, err := json.Marshal(i.Warnings)
	if err != nil {
		return importRow{}, err
	}
	waiting, err := pack(i.Waiting)
	if err != nil {
		return importRow{}, err
	}
	return importRow{
		ID: int64(i.ID), Kind: i.Kind, OwnerID: int64(i.Owner), TeamID: ref(i.Team), Label: i.Label, URL: i.URL, Filter: i.Filter, Words: i.Words,
		LeastHours: i.LeastHours, Titles: i.Titles, Rotation: string(i.Rotation), UntilDay: day(i.Until), People: string(people), CreatedAt: column.At(i.CreatedAt),
		ConfirmedAt: column.At(i.ConfirmedAt), Waits: waiting != "", Waiting: waiting, Etag: i.ETag, Modified: i.Modified, Refresh: int64(i.Refresh / time.Second),
		TriedAt: column.At(i.TriedAt), ReadAt: column.At(i.ReadAt), NextAt: column.At(i.NextAt), Failures: i.Failures, Problem: i.Problem,
		Events: i.Events, Warnings: string(warnings),
	}, nil
}

func (r *importRow) value() (schedule.Import, error) {
	i := schedule.Import{
		ID: schedule.ID(r.ID), Kind: r.Kind, Owner: schedule.ID(r.OwnerID), Team: id(r.TeamID), Label: r.Label, URL: r.URL,
		ImportChoice: schedule.ImportChoice{Filter: r.Filter, Words: r.Words, LeastHours: r.LeastHours, Titles: r.Titles, Rotation: schedule.RotationID(r.Rotation), Until: date(r.UntilDay)},
		CreatedAt:    r.CreatedAt.Time, ConfirmedAt: r.ConfirmedAt.Time, Waits: r.Waits, ETag: r.Etag, Modified: r.Modified, Refresh: time.Duration(r.Refresh) * time.Second,
		TriedAt: r.TriedAt.Time, ReadAt: r.ReadAt.Time, NextAt: r.NextAt.Time, Failures: r.Failures, Problem: r.Problem, Events: r.Events,
	}
	if err := json.Unmarshal([]byte(r.People), &i.People); err != nil {
		return i, fmt.Errorf("people of import %d: %w", r.ID, err)
	}
	if err := json.Unmarshal([]byte(r.Warnings), &i.Warnings); err != nil {
		return i, fmt.Errorf("warnings of import %d: %w", r.ID, err)
	}
	var err error
	if i.Waiting, err = unpack(r.Waiting); err != nil {
		return i, fmt.Errorf("waiting calendar of import %d: %w", r.ID, err)
	}
	return i, nil
}

// pack makes text of any bytes: calendars come in any encoding, and the databases
// differ in how they keep bytes.
func pack(b []byte) (string, error) {
	if len(b) == 0 {
		return "", nil
	}
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	if _, err := z.Write(b); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(buf.Bytes()), nil
}

func unpack(s string) ([]byte, error) {
	if s == "" {
		return nil, nil
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// Imports returns the imports of a team or, without one, those that are the
// owner's own, without the calendars that wait.
func (s *Store) Imports(ctx context.Context, owner, team schedule.ID) ([]schedule.Import, error) {
	tx := s.from(ctx).Omit("waiting").Order("id")
	if team != 0 {
		tx = tx.Where("team_id = ?", team)
	} else {
		tx = tx.Where("owner_id = ? AND team_id IS NULL", owner)
	}
	var rows []importRow
	if err := tx.Find(&rows).Error; err != nil {
		return nil, translate(err, "imports")
	}
	out := make([]schedule.Import, 0, len(rows))
	for k := range rows {
		i, err := rows[k].value()
		if err != nil {
			return nil, err
		}
		out = append(out, i)
	}
	return out, nil
}

// Import returns one import.
func (s *Store) Import(ctx context.Context, id schedule.ID) (schedule.Import, error) {
	var row importRow
	if err := s.from(ctx).Where("id = ?", id).Take(&row).Error; err != nil {
		return schedule.Import{}, translate(err, "import %d", id)
	}
	return row.value()
}

// AddImport adds an import and sets its ID.
func (s *Store) AddImport(ctx context.Context, i *schedule.Import) error {
	row, err := importOf(i)
	if err != nil {
		return err
	}
	err = s.to(ctx).Create(&row).Error
	i.ID = schedule.ID(row.ID)
	return translate(err, "import of %d", i.Owner)
}

// SaveImport replaces an import.
func (s *Store) SaveImport(ctx context.Context, i *schedule.Import) error {
	row, err := importOf(i)
	if err != nil {
		return err
	}
	tx := s.to(ctx).Model(&importRow{}).Where("id = ?", i.ID).Select("*").Omit("id", "version").Updates(&row)
	return translate(affected(tx), "import %d", i.ID)
}

// LockImport keeps others from an import until the transaction ends.
func (s *Store) LockImport(ctx context.Context, id schedule.ID) error {
	tx := s.to(ctx).Model(&importRow{}).Where("id = ?", id).Update("version", gorm.Expr("version + 1"))
	return translate(affected(tx), "import %d", id)
}

// ClaimImport notes that an import is tried, unless somebody else has since it was
// loaded.
func (s *Store) ClaimImport(ctx context.Context, i *schedule.Import, next, tried time.Time) (bool, error) {
	tx := s.to(ctx).Model(&importRow{}).Where("id = ?", i.ID)
	if i.NextAt.IsZero() {
		tx = tx.Where("next_at IS NULL")
	} else {
		tx = tx.Where("next_at = ?", seconds(i.NextAt))
	}
	tx = tx.Updates(map[string]any{"next_at": column.At(next), "tried_at": column.At(tried)})
	return tx.RowsAffected == 1, translate(tx.Error, "import %d", i.ID)
}

// DueImports returns the imports that are to be read, those overdue longest first.
// Those of people who have left are not.
func (s *Store) DueImports(ctx context.Context, now time.Time, limit int) ([]schedule.ID, error) {
	var ids []schedule.ID
	err := s.from(ctx).Model(&importRow{}).Where("next_at <= ? AND confirmed_at IS NOT NULL", seconds(now)).
		Where("team_id IS NOT NULL OR owner_id IN (SELECT id FROM person WHERE deactivated_at IS NULL)").
		Order("next_at, id").Limit(limit).Pluck("id", &ids).Error
	return ids, translate(err, "imports to be read")
}

// BringForwardImports makes imports due that are to be read far too late.
func (s *Store) BringForwardImports(ctx context.Context, to, after time.Time) (int, error) {
	var some int64 // mostly there is nothing, and that needs no writer
	if err := s.from(ctx).Model(&importRow{}).Where("next_at > ?", seconds(after)).Count(&some).Error; err != nil || some == 0 {
		return 0, translate(err, "imports put off")
	}
	tx := s.to(ctx).Model(&importRow{}).Where("next_at > ?", seconds(after)).Update("next_at", column.At(to))
	return int(tx.RowsAffected), translate(tx.Error, "imports put off")
}

// StaleImports returns those that were added before an instant and never confirmed.
func (s *Store) StaleImports(ctx context.Context, before time.Time) ([]schedule.ID, error) {
	var ids []schedule.ID
	err := s.from(ctx).Model(&importRow{}).Where("confirmed_at IS NULL AND created_at < ?", seconds(before)).Order("id").Pluck("id", &ids).Error
	return ids, translate(err, "imports never confirmed")
}

// RemoveImport removes an import and what came from it, but for absences.
func (s *Store) RemoveImport(ctx context.Context, id schedule.ID) error {
	for _, row := range []any{&importedHolidayRow{}, &importedShiftRow{}, &importedBalanceRow{}} {
		if err := s.to(ctx).Where("import_id = ?", id).Delete(row).Error; err != nil {
			return translate(err, "import %d", id)
		}
	}
	return translate(affected(s.to(ctx).Where("id = ?", id).Delete(&importRow{})), "import %d", id)
}

// ImportedLeaves returns the absences that came from an import.
func (s *Store) ImportedLeaves(ctx context.Context, id schedule.ID) ([]schedule.Leave, error) {
	return values[absenceRow](s.from(ctx).Where("import_id = ?", id).Order("id"), "absences of an import")
}

// SaveLeave replaces an absence.
func (s *Store) SaveLeave(ctx context.Context, l *schedule.Leave) error {
	row := absenceOf(l)
	tx := s.to(ctx).Model(&absenceRow{}).Where("id = ? AND person_id = ?", l.ID, l.Person).Select("*").Omit("id", "created_at").Updates(&row)
	return translate(affected(tx), "absence %d", l.ID)
}

// FreeLeaves makes the absences of an import ones that were entered by hand.
func (s *Store) FreeLeaves(ctx context.Context, id schedule.ID) error {
	return translate(s.to(ctx).Model(&absenceRow{}).Where("import_id = ?", id).
		Updates(map[string]any{"import_id": nil, "import_key": ""}).Error, "absences of import %d", id)
}

type importedHolidayRow struct {
	ImportID  int64 `gorm:"primaryKey"`
	Day, Name string
}

func (importedHolidayRow) TableName() string { return "imported_holiday" }

// ImportedHolidays returns the days off of a team, and those of people.
func (s *Store) ImportedHolidays(ctx context.Context, team schedule.ID, people []schedule.ID) ([]schedule.ImportedHoliday, error) {
	var rows []struct {
		ImportID  int64
		TeamID    *int64
		OwnerID   int64
		Day, Name string
	}
	err := s.from(ctx).Raw(`SELECT h.import_id, i.team_id, i.owner_id, h.day, h.name FROM imported_holiday h
		JOIN calendar_import i ON i.id = h.import_id
		WHERE i.team_id = ? OR i.team_id IS NULL AND i.owner_id IN ? ORDER BY h.day, h.name, i.id`, team, append([]schedule.ID{0}, people...)).Scan(&rows).Error
	if err != nil {
		return nil, translate(err, "holidays")
	}
	var out []schedule.ImportedHoliday
	for _, r := range rows {
		h := schedule.ImportedHoliday{Import: schedule.ID(r.ImportID), Team: id(r.TeamID), Holiday: schedule.Holiday{Date: date(r.Day), Name: r.Name}}
		if h.Team == 0 {
			h.Person = schedule.ID(r.OwnerID)
		}
		out = append(out, h)
	}
	return out, nil
}

// SaveHolidays replaces the days off of an import.
func (s *Store) SaveHolidays(ctx context.Context, id schedule.ID, days []schedule.Holiday) error {
	if err := s.to(ctx).Where("import_id = ?", id).Delete(&importedHolidayRow{}).Error; err != nil {
		return translate(err, "holidays of import %d", id)
	}
	rows := make([]importedHolidayRow, 0, len(days))
	for _, d := range days {
		rows = append(rows, importedHolidayRow{int64(id), day(d.Date), d.Name})
	}
	if len(rows) == 0 {
		return nil
	}
	return translate(s.to(ctx).CreateInBatches(rows, 200).Error, "holidays of import %d", id)
}

type importedShiftRow struct {
	ID             int64 `gorm:"primaryKey"`
	ImportID       int64
	PersonID       int64
	Rotation       string
	StartAt, EndAt column.Instant
}

func (importedShiftRow) TableName() string { return "imported_shift" }

func (r importedShiftRow) value() schedule.ImportedShift {
	return schedule.ImportedShift{
		ID: schedule.ID(r.ID), Import: schedule.ID(r.ImportID), Person: schedule.ID(r.PersonID), Rotation: schedule.RotationID(r.Rotation), Start: r.StartAt.Time, End: r.EndAt.Time,
	}
}

type importedBalanceRow struct {
	ImportID, PersonID, Points int64
}

func (importedBalanceRow) TableName() string { return "imported_balance" }

// ImportedShifts returns what people had in other tools, by start.
func (s *Store) ImportedShifts(ctx context.Context, team schedule.ID) ([]schedule.ImportedShift, error) {
	return values[importedShiftRow](s.from(ctx).Where("import_id IN (SELECT id FROM calendar_import WHERE team_id = ?)", team).
		Order("start_at, id"), "imported shifts")
}

// ImportedBalances returns what people brought from other tools.
func (s *Store) ImportedBalances(ctx context.Context, team schedule.ID) (map[schedule.ID]int64, error) {
	var rows []importedBalanceRow
	err := s.from(ctx).Where("import_id IN (SELECT id FROM calendar_import WHERE team_id = ?)", team).Find(&rows).Error
	all := map[schedule.ID]int64{}
	for _, r := range rows {
		all[schedule.ID(r.PersonID)] += r.Points
	}
	return all, translate(err, "imported balances")
}

// SaveImportedShifts replaces the shifts of an import, and what they come to.
func (s *Store) SaveImportedShifts(ctx context.Context, id schedule.ID, shifts []schedule.ImportedShift, balances map[schedule.ID]int64) error {
	for _, row := range []any{&importedShiftRow{}, &importedBalanceRow{}} {
		if err := s.to(ctx).Where("import_id = ?", id).Delete(row).Error; err != nil {
			return translate(err, "shifts of import %d", id)
		}
	}
	var rows []importedShiftRow
	for _, x := range shifts {
		rows = append(rows, importedShiftRow{
			ImportID: int64(id), PersonID: int64(x.Person), Rotation: string(x.Rotation), StartAt: column.At(x.Start), EndAt: column.At(x.End),
		})
	}
	var sums []importedBalanceRow
	for _, person := range slices.Sorted(maps.Keys(balances)) {
		sums = append(sums, importedBalanceRow{int64(id), int64(person), balances[person]})
	}
	if len(rows) > 0 {
		if err := s.to(ctx).CreateInBatches(rows, 200).Error; err != nil {
			return translate(err, "shifts of import %d", id)
		}
	}
	if len(sums) > 0 {
		return translate(s.to(ctx).CreateInBatches(sums, 200).Error, "balances of import %d", id)
	}
	return nil
}
