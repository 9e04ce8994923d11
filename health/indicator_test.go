package health_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"watchbill/health"
	"watchbill/schedule"
)

func TestIndicatorPeriods(t *testing.T) {
	for text, want := range map[string]string{
		"2026-10": "2026-10-01 2026-11-01", "2026-12": "2026-12-01 2027-01-01", "2024-02": "2024-02-01 2024-03-01",
		"2026-W44": "2026-10-26 2026-11-02", "2026-w01": "2025-12-29 2026-01-05", "2026-W53": "2026-12-28 2027-01-04", "2020-W53": "2020-12-28 2021-01-04",
		"2025-W53": "", "2026-W54": "", "2026-W00": "", "2026-13": "", "2026-00": "", "2026-1": "", "26-10": "", "2026": "", "2026-10-01": "", "-001-10": "", "2026-W4x": "", "": "",
	} {
		p, ok := health.ParseIndicatorPeriod(text)
		if !ok {
			if want != "" {
				t.Errorf("%q is no period", text)
			}
			continue
		}
		if got := p.From.String() + " " + p.Until().String(); got != want {
			t.Errorf("%q is %s, want %q", text, got, want)
		}
		if again, ok := health.ParseIndicatorPeriod(p.String()); !ok || again != p {
			t.Errorf("%q is written as %q, which is %v", text, p, again)
		}
	}
}

// What may be typed, and what is said of the rest: which field, what is wrong, and what would
// be right.
func TestIndicatorEntries(t *testing.T) {
	for _, c := range []struct{ name, value, of, want, field string }{
		{"toil_share", "30 %", "", "30 %", ""}, {"toil_share", "0,3", "", "30 %", ""}, {"toil_share", "1", "", "100 %", ""}, {"toil_share", "0", "", "0 %", ""},
		{"toil_share", "30", "", "write 30 % or 0.3", "value"}, {"toil_share", "0.1e3", "", "is no number", "value"}, {"toil_share", "NaN", "", "is no number", "value"},
		{"toil_share", "1e999", "", "is no number", "value"}, {"ticket_age", "4.5", "", "4.5 days", ""}, {"ticket_age", "4,5 %", "", "is no number", "value"}, {"ticket_age", "", "3", "it is empty", "value"},
		{"ticket_age", "1.234,5", "", "is no number", "value"}, {"incident_surveys", "11/12", "", "11 of 12", ""}, {"incident_surveys", "11", "12", "11 of 12", ""}, {"incident_surveys", "11", "x", "is no number", "of"},
		{"silenced_hours", "12,25", "", "12.25 h", ""}, {"customer_reports", "3", "", "3", ""}, {"toil_share", "", "", "nothing", ""}, {"no_such", "1", "", "choose one of toil_share", "indicator"},
	} {
		e, err := health.ReadIndicatorEntry(c.name, "2026-10", c.value, c.of)
		var bad *schedule.InvalidError
		if errors.As(err, &bad) != (c.field != "") || bad != nil && (bad.Field != c.field || !strings.Contains(bad.Reason, c.want)) {
			t.Errorf("%s %q of %q: %v, want %q of %s", c.name, c.value, c.of, err, c.want, c.field)
		}
		v := health.IndicatorValue{Name: e.Name, Value: e.Value, Whole: e.Whole}
		if got := v.Text(); c.field == "" && got != c.want {
			t.Errorf("%s %q of %q is %q, want %q", c.name, c.value, c.of, got, c.want)
		}
	}
	if _, err := health.ReadIndicatorEntry("toil_share", "October", "", ""); err == nil {
		t.Error("October is a period")
	}
}

// noIndicators is a store in which nothing is said of anybody.
type noIndicators struct{ health.Store }

func (noIndicators) Indicators(context.Context, schedule.ID, schedule.Date) ([]health.IndicatorValue, error) {
	return nil, nil
}

// Whatever a table has, each row is taken or named with what is wrong.
func FuzzIndicatorTable(f *testing.F) {
	f.Add("indicator,period,value,of\ntoil_share,2026-10,30 %,\n")
	f.Add("\ufeffIndicator;Period;Value;Of\r\nincident_surveys;2026-W44;11;12\r\n")
	f.Add("indicator\tperiod\tvalue\n\n\"a\nb\"\t2026-10\t")
	f.Add("indicator,period,value\n\"")
	s := health.Service{Store: noIndicators{}}
	f.Fuzz(func(t *testing.T, table string) {
		u, err := s.LookAtIndicators(t.Context(), health.Whence{Today: schedule.Date{Year: 2026, Month: 11, Day: 27}}, 1, []byte(table))
		if err != nil {
			var bad *schedule.InvalidError
			if !errors.As(err, &bad) || bad.Field != "file" || bad.Reason == "" {
				t.Fatalf("%q: %v", table, err)
			}
			return
		}
		if len(u.Errors)+len(u.Steps) == 0 || len(u.Errors) > 0 && len(u.Steps) > 0 {
			t.Fatalf("%q: %d steps and %d errors", table, len(u.Steps), len(u.Errors))
		}
		for _, p := range u.Errors {
			if p.Row < 2 || p.Column == "" || p.Wrong == "" || p.Right == "" {
				t.Fatalf("%q: %+v", table, p)
			}
		}
		for i := range u.Steps {
			if v := u.Steps[i].Value; v == nil || *v < 0 || u.Steps[i].Whole < 0 {
				t.Fatalf("%q: %+v", table, u.Steps[i])
			}
		}
	})
}
