package ui

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"watchbill/api/auth"
	"watchbill/api/leavers"
	"watchbill/api/notify"
	"watchbill/api/notify/webhook"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// A Site answers the requests of browsers: it reads a form, calls the service, and
// shows a page or leads to one.
type Site struct {
	Pages     *Pages
	Schedule  *schedule.Service
	Access    *auth.Service
	Health    *health.Service
	Burdens   *health.Rollup
	Imagining *health.Imagining
	HandOvers *health.HandOvers
	Reviews   *health.Reviewer
	Pay       *health.Payroll
	Pulse     *health.Pulse
	News      *notify.Outbox
	Webhooks  *webhook.Service
	Leavers   *leavers.Service
	Diary     *health.Diary
	// Team reads a team file. The days of the plan in it only say from when the
	// rules hold.
	Team    func(source string) (schedule.TeamImport, error)
	BaseURL string // https://watchbill.example, without a slash at its end
	// Note says where pages of people come from that nobody's pager sent; empty where
	// they are real.
	Note string
	Log  *slog.Logger
	Wall func() time.Time // by which connections end, whatever time it is in the service

	facts     factsCache
	everybody namesCache
}

// Register adds the pages; identify finds out who is asking.
func (s *Site) Register(all *echo.Echo, identify echo.MiddlewareFunc) {
	all.GET("/static/*", echo.WrapHandler(s.Pages.Static()))
	all.GET("/favicon.ico", s.icon)
	s.registerSurvey(all)
	e := all.Group("", identify, auth.Browsers, plainForm)
	s.registerAccess(e)
	s.registerAdmin(e)
	s.registerImports(e)
	s.registerIntegrations(e)
	s.registerPast(e)
	s.registerTables(e)
	s.registerBurden(e)
	s.registerItems(e)
	s.registerTell(e)
	s.registerHandOver(e)
	s.registerOwed(e)
	s.registerReviews(e)
	s.registerPay(e)
	s.registerPulse(e)
	s.registerWizard(e)
	s.registerDrafts(e)
	s.registerRules(e)
	e.GET("/", s.home)
	e.POST("/account/shifts/seen", s.sawChanges)
	e.GET("/teams/:team", s.teamPage)
	e.GET("/teams/:team/schedule", s.schedule)
	e.GET("/shifts/:shift", s.shift)
	e.POST("/shifts/:shift/cover", s.askCover)
	e.POST("/shifts/:shift/take", s.take)
	e.POST("/shifts/:shift/swap", s.askSwap)
	e.POST("/shifts/:shift/override", s.override)
	e.POST("/shifts/:shift/takeover", s.takeOver)
	e.POST("/overrides/:override/undo", s.undo)
	e.GET("/requests", s.requests)
	for _, kind := range []string{"requests", "swaps"} {
		e.POST("/"+kind+"/:request/accept", s.accept)
		e.POST("/"+kind+"/:request/approve", s.approve)
		e.POST("/"+kind+"/:request/decline", s.decline)
		e.POST("/"+kind+"/:request/withdraw", s.withdraw)
	}
	e.GET("/timeoff", s.timeOff)
	e.POST("/timeoff", s.addTimeOff)
	e.POST("/timeoff/wishes", s.addWish)
	e.POST("/timeoff/:leave/remove", s.removeLeave)
	e.POST("/timeoff/:leave/cover", s.coverLeave)
	e.POST("/timeoff/wishes/:leave/remove", s.removeWish)
	e.GET("/teams/:team/settings", s.settings)
	e.POST("/teams/:team/settings/rules", s.saveRules)
	e.POST("/account/feeds", s.addFeed)
	e.POST("/account/feeds/:feed/reset", s.resetFeed)
	e.POST("/account/feeds/:feed/revoke", s.revokeFeed)
	e.POST("/account/theme", s.theme)
}

// who returns who is looking, or sends them to log in.
func who(c echo.Context) (auth.Who, error) {
	w := auth.From(c.Request().Context())
	if !w.Known() {
		return w, auth.ErrUnauthenticated
	}
	return w, nil
}

// owner returns who is looking, if they may change what is their own.
func owner(c echo.Context) (auth.Who, error) {
	w, err := who(c)
	if err != nil {
		return w, err
	}
	return w, w.Must(auth.EditOwn, auth.Person(w.Person))
}

// may returns who is looking, if they may do what is about no person and no team.
func may(c echo.Context, need auth.Action) (auth.Who, error) {
	w, err := who(c)
	if err != nil {
		return w, err
	}
	return w, w.Must(need, auth.On{})
}

func me(w auth.Who) schedule.ID { return schedule.ID(w.Person) }

// frame fills in what every page needs.
func (s *Site) frame(c echo.Context, w auth.Who, title, nav string) (Frame, error) {
	f := Frame{Title: title, Nav: nav, Theme: theme(c), Zone: "UTC", Now: s.Schedule.Now(), Path: c.Request().URL.RequestURI(), Flash: takeFlash(c)}
	if !w.Known() {
		return f, nil
	}
	f.Person, f.Zone, f.BrowserZoneNote = &Me{Name: w.Name, Zone: w.Zone, Admin: w.Admin}, w.Zone, true
	if err := s.fillTeams(c, &f, w); err != nil {
		return f, err
	}
	var err error
	f.Waiting, err = s.waiting(c.Request().Context(), w)
	return f, err
}

