package ui

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"watchbill/api/auth"
	"watchbill/api/httperr"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// registerAccess adds the pages of who somebody is.
func (s *Site) registerAccess(e *echo.Group) {
	e.GET("/setup", s.setup)
	e.POST("/setup", s.setUp)
	e.GET("/login", s.loginPage)
	e.POST("/login", s.logIn)
	e.GET("/login/sso", s.beginSignOn)
	e.GET("/login/sso/done", s.endSignOn)
	e.POST("/logout", s.logOut)
	e.GET("/account", s.account)
	e.POST("/account", s.saveAccount)
	e.POST("/account/password", s.changePassword)
	e.POST("/account/news", s.chooseNews)
	e.POST("/account/news/test", s.testNews)
	e.POST("/account/sessions/:session/end", s.endSession)
	e.GET("/audit", s.audit)
	s.registerTokens(e)
}

// suggestedZones are suggestions; any IANA name is accepted.
var suggestedZones = []string{
	"Europe/Berlin", "Europe/London", "Europe/Madrid", "Europe/Paris", "Europe/Warsaw", "Europe/Kyiv", "America/New_York", "America/Chicago",
	"America/Denver", "America/Los_Angeles", "America/Sao_Paulo", "Asia/Kolkata", "Asia/Singapore", "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland", "UTC",
}

func (s *Site) setup(c echo.Context) error {
	needed, err := s.Access.NeedsSetup(c.Request().Context())
	if err != nil {
		return err
	}
	if !needed {
		return c.Redirect(http.StatusSeeOther, "/login")
	}
	f, err := s.frame(c, auth.Who{}, "Set up", "")
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "setup", Setup{Frame: f, Zones: suggestedZones})
}

func (s *Site) setUp(c echo.Context) error {
	ctx := c.Request().Context()
	email, password := c.FormValue("email"), c.FormValue("password")
	err := s.Access.SetUp(ctx, c.FormValue("code"), c.FormValue("name"), email, password, c.FormValue("zone"))
	if err == nil {
		if _, err := s.Access.LogIn(ctx, email, password); err != nil {
			return err
		}
		return done(c, "/setup/team", "good", "Welcome. You are the administrator. Now set up the first team.")
	}
	if errors.Is(err, schedule.ErrConflict) {
		return done(c, "/login", "bad", "Somebody else has set Watchbill up and is its administrator. Ask them to invite you.")
	}
	problem := httperr.Of(err)
	if problem.Internal() {
		return err
	}
	f, err := s.frame(c, auth.Who{}, "Set up", "")
	if err != nil {
		return err
	}
	page := Setup{Frame: f, Zones: suggestedZones}
	page.Code.Value, page.Name.Value, page.Email.Value, page.ZoneName.Value = c.FormValue("code"), c.FormValue("name"), email, c.FormValue("zone")
	fields := map[string]*Field{"code": &page.Code, "name": &page.Name, "email": &page.Email, "password": &page.Password, "zone": &page.ZoneName}
	put(problem, fields, &page.Error)
	return s.show(c, problem.Status, "setup", page)
}

// put says beside each field what is wrong with it, and the rest above the form.
func put(problem httperr.Problem, fields map[string]*Field, other *string) {
	for _, bad := range problem.Fields {
		if f := fields[bad.Field]; f != nil {
			f.Error = upper(bad.Reason) + "."
		} else {
			*other = upper(bad.Reason) + "."
		}
	}
	if len(problem.Fields) == 0 {
		*other = problem.Message
	}
}

func (s *Site) loginPage(c echo.Context) error {
	ctx := c.Request().Context()
	if auth.From(ctx).Known() {
		return c.Redirect(http.StatusSeeOther, local(c.QueryParam("next")))
	}
	if needed, err := s.Access.NeedsSetup(ctx); err != nil {
		return err
	} else if needed {
		return c.Redirect(http.StatusSeeOther, "/setup")
	}
	f, err := s.frame(c, auth.Who{}, "Sign in", "")
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "login", s.loginForm(f, local(c.QueryParam("next"))))
}

// loginForm is the log-in page as it begins.
func (s *Site) loginForm(f Frame, next string) Login {
	page := Login{Frame: f, Next: next}
	if label := s.Access.SignOnLabel(); label != "" {
		page.Providers = []SignOnLink{{Name: label, URL: "/login/sso?next=" + url.QueryEscape(next)}}
	}
	return page
}

