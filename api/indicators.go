package api

import (
	"context"
	"errors"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// Indicators are what people say of a team that no pager tells.
type Indicators struct {
	Kinds     []IndicatorKind  `json:"kinds" doc:"What may be entered"`
	Items     []IndicatorValue `json:"items" doc:"By indicator and period, the last version of each"`
	Retention TeamRetention    `json:"retention" doc:"As of today, from memberships; a value that was entered says more of promotions"`
}

// IndicatorKind is what may be entered.
type IndicatorKind struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Unit    string `json:"unit" enum:"share,days,hours,count,parts"`
	Whole   string `json:"whole,omitempty" doc:"What of is the number of"`
	Meaning string `json:"meaning"`
	Anchor  string `json:"anchor" doc:"What is good and bad, and who says so"`
	Scored  bool   `json:"scored" doc:"Whether it moves the score"`
}

// IndicatorValue is what was said of a period.
type IndicatorValue struct {
	Indicator string             `json:"indicator"`
	Period    string             `json:"period" doc:"A month like 2026-10, or a week like 2026-W44, in the team's zone"`
	From      schedule.Date      `json:"from"`
	Until     schedule.Date      `json:"until" doc:"Not included"`
	Value     *float64           `json:"value" doc:"Null: what was said was withdrawn"`
	Of        *float64           `json:"of" doc:"Of which value is a part; null where it is of nothing"`
	Source    string             `json:"source" enum:"hand,csv,api"`
	Version   int64              `json:"version"`
	At        Instant            `json:"at,omitzero" doc:"Absent where nothing was ever said"`
	By        *PersonRef         `json:"by"`
	ETag      string             `json:"etag" doc:"Of this version, for If-Match"`
	Earlier   []IndicatorEarlier `json:"earlier" doc:"Versions before it, the oldest first"`
}

// IndicatorEarlier is what was said before.
type IndicatorEarlier struct {
	Value  *float64   `json:"value"`
	Of     *float64   `json:"of"`
	Source string     `json:"source" enum:"hand,csv,api"`
	At     Instant    `json:"at,omitzero" doc:"Absent where nothing was ever said"`
	By     *PersonRef `json:"by"`
}

// TeamRetention is how many of those in the rotations a year ago still are, or manage the
// team.
type TeamRetention struct {
	Day    schedule.Date `json:"day"`
	Share  *float64      `json:"share" doc:"Null where hidden says why"`
	Kept   *int          `json:"kept"`
	Then   *int          `json:"then"`
	Hidden string        `json:"hidden,omitempty"`
}

// indicatorOf shows the last of the versions of a value.
func indicatorOf(versions []health.IndicatorValue, people map[schedule.ID]string) (IndicatorValue, error) {
	v := &versions[len(versions)-1]
	tag, err := tagOf([]any{v.Team, v.Name, v.Period.String(), v.Version})
	out := IndicatorValue{
		Indicator: string(v.Name), Period: v.Period.String(), From: v.Period.From, Until: v.Period.Until(), Value: v.Value, Of: wholeOf(v), Source: v.Source,
		Version: v.Version, At: instantOf(v.At), By: refTo(v.By, people), ETag: tag, Earlier: []IndicatorEarlier{},
	}
	for i := range versions[:len(versions)-1] {
		e := &versions[i]
		out.Earlier = append(out.Earlier, IndicatorEarlier{e.Value, wholeOf(e), e.Source, instantOf(e.At), refTo(e.By, people)})
	}
	return out, err
}

func wholeOf(v *health.IndicatorValue) *float64 {
	if v.Whole == 0 {
		return nil
	}
	return &v.Whole
}

type indicatorsIn struct {
	TeamPath
	Months int `query:"months" minimum:"1" maximum:"120" default:"12" doc:"How many months before this one"`
}

type indicatorsOut struct{ Body Indicators }

