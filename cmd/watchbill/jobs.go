package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/go-co-op/gocron/v2"

	"watchbill/api"
	"watchbill/api/auth"
	"watchbill/api/telemetry"
	"watchbill/health"
	"watchbill/schedule"
)

// jobs are what the service does by itself. Each is safe to run twice, and on
// several replicas: a draft is made by whoever claims it first.
type jobs struct {
	service *schedule.Service
	access  *auth.Service
	health  *health.Service
	burden  func(context.Context) error
	pool    func(context.Context) error
	reviews func(context.Context) error
	warn    func(context.Context) error
	pulse   func(context.Context) error
	news    func(context.Context) error
	look    func(context.Context) error // for what programs are told
	send    func(context.Context) error // it to them
	forget  func(context.Context) error // old news and comments
	remove  func(context.Context) error // what was kept for long enough
	leave   func(context.Context) error // who left long enough ago is nobody in particular
	pulls   func(context.Context) error
	tables  func(context.Context) error
	api     *api.Server
	guard   *clockGuard
	log     *slog.Logger
	// ran is told how a job ended.
	ran     func(job, result string, ended time.Time, took time.Duration)
	tracing *telemetry.Tracing
}

// A job is what is done again and again.
type job struct {
	every time.Duration
	run   func(context.Context) error
}

// all are the jobs by name. What one asks when there is nothing to do is a few
// statements, however many teams there are. What cannot be undone is done only while
// this clock is sure to be right.
func (j *jobs) all() map[string]job {
	sure := j.guard.sure
	return map[string]job{
		"clocks":   {time.Minute, j.bringForward},
		"drafts":   {time.Second, j.makeDrafts},
		"requests": {time.Minute, sure(j.expireRequests)},
		"horizon":  {time.Hour, j.draftAhead},
		"prune":    {time.Hour, sure(j.prune)},
		"imports":  {time.Minute, j.service.ReadDue},
		"forget":   {time.Hour, sure(j.service.PruneImports)},
		"burden":   {time.Minute, j.burden},
		"priors":   {time.Hour, sure(j.pool)},
		"owed":     {time.Hour, sure(j.health.ExpireOwed)},
		"reviews":  {time.Minute, sure(j.reviews)},
		"warnings": {time.Minute, sure(j.warn)},
		"pulse":    {time.Minute, sure(j.pulse)},
		"news":     {time.Minute, sure(j.news)},
		"events":   {5 * time.Second, sure(j.look)},
		"webhooks": {time.Second, sure(j.send)},
		"letters":  {time.Hour, sure(j.forget)},
		"removals": {time.Hour, sure(j.remove)},
		"leavers":  {time.Hour, sure(j.leave)},
		"pulls":    {time.Second, j.pulls},
		"tables":   {time.Second, j.tables},
		"gaps":     {time.Hour, j.health.LookForGaps},
		"room":     {time.Minute, j.lookForRoom},
		"counts":   {time.Second, j.health.Receiver.Flush},
	}
}

// start runs the jobs at once and then again and again until the context ends: what
// became due while nothing ran has waited long enough. The function it returns waits
// for those at work.
func (j *jobs) start(ctx context.Context) (wait func(), err error) {
	scheduler, err := gocron.NewScheduler(gocron.WithLocation(time.UTC))
	if err != nil {
		return nil, err
	}
	for name, job := range j.all() {
		_, err := scheduler.NewJob(gocron.DurationJob(job.every), gocron.NewTask(func() {
			j.do(ctx, name, job)
		}), gocron.WithSingletonMode(gocron.LimitModeReschedule), gocron.WithName(name), gocron.WithStartAt(gocron.WithStartImmediately()))
		if err != nil {
			return nil, err
		}
	}
	scheduler.Start()
	return func() {
		if err := scheduler.Shutdown(); err != nil {
			j.log.Error("jobs did not end", "error", err)
		}
	}, nil
}

// do runs a job once. What the end of the program cuts short has not failed.
func (j *jobs) do(ctx context.Context, name string, job job) {
	tick := time.Now()
	err := j.tracing.Do(ctx, "job "+name, func(ctx context.Context) error {
		err := job.run(ctx)
		if err != nil && ctx.Err() == nil {
			j.log.ErrorContext(ctx, "job failed", "job", name, "tick", tick.UTC().Format(time.RFC3339Nano), "took", time.Since(tick), "error", err)
		}
		return err
	})
	ended, result := time.Now(), "ok"
	if err != nil && ctx.Err() == nil {
		result = "failed"
	}
	j.ran(name, result, ended, ended.Sub(tick))
}

