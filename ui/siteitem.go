package ui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// theItem finds the item of an address.
func (s *Site) theItem(c echo.Context, need auth.Action) (*itemDesk, health.Item, error) {
	d, err := s.desk(c, "Action item", need)
	if err != nil {
		return nil, health.Item{}, err
	}
	id, err := param(c, "item")
	if err != nil {
		return nil, health.Item{}, err
	}
	i, err := s.Health.TeamItem(c.Request().Context(), d.team.ID, id)
	d.frame.Title = i.Title
	return d, i, err
}

// item shows one thing to do.
func (s *Site) item(c echo.Context) error {
	d, i, err := s.theItem(c, auth.SeeBurden)
	if err != nil {
		return err
	}
	page, err := s.itemPage(c.Request().Context(), d, &i)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "item", page)
}

func (s *Site) itemPage(ctx context.Context, d *itemDesk, i *health.Item) (*ItemPage, error) {
	page := &ItemPage{
		Frame: d.frame, Item: itemRow(i, d.people, d.members, d.today, me(d.who)), ID: int64(i.ID), Why: textLines(i.Why), Blockers: textLines(i.Blockers), Risk: textLines(i.Risk),
		Reason: textLines(i.Reason), Link: i.Link, Made: i.CreatedAt, MadeBy: d.people[i.CreatedBy], Form: d.form(i), Edit: d.edit,
	}
	if !i.Missed.IsZero() {
		page.Missed = dayIn(i.Missed, d.today)
	}
	if err := s.origin(ctx, page, d, i); err != nil {
		return nil, err
	}
	effect, err := s.Health.ItemEffect(ctx, i)
	if err != nil {
		return nil, err
	}
	if effect != nil {
		page.Effect = itemEffect(effect)
	}
	if page.Form.Services, page.Form.Alerts, err = s.paged(ctx, d); err != nil {
		return nil, err
	}
	history, err := s.Health.Store.ItemChanges(ctx, i.ID)
	for _, h := range slices.Backward(history) {
		page.History = append(page.History, itemStep(&h, d.people))
	}
	return page, err
}

// origin says where an item came from. A page may be gone: pages are folded anew.
func (s *Site) origin(ctx context.Context, page *ItemPage, d *itemDesk, i *health.Item) error {
	switch {
	case i.Warning != 0 && d.answers:
		w, err := s.Health.Store.Warning(ctx, i.Team, i.Warning)
		if errors.Is(err, schedule.ErrNotFound) {
			page.From = "a question that is not kept any more"
			return nil
		} else if err != nil {
			return err
		}
		page.From, page.FromHref = fmt.Sprintf("the question “%s” about the week of %s", w.Question, dayIn(w.Week, d.today)), fmt.Sprintf("/teams/%d/health#asked-%d", i.Team, i.Warning)
	case !i.Review.IsZero():
		page.From, page.FromHref = "the review of the week of "+dayIn(i.Review, d.today), fmt.Sprintf("/teams/%d/reviews/%v", i.Team, i.Review)
	case i.Page != 0:
		p, err := s.Health.Store.Page(ctx, i.Page)
		if errors.Is(err, schedule.ErrNotFound) || err == nil && p.Team != i.Team {
			page.From = "a page that is not kept any more"
			return nil
		} else if err != nil {
			return err
		}
		zone, err := schedule.Zone(d.frame.Zone)
		if err != nil {
			return err
		}
		page.From = fmt.Sprintf("the page “%s” of %s", clip200(p.Title), p.TriggeredAt.In(zone).Format("Mon 2 Jan 2006 15:04"))
	}
	return nil
}

// textLines are the lines of a text that somebody wrote.
func textLines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// changeItem changes what is said of an item.
func (s *Site) changeItem(c echo.Context) error {
	d, i, err := s.theItem(c, auth.Improve)
	if err != nil {
		return err
	}
	form := d.typed(c)
	form.Owners = d.owners(i.Owner)
	text, err := form.text()
	if err == nil {
		var now health.Item
		now, err = s.Health.EditItem(c.Request().Context(), me(d.who), d.team.ID, i.ID, form.Base, health.ItemEdit{Text: text.Say}, d.today)
		if errors.Is(err, schedule.ErrConflict) {
			return s.itemConflict(c, d, &now, form, text)
		}
	}
	if words, bad := refused(err); bad {
		putError(err, words, form.fields(), &form.Error)
		page, err := s.itemPage(c.Request().Context(), d, &i)
		if err != nil {
			return err
		}
		form.Services, form.Alerts = page.Form.Services, page.Form.Alerts
		page.Form, page.Changing = form, true
		return s.show(c, http.StatusUnprocessableEntity, "item", page)
	} else if err != nil {
		return err
	}
	return done(c, fmt.Sprintf("/teams/%d/items/%d", d.team.ID, i.ID), "good", "Saved.")
}

// itemConflict keeps what was typed when somebody else was faster, and says what they
// made of it. Saving again overwrites that knowingly.
func (s *Site) itemConflict(c echo.Context, d *itemDesk, now *health.Item, form ItemForm, text health.ItemText) error {
	ctx := c.Request().Context()
	page, err := s.itemPage(ctx, d, now)
	if err != nil {
		return err
	}
	mine := *now
	mine.ItemText = text
	page.Theirs = itemFields(mine.Changes(now), d.people)
	if len(page.History) > 0 {
		page.By = page.History[0].Who
	}
	form.Base, form.Services, form.Alerts = now.Version, page.Form.Services, page.Form.Alerts
	page.Form, page.Changing = form, true
	return s.show(c, http.StatusConflict, "item", page)
}

// closeItem says that an item is done or dropped, or open again.
func (s *Site) closeItem(c echo.Context) error {
	d, i, err := s.theItem(c, auth.Improve)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	base, _ := strconv.ParseInt(c.FormValue("base"), 10, 64) // what is no version is none
	state := health.ItemState(cmp.Or(c.FormValue("state"), "none"))
	now, err := s.Health.EditItem(ctx, me(d.who), d.team.ID, i.ID, base, health.ItemEdit{State: state, Reason: c.FormValue("reason")}, d.today)
	if words, bad := refused(err); bad {
		conflict := errors.Is(err, schedule.ErrConflict)
		if conflict {
			i = now
		}
		page, err2 := s.itemPage(ctx, d, &i)
		if err2 != nil {
			return err2
		}
		field := &page.Close
		if state == health.ItemDropped {
			field = &page.Drop
		}
		*field = Field{Value: c.FormValue("reason"), Error: words}
		if conflict {
			return s.show(c, http.StatusConflict, "item", page)
		}
		return s.show(c, http.StatusUnprocessableEntity, "item", page)
	} else if err != nil {
		return err
	}
	said := map[health.ItemState]string{health.ItemDone: "Done. Well done.", health.ItemDropped: "Dropped, with the reason.", health.ItemOpen: "It is open again."}[now.State]
	return done(c, fmt.Sprintf("/teams/%d/items/%d", d.team.ID, i.ID), "good", said)
}
