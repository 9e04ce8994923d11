package api

import (
	"context"
	"errors"
	"fmt"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// ReviewPath is the week of a review in the path of a route.
type ReviewPath struct {
	TeamPath
	Week Day `path:"week" doc:"Its Monday, like 2026-11-23"`
}

// A ReviewRef is a review in a list.
type ReviewRef struct {
	Week    Day           `json:"week"`
	MadeAt  Instant       `json:"made_at"`
	Finding BurdenFinding `json:"finding"`
	Pages   int           `json:"pages"`
}

// ReviewList is a page of reviews.
type ReviewList struct {
	Items []ReviewRef `json:"items" doc:"The newest first"`
	Next  Day         `json:"next,omitzero" doc:"The before of the page after it; absent on the last"`
}

type reviewsIn struct {
	TeamPath
	Before Day `query:"before" doc:"Only weeks before this one"`
	Limit  int `query:"limit" minimum:"1" maximum:"60" default:"26"`
}

type reviewsOut struct{ Body ReviewList }

// listReviews lists a team's reviews.
func (s *Server) listReviews(ctx context.Context, in *reviewsIn) (*reviewsOut, error) {
	team, _, err := s.team(ctx, auth.SeeBurden, in.Team)
	if err != nil {
		return nil, err
	}
	all, err := s.Reviews.List(ctx, &team, in.Before.date, in.Limit+1)
	out := &reviewsOut{ReviewList{Items: []ReviewRef{}}}
	if len(all) > in.Limit {
		all = all[:in.Limit]
		out.Body.Next = Day{all[in.Limit-1].Week}
	}
	for i := range all {
		v := &all[i]
		out.Body.Items = append(out.Body.Items, ReviewRef{Day{v.Week}, instantOf(v.MadeAt), findingOf(&v.Finding), v.Pages})
	}
	return out, err
}

func findingOf(f *health.Conclusion) BurdenFinding {
	return BurdenFinding{f.Tone, f.Text, f.Detail, f.Action}
}

// A Review is what a team needs to talk about a week, as it was made.
type Review struct {
	Team    schedule.ID     `json:"team"`
	Week    Day             `json:"week"`
	From    Instant         `json:"from"`
	To      Instant         `json:"to"`
	Zone    string          `json:"zone" doc:"The team's when it was made"`
	MadeAt  Instant         `json:"made_at"`
	Version int             `json:"version" doc:"How it is written"`
	Config  string          `json:"config" doc:"The version of the configuration by which it was measured"`
	Purpose string          `json:"purpose" doc:"What it is for, and what it is not"`
	Finding BurdenFinding   `json:"finding"`
	Shifts  []ReviewShift   `json:"shifts" doc:"Who was on call, cut to the week"`
	Limit   int             `json:"limit" doc:"Interruptions a week"`
	Weeks   []BurdenWeek    `json:"weeks" doc:"Twelve, of which the last is this one; empty where they are not told"`
	Hidden  string          `json:"hidden,omitempty" doc:"Why weeks is empty"`
	Wakeups *health.Rate    `json:"wakeups_per_ocw" doc:"Over those weeks"`
	Quiet   int             `json:"quiet_in_a_row"`
	Breaks  *int            `json:"rest_breaches" doc:"For those who answer for people's rest; null for others"`
	Pages   int             `json:"pages"`
	Alerts  []ReviewAlert   `json:"alerts" doc:"What paged, most often first"`
	Nights  []ReviewNight   `json:"nights" doc:"In which pages fired, on the team's clock; for the team alone"`
	Open    []ReviewPage    `json:"open" doc:"Pages that were not over when the week was"`
	Ahead   ReviewAhead     `json:"ahead" doc:"The fortnight after"`
	Items   ReviewItems     `json:"items" doc:"Action items as they stood"`
	Since   *ReviewSince    `json:"changed_since" doc:"What is otherwise now; null when nothing is"`
	Agreed  ReviewAgreement `json:"agreed" doc:"What was agreed, with the ETag for changing it"`
}

// A ReviewShift is who had what. A null person is nobody.
type ReviewShift struct {
	Rotation schedule.RotationID `json:"rotation"`
	Person   *PersonRef          `json:"person"`
	Start    Instant             `json:"start"`
	End      Instant             `json:"end"`
}

// A ReviewAlert is what an alert came to in the week.
type ReviewAlert struct {
	Service  string `json:"service" doc:"As it came: text of somebody else"`
	Alert    string `json:"alert"`
	Pages    int    `json:"pages"`
	New      bool   `json:"new" doc:"It had not fired in the twelve weeks before"`
	Repeats  bool   `json:"repeats" doc:"It fired in at least three of the four weeks before, too"`
	Before   int    `json:"pages_12_weeks_before"`
	Night    int    `json:"at_night" doc:"On the team's clock"`
	NoAction int    `json:"nothing_to_do" doc:"Pages tagged so"`
	Tagged   int    `json:"tagged"`
	Open     int    `json:"open"`
}

// A ReviewNight is a night in which pages fired.
type ReviewNight struct {
	Night  Day      `json:"night" doc:"The evening on which it began"`
	Pages  int      `json:"pages"`
	First  Instant  `json:"first"`
	Last   Instant  `json:"last"`
	Alerts []string `json:"alerts" doc:"Up to three of those that fired"`
}

// A ReviewPage is a page that was still open.
type ReviewPage struct {
	Page        schedule.ID `json:"page"`
	Service     string      `json:"service"`
	Alert       string      `json:"alert"`
	TriggeredAt Instant     `json:"triggered_at"`
}

// ReviewAhead is what the fortnight after the week holds.
type ReviewAhead struct {
	Shifts []ReviewShift `json:"shifts"`
	Away   []ReviewAway  `json:"away"`
	Issues []ReviewIssue `json:"issues"`
}

// A ReviewAway is when somebody is away.
type ReviewAway struct {
	Person *PersonRef `json:"person"`
	Start  Instant    `json:"start"`
	End    Instant    `json:"end"`
}

// A ReviewIssue is something about a coming shift that has to be mended.
type ReviewIssue struct {
	Kind string `json:"kind" enum:"unfilled,twice,away,unknown"`
	ReviewShift
}

// ReviewItems are action items as they stood.
type ReviewItems struct {
	Overdue []ReviewItem  `json:"overdue"`
	Due     []ReviewItem  `json:"due" doc:"In the week that follows"`
	Done    []ReviewItem  `json:"done" doc:"Closed in the week, also dropped"`
	Noted   []ReviewItem  `json:"noted" doc:"In the week, and still open"`
	OnTime  health.OnTime `json:"on_time" doc:"Of twelve weeks"`
}

// A ReviewItem is an action item as it stood.
type ReviewItem struct {
	Item  schedule.ID `json:"item"`
	Title string      `json:"title"`
	Owner *PersonRef  `json:"owner"`
	Due   Day         `json:"due,omitzero"`
	State string      `json:"state" enum:"open,done,dropped"`
}

// ReviewSince is what is otherwise now.
type ReviewSince struct {
	Interruptions health.Was          `json:"interruptions"`
	Wakeups       health.Was          `json:"wakeups"`
	Pages         health.Was          `json:"pages"`
	Alerts        []health.AlertSince `json:"alerts"`
	Resolved      int                 `json:"resolved" doc:"Of the pages that were open"`
}

// ReviewAgreement is what was agreed.
type ReviewAgreement struct {
	Text string     `json:"text"`
	At   Instant    `json:"at,omitzero"`
	By   *PersonRef `json:"by"`
	ETag string     `json:"etag" doc:"Of this version, for If-Match"`
}

type reviewOut struct{ Body Review }

// A seenReview is a review with what belongs to it, and the names in it.
type seenReview struct {
	health.Review
	since health.ReviewSince
	note  health.ReviewNote
	names map[schedule.ID]string
}

// seeReview finds a review for whoever asks.
func (s *Server) seeReview(ctx context.Context, in *ReviewPath) (*seenReview, error) {
	team, w, err := s.team(ctx, auth.SeeBurden, in.Team)
	if err != nil {
		return nil, err
	}
	sight, err := w.Sight(int64(team.ID))
	if err != nil {
		return nil, err
	}
	v := &seenReview{}
	if v.Review, err = s.Reviews.See(ctx, team.ID, in.Week.date, sight); err != nil {
		return nil, err
	}
	if v.since, err = s.Reviews.Since(ctx, &v.Review); err != nil {
		return nil, err
	}
	if v.note, err = s.Reviews.Store.ReviewNote(ctx, team.ID, v.Week); err != nil {
		return nil, err
	}
	ids := map[schedule.ID]bool{v.note.By: true}
	for _, id := range v.People() {
		ids[id] = true
	}
	v.names, err = names(ctx, s.Schedule.Store, ids)
	return v, err
}

// getReview returns a review.
func (s *Server) getReview(ctx context.Context, in *ReviewPath) (*reviewOut, error) {
	v, err := s.seeReview(ctx, in)
	if err != nil {
		return nil, err
	}
	out, err := reviewOf(v)
	return &reviewOut{out}, err
}

func reviewOf(v *seenReview) (Review, error) {
	out := Review{
		Team: v.Team, Week: Day{v.Week}, From: instantOf(v.From), To: instantOf(v.To), Zone: v.Zone, MadeAt: instantOf(v.MadeAt), Version: v.Version, Config: v.Config,
		Purpose: purpose, Finding: findingOf(&v.Finding), Shifts: v.shifts(v.Shifts), Limit: v.Limit, Weeks: []BurdenWeek{}, Hidden: v.Hidden, Quiet: v.Quiet, Breaks: v.Breaks,
		Pages: v.Pages, Alerts: []ReviewAlert{}, Nights: []ReviewNight{}, Open: []ReviewPage{},
		Ahead: ReviewAhead{Shifts: v.shifts(v.Ahead.Shifts), Away: []ReviewAway{}, Issues: []ReviewIssue{}},
		Items: ReviewItems{v.items(v.Items.Overdue), v.items(v.Items.Due), v.items(v.Items.Done), v.items(v.Items.Noted), v.Items.OnTime},
	}
	if v.Hidden == "" {
		for _, w := range v.Weeks {
			out.Weeks = append(out.Weeks, BurdenWeek(w))
		}
		out.Wakeups = &v.Wake
	}
	for i := range v.Alerts {
		a := &v.Alerts[i]
		out.Alerts = append(out.Alerts, ReviewAlert{a.Service, a.Alert, a.Pages, a.New(), a.Repeats(), a.Before, a.Night, a.NoAction, a.Tagged, a.Open})
	}
	for _, n := range v.Nights {
		out.Nights = append(out.Nights, ReviewNight{Day{n.Night}, n.Pages, instantOf(n.First), instantOf(n.Last), append([]string{}, n.Alerts...)})
	}
	for _, p := range v.Open {
		out.Open = append(out.Open, ReviewPage{p.Page, p.Service, p.Alert, instantOf(p.TriggeredAt)})
	}
	for _, a := range v.Ahead.Away {
		out.Ahead.Away = append(out.Ahead.Away, ReviewAway{refTo(a.Person, v.names), instantOf(a.Start), instantOf(a.End)})
	}
	for _, i := range v.Ahead.Issues {
		out.Ahead.Issues = append(out.Ahead.Issues, ReviewIssue{i.Kind, v.shifts([]health.ReviewShift{i.ReviewShift})[0]})
	}
	if v.since.Changed() || v.since.Resolved > 0 {
		s := &v.since
		out.Since = &ReviewSince{s.Interruptions, s.Wakeups, s.Pages, append([]health.AlertSince{}, s.Alerts...), s.Resolved}
	}
	var err error
	out.Agreed, err = agreementOf(&v.note, v.names)
	return out, err
}

func (v *seenReview) shifts(all []health.ReviewShift) []ReviewShift {
	out := []ReviewShift{}
	for _, s := range all {
		out = append(out, ReviewShift{s.Rotation, refTo(s.Person, v.names), instantOf(s.Start), instantOf(s.End)})
	}
	return out
}

func (v *seenReview) items(all []health.ReviewItem) []ReviewItem {
	out := []ReviewItem{}
	for _, i := range all {
		out = append(out, ReviewItem{i.Item, i.Title, refTo(i.Owner, v.names), Day{i.Due}, string(i.State)})
	}
	return out
}

func agreementOf(n *health.ReviewNote, people map[schedule.ID]string) (ReviewAgreement, error) {
	tag, err := tagOf([]any{n.Team, n.Week, n.Version})
	return ReviewAgreement{n.Text, instantOf(n.At), refTo(n.By, people), tag}, err
}

type reviewTextOut struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte `writes:"text/markdown"`
}

