package api

import (
	"context"
	"errors"
	"net/http"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// An Item is what a team wants to do so that on-call costs less, or what worries it.
type Item struct {
	ID    schedule.ID `json:"id"`
	Team  schedule.ID `json:"team"`
	Kind  string      `json:"kind" enum:"action,concern"`
	Title string      `json:"title"`
	State string      `json:"state" enum:"open,done,dropped"`
	// Overdue is as of today on the team's calendar.
	Overdue   bool        `json:"overdue"`
	Owner     *PersonRef  `json:"owner" doc:"Null: nobody looks after it yet"`
	Due       Day         `json:"due,omitzero" doc:"The last day on which it is on time, on the team's calendar"`
	Missed    Day         `json:"missed,omitzero" doc:"The first day by which it was due and not done"`
	Value     int         `json:"value" minimum:"0" maximum:"3" doc:"What it is worth: 1 is small, 3 is large, 0 is that nobody has said"`
	Effort    int         `json:"effort" minimum:"0" maximum:"3"`
	Why       string      `json:"why,omitempty" doc:"What shows that it is needed"`
	Blockers  string      `json:"blockers,omitempty"`
	Risk      string      `json:"risk,omitempty" doc:"What happens if nothing is done"`
	Link      string      `json:"link,omitempty"`
	Service   string      `json:"service,omitempty" doc:"What is to page less, as it is called there"`
	Alert     string      `json:"alert,omitempty"`
	Page      schedule.ID `json:"page,omitempty" doc:"The page that it came from"`
	Review    Day         `json:"review,omitzero" doc:"The Monday of the review that it came from"`
	Reason    string      `json:"reason,omitempty" doc:"What came of it, or why it was dropped"`
	DoneOn    Day         `json:"done_on,omitzero" doc:"The day on the team's calendar on which it was closed"`
	CreatedAt Instant     `json:"created_at"`
	ETag      string      `json:"etag" doc:"Of this version, for If-Match"`
}

// itemTag is the ETag of a version of an item.
func itemTag(i *health.Item) (string, error) {
	return tagOf([]int64{int64(i.ID), i.Version})
}

func itemOf(i *health.Item, people map[schedule.ID]string, today schedule.Date) (Item, error) {
	tag, err := itemTag(i)
	return Item{
		ID: i.ID, Team: i.Team, Kind: string(i.Kind), Title: i.Title, State: string(i.State), Overdue: i.Overdue(today), Owner: refTo(i.Owner, people),
		Due: Day{i.Due}, Missed: Day{i.Missed}, Value: int(i.Value), Effort: int(i.Effort), Why: i.Why, Blockers: i.Blockers, Risk: i.Risk, Link: i.Link,
		Service: i.Service, Alert: i.Alert, Page: i.Page, Review: Day{i.Review}, Reason: i.Reason, DoneOn: Day{i.DoneOn}, CreatedAt: instantOf(i.CreatedAt), ETag: tag,
	}, err
}

// Items are what a team wants to do.
type Items struct {
	Items  []Item        `json:"items" doc:"What is overdue first, then most value for least effort"`
	OnTime health.OnTime `json:"on_time" doc:"Of the actions due in the last twelve weeks, those done by their day, with the interval that holds the true share 95 times in a hundred"`
}

type itemsIn struct {
	TeamPath
	State string      `query:"state" enum:"open,done,dropped" doc:"Any when absent"`
	Owner schedule.ID `query:"owner" minimum:"1" doc:"Those that somebody looks after; of anybody when absent"`
}

type itemsOut struct{ Body Items }

// onTimeDays is over how many days it is said what was done on time.
const onTimeDays = 12 * 7

// listItems lists what a team wants to do.
func (s *Server) listItems(ctx context.Context, in *itemsIn) (*itemsOut, error) {
	team, _, err := s.team(ctx, auth.SeeBurden, in.Team)
	if err != nil {
		return nil, err
	}
	today, err := s.today(&team)
	if err != nil {
		return nil, err
	}
	all, err := s.Health.Store.Items(ctx, health.ItemFilter{Team: team.ID})
	if err != nil {
		return nil, err
	}
	out := &itemsOut{Items{Items: []Item{}, OnTime: health.InTime(all, today.AddDays(-onTimeDays), today.AddDays(1), today)}}
	health.SortItems(all, health.ByWorth, today)
	people, err := s.itemPeople(ctx, all)
	if err != nil {
		return nil, err
	}
	for k := range all {
		i := &all[k]
		if in.State != "" && string(i.State) != in.State || in.Owner != 0 && i.Owner != in.Owner {
			continue
		}
		item, err := itemOf(i, people, today)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, item)
	}
	return out, nil
}

// today is the day on a team's calendar.
func (s *Server) today(team *schedule.TeamRecord) (schedule.Date, error) {
	zone, err := zoneOf(team.Zone)
	if err != nil {
		return schedule.Date{}, err
	}
	return schedule.DateOf(s.Schedule.Now().In(zone)), nil
}

