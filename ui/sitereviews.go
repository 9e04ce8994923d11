package ui

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// registerReviews adds the pages of weekly reviews.
func (s *Site) registerReviews(e *echo.Group) {
	e.GET("/teams/:team/reviews", s.reviews)
	e.GET("/teams/:team/reviews/:week", s.review)
	e.POST("/teams/:team/reviews/:week", s.agree)
}

// reviewsShown is how many reviews a page lists.
const reviewsShown = 26

// reviews lists a team's reviews.
func (s *Site) reviews(c echo.Context) error {
	f, team, _, err := s.teamFrame(c, "Weekly reviews", "burden", auth.SeeBurden)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	before, err := schedule.ParseDate(c.QueryParam("before"))
	if err != nil {
		before = schedule.Date{} // the newest ones
	}
	all, err := s.Reviews.List(ctx, &team, before, reviewsShown+1)
	if err != nil {
		return err
	}
	page := Reviews{Frame: f}
	path := fmt.Sprintf("/teams/%d/reviews", team.ID)
	if len(all) > reviewsShown {
		all = all[:reviewsShown]
		page.Older = path + "?" + url.Values{"before": {all[reviewsShown-1].Week.String()}}.Encode()
	}
	for i := range all {
		v := &all[i]
		note, err := s.Reviews.Store.ReviewNote(ctx, team.ID, v.Week)
		if err != nil {
			return err
		}
		page.List = append(page.List, ReviewRow{path + "/" + v.Week.String(), weekText(v.Week), v.Finding.Text, v.Finding.Tone, v.Pages, note.Text != ""})
	}
	zone, err := schedule.Zone(team.Zone)
	if err != nil {
		return err
	}
	page.Next = health.MondayOf(schedule.DateOf(f.Now.In(zone))).AddDays(7).At(schedule.Midnight, zone)
	return s.show(c, http.StatusOK, "reviews", page)
}

// reviewOf finds the review of an address, with what its reader may see of it.
func (s *Site) reviewOf(c echo.Context, need auth.Action) (*ReviewPage, *health.Review, auth.Who, error) {
	f, team, w, err := s.teamFrame(c, "Weekly review", "burden", need)
	if err != nil {
		return nil, nil, w, err
	}
	sight, err := w.Sight(int64(team.ID))
	if err != nil {
		return nil, nil, w, err
	}
	week, err := schedule.ParseDate(c.Param("week"))
	if err != nil {
		return nil, nil, w, fmt.Errorf("week %q: %w", c.Param("week"), schedule.ErrNotFound)
	}
	ctx := c.Request().Context()
	v, err := s.Reviews.See(ctx, team.ID, week, sight)
	if err != nil {
		return nil, nil, w, err
	}
	page, err := s.reviewPage(ctx, f, &v)
	if err != nil {
		return nil, nil, w, err
	}
	page.Edit = w.May(auth.Improve, auth.Team(int64(team.ID)))
	open, err := s.openItems(ctx, &team, me(w))
	if err != nil {
		return nil, nil, w, err
	}
	for _, list := range [][]ReviewAlert{page.Alerts, page.Rest} {
		for i := range list {
			list[i].Item = open.about(list[i].about[0], list[i].about[1])
		}
	}
	return page, &v, w, nil
}

func (s *Site) reviewPage(ctx context.Context, f Frame, v *health.Review) (*ReviewPage, error) {
	since, err := s.Reviews.Since(ctx, v)
	if err != nil {
		return nil, err
	}
	names, err := s.called(ctx)
	if err != nil {
		return nil, err
	}
	base := fmt.Sprintf("/teams/%d/reviews", v.Team)
	f.Zone, f.BrowserZoneNote = v.Zone, false // as it was then, for everybody alike
	page := &ReviewPage{Frame: f, Save: base + "/" + v.Week.String(), Text: "/api/v1" + base + "/" + v.Week.String() + "/text"}
	page.Title = "Week of " + weekText(v.Week)
	page.Fill(v, names, &since)
	page.Note = fmt.Sprintf("/teams/%d/items?%s#new", v.Team, url.Values{"new": {"1"}, "week": {v.Week.String()}}.Encode())
	if page.Earlier, page.Later, err = s.aroundReview(ctx, v, base); err != nil {
		return nil, err
	}
	note, err := s.Reviews.Store.ReviewNote(ctx, v.Team, v.Week)
	if err != nil {
		return nil, err
	}
	page.agreed(&note, names)
	return page, nil
}

// agreed shows what was agreed.
func (p *ReviewPage) agreed(n *health.ReviewNote, names map[schedule.ID]string) {
	p.Agreed.Value, p.AgreedText, p.Base = n.Text, textLines(n.Text), n.Version
	if n.Version > 0 {
		zone := zoneOf(p.Clock)
		p.AgreedBy, p.AgreedAt = names[n.By], n.At.In(zone).Format("Mon 2 Jan 15:04")
	}
}

// aroundReview are the addresses of the reviews before and after one.
func (s *Site) aroundReview(ctx context.Context, v *health.Review, base string) (earlier, later string, err error) {
	before, err := s.Reviews.Store.Reviews(ctx, v.Team, v.Week, 1)
	if err != nil {
		return "", "", err
	}
	if len(before) > 0 {
		earlier = base + "/" + before[0].Week.String()
	}
	next := v.Week.AddDays(7)
	if _, err := s.Reviews.Store.Review(ctx, v.Team, next); err == nil {
		later = base + "/" + next.String()
	} else if !errors.Is(err, schedule.ErrNotFound) {
		return "", "", err
	}
	return earlier, later, nil
}

// review shows a review.
func (s *Site) review(c echo.Context) error {
	page, _, _, err := s.reviewOf(c, auth.SeeBurden)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "review", page)
}

// agree writes down what was agreed.
func (s *Site) agree(c echo.Context) error {
	page, v, w, err := s.reviewOf(c, auth.Improve)
	if err != nil {
		return err
	}
	base, _ := strconv.ParseInt(c.FormValue("base"), 10, 64) // what is no version is the first
	text := c.FormValue("text")
	now, err := s.Reviews.Agree(c.Request().Context(), me(w), v.Team, v.Week, base, text)
	if errors.Is(err, schedule.ErrConflict) {
		page.Agreed, page.Base, page.Theirs = Field{Value: text}, now.Version, textLines(now.Text)
		return s.show(c, http.StatusConflict, "review", page)
	}
	if words, bad := refused(err); bad {
		page.Agreed = Field{Value: text, Error: words}
		return s.show(c, http.StatusUnprocessableEntity, "review", page)
	} else if err != nil {
		return err
	}
	return done(c, page.Save+"#agreed", "good", "Written down.")
}
