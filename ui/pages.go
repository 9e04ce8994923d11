package ui

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
)

// CSP is the policy every page is written for: nothing inline, nothing from
// another host, no string becomes script.
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; " +
	"require-trusted-types-for 'script'; trusted-types app"

// Pages holds the templates and every static file, hashed. It is made once and safe
// for use by many goroutines.
type Pages struct {
	assets *assets
	// Each page has a copy of the shared templates of its own, which is most of what
	// the program would take when nobody asks anything: it is parsed when it is first
	// shown.
	pages map[string]func() (*template.Template, error)
}

// New parses what pages share and prepares the static files. An error means that the
// binary was built from broken templates; a page that is broken fails when it is shown.
func New() (*Pages, error) {
	a, err := loadAssets()
	if err != nil {
		return nil, err
	}
	base, err := template.New("").Option("missingkey=error").Funcs(funcs(a)).ParseFS(files, "templates/_*.html")
	if err != nil {
		return nil, fmt.Errorf("shared templates: %w", err)
	}
	names, err := fs.Glob(files, "templates/[a-z]*.html")
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	p := &Pages{assets: a, pages: map[string]func() (*template.Template, error){}}
	for _, name := range names {
		p.pages[strings.TrimSuffix(path.Base(name), ".html")] = sync.OnceValues(func() (*template.Template, error) {
			page, err := base.Clone()
			if err != nil {
				return nil, err
			}
			return page.ParseFS(files, name)
		})
	}
	return p, nil
}

// Render writes the named page, for which data is the page's own struct (Home
// for "home"). Nothing is written when a template fails.
func (p *Pages) Render(w io.Writer, name string, data any) error {
	parse, ok := p.pages[name]
	if !ok {
		return fmt.Errorf("no page %q", name)
	}
	page, err := parse()
	if err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	var buf bytes.Buffer
	if err := page.ExecuteTemplate(&buf, "layout", data); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	_, err = buf.WriteTo(w)
	return err
}

// Names lists what Render knows, in no particular order.
func (p *Pages) Names() []string {
	names := make([]string, 0, len(p.pages))
	for name := range p.pages {
		names = append(names, name)
	}
	return names
}

// Static serves the style sheet, script, icons and fonts under /static/. Their
// names carry a hash of their content, so answers may be cached for ever.
func (p *Pages) Static() http.Handler { return p.assets }
