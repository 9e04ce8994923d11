package ui

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchbill/api/auth"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// timeOff shows when the reader is away, and what they would rather not.
func (s *Site) timeOff(c echo.Context) error {
	return s.timeOffPage(c, http.StatusOK, func(*TimeOff) {})
}

func (s *Site) timeOffPage(c echo.Context, status int, put func(*TimeOff)) error {
	ctx := c.Request().Context()
	w, err := who(c)
	if err != nil {
		return err
	}
	f, err := s.frame(c, w, "Time off", "timeoff")
	if err != nil {
		return err
	}
	page := TimeOff{Frame: f}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	if page.Absences, err = s.absences(ctx, me(w), names, f.Now); err != nil {
		return err
	}
	leaves, err := s.Schedule.Store.Leaves(ctx, []schedule.ID{me(w)})
	if err != nil {
		return err
	}
	today := schedule.DateOf(f.Now)
	for _, group := range schedule.WishGroups(leaves) {
		if last := group[len(group)-1].Last; !last.IsZero() && last.Before(today) {
			continue
		}
		page.Wishes = append(page.Wishes, Wish{ID: int64(group[0].ID), Text: readable(wishText(group), f.Now), Strength: strength(group[0].WishCost)})
	}
	if page.Imports, err = s.importBox(ctx, me(w), 0); err != nil {
		return err
	}
	put(&page)
	return s.show(c, status, "timeoff", page)
}

// leave reads an absence of a form: whole days, or times on the reader's clock.
func leave(c echo.Context, w auth.Who) (schedule.Leave, error) {
	l := schedule.Leave{Person: me(w), Note: strings.TrimSpace(c.FormValue("label"))}
	from, until, err := formDays(c)
	if err != nil {
		return l, err
	}
	if c.FormValue("from_time") == "" && c.FormValue("until_time") == "" {
		l.First, l.Last = from, until.AddDays(-1)
		return l, nil
	}
	zone, err := schedule.Zone(w.Zone)
	if err != nil {
		return l, err
	}
	// Nobody is asked about the whole of a first or a last day: midnight is its first.
	at := func(day string, whole schedule.Date) (time.Time, error) {
		field := day + "_time"
		if c.FormValue(field) == "" {
			return whole.At(schedule.Midnight, zone).UTC(), nil
		}
		return instant(partOfDay(c, day), c.FormValue(whichName(field)), field, w.Zone, time.Time{})
	}
	if l.Start, err = at("from", from); err != nil {
		return l, err
	}
	l.End, err = at("until", until)
	return l, err
}

// partOfDay is a day of the form with the time that is in the field beside it.
func partOfDay(c echo.Context, day string) string {
	return c.FormValue(day) + "T" + c.FormValue(day+"_time")
}

// typedTimes shows the times of part of a day again, with the choice of one that comes
// twice.
func (p *TimeOff) typedTimes(c echo.Context, zone string) {
	for day, f := range map[string]*Field{"from": &p.FromTime, "until": &p.UntilTime} {
		field := day + "_time"
		*f = typed(partOfDay(c, day), c.FormValue(whichName(field)), zone)
		f.Value = c.FormValue(field)
	}
}

func (s *Site) addTimeOff(c echo.Context) error {
	w, err := owner(c)
	if err != nil {
		return err
	}
	l, err := leave(c, w)
	var clashes []schedule.TeamShift
	if err == nil {
		clashes, err = s.Schedule.AddLeave(c.Request().Context(), me(w), l)
	}
	text, bad := refused(err)
	switch {
	case bad:
		return s.timeOffPage(c, http.StatusUnprocessableEntity, func(p *TimeOff) {
			p.From.Value, p.Until.Value, p.Label.Value = c.FormValue("from"), c.FormValue("until"), c.FormValue("label")
			p.typedTimes(c, w.Zone)
			putError(err, text, map[string]*Field{
				"from": &p.From, "first": &p.From, "until": &p.Until, "last": &p.Until, "from_time": &p.FromTime, "until_time": &p.UntilTime, "note": &p.Label,
			}, &p.Error)
		})
	case err != nil:
		return err
	}
	moved := skipped(w.Zone, partOfDay(c, "from"), partOfDay(c, "until"))
	if len(clashes) > 0 {
		return done(c, "/timeoff", "warn", "Noted. "+plural(len(clashes), "published shift falls", "published shifts fall")+" into that time: ask for cover."+moved)
	}
	return done(c, "/timeoff", "good", "Noted. The next plan keeps that time free."+moved)
}

