package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/danielgtaylor/huma/v2"
)

// owedRoutes lists what there is about time owed.
func (s *Server) owedRoutes(a huma.API) {
	get(s, a, "/owed", "get-own-owed", "What time off you are owed, in each team", s.getOwnOwed)
	get(s, a, "/teams/{team}/owed", "list-owed", "What time off a team's people are owed, for those who manage it", s.listOwed)
	get(s, a, "/teams/{team}/owed.csv", "get-owed-table", "The same as a table", s.getOwedTable)
	get(s, a, "/teams/{team}/owed/rules", "list-owed-rules", "By which rules a team's work outside working hours earns time off", s.listOwedRules)
	add(s, a, "/teams/{team}/owed/rules", "set-owed-rules", "Make other rules hold from a Monday on", s.setOwedRules)
	act(s, a, "/teams/{team}/owed/{person}/decisions", "decide-owed", "Approve or decline time that somebody has earned", s.decideOwed)
	add(s, a, "/teams/{team}/owed/{person}/taken", "take-owed", "Take time owed: for days off, or otherwise", s.takeOwed)
	change(s, a, del, "/teams/{team}/owed/{person}/taken/{entry}", "return-owed", "Give back time whose days off have not begun", s.returnOwed)
}

// OwedBalance is what somebody is owed in a team, in minutes.
type OwedBalance struct {
	Person   *PersonRef `json:"person"`
	Waiting  int64      `json:"waiting_minutes" doc:"Neither approved nor declined"`
	Balance  int64      `json:"balance_minutes" doc:"Can be taken; below zero what was taken beyond it"`
	Taken    int64      `json:"taken_minutes"`
	Expired  int64      `json:"expired_minutes"`
	Ending   int64      `json:"ending_minutes" doc:"Is lost soon if it is not taken"`
	EndingAt Instant    `json:"ending_at,omitzero"`
	Seen     int64      `json:"seen" doc:"To send with a decision, which is refused when something has changed since"`
}

func owedBalanceOf(o *health.Owed, people map[schedule.ID]string) OwedBalance {
	return OwedBalance{
		Person: refTo(o.Person, people), Waiting: o.Pending, Balance: o.Balance(), Taken: o.Taken, Expired: o.Expired,
		Ending: o.Ending, EndingAt: instantOf(o.EndsAt), Seen: int64(o.Last),
	}
}

// OwnOwed is what whoever asks is owed in a team.
type OwnOwed struct {
	Team schedule.ID `json:"team"`
	OwedBalance
	On    bool        `json:"on" doc:"Something can be earned now"`
	Lines []OwedEntry `json:"lines" doc:"In order; lines are only ever added"`
}

// OwedEntry is a line of the ledger.
type OwedEntry struct {
	ID      schedule.ID `json:"id"`
	At      Instant     `json:"at"`
	Kind    string      `json:"kind" enum:"earned,approved,declined,taken,returned,expired"`
	Week    string      `json:"week,omitempty" doc:"That earned it, like 2026-W48"`
	Minutes int64       `json:"minutes" doc:"Below zero only for a correction of what was earned"`
	By      *PersonRef  `json:"by,omitempty" doc:"Absent: measuring, or time that has passed"`
	Reason  string      `json:"reason,omitempty"`
	Until   Instant     `json:"until,omitzero" doc:"Of approved time: until when it can be taken; absent is for ever"`
	Of      schedule.ID `json:"of,omitempty" doc:"The line that is returned"`
	First   Day         `json:"first,omitzero" doc:"The days off it was taken for"`
	Last    Day         `json:"last,omitzero" doc:"Included"`
}

type ownOwedOut struct {
	Body struct {
		Items []OwnOwed `json:"items" doc:"By team"`
	}
}

