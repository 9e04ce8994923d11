package main

import (
	"context"
	"errors"
	"time"

	"watchbill/api/notify"
	"watchbill/api/notify/notifydb"
	"watchbill/health"
	"watchbill/schedule"
)

// mailFlags set up news by e-mail.
type mailFlags struct {
	Server       string `env:"WATCHBILL_MAIL_SERVER" placeholder:"HOST:PORT" help:"Server that takes e-mail, like smtp.example.com:587. Without one nobody is written to."`
	From         string `env:"WATCHBILL_MAIL_FROM" placeholder:"ADDRESS" help:"Sender of e-mail, like \"Watchbill <watchbill@example.com>\"."`
	Security     string `default:"starttls" env:"WATCHBILL_MAIL_SECURITY" placeholder:"HOW" help:"How the connection is made safe: starttls, tls (as on port 465), or none (a relay on the same machine; default ${default})."`
	User         string `env:"WATCHBILL_MAIL_USER" placeholder:"NAME" help:"Who logs in at the server; nobody when it wants none."`
	Password     string `env:"WATCHBILL_MAIL_PASSWORD" secret:"" placeholder:"TEXT" help:"Their password. Others on this machine see flags: better use the variable, or a file."`
	PasswordFile string `env:"WATCHBILL_MAIL_PASSWORD_FILE" placeholder:"FILE" help:"File with the password."`
}

// carrier returns what sends e-mail; nil when nothing does. An error says what is wrong
// with the settings.
func (f *mailFlags) carrier() (notify.Carrier, error) {
	if f.Server == "" {
		if f.From != "" || f.User != "" || f.Password != "" || f.PasswordFile != "" {
			return nil, errors.New("--mail-server is missing, and the other --mail flags mean nothing without it")
		}
		return nil, nil //nolint:nilnil // it is not wanted
	}
	switch {
	case f.Password != "" && f.PasswordFile != "":
		return nil, errors.New("--mail-password and --mail-password-file: give one of them")
	case f.User == "" && (f.Password != "" || f.PasswordFile != ""):
		return nil, errors.New("--mail-user is missing: whose password it is")
	case f.User != "" && f.Password == "" && f.PasswordFile == "":
		return nil, errors.New("--mail-password-file is missing: the password of --mail-user")
	}
	password, err := secretOr("--mail-password", f.Password, f.PasswordFile)
	if err != nil {
		return nil, err
	}
	server := notify.MailServer{Address: f.Server, From: f.From, Security: f.Security, User: f.User, Password: password}
	return server.Mailer()
}

// slackFlags set up news by Slack.
type slackFlags struct {
	Token     string `env:"WATCHBILL_SLACK_TOKEN" secret:"" placeholder:"TEXT" help:"Token of a Slack app's bot, which begins with xoxb-; without one nobody is written to at Slack. Others on this machine see flags: better use the variable, or a file."`
	TokenFile string `env:"WATCHBILL_SLACK_TOKEN_FILE" placeholder:"FILE" help:"File with the token."`
	API       string `env:"WATCHBILL_SLACK_API" name:"api" placeholder:"URL" help:"Where Slack's Web API is, if not at https://slack.com/api: a gateway, for example."`
}

// carrier returns what writes at Slack; nil when nothing does. An error says what is wrong
// with the settings.
func (f *slackFlags) carrier(now func() time.Time) (notify.Carrier, error) {
	switch {
	case f.Token != "" && f.TokenFile != "":
		return nil, errors.New("--slack-token and --slack-token-file: give one of them")
	case f.Token == "" && f.TokenFile == "" && f.API != "":
		return nil, errors.New("--slack-token-file is missing, and --slack-api means nothing without it")
	case f.Token == "" && f.TokenFile == "":
		return nil, nil //nolint:nilnil // it is not wanted
	}
	token, err := secretOr("--slack-token", f.Token, f.TokenFile)
	if err != nil {
		return nil, err
	}
	app := notify.SlackApp{Token: token, API: f.API, Now: now}
	return app.Carrier()
}

// carriers returns what takes news to people; none when nothing does.
func (c *serveCmd) carriers(now func() time.Time) (map[notify.Medium]notify.Carrier, error) {
	mail, err := c.Mail.carrier()
	if err != nil {
		return nil, err
	}
	slack, err := c.Slack.carrier(now)
	if err != nil {
		return nil, err
	}
	all := map[notify.Medium]notify.Carrier{}
	if mail != nil {
		all[notify.Email] = mail
	}
	if slack != nil {
		all[notify.Slack] = slack
	}
	return all, nil
}

// tellPeople puts together what tells people what has happened; nobody is told anything
// when nothing carries it.
func (s *server) tellPeople(base string) {
	store := s.schedule.Store
	covers := &notify.Covers{Store: store, Crew: s.askedOn, Now: s.schedule.Now}
	shifts := &notify.HandOvers{Shifts: s.handOvers, Teams: store.Team, People: store.People}
	pulses := &notify.Pulses{Pulse: s.pulse, Teams: store.Team, Members: store.Members}
	managers := notify.Managers{Teams: store.Team, Members: store.Members, Now: s.schedule.Now}
	warnings := &notify.Warnings{Managers: managers, Store: s.health.Store}
	owed := &notify.OwedEnds{Health: s.health, Teams: store.Team, Now: s.schedule.Now}
	letters := notifydb.New(s.db.Write, s.db.Read)
	changed := &notify.ShiftChanges{Schedule: s.schedule, Told: letters.Told}
	begin := &notify.ShiftsSoon{Schedule: s.schedule, Chosen: letters.Leads, Asleep: asleep}
	drafts := &notify.Drafts{Managers: managers, Store: store}
	gaps := &notify.Gaps{Managers: managers, Schedule: s.schedule}
	weeks := &notify.Weeks{Managers: managers, Schedule: s.schedule, Waiting: s.health.OwedWaiting, Review: s.health.Store.Review}
	rests := &notify.Rests{Managers: managers, Schedule: s.schedule, Nights: s.rollup}
	s.news = &notify.Outbox{
		Store: letters, Newer: &notify.Newer{Sources: map[notify.Kind]notify.Source{
			notify.ShiftChanged: changed.Topics, notify.ShiftSoon: begin.Topics, notify.DraftMade: drafts.Topics,
			notify.GapFound: gaps.Topics, notify.RestDue: rests.Own, notify.RestTeam: rests.OfTeams, notify.WeekAhead: weeks.Topics,
		}},
		Sources: []notify.Source{covers.Topics, shifts.Topics, owed.Topics, pulses.Topics, warnings.Topics},
		People:  store.People, Asleep: asleep, Now: s.schedule.Now, BaseURL: base, Log: s.log, Down: new(notify.Down),
	}
}

// asleep says whether somebody sleeps at a moment.
func asleep(p *schedule.Profile, at time.Time) bool {
	stay, _ := stayOf(&health.ClockChange{Zone: p.Zone, Works: p.Works, Sleeps: p.Sleeps})
	config := health.DefaultConfig()
	person, err := health.NewPerson(health.Person{ID: p.ID, Stays: []health.Stay{{Zone: stay.Zone, Business: stay.Business, Sleep: stay.Sleep}}}, &config)
	return err == nil && person.PageBand(at) == schedule.Sleep
}

// forgetWords forgets who was written to and what programs were told long ago, and old
// comments of surveys.
func (s *server) forgetWords(ctx context.Context) error {
	return errors.Join(s.news.Forget(ctx), s.webhooks.Forget(ctx), s.pulse.ForgetComments(ctx))
}
