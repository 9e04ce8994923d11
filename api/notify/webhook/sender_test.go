package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"watchbill/api/fetch"
	"watchbill/api/notify/webhook"
	"watchbill/api/notify/webhook/webhookdb"
	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
)

// A world is endpoints and a clock that stands still.
type world struct {
	t     *testing.T
	db    *migrations.DB
	store webhook.Store
	hooks *webhook.Service
	mu    sync.Mutex
	clock time.Time
}

func onBoth(t *testing.T, test func(w *world)) {
	t.Helper()
	migrationstest.Run(t, func(t *testing.T, db *migrations.DB) { test(newWorld(t, db)) })
}

// alone is a world on SQLite.
func alone(t *testing.T) *world {
	t.Helper()
	return newWorld(t, migrationstest.Migrated(t, migrationstest.SQLite(t)))
}

func newWorld(t *testing.T, db *migrations.DB) *world {
	w := &world{t: t, db: db, store: webhookdb.New(db.Write, db.Read), clock: time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)}
	w.hooks = &webhook.Service{Store: w.store, Now: w.now, Link: func(text string) (string, error) { return text, nil }}
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock = w.clock.Add(d)
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// endpoint makes an endpoint of all teams with so many deliveries that wait.
func (w *world) endpoint(name, url string, n int) webhook.Endpoint {
	w.t.Helper()
	e, err := w.hooks.Add(w.t.Context(), 0, 0, webhook.Settings{Name: name, URL: url, Kinds: webhook.Kinds()})
	w.ok(err)
	for range n {
		_, err := w.hooks.SendTest(w.t.Context(), 0, e.ID)
		w.ok(err)
	}
	return e
}

// sender is a replica, which posts as the program does, or as is said.
func (w *world) sender(post func(context.Context, *webhook.Request) (webhook.Answer, error)) *webhook.Sender {
	if post == nil {
		client := fetch.New(fetch.Options{Agent: "test", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, MaxBytes: webhook.AnswerKept, Timeout: 3 * time.Second})
		post = func(ctx context.Context, r *webhook.Request) (webhook.Answer, error) {
			a, err := client.Post(ctx, r.URL, r.Header, r.Body)
			return webhook.Answer{Status: a.Status, RetryAfter: a.Header.Get("Retry-After"), Body: a.Body}, err
		}
	}
	return &webhook.Sender{
		Store: w.store, Post: post, Now: w.now, Jitter: func() float64 { return 0.5 }, Log: slog.New(slog.DiscardHandler),
		Soon: func() <-chan time.Time { return time.After(10 * time.Millisecond) },
	}
}

func (w *world) told(e *webhook.Endpoint) []webhook.Delivery {
	w.t.Helper()
	all, err := w.store.Deliveries(w.t.Context(), e.ID, "", 0, 1000)
	w.ok(err)
	return all
}

func (w *world) read(e *webhook.Endpoint) webhook.Endpoint {
	w.t.Helper()
	fresh, err := w.store.Endpoint(w.t.Context(), e.ID)
	w.ok(err)
	return fresh
}

