package ui

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// registerPay adds the pages of on-call pay.
func (s *Site) registerPay(e *echo.Group) {
	e.GET("/pay", s.myPay)
	e.GET("/teams/:team/pay", s.teamPay)
	e.GET("/teams/:team/pay/rules", s.payRules)
	e.POST("/teams/:team/pay/rules", s.setPayRules)
	e.POST("/teams/:team/pay/rules/import", s.importPayRules)
	e.GET("/teams/:team/pay/:month", s.payMonth)
	e.POST("/teams/:team/pay/:month/publish", s.publishPay)
}

func payPath(team schedule.ID) string { return fmt.Sprintf("/teams/%d/pay", team) }

// monthText is a month as addresses have it.
func monthText(month schedule.Date) string { return month.String()[:7] }

// ownMonths is how many months the reader's own page goes back.
const ownMonths = 14

// myPay shows a person what they are paid.
func (s *Site) myPay(c echo.Context) error {
	ctx := c.Request().Context()
	w, err := owner(c)
	if err != nil {
		return err
	}
	f, err := s.frame(c, w, "My pay", "home")
	if err != nil {
		return err
	}
	page := MinePay{Frame: f}
	paid, err := s.Health.Store.PaidTeams(ctx, me(w))
	if err != nil {
		return err
	}
	teams, err := s.Schedule.Store.FindTeams(ctx, schedule.Search{Only: append(teamsOf(w), paid...)})
	if err != nil {
		return err
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	for _, team := range teams {
		own, err := s.ownPay(c, team, me(w), f.Now, names)
		if err != nil {
			return err
		}
		if own == nil {
			continue
		}
		if w.Member(int64(team.ID)) {
			own.Team.ID = int64(team.ID)
		}
		page.Paid = append(page.Paid, *own)
	}
	return s.show(c, http.StatusOK, "minepay", page)
}

// ownPay is somebody's own lines in a team; nil where the team pays nothing.
func (s *Site) ownPay(c echo.Context, team schedule.TeamRecord, person schedule.ID, now time.Time, names map[schedule.ID]schedule.Profile) (*OwnPay, error) {
	ctx := c.Request().Context()
	months, err := s.Pay.Months(ctx, team.ID)
	if err != nil || len(months) == 0 {
		return nil, err
	}
	own := &OwnPay{Team: TeamLink{Name: team.Name}, Key: int64(team.ID)}
	for i := range months[:min(len(months), ownMonths)] {
		m := &months[i]
		st, err := s.Pay.Statement(ctx, team.ID, m.Month)
		if err != nil {
			return nil, err
		}
		lines := slices.DeleteFunc(st.Lines, func(l health.PaidLine) bool { return l.Person != person })
		if len(lines) == 0 {
			continue
		}
		zone, err := s.payZone(c, team.ID, m.Month)
		if err != nil {
			return nil, err
		}
		card := PayMonthCard{Month: health.MonthName(m.Month), Sums: sumWords(lines)}
		if st.Published() {
			card.Published = publishedWords(st, names, now.In(zone))
		}
		words := payWords{now: now, zone: zone}
		for k := range lines {
			card.Lines = append(card.Lines, words.row(&lines[k]))
		}
		own.Months = append(own.Months, card)
	}
	return own, nil
}

// publishedWords says when a statement was published, and by whom.
func publishedWords(st *health.Statement, names map[schedule.ID]schedule.Profile, now time.Time) string {
	text := fmt.Sprintf("Statement %d, published %s", st.Number, dayOf(st.At.In(now.Location()), now))
	if st.By != 0 {
		text += " by " + names[st.By].Name
	}
	return text
}

// payZone is the clock that a month is paid on.
func (s *Site) payZone(c echo.Context, team schedule.ID, month schedule.Date) (*time.Location, error) {
	policies, err := s.Health.Store.PayPolicies(c.Request().Context(), team)
	if err != nil || len(policies) == 0 {
		return time.UTC, err
	}
	zone := policies[0].Rules.Zone
	for i := range policies {
		if !policies[i].From.After(month) {
			zone = policies[i].Rules.Zone
		}
	}
	return zone, nil
}

// teamPay lists a team's months.
func (s *Site) teamPay(c echo.Context) error {
	ctx := c.Request().Context()
	f, team, _, err := s.teamFrame(c, "On-call pay", "pay", auth.SeePay)
	if err != nil {
		return err
	}
	page := TeamPay{Frame: f}
	policies, err := s.Health.Store.PayPolicies(ctx, team.ID)
	if err != nil {
		return err
	}
	forgotten, err := s.Pay.Forgotten(ctx, policies)
	if err != nil {
		return err
	}
	for i := range slices.Backward(policies) {
		p := &policies[i]
		words := policyWords(p, f.Now.In(p.Rules.Zone))
		if i+1 < len(policies) && policies[i+1].From == p.From {
			words += " It was replaced by a later version for the same day."
		}
		page.Rules = append(page.Rules, PayPolicyRow{words, pricesNothing(&p.Rules, forgotten[p.ID])})
	}
	page.On = len(policies) > 0
	months, err := s.Pay.Months(ctx, team.ID)
	if err != nil {
		return err
	}
	for i := range months {
		m := &months[i]
		row := PayMonthRow{Month: health.MonthName(m.Month), Path: payPath(team.ID) + "/" + monthText(m.Month), Do: "Look"}
		switch {
		case m.Statement != nil:
			row.State, row.Tone = fmt.Sprintf("published %s", dayOf(m.Statement.At.In(time.UTC), f.Now)), "good"
		case !m.Over:
			row.State = "running"
		case m.Next:
			row.State, row.Tone, row.Do = "to publish", "accent", "Look and publish"
		default:
			row.State = "after the month before"
		}
		page.Months = append(page.Months, row)
	}
	return s.show(c, http.StatusOK, "pay", page)
}

// payMonth shows a month of a team, and notes in people's logs that somebody has looked.
func (s *Site) payMonth(c echo.Context) error {
	ctx := c.Request().Context()
	f, team, w, err := s.teamFrame(c, "On-call pay", "pay", auth.SeePay)
	if err != nil {
		return err
	}
	month, err := health.ParseMonth(c.Param("month"))
	if err != nil {
		return fmt.Errorf("month %q: %w", c.Param("month"), schedule.ErrNotFound)
	}
	st, err := s.Pay.Statement(ctx, team.ID, month)
	if err != nil {
		return err
	}
	months, err := s.Pay.Months(ctx, team.ID)
	if err != nil {
		return err
	}
	zone, err := s.payZone(c, team.ID, month)
	if err != nil {
		return err
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	page := PayMonthPage{
		Frame: f, Month: health.MonthName(month), Base: payPath(team.ID) + "/" + monthText(month), Number: st.Number, Seen: st.Seen, Sums: sumWords(st.Lines), Flags: st.Flags, Clock: zone.String(),
		CSV: fmt.Sprintf("/api/v1/teams/%d/pay/%s/lines.csv", team.ID, monthText(month)),
	}
	page.fill(st, payWords{now: f.Now, zone: zone}, names)
	if err := s.Pay.Looked(ctx, me(w), st); err != nil {
		return err
	}
	at := slices.IndexFunc(months, func(m health.PayMonth) bool { return m.Month == month })
	switch {
	case st.Published():
		page.Published = publishedWords(st, names, f.Now.In(zone))
	case at < 0 || !months[at].Over:
		page.Why = "The month is not over: this is what it comes to by the plan as it is now."
	case !months[at].Next:
		page.Why = "It can be published after the month before."
	default:
		page.CanDo = w.May(auth.SetPay, auth.Team(int64(team.ID)))
	}
	return s.show(c, http.StatusOK, "paymonth", page)
}

// fill puts lines together by person, in the order of their names.
func (page *PayMonthPage) fill(st *health.Statement, words payWords, names map[schedule.ID]schedule.Profile) {
	for i := 0; i < len(st.Lines); {
		k := i
		p := PayPerson{ID: int64(st.Lines[i].Person), Name: names[st.Lines[i].Person].Name}
		for ; k < len(st.Lines) && st.Lines[k].Person == st.Lines[i].Person; k++ {
			p.Rows = append(p.Rows, words.row(&st.Lines[k]))
			if st.Lines[k].Correction {
				page.Mended++
			}
		}
		p.Sums = sumWords(st.Lines[i:k])
		page.People = append(page.People, p)
		i = k
	}
	slices.SortStableFunc(page.People, func(a, b PayPerson) int { return strings.Compare(a.Name, b.Name) })
}

// publishPay freezes a month.
func (s *Site) publishPay(c echo.Context) error {
	_, team, w, err := s.teamFrame(c, "On-call pay", "pay", auth.SetPay)
	if err != nil {
		return err
	}
	month, err := health.ParseMonth(c.Param("month"))
	if err != nil {
		return fmt.Errorf("month %q: %w", c.Param("month"), schedule.ErrNotFound)
	}
	_, err = s.Pay.Publish(c.Request().Context(), me(w), team.ID, month, c.FormValue("seen"))
	return answer(c, err, payPath(team.ID)+"/"+monthText(month), health.MonthName(month)+" is published and stays. What changes from now on is corrected in the next statement.")
}

// payRules shows the form of the rules that hold last.
func (s *Site) payRules(c echo.Context) error {
	f, team, _, err := s.teamFrame(c, "Rules of pay", "pay", auth.SetPay)
	if err != nil {
		return err
	}
	page, err := s.payRulesPage(c, f, team)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "payrules", page)
}

func (s *Site) payRulesPage(c echo.Context, f Frame, team schedule.TeamRecord) (PayRulesPage, error) {
	page := PayRulesPage{Frame: f}
	policies, err := s.Health.Store.PayPolicies(c.Request().Context(), team.ID)
	if err != nil {
		return page, err
	}
	today := schedule.DateOf(f.Now)
	page.From.Value = schedule.Date{Year: today.Year, Month: today.Month, Day: 1}.String()
	if len(policies) == 0 {
		page.Clock.Value, page.Currency.Value, page.Unit.Value, page.Overlap.Value = team.Zone, "EUR", string(health.PerHour), string(health.PayOnce)
		page.Weekly = []PayRuleRow{{}}
	} else {
		policies = health.PayInTurn(policies)
		last := health.PayOn(policies, schedule.Date{Year: today.Year, Month: today.Month, Day: 1})
		if last == nil { // all are still to come
			last = &policies[0]
		}
		page.fill(&last.Rules)
		forgotten, err := s.Pay.Forgotten(c.Request().Context(), policies)
		if err != nil {
			return page, err
		}
		page.tell(forgotten[last.ID], "")
		if page.Text, err = last.PolicyText(); err != nil {
			return page, err
		}
	}
	rotations, _, err := s.Pay.Schedules.Rotations(c.Request().Context(), team.ID, today)
	if err != nil {
		return page, err
	}
	for _, r := range rotations {
		page.Rotations = append(page.Rotations, string(r))
	}
	return page, nil
}

// setPayRules saves the form, or changes its rows without saving.
func (s *Site) setPayRules(c echo.Context) error {
	f, team, w, err := s.teamFrame(c, "Rules of pay", "pay", auth.SetPay)
	if err != nil {
		return err
	}
	page, err := s.payRulesPage(c, f, team)
	if err != nil {
		return err
	}
	page.read(c)
	if do := c.FormValue("do"); do != "" && do != "save" {
		page.change(do)
		return s.show(c, http.StatusOK, "payrules", page)
	}
	policy, err := page.policy()
	if err == nil {
		policy.Team, policy.By = team.ID, me(w)
		err = s.Pay.SetPay(c.Request().Context(), &policy)
	}
	if text, bad := refused(err); bad {
		page.tell(err, text)
		return s.show(c, http.StatusUnprocessableEntity, "payrules", page)
	} else if err != nil {
		return err
	}
	moved := ""
	for i := range page.Once {
		moved += skipped(page.Clock.Value, page.Once[i].From.Value, page.Once[i].Until.Value)
	}
	policies, err := s.Health.Store.PayPolicies(c.Request().Context(), team.ID)
	if err != nil {
		return err
	}
	good := fmt.Sprintf("Saved. They hold from %v on.", policy.From)
	for _, p := range health.PayInTurn(policies) {
		if p.From.After(policy.From) {
			good = fmt.Sprintf("Saved. They hold from %v on, until %v, when other rules begin that are there already.", policy.From, p.From)
			break
		}
	}
	return done(c, payPath(team.ID), "good", readable(good, f.Now)+moved)
}

// importPayRules reads rules as JSON into the form, where they can be looked at and saved.
func (s *Site) importPayRules(c echo.Context) error {
	f, team, _, err := s.teamFrame(c, "Rules of pay", "pay", auth.SetPay)
	if err != nil {
		return err
	}
	page, err := s.payRulesPage(c, f, team)
	if err != nil {
		return err
	}
	page.Text, page.TextOpen = c.FormValue("text"), true
	rules, err := health.ReadPayRules([]byte(page.Text))
	if err != nil {
		for _, one := range unjoined(err) {
			invalid, ok := errors.AsType[*schedule.InvalidError](one)
			if !ok {
				return err
			}
			text := upper(invalid.Reason) + "."
			if invalid.Field != "" {
				text = invalid.Field + ": " + text
			}
			page.TextErrors = append(page.TextErrors, text)
		}
		return s.show(c, http.StatusUnprocessableEntity, "payrules", page)
	}
	page.fill(&rules)
	err = s.Pay.CheckRotations(c.Request().Context(), team.ID, schedule.DateOf(f.Now), &rules)
	if text, bad := refused(err); bad {
		page.tell(err, text)
	} else if err != nil {
		return err
	}
	page.Flash = &Flash{Kind: "info", Text: "Read, and not saved yet: look at the form and save it."}
	return s.show(c, http.StatusOK, "payrules", page)
}
