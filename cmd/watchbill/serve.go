package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os/signal"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"watchbill/api"
	"watchbill/api/apidb"
	"watchbill/api/auth"
	"watchbill/api/auth/authdb"
	"watchbill/api/leavers"
	"watchbill/api/leavers/leaversdb"
	"watchbill/api/notify"
	"watchbill/api/notify/webhook"
	"watchbill/api/pull"
	"watchbill/api/telemetry"
	"watchbill/health"
	"watchbill/migrations"
	"watchbill/schedule"
	"watchbill/schedule/scheduledb"
	"watchbill/ui"
)

type serveCmd struct {
	configFlags
	Check bool `help:"Print every setting and where it comes from, verify what can be verified without changing anything, and end: with 1 when something is wrong."`

	Addr      string        `default:":8080" env:"WATCHBILL_ADDR" help:"Address to listen on (default ${default})."`
	DB        string        `default:"watchbill.db" env:"WATCHBILL_DB" placeholder:"FILE|URL" help:"SQLite file, or address of a PostgreSQL database like postgres://user@host/name (default ${default})."`
	BaseURL   string        `env:"WATCHBILL_BASE_URL" placeholder:"URL" help:"Where people reach the service, like https://watchbill.example; links in calendars begin with it."`
	Demo      bool          `help:"Serve a demonstration company on a throw-away database."`
	APILimit  int           `default:"600" env:"WATCHBILL_API_LIMIT" name:"api-limit" help:"Calls of the API that a token or a session may make in a minute, on one replica; 0 is no limit (default ${default})."`
	PlanLimit time.Duration `default:"10s" env:"WATCHBILL_PLAN_LIMIT" help:"How long to look for a better plan (default ${default})."`

	Proxies     []string `env:"WATCHBILL_PROXIES" placeholder:"NETWORK" help:"Addresses or networks of the proxies in front, whose X-Forwarded-For says from where a request came."`
	PulseSecret string   `env:"WATCHBILL_PULSE_SECRET" secret:"" placeholder:"TEXT" help:"A secret of 32 letters or more, the same on all replicas: answers to an open survey are sealed with it. Without one, SQLite keeps keys in files beside the database, and PostgreSQL in a table."`

	PulseSecretFile string `env:"WATCHBILL_PULSE_SECRET_FILE" placeholder:"FILE" help:"File with that secret."`

	KeepPages   int `default:"13" env:"WATCHBILL_KEEP_PAGES" placeholder:"MONTHS" help:"How many months pages are kept, with all that hangs from them; what they came to by the week stays. 0 keeps them until somebody removes them (default ${default})."`
	KeepResults int `default:"24" env:"WATCHBILL_KEEP_RESULTS" placeholder:"MONTHS" help:"How many months results of surveys, weekly reviews and early warnings are kept; 0 is for ever (default ${default})."`

	KeepLeavers int `default:"13" env:"WATCHBILL_KEEP_LEAVERS" placeholder:"MONTHS" help:"How many months whoever left is known by name; then a label like \"Former member 17\" stands for them everywhere. 0 is until an administrator says so (default ${default})."`

	Log     logFlags     `embed:"" prefix:"log-"`
	Metrics metricsFlags `embed:"" prefix:"metrics-"`

	SignOn signOnFlags `embed:"" prefix:"oidc-"`
	Mail   mailFlags   `embed:"" prefix:"mail-"`
	Slack  slackFlags  `embed:"" prefix:"slack-"`

	AllowFetchFrom []string          `env:"WATCHBILL_ALLOW_FETCH" placeholder:"NETWORK" help:"Networks, like 10.0.0.0/8, that links to calendars, the APIs of pagers and webhooks may lead to besides the public internet."`
	PagerAPI       map[string]string `env:"WATCHBILL_PAGER_API" name:"pager-api" placeholder:"VENDOR=URL" help:"Where the API of pagerduty or opsgenie is asked for the past, instead of at the vendor: a gateway, for example."`
}

// Validate is called by kong when the command line has been read. A check tells what is
// wrong with all the rest.
func (c *serveCmd) Validate() error {
	if c.Check {
		return nil
	}
	return c.faults()
}