// getReviewText returns a review as Markdown.
func (s *Server) getReviewText(ctx context.Context, in *ReviewPath) (*reviewTextOut, error) {
	v, err := s.seeReview(ctx, in)
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("review-%v.md", v.Week)
	return &reviewTextOut{"text/markdown; charset=utf-8", `attachment; filename="` + name + `"`, []byte(v.Markdown(v.names, &v.note, &v.since))}, nil
}

type putAgreedIn struct {
	ReviewPath
	IfMatch
	Body struct {
		Text string `json:"text" maxLength:"10000" doc:"What was agreed; who was there is not kept"`
	}
}

type agreedOut struct {
	Tagged
	Body ReviewAgreement
}

// putAgreed writes down what was agreed.
func (s *Server) putAgreed(ctx context.Context, in *putAgreedIn) (*agreedOut, error) {
	team, w, err := s.team(ctx, auth.Improve, in.Team)
	if err != nil {
		return nil, err
	}
	is, err := s.Reviews.Store.ReviewNote(ctx, team.ID, in.Week.date)
	if err != nil {
		return nil, err
	}
	if err := s.matchAgreed(ctx, in, &is); err != nil {
		return nil, err
	}
	n, err := s.Reviews.Agree(ctx, me(w), team.ID, in.Week.date, is.Version, in.Body.Text)
	if errors.Is(err, schedule.ErrConflict) && in.IfMatch.IfMatch != "" {
		return nil, s.matchAgreed(ctx, in, &n)
	}
	if err != nil {
		return nil, err
	}
	return s.agreed(ctx, &n)
}

func (s *Server) agreed(ctx context.Context, n *health.ReviewNote) (*agreedOut, error) {
	people, err := names(ctx, s.Schedule.Store, map[schedule.ID]bool{n.By: true})
	if err != nil {
		return nil, err
	}
	out, err := agreementOf(n, people)
	return &agreedOut{Tagged{out.ETag}, out}, err
}

// matchAgreed refuses a text that replaces another than was seen.
func (s *Server) matchAgreed(ctx context.Context, in *putAgreedIn, is *health.ReviewNote) error {
	present, err := s.agreed(ctx, is)
	if err != nil {
		return err
	}
	return in.check(present.Body.ETag, in.Body, present.Body)
}
