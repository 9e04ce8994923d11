package health

import (
	"context"
	"slices"
	"time"

	"watchbill/schedule"
)

// A weekWork measures one week of a team.
type weekWork struct {
	*measuring
	monday  schedule.Date
	touched map[schedule.ID][]span // of the people whose days may have changed; 0 is the team

	edges   []time.Time // midnights of the team, Monday to Monday
	facts   Facts
	shifts  []Shift
	records map[schedule.ID]*Record

	handedOver  []schedule.ID // whose next week begins otherwise than before
	earlierTurn schedule.Date // the Monday before, in which a turn began that reaches into this week
}

// lookBack is how long before a week pages are read too: to know which windows are open
// when it begins, with pages left out as well as with all of them.
const lookBack = 24 * time.Hour

func (w *weekWork) from() time.Time { return w.edges[0] }
func (w *weekWork) to() time.Time   { return w.edges[7] }

// measure measures the days that were touched, and with them the weeks.
func (w *weekWork) measure(ctx context.Context) error {
	for i := range 8 {
		w.edges = append(w.edges, w.monday.AddDays(i).At(schedule.Midnight, w.zone))
	}
	if err := w.read(ctx); err != nil {
		return err
	}
	var weeks []PersonWeek
	for _, id := range sortedIDs(w.touched) {
		if id == 0 {
			continue
		}
		week, err := w.days(ctx, id)
		if err != nil {
			return err
		}
		weeks = append(weeks, week)
	}
	version := w.Config.Version
	if err := w.tx.SavePersonWeeks(ctx, w.state.Team, version, weeks); err != nil {
		return err
	}
	all, err := w.tx.PersonWeeks(ctx, w.state.Team, version, 0, w.monday, w.monday.AddDays(7))
	if err != nil {
		return err
	}
	team := w.team(all)
	return w.tx.SaveTeamWeek(ctx, w.state.Team, version, &team)
}

// read reads what was told of the week, and of what follows as far as turns that begin
// in it reach.
func (w *weekWork) read(ctx context.Context) (err error) {
	from, to := w.from().Add(-lookBack), w.to()
	limit := to.Add(longestTurn)
	if w.shifts, err = w.tx.Duties(ctx, w.state.Team, from, limit); err != nil {
		return err
	}
	for _, s := range w.shifts {
		if s.Person == 0 || s.Level > 1 || !s.Start.Before(w.to()) {
			continue
		}
		if !s.Start.Before(w.from()) {
			to = later(to, earlier(s.End, limit))
			continue
		}
		begun := MondayOf(schedule.DateOf(s.Start.In(w.zone)))
		if w.touches(&s) && (w.earlierTurn.IsZero() || begun.Before(w.earlierTurn)) {
			w.earlierTurn = begun
		}
	}
	w.shifts = slices.DeleteFunc(w.shifts, func(s Shift) bool { return !s.Start.Before(to) })
	if w.facts, err = w.tx.Facts(ctx, w.state.Team, from, to); err != nil {
		return err
	}
	ids := w.everybody()
	if err := w.persons(ctx, ids); err != nil {
		return err
	}
	w.records = make(map[schedule.ID]*Record, len(ids))
	own := byPerson(w.facts.Notices)
	for _, id := range ids {
		w.records[id] = NewRecord(id, own[id], w.shifts, w.facts.Incidents, &w.Config, w.now)
	}
	return nil
}

// byPerson sorts notifications by whom they were for, without changing their order.
func byPerson(all []Notification) map[schedule.ID][]Notification {
	count := map[schedule.ID]int{}
	for i := range all {
		count[all[i].Person]++
	}
	own := make(map[schedule.ID][]Notification, len(count))
	for id, n := range count {
		own[id] = make([]Notification, 0, n)
	}
	for i := range all {
		own[all[i].Person] = append(own[all[i].Person], all[i])
	}
	return own
}

