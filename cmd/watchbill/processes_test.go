package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// A process is the service as a program of its own.
type process struct {
	cmd   *exec.Cmd
	url   string
	ended chan struct{}

	mu   sync.Mutex
	said strings.Builder
}

// launch starts the service, and does not wait for it.
func launch(t *testing.T, db string, more ...string) *process {
	t.Helper()
	// The test program is the service when it is called so: see TestMain.
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "watchbill")
	if err := os.Symlink(self, program); err != nil {
		t.Fatal(err)
	}
	// All processes have the address that people know, so the port cannot be read there.
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := free.Addr().String()
	_ = free.Close()
	cmd := exec.Command(program, append([]string{"serve", "--db", db, "--addr", addr, "--base-url", "http://watchbill.example", "--plan-limit", "1s", "--allow-fetch-from", "127.0.0.0/8"}, more...)...)
	p := &process{cmd: cmd, url: "http://" + addr, ended: make(chan struct{})}
	messages, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		for lines := bufio.NewScanner(messages); lines.Scan(); {
			p.mu.Lock()
			p.said.WriteString(lines.Text() + "\n")
			p.mu.Unlock()
		}
		_ = p.cmd.Wait() // its state says how it ended
	}()
	t.Cleanup(p.kill)
	return p
}

// log is what a process has said so far.
func (p *process) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

// saying waits until a process says something, and returns what the parentheses of
// the pattern hold.
func (p *process) saying(t *testing.T, pattern string) string {
	t.Helper()
	found := []string{"", ""}
	until(t, pattern, func() bool {
		if m := regexp.MustCompile(pattern).FindStringSubmatch(p.log()); m != nil {
			found = m
		}
		return found[0] != ""
	})
	return found[1]
}

// serving waits until a process answers.
func (p *process) serving(t *testing.T) *process {
	t.Helper()
	p.saying(t, `listening at (\S+)`)
	return p
}

func (p *process) signal(s syscall.Signal) { _ = p.cmd.Process.Signal(s) }

// kill ends a process at once, also one that stands still.
func (p *process) kill() {
	p.signal(syscall.SIGKILL)
	<-p.ended
}

// until waits for what has to come true.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("still not: %s", what)
		}
	}
}

// A pair is two processes of the service on one PostgreSQL database, with the same
// inside of the test to look at what they do.
type pair struct {
	*deployment
	whole   *testing.T // of which the tests of a pair are parts
	address string
	a, b    *process
	admin   *browser
	monday  schedule.Date
}

// at is a process as seen from a test.
func (d *pair) at(t *testing.T, p *process) *deployment {
	return &deployment{server: d.server, t: t, url: p.url, now: d.now}
}

// as goes to a process with somebody's cookies.
func (d *pair) as(t *testing.T, b *browser, p *process) *browser {
	return &browser{b.Client, d.at(t, p)}
}

// crewText is the crew from a day on, without rules that keep anybody from taking over.
func (d *pair) crewText() string {
	text := strings.Replace(crew, "limits: {on_call: 1 week in 3}\n", "", 1)
	text = regexp.MustCompile(`, away: \[.*?\]`).ReplaceAllString(text, "")
	return strings.Replace(text, "from: 2026-12-07", "from: "+d.monday.String(), 1)
}

// hard is a team whose plan takes as long as it may.
func (d *pair) hard() string {
	text := "team: Hard\nzone: Europe/Berlin\nfrom: " + d.monday.String() + "\nweeks: 26\nlimits: {on_call: 1 week in 3}\nrotations:\n"
	for i, name := range []string{"primary", "secondary", "third"} {
		text += fmt.Sprintf("  - {name: %s, handover: Mon 09:00, weight: %.1f}\n", name, 1/float64(i+1))
	}
	text += "people:\n"
	for i := range 11 {
		text += fmt.Sprintf("  - {name: Person %d, email: p%d@hard.example, share: %d%%, away: [%s to %s]}\n", i, i, 100-i*5,
			d.monday.AddDays(i*13), d.monday.AddDays(i*13+9+i))
	}
	return text
}

// addTeam adds a team by its file.
func (d *pair) addTeam(t *testing.T, text string) {
	t.Helper()
	admin := d.as(t, d.admin, d.a)
	status, body := admin.post("/admin/teams", "file", text)
	admin.expect(status, body, http.StatusOK, "The team is there")
}

