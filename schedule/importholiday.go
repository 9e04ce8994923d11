package schedule

import (
	"context"
	"slices"
	"time"
)

// Holidays are read from so long before today until so long after, in days:
// limits look back, and plans reach beyond their last day.
const (
	holidaysBack  = 2 * 366
	holidaysAhead = 3 * 366
)

// weighHolidays is weigh for days off. What is past stays.
func (s *Service) weighHolidays(ctx context.Context, store Store, i *Import, r *Reading, zone *time.Location) (p ImportPreview, w writer, err error) {
	today, days := DateOf(s.Now().In(zone)), r.Days
	if n := len(days); n > maxImported {
		return p, nil, errTooMany(n)
	}
	has, err := s.importedHolidays(ctx, store, i)
	if err != nil {
		return p, nil, err
	}
	line := func(what string, h Holiday, why string) {
		p.add(ImportLine{What: what, Start: h.Date.At(Midnight, zone), End: h.Date.AddDays(1).At(Midnight, zone), AllDay: true, Title: h.Name, Why: why})
	}
	var keep []Holiday
	for _, h := range days {
		h.Name = short(h.Name)
		was := slices.Contains(has, h)
		switch {
		case slices.Contains(keep, h):
			continue
		case h.Date.Before(today) && len(has) > 0 && !was:
			line(LineSkip, h, "it is past")
			continue
		case was:
			line(LineKeep, h, "")
		default:
			line(LineAdd, h, "")
		}
		keep = append(keep, h)
	}
	for _, h := range has {
		if slices.Contains(keep, h) {
			continue
		}
		if h.Date.Before(today) {
			keep = append(keep, h)
			continue
		}
		line(LineRemove, h, "")
	}
	return p, func(ctx context.Context, tx Store) error { return tx.SaveHolidays(ctx, i.ID, keep) }, nil
}

// importedHolidays returns the days that an import brought.
func (s *Service) importedHolidays(ctx context.Context, store Store, i *Import) ([]Holiday, error) {
	var people []ID
	if i.Team == 0 {
		people = []ID{i.Owner}
	}
	all, err := store.ImportedHolidays(ctx, i.Team, people)
	if err != nil {
		return nil, err
	}
	var out []Holiday
	for _, h := range all {
		if h.Import == i.ID {
			out = append(out, h.Holiday)
		}
	}
	return out, nil
}

// importedDays returns the days off of a team and of people, from calendars.
func importedDays(ctx context.Context, store Store, team ID, people []Planning) ([]ImportedHoliday, error) {
	ids := []ID{}
	for i := range people {
		ids = append(ids, people[i].Profile.ID)
	}
	return store.ImportedHolidays(ctx, team, ids)
}
