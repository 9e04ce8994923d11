package ui

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"watchbill/health"
	"watchbill/schedule"
)

// How much of what a file brings is listed.
const (
	issuesShown    = 50
	strangersShown = 20
)

func (s *Site) tablePage(ctx context.Context, f Frame, t *health.Table, bad error) (TablePage, error) {
	i, err := s.Health.Store.Integration(ctx, t.Integration)
	if err != nil {
		return TablePage{}, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return TablePage{}, err
	}
	page := TablePage{
		Frame: f, TableLine: tableLine(t, map[schedule.ID]string{i.ID: i.Name}, names), PagerID: int64(i.ID), Size: sizeWords(t.Size), Encoding: encodingWords[t.Encoding],
		Committed: t.CommittedAt, CommittedBy: names[t.CommittedBy].Name, Undone: t.UndoneAt, UndoneBy: names[t.UndoneBy].Name,
		Good: t.Good, Bad: t.Bad, Doubled: t.Doubled, Why: t.Error, Zones: suggestedZones,
		TableZone: Field{Value: t.Mapping.Zone}, Dates: Field{Value: t.Mapping.Dates}, Unit: Field{Value: t.Mapping.Unit},
	}
	if t.State == health.TableWaits {
		if err := s.sameTable(ctx, &page, t, names); err != nil {
			return page, err
		}
	}
	if !t.HasFile {
		return page, nil
	}
	look, err := s.Health.LookAtTable(ctx, t)
	if err != nil {
		return page, err
	}
	page.Look = true
	if asks := unsaid(&t.Mapping); bad == nil && asks == nil {
		bad = look.Refused
	} else if bad == nil { // nobody has said anything yet, so nothing is wrong
		page.Asks, _ = refused(asks)
	}
	page.Refused = look.Refused != nil
	page.columns(&look.Heading, &t.Mapping)
	page.findings(look)
	if text, refused := refused(bad); refused {
		fields := map[string]*Field{"zone": &page.TableZone, "dates": &page.Dates, "unit": &page.Unit}
		var invalid *schedule.InvalidError
		if errors.As(bad, &invalid) && fields[invalid.Field] == nil && fieldLabel(invalid.Field) != invalid.Field {
			text = fieldLabel(invalid.Field) + ": " + invalid.Reason + "."
		}
		putError(bad, text, fields, &page.Error)
	}
	return page, nil
}

// sameTable finds a file with the same bytes that was taken over before.
func (s *Site) sameTable(ctx context.Context, page *TablePage, t *health.Table, names map[schedule.ID]schedule.Profile) error {
	all, err := s.Health.Store.Tables(ctx, t.Team)
	for k := range all {
		o := &all[k]
		if o.Sum == t.Sum && o.Integration == t.Integration && (o.State == health.TableReading || o.State == health.TableDone) {
			line := tableLine(o, nil, names)
			page.Same = &line
		}
	}
	return err
}

// encodingWords say how a file is written.
var encodingWords = map[string]string{
	"utf-8": "UTF-8", "utf-16": "UTF-16", "windows-1252": "taken for Windows-1252 (Latin-1), because it is no UTF-8: see whether names and titles are right",
}

var dividedWords = map[rune]string{',': "commas", ';': "semicolons", '\t': "tabs"}

// sizeWords is how much room a file takes.
func sizeWords(bytes int64) string {
	switch {
	case bytes < 1000:
		return fmt.Sprintf("%d bytes", bytes)
	case bytes < 1_000_000:
		return fmt.Sprintf("%d KB", (bytes+500)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
}

// columns lists the columns of a file with what they mean.
func (page *TablePage) columns(h *health.TableHeading, m *health.TableMapping) {
	page.Divided = dividedWords[h.Divided]
	means := map[string]string{}
	for field, column := range m.Columns {
		means[column] = field
	}
	for k, name := range h.Columns {
		column := TableColumn{Name: shown(name), Means: Field{Value: means[name]}, Among: append([]Option{{Value: "", Label: "Leave it out"}}, fieldLabels...)}
		delete(means, name) // of two columns with one name the first is meant
		if k < len(h.First) {
			column.Sample = shown(h.First[k])
		}
		page.Columns = append(page.Columns, column)
	}
}

// findings lists what taking a file over would do.
func (page *TablePage) findings(look *health.TableLook) {
	if page.Committed.IsZero() {
		page.Rows, page.Good, page.Bad, page.Doubled, page.From, page.Until = look.Rows, look.Good, look.Bad, look.Doubled, look.From, look.Until
	}
	page.Zoneless, page.Again, page.Differs, page.Elsewhere, page.New = look.Zoneless, look.Again, look.Differs, look.Elsewhere, look.Fresh
	page.Errors, page.ErrorsMore = tableIssues(look.Errors), 0
	if len(look.Errors) > issuesShown {
		page.ErrorsMore = len(look.Errors) - issuesShown
	}
	page.Warnings = tableIssues(look.Warnings)
	page.WarningsMore = look.Warned - len(page.Warnings)
	for _, d := range look.Doubles[:min(len(look.Doubles), issuesShown)] {
		page.Doubles = append(page.Doubles, TableDouble{Row: d.Row, Of: d.Of, Key: shown(d.Key)})
	}
	for k := range look.Strangers[:min(len(look.Strangers), strangersShown)] {
		who := health.Contact{Identity: look.Strangers[k].Identity}
		page.Strangers = append(page.Strangers, TableStranger{Name: contactName(&who), Rows: look.Strangers[k].Rows})
	}
	page.StrangersMore = look.Unknown - len(page.Strangers)
	for _, name := range slices.Sorted(maps.Keys(look.Reported)) {
		page.Reported = append(page.Reported, TableNumber{Name: fieldLabel(name), N: look.Reported[name]})
	}
}

func tableIssues(problems []health.TableProblem) []TableIssue {
	var out []TableIssue
	for _, p := range problems[:min(len(problems), issuesShown)] {
		out = append(out, TableIssue{Row: p.Row, Column: shown(p.Column), Wrong: upper(shown(p.Wrong)), Right: upper(p.Right)})
	}
	return out
}
