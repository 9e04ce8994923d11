package ui

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// registerItems adds the pages of what teams want to do, and of what they say that no
// pager tells.
func (s *Site) registerItems(e *echo.Group) {
	e.GET("/teams/:team/items", s.items)
	e.POST("/teams/:team/items", s.addItem)
	e.GET("/teams/:team/items/:item", s.item)
	e.POST("/teams/:team/items/:item", s.changeItem)
	e.POST("/teams/:team/items/:item/close", s.closeItem)
	e.GET("/teams/:team/indicators", s.indicators)
	e.POST("/teams/:team/indicators", s.putIndicator)
	e.POST("/teams/:team/indicators/table", s.putIndicators)
}

// shareWeeks is over how many weeks it is said what was done on time.
const shareWeeks = 12

// mostItems is how many items a list shows.
const mostItems = 200

// An itemDesk is what pages about items need to know of a team.
type itemDesk struct {
	frame   Frame
	team    schedule.TeamRecord
	who     auth.Who
	today   schedule.Date // on the team's calendar
	people  map[schedule.ID]string
	members map[schedule.ID]bool
	edit    bool
	answers bool // sees what was asked about the team
}

// desk looks at who asks about a team's items.
func (s *Site) desk(c echo.Context, title string, need auth.Action) (*itemDesk, error) {
	f, team, w, err := s.teamFrame(c, title, "burden", need)
	if err != nil {
		return nil, err
	}
	ctx := c.Request().Context()
	d := &itemDesk{frame: f, team: team, who: w, edit: w.May(auth.Improve, auth.Team(int64(team.ID))), answers: w.May(auth.AnswerWarnings, auth.Team(int64(team.ID)))}
	zone, err := schedule.Zone(team.Zone)
	if err != nil {
		return nil, err
	}
	d.today = schedule.DateOf(s.Schedule.Now().In(zone))
	if d.people, err = s.called(ctx); err != nil {
		return nil, err
	}
	d.members, err = s.present(ctx, team.ID, d.today)
	return d, err
}

// present returns who is in a team on a day, or will be, and has not left altogether.
func (s *Site) present(ctx context.Context, team schedule.ID, today schedule.Date) (map[schedule.ID]bool, error) {
	people, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	members, err := s.Schedule.Store.Members(ctx, team)
	out := map[schedule.ID]bool{}
	for i := range members {
		if m := &members[i]; people[m.Person].DeactivatedAt.IsZero() && (m.Until.IsZero() || !m.Until.Before(today)) {
			out[m.Person] = true
		}
	}
	return out, err
}

// owners are whom an item may be given to, by name; one that has left stays a choice.
func (d *itemDesk) owners(also schedule.ID) []Option {
	var out []Option
	for id := range d.members {
		out = append(out, Option{itoa(int64(id)), d.people[id]})
	}
	if also != 0 && !d.members[also] {
		name := d.people[also]
		if name == "" {
			name = "Somebody"
		}
		out = append(out, Option{itoa(int64(also)), name + " (has left the team)"})
	}
	slices.SortFunc(out, func(a, b Option) int { return strings.Compare(a.Label, b.Label) })
	return append([]Option{{"", "Nobody yet"}}, out...)
}

// items lists what a team wants to do.
func (s *Site) items(c echo.Context) error {
	d, err := s.desk(c, "Action items", auth.SeeBurden)
	if err != nil {
		return err
	}
	q := c.QueryParam
	form := d.form(&health.Item{ItemText: health.ItemText{Title: itemTitle(q("service"), q("alert")), Service: q("service"), Alert: q("alert")}})
	form.Page, form.Review = q("page"), q("week")
	if d.answers {
		form.Warning = q("warning")
	}
	page, err := s.itemsPage(c.Request().Context(), d, c.QueryParams(), form)
	if err != nil {
		return err
	}
	page.Open = page.Edit && (q("new") != "" || q("service") != "")
	return s.show(c, http.StatusOK, "items", page)
}