// itemPeople are the names of those who look after items.
func (s *Server) itemPeople(ctx context.Context, items []health.Item) (map[schedule.ID]string, error) {
	ids := map[schedule.ID]bool{}
	for i := range items {
		ids[items[i].Owner] = true
	}
	return names(ctx, s.Schedule.Store, ids)
}

// NewItem is something to be noted.
type NewItem struct {
	Kind     string      `json:"kind,omitempty" enum:"action,concern" doc:"An action when absent"`
	Title    string      `json:"title" maxLength:"200"`
	Owner    schedule.ID `json:"owner,omitempty" minimum:"1" doc:"Somebody in the team"`
	Due      Day         `json:"due,omitzero"`
	Value    int         `json:"value,omitempty" minimum:"0" maximum:"3"`
	Effort   int         `json:"effort,omitempty" minimum:"0" maximum:"3"`
	Why      string      `json:"why,omitempty" maxLength:"4000"`
	Blockers string      `json:"blockers,omitempty" maxLength:"1000"`
	Risk     string      `json:"risk,omitempty" maxLength:"1000"`
	Link     string      `json:"link,omitempty" maxLength:"500"`
	Service  string      `json:"service,omitempty" maxLength:"4000"`
	Alert    string      `json:"alert,omitempty" maxLength:"4000"`
	Page     schedule.ID `json:"page,omitempty" minimum:"1"`
	Review   Day         `json:"review,omitzero"`
	Warning  schedule.ID `json:"warning,omitempty" minimum:"1" doc:"The early warning that it is made of, for those who manage the team; only they see where it came from"`
}

type newItemIn struct {
	TeamPath
	Body NewItem
}

type itemOut struct {
	Tagged
	Body Item
}

// addItem notes something to do.
func (s *Server) addItem(ctx context.Context, in *newItemIn) (*itemOut, error) {
	team, w, err := s.team(ctx, auth.Improve, in.Team)
	if err != nil {
		return nil, err
	}
	today, err := s.today(&team)
	if err != nil {
		return nil, err
	}
	b := &in.Body
	if b.Warning != 0 {
		if err := w.Must(auth.AnswerWarnings, auth.Team(int64(team.ID))); err != nil {
			return nil, err
		}
	}
	i, err := s.Health.AddItem(ctx, me(w), team.ID, health.ItemText{
		Kind: health.ItemKind(b.Kind), Title: b.Title, Why: b.Why, Link: b.Link, Service: b.Service, Alert: b.Alert, Page: b.Page, Review: b.Review.date, Warning: b.Warning,
		Owner: b.Owner, Due: b.Due.date, Value: health.Level(b.Value), Effort: health.Level(b.Effort), Blockers: b.Blockers, Risk: b.Risk,
	}, today)
	if errors.Is(err, schedule.ErrConflict) {
		return nil, s.itemAgain(ctx, b, &i, today)
	}
	if err != nil {
		return nil, err
	}
	return s.itemAnswer(ctx, &i, today)
}

// itemAgain says that there is an open item already, and which.
func (s *Server) itemAgain(ctx context.Context, yours *NewItem, i *health.Item, today schedule.Date) error {
	present, err := s.itemAnswer(ctx, i, today)
	if err != nil {
		return err
	}
	p := newProblem(http.StatusConflict, "There is an open item of the same early warning, or of the same name about the same alert. Look at present, and change that one.")
	p.Yours, p.Present = yours, present.Body
	return p
}

func (s *Server) itemAnswer(ctx context.Context, i *health.Item, today schedule.Date) (*itemOut, error) {
	people, err := s.itemPeople(ctx, []health.Item{*i})
	if err != nil {
		return nil, err
	}
	item, err := itemOf(i, people, today)
	return &itemOut{Tagged{item.ETag}, item}, err
}

// ItemPath is the item in the path of a route.
type ItemPath struct {
	TeamPath
	Item schedule.ID `path:"item" minimum:"1"`
}

// An ItemDetail is an item with what became of it.
type ItemDetail struct {
	Item
	Effect  *ItemEffect `json:"effect" doc:"Whether what it is about pages less since it was done; null while that cannot be said. Other things change meanwhile"`
	History []ItemStep  `json:"history" doc:"The oldest step first"`
}

// ItemEffect is how often something paged before and after it was seen to.
type ItemEffect struct {
	Before health.Rate `json:"before" doc:"Pages a week, in up to twelve weeks before"`
	After  health.Rate `json:"after" doc:"And since"`
	Clear  string      `json:"clear" enum:"early,no,down,up" doc:"Whether it is more than chance; early: a week has not passed"`
}

// ItemStep is a step of an item's history.
type ItemStep struct {
	At      Instant              `json:"at"`
	By      *PersonRef           `json:"by"`
	Changes []health.FieldChange `json:"changes" doc:"Empty where it was noted"`
}

type itemDetailOut struct {
	Tagged
	Body ItemDetail
}

