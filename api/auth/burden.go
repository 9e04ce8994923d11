package auth

import (
	"watchbill/health"
	"watchbill/schedule"
)

// Sight is what of a team's burden w may see: it makes the report, whose readers then
// need not ask again, whether it is a page, JSON, a table or paper.
func (w Who) Sight(team int64) (health.Sight, error) {
	if err := w.Must(SeeBurden, Team(team)); err != nil {
		return health.Sight{}, err
	}
	sight := health.Sight{Rest: w.May(SeePersonsLoad, Team(team)), Nights: w.May(SeeNights, Team(team)), Pages: w.May(SeeHandOver, Team(team))}
	if w.May(SeeOwnBurden, Person(w.Person)) {
		sight.Self = schedule.ID(w.Person)
	}
	return sight, nil
}

// WhyRepaid says why measured burden moved w's own balance in a plan; empty where it did
// not. It tells of broken nights, so nobody is told of anybody else's: the points stand
// in the plan, and what they come of does not.
func (w Who) WhyRepaid(m *schedule.Measured) string {
	if !w.May(SeeOwnBurden, Person(w.Person)) {
		return ""
	}
	return m.Why(schedule.ID(w.Person))
}
