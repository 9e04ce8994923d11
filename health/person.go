package health

import (
	"errors"
	"fmt"
	"math"
	"time"

	"watchbill/schedule"
)

// A Person is whose nights are counted: where they live, when they work and sleep, and
// which holidays they have. All of it is theirs and not the schedule's.
type Person struct {
	ID schedule.ID
	// Stays are in order of From; the first holds for all time before it too.
	// [NewPerson] makes them from what somebody said.
	Stays    []Stay
	Holidays schedule.Calendar
	// Share is the full-time equivalent and EligibleDays how many days of the period
	// they could be on call: both together are what is fair.
	Share        schedule.Share
	EligibleDays float64
	// ZoneAssumed says that nobody knows where the person lives and the schedule's
	// zone stands in: reports say so ([FlagZoneMissing]).
	ZoneAssumed bool
}

// A Stay is where a person lives, works and sleeps from an instant on until the next
// stay begins.
type Stay struct {
	From     time.Time
	Zone     *time.Location
	Business schedule.Hours
	Sleep    schedule.Hours
}

// NewPerson returns a person with the default hours of the configuration wherever a
// stay has none, and a full share where it is zero. A person without a zone is an
// error: their pages cannot be told apart into day and night, and nobody guesses.
func NewPerson(p Person, c *Config) (Person, error) {
	if len(p.Stays) == 0 {
		return Person{}, &schedule.InvalidError{Field: "zone", Reason: "without a time zone, like Europe/Berlin, day and night cannot be told apart"}
	}
	p.Stays = append([]Stay(nil), p.Stays...)
	var bad []error
	for i := range p.Stays {
		s := &p.Stays[i]
		if s.Zone == nil {
			bad = append(bad, &schedule.InvalidError{Field: fmt.Sprintf("zone[%d]", i), Reason: "without a time zone, like Europe/Berlin, day and night cannot be told apart"})
		}
		if i > 0 && !p.Stays[i-1].From.Before(s.From) {
			bad = append(bad, &schedule.InvalidError{Field: fmt.Sprintf("zone[%d].from", i), Reason: "stays are in order, each from a later moment than the one before"})
		}
		fillHours(&s.Business, c.Business.Hours())
		fillHours(&s.Sleep, c.Sleep.Hours())
		for _, h := range []struct {
			field string
			schedule.Hours
		}{{"business_hours", s.Business}, {"sleep_hours", s.Sleep}} {
			if !h.From.Valid() || !h.Until.Valid() {
				bad = append(bad, &schedule.InvalidError{Field: h.field, Reason: "hours lie from 00:00 to 24:00"})
			}
		}
	}
	if p.Share == 0 {
		p.Share = schedule.FullTime
	}
	return p, errors.Join(bad...)
}

// fillHours takes the days and the times that are missing from the defaults.
func fillHours(h *schedule.Hours, defaults schedule.Hours) {
	if h.Days == schedule.NoDay {
		h.Days = defaults.Days
	}
	if h.From == h.Until {
		h.From, h.Until = defaults.From, defaults.Until
	}
}

// at returns the stay at an instant.
func (p *Person) at(t int64) *Stay {
	i := len(p.Stays) - 1
	for i > 0 && t < p.Stays[i].From.Unix() {
		i--
	}
	return &p.Stays[i]
}

// nextMove returns when the next stay begins after t.
func (p *Person) nextMove(t int64) int64 {
	for i := 1; i < len(p.Stays); i++ {
		if from := p.Stays[i].From.Unix(); from > t {
			return from
		}
	}
	return math.MaxInt64
}

// Zone returns where the person lives at an instant.
func (p *Person) Zone(t time.Time) *time.Location { return p.at(t.Unix()).Zone }