// What an answer means for the delivery and for the endpoint.
func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		status     int
		retryAfter string
		state      string
		next       time.Duration // with half of the jitter
		rests      time.Duration
		off        bool
		problem    string
	}{
		{status: 200, state: webhook.Taken}, {status: 204, state: webhook.Taken}, {status: 299, state: webhook.Taken},
		{status: 302, state: webhook.Waits, next: 5 * time.Second, problem: "leads elsewhere"},
		{status: 400, state: webhook.Waits, next: 5 * time.Second, problem: "answered 400 Bad Request"},
		{status: 404, retryAfter: "90", state: webhook.Waits, next: 90 * time.Second, problem: "404"},
		{status: 410, state: webhook.GivenUp, off: true, problem: "410"},
		{status: 429, retryAfter: "120", state: webhook.Waits, next: 2 * time.Minute, rests: 2 * time.Minute, problem: "429"},
		{status: 429, retryAfter: "99999999", state: webhook.Waits, next: 24 * time.Hour, rests: 24 * time.Hour, problem: "429"},
		{status: 429, retryAfter: "-5", state: webhook.Waits, next: 5 * time.Second, rests: 5 * time.Second, problem: "429"},
		{status: 503, retryAfter: "Tue, 01 Dec 2026 11:00:00 GMT", state: webhook.Waits, next: time.Hour, rests: time.Hour, problem: "503"},
		{status: 503, retryAfter: "soon", state: webhook.Waits, next: 5 * time.Second, rests: 5 * time.Second, problem: "503"},
		{status: 500, state: webhook.Waits, next: 5 * time.Second, problem: "500"},
		{status: 999, state: webhook.Waits, next: 5 * time.Second, problem: "answered 999"},
	} {
		t.Run(fmt.Sprint(c.status, c.retryAfter), func(t *testing.T) {
			w := alone(t)
			e := w.endpoint("Page", "https://a.example", 1)
			body := []byte("no\x00\xff" + strings.Repeat("ü", 1000))
			w.ok(w.sender(func(context.Context, *webhook.Request) (webhook.Answer, error) {
				return webhook.Answer{Status: c.status, RetryAfter: c.retryAfter, Body: body}, nil
			}).Work(t.Context()))
			d, e := w.told(&e)[0], w.read(&e)
			if d.State != c.state || d.Status != c.status || d.Tries != 1 || !strings.Contains(d.Problem, c.problem) || (c.problem == "") != (d.Problem == "") || e.OffAt.IsZero() == c.off {
				t.Errorf("%+v\n%+v", d, e)
			}
			if !strings.HasPrefix(d.Answer, "no��ü") || len(d.Answer) > webhook.AnswerKept+8 {
				t.Errorf("kept %d bytes: %q", len(d.Answer), d.Answer)
			}
			if got := d.NextAt.Sub(w.clock); c.next != 0 && (got < c.next || got > c.next+c.next/5+time.Second) {
				t.Errorf("again in %s, want %s", got, c.next)
			}
			if got := e.RestsUntil.Sub(w.clock); c.rests != 0 && got != c.rests || c.rests == 0 && !e.RestsUntil.IsZero() {
				t.Errorf("rests for %s, want %s", got, c.rests)
			}
		})
	}
}

// What is never taken is tried ten times in a little more than three days, each time under
// the same name; whoever has taken nothing for five days is turned off, with a line in the log.
func TestGivesUp(t *testing.T) {
	onBoth(t, func(w *world) {
		e := w.endpoint("Page", "https://a.example", 1)
		names := map[string]int{}
		var at []time.Time
		s := w.sender(func(_ context.Context, r *webhook.Request) (webhook.Answer, error) {
			names[r.Header["Webhook-Id"]+string(r.Body)]++
			at = append(at, w.now())
			return webhook.Answer{Status: 500}, nil
		})
		begin := w.now()
		for w.now().Sub(begin) < 100*time.Hour {
			w.ok(s.Work(w.t.Context()))
			w.pass(time.Second)
			if d := w.told(&e)[0]; d.NextAt.After(w.now()) {
				w.pass(d.NextAt.Sub(w.now()))
			}
			if w.told(&e)[0].State == webhook.GivenUp {
				break
			}
		}
		if took := at[len(at)-1].Sub(begin); len(at) != webhook.MostTries || len(names) != 1 || took < 75*time.Hour || took > 91*time.Hour {
			w.t.Errorf("%d tries of %d names within %s", len(at), len(names), took)
		}
		if fresh := w.read(&e); !fresh.OffAt.IsZero() || fresh.Faults != webhook.MostTries {
			w.t.Errorf("%+v", fresh)
		}
		w.pass(begin.Add(5 * 24 * time.Hour).Sub(w.now()))
		for range 2 {
			_, err := w.hooks.SendTest(w.t.Context(), 0, e.ID)
			w.ok(err)
		}
		w.ok(s.Work(w.t.Context()))
		fresh := w.read(&e)
		if fresh.OffAt.IsZero() || !strings.Contains(fresh.OffWhy, "five days") || len(at) != webhook.MostTries+1 {
			w.t.Errorf("%+v after %d tries", fresh, len(at))
		}
		for _, d := range w.told(&e) {
			if d.State != webhook.GivenUp {
				w.t.Errorf("%+v", d)
			}
		}
		var lines []string
		w.ok(w.db.Read.Raw("SELECT detail FROM audit WHERE action = 'webhook.ended'").Scan(&lines).Error)
		if len(lines) != 1 || !strings.Contains(lines[0], "Page: it has taken nothing for five days") {
			w.t.Errorf("%q", lines)
		}
	})
}

