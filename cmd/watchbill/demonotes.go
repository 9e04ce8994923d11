package main

import (
	"context"
	"slices"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// demoShiftNotes are what the people of the demonstration leave to each other; none of it
// is real.
var demoShiftNotes = []string{
	"Quiet until Thursday, then the usual pair of probes at lunch time. Both came back before I had the laptop open.\nNothing is open.",
	"The web workers needed a restart twice. Memory grows from about Tuesday on; graph in the channel.\nWatch it at the week-end, and restart before midnight rather than after.",
	"Certificate of the shop was renewed by hand. The timer is fixed, but has not run by itself yet: look on Friday.",
	"The provider announced work on Wednesday from 23:00 to 01:00. I have silenced the probes for that, not for the rest.",
	"Short week. One page at night, a false one. I have asked for the probe to wait for three failures.",
	"Handing over with one thing half done: the disk of the build host is at 85 %. The old images can go, the list is in the ticket.",
}

// noteShifts has shifts of the last weeks noted and handed over, but for the running one.
func (s *server) noteShifts(ctx context.Context, team schedule.TeamRecord) error {
	now := s.now()
	turns, err := s.turns(ctx, team.ID, now.AddDate(0, 0, -7*demoSaid), now)
	if err != nil {
		return err
	}
	turns = slices.DeleteFunc(turns, func(t health.Turn) bool { return !t.Start.Before(now) })
	return s.health.Store.InTx(ctx, func(tx health.Store) error {
		for i := range turns {
			t := &turns[i]
			at := t.Start.Add(t.End.Sub(t.Start) * 3 / 5)
			if at.After(now) {
				at = t.Start.Add(now.Sub(t.Start) / 2)
			}
			n := health.ShiftNote{Team: team.ID, Rotation: t.Rotation, At: at, Author: t.People[0], WrittenAt: at, Text: demoShiftNotes[i%len(demoShiftNotes)]}
			if err := tx.SaveShiftNote(ctx, &n); err != nil {
				return err
			}
			if t.End.After(now) || i+1 == len(turns) || turns[i+1].Rotation != t.Rotation {
				continue
			}
			h := health.HandOver{Team: team.ID, Rotation: t.Rotation, Start: t.Start, By: t.People[0], At: t.End.Add(-10 * time.Minute)}
			if err := tx.AddHandOver(ctx, &h); err != nil {
				return err
			}
			if err := tx.ReadHandOver(ctx, h.ID, turns[i+1].People[0], t.End.Add(25*time.Minute)); err != nil {
				return err
			}
		}
		return nil
	})
}
