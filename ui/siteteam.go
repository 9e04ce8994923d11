package ui

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"watchbill/api/auth"
	"watchbill/schedule"
	"watchbill/schedule/holiday"
	"watchbill/schedule/teamfile"

	"github.com/labstack/echo/v4"
)

// settings shows a team's members and rules to those who manage it.
func (s *Site) settings(c echo.Context) error {
	f, team, w, err := s.teamFrame(c, "Team settings", "team", auth.EditTeam)
	if err != nil {
		return err
	}
	page, err := s.settingsPage(c.Request().Context(), f, &team, w)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "team", page)
}

func (s *Site) settingsPage(ctx context.Context, f Frame, team *schedule.TeamRecord, w auth.Who) (*Settings, error) {
	page := &Settings{Frame: f, TeamZone: team.Zone, Name: Field{Value: team.Name}, ZoneName: Field{Value: team.Zone}}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	members, err := s.Schedule.Store.Members(ctx, team.ID)
	if err != nil {
		return nil, err
	}
	zone, err := schedule.Zone(team.Zone)
	if err != nil {
		return nil, err
	}
	today := schedule.DateOf(f.Now.In(zone))
	for _, m := range members {
		p := names[m.Person]
		row := Member{
			PersonID: int64(m.Person), Name: p.Name, Email: p.Email, Role: "member", Share: int(m.Share / (schedule.FullTime / 100)),
			Me: m.Person == me(w), Ended: !m.Until.IsZero() && m.Until.Before(today),
		}
		if m.Manager {
			row.Role = "manager"
		}
		if !m.From.IsZero() {
			row.From = m.From.String()
		}
		if !m.Until.IsZero() {
			row.Until = m.Until.String()
		}
		page.Members = append(page.Members, row)
	}
	if err := s.fillRules(ctx, page, team, names); err != nil {
		return nil, err
	}
	if err := page.fillRepay(team, today); err != nil {
		return nil, err
	}
	if page.Imports, err = s.importBox(ctx, 0, team.ID); err != nil {
		return nil, err
	}
	if err := s.putTeamFeeds(ctx, page, team, w); err != nil {
		return nil, err
	}
	return page, s.fillInvitations(ctx, page, team.ID)
}

// fillRules shows the rules that the address names, or those of today, in words and
// as a text.
func (s *Site) fillRules(ctx context.Context, page *Settings, team *schedule.TeamRecord, names map[schedule.ID]schedule.Profile) error {
	base, err := json.Marshal(schedule.TeamRecord{Name: team.Name, Zone: team.Zone, HorizonWeeks: team.HorizonWeeks, FrozenWeeks: team.FrozenWeeks})
	if err != nil {
		return err
	}
	page.TeamBase, page.Horizon.Value, page.Frozen.Value = string(base), itoa(int64(team.HorizonWeeks)), itoa(int64(team.FrozenWeeks))
	name := ""
	if u, err := url.Parse(page.Path); err == nil {
		name = u.Query().Get("rules")
	}
	rules, err := s.ruleset(ctx, team, name)
	if err != nil {
		return err
	}
	page.RulesBase = rules.Source
	page.Rules, page.RulesFrom, page.RulesID = Field{Value: rules.Source}, Field{Value: rules.from().String()}, int64(rules.ID)
	page.RulesSaved, page.RulesSaver = rules.CreatedAt, names[rules.CreatedBy].Name
	// Days are days: they are shown on the reader's clock and must not slip on it.
	reader, err := schedule.Zone(page.Zone)
	if err != nil {
		return err
	}
	page.RuleSets = rules.sets(reader, names)
	text, err := teamfile.ReadRules(rules.Source)
	if err != nil {
		page.TextOnly = true
		return nil
	}
	page.Duties, page.Limits = duties(&text), limitWords(&text)
	return nil
}

// limitWords are limits, points and holidays in words.
func limitWords(t *teamfile.RulesText) []string {
	var out []string
	for _, l := range t.Limits.OnCall {
		out = append(out, "On call at most "+l)
	}
	if t.Limits.Rest != "" {
		out = append(out, "Between two shifts at least "+t.Limits.Rest)
	}
	for _, l := range t.Limits.Weekends {
		out = append(out, "Weekends at most "+l)
	}
	for _, l := range t.Limits.Holidays {
		out = append(out, "Public holidays at most "+l)
	}
	for _, code := range t.Holidays {
		out = append(out, "Holidays of "+holiday.Name(code))
	}
	if p := t.Points; p != (teamfile.PointsText{}) {
		out = append(out, "Points of the team’s own")
	}
	return out
}

// saveRules changes a team's rules from a day on.
func (s *Site) saveRules(c echo.Context) error {
	ctx := c.Request().Context()
	f, team, w, err := s.teamFrame(c, "Team settings", "team", auth.EditTeam)
	if err != nil {
		return err
	}
	edit := ruleEdit{frame: f, team: team, who: w, base: strings.ReplaceAll(c.FormValue("base"), "\r\n", "\n")}
	if edit.rules, err = s.ruleset(ctx, &team, c.FormValue("rules_id")); err != nil {
		return err
	}
	from, err := schedule.ParseDate(c.FormValue("from"))
	if err != nil {
		err = &schedule.InvalidError{Field: "from", Reason: "write the day from which the rules hold like 2026-12-07"}
	}
	if err == nil {
		err = s.Schedule.ChangeRules(ctx, me(w), edit.change(from, c.FormValue("rules")))
	}
	if errors.Is(err, schedule.ErrConflict) {
		return s.conflict(c, &edit, from, strings.ReplaceAll(c.FormValue("rules"), "\r\n", "\n"))
	}
	if err == nil {
		return s.ruled(c, strings.TrimSuffix(c.Request().URL.Path, "/rules"), team.ID, from, "Saved.")
	}
	text, bad := refused(err)
	if !bad {
		return err
	}
	page, err2 := s.settingsPage(ctx, f, &team, w)
	if err2 != nil {
		return err2
	}
	page.Rules.Value, page.RulesFrom.Value, page.RulesID = c.FormValue("rules"), c.FormValue("from"), int64(edit.rules.ID)
	page.RulesBase = edit.base
	var invalid *schedule.InvalidError
	if errors.As(err, &invalid) && invalid.Field == "from" {
		page.RulesFrom.Error = text
	} else {
		page.RuleErrors = lineErrors(text)
	}
	return s.show(c, http.StatusUnprocessableEntity, "team", page)
}
