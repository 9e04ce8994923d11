// Package browsertest drives Chromium for the tests of pages: one tab, what its
// console says, what axe-core finds, whether a page scrolls sideways, keys as a
// person presses them. It is the only place that knows the browser library.
package browsertest

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdp "github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

//go:embed axe.min.js
var axe string

// A Tab is a browser with one tab. T may be changed to report to a subtest.
type Tab struct {
	T   testing.TB
	ctx context.Context
	mu  sync.Mutex
	log []string
}

// Open starts a browser for one test, which takes at most as long as is given.
// Without Chromium the test is skipped, unless WATCHBILL_REQUIRE names "browser".
func Open(t testing.TB, most time.Duration) *Tab {
	t.Helper()
	opts := append(cdp.DefaultExecAllocatorOptions[:], cdp.ExecPath(program(t)), cdp.NoSandbox, cdp.DisableGPU, cdp.UserDataDir(t.TempDir()),
		cdp.Flag("disable-quic", true), cdp.Flag("no-first-run", true), cdp.Flag("disable-background-networking", true),
		cdp.Flag("disable-component-update", true), cdp.Flag("disable-sync", true))
	alloc, stop := cdp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(stop)
	ctx, cancel := cdp.NewContext(alloc)
	ctx, done := context.WithTimeout(ctx, most)
	t.Cleanup(func() {
		_ = cdp.Cancel(ctx) // waits for the browser, so that its profile can be removed
		done()
		cancel()
	})
	b := &Tab{T: t, ctx: ctx}
	b.call(func(ctx context.Context) error { // else focus moves without events
		_, err := cdp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
		return err
	})
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

func program(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	if strings.Contains(os.Getenv("WATCHBILL_REQUIRE"), "browser") {
		t.Fatal("no Chromium here, and WATCHBILL_REQUIRE asks for a browser")
	}
	t.Skip("no Chromium here: apt-get install chromium runs the browser tests")
	return ""
}

func (b *Tab) call(f func(context.Context) error) {
	b.T.Helper()
	b.do(cdp.Func(func(ctx context.Context, _ *cdp.Target) error { return f(ctx) }))
}

func (b *Tab) do(steps ...cdp.Action[cdp.Void]) {
	b.T.Helper()
	if err := cdp.Do(b.ctx, steps...); err != nil {
		b.T.Fatal(err)
	}
}

// Visit goes to an address and waits until the page is all there.
func (b *Tab) Visit(url string) {
	b.T.Helper()
	b.do(cdp.Navigate(url))
	b.Until(`document.readyState === "complete" && location.href !== "about:blank"`)
}

// Until waits until an expression holds. A page may be replaced by another
// meanwhile, in which case the other is asked.
func (b *Tab) Until(js string) {
	b.T.Helper()
	for {
		ok, err := cdp.Run(b.ctx, cdp.Evaluate[bool](`!!document.documentElement && !!(`+js+`)`))
		if ok {
			return
		}
		if b.ctx.Err() != nil {
			b.T.Fatalf("%s never held: %v", js, err)
		}
	}
}

// Click clicks on what a selector finds, once it is there.
func (b *Tab) Click(css string) { b.T.Helper(); b.do(cdp.Click(cdp.CSS(css))) }

// Submit clicks on a button and waits for the page that comes.
func (b *Tab) Submit(css string) {
	b.T.Helper()
	b.leaves(func() { b.Click(css) })
}

// leaves does something that leads to another page, and waits until it is there.
func (b *Tab) leaves(do func()) {
	b.T.Helper()
	Eval[int](b, `document.documentElement.dataset.left = "1", 0`)
	do()
	b.Until(`!document.documentElement.dataset.left && document.readyState === "complete"`)
}

// Type types a text into a field.
func (b *Tab) Type(css, text string) { b.T.Helper(); b.do(cdp.SendKeys(cdp.CSS(css), text)) }

// Shown waits until something can be seen.
func (b *Tab) Shown(css string) { b.T.Helper(); b.do(cdp.WaitVisible(cdp.CSS(css))) }

// Size sets the window's size.
func (b *Tab) Size(width, height int64) { b.T.Helper(); b.do(cdp.EmulateViewport(width, height)) }

// Theme makes the system light or dark, and asks for little movement.
func (b *Tab) Theme(name string) {
	b.T.Helper()
	b.Media("", "prefers-color-scheme", name, "prefers-reduced-motion", "reduce")
}

// Media sets the medium, such as print, and its features in pairs.
func (b *Tab) Media(kind string, features ...string) {
	b.T.Helper()
	p := emulation.SetEmulatedMediaParams{Media: kind}
	for i := 0; i < len(features); i += 2 {
		p.Features = append(p.Features, &emulation.MediaFeature{Name: features[i], Value: features[i+1]})
	}
	b.call(func(ctx context.Context) error {
		_, err := cdp.Call(ctx, emulation.SetEmulatedMedia, p)
		return err
	})
}

// NoScript switches the scripts of pages off.
func (b *Tab) NoScript() {
	b.T.Helper()
	b.call(func(ctx context.Context) error {
		_, err := cdp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	})
}

// Eval is what an expression is in the page.
func Eval[T any](b *Tab, js string) T {
	b.T.Helper()
	v, err := cdp.Run(b.ctx, cdp.Evaluate[T](js, cdp.EvalAwaitPromise))
	if err != nil {
		b.T.Fatalf("%.80s: %v", js, err)
	}
	return v
}

// Text is what can be read on the page.
func (b *Tab) Text() string { b.T.Helper(); return Eval[string](b, `document.body.innerText`) }

// Console returns what the console said since the last call.
func (b *Tab) Console() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	said := b.log
	b.log = nil
	return said
}

