package health

import (
	"fmt"
	"strings"
	"time"

	"watchbill/schedule"
)

// Markdown writes a review as text that can be pasted elsewhere, with all that it has and
// what was agreed. Times are on the team's clock as it was then; what pagers and people
// wrote stays plain text.
func (v *Review) Markdown(names map[schedule.ID]string, note *ReviewNote, since *ReviewSince) string {
	zone, err := schedule.Zone(v.Zone)
	if err != nil {
		zone = time.UTC
	}
	w := &reviewWriter{names: names, zone: zone}
	w.line("# Week of %s", v.Week.At(schedule.Noon, time.UTC).Format("Mon 2 Jan 2006"))
	w.line("")
	w.line("**%s** %s", plainMarkdown(v.Finding.Text), plainMarkdown(v.Finding.Detail))
	w.line("")
	w.line("Made %s (%s time), measured by %s. For scheduling, rest and workload; not for performance review.", w.at(v.MadeAt), v.Zone, v.Config)
	if since != nil && since.Changed() {
		w.line("")
		w.line("*Changed since: %s.*", plainMarkdown(since.Words()))
	}
	w.figures(v)
	w.alerts(v)
	w.shifts("Who was on call", v.Shifts, "nobody")
	w.shifts("Who is next", v.Ahead.Shifts, "**nobody yet**")
	w.ahead(&v.Ahead)
	w.items(&v.Items)
	if note != nil && note.Text != "" {
		w.head("Agreed")
		for text := range strings.SplitSeq(note.Text, "\n") {
			w.line("%s", plainMarkdown(text))
		}
	}
	return w.b.String()
}

type reviewWriter struct {
	b     strings.Builder
	names map[schedule.ID]string
	zone  *time.Location
}

func (w *reviewWriter) line(format string, args ...any) {
	fmt.Fprintf(&w.b, format+"\n", args...)
}

// head begins a section.
func (w *reviewWriter) head(text string) { w.line("\n## %s\n", text) }

func (w *reviewWriter) at(t time.Time) string { return t.In(w.zone).Format("Mon 2 Jan 15:04") }

func (w *reviewWriter) name(id schedule.ID, none string) string {
	switch name := w.names[id]; {
	case id == 0:
		return none
	case name == "":
		return "somebody who has left"
	default:
		return plainMarkdown(name)
	}
}

func (w *reviewWriter) figures(v *Review) {
	w.head("Figures")
	f, told := v.Figures()
	switch {
	case v.Hidden != "":
		w.line("- Not told: %s", v.Hidden)
	case !told:
		w.line("- Nobody was on call.")
	default:
		w.line("- %s (limit %d), %s", plural(f.Interruptions, "interruption", "interruptions"), v.Limit, wakings(f.Wakeups))
		w.line("- Twelve weeks: %.1f wake-ups in an on-call week, likely %.1f to %.1f", v.Wake.Mean, v.Wake.Low, v.Wake.High)
	}
	if v.Breaks != nil {
		w.line("- Nights and weeks with too little rest: %d", *v.Breaks)
	}
	for _, n := range v.Nights {
		w.line("- Night of %s: %s", n.Night.At(schedule.Noon, time.UTC).Format("Mon 2 Jan"), plural(n.Pages, "page", "pages"))
	}
}

func (w *reviewWriter) alerts(v *Review) {
	w.head(fmt.Sprintf("Pages (%d)", v.Pages))
	for i := range v.Alerts {
		a := &v.Alerts[i]
		w.line("- %d × %s%s", a.Pages, plainMarkdown(joinText(a.Alert, bracketed(a.Service))), alertMarks(a))
	}
	if v.More > 0 {
		w.line("- and %s", plural(v.More, "alert", "alerts"))
	}
	if v.Pages == 0 {
		w.line("None.")
	}
	for _, p := range v.Open {
		w.line("- still open: %s, since %s", plainMarkdown(joinText(p.Alert, bracketed(p.Service))), w.at(p.TriggeredAt))
	}
}

func bracketed(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

// alertMarks says what is remarkable about an alert.
func alertMarks(a *ReviewAlert) string {
	var marks []string
	if a.New() {
		marks = append(marks, "new")
	}
	if a.Repeats() {
		marks = append(marks, "again and again")
	}
	if a.Night > 0 {
		marks = append(marks, fmt.Sprintf("%d at night", a.Night))
	}
	if a.NoAction > 0 {
		marks = append(marks, fmt.Sprintf("%d with nothing to do", a.NoAction))
	}
	if len(marks) == 0 {
		return ""
	}
	return " — " + strings.Join(marks, ", ")
}

func (w *reviewWriter) shifts(head string, all []ReviewShift, none string) {
	if len(all) == 0 {
		return
	}
	w.head(head)
	for _, s := range all {
		w.line("- %s: %s, %s → %s", plainMarkdown(string(s.Rotation)), w.name(s.Person, none), w.at(s.Start), w.at(s.End))
	}
}

func (w *reviewWriter) ahead(a *ReviewAhead) {
	for _, x := range a.Away {
		w.line("- away: %s, %s → %s", w.name(x.Person, "somebody"), w.at(x.Start), w.at(x.End))
	}
	for _, i := range a.Issues {
		if i.Kind != schedule.Unfilled { // those stand above
			w.line("- to mend: %s, %s → %s, %s", plainMarkdown(string(i.Rotation)), w.at(i.Start), w.at(i.End), i.Words(w.name(i.Person, "nobody")))
		}
	}
}

func (w *reviewWriter) items(items *ReviewItems) {
	w.head("Action items")
	if t := &items.OnTime; t.Due > 0 {
		w.line("Done on time: %d of %d in twelve weeks, likely %.0f to %.0f %%.\n", t.Done, t.Due, 100*t.Low, 100*t.High)
	}
	some := false
	for _, list := range []struct {
		word  string
		items []ReviewItem
	}{{"overdue", items.Overdue}, {"due this week", items.Due}, {"closed", items.Done}, {"new", items.Noted}} {
		for _, i := range list.items {
			some = true
			due := ""
			if !i.Due.IsZero() {
				due = ", by " + i.Due.At(schedule.Noon, time.UTC).Format("Mon 2 Jan")
			}
			w.line("- %s: %s (%s%s)", list.word, plainMarkdown(i.Title), w.name(i.Owner, "nobody"), due)
		}
	}
	if !some {
		w.line("Nothing is overdue, due or new.")
	}
}

// Words says what has changed.
func (s *ReviewSince) Words() string {
	var out []string
	for _, x := range []struct {
		word string
		was  Was
	}{{"interruptions", s.Interruptions}, {"wake-ups", s.Wakeups}, {"pages", s.Pages}} {
		if x.was.Changed() {
			out = append(out, fmt.Sprintf("%s %d → %d", x.word, x.was.From, x.was.To))
		}
	}
	for _, a := range s.Alerts {
		out = append(out, fmt.Sprintf("%s %d → %d", joinText(cutText(a.Alert, 100), bracketed(cutText(a.Service, 100))), a.From, a.To))
	}
	return strings.Join(out, ", ")
}

// markdown are the letters that would be markup.
var markdown = strings.NewReplacer("\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "#", "\\#", "|", "\\|", "~", "\\~", "<", "&lt;", ">", "&gt;", "&", "&amp;")

// plainMarkdown writes a text on one line so that nothing in it is markup.
func plainMarkdown(s string) string {
	return markdown.Replace(strings.Join(strings.Fields(s), " "))
}