// putError puts what is wrong beside the field it is about.
func putError(err error, text string, fields map[string]*Field, other *string) {
	var invalid *schedule.InvalidError
	if errors.As(err, &invalid) && fields[invalid.Field] != nil {
		fields[invalid.Field].Error = text
		return
	}
	*other = text
}

func (s *Site) addWish(c echo.Context) error {
	w, err := owner(c)
	if err != nil {
		return err
	}
	o := schedule.WishOrder{Person: me(w), Cost: 1}
	at := slices.IndexFunc(wishDays, func(d wishDay) bool { return d.Value == c.FormValue("weekday") })
	from, until, err := formDays(c)
	switch n, bad := strconv.ParseInt(c.FormValue("cost"), 10, 64); {
	case err != nil:
	case at < 0:
		err = &schedule.InvalidError{Field: "weekday", Reason: "choose one of the list"}
	case c.FormValue("cost") != "" && bad != nil:
		err = &schedule.InvalidError{Field: "cost", Reason: "choose how much it matters"}
	default:
		if c.FormValue("cost") != "" {
			o.Cost = n
		}
		o.First, o.Last, o.Days = from, until.AddDays(-1), wishDays[at].days
		if o.Days != schedule.NoDay {
			o.Name = wishDays[at].Label
		}
		err = s.Schedule.AddWish(c.Request().Context(), me(w), o)
	}
	if text, bad := refused(err); bad {
		return s.timeOffPage(c, http.StatusUnprocessableEntity, func(p *TimeOff) {
			p.WishFrom.Value, p.WishUntil.Value, p.WishDay.Value, p.WishCost.Value = c.FormValue("from"), c.FormValue("until"), c.FormValue("weekday"), c.FormValue("cost")
			putError(err, text, map[string]*Field{"from": &p.WishFrom, "first": &p.WishFrom, "until": &p.WishUntil, "last": &p.WishUntil, "weekday": &p.WishDay, "cost": &p.WishCost}, &p.WishError)
		})
	} else if err != nil {
		return err
	}
	return done(c, "/timeoff", "good", "Noted. The next plan tries to keep to it.")
}

// removeWish takes back a wish, with all the days that it stands for.
func (s *Site) removeWish(c echo.Context) error {
	w, err := owner(c)
	if err != nil {
		return err
	}
	id, err := param(c, "leave")
	if err != nil {
		return err
	}
	return answer(c, s.Schedule.RemoveWish(c.Request().Context(), me(w), me(w), id), "/timeoff", "Removed.")
}

// wishText says what a wish is about.
func wishText(group []schedule.Leave) string {
	first, last := group[0], group[len(group)-1]
	if first.First.IsZero() {
		return schedule.Absence{Start: first.Start, End: first.End}.String()
	}
	when := schedule.Absence{First: first.First, Last: last.Last}.String()
	if first.Note == "" {
		return when
	}
	return first.Note + ", " + when
}

// strength says how much a wish matters.
func strength(cost int64) string {
	for _, o := range slices.Backward(wishCosts) {
		if n, err := strconv.ParseInt(o.Value, 10, 64); err == nil && cost >= n {
			return o.Label
		}
	}
	return ""
}

func (s *Site) removeLeave(c echo.Context) error {
	w, err := owner(c)
	if err != nil {
		return err
	}
	id, err := param(c, "leave")
	if err != nil {
		return err
	}
	return answer(c, s.Schedule.RemoveLeave(c.Request().Context(), me(w), me(w), id), "/timeoff", "Removed.")
}
