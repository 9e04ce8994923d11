package health

import (
	"maps"
	"math"
	"slices"

	"watchbill/schedule"
)

// A PersonReport is what a period was for one person. It is for them; what others may
// see of it is decided elsewhere.
type PersonReport struct {
	OnCallHours    float64         `json:"on_call_hours"`
	Level1Hours    float64         `json:"on_call_hours_l1"`
	Level2Hours    float64         `json:"on_call_hours_l2plus"`
	OnCallByBand   ByBand[float64] `json:"on_call_hours_by_band"`
	StandbyPoints  float64         `json:"standby_points"`
	Notifications  int             `json:"notifications"`
	Volume         int             `json:"volume"`
	Interruptions  ByBand[int]     `json:"interruptions"`
	Interrupted    int             `json:"interruptions_total"`
	Episodes       ByBand[int]     `json:"episodes"`
	Wakeups        int             `json:"wakeups"`
	Nights         int             `json:"disrupted_nights"`
	WorstWeek      int             `json:"worst_nights_7d"`
	OffDuty        int             `json:"off_duty_episodes"`
	Engaged        float64         `json:"engaged_hours_union"`
	EngagedSum     float64         `json:"engaged_hours_sum"`
	EngagedByBand  ByBand[float64] `json:"engaged_hours_by_band"`
	AfterHours     float64         `json:"after_hours_engaged_hours"`
	BurdenPoints   float64         `json:"burden_points"`
	WakeupInterval [2]float64      `json:"wakeups_per_ocw_interval95"`
	Flags          []Flag          `json:"flags"`
}

// Report returns a tally as reports have it.
func (t *Tally) Report(c *Config) PersonReport {
	r := PersonReport{
		OnCallHours: hours(t.OnCall), Level1Hours: hours(t.Level1), Level2Hours: hours(t.Level2),
		OnCallByBand: bandHours(t.Standby), StandbyPoints: t.StandbyPoints(c),
		Notifications: t.Notifications, Volume: t.Volume,
		Interruptions: t.Interruptions, Interrupted: Total(t.Interruptions), Episodes: t.Episodes,
		Wakeups: t.Wakeups(), Nights: len(t.Nights), WorstWeek: t.WorstWeek(), OffDuty: Total(t.OffDuty),
		Engaged: t.EngagedHours(), EngagedSum: hours(t.EngagedSum), EngagedByBand: bandHours(t.Engaged),
		AfterHours: t.AfterHours(), BurdenPoints: t.BurdenPoints(c), Flags: append([]Flag{}, t.Flags...),
	}
	interval := Garwood(t.Wakeups(), t.OnCallWeeks(), 0.95)
	r.WakeupInterval = [2]float64{interval.Low, interval.High}
	return r
}

func bandHours(seconds ByBand[int64]) ByBand[float64] {
	var out ByBand[float64]
	for b, n := range seconds {
		out[b] = hours(n)
	}
	return out
}

// A TeamReport is what a period was for a team.
type TeamReport struct {
	CoveredHours    float64 `json:"covered_hours"`
	PeriodHours     float64 `json:"period_hours"`
	Coverage        float64 `json:"coverage_share"`
	Level1Hours     float64 `json:"l1_hours"`
	OnCallWeeks     float64 `json:"oncall_weeks"`
	PagedIncidents  int     `json:"paged_incidents"`
	IncidentsPer12h float64 `json:"incidents_per_12h"`
	Notifications   int     `json:"notifications"`
	Interruptions   int     `json:"interruptions"`
	Wakeups         int     `json:"wakeups"`
	OffHours        int     `json:"offhours_episodes"`
	AfterHours      float64 `json:"afterhours_engaged_hours"`
	WorstWeek       int     `json:"worst_nights_7d"`
	Blocks          int     `json:"blocks"`
	Overloaded      int     `json:"overloaded_blocks"`
	OverloadedShare float64 `json:"overloaded_block_share"`
	AlertShare      float64 `json:"alert_time_share"`
	Shifts          int     `json:"shifts"`
	QuietShifts     int     `json:"quiet_shifts"`
	NoAction        int     `json:"nonactionable_incidents"`
	NoActionPerWeek float64 `json:"nonactionable_per_ocw"`
	TagCoverage     float64 `json:"tag_coverage"`
	PerIncident     float64 `json:"alerts_per_incident"`
	OffDutyShare    float64 `json:"off_duty_share"`
	// Rates are per on-call week, believed as [Prior.Shrunk] says.
	Rates map[string]Rate `json:"rates"`
}

