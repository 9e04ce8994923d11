package ui_test

import (
	"bytes"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"watchbill/ui"
)

func newPages(t testing.TB) *ui.Pages {
	t.Helper()
	p, err := ui.New()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func render(t testing.TB, p *ui.Pages, f fixture) string {
	t.Helper()
	var buf bytes.Buffer
	if err := p.Render(&buf, f.page, f.data); err != nil {
		t.Fatalf("%s/%s: %v", f.page, f.variant, err)
	}
	return buf.String()
}

// Every page has a full, an empty and a long fixture; every one renders to
// HTML that the policy allows and a screen reader can follow.
func TestPagesAreSound(t *testing.T) {
	p := newPages(t)
	seen := map[string][]string{}
	for _, f := range fixtures() {
		seen[f.page] = append(seen[f.page], f.variant)
		t.Run(f.page+"/"+f.variant, func(t *testing.T) {
			body := render(t, p, f)
			if bad := regexp.MustCompile(`ZgotmplZ|&lt;no value|<no value|%!|0001|<style`).FindString(body); bad != "" {
				i := strings.Index(body, bad)
				t.Errorf("holds %q: …%s…", bad, body[max(0, i-80):min(len(body), i+80)])
			}
			doc, err := html.Parse(strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			checkDocument(t, doc)
		})
	}
	for _, name := range p.Names() {
		for _, variant := range []string{"full", "empty", "long"} {
			if !slices.Contains(seen[name], variant) {
				t.Errorf("page %s has no %s fixture", name, variant)
			}
		}
	}
}

func attr(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

func find(n *html.Node, name string) bool {
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && c.Data == name {
			return true
		}
	}
	return false
}

func checkDocument(t *testing.T, doc *html.Node) {
	t.Helper()
	ids, labels, headings := map[string]bool{}, map[string]bool{}, 0
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if id, ok := attr(n, "id"); ok {
			if ids[id] {
				t.Errorf("id %q twice", id)
			}
			ids[id] = true
		}
		if f, ok := attr(n, "for"); ok {
			labels[f] = true
		}
		if n.Data == "h1" {
			headings++
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("<%s> has %s=", n.Data, a.Key)
			}
			if (a.Key == "src" || n.Data == "link" && a.Key == "href") && !strings.HasPrefix(a.Val, "/static/") {
				t.Errorf("<%s> loads %q", n.Data, a.Val)
			}
		}
	}
	if headings != 1 {
		t.Errorf("%d h1 elements, want one", headings)
	}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode {
			checkElement(t, n, ids, labels)
		}
	}
}

func checkElement(t *testing.T, n *html.Node, ids, labels map[string]bool) {
	t.Helper()
	switch n.Data {
	case "input", "select", "textarea":
		kind, _ := attr(n, "type")
		id, _ := attr(n, "id")
		_, named := attr(n, "aria-label")
		inLabel := false
		for p := range n.Ancestors() {
			inLabel = inLabel || p.Data == "label"
		}
		if kind != "hidden" && !labels[id] && !named && !inLabel {
			t.Errorf("<%s> %v has no label", n.Data, n.Attr)
		}
	case "table":
		if !find(n, "caption") || !find(n, "thead") {
			t.Errorf("table %v has no caption or no head", n.Attr)
		}
	case "th":
		if _, ok := attr(n, "scope"); !ok {
			t.Error("a th has no scope")
		}
	case "script":
		if n.FirstChild != nil {
			t.Error("script in the page")
		}
	case "form":
		checkForm(t, n)
	}
	for _, key := range []string{"aria-describedby", "aria-labelledby", "list", "for", "data-copy"} {
		refs, _ := attr(n, key)
		for _, ref := range strings.Fields(refs) {
			if !ids[ref] {
				t.Errorf("<%s> %s names %q, which is not there", n.Data, key, ref)
			}
		}
	}
}

