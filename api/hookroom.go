package api

import (
	"sync"

	"watchbill/schedule"
)

// mostReading is how many bytes of bodies are read at once, so that what senders send at the
// same moment fits into memory.
const mostReading = 64 << 20

// teamPart is which part of the room one team takes at most, of what the others have left:
// whoever has one of its links can keep that team waiting and nobody else, and what many
// teams hold together always leaves some to another.
const teamPart = 8

// A room is what bodies that are on their way may take of memory.
type room struct {
	mu    sync.Mutex
	all   int64
	teams map[schedule.ID]int64
}

// enter takes room for a body of a team; false when there is none left.
func (r *room) enter(team schedule.ID, size int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if left := mostReading - (r.all - r.teams[team]); r.teams[team]+size > left/teamPart {
		return false
	}
	if r.teams == nil {
		r.teams = map[schedule.ID]int64{}
	}
	r.all += size
	r.teams[team] += size
	return true
}

// leave gives it back.
func (r *room) leave(team schedule.ID, size int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all -= size
	if r.teams[team] -= size; r.teams[team] == 0 {
		delete(r.teams, team)
	}
}