// getOwnOwed says what whoever asks is owed.
func (s *Server) getOwnOwed(ctx context.Context, _ *struct{}) (*ownOwedOut, error) {
	w, err := own(ctx, auth.SeeOwed)
	if err != nil {
		return nil, err
	}
	out := &ownOwedOut{}
	out.Body.Items = []OwnOwed{}
	ids, err := s.Health.Store.OwedTeams(ctx, me(w))
	if err != nil {
		return nil, err
	}
	for team := range w.Teams {
		ids = append(ids, schedule.ID(team))
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		team, zone, err := s.zonedTeam(ctx, id)
		if err != nil {
			return nil, err
		}
		o, err := s.Health.OwedOf(ctx, health.OwedName{Team: team.ID, Person: me(w)}, zone)
		if err != nil {
			return nil, err
		}
		if !o.On && len(o.Entries) == 0 {
			continue
		}
		people := map[schedule.ID]bool{me(w): true}
		for i := range o.Entries {
			people[o.Entries[i].By] = true
		}
		known, err := names(ctx, s.Schedule.Store, people)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, ownOwedOf(&o, known))
	}
	return out, nil
}

func ownOwedOf(o *health.Owed, people map[schedule.ID]string) OwnOwed {
	out := OwnOwed{Team: o.Team, OwedBalance: owedBalanceOf(o, people), On: o.On, Lines: []OwedEntry{}}
	for i := range o.Entries {
		e := &o.Entries[i]
		out.Lines = append(out.Lines, OwedEntry{
			ID: e.ID, At: instantOf(e.At), Kind: string(e.Kind), Week: e.Lot, Minutes: e.Minutes, By: refTo(e.By, people), Reason: e.Reason,
			Until: instantOf(e.Expires), Of: e.Of, First: Day{e.First}, Last: Day{e.Last},
		})
	}
	return out
}

// zonedTeam returns a team with its zone.
func (s *Server) zonedTeam(ctx context.Context, id schedule.ID) (schedule.TeamRecord, *time.Location, error) {
	team, err := s.Schedule.Store.Team(ctx, id)
	if err != nil {
		return team, nil, err
	}
	zone, err := zoneOf(team.Zone)
	return team, zone, err
}

type owedIn struct{ TeamPath }

type owedOut struct {
	Body struct {
		Items []OwedBalance `json:"items" doc:"By person; whoever was ever owed something"`
	}
}

// owedOfTeam returns what a team's people are owed, for those who may see it.
func (s *Server) owedOfTeam(ctx context.Context, id schedule.ID) ([]OwedBalance, error) {
	team, w, err := s.team(ctx, auth.SeeOwed, id)
	if err != nil {
		return nil, err
	}
	zone, err := zoneOf(team.Zone)
	if err != nil {
		return nil, err
	}
	all, err := s.Health.OwedIn(ctx, me(w), team.ID, zone)
	if err != nil {
		return nil, err
	}
	ids := map[schedule.ID]bool{}
	for i := range all {
		ids[all[i].Person] = true
	}
	people, err := names(ctx, s.Schedule.Store, ids)
	out := []OwedBalance{}
	for i := range all {
		out = append(out, owedBalanceOf(&all[i], people))
	}
	return out, err
}

// listOwed lists balances, and not which week earned whom what: that is theirs.
func (s *Server) listOwed(ctx context.Context, in *owedIn) (*owedOut, error) {
	all, err := s.owedOfTeam(ctx, in.Team)
	if err != nil {
		return nil, err
	}
	out := &owedOut{}
	out.Body.Items = all
	return out, nil
}

type sheetOut struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

// sheet writes rows as a file that spreadsheets can read.
func sheet(name string, rows [][]string) (*sheetOut, error) {
	var out bytes.Buffer
	out.WriteString("\ufeff") // spreadsheets take it for another encoding without
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	err := w.WriteAll(rows)
	return &sheetOut{"text/csv; charset=utf-8", fmt.Sprintf(`attachment; filename="%s.csv"`, name), out.Bytes()}, err
}

// getOwedTable lists balances in rows.
func (s *Server) getOwedTable(ctx context.Context, in *owedIn) (*sheetOut, error) {
	all, err := s.owedOfTeam(ctx, in.Team)
	if err != nil {
		return nil, err
	}
	rows := [][]string{{"person id", "person", "balance (minutes)", "waiting (minutes)", "taken (minutes)", "expired (minutes)", "ending soon (minutes)", "ending at"}}
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	for _, b := range all {
		ending := ""
		if !b.EndingAt.IsZero() {
			ending = b.EndingAt.at.UTC().Format(time.RFC3339)
		}
		rows = append(rows, []string{
			number(int64(b.Person.ID)), health.SafeCell(b.Person.Name), number(b.Balance), number(b.Waiting), number(b.Taken), number(b.Expired), number(b.Ending), ending,
		})
	}
	return sheet(fmt.Sprintf("time-owed-%v", schedule.DateOf(s.Schedule.Now())), rows)
}

