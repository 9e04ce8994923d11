package ui

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// registerOwed adds the pages of time owed.
func (s *Site) registerOwed(e *echo.Group) {
	e.GET("/owed", s.myOwed)
	e.POST("/owed/:team/take", s.takeMine)
	e.POST("/owed/:team/return", s.returnMine)
	e.GET("/teams/:team/owed", s.teamOwed)
	e.POST("/teams/:team/owed/rules", s.setOwedRules)
	e.POST("/teams/:team/owed/take", s.takeForOther)
	e.POST("/teams/:team/owed/:person/decide", s.decideOwed)
	e.POST("/teams/:team/owed/:person/return", s.returnForOther)
}

// myOwed shows a person what they are owed.
func (s *Site) myOwed(c echo.Context) error {
	return s.myOwedPage(c, http.StatusOK, 0, nil)
}

// owedEnding is what whoever is looking loses soon if they do not take it.
func (s *Site) owedEnding(ctx context.Context, w auth.Who, now time.Time) ([]OwedEnding, error) {
	owed, err := s.Health.Store.OwedTeams(ctx, me(w))
	if err != nil || len(owed) == 0 {
		return nil, err
	}
	teams, err := s.Schedule.Store.FindTeams(ctx, schedule.Search{Only: owed})
	if err != nil {
		return nil, err
	}
	var out []OwedEnding
	for _, team := range teams {
		zone, err := time.LoadLocation(team.Zone)
		if err != nil {
			return nil, err
		}
		o, err := s.Health.OwedOf(ctx, health.OwedName{Team: team.ID, Person: me(w)}, zone)
		if err != nil {
			return nil, err
		}
		if say := (&owedWords{now: now, zone: zone}).ending(&o); say != "" {
			out = append(out, OwedEnding{team.Name, say})
		}
	}
	return out, nil
}

// owedWaiting are the teams in which hours wait for whoever is looking to decide about them.
// How many, and whose, stands where the log says who has seen it.
func (s *Site) owedWaiting(ctx context.Context, w auth.Who, teams []TeamLink) ([]TeamLink, error) {
	var ids []schedule.ID
	for _, t := range teams {
		if w.Manager(t.ID) {
			ids = append(ids, schedule.ID(t.ID))
		}
	}
	waiting, err := s.Health.Store.OwedWaiting(ctx, ids, me(w))
	var out []TeamLink
	for _, t := range teams {
		if slices.Contains(waiting, schedule.ID(t.ID)) {
			out = append(out, t)
		}
	}
	return out, err
}

