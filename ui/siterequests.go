package ui

import (
	"net/http"

	"watchbill/api/auth"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// requests lists what was asked, with its state.
func (s *Site) requests(c echo.Context) error {
	w, err := who(c)
	if err != nil {
		return err
	}
	f, err := s.frame(c, w, "Requests", "requests")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	all, err := s.allRequests(ctx, w, names)
	if err != nil {
		return err
	}
	if err := s.explain(ctx, w, names, all); err != nil {
		return err
	}
	page := Requests{Frame: f}
	for _, r := range all {
		switch {
		case s.asked(r.of, w):
			page.ForMe = append(page.ForMe, r)
		case r.State != schedule.RequestOpen:
			page.Over = append(page.Over, r)
		case r.ByMe:
			page.Mine = append(page.Mine, r)
		default:
			page.Others = append(page.Others, r)
		}
	}
	return s.show(c, http.StatusOK, "requests", page)
}

// request finds the request of the path for somebody who may see it.
func (s *Site) requestOf(c echo.Context) (schedule.Request, auth.Who, error) {
	w, err := who(c)
	if err != nil {
		return schedule.Request{}, w, err
	}
	id, err := param(c, "request")
	if err != nil {
		return schedule.Request{}, w, err
	}
	r, err := s.Schedule.Store.Request(c.Request().Context(), id)
	if err != nil {
		return r, w, err
	}
	return r, w, w.Must(auth.SeeTeam, auth.Team(int64(r.Team)))
}

func (s *Site) accept(c echo.Context) error {
	r, w, err := s.requestOf(c)
	if err == nil {
		err = w.Must(auth.AskCover, auth.Person(w.Person, int64(r.Team)))
	}
	if err != nil {
		return err
	}
	_, err = s.Schedule.Accept(c.Request().Context(), me(w), r.ID)
	return answer(c, err, "/requests", "It is yours now. Thank you. Calendars follow with their next refresh.")
}

func (s *Site) decline(c echo.Context) error {
	r, w, err := s.requestOf(c)
	if err == nil {
		err = w.Must(auth.AskCover, auth.Person(w.Person, int64(r.Team)))
	}
	if err != nil {
		return err
	}
	return answer(c, s.Schedule.Decline(c.Request().Context(), me(w), r.ID), "/requests", "Declined.")
}

func (s *Site) withdraw(c echo.Context) error {
	r, w, err := s.requestOf(c)
	if err != nil {
		return err
	}
	if r.Person != me(w) && r.CreatedBy != me(w) {
		if err := w.Must(auth.Override, auth.Team(int64(r.Team))); err != nil {
			return err
		}
	}
	return answer(c, s.Schedule.Withdraw(c.Request().Context(), me(w), r.ID), "/requests", "Withdrawn.")
}

// approve lets a manager accept a request for whom it asks, against a hard rule and
// with a reason.
func (s *Site) approve(c echo.Context) error {
	r, w, err := s.requestOf(c)
	if err == nil {
		err = w.Must(auth.Override, auth.Team(int64(r.Team)))
	}
	if err != nil {
		return err
	}
	person := r.To
	if person == 0 {
		person = me(w) // who asks everybody asks the manager too
	}
	_, err = s.Schedule.Approve(c.Request().Context(), me(w), r.ID, person, c.FormValue("reason"))
	return answer(c, err, "/requests", "Allowed. The reason and the rule stand in the history of the shift.")
}
