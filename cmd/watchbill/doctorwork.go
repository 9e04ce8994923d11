package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// What a running service never leaves undone for so long, several times over.
const (
	undone      = 15 * time.Minute
	draftsWait  = 5 * time.Minute
	readyWaits  = 14 * 24 * time.Hour
	planEnds    = 14 // days
	quietFeed   = 90 * 24 * time.Hour
	failedReads = 3 // in a row
	newsLately  = 7 * 24 * time.Hour
	// webhookFails is longer than a program takes that is replaced by another version.
	webhookFails = time.Hour
)

// asleepService is what to do when work is left undone.
const asleepService = "see that a replica of this version runs, and what its log says about the job"

// lookAtDrafts finds drafts that nobody makes, or that nobody decides about.
func (d *doctor) lookAtDrafts(ctx context.Context) error {
	drafts, err := d.plans.DraftsAtWork(ctx)
	if err != nil {
		return err
	}
	var waiting, stuck []string
	for i := range drafts {
		t := &drafts[i]
		switch {
		case t.State == schedule.DraftQueued && d.now.Sub(t.CreatedAt) > draftsWait+time.Duration(t.Seconds)*time.Second:
			waiting = append(waiting, fmt.Sprintf("%s (%s)", d.teamNamed(t.Team), d.waited(t.CreatedAt)))
		case t.State == schedule.DraftRunning && d.now.Sub(t.BeatAt) > draftsWait:
			stuck = append(stuck, fmt.Sprintf("%s (%s)", d.teamNamed(t.Team), d.waited(t.BeatAt)))
		}
	}
	if len(waiting) > 0 {
		d.somebody("job.drafts", "drafts wait to be made of "+some(waiting, int64(len(waiting))), "the job \"drafts\" looks every second, so it does not run, or one draft keeps it", asleepService)
	}
	if len(stuck) > 0 {
		d.somebody("claim.drafts", "drafts were begun and nobody has been at work since, of "+some(stuck, int64(len(stuck))), "another replica takes such a draft over within a minute, so none runs", asleepService)
	}
	ready, err := d.plans.DraftsReady(ctx, time.Unix(0, 0))
	if err != nil {
		return err
	}
	old := map[string]bool{}
	for i := range ready {
		if t := &ready[i]; d.now.Sub(t.FinishedAt) > readyWaits {
			old[d.teamNamed(t.Team)] = true
		}
	}
	if len(old) > 0 {
		d.worth("draft.old", "drafts are ready for more than two weeks, of "+someOf(old), "nobody has published or discarded them, and what they were made of gets old", "remind who manages the team")
	}
	return nil
}

// lookAtRequests finds requests that should have ended.
func (d *doctor) lookAtRequests(ctx context.Context) error {
	teams, err := d.plans.TeamsAsking(ctx)
	if err != nil {
		return err
	}
	if len(teams) == 0 {
		return nil
	}
	open, err := d.plans.RequestsOf(ctx, teams, schedule.RequestOpen)
	if err != nil {
		return err
	}
	late := map[string]bool{}
	n := 0
	for i := range open {
		if d.now.Sub(open[i].ExpiresAt) > undone {
			n++
			late[d.teamNamed(open[i].Team)] = true
		}
	}
	if n > 0 {
		d.somebody("job.requests", fmt.Sprintf("requests are open that should have ended: %d, of %s", n, someOf(late)), "the job \"requests\" ends them every minute, so it does not run, or its clock is not sure", asleepService)
	}
	return nil
}

// someOf lists some of a set.
func someOf(set map[string]bool) string {
	names := make([]string, 0, len(set))
	for name := range set {
		names = append(names, name)
	}
	slices.Sort(names)
	return some(names, int64(len(names)))
}

// lookAtImports finds calendars that are not read, or cannot be.
func (d *doctor) lookAtImports(ctx context.Context) error {
	due, err := d.plans.DueImports(ctx, d.now.Add(-undone), 100)
	if err != nil {
		return err
	}
	if len(due) > 0 {
		d.somebody("job.imports", fmt.Sprintf("calendars wait to be read for more than a quarter of an hour: %d", len(due)), "the job \"imports\" reads them every minute, so it does not run", asleepService)
	}
	n, failing, err := d.plans.FailingImports(ctx, failedReads, 5)
	if err != nil || n == 0 {
		return err
	}
	var names []string
	for i := range failing {
		f := &failing[i]
		whose := "somebody's own"
		if f.Team != 0 {
			whose = d.teamNamed(f.Team)
		}
		names = append(names, fmt.Sprintf("%s of %s, %d times in a row (%s)", f.Kind, whose, f.Failures, f.Problem))
	}
	d.somebody("calendar.failing", "calendars cannot be read: "+some(names, n), "absences and holidays that are in them are not in plans", "whoever added the calendar gives it a new link, or removes it: under Time off, or in the team's settings")
	return nil
}