// teamFrame is frame for a page about a team, which the reader must be allowed to
// see, or to manage.
func (s *Site) teamFrame(c echo.Context, title, nav string, need auth.Action) (Frame, schedule.TeamRecord, auth.Who, error) {
	w, err := who(c)
	if err != nil {
		return Frame{}, schedule.TeamRecord{}, w, err
	}
	id, err := param(c, "team")
	if err != nil {
		return Frame{}, schedule.TeamRecord{}, w, err
	}
	refusal := w.Must(need, auth.Team(int64(id)))
	if refusal != nil && !w.May(auth.SeeTeam, auth.Team(int64(id))) {
		return Frame{}, schedule.TeamRecord{}, w, refusal
	}
	team, err := s.Schedule.Store.Team(c.Request().Context(), id)
	if err = cmp.Or(err, refusal); err != nil { // to whoever may see every team it is said that there is none
		return Frame{}, team, w, err
	}
	f, err := s.frame(c, w, title, nav)
	if err == nil {
		visit(c, &f, w, &team)
	}
	return f, team, w, err
}

// about makes a page one about a team.
func (f *Frame) about(w auth.Who, team *schedule.TeamRecord) {
	link := teamLink(w, team)
	f.Team = &link
}

// show renders a page whole or not at all.
func (s *Site) show(c echo.Context, status int, name string, page any) error {
	var b bytes.Buffer
	if err := s.Pages.Render(&b, name, page); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	return c.HTMLBlob(status, b.Bytes())
}

// param reads an ID of the path. What is no number does not exist.
func param(c echo.Context, name string) (schedule.ID, error) {
	n, err := strconv.ParseInt(c.Param(name), 10, 64)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("%s %q: %w", name, c.Param(name), schedule.ErrNotFound)
	}
	return schedule.ID(n), nil
}

const flashCookie = "flash"

// maxFlash bounds what is said, in letters: a cookie takes four kilobytes.
const maxFlash = 600

// done leads to a page that says what just happened.
func done(c echo.Context, to, kind, text string) error {
	if runes := []rune(text); len(runes) > maxFlash {
		text = string(runes[:maxFlash]) + "…"
	}
	setCookie(c, flashCookie, url.QueryEscape(kind+":"+text), 60)
	return c.Redirect(http.StatusSeeOther, to)
}

func takeFlash(c echo.Context) *Flash {
	cookie, err := c.Cookie(flashCookie)
	if err != nil {
		return nil
	}
	setCookie(c, flashCookie, "", -1)
	value, err := url.QueryUnescape(cookie.Value)
	kind, text, ok := strings.Cut(value, ":")
	if err != nil || !ok || !slices.Contains([]string{"good", "warn", "bad", "info"}, kind) || len(text) > 4*maxFlash+3 {
		return nil
	}
	return &Flash{Kind: kind, Text: text}
}

const themeCookie = "theme"

func theme(c echo.Context) string {
	if cookie, err := c.Cookie(themeCookie); err == nil && (cookie.Value == "light" || cookie.Value == "dark") {
		return cookie.Value
	}
	return ""
}

func (s *Site) theme(c echo.Context) error {
	setTheme(c, c.FormValue("theme"))
	return c.Redirect(http.StatusSeeOther, local(c.FormValue("back")))
}

// setTheme remembers a theme in this browser; anything but light and dark follows
// the system.
func setTheme(c echo.Context, value string) {
	if value != "light" && value != "dark" {
		value = ""
	}
	setCookie(c, themeCookie, value, 365*24*3600)
}

// local returns a path of this site, the first page for anything else.
func local(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n") {
		return "/"
	}
	return path
}

// refused says what a person got wrong in a form, or passes on what is not theirs.
// What is written for them is in the error.
func refused(err error) (text string, ok bool) {
	var invalid *schedule.InvalidError
	switch {
	case err == nil:
		return "", false
	case errors.As(err, &invalid):
		return upper(invalid.Reason) + ".", true
	case errors.Is(err, schedule.ErrConflict):
		text, _, _ := strings.Cut(err.Error(), ": "+schedule.ErrConflict.Error())
		return upper(text) + ".", true
	}
	return "", false
}

func upper(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(s[size:], ".")
}

// icon leads browsers that ask for one where no page names it, as for the API's, to ours.
func (s *Site) icon(c echo.Context) error {
	url, err := s.Pages.assets.url("icon.svg")
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusFound, url)
}

// answer leads on after a change, or back with the reason when it was refused.
func answer(c echo.Context, err error, to, good string) error {
	if text, ok := refused(err); ok {
		return done(c, to, "bad", text)
	}
	if err != nil {
		return err
	}
	return done(c, to, "good", good)
}

// kind is how a rotation's shifts are drawn.
func kind(r schedule.RotationID) string {
	name := strings.ToLower(string(r))
	for _, word := range []string{"second", "backup", "shadow", "tertiary"} {
		if strings.Contains(name, word) {
			return "backup"
		}
	}
	return "primary"
}