// itemTitle is what an item about an alert is called, until somebody calls it otherwise.
func itemTitle(service, alert string) string {
	const most = 150
	name := strings.Join(strings.Fields(alert), " ")
	if name == "" {
		name = strings.Join(strings.Fields(service), " ")
	}
	if name == "" {
		return ""
	}
	if runes := []rune(name); len(runes) > most {
		name = string(runes[:most]) + "…"
	}
	return "Fix: " + name
}

// itemsPage is the list of those that are asked for.
func (s *Site) itemsPage(ctx context.Context, d *itemDesk, q url.Values, form ItemForm) (*Items, error) {
	page := &Items{Frame: d.frame, New: form, Edit: d.edit}
	all, err := s.Health.Store.Items(ctx, health.ItemFilter{Team: d.team.ID})
	if err != nil {
		return nil, err
	}
	if page.New.Services, page.New.Alerts, err = s.paged(ctx, d); err != nil {
		return nil, err
	}
	page.Any = len(all) > 0
	page.States = []Option{{"", "Open"}, {"done", "Done"}, {"dropped", "Dropped"}, {"all", "All"}}
	page.Orders = []Option{{"", "Worth most first"}, {"due", "Due first"}, {"age", "Newest first"}}
	page.Owners = append([]Option{{"", "Everybody"}, {"me", "Me"}, {"none", "Nobody"}}, d.owners(0)[1:]...)
	page.State, page.Owner, page.Order = chosen(q.Get("state"), page.States), chosen(q.Get("owner"), page.Owners), chosen(q.Get("sort"), page.Orders)
	page.Filtered = page.State.Value != "" || page.Owner.Value != ""
	page.summarise(all, d.today)
	page.Share = shareTile(health.InTime(all, d.today.AddDays(-7*shareWeeks), d.today.AddDays(1), d.today), shareWeeks)
	list := slices.DeleteFunc(slices.Clone(all), func(i health.Item) bool { return !page.wants(&i, me(d.who)) })
	health.SortItems(list, health.ItemOrder(page.Order.Value), d.today)
	if state := page.State.Value; state == "done" || state == "dropped" {
		slices.SortStableFunc(list, func(a, b health.Item) int { return b.DoneAt.Compare(a.DoneAt) })
	}
	page.More = max(0, len(list)-mostItems)
	for i := range list[:len(list)-page.More] {
		page.List = append(page.List, itemRow(&list[i], d.people, d.members, d.today, me(d.who)))
	}
	return page, nil
}

// chosen is what was chosen of a list; the first of it for anything else.
func chosen(value string, of []Option) Field {
	if slices.ContainsFunc(of, func(o Option) bool { return o.Value == value }) {
		return Field{Value: value}
	}
	return Field{}
}

// wants says whether an item is asked for.
func (p *Items) wants(i *health.Item, reader schedule.ID) bool {
	switch p.State.Value {
	case "":
		if !i.Open() {
			return false
		}
	case "done", "dropped":
		if string(i.State) != p.State.Value {
			return false
		}
	}
	switch p.Owner.Value {
	case "":
		return true
	case "me":
		return i.Owner == reader
	case "none":
		return i.Owner == 0
	}
	return itoa(int64(i.Owner)) == p.Owner.Value
}

