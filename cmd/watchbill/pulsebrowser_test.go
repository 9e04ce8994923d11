package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/migrations/migrationstest"
	"watchbill/ui/browsertest"
)

// The survey in a browser on a phone, from the link to the thanks: light and dark, with and
// without script, by tapping and by keyboard, with an error on the way; all of the page work
// of a robot takes less than five seconds.
func TestBrowserPulse(t *testing.T) {
	d := deploy(t, migrationstest.SQLite(t))
	d.setUp()
	team, w, tokens := d.asked("Phones", 8, health.PulseShort)
	b := browsertest.Open(t, 3*time.Minute)
	b.Size(390, 844)
	scripts := true
	answer := func(token, theme string) {
		t.Helper()
		b.Theme(theme)
		began := time.Now()
		b.Visit(d.url + "/pulse/" + token)
		for q := 1; q <= 7; q++ {
			b.Click(fmt.Sprintf(`#q-%d .scale label:nth-child(%d)`, q, 1+q%5))
		}
		b.Submit(".send button")
		if text := b.Text(); !strings.Contains(text, "One question is still unanswered") {
			t.Errorf("with a question left out: %s", text)
		}
		if n := browsertest.Eval[int](b, `document.querySelectorAll(":checked").length`); n != 7 {
			t.Errorf("after an error %d answers are kept, want 7", n)
		}
		took := time.Since(began)
		b.Console() // the browser notes the refusal
		if scripts {
			b.Accessible(theme + ", with an error")
		}
		b.Shoot("pulse-flow-error-" + theme)
		began = time.Now()
		b.Click(`#q-8 .skip-q label`)
		b.Submit(".send button")
		took += time.Since(began)
		if text := b.Text(); !strings.Contains(text, "Thank you") || !strings.Contains(text, "Results open") {
			t.Errorf("at the end: %s", text)
		}
		if scripts { // it looks with one
			b.Accessible(theme + ", thanks")
		}
		if took > 5*time.Second {
			t.Errorf("a robot took %v", took)
		}
		t.Logf("%s: %v", theme, took)
		b.Fits("thanks", 390, 320)
	}
	b.Visit(d.url + "/pulse/" + tokens[0])
	for _, target := range []struct {
		css        string
		wide, tall float64
	}{{".scale label", 60, 58}, {".skip-q label", 44, 44}, {".note summary", 200, 44}, {".send button", 200, 44}} {
		size := browsertest.Eval[[]float64](b, `(() => { const all = [...document.querySelectorAll("`+target.css+`")].map(e => e.getBoundingClientRect()); return [Math.min(...all.map(r => r.width)), Math.min(...all.map(r => r.height))]; })()`)
		if size[0] < target.wide || size[1] < target.tall {
			t.Errorf("%s is %.1f × %.1f, want %.0f × %.0f", target.css, size[0], size[1], target.wide, target.tall)
		}
	}
	answer(tokens[0], "light")
	answer(tokens[1], "dark")
	b.Quiet("with script")

	b.NoScript()
	scripts = false
	answer(tokens[2], "light")
	// By keyboard alone: an arrow chooses, and the page stays where it is.
	b.Visit(d.url + "/pulse/" + tokens[3] + "?lang=de")
	for q := 1; q <= 8; q++ {
		b.TabTo(fmt.Sprintf(`input[name="q%d"]`, q))
		b.Press(" ")
	}
	b.TabTo(".send button")
	b.Enter()
	if text := b.Text(); !strings.Contains(text, "Danke") {
		t.Errorf("in German, by keyboard: %s", text)
	}
	answer(tokens[4], "dark")
	d.now = w.Closes
	d.ok(d.pulse.CloseDue(t.Context()))
	o, err := d.pulse.Result(t.Context(), team.ID, 1)
	d.ok(err)
	if o.Doc.N == nil || *o.Doc.N != 5 {
		t.Errorf("%+v", o.Doc)
	}
	b.Visit(d.url + "/pulse/" + tokens[5])
	if text := b.Text(); !strings.Contains(text, "This survey is closed") {
		t.Errorf("after it closed: %s", text)
	}
}