// lookAtInbox finds what pagers sent and nobody has read, or could read.
func (d *doctor) lookAtInbox(ctx context.Context) error {
	o, err := d.inbox.Overdue(ctx, d.now.Add(-undone))
	if err != nil {
		return err
	}
	if o.Deliveries > 0 {
		d.somebody("inbox.lag", fmt.Sprintf("deliveries of pagers wait to be read: %d, the oldest for %s", o.Deliveries, d.waited(o.Oldest)), "nothing is lost, and until they are read no page is counted",
			"see that a replica runs and what its log says; many at once are read at some thousands in a second")
	}
	if o.Pulls > 0 {
		d.somebody("job.pulls", fmt.Sprintf("parts of the past wait to be fetched: %d", o.Pulls), "the job \"pulls\" looks every second, so it does not run", asleepService)
	}
	if o.Tables > 0 {
		d.somebody("job.tables", fmt.Sprintf("files of past pages wait to be read: %d", o.Tables), "the job \"tables\" looks every second, so it does not run", asleepService)
	}
	return nil
}

// lookAtPagers finds pagers that are silent, whose deliveries cannot be read, or whose past
// cannot be fetched.
func (d *doctor) lookAtPagers(ctx context.Context) error {
	var silent, dead, failed []string
	deads := 0
	for i := range d.teams {
		doors, err := d.health.Store.Integrations(ctx, d.teams[i].ID)
		if err != nil {
			return err
		}
		for k := range doors {
			door := &doors[k]
			name := door.Name + " of " + d.teams[i].Name
			is, err := d.health.Condition(ctx, door)
			if err != nil {
				return err
			}
			if is.Silent {
				silent = append(silent, fmt.Sprintf("%s (usually %v at most)", name, is.Gap.Round(time.Minute)))
			}
			if n := is.DeadLetters(); n > 0 {
				deads += n
				dead = append(dead, fmt.Sprintf("%s (%d)", name, n))
			}
			pulls, err := d.health.Store.Pulls(ctx, door.ID)
			if err != nil {
				return err
			}
			if p := lastPull(pulls); p != nil && p.State == health.PullFailed && door.OffAt.IsZero() {
				failed = append(failed, fmt.Sprintf("%s (%s)", name, p.Error))
			}
		}
	}
	if len(silent) > 0 {
		d.somebody("pager.silent", "pagers say nothing for three times as long as usual: "+some(silent, int64(len(silent))), "either nothing happens there, or what happens does not arrive and is not counted",
			"send a test from the pager, and see on its page whether it arrives")
	}
	if deads > 0 {
		d.somebody("inbox.dead", fmt.Sprintf("deliveries could not be read: %d, of %s", deads, some(dead, int64(len(dead)))), "what they told is in no figure", "on the pager's page: read them again with a newer program, or discard them with a reason")
	}
	if len(failed) > 0 {
		d.somebody("pull.failed", "the past could not be fetched: "+some(failed, int64(len(failed))), "gaps of deliveries stay gaps", "see on the pager's page whether the key is still good, and ask again")
	}
	return nil
}

// lastPull returns the pull that was asked for last.
func lastPull(all []health.Pull) *health.Pull {
	var last *health.Pull
	for i := range all {
		if last == nil || all[i].ID > last.ID {
			last = &all[i]
		}
	}
	return last
}

// mailAddress finds the address of a person in a text.
var mailAddress = regexp.MustCompile(`[^\s<>"]+@[^\s<>"]+`)