func checkForm(t *testing.T, n *html.Node) {
	t.Helper()
	method, _ := attr(n, "method")
	action, _ := attr(n, "action")
	action, _, _ = strings.Cut(action, "#") // where the answer is looked at
	first, typed := (*html.Node)(nil), false
	for c := range n.Descendants() {
		if kind, _ := attr(c, "type"); c.Data == "button" && kind != "button" && first == nil {
			first = c
		} else if c.Data == "input" && !slices.Contains([]string{"hidden", "radio", "checkbox"}, kind) {
			typed = true
		}
		if a, ok := attr(c, "formaction"); ok {
			a, _, _ = strings.Cut(a, "#")
			if action == "" {
				action = a
			}
			if !documented(t, a) {
				t.Errorf("a button posts to %q, which doc.go does not list", a)
			}
		}
	}
	if first != nil && typed {
		if _, aside := attr(first, "formnovalidate"); aside {
			t.Errorf("form to %q: Enter in a field presses a button that is not the one to save with", action)
		}
	}
	if method != "post" && method != "get" || !find(n, "button") {
		t.Errorf("form to %q has method %q, or no button", action, method)
	}
	if method == "post" && !documented(t, action) {
		t.Errorf("form posts to %q, which doc.go does not list", action)
	}
}

var docRoutes []*regexp.Regexp

// documented tells whether doc.go lists the address among its POST routes.
func documented(t *testing.T, action string) bool {
	t.Helper()
	if docRoutes == nil {
		text, err := os.ReadFile("doc.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`POST\s+(/\S*)`).FindAllStringSubmatch(string(text), -1) {
			docRoutes = append(docRoutes, regexp.MustCompile("^"+regexp.MustCompile(`\{\w+\}`).ReplaceAllString(m[1], "[^/]+")+"$"))
		}
	}
	return slices.ContainsFunc(docRoutes, func(re *regexp.Regexp) bool { return re.MatchString(action) })
}

// A page's own field with the name of one of Frame's would hide it from the layout.
func TestPagesDoNotHideTheFrame(t *testing.T) {
	frame := reflect.TypeFor[ui.Frame]()
	for _, f := range fixtures() {
		page := reflect.TypeOf(f.data)
		for i := range frame.NumField() {
			name := frame.Field(i).Name
			if got, ok := page.FieldByName(name); !ok || len(got.Index) != 2 || got.Type != frame.Field(i).Type {
				t.Errorf("%s hides Frame.%s", page, name)
			}
		}
	}
}

// html/template does not treat these SVG attributes as addresses
// (golang/go#80158), so they may only hold constants.
func TestNoActionsInPaint(t *testing.T) {
	re := regexp.MustCompile(`\s(?:fill|stroke|filter|clip-path|mask|marker-\w+|cursor|to|from|values)="[^"]*\{\{`)
	names, err := filepath.Glob("templates/*.html")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if m := re.Find(text); m != nil {
			t.Errorf("%s: %s", name, m)
		}
	}
}

func TestRenderWritesNothingWhenItFails(t *testing.T) {
	p := newPages(t)
	var buf bytes.Buffer
	if err := p.Render(&buf, "home", struct{ Title string }{"x"}); err == nil || buf.Len() > 0 {
		t.Errorf("wrong data: error %v, %d bytes", err, buf.Len())
	}
	if err := p.Render(&buf, "nowhere", nil); err == nil {
		t.Error("a page that does not exist was rendered")
	}
}

func TestWhatWasTypedIsKept(t *testing.T) {
	page := render(t, newPages(t), fixture{"setup", "", ui.Setup{Frame: out("Set up"), Email: ui.Field{Value: `"><script>alert(1)</script>`, Error: "This is not an e-mail address."}}})
	for _, want := range []string{`value="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"`, `aria-invalid="true"`, `aria-describedby="email-err"`, "This is not an e-mail address."} {
		if !strings.Contains(page, want) {
			t.Errorf("page lacks %s", want)
		}
	}
}

func TestFeedLinks(t *testing.T) {
	home := ui.Home{Frame: frame("My on-call", "home"), Feed: &ui.FeedLink{Label: "A & B", URL: "https://example.com/feeds/tok.ics"}}
	page := render(t, newPages(t), fixture{"home", "", home})
	for _, want := range []string{`href="webcal://example.com/feeds/tok.ics"`, `cid=webcal%3A%2F%2Fexample.com%2Ffeeds%2Ftok.ics"`, `url=https%3A%2F%2Fexample.com%2Ffeeds%2Ftok.ics&amp;name=A&#43;%26&#43;B`} {
		if !strings.Contains(page, want) {
			i := strings.Index(page, "webcal")
			t.Errorf("page lacks %s near %s", want, page[max(0, i-100):min(len(page), i+500)])
		}
	}
	home.Feed.URL = "javascript:alert(1)"
	if err := newPages(t).Render(io.Discard, "home", home); err == nil {
		t.Error("a feed address that is no web address was linked")
	}
}

