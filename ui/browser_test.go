package ui_test

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdp "github.com/chromedp/chromedp"

	"watchbill/ui"
)

//go:embed testdata/axe.min.js
var axe string

// site serves every fixture as /page/variant under the policy that the service sends.
func site(t *testing.T) *httptest.Server {
	t.Helper()
	pages, err := ui.New()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/static/", pages.Static())
	mux.HandleFunc("POST /account/theme", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	for _, f := range fixtures() {
		mux.HandleFunc("GET /"+f.page+"/"+f.variant, func(w http.ResponseWriter, _ *http.Request) {
			var buf bytes.Buffer
			if err := pages.Render(&buf, f.page, f.data); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			w.Header().Set("Content-Security-Policy", ui.CSP)
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write(buf.Bytes())
		})
	}
	// The preview of a rotation, as the service answers it.
	mux.HandleFunc("POST /setup/3/rotation", func(w http.ResponseWriter, r *http.Request) {
		for _, f := range fixtures() {
			if f.page == "wizard" && f.variant == "often" && r.FormValue("do") == "preview" {
				_ = pages.Render(w, f.page, f.data)
			}
		}
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv
}

// tab is the only place that knows the browser library.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string
	mu  sync.Mutex
	log []string
}

// open starts a browser with one tab, for one test. Without Chromium the test
// is skipped, unless WATCHBILL_REQUIRE names "browser".
func open(t *testing.T) *tab {
	t.Helper()
	var bin string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			bin = p
			break
		}
	}
	if bin == "" {
		if strings.Contains(os.Getenv("WATCHBILL_REQUIRE"), "browser") {
			t.Fatal("no Chromium here, and WATCHBILL_REQUIRE asks for a browser")
		}
		t.Skip("no Chromium here: apt-get install chromium runs the browser tests")
	}
	opts := append(cdp.DefaultExecAllocatorOptions[:], cdp.ExecPath(bin), cdp.NoSandbox, cdp.DisableGPU, cdp.UserDataDir(t.TempDir()),
		cdp.Flag("disable-quic", true), cdp.Flag("no-first-run", true), cdp.Flag("disable-background-networking", true),
		cdp.Flag("disable-component-update", true), cdp.Flag("disable-sync", true))
	alloc, stop := cdp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(stop)
	ctx, cancel := cdp.NewContext(alloc)
	ctx, done := context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(func() {
		_ = cdp.Cancel(ctx) // waits for the browser, so that its profile can be removed
		done()
		cancel()
	})
	b := &tab{t: t, ctx: ctx, url: site(t).URL}
	b.do(cdp.Func(func(ctx context.Context, _ *cdp.Target) error { // else focus moves without events
		_, err := cdp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
		return err
	}))
	messages := cdp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			b.mu.Lock()
			b.log = append(b.log, m.Text)
			b.mu.Unlock()
		}
	}()
	return b
}

func (b *tab) do(steps ...cdp.Action[cdp.Void]) {
	b.t.Helper()
	if err := cdp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) visit(path string) { b.t.Helper(); b.do(cdp.Navigate(b.url + path)) }

func (b *tab) size(width, height int64) { b.t.Helper(); b.do(cdp.EmulateViewport(width, height)) }

func (b *tab) theme(name string) {
	b.t.Helper()
	b.do(cdp.Func(func(ctx context.Context, _ *cdp.Target) error {
		_, err := cdp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		return err
	}))
}

func eval[T any](b *tab, js string) T {
	b.t.Helper()
	v, err := cdp.Run(b.ctx, cdp.Evaluate[T](js, cdp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%.80s: %v", js, err)
	}
	return v
}

// console returns what the console said since the last call.
func (b *tab) console() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	said := b.log
	b.log = nil
	return said
}

// accessible reports what axe-core finds on the page as it stands.
func (b *tab) accessible(t *testing.T, when string) {
	t.Helper()
	eval[int](b, "if (!window.axe) {"+axe+"\n}; 0")
	out := eval[string](b, `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"]})
		.then(r => JSON.stringify(r.violations.map(v => ({id: v.id, help: v.help, nodes: v.nodes.map(n => n.html + " " + n.failureSummary)}))))`)
	var found []struct {
		ID, Help string
		Nodes    []string
	}
	if err := json.Unmarshal([]byte(out), &found); err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Errorf("%s: axe %s: %s, %d times, first %.400s", when, f.ID, f.Help, len(f.Nodes), f.Nodes[0])
	}
}

// shoot keeps a picture when WATCHBILL_SHOTS names a directory.
func (b *tab) shoot(name string) {
	b.t.Helper()
	dir := os.Getenv("WATCHBILL_SHOTS")
	if dir == "" {
		return
	}
	png, err := cdp.Run(b.ctx, cdp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600)
	}
	if err != nil {
		b.t.Error(err)
	}
}