// lookForRoom says in the log that pages are not taken in because the disk is nearly
// full: somebody has to mend that.
func (j *jobs) lookForRoom(context.Context) error {
	if j.health.Receiver.Room() {
		return nil
	}
	return errors.New("the disk is nearly full: nothing that pagers send is taken in")
}

// bringForward makes due what the clock of a replica that was far ahead has put off, for
// years perhaps.
func (j *jobs) bringForward(ctx context.Context) error {
	pages, err1 := j.health.BringForward(ctx)
	calendars, err2 := j.service.BringForwardImports(ctx)
	if n := pages + calendars; n > 0 {
		j.log.Warn("a clock that was ahead had put work off", "rows", n)
	}
	return errors.Join(err1, err2)
}

// setupLife is how long a team that nobody finishes setting up is kept.
const setupLife = 30 * 24 * time.Hour

func (j *jobs) prune(ctx context.Context) error {
	now := j.service.Now()
	return errors.Join(j.access.Prune(ctx, now), j.service.Store.PruneSetups(ctx, now.Add(-setupLife)), j.api.ForgetCalls(ctx, now),
		forgetDeliveries(ctx, j.health.Store, now))
}

// each runs f for teams, also when it fails for one.
func each(teams []schedule.ID, f func(schedule.ID) error) error {
	var failed []error
	for _, team := range teams {
		if err := f(team); err != nil {
			failed = append(failed, fmt.Errorf("team %d: %w", team, err))
		}
	}
	return errors.Join(failed...)
}

// makeDrafts makes the draft of every team that waits longest, also one whose maker
// has died.
func (j *jobs) makeDrafts(ctx context.Context) error {
	drafts, err := j.service.Store.DraftsAtWork(ctx)
	if err != nil {
		return err
	}
	var teams []schedule.ID
	running, first := map[schedule.ID]bool{}, map[schedule.ID]schedule.ID{}
	for i := range drafts {
		d := &drafts[i]
		if !slices.Contains(teams, d.Team) {
			teams = append(teams, d.Team)
		}
		if d.State == schedule.DraftRunning {
			running[d.Team] = true
		} else if first[d.Team] == 0 {
			first[d.Team] = d.ID
		}
	}
	return each(teams, func(team schedule.ID) error {
		if running[team] {
			if err := j.service.EndStale(ctx, team); err != nil {
				return err
			}
		}
		if first[team] == 0 {
			return nil
		}
		return j.makeDraft(ctx, first[team])
	})
}

// heartbeat is how often whoever makes a draft says so, and asks whether it is still
// wanted.
const heartbeat = time.Second

// makeDraft makes one draft if nobody else does. It stops as soon as somebody
// discards it, or has taken it over.
func (j *jobs) makeDraft(ctx context.Context, id schedule.ID) error {
	claimed, mine, err := j.service.ClaimDraft(ctx, id)
	if err != nil || !mine {
		return err
	}
	wanted, stop := context.WithCancel(ctx)
	var watch sync.WaitGroup
	done := make(chan struct{})
	watch.Go(func() {
		tick := time.NewTicker(heartbeat)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			// An error says nothing about the draft: the next beat may get through.
			if alive, err := j.service.BeatDraft(ctx, &claimed); err == nil && !alive {
				stop()
			}
		}
	})
	is, err := j.service.FinishDraft(wanted, claimed)
	close(done)
	watch.Wait()
	stop()
	switch {
	case err != nil:
		return err
	case is.Tries > claimed.Tries:
		j.log.Warn("draft taken over", "team_id", is.Team, "draft_id", is.ID)
	case is.State == schedule.DraftReady:
		j.log.Info("draft made", "team_id", is.Team, "draft_id", is.ID)
	}
	return nil
}

func (j *jobs) expireRequests(ctx context.Context) error {
	teams, err := j.service.Store.TeamsAsking(ctx)
	if err != nil {
		return err
	}
	return each(teams, func(team schedule.ID) error {
		due, err := j.service.Remind(ctx, team)
		if len(due) > 0 {
			j.log.Info("requests are about to expire", "team_id", team, "requests", len(due))
		}
		return errors.Join(err, j.service.Expire(ctx, team))
	})
}

// draftAhead drafts the next plan of teams whose published one is getting short.
func (j *jobs) draftAhead(ctx context.Context) error {
	teams, err := j.service.ShortPlanned(ctx)
	if err != nil {
		return err
	}
	return each(teams, func(team schedule.ID) error { return j.service.DraftAhead(ctx, team) })
}
