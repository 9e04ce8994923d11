package health

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"watchbill/schedule"
)

// Response is how incidents of one severity were answered and resolved. It is shown
// with its numbers and never scored: a quick answer can hide heroics.
type Response struct {
	Incidents int
	Unacked   int
	Ack       Sample // seconds from trigger to the first acknowledgement
	Resolve   Sample // seconds from trigger to resolution, of those acknowledged
	// CheckIns of CheckInDue incidents came in time; a severity without a time has
	// none due.
	CheckIns, CheckInDue int
	Flags                []Flag
}

// fewestCheckIns is of how many incidents at least a share of check-ins is told, and
// checkInSteps to what part of it: of fewer, or told exactly, it would be somebody's
// night, whose it was standing in the schedule.
const fewestCheckIns, checkInSteps = 5, 10

// CheckInShare returns the share of incidents in which somebody said in time that they
// were on it, to a tenth; false when there were too few to tell.
func (r *Response) CheckInShare() (float64, bool) {
	if r.CheckInDue < fewestCheckIns {
		return 0, false
	}
	return math.Round(checkInSteps*float64(r.CheckIns)/float64(r.CheckInDue)) / checkInSteps, true
}

// Answer returns the median of times to answer or to resolve; false of so few that it
// would be somebody's, whose turn it was standing in the schedule.
func (s Sample) Answer() (float64, bool) {
	median, ok := s.Median()
	return median, ok && s.N() >= fewestAnswers
}

// fewestAnswers is of how many answers at least a median is told.
const fewestAnswers = 5

// A Sample is a set of measurements, in order.
type Sample []float64

// N returns how many there are.
func (s Sample) N() int { return len(s) }

// Mean returns the mean, and false of none.
func (s Sample) Mean() (float64, bool) {
	sum := 0.0
	for _, x := range s {
		sum += x
	}
	return sum / float64(max(1, len(s))), len(s) > 0
}

// Median returns the middle one, or the mean of the two in the middle; false of none.
func (s Sample) Median() (float64, bool) {
	n := len(s)
	if n == 0 {
		return 0, false
	}
	return (s[(n-1)/2] + s[n/2]) / 2, true
}

// P90 returns the smallest that nine in ten do not exceed (nearest rank); false of none.
func (s Sample) P90() (float64, bool) {
	if len(s) == 0 {
		return 0, false
	}
	// In whole numbers: 0.9 times ten is more than nine in binary.
	rank := (9*len(s) + 9) / 10
	return s[rank-1], true
}

// CheckInWithin returns how soon after the trigger somebody has to say that they are
// on it, and false for a severity for which nobody has to. The moment itself is late.
// Pagers have other words for the two worst severities: P0 is one worse than the worst
// that most of them have, and so is SEV0; P1 and the words for the worst there is are
// SEV1.
func CheckInWithin(severity string) (time.Duration, bool) {
	letters := strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' || r == '_' {
			return -1
		}
		return unicode.ToUpper(r)
	}, severity)
	switch letters {
	case "SEV0", "P0":
		return 5 * time.Minute, true
	case "SEV1", "P1", "CRITICAL", "CRIT", "FATAL", "EMERGENCY":
		return 30 * time.Minute, true
	}
	return 0, false
}

// Responses returns how the incidents that began in [from, to) were answered, by
// severity.
func Responses(incidents []Incident, from, to time.Time) map[string]*Response {
	out := map[string]*Response{}
	for i := range incidents {
		in := &incidents[i]
		if in.TriggeredAt.Before(from) || !in.TriggeredAt.Before(to) {
			continue
		}
		r := out[in.Severity]
		if r == nil {
			r = &Response{}
			out[in.Severity] = r
		}
		r.add(in)
	}
	for _, r := range out {
		r.sort()
	}
	return out
}

// AllResponses returns how the incidents that began in [from, to) were answered,
// whatever their severity.
func AllResponses(incidents []Incident, from, to time.Time) Response {
	var out Response
	for i := range incidents {
		if at := incidents[i].TriggeredAt; !at.Before(from) && at.Before(to) {
			out.add(&incidents[i])
		}
	}
	out.sort()
	return out
}

// sort brings the samples in order.
func (r *Response) sort() {
	slices.Sort(r.Ack)
	slices.Sort(r.Resolve)
}

// add counts an incident.
func (r *Response) add(in *Incident) {
	r.Incidents++
	if in.AckedAt.IsZero() {
		r.Unacked++
	} else {
		if in.AckedAt.Before(in.TriggeredAt) && !slices.Contains(r.Flags, FlagAckBeforeTrigger) {
			r.Flags = append(r.Flags, FlagAckBeforeTrigger)
		}
		r.Ack = append(r.Ack, since(in.TriggeredAt, in.AckedAt))
		if !in.ResolvedAt.IsZero() {
			r.Resolve = append(r.Resolve, since(in.TriggeredAt, in.ResolvedAt))
		}
	}
	if within, due := CheckInWithin(in.Severity); due {
		r.CheckInDue++
		if !in.CheckInAt.IsZero() && in.CheckInAt.Sub(in.TriggeredAt) < within {
			r.CheckIns++
		}
	}
}

// since returns the seconds from one instant to another, and none when it is earlier.
func since(from, to time.Time) float64 { return math.Max(0, to.Sub(from).Seconds()) }

// OwnAnswer returns how many seconds the person took to begin with an incident after
// their own first notification of it; ok is false when they were not notified or did
// not begin. Begun before it, it took none and is early. It is for that person alone.
func (r *Record) OwnAnswer(incident schedule.ID) (seconds float64, early, ok bool) {
	ring := slices.IndexFunc(r.rings, func(n Notification) bool { return n.Incident == incident })
	work := slices.IndexFunc(r.work, func(w Work) bool { return w.Incident == incident })
	if ring < 0 || work < 0 {
		return 0, false, false
	}
	at, began := r.rings[ring].At, r.work[work].Start
	return since(at, began), began.Before(at), true
}