// faults are all settings that cannot be meant.
func (c *serveCmd) faults() error {
	all := []error{c.badBase()}
	if c.APILimit < 0 {
		all = append(all, errors.New("--api-limit must not be negative; 0 is no limit"))
	}
	if c.PlanLimit <= 0 {
		all = append(all, errors.New("--plan-limit must be longer than nothing, like 10s"))
	}
	if _, err := c.pulseSecret(); err != nil {
		all = append(all, err)
	}
	if err := (health.Keeping{Pages: c.KeepPages}).Check(); err != nil {
		all = append(all, fmt.Errorf("--keep-pages: %w", err))
	}
	if err := (health.Keeping{Results: c.KeepResults}).Check(); err != nil {
		all = append(all, fmt.Errorf("--keep-results: %w", err))
	}
	_, err1 := allowed(c.AllowFetchFrom)
	_, err2 := behind(c.Proxies)
	_, err3 := c.Log.log(io.Discard, c.Demo)
	return errors.Join(append(all, err1, checkPagerAPIs(c.PagerAPI), err2, err3, c.SignOn.check(), c.Metrics.check())...)
}

// pulseSecret returns what surveys and diaries are sealed with; empty where nothing is said.
func (c *serveCmd) pulseSecret() (string, error) {
	secret, err := secretOr("--pulse-secret", c.PulseSecret, c.PulseSecretFile)
	if n := len(secret); err == nil && (secret != "" || c.PulseSecretFile != "") && n < shortestSecret {
		err = fmt.Errorf("%s has %d letters; it needs %d, as `openssl rand -base64 32` makes them", map[bool]string{true: "--pulse-secret (WATCHBILL_PULSE_SECRET)", false: "--pulse-secret-file"}[c.PulseSecretFile == ""], n, shortestSecret)
	}
	return secret, err
}

// badBase says that what links begin with is no web address.
func (c *serveCmd) badBase() error {
	if c.BaseURL != "" && !strings.HasPrefix(c.BaseURL, "http://") && !strings.HasPrefix(c.BaseURL, "https://") {
		return errors.New("--base-url begins with https:// or http://, like https://watchbill.example")
	}
	return nil
}

// keeping is for how long what is kept.
func (c *serveCmd) keeping() health.Keeping {
	return health.Keeping{Pages: c.KeepPages, Results: c.KeepResults, Leavers: c.KeepLeavers}
}

// Run serves until the program is told to stop, or checks the settings.
func (c *serveCmd) Run(con *console, parsed *kong.Context, cfg *configuration) error {
	if c.Check {
		return c.check(con, parsed, cfg)
	}
	return c.serve(con)
}

func (c *serveCmd) serve(con *console) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("--addr: %w", err)
	}
	defer func() { _ = listener.Close() }() // the server has closed it when it ran
	base := strings.TrimSuffix(c.BaseURL, "/")
	if base == "" {
		base = "http://" + reachable(listener.Addr())
	}
	address := c.DB
	if c.Demo {
		var remove func()
		if address, remove, err = throwAway(); err != nil {
			return err
		}
		defer remove()
	}
	signOn, err := c.SignOn.settings(base)
	if err != nil {
		return err
	}
	carriers, err := c.carriers(con.now)
	if err != nil {
		return err
	}
	secret, err := c.pulseSecret()
	if err != nil {
		return err
	}
	if con.log, err = c.Log.log(con.err, c.Demo); err != nil {
		return err
	}
	srv, err := newServer(ctx, con, address, base, c.PlanLimit, func(o *auth.Options) { o.SignOn = signOn })
	if err != nil {
		return err
	}
	defer srv.close()
	srv.api.Limit = c.APILimit
	if err := c.surround(con, srv); err != nil {
		return err
	}
	srv.sealWith(secret)
	srv.keep(c.keeping())
	srv.news.Carriers = tracedCarriers(carriers, srv.tracing)
	if c.Demo {
		if err := srv.company(ctx, con); err != nil {
			return err
		}
	}
	if err := srv.greet(ctx, con, base); err != nil {
		return err
	}
	return srv.run(ctx, listener)
}

// surround sets who stands around the service: proxies in front, who reads its figures,
// who is sent traces, and where it may fetch from.
func (c *serveCmd) surround(con *console, srv *server) (err error) {
	if srv.endTraces, err = srv.traced(con); err != nil {
		return err
	}
	if srv.metricsToken, err = c.Metrics.read(); err != nil {
		return err
	}
	if srv.requests.Proxy, err = fromProxy(c.Proxies); err != nil {
		return err
	}
	if srv.echo.IPExtractor, err = behind(c.Proxies); err != nil {
		return err
	}
	if srv.schedule.Calendars, err = tracedCalendars(c.AllowFetchFrom, srv.tracing); err != nil {
		return err
	}
	networks, err := allowed(c.AllowFetchFrom)
	srv.tellIn(networks)
	srv.past.Fetch, srv.past.Addresses = pastFetcher(networks, srv.tracing), c.PagerAPI
	return err
}