// TestProcesses runs what two processes on one database do to each other: what one
// has done the other knows at once, what only one may do one does, and whatever
// becomes of one of them, nothing is done half or twice.
func TestProcesses(t *testing.T) {
	if testing.Short() {
		t.Skip("starts, stops and kills two dozen processes")
	}
	// A replica that stands still loses its locks soon.
	address := migrationstest.Postgres(t) + "&idle_in_transaction_session_timeout=2s"
	d := &pair{whole: t, address: address, a: launch(t, address), b: launch(t, address)}
	t.Run("both start on an empty database", d.start)
	if d.admin == nil {
		return
	}
	for _, test := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"what one publishes the other shows", d.shownAtOnce},
		{"one of two accepts", d.acceptedOnce},
		{"a key holds for both", d.keyForBoth},
		{"wrong passwords are counted together", d.countedTogether},
		{"each draft is made once", d.madeOnce},
		{"a draft passes from one that stands still", d.takenOver},
		{"a lock passes from one that stands still", d.unlocked},
		{"killed while it publishes", d.killedPublishing},
		{"killed while it imports", d.killedImporting},
		{"what is due is done once when both start", d.dueOnce},
		{"stopped while it works", d.stopped},
	} {
		began := time.Now()
		if !t.Run(test.name, func(t *testing.T) { d.t = t; test.run(t) }) {
			for _, p := range []*process{d.a, d.b} {
				p.signal(syscall.SIGCONT)
				t.Log(p.log())
			}
			return
		}
		t.Logf("%.1f s: %s", time.Since(began).Seconds(), test.name)
	}
}

// restart starts a process again, after it has ended. It lives until the end of the
// whole test.
func (d *pair) restart(t *testing.T, p **process) {
	t.Helper()
	if strings.Contains((*p).log(), "level=ERROR") {
		t.Error((*p).log())
	}
	*p = launch(d.whole, d.address).serving(t)
}

// start sets the service up: of the codes that both show at a first start one counts,
// and of two who come at the same moment one becomes the administrator.
func (d *pair) start(t *testing.T) {
	d.a.serving(t)
	d.b.serving(t)
	d.deployment = deploy(d.whole, d.address)
	d.t, d.now = t, time.Now().UTC().Truncate(time.Second)
	today := schedule.DateOf(d.now)
	d.monday = today.AddDays((8 - int(today.Weekday())) % 7)
	var wait sync.WaitGroup
	var bodies [2]string
	var browsers [2]*browser
	for i, p := range []*process{d.a, d.b} {
		code := p.saying(t, `enter the code (\S+)`)
		browsers[i] = d.as(t, d.browser(), p)
		wait.Go(func() {
			_, bodies[i] = browsers[i].post("/setup", "code", code, "name", "Root", "email", fmt.Sprintf("root%d@example.com", i), "password", secret, "zone", "Europe/Berlin")
		})
	}
	wait.Wait()
	for i, body := range bodies {
		if strings.Contains(body, "You are the administrator") {
			d.admin = browsers[i]
		} else if !strings.Contains(body, "not the code") && !strings.Contains(body, "Ask them to invite you") {
			t.Errorf("the other is told\n%s", body)
		}
	}
	late := d.as(t, d.browser(), d.b)
	status, body := late.post("/setup", "code", "1234", "name", "Late", "email", "late@example.com", "password", secret, "zone", "UTC")
	late.expect(status, body, http.StatusOK, "Ask them to invite you", "Sign in")
	var admins, steps int
	d.ok(d.db.Read.Raw("SELECT COUNT(*) FROM account WHERE admin").Scan(&admins).Error)
	d.ok(d.db.Read.Raw("SELECT COUNT(*) - COUNT(DISTINCT version_id) FROM goose_db_version").Scan(&steps).Error)
	if admins != 1 || d.admin == nil || steps != 0 {
		t.Fatalf("%d administrators, %d steps of the schema taken twice", admins, steps)
	}
}

// person returns somebody of the crew with cookies that both processes know.
func (d *pair) person(t *testing.T, email string) (schedule.ID, *browser) {
	t.Helper()
	p, err := d.schedule.Store.PersonByEmail(t.Context(), email)
	d.ok(err)
	d.ok(d.access.SetPassword(t.Context(), auth.Program(), int64(p.ID), secret))
	b := d.as(t, d.browser(), d.a)
	status, body := b.post("/login", "email", email, "password", secret)
	b.expect(status, body, http.StatusOK, "My on-call")
	return p.ID, b
}

// draft asks a process for a draft and waits until it is made.
func (d *pair) draft(t *testing.T, p *process, team int, values ...string) schedule.Draft {
	t.Helper()
	admin := d.as(t, d.admin, p)
	status, body := admin.post(fmt.Sprintf("/teams/%d/drafts", team), values...)
	admin.expect(status, body, http.StatusOK, "Stop")
	drafts, err := d.schedule.Store.Drafts(t.Context(), schedule.ID(team))
	d.ok(err)
	return d.waitFor(t, drafts[0].ID, schedule.DraftReady)
}

// waitFor waits until a draft is in a state.
func (d *pair) waitFor(t *testing.T, id schedule.ID, state string) (is schedule.Draft) {
	t.Helper()
	until(t, "draft "+state, func() bool {
		var err error
		is, err = d.schedule.Store.Draft(t.Context(), id)
		return err == nil && is.State == state
	})
	return is
}

// eight are the days that most plans here cover.
func (d *pair) eight() []string {
	return []string{"from", d.monday.String(), "until", d.monday.AddDays(55).String()}
}
