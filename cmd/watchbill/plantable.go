package main

import (
	"fmt"
	"io"
	"strings"
)

// writeTable writes a plan for people: the calendar, who holds how much, how even
// that is, and what is wrong with it.
func (d *planDoc) writeTable(w io.Writer, on paper) error {
	var b strings.Builder
	d.tableHead(&b, on)
	d.tableCalendar(&b, on)
	d.tablePeople(&b, on)
	b.WriteString("\n")
	paragraph(&b, on, strong, "", sentence(d.Even.Text))
	d.tableUnfilled(&b, on)
	d.tableChanges(&b, on)
	if len(d.Warnings) > 0 {
		heading(&b, on, "Warnings")
		for _, warning := range d.Warnings {
			paragraph(&b, on, plain, "  - ", warning)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func heading(b *strings.Builder, on paper, text string) {
	b.WriteString("\n" + on.paint(strong, text) + "\n")
}

func (d *planDoc) tableHead(b *strings.Builder, on paper) {
	last := d.Until.AddDays(-1)
	days := fmt.Sprintf("%s %d", shortDate(d.From), d.From.Year)
	if last != d.From {
		days += fmt.Sprintf(" – %s %d", shortDate(last), last.Year)
	}
	length := count(d.Until.DaysSince(d.From), "day")
	if n := d.Until.DaysSince(d.From); n%7 == 0 {
		length = count(n/7, "week")
	}
	fmt.Fprintf(b, "%s  %s, %s in %s\n", on.paint(strong, strings.Map(printed, d.Team)), days, length, d.Zone)
}

// tableCalendar writes one line a week with a column for every lane, and for who
// is away and for holidays when there are any.
func (d *planDoc) tableCalendar(b *strings.Builder, on paper) {
	g := grid{columns: []column{{title: "Week", fixed: true}}}
	lanes := lanesOf(d)
	for _, l := range lanes {
		g.columns = append(g.columns, column{title: l.title})
	}
	away, holidays := len(d.Absences) > 0, len(d.Holidays) > 0
	if away {
		g.columns = append(g.columns, column{title: "Away"})
	}
	if holidays {
		g.columns = append(g.columns, column{title: "Holidays"})
	}
	month := -1
	for _, w := range weeksOf(d) {
		cells := []cell{{text: glue(dates(w.from, w.until))}}
		for _, l := range lanes {
			cells = append(cells, l.duty(w))
		}
		if away {
			cells = append(cells, cell{text: strings.Join(w.away, ", "), tone: faint})
		}
		if holidays {
			cells = append(cells, cell{text: strings.Join(w.notes, ", "), tone: faint})
		}
		apart := month >= 0 && int(w.from.Month) != month
		month = int(w.from.Month)
		g.rows = append(g.rows, gridRow{cells: cells, apart: apart})
	}
	b.WriteString("\n")
	g.write(b, on)
}

// tablePeople writes the fairness table. On narrow paper it goes without what
// says least.
func (d *planDoc) tablePeople(b *strings.Builder, on paper) {
	g := grid{columns: []column{
		{title: "Person"}, {title: "Full time", right: true}, {title: "Shifts", right: true}, {title: "Days", right: true},
		{title: "Weekends", right: true}, {title: "Holidays", right: true}, {title: "Points", right: true},
		{title: "Share", right: true}, {title: "Before", right: true}, {title: "Pages", right: true}, {title: "Difference", right: true},
	}}
	for _, p := range d.People {
		g.add(cell{text: glueName(p.Name)}, cell{text: p.FullTime}, cell{text: fmt.Sprint(p.Shifts)}, cell{text: p.Days.String()},
			cell{text: fmt.Sprint(p.Weekends)}, cell{text: fmt.Sprint(p.Holidays)}, cell{text: p.Points.String()},
			cell{text: oneDecimal(p.Share)}, cell{text: signed(p.Before)}, cell{text: signed(p.Repaid)}, cell{text: signed(p.After)})
	}
	if d.Repaid == nil {
		g.drop("Pages")
	}
	for _, title := range []string{"Full time", "Days", "Before", "Holidays", "Weekends", "Share", "Shifts"} {
		if g.least() > on.cells() {
			g.drop(title)
		}
	}
	b.WriteString("\n")
	g.write(b, on)
	r := d.Rates
	paragraph(b, on, faint, "", fmt.Sprintf("Points are hours on call times %v in office hours, %v in the evening, %v at night, "+
		"%v at weekends and %v on holidays, on the person's own clock, times the rotation's weight. Before is carried over "+
		"from the last plan. Difference, carried into the next, is before + points − share%s.",
		r.Business, r.Evening, r.Sleep, r.Weekend, r.Holiday, d.repaidTerm()))
	if d.Repaid != nil {
		paragraph(b, on, faint, "", sentence(d.Repaid.Text)+".")
		for _, why := range d.Repaid.Why {
			paragraph(b, on, plain, "  - ", why)
		}
	}
}

// signed writes points to one decimal place with their sign.
func signed(p points) string {
	s := oneDecimal(p)
	if s == "0.0" || strings.HasPrefix(s, "-") {
		return strings.Replace(s, "-", "−", 1)
	}
	return "+" + s
}

// oneDecimal writes points to one decimal place, halves away from zero.
func oneDecimal(p points) string {
	sign := ""
	if p < 0 {
		sign, p = "-", -p
	}
	n := (int64(p) + 50) / 100
	if n == 0 {
		sign = ""
	}
	return fmt.Sprintf("%s%d.%d", sign, n/10, n%10)
}

func (d *planDoc) tableUnfilled(b *strings.Builder, on paper) {
	if len(d.Unfilled) == 0 {
		return
	}
	heading(b, on, "Why shifts are unfilled")
	for _, c := range causes(d.Unfilled) {
		paragraph(b, on, plain, "  - ", sentence(c.String()))
	}
	if d.Enough != "" {
		paragraph(b, on, plain, "  - ", sentence(d.Enough))
	}
	if len(d.Remedies) == 0 {
		return
	}
	heading(b, on, "What would help (each was tried)")
	for _, r := range d.Remedies {
		paragraph(b, on, plain, "  - ", sentence(r.Text))
	}
}

func (d *planDoc) tableChanges(b *strings.Builder, on paper) {
	defer func() {
		for _, o := range d.Offers {
			b.WriteString("\n")
			paragraph(b, on, plain, "", sentence(o.Text)+".")
		}
	}()
	if len(d.Changes) == 0 {
		return
	}
	heading(b, on, count(len(d.Changes), "change")+" to the published plan")
	g := grid{columns: []column{{title: "Shift"}, {title: "Was"}, {title: "Is now"}, {title: "Why"}}}
	for _, c := range d.Changes {
		g.add(cell{text: glue(c.ID)}, cell{text: nameOrNobody(c.Was)}, cell{text: nameOrNobody(c.Is)}, cell{text: c.Why})
	}
	g.write(b, on)
}