// summarise says what the list comes to.
func (p *Items) summarise(all []health.Item, today schedule.Date) {
	open, late, nobody, soon := 0, 0, 0, 0
	for k := range all {
		i := &all[k]
		if !i.Open() {
			continue
		}
		open++
		if i.Overdue(today) {
			late++
		} else if !i.Due.IsZero() && i.Due.DaysSince(today) <= 7 {
			soon++
		}
		if i.Owner == 0 {
			nobody++
		}
	}
	switch {
	case open == 0 && len(all) == 0:
		p.Say, p.Detail = "Nothing is noted yet.", "What costs nights is in the burden report; note here what is to be done about it."
		return
	case open == 0:
		p.Say, p.Detail, p.Tone = "Everything that was noted is dealt with.", "What fires most is in the burden report.", "good"
		return
	case late > 0:
		verb := "are"
		if late == 1 {
			verb = "is"
		}
		p.Say, p.Tone = fmt.Sprintf("%d of %d open items %s overdue.", late, open, verb), "warn"
		if open == 1 {
			p.Say = "The one open item is overdue."
		}
	case soon > 0:
		p.Say, p.Tone = fmt.Sprintf("%s due within a week; nothing is overdue.", upper(plural(soon, "item is", "items are"))), "good"
	default:
		p.Say, p.Tone = upper(plural(open, "item is", "items are"))+" open; nothing is overdue.", "good"
	}
	if nobody > 0 {
		p.Detail = upper(plural(nobody, "item has", "items have")) + " nobody who looks after it."
	}
}

