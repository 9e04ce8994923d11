package ui_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"watchbill/ui"
	"watchbill/ui/browsertest"
)

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

// open starts a browser, and the pages it looks at.
func open(t *testing.T) (b *browsertest.Tab, url string) {
	t.Helper()
	b = browsertest.Open(t, 4*time.Minute)
	return b, site(t).URL
}

// Every page, in every state, at three widths: quiet console, no sideways
// scroll; axe-core on a desk in light and on a phone in dark.
func TestBrowserPages(t *testing.T) {
	b, url := open(t)
	parent := b.T
	only := os.Getenv("WATCHBILL_ONLY")
	for _, f := range fixtures() {
		if only != "" && !strings.Contains(","+only+",", ","+f.page+",") {
			continue
		}
		if testing.Short() && f.variant != "full" {
			continue
		}
		t.Run(f.page+"/"+f.variant, func(t *testing.T) {
			b.T = t
			defer func() { b.T = parent }()
			b.Theme("light")
			b.Size(1440, 900)
			b.Visit(url + "/" + f.page + "/" + f.variant)
			b.Shoot(f.page + "-" + f.variant + "-1440-light")
			b.Accessible("1440 light")
			b.Fits("all there", 1440, 1024, 861, 390, 320)
			b.Theme("dark")
			b.Size(390, 844)
			b.Shoot(f.page + "-" + f.variant + "-390-dark")
			if f.variant != "long" {
				b.Accessible("390 dark")
			}
			if os.Getenv("WATCHBILL_SHOTS") != "" {
				b.Theme("light")
				b.Shoot(f.page + "-" + f.variant + "-390-light")
				b.Size(1440, 900)
				b.Theme("dark")
				b.Shoot(f.page + "-" + f.variant + "-1440-dark")
				b.Theme("light")
				b.Size(880, 900)
				b.Shoot(f.page + "-" + f.variant + "-880-light")
				b.Size(760, 1080)
				b.Media("print")
				b.Shoot(f.page + "-" + f.variant + "-print")
				b.Media("screen", "forced-colors", "active")
				b.Size(1440, 900)
				b.Shoot(f.page + "-" + f.variant + "-forced")
				b.Media("")
			}
			b.Quiet("all there")
		})
	}
}

// The script smooths things: theme, tip, folded forms. Each also works by keyboard.
func TestBrowserScript(t *testing.T) {
	b, url := open(t)
	b.Theme("light")
	b.Size(1440, 900)
	b.Visit(url + "/schedule/full")
	if got := browsertest.Eval[string](b, `document.querySelector(".ppl a").focus(); document.getElementById("tip").textContent`); !strings.Contains(got, "Berlin") {
		t.Errorf("tip of a focused shift is %q", got)
	}
	if browsertest.Eval[bool](b, `document.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape"})); document.getElementById("tip").hidden`) != true {
		t.Error("Escape leaves the tip")
	}
	b.Click(".to-dark")
	if got := browsertest.Eval[string](b, `getComputedStyle(document.body).backgroundColor`); got != "rgb(14, 16, 19)" {
		t.Errorf("after a click on the moon the page is %s", got)
	}
	b.Visit(url + "/wizard/full")
	b.Click("input[value=split] + span")
	if got := browsertest.Eval[string](b, `new Promise(done => { const look = () => { const t = document.querySelector("#preview .verdict").textContent; t.includes("Too often") ? done(t) : setTimeout(look, 50); }; look(); setTimeout(() => done("nothing"), 5000); })`); !strings.Contains(got, "one week in two") {
		t.Errorf("the preview of another rotation says %q", got)
	}
	b.Visit(url + "/shift/full#swap")
	if !browsertest.Eval[bool](b, `document.getElementById("swap").open`) {
		t.Error("a link to the swap form leaves it folded")
	}
	b.Size(390, 844)
	b.Visit(url + "/home/full")
	b.Click(".menu summary")
	if !browsertest.Eval[bool](b, `document.querySelector(".menu a").checkVisibility()`) {
		t.Error("the menu does not open")
	}
	b.Accessible("menu open")
	b.Visit(url + "/home/long")
	b.Shown("#zone-note")
	if got := browsertest.Eval[int](b, `document.querySelectorAll("#zone-note button").length`); got != 2 {
		t.Errorf("the question about the zone has %d buttons", got)
	}
	b.Quiet("all done")
}