// What hostile and broken servers do costs one request of bounded length, and says in words
// what was wrong.
func TestHostile(t *testing.T) {
	released := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("/hang", func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-released:
		}
	})
	mux.HandleFunc("/reset", func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	})
	mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, strings.Repeat("all of it ", 1000)); err != nil {
				return
			}
		}
	})
	drip := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, ".")
				w.(http.Flusher).Flush()
				select {
				case <-r.Context().Done():
				case <-released:
					return
				case <-time.After(50 * time.Millisecond):
				}
			}
		}
	}
	mux.HandleFunc("/drip", drip(http.StatusInternalServerError))
	mux.HandleFunc("/drip-taken", drip(http.StatusOK))
	mux.HandleFunc("/headers", func(w http.ResponseWriter, _ *http.Request) {
		for i := range 1000 {
			w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("x", 1000))
		}
	})
	var followed atomic.Bool
	mux.HandleFunc("/metadata", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://169.254.169.254/latest/meta-data", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/there", http.StatusPermanentRedirect)
	})
	mux.HandleFunc("/there", func(http.ResponseWriter, *http.Request) { followed.Store(true) })
	plain, private := httptest.NewServer(mux), httptest.NewTLSServer(mux)
	private.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	defer plain.Close()
	defer private.Close()
	defer close(released)
	cases := map[string]string{
		plain.URL + "/hang": "did not answer in time", plain.URL + "/reset": "broke off", plain.URL + "/endless": "", plain.URL + "/drip": "answered 500", plain.URL + "/drip-taken": "",
		plain.URL + "/headers": "could not be reached", plain.URL + "/metadata": "answered 307", plain.URL + "/moved": "answered 308", private.URL + "/there": "certificate", strings.Replace(plain.URL, "http:", "https:", 1): "TLS",
		"http://127.0.0.2:80/x": "without https", "https://169.254.169.254/x": "not one of the public internet", "https://[::ffff:10.0.0.1]/x": "not one of the public internet", "http://127.0.0.1:1/x": "could not be reached",
		"https://1.1.1.1:22/x": "none of 443", "https://no-such-host.invalid/": "",
	}
	t.Run("each", func(t *testing.T) {
		for path, want := range cases {
			t.Run(path, func(t *testing.T) {
				t.Parallel()
				hostile(t, path, want)
			})
		}
	})
	if followed.Load() {
		t.Error("a redirect was followed")
	}
}

func hostile(t *testing.T, path, want string) {
	w := alone(t)
	e := w.endpoint("Page", path, 1)
	w.ok(w.sender(nil).Work(t.Context()))
	d := w.told(&e)[0]
	taken := strings.Contains(path, "taken") || strings.Contains(path, "endless")
	if taken != (d.State == webhook.Taken) || !strings.Contains(d.Problem, want) || !taken && d.Problem == "" || len(d.Answer) > webhook.AnswerKept || d.Tries != 1 {
		t.Errorf("%s, status %d, %d tries: %q, answered %.40q", d.State, d.Status, d.Tries, d.Problem, d.Answer)
	}
	if strings.Contains(d.Problem, "127.0.0.1") {
		t.Errorf("the problem says where: %s", d.Problem)
	}
}