// Report returns what a period was for a team, given what it was for its people.
func (t *TeamTally) Report(c *Config, people []*Tally) TeamReport {
	var sum Tally
	worst := 0
	for _, p := range people {
		sum.Add(p)
		worst = max(worst, p.WorstWeek())
	}
	period, paged := t.To.Unix()-t.From.Unix(), t.Paged()
	r := TeamReport{
		CoveredHours: hours(t.Covered), PeriodHours: hours(period), Coverage: share(t.Covered, period),
		Level1Hours: hours(sum.Level1), OnCallWeeks: sum.OnCallWeeks(), PagedIncidents: paged.Incidents,
		Notifications: sum.Notifications, Interruptions: Total(sum.Interruptions), Wakeups: sum.Wakeups(),
		OffHours: sum.OffHours(), AfterHours: sum.AfterHours(), WorstWeek: worst,
		Blocks: t.Blocks, Overloaded: t.Overloaded, OverloadedShare: t.OverloadedShare(), AlertShare: t.AlertShare(),
		Shifts: t.Shifts, QuietShifts: t.QuietShifts, NoAction: paged.NoAction,
		TagCoverage: share(paged.Tagged, paged.Incidents), PerIncident: share(sum.Notifications, paged.Incidents),
		OffDutyShare: sum.OffDutyShare(), Rates: map[string]Rate{},
	}
	if sum.Level1 > 0 {
		r.IncidentsPer12h = float64(paged.Incidents) * 12 / hours(sum.Level1)
		r.NoActionPerWeek = float64(paged.NoAction) / r.OnCallWeeks
	}
	for name, count := range map[string]int{"wake": r.Wakeups, "offhours": r.OffHours, "incidents": r.PagedIncidents, "nonactionable": r.NoAction} {
		if prior, ok := c.Priors[name]; ok {
			r.Rates[name] = prior.Shrunk(float64(count), r.OnCallWeeks)
		}
	}
	return r
}

// A ResponseReport is a Response as reports have it; what there is none of is null.
type ResponseReport struct {
	N            int      `json:"n"`
	Acked        int      `json:"n_acked"`
	Unacked      int      `json:"n_unacked"`
	MeanAck      *float64 `json:"mtta_s"`
	MedianAck    *float64 `json:"tta_median_s"`
	P90Ack       *float64 `json:"tta_p90_s"`
	Resolved     int      `json:"n_resolved_acked"`
	MeanResolve  *float64 `json:"mttr_s"`
	MedianSolve  *float64 `json:"ttr_median_s"`
	P90Resolve   *float64 `json:"ttr_p90_s"`
	CheckInShare *float64 `json:"checkin_compliance"`
	Flags        []Flag   `json:"flags"`
}

// Report returns a response as reports have it.
func (r *Response) Report() ResponseReport {
	out := ResponseReport{
		N: r.Incidents, Acked: r.Ack.N(), Unacked: r.Unacked, MeanAck: known(r.Ack.Mean()), MedianAck: known(r.Ack.Median()),
		P90Ack: known(r.Ack.P90()), Resolved: r.Resolve.N(), MeanResolve: known(r.Resolve.Mean()),
		MedianSolve: known(r.Resolve.Median()), P90Resolve: known(r.Resolve.P90()), Flags: append([]Flag{}, r.Flags...),
	}
	out.CheckInShare = known(share(r.CheckIns, r.CheckInDue), r.CheckInDue > 0)
	return out
}

// known returns a number, or nothing where there is none.
func known(x float64, ok bool) *float64 {
	if !ok || math.IsNaN(x) {
		return nil
	}
	return &x
}

// An OpsReport is how incidents went.
type OpsReport struct {
	BySeverity map[string]ResponseReport `json:"by_severity"`
	All        ResponseReport            `json:"all"`
	Incidents  int                       `json:"incidents"`
	Downtime   float64                   `json:"downtime_hours"`
	Between    *float64                  `json:"mtbi_hours"`
	Over       *float64                  `json:"mtbi_lower_bound_hours"` // of no incident at all
}

// Ops returns how incidents went in the stretch of a tally.
func Ops(incidents []Incident, tally *TeamTally) OpsReport {
	out := OpsReport{BySeverity: map[string]ResponseReport{}, Incidents: tally.Incidents, Downtime: hours(tally.Incident)}
	for severity, r := range Responses(incidents, tally.From, tally.To) {
		out.BySeverity[severity] = r.Report()
	}
	all := AllResponses(incidents, tally.From, tally.To)
	out.All = all.Report()
	between, some := tally.BetweenIncidents()
	out.Between, out.Over = known(between, some), known(between, !some)
	return out
}

