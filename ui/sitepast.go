package ui

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// registerPast adds the pages of what is fetched from pagers' APIs.
func (s *Site) registerPast(e *echo.Group) {
	const one = "/teams/:team/integrations/:integration/past"
	e.GET(one, s.thePast)
	e.POST(one, s.askPast)
	e.POST(one+"/key", s.setPastKey)
	e.POST(one+"/key/end", s.endPastKey)
	e.POST(one+"/cancel", s.cancelPast)
}

func pastPath(i *health.Integration) string { return integrationPath(i) + "/past" }

// pastShown is how many windows are listed.
const pastShown = 40

// thePast shows what was and is fetched.
func (s *Site) thePast(c echo.Context) error {
	f, i, _, err := s.integrationFrame(c)
	if err != nil {
		return err
	}
	page, err := s.pastPage(c.Request().Context(), f, &i)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "past", page)
}

func (s *Site) pastPage(ctx context.Context, f Frame, i *health.Integration) (Past, error) {
	f.Title = "The past of " + i.Name
	page := Past{Frame: f, Pager: i.Name, PagerID: int64(i.ID), Vendor: vendorLabel(i.Vendor), From: Field{Value: schedule.DateOf(s.Health.Now()).AddDays(-365).String()}}
	for _, r := range health.Regions(i.Vendor) {
		page.Can = true
		page.Regions = append(page.Regions, Option{Value: r.ID, Label: r.Label + " (" + strings.TrimPrefix(r.Address, "https://") + ")"})
	}
	key, err := s.Health.Store.PullKey(ctx, i.ID)
	if err != nil && !errors.Is(err, schedule.ErrNotFound) {
		return page, err
	}
	page.HasKey, page.Region.Value = err == nil, key.Region
	if page.Unmapped, err = s.Health.Store.Unmapped(ctx, i.ID); err != nil {
		return page, err
	}
	all, err := s.Health.Store.Pulls(ctx, i.ID)
	page.sum(all)
	return page, err
}

// sum says what all windows came to, and lists the latest.
func (page *Past) sum(all []health.Pull) {
	for k := range slices.Backward(all) {
		p := &all[k]
		switch {
		case p.Nightly:
			page.Gaps += p.Fresh
			if p.DoneAt.After(page.Looked) {
				page.Looked = p.DoneAt
			}
		case p.State == health.PullWaits:
			page.Left++
		case p.State == health.PullDone:
			page.Finished++
		}
		if !p.Nightly {
			page.Told, page.Fresh = page.Told+p.Pages, page.Fresh+p.Fresh
		}
		if len(page.List) == pastShown {
			page.ListedMore++
			continue
		}
		page.List = append(page.List, PastRow{From: p.From, Until: p.Until, State: p.State, Why: p.Error, Told: p.Pages, Fresh: p.Fresh, Requests: p.Requests, Nightly: p.Nightly})
	}
}

// pastDay is when a day begins for a pager; nothing is the zero time.
func pastDay(i *health.Integration, field, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	day, err := schedule.ParseDate(text)
	if err != nil {
		return time.Time{}, &schedule.InvalidError{Field: field, Reason: fmt.Sprintf("%q is no day, like 2026-12-07", text)}
	}
	zone, err := time.LoadLocation(i.Zone)
	if err != nil {
		return time.Time{}, err
	}
	return day.At(0, zone), nil
}

// askPast has the past fetched.
func (s *Site) askPast(c echo.Context) error {
	f, i, w, err := s.integrationFrame(c)
	if err != nil {
		return err
	}
	ctx, again := c.Request().Context(), c.FormValue("again") != ""
	from, err := pastDay(&i, "from", c.FormValue("from"))
	until, err2 := pastDay(&i, "until", c.FormValue("until"))
	if until.IsZero() {
		until = s.Health.Now()
	} else {
		until = until.AddDate(0, 0, 1) // the day itself as well
	}
	n := 0
	if err = errors.Join(err, err2); err == nil {
		n, err = s.Health.AskPull(ctx, me(w), i.ID, from, until, again)
	}
	if text, bad := refused(err); bad {
		page, err2 := s.pastPage(ctx, f, &i)
		if err2 != nil {
			return err2
		}
		page.From.Value, page.Until.Value, page.Again = c.FormValue("from"), c.FormValue("until"), again
		putError(err, text, map[string]*Field{"from": &page.From, "until": &page.Until}, &page.Error)
		return s.show(c, http.StatusUnprocessableEntity, "past", page)
	}
	good := "It is being fetched. You need not stay: it goes on by itself."
	if n == 0 {
		good = "All of that was fetched before, or waits already."
	}
	return answer(c, err, pastPath(&i), good)
}

// setPastKey makes the past fetchable.
func (s *Site) setPastKey(c echo.Context) error {
	f, i, w, err := s.integrationFrame(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	err = s.Health.SetPullKey(ctx, me(w), i.ID, c.FormValue("key"), c.FormValue("region"))
	if text, bad := refused(err); bad {
		page, err2 := s.pastPage(ctx, f, &i)
		if err2 != nil {
			return err2
		}
		page.Region.Value = c.FormValue("region")
		putError(err, text, map[string]*Field{"key": &page.Key, "region": &page.Region}, &page.Error)
		return s.show(c, http.StatusUnprocessableEntity, "past", page)
	}
	return answer(c, err, pastPath(&i), "The key is kept. Say now how far back to fetch.")
}

func (s *Site) endPastKey(c echo.Context) error {
	_, i, w, err := s.integrationFrame(c)
	if err != nil {
		return err
	}
	return answer(c, s.Health.EndPullKey(c.Request().Context(), me(w), i.ID), pastPath(&i), "The key is forgotten. What was fetched stays.")
}

func (s *Site) cancelPast(c echo.Context) error {
	_, i, w, err := s.integrationFrame(c)
	if err != nil {
		return err
	}
	return answer(c, s.Health.CancelPulls(c.Request().Context(), me(w), i.ID), pastPath(&i), "Cancelled. What was fetched stays.")
}
