package ui

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchbill/api/auth"
	"watchbill/schedule"
	"watchbill/schedule/teamfile"

	"github.com/labstack/echo/v4"
)

// registerRules adds the forms of a team's rules and members.
func (s *Site) registerRules(e *echo.Group) {
	e.GET("/teams/:team/settings/rotations/:rotation", s.editing("Rotation", s.rotation))
	e.POST("/teams/:team/settings/rotations/:rotation", s.editing("Rotation", s.saveRotation))
	e.POST("/teams/:team/settings/rotations/:rotation/remove", s.editing("Rotation", s.removeRotation))
	e.GET("/teams/:team/settings/limits", s.editing(limitsTitle, s.limits))
	e.POST("/teams/:team/settings/limits", s.editing(limitsTitle, s.saveLimits))
	e.POST("/teams/:team/settings/rules/:rules/remove", s.removeRules)
	e.GET("/teams/:team/members/:person", s.member)
	e.POST("/teams/:team/members/:person/changes", s.scheduleMember)
	e.POST("/teams/:team/members/:person/changes/:change/remove", s.unscheduleMember)
	e.POST("/teams/:team/members/:person/terms", s.scheduleTerms)
	e.POST("/teams/:team/members/:person/terms/:terms/remove", s.unscheduleTerms)
}

// A ruleset is the rules that a page shows or a form changes.
type ruleset struct {
	schedule.TeamRules
	all   []schedule.TeamRules
	today schedule.Date
}

// from is the day from which a change of them holds mostly.
func (r *ruleset) from() schedule.Date {
	if r.From.After(r.today) {
		return r.From
	}
	return r.today
}

// ruleset finds the rules that a request names, or those of today.
func (s *Site) ruleset(ctx context.Context, team *schedule.TeamRecord, name string) (r ruleset, err error) {
	zone, err := time.LoadLocation(team.Zone)
	if err != nil {
		return r, err
	}
	r.today = schedule.DateOf(s.Schedule.Now().In(zone))
	if r.all, err = s.Schedule.Store.Rules(ctx, team.ID); err != nil {
		return r, err
	}
	if name == "" {
		r.TeamRules, err = s.Schedule.RulesOn(ctx, team.ID, r.today)
	} else {
		id, _ := strconv.ParseInt(name, 10, 64)
		at := slices.IndexFunc(r.all, func(x schedule.TeamRules) bool { return int64(x.ID) == id })
		if at < 0 {
			return r, fmt.Errorf("rules %q: %w", name, schedule.ErrNotFound)
		}
		r.TeamRules = r.all[at]
	}
	r.Source = teamfile.Named(r.Source, team.Name, team.Zone)
	return r, err
}

// sets lists what holds from when.
func (r *ruleset) sets(zone *time.Location, names map[schedule.ID]schedule.Profile) []RuleSet {
	var out []RuleSet
	now := -1
	for i, x := range r.all {
		if i == 0 || !x.From.After(r.today) {
			now = i
		}
	}
	for i, x := range r.all {
		out = append(out, RuleSet{
			ID: int64(x.ID), From: x.From.At(schedule.Midnight, zone), Now: i == now, Past: i < now, Shown: x.ID == r.ID, Saved: x.CreatedAt, By: names[x.CreatedBy].Name,
			CanDrop: i > 0 && x.From.After(r.today),
		})
	}
	return out
}

// A ruleEdit is a form about rules at work.
type ruleEdit struct {
	frame Frame
	team  schedule.TeamRecord
	who   auth.Who
	rules ruleset
	text  teamfile.RulesText // of what is changed
	base  string
	page  RuleForm
}

// editing makes a handler of what is done with a form about rules. Rules that cannot be
// read are mended as text, so it leads there.
func (s *Site) editing(title string, handle func(c echo.Context, e *ruleEdit) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		e, err := s.ruleEdit(c, title)
		if text, bad := refused(err); bad {
			return done(c, fmt.Sprintf("/teams/%d/settings#rules", e.team.ID), "bad", text)
		} else if err != nil {
			return err
		}
		return handle(c, &e)
	}
}

