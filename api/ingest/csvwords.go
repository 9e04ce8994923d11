package ingest

import (
	"fmt"

	"watchbill/health"
)

// Explain says of a problem what is wrong, and what would be right, in words for
// whoever has the file.
func (p *Problem) Explain(m *Mapping) (wrong, right string) {
	said := "it"
	if p.Value != "" {
		said = "“" + p.Value + "”"
	}
	times := "write it like 2026-03-02T01:15:00Z or 2026-03-02 01:15"
	if m.DateFormat != "" {
		times = "write it like " + m.DateFormat + ", as the dates of the file are said to be written, or change that"
	}
	switch p.Code {
	case CSVBadTimestamp:
		if p.Value == "" {
			return "there is no time", times
		}
		return said + " is no time", times
	case CSVAmbiguousDate:
		return said + " does not say which number is the day and which the month", "say how dates are written, like DD/MM/YYYY HH:mm"
	case CSVNonexistentTime:
		return fmt.Sprintf("clocks in %v never showed %s: they went forward", m.Zone, said), "choose the zone that the file is written in, or mend the time"
	case CSVResolvedBefore:
		return said + " lies before the page began", "the end comes after the beginning; see whether both are in one zone"
	case CSVMissingID:
		return "there is no number of the incident", "each row needs one, to be known when it comes again"
	case CSVNegativeDuration:
		return said + " is less than nothing", "a time that something took is a number from 0 on"
	case CSVBadDuration:
		return said + " is no number", "a time that something took is a number like 90 or 1.5"
	case CSVFieldCount:
		return "it has " + p.Value + " cells", "each row has as many cells as the heading; put texts with commas or line breaks in quotes"
	case CSVBadQuotes:
		return "its quotes do not match", "a quote inside a quoted cell is written twice"
	case CSVAhead:
		return said + " has not been yet", "only what is past is taken over; see whether the day and the month are the right way round"
	case CSVLongAgo:
		return said + " lies before the year 2000", "see whether dates are written as you said"
	case CSVNotKept:
		return said + " lies before " + health.FirstDay(m.Since, m.Zone), "pages are not kept for longer, so what is older is not taken over; leave the row out"
	case CSVAmbiguousTime:
		return fmt.Sprintf("clocks in %v showed %s twice", m.Zone, said), "the first time is taken; times with an offset leave no doubt"
	case CSVUnknownUrgency:
		return said + " is no word for an urgency that is known", "the page counts; say on the pager’s page what the word means"
	}
	return said + " is nobody of ours", "say who it is on the page Who is who"
}