// lookAtNews finds news that does not arrive.
func (d *doctor) lookAtNews(ctx context.Context) error {
	tallies, err := d.outbox.Tallies(ctx, d.now.Add(-newsLately))
	if err != nil {
		return err
	}
	lost := 0
	for _, t := range tallies {
		lost += t.GivenUp
	}
	failed, err := d.outbox.Undelivered(ctx, d.now.Add(-newsLately), 100)
	if err != nil {
		return err
	}
	var problems []string
	waits := false
	for i := range failed {
		s := &failed[i]
		if s.GivenUp.IsZero() && s.Tries < 2 {
			continue // the next try may do it
		}
		waits = waits || s.GivenUp.IsZero()
		// Servers like to repeat the address of whom it was for.
		if text := fmt.Sprintf("%s: %s", s.Medium, mailAddress.ReplaceAllString(s.Problem, "…")); !slices.Contains(problems, text) {
			problems = append(problems, text)
		}
	}
	if lost > 0 || waits {
		d.somebody("news.failing", fmt.Sprintf("news did not arrive in seven days: %d given up; %s", lost, some(problems, int64(len(problems)))), "people do not hear of covers, shifts and surveys that concern them",
			"see under People and teams whom it was for; `watchbill serve --check` tries the mail server and Slack")
	}
	return nil
}

// lookAtWebhooks finds programs that are not told any more.
func (d *doctor) lookAtWebhooks(ctx context.Context) error {
	teams := []schedule.ID{0} // those of all teams
	for i := range d.teams {
		teams = append(teams, d.teams[i].ID)
	}
	var off []string
	for _, team := range teams {
		endpoints, err := d.webhooks.Endpoints(ctx, team)
		if err != nil {
			return err
		}
		whose := "all teams"
		if team != 0 {
			whose = d.teamNamed(team)
		}
		for i := range endpoints {
			e := &endpoints[i]
			switch {
			case !e.OffAt.IsZero() && e.OffWhy != "":
				off = append(off, fmt.Sprintf("%s of %s (turned off: %s)", e.Name, whose, e.OffWhy))
			case e.OffAt.IsZero() && !e.FailingSince.IsZero() && d.now.Sub(e.FailingSince) > webhookFails:
				off = append(off, fmt.Sprintf("%s of %s (for %s)", e.Name, whose, d.waited(e.FailingSince)))
			}
		}
	}
	if len(off) > 0 {
		d.somebody("webhook.failing", "programs do not take what they are told: "+some(off, int64(len(off))), "what happens here is not known there",
			"whoever runs the program mends it; the page of the webhook has what it answered, and turns it on again")
	}
	return nil
}

// lookAtPlans finds teams without somebody on call, or soon without a plan.
func (d *doctor) lookAtPlans(ctx context.Context) error {
	until, err := d.plans.PlannedUntil(ctx)
	if err != nil {
		return err
	}
	var open, ending []string
	for i := range d.teams {
		t := &d.teams[i]
		last, planned := until[t.ID]
		if !planned {
			continue
		}
		zone, err := schedule.Zone(t.Zone)
		if err != nil {
			return err
		}
		if last.Before(schedule.DateOf(d.now.In(zone)).AddDays(planEnds)) {
			ending = append(ending, fmt.Sprintf("%s (%v)", t.Name, last))
		}
		issues, err := d.schedule.Issues(ctx, t.ID)
		if err != nil {
			return err
		}
		for k := range issues {
			if issues[k].Kind == schedule.Unfilled {
				open = append(open, fmt.Sprintf("%s (from %s)", t.Name, issues[k].Start.UTC().Format("2006-01-02 15:04 MST")))
				break
			}
		}
	}
	if len(open) > 0 {
		d.somebody("team.gaps", "nobody is on call for part of the plan of "+some(open, int64(len(open))), "a page then reaches nobody", "whoever manages the team finds the gaps under Gaps ahead, and fills them or asks for cover")
	}
	if len(ending) > 0 {
		d.somebody("plan.ends", "the plan ends within two weeks, or has ended, of "+some(ending, int64(len(ending))), "after it nobody is on call", "whoever manages the team publishes the next draft")
	}
	return nil
}

// lookAtFeeds finds calendar links that nobody uses any more.
func (d *doctor) lookAtFeeds(ctx context.Context) error {
	n, first, err := d.plans.QuietFeeds(ctx, d.now.Add(-quietFeed), 5)
	if err != nil || n == 0 {
		return err
	}
	d.worth("feed.quiet", fmt.Sprintf("calendar links that nobody has fetched for 90 days: %d, the first made on %s", n, first[0].CreatedAt.UTC().Format(time.DateOnly)),
		"each opens a calendar to whoever has the link, and a calendar that stopped to fetch shows old shifts", "their owners end them under Account; managers see their team's in its settings")
	return nil
}
