package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"watchbill/api/notify"
	"watchbill/api/telemetry"
	"watchbill/migrations"
)

// A verdict is what came of looking at one thing: what is good, what is worth knowing, and
// what is wrong.
type verdict struct {
	good, notes []string
	faults      []error
}

func (v *verdict) ok(format string, args ...any) {
	v.good = append(v.good, fmt.Sprintf(format, args...))
}
func (v *verdict) note(format string, args ...any) {
	v.notes = append(v.notes, fmt.Sprintf(format, args...))
}
func (v *verdict) bad(err error)                    { v.faults = append(v.faults, err) }
func (v *verdict) fault(format string, args ...any) { v.bad(fmt.Errorf(format, args...)) }

// checkPatience bounds each thing that others have to answer for.
const checkPatience = 15 * time.Second

// check prints all settings and what can be found out about them without changing
// anything. Its error has one line for each fault.
func (c *serveCmd) check(con *console, parsed *kong.Context, cfg *configuration) error {
	all := cfg.settings(parsed)
	if err := writeSettings(con.out, all); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), checkPatience)
	defer cancel()
	looks := []func(context.Context, *verdict){
		func(_ context.Context, v *verdict) { c.checkSettings(v, cfg, parsed, all) },
		func(_ context.Context, v *verdict) { c.checkAddresses(v) },
		func(ctx context.Context, v *verdict) { c.checkDatabase(ctx, v, con.now) },
		func(ctx context.Context, v *verdict) { c.checkSignOn(ctx, v) },
		func(ctx context.Context, v *verdict) { c.checkMail(ctx, v) },
		func(ctx context.Context, v *verdict) { c.checkSlack(ctx, v, con.now) },
		func(ctx context.Context, v *verdict) { checkTraces(ctx, v, con.getenv) },
		func(_ context.Context, v *verdict) { checkZones(v) },
	}
	verdicts := make([]verdict, len(looks))
	var wg sync.WaitGroup
	for i, look := range looks {
		wg.Go(func() { look(ctx, &verdicts[i]) })
	}
	wg.Wait()
	fmt.Fprintln(con.out)
	var faults []error
	for i := range verdicts {
		for _, text := range verdicts[i].good {
			fmt.Fprintln(con.out, "good:", strings.Map(printed, text))
		}
		for _, text := range verdicts[i].notes {
			fmt.Fprintln(con.out, "note:", strings.Map(printed, text))
		}
		for _, err := range verdicts[i].faults {
			line := strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", "; ")
			if !slices.ContainsFunc(faults, func(e error) bool { return e.Error() == line }) {
				faults = append(faults, errors.New(line))
			}
		}
	}
	if len(faults) == 0 {
		fmt.Fprintln(con.out, "good: nothing is wrong")
	}
	return errors.Join(faults...)
}

// checkSettings finds what the settings themselves say.
func (c *serveCmd) checkSettings(v *verdict, cfg *configuration, parsed *kong.Context, all []setting) {
	if err := c.faults(); err != nil {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			v.bad(errors.New(line))
		}
	}
	for _, err := range cfg.secretFiles(all) {
		v.bad(err)
	}
	for _, text := range strayVariables(parsed.Model, os.Environ()) {
		v.note("%s", text)
	}
	if len(v.faults) == 0 {
		v.ok("settings can be meant, and no file with a secret can be read by everybody")
	}
}

// checkTraces finds out whether the collector takes traces, when they are asked for.
func checkTraces(ctx context.Context, v *verdict, getenv func(string) string) {
	host, err := telemetry.CheckTraces(ctx, getenv)
	switch {
	case err != nil:
		v.fault("%s", telemetry.Clean(err.Error()))
	case host != "":
		v.ok("the collector at %s takes traces", host)
	}
}