// close closes the database, and sends what is left of traces.
func (s *server) close() {
	if err := s.db.Close(); err != nil {
		s.log.Error("database did not close", "error", err)
	}
	if s.endTraces != nil {
		s.endTraces()
	}
}

// reachable is how a listener is called from this machine.
func reachable(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}

// A server is the service with its database.
type server struct {
	db        *migrations.DB
	schedule  *schedule.Service
	access    *auth.Service
	health    *health.Service
	receiver  *health.Receiver
	puller    *health.Puller
	past      *pull.Client
	tables    *health.TableWorker
	reader    *health.Worker
	rollup    *health.Rollup
	remover   *health.Remover
	imagining *health.Imagining
	payroll   *health.Payroll
	handOvers *health.HandOvers
	reviews   *health.Reviewer
	pulse     *health.Pulse
	news      *notify.Outbox
	webhooks  *webhook.Service
	looker    *webhook.Looker
	sender    *webhook.Sender
	leavers   *leavers.Service
	diary     *health.Diary
	wake      chan struct{} // something came in
	planner   planner
	api       *api.Server
	site      *ui.Site
	echo      *echo.Echo
	guard     *clockGuard
	log       *slog.Logger
	now       func() time.Time // moves for the demonstration
	wall      func() time.Time // by which it is measured how long things take

	feeds        *api.Feeds
	requests     *telemetry.Requests
	tracing      *telemetry.Tracing // nil: no traces
	endTraces    func()             // sends the rest of them
	figures      *telemetry.Metrics
	jobRuns      *telemetry.Tally
	metricsToken string // who has it reads the figures; empty: nobody
}

// newServer opens the database and puts the service together; access changes how
// people get in.
func newServer(ctx context.Context, con *console, address, base string, planLimit time.Duration, access ...func(*auth.Options)) (*server, error) {
	s := &server{log: con.log, planner: planner{timeLimit: planLimit}, now: con.now, wall: time.Now}
	if s.log == nil {
		s.log = telemetry.NewLog(con.err, telemetry.FormatText, slog.LevelInfo)
	}
	s.count()
	var err error
	if s.db, err = migrations.Open(ctx, address); err != nil {
		return nil, err
	}
	if _, err = s.db.Migrate(ctx); err != nil {
		return nil, errors.Join(err, s.db.Close())
	}
	clock := func() time.Time { return s.now().UTC().Truncate(time.Second) }
	s.guard = &clockGuard{here: clock, database: s.db.Clock, log: s.log}
	rules := new(judge)
	s.schedule = &schedule.Service{
		Store: scheduledb.New(s.db.Write, s.db.Read), Now: clock, Plan: s.planner.plan, Check: s.planner.check,
		CheckMember: s.planner.checkMember, Judge: rules.judge, Reach: rules.reach, Past: s.planner,
	}
	if s.schedule.Calendars, err = newCalendars(nil); err != nil {
		return nil, errors.Join(err, s.db.Close())
	}
	options := auth.Options{Now: clock, Secure: strings.HasPrefix(base, "https://"), Origins: []string{base}}
	for _, change := range access {
		change(&options)
	}
	s.access, err = auth.New(authdb.New(s.db.Write, s.db.Read), options)
	if err != nil {
		return nil, errors.Join(err, s.db.Close())
	}
	s.takePages()
	s.askPeople()
	s.tellPeople(base)
	s.tellPrograms(base)
	s.schedule.Reached = s.reached
	s.leavers = &leavers.Service{Store: leaversdb.New(s.db.Write, s.db.Read), Schedule: s.schedule, Pay: s.payroll, Now: clock}
	if err := s.routes(base); err != nil {
		return nil, errors.Join(err, s.db.Close())
	}
	s.requests.Each = con.log != nil
	return s, nil
}