// Without script every form and link is still there, and nothing is left hidden that matters.
func TestBrowserWithoutScript(t *testing.T) {
	b, url := open(t)
	b.NoScript()
	b.Size(390, 844)
	b.Visit(url + "/shift/full")
	b.Click("#override summary")
	b.Shown("#override-reason")
}

// A button keeps its place and its size when it is pressed, so that a second tap on a phone
// at night presses nothing else, and no word is cut off.
func TestBrowserPressed(t *testing.T) {
	b, url := open(t)
	const boxes = `[...document.querySelectorAll(".tell .pair .btn")].map(x => { const r = x.getBoundingClientRect(); return [Math.round(r.left - x.closest("form").getBoundingClientRect().right), r.top - x.closest("form").getBoundingClientRect().top, r.width, r.height, x.scrollWidth > x.clientWidth].join() }).join(" ")`
	for _, page := range []string{"mypages", "tell"} {
		for _, width := range []int64{1440, 390, 320} {
			b.Size(width, 844)
			b.Visit(url + "/" + page + "/full")
			was := browsertest.Eval[string](b, boxes)
			if strings.Contains(was, "true") {
				t.Errorf("%s at %d: a word does not fit: %s", page, width, was)
			}
			now := browsertest.Eval[string](b, `for (const x of document.querySelectorAll(".tell .pair .btn")) if (!x.classList.toggle("on")) x.querySelector("svg").remove(); else x.insertAdjacentElement("afterbegin", document.querySelector(".tell svg, svg").cloneNode(true)).setAttribute("class", "i"); `+boxes)
			if now != was {
				t.Errorf("%s at %d: pressing moves buttons\nwas %s\nnow %s", page, width, was, now)
			}
		}
	}
	b.Visit(url + "/mypages/full")
	b.Quiet("pressed")
}

// After a refusal the focus is on what is wrong, also where one of several is to be chosen.
func TestBrowserRefused(t *testing.T) {
	b, url := open(t)
	b.Size(1440, 900)
	for page, want := range map[string]string{"shift/refused": "INPUT person", "requests/full": "BODY ", "setup/full": "INPUT code"} {
		b.Visit(url + "/" + page)
		if got := browsertest.Eval[string](b, `document.activeElement.tagName + " " + (document.activeElement.name ?? "")`); got != want {
			t.Errorf("%s: the focus is on %q, want %q", page, got, want)
		}
	}
	b.Quiet("refused")
}

// On paper the names in the burden report are in one piece, and so are the days.
func TestBrowserPaper(t *testing.T) {
	b, url := open(t)
	b.Size(711, 1000) // A4 without its margins
	b.Media("print")
	b.Visit(url + "/burden/full")
	if got := browsertest.Eval[string](b, `(() => { const out = []; for (const th of document.querySelectorAll(".load th[scope=row], .heat th")) { const walk = document.createTreeWalker(th, NodeFilter.SHOW_TEXT); while (walk.nextNode()) for (const m of walk.currentNode.data.matchAll(/\S+/g)) { const r = document.createRange(); r.setStart(walk.currentNode, m.index); r.setEnd(walk.currentNode, m.index + m[0].length); if (r.getClientRects().length > 1) out.push(m[0]); } } return out.join(); })()`); got != "" {
		t.Errorf("these names are cut: %s", got)
	}
	// Buttons and fields are not printed: what they stand at is.
	for page, want := range map[string]string{"mypages/full": "I am on it since", "tell/empty": "It did not wake me.", "contacts/full": "Nobody here"} {
		b.Visit(url + "/" + page)
		if text := b.Text(); !strings.Contains(text, want) {
			t.Errorf("%s on paper has no %q: %s", page, want, text)
		}
	}
	b.Media("")
}