// checkAddresses finds out whether where the service listens and how it is reached go
// together.
func (c *serveCmd) checkAddresses(v *verdict) {
	if _, err := net.ResolveTCPAddr("tcp", c.Addr); err != nil {
		v.fault("--addr: %w; write it like :8080 or 127.0.0.1:8080", err)
	}
	if c.BaseURL == "" {
		if c.Mail.Server != "" || c.Slack.Token != "" || c.Slack.TokenFile != "" || c.SignOn.Issuer != "" {
			v.fault("--base-url is missing: links in letters, and the way back from the provider, would lead to this machine's own name")
			return
		}
		v.note("--base-url is not set: links in calendars begin with the address that the service listens on, and cookies may be sent in the clear")
		return
	}
	u, err := url.Parse(c.BaseURL)
	switch {
	case err != nil || u.Hostname() == "":
		if c.badBase() != nil {
			return // told with the settings
		}
		v.fault("--base-url: %q is no web address; write it like https://watchbill.example", c.BaseURL)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		v.fault("--base-url: %q has more than a name: the service wants one of its own, like https://%s", c.BaseURL, u.Host)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		v.fault("--base-url: %q begins with http://, so passwords and cookies go over the network in the clear: put a proxy with TLS in front and write https://", c.BaseURL)
	default:
		v.ok("%s is how people come, and cookies go with it", c.BaseURL)
		if u.Scheme == "https" && len(c.Proxies) == 0 {
			v.note("--proxies is not set: behind a proxy everybody seems to come from one address, and one who guesses passwords slows all down")
		}
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// checkDatabase finds out whether the database is there, and whether this program fits it.
func (c *serveCmd) checkDatabase(ctx context.Context, v *verdict, now func() time.Time) {
	if c.Demo {
		v.ok("the demonstration has a database of its own")
		return
	}
	if !migrations.IsPostgres(c.DB) {
		c.checkFile(v)
		if _, err := os.Stat(c.DB); errors.Is(err, fs.ErrNotExist) {
			v.note("--db: %s is not there yet: the first start makes it", c.DB)
			return
		}
	}
	db, err := migrations.Look(ctx, c.DB)
	if err != nil {
		v.fault("--db: %s", withoutSecrets(err.Error(), c.DB))
		return
	}
	defer func() { _ = db.Close() }() // it was only read
	version, err := db.Version(ctx)
	switch newest := migrations.Newest(); {
	case err != nil:
		v.fault("--db: %s", withoutSecrets(err.Error(), c.DB))
		return
	case version > newest:
		v.fault("--db: the database is at version %d of a newer program, and this one knows %d: install the newer one", version, newest)
	case version == 0 && foreign(ctx, db):
		v.fault("--db: the database has tables of another program and none of this one's: name an empty one")
	case version == 0:
		v.note("--db: the database is empty: the first start makes its tables")
	case version < newest:
		v.note("--db: the database is at version %d and goes to %d at the first start: make a backup before", version, newest)
	default:
		v.ok("the database is at version %d, as this program is", version)
	}
	server, err := db.Server(ctx)
	if err != nil {
		v.fault("--db: %s", withoutSecrets(err.Error(), c.DB))
		return
	}
	for _, text := range serverFaults(server) {
		v.fault("--db: %s", text)
	}
	if server.Isolation != "" && server.Isolation != "read committed" {
		v.note("--db: transactions are %q by default, which is not tried; default_transaction_isolation is \"read committed\" where nobody changed it", server.Isolation)
	}
	if !server.Clock.IsZero() {
		if apart := now().Sub(server.Clock); apart.Abs() > clocksAgree {
			v.fault("--db: the clock of this machine is %s: set the one that is wrong, and keep both right by NTP", inWords(apart))
		}
	}
}

// foreign says whether a database has tables, of whomever.
func foreign(ctx context.Context, db *migrations.DB) bool {
	tables, err := db.Read.WithContext(ctx).Migrator().GetTables()
	return err == nil && len(tables) > 0
}

// checkFile finds out whether an SQLite file can be written, and its folder.
func (c *serveCmd) checkFile(v *verdict) {
	folder := filepath.Dir(c.DB)
	info, err := os.Stat(folder)
	switch {
	case err != nil:
		v.fault("--db: %w", err)
		return
	case !info.IsDir():
		v.fault("--db: %s is no folder", folder)
		return
	}
	const read, write = 4, 2 // of access(2)
	for _, path := range []string{folder, c.DB, c.DB + "-wal", c.DB + "-shm", c.DB + ".lock", keysBeside(c.DB).dir} {
		if _, err := os.Lstat(path); err != nil {
			continue
		}
		if err := syscall.Access(path, read|write); err != nil {
			v.fault("--db: this user (%d) cannot write %s: %w", os.Getuid(), path, err)
		}
	}
	if info, err := os.Stat(c.DB); err == nil && info.Mode().Perm()&0o007 != 0 {
		v.note("--db: everybody on this machine can read %s: chmod o= %[1]s", c.DB)
	}
	if len(v.faults) == 0 {
		v.ok("%s can be written", folder)
	}
	if !roomFor(c.DB)() {
		v.fault("--db: the disk of %s is nearly full: nothing that pagers send would be taken in", c.DB)
	}
}

// withoutSecrets takes an address's password out of a message of a driver.
func withoutSecrets(message, address string) string {
	if u, err := url.Parse(address); err == nil {
		if password, ok := u.User.Password(); ok && password != "" {
			message = strings.ReplaceAll(message, password, "xxxxx")
		}
	}
	return strings.ReplaceAll(message, address, withoutPassword(address))
}

// checkSignOn asks the provider for its description of itself.
func (c *serveCmd) checkSignOn(ctx context.Context, v *verdict) {
	set, err := c.SignOn.settings(strings.TrimSuffix(c.BaseURL, "/"))
	if err != nil || set == nil || c.SignOn.check() != nil {
		return // what is wrong with the settings is told with them
	}
	if err := set.Discover(ctx); err != nil {
		v.fault("--oidc-issuer: %w", err)
		return
	}
	v.ok("the OpenID provider describes itself; its way back is %s", set.Redirect)
	if set.Create && len(set.Domains) == 0 {
		v.note("--oidc-create without --oidc-domains lets in everybody who has an account at %s", set.Issuer)
	}
}

// checkMail talks to the mail server as far as before a first letter.
func (c *serveCmd) checkMail(ctx context.Context, v *verdict) {
	carrier, err := c.Mail.carrier()
	if err == nil && carrier == nil {
		v.note("--mail-server is not set: nobody is written to by e-mail")
		return
	}
	c.checkCarrier(ctx, v, carrier, err, "--mail-server", "the mail server answers, and takes letters from this program")
}

// checkSlack asks Slack whether it knows the token.
func (c *serveCmd) checkSlack(ctx context.Context, v *verdict, now func() time.Time) {
	carrier, err := c.Slack.carrier(now)
	if err == nil && carrier == nil {
		return
	}
	c.checkCarrier(ctx, v, carrier, err, "--slack-token", "Slack knows the token")
}

// checkCarrier opens what would carry news, and sends nothing.
func (c *serveCmd) checkCarrier(ctx context.Context, v *verdict, carrier notify.Carrier, err error, flag, good string) {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return // told with the files
	}
	if err == nil {
		var line notify.Line
		if line, err = carrier.Open(ctx); err == nil {
			err = line.Close()
		}
	}
	if err != nil && !strings.HasPrefix(err.Error(), "--") {
		err = fmt.Errorf("%s: %w", flag, err)
	}
	if err != nil {
		v.bad(err)
		return
	}
	v.ok("%s", good)
}

// checkZones finds out whether the zone database that is used knows what it should: one
// that ZONEINFO points at goes before the program's own.
func checkZones(v *verdict) {
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			v.fault("time zones: %w; is ZONEINFO set?", err)
			continue
		}
		_, january := time.Date(2026, 1, 15, 0, 0, 0, 0, zone).Zone()
		_, july := time.Date(2026, 7, 15, 0, 0, 0, 0, zone).Zone()
		if (january == july) != (name == "Asia/Kathmandu") {
			v.fault("time zones: %s has no summer time in this machine's data, or one too many; is ZONEINFO set?", name)
		}
	}
	if len(v.faults) == 0 {
		v.ok("time zones are known")
	}
}

// serverFaults are reasons why a service cannot work, or not safely, on a PostgreSQL server.
func serverFaults(s migrations.Server) []string {
	var bad []string
	if s.Version != 0 && s.Version < oldestPostgres {
		bad = append(bad, fmt.Sprintf("PostgreSQL %d is too old; from %d on they are tried", s.Version, oldestPostgres))
	}
	if s.Standby {
		bad = append(bad, "the server is a standby, which takes no changes: name the primary")
	}
	if s.Connections > 0 && s.MaxConnections-s.Connections < migrations.PoolSize {
		bad = append(bad, fmt.Sprintf("of %d connections %d are in use, and one replica takes up to %d: raise max_connections, or end what holds them", s.MaxConnections, s.Connections, migrations.PoolSize))
	}
	slices.Sort(bad)
	return bad
}

// oldestPostgres is the oldest major version that is tried.
const oldestPostgres = 13