// touches says whether something has changed in the part of a turn that is in the week.
func (w *weekWork) touches(s *Shift) bool {
	from, to := w.from().Unix(), min(s.End.Unix(), w.to().Unix())
	return from < to && len(within(merge(slices.Clone(w.touched[s.Person])), from, to)) > 0
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// everybody returns who was on call, was paged or worked on something, and who was
// before something changed.
func (w *weekWork) everybody() []schedule.ID {
	var ids []schedule.ID
	for _, s := range w.shifts {
		ids = append(ids, s.Person)
	}
	for _, n := range w.facts.Notices {
		ids = append(ids, n.Person)
	}
	for i := range w.facts.Incidents {
		for _, e := range w.facts.Incidents[i].Engagements {
			ids = append(ids, e.Person)
		}
	}
	for id := range w.touched {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) > 0 && ids[0] == 0 {
		ids = ids[1:]
	}
	return ids
}

// days measures the days of somebody that were touched, and adds up their week.
func (w *weekWork) days(ctx context.Context, id schedule.ID) (PersonWeek, error) {
	version := w.Config.Version
	kept, err := w.tx.Days(ctx, w.state.Team, version, id, w.monday.AddDays(-1), w.monday.AddDays(7))
	if err != nil {
		return PersonWeek{}, err
	}
	// The day before comes along for what it hands over; it is never measured here.
	before := w.monday.AddDays(-1).At(schedule.Midnight, w.zone)
	days := append(make([]Day, 0, 8), Day{From: before, To: w.from()})
	for i := range 7 {
		days = append(days, Day{From: w.edges[i], To: w.edges[i+1]})
	}
	for _, k := range kept {
		d := &days[k.Date.DaysSince(w.monday)+1]
		d.Tally, d.Open = k.Tally, k.Open
	}
	spans := merge(slices.Clone(w.touched[id]))
	person, record := w.people[id], w.records[id]
	if w.monday == w.state.KeptFrom && (len(kept) == 0 || !kept[0].Date.Before(w.monday)) {
		// By this configuration the week before was never measured, and will not be.
		days[0] = w.Config.MeasureDay(person, record, before, w.from(), Open{})
	}
	was := slices.Clone(days)
	w.Config.Redo(person, record, days, func(from, to time.Time) bool {
		return !from.Before(w.from()) && from.Before(w.state.Until) && len(within(spans, from.Unix(), to.Unix())) > 0
	})
	var rows []DayRow
	for i := 1; i < len(days); i++ {
		if d := &days[i]; !sameDay(d, &was[i]) {
			rows = append(rows, DayRow{Person: id, Date: w.monday.AddDays(i - 1), Tally: d.Tally, Open: d.Open})
		}
	}
	if err := w.tx.SaveDays(ctx, w.state.Team, version, rows); err != nil {
		return PersonWeek{}, err
	}
	if !days[7].Open.Equal(&was[7].Open) {
		w.handedOver = append(w.handedOver, id)
	}
	week := PersonWeek{Person: id, Week: w.monday, Tally: Sum(days[1:])}
	week.ShortRests, week.ShortWeek = w.rest(person, record)
	return week, nil
}

// sameDay says whether a day is as it was.
func sameDay(a, b *Day) bool {
	if !a.Open.Equal(&b.Open) || !slices.Equal(a.Nights, b.Nights) || !slices.Equal(a.Flags, b.Flags) {
		return false
	}
	return a.Notifications == b.Notifications && a.Volume == b.Volume && a.Interruptions == b.Interruptions && a.Episodes == b.Episodes &&
		a.OffDuty == b.OffDuty && a.Standby == b.Standby && a.OnCall == b.OnCall && a.Level1 == b.Level1 && a.Level2 == b.Level2 &&
		a.Engaged == b.Engaged && a.EngagedSum == b.EngagedSum
}

// rest counts the nights of the week in which work on incidents left too little rest,
// were the next working day begun as ever, and says whether the week had too little.
// What the working hours alone leave is not for this report.
func (w *weekWork) rest(p *Person, r *Record) (nights int, week bool) {
	var engaged []Times
	for _, e := range r.workIn(w.from(), w.to().AddDate(0, 0, 1), w.Config.engagedCap()) {
		engaged = append(engaged, Times{e.Start, e.End})
	}
	if len(engaged) == 0 {
		return 0, false
	}
	hours := p.working(w.monday.AddDays(-1), w.monday.AddDays(9))
	rules := DefaultRestRules()
	with, without := rules.Check(p, slices.Concat(hours, engaged), w.monday, 7), rules.Check(p, hours, w.monday, 7)
	for i := range with.Nights {
		if with.Nights[i].Breach && !without.Nights[i].Breach {
			nights++
		}
	}
	return nights, with.Weeks[0].Breach && !without.Weeks[0].Breach
}

// working returns somebody's working hours from a day until another.
func (p *Person) working(from, until schedule.Date) []Times {
	var out []Times
	for d := from; d.Before(until); d = d.AddDays(1) {
		stay := p.at(d.At(schedule.Noon, time.UTC).Unix())
		if _, holiday := p.Holidays.On(d); holiday || !stay.Business.Days.Has(d.Weekday()) {
			continue
		}
		last := d
		if stay.Business.Until <= stay.Business.From {
			last = d.AddDays(1)
		}
		out = append(out, Times{d.At(stay.Business.From, stay.Zone), last.At(stay.Business.Until, stay.Zone)})
	}
	return out
}

// team adds up the week of the team, given the weeks of its people.
func (w *weekWork) team(people []PersonWeek) TeamWeek {
	records := make([]*Record, 0, len(w.records))
	for _, id := range sortedIDs(w.records) {
		records = append(records, w.records[id])
	}
	from, to := w.from().UTC(), earlier(w.to(), w.state.Until).UTC()
	out := TeamWeek{Week: w.monday, TeamTally: w.Config.MeasureTeam(NewTeamRecord(records, w.ended(), w.now), from, to), Quiet: 1}
	for i := range people {
		p := &people[i]
		tally := p.Tally
		out.Nights += len(tally.Nights)
		tally.Nights = nil
		out.Sum.Add(&tally)
		out.Breaks += p.ShortRests
		if p.ShortWeek {
			out.Breaks++
		}
	}
	if Total(out.Sum.Episodes) > out.Sum.Episodes[schedule.Business] {
		out.Quiet = 0
	}
	var intended []span
	for _, s := range w.shifts {
		if s.Level <= 1 {
			intended = append(intended, span{s.Start.Unix(), s.End.Unix()})
		}
	}
	out.Intended = lengthIn(merge(intended), from.Unix(), to.Unix())
	rings, origins := w.rings()
	out.Heat, out.Origins = heat(rings, &w.Config), origins.weigh(rings, &w.Config)
	out.Answers = map[string]*Answers{}
	for severity, response := range Responses(w.facts.Incidents, from, to) {
		out.Answers[severity] = answersOf(response)
	}
	out.Quality = doubts(w.facts.Incidents, from, to, w.now, w.Config.engagedCap())
	out.Quality.Strangers, out.Quality.Uncovered = in(w.facts.Strangers, from, to), in(w.facts.Uncovered, from, to)
	return out
}

// ended returns the incidents as they count as trouble: who is open for too long is not.
func (w *weekWork) ended() []Incident {
	out := w.facts.Incidents
	forgotten := func(i *Incident) bool { return i.ResolvedAt.IsZero() && i.TriggeredAt.Add(LongestOpen).Before(w.now) }
	for i := range out {
		if !forgotten(&out[i]) {
			continue
		}
		if &out[0] == &w.facts.Incidents[0] {
			out = slices.Clone(out)
		}
		out[i].ResolvedAt = out[i].TriggeredAt.Add(LongestOpen)
	}
	return out
}

// in counts the instants in [from, to).
func in(all []time.Time, from, to time.Time) (n int) {
	for _, t := range all {
		if !t.Before(from) && t.Before(to) {
			n++
		}
	}
	return n
}

// rings returns what rang, by person, and where it came from.
func (w *weekWork) rings() (map[schedule.ID][]ringing, *originList) {
	services := make(map[schedule.ID]string, len(w.facts.Incidents))
	for i := range w.facts.Incidents {
		services[w.facts.Incidents[i].ID] = w.facts.Incidents[i].Service
	}
	out := map[schedule.ID][]ringing{}
	origins := newOriginList(len(w.facts.Incidents))
	for id, record := range w.records {
		person, rings := w.people[id], record.ringsIn(w.from().Add(-lookBack), w.to())
		if len(rings) == 0 {
			continue
		}
		out[id] = make([]ringing, 0, len(rings))
		for i := range rings {
			n := &rings[i]
			counts := !n.At.Before(w.from())
			local := n.At.In(person.Zone(n.At))
			out[id] = append(out[id], ringing{
				at: n.At.UnixNano(), band: person.PageBand(n.At), night: person.Night(n.At), counts: counts,
				weekday: (int(local.Weekday()) + 6) % 7, hour: local.Hour(),
				source: origins.number(services[n.Incident], w.facts.Titles[n.Incident], n.Incident, counts),
			})
		}
	}
	return out, origins
}
