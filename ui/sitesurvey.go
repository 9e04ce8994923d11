package ui

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"unicode/utf8"

	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// registerSurvey adds where the links of surveys lead. Nobody is recognised there: a
// log-in of the same browser is not looked up, and so it is noted nowhere whose it was.
func (s *Site) registerSurvey(e *echo.Echo) {
	e.GET("/pulse/:token", s.survey, plainForm)
	e.POST("/pulse/:token", s.answerSurvey, s.Access.OwnSite, plainForm)
}

// surveyAt finds what a link leads to. The page it is shown on says nothing to others:
// the address is the key, and is sent nowhere.
func (s *Site) surveyAt(c echo.Context) (health.PulseLink, *Survey, error) {
	h := c.Response().Header()
	h.Set("Referrer-Policy", "no-referrer")
	l, err := s.Pulse.ByLink(c.Request().Context(), c.Param("token"))
	if err != nil {
		return l, nil, err
	}
	team, err := s.Schedule.Store.Team(c.Request().Context(), l.Team)
	if err != nil {
		return l, nil, err
	}
	spoken, err := s.Pulse.Language(c.Request().Context(), l.Team)
	if err != nil {
		return l, nil, err
	}
	words, err := health.ChooseLanguage(c.FormValue("lang"), c.Request().Header.Get("Accept-Language"), spoken)
	if err != nil {
		return l, nil, err
	}
	here := "/pulse/" + url.PathEscape(c.Param("token"))
	page := &Survey{Frame: Frame{Theme: theme(c), Zone: l.Zone, Now: s.Schedule.Now(), Path: here}, Words: &words, Of: team.Name, Action: here}
	page.Title = words.Say("title")
	all, err := health.PulseLanguages()
	for i := range all {
		page.Languages = append(page.Languages, SurveyLanguage{all[i].Code, all[i].Name, here + "?lang=" + all[i].Code, all[i].Code == words.Code})
	}
	return l, page, err
}

// survey shows what is asked. It changes nothing, because programs follow links before
// people do.
func (s *Site) survey(c echo.Context) error {
	l, page, err := s.surveyAt(c)
	if err != nil {
		return err
	}
	switch {
	case l.Over(page.Now):
		return s.surveyDone(c, http.StatusGone, &l, page, "closed")
	case l.Used:
		return s.surveyDone(c, http.StatusConflict, &l, page, "used")
	}
	page.fillSurvey(&l.PulseWave, nil, false)
	return s.show(c, http.StatusOK, "survey", page)
}

// answerSurvey takes answers in, or shows them again with what is missing.
func (s *Site) answerSurvey(c echo.Context) error {
	l, page, err := s.surveyAt(c)
	if err != nil {
		return err
	}
	said, missing := replyOf(c, &l.PulseWave)
	comment := ""
	switch {
	case l.Over(page.Now):
		return s.surveyDone(c, http.StatusGone, &l, page, "closed")
	case l.Used:
		return s.surveyDone(c, http.StatusConflict, &l, page, "used")
	case utf8.RuneCountInString(said.Comment) > health.MaxPulseComment:
		comment = page.Words.Say("comment_long", "n", health.MaxPulseComment, "is", utf8.RuneCountInString(said.Comment))
	case !missing:
		sent := *said
		err := s.Pulse.Answer(c.Request().Context(), c.Param("token"), &sent)
		if err == nil {
			return s.surveyDone(c, http.StatusOK, &l, page, "thanks")
		}
		if errors.Is(err, schedule.ErrConflict) { // meanwhile
			return s.survey(c)
		}
		invalid, ok := errors.AsType[*schedule.InvalidError](err)
		if !ok {
			return err
		}
		if comment = upper(invalid.Reason) + "."; invalid.Field != "comment" {
			comment, page.Few = "", page.Words.Say("few", "need", (l.Core()+1)/2, "n", l.Core())
		}
	}
	page.fillSurvey(&l.PulseWave, said, true)
	page.Comment.Error = comment
	return s.show(c, http.StatusUnprocessableEntity, "survey", page)
}

// replyOf reads what was answered; of what was not the answer is less than nothing.
func replyOf(c echo.Context, w *health.PulseWave) (said *health.PulseReply, missing bool) {
	said = &health.PulseReply{Comment: plainLines(c.FormValue("comment")), Share: c.FormValue("share") == "1"}
	for i := range w.Questions {
		a, err := strconv.Atoi(c.FormValue(fmt.Sprintf("q%d", i+1)))
		if err != nil || a < 0 || a > w.Questions[i].Choices() {
			a, missing = -1, true
		}
		said.Answers = append(said.Answers, a)
	}
	return said, missing
}

// surveyDone says that there is nothing to ask, or nothing more.
func (s *Site) surveyDone(c echo.Context, status int, l *health.PulseLink, p *Survey, state string) error {
	done := SurveyDone{Frame: p.Frame, Words: p.Words, Of: p.Of, Number: l.Number, State: state, Closes: l.Closes.In(zoneOf(l.Zone)), Least: l.Least, Small: l.Small()}
	said, err := s.Pulse.LastSaid(c.Request().Context(), &l.PulseWave)
	if err != nil {
		return err
	}
	done.Said, done.Did = said.Said, said.Did
	done.Results = fmt.Sprintf("/teams/%d/pulse/%d", l.Team, l.Number)
	return s.show(c, status, "surveydone", done)
}