// listIndicators lists what was said of a team.
func (s *Server) listIndicators(ctx context.Context, in *indicatorsIn) (*indicatorsOut, error) {
	team, _, err := s.team(ctx, auth.SeeBurden, in.Team)
	if err != nil {
		return nil, err
	}
	today, err := s.today(&team)
	if err != nil {
		return nil, err
	}
	all, err := s.Health.TeamIndicators(ctx, team.ID, today, in.Months)
	if err != nil {
		return nil, err
	}
	out := &indicatorsOut{Indicators{Kinds: []IndicatorKind{}, Items: []IndicatorValue{}}}
	for _, k := range health.Indicators() {
		out.Body.Kinds = append(out.Body.Kinds, IndicatorKind{string(k.Name), k.Title, string(k.Unit), k.Whole, k.Meaning, k.Anchor, k.Scored})
	}
	people, err := s.indicatorPeople(ctx, all)
	if err != nil {
		return nil, err
	}
	for len(all) > 0 { // versions of a value stand together
		n := 1
		for n < len(all) && all[n].Name == all[0].Name && all[n].Period == all[0].Period {
			n++
		}
		v, err := indicatorOf(all[:n], people)
		if err != nil {
			return nil, err
		}
		out.Body.Items, all = append(out.Body.Items, v), all[n:]
	}
	r, err := s.Health.TeamRetention(ctx, team.ID, today)
	if err != nil {
		return nil, err
	}
	out.Body.Retention = TeamRetention{Day: r.Day, Hidden: r.Hidden}
	if r.Hidden == "" {
		share := r.Share()
		out.Body.Retention.Share, out.Body.Retention.Kept, out.Body.Retention.Then = &share, &r.Kept, &r.Then
	}
	return out, nil
}

func (s *Server) indicatorPeople(ctx context.Context, all []health.IndicatorValue) (map[schedule.ID]string, error) {
	ids := map[schedule.ID]bool{}
	for i := range all {
		ids[all[i].By] = true
	}
	return names(ctx, s.Schedule.Store, ids)
}

// IndicatorNumber is what is said of a period.
type IndicatorNumber struct {
	Value *float64 `json:"value" doc:"Null withdraws what was said"`
	Of    float64  `json:"of,omitempty" minimum:"0" doc:"Of which it is a part, for units that are parts"`
}

type putIndicatorIn struct {
	TeamPath
	Indicator string `path:"indicator" maxLength:"40"`
	Period    string `path:"period" maxLength:"10" doc:"A month like 2026-10, or a week like 2026-W44"`
	IfMatch
	Body IndicatorNumber
}

type indicatorOut struct {
	Tagged
	Body IndicatorValue
}

// putIndicator says what the value of a period is.
func (s *Server) putIndicator(ctx context.Context, in *putIndicatorIn) (*indicatorOut, error) {
	team, w, err := s.team(ctx, auth.SetIndicators, in.Team)
	if err != nil {
		return nil, err
	}
	today, err := s.today(&team)
	if err != nil {
		return nil, err
	}
	period, ok := health.ParseIndicatorPeriod(in.Period)
	if !ok {
		return nil, invalid("period", "this is no month and no week; write one like 2026-10 or 2026-W44")
	}
	e := health.IndicatorEntry{Name: health.IndicatorName(in.Indicator), Period: period, Value: in.Body.Value, Whole: in.Body.Of}
	if in.IfMatch.IfMatch != "" {
		was, err := s.indicatorAnswer(ctx, team.ID, &e)
		if err != nil {
			return nil, err
		}
		if err := in.check(was.Body.ETag, in.Body, was.Body); err != nil {
			return nil, err
		}
		e.Base = &was.Body.Version
	}
	_, err = s.Health.PutIndicator(ctx, health.Whence{By: me(w), Source: health.IndicatorByAPI, Today: today}, team.ID, e)
	if errors.Is(err, schedule.ErrConflict) && e.Base != nil {
		now, err := s.indicatorAnswer(ctx, team.ID, &e)
		if err != nil {
			return nil, err
		}
		return nil, in.check(now.Body.ETag, in.Body, now.Body)
	}
	if err != nil {
		return nil, err
	}
	return s.indicatorAnswer(ctx, team.ID, &e)
}