// paged suggests services and alerts that fired in the last weeks.
func (s *Site) paged(ctx context.Context, d *itemDesk) (services, alerts []string, err error) {
	now := s.Schedule.Now()
	pages, err := s.Health.Store.PagesOf(ctx, health.PageFilter{Team: d.team.ID, From: now.AddDate(0, 0, -7*shareWeeks), To: now, Most: 300})
	for i := range pages {
		services, alerts = append(services, pages[i].Service), append(alerts, pages[i].Title)
	}
	for _, list := range []*[]string{&services, &alerts} {
		*list = slices.DeleteFunc(*list, func(s string) bool { return s == "" })
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return services, alerts, err
}

// form shows an item's text for it to be changed.
func (d *itemDesk) form(i *health.Item) ItemForm {
	level := func(l health.Level) Field {
		if l == 0 {
			return Field{}
		}
		return Field{Value: strconv.Itoa(int(l))}
	}
	f := ItemForm{
		Kind: Field{Value: string(i.Kind)}, Title: Field{Value: i.Title}, Why: Field{Value: i.Why}, Link: Field{Value: i.Link}, Service: Field{Value: i.Service}, Alert: Field{Value: i.Alert},
		Value: level(i.Value), Effort: level(i.Effort), Blockers: Field{Value: i.Blockers}, Risk: Field{Value: i.Risk}, Base: i.Version,
		Kinds: []Option{{"action", "Action: something to do"}, {"concern", "Concern: something that worries us"}}, Owners: d.owners(i.Owner), Levels: levelOptions(),
	}
	if i.Owner != 0 {
		f.Owner.Value = itoa(int64(i.Owner))
	}
	if !i.Due.IsZero() {
		f.Due.Value = i.Due.String()
	}
	f.More = i.Link != "" || i.Service != "" || i.Blockers != "" || i.Risk != ""
	return f
}

// typed is what was typed into a form, whatever it is.
func (d *itemDesk) typed(c echo.Context) ItemForm {
	f := d.form(&health.Item{})
	for name, field := range f.fields() {
		field.Value = c.FormValue(name)
	}
	f.Page, f.Review, f.Warning, f.More = c.FormValue("page"), c.FormValue("review"), c.FormValue("warning"), true
	f.Base, _ = strconv.ParseInt(c.FormValue("base"), 10, 64) // what is no version is none
	return f
}

func (f *ItemForm) fields() map[string]*Field {
	return map[string]*Field{
		"kind": &f.Kind, "title": &f.Title, "why": &f.Why, "link": &f.Link, "service": &f.Service, "alert": &f.Alert, "owner": &f.Owner, "due": &f.Due,
		"value": &f.Value, "effort": &f.Effort, "blockers": &f.Blockers, "risk": &f.Risk,
	}
}

// text reads what was typed.
func (f *ItemForm) text() (t health.ItemText, err error) {
	t = health.ItemText{
		Kind: health.ItemKind(f.Kind.Value), Title: f.Title.Value, Why: f.Why.Value, Link: f.Link.Value, Service: f.Service.Value, Alert: f.Alert.Value,
		Blockers: f.Blockers.Value, Risk: f.Risk.Value,
	}
	number := func(field, text, reason string) (n int64) {
		if text == "" || err != nil {
			return 0
		}
		n, bad := strconv.ParseInt(text, 10, 64)
		if bad != nil || n <= 0 {
			err = &schedule.InvalidError{Field: field, Reason: reason}
		}
		return n
	}
	day := func(field, text string) (d schedule.Date) {
		if text == "" || err != nil {
			return d
		}
		d, bad := schedule.ParseDate(text)
		if bad != nil {
			err = &schedule.InvalidError{Field: field, Reason: fmt.Sprintf("%q is no day; write one like 2026-12-24", clip200(text))}
		}
		return d
	}
	t.Owner = schedule.ID(number("owner", f.Owner.Value, "choose somebody who is in the team"))
	t.Value = health.Level(number("value", f.Value.Value, "choose small, medium or large"))
	t.Effort = health.Level(number("effort", f.Effort.Value, "choose small, medium or large"))
	t.Page = schedule.ID(number("page", f.Page, "there is no such page"))
	t.Warning = schedule.ID(number("warning", f.Warning, "there is no such question"))
	t.Due, t.Review = day("due", f.Due.Value), day("review", f.Review)
	return t, err
}

// addItem notes something to do.
func (s *Site) addItem(c echo.Context) error {
	d, err := s.desk(c, "Action items", auth.Improve)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	form := d.typed(c)
	text, err := form.text()
	var item health.Item
	if text.Warning != 0 && !d.answers {
		return auth.ErrForbidden
	}
	if err == nil {
		item, err = s.Health.AddItem(ctx, me(d.who), d.team.ID, text, d.today)
	}
	status := http.StatusUnprocessableEntity
	if errors.Is(err, schedule.ErrConflict) {
		again := itemLink(&item, d.people, d.today, me(d.who))
		status, form.Again = http.StatusConflict, &again
	}
	if words, bad := refused(err); bad {
		putError(err, words, form.fields(), &form.Error)
		page, err := s.itemsPage(ctx, d, nil, form)
		if err != nil {
			return err
		}
		page.Open = true
		return s.show(c, status, "items", page)
	} else if err != nil {
		return err
	}
	switch {
	case item.Warning != 0:
		return done(c, fmt.Sprintf("/teams/%d/health#asked-%d", d.team.ID, item.Warning), "good", "Noted: "+item.Title+".")
	case !item.Review.IsZero():
		return done(c, fmt.Sprintf("/teams/%d/reviews/%v", d.team.ID, item.Review), "good", "Noted: "+item.Title+".")
	}
	return done(c, fmt.Sprintf("/teams/%d/items", d.team.ID), "good", "Noted: "+item.Title+".")
}

// myItems are the open items that the reader looks after, in teams they are in.
func (s *Site) myItems(ctx context.Context, w auth.Who, f Frame) ([]ItemRow, error) {
	all, err := s.Health.Store.Items(ctx, health.ItemFilter{Owner: me(w), State: health.ItemOpen})
	if err != nil {
		return nil, err
	}
	names := map[schedule.ID]string{}
	for _, t := range f.Teams {
		if w.Member(t.ID) {
			names[schedule.ID(t.ID)] = t.Name
		}
	}
	zone, err := schedule.Zone(w.Zone)
	if err != nil {
		return nil, err
	}
	today := schedule.DateOf(f.Now.In(zone))
	all = slices.DeleteFunc(all, func(i health.Item) bool { return names[i.Team] == "" })
	health.SortItems(all, health.ByWorth, today)
	var out []ItemRow
	for k := range all {
		row := itemRow(&all[k], nil, map[schedule.ID]bool{me(w): true}, today, me(w))
		if len(names) > 1 {
			row.Team = names[all[k].Team]
		}
		out = append(out, row)
	}
	return out, nil
}
