package health

import (
	"slices"
	"time"

	"watchbill/schedule"
)

// CallOuts returns the call-outs that begin in [from, to) and are paid: those of time
// owed. Where being paged is enough, so is each page on which nothing is known of work.
func (r *PayRules) CallOuts(p *Person, record *Record, from, to time.Time) []CallOut {
	work := record.work
	if r.Paged {
		work = slices.Clone(work)
		for i := range record.rings { // of no length, so that no hour is made up
			if ring := &record.rings[i]; !slices.ContainsFunc(record.work, func(w Work) bool { return w.Incident == ring.Incident }) {
				work = append(work, Work{Incident: ring.Incident, Start: ring.At, End: ring.At})
			}
		}
	}
	calls := DefaultOwedRules()
	return calls.CallOuts(p, work, from, to)
}

// Unanswered returns the incidents that called the person in [from, to), outside working
// hours and of no paid call-out, and pay nothing because nobody acknowledged them. Where
// neither call-outs nor work are paid, or being paged is enough, there are none.
func (r *PayRules) Unanswered(p *Person, record *Record, incidents []Incident, from, to time.Time) []schedule.ID {
	if r.Paged || r.PerCallOut == 0 && r.WorkHour == 0 {
		return nil
	}
	answered := map[schedule.ID]bool{}
	for i := range incidents {
		in := &incidents[i]
		answered[in.ID] = !in.AckedAt.IsZero() || len(in.Engagements) > 0
	}
	calls := DefaultOwedRules()
	paid := calls.CallOuts(p, record.work, from.Add(-lookBack), to) // one of before may go on
	var out []schedule.ID
	for i := range record.rings {
		ring := &record.rings[i]
		if ring.At.Before(from) || !ring.At.Before(to) || answered[ring.Incident] || p.PageBand(ring.At) == schedule.Business {
			continue
		}
		within := func(c CallOut) bool {
			return !ring.At.Before(c.Start) && (ring.At.Before(c.Start.Add(calls.Least)) || !ring.At.After(c.End))
		}
		if !slices.ContainsFunc(paid, within) && !slices.Contains(out, ring.Incident) {
			out = append(out, ring.Incident)
		}
	}
	return out
}

// unpaidWords say how many pages paid nothing, and what would change that.
func unpaidWords(n int) string {
	them := "them"
	if n == 1 {
		them = "it"
	}
	return plural(n, "page", "pages") + " outside working hours paid nothing, because nobody acknowledged " + them +
		". Many pagers, Alertmanager for one, tell of no acknowledgement: with “Being paged is enough” in the rules of pay, being called is paid as a call-out."
}
