// Package slacktest is a workspace of Slack in the test process: the part of the Web API that
// Watchbill calls, with its checks, its limits and its faults.
package slacktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Token is what opens the workspace.
const Token = "xoxb-1234567890-secret"

// A Workspace is one of Slack's.
type Workspace struct {
	URL string // of its API

	mu      sync.Mutex
	now     func() time.Time
	people  map[string]Person // by e-mail address
	scopes  []string
	got     []Message
	calls   map[string]int
	faults  map[string][]Fault // by method, each once
	limited map[string]time.Time
	trouble map[string]string // by method and then whom it is about
}

// A Person is a member of the workspace.
type Person struct {
	ID           string
	Deleted, Bot bool
}

// A Fault is what happens to one call instead of an answer.
type Fault struct {
	Status int    // of an answer that is no JSON
	Error  string // of an answer that is
	After  string // Retry-After
	Cut    bool   // the connection is cut
	Done   bool   // and what was called for has been done
}

// A Message is one that was taken.
type Message struct {
	Channel, Text string
	Blocks        []Block
	Raw           string // as it came
	At            time.Time
}

// A Block is one of a message, of which only rich text is known here.
type Block struct {
	Type     string `json:"type"`
	ID       string `json:"block_id"`
	Elements []struct {
		Type     string  `json:"type"`
		Elements []Piece `json:"elements"`
	} `json:"elements"`
}

// A Piece is a run of text or a link.
type Piece struct {
	Type string `json:"type"`
	Text string `json:"text"`
	URL  string `json:"url"`
}

// Shown is what people read of a message.
func (m *Message) Shown() (text string) {
	for _, b := range m.Blocks {
		for _, part := range b.Elements {
			for _, piece := range part.Elements {
				text += piece.Text
			}
		}
	}
	return text
}

// Links are where a message leads.
func (m *Message) Links() (links []string) {
	for _, b := range m.Blocks {
		for _, part := range b.Elements {
			for _, piece := range part.Elements {
				if piece.Type == "link" {
					links = append(links, piece.URL)
				}
			}
		}
	}
	return links
}

// New starts a workspace with the permissions that Watchbill needs; now is its clock.
func New(t testing.TB, now func() time.Time) *Workspace {
	t.Helper()
	w := &Workspace{
		now: now, people: map[string]Person{}, calls: map[string]int{}, faults: map[string][]Fault{}, limited: map[string]time.Time{}, trouble: map[string]string{},
		scopes: []string{"users:read", "users:read.email", "im:write", "im:history", "chat:write"},
	}
	srv := httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(srv.Close)
	w.URL = srv.URL + "/api/"
	return w
}

// Add adds people by their addresses.
func (w *Workspace) Add(people map[string]Person) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for address, p := range people {
		w.people[address] = p
	}
}

// Lacks takes a permission away.
func (w *Workspace) Lacks(scope string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.scopes = slices.DeleteFunc(w.scopes, func(s string) bool { return s == scope })
}

// Fail lets the next calls of a method fail.
func (w *Workspace) Fail(method string, faults ...Fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults[method] = append(w.faults[method], faults...)
}

// Refuse lets all calls of a method about somebody, or in a conversation, end with an error;
// an empty one is none.
func (w *Workspace) Refuse(method, about, code string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.trouble[method+" "+about] = code
}

// Messages returns all messages that were taken.
func (w *Workspace) Messages() []Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.got)
}

// Calls returns how often a method was called.
func (w *Workspace) Calls(method string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls[method]
}

// A call is one that is being answered.
type call struct {
	*Workspace
	method string
	form   map[string]any
	raw    string
}

type answer = map[string]any

func wrong(code string, more ...string) answer {
	a := answer{"ok": false, "error": code}
	for i := 0; i+1 < len(more); i += 2 {
		a[more[i]] = more[i+1]
	}
	return a
}

var method = regexp.MustCompile(`^/api/([a-zA-Z.]+)$`)

func (w *Workspace) serve(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	name := method.FindStringSubmatch(r.URL.Path)
	if name == nil || r.URL.RawQuery != "" {
		http.Error(out, "no method, or what it is about stands in the address", http.StatusNotFound)
		return
	}
	c := &call{Workspace: w, method: name[1]}
	w.calls[c.method]++
	var fault *Fault
	if some := w.faults[c.method]; len(some) > 0 {
		fault, w.faults[c.method] = &some[0], some[1:]
	}
	if until := w.limited[c.method]; w.now().Before(until) {
		fault = &Fault{Status: http.StatusTooManyRequests, After: strconv.Itoa(int(until.Sub(w.now()).Seconds()))}
	}
	if fault != nil && !fault.Done {
		w.fail(out, c.method, fault)
		return
	}
	a := c.answer(r)
	if fault != nil {
		w.fail(out, c.method, fault)
		return
	}
	out.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(out).Encode(a)
}

