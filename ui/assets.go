package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"sort"
	"strconv"
	"strings"
)

//go:embed all:templates static
var files embed.FS

const staticPrefix = "/static/"

var contentTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".woff2": "font/woff2",
	".txt":   "text/plain; charset=utf-8",
}

// asset is one file as it goes over the wire.
type asset struct {
	body   []byte
	zipped []byte // nil when gzip would not help
	kind   string
}

// assets are the static files under names that change with their content.
type assets struct {
	hashed map[string]string // app.css -> app.0123abcd.css
	byName map[string]asset  // by hashed name
}

func loadAssets() (*assets, error) {
	a := &assets{hashed: map[string]string{}, byName: map[string]asset{}}
	var names []string
	err := fs.WalkDir(files, "static", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, strings.TrimPrefix(p, "static/"))
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("static files: %w", err)
	}
	// The style sheet names the fonts, so it is hashed when their names are known.
	sort.Slice(names, func(i, j int) bool {
		ci, cj := path.Ext(names[i]) == ".css", path.Ext(names[j]) == ".css"
		if ci != cj {
			return cj
		}
		return names[i] < names[j]
	})
	// One for all: what it works with is larger than any of them.
	w, err := gzip.NewWriterLevel(nil, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := a.add(name, w); err != nil {
			return nil, fmt.Errorf("static file %s: %w", name, err)
		}
	}
	return a, nil
}

func (a *assets) add(name string, w *gzip.Writer) error {
	body, err := files.ReadFile("static/" + name)
	if err != nil {
		return err
	}
	ext := path.Ext(name)
	if ext == ".css" {
		for plain, hashed := range a.hashed {
			body = bytes.ReplaceAll(body, []byte("url("+staticPrefix+plain+")"), []byte("url("+staticPrefix+hashed+")"))
		}
	}
	sum := sha256.Sum256(body)
	hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
	kind, ok := contentTypes[ext]
	if !ok {
		return fmt.Errorf("no content type for %q", ext)
	}
	zipped, err := zip(w, body)
	if err != nil {
		return err
	}
	if len(zipped)*10 > len(body)*9 {
		zipped = nil
	}
	a.hashed[name] = hashed
	a.byName[hashed] = asset{body: body, zipped: zipped, kind: kind}
	return nil
}

func zip(w *gzip.Writer, body []byte) ([]byte, error) {
	var buf bytes.Buffer
	w.Reset(&buf)
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// url is the address of the named static file.
func (a *assets) url(name string) (string, error) {
	hashed, ok := a.hashed[name]
	if !ok {
		return "", fmt.Errorf("no static file %q", name)
	}
	return staticPrefix + hashed, nil
}

// ServeHTTP answers for hashed names only, which never change and may be kept for ever.
func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	found, ok := a.byName[strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, staticPrefix), "/")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", found.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	body := found.body
	if found.zipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			body = found.zipped
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		// A reader who went away has nothing to be told.
		_, _ = w.Write(body)
	}
}

// acceptsGzip reads an Accept-Encoding header: gzip must be named and not refused with q=0.
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		value, isQ := strings.CutPrefix(strings.ReplaceAll(q, " ", ""), "q=")
		if !isQ {
			return true
		}
		weight, err := strconv.ParseFloat(value, 64)
		return err == nil && weight > 0
	}
	return false
}
