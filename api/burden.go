package api

import (
	"context"
	"fmt"
	"math"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// A Burden is a team's burden report, with what whoever asks may see of it.
type Burden struct {
	Team    schedule.ID   `json:"team"`
	Zone    string        `json:"zone" doc:"In which weeks begin"`
	From    schedule.Date `json:"from" doc:"A Monday"`
	Until   schedule.Date `json:"until" doc:"Not included"`
	Weeks   int           `json:"weeks"`
	Config  string        `json:"config" doc:"The version of the configuration by which it was measured"`
	Pending bool          `json:"pending" doc:"Something has changed that is about to be measured"`
	Running bool          `json:"running" doc:"The last week is not over"`
	Settled string        `json:"settled,omitempty" doc:"Which of its weeks are never measured again, because pages of them are not kept any more"`
	Purpose string        `json:"purpose" doc:"What it is for, and what it is not"`
	Finding BurdenFinding `json:"finding"`
	People  []BurdenLoad  `json:"people" doc:"Who holds what of the schedule; what pages did to somebody is told to nobody else"`
	Mine    *OwnBurden    `json:"mine,omitempty" doc:"What these weeks were for you"`
	Rest    []RestNeed    `json:"rest_needed" doc:"Who needs rest after the last seven days, for those who manage the team"`
	Pages   *BurdenPages  `json:"pages" doc:"What pages did to the team; null where it is not told"`
	Hidden  string        `json:"hidden,omitempty" doc:"Why pages is null"`
}

// BurdenFinding is what a report comes to.
type BurdenFinding struct {
	Tone   string `json:"tone" enum:",good,warn,bad"`
	Text   string `json:"text"`
	Detail string `json:"detail"`
	Action string `json:"action,omitempty"`
}

// BurdenLoad is what of the schedule somebody held.
type BurdenLoad struct {
	Person     *PersonRef             `json:"person"`
	OnCall     float64                `json:"on_call_hours"`
	Level1     float64                `json:"on_call_hours_l1"`
	Weeks      float64                `json:"oncall_weeks"`
	Points     float64                `json:"standby_points"`
	ByBand     health.ByBand[float64] `json:"standby_points_by_band"`
	PerWeek    *float64               `json:"standby_points_per_week"`
	Fair       float64                `json:"fair_share"`
	Ratio      *float64               `json:"ratio" doc:"Times what is fair; null of whoever is entitled to nothing"`
	ShortRests *int                   `json:"short_rests,omitempty" doc:"Nights with too little rest, for those who answer for it"`
	ShortWeeks *int                   `json:"short_weeks,omitempty"`
}

// RestNeed says that somebody needs rest.
type RestNeed struct {
	Person *PersonRef `json:"person"`
	Nights int        `json:"disrupted_nights_7d"`
}

// OwnBurden is what the weeks were for whoever asks.
type OwnBurden struct {
	OnCallWeeks   float64    `json:"oncall_weeks"`
	OnCall        float64    `json:"on_call_hours"`
	Interruptions int        `json:"interruptions"`
	Wakeups       int        `json:"wakeups"`
	Nights        int        `json:"disrupted_nights"`
	WorstWeek     int        `json:"worst_nights_7d"`
	OffDuty       int        `json:"off_duty_episodes"`
	Engaged       float64    `json:"engaged_hours"`
	AfterHours    float64    `json:"after_hours_engaged_hours"`
	BurdenPoints  float64    `json:"burden_points"`
	Interval      [2]float64 `json:"wakeups_per_ocw_interval95"`
	ShortRests    int        `json:"short_rests"`
	Nights7       int        `json:"disrupted_nights_7d"`
	RestNeeded    bool       `json:"rest_needed"`
	SaidWoken     int        `json:"said_woken" doc:"Pages of which you said that they woke you; wake-ups are counted from when pages rang, whatever was said"`
	SaidAwake     int        `json:"said_not_woken"`
	Weeks         []OwnWeek  `json:"weeks"`
}

// OwnWeek is a week of whoever asks.
type OwnWeek struct {
	Week          schedule.Date `json:"week"`
	OnCall        float64       `json:"on_call_hours"`
	Interruptions int           `json:"interruptions"`
	Wakeups       int           `json:"wakeups"`
	Nights        int           `json:"disrupted_nights"`
	Engaged       float64       `json:"engaged_hours"`
}

// BurdenPages is what pages did to the team.
type BurdenPages struct {
	People        int             `json:"people" doc:"How many people it is about"`
	Limit         int             `json:"limit" doc:"Interruptions a week"`
	WeeksOver     int             `json:"weeks_over_limit"`
	Interruptions health.Rate     `json:"interruptions_per_ocw"`
	Wakeups       health.Rate     `json:"wakeups_per_ocw"`
	Nights        health.Rate     `json:"disrupted_nights_per_night"`
	Trend         *BurdenTrend    `json:"wakeups_trend" doc:"Against as many weeks before; null when those know nothing"`
	Weeks         []BurdenWeek    `json:"weeks"`
	Heat          [7][24]int      `json:"heat" doc:"Interruptions by weekday from Monday on and hour, on the clock of whoever was interrupted"`
	Services      []BurdenOrigin  `json:"services" doc:"Those first that cost most nights"`
	Alerts        []BurdenOrigin  `json:"alerts"`
	Answers       []BurdenAnswers `json:"answers" doc:"By severity; of the team, and never of a person"`
	Incidents     int             `json:"paged_incidents"`
	Tagged        int             `json:"tagged_incidents" doc:"Of which somebody whom they interrupted said whether there was something to do"`
	NoAction      int             `json:"nonactionable_incidents" doc:"Of which somebody said that there was nothing to do"`
	NoActionRate  *float64        `json:"nonactionable_per_ocw" doc:"Per on-call week; of untagged ones nobody knows"`
	TagCoverage   *float64        `json:"tag_coverage" doc:"Tagged among all paged incidents"`
	Engaged       float64         `json:"engaged_hours" doc:"To the hour"`
	AlertShare    float64         `json:"alert_time_share"`
	OffDutyShare  float64         `json:"off_duty_share"`
	QuietWeeks    int             `json:"quiet_weeks" doc:"Without a page outside working hours"`
	Shifts        int             `json:"shifts"`
	QuietShifts   int             `json:"quiet_shifts"`
	Overloaded    float64         `json:"overloaded_block_share"`
	Luck          *BurdenLuck     `json:"page_luck" doc:"Whether the pages fell on people as chance would have it; null with too few of either"`
	Doubts        []BurdenDoubt   `json:"doubts" doc:"What to look at before the figures are relied on"`
	Events        []BurdenEvent   `json:"events"`
}

// BurdenTrend compares two periods.
type BurdenTrend struct {
	Before health.Rate `json:"before"`
	Ratio  *float64    `json:"ratio"`
	Low    *float64    `json:"lo"`
	High   *float64    `json:"hi"`
	Clear  string      `json:"clear" enum:"up,down,no"`
}

// BurdenWeek is a week of the team.
type BurdenWeek struct {
	Week          schedule.Date `json:"week"`
	Interruptions int           `json:"interruptions"`
	Wakeups       int           `json:"wakeups"`
	Incidents     int           `json:"paged_incidents"`
	OnCallWeeks   float64       `json:"oncall_weeks"`
	Quiet         bool          `json:"quiet"`
	Running       bool          `json:"running,omitempty"`
}

// BurdenOrigin is where pages come from, and what there would have been less without it.
type BurdenOrigin struct {
	Service       string `json:"service" doc:"As it came: text of somebody else"`
	Alert         string `json:"alert,omitempty"`
	Incidents     int    `json:"incidents"`
	Wakeups       int    `json:"fewer_wakeups"`
	Nights        int    `json:"fewer_disrupted_nights"`
	Interruptions int    `json:"fewer_interruptions"`
}

// BurdenAnswers is how incidents were answered, to the minute.
type BurdenAnswers struct {
	Severity string   `json:"severity"`
	N        int      `json:"n"`
	Acked    int      `json:"n_acked"`
	Unacked  int      `json:"n_unacked"`
	Ack      *float64 `json:"tta_median_minutes" doc:"Null of fewer than five"`
	Resolved int      `json:"n_resolved_acked"`
	Resolve  *float64 `json:"ttr_median_minutes" doc:"Null of fewer than five"`
	CheckIns int      `json:"check_ins_due" doc:"Incidents that somebody has to say they are on within 5 minutes (SEV0) or 30 (SEV1)"`
	CheckIn  *float64 `json:"checkin_compliance" doc:"The share in which somebody did, to a tenth; null of fewer than five"`
}

// BurdenLuck says whether pages fell as chance would have it.
type BurdenLuck struct {
	P          float64 `json:"p"`
	Method     string  `json:"method"`
	Compatible bool    `json:"compatible_with_luck"`
}

// BurdenDoubt is something to look at.
type BurdenDoubt struct {
	Code     string `json:"code"`
	Evidence string `json:"evidence"`
	Question string `json:"question"`
}

// BurdenEvent is something that a change may come from.
type BurdenEvent struct {
	Date schedule.Date `json:"date"`
	Text string        `json:"text"`
}

type burdenIn struct {
	TeamPath
	From  string `query:"from" doc:"A day of the first of the blocks of four weeks that it is about, like 2026-09-07; the last whole weeks when absent, and of blocks that are not over"`
	Weeks string `query:"weeks" enum:"4,12,24,52" doc:"How many weeks; 12 when absent"`
}

type burdenOut struct{ Body Burden }

// getBurden reports on a team.
func (s *Server) getBurden(ctx context.Context, in *burdenIn) (*burdenOut, error) {
	b, people, err := s.burden(ctx, in)
	if err != nil {
		return nil, err
	}
	return &burdenOut{burdenOf(b, people)}, nil
}

// getBurdenTable reports on a team in rows.
func (s *Server) getBurdenTable(ctx context.Context, in *burdenIn) (*sheetOut, error) {
	b, people, err := s.burden(ctx, in)
	if err != nil {
		return nil, err
	}
	return sheet(fmt.Sprintf("burden-%v-%d-weeks", b.Period.From, b.Period.Weeks), b.Table(people))
}

// burden returns the report that whoever asks may see, and notes whom they looked at.
func (s *Server) burden(ctx context.Context, in *burdenIn) (*health.Burden, map[schedule.ID]string, error) {
	team, w, err := s.team(ctx, auth.SeeBurden, in.Team)
	if err != nil {
		return nil, nil, err
	}
	sight, err := w.Sight(int64(team.ID))
	if err != nil {
		return nil, nil, err
	}
	zone, err := time.LoadLocation(team.Zone)
	if err != nil {
		return nil, nil, err
	}
	today := schedule.DateOf(s.Schedule.Now().In(zone))
	period, err := health.ParsePeriod(in.From, in.Weeks, today)
	if err != nil {
		return nil, nil, err
	}
	b, err := s.Burdens.Burden(ctx, team.ID, period.InBlocks(today), sight)
	if err != nil {
		return nil, nil, err
	}
	ids := map[schedule.ID]bool{}
	for i := range b.People {
		ids[b.People[i].Person] = true
	}
	people, err := names(ctx, s.Schedule.Store, ids)
	return b, people, err
}

// purpose is what a report says of itself.
const purpose = "For scheduling, rest and workload; not for performance review."

func burdenOf(b *health.Burden, people map[schedule.ID]string) Burden {
	f := &b.Finding
	out := Burden{
		Team: b.Team, Zone: b.Zone, From: b.Period.From, Until: b.Period.Until(), Weeks: b.Period.Weeks, Config: b.Config, Pending: b.Pending, Running: b.Running, Settled: b.Settled,
		Purpose: purpose, Finding: BurdenFinding{f.Tone, f.Text, f.Detail, f.Action}, People: []BurdenLoad{}, Rest: []RestNeed{}, Hidden: b.Hidden,
	}
	for i := range b.People {
		l := &b.People[i]
		out.People = append(out.People, BurdenLoad{
			refTo(l.Person, people), l.OnCall, l.Level1, l.Weeks, l.Points, l.ByBand, finite(l.PerWeek), l.Fair, finite(l.Ratio), l.ShortRests, l.ShortWeeks,
		})
	}
	for _, need := range b.Rest {
		out.Rest = append(out.Rest, RestNeed{refTo(need.Person, people), need.Nights})
	}
	if m := b.Mine; m != nil {
		own := OwnBurden{
			m.OnCallWeek, m.OnCallHours, m.Interrupted, m.Wakeups, m.Nights, m.WorstWeek, m.OffDuty, m.Engaged, m.AfterHours, m.BurdenPoints, m.WakeupInterval,
			m.ShortRests, m.Nights7, m.RestNeeded, m.Said.Woken, m.Said.AwakeAnyway, []OwnWeek{},
		}
		for _, w := range m.Weeks {
			own.Weeks = append(own.Weeks, OwnWeek{w.Week, w.OnCallHours, w.Interruptions, w.Wakeups, w.Nights, w.EngagedHours})
		}
		out.Mine = &own
	}
	if b.Told() {
		out.Pages = burdenPagesOf(b)
	}
	return out
}

// finite returns a number, or null where there is none.
func finite(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

func burdenPagesOf(b *health.Burden) *BurdenPages {
	s := &b.Sum
	out := &BurdenPages{
		People: b.About, Limit: b.Limit, WeeksOver: b.Over, Interruptions: b.Interrupt, Wakeups: b.Wake, Nights: b.Broken,
		Weeks: []BurdenWeek{}, Heat: s.Heat, Services: originsOf(b.Services), Alerts: originsOf(b.Alerts), Answers: []BurdenAnswers{},
		Incidents: s.Paged().Incidents, Engaged: math.Round(s.Sum.EngagedHours()), AlertShare: s.AlertShare(), OffDutyShare: s.Sum.OffDutyShare(), QuietWeeks: s.Quiet,
		Shifts: s.Shifts, QuietShifts: s.QuietShifts, Overloaded: s.OverloadedShare(), Doubts: []BurdenDoubt{}, Events: []BurdenEvent{},
	}
	paged := s.Paged()
	out.Tagged, out.NoAction = paged.Tagged, paged.NoAction
	out.NoActionRate, out.TagCoverage = finite(float64(paged.NoAction)/s.Sum.OnCallWeeks()), finite(float64(paged.Tagged)/float64(paged.Incidents))
	if t := &b.Trend; t.Known {
		out.Trend = &BurdenTrend{t.Before, finite(t.Ratio), finite(t.Low), finite(t.High), [...]string{"down", "no", "up"}[t.Clear()+1]}
	}
	for _, w := range b.Weeks {
		out.Weeks = append(out.Weeks, BurdenWeek(w))
	}
	for i := range b.Answers {
		a := &b.Answers[i]
		answers := BurdenAnswers{Severity: a.Severity, N: a.Incidents, Acked: a.Ack.N(), Unacked: a.Unacked, Resolved: a.Resolve.N(), CheckIns: a.CheckInDue}
		if part, ok := a.CheckInShare(); ok {
			answers.CheckIn = &part
		}
		if median, ok := a.Ack.Answer(); ok {
			answers.Ack = finite(health.Minutes(median))
		}
		if median, ok := a.Resolve.Answer(); ok {
			answers.Resolve = finite(health.Minutes(median))
		}
		out.Answers = append(out.Answers, answers)
	}
	if l := b.Luck; l != nil {
		out.Luck = &BurdenLuck{l.P, string(l.Method), l.Compatible()}
	}
	for _, d := range b.Doubts {
		out.Doubts = append(out.Doubts, BurdenDoubt{d.Code, d.Evidence, d.Question})
	}
	for _, e := range b.Events {
		out.Events = append(out.Events, BurdenEvent(e))
	}
	return out
}

func originsOf(all []health.Origin) []BurdenOrigin {
	out := []BurdenOrigin{}
	for _, o := range all {
		out = append(out, BurdenOrigin(o))
	}
	return out
}