// ruleEdit begins with the rules that are stored or, for a form that was sent, with
// the text that it was drawn from.
func (s *Site) ruleEdit(c echo.Context, title string) (e ruleEdit, err error) {
	if e.frame, e.team, e.who, err = s.teamFrame(c, title, "team", auth.EditTeam); err != nil {
		return e, err
	}
	if e.rules, err = s.ruleset(c.Request().Context(), &e.team, c.FormValue("rules_id")); err != nil {
		return e, err
	}
	e.base = strings.ReplaceAll(c.FormValue("base"), "\r\n", "\n")
	if e.base == "" || c.Request().Method == http.MethodGet {
		e.base = e.rules.Source
	}
	if e.text, err = teamfile.ReadRules(e.base); err != nil {
		return e, &schedule.InvalidError{Field: "rules", Reason: err.Error()}
	}
	e.page = RuleForm{Frame: e.frame, Base: e.base, RulesID: int64(e.rules.ID), From: Field{Value: e.rules.from().String()}, Days: weekdayOptions}
	if text := c.FormValue("from"); text != "" {
		e.page.From.Value = text
	}
	return e, nil
}

// aProblem is a mistake of a team file with the key it is about.
var aProblem = regexp.MustCompile(`^((?:[a-z_]+(?:\[\d+\])?\.)*)([a-z_]+)(?:\[\d+\])?(?: [^:]*)?: (.*)$`)

// save stores a change of rules, or shows the form again with what is wrong.
func (s *Site) save(c echo.Context, e *ruleEdit, to teamfile.RulesText, fields map[string]*Field, good string) error {
	ctx := c.Request().Context()
	source, err := teamfile.EditRules(e.base, to)
	from, dayErr := schedule.ParseDate(e.page.From.Value)
	if dayErr != nil {
		e.page.From.Error = "Write the day like 2026-12-07."
		return s.show(c, http.StatusUnprocessableEntity, "rules", e.page)
	}
	if err == nil {
		err = s.Schedule.ChangeRules(ctx, me(e.who), e.change(from, source))
	}
	var invalid *schedule.InvalidError
	switch {
	case err == nil:
		return s.ruled(c, fmt.Sprintf("/teams/%d/settings#duties", e.team.ID), e.team.ID, from, good)
	case errors.Is(err, teamfile.ErrKeepText):
		e.page.Error = upper(err.Error()) + "."
	case errors.Is(err, schedule.ErrConflict):
		return s.conflict(c, e, from, source)
	case errors.As(err, &invalid) && invalid.Field == "from":
		e.page.From.Error = upper(invalid.Reason) + "."
	case errors.As(err, &invalid):
		e.page.explain(invalid.Reason, fields)
	default:
		return err
	}
	return s.show(c, http.StatusUnprocessableEntity, "rules", e.page)
}

// ruled says that rules are saved, and from when plans follow them.
func (s *Site) ruled(c echo.Context, to string, team schedule.ID, from schedule.Date, good string) error {
	day := func(d schedule.Date) string { return d.At(schedule.Midnight, time.UTC).Format("2 Jan 2006") }
	plans, err := s.Schedule.Store.Plans(c.Request().Context(), team)
	if err != nil {
		return err
	}
	good += " It holds from " + day(from) + ", for plans that begin then or later."
	if at := slices.IndexFunc(plans, func(p schedule.Plan) bool { return p.From.Before(from) && from.Before(p.Until) }); at >= 0 {
		good += " The published one that runs then, until " + day(plans[at].Until.AddDays(-1)) + ", keeps to the rules of its first day."
	}
	return done(c, to, "good", good)
}

func (e *ruleEdit) change(from schedule.Date, source string) schedule.RulesChange {
	change := schedule.RulesChange{Team: e.team.ID, From: from, Source: source, Base: e.base}
	if e.rules.From.After(e.rules.today) && e.rules.ID != e.rules.all[0].ID {
		change.Moved = e.rules.ID
	}
	// What is stored may have an older name of the team in it.
	if at := slices.IndexFunc(e.rules.all, func(r schedule.TeamRules) bool { return r.ID == e.rules.ID }); at >= 0 && e.rules.Source == e.base {
		change.Base = e.rules.all[at].Source
	}
	return change
}

// explain puts what is wrong beside the fields it is about, and the rest above.
func (p *RuleForm) explain(text string, fields map[string]*Field) {
	for _, bad := range lineErrors(text) {
		m := aProblem.FindStringSubmatch(bad.Text)
		if m != nil && fields[m[1]+m[2]] != nil {
			fields[m[1]+m[2]].Error = upper(m[3]) + "."
			continue
		}
		if m != nil {
			bad.Text = upper(m[3]) + "."
		}
		p.Errors = append(p.Errors, LineError{Text: bad.Text})
	}
}

// removeRules takes rules back that do not hold yet.
func (s *Site) removeRules(c echo.Context) error {
	return s.managed(c, "Taken back. What held before goes on.", func(w auth.Who, team schedule.TeamRecord) error {
		id, err := param(c, "rules")
		if err != nil {
			return err
		}
		return s.Schedule.RemoveRules(c.Request().Context(), me(w), team.ID, id)
	})
}