func (s *Site) myOwedPage(c echo.Context, status int, of schedule.ID, put func(*OwedForm)) error {
	ctx := c.Request().Context()
	w, err := owner(c)
	if err != nil {
		return err
	}
	f, err := s.frame(c, w, "Time owed", "home")
	if err != nil {
		return err
	}
	page := MineOwed{Frame: f}
	owed, err := s.Health.Store.OwedTeams(ctx, me(w))
	if err != nil {
		return err
	}
	teams, err := s.Schedule.Store.FindTeams(ctx, schedule.Search{Only: append(teamsOf(w), owed...)})
	if err != nil {
		return err
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	for _, team := range teams {
		zone, err := time.LoadLocation(team.Zone)
		if err != nil {
			return err
		}
		o, err := s.Health.OwedOf(ctx, health.OwedName{Team: team.ID, Person: me(w)}, zone)
		if err != nil {
			return err
		}
		if !o.On && len(o.Entries) == 0 {
			continue
		}
		card := OwedCard{Team: TeamLink{Name: team.Name}, Account: int64(team.ID)}
		if w.Member(int64(team.ID)) {
			card.Team.ID = int64(team.ID)
		}
		card.fill(&o, &owedWords{me: me(w), now: f.Now, zone: zone, names: names})
		if put != nil && of == team.ID {
			put(&card.Form)
		}
		page.Accounts = append(page.Accounts, card)
	}
	return s.show(c, status, "owed", page)
}

// ownAccount reads whose account a form of one's own is about.
func (s *Site) ownAccount(c echo.Context) (o health.OwedOrder, err error) {
	w, err := owner(c)
	if err != nil {
		return o, err
	}
	id, err := param(c, "team")
	if err != nil {
		return o, err
	}
	if err := w.Must(auth.TakeOwed, auth.Person(w.Person, int64(id))); err != nil {
		return o, err
	}
	return s.owedOrder(c, id, me(w), me(w))
}

// owedOrder reads what all forms about an account have.
func (s *Site) owedOrder(c echo.Context, team, person, by schedule.ID) (o health.OwedOrder, err error) {
	t, err := s.Schedule.Store.Team(c.Request().Context(), team)
	if err != nil {
		return o, err
	}
	o = health.OwedOrder{OwedName: health.OwedName{Team: team, Person: person}, By: by, Reason: c.FormValue("reason")}
	seen, _ := strconv.ParseInt(c.FormValue("seen"), 10, 64) // without it nothing is compared
	o.Seen = schedule.ID(max(0, seen))
	if upTo, err := strconv.ParseInt(c.FormValue("upto"), 10, 64); err == nil {
		newest := schedule.ID(upTo)
		o.UpTo = &newest
	}
	o.Zone, err = time.LoadLocation(t.Zone)
	return o, err
}

// howMuch reads how much time a form is about.
func howMuch(c echo.Context) (int64, error) {
	text := c.FormValue("hours")
	minutes, err := health.ParseMinutes(text)
	switch {
	case strings.TrimSpace(text) == "":
		return 0, &schedule.InvalidError{Field: "minutes", Reason: "say how much time, like 7:30, 7.5 or 8 h"}
	case err != nil:
		return 0, &schedule.InvalidError{Field: "minutes", Reason: fmt.Sprintf("“%.30s” is no amount of time; write it like 7:30, 7.5 or 8 h", text)}
	}
	return minutes, nil
}

// takes reads the form that takes time.
func takes(c echo.Context, o health.OwedOrder) (order health.TakeOrder, err error) {
	order.OwedOrder = o
	if order.Minutes, err = howMuch(c); err != nil {
		return order, err
	}
	for field, to := range map[string]*schedule.Date{"first": &order.First, "last": &order.Last} {
		text := c.FormValue(field)
		if text == "" {
			continue
		}
		if *to, err = schedule.ParseDate(text); err != nil {
			return order, &schedule.InvalidError{Field: field, Reason: fmt.Sprintf("%q is no day, like 2026-12-24", text)}
		}
	}
	if !order.First.IsZero() && order.Last.IsZero() {
		order.Last = order.First
	}
	return order, nil
}

// keep puts into a form what was typed and what is wrong.
func (f *OwedForm) keep(c echo.Context, err error, text string) {
	f.Hours.Value, f.First.Value, f.Last.Value, f.Reason.Value, f.Person.Value = c.FormValue("hours"), c.FormValue("first"), c.FormValue("last"), c.FormValue("reason"), c.FormValue("person")
	putError(err, text, map[string]*Field{"minutes": &f.Hours, "first": &f.First, "last": &f.Last, "reason": &f.Reason, "person": &f.Person}, &f.Error)
}

// tookWords says what came of taking time.
func tookWords(order *health.TakeOrder, clashes int) (kind, text string) {
	switch {
	case clashes > 0:
		return "warn", "Booked, and in the time off. " + plural(clashes, "published shift falls", "published shifts fall") + " into it: ask for cover under Time off."
	case !order.First.IsZero():
		return "good", "Booked, and in the time off: the next plan keeps it free."
	}
	return "good", "Put down."
}

func (s *Site) takeMine(c echo.Context) error {
	o, err := s.ownAccount(c)
	if err != nil {
		return err
	}
	order, err := takes(c, o)
	clashes := 0
	if err == nil {
		clashes, err = s.Health.TakeOwed(c.Request().Context(), order)
	}
	if text, bad := refused(err); bad {
		return s.myOwedPage(c, http.StatusUnprocessableEntity, o.Team, func(f *OwedForm) { f.keep(c, err, text) })
	} else if err != nil {
		return err
	}
	kind, text := tookWords(&order, clashes)
	return done(c, "/owed", kind, text)
}

func (s *Site) returnMine(c echo.Context) error {
	o, err := s.ownAccount(c)
	if err != nil {
		return err
	}
	return answer(c, s.giveBack(c, &o), "/owed", "Called off. The days are not in your time off any more, and the time is yours again.")
}

// giveBack gives back what the form names.
func (s *Site) giveBack(c echo.Context, o *health.OwedOrder) error {
	entry, err := strconv.ParseInt(c.FormValue("entry"), 10, 64)
	if err != nil || entry <= 0 {
		return fmt.Errorf("entry %q: %w", c.FormValue("entry"), schedule.ErrNotFound)
	}
	return s.Health.ReturnOwed(c.Request().Context(), *o, schedule.ID(entry))
}

// teamOwed shows those who answer for it what a team's people are owed.
func (s *Site) teamOwed(c echo.Context) error {
	return s.teamOwedPage(c, http.StatusOK, nil)
}

func (s *Site) teamOwedPage(c echo.Context, status int, put func(*TeamOwed)) error {
	ctx := c.Request().Context()
	f, team, w, err := s.teamFrame(c, "Time owed", "owed", auth.SeeOwed)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(team.Zone)
	if err != nil {
		return err
	}
	page := TeamOwed{Frame: f, People: []Option{{Value: "", Label: "Choose …"}}, CSV: fmt.Sprintf("/api/v1/teams/%d/owed.csv", team.ID)}
	all, err := s.Health.OwedIn(ctx, me(w), team.ID, zone)
	if err != nil {
		return err
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	members, err := s.Schedule.Store.Members(ctx, team.ID)
	if err != nil {
		return err
	}
	policies, err := s.Health.Store.OwedPolicies(ctx, team.ID)
	if err != nil {
		return err
	}
	page.fill(all, members, w, &owedWords{now: f.Now, zone: zone, names: names})
	page.Rules.fill(policies, schedule.DateOf(f.Now.In(zone)), f.Now.In(zone))
	page.On = len(policies) > 0
	if put != nil {
		put(&page)
	}
	return s.show(c, status, "owedteam", page)
}

// fill lists a team's people by name: those who were ever owed something, and whoever is
// in the team can be put down time for.
func (page *TeamOwed) fill(all []health.Owed, members []schedule.Membership, w auth.Who, words *owedWords) {
	var waiting, left, ending int64
	in := map[schedule.ID]bool{}
	for _, m := range members {
		in[m.Person] = true
		page.People = append(page.People, Option{Value: itoa(int64(m.Person)), Label: words.names[m.Person].Name})
	}
	for i := range all {
		o := &all[i]
		row := OwedRow{Person: int64(o.Person), Name: words.names[o.Person].Name, Gone: !in[o.Person], Own: !w.May(auth.DecideOwed, auth.Person(int64(o.Person), int64(o.Team)))}
		row.fill(o, words)
		page.Rows = append(page.Rows, row)
		waiting, left, ending = waiting+o.Pending, left+o.Left, ending+o.Ending
		page.Form.Seen = max(page.Form.Seen, int64(o.Last))
		if row.Gone {
			page.People = append(page.People, Option{Value: itoa(row.Person), Label: row.Name})
		}
	}
	slices.SortStableFunc(page.Rows, func(a, b OwedRow) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(page.People, func(a, b Option) int { return strings.Compare(a.Label, b.Label) })
	page.Sums = []Tile{
		{Label: "Waiting for you", Value: health.MinuteWords(waiting), Unit: "of all together", Foot: "Approve or decline it below."},
		{Label: "Can be taken", Value: health.MinuteWords(left), Unit: "of all together", Foot: "Days off that are booked are off it already."},
		{Label: "Ends soon", Value: health.MinuteWords(ending), Unit: "of all together", Foot: "Lost if nobody takes it."},
	}
	page.Lines, page.More = teamLines(all, words)
}

// owedOf reads whose account a form of a manager's is about.
func (s *Site) owedOf(c echo.Context, need auth.Action, person schedule.ID) (health.OwedOrder, error) {
	w, err := who(c)
	if err != nil {
		return health.OwedOrder{}, err
	}
	team, err := param(c, "team")
	if err != nil {
		return health.OwedOrder{}, err
	}
	if err := w.Must(auth.SeeOwed, auth.Team(int64(team))); err != nil {
		return health.OwedOrder{}, err
	}
	if err := w.Must(need, auth.Person(int64(person), int64(team))); err != nil {
		return health.OwedOrder{}, err
	}
	return s.owedOrder(c, team, person, me(w))
}

func owedPath(team schedule.ID) string { return fmt.Sprintf("/teams/%d/owed", team) }

// decideOwed approves or declines what somebody has earned.
func (s *Site) decideOwed(c echo.Context) error {
	person, err := param(c, "person")
	if err != nil {
		return err
	}
	o, err := s.owedOf(c, auth.DecideOwed, person)
	if err != nil {
		return err
	}
	approve := c.FormValue("do") == "approve"
	switch o.Minutes, err = howMuch(c); {
	case err != nil:
	case !approve && c.FormValue("do") != "decline":
		err = &schedule.InvalidError{Reason: "say whether to approve or to decline"}
	default:
		err = s.Health.DecideOwed(c.Request().Context(), o, approve)
	}
	if text, bad := refused(err); bad {
		return s.teamOwedPage(c, http.StatusUnprocessableEntity, func(page *TeamOwed) {
			at := slices.IndexFunc(page.Rows, func(r OwedRow) bool { return r.Person == int64(person) })
			if at < 0 || page.Rows[at].Waiting == "" {
				page.Flash = &Flash{Kind: "bad", Text: text}
				return
			}
			row := &page.Rows[at]
			row.Hours.Value, row.Reason.Value = c.FormValue("hours"), c.FormValue("reason")
			putError(err, text, map[string]*Field{"minutes": &row.Hours, "reason": &row.Reason}, &row.Error)
		})
	} else if err != nil {
		return err
	}
	if approve {
		return done(c, owedPath(o.Team), "good", "Approved. It can be taken from now on.")
	}
	return done(c, owedPath(o.Team), "good", "Declined. The person reads why.")
}

// takeForOther puts down time that somebody has taken.
func (s *Site) takeForOther(c echo.Context) error {
	person, err := strconv.ParseInt(c.FormValue("person"), 10, 64)
	if err != nil || person <= 0 {
		person = 0
	}
	o, err := s.owedOf(c, auth.TakeOwed, schedule.ID(person))
	if err != nil {
		return err
	}
	order, err := takes(c, o)
	clashes := 0
	switch {
	case err != nil:
	case person == 0:
		err = &schedule.InvalidError{Field: "person", Reason: "choose whose time it is"}
	default:
		// More than there is, nobody allows themselves.
		order.Beyond = auth.From(c.Request().Context()).May(auth.DecideOwed, auth.Person(person, int64(o.Team)))
		clashes, err = s.Health.TakeOwed(c.Request().Context(), order)
	}
	if text, bad := refused(err); bad {
		return s.teamOwedPage(c, http.StatusUnprocessableEntity, func(page *TeamOwed) { page.Form.keep(c, err, text) })
	} else if err != nil {
		return err
	}
	kind, text := tookWords(&order, clashes)
	return done(c, owedPath(o.Team), kind, text)
}

func (s *Site) returnForOther(c echo.Context) error {
	person, err := param(c, "person")
	if err != nil {
		return err
	}
	o, err := s.owedOf(c, auth.TakeOwed, person)
	if err != nil {
		return err
	}
	return answer(c, s.giveBack(c, &o), owedPath(o.Team), "Given back. Days off are not in their time off any more.")
}