// indicatorAnswer shows what is said of a period now; nothing has version 0.
func (s *Server) indicatorAnswer(ctx context.Context, team schedule.ID, e *health.IndicatorEntry) (*indicatorOut, error) {
	all, err := s.Health.Store.Indicators(ctx, team, e.Period.From)
	if err != nil {
		return nil, err
	}
	var versions []health.IndicatorValue
	for i := range all {
		if all[i].Name == e.Name && all[i].Period == e.Period {
			versions = append(versions, all[i])
		}
	}
	if len(versions) == 0 {
		versions = []health.IndicatorValue{{Team: team, Name: e.Name, Period: e.Period, Source: health.IndicatorByAPI}}
	}
	people, err := s.indicatorPeople(ctx, versions)
	if err != nil {
		return nil, err
	}
	v, err := indicatorOf(versions, people)
	return &indicatorOut{Tagged{v.ETag}, v}, err
}

type indicatorTableIn struct {
	TeamPath
	Body IndicatorTable
}

// IndicatorTable is a table of indicators.
type IndicatorTable struct {
	Table  string `json:"table" maxLength:"262144" doc:"CSV with the columns indicator, period, value and of"`
	DryRun bool   `json:"dry_run,omitempty" doc:"Say what would change, and keep nothing"`
}

// IndicatorChanges are what a table changes.
type IndicatorChanges struct {
	Kept    bool              `json:"kept" doc:"False for a dry run, and where a row is wrong: then nothing is"`
	Changes int               `json:"changes" doc:"Values that are not what was said before"`
	Items   []IndicatorChange `json:"items"`
	Errors  []TableProblem    `json:"errors"`
}

// IndicatorChange is what a row says.
type IndicatorChange struct {
	Indicator string   `json:"indicator"`
	Period    string   `json:"period"`
	Value     *float64 `json:"value"`
	Of        *float64 `json:"of"`
	Was       *float64 `json:"was" doc:"Null: nothing was said"`
	WasOf     *float64 `json:"was_of"`
	Changes   bool     `json:"changes"`
}

type indicatorTableOut struct{ Body IndicatorChanges }

// uploadIndicators takes a table over.
func (s *Server) uploadIndicators(ctx context.Context, in *indicatorTableIn) (*indicatorTableOut, error) {
	team, w, err := s.team(ctx, auth.SetIndicators, in.Team)
	if err != nil {
		return nil, err
	}
	today, err := s.today(&team)
	if err != nil {
		return nil, err
	}
	do := s.Health.UploadIndicators
	if in.Body.DryRun {
		do = s.Health.LookAtIndicators
	}
	u, err := do(ctx, health.Whence{By: me(w), Source: health.IndicatorByCSV, Today: today}, team.ID, []byte(in.Body.Table))
	if wrong := (*schedule.InvalidError)(nil); errors.As(err, &wrong) && wrong.Field == "file" {
		return nil, invalid("table", wrong.Reason)
	} else if err != nil {
		return nil, err
	}
	out := &indicatorTableOut{IndicatorChanges{Kept: !in.Body.DryRun && len(u.Errors) == 0, Changes: u.Changes(), Items: []IndicatorChange{}, Errors: problemsOf(u.Errors)}}
	for i := range u.Steps {
		step := &u.Steps[i]
		c := IndicatorChange{Indicator: string(step.Name), Period: step.Period.String(), Value: step.Value, Of: wholeOf(&step.IndicatorValue), Changes: step.Changes()}
		if step.Was != nil {
			c.Was, c.WasOf = step.Was.Value, wholeOf(step.Was)
		}
		out.Body.Items = append(out.Body.Items, c)
	}
	return out, nil
}
