package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"watchbill/api/notify/slacktest"
	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
)

// A check with everything that the service can have is good, shows no secret, and leaves
// everything as it was.
func TestCheckIsGood(t *testing.T) {
	eachKind(t, func(t *testing.T, address string) {
		if err := migrationstest.Migrated(t, address).Close(); err != nil {
			t.Fatal(err)
		}
		if !migrations.IsPostgres(address) {
			if err := os.Chmod(address, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		front := httptest.NewServer(&collector{})
		defer front.Close()
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", front.URL)
		before := folder(t, address)
		slack := slacktest.New(t, time.Now)
		provider := newProvider(t, "https://watchbill.example/login/sso/done")
		file := written(t, "w.yaml", strings.Join([]string{
			"base-url: https://watchbill.example", "db: " + address, "proxies: [127.0.0.1]",
			"pulse-secret: " + strings.Repeat("very secret ", 4),
			"slack-token-file: " + written(t, "slack", slacktest.Token), "slack-api: " + slack.URL,
			"oidc-issuer: " + provider.settings("").Issuer, "oidc-client-id: x", "oidc-secret-file: " + written(t, "oidc", "hush-hush"),
			"mail-server: " + mailServer(t), "mail-from: a@example.com", "mail-security: none",
		}, "\n"))
		out, errs, code := ran("serve", "--check", "--config", file)
		if code != 0 || errs != "" {
			t.Fatalf("%d\n%s\n%s", code, out, errs)
		}
		for _, want := range []string{"Slack knows the token", "the mail server answers", "the OpenID provider describes itself", "takes traces", "as this program is", "good: nothing is wrong"} {
			if !strings.Contains(out, want) {
				t.Errorf("no %q in\n%s", want, out)
			}
		}
		for _, secret := range []string{"very secret", slacktest.Token, "hush-hush", os.Getenv("PGPASSWORD")} {
			if secret != "" && strings.Contains(out, secret) {
				t.Errorf("%q is in\n%s", secret, out)
			}
		}
		if after := folder(t, address); !slices.Equal(before, after) {
			t.Errorf("files were %v and are %v", before, after)
		}
	})
}

// eachKind runs a test with the address of a database of each kind that does not exist yet.
func eachKind(t *testing.T, test func(t *testing.T, address string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, migrationstest.SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, migrationstest.Postgres(t)) })
}

// folder lists the files beside a database with their sizes and times.
func folder(t *testing.T, address string) (all []string) {
	t.Helper()
	if migrations.IsPostgres(address) {
		return nil
	}
	files, err := os.ReadDir(filepath.Dir(address))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprint(f.Name(), info.Size(), info.ModTime()))
	}
	return all
}

// mailServer answers EHLO.
func mailServer(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(greetOnly{})
	server.Domain = "localhost"
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close(); <-done })
	return listener.Addr().String()
}

// greetOnly is a server to which nobody sends anything.
type greetOnly struct{ smtp.Session }

func (g greetOnly) NewSession(*smtp.Conn) (smtp.Session, error) { return g, nil }
func (greetOnly) Reset()                                        {}
func (greetOnly) Logout() error                                 { return nil }