// Every page, in every state, at three widths: quiet console, no sideways
// scroll; axe-core on a desk in light and on a phone in dark.
func TestBrowserPages(t *testing.T) {
	b := open(t)
	only := os.Getenv("WATCHBILL_ONLY")
	for _, f := range fixtures() {
		if only != "" && !strings.Contains(","+only+",", ","+f.page+",") {
			continue
		}
		if testing.Short() && f.variant != "full" {
			continue
		}
		t.Run(f.page+"/"+f.variant, func(t *testing.T) {
			parent := b.t
			b.t = t
			defer func() { b.t = parent }()
			b.theme("light")
			b.size(1440, 900)
			b.visit("/" + f.page + "/" + f.variant)
			b.shoot(f.page + "-" + f.variant + "-1440-light")
			if f.variant != "long" {
				b.accessible(t, "1440 light")
			}
			for _, width := range []int64{1440, 1024, 861, 390, 320} {
				b.size(width, 900)
				if o := eval[int](b, `document.documentElement.scrollWidth - innerWidth`); o > 0 {
					t.Errorf("%d wide: scrolls sideways by %d: %s", width, o, eval[string](b, `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(-3).map(e => e.outerHTML.slice(0, 120)).join(" | ")`))
				}
			}
			b.theme("dark")
			b.size(390, 844)
			b.shoot(f.page + "-" + f.variant + "-390-dark")
			if f.variant != "long" {
				b.accessible(t, "390 dark")
			}
			if os.Getenv("WATCHBILL_SHOTS") != "" {
				b.theme("light")
				b.shoot(f.page + "-" + f.variant + "-390-light")
				b.size(1440, 900)
				b.theme("dark")
				b.shoot(f.page + "-" + f.variant + "-1440-dark")
				b.theme("light")
				b.size(880, 900)
				b.shoot(f.page + "-" + f.variant + "-880-light")
				b.size(760, 1080)
				b.do(cdp.Func(func(ctx context.Context, _ *cdp.Target) error {
					_, err := cdp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
					return err
				}))
				b.shoot(f.page + "-" + f.variant + "-print")
				b.do(cdp.Func(func(ctx context.Context, _ *cdp.Target) error {
					_, err := cdp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "screen", Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}}})
					return err
				}))
				b.size(1440, 900)
				b.shoot(f.page + "-" + f.variant + "-forced")
				b.do(cdp.Func(func(ctx context.Context, _ *cdp.Target) error {
					_, err := cdp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
					return err
				}))
			}
			if said := b.console(); len(said) > 0 {
				t.Errorf("console: %s", fmt.Sprintf("%q", said))
			}
		})
	}
}

// The script smooths things: theme, tip, folded forms. Each also works by keyboard.
func TestBrowserScript(t *testing.T) {
	b := open(t)
	b.theme("light")
	b.size(1440, 900)
	b.visit("/schedule/full")
	if got := eval[string](b, `document.querySelector(".ppl a").focus(); document.getElementById("tip").textContent`); !strings.Contains(got, "Berlin") {
		t.Errorf("tip of a focused shift is %q", got)
	}
	if eval[bool](b, `document.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape"})); document.getElementById("tip").hidden`) != true {
		t.Error("Escape leaves the tip")
	}
	b.do(cdp.Click(cdp.CSS(".to-dark")))
	if got := eval[string](b, `getComputedStyle(document.body).backgroundColor`); got != "rgb(14, 16, 19)" {
		t.Errorf("after a click on the moon the page is %s", got)
	}
	b.visit("/wizard/full")
	b.do(cdp.Click(cdp.CSS("input[value=split] + span")))
	if got := eval[string](b, `new Promise(done => { const look = () => { const t = document.querySelector("#preview .verdict").textContent; t.includes("Too often") ? done(t) : setTimeout(look, 50); }; look(); setTimeout(() => done("nothing"), 5000); })`); !strings.Contains(got, "one week in two") {
		t.Errorf("the preview of another rotation says %q", got)
	}
	b.visit("/shift/full#swap")
	if !eval[bool](b, `document.getElementById("swap").open`) {
		t.Error("a link to the swap form leaves it folded")
	}
	b.size(390, 844)
	b.visit("/home/full")
	b.do(cdp.Click(cdp.CSS(".menu summary")))
	if !eval[bool](b, `document.querySelector(".menu a").checkVisibility()`) {
		t.Error("the menu does not open")
	}
	b.accessible(t, "menu open")
	b.visit("/home/long")
	b.do(cdp.WaitVisible(cdp.CSS("#zone-note")))
	if got := eval[int](b, `document.querySelectorAll("#zone-note button").length`); got != 2 {
		t.Errorf("the question about the zone has %d buttons", got)
	}
	if said := b.console(); len(said) > 0 {
		t.Errorf("console: %q", said)
	}
}

// Without script every form and link is still there, and nothing is left hidden that matters.
func TestBrowserWithoutScript(t *testing.T) {
	b := open(t)
	b.do(cdp.Func(func(ctx context.Context, _ *cdp.Target) error {
		_, err := cdp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	b.size(390, 844)
	b.visit("/shift/full")
	b.do(cdp.Click(cdp.CSS("#override summary")), cdp.WaitVisible(cdp.CSS("#override-reason")))
}
