package health

import (
	"math"
	"slices"
	"time"

	"watchbill/schedule"
)

// A scoredPeriod is the score of the weeks before a Monday.
type scoredPeriod struct {
	load, cycle ReportPeriod
	about       int // people who were on call first or were paged
	wave        int
	in          ScoreInput
	doubts      []Doubt
	Score
}

// score scores the weeks before a Monday, with the pulse as it was known at an instant.
func (l *healthLook) score(until schedule.Date, known time.Time) *scoredPeriod {
	p := &scoredPeriod{load: ReportPeriod{until.AddDays(-7 * loadWeeks), loadWeeks}}
	sum := l.sum(p.load)
	tallies := sumPeople(l.weeksOf(p.load))
	report := sum.Report(&l.Config, tallyList(tallies))
	p.in = report.ScoreInput()
	p.about = countTold(tallies)
	breaks := float64(sum.Breaks)
	p.in.RestBreaches = &breaks
	if paged := sum.Paged(); paged.Incidents > 0 && paged.Tagged == 0 {
		p.in.NoAction = nil // nobody has said of any page whether there was something to do
	}
	if !l.heard {
		p.in.unheard()
	}
	l.schedule(p, &sum)
	today := schedule.DateOf(known.In(l.zone))
	items := InTime(l.items, p.cycle.From, p.cycle.Until(), today)
	items.addElsewhere(l.said, p.cycle.From, p.cycle.Until())
	p.in.ToilShare, p.in.TicketAge = toil(l.said, p.cycle.From, p.cycle.Until()), ticketAge(l.said, p.cycle.From, p.cycle.Until())
	if items.Due > 0 {
		n := float64(items.Due)
		p.in.ItemsOnTime, p.in.ActionItems = &items.Share, &n
	}
	straight := l.pulse(p, known)
	l.doubt(p, &sum, tallies, known, straight)
	p.Score = l.Config.Score(&p.in)
	return p
}

// countTold counts the people whom figures are about: whoever was on call first or was paged.
func countTold(tallies map[schedule.ID]*Tally) (n int) {
	for _, t := range tallies {
		if t.Level1 > 0 || t.Notifications > 0 {
			n++
		}
	}
	return n
}

// sum adds up the team's weeks of a period, but not what paged in them.
func (l *healthLook) sum(p ReportPeriod) (sum TeamWeek) {
	for i := range l.weeks {
		if w := l.weeks[i]; !w.Week.Before(p.From) && w.Week.Before(p.Until()) {
			w.Origins = nil
			sum.Add(&w)
		}
	}
	return sum
}

// weeksOf returns everybody's weeks of a period.
func (l *healthLook) weeksOf(p ReportPeriod) []PersonWeek { return weeksIn(l.people, p) }

func tallyList(tallies map[schedule.ID]*Tally) (out []*Tally) {
	for _, id := range sortedIDs(tallies) {
		out = append(out, tallies[id])
	}
	return out
}

// schedule looks at how the schedule lies: over whole cycles of the rota, so far as there
// was one.
func (l *healthLook) schedule(p *scoredPeriod, load *TeamWeek) {
	until := p.load.Until()
	end := until.At(schedule.Midnight, l.zone)
	recent := slices.DeleteFunc(slices.Clone(l.duties), func(s Shift) bool {
		return s.Person == 0 || !s.Start.Before(end) || s.End.Before(end.AddDate(0, 0, -7*watchedWeeks))
	})
	cycle := cycleWeeks(recent)
	p.cycle = wholeCycles(until, cycle)
	weeks := l.weeksOf(p.cycle)
	first, seen := until, map[schedule.Date]bool{}
	for i := range l.people {
		w := &l.people[i]
		if w.OnCall == 0 || !w.Week.Before(until) {
			continue
		}
		if seen[w.Week] = true; w.Week.Before(first) && !w.Week.Before(p.cycle.From) {
			first = w.Week
		}
	}
	if first.After(p.cycle.From) { // there was no rota before
		p.cycle = ReportPeriod{first, until.DaysSince(first) / 7}
	}
	history, length := float64(len(seen)), float64(p.cycle.Weeks)
	p.in.HistoryWeeks = &history
	if p.cycle.Weeks == 0 {
		return
	}
	p.in.ScheduleWeeks, p.in.CycleWeeks = &length, &cycle
	entitled := l.entitled(p.cycle.From, until)
	p.share(sumPeople(weeks), entitled, &l.Config)
	levels := 1
	for _, s := range recent {
		levels = max(levels, s.Level)
	}
	fte := 0.0
	for _, id := range sortedIDs(entitled) { // the sum of floats depends on their order
		fte += entitled[id] / float64(7*p.cycle.Weeks)
	}
	if load.Intended > 0 && fte > 0 {
		coverage := hours(load.Intended) / (load.To.Sub(load.From).Hours())
		ratio := fte / RequiredRota(levels, coverage)
		p.in.RotaSizeRatio = &ratio
	}
}

// wholeCycles returns the least whole cycles of a rota that are a quarter or more, up to a
// year.
func wholeCycles(until schedule.Date, cycle float64) ReportPeriod {
	weeks := scheduleWeeks
	if whole := int(math.Ceil(cycle - 1e-9)); whole > 0 {
		weeks = min(mostCycle, (scheduleWeeks+whole-1)/whole*whole)
	}
	return ReportPeriod{until.AddDays(-7 * weeks), weeks}
}