// Each thing that can be wrong is one line.
func TestCheckFindsFaults(t *testing.T) {
	dir := t.TempDir()
	closed := "127.0.0.1:1"
	good := "base-url: http://localhost:8080\ndb: " + filepath.Join(dir, "a.db") + "\n"
	broken := slacktest.New(t, time.Now)
	readable := written(t, "secret", "hush")
	if err := os.Chmod(readable, 0o644); err != nil {
		t.Fatal(err)
	}
	nothing := http.NotFoundHandler()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	web := &http.Server{Handler: nothing}
	go func() { _ = web.Serve(listener) }()
	t.Cleanup(func() { _ = web.Close() })
	for _, c := range []struct{ more, want string }{
		{"addr: \"8080\"", "--addr: address 8080: missing port in address; write it like :8080"},
		{"base-url: https://watchbill.example/oncall", "has more than a name"},
		{"base-url: http://watchbill.example", "in the clear"},
		{"base-url: 'https://'", "is no web address"},
		{"api-limit: -1", "--api-limit must not be negative"},
		{"pulse-secret: short", "has 5 letters"},
		{"pulse-secret-file: " + filepath.Join(dir, "none"), "--pulse-secret-file: open"},
		{"pulse-secret-file: " + written(t, "short", "hush"), "--pulse-secret-file has 4 letters"},
		{"proxies: [x]", "--proxies"},
		{"db: " + filepath.Join(dir, "none", "a.db"), "no such file or directory"},
		{"db: postgres://watchbill:hush@" + closed + "/x?connect_timeout=1", "--db: "},
		{"mail-server: " + closed + "\nmail-from: a@b.example", "connection refused"},
		{"mail-server: " + closed, "the sender of mail is an address"},
		{"mail-from: a@b.example", "--mail-server is missing"},
		{"mail-server: " + mailServer(t) + "\nmail-from: a@b.example", "--mail-server: "}, // it has no STARTTLS
		{"slack-token-file: " + readable + "\nslack-api: " + broken.URL, "everybody on this machine can read " + readable},
		{"slack-token-file: " + written(t, "none", "xoxb-other") + "\nslack-api: " + broken.URL, "--slack-token: "},
		{"slack-token-file: " + filepath.Join(dir, "none"), "--slack-token-file: open"},
		{"slack-token-file: " + written(t, "empty", "\n"), "is empty"},
		{"oidc-issuer: http://" + listener.Addr().String() + "\noidc-client-id: x", "--oidc-issuer: "},
		{"oidc-client-id: x", "--oidc-issuer is missing"},
	} {
		text := good
		if key, _, _ := strings.Cut(c.more, ":"); strings.Contains(text, key+":") {
			text = strings.Join(slices.DeleteFunc(strings.Split(good, "\n"), func(s string) bool { return strings.HasPrefix(s, key+":") }), "\n")
		}
		out, errs, code := ran("serve", "--check", "--config", written(t, "w.yaml", text+c.more+"\n"))
		if code != 1 || !strings.Contains(errs, c.want) {
			t.Errorf("%s: %d, want %q in\n%s", c.more, code, c.want, errs)
		}
		if strings.Contains(out+errs, "hush") {
			t.Errorf("%s: a secret is in\n%s%s", c.more, out, errs)
		}
		if n := strings.Count(errs, "\n"); n > 2 {
			t.Errorf("%s: %d lines:\n%s", c.more, n, errs)
		}
	}
}

// A database of a newer program, or of another, is refused; an older one is not.
func TestCheckVersions(t *testing.T) {
	eachKind(t, func(t *testing.T, address string) {
		db := migrationstest.Migrated(t, address)
		check := func(want string, code int) {
			t.Helper()
			out, errs, got := ran("serve", "--check", "--db", address)
			if got != code || !strings.Contains(out+errs, want) {
				t.Errorf("%d, want %q in\n%s\n%s", got, want, out, errs)
			}
		}
		check("as this program is", 0)
		if err := db.MigrateTo(t.Context(), migrations.Newest()-1); err != nil {
			t.Fatal(err)
		}
		check("make a backup before", 0)
		if err := db.Write.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, TRUE)").Error; err != nil {
			t.Fatal(err)
		}
		check("of a newer program", 1)
		if err := db.Write.Exec("DROP TABLE goose_db_version").Error; err != nil {
			t.Fatal(err)
		}
		check("tables of another program", 1)
	})
}

// A password in an address is in nothing that is shown.
func TestWithoutPassword(t *testing.T) {
	for _, c := range [][2]string{
		{"watchbill.db", "watchbill.db"},
		{"postgres://ana:hush@db/x", "postgres://ana:xxxxx@db/x"},
		{"postgres://db/x?user=ana&password=hush", "postgres://db/x?password=xxxxx&user=ana"},
		{"postgres://ana:%zz@db/x", "set"},
	} {
		if got := withoutPassword(c[0]); got != c[1] {
			t.Errorf("%s is shown as %s, want %s", c[0], got, c[1])
		}
	}
}

// Variables that nothing reads are told, with what may have been meant.
func TestStrayVariables(t *testing.T) {
	t.Setenv("WATCHBILL_BASEURL", "x")
	t.Setenv("WATCHBILL_REQUIRED_BY_NOBODY", "x")
	out, _, _ := ran("serve", "--check", "--db", filepath.Join(t.TempDir(), "a.db"))
	if !strings.Contains(out, "note: WATCHBILL_BASEURL means nothing to this program; did you mean WATCHBILL_BASE_URL?") ||
		!strings.Contains(out, "WATCHBILL_REQUIRED_BY_NOBODY means nothing") {
		t.Error(out)
	}
}