// One endpoint that hangs keeps none of the others waiting, and gets one request at a time.
func TestSlowOneDelaysNobody(t *testing.T) {
	onBoth(t, func(w *world) {
		slow, quick := w.endpoint("Slow", "https://slow.example", 5), w.endpoint("Quick", "https://quick.example", 30)
		release := make(chan struct{})
		var hanging, most, taken atomic.Int32
		s := w.sender(func(_ context.Context, r *webhook.Request) (webhook.Answer, error) {
			if r.URL == slow.URL {
				most.Store(max(most.Load(), hanging.Add(1)))
				<-release
				hanging.Add(-1)
				return webhook.Answer{}, &schedule.InvalidError{Field: "url", Reason: "it did not answer in time"}
			}
			if taken.Add(1) == 30 {
				close(release) // only what was taken lets the slow one go
			}
			return webhook.Answer{Status: 204}, nil
		})
		w.ok(s.Work(w.t.Context()))
		if taken.Load() != 30 || most.Load() != 1 {
			w.t.Errorf("%d taken, %d at once at the slow one", taken.Load(), most.Load())
		}
		if got, quick := w.read(&slow), w.read(&quick); got.Faults != 1 || got.RestsUntil.Sub(w.now()) != 5*time.Second || !quick.RestsUntil.IsZero() || quick.TookAt.IsZero() {
			w.t.Errorf("%+v\n%+v", got, quick)
		}
	})
}

// Of several replicas one sends each delivery, and an endpoint has one request at a time.
func TestReplicas(t *testing.T) {
	onBoth(t, func(w *world) {
		sent := map[string]int{}
		var mu sync.Mutex
		var busy [3]atomic.Int32
		for i := range busy {
			w.endpoint(fmt.Sprint("Page ", i), fmt.Sprint("https://a.example/", i), 15)
		}
		post := func(_ context.Context, r *webhook.Request) (webhook.Answer, error) {
			at := &busy[r.URL[len(r.URL)-1]-'0']
			if at.Add(1) > 1 {
				w.t.Errorf("two at once at %s", r.URL)
			}
			mu.Lock()
			sent[r.Header["Webhook-Id"]]++
			mu.Unlock()
			at.Add(-1)
			return webhook.Answer{Status: 204}, nil
		}
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { w.ok(w.sender(post).Work(w.t.Context())) })
		}
		all.Wait()
		if len(sent) != 45 {
			w.t.Errorf("%d deliveries sent, want 45", len(sent))
		}
		for name, n := range sent {
			if n != 1 {
				w.t.Errorf("%s was sent %d times", name, n)
			}
		}
	})
}

// A dying store notes nothing of what was sent, and lets nothing go.
type dying struct{ webhook.Store }

func (dying) SaveTry(context.Context, *webhook.Endpoint, *webhook.Delivery) error {
	return errors.New("killed")
}

func (dying) LetGo(context.Context, *webhook.Endpoint, time.Time) error { return errors.New("killed") }

// What was sent by somebody who was killed before noting it is sent again by somebody else,
// under the same name, once the claim has ended and not before.
func TestKilledBeforeNoting(t *testing.T) {
	onBoth(t, func(w *world) {
		e := w.endpoint("Page", "https://a.example", 1)
		var sent []string
		post := func(_ context.Context, r *webhook.Request) (webhook.Answer, error) {
			sent = append(sent, r.Header["Webhook-Id"]+" "+string(r.Body))
			return webhook.Answer{Status: 204}, nil
		}
		killed := w.sender(post)
		killed.Store = dying{w.store}
		if err := killed.Work(w.t.Context()); err == nil {
			w.t.Error("it was not killed")
		}
		other := w.sender(post)
		for range 5 {
			w.ok(other.Work(w.t.Context()))
			w.pass(11 * time.Second)
		}
		if len(sent) != 1 {
			w.t.Fatalf("sent while it was claimed: %q", sent)
		}
		w.pass(5 * time.Second)
		w.ok(other.Work(w.t.Context()))
		if d := w.told(&e)[0]; len(sent) != 2 || sent[0] != sent[1] || d.State != webhook.Taken || d.Tries != 2 {
			w.t.Errorf("%q %+v", sent, d)
		}
	})
}