// OwedRules are by which rules time is earned.
type OwedRules struct {
	From  Day       `json:"from" doc:"A Monday"`
	Off   bool      `json:"off,omitempty" doc:"Nothing is earned any more"`
	Hours OwedHours `json:"hours"`
	Paged bool      `json:"paged,omitempty" doc:"Being paged is a call-out also when nothing is known of work on it"`
	// Whole minutes and days.
	Least      int `json:"least_minutes" minimum:"0" maximum:"1440" doc:"What a call-out earns at least; called again within it is the same call-out"`
	RoundUp    int `json:"round_up_minutes" minimum:"1" maximum:"1440" doc:"To which a week is rounded up"`
	ExpireDays int `json:"expire_days" minimum:"0" maximum:"3660" doc:"How long approved time can be taken; 0 is for ever"`
	WarnDays   int `json:"warn_days" minimum:"0" maximum:"3660"`
}

// OwedHours are hours off for an hour at work.
type OwedHours struct {
	Evening float64 `json:"evening" minimum:"0" maximum:"1000"`
	Weekend float64 `json:"weekend" minimum:"0" maximum:"1000"`
	Holiday float64 `json:"holiday" minimum:"0" maximum:"1000"`
	Sleep   float64 `json:"sleep" minimum:"0" maximum:"1000"`
}

type owedRulesOut struct {
	Body struct {
		Items []OwedRules `json:"items" doc:"By when they begin to hold; of two for one day the later holds"`
	}
}

func owedRulesOf(p *health.OwedPolicy) OwedRules {
	hours := func(b schedule.Band) float64 { return float64(p.Rules.Hours[b]) / float64(schedule.One) }
	return OwedRules{
		From: Day{p.From}, Off: p.Off, Paged: p.Rules.Paged, Hours: OwedHours{hours(schedule.Evening), hours(schedule.WeekendBand), hours(schedule.HolidayBand), hours(schedule.Sleep)},
		Least: int(p.Rules.Least / time.Minute), RoundUp: int(p.Rules.RoundUp / time.Minute), ExpireDays: p.Rules.ExpireDays, WarnDays: p.Rules.WarnDays,
	}
}

// listOwedRules lists rules of time owed; everybody in the team may know them.
func (s *Server) listOwedRules(ctx context.Context, in *owedIn) (*owedRulesOut, error) {
	team, _, err := s.team(ctx, auth.SeeBurden, in.Team)
	if err != nil {
		return nil, err
	}
	policies, err := s.Health.Store.OwedPolicies(ctx, team.ID)
	if err != nil {
		return nil, err
	}
	out := &owedRulesOut{}
	out.Body.Items = []OwedRules{}
	for i := range policies {
		out.Body.Items = append(out.Body.Items, owedRulesOf(&policies[i]))
	}
	return out, nil
}

type setOwedRulesIn struct {
	TeamPath
	Body OwedRules
}

type setOwedRulesOut struct{ Body OwedRules }

// setOwedRules makes rules hold from a Monday on.
func (s *Server) setOwedRules(ctx context.Context, in *setOwedRulesIn) (*setOwedRulesOut, error) {
	team, w, err := s.team(ctx, auth.EditTeam, in.Team)
	if err != nil {
		return nil, err
	}
	zone, err := zoneOf(team.Zone)
	if err != nil {
		return nil, err
	}
	b := &in.Body
	p := health.OwedPolicy{Team: team.ID, From: b.From.date, Off: b.Off, By: me(w), Rules: health.OwedRules{
		Paged: b.Paged, Least: time.Duration(b.Least) * time.Minute, RoundUp: time.Duration(b.RoundUp) * time.Minute, ExpireDays: b.ExpireDays, WarnDays: b.WarnDays,
	}}
	for band, h := range map[schedule.Band]float64{
		schedule.Evening: b.Hours.Evening, schedule.WeekendBand: b.Hours.Weekend, schedule.HolidayBand: b.Hours.Holiday, schedule.Sleep: b.Hours.Sleep,
	} {
		thousandths := math.Round(h * float64(schedule.One))
		if math.Abs(thousandths-h*float64(schedule.One)) > 1e-6 {
			return nil, invalid("hours."+health.BandName(band), "write a number of at most three places, like 1.5")
		}
		p.Rules.Hours[band] = schedule.Weight(thousandths)
	}
	if err := s.Health.SetOwed(ctx, p, zone); err != nil {
		return nil, err
	}
	return &setOwedRulesOut{owedRulesOf(&p)}, nil
}