func TestStatic(t *testing.T) {
	p := newPages(t)
	page := render(t, p, fixture{"login", "", ui.Login{Frame: out("Sign in")}})
	total := 0
	for _, m := range regexp.MustCompile(`/static/[^"#]+`).FindAllString(page, -1) {
		for _, enc := range []string{"gzip", "gzip;q=0, br", ""} {
			r := httptest.NewRequest(http.MethodGet, m, nil)
			r.Header.Set("Accept-Encoding", enc)
			w := httptest.NewRecorder()
			p.Static().ServeHTTP(w, r)
			zipped := w.Header().Get("Content-Encoding") == "gzip"
			if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || zipped && enc != "gzip" {
				t.Errorf("%s with %q: %d %v", m, enc, w.Code, w.Header())
			}
			if enc == "gzip" {
				total += w.Body.Len()
				if strings.HasSuffix(m, ".js") && w.Body.Len() > 15<<10 {
					t.Errorf("script is %d bytes", w.Body.Len())
				}
			}
		}
	}
	if total < 40<<10 || total > 90<<10 {
		t.Errorf("a first visit loads %d bytes, want at most 90 KB", total)
	}
	w := httptest.NewRecorder()
	p.Static().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/static/app.css", nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("a name without a hash answers %d", w.Code)
	}
	w = httptest.NewRecorder()
	p.Static().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/static/app.css", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST answers %d", w.Code)
	}
}

func luminance(hex string) float64 {
	n, _ := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	channel := func(v uint64) float64 {
		c := float64(v&255) / 255
		if c <= .04045 {
			return c / 12.92
		}
		return math.Pow((c+.055)/1.055, 2.4)
	}
	return .2126*channel(n>>16) + .7152*channel(n>>8) + .0722*channel(n)
}

// axe cannot judge text in SVG, so the tokens are held to WCAG here.
func TestContrast(t *testing.T) {
	css, err := os.ReadFile("static/app.css")
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[string][2]string{"white": {"#ffffff", "#ffffff"}}
	for _, m := range regexp.MustCompile(`--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)`).FindAllStringSubmatch(string(css), -1) {
		tokens[m[1]] = [2]string{m[2], m[3]}
	}
	for _, c := range []struct {
		fg, bg string
		least  float64
	}{
		{"ink", "bg", 7}, {"ink", "surface", 7}, {"ink", "raised", 7}, {"ink-2", "bg", 4.5}, {"ink-2", "surface", 4.5}, {"ink-2", "sunken", 4.5}, {"ink-2", "rail", 4.5}, {"ink-2", "band", 4.5},
		{"accent", "surface", 4.5}, {"accent", "bg", 4.5}, {"accent-ink", "accent", 4.5}, {"accent-soft-ink", "accent-soft", 4.5},
		{"bad", "bad-soft", 4.5}, {"warn", "warn-soft", 4.5}, {"good", "good-soft", 4.5}, {"bad", "surface", 4.5}, {"warn", "surface", 4.5}, {"good", "surface", 4.5}, {"bad-ink", "bad", 4.5},
		{"white", "primary", 4.5}, {"mine-ink", "mine", 4.5}, {"mine-soft-ink", "mine-soft", 4.5},
		{"line-strong", "surface", 3}, {"primary", "surface", 3}, {"mine", "surface", 3},
	} {
		f, ok := tokens[c.fg]
		b, ok2 := tokens[c.bg]
		if !ok || !ok2 {
			t.Errorf("no token %s or %s", c.fg, c.bg)
			continue
		}
		for i, mode := range []string{"light", "dark"} {
			x, y := luminance(f[i]), luminance(b[i])
			if got := (max(x, y) + .05) / (min(x, y) + .05); got < c.least {
				t.Errorf("%s: %s on %s is %.2f, want %.1f", mode, c.fg, c.bg, got, c.least)
			}
		}
	}
}

// Every page renders in far less than the 20 ms it may take.
func BenchmarkPages(b *testing.B) {
	p := newPages(b)
	for _, f := range fixtures() {
		if f.variant != "full" {
			continue
		}
		b.Run(f.page, func(b *testing.B) {
			for b.Loop() {
				if err := p.Render(io.Discard, f.page, f.data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