// share says how evenly the schedule lies, and how much of the time anybody is on call.
func (p *scoredPeriod) share(held map[schedule.ID]*Tally, entitled map[schedule.ID]float64, c *Config) {
	if len(held) == 0 {
		return
	}
	for id, due := range entitled { // who holds nothing counts like everybody else
		if held[id] == nil && due > 0 {
			held[id] = &Tally{}
		}
	}
	var loads, entitlements []float64
	most := 0.0
	for _, id := range sortedIDs(held) {
		t := held[id]
		loads, entitlements = append(loads, t.StandbyPoints(c)), append(entitlements, entitled[id])
		most = math.Max(most, hours(t.OnCall)/(hoursPerWeek*float64(p.cycle.Weeks)))
	}
	if most == 0 {
		return
	}
	fair := Share(loads, entitlements)
	most = math.Min(1, most)
	p.in.MaxOnCallShare, p.in.StandbyCV, p.in.StandbyTop = &most, &fair.CV, &fair.Top
}

// pulse takes the last wave that was published by an instant, and returns whether many
// answered everything alike. One that was not published might as well not have been.
func (l *healthLook) pulse(p *scoredPeriod, at time.Time) bool {
	for i := len(l.waves) - 1; i >= 0; i-- {
		w := &l.waves[i]
		if !w.Published || w.Index == nil || w.closed.After(at) {
			continue
		}
		if at.Sub(w.closed) > pulseWeeks*7*24*time.Hour {
			return false
		}
		p.in.Pulse, p.wave = w.Figures(), w.number
		return w.Straight
	}
	return false
}

// doubt lists what makes the figures doubtful, and lowers confidence for it.
func (l *healthLook) doubt(p *scoredPeriod, sum *TeamWeek, tallies map[schedule.ID]*Tally, known time.Time, straight bool) {
	e := sum.evidence()
	e.addAnswers(sum.Answers)
	e.Unheard = !l.heard
	e.Pulse, e.Straight = p.in.Pulse, straight
	for id, t := range tallies {
		if t.OnCall > 0 {
			e.Members++
			if !l.clocks[id] {
				e.DefaultHours++
			}
		}
	}
	if known.Equal(l.now) {
		e.SilentHours = l.silent
	}
	past := l.sum(p.load.before())
	if past.Sum.Level1 > 0 {
		before, earlier := past.evidence(), p.load.before()
		e.Reports, e.Silenced = amount(l.said, CustomerReports, p.load.From, p.load.Until()), amount(l.said, SilencedHours, p.load.From, p.load.Until())
		before.Reports, before.Silenced = amount(l.said, CustomerReports, earlier.From, earlier.Until()), amount(l.said, SilencedHours, earlier.From, earlier.Until())
		e.Before = &before
	}
	p.doubts = append(sum.Quality.doubts(), e.Doubts()...)
	for _, d := range p.doubts {
		p.in.Flags = append(p.in.Flags, d.Factors...)
	}
}

// addAnswers adds how incidents of all severities were answered.
func (e *Evidence) addAnswers(all map[string]*Answers) {
	for _, a := range all {
		e.Incidents += a.Incidents
		e.Unacked += a.Unacked
		e.Acks += len(a.Ack)
	}
}

// watch compares the wake-ups of the last weeks before a Monday with what was usual before
// them, and notes what else in them may be a reason to ask.
func (l *healthLook) watch(until schedule.Date) (out []WatchedWeek) {
	var counts []WeekCount
	for i := range l.weeks {
		w := &l.weeks[i]
		counts = append(counts, WeekCount{w.Week, w.Sum.Wakeups(), w.Sum.OnCallWeeks()})
	}
	signals := DefaultWarningRules().Watch(counts, l.Config.Priors["wake"])
	from := until.AddDays(-7 * watchedWeeks)
	for i := range signals {
		if signals[i].Week.Before(from) {
			continue
		}
		w := WatchedWeek{WeekSignal: signals[i], WorstNights: l.worstNights(signals[i].Week), RestBreaches: l.weeks[i].Breaks}
		l.decline(&w)
		out = append(out, w)
	}
	return out
}

// worstNights returns the most disrupted nights that one person had in seven days that end
// in a week.
func (l *healthLook) worstNights(week schedule.Date) (worst int) {
	for _, t := range sumPeople(l.weeksOf(ReportPeriod{week.AddDays(-7), 2})) {
		t.Nights = slices.DeleteFunc(t.Nights, func(d schedule.Date) bool { return d.Before(week.AddDays(-6)) })
		if n := len(t.Nights); n > 0 && !t.Nights[n-1].Before(week) {
			worst = max(worst, t.WorstWeek())
		}
	}
	return worst
}

// decline notes whether a wave was published in the week, and whether it is a decline.
func (l *healthLook) decline(w *WatchedWeek) {
	from, to := w.Week.At(schedule.Midnight, l.zone), w.Week.AddDays(7).At(schedule.Midnight, l.zone)
	var figures []PulseFigures
	for i := range l.waves {
		wave := &l.waves[i]
		figures = append(figures, *wave.Figures())
		if wave.closed.Before(from) || !wave.closed.Before(to) || !wave.Published {
			continue
		}
		if w.Published = true; !Declined(figures, &l.Config) {
			continue
		}
		w.Declined, w.Index, w.IndexBefore = true, *figures[i].Index, *figures[i-1].Index
		w.Wave, w.Fell = wave.number, wave.Falls(&l.waves[i-1].PulseResult, wave.questions)
	}
}