// Quiet fails when the console said something.
func (b *Tab) Quiet(when string) {
	b.T.Helper()
	if said := b.Console(); len(said) > 0 {
		b.T.Errorf("%s: console: %q", when, said)
	}
}

// Fits fails when the page scrolls sideways at one of some widths.
func (b *Tab) Fits(when string, widths ...int64) {
	b.T.Helper()
	for _, width := range widths {
		b.Size(width, 900)
		if o := Eval[int](b, `document.documentElement.scrollWidth - innerWidth`); o > 0 {
			b.T.Errorf("%s, %d wide: scrolls sideways by %d: %s", when, width, o, Eval[string](b, `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(-3).map(e => e.outerHTML.slice(0, 120)).join(" | ")`))
		}
	}
}

// Accessible fails for everything that axe-core finds on the page as it stands.
func (b *Tab) Accessible(when string) {
	b.T.Helper()
	Eval[int](b, "if (!window.axe) {"+axe+"\n}; 0")
	out := Eval[string](b, `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"]})
		.then(r => JSON.stringify(r.violations.map(v => ({id: v.id, help: v.help, nodes: v.nodes.map(n => n.html + " " + n.failureSummary)}))))`)
	var found []struct {
		ID, Help string
		Nodes    []string
	}
	if err := json.Unmarshal([]byte(out), &found); err != nil {
		b.T.Fatal(err)
	}
	for _, f := range found {
		b.T.Errorf("%s: axe %s: %s, %d times, first %.400s", when, f.ID, f.Help, len(f.Nodes), f.Nodes[0])
	}
}

// Shoot keeps a picture when WATCHBILL_SHOTS names a directory.
func (b *Tab) Shoot(name string) {
	b.T.Helper()
	dir := os.Getenv("WATCHBILL_SHOTS")
	if dir == "" {
		return
	}
	png, err := cdp.Run(b.ctx, cdp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600)
	}
	if err != nil {
		b.T.Error(err)
	}
}

// TabTo presses the tab key until something that a selector finds has the focus, and
// fails when that cannot be seen on it.
func (b *Tab) TabTo(css string) {
	b.T.Helper()
	for range 300 {
		b.Press(kb.Tab)
		if !Eval[bool](b, fmt.Sprintf(`document.activeElement.matches(%q)`, css)) {
			continue
		}
		if !Eval[bool](b, `(e => [e, e.closest("label"), e.nextElementSibling].some(x => x && getComputedStyle(x).outlineStyle !== "none"))(document.activeElement)`) {
			b.T.Errorf("the focus cannot be seen on %s", css)
		}
		return
	}
	b.T.Fatalf("the tab key never comes to %s", css)
}

// Press presses keys, as a person does where the focus is.
func (b *Tab) Press(keys string) { b.T.Helper(); b.do(cdp.KeyEvent(keys)) }

// Enter presses the enter key and waits for the page that comes.
func (b *Tab) Enter() {
	b.T.Helper()
	b.leaves(func() { b.Press(kb.Enter) })
}

// Down is the arrow key, which goes through a group of choices.
const Down = kb.ArrowDown