// routes puts together who answers what.
func (s *server) routes(base string) error {
	pages, err := ui.New()
	if err != nil {
		return err
	}
	s.site = &ui.Site{Pages: pages, Schedule: s.schedule, Access: s.access, Health: s.health, Burdens: s.rollup, Imagining: s.imagining, HandOvers: s.handOvers, Reviews: s.reviews, Pay: s.payroll, Pulse: s.pulse, Diary: s.diary, News: s.news, Leavers: s.leavers, Webhooks: s.webhooks, Team: importTeam, BaseURL: base, Log: s.log, Wall: time.Now}
	s.api = &api.Server{Schedule: s.schedule, Access: s.access, Health: s.health, Burdens: s.rollup, Imagining: s.imagining, HandOvers: s.handOvers, Reviews: s.reviews, Pay: s.payroll, Pulse: s.pulse, Diary: s.diary, Leavers: s.leavers, Webhooks: s.webhooks, Log: s.log, BaseURL: base, Build: build(), Schema: s.db.Version, Calls: apidb.New(s.db.Write), DaysOff: daysOff, Wall: time.Now}
	s.echo = echo.New()
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.HTTPErrorHandler = func(err error, c echo.Context) {
		if strings.HasPrefix(c.Request().URL.Path, "/api/") {
			s.api.Fail(err, c)
			return
		}
		s.site.Fail(err, c)
	}
	limit := middleware.BodyLimitConfig{Limit: maxBody, Skipper: func(c echo.Context) bool { return ui.Uploads(c) || api.IsHook(c) || api.Uploads(c) }}
	s.echo.Pre(api.Head)
	s.observe()
	s.echo.Use(ui.Guard(strings.HasPrefix(base, "https://")), middleware.BodyLimitWithConfig(limit), middleware.GzipWithConfig(middleware.GzipConfig{
		// Feeds and static files are compressed once, when they are made.
		Skipper: func(c echo.Context) bool {
			return strings.HasPrefix(c.Path(), "/feeds/") || strings.HasPrefix(c.Path(), "/static/") || api.IsHook(c)
		},
	}))
	api.Health(s.echo, s.db.Ping, s.guard.note)
	s.echo.GET("/metrics", s.readFigures)
	s.feeds = api.NewFeeds(s.schedule, base, s.log)
	s.feeds.Register(s.echo)
	(&api.Hooks{Receiver: s.receiver, BaseURL: base, Log: s.log, Wall: time.Now}).Register(s.echo)
	s.site.Register(s.echo, s.access.Identify)
	s.api.Register(s.echo, s.access.Identify)
	return nil
}

// maxBody bounds what a request may bring, where pages set no limit of their own; a
// team file is the largest.
const maxBody = "2M"

// greet says where the service is, and how to set it up at a first start.
func (s *server) greet(ctx context.Context, con *console, base string) error {
	code, err := s.access.SetupCode(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(con.err, "watchbill: listening at %s\n", base)
	if code != "" {
		fmt.Fprintf(con.err, "watchbill: nobody is set up yet: open %s/setup and enter the code %s\n", base, code)
	}
	return nil
}

// stopWithin is how long requests may take to end once the program is to stop.
const stopWithin = 10 * time.Second

// jobs are what the service does by itself.
func (s *server) jobs() *jobs {
	return &jobs{
		service: s.schedule, access: s.access, health: s.health, burden: s.measureBurden, pool: s.rollup.Pool, reviews: s.makeReviews, warn: s.warnTeams, pulse: s.askTeams, news: s.news.Work, look: s.looker.Look, send: s.sender.Work, forget: s.forgetWords, remove: s.remover.Work, leave: s.leavers.Work,
		pulls: s.puller.Work, tables: s.tables.Work, api: s.api, guard: s.guard, log: s.log, ran: s.jobRuns.Done, tracing: s.tracing,
	}
}

// run serves until the context ends, then finishes what it is doing.
func (s *server) run(ctx context.Context, listener net.Listener) error {
	wait, err := s.jobs().start(ctx)
	if err != nil {
		return err
	}
	defer wait()
	reading, stopReading := context.WithCancel(ctx)
	var reader sync.WaitGroup
	reader.Go(func() { s.readPages(reading) })
	defer reader.Wait()
	defer stopReading()
	web := &http.Server{Handler: s.echo, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn)}
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(listener) }()
	// The jobs have run once: what that and starting took is not needed again.
	defer time.AfterFunc(5*time.Second, debug.FreeOSMemory).Stop()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	s.log.Info("stopping")
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	return errors.Join(web.Shutdown(last), s.receiver.Flush(last))
}