// A FileReport is what a file says.
type FileReport struct {
	People   map[string]PersonReport `json:"people"`
	Team     TeamReport              `json:"team"`
	Ops      OpsReport               `json:"ops"`
	Fairness FairnessReport          `json:"fairness"`
	Luck     *LuckReport             `json:"page_luck"`
	Input    ScoreInput              `json:"health_input"`
	Health   Score                   `json:"health"`
	Unknown  []string                `json:"unknown_fields,omitempty"` // of the file, so that a misspelt one is seen
}

// A FairnessReport is how evenly the schedule lies, by name. Who is entitled to
// nothing has no ratio.
type FairnessReport struct {
	Fair        map[string]float64  `json:"fair_share"`
	Ratio       map[string]*float64 `json:"ratio"`
	Difference  map[string]float64  `json:"debt"`
	CV          float64             `json:"cv"`
	Gini        float64             `json:"gini"`
	Jain        float64             `json:"jain"`
	Spread      float64             `json:"spread"`
	Top         float64             `json:"top_ratio"`
	PairBalance float64             `json:"grafana_balance"`
}

// Report returns fairness by name.
func (f *Fairness) Report(names []string) FairnessReport {
	out := FairnessReport{
		Fair: map[string]float64{}, Ratio: map[string]*float64{}, Difference: map[string]float64{},
		CV: f.CV, Gini: f.Gini, Jain: f.Jain, Spread: f.Spread, Top: f.Top, PairBalance: f.PairBalance,
	}
	for i, name := range names {
		out.Fair[name], out.Difference[name] = f.Fair[i], f.Difference[i]
		out.Ratio[name] = known(f.Ratio[i], true)
	}
	return out
}

// A LuckReport is page luck by name.
type LuckReport struct {
	Pages      map[string]int     `json:"pages"`
	Expected   map[string]float64 `json:"expected"`
	Chi2       float64            `json:"chi2"`
	Freedom    int                `json:"df"`
	P          float64            `json:"p"`
	Method     LuckMethod         `json:"method"`
	Compatible bool               `json:"compatible_with_luck"`
	Outside    int                `json:"outside"`
}

// Report returns page luck by name.
func (l *Luck) Report(names []string, counts []int) LuckReport {
	out := LuckReport{
		Pages: map[string]int{}, Expected: map[string]float64{}, Chi2: l.Chi2, Freedom: l.Freedom, P: l.P,
		Method: l.Method, Compatible: l.Compatible(), Outside: l.Outside,
	}
	for i, name := range names {
		out.Pages[name], out.Expected[name] = counts[i], l.Expected[i]
	}
	return out
}

// RequiredRota returns how many full-time people a rota needs so that nobody is on call
// for more than a quarter of the time: levels times the share of the week covered,
// divided by that quarter, and five at least.
func RequiredRota(levels int, coverage float64) float64 {
	return math.Max(5, math.Ceil(float64(levels)*coverage/0.25-1e-9))
}

// Report measures the file.
func (f *File) Report() FileReport {
	c := &f.Config
	var records []*Record
	var tallies []*Tally
	pages := byPerson(Distinct(f.Pages)) // sorted once and not for each person
	for i := range f.People {
		r := NewRecord(f.People[i].ID, pages[f.People[i].ID], f.Shifts, f.Incident, c, f.asOf)
		records = append(records, r)
		t := c.Measure(&f.People[i], r, f.Period.From, f.Period.To)
		tallies = append(tallies, &t)
	}
	// Work on what is still open ends when it is looked at; the trouble itself goes on
	// to the end of the period.
	team := NewTeamRecord(records, f.Incident, f.Period.To)
	sum := c.MeasureTeam(team, f.Period.From, f.Period.To)
	out := FileReport{People: map[string]PersonReport{}, Team: sum.Report(c, tallies), Ops: Ops(f.Incident, &sum)}
	names := f.names()
	for i, t := range tallies {
		out.People[names[i]] = t.Report(c)
	}
	fair, most := f.fairness(records)
	out.Fairness = fair.Report(names)
	out.Luck = f.luck(names, tallies)
	out.Input = f.scoreInput(&out, most)
	out.Health = c.Score(&out.Input)
	return out
}

func (f *File) names() []string {
	var out []string
	for _, p := range f.People {
		out = append(out, f.people.list[p.ID-1])
	}
	return out
}

