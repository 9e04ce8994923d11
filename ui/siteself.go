package ui

import (
	"errors"
	"net/http"
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
	for _, l := range leaves {
		if l.WishCost > 0 && !l.Last.Before(today) {
			a := schedule.Absence{First: l.First, Last: l.Last}
			page.Wishes = append(page.Wishes, Wish{ID: int64(l.ID), Text: "Rather not: " + a.String(), Against: true})
		}
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
	at := func(day schedule.Date, field, other string) (time.Time, error) {
		text := c.FormValue(field)
		if text == "" {
			text = other
		}
		return instant(day.String()+"T"+text, field, w.Zone, time.Time{})
	}
	if l.Start, err = at(from, "from_time", "00:00"); err != nil {
		return l, err
	}
	if c.FormValue("until_time") == "" {
		l.End, err = at(until, "until_time", "00:00")
	} else {
		l.End, err = at(until.AddDays(-1), "until_time", "")
	}
	return l, err
}

func (s *Site) addTimeOff(c echo.Context) error {
	w, err := who(c)
	if err == nil {
		err = w.Must(auth.EditOwn, auth.Person(w.Person))
	}
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
			p.FromTime.Value, p.UntilTime.Value = c.FormValue("from_time"), c.FormValue("until_time")
			putError(err, text, map[string]*Field{
				"from": &p.From, "first": &p.From, "until": &p.Until, "last": &p.Until, "from_time": &p.FromTime, "until_time": &p.UntilTime, "note": &p.Label,
			}, &p.Error)
		})
	case err != nil:
		return err
	case len(clashes) > 0:
		return done(c, "/timeoff", "warn", "Noted. "+plural(len(clashes), "published shift falls", "published shifts fall")+" into that time: ask for cover.")
	}
	return done(c, "/timeoff", "good", "Noted. The next plan keeps that time free.")
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
	w, err := who(c)
	if err == nil {
		err = w.Must(auth.EditOwn, auth.Person(w.Person))
	}
	if err != nil {
		return err
	}
	from, until, err := formDays(c)
	if err == nil {
		_, err = s.Schedule.AddLeave(c.Request().Context(), me(w), schedule.Leave{Person: me(w), First: from, Last: until.AddDays(-1), WishCost: 1})
	}
	if text, bad := refused(err); bad {
		return s.timeOffPage(c, http.StatusUnprocessableEntity, func(p *TimeOff) {
			p.WishFrom.Value, p.WishUntil.Value = c.FormValue("from"), c.FormValue("until")
			putError(err, text, map[string]*Field{"from": &p.WishFrom, "first": &p.WishFrom, "until": &p.WishUntil, "last": &p.WishUntil}, &p.WishError)
		})
	} else if err != nil {
		return err
	}
	return done(c, "/timeoff", "good", "Noted. The next plan tries to keep to it.")
}

func (s *Site) removeLeave(c echo.Context) error {
	w, err := who(c)
	if err == nil {
		err = w.Must(auth.EditOwn, auth.Person(w.Person))
	}
	if err != nil {
		return err
	}
	id, err := param(c, "leave")
	if err != nil {
		return err
	}
	return answer(c, s.Schedule.RemoveLeave(c.Request().Context(), me(w), me(w), id), "/timeoff", "Removed.")
}