// getItem returns an item with its history.
func (s *Server) getItem(ctx context.Context, in *struct{ ItemPath }) (*itemDetailOut, error) {
	team, _, err := s.team(ctx, auth.SeeBurden, in.Team)
	if err != nil {
		return nil, err
	}
	today, err := s.today(&team)
	if err != nil {
		return nil, err
	}
	i, err := s.Health.TeamItem(ctx, team.ID, in.Item)
	if err != nil {
		return nil, err
	}
	item, err := s.itemAnswer(ctx, &i, today)
	if err != nil {
		return nil, err
	}
	out := &itemDetailOut{item.Tagged, ItemDetail{Item: item.Body, History: []ItemStep{}}}
	effect, err := s.Health.ItemEffect(ctx, &i)
	if err != nil {
		return nil, err
	}
	if effect != nil {
		out.Body.Effect = &ItemEffect{effect.Before, effect.After, [...]string{"down", "no", "up"}[effect.Trend.Clear()+1]}
		if effect.Early() {
			out.Body.Effect.Clear = "early"
		}
	}
	steps, err := s.Health.Store.ItemChanges(ctx, i.ID)
	if err != nil {
		return nil, err
	}
	ids := map[schedule.ID]bool{}
	for _, step := range steps {
		ids[step.By] = true
	}
	people, err := names(ctx, s.Schedule.Store, ids)
	for _, step := range steps {
		out.Body.History = append(out.Body.History, ItemStep{instantOf(step.At), refTo(step.By, people), append([]health.FieldChange{}, step.Fields...)})
	}
	return out, err
}

// ItemChange is what may be changed of an item; what is absent stays.
type ItemChange struct {
	Kind     *string      `json:"kind,omitempty" enum:"action,concern"`
	Title    *string      `json:"title,omitempty" maxLength:"200"`
	Owner    *schedule.ID `json:"owner,omitempty" minimum:"0" doc:"0: nobody"`
	Due      *string      `json:"due,omitempty" maxLength:"10" doc:"Empty: no day"`
	Value    *int         `json:"value,omitempty" minimum:"0" maximum:"3"`
	Effort   *int         `json:"effort,omitempty" minimum:"0" maximum:"3"`
	Why      *string      `json:"why,omitempty" maxLength:"4000"`
	Blockers *string      `json:"blockers,omitempty" maxLength:"1000"`
	Risk     *string      `json:"risk,omitempty" maxLength:"1000"`
	Link     *string      `json:"link,omitempty" maxLength:"500"`
	Service  *string      `json:"service,omitempty" maxLength:"4000"`
	Alert    *string      `json:"alert,omitempty" maxLength:"4000"`
	State    string       `json:"state,omitempty" enum:"open,done,dropped"`
	Reason   string       `json:"reason,omitempty" maxLength:"1000" doc:"With a state: what came of it, or why it is dropped"`
}

// apply puts what is given into what there is.
func (c *ItemChange) apply(t health.ItemText) (health.ItemText, error) {
	if c.Kind != nil {
		t.Kind = health.ItemKind(*c.Kind)
	}
	if c.Owner != nil {
		t.Owner = *c.Owner
	}
	if c.Value != nil {
		t.Value = health.Level(*c.Value)
	}
	if c.Effort != nil {
		t.Effort = health.Level(*c.Effort)
	}
	set(&t.Title, c.Title)
	set(&t.Why, c.Why)
	set(&t.Blockers, c.Blockers)
	set(&t.Risk, c.Risk)
	set(&t.Link, c.Link)
	set(&t.Service, c.Service)
	set(&t.Alert, c.Alert)
	if c.Due == nil {
		return t, nil
	}
	if t.Due = (schedule.Date{}); *c.Due == "" {
		return t, nil
	}
	day, err := schedule.ParseDate(*c.Due)
	if err != nil {
		return t, invalid("due", "this is no day; write one like 2026-12-24")
	}
	t.Due = day
	return t, nil
}

type changeItemIn struct {
	ItemPath
	IfMatch
	Body ItemChange
}

// changeItem changes an item, or closes it.
func (s *Server) changeItem(ctx context.Context, in *changeItemIn) (*itemOut, error) {
	team, w, err := s.team(ctx, auth.Improve, in.Team)
	if err != nil {
		return nil, err
	}
	today, err := s.today(&team)
	if err != nil {
		return nil, err
	}
	was, err := s.Health.TeamItem(ctx, team.ID, in.Item)
	if err != nil {
		return nil, err
	}
	if err := s.matchItem(ctx, in, &was, today); err != nil {
		return nil, err
	}
	var base int64
	if in.IfMatch.IfMatch != "" {
		base = was.Version
	}
	i, err := s.Health.EditItem(ctx, me(w), team.ID, was.ID, base, health.ItemEdit{Text: in.Body.apply, State: health.ItemState(in.Body.State), Reason: in.Body.Reason}, today)
	if errors.Is(err, schedule.ErrConflict) && in.IfMatch.IfMatch != "" {
		return nil, s.matchItem(ctx, in, &i, today)
	}
	if err != nil {
		return nil, err
	}
	return s.itemAnswer(ctx, &i, today)
}

// matchItem refuses a change of an item that is not as it was seen.
func (s *Server) matchItem(ctx context.Context, in *changeItemIn, is *health.Item, today schedule.Date) error {
	present, err := s.itemAnswer(ctx, is, today)
	if err != nil {
		return err
	}
	return in.check(present.Body.ETag, in.Body, present.Body)
}