// fairness looks at the schedule's period: how evenly it lies, and the highest share of
// the time that anybody is on call.
func (f *File) fairness(records []*Record) (fair Fairness, most float64) {
	var loads, entitlements []float64
	days := f.Schedule.To.Sub(f.Schedule.From).Hours() / 24
	for i := range f.People {
		p := &f.People[i]
		t := f.Config.Measure(p, records[i], f.Schedule.From, f.Schedule.To)
		eligible := days
		if said := f.doc.person(i).EligibleDays; said != nil {
			eligible = *said
		}
		loads = append(loads, t.StandbyPoints(&f.Config))
		entitlements = append(entitlements, f.doc.person(i).fte()*eligible)
		most = math.Max(most, hours(t.OnCall)/(days*24))
	}
	return Share(loads, entitlements), most
}

// person returns what the file says of a person, by place among the people.
func (d *fileDoc) person(i int) *personDoc {
	if d.Person != nil {
		if i == 0 {
			return d.Person
		}
		i--
	}
	return &d.People[i]
}

// fte returns the full-time equivalent as the file has it, to the last digit: shares of
// schedules are whole thousandths, and a third is none.
func (d *personDoc) fte() float64 {
	if d.FTE == nil {
		return 1
	}
	return *d.FTE
}

// luck compares episodes with first-level hours.
func (f *File) luck(names []string, tallies []*Tally) *LuckReport {
	var counts []int
	var held []float64
	for _, t := range tallies {
		counts = append(counts, Total(t.Episodes))
		held = append(held, hours(t.Level1))
	}
	l, ok := PageLuck(counts, held)
	if !ok {
		return nil
	}
	report := l.Report(names, counts)
	return &report
}

// ScoreInput returns what of a period's sums the score is computed from. Whatever there
// is nothing of is unknown and not zero: without anybody on call no share of that time
// was quiet.
func (r *TeamReport) ScoreInput() ScoreInput {
	count := func(n int) *float64 { return known(float64(n), true) }
	return ScoreInput{
		OnCallWeeks: known(r.OnCallWeeks, true), Wakeups: count(r.Wakeups), WorstWeek: count(r.WorstWeek), OffHours: count(r.OffHours),
		AfterHours: known(r.AfterHours, true), PagedIncidents: count(r.PagedIncidents), NoAction: count(r.NoAction),
		OverloadedShare: known(r.OverloadedShare, r.Blocks > 0), AlertShare: known(r.AlertShare, r.CoveredHours > 0), Flags: []FlagFactor{},
	}
}

// scoreInput returns what the score is computed from.
func (f *File) scoreInput(r *FileReport, most float64) ScoreInput {
	in := r.Team.ScoreInput()
	in.RestBreaches, in.HistoryWeeks = f.doc.RestBreaches, f.doc.HistoryWeeks
	in.ScheduleWeeks = known(f.Schedule.To.Sub(f.Schedule.From).Hours()/hoursPerWeek, true)
	in.MaxOnCallShare, in.StandbyCV, in.StandbyTop = known(most, most > 0), known(r.Fairness.CV, most > 0), known(r.Fairness.Top, most > 0)
	fte, levels := 0.0, 1
	for i := range f.People {
		fte += f.doc.person(i).fte()
	}
	for _, s := range f.Shifts {
		levels = max(levels, s.Level)
	}
	required := RequiredRota(levels, r.Team.Coverage)
	if f.doc.RequiredRota != nil {
		required = *f.doc.RequiredRota
	}
	in.RotaSizeRatio = known(fte/required, true)
	in.CycleWeeks = known(cycleWeeks(f.Shifts), true)
	if f.doc.CycleWeeks != nil {
		in.CycleWeeks = f.doc.CycleWeeks
	}
	f.doc.asked(&in)
	return in
}

// cycleWeeks returns how long the rota takes to come round: everybody who is ever on
// the first level, for as long as a turn on it lasts most often. Who hands over to
// themselves has one turn.
func cycleWeeks(shifts []Shift) float64 {
	held := map[schedule.ID][]span{}
	for _, s := range shifts {
		if s.Level == 1 && s.Person != 0 {
			held[s.Person] = append(held[s.Person], span{s.Start.Unix(), s.End.Unix()})
		}
	}
	turns := map[int64]int{}
	for _, spans := range held {
		for _, s := range merge(spans) {
			turns[s.to-s.from]++
		}
	}
	usual, most := int64(0), 0
	for _, length := range slices.Sorted(maps.Keys(turns)) {
		if turns[length] > most {
			usual, most = length, turns[length]
		}
	}
	// A week with a clock change is still a week.
	return math.Round(float64(len(held))*hours(usual)/hoursPerWeek*14) / 14
}