// Who stands still for longer than a claim lasts, and then notes a failure, undoes nothing
// of what somebody else has done since; a success that comes late counts.
func TestStalled(t *testing.T) {
	onBoth(t, func(w *world) {
		for _, late := range []int{500, 204} {
			e := w.endpoint(fmt.Sprint("Page ", late), "https://a.example", 1)
			other := w.sender(func(context.Context, *webhook.Request) (webhook.Answer, error) {
				return webhook.Answer{Status: 704 - late}, nil
			})
			stalled := w.sender(func(ctx context.Context, _ *webhook.Request) (webhook.Answer, error) {
				w.pass(61 * time.Second)
				w.ok(other.Work(ctx))
				return webhook.Answer{Status: late}, nil
			})
			w.ok(stalled.Work(w.t.Context()))
			if d, fresh := w.told(&e)[0], w.read(&e); d.State != webhook.Taken || d.Status != 204 || fresh.Claim != 2 {
				w.t.Errorf("after %d came late: %+v %+v", late, d, fresh)
			}
		}
	})
}

// Who is told to stop while something is sent has it sent by whoever comes next, at once.
func TestStops(t *testing.T) {
	onBoth(t, func(w *world) {
		e := w.endpoint("Page", "https://a.example", 2)
		ctx, stop := context.WithCancel(w.t.Context())
		s := w.sender(func(ctx context.Context, _ *webhook.Request) (webhook.Answer, error) {
			stop()
			return webhook.Answer{}, ctx.Err()
		})
		w.ok(s.Work(ctx))
		for _, d := range w.told(&e) {
			if d.State != webhook.Waits || d.NextAt.After(w.now()) || d.Problem != "" {
				w.t.Errorf("%+v", d)
			}
		}
		n := 0
		w.ok(w.sender(func(context.Context, *webhook.Request) (webhook.Answer, error) {
			n++
			return webhook.Answer{Status: 200}, nil
		}).Work(w.t.Context()))
		if fresh := w.read(&e); n != 2 || fresh.Faults != 0 {
			w.t.Errorf("%d sent, %+v", n, fresh)
		}
	})
}

// A secret that was changed signs for a day beside the new one; of a third the first stops.
func TestSecretsChangeOver(t *testing.T) {
	onBoth(t, func(w *world) {
		e := w.endpoint("Page", "https://a.example", 0)
		var signatures string
		s := w.sender(func(_ context.Context, r *webhook.Request) (webhook.Answer, error) {
			signatures = r.Header["Webhook-Signature"]
			return webhook.Answer{Status: 200}, nil
		})
		signed := func(want ...string) {
			w.t.Helper()
			_, err := w.hooks.SendTest(w.t.Context(), 0, e.ID)
			w.ok(err)
			w.ok(s.Work(w.t.Context()))
			d := w.told(&e)[0]
			if all, err := webhook.Sign(d.Message, w.now(), d.Body, want); err != nil || signatures != all {
				w.t.Errorf("%q, want %q %v", signatures, all, err)
			}
		}
		signed(e.Secret)
		second, err := w.hooks.Rotate(w.t.Context(), 0, e.ID)
		w.ok(err)
		signed(second.Secret, e.Secret)
		w.pass(24*time.Hour - time.Second)
		signed(second.Secret, e.Secret)
		w.pass(time.Second)
		signed(second.Secret)
		third, err := w.hooks.Rotate(w.t.Context(), 0, e.ID)
		w.ok(err)
		fourth, err := w.hooks.Rotate(w.t.Context(), 0, e.ID)
		w.ok(err)
		signed(fourth.Secret, third.Secret)
		if e.Secret == second.Secret || third.Secret == fourth.Secret {
			w.t.Error("a secret is the same again")
		}
	})
}

// What was sent is forgotten after 30 days, and not before.
func TestForget(t *testing.T) {
	onBoth(t, func(w *world) {
		e := w.endpoint("Page", "https://a.example", 1)
		w.pass(webhook.History)
		w.ok(w.hooks.Forget(w.t.Context()))
		if n := len(w.told(&e)); n != 1 {
			w.t.Errorf("%d deliveries", n)
		}
		w.pass(time.Second)
		w.ok(w.hooks.Forget(w.t.Context()))
		if n := len(w.told(&e)); n != 0 {
			w.t.Errorf("%d deliveries", n)
		}
	})
}