// An OwedPath names somebody's account.
type OwedPath struct {
	TeamPath
	PersonPath
}

// owedOrder says whose account a call is about, for those who may.
func (s *Server) owedOrder(ctx context.Context, need auth.Action, in *OwedPath) (o health.OwedOrder, err error) {
	w := auth.From(ctx)
	person := in.id(w)
	if err := w.Must(need, auth.Person(int64(person), int64(in.Team))); err != nil {
		return o, err
	}
	team, zone, err := s.zonedTeam(ctx, in.Team)
	return health.OwedOrder{OwedName: health.OwedName{Team: team.ID, Person: person}, By: me(w), Zone: zone}, err
}

type decideOwedIn struct {
	OwedPath
	Body struct {
		Approve bool   `json:"approve" doc:"Otherwise it is declined"`
		Minutes int64  `json:"minutes" minimum:"1" doc:"Of what waits; what was earned first is decided first"`
		Reason  string `json:"reason,omitempty" maxLength:"500" doc:"Needed to decline; the person reads it"`
		Seen    int64  `json:"seen,omitempty" minimum:"1" doc:"As it stood in the balance"`
	}
}

// decideOwed approves or declines time.
func (s *Server) decideOwed(ctx context.Context, in *decideOwedIn) (*struct{}, error) {
	o, err := s.owedOrder(ctx, auth.DecideOwed, &in.OwedPath)
	if err != nil {
		return nil, err
	}
	o.Minutes, o.Reason, o.Seen = in.Body.Minutes, in.Body.Reason, schedule.ID(in.Body.Seen)
	return nil, s.Health.DecideOwed(ctx, o, in.Body.Approve)
}

type takeOwedIn struct {
	OwedPath
	Body struct {
		Minutes int64  `json:"minutes" minimum:"1"`
		First   Day    `json:"first,omitzero" doc:"The first day off; it becomes an absence"`
		Last    Day    `json:"last,omitzero" doc:"Included; the first when absent"`
		Reason  string `json:"reason,omitempty" maxLength:"500" doc:"Needed without days, and for more than can be taken, which whoever manages the team may allow"`
		Seen    int64  `json:"seen,omitempty" minimum:"1" doc:"As it stood in the balance"`
	}
}

type takeOwedOut struct {
	Body struct {
		Clashes int `json:"clashes" doc:"Published shifts in the days off: ask for cover"`
	}
}

// takeOwed takes time.
func (s *Server) takeOwed(ctx context.Context, in *takeOwedIn) (*takeOwedOut, error) {
	o, err := s.owedOrder(ctx, auth.TakeOwed, &in.OwedPath)
	if err != nil {
		return nil, err
	}
	o.Minutes, o.Reason, o.Seen = in.Body.Minutes, in.Body.Reason, schedule.ID(in.Body.Seen)
	order := health.TakeOrder{OwedOrder: o, First: in.Body.First.date, Last: in.Body.Last.date}
	if order.Last.IsZero() {
		order.Last = order.First
	}
	order.Beyond = auth.From(ctx).May(auth.DecideOwed, auth.Person(int64(o.Person), int64(o.Team)))
	out := &takeOwedOut{}
	out.Body.Clashes, err = s.Health.TakeOwed(ctx, order)
	return out, err
}

type returnOwedIn struct {
	OwedPath
	Entry schedule.ID `path:"entry" minimum:"1"`
}

// returnOwed gives time back.
func (s *Server) returnOwed(ctx context.Context, in *returnOwedIn) (*struct{}, error) {
	o, err := s.owedOrder(ctx, auth.TakeOwed, &in.OwedPath)
	if err != nil {
		return nil, err
	}
	return nil, s.Health.ReturnOwed(ctx, o, in.Entry)
}