// beginSignOn leads to the provider.
func (s *Site) beginSignOn(c echo.Context) error {
	to, err := s.Access.BeginSignOn(c.Request().Context(), local(c.QueryParam("next")), c.QueryParam("invitation"))
	if err != nil {
		return s.signOnFailed(c, err)
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// endSignOn is where the provider leads back to.
func (s *Site) endSignOn(c echo.Context) error {
	next, err := s.Access.EndSignOn(c.Request().Context())
	if err != nil {
		return s.signOnFailed(c, err)
	}
	return c.Redirect(http.StatusSeeOther, local(next))
}

// signOnFailed shows the log-in page with the reason; the whole of it is for the log.
func (s *Site) signOnFailed(c echo.Context, err error) error {
	problem := httperr.Of(err)
	if _, ok := errors.AsType[*auth.SignOnError](err); !ok && problem.Internal() {
		return err
	}
	s.Log.WarnContext(c.Request().Context(), "sign-on refused", "error", err)
	f, err := s.frame(c, auth.Who{}, "Sign in", "")
	if err != nil {
		return err
	}
	page := s.loginForm(f, "/")
	page.Error = problem.Message
	return s.show(c, problem.Status, "login", page)
}

func (s *Site) logIn(c echo.Context) error {
	_, err := s.Access.LogIn(c.Request().Context(), c.FormValue("email"), c.FormValue("password"))
	if err == nil {
		return c.Redirect(http.StatusSeeOther, local(c.FormValue("next")))
	}
	problem := httperr.Of(err)
	if problem.Internal() {
		return err
	}
	f, err := s.frame(c, auth.Who{}, "Sign in", "")
	if err != nil {
		return err
	}
	for name := range problem.Header {
		c.Response().Header().Set(name, problem.Header.Get(name))
	}
	page := s.loginForm(f, local(c.FormValue("next")))
	page.Email.Value, page.Error = c.FormValue("email"), problem.Message
	return s.show(c, problem.Status, "login", page)
}

func (s *Site) logOut(c echo.Context) error {
	if err := s.Access.LogOut(c.Request().Context()); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/login")
}

// account shows what a person says of themselves, where they are logged in, and
// their feeds.
func (s *Site) account(c echo.Context) error {
	page, err := s.accountPage(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "account", page)
}

func (s *Site) accountPage(c echo.Context) (*Account, error) {
	ctx := c.Request().Context()
	w, err := who(c)
	if err != nil {
		return nil, err
	}
	f, err := s.frame(c, w, "Account", "account")
	if err != nil {
		return nil, err
	}
	page := &Account{Frame: f, Email: w.Email, Zones: suggestedZones, ThemeName: Field{Value: f.Theme}}
	people, err := s.Schedule.Store.People(ctx, []schedule.ID{me(w)})
	if err != nil {
		return nil, err
	}
	if len(people) == 0 {
		return nil, auth.ErrUnauthenticated
	}
	p := &people[0]
	page.Name.Value, page.ZoneName.Value, page.Language.Value = p.Name, p.Zone, p.Language
	page.WorkFrom.Value, page.WorkUntil.Value = hoursOf(p.Works)
	page.SleepFrom.Value, page.SleepUntil.Value = hoursOf(p.Sleeps)
	if only, err := s.Access.OnlySignOn(ctx); err != nil {
		return nil, err
	} else if only {
		page.NoPassword = s.Access.SignOnLabel()
	}
	sessions, err := s.Access.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	for _, one := range sessions {
		page.Sessions = append(page.Sessions, Session{ID: itoa(one.ID), Client: browserName(one.Agent), Where: one.Address, Seen: one.SeenAt, Current: one.ID == w.Session})
	}
	tokens, err := s.Access.Tokens(ctx)
	if err != nil {
		return nil, err
	}
	page.Tokens, page.TokenScope.Value, page.TokenExpires.Value = tokenList(tokens), string(auth.ScopeRead), "90"
	if err := s.putNews(ctx, page, w); err != nil {
		return nil, err
	}
	if err := s.putFeeds(ctx, page, w); err != nil {
		return nil, err
	}
	return page, nil
}

// hoursOf splits hours like "Mon-Fri 09:00-17:00" for two inputs of a form.
func hoursOf(text string) (from, until string) {
	if at := strings.LastIndex(text, " "); at >= 0 {
		text = text[at+1:]
	}
	from, until, _ = strings.Cut(text, "-")
	return from, until
}

func (s *Site) saveAccount(c echo.Context) error {
	ctx := c.Request().Context()
	w, err := owner(c)
	if err != nil {
		return err
	}
	language := c.FormValue("language")
	if err = health.CheckLanguage(language); err == nil {
		err = s.Schedule.SaveProfile(ctx, me(w), schedule.Profile{
			ID: me(w), Name: c.FormValue("name"), Zone: c.FormValue("zone"), Language: language,
			Works: join(c.FormValue("work_from"), c.FormValue("work_until")), Sleeps: join(c.FormValue("sleep_from"), c.FormValue("sleep_until")),
		})
	}
	problem := httperr.Of(err)
	switch {
	case err == nil:
		setTheme(c, c.FormValue("theme"))
		return done(c, "/account", "good", "Saved.")
	case problem.Internal():
		return err
	}
	page, err := s.accountPage(c)
	if err != nil {
		return err
	}
	other := ""
	page.Name.Value, page.ZoneName.Value, page.Language.Value = c.FormValue("name"), c.FormValue("zone"), language
	put(problem, map[string]*Field{"name": &page.Name, "zone": &page.ZoneName, "works": &page.WorkFrom, "sleeps": &page.SleepFrom, "language": &page.Language}, &other)
	if other != "" {
		page.Flash = &Flash{Kind: "bad", Text: other}
	}
	return s.show(c, problem.Status, "account", page)
}

func join(from, until string) string {
	if from == "" && until == "" {
		return ""
	}
	return from + "-" + until
}

func (s *Site) changePassword(c echo.Context) error {
	if c.FormValue("new") != c.FormValue("again") {
		return s.passwordRefused(c, &schedule.InvalidError{Field: "again", Reason: "This is not the same as the new password."})
	}
	err := s.Access.ChangePassword(c.Request().Context(), c.FormValue("old"), c.FormValue("new"))
	if err == nil {
		return done(c, "/account", "good", "Your password is changed. Other browsers are signed out.")
	}
	return s.passwordRefused(c, err)
}

func (s *Site) passwordRefused(c echo.Context, err error) error {
	problem := httperr.Of(err)
	if problem.Internal() {
		return err
	}
	page, err := s.accountPage(c)
	if err != nil {
		return err
	}
	put(problem, map[string]*Field{"password": &page.New, "again": &page.Again}, &page.Old.Error)
	return s.show(c, problem.Status, "account", page)
}

// forbidden says what is not for the reader, and what they can do about it.
func forbidden(method string, err error) (what, do string) {
	switch {
	case errors.Is(err, auth.ErrOtherSite):
		return "This came from another site.", "Nothing was done. Open the page here, and press the button there."
	case method == http.MethodGet || method == http.MethodHead:
		return "This is not yours to see.", "Ask somebody who manages the team if you need to know it."
	}
	return "This is not yours to do.", "Ask somebody who manages the team."
}

// Fail shows what an error means, or leads to the log-in page. It is the error
// handler of pages.
func (s *Site) Fail(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	err = httperr.Unrouted(err, c)
	problem := httperr.Of(err)
	for name, values := range problem.Header {
		if name == "Allow" {
			c.Response().Header()[name] = values
		}
	}
	r := c.Request()
	if errors.Is(err, auth.ErrUnauthenticated) {
		to := "/login"
		if r.Method == http.MethodGet && r.URL.Path != "/" {
			to += "?next=" + url.QueryEscape(r.URL.RequestURI())
		}
		_ = c.Redirect(http.StatusSeeOther, to)
		return
	}
	if problem.Internal() {
		s.Log.ErrorContext(r.Context(), "request failed", "method", r.Method, "route", c.Path(), "error", err)
	}
	page := ErrorPage{Status: problem.Status, What: problem.Message, Do: "Go back and try again."}
	if problem.Internal() {
		page.ID = c.Response().Header().Get(echo.HeaderXRequestID)
	}
	switch problem.Status {
	case http.StatusNotFound:
		page.What, page.Do = "There is no such page.", "It may have moved, or it is not yours to see."
		if c.Path() == tellRoute {
			page.What, page.Do = "This link does not work.", "It has ended, a newer one took its place, or a part of it is missing. What you pressed with it is kept. Log in to say more, on My pages."
		}
	case http.StatusMethodNotAllowed:
		page.What, page.Do = "This address takes the buttons of a page, and is no page itself.", "Go back to the page you came from."
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			page.What, page.Do = "This address takes nothing that is sent to it.", "Go back and try again."
		}
	case http.StatusForbidden:
		page.What, page.Do = forbidden(r.Method, err)
	case http.StatusUnprocessableEntity:
		page.What = upper(problem.Message) + "."
	case http.StatusInternalServerError:
		page.What, page.Do = "Something went wrong on our side.", "Try again in a moment. The error is in the log of the service."
	}
	page.Frame, err = s.frame(c, auth.From(r.Context()), "Sorry", "")
	if err != nil {
		// The database may be what fails: the page needs nothing of it.
		page.Frame = Frame{Title: "Sorry", Zone: "UTC", Now: s.Schedule.Now()}
	}
	if err := s.show(c, problem.Status, "error", page); err != nil {
		s.Log.ErrorContext(r.Context(), "error page failed", "error", err)
	}
}