func (w *Workspace) fail(out http.ResponseWriter, method string, f *Fault) {
	if f.After != "" {
		out.Header().Set("Retry-After", f.After)
		if seconds, err := strconv.Atoi(f.After); err == nil && f.Status == http.StatusTooManyRequests {
			w.limited[method] = w.now().Add(time.Duration(seconds) * time.Second)
		}
	}
	switch {
	case f.Cut:
		connection, _, err := http.NewResponseController(out).Hijack()
		if err == nil {
			_ = connection.Close()
		}
	case f.Error != "":
		_ = json.NewEncoder(out).Encode(wrong(f.Error))
	default:
		out.WriteHeader(f.Status)
		_, _ = fmt.Fprint(out, "<html>not now</html>")
	}
}

var needs = map[string]string{"users.lookupByEmail": "users:read.email", "conversations.open": "im:write", "conversations.history": "im:history", "chat.postMessage": "chat:write"}

// answer does what a call calls for.
func (c *call) answer(r *http.Request) answer {
	if r.Method != http.MethodPost {
		return wrong("invalid_post_type")
	}
	if trouble := c.read(r); trouble != "" {
		return wrong(trouble)
	}
	switch r.Header.Get("Authorization") {
	case "Bearer " + Token:
	case "":
		return wrong("not_authed")
	default:
		return wrong("invalid_auth")
	}
	if need := needs[c.method]; need != "" && !slices.Contains(c.scopes, need) {
		return wrong("missing_scope", "needed", need)
	}
	for _, about := range []string{"email", "users", "channel"} {
		if code := c.trouble[c.method+" "+c.text(about)]; code != "" && c.text(about) != "" {
			return wrong(code)
		}
	}
	switch c.method {
	case "auth.test":
		return answer{"ok": true, "team": "Test", "user": "watchbill", "bot_id": "B1"}
	case "users.lookupByEmail":
		p, ok := c.people[c.text("email")]
		if !ok {
			return wrong("users_not_found")
		}
		return answer{"ok": true, "user": answer{"id": p.ID, "deleted": p.Deleted, "is_bot": p.Bot}}
	case "conversations.open":
		for _, p := range c.people {
			if p.ID == c.text("users") {
				return answer{"ok": true, "channel": answer{"id": "D" + p.ID[1:]}}
			}
		}
		return wrong("user_not_found")
	case "conversations.history":
		return c.history()
	case "chat.postMessage":
		return c.post()
	}
	return wrong("unknown_method")
}

// read reads a form or JSON, where the method takes that.
func (c *call) read(r *http.Request) string {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	c.form = map[string]any{}
	switch {
	case err != nil:
		return "invalid_post_type"
	case kind == "application/x-www-form-urlencoded":
		if r.ParseForm() != nil {
			return "invalid_form_data"
		}
		for name := range r.PostForm {
			c.form[name] = r.PostForm.Get(name)
		}
	case kind == "application/json" && c.method == "chat.postMessage":
		var raw json.RawMessage
		if json.NewDecoder(r.Body).Decode(&raw) != nil || json.Unmarshal(raw, &c.form) != nil {
			return "invalid_json"
		}
		c.raw = string(raw)
	default:
		return "invalid_post_type"
	}
	return ""
}

func (c *call) text(name string) string {
	text, _ := c.form[name].(string)
	return text
}

func (c *call) history() answer {
	oldest, err := strconv.ParseFloat(c.text("oldest"), 64)
	if err != nil {
		return wrong("invalid_ts_oldest")
	}
	found := []answer{}
	for _, m := range slices.Backward(c.got) {
		if m.Channel == c.text("channel") && float64(m.At.Unix()) >= oldest {
			found = append(found, answer{"type": "message", "text": m.Text, "blocks": m.Blocks})
		}
	}
	return answer{"ok": true, "messages": found, "has_more": false}
}

func (c *call) post() answer {
	known := slices.ContainsFunc(slices.Collect(maps.Values(c.people)), func(p Person) bool { return "D"+p.ID[1:] == c.text("channel") && !p.Deleted })
	m := Message{Channel: c.text("channel"), Text: c.text("text"), Raw: c.raw, At: c.now()}
	b, err := json.Marshal(c.form["blocks"])
	switch {
	case !known:
		return wrong("channel_not_found")
	case m.Text == "":
		return wrong("no_text")
	case err != nil || json.Unmarshal(b, &m.Blocks) != nil || !sound(m.Blocks):
		return wrong("invalid_blocks")
	}
	c.got = append(c.got, m)
	return answer{"ok": true, "channel": m.Channel, "ts": fmt.Sprintf("%d.%06d", m.At.Unix(), len(c.got))}
}

// sound says whether blocks are such as Slack takes.
func sound(blocks []Block) bool {
	for _, b := range blocks {
		if b.Type != "rich_text" || len(b.ID) > 255 || len(b.Elements) == 0 {
			return false
		}
		for _, part := range b.Elements {
			if part.Type != "rich_text_section" && part.Type != "rich_text_quote" {
				return false
			}
			for _, piece := range part.Elements {
				if piece.Type == "text" && piece.Text == "" || piece.Type == "link" && piece.URL == "" || piece.Type != "text" && piece.Type != "link" {
					return false
				}
			}
		}
	}
	return true
}
