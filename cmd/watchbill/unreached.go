package main

import (
	"context"

	"watchbill/schedule"
)

// reached says of some people of a team why nothing gets to them: as far as a pager has told
// whom it knows, and as letters were taken or not. Where no pager tells that, and nothing
// carries letters, nobody is out of reach.
func (s *server) reached(ctx context.Context, team schedule.ID, people []schedule.ID) (map[schedule.ID]schedule.Unreached, error) {
	out, err := s.health.Store.Strangers(ctx, team, people)
	if err != nil || len(s.news.Media()) == 0 {
		return out, err
	}
	refused, err := s.news.Store.Refused(ctx, people)
	for id, why := range refused {
		u := out[id]
		u.Letters = why
		out[id] = u
	}
	return out, err
}
